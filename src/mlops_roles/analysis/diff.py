"""The difference between two versions of the ontology, or between two staff files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, check_path
from ..io.resources import FilePath
from ..io.result import Result
from ..ontology.graph import load
from ..ontology.names import fold_name
from ..ontology.versions import Version
from .answer_changes import (
    NOT_ON_RECORD,
    ROLE_BY_TITLE,
    SKILL_COLUMNS,
    AnswerChanges,
    StatementChange,
    describe_ability,
    describe_answer,
    describe_title_role,
    statement_changes,
)
from .audit import Audit, audit
from .audit_result import NOTE
from .coverage import audit_coverage, compare, count_states

STAFF_SUFFIXES = (".csv", ".tsv", ".xlsx", ".parquet")
STATEMENT_COLUMNS = ("change", "how", "term", "statement", "because")
ANSWER_COLUMNS = ("change", "person", "line", "answer", "before", "after", "because")
ROLE_COLUMNS = ("title", "role")
Row = Mapping[str, Any]
Pair = tuple[Row, Row]
Names = Mapping[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class OntologyDiff(Result):
    """The difference between two versions of the ontology.

    Attributes:
        old, new: the versions.
        changes: the statements, asserted or inferred, that only one of them has.
        answers: the answers about a staff file that change; each a dictionary with `person`,
            `line`, `answer`, `before`, `after`, and `because` (the changed statements behind it).
        rejected: how many rows of the staff file were rejected.
        has_staff: whether a staff file was given; its answers are then the rows.

    Example:
        >>> from mlops_roles import diff
        >>> diff("examples/acme.ttl", "examples/acme.ttl").terms
        {'added': [], 'removed': [], 'changed': []}
    """

    old: Version
    new: Version
    changes: list[StatementChange]
    answers: list[dict[str, Any]]
    rejected: int = 0
    has_staff: bool = False

    @property
    def terms(self) -> dict[str, list[str]]:
        """The terms added, removed, and changed: those of which other statements are asserted."""
        both = self.old.terms & self.new.terms
        touched = {c.statement.term for c in self.changes if c.how == "asserted"} & both
        return {
            "added": sorted(self.new.terms - both),
            "removed": sorted(self.old.terms - both),
            "changed": sorted(touched),
        }

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of `flat_rows`."""
        return ANSWER_COLUMNS if self.has_staff else STATEMENT_COLUMNS

    def flat_rows(self) -> list[dict[str, Any]]:
        """The answers that change if a staff file was given, else the changed statements."""
        if not self.has_staff:
            return self.to_rows()
        return [{"change": "changed", **answer} for answer in self.answers]

    def to_rows(self) -> list[dict[str, Any]]:
        """The changed statements, one a row."""
        return [change.to_dict() for change in self.changes]

    def to_dict(self) -> dict[str, Any]:
        """The difference as plain data, as JSON has it."""
        return {
            "kind": "ontology",
            "note": NOTE,
            "old": self.old.to_dict(),
            "new": self.new.to_dict(),
            "terms": self.terms,
            "statements": self.to_rows(),
            "answers": self.answers,
        }


