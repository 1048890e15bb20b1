"""What files are called by the audience they are for. Light: nothing is imported, so that a run with nothing to do is quick."""

from __future__ import annotations

INTERNAL = "luu-hanh-noi-bo"


def file_stem(name: str, audience: str) -> str:
    """Return what the files of a page are called; those of internal pages say so ("lưu hành nội bộ") wherever they go.

    Examples
    --------
    >>> file_stem("22-quang-ninh", "public"), file_stem("22-quang-ninh", "internal")
    ('22-quang-ninh', '22-quang-ninh-luu-hanh-noi-bo')
    """
    return f"{name}-{INTERNAL}" if audience == "internal" else name
