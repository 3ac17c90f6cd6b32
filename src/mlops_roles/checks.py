"""What is wrong with the ontology, or with a user's data: the shapes, run and reported.

Shapes look at what was asserted. A check that looked at nothing says so and never 'conforms';
so does a shape of a user's own whose target matches nothing, or that uses a term SHACL has not.
Shapes that a user brings may never end (a pattern is a regular expression of Python), so they
run in a process that can be killed, and their SPARQL passes the gate of `sparql`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from . import files
from ._errors import InputError, NothingChecked
from .graph import DEFAULT, Graph, load
from .sparql import gate, in_child

if TYPE_CHECKING:
    import rdflib

Targets = dict[Any, set[Any]]  # shape to the nodes of the data it looks at
SEVERITIES = ("Violation", "Warning", "Info")
SECONDS = 60  # until a user's own shapes are stopped
SHACL = "http://www.w3.org/ns/shacl#"


@dataclass(frozen=True)
class Finding:
    """One result: which rule, how bad, about what, and the cure."""

    severity: str
    shape: str
    focus: str
    value: str | None
    message: str


@dataclass(frozen=True)
class Report:
    """The findings of a check, worst first, and how much was looked at.

    Attributes:
        findings: what is wrong.
        checked: per shape, how many nodes of the data it looked at.
    """

    findings: list[Finding]
    checked: dict[str, int] = field(repr=False)

    @property
    def conforms(self) -> bool:
        """Whether nothing worse than Info was found."""
        return all(f.severity == "Info" for f in self.findings)

    @property
    def nodes(self) -> int:
        """How many times a shape looked at a node."""
        return sum(self.checked.values())

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {"conforms": self.conforms, "checked": self.checked, "findings": [asdict(f) for f in self.findings]}


def check(data: str | os.PathLike[str] | None = None, graph: Graph | None = None) -> Report:
    """Check RDF data against the shapes, or the ontology itself if no data is given.

    Args:
        data: an RDF file in our terms, W3C ORG, FOAF or schema.org.
        graph: the ontology with a company's additions; shapes among these count.

    Raises NothingChecked if no shape found anything to look at, InputError for a bad file,
    Timeout for shapes of a user's own that do not end.
    """
    graph = graph or load()
    brought = [p for p in graph.added_rdf if any(q.predicate.value.startswith(SHACL) for q in files.parse_rdf(p)[0])]
    return _apart(data, graph, ", ".join(map(str, brought))) if brought else _check(data, graph)


def _apart(data: str | os.PathLike[str] | None, graph: Graph, name: str) -> Report:
    """The report on a user's own shapes, made in a child."""
    request = {"data": None if data is None else str(data), "added": list(map(str, graph.added))}
    found = json.loads(in_child("mlops_roles.checks:answer", request, SECONDS, name, "simplify its shapes"))
    if why := found.get("nothing"):
        raise NothingChecked(why)
    return Report([Finding(**f) for f in found["findings"]], found["checked"])


def answer(request: dict[str, Any]) -> bytes:
    """What the child writes: the report as JSON, or why nothing was checked."""
    try:
        found = _check(request["data"], load(*request["added"])).to_dict()
    except NothingChecked as error:
        found = {"nothing": str(error)}
    return json.dumps(found).encode()


def _check(data: str | os.PathLike[str] | None, graph: Graph) -> Report:
    shapes = read_shapes(graph)
    _refuse_traps(shapes)
    ours = [ox.Quad(q.subject, q.predicate, q.object) for q in graph.store.quads_for_pattern(None, None, None, DEFAULT)]
    theirs = [ox.Quad(q.subject, q.predicate, q.object) for q in files.parse_rdf(data)[0]] if data else []
    whole = _rdflib((*ours, *theirs), graph)
    about = _about(ours, theirs) if data else None
    targets = {s: {n for n in _targets(whole, shapes, s) if about is None or str(n) in about} for s in _shapes_in(shapes)}
    if not any(targets.values()):
        raise NothingChecked(f"{data}: nothing was checked, no shape has a target in it; use the terms of mlops:, org:, foaf: or schema:")
    checked = {graph.curie(str(s)): len(nodes) for s, nodes in targets.items()}
    findings = [*_misspelt(shapes, graph), *_nameless(shapes, graph), *_idle(_added_shapes(shapes, graph), checked)]
    findings += _set_at_a_time((*ours, *theirs), shapes, targets, graph)
    _aim(shapes, targets)
    findings += _node_by_node(whole, shapes, targets, graph)
    return Report(sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.shape, f.focus)), checked)


def _about(ours: Iterable[ox.Quad], theirs: Iterable[ox.Quad]) -> set[str]:
    """What the user's data is about: its subjects, and objects that the ontology says nothing of."""
    known = {q.subject for q in ours}
    found = {t for q in theirs for t in (q.subject, q.object) if t not in known} | {q.subject for q in theirs}
    return {t.value for t in found if isinstance(t, (ox.NamedNode, ox.BlankNode, ox.Literal))}


