"""What a step is given: a place, or what earlier steps gave; anything else is refused with what to write instead."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from evalkit.errors import FactsError
from evalkit.messages import worded

Result = TypeVar("Result")
Given = ParamSpec("Given")

_NATION, _BUNDLE = "NationFacts", "Bundle"
_AREAS = ("Area", _NATION, "ProvinceFacts")
_GIVEN_BY: dict[str, str] = {}  # name of a record to the name of the step that gives it


def gives(step: Callable[..., object], record: type) -> None:
    """Note which step gives a record, so that a refusal can name it; the first one stands."""
    _GIVEN_BY.setdefault(record.__name__, step.__name__)


def checked(compute: Callable[Given, Result]) -> Callable[Given, Result]:
    """Let a function refuse what it cannot take, as its annotations say it: an argument that is missing, or of another kind.

    Parameters
    ----------
    compute : callable
        Its arguments are places (``Area``, ``NationFacts``) or records by the name of their type; others are not looked at.

    Examples
    --------
    >>> def report(area: Area) -> str:
    ...     return area.place
    >>> checked(report)("22")
    Traceback (most recent call last):
    ...
    evalkit.errors.FactsError: FactsError [exit 3]
      where  report(str)
      rule   a step takes a place: a province of a bundle, or its nation
      do     give it bundle.provinces["22"], or bundle.nation()
    """

    @wraps(compute)
    def refusing(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        refuse_others(compute, args, kwargs)
        return compute(*args, **kwargs)

    return refusing


def refuse_others(compute: Callable[..., object], args: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Refuse arguments that a function cannot take.

    Raises
    ------
    FactsError
        With what to write instead.
    """
    arguments = list(_given(compute, args, named))
    for kind, given in arguments:
        where = f"{compute.__name__}({type(given).__name__})"
        if set(kind) & set(_AREAS):
            if _BUNDLE in kind and hasattr(given, "slice_for"):
                continue
            _refuse_swapped(compute, arguments, given)
            _refuse_no_place(given, where, is_nation=set(kind) & set(_AREAS) == {_NATION})
        elif set(kind) & set(_GIVEN_BY) and not _is_of(given, kind):
            raise FactsError(
                where=where,
                rule=worded("this step takes what an earlier step gave: {record}", record=" | ".join(kind)),
                do=worded("give it what {steps} gave", steps=_steps(kind)),
            )
    _refuse_two_places(compute, [given.area for _, given in arguments if hasattr(given, "area")])


def _refuse_two_places(compute: Callable[..., object], areas: list[Any]) -> None:
    """Refuse records of two places or of two bundles: what is made of both would bear the name of one."""
    for other in areas[1:]:
        if other is not areas[0] and _whose(other) != _whose(areas[0]):
            raise FactsError(
                where=f"{compute.__name__}()",
                rule=worded(
                    "the records given are of two places, or of two bundles: {one} and {other}",
                    one=_name(areas[0]),
                    other=_name(other),
                ),
                do=worded("open one bundle, take one place from it, and give it to each step"),
            )


def _whose(area: Any) -> tuple[object, ...]:
    return _name(area), area.about, area.programme


def _name(area: Any) -> str:
    """Return a place's code and name, with its workspace."""
    place = getattr(area, "place", None)
    named = f"{place.name} ({place.code})" if place is not None else area.about.nation
    return f"{named}, {area.about.workspace}"


def _given(
    compute: Callable[..., object], args: tuple[Any, ...], named: dict[str, Any]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each argument with the names of the types that it may be of."""
    signature = inspect.signature(compute)
    try:
        bound = signature.bind(*args, **named).arguments
    except TypeError as fault:
        raise _unbound(compute, signature, fault) from None
    for name, value in bound.items():
        kind = _kind(signature.parameters[name])
        several = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        yield from ((kind, one) for one in (value if several else [value]))


def _kind(parameter: inspect.Parameter) -> tuple[str, ...]:
    """Return the names of the types that an argument may be of."""
    return tuple(part.strip() for part in str(parameter.annotation).split("|"))


def _unbound(compute: Callable[..., object], signature: inspect.Signature, fault: TypeError) -> FactsError:
    """Return the refusal of arguments that are too few, too many or of no such name."""
    wanted = [one for one in signature.parameters.values() if one.default is one.empty]
    words = [_wanted(str(one.annotation), one.name) for one in wanted if one.kind is not one.VAR_POSITIONAL]
    return FactsError(
        where=f"{compute.__name__}()",
        rule=worded("the arguments are not those of this step ({fault})", fault=str(fault)),
        do=worded("write ek.{name}({arguments})", name=compute.__name__, arguments=", ".join(words)),
    )


def _wanted(kind: str, name: str) -> str:
    return f"{name}=ek.{_GIVEN_BY[kind]}(...)" if kind in _GIVEN_BY else name


def _refuse_swapped(
    compute: Callable[..., object], arguments: list[tuple[tuple[str, ...], Any]], given: Any
) -> None:
    """Refuse a name where a place belongs, where a place stands for the name: the two were swapped."""
    swapped = any(_is_place(one) for kind, one in arguments if not set(kind) & set(_AREAS))
    if not (isinstance(given, str) and swapped):
        return
    written = [
        name if set(_kind(one)) & set(_AREAS) else repr(given)
        for name, one in inspect.signature(compute).parameters.items()
        if one.kind is one.POSITIONAL_OR_KEYWORD
    ]
    raise FactsError(
        where=f"{compute.__name__}({given!r}, ...)",
        rule=worded("the place stands first, and then the name of what is asked of it"),
        do=worded("write ek.{name}({arguments})", name=compute.__name__, arguments=", ".join(written)),
    )


def _is_place(given: object) -> bool:
    return hasattr(given, "programme") and (hasattr(given, "facts") or hasattr(given, "slice_for"))


def _refuse_no_place(given: Any, where: str, *, is_nation: bool) -> None:
    places = worded('give it bundle.provinces["22"], or bundle.nation()')
    if callable(given) and getattr(given, "__name__", "") == "nation":
        rule, do = (
            worded("this is the method that gives the nation"),
            worded("write its parentheses: bundle.nation()"),
        )
    elif hasattr(given, "slice_for") or hasattr(given, "_ipython_key_completions_"):
        rule, do = worded("a bundle holds many places, and a step is for one"), places
    elif not (hasattr(given, "facts") and hasattr(given, "programme")):
        rule, do = worded("a step takes a place: a province of a bundle, or its nation"), places
    elif is_nation and not hasattr(given, "province_facts"):
        rule, do = worded("this step is for the nation"), worded("give it bundle.nation()")
    else:
        return
    raise FactsError(where=where, rule=rule, do=do)


def _is_of(given: object, kind: tuple[str, ...]) -> bool:
    return any(one.__name__ in kind for one in type(given).__mro__) or (given is None and "None" in kind)


def _steps(kind: tuple[str, ...]) -> str:
    return ", ".join(f"ek.{_GIVEN_BY[name]}(...)" for name in kind if name in _GIVEN_BY)
