"""What a researcher holds in JupyterLab: an opened bundle with tidy frames of every place, and single results by name."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from evalkit.errors import FactsError, SettingsError
from evalkit.facts import bundle as bundles
from evalkit.facts.areas import Area, NationFacts
from evalkit.facts.bundle import Bundle
from evalkit.facts.comparisons_chosen import declared_comparison, own_comparison
from evalkit.facts.named_places import Place
from evalkit.indicators.alarms import Alarms, watch
from evalkit.indicators.estimates import shown_estimates
from evalkit.labels import Label
from evalkit.messages import speak as speak_messages
from evalkit.messages import worded
from evalkit.places_beside import compared_places
from evalkit.programme.asked_name import asked_name
from evalkit.records import Effects, PlacesCompared, Trends
from evalkit.statistics.results import NotEstimable
from evalkit.step_arguments import checked
from evalkit.steps import compare_once, fit_one_trend
from evalkit.table import NATION_SCHEME, dimensions_of

LANGUAGE = "EVALKIT_LANG"
_FRAMES = ("estimates", "figures")
_WORDS = (
    "evalkit.reporting.kind_words"  # loaded by name where units are named: a bundle knows nothing of pages
)


@dataclass(frozen=True, repr=False, eq=False)
class OpenBundle(Bundle):
    """A bundle with tidy frames of every place, ready for pandas, seaborn and statsmodels; nothing in it is unprotected.

    ``provinces["22"]``, by code or name, and ``nation()`` give the places that the steps take. ``estimates`` and ``figures`` are frames of every
    place: ``bundle.estimates?`` and ``bundle.figures?`` list their columns. ``programme.find("support")`` searches the indicators,
    ``programme.measures`` holds the measures they are made of, ``sources`` each source by its id, ``about`` whose figures they are and by which
    rules. It is a :class:`evalkit.facts.bundle.Bundle`.

    Attributes
    ----------
    folder : Path or None
        Where it was opened.

    Examples
    --------
    >>> import evalkit as ek
    >>> bundle = ek.open_bundle()
    >>> bundle.provinces["04"]
    <Tỉnh Tuyết Lĩnh (04, scheme d34): 753 rows of figures, 2011-2025>
    """

    folder: Path | None = None

    @property
    def __custom_documentations__(self) -> dict[str, str]:
        """What ``bundle.estimates?`` tells in IPython: what stands there, not what a frame is."""
        return {name: inspect.getdoc(vars(OpenBundle)[name]) or "" for name in _FRAMES}

    @cached_property  # and no property: Tab completes columns of what is kept in the bundle, and runs no code
    def estimates(self) -> pd.DataFrame:
        """Every indicator of every province of the pages and of the nation, in every period, from the preferred source.

        Returns
        -------
        DataFrame, one row per place, indicator and period
            The limits of changes are those if yearly counts vary by chance alone: the page of a place widens them by its law.

            Names and labels are in the language of the notebook: that of ``evalkit lab --lang``, else the workspace's first.

            - ``place`` (str): name of the province, code of the nation.
            - ``region`` (str): of the province; missing for the nation.
            - ``label`` (str): of the indicator.
            - ``unit_label`` (str): of the unit: cases, percent, per 100,000 inhabitants, ...
            - ``source`` (str): title of the source.
            - those of ``Indicators.frame``

        Examples
        --------
        >>> import evalkit as ek
        >>> frame = ek.open_bundle().estimates
        >>> cases = frame[frame["indicator"].eq("cases") & frame["period_end"].eq("2025-12-31")]
        >>> cases[["place", "value", "lower", "upper"]].tail(2).round(1)
                 place  value  lower  upper
        509  Phú Sương    0.0    0.0    3.7
        524         VN  178.0  152.8  206.2
        """
        programme = self.programme
        frame = shown_estimates(self._of_pages(), programme)
        labels = {name: _said(one.label, self) for name, one in programme.indicators.items()}
        unit_words, language = import_module(_WORDS).unit_words, _language_of(self)
        units = {name: unit_words(one, programme).of(language) for name, one in programme.indicators.items()}
        by_indicator = {
            name: frame["indicator"].map(texts) for name, texts in (("label", labels), ("unit_label", units))
        }
        return self._named(frame, **by_indicator)

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The protected figures of every province of the pages and of the nation, with names in place of codes.

        Returns
        -------
        DataFrame, one row per figure
            The figures of every source. Names and labels are in the language of the notebook, as of ``estimates``.

            - ``place`` (str): name of the province, code of the nation.
            - ``region`` (str): of the province; missing for the nation.
            - ``label`` (str): of the measure.
            - ``unit_label`` (str): of the unit.
            - ``source`` (str): title of the source.
            - ``province_code``, ``scheme`` (str): the place, and the boundary set its code belongs to.
            - ``place_basis`` (str): where it is counted: occurrence, residence, detection or reception.
            - ``period_start``, ``period_end`` (datetime): first and last day, both inclusive.
            - ``measure`` (str): what is counted, by its name in the programme.
            - ``<breakdown>`` (str): one column per breakdown, such as ``sex``: its value, "all" for the total.
            - ``<breakdown>_label`` (str): the label of that value; missing for the total.
            - ``value`` (float, in ``unit``): missing where ``status`` is suppressed, not_reported or not_applicable.
            - ``unit`` (str): of the programme; cases and persons are never mixed.
            - ``status`` (str): reported, zero_reported, derived, not_reported, not_applicable or suppressed.
            - ``qualifier`` (str): how exact the source's own wording is: exact, about, more_than, nearly or at_least.
            - ``published`` (bool): officially published, hence never hidden.
            - ``mark`` (str): c for a hidden figure, r for a revised, p for a preliminary one; else "".
            - ``source_id`` (str): the source, a key of ``sources``.
            - ``edition_date`` (datetime): the day the source published it.
            - ``source_cell`` (str): where in the source.

        Examples
        --------
        >>> import evalkit as ek
        >>> figures = ek.open_bundle().figures
        >>> girls = figures[figures["measure"].eq("victims_identified") & figures["sex"].eq("female")]
        >>> girls["status"].value_counts().to_dict(), int(girls.loc[girls["mark"].eq("c"), "value"].count())
        ({'suppressed': 365, 'zero_reported': 156, 'not_reported': 2}, 0)
        """
        facts, programme = self._of_pages(), self.programme
        labels = {name: _said(one.label, self) for name, one in programme.measures.items()}
        units = {name: _said(unit.label, self) for name, unit in programme.units.items()}
        named = self._named(facts, label=facts["measure"].map(labels), unit_label=facts["unit"].map(units))
        for name in [one for one in dimensions_of(facts) if one in programme.dimensions]:
            declared = programme.dimensions[name]
            values = {value: _said(label, self) for value, label in declared.values.items()}  # noqa: PD011  no frame
            named[f"{name}_label"] = named[name].map(values)
        return named

    __iter__ = None

    def __getitem__(self, asked: object) -> Any:
        """Say where the provinces of a bundle are."""
        raise FactsError(
            where=f"bundle[{asked!r}]",
            rule=worded("a bundle is no list of places: its provinces stand in provinces"),
            do=worded("write bundle.provinces[{asked}]", asked=_quoted(asked)),
        )

    def speak(self, language: str = "") -> OpenBundle:
        """Tell results, labels and messages in one of the bundle's languages from now on, in this notebook.

        Parameters
        ----------
        language : str, optional
            ``"vi"``, ``"en"`` or another in which the pages are made; without it nothing is changed but to the languages of this bundle.

        Returns
        -------
        OpenBundle
            The same one; its frames are made anew when they are next asked for.

        Raises
        ------
        SettingsError
            If the pages are not made in that language.

        Examples
        --------
        >>> import evalkit as ek
        >>> bundle = ek.open_bundle().speak("en")
        >>> bundle.estimates["label"].iloc[0]
        'Trafficking cases recorded'
        """
        super().speak()
        if not language:
            return self
        if language not in self.about.languages:
            raise SettingsError(
                where=f"speak({language!r})",
                rule=worded("results are not told in this language"),
                do=worded("languages there are: {languages}", languages=", ".join(self.about.languages)),
            )
        os.environ[LANGUAGE] = language
        speak_messages(language)
        self._forget_frames()
        return self

    def reload(self) -> OpenBundle:
        """Take what stands in the folder now: after a run, or a new indicator. Places taken from it before stay as they were.

        Returns
        -------
        OpenBundle
            The same one, opened anew.

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
        anew = open_bundle(self.folder)
        for name in [one.name for one in fields(self) if one.init]:
            object.__setattr__(self, name, getattr(anew, name))
        self._forget_frames()
        return self

    def _forget_frames(self) -> None:
        for made in _FRAMES:
            self.__dict__.pop(made, None)

    def _of_pages(self) -> pd.DataFrame:
        codes = [place.code for place in self.places]
        of_provinces = self.facts["scheme"].eq(self.about.scheme) & self.facts["province_code"].isin(codes)
        return self.facts[of_provinces | self.facts["scheme"].eq(NATION_SCHEME)].reset_index(drop=True)

    def _named(self, frame: pd.DataFrame, *, label: pd.Series, unit_label: pd.Series) -> pd.DataFrame:
        """Return a frame with the names of place, region, unit and source before its own columns."""
        places = {(place.code, place.scheme): place for place in self.places}
        found = [places.get(key) for key in zip(frame["province_code"], frame["scheme"], strict=True)]
        titles = {name: source.title for name, source in self.sources.items()}
        language = _language_of(self)
        first = {
            "place": [_place_name(one, language) if one else self.about.nation for one in found],
            "region": [_said(one.region, self) if one else None for one in found],
            "label": label,
            "unit_label": unit_label,
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

    Examples
    --------
    >>> import evalkit as ek
    >>> bundle = ek.open_bundle()  # in the lab; elsewhere with its folder
    >>> len(bundle.provinces), bundle.nation()
    (34, <VN, the whole country: 779 rows of figures, 2011-2025; 34 provinces>)
    """
    opened = bundles.open_bundle(folder)
    given = {one.name: getattr(opened, one.name) for one in fields(Bundle) if one.init}
    return OpenBundle(**given, folder=bundles.bundle_folder(folder))


