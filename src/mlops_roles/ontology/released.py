"""The released form of the ontology: one file that needs no other, and no default, to be read.

`ontology/publishing/published.rq` selects its statements. The source of each statement can be
written out as an owl:Axiom, for readers who know no default source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir
from .catalogue import find_question
from .graph import BASE, DEFAULT, INFERRED, RDF_TYPE, Graph, Term

OWL = "http://www.w3.org/2002/07/owl#"
SOURCE = ox.NamedNode("http://purl.org/dc/terms/source")
IMPORTS = ox.NamedNode(OWL + "imports")
AXIOM, ONTOLOGY = ox.NamedNode(OWL + "Axiom"), ox.NamedNode(OWL + "Ontology")
PARTS = tuple(ox.NamedNode(OWL + f"annotated{part}") for part in ("Source", "Property", "Target"))
Statement = tuple[Term, ...]


def released(graph: Graph, inferred: bool = True, sources: bool = True) -> list[ox.Triple]:
    """The statements of the released form, in no order; also their sources as owl:Axiom."""
    graphs = (DEFAULT, INFERRED) if inferred else (DEFAULT,)
    quads = (q for name in graphs for q in graph.store.quads_for_pattern(None, None, None, name))
    triples = published_statements(q.triple for q in quads)
    return [*triples, *_axioms(graph, triples)] if sources else triples


def published_statements(statements: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Of some statements of the ontology, those that `published.rq` selects or derives."""
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in statements)
    query = (resource_dir("ontology") / "publishing" / "published.rq").read_text("utf-8")
    triples: Any = store.query(query)
    return list(triples)


def open_imports(graph: Graph) -> list[str]:
    """The IRIs that some file imports and that no file of the graph is the ontology of, sorted."""
    imported = {q.object for q in graph.store.quads_for_pattern(None, IMPORTS, None, DEFAULT)}
    return sorted(
        node.value
        for node in imported
        if isinstance(node, ox.NamedNode) and ox.Quad(node, RDF_TYPE, ONTOLOGY) not in graph.store
        if node.value != BASE
    )


def _axioms(graph: Graph, triples: list[ox.Triple]) -> Iterator[ox.Triple]:
    """A new owl:Axiom for each statement whose source no axiom gives.

    A derived label has the sources of the name that it repeats. Nothing is said of the header: in
    OWL an annotation of an ontology is no axiom, and HermiT refuses an annotation of one.
    """
    known, by_value = _sources(graph)
    annotated = _annotated(triples)
    headers = {t.subject for t in triples if t.object == ONTOLOGY}
    for number, statement in enumerate(sorted({tuple(t) for t in triples} - annotated, key=str)):
        subject, _, value = statement
        found = known.get(statement) or by_value.get((subject, value))
        if not found or subject in headers:
            continue
        node = ox.BlankNode(f"source{number}")
        yield ox.Triple(node, RDF_TYPE, AXIOM)
        yield from (ox.Triple(node, *part) for part in zip(PARTS, statement, strict=True))
        yield from (ox.Triple(node, SOURCE, source) for source in found)


def _sources(graph: Graph) -> tuple[dict[Statement, set[Any]], dict[Statement, set[Any]]]:
    """The sources of each statement, and of each literal by its subject and itself."""
    known: dict[Statement, set[Any]] = defaultdict(set)
    by_value: dict[Statement, set[Any]] = defaultdict(set)
    rows: Any = graph.query(find_question("source-of-statement").text)
    for subject, predicate, value, source, _ in rows:
        known[subject, predicate, value].add(source)
        if isinstance(value, ox.Literal):
            by_value[subject, value].add(source)
    return known, by_value


def _annotated(triples: list[ox.Triple]) -> set[Statement]:
    """The statements of which an owl:Axiom gives a source already."""
    about: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for triple in triples:
        if triple.predicate in (*PARTS, SOURCE):
            about[triple.subject][triple.predicate] = triple.object
    return {
        tuple(values[part] for part in PARTS)
        for values in about.values()
        if SOURCE in values and all(part in values for part in PARTS)
    }
