"""Write the derived files of the ontology: the capability classes and the closure.

Each holds exactly the result of the CONSTRUCT query of the same name in the same folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox

from ..io import rdf
from ..io.atomic import atomic_write
from ..io.resources import resource_dir
from ..io.turtle import NOTE, derived_turtle
from . import capabilities, reasoner
from .graph import ontology_files


def derived_files() -> dict[Path, str]:
    """The derived files and the text that they should hold now."""
    folder = resource_dir("ontology")
    classes, closure = folder / "capabilities.ttl", folder / "closure.nt"
    store = _parse_files(path for path in ontology_files() if path != classes)
    turtle = _capability_classes(store)
    store.extend(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    triples = sorted(f"{t} .\n" for t in reasoner.publishable(reasoner.infer(store)))
    return {classes: turtle, closure: NOTE.format("closure.rq") + "".join(triples)}


def _parse_files(paths: Iterable[Path]) -> ox.Store:
    store = ox.Store()
    for path in paths:
        store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in rdf.parse_rdf(path)[0])
    return store


def _capability_classes(asserted: ox.Store) -> str:
    """The capability classes in Turtle, from what is asserted and what follows."""
    triples = capabilities.missing_capabilities(asserted, reasoner.infer(asserted))
    return derived_turtle(triples, capabilities.QUERY)


def write_stale(files: Mapping[Path, str]) -> list[Path]:
    """Write those files whose text differs from what they should hold; returns their paths."""
    stale = [
        path
        for path, text in files.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    for path in stale:
        with atomic_write(path) as file:
            file.write(files[path])
    return stale
