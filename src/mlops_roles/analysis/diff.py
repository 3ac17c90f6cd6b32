"""The difference between two versions of the ontology, or between two staff files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..ontology.graph import load
from ..ontology.names import fold_name
from ..ontology.tables import RoleTables
from ..ontology.versions import Version
from .answer_changes import TITLE, WRITTEN, Answers, Change, changes, standing, title_answer
from .audit import Audit, audit
from .audit_result import NOTE
from .coverage import beside, coverage, states

STAFF = (".csv", ".tsv", ".xlsx", ".parquet")
TITLED = ("title", "role")
Pair = tuple[Mapping[str, Any], Mapping[str, Any]]
Names = Mapping[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class OntologyDiff:
    """The difference between two versions of the ontology.

    Attributes:
        old, new: the versions.
        changes: the statements that only one of them has, asserted or inferred.
        answers: of a staff file, the answers that change: person, line, answer, before, after, because.
        rejected: how many rows of the staff file were rejected.
    """

    old: Version
    new: Version
    changes: list[Change]
    answers: list[dict[str, Any]]
    rejected: int = 0

    @property
    def terms(self) -> dict[str, list[str]]:
        """The terms added, removed, and changed: those with other statements of their own."""
        both = self.old.terms & self.new.terms
        touched = {c.statement.term for c in self.changes if c.how == "asserted"} & both
        return {
            "added": sorted(self.new.terms - both),
            "removed": sorted(self.old.terms - both),
            "changed": sorted(touched),
        }

    def rows(self) -> list[dict[str, Any]]:
        """The changed statements, one a row."""
        return [change.to_dict() for change in self.changes]

    def to_dict(self) -> dict[str, Any]:
        """The difference as plain data, as JSON has it."""
        sides = {"old": self.old.to_dict(), "new": self.new.to_dict()}
        return {
            "kind": "ontology",
            "note": NOTE,
            **sides,
            "terms": self.terms,
            "statements": self.rows(),
            "answers": self.answers,
        }


@dataclass(frozen=True)
class StaffDiff:
    """The difference between two staff files, under one ontology.

    Attributes:
        old, new: their audits.
        people: who was added and who removed, by name.
        answers: of those in both, what changes: person, line, answer, before, after, because (the columns that changed).
        labels: slug to label.
    """

    old: Audit
    new: Audit
    people: dict[str, list[dict[str, Any]]]
    answers: list[dict[str, Any]]
    labels: Mapping[str, str]

    @property
    def rejected(self) -> int:
        """How many rows of either file were rejected."""
        return len(self.old.rejected) + len(self.new.rejected)

    def rows(self) -> list[dict[str, Any]]:
        """The answers that change, one a row, after who was added and removed."""
        blank = {"answer": "", "before": "", "after": "", "because": []}
        return [
            p | blank | {"change": change} for change, people in self.people.items() for p in people
        ] + [a | {"change": "changed"} for a in self.answers]

    def to_dict(self) -> dict[str, Any]:
        """The difference as plain data, as JSON has it."""
        sides = {
            side: {"source": found.staff.file, "rows": found.rows}
            for side, found in (("old", self.old), ("new", self.new))
        }
        before, after = coverage(self.old), coverage(self.new)
        covered = [row for row in beside(before, after) if row["before"] != row["after"]]
        counts = {"states": {"before": states(before), "after": states(after)}, "coverage": covered}
        return {
            "kind": "staff",
            "note": NOTE,
            **sides,
            "people": self.people,
            "answers": self.answers,
            **counts,
            "labels": self.labels,
        }


def diff(
    old: str | Path,
    new: str | Path,
    staff: str | Path | None = None,
    *,
    added: Iterable[str | os.PathLike[str]] = (),
    read: Callable[..., Audit] = audit,
) -> OntologyDiff | StaffDiff:
    """Compare two versions of the ontology, or two staff files.

    Args:
        old, new: ontologies, each a folder such as `ontology/` or one RDF file; or staff files.
        staff: with ontologies, a staff file whose answers are compared.
        added: a company's additions, to both.
        read: how a staff file is audited, such as `functools.partial(audit, mapping={…})`.

    Raises InputError for what cannot be read, and for an ontology beside a staff file.
    """
    tables, added = [Path(path).suffix.lower() in STAFF for path in (old, new)], tuple(added)
    if tables[0] != tables[1] or (staff and all(tables)):
        raise InputError(
            f"diff {old} {new}: compare two ontologies, with --staff or without, or two staff files"
        )
    if all(tables):
        graph = load(*added)
        return _staffs(read(old, graph=graph), read(new, graph=graph))
    before, after = Version(old, added), Version(new, added)
    before.prefixes = after.prefixes = before.prefixes | after.prefixes  # one spelling for both
    found = changes(before, after)
    if staff is None:
        return OntologyDiff(before, after, found, [])
    audits = [read(staff, graph=version) for version in (before, after)]
    answers = list(Answers((before, after), audits, found).changed())
    return OntologyDiff(before, after, found, answers, max(len(one.rejected) for one in audits))


def _staffs(old: Audit, new: Audit) -> StaffDiff:
    """Compare two staff files: who came and went, and whose answers change."""
    closed = RoleTables.from_graph(old.graph)
    before, after = (
        {row["person"]: row for row in one.used.to_pyarrow().to_pylist()} for one in (old, new)
    )
    people = {"added": _listed(after, before), "removed": _listed(before, after)}
    pairs = {
        p: (row, after[p])
        for p, row in before.items()
        if p in after and any(row[c] != after[p][c] for c in (*TITLED, *WRITTEN))
    }
    told = [
        _told(one, [pair[side]["line"] for pair in pairs.values()])
        for side, one in enumerate((old, new))
    ]
    answers = [
        answer for p, pair in pairs.items() for answer in _answers(p, pair, told, closed.names)
    ]
    return StaffDiff(old, new, people, answers, closed.labels)


def _listed(
    people: Mapping[str, Mapping[str, Any]], others: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [
        {"person": person, "line": row["line"]}
        for person, row in people.items()
        if person not in others
    ]


def _told(found: Audit, lines: list[int]) -> dict[int, dict[str, str]]:
    """By line each answer about a person that is not empty."""
    people = found.people.filter(found.people.line.isin(lines or [0])).to_pyarrow().to_pylist()
    told = {p["line"]: {TITLE: title_answer(p), **_standings(p)} for p in people}
    for row in found.knows.filter(found.knows.line.isin(lines or [0])).to_pyarrow().to_pylist():
        told[row["line"]][f"skill {row['skill']}"] = next(
            kind for kind in ("recorded", "lacking", "tool") if row[kind]
        )
    return told


def _standings(person: Mapping[str, Any]) -> dict[str, str]:
    roles = {
        role for kind in ("able", "likely") for role in (person[kind] or "").split(";") if role
    }
    return {f"could act as {role}": standing(person, role) for role in roles}


def _answers(
    person: str, pair: Pair, told: list[dict[int, dict[str, str]]], names: Names
) -> Iterator[dict[str, Any]]:
    """What changes for one person, and what was written that did it."""
    before, after = (answers[row["line"]] for answers, row in zip(told, pair, strict=True))
    titles = [
        f"{c}: {pair[0][c] or '–'} → {pair[1][c] or '–'}"
        for c in TITLED
        if pair[0][c] != pair[1][c]
    ]
    words = list(_words(pair, names))
    for answer in sorted({*before, *after}):
        was, is_ = (side.get(answer, "not on record") for side in (before, after))
        if was != is_:
            told_by = [
                text
                for text, skills in words
                if not answer.startswith("skill ") or answer.removeprefix("skill ") in skills
            ]
            why = titles if answer == TITLE else told_by
            yield {
                "person": person,
                "line": pair[1]["line"],
                "answer": answer,
                "before": was,
                "after": is_,
                "because": why,
            }


def _words(pair: Pair, names: Names) -> Iterator[tuple[str, set[str]]]:
    """Each word that came or went, with the skills that it stands for, if any."""
    for column in WRITTEN:
        old, new = ({w.strip() for w in (row[column] or "").split(";")} for row in pair)
        for word in sorted(old ^ new):
            if skills := {skill for _, skill in names.get(fold_name(word), ())}:
                yield f"{column} {'without' if word in old else 'with'} {word}", skills
