"""Set multi-cover: few candidates that meet all demands, or the best of a size, with a bound.

A search finds a good choice and a bound of the linear relaxation. If they leave something open, and
the model is not too large, HiGHS proves the choice, or finds a better one. Work is counted in
steps, not in time, so that the same input gives the same answer on each machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import numpy as np

from .cover_bound import quiet_solver, relaxed_bound
from .cover_candidates import Candidates
from .cover_reduction import merged, useful_copies, without_implied
from .cover_search import greedy, search

SWAPS = 4_000  # in the search, for each second that may be used
SWAP_WORK = 180_000_000  # these swaps times demands, at most: each takes longer with more demands
NODE_WORK = 3_000_000  # nodes of HiGHS, times the size of its model, likewise
MAX_MODEL = 60_000  # pairs of candidates and demands; of more, HiGHS takes too long to begin
SMALL_MODEL = 500_000  # these pairs times demands
NEAR = 0.05  # of a larger model, HiGHS proves no choice that is further from its bound
TOLERANCE = 1e-6  # of a bound that is rounded to a whole number


@dataclass(frozen=True)
class Choice:
    """What was chosen, and what is proven of it."""

    chosen: list[int]  # indices of candidates, ascending
    bound: int  # no choice has fewer members; with a size, no choice fills more places
    reached: int  # the members or, with a size, the places that they fill
    kinds: int  # how many distinct candidates there are
    solver: str  # what found the bound

    @property
    def proven(self) -> bool:
        """Whether the choice is proven optimal."""
        return self.reached == self.bound


def choose(
    candidates: Any,
    items: Any,
    demands: Sequence[int],
    size: int | None = None,
    seconds: float = 5.0,
) -> Choice:
    """Choose the fewest candidates that meet all demands or, with `size`, the best of that size.

    With `size`, at most that many candidates are chosen, who fill as many places of the demands as
    possible, and no more of them than that takes. Of identical candidates the first are chosen.

    Args:
        candidates: of each pair of a candidate and a demand that it helps to meet, the number of
            the candidate. Numbers need not follow on one another.
        items: of these pairs, the index of the demand. No pair occurs twice.
        demands: for each demand, how many candidates it wants; or as many as there are.
        size: the most candidates that may be chosen.
        seconds: about how long to search; it is converted to steps.

    Raises InputError if highspy is not installed.
    """
    quiet_solver()
    everyone, numbers = _read_pairs(np.asarray(candidates), np.asarray(items), demands, size)
    kinds, kind = merged(everyone)
    if not len(numbers) or size == 0:
        return Choice([], 0, 0, len(kinds.lengths), "no choice")
    left, place = without_implied(replace(kinds, size=None))
    found = _choose(left, numbers, place[kind], seconds, size)
    found = replace(found, kinds=len(kinds.lengths))
    if size is None:
        return found
    if len(found.chosen) <= size:
        filled = int(kinds.wanted.sum())
        return replace(found, bound=filled, reached=filled)
    return _choose(kinds, numbers, kind, seconds)


def _read_pairs(
    candidates: Any, items: Any, demands: Sequence[int], size: int | None
) -> tuple[Candidates, Any]:
    """The candidates who help with anything wanted, and the number of each, ascending.

    Demands get other numbers: those that few can meet come first.
    """
    supply = np.bincount(items, minlength=len(demands))
    wanted = np.minimum(np.array(demands, int), supply)
    order = np.argsort(supply, kind="stable")
    order = order[wanted[order] > 0]
    index = np.full(len(wanted), -1)
    index[order] = np.arange(len(order))
    kept = index[items] >= 0
    pairs = np.sort(candidates[kept] * max(1, len(order)) + index[items[kept]])
    owners, found = np.divmod(pairs, max(1, len(order)))
    lengths = np.bincount(owners)
    numbers = np.flatnonzero(lengths)
    return Candidates(found, lengths[numbers], wanted[order], size), numbers


def _choose(
    kinds: Candidates, numbers: Any, kind_of: Any, seconds: float, most: int | None = None
) -> Choice:
    """What is chosen and proven; if at least `most` + 1 are needed, only some choice.

    Args:
        kinds: distinct candidates.
        numbers: the numbers of all candidates, ascending.
        kind_of: for each of these, its place in `kinds`, or -1.
        seconds: see `choose`.
        most: see above.
    """
    copies = useful_copies(kinds, np.bincount(kind_of[kind_of >= 0]))
    kind = np.repeat(np.arange(len(copies)), copies)
    among = kinds.only(kind)
    chosen = greedy(among)
    relaxed, prices = relaxed_bound(among, chosen)
    bound, solver = _whole(relaxed, kinds), "search, relaxed bound"
    wide = most is not None and bound > most
    if not wide:
        swaps = min(int(SWAPS * seconds), SWAP_WORK // len(among.wanted))
        chosen = search(among, chosen, among.gains(prices), bound, max(1, swaps))
    counts, reached = np.bincount(kind[chosen], minlength=len(copies)), among.reached(chosen)
    few = _of_better_choices(kinds, copies, counts, relaxed, prices)
    if not wide and reached != bound and _within_reach(kinds.only(few), reached, bound):
        found, (better, tighter) = np.zeros_like(counts), (max, min) if kinds.size else (min, max)
        found[few], proven = prove(kinds.only(few), copies[few], counts[few], seconds)
        judged = kinds.reached(np.repeat(np.arange(len(found)), found)), found
        reached, counts = better((reached, counts), judged, key=itemgetter(0))
        bound, solver = tighter(bound, _whole(proven, kinds)), "search, then HiGHS"
    return Choice(_first_of(numbers, kind_of, counts), bound, reached, len(counts), solver)


def _first_of(numbers: Any, kind_of: Any, counts: Any) -> list[int]:
    """The first so many candidates of each kind."""
    order = np.argsort(kind_of, kind="stable")
    starts = np.searchsorted(kind_of[order], np.arange(len(counts)))
    picked = [order[start : start + n] for start, n in zip(starts, counts, strict=True)]
    found: list[int] = np.sort(numbers[np.concatenate(picked)]).tolist()
    return found


def _of_better_choices(
    kinds: Candidates, copies: Any, counts: Any, relaxed: float, prices: Any
) -> Any:
    """Who is chosen, or may be in a smaller choice: a gain below 1 adds the rest to the bound.

    With a size, anyone may be in a better choice.
    """
    fewer = counts.sum() - 1 + TOLERANCE if kinds.size is None else np.inf
    may_be = relaxed + 1 - kinds.gains(prices) <= fewer
    return np.flatnonzero((copies > 0) & may_be | (counts > 0))


def _within_reach(among: Candidates, reached: int, bound: int) -> bool:
    """Whether HiGHS has a chance in the time given: the model is small, or the bound is near."""
    small = len(among.items) * len(among.wanted) <= SMALL_MODEL
    return len(among.items) <= MAX_MODEL and (small or abs(reached - bound) <= NEAR * bound)


def _whole(bound: float, among: Candidates) -> int:
    """A bound in whole candidates or, with a size, in whole places; the demands give one, too."""
    if among.size is None:
        return math.ceil(max(bound - TOLERANCE, int(among.wanted.max())))
    return math.floor(min(bound + TOLERANCE, int(among.wanted.sum())))


def prove(
    among: Candidates, copies: Any, counts: Any, seconds: float
) -> tuple[Sequence[int], float]:
    """How many of each HiGHS chooses, which starts from what the search chose, and its bound."""
    import highspy

    solver, work = quiet_solver(), len(among.items) * len(among.wanted)
    solver.setOptionValue("mip_max_nodes", max(1, int(NODE_WORK * seconds / work)))
    picks = [*solver.addIntegrals(len(copies), ub=copies.astype(float).tolist())]
    wanted, values = among.wanted.astype(float), counts.astype(float).tolist()
    places: Any = wanted
    if among.size is not None:
        solver.addConstr(solver.qsum(picks) <= among.size)
        places = solver.addIntegrals(len(wanted), ub=wanted.tolist())
        filled = among.filled(np.repeat(np.arange(len(counts)), counts))
        values += filled.astype(float).tolist()
    solver.addConstrs(
        solver.qsum(picks[i] for i in some) >= n
        for some, n in zip(among.helping, places, strict=True)
    )
    start = highspy.HighsSolution()
    start.col_value = values
    solver.setSolution(start)
    if among.size is None:
        solver.minimize(solver.qsum(picks))
    else:
        solver.maximize(solver.qsum(places))
    return [round(n) for n in solver.vals(picks)], solver.getInfo().mip_dual_bound
