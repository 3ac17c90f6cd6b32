"""Find the smallest set of skills that a person still needs for a role.

  mlops-roles gap "Ben Lindqvist" R3 --staff staff.csv
  mlops-roles gap "Ben Lindqvist" --staff staff.csv          all roles, the nearest first

The skills are listed by the role and task that require them: what to learn (recorded as lacking),
what to confirm (a tool is evidence), what to record or assess (unknown). Without a role, all roles
are ranked by the share of their skills that is recorded, with the role that the person holds now.
"""

import argparse
from collections.abc import Sequence

from ..options import add_common_options, declare
from ..output import write_result
from ..views import ALL_FORMATS
from .certify import add_person_arguments, load_records, print_conflict

ARGUMENTS = """
role ROLE?  a slug, CURIE, IRI or notation; without it all roles, the nearest first
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ALL_FORMATS)
    add_person_arguments(parser)
    declare(parser, ARGUMENTS)


def run(args: argparse.Namespace) -> int:
    from ...analysis.evidence import Conflict
    from ...analysis.gap import gap, nearest_roles
    from ...io.result import Result

    staff, accept = load_records(args), bool(args.accept_evidence)
    try:
        if args.role:
            found: Result = gap(args.person, args.role, staff, accept_tools=accept)
        else:
            found = nearest_roles(args.person, staff, accept_tools=accept)
    except Conflict as conflict:
        return print_conflict(conflict, args)
    write_result(args, found)
    return 0
