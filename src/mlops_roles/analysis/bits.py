"""Sets of skills as integers, a bit for each skill, in the table expressions of any engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis


def any_of(conditions: Sequence[Any]) -> Any:
    """True where one of some conditions holds."""
    import ibis

    return ibis.or_(*conditions)


def all_of(conditions: Sequence[Any]) -> Any:
    """True where all of some conditions hold."""
    import ibis

    return ibis.and_(*conditions)


def as_int(condition: Any) -> Any:
    """1 where it holds, else 0; not every engine casts truth to a number."""
    import ibis

    return condition.ifelse(ibis.literal(1, "int64"), ibis.literal(0, "int64"))


def intersects(table: ibis.Table, kind: str, other: str, words: range) -> Any:
    """1 where two sets of skills have one in common, else 0."""
    return as_int(any_of([table[f"{kind}{w}"] & table[f"{other}{w}"] != 0 for w in words]))


def and_not(bits: Any, others: Any) -> Any:
    """The bits that are not among others."""
    return bits - (bits & others)


def popcount(table: ibis.Table, columns: Sequence[str]) -> ibis.Table:
    """Columns of bits replaced by how many are set (HAKMEM, item 169); engines have no common name.

    First each three bits hold their own number, then each six; a number modulo 63 is the sum of
    its sixes.
    """
    threes, twos, ones = int("07" * 11, 8), int("3" * 21, 8), int("1" * 21, 8)
    table = table.mutate(
        **{c: table[c] - ((table[c] >> 1) & twos) - ((table[c] >> 2) & ones) for c in columns}
    )
    return table.mutate(**{c: ((table[c] + (table[c] >> 3)) & threes) % 63 for c in columns})
