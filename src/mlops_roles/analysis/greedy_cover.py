"""Approximate set multi-cover for many candidates: a greedy choice, and a Lagrangian bound.

The time grows with the pairs of candidates and demands, not with their product. The bound is that
of the linear relaxation, approached from below by subgradient steps (Fisher, 1981).
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MAX_STEPS = 300  # subgradient steps
PATIENCE = 15  # steps without a better bound, before the step size is halved
SMALLEST_STEP = 0.005  # of the step size, which starts at 1


def greedy_cover(
    covers: Sequence[Sequence[int]], demands: Sequence[int], size: int | None = None
) -> list[int]:
    """Choose candidates one by one, each of those that meet most open demands; ascending.

    `covers` and `demands` are as in `set_cover.choose`. Candidates that the others make superfluous
    are dropped. The first of equal candidates is taken.
    """
    missing = list(demands)
    heap = [(-len(items), candidate) for candidate, items in enumerate(covers) if items]
    heapq.heapify(heap)
    chosen: list[int] = []
    while heap and (size is None or len(chosen) < size):
        _, candidate = heapq.heappop(heap)
        gain = sum(missing[item] > 0 for item in covers[candidate])
        if not gain:
            continue
        if heap and (-gain, candidate) > heap[0]:  # it was worth more when it was put there
            heapq.heappush(heap, (-gain, candidate))
            continue
        chosen.append(candidate)
        for item in covers[candidate]:
            missing[item] -= 1
    return _without_superfluous(chosen, covers, missing)


def _without_superfluous(
    chosen: Sequence[int], covers: Sequence[Sequence[int]], missing: list[int]
) -> list[int]:
    """The chosen candidates without those whose demands the others meet; smallest go first."""
    kept = []
    for candidate in sorted(chosen, key=lambda c: (len(covers[c]), -c)):
        if all(missing[item] < 0 for item in covers[candidate]):
            for item in covers[candidate]:
                missing[item] += 1
        else:
            kept.append(candidate)
    return sorted(kept)


def relaxed_bound(
    covers: Sequence[Sequence[int]], demands: Sequence[int], best: int, seconds: float
) -> float:
    """A number of candidates below which no choice meets all demands.

    `best` is the size of some choice that meets them all; `seconds` limit the search.
    """
    import numpy as np

    filled = [items for items in covers if items]
    if not filled:
        return 0.0
    lengths = np.array([len(items) for items in filled])
    items = np.fromiter((item for found in filled for item in found), int, int(lengths.sum()))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    wanted, deadline = np.asarray(demands, float), time.monotonic() + seconds
    prices = best_prices = np.full(len(demands), 1 / lengths.max())
    bound, step, waited = 0.0, 1.0, 0
    for _ in range(MAX_STEPS):
        value, slope = _dual(prices, items, starts, lengths, wanted)
        waited = 0 if value > bound * 1.0005 else waited + 1
        if value > bound:
            bound, best_prices = value, prices
        if waited >= PATIENCE:
            step, waited, prices = step / 2, 0, best_prices
        slope[(prices <= 0) & (slope < 0)] = 0
        if step < SMALLEST_STEP or not slope.any() or time.monotonic() > deadline:
            break
        prices = np.maximum(0, prices + step * (best - value) / (slope @ slope) * slope)
    return bound


def _dual(
    prices: Any, items: Any, starts: Any, lengths: Any, wanted: Any
) -> tuple[float, np.ndarray]:
    """The value of prices of the demands as a bound, and the slope of this value."""
    import numpy as np

    gain = np.add.reduceat(prices[items], starts) - 1  # of a candidate beyond its cost
    taken = gain > 0
    value = float(prices @ wanted - gain[taken].sum())
    covered = np.bincount(items[np.repeat(taken, lengths)], minlength=len(wanted))
    return value, wanted - covered
