"""What follows about people in files of data, which are not reasoned with.

Of the axioms in data, and of those that a company adds, only these are followed: that a property or
class is below one that describes a person (`queries/staff-columns.rq`), and that two things are the
same. What follows is added to the data, so that questions and shapes see what an audit sees.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir

RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_RDFS, _OWL = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2002/07/owl#"
BELOW = tuple(ox.NamedNode(f"{_RDFS}{name}") for name in ("subPropertyOf", "subClassOf"))
EQUAL = tuple(ox.NamedNode(f"{_OWL}equivalent{name}") for name in ("Property", "Class"))
SAME = ox.NamedNode(f"{_OWL}sameAs")
NAMES = {"name", "label", "given", "family"}  # which say nothing of a thing that is the same


@cache
def staff_terms() -> dict[str, str]:
    """The IRI of each property and class that describes people to its column."""
    text = (resource_dir("queries") / "staff-columns.rq").read_text("utf-8")
    rows: Any = ox.Store().query(text)
    return {term.value: column.value for term, column, _ in rows}


def follow(store: ox.Store) -> set[ox.Quad]:
    """Add what follows about people to the default graph; returns the axioms that it follows from.

    Only terms that are not in `staff-columns` themselves are followed. A store without such axioms
    costs the look-up of each kind of axiom.
    """
    known = staff_terms()
    axioms: dict[Any, set[ox.Quad]] = defaultdict(set)
    for quad in _quads(store, *BELOW, *EQUAL):
        axioms[quad.subject].add(quad)
        if quad.predicate in EQUAL:
            axioms[quad.object].add(quad)
    used = set[ox.Quad]()
    for term in [t for t in axioms if isinstance(t, ox.NamedNode) and t.value not in known]:
        above, why = _above(term, axioms)
        broader = [t for t in above if known.get(t.value, "vocabulary") != "vocabulary"]
        if broader:
            used |= why
            store.extend(list(_raised(store, term, broader)))
    same = list(_quads(store, SAME))
    if same:
        store.extend(list(_copied(store, same, known)))
    return used | set(same)


def _quads(store: ox.Store, *predicates: ox.NamedNode) -> Iterator[ox.Quad]:
    """The statements with some predicates, in any graph."""
    for predicate in predicates:
        yield from store.quads_for_pattern(None, predicate, None)


def _above(term: Any, axioms: dict[Any, set[ox.Quad]]) -> tuple[list[Any], set[ox.Quad]]:
    """The named terms above one, and the axioms that say so."""
    seen, todo, why = {term}, [term], set[ox.Quad]()
    while todo:
        for quad in axioms.get(todo.pop(), ()):
            why.add(quad)
            for other in (quad.object, *([quad.subject] if quad.predicate in EQUAL else [])):
                if isinstance(other, ox.NamedNode) and other not in seen:
                    seen.add(other)
                    todo.append(other)
    return [t for t in seen if t != term], why


def _raised(store: ox.Store, term: ox.NamedNode, broader: list[Any]) -> Iterator[ox.Quad]:
    """The statements with a property or class, with each broader one in its place."""
    for quad in list(store.quads_for_pattern(None, term, None)):
        for other in broader:
            yield ox.Quad(quad.subject, other, quad.object)
    for quad in list(store.quads_for_pattern(None, RDF_TYPE, term)):
        for other in broader:
            yield ox.Quad(quad.subject, RDF_TYPE, other)


def _copied(store: ox.Store, same: Iterable[ox.Quad], known: dict[str, str]) -> Iterator[ox.Quad]:
    """The statements about people that hold of each of several things that are the same."""
    groups: dict[Any, set[Any]] = {}
    for quad in same:
        pair = quad.subject, quad.object
        small, large = sorted((groups.setdefault(thing, {thing}) for thing in pair), key=len)
        if small is not large:
            large |= small
            groups.update(dict.fromkeys(small, large))
    wanted = {RDF_TYPE.value, *(term for term, column in known.items() if column not in NAMES)}
    for thing, group in groups.items():
        others = group - {thing}
        for quad in list(store.quads_for_pattern(thing, None, None)):
            if quad.predicate.value in wanted and quad.predicate != SAME:
                yield from (ox.Quad(other, quad.predicate, quad.object) for other in others)
        for quad in list(store.quads_for_pattern(None, None, thing)):
            if quad.predicate.value in wanted and quad.predicate != SAME:
                yield from (ox.Quad(quad.subject, quad.predicate, other) for other in others)
