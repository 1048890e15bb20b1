"""What is to be made: one job per province and one for the nation, each with everything its page depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Literal

from evalkit.batch.fingerprint import digest, kit_digest, kit_version, library_versions, notebook_digest
from evalkit.batch.own_words import refuse_text_cells
from evalkit.batch.page_names import NATIONAL
from evalkit.batch.parameter_types import Parameter, Value
from evalkit.batch.parameters import as_declared, check_parameters, read_parameters
from evalkit.declaration import nearest
from evalkit.errors import SettingsError
from evalkit.facts.audiences import file_stem
from evalkit.facts.bundle import Bundle
from evalkit.messages import worded

PROVINCE_NOTEBOOK = "province_report.ipynb"
NATIONAL_NOTEBOOK = "national_overview.ipynb"
BUNDLE_FOLDER = "bundle"
_GIVEN = ("bundle", "province_code")
OWN = "own"  # among the ingredients of a page whose notebook is one's own: it may show some steps without the others


@dataclass(frozen=True, slots=True)
class Job:
    """One page to be made.

    Attributes
    ----------
    kind : "province" or "national"
    code : str
        The place's code, text such as "04".
    name : str
        The place's name, for progress and messages.
    stem : str
        What its files are called: "22-quang-ninh", "national".
    notebook : Path
    parameters : dict
        What papermill is given.
    ingredients : dict of str
        Digest of each thing the page depends on; the bundle's date is not among them.
    """

    kind: Literal["province", "national"]
    code: str
    name: str
    stem: str
    notebook: Path
    parameters: Mapping[str, Value] = field(hash=False)
    ingredients: Mapping[str, str] = field(hash=False)

    @property
    def content_key(self) -> str:
        """One digest of all ingredients: two jobs with one key make the same page."""
        return digest(dict(self.ingredients))


def plan(
    bundle: Bundle,
    *,
    notebooks: Path,
    notebook: Path | None = None,
    own: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> tuple[Job, ...]:
    """Return the jobs for a bundle: its provinces in official order, then the nation.

    Parameters
    ----------
    bundle : Bundle
        The protected bundle of the whole country.
    notebooks : Path
        The folder that holds the two report notebooks.
    notebook : Path, optional
        A province's report notebook of one's own, in place of the folder's.
    own : mapping of str, optional
        Further parameters by name, as typed; each goes to whichever of the two notebooks takes it.
    settings : mapping of str
        What else a page depends on, by name: its edition, the languages it links to.

    Raises
    ------
    DeclarationError
        If a notebook is missing, does not take exactly the parameters it is given, or has a text cell that would stand on a page.
    """
    province, national = notebook or notebooks / PROVINCE_NOTEBOOK, notebooks / NATIONAL_NOTEBOOK
    known, of_nation = read_parameters(province), read_parameters(national)
    for one in (province, national):
        refuse_text_cells(one, (settings or {}).get("languages", ",".join(bundle.about.languages)).split(","))
    refuse_own(own or {}, (known, of_nation), where=str(province))
    further = _taken(own or {}, known, province)
    for place in bundle.places:
        given = {"bundle": BUNDLE_FOLDER, "province_code": place.code, **further}
        check_parameters(given, province, known=known)
    for_nation = {"bundle": BUNDLE_FOLDER, **_taken(own or {}, of_nation, national)}
    check_parameters(for_nation, national, known=of_nation)
    common = {
        "kit": f"{kit_version()} {kit_digest()}",
        "libraries": digest(dict(library_versions())),
        **(settings or {}),
    }
    source = notebook_digest(province)
    jobs = [
        _job(
            "province",
            (place.code, place.name, file_stem(f"{place.code}-{place.slug}", bundle.about.audience)),
            notebook=province,
            parameters={"bundle": BUNDLE_FOLDER, "province_code": place.code, **further},
            ingredients={
                **common,
                **({OWN: "notebook"} if notebook else {}),
                "notebook": source,
                "slice": bundle.slice_for(place.code).content_hash,
            },
        )
        for place in bundle.places
    ]
    nation = _job(
        "national",
        (
            bundle.about.nation,
            next(iter(bundle.about.title.values())),
            file_stem(NATIONAL, bundle.about.audience),
        ),
        notebook=national,
        parameters=for_nation,
        ingredients={**common, "notebook": notebook_digest(national), "slice": bundle.content_hash},
    )
    return (*jobs, nation)


def refuse_own(own: Mapping[str, str], known: Sequence[Mapping[str, Parameter]], *, where: str) -> None:
    """Refuse a parameter that no notebook takes, and those that a run gives by itself.

    Raises
    ------
    SettingsError
    """
    names = [name for one in known for name in one if name not in _GIVEN]
    for name in own:
        if name in _GIVEN:
            raise SettingsError(
                where=f"-p {name}",
                rule=worded("a run gives this parameter itself"),
                do=worded("choose provinces with --province"),
            )
        if name not in names:
            raise SettingsError(
                where=f"-p {name}, {where}",
                rule=worded("the notebook takes no such parameter"),
                do=worded("correct the name; {nearest}", nearest=nearest(name, names)),
            )


def _taken(own: Mapping[str, str], known: Mapping[str, Parameter], notebook: Path) -> dict[str, Value]:
    """Return the values for the parameters that a notebook takes."""
    texts = {name: text for name, text in own.items() if name in known}
    return as_declared(texts, known, where=str(notebook))


def facts_for(job: Job, bundle: Bundle) -> Bundle:
    """Return what a job's kernel may see: the province's slice, or the whole protected bundle for the nation."""
    return bundle if job.kind == NATIONAL else bundle.slice_for(job.code)


def notebooks_folder() -> Path:
    """Return the folder of the report notebooks: the checkout's, or the one that comes with the package.

    Raises
    ------
    SettingsError
        If neither is there.
    """
    package = Path(str(resources.files("evalkit")))
    for folder in (package.parents[1] / "notebooks", package / "_shipped" / "notebooks"):
        if (folder / PROVINCE_NOTEBOOK).is_file():
            return folder
    raise SettingsError(
        where=str(package),
        rule=worded("the report notebooks must be there"),
        do=worded("install evalkit again, or run it in a whole checkout"),
    )


def _job(
    kind: Literal["province", "national"],
    names: tuple[str, str, str],
    *,
    notebook: Path,
    parameters: Mapping[str, Value],
    ingredients: Mapping[str, str],
) -> Job:
    code, name, stem = names
    return Job(
        kind, code, name, stem, notebook, parameters, {**ingredients, "parameters": digest(dict(parameters))}
    )
