"""The smallest group of people that covers all items, or the best of a size, with its proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError, check_numbers, check_text
from ..io.result import Result
from ..ontology.results import group_pairs
from .audit import Audit, as_audit
from .audit_result import NOTE
from .coverage import (
    GROUPS,
    CoverageModel,
    Items,
    Person,
    covered_places,
    load_people,
    people_of_lines,
)
from .requirements import slug_of_role
from .set_cover import Choice, choose

MAX_TOOL_USERS = 5  # people with a tool as evidence of a skill, named so that one can ask them


@dataclass(frozen=True)
class Team(Result):
    """A group of people, what each covers, and what the staff cannot cover.

    Attributes:
        audit: the audit of the staff.
        cover: the group of items to cover: 'role', 'task', 'skill' or 'step'.
        redundancy: the number of members that should cover each item.
        size: the maximal number of members, or None.
        wanted: item to the number of members that should cover it: `redundancy`, or fewer if
            fewer people can.
        members: the members who cover most first; each a dictionary with `person`, `line`, `must`,
            `covers`, `through` (a role to the narrower one by which the member holds it),
            and `alone` (what no other member covers).
        impossible: items that too few of the staff cover, each with what would fix it.
        hires: the fewest roles to hire so that enough people cover everything.
        proof: whether the group is proven optimal (`status`), the bound, and how far from it the
            group is (`gap_percent`: of the bound).
        labels: slug to label.
        role: the role whose skills are covered, or None for all skills.

    Example:
        >>> from mlops_roles import audit, team
        >>> found = team(audit("examples/acme.csv"), "task", size=2)
        >>> [(member["person"], len(member["covers"])) for member in found.members]
        [('Grace Mbeki', 6), ('Jakub Nowak', 5)]
    """

    audit: Audit
    cover: str
    redundancy: int
    size: int | None
    wanted: dict[str, int]
    members: list[dict[str, Any]]
    impossible: list[dict[str, Any]]
    hires: list[str]
    proof: dict[str, Any]
    labels: Mapping[str, str]
    role: str | None = None

    @property
    def unmet(self) -> list[str]:
        """Items that enough of the staff cover, but too few members, because of `size`."""
        counts = Counter(item for member in self.members for item in member["covers"])
        return [item for item, wanted in self.wanted.items() if counts[item] < wanted]

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return ("person", "line", "must", "covers", "alone")

    def to_rows(self) -> list[dict[str, Any]]:
        """`members`: one row for each."""
        return self.members

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, as JSON has it."""
        return {
            "note": NOTE,
            "file": self.audit.staff.file,
            "ontology": self.audit.graph.version,
            "reading": self.audit.reading.to_dict(),
            "rows": self.audit.rows,
            "cover": self.cover,
            "redundancy": self.redundancy,
            "size": self.size,
            **({"role": self.role} if self.role else {}),
            "members": self.members,
            "proof": self.proof,
            "wanted": self.wanted,
            "unmet": self.unmet,
            "impossible": self.impossible,
            "hires": self.hires,
            "labels": self.labels,
        }


def team(  # noqa: PLR0913  # what may be asked of a group, all of it optional
    staff: Any,
    cover: str,
    *,
    size: int | None = None,
    must: str | Iterable[str] = (),
    redundancy: int = 1,
    seconds: float = 5.0,
    role: str | None = None,
) -> Team:
    """Find the smallest group of people that covers all items of a kind (needs the extra `team`).

    Args:
        staff: an audit, or staff data as `audit` takes it.
        cover: 'role', 'task', 'skill' or 'step', or their plural; counted as in the audit.
        size: the maximal number of members, who then cover as many items as possible.
        must: names of people who are members in any case; case does not matter.
        redundancy: the number of members that should cover each item.
        seconds: about how long to search. Steps are counted, not time: two runs agree.
        role: cover only the skills that this role requires: the fewest people to train for it. What
            they have to learn is in `impossible`, as no person has it.

    Raises UnknownPerson for an unknown name in `must`, UnknownName for an unknown role, and
    InputError for arguments that contradict each other, or a missing solver.

    Example:
        >>> from mlops_roles import team
        >>> team("examples/acme.csv", "tasks").proof["people_at_least"]
        6
    """
    cover = _check_arguments(cover, size, redundancy, seconds)
    audit, names = as_audit(staff), [must] if isinstance(must, str) else list(must)
    model = CoverageModel.from_tables(audit.role_tables)
    fixed = _checked(load_people(audit, names), size)
    trained = slug_of_role(role, audit.graph) if role else None
    items = _items(model, cover, trained)
    return _find(_Search(audit, cover, size, redundancy, seconds, trained), model, items, fixed)


