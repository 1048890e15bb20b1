"""The bundle: protected facts and everything a page may use, as plain files. What is not in it cannot get out of it.

Files: ``bundle.json`` (what it is), ``facts.parquet`` (protected facts), ``programme.json``, ``places.json``,
``sources.json``, ``panel.json`` (the law of scatter of the whole panel, computed after protection), ``findings.json``,
``wordings.json`` (sentences of the workspace's own catalogues), ``coarser.json`` (breakdowns not shown at some level), ``since.json``
(what is new since the last edition).
A slice for one province has the same files and holds only what that province's page may use.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, field, replace
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from evalkit.errors import FactsError
from evalkit.facts.areas import About, Coarser, NationFacts, ProvinceFacts
from evalkit.facts.around import PlacesAround
from evalkit.facts.editions import Since
from evalkit.facts.findings import Finding
from evalkit.facts.intake import Source
from evalkit.facts.named_places import Place, match_place
from evalkit.facts.panel_slices import funnels_of, laws_of, panel_for
from evalkit.facts.plain_files import facts_from_parquet, facts_to_parquet, from_json, to_json
from evalkit.labels import labels_in
from evalkit.languages import speak
from evalkit.messages import worded
from evalkit.places.place_names import without_diacritics
from evalkit.programme.models import Programme
from evalkit.short_form import hold_shortly
from evalkit.table import MARK, NATION_SCHEME, REGION_SCHEME

FORMAT = 4
LAB_BUNDLE = "EVALKIT_BUNDLE"
NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Protected facts of a whole country, or of the slice that one page may use.

    Attributes
    ----------
    about : About
    facts : DataFrame
        The facts table with the column ``mark`` ("c" where a figure is hidden).
    programme : Programme
    places : tuple of Place
        The units the pages are made for, in official code order.
    sources : dict of Source by id
    panel : dict of dict
        What :func:`evalkit.panel_context.panel_context` tells of the whole panel: how years scatter, which comparisons stand.
    findings : tuple of Finding
        What a page says about the quality of the figures shown.
    wordings : dict of dict
        The sentences of the workspace's own catalogues: language to English to wording.
    coarser : tuple of Coarser
        Breakdowns that are not shown at some level.
    since : Since or None
        The totals that are new or revised since the last edition; None for a first one.
    provinces : Provinces
        The provinces by code or name: ``bundle.provinces["22"]``; Tab completes inside the brackets.
    """

    about: About
    facts: pd.DataFrame
    programme: Programme
    places: tuple[Place, ...]
    sources: dict[str, Source]
    panel: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    wordings: dict[str, dict[str, str]] = field(default_factory=dict)
    coarser: tuple[Coarser, ...] = ()
    since: Since | None = None
    provinces: Provinces = field(init=False, repr=False, compare=False)
    _around: PlacesAround = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_shortly(self)
        object.__setattr__(
            self, "provinces", Provinces(self)
        )  # a field and no property: Tab reads it without running code
        object.__setattr__(self, "_around", PlacesAround(self.facts, self.places, self.programme))

    def __repr__(self) -> str:
        """Say in three lines whose figures these are and how many."""
        about, facts = self.about, self.facts
        years = (
            f"{facts['period_start'].min().year}-{facts['period_end'].max().year}"
            if len(facts)
            else "no years"
        )
        title = about.title.get("en") or next(iter(about.title.values()), "")
        return (
            f"<Bundle {about.workspace}: {title[:120]}\n"
            f" {about.audience}, made {about.date or 'without a date'}; {len(self.places)} provinces of scheme {about.scheme}\n"
            f" {len(facts)} rows of figures, {years}; {len(self.sources)} sources; {about.hidden_cells} figures hidden>"
        )

    def speak(self) -> Bundle:
        """Make pages in the languages of this bundle from now on, and return it; results in one of them: ``bundle.speak("en")`` of an opened bundle."""
        speak(self.about.languages, self.wordings)
        return self

    def province(self, code_or_name: str) -> ProvinceFacts:
        """Return what is known of one province.

        Raises
        ------
        FactsError
            If the code or name stands for none of the bundle's places, or for several.
        """
        return _province_facts(self, match_place(code_or_name, self.places))

    def nation(self) -> NationFacts:
        """Return the whole country's facts: the nation's rows and the provinces', without those of regions."""
        of_provinces = self.facts["province_code"].isin([place.code for place in self.places])
        of_provinces &= self.facts["scheme"] == self.about.scheme
        return NationFacts(
            about=self.about,
            facts=self.facts[self.facts["scheme"] == NATION_SCHEME].reset_index(drop=True),
            province_facts=self.facts[of_provinces].reset_index(drop=True),
            places=self.places,
            programme=self.programme,
            panel=self.panel.get("laws", {}),
            nation_laws=self.panel.get("nation", {}),
            families=self.panel.get("families", {}),
            sources=self.sources,
            findings=tuple(finding for finding in self.findings if finding.scheme in ("", NATION_SCHEME)),
            own=self.panel.get("own", {}),
            coarser=self.coarser,
            regions=self._regions(),
            since=self.since.of(self.about.nation, NATION_SCHEME) if self.since else None,
        )

    def _regions(self) -> pd.DataFrame:
        """Return the rows of the pages' regions."""
        codes = {place.region_code for place in self.places}
        of_pages = self.facts["scheme"].isin([self.about.scheme, REGION_SCHEME])
        return self.facts[of_pages & self.facts["province_code"].isin(codes)].reset_index(drop=True)

    def slice_for(self, code: str) -> Bundle:
        """Return the smaller bundle that holds only what one province's page may use."""
        place = match_place(code, self.places)
        mine = self.facts[_belongs(self.facts, place)]
        mine = pd.concat([mine, self._region_of(place)], ignore_index=True)
        used = set(mine["source_id"])
        named = {
            (place.code, place.scheme),
            *((part.code, part.scheme) for part in place.components),
            ("", ""),
        }
        return replace(
            self,
            about=replace(self.about, hidden_cells=int((mine[MARK] == "c").sum())),
            facts=mine.reset_index(drop=True),
            places=(place,),
            panel=panel_for(place, self.panel, self.places) | self._nearest(place),
            sources={name: source for name, source in self.sources.items() if name in used},
            findings=tuple(item for item in self.findings if (item.province_code, item.scheme) in named),
            coarser=tuple(one for one in self.coarser if one.place == "province"),
            since=self.since.of(place.code, place.scheme) if self.since else None,
        )

    def has_figures(self, place: Place) -> bool:
        """Tell whether a place has a figure of anything but its population."""
        return self._around.has_figures(place)

    def _region_of(self, place: Place) -> pd.DataFrame:
        """Return the sums of a place's region; a slice has them already."""
        if len(self.places) == 1:
            own = (self.facts["scheme"] == REGION_SCHEME) & (self.facts["province_code"] == place.region_code)
            return self.facts[own]
        return self._around.region_sums(place)

    def _nearest(self, place: Place) -> dict[str, dict[str, Any]]:
        """Return the places most like one that has no figure; a slice has them already."""
        if len(self.places) == 1 or self.has_figures(place):
            return {NEAREST: self.panel[NEAREST]} if NEAREST in self.panel else {}
        return {NEAREST: {"places": self._around.nearest(place)}}

    @property
    def content_hash(self) -> str:
        """SHA-256 of the content, the date left out: two bundles with one hash make the same pages."""
        digest = hashlib.sha256()
        for name, content in sorted(_files(replace(self, about=replace(self.about, date=""))).items()):
            digest.update(name.encode() + b"\0" + content + b"\0")
        return digest.hexdigest()

    def write(self, folder: str | Path) -> None:
        """Write the bundle's files into a folder, which is created."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in _files(self).items():
            (folder / name).write_bytes(content)

    def as_opened(self) -> Bundle:
        """Return the bundle as whoever opens it finds it: rows, columns and dates in their written form."""
        with TemporaryDirectory() as folder:
            self.write(Path(folder))
            return open_bundle(folder)


class Provinces(Mapping[str, ProvinceFacts]):
    """The provinces of a bundle by code: iterate over the codes, or look one up by code or name.

    Tab completes codes and names inside the brackets, with or without their diacritics.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def __iter__(self) -> Iterator[str]:
        return (place.code for place in self._bundle.places)

    def __len__(self) -> int:
        return len(self._bundle.places)

    def __getitem__(self, code_or_name: str) -> ProvinceFacts:
        return self._bundle.province(code_or_name)

    def __contains__(self, code_or_name: object) -> bool:
        try:
            return isinstance(code_or_name, str) and bool(match_place(code_or_name, self._bundle.places))
        except FactsError:
            return False

    def get(self, code_or_name: str, default: Any = None) -> Any:
        """Return a province, or something else where there is none."""
        try:
            return self[code_or_name]
        except FactsError:
            return default

    def _ipython_key_completions_(self) -> list[str]:
        plain = [without_diacritics(place.name) for place in self._bundle.places]
        named = [word for place in self._bundle.places for word in (place.code, place.name)]
        return list(dict.fromkeys([*named, *plain, *(name.lower() for name in plain)]))

    def __repr__(self) -> str:
        names = [f"{place.code} {place.name}" for place in self._bundle.places]
        some = ", ".join(names[:12])
        return f"<{len(names)} provinces: {some}{', ...' if len(names) > 12 else ''}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(place.code)}</td><td style='text-align:left'>{escape(place.name)}</td>"
            f"<td style='text-align:left'>{escape(place.name_en)}</td></tr>"
            for place in self._bundle.places
        )
        return f"<table>{rows}</table>"


