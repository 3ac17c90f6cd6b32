"""The three named graphs that are installed on a server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from ..graph import BASE, DEFAULT, INFERRED, Graph

ASSERTED = ox.NamedNode(f"{BASE}/asserted")
INSTALLED = ox.NamedNode(f"{BASE}/installed")
_IDENTIFIER = ox.NamedNode("http://purl.org/dc/terms/identifier")
_VERSION = ox.NamedNode("http://www.w3.org/2002/07/owl#versionInfo")


def triples_by_graph(graph: Graph) -> dict[ox.NamedNode, list[ox.Triple]]:
    """The asserted and the inferred statements, by the named graph that holds them."""
    return {
        name: [q.triple for q in graph.store.quads_for_pattern(None, None, None, at)]
        for name, at in ((ASSERTED, DEFAULT), (INFERRED, INFERRED))
    }


def installation_record(graph: Graph) -> list[ox.Triple]:
    """The statements that identify the installed content; they are written last."""
    digest, version = ox.Literal(graph.digest), ox.Literal(graph.version)
    return [
        ox.Triple(INSTALLED, _IDENTIFIER, digest),
        ox.Triple(ox.NamedNode(BASE), _VERSION, version),
    ]


def n_quads(graph: Graph) -> bytes:
    """All of it as one file, for a server that takes no updates."""
    held = {**triples_by_graph(graph), INSTALLED: installation_record(graph)}
    return (
        ox.serialize(
            (
                ox.Quad(t.subject, t.predicate, t.object, name)
                for name, triples in held.items()
                for t in triples
            ),
            format=ox.RdfFormat.N_QUADS,
        )
        or b""
    )


def batches(triples: Iterable[ox.Triple], size: int) -> Iterator[list[ox.Triple]]:
    """The triples in batches of about a size; those that share a blank node are never parted."""
    batch: list[ox.Triple] = []
    for group in _group_by_blank_nodes(triples):
        if batch and len(batch) + len(group) > size:
            yield batch
            batch = []
        batch += group
    if batch:
        yield batch


def _group_by_blank_nodes(triples: Iterable[ox.Triple]) -> list[list[ox.Triple]]:
    """The triples grouped by the blank nodes that link them."""
    above: dict[object, object] = {}

    def top(node: object) -> object:
        while (up := above.setdefault(node, node)) != node:
            above[node] = node = above[up]
        return node

    groups = defaultdict(list)
    listed = [
        (t, [n for n in (t.subject, t.object) if isinstance(n, ox.BlankNode)]) for t in triples
    ]
    for _, nodes in listed:
        for node in nodes:
            above[top(node)] = top(nodes[0])
    for triple, nodes in listed:
        groups[top(nodes[0]) if nodes else triple].append(triple)
    return list(groups.values())
