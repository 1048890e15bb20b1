"""A workspace: one folder with evalkit.toml, the facts and their sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails

from evalkit.declaration import Declared, frozen, read_declaration, validated
from evalkit.errors import EvalkitError, Refusals, SettingsError
from evalkit.input_file import outside, plain_name, read_text, refuse_outside
from evalkit.languages import CODE, DEFAULT
from evalkit.messages import worded
from evalkit.toml_text import Key, dotted, line_of, read_toml

FLOOR = 5
FLOOR_SENSITIVE = 10
SETTINGS_FILE = "evalkit.toml"
FACTS_FILE = "facts.csv"
SHIPPED_PLACES = "reference"
IMPORTED = "imported"  # the folder of a workspace into which forms are imported
QUARANTINE = ".quarantine.csv"


_STAND_INS = {"title": {"vi": "-", "en": "-"}, "programme": "-", "scheme": "-", "invented": True}


COARSER_LEVELS = ("province", "region", "nation", "period", "nowhere")


class Coarser(Declared):
    """A breakdown that the custodian lets be shown from some level on only: of a measure, ``by`` some attributes (any, by default)."""

    measure: str
    by: tuple[str, ...] = ()
    shown: Literal["region", "nation", "period", "nowhere"]


class DisclosurePolicy(Declared):
    """What may be shown of persons. Raising a threshold is free; lowering one below its floor is refused.

    ``coarser`` lists breakdowns that are shown coarser than the rule has them; ``signed_by`` names who answers for a public release, and
    the ledger keeps it.
    """

    k: int = FLOOR
    k_sensitive: int = FLOOR_SENSITIVE
    person_totals_stand: bool = False
    custodian: str = ""
    signed_by: str = ""
    coarser: tuple[Coarser, ...] = ()

    @field_validator("k", "k_sensitive")
    @classmethod
    def _keeps_the_floor(cls, threshold: int, info: ValidationInfo) -> int:
        floor = FLOOR if info.field_name == "k" else FLOOR_SENSITIVE
        if threshold < floor:
            raise ValueError(
                worded(
                    "{field_name} is at least {floor}; a threshold may only be raised",
                    field_name=info.field_name,
                    floor=floor,
                )
            )
        return threshold

    @model_validator(mode="after")
    def _totals_stand_by_a_custodian(self) -> Self:
        if self.person_totals_stand and not self.custodian.strip():
            raise ValueError(
                worded("person totals stand only where a named custodian lets them: set disclosure.custodian")
            )
        return self


class _Settings(Declared):
    title: dict[str, Annotated[str, Field(min_length=1)]]
    languages: tuple[Annotated[str, Field(pattern=rf"^{CODE.pattern}$")], ...] = Field(DEFAULT, min_length=1)
    programme: str
    scheme: str
    invented: bool
    facts: tuple[str, ...] = Field(default=(FACTS_FILE,), min_length=1)
    places: str = SHIPPED_PLACES
    invented_places: bool = True
    population: bool = True
    disclosure: DisclosurePolicy = DisclosurePolicy()

    @model_validator(mode="before")
    @classmethod
    def _bears_its_vietnamese_title_in_english(cls, content: Any) -> Any:
        """Give a workspace of Vietnamese pages without an English title the Vietnamese one there."""
        title = content.get("title") if isinstance(content, dict) else None
        if not isinstance(title, dict) or "vi" not in title or "en" in title:
            return content
        return {**content, "title": {**title, "en": title["vi"]}}

    @model_validator(mode="after")
    def _is_named_in_its_languages(self) -> Self:
        if len(set(self.languages)) < len(self.languages):
            raise ValueError(worded("languages names each language once"))
        missing = [language for language in self.languages if language not in self.title]
        if missing:
            faults = [
                InitErrorDetails(type="missing", loc=("title", language), input={}) for language in missing
            ]
            raise ValidationError.from_exception_data("Settings", faults)
        return self


class Workspace(_Settings):
    """A workspace as read: the settings of evalkit.toml and the folder they stand in.

    ``places`` is ``"reference"`` for the shipped registry of Viet Nam or a folder relative to the workspace;
    ``languages`` are those of the pages, the first one first; ``scheme`` names the boundary set the pages are made for; ``invented`` says that no figure is real; ``invented_places`` that its own registry is then
    of a country that does not exist: false where the places are real, as those of the shipped registry always are.
    """

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, used for the output folder."""
        return self.folder.name

    @property
    def is_of_no_country(self) -> bool:
        """Not only the figures are invented, but their places too: those of the shipped registry are real."""
        return self.invented and self.invented_places and self.places != SHIPPED_PLACES

    @property
    def fact_files(self) -> tuple[Path, ...]:
        """The facts files: those declared, in their order, then what was imported from forms.

        A workspace whose figures all come from forms needs no facts.csv.
        """
        declared = tuple(self.folder / name for name in self.facts)
        forms_alone = self.facts == (FACTS_FILE,) and self.imported_files and not os.path.lexists(declared[0])
        return self.imported_files if forms_alone else (*declared, *self.imported_files)

    @property
    def imported_files(self) -> tuple[Path, ...]:
        """The facts that were imported from forms, one file a source."""
        files = sorted((self.folder / IMPORTED).glob("*.csv"))
        return tuple(file for file in files if not file.name.endswith(QUARANTINE))

    @property
    def sources_file(self) -> Path:
        """The file that tells where the figures come from."""
        return self.folder / "sources.toml"


