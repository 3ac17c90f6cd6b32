"""The bound of the linear relaxation of a set multi-cover, and the prices of demands that give it.

Any prices give a valid bound (Lagrange): it is computed from them, over all candidates, so that no
tolerance of a solver enters it. Good prices are found by subgradient steps (Fisher, 1981) and,
unless there are too many demands, by HiGHS, which is given those candidates that the prices found
so far name. Work is counted in steps, so that the same input gives the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InputError
from .cover_candidates import Candidates

STEPS = 50  # subgradient steps, with all candidates
STEPS_OF_FEW = 200  # in a round, with those that the prices name
PATIENCE = 15  # steps without a better bound, before the step size is halved
SMALLEST_STEP = 0.005  # of the step size, which starts at 1
PROGRESS = 0.0005  # how much better, relative to it, counts as a better bound
MIN_FEW = 1_000  # candidates that the prices name: those of the highest gains
FEW_PER_CHOSEN = 8  # and so many more for each that is chosen
ROUNDS = 10  # at most, in which the prices of few candidates are tried on all
ADDED = 500  # candidates that it is given at most in a round, or a tenth of those it has
MOST_DEMANDS = 3_000  # that HiGHS is given; of more, it takes too long
ITERATIONS = 20_000_000  # of HiGHS, times the demands
TOLERANCE = 1e-7  # by which a gain exceeds the cost of 1


def quiet_solver() -> Any:
    """HiGHS, silent and on one thread."""
    try:
        import highspy
    except ImportError:
        raise InputError(
            "team: the solver HiGHS is not installed; python -m pip install 'mlops-roles[team]'"
        ) from None

    class SilentHighs(highspy.Highs):
        def enableCallbacks(self) -> None:
            """Switch output off first: the constructor calls this, which prints a banner."""
            self.silent()
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    found: Any = SilentHighs()  # type: ignore[no-untyped-call]
    options = {"parallel": "off", "random_seed": 0, "mip_rel_gap": 0.0, "mip_heuristic_effort": 0.0}
    for name, value in options.items():
        found.setOptionValue(name, value)
    return found


def relaxed_bound(among: Candidates, chosen: Sequence[int]) -> tuple[float, Any]:
    """The bound of the linear relaxation, from its wrong side, and the prices that give it.

    Without a size, no choice that meets all is smaller; with one, none fills more places. `chosen`
    is some choice.
    """
    reached = among.reached(chosen)
    best = float(reached if among.size is None else -reached)
    prices = np.full(len(among.wanted), np.inf)
    np.minimum.at(prices, among.items, np.repeat(1 / among.lengths, among.lengths))
    bound, prices = _ascent(among, prices, best, STEPS)
    if bound <= best - 1:
        solved = among.size is None and len(among.wanted) <= MOST_DEMANDS
        better = _solved if solved else _ascent_of_few
        bound, prices = max((bound, prices), better(among, chosen, prices, best), key=_first)
    return abs(bound), prices


def _first(pair: tuple[float, Any]) -> float:
    return pair[0]


def _dual(among: Candidates, prices: Any) -> tuple[float, Any]:
    """The value of prices of the demands as a bound (negative with a size), and its slope."""
    gain = among.gains(prices)
    if among.size is None:
        taken = np.flatnonzero(gain > 1)
        value = (prices * among.wanted).sum() - (gain[taken] - 1).sum()
    else:
        taken = np.argsort(-gain, kind="stable")[: among.size]
        value = ((prices - 1) * among.wanted).sum() - gain[taken].sum()
    counted = np.bincount(among.items_of(taken), minlength=len(prices))
    return float(value), (among.wanted - counted).astype(float)


def _ascent(among: Candidates, prices: Any, best: float, steps: int) -> tuple[float, Any]:
    """A bound and its prices, from steps towards `best`, the value of some choice."""
    highest = np.inf if among.size is None else 1.0
    best_prices, step, waited = prices, 1.0, 0
    bound = float(0 if among.size is None else -among.wanted.sum())
    for _ in range(steps):
        value, slope = _dual(among, prices)
        waited = 0 if value > bound + PROGRESS * abs(bound) else waited + 1
        if value > bound:
            bound, best_prices = value, prices
        if waited >= PATIENCE:
            step, waited, prices = step / 2, 0, best_prices
        slope[((prices <= 0) & (slope < 0)) | ((prices >= highest) & (slope > 0))] = 0
        if step < SMALLEST_STEP or not slope.any():
            break
        prices = np.clip(prices + step * (best - value) / (slope * slope).sum() * slope, 0, highest)
    return bound, best_prices


def _few(among: Candidates, chosen: Sequence[int], prices: Any) -> Any:
    """The candidates of the highest gains, and those chosen."""
    most = MIN_FEW + FEW_PER_CHOSEN * len(chosen)
    order = np.argsort(-among.gains(prices), kind="stable")
    return np.union1d(order[:most], chosen)


def _ascent_of_few(
    among: Candidates, chosen: Sequence[int], prices: Any, best: float
) -> tuple[float, Any]:
    """The best bound and its prices, from steps that look at few candidates."""
    found = (-np.inf, prices)
    for _ in range(ROUNDS):
        few = among.only(_few(among, chosen, prices))
        promised, prices = _ascent(few, prices, best, STEPS_OF_FEW)
        value, near = _dual(among, prices)[0], PROGRESS * abs(promised)
        done = found[0] >= value - near and value >= promised - near
        found = max(found, (value, prices), key=_first)
        if done:
            break
    return found


def _solved(
    among: Candidates, chosen: Sequence[int], prices: Any, best: float
) -> tuple[float, Any]:
    """The best bound and its prices, of HiGHS, which gets more candidates until none is missing."""
    highs, inside = quiet_solver(), np.zeros(len(among.lengths), bool)
    highs.setOptionValue("simplex_iteration_limit", ITERATIONS // len(among.wanted))
    empty = np.zeros(0, np.int32)
    rows, wanted = len(among.wanted), among.wanted.astype(float)
    highs.addRows(rows, wanted, np.full(rows, np.inf), 0, np.zeros(rows, np.int32), empty, empty)
    new, found = _few(among, chosen, prices), (0.0, prices)
    for _ in range(ROUNDS):
        inside[new], ones = True, np.ones(len(new))
        items, lengths = among.items_of(new).astype(np.int32), among.lengths[new]
        starts = (np.cumsum(lengths) - lengths).astype(np.int32)
        highs.addCols(
            len(new), ones, 0 * ones, ones, len(items), starts, items, np.ones(len(items))
        )
        highs.run()
        prices = np.maximum(np.array(highs.getSolution().row_dual), 0)
        found = max(found, (_dual(among, prices)[0], prices), key=_first)
        gains = np.where(inside, 0, among.gains(prices))
        order = np.argsort(-gains, kind="stable")[: max(ADDED, int(inside.sum()) // 10)]
        new = order[gains[order] > 1 + TOLERANCE]
        if not len(new):
            break
    return found
