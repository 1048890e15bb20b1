"""The place beside the country, and its last five years: a row each, with counts, never as a rank."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evalkit.additivity.years import exposure_years
from evalkit.facts.areas import Area, ProvinceFacts
from evalkit.facts.laws_of_area import laws_of
from evalkit.indicators.estimates import shown_estimates
from evalkit.programme.kinds import BESIDE_OTHERS
from evalkit.programme.models import Indicator, Programme
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import same
from evalkit.reporting.blocks import Bilingual, Cell, Column, Paragraph, Section, Table
from evalkit.reporting.brief.followed_counts import Topic, shown_totals
from evalkit.reporting.citations import Citations
from evalkit.reporting.drawing.strip import sparkline
from evalkit.reporting.kind_words import share_in_brief, value_words
from evalkit.reporting.last_asked import last_asked
from evalkit.reporting.sections.shared_words import (
    NOTHING,
    both,
    either,
    fact_cell,
    marked,
    qualified,
    sentences,
)
from evalkit.reporting.wording import say
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_mean import mean_limits
from evalkit.table import MARK, TOLD

MOST_ROWS, MOST_COMPARED = 4, 5
YEARS = 5
FEWEST_YEARS = 2


def beside_the_country(result: Summary, cites: Citations) -> Section | None:
    """Return the province's shares and rates of one year beside the country's; None for the nation, or where none can be told."""
    held = _held(result)
    if held is None:
        return None
    rows = [
        row for name in held.names if (row := _row(name, held.own, held.others, result, cites)) is not None
    ]
    if not rows:
        return None
    table = _table(rows, list(held.others), held.year)
    how = _how_to_read(held.area, held.names, held.others)
    return Section("beside", _title(held.others), (how, table), layer="brief", width="half")


def held_against_the_country(result: Summary) -> list[tuple[str, pd.Series, pd.Series]]:
    """Return what the page holds against the country's figure: the indicator, the estimate here and the country's."""
    held = _held(result)
    if held is None:
        return []
    here = {str(row["indicator"]): row for _, row in held.own[held.own["year"] == held.year].iterrows()}
    there = {str(name): row for name, row in held.others["nation"].iterrows()}
    pairs = [(name, here[name], there[name]) for name in held.names if name in here and name in there]
    return [pair for pair in pairs if direction(pair[1], pair[2]) != NOTHING]


@dataclass(frozen=True, slots=True)
class _Held:
    """A place's yearly estimates of the indicators to compare, and those of the others in the newest year, by indicator."""

    area: ProvinceFacts
    names: list[str]
    own: pd.DataFrame
    year: int
    others: dict[str, pd.DataFrame]


@last_asked
def _held(result: Summary) -> _Held | None:
    if not isinstance(result.area, ProvinceFacts):
        return None
    names, own = _own_rows(result, result.area)
    if not names:
        return None
    year = _newest(own)
    return _Held(result.area, names, own, year, _others(result.area, names, year))


def _own_rows(result: Summary, area: ProvinceFacts) -> tuple[list[str], pd.DataFrame]:
    """Return the indicators to compare and the place's yearly estimates of them, those of the newest year under their law of scatter."""
    if result.indicators is None:
        return [], pd.DataFrame()
    yearly = _yearly(result.indicators.frame)
    names = _chosen(yearly, result)
    own = yearly[yearly["indicator"].isin(names)]
    return names, own if own.empty else _under_law(own, area)


def _title(others: dict[str, pd.DataFrame]) -> Bilingual:
    return (
        say("Compared with the region and the country")
        if "region" in others
        else say("Compared with the whole country")
    )


def _table(rows: list[tuple[tuple[Cell, ...], str]], others: list[str], year: int) -> Table:
    heads = {"region": say("Region"), "nation": say("Country")}
    columns = (
        Column("indicator", say("In {year}", year=str(year))),
        Column("place", say("Here"), numeric=True),
        *(Column(name, heads[name], numeric=True) for name in others),
        Column("direction", say("Against the country")),
    )
    return Table(
        "beside-the-country",
        say("Shares and rates of {year} beside those of the whole country", year=str(year)),
        columns,
        tuple(cells for cells, _ in rows),
        drawings=tuple(drawn for _, drawn in rows),
        drawn=say("{years} years", years=str(YEARS)),
        drawn_at=len(columns),
    )


def _how_to_read(area: ProvinceFacts, names: list[str], others: dict[str, pd.DataFrame]) -> Paragraph:
    """Say what the words mean, why there may be none, and of what the region's figures are sums."""
    how = _by_which_limits(by_law=any(law_of_rate(area, name) is not None for name in names))
    told = [how, say("Region: {region}.", region=both(area.place.region))] if "region" in others else [how]
    decided = any(area.programme.is_decided(area.programme.indicators[name]) for name in names)
    if decided:
        told.append(say("–: work done, not judged by chance, or no figure to show."))
    elif "region" in others:
        told.append(say("–: a figure is lacking that can be shown."))
    return Paragraph(sentences(*told), tone="aside")


