"""The smallest group of people that covers what is asked, or the best of a size, with its proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..ontology.tables import RoleTables
from .audit import Audit
from .audit_result import NOTE
from .coverage import GROUPS, Items, Person, Reach, read_people
from .set_cover import Choice, choose

if TYPE_CHECKING:
    import pandas

SHOWN = 5  # people with a tool as evidence, to be asked whether they have a skill


@dataclass(frozen=True)
class Team:
    """A group, what each member covers, what is proven, and what nobody could cover.

    Attributes:
        staff: the audit that it rests on.
        asked: what was to be covered (role, task, skill or step), by how many each, and by how many in all, or None.
        wanted: each item and how many of the staff are to cover it: as many as asked, or as there are.
        members: the group, those who cover most first; each with `covers`, and `alone` what nobody else covers.
        impossible: what too few of the staff cover, each with what would mend it.
        hires: the fewest roles to hire that would mend all of it.
        proof: whether the group is proven best, and the bound.
        labels: slug to label.
    """

    staff: Audit
    asked: tuple[str, int, int | None]
    wanted: dict[str, int]
    members: list[dict[str, Any]]
    impossible: list[dict[str, Any]]
    hires: list[str]
    proof: dict[str, Any]
    labels: Mapping[str, str]

    @property
    def unmet(self) -> list[str]:
        """What people of the staff cover, and the group does not, or too few of it: the size was too small."""
        met = Counter(item for member in self.members for item in member["covers"])
        return [item for item, wanted in self.wanted.items() if met[item] < wanted]

    def dataframe(self) -> pandas.DataFrame:
        """`members` as a pandas DataFrame (needs pandas)."""
        import pandas

        return pandas.DataFrame(self.members, columns=["person", "line", "must", "covers", "alone"])

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, as JSON has it."""
        return {
            "note": NOTE,
            "file": self.staff.staff.file,
            "ontology": self.staff.graph.version,
            "rows": self.staff.rows,
            **dict(zip(("cover", "redundancy", "size"), self.asked, strict=True)),
            "members": self.members,
            "proof": self.proof,
            "wanted": self.wanted,
            "unmet": self.unmet,
            "impossible": self.impossible,
            "hires": self.hires,
            "labels": self.labels,
        }


def team(  # noqa: PLR0913  # what may be asked of a group, all of it optional
    found: Audit,
    cover: str,
    *,
    size: int | None = None,
    must: Iterable[str] = (),
    redundancy: int = 1,
    seconds: float = 5.0,
) -> Team:
    """The smallest group of people that covers all of a kind (needs the extra `team`).

    Args:
        found: the audit to choose from: `team(audit("staff.csv"), "skill", redundancy=2)`.
        cover: 'role', 'task', 'skill' or 'step', as the audit counts them.
        size: at most so many people, who then cover as much as can be.
        must: people who belong to the group in any case.
        redundancy: how many members are to cover each item.
        seconds: when the solver stops; the group is then given with the bound.

    Raises UnknownName for an unknown person, InputError where the arguments contradict each other.
    """
    reach = Reach.of(RoleTables.from_graph(found.graph))
    if cover not in GROUPS or redundancy < 1 or seconds <= 0 or (size is not None and size < 1):
        raise InputError(
            f"team: cover {cover!r}, size {size}, redundancy {redundancy}, {seconds} s; cover one of {', '.join(GROUPS)}, with numbers of 1 or more"
        )
    fixed = read_people(found, must)
    if size is not None and len(fixed) > size:
        raise InputError(
            f"team: {len(fixed)} people must be in a group of {size}; raise the size or name fewer"
        )
    covers = {person: reach.covers(cover, person) for person in read_people(found)}
    have = Counter(item for items in covers.values() for item in items)
    wanted = {item: min(redundancy, have[item]) for item in reach.items[cover] if have[item]}
    short = {
        item: redundancy - have[item] for item in reach.items[cover] if have[item] < redundancy
    }
    members, proof = _choose(covers, fixed, wanted, size, seconds)
    bring = {role: reach.covers(cover, reach.hired(role)) for role in reach.closed.roles}
    impossible = _impossible(
        short, have, bring, _evident(found, list(short)) if cover == "skill" else {}
    )
    return Team(
        found,
        (cover, redundancy, size),
        wanted,
        _described(members, covers, fixed),
        impossible,
        _hires(short, bring, seconds),
        proof,
        reach.labels,
    )


