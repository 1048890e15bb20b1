"""The law of scatter: how the variance of a yearly count follows from its mean.

Every sentence about a change, a target, an alarm or a difference between provinces takes the law as an argument. It is estimated
in :mod:`evalkit.statistics.law.law_of_panel`; places and sums of places have theirs in :mod:`evalkit.statistics.law.law_of_places`.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

Form = Literal["linear", "quadratic", "unknown"]

MANY_SERIES = 30


@dataclass(frozen=True, slots=True)
class ScatterLaw:
    """The scatter of a panel about its trends.

    Attributes
    ----------
    form : {"linear", "quadratic", "unknown"}
        Whether the variance is phi * mean or mean + alpha * mean**2; unknown with fewer than 30 series-years.
    phi : float
        Pooled dispersion: Pearson chi-square over its degrees of freedom; near 1 is Poisson.
    alpha : float
        Negative binomial dispersion.
    series, cells : int
        Series and series-years that could be used.
    degrees : int
        Degrees of freedom behind ``phi``.
    p : float
        Chi-square p of so large a ``phi`` by chance.
    own : float
        How many times the panel's variance the place's own years scatter, shrunken to the panel; never below 1.
    """

    form: Form
    phi: float
    alpha: float
    series: int
    cells: int
    degrees: int
    p: float
    own: float = 1.0

    @property
    def is_known(self) -> bool:
        """Whether there were figures enough to tell how years scatter."""
        return self.form != "unknown"

    def variance_factor(self, mean: float) -> float:
        """Return the variance of a year's count over its mean: never below 1, missing where the law is not known.

        Parameters
        ----------
        mean : float
            Expected count of the year.

        Examples
        --------
        >>> ScatterLaw("quadratic", 2.0, 0.3, series=60, cells=600, degrees=480, p=0.0).variance_factor(10.0)
        4.0
        """
        if not self.is_known:
            return math.nan
        return self.own * max(1.0, 1 + self.alpha * mean if self.form == "quadratic" else self.phi)

    def alpha_at(self, mean: float) -> float:
        """Return the negative binomial alpha that gives the law's variance at this mean; missing where it is not known.

        Parameters
        ----------
        mean : float
            Expected count of the year, above 0.

        Examples
        --------
        >>> ScatterLaw("linear", 3.0, 0.2, series=60, cells=600, degrees=480, p=0.0).alpha_at(10.0)
        0.2
        """
        return (self.variance_factor(mean) - 1) / mean

    def as_record(self) -> dict[str, Any]:
        """Return the fields as plain values for a file; a missing number becomes None.

        Examples
        --------
        >>> found = ScatterLaw("linear", 1.3, 0.1, series=60, cells=600, degrees=480, p=0.01)
        >>> ScatterLaw.from_record(found.as_record()) == found
        True
        """
        return {name: None if _is_missing(value) else value for name, value in asdict(self).items()}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Return the dispersion that :meth:`as_record` wrote."""
        fields: dict[str, Any] = {
            name: math.nan if value is None else value for name, value in record.items()
        }
        return cls(**fields)

    @property
    def trend_degrees(self) -> float:
        """Degrees of freedom of a test that uses ``phi``: infinite (z) once it is pooled over 30 series."""
        return math.inf if self.series >= MANY_SERIES else float(self.degrees)

    @classmethod
    def unknown(cls, *, series: int = 0, cells: int = 0) -> Self:
        """Return the law of a panel that cannot tell how years scatter.

        Examples
        --------
        >>> ScatterLaw.unknown(series=3, cells=15).is_known
        False
        """
        return cls("unknown", math.nan, math.nan, series, cells, degrees=0, p=math.nan)


def _is_missing(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


TWICE_CHANCE = ScatterLaw(
    "linear", 2.0, 0.0, series=0, cells=0, degrees=0, p=math.nan
)  # supposed, not estimated
