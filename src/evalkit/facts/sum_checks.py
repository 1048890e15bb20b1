"""Check that figures add up: parts and their whole, shorter periods and longer ones, breakdowns and totals, measures and their base.

What one edition of one source says must not contradict itself: an error, but where all figures are published and preliminary. Where two sources or editions contradict each other,
that is told as a warning. Every sum comes from :mod:`evalkit.additivity`; none is listed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from evalkit.additivity.bounds import NO_SUM, Numbers
from evalkit.additivity.conflicts import Conflict, conflicts
from evalkit.additivity.lattice import AXES, Lattice, lattice_of
from evalkit.facts.findings import CONFIRMED, Finding, Severity
from evalkit.facts.intake import FILE, PRELIMINARY, ROW, Source
from evalkit.facts.period_said import period_said
from evalkit.messages import named, worded
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.table import DATES, NATION_SCHEME, WITH_VALUE, latest_editions

EDITION = ("source_id", "edition_date")
_MOST_NAMED = 6
_A_SHARE = {
    "proportion": worded("a proportion"),
    "conversion": worded("stages of one cohort"),
    "carried_over": worded("new of all handled"),
}


def check_sums(
    table: pd.DataFrame, *, programme: Programme, registry: Registry, sources: Mapping[str, Source]
) -> list[Finding]:
    """Return the figures that cannot stand beside each other, each contradiction once.

    Parameters
    ----------
    table : DataFrame
        Rows of a facts table that are sound by themselves, with ``file`` and ``row``, and ``preliminary`` where that is known.
    programme, registry
        Tell what adds up.
    sources : mapping of Source
        A source that gives rounded figures is allowed its rounding; one that confirms a contradiction of its own is believed.

    Returns
    -------
    list of Finding
        Errors for one edition of one source, warnings where two differ; a warning, too, where a source confirms its own, and
        where an authority published the figures as preliminary: whoever reads them can correct nothing.
    """
    early = table[PRELIMINARY] if PRELIMINARY in table else pd.Series(data=False, index=table.index)
    early &= table["published"]
    table = table.drop(columns=PRELIMINARY, errors="ignore")
    signed = [
        name for name, measure in programme.measures.items() if measure.negative
    ]  # a part below zero bounds nothing
    told = table["status"].isin(WITH_VALUE) & ~table["measure"].isin(signed)
    facts = table[told].reset_index(drop=True)
    if facts.empty:
        return []
    findings: list[Finding] = []
    lattice = lattice_of(facts, registry=registry, programme=programme, apart=EDITION)
    words = _Words(lattice, facts, registry, programme)
    of_source, is_early = facts["source_id"].tolist(), early[told].tolist()
    for one in conflicts(lattice, *_limits(facts, sources)):
        confirmed = sources[of_source[_first(one)]].confirmed
        final = not all(is_early[row] for row in (*one.parts, *one.whole))
        findings.append(words.finding(one, "error" if final and not confirmed else "warning", final=final))
    return [*findings, *_between_sources(facts, programme, registry, sources)]


def confirmed_conflicts(
    facts: pd.DataFrame, *, programme: Programme, registry: Registry, sources: Mapping[str, Source]
) -> tuple[Finding, ...]:
    """Return, for the page, which figures contradict each other in a source that stands by them.

    Parameters
    ----------
    facts : DataFrame
        Protected facts: only figures that are shown are held against each other.
    programme, registry, sources
        As in :func:`check_sums`.

    Returns
    -------
    tuple of Finding
        One per figure: ``rule`` is "confirmed", ``where`` its measure and days, ``do`` the source's id.
    """
    named = [name for name, source in sources.items() if source.confirmed]
    own = facts[facts["source_id"].isin(named) & facts["status"].isin(WITH_VALUE)].reset_index(drop=True)
    if own.empty:
        return ()
    lattice = lattice_of(own, registry=registry, programme=programme, apart=EDITION)
    found = conflicts(lattice, *_limits(own, sources))
    rows = own.iloc[sorted({row for one in found for row in (*one.whole, *one.parts)})]
    return tuple(
        Finding(
            "warning",
            where=f"{row['measure']} {row['period_start']:%Y-%m-%d} {row['period_end']:%Y-%m-%d}",
            rule=CONFIRMED,
            do=row["source_id"],
            province_code=row["province_code"],
            scheme=row["scheme"],
        )
        for row in rows.to_dict("records")
    )


def _between_sources(
    facts: pd.DataFrame, programme: Programme, registry: Registry, sources: Mapping[str, Source]
) -> Iterator[Finding]:
    """Yield where the figures that pages show first, of several sources or editions, contradict each other."""
    shown = _shown(facts, programme)
    edition = shown.groupby(list(EDITION), dropna=False).ngroup().tolist()
    if len(set(edition)) < 2:
        return
    lattice = lattice_of(shown, registry=registry, programme=programme)
    words = _Words(lattice, shown, registry, programme)
    for one in conflicts(lattice, *_limits(shown, sources)):
        if len({edition[row] for row in (*one.whole, *one.parts)}) > 1:
            yield words.finding(one, "warning", apart=True)


def _shown(facts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the figures that are shown first: the latest edition of each source, and of sources the one that is preferred."""
    latest = latest_editions(facts.drop(columns=[FILE, ROW])).index
    order = {source: place for place, source in enumerate(programme.source_order)}
    ranked = facts.loc[latest].assign(_rank=facts["source_id"].map(order).fillna(len(order)))
    ranked = ranked.sort_values(
        ["_rank", "edition_date", "source_id"], ascending=[True, False, True], kind="stable"
    )
    figure = [
        name
        for name in facts.columns
        if name in ("province_code", "scheme", "place_basis", "period_start", "period_end", "measure")
    ] + [name for name in programme.dimensions if name in facts.columns]
    return ranked.drop_duplicates(figure).sort_index().drop(columns="_rank").reset_index(drop=True)


