"""What stands whatever a programme declares: the classes of the shipped catalogue, and what an earlier release hid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pandas as pd

from evalkit.additivity.breakdowns import exclusive_values
from evalkit.additivity.measures import parts_of_measures
from evalkit.disclosure.earlier import figures_of
from evalkit.disclosure.ledger import Figure, Ledger
from evalkit.errors import DisclosureError
from evalkit.messages import worded
from evalkit.programme.models import Dimension, DisclosureClass, Indicator, Programme

_CLASSES = get_args(DisclosureClass)  # the weakest first
_RECKONED = ("part_of", "subtracted_from", "grows_by", "falls_by", "no_more_than")


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
    weaker = (_weaker_measures, _weaker_parts, _weaker_holders, _weaker_dimensions)
    for key, setting in [one for finds in weaker for one in finds(programme, floor)]:
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
        for key in _RECKONED:
            if not set(getattr(least, key)) & set(programme.measures) <= set(getattr(own, key)):
                yield f"measure.{name}", f"{key} = {[*getattr(least, key)]}".replace("'", '"')
        if (own.time_basis == "stock") != (least.time_basis == "stock"):
            yield f"measure.{name}", f'time_basis = "{least.time_basis}"'


def _weaker_parts(programme: Programme, floor: Programme) -> Iterator[tuple[str, str]]:
    """Yield the measures that are no longer part of another, though an indicator that is a share or a measure between them said so."""
    own = {(one.part, one.base, one.at, one.base_at) for one in parts_of_measures(programme)}
    for one in parts_of_measures(floor):
        counted = all(_protected(name, programme) for name in (one.part, one.base))
        if not counted or {(one.part, one.base, (), ()), (one.part, one.base, one.at, one.base_at)} & own:
            continue
        if one.at or one.base_at:
            yield f"indicator.{one.indicator}", _sides(floor.indicators[one.indicator])
        else:
            yield f"measure.{one.part}", f'part_of = ["{one.base}"]'


def _weaker_holders(programme: Programme, floor: Programme) -> Iterator[tuple[str, str]]:
    """Yield the indicators by which two holders' figures are no longer held against each other."""
    own = {both for _, both in _holders(programme)}
    for name, both in _holders(floor):
        if both not in own and all(_protected(one, programme) for one in both):
            yield f"indicator.{name}", _sides(floor.indicators[name])


def _holders(programme: Programme) -> list[tuple[str, frozenset[str]]]:
    return [
        (name, frozenset(one.measures))
        for name, one in programme.indicators.items()
        if one.kind == "consistency" and one.part == one.base_part
    ]


def _protected(measure: str, programme: Programme) -> bool:
    return measure in programme.measures and programme.measures[measure].disclosure != "activity"


def _sides(one: Indicator) -> str:
    return f'kind = "{one.kind}", numerator = "{one.numerator}", denominator = "{one.denominator}"'


def _weaker_dimensions(programme: Programme, floor: Programme) -> Iterator[tuple[str, str]]:
    for name, least in floor.dimensions.items():
        own = programme.dimensions.get(name, least)
        for key in ("sensitive", "of_person"):
            if getattr(least, key) and not getattr(own, key):
                yield f"dimension.{name}", f"{key} = true"
        for setting in (*_weaker_sums(own, least), *_weaker_values(own, least)):
            yield f"dimension.{name}", setting


def _weaker_sums(own: Dimension, least: Dimension) -> Iterator[str]:
    """Yield what is said no more of values that add up, where the values that are still there do."""
    kept = set(least.values) & set(own.values)
    exclusive = [set(values) for values in exclusive_values(least)]
    if own.separate and not least.separate:
        yield "separate = false"
    if least.exhaustive and not own.exhaustive:
        yield "exhaustive = true"
    if own.exhaustive and not any(kept <= values for values in exclusive):
        yield "exhaustive = false"
    apart = [set(values) for values in own.apart()]
    right = [values for values in apart if any(values & kept <= one for one in exclusive)]
    for values in [[one for one in values if one in kept] for values in least.apart()]:
        if len(values) > 1 and not any(set(values) <= one for one in right):
            yield f"disjoint = [{values}]".replace("'", '"')


def _weaker_values(own: Dimension, least: Dimension) -> Iterator[str]:
    """Yield what is said no more of values that are still there: what holds them, and what they may be read as."""
    for value, wider in least.within.items():
        if {value, wider} <= set(own.values) and own.within.get(value) != wider:
            yield f'within = {{ {value} = "{wider}" }}'
    for value, crossings in least.read_as.items():
        for crossing in crossings:
            if value in set(own.values) and crossing not in own.read_as.get(value, ()):
                yield f"read_as.{value} = [{_inline(crossing)}]"


def _inline(crossing: dict[str, str]) -> str:
    return "{ " + ", ".join(f'{name} = "{value}"' for name, value in crossing.items()) + " }"


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
    if measure is None or len(declared) < len(crossed_by) or programme.follows_persons(name.measure):
        return True
    return measure.disclosure == "case" and any(dimension.of_person for dimension in declared)
