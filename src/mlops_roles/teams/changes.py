"""What if somebody learns, joins or leaves: coverage before and after, side by side.

Before is the audit's count. After is that count less what the people concerned add to it as they
are, plus what they would add: nobody else is looked at, so the size of the staff hardly matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._errors import InputError, UnknownName
from ..audits import NOTE, Audit, Closed, audit, fold_name
from ..graph import Graph, load
from ..titles import slug
from .covers import Coverage, Items, Person, Reach, beside, changed, coverage, read_people, states

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
        assumed: (group, item) to how many of those after are assumed hires.
        labels: slug to label.
    """

    staff: Audit
    ontology: str
    changes: list[dict[str, Any]]
    before: Coverage
    after: Coverage
    assumed: Mapping[tuple[str, str], int]
    labels: Mapping[str, str]

    def rows(self, everything: bool = False) -> list[dict[str, Any]]:
        """Each item that changes, or with `everything` each item, before and after."""
        rows = [row | {"assumed": self.assumed.get((row["group"], row["item"]), 0)} for row in beside(self.before, self.after)]
        return [row for row in rows if everything or row["before"] != row["after"]]

    def dataframe(self) -> pandas.DataFrame:
        """`rows(everything=True)` as a pandas DataFrame, a column for each count (needs pandas)."""
        import pandas

        return pandas.json_normalize(self.rows(everything=True), sep="_")

    def to_dict(self, everything: bool = False) -> dict[str, Any]:
        """The answer as plain data, as JSON has it."""
        return {
            "note": f"{ASSUMED} {NOTE}" if any(change["kind"] == "hire" for change in self.changes) else NOTE,
            "file": self.staff.staff.file,
            "ontology": self.ontology,
            "rows": self.staff.rows,
            "changes": self.changes,
            "states": {"before": states(self.before), "after": states(self.after)},
            "coverage": self.rows(everything),
            "labels": self.labels,
        }


def whatif(
    staff: str | Path,
    *,
    learn: Iterable[tuple[str, str]] = (),
    hire: Iterable[str] = (),
    leave: Iterable[str] = (),
    graph: Graph | None = None,
    mapping: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> WhatIf:
    """Suppose that people of a staff file learn, join or leave.

    Args:
        staff: a staff file, as for `audit`.
        learn: pairs of a person and a skill, which then counts as recorded.
        hire: roles; each hire is assumed to hold the role and to have its skills.
        leave: people.
        graph, mapping, say: as for `audit`.

    Raises UnknownName with the nearest names for an unknown person, skill or role.
    """
    ontology = graph or load()
    reach = Reach.of(Closed.of(ontology))
    lessons = [(person, _skill(ontology, reach.closed, name)) for person, name in learn]
    hires = [_hire(ontology, reach, number, name) for number, name in enumerate(hire, 1)]
    leavers = list(dict.fromkeys(leave))
    for person in sorted(set(leavers) & {person for person, _ in lessons}):
        raise InputError(f"{person!r} cannot leave and learn; take one of the two")
    found = audit(staff, graph=ontology, mapping=mapping, say=say)
    people = {p.person: p for p in read_people(found, {*leavers, *(person for person, _ in lessons)})}
    then = _taught([p for p in people.values() if p.person not in leavers], lessons) + hires
    before, difference = coverage(found), reach.tally(then)
    difference.subtract(reach.tally(people.values()))
    after = changed(before, difference)
    assumed = {(group, item): n for (group, item, count), n in reach.tally(hires).items() if count == "people"}
    changes = [{"kind": "leave", "person": p, "line": people[p].line} for p in leavers]
    changes += [{"kind": "learn", "person": p, "line": people[p].line, "skill": s, "was": _was(found, people[p].line, s)} for p, s in lessons]
    changes += [{"kind": "hire", "role": min(p.roles), "assumed": sorted(p.skills)} for p in hires]
    return WhatIf(found, ontology.version, changes, before, after, assumed, reach.closed.labels)


def _hire(graph: Graph, reach: Reach, number: int, name: str) -> Person:
    """Somebody assumed to hold a role and to have its skills."""
    try:
        role = slug(graph.curie(graph.term(name, "role")))
    except UnknownName:
        role = ""
    if role in reach.closed.roles:
        return Person(0, f"hire {number}", frozenset([role]), reach.needs["role"].get(role, frozenset()))
    close = [held for similar, held in reach.closed.similar if similar == role]
    cure = f"only similar to {', '.join(close)}; hire that" if close else f"the roles are {', '.join(reach.closed.roles)}"
    raise UnknownName(name, "role to be held", () if close else reach.closed.roles, cure)


def _skill(graph: Graph, closed: Closed, name: str) -> str:
    """The skill that a name means, by any of its names."""
    meanings = closed.names.get(fold_name(name), [])
    for kind, skill in meanings:
        if kind == "recorded":
            return skill
    if meanings:
        raise InputError(f"{name[:80]!r}: a tool, which is evidence and no skill; name the skill: {', '.join(skill for _, skill in meanings)}")
    return slug(graph.curie(graph.term(name, "skill")))


def _taught(people: Sequence[Person], lessons: Iterable[tuple[str, str]]) -> list[Person]:
    """The people with the skills that they learn."""
    learnt: dict[str, Items] = {}
    for person, skill in lessons:
        learnt[person] = learnt.get(person, frozenset()) | {skill}
    return [replace(p, skills=p.skills | learnt.get(p.person, frozenset())) for p in people]


def _was(found: Audit, line: int, skill: str) -> str:
    """What was known of a skill before: recorded, lacking, tool (evidence) or unrecorded."""
    k = found.knows
    known = k.filter((k.line == line) & (k.skill == skill)).to_pyarrow().to_pylist()
    return next((kind for kind in WAS if known and known[0][kind]), "unrecorded")
