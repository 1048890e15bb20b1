"""Answers of the functions that set provinces side by side, and what of that is left out on purpose and why.

Each answer is asked with a case's inputs, which also read the case's table (``table()``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from evalkit.estimation.capture_recapture import two_lists
from evalkit.estimation.control_limits import funnel_limits, overdispersion
from evalkit.estimation.controlled import controlled_change
from evalkit.estimation.expectation import expected_p
from evalkit.estimation.gamma_poisson import GammaPoisson, clayton_kaldor_moments, marshall_moments
from evalkit.estimation.heterogeneity import Heterogeneity, heterogeneity
from evalkit.estimation.multiplicity import adjust_tests
from evalkit.estimation.rates import garwood_interval
from evalkit.estimation.shrinkage import posterior
from evalkit.estimation.standardisation import standardise_directly
from evalkit.estimation.stratified import PooledRatio, pooled_ratio
from evalkit.estimation.synthetic import SyntheticControl, synthetic_control

Answer = Callable[[Any], Any]


def _one_count(rule: str) -> Answer:
    return lambda i: float(expected_p(i["count"], i["expected"])[rule])


# ---- scatter


def _scatter(i: Any) -> Heterogeneity:
    table = i.table()
    found = heterogeneity(table.rename(columns={"year": "province_code"}).assign(exposure=1.0))
    assert isinstance(found, Heterogeneity)
    return found


def _scattered(field: str) -> Answer:
    return lambda i: getattr(_scatter(i), field)


# ---- shrinkage


def _law(i: Any) -> tuple[pd.DataFrame, GammaPoisson]:
    """Marshall's moments for the case that names its columns, Clayton and Kaldor's for the other."""
    if "count" in i:
        given = i.table().rename(columns={i["count"]: "count", i["pop"]: "exposure"})
        return given, marshall_moments(given["count"].to_numpy(float), given["exposure"].to_numpy(float))
    given = i.table().rename(columns={"O": "count", "E": "exposure"})
    return given, clayton_kaldor_moments(given["count"].to_numpy(float), given["exposure"].to_numpy(float))


def _shrunken(pick: Callable[[Any, pd.DataFrame], Any]) -> Answer:
    def answer(i: Any) -> Any:
        given, law = _law(i)
        shapes, scales = posterior(given, law)
        return pick(shapes * scales, given)

    return answer


# ---- funnels


def _limit(side: int, level: float) -> Answer:
    return lambda i: float(funnel_limits(i["expected"], level=level, form="chi-square")[side])


def _count_limit(side: int, level: float) -> Answer:
    return lambda i: i["expected"] * float(funnel_limits(i["expected"], level=level)[side])


def _counties(pick: Callable[[pd.DataFrame], Any]) -> Answer:
    def answer(i: Any) -> Any:
        table = i.table()
        expected = table["births"] * table["sids"].sum() / table["births"].sum()
        below = expected_p(table["sids"], expected)["less"]
        return pick(pd.DataFrame({"below": below, "ratio": table["sids"] / expected}))

    return answer


def _spread(field: str) -> Answer:
    return lambda i: getattr(
        overdispersion(
            i["numerator"], i["denominator"], transform="log", trimming="truncate", share=i["trim"]
        ),
        field,
    )


def _sitting_on(side: int, level: float, *, as_ratio: bool) -> Answer:
    """Expected events at which a count sits on a limit: the count's own exact interval."""

    def answer(i: Any) -> Any:
        events = np.array(i["observed"], dtype=float)
        expected = garwood_interval(events, 1, level=level)[side]
        return 100 * events / expected if as_ratio else expected

    return answer


# ---- panels, before and after


def _pooled(i: Any) -> PooledRatio:
    if "table" in i:
        names = {"x1": "later", "x2": "earlier", "t1": "later_exposure", "t2": "earlier_exposure"}
        given = pd.DataFrame(i["table"]).rename(columns=names).reset_index(names="province_code")
    else:
        names = {"sids79": "later", "sids": "earlier", "births79": "later_exposure"}
        names |= {"births": "earlier_exposure", "county": "province_code"}
        given = i.table().rename(columns=names)
    found = pooled_ratio(given)
    assert isinstance(found, PooledRatio)
    return found