def read_shapes(graph: Graph) -> rdflib.Graph:
    """The shipped shapes and, as a company may add shapes, what it added."""
    paths = sorted(files.shipped("shapes").glob("*.ttl"))
    if not paths:
        raise InputError(f"{files.shipped('shapes')}: holds no shapes; reinstall mlops-roles")
    added = list(graph.added_rdf)
    front = [files.shipped("ontology") / "mlops-roles.ttl"]  # its sh:declare
    return _rdflib((q for p in (*paths, *added, *front) for q in files.parse_rdf(p)[0]), graph)


def _rdflib(quads: Iterable[ox.Quad], graph: Graph) -> rdflib.Graph:
    """Quads as an rdflib graph, but for triple terms; lexical forms and the names of blank nodes are kept."""
    import logging

    import rdflib

    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # it prints a traceback for each ill-typed literal
    result = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in graph.prefixes.items():
        result.bind(prefix, namespace)
    for quad in quads:
        if not isinstance(quad.object, ox.Triple):
            result.add(tuple(map(_rdflib_term, quad.triple)))
    return result


def _rdflib_term(term: Any) -> Any:
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    kind = None if term.language else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, lang=term.language, datatype=None if kind == rdflib.XSD.string else kind, normalize=False)


def _shapes_in(shapes: rdflib.Graph) -> list[rdflib.URIRef]:
    """The named shapes: what is said to be one, or has a target."""
    from rdflib import RDF, SH, URIRef

    typed = {s for kind in (SH.NodeShape, SH.PropertyShape) for s in shapes.subjects(RDF.type, kind)}
    return sorted(s for s in typed | _targeted(shapes) if isinstance(s, URIRef))


def _targeted(shapes: rdflib.Graph) -> set[Any]:
    from rdflib import SH

    return {s for kind in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode) for s in shapes.subjects(kind)}


@cache
def _shipped_shapes() -> frozenset[str]:
    """The IRIs of the shapes that come with this package, and the text of their constraints."""
    quads = [q for p in files.shipped("shapes").glob("*.ttl") for q in files.parse_rdf(p)[0]]
    texts = (q.object.value for q in quads if q.predicate.value == f"{SHACL}select" and isinstance(q.object, ox.Literal))
    return frozenset((*(q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)), *texts))


def _refuse_traps(shapes: rdflib.Graph) -> None:
    """Refuse SPARQL in shapes that reaches outside, and shapes that refer back to themselves."""
    from graphlib import CycleError, TopologicalSorter

    from rdflib import SH

    for kind in (SH.select, SH.ask, SH.construct, SH.update):
        for text in shapes.objects(None, kind):
            gate(str(text), f"shapes, {kind.fragment}")
    order: TopologicalSorter[Any] = TopologicalSorter()
    for shape, other in _references(shapes):
        order.add(shape, other)
    try:
        order.prepare()
    except CycleError as error:
        raise InputError(f"shapes: {error.args[1][0]} refers back to itself, and SHACL leaves open what that means; break the circle") from None


def _references(shapes: rdflib.Graph) -> Iterator[tuple[Any, Any]]:
    """Each shape with a shape that it leans on."""
    from rdflib import SH

    for kind in (SH.node, SH.property, SH["not"], SH.qualifiedValueShape):
        yield from shapes.subject_objects(kind)
    for kind in (SH["and"], SH["or"], SH.xone):
        for shape, listed in shapes.subject_objects(kind):
            try:
                yield from ((shape, other) for other in shapes.items(listed))
            except ValueError:
                raise InputError(f"shapes: {shape} has a list that runs in a circle; break it") from None


def _added_shapes(shapes: rdflib.Graph, graph: Graph) -> set[str]:
    """The shapes that do not come with this package and stand alone: one used by another shape needs no target."""
    return {graph.curie(str(s)) for s in _shapes_in(shapes) if str(s) not in _shipped_shapes() and (None, None, s) not in shapes}


def _targets(whole: rdflib.Graph, shapes: rdflib.Graph, shape: rdflib.URIRef) -> set[Any]:
    """The nodes that a shape looks at, by the target declarations of SHACL core."""
    from rdflib import RDF, RDFS, SH

    found = set(shapes.objects(shape, SH.targetNode))
    classes = [shape] if (shape, RDF.type, RDFS.Class) in shapes else []
    for cls in (*shapes.objects(shape, SH.targetClass), *classes):
        for below in _below(whole, cls):
            found.update(whole.subjects(RDF.type, below))
    for predicate in shapes.objects(shape, SH.targetSubjectsOf):
        found.update(whole.subjects(predicate, None))
    for predicate in shapes.objects(shape, SH.targetObjectsOf):
        found.update(whole.objects(None, predicate))
    return found


