"""Tables as a file or program has them: headings, a sample of rows, and columns on demand.

A source knows encoding, delimiter, sheet and header row, but nothing of people. Regular CSV and TSV
files are read by Arrow, all others by the csv module of the standard library, which knows the line
of every row and error; XLSX by calamine; Parquet by DuckDB.
"""

from __future__ import annotations

import glob
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ..errors import InputError
from ..io import json_ld, rdf
from ..io.resources import FilePath
from ..io.xlsx import Sheet, read_sheets
from .engine import Engine, int64_array
from .engine_text import as_text, text_bytes
from .headings import fold_heading, heading_kind
from .reading import Reading, ReadOptions, shown_lines
from .spreadsheets import Row, csv_rows, decode, delimiter_of
from .values import fold_value, meanings

BATCH_ROWS = 50_000
SAMPLE_ROWS, SAMPLE_BYTES = 1000, 1 << 19
HEADER_ROWS = 40  # the header is in one of the first rows
MAX_ROWS, MAX_PARQUET = 1 << 27, 1 << 32  # small files unpack to large ones: rows, characters
BLOCK_BYTES = 1 << 23  # that Arrow parses at once; smaller ones cost twice the time of the kernel
MAX_PLAIN_BYTES = 1 << 33  # bytes; Arrow reads the file without decoding it into a str first
MAX_NESTED = 3  # objects in a record of JSON that become columns
BLANK_STARTS = (*range(33), 0xC2, 0xE1, 0xE2, 0xE3)  # first bytes of white space in UTF-8
HeaderOf = Callable[[Sequence[Row]], int]  # the index of the header among the first rows


@dataclass
class Source:
    """A table before anything is known of its columns."""

    reading: Reading  # the form of the file, to be completed
    headings: list[str]  # of the columns
    sample: list[list[str]]  # the first rows below the header
    # gives an Arrow table of `line` and the wanted columns as text, named by their index, and the
    # short rows: (line, cells)
    load: Callable[[Sequence[int]], tuple[pa.Table, list[Row]]]
    # the texts of the rows above the header
    above: list[str] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)  # the other sheets of a workbook
    width: int = 0  # of the rows in the file, if that is not the number of headings
    skip_first: bool = False  # whether the first row below the header is a part of it


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
    at = _header_index(first, options, header_of, path)
    line, header = first[at]
    reading.header_row = line if line > 1 else None
    _report_above(first[:at], reading)

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
    if not found:
        raise InputError(
            f"{path}: no header row; the first row names the columns, 'person' among them"
        )
    return found


def _header_index(
    rows: Sequence[Row], options: ReadOptions, header_of: HeaderOf, path: Path
) -> int:
    """The index of the header row: as settled, or found."""
    if options.header_row is None:
        return header_of(rows[:HEADER_ROWS])
    lines = [line for line, _ in rows]
    if options.header_row not in lines:
        raise InputError(
            f"--header-row {options.header_row}: {path} has no such row among its first "
            f"{len(rows)}; give the line of the headings"
        )
    return lines.index(options.header_row)


def _report_above(rows: Sequence[Row], reading: Reading) -> None:
    """Report the rows above the header, which are not read."""
    for line, cells in rows:
        shown = ", ".join(filter(None, map(str.strip, cells)))[:80]
        reading.notes.append(f"Row {line} above the header is not read: {shown}")


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
    return _with_lines(table, range(line + 1, line + 1 + table.num_rows))


def _with_lines(table: pa.Table, lines: Any) -> pa.Table:
    """The table with its cells trimmed, blank ones null, and the number of each line."""
    cells = {name: trimmed(table[name]) for name in table.column_names}
    return pa.table({"line": int64_array(lines), **cells})


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


def to_arrow(rows: Iterable[Row], width: int, wanted: Sequence[int]) -> tuple[pa.Table, list[Row]]:
    """The wanted columns of the rows as text, and the rows of another width."""
    schema = pa.schema([("line", pa.int64()), *((str(i), pa.string()) for i in wanted)])
    chunks, short = [schema.empty_table()], list[Row]()

    def of_width() -> Iterator[Row]:
        for row in rows:
            if len(row[1]) == width:
                yield row
            else:
                short.append(row)

    each = of_width()
    while chunk := list(itertools.islice(each, BATCH_ROWS)):
        lines, cells = zip(*chunk, strict=True)
        by_place = list(zip(*cells, strict=True))
        arrays = {str(i): pa.array(by_place[i], pa.string()) for i in wanted}
        table = pa.table(arrays) if arrays else pa.table({})
        chunks.append(_with_lines(table, lines).cast(schema))
    return pa.concat_tables(chunks), short


