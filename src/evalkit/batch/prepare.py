"""From a workspace to its protected bundle: the only place where unprotected facts and pages' content meet.

Longer than 250 lines because receiving, protecting and releasing are one way, which no other module may walk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from evalkit.batch.last_release import refuse_forgotten, remember
from evalkit.declaration import line_of, nearest
from evalkit.disclosure.earlier import told_by
from evalkit.disclosure.ledger import Ledger, append, read_ledger
from evalkit.disclosure.protect import NOTHING_RELEASED, Protected, protect
from evalkit.disclosure.standing import refuse_unprotected, refuse_weaker
from evalkit.errors import Refusals, SettingsError
from evalkit.facts.areas import About
from evalkit.facts.boundaries import (
    carry_over,
    national_population,
    with_revisions,
    without_regions,
)
from evalkit.facts.bundle import Bundle
from evalkit.facts.checks import check_facts
from evalkit.facts.findings import Finding, refuse_errors
from evalkit.facts.intake import Source, read_facts_told, read_sources, without_origin
from evalkit.facts.places import places_on
from evalkit.panel import page_findings, panel_context
from evalkit.programme.load import load_programme, shipped_programmes
from evalkit.programme.models import Programme
from evalkit.programme.population import POPULATION
from evalkit.programme.provinces import Registry, load_registry, reference_folder
from evalkit.table import latest_editions
from evalkit.workspace import SETTINGS_FILE, Audience, Workspace, refuse_links_out


@dataclass(frozen=True, slots=True)
class Received:
    """What a workspace holds, read and checked but not protected. It never leaves the driver."""

    workspace: Workspace
    programme: Programme
    registry: Registry
    facts: pd.DataFrame
    sources: dict[str, Source]
    findings: tuple[Finding, ...]


def receive(workspace: Workspace) -> Received:
    """Read a workspace's declarations and facts, and check them.

    Returns
    -------
    Received
        With every finding, errors included: ``evalkit check`` shows them, a run refuses them.

    Raises
    ------
    EvalkitError
        If a declaration cannot be read, or the programme protects less than the shipped one; the rest in ``also``.
    """
    refuse_links_out(workspace)
    refusals = Refusals()
    programme = refusals.of(programme_of, workspace)
    registry = refusals.of(registry_of, workspace)
    sources = refusals.of(sources_of, workspace)
    table, unread = read_facts_told(workspace.fact_files, programme)
    if programme is None or registry is None or sources is None:
        refusals.of(refuse_errors, unread)
        raise refusals.all()
    found = check_facts(table, programme=programme, registry=registry, sources=sources)
    return Received(workspace, programme, registry, without_origin(table), sources, (*unread, *found))


def programme_of(workspace: Workspace) -> Programme:
    """Return the programme a workspace names: a shipped one, or its own, which may not protect less than those.

    Raises
    ------
    DeclarationError
        If it is not well declared.
    DisclosureError
        If it declares a figure of a shipped programme by a weaker class.
    """
    programme, shipped = load_programme(workspace.programme, base=workspace.folder), shipped_programmes()
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
    registry = load_registry(
        reference_folder() if workspace.places == "reference" else workspace.folder / workspace.places
    )
    if workspace.scheme not in registry.schemes:
        settings = workspace.folder / SETTINGS_FILE
        raise SettingsError(
            where=f"{settings}, line {line_of(settings.read_text(encoding='utf-8'), ('scheme',))}, key scheme",
            rule=f"the registry has no boundary set {workspace.scheme!r}",
            do=nearest(workspace.scheme, list(registry.schemes)),
        )
    return registry


def sources_of(workspace: Workspace) -> dict[str, Source]:
    """Return the sources of a workspace, and those of the shipped reference tables where it uses them."""
    shipped = read_sources(reference_folder() / "sources.toml") if workspace.places == "reference" else {}
    return shipped | read_sources(workspace.sources_file)


def make_bundle(
    received: Received, *, day: date, audience: Audience = "public", scheme: str | None = None
) -> Bundle:
    """Protect what was received and put together everything pages may use.

    Parameters
    ----------
    received : Received
    day : date
        The bundle's day: places bear the names in force then.
    audience : "public" or "internal"
    scheme : str, optional
        The boundary set of the pages; the workspace's own by default.

    Raises
    ------
    FactsError
        If the facts hold an error.
    DisclosureError
        If the facts cannot be protected, or the programme would show what an earlier release hid.
    """
    refuse_errors(received.findings)
    scheme = scheme or received.workspace.scheme
    places = places_on(day, received.registry, scheme=scheme)
    protected = _protected(received, scheme=scheme, audience=audience)
    return Bundle(
        about=_about(received.workspace, protected, scheme=scheme, audience=audience, day=day),
        facts=with_revisions(protected.facts, received.facts),
        programme=received.programme,
        places=places,
        sources=received.sources,
        panel=panel_context(
            without_regions(protected.facts, received.registry),
            received.programme,
            scheme=scheme,
            ranges=protected.ranges,
            threshold=received.workspace.disclosure.k,
        ),
        findings=page_findings(protected.facts, received.programme),
    )


def _protected(received: Received, *, scheme: str, audience: Audience) -> Protected:
    """Protect the facts against everything that was released before; nothing of that binds pages for internal use."""
    facts = harmonised(received, scheme=scheme)
    ledger = ledger_of(received.workspace) if audience == "public" else NOTHING_RELEASED
    refuse_unprotected(ledger, facts, received.programme)
    return protect(
        facts,
        programme=received.programme,
        registry=received.registry,
        policy=received.workspace.disclosure,
        audience=audience,
        ledger=ledger,
        history=received.facts,
    )


def ledger_of(workspace: Workspace) -> Ledger:
    """Return what was released from a workspace before.

    Raises
    ------
    DisclosureError
        If its ledger was lost or altered, is older than the last release, or belongs to another workspace.
    """
    ledger = read_ledger(workspace.folder, workspace.name)
    refuse_forgotten(workspace, ledger)
    return ledger


def record_release(workspace: Workspace, bundle: Bundle, *, edition: str) -> Ledger:
    """Write into the workspace's ledger what a bundle is about to show; nothing of an internal one.

    Parameters
    ----------
    workspace : Workspace
    bundle : Bundle
    edition : str
        The name of the release; the bundle's date where it is empty.

    Raises
    ------
    DisclosureError
        If the bundle shows what an earlier release hid.
    """
    ledger, policy = ledger_of(workspace), workspace.disclosure
    if bundle.about.audience != "public":
        return ledger
    about = {
        "workspace": workspace.name,
        "edition": edition or bundle.about.date,
        "date": date.fromisoformat(bundle.about.date),
        "rules": {"k": policy.k, "k_sensitive": policy.k_sensitive},
        "signed": policy.signed_by,
        "bundle": bundle.content_hash,
    }
    told = told_by(bundle.facts, bundle.programme, policy)
    ledger = append(workspace.folder, ledger, told, about=about)
    remember(workspace, ledger)
    return ledger


def harmonised(received: Received, *, scheme: str) -> pd.DataFrame:
    """Return the latest edition of every figure, with population, carried over to the pages' boundary set."""
    facts = received.facts
    if received.workspace.population and POPULATION in received.programme.measures:
        facts = pd.concat([facts, received.registry.population_frame()], ignore_index=True)
        dimensions = [name for name in received.programme.dimensions if name in facts.columns]
        facts = facts.fillna(dict.fromkeys(dimensions, "all"))
        nation = national_population(without_regions(facts, received.registry), measure=POPULATION)
        facts = pd.concat([facts, nation], ignore_index=True)
    medians = [name for name, measure in received.programme.measures.items() if not measure.additive]
    return carry_over(latest_editions(facts), received.registry, scheme=scheme, never_added=medians)


def _about(
    workspace: Workspace, protected: Protected, *, scheme: str, audience: Audience, day: date
) -> About:
    return About(
        workspace=workspace.name,
        title_vi=workspace.title.vi,
        title_en=workspace.title.en,
        scheme=scheme,
        audience=audience,
        invented=workspace.invented,
        k=workspace.disclosure.k,
        k_sensitive=workspace.disclosure.k_sensitive,
        custodian=workspace.disclosure.custodian,
        hidden_cells=protected.hidden_cells,
        date=day.isoformat(),
        person_totals_stand=workspace.disclosure.person_totals_stand,
    )
