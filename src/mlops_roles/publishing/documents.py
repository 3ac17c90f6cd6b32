"""The RDF documents of a release: one graph, four formats, the same bytes each time.

Blank nodes get canonical names (RDFC-1.0) and statements are sorted, so that a document depends
only on its graph. Only our own graphs are canonicalised: for hostile ones that may take forever.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..io import rdf, templates
from ..io.resources import ShippedText, resource_dir, resource_rows, shipped_text
from ..io.turtle import turtle
from ..ontology.catalogue import Answer, run_query
from ..ontology.graph import DEFAULT, Graph, Term, once_per_graph, ontology_files
from ..ontology.released import IMPORTS, published, released

TEMPLATES = Path(__file__).parent / "templates"
VERSION_IRI = ox.NamedNode("http://www.w3.org/2002/07/owl#versionIRI")
REQUIRES = ox.NamedNode("http://purl.org/dc/terms/requires")
COMMITS_TO = ox.NamedNode("https://w3id.org/mlops-roles/ns#commitsTo")
STRING = "http://www.w3.org/2001/XMLSchema#string"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(frozen=True)
class Format:
    """A format of published files: a row of `formats.csv`."""

    suffix: str
    media_types: tuple[str, ...]
    name: str
    rdf: ox.RdfFormat | None


@cache
def formats() -> tuple[Format, ...]:
    """The formats, the default one first."""
    return tuple(
        Format(
            r["suffix"],
            tuple(r["media_types"].split()),
            r["name"],
            getattr(ox.RdfFormat, r["rdf"], None),
        )
        for r in publishing_rows("formats")
    )


def publishing_rows(table: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file in `ontology/publishing/`."""
    return resource_rows("ontology", f"publishing/{table}")


def select_from_graph(graph: Graph, name: str) -> Answer:
    """Run a query of `ontology/publishing/` over asserted and inferred statements together."""
    return run_query(graph, publishing_text(f"{name}.rq"))


def select_from_store(store: ox.Store, name: str) -> list[dict[str, Term]]:
    """Run a query of `ontology/publishing/` over the default graph of a store."""
    solutions: Any = store.query(publishing_text(f"{name}.rq"))
    columns = [v.value for v in solutions.variables]
    return [{c: row[c] for c in columns if row[c] is not None} for row in solutions]


def store_of(statements: Iterable[ox.Triple]) -> ox.Store:
    """A store with some statements in its default graph."""
    store = ox.Store()
    store.extend(ox.Quad(*t) for t in statements)
    return store


def publishing_text(name: str) -> ShippedText:
    """The text of a file in `ontology/publishing/`."""
    return shipped_text(resource_dir("ontology") / "publishing" / name)


# graphs -----------------------------------------------------------------------------------


def alignment_files() -> list[Path]:
    """The Turtle files of the alignments."""
    return sorted((resource_dir("ontology") / "alignments").glob("*.ttl"))


def module_files() -> list[Path]:
    """The files that the ontology imports, and the lexicon of job titles."""
    return [path for path in ontology_files() if path.stem != "mlops-roles"]


def ontology_documents(graph: Graph) -> dict[str, list[ox.Triple]]:
    """Name and statements of the released, the asserted and the aligned ontology.

    The released one includes what follows, and the source of each statement. The aligned one
    excludes alignments that commit to an upper ontology, because at most one of these can be
    active at a time.
    """
    asserted = [q.triple for q in graph.store.quads_for_pattern(None, None, None, DEFAULT)]
    aligned = [
        t
        for found in map(file_triples, alignment_files())
        if all(t.predicate != COMMITS_TO for t in found)
        for t in found
    ]
    return {
        "mlops-roles": canonicalize(released(graph)),
        "mlops-roles-asserted": _variant(published(asserted), "asserted"),
        "mlops-roles-aligned": _variant(published([*asserted, *aligned]), "aligned"),
    }


def _variant(statements: Iterable[ox.Triple], variant: str) -> list[ox.Triple]:
    """The statements of a variant, which has a version IRI of its own."""
    return canonicalize(_with_variant_iri(triple, variant) for triple in statements)


def _with_variant_iri(triple: ox.Triple, variant: str) -> ox.Triple:
    if triple.predicate != VERSION_IRI:
        return triple
    version: Any = triple.object
    return ox.Triple(triple.subject, VERSION_IRI, ox.NamedNode(f"{version.value}/{variant}"))


def file_triples(path: Path) -> list[ox.Triple]:
    """The statements of a shipped file."""
    return [q.triple for q in rdf.parse_rdf(path)[0]]


def standalone_triples(path: Path) -> list[ox.Triple]:
    """The statements of a shipped file that nothing is fetched for: an import is a requirement."""
    return canonicalize(
        ox.Triple(t.subject, REQUIRES, t.object) if t.predicate == IMPORTS else t
        for t in file_triples(path)
    )