@dataclass(frozen=True)
class _Search:
    """What is asked of a group; see `team`."""

    audit: Audit
    cover: str
    size: int | None
    redundancy: int
    seconds: float
    role: str | None


def _items(model: CoverageModel, cover: str, role: str | None) -> Sequence[str]:
    """The items to cover: all of a kind, or the skills of one role."""
    if role is None:
        return model.items[cover]
    if cover != "skill":
        raise InputError(f"team: cover {cover!r} of a role; people are trained in skills")
    return model.needs["role"].get(role, [])


def _find(
    asked: _Search, model: CoverageModel, items: Sequence[str], fixed: Sequence[Person]
) -> Team:
    """The group, what it covers, and what the staff cannot cover."""
    audit, cover, redundancy, seconds = asked.audit, asked.cover, asked.redundancy, asked.seconds
    pairs = covered_places(audit, cover, items)
    have = dict(zip(items, np.bincount(pairs[1], minlength=len(items)).tolist(), strict=True))
    wanted = {i: min(redundancy, n) for i, n in have.items() if n}
    short = {i: redundancy - n for i, n in have.items() if n < redundancy}
    demands = np.minimum([*have.values()], redundancy)
    lines, proof = _choose(pairs, [p.line for p in fixed], demands, asked.size, seconds)
    members = [*fixed, *people_of_lines(audit, lines)]
    hired = {one: model.covers(cover, model.assumed_hire(one)) for one in model.tables.roles}
    unmet = _all_impossible(audit, cover, have, short, hired)
    among = frozenset(items)
    covers = {person: model.covers(cover, person) & among for person in members}
    group, hires = _describe(covers, fixed), _fewest_hires(short, hired, seconds)
    rest = (wanted, group, unmet, hires, proof, model.labels, asked.role)
    return Team(audit, cover, redundancy, asked.size, *rest)


def _all_impossible(
    audit: Audit,
    cover: str,
    have: Mapping[str, int],
    short: Mapping[str, int],
    hired: Mapping[str, Items],
) -> list[dict[str, Any]]:
    ask = _tool_users(audit, list(short)) if cover == "skill" else {}
    roles = group_pairs((item, role) for role, items in hired.items() for item in items)
    return [_impossible(i, have[i], n, roles.get(i, []), ask.get(i, [])) for i, n in short.items()]


def _checked(fixed: Sequence[Person], size: int | None) -> Sequence[Person]:
    """The members in any case. Raises InputError if these are more than there may be."""
    if size is not None and len(fixed) > size:
        group = f"{len(fixed)} people must be in a group of {size}"
        raise InputError(f"team: {group}; raise the size or name fewer")
    return fixed


def _check_arguments(cover: str, size: int | None, redundancy: int, seconds: float) -> str:
    """The kind to cover. Raises InputError for a kind or a number that makes no sense."""
    check_text("team", f"one of {', '.join(GROUPS)}", cover=cover)
    cover = cover.removesuffix("s")
    check_numbers("team", size=1 if size is None else size, redundancy=redundancy, seconds=seconds)
    if cover not in GROUPS or redundancy < 1 or seconds <= 0 or (size is not None and size < 1):
        raise InputError(
            f"team: cover {cover!r}, size {size}, redundancy {redundancy}, {seconds} s; "
            f"cover one of {', '.join(GROUPS)}, with numbers of 1 or more"
        )
    return cover


