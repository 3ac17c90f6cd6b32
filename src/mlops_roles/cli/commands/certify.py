"""Certify whether a person can act as a role: yes, no, likely or unknown.

  mlops-roles certify "Ada Okafor" R3 --staff staff.csv
  mlops-roles certify "Ada Okafor" R7 --staff staff.csv --format json --output ada.json
  mlops-roles certify "Ada Okafor" R7 --staff staff.csv --format ttl --accept-evidence tools

yes: every required skill is recorded, or assessed as present. no: one is recorded as lacking.
likely: for each skill that is not recorded, a tool is evidence. unknown: otherwise, with the facts
that would decide it. The certificate lists all its evidence. Exit code 1 if the rows of the person
are duplicates or contradict each other.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from ...io.json_text import to_json
from ...io.text import FORMATTERS, format_rows
from ..main import write_output
from ..options import PRIVACY, add_common_options, declare, load_ontology, pseudonyms
from ..output import write_result
from ..staff_options import add_reading_options, read_options, write_mapping
from ..views import ALL_FORMATS

if TYPE_CHECKING:
    from ...analysis.evidence import Conflict, Records

ROLE = "role ROLE  a slug, CURIE, IRI or notation"
PERSON = """
person PERSON            a name in the staff file, or its pseudonym
--staff FILE!            a staff file: CSV, TSV, XLSX, Parquet, RDF or JSON
--accept-evidence tools  count tools in use as a record of the skills they are evidence for
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, [*ALL_FORMATS, "ttl"])
    add_person_arguments(parser)
    declare(parser, ROLE)


def run(args: argparse.Namespace) -> int:
    from ...analysis.certificate import certify
    from ...analysis.evidence import Conflict

    accept = bool(args.accept_evidence)
    try:
        found = certify(args.person, args.role, load_records(args), accept_tools=accept)
    except Conflict as conflict:
        return print_conflict(conflict, args)
    if args.format == "ttl":
        write_output(found.to_turtle(), args.output)
    else:
        write_result(args, found)
    return 0


def add_person_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the person, and the options of every command that judges one."""
    declare(parser, PERSON)
    add_reading_options(parser)
    declare(parser, PRIVACY)


def load_records(args: argparse.Namespace) -> Records:
    """The staff file that these options name."""
    from ...analysis.evidence import Records

    options = read_options(args)
    found = Records(args.staff, load_ontology(args), options, pseudonyms(args))
    write_mapping(args, found.staff.reading, options)
    return found


def print_conflict(conflict: Conflict, args: argparse.Namespace) -> int:
    """Print why nothing is judged, each place, and write no file; returns the exit code."""
    rows = [asdict(finding) for finding in conflict.findings]
    if args.format == "json":
        text = to_json({"findings": rows})
    else:
        text = format_rows(
            rows, list(rows[0]), args.format if args.format in FORMATTERS else "table"
        )
    write_output(text, None)
    return 1
