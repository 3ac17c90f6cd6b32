"""Forward reasoning: the inferred statements, each with its proof.

The rules are the files in `ontology/rules/`: each is a SELECT whose row is one step of a
proof, a `?conclusion` and the statements `?because1`, `?because2` … it rests on, as triple
terms of SPARQL 1.2. They are run until nothing new follows. OWL 2 RL as implemented by
owlrl, and HermiT, are the references in the tests.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import pyoxigraph as ox

from ..io.resources import resource_dir

NOTHING = ox.NamedNode("http://www.w3.org/2002/07/owl#Nothing")


class Inference(NamedTuple):
    """One step of a proof: a conclusion, the name of the rule that infers it, its premises."""

    conclusion: ox.Triple
    rule: str
    because: tuple[ox.Triple, ...]


@cache
def rules() -> dict[str, str]:
    """The rules by name, as SPARQL text."""
    found = {
        path.stem: path.read_text("utf-8")
        for path in sorted((resource_dir("ontology") / "rules").glob("*.rq"))
    }
    assert found, "ontology/rules/ holds no rule"
    return found


def infer(asserted: ox.Store) -> dict[ox.Triple, Inference]:
    """Run the rules on the default graph of a store until nothing new follows.

    Returns:
        Each inferred statement with its first proof. The premises of a proof were known before
        its conclusion, so no proof rests on itself.
    """
    work = ox.Store()
    work.extend(asserted.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    proofs: dict[ox.Triple, Inference] = {}
    fresh = True
    while fresh:
        fresh = False
        for name, text in rules().items():
            for step in _steps(work, name, text):
                if step.conclusion not in proofs and ox.Quad(*step.conclusion) not in work:
                    proofs[step.conclusion] = step
                    work.add(ox.Quad(*step.conclusion))
                    fresh = True
    return proofs


def _steps(work: ox.Store, name: str, text: str) -> list[Inference]:
    """What one rule infers from what is known so far; rows without a conclusion are left out."""
    rows = work.query(text)
    others = [v.value for v in rows.variables[1:]]  # type: ignore[union-attr]
    return [
        Inference(row["conclusion"], name, tuple(row[v] for v in others))
        for row in rows  # type: ignore[union-attr]
        if row["conclusion"] is not None
    ]


def publishable(proofs: dict[ox.Triple, Inference]) -> list[ox.Triple]:
    """The inferred statements that are worth publishing, as `ontology/closure.rq` selects them."""
    inferred = ox.Store()
    inferred.extend(ox.Quad(*triple) for triple in proofs)
    triples: Any = inferred.query((resource_dir("ontology") / "closure.rq").read_text("utf-8"))
    return list(triples)


def contradictions(proofs: dict[ox.Triple, Inference]) -> list[Inference]:
    """The proofs that something is a member of owl:Nothing, so that the data is inconsistent."""
    return [proof for triple, proof in proofs.items() if triple.object == NOTHING]
