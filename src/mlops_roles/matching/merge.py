"""Merge reviewed mappings into a company's file, and remove them again.

Each added statement is marked with its mapping set, so that exactly these statements can be removed
later. Statements that were in the file before, or that another set added, stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from ..errors import InputError
from ..io import rdf
from ..io.resources import FilePath
from ..io.sssom import MappingSet
from ..ontology.graph import Graph, load
from ..ontology.mappings import mapping_triples
from .unknown_terms import unknown_terms

OWL = "http://www.w3.org/2002/07/owl#"
ANNOTATED = [ox.NamedNode(f"{OWL}annotated{part}") for part in ("Source", "Property", "Target")]
PART_OF = ox.NamedNode("http://purl.org/dc/terms/isPartOf")
JUSTIFICATION = ox.NamedNode("https://w3id.org/sssom/mapping_justification")
Mark = tuple[ox.NamedNode | ox.BlankNode, ox.Triple]  # a node, and the statement that it is about


@dataclass(frozen=True)
class Merge:
    """An RDF file after mappings were merged into it, or removed from it.

    Attributes:
        graph: the resulting statements.
        prefixes: prefix to namespace, for the serialization.
        changed: the statements that were added or removed, without their marks.
        unchanged: the statements of the mappings that the file has independently of them.

    Example:
        >>> from mlops_roles import apply_mappings, read_mappings
        >>> mappings = read_mappings("examples/acme-hr.sssom.tsv")
        >>> merge = apply_mappings("examples/acme-hr.ttl", mappings)
        >>> b"skos:exactMatch role:data-scientist" in merge.to_turtle()
        True
    """

    graph: ox.Dataset
    prefixes: dict[str, str]
    changed: list[ox.Triple]
    unchanged: list[ox.Triple]

    def to_turtle(self) -> bytes:
        """The graph as Turtle, in UTF-8."""
        triples = sorted((q.triple for q in self.graph), key=str)
        turtle = ox.RdfFormat.TURTLE
        return ox.serialize(triples, format=turtle, prefixes=self.prefixes) or b""


def apply_mappings(
    source: FilePath,
    mappings: MappingSet,
    added: Iterable[FilePath] = (),
    only: Iterable[FilePath] = (),
) -> Merge:
    """Merge the reviewed mappings of a set into a file; the others are left out.

    Args:
        source: the RDF file whose terms are mapped; it is not changed.
        mappings: a set with at least one mapping that a person reviewed. A rejected one comes
            in as `mlops:noMatch`.
        added: files that have terms of the mappings too, as with `--with`.
        only: a framework in place of our roles, tasks, skills and tools, as with `--only`.

    Returns:
        The merged graph, and which statements were added.

    Raises:
        InputError: if nothing was reviewed, if a reviewed mapping has a term or predicate that
            does not exist, if the set is merged already, or for a file that cannot be read.

    Example:
        >>> from mlops_roles import apply_mappings, read_mappings
        >>> mappings = read_mappings("examples/acme-hr.sssom.tsv")
        >>> len(apply_mappings("examples/acme-hr.ttl", mappings).changed)
        7
    """
    _check_reviewed(mappings, source, load(*added, only=only))
    graph, prefixes = _parse_file(source)
    if _read_marks(graph, mappings.iri):
        fix = "take it out with --undo first"
        raise InputError(f"{source}: {mappings.iri} is merged already; {fix}")
    merged_before = {statement for _, statement in _read_marks(graph)}
    work = ox.Dataset(ox.Quad(*t) for t in mapping_triples(mappings, mappings.reviewed))
    changed, unchanged = _add_statements(graph, work, merged_before)
    _add_prefixes(prefixes, mappings.header["curie_map"])
    return Merge(graph, prefixes, changed, unchanged)


def _add_statements(
    graph: ox.Dataset, work: ox.Dataset, merged_before: set[ox.Triple]
) -> tuple[list[ox.Triple], list[ox.Triple]]:
    """Add the marked statements of `work` to a graph: those added, and those already asserted."""
    changed, unchanged = [], []
    for node, statement in _read_marks(work):
        if ox.Quad(*statement) in graph and statement not in merged_before:
            unchanged.append(statement)
            continue
        changed.append(statement)
        graph.add(ox.Quad(*statement))
        _add_mark(graph, work, node)
    return changed, unchanged


def _check_reviewed(mappings: MappingSet, source: FilePath, ontology: Graph) -> None:
    """Raise InputError if nothing was reviewed, or a reviewed mapping uses an unknown term."""
    if not mappings.reviewed:
        fix = "write your name under reviewer_label where you have decided"
        raise InputError(f"{mappings.name}: no row has been reviewed; {fix}")
    if unknown := unknown_terms(mappings, mappings.reviewed, source, ontology):
        first, *others = unknown
        more = f" ({len(others)} more, all in `coherence`)" if others else ""
        raise InputError(
            f"{mappings.name}, line {first.lines[0]}: {first.written[:80]}: {first.message}{more}"
        )


def _add_mark(graph: ox.Dataset, work: ox.Dataset, node: ox.NamedNode | ox.BlankNode) -> None:
    """Copy what is said of a mark to a new blank node."""
    mark = ox.BlankNode()
    for quad in work.quads_for_subject(node):
        graph.add(ox.Quad(mark, quad.predicate, quad.object))


def _add_prefixes(prefixes: dict[str, str], more: dict[str, str]) -> None:
    """Add prefixes of namespaces that have none yet."""
    for prefix, namespace in more.items():
        if namespace not in prefixes.values():
            prefixes.setdefault(prefix, namespace)


def undo_mappings(merged: FilePath, mappings: MappingSet) -> Merge:
    """Remove the statements that a mapping set added to a file; all others stay.

    Args:
        merged: an RDF file that `apply_mappings` made; it is not changed.
        mappings: the mapping set; only its IRI is used.

    Returns:
        The graph without the set, and which statements were removed.

    Raises:
        InputError: if nothing in the file came from the set, or for a file that cannot be read.

    Example:
        >>> import pathlib, tempfile
        >>> from mlops_roles import apply_mappings, read_mappings, undo_mappings
        >>> mappings = read_mappings("examples/acme-hr.sssom.tsv")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     linked = pathlib.Path(folder, "linked.ttl")
        ...     merge = apply_mappings("examples/acme-hr.ttl", mappings)
        ...     _ = linked.write_bytes(merge.to_turtle())
        ...     len(undo_mappings(linked, mappings).changed)
        7
    """
    graph, prefixes = _parse_file(merged)
    marks = _read_marks(graph, mappings.iri)
    if not marks:
        raise InputError(
            f"{merged}: nothing in it came from {mappings.iri}; give the file that --apply wrote"
        )
    for node, _ in marks:
        for quad in list(graph.quads_for_subject(node)):
            graph.discard(quad)
    still_marked = {statement for _, statement in _read_marks(graph)}
    changed = [statement for _, statement in marks if statement not in still_marked]
    for statement in changed:
        graph.discard(ox.Quad(*statement))
    unchanged = [statement for _, statement in marks if statement in still_marked]
    return Merge(graph, prefixes, changed, unchanged)


def _parse_file(path: FilePath) -> tuple[ox.Dataset, dict[str, str]]:
    """The statements of a file in one graph, and its prefixes."""
    quads, prefixes = rdf.parse_rdf(path)
    return ox.Dataset(ox.Quad(*quad.triple) for quad in quads), prefixes


def _read_marks(graph: ox.Dataset, iri: str | None = None) -> list[Mark]:
    """The marks of mappings, of the set with an IRI or of all, each with its statement."""
    found: list[Mark] = []
    for quad in graph.quads_for_predicate(JUSTIFICATION):
        about = {q.predicate: q.object for q in graph.quads_for_subject(quad.subject)}
        parts = [about.get(part) for part in ANNOTATED]
        if all(parts) and (iri is None or about.get(PART_OF) == ox.NamedNode(iri)):
            found.append((quad.subject, ox.Triple(*parts)))  # type: ignore[arg-type]
    return found
