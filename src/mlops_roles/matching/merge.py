"""Accepted mappings merged into a company's file, and taken out again.

Each statement that comes in is marked with the set that it came from, so that exactly what came
in can be taken out: what the file said before stays, and so does what another set brought.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import pyoxigraph as ox

from ..errors import InputError
from ..io import rdf
from ..io.sssom import MappingSet
from .alignments import mapping_triples

OWL = "http://www.w3.org/2002/07/owl#"
AXIOM = ox.NamedNode(f"{OWL}Axiom")
ANNOTATED = [ox.NamedNode(f"{OWL}annotated{part}") for part in ("Source", "Property", "Target")]
PART_OF = ox.NamedNode("http://purl.org/dc/terms/isPartOf")
JUSTIFIED = ox.NamedNode("https://w3id.org/sssom/mapping_justification")
Mark = tuple[ox.NamedNode | ox.BlankNode, ox.Triple]  # a node, and the statement that it is about


@dataclass(frozen=True)
class Merge:
    """A file with mappings merged, or taken out.

    Attributes:
        graph: what the file holds now.
        prefixes: to write it with.
        changed: the statements that came in or went out, without their marks.
        unchanged: the statements that were there anyway, and stay.
    """

    graph: ox.Dataset
    prefixes: dict[str, str]
    changed: list[ox.Triple]
    unchanged: list[ox.Triple]

    def to_turtle(self) -> bytes:
        """The file in Turtle."""
        return (
            ox.serialize(
                sorted((q.triple for q in self.graph), key=str),
                format=ox.RdfFormat.TURTLE,
                prefixes=self.prefixes,
            )
            or b""
        )


def apply_mappings(theirs: str | os.PathLike[str], mappings: MappingSet) -> Merge:
    """The file `theirs` with the reviewed rows of a set; proposals that nobody reviewed are left out.

    Raises InputError if nothing was reviewed, or if the set is merged already.
    """
    if not mappings.reviewed:
        raise InputError(
            f"{mappings.name}: no row has been reviewed; write your name under reviewer_label where you have decided"
        )
    graph, prefixes = _read(theirs)
    if _marks(graph, mappings.iri):
        raise InputError(
            f"{theirs}: {mappings.iri} is merged already; take it out with --undo first"
        )
    brought = {mark[1] for mark in _marks(graph)}
    work = ox.Dataset(ox.Quad(*t) for t in mapping_triples(mappings, mappings.reviewed))
    changed, kept = [], []
    for node, said in _marks(work):
        if ox.Quad(*said) in graph and said not in brought:
            kept.append(said)
            continue
        changed.append(said)
        graph.add(ox.Quad(*said))
        mark = ox.BlankNode()
        for quad in work.quads_for_subject(node):
            graph.add(ox.Quad(mark, quad.predicate, quad.object))
    spaces = {
        p: n
        for p, n in mappings.header["curie_map"].items()
        if p not in prefixes and n not in prefixes.values()
    }
    return Merge(graph, prefixes | spaces, changed, kept)


def undo_mappings(merged: str | os.PathLike[str], mappings: MappingSet) -> Merge:
    """The file `merged` without what the set brought. Raises InputError if it brought nothing."""
    graph, prefixes = _read(merged)
    mine = _marks(graph, mappings.iri)
    if not mine:
        raise InputError(
            f"{merged}: nothing in it came from {mappings.iri}; give the file that --apply wrote"
        )
    for node, _ in mine:
        for quad in list(graph.quads_for_subject(node)):
            graph.discard(quad)
    others = {said for _, said in _marks(graph)}
    gone = [said for _, said in mine if said not in others]
    for said in gone:
        graph.discard(ox.Quad(*said))
    return Merge(graph, prefixes, gone, [said for _, said in mine if said in others])


def _read(path: str | os.PathLike[str]) -> tuple[ox.Dataset, dict[str, str]]:
    """The statements of a file in one graph, and its prefixes."""
    quads, prefixes = rdf.parse_rdf(path)
    return ox.Dataset(ox.Quad(*quad.triple) for quad in quads), prefixes


def _marks(graph: ox.Dataset, name: str | None = None) -> list[Mark]:
    """The marks of mappings, of one set or of all, each with its statement."""
    found = []
    for quad in graph.quads_for_predicate(JUSTIFIED):
        about = {q.predicate: q.object for q in graph.quads_for_subject(quad.subject)}
        parts = [about.get(part) for part in ANNOTATED]
        if all(parts) and (name is None or about.get(PART_OF) == ox.NamedNode(name)):
            found.append((quad.subject, ox.Triple(*parts)))  # type: ignore[arg-type]
    return found  # type: ignore[return-value]
