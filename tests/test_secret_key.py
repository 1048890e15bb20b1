"""Who knows the rules by heart, and not the key by which ties are broken, learns no hidden figure from which figures are hidden."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from evalkit.batch.run import run_batch
from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.protect import hidden_cells
from evalkit.disclosure.protection_rules import protected_cells
from evalkit.disclosure.secret_key import KEY, secret_key
from evalkit.errors import SettingsError
from evalkit.places.registry import Registry
from evalkit.workspace import DisclosurePolicy, open_workspace
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry
from tests.shipped import ROOT
from tests.workspaces import PagesWithoutKernel, at, options, tiny_workspace

POLICY = DisclosurePolicy()
KEYS = [bytes([number] * 16) for number in range(6)]
World = tuple[int, int, int]
Page = tuple[int | str, ...]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def worlds_by_page(registry: Registry, total: int, keys: list[bytes]) -> dict[Page, set[World]]:
    """Return for each page that could be shown of three provinces all worlds it can come from, by any key."""
    pages: dict[Page, set[World]] = defaultdict(set)
    for first in range(total + 1):
        for second in range(total + 1 - first):
            world = (first, second, total - first - second)
            rows = [
                fact(place, value, measure="victims_identified")
                for place, value in zip(("01", "02", "03"), world, strict=True)
            ]
            rows.append(fact("VN", total, measure="victims_identified"))
            cells = labelled(protected_cells(facts_table(*rows), PROGRAMME, POLICY))
            tables = linked_tables(cells, PROGRAMME, registry)
            for key in keys:
                hidden, _ = hidden_cells(tables, key=key)
                shown = {
                    row.province_code: "c" if row.Index in hidden else row.value for row in cells.itertuples()
                }
                pages[tuple(shown[place] for place in ("VN", "01", "02", "03"))].add(world)
    return pages


def narrow(pages: dict[Page, set[World]]) -> dict[Page, set[World]]:
    """Return the pages with a shown total on which a hidden figure is told more closely than the threshold less one."""
    return {
        page: worlds
        for page, worlds in pages.items()
        for place in (1, 2, 3)
        if page[0] != "c" and page[place] == "c"
        if max(world[place - 1] for world in worlds) - min(world[place - 1] for world in worlds)
        < POLICY.k - 1
    }


@pytest.mark.parametrize("total", [12, 16])
def test_every_page_of_three_provinces_comes_from_worlds_enough(registry: Registry, total: int):
    pages = worlds_by_page(registry, total, KEYS)
    assert any("c" in page[1:] for page in pages if page[0] != "c")
    assert narrow(pages) == {}


def test_an_order_that_everybody_knows_gives_figures_away(registry: Registry):
    told = narrow(worlds_by_page(registry, 16, [b""]))
    assert told[16, "c", 10, "c"] == {(5, 10, 1)}


def test_the_key_is_drawn_once_and_by_each_workspace_for_itself(tmp_path: Path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    first = secret_key(tmp_path / "one")
    assert len(first) == 16
    assert secret_key(tmp_path / "one") == first != secret_key(tmp_path / "other")
    assert (tmp_path / "one" / KEY).stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "one").iterdir()] == [KEY]


@pytest.mark.parametrize("written", ["", "0" * 31, "0" * 33, "g" * 32, "khóa" * 8])
def test_what_is_no_key_is_refused(tmp_path: Path, written: str):
    (tmp_path / KEY).write_text(written, encoding="utf-8")
    with pytest.raises(SettingsError, match="secret key") as refused:
        secret_key(tmp_path)
    assert written == "" or written not in str(refused.value)
    assert (tmp_path / KEY).read_text(encoding="utf-8") == written


def test_the_key_leaves_the_workspace_nowhere(tmp_path: Path):
    workspace = tiny_workspace(tmp_path / "ws")
    key = (workspace.folder / KEY).read_text().strip().encode()
    run_batch(workspace, options(tmp_path), clock=at("2026-05-01"), executor=PagesWithoutKernel())
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path != workspace.folder / KEY]
    assert len(files) > 5
    assert [path for path in files if key in path.read_bytes()] == []


def test_each_shipped_workspace_has_its_own_key():
    keys = {secret_key(open_workspace(ROOT / "data" / name).folder) for name in ("demo", "vn-published")}
    assert len(keys) == 2