Audience = Literal["public", "internal"]


def open_workspace(folder: str | Path) -> Workspace:
    """Read a workspace's settings.

    Parameters
    ----------
    folder : str or Path
        The folder that holds evalkit.toml.

    Raises
    ------
    SettingsError
        If evalkit.toml is absent, malformed, has an unknown key, or weakens the disclosure policy below its floor.
    """
    folder = Path(folder)
    path = folder / SETTINGS_FILE
    if not os.path.lexists(path):
        raise SettingsError(
            where=str(folder),
            rule=worded("a workspace is a folder with {settings_file}", settings_file=SETTINGS_FILE),
            do=worded("give the folder of a workspace"),
        )
    _refuse_name(folder)
    refuse_outside(folder, SETTINGS_FILE, where=str(path), error=SettingsError)
    settings = read_declaration(path, _Settings, error=SettingsError)
    refusals = Refusals()
    for key, name in _paths(settings):
        place = _where(path, key) if key[0] in settings.model_fields_set else str(folder / name)
        refusals.of(refuse_outside, folder, name, where=place, error=SettingsError)
    refusals.refuse()
    return Workspace(**{name: getattr(settings, name) for name in _Settings.model_fields}, folder=folder)


def open_as_far(folder: Path) -> tuple[Workspace | None, tuple[EvalkitError, ...]]:
    """Open a workspace as far as its settings can be read, to list what else is wrong with it; never for a run.

    Returns
    -------
    workspace : Workspace or None
        With stand-ins for what cannot be read; None where the programme, the places or the boundary set is not told.
    refusals : tuple of EvalkitError
        What is wrong with the settings.
    """
    try:
        return open_workspace(folder), ()
    except SettingsError as refusal:
        found = refusal.every
    try:
        content = read_toml(folder / SETTINGS_FILE, error=SettingsError)
    except SettingsError:
        return None, found
    good = {name: value for name, value in content.items() if _is_good(name, value)}
    if not {"programme", "scheme"} <= good.keys() or ("places" in content and "places" not in good):
        return None, found
    settings = validated(_STAND_INS | good, _Settings, path=folder / SETTINGS_FILE, error=SettingsError)
    if any(outside(folder, name) for _, name in _paths(settings)):
        return None, found
    return Workspace(
        **{name: getattr(settings, name) for name in _Settings.model_fields}, folder=folder
    ), found


def _is_good(name: str, value: object) -> bool:
    """Tell whether a key of the settings is one and may have this value, whatever the others have."""
    try:
        _Settings.model_validate(frozen(_STAND_INS | {name: value}), strict=True)
    except ValidationError:
        return False
    return True


def refuse_links_out(workspace: Workspace) -> None:
    """Refuse a workspace in which a file that is read is a link out of it; none is opened.

    Raises
    ------
    SettingsError
        With the files.
    """
    folder, refusals = workspace.folder, Refusals()
    read = [
        workspace.sources_file,
        *workspace.imported_files,
        *(folder / workspace.places).glob("*.[ct]*[vl]"),
    ]
    for path in [*read, *(folder / workspace.programme).rglob("*.toml")]:
        if path.is_symlink():
            name = path.relative_to(folder).as_posix()
            refusals.of(refuse_outside, folder, name, where=str(path), error=SettingsError)
    refusals.refuse()


def _refuse_name(folder: Path) -> None:
    """Refuse a folder whose name cannot be that of its reports."""
    name = folder.name
    if name not in ("", "..") and not plain_name(name, ascii_only=False):
        raise SettingsError(
            where=str(folder),
            rule=worded(
                "a workspace's folder is named in letters, digits, hyphens and underscores: the reports bear its name"
            ),
            do=worded("rename the folder"),
        )


def _paths(settings: _Settings) -> Iterator[tuple[Key, str]]:
    """Yield every path of the settings with its key; what is shipped is no path."""
    for place, name in enumerate(settings.facts):
        yield ("facts", place), name
    if settings.places != SHIPPED_PLACES:
        yield ("places",), settings.places
    yield ("programme",), settings.programme


def _where(file: Path, key: Key) -> str:
    return f"{file}, line {line_of(read_text(file, error=SettingsError), key)}, key {dotted(key)}"
