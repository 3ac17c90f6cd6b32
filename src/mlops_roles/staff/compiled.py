"""The SQL of table expressions, compiled once for each shape.

Ibis takes some 20 ms to compile an expression that DuckDB runs in one. A process that audits more
than once has the same expressions again, over tables whose generated names differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis

MAX_SHAPES = 512
_GENERATED = re.compile(r"ibis_\w+_[0-9a-z]{26}")  # a name by `ibis.util.gen_name`
known_shapes: dict[Any, tuple[str, list[str]]] = {}


def compiled(connection: ibis.BaseBackend, table: ibis.Table) -> str:
    """The SQL of an expression, the same that `connection.compile(table)` writes."""
    outline = _Outline(connection.name)
    try:
        shape = outline.shape_of(table.op())
    except TypeError:
        return str(connection.compile(table))
    if shape not in known_shapes:
        if len(known_shapes) >= MAX_SHAPES:
            known_shapes.clear()
        known_shapes[shape] = str(connection.compile(table)), outline.names
    sql, names = known_shapes[shape]
    ours = dict(zip(names, outline.names, strict=True))
    return _GENERATED.sub(lambda name: ours.get(name[0], name[0]), sql)


def is_plain(table: ibis.Table) -> bool:
    """Whether an expression is over tables of a database alone, without data or functions in it.

    Only Ibis can prepare a database for these.
    """
    from ibis.expr import operations as ops

    parts = (ops.InMemoryTable, ops.udf.ScalarUDF, ops.udf.AggUDF)
    users = (op for op in table.op().find(parts) if not _is_builtin(op))
    return not any(True for _ in users)


def _is_builtin(op: Any) -> bool:
    """Whether an operation is a function that the database has."""
    from ibis.expr.operations.udf import InputType

    return getattr(op, "__input_type__", None) is InputType.BUILTIN


class _Outline:
    """The operations of an expression as a key that has all of them but generated names.

    Attributes:
        names: the generated names of its tables, in the order in which the key has them.
    """

    def __init__(self, dialect: str):
        import ibis.expr.datatypes as dt
        import ibis.expr.operations as ops
        from ibis.common.graph import Node

        self.names: list[str] = []
        self._operations: list[Any] = [dialect]
        self._places: dict[int, int] = {}
        self._references: dict[Any, int] = {}
        self._ops, self._node = ops, Node
        self._plain = (str, int, float, type(None), dt.DataType, ops.Namespace)

    def shape_of(self, op: Any) -> tuple[Any, ...]:
        """The key. Raises TypeError for an expression that holds data or functions of a user."""
        self._part(op)
        return tuple(self._operations)

    def _part(self, value: Any) -> Any:
        functions = self._ops.udf.ScalarUDF, self._ops.udf.AggUDF
        if isinstance(value, functions) and not _is_builtin(value):
            raise TypeError(f"{type(value)} is a function of a user")
        if isinstance(value, self._node):
            if id(value) not in self._places:
                operation = (type(value), *self._arguments(value))
                self._places[id(value)] = len(self._operations)
                self._operations.append(operation)
            return self._places[id(value)]
        if isinstance(value, tuple):
            return (tuple, *map(self._part, value))
        if isinstance(value, Mapping):
            return (dict, *((name, self._part(part)) for name, part in value.items()))
        if isinstance(value, self._plain):
            return (type(value), value)
        raise TypeError(f"{type(value)} is not a part of a shape")

    def _arguments(self, op: Any) -> tuple[Any, ...]:
        if isinstance(op, self._ops.DatabaseTable):
            return self._name(op.name), self._part(op.schema), op.namespace
        if isinstance(op, self._ops.relations.Reference):
            key = type(op), op.identifier
            number = self._references.setdefault(key, len(self._references))
            return self._part(op.parent), number
        return tuple(map(self._part, op.__args__))

    def _name(self, name: str) -> Any:
        if not _GENERATED.fullmatch(name):
            return name
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)
