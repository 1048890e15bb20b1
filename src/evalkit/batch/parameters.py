"""Strict parameters: a notebook says which it takes; whatever it does not take is refused before any kernel starts.

papermill itself only logs an unknown parameter and carries on, and turns ``02`` into the number 2.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalkit.declaration import nearest
from evalkit.errors import DeclarationError
from evalkit.messages import worded

PARAMETERS = "parameters"
NOTEBOOK_FORMAT = 4
_LITERAL = ("Literal", "typing.Literal")
Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a notebook says of one parameter: its default, whose type every value must have, and the values it may take.

    ``choices`` are those of an annotation such as ``audience: Literal["public", "internal"] = "public"``; none where any
    value will do.
    """

    default: Value
    choices: tuple[Value, ...] = ()


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook.

    Parameters
    ----------
    notebook : Path
        A notebook with exactly one code cell tagged ``parameters``, which assigns plain values to names. An annotation is
        ``str``, ``int``, ``float``, ``bool`` or a ``Literal`` of the values allowed, and the default must be of it.

    Raises
    ------
    DeclarationError
        If the notebook cannot be read, has no such cell or several, or the cell does anything else.
    """
    cells = [cell for cell in load_notebook(notebook) if PARAMETERS in cell.tags]
    if len(cells) != 1 or cells[0].kind != "code":
        raise DeclarationError(
            where=str(notebook),
            rule=worded(
                "a report notebook has exactly one code cell tagged {parameters}; this one has {number}",
                parameters=repr(PARAMETERS),
                number=len(cells),
            ),
            do=worded("tag one code cell and give every parameter its default there"),
        )
    try:
        return dict(_assignment(statement) for statement in ast.parse(cells[0].source).body)
    except (SyntaxError, ValueError) as fault:
        raise DeclarationError(
            where=f"{notebook}, cell tagged {PARAMETERS!r}",
            rule=worded(
                "the cell holds nothing but assignments of one text, number or truth value to one name, of its type"
            ),
            do=worded(
                'write lines such as province_code = "22" or audience: Literal["public", "internal"] = "public"'
            ),
        ) from fault


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """One cell of a notebook that has not been run: what it is, says and is tagged with."""

    kind: str
    source: str
    tags: tuple[str, ...]


def load_notebook(path: Path) -> tuple[NotebookCell, ...]:
    """Read the cells of a notebook, or say that it cannot be read.

    Plain JSON: loading nbformat would take longer than all the rest of planning.

    Raises
    ------
    DeclarationError
        If the file is absent or is no notebook of format 4.
    """
    try:
        return _cells(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as missing:
        raise DeclarationError(
            where=str(path), rule=worded("the notebook must exist"), do=worded("restore it")
        ) from missing
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        rule = worded(
            "the file must be a notebook of format {notebook_format}", notebook_format=NOTEBOOK_FORMAT
        )
        raise DeclarationError(where=str(path), rule=rule, do=worded("restore it")) from fault


def _cells(content: dict[str, Any]) -> tuple[NotebookCell, ...]:
    if content["nbformat"] != NOTEBOOK_FORMAT:
        raise ValueError
    return tuple(
        NotebookCell(cell["cell_type"], "".join(cell["source"]), tuple(cell["metadata"].get("tags", ())))
        for cell in content["cells"]
    )


def check_parameters(
    given: Mapping[str, Value], notebook: Path, *, known: Mapping[str, Parameter] | None = None
) -> None:
    """Refuse a parameter that the notebook does not take, or a value of another type or list than its own.

    Parameters
    ----------
    given : mapping
        Values by name of the parameter.
    notebook : Path
    known : mapping of Parameter, optional
        What the notebook takes, where it has been read before.

    Raises
    ------
    DeclarationError
        With the nearest known name or value, or the type that is wanted.
    """
    known = read_parameters(notebook) if known is None else known
    for name, value in given.items():
        if name not in known:
            raise DeclarationError(
                where=f"{notebook}, parameter {name!r}",
                rule=worded("the notebook takes no such parameter"),
                do=worded("correct the name; {nearest}", nearest=nearest(name, list(known))),
            )
        fault = _fault(value, known[name])
        if fault:
            raise DeclarationError(where=f"{notebook}, parameter {name!r}", rule=fault[0], do=fault[1])


def as_declared(texts: Mapping[str, str], known: Mapping[str, Parameter], *, where: str) -> dict[str, Value]:
    """Return values given as text, each of the type that its parameter is declared with.

    Parameters
    ----------
    texts : mapping of str
        Values by name of the parameter, as they were typed.
    known : mapping of Parameter
        What the notebook takes.
    where : str
        Names the notebook in a refusal.

    Raises
    ------
    DeclarationError
        If a text is no value of the type wanted; an unknown name or choice is refused by :func:`check_parameters`.

    Examples
    --------
    >>> known = {"years": Parameter(5), "code": Parameter("22"), "draw": Parameter(True)}
    >>> as_declared({"years": "10", "code": "04", "draw": "false"}, known, where="own.ipynb")
    {'years': 10, 'code': '04', 'draw': False}
    """
    found: dict[str, Value] = {}
    for name, text in texts.items():
        kind = type(known[name].default) if name in known else str
        try:
            found[name] = _TRUTH[text] if kind is bool else kind(text)
        except (ValueError, KeyError) as fault:
            raise DeclarationError(
                where=f"{where}, parameter {name!r}",
                rule=worded(
                    "its default is of type {wanted}, and the text given is none", wanted=kind.__name__
                ),
                do=worded("write true or false")
                if kind is bool
                else worded("write a number in plain digits, such as 3 or 2.5"),
            ) from fault
    return found


_TRUTH = {"true": True, "false": False}


def _fault(value: Value, parameter: Parameter) -> tuple[str, str] | None:
    """Say what is wrong with a value, and what to do."""
    wanted, got = type(parameter.default).__name__, type(value).__name__
    if wanted != got:
        return (
            worded(
                "its default is of type {wanted}, the value given is of type {got}", wanted=wanted, got=got
            ),
            worded(
                'give a value of type {wanted}; codes are text and keep their zeros ("04"; with papermill: -r, not -p)',
                wanted=wanted,
            ),
        )
    if parameter.choices and value not in parameter.choices:
        return worded("the value is none of those it may take"), nearest(
            str(value), list(map(str, parameter.choices))
        )
    return None


def _assignment(statement: ast.stmt) -> tuple[str, Parameter]:
    """Return what ``name = value`` or ``name: type = value`` declares."""
    target: ast.expr
    choices: tuple[Value, ...] = ()
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, value = statement.target, ast.literal_eval(statement.value)
        choices = _choices(statement.annotation, value)
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], ast.literal_eval(statement.value)
    else:
        raise ValueError
    if not isinstance(target, ast.Name) or not isinstance(value, Value):
        raise ValueError  # noqa: TRY004  the one caller turns it into a DeclarationError
    return target.id, Parameter(value, choices)


def _choices(annotation: ast.expr, default: Value) -> tuple[Value, ...]:
    """Return the values an annotation allows, none where it allows all of its type; the default must be among them."""
    if isinstance(annotation, ast.Name) and annotation.id == type(default).__name__:
        return ()
    if not isinstance(annotation, ast.Subscript) or ast.unparse(annotation.value) not in _LITERAL:
        raise ValueError
    listed = ast.literal_eval(annotation.slice)
    choices = listed if isinstance(listed, tuple) else (listed,)
    if not all(type(one) is type(default) for one in choices) or default not in choices:
        raise ValueError
    return choices
