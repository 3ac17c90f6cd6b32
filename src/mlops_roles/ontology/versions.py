"""A version of the ontology, and what it says: statement by statement, blank nodes by what they hold."""

from __future__ import annotations

import graphlib
import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from .graph import DEFAULT, INFERRED, RDF_TYPE, Graph, Term

LIMIT = 300  # of a name or text that is spelt out; a longer one ends with its hash
OWL, RDF = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
AXIOM, VERSION = ox.NamedNode(OWL + "Axiom"), ox.NamedNode(OWL + "versionInfo")
PARTS = tuple(ox.NamedNode(OWL + f"annotated{part}") for part in ("Source", "Property", "Target"))
FIRST, REST, NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))
Spelt = Callable[[Term], str]


@dataclass(frozen=True)
class Statement:
    """A statement as it is compared and shown.

    Attributes:
        text: the statement written out, blank nodes by their content; or what is said of a statement.
        term: the name of what it is about, or ''.
        value: the name or the literal that it ends in.
        triple: what it is in the store; None for what is said of a statement.
    """

    text: str
    term: str
    value: str
    triple: ox.Triple | None = None

    @property
    def declares(self) -> bool:
        """Whether it gives a name its type."""
        return bool(self.term and self.triple and self.triple.predicate == RDF_TYPE)


class Version(Graph):
    """An ontology other than the shipped one: a folder such as `ontology/`, or one RDF file.

    What follows is inferred by the shipped rules. Raises InputError for what cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str], added: Iterable[str | os.PathLike[str]] = ()):
        super().__init__((*_ontology_files(Path(path)), *added), base=())
        self.source = str(path)
        self.open()

    @cached_property
    def version(self) -> str:
        """The version that the ontology gives itself, or ''."""
        found = self.store.quads_for_pattern(None, VERSION, None, DEFAULT)
        return min(
            (quad.object.value for quad in found if isinstance(quad.object, ox.Literal)), default=""
        )

    @cached_property
    def asserted(self) -> dict[str, Statement]:
        """The asserted statements by their text, with what is said of statements."""
        triples = [quad.triple for quad in self.store.quads_for_pattern(None, None, None, DEFAULT)]
        spelt, about = spelling(self, triples), defaultdict[Term, list[ox.Triple]](list)
        for triple in triples:
            about[triple.subject].append(triple)
        inside = {triple.object for triple in triples if isinstance(triple.object, ox.BlankNode)}
        found = (
            statement
            for node, said in about.items()
            if node not in inside
            for statement in _statements(said, spelt)
        )
        return {statement.text: statement for statement in found}

    @cached_property
    def inferred(self) -> dict[str, Statement]:
        """The statements that follow, of those that one would print, by their text."""
        triples = (quad.triple for quad in self.store.quads_for_pattern(None, None, None, INFERRED))
        return {statement.text: statement for statement in _statements(triples, spelling(self, ()))}

    @cached_property
    def terms(self) -> set[str]:
        """The terms that it declares: whatever has a type and a name."""
        return {statement.term for statement in self.asserted.values() if statement.declares}

    def because(self, triple: ox.Triple) -> set[ox.Triple]:
        """The asserted statements that the proof of an inferred one rests on."""
        open_, seen = [triple], set[ox.Triple]()
        while open_:
            step = open_.pop()
            if step not in seen:
                seen.add(step)
                open_ += self.proofs[step].because if step in self.proofs else ()
        return {step for step in seen if step not in self.proofs}

    def to_dict(self) -> dict[str, Any]:
        """Which version it is, and how much it says."""
        counts = {
            "terms": len(self.terms),
            "asserted": len(self.asserted),
            "inferred": len(self.inferred),
        }
        return {"source": self.source, "version": self.version, **counts}


def _ontology_files(path: Path) -> list[Path]:
    """The files of an ontology, the front door first: prefixes of an earlier file win."""
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.ttl"), key=lambda file: (file.name != "mlops-roles.ttl", file.name))
    if not found:
        raise InputError(
            f"{path}: a folder without a Turtle file; name a folder such as ontology/, or one RDF file"
        )
    return found


def _statements(said: Iterable[ox.Triple], spelt: Spelt) -> Iterator[Statement]:
    """The statements about one thing; of an owl:Axiom, what it says of its statement: source, mark and the like."""
    said = list(said)
    parts = {triple.predicate: spelt(triple.object) for triple in said if triple.predicate in PARTS}
    if len(parts) == len(PARTS) and any(triple.object == AXIOM for triple in said):
        subject, *rest = (parts[part] for part in PARTS)
        told = [triple for triple in said if triple.predicate not in (*PARTS, RDF_TYPE)]
        yield from (
            Statement(
                f"{' '.join((subject, *rest))} | {spelt(t.predicate)} {spelt(t.object)}",
                subject,
                _value(t, spelt),
            )
            for t in told
        )
    else:
        for triple in said:
            term = spelt(triple.subject) if isinstance(triple.subject, ox.NamedNode) else ""
            yield Statement(" ".join(map(spelt, triple)), term, _value(triple, spelt), triple)


def _value(triple: ox.Triple, spelt: Spelt) -> str:
    return triple.object.value if isinstance(triple.object, ox.Literal) else spelt(triple.object)


def spelling(graph: Graph, triples: Iterable[ox.Triple]) -> Spelt:
    """How terms are written: names as CURIEs, a blank node by all that it holds, whatever it is called.

    Raises InputError for blank nodes that hold each other in a circle.
    """
    held: dict[Term, list[tuple[Term, Term]]] = defaultdict(list)
    for triple in triples:
        if isinstance(triple.subject, ox.BlankNode):
            held[triple.subject].append((triple.predicate, triple.object))
    bodies: dict[Term, str] = {}

    @cache
    def spelt(term: Term) -> str:
        if isinstance(term, ox.BlankNode):
            return bodies.get(term, "[]")
        return _bounded(graph.curie(term.value) if isinstance(term, ox.NamedNode) else str(term))

    inner = {
        node: [o for _, o in parts if isinstance(o, ox.BlankNode)] for node, parts in held.items()
    }
    try:
        for node in graphlib.TopologicalSorter(inner).static_order():
            bodies[node] = _bounded(_body(dict(held[node]), held[node], spelt))
    except graphlib.CycleError:
        raise InputError(
            f"{', '.join(map(str, graph.added))}: blank nodes hold each other in a circle; name one of them"
        ) from None
    return spelt


def _body(parts: Mapping[Term, Term], held: Iterable[tuple[Term, Term]], spelt: Spelt) -> str:
    """A list in round brackets, anything else in square ones, in an order that leaves nothing to chance."""
    if FIRST in parts and REST in parts:
        return f"({spelt(parts[FIRST])}{')' if parts[REST] == NIL else ' ' + spelt(parts[REST]).removeprefix('(')}"
    return f"[ {' ; '.join(sorted(f'{spelt(p)} {spelt(o)}' for p, o in held))} ]"


def _bounded(text: str) -> str:
    if len(text) <= LIMIT:
        return text
    return f"{text[:LIMIT]}… #{hashlib.sha256(text.encode()).hexdigest()[:16]}"
