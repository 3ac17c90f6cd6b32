"""Read a staff file once into a clean table that keeps the line numbers.

Regular CSV and TSV files are read by Arrow, all others by the csv module of the standard library,
which knows the line of every row and error; XLSX by calamine; Parquet by DuckDB; a table in a
database stays in its engine. The result always has `line` and the columns COLUMNS as text.
"""

from __future__ import annotations

import csv
import glob
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..io import rdf
from ..io.resources import resource_dir
from ..io.xlsx import sheet_rows
from ..ontology.graph import Graph, load
from .engine import Engine, int64_array, source_name
from .rdf_people import read_rdf_people
from .spreadsheets import Row, delimiter_of, file_rows

if TYPE_CHECKING:
    import ibis
    import pyarrow

COLUMNS = ("person", "title", "unit", "role", "skills", "lacks", "assessed")
LIST_COLUMNS = ("skills", "lacks", "assessed")  # cells of several names, separated by ';'
REQUIRED_COLUMNS = ("person",)
AMBIGUOUS_ENDINGS = (".json", ".xml", ".owl")  # of files that may be anything
RDF_ENDINGS = tuple(e for e in rdf.RDF_FORMATS if e not in AMBIGUOUS_ENDINGS)
BATCH_ROWS = 50_000
MAX_ROWS, MAX_PARQUET = 1 << 27, 1 << 32  # small files unpack to large ones: rows, characters
MAX_PLAIN_BYTES = 1 << 33  # bytes; Arrow reads the file without decoding it into a str first
# white space as Arrow and Python have it; no two engines mean the same by \s
BLANK_CHARACTERS = "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@dataclass(frozen=True)
class Rejected:
    """An input row that was not used.

    Attributes:
        file: path of the file, or name of the table.
        line: in the file, from 1; in a table the row's number in the order of the persons.
        reason: why it was not used.
        fix: what to do.
        person: the key of the row if it is in a database table, which has no lines.
    """

    file: str
    line: int
    reason: str
    fix: str
    person: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data; `person` only of a table."""
        return {key: value for key, value in vars(self).items() if value is not None}


def contradiction(skill: str) -> tuple[str, str]:
    """Reason and fix of a row in which a skill is both recorded and lacking."""
    return f"both has and lacks the skill {skill}", "remove it from skills, assessed or lacks"


def duplicate_of(place: str) -> tuple[str, str]:
    """Reason and fix of a row whose person is also in an earlier row."""
    return f"duplicate of {place}", "put both rows into one"


@dataclass
class Staff:
    """A staff table, and the input rows that were rejected.

    Attributes:
        keyed: whether a row is identified by its person instead of its line.
    """

    table: ibis.Table
    file: str
    read: int
    rejected: list[Rejected] = field(default_factory=list)
    keyed: bool = False


def read_staff(
    path: str | Path | ibis.Table,
    connection: ibis.BaseBackend,
    mapping: Mapping[str, str] | None = None,
    graph: Graph | None = None,
) -> Staff:
    """Read a staff file into `connection`, or a table that lives there.

    Args:
        path: CSV, TSV, XLSX, Parquet, or RDF in our terms, W3C ORG, FOAF or schema.org;
            or an Ibis table.
        connection: any Ibis connection; the table is created there.
        mapping: column of ours to column of the file, where the names differ; none for RDF.
        graph: the ontology, which maps RDF terms to columns and values.

    Raises:
        InputError: the file cannot be used at all; the message has file, line and fix.
    """
    columns = mapping or {}
    if not isinstance(path, (str, Path)):
        return _read_table(path, Engine(connection), columns)
    table, rejected = _read_file(Path(path), columns, graph)
    read = table.num_rows + len(rejected)
    return Staff(Engine(connection).register_arrow(table), str(path), read, rejected)


def _read_file(
    path: Path, mapping: Mapping[str, str], graph: Graph | None
) -> tuple[pyarrow.Table, list[Rejected]]:
    """The rows of a file, and the rejected ones."""
    kind = path.suffix.lower()
    if kind == ".parquet":
        return _read_parquet(path, mapping), []
    if kind in RDF_ENDINGS:
        return read_rdf_people(path, graph or load()).select(["line", *COLUMNS]), []
    if kind == ".xlsx":
        return _read_rows(sheet_rows(path), path, mapping)
    if kind not in (".csv", ".tsv"):
        raise InputError(
            f"{path}: unknown ending; a staff file is .csv, .tsv, .xlsx, .parquet "
            f"or RDF ({' '.join(RDF_ENDINGS)})"
        )
    plain = read_plain_csv(path, mapping)
    return (plain, []) if plain else _read_rows(file_rows(path), path, mapping)


def _read_rows(
    rows: Iterator[Row], path: Path, mapping: Mapping[str, str]
) -> tuple[pyarrow.Table, list[Rejected]]:
    """The rows below the header row, and the rejected ones, which have another number of cells."""
    header = next(rows, (0, ()))[1]
    if not header:
        raise InputError(
            f"{path}: no header row; the first row names the columns, 'person' among them"
        )
    columns, rejected = _column_positions(header, path, mapping), list[Rejected]()
    table = _to_arrow(_rows_of_width(rows, len(header), str(path), rejected), columns)
    if not table.num_rows and not rejected:
        raise InputError(f"{path}: a header and no rows; give a file with people")
    return table, rejected


@cache
def _synonyms() -> dict[str, str]:
    """Folded synonym to column; a synonym is used if only one heading of the file matches."""
    with (resource_dir("ontology") / "staff" / "columns.csv").open(encoding="utf-8") as file:
        return {row["heading"]: row["column"] for row in csv.DictReader(file)}


def _column_positions(
    header: Sequence[str], path: str | Path, mapping: Mapping[str, str]
) -> dict[str, int]:
    """The index of each of our columns in the header.

    Raises InputError for a duplicate heading, a mapping to a column that does not exist, and a
    missing required column.
    """
    names = [str(h or "").strip() for h in header]
    listed = ", ".join(names)[:300]
    if twice := sorted(n for n, times in Counter(names).items() if n and times > 1):
        raise InputError(
            f"{path}, line 1: duplicate column {', '.join(twice)[:300]}; rename one of them"
        )
    for ours, theirs in mapping.items():
        if ours not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise InputError(f"--map {ours}={theirs}: no column {ours!r} of ours; ours are {known}")
        if theirs not in names:
            raise InputError(
                f"--map {ours}={theirs}: {path} has no column {theirs!r}; it has {listed}"
            )
    found = {ours: names.index(theirs) for ours, theirs in mapping.items()}
    folded = [re.sub(r"[\W_]", "", name.casefold()) for name in names]
    for ours in COLUMNS:
        fits = [i for i, name in enumerate(folded) if name == ours] or [
            i for i, name in enumerate(folded) if _synonyms().get(name) == ours
        ]
        if ours not in found and len(fits) == 1 and fits[0] not in found.values():
            found[ours] = fits[0]
    for ours in REQUIRED_COLUMNS:
        if ours not in found:
            fix = f"use --map {ours}='Column name', in Python mapping={{'{ours}': 'Column name'}}"
            raise InputError(f"{path}: no column {ours!r}; it has {listed}; {fix}")
    return found


def read_plain_csv(path: Path, mapping: Mapping[str, str]) -> pyarrow.Table | None:
    """Read a CSV or TSV file in which each line is one row with Arrow, in a tenth of the time.

    Returns None for any other file: only the csv module then knows the line of each row.
    """
    data = rdf.read_bytes(path, MAX_PLAIN_BYTES)
    start = data.find(b"\n") + 1 or len(data)
    first = rdf.check_encoding(data[:start], path).rstrip("\r\n")
    delimiter = delimiter_of(first, path)
    if '"' in first or not _are_rows(data, delimiter):
        return None
    header = first.split(delimiter)
    columns = _column_positions(header, path, mapping)
    raw = _parse_plain_csv(data, delimiter, len(header), [str(i) for i in columns.values()])
    if raw is None or not raw.num_rows:
        return None
    return _staff_columns({c: raw[str(i)] for c, i in columns.items()}, range(2, raw.num_rows + 2))


def _parse_plain_csv(
    data: bytes, delimiter: str, width: int, wanted: list[str]
) -> pyarrow.Table | None:
    """The wanted columns as text, named by their index; None if the rows differ in width."""
    import pyarrow as pa
    import pyarrow.csv

    try:
        return pa.csv.read_csv(
            pa.BufferReader(data),
            pa.csv.ReadOptions(skip_rows=1, column_names=[str(i) for i in range(width)]),
            pa.csv.ParseOptions(delimiter=delimiter, double_quote=False, ignore_empty_lines=False),
            pa.csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted
            ),
        )
    except pa.ArrowInvalid:
        return None


def _staff_columns(cells: Mapping[str, Any], lines: Any) -> pyarrow.Table:
    """The staff table of some columns: `line` and COLUMNS, trimmed; missing ones are null."""
    import pyarrow as pa

    none = pa.nulls(len(lines), pa.string())
    trimmed = {c: _trimmed(cells[c]) if c in cells else none for c in COLUMNS}
    return pa.table({"line": int64_array(lines), **trimmed})


def _are_rows(data: bytes, delimiter: str) -> bool:
    """Whether each line is exactly one row.

    That is: no blank line, no quote inside a cell, no stray CR, no NUL.
    """
    if data[:1] in b"\r\n" or b"\n\n" in data or b"\n\r" in data or b"\0" in data:
        return False
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        return False
    between = re.escape(delimiter).encode()
    cell = rb'"(?<![^%b\n]")[^"\r\n]*"(?![^%b\r\n])' % (between, between)
    return data.count(b'"') == 2 * len(re.findall(cell, data))


def _rows_of_width(
    rows: Iterable[Row], width: int, file: str, rejected: list[Rejected]
) -> Iterator[Row]:
    """The rows with as many cells as the header; the others are added to `rejected`."""
    for line, row in rows:
        if len(row) == width:
            yield line, row
        else:
            fix = "quote cells that contain the separator, or add the missing cells"
            rejected.append(Rejected(file, line, f"{len(row)} cells, the header has {width}", fix))


def _to_arrow(rows: Iterator[Row], columns: Mapping[str, int]) -> pyarrow.Table:
    """Rows as an Arrow table of `line` and COLUMNS; blank cells are null, others trimmed."""
    import pyarrow as pa

    schema = pa.schema([("line", pa.int64()), *((c, pa.string()) for c in COLUMNS)])
    chunks = [schema.empty_table()]
    while chunk := list(itertools.islice(rows, BATCH_ROWS)):
        lines, cells = zip(*chunk, strict=True)
        by_place = list(zip(*cells, strict=True))
        arrays = {c: pa.array(by_place[i], pa.string()) for c, i in columns.items()}
        chunks.append(_staff_columns(arrays, lines))
    return pa.concat_tables(chunks)


def _trimmed(values: Any) -> Any:
    """Cells without white space around them; blank ones are null.

    No Python scalar is given to Arrow: that would load pandas.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(values)
    filled = pc.cast(pc.binary_length(trimmed), pa.bool_())
    return (
        trimmed
        if pc.all(filled).as_py()
        else pc.if_else(filled, trimmed, pa.nulls(len(trimmed), pa.string()))
    )