def _limits(facts: pd.DataFrame, sources: Mapping[str, Source]) -> tuple[Numbers, Numbers]:
    """Return what each figure is at least and at most: "about 80" says nothing, "more than 80" only one of the two."""
    value = facts["value"].to_numpy(dtype=float)
    half = (
        facts["source_id"].map({name: source.rounded_to / 2 for name, source in sources.items()}).fillna(0.0)
    )
    qualifier = facts["qualifier"]
    least = np.where(qualifier.isin(["about", "nearly"]), 0.0, np.maximum(value - half, 0.0))
    most = np.where(qualifier.isin(["about", "more_than", "at_least"]), np.inf, value + half)
    return least, most


def _remedy(severity: Severity, *, final: bool) -> str:
    """Return what is to be done about a contradiction."""
    if not final:
        return worded(
            "nothing now: the source marks them as preliminary; take its final figures once they are out"
        )
    if severity == "error":
        return worded(
            'ask the source which figure is right; or, where the source itself stands by them, write confirmed.vi = "..." and confirmed.en = "..." in its entry of sources.toml'
        )
    return worded("ask the source which figure is right")


def _number(value: float) -> str:
    """Return a figure as each language parts its digits."""
    english = f"{value:,.10g}" if value != int(value) else f"{value:,.0f}"
    return named(english, english.translate(str.maketrans(",.", ".,")))


def with_figures(rule: str, whole: float, parts: float) -> str:
    """Return a rule with both sides of a sum; for figures that an authority has published."""
    return worded(
        "{rule}: {whole} against a sum of {parts}, off by {gap}",
        rule=rule,
        whole=_number(whole),
        parts=_number(parts),
        gap=_number(abs(whole - parts)),
    )


def _first(one: Conflict) -> int:
    return (*one.parts, *one.whole)[0]


