"""What one place's page may know of the whole panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evalkit.facts.named_places import Place


def panel_for(
    place: Place, panel: dict[str, dict[str, Any]], places: Sequence[Place]
) -> dict[str, dict[str, Any]]:
    """Return what one place's page may know of the panel: of other places no factor of their own, and their rates without names.

    Parameters
    ----------
    place : Place
    panel : dict
        As :func:`evalkit.panel_context.panel_context` made it, or as this function did.
    places : sequence of Place
        All places of the pages: those of the same region are told apart.
    """
    mine = f"{place.scheme}:{place.code}"
    own = {name: {mine: factors[mine]} for name, factors in panel.get("own", {}).items() if mine in factors}
    region = {f"{one.scheme}:{one.code}" for one in places if one.region_code == place.region_code}
    funnels = {name: _without_names(told, mine, region) for name, told in panel.get("funnels", {}).items()}
    return panel | {"own": own, "funnels": funnels} if panel else {}


def _without_names(told: dict[str, Any], mine: str, region: set[str]) -> dict[str, Any]:
    """Return a funnel with the row of one place, and of the others exposure and rate alone, those of its region first."""
    if "others" in told:
        return told
    others: dict[str, list[list[float]]] = {"region": [], "rest": []}
    for key, row in sorted(told["points"].items(), key=lambda item: item[1]["exposure"]):
        if key != mine:
            dot = [row["exposure"], row["count"] / row["exposure"]]
            others["region" if key in region else "rest"].append([float(f"{value:.4g}") for value in dot])
    points = {mine: told["points"][mine]} if mine in told["points"] else {}
    return told | {"points": points, "others": others}


def funnels_of(
    place: Place, panel: dict[str, dict[str, Any]], places: Sequence[Place]
) -> dict[str, dict[str, Any]]:
    """Return where one place lies among all, indicator by indicator: those it has a point in."""
    found = panel_for(place, panel, places).get("funnels", {})
    return {name: told for name, told in found.items() if told["points"]}


def laws_of(place: Place, panel: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the law of scatter of one place, indicator by indicator."""
    mine, own = f"{place.scheme}:{place.code}", panel.get("own", {})
    return {
        name: record | {"own": own.get(name, {}).get(mine, 1.0)}
        for name, record in panel.get("laws", {}).items()
    }
