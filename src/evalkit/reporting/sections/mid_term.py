"""Targets in their own words and where each stands: baseline, mid-point, latest figure, the pace still required, what may be said of the end."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evalkit.facts.areas import Area
from evalkit.programme.kinds import IN_PERCENT
from evalkit.programme.models import Programme, Target
from evalkit.records import MidTerm
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual, Block, Cell, Column, Paragraph, Table
from evalkit.reporting.display import headed
from evalkit.reporting.kind_words import value_with_unit
from evalkit.reporting.sections.promises import (
    binding_targets,
    needed_words,
    no_target,
    promise_words,
    verdict_words,
)
from evalkit.reporting.sections.shared_words import CONFIDENTIAL, NOTHING, Row, both, chance
from evalkit.reporting.sections.shares import points_words, share_words, signed
from evalkit.reporting.wording import say

POINTS = ("baseline", "mid", "last")


@headed("midterm", lambda: say("Targets on the way: baseline, mid-point, latest figure"))
def _(result: MidTerm) -> tuple[Block, ...]:
    binding = binding_targets(result.area)
    if not binding:
        return (no_target(),)
    frame = result.frame
    told = frame[[_has_point(row) for row in frame.to_dict("records")]]
    if told.empty:
        text = say(
            "The sources used hold no yearly figure for any target with a number, before it came into force or under it."
        )
        return Paragraph(text, tone="gap"), _table(binding, {}, result.area)
    text = say(
        "The required pace is what must still be gained each year; it is arithmetic and no forecast. A chance of meeting a target is given for counts of cases and persons alone, from five yearly figures on; it supposes that the mean goes on, and that years scatter as they do in all provinces together."
    )
    rows: dict[str, Row] = {row["target_id"]: row for row in frame.to_dict("records")}
    return Paragraph(text), _table(binding, rows, result.area)


def _has_point(row: Row) -> bool:
    return any(pd.notna(row[f"{point}_end"]) or row[f"{point}_status"] == "suppressed" for point in POINTS)


def _table(targets: Sequence[Target], rows: dict[str, Row], area: Area) -> Table:
    """Return the targets in their own words, where they stand if rows of figures are given, their terms and who set them."""
    target = Column("target", say("Target in its own words"))
    about = Column("valid", say("In force")), Column("set_by", say("Set by"))
    cells: tuple[tuple[Cell, ...], ...] = tuple((_words(one), *_about(one)) for one in targets)
    if not rows:
        return Table(
            "midterm-table", say("Targets in their own words"), (target, *about), cells, _note(targets)
        )
    cells = tuple(
        (_words(one), *_stands(one, rows.get(one.id), area.programme), *_about(one)) for one in targets
    )
    caption = say("Targets in their own words, and where each stands")
    return Table("midterm-table", caption, (target, *_progress(), *about), cells, _note(targets))


def _note(targets: Sequence[Target]) -> tuple[Bilingual, ...]:
    if all(target.is_quantified for target in targets):
        return ()
    return (say("A target without a number is qualitative: it is shown in its words and never judged."),)


def _progress() -> tuple[Column, ...]:
    return (
        Column("promise", say("Promised")),
        Column("baseline", say("Before it"), numeric=True),
        Column("mid", say("At mid-term"), numeric=True),
        Column("last", say("Latest"), numeric=True),
        Column("verdict", say("Verdict")),
        Column("pace", say("Still required")),
        Column("chance", say("Chance of meeting it")),
    )


def _words(target: Target) -> Cell:
    return Cell(say("{id} {label}", id=target.id, label=both(target.wording)))


def _about(target: Target) -> tuple[Cell, Cell]:
    """Return a target's term, who set it and in which paper."""
    set_by = (
        say("central government: {source}", source=target.source)
        if target.level == "national"
        else say("the province: {source}", source=target.source)
    )
    return Cell(formats.period(target.valid_from, target.valid_to)), Cell(set_by)


