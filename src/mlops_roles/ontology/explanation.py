"""Why a statement holds: a proof tree down to asserted statements with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from . import reasoner
from .catalogue import question, run_query
from .graph import RDF_TYPE, Graph, Term, load, once_per_graph


@dataclass(frozen=True)
class Proof:
    """A statement and why it holds.

    Attributes:
        statement: the statement, with CURIEs.
        rule: the rule that draws it, or None where it is asserted.
        says: the rule as a sentence.
        sources: of an asserted statement, where it is from; with its mark, if it has one.
        because: the proofs of what the rule rests on.
    """

    statement: str
    rule: str | None = None
    says: str = ""
    sources: tuple[str, ...] = ()
    because: tuple[Proof, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The tree as plain data; what is empty is left out."""
        tree = {
            "statement": self.statement,
            "rule": self.rule,
            "says": self.says,
            "sources": list(self.sources),
        }
        return {k: v for k, v in tree.items() if v} | (
            {"because": [b.to_dict() for b in self.because]} if self.because else {}
        )

    def lines(self, lead: str = "", last: bool = True, top: bool = True) -> Iterator[str]:
        """The tree as text, one statement a line."""
        why = (
            f"  [{self.rule}: {self.says}]"
            if self.rule
            else f"  ({'; '.join(self.sources) or 'asserted'})"
        )
        yield f"{'' if top else lead + ('└─ ' if last else '├─ ')}{self.statement}{why}"
        deeper = "" if top else lead + ("   " if last else "│  ")
        for number, proof in enumerate(self.because, 1):
            yield from proof.lines(deeper, number == len(self.because), False)


def explain(statement: str | ox.Triple, graph: Graph | None = None) -> Proof | None:
    """The proof of a statement, or None if it is neither asserted nor inferred.

    `statement` is a triple, or text such as "role:ml-engineer mlops:requiresSkill skill:sql".
    Raises InputError for text that is no statement, UnknownName for a name that nothing bears.
    """
    graph = graph or load()
    triple = _read(statement, graph) if isinstance(statement, str) else statement
    return _prover(graph).prove(triple)


@once_per_graph
def _prover(graph: Graph) -> _Prover:
    return _Prover(graph)


class _Prover:
    """Builds proofs; a statement that is used twice is proved once."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.known: dict[ox.Triple, Proof] = {}

    def prove(self, triple: ox.Triple) -> Proof | None:
        if triple not in self.known:
            proof = self._prove(triple)
            if proof is None:
                return None
            self.known[triple] = proof
        return self.known[triple]

    def _prove(self, triple: ox.Triple) -> Proof | None:
        text = self.graph.format_term(triple)
        if ox.Quad(*triple) in self.graph.store:
            return Proof(text, sources=tuple(self._sources(triple)))
        step = self.graph.proofs.get(triple)
        if step is None:
            return None
        because = tuple(p for t in step.because if (p := self.prove(t)) is not None)
        return Proof(text, step.rule, _says(step.rule), because=because)

    def _sources(self, triple: ox.Triple) -> Iterator[str]:
        """Sources, with marks, of an asserted statement; a blank node has none of its own."""
        parts = {"subject": triple.subject, "predicate": triple.predicate, "object": triple.object}
        fixed = {k: [v] for k, v in parts.items() if not isinstance(v, ox.BlankNode)}
        if "subject" not in fixed:
            return
        answer = run_query(self.graph, question("source-of-statement").text, fixed)
        yield from dict.fromkeys(
            row["source"] + (f", {row['mark']}" if row.get("mark") else "") for row in answer.rows
        )


def _says(rule: str) -> str:
    return reasoner.rules()[rule].split("\n", 1)[0].removeprefix("#+ summary: ")


def _read(text: str, graph: Graph) -> ox.Triple:
    """A statement out of text: three names, the last one possibly a literal in quotes."""
    parts = text.strip().rstrip(".").split(None, 2)
    if len(parts) != 3:
        raise InputError(
            f"{text[:100]!r}: not a statement; write 'subject predicate object', such as 'R7 mlops:requiresSkill skill:sql'"
        )
    subject, predicate, value = (p.strip() for p in parts)
    verb = RDF_TYPE if predicate == "a" else _node(predicate, graph)
    return ox.Triple(
        _node(subject, graph),
        verb,
        _literal(value) if value.startswith('"') else _node(value, graph),
    )


def _node(name: str, graph: Graph) -> ox.NamedNode:
    try:
        return ox.NamedNode(graph.expand_curie(name) or graph.resolve_term(name))
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name[:100]!r}: not an IRI; write prefix:name or a full IRI") from None


def _literal(text: str) -> Term:
    body, _, tag = text[1:].rpartition('"')
    return ox.Literal(body, language=tag[1:]) if tag.startswith("@") else ox.Literal(body)
