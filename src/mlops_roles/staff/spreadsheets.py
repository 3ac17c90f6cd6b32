"""The rows of CSV, TSV and XLSX, each with the number of its line."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..io import rdf

Row = tuple[int, Sequence[str]]
MAX_CELL = 1 << 20
MAX_TEXT = 1 << 28  # characters of a worksheet: a small file unpacks to a large one
MAX_SHEET = (
    1 << 20,
    1 << 10,
    100,
)  # rows and columns of a worksheet; the header stands in the first hundred rows


def file_rows(path: Path) -> Iterator[Row]:
    """(line, cells) of a CSV or TSV file."""
    text = rdf.check_encoding(rdf.read_bytes(path), path)
    return csv_rows(text, delimiter_of(text, path), path)


def csv_rows(text: str, delimiter: str, path: Path, line: int = 1) -> Iterator[Row]:
    """(line, cells) of CSV or TSV, strictly read; blank lines are skipped."""
    if "\0" in text:
        raise InputError(
            f"{path}, line {text.count(chr(10), 0, text.index(chr(0))) + line}: a NUL character; save it as UTF-8 text"
        )
    csv.field_size_limit(MAX_CELL + 1)
    reader, before = (
        csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True),
        line,
    )
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"{path}, line {line}: {error}; look for a quote that is not closed"
            ) from None
        if row:
            yield line, row
        line = reader.line_num + before


def delimiter_of(text: str, path: Path) -> str:
    """Tab for TSV; else comma, or the semicolon or tab of a spreadsheet's export where the header has no comma."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    header = text.split("\n", 1)[0]
    return next((d for d in (",", ";", "\t") if d in header), ",")


def xlsx_rows(path: Path) -> Iterator[Row]:
    """(line, cells) of the first sheet of a workbook, as wide as its header; formulas count as the text they show."""
    import warnings

    import openpyxl

    data = rdf.read_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > min(
                1 << 30, max(1 << 25, 100 * len(data))
            ):
                raise InputError(
                    f"{path}: unpacks to over 1 GiB or 100 times its size; save the sheet as CSV"
                )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles that it does not know
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        yield from _sheet_rows(book.worksheets[0], path)
    except InputError:
        raise
    except Exception as error:  # openpyxl lets many kinds through for a broken file
        raise InputError(
            f"{path}: not a readable workbook ({type(error).__name__}); save it again as .xlsx or CSV"
        ) from None


def _sheet_rows(sheet: Any, path: Path) -> Iterator[Row]:
    """The rows of a worksheet that have text; what it says of its own size is not believed."""
    rows, columns, head = MAX_SHEET
    sheet.reset_dimensions()
    top = enumerate(
        map(_texts, sheet.iter_rows(max_row=head, max_col=columns, values_only=True)), 1
    )
    start, header = next(((number, cells) for number, cells in top if any(cells)), (0, []))
    if not start:
        return
    size, width = 0, max(number for number, cell in enumerate(header, 1) if cell)
    for number, cells in enumerate(
        map(_texts, sheet.iter_rows(min_row=start, values_only=True)), start
    ):
        if len(cells) > columns:
            raise InputError(
                f"{path}, line {number}: over {columns} columns; remove what stands to the right of the table"
            )
        while len(cells) > width and not cells[-1]:
            cells.pop()
        size += sum(map(len, cells))
        if number > rows or size > MAX_TEXT:
            raise InputError(
                f"{path}, line {number}: over {rows} rows or {MAX_TEXT >> 20} million characters; split it"
            )
        if any(cells):
            yield number, cells + [""] * (width - len(cells))


def _texts(row: Iterable[Any]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in row]
