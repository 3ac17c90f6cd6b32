"""What if people learn, join or leave: coverage before and after, side by side.

`before` is the count of the audit. `after` is computed from it for the people concerned alone:
minus what they add to the count now, plus what they would add. The time hardly depends on the size
of the staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..ontology.graph import Graph
from ..ontology.names import fold_name, slug
from ..ontology.tables import RoleTables
from .audit import Audit
from .audit_result import NOTE
from .coverage import (
    COUNTS,
    Coverage,
    CoverageCounts,
    CoverageModel,
    Person,
    apply_difference,
    audit_coverage,
    compare,
    count_states,
    load_people,
)
from .requirements import slug_of_role

if TYPE_CHECKING:
    import pandas

ASSUMPTION_NOTE = (
    "A hire is assumed to hold the role and to have its skills: nothing of that is recorded."
)


@dataclass(frozen=True)
class WhatIf:
    """Coverage before and after some changes.

    Attributes:
        audit: the audit before the changes.
        changes: the changes, each a dictionary with its `kind`: 'leave', 'learn' or 'hire'.
        before, after: group to item to its counts and its state.
        assumed: (group, item, count) to how many of the people counted after are assumed hires.
        labels: slug to label.

    Example:
        >>> from mlops_roles import audit, whatif
        >>> found = whatif(audit("examples/acme.csv"), hire=["R7"])
        >>> row = next(row for row in found.to_rows() if row["item"] == "ml-engineer")
        >>> row["before"]["people"], row["after"]["people"], row["assumed"]["people"]
        (1, 2, 1)
    """

    audit: Audit
    changes: list[dict[str, Any]]
    before: Coverage
    after: Coverage
    assumed: CoverageCounts
    labels: Mapping[str, str]

    def to_rows(self, unchanged: bool = False) -> list[dict[str, Any]]:
        """One row for each item that changes, or with `unchanged` for each: group, item, before,
        after, and how many of its counts are assumed."""
        return [
            row | {"assumed": {c: n for c in COUNTS if (n := self.assumed[(*key, c)])}}
            for row in compare(self.before, self.after)
            if unchanged or row["before"] != row["after"]
            for key in [(row["group"], row["item"])]
        ]

    def dataframe(self) -> pandas.DataFrame:
        """All items as a pandas DataFrame, a column for each count (needs pandas)."""
        import pandas

        return pandas.json_normalize(self.to_rows(unchanged=True), sep="_")

    def to_dict(self, unchanged: bool = False) -> dict[str, Any]:
        """The answer as plain data, as JSON has it."""
        hires = any(change["kind"] == "hire" for change in self.changes)
        return {
            "note": f"{ASSUMPTION_NOTE} {NOTE}" if hires else NOTE,
            "file": self.audit.staff.file,
            "ontology": self.audit.graph.version,
            "reading": self.audit.reading.to_dict(),
            "rows": self.audit.rows,
            "changes": self.changes,
            "states": count_states(self.before, self.after),
            "coverage": self.to_rows(unchanged),
            "labels": self.labels,
        }


def whatif(
    audit: Audit,
    *,
    learn: Iterable[tuple[str, str]] = (),
    hire: Iterable[str] = (),
    leave: Iterable[str] = (),
) -> WhatIf:
    """Compute the coverage if people of an audited staff learn a skill, join or leave.

    Args:
        audit: the audit to start from.
        learn: pairs of a person and a skill, which then counts as recorded.
        hire: roles; each hire is assumed to hold the role and to have its skills.
        leave: names of people.

    Raises:
        UnknownName: there is no such person, skill or role.
        InputError: a tool is named instead of a skill, or one person leaves and learns.

    Example:
        >>> from mlops_roles import audit, whatif
        >>> found = whatif(audit("examples/acme.csv"), learn=[("Ben Lindqvist", "code review")])
        >>> [(row["item"], row["after"]["people"]) for row in found.to_rows()]
        [('code-review', 4)]
    """
    model = CoverageModel.from_tables(audit.closed)
    lessons = [(person, _resolve_skill(name, audit.graph, model.tables)) for person, name in learn]
    hires = [model.assumed_hire(slug_of_role(name, audit.graph)) for name in hire]
    leavers, learners = dict.fromkeys(leave), {person for person, _ in lessons}
    if learners & set(leavers):
        raise InputError("whatif: one person cannot leave and learn; drop one of the two")
    people = {p.person: p for p in load_people(audit, {*leavers, *learners})}
    stay = [_with_lessons(p, lessons) for p in people.values() if p.person not in leavers]
    difference = model.tally([*stay, *hires])
    difference.subtract(model.tally(people.values()))
    after = apply_difference(before := audit_coverage(audit), difference)
    changes = [{"kind": "leave", "person": p, "line": people[p].line} for p in leavers]
    changes += [_resolve_lesson(people[p], skill, audit) for p, skill in lessons]
    changes += [_hire_entry(person) for person in hires]
    return WhatIf(audit, changes, before, after, model.tally(hires), model.labels)


def _resolve_skill(name: str, graph: Graph, tables: RoleTables) -> str:
    """The skill that a name means, by any of its names."""
    meanings = tables.names.get(fold_name(name), [])
    if skill := next((skill for kind, skill in meanings if kind == "recorded"), None):
        return skill
    if meanings:
        raise InputError(
            f"{name[:80]!r}: a tool, which is evidence and no skill; name the skill: "
            + ", ".join(skill for _, skill in meanings)
        )
    return slug(graph.curie(graph.resolve_term(name, "skill")))


def _with_lessons(person: Person, lessons: Iterable[tuple[str, str]]) -> Person:
    """A person with the skills that they learn."""
    learnt = {skill for name, skill in lessons if name == person.person}
    return replace(person, skills=person.skills | learnt)


def _hire_entry(person: Person) -> dict[str, Any]:
    """An assumed hire; the role is the one that is not held through it."""
    (role,) = person.roles.difference(dict(person.through))
    return {"kind": "hire", "role": role, "assumed": sorted(person.skills)}


def _resolve_lesson(person: Person, skill: str, audit: Audit) -> dict[str, Any]:
    """A skill that a person learns, and what is known of it before."""
    k = audit.knows
    known = k.filter((k.line == person.line) & (k.skill == skill)).to_pyarrow().to_pylist()
    kinds = ("recorded", "lacking", "tool")  # a tool is evidence
    was = next((kind for row in known for kind in kinds if row[kind]), "unrecorded")
    head = {"kind": "learn", "person": person.person, "line": person.line}
    return head | {"skill": skill, "was": was}
