"""Answers of the functions that set provinces side by side."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from evalkit.statistics.capture_recapture import HiddenTotal, two_lists
from evalkit.statistics.law.gamma_poisson import (
    GammaPoisson,
    clayton_kaldor_moments,
    gamma_poisson_ml,
    marshall_moments,
)
from evalkit.statistics.law.lognormal_rates import LogNormalRates, log_normal_rates
from evalkit.statistics.list_models import ListModel, fit_lists, list_cells
from evalkit.statistics.multiplicity import Rule, adjust_tests
from evalkit.statistics.panel.covariate_rates import CovariateRates, rates_given_covariates
from evalkit.statistics.panel.random_effects import PooledLogRatios, pool_log_ratios
from evalkit.statistics.provinces.heterogeneity import Heterogeneity, heterogeneity
from evalkit.statistics.provinces.shrinkage import posterior
from evalkit.statistics.stratified import PooledRatio, pooled_ratio
from tests.reference.families import Answer, Family, NotBuiltError, estimated
from tests.reference.shapes import Inputs


def named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with a code for each unit: its name, or its place."""
    codes = rows["unit"] if "unit" in rows else pd.Series(range(1, len(rows) + 1))
    return rows.assign(province_code=codes.astype(str))


# ---- scatter


def _scatter(i: Inputs) -> Heterogeneity:
    return _tested(json.dumps(i), i.data)


@cache
def _tested(inputs: str, data: Path) -> Heterogeneity:
    rows = named(Inputs(json.loads(inputs), data).rows())
    if "exposure" not in rows:
        rows["exposure"] = rows.get("expected", 1.0)
    return estimated(heterogeneity(rows))


def _scattered(field: str) -> Answer:
    return lambda i: getattr(_scatter(i), field)


def _theta(i: Inputs) -> float:
    alpha = _scatter(i).alpha
    return 1 / alpha if alpha > 0 else math.inf


def _nb_mean(i: Inputs) -> float:
    rows = i.rows()
    exposure = rows["exposure"].to_numpy(float) if "exposure" in rows else np.ones(len(rows))
    return gamma_poisson_ml(rows["count"].to_numpy(float), exposure).mean


DISPERSION = Family(
    answers={
        "index_chi2": _scattered("chi2"),
        "chi2": _scattered("chi2"),
        "df": _scattered("degrees"),
        "p": _scattered("chi2_p"),
        "deanB": _scattered("dean_b"),
        "deanB2": _scattered("dean_b_adjusted"),
        "nb_theta": _theta,
        "theta": _theta,
        "nb_theta_se": lambda i: _scatter(i).alpha_se * _theta(i) ** 2,
        "theta_se": lambda i: _scatter(i).alpha_se * _theta(i) ** 2,
        "nb_mu": _nb_mean,
        "nb_llf": _scattered("log_likelihood"),
        "pois_llf": _scattered("poisson_log_likelihood"),
        "lr": _scattered("likelihood_ratio"),
        "lr_p_half": _scattered("likelihood_p"),
        "overall_rate": _scattered("rate"),
        "pearson_dispersion": lambda i: _scatter(i).chi2 / _scatter(i).degrees,
    },
    declined={
        "nb_aic|pois_aic": "nothing is chosen by information criteria: the halved likelihood-ratio p is given",
        "ct1_z|ct2_z": "a third test of the same question as Dean's and the likelihood ratio, on the same counts",
    },
    main="chi2",
)


# ---- shrinkage


@dataclass(frozen=True, eq=False)
class _Shrunken:
    """Rows, and what was estimated of them; ``law`` is missing where covariates or a log-normal law are asked."""

    rows: pd.DataFrame
    exposure: Any
    means: Any
    medians: Any
    law: GammaPoisson | None = None
    regression: CovariateRates | None = None
    log_normal: LogNormalRates | None = None


def _asked_law(i: Inputs) -> str:
    return i.word("law") or i.word("model", "marshall")


