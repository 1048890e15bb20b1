"""List a programme's indicators, for people and for programs."""

from __future__ import annotations

import json

from evalkit.programme.models import Programme


def catalogue_text(programme: Programme) -> str:
    """Return one block of lines per indicator: code, name, what it is made of, how it is read.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> "Trafficking cases recorded" in catalogue_text(load_programme("vn-trafficking"))
    True
    """
    lines = [f"{programme.id}: {len(programme.indicators)} indicators"]
    for name, indicator in programme.indicators.items():
        base = f" / {indicator.denominator}" if indicator.denominator else ""
        lines += [
            f"{indicator.id:6} {name}",
            f"       {indicator.label.vi}",
            f"       {indicator.label.en}",
            f"       {indicator.kind}: {indicator.numerator}{base}",
            f"       {indicator.criterion}, {indicator.level}; polarity {indicator.polarity}",
        ]
    return "\n".join(lines)


def catalogue_json(programme: Programme) -> str:
    """Return the indicators as a JSON list; each holds everything that is declared of it, and its ``name``."""
    rows = [{"name": name, **each.model_dump(mode="json")} for name, each in programme.indicators.items()]
    return json.dumps(rows, ensure_ascii=False, indent=1)
