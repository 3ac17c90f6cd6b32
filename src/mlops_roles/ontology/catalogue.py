"""The catalogue of questions: one file in `queries/`, one question.

A file's `#+` lines are its documentation and its test:
    #+ summary: what the rows are
    #+ ?role: a variable one may fix
    #+ page: ?role 30            where the page of a term shows the rows (`show`)
    #+ expect: ?role = role:ml-engineer ; ?task = task:deploy-model     a promised row, or 'nothing'
    #+ never: ?role = role:data-scientist ; ?task = task:deploy-model   no such row
    #+ fewer: ?role = role:data-scientist                               fewer rows than without
"""

from __future__ import annotations

import gc
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..errors import InputError, UnknownName
from ..io import rdf
from ..io.rdflib_bridge import to_rdflib
from ..io.resources import resource_dir
from .graph import Graph, Term, load
from .results import decode_rows

if TYPE_CHECKING:
    import pandas
    import rdflib

_HEADER = re.compile(r"^#\+ (\S+): ?(.*)$", re.M)
_ORDER = re.compile(r"\nORDER BY((?: \?\w+)+)\s*\Z")  # by plain variables
_PARTS = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|(?<!\S)#.*|(?:\bSELECT\b[^{}]*|\b(?:OPTIONAL|MINUS|EXISTS)\s*)?\{|\}|\?\w+',
    re.I,
)
_FIXED = re.compile(r"\?(\w+)\s*=\s*(\"[^\"]*\"(?:@[\w-]+)?|[^;]+?)\s*(?:;|$)")


@dataclass(frozen=True)
class Question:
    """A question of the catalogue; `run` answers it."""

    name: str
    path: Path
    text: str
    summary: str
    parameters: dict[str, str]
    headers: dict[str, list[str]] = field(repr=False)

    @classmethod
    def from_file(cls, path: Path) -> Question:
        """The question in a file. Raises InputError where its header is incomplete."""
        text = rdf.check_encoding(rdf.read_bytes(path, 1 << 20), path)
        headers: dict[str, list[str]] = {}
        for key, value in _HEADER.findall(text):
            headers.setdefault(key, []).append(value.strip())
        if "summary" not in headers:
            raise InputError(f"{path.name}: no summary line; add '#+ summary: what the rows are'")
        if "expect" not in headers:
            raise InputError(
                f"{path.name}: no expect line; add '#+ expect: ?task = …' or 'nothing'"
            )
        parameters = {key[1:]: values[0] for key, values in headers.items() if key.startswith("?")}
        return cls(path.stem, path, text, headers["summary"][0], parameters, headers)

    def bindings(self, header: str) -> list[dict[str, str]]:
        """The variables fixed by each line of a header such as `expect`."""
        return [
            dict(_FIXED.findall(line)) for line in self.headers.get(header, []) if line != "nothing"
        ]

    def run(self, graph: Graph | None = None, **bindings: str) -> Answer:
        """The rows, with some of the parameters fixed to a slug, CURIE, IRI, notation or text.

        Raises UnknownName for an unknown parameter or term.
        """
        graph = graph or load()
        return run_query(graph, self.text, self.resolve_bindings(graph, **bindings))

    def resolve_bindings(self, graph: Graph, **bindings: str) -> dict[str, list[Term]]:
        """The RDF terms that the values given for parameters can mean.

        Raises UnknownName for an unknown parameter or term.
        """
        for name in bindings:
            if name not in self.parameters:
                raise UnknownName(
                    name,
                    f"parameter of {self.name}",
                    self.parameters,
                    f"it takes {', '.join(self.parameters) or 'none'}",
                )
        return {n: candidate_terms(graph, n, v) for n, v in bindings.items()}


def candidate_terms(graph: Graph, variable: str, value: str) -> list[Term]:
    """The RDF terms that a value given for a variable can mean.

    A variable named like a kind (role, task, skill …) takes a term's name; any other takes
    a CURIE or IRI, else text and, where it looks like one, a number.
    """
    kinds = {k for group in graph.index.values() for k, _ in group}
    if any(kind.endswith(variable) for kind in kinds):
        return [ox.NamedNode(graph.resolve_term(value, variable))]
    if (iri := graph.expand_curie(value)) is not None:
        try:
            return [ox.NamedNode(iri)]
        except ValueError:
            raise InputError(f"{value!r}: not an IRI; write prefix:name or a full IRI") from None
    text = value.strip('"')
    number = [ox.Literal(int(text))] if re.fullmatch(r"-?\d{1,18}", text) else []
    return [ox.Literal(text), *number]


def values_block(names: Iterable[str], rows: Iterable[Iterable[Term | None]]) -> str:
    """A VALUES block of rows of terms."""
    written = (
        f"({' '.join('UNDEF' if term is None else str(term) for term in row)})" for row in rows
    )
    return f"VALUES ({' '.join('?' + n for n in names)}) {{ {' '.join(written)} }}"


