"""A sentence of the summary with the cautions it may not be read without: it is never printed alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from evalkit.reporting.bilingual import each
from evalkit.reporting.blocks import Bilingual

CautionKind = Literal["break", "single_year", "sources_differ", "years_missing", "small_base", "cause_open"]
MOST = 2
_ORDER: tuple[CautionKind, ...] = get_args(CautionKind)


@dataclass(frozen=True, slots=True)
class Caution:
    """One caution: its kind, which settles its place, and its whole sentence."""

    kind: CautionKind
    text: Bilingual


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said, what goes with it wherever it is said, and what is told after that."""

    text: Bilingual
    cautions: tuple[Caution, ...] = ()
    then: tuple[Bilingual, ...] = ()

    @property
    def kept(self) -> tuple[Caution, ...]:
        """The cautions that are printed: at most two, a declared break first, an open cause last."""
        ordered = sorted(self.cautions, key=lambda caution: _ORDER.index(caution.kind))
        return tuple(ordered[:MOST])

    @property
    def printed(self) -> Bilingual:
        """The sentence, its cautions right behind it, then what follows.

        Examples
        --------
        >>> small = Caution("small_base", Bilingual("Mẫu số nhỏ.", "The base is small."))
        >>> Sentence(Bilingual("3 vụ.", "3 cases."), (small,)).printed.en
        '3 cases. The base is small.'
        """
        return joined(self.text, *(caution.text for caution in self.kept), *self.then)


def joined(*sentences: Bilingual) -> Bilingual:
    """Put whole sentences behind each other.

    Examples
    --------
    >>> joined(Bilingual("Một.", "One."), Bilingual("Hai.", "Two.")).en
    'One. Two.'
    """
    return each(lambda *texts: " ".join(texts), *sentences)