@checked
def trend(area: Area, indicator: str) -> Trends:
    """Fit the trend of one indicator, whether or not its programme asks for one.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle.
    indicator : str
        The name of an indicator that counts a whole measure, such as "cases", or its code or label as tables print them; its counts are fitted,
        year by year, over inhabitants.

    Returns
    -------
    Trends
        With one item, or with a lapse; it shows itself as the page's section does.

    Raises
    ------
    FactsError
        If the programme has no such indicator; the nearest names are told. If it is no count of a whole measure but a share, a rate,
        a mean, a part or money: a trend of its counts would bear its name and say something else. If it counts what the programme itself
        does: that is decided, not drawn by chance.

    References
    ----------
    As :func:`evalkit.steps.fit_trends`: Fay (2010), R Journal 2, 53-58; McCullagh and Nelder (1989), Generalized Linear Models, ch. 9.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.trend(ek.open_bundle().provinces["04"], "victims_identified").items[0]
    >>> round(found.fit.apc, 1), round(found.fit.lower, 1), round(found.fit.upper, 1), found.verdict.grade
    (-1.3, -8.0, 6.0, 'open')
    """
    name = asked_name(
        indicator,
        area.programme.indicators,
        where=f"trend({indicator!r})",
        rule=worded("the programme has no such indicator"),
    )
    _refuse_no_count(area, name)
    return fit_one_trend(area, name)


