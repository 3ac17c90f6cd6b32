"""The shipped alignments: Turtle derived from the mapping sets in the same folder."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from ..io.resources import resource_dir
from ..io.sssom import Mapping, MappingSet, read_mappings
from ..io.turtle import derived_turtle
from ..ontology.graph import ontology_files


def alignments_dir() -> Path:
    """Where the alignments are."""
    return resource_dir("ontology") / "alignments"


@lru_cache(maxsize=1)
def shipped_mapping_sets() -> dict[str, MappingSet]:
    """The shipped sets of mappings by name."""
    return {
        path.name.removesuffix(".sssom.tsv"): read_mappings(path)
        for path in sorted(alignments_dir().glob("*.sssom.tsv"))
    }


def mapping_triples(
    mappings: MappingSet, chosen: Iterable[Mapping] | None = None
) -> list[ox.Triple]:
    """The statements that a set makes, each with a mark; those of the `chosen` mappings, or all."""
    return _construct("mapping", mappings.to_quads(chosen), ox.Store())


def derived_files() -> dict[Path, str]:
    """The Turtle files of the alignments and what they should hold now."""
    ontology = ox.Store()  # `header.rq` asks it for the kinds of our terms
    for path in ontology_files():
        ontology.load(path=str(path), format=ox.RdfFormat.TURTLE)
    files = {}
    for name, mappings in shipped_mapping_sets().items():
        header = _construct("header", mappings.to_quads(), ontology)
        triples = [*mapping_triples(mappings), *header]
        files[alignments_dir() / f"{name}.ttl"] = derived_turtle(triples, f"{name}.sssom.tsv")
    return files


def _construct(question: str, quads: Iterable[ox.Quad], store: ox.Store) -> list[ox.Triple]:
    """Run `mapping.rq` or `header.rq` over some quads together with the contents of a store."""
    added = list(quads)
    store.extend(added)
    text = (alignments_dir() / f"{question}.rq").read_text("utf-8")
    triples: list[ox.Triple] = list(store.query(text))  # type: ignore[arg-type]
    for quad in added:
        store.remove(quad)
    return triples
