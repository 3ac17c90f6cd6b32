"""The statements of one term: Turtle, JSON-LD, RDF/XML, N-Triples and JSON, next to its page.

A document has what is stated of the term and what follows, the blank nodes that these statements
reach, and the axioms that give their sources and marks. In RDF each inferred statement has an
owl:Axiom that `rdfs:isDefinedBy` the graph of the closure; in JSON it is `"inferred": true`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from ..ontology.catalogue import find_question
from ..ontology.graph import BASE, DEFAULT, INFERRED, RDF_TYPE, Graph, Term, once_per_graph
from ..ontology.released import AXIOM, PARTS
from .documents import canonicalize, serialize
from .jsonld import json_bytes, to_jsonld
from .publishing_data import formats

DEFINED_BY = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")
Statement = tuple[Term, ...]


def term_documents(graph: Graph, iri: str) -> dict[str, bytes]:
    """The documents of a term by the suffix of their format in `formats.csv`, but for the page."""
    term = ox.NamedNode(iri)
    stated = canonicalize(_stated_closure(graph, term))
    inferred = _inferred(graph, term)
    marked = sorted([*stated, *inferred, *_axioms(inferred)], key=str)
    plain = (f for f in formats() if f.rdf not in (None, ox.RdfFormat.JSON_LD))
    return {f.suffix: serialize(graph, marked, f) for f in plain} | {
        "jsonld": to_jsonld(graph, marked, is_short=True),
        "json": json_bytes(_statements_as_data(graph, term, inferred)),
    }


def paths_of_terms(graph: Graph) -> dict[str, str]:
    """The IRI of each term of the ontology that has a page of its own, by its path: 'role/x'."""
    iris = {iri for group in graph.index.values() for _, iri in group}
    start = f"{BASE}/"
    return {iri.removeprefix(start): iri for iri in sorted(iris) if _has_page(iri, start)}


def _has_page(iri: str, start: str) -> bool:
    return iri.startswith(start) and iri.removeprefix(start).count("/") == 1 and "#" not in iri


def _stated_closure(graph: Graph, term: ox.NamedNode) -> Iterator[ox.Triple]:
    """The stated triples of a term, of the axioms about it, and of the blank nodes in them."""
    axioms = [q.subject for q in graph.store.quads_for_pattern(None, PARTS[0], term, DEFAULT)]
    nodes, seen = [term, *axioms], set[Any]()
    while nodes:
        node = nodes.pop()
        if node not in seen:
            seen.add(node)
            for quad in graph.store.quads_for_pattern(node, None, None, DEFAULT):
                yield quad.triple
                nodes += [quad.object] if isinstance(quad.object, ox.BlankNode) else []


def _inferred(graph: Graph, term: ox.NamedNode) -> list[ox.Triple]:
    """What follows of a term and is not stated, without statements about blank nodes."""
    found = (q.triple for q in graph.store.quads_for_pattern(term, None, None, INFERRED))
    shown = (t for t in found if not isinstance(t.object, ox.BlankNode))
    return sorted((t for t in shown if ox.Quad(*t) not in graph.store), key=str)


def _axioms(inferred: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """An owl:Axiom for each inferred statement: it is defined by the graph of the closure."""
    for number, statement in enumerate(inferred):
        node = ox.BlankNode(f"inferred{number}")
        yield ox.Triple(node, RDF_TYPE, AXIOM)
        yield from (ox.Triple(node, *part) for part in zip(PARTS, statement, strict=True))
        yield ox.Triple(node, DEFINED_BY, INFERRED)


def _statements_as_data(
    graph: Graph, term: ox.NamedNode, inferred: list[ox.Triple]
) -> dict[str, Any]:
    """The statements of a term as plain data, for readers who know no RDF."""
    stated = [q.triple for q in graph.store.quads_for_pattern(term, None, None, DEFAULT)]
    rows = [
        *(_statement_row(graph, triple, False) for triple in stated),
        *(_statement_row(graph, triple, True) for triple in inferred),
    ]
    rows.sort(key=lambda row: (row["property"], row["inferred"], row["value"], row["language"]))
    return {"term": graph.curie(term.value), "iri": term.value, "statements": rows}


def _statement_row(graph: Graph, triple: ox.Triple, is_inferred: bool) -> dict[str, Any]:
    value: Any = triple.object
    return {
        "property": graph.curie(triple.predicate.value),
        "value": value.value if isinstance(value, ox.Literal) else graph.format_term(value),
        "iri": value.value if isinstance(value, ox.NamedNode) else None,
        "language": getattr(value, "language", None) or "",
        "inferred": is_inferred,
        "sources": [] if is_inferred else _sources(graph).get(tuple(triple), []),
    }


@once_per_graph
def _sources(graph: Graph) -> dict[Statement, list[str]]:
    """The sources of each stated triple, as CURIEs."""
    found: dict[Statement, set[str]] = {}
    rows: Any = graph.query(find_question("source-of-statement").text)
    for subject, predicate, value, source, _ in rows:
        found.setdefault((subject, predicate, value), set()).add(graph.format_term(source))
    return {statement: sorted(sources) for statement, sources in found.items()}
