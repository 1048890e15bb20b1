"""What a registry says of its country: the nation's code and name, and the words for its types of unit.

The file is ``registry.toml`` beside units.csv. A registry without one has what the reference registry declares.
"""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import Field

from evalkit.declaration import Declared, read_declaration
from evalkit.errors import DeclarationError
from evalkit.labels import Label, labels_in
from evalkit.languages import DEFAULT
from evalkit.messages import worded

REGISTRY_FILE = "registry.toml"
_CODE = r"[A-Za-z][A-Za-z0-9_-]*"


class UnitWords(Declared):
    """One type of unit: what it is called, and the words that stand before or after a unit's own name.

    ``before`` and ``after`` are written as within a sentence ("tỉnh", "Kreis"); case, diacritics and full stops do not matter when a
    name is read. ``smaller_too`` says that units below, of which the registry knows nothing, bear the word as well.
    """

    name: Label
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    smaller_too: bool = False


class PopulationTable(Declared):
    """Which table of the registry holds the average population of each year, and what the programme calls it."""

    file: str = "population.csv"
    measure: str
    unit: str


class Nation(Declared):
    """The country of a registry.

    ``code`` stands for the whole country in the facts table, with the scheme "nation"; ``population`` is None where no table
    of the registry holds it; ``also`` are the words by which tables call the whole country.
    """

    code: str = Field(pattern=_CODE)
    name: Label
    unit_type: dict[str, UnitWords] = Field(default_factory=dict)
    population: PopulationTable | None = None
    also: tuple[str, ...] = ()

    def within(self, full_name: str) -> str:
        """Return an official name as it is written within a sentence.

        Examples
        --------
        >>> reference_nation().within("Tỉnh Quảng Ninh")
        'tỉnh Quảng Ninh'
        """
        for words in self.unit_type.values():
            for word in words.before:
                found = re.match(rf"{re.escape(word)}(?=\s)", full_name, re.IGNORECASE)
                if found:
                    return word + full_name[found.end() :]
        return full_name


def read_nation(folder: Path) -> Nation:
    """Return what the registry in a folder says of its country.

    Raises
    ------
    DeclarationError
        If its registry.toml is malformed or lacks a key.
    """
    path = folder / REGISTRY_FILE
    return read_declaration(path, Nation) if os.path.lexists(path) else reference_nation()


@cache
def reference_nation() -> Nation:
    """Return the country of the reference registry.

    Examples
    --------
    >>> reference_nation().code
    'VN'
    """
    with labels_in(DEFAULT):
        return read_declaration(reference_folder() / REGISTRY_FILE, Nation)


def reference_folder() -> Path:
    """Return the folder of the reference registry: the checkout's data/reference, else the one in the package."""
    package = Path(str(resources.files("evalkit.programme"))).parent
    for folder in (package.parents[1] / "data" / "reference", package / "_shipped" / "reference"):
        if (folder / "units.csv").is_file():
            return folder
    raise DeclarationError(
        where="data/reference",
        rule=worded("the reference registry comes with evalkit"),
        do=worded("install evalkit again"),
    )
