"""Hide what may not be seen, on the facts, for the whole country at once, before anything is computed for a reader.

Which cells are hidden depends on each cell's class (zero, small, large), on the structure of the tables, on what is
published and on what was shown before; never on a value within its class. So a hidden figure can change within its class and
nothing visible moves.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from evalkit.disclosure.audit import recoverable, refuse_recoverable
from evalkit.disclosure.choice import NODES, WHOLE, choose
from evalkit.disclosure.coarsening import Coarsening, Table
from evalkit.disclosure.earlier import with_earlier
from evalkit.disclosure.equations import Tables
from evalkit.disclosure.ledger import Ledger
from evalkit.disclosure.linked_tables import labelled, linked_tables
from evalkit.disclosure.medians import over_few
from evalkit.disclosure.network import networks
from evalkit.disclosure.protection_rules import SMALL, ZERO, protected_cells
from evalkit.disclosure.ranges import left_to_hidden
from evalkit.disclosure.unshown import shown_cells, thresholds_above, told_anyway
from evalkit.places.registry import Registry
from evalkit.programme.models import Programme
from evalkit.table import MARK, RANGE_KEY
from evalkit.workspace import Audience, DisclosurePolicy

CONFIDENTIAL = "c"
NOTHING_RELEASED = Ledger()


class Progress(NamedTuple):
    """How far the choice is: the network at work, of how many, and how many figures are hidden by now.

    ``whole`` is told once, when all is chosen, where there are such: how many networks are hidden whole.
    """

    number: int
    total: int
    hidden: int
    whole: int = 0


Tell = Callable[[Progress], object]
_MANY = 2000  # figures in all networks; with fewer it is done before one could read of it


@dataclass(frozen=True, slots=True)
class Protected:
    """Facts that may leave the room, and how they were protected.

    ``hidden_cells`` counts the cells hidden, primary and complementary alike; ``methods`` how many networks of linked
    figures were solved in which way (:class:`evalkit.disclosure.choice.Choice`); ``own`` are the labels of the rows hidden for what
    they are themselves (small, hidden before, a whole group, over few), not for another's sake; ``ranges`` are what the figures shown leave to
    each hidden total (:func:`evalkit.disclosure.ranges.left_to_hidden`). ``unshown`` are the labels of the rows of tables that are not
    shown at their level, ``steps`` these tables, with those shown instead, ``small`` those of them that are mostly small.
    """

    facts: pd.DataFrame
    hidden_cells: int
    methods: dict[str, int] = field(default_factory=dict)
    own: pd.Index = field(default_factory=lambda: pd.Index([]))
    ranges: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*RANGE_KEY, "low", "high"]))
    unshown: pd.Index = field(default_factory=lambda: pd.Index([]))
    steps: dict[Table, tuple[Table, ...]] = field(default_factory=dict)
    small: frozenset[Table] = frozenset()


@contextmanager
def _without_collector() -> Iterator[None]:
    """Make a million small objects, none of them in a cycle, without Python's looking for cycles among them again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_without_collector()
def protect(
    facts: pd.DataFrame,
    *,
    programme: Programme,
    registry: Registry,
    policy: DisclosurePolicy,
    audience: Audience,
    ledger: Ledger = NOTHING_RELEASED,
    history: pd.DataFrame | None = None,
    nodes: int = NODES,
    key: bytes = b"",
    coarsening: Coarsening | None = None,
    tell: Tell = lambda _: None,
) -> Protected:
    """Return the facts with every figure hidden that may not be seen by the audience.

    Parameters
    ----------
    facts : DataFrame
        The facts of the whole country, latest editions, sums over former units included.
    programme : Programme
        Declares which measures count persons.
    registry : Registry
        Tells which figures add up to which.
    policy : DisclosurePolicy
        Thresholds, and whether a custodian lets totals stand.
    audience : "public" or "internal"
        Nothing is hidden from an internal audience.
    ledger : Ledger
        What was released before: what was hidden stays hidden, what was shown is known to everybody.
    history : DataFrame, optional
        All editions of the facts: the values of revised figures that were hidden when they were released.
    nodes : int
        The limit of each integer programme; beyond it the choice is safe and hides more.
    key : bytes
        16 bytes by which ties are broken; whoever knows them can tell more from which figures are hidden.
    coarsening : Coarsening, optional
        Which tables are not shown at their level (:func:`evalkit.disclosure.coarsening.coarsened`), made from these facts.
    tell : callable
        Is told how far the choice is, where there is much to choose, and of networks that are hidden whole.

    Returns
    -------
    Protected
        The same rows in the same order with a column ``mark``; a hidden row has no value, status ``suppressed``, mark "c" and
        no ``source_cell``, which may quote the figure.

    Raises
    ------
    DisclosureError
        If a hidden figure could still be worked out. The message names the measure and the remedy, not the figure.

    Notes
    -----
    Primary: a count of persons from 1 to the threshold less one. Complementary: every hidden figure can be exchanged with others that
    are hidden, to its full width, by figures at or above the threshold (:mod:`evalkit.disclosure.choice`). A zero, or a part as large as its total, is
    hidden where it would tell of a whole group, a median where it stands on too few. Figures of tables not shown are hidden, zeros
    too, and the choice is made in the tables above them; where these would bound them too closely it is made among all. Method: Hundepool et al. (2012),
    Statistical Disclosure Control, chapter 4.
    """
    marked = facts.assign(**{MARK: ""})
    if audience == "internal":
        return Protected(marked, 0)
    cells = labelled(protected_cells(facts, programme, policy))
    cells, releases = with_earlier(cells, ledger, programme, policy, history=history)
    tables = linked_tables(cells, programme, registry, releases=releases)
    unshown = _unshown(cells, coarsening)
    chosen, shown, labels = _Chosen(tables, unshown), tables, cells.index.tolist()
    if unshown:
        kept, then, labels = shown_cells(cells, thresholds_above(tables, unshown), unshown, releases)
        shown = linked_tables(kept, programme, registry, releases=then)
    chosen.take(shown, labels, nodes=nodes, key=key, tell=tell)
    narrow = recoverable(tables, chosen.hidden)
    if narrow and unshown:
        chosen.take(tables, cells.index.tolist(), nodes=nodes, key=key, tell=tell)
        narrow = recoverable(tables, chosen.hidden)
    refuse_recoverable(tables, narrow)
    rows, own = _rows(tables, chosen.hidden), _rows(tables, chosen.own)
    _hide(marked, rows)
    few = over_few(marked, programme, policy)
    _hide(marked, few)
    if WHOLE in chosen.methods:
        groups = sum(chosen.methods.values())
        tell(Progress(groups, groups, len(rows) + len(few), chosen.methods[WHOLE]))
    return Protected(
        marked,
        len(rows) + len(few),
        chosen.methods,
        own=pd.Index(own).append(few),
        ranges=left_to_hidden(tables, chosen.hidden),
        unshown=pd.Index(_rows(tables, chosen.unshown)),
        steps=coarsening.shown_instead() if coarsening else {},
        small=coarsening.small if coarsening else frozenset(),
    )