def trimmed(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells without white space around them; blank ones are null."""
    chunks = [_trimmed(c) if _may_be_untrimmed(c) else c for c in values.chunks]
    return pa.chunked_array(chunks, values.type)


def _trimmed(cells: pa.Array) -> pa.Array:
    """No Python scalar is given to Arrow, which would load pandas."""
    cells = pc.utf8_trim_whitespace(cells)
    filled = pc.cast(pc.binary_length(cells), pa.bool_())
    return pc.if_else(filled, cells, pa.nulls(len(cells), cells.type))


def _may_be_untrimmed(cells: pa.Array) -> bool:
    """Whether a cell is blank, or has a first or last byte that may be of white space.

    To look at two bytes of each cell takes a tenth of the time that writing all cells again does.
    """
    _, ends, text = cells.buffers()
    size = 8 if pa.types.is_large_string(cells.type) else 4
    at: Any = np.frombuffer(ends, f"i{size}", len(cells) + 1, cells.offset * size)
    filled = at[1:] > at[:-1]
    if np.count_nonzero(filled) != len(cells) - cells.null_count:
        return True
    if not filled.any():
        return False
    octets = np.frombuffer(text, np.uint8)
    inside = octets[at[0] : at[-1]]
    if inside.min() > 32 and inside.max() < 128:
        return False  # no white space at all, as in a column of levels
    first, last = octets[at[:-1][filled]], octets[at[1:][filled] - 1]
    return bool(np.isin(first, BLANK_STARTS).any() or ((last <= 32) | (last >= 128)).any())


# workbooks ---------------------------------------------------------------------------


def sheet_source(path: Path, options: ReadOptions, header_of: HeaderOf) -> Source:
    """A sheet of a workbook: the one that is settled, else the first that is not hidden."""
    sheets = read_sheets(path)
    sheet = _chosen_sheet(path, sheets, options.sheet)
    rows = list(sheet.rows())
    reading = Reading(str(path), "xlsx", sheet=sheet.name)
    if not rows:
        raise InputError(
            f"{path}: no header row; the first row names the columns, 'person' among them"
        )
    at = _header_index(rows, options, header_of, path)
    line, header = rows[at]
    reading.header_row = line if line > 1 else None
    _report_above(rows[:at], reading)
    hidden = sorted({n for n, _ in rows[at + 1 :]}.intersection(sheet.hidden_rows))
    if hidden:
        reading.notes.append(f"Hidden rows, which are read: {shown_lines(hidden)}")
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


# Parquet, and tables in memory ----------------------------------------------------------


def parquet_source(path: Path) -> Source:
    """A Parquet file; its row number, from 1, is the line."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path")
    engine = Engine()

    def read(action: Callable[[], Any]) -> Any:
        try:
            return action()
        except InputError:
            raise
        except Exception as error:  # a broken page shows only when it is read
            raise InputError(
                f"{path}: not a readable Parquet file ({type(error).__name__}); write it again"
            ) from None

    # a name with * would read others, too
    theirs = read(lambda: engine.con.read_parquet(glob.escape(str(path))))
    found: Source = read(
        lambda: _engine_source(theirs, engine, Reading(str(path), "parquet"), True)
    )
    whole = found.load
    found.load = lambda wanted: read(lambda: whole(wanted))
    return found


def arrow_source(table: pa.Table, name: str) -> Source:
    """An Arrow table, or what pandas or Polars made one of."""
    engine = Engine()
    reading = Reading(name, "table")
    return _engine_source(engine.register_arrow(table), engine, reading, False)


def is_record_file(path: FilePath) -> bool:
    """Whether a file is JSON that is a list of records, or of such lines, and so a table."""
    kind = rdf.suffix_of(path)
    if kind not in (".json", *rdf.JSON_LINES_SUFFIXES):
        return False
    data = rdf.read_bytes(path)
    if kind != ".json":
        data = rdf.from_json_lines(data.lstrip().partition(b"\n")[0])
    return bool(_of_records(json_ld.record_lists(data)))


