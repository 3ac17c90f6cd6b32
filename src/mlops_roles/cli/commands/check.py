"""Check RDF data about people, or the ontology itself, against the shapes.

  mlops-roles check staff.ttl
  mlops-roles check --with ours.ttl        the ontology together with a company's additions

Exits with 1 if anything worse than Info is found, with 2 if nothing could be checked.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict

from ...io.text import FORMATTERS, format_rows, single_line, to_json
from ...ontology.graph import load
from ...validation.findings import Finding, Report
from ...validation.shacl import SECONDS, check
from ..main import add_common, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, list(FORMATTERS))
    parser.add_argument(
        "--timeout",
        type=float,
        default=SECONDS,
        metavar="S",
        help=f"seconds until shapes of your own are stopped (default: {SECONDS})",
    )
    parser.add_argument(
        "data",
        nargs="?",
        metavar="FILE",
        help="RDF in our terms, W3C ORG, FOAF or schema.org; without it the ontology is checked",
    )


def run(args: argparse.Namespace) -> int:
    report = check(args.data, load(*args.added), args.timeout)
    write_output(_written(report, args.format), args.output)
    sys.stderr.write(
        f"{len(report.findings)} findings; {report.nodes} nodes looked at by {sum(map(bool, report.checked.values()))} shapes\n"
    )
    return 0 if report.conforms else 1


def _written(report: Report, form: str) -> str:
    if form == "json":
        return to_json(report.to_dict())
    if form == "table":
        return "".join(
            f"{f.severity}: {f.focus}{f' = {single_line(f.value)}' if f.value else ''}\n  {f.message} [{f.shape}]\n"
            for f in report.findings
        )
    return format_rows(
        [asdict(f) for f in report.findings], list(Finding.__dataclass_fields__), form
    )
