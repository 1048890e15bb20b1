"""THE table of kinds: what each kind of indicator is made of, how its value and limits are found, and how it is read.

A new kind is one record here, and one formula in :mod:`evalkit.indicators.formulas` where none of those there fits.

========================  ==========================================================================  ======================
kind                      value                                                                       limits
========================  ==========================================================================  ======================
count                     the figure itself                                                           exact Poisson; none for
                                                                                                      outputs
rate                      events over person-years, times ``scale``                                   exact Poisson
proportion                a part of its base, never above it                                          Wilson
period_ratio              two totals of one period; carry-over may lift it above 100 %                none
per_thousand              events over activities (visits, calls), times ``scale``                     exact Poisson
mean                      an amount over a number of persons or cases                                 none
share_of_shares           a share over another share: 1 means in proportion                           none
change                    this period against the one before it, in percent                           exact conditional
median_days               days between two stages, the median as the agency reports it                none
conversion                a later stage over an earlier one: of one cohort, or of yearly totals       Wilson for a cohort
carried_over              what was not new, of all that was handled                                   Wilson
consistency               one holder's figure over another's for the same persons                     none
========================  ==========================================================================  ======================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "count",
    "rate",
    "proportion",
    "period_ratio",
    "per_thousand",
    "mean",
    "share_of_shares",
    "change",
    "median_days",
    "conversion",
    "carried_over",
    "consistency",
]
Parts = Literal["figure", "person_years", "base", "period_before", "files"]
Formula = Literal["events", "share", "ratio", "amount", "share_of_shares", "change", "as_reported"]
Said = Literal["", "small_number", "small_base"]


@dataclass(frozen=True, slots=True)
class KindRule:
    """What holds for every indicator of a kind.

    Attributes
    ----------
    parts : str
        What stands below the line: nothing (``figure``), ``person_years``, a reported ``base``, the same figure of the
        ``period_before``, or nothing but a number of ``files`` that tells how much a median rests on.
    formula : str
        How value and limits follow from the parts. A conversion of one cohort is a ``share`` all the same.
    unit : str
        ``{above}`` and ``{below}`` are the units of the two measures; "" for percent, or whatever ``scale`` says.
    method : str
        The name of the method where the formula serves several kinds.
    in_percent : bool
        Whether the value is a percentage with nothing said about its sign.
    sums : bool
        Whether the value of several years follows from the sums of its parts.
    warns : str
        The flag of a value that rests on little: few events, or a base under the indicator's ``min_base``.
    any_place_basis : bool
        Whether its two parts may be counted at different places: visits, or another holder's figure.
    """

    parts: Parts
    formula: Formula
    unit: str = ""
    method: str = ""
    in_percent: bool = False
    sums: bool = True
    warns: Said = "small_base"
    any_place_basis: bool = False


KINDS: dict[Kind, KindRule] = {
    "count": KindRule("figure", "events", "{above}", warns=""),
    "rate": KindRule("person_years", "events", "per {scale:.0f} person-years", warns="small_number"),
    "proportion": KindRule("base", "share", in_percent=True),
    "period_ratio": KindRule(
        "base", "ratio", method="ratio of yearly totals with carry-over", in_percent=True
    ),
    "per_thousand": KindRule(
        "base", "events", "per {scale:.0f} {below}", warns="small_number", any_place_basis=True
    ),
    "mean": KindRule(
        "base",
        "amount",
        "{above} per {below}",
        method="amount over number, as reported",
        any_place_basis=True,
    ),
    "share_of_shares": KindRule(
        "base", "share_of_shares", "ratio", method="share over share, as reported", sums=False, warns=""
    ),
    "change": KindRule(
        "period_before",
        "change",
        "percent",
        method="exact conditional comparison of two periods",
        sums=False,
        warns="",
    ),
    "median_days": KindRule(
        "files", "as_reported", "{above}", method="median as the agency reports it", sums=False
    ),
    "conversion": KindRule("base", "ratio", method="ratio of yearly totals of two stages", in_percent=True),
    "carried_over": KindRule("base", "share", in_percent=True),
    "consistency": KindRule(
        "base",
        "ratio",
        method="two holders' figures side by side",
        in_percent=True,
        sums=False,
        any_place_basis=True,
    ),
}
WITHOUT_BASE = tuple(
    kind for kind, rule in KINDS.items() if rule.parts in ("figure", "period_before", "files")
)
IN_PERCENT = tuple(kind for kind, rule in KINDS.items() if rule.in_percent)
BESIDE_OTHERS: tuple[Kind, ...] = (
    "rate",
    "proportion",
    "mean",
    "per_thousand",
)  # fair between a small place and a large one
SUMMED = tuple(kind for kind, rule in KINDS.items() if rule.sums)
