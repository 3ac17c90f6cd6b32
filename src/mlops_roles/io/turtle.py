"""Turtle for files that are derived: sorted blocks, skolem IRIs as blank nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from . import rdf
from .resources import resource_dir

GENID = "https://w3id.org/mlops-roles/.well-known/genid/"
NOTE = "# Derived by `mlops-roles derive` from {}; do not edit.\n"


def turtle(triples: Iterable[ox.Triple], source: str) -> str:
    """The text of a file derived from `source`: skolem IRIs become blank nodes, blocks are sorted."""
    import rdflib

    graph = rdflib.Graph()
    graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    prefixes = rdf.parse_rdf(resource_dir("ontology") / "mlops-roles.ttl")[1]
    plain = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        plain.bind(prefix, namespace)
    for triple in graph:
        plain.add(tuple(map(_node, triple)))
    return NOTE.format(source) + plain.serialize(format="turtle").strip() + "\n"


def _node(term: Any) -> Any:
    """A term, or the blank node that a skolem IRI stands for."""
    import rdflib

    return rdflib.BNode(re.sub(r"\W", "_", term[len(GENID) :])) if term.startswith(GENID) else term
