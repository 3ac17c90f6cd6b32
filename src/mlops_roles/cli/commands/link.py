"""Propose mappings from a company's own vocabulary to ours; merge what was accepted, or take it out again.

  mlops-roles link theirs.ttl --output mappings.sssom.tsv
  mlops-roles link theirs.ttl --to gist                       read its classes through the alignment with gist
  mlops-roles link theirs.ttl --apply mappings.sssom.tsv --output linked.ttl
  mlops-roles link linked.ttl --undo mappings.sssom.tsv --output theirs.ttl

The proposals are SSSOM, a table for a person to judge. To accept a row, write your name under
reviewer_label; change its predicate_id or object_id first if that is better. To refuse it,
write Not under predicate_modifier as well. A row without a reviewer is never merged; check the
rows with `mlops-roles coherence` before. What is merged is used with `--with linked.ttl`.
"""

import argparse
import sys
from collections.abc import Sequence

from ...io.sssom import COLUMNS, read_mappings
from ...io.text import FORMATTERS, format_rows
from ...matching.merge import apply_mappings, undo_mappings
from ...matching.proposals import propose
from ..main import add_common, write_output


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
        help="an alignment through which to read its classes, such as org, schema, gist",
    )
    change = parser.add_mutually_exclusive_group()
    change.add_argument(
        "--apply", metavar="MAPPINGS", help="merge the accepted rows of this set, as Turtle"
    )
    change.add_argument(
        "--undo", metavar="MAPPINGS", help="take out what this set brought, as Turtle"
    )


def run(args: argparse.Namespace) -> int:
    if args.apply or args.undo:
        return _change(args)
    found = propose(args.theirs, args.to, args.added)
    write_output(
        found.to_tsv()
        if args.format == "sssom"
        else format_rows([row.cells for row in found.mappings], COLUMNS, args.format),
        args.output,
    )
    sys.stderr.write(
        f"{len(found.mappings)} proposals for {len({row.subject for row in found.mappings})} terms; none is applied before you accept it\n"
    )
    return 0


def _change(args: argparse.Namespace) -> int:
    found = (
        apply_mappings(args.theirs, read_mappings(args.apply))
        if args.apply
        else undo_mappings(args.theirs, read_mappings(args.undo))
    )
    write_output(found.to_turtle(), args.output)
    way = (
        "came in, {} were there before"
        if args.apply
        else "went out, {} stay because another set brought them too"
    )
    sys.stderr.write(f"{len(found.changed)} statements {way.format(len(found.unchanged))}\n")
    return 0
