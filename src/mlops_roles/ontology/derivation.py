"""Write the derived files of the ontology: the capability classes and the closure.

Each holds exactly the result of the CONSTRUCT queries in the same folder that its first line
names. The capability classes of a company's roles make a file of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from ..io import rdf
from ..io.atomic import atomic_write
from ..io.resources import FilePath, resource_dir
from ..io.turtle import NOTE, derived_turtle
from . import capabilities, reasoner
from .capabilities import CAPABILITY_FOR
from .framework import leave_out_content
from .graph import BASE, INFERRED, Graph, ontology_files

OUR_HEADER = ox.NamedNode(f"{BASE}/capabilities")


def derived_files() -> dict[Path, str]:
    """The derived files and the text that they should hold now."""
    folder = resource_dir("ontology")
    classes, closure = folder / "capabilities.ttl", folder / "closure.nt"
    store = _parse_files(path for path in ontology_files() if path != classes)
    turtle = _capability_classes(store)
    store.extend(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    lines = sorted(reasoner.published(reasoner.infer(store)).decode().splitlines(keepends=True))
    return {classes: turtle, closure: NOTE.format("closure.rq") + "".join(lines)}


def _parse_files(paths: Iterable[Path]) -> ox.Store:
    store = ox.Store()
    for path in paths:
        store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in rdf.parse_rdf(path)[0])
    return store


def _capability_classes(asserted: ox.Store) -> str:
    """The capability classes in Turtle, from what is asserted and what follows."""
    triples = capabilities.missing_capabilities(asserted, reasoner.infer(asserted))
    return derived_turtle(triples, f"{capabilities.NAMES} and {capabilities.DEFINITIONS}")


def company_capabilities(added: Iterable[FilePath], only: Iterable[FilePath] = ()) -> str:
    """The capability classes of a company's roles as a Turtle file that is complete on its own.

    The files are those of `load`. Raises InputError if no role of them has skills and no class, or
    they contradict the ontology.
    """
    graph = Graph(added, only=only).open()
    classes_of_ours = resource_dir("ontology") / "capabilities.ttl"
    store = _parse_files(path for path in ontology_files() if path != classes_of_ours)
    if graph.only:
        leave_out_content(store)
    for path in graph.added_rdf:
        rdf.load_into(store, path)
    inferred = (quad.triple for quad in graph.store.quads_for_pattern(None, None, None, INFERRED))
    derived = capabilities.missing_capabilities(store, inferred)
    classes = [triple for triple in derived if triple.subject != OUR_HEADER]
    names = ", ".join(path.name for path in graph.added_rdf)
    roles = (str(triple.object) for triple in classes if triple.predicate == CAPABILITY_FOR)
    if all(role.startswith(f"<{BASE}/") for role in roles):
        raise InputError(
            f"{names or 'no file'}: no role in it that requires a skill and has no capability "
            "class yet; add roles with --with FILE"
        )
    store.extend(ox.Quad(*triple) for triple in classes)
    header: Any = store.query(capabilities.query_text("capabilities_file.rq"))
    return derived_turtle((*classes, *header), names, graph.prefixes)


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