def _below(whole: rdflib.Graph, cls: Any) -> set[Any]:
    """A class and its subclasses; rdflib's own walk recurses, and a long chain would end it."""
    from rdflib import RDFS

    found, todo = {cls}, [cls]
    while todo:
        fresh = set(whole.subjects(RDFS.subClassOf, todo.pop())) - found
        found |= fresh
        todo += fresh
    return found


def _misspelt(shapes: rdflib.Graph, graph: Graph) -> list[Finding]:
    """Terms in the SHACL namespace that SHACL does not have: such a rule can never fire."""
    from rdflib import SH, URIRef

    theirs = {(s, t) for s, p, o in shapes for t in (p, o) if isinstance(t, URIRef) and "w3.org/ns/shacl" in t}
    wrong = {(s, t) for s, t in theirs if not t.startswith(str(SH)) or t not in SH}
    message = "SHACL has no such term, so the rule can never fire. Correct its spelling."
    return [Finding("Violation", "shape:uses-terms-of-shacl", _show(s, graph), _show(t, graph), message) for s, t in sorted(wrong)]


def _nameless(shapes: rdflib.Graph, graph: Graph) -> list[Finding]:
    """Shapes with a target and no name: nobody could refer to what they find."""
    from rdflib import BNode

    message = "A shape without a name is not run. Give it an IRI."
    return [Finding("Violation", "shape:has-a-name", _show(s, graph), None, message) for s in sorted(_targeted(shapes)) if isinstance(s, BNode)]


def _idle(added: set[str], checked: dict[str, int]) -> list[Finding]:
    """A user's own shapes that look at nothing."""
    message = "Nothing was checked: the target of the shape matches nothing. Correct the target or the data."
    return [Finding("Warning", "shape:has-something-to-check", name, None, message) for name in sorted(added) if not checked.get(name)]


def _set_at_a_time(quads: Iterable[ox.Quad], shapes: rdflib.Graph, targets: Targets, graph: Graph) -> list[Finding]:
    """Run the SPARQL constraints of the shipped shapes, each once for all nodes, and take them out of `shapes`.

    pySHACL would run each once for every node. A user's own constraints stay: they may lean on
    `$this` being bound beforehand.
    """
    from rdflib import SH

    store = ox.Store()
    store.extend(quads)
    shipped = _shipped_shapes()
    found = []
    for shape, constraint in list(shapes.subject_objects(SH.sparql)):
        if str(shapes.value(constraint, SH.select)) not in shipped:
            continue
        shapes.remove((shape, SH.sparql, constraint))
        for row in store.query(str(shapes.value(constraint, SH.select)), prefixes=graph.prefixes):  # type: ignore[union-attr]
            if (focus := _rdflib_term(row["this"])) in targets[shape]:
                value = None if row["value"] is None else _show(_rdflib_term(row["value"]), graph)
                found.append(_finding(shapes, shape, _show(focus, graph), value, graph))
    return found


def _aim(shapes: rdflib.Graph, targets: Targets) -> None:
    """Name the nodes that each shape is to look at, in place of its targets: the user's, not all of the ontology's."""
    from rdflib import SH

    for shape, nodes in targets.items():
        for kind in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode):
            shapes.remove((shape, kind, None))
        for node in nodes:
            shapes.add((shape, SH.targetNode, node))


def _finding(shapes: rdflib.Graph, shape: Any, focus: str, value: str | None, graph: Graph) -> Finding:
    from rdflib import SH

    severity, message = shapes.value(shape, SH.severity), shapes.value(shape, SH.message)
    return Finding(str(severity or SH.Violation).rsplit("#")[-1], graph.curie(str(shape)), focus, value, str(message or "no message"))


def _node_by_node(whole: rdflib.Graph, shapes: rdflib.Graph, targets: Targets, graph: Graph) -> list[Finding]:
    """Run pySHACL with the shapes that have a target: no inference, imports, network or advanced features."""
    import pyshacl
    from rdflib import RDF, SH

    use = [s for s, nodes in targets.items() if nodes]
    try:
        _, report, _text = pyshacl.validate(whole, shacl_graph=shapes, inference="none", advanced=False, do_owl_imports=False, js=False, use_shapes=use)
    except Exception as error:
        raise InputError(f"shapes: cannot be run ({' '.join(str(error).split())[:300]}); mend the shape") from None
    if isinstance(report, Exception):
        raise InputError(f"shapes: cannot be run ({' '.join(str(report).split())[:300]}); mend the shape")
    wanted = set().union(*targets.values())
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        if focus in wanted:
            value, shape = report.value(result, SH.value), report.value(result, SH.sourceShape)
            severity = str(report.value(result, SH.resultSeverity)).rsplit("#")[-1]
            message = str(report.value(result, SH.resultMessage) or "no message")
            found.append(Finding(severity, _show(shape, graph), _show(focus, graph), None if value is None else _show(value, graph), message))
    return found


def _show(term: Any, graph: Graph) -> str:
    import rdflib

    return graph.curie(str(term)) if isinstance(term, rdflib.URIRef) else f"_:{term}" if isinstance(term, rdflib.BNode) else str(term)[:200]
