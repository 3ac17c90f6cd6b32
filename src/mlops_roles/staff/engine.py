"""Databases that hold the staff table and run the audit: any Ibis connection.

The expressions of an audit are the same on every engine. This module has what differs: opening a
database, creating small tables in it, and fetching rows.
"""

from __future__ import annotations

import contextlib
import json
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from ..errors import InputError, UnknownName
from ..io import atomic
from .compiled import compiled, is_plain

if TYPE_CHECKING:
    import ibis
    import pyarrow

NATIVE_BACKENDS = ("duckdb", "pyspark")  # backends whose own API is used, too
EXTRAS = {"postgres": "postgres", "pyspark": "spark"}  # Ibis's name of a backend: our extra
OPEN_FIXES = {  # where a database does not open
    "": "check address, rights and credentials",
    "pyspark": "Spark needs Java 17 or later, or the address of a server in SPARK_REMOTE",
}
BUILTIN = (OSError, ValueError, TypeError, AttributeError)  # the last two of odd parameters
BLOCK = 1 << 18  # integers that are combined at once, which the cache of a processor can hold
# in the name of a parameter
SECRET_PARAMETERS = ("pass", "pwd", "secret", "token", "key", "credential")


def embedded_duckdb() -> ibis.BaseBackend:
    """A connection to DuckDB in memory, whose temporary tables no other connection sees."""
    import os

    import ibis

    connection = ibis.duckdb.from_connection(_database(os.getpid()).cursor())
    connection.con.execute("SET enable_progress_bar = false")  # DuckDB draws one in a notebook
    return connection


@cache
def _database(process: int) -> Any:
    """The DuckDB of a process, not of one it was forked from; it spills to disk.

    To start one takes 20 ms of a processor, as much as a tenth of the audit of a small table.
    """
    import duckdb

    return duckdb.connect(config={"temp_directory": _spill_directory(f"memory of {process}")})


