"""What of a set multi-cover can be left out, because the rest decides it.

A demand is met whenever another one is met, if everyone who helps the other helps it, too. A
candidate adds nothing over others who help with all that it helps with, if there are enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Kind = tuple[int, ...]  # the demands that a candidate helps to meet, ascending
Members = dict[Kind, list[int]]  # the candidates of each kind, ascending
MOST_COMPARED = 5_000  # kinds that others are compared with: those who help with most


def without_implied(members: Members, wanted: Sequence[int]) -> tuple[Members, list[int]]:
    """The candidates by the demands that are not met whenever another one is, and these demands.

    >>> without_implied({(0, 1): [0], (1,): [1]}, [1, 1])
    ({(0,): [0]}, [1])
    """
    helping: list[list[Kind]] = [[] for _ in wanted]
    for kind in members:
        for item in kind:
            helping[item].append(kind)
    kept = set(range(len(wanted)))
    for item in sorted(kept, key=lambda item: (len(helping[item]), item)):
        if item not in kept:
            continue
        common = set(helping[item][0])
        for kind in helping[item]:
            common.intersection_update(kind)
            if len(common) == 1:
                break
        kept -= {other for other in common if wanted[other] <= wanted[item]} - {item}
    if len(kept) == len(wanted):
        return members, list(wanted)
    index = {item: i for i, item in enumerate(sorted(kept))}
    left: Members = {}
    for kind, same in members.items():
        if items := tuple(index[item] for item in kind if item in index):
            left.setdefault(items, []).extend(same)
    return {kind: sorted(same) for kind, same in left.items()}, [wanted[item] for item in index]


def useful_copies(members: Mapping[Kind, Sequence[int]], wanted: Sequence[int]) -> dict[Kind, int]:
    """How many of each kind may be chosen at most, if those who help with more come first.

    The demands are numbered such that those that few can meet come first: this makes it fast.

    >>> useful_copies({(0, 1): [0], (0,): [1, 2]}, [2, 1])
    {(0, 1): 1, (0,): 1}
    """
    most = {kind: max(wanted[item] for item in kind) for kind in members}
    copies = {kind: min(len(same), most[kind]) for kind, same in members.items()}
    helping: list[list[int]] = [[] for _ in wanted]
    own, end = {}, 0
    for kind in sorted(members, key=len, reverse=True)[:MOST_COMPARED]:
        own[kind] = (1 << copies[kind]) - 1 << end
        for item in kind:
            helping[item].extend(range(end, end + copies[kind]))
        end += copies[kind]
    flags = [_flags(places, end) for places in helping]
    for kind, count in [*copies.items()]:
        common, these = flags[kind[0]], own.get(kind, 0)
        for item in kind[1:]:
            if common == these:  # nobody else has all so far
                break
            common &= flags[item]
        others = 0 if common == these else (common & ~these).bit_count()
        copies[kind] = min(count, max(0, most[kind] - others))
    return copies


def _flags(places: Sequence[int], length: int) -> int:
    """A whole number in which the bits of some places are set."""
    flags = np.zeros(length, bool)
    flags[places] = True
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")
