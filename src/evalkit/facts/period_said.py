"""How messages name a period."""

from __future__ import annotations

from datetime import date

from evalkit.messages import named


def period_said(start: date, end: date) -> str:
    """Return a period as messages name it: a year by its number, another by its days.

    Examples
    --------
    >>> from datetime import date
    >>> period_said(date(2023, 1, 1), date(2023, 12, 31)), period_said(date(2022, 12, 15), date(2023, 12, 14))
    ('2023', '2022-12-15 to 2023-12-14')
    """
    if (start.month, start.day, end) == (1, 1, date(start.year, 12, 31)):
        return named(str(start.year), f"năm {start.year}")
    first, last = (f"{day.day}/{day.month}/{day.year}" for day in (start, end))
    return named(f"{start} to {end}", f"{first} - {last}")
