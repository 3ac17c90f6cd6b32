"""An excerpt of a large framework, in which a statement is proved without the rest of it.

What follows from some of the statements follows from all of them, so a proof in the excerpt is a
proof. The excerpt has the ontology, all axioms, and what is said of the terms that can be reached
from those of the statement. If that does not prove it, the whole framework is reasoned with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir
from . import capabilities, reasoner
from .axioms import axioms_in
from .capabilities import CAPABILITY_FOR
from .closure import may_follow_unnamed
from .graph import DEFAULT, INFERRED, Graph

NAMED = (None, CAPABILITY_FOR, None, DEFAULT)
ANNOTATED = ox.NamedNode("http://www.w3.org/2002/07/owl#annotatedSource")
MAX_QUADS = 40_000  # of an excerpt; beyond that, the whole is used
MAX_INCOMING = 100  # statements with a term of the statement as their object


def excerpt(graph: Graph, statements: Iterable[Any]) -> Graph:
    """The graph in which to look for the proofs of some statements.

    That is the graph itself, or an excerpt of a large one in which each statement is asserted or
    has its proof, unless it does not follow from the whole either.
    """
    wanted = [triple for triple in statements if isinstance(triple, ox.Triple)]
    if not graph.is_large or "proofs" in graph.__dict__ or not wanted:
        return graph
    quads = _quads_around(graph, wanted)
    if quads is None:
        return graph
    part, known = _reasoned(graph, quads), graph.light_store
    left = [triple for triple in wanted if not _holds(triple, part)]
    if left and any(_names_capability(triple, known) for triple in left):
        if not _define_capabilities(part, graph):
            return graph
        left = [triple for triple in left if not _holds(triple, part)]
    may_follow = any(_may_follow(t, known) or may_follow_unnamed(t, graph) for t in left)
    return graph if may_follow else part


def _quads_around(graph: Graph, wanted: list[ox.Triple]) -> set[ox.Quad] | None:
    """The asserted statements of the excerpt; None if they are too many.

    Blank nodes of the ontology are left to the ontology itself, which is added as a whole.
    """
    store, base = graph.light_store, graph.base_store()
    found = set[ox.Quad](base)
    named = {quad.subject for quad in store.quads_for_pattern(*NAMED)}
    todo = [quad.subject for axioms in axioms_in(store).values() for quad in axioms]
    ends = [term for triple in wanted for term in triple]
    todo = [*(node for node in todo if node not in named), *ends]
    near = (islice(store.quads_for_pattern(None, None, t, DEFAULT), MAX_INCOMING) for t in ends)
    todo += [quad.subject for quads in near for quad in quads]
    ours, seen = {quad.subject for quad in found}, set[Any]()
    for node in todo:  # which grows
        if node in seen or isinstance(node, ox.Literal):
            continue
        seen.add(node)
        for quad in _about(store, node):
            if isinstance(quad.object, ox.BlankNode) and node in ours:
                continue
            found.add(quad)
            todo += (quad.subject, quad.object)
        if len(found) > MAX_QUADS:
            return None
    return found


def _about(store: ox.Store, node: Any) -> Iterator[ox.Quad]:
    """What is said of a term, its capability class, and the sources that differ from its own."""
    yield from store.quads_for_pattern(node, None, None, DEFAULT)
    for prop in (CAPABILITY_FOR, ANNOTATED):
        yield from store.quads_for_pattern(None, prop, node, DEFAULT)


def _reasoned(graph: Graph, quads: Iterable[ox.Quad]) -> Graph:
    """A graph of some statements and what follows from them."""
    store = ox.Store()
    store.extend(quads)
    part = Graph(store=store, base=()).with_prefixes(graph.prefixes)
    part.proofs = reasoner.infer(store)
    text = reasoner.published(part.proofs)
    store.bulk_load(text, format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED, lenient=True)
    return part


def _holds(triple: ox.Triple, part: Graph) -> bool:
    return ox.Quad(*triple) in part.store or triple in part.proofs


def _may_follow(triple: Any, known: ox.Store) -> bool:
    """Whether a statement follows from the whole, or cannot be known to follow without proofs."""
    if (
        next(known.quads_for_pattern(triple.subject, triple.predicate, triple.object), None)
        is not None
    ):
        return True
    example = ox.Store()
    example.add(ox.Quad(*triple))
    published: Any = example.query((resource_dir("ontology") / "closure.rq").read_text("utf-8"))
    return next(published, None) is None


def _names_capability(triple: Any, known: ox.Store) -> bool:
    ends = (triple.subject, triple.object)
    return any(next(known.quads_for_pattern(t, CAPABILITY_FOR, None), None) for t in ends)


def _define_capabilities(part: Graph, graph: Graph) -> bool:
    """Add the definitions of the capability classes that are only named, and what follows.

    Returns whether these are the definitions that the whole has: all that it says of their roles is
    in the excerpt, and no file has named such a class in its own way.
    """
    from ..io.turtle import unskolemize

    store, known = part.store, graph.light_store
    shipped = {quad.subject for quad in graph.base_store().quads_for_pattern(*NAMED)}
    named = [quad for quad in store.quads_for_pattern(*NAMED) if quad.subject not in shipped]
    classes = {quad.subject for quad in named}
    asserted = list(store.quads_for_pattern(None, None, None, DEFAULT))
    names, definitions = (
        capabilities.missing_capabilities(
            (quad for quad in asserted if quad.subject not in classes),
            (quad.triple for quad in store.quads_for_pattern(None, None, None, INFERRED)),
            [query],
        )
        for query in (capabilities.NAMES, capabilities.DEFINITIONS)
    )
    stated = {
        quad.triple for c in classes for quad in known.quads_for_pattern(c, None, None, DEFAULT)
    }
    if set(names) != stated or not all(_is_whole(quad.object, part, known) for quad in named):
        return False
    quads = [ox.Quad(*triple) for triple in map(unskolemize, definitions)]
    store.extend(quads)
    part.proofs.add(quads)
    return True


def _is_whole(role: Any, part: Graph, known: ox.Store) -> bool:
    """Whether all that the whole says of a role is in the excerpt, too."""
    there, here = (store.quads_for_pattern(role, None, None) for store in (known, part.store))
    return {quad.triple for quad in there} <= {quad.triple for quad in here}
