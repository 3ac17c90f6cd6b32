"""Find the smallest set of skills that a person still needs for a role.

  mlops-roles gap "Ben Lindqvist" R3 --staff staff.csv
  mlops-roles gap "Ben Lindqvist" --staff staff.csv          all roles, the nearest first

The skills are listed by the role and task that require them: what to learn (recorded as lacking),
what to confirm (a tool is evidence), what to record or assess (unknown). Without a role, all roles
are ranked by the share of their skills that is recorded, with the role that the person holds now.
"""

import argparse
from collections.abc import Sequence

from ...io.text import format_rows, to_json
from ..main import add_common, write_output
from .certify import add_person, print_conflict, records

ROW_FORMATS = ("csv", "tsv", "jsonl")
COLUMNS = ("person", "role", "skill", "do", "demanded_by")


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["table", "json", "md", *ROW_FORMATS])
    add_person(parser)
    parser.add_argument(
        "role",
        nargs="?",
        metavar="ROLE",
        help="a slug, CURIE, IRI or notation; without it all roles, the nearest first",
    )


def run(args: argparse.Namespace) -> int:
    from ...analysis.evidence import Conflict
    from ...analysis.gap import gap, nearest_roles
    from ..views.certificates import gap_text, gaps_text

    staff, accept = records(args), bool(args.accept_evidence)
    try:
        if args.role:
            found = [gap(args.person, args.role, staff, accept_tools=accept)]
        else:
            found = nearest_roles(args.person, staff, accept_tools=accept)
    except Conflict as conflict:
        return print_conflict(conflict, args)
    if args.format == "json":
        data = [one.to_dict() for one in found]
        text = to_json(data[0] if args.role else data)
    elif args.format in ROW_FORMATS:
        text = format_rows([row for one in found for row in one.to_rows()], COLUMNS, args.format)
    else:
        text = gap_text(found[0], args.format) if args.role else gaps_text(found, args.format)
    write_output(text, args.output)
    return 0
