"""Compare coverage before and after people learn, join or leave.

  mlops-roles whatif --staff staff.csv --leave "Ada Okafor"
  mlops-roles whatif --staff staff.csv --learn "Ben Lindqvist=model deployment" --hire R7
  mlops-roles whatif --staff staff.csv --hire solution-architect --all --format csv

A hire is assumed to hold the role and to have its skills, and is marked as assumed; a skill that is
learnt counts as recorded. Shown is what changes for roles, tasks, skills and workflow steps: people
and state; complete: holders with all skills recorded; able: anyone with all skills of a role
recorded. Exit code 1 if rows of the staff file were rejected.
"""

import argparse
from collections.abc import Sequence

from ...errors import InputError
from ...io.text import format_rows, to_json
from ...ontology.graph import load
from ..main import Progress, add_common, add_privacy, pseudonymiser, write_output
from .audit import add_map, mapping

ROWS = ("csv", "tsv", "jsonl")


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["table", "json", "md", *ROWS])
    parser.add_argument(
        "--staff",
        required=True,
        metavar="FILE",
        help="a staff file: CSV, TSV, XLSX, Parquet or RDF",
    )
    add_map(parser)
    add_privacy(parser)
    parser.add_argument(
        "--learn",
        action="append",
        default=[],
        metavar="PERSON=SKILL",
        help="somebody learns a skill (repeatable)",
    )
    parser.add_argument(
        "--hire",
        action="append",
        default=[],
        metavar="ROLE",
        help="somebody joins who is assumed to hold a role and have its skills (repeatable)",
    )
    parser.add_argument(
        "--leave",
        action="append",
        default=[],
        metavar="PERSON",
        help="somebody leaves (repeatable)",
    )
    parser.add_argument("--all", action="store_true", help="show also what does not change")


def run(args: argparse.Namespace) -> int:
    from ...analysis.audit import audit
    from ...analysis.whatif import whatif
    from ..views.teams import flat, whatif_text

    hide, progress, lessons = (
        pseudonymiser(args),
        Progress(),
        [_lesson(text) for text in args.learn],
    )
    people = audit(
        args.staff, graph=load(*args.added), mapping=mapping(args.map), on_progress=progress
    )
    found = whatif(people, learn=lessons, hire=args.hire, leave=args.leave)
    progress.done()
    data = hide(found.to_dict(args.all))
    if args.format == "json":
        text = to_json(data)
    elif args.format in ROWS:
        rows = [flat(row, data["labels"]) for row in data["coverage"]]
        text = format_rows(rows, list(flat({}, {})), args.format)
    else:
        text = whatif_text(data, args.format)
    write_output(text, args.output)
    return 1 if found.audit.rejected else 0


def _lesson(text: str) -> tuple[str, str]:
    person, _, skill = text.rpartition("=")
    if not (person and skill):
        raise InputError(f"--learn {text[:80]}: no two sides of an '='; write --learn PERSON=SKILL")
    return person, skill