@cache
def _estimates(inputs: str, data: Path) -> _Shrunken:
    i = Inputs(json.loads(inputs), data)
    rows = i.rows()
    counts = rows["count"].to_numpy(float)
    lived = rows["expected" if "expected" in rows else "exposure"].to_numpy(float)
    if i.word("scale") == "relative" and "expected" not in rows:
        lived = lived * counts.sum() / lived.sum()
    law = _asked_law(i)
    if law == "log-normal":
        found = log_normal_rates(counts, lived)
        return _Shrunken(rows, lived, np.exp(found.log_risks), np.exp(found.log_risks), log_normal=found)
    if i.get("covariates"):
        columns = pd.DataFrame({str(at): _covariate(rows, one) for at, one in enumerate(i["covariates"])})
        regression = estimated(rates_given_covariates(counts, lived, columns))
        return _Shrunken(rows, lived, regression.rate, regression.median, regression=regression)
    fit = {"gamma-moments": clayton_kaldor_moments, "gamma-ml": gamma_poisson_ml}.get(law, marshall_moments)
    return _by_law(rows, counts, lived, fit(counts, lived))


def _by_law(rows: pd.DataFrame, counts: Any, lived: Any, law: GammaPoisson) -> _Shrunken:
    if math.isinf(law.shape):
        return _Shrunken(rows, lived, np.full(len(rows), law.mean), np.full(len(rows), law.mean), law)
    shapes, scales = posterior(pd.DataFrame({"count": counts, "exposure": lived}), law)
    return _Shrunken(rows, lived, shapes * scales, stats.gamma.ppf(0.5, shapes, scale=scales), law)


def _covariate(rows: pd.DataFrame, told: dict[str, Any]) -> Any:
    return (rows[told["column"]].to_numpy(float) / float(told.get("divide", 1))) ** float(
        told.get("power", 1)
    )


def _shrunken(i: Inputs) -> _Shrunken:
    return _estimates(json.dumps(i), i.data)


def _law(i: Inputs) -> GammaPoisson:
    found = _shrunken(i).law
    if found is None:
        raise NotBuiltError
    return found


def _shape(i: Inputs) -> float:
    regression = _shrunken(i).regression
    return _law(i).shape if regression is None else regression.shape


def _beta(i: Inputs) -> list[float]:
    regression = _shrunken(i).regression
    return [math.log(_law(i).mean)] if regression is None else regression.coefficients.tolist()


def _log_normal(i: Inputs) -> LogNormalRates:
    found = _shrunken(i).log_normal
    if found is None:
        raise NotBuiltError
    return found


def _largest(i: Inputs, column: str) -> Any:
    found = _shrunken(i)
    names = found.rows[column if column in found.rows else "unit"]
    return names.iloc[int(np.argmax(found.means))]


def _of_zeros(i: Inputs) -> Any:
    found = _shrunken(i)
    return found.means[(found.rows["count"] == 0).to_numpy()][:5]


EMPIRICAL_BAYES = Family(
    answers={
        "a": lambda i: _law(i).mean ** 2 * _law(i).alpha,
        "b_m": lambda i: _law(i).mean,
        "mean": lambda i: _law(i).mean,
        "nu": _shape,
        "shape": _shape,
        "alpha": lambda i: _law(i).shape / _law(i).mean,
        "beta": _beta,
        **dict.fromkeys(("", "est", "rr", "smthrr"), lambda i: _shrunken(i).means),
        "rrmed": lambda i: _shrunken(i).medians,
        "min": lambda i: _shrunken(i).means.min(),
        "max": lambda i: _shrunken(i).means.max(),
        "sum_est_x_pop": lambda i: _shrunken(i).means @ _shrunken(i).exposure,
        "phi": lambda i: _log_normal(i).mean,
        "sigma2": lambda i: _log_normal(i).variance,
        "log_rr": lambda i: _log_normal(i).log_risks,
    },
    patterns={r"argmax_(\w+)": _largest, r"zero_count_\w+_est": _of_zeros},
    main="rr",
)

# ---- many tests

_RULES: dict[str, Rule] = {"holm": "holm", "bh": "benjamini-hochberg", "by": "benjamini-yekutieli"}


def _adjusted(i: Inputs, rule: str) -> Any:
    return estimated(adjust_tests(i["p"], rule=_RULES[rule])).frame["adjusted"]


MULTIPLICITY = Family(
    answers={},
    patterns={
        r"(holm|bh|by)": _adjusted,
        r"n_(holm|bh|by)_0(\d+)": lambda i, rule, share: (_adjusted(i, rule) < float(f"0.{share}")).sum(),
    },
    main="holm",
)

# ---- before and after

_FIGURES = {"x1": "later", "x2": "earlier", "t1": "later_exposure", "t2": "earlier_exposure"}


