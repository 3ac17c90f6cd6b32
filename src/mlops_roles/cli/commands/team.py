"""Find the smallest group that covers all roles, tasks, skills or steps.

  mlops-roles team --staff staff.csv --cover tasks
  mlops-roles team --staff staff.csv --cover skills --redundancy 2 --must "Ada Okafor"
  mlops-roles team --staff staff.csv --cover skills --size 5       the best group of five

Coverage is that of the audit: roles by a certain title, tasks and steps by such a role, skills by a
record. The solver HiGHS (python -m pip install 'mlops-roles[team]') proves that the group is the
best, or tells how far from the best it may be. What too few people cover is listed with whom to
hire for it. Exit code 1 if anything is, or if rows of the staff file were rejected.
"""

import argparse
from collections.abc import Sequence

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
        "--cover",
        required=True,
        choices=("roles", "tasks", "skills", "steps"),
        help="what the group is to cover",
    )
    parser.add_argument(
        "--size", type=int, metavar="N", help="at most so many people, who cover as much as can be"
    )
    parser.add_argument(
        "--must",
        action="append",
        default=[],
        metavar="PERSON",
        help="somebody who belongs to the group in any case (repeatable)",
    )
    parser.add_argument(
        "--redundancy",
        type=int,
        default=1,
        metavar="N",
        help="how many members are to cover each (default: 1)",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=5.0,
        metavar="S",
        help="when the solver stops; its answer then comes with a bound (default: 5)",
    )


def run(args: argparse.Namespace) -> int:
    from ...analysis.audit import audit
    from ...analysis.team import team
    from ..views.teams import team_text

    hide, progress = pseudonymiser(args), Progress()
    people = audit(
        args.staff, graph=load(*args.added), mapping=mapping(args.map), on_progress=progress
    )
    progress("looking for the group")
    found = team(
        people,
        args.cover.removesuffix("s"),
        size=args.size,
        must=args.must,
        redundancy=args.redundancy,
        seconds=args.seconds,
    )
    progress.done()
    if args.format == "json":
        text = to_json(hide(found.to_dict()))
    elif args.format in ROWS:
        text = format_rows(
            hide(found.members), ["person", "line", "must", "covers", "alone"], args.format
        )
    else:
        text = team_text(hide(found.to_dict()), args.format)
    write_output(text, args.output)
    return 1 if found.impossible or found.audit.rejected else 0
