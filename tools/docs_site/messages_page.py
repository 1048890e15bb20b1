"""The page of every message: rule and remedy, English beside Vietnamese, by the module that tells it."""

from __future__ import annotations

import ast
from pathlib import Path

import typer

import evalkit
from evalkit.cli import app
from evalkit.help_words import help_texts
from evalkit.messages import catalogue
from tools.docs_site.markdown import table
from tools.docs_site.remedies import rules_and_remedies, templates

_SOURCE = Path(evalkit.__file__).parent
_HEAD = """# Messages and their remedies · Thông báo và cách sửa

A refusal says where, which rule, and what to do. Words in braces are filled in. `evalkit --messages vi` tells them in Vietnamese.

Mỗi thông báo từ chối nêu vị trí, quy tắc và cách sửa; từ trong ngoặc nhọn được điền khi báo. `evalkit --messages vi` báo bằng tiếng Việt.
"""
_PAIRED = ("rule", "what to do", "quy tắc", "cách sửa")
_ALONE = ("message", "thông báo")


def messages_page() -> str:
    """Return the page: every sentence of the catalogue once, rules with their remedies first."""
    told: set[str | tuple[str, str]] = set()
    parts = [_HEAD]
    for path in sorted(_SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        section = _section(tree, told)
        if section:
            name = ".".join(path.relative_to(_SOURCE.parent).with_suffix("").parts)
            parts += [f"## {name.removesuffix('.__init__')}", _first_sentence(tree), *section]
    known, said = catalogue(), help_texts(typer.main.get_command(app))
    parts += [
        "## evalkit --help",
        "What the command line says of itself.",
        table(_ALONE, [(text, known[text]) for text in sorted(said - told)]),
    ]
    return "\n\n".join(parts)


def _first_sentence(tree: ast.Module) -> str:
    return " ".join((ast.get_docstring(tree) or "").partition("\n\n")[0].split())


def _section(tree: ast.Module, told: set[str | tuple[str, str]]) -> list[str]:
    """Return the tables of a module; what was told before is left out."""
    pairs = [pair for pair in dict.fromkeys(rules_and_remedies(tree)) if pair not in told]
    told.update(pairs, *pairs)
    alone = [text for text in dict.fromkeys(templates(tree)) if text not in told]
    told.update(alone)
    known = catalogue()
    paired = [(*pair, *(known[text] for text in pair)) for pair in pairs]
    single = [(text, known[text]) for text in alone]
    return [*([table(_PAIRED, paired)] if paired else []), *([table(_ALONE, single)] if single else [])]
