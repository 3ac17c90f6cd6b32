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
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..errors import InputError, NothingChecked
from ..io import rdf
from ..io.rdflib_bridge import to_rdflib
from ..io.resources import resource_dir
from ..ontology.graph import BASE, DEFAULT, RDF_TYPE, Graph, load
from ..ontology.sandbox import reject_unsafe_query, run_in_subprocess
from .findings import SEVERITIES, Finding, Report
from .shacl_to_sparql import SHACL, Left, Rule, Writer

if TYPE_CHECKING:
    import rdflib

SECONDS = 60  # until a user's own shapes are stopped
KNOWN = ox.NamedNode(f"{BASE}/known")


def check(
    data: str | os.PathLike[str] | None = None, graph: Graph | None = None, timeout: float = SECONDS
) -> Report:
    """Check RDF data against the shapes, or the ontology itself if no data is given.

    Args:
        data: an RDF file in our terms, W3C ORG, FOAF or schema.org.
        graph: the ontology with a company's additions; shapes among these count.
        timeout: seconds until the shapes of a company are stopped, loading not counted.

    Raises NothingChecked if no shape found anything to look at, InputError for a bad file,
    Timeout for shapes of a user's own that do not end.
    """
    graph = graph or load()
    brought = [
        p
        for p in graph.added_rdf
        if any(q.predicate.value.startswith(SHACL) for q in rdf.parse_rdf(p)[0])
    ]
    return (
        _apart(data, graph, ", ".join(map(str, brought)), timeout)
        if brought
        else _check(data, graph, *_asserted(data, graph))
    )


def _apart(data: str | os.PathLike[str] | None, graph: Graph, name: str, timeout: float) -> Report:
    """The report on a user's own shapes, made in a child."""
    request = {"data": None if data is None else str(data), "added": list(map(str, graph.added))}
    found = json.loads(
        run_in_subprocess(
            "mlops_roles.validation.shacl:answer",
            request,
            timeout,
            name,
            "simplify its shapes, or allow more with --timeout",
        )
    )
    if why := found.get("nothing"):
        raise NothingChecked(why)
    return Report([Finding(**f) for f in found["findings"]], found["checked"])


def answer(request: dict[str, Any]) -> Iterator[bytes]:
    """What the child writes: the report as JSON, or why nothing was checked."""
    graph = load(*request["added"])
    store, known = _asserted(request["data"], graph)
    yield b""
    try:
        found = _check(request["data"], graph, store, known).to_dict()
    except NothingChecked as error:
        found = {"nothing": str(error)}
    yield json.dumps(found).encode()


def _check(
    data: str | os.PathLike[str] | None, graph: Graph, store: ox.Store, known: set[Any]
) -> Report:
    """The report on what a store holds, but for what the data is not about."""
    shapes = read_shapes(graph)
    _check_input_limits(shapes)
    writer = Writer(shapes, store)
    counts = _counts(writer, _shapes_in(shapes))
    if not any(counts.values()):
        raise NothingChecked(
            f"{data}: nothing was checked, no shape has a target in it; use the terms of mlops:, org:, foaf: or schema:"
        )
    checked = {graph.curie(str(s)): count for s, count in counts.items()}
    rules, left = _written(writer, [s for s, count in counts.items() if count])
    findings = [
        *_misspelt(shapes, graph),
        *_nameless(shapes, graph),
        *_idle(_added_shapes(shapes, graph), checked),
    ]
    findings += _set_at_a_time(rules, store, known, shapes, graph)
    findings += _node_by_node(left, data, known, shapes, graph) if left else []
    return Report(
        sorted(
            set(findings),
            key=lambda f: (
                SEVERITIES.index(f.severity),
                f.shape,
                f.focus,
                f.value or "",
                f.message,
            ),
        ),
        checked,
    )


def _asserted(data: str | os.PathLike[str] | None, graph: Graph) -> tuple[ox.Store, set[Any]]:
    """The data and the ontology as they were written, and what of the ontology the data is not about, which the graph KNOWN lists."""
    store, ours = ox.Store(), _ours(graph)
    if data:
        rdf.load_into(store, data)
    known = _not_about(ours, store) if data else set()
    store.extend(ours)
    store.extend([ox.Quad(KNOWN, RDF_TYPE, node, KNOWN) for node in known])
    return store, known


def _ours(graph: Graph) -> list[ox.Quad]:
    """The ontology and what a company added to it, without what follows."""
    return [ox.Quad(*q.triple) for q in graph.store.quads_for_pattern(None, None, None, DEFAULT)]


