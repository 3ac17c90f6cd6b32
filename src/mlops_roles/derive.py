"""Write the derived files of the ontology: the capability classes and the closure.

Each comes from the CONSTRUCT of the same name beside it; nothing else may be in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from . import files, reasoning
from .atomic import replacing
from .graph import RDF_TYPE, shipped_files

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
    """The capability classes in Turtle."""
    work = ox.Store()
    work.extend(base)
    work.extend(ox.Quad(*triple) for triple in reasoning.infer(base))
    return turtle([*work.query(construct), *_header()], "capabilities.rq")  # type: ignore[misc]


def turtle(triples: Iterable[ox.Triple], source: str) -> str:
    """The text of a file derived from `source`: skolem IRIs become blank nodes, blocks are sorted."""
    import rdflib

    graph = rdflib.Graph()
    graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    prefixes = files.parse_rdf(files.shipped("ontology") / "mlops-roles.ttl")[1]
    plain = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        plain.bind(prefix, namespace)
    for triple in graph:
        plain.add(tuple(map(_node, triple)))
    return NOTE.format(source) + plain.serialize(format="turtle").strip() + "\n"


def _node(term: Any) -> Any:
    """A term, or the blank node that a skolem IRI stands for."""
    import rdflib

    return rdflib.BNode(re.sub(r"\W", "_", term[len(GENID) :])) if term.startswith(GENID) else term


def _header() -> Iterator[ox.Triple]:
    """What the file of the capability classes says of itself."""
    dcterms, header = "http://purl.org/dc/terms/", ox.NamedNode("https://w3id.org/mlops-roles/capabilities")
    yield ox.Triple(header, RDF_TYPE, ox.NamedNode("http://www.w3.org/2002/07/owl#Ontology"))
    yield ox.Triple(header, ox.NamedNode(f"{dcterms}title"), ox.Literal("MLOps Roles: capabilities", language="en"))
    yield ox.Triple(header, ox.NamedNode(f"{dcterms}license"), ox.NamedNode("https://creativecommons.org/licenses/by/4.0/"))
    yield ox.Triple(header, ox.NamedNode(f"{dcterms}isPartOf"), ox.NamedNode("https://w3id.org/mlops-roles"))


def write(found: Mapping[Path, str] | None = None) -> list[Path]:
    """Write the derived files that are stale (of `found`, else of `derived()`); returns those that were."""
    stale = [(p, text) for p, text in (found or derived()).items() if not p.is_file() or p.read_text("utf-8") != text]
    for path, text in stale:
        with replacing(path) as file:
            file.write(text)
    return [path for path, _ in stale]
