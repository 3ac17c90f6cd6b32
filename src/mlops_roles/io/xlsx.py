"""The rows of a workbook, within limits.

Calamine reads a sheet as one dense table, and crashes the process when memory is exhausted.
Therefore the addresses of all cells and the lengths of the shared strings are checked first.
"""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
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
_STRING = re.compile(rb"<(?:\w+:)?si\b.*?</(?:\w+:)?si\s*>", re.S)


def sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of the rows with text of the first worksheet, as wide as the header or wider.

    A cell is the text that a formula shows, a number without '.0', an error such as '#N/A'.

    Raises:
        InputError: for a file that is no workbook, or larger than the limits.
    """
    data = rdf.read_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(e.file_size for e in archive.infolist()) > min(
                1 << 30, max(1 << 25, 100 * len(data))
            ):
                raise InputError(
                    f"{path}: unpacks to over 1 GiB or 100 times its size; save the sheet as CSV"
                )
            errors = _check_limits(archive, path)
        table = _table(data)
        for (row, column), text in errors.items():
            table[row][column] = text
    except InputError:
        raise
    except Exception as error:  # many kinds, for a broken file
        raise InputError(
            f"{path}: not a readable workbook ({type(error).__name__}); "
            "save it again as .xlsx or CSV"
        ) from None
    return _with_text(table, path)


def _check_limits(archive: zipfile.ZipFile, path: Path) -> dict[tuple[int, int], str]:
    """Check all limits; return the text of each error cell, which calamine leaves blank."""
    sheet = archive.read(_first_sheet(archive))
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


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The name, within the archive, of the first worksheet."""
    from xml.etree import ElementTree as ET

    def read(name: str) -> ET.Element:
        return ET.fromstring(archive.read(name))  # noqa: S314  # expat limits entities

    targets = {
        part.get("Id"): part.get("Target", "")
        for part in read("xl/_rels/workbook.xml.rels").iterfind("{*}Relationship")
        if part.get("Type", "").endswith("/worksheet")
    }
    keys = (
        value
        for sheet in read("xl/workbook.xml").iterfind("{*}sheets/{*}sheet")
        for name, value in sheet.items()
        if name.endswith("}id")
    )
    target = next(targets[key] for key in keys if key in targets)
    return posixpath.normpath(posixpath.join("xl", target)).lstrip("/")


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


def _table(data: bytes) -> list[list[Any]]:
    """The first worksheet, beginning with its first row and column."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    kinds = [sheet.typ for sheet in book.sheets_metadata]
    sheet = book.get_sheet_by_index(kinds.index(SheetTypeEnum.WorkSheet))
    return sheet.to_python(skip_empty_area=False)


def _with_text(table: list[list[Any]], path: Path) -> Iterator[tuple[int, list[str]]]:
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
