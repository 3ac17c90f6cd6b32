"""A version of the ontology, or of an extension, as comparable statements.

Blank nodes are written by their content.
"""

from __future__ import annotations

import graphlib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from ..io import rdf
from ..io.resources import FilePath
from .graph import (
    BASE,
    DEFAULT,
    INFERRED,
    OWL_CLASS,
    OWL_VERSION_INFO,
    RDF_NIL,
    RDF_TYPE,
    Graph,
    Term,
    ontology_files,
)
from .results import group_pairs

MAX_TEXT = 300  # characters of a term that are written; a longer one ends with its hash
OWL, RDF = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
AXIOM = ox.NamedNode(OWL + "Axiom")
PARTS = tuple(ox.NamedNode(OWL + f"annotated{part}") for part in ("Source", "Property", "Target"))
DECLARES_OURS = ox.Triple(ox.NamedNode(f"{BASE}/ns#Role"), RDF_TYPE, OWL_CLASS)
FIRST, REST = (ox.NamedNode(RDF + name) for name in ("first", "rest"))
Formatter = Callable[[Term], str]


@dataclass(frozen=True)
class Statement:
    """A statement as it is compared and shown."""

    text: str  # the statement, blank nodes by their content; or an annotation of a statement
    term: str  # the CURIE of its subject, or '' for a blank node
    value: str  # its object: a CURIE or the text of a literal
    # what it is in the store; None for an annotation of a statement
    triple: ox.Triple | None = None

    @property
    def declares(self) -> bool:
        """Whether it gives a named term its type."""
        return bool(self.term and self.triple and self.triple.predicate == RDF_TYPE)


class Version(Graph):
    """A version of the ontology, or of what a company adds to it, with what follows from it.

    Files that declare the classes of the vocabulary are a whole ontology, by themselves. Others
    are an extension, and are added to the shipped ontology.

    Args:
        path: a folder such as `ontology/`, or one RDF file.
        added: files added to it.
        only: files of a framework that an extension is added to, in place of our content.

    Raises InputError: a file cannot be read or contradicts the ontology.
    """

    def __init__(
        self, path: FilePath, added: Iterable[FilePath] = (), only: Iterable[FilePath] = ()
    ):
        files = _files_of(Path(path))
        asserted = [quad for file in files for quad in rdf.parse_rdf(file)[0]]
        is_whole = any(quad.triple == DECLARES_OURS for quad in asserted)
        super().__init__((*files, *added), base=() if is_whole else None, only=only)
        about = (q.object for q in asserted if q.predicate == OWL_VERSION_INFO)
        self._versions = [value.value for value in about if isinstance(value, ox.Literal)]
        self.source = str(path)
        self.open()

    @cached_property
    def version(self) -> str:
        """The version that the ontology or extension gives itself, or ''."""
        return min(self._versions, default="")

    @cached_property
    def asserted(self) -> dict[str, Statement]:
        """The asserted statements, and annotations of statements, by their text."""
        triples = [quad.triple for quad in self.store.quads_for_pattern(None, None, None, DEFAULT)]
        format_term = term_formatter(self, triples)
        nested = {triple.object for triple in triples if isinstance(triple.object, ox.BlankNode)}
        by_subject = group_pairs((triple.subject, triple) for triple in triples)
        return {
            statement.text: statement
            for subject, about in by_subject.items()
            if subject not in nested
            for statement in _statements(about, format_term)
        }

    @cached_property
    def inferred(self) -> dict[str, Statement]:
        """The inferred statements that are published, by their text."""
        quads = self.store.quads_for_pattern(None, None, None, INFERRED)
        found = _statements([quad.triple for quad in quads], term_formatter(self, ()))
        return {statement.text: statement for statement in found}

    @cached_property
    def terms(self) -> set[str]:
        """The CURIEs of the terms that it declares: those that have a type and a name."""
        return {statement.term for statement in self.asserted.values() if statement.declares}

    def because(self, triple: ox.Triple) -> set[ox.Triple]:
        """The asserted statements that the proof of an inferred one rests on."""
        todo, seen = [triple], set[ox.Triple]()
        while todo:
            step = todo.pop()
            if step not in seen:
                seen.add(step)
                todo += self.proofs[step].because if step in self.proofs else ()
        return {step for step in seen if step not in self.proofs}

    def to_dict(self) -> dict[str, Any]:
        """Which version it is, and the number of its terms and statements."""
        counts = {
            "terms": len(self.terms),
            "asserted": len(self.asserted),
            "inferred": len(self.inferred),
        }
        return {"source": self.source, "version": self.version, **counts}


