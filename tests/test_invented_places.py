"""A page of invented figures says that its country does not exist only where its places are invented too."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

import evalkit.reporting.every_section  # noqa: F401
from evalkit.batch.prepare import make_bundle, receive
from evalkit.reporting.blocks import Paragraph
from evalkit.reporting.display import section_of
from evalkit.reporting.every_section import page_head
from evalkit.reporting.page import running_words
from evalkit.steps import methods_used
from evalkit.workspace import open_workspace
from tests.shipped import ROOT
from tests.workspaces import tiny_workspace

NO_COUNTRY, NOT_OF_HERE = "a country that does not exist", "not figures of this place"


@pytest.mark.parametrize(
    ("more", "words"),
    [("", NO_COUNTRY), ("invented_places = false\n", NOT_OF_HERE)],
    ids=["as a rule", "its places are real"],
)
def test_a_workspace_with_places_of_its_own_says_of_them_what_it_declares(
    tmp_path: Path, more: str, words: str
):
    workspace = tiny_workspace(tmp_path, settings=more)
    bundle = make_bundle(receive(workspace), day=date(2026, 5, 1), audience="internal")
    assert running_words(page_head(bundle.province("01"))).en.startswith(f"INVENTED FIGURES – {words}")
    caution = section_of(methods_used(bundle.province("01"))).blocks[0]
    assert isinstance(caution, Paragraph)
    assert ("does not exist" in caution.text.en) is (words == NO_COUNTRY)
    assert ("Laws and offices may bear the names of real ones" in caution.text.en) is (words == NO_COUNTRY)
    assert "Every figure, name" not in caution.text.en, "laws and offices are real where the programme is"
    assert bundle.as_opened().about == bundle.about


def test_the_places_of_the_shipped_registry_are_never_invented(tmp_path: Path):
    workspace = tmp_path / "ws"
    shutil.copytree(
        ROOT / "data" / "vn-published", workspace, ignore=shutil.ignore_patterns("ledger*", ".evalkit")
    )
    settings = (workspace / "evalkit.toml").read_text(encoding="utf-8")
    text = settings.replace("invented = false", "invented = true\ninvented_places = true")
    assert text != settings
    (workspace / "evalkit.toml").write_text(text, encoding="utf-8")
    assert not open_workspace(workspace).is_of_no_country
    assert open_workspace(ROOT / "data" / "demo").is_of_no_country
