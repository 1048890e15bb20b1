"""Figures drawn for a phone first: plain frames in, small clean SVG out, one per language.

Nothing here knows where the figures come from. A missing year is a gap with words and a hidden one is a mark; neither is
ever bridged by a line. Colours are those of Okabe and Ito, and none carries meaning alone.
"""

from __future__ import annotations

from collections.abc import Callable

from evalkit.languages import written
from evalkit.reporting.bilingual import by_language
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.drawn_words import Drawing, UnlikeDrawingsError
from evalkit.reporting.figure_periods import period_comparison
from evalkit.reporting.figure_targets import target_strip
from evalkit.reporting.figure_years import Band, yearly_counts


def draw_both(draw: Callable[..., Drawing], *frames: object, **settings: object) -> Bilingual:
    """Draw a figure in both languages: once where it differs in its words alone, else once for each.

    Parameters
    ----------
    draw : function
        One of this module's figures; it takes ``language``, and ``also``.
    *frames, **settings
        Passed on unchanged.

    Returns
    -------
    Bilingual
        Two SVG texts.

    Examples
    --------
    >>> import pandas as pd
    >>> series = pd.DataFrame({"year": [2023, 2024], "value": [7.0, 4.0], "status": ["reported", "reported"]})
    >>> drawing = draw_both(yearly_counts, series, title=Bilingual("Số vụ mỗi năm", "Cases a year"))
    >>> "Số vụ mỗi năm" in drawing.vi, "Cases a year" in drawing.en
    (True, True)
    """
    first, *others = written()
    try:
        drawing = draw(*frames, language=first, also=others, **settings)
    except UnlikeDrawingsError:
        return by_language(lambda language: str(draw(*frames, language=language, **settings)))
    return Bilingual(**{first: str(drawing)} | drawing.others)


__all__ = ["Band", "draw_both", "period_comparison", "target_strip", "yearly_counts"]
