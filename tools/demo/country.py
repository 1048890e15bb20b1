"""The invented country as a workspace: every file of data/demo but evalkit.toml and README.md, drawn from one seed.

No figure, name or place is real, and every file says so. Regenerate the committed files with::

    python -m tools.demo.country data/demo

:mod:`tools.demo.demo_places` and :mod:`tools.demo.demo_registry` tell who is there,
:mod:`tools.demo.demo_figures` and :mod:`tools.demo.demo_wider` what happened, :mod:`tools.demo.demo_measures` and
:mod:`tools.demo.demo_reports` what was reported of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evalkit.plain_cells import number_text
from evalkit.table import DATES
from tools.demo.demo_figures import draw_figures
from tools.demo.demo_places import MARK
from tools.demo.demo_registry import aliases, crosswalk, grid, names, population, units
from tools.demo.demo_reports import reported_facts
from tools.demo.demo_wider import DIMENSIONS, draw_wider

SEED = 20110101
AGENCIES = {  # title and agency, each in Vietnamese and in English
    "invented-police": (
        "Báo cáo năm của cơ quan điều tra",
        "Yearly report of the investigation agency",
        "Cơ quan Điều tra giả định",
        "Invented Investigation Agency",
    ),
    "invented-procuracy": (
        "Thống kê năm của viện kiểm sát",
        "Yearly statistics of the procuracy",
        "Viện Kiểm sát giả định",
        "Invented Procuracy",
    ),
    "invented-court": (
        "Thống kê năm của tòa án",
        "Yearly statistics of the court",
        "Tòa án giả định",
        "Invented Court",
    ),
    "invented-welfare": (
        "Báo cáo năm về nạn nhân",
        "Yearly report on victims",
        "Cơ quan Bảo trợ giả định",
        "Invented Welfare Agency",
    ),
    "invented-communication": (
        "Báo cáo năm về truyền thông",
        "Yearly report on communication",
        "Cơ quan Truyền thông giả định",
        "Invented Communication Agency",
    ),
    "invented-inspection": (
        "Báo cáo năm về kiểm tra",
        "Yearly report on inspections",
        "Đoàn Kiểm tra giả định",
        "Invented Inspection Team",
    ),
    "invented-labour": (
        "Báo cáo năm về lao động",
        "Yearly report on labour",
        "Cơ quan Lao động giả định",
        "Invented Labour Agency",
    ),
    "invented-finance": (
        "Báo cáo năm về kinh phí",
        "Yearly report on money",
        "Cơ quan Tài chính giả định",
        "Invented Finance Agency",
    ),
    "invented-coordinator": (
        "Báo cáo năm của cơ quan thường trực",
        "Yearly report of the standing office",
        "Cơ quan Thường trực giả định",
        "Invented Standing Office",
    ),
    "invented-hotline": (
        "Báo cáo năm của đường dây nóng",
        "Yearly report of the hotline",
        "Đường dây nóng giả định",
        "Invented Hotline",
    ),
    "invented-population": (
        "Dân số trung bình năm",
        "Average population of the year",
        "Cơ quan Thống kê giả định",
        "Invented Statistics Office",
    ),
    "invented-central": (
        "Báo cáo tổng hợp toàn quốc",
        "Summary report of the whole country",
        "Văn phòng Tổng hợp giả định",
        "Invented Central Office",
    ),
}


@dataclass(frozen=True, slots=True)
class DemoCountry:
    """The invented country as tables.

    Attributes
    ----------
    facts : DataFrame
        The facts table, in memory form: "all" for a dimension's total, missing value where not reported.
    units, names, crosswalk, grid, aliases, population : DataFrame
        The registry, with the columns of the files of the same names.
    sources : dict of dict
        What sources.toml says, by source id.
    """

    facts: pd.DataFrame
    units: pd.DataFrame
    names: pd.DataFrame
    crosswalk: pd.DataFrame
    grid: pd.DataFrame
    aliases: pd.DataFrame
    population: pd.DataFrame
    sources: dict[str, dict[str, str]]


def make_country(seed: int = SEED) -> DemoCountry:
    """Return the invented country of a seed; the places are always the same, the figures are the seed's.

    Examples
    --------
    >>> country = make_country()
    >>> len(country.units), len(country.crosswalk)
    (74, 40)
    """
    return DemoCountry(
        facts=reported_facts(pd.concat([draw_figures(seed), draw_wider(seed)]), seed=seed),
        units=units(),
        names=names(),
        crosswalk=crosswalk(),
        grid=grid(),
        aliases=aliases(),
        population=population(seed=seed),
        sources={name: _source(*told) for name, told in AGENCIES.items()},
    )


def write_country(country: DemoCountry, folder: str | Path) -> list[Path]:
    """Write a country's files, and return their paths.

    Parameters
    ----------
    country : DemoCountry
    folder : str or Path
        Made where absent. Files of the same names are overwritten; others are left alone.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_country(make_country(), folder)][-2:]
    ['facts.csv', 'sources.toml']
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "units.csv": _csv(country.units),
        "names.csv": _csv(country.names),
        "crosswalk.csv": _csv(country.crosswalk),
        "grid.csv": _csv(country.grid),
        "aliases.csv": _csv(country.aliases),
        "population.csv": _csv(country.population),
        "facts.csv": _csv(_as_written(country.facts)),
        "sources.toml": _toml(country.sources),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]


def _source(title: str, meaning: str, agency: str, agency_in_english: str) -> dict[str, str]:
    mark, _ = MARK.split(" / ")
    return {
        "title": f"{title} ({mark})",
        "title_in.en": f"{meaning}, invented",
        "agency": agency,
        "agency_in.en": agency_in_english,
        "date": "2012–2026",
        "address": "",
        "confidence": "verified",
        "note.vi": "Cơ quan và mọi số liệu đều là giả định, do chương trình sinh ra; không có bản gốc nào để kiểm tra.",
        "note.en": "The agency and every figure are invented, drawn by a program; there is no original to check.",
    }


def _as_written(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of facts.csv: blank for "all" and for a missing value, numbers that read back, ISO dates, true or false."""
    return facts.assign(
        **{name: facts[name].dt.strftime("%Y-%m-%d") for name in DATES},
        **{name: facts[name].mask(facts[name] == "all", "") for name in DIMENSIONS},
        value=facts["value"].map(lambda value: "" if pd.isna(value) else number_text(value)),
        published=facts["published"].map({True: "true", False: "false"}),
    )


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n")


def _toml(sources: dict[str, dict[str, str]]) -> str:
    head = f"# {MARK}: no agency, report or figure named here exists.\n"
    tables = (
        f"\n[{name}]\n" + "".join(f'{key} = "{text}"\n' for key, text in fields.items())
        for name, fields in sources.items()
    )
    return head + "".join(tables)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the invented country to a folder: ``python -m tools.demo.country FOLDER [--seed N]``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     main([folder])
    0
    """
    parser = argparse.ArgumentParser(
        prog="python -m tools.demo.country", description="Write the invented country."
    )
    parser.add_argument("folder", type=Path, help="the workspace folder, such as data/demo")
    parser.add_argument("--seed", type=int, default=SEED, help="decides the figures (default: %(default)s)")
    given = parser.parse_args(arguments)
    write_country(make_country(given.seed), given.folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
