"""The shapes graph: the shipped shapes and a company's, checked for what must not run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib import RDF, SH, URIRef

from ..errors import InputError
from ..io import rdf
from ..io.rdflib_bridge import to_rdflib
from ..io.resources import resource_dir
from ..ontology.gate import reject_unsafe_prefix, reject_unsafe_query
from ..ontology.graph import Graph
from .shacl_to_sparql import SHACL


def load_shapes(graph: Graph) -> rdflib.Graph:
    """The shapes graph: the shipped shapes, and what a company added, which may hold shapes."""
    shipped = sorted(resource_dir("shapes").glob("*.ttl"))
    if not shipped:
        raise InputError(f"{resource_dir('shapes')}: holds no shapes; reinstall mlops-roles")
    prefixes = resource_dir("ontology") / "mlops-roles.ttl"  # has sh:declare
    paths = (*shipped, *graph.added_rdf, prefixes)
    return to_rdflib_graph((q for path in paths for q in rdf.parse_rdf(path)[0]), graph)


def to_rdflib_graph(quads: Iterable[ox.Quad], graph: Graph) -> rdflib.Graph:
    """Quads as an rdflib graph with the prefixes of `graph`, without triple terms."""
    return to_rdflib((q for q in quads if not isinstance(q.object, ox.Triple)), graph.prefixes)


def named_shapes(shapes: rdflib.Graph) -> list[Any]:
    """The shapes with an IRI or a target, sorted: typed as a shape, or with a target."""
    found = {
        s for kind in (SH.NodeShape, SH.PropertyShape) for s in shapes.subjects(RDF.type, kind)
    }
    targeted = {shape for kind in _target_kinds() for shape in shapes.subjects(kind)}
    return sorted({s for s in found if isinstance(s, URIRef)} | targeted)


def _target_kinds() -> tuple[Any, ...]:
    return SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode


@cache
def shipped_shapes() -> frozenset[Any]:
    """The shapes that are shipped."""
    paths = resource_dir("shapes").glob("*.ttl")
    return frozenset(named_shapes(to_rdflib((q for p in paths for q in rdf.parse_rdf(p)[0]), {})))


@cache
def shipped_queries() -> frozenset[str]:
    """The texts of the sh:select in the shipped shapes."""
    quads = (q for p in resource_dir("shapes").glob("*.ttl") for q in rdf.parse_rdf(p)[0])
    return frozenset(
        q.object.value
        for q in quads
        if q.predicate.value == f"{SHACL}select" and isinstance(q.object, ox.Literal)
    )


def shapes_graph_query(shape: Any, shapes: rdflib.Graph) -> str:
    """The sh:select of a shipped shape that validates shapes and not data; else ''."""
    texts = (str(shapes.value(c, SH.select)) for c in shapes.objects(shape, SH.sparql))
    return next((t for t in texts if "$shapesGraph" in t and t in shipped_queries()), "")


def reject_unsafe_shapes(shapes: rdflib.Graph) -> None:
    """Raise InputError for SPARQL that reaches outside and for shapes that are recursive."""
    from graphlib import CycleError, TopologicalSorter

    for kind in (SH.select, SH.ask, SH.construct, SH.update):
        for text in map(str, shapes.objects(None, kind)):
            if text not in shipped_queries():
                reject_unsafe_query(text, f"shapes, {kind.fragment}")
    for declared in set(shapes.subjects(SH.prefix)) | set(shapes.subjects(SH.namespace)):
        for prefix in shapes.objects(declared, SH.prefix):
            for namespace in shapes.objects(declared, SH.namespace):
                reject_unsafe_prefix(str(prefix), str(namespace), "shapes, sh:declare")
    try:
        TopologicalSorter(_references(shapes)).prepare()
    except CycleError as error:
        raise InputError(
            f"shapes: {_node_of_cycle(error.args[1])} refers back to itself, which SHACL does "
            "not define; break the circle"
        ) from None


def _node_of_cycle(nodes: list[Any]) -> str:
    """A node of a circle, one with an IRI if there is any."""
    return next((str(n) for n in nodes if isinstance(n, URIRef)), "a list or path without an IRI")


def _references(shapes: rdflib.Graph) -> dict[Any, set[Any]]:
    """What each shape, and each path and list of a shape, refers to."""
    kinds = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape, SH["and"], SH["or"], SH.xone)
    paths = (SH.path, SH.inversePath, SH.alternativePath)
    repeated = (SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath)
    parts = {*kinds, *paths, *repeated, RDF.first, RDF.rest}
    found: dict[Any, set[Any]] = {}
    todo: list[Any] = list(named_shapes(shapes))
    while todo:
        node = todo.pop()
        if node not in found:
            found[node] = {o for p, o in shapes.predicate_objects(node) if p in parts}
            todo += found[node]
    return found
