"""Classes that may have no members, found by walking up, without reasoning.

A member of a class is a member of all classes above it. Only where two of these are disjoint, or
one of them says more than a class hierarchy does, can a member of the class be a contradiction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

Term = Any

OWL, RDFS = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FIRST, REST = ox.NamedNode(f"{RDF}first"), ox.NamedNode(f"{RDF}rest")
_UP = {ox.NamedNode(f"{RDFS}subClassOf"), ox.NamedNode(f"{OWL}equivalentClass")}
_BOTH_WAYS = ox.NamedNode(f"{OWL}equivalentClass")
_DISJOINT = ox.NamedNode(f"{OWL}disjointWith")
_MEMBERS = ox.NamedNode(f"{OWL}members")
_DISJOINT_UNION = ox.NamedNode(f"{OWL}disjointUnionOf")
_INTERSECTION, _UNION = ox.NamedNode(f"{OWL}intersectionOf"), ox.NamedNode(f"{OWL}unionOf")
_NOTHING = ox.NamedNode(f"{OWL}Nothing")
_ON_PROPERTY = ox.NamedNode(f"{OWL}onProperty")
_SAYS = {
    OWL + name
    for name in ("onProperty", "someValuesFrom", "allValuesFrom", "hasValue", "onClass", "hasSelf")
}
_SAYS_MORE = [  # of a member of such a class follows more than further classes
    ox.NamedNode(OWL + name) for name in ("complementOf", "hasValue", "hasSelf", "oneOf")
]


def suspected_classes(statements: ox.Dataset, classes: Iterable[Term]) -> set[Term]:
    """The classes of which a member may contradict the axioms; all others have none."""
    hierarchy = _Hierarchy(statements)
    return {cls for cls in classes if hierarchy.is_suspect(cls)}


class _Hierarchy:
    """What is directly above each class, and which classes are disjoint.

    Attributes:
        up: the classes directly above a class; a union is above its members, an intersection, and
            a class that is equal to it, above each of its members, though only of all together.
        apart: the sets of disjoint classes that a class is in.
        says_more: classes that may contradict on their own.
    """

    def __init__(self, statements: ox.Dataset):
        self.up: dict[Term, set[Term]] = defaultdict(set)
        self.apart: dict[Term, set[Term]] = defaultdict(set)
        for predicate in _UP:
            for quad in statements.quads_for_predicate(predicate):
                self.up[quad.subject].add(quad.object)
                if predicate == _BOTH_WAYS:
                    self.up[quad.object].add(quad.subject)
        for predicate in (_INTERSECTION, _UNION, _DISJOINT_UNION):
            for quad in statements.quads_for_predicate(predicate):
                for member in _listed(statements, quad.object):
                    self.up[member].add(quad.subject)
                    if predicate == _INTERSECTION:
                        self.up[quad.subject].add(member)
        self._join_restrictions(statements)
        for quad in statements.quads_for_predicate(_DISJOINT):
            self.apart[quad.subject].add(quad.object)
            self.apart[quad.object].add(quad.subject)
        for predicate in (_MEMBERS, _DISJOINT_UNION):
            for quad in statements.quads_for_predicate(predicate):
                members = set(_listed(statements, quad.object))
                for member in members:
                    self.apart[member] |= members - {member}
        self.says_more = {
            quad.subject
            for predicate in _SAYS_MORE
            for quad in statements.quads_for_predicate(predicate)
        } | {_NOTHING}

    def _join_restrictions(self, statements: ox.Dataset) -> None:
        """Make restrictions that say the same one class: each is above the other."""
        first: dict[frozenset[Any], Term] = {}
        for quad in statements.quads_for_predicate(_ON_PROPERTY):
            about = statements.quads_for_subject(quad.subject)
            says = frozenset((q.predicate, q.object) for q in about if q.predicate.value in _SAYS)
            other = first.setdefault(says, quad.subject)
            self.up[other].add(quad.subject)
            self.up[quad.subject].add(other)

    def is_suspect(self, cls: Term) -> bool:
        """Whether a member of the class may be a contradiction."""
        above = self._all_above(cls)
        return not above.isdisjoint(self.says_more) or any(
            not above.isdisjoint(self.apart[term]) for term in above if term in self.apart
        )

    def _all_above(self, cls: Term) -> set[Term]:
        todo, seen = [cls], {cls}
        while todo:
            new = self.up.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        return seen


def _listed(statements: ox.Dataset, head: Term) -> list[Term]:
    """The members of an RDF list."""
    found: list[Term] = []
    seen: set[Term] = set()
    while head not in seen and isinstance(head, ox.BlankNode):
        seen.add(head)
        about = {quad.predicate: quad.object for quad in statements.quads_for_subject(head)}
        found += [about[FIRST]] if FIRST in about else []
        head = about.get(REST, head)
    return found
