"""Columns of a table in an engine as text: what is nested, what is trimmed, and how long it is."""

from __future__ import annotations

from functools import cache
from typing import Any

import ibis

# white space as Arrow and Python have it; no two engines mean the same by \s
BLANK_CHARACTERS = "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def as_text(cells: ibis.Column) -> Any:
    """A column as text; a list of texts is joined with ';', and anything nested becomes JSON."""
    kind = cells.type()
    members = kind.value_type if kind.is_array() else kind
    if members.is_struct() or members.is_map() or members.is_array():
        return _to_json()(cells)
    if kind.is_array():
        return cells.cast("array<string>").join(";")
    return cells.cast("string")


@cache
def _to_json() -> Any:
    """The function of DuckDB, and of other engines, that writes a value as JSON."""

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def to_json(value) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001  # of any type
        """Replaced by the function of the engine."""
        return str(value)

    return to_json


def text_bytes(table: ibis.Table) -> ibis.Table:
    """The text in each column, counted without unpacking it."""

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def strlen(text: str) -> int:
        """Replaced by the function of DuckDB that counts bytes."""
        return len(text.encode())

    return table.aggregate(**{c: strlen(table[c]).sum().fill_null(0) for c in table.columns})


def trimmed_text(cells: ibis.Column) -> Any:
    """A column as text without white space around it, as `sources.trimmed` has it.

    Ibis's `strip` handles only ASCII, and on Spark treats the letters f and v as white space.
    """
    return (
        as_text(cells).re_replace(f"^[{BLANK_CHARACTERS}]+|[{BLANK_CHARACTERS}]+$", "").nullif("")
    )
