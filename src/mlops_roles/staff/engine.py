"""Where tables live and are asked: any Ibis connection.

The expressions of an audit are the same on every engine. Here is the little that is not:
how a table of ours comes to stand beside the user's, and how rows come back.
"""

from __future__ import annotations

import contextlib
import json
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..io import atomic

if TYPE_CHECKING:
    import ibis
    import pyarrow
    from pyspark.sql import SparkSession

ENGINES = ("duckdb", "spark")
NATIVE_BACKENDS = ("duckdb", "pyspark")  # Ibis's names of those that are spoken to directly
CURE = "pip install 'mlops-roles[spark]' and Java 17 or later, or use --engine duckdb"
LOG = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c{1}: %m%n
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
"""


def connect(name: str = "duckdb") -> ibis.BaseBackend:
    """An Ibis connection to an engine that runs in this process: 'duckdb', or 'spark' in local mode.

    Raises InputError with the cure if the engine is not installed.
    """
    import ibis

    if name == "duckdb":
        return ibis.duckdb.connect(
            temp_directory=str(_scratch() / ibis.util.gen_name("duckdb"))
        )  # made when memory is short
    if name == "spark":
        return _spark()
    raise InputError(
        f"{name!r}: no such engine; use {' or '.join(ENGINES)}, or pass an Ibis connection to audit() in Python"
    )


def backend_for(
    staff: str | Path | ibis.Table, connection: ibis.BaseBackend | None = None
) -> ibis.BaseBackend:
    """The connection that a table lives in; for a file the one given, or embedded DuckDB.

    Raises InputError if a table is to be asked through a connection that it does not live in.
    """
    if isinstance(staff, (str, Path)):
        return connection if connection is not None else connect()
    own: ibis.BaseBackend = staff.get_backend()
    if connection is not None and connection is not own:
        raise InputError(
            f"{source_name(staff)}: the table lives in another connection; pass that one, or leave connection out"
        )
    return own


def source_name(staff: str | Path | ibis.Table) -> str:
    """The path of a file, or the name of a table; of an expression, 'table'."""
    return (
        str(staff) if isinstance(staff, (str, Path)) else str(getattr(staff.op(), "name", "table"))
    )


def _spark() -> ibis.BaseBackend:
    """Spark in local mode, or the session that runs in this process already."""
    import warnings

    _check_spark()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", FutureWarning
        )  # of a pandas that is newer than PySpark knows, and that we do not use
        import ibis
        from pyspark.sql import SparkSession

        return ibis.pyspark.connect(SparkSession.getActiveSession() or _start_spark())


@cache
def _scratch() -> Path:
    """A folder for what engines write to disk. It goes with this process; that of a killed one goes when an engine is started next."""
    import atexit
    import os
    import tempfile

    stack, process = contextlib.ExitStack(), os.getpid()
    atexit.register(
        lambda: stack.close() if os.getpid() == process else None
    )  # not with a fork of it
    try:
        return stack.enter_context(
            atomic.locked_tempdir(Path(tempfile.gettempdir()), "mlops-roles-engine-")
        )
    except OSError as error:
        raise InputError(
            f"{error.filename or 'temporary files'}: cannot be written ({error.strerror}); name a folder with room in TMPDIR"
        ) from None


def _check_spark() -> None:
    """Raise InputError, with the cure, where Spark or Java is missing."""
    import importlib.util
    import os
    import shutil

    if not importlib.util.find_spec("pyspark"):
        raise InputError(f"spark: not installed; {CURE}")
    home = os.environ.get("JAVA_HOME")
    if not shutil.which(str(Path(home, "bin", "java")) if home else "java"):
        raise InputError(f"spark: no Java found{' in JAVA_HOME' if home else ''}; {CURE}")


def _start_spark() -> SparkSession:
    """A session of our own, which ends with this process."""
    import atexit

    from pyspark.sql import SparkSession

    scratch = _scratch()
    try:
        builder = SparkSession.builder.appName("mlops-roles").master("local[*]")
        session = builder.config(map=_settings(scratch)).getOrCreate()
    except Exception as error:  # the gateway raises many kinds where Java is too old or broken
        raise InputError(f"spark: does not start ({type(error).__name__}); {CURE}") from None
    atexit.register(session.stop)  # the last to be registered is the first to run
    return session


def _settings(scratch: Path) -> dict[str, bool | float | int | str | None]:
    """A quiet Spark, on loopback and without a page of its own, that writes into its scratch folder alone."""
    import os

    log = scratch / "log4j2.properties"
    log.write_text(LOG, "utf-8")
    return {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f'-Dlog4j2.configurationFile={log.as_uri()} "-Djava.io.tmpdir={scratch}"',
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(scratch),
        "spark.sql.execution.arrow.localRelationThreshold": "1m",  # a larger table would be part of every plan
        "spark.sql.shuffle.partitions": str(os.cpu_count() or 2),
        "spark.sql.warehouse.dir": str(scratch),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


class Engine:
    """An Ibis connection, with tables put in and rows taken out.

    What is put in is temporary, and goes when nothing refers to it any more. DuckDB and Spark are
    spoken to directly: Ibis's own ways in and out load pandas, a quarter of a second in a process
    that otherwise takes one, and in pandas a missing text is a number.
    """

    def __init__(self, connection: ibis.BaseBackend | None = None):
        self.con: Any = connection if connection is not None else connect()

    def from_rows(self, types: Mapping[str, type], rows: Iterable[Sequence[Any]]) -> ibis.Table:
        """A small table of ours, under a name that no table of the user has."""
        import ibis

        table = arrow(types, rows)
        return (
            self.register_arrow(table) if self.con.name in NATIVE_BACKENDS else ibis.memtable(table)
        )

    def register_arrow(self, table: pyarrow.Table) -> ibis.Table:
        """An Arrow table as a table of the engine; DuckDB reads it where it is."""
        import ibis

        name = ibis.util.gen_name("mlops_roles")
        if self.con.name == "duckdb":
            self.con.con.register(name, table)
            return _drop_when_unreferenced(self.con.table(name), self.con.con.unregister, name)
        if self.con.name == "pyspark":
            self.con._session.createDataFrame(table).createTempView(name)
            return _drop_when_unreferenced(
                self.con.table(name), self.con._session.catalog.dropTempView, name
            )
        return self.materialize(ibis.memtable(table))

    def materialize(self, table: ibis.Table) -> ibis.Table:
        """A table worked out once, and kept in the engine; as it is where an engine has no temporary tables."""
        import ibis

        if self.con.name in NATIVE_BACKENDS:
            return table.cache()
        name = ibis.util.gen_name("mlops_roles")
        try:
            return _drop_when_unreferenced(
                self.con.create_table(name, table, temp=True), self.con.drop_table, name
            )
        except (NotImplementedError, ibis.common.exceptions.IbisError):
            return table

    def any_bit(self, bits: Any) -> Any:
        """The bits that are set in any row of a group. Spark has it; Ibis 12 does not know that."""
        import ibis

        @ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
        def bit_or(bits: int) -> int:
            """Stands for the engine's own."""
            return bits

        return bits.bit_or() if self.con.has_operation(ibis.expr.operations.BitOr) else bit_or(bits)

    def to_arrow(self, table: ibis.Table) -> pyarrow.Table:
        """The rows of an expression as an Arrow table."""
        if self.con.name == "duckdb":
            return self.con.con.sql(self.con.compile(table)).to_arrow_table()
        if self.con.name == "pyspark":
            return self.con.raw_sql(self.con.compile(table)).toArrow()
        return self.con.to_pyarrow(table)

    def fetch_rows(self, table: ibis.Table) -> list[tuple[Any, ...]]:
        """The rows of an expression."""
        if self.con.name == "duckdb":
            found: list[tuple[Any, ...]] = self.con.raw_sql(self.con.compile(table)).fetchall()
            return found
        return list(zip(*self.to_arrow(table).to_pydict().values(), strict=True))


