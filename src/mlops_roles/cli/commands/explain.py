"""Explain why a statement holds: a proof from asserted statements.

  mlops-roles explain "R7 mlops:requiresSkill skill:sql"
  mlops-roles explain "capability:ml-engineer rdfs:subClassOf capability:data-engineer"

Each asserted statement of the proof is shown with its sources, each inferred one with its rule.
"""

import argparse
from collections.abc import Iterator, Sequence

from ...io.text import to_json
from ...ontology.catalogue import legend, marks
from ...ontology.explanation import explain
from ...ontology.graph import Graph
from ..main import add_common, load_ontology, write_output


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
    graph = load_ontology(args)
    proof = explain(statement, graph)
    if args.format == "json":
        text = to_json(proof.to_dict() if proof else {"statement": statement, "holds": "unknown"})
    elif proof:
        text = "\n".join(_with_legend("\n".join(proof.lines()), graph)) + "\n"
    else:
        text = f"{statement}: neither stated nor inferred (unknown is not no)\n"
    write_output(text, args.output)
    return 0


def _with_legend(text: str, graph: Graph) -> Iterator[str]:
    """A proof, with what the marks of its statements mean."""
    yield text
    found = [mark for mark in marks(graph) if mark.word == mark.term and f", {mark.term}" in text]
    if found:
        yield from ("", *legend(found))
