"""Staff files: read once into a clean table that keeps line numbers.

CSV and TSV go through Arrow where they have no quirk, and else through the csv module of the
standard library, which knows the line of every row and fault; XLSX through openpyxl; Parquet
through DuckDB; a table of a warehouse stays in its engine. Whatever the source, the result has
the columns of COLUMNS as text, and `line`.
"""

from __future__ import annotations

import glob
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..io import rdf
from ..ontology.graph import Graph, load
from .engine import Engine, called, numbers
from .rdf_people import read_agents
from .spreadsheets import Row, csv_rows, delimiter_of, file_rows, xlsx_rows

if TYPE_CHECKING:
    import ibis
    import pyarrow

COLUMNS = ("person", "title", "unit", "role", "skills", "lacks", "assessed")
CELLS = ("skills", "lacks", "assessed")  # cells of several names, separated by ';'
NEEDED = ("person",)
RDF_ENDINGS = tuple(
    e for e in rdf.RDF_FORMATS if e not in (".json", ".xml", ".owl")
)  # these may hold anything
BATCH = 50_000
MAX_ROWS, MAX_PARQUET = 1 << 27, 1 << 32  # small files unpack to large ones: rows, characters
MAX_LINES = 1 << 33  # bytes of a file of lines, which is read without a copy of it as text
BLANK = "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # white space as Arrow and Python have it; no two engines mean the same by \s
GUESSES = {  # other spellings of a column, folded; taken only where exactly one fits
    "person": (
        "name",
        "employee",
        "employeeid",
        "personid",
        "id",
        "staffid",
        "employeename",
        "fullname",
    ),
    "title": ("jobtitle", "position", "jobname", "positiontitle"),
    "unit": ("department", "team", "orgunit", "businessunit", "division"),
    "skills": ("skill", "skillset", "competencies", "tools", "skillsandtools"),
    "role": ("mlopsrole",),
    "lacks": ("lackedskills", "gaps"),
    "assessed": ("assessedskills",),
}


