"""The tables, queries and formats in `ontology/publishing/`, read and run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyoxigraph as ox

from ..io.resources import ShippedText, resource_dir, resource_rows, shipped_text
from ..ontology.answer import Answer
from ..ontology.catalogue import run_query
from ..ontology.graph import Graph, Term


@dataclass(frozen=True)
class Format:
    """A format of published files: a row of `formats.csv`."""

    suffix: str
    media_types: tuple[str, ...]
    name: str
    rdf: ox.RdfFormat | None


@cache
def formats() -> tuple[Format, ...]:
    """The formats, the default one first."""
    return tuple(
        Format(
            r["suffix"],
            tuple(r["media_types"].split()),
            r["name"],
            getattr(ox.RdfFormat, r["rdf"], None),
        )
        for r in publishing_rows("formats")
    )


def publishing_rows(table: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file in `ontology/publishing/`."""
    return resource_rows("ontology", f"publishing/{table}")


def select_from_graph(graph: Graph, name: str) -> Answer:
    """Run a query of `ontology/publishing/` over asserted and inferred statements together."""
    return run_query(graph, publishing_text(f"{name}.rq"))


def select_from_store(store: ox.Store, name: str) -> list[dict[str, Term]]:
    """Run a query of `ontology/publishing/` over the default graph of a store."""
    solutions: Any = store.query(publishing_text(f"{name}.rq"))
    columns = [v.value for v in solutions.variables]
    return [{c: row[c] for c in columns if row[c] is not None} for row in solutions]


def store_of(statements: Iterable[ox.Triple]) -> ox.Store:
    """A store with some statements in its default graph."""
    store = ox.Store()
    store.extend(ox.Quad(*t) for t in statements)
    return store


def publishing_text(name: str) -> ShippedText:
    """The text of a file in `ontology/publishing/`."""
    return shipped_text(resource_dir("ontology") / "publishing" / name)
