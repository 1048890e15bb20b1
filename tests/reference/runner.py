"""Read cases, ask the kit, count: every expected key is passed, failed, not offered (with the reason) or not built."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.reference.adapters import ANSWERS, NOT_OFFERED, OTHER_METHODS, Inputs
from tests.reference.tolerance import agrees

Outcome = Literal["passed", "failed", "not offered", "not built"]
OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "not offered", "not built")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one expected key of one case."""

    family: str
    case: str
    key: str
    outcome: Outcome
    note: str = ""


def run_folder(folder: Path) -> list[Result]:
    """Run every case of a folder's JSON files."""
    files = sorted(folder.glob("*.json"))
    cases = [case for file in files for case in json.loads(file.read_text(encoding="utf-8"))]
    return [result for case in cases for result in run_case(case, data=folder / "data")]


def run_case(case: dict[str, Any], *, data: Path) -> Iterator[Result]:
    """Yield one result per expected key: none is skipped."""
    family = case["family"]
    answers, refused = ANSWERS.get(family, {}), NOT_OFFERED.get(family, {})
    for keys, reason in OTHER_METHODS.get(family, {}).items():
        if keys <= set(case["expected"]):
            answers, refused = {}, dict.fromkeys(case["expected"], reason)
    for key, wanted in case["expected"].items():
        if key in answers:
            yield _answered(case, key, wanted, data)
        elif key in refused:
            yield Result(family, case["id"], key, "not offered", refused[key])
        else:
            yield Result(family, case["id"], key, "not built")


def _answered(case: dict[str, Any], key: str, wanted: Any, data: Path) -> Result:
    """Ask the kit; an error is a failure of the case, told with its message."""
    name = case["family"], case["id"], key
    try:
        got = ANSWERS[case["family"]][key](Inputs(case["inputs"], data, case.get("method", "")))
    except Exception as error:  # noqa: BLE001 (whatever an answer raises, the case failed and the next one runs)
        return Result(*name, "failed", f"{type(error).__name__}: {error}")
    if agrees(got, wanted, key=key, tolerance=case["tol"]):
        return Result(*name, "passed")
    return Result(*name, "failed", f"expected {wanted}, got {got}")


def summary(results: list[Result]) -> str:
    """Write a table of families, then each failure, then each reason why something is not offered."""
    families = list(dict.fromkeys(result.family for result in results))
    lines = [f"{'family':22}{'cases':>7}" + "".join(f"{outcome:>13}" for outcome in OUTCOMES)]
    lines += [_line(family, [result for result in results if result.family == family]) for family in families]
    lines.append(_line("all", results))
    for result in results:
        if result.outcome == "failed":
            lines.append(f"FAILED {result.family} / {result.case} / {result.key}: {result.note}")
    reasons: dict[tuple[str, str], list[str]] = {}
    for result in results:
        if result.outcome == "not offered":
            reasons.setdefault((result.family, result.note), []).append(result.key)
    for (family, note), keys in reasons.items():
        lines.append(f"not offered: {family} / {', '.join(dict.fromkeys(keys))}: {note}")
    return "\n".join(lines)


def _line(family: str, results: list[Result]) -> str:
    counts = Counter(result.outcome for result in results)
    cases = len({(result.family, result.case) for result in results})
    return f"{family:22}{cases:>7}" + "".join(f"{counts[outcome]:>13}" for outcome in OUTCOMES)
