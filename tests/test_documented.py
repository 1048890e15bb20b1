"""What a researcher reads by help(): every name of the shop window says all it should, and columns are those that frames have."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import evalkit as ek
from evalkit import records
from evalkit.explore import OpenBundle
from evalkit.facts.areas import NationFacts
from evalkit.indicators.alarms import Alarms
from evalkit.indicators.trends import Trend
from evalkit.records import Evaluation, Record
from evalkit.table import dimensions_of, totals_only
from tests.shipped import bundle_of, evaluation_of

SHOP_WINDOW = [name for name in ek.__all__ if name != "__version__"]
KINDS = [
    kind
    for kind in vars(records).values()
    if inspect.isclass(kind) and issubclass(kind, Record) and kind is not Record
]
KNOWN = {kind.__name__: kind for kind in [*KINDS, Trend]}
AREAS = [("demo", ""), ("demo", "08"), ("demo", "22"), ("vn-published", ""), ("vn-published", "22")]
BULLET = re.compile(r"^ *- ((?:``[\w<>]+``, )*``[\w<>]+``) \(([^)]*)\)")
INCLUDED = re.compile(r"^ *- those of ``(\w+)\.(\w+)``")


def sections_of(documented: Any) -> dict[str, str]:
    """Return the sections of a NumPy docstring by their heading; what stands above the first, under an empty one."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", inspect.getdoc(documented) or "", flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def entries_of(section: str) -> dict[str, str]:
    """Return the entries of a section by name, each with its type and what is said of it."""
    parts = re.split(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?= : |$)", section, flags=re.MULTILINE)
    return {
        name.lstrip("*"): said
        for names, said in zip(parts[1::2], parts[2::2], strict=True)
        for name in names.split(", ")
    }


def columns_in(text: str) -> dict[str, str]:
    """Return the columns that a text lists, with their type; those it takes over from a frame of a record too."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if other := INCLUDED.match(line):
            found |= columns_of(KNOWN[other[1]], other[2])
        elif listed := BULLET.match(line):
            names = re.findall(r"[\w<>]+", listed[1])
            assert not found.keys() & set(names), f"listed twice: {line}"
            found |= dict.fromkeys(names, listed[2])
    return found


def columns_of(kind: type, frame: str) -> dict[str, str]:
    return columns_in(entries_of(sections_of(kind)["Attributes"])[frame])


def frames_of(result: Evaluation) -> Iterator[tuple[type, str, pd.DataFrame]]:
    given = list(result.by_step().values())
    if result.area.about.workspace == "demo" and isinstance(result.area, NationFacts):
        given.append(ek.compare_places(bundle_of("demo").province("04"), result.area, "cases"))
    for record in given:
        for field in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
            value = getattr(record, field.name)
            if isinstance(value, pd.DataFrame):
                yield type(record), field.name, value


def made_frames_of(kind: type) -> dict[str, property]:
    """Return the frames that a record makes of its items."""
    made = {name: one for name, one in vars(kind).items() if isinstance(one, property)}
    return {name: one for name, one in made.items() if one.fget.__annotations__["return"] == "pd.DataFrame"}


# ---- every name says all it should


@pytest.mark.parametrize("name", SHOP_WINDOW)
def test_every_name_of_the_shop_window_says_what_it_takes_what_it_gives_and_shows_it(name: str):
    documented = getattr(ek, name)
    sections, signature = sections_of(documented), inspect.signature(documented)
    given = "Attributes" if inspect.isclass(documented) else "Parameters"
    told = entries_of(sections.get(given, ""))
    assert list(told) == list(signature.parameters), "each parameter, in order"
    returns = signature.return_annotation not in ("None", None)
    assert inspect.isclass(documented) or not returns or sections.get("Returns", "").strip()
    assert ">>> " in sections.get("Examples", "")


@pytest.mark.parametrize("kind", [*KINDS, Trend, OpenBundle], ids=lambda kind: kind.__name__)
def test_every_record_says_what_its_fields_are_and_shows_one(kind: type):
    sections = sections_of(kind)
    assert set(entries_of(sections["Attributes"])) == set(vars(kind)["__annotations__"])
    assert ">>> " in sections["Examples"]


# ---- the columns documented are those of the frames, in every place


@pytest.mark.parametrize(("name", "code"), AREAS)
def test_a_record_documents_the_columns_that_its_frames_have_and_no_other(name: str, code: str):
    for kind, field, frame in frames_of(evaluation_of(name, code)):
        where = f"{kind.__name__}.{field}"
        if len(frame.columns):
            assert set(frame.columns) == set(columns_of(kind, field)), where
        else:
            said = entries_of(sections_of(kind)["Attributes"])[field]
            assert "without columns" in said.lower(), where


def test_every_frame_of_a_record_was_seen_with_its_columns():
    seen = {
        (kind, field)
        for name, code in AREAS
        for kind, field, frame in frames_of(evaluation_of(name, code))
        if len(frame.columns)
    }
    typed = {(kind, one.name) for kind in KINDS for one in fields(kind) if one.type == "pd.DataFrame"}
    assert seen == typed
    assert len(seen) > 15


@pytest.mark.parametrize(("name", "code"), AREAS)
def test_a_trend_documents_the_columns_of_its_series(name: str, code: str):
    columns = columns_of(Trend, "series")
    always = {column for column, kind in columns.items() if "or absent" not in kind}
    items = evaluation_of(name, code).trends.items
    assert items
    for item in items:
        assert always <= set(item.series.columns) <= set(columns)


@pytest.mark.parametrize("name", ["demo", "vn-published"])
def test_the_frames_of_all_places_document_their_columns(name: str, tmp_path: Path):
    bundle_of(name).write(tmp_path / "bundle")
    bundle = ek.open_bundle(tmp_path / "bundle")
    assert set(bundle.estimates.columns) == set(columns_in(inspect.getdoc(OpenBundle.estimates) or ""))
    named = [one for one in dimensions_of(bundle.facts) if one in bundle.programme.dimensions]
    documented = set()
    for column in columns_in(inspect.getdoc(OpenBundle.figures) or ""):
        documented |= {column.replace("<breakdown>", one) for one in named}
    assert set(bundle.figures.columns) == documented


@pytest.mark.parametrize(("name", "code"), AREAS)
def test_frames_made_of_items_document_their_columns(name: str, code: str):
    seen = 0
    for record in evaluation_of(name, code).by_step().values():
        for field, made in made_frames_of(type(record)).items():
            frame, documented = getattr(record, field), set(columns_in(inspect.getdoc(made) or ""))
            optional = (
                {"exposure", "exposure_source"}
                if (type(record), field) == (records.Trends, "frame")
                else set()
            )
            if documented:  # else it is documented where its rows are made
                assert documented - optional <= set(frame.columns) <= documented, (type(record), field)
                seen += 1
    assert seen == (10 if code else 14)


def test_alarms_document_the_columns_of_their_frame():
    province = bundle_of("demo").province("04")
    totals = totals_only(province.facts)
    one = totals[totals["measure"] == "cases_recorded"].iloc[[0]]
    starts = pd.date_range("2015-01-01", periods=44, freq="QS")
    facts = one.loc[one.index.repeat(44)].assign(
        period_start=starts, period_end=starts + pd.offsets.QuarterEnd(0)
    )
    found = ek.alarms(replace(province, facts=facts.assign(value=3.0)), "cases_recorded")
    assert isinstance(found, Alarms)
    assert set(found.frame.columns) == set(columns_of(Alarms, "frame"))
