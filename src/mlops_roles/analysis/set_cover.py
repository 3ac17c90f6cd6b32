"""Set multi-cover: few candidates that meet all demands, or the best of a size, with a bound.

A search finds a good choice and a bound of the linear relaxation. If they leave something open, and
the model is not too large, HiGHS proves the choice, or finds a better one. Work is counted in
steps, not in time, so that the same input gives the same answer on each machine.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError

if TYPE_CHECKING:
    from .cover_search import Candidates, Kind

SWAPS = 4_000  # in the search, for each second that may be used
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
    _solver()
    supply = Counter(item for items in covers for item in set(items))
    wanted = [min(want, supply[item]) for item, want in enumerate(demands)]
    index = {item: i for i, item in enumerate(i for i, want in enumerate(wanted) if want)}
    members: dict[Kind, list[int]] = {}
    for candidate, items in enumerate(covers):
        if kind := tuple(sorted({index[item] for item in items if item in index})):
            members.setdefault(kind, []).append(candidate)
    if not members or size == 0:
        return Choice([], 0, 0, len(members), "no choice")
    open_demands = [wanted[item] for item in index]
    counts, reached, bound, solver = _choose(members, open_demands, None, seconds, size)
    if size is not None and counts.total() <= size:
        reached = bound = sum(wanted)
    elif size is not None:
        counts, reached, bound, solver = _choose(members, open_demands, size, seconds)
    chosen = sorted(i for kind, n in counts.items() for i in members[kind][:n])
    return Choice(chosen, bound, reached, len(members), solver)


def _choose(
    members: dict[Kind, list[int]],
    wanted: Sequence[int],
    size: int | None,
    seconds: float,
    most: int | None = None,
) -> tuple[Counter[Kind], int, int, str]:
    """How many of each kind to choose, what they reach, the bound, and what found them."""
    from .cover_search import Candidates

    useful = max(wanted)
    copies = [kind for kind, same in members.items() for _ in same[:useful]]
    among = Candidates(copies, wanted, size)
    chosen = among.greedy()
    relaxed, gains = among.relaxed_bound(chosen)
    bound = _whole(relaxed, among)
    if most is not None and bound > most:
        return Counter(copies), bound, bound, ""  # all that `most` can say is that it is too few
    chosen = among.search(chosen, gains, bound, max(1, int(SWAPS * seconds)))
    counts, solver = Counter(copies[i] for i in chosen), "search, relaxed bound"
    reached = among.reached([*counts.elements()])
    if reached != bound and _within_reach(among, reached, bound):
        found, proven = _prove(among, counts, seconds)
        better, tighter = (min, max) if size is None else (max, min)
        counts = better(counts, found, key=lambda some: among.reached([*some.elements()]))
        reached, bound = among.reached([*counts.elements()]), tighter(bound, _whole(proven, among))
        solver = "search, then HiGHS"
    return counts, reached, bound, solver


def _within_reach(among: Candidates, reached: int, bound: int) -> bool:
    """Whether HiGHS has a chance in the time given: the model is small, or the bound is near."""
    small = len(among.items) * len(among.wanted) <= SMALL_MODEL
    return len(among.items) <= MAX_MODEL and (small or abs(reached - bound) <= NEAR * bound)


def _whole(bound: float, among: Candidates) -> int:
    """A bound in whole candidates or, with a size, in whole places; the demands give one, too."""
    if among.size is None:
        return math.ceil(max(bound - TOLERANCE, int(among.wanted.max())))
    return math.floor(min(bound + TOLERANCE, int(among.wanted.sum())))


def _solver() -> Any:
    """HiGHS, silent and on one thread."""
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
    options = {"parallel": "off", "random_seed": 0, "mip_rel_gap": 0.0, "mip_heuristic_effort": 0.0}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    return solver


def _prove(among: Candidates, counts: Counter[Kind], seconds: float) -> tuple[Counter[Kind], float]:
    """The choice of HiGHS, which starts from that of the search, and its bound."""
    import highspy

    solver, kinds = _solver(), Counter(among.covers)
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
