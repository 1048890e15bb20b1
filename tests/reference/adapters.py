"""Which function of the kit answers which expected key of which family, and what is left out on purpose and why."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evalkit.estimation.comparisons import compare_counts, surprise_of_zero
from evalkit.estimation.conditional import conditional_p
from evalkit.estimation.exact_trends import ExactTrend
from evalkit.estimation.loglinear import LoglinearTrend
from evalkit.estimation.posterior import RatePosterior, rate_posterior
from evalkit.estimation.power import comparison_power
from evalkit.estimation.proportions import clopper_pearson_interval, one_sided_bound, wilson_interval
from evalkit.estimation.rates import garwood_interval, one_sided_upper
from evalkit.estimation.results import RateComparison
from evalkit.estimation.trends import exact_trend, loglinear_trend
from tests.reference import interruption_answers, province_answers
from tests.reference.segment_answers import SEGMENT_ANSWERS, SEGMENT_NOT_OFFERED


class Inputs(dict[str, Any]):
    """A case's inputs, where its data files are, and the method it names (some cases differ in nothing else)."""

    def __init__(self, values: dict[str, Any], data: Path, method: str = "") -> None:
        super().__init__(values)
        self.data = data
        self.method = method

    def table(self) -> pd.DataFrame:
        return pd.read_csv(self.data / self["data"])


Answer = Callable[[Inputs], Any]


def _level(i: Inputs) -> Any:
    given = i.get("confidence", i.get("conf", 0.95))
    if isinstance(given, list):
        return np.array([float(str(level).rstrip("%")) / 100 for level in given])
    return float(given)


def _garwood(limit: int) -> Answer:
    return lambda i: garwood_interval(i["count"], i.get("exposure", 1), level=_level(i))[limit]


def _wilson(limit: int) -> Answer:
    """Levels differ from row to row in one published table, so each row is asked for by itself."""

    def limits(i: Inputs) -> Any:
        if not isinstance(_level(i), np.ndarray):
            return wilson_interval(i["count"], i["n"], level=_level(i))[limit]
        rows = zip(i["count"], i["n"], _level(i), strict=True)
        return [float(wilson_interval(count, n, level=level)[limit]) for count, n, level in rows]

    return limits


def _exact_share(limit: int) -> Answer:
    return lambda i: clopper_pearson_interval(i["count"], i["n"], level=_level(i))[limit]


# ---- two counts; the first is the later one


def _compared(i: Inputs) -> RateComparison:
    return compare_counts(
        i["count1"],
        i["count2"],
        later_exposure=i["exposure1"],
        earlier_exposure=i["exposure2"],
        level=_level(i),
    )


def _pair(field: str) -> Answer:
    return lambda i: getattr(_compared(i), field)


def _tail(rule: str) -> Answer:
    def p(i: Inputs) -> float:
        share = i["exposure1"] / (i["exposure1"] + i["exposure2"])
        return conditional_p(i["count1"], i["count2"], null=share)[rule]

    return p


def _midp_one_sided(i: Inputs) -> float:
    """Half the two-sided mid-p: it lies on the side the published example asks for."""
    return _tail("midp")(i) / 2


def _exact_one_sided(i: Inputs) -> float:
    return _tail("greater" if i["alternative"] == "larger" else "less")(i)


def _exact_limits(i: Inputs) -> list[float]:
    return [_compared(i).ratio_lower, _compared(i).ratio_upper]


# ---- the worked example: counts of successive periods


def _step(later: int, field: str) -> Answer:
    def value(i: Inputs) -> float:
        return getattr(_between(i, later), field)

    return value


def _between(i: Inputs, later: int) -> RateComparison:
    counts, years = i["counts"], i["years"]
    return compare_counts(
        counts[later], counts[later - 1], later_exposure=years[later], earlier_exposure=years[later - 1]
    )


def _last_against_all(i: Inputs) -> float:
    counts, years = i["counts"], i["years"]
    return compare_counts(
        counts[-1], sum(counts[:-1]), later_exposure=years[-1], earlier_exposure=sum(years[:-1])
    ).ratio_upper


# ---- zeros, power


def _zero_run(way: int) -> Answer:
    def chances(i: Inputs) -> list[float]:
        before = i["baseline_years"]
        return [surprise_of_zero(rate * before, before, i["years"])[way] for rate in i["rates"]]

    return chances