def open_bundle(folder: str | Path | None = None) -> Bundle:
    """Open a bundle written by a run.

    Parameters
    ----------
    folder : str or Path, optional
        The bundle's folder; by default the one that ``evalkit lab`` prepared (environment variable EVALKIT_BUNDLE).

    Raises
    ------
    FactsError
        If the folder holds no bundle, or one of another format.
    """
    given, folder = folder is not None, bundle_folder(folder)
    if not (folder / "bundle.json").is_file():
        raise _no_bundle(folder, given=given)
    head = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    if head.pop("format") != FORMAT:
        raise FactsError(
            where=str(folder),
            rule=worded("not a bundle of format {number}", number=FORMAT),
            do=worded("make it again with this version"),
        )
    with labels_in(()):
        return _read_bundle(folder, head).speak()


def _no_bundle(folder: Path, *, given: bool) -> FactsError:
    """Return the refusal of a folder that holds no bundle: a workspace, which a bundle is made from, or anything else."""
    if not (folder / "evalkit.toml").is_file():
        return FactsError(
            where=str(folder), rule=worded("no bundle here"), do=_where_bundles_are(given=given)
        )
    return FactsError(
        where=str(folder),
        rule=worded("this is a workspace, and a bundle is made from it"),
        do=worded(
            "in a terminal, `evalkit lab {folder} --prepare` writes its bundle and prints the folder of it: open that",
            folder=folder,
        ),
    )


