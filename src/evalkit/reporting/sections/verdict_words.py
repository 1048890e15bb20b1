"""The words of a verdict on a change: whole sentences and short ones, from the one record that decided it."""

from __future__ import annotations

from collections.abc import Callable

from evalkit.programme.models import Programme
from evalkit.reporting import formats
from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.sections.shared_words import both, within_sentence
from evalkit.reporting.wording import say
from evalkit.statistics.verdicts import ChangeVerdict, Check


def verdict_sentence(verdict: ChangeVerdict, programme: Programme) -> Bilingual:
    """Return how surely something changed, as a sentence.

    Parameters
    ----------
    verdict : ChangeVerdict
        Of a comparison or a trend; of grade "none" where there is none.
    programme : Programme
        Has the names of declared events.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> found = ChangeVerdict("leaning", "fall", failed=("single_year",), year=2011)
    >>> verdict_sentence(found, load_programme("vn-trafficking")).en
    'The number appears to fall, but this hangs on 2011 alone.'
    """
    if verdict.grade == "none":
        return say("There is no comparison.")
    if verdict.could_be_chance and verdict.direction == "none":
        return say("No change is seen; a small one may still be there.")
    if verdict.could_be_chance:
        return say("The difference could be chance.")
    falls = verdict.direction == "fall"
    if verdict.grade == "clear":
        fall, rise = (
            say("A clear fall: chance alone hardly explains it."),
            say("A clear rise: chance alone hardly explains it."),
        )
        return fall if falls else rise
    failed = [_check(check, verdict, programme) for check in verdict.failed]
    checks = each(lambda *texts: "; ".join(texts), *failed)
    if verdict.grade == "open":
        return say("A change is not established: {checks}.", checks=checks)
    fall, rise = (
        say("The number appears to fall, but {checks}.", checks=checks),
        say("The number appears to rise, but {checks}.", checks=checks),
    )
    return fall if falls else rise


def verdict_words(verdict: ChangeVerdict) -> Bilingual:
    """Return the same in a few words, for a table.

    Examples
    --------
    >>> verdict_words(ChangeVerdict("open", "fall", could_be_chance=True)).en
    'could be chance'
    """
    if verdict.grade == "none":
        return say("no comparison")
    if verdict.could_be_chance:
        return say("could be chance")
    if verdict.grade == "open":
        return say("no change established")
    words = {
        ("clear", "fall"): say("a clear fall"),
        ("clear", "rise"): say("a clear rise"),
        ("leaning", "fall"): say("appears to fall"),
        ("leaning", "rise"): say("appears to rise"),
    }
    return words[verdict.grade, verdict.direction]


def checks_words(verdict: ChangeVerdict, programme: Programme) -> Bilingual:
    """Return what came out of each check, for a table: those that fail, then those that hold.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> found = ChangeVerdict("leaning", "fall", failed=("single_year",), year=2011)
    >>> checks_words(found, load_programme("vn-trafficking")).en
    'this hangs on 2011 alone; holds: the interval; no declared event'
    """
    failed = [_check(check, verdict, programme) for check in verdict.failed if check != "interval"]
    held = {
        "interval": say("the interval"),
        "single_year": say("any year left out"),
        "declared_event": say("no declared event"),
        "family": _all_together(verdict),
    }
    asked: set[Check] = {"declared_event"}
    if "interval" not in verdict.failed:  # what could be chance anyway is not asked whether it stands
        asked |= {"interval", "family"} if verdict.tests > 1 else {"interval"}
        asked |= set() if {"years_unknown", "years_untold"} & set(verdict.failed) else {"single_year"}
    holding = [words for check, words in held.items() if check in asked and check not in verdict.failed]
    if holding:
        failed.append(say("holds: {checks}", checks=each(lambda *texts: "; ".join(texts), *holding)))
    return each(lambda *texts: "; ".join(texts), *failed) if failed else say("none holds")


def family_note(tests: int) -> Bilingual:
    """Return the note that the words allow for all comparisons made at once."""
    return say(
        "{tests} comparisons are made on all pages together; the words allow for that (Benjamini and Hochberg 1995), the printed p does not.",
        tests=formats.number(tests),
    )


def _no_single_years(check: Check, verdict: ChangeVerdict) -> Bilingual:
    """Say why no year could be left out: nothing tells how years scatter, or the single years are not known."""
    if check == "years_unknown":
        return say("no law of scatter is known for these years")
    if verdict.of == "trends":
        return say("the years are too few to leave one out")
    return say("the single years are not told or do not add up")


def _all_together(verdict: ChangeVerdict) -> Bilingual:
    tests = formats.number(verdict.tests)
    if verdict.of == "trends":
        return say("all {tests} series together", tests=tests)
    return say("all {tests} comparisons together", tests=tests)


def _not_among_all(verdict: ChangeVerdict) -> Bilingual:
    tests = formats.number(verdict.tests)
    if verdict.of == "trends":
        return say("this does not stand among the {tests} series looked at", tests=tests)
    return say("this does not stand among the {tests} comparisons made at once", tests=tests)


def _check(check: Check, verdict: ChangeVerdict, programme: Programme) -> Bilingual:
    if check == "declared_event":
        return _events(verdict, programme)
    words: dict[Check, Callable[[], Bilingual]] = {
        "interval": lambda: say("the 95% interval includes no change"),
        "years_unknown": lambda: _no_single_years(check, verdict),
        "years_untold": lambda: _no_single_years(check, verdict),
        "single_year": lambda: say("this hangs on {year} alone", year=str(verdict.year)),
        "several_sources": lambda: say(
            "the figures come from {sources} sources, which may count differently",
            sources=formats.number(verdict.sources),
        ),
        "not_exact": lambda: say("some of the figures are approximate at their source"),
        "family": lambda: _not_among_all(verdict),
    }
    return words[check]()


def _events(verdict: ChangeVerdict, programme: Programme) -> Bilingual:
    names = {
        event.id: within_sentence(both(event.label)) if event.kind == "detection" else both(event.label)
        for event in programme.breaks
    }
    return say(
        "events in between may have changed what is counted: {events}",
        events=formats.listed([names[event] for event in verdict.events]),
    )
