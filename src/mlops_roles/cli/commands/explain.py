"""Show why a statement holds: a proof down to asserted statements and their sources.

mlops-roles explain "R7 mlops:requiresSkill skill:sql"
mlops-roles explain "capability:ml-engineer rdfs:subClassOf capability:data-engineer" --format json
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
        write_output(
            to_json(proof.to_dict() if proof else {"statement": statement, "holds": "unknown"}),
            args.output,
        )
    elif proof:
        write_output("\n".join(proof.lines()) + "\n", args.output)
    else:
        write_output(f"{statement}: neither stated nor inferred (unknown is not no)\n", args.output)
    return 0