def _refuse_no_count(area: Area, name: str) -> None:
    """Refuse a trend of what is no count of a whole measure, with the indicators that count the same, and of one's own doings."""
    known = area.programme.indicators
    if known[name].is_own_doing:
        raise FactsError(
            where=f"trend({name!r})",
            rule=worded("{indicator} counts what an agency does; chance has no say in it", indicator=name),
            do=worded("its values by year stand in the frame of estimate_indicators"),
        )
    if known[name].counts_a_whole and area.programme.is_counted(known[name]):
        return
    whole = [
        other
        for other, one in known.items()
        if one.counts_a_whole and one.numerator == known[name].numerator and area.programme.is_counted(one)
    ]
    raise FactsError(
        where=f"trend({name!r})",
        rule=worded("a trend is fitted to the counts of a whole measure; this indicator is none"),
        do=worded("take {names}, which count the whole of it", names=", ".join(whole))
        if whole
        else worded("its values by year stand in the frame of estimate_indicators"),
    )


@checked
def alarms(area: Area, measure: str, *, alpha: float = 0.01) -> Alarms | NotEstimable:
    """Hold the latest year's months (or quarters) of a measure against the years before; a page does so where they are reported.

    Parameters
    ----------
    area : ProvinceFacts or NationFacts
        A place of a bundle.
    measure : str
        The name of a measure that is counted, such as "cases_recorded", or its label.
    alpha : float
        Share of quiet months that lie above their bound, strictly between 0 and 1.

    Returns
    -------
    Alarms or NotEstimable
        ``frame`` has a row per month, ``str`` the plain words. Not estimable where no month or quarter is reported, or one is hidden.

    Raises
    ------
    FactsError
        If the programme has no such measure; the nearest names are told. Or if it is not counted in whole numbers.

    References
    ----------
    Farrington et al. (1996), J. R. Stat. Soc. A 159, 547-563; Noufaily et al. (2013), Stat. Med. 32, 1206-1222.

    Examples
    --------
    >>> import evalkit as ek
    >>> from dataclasses import replace
    >>> province = ek.open_bundle().provinces["04"]
    >>> ek.alarms(province, "cases_recorded").reason  # the invented agencies report years alone
    'not_reported'
    >>> months = pd.date_range("2019-01-01", periods=84, freq="MS")
    >>> of_a_year = province.facts[province.facts["measure"].eq("cases_recorded")].iloc[[0]]
    >>> facts = of_a_year.loc[of_a_year.index.repeat(84)].assign(period_start=months, period_end=months + pd.offsets.MonthEnd(0))
    >>> facts = facts.assign(value=[4.0, 3, 5, 6, 8, 9, 7, 5, 4, 3, 2, 3] * 6 + [4.0, 3, 5, 6, 8, 9, 7, 5, 4, 3, 2, 14])
    >>> found = ek.alarms(replace(province, facts=facts), "cases_recorded")
    >>> found.frame[["count", "expected", "upper", "alarm"]].tail(2).round(1)
        count  expected  upper  alarm
    10    2.0       2.7    7.0  False
    11   14.0       3.0    8.0   True
    """
    name = asked_name(
        measure,
        area.programme.measures,
        where=f"alarms({measure!r})",
        rule=worded("the programme has no such measure"),
    )
    return watch(area.facts, name, area.programme, alpha=alpha)


