"""Text in UTF-8 that was opened in another coding and saved so: "Tá»‰nh" for "Tỉnh"; and text in UTF-32."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from evalkit.errors import FactsError
from evalkit.facts.forms.grid import Form
from evalkit.messages import worded

_BROKEN = re.compile(
    r"[áÁ][º»]|Ä[‘\u0090\u0091]|Æ[°¡¯\u00a0]|Ã[¡-¿]|Ã[\u0080-\u009f€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
)
_FEWEST = 2  # cells
_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def refuse_broken_letters(path: Path, form: Form) -> None:
    """Refuse a form whose letters are broken, once for all its cells.

    Parameters
    ----------
    path : Path
        For the message.
    form : Form

    Raises
    ------
    FactsError
        If half of the texts with letters beyond ASCII are, and more than one.
    """
    texts = [cell.text for sheet in form.sheets for cell in sheet.cells.values() if not cell.text.isascii()]
    broken = sum(_BROKEN.search(text) is not None for text in texts)
    if broken >= _FEWEST and 2 * broken >= len(texts):
        raise FactsError(
            where=str(path),
            rule=worded("the letters of the file are broken: text in UTF-8 was opened in another coding"),
            do=worded(
                "open the original file as UTF-8 (in Excel: Data, From Text/CSV, 65001: Unicode), save it as .xlsx or CSV UTF-8, and send that file; of a text file, take a wrong encoding = out of the mapping"
            ),
        )


def refuse_wide(path: Path, data: bytes) -> None:
    """Refuse a text file in UTF-32, with a byte order mark or without one.

    Raises
    ------
    FactsError
        If it is one.
    """
    begun = data[:4000]
    if begun.startswith(_WIDE) or 3 * len(begun) < 5 * begun.count(0):
        raise FactsError(
            where=str(path),
            rule=worded("the file is in UTF-32, which is not read"),
            do=worded("save it as CSV UTF-8, and send that file"),
        )
