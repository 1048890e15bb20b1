"""Answers about one count, two counts, counts of successive periods, no count at all, and what a comparison could show."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from evalkit.statistics.comparisons import compare_counts, surprise_of_zero
from evalkit.statistics.conditional import conditional_p, midp_shares, null_share, ratio_limits
from evalkit.statistics.expectation import expected_p
from evalkit.statistics.posterior import JEFFREYS, RatePosterior, rate_posterior
from evalkit.statistics.power import baseline_needed, comparison_power
from evalkit.statistics.proportions import clopper_pearson_interval, one_sided_bound
from evalkit.statistics.rates import byar_interval, garwood_interval, one_sided_upper
from evalkit.statistics.results import RateComparison
from evalkit.statistics.surveillance.farrington import FarringtonSettings, farrington, farrington_original
from tests.reference.families import Answer, Family, Limits, NotBuiltError, limits_per_row, per_row
from tests.reference.shapes import Inputs

# ---- one count


def _one(i: Inputs) -> tuple[Any, Any]:
    """Return counts, and exposures in units of which rates are given."""
    return np.array(i.take("count"), dtype=float), np.array(i.take("exposure", 1), dtype=float) / i.take(
        "per", 1
    )


def _rate(i: Inputs) -> Any:
    count, time = _one(i)
    return count / time


def _garwood(i: Inputs, level: Any) -> tuple[Any, Any]:
    return garwood_interval(*_one(i), level=level)


def _of_count(i: Inputs, level: Any) -> tuple[Any, Any]:
    return garwood_interval(_one(i)[0], 1, level=level)


def _byar(i: Inputs, level: Any) -> tuple[Any, Any]:
    variant = "epitools" if i.word("byar_variant") == "epitools" else "phe"
    return byar_interval(_one(i)[0], 1, level=level, variant=variant)


def _both(limits: Limits) -> Answer:
    def pair(i: Inputs) -> Any:
        lower, upper = limits(i, i.level)
        return list(zip(lower, upper, strict=True)) if np.ndim(lower) else [lower, upper]

    return pair


def _against_expected(rule: str) -> Answer:
    def p(i: Inputs) -> Any:
        expected = i.take("expected", None)
        if expected is None:
            expected = np.array(i.take("null_rate")) * np.array(i.take("exposure", 1))
        return expected_p(i.take("count"), expected)[rule]

    return p


_COARSE = (
    "R's root finding is coarser than the tolerance here; the same limits in closed form are the daly_ keys"
)
_CENTRAL = "limits of another two-sided test; the one printed must agree with the central p"

ONE_COUNT = Family(
    answers={
        "rate": _rate,
        "central": _both(_garwood),
        "p": _against_expected("central"),
        **{f"p_{rule}": _against_expected(rule) for rule in ("less", "greater", "central", "minlike")},
    },
    limits={"": _garwood, "rate": _garwood, "daly": _of_count, "byar": _byar},
    declined={"exact_lower|exact_upper": _COARSE, "minlike|blaker": _CENTRAL},
    main="rate",
)

# ---- two counts; the first is the later one

_PAIR = ("count1", "exposure1", "count2", "exposure2")


def _pair(i: Inputs) -> tuple[float, float, float, float]:
    return tuple(float(i.take(name, 1)) for name in _PAIR)  # type: ignore[return-value]  # four names


def _ratio(i: Inputs) -> float:
    later, later_exposure, earlier, earlier_exposure = _pair(i)
    return compare_counts(
        later, earlier, later_exposure=later_exposure, earlier_exposure=earlier_exposure
    ).ratio


def _exact(i: Inputs, level: float) -> tuple[float, float]:
    later, later_exposure, earlier, earlier_exposure = _pair(i)
    return ratio_limits(later, earlier, exposures=(later_exposure, earlier_exposure), level=level)


def _midp(i: Inputs, level: float) -> tuple[float, float]:
    later, later_exposure, earlier, earlier_exposure = _pair(i)
    odds = [
        share / (1 - share) if share < 1 else math.inf for share in midp_shares(later, earlier, level=level)
    ]
    return odds[0] * earlier_exposure / later_exposure, odds[1] * earlier_exposure / later_exposure


def _tail(rule: str) -> Answer:
    def p(i: Inputs) -> float:
        later, later_exposure, earlier, earlier_exposure = _pair(i)
        share = null_share(later_exposure, earlier_exposure, ratio=float(i.take("ratio_null", 1)))
        return conditional_p(later, earlier, null=share)[rule]

    return p


def _on_the_side(rules: dict[str, str]) -> Answer:
    return lambda i: _tail(rules[i.alternative])(i)


def _one_sided(side: int) -> Answer:
    return lambda i: _exact(i, 2 * i.level - 1)[side]


def _at(level: float) -> Answer:
    return lambda i: list(_exact(i, level))


def _each(answers: dict[str, Answer]) -> dict[str, Answer]:
    return {key: per_row(answer, *_PAIR) for key, answer in answers.items()}


_ETEST = "unconditional test: its p does not agree with the exact limits that are printed"
_LARGE = "large-sample method: fails or misleads at the counts of 0 that are the rule here"

TWO_COUNTS = Family(
    answers=_each(
        {
            "ratio": _ratio,
            "exact_central_95": _at(0.95),
            "upper_one_sided": _one_sided(1),
            "lower_one_sided": _one_sided(0),
            "p": _tail("central"),
            "p_midp_central": _tail("midp"),
            **{f"p_{rule}": _tail(rule) for rule in ("less", "greater", "central", "minlike")},
            "exact_cond": _on_the_side({"two-sided": "minlike", "greater": "greater", "less": "less"}),
            "cond_midp": _on_the_side({"two-sided": "midp", "greater": "midp_greater", "less": "midp_less"}),
        }
    ),
    limits={
        **dict.fromkeys(("", "ratio", "cp_ci", "exact_ci"), limits_per_row(_exact, *_PAIR)),
        "midp_ci": limits_per_row(_midp, *_PAIR),
    },
    declined={
        "etest": _ETEST,
        "wald|score|wald_log|score_log|sqrt|mover_jeff_.*|waldcc_.*|score_.*|diff_wald|diff_score": _LARGE,
        "diff_etest_.*": _ETEST,
    },
    other_method=lambda i: _ETEST if i.word("test") == "etest" else "",
    main="ratio",
)

# ---- counts of successive periods


def _between(i: Inputs, step: int) -> RateComparison:
    counts, years = i.take("count"), i.get("years", [1] * len(i.take("count")))
    return compare_counts(
        counts[step],
        counts[step - 1],
        later_exposure=years[step],
        earlier_exposure=years[step - 1],
        level=i.level,
    )


def _step(field: str) -> Any:
    return lambda i, step: getattr(_between(i, int(step or 1)), field)


def _change_limits(i: Inputs, step: str | None) -> list[float]:
    found = _between(i, int(step or 1))
    return [100 * (limit - 1) for limit in (found.ratio_lower, found.ratio_upper)]


def _rate_limits(i: Inputs, side: str, step: str | None) -> float:
    return getattr(_between(i, int(step or 1)), f"ratio_{side}")


def _zero_at_rate_before(i: Inputs, years: str) -> float:
    return surprise_of_zero(i.take("count")[-2], i["years"][-2], float(years))[0]


def _against_all(i: Inputs, side: str) -> float:
    counts, years = i.take("count"), i["years"]
    exposures = years[-1], sum(years[:-1])
    limits = ratio_limits(counts[-1], sum(counts[:-1]), exposures=exposures, level=i.level)
    return limits[("lower", "upper").index(side)]


HEADLINE = Family(
    answers={
        "upper_two_sided": lambda i: garwood_interval(i.take("count"), i["years"], level=i.level)[1],
        "lower_two_sided": lambda i: garwood_interval(i.take("count"), i["years"], level=i.level)[0],
        "upper_one_sided": lambda i: one_sided_upper(i.take("count"), i["years"], level=i.level),
    },
    patterns={
        r"(?:naive_)?pct_change(?:_(\d+))?": _step("percent_change"),
        r"pct_ci(?:_(\d+))?": _change_limits,
        r"(?:rr|ratio)(?:_(\d+))?": _step("ratio"),
        r"rr_(lower|upper)(?:_(\d+))?": _rate_limits,
        r"p(?:_central)?(?:_(\d+))?": _step("p_central"),
        r"p_minlike(?:_(\d+))?": _step("p_minlike"),
        r"p_midp(?:_(\d+))?": _step("p_midp"),
        r"expected_zero_(\d+)yr_at_prev_rate": _zero_at_rate_before,
        r"rr_(lower|upper)_vs_all": _against_all,
    },
    main="pct_change",
)

# ---- zeros


def _zero_run(way: int) -> Answer:
    def chances(i: Inputs) -> list[float]:
        before = float(i.get("baseline_years", 1))
        return [surprise_of_zero(rate * before, before, i["years"])[way] for rate in i["rates"]]

    return chances


ZEROS = Family(
    answers={
        "exact_upper_one_sided": lambda i: one_sided_bound(i.take("count", 0), i.take("n"), level=i.level),
        "cp_upper_two_sided": lambda i: clopper_pearson_interval(
            i.take("count", 0), i.take("n"), level=i.level
        )[1],
        "poisson_upper_one_sided": lambda i: one_sided_upper(i.take("count", 0), i.take("n"), level=i.level),
        "poisson": _zero_run(0),
        "nb_pred": _zero_run(1),
    },
    declined={"rule_of_three": "a shortcut to the exact bound, which is offered"},
    main="cp_upper_two_sided",
)

# ---- power


def _one_tail(i: Inputs) -> float:
    """Return the size of the tail in which a fall is sought."""
    alpha = float(i.get("alpha", 0.05))
    if i.alternative == "greater":
        raise NotBuiltError("power is computed of falls")
    return alpha / 2 if "alternative" in i and i.alternative == "two-sided" else alpha


def _power(i: Inputs, rate: float) -> list[float]:
    return [comparison_power(rate * i["T"], fall, tail=_one_tail(i)) for fall in i["reductions"]]


def _needed(i: Inputs) -> list[float]:
    power = float(i.get("target_power", 0.8))
    return [baseline_needed(fall, tail=_one_tail(i), power=power) for fall in i["reductions"]]


POWER = Family(
    answers={"power": lambda i: _power(i, float(i["baseline_rate"])), "min_pre_total": _needed},
    patterns={r"power_low_baseline_([\d.]+)": lambda i, rate: _power(i, float(rate))},
    main="power",
)

# ---- posterior


def _posterior(i: Inputs, count: str = "count", exposure: str = "exposure") -> RatePosterior:
    prior = i.get("prior") or dict(zip(("shape", "rate"), JEFFREYS, strict=True))
    return rate_posterior(
        float(i.take(count)), float(i.take(exposure, 1)), prior=(float(prior["shape"]), float(prior["rate"]))
    )


def _both_rates(i: Inputs) -> tuple[RatePosterior, RatePosterior]:
    return _posterior(i, "count1", "exposure1"), _posterior(i, "count2", "exposure2")


def _ratio_quantile(i: Inputs, share: float) -> float:
    first, second = _both_rates(i)
    return first.ratio_quantile(second, share)


BAYES = Family(
    answers={
        "mean": lambda i: _posterior(i).mean,
        "median": lambda i: _posterior(i).quantile(0.5),
        "pred_p0": lambda i: _posterior(i).next_count().pmf(0),
        "pred_mean": lambda i: _posterior(i).next_count().mean(),
        "p_rate1_lt_rate2": lambda i: _both_rates(i)[0].below(_both_rates(i)[1]),
        "rr_median": lambda i: _ratio_quantile(i, 0.5),
    },
    patterns={
        r"q(\d+)": lambda i, share: _posterior(i).quantile(float(f"0.{share}")),
        r"pred_q(\d+)": lambda i, share: _posterior(i).next_count().ppf(float(f"0.{share}")),
        r"rr_q(\d+)": lambda i, share: _ratio_quantile(i, float(f"0.{share}")),
    },
    main="mean",
)

# ---- alarms


def _next_year(i: Inputs) -> Any:
    if "baseline" not in i:
        raise NotBuiltError
    return rate_posterior(sum(i["baseline"]), len(i["baseline"])).next_count()


def _farrington_settings(i: Inputs) -> FarringtonSettings:
    few = tuple(i.get("limit54", (5, 4)))
    if i.word("model", "farrington") == "farrington":
        options = {"reweight": bool(i.get("reweight", True)), "trend": bool(i.get("trend", True)), "few": few}
        return farrington_original(
            years=i.get("b", 3), window=i.get("w", 3), alpha=i.get("alpha", 0.01), **options
        )
    if i.word("threshold_method", "nbplugin") != "nbplugin":
        raise NotBuiltError
    left_out = i.get("past_not_included")
    return FarringtonSettings(
        years=i.get("b", 5),
        window=i.get("w", 3),
        alpha=i.get("alpha", 0.01),
        left_out=i.get("w", 3) if left_out is None else left_out,
        weights_from=float(i.get("weights_threshold", 2.58)) if i.get("reweight", True) else None,
        trend=bool(i.get("trend", True)),
        trend_level=float(i.get("p_threshold_trend", 0.05)),
        periods=i.get("periods", 1),
        few=few,
    )


def _watched(i: Inputs) -> pd.DataFrame:
    if "range" not in i:
        raise NotBuiltError
    first, last = i["range"]
    counts = i.rows()["count"] if i.has_rows else i.take("count")
    return farrington(
        counts, freq=i.get("freq", 52), rows=range(first - 1, last), settings=_farrington_settings(i)
    )


ALARM = Family(
    answers={
        "upperbound": lambda i: _watched(i)["upper"].tolist(),
        "alarms": lambda i: _watched(i)["alarm"].astype(int).tolist(),
    },
    patterns={
        r"q(\d+)": lambda i, share: _next_year(i).ppf(float(f"0.{share}")),
        r"p_ge_(\d+)": lambda i, count: _next_year(i).sf(int(count) - 1),
    },
    main="q95",
)

FAMILIES = {
    "poisson_1samp": ONE_COUNT,
    "poisson_2samp": TWO_COUNTS,
    "headline": HEADLINE,
    "rare_zero": ZEROS,
    "power": POWER,
    "bayes": BAYES,
    "alarm": ALARM,
}
