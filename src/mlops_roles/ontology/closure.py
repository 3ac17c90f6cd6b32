"""What follows from the ontology and what a company adds to it: from the cache, or inferred now.

The capability classes of a company's roles are named at once. Their definitions are long, and
nothing but the order of these classes follows from them unless a file states axioms or describes
agents. So they are made, and cached, when the whole store is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from ..errors import InputError, Timeout
from . import capabilities, closure_cache
from .capabilities import CAPABILITY_FOR, SUBCLASS

if TYPE_CHECKING:
    from .graph import Graph
    from .reasoner import Proofs

N_TRIPLES = ox.RdfFormat.N_TRIPLES
DEFAULT = ox.DefaultGraph()


class Closure(NamedTuple):
    """What follows from added files, as N-Triples."""

    classes: bytes  # the names of the capability classes that their roles lack
    inferred: bytes  # the inferred statements that are published


class Definitions:
    """The definitions of capability classes, which are loaded when they are first needed."""

    def __init__(self, make: Callable[[], bytes]):
        self._make: Callable[[], bytes] | None = make
        self._lock = Lock()

    @property
    def are_left(self) -> bool:
        """Whether there are definitions that are not loaded."""
        return self._make is not None

    def load_into(self, store: ox.Store) -> None:
        """Load the definitions into a store, unless that was done before."""
        if self._make is None:
            return
        with self._lock:
            if self._make is not None:
                store.bulk_load(self._make(), format=N_TRIPLES, lenient=True)
                self._make = None


def add_closure(graph: Graph, inferred: ox.NamedNode) -> Definitions:
    """Load what follows into a named graph of the store of a graph.

    Returns the definitions of capability classes that are not loaded yet. Raises InputError if a
    statement contradicts the ontology.
    """
    store = graph.light_store
    key = graph.cache_key
    if kept := closure_cache.read(key):
        closure = Closure(*kept)
        _load(store, closure, inferred)
    else:
        closure = _infer(graph, inferred)
        closure_cache.write(key, *closure)
    return Definitions(lambda: _definitions(store, key, closure.classes, inferred))


def _load(store: ox.Store, closure: Closure, inferred: ox.NamedNode) -> None:
    store.bulk_load(closure.classes, format=N_TRIPLES, lenient=True)
    store.bulk_load(closure.inferred, format=N_TRIPLES, to_graph=inferred, lenient=True)


def _definitions(store: ox.Store, key: str, classes: bytes, inferred: ox.NamedNode) -> bytes:
    """The definitions, from the cache or made now."""
    from ..io.turtle import unskolemize

    key = f"{key}-definitions"
    if kept := closure_cache.read(key):
        return kept[0]
    names = {ox.Quad(*quad.triple) for quad in ox.parse(classes, format=N_TRIPLES)}
    made = capabilities.missing_capabilities(
        (q for q in store.quads_for_pattern(None, None, None, DEFAULT) if q not in names),
        (q.triple for q in store.quads_for_pattern(None, None, None, inferred)),
        [capabilities.DEFINITIONS],
    )
    text = ox.serialize(map(unskolemize, made), format=N_TRIPLES) or b""
    closure_cache.write(key, text)
    return text


# inference ----------------------------------------------------------------------------------


def _infer(graph: Graph, inferred: ox.NamedNode) -> Closure:
    """The capability classes that roles lack, and what follows; both are loaded, too."""
    from . import reasoner
    from .forward_chaining import Limits

    store = graph.light_store
    try:
        proofs = reasoner.infer(store, limits=Limits())
        check_consistent(graph, proofs)
        first, known = reasoner.published(proofs), len(proofs.statements)
        store.bulk_load(first, format=N_TRIPLES, to_graph=inferred, lenient=True)
        made: Any = store.query(
            capabilities.query_text(capabilities.NAMES), use_default_graph_as_union=True
        )
        names = list(made)
        close = _close_names if has_plain_roles(graph, proofs, names) else close_definitions
        order = close(graph, names, proofs)
    except (InputError, Timeout) as error:
        raise type(error)(f"{', '.join(map(str, graph.added))}: {error}") from None
    more = Closure(
        ox.serialize(names, format=N_TRIPLES) or b"", reasoner.published(proofs, known) + order
    )
    _load(store, more, inferred)
    return Closure(more.classes, first + more.inferred)


def check_consistent(graph: Graph, proofs: Proofs) -> None:
    """Raise InputError with the premises of a contradiction, if there is one."""
    if clash := proofs.contradictions():
        why = "; ".join(graph.format_term(t) for t in clash[0].because)
        raise InputError(f"contradicts the ontology ({why}); withdraw one of these")


def _close_names(graph: Graph, names: list[ox.Triple], proofs: Proofs) -> bytes:
    """Infer what follows from the names; returns the order of the classes, counted out."""
    requires = proofs.values_of(capabilities.REQUIRES_SKILL)
    skills = _defined_skills(proofs)
    defined = set(proofs.values_of(CAPABILITY_FOR)) & set(skills)
    for triple in names:
        if triple.predicate == CAPABILITY_FOR:
            skills[triple.subject] = requires[triple.object]
            defined.add(triple.subject)
    proofs.add(ox.Quad(*triple) for triple in names)
    pairs = capabilities.subsumptions(skills, defined)
    return "".join(f"{one} {SUBCLASS} {other} .\n" for one, other in pairs).encode()


def close_definitions(graph: Graph, names: list[ox.Triple], proofs: Proofs) -> bytes:
    """Infer what follows from the names and the definitions of the classes."""
    from ..io.turtle import unskolemize

    found: Any = graph.light_store.query(
        capabilities.query_text(capabilities.DEFINITIONS), use_default_graph_as_union=True
    )
    made = list(found)
    if names or made:
        proofs.add(ox.Quad(*triple) for triple in (*names, *map(unskolemize, made)))
        check_consistent(graph, proofs)
    return b""


def _defined_skills(proofs: Proofs) -> dict[Any, set[Any]]:
    return capabilities.defined_skills(
        proofs.values_of(SUBCLASS),
        proofs.values_of(capabilities.ON_PROPERTY),
        proofs.values_of(capabilities.HAS_VALUE),
    )


def has_plain_roles(graph: Graph, proofs: Proofs, names: list[ox.Triple]) -> bool:
    """Whether only their order follows from the definitions of capability classes.

    That is so if the added files state no axiom, describe no agent, mention no such class, and
    change no skill of a role that has a class already.
    """
    from .axioms import axioms_in

    store, base = graph.light_store, graph.base_store()
    before, after = axioms_in(base), axioms_in(store)
    if any(len(after[name]) != len(before[name]) for name in after):
        return False
    known = {
        quad.subject: quad.object for quad in base.quads_for_pattern(None, CAPABILITY_FOR, None)
    }
    stated = store.quads_for_pattern(None, CAPABILITY_FOR, None)
    if any(quad.subject not in known for quad in stated):
        return False
    if proofs.values_of(capabilities.HAS_SKILL) or proofs.values_of(capabilities.HAS_OCCUPATION):
        return False
    coined = {triple.subject for triple in names if triple.predicate == CAPABILITY_FOR}
    if any(proofs.mentions(cls) for cls in coined):
        return False
    requires, defined = proofs.values_of(capabilities.REQUIRES_SKILL), _defined_skills(proofs)
    return all(requires.get(role, set()) == defined.get(cls, set()) for cls, role in known.items())
