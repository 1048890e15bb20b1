"""Who is entitled to which support, since when: a matrix of supports by class of person, as data.

The classes are legal classes (a victim, a child who accompanies one, a person whose identification is going on, ...). They are
never added up: each has supports, a base and a page line of its own.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from evalkit.declaration import Declared
from evalkit.labels import Dated, Label
from evalkit.messages import worded

Entitlement = Literal["full", "case_by_case", "none", "to_be_checked"]


class Support(Declared):
    """One kind of support, with its letter in the law."""

    letter: str
    label: Label


class PersonClass(Declared):
    """One legal class of persons."""

    label: Label


class Regime(Dated):
    """The entitlements in force from one day to another; a class that has no table here has none."""

    id: str
    label: Label
    entitled: dict[str, dict[str, Entitlement]]
    source: str


class SupportMatrix(Declared):
    """Supports, classes of persons, and who was entitled to what when.

    ``eligible``, ``accepting``, ``received`` name the measures counted for each support and class; ``support_dimension``
    and ``class_dimension`` the breakdowns that tell them apart; ``waiting`` the indicators of persons who wait for
    verification and stand apart from victims.
    """

    support_dimension: str
    class_dimension: str
    eligible: str
    accepting: str
    received: str
    supports: dict[str, Support] = Field(min_length=1)
    classes: dict[str, PersonClass] = Field(min_length=1)
    regimes: tuple[Regime, ...] = Field(min_length=1)
    waiting: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Name the supports and the classes."""
        supports, classes = len(self.supports), ", ".join(self.classes)
        return f"<SupportMatrix: {supports} supports; classes {classes[:200]}; {len(self.regimes)} regimes>"

    @model_validator(mode="after")
    def _regimes_name_what_is_declared(self) -> Self:
        for regime in self.regimes:
            for name, cells in regime.entitled.items():
                unknown = ({name} - set(self.classes)) | (set(cells) - set(self.supports))
                if unknown:
                    raise ValueError(
                        worded(
                            "regime {regime} names {unknown}, which is no declared class or support",
                            regime=repr(regime.id),
                            unknown=sorted(unknown),
                        )
                    )
        for one, other in zip(self.regimes, self.regimes[1:], strict=False):
            if other.valid_from <= one.valid_to:
                raise ValueError(
                    worded(
                        "regimes {one} and {other} are in force on the same day",
                        one=repr(one.id),
                        other=repr(other.id),
                    )
                )
        return self

    def regime_on(self, day: date) -> Regime | None:
        """Return the regime in force on a day."""
        return next((regime for regime in self.regimes if regime.covers(day)), None)

    def entitlement(self, support: str, person_class: str, *, on: date) -> Entitlement:
        """Return what a class of persons is entitled to on a day.

        Parameters
        ----------
        support, person_class : str
            Names declared in the matrix.
        on : date
            The day of identification: who was identified under an earlier law stays under it.

        Returns
        -------
        str
            ``full``, ``case_by_case``, ``none``, or ``to_be_checked`` where no text was seen that says so.

        Examples
        --------
        >>> from evalkit.programme.load import load_programme
        >>> matrix = load_programme("vn-trafficking").support
        >>> matrix.entitlement("vocational", "accompanying_child", on=date(2025, 7, 1))
        'none'
        """
        regime = self.regime_on(on)
        return regime.entitled.get(person_class, {}).get(support, "none") if regime else "none"
