"""Answers of interruption, nonparametric and penalised methods, and what of these families is left out and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from evalkit.estimation.loglinear_regression import LoglinearRegression, loglinear_regression
from evalkit.estimation.nonparametric import MonotoneTrend, mann_kendall
from evalkit.estimation.penalised import firth_group_rate, firth_poisson
from evalkit.estimation.season import harmonic_columns

Answer = Callable[[Any], Any]


def _step(i: Any) -> tuple[LoglinearRegression, str]:
    """Return the fit of a case's formula and the name of its step."""
    table = i.table()
    outcome, step = i["formula"].split(" + ")[0].split(" ~ ")
    columns = table[[step, "time"]]
    if "harmonic" in i["formula"]:
        columns = columns.join(harmonic_columns(table["month"].to_numpy(), period=12, pairs=2))
    fit = loglinear_regression(table[outcome], columns, exposure=table.get("stdpop"))
    assert fit is not None
    return fit, step


def _scatter(i: Any) -> float:
    """Return the variance factor a case asks for: as found in quasi-Poisson cases, even below 1, else none."""
    return _step(i)[0].dispersion if "quasi" in i.method else 1.0


def _irr(place: int) -> Answer:
    def value(i: Any) -> float:
        fit, step = _step(i)
        return fit.ratio(step, dispersion=_scatter(i))[place]

    return value


def _error(i: Any) -> float:
    fit, step = _step(i)
    return fit.error(step, dispersion=_scatter(i))


def _trend(field: str) -> Answer:
    def value(i: Any) -> float:
        found = mann_kendall(i["x"])
        assert isinstance(found, MonotoneTrend)
        return getattr(found, field)

    return value


ANSWERS: dict[str, dict[str, Answer]] = {
    "its": {
        "irr": _irr(0),
        "lower": _irr(1),
        "upper": _irr(2),
        "se": _error,
        "b_time": lambda i: _step(i)[0].coefficients["time"],
        "deviance": lambda i: _step(i)[0].deviance,
        "dispersion": lambda i: _step(i)[0].dispersion,
    },
    "nonparametric": {
        "S": _trend("statistic"),
        "varS": _trend("variance"),
        "tau": _trend("tau"),
        "z": _trend("z"),
        "p": _trend("p"),
        "sen": _trend("sen"),
        "sen_lower": _trend("sen_lower"),
        "sen_upper": _trend("sen_upper"),
    },
    "penalised": {
        "coef": lambda i: firth_poisson(i["counts"], np.ones((len(i["counts"]), 1))).coefficients[0],
        "rate": lambda i: firth_group_rate(sum(i["counts"]), len(i["counts"])),
    },
}

_CRITERIA = "the impact model is declared beforehand: none is chosen by an information criterion"
_HAC = "on ten to fifteen years it rejects a true null far too often: the dispersion carries the limits"
_REGRESSION = (
    "dispersion is Pearson's, pooled over the panel: a regression test on one short series has no power"
)
_PETTITT = "its p is an approximation for continuous values: a break in counts is sought by the scan with a bootstrap p"

NOT_OFFERED: dict[str, dict[str, str]] = {
    "its": {
        **dict.fromkeys(("aic", "poisson_aic"), _CRITERIA),
        "hac12_se": _HAC,
        **dict.fromkeys(("ct_nb1_z", "ct_nb1_alpha", "ct_nb2_z"), _REGRESSION),
    },
    "nonparametric": dict.fromkeys(("pettitt_K", "pettitt_k", "pettitt_p"), _PETTITT),
}
