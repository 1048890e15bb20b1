"""An indicator or a measure asked for as people know it: by its name in the programme, its code or its label in any language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from unicodedata import normalize

from evalkit.declaration import nearest
from evalkit.errors import FactsError
from evalkit.messages import beside, worded
from evalkit.places.place_names import without_diacritics
from evalkit.programme.indicator import Indicator
from evalkit.programme.models import Measure

Known = Mapping[str, Indicator] | Mapping[str, Measure]
_MOST = 3


def asked_name(text: str, known: Known, *, where: str, rule: str) -> str:
    """Return the name in the programme of what a text asks for.

    Parameters
    ----------
    text : str
        A name, a code as tables print it, or a label in any language.
    known : mapping of Indicator or of Measure
        By name.
    where, rule : str
        Of the refusal where the text stands for none of them.

    Raises
    ------
    FactsError
        If the text stands for none of them or for several; those nearest by label and by name are told.

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> known = load_programme("vn-trafficking").indicators
    >>> [asked_name(text, known, where="", rule="") for text in ("cases", "J06", "Trafficking cases recorded")]
    ['cases', 'cases', 'cases']
    """
    if text in known:
        return text
    wanted = _plain(text)
    found = [name for name, one in known.items() if wanted and wanted in map(_plain, _called(one))]
    if len(found) == 1:
        return found[0]
    if found:
        rule = worded("several are called so")
    raise FactsError(where=where, rule=rule, do=_proposed(str(text), found or _alike(wanted, known), known))


def _called(one: Indicator | Measure) -> Iterator[str]:
    """Yield what one is called beside its name: its code, which measures have none of, and its labels."""
    if isinstance(one, Indicator):
        yield one.id
    yield from one.label.root.values()


def _alike(wanted: str, known: Known) -> list[str]:
    """Return what has every word in a label, the shortest label first."""
    words = set(without_diacritics(wanted).split())
    labels = {
        name: [without_diacritics(_plain(text)).split() for text in one.label.root.values()]
        for name, one in known.items()
    }
    lengths = {
        name: min((len(label) for label in texts if words <= set(label)), default=0)
        for name, texts in labels.items()
    }
    return sorted((name for name in known if words and lengths[name]), key=lambda name: lengths[name])


def _proposed(text: str, names: Iterable[str], known: Known) -> str:
    """Propose names with their labels; where there are none, those that are spelt most like it."""
    some = [
        worded('"{name}" ({label})', name=name, label=known[name].label.en) for name in list(names)[:_MOST]
    ]
    return worded("did you mean {listed}?", listed=beside(some)) if some else nearest(text, list(known))


def _plain(text: object) -> str:
    """Return a text as names are compared: in small letters, with single spaces."""
    return " ".join(normalize("NFC", str(text)).casefold().split())
