"""Arrow tables and arrays from rows, integers and strings, without pandas; and integers sorted."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

BLOCK = 1 << 18  # integers that are combined at once, which the cache of a processor can hold


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


def string_array(values: Iterable[str]) -> pyarrow.Array:
    """Strings as an Arrow array (large_string); `pyarrow.array` would load pandas."""
    import numpy as np
    import pyarrow as pa

    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return pa.Array.from_buffers(
        pa.large_string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    )


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


def combine_sorted(packed: Any, width: int) -> Any:
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
