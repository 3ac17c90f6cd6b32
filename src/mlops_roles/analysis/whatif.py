"""What if somebody learns, joins or leaves: coverage before and after, side by side.

Before is the audit's count. After is that count less what the people concerned add to it as they
are, plus what they would add: nobody else is looked at, so the size of the staff hardly matters.
"""

from __future__ import annotations

from collections import Counter
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
    Person,
    Reach,
    beside,
    changed,
    coverage,
    read_people,
    states,
)
from .requirements import slug_of_role

if TYPE_CHECKING:
    import pandas

WAS = ("recorded", "lacking", "tool")
ASSUMED = "A hire is assumed to hold the role and to have its skills: nothing of that is recorded."


@dataclass(frozen=True)
class WhatIf:
    """Coverage before and after some changes.

    Attributes:
        staff: the audit that it starts from.
        changes: what is supposed, each as a dictionary with its `kind`: leave, learn or hire.
        before, after: group to item to what is counted.
        assumed: how many of the counts after are assumed hires, by group, item and what is counted.
        labels: slug to label.
    """

    staff: Audit
    changes: list[dict[str, Any]]
    before: Coverage
    after: Coverage
    assumed: Counter[tuple[str, str, str]]
    labels: Mapping[str, str]

    def rows(self, everything: bool = False) -> list[dict[str, Any]]:
        """Each item that changes, or with `everything` each item, before and after."""
        rows = [
            row
            for row in beside(self.before, self.after)
            if everything or row["before"] != row["after"]
        ]
        return [
            row
            | {
                "assumed": {
                    c: n for c in COUNTS if (n := self.assumed[row["group"], row["item"], c])
                }
            }
            for row in rows
        ]

    def dataframe(self) -> pandas.DataFrame:
        """`rows(everything=True)` as a pandas DataFrame, a column for each count (needs pandas)."""
        import pandas

        return pandas.json_normalize(self.rows(everything=True), sep="_")

    def to_dict(self, everything: bool = False) -> dict[str, Any]:
        """The answer as plain data, as JSON has it."""
        return {
            "note": f"{ASSUMED} {NOTE}"
            if any(change["kind"] == "hire" for change in self.changes)
            else NOTE,
            "file": self.staff.staff.file,
            "ontology": self.staff.graph.version,
            "rows": self.staff.rows,
            "changes": self.changes,
            "states": {"before": states(self.before), "after": states(self.after)},
            "coverage": self.rows(everything),
            "labels": self.labels,
        }


def whatif(
    found: Audit,
    *,
    learn: Iterable[tuple[str, str]] = (),
    hire: Iterable[str] = (),
    leave: Iterable[str] = (),
) -> WhatIf:
    """Suppose that people of an audited staff learn, join or leave.

    Args:
        found: the audit to start from: `whatif(audit("staff.csv"), leave=["Ada Okafor"])`.
        learn: pairs of a person and a skill, which then counts as recorded.
        hire: roles; each hire is assumed to hold the role and to have its skills.
        leave: people.

    Raises UnknownName with the nearest names for an unknown person, skill or role, InputError for
    a tool instead of a skill and for somebody who leaves and learns.
    """
    reach = Reach.of(RoleTables.from_graph(found.graph))
    lessons = [(person, _skill(found.graph, reach.closed, name)) for person, name in learn]
    hires = [_hire(found.graph, reach, name) for name in hire]
    leavers, learners = dict.fromkeys(leave), {person for person, _ in lessons}
    if both := sorted(learners & set(leavers)):
        raise InputError(f"{both[0]!r} cannot leave and learn; take one of the two")
    people = {p.person: p for p in read_people(found, {*leavers, *learners})}
    stay = [_taught(p, lessons) for p in people.values() if p.person not in leavers]
    before, difference = coverage(found), reach.tally([*stay, *hires])
    difference.subtract(reach.tally(people.values()))
    changes: list[dict[str, Any]] = [
        {"kind": "leave", "person": p, "line": people[p].line} for p in leavers
    ]
    changes += [
        {
            "kind": "learn",
            "person": p,
            "line": people[p].line,
            "skill": s,
            "was": _was(found, people[p].line, s),
        }
        for p, s in lessons
    ]
    changes += [{"kind": "hire", "role": min(p.roles), "assumed": sorted(p.skills)} for p in hires]
    return WhatIf(
        found, changes, before, changed(before, difference), reach.tally(hires), reach.labels
    )


def _hire(graph: Graph, reach: Reach, name: str) -> Person:
    """Somebody assumed to hold a role and to have its skills."""
    return reach.hired(slug_of_role(name, graph))


def _skill(graph: Graph, closed: RoleTables, name: str) -> str:
    """The skill that a name means, by any of its names."""
    meanings = closed.names.get(fold_name(name), [])
    for kind, skill in meanings:
        if kind == "recorded":
            return skill
    if meanings:
        raise InputError(
            f"{name[:80]!r}: a tool, which is evidence and no skill; name the skill: {', '.join(skill for _, skill in meanings)}"
        )
    return slug(graph.curie(graph.resolve_term(name, "skill")))


def _taught(person: Person, lessons: Iterable[tuple[str, str]]) -> Person:
    """A person with the skills that they learn."""
    return replace(
        person, skills=person.skills | {skill for name, skill in lessons if name == person.person}
    )


def _was(found: Audit, line: int, skill: str) -> str:
    """What was known of a skill before: recorded, lacking, tool (evidence) or unrecorded."""
    k = found.knows
    known = k.filter((k.line == line) & (k.skill == skill)).to_pyarrow().to_pylist()
    return next((kind for kind in WAS if known and known[0][kind]), "unrecorded")
