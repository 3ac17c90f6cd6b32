"""Skill gaps: the smallest set of skills that a person lacks to be able to act as a role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..io.result import Result, Results
from ..ontology.mappings import Cited
from ..ontology.tables import RoleTables
from .audit_result import NOTE
from .evidence import Evidence, Records
from .requirements import count_by_part, slug_of_role
from .verdict import State, Verdict, share_known, skill_states, verdict_of_states

MINIMALITY_NOTE = (
    "The role requires every one of these skills, so none can be left out: the set is the "
    "smallest there is."
)
ACTIONS: dict[State, str] = {"lacking": "learn", "tool": "confirm", "unrecorded": "record"}
ROW_COLUMNS = ("person", "role", "skill", "do", "demanded_by")
RAISE = "raise"  # a skill that is recorded below the level asked


@dataclass(frozen=True)
class Gap(Result):
    """What is missing for a person to act as a role.

    Attributes:
        person: the name, or its pseudonym.
        file, line: the staff file, and the line of the person's row.
        role: the slug of the role.
        verdict: the current answer: 'yes', 'no', 'likely' or 'unknown'.
        states: required skill to 'recorded', 'tool', 'lacking' or 'unrecorded'.
        missing: missing skill to what to do about it: 'learn' (recorded as lacking),
            'confirm' (a tool is evidence for it), 'record' (nothing is known of it) or 'raise'
            (had below the level asked).
        parts: how many skills of each role that the role takes in are in each state, and last how
            many of its own (`own` is true); see `to_dict`. Empty if it takes in no role.
        preferred: each skill that helps with the role and is not needed, with what is known of it,
            as in `states`; it is never missing.
        labels: slug to label.
        tables: what each role needs.
        below: skill that the person has below the level asked, with both levels in words; it is
            neither had nor lacking, and missing with the action 'raise'.
        reading: what was read as what in the staff data, as plain data.
        candidates: required skill to the names that a mapping says are close to it; they never
            count.
        mapped: each name of another vocabulary that counts here, to the mappings by which it does.
        holds: the roles that the person certainly holds now.

    Example:
        >>> from mlops_roles import gap
        >>> found = gap("Sami Laine", "R6", "examples/acme.csv")
        >>> found.missing["scripting"], found.missing["model-deployment"]
        ('confirm', 'record')
    """

    person: str
    file: str
    line: int
    role: str
    verdict: Verdict
    states: Mapping[str, State]
    missing: Mapping[str, str]
    parts: Sequence[Mapping[str, Any]]
    preferred: Mapping[str, State]
    labels: Mapping[str, str]
    tables: RoleTables = field(repr=False, compare=False)
    below: Mapping[str, str] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)
    candidates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    mapped: Mapping[str, Sequence[Cited]] = field(default_factory=dict)
    holds: Sequence[str] = ()

    @cached_property
    def demands(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(role, task) to the missing skills that it requires.

        The task is '' for skills that the role requires itself.
        """
        return _demands(self.role, self.missing, self.tables)

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return ROW_COLUMNS

    def to_rows(self) -> list[dict[str, Any]]:
        """One row for each missing skill: person, role, skill, do, demanded_by."""
        return [
            {
                "person": self.person,
                "role": self.role,
                "skill": skill,
                "do": action,
                "demanded_by": [
                    t or r for (r, t), skills in self.demands.items() if skill in skills
                ],
            }
            for skill, action in self.missing.items()
        ]

    def actions(self, skills: Iterable[str] | None = None) -> dict[str, list[str]]:
        """'learn', 'confirm' and 'record' to the missing skills, or to those among `skills`.

        'raise' is among them if the person has some skill below the level asked.
        """
        found: dict[str, list[str]] = {action: [] for action in ACTIONS.values()}
        if self.below:
            found[RAISE] = []
        for skill in self.missing if skills is None else skills:
            if action := self.missing.get(skill):
                found[action].append(skill)
        return found

    def to_dict(self) -> dict[str, Any]:
        """The gap as plain data."""
        named = {self.role, *self.states, *(name for pair in self.demands for name in pair)}
        named |= {*self.holds, *self.preferred, *(part["role"] for part in self.parts)}
        return {
            "note": NOTE,
            "person": self.person,
            "file": self.file,
            "line": self.line,
            "holds": list(self.holds),
            "role": self.role,
            "verdict": self.verdict,
            "required": len(self.states),
            "recorded": list(self.states.values()).count("recorded"),
            "missing": len(self.missing),
            "parts": list(self.parts),
            **self.actions(),
            "minimal": MINIMALITY_NOTE,
            "demands": [
                {"role": role, "task": task} | self.actions(skills)
                for (role, task), skills in self.demands.items()
            ],
            "preferred": dict(self.preferred),
            **({"below": dict(self.below)} if self.below else {}),
            **({"candidates": dict(self.candidates)} if self.candidates else {}),
            **self._mapped_entry(),
            "reading": dict(self.reading),
            "labels": {n: self.labels[n] for n in sorted(named) if n in self.labels},
        }

    def _mapped_entry(self) -> dict[str, Any]:
        """`mapped` as plain data, if there is something in it."""
        rows = {name: [row.to_dict() for row in rows] for name, rows in self.mapped.items()}
        return {"mapped": rows} if rows else {}


