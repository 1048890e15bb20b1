"""What a workspace's settings name: its programme, its registry, the sources that come with the reference tables."""

from __future__ import annotations

from evalkit.declaration import line_of, nearest
from evalkit.disclosure.standing_rules import refuse_weaker
from evalkit.errors import SettingsError
from evalkit.facts.findings import Finding
from evalkit.facts.intake import Source, read_sources
from evalkit.labels import labels_in
from evalkit.languages import DEFAULT
from evalkit.messages import worded
from evalkit.places.registry import Registry, load_registry, reference_folder
from evalkit.programme.comparison import refuse_unknown_places
from evalkit.programme.load import load_programme, programme_folders, shipped_programmes
from evalkit.programme.models import Programme
from evalkit.reporting.wording import catalogue, own_catalogues, untold
from evalkit.workspace import SETTINGS_FILE, Workspace


def programme_of(workspace: Workspace) -> Programme:
    """Return the programme a workspace names: a shipped one, or its own, which may not protect less than those.

    Raises
    ------
    DeclarationError
        If it is not well declared.
    DisclosureError
        If it declares a figure of a shipped programme by a weaker class.
    """
    with labels_in(workspace.languages):
        programme = load_programme(workspace.programme, base=workspace.folder)
    with labels_in(()):  # the programme laid over them has the labels
        for folder in programme_folders(workspace.programme, base=workspace.folder)[1:]:
            refuse_weaker(programme, load_programme(str(folder)), where=f"programme {workspace.programme!r}")
    shipped = shipped_programmes()
    for name in [] if workspace.programme in shipped else shipped:
        refuse_weaker(programme, load_programme(name), where=f"programme {workspace.programme!r}")
    return programme


def registry_of(workspace: Workspace) -> Registry:
    """Return the registry a workspace names: the shipped one of Viet Nam, or its own.

    Raises
    ------
    SettingsError
        If the registry has no boundary set of the workspace's name.
    """
    with labels_in(workspace.languages):
        registry = load_registry(
            reference_folder() if workspace.places == "reference" else workspace.folder / workspace.places
        )
    if workspace.scheme not in registry.schemes:
        settings = workspace.folder / SETTINGS_FILE
        raise SettingsError(
            where=f"{settings}, line {line_of(settings.read_text(encoding='utf-8'), ('scheme',))}, key scheme",
            rule=worded("the registry has no boundary set {scheme}", scheme=repr(workspace.scheme)),
            do=nearest(workspace.scheme, list(registry.schemes)),
        )
    return registry


def refuse_strange_comparisons(programme: Programme, registry: Registry, workspace: Workspace) -> None:
    """Refuse comparisons of places that the workspace's pages are not about.

    Raises
    ------
    DeclarationError
        With the nearest name.
    """
    refuse_unknown_places(
        programme.comparisons, registry, scheme=workspace.scheme, where=f"programme {workspace.programme!r}"
    )


def language_findings(workspace: Workspace) -> list[Finding]:
    """Warn of languages whose catalogue lacks sentences of the pages: they are counted, and said in English."""
    own = own_catalogues(workspace.folder, workspace.languages)
    found, sentences = [], len(catalogue())
    for language in workspace.languages:
        lacking = 0 if language in DEFAULT else untold(own.get(language, {}))
        if lacking:
            rule = worded(
                "{lacking} of the {sentences} sentences of the pages have no wording in {language}: they are said in English",
                lacking=lacking,
                sentences=sentences,
                language=repr(language),
            )
            do = worded(
                "write them in locale/{language}/LC_MESSAGES/evalkit.po of the workspace, with evalkit's own as the pattern",
                language=language,
            )
            found.append(Finding("warning", where=str(workspace.folder), rule=rule, do=do))
    return found


def own_sources(workspace: Workspace) -> dict[str, Source]:
    """Return the sources that a workspace declares."""
    with labels_in(workspace.languages):
        return read_sources(workspace.sources_file)


def reference_sources(workspace: Workspace) -> dict[str, Source]:
    """Return the sources of the shipped reference tables, for a workspace that uses them."""
    return read_sources(reference_folder() / "sources.toml") if workspace.places == "reference" else {}


def sources_of(workspace: Workspace) -> dict[str, Source]:
    """Return the sources of a workspace, and those of the shipped reference tables where it uses them."""
    return reference_sources(workspace) | own_sources(workspace)
