"""Set multi-cover: few candidates that meet all demands, or the best of a size, with a bound.

A search finds a good choice and a bound of the linear relaxation. If they leave something open, and
the model is not too large, HiGHS proves the choice, or finds a better one. Work is counted in
steps, not in time, so that the same input gives the same answer on each machine.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cover_reduction import Kind, Members
    from .cover_search import Candidates

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
    covers: Sequence[Sequence[int]],
    demands: Sequence[int],
    size: int | None = None,
    seconds: float = 5.0,
) -> Choice:
    """Choose the fewest candidates that meet all demands or, with `size`, the best of that size.

    With `size`, at most that many candidates are chosen, who fill as many places of the demands as
    possible, and no more of them than that takes. Of identical candidates the first are chosen.

    Args:
        covers: for each candidate, the indices of the demands that it helps to meet.
        demands: for each demand, how many candidates it wants; or as many as there are.
        size: the most candidates that may be chosen.
        seconds: about how long to search; it is converted to steps.

    Raises InputError if highspy is not installed.
    """
    from .cover_bound import quiet_solver
    from .cover_reduction import without_implied

    quiet_solver()
    supply = Counter(item for items in covers for item in set(items))
    order = sorted(supply, key=lambda item: (supply[item], item))  # those that few can meet first
    wanted = {item: min(demands[item], supply[item]) for item in order if demands[item]}
    index = {item: i for i, item in enumerate(wanted)}
    members: Members = {}
    for candidate, items in enumerate(covers):
        if kind := tuple(sorted({index[item] for item in items if item in index})):
            members.setdefault(kind, []).append(candidate)
    if not members or size == 0:
        return Choice([], 0, 0, len(members), "no choice")
    left = without_implied(members, [*wanted.values()])
    found = replace(_choose(*left, None, seconds, size), kinds=len(members))
    if size is None:
        return found
    if len(found.chosen) <= size:
        return replace(found, bound=sum(wanted.values()), reached=sum(wanted.values()))
    return _choose(members, [*wanted.values()], size, seconds)


def _choose(
    members: Members,
    wanted: Sequence[int],
    size: int | None,
    seconds: float,
    most: int | None = None,
) -> Choice:
    """What is chosen and proven; if at least `most` + 1 are needed, only some choice."""
    from .cover_bound import relaxed_bound
    from .cover_reduction import useful_copies
    from .cover_search import Candidates

    copies = [kind for kind, n in useful_copies(members, wanted).items() for _ in range(n)]
    among = Candidates(copies, wanted, size)
    chosen = among.greedy()
    relaxed, gains = relaxed_bound(among, chosen)
    bound, solver = _whole(relaxed, among), "search, relaxed bound"
    wide = most is not None and bound > most
    if not wide:
        swaps = min(int(SWAPS * seconds), SWAP_WORK // len(wanted))
        chosen = among.search(chosen, gains, bound, max(1, swaps))
    counts = Counter(copies[i] for i in chosen)
    reached = among.reached([*counts.elements()])
    few = among.only(
        _of_better_choices(gains, relaxed, chosen) if size is None else range(len(gains))
    )
    if not wide and reached != bound and _within_reach(few, reached, bound):
        found, proven = _prove(few, counts, seconds)
        better, tighter = (min, max) if size is None else (max, min)
        counts = better(counts, found, key=lambda some: among.reached([*some.elements()]))
        reached, bound = among.reached([*counts.elements()]), tighter(bound, _whole(proven, among))
        solver = "search, then HiGHS"
    picked = sorted(i for kind, n in counts.items() for i in members[kind][:n])
    return Choice(picked, bound, reached, len(members), solver)


def _of_better_choices(gains: Any, relaxed: float, chosen: Sequence[int]) -> list[int]:
    """Who is in a choice, or may be in a smaller one: a gain below 1 adds the rest to the bound."""
    may_be = (relaxed + 1 - gains <= len(chosen) - 1 + TOLERANCE).nonzero()[0]
    return sorted({*may_be.tolist(), *chosen})


def _within_reach(among: Candidates, reached: int, bound: int) -> bool:
    """Whether HiGHS has a chance in the time given: the model is small, or the bound is near."""
    small = len(among.items) * len(among.wanted) <= SMALL_MODEL
    return len(among.items) <= MAX_MODEL and (small or abs(reached - bound) <= NEAR * bound)


def _whole(bound: float, among: Candidates) -> int:
    """A bound in whole candidates or, with a size, in whole places; the demands give one, too."""
    if among.size is None:
        return math.ceil(max(bound - TOLERANCE, int(among.wanted.max())))
    return math.floor(min(bound + TOLERANCE, int(among.wanted.sum())))


def _prove(among: Candidates, counts: Counter[Kind], seconds: float) -> tuple[Counter[Kind], float]:
    """The choice of HiGHS, which starts from that of the search, and its bound."""
    import highspy

    from .cover_bound import quiet_solver

    solver, kinds = quiet_solver(), Counter(among.covers)
    work = len(among.items) * len(among.wanted)
    solver.setOptionValue("mip_max_nodes", max(1, int(NODE_WORK * seconds / work)))
    picks = solver.addIntegrals(len(kinds), ub=[float(n) for n in kinds.values()])
    helping: list[list[Any]] = [[] for _ in among.wanted]
    for kind, pick in zip(kinds, picks, strict=True):
        for item in kind:
            helping[item].append(pick)
    wanted, values = among.wanted.astype(float), [float(counts[kind]) for kind in kinds]
    places: Any = wanted
    if among.size is not None:
        solver.addConstr(solver.qsum(picks) <= among.size)
        places = solver.addIntegrals(len(wanted), ub=wanted.tolist())
        values += among.places(counts.elements()).astype(float).tolist()
    solver.addConstrs(solver.qsum(some) >= n for some, n in zip(helping, places, strict=True))
    start = highspy.HighsSolution()
    start.col_value = values
    solver.setSolution(start)
    if among.size is None:
        solver.minimize(solver.qsum(picks))
    else:
        solver.maximize(solver.qsum(places))
    taken = {kind: round(n) for kind, n in zip(kinds, solver.vals(picks), strict=True)}
    return Counter(taken), solver.getInfo().mip_dual_bound
