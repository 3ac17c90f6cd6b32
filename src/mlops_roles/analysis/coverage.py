"""What a person adds to what an organisation covers, counted as the audit counts it.

A coverage is a sum over people, so a change to some of them is a small difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ..errors import UnknownPerson
from ..ontology.tables import RoleTables
from .audit import Audit

GROUPS = ("role", "task", "skill", "step")
COUNTS = (
    "people",
    "complete",
    "able",
)  # who covers an item, of these with all its skills on record, who could act as a role
STATES = ("uncovered", "single", "covered")
Items = frozenset[str]
One = TypeVar("One")
Other = TypeVar("Other")
Coverage = dict[str, dict[str, dict[str, Any]]]  # group, item, what is counted


@dataclass(frozen=True)
class Person:
    """What an audit goes by: the roles that somebody certainly holds, and the skills on record.

    Attributes:
        line: where in the staff file; 0 for somebody who is assumed.
        person: the name as written.
        roles, skills: slugs.
    """

    line: int
    person: str
    roles: Items
    skills: Items


@dataclass(frozen=True)
class Reach:
    """What a role and a skill reach to: the closed ontology, ready for people."""

    closed: RoleTables
    performs: Mapping[str, Items]
    answers: Mapping[str, Items]
    needs: Mapping[str, Mapping[str, Items]]
    items: Mapping[str, list[str]]

    @classmethod
    def of(cls, closed: RoleTables) -> Reach:
        """Group the tables of an ontology."""
        skills = sorted({skill for _, skill in (*closed.role_skills, *closed.task_skills)})
        tasks = sorted({task for _, task in closed.performs})
        answered = {step for _, step in closed.answers}
        needs = {"role": grouped(closed.role_skills), "task": grouped(closed.task_skills)}
        return cls(
            closed,
            grouped(closed.performs),
            grouped(closed.answers),
            needs,
            {
                "role": closed.roles,
                "task": tasks,
                "skill": skills,
                "step": [step for step in closed.steps if step in answered],
            },
        )

    @property
    def labels(self) -> dict[str, str]:
        """The labels of all items."""
        return {
            item: self.closed.labels.get(item, item)
            for items in self.items.values()
            for item in items
        }

    def hired(self, role: str) -> Person:
        """Somebody assumed to hold a role and to have its skills."""
        return Person(0, "", frozenset([role]), self.needs["role"].get(role, frozenset()))

    def covers(self, group: str, person: Person) -> Items:
        """The items of a group that one person covers."""
        if group == "skill":
            return person.skills.intersection(self.items["skill"])
        if group == "role":
            return person.roles
        by_role = self.performs if group == "task" else self.answers
        return frozenset().union(*(by_role.get(role, ()) for role in person.roles))

    def tally(self, people: Iterable[Person]) -> Counter[tuple[str, str, str]]:
        """How many people cover each item, have all its skills on record, could act as a role."""
        found: Counter[tuple[str, str, str]] = Counter()
        for person in people:
            for group in GROUPS:
                found.update((group, item, "people") for item in self.covers(group, person))
            for group, needs in self.needs.items():
                found.update(
                    (group, item, "complete")
                    for item in self.covers(group, person)
                    if needs.get(item, frozenset()) <= person.skills
                )
            found.update(
                ("role", role, "able")
                for role, needed in self.needs["role"].items()
                if needed <= person.skills
            )
        return found


def grouped(pairs: Iterable[tuple[One, Other]]) -> dict[One, frozenset[Other]]:
    """The second parts of pairs by their first."""
    found: dict[One, set[Other]] = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
    return {one: frozenset(others) for one, others in found.items()}


def read_people(audit: Audit, names: Iterable[str] | None = None) -> list[Person]:
    """The used people in the order of their lines; of `names` only those. Raises UnknownPerson with the nearest."""
    wanted = sorted(set(names)) if names is not None else None
    used = (
        audit.used if wanted is None else audit.used.filter(audit.used.person.isin(wanted or [""]))
    )
    rows = used.select("line", "person").order_by("line").to_pyarrow().to_pylist()
    for name in sorted(set(wanted or ()) - {row["person"] for row in rows}):
        raise UnknownPerson(name, audit.staff.file, _nearest(audit, name))
    holds, knows = audit.holds, audit.knows.filter(audit.knows.recorded == 1)
    if wanted is not None:
        holds, knows = (table.semi_join(used, "line") for table in (holds, knows))
    roles, skills = grouped(_pairs(holds, "role")), grouped(_pairs(knows, "skill"))
    return [
        Person(
            r["line"],
            r["person"],
            roles.get(r["line"], frozenset()),
            skills.get(r["line"], frozenset()),
        )
        for r in rows
    ]


def _nearest(audit: Audit, name: str) -> list[str]:
    """Some names that are spelt like one, found by the engine: there may be millions."""
    near = audit.used.order_by(audit.used.person.levenshtein(name[:80]), "line").limit(50)
    return [str(row["person"]) for row in near.select("person").to_pyarrow().to_pylist()]


def _pairs(table: Any, column: str) -> Iterable[tuple[int, str]]:
    found = table.select("line", column).to_pyarrow()
    return zip(found.column("line").to_pylist(), found.column(column).to_pylist(), strict=True)


def coverage(audit: Audit) -> Coverage:
    """The coverage of an audit: people and state of each item; of roles and tasks also whose record is complete, of roles who is able."""
    return {
        group: {item: _counted(group, row) for item, row in audit.coverage(group).items()}
        for group in GROUPS
    }


def _counted(group: str, row: Mapping[str, Any]) -> dict[str, Any]:
    found = {"people": row["people"], "state": row["state"]}
    if group in ("role", "task"):
        found["complete"] = row["people"] - row["lacking"] - row["unrecorded"]
    return found | ({"able": row.get("able", 0)} if group == "role" else {})


def changed(before: Coverage, difference: Counter[tuple[str, str, str]]) -> Coverage:
    """A coverage after a difference in people."""
    return {
        group: {item: _moved(row, group, item, difference) for item, row in rows.items()}
        for group, rows in before.items()
    }


def _moved(
    row: Mapping[str, Any], group: str, item: str, difference: Counter[tuple[str, str, str]]
) -> dict[str, Any]:
    found = {
        key: value + difference[group, item, key] for key, value in row.items() if key != "state"
    }
    return found | {
        "state": row["state"] if row["state"] == "unassigned" else STATES[min(found["people"], 2)]
    }


def beside(before: Coverage, after: Coverage) -> list[dict[str, Any]]:
    """Each item of either coverage with both, in a row."""
    return [
        {
            "group": group,
            "item": item,
            "before": before[group].get(item),
            "after": after[group].get(item),
        }
        for group in GROUPS
        for item in dict.fromkeys((*before[group], *after[group]))
    ]


def states(coverage: Coverage) -> dict[str, dict[str, int]]:
    """How many items of each group are covered by nobody, by one person only, by several."""
    return {
        group: {state: sum(row["state"] == state for row in rows.values()) for state in STATES}
        for group, rows in coverage.items()
    }
