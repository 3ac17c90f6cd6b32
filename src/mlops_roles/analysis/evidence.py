"""What a staff file says of one person, name by name, each with its place and as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, UnknownPerson
from ..ontology.graph import Graph, load
from ..ontology.names import fold_name
from ..ontology.tables import RoleTables
from ..staff.engine import backend_for
from ..staff.privacy import Pseudonyms
from ..staff.reader import Rejected, Staff, contradiction, duplicate_of, read_staff

if TYPE_CHECKING:
    import ibis

COLUMNS = {
    "skills": "recorded",
    "lacks": "lacking",
    "assessed": "recorded",
}  # and what a skill in them is
NEAR = 50  # names that an engine finds near, of which the nearest are told


class Conflict(InputError):
    """What a file says of a person contradicts itself, so nothing is judged.

    Attributes:
        findings: each place, with reason and fix.
    """

    def __init__(self, findings: Iterable[Rejected]):
        self.findings = tuple(findings)
        first = self.findings[0]
        super().__init__(f"{first.file}, line {first.line}: {first.reason}; {first.fix}")


@dataclass(frozen=True)
class Cell:
    """One name in a person's row.

    Attributes:
        column: skills, lacks or assessed.
        text: the name as written.
        says: 'recorded', 'lacking' or 'tool'; '' for a name that says nothing there.
        skills: the slugs of the skills that it speaks of.
    """

    column: str
    text: str
    says: str = ""
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """All that counts of what a staff file says of one person: no name, title or unit is among it.

    Attributes:
        person: the name, or its pseudonym.
        file: the staff file, or an Ibis table, whose rows stay where they are.
        line: the person's line.
        cells: each name in skills, lacks and assessed.
        unread: how many rows of the file could not be read; they may be about anybody.
    """

    person: str
    file: str
    line: int
    cells: tuple[Cell, ...]
    unread: int = 0

    @property
    def known(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """The skills that are recorded, those that are lacking, and those that a tool speaks for."""
        recorded, lacking, tools = (
            frozenset(s for c in self.cells if c.says == says for s in c.skills)
            for says in ("recorded", "lacking", "tool")
        )
        return recorded, lacking, tools


@dataclass(frozen=True)
class Records:
    """A staff file as judgements read it, once for all of them.

    Attributes:
        file: the staff file, or an Ibis table, whose rows stay where they are.
        graph: the ontology, with a company's additions (`load("ours.ttl")`).
        mapping: column of ours to column of the file, where the names differ.
        pseudonyms: put in place of names in every judgement; a person may then be asked for by one.
    """

    file: str | Path | ibis.Table
    graph: Graph = field(default_factory=load, repr=False)
    mapping: Mapping[str, str] = field(default_factory=dict)
    pseudonyms: Pseudonyms | None = None

    @classmethod
    def of(cls, staff: str | Path | ibis.Table | Records) -> Records:
        """A staff file that is read already, or is now."""
        return staff if isinstance(staff, Records) else cls(staff)

    @cached_property
    def staff(self) -> Staff:
        """The rows, of a file in an engine of their own. Raises InputError for what cannot be used."""
        return read_staff(self.file, backend_for(self.file), self.mapping)

    def evidence(self, person: str) -> Evidence:
        """What the file says of a person.

        Raises UnknownPerson, or Conflict for a person who stands there twice or contradictorily.
        """
        found = [_evidence(row, self) for row in self._rows(person.strip())]
        first = found[0].line
        doubles = [
            Rejected(self.staff.file, e.line, *duplicate_of(f"line {first}")) for e in found[1:]
        ]
        if conflicts := [
            *doubles,
            *(
                c
                for e in found
                for c in _contradictions(e, RoleTables.from_graph(self.graph).labels)
            ),
        ]:
            raise Conflict(sorted(conflicts, key=lambda c: c.line))
        return found[0]

    def _rows(self, person: str) -> list[dict[str, Any]]:
        """The rows of a person, in the order of the file."""
        t = self.staff.table
        name = self._meant(person)
        rows: list[dict[str, Any]] = (
            t.filter(t.person == name).order_by("line").to_pyarrow().to_pylist()
        )
        if not rows:
            raise UnknownPerson(
                person, self.staff.file, () if self.pseudonyms else self._near(person)
            )
        return rows

    def _meant(self, person: str) -> str:
        """The name behind a pseudonym; a name as it is."""
        if not (self.pseudonyms and Pseudonyms.looks(person)):
            return person
        return next(
            (
                name
                for name in self._names.to_pyarrow()["person"].to_pylist()
                if self.pseudonyms.of(name) == person
            ),
            person,
        )

    def _near(self, person: str) -> list[str]:
        names = self._names
        near = names.order_by(
            [names.person.lower().levenshtein(person.lower()), names.person]
        ).limit(NEAR)
        found: list[str] = near.to_pyarrow()["person"].to_pylist()
        return found

    @property
    def _names(self) -> ibis.Table:
        t = self.staff.table
        return t.filter(t.person.notnull()).select("person").distinct()


def _evidence(row: Mapping[str, Any], records: Records) -> Evidence:
    cells = (
        cell
        for column in COLUMNS
        for cell in _cells(column, row[column] or "", RoleTables.from_graph(records.graph))
    )
    name = records.pseudonyms.of(row["person"]) if records.pseudonyms else row["person"]
    return Evidence(
        name, records.staff.file, row["line"], tuple(cells), len(records.staff.rejected)
    )


def _cells(column: str, text: str, known: RoleTables) -> Iterator[Cell]:
    """The names in one cell of the file; a tool speaks for skills in the column skills alone."""
    for written in filter(None, map(str.strip, text.split(";"))):
        meant = known.names.get(fold_name(written), ())
        tool = any(kind == "tool" for kind, _ in meant)
        if not meant or (tool and column != "skills"):
            yield Cell(column, written)
        else:
            yield Cell(
                column,
                written,
                "tool" if tool else COLUMNS[column],
                tuple(skill for _, skill in meant),
            )


def _contradictions(found: Evidence, labels: Mapping[str, str]) -> list[Rejected]:
    recorded, lacking, _ = found.known
    return [
        Rejected(found.file, found.line, *contradiction(labels.get(skill, skill)))
        for skill in sorted(recorded & lacking)
    ]