@dataclass(frozen=True)
class Rejected:
    """An input row that was not used: where, why, and what to do; of a table the person too, who is the key of its row."""

    file: str
    line: int
    reason: str
    cure: str
    person: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data; `person` only of a table."""
        return {key: value for key, value in vars(self).items() if value is not None}


@dataclass
class Staff:
    """A staff table, and the rows that could not become part of it.

    Attributes:
        repeats: finds in a table of (line, who) the (line, first) of those who stand in an earlier row, if these are not all in the table.
        keyed: whether rows are known by their person, not by a line.
    """

    table: ibis.Table
    file: str
    read: int
    rejected: list[Rejected] = field(default_factory=list)
    repeats: Callable[[ibis.Table], Iterable[tuple[int, int]]] | None = None
    keyed: bool = False


def read_staff(
    path: str | Path | ibis.Table,
    connection: ibis.BaseBackend,
    mapping: Mapping[str, str] | None = None,
    graph: Graph | None = None,
) -> Staff:
    """Read a staff file into `connection`, or a table that lives there.

    Args:
        path: CSV, TSV, XLSX, Parquet, or RDF in our terms, W3C ORG, FOAF or schema.org; or an Ibis table.
        connection: any Ibis connection; the table is created there.
        mapping: column of ours to column of the file, where the names differ; none for RDF.
        graph: the ontology, which says what the terms of RDF mean.

    Raises InputError, with file, line and cure, if the file as a whole cannot be used.
    """
    if not isinstance(path, (str, Path)):
        return _read_table(path, Engine(connection), mapping or {})
    file, rejected = Path(path), list[Rejected]()
    kind = file.suffix.lower()
    if kind == ".parquet":
        table = _read_parquet(file, mapping or {})
        return Staff(Engine(connection).lend(table), str(path), table.num_rows)
    if kind in (".csv", ".tsv") and (plain := _read_plain(file, mapping or {})):
        return Staff(Engine(connection).lend(plain), str(path), plain.num_rows)
    if kind in RDF_ENDINGS:
        people = read_agents(file, graph or load())
        return Staff(
            Engine(connection).lend(people.select(["line", *COLUMNS])), str(path), people.num_rows
        )
    readers = {".csv": file_rows, ".tsv": file_rows, ".xlsx": xlsx_rows}
    if kind not in readers:
        raise InputError(
            f"{path}: unknown ending; a staff file is .csv, .tsv, .xlsx, .parquet or RDF ({' '.join(RDF_ENDINGS)})"
        )
    rows = readers[kind](file)
    first = next(rows, None)
    if first is None:
        raise InputError(
            f"{path}: no header row; the first row names the columns, 'person' among them"
        )
    columns = _columns(first[1], path, mapping or {})
    table = _to_arrow(_fitting(rows, len(first[1]), str(path), rejected), columns)
    if not table.num_rows and not rejected:
        raise InputError(f"{path}: a header and no rows; give a file with people")
    return Staff(
        Engine(connection).lend(table), str(path), table.num_rows + len(rejected), rejected
    )


def _columns(header: Sequence[str], path: str | Path, mapping: Mapping[str, str]) -> dict[str, int]:
    """Where each of our columns stands in the file."""
    names = [str(h or "").strip() for h in header]
    doubles = sorted(n for n, times in Counter(names).items() if n and times > 1)
    if doubles:
        raise InputError(
            f"{path}, line 1: column {', '.join(doubles)[:300]} stands there twice; rename one"
        )
    for ours, theirs in mapping.items():
        if ours not in COLUMNS:
            raise InputError(
                f"--map {ours}={theirs}: no column {ours!r} of ours; ours are {', '.join(COLUMNS)}"
            )
        if theirs not in names:
            raise InputError(
                f"--map {ours}={theirs}: {path} has no column {theirs!r}; it has {', '.join(names)[:300]}"
            )
    found = {ours: names.index(theirs) for ours, theirs in mapping.items()}
    folded = [re.sub(r"[\W_]", "", n.casefold()) for n in names]
    for ours in COLUMNS:
        fits = [i for i, n in enumerate(folded) if n == ours] or [
            i for i, n in enumerate(folded) if n in GUESSES[ours]
        ]
        if ours not in found and len(fits) == 1 and fits[0] not in found.values():
            found[ours] = fits[0]
    for ours in NEEDED:
        if ours not in found:
            cure = f"use --map {ours}='Column name', in Python mapping={{'{ours}': 'Column name'}}"
            raise InputError(f"{path}: no column {ours!r}; it has {', '.join(names)[:300]}; {cure}")
    return found


class Lines:
    """A CSV or TSV file of which each row is one line, as far as it is looked at.

    Attributes:
        data: all of it, without byte order mark.
        start: where the first row begins.
        delimiter: what stands between two cells.
    """

    def __init__(self, path: Path, mapping: Mapping[str, str]):
        """Raises InputError for a file that cannot be read."""
        self.path, self.data = path, rdf.read_bytes(path, MAX_LINES)
        self.start = self.data.find(b"\n") + 1 or len(self.data)
        first = rdf.check_encoding(self.data[: self.start], path).rstrip("\r\n")
        self.delimiter = delimiter_of(first, path)
        self._header, self._mapping = first.split(self.delimiter), mapping

    @cached_property
    def columns(self) -> dict[str, int]:
        """Where each of our columns stands. Raises InputError for a header that will not do."""
        return _columns(self._header, self.path, self._mapping)

    def are_rows(self, data: bytes) -> bool:
        """Whether no line of a part of the file is less or more than a row: no quote that does not enclose a whole cell, no stray CR, no NUL."""
        separator = re.escape(self.delimiter).encode()
        if '"' in "".join(self._header) or self.data[:1] in b"\r\n":
            return False
        if (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")) or b"\0" in data:
            return False
        return data.count(b'"') == 2 * len(
            re.findall(rb'"(?<![^%b\n]")[^"\r\n]*"(?![^%b\r\n])' % (separator, separator), data)
        )

    def table(self, data: bytes, line: int, skip: int = 0) -> pyarrow.Table | None:
        """Lines as a staff table, by Arrow in a tenth of the time; None where one is empty or of another width."""
        import pyarrow as pa
        import pyarrow.csv

        if b"\n\n" in data or b"\n\r" in data or data[:1] in b"\r\n":
            return None
        names, wanted = (
            [str(i) for i in range(len(self._header))],
            [str(i) for i in self.columns.values()],
        )
        form = pa.csv.ParseOptions(
            delimiter=self.delimiter, double_quote=False, ignore_empty_lines=False
        )
        as_text = pa.csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted
        )
        try:
            raw = pa.csv.read_csv(
                pa.BufferReader(data),
                pa.csv.ReadOptions(skip_rows=skip, column_names=names),
                form,
                as_text,
            )
        except pa.ArrowInvalid:
            return None
        cells = {
            name: _trimmed(raw[str(self.columns[name])])
            if name in self.columns
            else pa.nulls(raw.num_rows, pa.string())
            for name in COLUMNS
        }
        return pa.table({"line": numbers(range(line, raw.num_rows + line)), **cells})

    def part(self, data: bytes, line: int) -> tuple[pyarrow.Table, list[Rejected]] | None:
        """Some lines, the first of that number, as a staff table and the rows that do not fit it; None where lines are no rows."""
        if not self.are_rows(data):
            return None
        if plain := self.table(data, line):
            return plain, []
        rejected: list[Rejected] = []
        rows = csv_rows(rdf.check_encoding(data, self.path), self.delimiter, self.path, line)
        return _to_arrow(
            _fitting(rows, len(self._header), str(self.path), rejected), self.columns
        ), rejected


def _read_plain(path: Path, mapping: Mapping[str, str]) -> pyarrow.Table | None:
    """A CSV or TSV file without any quirk; None where it has one: only the csv module then knows the line of each row."""
    lines = Lines(path, mapping)
    table = lines.table(lines.data, 2, skip=1) if lines.are_rows(lines.data) else None
    return table if table is not None and table.num_rows else None


def _fitting(rows: Iterable[Row], width: int, file: str, rejected: list[Rejected]) -> Iterator[Row]:
    """The rows that have as many cells as the header; the others are rejected."""
    for line, row in rows:
        if len(row) == width:
            yield line, row
        else:
            cure = "quote cells that contain the separator, or add the missing cells"
            rejected.append(Rejected(file, line, f"{len(row)} cells, the header has {width}", cure))


def _to_arrow(rows: Iterator[Row], columns: Mapping[str, int]) -> pyarrow.Table:
    """Rows as an Arrow table of `line` and COLUMNS; blank cells are null, others trimmed."""
    import pyarrow as pa

    schema = pa.schema([("line", pa.int64()), *((c, pa.string()) for c in COLUMNS)])
    batches = []
    while chunk := list(itertools.islice(rows, BATCH)):
        lines, cells = zip(*chunk, strict=True)
        turned = list(zip(*cells, strict=True))
        arrays: list[Any] = [pa.array(lines, pa.int64())]
        for name in COLUMNS:
            values = (
                pa.array(turned[columns[name]], pa.string())
                if name in columns
                else pa.nulls(len(chunk), pa.string())
            )
            arrays.append(_trimmed(values))
        batches.append(pa.record_batch(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


def _trimmed(values: Any) -> Any:
    """Cells without white space around them; blank ones are null. Without a scalar of ours, which would load pandas."""
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
    """A table with its cells trimmed, in its engine. It has no lines: they are its numbers in the order of the persons."""
    import ibis

    name = called(table)
    at = _columns(table.columns, name, mapping)
    clean = table.select(
        **{c: _stripped(table[at[c]]) if c in at else ibis.null("string") for c in COLUMNS}
    )
    order = [
        c for c in COLUMNS if c in at
    ]  # who stands there twice is told apart by the other cells
    staff = engine.keep(
        clean.mutate(line=ibis.row_number().over(order_by=order) + 1).select("line", *COLUMNS)
    )
    ((rows,),) = engine.rows(staff.aggregate(rows=staff.count()))
    if not rows:
        raise InputError(f"{name}: no rows; give a table with people")
    return Staff(staff, name, rows, keyed=True)


def _stripped(cells: ibis.Column) -> Any:
    """What `_trimmed` does, in an engine. Ibis's `strip` knows ASCII alone, and on Spark takes the letters f and v for white space."""
    return cells.cast("string").re_replace(f"^[{BLANK}]+|[{BLANK}]+$", "").nullif("")


