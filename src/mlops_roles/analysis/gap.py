"""Nearest misses: the smallest set of skills that would make a person able to act as a role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ontology.tables import RoleTables
from .audit_result import NOTE
from .evidence import Evidence, Records
from .requirements import parts, slug_of_role
from .verdict import State, Verdict, states, verdict

if TYPE_CHECKING:
    import ibis

PROOF = "The role requires every one of these skills, so none can be left out: the set is the smallest there is."
DO: dict[State, str] = {"lacking": "learn", "tool": "confirm", "unrecorded": "record"}


@dataclass(frozen=True)
class Gap:
    """What stands between a person and a role.

    Attributes:
        person, file, line: who, and where that stands.
        role: its slug.
        verdict: what the answer is now.
        known: what is known of each required skill.
        missing: each missing skill with what is to be done: 'learn' (recorded as lacking),
            'confirm' (a tool speaks for it) or 'record' (nothing is known of it).
        demands: the missing skills by the (role, task) that demands them; '' for a role's own.
        labels: slug to label.
    """

    person: str
    file: str
    line: int
    role: str
    verdict: Verdict
    known: Mapping[str, State]
    missing: Mapping[str, str]
    demands: Mapping[tuple[str, str], tuple[str, ...]]
    labels: Mapping[str, str]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row per missing skill."""
        return [
            {
                "person": self.person,
                "role": self.role,
                "skill": s,
                "do": do,
                "demanded_by": self._demanding(s),
            }
            for s, do in self.missing.items()
        ]

    def _demanding(self, skill: str) -> list[str]:
        return [task or role for (role, task), skills in self.demands.items() if skill in skills]

    def to_do(self, skills: Iterable[str]) -> dict[str, list[str]]:
        """Some skills, by what is to be done."""
        return {
            do: [skill for skill in skills if self.missing.get(skill) == do] for do in DO.values()
        }

    def to_dict(self) -> dict[str, Any]:
        """The gap as plain data."""
        demands = [
            {"role": role, "task": task} | self.to_do(skills)
            for (role, task), skills in self.demands.items()
        ]
        head = {
            "note": NOTE,
            "person": self.person,
            "file": self.file,
            "line": self.line,
            "role": self.role,
            "verdict": self.verdict,
        }
        count = {
            "required": len(self.known),
            "recorded": list(self.known.values()).count("recorded"),
            "missing": len(self.missing),
        }
        named = {self.role, *self.known, *(name for pair in self.demands for name in pair)}
        return (
            head
            | count
            | self.to_do(self.missing)
            | {
                "minimal": PROOF,
                "demands": demands,
                "labels": {n: self.labels[n] for n in sorted(named) if n in self.labels},
            }
        )


def gap(
    person: str, role: str, staff: str | Path | ibis.Table | Records, *, accept_tools: bool = False
) -> Gap:
    """The smallest set of skills that turns the answer for a person and a role to yes.

    Args as of `certify`, and it raises the same errors; the staff may be an Ibis table too.
    """
    records = Records.of(staff)
    slug = slug_of_role(role, records.graph)
    return _gap(records.evidence(person), slug, records, accept_tools)


def nearest_roles(
    person: str, staff: str | Path | ibis.Table | Records, *, accept_tools: bool = False
) -> list[Gap]:
    """The gaps of a person to all roles, the nearest first: the fewest skills missing, roles for which nothing speaks last."""
    records = Records.of(staff)
    found = records.evidence(person)
    return sorted(
        (
            _gap(found, role, records, accept_tools)
            for role in RoleTables.from_graph(records.graph).roles
        ),
        key=_distance,
    )


def _distance(one: Gap) -> tuple[bool, int, int]:
    speaking = sum(state in ("recorded", "tool") for state in one.known.values())
    return not speaking, len(one.missing), -speaking


def _gap(found: Evidence, role: str, records: Records, accept_tools: bool) -> Gap:
    tables = RoleTables.from_graph(records.graph)
    known = states((skill for one, skill in tables.role_skills if one == role), *found.known)
    missing = {
        skill: DO[state]
        for skill, state in known.items()
        if state in DO and not (accept_tools and state == "tool")
    }
    answer = verdict(known, *found.known, accept_tools)
    return Gap(
        found.person,
        found.file,
        found.line,
        role,
        answer,
        known,
        missing,
        _demands(role, missing, records),
        tables.labels,
    )


def _demands(
    role: str, missing: Mapping[str, str], records: Records
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Which task, of the role or of one that it takes in, demands what; '' where a role's own block does."""
    tables, roles = RoleTables.from_graph(records.graph), [role]
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    needs = {one: {skill for r, skill in tables.role_skills if r == one} for one in tables.roles}
    for one in roles:
        within = parts(one, records.graph)
        roles += [part for part in within if part not in roles]
        tasks = {
            task: {skill for t, skill in tables.task_skills if t == task}
            for r, task in tables.performs
            if r == one
        }
        own = needs[one].difference(*tasks.values(), *(needs[part] for part in within))
        found |= {
            (one, task): tuple(skill for skill in missing if skill in skills)
            for task, skills in (*tasks.items(), ("", own))
        }
    return {pair: skills for pair, skills in found.items() if skills}