def _before_and_after(i: Inputs) -> pd.DataFrame:
    rows = named(i.rows().rename(columns={} if "later" in i.rows() else _FIGURES))
    for exposure in ("later_exposure", "earlier_exposure"):
        if exposure not in rows:
            rows[exposure] = 1.0
    return rows


def _pooled(i: Inputs) -> PooledRatio:
    if i.word("model") in ("gee", "meta"):
        raise NotBuiltError
    return estimated(pooled_ratio(_before_and_after(i), level=i.level))


def _random_effects(i: Inputs) -> PooledLogRatios:
    rows = _before_and_after(i)
    exposures = {name: rows[name] for name in ("later_exposure", "earlier_exposure")}
    return estimated(pool_log_ratios(rows["later"], rows["earlier"], **exposures, level=i.level))


def _by_random_effects(i: Inputs, method: str, field: str) -> float:
    found = _random_effects(i)
    mean = found.moments if method == "dl" else found.likelihood
    return {"est": mean.estimate, "se": mean.error, "tau2": mean.variance}[field]


def _knapp_hartung(i: Inputs, level: float) -> tuple[float, float]:
    found = _random_effects(Inputs({**i, "conf": level}, i.data))
    return found.lower, found.upper


def _pool(field: str) -> Answer:
    return lambda i: getattr(_pooled(i), field)


def _pool_limits(i: Inputs, level: float) -> tuple[float, float]:
    found = _pooled(Inputs({**i, "conf": level}, i.data))
    return found.lower, found.upper


_NORMAL = "the kit's scatter of provinces is the gamma law, in closed form; no quadrature, no extra library"

PANEL = Family(
    answers={
        **dict.fromkeys(("log_rr", "glm_log"), _pool("log_ratio")),
        **dict.fromkeys(("se_model", "glm_se"), _pool("log_se")),
        "rr": _pool("ratio"),
        "p": _pool("p"),
        "n_allzero": _pool("without_cases"),
        "deviance": _pool("deviance"),
        "mh_log": lambda i: math.log(_pooled(i).mantel_haenszel),
        "mh_rr": _pool("mantel_haenszel"),
        "mh_se": _pool("mantel_haenszel_se"),
        "yi": lambda i: _random_effects(i).log_ratios,
        "vi": lambda i: _random_effects(i).variances,
        "Q": lambda i: _random_effects(i).q,
        "I2": lambda i: _random_effects(i).i_squared,
    },
    patterns={r"(dl|reml)_(est|se|tau2)": _by_random_effects},
    limits={"rr": _pool_limits, "hk": _knapp_hartung},
    other_method=lambda i: _NORMAL if i.word("model") == "glmm" else "",
    declined={"coef_trt|se_trt|sd_subject": _NORMAL},
    main="rr",
)


# ---- lists


def _two(i: Inputs) -> HiddenTotal:
    return estimated(two_lists(i["n1"], i["n2"], both=i["m"], fewest=1, level=i.level))


def _several(i: Inputs) -> ListModel:
    lists, rows = list(i["lists"]), i.rows()
    cells = list_cells(rows[[*lists, "count"]], lists)
    return estimated(fit_lists(cells, lists, interactions=i.get("interactions") or ()))


def _seen(i: Inputs) -> float:
    if not i.has_rows:
        return _two(i).seen
    lists = list(i["lists"])
    return float(list_cells(i.rows()[[*lists, "count"]], lists)["count"].sum())


def _all(i: Inputs) -> float:
    return _several(i).total if i.has_rows else _two(i).total


def _of_model(field: str) -> Answer:
    def value(i: Inputs) -> Any:
        if not i.has_rows:
            raise NotBuiltError
        return getattr(_several(i), field)

    return value


def _hidden_limits(i: Inputs, level: float) -> tuple[float, float]:
    if i.has_rows:
        raise NotBuiltError
    found = _two(Inputs({**i, "conf": level}, i.data))
    return found.lower, found.upper


CAPTURE = Family(
    answers={
        "N": _all,
        "se": lambda i: _two(i).se,
        "observed": _seen,
        "hidden": lambda i: _all(i) - _seen(i),
        **{field: _of_model(field) for field in ("deviance", "df", "aic")},
    },
    limits={"N": _hidden_limits},
    main="N",
)

FAMILIES = {
    "dispersion": DISPERSION,
    "empirical_bayes": EMPIRICAL_BAYES,
    "multiplicity": MULTIPLICITY,
    "panel": PANEL,
    "capture_recapture": CAPTURE,
}
