"""Check the places of a facts table: the nation, the registry's regions and its units, each by code and boundary set."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from evalkit.declaration import nearest
from evalkit.errors import FactsError
from evalkit.messages import named, worded
from evalkit.places.registry import Registry
from evalkit.table import NATION_SCHEME, REGION_SCHEME

Misplaced = tuple[pd.Series, str, str, str]
_MOST_TOLD = 12  # places told one by one


def misplaced(table: pd.DataFrame, registry: Registry) -> Iterator[Misplaced]:
    """Yield the row, the column, the rule and the remedy for each row of a place that there is not.

    Parameters
    ----------
    table : DataFrame
        A facts table.
    registry : Registry
        A region's row has the region's code, and as scheme one of its boundary sets or "region".
    """
    wrong = 0
    for (code, scheme), rows in table.groupby(["province_code", "scheme"], sort=False):
        if _is_there(registry, str(code), str(scheme)):
            continue
        wrong += 1
        column, rule, do = _further() if wrong > _MOST_TOLD else _misplaced(rows.iloc[0], registry)
        yield from ((row, column, rule, do) for _, row in rows.iterrows())


def _is_there(registry: Registry, code: str, scheme: str) -> bool:
    if (code, scheme) == (registry.nation.code, NATION_SCHEME):
        return True
    return code in [*_regions(registry, scheme), *_units(registry, scheme)] and code != registry.nation.code


def _further() -> tuple[str, str, str]:
    rule, do = (
        worded("a further place is none of the registry"),
        worded("correct the places told before, and look again"),
    )
    return "province_code", rule, do


def _misplaced(row: pd.Series, registry: Registry) -> tuple[str, str, str]:
    """Return the column, the rule and the remedy for a place that there is not."""
    schemes, nation = [*registry.schemes, REGION_SCHEME], registry.nation
    code, scheme = row["province_code"], row["scheme"]
    if scheme in schemes and code != nation.code:
        return _no_code(row, registry)
    do = worded(
        '{nation} is "{code}" with scheme "{nation_scheme}"; {nearest}',
        nation=named(nation.name.en, nation.name.vi),
        code=nation.code,
        nation_scheme=NATION_SCHEME,
        nearest=nearest(scheme, [*schemes, NATION_SCHEME]),
    )
    return "scheme", worded("{scheme} is no scheme for code {code}", scheme=repr(scheme), code=repr(code)), do


def _units(registry: Registry, scheme: str) -> list[str]:
    return [unit.code for unit in registry.units(scheme)] if scheme in registry.schemes else []


def _regions(registry: Registry, scheme: str) -> list[str]:
    """Return the codes of a scheme's regions; with the scheme "region" those of any."""
    schemes = registry.schemes if scheme == REGION_SCHEME else (scheme,)
    return sorted({code for one in schemes if one in registry.schemes for code in registry.regions(one)})


def _no_code(row: pd.Series, registry: Registry) -> tuple[str, str, str]:
    """Say which code a name stands for, or why the text stands for none; nothing is resolved silently."""
    text, scheme = row["province_code"], row["scheme"]
    if scheme == REGION_SCHEME or _mixes_letters_and_digits(text):
        rule = worded(
            "{text} is no code of a region in scheme {scheme}", text=repr(text), scheme=repr(scheme)
        )
        return "province_code", rule, nearest(text, _regions(registry, scheme))
    rule = worded("a province is given by its two-digit code as text")
    try:
        do = worded('write the code "{code}", not the name', code=registry.find(text, scheme).code)
    except FactsError as refusal:
        rule, do = worded("{text}: {rule}", text=repr(text), rule=refusal.rule), refusal.do
    return "province_code", rule, do


def _mixes_letters_and_digits(text: str) -> bool:
    """Tell whether a text looks like a region's code, "R2", and not like a name or a number."""
    return any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text)
