"""`evalkit template`: a form for one province, to be filled in and imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from evalkit.batch.clock import now
from evalkit.batch.declarations import programme_of, registry_of
from evalkit.batch.inhabitants import with_population
from evalkit.errors import SettingsError
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.form_template import FormOrder, asked_for, template_workbook
from evalkit.input_file import plain_name
from evalkit.messages import spoken, worded
from evalkit.plain_cells import FIRST_YEAR, LAST_YEAR
from evalkit.workspace import Workspace

_YEARS = 5
_MOST_YEARS = 20


def write_template(
    workspace: Workspace,
    out: Path,
    *,
    province: str,
    years: str = "",
    requests: bool = False,
    scheme: str | None = None,
    source: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Path, str]:
    """Write a form for a province; return its file and, where there is a shorter form, how to make that.

    Parameters
    ----------
    workspace : Workspace
    out : Path
        The xlsx file; none may be there yet.
    province : str
        A code or a name.
    years : str, optional
        "2019-2023" or "2023"; the last five full years where left out.
    requests : bool
        Whether the form asks for the figures of the programme's request list alone; for all where the programme has no list.
    scheme : str, optional
        The boundary set; the workspace's own by default.
    source : str, optional
        The source's name; by boundary set and code where left out.
    tell : callable
        Is told where another boundary set was in force in the years asked for.

    Raises
    ------
    EvalkitError
        If the place is not clear, the years are none, the source's name cannot be one, or the file is already there.
    """
    if source and not plain_name(source):
        raise _no_source(source)
    registry = registry_of(workspace)
    programme = with_population(programme_of(workspace), registry, workspace)
    asked = asked_for(programme)
    order = FormOrder(
        registry.find(province, scheme or workspace.scheme),
        _years(years),
        asked if requests and asked else None,
        spoken() if spoken() in workspace.languages else workspace.languages[0],
        source,
    )
    if out.suffix.lower() != ".xlsx" or out.exists():
        raise SettingsError(
            where=str(out),
            rule=worded("a file of this name is there already, and is not written over")
            if out.exists()
            else worded("a form is written into a new file that ends in .xlsx"),
            do=worded("give another name"),
        )
    _tell_older_set(order, tell)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(template_workbook(Vocabulary(programme, registry), order))
    return out, _shorter() if asked and not requests else ""


def _no_source(source: str) -> SettingsError:
    return SettingsError(
        where=f"--source {source}",
        rule=worded(
            "letters without diacritics, digits, hyphens and underscores only: it is part of file names"
        ),
        do=worded("give another name"),
    )


def _shorter() -> str:
    return worded(
        "it asks for every figure of the programme; --requests makes the short form, of the figures asked for first"
    )


def _tell_older_set(order: FormOrder, tell: Callable[[str], None]) -> None:
    """Tell that years of a form lie before its boundary set began, and which set they belong to; not where the boundaries are the same."""
    unit, first = order.unit, date(order.years[0], 12, 31)
    if unit.valid_from is None or first >= unit.valid_from or len(unit.components) < 2:
        return
    tell(
        worded(
            "figures of before {day} belong to the boundary set {older}: make the form with --scheme {older}, unless the figures were put together for the units of today",
            day=unit.valid_from.isoformat(),
            older=unit.component_scheme,
        )
    )


def _years(text: str) -> Sequence[int]:
    """Return the years of the columns."""
    last = now().year - 1
    if not text:
        return range(last - _YEARS + 1, last + 1)
    first, _, final = text.partition("-")
    if not (first.isdecimal() and (final or first).isdecimal()):
        raise _no_years(text)
    years = range(int(first), int(final or first) + 1)
    if not years or len(years) > _MOST_YEARS or years[0] < FIRST_YEAR or years[-1] > LAST_YEAR:
        raise _no_years(text)
    return years


def _no_years(text: str) -> SettingsError:
    return SettingsError(
        where=f"--years {text}",
        rule=worded("years are one year or a span of at most {most}", most=_MOST_YEARS),
        do=worded("write them as 2019-2023"),
    )
