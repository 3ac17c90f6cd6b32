"""The data graph of a validation: the asserted ontology, with a user's data if there is any."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..io import rdf
from ..io.resources import FilePath
from ..ontology.axioms import axioms_in, warn_of_axioms
from ..ontology.followed import follow
from ..ontology.graph import BASE, DEFAULT, RDF_TYPE, Graph, once_per_graph
from .shacl_to_sparql import SHACL

UNDESCRIBED = ox.NamedNode(f"{BASE}/known")  # graph of the nodes that the data does not describe


@dataclass(frozen=True)
class DataGraph:
    """What is validated: the asserted ontology, with a user's data if there is any."""

    path: FilePath | None  # file of the user's data, or None
    store: ox.Store  # all statements in the default graph, the undescribed nodes in UNDESCRIBED
    # nodes of the ontology that the user's data does not describe. It describes its subjects, and
    # those of its objects that the ontology says nothing about.
    undescribed: set[Any]

    @classmethod
    def load(cls, path: FilePath | None, graph: Graph) -> DataGraph:
        """Load a user's data with the ontology. Raises InputError if it cannot be parsed."""
        store, ontology, undescribed = ox.Store(), asserted_quads(graph), set[Any]()
        axioms: dict[str, set[Any]] = {}
        if path:
            rdf.load_into(store, path)
            undescribed = _undescribed(graph, store)
            axioms = axioms_in(store)
        store.extend(ontology)
        if path:
            used = follow(store)
            rest = {name: quads - used for name, quads in axioms.items()}
            _warn_of_axioms(path, rest, graph)
        marks = _undescribed_quads(graph) if undescribed else {}
        store.extend([marks[node] for node in undescribed])
        return cls(path, store, undescribed)


def _warn_of_axioms(path: FilePath, axioms: dict[str, set[Any]], graph: Graph) -> None:
    """Name the axioms in a user's data, unless its file is added to the ontology, too."""
    if Path(path).resolve() not in {added.resolve() for added in graph.added_rdf}:
        warn_of_axioms([path], (name for name, quads in axioms.items() if quads))


@once_per_graph
def asserted_quads(graph: Graph) -> tuple[ox.Quad, ...]:
    """The ontology and a company's additions, without inferred statements."""
    return tuple(graph.store.quads_for_pattern(None, None, None, DEFAULT))


@once_per_graph
def _nodes(graph: Graph) -> tuple[set[Any], set[Any]]:
    """The subjects of the ontology, and all its nodes; not what a shape only has as its target."""
    quads = asserted_quads(graph)
    subjects = {q.subject for q in quads}
    targeted = {q.object for q in quads if q.predicate.value == f"{SHACL}targetNode"}
    objects = {q.object for q in quads if not isinstance(q.object, ox.Triple)}
    return subjects, subjects | (objects - targeted)


@once_per_graph
def _undescribed_quads(graph: Graph) -> dict[Any, ox.Quad]:
    """For each node of the ontology the statement that the data does not describe it."""
    _, nodes = _nodes(graph)
    return {node: ox.Quad(UNDESCRIBED, RDF_TYPE, node, UNDESCRIBED) for node in nodes}


def _undescribed(graph: Graph, data: ox.Store) -> set[Any]:
    """The nodes of the ontology that the data does not describe."""
    subjects, nodes = _nodes(graph)
    if len(data) < len(nodes):  # reading little data once is quicker than looking up each node
        described = {q.object for q in data} - subjects
        return nodes - described.union(q.subject for q in data)
    return {
        node
        for node in nodes
        if not _is_subject(node, data)
        and (node in subjects or not any(data.quads_for_pattern(None, None, node)))
    }


def _is_subject(node: Any, store: ox.Store) -> bool:
    return not isinstance(node, ox.Literal) and any(
        True for _ in store.quads_for_pattern(node, None, None)
    )