def _pool(field: str) -> Answer:
    return lambda i: getattr(_pooled(i), field)


def _controlled(field: str) -> Answer:
    return lambda i: getattr(
        controlled_change((i["treated_post"], i["treated_pre"]), (i["control_post"], i["control_pre"])), field
    )


def _synthetic(i: Any) -> SyntheticControl:
    names = {"State": "province_code", "Year": "year", "PacksPerCapita": "value"}
    panel = i.table().rename(columns=names)
    found = synthetic_control(panel, treated=i["treated"], first_year=i["first_treated_year"])
    assert isinstance(found, SyntheticControl)
    return found


# ---- standardisation


def _standardised(column: str, level: float = 0.95) -> Answer:
    def answer(i: Any) -> Any:
        given = i.table().rename(columns={"pop": "exposure", "stdpop": "standard"})
        columns = {"area": "area", "stratum": "ageband"}
        found = standardise_directly(given, **columns, scale=i["multiplier"], level=level, method="phe")
        return found[column].tolist()

    return answer


def _adjusted(rule: Any) -> Answer:
    return lambda i: adjust_tests(i["p"], rule=rule).frame["adjusted"]


ANSWERS: dict[str, dict[str, Answer]] = {
    "poisson_1samp": {
        "p_less": _one_count("less"),
        "p_greater": _one_count("greater"),
        "p_central": _one_count("central"),
        "p_minlike": _one_count("minlike"),
    },
    "dispersion": {
        "index_chi2": _scattered("chi2"),
        "df": _scattered("degrees"),
        "p": _scattered("chi2_p"),
        "deanB": _scattered("dean_b"),
        "deanB2": _scattered("dean_b_adjusted"),
        "nb_theta": lambda i: 1 / _scatter(i).alpha,
        "nb_theta_se": lambda i: _scatter(i).alpha_se / _scatter(i).alpha ** 2,
        "nb_mu": _scattered("rate"),
        "nb_llf": _scattered("log_likelihood"),
        "pois_llf": _scattered("poisson_log_likelihood"),
        "lr": _scattered("likelihood_ratio"),
        "lr_p_half": _scattered("likelihood_p"),
    },
    "empirical_bayes": {
        "a": lambda i: _law(i)[1].mean ** 2 * _law(i)[1].alpha,
        "b_m": lambda i: _law(i)[1].mean,
        "first5": _shrunken(lambda rates, _: rates[:5]),
        "min": _shrunken(lambda rates, _: rates.min()),
        "max": _shrunken(lambda rates, _: rates.max()),
        "sum_est_x_pop": _shrunken(lambda rates, given: rates @ given["exposure"]),
        "argmax_county": _shrunken(lambda rates, given: given["county"][rates.argmax()]),
        "zero_count_counties_est": _shrunken(lambda rates, given: rates[given["count"] == 0][:5]),
        "nu": lambda i: _law(i)[1].shape,
        "alpha": lambda i: _law(i)[1].shape / _law(i)[1].mean,
        "smthrr_first6": _shrunken(lambda rates, _: rates[:6]),
        "smthrr_last6": _shrunken(lambda rates, _: rates[-6:]),
    },
    "funnel": {
        "chisq_lower_95": _limit(0, 0.95),
        "chisq_upper_95": _limit(1, 0.95),
        "chisq_lower_998": _limit(0, 0.998),
        "chisq_upper_998": _limit(1, 0.998),
        "qpois_025": _count_limit(0, 0.95),
        "qpois_975": _count_limit(1, 0.95),
        "qpois_001": _count_limit(0, 0.998),
        "qpois_999": _count_limit(1, 0.998),
        "first5_pmap": _counties(lambda rows: rows["below"][:5]),
        "relrisk_first5": _counties(lambda rows: rows["ratio"][:5]),
        "n_below_0025": _counties(lambda rows: (rows["below"] < 0.025).sum()),
        "n_above_0975": _counties(lambda rows: (rows["below"] > 0.975).sum()),
        "z": _spread("z"),
        "n_used": _spread("used"),
        "phi": _spread("phi"),
        "tau2": _spread("tau2"),
        "lower_2s_expected": _sitting_on(1, 0.95, as_ratio=False),
        "lower_2s_isr": _sitting_on(1, 0.95, as_ratio=True),
        "lower_3s_isr": _sitting_on(1, 0.998, as_ratio=True),
    },
    "multiplicity": {
        "holm": _adjusted("holm"),
        "bh": _adjusted("benjamini-hochberg"),
        "by": _adjusted("benjamini-yekutieli"),
    },
    "panel": {
        "log_rr": _pool("log_ratio"),
        "rr": _pool("ratio"),
        "se_model": _pool("log_se"),
        "n_allzero": _pool("without_cases"),
        "deviance": _pool("deviance"),
        "mh_log": lambda i: float(np.log(_pooled(i).mantel_haenszel)),
        "mh_se": _pool("mantel_haenszel_se"),
        "glm_log": _pool("log_ratio"),
        "glm_se": _pool("log_se"),
    },
    "standardisation": {
        "area": _standardised("area"),
        "value": _standardised("value"),
        "lower95": _standardised("lower"),
        "upper95": _standardised("upper"),
        "lower998": _standardised("lower", 0.998),
        "upper998": _standardised("upper", 0.998),
    },
    "capture_recapture": {
        "N": lambda i: two_lists(i["n1"], i["n2"], both=i["m"]).total,
        "se": lambda i: two_lists(i["n1"], i["n2"], both=i["m"]).se,
    },
    "did": {
        "rrr": _controlled("ratio"),
        "lower": _controlled("wald_lower"),
        "upper": _controlled("wald_upper"),
        "se_log": _controlled("log_se"),
        "fisher_p": _controlled("p_minlike"),
        "fisher_or_cmle": _controlled("exact_ratio"),
        "fisher_lower": _controlled("lower"),
        "fisher_upper": _controlled("upper"),
    },
    "synthetic_control": {
        "sc": lambda i: _synthetic(i).effect,
        "did": lambda i: _synthetic(i).difference_in_differences,
        "sc_top_weights": lambda i: _synthetic(i).weights[:8],
    },
}

