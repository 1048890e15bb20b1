"""What a run is asked for, what it tells while it goes on, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from evalkit.batch.outcome import CELL_SECONDS, JobFailure
from evalkit.messages import worded
from evalkit.reporting.blocks import LANGUAGES, Language
from evalkit.workspace import Audience


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for.

    Attributes
    ----------
    provinces : tuple of str
        Codes or names; none for all provinces and the nation.
    audience : "public" or "internal"
    languages : tuple of {"vi", "en"}
    scheme : str, optional
        The boundary set of the pages; the workspace's own by default.
    edition : str
        A name the pages bear beside their date.
    out : Path, optional
        The reports folder; ``reports/<workspace>`` by default.
    jobs : int, optional
        Pages made at the same time; the cores by default.
    force : bool
        Make current pages again.
    retry : bool
        Make only what failed before, or was made without some of its lines.
    cell_seconds : int
        How long one cell may take.
    notebooks : Path, optional
        The folder of the report notebooks; the shipped ones by default.
    scheduler : str
        Address of a dask scheduler whose workers make the pages; local processes by default.
    notebook : Path, optional
        A report notebook of one's own for the provinces.
    parameters : tuple of pair of str
        Further parameters of the notebooks: name and value, as typed.
    nation : bool
        Make the national page; together with ``provinces`` these too, without them it alone.
    pdf : bool
        Print the brief of each page as PDF beside it.
    """

    provinces: tuple[str, ...] = ()
    audience: Audience = "public"
    languages: tuple[Language, ...] = LANGUAGES
    scheme: str | None = None
    edition: str = ""
    out: Path | None = None
    jobs: int | None = None
    force: bool = False
    retry: bool = False
    cell_seconds: int = CELL_SECONDS
    notebooks: Path | None = None
    scheduler: str = ""
    notebook: Path | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    nation: bool = False
    pdf: bool = False


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did.

    ``made``, ``current`` and ``failed`` are pages by outcome; ``why`` tells for each page of the run why it was made or
    that it was current; ``hidden_cells`` counts the figures hidden in the whole bundle, ``warnings`` those of the checks;
    ``pages`` are the files of the provinces that were asked for, none where all were; ``lapses`` tells for each page that was
    made without some of its lines which could not be computed.
    """

    folder: Path
    index: tuple[Path, ...]
    made: tuple[str, ...]
    current: tuple[str, ...]
    failed: tuple[JobFailure, ...]
    hidden_cells: int
    warnings: int
    why: dict[str, str]
    pages: tuple[Path, ...] = ()
    lapses: dict[str, tuple[str, ...]] = field(default_factory=dict)


def lapsed(report: RunReport) -> list[str]:
    """Return a line for each page that was made without some of its lines.

    Examples
    --------
    >>> made = RunReport(Path("out"), (), ("national",), (), (), 0, 0, {}, lapses={"national": ("Trends: lost.",)})
    >>> lapsed(made)
    ['national: made, but 1 line could not be computed: Trends: lost.']
    """
    return [
        worded("{page}: made, but 1 line could not be computed: {lines}", page=stem, lines=lines[0])
        if len(lines) == 1
        else worded(
            "{page}: made, but {number} lines could not be computed: {lines}",
            page=stem,
            number=len(lines),
            lines=" ".join(lines),
        )
        for stem, lines in report.lapses.items()
    ]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a run, for a progress bar or a log: nothing in it is a figure of the workspace.

    ``protecting`` tells the ``number`` of the network of linked figures at work, of how many in ``total``, and how many are ``hidden``
    by now; ``whole`` tells in its ``message`` in how many such networks everything is hidden; ``mended`` tells in its ``message`` what a run that was cut off had left half done in the ledger; ``in_part`` names in its ``message`` a
    place of which only former units have figures; ``planned`` tells ``why`` by
    page, ``to_make`` and their ``names``; ``started`` tells the ``stem`` of a page that is being made (on a cluster: that has been sent there); ``kept`` tells the ``stem`` of a page that a run that was cut off had
    finished; ``made`` tells ``stem``, ``seconds`` and the ``lapses``: lines that could not be computed; ``failed`` tells ``stem``,
    ``reason`` and ``message``; ``published`` comes last and bears the report.
    """

    kind: Literal[
        "protecting",
        "whole",
        "mended",
        "in_part",
        "planned",
        "started",
        "kept",
        "made",
        "failed",
        "published",
    ]
    details: dict[str, Any] = field(default_factory=dict)
    report: RunReport | None = None


def protecting(event: Event) -> str:
    """Say how far protection is."""
    return worded("protecting: network {number} of {total}, {hidden} figures hidden", **event.details)


def hidden_whole(number: int, total: int) -> str:
    """Say in how many groups of linked figures everything is hidden that is not known from elsewhere.

    Examples
    --------
    >>> hidden_whole(2, 9)
    'groups of linked figures hidden whole, but for what is known from elsewhere, because no smaller choice was found: 2 of 9'
    """
    return worded(
        "groups of linked figures hidden whole, but for what is known from elsewhere, because no smaller choice was found: {number} of {total}",
        number=number,
        total=total,
    )