def _read_parquet(path: Path, mapping: Mapping[str, str]) -> pyarrow.Table:
    """The columns of a Parquet file as text; its row number, from 1, is the line."""
    import ibis
    import pyarrow as pa

    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path")
    engine = Engine()
    try:
        theirs = engine.con.read_parquet(
            glob.escape(str(path))
        )  # a name with * would read others too
        at = _columns(list(theirs.columns), path, mapping)
        ((rows,),) = engine.rows(theirs.aggregate(rows=theirs.count()))
        if not rows:
            raise InputError(f"{path}: no rows; give a file with people")
        if rows > MAX_ROWS or sum(engine.rows(_bytes(theirs, list(at.values())))[0]) > MAX_PARQUET:
            raise InputError(
                f"{path}: over {MAX_ROWS >> 20} million rows or {MAX_PARQUET >> 30} GiB of text; split it"
            )
        found = engine.arrow(
            theirs.select(
                line=ibis.row_number() + 1, **{c: theirs[i].cast("string") for c, i in at.items()}
            )
        )
    except InputError:
        raise
    except Exception as error:  # a broken page shows only when it is read
        raise InputError(
            f"{path}: not a readable Parquet file ({type(error).__name__}); write it again"
        ) from None
    return pa.table(
        {
            "line": found["line"],
            **{c: _trimmed(found[c]) if c in at else pa.nulls(rows, pa.string()) for c in COLUMNS},
        }
    )


def _bytes(table: ibis.Table, columns: Iterable[int]) -> ibis.Table:
    """The text in some columns, counted without unpacking it."""
    import ibis

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def strlen(text: str) -> int:
        """DuckDB's count of bytes, which stands for this one."""
        return len(text.encode())

    return table.aggregate(
        **{f"size{c}": strlen(table[c].cast("string")).sum().fill_null(0) for c in columns}
    )
