"""Translate SHACL shapes to SPARQL: one query per constraint, for all focus nodes at once.

`shapes/constraints.rq.j2` has a macro for each constraint component; this module composes them.
A shape that cannot be translated is left to pySHACL.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib import OWL, RDF, RDFS

from ..io.resources import resource_dir
from ..io.templates import environment

SHACL = "http://www.w3.org/ns/shacl#"
SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
MAX_NESTED_SHAPES, MAX_LISTED, MAX_NESTED_COUNT = 300, 100, 3  # the engine is slow at more
_TARGETS = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
_NO_CONSTRAINT = {
    *_TARGETS,
    "path",
    "message",
    "severity",
    "name",
    "description",
    "order",
    "group",
    "defaultValue",
    "flags",
    "qualifiedValueShape",
}


class UnsupportedShape(Exception):
    """A shape that cannot be translated to SPARQL, and why."""


@dataclass(frozen=True)
class ConstraintQuery:
    """One constraint of a shape as a SELECT of its violations: ?this, and ?value if it has one."""

    shape: Any  # the shape (an rdflib node)
    name: str  # local name of the SHACL parameter, such as `minCount`
    text: str  # the query


@dataclass(frozen=True)
class Path:
    """A property path: an IRI, or an operator such as `inversePath` with its operands."""

    kind: str
    term: str = ""
    parts: tuple[Path, ...] = ()

    @property
    def is_single_step(self) -> bool:
        """Whether it is one property, or an alternative of properties."""
        return self.kind == "iri" or (
            self.kind == "alternativePath" and all(p.kind == "iri" for p in self.parts)
        )

    @property
    def properties(self) -> set[str]:
        """The properties of a path of a single step."""
        return {p.term for p in self.parts or (self,)}


@dataclass(frozen=True)
class Classes:
    """Some classes; `expanded` adds all their subclasses, None where one of these has no IRI."""

    iris: tuple[str, ...]
    expanded: tuple[str, ...] | None


@dataclass(frozen=True)
class Target:
    """The target declarations of a shape, which select its focus nodes."""

    nodes: tuple[str, ...]
    classes: Classes
    subjects_of: tuple[str, ...]
    objects_of: tuple[str, ...]


@dataclass(frozen=True)
class Constraint:
    """One constraint of one shape, as the template sees it."""

    translator: ShaclToSparql
    shape_node: Any
    name: str  # local name of the SHACL parameter
    parameter: Any  # the value of that parameter
    target: Target | None = None
    focus: str = "?this"  # the variable of the focus node
    value_var: str = "?value"  # the variable of the value node
    target_implied: bool = False  # every subject of the shape's path is a focus node

    @property
    def target_pattern(self) -> str:
        """Target pattern; empty when the path's subjects already are the targets."""
        return "" if self.target_implied else self.full_target_pattern

    @property
    def full_target_pattern(self) -> str:
        """Target pattern: a SPARQL group that binds ?this to each focus node."""
        return _render_macro("target", self.target)

    @property
    def path(self) -> Path | None:
        """The path from focus node to value nodes; None in a node shape."""
        return self.translator.path_of(self.shape_node)

    @property
    def term(self) -> str:
        """The parameter in SPARQL."""
        return to_sparql(self.parameter)

    @property
    def local(self) -> str:
        """Local name of the parameter, an IRI."""
        return str(self.parameter).rsplit("#")[-1]

    @property
    def number(self) -> int:
        """The parameter as an integer."""
        return int(self.parameter)

    @property
    def is_true(self) -> bool:
        """Whether the parameter is the literal `true`, written so."""
        return str(self.parameter) == "true"

    @property
    def small_count(self) -> int:
        """The parameter, a number small enough to name as many variables."""
        if self.number > MAX_NESTED_COUNT:
            raise UnsupportedShape(f"sh:{self.name} counts to {self.number} inside another shape")
        return self.number

    @property
    def flags(self) -> str:
        """The sh:flags of a sh:pattern, in SPARQL."""
        found = self.translator.shapes.value(self.shape_node, _sh("flags"))
        return '""' if found is None else to_sparql(found)

    @property
    def text(self) -> str:
        """The sh:select of a SPARQL constraint."""
        return str(self.translator.shapes.value(self.parameter, _sh("select")))

    @property
    def members(self) -> list[Any]:
        """Members of the parameter, an RDF list."""
        found = list(self.translator.shapes.items(self.parameter))
        if len(found) > MAX_LISTED:
            raise UnsupportedShape(f"sh:{self.name} lists {len(found)}")
        return found

    @property
    def terms(self) -> list[str]:
        """Members of the parameter, an RDF list, in SPARQL."""
        return [to_sparql(term) for term in self.members]

    @property
    def qualified(self) -> Any:
        """The sh:qualifiedValueShape of a qualified count."""
        return self.translator.shapes.value(self.shape_node, _sh("qualifiedValueShape"))

    @property
    def classes(self) -> Classes:
        """The parameter, a class, with its subclasses."""
        return self.translator.classes([self.parameter])

    def conforms(self, shape: Any, variable: str) -> str:
        """Expression: the node in a variable conforms to another shape."""
        return self.translator.conforms(shape, variable)


