"""From a workspace to its protected bundle: the only place where unprotected facts and pages' content meet."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from evalkit.additivity.totals import with_totals
from evalkit.batch.clock import now
from evalkit.batch.declarations import (
    language_findings,
    programme_of,
    refuse_strange_comparisons,
    registry_of,
    sources_of,
)
from evalkit.batch.inhabitants import counts_population, unused_findings, with_population
from evalkit.batch.last_edition import since_last
from evalkit.batch.releasing import ledger_of
from evalkit.declaration import line_of, read_toml
from evalkit.disclosure.coarsening import coarsened
from evalkit.disclosure.protect import NOTHING_RELEASED, Protected, Tell, protect
from evalkit.disclosure.secret_key import secret_key
from evalkit.disclosure.standing_rules import refuse_unprotected
from evalkit.errors import FactsError, Refusals, SettingsError, together
from evalkit.facts.areas import About, Coarser
from evalkit.facts.boundaries import (
    with_preliminary,
    with_revisions,
    without_regions,
)
from evalkit.facts.bundle import Bundle
from evalkit.facts.checks import check_facts
from evalkit.facts.editions import Since
from evalkit.facts.findings import Finding, refuse_errors
from evalkit.facts.forms.mapping import HOLE
from evalkit.facts.forms.standing_totals import standing_totals, standing_words
from evalkit.facts.intake import PRELIMINARY, Source, read_facts_told, without_origin
from evalkit.facts.issue_days import dated_by_sources
from evalkit.facts.named_places import places_on
from evalkit.facts.sum_checks import confirmed_conflicts
from evalkit.messages import worded
from evalkit.panel_context import page_findings, panel_context
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.reporting.wording import own_catalogues
from evalkit.table import latest_editions
from evalkit.workspace import FACTS_FILE, SETTINGS_FILE, Audience, Workspace, refuse_links_out


@dataclass(frozen=True, slots=True)
class Received:
    """What a workspace holds, read and checked but not protected. It never leaves the driver."""

    workspace: Workspace
    programme: Programme
    registry: Registry
    facts: pd.DataFrame
    sources: dict[str, Source]
    findings: tuple[Finding, ...]
    preliminary: pd.DataFrame = field(default_factory=pd.DataFrame)


def receive(workspace: Workspace, *, day: date | None = None) -> Received:
    """Read a workspace's declarations and facts, and check them.

    Parameters
    ----------
    workspace : Workspace
    day : date, optional
        The day of the check; today by default.

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
    _refuse_unfinished(workspace)
    refusals = Refusals()
    registry = refusals.of(registry_of, workspace)
    programme = refusals.of(programme_of, workspace)
    if programme is not None and registry is not None:
        refusals.of(refuse_strange_comparisons, programme, registry, workspace)
        programme = refusals.of(with_population, programme, registry, workspace)
    sources = refusals.of(sources_of, workspace)
    refusals.of(_refuse_without_figures, workspace)
    if _has_no_figures(workspace):
        raise refusals.all()
    table, unread = read_facts_told(workspace.fact_files, programme)
    if programme is None or registry is None or sources is None or refusals.found:
        refusals.of(refuse_errors, unread)
        raise refusals.all()
    table = dated_by_sources(table, {name: source.date for name, source in sources.items()})
    found = check_facts(
        table, programme=programme, registry=registry, sources=sources, day=day or now().date()
    )
    standing = standing_totals(workspace.imported_files, programme)
    others = (*language_findings(workspace), *unused_findings(workspace, registry, programme))
    told = (*unread, *found, *standing, *standing_words(workspace.imported_files), *others)
    facts = without_origin(table)
    return Received(workspace, programme, registry, facts, sources, told, facts[table[PRELIMINARY]])


def _has_no_figures(workspace: Workspace) -> bool:
    own = workspace.folder / FACTS_FILE
    return workspace.fact_files == (own,) and not os.path.lexists(own)


def _refuse_without_figures(workspace: Workspace) -> None:
    """Refuse a workspace that names no facts file, has none and has had no form imported: it says where figures come from."""
    if _has_no_figures(workspace):
        raise FactsError(
            where=str(workspace.folder),
            rule=worded(
                "figures come from forms that were imported, or from {file}: there is none yet",
                file=FACTS_FILE,
            ),
            do=worded("evalkit import FORM {folder}", folder=workspace.folder),
        )


def _refuse_unfinished(workspace: Workspace) -> None:
    """Refuse a new workspace whose questions are not answered."""
    path = workspace.folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8") if HOLE in workspace.title.values() else ""
    written = read_toml(path, error=SettingsError).get("title", {}) if text else {}
    open_titles = [
        SettingsError(
            where=f"{path}, line {line_of(text, ('title', language))}, key title.{language}",
            rule=worded('still to be filled in before pages are made: "?" stands here'),
            do=worded("write the title, in each language of the pages"),
        )
        for language, title in workspace.title.items()
        if title == HOLE and language in written
    ]
    if open_titles:
        raise together(open_titles)


