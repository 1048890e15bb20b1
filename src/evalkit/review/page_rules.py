"""All rules that a page is held against, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evalkit.review.chance import against_their_evidence
from evalkit.review.changes import unlike_their_figures
from evalkit.review.code_names import without_name
from evalkit.review.contradiction import Contradiction
from evalkit.review.intervals import outside_their_interval
from evalkit.review.missing import shown_after_all
from evalkit.review.one_value import judged_twice, told_twice
from evalkit.review.opposites import denied_elsewhere
from evalkit.review.reading import LANGUAGES, Page, read
from evalkit.review.standing_figures import standing_nowhere
from evalkit.review.verdict_signs import against_their_figures

Rule = Callable[[Page], Iterator[Contradiction]]

RULES: tuple[Rule, ...] = (
    standing_nowhere,
    told_twice,
    judged_twice,
    against_their_figures,
    unlike_their_figures,
    outside_their_interval,
    against_their_evidence,
    shown_after_all,
    without_name,
    denied_elsewhere,
)


def contradictions(html: str) -> list[Contradiction]:
    """Return everything in which a page contradicts itself.

    Parameters
    ----------
    html : str
        The page.

    Returns
    -------
    list of Contradiction
        Each names the rule, the sentence or row and what to do; none of a page in a language that the reader does not know.

    Raises
    ------
    ValueError
        If the page cannot be read.

    Examples
    --------
    >>> page = '<html lang="en"><body><main><p>Change -29.6%, 95% interval -20.0% to +31.3%.</p></main></body></html>'
    >>> [one.rule for one in contradictions(page)]
    ['an interval holds its estimate']
    """
    page = read(html)
    if page.language not in LANGUAGES:
        return []
    return list(dict.fromkeys(found for rule in RULES for found in rule(page)))
