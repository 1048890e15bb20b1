"""How a run tells what it does: a table on a terminal, plain lines elsewhere, or one JSON object a line for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from evalkit.batch.options import Event, RunReport, lapsed, protecting
from evalkit.batch.staleness import CURRENT
from evalkit.messages import shown, worded

Tell = Callable[[Event], None]
_TENTHS = 10  # so many lines at the most while figures are protected


@contextmanager
def telling(stream: TextIO, *, as_json: bool = False) -> Iterator[Tell]:
    """Give the function that is told each event of a run.

    Parameters
    ----------
    stream : text stream
        Where to: a table is shown if it is a terminal.
    as_json : bool
        One JSON object a line instead.
    """
    if as_json:
        yield lambda event: print_line(stream, json.dumps(event_record(event), ensure_ascii=False))
    elif stream.isatty():
        from evalkit.batch.screen import on_screen  # noqa: PLC0415  rich is loaded where there is a terminal

        with on_screen(stream) as tell:
            yield tell
    else:
        yield _Lines(stream)


def event_record(event: Event) -> dict[str, object]:
    """Return an event as plain values; the last one holds the counts of the report."""
    report = event.report
    counts = (
        {}
        if report is None
        else {
            **report_counts(report),
            "index": [str(path) for path in report.index],
            "pages": [str(path) for path in report.pages],
        }
    )
    return {"event": event.kind, **event.details, **counts}


def report_counts(report: RunReport) -> dict[str, int]:
    """Return how many pages were made, were current, failed and lack lines, and how many figures are hidden."""
    return {
        "made": len(report.made),
        "current": len(report.current),
        "failed": len(report.failed),
        "lapsed": len(report.lapses),
        "hidden_cells": report.hidden_cells,
        "warnings": report.warnings,
    }


def summary(report: RunReport, *, why: bool = False) -> str:
    """Return the last words of a run: counts, hidden figures, where the index is; ``why`` each page was made or not."""
    counts = report_counts(report)
    lines = [
        *([f"{stem}: {shown(reason)}" for stem, reason in report.why.items()] if why else []),
        worded(
            "pages: {made} made, {current} current, {failed} failed",
            made=counts["made"],
            current=counts["current"],
            failed=counts["failed"],
        ),
        *lapsed(report),
        worded("figures hidden: {number}", number=counts["hidden_cells"]),
        *(
            [worded("warnings: {number} (evalkit check lists them)", number=counts["warnings"])]
            if counts["warnings"]
            else []
        ),
        *(worded("open in a browser: {path}", path=path) for path in (*report.pages, *report.index)),
    ]
    return "\n".join(map(shown, lines))


def print_line(stream: TextIO, text: str) -> None:
    """Write one line at once, so that a log shows it when it happens."""
    stream.write(text + "\n")
    stream.flush()


class _Lines:
    """Plain lines, one a page."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.total, self.done = stream, 0, 0

    def __call__(self, event: Event) -> None:
        if (
            event.kind == "protecting"
            and event.details["number"] % max(1, event.details["total"] // _TENTHS) == 0
        ):
            print_line(self.stream, shown(protecting(event)))
        elif event.kind in ("whole", "mended", "in_part"):
            print_line(self.stream, shown(event.details["message"]))
        elif event.kind == "planned":
            self.total = len(event.details["to_make"])
            current = list(event.details["why"].values()).count(CURRENT)
            print_line(
                self.stream,
                shown(
                    worded("pages to make: {number}; current: {current}", number=self.total, current=current)
                ),
            )
        elif event.kind in ("kept", "made", "failed"):
            self.done += 1
            print_line(self.stream, f"[{self.done}/{self.total}] {shown(_line(event))}")


def _line(event: Event) -> str:
    if event.kind == "failed":
        return worded("FAILED {message}", message=event.details["message"])
    if event.kind == "kept":
        return worded("{page} (finished by the run before)", page=event.details["stem"])
    lacks = len(event.details.get("lapses", ()))
    made = f"{event.details['stem']} ({event.details['seconds']:.1f} s)"
    return worded("{made}; lines not computed: {number}", made=made, number=lacks) if lacks else made