def _where_bundles_are(*, given: bool) -> str:
    """Say what to do where there is no bundle: not even the one that EVALKIT_BUNDLE names, where another folder was given."""
    if given and LAB_BUNDLE in os.environ:
        return worded(
            "EVALKIT_BUNDLE is not looked at where a folder is given: open_bundle() opens the one it names; or correct the path"
        )
    return worded(
        "`evalkit lab WORKSPACE --prepare` writes a bundle and prints its folder: give it, or name it in EVALKIT_BUNDLE"
    )


def bundle_folder(folder: str | Path | None) -> Path:
    """Return the folder of a bundle: the one given, or the one that ``evalkit lab`` prepared; what is no path is refused."""
    if folder is not None and not isinstance(folder, str | os.PathLike):
        raise FactsError(
            where=f"open_bundle({type(folder).__name__})",
            rule=worded("a bundle is opened by the path of its folder"),
            do=worded(
                'open_bundle() opens the one that `evalkit lab` prepared; what is opened already is given to a step, as in ek.estimate_indicators(bundle.provinces["22"])'
            ),
        )
    return Path(folder if folder is not None else os.environ.get(LAB_BUNDLE, "bundle"))


def _read_bundle(folder: Path, head: dict[str, Any]) -> Bundle:
    head["languages"] = tuple(head["languages"])
    return Bundle(
        about=About(**head),
        facts=facts_from_parquet(folder / "facts.parquet"),
        programme=Programme.model_validate_json((folder / "programme.json").read_text(encoding="utf-8")),
        places=tuple(Place.model_validate(item) for item in from_json(folder / "places.json")),
        sources={
            name: Source.model_validate(item) for name, item in from_json(folder / "sources.json").items()
        },
        panel=from_json(folder / "panel.json"),
        findings=tuple(Finding(**item) for item in from_json(folder / "findings.json")),
        wordings=from_json(folder / "wordings.json"),
        coarser=tuple(Coarser.read(item) for item in from_json(folder / "coarser.json")),
        since=Since.read(from_json(folder / "since.json")),
    )


