"""Which place the head of a form names, where its mapping says that all figures are of another one."""

from __future__ import annotations

import re
from pathlib import Path

from evalkit.facts.findings import Finding
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.form_places import Placed
from evalkit.facts.forms.grid import Sheet, cell_at, cell_name
from evalkit.facts.forms.mapping import TableMapping
from evalkit.facts.forms.plain_words import same_word
from evalkit.messages import worded

_KIND = r"(?:tỉnh|thành phố|tp\.?|province of|city of|county of)"


def other_place_said(
    table: TableMapping, sheet: Sheet, placed: Placed, vocabulary: Vocabulary, path: Path
) -> list[Finding]:
    """Return a warning where the cells above a table name places, and none of them is the one that the mapping says.

    Parameters
    ----------
    table : TableMapping
        With one place for all its figures; of evalkit's own form, whose head holds the code itself, nothing is said.
    sheet : Sheet
    placed : Placed
        Where the figures go.
    vocabulary : Vocabulary
    path : Path
        The form's file.
    """
    if table.own_form or not isinstance(table.place, str):
        return []
    registry = vocabulary.registry
    own = registry.unit(placed.code, placed.scheme)
    mine = {
        same_word(own.name),
        *(same_word(part.name) for part in registry.components(own.code, own.scheme)),
    }
    names = {
        same_word(unit.name): unit.name for scheme in registry.schemes for unit in registry.units(scheme)
    }
    found: dict[str, str] = {}
    for at, cell in sorted(sheet.cells.items()):
        if at[0] < cell_at(table.corner)[0] and cell.kind == "text":
            text = same_word(cell.text)
            found |= {name: cell_name(at) for name in names if _names(text, name) and name not in found}
    if not found or found.keys() & mine:
        return []
    said, where = next(iter(found.items()))
    rule = worded(
        "the form names {said}, and its figures go to {place} ({scheme} {code})",
        said=names[said],
        place=own.name,
        scheme=placed.scheme,
        code=placed.code,
    )
    do = worded(
        "correct place or scheme in the mapping and import again, unless the figures are of that place"
    )
    return [Finding("warning", f"{path.name}, {where}", rule, do)]


def _names(text: str, name: str) -> bool:
    """Tell whether a text is a place's name, or has it behind the word for such a place."""
    return text == name or re.search(rf"(?<!\w){_KIND}\s+{re.escape(name)}(?!\w)", text) is not None