def _sh(name: str) -> rdflib.URIRef:
    return rdflib.URIRef(SHACL + name)


def to_sparql(term: Any) -> str:
    """An rdflib term in SPARQL syntax. Raises UnsupportedShape for a blank node."""
    if isinstance(term, rdflib.URIRef):
        return str(ox.NamedNode(str(term)))
    if isinstance(term, rdflib.Literal):
        kind = None if term.language or term.datatype is None else ox.NamedNode(str(term.datatype))
        return str(ox.Literal(str(term), language=term.language, datatype=kind))
    raise UnsupportedShape("it names a blank node")


def _is_blank(term: Any) -> bool:
    return isinstance(term, rdflib.BNode)


def _to_sparql_all(terms: list[Any]) -> tuple[str, ...]:
    """Terms in SPARQL syntax, sorted; a blank node of the shapes graph matches no data."""
    return tuple(sorted(to_sparql(t) for t in terms if not _is_blank(t)))


@cache
def _macros() -> Any:
    """The macros of the template, as attributes."""
    env = environment(resource_dir("shapes"), autoescape=False)
    return env.get_template("constraints.rq.j2").module


def _has_macro(macro: str) -> bool:
    return hasattr(_macros(), macro)


def _render_macro(macro: str, *args: Any) -> str:
    """The text that a macro of the template renders."""
    return str(getattr(_macros(), macro)(*args))


