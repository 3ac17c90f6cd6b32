"""What follows from the ontology and what a company adds to it: from the cache, or inferred now.

Two parts are loaded only when the whole store is asked for, and are no part of a light store:
- The capability classes of a company's roles are named at once, but their definitions are long, and
  nothing but the order of these classes follows from them unless a file states axioms or describes
  agents. They are made, and cached, when they are needed.
- What follows of a company's own properties may be half a million statements, such as the paths of
  a transitive property, and no shipped question names these properties.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from ..errors import InputError, Timeout
from ..io.resources import resource_dir
from . import capabilities, closure_cache
from .capabilities import CAPABILITY_FOR, SUBCLASS

if TYPE_CHECKING:
    from .graph import Graph
    from .reasoner import Proofs

_PREFIX = re.compile(r"^PREFIX ([\w-]*): <(.*?)>", re.M)
_CURIE, _IRI = re.compile(r"[\w-]*:[\w-]+"), re.compile(r"<([^<>\s]+)>")
_OWN = ("https://w3id.org/mlops-roles", "http://www.w3.org/1999/02/22-rdf-syntax-ns#")
_ASKED = (*_OWN, "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2002/07/owl#")
N_TRIPLES = ox.RdfFormat.N_TRIPLES
DEFAULT = ox.DefaultGraph()


class Closure(NamedTuple):
    """What follows from added files, as N-Triples."""

    classes: bytes  # the names of the capability classes that their roles lack
    inferred: bytes  # the inferred statements that are published
    unnamed: bytes  # of these, those whose properties no shipped question names


class Definitions:
    """What a light store lacks: definitions of capability classes, and statements to infer."""

    def __init__(self, make: Callable[[], bytes], unnamed: bytes):
        self._make: Callable[[], bytes] | None = make
        self._unnamed = unnamed
        self._lock = Lock()

    @property
    def are_left(self) -> bool:
        """Whether something is not loaded."""
        return self._make is not None

    def load_into(self, store: ox.Store, inferred: ox.NamedNode) -> None:
        """Load what is left into a store and a named graph of it, unless that was done before."""
        if self._make is None:
            return
        with self._lock:
            if self._make is not None:
                store.bulk_load(self._make(), format=N_TRIPLES, lenient=True)
                store.bulk_load(self._unnamed, format=N_TRIPLES, to_graph=inferred, lenient=True)
                self._make, self._unnamed = None, b""


def add_closure(graph: Graph, inferred: ox.NamedNode) -> Definitions:
    """Load what follows into a named graph of the store of a graph.

    Returns what is not loaded yet. Raises InputError if a statement contradicts the ontology.
    """
    from .relations import NeedsStatements

    store = graph.light_store
    key = graph.cache_key
    if kept := closure_cache.read(key):
        closure = Closure(*kept)
        _load(graph, closure, inferred)
    else:
        try:
            closure = _infer(graph, inferred, compact=True)
        except NeedsStatements:
            closure = _infer(graph, inferred, compact=False)
        closure_cache.write(key, *closure)
    return Definitions(lambda: _definitions(store, key, closure.classes, inferred), closure.unnamed)


def _load(graph: Graph, closure: Closure, inferred: ox.NamedNode) -> None:
    graph.add_text(closure.classes)
    graph.add_text(closure.inferred, inferred)


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


# properties that are named -------------------------------------------------------------------


@cache
def _named_terms() -> frozenset[str]:
    """The IRIs in shipped SPARQL, and the namespaces whose terms Python names, too."""
    files = [*resource_dir("queries").rglob("*.rq"), *resource_dir("ontology").glob("*.rq")]
    found = set[str]()
    for path in files:
        text = path.read_text("utf-8")
        prefixes = dict(_PREFIX.findall(text))
        found.update(_IRI.findall(text))
        names = (name.partition(":") for name in _CURIE.findall(text))
        found.update(prefixes[prefix] + local for prefix, _, local in names if prefix in prefixes)
    return frozenset(found)


def is_named(prop: ox.NamedNode) -> bool:
    """Whether a shipped question may ask about a property."""
    return prop.value.startswith(_ASKED) or prop.value in _named_terms()


def may_follow_unnamed(triple: ox.Triple, graph: Graph) -> bool:
    """Whether a statement follows that a light store lacks, or cannot be known not to follow."""
    if is_named(triple.predicate):
        return False
    kept = closure_cache.read(graph.cache_key)
    return not kept or f"{triple} .\n".encode() in kept[-1]


# inference ----------------------------------------------------------------------------------


def _infer(graph: Graph, inferred: ox.NamedNode, compact: bool) -> Closure:
    """The capability classes that roles lack, and what follows; what a light store has is loaded.

    Raises NeedsStatements if that was tried with relations that are not enough.
    """
    from . import reasoner
    from .forward_chaining import Limits

    store = graph.light_store
    try:
        proofs = reasoner.infer(store, limits=Limits(), compact=compact)
        check_consistent(graph, proofs)
        first, known = _parts(proofs, 0), len(proofs.statements)
        _load(graph, Closure(b"", *first), inferred)
        made: Any = store.query(
            capabilities.query_text(capabilities.NAMES), use_default_graph_as_union=True
        )
        names = list(made)
        close = _close_names if has_plain_roles(graph, proofs, names) else close_definitions
        order = close(graph, names, proofs)
    except (InputError, Timeout) as error:
        raise type(error)(f"{', '.join(map(str, graph.added))}: {error}") from None
    more = _parts(proofs, known)
    classes = ox.serialize(names, format=N_TRIPLES) or b""
    _load(graph, Closure(classes, more[0] + order, b""), inferred)
    return Closure(classes, first[0] + more[0] + order, first[1] + more[1])


def _parts(proofs: Proofs, since: int) -> tuple[bytes, bytes]:
    """The published statements with properties that are named, and those with others."""
    from .reasoner import published_by_property

    parts: dict[bool, list[bytes]] = {True: [], False: []}
    for prop, text in published_by_property(proofs, since):
        parts[is_named(prop)].append(text)
    return b"".join(parts[True]), b"".join(parts[False])


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
