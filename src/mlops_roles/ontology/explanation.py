"""Why a statement holds: a proof tree whose leaves are asserted statements with their sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from ..errors import InputError, UnknownName, check_text
from ..io.result import Result
from .catalogue import find_question, run_query
from .graph import RDF_TYPE, Graph, Term, as_graph, once_per_graph
from .rules import rule_summary

BUILT_IN = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2001/XMLSchema#",
    "http://www.w3.org/2002/07/owl#",
)


@dataclass(frozen=True)
class Proof(Result):
    """A statement and why it holds.

    Attributes:
        statement: the statement, with CURIEs.
        rule: the name of the rule that infers it, or None if it is asserted.
        says: the rule as a sentence.
        sources: the sources of an asserted statement, each with its mark, if any.
        because: the proofs of the premises.

    Example:
        >>> from mlops_roles import explain
        >>> proof = explain("role:ml-engineer mlops:requiresSkill skill:sql")
        >>> proof.because[-1].statement
        'role:data-engineer mlops:requiresSkill skill:sql'
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
            "because": [premise.to_dict() for premise in self.because],
        }
        return {key: value for key, value in tree.items() if value}

    def to_rows(self) -> list[dict[str, Any]]:
        """The statements of the tree, one a row, each with its depth; the conclusion first."""
        row = {
            "depth": 0,
            "statement": self.statement,
            "rule": self.rule or "",
            "says": self.says,
            "sources": list(self.sources),
        }
        below = [row for premise in self.because for row in premise.to_rows()]
        return [row, *({**row, "depth": row["depth"] + 1} for row in below)]

    def lines(self) -> Iterator[str]:
        """The tree as text, one statement a line."""
        yield self._line()
        for number, premise in enumerate(self.because, 1):
            is_last = number == len(self.because)
            first, *rest = premise.lines()
            yield f"{'└─' if is_last else '├─'} {first}"
            yield from (f"{'  ' if is_last else '│ '} {line}" for line in rest)

    def _line(self) -> str:
        if self.rule:
            return f"{self.statement}  [{self.rule}: {self.says}]"
        return f"{self.statement}  ({'; '.join(self.sources) or 'asserted'})"


def explain(statement: str | ox.Triple, graph: Graph | None = None) -> Proof | None:
    """Explain why a statement holds.

    Args:
        statement: a triple, or text such as "role:ml-engineer mlops:requiresSkill skill:sql"; the
            names are slugs, CURIEs, IRIs, notations or labels; the object may be a literal.
        graph: the graph to search; by default the shipped ontology.

    Returns:
        Its proof, or None if it is neither asserted nor inferred.

    Raises:
        InputError: the text is not a statement.
        UnknownName: no term has one of the names.

    Example:
        >>> from mlops_roles import explain
        >>> explain("R7 mlops:requiresSkill skill:sql").rule
        'prp-spo2'
        >>> explain("R7 mlops:similarTo R6") is None
        True
    """
    graph = as_graph(graph)
    if not isinstance(statement, ox.Triple):
        check_text("explain", "'subject predicate object' or a triple", statement=statement)
    triple = _parse_statement(statement, graph) if isinstance(statement, str) else statement
    if graph.is_large:
        from .excerpt import excerpt

        graph = excerpt(graph, [triple])
    return _prover(graph).prove(triple)


def prove(triple: Any, graph: Graph) -> Proof | None:
    """The proof of a statement, which may be one that RDF cannot say, such as about a literal."""
    return _prover(graph).prove(triple)


def prove_all(triples: Iterable[ox.Triple], graph: Graph) -> list[Proof | None]:
    """The proofs of many statements; one query finds the sources of all that they rest on."""
    prover = _prover(graph)
    prover.sources = prover.sources or prover.all_sources()
    return [prover.prove(triple) for triple in triples]


@once_per_graph
def _prover(graph: Graph) -> _Prover:
    return _Prover(graph)


