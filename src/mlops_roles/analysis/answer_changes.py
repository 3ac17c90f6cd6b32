"""Whose answers change between two versions of the ontology, and which changed statements that rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from ..matching.titles import fold_title
from ..ontology.names import fold_name, slug
from ..ontology.tables import RoleTables
from ..ontology.versions import Statement, Version
from .audit import Audit
from .coverage import Items, grouped

Row = Mapping[str, Any]
Known = Mapping[int, Sequence[set[str]]]
TITLE = "role by title"
WRITTEN = ("skills", "lacks", "assessed")
TOLD = ("status", "roles", "similar", "able", "likely")


class Change(NamedTuple):
    """A statement that one version has and the other has not; of an inferred one, the asserted changes that did it."""

    change: str
    how: str
    statement: Statement
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


def changes(old: Version, new: Version) -> list[Change]:
    """The statements that are asserted or follow in one version alone.

    Each proof of what follows in one version alone rests on a statement that it alone asserts,
    else it would follow in the other too: these are named.
    """
    found = []
    for one, other, (asserted, inferred) in (
        (old, new, ("removed", "lost")),
        (new, old, ("added", "gained")),
    ):
        ours = {text: s for text, s in one.asserted.items() if text not in other.asserted}
        alone = [
            s
            for text, s in one.inferred.items()
            if text not in other.inferred and text not in other.asserted
        ]
        texts = {s.triple: text for text, s in ours.items() if s.triple}
        found += [Change(asserted, "asserted", s, []) for s in ours.values()]
        found += [
            Change(
                inferred,
                "inferred",
                s,
                sorted(texts[t] for t in one.because(s.triple) if t in texts),
            )
            for s in alone
            if s.triple
        ]
    return sorted(found, key=lambda c: (c.how, c.statement.term, c.statement.text, c.change))


class Answers:
    """The answers about the people of one staff file under two versions.

    An answer changes because of changed statements: a role by title because of those with a text
    that stands in the title; what somebody could act as because of those behind a changed
    requirement, or behind what one of the person's words means.
    """

    def __init__(
        self, versions: Sequence[Version], audits: Sequence[Audit], changed: Sequence[Change]
    ):
        self.versions, self.audits, self.changes = versions, audits, changed
        self.closed = [RoleTables.from_graph(version) for version in versions]
        self.people = [
            {row["line"]: row for row in found.people.to_pyarrow().to_pylist()} for found in audits
        ]
        self.asserted = [change.statement for change in changed if change.how == "asserted"]
        self._seen: dict[str, set[str]] = {}

    def changed(self) -> Iterator[dict[str, Any]]:
        """The answers that are not the same, in the order of the staff file."""
        old, new = self.people
        lines = sorted(
            line for line in {*old, *new} if _told(old.get(line)) != _told(new.get(line))
        )
        table, known = self.audits[0].staff.table, [known_of(found, lines) for found in self.audits]
        for row in (
            table.filter(table.line.isin(lines or [0])).order_by("line").to_pyarrow().to_pylist()
        ):
            for answer, before, after, why in self._compared(row, known):
                yield {
                    "person": row["person"],
                    "line": row["line"],
                    "answer": answer,
                    "before": before,
                    "after": after,
                    "because": sorted(why),
                }

    def _compared(
        self, row: Row, known: Sequence[Known]
    ) -> Iterator[tuple[str, str, str, set[str]]]:
        """(answer, before, after, why) of what changes for one person."""
        people = [side.get(row["line"]) for side in self.people]
        before, after = map(title_answer, people)
        if before != after:
            yield TITLE, before, after, self._by_title(row["role"] or row["title"] or "")
        for role in sorted({*self.closed[0].roles, *self.closed[1].roles}):
            before, after = (standing(person, role) for person in people)
            if before != after:
                yield (
                    f"could act as {role}",
                    before,
                    after,
                    self._by_skills(
                        row, role, [side.get(row["line"], (set(), set())) for side in known]
                    ),
                )

    def _by_title(self, title: str) -> set[str]:
        """The changed statements that end in a text, or are about a name, that stands in a title."""
        if title not in self._seen:
            padded = f" {fold_title(title)} "
            words = (
                (s.text, fold_title(word))
                for s in self.asserted
                for word in (s.value, slug(s.term))
            )
            self._seen[title] = {text for text, word in words if word and f" {word} " in padded}
        return self._seen[title]

    def _by_skills(self, row: Row, role: str, known: Sequence[Sequence[set[str]]]) -> set[str]:
        """The changes behind the skills that are missing to a role under one version alone, or behind the role itself."""
        needs = [self._needs[side].get(role, frozenset()) for side in (0, 1)]
        skills = {
            s for kind in (0, 1) for s in (needs[0] - known[0][kind]) ^ (needs[1] - known[1][kind])
        }
        words = {fold_name(word) for column in WRITTEN for word in (row[column] or "").split(";")}
        heard = {
            text for word in words for skill, text in self._turned.get(word, ()) if skill in skills
        }
        return (
            heard
            | {text for skill in skills for text in self._linked.get((role, skill), ())}
            | self._declared(role)
        )

    def _declared(self, role: str) -> set[str]:
        """The changed statements that make a role, where only one version has it."""
        return (
            {s.text for s in self.asserted if s.declares and slug(s.term) == role}
            if any(role not in closed.roles for closed in self.closed)
            else set()
        )

    @cached_property
    def _needs(self) -> list[dict[str, Items]]:
        return [grouped(closed.role_skills) for closed in self.closed]

    @cached_property
    def _linked(self) -> dict[tuple[str, str], Items]:
        """The asserted changes behind each changed link of two terms."""
        links = ((slug(c.statement.term), slug(c.statement.value)) for c in self.changes)
        return grouped(
            (link, text)
            for link, c in zip(links, self.changes, strict=True)
            for text in c.because or [c.statement.text]
        )

    @cached_property
    def _turned(self) -> dict[str, frozenset[tuple[str, str]]]:
        """(skill, changed statement) of each word that came to mean, or ceased to mean, a skill or evidence of it."""
        old, new = (closed.names for closed in self.closed)
        bearers = grouped(
            (fold_name(s.value), s.term)
            for version in self.versions
            for s in version.asserted.values()
        )
        turned = {
            (word, skill)
            for word in {*old, *new}
            for _, skill in set(old.get(word, ())) ^ set(new.get(word, ()))
        }
        return grouped(
            (word, (skill, s.text))
            for word, skill in sorted(turned)
            for s in self.asserted
            if s.term in bearers.get(word, ())
            and (fold_name(s.value) == word or slug(s.value) == skill)
        )


def known_of(found: Audit, lines: Sequence[int]) -> dict[int, tuple[set[str], set[str]]]:
    """By line the skills on record, and those with what tools are evidence for."""
    known: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    knows = found.knows.filter(found.knows.line.isin(lines or [0]) & (found.knows.lacking == 0))
    for row in knows.to_pyarrow().to_pylist():
        known[row["line"]][1].add(row["skill"])
        if row["recorded"]:
            known[row["line"]][0].add(row["skill"])
    return dict(known)


def _told(person: Row | None) -> tuple[Any, ...]:
    return tuple(person[key] for key in TOLD) if person else ()


def title_answer(person: Row | None) -> str:
    """Which role a person's title names, in words."""
    if person is None:
        return "row rejected"
    similar = f", similar: {person['similar']}" if person["similar"] else ""
    return (
        f"{person['status']}: {person['roles']}{similar}"
        if person["roles"]
        else str(person["status"])
    )


def standing(person: Row | None, role: str) -> str:
    """What the record says of a person as a role: able, likely (by tools), or not on record."""
    return next(
        (kind for kind in ("able", "likely") if person and role in (person[kind] or "").split(";")),
        "not on record",
    )