def _of_records(found: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The lists of a document that may be of records; one person alone is a list, too."""
    lists, whole = dict(found), found.get(json_ld.WHOLE, [{}])[0]
    names = (whole[key] for key in whole if heading_kind(key) in _OF_PEOPLE[0])
    is_person = all(any(heading_kind(k) in kinds for k in whole) for kinds in _OF_PEOPLE)
    if not is_person or any(isinstance(n, list) for n in names):
        lists.pop(json_ld.WHOLE, None)
    outer = {key: some for key, some in lists.items() if "." not in key or key in whole}
    return outer or {key: some for key, some in lists.items() if _is_of_people(key)}


def _is_of_people(path: str) -> bool:
    """Whether a path names people, or ends in a name of records, as in 'data.users.nodes'."""
    keys = [fold_value(key) for key in path.split(".")]
    return keys[-1] in meanings("records") or not meanings("people").keys().isdisjoint(keys)


def record_source(path: Path) -> Source:
    """A JSON list of records, or JSON lines; the number of a record, from 1, is the line."""
    data = rdf.read_bytes(path)
    if rdf.suffix_of(path) in rdf.JSON_LINES_SUFFIXES:
        data = rdf.from_json_lines(data)
    given = json_ld.record_lists(data)
    lists = _of_records(given)
    key = _list_of_people(lists, path)
    rows = [dict(_flat(record)) for record in lists[key]]
    headings = list(dict.fromkeys(key for row in rows for key in row))
    columns = [pa.array([json_text(row.get(key)) for row in rows], "string") for key in headings]
    engine = Engine()
    table = engine.register_arrow(pa.Table.from_arrays(columns, headings))
    reading = Reading(str(path), "JSON records")
    for other in (name for name in lists if json_ld.WHOLE != key != name):
        reading.notes.append(
            f"The list {other!r} next to {key!r} is not read: {len(lists[other]):,}"
        )
    for name, value in _flat(given.get(json_ld.WHOLE, [{}])[0]):
        is_of_pages = fold_heading(name.split(".")[-1]) in meanings("more pages")
        if is_of_pages and value and key != json_ld.WHOLE:
            reading.notes.append(f"One page of several, as {name!r} says: get the others, too")
    return _engine_source(table, engine, reading, False)


_OF_PEOPLE = (("person", "given", "family"), ("title", "role", "skill", "skills"))  # kinds of keys


def _list_of_people(lists: Mapping[str, Sequence[Mapping[str, Any]]], path: Path) -> str:
    """The key of the one list of records; of several, of that with names and more of people."""
    found = list(lists)
    for wanted in _OF_PEOPLE:
        fits = [k for k in found if any(heading_kind(key) in wanted for key in lists[k][0])]
        found = fits if len(found) > 1 and fits else found
    if not found:
        raise InputError(
            f"{path}: no list of records; write a JSON object for each person, in each line"
        )
    if len(found) > 1:
        found = ["all of it" if key == json_ld.WHOLE else key for key in found]
        raise InputError(
            f"{path}: several lists of records ({', '.join(map(repr, found))[:200]}); "
            "write the one with the people to a file of its own"
        )
    return found[0]


def _flat(record: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The keys and values of a record; an object in it as keys such as 'work.title'.

    An object of skills, whose keys are names and not headings, stays an object.
    """
    for key, given in record.items():
        value = _unwrapped(given)
        is_list = heading_kind(key) in ("skill", "skills", "lacks", "assessed")
        if isinstance(value, dict) and value and not is_list and above.count(".") < MAX_NESTED:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value


def _unwrapped(value: Any) -> Any:
    """A value without the object around it that MongoDB writes, as {"$date": "2026-01-31"}."""
    is_wrapped = isinstance(value, dict) and [name[:1] for name in value] == ["$"]
    return _unwrapped(*value.values()) if is_wrapped else value


def json_text(value: Any) -> str | None:
    """A value of a record as a cell; a list of plain values as names separated by ';'."""
    if isinstance(value, list) and not any(isinstance(v, (list, tuple, dict)) for v in value):
        return ";".join(str(json_text(item) or "").replace(";", "\uff1b") for item in value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return None if value is None else str(value)


def _engine_source(theirs: ibis.Table, engine: Engine, reading: Reading, limited: bool) -> Source:
    """A table that DuckDB reads; lists are joined with ';'."""
    headings = list(theirs.columns)
    cells = {str(i): as_text(theirs[i]) for i in range(len(headings))}

    def load(wanted: Sequence[int]) -> tuple[pa.Table, list[Row]]:
        ((rows,),) = engine.fetch_rows(theirs.aggregate(rows=theirs.count()))
        if not rows:
            raise InputError(f"{reading.file}: no rows; give a file with people")
        texts = theirs.select(**{str(i): cells[str(i)] for i in wanted})
        if limited and (
            rows > MAX_ROWS or sum(engine.fetch_rows(text_bytes(texts))[0]) > MAX_PARQUET
        ):
            raise InputError(
                f"{reading.file}: over {MAX_ROWS >> 20} million rows or {MAX_PARQUET >> 30} GiB "
                "of text; split it"
            )
        return _with_lines(engine.to_arrow(texts), range(1, rows + 1)), []

    first = engine.fetch_rows(theirs.select(**cells).head(SAMPLE_ROWS))
    sample = [[text or "" for text in row] for row in first]
    return Source(reading, headings, sample, load)
