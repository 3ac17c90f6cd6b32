"""Decode the rows of an engine's result from TSV: each distinct term once, in order.

For millions of rows the engine's own terms take twice the time and memory; and when it sorts, it
looks up both texts for each comparison.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import pyoxigraph as ox

from .graph import Term

Key = TypeVar("Key")
Value = TypeVar("Value")
LARGE = 1 << 24  # bytes from which on Arrow is quicker, its import included
BLOCK_SIZE = 1 << 24  # bytes that Arrow reads at once; more than a row has
Row = tuple[Term | None, ...]
_PLAIN = re.compile(
    rb'"([^"\\]*)"(?:@([a-z]+(?:-[a-z0-9]+)*))?', re.S
)  # a text without escapes, in a language or none
_STRING = ox.NamedNode("http://www.w3.org/2001/XMLSchema#string")


def decode_rows(
    solutions: ox.QuerySolutions,
    order: Sequence[str] = (),
    large: int = LARGE,
    block_size: int = BLOCK_SIZE,
) -> list[Row] | None:
    """The rows of a result, sorted by some of its variables.

    Args:
        solutions: the result of the engine.
        order: variables to sort by; without any, rows come in the order of the engine.
        large: bytes of TSV from which on it is read with Arrow.
        block_size: bytes that Arrow reads at once; if a row has more, Arrow is not used.

    Returns:
        None if the order of the terms is not that of their texts, as for numbers and blank nodes.
    """
    names = [variable.value for variable in solutions.variables]
    if not names or not set(order) <= set(names):
        return None if order else [() for _ in solutions]
    written = solutions.serialize(format=ox.QueryResultsFormat.TSV) or b""
    places = [names.index(name) for name in order]
    if len(written) < large:
        return _rows_by_line(written, places)
    return _rows_by_column(written, len(names), places, block_size)


def encode_row(row: Row) -> bytes:
    """A row as a line that `decode_lines` reads."""
    cells = ("" if term is None else write_term(term) for term in row)
    return "\t".join(cells).encode() + b"\n"


def decode_lines(lines: Iterable[bytes]) -> list[Row]:
    """The rows of lines that `encode_row` wrote."""
    term = _Terms().__getitem__
    return [tuple(map(term, line.split(b"\t"))) for line in lines]


def write_term(term: Term) -> str:
    """A term as Turtle writes it, without tabs and line feeds."""
    if isinstance(term, ox.Triple):
        return f"<<( {' '.join(map(write_term, term))} )>>"
    return str(term).replace("\t", "\\t")


def parse_term(written: str) -> Term:
    """The term that `write_term` wrote."""
    found: Term = _Terms()[written.encode()]
    return found


def _rows_by_line(written: bytes, order: Sequence[int]) -> list[Row] | None:
    """Rows from TSV, line by line."""
    term = _Terms().__getitem__
    found = [tuple(map(term, line.split(b"\t"))) for line in written.split(b"\n")[1:-1]]
    if not order:
        return found
    distinct = {id(row[at]): row[at] for row in found for at in order}
    terms = list(distinct.values())
    if not all(map(_sorts_by_text, terms)):
        return None
    rank = dict(zip(distinct, _ranks(terms), strict=True))
    for at in reversed(order):  # one column after the other, because whole numbers sort fastest
        found.sort(key=lambda row, at=at: rank[id(row[at])])  # type: ignore[misc]
    return found


def _rows_by_column(
    written: bytes, width: int, order: Sequence[int], block_size: int
) -> list[Row] | None:
    """Rows from TSV, column by column: its distinct terms, and the index of each cell in them."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv

    names = [str(column) for column in range(width)]
    plain = pa.csv.ParseOptions(delimiter="\t", quote_char=False, ignore_empty_lines=False)
    kinds = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string()))
    )
    try:
        read = pa.csv.read_csv(
            pa.py_buffer(written),
            pa.csv.ReadOptions(skip_rows=1, column_names=names, block_size=block_size),
            plain,
            kinds,
        )
        columns = [column.chunk(0) for column in read.unify_dictionaries().combine_chunks().columns]
    except pa.ArrowException:  # a row that is longer than a block
        return _rows_by_line(written, order)
    term = _Terms().__getitem__
    terms = [[term(text.encode()) for text in column.dictionary.to_pylist()] for column in columns]
    places: list[Any] = [column.indices.to_numpy() for column in columns]
    if order:
        if not all(_sorts_by_text(t) for at in order for t in terms[at]):
            return None
        turned = np.lexsort([np.array(_ranks(terms[at]))[places[at]] for at in reversed(order)])
        places = [place[turned] for place in places]
    return list(
        zip(
            *(
                map(known.__getitem__, place.tolist())
                for known, place in zip(terms, places, strict=True)
            ),
            strict=True,
        )
    )


def _ranks(terms: Sequence[Term | None]) -> list[int]:
    """The place of each term in the order of their texts; terms of one text have one place."""
    texts = [_sort_text(term) for term in terms]
    place = {text: i for i, text in enumerate(sorted(set(texts)))}
    return [place[text] for text in texts]


class _Terms(dict[bytes, Any]):
    """Terms by how TSV writes them, which is as Turtle does; nothing for an unbound variable."""

    def __missing__(self, written: bytes) -> Term | None:
        """Make a term that is met for the first time."""
        found: Term | None
        if not written:
            found = None
        elif written.startswith(b"<") and not written.startswith(b"<<"):
            found = ox.NamedNode(written[1:-1].decode())
        elif plain := _PLAIN.fullmatch(written):
            found = ox.Literal(plain[1].decode(), language=plain[2].decode() if plain[2] else None)
        else:
            found = next(
                iter(ox.parse(b"<a:a> <a:a> " + written + b" .", format=ox.RdfFormat.TURTLE))
            ).object
        self[written] = found
        return found


def _sorts_by_text(term: Any) -> bool:
    return not isinstance(term, (ox.BlankNode, ox.Triple)) and (
        not isinstance(term, ox.Literal) or term.datatype == _STRING
    )


def _sort_text(term: Any) -> str:
    """A term as a text that sorts like it: nothing, then IRIs, then texts."""
    return (
        ""
        if term is None
        else f"1{term.value}"
        if isinstance(term, ox.NamedNode)
        else f"2{term.value}"
    )


def group_pairs(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """The second of each pair, by the first."""
    groups: dict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)
