"""Tables as a workbook (XLSX): a sheet for each table, and a first sheet that lists them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from ..errors import InputError
from .text import TableRows, harmless_cell, single_line

MAX_NAME, MAX_CELL, MAX_ROWS = 31, 32_000, 1 << 20  # characters and rows; a sheet has no more
WIDTHS = 8, 60  # of a column, in characters
MEASURED = 1000  # rows by which the width of a column is chosen
_NOT_IN_NAME = re.compile(r"[\[\]:*?/\\']")
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


def workbook(sheets: Iterable[tuple[str, Sequence[str], TableRows]]) -> bytes:
    """A workbook, without formulas, of sheets with a title, sentences and rows by column.

    The first sheet, Contents, has the titles and sentences of all; those without rows are there
    alone. Raises InputError if the package XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise InputError(
            "xlsx: XlsxWriter is not installed; python -m pip install 'mlops-roles[workbook]'"
        ) from None
    found, names = list(sheets), _sheet_names()
    named = [(names(title) if rows else "", title, lines, rows) for title, lines, rows in found]
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_urls": False}) as book:
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            "cell": book.add_format({"valign": "top", "text_wrap": True}),
        }
        _write_sheet(book.add_worksheet("Contents"), list(_contents(named)), formats)
        for name, _, _, rows in named:
            if name:
                _write_sheet(book.add_worksheet(name), rows[: MAX_ROWS - 1], formats)
    return buffer.getvalue()


def _contents(
    sheets: Iterable[tuple[str, str, Sequence[str], TableRows]],
) -> Iterable[dict[str, Any]]:
    """A row for each sentence, the first of a sheet with its name and its number of rows."""
    for name, title, lines, rows in sheets:
        head: Mapping[str, Any] = {"question": title, "sheet": name, "rows": len(rows) or None}
        for line in lines or [""]:
            yield {**head, "in words": line}
            head = {"question": None, "sheet": None, "rows": None}


def _sheet_names() -> Any:
    """A function that makes a name of a sheet from a title: short, and unique."""
    used = {"contents", "history"}  # the second is a name that Excel keeps for itself

    def name_of(title: str) -> str:
        plain = _NOT_IN_NAME.sub(" ", single_line(title)).strip() or "Sheet"
        name, number = plain[:MAX_NAME].strip(), 1
        while name.casefold() in used:
            number += 1
            name = f"{plain[: MAX_NAME - 4].strip()} {number}"
        used.add(name.casefold())
        return name

    return name_of


def _write_sheet(sheet: Any, rows: TableRows, formats: Mapping[str, Any]) -> None:
    """Write a table: a header that stays in view, a filter, and columns of a fitting width."""
    columns = list(dict.fromkeys(column for row in rows[:MEASURED] for column in row))
    known = _Texts()
    cells = [
        [
            known[value] if isinstance(value := row.get(column), str) else cell_value(value)
            for column in columns
        ]
        for row in rows
    ]
    for at, column in enumerate(columns):
        longest = max((len(str(row[at])) for row in cells[:MEASURED]), default=0)
        sheet.set_column(at, at, min(max(longest, len(column), WIDTHS[0]) + 1, WIDTHS[1]))
        sheet.write_string(0, at, cell_value(column), formats["head"])
    write_string, write_number, cell = sheet.write_string, sheet.write_number, formats["cell"]
    for number, row in enumerate(cells, 1):
        for at, value in enumerate(row):
            if not isinstance(value, str):
                write_number(number, at, value, cell)
            elif value:
                write_string(number, at, value, cell)
    sheet.freeze_panes(1, 1 if len(columns) > 2 else 0)
    if cells:
        sheet.autofilter(0, 0, len(cells), len(columns) - 1)


class _Texts(dict[str, str]):
    """Each text, to the one that a cell has; a table has few different ones."""

    def __missing__(self, text: str) -> str:
        return self.setdefault(text, cell_value(text))


def cell_value(value: Any) -> Any:
    """A number as it is; anything else as text that no spreadsheet takes for a formula."""
    if type(value) in (int, float):  # a rounded count is a text
        return value
    text = value if isinstance(value, str) else single_line(value)
    if not text.isprintable():
        text = _NOT_IN_XML.sub("\ufffd", single_line(text))
    return harmless_cell(text[:MAX_CELL])
