"""The bundle's files as bytes: equal content is equal bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from evalkit.table import DATES, key_of, without_empty_dimensions


def facts_to_parquet(facts: pd.DataFrame) -> bytes:
    """Write facts in one canonical order and type, so that equal facts are equal bytes."""
    facts = without_empty_dimensions(facts)
    facts = facts[sorted(facts.columns)]
    table = pa.Table.from_pandas(facts, preserve_index=False).replace_schema_metadata(None)
    types = [pa.timestamp("ms") if name in DATES else table.schema.field(name).type for name in facts]
    table = table.cast(pa.schema(zip(facts, types, strict=True)))
    table = table.sort_by([(name, "ascending") for name in key_of(facts)])
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd")
    return stream.getvalue()


def facts_from_parquet(path: Path) -> pd.DataFrame:
    """Read facts written by :func:`facts_to_parquet`; text columns are ``str``."""
    facts: pd.DataFrame = pq.read_table(path).to_pandas()
    text = [name for name in facts.columns if facts[name].dtype == object]
    return facts.astype(dict.fromkeys(text, "str"))


def to_json(content: Any) -> bytes:
    r"""Write plain content as JSON in the order given, an entry a line: indented deeper, it would take ten times as long.

    Examples
    --------
    >>> to_json({"a": [1, 2], "b": {}}).decode()
    '{\n"a": [1, 2],\n"b": {}\n}\n'
    """
    if isinstance(content, dict):
        return _lines("{}", (f"{_line(str(name))}: {_line(value)}" for name, value in content.items()))
    return _lines("[]", map(_line, content)) if isinstance(content, list) else _line(content).encode()


def _lines(brackets: str, entries: Iterable[str]) -> bytes:
    inside = ",\n".join(entries)
    return f"{brackets[0]}\n{inside}\n{brackets[1]}\n".encode()


def _line(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False)


def from_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
