"""Where tables live and are asked: any Ibis connection.

The expressions of an audit are the same on every engine. Here is the little that is not:
how a table of ours comes to stand beside the user's, and how rows come back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._errors import InputError

if TYPE_CHECKING:
    import ibis
    import pyarrow

ENGINES = ("duckdb", "spark")


def connect(name: str = "duckdb") -> ibis.BaseBackend:
    """An Ibis connection to an engine that runs in this process: 'duckdb', or 'spark' in local mode.

    Raises InputError with the cure if the engine is not installed.
    """
    import ibis

    if name == "duckdb":
        return ibis.duckdb.connect()
    if name == "spark":
        return _spark()
    raise InputError(f"{name!r}: no such engine; use {' or '.join(ENGINES)}, or pass an Ibis connection to audit() in Python")


def _spark() -> ibis.BaseBackend:
    """Spark in local mode: no page of its own, nothing left in the folder it was started in."""
    import os
    import shutil
    import tempfile

    cure = "pip install 'mlops-roles[spark]' and Java 17 or later, or use --engine duckdb"
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError(f"spark: not installed; {cure}") from None
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise InputError(f"spark: no Java found; {cure}")
    import ibis

    scratch = tempfile.mkdtemp(prefix="mlops-roles-spark-")
    settings: dict[str, bool | float | int | str | None] = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": str(os.cpu_count() or 2),
        "spark.sql.warehouse.dir": scratch,
        "spark.log.level": "ERROR",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    try:
        builder = SparkSession.builder.appName("mlops-roles").master("local[*]")
        session = builder.config(map=settings).getOrCreate()
    except Exception as error:  # the gateway raises many kinds where Java is too old or broken
        raise InputError(f"spark: does not start ({type(error).__name__}); {cure}") from None
    return ibis.pyspark.connect(session)


class Engine:
    """An Ibis connection, with small tables put in and rows taken out.

    DuckDB is spoken to directly: Ibis's own ways in and out load pandas, a quarter of a second
    in a process that otherwise takes one.
    """

    def __init__(self, connection: ibis.BaseBackend | None = None):
        self.con: Any = connection if connection is not None else connect()

    def put(self, types: Mapping[str, type], rows: Iterable[Sequence[Any]]) -> ibis.Table:
        """A table of ours, under a name that no table of the user has."""
        return self.lend(arrow(types, rows))

    def lend(self, table: pyarrow.Table) -> ibis.Table:
        """An Arrow table as a table of the engine; DuckDB reads it where it is."""
        import ibis

        if self.con.name != "duckdb":
            return ibis.memtable(table)
        name = ibis.util.gen_name("mlops_roles")
        self.con.con.register(name, table)
        return self.con.table(name)

    def arrow(self, table: ibis.Table) -> pyarrow.Table:
        """The rows of an expression as an Arrow table."""
        if self.con.name == "duckdb":
            return self.con.con.sql(self.con.compile(table)).to_arrow_table()
        return self.con.to_pyarrow(table)

    def rows(self, table: ibis.Table) -> list[tuple[Any, ...]]:
        """The rows of an expression."""
        if self.con.name == "duckdb":
            found: list[tuple[Any, ...]] = self.con.raw_sql(self.con.compile(table)).fetchall()
            return found
        return list(zip(*self.con.to_pyarrow(table).to_pydict().values(), strict=True))


def arrow(types: Mapping[str, type], rows: Iterable[Sequence[Any]]) -> pyarrow.Table:
    """Rows as an Arrow table of whole numbers and text. By way of JSON, since `pyarrow.array` loads pandas."""
    import pyarrow as pa
    import pyarrow.json

    schema = pa.schema([(name, pa.int64() if kind is int else pa.string()) for name, kind in types.items()])
    text = "\n".join(json.dumps(dict(zip(types, row, strict=True))) for row in rows)
    if not text:
        return pa.Table.from_batches([], schema)
    size = max(1 << 20, len(text) + 1)  # a row may be as long as a block
    return pa.json.read_json(pa.py_buffer(text.encode()), pa.json.ReadOptions(block_size=size), pa.json.ParseOptions(explicit_schema=schema))


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
    return pa.Array.from_buffers(pa.large_string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])
