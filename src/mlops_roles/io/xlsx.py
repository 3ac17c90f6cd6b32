"""The rows of a workbook, within limits.

Calamine reads a sheet as one dense table, and crashes the process when memory is exhausted.
Therefore the addresses of all cells and the lengths of the shared strings are checked first.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError
from . import rdf

MAX_TEXT = 1 << 28  # characters of a sheet: a small file unpacks to a large one
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 1 << 20, 1 << 10, 1 << 25  # of the dense table
MAX_HEADER_ROW = 100  # the header is in one of the first rows
MAX_EXACT_INTEGER = 1 << 53  # whole numbers below it are exact

_ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,9})(\d{1,18})["']""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW_END = re.compile(rb"</(?:\w+:)?row\s*>")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\s([^>]*\bt=["']e["'][^>]*)>(?:(?!</?(?:\w+:)?[cv]\b).)*<(?:\w+:)?v>([^<]*)""",
    re.S,
)
_SHARED = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>\s*(\d+)""")
_HIDDEN = re.compile(
    rb"""<(?:\w+:)?row\s(?=[^>]*\bhidden=["'](?:1|true)["'])[^>]*?\br=["'](\d{1,18})["']"""
)
_NO_VALUE = re.compile(
    rb"<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)(?:<v></v>|<v ?/>)?</(?:\w+:)?c>"
)
_STRING = re.compile(rb"<(?:\w+:)?si\b.*?</(?:\w+:)?si\s*>", re.S)


@dataclass
class Sheet:
    """A worksheet, read when its rows are asked for."""

    name: str  # as the workbook shows it
    hidden: bool  # whether the workbook hides it
    path: Path
    _data: bytes = field(repr=False)
    _part: str = ""
    # the rows that the workbook hides, as a filter does; found when rows are read
    hidden_rows: list[int] = field(default_factory=list)
    formulas: int = 0  # without a value, as a program writes them that computes none

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of the rows with text, as wide as the first of them or wider.

        A cell is the text that a formula shows, a number without '.0', an error such as '#N/A'.

        Raises InputError for a sheet that cannot be read, or is larger than the limits.
        """
        with _workbook_errors(self.path):
            with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
                sheet = archive.read(self._part)
                errors = _check_limits(archive, sheet, self.path)
            self.hidden_rows = [int(row) for row in _HIDDEN.findall(sheet)]
            self.formulas = len(_NO_VALUE.findall(sheet)) if b"<f" in sheet else 0
            table = _sheet_cells(self._data, self.name)
            for (row, column), text in errors.items():
                table[row][column] = text
        return _rows_with_text(table, self.path)


def read_sheets(path: Path) -> list[Sheet]:
    """The worksheets of a workbook, in its order.

    Raises InputError: a file that is no workbook, or unpacks to more than the limits.
    """
    data = rdf.read_bytes(path)
    with _workbook_errors(path), zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(e.file_size for e in archive.infolist()) > min(
            1 << 30, max(1 << 25, 100 * len(data))
        ):
            raise InputError(
                f"{path}: unpacks to over 1 GiB or 100 times its size; save the sheet as CSV"
            )
        found = [
            Sheet(name, hidden, path, data, part) for name, hidden, part in _worksheets(archive)
        ]
        if not found:
            raise ValueError("no worksheet")
        return found


def sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of the first worksheet that is not hidden; see `Sheet.rows`."""
    sheets = read_sheets(path)
    return next((sheet for sheet in sheets if not sheet.hidden), sheets[0]).rows()


@contextlib.contextmanager
def _workbook_errors(path: Path) -> Iterator[None]:
    """Turn the errors of a broken workbook into an InputError; they are of many kinds."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{path}: not a readable workbook ({type(error).__name__}); "
            "save it again as .xlsx or CSV"
        ) from None


def _check_limits(archive: zipfile.ZipFile, sheet: bytes, path: Path) -> dict[tuple[int, int], str]:
    """Check all limits; return the text of each error cell, which calamine leaves blank."""
    if b"\0" in sheet:
        raise ValueError("UTF-16")
    addresses = _ADDRESS.findall(sheet)
    width = max(
        (_column_number(letters) for letters in {letters for letters, _ in addresses}), default=0
    )
    height = max((int(row) for _, row in addresses), default=0)
    if len(_CELL.findall(sheet)) > len(addresses):  # the others come next to those before them
        rows = _ROW_END.split(sheet)
        width += max(len(_CELL.findall(row)) for row in rows)
        height += len(rows)
    if width > MAX_COLUMNS:
        wide = (int(row) for name, row in addresses if _column_number(name) > MAX_COLUMNS)
        line = next(wide, 1)
        raise InputError(
            f"{path}, line {line}: over {MAX_COLUMNS} columns; remove what is right of the table"
        )
    if height > MAX_ROWS:
        raise InputError(f"{path}, line {height}: over {MAX_ROWS} rows; split it")
    if width * height > MAX_CELLS or _shared_text_length(archive, sheet) > MAX_TEXT:
        raise _too_large(path)
    found = {}
    for attributes, text in _ERROR.findall(sheet) if re.search(rb"""t=["']e["']""", sheet) else ():
        for letters, row in _ADDRESS.findall(b" " + attributes):
            found[int(row) - 1, _column_number(letters) - 1] = text.decode()
    return found


def _too_large(path: Path) -> InputError:
    return InputError(
        f"{path}: over {MAX_CELLS >> 20} million cells or {MAX_TEXT >> 20} million characters; "
        "split it"
    )


def _worksheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, bool, str]]:
    """(name, whether it is hidden, name within the archive) of each worksheet."""
    from xml.etree import ElementTree as ET

    def read(name: str) -> ET.Element:
        return ET.fromstring(archive.read(name))  # noqa: S314  # expat limits entities

    targets = {
        part.get("Id"): part.get("Target", "")
        for part in read("xl/_rels/workbook.xml.rels").iterfind("{*}Relationship")
        if part.get("Type", "").endswith("/worksheet")
    }
    for sheet in read("xl/workbook.xml").iterfind("{*}sheets/{*}sheet"):
        key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        if key in targets:
            part = posixpath.normpath(posixpath.join("xl", targets[key])).lstrip("/")
            hidden = sheet.get("state", "visible") != "visible"
            yield sheet.get("name", ""), hidden, part


