"""The inferred statements that pages mark, and where their proofs are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import pyoxigraph as ox

from ..ontology.graph import DEFAULT, INFERRED, Graph, Term


class Inference(NamedTuple):
    """An inferred statement by its names, with the page and the anchor of its proof."""

    subject: str
    predicate: str
    object: str
    page: str
    anchor: str

    @property
    def href(self) -> str:
        """The URL of its proof, relative to the folder of the version."""
        return f"{self.page}#{self.anchor}"


class Inferences:
    """What follows about the terms of a site and is not asserted."""

    def __init__(self, graph: Graph, pages: Mapping[str, str]):
        """Take the terms by CURIE, each with the path of its proof page."""
        self.by_subject: dict[str, list[tuple[Inference, ox.Triple]]] = {}
        anchors = set[tuple[str, str]]()
        quads = graph.store.quads_for_pattern(None, None, None, INFERRED)
        for triple in sorted((quad.triple for quad in quads), key=str):
            subject, predicate, value = map(graph.format_term, triple)
            if subject in pages:
                anchor = f"{_local(predicate)}-{_anchor(triple.object, value)}"
                while (subject, anchor) in anchors:  # "C" and "C++" have the same letters
                    anchor += "-"
                anchors.add((subject, anchor))
                found = Inference(subject, predicate, value, pages[subject], anchor)
                self.by_subject.setdefault(subject, []).append((found, triple))
        self._asserted = {
            frozenset((graph.format_term(quad.subject), graph.format_term(quad.object)))
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
    def _by_pair(self) -> dict[frozenset[str], Inference]:
        return {
            frozenset((found.subject, found.object)): found
            for found in reversed(self.by_statement.values())
        }

    def between(self, *terms: str) -> Inference | None:
        """The inferred statement that links the last of some terms to one of the others, or None.

        The others are tried in order. None also if an asserted statement links the two.
        """
        for other in terms[:-1]:
            pair = frozenset((other, terms[-1]))
            if pair in self._by_pair and pair not in self._asserted:
                return self._by_pair[pair]
        return None


def _local(name: str) -> str:
    return name.partition(":")[2] or name


def _anchor(term: Term, name: str) -> str:
    """A name as part of an anchor; of a literal its letters and digits, and its language."""
    if not isinstance(term, ox.Literal):
        return _local(name)
    return re.sub(r"\W+", "-", f"{term.value} {term.language or ''}".casefold()).strip("-")
