"""Tables of a role framework: which column is what, and what each row says of a role.

The headings and words that are known are data (`ontology/staff/framework_columns.csv` and
`framework_values.csv`). What is not read is named: sheets, columns and rows, with the reason.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError
from ..io import rdf
from ..io.resources import resource_rows
from ..io.text import counted, map_option, quoted
from ..io.xlsx import read_sheets
from .headings import fold_heading
from .spreadsheets import csv_rows, decode, delimiter_of

KINDS = ("role", "task", "skill")
GENERIC = ("id", "label", "names", "definition")  # of the one kind that a table or row is about
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
HEADER_ROWS, MAX_BYTES, SIMILAR = 40, 1 << 28, 0.84
_BETWEEN_WORDS = re.compile(r"\s*[/|,]\s*|\s+(?:or|oder|ou|o)\s+")


class Table(NamedTuple):
    """A sheet or file: its name, and its rows with their lines."""

    name: str
    rows: list[tuple[int, Sequence[str]]]


class Unread(NamedTuple):
    """A row, or a part of one, that is not read."""

    place: str  # file, sheet and line
    reason: str  # why
    fix: str  # what to do


@dataclass
class SheetReading:
    """How a sheet was read."""

    table: str  # its name
    columns: dict[str, str] = field(default_factory=dict)  # what each heading was read as
    # the headings that were not read, with what may settle it
    not_read: dict[str, str] = field(default_factory=dict)
    rows: int = 0  # how many rows below the header it has
    header: int = 1  # the line of the headings

    def lines(self) -> Iterator[str]:
        """The reading in a few sentences."""
        named = "; ".join(f"{heading} ({column})" for heading, column in self.columns.items())
        rows = counted(self.rows, "row")
        yield f"{self.table}: {rows}, headings in line {self.header}: {named or 'none'}."
        for heading, hint in self.not_read.items():
            yield f"{self.table}: column {heading!r} is not read{hint}."


class Line(NamedTuple):
    """A row: its place, and its cells by column, without blank ones."""

    place: str
    cells: dict[str, str]


@cache
def known_headings() -> dict[str, str]:
    """Folded heading to column."""
    rows = resource_rows("ontology", "staff/framework_columns")
    own = {fold_heading(row["column"]): row["column"] for row in rows}
    listed = {fold_heading(row["heading"]): row["column"] for row in rows}
    return listed | own | listed  # in the order of the list


@cache
def known_words(column: str) -> dict[str, str]:
    """Folded word to its meaning, in the cells of a column."""
    rows = resource_rows("ontology", "staff/framework_values")
    return {row["word"].casefold(): row["means"] for row in rows if row["column"] == column}


def read_tables(path: Path) -> list[Table]:
    """The sheets of a workbook, or the one table of a CSV or TSV file.

    Raises InputError if the file cannot be read.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: no table; save it as one of {', '.join(SUFFIXES)}")
    if path.suffix.lower() == ".xlsx":
        return [
            Table(f"{path.name}, sheet {sheet.name}", list(sheet.rows()))
            for sheet in read_sheets(path)
        ]
    data, _ = decode(rdf.read_bytes(path, MAX_BYTES), path, None)
    text = rdf.check_encoding(data, path)
    delimiter = delimiter_of(text, path, lambda cell: fold_heading(cell) in known_headings())
    return [Table(path.name, list(csv_rows(text, delimiter, path)))]


def read_lines(
    table: Table, mapped: Mapping[str, str], ignored: Sequence[str]
) -> tuple[SheetReading, list[Line]]:
    """How a table is read, and its rows; headings that are mapped or ignored are settled.

    Raises InputError if two headings could be the same column.
    """
    at = _header_index(table, mapped)
    reading = SheetReading(table.name, rows=len(table.rows) - at - 1)
    if at >= len(table.rows):
        return reading, []
    reading.header, headings = table.rows[at][0], [cell.strip() for cell in table.rows[at][1]]
    columns = _columns(headings, mapped, ignored, table.name)
    about = _kinds_of(columns.values())
    for heading in filter(None, headings):
        column = _specific(columns.get(heading, ""), about, "kind" in columns.values())
        if column:
            reading.columns[heading] = column
        else:
            reading.not_read[heading] = _hint(heading, columns.get(heading), about, ignored)
    places = [reading.columns.get(heading) for heading in headings]
    return reading, [
        Line(f"{table.name}, line {line}", cells)
        for line, row in table.rows[at + 1 :]
        if (cells := {c: v.strip() for c, v in zip(places, row, strict=False) if c and v.strip()})
    ]


