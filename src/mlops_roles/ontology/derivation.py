"""Write the derived files of the ontology: the capability classes and the closure.

Each comes from the CONSTRUCT of the same name beside it; nothing else may be in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox

from ..io import rdf
from ..io.atomic import atomic_write
from ..io.resources import resource_dir
from ..io.turtle import NOTE, derived_turtle
from . import reasoner
from .graph import RDF_TYPE, ontology_files


def derived() -> dict[Path, str]:
    """The derived files and what they should hold now."""
    folder = resource_dir("ontology")
    base = _parse(path for path in ontology_files() if path.name != "capabilities.ttl")
    capabilities = _capabilities((folder / "capabilities.rq").read_text("utf-8"), base)
    whole = ox.Store()
    whole.extend(base)
    whole.extend(ox.parse(capabilities, format=ox.RdfFormat.TURTLE))
    closure = sorted(f"{t} .\n" for t in reasoner.publishable(reasoner.infer(whole)))
    return {
        folder / "capabilities.ttl": capabilities,
        folder / "closure.nt": NOTE.format("closure.rq") + "".join(closure),
    }


def _parse(paths: Iterable[Path]) -> ox.Store:
    store = ox.Store()
    for path in paths:
        store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in rdf.parse_rdf(path)[0])
    return store


def _capabilities(construct: str, base: ox.Store) -> str:
    """The capability classes in Turtle."""
    work = ox.Store()
    work.extend(base)
    work.extend(ox.Quad(*triple) for triple in reasoner.infer(base))
    return derived_turtle([*work.query(construct), *_header()], "capabilities.rq")  # type: ignore[misc]


def _header() -> Iterator[ox.Triple]:
    """What the file of the capability classes says of itself."""
    dcterms, header = (
        "http://purl.org/dc/terms/",
        ox.NamedNode("https://w3id.org/mlops-roles/capabilities"),
    )
    yield ox.Triple(header, RDF_TYPE, ox.NamedNode("http://www.w3.org/2002/07/owl#Ontology"))
    yield ox.Triple(
        header,
        ox.NamedNode(f"{dcterms}title"),
        ox.Literal("MLOps Roles: capabilities", language="en"),
    )
    yield ox.Triple(
        header,
        ox.NamedNode(f"{dcterms}license"),
        ox.NamedNode("https://creativecommons.org/licenses/by/4.0/"),
    )
    yield ox.Triple(
        header, ox.NamedNode(f"{dcterms}isPartOf"), ox.NamedNode("https://w3id.org/mlops-roles")
    )


def write(found: Mapping[Path, str] | None = None) -> list[Path]:
    """Write the derived files that are stale (of `found`, else of `derived()`); returns those that were."""
    stale = [
        (p, text)
        for p, text in (found or derived()).items()
        if not p.is_file() or p.read_text("utf-8") != text
    ]
    for path, text in stale:
        with atomic_write(path) as file:
            file.write(text)
    return [path for path, _ in stale]
