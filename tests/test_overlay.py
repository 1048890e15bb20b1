"""A programme laid over another: its tables add to the other's by name and inherit the keys they do not set."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.batch.declarations import programme_of
from evalkit.errors import DeclarationError, DisclosureError
from evalkit.programme.load import load_programme
from evalkit.workspace import open_workspace

HEAD = """
id = "own"
extends = "vn-trafficking"
label.vi = "Chương trình riêng"
label.en = "An own programme"
[[period]]
id = "2021-2025"
label.vi = "2021–2025"
label.en = "2021–2025"
valid_from = 2021-01-01
valid_to = 2025-12-31
legal_basis = "An act"
source = "Invented"
"""
STRANDS = "".join(
    f'[[strand]]\nid = "{strand.id}"\nlabel.vi = "{strand.label.vi}"\nlabel.en = "{strand.label.en}"\n'
    for strand in load_programme("vn-trafficking").strands
)
TABLES = {
    "more": """
[indicator.leaflets_again]
id = "X1"
label.vi = "Tờ rơi"
label.en = "Leaflets"
kind = "count"
numerator = "leaflets_distributed"
polarity = "higher"
level = "output"
criterion = "effectiveness"
strand = "communication"
why.vi = "-"
why.en = "-"
caveat.vi = "-"
caveat.en = "-"
source = "Invented"
""",
    "changed": '[indicator.cases]\nlabel.en = "Cases, renamed"\nmin_base = 33\n',
}


def own(folder: Path, *, head: str = HEAD, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "programme.toml").write_text(head + STRANDS, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_one_file_adds_one_indicator_to_the_87(tmp_path: Path):
    shipped = load_programme("vn-trafficking")
    text = TABLES["more"].replace('"communication"', f'"{shipped.strands[0].id}"')
    found = load_programme("own", base=own(tmp_path / "own", indicators=text).parent)
    assert len(shipped.indicators) == 87
    assert list(found.indicators) == [*shipped.indicators, "leaflets_again"]
    assert (found.measures, found.dimensions) == (shipped.measures, shipped.dimensions)


@pytest.mark.parametrize(
    ("kind", "scale"),
    [("proportion", 100), ("period_ratio", 100), ("consistency", 100), ("per_thousand", 1000), ("mean", 1)],
)
def test_an_indicator_that_says_no_scale_has_that_of_its_kind(kind: str, scale: float, tmp_path: Path):
    made_of = f'kind = "{kind}"\ndenominator = "communication_sessions"'
    text = TABLES["more"].replace('kind = "count"', made_of)
    found = load_programme("own", base=own(tmp_path / "own", indicators=text).parent)
    assert found.indicators["leaflets_again"].scale == scale


def test_what_is_written_in_percent_has_no_other_scale(tmp_path: Path):
    made_of = 'kind = "proportion"\ndenominator = "communication_sessions"\nscale = 1'
    text = TABLES["more"].replace('kind = "count"', made_of)
    with pytest.raises(DeclarationError, match="written in percent: its scale is 100"):
        load_programme("own", base=own(tmp_path / "own", indicators=text).parent)


def test_a_table_inherits_what_it_does_not_say(tmp_path: Path):
    shipped = load_programme("vn-trafficking").indicators["cases"]
    (tmp_path / "own").mkdir()
    found = load_programme(
        "own", base=own(tmp_path / "own", **{"indicators-changed": TABLES["changed"]}).parent
    )
    changed = found.indicators["cases"]
    assert (changed.min_base, changed.label.en, changed.label.vi) == (33, "Cases, renamed", shipped.label.vi)
    assert changed.model_copy(update={"min_base": shipped.min_base, "label": shipped.label}) == shipped


def test_a_fault_of_an_overlay_names_its_own_file_and_line(tmp_path: Path):
    folder = own(tmp_path / "own", indicators=TABLES["changed"] + 'polarity = "lower"\n')
    with pytest.raises(DeclarationError) as refused:
        load_programme("own", base=folder.parent)
    assert refused.value.where == f"{folder / 'indicators.toml'}, line 4"
    assert "neutral" in refused.value.rule


def test_an_overlay_may_not_protect_less(tmp_path: Path):
    own(tmp_path / "own", measures='[measure.victims_identified]\ndisclosure = "activity"\n')
    settings = 'title.vi = "a"\ntitle.en = "a"\nprogramme = "own"\nscheme = "34"\ninvented = true\n'
    (tmp_path / "evalkit.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(DisclosureError, match=r"measure\.victims_identified"):
        programme_of(open_workspace(tmp_path))


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        (HEAD.replace('"vn-trafficking"', '"../own"'), "stays inside it"),
        ("counts_detection = false\n" + HEAD, "the programme extended counts detection"),
    ],
)
def test_what_an_overlay_may_not_do(tmp_path: Path, head: str, rule: str):
    with pytest.raises(DeclarationError, match=rule):
        load_programme("own", base=own(tmp_path / "own", head=head).parent)