def run_query(graph: Graph, text: str, fixed: Mapping[str, Iterable[Term]] | None = None) -> Answer:
    """Run SPARQL text with variables of its result fixed.

    They are put in their places where that means the same, which the engine is quick with, and else joined at the end.
    """
    given = {name: list(terms) for name, terms in (fixed or {}).items()}
    inside = {
        name: terms[0] for name, terms in given.items() if len(terms) == 1 and name in bound(text)
    }
    rest = {name: terms for name, terms in given.items() if name not in inside}
    joined = f"\n{values_block(rest, itertools.product(*rest.values()))}\n" if rest else ""
    order = _ORDER.search(text)
    with _no_cycles():
        found = (
            _answer(
                graph, text[: order.start()] + joined, inside, order[1].replace("?", "").split()
            )
            if order
            else None
        )
        if found is None:
            found = _answer(graph, text + joined, inside)
    assert found is not None  # what is in the engine's own order
    return found


def _answer(
    graph: Graph, text: str, inside: Mapping[str, Term], order: Sequence[str] = ()
) -> Answer | None:
    """An answer in the order of some variables; None where its texts do not tell that order."""
    result = graph.query(text, inside)
    if isinstance(result, ox.QueryBoolean):
        return Answer(["answer"], [(ox.Literal(bool(result)),)], graph)
    if isinstance(result, ox.QueryTriples):
        return Answer(
            ["subject", "predicate", "object"], [tuple(triple) for triple in result], graph
        )
    found = decode_rows(result, order)
    return None if found is None else Answer([v.value for v in result.variables], found, graph)


def bound(text: str) -> set[str]:
    """The variables of a query that stand outside of OPTIONAL, MINUS and EXISTS, so that each row has them."""
    found: set[str] = set()
    depth, left = 0, 0
    for part in (match[0] for match in _PARTS.finditer(text)):
        if part.endswith("{"):
            depth += 1
            left = left or (depth if part[0].upper() in "OME" else 0)
        elif part == "}":
            left = 0 if left == depth else left
            depth -= 1
        elif part[0] == "?" and depth and not left:
            found.add(part[1:])
    return found


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Collect no garbage while rows are made and sorted, which hold no cycles: a third of the time of a long answer."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@dataclass(frozen=True)
class Answer:
    """The rows of an answer: columns, RDF terms, and views on them."""

    columns: list[str]
    terms: list[tuple[Term | None, ...]]
    graph: Graph = field(repr=False)

    def __len__(self) -> int:
        return len(self.terms)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Rows as dictionaries of Python values; IRIs as CURIEs where a prefix fits."""
        with _no_cycles():
            distinct = {
                id(term): term for row in self.terms for term in row
            }  # a long answer has few terms many times
            value = {place: self._value(term) for place, term in distinct.items()}
            return [
                dict(zip(self.columns, [value[id(term)] for term in row], strict=True))
                for row in self.terms
            ]

    def _value(self, term: Term | None) -> Any:
        if term is None:
            return None
        return _python(term) if isinstance(term, ox.Literal) else self.graph.format_term(term)

    def dataframe(self) -> pandas.DataFrame:
        """The rows as a pandas DataFrame (needs pandas)."""
        import pandas

        return pandas.DataFrame(self.rows, columns=self.columns)

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
        if self.columns == ["subject", "predicate", "object"]:
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


def _python(literal: ox.Literal) -> Any:
    """A literal as a Python value: numbers and truth values, else its text."""
    kind = literal.datatype.value.rsplit("#")[-1]
    try:
        if kind in ("integer", "int", "long"):
            return int(literal.value)
        if kind in ("decimal", "double", "float"):
            return float(literal.value)
    except ValueError:
        return literal.value
    return literal.value == "true" if kind == "boolean" else literal.value


def catalogue(graph: Graph | None = None) -> dict[str, Question]:
    """The questions by name: the shipped ones and those a company added."""
    shipped = sorted(resource_dir("queries").glob("*.rq"))
    if not shipped:
        raise InputError(f"{resource_dir('queries')}: holds no question; reinstall mlops-roles")
    added = [p for p in (graph.added if graph else ()) if p.suffix == ".rq"]
    return {path.stem: Question.from_file(path) for path in (*shipped, *added)}


def question(name: str, graph: Graph | None = None) -> Question:
    """One question by name, a company's own before a shipped one. Raises UnknownName with the nearest names."""
    own = [p for p in (graph.added if graph else ()) if p.name == f"{name}.rq"]
    path = own[-1] if own else resource_dir("queries") / f"{name}.rq"
    if re.fullmatch(r"[\w-]+", name) and path.is_file():
        return Question.from_file(path)
    known = catalogue(graph)
    if name not in known:
        raise UnknownName(name, "question", known, "run 'mlops-roles ask' for the list")
    return known[name]


def ask(name: str, /, graph: Graph | None = None, **bindings: str) -> Answer:
    """Answer a question of the catalogue: `ask("tasks-of-role", role="R7")`."""
    return question(name, graph).run(graph, **bindings)
