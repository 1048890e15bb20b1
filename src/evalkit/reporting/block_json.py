"""Blocks as JSON, the form in which an executed notebook carries a section to the page."""

from __future__ import annotations

from typing import Any

from evalkit.errors import DeclarationError
from evalkit.reporting.blocks import Block, Bullets, Figure, PageHead, Paragraph, Section, Table
from evalkit.reporting.typed import decode, encode

_BLOCKS: dict[str, type[Block]] = {
    "paragraph": Paragraph,
    "bullets": Bullets,
    "table": Table,
    "figure": Figure,
}
_NAMES = {kind: name for name, kind in _BLOCKS.items()}


def to_json(record: Section | PageHead | Block) -> dict[str, Any]:
    """Return the plain dict of a section, a page head or a block.

    Examples
    --------
    >>> from evalkit.reporting.blocks import Bilingual
    >>> to_json(Paragraph(Bilingual("Số vụ giảm.", "Cases fell."), tone="finding"))
    {'type': 'paragraph', 'text': {'vi': 'Số vụ giảm.', 'en': 'Cases fell.'}, 'tone': 'finding'}
    """
    if isinstance(record, Section):
        blocks = [to_json(block) for block in record.blocks]
        return {"type": "section", "id": record.id, "title": encode(record.title), "blocks": blocks}
    name = "page_head" if isinstance(record, PageHead) else _NAMES[type(record)]
    return {"type": name, **encode(record)}


def from_json(content: Any) -> Section | PageHead | Block:
    """Return the section, page head or block that ``to_json`` wrote.

    Parameters
    ----------
    content : dict
        As parsed from JSON.

    Raises
    ------
    DeclarationError
        If the type is unknown (there is none for raw HTML), or a field is absent, unknown or of another type.

    Examples
    --------
    >>> from_json({"type": "html", "text": "<b>"})
    Traceback (most recent call last):
    ...
    evalkit.errors.DeclarationError: DeclarationError [exit 3]
      where  block
      rule   a block is one of: bullets, figure, page_head, paragraph, section, table
      do     build the section from the typed blocks of evalkit.reporting.blocks; there is no raw HTML
    """
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise _unknown()
    fields = {key: value for key, value in content.items() if key != "type"}
    if content["type"] == "section":
        return _section(fields)
    kind = PageHead if content["type"] == "page_head" else _BLOCKS.get(content["type"])
    if kind is None:
        raise _unknown()
    record: PageHead | Block = decode(fields, kind, where=content["type"])
    return record


def _section(fields: dict[str, Any]) -> Section:
    inner = fields.get("blocks")
    if not isinstance(inner, list):
        raise _unknown()
    blocks = tuple(from_json(block) for block in inner)
    head = decode({**fields, "blocks": []}, Section, where="section")
    return Section(id=head.id, title=head.title, blocks=blocks)  # type: ignore[arg-type]  # a section checks its blocks


def _unknown() -> DeclarationError:
    return DeclarationError(
        where="block",
        rule=f"a block is one of: {', '.join(sorted([*_BLOCKS, 'section', 'page_head']))}",
        do="build the section from the typed blocks of evalkit.reporting.blocks; there is no raw HTML",
    )