class _Words:
    """A contradiction in words: where, which rule, what to do."""

    def __init__(
        self, lattice: Lattice, facts: pd.DataFrame, registry: Registry, programme: Programme
    ) -> None:
        self._lattice, self._programme, self._registry = lattice, programme, registry
        self._measures = facts["measure"].astype(str).tolist()
        self._days = list(zip(*(facts[name].tolist() for name in DATES[:2]), strict=True))
        self._files, self._numbers = (facts[name].astype(str).tolist() for name in (FILE, ROW))
        self._cells = facts["source_cell"].fillna("").astype(str).tolist()
        self._published, self._values = facts["published"].tolist(), facts["value"].tolist()
        self._places = list(zip(facts["province_code"].tolist(), facts["scheme"].tolist(), strict=True))
        self._regions = {code for scheme in registry.schemes for code in registry.regions(scheme)}

    def finding(
        self, one: Conflict, severity: Severity, *, apart: bool = False, final: bool = True
    ) -> Finding:
        """Return the finding that tells a contradiction."""
        rule, (code, scheme) = self._rule(one), self._places[_first(one)]
        rule = worded("of different sources or editions {rule}", rule=rule) if apart else rule
        rule = worded("{item}: {rule}", item=self._item(one), rule=rule)
        return Finding(
            severity,
            where=self._where(one),
            rule=self._with_figures(one, rule),
            do=_remedy(severity, final=final),
            province_code=code,
            scheme=scheme,
            cells=tuple(cell for row in (*one.whole, *one.parts) if (cell := self._cells[row])),
        )

    def _item(self, one: Conflict) -> str:
        """Return what the measure of a contradiction is called."""
        row = (*one.whole, *one.parts)[0]
        label = self._programme.measures[self._measures[row]].label.root
        english = label.get("en", next(iter(label.values())))
        return named(english, label.get("vi", english))

    def _with_figures(self, one: Conflict, rule: str) -> str:
        """Return the rule with both sides where each figure is published and the one is the sum of the others; else the rule alone."""
        rows, sums, cell = [*one.whole, *one.parts], self._lattice.sums, self._lattice.row_cell
        direct = one.sum != NO_SUM and len(one.whole) == 1 and cell[one.whole[0]] == sums.whole[one.sum]
        direct = direct and {*cell[[*one.parts]].tolist()} <= {*map(int, sums.parts(one.sum))}
        if (
            not direct
            or len({*cell[rows].tolist()}) < len(rows)
            or not all(self._published[row] for row in rows)
        ):
            return rule
        whole = float(self._values[one.whole[0]])
        parts = float(sum(self._values[row] for row in one.parts))
        return with_figures(rule, whole, parts)

    def _where(self, one: Conflict) -> str:
        first, *others = (*one.parts, *one.whole)
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        if self._numbers[first] == self._cells[first]:  # a form that is read: a row is known by its cell
            told = ", ".join(self._numbers[row] for row in (first, *others[:_MOST_NAMED]))
            return f"{self._files[first]}, at {told}{more}"
        beside_it = [
            f"{'' if self._files[other] == self._files[first] else self._files[other] + ' '}{self._numbers[other]}"
            for other in others[:_MOST_NAMED]
        ]
        cells = ", ".join(cell for row in (first, *others[:_MOST_NAMED]) if (cell := self._cells[row]))
        beside = f"beside row {', '.join(beside_it)}{more}" if beside_it else ""
        both = "; ".join(filter(None, [beside, f"at {cells}{more}" if cells and beside_it else ""]))
        return f"{self._files[first]}, row {self._numbers[first]}, column value{f' ({both})' if both else ''}"

    def _rule(self, one: Conflict) -> str:
        if one.sum == NO_SUM:
            return worded("two rows give one figure unlike: their places have one extent")
        axis = AXES[self._lattice.sums.axis[one.sum]]
        if axis == "measure":
            return self._of_measures(one)
        if axis == "breakdown":
            return self._of_breakdowns(one)
        if axis == "period":
            exceed = worded("the figure of a period must not be below those of the periods inside it")
            return (
                exceed
                if one.above
                else worded(
                    "the figures of the periods that make up another add up to its figure, and do not here"
                )
            )
        return self._of_places(one)

    def _of_places(self, one: Conflict) -> str:
        codes, schemes = zip(*(self._places[row] for row in one.whole), strict=True)
        if NATION_SCHEME in schemes:
            name, parts = worded("the nation"), worded("places")
        elif self._regions.intersection(codes):
            name, parts = self._region(one), worded("places")
        else:
            name, parts = worded("a merged unit"), worded("former units")
        if one.above:
            return worded(
                "the figure of {name} must not be below those of the {parts} inside it",
                name=name,
                parts=parts,
            )
        return worded(
            "the figures of the {parts} that make up {name} add up to its figure, and do not here",
            parts=parts,
            name=name,
        )

    def _region(self, one: Conflict) -> str:
        """Return the region of a contradiction with the period of its figure."""
        row = next(row for row in one.whole if self._places[row][0] in self._regions)
        code, scheme = self._places[row]
        labels = (unit.region.root for unit in self._registry.units(scheme) if unit.region_code == code)
        label = next(labels, {"en": code})
        english = label.get("en", next(iter(label.values())))
        start, end = (day.date() for day in self._days[row])
        return worded(
            "the region {region} ({period})",
            region=named(english, label.get("vi", english)),
            period=period_said(start, end),
        )

    def _of_breakdowns(self, one: Conflict) -> str:
        sums, space = self._lattice.sums, self._lattice.space
        whole = space.breakdown_axis[self._lattice.breakdown[sums.whole[one.sum]]]
        part = space.breakdown_axis[self._lattice.breakdown[sums.parts(one.sum)[0]]]
        name = next(name for name, a, b in zip(space.dimensions, whole, part, strict=True) if a != b)
        label = self._programme.dimensions[name].label.root if name in self._programme.dimensions else {}
        english = label.get("en", name)
        called = named(
            english[:1].lower() + english[1:], (vi := label.get("vi", english))[:1].lower() + vi[1:]
        )
        if one.above:
            return worded("a total must not be below its parts by {name}", name=called)
        return worded("the parts by {name} add up to their total, and do not here", name=called)

    def _of_measures(self, one: Conflict) -> str:
        link = self._lattice.space.links[self._lattice.sums.partition[one.sum]]
        kind = self._programme.indicators[link.indicator].kind if link.indicator else ""
        called = _by_label(link.indicator, self._programme.indicators)
        said = (
            worded("indicator {indicator}, {share}", indicator=called, share=_A_SHARE[kind])
            if kind
            else worded("all that the one counts the other counts, too")
        )
        part, base = (_by_label(name, self._programme.measures) for name in (link.part, link.base))
        return worded("{part} must not exceed {base} ({said})", part=part, base=base, said=said)


def _by_label(name: str, declared: Mapping[str, Any]) -> str:
    """Return a measure or an indicator by its name and, in Vietnamese, by its label: who filled in a form knows that alone."""
    label = declared[name].label.root if name in declared else {}
    return named(name, f"“{label['vi']}”") if "vi" in label else name