def _choose(
    pairs: tuple[Any, Any], fixed: Sequence[int], wanted: Any, size: int | None, seconds: float
) -> tuple[list[int], dict[str, Any]]:
    """The lines of the other members, given those who are members in any case, and the proof.

    Args:
        pairs: lines and items, as `covered_places` gives them.
        fixed: the lines of the members in any case.
        wanted: how many members should cover each item; no more than there are people who do.
        size: the most members.
        seconds: about how long to search.
    """
    lines, items = pairs
    is_fixed = np.isin(lines, fixed)
    had = np.bincount(items[is_fixed], minlength=len(wanted))
    missing = np.maximum(wanted - had, 0)
    left = None if size is None else size - len(fixed)
    choice = choose(lines[~is_fixed], items[~is_fixed], missing.tolist(), left, seconds)
    before, key = len(fixed), "people_at_least"
    if size is not None:
        before, key = int((wanted - missing).sum()), "places_at_most"
    return choice.chosen, _proof(choice, key, before)


def _proof(choice: Choice, key: str, before: int) -> dict[str, Any]:
    """What is proven; `before` is what the members in any case add to what was chosen."""
    bound, reached = before + choice.bound, before + choice.reached
    return {
        "solver": choice.solver,
        "status": "optimal" if choice.proven else "stopped",
        key: bound,
        "gap_percent": round(100 * abs(reached - bound) / max(bound, 1), 1),
        "kinds_of_people": choice.kinds,
    }


def _describe(covers: Mapping[Person, Items], fixed: Sequence[Person]) -> list[dict[str, Any]]:
    """Each member with what it covers; those who cover most first."""
    times = Counter(item for covered in covers.values() for item in covered)
    return [
        {
            "person": person.person,
            "line": person.line,
            "must": person in fixed,
            "holds": sorted(person.roles),
            "covers": sorted(covers[person]),
            "through": {r: by for r, by in sorted(person.through) if r in covers[person]},
            "alone": sorted(item for item in covers[person] if times[item] == 1),
        }
        for person in sorted(covers, key=lambda p: (-len(covers[p]), p.line))
    ]


def _impossible(
    item: str, people: int, missing: int, hire: Sequence[str], ask: Sequence[str]
) -> dict[str, Any]:
    """An item that too few cover: who does, which hires would, and who might, by a tool."""
    return {
        "item": item,
        "people": people,
        "missing": missing,
        "hire": hire,
        "ask": ask[:MAX_TOOL_USERS],
        "evidence": len(ask),
    }


def _tool_users(audit: Audit, skills: Sequence[str]) -> dict[str, list[str]]:
    """Skill to the people of whom nothing but a tool is evidence for it."""
    k = audit.knows
    only_tool = (k.tool == 1) & (k.recorded == 0) & (k.lacking == 0)
    table = k.filter(k.skill.isin(skills or [""]) & only_tool).join(
        audit.used.select("line", "person"), "line"
    )
    rows = table.order_by("line").to_pyarrow().to_pylist()
    return group_pairs((row["skill"], row["person"]) for row in rows)


def _fewest_hires(
    short: Mapping[str, int], hired: Mapping[str, Items], seconds: float
) -> list[str]:
    """The fewest roles to hire so that enough people cover every item that some role covers."""
    offered = {item for items in hired.values() for item in items}
    coverable = [item for item in short if item in offered]
    index = {item: i for i, item in enumerate(coverable)}
    roles = [role for role in hired for _ in range(max(short.values(), default=0))]
    pairs = [(i, index[one]) for i, role in enumerate(roles) for one in hired[role] & index.keys()]
    candidates, covered = np.array(pairs, int).reshape(-1, 2).T
    choice = choose(candidates, covered, [short[item] for item in coverable], None, seconds)
    return [roles[i] for i in choice.chosen]
