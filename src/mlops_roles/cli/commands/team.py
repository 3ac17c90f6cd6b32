"""Find the smallest group that covers all roles, tasks, skills or steps.

  mlops-roles team --staff staff.csv --cover tasks
  mlops-roles team --staff staff.csv --cover skills --redundancy 2 --must "Ada Okafor"
  mlops-roles team --staff staff.csv --cover skills --size 5       the best group of five
  mlops-roles team --staff staff.csv --role R7                     the fewest people to train for R7

Coverage is that of the audit: roles by a certain title, tasks and steps by such a role, skills by a
record. The answer says whether the group is proven to be the best, or how far from the best it may
be (the gap, in percent of the bound); python -m pip install 'mlops-roles[team]' installs the
solver. Items that too few people cover are listed, with the roles to hire for them. Exit code 1 if
there are such items, or if rows of the staff file were rejected.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...errors import InputError
from ..main import Progress
from ..options import PRIVACY, add_common_options, declare, load_ontology, pseudonymiser
from ..output import write_result
from ..staff_options import add_reading_options, read_options, write_mapping
from ..views import ALL_FORMATS

if TYPE_CHECKING:
    from ...analysis.audit import Audit

ARGUMENTS = """
--cover roles|tasks|skills|steps  what the group is to cover
--role ROLE       cover the skills that this role requires: the fewest people to train for it
--size N          the most members; they cover as much as possible
--must PERSON...  a person who is a member in any case (repeatable)
--redundancy N    by how many members each item is to be covered (default: 1)
--seconds S       about how long to search; steps are counted, not time (default: 5)
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ALL_FORMATS)
    add_staff_arguments(parser)
    declare(parser, ARGUMENTS, size={"type": int}, redundancy=1, seconds=5.0)


def run(args: argparse.Namespace) -> int:
    from ...analysis.team import team

    if not args.cover and not args.role:
        raise InputError("team: nothing to cover; name it with --cover, or a role with --role")
    pseudonymiser(args)  # a missing key is an error before the work
    progress = Progress()
    people = audit_staff(args, progress)
    progress("searching for the group")
    found = team(
        people,
        (args.cover or "skills").removesuffix("s"),
        size=args.size,
        must=args.must,
        redundancy=args.redundancy,
        seconds=args.seconds,
        role=args.role,
    )
    progress.done()
    write_result(args, found)
    return 1 if found.impossible or people.rejected else 0


STAFF = """
--staff FILE!  a staff file: CSV, TSV, XLSX, Parquet, RDF or JSON; - is standard input
"""


def add_staff_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that audits the staff first."""
    declare(parser, STAFF)
    add_reading_options(parser)
    declare(parser, PRIVACY)


def audit_staff(args: argparse.Namespace, progress: Progress) -> Audit:
    """The audit of the staff file that these options name."""
    from ...analysis.audit import audit

    graph, options = load_ontology(args), read_options(args)
    found = audit(args.staff, graph=graph, mapping=options, on_progress=progress)
    write_mapping(args, found.reading, options)
    return found
