"""Sheets of workbooks as sources of a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from ..errors import InputError
from ..io.xlsx import Sheet, read_sheets
from .header_rows import HeaderOf, header_index, report_above
from .reading import Reading, ReadOptions, shown_lines
from .sources import SAMPLE_ROWS, Source, to_arrow
from .spreadsheets import Row


def sheet_source(path: Path, options: ReadOptions, header_of: HeaderOf) -> Source:
    """A sheet of a workbook: the one that is settled, else the first that is not hidden."""
    sheets = read_sheets(path)
    sheet = _chosen_sheet(path, sheets, options.sheet)
    rows = list(sheet.rows())
    reading = Reading(str(path), "xlsx", sheet=sheet.name)
    at = header_index(rows, options, header_of, path)
    line, header = rows[at]
    reading.header_row = line if line > 1 else None
    report_above(rows[:at], reading)
    hidden = sorted({n for n, _ in rows[at + 1 :]}.intersection(sheet.hidden_rows))
    if hidden:
        reading.notes.append(f"Hidden rows, which are read: {shown_lines(hidden)}")
    if sheet.formulas:
        reading.notes.append(
            f"Formulas without a value, which are read as blank: {sheet.formulas:,}; open the "
            "workbook in a spreadsheet program and save it"
        )
    header = _without_end(header)
    header += [""] * (_usual_width(rows[at + 1 :]) - len(header))
    width = max(len(header), 1)
    body = [(line, _of_width(cells, width)) for line, cells in rows[at + 1 :]]

    def load(wanted: Sequence[int]) -> tuple[pa.Table, list[Row]]:
        return to_arrow(iter(body), width, wanted)

    sample = [list(cells) for _, cells in body[:SAMPLE_ROWS]]
    others = [other for other in sheets if other is not sheet]
    above = [" ".join(cells) for _, cells in rows[:at]]
    return Source(reading, list(header), sample, load, above, others)


def _chosen_sheet(path: Path, sheets: Sequence[Sheet], name: str | None) -> Sheet:
    if name is None:
        return next((s for s in sheets if not s.hidden), sheets[0])
    if found := next((s for s in sheets if s.name == name), None):
        return found
    listed = ", ".join(s.name + (" (hidden)" if s.hidden else "") for s in sheets)
    raise InputError(f"--sheet {name}: {path} has no such sheet; it has {listed[:300]}")


def _without_end(cells: Sequence[str]) -> list[str]:
    """The cells up to the last that is filled."""
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return found


def _usual_width(rows: Sequence[Row]) -> int:
    """The width that over half of the rows have or exceed: the last headings may be merged."""
    widths = sorted(len(_without_end(cells)) for _, cells in rows)
    return widths[(len(widths) - 1) // 2] if widths else 0


def _of_width(cells: Sequence[str], width: int) -> list[str]:
    """A row as wide as the header; a filled cell beyond it makes the row too wide."""
    found = [*cells, *[""] * (width - len(cells))]
    return found[:width] if not any(found[width:]) else _without_end(found)
