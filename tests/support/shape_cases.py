"""What a shape finds in the ontology with some statements more, or some less, in it.

The store is loaded once and put back after each case, which takes milliseconds.
"""

import csv
from collections import Counter
from contextlib import contextmanager
from functools import cache

import pyoxigraph as ox
import rdflib

from mlops_roles import NothingChecked, load
from mlops_roles.validation.data_graph import DataGraph
from mlops_roles.validation.shacl import validate
from mlops_roles.validation.shapes_graph import load_shapes

from .asserted import ROOT


@cache
def shapes_graph() -> rdflib.Graph:
    """All shipped shapes."""
    return load_shapes(load())


@cache
def whole_ontology() -> DataGraph:
    """The ontology as data."""
    return DataGraph.load(None, load())


@cache
def cases() -> list[dict[str, str]]:
    """The rows of shapes.csv: a shape, what is removed and added, and whether it then fires."""
    with (ROOT / "tests" / "shapes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def own_shape(name: str) -> rdflib.Graph:
    """A shape alone, by its CURIE."""
    return shapes_graph().cbd(rdflib.URIRef(load().expand_curie(name)))


def findings(shape: rdflib.Graph, added: str = "", removed: str = "") -> Counter:
    """The focus nodes and values that a shape finds, with their number.

    Args:
        shape: the shape.
        added: Turtle without prefix lines.
        removed: subject and property of what is taken out.
    """
    with changed(added, removed) as data:
        try:
            found = validate(data, shape, load()).findings
        except NothingChecked:
            return Counter()
        return Counter((f.focus, f.value) for f in found)


@contextmanager
def changed(added: str, removed: str):
    """The ontology with some statements more and some less."""
    data, graph = whole_ontology(), load()
    lines = "".join(f"@prefix {p}: <{n}> .\n" for p, n in graph.prefixes.items())
    lines += "@prefix ex: <https://example.org/> .\n"
    quads = ox.parse(lines + added, format=ox.RdfFormat.TURTLE)
    new = [quad for quad in quads if quad not in data.store]
    about = [ox.NamedNode(graph.expand_curie(name)) for name in removed.split()]
    old = list(data.store.quads_for_pattern(*about, None, None)) if about else []
    assert old or not about, f"nothing to remove: {removed}"
    data.store.extend(new)
    for quad in old:
        data.store.remove(quad)
    try:
        yield data
    finally:
        for quad in new:
            data.store.remove(quad)
        data.store.extend(old)