def _files_of(path: Path) -> list[Path]:
    """The files of an ontology, the front door first: prefixes of an earlier file win."""
    if not path.is_dir():
        return [path]
    files = ontology_files(path)
    if not files:
        raise InputError(
            f"{path}: a folder without a Turtle file; "
            "name a folder such as ontology/, or one RDF file"
        )
    return files


def _statements(about: list[ox.Triple], format_term: Formatter) -> Iterator[Statement]:
    """The statements about a subject; of an owl:Axiom, its annotations (source, mark …)."""
    parts = {t.predicate: format_term(t.object) for t in about if t.predicate in PARTS}
    if len(parts) < len(PARTS) or all(t.object != AXIOM for t in about):
        for t in about:
            term = format_term(t.subject) if isinstance(t.subject, ox.NamedNode) else ""
            yield Statement(" ".join(map(format_term, t)), term, _value(t, format_term), t)
        return
    annotated = [parts[part] for part in PARTS]
    for t in about:
        if t.predicate not in (*PARTS, RDF_TYPE):
            text = f"{' '.join(annotated)} | {format_term(t.predicate)} {format_term(t.object)}"
            yield Statement(text, annotated[0], _value(t, format_term))


def _value(triple: ox.Triple, format_term: Formatter) -> str:
    value = triple.object
    return value.value if isinstance(value, ox.Literal) else format_term(value)


def term_formatter(graph: Graph, triples: Iterable[ox.Triple]) -> Formatter:
    """A function that writes terms: names as CURIEs, a blank node of `triples` by its content.

    Raises InputError: blank nodes hold each other in a circle.
    """
    content = group_pairs(
        (triple.subject, (triple.predicate, triple.object))
        for triple in triples
        if isinstance(triple.subject, ox.BlankNode)
    )
    texts: dict[Term, str] = {}

    @cache
    def format_term(term: Term) -> str:
        if isinstance(term, ox.BlankNode):
            return texts.get(term, "[]")
        return _shortened(graph.curie(term.value) if isinstance(term, ox.NamedNode) else str(term))

    nested = {
        node: [value for _, value in parts if isinstance(value, ox.BlankNode)]
        for node, parts in content.items()
    }
    try:
        for node in graphlib.TopologicalSorter(nested).static_order():
            texts[node] = _shortened(_format_node(content.get(node, []), format_term))
    except graphlib.CycleError:
        files = ", ".join(map(str, graph.added))
        raise InputError(
            f"{files}: blank nodes hold each other in a circle; name one of them"
        ) from None
    return format_term


def _format_node(parts: list[tuple[ox.NamedNode, Term]], format_term: Formatter) -> str:
    """A list in round brackets, anything else sorted in square ones."""
    values: Mapping[Term, Term] = dict(parts)
    if FIRST in values and REST in values:
        first, rest = format_term(values[FIRST]), format_term(values[REST])
        return f"({first})" if values[REST] == RDF_NIL else f"({first} {rest.removeprefix('(')}"
    texts = sorted(f"{format_term(predicate)} {format_term(value)}" for predicate, value in parts)
    return f"[ {' ; '.join(texts)} ]"


def _shortened(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}… #{hashlib.sha256(text.encode()).hexdigest()[:16]}"
