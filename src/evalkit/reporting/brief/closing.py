"""What to ask next, what the figures cannot tell, and the sources by their numbers."""

from __future__ import annotations

from evalkit.facts.areas import NationFacts, ProvinceFacts
from evalkit.programme.models import Request
from evalkit.records import Summary
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual, Block, Bullets, Paragraph, Section, Sources
from evalkit.reporting.brief.followed_counts import Topic
from evalkit.reporting.brief.missing_years import missing_years
from evalkit.reporting.brief.opening import headline
from evalkit.reporting.brief.promises_kept import latest_verdicts
from evalkit.reporting.citations import Citations
from evalkit.reporting.sections.bases import explained, source_day, source_title, translated
from evalkit.reporting.sections.news_sentences import unlike
from evalkit.reporting.sections.shared_words import both, sentences, within_sentence
from evalkit.reporting.wording import say
from evalkit.statistics.trend.latest_year import LatestYear
from evalkit.table import TOLD, totals_only

MOST_QUESTIONS, MOST_SILENT = 5, 2
UNDATED = ("", "n.d.")


def what_to_ask(result: Summary, topics: tuple[Topic, ...]) -> Section | None:
    """Return the questions: on what is unusual, on missing years, on the target furthest off, on figures that are missing; at most five."""
    questions = [
        *_on_unusual(result, topics),
        *_on_missing_years(result, topics),
        *_on_differing(result),
        *_on_the_furthest(result),
        *_on_missing(result),
        *_on_silent(result),
    ]
    if not questions:
        return None
    return Section(
        "ask-next",
        say("What to ask next"),
        (Bullets(tuple(questions[:MOST_QUESTIONS])),),
        layer="brief",
        width="half",
    )


def _on_unusual(result: Summary, topics: tuple[Topic, ...]) -> list[Bilingual]:
    found = []
    for topic in topics:
        latest = topic.trend.latest if topic.trend is not None else None
        if isinstance(latest, LatestYear) and latest.lies_outside:
            words: dict[str, Bilingual | str] = {
                "measure": within_sentence(both(result.area.programme.measures[topic.measure].label)),
                "year": str(latest.year),
            }
            programme = result.area.programme
            of_persons = programme.measures[topic.measure].disclosure == "person"
            asked = (
                say(
                    "{measure}: how many cases do the {year} figures come from, and was anything recorded differently from before?",
                    **words,
                )
                if latest.count > latest.high and of_persons
                else say("{measure}: was anything recorded differently in {year} from before?", **words)
                if not programme.counts_detection
                else say(
                    "{measure}: was anything searched for or recorded differently in {year} from before?",
                    **words,
                )
            )
            found.append(_asked(_holder(topic.indicator, result), asked))
    return found


def _on_missing_years(result: Summary, topics: tuple[Topic, ...]) -> list[Bilingual]:
    """Ask for the years without a figure of a count that the page follows, from its first year to the last one that is over."""
    found = []
    for topic in topics:
        if missing := missing_years(topic, result):
            question = say(
                "please give figures on {measure} for {years}.",
                measure=within_sentence(both(result.area.programme.measures[topic.measure].label)),
                years=formats.listed(missing),
            )
            found.append(_asked(_holder(topic.indicator, result), question))
    return found


def _on_differing(result: Summary) -> list[Bilingual]:
    """Ask about the newest figure of persons or cases that two sources give unlike."""
    measures = result.area.programme.measures
    rows = result.news.differing
    rows = rows[[measures[name].disclosure != "activity" for name in rows["measure"]]]
    return [
        _asked(
            _keeper(row["measure"], result),
            say(
                "{measure}, {period}: why do the sources differ ({figures})?",
                measure=within_sentence(both(measures[row["measure"]].label)),
                period=formats.within_year(row["period_start"].date(), row["period_end"].date()),
                figures=unlike(row["figures"], row["measure"], result.area),
            ),
        )
        for _, row in rows.tail(1).iterrows()
    ]


def _on_silent(result: Summary) -> list[Bilingual]:
    """Ask who keeps the items without any figure, up to two by name."""
    frame, programme = result.completeness.frame, result.area.programme
    asked = {measure for request in programme.requests for measure in request.measures}
    silent = [
        name
        for name in frame.loc[frame["last"].isna(), "measure"]
        if name != programme.population and name not in asked
    ][:MOST_SILENT]
    if not silent:
        return []
    names = [within_sentence(both(programme.measures[name].label)) for name in silent]
    listed = each(lambda *texts: "; ".join(texts), *names)
    return [say("Which agencies keep these figures: {measures}?", measures=listed)]


def _on_the_furthest(result: Summary) -> list[Bilingual]:
    rows = latest_verdicts(result.assessments.frame)
    missed = rows[rows["verdict"] == "not_met"].sort_values("reached", kind="stable") if len(rows) else rows
    programme = result.area.programme
    found = []
    for row in missed.head(1).to_dict("records"):
        indicator = programme.indicators[row["indicator"]]
        asked = _holder(row["indicator"], result)
        question = say(
            "what kept “{indicator}” from its target in {year}?",
            indicator=both(indicator.label),
            year=str(row["period_end"].year),
        )
        found.append(_asked(asked, question))
    return found


def _holder(indicator: str, result: Summary) -> Bilingual | None:
    """Return the agency that holds an indicator's figures: declared with it, or with a request for one of its measures.

    Those declared with indicators are a province's; the country's are declared with requests alone.
    """
    programme = result.area.programme
    one, nation = programme.indicators[indicator], isinstance(result.area, NationFacts)
    if one.holders and not nation:
        return both(one.holders[-1].agency)
    return next((keeper for name in one.measures if (keeper := _keeper(name, result)) is not None), None)


