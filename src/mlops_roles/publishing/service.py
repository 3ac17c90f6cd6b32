"""The statements about the SPARQL endpoint: its description, VoID, and example queries.

Editors such as that of SIB, and tools that let a language model write queries, ask an endpoint for
examples (`sh:SPARQLExecutable`), prefixes (`sh:declare`), and the classes and properties (VoID).
These statements are in a graph of their own, which is part of the dataset only for queries that
name such terms. So they are in no answer about roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox

from ..ontology.answer import PEOPLE
from ..ontology.catalogue import Question, catalogue
from ..ontology.graph import BASE, RDF_TYPE, Graph
from ..ontology.query_outline import outline
from .publishing_data import publishing_text

SERVICE = ox.NamedNode(f"{BASE}/service")
ENDPOINT = "urn:endpoint"  # stands for the address in service.rq
SH = "http://www.w3.org/ns/shacl#"
COMMENT = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")
KEYWORD = ox.NamedNode("https://schema.org/keywords")


def service_statements(graph: Graph) -> list[ox.Triple]:
    """The examples, also of questions that are added, and the partitions of a graph."""
    partitions: Any = graph.evaluate(publishing_text("void-partitions.rq"))
    asked = (q for q in catalogue(graph).values() if q.topic != PEOPLE and "given" not in q.headers)
    return [*partitions, *(triple for question in asked for triple in _example(question))]


def service_quads(graph: Graph) -> bytes:
    """The statements of the service in their graph, as N-Quads."""
    quads = (
        ox.Quad(triple.subject, triple.predicate, triple.object, SERVICE)
        for triple in service_statements(graph)
    )
    return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


def service_description(graph: Graph, statements: list[ox.Triple], address: str) -> list[ox.Triple]:
    """The description of the endpoint at an address, with the statements of the service."""
    text = publishing_text("service.rq").replace(ENDPOINT, ox.NamedNode(address).value)
    own: Any = graph.evaluate(text)
    return [*own, *statements]


def _example(question: Question) -> Iterator[ox.Triple]:
    """A question as an example that can be run; each of its parameters is a column."""
    lines = question.text.splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).strip()
    form = outline(text).form
    node = ox.NamedNode(f"{SERVICE.value}#{question.name}")
    yield ox.Triple(node, RDF_TYPE, ox.NamedNode(f"{SH}SPARQLExecutable"))
    yield ox.Triple(node, RDF_TYPE, ox.NamedNode(f"{SH}SPARQL{form.capitalize()}Executable"))
    yield ox.Triple(node, COMMENT, ox.Literal(question.summary, language="en"))
    yield ox.Triple(node, ox.NamedNode(SH + form.lower()), ox.Literal(text))
    if question.topic:
        yield ox.Triple(node, KEYWORD, ox.Literal(question.topic, language="en"))
