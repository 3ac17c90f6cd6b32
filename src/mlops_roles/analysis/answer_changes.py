"""Find the people whose answers differ between two versions of the ontology, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from ..matching.lexicon import fold_title
from ..ontology.names import fold_name, slug
from ..ontology.results import group_pairs
from ..ontology.versions import Statement, Version
from .audit import Audit

Row = Mapping[str, Any]
# skills on record, and these plus the skills for which tools are evidence
Skills = tuple[set[str], set[str]]
ROLE_BY_TITLE = "role by title"
NOT_ON_RECORD = "not on record"
SKILL_COLUMNS = ("skills", "lacks", "assessed")
COMPARED_COLUMNS = ("status", "roles", "similar", "able", "likely", "broader")


class StatementChange(NamedTuple):
    """A statement that only one of two versions has."""

    change: str  # 'added' or 'removed'; of an inferred statement 'gained' or 'lost'
    how: str  # 'asserted' or 'inferred'
    statement: Statement  # the statement
    # of an inferred statement, the changed asserted statements that its proof uses
    because: list[str]

    def to_dict(self) -> dict[str, Any]:
        """The change as plain data."""
        why = {"because": self.because} if self.how == "inferred" else {}
        return {
            "change": self.change,
            "how": self.how,
            "term": self.statement.term,
            "statement": self.statement.text,
            **why,
        }


def statement_changes(old: Version, new: Version) -> list[StatementChange]:
    """The statements, asserted or inferred, that only one of two versions has.

    What only one version implies has a proof that uses a statement which that version alone
    asserts; otherwise the other version would imply it too. `because` names these statements.
    """
    changes = [*_only_in(old, new, "removed", "lost"), *_only_in(new, old, "added", "gained")]
    return sorted(changes, key=lambda c: (c.how, c.statement.term, c.statement.text, c.change))


def _only_in(
    version: Version, other: Version, asserted: str, inferred: str
) -> Iterator[StatementChange]:
    own = {text: s for text, s in version.asserted.items() if text not in other.asserted}
    text_of = {s.triple: text for text, s in own.items() if s.triple}
    for statement in own.values():
        yield StatementChange(asserted, "asserted", statement, [])
    for text, s in version.inferred.items():
        if s.triple and text not in other.inferred and text not in other.asserted:
            why = sorted(text_of[t] for t in version.because(s.triple) if t in text_of)
            yield StatementChange(inferred, "inferred", s, why)


def describe_answer(
    row: Row, answer: str, before: str, after: str, because: Iterable[str]
) -> dict[str, Any]:
    """A changed answer about the person in a row, as plain data."""
    head = {"person": row["person"], "line": row["line"], "answer": answer}
    return head | {"before": before, "after": after, "because": list(because)}


class AnswerChanges:
    """The answers about the people of one staff file that differ between two versions.

    Iterating yields them as plain data, in the order of the staff file. The reasons for a changed
    role are the changed statements whose text is part of the title. The reasons for a changed
    ability are those behind a changed requirement, or behind the meaning of a name in the row.

    Args:
        versions: the old version and the new one.
        audits: the audits of the staff file with the old and the new version.
        changes: the statements that only one version has.
    """

    def __init__(
        self,
        versions: Sequence[Version],
        audits: Sequence[Audit],
        changes: Sequence[StatementChange],
    ):
        self.versions, self.audits, self.changes = versions, audits, changes
        self.tables = [audit.role_tables for audit in audits]
        self.people = [
            {row["line"]: row for row in audit.people.to_pyarrow().to_pylist()} for audit in audits
        ]
        self.asserted = [change.statement for change in changes if change.how == "asserted"]
        self._by_title: dict[str, set[str]] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        old, new = self.people
        lines = [
            n for n in {*old, *new} if _compared_values(old.get(n)) != _compared_values(new.get(n))
        ]
        table, skills = self.audits[0].staff.table, [_skills(a, lines) for a in self.audits]
        rows = table.filter(table.line.isin(lines or [0])).order_by("line").to_pyarrow().to_pylist()
        for row in rows:
            people = [side.get(row["line"]) for side in self.people]
            before, after = map(describe_title_role, people)
            if before != after:
                why = self._causes_of_title(row["role"] or row["title"] or "")
                why = why | self._causes_between_roles(people)
                yield describe_answer(row, ROLE_BY_TITLE, before, after, sorted(why))
            for role in sorted({*self.tables[0].roles, *self.tables[1].roles}):
                before, after = (describe_ability(person, role) for person in people)
                if before != after:
                    known = [side.get(row["line"], (set(), set())) for side in skills]
                    why = self._causes_of_ability(row, role, known)
                    yield describe_answer(row, f"could act as {role}", before, after, sorted(why))

    def _causes_of_title(self, title: str) -> set[str]:
        """The changed statements whose text, or whose term's name, is part of a title."""
        if title not in self._by_title:
            padded = f" {fold_title(title)} "
            self._by_title[title] = {
                s.text
                for s in self.asserted
                for words in (fold_title(s.value), fold_title(slug(s.term)))
                if words and f" {words} " in padded
            }
        return self._by_title[title]

    def _causes_between_roles(self, people: Sequence[Row | None]) -> set[str]:
        """The changed statements that link two roles which a person holds under some version."""
        columns = [person[c] for person in people if person for c in ("roles", "broader")]
        held = {role for roles in columns if roles for role in roles.split(";")}
        return {s.text for s in self.asserted if {slug(s.term), slug(s.value)} <= held}

    def _causes_of_ability(self, row: Row, role: str, known: Sequence[Skills]) -> set[str]:
        """The changed statements that explain a changed ability.

        They are about the skills that the person misses for the role under one version alone, the
        names of these skills in the row, and the role itself.
        """
        needs = [set(side.get(role, ())) for side in self._needs]
        skills = {s for i in (0, 1) for s in (needs[0] - known[0][i]) ^ (needs[1] - known[1][i])}
        words = {fold_name(w) for column in SKILL_COLUMNS for w in (row[column] or "").split(";")}
        by_name = {t for w in words for skill, t in self._renamed.get(w, ()) if skill in skills}
        by_link = {text for skill in skills for text in self._linked.get((role, skill), ())}
        return by_name | by_link | self._declarations(role)

    def _declarations(self, role: str) -> set[str]:
        """The changed statements that declare a role, where only one version has it."""
        if all(role in tables.roles for tables in self.tables):
            return set()
        return {s.text for s in self.asserted if s.declares and slug(s.term) == role}

    @cached_property
    def _needs(self) -> list[dict[str, list[str]]]:
        return [tables.needs("role") for tables in self.tables]

    @cached_property
    def _linked(self) -> dict[tuple[str, str], list[str]]:
        """Two terms to the asserted changes behind the changed statements that link them."""
        return group_pairs(
            ((slug(c.statement.term), slug(c.statement.value)), text)
            for c in self.changes
            for text in c.because or [c.statement.text]
        )

    @cached_property
    def _renamed(self) -> dict[str, list[tuple[str, str]]]:
        """Name to (skill, changed statement), where the name means a skill in one version alone."""
        old, new = (tables.names for tables in self.tables)
        terms = group_pairs(
            (fold_name(s.value), s.term)
            for version in self.versions
            for s in version.asserted.values()
        )
        return group_pairs(
            (name, (skill, s.text))
            for name in {*old, *new}
            for skill in {s for _, s in set(old.get(name, ())) ^ set(new.get(name, ()))}
            for s in self.asserted
            if s.term in terms.get(name, ())
            and (fold_name(s.value) == name or slug(s.value) == skill)
        )