class _Prover:
    """Builds proofs; a statement that is used twice is proved once."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.proofs: dict[ox.Triple, Proof] = {}
        self.sources: dict[tuple[Term | None, ...], list[str]] = {}

    def prove(self, triple: ox.Triple) -> Proof | None:
        if triple not in self.proofs:
            proof = self._prove(triple)
            if proof is None:
                return None
            self.proofs[triple] = proof
        return self.proofs[triple]

    def _prove(self, triple: ox.Triple) -> Proof | None:
        text = self.graph.format_term(triple)
        if isinstance(triple, ox.Triple) and ox.Quad(*triple) in self.graph.store:
            return Proof(text, sources=tuple(self._sources(triple)))
        step = self.graph.proofs.get(triple)
        if step is None:
            return None
        because = tuple(p for t in step.because if (p := self.prove(t)) is not None)
        return Proof(text, step.rule, rule_summary(step.rule), because=because)

    def _sources(self, triple: ox.Triple) -> Iterator[str]:
        """The sources, with marks, of an asserted statement; none for that of a blank node."""
        if isinstance(triple.subject, ox.BlankNode):
            return
        if self.sources and not isinstance(triple.object, ox.BlankNode):
            yield from self.sources.get((triple.subject, triple.predicate, triple.object), ())
            return
        parts = {"subject": triple.subject, "predicate": triple.predicate, "object": triple.object}
        bindings = {k: [v] for k, v in parts.items() if not isinstance(v, ox.BlankNode)}
        answer = run_query(self.graph, find_question("source-of-statement").text, bindings)
        yield from dict.fromkeys(map(_source_and_mark, answer.rows))

    def all_sources(self) -> dict[tuple[Term | None, ...], list[str]]:
        """The sources, with marks, of every asserted statement whose object has a name."""
        answer = run_query(self.graph, find_question("source-of-statement").text)
        found: dict[tuple[Term | None, ...], list[str]] = {}
        for terms, row in zip(answer.terms, answer.rows, strict=True):
            sources = found.setdefault(tuple(terms[:3]), [])
            sources += [text] if (text := _source_and_mark(row)) not in sources else []
        return found


def _source_and_mark(row: Mapping[str, Any]) -> str:
    return ", ".join(row[name] for name in ("source", "mark") if row[name])


def _parse_statement(text: str, graph: Graph) -> ox.Triple:
    """Parse a statement: three names, of which the last may be a literal in quotes."""
    parts = text.strip().rstrip(".").split(None, 2)
    if len(parts) != 3:
        raise InputError(
            f"{text[:100]!r}: not a statement; "
            "write 'subject predicate object', such as 'R7 mlops:requiresSkill skill:sql'"
        )
    subject, predicate, value = (p.strip() for p in parts)
    return ox.Triple(
        _parse_name(subject, graph),
        RDF_TYPE if predicate == "a" else _parse_name(predicate, graph),
        _parse_literal(value) if value.startswith('"') else _parse_name(value, graph),
    )


def _parse_name(name: str, graph: Graph) -> ox.NamedNode:
    try:
        iri = graph.expand_curie(name)
        if iri is None:
            return ox.NamedNode(graph.resolve_term(name))
        term = ox.NamedNode(iri)
        if not _occurs(term, graph):
            raise UnknownName(name, "term in the ontology or the files added", _all_names(graph))
        return term
    except InputError:
        raise
    except ValueError:
        raise InputError(f"{name[:100]!r}: not an IRI; write prefix:name or a full IRI") from None


def _occurs(term: ox.NamedNode, graph: Graph) -> bool:
    """Whether a term is in some statement, asserted or inferred, or a name of RDF, RDFS or OWL."""
    if term.value.startswith(BUILT_IN):
        return True
    patterns = ((term, None, None), (None, None, term), (None, term, None))
    return any(
        next(graph.light_store.quads_for_pattern(*pattern), None) is not None
        for pattern in patterns
    )


def _all_names(graph: Graph) -> set[str]:
    """The CURIEs of the terms that statements are about, and of the properties that they use."""
    nodes = {node for quad in graph.light_store for node in (quad.subject, quad.predicate)}
    return {graph.curie(node.value) for node in nodes if isinstance(node, ox.NamedNode)}


def _parse_literal(text: str) -> Term:
    value, _, tag = text[1:].rpartition('"')
    return ox.Literal(value, language=tag[1:]) if tag.startswith("@") else ox.Literal(value)
