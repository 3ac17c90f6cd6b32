"""The smallest choice that covers demands, or the best of a size: a whole-number programme for HiGHS.

Alike candidates become one column with a capacity. A candidate is left out if as many others as
are ever wanted of one demand cover all that it covers and more: taking one of those instead, or
none, is never worse. So what is left holds a best choice of all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError

if TYPE_CHECKING:
    import numpy as np

BLOCK = 512  # candidates compared with all others at a time
MANY = 20_000  # kinds of candidates: above, comparing each with each takes longer than it saves


@dataclass(frozen=True)
class Choice:
    """What the solver chose.

    Attributes:
        chosen: candidates, by number, in order.
        proven: whether no choice is better.
        bound: no choice has fewer members; with a size, no choice meets more demands.
        kinds: how many kinds of candidates were left to choose among.
    """

    chosen: list[int]
    proven: bool
    bound: int
    kinds: int


def choose(
    covers: Sequence[Sequence[int]],
    demands: Sequence[int],
    size: int | None = None,
    seconds: float = 5.0,
) -> Choice:
    """Choose the fewest candidates that meet all demands or, with `size`, at most so many that meet most.

    Args:
        covers: for each candidate the demands, by number, that it helps to meet.
        demands: for each demand how many candidates are wanted; without `size` there are as many.
        size: how many may be chosen.
        seconds: when to stop; what was found then is given with the bound.

    A demand of two that one meets counts one. Of equals, earlier candidates are chosen.
    """
    solver = _solver(seconds)
    import numpy as np

    table = np.zeros((len(covers), len(demands)), bool)
    for candidate, met in enumerate(covers):
        table[candidate, list(met)] = True
    wanted = np.asarray(demands, float)
    kinds, capacity, members = _kinds(table, int(wanted.max(initial=0)))
    if not len(kinds):
        return Choice([], True, 0, 0)
    solver.passModel(
        _cheapest(kinds, capacity, wanted)
        if size is None
        else _fullest(kinds, capacity, wanted, size)
    )
    solver.setSolution(_start(capacity if size is None else np.zeros(len(kinds) + len(wanted))))
    solver.run()
    return _choice(solver, members, wanted, size)


def _kinds(table: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """The kinds of candidates worth a choice, how many of each may be, and who they are; the earliest first."""
    import numpy as np

    kinds, first, which, count = np.unique(
        table, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    keep = kinds.any(1) & _unbeaten(kinds, count, most)
    order = [k for k in np.argsort(first) if keep[k]]
    people = np.split(np.argsort(which.ravel(), kind="stable"), np.cumsum(count)[:-1])
    return kinds[order], np.minimum(count[order], most).astype(float), [people[k] for k in order]


def _unbeaten(kinds: np.ndarray, count: np.ndarray, most: int) -> np.ndarray:
    """Which kinds have fewer than `most` candidates above them, who cover all that they cover and more."""
    import numpy as np

    if len(kinds) > MANY:
        return np.ones(len(kinds), bool)
    dense, size = kinds.astype(np.float32), kinds.sum(1)
    above = [
        (
            (dense[i : i + BLOCK] @ dense.T == size[i : i + BLOCK, None])
            & (size > size[i : i + BLOCK, None])
        )
        @ count
        for i in range(0, len(kinds), BLOCK)
    ]
    return np.concatenate(above) < most if above else np.ones(0, bool)


def _solver(seconds: float) -> Any:
    """HiGHS, silent and on one thread, so that the same input gives the same answer."""
    try:
        import highspy
    except ImportError:
        raise InputError(
            "team: the solver HiGHS is not installed; python -m pip install 'mlops-roles[team]'"
        ) from None

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:
            """What is called first, and would write a banner to standard output."""
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    solver: Any = Quiet()  # type: ignore[no-untyped-call]
    for option, value in (
        ("parallel", "off"),
        ("random_seed", 0),
        ("time_limit", float(seconds)),
        ("mip_rel_gap", 0.0),
    ):
        solver.setOptionValue(option, value)
    return solver


def _cheapest(kinds: np.ndarray, capacity: np.ndarray, wanted: np.ndarray) -> Any:
    """Fewest candidates, every demand met."""
    import numpy as np

    return _programme(np.ones(len(kinds)), capacity, kinds.T, wanted, np.full(len(wanted), np.inf))


def _fullest(kinds: np.ndarray, capacity: np.ndarray, wanted: np.ndarray, size: int) -> Any:
    """Most demands met by at most `size` candidates; of these choices one with the fewest."""
    import numpy as np

    met = np.eye(len(wanted))
    cost = np.concatenate([np.ones(len(kinds)), np.full(len(wanted), -_worth(size))])
    rows = np.vstack(
        [np.hstack([kinds.T, -met]), np.concatenate([np.ones(len(kinds)), np.zeros(len(wanted))])]
    )
    lower, upper = (
        np.append(np.zeros(len(wanted)), 0.0),
        np.append(np.full(len(wanted), np.inf), float(size)),
    )
    return _programme(cost, np.concatenate([capacity, wanted]), rows, lower, upper)


def _worth(size: int) -> float:
    """What a demand met is worth in candidates: more than a whole choice of them."""
    return size + 1.0


def _programme(
    cost: np.ndarray, most: np.ndarray, rows: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> Any:
    """Whole numbers from 0 to `most` at the least cost, with each row's sum within its bounds."""
    import highspy
    import numpy as np

    lp, columns = highspy.HighsLp(), rows.T
    lp.num_col_, lp.num_row_ = columns.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(len(cost)), most
    lp.row_lower_, lp.row_upper_ = lower, upper
    at, index = np.nonzero(columns)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.searchsorted(at, np.arange(len(cost) + 1)).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = (
        index.astype(np.int32),
        columns[at, index].astype(float),
    )
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    return lp


def _start(values: np.ndarray) -> Any:
    """Everybody or nobody, so that there is an answer however soon the time is up."""
    import highspy

    solution = highspy.HighsSolution()
    solution.col_value = values
    return solution


def _choice(solver: Any, members: list[np.ndarray], wanted: np.ndarray, size: int | None) -> Choice:
    """The solution in candidates, with what is proven."""
    import highspy
    import numpy as np

    taken = np.rint(solver.getSolution().col_value[: len(members)]).astype(int)
    chosen = sorted(int(i) for people, n in zip(members, taken, strict=True) for i in people[:n])
    proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Choice(
        chosen, proven, _bound(solver.getInfo().mip_dual_bound, wanted, size), len(members)
    )


def _bound(least: float, wanted: np.ndarray, size: int | None) -> int:
    """How few might do, or how much a size might meet, going by the least possible cost; by the demands where none is known yet."""
    if size is None:
        return math.ceil(max(least - 1e-6, float(wanted.max())))
    return math.floor(min((size - least) / _worth(size) + 1e-6, float(wanted.sum())))
