"""THE table of kinds: what each kind of indicator is made of, how its value and limits are found, and how it is read.

A new kind is one record here; one formula in :mod:`evalkit.indicators.formulas` where none of those there fits, and one sentence in
:mod:`evalkit.reporting.kind_words` where none says how it is made. How it is judged, written and tested against chance follows from the record.

========================  ==========================================================================  ======================
kind                      value                                                                       limits
========================  ==========================================================================  ======================
count                     the figure itself                                                           exact Poisson
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
consistency               one holder's figure over another's for the same kind of persons             none
========================  ==========================================================================  ======================

Of level ``output``, what the programme itself does, no kind has limits.
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
Written = Literal["figure", "tenths", "hundredths", "percent"]


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
    words : str
        What it is, in English, for the list of indicators.
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
    beside_others : bool
        Whether it is fair to put a small place and a large one beside each other by it.
    """

    parts: Parts
    formula: Formula
    words: str
    unit: str = ""
    method: str = ""
    in_percent: bool = False
    sums: bool = True
    warns: Said = "small_base"
    any_place_basis: bool = False
    beside_others: bool = False

    @property
    def by_chance(self) -> bool:
        """Whether it rests on events that come by chance, year by year, under a law of scatter."""
        return self.formula in ("events", "change")

    @property
    def scale(self) -> float:
        """What the value is multiplied by where an indicator does not say."""
        if self.in_percent:
            return 100.0
        return 1000.0 if self is KINDS["per_thousand"] else 1.0

    @property
    def has_base(self) -> bool:
        """Whether something stands below the line that it is divided by, or compared with."""
        return self.parts not in ("figure", "files")

    @property
    def written(self) -> Written:
        """How its value is written: as a figure, with one decimal, with two, or as a percentage."""
        if self.in_percent or self.formula == "change":
            return "percent"
        if self.formula == "amount":
            return "tenths"
        return "hundredths" if self.has_base else "figure"


KINDS: dict[Kind, KindRule] = {
    "count": KindRule("figure", "events", "count", "{above}", warns=""),
    "rate": KindRule(
        "person_years",
        "events",
        "events per inhabitants",
        "per {scale:.0f} person-years",
        warns="small_number",
        beside_others=True,
    ),
    "proportion": KindRule("base", "share", "part of a whole", in_percent=True, beside_others=True),
    "period_ratio": KindRule(
        "base",
        "ratio",
        "ratio of two totals of a period, with work carried over",
        method="ratio of yearly totals with carry-over",
        in_percent=True,
    ),
    "per_thousand": KindRule(
        "base",
        "events",
        "events per 1,000 activities",
        "per {scale:.0f} {below}",
        warns="small_number",
        any_place_basis=True,
        beside_others=True,
    ),
    "mean": KindRule(
        "base",
        "amount",
        "amount per person",
        "{above} per {below}",
        method="amount over number, as reported",
        any_place_basis=True,
        beside_others=True,
    ),
    "share_of_shares": KindRule(
        "base",
        "share_of_shares",
        "share over another share",
        "ratio",
        method="share over share, as reported",
        warns="",
    ),
    "change": KindRule(
        "period_before",
        "change",
        "change on the period before",
        "percent",
        method="exact conditional comparison of two periods",
        sums=False,
        warns="",
    ),
    "median_days": KindRule(
        "files",
        "as_reported",
        "median days between stages",
        "{above}",
        method="median as the agency reports it",
        sums=False,
    ),
    "conversion": KindRule(
        "base",
        "ratio",
        "one stage over an earlier one",
        method="ratio of yearly totals of two stages",
        in_percent=True,
    ),
    "carried_over": KindRule("base", "share", "share carried over", in_percent=True),
    "consistency": KindRule(
        "base",
        "ratio",
        "two holders beside each other",
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
BESIDE_OTHERS = tuple(kind for kind, rule in KINDS.items() if rule.beside_others)
SUMMED = tuple(kind for kind, rule in KINDS.items() if rule.sums)
