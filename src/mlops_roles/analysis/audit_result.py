"""The answers of an audit as plain data, out of what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..matching.titles import Resolution
from ..ontology.results import group_pairs
from ..ontology.tables import RoleTables
from ..staff.people_table import Rejected
from ..staff.reading import Reading
from .requirements import count_by_part
from .verdict import State

NEAREST = 3
# what is said of a person and a skill; the numbers of all that is said are combined by "or"
FLAGS = {"has": 1, "lacks": 2, "tool": 4, "below": 8}
HAS, LACKS, TOOL, BELOW = FLAGS.values()
CLOSE = 16  # by a mapping that is not exact
NAMES_WITH_NEAREST = 50  # unmatched names that get proposals; all of a large file take long
Counts = Mapping[str, Mapping[str, list[int]]]
NOTE = "An aid to be reviewed by a human: it rests on what was recorded, and unknown is not no."


@dataclass(frozen=True)
class Candidate:
    """One who has skills that a role requires."""

    role: int  # the place of the role in the tables of the ontology
    recorded: int  # how many of the required skills are recorded
    evident: int  # of how many a tool alone is evidence
    line: int  # line, person: who it is
    person: str
    states: Mapping[str, State]  # each skill of which something is known, with what is known of it
    holds: Sequence[str] = ()  # the roles that the person certainly holds now


class AuditResult:
    """The answers of an audit: plain data, out of what was counted."""

    file: str  # the name of what was audited
    version: str  # the version of the ontology
    reading: Reading  # what was read as what
    role_tables: RoleTables  # the ontology as plain tables
    resolutions: Mapping[str, Resolution]  # what each distinct title was resolved to
    # (column, name) of each name of another vocabulary in the data, to the accepted mappings by
    # which it was read, as reasons
    read: int
    left_out: int
    mapped: dict[tuple[str, str], Sequence[str]]

    @cached_property
    def counts(self) -> Counts:
        """The numbers of each kind and name, as `{"task": {"deploy-model": [3, 1, 0]}}`."""
        raise NotImplementedError

    @cached_property
    def candidates(self) -> list[Candidate]:
        """The few people who come nearest to each role."""
        raise NotImplementedError

    @cached_property
    def rejected(self) -> list[Rejected]:
        """The rows that do not count, each with file, line, reason and fix."""
        raise NotImplementedError

    @cached_property
    def rows(self) -> dict[str, int]:
        """How many rows of people were read, used, rejected, and left out if some were."""
        bad, out = len(self.rejected), self.left_out
        rows = {"read": self.read, "used": self.read - bad - out, "rejected": bad}
        return rows | ({"left_out": out} if out else {})

    @cached_property
    def titles(self) -> dict[str, int]:
        """How many used people have a certain, an ambiguous or no role."""
        found = self.counts["status"]
        return {status: found.get(status, [0])[0] for status in ("certain", "ambiguous", "none")}

    @cached_property
    def open_titles(self) -> list[dict[str, Any]]:
        """The ambiguous and unresolved titles with their number of people, most people first."""
        people_by_title = {title: n for title, (n,) in self.counts["title"].items()}
        rows = [
            self.resolutions[title].to_dict() | {"people": n}
            for title, n in people_by_title.items()
        ]
        return sorted(rows, key=lambda r: (-r["people"], r["title"]))

    @cached_property
    def unmatched_skills(self) -> dict[str, int]:
        """Names in skills, lacks and assessed that say nothing there, with the number of people."""
        unknown = {name: n for name, (n,) in self.counts["unmatched"].items()}
        return dict(sorted(unknown.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def nearest_names(self) -> dict[str, list[str]]:
        """Known names near the unmatched ones of most people; proposals, which never count."""
        first = list(self.unmatched_skills)[:NAMES_WITH_NEAREST]
        near = {name: self.role_tables.names.nearest(name) for name in first}
        return {name: found for name, found in near.items() if found}

    def coverage(self, group: str) -> dict[str, dict[str, Any]]:
        """Who covers what: `{slug: {people, lacking, unrecorded, state, …}}` of a 'role', 'task' or
        'skill', `{slug: {people, state}}` of a 'step'. Raises KeyError for another group.
        """
        return {
            "role": self._roles,
            "task": self._tasks,
            "skill": self._skills,
            "step": self._steps,
        }[group]

    @cached_property
    def _roles(self) -> dict[str, dict[str, Any]]:
        """How many hold a role; `through`: those who do so by a narrower role, by that role."""
        able, similar_to = self.counts["able"], self.counts["similar"]
        close = self.counts["candidates"]
        found = {}
        for role in self.role_tables.roles:
            more = (
                ("similar", similar_to.get(role, [0])[0]),
                ("candidates", close.get(role, [0])[0]),
                *zip(("able", "evidence"), able.get(role, (0, 0)), strict=True),
                ("through", self._through(role)),
            )
            found[role] = _cover(self.counts["role"].get(role), {name: n for name, n in more if n})
        return found

    def _through(self, role: str) -> dict[str, int]:
        """How many hold a role because they hold a narrower one, by the narrower one."""
        found = self.counts.get(f"through {role}", {})
        return {held: n for held, (n,) in sorted(found.items())}

    @cached_property
    def _tasks(self) -> dict[str, dict[str, Any]]:
        return {task: _cover(self.counts["task"].get(task), {}) for task in self.role_tables.tasks}

    @cached_property
    def _skills(self) -> dict[str, dict[str, Any]]:
        found = {}
        for skill in sorted(
            {skill for _, skill in (*self.role_tables.role_skills, *self.role_tables.task_skills)}
        ):
            people, lacking, evidence = self.counts["skill"].get(skill, (0, 0, 0))
            (below,) = self.counts["below"].get(skill, (0,))
            (close,) = self.counts["close"].get(skill, (0,))
            more = {"evidence": evidence, "below": below, "candidates": close}
            found[skill] = _cover(
                (people, lacking, self.rows["used"] - people - lacking - below),
                {name: n for name, n in more.items() if n},
            )
        return found

    @cached_property
    def _steps(self) -> dict[str, dict[str, Any]]:
        """How many hold a role that answers for a step, on either side of an either-or.

        'unassigned' where the paper names no role.
        """
        held = {step: self.counts["step"].get(step, [0])[0] for step in self.role_tables.steps}
        named = {step for _, step in self.role_tables.answers}
        return {
            step: {"people": n, "state": _state(n) if step in named else "unassigned"}
            for step, n in held.items()
        }

    @cached_property
    def nearest(self) -> dict[str, list[dict[str, Any]]]:
        """Per role the people nearest to all its skills, able ones first, and what is missing."""
        order = sorted(self.candidates, key=lambda c: (-c.recorded, -c.evident, c.line))
        by_role = group_pairs((c.role, c) for c in order)
        return {
            role: [_candidate(c, self.role_tables, role) for c in by_role.get(i, [])[:NEAREST]]
            for i, role in enumerate(self.role_tables.roles)
        }

    def to_dict(self) -> dict[str, Any]:
        """The audit as plain data, as JSON has it."""
        return {
            "note": NOTE,
            "file": self.file,
            "ontology": self.version,
            "reading": self.reading.to_dict(),
            "rows": self.rows,
            "titles": self.titles,
            "unmatched_skills": self.unmatched_skills,
            "nearest_names": self.nearest_names,
            "mapped": [
                {"column": column, "name": name, "mappings": list(reasons)}
                for (column, name), reasons in sorted(self.mapped.items())
            ],
            "roles": self._roles,
            "tasks": self._tasks,
            "skills": self._skills,
            "steps": self._steps,
            "workflow": self.role_tables.workflow,
            "marks": self.role_tables.marks,
            "open_titles": self.open_titles,
            "nearest": self.nearest,
            "rejected": [r.to_dict() for r in self.rejected],
            "labels": self.role_tables.labels,
            "requires": self.role_tables.needs("role"),
            "performs": group_pairs(self.role_tables.performs),
        }


def _cover(numbers: Sequence[int] | None, more: Mapping[str, Any]) -> dict[str, Any]:
    people, lacking, unrecorded = numbers or (0, 0, 0)
    return {
        "people": people,
        "lacking": lacking,
        "unrecorded": unrecorded,
        "state": _state(people),
    } | dict(more)


def _state(people: int) -> str:
    return "uncovered" if not people else "single" if people == 1 else "covered"


def _candidate(found: Candidate, role_tables: RoleTables, role: str) -> dict[str, Any]:
    """A person and what is missing to a role: lacking, evidenced by a tool alone, or unrecorded."""
    needs = role_tables.needs("role")[role]
    states = {skill: found.states.get(skill, "unrecorded") for skill in needs}
    is_full = found.recorded + found.evident == len(needs)
    return {
        "person": found.person,
        "line": found.line,
        "holds": list(found.holds),
        "verdict": "missing" if not is_full else "likely" if found.evident else "able",
        "recorded": found.recorded,
        "required": len(needs),
        "lacking": [skill for skill in needs if states[skill] == "lacking"],
        "evidence": [skill for skill in needs if states[skill] == "tool"],
        "unrecorded": [skill for skill in needs if states[skill] == "unrecorded"],
        "parts": count_by_part(role, states, role_tables),
    }