def _read_table(table: ibis.Table, engine: Engine, mapping: Mapping[str, str]) -> Staff:
    """A table with its cells trimmed, in its engine.

    It has no lines: `line` numbers its rows in the order of the persons.
    """
    import ibis

    name = source_name(table)
    at = _column_positions(table.columns, name, mapping)
    clean = table.select(
        **{c: _trimmed_in_engine(table[at[c]]) if c in at else ibis.null("string") for c in COLUMNS}
    )
    order = [c for c in COLUMNS if c in at]  # the other cells tell duplicates apart
    staff = engine.materialize(
        clean.mutate(line=ibis.row_number().over(order_by=order) + 1).select("line", *COLUMNS)
    )
    ((rows,),) = engine.fetch_rows(staff.aggregate(rows=staff.count()))
    if not rows:
        raise InputError(f"{name}: no rows; give a table with people")
    return Staff(staff, name, rows, keyed=True)


def _trimmed_in_engine(cells: ibis.Column) -> Any:
    """The same as `_trimmed`, in an engine.

    Ibis's `strip` handles only ASCII, and on Spark treats the letters f and v as white space.
    """
    return (
        cells.cast("string")
        .re_replace(f"^[{BLANK_CHARACTERS}]+|[{BLANK_CHARACTERS}]+$", "")
        .nullif("")
    )


