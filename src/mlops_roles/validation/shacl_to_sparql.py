"""Shapes as SPARQL: what a rule asks, asked once for all nodes and not node by node.

The words for each constraint stand in `shapes/constraints.rq.j2`, one macro a constraint; here they
are put together. A shape that there are no words for is left over, for pySHACL to look at.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..io.resources import resource_dir

if TYPE_CHECKING:
    import rdflib

SHACL = "http://www.w3.org/ns/shacl#"
SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
MAX_PARTS, MAX_LISTED, MAX_NESTED_COUNT = 300, 100, 3  # a query of more would weigh on the engine
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


class Left(Exception):
    """A shape that cannot be put into SPARQL, and why."""


@dataclass(frozen=True)
class Rule:
    """One constraint of a shape as a query: its rows, of ?this and perhaps ?value, are what breaks it."""

    shape: Any
    name: str
    text: str


@dataclass(frozen=True)
class Path:
    """A property path: an IRI, or a kind of path and its parts."""

    kind: str
    term: str = ""
    parts: tuple[Path, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it is one step, by any of some properties."""
        return self.kind == "iri" or (
            self.kind == "alternativePath" and all(p.kind == "iri" for p in self.parts)
        )

    @property
    def properties(self) -> set[str]:
        """The properties of a plain path."""
        return {p.term for p in self.parts or (self,)}


@dataclass(frozen=True)
class Classes:
    """Some classes, and with them all below, unless these cannot be spelt out."""

    named: tuple[str, ...]
    known: tuple[str, ...] | None


@dataclass(frozen=True)
class Target:
    """What a shape looks at."""

    nodes: tuple[str, ...]
    classes: Classes
    subjects_of: tuple[str, ...]
    objects_of: tuple[str, ...]


@dataclass(frozen=True)
class Constraint:
    """One constraint where it applies, as the template sees it: what it says, and the names of its variables."""

    writer: Writer
    shape_node: Any
    name: str
    x: Any
    of: Target | None = None
    focus: str = "?this"
    v: str = "?value"
    implied: bool = False

    @property
    def target(self) -> str:
        """The pattern of the focus nodes; empty where whoever has a value is one."""
        return "" if self.implied else self.whole_target

    @property
    def whole_target(self) -> str:
        """The pattern of the focus nodes."""
        return _say("target", self.of)

    @property
    def path(self) -> Path | None:
        """The path from the focus node to the values; None where it is the value."""
        return self.writer.path_of(self.shape_node)

    @property
    def term(self) -> str:
        """What it says, as a term."""
        return sparql(self.x)

    @property
    def local(self) -> str:
        """The last part of the IRI that it says."""
        return str(self.x).rsplit("#")[-1]

    @property
    def number(self) -> int:
        """What it says, as a number; a truth value as 0 or 1."""
        return int(self.x.toPython())

    @property
    def few(self) -> int:
        """A number small enough to name as many variables."""
        if self.number > MAX_NESTED_COUNT:
            raise Left(f"sh:{self.name} counts to {self.number} inside another shape")
        return self.number

    @property
    def flags(self) -> str:
        """The flags of a pattern."""
        found = self.writer.shapes.value(self.shape_node, _sh("flags"))
        return '""' if found is None else sparql(found)

    @property
    def text(self) -> str:
        """The query of a SPARQL constraint."""
        return str(self.writer.shapes.value(self.x, _sh("select")))

    @property
    def members(self) -> list[Any]:
        """The members of the list that it says."""
        found = list(self.writer.shapes.items(self.x))
        if len(found) > MAX_LISTED:
            raise Left(f"sh:{self.name} lists {len(found)}")
        return found

    @property
    def terms(self) -> list[str]:
        """The list that it says, as terms."""
        return [sparql(term) for term in self.members]

    @property
    def qualified(self) -> Any:
        """The shape that is counted."""
        return self.writer.shapes.value(self.shape_node, _sh("qualifiedValueShape"))

    @property
    def classes(self) -> Classes:
        """The class that it says, with what lies below."""
        return self.writer.classes([self.x])

    def conforms(self, shape: Any, v: str) -> str:
        """The expression that a node keeps to another shape."""
        return self.writer.conforms(shape, v)


def _sh(name: str) -> rdflib.URIRef:
    import rdflib

    return rdflib.URIRef(SHACL + name)


