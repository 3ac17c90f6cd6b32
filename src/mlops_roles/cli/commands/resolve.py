"""Find the role that a job title names: certain, ambiguous or none, and why.

mlops-roles resolve "Senior Data Engineer" "MLOps Engineer"
cut -d, -f2 staff.csv | mlops-roles resolve -                   one title a line
mlops-roles resolve "Data Ninja" --accept R3 --decisions ours.sssom.tsv --author Ada
mlops-roles resolve "MLOps Engineer" --refuse R6 --decisions ours.sssom.tsv --author Ada
mlops-roles audit staff.csv --with ours.sssom.tsv               decisions count everywhere

A curator's decisions are a mapping set in SSSOM that you own; they win over the rules. Exits
with 1 if a file of decisions both accepts and refuses the same.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from ...io.text import FORMATTERS, format_rows
from ...matching.titles import resolve_all
from ...ontology.graph import Graph, load
from ..main import add_common, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, list(FORMATTERS))
    parser.add_argument(
        "title",
        nargs="+",
        metavar="TITLE",
        help="a job title; - reads one a line from standard input",
    )
    parser.add_argument(
        "--decisions",
        metavar="FILE",
        help="a curator's decisions in SSSOM (TSV), read like --with and written by --accept and --refuse",
    )
    ruling = parser.add_mutually_exclusive_group()
    ruling.add_argument(
        "--accept",
        metavar="ROLE",
        help="decide that the titles name this role, and keep it in the file of --decisions",
    )
    ruling.add_argument(
        "--refuse",
        metavar="ROLE",
        help="decide that the titles do not name this role, and keep it there",
    )
    parser.add_argument(
        "--author",
        default=os.environ.get("MLOPS_ROLES_AUTHOR", ""),
        help="who decides (default: $MLOPS_ROLES_AUTHOR)",
    )
    parser.add_argument(
        "--date",
        default=os.environ.get("MLOPS_ROLES_DATE", ""),
        metavar="YYYY-MM-DD",
        help="when ($MLOPS_ROLES_DATE, else today)",
    )


def _titles(given: Sequence[str]) -> Iterator[str]:
    for title in given:
        if title == "-":
            from ...io.rdf import check_encoding

            text = check_encoding(
                sys.stdin.buffer.read().removeprefix(b"\xef\xbb\xbf"), "standard input"
            )
            yield from (line.rstrip("\r") for line in text.split("\n") if line.strip())
        else:
            yield title


def _decide(args: argparse.Namespace, titles: Sequence[str], graph: Graph) -> None:
    """Keep the decision on each title."""
    import datetime

    from ...errors import InputError
    from ...matching.curation import TitleDecision, save_decisions
    from ...ontology.names import resolve_role

    if not args.decisions:
        raise InputError("--accept and --refuse keep a decision; say where with --decisions FILE")
    if not args.author.strip():
        raise InputError("no author; say who decides with --author NAME, or in MLOPS_ROLES_AUTHOR")
    try:
        date = (
            datetime.date.fromisoformat(args.date).isoformat()
            if args.date
            else datetime.date.today().isoformat()
        )
    except ValueError:
        raise InputError(f"--date {args.date[:40]!r}: no date; write it as 2026-01-31") from None
    role = resolve_role(args.accept or args.refuse, graph)
    save_decisions(
        args.decisions,
        [TitleDecision(title, role, bool(args.accept), args.author, date) for title in titles],
        graph,
    )


def run(args: argparse.Namespace) -> int:
    titles = list(_titles(args.title))
    if args.accept or args.refuse:
        _decide(args, titles, load(*args.added))
    graph = load(*args.added, *([args.decisions] if args.decisions else []))
    rows = [found.to_dict() for found in resolve_all(titles, graph)]
    write_output(
        format_rows(rows, ["title", "status", "roles", "reasons", "nearest"], args.format),
        args.output,
    )
    return _contradictions(graph)


def _contradictions(graph: Graph) -> int:
    """Name the contradictions among the decisions; 1 if there are any."""
    from ...matching.curation import decisions_of

    found = decisions_of(graph).contradictions
    sys.stderr.write("".join(f"{sentence}\n" for sentence in found))
    return 1 if found else 0