def _read_parquet(path: Path, mapping: Mapping[str, str]) -> pyarrow.Table:
    """The columns of a Parquet file as text; its row number, from 1, is the line."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path")
    engine = Engine()
    try:
        theirs = engine.con.read_parquet(
            glob.escape(str(path))
        )  # a name with * would read others too
        at = _column_positions(list(theirs.columns), path, mapping)
        ((rows,),) = engine.fetch_rows(theirs.aggregate(rows=theirs.count()))
        if not rows:
            raise InputError(f"{path}: no rows; give a file with people")
        if (
            rows > MAX_ROWS
            or sum(engine.fetch_rows(_text_bytes(theirs, list(at.values())))[0]) > MAX_PARQUET
        ):
            raise InputError(
                f"{path}: over {MAX_ROWS >> 20} million rows or {MAX_PARQUET >> 30} GiB of text; "
                "split it"
            )
        found = engine.to_arrow(
            theirs.select(**{c: theirs[i].cast("string") for c, i in at.items()})
        )
    except InputError:
        raise
    except Exception as error:  # a broken page shows only when it is read
        raise InputError(
            f"{path}: not a readable Parquet file ({type(error).__name__}); write it again"
        ) from None
    return _staff_columns({c: found[c] for c in at}, range(1, rows + 1))


def _text_bytes(table: ibis.Table, columns: Iterable[int]) -> ibis.Table:
    """The text in some columns, counted without unpacking it."""
    import ibis

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def strlen(text: str) -> int:
        """Replaced by the function of DuckDB that counts bytes."""
        return len(text.encode())

    return table.aggregate(
        **{f"size{c}": strlen(table[c].cast("string")).sum().fill_null(0) for c in columns}
    )