def sparql(term: Any) -> str:
    """A term of an rdflib graph as SPARQL writes it. Raises Left for a blank node, which it cannot name."""
    import rdflib

    if isinstance(term, rdflib.URIRef):
        return str(ox.NamedNode(str(term)))
    if isinstance(term, rdflib.Literal):
        kind = None if term.language or term.datatype is None else ox.NamedNode(str(term.datatype))
        return str(ox.Literal(str(term), language=term.language, datatype=kind))
    raise Left("it names a blank node")


def _is_blank(term: Any) -> bool:
    import rdflib

    return isinstance(term, rdflib.BNode)


def _named(terms: list[Any]) -> tuple[str, ...]:
    """Terms as SPARQL writes them; a blank node of the shapes is nowhere in the data."""
    return tuple(sorted(sparql(t) for t in terms if not _is_blank(t)))


@cache
def _words() -> Any:
    """The template's macros, as a module."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(resource_dir("shapes"))
    env = Environment(  # noqa: S701  SPARQL, not HTML
        loader=loader, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    return env.get_template("constraints.rq.j2").module


def _can_say(macro: str) -> bool:
    return hasattr(_words(), macro)


def _say(macro: str, *about: Any) -> str:
    """What a macro of the template makes of something."""
    return str(getattr(_words(), macro)(*about))


class Writer:
    """Writes the shapes of one graph as SPARQL, for the classes of one store."""

    def __init__(self, shapes: rdflib.Graph, store: ox.Store):
        self.shapes, self.store, self.parts = shapes, store, 0

    # what a shape looks at ------------------------------------------------------

    def target(self, shape: Any) -> Target:
        """What a shape looks at, by the target declarations of SHACL core."""
        from rdflib import RDF, RDFS

        said = {kind: list(self.shapes.objects(shape, _sh(kind))) for kind in _TARGETS}
        implicit = [shape] if (shape, RDF.type, RDFS.Class) in self.shapes else []
        nodes, subjects, objects = (
            _named(said[kind]) for kind in ("targetNode", "targetSubjectsOf", "targetObjectsOf")
        )
        return Target(nodes, self.classes([*said["targetClass"], *implicit]), subjects, objects)

    def classes(self, named: list[Any]) -> Classes:
        """Classes with all below them; these are not spelt out if they have no name or are too many."""
        below = {
            b for cls in named if not _is_blank(cls) for b in self._below(ox.NamedNode(str(cls)))
        }
        spelt = (
            tuple(sorted(map(str, below)))
            if all(isinstance(b, ox.NamedNode) for b in below)
            else None
        )
        return Classes(_named(named), spelt)

    def _below(self, cls: ox.NamedNode) -> set[Any]:
        """A class and its subclasses."""
        found: set[Any] = {cls}
        todo: list[Any] = [cls]
        while todo:
            fresh = {
                q.subject
                for q in self.store.quads_for_pattern(None, SUBCLASS, todo.pop(), ox.DefaultGraph())
            } - found
            found |= fresh
            todo += fresh
        return found

    def count(self, target: Target, known: ox.NamedNode) -> str:
        """The query for how many nodes there are to look at, without those in the graph `known`."""
        return _say("count", target, known)

    # what it says of them -------------------------------------------------------

    def rules(self, shape: Any, trusted: Container[str] = ()) -> list[Rule]:
        """The constraints of a shape as queries; its own SPARQL only if it is among what is `trusted`, for it may lean on one bound node.

        Raises Left where one of them cannot be put into SPARQL.
        """
        self.parts = 0
        return [] if self._is_off(shape) else list(self._rules(shape, self.target(shape), trusted))

    def _rules(self, shape: Any, target: Target, trusted: Container[str]) -> Iterator[Rule]:
        path = self.path_of(shape)
        implied = path is not None and path.plain and path.properties <= set(target.subjects_of)
        for name, x in self._constraints(shape):
            if name == "property" and path is None:
                if not self._is_off(x):
                    yield from self._rules(x, target, trusted)
                continue
            if name == "property" or (
                name == "sparql" and str(self.shapes.value(x, _sh("select"))) not in trusted
            ):
                raise Left(f"sh:{name}")
            c = Constraint(self, shape, name, x, of=target, implied=implied)
            yield Rule(shape, name, self._query(c))

    def _query(self, c: Constraint) -> str:
        """The query whose rows break a constraint."""
        if _can_say(f"query_{c.name}"):
            return _say(f"query_{c.name}", c)
        if c.name != "not" and (inside := self._only_classes(c.name, c.x)):
            return _say("outside_classes", c, self.classes(inside))
        if c.name == "not" and (outside := self._classes_of(c.x)):
            return _say("inside_classes", c, self.classes(outside))
        if _can_say(f"focus_{c.name}"):
            return _say("broken_focus", c, _say(f"focus_{c.name}", c))
        return _say("broken_values", c, self._value(c))

    def _only_classes(self, name: str, x: Any) -> list[Any]:
        """The classes, if a constraint asks no more of a node than to be in one of them."""
        if name == "class":
            return [x]
        parts = [self._classes_of(s) for s in self.shapes.items(x)] if name == "or" else []
        return [cls for part in parts for cls in part] if all(parts) else []

    def _classes_of(self, shape: Any) -> list[Any]:
        """The same of a shape."""
        said = list(self._constraints(shape))
        return (
            self._only_classes(*said[0])
            if len(said) == 1 and self.path_of(shape) is None and not self._is_off(shape)
            else []
        )

    def conforms(self, shape: Any, v: str) -> str:
        """The expression that a node keeps to a shape."""
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise Left("it leans on too many other shapes")
        said = [] if self._is_off(shape) else self._constraints(shape)
        return _say("all", [self._holds(shape, name, x, v) for name, x in said])

    def _holds(self, shape: Any, name: str, x: Any, focus: str) -> str:
        """The expression that a focus node keeps to one constraint."""
        path = self.path_of(shape)
        c = Constraint(self, shape, name, x, focus=focus, v=f"{focus}_" if path else focus)
        if _can_say(f"focus_{name}"):
            return _say(f"focus_{name}", c)
        return _say("every", c, self._value(c)) if path else self._value(c)

    def _value(self, c: Constraint) -> str:
        """The expression that one value keeps to a constraint."""
        if not _can_say(f"value_{c.name}"):
            raise Left(f"there are no words for sh:{c.name}")
        if c.name == "datatype" and c.local in _words().MERGED:
            raise Left("the engine tells no whole numbers apart by datatype")
        if c.name == "pattern" and not self._is_read(c):
            raise Left("the engine cannot read the pattern")
        return _say(f"value_{c.name}", c)

    def _is_read(self, c: Constraint) -> bool:
        """Whether the engine takes a regular expression as one."""
        return bool(self.store.query(_say("is_read", c)))

    def _constraints(self, shape: Any) -> Iterator[tuple[str, Any]]:
        """What a shape says of a node: the name of each constraint, and what it says. Raises Left for one of a user's own kind."""
        for predicate, x in sorted(self.shapes.predicate_objects(shape)):
            name = str(predicate).removeprefix(SHACL)
            if predicate in self._own_kinds:
                raise Left(f"{predicate} is a kind of constraint of its own")
            if name != str(predicate) and name not in _NO_CONSTRAINT and name != "deactivated":
                yield name, x

    @cached_property
    def _own_kinds(self) -> set[Any]:
        """The parameters of kinds of constraint that the shapes themselves define."""
        kinds = self.shapes.subjects(_sh("parameter"))
        return {
            path
            for kind in kinds
            for p in self.shapes.objects(kind, _sh("parameter"))
            for path in self.shapes.objects(p, _sh("path"))
        }

    def _is_off(self, shape: Any) -> bool:
        return any(str(x) in ("true", "1") for x in self.shapes.objects(shape, _sh("deactivated")))

    def path_of(self, shape: Any) -> Path | None:
        """The path of a property shape."""
        node = self.shapes.value(shape, _sh("path"))
        return None if node is None else self._path(node)

    def _path(self, node: Any) -> Path:
        import rdflib

        if isinstance(node, rdflib.URIRef):
            return Path("iri", sparql(node))
        if (node, rdflib.RDF.first, None) in self.shapes:
            return Path("sequencePath", parts=tuple(map(self._path, self.shapes.items(node))))
        kind, inner = next(
            (str(p).removeprefix(SHACL), o)
            for p, o in self.shapes.predicate_objects(node)
            if str(p).startswith(SHACL)
        )
        listed = self.shapes.items(inner) if kind == "alternativePath" else [inner]
        return Path(kind, parts=tuple(map(self._path, listed)))
