"""Read cases, ask the kit, count: every expected key is passed, failed, not offered (with the reason) or not built."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evalkit.errors import EvalkitError
from tests.reference.adapters import FAMILIES
from tests.reference.families import Family, NotBuiltError, RefusedError
from tests.reference.former import completed
from tests.reference.shapes import Inputs
from tests.reference.tolerance import agrees

Outcome = Literal["passed", "failed", "not offered", "not built"]
NOTHING = Family(answers={})
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
    """Yield one result per expected key: none is skipped, unless the case's file is not distributed and not there."""
    inputs = Inputs(completed(case), data)
    if case.get("needs_file") and "data" in inputs and not (data / inputs["data"]).exists():
        return
    family = FAMILIES.get(case["family"], NOTHING)
    reason = family.other_method(inputs)
    for key, wanted in case["expected"].items():
        name = case["family"], case["id"], key
        answer = family.find(key)
        if reason or answer is None:
            said = reason or family.reason(key)
            yield Result(*name, "not offered" if said else "not built", said)
        else:
            yield Result(*name, *_outcome(case, key, wanted, lambda answer=answer: answer(inputs)))


def _outcome(case: dict[str, Any], key: str, wanted: Any, ask: Callable[[], Any]) -> tuple[Outcome, str]:
    """Ask the kit; an error is a failure of the case, told with its message; a refusal is told with its reason."""
    try:
        got = ask()
        agreed = agrees(got, wanted, key=key, tolerance=case["tol"])
    except NotBuiltError:
        return "not built", ""
    except (RefusedError, EvalkitError) as refused:
        if wanted is None:  # "not applicable" is what the kit says, too
            return "passed", ""
        return "not offered", f"the kit refuses: {' '.join(str(refused).split())}"
    except Exception as error:  # noqa: BLE001 (whatever an answer raises, the case failed and the next one runs)
        return "failed", f"{type(error).__name__}: {error}"
    return ("passed", "") if agreed else ("failed", f"expected {wanted}, got {got}")


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
