"""The terms of another vocabulary: their names, and of which kind they are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import pyoxigraph as ox

from ..io.resources import resource_dir, shipped_text
from ..ontology.catalogue import find_question, run_query
from ..ontology.graph import OWL_CLASS, RDF_TYPE, Graph
from .kinds import KindReader, groups_of_name, kind_groups
from .label_reader import bracketed
from .lexicon import fold_title

RDFS_CLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#Class")


class TheirName(NamedTuple):
    """A name of a term."""

    text: str  # as it is written
    language: str  # its language tag; '' without one
    is_preferred: bool  # whether it is a preferred label, and not an alternative one


class Vocabulary:
    """The terms of a file, in a graph that also has our terms.

    Attributes:
        terms: the IRIs of the terms.
        names: the names of each term, the preferred ones first.
        sorts: 'class', 'property', 'scheme' or 'thing' of each term that has a name.
    """

    def __init__(self, graph: Graph, terms: set[str]):
        self.graph, self.terms = graph, terms
        self.names: dict[str, list[TheirName]] = defaultdict(list)
        self.sorts: dict[str, str] = {}
        for term, text, language, sort, rank in ask_texts(graph, "outside-names"):
            self.names[term].append(TheirName(text, language, rank == "preferred"))
            self.sorts[term] = sort
        for term, names in self.names.items():
            if len(names) == 1:  # a term of one name has no better one
                self.names[term] = [names[0]._replace(is_preferred=True)]
        for term in terms - self.names.keys():
            if named := self._local_name(term):
                self.names[term], self.sorts[term] = [TheirName(named[0], "", True)], named[1]
        self._claims: dict[str, set[str]] = defaultdict(set)
        for term, name in self._named_terms():
            if name.is_preferred:
                self._claims[fold_title(name.text)].add(term)
        context: dict[str, list[str]] = defaultdict(list)
        for term, above in ask_shipped(graph, "context"):
            context[term].append(above)
        texts = {
            above: [local_name_words(above)] for group in context.values() for above in group
        } | {term: [name.text for name in names] for term, names in self.names.items()}
        self._context, self._kinds = context, KindReader(context, texts, kind_groups())

    def _named_terms(self) -> Iterator[tuple[str, TheirName]]:
        for term in self.terms:
            yield from ((term, name) for name in self.names.get(term, ()))

    def _local_name(self, term: str) -> tuple[str, str] | None:
        """The name and sort of a class or property without a label."""
        quads = self.graph.store.quads_for_pattern(ox.NamedNode(term), RDF_TYPE, None)
        types = {q.object for q in quads}
        sort = "class" if types & {OWL_CLASS, RDFS_CLASS} else ""
        sort = sort or ("property" if any("Property" in str(t) for t in types) else "")
        return (local_name_words(term), sort) if sort else None

    def preferred(self, term: str) -> list[TheirName]:
        """The preferred labels of a term."""
        return [name for name in self.names.get(term, ()) if name.is_preferred]

    def label(self, term: str) -> str:
        """The label to show: a preferred one, in English if there is one."""
        names = self.names.get(term, ())
        key = [(not n.is_preferred, n.language[:2] not in ("en", ""), n.text) for n in names]
        return min(key)[2] if key else local_name_words(term)

    def is_claimed(self, name: TheirName, term: str) -> bool:
        """Whether an alternative name of a term is the preferred label of another term."""
        return not name.is_preferred and bool(
            self._claims.get(fold_title(name.text), set()) - {term}
        )

    def group(self, term: str) -> tuple[frozenset[str], str]:
        """The groups of kinds that a term may be in, and the reason."""
        for name in self.preferred(term):
            if found := groups_of_name(bracketed(name.text)):
                return frozenset(found), f"'{bracketed(name.text)}' is in its label"
        groups, above = self._kinds.group(term)
        return groups, f"it is of the kind {self.graph.curie(above)}" if groups else ""

    def context_of(self, term: str) -> tuple[str, ...]:
        """What puts terms next to each other: their classes, schemes and terms above them."""
        return tuple(self._context.get(term, ()))


def ask_texts(graph: Graph, question: str) -> Iterator[list[str]]:
    """The rows of a question of the catalogue as IRIs and texts."""
    for row in run_query(graph, find_question(question).text).terms:
        yield ["" if term is None else term.value for term in row]  # type: ignore[union-attr]


def ask_shipped(graph: Graph, name: str) -> Iterator[list[str]]:
    """The rows of a query in `ontology/matching/` as IRIs and texts."""
    text = shipped_text(resource_dir("ontology") / "matching" / f"{name}.rq")
    for row in run_query(graph, text).terms:
        yield ["" if term is None else term.value for term in row]  # type: ignore[union-attr]


def local_name_words(iri: str) -> str:
    """The last part of an IRI as words: `…/DataScientist` is 'Data Scientist'."""
    local = re.split(r"[/#:]", iri.rstrip("/#"))[-1]
    return re.sub(r"[_\-.%]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", local)).strip()
