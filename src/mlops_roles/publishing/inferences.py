"""The inferred statements that pages mark, and where their proofs are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import pyoxigraph as ox

from ..ontology.graph import DEFAULT, INFERRED, Graph


class Inference(NamedTuple):
    """An inferred statement by its names, with the page and the anchor of its proof."""

    subject: str
    predicate: str
    object: str
    page: str

    @property
    def anchor(self) -> str:
        """The anchor of its proof."""
        return "-".join(name.partition(":")[2] or name for name in (self.predicate, self.object))

    @property
    def href(self) -> str:
        """The URL of its proof, relative to the folder of the version."""
        return f"{self.page}#{self.anchor}"


class Inferences:
    """What follows about the terms of a site and is not asserted: links between things.

    The labels and titles that are repeated under another property are left out: no page shows
    them.
    """

    def __init__(self, graph: Graph, pages: Mapping[str, str]):
        """Take the terms by CURIE, each with the path of its proof page."""
        self.by_subject: dict[str, list[tuple[Inference, ox.Triple]]] = {}
        quads = graph.store.quads_for_pattern(None, None, None, INFERRED)
        for triple in sorted((quad.triple for quad in quads), key=str):
            subject = graph.format_term(triple.subject)
            if subject in pages and isinstance(triple.object, ox.NamedNode):
                predicate, value = map(graph.format_term, (triple.predicate, triple.object))
                found = Inference(subject, predicate, value, pages[subject])
                self.by_subject.setdefault(subject, []).append((found, triple))
        self._asserted = {
            (graph.format_term(quad.subject), graph.format_term(quad.object))
            for quad in graph.store.quads_for_pattern(None, None, None, DEFAULT)
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
        }

    @cached_property
    def by_statement(self) -> dict[tuple[str, str, str], Inference]:
        """The inferred statements by their names."""
        return {
            (found.subject, found.predicate, found.object): found
            for statements in self.by_subject.values()
            for found, _ in statements
        }

    @cached_property
    def _by_pair(self) -> dict[tuple[str, str], Inference]:
        return {
            (found.subject, found.object): found
            for found in reversed(self.by_statement.values())
            if (found.subject, found.object) not in self._asserted
        }

    def between(self, one: str, other: str) -> Inference | None:
        """The statement that links two things, if nothing asserted links them."""
        if (other, one) in self._asserted:
            return None
        return self._by_pair.get((one, other)) or self._by_pair.get((other, one))
