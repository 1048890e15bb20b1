"""How large the sheets of an OpenDocument workbook are when every repeated cell is written out, told before it is read."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from dataclasses import dataclass

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


@dataclass(slots=True)
class _Extent:
    """The extent of the sheet that is walked through: its last row so far, and its widest and lowest cell with something in it."""

    row: int = 0
    column: int = 0
    lowest: int = 0
    widest: int = 0

    def cell(self, about: ET.Element) -> None:
        self.column += _repeated(about, "columns")
        if about.get(f"{_OFFICE}value-type") or about.get(f"{_TABLE}formula") or len(about):
            self.widest = max(self.widest, self.column)

    def close(self, about: ET.Element) -> None:
        self.row += _repeated(about, "rows")
        if self.column and self.widest:
            self.lowest = self.row
        self.column = 0


def written_out(content: bytes) -> int:
    """Return how many cells the largest sheet has from its first cell to its last, blank ones included.

    Parameters
    ----------
    content : bytes
        The part content.xml.

    Raises
    ------
    ValueError
        If it is no XML, declares entities, or repeats something that is no number of times.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00" in content:
        raise ValueError("declares entities")
    largest, sheet = 0, _Extent()
    try:
        for _, about in ET.iterparse(io.BytesIO(content)):  # noqa: S314
            if about.tag == f"{_TABLE}table-cell":
                sheet.cell(about)
            elif about.tag == f"{_TABLE}table-row":
                sheet.close(about)
                about.clear()
            elif about.tag == f"{_TABLE}table":
                largest, sheet = max(largest, sheet.lowest * sheet.widest), _Extent()
                about.clear()
    except ET.ParseError as fault:
        raise ValueError(str(fault)) from None
    return largest


def _repeated(about: ET.Element, what: str) -> int:
    return max(int(about.get(f"{_TABLE}number-{what}-repeated", "1")), 1)
