"""What a page is about: one province's protected facts, or the nation's, with everything the page may use beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evalkit.facts.findings import Finding
from evalkit.facts.intake import Source
from evalkit.facts.places import Place
from evalkit.languages import DEFAULT
from evalkit.programme.models import Programme


@dataclass(frozen=True, slots=True)
class About:
    """What a bundle is: whose figures, for whom, by which rules.

    ``nation`` is the code of the whole country, as the registry declares it; ``title`` is the workspace's by language, ``languages`` are its
    languages, the first one first; ``date`` is the day the content last changed, as text YYYY-MM-DD; it is not part of the content hash.
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


@dataclass(frozen=True, slots=True)
class ProvinceFacts:
    """One province's protected facts and what its page needs beside them.

    ``facts`` are the province's own rows; ``parts`` those of the units it was formed from; ``nation`` the country's;
    ``panel`` the law of scatter of its years by indicator; ``families`` how many comparisons and trends are made at once.
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


@dataclass(frozen=True, slots=True)
class NationFacts:
    """The whole country's protected facts: ``facts`` are the nation's rows, ``province_facts`` the provinces'.

    ``panel`` is the law of scatter of a province's years by indicator, ``nation_laws`` that of the nation's; ``own`` tells by
    indicator and place ("scheme:code") how many times the panel's variance the place's own years scatter, where it is more.
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
