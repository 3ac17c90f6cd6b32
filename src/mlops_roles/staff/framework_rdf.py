"""The roles, tasks and skills of a framework, and what links them, as RDF on the vocabulary."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from ..ontology.graph import BASE, RDF_TYPE, Graph
from ..ontology.names import fold_name
from ..ontology.tables import RoleTables

MLOPS = f"{BASE}/ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
OWL = "http://www.w3.org/2002/07/owl#"
DOCUMENT = ox.NamedNode("http://purl.org/ontology/bibo/Document")
PREFIXES = {
    "mlops": MLOPS,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "owl": OWL,
    "bibo": "http://purl.org/ontology/bibo/",
}
MAX_SLUG = 60


@dataclass(eq=False)
class Thing:
    """A role, task or skill of the tables."""

    kind: str
    place: str
    id: str = ""
    label: str = ""
    definition: str = ""
    names: dict[str, None] = field(default_factory=dict)
    sources: dict[str, None] = field(default_factory=dict)


# (subject, property, object) to what is said of the statement, such as a level
Links = dict[tuple[Thing, str, Thing], dict[str, None]]


class FrameworkWriter:
    """Writes a framework as statements."""

    def __init__(self, namespace: str, language: str, source: str, graph: Graph | None):
        self.namespace, self.language, self.source = namespace, language, source
        self.graph, self.reused = graph, dict[str, str]()
        self._known = RoleTables.from_graph(graph).names if graph else {}
        self._iris: dict[Thing, ox.NamedNode] = {}
        self._taken: set[str] = set()
        self._documents: dict[str, ox.NamedNode] = {}

    def triples(self, things: Iterable[Thing], links: Links) -> Iterator[ox.Triple]:
        """All statements: things, links, notes about links, and the documents they are from."""
        self._iris = {thing: self._iri(thing) for thing in things}
        for thing in self._iris:
            if thing.label not in self.reused or thing.kind != "skill":
                yield from self._thing(thing)
        for number, ((subject, name, value), notes) in enumerate(links.items()):
            triple = ox.Triple(self._iris[subject], _term(MLOPS, name), self._iris[value])
            yield triple
            for note in notes:
                yield from self._note(f"n{number}", triple, note)
        for text, document in list(self._documents.items()):
            yield ox.Triple(document, RDF_TYPE, DOCUMENT)
            for name in (SKOS + "prefLabel", DCTERMS + "title"):
                yield ox.Triple(document, ox.NamedNode(name), self._literal(text))

    def _thing(self, thing: Thing) -> Iterator[ox.Triple]:
        iri = self._iris[thing]

        def say(namespace: str, name: str, value: Any) -> ox.Triple:
            return ox.Triple(iri, _term(namespace, name), value)

        yield ox.Triple(iri, RDF_TYPE, _term(MLOPS, thing.kind.capitalize()))
        yield say(SKOS, "prefLabel", self._literal(thing.label))
        title = (MLOPS, "curatedTitle")
        if thing.kind == "role":
            yield say(*title, self._literal(thing.label))
        for name in thing.names:
            yield say(*(title if thing.kind == "role" else (SKOS, "altLabel")), self._literal(name))
        if thing.definition:
            yield say(SKOS, "definition", self._literal(thing.definition))
        if thing.id and not _is_iri(thing.id):
            yield say(SKOS, "notation", ox.Literal(thing.id))
        for source in thing.sources or {self.source: None}:
            yield say(DCTERMS, "source", self._document(source))

    def _note(self, node: str, triple: ox.Triple, text: str) -> Iterator[ox.Triple]:
        """A note about a statement, as an annotated axiom."""
        axiom = ox.BlankNode(f"{node}x{hashlib.sha256(text.encode()).hexdigest()[:6]}")
        yield ox.Triple(axiom, RDF_TYPE, _term(OWL, "Axiom"))
        for part, value in zip(("Source", "Property", "Target"), triple, strict=True):
            yield ox.Triple(axiom, _term(OWL, f"annotated{part}"), value)
        yield ox.Triple(axiom, _term(SKOS, "note"), self._literal(text))
        yield ox.Triple(axiom, _term(DCTERMS, "source"), self._document(self.source))

    def _document(self, source: str) -> ox.NamedNode:
        if _is_iri(source):
            return ox.NamedNode(source)
        if source not in self._documents:
            self._documents[source] = ox.NamedNode(self._free(f"source-{_slug(source)}"))
        return self._documents[source]

    def _iri(self, thing: Thing) -> ox.NamedNode:
        if _is_iri(thing.id):
            return ox.NamedNode(thing.id)
        if self.graph and thing.kind == "skill":
            meant = [skill for claim, skill in self._known.get(fold_name(thing.label), ())]
            claims = {claim for claim, _ in self._known.get(fold_name(thing.label), ())}
            if len(meant) == 1 and claims == {"recorded"}:
                iri = self.graph.resolve_term(meant[0], "skill")
                self.reused[thing.label] = self.graph.curie(iri)
                return ox.NamedNode(iri)
        name = _slug(thing.id or thing.label)
        taken = self.namespace + name in self._taken
        return ox.NamedNode(self._free(f"{thing.kind}-{name}" if taken else name))

    def _free(self, name: str) -> str:
        """An IRI that no other thing has, with a number if need be."""
        iri, number = self.namespace + name, 1
        while iri in self._taken:
            number += 1
            iri = f"{self.namespace}{name}-{number}"
        self._taken.add(iri)
        return iri

    def _literal(self, text: str) -> ox.Literal:
        plain = text.encode("utf-8", "replace").decode()  # of the name of a file, if not decoded
        return ox.Literal(" ".join(plain.split()), language=self.language)


def _term(namespace: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(namespace + name)


def _is_iri(text: str) -> bool:
    return re.fullmatch(r"(https?://|urn:)[^\s<>\"{}|\\^`]+", text) is not None


def _slug(text: str) -> str:
    """A text in lower-case letters, digits and hyphens; a hash of it if it has none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_SLUG].strip("-")
    return short or hashlib.sha256(text.encode()).hexdigest()[:12]
