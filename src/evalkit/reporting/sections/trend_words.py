"""A trend in one line of a table: its numbers and its method, and its verdict in a few words."""

from __future__ import annotations

from evalkit.indicators.trends import Trend
from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.sections.limits import change_limits, change_written
from evalkit.reporting.sections.shared_words import p_words
from evalkit.reporting.wording import say
from evalkit.statistics.results import NotEstimable


def method_words(method: str) -> Bilingual:
    """Name the trend's method."""
    return {
        "exact conditional": say("exact conditional trend"),
        "negative binomial": say(
            "log-linear rate model, negative binomial with the law of scatter estimated for this measure"
        ),
        "quasi-Poisson, pooled dispersion": say(
            "log-linear rate model, quasi-Poisson with the law of scatter estimated for this measure"
        ),
        "quasi-Poisson, own dispersion": say(
            "log-linear rate model, quasi-Poisson with the dispersion of this series"
        ),
    }[method]


def trend_numbers(item: Trend) -> Bilingual:
    """Write the change a year with its interval, p and method."""
    fit = item.fit
    if isinstance(fit, NotEstimable):
        raise TypeError("a trend that is not estimable has no checks, only a reason")
    return say(
        "{change} a year, 95% interval {limits}, {p} ({method})",
        change=change_written(fit.apc),
        limits=change_limits(fit.lower, fit.upper),
        p=p_words(fit.p),
        method=method_words(item.method),
    )


def allowed_for(tests: int) -> Bilingual | None:
    """Say for how many trends looked at together the words of a verdict allow; nothing where it is one alone."""
    if tests <= 1:
        return None
    return say(
        "What is said in a few words allows for the {tests} trends looked at on all pages together (Benjamini and Hochberg 1995); the printed p does not.",
        tests=formats.number(tests),
    )
