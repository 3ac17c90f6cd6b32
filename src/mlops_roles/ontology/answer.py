"""The answer to a question: columns, RDF terms, and views on them; literals as Python values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from ..io.rdflib_bridge import to_rdflib
from ..io.result import Result
from .graph import Graph, Term
from .results import group_pairs

if TYPE_CHECKING:
    import rdflib

    from .catalogue import Question

PEOPLE = "people"  # the topic of questions that need data about people
NO_DATA = (
    "This question is about people, and no data about people is loaded: add it with --data FILE "
    "(in Python: load(data=[FILE]))."
)
_WHOLE = ("integer", "int", "long")
_NUMBERS = (*_WHOLE, "decimal", "double", "float")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}  # the spellings of xsd:boolean
_NUMBER = r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*"


class Mark(NamedTuple):
    """A word that marks a statement in an answer, and its meaning."""

    word: str  # the mark as the answer writes it, such as 'drawn only'
    term: str  # the CURIE of the term that it stands for
    definition: str  # the English definition of the term


def legend(marks: Iterable[Mark]) -> list[str]:
    """What some marks mean, a line for each term: 'drawn only: … (mlops:drawnOnly)'."""
    by_term = group_pairs(((mark.term, mark.definition), mark.word) for mark in marks)
    return [
        f"{', '.join(words)}: {definition}" + ("" if words == [term] else f" ({term})")
        for (term, definition), words in by_term.items()
    ]


class Answer(Result):
    """The rows of an answer: columns, RDF terms, and views on them.

    Attributes:
        columns: the names of the columns.
        terms: a tuple of RDF terms for each row, None if a column has no value.
        graph: the graph that was queried; its prefixes shorten IRIs.
        question: the question of the catalogue that it answers, or None.
        is_remote: whether a server gave it, which has data of its own.

    Example:
        >>> from mlops_roles import ask
        >>> answer = ask("roles-for-title", title="ML Architect")
        >>> answer.columns, len(answer)
        (['title', 'role', 'kind', 'definition'], 1)
        >>> answer.rows[0]["role"], answer.rows[0]["kind"]
        ('role:solution-architect', 'counterpart')
        >>> answer.dataframe().shape
        (1, 4)
    """

    def __init__(self, columns: list[str], terms: list[tuple[Term | None, ...]], graph: Graph):
        self.columns, self.terms, self.graph = columns, terms, graph
        self.question: Question | None = None
        self.is_remote = False

    def __repr__(self) -> str:
        return f"Answer(columns={self.columns!r}, terms={self.terms!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and (self.columns, self.terms) == (
            other.columns,
            other.terms,
        )

    __hash__ = None  # type: ignore[assignment]  # it is equal by its rows, a list

    def __len__(self) -> int:
        return len(self.terms)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Rows as dictionaries of Python values; IRIs as CURIEs if a prefix fits."""
        # a long answer has few terms many times
        distinct = {id(term): term for row in self.terms for term in row}
        value = {place: self._value(term) for place, term in distinct.items()}
        return [
            dict(zip(self.columns, [value[id(term)] for term in row], strict=True))
            for row in self.terms
        ]

    def _value(self, term: Term | None) -> Any:
        if term is None:
            return None
        return _python(term) if isinstance(term, ox.Literal) else self.graph.format_term(term)

    @property
    def row_columns(self) -> Sequence[str]:
        """The names of the columns."""
        return self.columns

    def to_rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries of Python values, as `rows`."""
        return self.rows

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {"columns": self.columns, "rows": self.rows}

    def json_data(self) -> list[dict[str, Any]]:
        """The rows, which are what `ask --format json` writes."""
        return self.rows

    def notes(self) -> list[str]:
        """What a reader has to know of the rows: the meaning of marks, and that there is no data.

        The latter is said of a question about people if no file with people is loaded.
        """
        marks = self.question.marks(self) if self.question else ()
        return [*legend(marks), *self.data_notes()]

    def data_notes(self) -> list[str]:
        """That a question is about people, if no data about people is loaded; else nothing."""
        is_about_people = self.question is not None and self.question.topic == PEOPLE
        perhaps = self.graph.has_data or self.is_remote or (self.graph.added and self.terms)
        return [NO_DATA] if is_about_people and not perhaps else []

    def rdf(self) -> rdflib.Graph:
        """The rows as an rdflib Graph: the triples of a CONSTRUCT, else a W3C result set."""
        return to_rdflib(self._triples(), self.graph.prefixes)

    def turtle(self) -> bytes:
        """The triples of `rdf()` in Turtle."""
        return (
            ox.serialize(
                list(self._triples()), format=ox.RdfFormat.TURTLE, prefixes=self.graph.prefixes
            )
            or b""
        )

    def _triples(self) -> Iterator[ox.Triple]:
        if self.columns == ["subject", "predicate", "object"] and all(map(_is_triple, self.terms)):
            yield from (ox.Triple(*row) for row in self.terms)  # type: ignore[arg-type]
            return
        rs, whole = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#", ox.BlankNode()
        for row in self.terms:
            solution = ox.BlankNode()
            yield ox.Triple(whole, ox.NamedNode(rs + "solution"), solution)
            for column, term in zip(self.columns, row, strict=True):
                if term is not None:
                    binding = ox.BlankNode()
                    yield ox.Triple(solution, ox.NamedNode(rs + "binding"), binding)
                    yield ox.Triple(binding, ox.NamedNode(rs + "variable"), ox.Literal(column))
                    yield ox.Triple(binding, ox.NamedNode(rs + "value"), term)


def _is_triple(row: Sequence[Term | None]) -> bool:
    """Whether a row can be an RDF statement; a row of a SELECT may have a literal as subject."""
    subject, predicate, value = row
    return (
        isinstance(subject, (ox.NamedNode, ox.BlankNode))
        and isinstance(predicate, ox.NamedNode)
        and value is not None
    )


def _python(literal: ox.Literal) -> Any:
    """A literal as a Python value, if that says the same; else its text.

    Whole numbers, decimals and floats that keep each digit are numbers; `true`, `false`, `1` and
    `0` are truth values. Texts are what JSON has no number for (INF, NaN), decimals with more
    digits than a float has, and what its datatype does not allow.
    """
    kind, text = literal.datatype.value.rsplit("#")[-1], literal.value
    if kind == "boolean":
        return _TRUTH.get(text, text)
    if kind not in _NUMBERS or not re.fullmatch(_NUMBER, text, re.A):
        return text
    try:
        return int(text) if kind in _WHOLE else _number(text, exact=kind == "decimal")
    except ValueError:  # a whole number with a fraction, or of thousands of digits
        return text


def _number(text: str, exact: bool) -> float | str:
    """A number; its text if no float is this number, or, if not `exact`, near it."""
    from decimal import Decimal

    value = float(text)
    if not math.isfinite(value):
        return text
    if exact and ("e" in text.lower() or Decimal(repr(value)) != Decimal(text.strip())):
        return text
    return value
