"""CSV and TSV files as sources of a table.

Regular files are read by Arrow, all others by the csv module of the standard library, which knows
the line of every row and error.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ..errors import InputError
from ..io import rdf
from .header_rows import HeaderOf, header_index, report_above
from .headings import heading_kind
from .reading import Reading, ReadOptions
from .sources import SAMPLE_ROWS, Source, to_arrow, with_lines
from .spreadsheets import Row, csv_rows, decode, delimiter_of

SAMPLE_BYTES = 1 << 19
BLOCK_BYTES = 1 << 23  # that Arrow parses at once; smaller ones cost twice the time of the kernel
MAX_PLAIN_BYTES = 1 << 33  # bytes; Arrow reads the file without decoding it into a str first
# a text that a workbook is to leave as it is: ="00101", perhaps in quotes
_TEXT_FORMULA = re.compile(
    rb'(?:^|(?<=[;,\t|\n]))(?:="([^"\r\n]*)"|"=""([^"\r\n]*)""")(?=[;,\t|\r\n]|$)'
)


def csv_source(path: Path, options: ReadOptions, header_of: HeaderOf) -> Source:
    """A CSV or TSV file."""
    data, encoding = decode(rdf.read_bytes(path, MAX_PLAIN_BYTES), path, options.encoding)
    reading = Reading(str(path), "csv", encoding=encoding)
    if b'="' in data[:SAMPLE_BYTES]:
        data = _TEXT_FORMULA.sub(rb'"\1\2"', data)
    offset, first_line = 0, 1
    if match := re.match(rb'"?sep=(.)"?\r?\n', data[:16], re.I):
        offset, first_line = match.end(), 2
        reading.notes.append(f"Line 1 names the separator {match[1].decode()!r}")
    head = data[offset : offset + SAMPLE_BYTES]
    head = head if len(data) - offset <= len(head) else head[: head.rfind(b"\n") + 1] or head
    text = rdf.check_encoding(head, path) if len(head) == len(data) - offset else _head_text(head)
    said = match[1].decode() if match else None
    delimiter = _settled_delimiter(options) or said or delimiter_of(text, path, heading_kind)
    reading.delimiter = delimiter
    first = _first_rows(text, delimiter, path, first_line)
    at = header_index(first, options, header_of, path)
    line, header = first[at]
    reading.header_row = line if line > 1 else None
    report_above(first[:at], reading)

    def rows() -> Iterator[Row]:
        whole = csv_rows(rdf.check_encoding(data[offset:], path), delimiter, path, first_line)
        return (row for row in whole if row[0] > line)

    def load(wanted: Sequence[int]) -> tuple[pa.Table, list[Row]]:
        body = _from_line(data, offset, line - first_line)
        quick = _read_if_plain(body, delimiter, len(header), wanted, line)
        return (quick, []) if quick is not None else to_arrow(rows(), len(header), wanted)

    above = [" ".join(cells) for _, cells in first[:at]]
    body = [list(cells) for _, cells in first[at + 1 :]]
    return Source(reading, list(header), body, load, above)


def _settled_delimiter(options: ReadOptions) -> str | None:
    """The delimiter that an option gives. Raises InputError for several characters, and a sheet."""
    if options.sheet is not None:
        raise InputError(f"--sheet {options.sheet}: a CSV file has no sheets; leave it out")
    found = "\t" if options.delimiter in ("\\t", "tab") else options.delimiter
    if found is not None and len(found) != 1:
        raise InputError(f"--delimiter {found!r}: not one character; write --delimiter ';'")
    return found


def _head_text(head: bytes) -> str:
    """The head of a large file as text; a fault in it is found when the whole is read."""
    return head.decode("utf-8", "replace")


def _first_rows(text: str, delimiter: str, path: Path, line: int) -> list[Row]:
    """The first rows of a text that may be cut off in a cell."""
    found: list[Row] = []
    try:
        for row in itertools.islice(csv_rows(text, delimiter, path, line), SAMPLE_ROWS):
            found.append(row)
    except InputError:
        if len(text) < SAMPLE_BYTES // 4 or not found:
            raise
    return found


def _from_line(data: bytes, offset: int, lines: int) -> bytes:
    """The data from a number of lines after the offset."""
    for _ in range(lines):
        offset = data.find(b"\n", offset) + 1 or len(data)
    return data[offset:] if offset else data


def _read_if_plain(
    data: bytes, delimiter: str, width: int, wanted: Sequence[int], line: int
) -> pa.Table | None:
    """The wanted columns of a file in which each line is one row; None for any other file.

    The data are the file from its header on, which is on some line.
    """
    end = data.find(b"\n") + 1 or len(data)
    if b'"' in data[:end] or not wanted or not _are_rows(data, delimiter):
        return None
    table = _parse_plain_csv(data, delimiter, width, [str(i) for i in wanted])
    if table is None or not table.num_rows or _has_blank_line(table, data):
        return None
    return with_lines(table, range(line + 1, line + 1 + table.num_rows))


def _parse_plain_csv(data: bytes, delimiter: str, width: int, wanted: list[str]) -> pa.Table | None:
    """The wanted columns as text, named by their index; None if the rows differ in width."""
    try:
        return pa.csv.read_csv(
            pa.BufferReader(data),
            pa.csv.ReadOptions(
                skip_rows=1, column_names=[str(i) for i in range(width)], block_size=BLOCK_BYTES
            ),
            pa.csv.ParseOptions(delimiter=delimiter, double_quote=False, ignore_empty_lines=False),
            pa.csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()),
                include_columns=wanted,
                strings_can_be_null=True,
                null_values=[""],
            ),
            _memory_pool(),
        )
    except pa.ArrowInvalid:
        return None


def _memory_pool() -> pa.MemoryPool:
    """The allocator that gives the least memory back to the kernel, and asks for it again.

    The default one of Arrow on Linux, mimalloc, doubles the processor time of reading a large file.
    """
    pools = {"jemalloc": pa.jemalloc_memory_pool, "system": pa.system_memory_pool}
    return next(pools[name] for name in pools if name in pa.supported_memory_backends())()


def _has_blank_line(table: pa.Table, data: bytes) -> bool:
    """Whether a line is blank; the data is searched only if a row of the table is."""
    blank = pc.is_null(table[0])
    for cells in table.columns[1:]:
        if not pc.any(blank).as_py():
            return False
        blank = pc.and_(blank, pc.is_null(cells))
    return pc.any(blank).as_py() and (b"\n\n" in data or b"\n\r" in data)


def _are_rows(data: bytes, delimiter: str) -> bool:
    """Whether each line is exactly one row, or blank.

    That is: no quote inside a cell, no stray CR, no NUL.
    """
    if data[:1] in b"\r\n" or b"\0" in data:
        return False
    if b"\r" in data and re.search(rb"\r(?!\n)", data):
        return False
    between = re.escape(delimiter).encode()
    cell = rb'"(?<![^%b\n]")[^"\r\n]*"(?![^%b\r\n])' % (between, between)
    return b'"' not in re.findall(cell + rb'|"', data)
