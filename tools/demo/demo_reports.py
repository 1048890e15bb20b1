"""What was reported of the invented country: the facts table, with every trouble that real reporting has.

By older unit to 2023 and by newer unit from 2024. Some figures are missing, some never asked for, one province reports late,
one figure is revised. The national totals are given where every unit reported, and only there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.places.nation import reference_nation
from evalkit.table import COLUMNS, NATION_SCHEME
from tools.demo.demo_figures import binomial
from tools.demo.demo_measures import EDITIONS, LAST_FORM, MEASURES, MEDIANS
from tools.demo.demo_places import NEW, NEW_STARTS, OLD, new_code_of
from tools.demo.demo_wider import DIMENSIONS, among

LAST_OLD_YEAR = int(NEW_STARTS[:4]) - 1
LATE = ("08", (2018, 2019), pd.DateOffset(months=14))
REVISED = ("36", "cases_recorded", 2017, 2, "2018-11-20")  # two cases fewer in the later edition
NEVER = ("invented-inspection", ("17", "19", "22", "56", "60", "70"))
NOT_THERE = (
    ("foreign_employers_registered", "foreign_employers_inspected", "foreign_employers_in_violation"),
    "22",
)
PUBLISHED = ("cases_recorded", "victims_identified")
CHILD_SHARE = 0.28


GAPS = (  # code of the year's scheme, source, year: nothing came in
    ("19", "invented-police", 2014),
    ("58", "invented-welfare", 2012),
    ("58", "invented-welfare", 2013),
    ("30", "invented-communication", 2018),
    ("72", "invented-court", 2019),
    ("48", "invented-communication", 2025),
)


def reported_facts(figures: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Turn figures by older unit into the facts table that the invented agencies sent in.

    Parameters
    ----------
    figures : DataFrame
        As :func:`tools.demo.demo_figures.draw_figures` returns them.
    seed : int
        Decides how the national totals fall into age groups.

    Returns
    -------
    DataFrame
        The facts table (:mod:`evalkit.table`) with the dimensions sex and age_group, sorted.

    Examples
    --------
    >>> from tools.demo.demo_figures import draw_figures
    >>> facts = reported_facts(draw_figures(1), seed=1)
    >>> facts["scheme"].unique().tolist()
    ['d34', 'd40', 'nation']
    """
    asked = _asked_for(_in_the_years_scheme(_with_every_dimension(figures)))
    provinces = _with_gaps(_as_facts(asked))
    revised = _with_revision(_with_late_editions(provinces))
    nation = _national_totals(revised, seed=seed)
    facts = pd.concat([revised, nation], ignore_index=True)
    order = ["scheme", "province_code", "measure", "period_start", *DIMENSIONS, "edition_date"]
    return facts.sort_values(order, ignore_index=True)[[*COLUMNS[:6], *DIMENSIONS, *COLUMNS[6:]]]


