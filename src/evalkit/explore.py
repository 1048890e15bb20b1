"""What a researcher holds in JupyterLab: an opened bundle with tidy frames of every place, and single results by name."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import pandas as pd

from evalkit.declaration import nearest
from evalkit.errors import FactsError
from evalkit.evaluation import fit_one_trend
from evalkit.facts import bundle as bundles
from evalkit.facts.areas import Area
from evalkit.facts.bundle import Bundle
from evalkit.indicators.alarms import Alarms, watch
from evalkit.indicators.estimates import estimate_indicators
from evalkit.indicators.sources import preferred
from evalkit.labels import Label
from evalkit.messages import worded
from evalkit.records import Trends
from evalkit.statistics.results import NotEstimable
from evalkit.table import NATION_SCHEME, dimensions_of


@dataclass(frozen=True, repr=False, eq=False)
class OpenBundle(Bundle):
    """A bundle with tidy frames of every place, ready for pandas, seaborn and statsmodels; nothing in it is unprotected.

    Attributes
    ----------
    folder : Path or None
        Where it was opened.
    """

    folder: Path | None = None

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Every indicator of every province of the pages and of the nation, in every period, from the preferred source.

        Returns
        -------
        DataFrame, one row per place, indicator and period
            ``place``, ``region`` (missing for the nation), ``label`` (of the indicator), ``unit_label``, ``source``, then the columns of
            :func:`evalkit.indicators.estimates.estimate_indicators`: ``value`` with ``lower`` and ``upper`` at ``level``, missing unless
            ``status`` is "estimated"; ``numerator`` and ``denominator``; ``flag``; ``period_start``, ``period_end``.
        """
        programme = self.programme
        frame = estimate_indicators(preferred(self._of_pages(), programme), programme)
        labels = {name: _said(one.label, self) for name, one in programme.indicators.items()}
        return self._named(frame, label=frame["indicator"].map(labels))

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The protected figures of every province of the pages and of the nation, with names in place of codes.

        Returns
        -------
        DataFrame, one row per figure
            ``place``, ``region``, ``label`` (of the measure), ``unit_label``, ``source``, then the columns of the facts table; a breakdown has its
            values' labels in a column ``<breakdown>_label``. ``value`` is missing where ``status`` is "suppressed", "not_reported" or
            "not_applicable"; ``mark`` is "c" for a hidden figure, "r" for a revised and "p" for a preliminary one.
        """
        facts, programme = self._of_pages(), self.programme
        labels = {name: _said(one.label, self) for name, one in programme.measures.items()}
        named = self._named(facts, label=facts["measure"].map(labels))
        for name in [one for one in dimensions_of(facts) if one in programme.dimensions]:
            declared = programme.dimensions[name]
            values = {value: _said(label, self) for value, label in declared.values.items()}  # noqa: PD011  no frame
            named[f"{name}_label"] = named[name].map(values)
        return named

    def reload(self) -> OpenBundle:
        """Open the bundle anew from its folder: after a run, or a new indicator.

        Raises
        ------
        FactsError
            If it was not opened from a folder, or the folder holds no bundle any more.
        """
        if self.folder is None:
            raise FactsError(
                where="reload()",
                rule=worded("this bundle was not opened from a folder"),
                do=worded("open it with open_bundle(FOLDER)"),
            )
        return open_bundle(self.folder)

    def _of_pages(self) -> pd.DataFrame:
        codes = [place.code for place in self.places]
        of_provinces = self.facts["scheme"].eq(self.about.scheme) & self.facts["province_code"].isin(codes)
        return self.facts[of_provinces | self.facts["scheme"].eq(NATION_SCHEME)].reset_index(drop=True)

    def _named(self, frame: pd.DataFrame, *, label: pd.Series) -> pd.DataFrame:
        """Return a frame with the names of place, region, unit and source before its own columns."""
        places = {(place.code, place.scheme): place for place in self.places}
        found = [places.get(key) for key in zip(frame["province_code"], frame["scheme"], strict=True)]
        units = {name: _said(unit.label, self) for name, unit in self.programme.units.items()}
        titles = {name: source.title for name, source in self.sources.items()}
        first = {
            "place": [one.name if one else self.about.nation for one in found],
            "region": [_said(one.region, self) if one else None for one in found],
            "label": label,
            "unit_label": frame["unit"].map(units),
            "source": frame["source_id"].map(titles),
        }
        return pd.concat([pd.DataFrame(first, index=frame.index), frame], axis=1)


def open_bundle(folder: str | Path | None = None) -> OpenBundle:
    """Open a bundle written by a run, to explore it.

    Parameters
    ----------
    folder : str or Path, optional
        The bundle's folder; by default the one that ``evalkit lab`` prepared (environment variable EVALKIT_BUNDLE).

    Returns
    -------
    OpenBundle
        ``provinces["22"]`` and ``nation()`` give the places that the steps take; ``estimates`` and ``figures`` are tidy frames.

    Raises
    ------
    FactsError
        If the folder holds no bundle, or one of another format.
    """
    opened = bundles.open_bundle(folder)
    given = {one.name: getattr(opened, one.name) for one in fields(Bundle) if one.init}
    return OpenBundle(**given, folder=bundles.bundle_folder(folder))


def trend(area: Area, indicator: str) -> Trends:
    """Fit the trend of one indicator, whether or not its programme asks for one.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle.
    indicator : str
        The name of an indicator, such as "cases"; the counts of its numerator are fitted, year by year.

    Returns
    -------
    Trends
        With one item, or with a lapse; it shows itself as the page's section does.

    Raises
    ------
    FactsError
        If the programme has no such indicator; the nearest names are told.
    """
    known = area.programme.indicators
    if indicator not in known:
        raise FactsError(
            where=f"trend({indicator!r})",
            rule=worded("the programme has no such indicator"),
            do=nearest(str(indicator), list(known)),
        )
    return fit_one_trend(area, indicator)


def alarms(area: Area, measure: str, *, alpha: float = 0.01) -> Alarms | NotEstimable:
    """Hold the latest year's months (or quarters) of a measure against the years before; no page shows it.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle.
    measure : str
        The name of a measure that is counted, such as "cases_recorded".
    alpha : float
        Share of quiet months that lie above their bound, strictly between 0 and 1.

    Returns
    -------
    Alarms or NotEstimable
        ``frame`` has a row per month, ``str`` the plain words. Not estimable where no month or quarter is reported, or one is hidden.

    Raises
    ------
    FactsError
        If the programme has no such measure; the nearest names are told.
    """
    known = area.programme.measures
    if measure not in known:
        raise FactsError(
            where=f"alarms({measure!r})",
            rule=worded("the programme has no such measure"),
            do=nearest(str(measure), list(known)),
        )
    return watch(area.facts, measure, area.programme, alpha=alpha)


def _said(label: Label, bundle: Bundle) -> str:
    """Return a label in the first language of a bundle that it has."""
    texts = label.root
    return next((texts[name] for name in bundle.about.languages if name in texts), next(iter(texts.values())))
