"""Validation with SHACL: the shipped shapes and a company's, on asserted statements.

Most shapes run as SPARQL, one query for all focus nodes; the rest run in pySHACL, which gets the
whole shapes graph, so that the shapes they refer to are there. Shapes whose constraint reads the
graph `$shapesGraph` validate the shapes that a company adds.

Validation with a company's shapes may never end (a pattern is a regular expression), so it runs in
a subprocess with a time limit, and the SPARQL in them is checked for external access.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib import FOAF, ORG, OWL, RDF, RDFS, SH, SKOS

from ..errors import InputError, NothingChecked, check_path
from ..io import rdf
from ..io.rdflib_bridge import rdflib_term
from ..io.resources import FilePath
from ..ontology.graph import BASE, DEFAULT, RDF_TYPE, Graph, as_graph
from ..ontology.sandbox import run_in_subprocess
from .data_graph import UNDESCRIBED, DataGraph, asserted_quads
from .findings import SECONDS, Finding, Report, severity_rank
from .shacl_to_sparql import SHACL, ConstraintQuery, ShaclToSparql, UnsupportedShape
from .shapes_graph import (
    _target_kinds,
    load_shapes,
    named_shapes,
    reject_unsafe_shapes,
    shapes_graph_query,
    shipped_queries,
    shipped_shapes,
    to_rdflib_graph,
)

ON_ANY_DATA = {RDF.type, RDFS.isDefinedBy, OWL.deprecated}  # targets that data of any kind has
ON_ANY_DATA |= {SKOS.prefLabel, SKOS.altLabel, SKOS.broader}
NO_PERSON = ON_ANY_DATA | {FOAF.Agent}  # and what an organisation is, too
SHAPES_GRAPH = ox.NamedNode(f"{BASE}/shapes-graph")  # graph of the shapes that a company adds


def check(
    data: FilePath | None = None, graph: Graph | None = None, timeout: float = SECONDS
) -> Report:
    """Validate RDF data against the shapes, or the ontology itself if no data is given.

    Args:
        data: an RDF file in our terms, W3C ORG, FOAF or schema.org.
        graph: the ontology with a company's additions, whose shapes are used too.
        timeout: time limit in seconds for a company's shapes, without loading.

    Returns:
        The findings, and the number of focus nodes of each shape.

    Raises:
        NothingChecked: no shape has a focus node in the data.
        InputError: the data or a shape cannot be used.
        Timeout: a company's shapes took longer than `timeout`.

    Example:
        >>> import mlops_roles
        >>> mlops_roles.check("examples/acme.ttl").conforms
        True
    """
    graph = as_graph(graph)
    check_path("check", data=data)
    with_shapes = [path for path in graph.added_rdf if _has_shapes(path)]
    if with_shapes:
        names = ", ".join(map(str, with_shapes))
        return _validate_in_subprocess(data, graph, names, timeout)
    return validate(DataGraph.load(data, graph), load_shapes(graph), graph)


def _has_shapes(path: FilePath) -> bool:
    return any(q.predicate.value.startswith(SHACL) for q in rdf.parse_rdf(path)[0])


def _validate_in_subprocess(
    data: FilePath | None, graph: Graph, name: str, timeout: float
) -> Report:
    """Validate with a company's shapes, named `name` in errors, in a process with a time limit."""
    request = {
        "data": None if data is None else str(data),
        "graph": graph.recipe(),
        "base_iri": rdf.current_base_iri(),
    }
    entry_point = "mlops_roles.validation.shacl:validate_request"
    fix = "simplify its shapes, or allow more with --timeout"
    result = json.loads(run_in_subprocess(entry_point, request, timeout, name, fix))
    if message := result.get("nothing"):
        raise NothingChecked(message)
    return Report([Finding(**f) for f in result["findings"]], result["checked"])


def validate_request(request: dict[str, Any]) -> Iterator[bytes]:
    """Run in the subprocess: first b"" when all is loaded, then the report as JSON."""
    graph = Graph.from_recipe(request["graph"])
    with rdf.relative_to(request["base_iri"]):
        data = DataGraph.load(request["data"], graph)
        yield b""
        try:
            result = validate(data, load_shapes(graph), graph).to_dict()
        except NothingChecked as error:
            result = {"nothing": str(error)}
    yield json.dumps(result).encode()


def validate(data: DataGraph, shapes: rdflib.Graph, graph: Graph) -> Report:
    """Validate a data graph; findings about nodes that are not described are dropped.

    Raises NothingChecked if no shape has a focus node, InputError for unusable shapes.
    """
    reject_unsafe_shapes(shapes)
    named = named_shapes(shapes)
    on_shapes = [shape for shape in named if shapes_graph_query(shape, shapes)]
    on_data = [shape for shape in named if shape not in on_shapes]
    translator = ShaclToSparql(shapes, data.store)
    counts = _count_focus_nodes(translator, on_data, len(data.undescribed))
    if not any(counts.values()):
        raise _nothing_checked(data)
    queries, unsupported = _translate(translator, [s for s, n in counts.items() if n], data, graph)
    found = [
        *_validate_shapes(on_shapes, data, shapes, graph),
        *_validate_as_sparql(queries, data, shapes, graph),
        *(_validate_with_pyshacl(unsupported, data, shapes, graph) if unsupported else ()),
    ]
    findings = sorted(set(found), key=_sort_key)
    if data.path and not findings and _says_nothing(data, counts, shapes):
        raise _nothing_checked(data)
    return Report(findings, {format_node(s, graph): n for s, n in counts.items()})


