"""Control totals of a form, to lay beside the paper: per measure and period the cells, their sum, zeros and gaps; regions against provinces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

from evalkit.facts.findings import Finding
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.intake import ROW
from evalkit.messages import named, worded
from evalkit.table import COLUMNS, NATION_SCHEME, WITH_VALUE


@dataclass(frozen=True, slots=True)
class Agreement:
    """A region or the nation equals the sum of its units wherever all of them are there.

    Attributes
    ----------
    rule : str
        Said in words.
    compared : frozenset of str
        The cells of its own that were compared.
    own : frozenset of str
        All cells of its own.
    """

    rule: str
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
    return tuple(_total(names, rows) for names, rows in about.groupby(key, sort=True))


def _dimensions(facts: pd.DataFrame) -> list[str]:
    return [str(name) for name in facts if name not in (*COLUMNS, "preliminary", "mark", "file", "row")]


def levels(facts: pd.DataFrame) -> list[str]:
    """Return of each row whether its place is a unit, a region or the nation."""
    return [
        "nation" if scheme == NATION_SCHEME else "region" if code[:1].isalpha() else "unit"
        for code, scheme in zip(facts["province_code"], facts["scheme"], strict=True)
    ]


def _total(names: Iterable[object], rows: pd.DataFrame) -> ControlTotal:
    measure, breakdown, start, end, level = map(str, names)
    values = [Decimal(text) for text in rows["value"] if text]
    return ControlTotal(
        measure,
        breakdown,
        start,
        end,
        level,
        cells=len(rows),
        total=sum(values, Decimal(0)),
        zeros=sum(value == 0 for value in values),
        missing=int((rows["value"] == "").sum()),
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
    told, notes = list(found), []
    for one in agreed:
        unlike = [place for place, finding in enumerate(told) if one.own & set(finding.cells[:1])]
        for place in unlike:
            if told[place].cells[0] in one.compared:
                told[place] = _with_agreement(told[place], one)
        if not unlike:
            notes.append(Finding("note", file, one.rule, worded("nothing")))
    return [*told, *notes]


def _with_agreement(finding: Finding, agreed: Agreement) -> Finding:
    rule = worded("{rule}; but {agreement}", rule=finding.rule, agreement=agreed.rule)
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
            rule = worded(
                "{name} equals the sum of its {number} units in each of {periods} comparisons, within rounding",
                name=_name(str(code), str(scheme), vocabulary),
                number=len(parts),
                periods=len(whole),
            )
            yield Agreement(rule, frozenset(whole[ROW]), frozenset(own[ROW]))


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