def _header_index(table: Table, mapped: Mapping[str, str]) -> int:
    """The index of the row with the most known headings, among the first ones."""
    scores = [
        sum(cell.strip() in mapped or fold_heading(cell) in known_headings() for cell in row)
        for _, row in table.rows[:HEADER_ROWS]
    ]
    return scores.index(max(scores)) if scores else 0


def _columns(
    headings: Sequence[str], mapped: Mapping[str, str], ignored: Sequence[str], name: str
) -> dict[str, str]:
    """Heading to column; a heading that is not known is left out."""
    found = {
        heading: mapped.get(heading) or _column_of(heading)
        for heading in headings
        if heading and heading not in ignored
    }
    by_column = defaultdict(list)
    for heading, column in found.items():
        by_column[column].append(heading)
    for column, several in by_column.items():
        chosen = [heading for heading in several if heading in mapped]
        if len(several) > 1 and not chosen and column.endswith(("id", "definition")):
            order = list(known_headings())
            chosen = [min(several, key=lambda heading: order.index(fold_heading(heading)))]
        if column and len(several) > 1 and len(chosen) != 1:
            raise InputError(
                f"{name}: {' and '.join(map(repr, several))} could both be the {column}; settle it "
                f"with {map_option(column, several[0])} or --ignore {quoted(several[1])}"
            )
        for heading in several if len(several) > 1 else ():
            if heading not in chosen:
                found[heading] = ""
    return {heading: column for heading, column in found.items() if column}


def _column_of(heading: str) -> str:
    """The column that a heading names, itself or by the words of its cells ("must / nice"); or ''.

    Of several headings of an id or definition, the first one in the list of headings is taken.
    """
    words = _BETWEEN_WORDS.split(heading.casefold().strip(" ?"))
    is_need = len(words) > 1 and all(word in known_words("need") for word in words)
    return known_headings().get(fold_heading(heading), "need" if is_need else "")


def _kinds_of(columns: Iterable[str]) -> list[str]:
    """The kinds of thing that some columns are about."""
    names = set(columns)
    return [kind for kind in KINDS if names & {kind, f"{kind}_id"}]


def _specific(column: str, about: Sequence[str], by_row: bool) -> str:
    """A column with the kind of thing that it is of, if it is clear; else ''."""
    if column not in GENERIC:
        return column
    if by_row:
        return column
    if len(about) != 1:
        return ""
    return {"label": about[0], "names": f"{about[0]}_names"}.get(column, f"{about[0]}_{column}")


def _hint(heading: str, column: str | None, about: Sequence[str], ignored: Sequence[str]) -> str:
    """What may settle a heading that is not read."""
    if heading in ignored:
        return ", as asked"
    if column in GENERIC:
        of = " or ".join(about or KINDS)
        name = (about or KINDS)[0]
        full = name if column == "label" else f"{name}_{column}"
        return f": it is not clear of what ({of}); settle it with {map_option(full, heading)}"
    names = known_headings()
    close = difflib.get_close_matches(fold_heading(heading), names, 1, SIMILAR)
    return f"; if it is one, {map_option(names[close[0]], heading)}" if close else ""


def check_options(
    tables: Sequence[Table], mapped: Mapping[str, str], ignored: Sequence[str]
) -> None:
    """Raise InputError for an option that names no heading of any table, or no column."""
    seen = {
        cell.strip()
        for table in tables
        for _, row in itertools.islice(table.rows, HEADER_ROWS)
        for cell in row
    }
    columns = sorted(set(known_headings().values()))
    for heading, column in mapped.items():
        if column not in columns:
            raise InputError(
                f"--map {column}={heading}: no column {column!r}; there are {', '.join(columns)}"
            )
    for heading in (*mapped, *ignored):
        if heading not in seen:
            raise InputError(f"{heading!r}: no table has this heading; correct --map or --ignore")