def _skills(audit: Audit, lines: Sequence[int]) -> dict[int, Skills]:
    """Line to the skills on record, and those with the skills that tools are evidence for."""
    skills: dict[int, Skills] = defaultdict(lambda: (set(), set()))
    knows = audit.knows.filter(audit.knows.line.isin(lines or [0]) & (audit.knows.lacking == 0))
    for row in knows.to_pyarrow().to_pylist():
        skills[row["line"]][1].add(row["skill"])
        if row["recorded"]:
            skills[row["line"]][0].add(row["skill"])
    return dict(skills)


def _compared_values(person: Row | None) -> tuple[Any, ...]:
    return tuple(person[key] for key in COMPARED_COLUMNS) if person else ()


def describe_title_role(person: Row | None) -> str:
    """Which role a person's title names, in words."""
    if person is None:
        return "row rejected"
    if not person["roles"]:
        return str(person["status"])
    similar = f", similar: {person['similar']}" if person["similar"] else ""
    broader = f", and so {person['broader']}" if person["broader"] else ""
    return f"{person['status']}: {person['roles']}{similar}{broader}"


def describe_ability(person: Row | None, role: str) -> str:
    """Whether a person could act as a role: 'able', 'likely' (by tools) or 'not on record'."""
    kinds = ("able", "likely")
    found = (kind for kind in kinds if person and role in (person[kind] or "").split(";"))
    return next(found, NOT_ON_RECORD)
