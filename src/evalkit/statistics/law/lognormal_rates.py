"""How the true risks of provinces scatter about their mean: a log-normal law, beside the gamma law that pages use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evalkit.errors import EvalkitError
from evalkit.statistics.counts import Numbers, whole_counts

ROUNDS = 100_000
SETTLED = 1e-13
NO_SCATTER = 1e-4  # a variance this small and still falling runs to 0, ever more slowly


@dataclass(frozen=True, slots=True)
class LogNormalRates:
    """A log-normal law of risks, and each province's risk drawn towards its mean.

    Attributes
    ----------
    mean, variance : float
        Of the logarithm of the risks; ``variance`` is 0 where chance explains all of their scatter.
    log_risks : ndarray
        The provinces' own, shrunken.
    """

    mean: float
    variance: float
    log_risks: Numbers


def log_normal_rates(counts: ArrayLike, expected: ArrayLike) -> LogNormalRates:
    """Fit a log-normal law of risks by the EM steps of Clayton and Kaldor, until it settles.

    Parameters
    ----------
    counts, expected : array-like of float
        Events, and positive exposures or expected events; no missing values, at least two provinces.

    Raises
    ------
    FactsError
        If a count is negative or not whole.
    EvalkitError
        If the steps do not settle.

    Notes
    -----
    The Poisson likelihood is taken as normal in the logarithm about log((count + 1/2) / expected), which zeros pass. R's
    ``DCluster::lognormalEB`` takes the same steps but stops after 20.

    References
    ----------
    Clayton and Kaldor (1987), Biometrics 43, 671-681.

    Examples
    --------
    >>> found = log_normal_rates([0, 3, 9, 2, 1, 22], [1.3, 2.4, 2.9, 3.1, 3.8, 4.4])
    >>> round(found.mean, 2), round(found.variance, 2), found.log_risks.round(2).tolist()
    (0.27, 0.88, [-0.41, 0.24, 1.04, -0.2, -0.6, 1.55])
    """
    cases = whole_counts(np.asarray(counts, dtype=float), where="log-normal law of rates") + 0.5
    logs = np.log(cases / np.asarray(expected, dtype=float))
    mean, variance = float(logs.mean()), float(logs.var(ddof=1))
    for _ in range(ROUNDS):
        before, pull = (mean, variance), 1 + cases * variance
        risks = (mean + cases * variance * logs - variance / 2) / pull
        mean = float(risks.mean())
        variance = float((variance * (1 / pull).sum() + ((risks - mean) ** 2).sum()) / len(risks))
        if max(abs(mean - before[0]), abs(variance - before[1])) < SETTLED:
            return LogNormalRates(mean, variance, risks)
        if variance < NO_SCATTER:
            return _pooled(cases, logs)
    raise EvalkitError(
        where="log-normal law of rates",
        rule="the steps must settle",
        do="use the gamma law",
    )


def _pooled(cases: Numbers, logs: Numbers) -> LogNormalRates:
    """Return the one risk of all, to which the steps lead as the variance vanishes."""
    mean = float((cases @ logs - len(logs) / 2) / cases.sum())
    return LogNormalRates(mean, 0.0, np.full(len(logs), mean))
