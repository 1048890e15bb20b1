"""pyproject.toml is the one truth for dependencies: environment.yml and requirements.lock must agree with it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

# Where conda-forge calls a package by another name than pip does: {name in pyproject.toml: name in environment.yml}.
CONDA_NAMES: dict[str, str] = {}
# In environment.yml, but no package that pyproject.toml could list.
CONDA_ONLY = {"python", "pip"}


def bounds(lines: Iterable[str]) -> dict[str, SpecifierSet]:
    """Return {name: version bounds} of requirement lines."""
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement.specifier for requirement in requirements}


def pins() -> list[tuple[Requirement, list[str]]]:
    """Return each entry of the lock with its hashes."""
    entries = re.split(r"\n(?=\S)", "\n".join(line for line in LOCK.splitlines() if not line.startswith("#")))
    parted = [entry.replace("\\\n", " ").split("--hash=") for entry in entries if entry.strip()]
    return [(Requirement(head), [mark.strip() for mark in hashes]) for head, *hashes in parted]


def conda_entries() -> list[str | dict[str, list[str]]]:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]


def test_conda_lists_the_same_packages_with_the_same_bounds():
    conda = bounds(entry for entry in conda_entries() if isinstance(entry, str))
    assert conda["python"] == SpecifierSet(PROJECT["project"]["requires-python"])
    listed = {name: specifier for name, specifier in conda.items() if name not in CONDA_ONLY}
    declared = bounds(PROJECT["project"]["dependencies"])
    assert listed == {CONDA_NAMES.get(name, name): specifier for name, specifier in declared.items()}


def test_conda_leaves_nothing_but_evalkit_itself_to_pip():
    assert [entry["pip"] for entry in conda_entries() if isinstance(entry, dict)] == [["-e ."]]


@pytest.mark.parametrize("python", ["3.11.2", "3.12.0", "3.13.0"])
def test_the_lock_pins_one_allowed_version_of_each_dependency(python: str):
    here = {
        **default_environment(),
        "python_full_version": python,
        "python_version": python.rsplit(".", 1)[0],
    }
    pinned: dict[str, list[Requirement]] = {}
    for pin, _ in pins():
        if pin.marker is None or pin.marker.evaluate(here):
            pinned.setdefault(canonicalize_name(pin.name), []).append(pin)
    wanted = [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["dev"],
        *PROJECT["build-system"]["requires"],
        "editables",  # what an editable install by hatchling needs
    ]
    for name, allowed in bounds(wanted).items():
        versions = [next(iter(pin.specifier)).version for pin in pinned.get(name, [])]
        assert len(versions) == 1, (
            f"{name} is pinned {len(versions)} times for Python {python}: run make lock"
        )
        assert allowed.contains(versions[0]), f"{name} {versions[0]} is not {allowed}: run make lock"


@pytest.mark.parametrize("extra", ["cluster", "docs"])
def test_whoever_develops_has_what_the_other_extras_add(extra: str):
    extras = {name: bounds(lines) for name, lines in PROJECT["project"]["optional-dependencies"].items()}
    assert extras[extra].items() <= extras["dev"].items()


def test_the_lock_pins_exact_versions_each_with_hashes():
    for pin, hashes in pins():
        assert [specifier.operator for specifier in pin.specifier] == ["=="], f"{pin.name} is not pinned"
        assert hashes, f"{pin.name} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", mark) for mark in hashes), (
            f"{pin.name} has a malformed hash"
        )


def test_the_lock_names_no_address_and_no_folder():
    assert "://" not in LOCK
    assert not re.search(r"^\s*-(?!-hash=)", LOCK, re.MULTILINE), "the lock sets an option for pip"
    assert not re.search(r"(^|\s)(file:|\.{0,2}/)", LOCK, re.MULTILINE), "the lock names a path"


POSIX_ONLY = ("fcntl", "pwd", "resource", "grp", "termios")


@pytest.mark.parametrize(
    "words",
    [
        ["check", "data/vn-published"],
        ["indicators"],
        ["--help"],
        ["check", "data/demo"],
        ["new", "{folder}/moi"],
        ["template", "data/vn-published", "--province", "22", "--out", "{folder}/bieu.xlsx"],
        ["import", "{folder}/form.csv", "{folder}/ws", "--mapping", "{folder}/mapping.toml"],
    ],
    ids=lambda words: words[0],
)
def test_what_an_officer_runs_needs_nothing_that_only_posix_has(words: list[str], tmp_path: Path):
    """Officers sit at Windows, where these modules do not exist."""
    shutil.copytree("data/vn-published", tmp_path / "ws", ignore=shutil.ignore_patterns("ledger*"))
    (tmp_path / "form.csv").write_text("x;2023\nQuảng Ninh;4\n", encoding="utf-8")
    place = 'corner = "B2"\nplace = { column = "A", scheme = "34" }\nperiod = { row = 1 }\n'
    (tmp_path / "mapping.toml").write_text(f'[table]\n{place}measure = "cases_recorded"\n', encoding="utf-8")
    words = [word.replace("{folder}", str(tmp_path)) for word in words]
    hidden = f"import sys; sys.modules |= dict.fromkeys({POSIX_ONLY!r}); sys.argv = ['evalkit', *{words!r}]\n"
    code = hidden + "from evalkit.cli import main\nmain()"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout


def test_the_distribution_has_a_name_of_its_own():
    assert PROJECT["project"]["name"] == "evalkit-provinces"
    assert list(PROJECT["project"]["scripts"]) == ["evalkit"]
