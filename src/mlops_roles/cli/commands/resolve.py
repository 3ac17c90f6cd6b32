"""Find the role that a job title names, or the meaning of a skill name.

  mlops-roles resolve "Senior Data Engineer" "MLOps Engineer"
  cut -d, -f2 staff.csv | mlops-roles resolve -                   one title per line
  mlops-roles resolve "Data Ninja" --accept R3 --decisions ours.sssom.tsv --author Ada
  mlops-roles resolve "MLOps Engineer" --refuse R6 --decisions ours.sssom.tsv --author Ada
  mlops-roles resolve --skills "Git/GitHub" "AWS (EC2)"           names of skills and tools
  mlops-roles resolve --skills "lake" --accept databricks --decisions ours.sssom.tsv --author Ada
  mlops-roles audit staff.csv --with ours.sssom.tsv               every command uses the decisions

A title is certain, ambiguous or none; a name is certain or none, and its nearest known names are
proposals that never count. Each answer about a title gives its reasons. Decisions are an SSSOM
mapping set that you own; they override the rules. Exit code 1 if a file of decisions both accepts
and refuses the same title or name.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from ...io.result import Result
from ...io.text import FORMATTERS
from ...matching.skills import resolve_skill_names
from ...matching.titles import resolve_all
from ...ontology.graph import Graph
from ..main import print_note
from ..options import add_common_options, declare, load_ontology
from ..output import write_result

ARGUMENTS = """
title TITLE+       a job title; - reads titles from standard input, one per line
--skills           TITLE is a name of a skill or tool, not a job title
--header           the first line of standard input is a heading (recognised if it is a usual one)
--decisions FILE   your decisions on titles (SSSOM, TSV); --accept and --refuse add to this file
--author AUTHOR    the author of the decision (default: $MLOPS_ROLES_AUTHOR)
--date YYYY-MM-DD  the date of the decision (default: $MLOPS_ROLES_DATE, or today)
"""
DECISIONS = """
--accept ROLE  record in --decisions that the titles name this role (--skills: skill or tool)
--refuse ROLE  record in --decisions that the titles do not name it
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, list(FORMATTERS))
    given = {name: os.environ.get(f"MLOPS_ROLES_{name.upper()}", "") for name in ("author", "date")}
    declare(parser, ARGUMENTS, **given)
    declare(parser.add_mutually_exclusive_group(), DECISIONS)


def _titles(arguments: Sequence[str], has_header: bool, kinds: Sequence[str]) -> Iterator[str]:
    """The titles or names given; those of standard input without their heading.

    The first line there is a heading if `has_header` says so, or if it names one of some kinds of
    columns.
    """
    for title in arguments:
        if title == "-":
            lines = _stdin_lines()
            if lines and (has_header or _is_heading(lines[0], kinds)):
                print_note(f"standard input, line 1: {lines[0][:80]!r} is read as a heading")
                del lines[0]
            yield from lines
        else:
            yield title


def _stdin_lines() -> list[str]:
    from ...io.rdf import check_encoding

    text = check_encoding(sys.stdin.buffer.read().removeprefix(b"\xef\xbb\xbf"), "standard input")
    return [line.rstrip("\r") for line in text.split("\n") if line.strip()]


def _is_heading(line: str, kinds: Sequence[str]) -> bool:
    from ...staff.headings import heading_kind

    return heading_kind(line.strip().strip('"')) in kinds


def _decide(args: argparse.Namespace, titles: Sequence[str], graph: Graph) -> None:
    """Record the decision on each title."""
    import datetime

    from ...errors import InputError
    from ...matching.curation import Decision, save_decisions
    from ...ontology.names import resolve_role, resolve_skill_or_tool

    if not args.decisions:
        raise InputError(
            "--accept and --refuse record a decision; name the file with --decisions FILE"
        )
    if not args.author.strip():
        raise InputError("no author; name one with --author NAME, or in MLOPS_ROLES_AUTHOR")
    try:
        date = datetime.date.fromisoformat(args.date) if args.date else datetime.date.today()
    except ValueError:
        raise InputError(f"--date {args.date[:40]!r}: not a date; write it as 2026-01-31") from None
    find = resolve_skill_or_tool if args.skills else resolve_role
    term, author = find(args.accept or args.refuse, graph), args.author
    save_decisions(
        args.decisions,
        [
            Decision(t, term, bool(args.accept), author, date.isoformat(), on_skill=args.skills)
            for t in titles
        ],
        graph,
    )


def run(args: argparse.Namespace) -> int:
    kinds = ("skills", "skill") if args.skills else ("title", "role")
    titles = list(_titles(args.title, args.header, kinds))
    if args.accept or args.refuse:
        _decide(args, titles, load_ontology(args))
    graph = load_ontology(args, *([args.decisions] if args.decisions else []))
    find: Callable[..., Result] = resolve_skill_names if args.skills else resolve_all
    write_result(args, find(titles, graph))
    return _report_contradictions(graph)


def _report_contradictions(graph: Graph) -> int:
    """Print the contradictions among the decisions; the exit code is 1 if there are any."""
    from ...matching.curation import decisions_of

    contradictions = decisions_of(graph).contradictions
    for sentence in contradictions:
        print_note(sentence)
    return 1 if contradictions else 0
