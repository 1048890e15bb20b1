"""One linear programme kept open: its sums stay, bounds and goal change from question to question."""

from __future__ import annotations

from typing import NamedTuple

import highspy
import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

Numbers = npt.NDArray[np.float64]
TOLERANCE = 1e-6
_DUAL, _PRIMAL = 1, 4  # as HiGHS numbers its strategies


class Answer(NamedTuple):
    """What was found: the goal reached, the values, and the dual of each sum."""

    goal: float
    values: Numbers
    duals: Numbers


class Linear:
    """Minimise ``cost @ x`` where ``matrix @ x == right`` and ``low <= x <= high``, again and again.

    Parameters
    ----------
    matrix : sparse array
        One row per sum.
    right : array of float, optional
        What the sums come to; nothing by default.
    primal : bool
        By the primal simplex method, which is quicker where rather the goal changes than the bounds; else by the dual one.

    Notes
    -----
    Solver: HiGHS, each question starting from the answer to the one before.

    Examples
    --------
    >>> model = Linear(csr_array(np.array([[1.0, 1.0]])), np.array([3.0]))
    >>> model.bound(np.zeros(2), np.array([2.0, 2.0]))
    >>> model.minimise(np.array([1.0, 0.0])).values.tolist()
    [1.0, 2.0]
    """

    def __init__(self, matrix: csr_array, right: Numbers | None = None, *, primal: bool = False) -> None:
        rows, self._size = matrix.shape
        self._low, self._high = np.zeros(self._size), np.zeros(self._size)
        self._cost = np.zeros(self._size)
        self._columns = np.arange(self._size, dtype=np.int32)
        self._model = highspy.Highs()
        self._model.setOptionValue("output_flag", False)  # noqa: FBT003
        self._model.setOptionValue("threads", 1)
        self._model.setOptionValue("presolve", "off")
        self._model.setOptionValue("simplex_strategy", _PRIMAL if primal else _DUAL)
        self._steps = 1_000 + (rows + self._size) // 4
        self._perturb(0.0)
        self._model.passModel(self._programme(csc_array(matrix), np.zeros(rows) if right is None else right))

    def _programme(self, matrix: csc_array, right: Numbers) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self._cost, self._low, self._high
        lp.row_lower_ = lp.row_upper_ = right
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = (
            matrix.indptr,
            matrix.indices,
            matrix.data.astype(float),
        )
        return lp

    def bound(self, low: Numbers, high: Numbers) -> None:
        """Set the bounds of all values."""
        at = np.flatnonzero((low != self._low) | (high != self._high)).astype(np.int32)
        if len(at):
            self._model.changeColsBounds(len(at), at, low[at], high[at])
            self._low[at], self._high[at] = low[at], high[at]

    def minimise(self, cost: Numbers) -> Answer | None:
        """Return the answer for a goal; None where no values fit."""
        at = np.flatnonzero(cost != self._cost).astype(np.int32)
        if len(at):
            self._model.changeColsCost(len(at), at, cost[at])
            self._cost[at] = cost[at]
        if not self._solved():
            return None
        found = self._model.getSolution()
        return Answer(self._model.getObjectiveValue(), np.array(found.col_value), np.array(found.row_dual))

    def _solved(self) -> bool:
        """Solve; where that leads nowhere in so many steps, solve from nothing by the dual method, with perturbed costs.

        Unperturbed, the simplex method is quick from one question to the next, but may go round in circles; the dual one seldom
        does, and a programme that went round once keeps to it.
        """
        self._model.setOptionValue("simplex_iteration_limit", self._steps)
        self._model.run()
        if self._model.getModelStatus() not in _ENDED:
            self._model.clearSolver()
            self._model.setOptionValue("simplex_iteration_limit", _NO_LIMIT)
            self._model.setOptionValue("simplex_strategy", _DUAL)
            self._perturb(1.0)
            self._model.run()
            self._perturb(0.0)
        return bool(self._model.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def _perturb(self, multiplier: float) -> None:
        for name in ("dual_simplex_cost", "primal_simplex_bound"):
            self._model.setOptionValue(f"{name}_perturbation_multiplier", multiplier)


_NO_LIMIT = 2**31 - 1
_ENDED = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
