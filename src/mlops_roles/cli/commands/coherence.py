"""Find contradictions in a set of mappings.

  mlops-roles coherence mappings.sssom.tsv theirs.ttl

The report lists terms and predicates that do not exist, and mappings that merge distinct terms,
make a class unsatisfiable, chain exact matches into two of our roles, or contradict a rejected
mapping, and matches of different kinds, such as an occupation and a tool. A match against a label
or a shipped mapping is a warning. Every row counts, reviewed or not, together with the ontology,
its alignments and the mapped file. Each finding cites the rows and statements that cause it. Exit
code 1 if anything but warnings is found.
"""

import argparse
from collections.abc import Sequence

from ...io.sssom import read_mappings
from ...io.text import FORMATTERS, counted, single_line
from ...matching.coherence import CoherenceIssue, coherence
from ..main import print_note, write_output
from ..options import add_common_options, declare
from ..output import write_result

ARGUMENTS = """
mappings MAPPINGS  a mapping set in SSSOM
theirs THEIRS      the RDF file whose terms it maps
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, list(FORMATTERS))
    declare(parser, ARGUMENTS)


def run(args: argparse.Namespace) -> int:
    mappings = read_mappings(args.mappings)
    issues = coherence(mappings, args.theirs, args.added, args.only)
    if args.format == "table":
        write_output("".join(map(_issue_text, issues)), args.output)
    else:
        write_result(args, issues)
    warnings = sum(issue.is_warning for issue in issues)
    shown = f"{counted(len(issues) - warnings, 'finding')} and {counted(warnings, 'warning')}"
    print_note(f"{shown} in {counted(len(mappings.mappings), 'mapping')}")
    return 1 if len(issues) > warnings else 0


def _issue_text(issue: CoherenceIssue) -> str:
    kind = f"warning, {issue.kind}" if issue.is_warning else issue.kind
    lines = [
        f"{single_line(kind)}: {single_line(issue.about)}",
        f"  {single_line(issue.message)}",
        *(f"  row     {single_line(row)}" for row in issue.rows),
        *(f"  because {single_line(statement)}" for statement in issue.because),
    ]
    return "".join(f"{line}\n" for line in lines)
