"""Reasoning over any RDF files, on their own: what follows, and whether they contradict themselves.

Nothing is fetched: an owl:imports is not followed; give the imported file, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from ..io import rdf
from ..io.resources import FilePath
from ..io.result import Result
from . import reasoner
from .explanation import Proof, explain
from .graph import Graph, ontology_files
from .not_reasoned import NotReasoned, axioms_not_reasoned

OWL_SAME = ox.NamedNode("http://www.w3.org/2002/07/owl#sameAs")


@dataclass(frozen=True)
class Consistency(Result):
    """Whether statements are free of contradictions, as far as the rules of OWL 2 RL show.

    `bool()` of it is True if there are none.

    Attributes:
        contradictions: a proof for each set of statements that contradict each other.
        not_reasoned: the axioms that were not reasoned with.

    Example:
        >>> from mlops_roles import consistent
        >>> bool(consistent("examples/acme.ttl"))
        True
    """

    contradictions: tuple[Proof, ...]
    not_reasoned: tuple[NotReasoned, ...]

    def __bool__(self) -> bool:
        return not self.contradictions

    def to_rows(self) -> list[dict[str, Any]]:
        """The contradictions, one a row, with the statements that contradict each other."""
        return [
            {
                "contradiction": proof.statement,
                "rule": proof.rule,
                "says": proof.says,
                "because": [premise.statement for premise in proof.because],
            }
            for proof in self.contradictions
        ]

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {
            "consistent": bool(self),
            "contradictions": [proof.to_dict() for proof in self.contradictions],
            "not_reasoned": [axiom._asdict() for axiom in self.not_reasoned],
        }


class Reasoning:
    """What follows from RDF files.

    Attributes:
        graph: the statements of the files, with their prefixes.
        proofs: each inferred statement with its proof.
        not_reasoned: the axioms that were not reasoned with.

    Example:
        >>> from mlops_roles import reason
        >>> reasoning = reason("examples/acme.ttl", ontology=True)
        >>> len(reasoning.contradictions), len(list(reasoning)) > 1000
        (0, True)
    """

    def __init__(self, statements: list[Any], prefixes: dict[str, str]):
        store = ox.Store()
        store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in statements)
        self.graph = Graph(store=store, base=()).with_prefixes(prefixes)
        self.proofs = self.graph.proofs = reasoner.infer(statements)
        self.not_reasoned: tuple[NotReasoned, ...] = ()

    def __iter__(self) -> Iterator[ox.Triple]:
        """The inferred statements."""
        return iter(self.proofs)

    def explain(self, statement: str | ox.Triple) -> Proof | None:
        """The proof of a statement, or None if it does not follow."""
        return explain(statement, self.graph)

    @cached_property
    def contradictions(self) -> tuple[Proof, ...]:
        """A proof for each set of statements that contradict each other, the shortest first."""
        steps = self.proofs.contradictions()
        proofs = [_contradiction(step, self.graph) for step in steps]
        return tuple(sorted(proofs, key=lambda proof: len(list(proof.lines()))))

    def serialize(
        self,
        format: ox.RdfFormat = ox.RdfFormat.TURTLE,
        asserted: bool = False,
        reflexive: bool = False,
    ) -> bytes:
        """The inferred statements as RDF.

        Args:
            format: the RDF syntax.
            asserted: whether to write the statements of the files, too.
            reflexive: whether to write that each thing is the same as itself (rule eq-ref).
        """
        store = self.graph.store
        text = self.proofs.n_triples()
        quads: list[Any] = [*store] if asserted else []
        if reflexive:
            terms = {t for q in (*store, *self.proofs) for t in (q.subject, q.predicate, q.object)}
            quads += [ox.Quad(t, OWL_SAME, t) for t in terms if not isinstance(t, ox.Literal)]
        if format == ox.RdfFormat.N_TRIPLES:
            return text + (ox.serialize((q.triple for q in quads), format=format) or b"")
        triples = [q.triple for q in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]
        triples = sorted({*triples, *(q.triple for q in quads)}, key=str)
        return ox.serialize(triples, format=format, prefixes=self.graph.prefixes) or b""


def _contradiction(step: reasoner.Inference, graph: Graph) -> Proof:
    """The proof of a contradiction, whose conclusion says what is impossible."""
    from .explanation import prove
    from .rules import rule_summary

    because = tuple(p for t in step.because if (p := prove(t, graph)) is not None)
    return Proof("a contradiction", step.rule, rule_summary(step.rule), because=because)


def reason(*files: FilePath, ontology: bool = False) -> Reasoning:
    """Infer what follows from RDF files with all rules of OWL 2 RL.

    Args:
        files: RDF in any syntax; they are reasoned with together, and nothing else is.
        ontology: whether to add the ontology of this package.

    Raises:
        InputError: a file cannot be read.

    Example:
        >>> from mlops_roles import reason
        >>> reasoning = reason("examples/acme.ttl", ontology=True)
        >>> reasoning.explain("role:ml-engineer mlops:requiresSkill skill:sql").rule
        'prp-spo2'
    """
    if not files:
        raise InputError("no file to reason with; give the path of an RDF file")
    statements: list[Any] = []
    prefixes: dict[str, str] = {}
    not_reasoned: list[NotReasoned] = []
    for path in files:
        quads, found = rdf.parse_rdf(path, rename=len(files) > 1 or ontology)
        statements += quads
        prefixes = found | prefixes
        not_reasoned += axioms_not_reasoned(str(path), quads)
    for path in ontology_files() if ontology else ():
        quads, found = rdf.parse_rdf(path)
        statements += quads
        prefixes = found | prefixes
    reasoning = Reasoning(statements, prefixes)
    reasoning.not_reasoned = tuple(not_reasoned)
    return reasoning


def consistent(*files: FilePath, ontology: bool = False) -> Consistency:
    """Find out whether RDF files contradict themselves or each other.

    Args:
        files: RDF in any syntax; they are reasoned with together, and nothing else is.
        ontology: whether to add the ontology of this package.

    Raises:
        InputError: a file cannot be read.

    Example:
        >>> from mlops_roles import consistent
        >>> answer = consistent("examples/people.ttl", ontology=True)
        >>> answer.contradictions[0].rule
        'prp-pdw'
    """
    reasoning = reason(*files, ontology=ontology)
    return Consistency(reasoning.contradictions, reasoning.not_reasoned)
