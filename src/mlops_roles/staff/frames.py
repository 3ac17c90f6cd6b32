"""Tables in memory as Arrow tables: of pandas, Polars or Arrow, or a list of dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import pyarrow as pa

from ..errors import InputError
from .connections import is_records
from .record_source import json_text

_MISSING = ("nan", "NaT", "<NA>")  # the texts of values of NumPy and pandas that are none


def as_arrow(data: Any) -> pa.Table:
    """A table in memory as an Arrow table.

    A column with values of several kinds, or of a type that no engine reads, becomes text. Raises
    InputError for what is no table, and for two columns of one name.
    """
    if isinstance(data, pa.Table):
        table = data
    elif is_records(data):
        keys = dict.fromkeys(key for row in data for key in row)
        table = _of_columns({str(key): [row.get(key) for row in data] for key in keys})
    elif hasattr(data, "to_arrow"):  # Polars
        table = data.to_arrow()
    else:
        table = _of_stream(data) if hasattr(data, "__arrow_c_stream__") else None
    if not isinstance(table, pa.Table):
        raise InputError(
            f"{type(data).__name__}: no staff data; give a path, or a table of Ibis, pandas, "
            "Polars or Arrow"
        )
    for i, column in enumerate(table.schema):
        if not _is_known(column):
            texts = pa.array(map(_text, table[i].to_pylist()), "string")
            table = table.set_column(i, column.name, texts)
    return table


def _is_known(column: pa.Field) -> bool:
    """Whether engines read the type of a column; others, such as UUID, become text."""
    try:
        ibis.Schema.from_pyarrow(pa.schema([column]))
    except (KeyError, ValueError):
        return False
    return not pa.types.is_float16(column.type)


def _of_stream(data: Any) -> pa.Table | None:
    """What has a stream of Arrow, such as a DataFrame of pandas; None if it is no table."""
    try:
        return pa.table(data)
    except (pa.ArrowException, TypeError, ValueError):  # two columns of one name, sparse ones
        if not hasattr(data, "columns"):
            return None
        named = data.reset_index() if any(data.index.names) else data
        counts = Counter(map(str, named.columns))
        if twice := next((name for name, times in counts.items() if times > 1), None):
            raise InputError(
                f"table: two columns {twice!r}; rename one, or join their names"
            ) from None
        return _of_columns({str(name): named[name] for name in named.columns})


def _of_columns(columns: Mapping[str, Iterable[Any]]) -> pa.Table:
    arrays = []
    for values in columns.values():
        try:
            arrays.append(pa.array(values, from_pandas=True))
        except (pa.ArrowException, TypeError):
            arrays.append(pa.array(map(_text, values), "string"))
    return pa.table(arrays, list(columns))


def _text(value: Any) -> str | None:
    """A value as the cell of a table; None for one that is missing."""
    if isinstance(value, (set, frozenset, tuple)) or hasattr(value, "tolist"):  # of NumPy
        value = value.tolist() if hasattr(value, "tolist") else list(value)
    if not isinstance(value, str) and str(value) in _MISSING:
        return None
    return json_text(value)
