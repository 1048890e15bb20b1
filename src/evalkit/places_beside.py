"""Two places of one bundle compared on request: what may be compared, on which days, and what is refused with its remedy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from evalkit.errors import FactsError
from evalkit.facts.areas import Area, ProvinceFacts
from evalkit.facts.laws_of_area import law_of
from evalkit.indicators.period_totals import indicator_totals
from evalkit.indicators.place_comparison import PlaceRate, place_rate, ratio_of_rates
from evalkit.indicators.windows import PeriodTotal
from evalkit.messages import worded
from evalkit.programme.asked_name import asked_name
from evalkit.programme.kinds import KINDS
from evalkit.programme.models import Programme
from evalkit.records import PlacesCompared, short_name
from evalkit.statistics.results import NotEstimable
from evalkit.table import NATION_SCHEME

PER = 100_000.0
_WHERE = "compare_places()"


@dataclass(frozen=True, slots=True)
class _Side:
    """One place with its total and its rate; ``name`` is that of the rest of the country where it stands for it."""

    area: Area
    total: PeriodTotal
    rate: PlaceRate
    name: str


def compared_places(one: Area, other: Area, indicator: str, period: str) -> PlacesCompared:
    """Compare two places; see :func:`evalkit.explore.compare_places`."""
    _refuse_unlike(one, other)
    indicator = asked_name(
        indicator,
        one.programme.indicators,
        where=_WHERE,
        rule=worded("the programme has no such indicator"),
    )
    _refuse_uncounted(one.programme, indicator)
    totals = _common(one, other, indicator, period)
    sides = [_side(area, total) for area, total in zip((one, other), totals, strict=True)]
    first, second = _apart(sides[0], sides[1]), _apart(sides[1], sides[0])
    result = ratio_of_rates(first.rate, second.rate, [law_of(area, indicator) for area in (one, other)])
    exact = result.exact
    limits = (
        (exact.ratio_lower, exact.ratio_upper) if math.isnan(result.factor) else (result.lower, result.upper)
    )
    per = _per(one.programme, indicator)
    frame = pd.DataFrame([_row(side, indicator, per) for side in (first, second)])
    ratio = {"ratio": exact.ratio, "ratio_lower": limits[0], "ratio_upper": limits[1]}
    frame = frame.assign(**{name: [value, math.nan] for name, value in ratio.items()})
    return PlacesCompared(one, other, indicator, totals[0].period, frame, result)


def _refuse(rule: str, do: str) -> FactsError:
    return FactsError(where=_WHERE, rule=rule, do=do)


def _refuse_unlike(one: Area, other: Area) -> None:
    """Refuse places of two bundles, and a place beside itself."""
    if one.programme != other.programme:
        raise _refuse(
            worded("the two places are of different programmes, which count different things"),
            worded("open one bundle and take both places from it"),
        )
    if one.about != other.about:
        raise _refuse(
            worded("the two places are of different bundles"),
            worded("open one bundle and take both places from it"),
        )
    if _key(one) == _key(other):
        raise _refuse(
            worded("a place is not compared with itself"), worded("name another one, or bundle.nation()")
        )


def _key(area: Area) -> str:
    return area.place.code if isinstance(area, ProvinceFacts) else NATION_SCHEME


def _refuse_uncounted(programme: Programme, name: str) -> None:
    """Refuse an indicator that is no count of events that come by chance, over inhabitants."""
    indicator = programme.indicators[name]
    rule = KINDS[indicator.kind]
    if rule.formula != "events" or rule.parts not in ("figure", "person_years"):
        raise _refuse(
            worded(
                "{indicator} is counted over no inhabitants, so there is no ratio of rates", indicator=name
            ),
            worded("shares of places: find_gaps; else both values stand in the frame of estimate_indicators"),
        )
    if indicator.part or indicator.base_part:
        raise _refuse(
            worded(
                "{indicator} counts a part of a measure; places are compared by the whole", indicator=name
            ),
            worded(
                "take the indicator of the whole measure; both values stand in the frame of estimate_indicators"
            ),
        )
    if programme.is_decided(indicator):
        raise _refuse(
            worded("{indicator} counts what an agency does; chance has no say in it", indicator=name),
            worded("both values stand in the frame of estimate_indicators"),
        )


def _common(one: Area, other: Area, indicator: str, period: str) -> tuple[PeriodTotal, PeriodTotal]:
    """Return the totals of both places in the period asked for, or in the latest that both have over the same days."""
    ids = [each.id for each in one.programme.periods]
    if period and period not in ids:
        raise _refuse(
            worded("the programme has no such period"), worded("known here: {known}", known=", ".join(ids))
        )
    pairs = list(
        zip(*(indicator_totals(area.facts, indicator, one.programme) for area in (one, other)), strict=True)
    )
    asked = [pair for name, pair in zip(ids, pairs, strict=True) if period in ("", name)]
    found = [
        (first, second)
        for first, second in asked
        if isinstance(first, PeriodTotal) and isinstance(second, PeriodTotal) and _is_alike(first, second)
    ]
    if not found:
        raise _no_common(asked)
    return found[-1]


def _is_alike(one: PeriodTotal, other: PeriodTotal) -> bool:
    same = (one.start, one.end, one.years, one.place_basis) == (
        other.start,
        other.end,
        other.years,
        other.place_basis,
    )
    return same and one.missing == other.missing


def _no_common(pairs: list[tuple[PeriodTotal | NotEstimable, PeriodTotal | NotEstimable]]) -> FactsError:
    """Say why no period is common to both places; a hidden figure before all others."""
    reasons = {total.reason for pair in pairs for total in pair if isinstance(total, NotEstimable)}
    told = [pair for pair in pairs if all(isinstance(total, PeriodTotal) for total in pair)]
    if told:
        return _refuse(
            worded("the two places are told over other days, or counted on another basis of place"),
            worded("name a period that both have in full; compare_periods(area).frame lists them"),
        )
    if "suppressed" in reasons:
        return _refuse(
            worded("a figure of one of the two places is confidential; what is hidden is not compared"),
            worded("name another period, another place or a wider indicator"),
        )
    return _refuse(
        worded("there is no period for which both places have a total"),
        worded("compare_periods(area).frame lists the periods of a place"),
    )


def _side(area: Area, total: PeriodTotal) -> _Side:
    rate = place_rate(area.facts, total, area.programme)
    if math.isnan(rate.person_years):
        raise _refuse(
            worded("there is no population of {place} for these years, so no rate", place=short_name(area)),
            worded("give the workspace the population of each year, or name another period"),
        )
    return _Side(area, total, rate, area.place.name if isinstance(area, ProvinceFacts) else area.about.nation)


def _apart(side: _Side, other: _Side) -> _Side:
    """Return a place as it is compared: the nation without the province beside it, for that is a part of it."""
    if isinstance(side.area, ProvinceFacts):
        return side
    rest = side.rate.without(other.rate)
    if rest.count < 0 or rest.person_years <= 0:
        raise _refuse(
            worded("the province has more than the whole country: the two figures are not of one count"),
            worded("compare the sources of both: place_bases(area)"),
        )
    return _Side(side.area, side.total, rest, f"{side.name} − {other.name}")


def _per(programme: Programme, name: str) -> float:
    """Return what rates are per: as the indicator says, or the rate of the programme that counts the same."""
    own = programme.indicators[name]
    alike = [
        one.scale
        for one in [own, *programme.indicators.values()]
        if one.numerator == own.numerator and KINDS[one.kind].parts == "person_years" and not one.part
    ]
    return alike[0] if alike else PER


def _row(side: _Side, indicator: str, per: float) -> dict[str, object]:
    rate, total = side.rate, side.total
    lower, upper = rate.limits()
    place = side.area.place if isinstance(side.area, ProvinceFacts) else None
    return {
        "place": side.name,
        "province_code": place.code if place else side.area.about.nation,
        "scheme": place.scheme if place else NATION_SCHEME,
        "indicator": indicator,
        "period": total.period,
        "period_start": total.start,
        "period_end": total.end,
        "count": rate.count,
        "years": rate.years,
        "person_years": rate.person_years,
        "per": per,
        "value": per * rate.count / rate.person_years,
        "lower": per * lower,
        "upper": per * upper,
        "status": total.status,
        "flag": ";".join(total.flags),
        "source_id": ";".join(total.sources),
    }
