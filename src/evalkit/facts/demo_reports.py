"""What was reported of the invented country: the facts table, with every trouble that real reporting has.

By older unit to 2023 and by newer unit from 2024. Some figures are missing, some never asked for, one province reports late,
one figure is revised. The national totals are given where every unit reported, and only there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from evalkit.facts.demo_figures import binomial
from evalkit.facts.demo_places import NEW, NEW_STARTS, OLD, YEARS, new_code_of
from evalkit.facts.schema import COLUMNS, NATION, NATION_SCHEME

LAST_OLD_YEAR = int(NEW_STARTS[:4]) - 1
WIDER_FORM = 2016  # the yearly form asks for crime reports, courts and activities from here on
LATE = ("08", (2018, 2019), pd.DateOffset(months=14))
REVISED = ("36", "cases_recorded", 2017, 2, "2018-11-20")  # two cases fewer in the later edition
NEVER = ("inspection_visits", ("17", "19", "22", "56", "60", "70"))
PUBLISHED = ("cases_recorded", "victims_identified")
CHILD_SHARE = 0.28


class Reporting(NamedTuple):
    """How a measure is reported: its unit, place basis, source and first year."""

    unit: str
    place_basis: str
    source_id: str
    first_year: int


MEASURES = {
    "cases_recorded": Reporting("vu", "occurrence", "invented-police", YEARS[0]),
    "suspects": Reporting("nguoi", "occurrence", "invented-police", YEARS[0]),
    "victims_in_cases": Reporting("nguoi", "occurrence", "invented-police", YEARS[0]),
    "crime_reports_received": Reporting("tin", "occurrence", "invented-police", WIDER_FORM),
    "crime_reports_classified": Reporting("tin", "occurrence", "invented-police", WIDER_FORM),
    "crime_reports_due": Reporting("tin", "occurrence", "invented-police", WIDER_FORM),
    "crime_reports_resolved": Reporting("tin", "occurrence", "invented-police", WIDER_FORM),
    "cases_instituted": Reporting("vu", "occurrence", "invented-police", WIDER_FORM),
    "cases_cleared": Reporting("vu", "occurrence", "invented-police", WIDER_FORM),
    "cases_concluded": Reporting("vu", "occurrence", "invented-procuracy", WIDER_FORM),
    "cases_prosecuted": Reporting("vu", "occurrence", "invented-procuracy", WIDER_FORM),
    "cases_accepted": Reporting("vu", "occurrence", "invented-court", WIDER_FORM),
    "cases_tried": Reporting("vu", "occurrence", "invented-court", WIDER_FORM),
    "persons_received": Reporting("nguoi", "reception", "invented-welfare", YEARS[0]),
    "victims_identified": Reporting("nguoi", "reception", "invented-welfare", YEARS[0]),
    "victims_supported": Reporting("nguoi", "reception", "invented-welfare", YEARS[0]),
    "communication_sessions": Reporting("buoi", "occurrence", "invented-communication", WIDER_FORM),
    "leaflets_distributed": Reporting("to", "occurrence", "invented-communication", WIDER_FORM),
    "communes_reached": Reporting("xa", "occurrence", "invented-communication", WIDER_FORM),
    "communes_total": Reporting("xa", "occurrence", "invented-communication", WIDER_FORM),
    "inspection_visits": Reporting("luot", "occurrence", "invented-inspection", WIDER_FORM),
}

EDITIONS = {  # month and day of the next year
    "invented-police": "03-15",
    "invented-procuracy": "03-31",
    "invented-court": "03-31",
    "invented-welfare": "03-20",
    "invented-communication": "02-10",
    "invented-inspection": "02-28",
    "invented-central": "06-30",
}

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
        As :func:`evalkit.facts.demo_figures.draw_figures` returns them.
    seed : int
        Decides how the national totals fall into age groups.

    Returns
    -------
    DataFrame
        The facts table (:mod:`evalkit.facts.schema`) with the dimensions sex and age_group, sorted.

    Examples
    --------
    >>> from evalkit.facts.demo_figures import draw_figures
    >>> facts = reported_facts(draw_figures(1), seed=1)
    >>> facts["scheme"].unique().tolist()
    ['d34', 'd40', 'nation']
    """
    asked = _asked_for(_in_the_years_scheme(figures)).assign(age_group="all")
    provinces = _with_gaps(_as_facts(asked))
    revised = _with_revision(_with_late_editions(provinces))
    nation = _national_totals(revised, seed=seed)
    facts = pd.concat([revised, nation], ignore_index=True)
    order = ["scheme", "province_code", "measure", "period_start", "sex", "age_group", "edition_date"]
    return facts.sort_values(order, ignore_index=True)[[*COLUMNS[:6], "sex", "age_group", *COLUMNS[6:]]]


