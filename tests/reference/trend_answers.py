"""Answers about trends in time, steps in them, and regressions where all cases lie on one side."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.season import harmonic_columns
from evalkit.statistics.trend.exact_trends import ExactTrend, annual_percent_change, exact_trend
from evalkit.statistics.trend.loglinear_regression import LoglinearRegression, loglinear_regression
from evalkit.statistics.trend.negative_binomial import (
    NegativeBinomialRegression,
    negative_binomial_regression,
)
from evalkit.statistics.trend.nested_models import curved_trend
from evalkit.statistics.trend.nonparametric import MonotoneTrend, mann_kendall
from evalkit.statistics.trend.penalised import FirthFit, firth_poisson
from evalkit.statistics.trend.step_regression import BEND, STEP, StepRegression, step_regression
from tests.reference.families import Answer, Family, estimated
from tests.reference.shapes import Inputs

# ---- the exact test


@cache
def _trend(counts: tuple[float, ...], exposure: tuple[float, ...] | None, level: float) -> ExactTrend:
    return exact_trend(counts, exposure=exposure, level=level)


def _exact(field: str) -> Answer:
    def value(i: Inputs) -> Any:
        exposure = i.take("exposure", None)
        return getattr(_trend(tuple(i.take("count")), tuple(exposure) if exposure else None, i.level), field)

    return value


EXACT = Family(
    answers={
        "T": _exact("statistic"),
        "z": _exact("z"),
        "slope": _exact("slope"),
        "apc": _exact("apc"),
        "p": _exact("p_central"),
        **{f"p_{rule}": _exact(f"p_{rule}") for rule in ("less", "greater", "central", "two_sided_absdev")},
    },
    main="T",
)

# ---- log-linear trends

_TERMS = {"const": "level", "t": "t", "t2": "t2"}
Regression = LoglinearRegression | NegativeBinomialRegression


def _is_nb(i: Inputs) -> bool:
    return i.word("model", "poisson") in ("nb2", "nb", "negative-binomial")


def _given(i: Inputs) -> tuple[Any, Any, Any]:
    """Return counts, the time since the origin, and exposures where there are any."""
    rows = i.rows() if i.has_rows else None
    counts = np.array(i.take("count"), dtype=float)
    time = np.array(i.take("time", list(range(len(counts)))), dtype=float)
    exposure = (
        rows["exposure"].to_numpy(float) if rows is not None and "exposure" in rows else i.get("exposure")
    )
    return counts, time - float(i.get("origin", time.min())), exposure


def _curve(i: Inputs, degree: int | None = None) -> Regression:
    counts, time, exposure = _given(i)
    powers = range(1, (degree or int(i.get("degree", 1))) + 1)
    columns = pd.DataFrame({"t" if power == 1 else f"t{power}": time**power for power in powers})
    fit = negative_binomial_regression if _is_nb(i) else loglinear_regression
    return estimated(fit(counts, columns, exposure=exposure))


def _term(name: str) -> Answer:
    return lambda i: float(_curve(i).coefficients[_TERMS[name]])


def _terms(of: Any) -> Answer:
    def values(i: Inputs) -> dict[str, float]:
        fit = _curve(i)
        return {name: float(of(fit, term)) for name, term in _TERMS.items() if term in fit.coefficients.index}

    return values


def _error(fit: Regression, term: str) -> float:
    return math.sqrt(float(fit.covariance[term].loc[term]))


def _se(i: Inputs, name: str) -> float:
    return _error(_curve(i), _TERMS[name])


def _dispersion(i: Inputs) -> float:
    fit = _curve(i)
    return fit.pearson_chi2 / fit.degrees if isinstance(fit, NegativeBinomialRegression) else fit.dispersion


def _quasi_limits(i: Inputs, level: float) -> tuple[float, float]:
    fit = _curve(i)
    reach = float(stats.t(fit.degrees).ppf(0.5 + level / 2)) * math.sqrt(_dispersion(i)) * _error(fit, "t")
    slope = float(fit.coefficients["t"])
    return annual_percent_change(slope - reach), annual_percent_change(slope + reach)


def _slope_limits(i: Inputs, level: float) -> tuple[float, float]:
    fit = _curve(i)
    reach = float(stats.norm.ppf(0.5 + level / 2)) * _error(fit, "t")
    return float(fit.coefficients["t"]) - reach, float(fit.coefficients["t"]) + reach


def _apc_limits(i: Inputs, level: float) -> tuple[float, float]:
    lower, upper = _slope_limits(i, level)
    return annual_percent_change(lower), annual_percent_change(upper)


def _curve_test(i: Inputs) -> tuple[float, float]:
    """Return the likelihood ratio of the curve against the line, and its p."""
    if _is_nb(i):
        curve, line = _curve(i, 2), _curve(i, 1)
        assert isinstance(curve, NegativeBinomialRegression)
        assert isinstance(line, NegativeBinomialRegression)
        gained = 2 * (curve.log_likelihood - line.log_likelihood)
        return gained, float(stats.chi2.sf(gained, 1))
    counts, time, exposure = _given(i)
    found = estimated(curved_trend(counts, years=time.tolist(), exposure=exposure, origin=0)).test
    return found.statistic, found.p


def _nb(field: str) -> Answer:
    def value(i: Inputs) -> Any:
        fit = _curve(i)
        assert isinstance(fit, NegativeBinomialRegression)
        return getattr(fit, field)

    return value


def _pearson(i: Inputs) -> float:
    return _dispersion(i) * _curve(i).degrees


_LOG_OLS = "the logarithm of a count needs counts above 0: the Poisson log-linear model is used instead"
_WEIGHT = "no model is chosen by information criteria for one short series: the panel decides"
_HAC = "rejects a true null far too often on ten to fifteen years"

LOGLINEAR = Family(
    answers={
        "coef": _terms(lambda fit, term: fit.coefficients[term]),
        "se": _terms(_error),
        "slope": _term("t"),
        "apc": lambda i: annual_percent_change(_term("t")(i)),
        "deviance": lambda i: _curve(i).deviance,
        "pearson_chi2": _pearson,
        "df_resid": lambda i: _curve(i).degrees,
        "dispersion": _dispersion,
        "lrt_vs_linear": lambda i: _curve_test(i)[0],
        "lrt_p": lambda i: _curve_test(i)[1],
        "theta": _nb("theta"),
    },
    patterns={
        r"se_(const|t|t2)": _se,
        r"quasi_se_(const|t|t2)": lambda i, name: math.sqrt(_dispersion(i)) * _se(i, name),
    },
    limits={"apc_quasi_t": _quasi_limits, "slope": _slope_limits, "apc": _apc_limits},
    declined={
        "null_deviance|llf|aic|aicc|bic|delta_aicc_linear_minus_quad": _WEIGHT,
        "hac_nw1_se_t|hc0_se_t": _HAC,
        "profile_ci_t": "limits are those of the dispersion-adjusted test whose p is printed",
    },
    other_method=lambda i: _LOG_OLS if i.word("model") == "log-ols" else "",
    main="coef",
)

# ---- without a model


def _monotone(i: Inputs) -> MonotoneTrend:
    """Row order is order in time, so that the slope is per step."""
    values = i["x"] if "x" in i else i.take("value")
    return estimated(mann_kendall(values, level=i.level, fewest=3))


def _trend_field(field: str) -> Answer:
    return lambda i: getattr(_monotone(i), field)


def _sen(i: Inputs, level: float) -> tuple[float, float]:
    found = _monotone(Inputs({**i, "conf": level}, i.data))
    return found.sen_lower, found.sen_upper


_PETTITT = "its p is an approximation for continuous values: a break in counts is sought by the scan with a bootstrap p"

NONPARAMETRIC = Family(
    answers={
        "S": _trend_field("statistic"),
        "varS": _trend_field("variance"),
        **{key: _trend_field(key) for key in ("tau", "z", "p", "sen")},
        "p_normal": lambda i: min(1.0, 2 * float(stats.norm.sf(abs(_monotone(i).z)))),
    },
    limits={"sen": _sen},
    declined={"pettitt_.*": _PETTITT},
    main="p",
)

# ---- Firth


def _counts(i: Inputs) -> Any:
    return np.array(i.take("count"), dtype=float)


def _intercept(i: Inputs) -> float:
    counts = _counts(i)
    return float(firth_poisson(counts, np.ones((len(counts), 1))).coefficients[0])


def _model(i: Inputs, place: str) -> FirthFit:
    rows = i.rows()
    design = np.column_stack([np.ones(len(rows)), rows[i["models"][int(place) - 1]].to_numpy(dtype=float)])
    return firth_poisson(rows["count"], design, exposure=rows.get("exposure"))


_MEDIAN = (
    "one reduction of bias is enough where sizes are shown and limits are exact: Firth's, of the mean bias"
)

PENALISED = Family(
    answers={"coef": _intercept, "rate": lambda i: math.exp(_intercept(i))},
    patterns={
        r"m(\d+)_coef": lambda i, place: _model(i, place).coefficients,
        r"m(\d+)_se": lambda i, place: _model(i, place).errors,
    },
    declined={r"m\d+_median_coef": _MEDIAN},
    main="coef",
)

# ---- steps


def _step(i: Inputs) -> StepRegression:
    rows, season = i.rows(), None
    pairs = int(i.get("harmonics") or 0)
    if pairs:
        season = harmonic_columns(rows["month"].to_numpy(), period=int(i.get("period", 12)), pairs=pairs)
    if "time" not in rows:
        rows["time"] = np.arange(1.0, len(rows) + 1)
    origin = None
    if i.get("slope"):
        first = float(rows.loc[rows["step"] > 0, "time"].min())
        origin = float(i.get("slope_origin", first))
    return estimated(step_regression(rows, season=season, slope_origin=origin))


def _is_quasi(i: Inputs) -> bool:
    return "quasi" in i.word("family", "poisson")


def _factor(i: Inputs) -> float:
    return _step(i).fit.dispersion if _is_quasi(i) else 1.0


def _step_limits(i: Inputs, level: float) -> tuple[float, float]:
    return _step(i).fit.ratio(STEP, dispersion=_factor(i), level=level)[1:3]


def _f(i: Inputs) -> tuple[float, float]:
    """Return F of the change of slope, the dispersion 1 in the Poisson family, and its p."""
    found = _step(i)
    if _is_quasi(i):
        test = found.bend_test()
        return test.statistic, test.p
    statistic = found.bend_test(scattered=False).statistic
    return statistic, float(stats.f.sf(statistic, 1, found.fit.degrees))


def _coefficient(column: str) -> Answer:
    return lambda i: float(_step(i).fit.coefficients[column])


def _column_error(column: str) -> Answer:
    return lambda i: _step(i).fit.error(column, dispersion=_factor(i))


def _averted(field: str) -> Answer:
    return lambda i: getattr(_step(i).averted, field)


_CRITERIA = "the impact model is declared beforehand: none is chosen by an information criterion"
_NEWEY = "on ten to fifteen years it rejects a true null far too often: the dispersion carries the limits"
_REGRESSION = (
    "dispersion is Pearson's, pooled over the panel: a regression test on one short series has no power"
)

INTERRUPTED = Family(
    answers={
        "irr": lambda i: _step(i).fit.ratio(STEP)[0],
        "p": lambda i: _step(i).fit.ratio(STEP, dispersion=_factor(i))[3],
        "se": _column_error(STEP),
        "b_step": _coefficient(STEP),
        "b_time": _coefficient("time"),
        "se_time": _column_error("time"),
        "b_slope_change": _coefficient(BEND),
        "se_slope_change": _column_error(BEND),
        "trend_per_year": lambda i: math.exp(float(i.get("period", 12)) * _coefficient("time")(i)),
        "deviance": lambda i: _step(i).fit.deviance,
        "dispersion": lambda i: _step(i).fit.dispersion,
        "F": lambda i: _f(i)[0],
        "F_p": lambda i: _f(i)[1],
        "observed_post": _averted("observed"),
        "counterfactual_post": _averted("counterfactual"),
        "averted": _averted("averted"),
        "averted_percent": _averted("percent"),
    },
    limits={"": _step_limits, "irr": _step_limits},
    declined={
        "aic|poisson_aic": _CRITERIA,
        "hac.*": _NEWEY,
        "ct_nb.*": _REGRESSION,
        "ljungbox.*": "with so few points it finds nothing: the limits rest on the dispersion",
    },
    other_method=lambda i: _LOG_OLS if i.word("model") == "log-ols" else "",
    main="irr",
)

FAMILIES = {
    "trend_exact": EXACT,
    "trend_glm": LOGLINEAR,
    "nonparametric": NONPARAMETRIC,
    "penalised": PENALISED,
    "its": INTERRUPTED,
}