@checked
def effect(
    place: Bundle | NationFacts,
    comparison: str | Mapping[str, Any] = "",
    **chosen: Any,
) -> Effects:
    """Hold places with a measure against places without it: a comparison that the programme declares, or one of your own.

    Parameters
    ----------
    place : Bundle or NationFacts
        A bundle, or its nation.
    comparison : str or mapping
        The id of a declared one; or what follows, as a mapping.
    **chosen
        ``measure``; ``who``, place (code or name) to first year with the measure; ``compared_with``, places or "others" (the default);
        ``window``, first and last year. A comparison of your own is always exploratory: chosen after the fact.

    Returns
    -------
    Effects
        With one item: an effect, or the reason why there is none. It shows itself as the page's section does; ``frame`` is a tidy table.

    Raises
    ------
    FactsError
        If the programme has no such comparison or measure, or the pages no such place; the nearest names are told. Or if the parts do
        not fit together.

    References
    ----------
    Borusyak, Jaravel and Spiess (2024), Rev. Econ. Stud. 91, 3253-3285; Abadie, Diamond and Hainmueller (2010), J. Am. Stat.
    Assoc. 105, 493-505.

    Examples
    --------
    >>> import evalkit as ek
    >>> five = dict.fromkeys(["06", "08", "10", "11", "12"], 2019)
    >>> chosen = {"measure": "cases_recorded", "who": five, "window": (2011, 2025)}
    >>> item = ek.effect(ek.open_bundle(), chosen).items[0]
    >>> round(item.found.estimate, 2), round(item.found.lower, 2), round(item.found.upper, 2), item.exploratory
    (0.9, 0.45, 1.82, True)
    """
    nation = place.nation() if isinstance(place, Bundle) else place
    if isinstance(comparison, str) and comparison:
        return compare_once(nation, declared_comparison(nation, comparison))
    given = chosen if isinstance(comparison, str) else {**comparison, **chosen}
    return compare_once(nation, own_comparison(nation, given))