def _nothing_checked(data: DataGraph) -> NothingChecked:
    return NothingChecked(
        f"{data.path}: nothing was checked, no shape has a target in it: no person that it knows, "
        "and no term of ours; use the terms of mlops:, org:, foaf: or schema:"
    )


def _says_nothing(data: DataGraph, counts: dict[Any, int], shapes: rdflib.Graph) -> bool:
    """Whether all focus nodes are targets for what data of any kind has, such as a label."""
    general = ON_ANY_DATA if _has_person(data) else NO_PERSON
    counted = [shape for shape, count in counts.items() if count]
    targets = [(s, kind, t) for kind in _target_kinds() for s, t in shapes.subject_objects(kind)]
    mixed = {shape for shape, _, target in targets if target in general}
    if not mixed.issuperset(counted):
        return False
    rest = rdflib.Graph()
    rest += shapes
    for statement in targets:
        if statement[2] in general:
            rest.remove(statement)
    translator = ShaclToSparql(rest, data.store)
    return not any(_count_focus_nodes(translator, counted, len(data.undescribed)).values())


def _has_person(data: DataGraph) -> bool:
    """Whether the data describes an agent of whom W3C ORG does not say what it is."""
    agents = data.store.quads_for_pattern(None, RDF_TYPE, ox.NamedNode(str(FOAF.Agent)), DEFAULT)
    return any(
        not any(str(cls).startswith(f"<{ORG}") for cls in _types(agent, data))
        for agent in {q.subject for q in agents} - data.undescribed
    )


def _types(node: Any, data: DataGraph) -> Iterator[Any]:
    return (q.object for q in data.store.quads_for_pattern(node, RDF_TYPE, None, DEFAULT))


def _sort_key(f: Finding) -> tuple[int, str, str, str, str]:
    return severity_rank(f.severity), f.shape, f.focus, f.value or "", f.message


def _count_focus_nodes(
    translator: ShaclToSparql, shapes: list[Any], n_undescribed: int
) -> dict[Any, int]:
    """Number of focus nodes of each shape; shapes with the same targets are counted once."""
    targets = {shape: translator.target(shape) for shape in shapes}
    counts = {
        target: translator.count_focus_nodes(target, UNDESCRIBED, n_undescribed)
        for target in set(targets.values())
    }
    return {shape: counts[target] for shape, target in targets.items()}


def _translate(
    translator: ShaclToSparql, shapes: list[Any], data: DataGraph, graph: Graph
) -> tuple[list[ConstraintQuery], list[Any]]:
    """The shapes as queries, and those that are left to pySHACL.

    These are the shapes that cannot be translated and, if the store merges literals that the data
    keeps apart, such as `7` and `"7"^^xsd:int`, all shapes of a company.
    """
    queries, unsupported = [], []
    added = set(shapes) - shipped_shapes()
    merged = bool(added) and _merges_literals([*graph.added_rdf, *filter(None, [data.path])])
    for shape in shapes:
        try:
            if merged and shape in added:
                raise UnsupportedShape("the store merges some literals of the data")
            queries += translator.queries(shape, shipped_queries())
        except UnsupportedShape:
            unsupported.append(shape)
    return queries, unsupported


def _is_compared(predicate: str) -> bool:
    """Whether values of a predicate are compared as terms; most of SHACL's are only read."""
    return not predicate.startswith(SHACL) or predicate[len(SHACL) :] in ("targetNode", "hasValue")


def _merges_literals(paths: list[Any]) -> bool:
    """Whether the store changes a literal of these files: it keeps values, not lexical forms."""
    literals = {
        q.object
        for path in paths
        for q in rdf.parse_rdf(path)[0]
        if isinstance(q.object, ox.Literal) and _is_compared(q.predicate.value)
    }
    store = ox.Store()
    store.extend(ox.Quad(RDF_TYPE, RDF_TYPE, literal) for literal in literals)
    return {q.object for q in store} != literals


def _validate_shapes(
    checks: list[Any], data: DataGraph, shapes: rdflib.Graph, graph: Graph
) -> Iterator[Finding]:
    """Validate the shapes that a company added, wherever they are declared."""
    if not graph.added_rdf:
        return
    added = (q for path in graph.added_rdf for q in rdf.parse_rdf(path)[0])
    data.store.extend(ox.Quad(q.subject, q.predicate, q.object, SHAPES_GRAPH) for q in added)
    for shape in checks:
        text = shapes_graph_query(shape, shapes).replace("$shapesGraph", str(SHAPES_GRAPH))
        query = ConstraintQuery(shape, "sparql", text)
        for focus, value in _run_query(query, data.store, graph):
            yield _finding(query, focus, value, shapes, graph)


