"""The law of scatter of one place, wider where its own years scatter more than the panel's, and that of a sum of places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from evalkit.statistics.counts import Numbers
from evalkit.statistics.law.hidden_counts import HiddenCounts
from evalkit.statistics.law.law_of_panel import panel_law
from evalkit.statistics.law.scatter import ScatterLaw
from evalkit.statistics.law.yearly_panel import YearlyPanel, yearly_panel

PRIOR_YEARS = 4.0  # how many years' worth the panel's law counts for beside the nation's own series


def place_laws(panel: pd.DataFrame, law: ScatterLaw, *, threshold: int = 5) -> dict[str, ScatterLaw]:
    """Return the law of each place: the panel's, wider where the place's own years scatter more than that.

    Parameters
    ----------
    panel, threshold
        As in :func:`~evalkit.statistics.law.law_of_panel.panel_law`.
    law : ScatterLaw
        Of the panel.

    Returns
    -------
    dict
        Place to its law, for places whose own scatter, shrunken to the panel's, is the larger; the others have the panel's.

    Notes
    -----
    Each place's Pearson chi-square over its degrees of freedom is drawn towards 1 by how much less such ratios differ than
    chance alone would make them differ (from the fourth moment of the law).

    References
    ----------
    Smyth (2004), Stat. Appl. Genet. Mol. Biol. 3, art. 3 (shrunken variances); Efron and Morris (1973), J. Am. Stat. Assoc. 68, 117-130.

    Examples
    --------
    >>> cells = [(code, year, 5 + (year * place) % 7) for place, code in enumerate("ABCDE", 1) for year in range(2010, 2022)]
    >>> panel = pd.DataFrame(cells, columns=["province_code", "year", "count"])
    >>> place_laws(panel, panel_law(panel))
    {}
    """
    series = yearly_panel(panel).telling()
    if not law.is_known or not series.codes:
        return {}
    ratio, chance = _own_scatter(series, law, threshold)
    between = max(0.0, float(np.mean((ratio - 1) ** 2 - chance)))
    own = 1 + (ratio - 1) * between / (between + chance)
    return {
        code: replace(law, own=round(float(factor), 4))
        for code, factor in zip(series.codes, own, strict=True)
        if factor > 1
    }


def law_of_sum(law: ScatterLaw, means: ArrayLike, own: pd.DataFrame, *, threshold: int = 5) -> ScatterLaw:
    """Return the law of a sum of places, such as the nation: its variance is the sum of theirs.

    Parameters
    ----------
    law : ScatterLaw
        Of each place.
    means : array-like of float
        Yearly means of the places.
    own : DataFrame
        The yearly counts of the sum itself, as :func:`~evalkit.statistics.law.law_of_panel.panel_law` takes them: from 8 years on they widen the law where they
        scatter more, because places may rise and fall together; and they alone tell it where the places' law is unknown.
    threshold : int
        As in :func:`~evalkit.statistics.law.law_of_panel.panel_law`.

    Examples
    --------
    >>> law = ScatterLaw("quadratic", 2.0, 0.4, series=34, cells=340, degrees=272, p=0.0)
    >>> none = pd.DataFrame(columns=["province_code", "year", "count"])
    >>> round(law_of_sum(law, [10.0, 10.0, 10.0, 10.0], none).alpha, 3)
    0.1
    """
    alone = panel_law(own, threshold=threshold) if len(own) else ScatterLaw.unknown()
    if not law.is_known:
        return alone
    share = np.asarray(means, dtype=float) / max(float(np.sum(means)), 1e-9)
    summed = replace(law, alpha=law.alpha * float(share @ share), own=1.0)
    if not alone.is_known:
        return summed
    ratio, _ = _own_scatter(yearly_panel(own).telling(), summed, threshold)
    degrees = float(alone.degrees)
    return replace(summed, own=max(1.0, (PRIOR_YEARS + degrees * float(ratio[0])) / (PRIOR_YEARS + degrees)))


def _own_scatter(series: YearlyPanel, law: ScatterLaw, threshold: int) -> tuple[Numbers, Numbers]:
    """Return each series' scatter over what the law expects, and the variance of that ratio by chance."""
    mean, squared = HiddenCounts(series, threshold).squares(law.alpha)
    plain = replace(law, own=1.0)
    degrees, level = series.degrees, np.nanmean(mean, axis=1)
    factor = np.maximum(1.0, 1 + law.alpha * mean if law.form == "quadratic" else law.phi)
    spread = np.array([plain.alpha_at(one) for one in level.tolist()])
    ratio = (
        np.nansum(squared / (factor * mean), axis=1)
        / degrees
        * series.pearson_divisor(law.alpha_at(float(level.mean())))
    )
    kurtosis = 6 * spread + 1 / (level * (1 + spread * level))
    return ratio, (2 + kurtosis) / degrees
