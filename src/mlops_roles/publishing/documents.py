"""The RDF documents of a release: one graph, four formats, the same bytes each time.

Blank nodes get canonical names (RDFC-1.0) and statements are sorted, so that a document
depends on nothing but its graph. The graphs are ours: those of others are never canonicalised.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..io import rdf
from ..io.resources import resource_dir, resource_rows
from ..io.turtle import turtle
from ..ontology.catalogue import Answer, run_query
from ..ontology.graph import DEFAULT, INFERRED, Graph, Term, once_per_graph, ontology_files

VERSION_IRI = ox.NamedNode("http://www.w3.org/2002/07/owl#versionIRI")
COMMITS_TO = ox.NamedNode("https://w3id.org/mlops-roles/ns#commitsTo")
STRING = "http://www.w3.org/2001/XMLSchema#string"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(frozen=True)
class Format:
    """A format that things are published in: a row of `formats.csv`."""

    suffix: str
    media_types: tuple[str, ...]
    name: str
    rdf: ox.RdfFormat | None


@cache
def formats() -> tuple[Format, ...]:
    """The formats, the one for those who do not say first."""
    return tuple(
        Format(
            r["suffix"],
            tuple(r["media_types"].split()),
            r["name"],
            getattr(ox.RdfFormat, r["rdf"], None),
        )
        for r in rows("formats")
    )


def rows(table: str) -> list[dict[str, str]]:
    """The rows of a table in `ontology/publishing/`."""
    return list(resource_rows("ontology", f"publishing/{table}"))


def answer(graph: Graph, name: str) -> Answer:
    """The answer to a question of `ontology/publishing/`, over asserted and inferred statements together."""
    return run_query(graph, shipped_text(f"{name}.rq"))


def table(store: ox.Store, name: str) -> list[dict[str, Term]]:
    """The rows of a question of `ontology/publishing/` over the default graph of a store: of a Graph's, what was asserted."""
    found = store.query(shipped_text(f"{name}.rq"))
    columns = [v.value for v in found.variables]  # type: ignore[union-attr]
    return [{c: row[c] for c in columns if row[c] is not None} for row in found]  # type: ignore[union-attr]


def store_of(statements: Iterable[ox.Triple]) -> ox.Store:
    """A store that holds statements."""
    store = ox.Store()
    store.extend(ox.Quad(*t) for t in statements)
    return store


def shipped_text(name: str) -> str:
    """A file of `ontology/publishing/`."""
    return (resource_dir("ontology") / "publishing" / name).read_text("utf-8")


# graphs -----------------------------------------------------------------------------------


def alignments() -> list[Path]:
    """The files of the alignments as RDF; there may be none."""
    return sorted((resource_dir("ontology") / "alignments").glob("*.ttl"))


def modules() -> list[Path]:
    """The files that the ontology imports."""
    return [path for path in ontology_files() if path.stem != "mlops-roles"]


def variants(graph: Graph) -> dict[str, list[ox.Triple]]:
    """The ontology by the name of its documents: asserted, inferred, and with the alignments that agree with each other.

    At most one upper ontology is active at a time; an alignment that commits to one is published on its own alone.
    """
    told = [q.triple for q in graph.store.quads_for_pattern(None, None, None, DEFAULT)]
    inferred = [q.triple for q in graph.store.quads_for_pattern(None, None, None, INFERRED)]
    aligned = [
        t
        for found in map(triples, alignments())
        if all(t.predicate != COMMITS_TO for t in found)
        for t in found
    ]
    return {
        "mlops-roles": _published(told),
        "mlops-roles-inferred": _published([*told, *inferred], "inferred"),
        "mlops-roles-aligned": _published([*told, *aligned], "aligned"),
    }


def _published(statements: Iterable[ox.Triple], variant: str = "") -> list[ox.Triple]:
    """What `published.rq` leaves of a graph; a variant has a version IRI of its own, for it is another document."""
    kept = store_of(statements).query(shipped_text("published.rq"))
    return canonical(_versioned(t, variant) for t in kept)  # type: ignore[union-attr]


def _versioned(triple: ox.Triple, variant: str) -> ox.Triple:
    if not variant or triple.predicate != VERSION_IRI:
        return triple
    version: Any = triple.object
    return ox.Triple(triple.subject, VERSION_IRI, ox.NamedNode(f"{version.value}/{variant}"))


def triples(path: Path) -> list[ox.Triple]:
    """The statements of a file of ours."""
    return [q.triple for q in rdf.parse_rdf(path)[0]]


