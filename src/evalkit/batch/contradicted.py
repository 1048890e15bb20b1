"""What is done with a page that contradicts itself: `verify` lists it; a run leaves it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evalkit.errors import EvalkitError
from evalkit.messages import worded
from evalkit.review import standing_figures as standing
from evalkit.review.contradiction import Contradiction
from evalkit.review.page_rules import contradictions

CONTRADICTIONS_STOP_A_PAGE = True
"""Whether a run leaves out a page that contradicts itself: it then counts as failed, is named at the end, and the run ends with 5.

The one place to turn it off. `evalkit verify` finds nothing in the pages of both workspaces.
"""
_PAGE = ".html"


class ContradictionError(EvalkitError):
    """A page says two things that cannot both be: the page is not published, the others are."""

    exit_code = 5


def page_contradictions(
    files: Mapping[str, bytes], *, lacking: bool = False
) -> Iterator[tuple[str, Contradiction]]:
    """Yield each contradiction in some files, after the page's name; files that are no pages have none.

    Parameters
    ----------
    files : mapping of bytes by name
    lacking : bool
        As of :func:`refuse_contradictions`.

    Examples
    --------
    >>> page = b'<html lang="en"><main><p>Change -29.6 % (-20.0 % to +31.3 %).</p></main></html>'
    >>> [(name, found.rule) for name, found in page_contradictions({"a.html": page, "a.csv": page})]
    [('a.html', 'an interval holds its estimate')]
    """
    for name, content in files.items():
        if name.endswith(_PAGE):
            for found in contradictions(content.decode()):
                if not (lacking and found.rule == standing.RULE):
                    yield name, found


def refuse_contradictions(files: Mapping[str, bytes], *, named: bool, lacking: bool = False) -> None:
    """Refuse pages that contradict themselves.

    Parameters
    ----------
    files : mapping of bytes by name
    named : bool
        Whether the first sentence may be repeated: it may where the page is for everybody.
    lacking : bool
        Whether lines of the pages could not be computed, or a notebook of one's own chose the steps: then a figure of a sentence
        may have lost the table it stands in on a whole page, and that alone is no contradiction.

    Raises
    ------
    ContradictionError
        Naming the first page, its rule and how many more there are.
    """
    found = list(page_contradictions(files, lacking=lacking))
    if not found:
        return
    name, first = found[0]
    rule = worded("{rule}: {sentence}", rule=first.rule, sentence=first.sentence) if named else first.rule
    if len(found) > 1:
        rule = worded("{rule} (and {number} more)", rule=rule, number=len(found) - 1)
    raise ContradictionError(where=name, rule=rule, do=first.do)
