"""Compare coverage before and after people learn, join or leave.

  mlops-roles whatif --staff staff.csv --leave "Ada Okafor"
  mlops-roles whatif --staff staff.csv --learn "Ben Lindqvist=model deployment" --hire R7
  mlops-roles whatif --staff staff.csv --hire solution-architect --all --format csv

A hire is assumed to hold the role and to have its skills, and is marked as assumed; a skill that is
learnt counts as recorded. The report shows changes for roles, tasks, skills and workflow steps:
the number of people and the state; complete: holders with all skills recorded; able: people with
all skills of a role recorded, holders or not. Exit code 1 if rows of the staff file were rejected.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace

from ...errors import InputError
from ..main import Progress
from ..options import add_common_options, declare, pseudonymiser
from ..output import write_result
from ..views import ALL_FORMATS
from .team import add_staff_arguments, audit_staff

ARGUMENTS = """
--learn PERSON=SKILL...  a person learns a skill (repeatable)
--hire ROLE...           a person joins, assumed to hold a role and have its skills (repeatable)
--leave PERSON...        a person leaves (repeatable)
--all                    show also what does not change
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ALL_FORMATS)
    add_staff_arguments(parser)
    declare(parser, ARGUMENTS)


def run(args: argparse.Namespace) -> int:
    from ...analysis.whatif import whatif

    pseudonymiser(args)  # a missing key is an error before the work
    progress = Progress()
    lessons = [_parse_lesson(text) for text in args.learn]
    people = audit_staff(args, progress)
    found = whatif(people, learn=lessons, hire=args.hire, leave=args.leave)
    progress.done()
    write_result(args, replace(found, shows_all=args.all))
    return 1 if people.rejected else 0


def _parse_lesson(text: str) -> tuple[str, str]:
    person, _, skill = text.rpartition("=")
    if not (person and skill):
        raise InputError("--learn: no two sides of an '='; write --learn PERSON=SKILL")
    return person, skill
