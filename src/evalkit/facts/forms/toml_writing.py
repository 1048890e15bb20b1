"""Text as TOML holds it: what is written into drafts, records and entries of sources."""

from __future__ import annotations


def quoted(text: str) -> str:
    r"""Return a text as a TOML string on one line.

    Examples
    --------
    >>> quoted('a "b"')
    '"a \\"b\\""'
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f'"{"".join(map(_printed, escaped))}"'


def _printed(letter: str) -> str:
    return letter if letter.isprintable() else f"\\u{ord(letter):04X}"