def make_bundle(
    received: Received,
    *,
    day: date,
    audience: Audience = "public",
    scheme: str | None = None,
    protected: Protected | None = None,
    tell: Tell = lambda _: None,
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
    protected : Protected, optional
        What :func:`protect_received` gave for this audience and boundary set, where that is at hand.
    tell : callable
        Is told how far protection is.

    Raises
    ------
    FactsError
        If the facts hold an error.
    DisclosureError
        If the facts cannot be protected, or the programme would show what an earlier release hid.
    """
    scheme = scheme or received.workspace.scheme
    protected = protected or protect_received(received, audience=audience, scheme=scheme, tell=tell)
    places = places_on(day, received.registry, scheme=scheme)
    return Bundle(
        about=_about(received, protected, scheme=scheme, audience=audience, day=day),
        facts=with_preliminary(
            with_revisions(protected.facts, received.facts), received.preliminary, received.registry
        ),
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
        findings=(
            *page_findings(protected.facts, received.programme, reported=received.facts),
            *confirmed_conflicts(
                protected.facts,
                programme=received.programme,
                registry=received.registry,
                sources=received.sources,
            ),
        ),
        wordings=own_catalogues(received.workspace.folder, received.workspace.languages),
        coarser=_coarser(protected),
        since=_since(received, protected, scheme=scheme, day=day) if audience == "public" else None,
    ).speak()


def _since(received: Received, protected: Protected, *, scheme: str, day: date) -> Since | None:
    return since_last(
        protected.facts,
        workspace=received.workspace,
        scheme=scheme,
        programme=received.programme,
        day=day,
    )


def _coarser(protected: Protected) -> tuple[Coarser, ...]:
    """Return the breakdowns that are not shown at some level as pages name them, whatever the place basis."""
    found = {
        Coarser(
            table.measure,
            table.by,
            table.place,
            table.period,
            table in protected.small,
            tuple((shown.by, shown.place, shown.period) for shown in instead),
        ): None
        for table, instead in protected.steps.items()
    }
    return tuple(found)


def protect_received(
    received: Received,
    *,
    audience: Audience,
    scheme: str,
    coarsen: bool = True,
    tell: Tell = lambda _: None,
) -> Protected:
    """Protect the facts against everything that was released before; nothing of that binds pages for internal use.

    Parameters
    ----------
    received, audience, scheme, tell
        As for :func:`make_bundle`.
    coarsen : bool
        Leave out tables that are mostly small; without it every table is shown at the level it was reported at, which the
        benchmarks compare with.

    Raises
    ------
    FactsError, DisclosureError
        As :func:`make_bundle`.
    """
    refuse_errors(received.findings)
    received.registry.units(
        scheme
    )  # a boundary set that there is not is refused before anything is summed for it
    facts = harmonised(received, scheme=scheme)
    ledger = ledger_of(received.workspace) if audience == "public" else NOTHING_RELEASED
    refuse_unprotected(ledger, facts, received.programme)
    policy, programme, registry = received.workspace.disclosure, received.programme, received.registry
    tables = None
    if audience == "public" and coarsen:
        tables = coarsened(facts, programme=programme, registry=registry, policy=policy, scheme=scheme)
    return protect(
        facts if tables is None else tables.facts,
        programme=programme,
        registry=registry,
        policy=policy,
        audience=audience,
        ledger=ledger,
        history=received.facts,
        key=secret_key(received.workspace.folder) if audience == "public" else b"",
        coarsening=tables,
        tell=tell,
    )


def harmonised(received: Received, *, scheme: str) -> pd.DataFrame:
    """Return the latest edition of every figure, with population, and every total that follows for the pages' boundary set."""
    facts = received.facts
    if counts_population(received.workspace, received.registry, received.programme):
        facts = pd.concat([facts, received.registry.population_frame()], ignore_index=True)
        dimensions = [name for name in received.programme.dimensions if name in facts.columns]
        facts = facts.fillna(dict.fromkeys(dimensions, "all"))
    return with_totals(
        latest_editions(facts), registry=received.registry, programme=received.programme, scheme=scheme
    )


def _about(received: Received, protected: Protected, *, scheme: str, audience: Audience, day: date) -> About:
    workspace = received.workspace
    return About(
        workspace=workspace.name,
        nation=received.registry.nation.code,
        title={language: workspace.title[language] for language in workspace.languages},
        languages=workspace.languages,
        scheme=scheme,
        audience=audience,
        invented=workspace.invented,
        invented_places=workspace.is_of_no_country,
        k=workspace.disclosure.k,
        k_sensitive=workspace.disclosure.k_sensitive,
        custodian=workspace.disclosure.custodian,
        hidden_cells=protected.hidden_cells,
        date=day.isoformat(),
        person_totals_stand=workspace.disclosure.person_totals_stand,
    )