def _keeper(measure: str, result: Summary) -> Bilingual | None:
    """Return the agency that a measure's figures are requested from."""
    nation = isinstance(result.area, NationFacts)
    asked = (one for one in result.area.programme.requests if measure in one.measures)
    return next((both(request.agency(nation=nation)) for request in asked), None)


def _asked(agency: Bilingual | None, question: Bilingual) -> Bilingual:
    if agency is None:
        return each(lambda text: text[:1].upper() + text[1:], question)
    return say("{agency}: {question}", agency=agency, question=question)


def _on_missing(result: Summary) -> list[Bilingual]:
    nation = isinstance(result.area, NationFacts)
    return [
        say(
            "{agency}: please give figures on {figures}.",
            agency=both(request.agency(nation=nation)),
            figures=within_sentence(both(request.label)),
        )
        for request in missing_requests(result)
    ]


def missing_requests(result: Summary) -> list[Request]:
    """Return the requests none of whose measures has a figure in the latest programme period; first those that a target lacks."""
    programme, facts = result.area.programme, totals_only(result.area.facts)
    told = facts[facts["status"].isin(TOLD) & (facts["measure"] != programme.population)]
    latest = told["period_end"].max() if len(told) else None
    period = programme.period_of(latest.date()) if latest is not None else programme.periods[-1]
    if period is not None and len(told):
        told = told[told["period_end"].dt.date >= period.valid_from]
    known = set(told["measure"])
    return [request for request in programme.requests_in_order() if not known & set(request.measures)]


def what_figures_cannot_tell(result: Summary) -> Section:
    """Return the limits of the figures, at most three."""
    area = result.area
    limits = []
    if area.programme.counts_detection:
        limits.append(
            say(
                "How many cases and victims were never detected: fewer cases can mean less trafficking, or less detection."
            )
        )
    limits.append(say("Whether the programme changed anything: the figures only describe."))
    declared = area.programme.comparisons if isinstance(area, NationFacts) else ()
    if declared:  # else a reader takes the limit for all that the page has to say
        names = formats.listed([*dict.fromkeys(both(one.label) for one in declared)])
        limits[-1] = say(
            "Whether the programme as a whole changed anything: the figures only describe. The annex compares places with and without a measure: {names}.",
            names=names,
        )
    if isinstance(area, ProvinceFacts) and (elsewhere := _compared_elsewhere(area)):
        limits[-1] = sentences(limits[-1], *elsewhere)
    hidden = area.about.hidden_cells
    if hidden:
        limits.append(
            say(
                "Confidential figures: {hidden} are hidden in this edition to protect persons; no calculation uses their values, at most the range that the figures shown leave to them.",
                hidden=formats.number(hidden),
            )
        )
    return Section(
        "cannot-tell",
        say("What the figures cannot tell"),
        (Bullets(tuple(limits)),),
        layer="brief",
        width="half",
    )


def _compared_elsewhere(area: ProvinceFacts) -> list[Bilingual]:
    """Say which measures with a declared comparison are in force here, and where what they did is told."""
    return [
        say(
            "Whether {comparison}, in force here since {began}, changed anything: the country’s page compares the places with it and without it.",
            comparison=both(one.label),
            began=formats.day(one.began(area.place.code)),
        )
        for one in area.programme.comparisons
        if one.scheme == area.about.scheme and area.place.code in one.who
    ][:1]


def sources(result: Summary, topics: tuple[Topic, ...], cites: Citations) -> Section | None:
    """Return the sources cited, by number: title, agency, day, whether the original was seen, and what they say of their figures."""
    if not cites.order:
        return None
    items = tuple(_source(name, result) for name in cites.order)
    blocks: list[Block] = [Sources(items, tuple(source_title(name, result.area) for name in cites.order))]
    blocks += _told_by_sources(result, cites, said=headline(result, topics).sources)
    if len(result.news.differing):
        blocks.append(
            Paragraph(
                say("Where two sources differ, both figures are shown; no average is taken."), tone="aside"
            )
        )
    return Section("cited", say("Sources"), tuple(blocks), layer="brief")


def _told_by_sources(result: Summary, cites: Citations, said: tuple[str, ...]) -> list[Block]:
    """Say once what sources tell of their figures that an official is to know, unless it stands beside the headline."""
    numbers: dict[str, list[str]] = {}
    told: dict[str, Bilingual] = {}
    for number, name in enumerate(cites.order, start=1):
        source = result.area.sources.get(name)
        if source is not None and source.tells is not None and name not in said:
            words = both(source.tells)
            told[words.en] = words
            numbers.setdefault(words.en, []).append(str(number))
    return [
        Paragraph(
            say("Source {numbers}: {told}", numbers=numbers[key][0], told=words)
            if len(numbers[key]) == 1
            else say("Sources {numbers}: {told}", numbers=", ".join(numbers[key]), told=words),
            tone="aside",
        )
        for key, words in told.items()
    ]


def _source(name: str, result: Summary) -> Bilingual:
    source = result.area.sources.get(name)
    if source is None:
        return say("{source}.", source=name)
    day = say("Date not given") if source.date in UNDATED else source_day(source.date)
    words: dict[str, Bilingual | str] = {
        "title": explained(source.title, source.title_in),
        "agency": translated(source.agency, source.agency_in),
        "date": day,
    }
    if source.confidence == "verified":
        return say("{title}. {agency}. {date}.", **words)
    return say("{title}. {agency}. {date}. (to be checked against the original)", **words)
