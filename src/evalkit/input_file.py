"""The door of every file a user hands in: a regular file of bounded size, inside its folder, text in UTF-8.

Whatever stands in the way is told in words, with a line where there is one, and nothing of the content is ever quoted.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from pathlib import Path

from evalkit.errors import DeclarationError, EvalkitError
from evalkit.messages import worded

MOST_BYTES = 200_000_000
_KINDS = {
    stat.S_IFDIR: worded("a folder"),
    stat.S_IFIFO: worded("a pipe"),
    stat.S_IFCHR: worded("a device"),
    stat.S_IFBLK: worded("a device"),
    stat.S_IFSOCK: worded("a socket"),
}
_OTHER_FORMATS = {
    b"PK\x03\x04": worded("a workbook (xlsx) or a zip archive under another name"),
    b"PK\x05\x06": worded("an empty zip archive under another name"),
    b"\xd0\xcf\x11\xe0": worded("an old workbook (xls) under another name"),
    b"\x1f\x8b": worded("a packed file (gzip) under another name"),
    b"%PDF": worded("a PDF under another name"),
}
_MARK = b"\xef\xbb\xbf"
_OPENING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
_CLOSING = {"\u202c": "\u202a\u202b\u202d\u202e", "\u2069": "\u2066\u2067\u2068"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_DIRECTION = re.compile(f"[{_OPENING}{''.join(_CLOSING)}]")
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def read_text(
    path: Path,
    *,
    error: type[EvalkitError] = DeclarationError,
    absent: str = worded("the file must exist"),
    mark: bool = False,
) -> str:
    """Return the text of a file that a user handed in.

    Parameters
    ----------
    path : Path
    error : type of EvalkitError
        What to raise.
    absent : str
        The rule that an absent file breaks.
    mark : bool
        Whether the file may open with a byte order mark, which is dropped: spreadsheets write one before a CSV.

    Raises
    ------
    EvalkitError
        If the file is absent, a folder, a pipe or a device, too large, in another format or another coding. The content is
        not quoted.
    """
    data = _bytes_of(path, error=error, absent=absent)
    if fault := _coding_fault(data, mark=mark):
        raise error(where=f"{path}{fault[0]}", rule=fault[1], do=fault[2])
    return data.removeprefix(_MARK).decode("utf-8")


def _bytes_of(path: Path, *, error: type[EvalkitError], absent: str) -> bytes:
    try:
        about = path.stat()
        kind = _KINDS.get(
            stat.S_IFMT(about.st_mode), "" if stat.S_ISREG(about.st_mode) else worded("no plain file")
        )
        if kind:
            raise error(
                where=str(path),
                rule=worded("this must be a file and is {kind}", kind=kind),
                do=worded("put the file itself there"),
            )
        if about.st_size > MOST_BYTES:
            raise error(
                where=str(path),
                rule=worded("a file has at most {most} MB", most=MOST_BYTES // 1000000),
                do=worded("split it, or remove what does not belong there"),
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise error(where=str(path), rule=absent, do=worded("create it or correct the path")) from None
    except (OSError, ValueError) as fault:
        raise error(
            where=str(path),
            rule=worded("the file cannot be read: {reason}", reason=_reason(fault)),
            do=worded("put a file there that can be read"),
        ) from None


def _reason(fault: OSError | ValueError) -> str:
    if isinstance(fault, PermissionError):
        return worded("permission denied")
    words = fault.strerror if isinstance(fault, OSError) else ""
    return words.lower() if words else worded("its name is no name of a file")


def _coding_fault(data: bytes, *, mark: bool) -> tuple[str, str, str] | None:
    """Return where, rule and remedy of a file that is no text in UTF-8; None where it is."""
    for start, name in _OTHER_FORMATS.items():
        if data.startswith(start):
            return (
                "",
                worded("the file must be text in UTF-8; this is {name}", name=name),
                worded("save it as text (a table: CSV UTF-8)"),
            )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _is_wide(data):
        return (
            "",
            worded("the file must be text in UTF-8; this is UTF-16"),
            worded("save it again in UTF-8 (a table: CSV UTF-8)"),
        )
    if b"\0" in data:
        where = f", line {1 + data[: data.index(0)].count(10)}"
        return (
            where,
            worded("the file must be text in UTF-8 and holds a NUL byte"),
            worded("remove it, or save the file again"),
        )
    if data.startswith(_MARK) and not mark:
        return (
            "",
            worded("the file opens with a byte order mark"),
            worded("save it in UTF-8 without a byte order mark (BOM)"),
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        where = f", line {1 + data[: fault.start].count(10)}"
        return (
            where,
            worded("the file must be text in UTF-8; this line is in another coding"),
            worded("save it again in UTF-8"),
        )
    return None


def _is_wide(data: bytes) -> bool:
    """Tell whether every second byte is NUL for the most part: UTF-16 without its mark."""
    start = data[:200]
    return len(start) > 1 and max(start[0::2].count(0), start[1::2].count(0)) > len(start) // 4


def text_fault(text: str, *, lines: bool = False) -> tuple[str, str] | None:
    r"""Return rule and remedy of a text with characters that nobody sees; None where there is none.

    Parameters
    ----------
    text : str
    lines : bool
        Whether it may have several lines.

    Examples
    --------
    >>> text_fault("Quảng Ninh"), text_fault("a\u2067b\u2069")
    (None, None)
    >>> text_fault("Tên\u202e")
    ('a mark that turns the direction of writing (U+202E) is not closed', 'remove the invisible mark')
    """
    control = _CONTROL.search(text.replace("\n", "") if lines else text)
    if control:
        return (
            worded("a text holds no control character (U+{code})", code=f"{ord(control[0]):04X}"),
            worded("remove the invisible character; a cell has one line"),
        )
    open_marks: list[str] = []
    for found in _DIRECTION.finditer(text):
        mark = found[0]
        if mark in _OPENING:
            open_marks.append(mark)
        elif not open_marks or open_marks.pop() not in _CLOSING[mark]:
            return (
                worded(
                    "a mark that closes a direction of writing (U+{code}) has no opening one",
                    code=f"{ord(mark):04X}",
                ),
                worded("remove the invisible mark"),
            )
    if open_marks:
        return (
            worded(
                "a mark that turns the direction of writing (U+{code}) is not closed",
                code=f"{ord(open_marks[-1]):04X}",
            ),
            worded("remove the invisible mark"),
        )
    return None


def plain_name(text: str, *, ascii_only: bool = True) -> bool:
    """Tell whether a word may be part of a file's name: letters, digits, hyphens and underscores.

    Examples
    --------
    >>> plain_name("quang-ninh_22"), plain_name("../etc"), plain_name("Quảng"), plain_name("Quảng", ascii_only=False)
    (True, False, False, True)
    """
    if ascii_only:
        return _PLAIN.fullmatch(text) is not None
    letters = unicodedata.normalize("NFC", text).replace("-", "a").replace("_", "a")
    return letters.isalnum()


def outside(root: Path, name: str) -> str:
    """Return how a path leads out of a folder, in words; nothing where it stays inside. The file is not opened.

    Parameters
    ----------
    root : Path
        The folder.
    name : str
        A path as written, relative to the folder.

    Examples
    --------
    >>> outside(Path("ws"), "../other/facts.csv"), outside(Path("ws"), "programme/targets.toml")
    ('has ".." in it', '')
    """
    path = Path(name)
    if path.is_absolute() or name.startswith(("~", "\\")) or re.match(r"[A-Za-z]:", name):
        return worded("begins at the root of the disk")
    if ".." in re.split(r"[/\\]", name):
        return worded('has ".." in it')
    try:
        within = (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return worded("is a link that leads nowhere")
    return "" if within else worded("is a link that leads out of it")


def refuse_outside(
    root: Path, name: str, *, where: str, error: type[EvalkitError] = DeclarationError
) -> None:
    """Refuse a path that leads out of the workspace, without opening it.

    Raises
    ------
    EvalkitError
        If it does; the message says how.
    """
    if how := outside(root, name):
        raise error(
            where=where,
            rule=worded("a path of a workspace stays inside it; this one {how}", how=how),
            do=worded("copy what it names into the workspace and write its path there"),
        )
