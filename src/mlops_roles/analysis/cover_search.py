"""Search for a small set multi-cover, or for the best choice of a size.

A greedy choice is improved by swaps with weights for what stays open (as in Gao et al., 2015, of
set cover). This does a fixed amount of work, so that the same input gives the same answer.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from .cover_candidates import Candidates

RARITY = 0.5  # a demand that n candidates can meet counts n to the power of minus this
MIN_KEPT = 4_000  # candidates that are searched: those of the lowest reduced costs
KEPT_PER_CHOSEN = 4  # or so many for each that is chosen
OLDER = 1e-9  # what a step counts against a weight of 1, so that it only decides between equals


def greedy(among: Candidates) -> list[int]:
    """Choose one by one, each time a candidate whose open demands count most.

    Without a size all have to be met, and those that few can meet count more.
    """
    supply = np.bincount(among.items, minlength=len(among.wanted))
    weight = supply**-RARITY if among.size is None else np.ones(len(supply))
    choice, most = _Choice(among, weight), among.size or len(among.lengths)
    while len(choice.chosen) < most and (choice.have < choice.wanted).any():
        choice.add(int(np.where(choice.inside, -1, choice.gain).argmax()), 0)
    return [*map(int, choice.chosen)]


def search(among: Candidates, chosen: list[int], gains: Any, enough: int, swaps: int) -> list[int]:
    """A better choice than `chosen`, from swaps among the candidates of the highest gains.

    Ends early with a choice as good as `enough`: so few candidates or, with a size, so many
    places filled.
    """
    few = np.argsort(-gains, kind="stable")[: max(MIN_KEPT, KEPT_PER_CHOSEN * len(chosen))]
    kept = np.union1d(few, chosen)
    choice = _Choice(among.only(kept), np.ones(len(among.wanted)))
    for candidate in np.searchsorted(kept, chosen).tolist():
        choice.add(candidate, 0)
    return [int(kept[i]) for i in choice.improve(enough, swaps)]


class _Choice:
    """A choice that is changed one candidate at a time, with what each change would gain or lose.

    Args:
        among: the candidates, of whom none is chosen yet.
        weight: what each demand counts.
    """

    def __init__(self, among: Candidates, weight: Any) -> None:
        self.wanted, self.size, self.weight = among.wanted, among.size, weight
        self.columns, self.rows = [*among.each()], among.helping
        self.have = np.zeros(len(self.wanted), int)
        self.gain = among.gains(weight)  # of weights, if one more is chosen
        self.loss = self.gain.copy()  # of weights, if it is left out
        self.changed = np.zeros(len(self.columns))  # the step of its last change
        self.inside = np.zeros(len(self.columns), bool)
        self.chosen = np.zeros(0, int)

    def add(self, candidate: int, step: int) -> None:
        """Choose a candidate."""
        self._change(candidate, 1, step)
        self.chosen = np.append(self.chosen, candidate)

    def _change(self, candidate: int, by: int, step: int) -> None:
        """Choose a candidate (1), or leave it out (-1)."""
        items = self.columns[candidate]
        spare = self.have[items] - self.wanted[items] - (by < 0)  # without this candidate
        self.have[items] += by
        self.inside[candidate], self.changed[candidate] = by > 0, step
        for values, edge in ((self.gain, -1), (self.loss, 0)):
            for item in items[spare == edge]:
                values[self.rows[item]] -= by * self.weight[item]

    def improve(self, enough: int, swaps: int) -> list[int]:
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
        self.add(candidate, step)
        return candidate
