"""The shelf of known forms: recognised by what stands in their headings, read by the mapping that comes with evalkit."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from evalkit.errors import FactsError
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.form_template import template_mapping
from evalkit.facts.forms.grid import Form, Sheet, cell_at
from evalkit.facts.forms.known_scheme import in_its_scheme
from evalkit.facts.forms.mapping import FormMapping, TableMapping, read_mapping
from evalkit.facts.forms.plain_words import same_word
from evalkit.messages import worded


def shelf() -> dict[str, tuple[FormMapping, str]]:
    """Return the mappings that come with evalkit, by name, each with its text.

    Examples
    --------
    >>> sorted(shelf())
    ['census-2019-1', 'dhis2', 'nso-v0201']
    """
    folder = Path(str(resources.files("evalkit.facts.forms").joinpath("shelf")))
    return {
        file.stem: (read_mapping(file), file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.toml"))
    }


def known_form(path: Path, form: Form, vocabulary: Vocabulary) -> tuple[FormMapping, str]:
    """Return the mapping of a form that is known by its headings, and the text of the mapping.

    Raises
    ------
    FactsError
        If none on the shelf fits.
    """
    if (template := template_mapping(form, vocabulary)) is not None:
        return template
    for mapping, text in shelf().values():
        for sheet in form.sheets:
            if _fits(mapping, sheet):
                named = tuple(
                    in_its_scheme(
                        table.model_copy(update={"sheet": table.sheet or sheet.name}),
                        sheet,
                        vocabulary.registry,
                    )
                    for table in mapping.table
                )
                read = mapping.model_copy(update={"table": named}).as_known()
                return read, _as_read(text, mapping, named)
    raise FactsError(
        where=str(path),
        rule=worded("the form is none that evalkit knows, and no mapping was given"),
        do=worded("give --mapping FILE; --suggest writes a draft of one to fill in (docs/forms.md)"),
    )


def _as_read(text: str, mapping: FormMapping, tables: Iterable[TableMapping]) -> str:
    """Return the text of a mapping with the boundary set by which its tables are read."""
    for before, after in zip(mapping.table, tables, strict=True):
        if before.place_scheme != after.place_scheme:
            text = text.replace(f'scheme = "{before.place_scheme}"', f'scheme = "{after.place_scheme}"')
    return text


def _fits(mapping: FormMapping, sheet: Sheet) -> bool:
    cells = mapping.recognise.cells if mapping.recognise else {}
    named = all(
        table.sheet is None or same_word(table.sheet) == same_word(sheet.name) for table in mapping.table
    )
    stands = (same_word(sheet.at(*cell_at(name)).text) == same_word(text) for name, text in cells.items())
    return bool(cells) and named and all(stands)
