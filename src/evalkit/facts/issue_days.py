"""The day a source was issued: as people write it, and as the edition of figures whose form names none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from evalkit.messages import worded
from evalkit.plain_cells import day_fault

_UNDATED = ("", "-", "n.d.")
SEEN, NOT_SEEN = "verified", "to be checked"
_SEEN_WORDS = dict.fromkeys(("có", "yes", "true"), SEEN) | dict.fromkeys(
    ("chưa", "không", "no", "false"), NOT_SEEN
)
RECORD = ".record.toml"  # beside the facts of a form, what its import was
_DAY = re.compile(r"(?:ngày )?([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_MONTH = re.compile(r"(?:tháng )?([0-9]{1,2})[/.-]([0-9]{4})")
_YEARS = re.compile(r"[12][0-9]{3}(?:\s?[-–]\s?[12][0-9]{3})?")


def issue_day(text: object) -> object:
    """Return when a source was issued as it is kept: a day, a month, a year or years; "n.d." where nobody knows; what is neither text nor day as it is.

    Raises
    ------
    ValueError
        If it is none of these, or a day that is in no calendar.

    Examples
    --------
    >>> [issue_day(text) for text in ("15/3/2026", "tháng 3/2026", "2026-03-15", "2012–2026", "n.d.")]
    ['2026-03-15', '2026-03', '2026-03-15', '2012–2026', 'n.d.']
    >>> issue_day("31/02/2026")
    Traceback (most recent call last):
    ValueError: the day is written as 2026-03-15 or 15/3/2026, a month as 2026-03, a year as 2026; "n.d." where it is not known
    """
    if type(text) is date:
        return text.isoformat()
    if not isinstance(text, str):
        return text
    bare = " ".join(text.split())
    if found := _DAY.fullmatch(bare.lower()):
        kept = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    elif found := _MONTH.fullmatch(bare.lower()):
        kept = f"{found[2]}-{int(found[1]):02}"
    else:
        kept = bare
    month = re.fullmatch(r"[0-9]{4}-[0-9]{2}", kept)
    if kept in _UNDATED or _YEARS.fullmatch(kept) or not day_fault(f"{kept}-01" if month else kept):
        return kept
    raise ValueError(
        worded(
            'the day is written as 2026-03-15 or 15/3/2026, a month as 2026-03, a year as 2026; "n.d." where it is not known'
        )
    )


def seen_said(text: object) -> object:
    """Return whether the original was seen as it is kept, where yes or no is written; what is neither as it is.

    Examples
    --------
    >>> [seen_said(answer) for answer in ("có", "No", "verified", True)]
    ['verified', 'to be checked', 'verified', True]
    """
    return _SEEN_WORDS.get(" ".join(text.split()).casefold(), text) if isinstance(text, str) else text


def dated_by_sources(table: pd.DataFrame, issued: Mapping[str, str]) -> pd.DataFrame:
    """Return facts whose form named no day of edition with the day their source was issued.

    Parameters
    ----------
    table : DataFrame
        Rows of facts files, with ``file``.
    issued : mapping of str
        When each source was issued, as :func:`issue_day` keeps it. Of a month or a year its last day is taken, where that is over by the day of the import; one without either leaves that day.
    """
    undated = {file for file in table["file"].unique() if _names_no_day(Path(file))}
    days = {name: day for name, text in issued.items() if (day := _last_day(text)) is not None}
    editions = pd.to_datetime(table["source_id"].map(days)).where(table["file"].isin(undated))
    whole = [name for name, text in issued.items() if not day_fault(text)]
    known = editions.notna() & (table["source_id"].isin(whole) | (editions <= table["edition_date"]))
    edition = table["edition_date"].where(~known, editions)
    return table.assign(edition_date=edition.astype("datetime64[s]")) if known.any() else table


def _last_day(text: str) -> pd.Timestamp | None:
    """Return the day a source was issued, the last one of a month or a year."""
    if not day_fault(text):
        return pd.Timestamp(text)
    length = {7: "M", 4: "Y"}.get(len(text))
    if length is None or day_fault(f"{text}-01" if length == "M" else f"{text}-01-01"):
        return None
    return pd.Period(text, freq=length).end_time.normalize()


def _names_no_day(file: Path) -> bool:
    record = file.with_suffix(RECORD)
    if not record.is_file():
        return False
    try:
        return tomllib.loads(record.read_text(encoding="utf-8")).get("edition_named") is False
    except (OSError, ValueError):
        return False
