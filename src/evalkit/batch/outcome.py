"""What the driver asks of a worker and what comes back: plain records, light to load and safe to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from evalkit.errors import DisclosureError
from evalkit.messages import worded
from evalkit.reporting.blocks import Bilingual, Language

if TYPE_CHECKING:
    from evalkit.batch.plan import Job
    from evalkit.facts.bundle import Bundle

CELL_SECONDS = 300

Reason = Literal[
    "cell_error",
    "cell_timeout",
    "kernel_died",
    "not_all_cells_ran",
    "not_started",
    "not_rendered",
    "contradicts_itself",
    "not_stored",
    "worker_died",
    "interrupted",
]
MEANING: dict[Reason, str] = {
    "cell_error": worded("a cell raised an error"),
    "cell_timeout": worded("a cell took too long"),
    "kernel_died": worded("the kernel died"),
    "not_all_cells_ran": worded("the notebook ended before its last cell"),
    "not_started": worded("the kernel did not start or the notebook could not be run"),
    "not_rendered": worded("the page could not be made from the notebook"),
    "contradicts_itself": worded("the page says two things that cannot both be"),
    "not_stored": worded("its files could not be written (is the disk full?)"),
    "worker_died": worded("the process that made the page was ended from outside (often: too little memory)"),
    "interrupted": worded("the run was interrupted"),
}


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a page was not made, without a value, a path or a traceback: it is printed and kept in the manifest.

    ``cell`` is the 1-based place in the notebook; ``exception`` the type's name; ``told`` where, which rule and what to do, if evalkit
    itself refused, of a page that contradicts itself and is for everybody also the sentence; ``refusal`` is set where going on would show what may not be seen, and ends the whole run.
    """

    stem: str
    code: str
    reason: Reason
    exception: str = ""
    cell: int | None = None
    told: str = ""
    refusal: DisclosureError | None = None

    def __str__(self) -> str:
        gaps = {
            "page": self.stem,
            "meaning": MEANING[self.reason],
            "kind": f" ({self.exception})" if self.exception else "",
            "told": worded(": {told}", told=self.told) if self.told else "",
        }
        if self.cell:
            return worded("{page}: {meaning}, cell {cell}{kind}{told}", cell=self.cell, **gaps)
        return worded("{page}: {meaning}{kind}{told}", **gaps)


@dataclass(frozen=True, slots=True)
class PageOrder:
    """Everything a worker needs for one page: it may be on another machine.

    ``facts`` are the job's slice; ``source`` is the notebook's own text; ``keep_notebook`` says that the executed notebook
    is published beside the pages; ``pdf`` that the brief is printed; ``country`` that the country's page is there to link to; ``forms`` are the files to be filled in that
    go with it.
    """

    job: Job
    facts: Bundle
    source: str
    languages: Sequence[Language]
    footer: Sequence[Bilingual]
    keep_notebook: bool
    cell_seconds: int = CELL_SECONDS
    pdf: bool = False
    country: bool = False
    forms: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageMade:
    """A page that is finished: its files' contents by the names they are published with, and how long it took.

    ``lapses`` are the lines of the page that could not be computed or written, as they stand on it in English.
    """

    stem: str
    seconds: float
    contents: dict[str, bytes] = field(default_factory=dict)
    lapses: tuple[str, ...] = ()
