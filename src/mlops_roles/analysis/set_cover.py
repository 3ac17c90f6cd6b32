"""Exact set multi-cover: the fewest candidates that meet all demands, or the best of a size.

Where this would take too long, `greedy_cover` chooses, with a bound.

Identical candidates become one integer variable, bounded by their number. A candidate is left out
if enough others for every demand cover a strict superset of what it covers: choosing one of those
instead is never worse. The candidates that remain thus contain an optimal choice.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .greedy_cover import greedy_cover, relaxed_bound

if TYPE_CHECKING:
    import numpy as np

BLOCK_SIZE = 512  # rows of the kinds x kinds comparison that are in memory at a time
MAX_COMPARED = 20_000  # kinds; above, comparing all pairs takes longer than it saves the solver
MAX_CELLS = 20_000_000  # candidates times demands; above, the exact model takes minutes to build


@dataclass(frozen=True)
class Choice:
    """What the solver chose."""

    chosen: list[int]  # indices of candidates, ascending
    proven: bool  # whether the choice is proven optimal
    bound: int  # no choice has fewer members; with a size, no choice meets more demands
    kinds: int  # how many distinct candidates the solver chose among
    solver: str = "HiGHS"  # what chose


def choose(
    covers: Sequence[Sequence[int]],
    demands: Sequence[int],
    size: int | None = None,
    seconds: float = 5.0,
) -> Choice:
    """Choose the fewest candidates that meet all demands or, with `size`, the best of that size.

    With `size`, at most that many candidates are chosen, who meet as many demands as possible, and
    no more of them than that takes. A demand of 2 that is met once counts 1. Of identical
    candidates the first are chosen.

    Args:
        covers: for each candidate, the indices of the demands that it helps to meet.
        demands: for each demand, how many candidates it wants; without `size`, that many cover it.
        size: the most candidates that may be chosen.
        seconds: time limit of the solver; the best choice found by then comes with a bound.

    Raises InputError if highspy is not installed.
    """
    solver = _solver(seconds)
    if len(covers) * len(demands) > MAX_CELLS:
        return approximate(covers, demands, size, seconds)
    import numpy as np

    table = _table(covers, len(demands))
    wanted = np.asarray(demands, float)
    kinds, counts, members = _distinct_candidates(table, int(wanted.max(initial=0)))
    if not len(kinds):
        return Choice([], True, 0, 0)
    # a variable for each kind: how many of its candidates are chosen
    picks = solver.addIntegrals(len(kinds), ub=counts)
    supply = [solver.qsum(picks[covering]) for covering in kinds.T]
    if size is None:
        _min_cover(solver, picks, counts, supply, demands)
    else:
        _max_coverage(solver, picks, supply, demands, size)
    taken = np.rint(solver.vals(picks)).astype(int)
    chosen = sorted(int(i) for same, n in zip(members, taken, strict=True) for i in same[:n])
    return Choice(chosen, _is_optimal(solver), _bound(solver, wanted, size), len(kinds))


def _table(covers: Sequence[Sequence[int]], n_demands: int) -> Any:
    """Whether each candidate (row) helps to meet each demand (column), as an array of numpy."""
    import numpy as np

    table = np.zeros((len(covers), n_demands), bool)
    for candidate, items in enumerate(covers):
        table[candidate, list(items)] = True
    return table


def approximate(
    covers: Sequence[Sequence[int]], demands: Sequence[int], size: int | None, seconds: float
) -> Choice:
    """The choice of `greedy_cover`, with its bound."""
    first: dict[tuple[int, ...], int] = {}
    for candidate, items in enumerate(covers):
        first.setdefault(tuple(sorted(items)), candidate)
    chosen = greedy_cover(covers, demands, size)
    if size is None:
        relaxed = relaxed_bound(covers, demands, len(chosen), seconds)
        bound = math.ceil(max(relaxed - 1e-6, max(demands, default=0)))
        reached = len(chosen)
    else:
        largest = sorted(map(len, covers), reverse=True)[:size]
        bound = min(sum(demands), sum(largest))
        met = Counter(item for candidate in chosen for item in covers[candidate])
        reached = sum(min(met[item], wanted) for item, wanted in enumerate(demands))
    return Choice(chosen, reached == bound, bound, len(first), "greedy choice, relaxed bound")


def _distinct_candidates(
    table: np.ndarray, most: int
) -> tuple[np.ndarray, list[float], list[np.ndarray]]:
    """Merge identical candidates of a table (candidates x demands) and drop dominated ones.

    Returns the kinds (kinds x demands), by first occurrence; how many of each may be useful; and
    for each the indices of its candidates, ascending. `most` is the largest demand.
    """
    import numpy as np

    kinds, first, kind_of, count = np.unique(
        table, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    keep = kinds.any(1) & _non_dominated(kinds, count, most)
    order = [k for k in np.argsort(first) if keep[k]]
    by_kind = np.argsort(kind_of.ravel(), kind="stable")
    members = np.split(by_kind, np.cumsum(count)[:-1])
    return kinds[order], [float(min(count[k], most)) for k in order], [members[k] for k in order]


def _non_dominated(kinds: np.ndarray, count: np.ndarray, most: int) -> np.ndarray:
    """Which kinds (kinds x demands) have fewer than `most` candidates that cover a superset."""
    import numpy as np

    if len(kinds) > MAX_COMPARED:
        return np.ones(len(kinds), bool)
    dense, n_covered = kinds.astype(np.float32), kinds.sum(1)
    supersets = np.zeros(len(kinds), int)
    for start in range(0, len(kinds), BLOCK_SIZE):
        block = slice(start, start + BLOCK_SIZE)
        contains = dense[block] @ dense.T == n_covered[block, None]
        supersets[block] = (contains & (n_covered > n_covered[block, None])) @ count
    return supersets < most


def _solver(seconds: float) -> Any:
    """HiGHS, silent and on one thread, so that the same input gives the same answer."""
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

    solver: Any = SilentHighs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("parallel", "off")
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("time_limit", float(seconds))
    solver.setOptionValue("mip_rel_gap", 0.0)
    return solver


def _min_cover(
    solver: Any, picks: Any, counts: Sequence[float], supply: Sequence[Any], demands: Sequence[int]
) -> None:
    """Solve for the fewest candidates that meet every demand, starting from all of them."""
    solver.addConstrs(have >= want for have, want in zip(supply, demands, strict=True))
    _start_from(solver, counts)
    solver.minimize(solver.qsum(picks))


def _max_coverage(
    solver: Any, picks: Any, supply: Sequence[Any], demands: Sequence[int], size: int
) -> None:
    """Solve for the most demands met by at most `size` candidates, then for the fewest of them."""
    met = solver.addIntegrals(len(demands), ub=[float(want) for want in demands])
    solver.addConstrs(have >= got for have, got in zip(supply, met, strict=True))
    solver.addConstr(0 <= solver.qsum(picks) <= size)
    _start_from(solver, [0.0] * (len(picks) + len(met)))
    solver.minimize(solver.qsum(picks) - _coverage_reward(size) * solver.qsum(met))


def _coverage_reward(size: int) -> float:
    """The weight of one demand met, in candidates: larger than any number of candidates chosen."""
    return size + 1.0


def _start_from(solver: Any, values: Sequence[float]) -> None:
    """Give the solver a feasible solution, so that there is one however soon time is up."""
    import highspy

    solution = highspy.HighsSolution()
    solution.col_value = list(values)
    solver.setSolution(solution)


def _is_optimal(solver: Any) -> bool:
    import highspy

    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _bound(solver: Any, wanted: np.ndarray, size: int | None) -> int:
    """The bound in candidates or, with a size, in demands met, from the bound on the objective.

    The demands give a bound of their own, for when the solver has none yet.
    """
    objective: float = solver.getInfo().mip_dual_bound
    if size is None:
        return math.ceil(max(objective - 1e-6, float(wanted.max())))
    return math.floor(min((size - objective) / _coverage_reward(size) + 1e-6, float(wanted.sum())))
