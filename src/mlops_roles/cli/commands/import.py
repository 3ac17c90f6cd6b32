"""Make Turtle of a role framework in tables: its roles, tasks, skills, needs and levels.

  mlops-roles import roles.xlsx --namespace https://acme.example/roles/ --output acme.ttl
  mlops-roles import occupations.csv skills.csv relations.csv --namespace https://acme.example/r/
  mlops-roles import roles.csv --namespace https://acme.example/roles/ --map skill=Know-how

All sheets of all files make one framework. A row names a role and a task or skill of it; if it
names both, the skill is the task's. A column says whether the skill is required or preferred, else
it is required; an importance of 3 and more is required, of 2 and more preferred. Levels become
notes, on which no verdict rests. Columns, sheets and rows that are not read are named on standard
error. Use the result with --only instead of our roles; or import with --extend, which uses our
skills, and add it to ours by --with. Exit code 1 if a row was not read.
"""

import argparse
from collections.abc import Sequence

from ...io.text import counted
from ..main import print_note, write_output
from ..options import OUTPUT, declare
from ..staff_options import parse_mapping_options

MAX_SHOWN = 50

ARGUMENTS = """
files TABLE+          CSV, TSV (or .txt) or XLSX
--namespace IRI!      the start of the IRIs of your terms; it ends with / or #
--prefix PREFIX       the prefix of the namespace
--source TEXT         the document that the terms come from, an IRI or a title (default: the files)
--lang LANG           the language of the texts (default: en)
--map OURS=THEIRS...  read a column of theirs as one of ours, such as role, task, skill, need or
    level
--ignore HEADING...   do not read this column (repeatable)
--extend              a skill with a name of one of ours becomes ours: for use with --with, not
    --only
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    declare(parser, ARGUMENTS, prefix="our", lang="en")
    declare(parser, OUTPUT)


def run(args: argparse.Namespace) -> int:
    from ...ontology.graph import load
    from ...staff.framework_import import import_framework

    framework = import_framework(
        args.files,
        args.namespace,
        prefix=args.prefix,
        source=args.source,
        language=args.lang,
        mapping=parse_mapping_options(args.map),
        ignore=args.ignore,
        graph=load() if args.extend else None,
    )
    write_output(framework.to_turtle(), args.output)
    for reading in framework.readings:
        for sentence in reading.lines():
            print_note(sentence)
    for one in framework.unread[:MAX_SHOWN]:
        print_note(f"{one.place}: {one.reason}; {one.fix}")
    if len(framework.unread) > MAX_SHOWN:
        print_note(f"and {counted(len(framework.unread) - MAX_SHOWN, 'more row')} not read")
    if args.extend:
        names = "; ".join(f"{name} ({term})" for name, term in framework.reused.items())
        print_note(f"skills of ours: {names or 'none'}")
    counts = framework.counts
    print_note(
        f"{counted(counts['role'], 'role')}, {counted(counts['task'], 'task')}, "
        f"{counted(counts['skill'], 'skill')}; {counts['requiresSkill']:,} required, "
        f"{counts['prefersSkill']:,} preferred; {counted(counts['performs'], 'task')} of roles"
    )
    return 1 if framework.unread else 0
