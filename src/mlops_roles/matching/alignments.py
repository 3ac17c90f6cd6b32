"""The shipped alignments: Turtle derived from the sets of mappings beside it."""

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
    found: MappingSet, rows: Iterable[Mapping] | None = None, question: str = "mapping"
) -> list[ox.Triple]:
    """What a set says, of all its rows or of some: the CONSTRUCT of `mapping.rq`, or of `header.rq`."""
    store = ox.Store()
    store.extend(found.to_quads(rows))
    if question == "header":  # it looks up the kinds of our terms
        for path in ontology_files():
            store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    return list(store.query((alignments_dir() / f"{question}.rq").read_text("utf-8")))  # type: ignore[arg-type]


def derived_files() -> dict[Path, str]:
    """The Turtle files of the alignments and what they should hold now."""
    return {
        alignments_dir() / f"{name}.ttl": derived_turtle(
            [*mapping_triples(found), *mapping_triples(found, question="header")],
            f"{name}.sssom.tsv",
        )
        for name, found in shipped_mapping_sets().items()
    }
