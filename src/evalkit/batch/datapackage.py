"""tables/datapackage.json: what the CSV files are, for programs (Frictionless Data Package)."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from evalkit.facts.bundle import Bundle
from evalkit.languages import ending, spoken
from evalkit.reporting.blocks import CONFIDENTIAL

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?(e[-+]?\d+)?")


def datapackage(bundle: Bundle, tables: Mapping[Path, str]) -> str:
    """Return the description of a folder of tables.

    Parameters
    ----------
    bundle : Bundle
        Says what the figures are and where they come from.
    tables : mapping of Path to str
        The CSV files and their SHA-256.
    """
    about = bundle.about
    content = {
        "name": f"evalkit-{about.workspace.lower()}",
        "title": " / ".join(about.title.values()),
        "created": f"{about.date}T00:00:00Z",
        "invented": about.invented,
        "audience": about.audience,
        "sources": [{"title": f"{source.agency}: {source.title}"} for source in bundle.sources.values()],
        "resources": [
            _resource(path, sha) for path, sha in sorted(tables.items(), key=lambda item: item[0].name)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _resource(path: Path, sha: str) -> dict[str, Any]:
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    columns = zip_longest(*rows, fillvalue="") if rows else [() for _ in header]
    fields = [{"name": name, "type": _type(column)} for name, column in zip(header, columns, strict=True)]
    return {
        "name": path.stem.lower(),
        "path": path.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "lang": next((one for one in spoken()[1:] if path.stem.endswith(ending(one))), spoken()[0]),
        "hash": f"sha256:{sha}",
        "schema": {"fields": fields, "missingValues": ["", CONFIDENTIAL]},
    }


def _type(column: Sequence[str]) -> str:
    """Return "number" where every cell that is neither blank nor hidden is one.

    Examples
    --------
    >>> _type(("39", "[c]", "")), _type(("22", "Quảng Ninh")), _type(("02", "04"))
    ('number', 'string', 'string')
    """
    cells = [cell for cell in column if cell not in ("", CONFIDENTIAL)]
    return "number" if cells and all(map(_NUMBER.fullmatch, cells)) else "string"
