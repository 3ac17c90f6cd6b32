"""What is wrong with the ontology, or with a user's data: the shapes, run and reported.

Shapes look at what was asserted. A check that looked at nothing says so and never 'conforms';
so does a shape of a user's own whose target matches nothing, or that uses a term SHACL has not.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from . import files
from ._errors import InputError, NothingChecked
from .graph import Graph, load

if TYPE_CHECKING:
    import rdflib

SEVERITIES = ("Violation", "Warning", "Info")


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

    Raises NothingChecked if no shape found anything to look at, InputError for a bad file.
    """
    graph = graph or load()
    shapes = read_shapes(graph)
    ours = list(graph.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    theirs = files.parse_rdf(data)[0] if data else []
    whole = _rdflib((ox.Quad(q.subject, q.predicate, q.object) for q in (*ours, *theirs)), graph)
    about = {str(t).strip("<>") for q in theirs for t in (q.subject, q.object) if isinstance(t, ox.NamedNode)} if data else None
    added = _added_shapes(shapes, graph)
    checked = _looked_at(whole, shapes, about, graph)
    if not any(checked.values()):
        raise NothingChecked(f"{data}: nothing was checked, no shape has a target in it; use the terms of mlops:, org:, foaf: or schema:")
    findings = [*_misspelt(shapes, graph), *_idle(added, checked), *_validate(whole, shapes, about, graph)]
    return Report(sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.shape, f.focus)), checked)


def read_shapes(graph: Graph) -> rdflib.Graph:
    """The shipped shapes and, as a company may add shapes, what it added."""
    paths = sorted(files.shipped("shapes").glob("*.ttl"))
    if not paths:
        raise InputError(f"{files.shipped('shapes')}: holds no shapes; reinstall mlops-roles")
    added = [p for p in graph.added if p.suffix != ".rq"]
    front = [files.shipped("ontology") / "mlops-roles.ttl"]  # its sh:declare
    return _rdflib((q for p in (*paths, *added, *front) for q in files.parse_rdf(p)[0]), graph)


def _rdflib(quads: Iterable[ox.Quad], graph: Graph) -> rdflib.Graph:
    """Quads as an rdflib graph, lexical forms kept."""
    import rdflib

    rdflib.NORMALIZE_LITERALS = False
    result = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in graph.prefixes.items():
        result.bind(prefix, namespace)
    triples = [q.triple for q in quads]
    return result.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")


def _shapes_in(shapes: rdflib.Graph) -> list[rdflib.URIRef]:
    from rdflib import RDF, SH, URIRef

    return sorted({s for kind in (SH.NodeShape, SH.PropertyShape) for s in shapes.subjects(RDF.type, kind) if isinstance(s, URIRef)})


def _added_shapes(shapes: rdflib.Graph, graph: Graph) -> set[str]:
    """The shapes that do not come with this package."""
    shipped = {str(q.subject).strip("<>") for p in files.shipped("shapes").glob("*.ttl") for q in files.parse_rdf(p)[0]}
    return {graph.curie(str(s)) for s in _shapes_in(shapes) if str(s) not in shipped}


def _targets(whole: rdflib.Graph, shapes: rdflib.Graph, shape: rdflib.URIRef) -> set[Any]:
    """The nodes that a shape looks at, by the target declarations of SHACL core."""
    from rdflib import RDF, RDFS, SH

    found = set(shapes.objects(shape, SH.targetNode))
    classes = [shape] if (shape, RDF.type, RDFS.Class) in shapes else []
    for cls in (*shapes.objects(shape, SH.targetClass), *classes):
        for below in whole.transitive_subjects(RDFS.subClassOf, cls):
            found.update(whole.subjects(RDF.type, below))
    for predicate in shapes.objects(shape, SH.targetSubjectsOf):
        found.update(whole.subjects(predicate, None))
    for predicate in shapes.objects(shape, SH.targetObjectsOf):
        found.update(whole.objects(None, predicate))
    return found


def _looked_at(whole: rdflib.Graph, shapes: rdflib.Graph, about: set[str] | None, graph: Graph) -> dict[str, int]:
    from rdflib import BNode

    return {
        graph.curie(str(s)): sum(about is None or str(n) in about or (isinstance(n, BNode) and _not_ours(n, graph)) for n in _targets(whole, shapes, s))
        for s in _shapes_in(shapes)
    }


def _not_ours(node: Any, graph: Graph) -> bool:
    """Whether a blank node is the user's: it does not stand in the ontology."""
    return next(iter(graph.store.quads_for_pattern(ox.BlankNode(str(node)), None, None)), None) is None


def _misspelt(shapes: rdflib.Graph, graph: Graph) -> list[Finding]:
    """Terms in the SHACL namespace that SHACL does not have: such a rule can never fire."""
    from rdflib import SH, URIRef

    known = {str(SH[name]) for name in dir(SH) if not name.startswith("_")}
    wrong = {(s, t) for s, p, o in shapes for t in (p, o) if isinstance(t, URIRef) and t.startswith(str(SH)) and str(t) not in known}
    message = "SHACL has no such term, so the rule can never fire. Correct its spelling."
    return [Finding("Violation", "shape:uses-terms-of-shacl", _show(s, graph), _show(t, graph), message) for s, t in sorted(wrong)]


def _idle(added: set[str], checked: dict[str, int]) -> list[Finding]:
    """A user's own shapes that look at nothing."""
    message = "Nothing was checked: the target of the shape matches nothing. Correct the target or the data."
    return [Finding("Warning", "shape:has-something-to-check", name, None, message) for name in sorted(added) if not checked.get(name)]


def _validate(whole: rdflib.Graph, shapes: rdflib.Graph, about: set[str] | None, graph: Graph) -> list[Finding]:
    """Run pySHACL, without inference, imports, network or advanced features."""
    import pyshacl
    from rdflib import RDF, SH, BNode

    try:
        _, report, _text = pyshacl.validate(whole, shacl_graph=shapes, inference="none", advanced=False, do_owl_imports=False, js=False)
    except Exception as error:
        raise InputError(f"shapes: cannot be run ({' '.join(str(error).split())[:300]}); mend the shape") from None
    if isinstance(report, Exception):
        raise InputError(f"shapes: cannot be run ({' '.join(str(report).split())[:300]}); mend the shape")
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        if about is None or str(focus) in about or (isinstance(focus, BNode) and _not_ours(focus, graph)):
            value, shape = report.value(result, SH.value), report.value(result, SH.sourceShape)
            severity = str(report.value(result, SH.resultSeverity)).rsplit("#")[-1]
            message = str(report.value(result, SH.resultMessage) or "no message")
            found.append(Finding(severity, _show(shape, graph), _show(focus, graph), None if value is None else _show(value, graph), message))
    return found


def _show(term: Any, graph: Graph) -> str:
    import rdflib

    return graph.curie(str(term)) if isinstance(term, rdflib.URIRef) else f"_:{term}" if isinstance(term, rdflib.BNode) else str(term)[:200]
