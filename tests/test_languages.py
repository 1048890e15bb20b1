"""Pages in other languages than Vietnamese and English: labels, sentences, numbers and days, and what a catalogue lacks."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from evalkit.batch.declarations import language_findings
from evalkit.declaration import read_declaration
from evalkit.errors import DeclarationError, SettingsError
from evalkit.labels import Label, labels_in
from evalkit.languages import speaking, spoken
from evalkit.programme.load import load_programme
from evalkit.programme.models import MeasureUnit
from evalkit.reporting import formats
from evalkit.reporting.bilingual import Bilingual, each, same
from evalkit.reporting.blocks import Paragraph, from_json, to_json
from evalkit.reporting.wording import catalogue, own_catalogues, say
from evalkit.workspace import open_workspace

NBSP = "\N{NO-BREAK SPACE}"
SETTINGS = """
title.fi = "Koemaa"
title.en = "A trial country"
languages = ["fi", "en"]
programme = "vn-trafficking"
scheme = "new"
invented = true
"""
CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8"

msgid "Table {number}."
msgstr "Taulukko {number}."
"""


def workspace(folder: Path, *, settings: str = SETTINGS, catalogue_text: str = CATALOGUE):
    path = folder / "locale" / "fi" / "LC_MESSAGES" / "evalkit.po"
    path.parent.mkdir(parents=True)
    path.write_text(catalogue_text, encoding="utf-8")
    (folder / "evalkit.toml").write_text(settings, encoding="utf-8")
    return open_workspace(folder)


def test_a_sentence_is_said_in_the_workspaces_languages_and_in_english_where_its_catalogue_lacks_it(
    tmp_path: Path,
):
    opened = workspace(tmp_path)
    with speaking(opened.languages, own_catalogues(tmp_path, opened.languages)):
        assert say("Table {number}.", number="2") == Bilingual(fi="Taulukko 2.", en="Table 2.")
        assert say("Contents").of("fi") == "Contents"
    assert spoken() == ("vi", "en")
    assert say("Contents").vi == "Mục lục"


def test_what_a_catalogue_lacks_is_counted_in_one_warning(tmp_path: Path):
    (found,) = language_findings(workspace(tmp_path))
    assert found.severity == "warning"
    assert found.rule.startswith(f"{len(catalogue()) - 1} of the {len(catalogue())} sentences")
    assert "'fi'" in found.rule


def test_a_catalogue_with_other_gaps_is_refused(tmp_path: Path):
    opened = workspace(tmp_path, catalogue_text=CATALOGUE.replace("Taulukko {number}", "Taulukko {n}"))
    with pytest.raises(DeclarationError, match="a sentence has the gaps of the English one"):
        own_catalogues(tmp_path, opened.languages)


def test_numbers_days_and_lists_are_written_as_cldr_has_them():
    with speaking(["fi", "en"]):
        assert formats.number(1234.5, 1).texts == {"fi": f"1{NBSP}234,5", "en": "1,234.5"}
        assert formats.percent(41).texts == {"fi": f"41,0{NBSP}%", "en": "41.0%"}
        assert formats.day(date(2026, 9, 1)).of("fi") == "1. syyskuuta 2026"
        assert formats.listed([same("A"), same("B"), same("C")]).of("fi") == "A, B ja C"
        assert formats.country("CN").of("fi") == "Kiina"
        assert formats.period(date(2022, 1, 1), date(2022, 12, 31)).of("fi") == "2022"


def test_a_wording_travels_in_its_own_languages():
    with speaking(["fi", "en"]):
        text = each("{}, {}".format, Bilingual(fi="yksi", en="one"), Bilingual("–", "–"))
        assert text.texts == {"fi": "yksi, –", "en": "one, –"}
    content = json.loads(json.dumps(to_json(Paragraph(text))))
    assert content["text"] == {"fi": "yksi, –", "en": "one, –"}
    assert from_json(content).text.texts == text.texts


def test_labels_are_wanted_in_the_workspaces_languages(tmp_path: Path):
    path = tmp_path / "unit.toml"
    path.write_text('label.en = "cases"\nsingular.fi = "tapaus"\n', encoding="utf-8")
    with labels_in(["en"]):
        unit = read_declaration(path, MeasureUnit)
        assert (unit.label, unit.one.of("fi"), unit.one.en) == (Label(en="cases"), "tapaus", "cases")
    with labels_in(["fi", "en"]), pytest.raises(DeclarationError, match=r"label\.fi") as refused:
        read_declaration(path, MeasureUnit)
    assert refused.value.rule == "this key is required"
    with labels_in(["fi", "en"]), pytest.raises(DeclarationError, match="fi"):
        load_programme("vn-trafficking")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (SETTINGS.replace('title.fi = "Koemaa"', ""), "key title.fi"),
        (SETTINGS.replace('"fi", "en"]', '"fi", "fi", "en"]'), "names each language once"),
        (SETTINGS.replace('["fi", "en"]', "[]"), "at least 1"),
        (SETTINGS.replace('["fi", "en"]', '["finnish"]'), "pattern"),
    ],
)
def test_languages_that_cannot_be_are_refused(tmp_path: Path, settings: str, told: str):
    with pytest.raises(SettingsError, match=told):
        workspace(tmp_path, settings=settings)
