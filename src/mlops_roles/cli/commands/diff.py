"""Compare two versions of the ontology, or two staff files.

  mlops-roles diff old/ontology ontology
  mlops-roles diff old.ttl new.ttl --staff staff.csv
  mlops-roles diff acme-1.ttl acme-2.ttl --staff staff.csv     a company's own roles
  mlops-roles diff staff-2025.csv staff-2026.csv

An ontology is a folder such as ontology/, or one RDF file; a file of a company's own roles, as for
--with, is compared with all that follows from it and the ontology. For ontologies, the report lists
the terms added, removed and changed, the inferred statements gained and lost with the change that
causes each, and with --staff the people whose answers change. For staff files, it lists the people
added and removed, those whose roles, skills or answers change, and the coverage before and after.
Exit code 1 if rows of a staff file were rejected; a difference alone is an answer.
"""

import argparse
from collections.abc import Sequence

from ...io.text import format_rows, to_json
from ..main import Progress, add_common, add_privacy, pseudonymiser, write_output
from ..staff_options import add_reading, read_options

STATEMENT_COLUMNS = ("change", "how", "term", "statement", "because")
ANSWER_COLUMNS = ("change", "person", "line", "answer", "before", "after", "because")
ROW_FORMATS = ("csv", "tsv", "jsonl")


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["table", "json", "md", *ROW_FORMATS])
    parser.add_argument(
        "old", metavar="OLD", help="an ontology (a folder, or an RDF file) or a staff file"
    )
    parser.add_argument("new", metavar="NEW", help="another of the same kind")
    parser.add_argument(
        "--staff",
        metavar="FILE",
        help="with ontologies: compare the answers about this staff file; these are then the rows",
    )
    add_reading(parser)
    add_privacy(parser)


def run(args: argparse.Namespace) -> int:
    from functools import partial

    from ...analysis.audit import audit
    from ...analysis.diff import StaffDiff, diff
    from ..views.diffs import diff_text

    hide, progress = pseudonymiser(args), Progress()
    run_audit = partial(audit, mapping=read_options(args), on_progress=progress)
    files = (args.old, args.new, args.staff)
    found = diff(*files, added=args.added, only=args.only, run_audit=run_audit)
    progress.done()
    if args.format in ROW_FORMATS:
        people = isinstance(found, StaffDiff) or args.staff
        changed = ({"change": "changed", **answer} for answer in found.answers)
        rows = list(changed) if args.staff else found.to_rows()
        text = format_rows(hide(rows), ANSWER_COLUMNS if people else STATEMENT_COLUMNS, args.format)
    else:
        data = hide(found.to_dict())
        text = to_json(data) if args.format == "json" else diff_text(data, args.format)
    write_output(text, args.output)
    return 1 if found.rejected else 0
