"""The shipped alignments: Turtle derived from the mapping sets in the same folder."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir
from ..io.sssom import MappingSet, read_mappings
from ..io.turtle import derived_turtle
from ..ontology.graph import ontology_files
from ..ontology.mappings import mapping_triples


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


def derived_files() -> dict[Path, str]:
    """The Turtle files of the alignments and what they should hold now."""
    ontology = ox.Store()  # `header.rq` asks it for the kinds of our terms
    for path in ontology_files():
        ontology.load(path=str(path), format=ox.RdfFormat.TURTLE)
    files = {}
    for name, mappings in shipped_mapping_sets().items():
        header = _header(mappings.to_quads(), ontology)
        triples = [*mapping_triples(mappings), *header]
        files[alignments_dir() / f"{name}.ttl"] = derived_turtle(triples, f"{name}.sssom.tsv")
    return files


def _header(quads: Iterable[ox.Quad], ontology: ox.Store) -> list[ox.Triple]:
    """Run `header.rq` over the quads of a mapping set together with the ontology."""
    added = list(quads)
    ontology.extend(added)
    text = (alignments_dir() / "header.rq").read_text("utf-8")
    triples: list[ox.Triple] = list(ontology.query(text))  # type: ignore[arg-type]
    for quad in added:
        ontology.remove(quad)
    return triples


def alignment_rows() -> list[dict[str, Any]]:
    """The shipped alignments: the name that --with takes, the title, the number of mappings."""
    return [
        {
            "alignment": f"alignment:{name}",
            "title": str(mappings.header.get("mapping_set_title", "")),
            "mappings": len(mappings.mappings),
        }
        for name, mappings in shipped_mapping_sets().items()
    ]
