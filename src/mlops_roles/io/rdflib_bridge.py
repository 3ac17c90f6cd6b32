"""From pyoxigraph to rdflib: terms, and graphs with their prefixes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..errors import InputError

if TYPE_CHECKING:
    import rdflib


def to_rdflib(triples: Iterable[Any], prefixes: Mapping[str, str]) -> rdflib.Graph:
    """Triples (or quads, whose graph is dropped) as an rdflib graph with these prefixes alone.

    Lexical forms and the names of blank nodes are kept. Raises InputError for a triple term.
    """
    import logging

    import rdflib

    # rdflib logs a traceback for each ill-typed literal
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace)
    term = cache(rdflib_term)  # most terms occur many times
    for s, p, o, *_ in triples:
        graph.add((term(s), term(p), term(o)))
    return graph


def rdflib_term(term: Any) -> Any:
    """A pyoxigraph term as rdflib's. Raises InputError for a triple term, which rdflib has not."""
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Triple):
        raise InputError(f"{str(term)[:200]}: rdflib has no triple terms; remove the statement")
    datatype = None if term.language else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(
        term.value,
        lang=term.language,
        datatype=None if datatype == rdflib.XSD.string else datatype,
        normalize=False,
    )
