"""Every sentence a page can say has its Vietnamese, with the same names to fill in, and nothing else stands there."""

import ast
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import evalkit
from evalkit.errors import DeclarationError
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.wording import CATALOGUE, placeholders, say


def _calls():
    for path in sorted(Path(evalkit.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = (
                getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            )
            if name == "say":
                yield f"{path.name}:{node.lineno}", node


def _said():
    literals = {}
    for place, call in _calls():
        constant = call.args[0] if call.args else None
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
            literals.setdefault(constant.value, place)
    return literals


def _messages():
    with resources.files("evalkit.reporting").joinpath(CATALOGUE).open("rb") as stream:
        content = read_po(stream, locale="vi")
    return content, {message.id: message for message in content if message.id}


def test_every_sentence_is_a_literal():
    loose = [place for place, call in _calls() if not call.args or not isinstance(call.args[0], ast.Constant)]
    assert loose == []


def test_every_sentence_has_its_vietnamese():
    _, messages = _messages()
    missing = [
        f"{place}: {english}"
        for english, place in _said().items()
        if english not in messages or not messages[english].string or messages[english].fuzzy
    ]
    assert missing == []


def test_both_languages_fill_in_the_same_names():
    _, messages = _messages()
    differing = [
        english
        for english, message in messages.items()
        if placeholders(english) != placeholders(message.string)
    ]
    assert differing == []


def test_nothing_stands_in_the_catalogue_that_nobody_says():
    content, messages = _messages()
    assert sorted(set(messages) - set(_said())) == []
    assert list(content.obsolete) == []


def test_a_sentence_without_vietnamese_stops_the_run():
    with pytest.raises(DeclarationError, match="every sentence of a page has its Vietnamese"):
        say("A sentence " + "nobody has translated.")


@pytest.mark.parametrize("names", [{}, {"number": "1", "other": "2"}, {"other": "1"}])
def test_names_must_be_those_of_the_template(names):
    with pytest.raises(DeclarationError, match="the template names"):
        say("Table {number}.", **names)


def test_what_is_filled_in_is_never_a_template():
    filled = say(
        "{count} {unit} / {years} years", count="{unit}", unit=Bilingual("vụ", "cases"), years="{0.__class__}"
    )
    assert filled == ("{unit} vụ / {0.__class__} năm", "{unit} cases / {0.__class__} years")
