"""Search for a small set multi-cover, or for the best choice of a size.

A greedy choice is improved by swaps with weights for what stays open (as in Gao et al., 2015, of
set cover). This does a fixed amount of work, so that the same input gives the same answer.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from .cover_reduction import Kind

RARITY = 0.5  # a demand that n candidates can meet counts n to the power of minus this
MIN_KEPT = 4_000  # candidates that are searched: those of the lowest reduced costs
KEPT_PER_CHOSEN = 8  # and so many more for each that is chosen
OLDER = 1e-9  # what a step counts against a weight of 1, so that it only decides between equals


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
        pairs = int(self.lengths.sum())
        self.items = np.fromiter(chain.from_iterable(covers), np.int32, pairs)
        self.starts = np.cumsum(self.lengths) - self.lengths

    def places(self, chosen: Iterable[Kind]) -> Any:
        """How many places of each demand some candidates fill."""
        found = np.fromiter(chain.from_iterable(chosen), int)
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

    def gains(self, prices: Any) -> Any:
        """What each candidate is worth at prices of the demands."""
        return np.add.reduceat(prices.take(self.items), self.starts)

    def items_of(self, chosen: Any) -> Any:
        """The demands of some candidates, one after the other."""
        lengths = self.lengths[chosen]
        shift = np.repeat(self.starts[chosen] - np.cumsum(lengths) + lengths, lengths)
        return self.items[shift + np.arange(len(shift))]

    def only(self, chosen: Sequence[int]) -> Candidates:
        """Some of the candidates."""
        return Candidates([self.covers[i] for i in chosen], self.wanted, self.size)

    def search(self, chosen: Sequence[int], gains: Any, enough: int, swaps: int) -> list[int]:
        """A better choice than `chosen`, from swaps among the candidates of the highest gains.

        Ends early with a choice as good as `enough`: so few candidates or, with a size, so many
        places filled.
        """
        few = np.argsort(-gains, kind="stable")[: MIN_KEPT + KEPT_PER_CHOSEN * len(chosen)]
        kept = sorted({*few.tolist(), *chosen})
        place = {candidate: i for i, candidate in enumerate(kept)}
        found = _Swaps(self.only(kept), [place[i] for i in chosen]).run(enough, swaps)
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