def _power(baseline: Callable[[Inputs], float]) -> Answer:
    return lambda i: [comparison_power(baseline(i) * i["T"], fall, tail=0.05) for fall in i["reductions"]]


# ---- trends


def _exact(field: str) -> Answer:
    return lambda i: getattr(_trend(tuple(i["counts"]), tuple(i.get("exposure", ())) or None), field)


@cache
def _trend(counts: tuple[float, ...], exposure: tuple[float, ...] | None) -> ExactTrend:
    return exact_trend(counts, exposure=exposure)


def _fit(i: Inputs, dispersion: float | None = 1.0) -> LoglinearTrend:
    table = i.table()
    return loglinear_trend(table["count"], years=table["year"].tolist(), dispersion=dispersion)


def _quasi(field: str) -> Answer:
    return lambda i: getattr(_fit(i, None), field)


# ---- posterior


def _rate(i: Inputs) -> RatePosterior:
    return rate_posterior(i["count"], i["exposure"])


def _two_rates(i: Inputs) -> tuple[RatePosterior, RatePosterior]:
    return rate_posterior(i["count1"], i["exposure1"]), rate_posterior(i["count2"], i["exposure2"])


def _ratio(share: float) -> Answer:
    return lambda i: _two_rates(i)[0].ratio_quantile(_two_rates(i)[1], share)


def _next_year(i: Inputs) -> Any:
    return rate_posterior(sum(i["baseline"]), len(i["baseline"])).next_count()


ANSWERS: dict[str, dict[str, Answer]] = {
    **SEGMENT_ANSWERS,
    "poisson_1samp": {
        "lower": _garwood(0),
        "upper": _garwood(1),
        "daly_lower": _garwood(0),
        "daly_upper": _garwood(1),
        "central": lambda i: [_garwood(0)(i), _garwood(1)(i)],
    },
    "poisson_2samp": {
        "ratio": _pair("ratio"),
        "lower": _pair("ratio_lower"),
        "upper": _pair("ratio_upper"),
        "cp_ci_lower": _pair("ratio_lower"),
        "cp_ci_upper": _pair("ratio_upper"),
        "exact_central_95": _exact_limits,
        "p_minlike": _pair("p_minlike"),
        "p_central": _pair("p_central"),
        "p_midp_central": _pair("p_midp"),
        "p_less": _tail("less"),
        "p_greater": _tail("greater"),
        "midp_ci_lower": _pair("midp_lower"),
        "midp_ci_upper": _pair("midp_upper"),
        "exact_cond": _exact_one_sided,
        "cond_midp": _midp_one_sided,
    },
    "proportion": {
        "lower": _wilson(0),
        "upper": _wilson(1),
        "wilson_lower": _wilson(0),
        "wilson_upper": _wilson(1),
        "cp_lower": _exact_share(0),
        "cp_upper": _exact_share(1),
    },
    "rare_zero": {
        "exact_upper_one_sided": lambda i: one_sided_bound(i["count"], i["n"]),
        "cp_upper_two_sided": _exact_share(1),
        "poisson_upper_one_sided": lambda i: one_sided_upper(i["count"], i["n"]),
        "poisson": _zero_run(0),
        "nb_pred": _zero_run(1),
    },
    "headline": {
        "pct_change": _step(1, "percent_change"),
        "pct_change_1": _step(1, "percent_change"),
        "pct_ci_1": lambda i: [_step(1, "percent_lower")(i), _step(1, "percent_upper")(i)],
        "p": _step(1, "p_central"),
        "p_minlike_1": _step(1, "p_minlike"),
        "p_central_1": _step(1, "p_central"),
        "naive_pct_change_2": _step(2, "percent_change"),
        "rr_upper_2": _step(2, "ratio_upper"),
        "p_minlike_2": _step(2, "p_minlike"),
        "p_central_2": _step(2, "p_central"),
        "expected_zero_2yr_at_prev_rate": _step(2, "surprise_known"),
        "rr_upper_vs_all": _last_against_all,
        "upper_two_sided": lambda i: garwood_interval(i["counts"], i["years"])[1],
        "upper_one_sided": lambda i: one_sided_upper(i["counts"], i["years"]),
    },
    "power": {"power": _power(lambda i: i["baseline_rate"]), "power_low_baseline_1": _power(lambda _: 1.0)},
    "trend_exact": {
        "T": _exact("statistic"),
        "p_less": _exact("p_less"),
        "p_greater": _exact("p_greater"),
        "p_two_sided_absdev": _exact("p_two_sided_absdev"),
        "p_central": _exact("p_central"),
        "z": _exact("z"),
    },
    "trend_glm": {
        "coef": lambda i: {"const": _fit(i).intercept, "t": _fit(i).slope},
        "apc": lambda i: _fit(i).apc,
        "deviance": lambda i: _fit(i).deviance,
        "pearson_chi2": lambda i: _fit(i).pearson_chi2,
        "df_resid": lambda i: _fit(i).degrees,
        "dispersion": _quasi("dispersion"),
        "quasi_se_t": _quasi("slope_se"),
        "apc_quasi_t_lower": _quasi("apc_lower"),
        "apc_quasi_t_upper": _quasi("apc_upper"),
    },
    "bayes": {
        "mean": lambda i: _rate(i).mean,
        "q025": lambda i: _rate(i).quantile(0.025),
        "median": lambda i: _rate(i).quantile(0.5),
        "q975": lambda i: _rate(i).quantile(0.975),
        "pred_p0": lambda i: _rate(i).next_count().pmf(0),
        "pred_q95": lambda i: _rate(i).next_count().ppf(0.95),
        "p_rate1_lt_rate2": lambda i: _two_rates(i)[0].below(_two_rates(i)[1]),
        "rr_median": _ratio(0.5),
        "rr_q025": _ratio(0.025),
        "rr_q975": _ratio(0.975),
    },
    "alarm": {
        "q95": lambda i: _next_year(i).ppf(0.95),
        "q99": lambda i: _next_year(i).ppf(0.99),
        "p_ge_15": lambda i: _next_year(i).sf(14),
    },
}