def _stands(target: Target, row: Row | None, programme: Programme) -> tuple[Cell, ...]:
    """Return where a target stands; dashes for one without a number."""
    if row is None:
        return (Cell(NOTHING),) * len(_progress())
    return (
        Cell(promise_words(target, programme.indicators[str(target.indicator)].kind)),
        *(_point(row, point, programme) for point in POINTS),
        Cell(_verdict(row)),
        Cell(_pace(row, target)),
        Cell(_outlook(row)),
    )


def _point(row: Row, point: str, programme: Programme) -> Cell:
    """Write a figure with its year; a share or a change with its counts first."""
    if row[f"{point}_status"] == "suppressed":
        return Cell(CONFIDENTIAL)
    own: Row = {name: row[f"{point}_{name}"] for name in ("end", "value", "numerator", "denominator", "kind")}
    own["indicator"] = row["indicator"]
    if pd.isna(own["end"]):
        return Cell(NOTHING)
    value = own["value"]
    stored = None if pd.isna(value) else round(float(value), 4)
    return Cell(say("{year}: {value}", year=str(own["end"].year), value=_figure(own, programme)), stored)


def _figure(own: Row, programme: Programme) -> Bilingual:
    value, n, base = own["value"], own["numerator"], own["denominator"]
    if own["kind"] == "change":
        words = {"later": formats.figure(n), "earlier": formats.figure(base)}
        if pd.isna(value):
            return say("{later} after {earlier}", **words)
        return say("{later} after {earlier} ({value})", value=formats.signed_percent(value), **words)
    if pd.isna(value):
        return say("{n}/{base} [z]", n=formats.figure(n), base=formats.figure(base))
    if own["kind"] in IN_PERCENT:
        return share_words(n, base, value)
    return value_with_unit(programme.indicators[str(own["indicator"])], value, programme)


def _verdict(row: Row) -> Bilingual:
    if row["last_status"] == "suppressed":
        return CONFIDENTIAL
    if pd.isna(row["last_end"]):
        return NOTHING
    return verdict_words(row["last_verdict"], is_small_base=row["last_is_small_base"])


def _pace(row: Row, target: Target) -> Bilingual:
    """Write what is still required, by the verdict of the latest figure."""
    if row["last_status"] == "suppressed":
        return CONFIDENTIAL
    if pd.isna(row["last_end"]):
        return say("no figure under the target")
    said = {
        "met": say("none: the latest figure meets it"),
        "too_few": say("not said: the base is under 5"),
        "so_far": say("not said: the time of the promise is not over"),
        "approximate": say("not said: the source gives an approximate figure"),
        "other_window": say("not said: the figure is of another time than the promise"),
        "not_applicable": say("not said: nothing was due"),
    }
    verdict = row["last_verdict"]
    return said[verdict] if verdict in said else _still(row, target)


def _still(row: Row, target: Target) -> Bilingual:
    if not row["years_left"] > 0:
        return say("no time left; the latest figure does not meet it")
    if row["last_kind"] == "change":
        return say("{count} in the next year", count=needed_words(row, target, of="next_needed"))
    required = row["required_pace"]
    if required == 0:
        return say("exactly on the number; the target asks for more than that")
    words = points_words(required) if target.unit == "percent" else signed(required)
    return say("{pace} a year", pace=words)


def _outlook(row: Row) -> Bilingual:
    if pd.notna(row["chance"]):
        written = chance(float(row["chance"]))
        if row["supposes"] == "pure_chance":
            return say("{chance}, if yearly counts vary by chance alone", chance=written)
        return written
    known = {
        "no_method_for_kind": lambda: say("not given: there is no sound method for figures of this kind"),
        "own_doing": lambda: say("not given: what one does oneself is decided, not drawn by chance"),
        "too_few_years": lambda: say("not given: fewer than five yearly figures"),
        "no_time_left": lambda: say("not asked: the term has ended"),
        "suppressed": lambda: say("not given: a figure needed is confidential"),
        "not_reported": lambda: say("not given: no figure"),
    }
    return known.get(row["reason"], lambda: say("not given: no value follows from the figures"))()
