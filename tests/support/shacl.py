"""The findings of pySHACL in data beside the ontology, in the form of those of `check`."""

import re
from functools import cache

import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, Graph, URIRef

from mlops_roles import Report, load
from mlops_roles.validation.shapes_graph import load_shapes, named_shapes, shapes_graph_query

from .asserted import PREFIXES

HEAD = "".join(
    f"@prefix {p}: <{n}> .\n" for p, n in {**PREFIXES, "ex": "https://example.org/"}.items()
)
# a query in a query without ?this, and VALUES, which SHACL-SPARQL leaves out and pyshifty refuses
NOT_IN_SHIFTY = re.compile(r"\{\s*SELECT(?![^{]*\?this)|\bVALUES\b")
TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)


@cache
def shapes() -> Graph:
    return load_shapes(load())


@cache
def ontology() -> Graph:
    """The asserted statements, with the lexicon, which an export leaves out."""
    return asserted_in(load())


def asserted_in(graph) -> Graph:
    """The asserted statements of the ontology with what a company adds."""
    quads = graph.store.quads_for_pattern(None, None, None, ox.DefaultGraph())
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
    aimed, checked = aimed_shapes(data, of, base)
    return by_pyshacl(base + data, aimed, checked)[0], checked


def aimed_shapes(data: Graph, of: Graph, base: Graph) -> tuple[Graph, dict[str, int]]:
    """The shapes with the nodes that the data is about as targets, and the number of these."""
    whole, aimed, checked = base + data, of + Graph(), {}
    about = set(data.subjects()) | {o for o in data.objects() if (o, None, None) not in base}
    for shape in named_shapes(of):
        nodes = set()
        if not shapes_graph_query(shape, of):
            nodes = targets(whole, shape, of) & about
            checked[str(shape)] = len(nodes)
        for kind in TARGETS:
            aimed.remove((shape, kind, None))
        for node in nodes:
            aimed.add((shape, SH.targetNode, node))
    return aimed, checked


def by_pyshacl(whole: Graph, aimed: Graph, checked: dict[str, int]):
    """(findings of pySHACL in a graph, the shapes that it judged)."""
    import pyshacl

    use = [URIRef(s) for s, n in checked.items() if n]
    _, report, _ = pyshacl.validate(whole, shacl_graph=aimed, advanced=False, use_shapes=use)
    return {row(report, result) for result in report.objects(None, SH.result)}, set(checked)


def by_pyshifty(whole: Graph, aimed: Graph, checked: dict[str, int]):
    """(findings of pyshifty in a graph, the shapes that it judged)."""
    import shifty

    kept, refused = aimed + Graph(), set()
    for shape in named_shapes(aimed):
        texts = [str(t) for node in aimed.objects(shape, SH.sparql) for t in aimed.objects(node)]
        if any(NOT_IN_SHIFTY.search(text) for text in texts):
            refused.add(str(shape))
            kept.remove((shape, SH.sparql, None))
    for node in set(kept.subjects(SH.select)) - set(kept.objects(None, SH.sparql)):
        kept.remove((node, None, None))
    _, report, _ = shifty.validate(whole, shacl_graph=kept, infer=False)
    rows = {row(report, result) for result in report.objects(None, SH.result)}
    return {r for r in rows if r[0] not in refused}, set(checked) - refused


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
