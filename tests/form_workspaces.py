"""Copies of one workspace, into which forms are imported hundreds of times: its programme and its places are read once."""

from __future__ import annotations

import pytest

from evalkit.batch import importing
from evalkit.facts.forms.counted import Vocabulary
from evalkit.workspace import Workspace

_READ: dict[tuple[str, str, str], Vocabulary] = {}
_VOCABULARY = importing._vocabulary


def read_declarations_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an import take the programme and the places of a workspace from the import before it."""

    def vocabulary(workspace: Workspace) -> Vocabulary:
        key = workspace.programme, workspace.places, workspace.scheme
        if key not in _READ:
            _READ[key] = _VOCABULARY(workspace)
        return _READ[key]

    monkeypatch.setattr(importing, "_vocabulary", vocabulary)
