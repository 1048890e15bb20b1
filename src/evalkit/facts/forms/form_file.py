"""Open a form: tell its kind by its content, never by its name, and look at sizes before anything is unpacked."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

from evalkit.errors import FactsError
from evalkit.facts.forms.broken_letters import refuse_broken_letters, refuse_wide
from evalkit.facts.forms.grid import Form
from evalkit.facts.forms.older_workbook_file import MOST_WRITTEN_OUT, read_older_form
from evalkit.facts.forms.open_document import sheets_seen, written_out
from evalkit.facts.forms.text_file import MOST_CELLS, read_text_form
from evalkit.facts.forms.workbook_file import read_workbook_form
from evalkit.messages import worded

MOST_BYTES = 30_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_KINDS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"{\\rtf", "RTF"),
    (b"SQLite", "SQLite"),
)


def told_path(path: Path) -> Path:
    """Return a path as it may be told: what is no letter of any script is replaced."""
    return Path(os.fsencode(path).decode("utf-8", "replace"))


def open_form(path: Path, *, coding: str = "", mark: str = "") -> Form:
    """Return a form with every cell of its sheets.

    Parameters
    ----------
    path : Path
        xlsx; xls, xlsb and ods, of which less is seen; or a text file (csv, txt).
    coding, mark : str, optional
        Of a text file: its coding and the mark between its cells, where its mapping declares them.

    Raises
    ------
    FactsError
        If it is absent, too large, locked by a password, of another kind than its name says, or damaged.
    """
    form = _form_of(path, _bytes_of(path), coding, mark)
    refuse_broken_letters(path, form)
    return form


def _form_of(path: Path, data: bytes, coding: str, mark: str) -> Form:
    """Return the form that a file holds, by the reader of its kind."""
    if data.startswith(_OLE):
        return _older(path, data)
    if data.startswith(b"PK"):
        return _packed(path, data)
    begun = data[:2000].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if begun.startswith(b"mime-version"):
        raise _other(path, "HTML")
    if begun.startswith((b"<html", b"<!doctype", b"<table", b"<head", b"<meta", b"<body")):
        raise _other(path, "HTML")
    if begun.startswith(b"<"):
        raise _other(path, "XML")
    kind = next((name for start, name in _KINDS if data.startswith(start)), "")
    if kind:
        raise _other(path, kind)
    refuse_wide(path, data)
    return read_text_form(path, data, coding=coding, mark=mark)


def _bytes_of(path: Path) -> bytes:
    if not str(path).isprintable() or "\ufffd" in str(path):
        raise _unread(path, worded("the name of a form's file is of printed letters"))
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise _unread(path, worded("a form is a file"))
        if about.st_size > MOST_BYTES:
            raise _unread(
                path, worded("a form has at most {most} MB", most=MOST_BYTES // 1_000_000), large=True
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise _unread(path, worded("the file must exist")) from None
    except (OSError, ValueError):
        raise _unread(path, worded("the file cannot be opened")) from None
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise _unread(path, worded("the file is empty"))
    return data


def _unread(path: Path, rule: str, *, large: bool = False) -> FactsError:
    do = worded("send the sheet with the figures alone") if large else worded("give the path of the form")
    return FactsError(where=str(path), rule=rule, do=do)


def _other(path: Path, kind: str) -> FactsError:
    return FactsError(
        where=str(path),
        rule=worded("the file is {kind}, not a workbook and not a text table", kind=kind),
        do=worded("open it in Excel and save it as .xlsx"),
    )


def _older(path: Path, data: bytes) -> Form:
    if _ENCRYPTED in data:
        raise FactsError(
            where=str(path),
            rule=worded("the workbook is locked by a password"),
            do=worded("save it without a password (File, Info, Protect Workbook), and send that file"),
        )
    if "WordDocument".encode("utf-16-le") in data:
        raise _other(path, "Word")
    return read_older_form(path, data)


def _open_document(path: Path, data: bytes) -> Form:
    """Return an ods; one that repeats cells without end is refused before they are written out."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            content = archive.read("content.xml")
            size = written_out(content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, KeyError):
        raise _damaged(path) from None
    if size > MOST_WRITTEN_OUT:
        raise _unread(path, worded("a form has at most {cells} cells", cells=MOST_CELLS), large=True)
    return read_older_form(path, data, sheets_seen(content))


def _damaged(path: Path) -> FactsError:
    return FactsError(
        where=str(path),
        rule=worded("the workbook is damaged or was not sent whole"),
        do=worded("send it again"),
    )


def _packed(path: Path, data: bytes) -> Form:
    """Return the form in a zip archive: a workbook of one kind or another."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            sizes = sum(part.file_size for part in archive.infolist())
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, KeyError):
        raise _damaged(path) from None
    if "xl/workbook.bin" in names or b"opendocument.spreadsheet" in kind:
        if sizes > MOST_BYTES * 2:
            raise _unread(
                path, worded("a form has at most {most} MB", most=MOST_BYTES // 1_000_000), large=True
            )
        return _open_document(path, data) if "content.xml" in names else read_older_form(path, data)
    if "xl/workbook.xml" in names or (
        "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
    ):
        return read_workbook_form(path, data)
    raise _other(path, "Word" if "word/document.xml" in names else "ZIP")