def canonical(statements: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The statements in order, their blank nodes with canonical names."""
    found = ox.Dataset(ox.Quad(*t) for t in statements)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted((q.triple for q in found), key=str)


# formats ----------------------------------------------------------------------------------


def serialize(
    graph: Graph, statements: list[ox.Triple], form: Format, more: Mapping[str, str] | None = None
) -> bytes:
    """Statements in a format of RDF, with the graph's prefixes and more. Turtle is rdflib's, which writes lists and nested nodes as people do."""
    prefixes = dict(sorted({**graph.prefixes, **(more or {})}.items()))
    if form.rdf == ox.RdfFormat.TURTLE:
        return turtle(statements, prefixes)
    if form.rdf == ox.RdfFormat.JSON_LD:
        return jsonld(graph, statements)
    return ox.serialize(statements, format=form.rdf, prefixes=prefixes) or b""


# JSON-LD: rdflib's compaction depends on chance and loses a statement, pyoxigraph has none ---------


@once_per_graph
def context(graph: Graph) -> dict[str, Any]:
    """The JSON-LD context: prefixes, our classes and properties by their bare names, others by their CURIEs."""
    names: dict[str, Any] = {
        "@version": 1.1,
        **dict(sorted(graph.prefixes.items())),
        "id": "@id",
        "type": "@type",
    }
    for row in answer(graph, "context").rows:
        names[_key(row["property"])] = _definition(
            row["property"], {row["least"], row["most"]}, graph
        )
    classes = (row["term"] for row in answer(graph, "partitions") if row["kind"] == "class")
    return names | {_key(curie): curie for curie in classes}


def _key(curie: str) -> str:
    return curie.removeprefix("mlops:")


def _definition(curie: str, forms: set[str], graph: Graph) -> Any:
    form = forms.pop() if len(forms) == 1 else ""
    if form == "iri":
        return {"@id": curie, "@type": "@id"}
    if form == "language":
        return {"@id": curie, "@container": "@language"}
    typed = "XMLSchema#" in form and form != STRING
    return {"@id": curie, "@type": graph.curie(form)} if typed else curie


def jsonld(graph: Graph, statements: Iterable[ox.Triple]) -> bytes:
    """Statements as JSON-LD, compacted with the context, which the document holds: nothing is fetched to read it."""
    names, nodes = context(graph), dict[str, dict[str, Any]]()
    for triple in statements:
        node = nodes.setdefault(str(triple.subject), {"id": _name(graph, triple.subject)})
        _put(node, graph, names, triple.predicate, triple.object)
    return as_bytes({"@context": names, "@graph": list(nodes.values())})


def as_bytes(document: Any) -> bytes:
    """A JSON document as it is published."""
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _put(
    node: dict[str, Any], graph: Graph, names: dict[str, Any], predicate: ox.NamedNode, value: Term
) -> None:
    """Add a value under its property's name, or under the full IRI where it is of another form than the context says."""
    if predicate.value == TYPE:
        node.setdefault("type", []).append(_key(_name(graph, value)))
        return
    curie = graph.curie(predicate.value)
    told = names.get(_key(curie), {})
    told = told if isinstance(told, dict) else {}
    if told.get("@container") and isinstance(value, ox.Literal) and value.language:
        node.setdefault(_key(curie), {}).setdefault(value.language, []).append(value.value)
    elif told.get("@type") == "@id" and not isinstance(value, ox.Literal):
        node.setdefault(_key(curie), []).append(_name(graph, value))
    elif (
        isinstance(value, ox.Literal)
        and "@type" in told
        and graph.curie(value.datatype.value) == told["@type"]
    ):
        node.setdefault(_key(curie), []).append(value.value)
    else:
        key = _key(curie) if names.get(_key(curie)) == curie else predicate.value
        node.setdefault(key, []).append(_expanded(graph, value))


def _name(graph: Graph, term: Term) -> str:
    return str(term) if isinstance(term, ox.BlankNode) else graph.curie(term.value).strip("<>")  # type: ignore[union-attr]


def _expanded(graph: Graph, value: Term) -> Any:
    if not isinstance(value, ox.Literal):
        return {"id": _name(graph, value)}
    if value.language:
        return {"@language": value.language, "@value": value.value}
    return (
        value.value
        if value.datatype.value == STRING
        else {"@type": graph.curie(value.datatype.value).strip("<>"), "@value": value.value}
    )


def header(graph: Graph) -> dict[str, str]:
    """What the front door says of the ontology."""
    row = table(graph.store, "header")[0]
    return {key: value.value for key, value in row.items()}  # type: ignore[union-attr]


def everything(graph: Graph) -> Iterator[tuple[str, list[ox.Triple]]]:
    """Name without ending, and statements, of each document of RDF: the ontology, its modules, alignments and rules."""
    yield from variants(graph).items()
    yield from ((f"modules/{path.stem}", canonical(triples(path))) for path in modules())
    yield from ((f"alignments/{path.stem}", canonical(triples(path))) for path in alignments())
    yield (
        "shapes",
        canonical(
            t for path in sorted(resource_dir("shapes").glob("*.ttl")) for t in triples(path)
        ),
    )
