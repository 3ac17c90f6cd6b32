"""The coverage of roles, tasks, skills and workflow steps by people, counted as in the audit.

A coverage is a sum over people, so a change to a few people is computed as a small difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..errors import UnknownPerson
from ..ontology.results import group_pairs
from ..ontology.tables import RoleTables
from ..staff.person_names import fold_person, folded_name
from .audit import Audit
from .audit_result import HAS
from .evidence import similar_names
from .role_assignment import covered_items

GROUPS = ("role", "task", "skill", "step")
# who covers an item; who of these holds a role through a narrower one alone; who of these has all
# its skills on record; who could act as a role
COUNTS = ("people", "through", "complete", "able")
COVERAGE_STATES = ("uncovered", "single", "covered")
Items = frozenset[str]
Coverage = dict[str, dict[str, dict[str, Any]]]  # group -> item -> counts and state
CoverageCounts = Counter[tuple[str, str, str]]  # (group, item, one of COUNTS) -> number of people


@dataclass(frozen=True)
class Person:
    """The data about a person that an audit counts: roles certainly held, and skills on record."""

    line: int  # the line in the staff file; 0 for an assumed person
    person: str  # the name as written
    roles: Items  # the slugs of the roles, broader roles of these included
    skills: Items  # the slugs of the skills
    # (broader role, narrower role) for each role held through a narrower one alone
    through: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class CoverageModel:
    """Which items a role and a skill cover."""

    tables: RoleTables  # the ontology as plain tables
    performs: Mapping[str, list[str]]  # role to its tasks
    answers: Mapping[str, list[str]]  # role to the workflow steps that it answers for
    # 'role' and 'task', each to a mapping from item to the skills that it requires
    needs: Mapping[str, Mapping[str, list[str]]]
    items: Mapping[str, list[str]]  # group to the items that can be covered, in order

    @classmethod
    def from_tables(cls, tables: RoleTables) -> CoverageModel:
        """Group the tables of an ontology by role and by task."""
        skills = {skill for _, skill in (*tables.role_skills, *tables.task_skills)}
        answered = {step for _, step in tables.answers}
        items = {
            "role": tables.roles,
            "task": sorted({task for _, task in tables.performs}),
            "skill": sorted(skills),
            "step": [step for step in tables.steps if step in answered],
        }
        needs = {group: tables.needs(group) for group in ("role", "task")}
        return cls(tables, group_pairs(tables.performs), group_pairs(tables.answers), needs, items)

    @cached_property
    def _skills(self) -> Items:
        return frozenset(self.items["skill"])

    @property
    def labels(self) -> dict[str, str]:
        """The label of each item."""
        names = (item for items in self.items.values() for item in items)
        return {item: self.tables.labels.get(item, item) for item in names}

    def assumed_hire(self, role: str) -> Person:
        """A person who is assumed to hold a role and to have its skills."""
        broader = self.tables.broader_roles(role)
        skills = frozenset(self.needs["role"].get(role, ()))
        through = frozenset((one, role) for one in broader)
        return Person(0, "", frozenset([role, *broader]), skills, through)

    def covers(self, group: str, person: Person) -> Items:
        """The items of a group that one person covers."""
        if group == "skill":
            return person.skills & self._skills
        if group == "role":
            return person.roles
        by_role = self.performs if group == "task" else self.answers
        return frozenset(item for role in person.roles for item in by_role.get(role, ()))

    def tally(self, people: Iterable[Person]) -> CoverageCounts:
        """Count the people who cover an item, who have all its skills, who could act as a role."""
        counts: CoverageCounts = Counter()
        for person in people:
            able = [r for r, needs in self.needs["role"].items() if person.skills.issuperset(needs)]
            counts.update(("role", role, "able") for role in able)
            counts.update(("role", role, "through") for role, _ in person.through)
            for group in GROUPS:
                covered = self.covers(group, person)
                counts.update((group, item, "people") for item in covered)
                if needs := self.needs.get(group):
                    complete = (i for i in covered if person.skills.issuperset(needs.get(i, ())))
                    counts.update((group, item, "complete") for item in complete)
        return counts


def load_people(audit: Audit, names: Iterable[str]) -> list[Person]:
    """The people of some names, compared without case, that an audit used, by line.

    Raises UnknownPerson, with the nearest names, for a name that is not among them.
    """
    wanted = {fold_person(name): name for name in sorted(set(names))}
    people = _people(audit, audit.used.filter(folded_name(audit.used.person).isin([*wanted, ""])))
    for folded in sorted(wanted.keys() - {fold_person(found.person) for found in people}):
        name = wanted[folded]
        raise UnknownPerson(name, audit.staff.file, similar_names(audit.used, name))
    return people


def people_of_lines(audit: Audit, lines: Iterable[int]) -> list[Person]:
    """The people of some lines that an audit used, by line."""
    wanted = audit.engine.from_rows({"line": int}, ((line,) for line in lines))
    return _people(audit, audit.used.semi_join(wanted, "line"))


def _people(audit: Audit, used: Any) -> list[Person]:
    """The people of some rows of those used, by line."""
    known = audit.knows.filter(audit.knows.recorded == 1)
    holds, knows = (table.semi_join(used, "line") for table in (audit.holds, known))
    roles = group_pairs(_line_values(holds, "role"))
    skills = group_pairs(_line_values(knows, "skill"))
    through = _through(holds)
    return [
        Person(
            line,
            person,
            frozenset(roles.get(line, ())),
            frozenset(skills.get(line, ())),
            frozenset(through.get(line, ())),
        )
        for line, person in _line_values(used.order_by("line"), "person")
    ]


def covered_places(audit: Audit, group: str, items: Sequence[str]) -> tuple[Any, Any]:
    """The lines of the people who cover some items of a group, and the items, as two arrays.

    There is one pair for each person and item: the line, and the place of the item in `items`.
    """
    places = {item: i for i, item in enumerate(items)}
    if group == "skill":
        table, column = audit.facts.filter((audit.facts.flags & HAS) > 0), "skill"
        named = enumerate(audit.role_tables.skills)
        rows = [(i, places[skill]) for i, skill in named if skill in places]
    else:
        table, column = audit.known, "assignment"
        covered = covered_items(audit.role_tables, audit.assignments)
        rows = [
            (assignment, places[item])
            for (kind, item), assignments in covered.items()
            if kind == group and item in places
            for assignment in assignments
        ]
    of = audit.engine.from_rows({column: int, "item": int}, rows)
    pairs = audit.engine.to_arrow(table.join(of, column).select("line", "item"))
    return pairs["line"].to_numpy(), pairs["item"].to_numpy()


def _through(holds: Any) -> dict[int, list[tuple[str, str]]]:
    """Line to the (broader role, narrower role) of each role held through a narrower one alone."""
    table = holds.filter(holds.through.notnull()).select("line", "role", "through").to_pyarrow()
    return group_pairs((row["line"], (row["role"], row["through"])) for row in table.to_pylist())


def _line_values(table: Any, column: str) -> list[tuple[int, str]]:
    """(line, value of the column) of each row."""
    pairs = table.select("line", column).to_pyarrow()
    return list(zip(*(pairs.column(i).to_pylist() for i in (0, 1)), strict=True))


def audit_coverage(audit: Audit) -> Coverage:
    """The coverage of an audit: roles also have `able` and `through`, roles and tasks `complete`.

    `through` is the number of people who hold a role only because they hold a narrower one.
    """
    return {
        group: {item: _counts(group, row) for item, row in audit.coverage(group).items()}
        for group in GROUPS
    }


def _counts(group: str, row: Mapping[str, Any]) -> dict[str, Any]:
    counts = {"people": row["people"], "state": row["state"]}
    if group in ("role", "task"):
        counts["complete"] = row["people"] - row["lacking"] - row["unrecorded"]
    if group == "role":
        counts |= {"able": row.get("able", 0), "through": sum(row.get("through", {}).values())}
    return counts


def apply_difference(before: Coverage, difference: CoverageCounts) -> Coverage:
    """The coverage after a difference in people."""
    after: Coverage = {group: {} for group in before}
    for group, rows in before.items():
        for item, row in rows.items():
            counts = {c: n + difference[group, item, c] for c, n in row.items() if c != "state"}
            unassigned = row["state"] == "unassigned"
            state = "unassigned" if unassigned else COVERAGE_STATES[min(counts["people"], 2)]
            after[group][item] = counts | {"state": state}
    return after


def compare(before: Coverage, after: Coverage) -> list[dict[str, Any]]:
    """One row for each item of either coverage: group, item, before, after."""
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


def count_states(before: Coverage, after: Coverage) -> dict[str, dict[str, dict[str, int]]]:
    """How many items of each group are uncovered, covered by one person and by several."""
    return {
        side: {
            group: {
                state: sum(row["state"] == state for row in rows.values())
                for state in COVERAGE_STATES
            }
            for group, rows in coverage.items()
        }
        for side, coverage in (("before", before), ("after", after))
    }
