"""Find what is wrong with mappings: merged things, impossible classes, chains into two of ours, refusals undone.

  mlops-roles coherence mappings.sssom.tsv theirs.ttl

Every row is looked at, reviewed or not, together with the ontology, the shipped alignments and
the file that is mapped. Each finding names the rows and the statements that cause it.
Exits with 1 if anything is found.
"""

import argparse
import sys
from collections.abc import Sequence

from ...io.sssom import read_mappings
from ...io.text import FORMATTERS, format_rows, single_line
from ...matching.coherence import CoherenceIssue, coherence
from ..main import add_common, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, list(FORMATTERS))
    parser.add_argument("mappings", metavar="MAPPINGS", help="a set of mappings in SSSOM")
    parser.add_argument("theirs", metavar="THEIRS", help="the RDF file whose terms it maps")


def run(args: argparse.Namespace) -> int:
    mappings = read_mappings(args.mappings)
    found = coherence(mappings, args.theirs, args.added)
    text = (
        _table(found)
        if args.format == "table"
        else format_rows(
            [c.to_dict() for c in found], list(CoherenceIssue.__dataclass_fields__), args.format
        )
    )
    write_output(text, args.output)
    sys.stderr.write(f"{len(found)} findings in {len(mappings.mappings)} mappings\n")
    return 1 if found else 0


def _table(found: Sequence[CoherenceIssue]) -> str:
    return "".join(
        f"{single_line(c.kind)}: {single_line(c.about)}\n  {single_line(c.message)}\n"
        + "".join(f"  {label} {single_line(x)}\n" for label, xs in _parts(c) for x in xs)
        for c in found
    )


def _parts(issue: CoherenceIssue) -> list[tuple[str, tuple[str, ...]]]:
    return [("row    ", issue.rows), ("because", issue.because)]