_CRITERION = "nothing is chosen by information criteria: the halved likelihood-ratio p is given"
_THIRD_TEST = "a third test of the same question as Dean's and the likelihood ratio, on the same counts"
_BISECTION = "PHE halves steps to seven digits, coarse at one event (by 4e-6, 5e-5); the kit is exact"
_NORMAL = "the kit's scatter of provinces is the gamma law, in closed form; no quadrature, no extra library"
_STAGGERED = "biased where programmes start in different years; its own case says so"

NOT_OFFERED: dict[str, dict[str, str]] = {
    "dispersion": {
        **dict.fromkeys(("nb_aic", "pois_aic"), _CRITERION),
        **dict.fromkeys(("ct1_z", "ct2_z"), _THIRD_TEST),
    },
    "funnel": {
        **dict.fromkeys(("upper_2s_expected", "upper_2s_isr", "upper_3s_isr"), _BISECTION),
    },
    "panel": dict.fromkeys(("coef_trt", "se_trt", "sd_subject"), _NORMAL),
    "did": {"coef": _STAGGERED},
    "synthetic_control": {
        "sdid": "its weights need a penalty that series of small counts cannot inform",
        "sc_top_states": "R stops before the optimum (misfit 1.6648; here 1.6564, where the last two have no weight)",
        "published_table1": "a table that holds the estimator not offered; the others are asked one by one",
    },
}

OTHER_METHODS: dict[str, dict[frozenset[str], str]] = {
    "panel": {frozenset({"coef_trt", "deviance"}): _NORMAL},
}


def add_to(
    answers: dict[str, dict[str, Answer]],
    refused: dict[str, dict[str, str]],
    others: dict[str, dict[frozenset[str], str]],
) -> None:
    """Put these answers, and these reasons, among those of all families."""
    for family, found in ANSWERS.items():
        answers.setdefault(family, {}).update(found)
    for family, reasons in NOT_OFFERED.items():
        refused.setdefault(family, {}).update(reasons)
    for family, methods in OTHER_METHODS.items():
        others.setdefault(family, {}).update(methods)
