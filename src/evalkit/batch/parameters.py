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

from evalkit.batch.parameter_types import Parameter, Value, declared, fault_of, how_to_write, value_of
from evalkit.declaration import nearest
from evalkit.errors import DeclarationError
from evalkit.messages import worded

PARAMETERS = "parameters"
NOTEBOOK_FORMAT = 4


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook.

    Parameters
    ----------
    notebook : Path
        A notebook with exactly one code cell tagged ``parameters``, which assigns plain values, or lists of them, to names.
        Annotations are those of :func:`evalkit.batch.parameter_types.declared`.

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
                "the cell holds nothing but assignments of a text, number, truth value or list of these to one name, of its type"
            ),
            do=worded(
                'write lines such as province_code = "22", years: list[int] = [2019, 2020] or colour: "Literal[\'blue\', \'grey\']" = "blue"'
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
        fault = fault_of(value, known[name])
        if fault:
            raise DeclarationError(where=f"{notebook}, parameter {name!r}", rule=fault[0], do=fault[1])


def as_declared(texts: Mapping[str, str], known: Mapping[str, Parameter], *, where: str) -> dict[str, Value]:
    """Return values given as text, each of the type that its parameter is declared with.

    Parameters
    ----------
    texts : mapping of str
        Values by name of the parameter, as they were typed.
    known : mapping of Parameter
        What the notebook takes, those named in ``texts`` among them.
    where : str
        Names the notebook in a refusal.

    Raises
    ------
    DeclarationError
        If a text is no value of the type wanted, or none of those allowed.

    Examples
    --------
    >>> known = {"years": declared(5), "code": declared("22"), "draw": declared(True)}
    >>> as_declared({"years": "10", "code": "04", "draw": "false"}, known, where="own.ipynb")
    {'years': 10, 'code': '04', 'draw': False}
    """
    found: dict[str, Value] = {}
    for name, text in texts.items():
        try:
            found[name] = value_of(text, known[name])
        except ValueError as fault:
            raise DeclarationError(
                where=f"{where}, parameter {name!r}",
                rule=worded(
                    "its default is of type {wanted}, and the text given is none",
                    wanted=known[name].type_name,
                ),
                do=how_to_write(known[name]),
            ) from fault
    check_parameters(found, Path(where), known=known)
    return found


def _assignment(statement: ast.stmt) -> tuple[str, Parameter]:
    """Return what ``name = value`` or ``name: type = value`` declares."""
    target: ast.expr
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, annotation = statement.target, statement.annotation
        default = ast.literal_eval(statement.value)
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, annotation, default = statement.targets[0], None, ast.literal_eval(statement.value)
    else:
        raise ValueError(statement)
    if not isinstance(target, ast.Name):
        raise ValueError(statement)  # noqa: TRY004  the one caller turns it into a DeclarationError
    return target.id, declared(default, annotation)
