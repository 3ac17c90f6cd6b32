"""The page of each term, and the index of each kind of terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from .diagrams import WIDTH, Diagram, draw
from .documentation import Documentation, DocumentedTerm
from .documents import canonicalize, serialize
from .publishing_data import formats, select_from_store

LinksByTerm = dict[str, dict[str, list[str]]]  # term: property: terms


@dataclass(frozen=True)
class TermPages:
    """The pages of all terms but those of the vocabulary, which have one page together."""

    doc: Documentation

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The index of each kind and the page of each of its terms."""
        for kind, members in self.doc.kinds.items():
            if kind != "ns":
                path = f"{kind}/index.html"
                yield path, self.doc.render("kind.html.j2", path, kind=kind, **self._index(members))
                for before, term, after in zip(
                    [None, *members], members, [*members[1:], None], strict=False
                ):
                    yield term.href, self.render_term(term, before, after)

    def _index(self, members: list[DocumentedTerm]) -> dict[str, Any]:
        """The terms of a kind: as a tree if they have a hierarchy, else in groups if they do."""
        tree: dict[str, list[DocumentedTerm]] = {}
        groups: dict[str, list[DocumentedTerm]] = {}
        for term in members:
            for broader in self._broader.get(term.curie, []):
                tree.setdefault(broader, []).append(term)
            for group in self._groups.get(term.curie, []):
                groups.setdefault(group, []).append(term)
        roots = [term for term in members if term.curie not in self._broader]
        named = dict(sorted(groups.items(), key=lambda item: self.doc.sort_key(item[0])))
        return {"members": members, "tree": tree, "roots": roots, "groups": named}

    @cached_property
    def _broader(self) -> dict[str, list[str]]:
        return self._pairs("hierarchy", "broader")

    @cached_property
    def _groups(self) -> dict[str, list[str]]:
        return self._pairs("groups", "group")

    def _pairs(self, query: str, column: str) -> dict[str, list[str]]:
        """The other column of a query for each term."""
        name, found = self.doc.graph.format_term, dict[str, list[str]]()
        for row in select_from_store(self.doc.graph.store, query):
            found.setdefault(name(row["term"]), []).append(name(row[column]))
        return found

    def render_term(
        self,
        term: DocumentedTerm,
        before: DocumentedTerm | None = None,
        after: DocumentedTerm | None = None,
    ) -> bytes:
        """The page of a term, with its neighbours among the terms of its kind."""
        return self.doc.render(
            "term.html.j2",
            term.href,
            kind=term.kind,
            term=term,
            before=before,
            after=after,
            **self._details(term),
        )

    def _details(self, term: DocumentedTerm) -> dict[str, Any]:
        into, out = self._into.get(term.curie, {}), self._out.get(term.curie, {})
        return {
            "diagram": self._diagram(term, into, out),
            "uses": into,
            "width": WIDTH,
            "formats": formats(),
            "turtle": self._blocks.get(term.curie, ""),
        }

    def _diagram(
        self, term: DocumentedTerm, into: dict[str, list[str]], out: dict[str, list[str]]
    ) -> Diagram | None:
        if not into and not out:
            return None
        left, right = (
            [(self._heading(prop, terms), terms) for prop, terms in side.items()]
            for side in (into, out)
        )
        return draw(term.curie, left, right, self.doc.label)

    def _heading(self, prop: str, terms: list[str]) -> str:
        """The label of a property with the kind of its objects, as some share a label."""
        kind = self.doc.env.globals["titles"][self.doc.terms[terms[0]].kind]["title"]
        return f"{self.doc.label(prop)} · {kind.lower()}"

    @cached_property
    def _links(self) -> list[tuple[str, str, str]]:
        name = self.doc.graph.format_term
        return [
            (name(row["from"]), name(row["property"]), name(row["to"]))
            for row in select_from_store(self.doc.graph.store, "links")
        ]

    @cached_property
    def _out(self) -> LinksByTerm:
        return _grouped(self._links)

    @cached_property
    def _into(self) -> LinksByTerm:
        return _grouped((to, prop, start) for start, prop, to in self._links)

    @cached_property
    def _blocks(self) -> dict[str, str]:
        """The block of each term in Turtle."""
        asserted = canonicalize(
            q.triple
            for q in self.doc.graph.store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        )
        text = serialize(self.doc.graph, asserted, formats()[0]).decode()
        return {block.split(" ", 1)[0]: block for block in text.split("\n\n")}


def _grouped(links: Iterable[tuple[str, str, str]]) -> LinksByTerm:
    found: LinksByTerm = {}
    for start, prop, to in links:
        found.setdefault(start, {}).setdefault(prop, []).append(to)
    return found
