"""The findings of pySHACL in data beside the ontology, in the form of those of `check`."""

import re
from functools import cache

import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, Graph, URIRef

from mlops_roles import Report, load
from mlops_roles.validation.shacl import load_shapes, named_shapes, shapes_graph_query

from .asserted import PREFIXES

HEAD = "".join(
    f"@prefix {p}: <{n}> .\n" for p, n in {**PREFIXES, "ex": "https://example.org/"}.items()
)
TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)


@cache
def shapes() -> Graph:
    return load_shapes(load())


@cache
def ontology() -> Graph:
    """The asserted statements, with the lexicon, which an export leaves out."""
    quads = load().store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    return Graph().parse(data="".join(f"{q.triple} .\n" for q in quads), format="nt")


def targets(whole, shape, of):
    """The targets of a shape by SHACL core, worked out from the specification once more."""
    found = set(of.objects(shape, SH.targetNode))
    for cls in of.objects(shape, SH.targetClass):
        for below in whole.transitive_subjects(RDFS.subClassOf, cls):
            found.update(whole.subjects(RDF.type, below))
    for p in of.objects(shape, SH.targetSubjectsOf):
        found.update(whole.subjects(p))
    for p in of.objects(shape, SH.targetObjectsOf):
        found.update(whole.objects(None, p))
    return found


def judged(data: Graph, of: Graph, base: Graph):
    """(findings, nodes looked at per shape) of pySHACL, about the nodes that the data is about."""
    import pyshacl

    whole, aimed, checked = base + data, of + Graph(), {}
    about = set(data.subjects()) | {o for o in data.objects() if (o, None, None) not in base}
    for shape in data_shapes(of):
        nodes = targets(whole, shape, of) & about
        checked[str(shape)] = len(nodes)
        for kind in TARGETS:
            aimed.remove((shape, kind, None))
        for node in nodes:
            aimed.add((shape, SH.targetNode, node))
    use = [URIRef(s) for s, n in checked.items() if n]
    _, report, _ = pyshacl.validate(whole, shacl_graph=aimed, advanced=False, use_shapes=use)
    return {row(report, result) for result in report.objects(None, SH.result)}, checked


def row(report: Graph, result):
    """What a result says: shape, focus, value and severity."""
    about = (report.value(result, part) for part in (SH.sourceShape, SH.focusNode, SH.value))
    return *(None if term is None else str(term)[:200] for term in about), report.value(
        result, SH.resultSeverity
    ).fragment


def data_shapes(of: Graph) -> list[URIRef]:
    """The shapes that validate data; the others validate the shapes that a company adds."""
    return [shape for shape in named_shapes(of) if not shapes_graph_query(shape, of)]


def found(report: Report, graph):
    """The same of a report of ours."""
    rows = [
        (f.shape, f.focus, f.value, f.severity)
        for f in report.findings
        if f.shape != "shape:has-something-to-check"
    ]
    own = {tuple(t and (graph.expand_curie(t) or t) for t in row) for row in rows}
    return own, {graph.expand_curie(s): n for s, n in report.checked.items()}


def without_node_names(finding):
    """Blank nodes have another name in each store; all are as one here."""
    return tuple(
        t and re.sub(r"^(_:\w+|[nN][0-9a-f]{31,}\w*|[0-9a-f]{30,32})$", "_", t) for t in finding
    )