def _column_number(letters: bytes) -> int:
    """The number of a column, from 1 for A."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _shared_text_length(archive: zipfile.ZipFile, sheet: bytes) -> int:
    """An upper bound on the length of the shared strings, counted once for each cell."""
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return 0
    sizes = [len(match[0]) for match in _STRING.finditer(archive.read(name))]
    if sheet.count(b"v>") * max(sizes, default=0) <= MAX_TEXT:
        return 0
    return sum(sizes[int(at)] for at in _SHARED.findall(sheet))


def _sheet_cells(data: bytes, name: str) -> list[list[Any]]:
    """A worksheet, beginning with its first row and column.

    A cell that is merged downwards has its text in each of its rows.
    """
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheet = book.get_sheet_by_name(name)
    table = sheet.to_python(skip_empty_area=False)
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        for row in table[first + 1 : last + 1]:
            row[column] = table[first][column]
    return table


def _rows_with_text(table: list[list[Any]], path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that have text, beginning with the header."""
    size = width = 0
    for line, values in enumerate(table, 1):
        cells = [_cell_text(value) for value in values]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        size += sum(map(len, cells))
        if size > MAX_TEXT:
            raise _too_large(path)
        if any(cells):
            if not width and line > MAX_HEADER_ROW:
                return
            width = width or len(cells)
            yield line, cells


def _cell_text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_EXACT_INTEGER:
        return str(int(value))
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return f"{value} 00:00:00"  # Excel has no dates without a time
    return str(value)
