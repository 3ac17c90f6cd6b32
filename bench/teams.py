"""How near the smallest team is to its bound, on made-up staff of four kinds.

    python bench/teams.py
    python bench/teams.py --people 100 1000 --output DIR

The skills of a person are by occupation (`make_staff.by_occupation`), those of whole roles, by
popularity (the skill of rank n is drawn with a weight of 1/n), or drawn evenly, out of a made-up
framework (`make_ontology.py`). All is seeded. Each choice is made twice, and an error ends the run
if the two differ. Writes TEAMS.md.
"""

import argparse
import heapq
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import make_ontology
import numpy as np
from make_staff import by_occupation
from run import BENCH, machine

from mlops_roles import load
from mlops_roles.analysis.set_cover import choose
from mlops_roles.ontology.tables import RoleTables

PEOPLE = (100, 1_000, 10_000, 100_000)
FRAMEWORK, LARGE = (100, 500, 400), (3_000, 14_000, 12_000)  # roles, skills, tasks
INTRODUCTION = """
Written by `python bench/teams.py`: the fewest people who together have all skills that the staff
have. The gap is what is chosen beyond the bound, in percent of the bound; a gap of 0 is a proof
that the choice is the optimum. Greedy is the plain greedy choice: each time a person who adds most
skills. Seconds are processor seconds of the choice alone, without reading the staff.

By occupation, a person has 60 to 90 % of the skills of one role and up to 5 of those of another, as
an employee knows most of one job and something of a second one. This is the made-up staff to judge
by, and that of SIZES.md; the last row has it with a large framework. The others are extremes: whole
roles, one or two a person; by popularity, 3 to 20 skills, that of rank n with a weight of 1/n; an
even draw of 3 to 20. In the last two no skills of a person belong together, and the bound is loose:
the linear relaxation covers all skills with small fractions of very many people, of whom no few
whole ones can take the place.
""".strip()
Covers = list[list[int]]
Needs = dict[str, list[int]]  # the skills of each role


def evenly(people: int, skills: int, needs: Needs, chance: random.Random) -> Iterator[list[int]]:
    """People with 3 to 20 skills, all equally likely."""
    for _ in range(people):
        yield chance.sample(range(skills), chance.randint(3, 20))


def popularity(
    people: int, skills: int, needs: Needs, chance: random.Random
) -> Iterator[list[int]]:
    """People with 3 to 20 skills, some of which many people have."""
    weights = list(itertools.accumulate(1 / rank for rank in range(1, skills + 1)))
    for _ in range(people):
        known, wanted = set[int](), chance.randint(3, 20)
        while len(known) < wanted:
            known.update(chance.choices(range(skills), cum_weights=weights))
        yield sorted(known)


def occupation(
    people: int, skills: int, needs: Needs, chance: random.Random
) -> Iterator[list[int]]:
    """People with most of the skills of one role, and a few of those of another."""
    return (known for _, known in by_occupation(people, needs, chance))


def whole_roles(
    people: int, skills: int, needs: Needs, chance: random.Random
) -> Iterator[list[int]]:
    """People with all skills of one role or of two."""
    for _ in range(people):
        roles = chance.sample(sorted(needs), chance.choice((1, 2)))
        yield sorted({skill for role in roles for skill in needs[role]})


WAYS: tuple[Callable[[int, int, Needs, random.Random], Iterator[list[int]]], ...] = (
    occupation,
    whole_roles,
    popularity,
    evenly,
)


def needs_of_roles(size: tuple[int, int, int]) -> tuple[int, Needs]:
    """How many skills a made-up framework has, and those of each role."""
    with tempfile.TemporaryDirectory() as folder:
        framework = Path(folder) / "framework.ttl"
        make_ontology.make(*size, framework)
        needs = RoleTables.from_graph(load(framework)).needs("role")
    index = {skill: i for i, skill in enumerate(sorted({s for of in needs.values() for s in of}))}
    return len(index), {role: [index[skill] for skill in of] for role, of in needs.items()}


def plain_greedy(covers: Covers) -> int:
    """How many people it takes if each time one who adds most is chosen."""
    missing, chosen = {skill for known in covers for skill in known}, 0
    left = [(-len(known), place) for place, known in enumerate(covers)]
    heapq.heapify(left)
    while missing:
        adds, place = heapq.heappop(left)
        now = len(missing.intersection(covers[place]))
        if now < -adds:  # it would have added more before
            heapq.heappush(left, (-now, place))
            continue
        missing.difference_update(covers[place])
        chosen += 1
    return chosen


def measure(covers: Covers) -> str:
    """A row of the table, from the number of people chosen on."""
    demands = [1] * (max(map(max, covers)) + 1)
    people, known = np.repeat(np.arange(len(covers)), [*map(len, covers)]), np.concatenate(covers)
    start = time.process_time()
    found = choose(people, known, demands)
    seconds = time.process_time() - start
    if choose(people, known, demands) != found:
        raise SystemExit("the second choice differs from the first")
    gap = 100 * (found.reached - found.bound) / found.bound
    greedy = plain_greedy(covers)
    return f"{greedy} | {found.reached} | {found.bound} | {gap:.0f} % | {seconds:.1f}"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=PEOPLE)
    parser.add_argument("--output", type=Path, default=BENCH, help="folder for what is written")
    args = parser.parse_args()
    lines = ["# How near the smallest team is to its bound", INTRODUCTION, ""]
    lines += [f"Machine: {machine()}.", ""]
    lines += ["| skills by | of | people | greedy | chosen | bound | gap | s |"]
    lines += ["|---|---:|---:|---:|---:|---:|---:|---:|"]
    small, large = needs_of_roles(FRAMEWORK), needs_of_roles(LARGE)
    cases = [(way, *small, people) for way in WAYS for people in args.people]
    for way, skills, needs, people in [*cases, (occupation, *large, args.people[-1])]:
        covers = list(way(people, skills, needs, random.Random(1)))
        name = "even draw" if way is evenly else way.__name__.replace("_", " ")
        lines.append(f"| {name} | {skills:,} | {people:,} | {measure(covers)} |")
        (args.output / "TEAMS.md").write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
