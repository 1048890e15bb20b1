"""List a programme's indicators, for people and for programs."""

from __future__ import annotations

import json
import textwrap

from evalkit.programme.models import CRITERIA, Indicator, IndicatorsFound, Programme

POLARITY = {
    "higher": "a higher value is better",
    "lower": "a lower value is better",
    "neutral": "neither more nor less counts as better",
}
ON = {
    "occurrence": "where it happened",
    "residence": "where the person lives",
    "detection": "where it was detected",
    "reception": "where the person was received",
}


def catalogue_text(programme: Programme) -> str:
    """Return the indicators under the criterion they give evidence for: definition, base, reading, holder and source.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> "Trafficking cases recorded" in catalogue_text(load_programme("vn-trafficking"))
    True
    """
    lines = [
        f"{programme.id}: {len(programme.indicators)} indicators, by the DAC criterion they give evidence for"
    ]
    for criterion in CRITERIA:
        under = {name: one for name, one in programme.indicators.items() if one.criterion == criterion}
        lines += [
            "",
            f"{criterion.upper()}: {len(under)} indicators" if under else f"{criterion.upper()}: none",
        ]
        for name, indicator in under.items():
            lines += _block(name, indicator, programme)
    return "\n".join(lines)


def catalogue_json(programme: Programme) -> str:
    """Return the indicators as a JSON list; each holds everything that is declared of it, and its ``name``."""
    rows = [{"name": name, **each.model_dump(mode="json")} for name, each in programme.indicators.items()]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def found_text(found: IndicatorsFound) -> str:
    """Return indicators that were looked for as text: definition, base, reading, holder, caveat, source, targets.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> "Victims supported / Victims identified" in found_text(load_programme("vn-trafficking").find("victims supported"))
    True
    """
    lines: list[str] = []
    for name, indicator in found.items():
        lines += [*_block(name, indicator, found.programme), *_line("caveat", indicator.caveat.en)]
        for target in (one for one in found.programme.targets if one.indicator == name):
            told = f"{target.wording.en} ({target.valid_from} to {target.valid_to})"
            lines += _line("target", told)
    return "\n".join(lines) or repr(found)


def definition(indicator: Indicator, programme: Programme, *, language: str = "en") -> str:
    """Write what an indicator is made of, in the words of its measures.

    Parameters
    ----------
    indicator : Indicator
    programme : Programme
    language : {"en", "vi"}

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> programme = load_programme("vn-trafficking")
    >>> definition(programme.indicators["victims_supported"], programme)
    'Victims supported / Victims identified'
    """
    above = _measure(indicator.numerator, indicator.part, programme, language)
    if indicator.kind == "change":
        before = {"en": "the same, one period earlier", "vi": "cùng số liệu, kỳ liền trước"}[language]
        return f"{above} / {before}"
    if indicator.denominator is None or indicator.kind == "median_days":
        return above
    below = _measure(indicator.denominator, indicator.base_part, programme, language)
    if indicator.kind == "carried_over":
        return f"({below} − {above}) / {below}"
    if indicator.against is None:
        return f"{above} / {below}"
    one, other = (_measure(name, {}, programme, language) for name in indicator.against)
    return f"({above} / {below}) / ({one} / {other})"


def _measure(name: str, part: dict[str, str], programme: Programme, language: str) -> str:
    label: str = getattr(programme.measures[name].label, language)
    values = [
        getattr(programme.dimensions[dimension].values[value], language) for dimension, value in part.items()
    ]
    return f"{label} ({', '.join(values)})" if values else label


def _block(name: str, indicator: Indicator, programme: Programme) -> list[str]:
    measure = programme.measures[indicator.numerator]
    scale = f", times {indicator.scale:,.0f}" if indicator.scale != 1 else ""
    said = {
        "definition": f"{definition(indicator, programme)}{scale}",
        "base": _base(indicator, programme),
        "place, time": f"counted {ON[measure.place_basis]}; {indicator.time_basis}",
        "kind": f"{indicator.kind}, {indicator.level}{f', {indicator.three_p}' if indicator.three_p else ''}",
        "reading": POLARITY[indicator.polarity],
        "holder": "; ".join(holder_lines(indicator)) or "not declared",
        "source": indicator.source,
        "in TOML": "; ".join([*_as_declared(indicator), f"strand {indicator.strand}"]),
    }
    head = [f"{indicator.id:6} {name}", f"       {indicator.label.vi}", f"       {indicator.label.en}"]
    return head + [line for key, text in said.items() for line in _line(key, text)]


def _line(key: str, text: str) -> list[str]:
    """Write one thing that is said of an indicator, its further lines under the first; no word is broken."""
    first = f"{'':9}{key + ':':13}{text}"
    return textwrap.wrap(
        first, 100, subsequent_indent=" " * 22, break_long_words=False, break_on_hyphens=False
    )


def _as_declared(indicator: Indicator) -> list[str]:
    """Return the names of the measures as a file of indicators writes them, each with its breakdown values."""
    parts = {"numerator": indicator.numerator, "denominator": indicator.denominator}
    return [f"{key} {name}" for key, name in parts.items() if name]


def _base(indicator: Indicator, programme: Programme) -> str:
    if indicator.denominator is None:
        return (
            "the same figure one period earlier"
            if indicator.kind == "change"
            else "none: it is the figure itself"
        )
    below = _measure(indicator.denominator, indicator.base_part, programme, "en")
    least = f"; not given under {indicator.fewest}" if indicator.fewest else ""
    small = (
        f"; marked as small under {indicator.min_base}"
        if indicator.kind != "rate"
        else "; marked under 20 events"
    )
    return below + (least or small)


def holder_lines(indicator: Indicator) -> list[str]:
    """Return who holds an indicator's figures, with the days of each holder, in English."""
    return [
        holder.agency.en
        + (f" from {holder.valid_from}" if holder.valid_from else "")
        + (f" to {holder.valid_to}" if holder.valid_to else "")
        for holder in indicator.holders
    ]
