"""The evidence on one person in a staff file: each name of a skill or tool, as written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import InputError, UnknownPerson, check_text
from ..io.resources import FilePath
from ..matching.titles import resolve
from ..ontology.graph import Graph, load
from ..ontology.mappings import Cited
from ..ontology.names import fold_name
from ..ontology.tables import RoleTables
from ..staff.connections import backend_for
from ..staff.engine import Engine
from ..staff.people_table import Rejected, Staff, contradiction, differing_columns, duplicate_of
from ..staff.person_names import fold_person, folded_name
from ..staff.privacy import Pseudonyms
from ..staff.reading import ReadOptions
from ..staff.skill_cells import AS_WRITTEN, SkillCells, SkillName
from .role_assignment import RoleAssignment

if TYPE_CHECKING:
    import ibis

    from ..staff.assessments import Assessment

# the claim of a skill by column; a tool is evidence only in the column skills
CLAIMS = {"skills": "recorded", "lacks": "lacking", "assessed": "recorded"}


class Conflict(InputError):
    """The data about a person is contradictory, so no answer is given.

    Attributes:
        findings: each with `file`, `line`, `reason` and `fix`.

    Example:
        >>> from mlops_roles import Conflict, certify
        >>> try:
        ...     certify("Nils Berg", "R4", "examples/acme.csv")
        ... except Conflict as conflict:
        ...     print([(finding.line, finding.reason) for finding in conflict.findings])
        [(38, 'duplicate of line 15')]
    """

    def __init__(self, findings: Iterable[Rejected]):
        self.findings = tuple(findings)
        first = self.findings[0]
        super().__init__(f"{first.file}, line {first.line}: {first.reason}; {first.fix}")


@dataclass(frozen=True)
class Cell:
    """One name in a person's row."""

    column: str  # 'skills', 'lacks' or 'assessed'
    text: str  # the name as written
    # 'recorded', 'lacking', 'tool' or 'below' (the level asked); '' for a name that is not
    # recognised
    claim: str = ""
    skills: tuple[str, ...] = ()  # the slugs of the skills that it means
    level: str = ""  # level, date, source: of the assessment, as written; '' if there is none
    date: str = ""
    source: str = ""
    line: int | None = None  # the line of the name, if it is not that of the person
    # the slugs of the skills that a mapping says the name is close to; they never count
    candidates: tuple[str, ...] = ()
    mapped: tuple[Cited, ...] = ()  # the mappings that this rests on


