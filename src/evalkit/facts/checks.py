"""Check a facts table against the programme and the registry. Errors stop a run; warnings and notes are told.

A finding names file, row and rule, and no value but a published one: it may be logged and shown to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pandas as pd

from evalkit.declaration import nearest
from evalkit.facts.findings import Finding
from evalkit.facts.intake import PRELIMINARY, Source, place_of, without_origin
from evalkit.facts.period_checks import misdated
from evalkit.facts.place_checks import misplaced
from evalkit.facts.sum_checks import check_sums
from evalkit.messages import worded
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.table import (
    PLACE_BASES,
    QUALIFIERS,
    STATUSES,
    WITH_VALUE,
    dimensions_of,
    key_of,
)

_MOST_WORDS = 12  # unknown words of a column that are told one by one


def check_facts(
    table: pd.DataFrame, *, programme: Programme, registry: Registry, sources: dict[str, Source], day: date
) -> list[Finding]:
    """Return everything a facts table breaks, errors first.

    Parameters
    ----------
    table : DataFrame
        As :func:`evalkit.facts.intake.read_facts` returns it, with ``file`` and ``row``.
    programme, registry, sources
        What the names in the table must agree with.
    day : date
        The day of the check: nothing is reported of a later one.

    Returns
    -------
    list of Finding
        Errors, then warnings, then notes, each in file order.
    """
    facts = without_origin(table)
    preliminary = table[PRELIMINARY] if PRELIMINARY in table else pd.Series(data=False, index=table.index)
    table = table.drop(columns=PRELIMINARY, errors="ignore")
    findings = [
        *_code_lists(table, programme, sources),
        *(_finding("error", *fault) for fault in misplaced(table, registry)),
        *_measures(table, programme),
        *_values(table, programme),
        *(_finding(*fault) for fault in misdated(table, registry, programme, day=day)),
        *_duplicates(table, key_of(facts)),
        *_bases(table, programme),
    ]
    sound = _sound(table, findings)
    marked = sound.assign(**{PRELIMINARY: preliminary[sound.index]})
    findings += check_sums(marked, programme=programme, registry=registry, sources=sources)
    findings += _revisions(sound, key_of(facts))
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(findings, key=lambda finding: order[finding.severity])


def _finding(severity: str, row: pd.Series, column: str, rule: str, do: str) -> Finding:
    return Finding(
        severity,  # type: ignore[arg-type]
        where=place_of(row, column),
        rule=rule,
        do=do,
        province_code=row["province_code"],
        scheme=row["scheme"],
    )


def _code_lists(table: pd.DataFrame, programme: Programme, sources: dict[str, Source]) -> Iterator[Finding]:
    lists = {
        "status": list(STATUSES),
        "qualifier": list(QUALIFIERS),
        "place_basis": list(PLACE_BASES),
        "measure": list(programme.measures),
        "source_id": list(sources),
    }
    for column, known in lists.items():
        for rows, word, do in _unknown(table, column, known):
            rule = worded("{quoted} is not a known {column}", quoted=word, column=column)
            yield from (_finding("error", row, column, rule, do) for _, row in rows.iterrows())
    for _, row in table[table["status"] == "suppressed"].iterrows():
        yield _finding(
            "error",
            row,
            "status",
            worded("suppressed is evalkit's own mark"),
            worded("give the figure or not_reported"),
        )


def _measures(table: pd.DataFrame, programme: Programme) -> Iterator[Finding]:
    dimensions = [name for name in dimensions_of(table) if name in programme.dimensions]
    for name, rows in table[table["measure"].isin(list(programme.measures))].groupby("measure", sort=False):
        measure = programme.measures[str(name)]
        for _, row in rows[rows["unit"] != measure.unit].iterrows():
            yield _finding(
                "error",
                row,
                "unit",
                worded("{name} is counted in {unit}", name=name, unit=repr(measure.unit)),
                worded("correct the unit; units are never mixed"),
            )
        for dimension in dimensions:
            has = dimension in measure.dimensions
            allowed = ["all", *(list(programme.dimensions[dimension].values) if has else [])]
            for wrong, word, nearest_word in _unknown(rows, dimension, allowed):
                rule = worded(
                    "{quoted} is no declared {dimension} of {name}",
                    quoted=word,
                    dimension=dimension,
                    name=name,
                )
                whole = worded(
                    "{name} is not broken down by {dimension}: write all", name=name, dimension=dimension
                )
                do = nearest_word if has else whole
                yield from (_finding("error", row, dimension, rule, do) for _, row in wrong.iterrows())
        yield from _added_up(rows, [one for one in measure.dimensions if programme.dimensions[one].separate])


def _unknown(table: pd.DataFrame, column: str, known: list[str]) -> Iterator[tuple[pd.DataFrame, str, str]]:
    """Yield the rows of each unknown word of a column, the word as quoted, and a remedy; further words all at once."""
    unknown = ~table[column].isin(known)
    if not unknown.any():
        return
    wrong = table[unknown]
    words = wrong[column].unique()[:_MOST_WORDS]
    for word in words:
        yield wrong[wrong[column] == word], _quoted(word, known), nearest(word, known)
    if len(more := wrong[~wrong[column].isin(words)]):
        yield more, worded("a further word"), worded("correct the words told before, and look again")


def _quoted(text: str, known: list[str]) -> str:
    """Return a cell as a message quotes it: a number among words may be a figure that slipped into the wrong column."""
    slipped = text.strip("-+ ").replace(".", "").replace(",", "").isdigit()
    return worded("a number") if slipped and not any(word.isdigit() for word in known) else repr(text)


def _added_up(rows: pd.DataFrame, separate: list[str]) -> Iterator[Finding]:
    """Refuse a total over values that are never added up, such as legal classes of persons."""
    for dimension in separate:
        added = rows[rows[dimension] == "all"] if dimension in rows else rows
        for _, row in added.iterrows():
            rule = worded(
                "figures of {measure} are never added up over {dimension}",
                measure=row["measure"],
                dimension=dimension,
            )
            yield _finding(
                "error",
                row,
                dimension,
                rule,
                worded("give the figure for one {dimension}", dimension=dimension),
            )


def _values(table: pd.DataFrame, programme: Programme) -> Iterator[Finding]:
    held, value = table["status"].isin(WITH_VALUE), table["value"]
    signed = [name for name, measure in programme.measures.items() if measure.negative]
    parted = [name for name, measure in programme.measures.items() if not measure.whole]
    cases = [
        (
            "error",
            (value < 0) & ~table["measure"].isin(signed),
            worded("a count is never negative"),
            worded("correct the value"),
        ),
        (
            "error",
            value.notna() & (value % 1 != 0) & ~table["measure"].isin(parted),
            worded("a count is a whole number"),
            worded("correct the value or its decimal mark"),
        ),
        (
            "error",
            held & value.isna(),
            worded("a reported figure has a value"),
            worded("give it, or set status not_reported"),
        ),
        (
            "error",
            ~held & value.notna(),
            worded("a figure that was not reported has no value"),
            worded("clear the value or correct the status"),
        ),
        (
            "error",
            (table["status"] == "zero_reported") & (value != 0),
            worded("zero_reported means 0"),
            worded("correct value or status"),
        ),
        (
            "warning",
            (table["status"] == "reported") & (value == 0),
            worded("a zero is stated as zero_reported"),
            worded("set the status"),
        ),
    ]
    for severity, wrong, rule, do in cases:
        for _, row in table[wrong].iterrows():
            yield _finding(severity, row, "value", rule, do)


def _duplicates(table: pd.DataFrame, key: list[str]) -> Iterator[Finding]:
    again = table.duplicated(key, keep="first")
    if not again.any():
        return
    earlier = table.groupby(key, sort=False, dropna=False)["row"].transform("first")
    rule = worded("a row repeats an earlier one: same place, period, measure, source and edition")
    for (_, row), first in zip(table[again].iterrows(), earlier[again], strict=True):
        found = _finding("error", row, "", rule, worded("remove one"))
        yield replace(found, where=f"{found.where} (beside row {first})")


def _sound(table: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Return the rows that no error was found in."""
    wrong = {
        finding.where.partition(", column")[0].partition(" (")[0]
        for finding in findings
        if finding.severity == "error"
    }
    return table[~(table["file"] + ", row " + table["row"].astype(str)).isin(wrong)]


def _bases(table: pd.DataFrame, programme: Programme) -> Iterator[Finding]:
    """Yield the rows that are counted at another place than their measure is: they add up to nothing with its figures."""
    declared = table["measure"].map(
        {name: measure.place_basis for name, measure in programme.measures.items()}
    )
    for _, row in table[declared.notna() & (table["place_basis"] != declared)].iterrows():
        rule = worded(
            "{measure} is counted at {place_basis}",
            measure=row["measure"],
            place_basis=programme.measures[row["measure"]].place_basis,
        )
        do = worded(
            "another place basis is another figure, compared with none of the measure's: correct it, or keep it knowingly"
        )
        yield _finding("warning", row, "place_basis", rule, do)


def _revisions(table: pd.DataFrame, key: list[str]) -> Iterator[Finding]:
    same = [name for name in key if name != "edition_date"]
    revised = table[table.duplicated(same, keep=False)].drop_duplicates(same)
    for _, row in revised.iterrows():
        yield _finding(
            "note",
            row,
            "edition_date",
            worded("the source revised this figure"),
            worded("the latest edition is used"),
        )
