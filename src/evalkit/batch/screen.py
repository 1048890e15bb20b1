"""What a terminal shows while pages are made: a table of provinces with state and seconds, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from evalkit.batch.clock import ticks
from evalkit.batch.options import Event, protecting
from evalkit.batch.staleness import CURRENT
from evalkit.messages import shown, worded

State = Literal["waiting", "at work", "made", "failed"]
_LEFT_FREE = 6  # lines of the terminal that are not the table's rows
_RANK: dict[State, int] = {"at work": 0, "failed": 1, "made": 2, "waiting": 3}
_TIMES_A_SECOND = 4
_STATES: dict[State, str] = {
    "waiting": worded("waiting"),
    "at work": worded("at work"),
    "made": worded("made"),
    "failed": worded("failed"),
}


@dataclass(slots=True)
class _Row:
    name: str
    state: State = "waiting"
    begun: float | None = None
    seconds: float = 0.0
    turn: int = 0


@contextmanager
def on_screen(stream: TextIO, *, clock: Callable[[], float] = ticks) -> Iterator[Callable[[Event], None]]:
    """Show a run on a terminal, and give the function that is told its events.

    Parameters
    ----------
    stream : text stream
        A terminal.
    clock : callable
        Gives seconds, for durations.
    """
    console = Console(file=stream)
    screen = Screen(console, clock)
    with Live(
        console=console,
        get_renderable=screen.shown,
        transient=True,
        refresh_per_second=_TIMES_A_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as live:
        screen.live = live
        yield screen


class Screen:
    """The table of a run: each page's state, and the time that the rest will take at the pace so far."""

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self.console, self.clock = console, clock
        self.live: Live | None = None
        self.rows: dict[str, _Row] = {}
        self.current, self.begun, self.turn = 0, clock(), 0
        self.before = worded("reading and protecting the facts")

    def __call__(self, event: Event) -> None:
        """Take in what happened."""
        if event.kind == "planned":
            names = event.details["names"]
            self.rows = {stem: _Row(names.get(stem, stem)) for stem in event.details["to_make"]}
            self.current = list(event.details["why"].values()).count(CURRENT)
            self.begun = self.clock()
        elif event.details.get("stem") in self.rows:
            self._note(self.rows[event.details["stem"]], event)
        if event.kind == "protecting":
            self.before = protecting(event)
        if event.kind in ("whole", "mended", "in_part"):
            self.console.print(shown(event.details["message"]), markup=False, highlight=False)
        if event.kind == "failed":
            self.console.print(
                shown(worded("FAILED {message}", message=event.details["message"])),
                markup=False,
                highlight=False,
            )
        for line in event.details.get("lapses", ()):
            self.console.print(
                shown(worded("NOT COMPUTED {page}: {line}", page=event.details["stem"], line=line)),
                markup=False,
                highlight=False,
            )
        if self.live is not None:
            self.live.refresh()

    def _note(self, row: _Row, event: Event) -> None:
        self.turn += 1
        row.turn = self.turn
        if event.kind == "started":
            row.state, row.begun = "at work", self.clock()
            return
        row.state = "failed" if event.kind == "failed" else "made"
        row.seconds = event.details["seconds"] if event.kind == "made" else self._worked(row)

    def shown(self) -> RenderableType:
        """Return the table as it is now, as many rows as the terminal has room for."""
        if not self.rows:
            return Text(shown(self.before))
        table = Table(box=None, pad_edge=False)
        table.add_column(shown(worded("province")))
        table.add_column(shown(worded("state")))
        table.add_column(shown(worded("seconds")), justify="right")
        for row in self._chosen(max(3, self.console.height - _LEFT_FREE)):
            table.add_row(
                Text(row.name),
                shown(_STATES[row.state]),
                self._seconds(row),
                style="bold" if row.state == "failed" else None,
            )
        return Group(table, Text(self.summary()))

    def summary(self) -> str:
        """Return the counts, and the time left."""
        states = [row.state for row in self.rows.values()]
        done = states.count("made") + states.count("failed")
        parts = [
            worded("{done} of {pages} pages", done=done, pages=len(states)),
            *([worded("{number} failed", number=states.count("failed"))] if "failed" in states else []),
            worded("{number} current", number=self.current),
            *self._left(done, len(states)),
        ]
        return ", ".join(map(shown, parts))

    def _left(self, done: int, pages: int) -> list[str]:
        if not done or done == pages:
            return []
        seconds = round((self.clock() - self.begun) / done * (pages - done))
        return [worded("about {time} left", time=f"{seconds // 60}:{seconds % 60:02}")]

    def _seconds(self, row: _Row) -> str:
        if row.state == "waiting":
            return ""
        return f"{self._worked(row) if row.state == 'at work' else row.seconds:.1f}"

    def _worked(self, row: _Row) -> float:
        return self.clock() - row.begun if row.begun is not None else 0.0

    def _chosen(self, room: int) -> list[_Row]:
        """Return the rows to show, in their order: those at work, what failed, what was made last, what comes next."""
        rows = list(self.rows.values())
        urgent = sorted(rows, key=lambda row: (_RANK[row.state], -row.turn))[:room]
        return [row for row in rows if any(row is one for one in urgent)]
