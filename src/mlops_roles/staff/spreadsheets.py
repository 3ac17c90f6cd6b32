"""The rows of CSV and TSV, each with the number of its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import InputError
from ..io import rdf

Row = tuple[int, Sequence[str]]
MAX_CELL = 1 << 20


def file_rows(path: Path) -> Iterator[Row]:
    """(line, cells) of a CSV or TSV file."""
    text = rdf.check_encoding(rdf.read_bytes(path), path)
    return csv_rows(text, delimiter_of(text, path), path)


def csv_rows(text: str, delimiter: str, path: Path, line: int = 1) -> Iterator[Row]:
    """(line, cells) of CSV or TSV, strictly read; blank lines are skipped."""
    if "\0" in text:
        line += text.count("\n", 0, text.index("\0"))
        raise InputError(f"{path}, line {line}: a NUL character; save it as UTF-8 text")
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
    """The delimiter: tab for TSV; else comma, or semicolon or tab where the header has no comma."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    header = text.split("\n", 1)[0]
    return next((d for d in (",", ";", "\t") if d in header), ",")