def _choose(
    covers: Mapping[Person, Items],
    fixed: Sequence[Person],
    wanted: Mapping[str, int],
    size: int | None,
    seconds: float,
) -> tuple[list[Person], dict[str, Any]]:
    """The members, and what is proven of them: people needed at least or, with a size, places filled at most."""
    settled = Counter(item for person in fixed for item in covers[person])
    open_ = {item: n - settled[item] for item, n in wanted.items() if settled[item] < n}
    number = {item: i for i, item in enumerate(open_)}
    others = [person for person in covers if person not in set(fixed)]
    numbered = [[number[item] for item in covers[person] if item in number] for person in others]
    choice = choose(
        numbered, list(open_.values()), None if size is None else size - len(fixed), seconds
    )
    members = [*fixed, *(others[i] for i in choice.chosen)]
    return members, _proof(choice, len(fixed), sum(wanted.values()) - sum(open_.values()), size)


def _proof(choice: Choice, fixed: int, settled: int, size: int | None) -> dict[str, Any]:
    bound = (
        {"people_at_least": fixed + choice.bound}
        if size is None
        else {"places_at_most": settled + choice.bound}
    )
    return {
        "solver": "HiGHS",
        "status": "optimal" if choice.proven else "stopped",
        **bound,
        "kinds_of_people": choice.kinds,
    }


def _described(
    members: Sequence[Person], covers: Mapping[Person, Items], fixed: Sequence[Person]
) -> list[dict[str, Any]]:
    """Each member with what it covers; those who cover most first."""
    times = Counter(item for person in members for item in covers[person])
    ordered = sorted(members, key=lambda p: (-len(covers[p]), p.line))
    return [
        {
            "person": p.person,
            "line": p.line,
            "must": p in fixed,
            "covers": sorted(covers[p]),
            "alone": sorted(item for item in covers[p] if times[item] == 1),
        }
        for p in ordered
    ]


def _impossible(
    short: Mapping[str, int],
    have: Counter[str],
    bring: Mapping[str, Items],
    ask: Mapping[str, list[str]],
) -> list[dict[str, Any]]:
    """What too few cover: how many do, which hires would, and who might, going by a tool."""
    return [
        {
            "item": item,
            "people": have[item],
            "missing": missing,
            "hire": [role for role, items in bring.items() if item in items],
            "ask": ask.get(item, [])[:SHOWN],
            "evidence": len(ask.get(item, [])),
        }
        for item, missing in short.items()
    ]


def _evident(found: Audit, skills: Sequence[str]) -> dict[str, list[str]]:
    """Who has a tool as evidence of a skill, no record of it and was not found lacking it."""
    k = found.knows
    silent = k.filter(
        k.skill.isin(skills or [""]) & (k.tool == 1) & (k.recorded == 0) & (k.lacking == 0)
    )
    rows = (
        silent.join(found.used.select("line", "person"), "line")
        .order_by("line")
        .to_pyarrow()
        .to_pylist()
    )
    people: dict[str, list[str]] = {}
    for row in rows:
        people.setdefault(row["skill"], []).append(row["person"])
    return people


def _hires(short: Mapping[str, int], bring: Mapping[str, Items], seconds: float) -> list[str]:
    """The fewest roles to hire so that enough people cover everything; what no role brings is left out."""
    number = {
        item: i
        for i, item in enumerate(
            item for item in short if any(item in items for items in bring.values())
        )
    }
    most = max(short.values(), default=0)
    roles = [role for role in bring for _ in range(most)]
    choice = choose(
        [[number[item] for item in bring[role] if item in number] for role in roles],
        [short[item] for item in number],
        None,
        seconds,
    )
    return [roles[i] for i in choice.chosen]
