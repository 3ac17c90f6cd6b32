"""Check RDF data about people, or the ontology, against the SHACL shapes.

  mlops-roles check staff.ttl
  mlops-roles check                        the ontology itself
  mlops-roles check --with ours.ttl        the ontology with a company's additions

Exit code 1 if a finding is worse than Info, 2 if there was nothing to check.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from ...io.text import FORMATTERS, format_rows, single_line, to_json
from ...validation.findings import Finding, Report
from ...validation.shacl import SECONDS, check
from ..main import add_common, load_ontology, print_note, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, list(FORMATTERS))
    parser.add_argument(
        "--timeout",
        type=float,
        default=SECONDS,
        metavar="S",
        help=f"seconds until shapes given by --with are stopped (default: {SECONDS})",
    )
    parser.add_argument(
        "data",
        nargs="?",
        metavar="FILE",
        help="RDF in our terms, W3C ORG, FOAF or schema.org (default: the ontology)",
    )


def run(args: argparse.Namespace) -> int:
    report = check(args.data, load_ontology(args), args.timeout)
    write_output(_format_report(report, args.format), args.output)
    shapes = sum(map(bool, report.checked.values()))
    print_note(f"{len(report.findings)} findings; {report.nodes} nodes checked by {shapes} shapes")
    return 0 if report.conforms else 1


def _format_report(report: Report, form: str) -> str:
    if form == "json":
        return to_json(report.to_dict())
    if form == "table":
        return "".join(map(_finding_text, report.findings))
    rows = [asdict(finding) for finding in report.findings]
    return format_rows(rows, list(Finding.__dataclass_fields__), form)


def _finding_text(finding: Finding) -> str:
    value = f" = {single_line(finding.value)}" if finding.value else ""
    heading = f"{finding.severity}: {finding.focus}{value}"
    return f"{heading}\n  {finding.message} [{finding.shape}]\n"
