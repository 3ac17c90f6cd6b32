"""Turtle as people write it: a block for each subject, sorted, with nested nodes and lists."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

import pyoxigraph as ox

from . import rdf
from .rdflib_bridge import to_rdflib
from .resources import resource_dir

GENID = "https://w3id.org/mlops-roles/.well-known/genid/"
NOTE = "# Derived by `mlops-roles derive` from {}; do not edit.\n"


def turtle(triples: Iterable[Any], prefixes: Mapping[str, str], exact: bool = True) -> bytes:
    """Triples in Turtle, the same bytes each time if their blank nodes have the same names.

    rdflib's serializer is changed in two points: it numbers invented prefixes in no fixed order,
    and writes "0.9"^^xsd:double as 9e-01, another literal. With `exact`, lexical forms are kept.
    """
    from rdflib import XSD, Literal
    from rdflib.plugins.serializers.turtle import TurtleSerializer

    class ExactSerializer(TurtleSerializer):
        def label(self, node: Any, position: int) -> str:
            if exact and isinstance(node, Literal) and node.datatype in (XSD.double, XSD.decimal):
                return node.n3(graph.namespace_manager)
            return str(super().label(node, position))

        @cache  # noqa: B019  each text has its own class, which is freed with it
        def get_pname(self, uri: Any, gen_prefix: bool = True) -> Any:
            return super().get_pname(uri, gen_prefix=False)

    graph, out = to_rdflib(triples, prefixes), io.BytesIO()
    ExactSerializer(graph).serialize(out, encoding="utf-8")
    return out.getvalue().strip() + b"\n"


def derived_turtle(
    triples: Iterable[ox.Triple], source: str, prefixes: Mapping[str, str] | None = None
) -> str:
    """The text of a file derived from `source`, in which skolem IRIs become blank nodes.

    The prefixes are those of the ontology, if none are given.
    """
    prefixes = prefixes or rdf.parse_rdf(resource_dir("ontology") / "mlops-roles.ttl")[1]
    nodes = map(unskolemize, triples)
    return NOTE.format(source) + turtle(nodes, prefixes, exact=False).decode()


def unskolemize(triple: Iterable[Any]) -> ox.Triple:
    """A triple in which each skolem IRI is the blank node that it is for."""
    return ox.Triple(*map(_without_skolem, triple))


@lru_cache(maxsize=1 << 18)
def _without_skolem(term: Any) -> Any:
    is_skolem = isinstance(term, ox.NamedNode) and term.value.startswith(GENID)
    return ox.BlankNode(re.sub(r"\W", "_", term.value[len(GENID) :])) if is_skolem else term