class ShaclToSparql:
    """Translates the shapes of a shapes graph to SPARQL for one store, whose class tree is used."""

    def __init__(self, shapes: rdflib.Graph, store: ox.Store):
        self.shapes, self.store, self.n_shapes = shapes, store, 0

    # targets --------------------------------------------------------------------

    def target(self, shape: Any) -> Target:
        """The target declarations of a shape, implicit class targets included."""
        declared = {kind: list(self.shapes.objects(shape, _sh(kind))) for kind in _TARGETS}
        kinds = set(self.shapes.objects(shape, RDF.type))
        implicit = [shape] if kinds & {RDFS.Class, OWL.Class} else []
        nodes, subjects, objects = (
            _to_sparql_all(declared[kind])
            for kind in ("targetNode", "targetSubjectsOf", "targetObjectsOf")
        )
        return Target(nodes, self.classes([*declared["targetClass"], *implicit]), subjects, objects)

    def classes(self, classes: list[Any]) -> Classes:
        """Classes with all their subclasses."""
        below: set[Any] = set()
        for cls in classes:
            if not _is_blank(cls):
                below |= self._subclasses(ox.NamedNode(str(cls)))
        has_iris = all(isinstance(b, ox.NamedNode) for b in below)
        return Classes(
            _to_sparql_all(classes), tuple(sorted(map(str, below))) if has_iris else None
        )

    def _subclasses(self, cls: ox.NamedNode) -> set[Any]:
        """A class and all classes below it."""
        found: set[Any] = {cls}
        todo: list[Any] = [cls]
        while todo:
            quads = self.store.quads_for_pattern(None, SUBCLASS, todo.pop(), ox.DefaultGraph())
            new = {q.subject for q in quads} - found
            found |= new
            todo += new
        return found

    def count_focus_nodes(
        self, target: Target, undescribed: ox.NamedNode, n_undescribed: int = 0
    ) -> int:
        """Number of focus nodes, without the `n_undescribed` nodes in the graph `undescribed`."""
        if not n_undescribed:
            return self._number("count", target)
        rows = self._number("count_rows", target, n_undescribed + 1)
        # whichever is less work: to look up each row, or to subtract all undescribed nodes
        return rows and self._number("count", target, undescribed, rows <= n_undescribed)

    def _number(self, macro: str, *args: Any) -> int:
        """The number that the query of a macro answers with."""
        solutions: Any = self.store.query(_render_macro(macro, *args))
        return int(next(solutions)[0].value)

    # constraints ----------------------------------------------------------------

    def queries(self, shape: Any, trusted: Container[str] = ()) -> list[ConstraintQuery]:
        """The constraints of a shape as queries.

        A `trusted` text of sh:select means the same whether or not $this is bound. Raises
        UnsupportedShape where a constraint cannot be translated.
        """
        self.n_shapes = 0
        if self._is_deactivated(shape):
            return []
        return list(self._queries(shape, self.target(shape), trusted))

    def _queries(
        self, shape: Any, target: Target, trusted: Container[str]
    ) -> Iterator[ConstraintQuery]:
        path = self.path_of(shape)
        implied = (
            path is not None and path.is_single_step and path.properties <= set(target.subjects_of)
        )
        for name, parameter in self._constraints(shape):
            c = Constraint(self, shape, name, parameter, target=target, target_implied=implied)
            if name == "property" and path is None:
                if not self._is_deactivated(parameter):
                    yield from self._queries(parameter, target, trusted)
            elif name == "property" or (name == "sparql" and c.text not in trusted):
                raise UnsupportedShape(f"sh:{name}")
            else:
                yield ConstraintQuery(shape, name, self._query(c))

    def _query(self, c: Constraint) -> str:
        """The query for the violations of a constraint."""
        if _has_macro(f"query_{c.name}"):
            return _render_macro(f"query_{c.name}", c)
        if c.name != "not" and (classes := self._required_classes(c.name, c.parameter)):
            return _render_macro("outside_classes", c, self.classes(classes))
        if c.name == "not" and (classes := self._classes_of(c.parameter)):
            return _render_macro("inside_classes", c, self.classes(classes))
        if _has_macro(f"focus_{c.name}"):
            return _render_macro("violating_focus", c, _render_macro(f"focus_{c.name}", c))
        return _render_macro("violating_values", c, self._value(c))

    def _required_classes(self, name: str, parameter: Any) -> list[Any]:
        """The classes, if all that a constraint requires is membership in one of them."""
        if name == "class":
            return [parameter]
        if name != "or":
            return []
        parts = [self._classes_of(s) for s in self.shapes.items(parameter)]
        return [cls for part in parts for cls in part] if all(parts) else []

    def _classes_of(self, shape: Any) -> list[Any]:
        """The classes, if all that a node shape requires is membership in one of them."""
        constraints = list(self._constraints(shape))
        if len(constraints) != 1 or self.path_of(shape) or self._is_deactivated(shape):
            return []
        return self._required_classes(*constraints[0])

    def conforms(self, shape: Any, variable: str) -> str:
        """Expression: the node in a variable conforms to a shape."""
        self.n_shapes += 1
        if self.n_shapes > MAX_NESTED_SHAPES:
            raise UnsupportedShape("it refers to too many other shapes")
        constraints = [] if self._is_deactivated(shape) else self._constraints(shape)
        parts = [self._conforms_to_constraint(shape, *c, variable) for c in constraints]
        return _render_macro("all", parts)

    def _conforms_to_constraint(self, shape: Any, name: str, parameter: Any, focus: str) -> str:
        """Expression: a focus node conforms to one constraint of a shape."""
        path = self.path_of(shape)
        value_var = f"{focus}_" if path else focus
        c = Constraint(self, shape, name, parameter, focus=focus, value_var=value_var)
        if _has_macro(f"focus_{name}"):
            return _render_macro(f"focus_{name}", c)
        return _render_macro("every", c, self._value(c)) if path else self._value(c)

    def _value(self, c: Constraint) -> str:
        """Expression: one value node conforms to a constraint."""
        if not _has_macro(f"value_{c.name}"):
            raise UnsupportedShape(f"no macro for sh:{c.name}")
        if c.name == "datatype" and c.local in _macros().MERGED_INTEGERS:
            raise UnsupportedShape("the engine does not distinguish the datatypes of integers")
        if c.name == "pattern" and not self._accepts_pattern(c):
            raise UnsupportedShape("the engine does not accept the pattern")
        return _render_macro(f"value_{c.name}", c)

    def _accepts_pattern(self, c: Constraint) -> bool:
        """Whether the engine accepts a regular expression."""
        return bool(self.store.query(_render_macro("is_valid_pattern", c)))

    def _constraints(self, shape: Any) -> Iterator[tuple[str, Any]]:
        """Local name and value of each SHACL parameter of a shape, sorted.

        Raises UnsupportedShape for a constraint component that the shapes define themselves.
        """
        for predicate, parameter in sorted(self.shapes.predicate_objects(shape)):
            name = str(predicate).removeprefix(SHACL)
            if predicate in self._custom_parameters:
                raise UnsupportedShape(f"{predicate} is a custom constraint component")
            if name != str(predicate) and name not in _NO_CONSTRAINT and name != "deactivated":
                yield name, parameter

    @cached_property
    def _custom_parameters(self) -> set[Any]:
        """The parameters of the constraint components that the shapes define themselves."""
        components = self.shapes.subject_objects(_sh("parameter"))
        return {path for _, p in components for path in self.shapes.objects(p, _sh("path"))}

    def _is_deactivated(self, shape: Any) -> bool:
        return any(str(x) in ("true", "1") for x in self.shapes.objects(shape, _sh("deactivated")))

    def path_of(self, shape: Any) -> Path | None:
        """The sh:path of a shape; None in a node shape."""
        node = self.shapes.value(shape, _sh("path"))
        return None if node is None else self._path(node)

    def _path(self, node: Any) -> Path:
        if isinstance(node, rdflib.URIRef):
            return Path("iri", to_sparql(node))
        if (node, rdflib.RDF.first, None) in self.shapes:
            return Path("sequencePath", parts=tuple(map(self._path, self.shapes.items(node))))
        kind, inner = next(
            (str(p).removeprefix(SHACL), o)
            for p, o in self.shapes.predicate_objects(node)
            if str(p).startswith(SHACL)
        )
        listed = self.shapes.items(inner) if kind == "alternativePath" else [inner]
        return Path(kind, parts=tuple(map(self._path, listed)))
