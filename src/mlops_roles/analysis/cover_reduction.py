"""What of a set multi-cover can be left out, because the rest decides it.

A demand is met whenever another one is met, if everyone who helps the other helps it, too. A
candidate adds nothing over others who help with all that it helps with, if there are enough.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .cover_candidates import Candidates

MOST_COMPARED = 4_096  # candidates that others are compared with: those who help with most


def merged(among: Candidates) -> tuple[Candidates, Any]:
    """The distinct candidates, in the order of the first of each, and the place of each in them."""
    demands = among.items.astype(np.int32).tobytes()
    starts, ends = 4 * among.starts, 4 * (among.starts + among.lengths)
    places: dict[bytes, int] = {}
    bounds = zip(starts.tolist(), ends.tolist(), strict=True)
    kind = np.array([places.setdefault(demands[a:b], len(places)) for a, b in bounds], int)
    return among.only(np.unique(kind, return_index=True)[1]), kind


def without_implied(among: Candidates) -> tuple[Candidates, Any]:
    """The distinct candidates by the demands that are not met whenever another one is.

    Second, for each candidate its place among these, or -1.
    """
    needed = ~_implied(among)
    kept = needed[among.items]
    items = (np.cumsum(needed) - 1)[among.items[kept]]
    lengths = np.bincount(among.owners[kept], minlength=len(among.lengths))
    some, places = np.flatnonzero(lengths), np.full(len(lengths), -1)
    wanted = among.wanted[needed]
    left = replace(among, items=items, lengths=lengths[some], wanted=wanted)
    distinct, places[some] = merged(left)
    return distinct, places


def _implied(among: Candidates) -> Any:
    """For each demand whether it is met whenever another one is that is not implied."""
    implied, covers = np.zeros(len(among.wanted), bool), [*among.each()]
    for item in np.argsort([len(some) for some in among.helping], kind="stable").tolist():
        if implied[item]:
            continue
        common: set[int] = set(covers[among.helping[item][0]].tolist())
        for candidate in among.helping[item]:
            if len(common) == 1:
                break
            common.intersection_update(covers[candidate].tolist())
        others = [*common - {item}]
        implied[others] |= among.wanted[others] <= among.wanted[item]
    return implied


def useful_copies(among: Candidates, copies: Any) -> Any:
    """How many of each candidate may be chosen at most, if those who help with more come first.

    The demands are numbered such that those that few can meet come first: this makes it fast.

    Args:
        among: distinct candidates.
        copies: how many there are of each.
    """
    most = np.maximum.reduceat(among.wanted[among.items], among.starts)
    copies = np.minimum(copies, most)
    compared = np.argsort(-among.lengths, kind="stable")[:MOST_COMPARED]
    helps = np.zeros((len(among.wanted), MOST_COMPARED), bool)
    owners = np.repeat(np.arange(len(compared)), among.lengths[compared])
    helps[among.items_of(compared), owners] = True
    flags = np.packbits(helps, axis=1).view(np.uint64)
    above = flags[among.items[among.starts]]  # of those compared, who helps with all so far
    left = np.arange(len(above))
    for place in range(1, int(among.lengths.max())):
        left = left[among.lengths[left] > place]
        now = above[left] & flags[among.items[among.starts[left] + place]]
        above[left], left = now, left[now.any(axis=1)]
    others, available = np.zeros(len(copies), int), copies[compared]
    for candidate in np.flatnonzero(above.any(axis=1)):
        bits = np.unpackbits(above[candidate].view(np.uint8), count=len(compared))
        others[candidate] = available[bits > 0].sum()
    others[compared] -= available  # each helps with all that it helps with itself
    return np.clip(most - others, 0, copies)
