"""Check RDF data about people, or the ontology, against the SHACL shapes.

  mlops-roles check staff.ttl
  mlops-roles check                        the ontology itself
  mlops-roles check --with ours.ttl        the ontology with a company's additions

Exit code 1 if a finding is worse than Info, 2 if there was nothing to check.
"""

import argparse
from collections.abc import Sequence

from ...io.text import FORMATTERS, counted, single_line
from ...validation.findings import SECONDS, Finding
from ..main import print_note, write_output
from ..options import add_common_options, declare, load_ontology
from ..output import write_result

ARGUMENTS = f"""
--timeout S  seconds until shapes given by --with are stopped (default: {SECONDS})
data FILE?   RDF in our terms, W3C ORG, FOAF or schema.org (default: the ontology)
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, list(FORMATTERS))
    declare(parser, ARGUMENTS, timeout=float(SECONDS))


def run(args: argparse.Namespace) -> int:
    from ...validation.shacl import check

    report = check(args.data, load_ontology(args), args.timeout)
    if args.format == "table":
        write_output("".join(map(_finding_text, report.findings)), args.output)
    else:
        write_result(args, report)
    shapes = counted(sum(map(bool, report.checked.values())), "shape")
    nodes = counted(report.nodes, "node")
    print_note(f"{counted(len(report.findings), 'finding')}; {nodes} checked by {shapes}")
    return 0 if report.conforms else 1


def _finding_text(finding: Finding) -> str:
    value = f" = {single_line(finding.value)}" if finding.value else ""
    heading = f"{finding.severity}: {finding.focus}{value}"
    return f"{heading}\n  {finding.message} [{finding.shape}]\n"
