"""The totals of the edition released before, kept beside the protected bundle, and what is new or revised since.

``.evalkit/editions-SCHEME`` holds two files with what pages showed, nothing else: the totals of the last release and those of the one before
it. A release made again on another day finds its own totals in the first and is held against the second: it says the same as before.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from evalkit.batch.receipt import OWN_FOLDER
from evalkit.facts.bundle import Bundle
from evalkit.facts.editions import Changed, Since
from evalkit.programme.models import Programme
from evalkit.table import totals_only
from evalkit.workspace import Workspace

NOW, BEFORE = "now.parquet", "before.parquet"
_DAYS = ("period_start", "period_end")
Name = tuple[str, str, str, str, str, str, str]
_NAMES = ("province_code", "scheme", "place_basis", *_DAYS, "measure", "source_id")


class Edition(NamedTuple):
    """A release: its name and day, and its totals by what names them."""

    name: str
    date: str
    totals: dict[Name, float]


def since_last(
    facts: pd.DataFrame, *, workspace: Workspace, scheme: str, programme: Programme, day: date
) -> Since | None:
    """Return what is new or revised among the totals that are shown.

    Parameters
    ----------
    facts : DataFrame
        Protected facts, latest editions only.
    workspace, scheme
        Where earlier releases are kept, and the boundary set of the pages.
    programme : Programme
        Its population is neither new nor revised.
    day : date
        The day of the bundle: what was released that day belongs to this edition.

    Returns
    -------
    Since or None
        None where no earlier edition is known. A hidden figure is neither new nor revised.
    """
    shown = _totals(facts, programme)
    last = _read(_folder(workspace, scheme) / NOW)
    if last is not None and (last.totals == shown or last.date == day.isoformat()):
        last = _read(_folder(workspace, scheme) / BEFORE)
    if last is None:
        return None
    changed = (
        Changed(*name, last.totals.get(name))
        for name, value in shown.items()
        if last.totals.get(name) != value
    )
    return Since(last.name, last.date, tuple(sorted(changed, key=lambda one: one.named)))


def keep_edition(workspace: Workspace, bundle: Bundle, *, edition: str) -> None:
    """Keep the totals of a release for the next one; where nothing can be written nothing is kept, and the next says nothing of this."""
    folder = _folder(workspace, bundle.about.scheme)
    shown = _totals(bundle.facts, bundle.programme)
    last = _read(folder / NOW)
    if last is not None and last.totals == shown:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.parent.chmod(0o700)
        if last is not None and last.date != bundle.about.date:
            (folder / NOW).replace(folder / BEFORE)
        _write(folder / NOW, Edition(edition or bundle.about.date, bundle.about.date, shown))
    except OSError:
        return


def _totals(facts: pd.DataFrame, programme: Programme) -> dict[Name, float]:
    """Return the shown totals by their names; of sums that two schemes have alike each is one."""
    rows = totals_only(facts, programme.dimensions)
    rows = rows[(rows["measure"] != programme.population) & rows["value"].notna()]
    days = {name: rows[name].dt.strftime("%Y-%m-%d") for name in _DAYS}
    names = zip(*(days.get(name, rows[name]) for name in _NAMES), strict=True)
    return dict(zip(names, rows["value"].tolist(), strict=True))


def _folder(workspace: Workspace, scheme: str) -> Path:
    return workspace.folder / OWN_FOLDER / f"editions-{scheme}"


def _read(path: Path) -> Edition | None:
    """Return a kept edition; nothing in any doubt."""
    try:
        table = pq.read_table(path)
        about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        frame = table.to_pandas()
        names = zip(*(frame[name] for name in _NAMES), strict=True)
        return Edition(about["name"], about["date"], dict(zip(names, frame["value"].tolist(), strict=True)))
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None


def _write(path: Path, edition: Edition) -> None:
    columns = list(zip(*edition.totals, strict=True)) or [()] * len(_NAMES)
    table = pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(_NAMES, columns, strict=True)}
        | {"value": pa.array(list(edition.totals.values()), pa.float64())}
    )
    made = path.with_suffix(".making")
    pq.write_table(
        table.replace_schema_metadata({"name": edition.name, "date": edition.date}), made, compression="zstd"
    )
    made.replace(path)
