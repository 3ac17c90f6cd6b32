"""The names of terms: a page for each kind, and the labels that a page can switch to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pyoxigraph as ox

from ..ontology.catalogue import ask
from .documentation import Documentation, DocumentedTerm
from .publishing_data import publishing_rows
from .search_index import script_assignment

SOURCES = "source-of-statement"


class Names(NamedTuple):
    """The names of a term of one kind and language that have the same sources."""

    term: DocumentedTerm
    kind: str
    language: str
    sources: tuple[str, ...]
    texts: list[str]


def name_pages(doc: Documentation) -> Iterator[tuple[str, bytes]]:
    """A page of the names of each kind, a page about all of them, and the labels as data."""
    kinds = _names(doc)
    for kind, names in kinds.items():
        path = f"names/{kind}.html"
        yield path, doc.render("names-of-kind.html.j2", path, of=kind, names=names)
    path = "names/index.html"
    yield (
        path,
        doc.render("names.html.j2", path, found=kinds, properties=publishing_rows("names")),
    )
    yield "data/labels.js", script_assignment("mlopsLabels", _labels(doc))


def _names(doc: Documentation) -> dict[str, list[Names]]:
    """The names of each kind of terms, in the order of terms, kinds of names and languages."""
    sources: dict[tuple[str, str, str, str], list[str]] = {}
    name: Any = doc.graph.format_term
    properties = [row["property"] for row in publishing_rows("names")]
    for subject, predicate, value, source, _ in ask(SOURCES, doc.graph).terms:
        if isinstance(value, ox.Literal) and name(predicate) in properties:
            key = (name(subject), name(predicate), value.language or "", value.value)
            sources.setdefault(key, []).append(name(source))
    place = {curie: at for at, curie in enumerate(doc.terms)}

    def order(key: tuple[str, str, str, str]) -> tuple[Any, ...]:
        return place[key[0]], properties.index(key[1]), key[2] != "en", *key[2:]

    found: dict[str, dict[Any, Names]] = {}
    titles = {row["property"]: row["title"] for row in publishing_rows("names")}
    for key in sorted((key for key in sources if key[0] in place), key=order):
        term, given = doc.terms[key[0]], tuple(dict.fromkeys(sources[key]))
        names = Names(term, titles[key[1]], key[2], given, [])
        alike = found.setdefault(term.kind, {}).setdefault((*key[:3], given), names)
        alike.texts.append(key[3])
    return {kind: list(names.values()) for kind, names in found.items()}


def _labels(doc: Documentation) -> dict[str, dict[str, str]]:
    """The labels of terms in other languages than English, by language and CURIE."""
    found: dict[str, dict[str, str]] = {}
    for term in doc.terms.values():
        for language, label in term.translations("prefLabel"):
            found.setdefault(language, {}).setdefault(term.curie, label)
    return found
