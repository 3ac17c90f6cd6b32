"""JSON-LD of the ontology: its context, and statements compacted with it.

rdflib's compaction is not deterministic and loses a statement; pyoxigraph has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox

from ..ontology.graph import Graph, Term, once_per_graph
from .publishing_data import select_from_graph

STRING = "http://www.w3.org/2001/XMLSchema#string"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


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


def _definition(curie: str, value_kinds: set[str], graph: Graph) -> Any:
    value_kind = value_kinds.pop() if len(value_kinds) == 1 else ""
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
        node = nodes.setdefault(str(triple.subject), {"id": _id(graph, triple.subject)})
        _add_value(node, graph, names, triple.predicate, triple.object)
    items = list(nodes.values())
    return json_bytes(
        {"@context": _used_names(names, items) if is_short else names, "@graph": items}
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
        node.setdefault("type", []).append(_key(_id(graph, value)))
        return
    curie = graph.curie(predicate.value)
    items = names.get(_key(curie), {})
    definition = items if isinstance(items, dict) else {}
    if definition.get("@container") and isinstance(value, ox.Literal) and value.language:
        node.setdefault(_key(curie), {}).setdefault(value.language, []).append(value.value)
    elif definition.get("@type") == "@id" and not isinstance(value, ox.Literal):
        node.setdefault(_key(curie), []).append(_id(graph, value))
    elif (
        isinstance(value, ox.Literal)
        and "@type" in definition
        and graph.curie(value.datatype.value) == definition["@type"]
    ):
        node.setdefault(_key(curie), []).append(value.value)
    else:
        key = _key(curie) if names.get(_key(curie)) == curie else predicate.value
        node.setdefault(key, []).append(_value_object(graph, value))


def _id(graph: Graph, term: Any) -> str:
    return str(term) if isinstance(term, ox.BlankNode) else graph.curie(term.value).strip("<>")


def _value_object(graph: Graph, value: Term) -> Any:
    if not isinstance(value, ox.Literal):
        return {"id": _id(graph, value)}
    if value.language:
        return {"@language": value.language, "@value": value.value}
    return (
        value.value
        if value.datatype.value == STRING
        else {"@type": graph.curie(value.datatype.value).strip("<>"), "@value": value.value}
    )
