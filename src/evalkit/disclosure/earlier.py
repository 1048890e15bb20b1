"""What earlier releases told, as cells beside today's: an attacker keeps old editions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from evalkit.disclosure.equations import dimensions
from evalkit.disclosure.ledger import Figure, Ledger, Told
from evalkit.disclosure.protection_rules import protected_cells
from evalkit.errors import DisclosureError
from evalkit.messages import worded
from evalkit.programme.models import Programme
from evalkit.table import MARK
from evalkit.workspace import DisclosurePolicy

_KEPT = ("province_code", "scheme", "place_basis", "measure", "source_id")
_DATES = ("period_start", "period_end", "edition_date")


def figures_of(facts: pd.DataFrame) -> list[Figure]:
    """Return the name of each row as the ledger writes it.

    Parameters
    ----------
    facts : DataFrame
        A facts table, or cells of one.
    """
    dates = {name: facts[name].dt.strftime("%Y-%m-%d") for name in _DATES}
    breakdown = pd.Series("", index=facts.index)
    for name in sorted(dimensions(facts)):
        breakdown += (";" + name + "=" + facts[name]).where(facts[name] != "all", "")
    columns = {name: facts[name] for name in _KEPT} | dates | {"breakdown": breakdown.str.removeprefix(";")}
    return [Figure(*row) for row in zip(*(columns[name] for name in Figure._fields), strict=True)]


def told_by(facts: pd.DataFrame, programme: Programme, policy: DisclosurePolicy) -> dict[Figure, Told]:
    """Return what a release of protected facts tells of persons.

    Parameters
    ----------
    facts : DataFrame
        Protected facts, with the column ``mark``.
    programme, policy
        As for :func:`evalkit.disclosure.protect.protect`.
    """
    held = facts.assign(status=facts["status"].replace("suppressed", "reported")).drop(columns=MARK)
    cells = protected_cells(held, programme, policy)
    hidden = (facts.loc[cells.index, "status"] == "suppressed").tolist()
    rows = zip(figures_of(cells), cells["known"].tolist(), hidden, cells["value"].tolist(), strict=True)
    return {
        name: Told("hidden") if concealed else Told("known" if known else "shown", value)
        for name, known, concealed, value in rows
    }


def with_earlier(
    cells: pd.DataFrame,
    ledger: Ledger,
    programme: Programme,
    policy: DisclosurePolicy,
    *,
    history: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, list[list[int]]]:
    """Add to today's cells those of earlier editions, and say which stood side by side in each release.

    Parameters
    ----------
    cells : DataFrame
        Today's cells, labelled 0, 1, ..., with the column ``row``.
    ledger : Ledger
    programme, policy
        As for :func:`evalkit.disclosure.protect.protect`.
    history : DataFrame, optional
        Facts of earlier editions: the values of figures that were hidden, where they are still known to us.

    Returns
    -------
    tuple of DataFrame and list
        The cells with columns ``released`` (shown before, by this value) and ``before`` (hidden before), those of earlier
        editions last with ``row`` -1 and, where hidden, no value; and the labels of each release, today's last.

    Raises
    ------
    DisclosureError
        If a figure that was shown has another value now under the same edition date.
    """
    told, today = ledger.told(), figures_of(cells)
    then = [told.get(name) for name in today]
    hidden = {name.counted for name, one in told.items() if one.state == "hidden"}
    cells = cells.assign(
        released=[one is not None and one.state != "hidden" for one in then],
        before=[name.counted in hidden for name in today],
    )
    _refuse_silent_changes(cells, then)
    published = {} if history is None else _published(history, programme, policy)
    present = set(today)
    older = {name: one for name, one in (published | told).items() if name not in present}
    if not older:
        return cells, []
    if history is not None:
        older = _with_values(older, history)
    attributes = {part.partition("=")[0] for name in older for part in name.breakdown.split(";") if part}
    cells = cells.assign(**dict.fromkeys(sorted(attributes - set(cells)), "all"))
    made = protected_cells(_facts_of(older, cells), programme, policy)
    made = made.assign(known=made["published"], released=~made["before"], row=-1)
    label = {name: position for position, name in enumerate([*today, *figures_of(made)])}
    days = {name.edition_date for name in published if name not in present}
    releases = [*_vintages(label, days), *_side_by_side([*ledger.releases(), present], label)]
    return pd.concat([cells, made], ignore_index=True), releases


def _published(history: pd.DataFrame, programme: Programme, policy: DisclosurePolicy) -> dict[Figure, Told]:
    """Return the published figures of all editions: everybody knows the earlier ones too."""
    cells = protected_cells(history[history["published"]], programme, policy)
    return {
        name: Told("known", value)
        for name, value in zip(figures_of(cells), cells["value"].tolist(), strict=True)
    }


def _vintages(label: dict[Figure, int], days: set[str]) -> Iterator[list[int]]:
    """Yield the labels of what stood side by side on some days: the latest edition of each figure up to then."""
    for day in sorted(days):
        until = sorted(
            (name for name in label if name.edition_date <= day), key=lambda name: name.edition_date
        )
        latest = {name.lasting: label[name] for name in until}
        yield sorted(latest.values())


def _refuse_silent_changes(cells: pd.DataFrame, then: list[Told | None]) -> None:
    shown = {at: one.value for at, one in enumerate(then) if one is not None and one.value is not None}
    for row, value in zip(cells.iloc[list(shown)].itertuples(), shown.values(), strict=True):
        if value != row.value:
            raise DisclosureError(
                where=f"{row.measure}, {row.scheme}:{row.province_code}, {row.period_start:%Y-%m-%d}",
                rule=worded("a figure that was released has another value now under the same edition date"),
                do=worded("give the revised row its own edition_date, so that both editions are known"),
            )


def _with_values(older: dict[Figure, Told], history: pd.DataFrame) -> dict[Figure, Told]:
    """Give hidden figures their values, where the facts still hold them: for the attack, never for a page."""
    held = dict(zip(figures_of(history), history["value"].tolist(), strict=True))
    return {
        name: Told(one.state, held.get(name) if one.value is None else one.value)
        for name, one in older.items()
    }


def _facts_of(older: dict[Figure, Told], cells: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(list(older), columns=list(Figure._fields))
    for name in _DATES:
        frame[name] = pd.to_datetime(frame[name]).astype(cells[name].dtype)
    for name in dimensions(cells):
        found = frame["breakdown"].str.extract(rf"(?:^|;){name}=([^;]*)", expand=False)
        frame[name] = found.fillna("all")
    states = [one.state for one in older.values()]
    return frame.drop(columns="breakdown").assign(
        value=pd.Series([one.value for one in older.values()], dtype=float),
        status="reported",
        published=[state == "known" for state in states],
        before=[state == "hidden" for state in states],
    )


def _side_by_side(releases: Iterable[set[Figure]], label: dict[Figure, int]) -> Iterator[list[int]]:
    """Yield the labels of what stood side by side after each release: the latest edition of each figure."""
    latest: dict[tuple[str, ...], Figure] = {}
    for together in releases:
        latest.update({name.lasting: name for name in together})
        yield sorted(label[name] for name in latest.values() if name in label)
