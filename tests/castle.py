"""The castle-doctrine panel of Cheng and Hoekstra (2013), read from the package that publishes it; tests that need it are left out without it."""

from __future__ import annotations

import pandas as pd
import pytest

from evalkit.statistics.panel.panel import Panel


def castle() -> pd.DataFrame:
    """Return 50 states in 11 years: rates per 100,000, mean population and whether the table counts the year as one with the law."""
    data = pytest.importorskip(
        "causaldata.castle", reason="the panel is in the package causaldata: install the extra `panel`"
    )
    frame = data.load_pandas().data[["sid", "year", "homicide", "l_homicide", "popwt", "post"]].astype(float)
    codes = [f"{int(sid):02}" for sid in frame["sid"]]
    return frame.assign(province_code=codes, year=frame["year"].astype(int))


def starts(frame: pd.DataFrame) -> dict[str, int]:
    """Return the first year that the table counts as one with the law, by state."""
    return frame[frame["post"] > 0].groupby("province_code")["year"].min().to_dict()


def log_rates(frame: pd.DataFrame) -> Panel:
    """Return the logs of the rates as a panel of values."""
    return Panel.from_frame(frame.assign(count=frame["l_homicide"]), starts(frame), whole=False)
