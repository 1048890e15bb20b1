"""Which of the six DAC criteria there is evidence for, and which indicators give it."""

from __future__ import annotations

import pandas as pd

from evalkit.programme.models import CRITERIA, Programme

COLUMNS = [
    *("criterion", "indicator", "indicator_id", "level", "three_p", "estimates", "suppressed"),
    *("first", "last", "has_evidence"),
]


def dac_view(estimates: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return for each criterion the indicators that speak of it, and whether the facts hold any evidence.

    Parameters
    ----------
    estimates : DataFrame
        As :func:`evalkit.indicators.estimates.estimate_indicators` returns it, for one place.
    programme : Programme

    Returns
    -------
    DataFrame, one row per criterion and indicator, in the order of OECD-DAC (2019)
        ``criterion``; ``indicator``, ``indicator_id``, ``level``, ``three_p`` ("" where a criterion has no indicator);
        ``estimates`` and ``suppressed`` (number of estimates with a value, or with counts too small for one, and of hidden ones);
        ``first``, ``last`` (datetime, of the periods with such figures); ``has_evidence``. Every criterion has at least one row.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> none = pd.DataFrame(columns=["indicator", "status", "flag", "period_start", "period_end"])
    >>> view = dac_view(none, load_programme("vn-trafficking"))
    >>> view["criterion"].unique().tolist(), bool(view["has_evidence"].any())
    (['relevance', 'coherence', 'effectiveness', 'efficiency', 'impact', 'sustainability'], False)
    """
    rows = [row for criterion in CRITERIA for row in _indicators_of(criterion, programme)]
    too_few = estimates["status"].eq("not_estimable") & estimates["flag"].str.contains("small_base")
    made = estimates[estimates["status"].eq("estimated") | too_few.astype(bool)].groupby("indicator")
    told = made.agg(estimates=("status", "size"), first=("period_start", "min"), last=("period_end", "max"))
    hidden = estimates[estimates["status"] == "suppressed"].groupby("indicator").size().rename("suppressed")
    table = pd.DataFrame(rows).join(told, on="indicator").join(hidden, on="indicator")
    counts = {name: table[name].fillna(0).astype(int) for name in ("estimates", "suppressed")}
    return table.assign(**counts, has_evidence=counts["estimates"] > 0)[COLUMNS]


def _indicators_of(criterion: str, programme: Programme) -> list[dict[str, str]]:
    found = [
        {
            "criterion": criterion,
            "indicator": name,
            "indicator_id": indicator.id,
            "level": indicator.level,
            "three_p": indicator.three_p or "",
        }
        for name, indicator in programme.indicators.items()
        if indicator.criterion == criterion
    ]
    return found or [
        dict.fromkeys(("indicator", "indicator_id", "level", "three_p"), "") | {"criterion": criterion}
    ]