def _in_the_years_scheme(figures: pd.DataFrame) -> pd.DataFrame:
    """Give each year in the scheme then in force; a merged unit's figure is the sum of its parts'."""
    merged = figures["year"] > LAST_OLD_YEAR
    code = figures["code"].where(~merged, figures["code"].map(new_code_of))
    placed = figures.assign(province_code=code, scheme=np.where(merged, NEW, OLD))
    same = ["province_code", "scheme", "year", "measure", "sex"]
    return placed.groupby(same, as_index=False).agg(value=("value", "sum"))


def _asked_for(figures: pd.DataFrame) -> pd.DataFrame:
    first_year = figures["measure"].map({name: how.first_year for name, how in MEASURES.items()})
    measure, codes = NEVER
    never = (figures["measure"] == measure) & figures["province_code"].isin(codes)
    return figures[(figures["year"] >= first_year) & ~never]


def _as_facts(figures: pd.DataFrame, *, source_id: str | None = None) -> pd.DataFrame:
    source = figures["measure"].map({name: source_id or how.source_id for name, how in MEASURES.items()})
    year = figures["year"].astype(str)
    edition = (figures["year"] + 1).astype(str) + "-" + source.map(EDITIONS)
    value = figures["value"].astype(float)
    return figures.drop(columns="year").assign(
        period_start=_days(year + "-01-01"),
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
    return facts.assign(value=facts["value"].mask(gap), status=facts["status"].mask(gap, "not_reported"))


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
    """Sum the latest editions over all units, where none is missing, and split identified victims by age."""
    same = ["province_code", "scheme", "measure", "sex", "period_start"]
    latest = facts.sort_values("edition_date").drop_duplicates(same, keep="last")
    units = latest.groupby("scheme")["province_code"].nunique()
    sums = latest.groupby(["scheme", "period_start", "measure", "sex"], as_index=False).agg(
        value=("value", "sum"), held=("value", "count"), last_edition=("edition_date", "max")
    )
    whole = sums[sums["held"] == sums["scheme"].map(units)]
    totals = whole.assign(year=whole["period_start"].dt.year, age_group="all")
    totals = pd.concat([totals, _by_age(totals, seed=seed)], ignore_index=True)
    placed = totals.drop(columns=["held", "period_start"]).assign(province_code=NATION, scheme=NATION_SCHEME)
    nation = _as_facts(placed, source_id="invented-central")
    known = nation["last_edition"] + pd.Timedelta(days=30)
    total = (nation["sex"] == "all") & (nation["age_group"] == "all")
    edition = nation["edition_date"].where(nation["edition_date"] > known, known).astype("datetime64[s]")
    published = total & nation["measure"].isin(PUBLISHED)
    return nation.drop(columns="last_edition").assign(edition_date=edition, published=published)


def _by_age(totals: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    identified = totals[(totals["measure"] == "victims_identified") & (totals["sex"] == "all")]
    rng = np.random.default_rng([seed, 0])
    child = np.array([binomial(rng, int(value), CHILD_SHARE) for value in identified["value"]], dtype=float)
    split = {"child": child, "adult": identified["value"] - child}
    return pd.concat([identified.assign(age_group=group, value=value) for group, value in split.items()])
