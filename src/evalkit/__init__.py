"""evalkit: programme evaluation by province, from protected facts to pages people can share.

The names below are all that a notebook needs. They are loaded when they are first used: ``import evalkit`` itself is light.

>>> import evalkit as ek
>>> "open_bundle" in dir(ek)
True
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

_SHOP_WINDOW = {
    "open_bundle": "evalkit.explore",
    "trend": "evalkit.explore",
    "alarms": "evalkit.explore",
    "effect": "evalkit.explore",
    "compare_places": "evalkit.explore",
    "evaluate": "evalkit.evaluation",
    "estimate_indicators": "evalkit.steps",
    "assess_targets": "evalkit.steps",
    "compare_periods": "evalkit.steps",
    "examine_zeros": "evalkit.steps",
    "place_bases": "evalkit.steps",
    "break_down": "evalkit.steps",
    "view_mid_term": "evalkit.steps",
    "trace_pathway": "evalkit.steps",
    "review_support": "evalkit.steps",
    "find_gaps": "evalkit.steps",
    "follow_recommendations": "evalkit.steps",
    "weigh_evidence": "evalkit.steps",
    "fit_trends": "evalkit.steps",
    "watch_months": "evalkit.steps",
    "standardise_rates": "evalkit.steps",
    "report_completeness": "evalkit.steps",
    "sum_up": "evalkit.steps",
    "provinces_side_by_side": "evalkit.steps",
    "compare_provinces": "evalkit.steps",
    "compare_with_others": "evalkit.steps",
    "methods_used": "evalkit.steps",
    "load_programme": "evalkit.programme.load",
    "compare_counts": "evalkit.statistics.comparisons",
    "joinpoint": "evalkit.statistics.joinpoint.joinpoint",
    "joinpoint_panel": "evalkit.statistics.joinpoint.joinpoint",
    "JoinpointSettings": "evalkit.statistics.joinpoint.joinpoint_settings",
    "changepoint": "evalkit.statistics.trend.changepoint",
    "hidden_cases": "evalkit.statistics.hidden_cases",
    "page_head": "evalkit.reporting.every_section",
    "show": "evalkit.reporting.every_section",
    "own_table": "evalkit.reporting.own",
    "own_figure": "evalkit.reporting.own",
}

__all__ = ["__version__", *_SHOP_WINDOW]  # noqa: PLE0604  the names are those of the mapping above


def __getattr__(name: str) -> Any:
    """Load a name of the shop window from its module, once."""
    if name == "__version__":
        value: Any = _version()
    elif name in _SHOP_WINDOW:
        value = getattr(import_module(_SHOP_WINDOW[name]), name)
        _teach_notebook()
    else:
        raise _refusal(name)
    globals()[name] = value
    return value


def _refusal(name: str) -> AttributeError:
    """Return the refusal of a name that is none of the shop window; of Python's own names, in its own few words."""
    if name.startswith("_"):
        return AttributeError(f"module 'evalkit' has no attribute {name!r}")
    from evalkit.short_form import no_such_name  # noqa: PLC0415  needed where a name is misspelt

    return no_such_name(sys.modules[__name__], name)


def _teach_notebook() -> None:
    """In a notebook, let results display themselves."""
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        import_module("evalkit.reporting.every_section")


def __dir__() -> list[str]:
    """List the shop window alone, for Tab."""
    return sorted(__all__)


def _version() -> str:
    from importlib import metadata  # noqa: PLC0415  takes a third of the time the whole import may take

    try:
        return metadata.version("evalkit-provinces")
    except metadata.PackageNotFoundError:
        return "0+uninstalled"
