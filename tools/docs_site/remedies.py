"""Which rule is told with which remedy, read from the code that tells them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TypeGuard

_FAR = 4
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def rules_and_remedies(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each rule with its remedy: arguments ``rule`` and ``do`` of a call, or two messages side by side in a call or a tuple.

    Of as many rules as remedies, such as two branches of one choice give, the first goes with the first. A name stands for what was assigned to it in its function, or else in the module; a call of a function of the module, for what it returns.

    Examples
    --------
    >>> told = "DO = worded('write it')" + chr(10) + "Held(worded('a cell is blank'), DO)"
    >>> list(rules_and_remedies(ast.parse(told)))
    [('a cell is blank', 'write it')]
    """
    for place, node in _nodes(module):
        rules, remedies = _Reader(module, place).pair(node)
        yield from (
            zip(rules, remedies, strict=True) if len(rules) == len(remedies) else product(rules, remedies)
        )


def templates(node: ast.AST) -> list[str]:
    """Return the templates of all messages made in a piece of code, in the order of the text."""
    made = sorted(filter(_is_worded, ast.walk(node)), key=lambda one: (one.lineno, one.col_offset))
    return [_template(one) for one in made]


def _nodes(module: ast.Module) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield each node with the outermost function it stands in, or the module."""
    for statement in ast.walk(module):
        if isinstance(statement, _Function):
            yield from ((statement, node) for node in ast.walk(statement))
    yield from (
        (module, node)
        for statement in module.body
        if not isinstance(statement, _Function)
        for node in ast.walk(statement)
    )


class _Reader:
    """Reads what a piece of code of a function says, as far as names and functions of the module give it."""

    def __init__(self, module: ast.Module, place: ast.AST) -> None:
        self.module = module
        self.place = place

    def pair(self, node: ast.AST) -> tuple[Sequence[str], Sequence[str]]:
        """Return the rules that a node may tell, and their remedies."""
        if isinstance(node, ast.Call):
            named = {one.arg: one.value for one in node.keywords}
            if {"rule", "do"} <= named.keys():
                return self.said(named["rule"]), self.said(named["do"])
        values = node.elts if isinstance(node, ast.Tuple) else node.args if isinstance(node, ast.Call) else []
        said = [texts for texts in map(self.said, values) if texts]
        return (said[0], said[1]) if len(said) == 2 and all(" " in text for text in said[1]) else ((), ())

    def said(self, node: ast.AST, steps: int = _FAR) -> list[str]:
        """Return the messages that an expression may be, following names and functions a few steps."""
        if _is_worded(node):
            return [_template(node)]
        return [text for value in self._behind(node) for text in self.said(value, steps - 1)] if steps else []

    def _behind(self, node: ast.AST) -> list[ast.expr]:
        """Return the expressions that may stand behind one."""
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        if isinstance(node, ast.Name):
            return _assigned(node.id, self.place) or _assigned(node.id, self.module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._returned(node.func.id)
        return []

    def _returned(self, name: str) -> list[ast.expr]:
        """Return what a function of the module returns."""
        made = [one for one in self.module.body if isinstance(one, _Function) and one.name == name]
        back = [node.value for one in made for node in ast.walk(one) if isinstance(node, ast.Return)]
        return [value for value in back if value is not None]


def _assigned(name: str, place: ast.AST) -> list[ast.expr]:
    """Return the values assigned to a name in a function, or at the top of a module."""
    nodes = place.body if isinstance(place, ast.Module) else ast.walk(place)
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
    ]


def _is_worded(node: ast.AST | None) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "worded"


def _template(call: ast.Call) -> str:
    first = call.args[0]
    return str(first.value) if isinstance(first, ast.Constant) else ""
