"""The bundle of a workspace, ready for its pages: kept from the last time, or made anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from evalkit.batch.bundle_cache import Asked, inputs_of, keep_bundle, kept_bundle
from evalkit.batch.declarations import registry_of
from evalkit.batch.releasing import ledger_of
from evalkit.disclosure.protect import Tell
from evalkit.facts.bundle import Bundle
from evalkit.places.registry import Registry
from evalkit.workspace import Audience, Workspace


@dataclass(frozen=True, slots=True)
class Prepared:
    """What pages are made from: the bundle, the places, how many warnings the facts had, and the last release before."""

    bundle: Bundle
    registry: Registry
    warnings: int
    since: str


def prepare(
    workspace: Workspace,
    *,
    day: date,
    audience: Audience = "public",
    scheme: str | None = None,
    tell: Tell = lambda _: None,
    begin: Callable[[], None] = lambda: None,
) -> Prepared:
    """Return the bundle of a workspace: the one kept from the last time where nothing has changed, else made anew and kept.

    Parameters
    ----------
    workspace : Workspace
    day, audience, scheme, tell
        As for :func:`make_bundle`. An internal bundle is never kept.
    begin : callable
        Called where none is kept that holds good, before one is made: pages will be made too.

    Raises
    ------
    EvalkitError
        As :func:`receive` and :func:`make_bundle`.
    """
    since = ledger_of(workspace).head if audience == "public" else ""
    asked = Asked(scheme or workspace.scheme, day, since)
    inputs = inputs_of(workspace) if audience == "public" else ""
    kept = kept_bundle(workspace, asked, inputs=inputs)
    if kept is not None:
        return Prepared(kept[0], registry_of(workspace), kept[1], since)
    begin()
    from evalkit.batch.prepare import make_bundle, receive  # noqa: PLC0415  loads for a second

    received = receive(workspace)
    bundle = make_bundle(received, day=day, audience=audience, scheme=scheme, tell=tell)
    warnings = sum(finding.severity == "warning" for finding in received.findings)
    keep_bundle(workspace, asked, bundle, inputs=inputs, warnings=warnings)
    return Prepared(
        bundle.as_opened() if audience == "public" else bundle, received.registry, warnings, since
    )
