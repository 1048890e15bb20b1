"""Read a gettext catalogue (.po) as it is, without compiling it."""

from __future__ import annotations

import unicodedata
from typing import IO

from babel.core import Locale
from babel.localedata import locale_identifiers
from babel.messages.pofile import read_po


def sentences_of(stream: IO[bytes], language: str) -> dict[str, str]:
    r"""Return the sentences of a catalogue by their English; entries left empty or marked fuzzy do not count.

    Parameters
    ----------
    stream : binary file
        A .po file in UTF-8.
    language : str
        Its language.

    Raises
    ------
    PoFileError or ValueError
        If it is no such file.

    Examples
    --------
    >>> from io import BytesIO
    >>> sentences_of(BytesIO('msgid "row"\nmsgstr "dòng"\n'.encode()), "vi")
    {'row': 'dòng'}
    """
    known = (
        Locale.parse(language, sep="-")
        if language.split("-", maxsplit=1)[0] in locale_identifiers()
        else None
    )
    messages = read_po(stream, locale=known, abort_invalid=True)
    return {
        str(message.id): unicodedata.normalize("NFC", str(message.string))
        for message in messages
        if message.id and message.string and not message.fuzzy
    }
