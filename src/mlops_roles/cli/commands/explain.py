"""Explain why a statement holds: a proof from asserted statements.

  mlops-roles explain "R7 mlops:requiresSkill skill:sql"
  mlops-roles explain "capability:ml-engineer rdfs:subClassOf capability:data-engineer"

Each asserted statement of the proof is shown with its sources, each inferred one with its rule.
"""

import argparse
from collections.abc import Sequence

from ...io.text import to_json
from ...ontology.explanation import explain
from ...ontology.graph import load
from ..main import add_common, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["text", "json"])
    parser.add_argument(
        "statement",
        nargs="+",
        metavar="STATEMENT",
        help="subject predicate object, each a CURIE, an IRI or a name",
    )


def run(args: argparse.Namespace) -> int:
    statement = " ".join(args.statement)
    proof = explain(statement, load(*args.added))
    if args.format == "json":
        text = to_json(proof.to_dict() if proof else {"statement": statement, "holds": "unknown"})
    elif proof:
        text = "\n".join(proof.lines()) + "\n"
    else:
        text = f"{statement}: neither stated nor inferred (unknown is not no)\n"
    write_output(text, args.output)
    return 0