def _not_about(ours: list[ox.Quad], theirs: ox.Store) -> set[Any]:
    """What the data is not about: it is about its subjects, and about objects that the ontology says nothing of."""
    said = {q.subject for q in ours}
    named = said | {q.object for q in ours if not isinstance(q.object, ox.Triple)}
    return {
        n
        for n in named
        if not _is_subject(n, theirs)
        and (n in said or not any(theirs.quads_for_pattern(None, None, n)))
    }


def _is_subject(node: Any, store: ox.Store) -> bool:
    return not isinstance(node, ox.Literal) and any(
        True for _ in store.quads_for_pattern(node, None, None)
    )


def _counts(writer: Writer, shapes: list[Any]) -> dict[Any, int]:
    """How many nodes each shape is to look at; shapes that look at the same are counted once."""
    targets = {shape: writer.target(shape) for shape in shapes}
    counted = {
        target: _one(writer.store.query(writer.count(target, KNOWN)))
        for target in set(targets.values())
    }
    return {shape: counted[target] for shape, target in targets.items()}


def _one(answer: Any) -> int:
    """The number in an answer of one row and column."""
    return int(next(answer)[0].value)


def _written(writer: Writer, shapes: list[Any]) -> tuple[list[Rule], list[Any]]:
    """The shapes as rules to be asked, and those that cannot be put so."""
    rules, left = [], []
    for shape in shapes:
        try:
            rules += writer.rules(shape, _shipped_shapes())
        except Left:
            left.append(shape)
    return rules, left


def read_shapes(graph: Graph) -> rdflib.Graph:
    """The shipped shapes and, as a company may add shapes, what it added."""
    paths = sorted(resource_dir("shapes").glob("*.ttl"))
    if not paths:
        raise InputError(f"{resource_dir('shapes')}: holds no shapes; reinstall mlops-roles")
    added = list(graph.added_rdf)
    front = [resource_dir("ontology") / "mlops-roles.ttl"]  # its sh:declare
    quads = (q for p in (*paths, *added, *front) for q in rdf.parse_rdf(p)[0])
    return _without_triple_terms(quads, graph)


def _without_triple_terms(quads: Iterable[ox.Quad], graph: Graph) -> rdflib.Graph:
    """Quads as an rdflib graph, which cannot hold triple terms."""
    return to_rdflib((q for q in quads if not isinstance(q.object, ox.Triple)), graph.prefixes)


def _shapes_in(shapes: rdflib.Graph) -> list[rdflib.URIRef]:
    """The named shapes: what is said to be one, or has a target."""
    from rdflib import RDF, SH, URIRef

    typed = {
        s for kind in (SH.NodeShape, SH.PropertyShape) for s in shapes.subjects(RDF.type, kind)
    }
    return sorted(s for s in typed | _targeted(shapes) if isinstance(s, URIRef))


def _targeted(shapes: rdflib.Graph) -> set[Any]:
    from rdflib import SH

    return {
        s
        for kind in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
        for s in shapes.subjects(kind)
    }


@cache
def _shipped_shapes() -> frozenset[str]:
    """The IRIs of the shapes that come with this package, and the text of their constraints."""
    quads = [q for p in resource_dir("shapes").glob("*.ttl") for q in rdf.parse_rdf(p)[0]]
    texts = (
        q.object.value
        for q in quads
        if q.predicate.value == f"{SHACL}select" and isinstance(q.object, ox.Literal)
    )
    return frozenset(
        (*(q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)), *texts)
    )


def _check_input_limits(shapes: rdflib.Graph) -> None:
    """Refuse SPARQL in shapes that reaches outside, and shapes that refer back to themselves."""
    from graphlib import CycleError, TopologicalSorter

    from rdflib import SH

    for kind in (SH.select, SH.ask, SH.construct, SH.update):
        for text in shapes.objects(None, kind):
            reject_unsafe_query(str(text), f"shapes, {kind.fragment}")
    order: TopologicalSorter[Any] = TopologicalSorter()
    for shape, other in _references(shapes):
        order.add(shape, other)
    try:
        order.prepare()
    except CycleError as error:
        raise InputError(
            f"shapes: {error.args[1][0]} refers back to itself, and SHACL leaves open what that means; break the circle"
        ) from None


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
                raise InputError(
                    f"shapes: {shape} has a list that runs in a circle; break it"
                ) from None


def _added_shapes(shapes: rdflib.Graph, graph: Graph) -> set[str]:
    """The shapes that do not come with this package and stand alone: one used by another shape needs no target."""
    return {
        graph.curie(str(s))
        for s in _shapes_in(shapes)
        if str(s) not in _shipped_shapes() and (None, None, s) not in shapes
    }


