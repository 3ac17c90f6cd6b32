"""Search for a small set multi-cover, or for the best choice of a size, and bound what is possible.

A greedy choice is improved by swaps with weights for what stays open (as in Gao et al., 2015, of
set cover); the bound is the linear relaxation's, approached by subgradient steps (Fisher, 1981).
Both do a fixed amount of work, so that the same input gives the same answer.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

RARITY = 0.5  # a demand that n candidates can meet counts n to the power of minus this
MAX_STEPS = 300  # subgradient steps
PATIENCE = 15  # steps without a better bound, before the step size is halved
SMALLEST_STEP = 0.005  # of the step size, which starts at 1
PROGRESS = 0.0005  # how much better, relative to it, counts as a better bound
MIN_KEPT = 4_000  # candidates that are searched: those of the lowest reduced costs
KEPT_PER_CHOSEN = 8  # and so many more for each that is chosen
OLDER = 1e-9  # what a step counts against a weight of 1, so that it only decides between equals

Kind = tuple[int, ...]  # the demands that a candidate helps to meet, ascending


class Candidates:
    """Which demands each candidate helps to meet, as arrays.

    Args:
        covers: for each candidate the indices of demands, none of them empty.
        wanted: for each demand, how many candidates it wants; there are so many.
        size: the number of candidates to choose, who meet the most; None to meet all with few.
    """

    def __init__(self, covers: Sequence[Kind], wanted: Any, size: int | None) -> None:
        self.covers, self.size = covers, size
        self.wanted = np.asarray(wanted)
        self.lengths = np.array([len(items) for items in covers])
        self.items = np.fromiter((i for items in covers for i in items), int, self.lengths.sum())
        self.starts = np.cumsum(self.lengths) - self.lengths

    def places(self, chosen: Iterable[Kind]) -> Any:
        """How many places of each demand some candidates fill."""
        found = np.fromiter((item for kind in chosen for item in kind), int)
        return np.minimum(np.bincount(found, minlength=len(self.wanted)), self.wanted)

    def reached(self, chosen: Sequence[Kind]) -> int:
        """What a choice is judged by: its number of members or, with a size, of places filled."""
        return len(chosen) if self.size is None else int(self.places(chosen).sum())

    def greedy(self) -> list[int]:
        """Choose one by one, each time a candidate whose open demands count most.

        Without a size all have to be met, and those that few can meet count more.
        """
        supply = np.bincount(self.items, minlength=len(self.wanted))
        weight = (supply**-RARITY if self.size is None else np.ones(len(supply))).tolist()
        missing, chosen = self.wanted.tolist(), list[int]()
        heap = [(-sum(weight[i] for i in kind), place) for place, kind in enumerate(self.covers)]
        heapq.heapify(heap)
        while heap and (self.size is None or len(chosen) < self.size):
            _, candidate = heapq.heappop(heap)
            gain = sum(weight[item] for item in self.covers[candidate] if missing[item] > 0)
            if not gain:
                continue
            if heap and (-gain, candidate) > heap[0]:  # it was worth more when it was put there
                heapq.heappush(heap, (-gain, candidate))
                continue
            chosen.append(candidate)
            for item in self.covers[candidate]:
                missing[item] -= 1
        return chosen

    def relaxed_bound(self, chosen: Sequence[int]) -> tuple[float, Any]:
        """The bound of the linear relaxation, from its wrong side, and the gains at its prices.

        Without a size, no choice that meets all is smaller; with one, none fills more places.
        `chosen` is some choice. Any prices give a valid bound; good ones give a close one.
        """
        reached = self.reached([self.covers[i] for i in chosen])
        best = float(reached if self.size is None else -reached)
        highest = np.inf if self.size is None else 1.0
        prices = best_prices = np.full(len(self.wanted), 1 / self.lengths.max())
        bound, step, waited = float(0 if self.size is None else -self.wanted.sum()), 1.0, 0
        for _ in range(MAX_STEPS):
            value, slope = self._dual(prices)
            waited = 0 if value > bound + PROGRESS * abs(bound) else waited + 1
            if value > bound:
                bound, best_prices = value, prices
            if waited >= PATIENCE:
                step, waited, prices = step / 2, 0, best_prices
            slope[((prices <= 0) & (slope < 0)) | ((prices >= highest) & (slope > 0))] = 0
            if step < SMALLEST_STEP or not slope.any():
                break
            move = step * (best - value) / (slope @ slope) * slope
            prices = np.clip(prices + move, 0, highest)
        return abs(bound), np.add.reduceat(best_prices[self.items], self.starts)

    def _dual(self, prices: Any) -> tuple[float, Any]:
        """The value of prices of the demands as a bound (negative with a size), and its slope."""
        gain = np.add.reduceat(prices[self.items], self.starts)
        if self.size is None:
            taken = gain > 1
            value = prices @ self.wanted - (gain[taken] - 1).sum()
        else:
            taken = np.zeros(len(gain), bool)
            taken[np.argsort(-gain, kind="stable")[: self.size]] = True
            value = prices @ self.wanted - self.wanted.sum() - gain[taken].sum()
        counted = np.bincount(self.items[np.repeat(taken, self.lengths)], minlength=len(prices))
        return float(value), (self.wanted - counted).astype(float)

    def search(self, chosen: Sequence[int], gains: Any, enough: int, swaps: int) -> list[int]:
        """A better choice than `chosen`, from swaps among the candidates of the highest gains.

        Ends early with a choice as good as `enough`: so few candidates or, with a size, so many
        places filled.
        """
        few = np.argsort(-gains, kind="stable")[: MIN_KEPT + KEPT_PER_CHOSEN * len(chosen)]
        kept = sorted({*few.tolist(), *chosen})
        place = {candidate: i for i, candidate in enumerate(kept)}
        among = Candidates([self.covers[i] for i in kept], self.wanted, self.size)
        found = _Swaps(among, [place[i] for i in chosen]).run(enough, swaps)
        return [kept[i] for i in found]


class _Swaps:
    """A choice that is changed one swap at a time, with what each change would gain or lose."""

    def __init__(self, among: Candidates, chosen: Sequence[int]) -> None:
        self.wanted, self.size = among.wanted, among.size
        self.columns = np.split(among.items, among.starts[1:])
        owner = np.repeat(np.arange(len(self.columns)), among.lengths)
        ends = np.cumsum(np.bincount(among.items, minlength=len(self.wanted)))[:-1]
        self.rows = np.split(owner[np.argsort(among.items, kind="stable")], ends)
        self.weight = np.ones(len(self.wanted))
        self.have = np.zeros(len(self.wanted), int)
        self.gain = among.lengths.astype(float)  # of weights, if one more is chosen
        self.loss = self.gain.copy()  # of weights, if it is left out
        self.changed = np.zeros(len(self.columns))  # the step of its last change
        self.inside = np.zeros(len(self.columns), bool)
        self.chosen = np.array(chosen, int)
        for candidate in chosen:
            self._change(candidate, 1, 0)

    def _change(self, candidate: int, by: int, step: int) -> None:
        """Choose a candidate (1), or leave it out (-1)."""
        items = self.columns[candidate]
        spare = self.have[items] - self.wanted[items] - (by < 0)  # without this candidate
        self.have[items] += by
        self.inside[candidate], self.changed[candidate] = by > 0, step
        for values, edge in ((self.gain, -1), (self.loss, 0)):
            for item in items[spare == edge]:
                values[self.rows[item]] -= by * self.weight[item]

    def run(self, enough: int, swaps: int) -> list[int]:
        """The best choice that some number of swaps finds."""
        chance = random.Random(0)  # noqa: S311  # nothing to be kept secret
        best: list[int] = self.chosen.tolist()
        most = last = -1
        for step in range(1, swaps + 1):
            open_items = np.flatnonzero(self.have < self.wanted)
            while not len(open_items):
                best = self.chosen.tolist()
                if self.size is not None or len(best) <= enough:
                    return best
                self._leave_out(-1, step)
                open_items = np.flatnonzero(self.have < self.wanted)
            if self.size is not None:
                met = int(np.minimum(self.have, self.wanted).sum())
                if met > most:
                    best, most = self.chosen.tolist(), met
                if met >= enough:
                    break
            self._leave_out(last, step)
            item = open_items[chance.randrange(len(open_items))]
            last = self._take_in(item, step)
            self.weight[item] += 1
            if self.have[item] < self.wanted[item]:
                self.gain[self.rows[item]] += 1
            if self.have[item] <= self.wanted[item]:
                self.loss[self.rows[item]] += 1
        return best

    def _leave_out(self, last: int, step: int) -> None:
        """Leave out what is missed least, of equals the oldest, but not the one taken in last."""
        missed = self.loss[self.chosen] + OLDER * self.changed[self.chosen]
        missed[self.chosen == last] = np.inf
        place = int(missed.argmin())
        self._change(int(self.chosen[place]), -1, step)
        self.chosen = np.delete(self.chosen, place)

    def _take_in(self, item: int, step: int) -> int:
        """Choose the candidate who gains most, of those for an item, and of equals the oldest."""
        able = self.rows[item]
        able = able[~self.inside[able] & (self.changed[able] < step)]
        if not len(able):
            able = np.flatnonzero(~self.inside)
        candidate = int(able[(self.gain[able] - OLDER * self.changed[able]).argmax()])
        self._change(candidate, 1, step)
        self.chosen = np.append(self.chosen, candidate)
        return candidate