_COARSE = (
    "R's root finding is coarser than the tolerance here; the same limits in closed form are the daly_ keys"
)
_PHE = "another variant than PHE's, which the kit offers (23 events: 14.58 to 34.51)"
_CENTRAL = "limits of another two-sided test; the one printed must agree with the central p"
_ETEST = "unconditional test: its p does not agree with the exact limits that are printed"
_LARGE = "large-sample method: fails or misleads at the counts of 0 that are the rule here"
_JEFFREYS = "one interval per quantity: Wilson, with the exact bound at 0 and 100 %"
_LOG_OLS = "the logarithm of a count needs counts above 0: the Poisson log-linear model is used instead"
_WEIGHT = "no model is chosen by information criteria for one short series: the panel decides"
_HAC = "rejects a true null far too often on ten to fifteen years"

NOT_OFFERED: dict[str, dict[str, str]] = {
    **SEGMENT_NOT_OFFERED,
    "poisson_1samp": {
        **dict.fromkeys(("exact_lower", "exact_upper"), _COARSE),
        **dict.fromkeys(("byar_lower", "byar_upper"), _PHE),
        **dict.fromkeys(("minlike", "blaker"), _CENTRAL),
    },
    "poisson_2samp": {
        "etest": _ETEST,
        **dict.fromkeys(("wald", "score", "wald_log", "score_log", "sqrt"), _LARGE),
        **dict.fromkeys(("mover_jeff_90", "waldcc_90", "score_95", "score_diff_95_per1000"), _LARGE),
    },
    "proportion": dict.fromkeys(("jeffreys_lower", "jeffreys_upper"), _JEFFREYS),
    "rare_zero": {"rule_of_three": "a shortcut to the exact bound, which is offered"},
    "trend_glm": {
        **dict.fromkeys(("null_deviance", "llf", "aic", "aicc", "bic"), _WEIGHT),
        **dict.fromkeys(("hac_nw1_se_t", "hc0_se_t"), _HAC),
        "se": "of the slope alone, with its dispersion (quasi_se_t); nothing is said of the intercept",
        "profile_ci_t": "limits are those of the dispersion-adjusted test whose p is printed",
    },
}

ANSWERS |= interruption_answers.ANSWERS
NOT_OFFERED |= interruption_answers.NOT_OFFERED

# A case that expects all these keys is of another method as a whole, even where single keys have familiar names.
OTHER_METHODS: dict[str, dict[frozenset[str], str]] = {
    "poisson_2samp": {frozenset({"statistic", "p_two_sided"}): _ETEST},
    "trend_glm": {frozenset({"durbin_watson"}): _LOG_OLS},
}

province_answers.add_to(ANSWERS, NOT_OFFERED, OTHER_METHODS)
