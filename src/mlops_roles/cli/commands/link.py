"""Propose mappings from a company's vocabulary to ours; apply or undo them.

  mlops-roles link theirs.ttl --output mappings.sssom.tsv
  mlops-roles link theirs.ttl --to gist                       reads classes through an alignment
  mlops-roles link theirs.ttl --apply mappings.sssom.tsv --output linked.ttl
  mlops-roles link linked.ttl --undo mappings.sssom.tsv --output theirs.ttl

The proposals are an SSSOM table for a person to review. To accept a row, write your name under
reviewer_label; correct its predicate_id or object_id first if needed. To reject it, write Not under
predicate_modifier as well. A row without a reviewer is never applied. Check the rows with
`mlops-roles coherence` before you apply them; a row with a term or predicate that does not exist
stops --apply. Use the result with `--with linked.ttl`.
"""

import argparse
from collections.abc import Sequence

from ...io.sssom import COLUMNS, read_mappings
from ...io.text import FORMATTERS, counted, format_rows
from ...matching.merge import apply_mappings, undo_mappings
from ...matching.proposals import propose
from ..main import add_common, print_note, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["sssom", *FORMATTERS])
    parser.add_argument(
        "theirs",
        metavar="THEIRS",
        help="RDF: an ontology, a taxonomy, a list of roles, positions and skills",
    )
    parser.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="NAME",
        help="read its classes through this alignment: org, schema, gist … (repeatable)",
    )
    change = parser.add_mutually_exclusive_group()
    change.add_argument(
        "--apply",
        metavar="MAPPINGS",
        help="merge the accepted rows of this mapping set; prints Turtle",
    )
    change.add_argument(
        "--undo", metavar="MAPPINGS", help="remove what this mapping set added; prints Turtle"
    )


def run(args: argparse.Namespace) -> int:
    if args.apply or args.undo:
        return _apply_or_undo(args)
    proposals = propose(args.theirs, args.to, args.added, args.only)
    if args.format == "sssom":
        text = proposals.to_tsv()
    else:
        text = format_rows([row.cells for row in proposals.mappings], COLUMNS, args.format)
    write_output(text, args.output)
    terms = len({row.subject for row in proposals.mappings})
    summary = f"{counted(len(proposals.mappings), 'proposal')} for {counted(terms, 'term')}"
    print_note(f"{summary}; none is applied before you accept it")
    return 0


def _apply_or_undo(args: argparse.Namespace) -> int:
    if args.apply:
        merge = apply_mappings(args.theirs, read_mappings(args.apply), args.added, args.only)
        changed = counted(len(merge.changed), "statement")
        summary = f"{changed} added, {counted(len(merge.unchanged), 'was', 'were')} there before"
    else:
        merge = undo_mappings(args.theirs, read_mappings(args.undo))
        changed = counted(len(merge.changed), "statement")
        summary = f"{changed} removed, "
        summary += f"{len(merge.unchanged)} kept because another mapping set added them too"
    write_output(merge.to_turtle(), args.output)
    print_note(summary)
    return 0