def _by_which_limits(*, by_law: bool) -> Bilingual:
    return (
        say(
            "Above, below: this place, where the country’s figure lies outside the 95% interval here (rates: allowing for extra variation between years). Not a ranking."
        )
        if by_law
        else say(
            "Above, below: this place, where the country’s figure lies outside the 95% interval here (rates: if yearly counts vary by chance alone). Not a ranking."
        )
    )


def _yearly(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates of whole years that have a value, the year with them."""
    rows = frame[(frame["status"] == "estimated") & frame["kind"].isin(BESIDE_OTHERS)]
    whole = [
        exposure_years(start, end) == 1
        for start, end in zip(rows["period_start"], rows["period_end"], strict=True)
    ]
    rows = rows[pd.Series(whole, index=rows.index, dtype=bool)]
    rows = rows.assign(year=rows["period_end"].dt.year)
    within = rows["period_start"].dt.year == rows["year"]  # a calendar year, before one that only ends in it
    rows = rows.assign(_within=within).sort_values("_within", ascending=False, kind="stable")
    return (
        rows.drop_duplicates(["province_code", "scheme", "indicator", "year"])
        .sort_index()
        .drop(columns="_within")
    )


def law_of_rate(area: Area, name: str) -> ScatterLaw | None:
    """Return how the yearly counts of a rate scatter, where that is known: told for an indicator with the same numerator."""
    indicators = area.programme.indicators
    if indicators[name].kind != "rate":
        return None
    same = (
        law for one, law in laws_of(area).items() if indicators[one].numerator == indicators[name].numerator
    )
    return next((law for law in same if law.is_known), None)


def _under_law(rows: pd.DataFrame, area: Area) -> pd.DataFrame:
    """Return yearly estimates, the limits of the newest rates under the law of scatter where it is known: one sentence, one law."""
    rows = rows.copy()
    for at, row in rows[(rows["kind"] == "rate") & (rows["year"] == _newest(rows))].iterrows():
        law = law_of_rate(area, str(row["indicator"]))
        if law is None or pd.isna(row["upper"]):
            continue
        scale = row["upper"] / mean_limits(row["numerator"], 1.0)[1]  # from events to the unit of the rate
        low, high = mean_limits(row["numerator"], 1.0, law)
        rows.loc[at, ["lower", "upper"]] = [scale * low, scale * high]
    return rows


def _chosen(own: pd.DataFrame, result: Summary) -> list[str]:
    """Return the indicators to compare: rates first, then those of targets, at most five, in the programme's order."""
    programme = result.area.programme
    known = set(own["indicator"])
    rates = [name for name, one in programme.indicators.items() if one.kind == "rate" and name in known]
    promised = [str(target.indicator) for target in programme.targets if target.indicator in known]
    others = [name for name, one in programme.indicators.items() if one.kind == "mean" and name in known]
    return list(dict.fromkeys([*rates[:2], *promised, *others]))[:MOST_COMPARED]


def _others(area: ProvinceFacts, names: list[str], year: int) -> dict[str, pd.DataFrame]:
    """Return the estimates of the region, where it has any, and of the country in one year, by indicator."""
    programme = area.programme.only(names)
    used = {measure for one in programme.indicators.values() for measure in one.measures} | {
        programme.population
    }
    facts = pd.concat([frame for frame in (area.region, area.nation) if len(frame)])
    of_year = (facts["period_end"].dt.year == year) | (facts["measure"] == programme.population)
    facts = facts[facts["measure"].isin(used) & of_year]
    found = _yearly(shown_estimates(facts, programme))
    found = found[found["year"] == year]
    is_nation = found["province_code"] == area.about.nation
    parts = {"region": found[~is_nation], "nation": found[is_nation]}
    return {
        name: frame.drop_duplicates("indicator").set_index("indicator")
        for name, frame in parts.items()
        if len(frame) or name == "nation"
    }


def _newest(rows: pd.DataFrame) -> int:
    return int(rows["year"].max())


def _row(
    name: str, own: pd.DataFrame, others: dict[str, pd.DataFrame], result: Summary, cites: Citations
) -> tuple[tuple[Cell, ...], str] | None:
    programme = result.area.programme
    indicator = programme.indicators[name]
    year = _newest(own)
    mine = own[own["indicator"] == name].drop_duplicates("year")
    latest = mine[mine["year"] == year]
    if latest.empty:
        return None
    here = latest.iloc[0]
    there = [
        next((row for _, row in frame[frame.index == name].iterrows()), None) for frame in others.values()
    ]
    cells = (
        Cell(cites.after(both(indicator.label), here["source_id"])),
        Cell(_as_sure(_written(here, indicator, programme), here)),
        *(Cell(NOTHING) if one is None else Cell(_beside(one, indicator, programme)) for one in there),
        Cell(direction(here, there[-1])),
    )
    values = dict(zip(mine["year"], mine["value"], strict=True))
    years = range(year - YEARS + 1, year + 1)
    return cells, sparkline([float(values[one]) if one in values else None for one in years])


def direction(here: pd.Series, nation: pd.Series | None) -> Bilingual:
    """Say whether a figure lies above or below the country's, by the limits given with it; nothing where it has none."""
    if nation is None or pd.isna(here["lower"]) or pd.isna(nation["value"]):
        return NOTHING
    if any("inexact" in str(row["flag"]).split(";") for row in (here, nation)):
        return NOTHING
    if here["lower"] > nation["value"]:
        return say("above")
    return say("below") if here["upper"] < nation["value"] else say("no clear difference")


def _value(row: pd.Series, indicator: Indicator, programme: Programme) -> Bilingual:
    """Write a value alone, as of many provinces together; what a rate is per stands in its name."""
    if indicator.kind == "rate":
        return value_words(indicator.kind, row["value"])
    return share_in_brief(indicator, {str(name): value for name, value in row.items()}, programme)


def _beside(row: pd.Series, indicator: Indicator, programme: Programme) -> Bilingual:
    return _as_sure(_value(row, indicator, programme), row)


def _as_sure(written: Bilingual, row: pd.Series) -> Bilingual:
    """Write a value as surely as its counts are told: preliminary, approximate."""
    if "inexact" in str(row["flag"]).split(";"):
        written = say("{count} (approximate)", count=written)
    return marked(written, {"flag": row["flag"]})


def _written(row: pd.Series, indicator: Indicator, programme: Programme) -> Bilingual:
    """Write a value with the counts behind it."""
    value = _value(row, indicator, programme)
    if indicator.kind == "rate":
        return say("{value} ({count})", value=value, count=formats.figure(row["numerator"]))
    return say(
        "{value} ({n} of {base})",
        value=value,
        n=formats.figure(row["numerator"]),
        base=formats.figure(row["denominator"]),
    )


def last_years(result: Summary, topics: tuple[Topic, ...], cites: Citations) -> Section | None:
    """Return the figures of the last five years, a row a measure that is not drawn over time; None where fewer than two years have any."""
    area = result.area
    rows = shown_totals(area)
    rows = rows[rows["status"].isin(TOLD) & (rows["measure"] != area.programme.population)]
    whole = [
        exposure_years(start, end) == 1
        for start, end in zip(rows["period_start"], rows["period_end"], strict=True)
    ]
    rows = rows[pd.Series(whole, index=rows.index, dtype=bool)]
    rows = rows.assign(year=rows["period_end"].dt.year)
    if rows["year"].nunique() < FEWEST_YEARS:
        return None
    last = int(rows["year"].max())
    years = list(range(last - YEARS + 1, last + 1))
    rows = rows[rows["year"].isin(years)]
    measures = _measures(rows, result, topics)
    if not measures:
        return None
    columns = [Column("measure", say("Item"))]
    columns += [Column(f"y{year}", same(str(year)), numeric=True) for year in years]
    cells = tuple(_years_row(name, years, rows, result, cites) for name in measures)
    table = Table(
        "last-years-table",
        say("Figures of {first}–{last}", first=str(years[0]), last=str(last)),
        tuple(columns),
        cells,
    )
    return Section("last-years", say("The last five years"), (table,), layer="brief")


def _measures(rows: pd.DataFrame, result: Summary, topics: tuple[Topic, ...]) -> list[str]:
    """Return the measures of the table: the stages', the targets', then those with most years told; what is drawn over time is not among them."""
    programme = result.area.programme
    known = rows.groupby("measure")["year"].nunique()
    first = [stage.measure for stage in programme.stages]
    drawn = {
        topic.measure
        for topic in topics
        if topic.trend is not None and topic.trend.series["count"].notna().any()
    }
    targets = [
        programme.indicators[str(target.indicator)].numerator
        for target in programme.targets
        if target.indicator in programme.indicators
    ]
    others = list(known.sort_values(ascending=False, kind="stable").index)
    chosen = dict.fromkeys([*first[:4], *targets, *others])
    return [name for name in chosen if name in known.index and name not in drawn][:MOST_ROWS]


def _years_row(
    name: str, years: list[int], rows: pd.DataFrame, result: Summary, cites: Citations
) -> tuple[Cell, ...]:
    programme = result.area.programme
    mine = rows[rows["measure"] == name].drop_duplicates("year", keep="last").set_index("year")
    label = say(
        "{measure} ({unit})",
        measure=both(programme.measures[name].label),
        unit=both(programme.units[programme.measures[name].unit].label),
    )
    head = Cell(cites.after(label, *mine["source_id"]))
    return (head, *(_year_cell(name, year, mine, result) for year in years))


def _year_cell(name: str, year: int, mine: pd.DataFrame, result: Summary) -> Cell:
    if year not in mine.index:
        return Cell(NOTHING)
    row = mine.loc[year].to_dict()
    unlike = result.news.differing
    unlike = unlike[(unlike["measure"] == name) & (unlike["period_end"] == row["period_end"])]
    unlike = unlike[unlike["period_start"] == row["period_start"]]
    if len(unlike) and row["status"] != "suppressed":
        return Cell(either(unlike.iloc[0]["figures"]))
    if row["status"] != "suppressed" and row["qualifier"] != "exact":
        return Cell(qualified(row["value"], row["qualifier"], mark=str(row.get(MARK, ""))), row["value"])
    return fact_cell(row)