def _with_every_dimension(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures with the day their period begins and a column per dimension, "all" where none is told."""
    start = figures["start"].fillna("01-01") if "start" in figures else "01-01"
    told = {name: figures[name].fillna("all") if name in figures else "all" for name in DIMENSIONS}
    return figures.assign(start=start, **told)


def _in_the_years_scheme(figures: pd.DataFrame) -> pd.DataFrame:
    """Give each year in the scheme then in force; a merged unit's figure is the sum of its parts', or their median."""
    merged = figures["year"] > LAST_OLD_YEAR
    code = figures["code"].where(~merged, figures["code"].map(new_code_of))
    placed = figures.assign(province_code=code, scheme=np.where(merged, NEW, OLD))
    same = ["province_code", "scheme", "year", "start", "measure", *DIMENSIONS]
    medians = placed["measure"].isin(MEDIANS)
    summed = placed[~medians].groupby(same, as_index=False).agg(value=("value", "sum"))
    middle = placed[medians].groupby(same, as_index=False).agg(value=("value", "median"))
    return pd.concat([summed, middle.assign(value=middle["value"].round())], ignore_index=True)


def _asked_for(figures: pd.DataFrame) -> pd.DataFrame:
    first_year = figures["measure"].map({name: how.first_year for name, how in MEASURES.items()})
    source, codes = NEVER
    sources = figures["measure"].map({name: how.source_id for name, how in MEASURES.items()})
    never = (sources == source) & figures["province_code"].isin(codes)
    return figures[(figures["year"] >= first_year) & ~never]


def _as_facts(figures: pd.DataFrame, *, source_id: str | None = None) -> pd.DataFrame:
    source = figures["measure"].map({name: source_id or how.source_id for name, how in MEASURES.items()})
    year = figures["year"].astype(str)
    edition = (figures["year"] + 1).astype(str) + "-" + source.map(EDITIONS)
    value = figures["value"].astype(float)
    return figures.drop(columns=["year", "start"]).assign(
        period_start=_days(year + "-" + figures["start"]),
        period_end=_days(year + "-12-31"),
        value=value,
        unit=figures["measure"].map({name: how.unit for name, how in MEASURES.items()}),
        place_basis=figures["measure"].map({name: how.place_basis for name, how in MEASURES.items()}),
        status=np.where(value == 0, "zero_reported", "reported"),
        qualifier="exact",
        published=False,
        source_id=source,
        edition_date=_days(edition),
        source_cell="",
    )


def _days(text: pd.Series) -> pd.Series:
    return pd.to_datetime(text, format="%Y-%m-%d").astype("datetime64[s]")


def _with_gaps(facts: pd.DataFrame) -> pd.DataFrame:
    told = zip(facts["province_code"], facts["source_id"], facts["period_start"].dt.year, strict=True)
    gap = pd.Series([place_source_year in GAPS for place_source_year in told], index=facts.index)
    measures, code = NOT_THERE
    absent = facts["measure"].isin(measures) & (facts["province_code"] == code)
    status = facts["status"].mask(gap, "not_reported").mask(absent, "not_applicable")
    return facts.assign(value=facts["value"].mask(gap | absent), status=status)


def _with_late_editions(facts: pd.DataFrame) -> pd.DataFrame:
    code, years, delay = LATE
    late = (facts["province_code"] == code) & facts["period_start"].dt.year.isin(years)
    later = (facts["edition_date"] + delay).astype("datetime64[s]")
    return facts.assign(edition_date=facts["edition_date"].mask(late, later))


def _with_revision(facts: pd.DataFrame) -> pd.DataFrame:
    """Put before one figure an earlier edition that was higher; the figure itself is the later edition."""
    code, measure, year, more, day = REVISED
    place = (facts["province_code"] == code) & (facts["measure"] == measure)
    here = place & (facts["period_start"].dt.year == year)
    earlier = facts.loc[here].assign(value=facts.loc[here, "value"] + more, status="reported")
    later = facts.assign(edition_date=facts["edition_date"].mask(here, pd.Timestamp(day)))
    both: pd.DataFrame = pd.concat([later, earlier], ignore_index=True)
    return both


def _national_totals(facts: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Sum the latest editions over all units, where none is missing, and split victims by age; medians are not summed."""
    same = ["province_code", "scheme", "measure", *DIMENSIONS, "period_start"]
    latest = facts.sort_values("edition_date").drop_duplicates(same, keep="last")
    units = latest.groupby("scheme")["province_code"].nunique()
    latest = latest[~latest["measure"].isin(MEDIANS)]
    sums = latest.groupby(["scheme", "period_start", "measure", *DIMENSIONS], as_index=False).agg(
        value=("value", "sum"), held=("value", "count"), last_edition=("edition_date", "max")
    )
    whole = sums[sums["held"] == sums["scheme"].map(units)]
    totals = whole.assign(
        year=whole["period_start"].dt.year, start=whole["period_start"].dt.strftime("%m-%d")
    )
    totals = pd.concat([totals, _by_age(totals, seed=seed)], ignore_index=True)
    placed = totals.drop(columns=["held", "period_start"]).assign(
        province_code=reference_nation().code, scheme=NATION_SCHEME
    )
    nation = _as_facts(placed, source_id="invented-central")
    known = nation["last_edition"] + pd.Timedelta(days=30)
    total = (nation[list(DIMENSIONS)] == "all").all(axis=1)
    edition = nation["edition_date"].where(nation["edition_date"] > known, known).astype("datetime64[s]")
    published = total & nation["measure"].isin(PUBLISHED)
    return nation.drop(columns="last_edition").assign(edition_date=edition, published=published)


def _by_age(totals: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Split the nation's identified victims by age, and from the wider form on those supported among them."""
    plain = totals[(totals[list(DIMENSIONS)] == "all").all(axis=1)]
    identified = plain[plain["measure"] == "victims_identified"]
    rng = np.random.default_rng([seed, 0])
    child = np.array([binomial(rng, int(value), CHILD_SHARE) for value in identified["value"]], dtype=float)
    split = {"child": child, "adult": identified["value"].to_numpy() - child}
    supported = plain[plain["measure"] == "victims_supported"].set_index("year")["value"]
    helped = identified["year"].map(supported)
    missed = [
        among(rng, int(all_of_them), int(young), int(all_of_them - some))
        for all_of_them, young, some in zip(identified["value"], child, helped, strict=True)
    ]
    supported_child = child - np.array(missed, dtype=float)
    shares = {"child": supported_child, "adult": helped.to_numpy() - supported_child}
    parts = [identified.assign(age_group=group, value=value) for group, value in split.items()]
    parts += [
        rows[rows["year"] >= LAST_FORM]
        for group, value in shares.items()
        for rows in [identified.assign(measure="victims_supported", age_group=group, value=value)]
    ]
    return pd.concat(parts)
