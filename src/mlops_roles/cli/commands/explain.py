"""Explain why a statement holds: a proof from asserted statements.

  mlops-roles explain "R7 mlops:requiresSkill skill:sql"
  mlops-roles explain "capability:ml-engineer rdfs:subClassOf capability:data-engineer"

Each asserted statement of the proof is shown with its sources, each inferred one with its rule.
"""

import argparse
from collections.abc import Sequence

from ...io.json_text import to_json
from ...io.sections import FORMATS
from ...ontology.answer import legend
from ...ontology.catalogue import marks
from ...ontology.explanation import Proof, explain
from ...ontology.graph import Graph
from ..main import write_output
from ..options import add_common_options, declare, load_ontology
from ..output import write_rows, write_sections

COLUMNS = ("depth", "statement", "rule", "says", "sources")

ARGUMENTS = """
statement STATEMENT+  subject predicate object, each a CURIE, an IRI or a name
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ["text", "json", "md", "html", "csv", "tsv", "jsonl"])
    declare(parser, ARGUMENTS)


def run(args: argparse.Namespace) -> int:
    statement = " ".join(args.statement)
    graph = load_ontology(args)
    proof = explain(statement, graph)
    if args.format == "json":
        found = proof.to_dict() if proof else {"statement": statement, "holds": "unknown"}
        write_output(to_json(found), args.output)
    elif args.format == "text":
        write_output(_proof_tree(statement, proof, graph), args.output)
    elif args.format in FORMATS:
        _write_report(args, statement, proof, graph)
    else:
        write_rows(args, proof.to_rows() if proof else [], COLUMNS)
    return 0


def _proof_tree(statement: str, proof: Proof | None, graph: Graph) -> str:
    """A proof as a tree, with what the marks of its statements mean."""
    if proof is None:
        return f"{statement}: neither stated nor inferred (unknown is not no)\n"
    tree = "\n".join(proof.lines())
    meanings = _meanings(tree, graph)
    return "\n".join([tree, *(["", *meanings] if meanings else [])]) + "\n"


def _meanings(text: str, graph: Graph) -> list[str]:
    """What the marks in a text mean."""
    return legend(m for m in marks(graph) if m.word == m.term and f", {m.term}" in text)


def _write_report(
    args: argparse.Namespace, statement: str, proof: Proof | None, graph: Graph
) -> None:
    """Write a proof as Markdown or HTML."""
    from ..views.proofs import proof_sections, unknown_sections

    if proof is None:
        write_sections(args, unknown_sections(statement))
        return
    meanings = _meanings("\n".join(proof.lines()), graph)
    sections = list(proof_sections(proof, lambda data: data))
    write_sections(args, [*sections, *([("", meanings, [])] if meanings else [])])
