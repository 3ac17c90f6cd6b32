"""The description of a release in VoID and DCAT, with counts and sizes of the files built."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyoxigraph as ox

from ..ontology.graph import Graph, Term
from .documents import alignment_files, metadata, render_turtle
from .publishing_data import Format, formats, select_from_store, store_of

DATASETS = {
    "mlops-roles": (
        "released",
        "the ontology with what follows",
        "The statements and their closure under the rules of OWL 2 RL, each with its source.",
    ),
    "mlops-roles-asserted": (
        "asserted",
        "the ontology as asserted",
        "What was written down; sources that are a default of the property are not repeated.",
    ),
    "mlops-roles-aligned": (
        "aligned",
        "the ontology with its alignments",
        "The asserted statements and the mappings to other vocabularies, upper ontologies apart.",
    ),
    "shapes": (
        "shapes",
        "the rules",
        "SHACL shapes: what must have been written, each with the mistake it catches.",
    ),
}


def void_description(
    graph: Graph, documents: Mapping[str, list[ox.Triple]], built: Mapping[str, bytes]
) -> tuple[list[ox.Triple], dict[str, str]]:
    """Statements and prefixes of the description of some documents, and of the files by path."""
    datasets = {
        **DATASETS,
        **{
            f"alignments/{path.stem}": (
                f"alignment-{path.stem}",
                f"alignment {path.stem}",
                f"Mappings of {path.stem}.",
            )
            for path in alignment_files()
        },
    }
    sets = [
        _dataset_entry(
            *datasets[name],
            statements=documents[name],
            files=list(_file_entries(name, datasets[name][0], built)),
        )
        for name in datasets
    ]
    return render_turtle("void", about=metadata(graph), sets=sets)


def _dataset_entry(
    name: str,
    title: str,
    description: str,
    statements: list[ox.Triple],
    files: list[dict[str, Any]],
) -> dict[str, Any]:
    parts, size = (
        list(map(_cell_texts, select_from_store(store_of(statements), name)))
        for name in ("partitions", "statistics")
    )
    classes, properties = (
        [part for part in parts if part["kind"] == kind] for kind in ("class", "property")
    )
    counted = {
        "classes": classes,
        "properties": properties,
        "size": size[0],
        "vocabularies": sorted(_namespaces(statements)),
    }
    return {"id": name, "title": title, "description": description, "files": files, **counted}


def _cell_texts(row: dict[str, Term]) -> dict[str, str]:
    return {key: term.value for key, term in row.items()}  # type: ignore[union-attr]


def _namespaces(statements: Iterable[ox.Triple]) -> set[str]:
    """The namespaces of the properties and classes that statements use."""
    used: set[Term] = {t.predicate for t in statements} | {
        t.object for t in statements if t.predicate.value.endswith("#type")
    }
    return {_namespace(term.value) for term in used if isinstance(term, ox.NamedNode)}


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _file_entries(name: str, prefix: str, built: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    """The files that a document was written to."""
    for format in (f for f in formats() if f.rdf):
        yield _file_entry(f"{name}.{format.suffix}", format, f"{prefix}-{format.suffix}", built)


def _file_entry(path: str, format: Format, name: str, built: Mapping[str, bytes]) -> dict[str, Any]:
    content = built[path]
    checksum = hashlib.sha256(content).hexdigest()
    return {
        "path": path,
        "id": name,
        "name": format.name,
        "media_type": format.media_types[0],
        "size": len(content),
        "sha256": checksum,
    }
