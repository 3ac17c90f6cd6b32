"""The table of people that all staff data become, and the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .reading import Reading
from .skill_cells import SkillCells

if TYPE_CHECKING:
    import ibis

    from .assessments import Assessment

COLUMNS = ("person", "title", "unit", "role", "skills", "lacks", "assessed")
LIST_COLUMNS = ("skills", "lacks", "assessed")  # cells of several names, separated by ';'


@dataclass(frozen=True)
class Rejected:
    """An input row that was not used."""

    file: str  # path of the file, or name of the table
    line: int  # in the file, from 1; in a table the row's number in the order of the persons
    reason: str  # why it was not used
    fix: str  # what to do
    person: str | None = None  # the key of the row if it is in a database table, which has no lines

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data; `person` only of a table."""
        return {key: value for key, value in vars(self).items() if value is not None}


def contradiction(skill: str) -> tuple[str, str]:
    """Reason and fix of a row in which a skill is both recorded and lacking."""
    return f"both has and lacks the skill {skill}", "remove it from skills, assessed or lacks"


def differing_columns(*rows: Mapping[str, Any]) -> list[str]:
    """The columns that tell two people of one name apart, of those in which rows differ."""
    return [c for c in ("title", "unit", "role") if len({row[c] for row in rows}) > 1]


def duplicate_of(place: str, differing: Sequence[str] = ()) -> tuple[str, str]:
    """Reason and fix of a row whose person is also in an earlier row, perhaps another person."""
    fix = "put both rows into one"
    if differing:
        columns = f"{' and '.join(differing)} {'differs' if len(differing) == 1 else 'differ'}"
        fix += f"; if they are two people ({columns}), name their id with --map key=COLUMN"
    return f"duplicate of {place}", fix


@dataclass
class Staff:
    """A staff table, and the input rows that were rejected."""

    table: ibis.Table  # the people who count
    file: str  # the path of the file, or the name of the table
    read: int  # how many people were read, with those left out and rejected
    rejected: list[Rejected] = field(default_factory=list)  # the rows that cannot be used
    keyed: bool = False  # whether a row is identified by its person instead of its line
    reading: Reading = field(default_factory=lambda: Reading("", "table"))  # what was read as what
    cells: SkillCells = field(default_factory=SkillCells)  # how names in cells are read
    # the line of a person to the rows about each skill, if there are such rows or dates and sources
    # of assessments
    assessments: Callable[[int], Sequence[Assessment]] = lambda _: ()
    # of several files, the line before the first of each, and its path
    starts: Sequence[tuple[int, str]] = ()

    def place(self, line: int) -> tuple[str, int]:
        """The file and the line in it of a row."""
        start, file = next((s for s in reversed(self.starts) if s[0] < line), (0, self.file))
        return file, line - start

    def place_from(self, line: int, other: int) -> str:
        """Where another row is, seen from a row."""
        if self.keyed:
            return "another row"
        file, number = self.place(other)
        return f"line {number}" + (f" of {file}" if file != self.place(line)[0] else "")

    def located(self, row: Rejected) -> Rejected:
        """A rejected row with the file and the line that it has there."""
        file, line = self.place(row.line)
        return replace(row, file=file, line=line) if self.starts else row
