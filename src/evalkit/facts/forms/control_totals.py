"""Control totals of a form, to lay beside the paper: per measure and period the cells, their sum, zeros and gaps; regions against provinces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

from evalkit.facts.findings import Finding
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.intake import ROW
from evalkit.messages import listed, named, worded
from evalkit.table import COLUMNS, NATION_SCHEME, WITH_VALUE

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Agreement:
    """A region or the nation equals the sum of its units wherever all of them are there.

    Attributes
    ----------
    name : str
        What the place is called.
    number, periods : int
        How many units it has, and how many of its figures were compared.
    compared : frozenset of str
        The cells of its own that were compared.
    own : frozenset of str
        All cells of its own.
    """

    name: str
    number: int
    periods: int
    compared: frozenset[str]
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """The figures of one measure, breakdown and period: how many cells, their sum, how many are zero or missing.

    ``level`` is "unit" for provinces, "region" or "nation"; the sum is of that level alone.
    """

    measure: str
    breakdown: str
    period_start: str
    period_end: str
    level: str
    cells: int
    total: Decimal
    zeros: int
    missing: int


def control_totals(facts: pd.DataFrame) -> tuple[ControlTotal, ...]:
    """Return the control totals of rows of text.

    Parameters
    ----------
    facts : DataFrame
        Rows as a form gives them, all columns text.

    Returns
    -------
    tuple of ControlTotal
        By measure, breakdown, period and level.
    """
    if facts.empty:
        return ()
    dimensions = _dimensions(facts)
    about = facts.assign(
        _breakdown=[
            ", ".join(
                f"{name}={value}" for name, value in zip(dimensions, row, strict=True) if value != "all"
            )
            for row in facts[dimensions].itertuples(index=False, name=None)
        ]
        if dimensions
        else "",
        _level=levels(facts),
    )
    key = ["measure", "_breakdown", "period_start", "period_end", "_level"]
    return tuple(_total(names, rows.tolist()) for names, rows in about.groupby(key, sort=True)["value"])


def _dimensions(facts: pd.DataFrame) -> list[str]:
    return [str(name) for name in facts if name not in (*COLUMNS, "preliminary", "mark", "file", "row")]


def levels(facts: pd.DataFrame) -> list[str]:
    """Return of each row whether its place is a unit, a region or the nation."""
    return [
        "nation" if scheme == NATION_SCHEME else "region" if code[:1].isalpha() else "unit"
        for code, scheme in zip(facts["province_code"].tolist(), facts["scheme"].tolist(), strict=True)
    ]


def _total(names: Iterable[object], figures: Sequence[str]) -> ControlTotal:
    measure, breakdown, start, end, level = map(str, names)
    values = [Decimal(text) for text in figures if text]
    return ControlTotal(
        measure,
        breakdown,
        start,
        end,
        level,
        cells=len(figures),
        total=sum(values, Decimal(0)),
        zeros=sum(value == 0 for value in values),
        missing=len(figures) - len(values),
    )


def with_agreements(found: Sequence[Finding], agreed: Iterable[Agreement], file: str) -> list[Finding]:
    """Return what contradicts itself, and a note of each place that agrees with its units; never both of one place.

    Parameters
    ----------
    found : sequence of Finding
        Contradictions, each with its cells, the whole first.
    agreed : iterable of Agreement
        Where the same figure is held against other parts and contradicts them, the agreement is told with the contradiction:
        it says where to look. Where another figure of the place does, the agreement is left out.
    file : str
    """
    told, alone = list(found), []
    for one in agreed:
        unlike = [place for place, finding in enumerate(told) if one.own & set(finding.cells[:1])]
        for place in unlike:
            if told[place].cells[0] in one.compared:
                told[place] = _with_agreement(told[place], one)
        if not unlike:
            alone.append(one)
    return [*told, *([Finding("note", file, _agree(alone), worded("nothing"))] if alone else [])]


def _agree(alone: Sequence[Agreement]) -> str:
    """Say which places equal the sum of their units."""
    if len(alone) == 1:
        return worded(
            "{name} equals the sum of its {number} units in each of {periods} comparisons, within rounding",
            name=alone[0].name,
            number=alone[0].number,
            periods=alone[0].periods,
        )
    return worded(
        "each equals the sum of its units in all {periods} comparisons, within rounding: {names}",
        periods=sum(one.periods for one in alone),
        names=listed([one.name for one in alone]),
    )


def _with_agreement(finding: Finding, agreed: Agreement) -> Finding:
    rule = worded(
        "{rule}; beside its {number} units {name} agrees within rounding",
        rule=finding.rule,
        number=agreed.number,
        name=agreed.name,
    )
    if finding.severity == "warning":
        return replace(finding, rule=rule)
    return replace(
        finding, rule=rule, do=worded("look at the parts named here first, then {do}", do=finding.do)
    )


def agreements(table: pd.DataFrame, *, vocabulary: Vocabulary, rounded: float) -> Iterator[Agreement]:
    """Tell of each region and the nation whose parts are all there that it equals their sum, and of how many periods.

    Parameters
    ----------
    table : DataFrame
        Figures as numbers, each place, period and measure once.
    vocabulary : Vocabulary
    rounded : float
        What the last digit of the figures stands for: so much each of them may be off.

    Yields
    ------
    Agreement
        Sums that do not agree are told by the checks of sums.
    """
    told = table[table["status"].isin(WITH_VALUE)].assign(
        _level=levels(table[table["status"].isin(WITH_VALUE)])
    )
    key = ["measure", "period_start", "period_end", *_dimensions(told.drop(columns="_level"))]
    for (code, scheme), own in told[told["_level"] != "unit"].groupby(
        ["province_code", "scheme"], sort=False
    ):
        parts = _parts(str(code), str(scheme), told, vocabulary)
        if not parts:
            continue
        inside = told[(told["_level"] == "unit") & told["province_code"].isin(parts)]
        sums = inside.groupby(key)["value"].agg(["sum", "size"])
        both = own.merge(sums, left_on=key, right_index=True)
        whole = both[both["size"] == len(parts)]
        agree = (whole["value"] - whole["sum"]).abs() <= rounded * (len(parts) + 1) / 2
        if len(whole) and agree.all():
            name = _name(str(code), str(scheme), vocabulary)
            yield Agreement(name, len(parts), len(whole), frozenset(whole[ROW]), frozenset(own[ROW]))


def total_of_a_few(
    table: pd.DataFrame, *, vocabulary: Vocabulary, rounded: float, file: str
) -> list[Finding]:
    """Return a warning where the whole country is, in every period, just the sum of the few units that a form has.

    Parameters
    ----------
    table : DataFrame
        Figures as numbers, each place, period and measure once.
    vocabulary : Vocabulary
    rounded : float
        What the last digit of the figures stands for.
    file : str
        The form's name.
    """
    told = table[table["status"].isin(WITH_VALUE)]
    told = told.assign(_level=levels(told))
    nation, units = told[told["_level"] == "nation"], told[told["_level"] == "unit"]
    codes, schemes = set(units["province_code"]), units["scheme"].unique()
    if nation.empty or len(codes) < _FEWEST or len(schemes) != 1:
        return []
    every = vocabulary.registry.units(str(schemes[0]))
    key = ["measure", "period_start", "period_end", *_dimensions(told.drop(columns="_level"))]
    both = nation.merge(units.groupby(key)["value"].agg("sum").rename("sum"), left_on=key, right_index=True)
    unlike = (both["value"] - both["sum"]).abs() > rounded * (len(codes) + 1) / 2
    if len(codes) == len(every) or len(both) < len(nation) or unlike.any() or not both["value"].any():
        return []
    rule = worded(
        "the whole country is here just the sum of the {number} places of the form, and there are {all} in all",
        number=len(codes),
        all=len(every),
    )
    do = worded(
        "nothing, if the other places had none; if the row is the total of the form alone, take it out of place and write total = [...] with its label in the mapping"
    )
    return [Finding("warning", f"{file}, {', '.join(both[ROW].astype(str)[:_FEWEST])}", rule, do)]


def _parts(code: str, scheme: str, told: pd.DataFrame, vocabulary: Vocabulary) -> list[str]:
    """Return the codes of the units of a region or of the nation."""
    registry = vocabulary.registry
    if scheme == NATION_SCHEME:
        schemes = told.loc[told["_level"] == "unit", "scheme"].unique()
        return [unit.code for unit in registry.units(str(schemes[0]))] if len(schemes) == 1 else []
    return [unit.code for unit in registry.units(scheme) if unit.region_code == code]


def _name(code: str, scheme: str, vocabulary: Vocabulary) -> str:
    registry = vocabulary.registry
    if scheme == NATION_SCHEME:
        label = registry.nation.name
    else:
        label = next(unit.region for unit in registry.units(scheme) if unit.region_code == code)
    first = next(iter(label.root.values()))
    return named(label.root.get("en", first), label.root.get("vi", first))