@dataclass(frozen=True)
class StaffDiff(Result):
    """The difference between two staff files, under one ontology.

    Attributes:
        old, new: their audits.
        people: 'added' and 'removed' to the people, each with `person` and `line`.
        answers: the answers that change about people in both; each a dictionary with `person`,
            `line`, `answer`, `before`, `after`, and `because` (what changed in the row).
        labels: slug to label.

    Example:
        >>> from mlops_roles import diff
        >>> found = diff("examples/acme.csv", "examples/acme.csv")
        >>> found.people, found.answers
        ({'added': [], 'removed': []}, [])
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

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return ANSWER_COLUMNS

    def to_rows(self) -> list[dict[str, Any]]:
        """The people added and removed, then the answers that change, one a row."""
        blank = {"answer": "", "before": "", "after": "", "because": []}
        return [
            person | blank | {"change": change}
            for change, people in self.people.items()
            for person in people
        ] + [answer | {"change": "changed"} for answer in self.answers]

    def to_dict(self) -> dict[str, Any]:
        """The difference as plain data, as JSON has it."""
        before, after = audit_coverage(self.old), audit_coverage(self.new)
        return {
            "kind": "staff",
            "note": NOTE,
            "old": {"source": self.old.staff.file, "rows": self.old.rows},
            "new": {"source": self.new.staff.file, "rows": self.new.rows},
            "people": self.people,
            "answers": self.answers,
            "states": count_states(before, after),
            "coverage": [row for row in compare(before, after) if row["before"] != row["after"]],
            "labels": self.labels,
        }


def diff(  # noqa: PLR0913  # the files, most of them optional
    old: FilePath,
    new: FilePath,
    staff: FilePath | None = None,
    *,
    added: Iterable[FilePath] = (),
    only: Iterable[FilePath] = (),
    run_audit: Callable[..., Audit] = audit,
) -> OntologyDiff | StaffDiff:
    """Compare two versions of the ontology, or two staff files.

    Args:
        old, new: ontologies, each a folder or one RDF file; or files of a company's own roles,
            which are compared on top of the ontology; or staff files.
        staff: with ontologies, a staff file; the answers about its people are compared.
        added: a company's additions to both ontologies.
        only: a framework in place of our content, on both sides.
        run_audit: audits a staff file; such as `functools.partial(audit, mapping={…})`.

    Raises InputError for a file that cannot be read, and for an ontology and a staff file.

    Example:
        >>> from mlops_roles import diff
        >>> diff("examples/acme.csv", "examples/acme.csv").to_dict()["coverage"]
        []
    """
    are_staff = _are_staff(old=old, new=new, staff=staff)
    added, only = tuple(added), tuple(only)
    if are_staff[0] != are_staff[1] or (staff and all(are_staff)):
        raise InputError(
            f"diff {old} {new}: compare two ontologies, with --staff or without, or two staff files"
        )
    if all(are_staff):
        graph = load(*added, only=only)
        return _staff_diff(run_audit(old, graph=graph), run_audit(new, graph=graph))
    versions = Version(old, added, only), Version(new, added, only)
    return _ontology_diff(*versions, staff, run_audit)


def _ontology_diff(
    before: Version, after: Version, staff: FilePath | None, run_audit: Callable[..., Audit]
) -> OntologyDiff:
    """Compare two versions of the ontology, and the answers about a staff file."""
    before.prefixes = after.prefixes = before.prefixes | after.prefixes  # the same CURIEs in both
    changes = statement_changes(before, after)
    if staff is None:
        return OntologyDiff(before, after, changes, [])
    audits = [run_audit(staff, graph=version) for version in (before, after)]
    answers = list(AnswerChanges((before, after), audits, changes))
    rejected = max(len(a.rejected) for a in audits)
    return OntologyDiff(before, after, changes, answers, rejected, has_staff=True)


def _are_staff(**files: FilePath | None) -> list[bool]:
    """Whether the old and the new file are staff files. Raises InputError for what is no path."""
    check_path("diff", **files)
    old, new = str(files["old"]), str(files["new"])
    return [Path(path).suffix.lower() in STAFF_SUFFIXES for path in (old, new)]


def _staff_diff(old: Audit, new: Audit) -> StaffDiff:
    """Compare two staff files: who was added and removed, and whose answers change."""
    before, after = (
        {row["person"]: row for row in one.used.to_pyarrow().to_pylist()} for one in (old, new)
    )
    columns = (*ROLE_COLUMNS, *SKILL_COLUMNS)
    pairs = [
        (row, after[person])
        for person, row in before.items()
        if person in after and any(row[c] != after[person][c] for c in columns)
    ]
    answers = [
        _answers(found, [pair[side]["line"] for pair in pairs])
        for side, found in enumerate((old, new))
    ]
    return StaffDiff(
        old,
        new,
        {"added": _only_in_others(before, after), "removed": _only_in_others(after, before)},
        [
            change
            for pair in pairs
            for change in _answer_changes(
                pair,
                answers[0][pair[0]["line"]],
                answers[1][pair[1]["line"]],
                old.role_tables.names,
            )
        ],
        old.role_tables.labels,
    )


def _only_in_others(people: Mapping[str, Row], others: Mapping[str, Row]) -> list[dict[str, Any]]:
    """Those of the others who are not among the people."""
    return [
        {"person": person, "line": row["line"]}
        for person, row in others.items()
        if person not in people
    ]


def _answers(found: Audit, lines: list[int]) -> dict[int, dict[str, str]]:
    """Line to answer to its value, for each answer that is not empty."""
    at_lines = (t.filter(t.line.isin(lines or [0])) for t in (found.people, found.knows))
    people, knows = (table.to_pyarrow().to_pylist() for table in at_lines)
    answers = {
        person["line"]: {ROLE_BY_TITLE: describe_title_role(person), **_abilities(person)}
        for person in people
    }
    for row in knows:
        kinds = ("recorded", "lacking", "tool")
        answers[row["line"]][f"skill {row['skill']}"] = next(kind for kind in kinds if row[kind])
    return answers


def _abilities(person: Row) -> dict[str, str]:
    roles = {role for kind in ("able", "likely") for role in (person[kind] or "").split(";")}
    return {f"could act as {role}": describe_ability(person, role) for role in roles - {""}}


def _answer_changes(
    pair: Pair, before: Mapping[str, str], after: Mapping[str, str], names: Names
) -> Iterator[dict[str, Any]]:
    """What changes for one person, and which changes of the row explain it."""
    old, new = pair
    titles = [f"{c}: {old[c] or '–'} → {new[c] or '–'}" for c in ROLE_COLUMNS if old[c] != new[c]]
    words = list(_changed_names(pair, names))
    for answer in sorted({*before, *after}):
        was, now = (side.get(answer, NOT_ON_RECORD) for side in (before, after))
        if was != now:
            skill = answer.removeprefix("skill ") if answer.startswith("skill ") else None
            causes = [text for text, skills in words if skill is None or skill in skills]
            yield describe_answer(
                new, answer, was, now, titles if answer == ROLE_BY_TITLE else causes
            )


def _changed_names(pair: Pair, names: Names) -> Iterator[tuple[str, set[str]]]:
    """Each name added or removed in a cell, with the skills that it means, if any."""
    for column in SKILL_COLUMNS:
        old, new = ({w.strip() for w in (row[column] or "").split(";")} for row in pair)
        for word in sorted(old ^ new):
            if skills := {skill for _, skill in names.get(fold_name(word), ())}:
                yield f"{column} {'without' if word in old else 'with'} {word}", skills
