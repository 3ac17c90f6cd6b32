"""Infer what follows from RDF files, with all rules of OWL 2 RL.

  mlops-roles reason ours.ttl
  mlops-roles reason ours.ttl people.ttl --format nt --output inferred.nt
  mlops-roles reason ours.ttl --explain "ex:ada rdf:type ex:Lead"

The files are reasoned with on their own, without the ontology of this package unless --ontology is
given. Nothing is fetched: an owl:imports is not followed. Axioms outside OWL 2 RL are named on
standard error. Exit code 1 if the files contradict themselves: see `mlops-roles consistent`.
"""

import argparse
from collections.abc import Sequence

from ...ontology.entailment import Reasoning, reason
from ...ontology.not_reasoned import describe
from ..main import print_note, write_output
from ..options import BASE, OUTPUT, declare
from .export import FORMATS

ARGUMENTS = """
files FILE+          RDF in any syntax
--ontology           reason with the ontology of this package, too
--format {forms}  output format, or the proof of each inferred statement (default: ttl)
--asserted           write the statements of the files, too
--reflexive          write that each thing is the same as itself, too
--explain STATEMENT  write the proof of one statement only
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    declare(parser, ARGUMENTS.format(forms="|".join([*FORMATS, "proofs"])), format="ttl")
    declare(parser, BASE + OUTPUT)


def run(args: argparse.Namespace) -> int:
    reasoning = reason(*args.files, ontology=args.ontology)
    for line in describe(reasoning.not_reasoned):
        print_note(line)
    write_output(_format_answer(reasoning, args), args.output)
    if not reasoning.contradictions:
        return 0
    print_note(
        f"not consistent; contradictions: {len(reasoning.contradictions)}; "
        f"see `mlops-roles consistent {' '.join(args.files)}`"
    )
    return 1


def _format_answer(reasoning: Reasoning, args: argparse.Namespace) -> str | bytes:
    if args.explain:
        proof = reasoning.explain(args.explain)
        lines = proof.lines() if proof else [f"{args.explain}: neither stated nor inferred"]
        return "".join(f"{line}\n" for line in lines)
    if args.format == "proofs":
        proofs = filter(None, map(reasoning.explain, reasoning))
        return "".join("\n".join(proof.lines()) + "\n" for proof in proofs)
    return reasoning.serialize(FORMATS[args.format], args.asserted, args.reflexive)
