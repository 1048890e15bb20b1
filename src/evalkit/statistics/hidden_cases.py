"""How many cases stand on no list, from the overlaps of several: all models of pairs, averaged, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
import pandas as pd

from evalkit.errors import FactsError
from evalkit.short_form import InWords
from evalkit.statistics.capture_recapture import FEWEST_IN_BOTH
from evalkit.statistics.counts import Numbers
from evalkit.statistics.list_models import (
    ListModel,
    all_pairs,
    design_of,
    fit_lists,
    list_cells,
    name_of,
    overlap,
)
from evalkit.statistics.results import NotEstimable
from evalkit.statistics.trend.poisson_batch import fit_batch

MOST_LISTS = 5
DRAWS = 1000
LARGEST_MULTIPLE = 1000.0  # hidden over observed, beyond which a drawn table tells nothing


@dataclass(frozen=True, slots=True, repr=False)
class HiddenCases(InWords):
    """Cases on no list, as models of the lists' overlaps continue them.

    Attributes
    ----------
    observed, shared : float
        Cases on at least one list, and on two or more.
    hidden, lower, upper : float
        The models' average of the cases on no list, and its limits.
    least, most : float
        The smallest and the largest ``hidden`` of any model.
    frame : DataFrame, one row per model
        ``model`` (its interactions), ``weight``, ``hidden``, ``total``, ``deviance``, ``df``, ``bic``, ``reason`` (why it gives no number).
    without : DataFrame, one row per list
        The same without that list: ``left_out``, ``observed``, ``hidden``, ``total``, ``reason``.
    lists : tuple of str
    level : float
        Confidence level.
    """

    observed: float
    shared: float
    hidden: float
    lower: float
    upper: float
    least: float
    most: float
    frame: pd.DataFrame
    without: pd.DataFrame
    lists: tuple[str, ...]
    level: float

    @property
    def total(self) -> float:
        """Observed cases and the average of those on no list."""
        return self.observed + self.hidden


def hidden_cases(
    frame: pd.DataFrame,
    *,
    lists: Sequence[str],
    count: str = "count",
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 1,
) -> HiddenCases | NotEstimable:
    """Estimate how many cases stand on none of several lists.

    Parameters
    ----------
    frame : DataFrame
        One column of 0 and 1 for each list; with a column ``count`` a row is so many cases, without it one case.
    lists : sequence of str
        The columns: two to five lists whose cases were matched one by one.
    count : str
        Name of the column of counts.
    level : float
        Confidence level, strictly between 0 and 1.
    draws : int
        Tables drawn for the limits.
    seed : int
        Of these.

    Returns
    -------
    HiddenCases or NotEstimable
        Not estimable: ``small_overlap`` (fewer than 7 cases on two lists or more), or the reason of the simplest model where no model has an estimate.

    Raises
    ------
    FactsError
        If the lists are more than five, or the table cannot be: see :func:`~evalkit.statistics.list_models.list_cells`.

    Notes
    -----
    Every hierarchical log-linear model with interactions of pairs that has an estimate, weighted by exp(-BIC/2). Limits are
    percentiles of a parametric bootstrap in which each model draws as many tables as its weight and is fitted to them: a profile
    would hold one model for settled, and which one it is matters most here. They hold the number in fewer cases than they say where
    the lists are linked so weakly that no model can tell (docs/provinces.md).

    References
    ----------
    Bishop, Fienberg and Holland (1975), Discrete Multivariate Analysis, ch. 6; Buckland, Burnham and Augustin (1997), Biometrics 53, 603-618;
    Silverman (2020), J. R. Stat. Soc. A 183, 691-736.

    Examples
    --------
    >>> cells = pd.DataFrame({"police": [1, 0, 1, 0, 1, 0, 1], "border": [0, 1, 1, 0, 0, 1, 1], "aid": [0, 0, 0, 1, 1, 1, 1]})
    >>> found = hidden_cases(cells.assign(count=[41, 58, 13, 33, 9, 12, 4]), lists=["police", "border", "aid"], draws=200)
    >>> found.frame[["model", "weight", "hidden"]].round(2).values.tolist()[0]
    ['independent', 0.79, 156.82]
    >>> found.lower < found.hidden < found.upper, found.observed
    (True, 170.0)
    """
    if len(lists) > MOST_LISTS or not 0 < level < 1:
        raise FactsError(
            where="lists",
            rule=f"at most {MOST_LISTS} lists, and a level between 0 and 1",
            do="join lists that name each other's cases, or leave the smallest out",
        )
    cells = list_cells(frame, lists, count=count)
    both = overlap(cells, lists)
    if both < FEWEST_IN_BOTH:
        return NotEstimable("small_overlap", {"both": both, "seen": float(cells["count"].sum())})
    models = _models(cells, lists)
    fitted = [model for model in models.values() if isinstance(model, ListModel)]
    if not fitted:
        return next(model for model in models.values() if isinstance(model, NotEstimable))
    hidden = [model.hidden for model in fitted]
    drawn = _drawn(cells, lists, fitted, draws=draws, seed=seed)
    lower, upper = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2], method="inverted_cdf")
    average = float(_weights(fitted) @ np.array(hidden))
    return HiddenCases(
        observed=fitted[0].observed,
        shared=both,
        hidden=average,
        lower=min(float(lower), average),
        upper=max(float(upper), average),
        least=min(hidden),
        most=max(hidden),
        frame=_model_frame(models, fitted),
        without=pd.DataFrame([_without(cells, lists, name) for name in lists]),
        lists=tuple(lists),
        level=level,
    )


def _models(cells: pd.DataFrame, lists: Sequence[str]) -> dict[str, ListModel | NotEstimable]:
    """Fit every model of pairs, the simplest first."""
    pairs = all_pairs(lists)
    chosen = chain.from_iterable(combinations(pairs, size) for size in range(len(pairs) + 1))
    return {name_of(some): fit_lists(cells, lists, interactions=some) for some in chosen}


def _weights(fitted: Sequence[ListModel]) -> Numbers:
    bic = np.array([model.bic for model in fitted])
    raw = np.exp((bic.min() - bic) / 2)
    return np.asarray(raw / raw.sum())


def _model_frame(models: dict[str, ListModel | NotEstimable], fitted: Sequence[ListModel]) -> pd.DataFrame:
    weights = dict(zip([model.name for model in fitted], _weights(fitted).tolist(), strict=True))
    names = ("hidden", "total", "deviance", "df", "bic")
    rows = [
        {"model": name, "weight": weights.get(name, 0.0)}
        | {field: float(getattr(model, field, np.nan)) for field in names}
        | {"reason": model.reason if isinstance(model, NotEstimable) else ""}
        for name, model in models.items()
    ]
    return pd.DataFrame(rows).sort_values("weight", ascending=False, kind="stable", ignore_index=True)


def _without(cells: pd.DataFrame, lists: Sequence[str], name: str) -> dict[str, object]:
    """Return what the other lists tell by themselves."""
    rest = [one for one in lists if one != name]
    empty: dict[str, object] = {"left_out": name, "observed": np.nan, "hidden": np.nan, "total": np.nan}
    if len(rest) < 2:
        return empty | {"reason": "too_few_lists"}
    kept = list_cells(cells[cells[rest].sum(axis=1) > 0], rest)
    fitted = [model for model in _models(kept, rest).values() if isinstance(model, ListModel)]
    empty["observed"] = float(kept["count"].sum())
    if not fitted or overlap(kept, rest) < FEWEST_IN_BOTH:
        return empty | {"reason": "small_overlap"}
    hidden = float(_weights(fitted) @ np.array([model.hidden for model in fitted]))
    return empty | {"hidden": hidden, "total": fitted[0].observed + hidden, "reason": ""}


def _drawn(
    cells: pd.DataFrame, lists: Sequence[str], fitted: Sequence[ListModel], *, draws: int, seed: int
) -> Numbers:
    """Return hidden cases of drawn tables: each model draws as many as its weight, and is fitted to them."""
    rng = np.random.default_rng(seed)
    found = []
    for model, number in zip(fitted, np.rint(draws * _weights(fitted)).astype(int).tolist(), strict=True):
        if number:
            shares = np.append(model.expected, model.hidden) / model.total
            tables = rng.multinomial(round(model.total), shares, size=number)[:, :-1]
            found.append(_refitted(cells, lists, model, tables.T.astype(float)))
    return np.concatenate(found)


def _refitted(cells: pd.DataFrame, lists: Sequence[str], model: ListModel, tables: Numbers) -> Numbers:
    """Return the hidden cases of one model in each table; infinite where it has no estimate: such a table sets no upper limit."""
    design = design_of(cells, lists, model.interactions)
    coefficients, _ = fit_batch(design, tables, offset=np.zeros((len(tables), 1)))
    hidden = np.exp(np.minimum(coefficients[0], 40.0))
    ran_away = hidden > LARGEST_MULTIPLE * tables.sum(axis=0)
    for column in design.T[1 + len(lists) :]:
        ran_away |= column @ tables == 0
    return np.where(ran_away, np.inf, hidden)
