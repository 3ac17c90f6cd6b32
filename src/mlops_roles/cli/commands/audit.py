"""Audit a staff file: who holds which role, what is covered, who could act as what.

  mlops-roles audit staff.csv
  mlops-roles audit staff.xlsx --map title="Job Title" --format html --output report.html
  mlops-roles audit staff.csv --format csv --output people.csv     one row per person
  mlops-roles audit staff.csv --engine spark                       the same on Spark (needs Java)
  mlops-roles audit staff.nt                                       people as RDF

Columns: person, title, skills (separated by ;), and optionally unit, role, lacks, assessed;
of RDF what mlops:, org:, foaf: and schema: say of them.
Exits with 1 if rows were rejected; with --strict also if a title was not resolved.
"""

import argparse
from collections.abc import Sequence
from typing import Any

from ...errors import InputError
from ...io.text import format_rows, to_json
from ...ontology.graph import load
from ...staff.engine import ENGINES, connect
from ...staff.privacy import small_groups, spelt
from ..main import Progress, add_common, add_privacy, pseudonymiser, write_output

PEOPLE = ("csv", "tsv", "jsonl")


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["table", "json", "md", "html", *PEOPLE])
    parser.add_argument(
        "staff", metavar="STAFF", help="a staff file: CSV, TSV, XLSX, Parquet or RDF"
    )
    add_map(parser)
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default=ENGINES[0],
        help=f"what it runs on, with the same answer (default: {ENGINES[0]})",
    )
    add_privacy(parser)
    parser.add_argument(
        "--small-groups",
        action="store_true",
        help="tell no figure about a group of under 5 people, nor one to work it out from",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="titles that are ambiguous or name no role count as findings",
    )


def run(args: argparse.Namespace) -> int:
    hide, progress = pseudonymiser(args), Progress()
    if args.small_groups and args.format in PEOPLE:
        raise InputError(
            f"--small-groups: {args.format} shows single people; choose table, md, json or html"
        )
    found = _found(args, progress)
    if args.format in PEOPLE:
        rows = found.arrow()
        text = format_rows(hide(rows.to_pylist()), rows.column_names, args.format)
    else:
        from ..views.report import report

        data = hide(small_groups(found.to_dict()) if args.small_groups else found.to_dict())
        text = to_json(spelt(data)) if args.format == "json" else report(data, args.format)
    progress.done()
    write_output(text, args.output)
    unresolved = found.titles["ambiguous"] + found.titles["none"]
    return 1 if found.rejected or (args.strict and unresolved) else 0


def _found(args: argparse.Namespace, progress: Progress) -> Any:
    from ...analysis.audit import audit

    return audit(
        args.staff,
        graph=load(*args.added),
        mapping=mapping(args.map),
        connection=connect(args.engine),
        on_progress=progress,
    )


def add_map(parser: argparse.ArgumentParser) -> None:
    """The option for columns of other names, of every command that reads a staff file."""
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help='where a column has another name: --map title="Job Title"',
    )


def mapping(given: Sequence[str]) -> dict[str, str]:
    """What `--map` says: column of ours to column of the file."""
    for pair in given:
        if "=" not in pair:
            raise InputError(f"--map {pair}: no '='; write --map title=\"Job Title\"")
    return dict(pair.split("=", 1) for pair in given)
