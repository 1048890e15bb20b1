"""the records statistics give back: a comparison of two counts, a fitted trend, or the reason why there is no number."""

from __future__ import annotations

from dataclasses import dataclass, field

from evalkit.short_form import ShortForm


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """Why there is no number: shown on the page instead of one.

    Attributes
    ----------
    reason : str
        A lasting short code, one of ``too_few_years``, ``insufficient_events``, ``no_events``, ``suppressed``,
        ``not_reported``, ``partial_period``, ``different_bases``, ``single_period``, ``too_few_points``,
        ``separation``; of provinces together also ``too_few_provinces``, ``no_exposure``, ``no_tests``,
        ``small_overlap``, ``no_match``; of joinpoint and change point also ``years_missing``, ``zero_in_log_model``;
        of the effect of a programme those of :func:`evalkit.statistics.panel.comparable.comparable` and ``different_starts``.
    detail : dict
        What can still be said, for instance ``exact_p`` and ``total``; empty where nothing can.

    Examples
    --------
    >>> NotEstimable("too_few_years", {"years": 3}).reason
    'too_few_years'
    """

    reason: str
    detail: dict[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class RateComparison(ShortForm):
    """Two Poisson counts compared as rates per year; the later one over the earlier one.

    Attributes
    ----------
    later, earlier : float
        The counts.
    later_exposure, earlier_exposure : float
        Years (or person-years) over which they were counted.
    ratio, ratio_lower, ratio_upper : float
        Rate ratio with its exact limits (Clopper-Pearson limits of the later count given the sum of both). ``ratio`` is
        missing where the earlier count is 0.
    percent_change, percent_lower, percent_upper : float
        The same in percent; all three missing where the earlier count is 0.
    p_central : float
        Exact two-sided p, twice the smaller tail: the one that agrees with the interval, hence the one to print.
    p_minlike, p_midp : float
        The same test by the rule of R's ``poisson.test``, and with half the probability of the count observed.
    midp_lower, midp_upper : float
        Limits of the rate ratio by the mid-p rule.
    dispersed_lower, dispersed_upper : float
        Limits of the change in percent if years scattered twice as much as chance (Wald limits on the log scale,
        variance factor 2); missing where a count is 0.
    later_upper, earlier_upper : float
        Upper exact two-sided limit of each rate per year: what a zero still allows.
    rate_difference, difference_lower, difference_upper : float
        Later rate minus earlier rate per year, limits by MOVER from the exact limits of both.
    surprise_known, surprise_predictive : float
        Probability of no case in the later period had the earlier rate gone on: taken as exactly known, and with its own
        uncertainty (negative binomial, Jeffreys prior). Missing unless the later count is 0.
    minimum_detectable_fall : float
        Smallest fall (a fraction) that this base shows in four of five such comparisons; missing where even a fall to
        zero would not.
    baseline_needed : float
        Earlier count needed to show the observed fall in four of five comparisons; missing where there is no fall.
    level : float
        Confidence level of all limits.
    flags : tuple of str
        ``fall_to_zero``, ``rise_from_zero``, ``no_cases_in_either``, ``no_exposure``, ``no_count``,
        ``no_detectable_fall``.
    """

    later: float
    earlier: float
    later_exposure: float
    earlier_exposure: float
    ratio: float
    ratio_lower: float
    ratio_upper: float
    percent_change: float
    percent_lower: float
    percent_upper: float
    p_central: float
    p_minlike: float
    p_midp: float
    midp_lower: float
    midp_upper: float
    dispersed_lower: float
    dispersed_upper: float
    later_upper: float
    earlier_upper: float
    rate_difference: float
    difference_lower: float
    difference_upper: float
    surprise_known: float
    surprise_predictive: float
    minimum_detectable_fall: float
    baseline_needed: float
    level: float
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrendFit:
    """A yearly rate of change fitted to one series of counts.

    Attributes
    ----------
    apc, lower, upper : float
        Annual percent change and its limits.
    p : float
        Two-sided p of no change, by the method that gave the limits.
    method : str
        ``exact conditional``, ``negative binomial``, ``quasi-Poisson, pooled dispersion`` or
        ``quasi-Poisson, own dispersion``.
    dispersion : float
        The dispersion the choice of method rests on: of the panel where there is one, else of the series. Near 1 the
        years scatter as chance alone would make them; a value below 1 is shown and never narrows the limits.
    series_dispersion, dispersion_p : float
        Dispersion of this series about its own trend, and the chi-square p of so large a one by chance.
    years_used : tuple of int
        The years with a figure.
    first, last : int
        The first and the last of them.
    total : float
        Sum of the counts.
    exact_p, exact_lower, exact_upper : float
        The exact conditional test and its limits of the annual percent change, shown beside any model; missing for
        totals so large that no exact test is needed.
    zeros, zeros_expected : float
        Years without a case, and how many the fitted Poisson trend expects.
    level : float
        Confidence level of all limits.
    flags : tuple of str
        ``underdispersed`` (a dispersion below 1, taken as 1), ``years_missing``, ``own_dispersion``.
    """

    apc: float
    lower: float
    upper: float
    p: float
    method: str
    dispersion: float
    series_dispersion: float
    dispersion_p: float
    years_used: tuple[int, ...]
    first: int
    last: int
    total: float
    exact_p: float
    exact_lower: float
    exact_upper: float
    zeros: int
    zeros_expected: float
    level: float
    flags: tuple[str, ...]
