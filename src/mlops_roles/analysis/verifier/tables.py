"""The verifier's own reading of a table of any form, alone, joined with another, or turned round.

The form is the one that a certificate states.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...io import rdf
from ...io.xlsx import read_sheets
from .headings import says_actual_or_required
from .levels import is_mark
from .reading import Row, parquet_rows, parse_csv
from .records import LINES, record_rows


@dataclass
class Table:
    """The headings and the rows of a table, each row as wide as the header."""

    path: Path  # of the file
    header: list[str]  # the headings
    rows: list[Row]  # line and cells
    unread: int = 0  # how many rows have another width
    legend: list[str] = field(default_factory=list)  # the rows that say what a level means

    def place(self, heading: str) -> int:
        """The index of a heading. Raises InputError if there is none."""
        if heading not in self.header:
            raise InputError(
                f"{self.path}: no column {heading!r}, which the certificate rests on; it has "
                f"{', '.join(self.header)[:300]}"
            )
        return self.header.index(heading)


def one_line(text: str) -> str:
    """A heading with single spaces."""
    return " ".join(text.split())


def read_table(path: Path, form: Mapping[str, Any]) -> Table:
    """The table of a file, in the form that a certificate states. Raises InputError."""
    kind, line = path.suffix.lower(), form.get("header_row") or 1
    if kind == ".xlsx":
        sheets = read_sheets(path)
        chosen = [sheet for sheet in sheets if sheet.name == form.get("sheet")]
        if not chosen:
            raise InputError(f"{path}: no sheet {form.get('sheet')!r}, which was certified")
        rows = list(chosen[0].rows())
    elif kind == ".parquet":
        rows, line = list(parquet_rows(path)), 0
    elif kind in (".json", *LINES):
        rows, line = list(record_rows(path)), 0
    elif kind in (".csv", ".tsv"):
        rows = list(_csv_rows(path, form))
    else:
        raise InputError(f"{path}: verify reads .csv, .tsv, .xlsx, .parquet, .json and .jsonl")
    at = next((i for i, (number, _) in enumerate(rows) if number >= line), None)
    if at is None:
        raise InputError(f"{path}: no row {line}, where the headings were certified to be")
    header = list(map(one_line, rows[at][1]))
    if kind == ".xlsx":
        header = _header_of_sheet(header, rows[at + 1 :])
    table = Table(path, header, [], legend=[" ".join(cells) for _, cells in rows[:at]])
    _add_rows(table, rows[at + 1 :], kind == ".xlsx")
    if form.get("header_rows") == 2 and table.rows:
        table.header = _both_rows(header, list(map(one_line, table.rows.pop(0)[1])))
    return table


def _both_rows(first: list[str], second: list[str]) -> list[str]:
    """A header of two rows as one: the second names skills, or what is had and asked of them."""
    filled = [i for i, text in enumerate(second) if text and text != first[i]]
    if not all(says_actual_or_required(second[i]) for i in filled):
        return [below or above for above, below in zip(first, second, strict=True)]
    groups = list(first)
    for i in filled:
        groups[i] = groups[i] or groups[i - 1]
    return [f"{groups[i]} {second[i]}" if i in filled else h for i, h in enumerate(first)]


def _header_of_sheet(header: list[str], rows: Sequence[Row]) -> list[str]:
    """A header as wide as its last heading, or as the middle one of the rows by their width."""
    widths = [
        max((i for i, cell in enumerate(cells, 1) if cell.strip()), default=0)
        for cells in [header, *(cells for _, cells in rows)]
    ]
    usual = sorted(widths[1:])[(len(rows) - 1) // 2] if rows else 0
    return (header + [""] * usual)[: max(widths[0], usual)]


def _add_rows(table: Table, rows: Iterable[Row], is_padded: bool) -> None:
    """Add the rows as wide as the header; count the others, unless they are a legend."""
    width = len(table.header)
    for line, cells in rows:
        found = [cell.strip() for cell in cells]
        while is_padded and len(found) > width and not found[-1]:
            found.pop()
        found += [""] * (width - len(found) if is_padded else 0)
        filled = [cell for cell in found if cell]
        beside = [
            c for c, name in zip(found, table.header, strict=False) if not name or is_mark(name)
        ]
        said = filled if len(filled) == 1 else beside
        table.legend += [cell for cell in said if re.match(r"\d\W+\w", cell)]
        if len(found) == width:
            if list(map(one_line, found)) != table.header:
                table.rows.append((line, found))
        elif not (len(filled) == 1 and len(found) < width and is_mark(filled[0])):
            table.unread += 1


def _csv_rows(path: Path, form: Mapping[str, Any]) -> Iterator[Row]:
    data = rdf.read_bytes(path)
    try:
        text = data.decode(form.get("encoding") or "utf-8").removeprefix("\ufeff")
        yield from parse_csv(text, form.get("delimiter") or ",", path)
    except (UnicodeError, LookupError, TypeError):
        raise InputError(
            f"{path}: not in the form that was certified (encoding {form.get('encoding')}, "
            f"separator {form.get('delimiter')!r}); give the file that was certified"
        ) from None


# two tables, and people in columns ----------------------------------------------------------


def joined(left: Table, right: Table, on: str) -> Table:
    """Each row of the left table with each row of the right one that has the same key."""
    one, equals, two = on.partition("=")
    at, other = left.place(one.strip()), right.place((two if equals else one).strip())
    kept = [
        i for i, name in enumerate(right.header) if i != other and name and name not in left.header
    ]
    by_key: dict[str, list[list[str]]] = {}
    for _, cells in right.rows:
        if cells[other]:
            by_key.setdefault(cells[other], []).append([cells[i] for i in kept])
    blank = [[""] * len(kept)]
    rows = [
        (line, [*cells, *more])
        for line, cells in left.rows
        for more in by_key.get(cells[at], blank)
    ]
    header = [*left.header, *(right.header[i] for i in kept)]
    return Table(left.path, header, rows, left.unread, left.legend + right.legend)


def turned(table: Table, at: int) -> Table:
    """A table whose rows are the columns of another, after the column with the skills."""
    header = ["person", *(one_line(cells[at]) for _, cells in table.rows)]
    rows = [
        (i + 1, [name, *(cells[i] for _, cells in table.rows)])
        for i, name in enumerate(table.header)
        if i > at and name
    ]
    return Table(table.path, header, rows, table.unread, table.legend)