def gap(person: str, role: str, staff: Any, *, accept_tools: bool = False) -> Gap:
    """Find the smallest set of skills that turns the answer for a person and a role to yes.

    Args:
        person: the name in the staff file.
        role: a slug, CURIE, IRI or notation.
        staff: staff data as `audit` takes it, an audit, or Records.
        accept_tools: count tools in use as a record of the skills they are evidence for.

    Raises:
        UnknownName: there is no such person or role.
        Conflict: the person has two rows, or contradictory skills.

    Example:
        >>> from mlops_roles import gap
        >>> found = gap("Chiara Rossi", "R3", "examples/acme.csv")
        >>> found.verdict, len(found.missing), found.actions()["confirm"]
        ('unknown', 11, ['data-cleaning', 'programming'])
    """
    records = Records.from_source(staff)
    slug = slug_of_role(role, records.graph)
    return _Gaps(records.evidence(person), records, accept_tools).gap(slug)


def nearest_roles(person: str, staff: Any, *, accept_tools: bool = False) -> Results[Gap]:
    """Find the gaps between a person and every role, the nearest role first.

    Roles are ranked by the share of their skills that is recorded; of equal ones, by the share for
    which a tool is evidence.

    Args:
        person: the name in the staff file.
        staff: staff data as `audit` takes it, an audit, or Records.
        accept_tools: count tools in use as a record of the skills they are evidence for.

    Raises:
        UnknownName: there is no such person.
        Conflict: the person has two rows, or contradictory skills.

    Example:
        >>> from mlops_roles import nearest_roles
        >>> nearest = nearest_roles("Chiara Rossi", "examples/acme.csv")[0]
        >>> nearest.role, len(nearest.missing)
        ('data-scientist', 11)
    """
    records = Records.from_source(staff)
    of_person = _Gaps(records.evidence(person), records, accept_tools)
    gaps = map(of_person.gap, records.tables.roles)
    return Results(sorted(gaps, key=_nearness, reverse=True), ROW_COLUMNS)


def _nearness(gap: Gap) -> tuple[float, float, int]:
    states = list(gap.states.values())
    return share_known(states.count("recorded"), states.count("tool"), len(states))


class _Gaps:
    """The gaps between one person and any role; what they share is read once."""

    def __init__(self, found: Evidence, records: Records, accept_tools: bool):
        self.found, self.tables, self.accept_tools = found, records.tables, accept_tools
        self.known, self.below = found.skill_sets, records.below(found)
        self.reading = records.staff.reading.to_dict()
        self.close = [cell for cell in found.cells if cell.candidates]
        self.mapped = [cell for cell in found.cells if cell.mapped]

    def gap(self, role: str) -> Gap:
        """The gap between the person and a role."""
        found, tables = self.found, self.tables
        states = skill_states(tables.needs("role").get(role, ()), *self.known)
        missing = self._missing(states)
        below = {skill: self.below[skill] for skill in missing if missing[skill] == RAISE}
        return Gap(
            found.person,
            found.file,
            found.line,
            role,
            verdict_of_states(states.values(), self.accept_tools),
            states,
            missing,
            count_by_part(role, states, tables),
            skill_states(tables.preferred_skills(role), *self.known),
            tables.labels,
            tables,
            below,
            self.reading,
            self._candidates(missing),
            {c.text: c.mapped for c in self.mapped if not states.keys().isdisjoint(c.skills)},
            found.holds,
        )

    def _missing(self, states: Mapping[str, State]) -> dict[str, str]:
        """Each skill that is needed, to what is to be done about it."""
        return {
            skill: RAISE if skill in self.below and state != "lacking" else ACTIONS[state]
            for skill, state in states.items()
            if state in ACTIONS and not (self.accept_tools and state == "tool")
        }

    def _candidates(self, missing: Iterable[str]) -> dict[str, list[str]]:
        """Each missing skill to the names that a mapping says are close to it."""
        if not self.close:
            return {}
        names = {s: [c.text for c in self.close if s in c.candidates] for s in missing}
        return {skill: texts for skill, texts in names.items() if texts}


def _demands(
    role: str, missing: Mapping[str, str], tables: RoleTables
) -> dict[tuple[str, str], tuple[str, ...]]:
    """(role, task) to the missing skills, for the role and the roles that it incorporates.

    The task is '' for skills that a role requires itself.
    """
    roles, role_needs, task_needs = [role], tables.needs("role"), tables.needs("task")
    demands: dict[tuple[str, str], tuple[str, ...]] = {}
    for one in roles:
        parts = tables.incorporated(one)
        roles += [part for part in parts if part not in roles]
        needs = {task: task_needs.get(task, []) for task in tables.tasks_of(one)}
        inherited = (role_needs.get(part, []) for part in parts)
        own = set(role_needs.get(one, ())).difference(*needs.values(), *inherited)
        for task, skills in (*needs.items(), ("", own)):
            if demanded := tuple(skill for skill in missing if skill in skills):
                demands[one, task] = demanded
    return demands