def _drop_when_unreferenced(table: ibis.Table, drop: Callable[[str], Any], name: str) -> ibis.Table:
    """A table of the engine that is dropped when no expression refers to it any more."""
    weakref.finalize(table.op(), _drop, drop, name).atexit = False
    return table


def _drop(drop: Callable[[str], Any], name: str) -> None:
    with contextlib.suppress(Exception):  # of a connection that is closed already
        drop(name)


def arrow(types: Mapping[str, type], rows: Iterable[Sequence[Any]]) -> pyarrow.Table:
    """Rows as an Arrow table of whole numbers and text. By way of JSON, since `pyarrow.array` loads pandas."""
    import pyarrow as pa
    import pyarrow.json

    schema = pa.schema(
        [(name, pa.int64() if kind is int else pa.string()) for name, kind in types.items()]
    )
    text = "\n".join(json.dumps(dict(zip(types, row, strict=True))) for row in rows)
    if not text:
        return pa.Table.from_batches([], schema)
    size = max(1 << 20, len(text) + 1)  # a row may be as long as a block
    return pa.json.read_json(
        pa.py_buffer(text.encode()),
        pa.json.ReadOptions(block_size=size),
        pa.json.ParseOptions(explicit_schema=schema),
    )


def numbers(values: Sequence[int] | Any) -> pyarrow.Array:
    """Whole numbers as an Arrow array, from anything that numpy can hold."""
    import numpy as np
    import pyarrow as pa

    whole = np.ascontiguousarray(values, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(whole), [None, pa.py_buffer(whole)])


def texts(values: Iterable[str]) -> pyarrow.Array:
    """Texts as an Arrow array; `pyarrow.array` would load pandas."""
    import numpy as np
    import pyarrow as pa

    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return pa.Array.from_buffers(
        pa.large_string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    )
