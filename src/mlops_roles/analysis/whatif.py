"""What if people learn, join or leave: coverage before and after, side by side.

`before` is the count of the audit. `after` is computed from it for the people concerned alone:
minus what they add to the count now, plus what they would add. The time hardly depends on the size
of the staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import InputError, check_text
from ..io.result import Result
from ..ontology.graph import Graph
from ..ontology.names import fold_name, slug
from ..ontology.tables import RoleTables
from ..staff.person_names import fold_person
from .audit import Audit, as_audit
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

ASSUMPTION_NOTE = (
    "A hire is assumed to hold the role and to have its skills: nothing of that is recorded."
)


@dataclass(frozen=True)
class WhatIf(Result):
    """Coverage before and after some changes.

    Attributes:
        audit: the audit before the changes.
        changes: the changes, each a dictionary with its `kind`: 'leave', 'learn' or 'hire'.
        before, after: group to item to its counts and its state.
        assumed: (group, item, count) to how many of the people counted after are assumed hires.
        labels: slug to label.
        shows_all: whether rows, data and report have also what does not change.

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
    shows_all: bool = False

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of `flat_rows`."""
        return list(_flat({}, {}))

    def to_rows(self, unchanged: bool = False) -> list[dict[str, Any]]:
        """One row for each item that changes: group, item, before, after, and how many of its
        counts are assumed; with `unchanged`, or if it `shows_all`, for each item."""
        return [
            row | {"assumed": {c: n for c in COUNTS if (n := self.assumed[(*key, c)])}}
            for row in compare(self.before, self.after)
            if unchanged or self.shows_all or row["before"] != row["after"]
            for key in [(row["group"], row["item"])]
        ]

    def flat_rows(self) -> list[dict[str, Any]]:
        """The rows for a spreadsheet: a column for each count before, after and assumed."""
        return [_flat(row, self.labels) for row in self.to_rows()]

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


def _flat(row: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """A row of coverage before and after, without dictionaries in it."""
    item, assumed = row.get("item"), row.get("assumed", {})
    sides = {
        f"{count}_{side}": (row.get(side) or {}).get(count)
        for count in (*COUNTS, "state")
        for side in ("before", "after")
    }
    head = {"group": row.get("group"), "item": item, "label": labels.get(str(item), item)}
    return head | sides | {f"assumed_{count}": assumed.get(count, 0) for count in COUNTS}


def whatif(
    staff: Any,
    *,
    learn: Iterable[tuple[str, str]] = (),
    hire: str | Iterable[str] = (),
    leave: str | Iterable[str] = (),
    graph: Graph | None = None,
) -> WhatIf:
    """Compute the coverage if people learn a skill, join or leave.

    Args:
        staff: an audit, or staff data as `audit` takes it.
        learn: pairs of a person and a skill, which then counts as recorded.
        hire: roles; each hire is assumed to hold the role and to have its skills.
        leave: names of people; case does not matter.
        graph: the ontology, if `staff` is no audit.

    Raises UnknownName for a person, skill or role that does not exist, InputError if a tool is
    named instead of a skill, or one person leaves and learns.

    Example:
        >>> from mlops_roles import whatif
        >>> found = whatif("examples/acme.csv", learn=[("Ben Lindqvist", "code review")])
        >>> [(row["item"], row["after"]["people"]) for row in found.to_rows()]
        [('code-review', 4)]
    """
    return _whatif(as_audit(staff, graph), _pairs(learn), _as_names("hire", hire), leave)


def _whatif(
    audit: Audit, pairs: Sequence[tuple[str, str]], hire: Sequence[str], leave: str | Iterable[str]
) -> WhatIf:
    """`whatif` of an audit."""
    model = CoverageModel.from_tables(audit.role_tables)
    leaving = _as_names("leave", leave)
    lessons = [(fold_person(p), _resolve_skill(s, audit.graph, model.tables)) for p, s in pairs]
    hires = [model.assumed_hire(slug_of_role(name, audit.graph)) for name in hire]
    leavers = dict.fromkeys(map(fold_person, leaving))
    if {person for person, _ in lessons} & set(leavers):
        raise InputError("whatif: one person cannot leave and learn; drop one of the two")
    named = load_people(audit, [*leaving, *(person for person, _ in pairs)])
    people = {fold_person(p.person): p for p in named}
    stay = (_with_lessons(p, lessons) for name, p in people.items() if name not in leavers)
    difference = model.tally([*stay, *hires])
    difference.subtract(model.tally(named))
    after = apply_difference(before := audit_coverage(audit), difference)
    changes = [_leave_entry(people[name]) for name in leavers]
    changes += [_resolve_lesson(people[p], s, audit) for p, s in lessons] + _hire_entries(hires)
    return WhatIf(audit, changes, before, after, model.tally(hires), model.labels)


def _as_names(argument: str, given: str | Iterable[str]) -> list[str]:
    """Names; one alone may be given as a text."""
    names = [given] if isinstance(given, str) else list(given)
    for name in names:
        check_text("whatif", "a name", **{argument: name})
    return names


def _pairs(learn: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of a person and a skill."""
    is_pair = isinstance(learn, tuple) and len(learn) == 2 and isinstance(learn[0], str)
    pairs: list[Any] = [learn] if is_pair or isinstance(learn, str) else list(learn)
    for pair in pairs:
        if not (isinstance(pair, (tuple, list)) and list(map(type, pair)) == [str, str]):
            raise InputError(
                f"whatif: learn has {str(pair)[:80]!r}; give pairs of a person and a skill: "
                "learn=[('Ada Okafor', 'SQL')]"
            )
    return [(person, skill) for person, skill in pairs]


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
    learnt = {skill for name, skill in lessons if name == fold_person(person.person)}
    return replace(person, skills=person.skills | learnt)


def _leave_entry(person: Person) -> dict[str, Any]:
    return {"kind": "leave", "person": person.person, "line": person.line}


def _hire_entries(hires: Iterable[Person]) -> list[dict[str, Any]]:
    """Each assumed hire; the role is the one that is not held through it."""
    entries = []
    for person in hires:
        (role,) = person.roles.difference(dict(person.through))
        entries.append({"kind": "hire", "role": role, "assumed": sorted(person.skills)})
    return entries


def _resolve_lesson(person: Person, skill: str, audit: Audit) -> dict[str, Any]:
    """A skill that a person learns, and what is known of it before."""
    k = audit.knows
    known = k.filter((k.line == person.line) & (k.skill == skill)).to_pyarrow().to_pylist()
    kinds = ("recorded", "lacking", "tool")  # a tool is evidence
    was = next((kind for row in known for kind in kinds if row[kind]), "unrecorded")
    head = {"kind": "learn", "person": person.person, "line": person.line}
    return head | {"skill": skill, "was": was}
