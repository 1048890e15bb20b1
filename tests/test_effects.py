"""Places with a measure held against places without it: from a declaration in TOML to the section of the national page.

What an effect should be is computed anew, slowly, from the figures as they were drawn.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import evalkit as ek
import evalkit.reporting.every_section
from evalkit.batch.prepare import receive
from evalkit.errors import DeclarationError, EvalkitError, FactsError
from evalkit.evaluation import evaluate, recipe_of
from evalkit.facts.areas import NationFacts
from evalkit.facts.named_places import Part, Place
from evalkit.labels import labels_in
from evalkit.languages import speaking
from evalkit.programme.comparison import Comparison
from evalkit.programme.load import load_programme
from evalkit.programme.models import Break
from evalkit.records import Effects
from evalkit.reporting.blocks import Bullets, Figure, Paragraph, Table
from evalkit.reporting.brief.closing import what_figures_cannot_tell
from evalkit.reporting.display import section_of, shown_as
from evalkit.statistics.panel.effect import Effect
from evalkit.statistics.panel.panel import Panel
from evalkit.statistics.panel.synthetic_difference import synthetic_difference
from evalkit.statistics.panel.synthetic_effect import synthetic_effect
from evalkit.statistics.results import NotEstimable
from evalkit.workspace import open_workspace
from tests.compared_country import (
    AFTER,
    CODES,
    FIRST,
    LAST,
    SIX,
    START,
    TRUE,
    bundle,
    country,
    crashes,
    declared,
)

TWO_DAYS = "{" + ", ".join(f"{code} = {START if code < '04' else START + 2}-01-01" for code in SIX) + "}"
ELEVEN = ", ".join(f'"{code}"' for code in CODES[6:17])


@pytest.fixture(autouse=True)
def _english():
    with speaking(("en",)), labels_in(("en",)):
        yield


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> NationFacts:
    """The nation with three comparisons: declared in time, in two waves, of one county against eleven."""
    declarations = (
        declared(),
        declared(id='"waves"', since=TWO_DAYS),
        declared(id='"one"', who='["06"]', compared_with=f"[{ELEVEN}]"),
    )
    return bundle(country(tmp_path_factory.mktemp("compared"), *declarations)).nation()


def told(nation: NationFacts, **changes: object) -> NationFacts:
    """Return the nation with its first comparison alone, changed."""
    first = nation.programme.comparisons[0]
    content = first.model_dump() | changes
    one = Comparison.model_validate(content)
    return replace(nation, programme=nation.programme.model_copy(update={"comparisons": (one,)}))


def words(result: Effects) -> str:
    return " ".join(
        text
        for block in section_of(result).blocks
        for text in ([block.text.en] if isinstance(block, Paragraph) else [])
        + ([one.en for one in block.items] if isinstance(block, Bullets) else [])
    )


def sums(codes: tuple[str, ...], years: range) -> int:
    return sum(crashes(code, year) for code in codes for year in years)


BEFORE, SINCE = range(FIRST, START), range(START, LAST + 1)


def test_the_interval_holds_the_ratio_that_was_drawn_and_the_estimate_is_four_sums(nation: NationFacts):
    """With one start and inhabitants that stay the same, imputation is one ratio of sums over another."""
    found = ek.effect(nation, "cameras").items[0].found
    assert isinstance(found, Effect)
    assert found.design == "count_imputation"
    own = sums(SIX, SINCE) / sums(SIX, BEFORE)
    others = sums(CODES[6:], SINCE) / sums(CODES[6:], BEFORE)
    assert found.estimate == pytest.approx(own / others, rel=1e-6)
    assert found.lower < TRUE < found.upper < 1
    assert (found.cases_before, found.cases_after) == (sums(SIX, BEFORE), sums(SIX, SINCE))
    assert (found.treated, found.comparison) == (6, 14)
    assert found.chance is not None
    assert found.chance.p == found.chance.smallest == 1 / 1000


def test_waves_are_imputed_from_untreated_cells_alone(nation: NationFacts):
    """A Poisson regression with a dummy per place and year, fitted by another library to the cells without the measure."""
    rows = [
        (code, year, crashes(code, year), np.log(199_000 + 1000 * int(code)))
        for code in CODES
        for year in range(FIRST, LAST + 1)
    ]
    frame = pd.DataFrame(rows, columns=["code", "year", "count", "log_people"])
    start = frame["code"].map({code: START if code < "04" else START + 2 for code in SIX}).fillna(9999)
    treated = frame["year"] >= start
    dummies = pd.get_dummies(frame[["code", "year"]].astype(str), drop_first=True, dtype=float)
    columns = sm.add_constant(dummies)
    fit = sm.GLM(
        frame.loc[~treated, "count"],
        columns[~treated],
        family=sm.families.Poisson(),
        offset=frame.loc[~treated, "log_people"],
    ).fit()
    expected = fit.predict(columns[treated], offset=frame.loc[treated, "log_people"])
    found = ek.effect(nation, "waves").items[0]
    assert isinstance(found.found, Effect)
    assert found.found.estimate == pytest.approx(frame.loc[treated, "count"].sum() / expected.sum(), rel=1e-6)
    assert found.starts == {START: ("01", "02", "03"), START + 2: ("04", "05", "06")}


def test_few_places_are_held_against_a_mixture_and_the_smallest_p_decides_what_is_said(nation: NationFacts):
    item = ek.effect(nation, "one").items[0]
    counts = np.array(
        [[crashes(code, year) for year in range(FIRST, LAST + 1)] for code in ("06", *CODES[6:17])],
        dtype=float,
    )
    people = np.repeat([[205_000.0 + 1000 * k] for k in range(12)], 10, axis=1)
    since = (START, *[None] * 11)
    names, years = ("06", *CODES[6:17]), tuple(range(FIRST, LAST + 1))
    alone = synthetic_effect(Panel(counts, people, since, names, years, law=item.law))
    assert isinstance(alone, Effect)
    assert isinstance(item.found, Effect)
    assert item.found.estimate == pytest.approx(alone.estimate, rel=1e-9)
    assert item.found.design == "synthetic_control"
    text = words(ek.effect(nation, "one"))
    assert "with so few places there is no interval" in text
    assert item.found.chance is not None
    assert item.found.chance.smallest > 0.05
    assert "not even the largest difference could be told from chance" in text
    assert "hardly explains" not in text
    other = synthetic_difference(Panel(counts, people, since, names, years, law=item.law))
    assert isinstance(other, Effect)
    assert other.estimate != pytest.approx(alone.estimate)
    assert f"{alone.estimate:.2f} times" in text
    result = ek.effect(nation, "one")
    ratios = next(block for block in section_of(result).blocks if isinstance(block, Table))
    assert [row[1].value for row in ratios.rows] == [round(one.estimate, 4) for one in (alone, other)]
    assert other.chance is not None
    assert [cell.value for cell in ratios.rows[1][3:5]] == [
        round(other.chance.p, 6),
        round(other.chance.smallest, 6),
    ]
    assert "synthetic difference-in-differences" in ratios.rows[1][0].text.en
    whole = result.frame.query("kind == 'overall'")
    assert whole["design"].tolist() == ["synthetic_control", "synthetic_difference"]
    refused = replace(item, parallel=NotEstimable("no_match"))
    told = section_of(replace(result, items=(refused,))).blocks
    refused_rows = next(block for block in told if isinstance(block, Table)).rows
    assert refused_rows[1][0].text.en.endswith(
        "no ratio is given. No mixture of other places ran as this place did before the start."
    )
    assert [cell.text.en for cell in refused_rows[1][1:3]] == ["–", "–"]


def test_the_section_says_the_numbers_of_the_effect(nation: NationFacts):
    result = ek.effect(nation, "cameras")
    found, text = result.items[0].found, words(result)
    assert isinstance(found, Effect)
    assert f"{found.estimate:.2f} times as many were recorded" in text
    assert f"(95% interval {found.lower:.2f} to {found.upper:.2f})" in text
    assert (
        f"{found.cases_before:.0f} crashes before its first whole year, {found.cases_after:.0f} crashes since"
        in text
    )
    assert (
        "p = 0.001 (smallest p that so many draws can give: 0.001). Chance alone hardly explains this difference"
        in text
    )
    tables = {block.id: block for block in section_of(result).blocks if isinstance(block, Table)}
    years = section_of(result).figures[0].table
    assert years is not None
    assert [row[0].value for row in years.rows] == list(range(-5, 5))
    assert [row[2].value for row in years.rows] == found.events["cases"].tolist()
    assert [row[4].value for row in years.rows] == found.events["estimate"].round(4).tolist()
    assert [row[3].value for row in years.rows] == found.events["expected"].round(4).tolist()
    assert tables["without-ratio-cameras"].rows[0][0].value == round(found.estimate, 4)
    assert [cell.text.en for cell in tables["without-starts-cameras"].rows[0][:2]] == [str(START), "6"]
    people = sum(199_000 + 1000 * int(code) for code in SIX)
    rates = [sums(SIX, years) / people / 5 * 100_000 for years in (BEFORE, SINCE)]
    counts = [[cell.text.en for cell in row] for row in tables["without-counts-cameras"].rows]
    assert [row[1:] for row in counts[:2]] == [
        [str(sums(SIX, BEFORE)), f"{rates[0]:.2f}"],
        [str(sums(SIX, SINCE)), f"{rates[1]:.2f}"],
    ]
    assert counts[2][1:] == [f"{sums(SIX, SINCE) / found.estimate:.0f}", f"{rates[1] / found.estimate:.2f}"]
    checks = [[cell.text.en for cell in row] for row in tables["without-checks-cameras"].rows]
    assert checks[0][1] == f"{found.chance.assignments:,}"
    assert checks[1][1] == f"{found.least:.2f} to {found.most:.2f}"
    before = found.events.query("at < 0")
    excluded = sum(not low <= 1 <= high for low, high in zip(before["lower"], before["upper"], strict=True))
    assert checks[2][1] == "{:.2f} to {:.2f}".format(*found.without_others)
    assert checks[3][1] == f"{excluded} of {len(before)}"
    assert not any(verb in text for verb in ("caused", "because of the measure", "led to", "reduced"))


def test_the_page_says_how_far_the_gap_may_have_moved_by_itself_and_nothing_of_what_could_be_chance(
    nation: NationFacts,
):
    """Rounded down: at the multiple printed the interval excludes 1, a tenth further it does not."""
    result = ek.effect(nation, "cameras")
    found = result.items[0].found
    assert isinstance(found, Effect)
    assert found.honest is not None
    (said,) = re.findall(r"by more than ([\d.]+) times the largest move that the years before", words(result))
    assert found.honest.limits(float(said))[1] < 1 < found.honest.limits(float(said) + 0.1)[1]
    tables = {block.id: block for block in section_of(result).blocks if isinstance(block, Table)}
    checks = [[cell.text.en for cell in row] for row in tables["without-checks-cameras"].rows]
    assert [row[1] for row in checks if "may move by itself" in row[0]] == [said]
    item = replace(result.items[0], found=replace(found, upper=1.2))
    chance = replace(result, items=(item,))
    assert "The draws and the interval do not agree: chance is not ruled out." in words(chance)
    assert "times the largest move" not in words(chance)
    both_silent = replace(item.found, chance=replace(item.found.chance, p=0.4))
    silent = replace(result, items=(replace(item, found=both_silent),))
    assert "This difference could be chance." in words(silent)
    after = replace(result.items[0], exploratory=True)
    assert "chosen after the fact, it is no finding" in words(replace(result, items=(after,)))
    none = replace(found, honest=replace(found.honest, breakdown=0.04))
    moved = replace(result, items=(replace(result.items[0], found=none),))
    assert "the difference does not hold: hardly any move" in words(moved)


def test_the_brief_names_a_comparison_that_the_annex_has(nation: NationFacts):
    """Without it the brief says that figures only describe, and an official never looks for the comparison."""
    (limits,) = what_figures_cannot_tell(evaluate(nation).summary).blocks
    assert isinstance(limits, Bullets)
    told = " ".join(item.en for item in limits.items)
    assert "The annex compares places with and without a measure: Speed cameras." in told


def test_years_before_and_since_the_start_are_drawn_alike_with_their_counts(nation: NationFacts):
    """METHODS 10.5: the points before the start in the same ink, and the counts under each."""
    (drawn,) = section_of(ek.effect(nation, "cameras")).figures
    counts = [row[2].text.en for row in drawn.table.rows]
    svg = drawn.svg.en
    assert len(counts) == LAST - FIRST + 1
    assert all(f">{count}</text>" in svg for count in counts)
    dots = re.search(r'<path d="((?:M[\d. ]+h0)+)"', svg)
    assert dots is not None
    assert dots[1].count("M") == len(counts), "one path of dots: one ink for all years"


@pytest.mark.parametrize("number", [5, 6])
def test_the_page_says_where_no_place_without_the_measure_was_like_those_with_it(
    nation: NationFacts, number: int
):
    """The rates of before the start by hand: the lowest, the highest, and places in between."""
    rates = {code: sums((code,), BEFORE) / (199_000 + 1000 * int(code)) for code in CODES}
    ranked = sorted(rates, key=rates.__getitem__)
    sides = {"below": ranked[:number], "above": ranked[-number:], "": [ranked[0], *ranked[-number + 1 :]]}
    for side, who in sides.items():
        result = ek.effect(told(nation, who=tuple(sorted(who))), "cameras")
        for word in ("below", "above"):
            said = f"every place with the measure stood {word} every place without it" in words(result)
            assert said == (word == side), (who, word)


def test_the_page_names_what_else_changed_in_the_years_compared(nation: NationFacts):
    """An event of the measure or of all, in the window; no event of another measure, and none after it."""

    def event(name: str, year: int, *measures: str) -> Break:
        told = {"vi": name, "en": name}
        return Break(
            id=name,
            label=told,
            effect=told,
            kind="definition",
            measures=measures,
            source="Act 4",
            valid_from=date(year, 3, 1),
            valid_to=date(year, 3, 1),
        )

    with labels_in(("en", "vi")):
        events = (
            event("a new form", START - 1, "road_crashes"),
            event("a new office", START),
            event("a census", START, "population"),
            event("a later act", LAST + 1),
        )
    one = replace(nation, programme=nation.programme.model_copy(update={"breaks": events}))
    said = words(ek.effect(one, "cameras"))
    assert "In the years compared there were, too: a new form and a new office." in said
    assert "there were, too" not in words(ek.effect(nation, "cameras"))


def test_the_page_says_which_places_were_made_of_former_units_within_the_years(nation: NationFacts):
    """One county of two former ones within the window, one before it, and one that bears another name alone."""

    def made(code: str, day: date, number: int) -> Place:
        place = next(one for one in nation.places if one.code == code)
        parts = [
            Part(code=f"f{n}", scheme="former", name="F", full_name="F", since=day) for n in range(number)
        ]
        return place.model_copy(update={"components": tuple(parts)})

    changed = {
        "03": made("03", date(START, 7, 1), 2),
        "09": made("09", date(FIRST - 1, 7, 1), 2),
        "10": made("10", date(START, 7, 1), 1),
    }
    one = replace(nation, places=tuple(changed.get(place.code, place) for place in nation.places))
    assert "Made of former units within these years: one place;" in words(ek.effect(one, "cameras"))
    assert "Made of former units" not in words(ek.effect(nation, "cameras"))


def test_the_page_says_which_figures_are_of_several_sources_or_not_exact(nation: NationFacts):
    """One county by the police until the start and by the courts since; what is worked out bears a source of its own."""

    def changed(measure: str, **columns: str) -> str:
        facts = nation.province_facts
        late = (
            facts["measure"].eq(measure)
            & facts["province_code"].eq("09")
            & (facts["period_end"].dt.year >= START)
        )
        assert late.any()
        facts = facts.assign(
            **{name: facts[name].astype(str).mask(late, value) for name, value in columns.items()}
        )
        return words(ek.effect(replace(nation, province_facts=facts), "cameras"))

    sources = "In one place the years are told by more than one source, which may count differently."
    rough = "Some of the figures are approximate at their source; ratio, interval and p take them as exact."
    plain = words(ek.effect(nation, "cameras"))
    assert sources not in plain
    assert rough not in plain
    assert sources in changed("road_crashes", source_id="courts")
    assert rough in changed("road_crashes", qualifier="about")
    assert sources not in changed("road_crashes", source_id="derived", status="derived")


def test_places_that_stood_lower_before_are_not_said_to_have_been_chosen_for_high_figures(
    nation: NationFacts,
):
    """The six counties have the lowest means of all: by hand from the figures."""
    result = ek.effect(nation, "cameras")
    before = result.counts.set_index("when").loc[["before", "early", "before_without"]]
    rates = before["rate"]
    assert before["count"].to_dict() == {
        "before": sums(SIX, BEFORE),
        "early": sums(SIX, BEFORE),
        "before_without": sums(CODES[6:], BEFORE),
    }
    assert rates["early"] < rates["before_without"]
    assert "they were unlike already" in words(result)
    assert "High figures fall back" not in words(result)
    high = replace(result.items[0], early=(1.0, 2 * rates["before_without"]))
    assert "High figures fall back by themselves, which would look like this" in words(
        replace(result, items=(high,))
    )
    found = high.found
    assert isinstance(found, Effect)
    risen = replace(high, found=replace(found, estimate=1.2))
    assert "Whatever made them stand higher may go on by itself" in words(replace(result, items=(risen,)))


def test_what_two_way_fixed_effects_would_have_said_stands_beside_and_never_as_the_headline(
    nation: NationFacts,
):
    item = ek.effect(nation, "waves").items[0]
    assert isinstance(item.two_way, Effect)
    assert isinstance(item.found, Effect)
    assert item.two_way.design == "two_way"
    result = ek.effect(nation, "waves")
    tables = {block.id: block for block in section_of(result).blocks if isinstance(block, Table)}
    last = [cell.text.en for cell in tables["without-checks-waves"].rows[-1]]
    assert last[0].endswith("they mislead where starts differ")
    assert last[1].startswith(f"{item.two_way.estimate:.2f} ({item.two_way.lower:.2f} to ")
    assert f"{item.two_way.estimate:.2f}" not in words(result)


def slow_mean_of_logs(starts: dict[str, int], anticipation: int) -> float:
    """Return the mean over places and years since the start of the change of the log count, less that of the never treated."""
    changes = []
    for code, start in starts.items():
        base = start - 1 - anticipation
        for year in range(start, LAST + 1):
            others = [np.log(crashes(one, year) / crashes(one, base)) for one in CODES[6:]]
            changes.append(np.log(crashes(code, year) / crashes(code, base)) - np.mean(others))
    return float(np.mean(changes))


@pytest.mark.parametrize(("day", "anticipation"), [("01-01", 0), ("07-01", 1)])
def test_each_place_alike_stands_beside_from_the_last_whole_year_before(
    nation: NationFacts, day: str, anticipation: int
):
    first = {code: START if code < "04" else START + 2 for code in SIX}
    days = {code: date.fromisoformat(f"{year - anticipation}-{day}") for code, year in first.items()}
    result = ek.compare_with_others(told(nation, since=days))
    item = result.items[0]
    assert isinstance(item.each_alike, Effect)
    assert item.each_alike.estimate == pytest.approx(slow_mean_of_logs(first, anticipation))
    tables = {block.id: block for block in section_of(result).blocks if isinstance(block, Table)}
    row = [cell.text.en for cell in tables["without-checks-cameras"].rows[-2]]
    assert row[0].startswith("Each place alike")
    ratio, low, high = np.exp([item.each_alike.estimate, item.each_alike.lower, item.each_alike.upper])
    assert row[1] == f"{ratio:.2f} ({low:.2f} to {high:.2f})"


def test_each_place_alike_is_not_told_where_a_figure_is_zero_or_missing(tmp_path: Path):
    def figure(code: str, year: int) -> int:
        return 0 if (code, year) == ("11", FIRST + 2) else crashes(code, year)

    (item,) = ek.compare_with_others(bundle(country(tmp_path, declared(), figure=figure)).nation()).items
    assert isinstance(item.found, Effect)
    assert isinstance(item.each_alike, NotEstimable)


@pytest.mark.parametrize(
    ("registered", "exploratory"),
    [
        (date(START, 6, 1), False),
        (date(START + 1, 1, 31), False),
        (date(START + 1, 2, 1), True),
        (AFTER, True),
        (None, True),
    ],
)
def test_what_was_registered_when_its_figures_were_known_is_exploratory_wherever_it_is_shown(
    nation: NationFacts,
    registered: date | None,
    exploratory: bool,  # noqa: FBT001
):
    """The figures of the first year since the start are of 1 February of the next."""
    result = ek.compare_with_others(told(nation, registered_on=registered))
    assert result.items[0].exploratory is exploratory
    assert result.frame["exploratory"].eq(exploratory).all()
    captions = [block.caption.en for block in section_of(result).blocks if isinstance(block, Table | Figure)]
    assert len(captions) == 5
    assert all(("exploratory, chosen after the fact" in one) is exploratory for one in captions)
    assert ("exploratory, chosen after the fact" in words(result)) is exploratory
    assert ("was declared on" in words(result)) is not exploratory
    label = [block.tone for block in section_of(result).blocks if isinstance(block, Paragraph)]
    assert ("finding" in label) is not exploratory, "what was chosen after the fact is called no finding"


def test_a_comparison_of_ones_own_is_the_same_and_always_exploratory(nation: NationFacts):
    who = dict.fromkeys(SIX, START)
    own = ek.effect(nation, measure="road_crashes", who=who, window=(FIRST, LAST))
    as_mapping = ek.effect(nation, {"measure": "road_crashes", "who": who, "window": (FIRST, LAST)})
    names = {place.code: place.name for place in nation.places}
    by_name = ek.effect(
        nation, measure="road_crashes", who={names[code]: START for code in SIX}, window=(FIRST, LAST)
    )
    declared_one = ek.effect(nation, "cameras").items[0].found
    for one in (own, as_mapping, by_name):
        assert one.items[0].exploratory
        assert isinstance(one.items[0].found, Effect)
        assert one.items[0].found.estimate == declared_one.estimate
    assert "exploratory, chosen after the fact" in str(own)
    assert own.frame.loc[0, ["kind", "places"]].tolist() == ["overall", 6]
    assert repr(own) == "<Effects of NR: 1 items>"


def zeros(since: range) -> pd.Series | None:
    """Return how to set the figures of the six counties to zero in some years."""

    def changed(rows: pd.DataFrame) -> pd.DataFrame:
        none = rows["province_code"].isin(SIX) & rows["period_end"].dt.year.isin(since)
        none &= rows["measure"].eq("road_crashes")
        return rows.assign(value=rows["value"].mask(none, 0.0))

    return changed


def hidden(codes: tuple[str, ...], number: int):
    """Return how to hide the first figures of some counties, as protection leaves them."""

    def changed(rows: pd.DataFrame) -> pd.DataFrame:
        own = rows["measure"].eq("road_crashes") & rows["province_code"].isin(codes)
        at = rows.index[own][:number]
        rows = rows.copy()
        rows.loc[at, "status"] = "suppressed"
        rows.loc[at, "value"] = np.nan
        return rows

    return changed


def without(years: range, codes: tuple[str, ...]):
    """Return how to take figures away."""
    return lambda rows: rows[~(rows["period_end"].dt.year.isin(years) & rows["province_code"].isin(codes))]


BAD = {
    "zeros before": (zeros(BEFORE), {}, "no_cases_before", "had no case before it"),
    "zeros since": (zeros(SINCE), {}, "no_cases_after", "have had no case since its start"),
    "treated from the first year": (
        without(BEFORE, CODES),
        {},
        "treated_from_start",
        "from the first year on",
    ),
    "all treated": (
        None,
        {"who": CODES, "since": date(START, 1, 1)},
        "all_treated",
        "none is left to compare with",
    ),
    "comparison empty after protection": (
        hidden(CODES[6:], 140),
        {},
        "too_many_hidden",
        "More than a fifth of the figures needed are confidential",
    ),
    "no figure of a side": (without(range(FIRST, LAST + 1), SIX), {}, "not_reported", "were not reported"),
    "too few years before one place": (
        without(range(FIRST, FIRST + 2), CODES),
        {"who": ("03",)},
        "too_few_years",
        "cannot be matched to so few",
    ),
    "a year of the only place is missing": (
        without(range(START - 1, START), ("03",)),
        {"who": ("03",)},
        "not_reported",
        "years needed were not reported",
    ),
    "figures on one side of the start alone": (
        lambda rows: without(SINCE, SIX[3:])(without(BEFORE, SIX[:3])(rows)),
        {},
        "no_before_or_since",
        "figures both from before its start and since",
    ),
    "few others": (
        None,
        {"compared_with": CODES[6:9]},
        "too_few_compared",
        "chance cannot be judged by so few",
    ),
    "places of other pages": (
        None,
        {"scheme": "shires"},
        "other_scheme",
        "not those that these pages are about",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_told_has_its_reason_in_words_and_no_number(case: str, nation: NationFacts):
    change, keys, reason, said = BAD[case]
    area = told(nation, **keys)
    if change is not None:
        area = replace(area, province_facts=change(area.province_facts))
    result = ek.compare_with_others(area)
    found = result.items[0].found
    assert isinstance(found, NotEstimable)
    assert found.reason == reason
    blocks = section_of(result).blocks
    assert all(isinstance(block, Paragraph) for block in blocks)
    assert said in words(result)
    assert "times as many" not in words(result)
    assert result.frame["reason"].tolist() == [reason]
    assert "estimate" not in result.frame


@pytest.mark.parametrize(("number", "refused"), [(28, False), (29, True)])
def test_a_fifth_of_the_figures_may_be_hidden_and_how_many_are_is_said(
    nation: NationFacts,
    number: int,
    refused: bool,  # noqa: FBT001
):
    area = told(nation)
    area = replace(area, province_facts=hidden(CODES[6:], number)(area.province_facts))
    result = ek.compare_with_others(area)
    assert isinstance(result.items[0].found, NotEstimable) is refused
    assert (
        f"Confidential [c]: 0 of 60 yearly figures with the measure and {number} of 140 without it"
        in words(result)
    )


@pytest.mark.parametrize(
    ("year", "why"), [(FIRST, "from the first year on"), (LAST + 3, "after these years only")]
)
def test_a_place_that_starts_outside_the_window_moves_no_figure_of_the_others(
    nation: NationFacts, year: int, why: str
):
    """It once took all years before away from the others, or stood in the rates of places whose count was given without it."""
    who = dict.fromkeys(SIX, START) | {"07": year}
    result = ek.effect(nation, measure="road_crashes", who=who, window=(FIRST, LAST))
    counts = result.counts.set_index("when")
    others = [code for code in CODES[6:] if code != "07" or year > LAST]
    people = sum(199_000 + 1000 * int(code) for code in SIX) * len(BEFORE)
    for when, codes, years in (
        ("before", SIX, BEFORE),
        ("since", SIX, SINCE),
        ("early", SIX, BEFORE),
        ("before_without", others, BEFORE),
        ("since_without", others, SINCE),
    ):
        assert counts.loc[when, "count"] == sums(tuple(codes), years), when
    assert counts.loc["before", "rate"] == pytest.approx(sums(SIX, BEFORE) / people)
    assert set(counts["places"]) == {6}
    assert set(counts["places_without"]) == {len(others)}
    assert why in words(result)


def test_with_one_year_before_its_count_stands_and_nothing_is_said_of_running_alike(nation: NationFacts):
    """Of the only year before nothing is expected: the table said 0 of 0 there, and the verdict was stronger than with many years."""
    result = ek.compare_with_others(told(nation, first_year=START - 1))
    (drawn,) = section_of(result).figures
    assert drawn.table is not None
    row = [cell.text.en for cell in drawn.table.rows[0]]
    assert row == ["−1", "6", str(sums(SIX, range(START - 1, START))), "–", "–", "–"]
    said = words(result)
    assert "hardly explains this difference, but it rests on the places running alike" in said
    assert "Too few years before the start are known to see whether the places ran alike" in said
    assert "near 1 by construction" not in said


def test_of_a_place_without_inhabitants_counts_are_compared_and_no_rates(nation: NationFacts):
    """A population of 0 is no exposure: the section once fell out, as by an error of the program."""
    rows = nation.province_facts
    none = rows["measure"].eq("inhabitants") & rows["province_code"].eq("09")
    area = replace(nation, province_facts=rows.assign(value=rows["value"].mask(none, 0.0)))
    result = ek.effect(area, "cameras")
    assert isinstance(result.items[0].found, Effect)
    assert "No population is known for every figure; counts a year are compared" in words(result)


def test_a_silent_place_moves_no_year_of_the_others(nation: NationFacts):
    """A place without a figure that started first decides nothing about which years lie before."""
    area = replace(nation, province_facts=without(range(FIRST, LAST + 1), ("07",))(nation.province_facts))
    who = dict.fromkeys(SIX, START) | {"07": START - 3}
    counts = ek.effect(area, measure="road_crashes", who=who, window=(FIRST, LAST)).counts.set_index("when")
    assert counts.loc["early", "count"] == counts.loc["before", "count"] == sums(SIX, BEFORE)


def test_the_rate_of_few_places_is_of_the_years_of_their_count(nation: NationFacts):
    """A year in which one of two places began is left out of both mixtures, and of the rate beside the count."""
    since = {"06": date(START, 7, 1), "12": date(START + 1, 1, 1)}
    area = told(nation, who=("06", "12"), since=since, compared_with=tuple(CODES[6:11]) + tuple(CODES[12:]))
    result = ek.compare_with_others(area)
    assert not isinstance(result.items[0].found, NotEstimable)
    row = result.counts.set_index("when").loc["before"]
    people = (205_000 + 211_000) * len(BEFORE)
    assert row["count"] == sums(("06", "12"), BEFORE)
    assert row["rate"] == pytest.approx(row["count"] / people)


def test_a_year_in_which_the_measure_began_counts_on_neither_side(nation: NationFacts):
    result = ek.compare_with_others(told(nation, since=date(START, 7, 1)))
    found = result.items[0].found
    assert isinstance(found, Effect)
    assert (found.cases_before, found.cases_after) == (
        sums(SIX, BEFORE),
        sums(SIX, range(START + 1, LAST + 1)),
    )
    assert f"{START}: the measure began within the year: neither before nor after (6 places)" in words(result)
    (drawn,) = section_of(result).figures
    assert drawn.table is not None
    assert [row[0].value for row in drawn.table.rows] == [-6, -5, -4, -3, -2, 0, 1, 2, 3]


def test_nothing_declared_no_section_and_no_method_loaded(tmp_path: Path):
    opened = bundle(country(tmp_path / "ws"))
    nation = opened.nation()
    given = next(line for line in recipe_of(nation) if line.gives == "effects")
    assert section_of(given.by(nation)).blocks == ()
    assert shown_as(given.by(nation)).blocks == ()
    opened.write(tmp_path / "bundle")
    code = (
        "import sys, evalkit as ek\n"
        f"nation = ek.open_bundle({str(tmp_path / 'bundle')!r}).nation()\n"
        "ek.show(ek.compare_with_others(nation))\n"
        "loaded = [name for name in sys.modules if name.startswith('evalkit.statistics.panel.')]\n"
        "print(len(ek.compare_with_others(nation).items), loaded)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip().splitlines()[-1] == "0 []"


REFUSED = {
    "unknown measure": ({"measure": '"road_crashs"'}, 'did you mean "road_crashes"'),
    "unknown key": ({"sinse": "2020-01-01"}, "unknown key"),
    "overlap": ({"compared_with": '["01", "09"]'}, "stands in who and in compared_with"),
    "twice": ({"who": '["01", "01"]'}, "stands twice in who"),
    "no year before": ({"first_year": str(START)}, "a year before the start"),
    "no year after": ({"last_year": str(START - 1)}, "a whole one after it"),
    "no whole year after": ({"since": f"{LAST}-07-01"}, "a whole one after it"),
    "twice among the others": (
        {"compared_with": '["09", "10", "09"]'},
        "stands twice in compared_with",
    ),
    "day without a place": ({"since": f"{{01 = {START}-01-01}}"}, "is in one alone"),
    "nobody to compare with": ({"compared_with": "[]"}, "compared_with names places"),
    "unknown place": ({"who": '["01", "99"]'}, "is no code of a place of these pages"),
    "unknown place to compare with": ({"compared_with": '["7"]'}, "is no code of a place of these pages"),
    "other scheme": ({"scheme": '"shires"'}, "places that the pages are about"),
    "unlike direction": ({"expected": '"less"'}, "'fall', 'rise' or 'none'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_declaration_that_cannot_be_meant_is_refused_with_its_place(case: str, tmp_path: Path):
    changes, said = REFUSED[case]
    folder = country(tmp_path, declared(**changes))
    with pytest.raises(EvalkitError) as refused:
        receive(open_workspace(folder), day=date(LAST + 2, 1, 1))
    assert any(said in f"{one.rule} {one.do}" for one in refused.value.every)
    assert all("compar" in one.where for one in refused.value.every)


def test_a_name_in_place_of_a_code_is_answered_with_the_code(tmp_path: Path):
    names = dict(
        line.split(",")[1:3] for line in (country(tmp_path) / "units.csv").read_text().splitlines()[1:]
    )
    (tmp_path / "programme" / "comparisons.toml").write_text(declared(who=f'["{names["03"]}"]'))
    with pytest.raises(DeclarationError, match="write its code, '03'"):
        receive(open_workspace(tmp_path), day=date(LAST + 2, 1, 1))


def test_two_of_one_id_and_money_are_refused(tmp_path: Path):
    folder = country(tmp_path, declared(), declared())
    with pytest.raises(DeclarationError, match="'cameras' is declared twice"):
        load_programme("programme", base=folder)
    measures = folder / "programme" / "measures.toml"
    text = measures.read_text(encoding="utf-8")
    measures.write_text(
        text.replace("[measure.persons_helped]", "[measure.persons_helped]\nadditive = false")
    )
    (folder / "programme" / "comparisons.toml").write_text(declared(measure='"persons_helped"'))
    with pytest.raises(DeclarationError, match="a measure that counts and is added over places"):
        load_programme("programme", base=folder)


def test_a_programme_laid_over_another_has_its_comparisons_or_its_own(tmp_path: Path):
    country(tmp_path, declared())
    whole = (tmp_path / "programme" / "programme.toml").read_text(encoding="utf-8")
    (tmp_path / "programme.toml").write_text('extends = "programme"\n' + whole, encoding="utf-8")
    assert [one.id for one in load_programme(str(tmp_path)).comparisons] == ["cameras"]
    (tmp_path / "comparisons.toml").write_text(declared(id='"own"'), encoding="utf-8")
    assert [one.id for one in load_programme(str(tmp_path)).comparisons] == ["own"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"comparison": "camera"}, 'did you mean "cameras"'),
        ({"measure": "crashes"}, "no such measure"),
        ({"who": {"99": START}}, "no page of this bundle is made for it"),
        ({"who": {"01": START}, "compared_with": ["01", "02"]}, "stands in who and in compared_with"),
        ({"window": (START, LAST)}, "a year before the start"),
        ({"window": 2020}, "a first and a last year"),
        ({"who": ["01"]}, "who gives each place its first year"),
        ({"years": (1, 2)}, "unknown key"),
        ({"window": None}, "a first and a last year"),
        ({"window": (FIRST + 0.5, LAST)}, "a first and a last year"),
        ({"who": {"01": START + 0.5}}, "who gives each place its first year"),
        ({"who": {"01": START, "Tamnor": START + 1}}, "a place stands once"),
        ({"compared_with": "09"}, r"write compared_with=\['09'\]"),
    ],
)
def test_what_is_asked_for_wrongly_is_refused_with_the_nearest_name(
    asked: dict[str, object], said: str, nation: NationFacts
):
    whole = {"measure": "road_crashes", "who": {"01": START}, "window": (FIRST, LAST)}
    given = asked if "comparison" in asked else whole | asked
    with pytest.raises(FactsError, match=said):
        ek.effect(nation, **given)
    with pytest.raises(FactsError, match="is missing"):
        ek.effect(nation, measure="road_crashes")


def test_the_page_of_a_place_with_a_declared_measure_says_where_what_it_did_is_told(tmp_path: Path):
    """The page of such a place once said nothing of the measure, and that the figures only describe."""
    made = bundle(country(tmp_path, declared()))

    def limits(code: str) -> str:
        (block,) = what_figures_cannot_tell(evaluate(made.province(code)).summary).blocks
        assert isinstance(block, Bullets)
        return " ".join(item.en for item in block.items)

    told = "Whether Speed cameras, in force here since 1 January 2025, changed anything: the country’s page compares"
    assert told in limits(SIX[0])
    assert "Speed cameras" not in limits(CODES[-1])


def test_places_that_began_at_different_times_are_held_beside_the_others_in_the_same_years(
    nation: NationFacts,
):
    """Before the first start of all: by hand from the figures; the years before each own start are more."""
    result = ek.effect(nation, "waves")
    counts = result.counts.set_index("when")
    early = sums(SIX, BEFORE)
    people = sum(199_000 + 1000 * int(code) for code in SIX) * len(BEFORE)
    assert counts.loc["early", "count"] == early < counts.loc["before", "count"]
    assert counts.loc["early", "rate"] == pytest.approx(early / people)
    others = counts.loc["before_without", "rate"]
    assert f"({1e5 * early / people:.2f} against {1e5 * others:.2f})" in words(result)
    tables = {block.id: block for block in section_of(result).blocks if isinstance(block, Table)}
    rows = {row[0].text.en: row[1].text.en for row in tables["without-counts-waves"].rows}
    assert rows["with the measure: counted before the first start of all"] == f"{early:,}"


def test_comparisons_of_the_same_places_that_disagree_are_told_together(nation: NationFacts):
    result = ek.effect(nation, "cameras")
    (clear,) = result.items
    found = clear.found
    assert isinstance(found, Effect)
    assert found.chance is not None
    open_ = replace(clear, found=replace(found, lower=0.5, upper=1.5, chance=replace(found.chance, p=0.4)))
    both = section_of(replace(result, items=(clear, open_))).blocks
    assert isinstance(both[0], Paragraph)
    label = clear.comparison.label.root["en"]
    assert f"their verdicts differ: {label}; {label}. What is said hangs on how" in both[0].text.en
    agreed = section_of(replace(result, items=(clear, clear))).blocks
    assert not any(isinstance(one, Paragraph) and "verdicts differ" in one.text.en for one in agreed)
