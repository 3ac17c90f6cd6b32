"""The reference pages: the vocabulary, the rules, the alignments, and the list of all kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir
from ..matching.alignments import shipped_mapping_sets
from ..ontology.catalogue import Question, ask
from .documentation import Documentation
from .documents import file_triples
from .publishing_data import select_from_store, store_of


@dataclass(frozen=True)
class ReferencePages:
    """The pages about the ontology as a whole."""

    doc: Documentation

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Each page, by path."""
        doc = self.doc
        yield "terms/index.html", doc.render("terms.html.j2", "terms/index.html")
        yield (
            "shape/index.html",
            doc.render("shapes.html.j2", "shape/index.html", kind="shape", shapes=_shapes()),
        )
        path = "alignments/index.html"
        sets = list(_mapping_sets())
        yield path, doc.render("alignments.html.j2", path, kind="alignments", sets=sets)
        yield (
            "ns/index.html",
            doc.render(
                "vocabulary.html.j2",
                "ns/index.html",
                kind="ns",
                facts=self._facts(),
                examples=self._examples(),
                questions=self._questions(),
            ),
        )

    def _facts(self) -> dict[str, dict[str, list[str]]]:
        """Kind, domain, range and superterms of each class and property."""
        found: dict[str, dict[str, list[str]]] = {}
        for row in ask("vocabulary-terms", self.doc.graph):
            for key in ("kind", "below", "domain", "range"):
                values = found.setdefault(row["term"], {}).setdefault(key, [])
                if row[key] and row[key] not in values:
                    values.append(row[key])
        return found

    def _examples(self) -> dict[str, list[tuple[str, ...]]]:
        """Up to three statements per term, of the ontology or the questions' example data."""
        name, found = self.doc.graph.format_term, dict[str, list[tuple[str, ...]]]()
        store = store_of(q.triple for q in [*self.doc.graph.store, *self._example_quads()])
        for row in select_from_store(store, "examples"):
            shown = found.setdefault(name(row["term"]), [])
            if len(shown) < 3:
                shown.append(tuple(name(row[c]) for c in ("subject", "property", "object")))
        return found

    def _example_quads(self) -> Iterator[ox.Quad]:
        """The example data of the questions in the catalogue."""
        head = "".join(f"@prefix {p}: <{n}> .\n" for p, n in self.doc.graph.prefixes.items())
        for asked in self.doc.questions.values():
            yield from ox.parse(
                head + "\n".join(asked.headers.get("given", [])), format=ox.RdfFormat.TURTLE
            )

    def _questions(self) -> dict[str, list[Question]]:
        """The questions of the catalogue that use each term of the vocabulary."""
        found: dict[str, list[Question]] = {}
        for question in self.doc.questions.values():
            body = re.sub(r"(?m)^#.*$", "", question.text)
            for curie in sorted(set(re.findall(r"mlops:\w+", body))):
                found.setdefault(curie, []).append(question)
        return found


def _shapes() -> list[dict[str, Any]]:
    """The shapes, each with the mistakes that it rejects."""
    store = store_of(
        t for path in sorted(resource_dir("shapes").glob("*.ttl")) for t in file_triples(path)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in select_from_store(store, "shapes"):
        values = {key: term.value for key, term in row.items()}  # type: ignore[union-attr]
        shape = found.setdefault(
            values["shape"], values | {"slug": values["shape"].rpartition("/")[2], "mistakes": []}
        )
        shape["mistakes"].append(values["rejects"])
    return list(found.values())


def _mapping_sets() -> Iterator[dict[str, Any]]:
    """The mapping sets as written: their headers and rows."""
    for name, found in shipped_mapping_sets().items():
        rows = [mapping.cells for mapping in found.mappings]
        yield {"slug": name, "about": found.header, "rows": rows}