def _validate_as_sparql(
    queries: Iterable[ConstraintQuery], data: DataGraph, shapes: rdflib.Graph, graph: Graph
) -> Iterator[Finding]:
    """Run each query once, for all focus nodes."""
    for query in queries:
        for focus, value in _run_query(query, data.store, graph):
            if focus not in data.undescribed:
                yield _finding(query, focus, value, shapes, graph)


def _run_query(query: ConstraintQuery, store: ox.Store, graph: Graph) -> Iterator[tuple[Any, Any]]:
    """Focus node and value (or None) of each violation."""
    solutions: Any = store.query(query.text, prefixes=graph.prefixes)
    has_value = "value" in [v.value for v in solutions.variables]
    for row in solutions:
        yield row["this"], row["value"] if has_value else None


def _finding(
    query: ConstraintQuery, focus: Any, value: Any, shapes: rdflib.Graph, graph: Graph
) -> Finding:
    return Finding(
        _format_severity(shapes.value(query.shape, SH.severity) or SH.Violation, graph),
        format_node(query.shape, graph),
        format_node(focus, graph),
        None if value is None else format_node(value, graph),
        str(shapes.value(query.shape, SH.message) or f"Does not conform to sh:{query.name}."),
    )


def _validate_with_pyshacl(
    unsupported: list[Any], data: DataGraph, shapes: rdflib.Graph, graph: Graph
) -> Iterator[Finding]:
    """Validate with pySHACL; it sees literals as they are written in the file of the data."""
    theirs = rdf.parse_rdf(data.path)[0] if data.path else ()
    whole = to_rdflib_graph((*asserted_quads(graph), *theirs), graph)
    report = _pyshacl_report(whole, _only_targeting(unsupported, shapes))
    undescribed = set(map(rdflib_term, data.undescribed))
    for result in report.objects(None, SH.result):
        focus, value = report.value(result, SH.focusNode), report.value(result, SH.value)
        if focus not in undescribed:
            yield Finding(
                _format_severity(report.value(result, SH.resultSeverity), graph),
                format_node(report.value(result, SH.sourceShape), graph),
                format_node(focus, graph),
                None if value is None else format_node(value, graph),
                str(report.value(result, SH.resultMessage) or "no message"),
            )


def _only_targeting(unsupported: list[Any], shapes: rdflib.Graph) -> rdflib.Graph:
    """The whole shapes graph, in which only these shapes have targets.

    The others stay, since these may refer to them. Prefixes that a shape gets through owl:imports
    are declared where it looks for them.
    """
    whole = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in shapes.namespaces():
        whole.bind(prefix, namespace)
    whole += shapes
    for shape in set(named_shapes(shapes)) - set(unsupported):
        for kind in _target_kinds():
            whole.remove((shape, kind, None))
        for kind in (RDFS.Class, OWL.Class):
            whole.remove((shape, RDF.type, kind))
    for node in (s for s in unsupported if (s, RDF.type, OWL.Class) in whole):
        whole.add((node, RDF.type, RDFS.Class))
    for importing in set(shapes.subjects(OWL.imports)):
        for imported in shapes.transitive_objects(importing, OWL.imports):
            for declared in shapes.objects(imported, SH.declare):
                whole.add((importing, SH.declare, declared))
    return whole


def _pyshacl_report(data: rdflib.Graph, shapes: rdflib.Graph) -> rdflib.Graph:
    """The report of pySHACL as RDF, made without inference, imports, network or scripts."""
    import pyshacl

    try:
        _, report, _ = pyshacl.validate(
            data,
            shacl_graph=shapes,
            inference="none",
            advanced=False,
            do_owl_imports=False,
            js=False,
        )
        if isinstance(report, Exception):
            raise report
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(f"shapes: cannot be run ({reason}); fix the shape") from None
    result: rdflib.Graph = report
    return result


def _format_severity(severity: Any, graph: Graph) -> str:
    """The local name of a severity of SHACL, the CURIE of a company's own."""
    return str(severity).removeprefix(SHACL) if SHACL in severity else format_node(severity, graph)


def format_node(term: Any, graph: Graph) -> str:
    """A node of pyoxigraph or rdflib for people: CURIE, `_:name`, or text up to 200 characters."""
    if isinstance(term, (ox.NamedNode, rdflib.URIRef)):
        return graph.curie(str(getattr(term, "value", term)))
    if isinstance(term, (ox.BlankNode, rdflib.BNode)):
        return f"_:{getattr(term, 'value', term)}"
    return str(term if isinstance(term, (rdflib.Literal, ox.Triple)) else term.value)[:200]
