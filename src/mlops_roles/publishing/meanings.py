"""The promise of an IRI: it never disappears, and never comes to mean something else.

A release lists its terms, each with a fingerprint of its meaning (`terms.csv`). The lists of
past releases are kept in `ontology/releases/`; a change of meaning is allowed where
`ontology/releases/changes.csv` gives the reason.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from .. import files
from ..checks import Finding
from ..graph import Graph, Term, load
from .documents import asserted

COLUMNS = ("iri", "kind", "label", "meaning")
DEFINITION, RDF_TYPE = "http://www.w3.org/2004/02/skos/core#definition", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def terms(graph: Graph) -> list[dict[str, str]]:
    """Each term with its kinds, its English label and a fingerprint of its meaning, by IRI."""
    said: dict[str, list[tuple[str, str]]] = {}
    for row in asserted(graph, "meanings"):
        said.setdefault(row["term"].value, []).append((row["property"].value, _written(graph, row["value"])))  # type: ignore[union-attr]
    return [_row(graph, iri, found) for iri, found in sorted(said.items())]


def _row(graph: Graph, iri: str, said: list[tuple[str, str]]) -> dict[str, str]:
    kinds = sorted(value for prop, value in said if prop == RDF_TYPE)
    meaning = hashlib.sha256("\n".join(f"{prop} {value}" for prop, value in sorted(said)).encode()).hexdigest()[:16]
    return {"iri": iri, "kind": " ".join(kinds), "label": next(iter(_labels(graph, iri)), ""), "meaning": meaning}


def _written(graph: Graph, value: Term) -> str:
    """A value as text that does not depend on the names of blank nodes."""
    return value.value if isinstance(value, ox.Literal) else graph.write(value)


def _labels(graph: Graph, iri: str) -> list[str]:
    """The English names of a term, the preferred one first."""
    return [row["label"].value for row in asserted(graph, "names") if row["term"].value == iri]  # type: ignore[union-attr]


def listed(found: Iterable[dict[str, str]]) -> str:
    """Terms as the text of a list."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue()
