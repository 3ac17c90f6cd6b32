"""An engine that runs an audit: a database, small tables put in it, and rows taken out.

The expressions of an audit are the same on every engine. This module has what differs.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .arrow_arrays import arrow_table, combine_sorted, int64_array, sorted_values
from .compiled import compiled, is_plain
from .connections import embedded_duckdb

if TYPE_CHECKING:
    import ibis
    import pyarrow

NATIVE_BACKENDS = ("duckdb", "pyspark")  # backends whose own API is used, too


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
        packed = int64_array(combine_sorted(sorted_values(found), width))
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