class _Chosen:
    """The figures hidden: those of tables not shown, and those chosen in the tables that are."""

    def __init__(self, tables: Tables, unshown: set[int]) -> None:
        self._tables, self._all_unshown = tables, unshown
        self.hidden, self.own, self.unshown = set(unshown), set[int](), set(unshown)
        self.methods: dict[str, int] = {}

    def take(self, shown: Tables, labels: Sequence[int], *, nodes: int, key: bytes, tell: Tell) -> None:
        """Choose in some tables, whose cells have other labels here; what is hidden already stays so."""
        at = {label: position for position, label in enumerate(labels)}
        must = {at[label] for label in self.hidden if label in at}
        chosen, self.methods = hidden_cells(shown, must=must, nodes=nodes, key=key, tell=tell)
        self.own = {labels[one] for one in chosen & primary(shown)} - self._all_unshown
        hidden = {labels[one] for one in chosen} | self._all_unshown
        told = told_anyway(self._tables, hidden, self._all_unshown)
        self.hidden, self.unshown = hidden - told, self._all_unshown - told


def _unshown(cells: pd.DataFrame, coarsening: Coarsening | None) -> set[int]:
    """Return the labels of the figures that are not shown at their level, unless everybody knows them."""
    if coarsening is None:
        return set()
    hidden = coarsening.covers(cells) & ~cells["known"] & ~cells["released"]
    return set(cells.index[hidden].tolist())


def _rows(tables: Tables, labels: set[int]) -> pd.Series:
    """Return the rows of today's facts that some cells stand for."""
    rows = tables.cells["row"][sorted(labels)]
    return rows[rows >= 0]


def _hide(marked: pd.DataFrame, rows: pd.Index | pd.Series) -> None:
    """Take from some rows all that tells the figure."""
    marked.loc[rows, "value"] = float("nan")
    marked.loc[rows, "status"] = "suppressed"
    marked.loc[rows, "qualifier"] = "exact"
    marked.loc[rows, "source_cell"] = ""
    marked.loc[rows, MARK] = CONFIDENTIAL


def hidden_cells(
    tables: Tables,
    *,
    must: Collection[int] = (),
    nodes: int = NODES,
    key: bytes = b"",
    tell: Tell = lambda _: None,
) -> tuple[set[int], dict[str, int]]:
    """Return the labels of the cells to hide, implicit ones left out, and how many networks were solved in which way.

    Parameters
    ----------
    tables : Tables
    must : collection of int
        Labels of further cells that are hidden in any case.
    nodes : int
        The limit of each integer programme.
    key : bytes
        As for :func:`evalkit.disclosure.network.networks`.
    tell : callable
        As for :func:`protect`.
    """
    hidden, methods = primary(tables) | set(must), Counter[str]()
    found = list(networks(tables, set(hidden), key=key))
    many = sum(len(network.must) for network in found) >= _MANY
    for number, network in enumerate(found, start=1):
        if many:
            tell(Progress(number, len(found), len(hidden)))
        choice = choose(network, nodes=nodes)
        methods[choice.method] += 1
        hidden.update(label for one in choice.hidden.nonzero()[0] for label in network.cells[one])
    implicit = tables.cells["implicit"].tolist()
    return {label for label in hidden if not implicit[label]}, dict(methods)


def primary(tables: Tables) -> set[int]:
    """Return the small cells, those hidden before, and the parts of every breakdown in which one part is the whole group.

    Parameters
    ----------
    tables : Tables
    """
    cells = tables.cells
    size, known = cells["size"].tolist(), cells["known"].tolist()
    nothing = (cells["size"].eq(ZERO) & cells["value"].notna()).tolist()
    hidden = set(cells.index[~cells["known"] & ((cells["size"] == SMALL) | cells["before"])].tolist())
    for equation in tables.equations:
        if equation.group and not nothing[equation.total]:
            several = [part for part in equation.parts if size[part] != ZERO]
            if len(several) == 1:
                hidden.update(part for part in equation.parts if not known[part])
    return hidden
