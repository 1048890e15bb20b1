"""Write docs/indicators.md: every indicator of a programme with its definition, reading, holders, source and a worked example.

Regenerate the committed page with ``make indicators``, or::

    python -m evalkit.programme.catalogue_page --specs tests/specs docs/indicators.md
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evalkit.declaration import read_toml
from evalkit.programme.catalogue_list import ON, POLARITY, definition, holder_lines
from evalkit.programme.kinds import KINDS
from evalkit.programme.load import load_programme
from evalkit.programme.models import CRITERIA, Indicator, Programme

HEAD = """# Indicators

Written by `make indicators` from the programme's TOML and from `tests/specs`; change those, not this page.
The worked examples are tests: their figures are invented, their results were computed by hand.
A count of cases or of victims is neutral: neither a rise nor a fall is called progress.
"""


def read_specs(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the worked examples of a folder of TOML files, by the name of the indicator."""
    return {name: spec for path in sorted(folder.glob("*.toml")) for name, spec in read_toml(path).items()}


def catalogue_page(programme: Programme, specs: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    programme : Programme
    specs : mapping
        Worked examples by the name of the indicator: ``given``, ``value``, ``lower``, ``upper``, ``by``, ``verdict``.

    Examples
    --------
    >>> catalogue_page(load_programme("vn-trafficking"), {}).splitlines()[0]
    '# Indicators'
    """
    lines = [HEAD]
    for criterion in CRITERIA:
        under = {name: one for name, one in programme.indicators.items() if one.criterion == criterion}
        lines += [f"## {criterion.capitalize()}", ""]
        lines += [] if under else ["No indicator gives evidence for this criterion.", ""]
        for name, indicator in under.items():
            lines += _entry(name, indicator, programme) + _example(specs.get(name))
    return "\n".join(lines).rstrip() + "\n"


def _entry(name: str, indicator: Indicator, programme: Programme) -> list[str]:
    measure = programme.measures[indicator.numerator]
    basis = {"cohort": " (of one cohort)", "totals": " (of yearly totals)", None: ""}[indicator.basis]
    about = {
        "kind": f"{KINDS[indicator.kind].words}{basis}; {indicator.level}"
        + (f"; {indicator.three_p}" if indicator.three_p else ""),
        "definition": definition(indicator, programme),
        "định nghĩa": definition(indicator, programme, language="vi"),
        "counted": f"{ON[measure.place_basis]}; {indicator.time_basis}",
        "reading": POLARITY[indicator.polarity],
        "in force": _days(indicator),
        "holder": "; ".join(holder_lines(indicator)),
        "why": f"{indicator.why.en} · {indicator.why.vi}",
        "caveat": f"{indicator.caveat.en} · {indicator.caveat.vi}",
        "source": indicator.source,
    }
    head = [f"### {indicator.id} {indicator.label.en}", "", f"{indicator.label.vi} (`{name}`)", ""]
    return head + [f"- {key}: {text}" for key, text in about.items() if text]


def _days(indicator: Indicator) -> str:
    since = f"from {indicator.valid_from}" if indicator.valid_from else ""
    until = f"to {indicator.valid_to}" if indicator.valid_to else ""
    return " ".join(part for part in (since, until) if part)


def _example(spec: Mapping[str, Any] | None) -> list[str]:
    if spec is None:
        return [""]
    limits = f" ({spec['lower']} to {spec['upper']})" if "lower" in spec else " (no limits)"
    lines = [f"- example: {'; '.join(spec['given'])} → **{spec['value']}**{limits}: {spec['by']}"]
    if "verdict" in spec:
        target = spec["target"]
        promise = f"{target['comparator'].replace('_', ' ')} {target['value']:g} %"
        lines.append(
            f"- against {promise}: {spec['verdict'].replace('_', ' ')}; evidence: {spec['evidence'].replace('_', ' ')}"
        )
    return [*lines, ""]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page: ``python -m evalkit.programme.catalogue_page [--programme P] [--specs FOLDER] PAGE``."""
    parser = argparse.ArgumentParser(
        prog="python -m evalkit.programme.catalogue_page", description="Write the page of indicators."
    )
    parser.add_argument("page", type=Path, help="the page, such as docs/indicators.md")
    parser.add_argument("--programme", default="vn-trafficking", help="a shipped programme or a folder")
    parser.add_argument(
        "--specs", type=Path, default=Path("tests/specs"), help="worked examples (TOML files)"
    )
    given = parser.parse_args(arguments)
    page = catalogue_page(load_programme(given.programme), read_specs(given.specs))
    given.page.parent.mkdir(parents=True, exist_ok=True)
    given.page.write_text(page, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
