"""What one place's page may know of the whole panel."""

from __future__ import annotations

from typing import Any

from evalkit.facts.named_places import Place


def panel_for(place: Place, panel: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what one place's page may know of the panel: of other places it has no factor of their own."""
    mine = f"{place.scheme}:{place.code}"
    own = {name: {mine: factors[mine]} for name, factors in panel.get("own", {}).items() if mine in factors}
    return panel | {"own": own} if panel else {}


def laws_of(place: Place, panel: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the law of scatter of one place, indicator by indicator."""
    mine, own = f"{place.scheme}:{place.code}", panel.get("own", {})
    return {
        name: record | {"own": own.get(name, {}).get(mine, 1.0)}
        for name, record in panel.get("laws", {}).items()
    }
