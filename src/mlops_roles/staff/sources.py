"""Tables as a file or program has them: headings, a sample of rows, and columns on demand.

A source knows encoding, delimiter, sheet and header row, but nothing of people. CSV, workbooks and
records of JSON have modules of their own; DuckDB reads Parquet, and tables in memory.
"""

from __future__ import annotations

import glob
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError
from ..io.xlsx import Sheet
from .arrow_arrays import int64_array
from .engine import Engine
from .engine_text import as_text, text_bytes
from .reading import Reading
from .spreadsheets import Row

BATCH_ROWS = 50_000
SAMPLE_ROWS = 1000
MAX_ROWS, MAX_PARQUET = 1 << 27, 1 << 32  # small files unpack to large ones: rows, characters
BLANK_STARTS = (*range(33), 0xC2, 0xE1, 0xE2, 0xE3)  # first bytes of white space in UTF-8


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


def with_lines(table: pa.Table, lines: Any) -> pa.Table:
    """The table with its cells trimmed, blank ones null, and the number of each line."""
    cells = {name: trimmed(table[name]) for name in table.column_names}
    return pa.table({"line": int64_array(lines), **cells})


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
        chunks.append(with_lines(table, lines).cast(schema))
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
    found: Source = read(lambda: engine_source(theirs, engine, Reading(str(path), "parquet"), True))
    whole = found.load
    found.load = lambda wanted: read(lambda: whole(wanted))
    return found


def arrow_source(table: pa.Table, name: str) -> Source:
    """An Arrow table, or what pandas or Polars made one of."""
    engine = Engine()
    reading = Reading(name, "table")
    return engine_source(engine.register_arrow(table), engine, reading, False)


def engine_source(theirs: ibis.Table, engine: Engine, reading: Reading, limited: bool) -> Source:
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
        return with_lines(engine.to_arrow(texts), range(1, rows + 1)), []

    first = engine.fetch_rows(theirs.select(**cells).head(SAMPLE_ROWS))
    sample = [[text or "" for text in row] for row in first]
    return Source(reading, headings, sample, load)
