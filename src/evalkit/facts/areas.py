"""What a page is about: one province's protected facts, or the nation's, with everything the page may use beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evalkit.facts.editions import Since
from evalkit.facts.findings import Finding
from evalkit.facts.intake import Source
from evalkit.facts.named_places import Place
from evalkit.languages import DEFAULT
from evalkit.programme.models import Programme
from evalkit.short_form import ByContent, hold_shortly
from evalkit.table import ALL


@dataclass(frozen=True, slots=True)
class About:
    """What a bundle is: whose figures, for whom, by which rules.

    ``nation`` is the code of the whole country, as the registry declares it; ``title`` is the workspace's by language, ``languages`` are its
    languages, the first one first; ``invented_places`` says that not only the figures are invented, but the country too; ``date`` is the day the content last changed, as text YYYY-MM-DD; it is not part of the content hash.
    """

    workspace: str
    nation: str
    title: dict[str, str]
    scheme: str
    audience: str
    invented: bool
    k: int
    k_sensitive: int
    custodian: str
    hidden_cells: int
    date: str = ""
    person_totals_stand: bool = False
    languages: tuple[str, ...] = DEFAULT
    invented_places: bool = False


@dataclass(frozen=True, slots=True)
class Coarser:
    """A breakdown that is not shown at some level, and what is: ``measure`` by some attributes, of ``place`` in periods of some length.

    ``place`` is "province", "region" or "nation"; ``small`` says that more than half of its figures are small, else the custodian lets
    it be shown coarser alone; ``instead`` lists what is shown, each by attributes, at a level of places, in periods of
    a length; it is empty where nothing is.
    """

    measure: str
    by: tuple[str, ...]
    place: str
    period: str
    small: bool
    instead: tuple[tuple[tuple[str, ...], str, str], ...] = ()

    @classmethod
    def read(cls, item: dict[str, Any]) -> Coarser:
        """Return what was written as JSON."""
        instead = tuple((tuple(by), place, period) for by, place, period in item["instead"])
        return cls(item["measure"], tuple(item["by"]), item["place"], item["period"], item["small"], instead)


@dataclass(frozen=True, slots=True, eq=False)
class ProvinceFacts(ByContent):
    """One province's protected facts and what its page needs beside them.

    ``facts`` are the province's own rows; ``parts`` those of the units it was formed from; ``nation`` the country's;
    ``panel`` the law of scatter of its years by indicator; ``families`` how many comparisons and trends are made at once; ``coarser`` the
    breakdowns that no province's page shows; ``funnels`` where it lies among all provinces, indicator by indicator, the others unnamed;
    ``region`` the yearly sums of its region; ``nearest`` the provinces most like it, where it has no figure itself; ``since`` what is new
    since the last edition, where there was one.
    """

    place: Place
    about: About
    facts: pd.DataFrame
    parts: pd.DataFrame
    nation: pd.DataFrame
    programme: Programme
    panel: dict[str, dict[str, Any]]
    families: dict[str, dict[str, Any]]
    sources: dict[str, Source]
    findings: tuple[Finding, ...]
    coarser: tuple[Coarser, ...] = ()
    funnels: dict[str, dict[str, Any]] = field(default_factory=dict)
    region: pd.DataFrame = field(default_factory=pd.DataFrame)
    nearest: tuple[dict[str, Any], ...] = ()
    since: Since | None = None

    def __post_init__(self) -> None:
        hold_shortly(self)

    def __repr__(self) -> str:
        """Name the place, and say how much is known of it."""
        return (
            f"<{self.place.full_name} ({self.place.code}, scheme {self.place.scheme}): {_told(self.facts)}>"
        )


@dataclass(frozen=True, slots=True, eq=False)
class NationFacts(ByContent):
    """The whole country's protected facts: ``facts`` are the nation's rows, ``province_facts`` the provinces'.

    ``panel`` is the law of scatter of a province's years by indicator, ``nation_laws`` that of the nation's; ``own`` tells by
    indicator and place ("scheme:code") how many times the panel's variance the place's own years scatter, where it is more. ``coarser``
    are the breakdowns not shown at some level, ``regions`` the rows of regions that are shown instead of provinces', ``since`` what is new
    in the nation's own figures since the last edition.
    """

    about: About
    facts: pd.DataFrame
    province_facts: pd.DataFrame
    places: tuple[Place, ...]
    programme: Programme
    panel: dict[str, dict[str, Any]]
    nation_laws: dict[str, dict[str, Any]]
    families: dict[str, dict[str, Any]]
    sources: dict[str, Source]
    findings: tuple[Finding, ...]
    own: dict[str, dict[str, float]] = field(default_factory=dict)
    coarser: tuple[Coarser, ...] = ()
    regions: pd.DataFrame = field(default_factory=pd.DataFrame)
    since: Since | None = None

    def __post_init__(self) -> None:
        hold_shortly(self)

    def __repr__(self) -> str:
        """Name the nation, and say how much is known of it."""
        return f"<{self.about.nation}, the whole country: {_told(self.facts)}; {len(self.places)} provinces>"


Area = ProvinceFacts | NationFacts


def _told(facts: pd.DataFrame) -> str:
    """Return how many rows there are, and of which years."""
    if facts.empty:
        return "no figures"
    first, last = facts["period_start"].min().year, facts["period_end"].max().year
    return f"{len(facts)} rows of figures, {first}-{last}"


def at_its_level(area: Area) -> pd.DataFrame:
    """Return an area's rows without the hidden figures of breakdowns that are not shown at its level.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
    """
    place = "province" if isinstance(area, ProvinceFacts) else "nation"
    left_out = {(one.measure, frozenset(one.by)) for one in area.coarser if one.place == place}
    if not left_out:
        return area.facts
    names = [name for name in area.programme.dimensions if name in area.facts]
    given = (area.facts[names] != ALL).itertuples(index=False, name=None)
    by = [frozenset(name for name, one in zip(names, row, strict=True) if one) for row in given]
    hidden = area.facts["status"].eq("suppressed")
    listed = [pair in left_out for pair in zip(area.facts["measure"], by, strict=True)]
    return area.facts[~(hidden & pd.Series(listed, index=area.facts.index, dtype=bool))]
