"""Find the contradictions in RDF files, each with its proof.

  mlops-roles consistent ours.ttl
  mlops-roles consistent ours.ttl people.ttl --ontology --format json

The files are reasoned with on their own, with all rules of OWL 2 RL, and without the ontology of
this package unless --ontology is given. Nothing is fetched: an owl:imports is not followed.

Exit code 0 if no contradiction follows, 1 if one does. Axioms outside OWL 2 RL, which may hide
one, are named.
"""

import argparse
from collections.abc import Sequence

from ...io.text import counted
from ...ontology.entailment import Consistency, consistent
from ...ontology.not_reasoned import describe
from ..main import print_note, write_output
from ..options import BASE, add_format_options, declare
from ..output import write_result

FORMATS = ("text", "json", "md", "html", "csv", "tsv", "jsonl")

ARGUMENTS = """
files FILE+  RDF in any syntax
--ontology   reason with the ontology of this package, too
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    declare(parser, ARGUMENTS)
    add_format_options(parser, FORMATS)
    declare(parser, BASE)


def run(args: argparse.Namespace) -> int:
    answer = consistent(*args.files, ontology=args.ontology)
    for line in describe(answer.not_reasoned):
        print_note(line)
    if args.format == "text":
        write_output(_verdict_text(answer), args.output)
    else:
        write_result(args, answer)
    return 0 if answer else 1


def _verdict_text(answer: Consistency) -> str:
    if answer:
        but = ", as far as the axioms are reasoned with" if answer.not_reasoned else ""
        return f"consistent{but}\n"
    proofs = ("\n".join(proof.lines()) for proof in answer.contradictions)
    found = counted(len(answer.contradictions), "contradiction")
    return f"not consistent; {found}\n" + "".join(f"\n{proof}\n" for proof in proofs)
