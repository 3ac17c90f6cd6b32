"""The proofs of what follows: a page for each term that inferred statements are about.

A premise that is itself inferred is not proved again; it links to its own proof, so that a page
grows with the number of statements and not with the depth of their proofs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import pyoxigraph as ox

from ..ontology.explanation import Proof, prove_all
from ..ontology.graph import RDF_TYPE
from .documentation import Documentation
from .inferences import Inference


class Group(NamedTuple):
    """Statements with one property that follow by one rule from one axiom."""

    rule: str
    says: str
    axiom: Proof
    proofs: list[tuple[str, str, tuple[Proof, ...]]]  # object, anchor, other premises


def proof_pages(doc: Documentation) -> Iterator[tuple[str, bytes]]:
    """The proof page of each term, and a page about all of them, by path."""
    rules, kinds = Counter[tuple[str, str]](), Counter[str]()
    for curie, statements in doc.inferences.by_subject.items():
        term = doc.terms[curie]
        groups = _groups(doc, statements)
        for group in chain(*groups.values()):
            rules[group.rule, group.says] += len(group.proofs)
            kinds[term.kind] += len(group.proofs)
        path = statements[0][0].page
        yield path, doc.render("proof.html.j2", path, term=term, groups=groups)
    path = "proof/index.html"
    yield path, doc.render("proofs.html.j2", path, rules=sorted(rules.items()), found=kinds)


def _groups(
    doc: Documentation, statements: list[tuple[Inference, ox.Triple]]
) -> dict[str, list[Group]]:
    """The proofs of some statements about one term, by property; its classes come last."""
    found: dict[str, dict[tuple[str, str], Group]] = {}
    statements = sorted(statements, key=lambda pair: pair[1].predicate == RDF_TYPE)
    proofs = prove_all((triple for _, triple in statements), doc.graph)
    for (statement, _), proof in zip(statements, proofs, strict=True):
        assert proof is not None and proof.rule is not None  # what follows has a proof
        axiom, *others = proof.because
        group = found.setdefault(statement.predicate, {}).setdefault(
            (proof.rule, axiom.statement), Group(proof.rule, proof.says, axiom, [])
        )
        group.proofs.append((statement.object, statement.anchor, tuple(others)))
    return {predicate: list(groups.values()) for predicate, groups in found.items()}
