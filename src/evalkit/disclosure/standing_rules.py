"""What stands whatever a programme declares: the classes of the shipped catalogue, and what an earlier release hid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pandas as pd

from evalkit.disclosure.earlier import figures_of
from evalkit.disclosure.ledger import Figure, Ledger
from evalkit.errors import DisclosureError
from evalkit.messages import worded
from evalkit.programme.models import DisclosureClass, Programme

_CLASSES = get_args(DisclosureClass)  # the weakest first


def refuse_weaker(programme: Programme, floor: Programme, *, where: str) -> None:
    """Refuse a programme that protects a figure less than the catalogue in which the figure has the same name.

    Parameters
    ----------
    programme : Programme
        A workspace's own.
    floor : Programme
        A shipped one.
    where : str
        The programme as evalkit.toml names it.

    Raises
    ------
    DisclosureError
        For a lower class, a breakdown that is no longer sensitive or of a person, or sums that are no longer looked at.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> shipped = load_programme("vn-trafficking")
    >>> refuse_weaker(shipped, shipped, where="programme 'own'")
    """
    for key, setting in [*_weaker_measures(programme, floor), *_weaker_dimensions(programme, floor)]:
        raise DisclosureError(
            where=f"{where}, {key}",
            rule=worded(
                "a policy weaker than the floor: {id}, which comes with evalkit, declares {setting}",
                id=floor.id,
                setting=setting,
            ),
            do=worded(
                "write {setting}; protection may only be raised, and a figure of another kind has a name of its own",
                setting=setting,
            ),
        )


def _weaker_measures(programme: Programme, floor: Programme) -> Iterator[tuple[str, str]]:
    for name, least in floor.measures.items():
        own = programme.measures.get(name, least)
        if _CLASSES.index(own.disclosure) < _CLASSES.index(least.disclosure):
            yield f"measure.{name}", f'disclosure = "{least.disclosure}"'
        if least.additive and not own.additive:
            yield f"measure.{name}", "additive = true"
        if least.of is not None and own.of != least.of:
            yield f"measure.{name}", f'of = "{least.of}"'
        if not set(least.part_of) & set(programme.measures) <= set(own.part_of):
            yield f"measure.{name}", f"part_of = {[*least.part_of]}".replace("'", '"')
        if own.time_basis == "stock" and least.time_basis != "stock":
            yield f"measure.{name}", f'time_basis = "{least.time_basis}"'


def _weaker_dimensions(programme: Programme, floor: Programme) -> Iterator[tuple[str, str]]:
    for name, least in floor.dimensions.items():
        own = programme.dimensions.get(name, least)
        if least.sensitive and not own.sensitive:
            yield f"dimension.{name}", "sensitive = true"
        if least.of_person and not own.of_person:
            yield f"dimension.{name}", "of_person = true"


def refuse_unprotected(ledger: Ledger, facts: pd.DataFrame, programme: Programme) -> None:
    """Refuse a programme by which figures that an earlier release hid would count no persons any more.

    Parameters
    ----------
    ledger : Ledger
        What was released before.
    facts : DataFrame
        Today's facts: what they say is published may be seen whatever was hidden before.
    programme : Programme

    Raises
    ------
    DisclosureError
        With the name of the measure, never a figure.
    """
    published = {name.lasting for name in figures_of(facts[facts["published"]])}
    for name, told in ledger.told().items():
        hidden = told.state == "hidden" and name.lasting not in published
        if hidden and not _counts_persons(name, programme):
            raise DisclosureError(
                where=f"programme {programme.id!r}, measure.{name.measure}",
                rule=worded(
                    "an earlier release hid figures of this measure; by today's declarations nothing would hide them"
                ),
                do=worded(
                    "declare the disclosure class and the breakdowns of persons as they were; what was hidden stays hidden"
                ),
            )


def _counts_persons(name: Figure, programme: Programme) -> bool:
    """Tell whether a figure follows the rule for persons; one that is declared no more is not shown at all."""
    measure = programme.measures.get(name.measure)
    crossed_by = [part.partition("=")[0] for part in name.breakdown.split(";") if part]
    declared = [programme.dimensions[one] for one in crossed_by if one in programme.dimensions]
    if measure is None or len(declared) < len(crossed_by) or measure.disclosure == "person":
        return True
    return measure.disclosure == "case" and any(dimension.of_person for dimension in declared)
