"""Proofs as sections: each statement with its number, and the rule or the sources that say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...io.sections import Section
from ...io.text import counted
from ...ontology.entailment import Consistency
from ...ontology.explanation import Proof
from . import Hide

UNKNOWN = "Neither stated nor inferred. Unknown is not no."
HOW_TO_READ = "A statement follows from those whose numbers start with its own."


def proof_sections(proof: Proof, hide: Hide) -> Iterator[Section]:
    """A proof as one section."""
    yield _section(proof)


def unknown_sections(statement: str) -> list[Section]:
    """What is said of a statement without a proof."""
    return [(statement, [UNKNOWN], [])]


def consistency_sections(consistency: Consistency, hide: Hide) -> Iterator[Section]:
    """Whether statements contradict each other: a verdict, and a section for each contradiction."""
    number = len(consistency.contradictions)
    verdict = f"Not consistent: {counted(number, 'contradiction')}." if number else "Consistent."
    axioms = counted(len(consistency.not_reasoned), "axiom")
    left = [f"Not reasoned with: {axioms}, which may hide one."] if consistency.not_reasoned else []
    yield "Consistency", [verdict, *left], []
    yield from map(_section, consistency.contradictions)


def _section(proof: Proof) -> Section:
    return proof.statement, [HOW_TO_READ], list(_steps(proof, "1"))


def _steps(proof: Proof, number: str) -> Iterator[dict[str, Any]]:
    """The statements of a proof with their numbers, the conclusion first."""
    why = f"{proof.rule}: {proof.says}" if proof.rule else "; ".join(proof.sources) or "asserted"
    yield {"number": number, "statement": proof.statement, "because of": why}
    for place, premise in enumerate(proof.because, 1):
        yield from _steps(premise, f"{number}.{place}")
