"""Write the derived files of the ontology: the capability classes and the closure.

Each comes from the CONSTRUCT of the same name beside it; nothing else may be in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from . import files, reasoning
from .graph import shipped_files

GENID = "https://w3id.org/mlops-roles/.well-known/genid/"
NOTE = "# Derived by `mlops-roles derive` from {}; do not edit.\n"


def derived() -> dict[Path, str]:
    """The derived files and what they should hold now."""
    folder = files.shipped("ontology")
    base = _parse(path for path in shipped_files() if path.name != "capabilities.ttl")
    capabilities = _capabilities((folder / "capabilities.rq").read_text("utf-8"), base)
    whole = ox.Store()
    whole.extend(base)
    whole.extend(ox.parse(capabilities, format=ox.RdfFormat.TURTLE))
    closure = sorted(f"{t} .\n" for t in reasoning.printed(reasoning.infer(whole)))
    return {
        folder / "capabilities.ttl": capabilities,
        folder / "closure.nt": NOTE.format("closure.rq") + "".join(closure),
    }


def _parse(paths: Iterable[Path]) -> ox.Store:
    store = ox.Store()
    for path in paths:
        store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in files.parse_rdf(path)[0])
    return store


def _capabilities(construct: str, base: ox.Store) -> str:
    """The capability classes in Turtle: skolem IRIs become blank nodes, blocks are sorted."""
    import rdflib

    work = ox.Store()
    work.extend(base)
    work.extend(ox.Quad(*triple) for triple in reasoning.infer(base))
    graph = rdflib.Graph()
    graph.parse(data=ox.serialize(work.query(construct), format=ox.RdfFormat.N_TRIPLES), format="nt")  # type: ignore[arg-type]
    prefixes = files.parse_rdf(files.shipped("ontology") / "mlops-roles.ttl")[1]
    plain = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        plain.bind(prefix, namespace)
    for triple in graph:
        plain.add(tuple(map(_node, triple)))
    header = rdflib.URIRef("https://w3id.org/mlops-roles/capabilities")
    for predicate, value in _header():
        plain.add((header, predicate, value))
    return NOTE.format("capabilities.rq") + plain.serialize(format="turtle").strip() + "\n"


def _node(term: Any) -> Any:
    """A term, or the blank node that a skolem IRI stands for."""
    import rdflib

    return rdflib.BNode(re.sub(r"\W", "_", term[len(GENID) :])) if term.startswith(GENID) else term


def _header() -> Iterator[tuple[Any, Any]]:
    from rdflib import DCTERMS, OWL, RDF, Literal, URIRef

    yield RDF.type, OWL.Ontology
    yield DCTERMS.title, Literal("MLOps Roles: capabilities", "en")
    yield DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")
    yield DCTERMS.isPartOf, URIRef("https://w3id.org/mlops-roles")


def write() -> list[Path]:
    """Write the derived files that are stale; returns those that were."""
    stale = [(p, text) for p, text in derived().items() if not p.is_file() or p.read_text("utf-8") != text]
    for path, text in stale:
        with files.replacing(path) as file:
            file.write(text)
    return [path for path, _ in stale]