def _province_facts(bundle: Bundle, place: Place) -> ProvinceFacts:
    facts = bundle.facts
    own = (facts["province_code"] == place.code) & (facts["scheme"] == place.scheme)
    nation = facts["scheme"] == NATION_SCHEME
    sliced = bundle.slice_for(place.code)
    return ProvinceFacts(
        place=place,
        about=bundle.about,
        facts=facts[own].reset_index(drop=True),
        parts=facts[_belongs(facts, place) & ~own & ~nation].reset_index(drop=True),
        nation=facts[nation].reset_index(drop=True),
        programme=bundle.programme,
        panel=laws_of(place, bundle.panel),
        families=bundle.panel.get("families", {}),
        sources=bundle.sources,
        findings=sliced.findings,
        coarser=tuple(one for one in bundle.coarser if one.place == "province"),
        funnels=funnels_of(place, bundle.panel, bundle.places),
        region=sliced.facts[sliced.facts["scheme"] == REGION_SCHEME].reset_index(drop=True),
        nearest=tuple(sliced.panel.get(NEAREST, {}).get("places", ())),
        since=sliced.since,
    )


def _belongs(facts: pd.DataFrame, place: Place) -> pd.Series:
    """Tell which rows a province's page may use: its own, those of its former parts, and the nation's."""
    places = [(place.code, place.scheme), *((part.code, part.scheme) for part in place.components)]
    belongs = facts["scheme"] == NATION_SCHEME
    for scheme in {scheme for _, scheme in places}:
        codes = [code for code, of in places if of == scheme]
        belongs |= (facts["scheme"] == scheme) & facts["province_code"].isin(codes)
    return belongs


def _as_rows(since: Since | None) -> dict[str, Any]:
    """Return what is new as plain values, a figure a row."""
    if since is None:
        return {}
    rows = [list(astuple(one)) for one in since.changed]
    return {"edition": since.edition, "date": since.date, "changed": rows}


def _files(bundle: Bundle) -> dict[str, bytes]:
    head = {"format": FORMAT, **{name: getattr(bundle.about, name) for name in About.__slots__}}
    findings = [{name: getattr(item, name) for name in Finding.__slots__} for item in bundle.findings]
    return {
        "bundle.json": to_json(head),
        "facts.parquet": facts_to_parquet(bundle.facts),
        "programme.json": bundle.programme.model_dump_json(indent=1).encode(),
        "places.json": to_json([place.model_dump(mode="json") for place in bundle.places]),
        "sources.json": to_json(
            {name: source.model_dump(mode="json") for name, source in bundle.sources.items()}
        ),
        "panel.json": to_json(bundle.panel),
        "findings.json": to_json(findings),
        "wordings.json": to_json(bundle.wordings),
        "coarser.json": to_json([asdict(one) for one in bundle.coarser]),
        "since.json": to_json(_as_rows(bundle.since)),
    }
