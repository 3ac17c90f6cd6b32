"""Pairs of things as two arrays of integers: joined, composed, and made a column of texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .arrow_arrays import int64_array, string_array
from .rdf_statements import Pairs

ColumnSource = tuple[Pairs, Callable[[int], str | None]]  # and the text of a value, if it has one


def concatenate(*pairs: Pairs) -> Pairs:
    """Concatenate lists of pairs."""
    who, what = (np.concatenate(sides) for sides in zip(*pairs, strict=True))
    return who, what


def with_kinds(parts: Sequence[tuple[Any, Any, int]], is_thing: Any) -> tuple[Any, Any, Any]:
    """The pairs whose second side is no literal, with their kind."""
    who, what = concatenate(*((one, two) for one, two, _ in parts))
    kind = np.repeat([kind for *_, kind in parts], [len(one) for one, *_ in parts])
    kept = is_thing[who] & is_thing[what]
    return who[kept], what[kept], kind[kept]


def matching(left: Any, right: Any) -> tuple[Any, Any]:
    """The positions in two arrays at which both have the same value: each with each."""
    order = np.argsort(right, kind="stable")
    start = np.searchsorted(right[order], left, "left")
    times = np.searchsorted(right[order], left, "right") - start
    at = np.repeat(np.arange(len(left)), times)
    within = np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
    return at, order[np.repeat(start, times) + within]


def compose(first: Pairs, second: Pairs) -> Pairs:
    """(a, c) for each (a, b) and (b, c)."""
    left, right = matching(first[1], second[0])
    return first[0][left], second[1][right]


def joined_texts(sources: Sequence[ColumnSource], people: Any, keys: int) -> pa.Array:
    """One text per person: the distinct texts of all sources, separated by ';', or null."""
    words: dict[str, int] = defaultdict(count().__next__)
    who, values = concatenate(
        *((pairs[0], _text_numbers(pairs[1], text, words)) for pairs, text in sources)
    )
    places = np.full(keys, -1)
    places[people] = np.arange(len(people))
    who = places[who]
    known = np.flatnonzero((who >= 0) & (values >= 0))
    first = known[
        np.unique(who[known] * len(words) + values[known], return_index=True)[1]
    ]  # sorted by person
    first = first[np.lexsort((first, who[first]))]
    return _lists(
        string_array(words).take(int64_array(values[first])),
        np.bincount(who[first], minlength=len(people)),
    )


def _text_numbers(values: Any, text: Callable[[int], str | None], words: dict[str, int]) -> Any:
    """The index of the text of each value; -1 if it has none."""
    distinct, at = np.unique(values, return_inverse=True)
    return np.array(
        [words[written] if written else -1 for written in map(text, distinct.tolist())], np.int64
    )[at]


def _lists(words: pa.Array, lengths: Any) -> pa.Array:
    """Join the given number of words for each row by ';'; null for 0 words."""
    ends = int64_array(np.concatenate([[0], np.cumsum(lengths)]))
    joined = pc.binary_join(
        pa.LargeListArray.from_arrays(ends, words),
        string_array([";"]).take(int64_array(np.zeros(len(lengths)))),
    )
    return pc.if_else(
        pc.cast(int64_array(lengths), pa.bool_()), joined, pa.nulls(len(lengths), pa.large_string())
    )