@dataclass(frozen=True)
class Evidence:
    """The skills of one person according to a staff file, and the roles held; unit is not used."""

    person: str  # the name, or its pseudonym
    file: str  # the name of the staff file or table
    line: int  # the person's line
    cells: tuple[Cell, ...]  # each name in skills, lacks and assessed
    # the number of rows that could not be read; they may be about any person
    unreadable_rows: int = 0
    is_as_written: bool = True  # whether each name is all that is between two separators
    # the roles that the person certainly holds, by title or the column role. No verdict rests on
    # them.
    holds: tuple[str, ...] = ()

    @property
    def skill_sets(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """The skills that are recorded, that are lacking, and that a tool is evidence for."""
        recorded, lacking, tools = (
            frozenset(s for cell in self.cells if cell.claim == claim for s in cell.skills)
            for claim in ("recorded", "lacking", "tool")
        )
        return recorded, lacking, tools

    @property
    def below(self) -> dict[str, Cell]:
        """The skills that the person has below the level asked, each with its cell."""
        cells = (cell for cell in self.cells if cell.claim == "below")
        return {skill: cell for cell in cells for skill in cell.skills}


@dataclass(frozen=True)
class Records:
    """A staff file, read once, and the ontology, to certify several people or roles.

    Args:
        file: the staff file, or an Ibis table, whose rows stay in its database.
        graph: the ontology, with a company's additions (`load("ours.ttl")`).
        mapping: our column to the file's column, where the names differ; or ReadOptions.
        pseudonyms: replace names in the answers; people can then be given by pseudonym, too.

    Example:
        >>> from mlops_roles import Records, certify
        >>> staff = Records("examples/acme.csv")
        >>> [certify("Ben Lindqvist", role, staff).verdict for role in ("R3", "R7")]
        ['unknown', 'no']
    """

    file: FilePath | ibis.Table
    graph: Graph = field(default_factory=load, repr=False)
    mapping: Mapping[str, str] | ReadOptions = field(default_factory=dict)
    pseudonyms: Pseudonyms | None = None

    @classmethod
    def from_source(cls, staff: Any) -> Records:
        """The records of staff data, or of an audit; Records are returned unchanged."""
        from .audit import Audit

        if isinstance(staff, Audit):
            records = cls(staff.file, staff.graph)
            records.__dict__["staff"] = staff.staff  # as the audit has read it
            return records
        return staff if isinstance(staff, Records) else cls(staff)

    @cached_property
    def staff(self) -> Staff:
        """The rows; those of a file are loaded into a new engine. Raises InputError."""
        from ..staff.reader import read_staff  # needs numpy and Arrow

        engine, is_title = backend_for(self.file), self._names_a_role
        return read_staff(self.file, engine, self.mapping, self.graph, is_title)

    def _names_a_role(self, title: str) -> bool:
        return bool(resolve(title, self.graph, nearest=False).roles)

    @property
    def tables(self) -> RoleTables:
        """The ontology as plain tables."""
        return RoleTables.from_graph(self.graph)

    def evidence(self, person: str) -> Evidence:
        """The evidence on a person in the file.

        Raises UnknownPerson, or Conflict for a person with two rows or contradictory skills.
        """
        check_text("staff", "the name of a person", person=person)
        rows = self._rows_of(person.strip())
        found = [self._read_row(row) for row in rows]
        place, first = self.staff.place_from, rows[0]["line"]
        conflicts = [
            (row["line"], *duplicate_of(place(row["line"], first), differing_columns(rows[0], row)))
            for row in rows[1:]
        ]
        for e in found:
            recorded, lacking, _ = e.skill_sets
            for skill in sorted(recorded & lacking):
                conflicts.append((e.line, *contradiction(self.tables.labels.get(skill, skill))))
        if conflicts:
            conflicts.sort(key=lambda conflict: conflict[0])
            rejected = (Rejected(self.staff.file, *conflict) for conflict in conflicts)
            raise Conflict(map(self.staff.located, rejected))
        return found[0]

    def below(self, found: Evidence) -> dict[str, str]:
        """The skills that someone has below the level asked, with both levels in words.

        The date and the source of the assessment follow in brackets.
        """
        cells = self.staff.cells
        recorded, lacking, _ = found.skill_sets
        texts = {}
        for skill, cell in found.below.items():
            if skill not in recorded | lacking:
                origin = ", ".join(filter(None, (cell.date, cell.source)))
                texts[skill] = cells.compared(cell.level) + (f" ({origin})" if origin else "")
        return texts

    def _rows_of(self, person: str) -> list[dict[str, Any]]:
        """The rows of a person, in the order of the file."""
        t = self.staff.table
        name = fold_person(self._resolve_pseudonym(person))
        named = t.filter(folded_name(t.person) == name)
        found = Engine(t.get_backend()).to_arrow(named.order_by("line"))  # without pandas
        rows: list[dict[str, Any]] = found.to_pylist()
        if not rows:
            near = () if self.pseudonyms else similar_names(t, person)
            raise UnknownPerson(person, self.staff.file, near)
        return rows

    def _resolve_pseudonym(self, person: str) -> str:
        """The name behind a pseudonym; a name is returned unchanged."""
        if not (self.pseudonyms and Pseudonyms.is_pseudonym(person)):
            return person
        names = _distinct_names(self.staff.table).to_pyarrow()["person"].to_pylist()
        return next((name for name in names if self.pseudonyms.of(name) == person), person)

    def _read_row(self, row: Mapping[str, Any]) -> Evidence:
        name = self.pseudonyms.of(row["person"]) if self.pseudonyms else row["person"]
        reads = self.staff.cells
        assessed = Assessed(self.staff.assessments(row["line"]))
        cells = [
            replace(cell, **origin)
            for c in CLAIMS
            for piece, origin in assessed.with_origins((row[c] or "").split(";"))
            for cell in _read_piece(c, piece, self.tables, reads)
        ]
        pieces = [p.strip() for c in CLAIMS for p in (row[c] or "").split(";") if p.strip()]
        return Evidence(
            name,
            self.staff.file,
            row["line"],
            tuple(cells),
            len(self.staff.rejected),
            all(reads.read(p) == [SkillName(p.translate(AS_WRITTEN))] for p in pieces),
            self._holds(row["title"], row["role"]),
        )

    def _holds(self, title: str | None, role: str | None) -> tuple[str, ...]:
        """The roles that a title, or the column role, certainly gives."""
        if role:
            return RoleAssignment.from_role_column(role, self.graph, self.tables).holds
        found = resolve(title or "", self.graph, nearest=False)
        return RoleAssignment.from_title(found, self.tables).holds


def _distinct_names(table: ibis.Table) -> ibis.Table:
    return table.filter(table.person.notnull()).select("person").distinct()


def similar_names(table: ibis.Table, name: str) -> list[str]:
    """The 50 names of smallest edit distance; the engine finds them, as there may be millions."""
    people = _distinct_names(table)
    distance = people.person.lower().levenshtein(name[:80].lower())
    near: list[str] = (
        people.order_by([distance, people.person]).limit(50).to_pyarrow()["person"].to_pylist()
    )
    return near


class Assessed:
    """The rows about the skills of one person, found again by the names in the person's cells."""

    def __init__(self, rows: Sequence[Assessment]):
        self.of_person = next((row for row in rows if not row.name), None)
        self.by_piece: dict[str, list[Assessment]] = {}
        for row in rows:
            if row.name:
                self.by_piece.setdefault(row.piece, []).append(row)

    def with_origins(self, pieces: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
        """Each piece with the date, the source and the line of its row, in the order of lines."""
        found = []
        for piece in pieces:
            rows = self.by_piece.get(piece, [])
            row = rows.pop(0) if len(rows) > 1 else rows[0] if rows else None
            own: dict[str, Any] = {"line": row.line} if row else {}
            if one := row or self.of_person:
                own |= {"date": one.date, "source": one.source}
            found.append((piece, own))
        return sorted(found, key=lambda pair: pair[1].get("line", 0))


def _read_piece(column: str, piece: str, tables: RoleTables, reads: SkillCells) -> Iterator[Cell]:
    """The names in one piece of a cell of the file."""
    for name in reads.read(piece):
        state = "lacks" if column == "lacks" else name.state
        if state == "unknown":
            continue
        folded = fold_name(name.name)
        meanings = tables.names.meaning(folded, whole=state != "has")
        evident = column == "skills" and state == "has"  # a tool that is lacking says nothing
        kinds = {kind for kind, _ in meanings if kind == "recorded" or evident}
        known = tables.names.mapped(folded)
        rows = tuple(dict.fromkeys(row for mapped in known for row in mapped.rows))
        if not kinds:
            close = tuple(tables.names.candidates(folded)) if state == "has" else ()
            yield Cell(
                column, name.text, level=name.level, candidates=close, mapped=rows if close else ()
            )
        for kind in sorted(kinds):
            claim = {"has": CLAIMS[column], "lacks": "lacking", "below": "below"}[state]
            skills = tuple(skill for k, skill in meanings if k == kind)
            claim = "tool" if kind == "tool" else claim
            yield Cell(column, name.text, claim, skills, name.level, mapped=rows)
