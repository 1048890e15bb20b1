"""A workspace: one folder with evalkit.toml, the facts and their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails

from evalkit.declaration import Declared, read_declaration
from evalkit.errors import SettingsError
from evalkit.languages import CODE, DEFAULT

FLOOR = 5
FLOOR_SENSITIVE = 10
SETTINGS_FILE = "evalkit.toml"


class DisclosurePolicy(Declared):
    """What may be shown of persons. Raising a threshold is free; lowering one below its floor is refused.

    ``signed_by`` names who answers for a public release; the ledger keeps it.
    """

    k: int = FLOOR
    k_sensitive: int = FLOOR_SENSITIVE
    person_totals_stand: bool = False
    custodian: str = ""
    signed_by: str = ""

    @field_validator("k", "k_sensitive")
    @classmethod
    def _keeps_the_floor(cls, threshold: int, info: ValidationInfo) -> int:
        floor = FLOOR if info.field_name == "k" else FLOOR_SENSITIVE
        if threshold < floor:
            raise ValueError(f"{info.field_name} is at least {floor}; a threshold may only be raised")
        return threshold

    @model_validator(mode="after")
    def _totals_stand_by_a_custodian(self) -> Self:
        if self.person_totals_stand and not self.custodian.strip():
            raise ValueError(
                "person totals stand only where a named custodian lets them: set disclosure.custodian"
            )
        return self


class _Settings(Declared):
    title: dict[str, Annotated[str, Field(min_length=1)]]
    languages: tuple[Annotated[str, Field(pattern=rf"^{CODE.pattern}$")], ...] = Field(DEFAULT, min_length=1)
    programme: str
    scheme: str
    invented: bool
    facts: tuple[str, ...] = ("facts.csv",)
    places: str = "reference"
    population: bool = True
    disclosure: DisclosurePolicy = DisclosurePolicy()

    @model_validator(mode="after")
    def _is_named_in_its_languages(self) -> Self:
        if len(set(self.languages)) < len(self.languages):
            raise ValueError("languages names each language once")
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
    ``languages`` are those of the pages, the first one first; ``scheme`` names the boundary set the pages are made for; ``invented`` says that no figure is real.
    """

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, used for the output folder."""
        return self.folder.name

    @property
    def fact_files(self) -> tuple[Path, ...]:
        """The facts files, in the order declared."""
        return tuple(self.folder / name for name in self.facts)

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
    if not (folder / SETTINGS_FILE).is_file():
        raise SettingsError(
            where=str(folder),
            rule=f"a workspace is a folder with {SETTINGS_FILE}",
            do="give the folder of a workspace",
        )
    settings = read_declaration(folder / SETTINGS_FILE, _Settings, error=SettingsError)
    return Workspace(**{name: getattr(settings, name) for name in _Settings.model_fields}, folder=folder)