@checked
def compare_places(one: Area, other: Area, indicator: str, *, period: str = "") -> PlacesCompared:
    """Compare the rates of two places of a bundle in one programme period: two provinces, or a province and the rest of the nation.

    No page shows it. It is one pair out of many: whoever picks the pair that stands furthest apart finds what chance put there.

    Parameters
    ----------
    one, other : ProvinceFacts or NationFacts
        Two provinces of one bundle, or one and its nation. Beside a province the nation stands for the rest of the country, for the
        province is a part of it.
    indicator : str
        The name, code or label of an indicator that counts cases or persons, such as "cases": counts are compared over inhabitants.
    period : str
        The id of a programme period; by default the latest that both places have over the same days.

    Returns
    -------
    PlacesCompared
        Both rates with their limits, and the ratio of the first to the second; it shows itself in words, and ``figure()`` draws it.

    Raises
    ------
    FactsError
        If the places are of two bundles, a figure is hidden, no period is common to both, the population is not known, or
        the indicator is no count over inhabitants (a share, what an agency does).

    Notes
    -----
    Limits of the ratio are those under the law of scatter that the places carry, the wider one for both; never narrower than the exact conditional
    ones; where it is not known, these, which hold if yearly counts vary by chance alone. What is compared are the lasting rates.

    References
    ----------
    Rao (1948), Proc. Camb. Phil. Soc. 44, 50-57; Przyborowski and Wilenski (1940), Biometrika 31, 313-323; Garwood (1936), Biometrika
    28, 437-442.

    Examples
    --------
    >>> import evalkit as ek
    >>> bundle = ek.open_bundle()
    >>> found = ek.compare_places(bundle.provinces["04"], bundle.nation(), "cases")
    >>> found.frame[["place", "count", "value", "ratio", "ratio_lower", "ratio_upper"]].round(2)
                 place  count  value  ratio  ratio_lower  ratio_upper
    0       Tuyết Lĩnh   69.0   1.05   4.37         1.78        11.02
    1  VN − Tuyết Lĩnh  502.0   0.24    NaN          NaN          NaN
    """
    return compared_places(one, other, indicator, period)


def _quoted(asked: object) -> str:
    return f'"{asked}"' if isinstance(asked, str) else '"22"'


def _said(label: Label, bundle: Bundle) -> str:
    """Return a label in the language of the notebook, or in the first language of a bundle that it has."""
    texts, languages = label.root, (_language_of(bundle), *bundle.about.languages)
    return next((texts[name] for name in languages if name in texts), next(iter(texts.values())))


def _language_of(bundle: Bundle) -> str:
    """Return the language of the notebook, as results are shown: that of ``evalkit lab --lang``, else the first of the bundle."""
    asked, languages = os.environ.get(LANGUAGE, ""), bundle.about.languages
    return asked if asked in languages else languages[0]


def _place_name(place: Place, language: str) -> str:
    return {"vi": place.name, "en": place.name_en, **place.name_in}.get(language, place.name)