def connect(url: str) -> ibis.BaseBackend:
    """Open the database that a URL of `ibis.connect` names, for reading only where its engine can.

    Raises InputError for an unknown engine, a missing driver, and a database that does not open. No
    message has a password of the URL.
    """
    import warnings

    scheme, found, _ = url.partition("://")
    scheme = scheme.lower().replace("postgresql", "postgres")
    if not found or scheme not in _backend_names():
        raise InputError(
            f"{without_secrets(url)}: no engine that Ibis knows; write duckdb://FILE, "
            f"postgres://USER@HOST/DATABASE or pyspark:// ({', '.join(_backend_names())})"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # PySpark has one about pandas 3
        return _open_connection(scheme, url)


def _open_connection(scheme: str, url: str) -> ibis.BaseBackend:
    import ibis

    parts, given = _parse_url(scheme, url)
    try:
        backend = getattr(ibis, scheme)
        with database_errors(url, OPEN_FIXES.get(scheme, OPEN_FIXES[""]), *BUILTIN):
            connection: ibis.BaseBackend = backend._from_url(parts, **given)
    except ImportError:  # some backends import their driver when they connect
        extra = (
            f"mlops-roles[{EXTRAS[scheme]}]" if scheme in EXTRAS else f"ibis-framework[{scheme}]"
        )
        raise InputError(
            f"{without_secrets(url)}: the driver of {scheme} is missing; pip install '{extra}'"
        ) from None
    return connection


def _parse_url(scheme: str, url: str) -> tuple[SplitResult, dict[str, Any]]:
    """The parts of a URL and its parameters, with defaults that the engine does not set itself."""
    import os

    parts = urlsplit(url)
    given: dict[str, Any] = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError:  # its message may have a part of a password
        raise InputError(
            f"{without_secrets(url)}: no number as port; in a password write / as %2F, "
            "? as %3F, # as %23"
        ) from None
    file = Path(parts.netloc + parts.path)
    if scheme in ("duckdb", "sqlite") and not file.is_file():  # they would make it
        raise InputError(f"{without_secrets(url)}: no such file; check the path")
    if scheme == "duckdb":
        given = {
            "read_only": True,
            "temp_directory": _spill_directory(str(file.absolute())),
        } | given
    elif scheme == "postgres" and not port and "PGPORT" in os.environ:
        given = {"port": os.environ["PGPORT"]} | given  # Ibis passes 5432, which beats it
    return parts, given


def open_table(connection: ibis.BaseBackend, name: str, url: str) -> ibis.Table:
    """A table of a database by its name, qualified by a schema if necessary.

    Raises UnknownName, with the nearest names, and InputError if the table cannot be read.
    """
    *schema, table = name.split(".")
    database = ".".join(schema) or None
    try:
        return connection.table(table, database=database)
    except Exception as error:  # each engine has its own
        with database_errors(url, "check the name of the schema", OSError, ValueError):
            known = _table_names(connection, database)
        if table not in known:
            fix = f"there are {', '.join(sorted(known))[:300]}" if known else "there is none"
            place = f"{f'{database} of ' if database else ''}{without_secrets(url)}"
            raise UnknownName(table, f"table in {place}", known, fix) from None
        raise _database_error(url, error, "check the rights to it") from None


def _table_names(connection: Any, database: str | None) -> list[str]:
    """The tables and views of a schema, or of the one that a bare name is looked up in."""
    if connection.name != "duckdb":
        names: list[str] = connection.list_tables(database=database)
        return names
    # Ibis 12 lists them by a method that DuckDB 2 does not have
    found = connection.con.sql("SHOW ALL TABLES").fetchall()
    here = (database or connection.current_database).casefold()
    return [
        name
        for catalog, schema, name, *_ in found
        if here in (schema.casefold(), f"{catalog}.{schema}".casefold())
    ]


@contextlib.contextmanager
def database_errors(url: str, fix: str, *more: type[Exception]) -> Iterator[None]:
    """Turn errors of a database or its driver into an InputError of one line, without secrets.

    It names the fix. `more` are built-in exceptions that the driver raises, too.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        if type(error).__module__ == "builtins" and not isinstance(error, more):
            raise
        raise _database_error(url, error, fix) from None


def _database_error(url: str, error: Exception, fix: str) -> InputError:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " ".join(lines)[:400] if len(lines) < 4 else lines[0][:400]
    for secret in sorted(_secrets(url), key=len, reverse=True):
        text = text.replace(secret, "***")
    return InputError(f"{without_secrets(url)}: {text or type(error).__name__}; {fix}")


def without_secrets(url: str) -> str:
    """A URL without password and parameters; of other text, only what follows its '@'."""
    scheme, found, rest = url.partition("://")
    scheme, rest = (f"{scheme}://", rest) if found else ("", url)
    if "@" in rest:
        user, _, rest = rest.rpartition("@")
        scheme += f"{user.split(':')[0]}@" if found else "***@"
    return scheme + rest.partition("?")[0]


def _secrets(url: str) -> set[str]:
    """The passwords in a URL, both percent-encoded and decoded."""
    user = url.partition("://")[2].rpartition("@")[0].partition(":")[2]
    named = {
        v
        for k, v in parse_qsl(urlsplit(url).query)
        if any(s in k.lower() for s in SECRET_PARAMETERS)
    }
    return {text for s in (user, *named) for text in (s, unquote(s)) if text}


@cache
def _backend_names() -> list[str]:
    """The backends of Ibis."""
    from importlib.metadata import entry_points

    return sorted({entry.name for entry in entry_points(group="ibis.backends")})


def backend_for(staff: Any, connection: ibis.BaseBackend | None = None) -> ibis.BaseBackend:
    """The connection of an Ibis table; for anything else, the one given or embedded DuckDB.

    Raises InputError if a connection is given and the table is in another one.
    """
    if not hasattr(staff, "get_backend"):
        return connection if connection is not None else embedded_duckdb()
    own: ibis.BaseBackend = staff.get_backend()
    if connection is not None and connection is not own:
        raise InputError(
            f"{source_name(staff)}: the table is in another connection; "
            "pass that one, or leave connection out"
        )
    return own


def is_records(staff: Any) -> bool:
    """Whether it is a list of dictionaries, each a row."""
    return isinstance(staff, (list, tuple)) and bool(staff) and isinstance(staff[0], Mapping)


def source_name(staff: Any) -> str:
    """The path of a file, or the name of a table of a database; 'table' for all else."""
    if isinstance(staff, (str, Path)):
        return str(staff)
    if isinstance(staff, (list, tuple)) and not is_records(staff):
        return ", ".join(map(source_name, staff))
    op = staff.op() if hasattr(staff, "op") else None
    return str(getattr(op, "name", "table")) if not hasattr(op, "data") else "table"


def _spill_directory(database: str) -> str:
    """A folder for one database, which DuckDB makes when memory is short.

    It depends on the database alone: DuckDB opens no file twice with two configurations.
    """
    import hashlib

    return str(_scratch_dir() / hashlib.sha256(database.encode()).hexdigest()[:16])


@cache
def _scratch_dir() -> Path:
    """A folder for what engines write to disk, removed at the end of this process.

    If the process is killed, the next one that starts an engine removes it.
    """
    import atexit
    import os
    import tempfile

    stack, process = contextlib.ExitStack(), os.getpid()
    atexit.register(lambda: stack.close() if os.getpid() == process else None)  # not in a fork
    try:
        parent = Path(tempfile.gettempdir())
        return stack.enter_context(atomic.locked_tempdir(parent, "mlops-roles-engine-"))
    except OSError as error:
        raise InputError(
            f"{error.filename or 'temporary files'}: cannot be written ({error.strerror}); "
            "name a folder with room in TMPDIR"
        ) from None


class Engine:
    """An Ibis connection, with tables put in and rows taken out.

    Tables put in are temporary, and dropped when nothing refers to them. The APIs of DuckDB and
    Spark are used directly: Ibis itself loads pandas for this, which takes 0.25 s of a process that
    otherwise takes 1 s, and turns missing text into NaN.
    """

    def __init__(self, connection: ibis.BaseBackend | None = None):
        self.con: Any = connection if connection is not None else embedded_duckdb()

    def from_rows(self, types: Mapping[str, type], rows: Iterable[Sequence[Any]]) -> ibis.Table:
        """A small table of ours, under a name that no table of the user has."""
        import ibis

        table = arrow_table(types, rows)
        return (
            self.register_arrow(table) if self.con.name in NATIVE_BACKENDS else ibis.memtable(table)
        )

    def register_arrow(self, table: pyarrow.Table) -> ibis.Table:
        """An Arrow table as a table of the engine; DuckDB reads it where it is."""
        import ibis

        name = ibis.util.gen_name("mlops_roles")
        if self.con.name == "duckdb":
            self.con.con.register(name, table)
            view = self._table(name, ibis.Schema.from_pyarrow(table.schema))
            return _drop_when_unreferenced(view, self.con.con.unregister, name)
        if self.con.name == "pyspark":
            self.con._session.createDataFrame(table).createTempView(name)
            return _drop_when_unreferenced(
                self.con.table(name), self.con._session.catalog.dropTempView, name
            )
        return self.materialize(ibis.memtable(table))

    def materialize(self, table: ibis.Table) -> ibis.Table:
        """A table computed once, and kept; where an engine has no temporary tables, as it is."""
        import ibis

        if self.con.name == "pyspark" or (self.con.name == "duckdb" and not is_plain(table)):
            return table.cache()
        name = ibis.util.gen_name("mlops_roles")
        if self.con.name == "duckdb":
            schema, place = table.schema(), f'temp.main."{name}"'
            columns = ", ".join(c.sql("duckdb") for c in schema.to_sqlglot_column_defs("duckdb"))
            self.con.raw_sql(f"CREATE TEMP TABLE {place} ({columns})")
            self.con.raw_sql(f"INSERT INTO {place} {compiled(self.con, table)}")
            made = self._table(name, schema, catalog="temp", database="main")
            return _drop_when_unreferenced(made, self.con.drop_table, name)
        try:
            return _drop_when_unreferenced(
                self.con.create_table(name, table, temp=True), self.con.drop_table, name
            )
        except (NotImplementedError, ibis.common.exceptions.IbisError):
            return table

    def _table(self, name: str, schema: ibis.Schema, **place: str) -> ibis.Table:
        """A table that was just made; `con.table` would ask the database for the schema."""
        from ibis.expr import operations as ops

        made = ops.DatabaseTable(name, schema, source=self.con, namespace=ops.Namespace(**place))
        table: ibis.Table = made.to_expr()
        return table

    def combine_flags(self, rows: ibis.Table, width: int) -> ibis.Table:
        """(key, flags) of each key in rows of these two columns, its flags combined by "or".

        A key is a whole number of at most 63 - `width` bits, flags are one of `width` bits. For
        DuckDB numpy sorts them, in a third of the time that DuckDB takes to group them.
        """
        if self.con.name != "duckdb":
            flags = self._any_bit(rows.flags.cast("int8"))
            return self.materialize(rows.group_by("key").agg(flags=flags))
        import pyarrow as pa

        found = self.to_arrow(rows.select(packed=(rows.key << width) + rows.flags))["packed"]
        packed = int64_array(_combine_sorted(sorted_values(found), width))
        kept = self.register_arrow(pa.table({"packed": packed}))
        return kept.select(key=kept.packed >> width, flags=kept.packed & ((1 << width) - 1))

    def _any_bit(self, bits: Any) -> Any:
        """The bits that are set in any row of a group. Spark has it; Ibis 12 does not know that."""
        import ibis

        @ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
        def bit_or(bits: int) -> int:
            """Replaced by the function of the engine."""
            return bits

        return bits.bit_or() if self.con.has_operation(ibis.expr.operations.BitOr) else bit_or(bits)

    def joined_text(self, text: Any, order: Any, where: Any) -> Any:
        """The texts of a group where a condition holds, joined by ';'; null without any.

        `order` is a number for each text, which orders them as Python orders the texts. Spark
        orders nothing by another column, and orders texts as Python does.
        """
        if self.con.name == "pyspark":
            return text.collect(where=where).sort().join(";").nullif("")
        return text.group_concat(";", where=where, order_by=order)

    def to_arrow(self, table: ibis.Table) -> pyarrow.Table:
        """The rows of an expression as an Arrow table."""
        if self.con.name == "duckdb":
            return self.con.con.sql(compiled(self.con, table)).to_arrow_table()
        if self.con.name == "pyspark":
            return self.con.raw_sql(self.con.compile(table)).toArrow()
        return self.con.to_pyarrow(table)

    def fetch_rows(self, table: ibis.Table) -> list[tuple[Any, ...]]:
        """The rows of an expression."""
        if self.con.name == "duckdb":
            found: list[tuple[Any, ...]] = self.con.raw_sql(compiled(self.con, table)).fetchall()
            return found
        return list(zip(*self.to_arrow(table).to_pydict().values(), strict=True))


def _drop_when_unreferenced(table: ibis.Table, drop: Callable[[str], Any], name: str) -> ibis.Table:
    """A table of the engine that is dropped when no expression refers to it any more."""
    weakref.finalize(table.op(), _drop, drop, name).atexit = False
    return table


def _drop(drop: Callable[[str], Any], name: str) -> None:
    with contextlib.suppress(Exception):  # of a connection that is closed already
        drop(name)


def arrow_table(types: Mapping[str, type], rows: Iterable[Sequence[Any]]) -> pyarrow.Table:
    """Rows as an Arrow table of integers and text.

    Integers are used as they are, and text is parsed from JSON: `pyarrow.array` loads pandas.
    """
    import pyarrow as pa
    import pyarrow.json

    schema = pa.schema(
        [(name, pa.int64() if kind is int else pa.string()) for name, kind in types.items()]
    )
    empty = pa.Table.from_batches([], schema)
    if set(types.values()) == {int}:
        numbers = [array("q", column) for column in zip(*rows, strict=True)]
        buffers = (([None, pa.py_buffer(column)], len(column)) for column in numbers)
        columns = [pa.Array.from_buffers(pa.int64(), n, parts) for parts, n in buffers]
        return pa.Table.from_arrays(columns, schema=schema) if columns else empty
    text = "\n".join(json.dumps(dict(zip(types, row, strict=True))) for row in rows)
    if not text:
        return empty
    size = max(1 << 20, len(text) + 1)  # a row may be as long as a block
    return pa.json.read_json(
        pa.py_buffer(text.encode()),
        pa.json.ReadOptions(block_size=size),
        pa.json.ParseOptions(explicit_schema=schema),
    )


def int64_array(values: Sequence[int] | Any) -> pyarrow.Array:
    """Integers as an Arrow array (int64), from anything that numpy can convert."""
    import numpy as np
    import pyarrow as pa

    if isinstance(values, range):
        values = np.arange(values.start, values.stop, values.step)
    whole = np.ascontiguousarray(values, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(whole), [None, pa.py_buffer(whole)])


def sorted_values(column: pyarrow.ChunkedArray) -> Any:
    """The integers of an Arrow column without nulls, sorted, as an array of numpy.

    Its memory is of Arrow: numpy asks the kernel for huge pages, which may be slow to come. The
    stable sort takes a quarter of the time of the other where lines are nearly in order.
    """
    import numpy as np
    import pyarrow as pa

    values, end = np.frombuffer(pa.allocate_buffer(8 * len(column)), np.int64), 0
    for part in column.chunks:
        values[end : end + len(part)] = np.frombuffer(
            part.buffers()[1], np.int64, len(part), 8 * part.offset
        )
        end += len(part)
    values.sort(kind="stable")
    return values


def _combine_sorted(packed: Any, width: int) -> Any:
    """Sorted integers, those that differ in the last `width` bits alone combined by "or", in place.

    It goes block by block, because new memory takes longer than all that is done in it.
    """
    import numpy as np

    end = 0
    for start in range(0, len(packed), BLOCK):
        block = packed[start : start + BLOCK]
        keys = block >> width
        first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
        found = np.bitwise_or.reduceat(block, first)
        if end and packed[end - 1] >> width == keys[0]:
            packed[end - 1] |= found[0]
            found = found[1:]
        packed[end : end + len(found)] = found
        end += len(found)
    return packed[:end]


def string_array(values: Iterable[str]) -> pyarrow.Array:
    """Strings as an Arrow array (large_string); `pyarrow.array` would load pandas."""
    import numpy as np
    import pyarrow as pa

    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return pa.Array.from_buffers(
        pa.large_string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    )