def canonicalize(statements: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The statements sorted, their blank nodes with canonical names."""
    found = ox.Dataset(ox.Quad(*t) for t in statements)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted((q.triple for q in found), key=str)


# formats ----------------------------------------------------------------------------------


def serialize(
    graph: Graph, statements: list[ox.Triple], format: Format, more: Mapping[str, str] | None = None
) -> bytes:
    """Statements in a format of RDF, with the prefixes of the graph and some more."""
    prefixes = dict(sorted({**graph.prefixes, **(more or {})}.items()))
    if format.rdf == ox.RdfFormat.TURTLE:
        return turtle(statements, prefixes)
    if format.rdf == ox.RdfFormat.JSON_LD:
        return to_jsonld(graph, statements)
    return ox.serialize(statements, format=format.rdf, prefixes=prefixes) or b""


# JSON-LD: rdflib's compaction is not deterministic and loses a statement; pyoxigraph has none ----


@once_per_graph
def jsonld_context(graph: Graph) -> dict[str, Any]:
    """The JSON-LD context: prefixes, terms of the ontology by local name, other terms by CURIE."""
    names: dict[str, Any] = {
        "@version": 1.1,
        **dict(sorted(graph.prefixes.items())),
        "id": "@id",
        "type": "@type",
    }
    for row in select_from_graph(graph, "context").rows:
        names[_key(row["property"])] = _definition(
            row["property"], {row["least"], row["most"]}, graph
        )
    classes = (
        row["term"] for row in select_from_graph(graph, "partitions") if row["kind"] == "class"
    )
    return names | {_key(curie): curie for curie in classes}


def _key(curie: str) -> str:
    return curie.removeprefix("mlops:")


def _definition(curie: str, forms: set[str], graph: Graph) -> Any:
    value_kind = forms.pop() if len(forms) == 1 else ""
    if value_kind == "iri":
        return {"@id": curie, "@type": "@id"}
    if value_kind == "language":
        return {"@id": curie, "@container": "@language"}
    typed = "XMLSchema#" in value_kind and value_kind != STRING
    return {"@id": curie, "@type": graph.curie(value_kind)} if typed else curie


def to_jsonld(graph: Graph, statements: Iterable[ox.Triple], is_short: bool = False) -> bytes:
    """Statements as JSON-LD, compacted with the context of the graph, which the document contains.

    If it is short, it has only the names of the context that it uses.
    """
    names, nodes = jsonld_context(graph), dict[str, dict[str, Any]]()
    for triple in statements:
        node = nodes.setdefault(str(triple.subject), {"id": _name(graph, triple.subject)})
        _add_value(node, graph, names, triple.predicate, triple.object)
    found = list(nodes.values())
    return json_bytes(
        {"@context": _used_names(names, found) if is_short else names, "@graph": found}
    )


def _used_names(names: Mapping[str, Any], nodes: list[dict[str, Any]]) -> dict[str, Any]:
    """The names of a context that nodes, or definitions of such names, can use."""
    text = json.dumps(nodes)
    terms = {n: d for n, d in names.items() if not _is_prefix(d) and f'"{n}"' in text}
    text += json.dumps(terms)
    prefixes = {n: d for n, d in names.items() if _is_prefix(d) and f'"{n}:' in text}
    return {"@version": names["@version"], **prefixes, **terms}


def _is_prefix(definition: Any) -> bool:
    return isinstance(definition, str) and definition.endswith(("#", "/"))


def json_bytes(document: Any) -> bytes:
    """A JSON document as UTF-8."""
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _add_value(
    node: dict[str, Any], graph: Graph, names: dict[str, Any], predicate: ox.NamedNode, value: Term
) -> None:
    """Add a value under the name of its property; under its IRI if the context does not fit."""
    if predicate.value == TYPE:
        node.setdefault("type", []).append(_key(_name(graph, value)))
        return
    curie = graph.curie(predicate.value)
    found = names.get(_key(curie), {})
    definition = found if isinstance(found, dict) else {}
    if definition.get("@container") and isinstance(value, ox.Literal) and value.language:
        node.setdefault(_key(curie), {}).setdefault(value.language, []).append(value.value)
    elif definition.get("@type") == "@id" and not isinstance(value, ox.Literal):
        node.setdefault(_key(curie), []).append(_name(graph, value))
    elif (
        isinstance(value, ox.Literal)
        and "@type" in definition
        and graph.curie(value.datatype.value) == definition["@type"]
    ):
        node.setdefault(_key(curie), []).append(value.value)
    else:
        key = _key(curie) if names.get(_key(curie)) == curie else predicate.value
        node.setdefault(key, []).append(_expanded(graph, value))


def _name(graph: Graph, term: Any) -> str:
    return str(term) if isinstance(term, ox.BlankNode) else graph.curie(term.value).strip("<>")


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


def render_turtle(name: str, **data: Any) -> tuple[list[ox.Triple], dict[str, str]]:
    """The statements of a template of Turtle, and its prefixes."""
    env = templates.environment(TEMPLATES, autoescape=False, lstrip_blocks=False)
    env.filters["literal"] = lambda text: str(ox.Literal(text))
    text = env.get_template(f"{name}.ttl.j2").render(**data)
    parser = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)
    return canonicalize(quad.triple for quad in parser), dict(parser.prefixes)


def metadata(graph: Graph) -> dict[str, str]:
    """The metadata of the ontology, from its header."""
    row = select_from_store(graph.store, "header")[0]
    return {key: value.value for key, value in row.items()}  # type: ignore[union-attr]


def rdf_documents(graph: Graph) -> Iterator[tuple[str, list[ox.Triple]]]:
    """Name and statements of each document: the ontology, its modules, alignments and shapes."""
    from ..validation.profiles import profiles

    yield from ontology_documents(graph).items()
    yield from ((f"modules/{path.stem}", standalone_triples(path)) for path in module_files())
    yield from ((f"alignments/{path.stem}", standalone_triples(path)) for path in alignment_files())
    yield (
        "shapes",
        canonicalize(
            t for path in sorted(resource_dir("shapes").glob("*.ttl")) for t in file_triples(path)
        ),
    )
    yield from ((f"shapes/{name}", canonicalize(found)) for name, found in profiles(graph).items())