def _misspelt(shapes: rdflib.Graph, graph: Graph) -> list[Finding]:
    """Terms in the SHACL namespace that SHACL does not have: such a rule can never fire."""
    from rdflib import SH, URIRef

    theirs = {
        (s, t)
        for s, p, o in shapes
        for t in (p, o)
        if isinstance(t, URIRef) and "w3.org/ns/shacl" in t
    }
    wrong = {(s, t) for s, t in theirs if not t.startswith(str(SH)) or t not in SH}
    message = "SHACL has no such term, so the rule can never fire. Correct its spelling."
    return [
        Finding("Violation", "shape:uses-terms-of-shacl", _show(s, graph), _show(t, graph), message)
        for s, t in sorted(wrong)
    ]


def _nameless(shapes: rdflib.Graph, graph: Graph) -> list[Finding]:
    """Shapes with a target and no name: nobody could refer to what they find."""
    from rdflib import BNode

    message = "A shape without a name is not run. Give it an IRI."
    return [
        Finding("Violation", "shape:has-a-name", _show(s, graph), None, message)
        for s in sorted(_targeted(shapes))
        if isinstance(s, BNode)
    ]


def _idle(added: set[str], checked: dict[str, int]) -> list[Finding]:
    """A user's own shapes that look at nothing."""
    message = "Nothing was checked: the target of the shape matches nothing. Correct the target or the data."
    return [
        Finding("Warning", "shape:has-something-to-check", name, None, message)
        for name in sorted(added)
        if not checked.get(name)
    ]


def _set_at_a_time(
    rules: Iterable[Rule], store: ox.Store, known: set[Any], shapes: rdflib.Graph, graph: Graph
) -> list[Finding]:
    """What breaks the rules, each asked once for all nodes."""
    found = []
    for rule in rules:
        answer: Any = store.query(rule.text, prefixes=graph.prefixes)
        columns = [v.value for v in answer.variables]
        for row in answer:
            focus, value = row["this"], row["value"] if "value" in columns else None
            if focus not in known:
                found.append(
                    _finding(
                        shapes,
                        rule,
                        _show(focus, graph),
                        None if value is None else _show(value, graph),
                        graph,
                    )
                )
    return found


def _finding(
    shapes: rdflib.Graph, rule: Rule, focus: str, value: str | None, graph: Graph
) -> Finding:
    from rdflib import SH

    severity, message = shapes.value(rule.shape, SH.severity), shapes.value(rule.shape, SH.message)
    return Finding(
        str(severity or SH.Violation).rsplit("#")[-1],
        _show(rule.shape, graph),
        focus,
        value,
        str(message or f"Does not keep sh:{rule.name}."),
    )


def _node_by_node(
    left: list[Any],
    data: str | os.PathLike[str] | None,
    known: set[Any],
    shapes: rdflib.Graph,
    graph: Graph,
) -> list[Finding]:
    """What pySHACL finds, with no inference, imports, network or advanced features; it sees the data as spelt in its file."""
    import pyshacl
    from rdflib import SH

    quads = (*_ours(graph), *(rdf.parse_rdf(data)[0] if data else ()))
    whole = _without_triple_terms(quads, graph)
    try:
        _, report, _text = pyshacl.validate(
            whole,
            shacl_graph=shapes,
            inference="none",
            advanced=False,
            do_owl_imports=False,
            js=False,
            use_shapes=left,
        )
    except Exception as error:
        raise InputError(
            f"shapes: cannot be run ({' '.join(str(error).split())[:300]}); mend the shape"
        ) from None
    if isinstance(report, Exception):
        raise InputError(
            f"shapes: cannot be run ({' '.join(str(report).split())[:300]}); mend the shape"
        )
    found = []
    for result in report.objects(None, SH.result):
        focus = report.value(result, SH.focusNode)
        if focus not in known:
            value, shape = report.value(result, SH.value), report.value(result, SH.sourceShape)
            severity = str(report.value(result, SH.resultSeverity)).rsplit("#")[-1]
            message = str(report.value(result, SH.resultMessage) or "no message")
            found.append(
                Finding(
                    severity,
                    _show(shape, graph),
                    _show(focus, graph),
                    None if value is None else _show(value, graph),
                    message,
                )
            )
    return found


def _show(term: Any, graph: Graph) -> str:
    """A term of the data or of the shapes for a reader."""
    import rdflib

    if isinstance(term, (ox.NamedNode, rdflib.URIRef)):
        return graph.curie(str(getattr(term, "value", term)))
    if isinstance(term, (ox.BlankNode, rdflib.BNode)):
        return f"_:{getattr(term, 'value', term)}"
    return str(term if isinstance(term, (rdflib.Literal, ox.Triple)) else term.value)[:200]
