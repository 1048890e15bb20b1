"""What may be expected of a hidden count: from the range that the figures shown leave to it, and from the rule that hid it.

Small counts are hidden always, larger ones sometimes, so that no small one follows by subtraction. To take the hidden ones
for figures missing at random would make years scatter too much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.yearly_panel import YearlyPanel, expected_counts

LARGEST = 2000  # no count beyond is tried
ROUNDS = 40
CLOSE = 1e-3
NO_ALPHA = 1e-8


@dataclass(slots=True)
class HiddenCounts:
    """Means of all series with hidden counts filled in by expectation: kept from one alpha tried to the next.

    Attributes
    ----------
    panel : YearlyPanel
    threshold : int
        Counts from 1 to one less are always hidden.
    mean : ndarray or None
        What the trends expect of each year; None before the first fit.
    share : float
        Share of the counts from the threshold on that were hidden too.
    """

    panel: YearlyPanel
    threshold: int
    mean: Numbers | None = None
    share: float = 0.2

    def squares(self, alpha: float) -> tuple[Numbers, Numbers]:
        """Return the expected counts of all years and the expected squared distances from them.

        Parameters
        ----------
        alpha : float
            Negative binomial dispersion under which a hidden count is expected.

        Returns
        -------
        mean, squared : ndarray
            Missing where there is no figure.

        References
        ----------
        Dempster, Laird and Rubin (1977), J. R. Stat. Soc. B 39, 1-38.

        Examples
        --------
        >>> import pandas as pd
        >>> from evalkit.statistics.law.yearly_panel import yearly_panel
        >>> frame = pd.DataFrame({"province_code": "97", "year": range(2015, 2022), "count": [8, 7, 5, 6, 9, 3, 3]})
        >>> frame["status"] = frame["count"].lt(5).map({True: "suppressed", False: "reported"})
        >>> mean, squared = HiddenCounts(yearly_panel(frame), threshold=5).squares(0.0)
        >>> mean.round(1).tolist()
        [[8.2, 7.2, 6.4, 5.7, 5.0, 4.4, 3.9]]
        """
        panel, hidden = self.panel, self.panel.hidden
        counts = panel.counts.copy()
        if not hidden.any():
            if self.mean is None:
                self.mean = expected_counts(panel, counts)
            return self.mean, (counts - self.mean) ** 2
        if self.mean is None:
            counts[hidden] = np.minimum(panel.high[hidden], self.threshold / 2)
            self.mean = expected_counts(panel, counts)
        shown = float((panel.counts >= self.threshold).sum())
        for _ in range(ROUNDS):
            before = self.mean
            counts[hidden], _, large = self._moments(before, alpha)
            self.mean = expected_counts(panel, counts)
            share = large / max(large + shown, NO_ALPHA)
            moved = max(
                float(np.nanmax(np.abs(self.mean - before) / (before + 0.1))), abs(share - self.share)
            )
            self.share = share
            if moved < CLOSE:
                break
        first, second, _ = self._moments(self.mean, alpha)
        squared, at = (panel.counts - self.mean) ** 2, self.mean[hidden]
        squared[hidden] = second - 2 * at * first + at**2
        return self.mean, squared

    def _moments(self, mean: Numbers, alpha: float) -> tuple[Numbers, Numbers, float]:
        """Return mean and mean square of each hidden count, and how many of them are expected to be large."""
        panel, at = self.panel, mean[self.panel.hidden][:, None]
        low, high = panel.low[panel.hidden][:, None], panel.high[panel.hidden][:, None]
        most = min(float(high.max()), LARGEST, 60 + 6 * float(at.max()) * (1 + alpha**0.5))
        count = np.arange(max(most, float(low.max())) + 1)[None, :]
        inside = (count >= np.maximum(low, np.minimum(1, high))) & (count <= np.maximum(high, low))
        weight = np.where(count >= self.threshold, np.log(max(self.share, NO_ALPHA)), 0.0)
        chance = np.where(inside, _log_chance(count, at, alpha) + weight, -np.inf)
        chance = np.exp(chance - chance.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        large = float((chance * (count >= self.threshold)).sum())
        return (chance * count).sum(axis=1), (chance * count**2).sum(axis=1), large


def _log_chance(count: Numbers, mean: Numbers, alpha: float) -> Numbers:
    """Return the logarithm of the negative binomial probability, up to what does not depend on the count."""
    if alpha < NO_ALPHA:
        return np.asarray(count * np.log(mean) - special.gammaln(count + 1))
    size = 1 / alpha
    gammas = special.gammaln(count + size) - special.gammaln(count + 1)
    return np.asarray(gammas + count * np.log(mean / (size + mean)))
