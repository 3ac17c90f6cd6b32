"""Audit a staff file: who holds which role, what is covered, who could act as what.

  mlops-roles audit staff.csv
  mlops-roles audit staff.xlsx --map title="Job Title" --format html --output report.html
  mlops-roles audit staff.csv --format csv --output people.csv     one row per person
  mlops-roles audit staff.nt                                       people as RDF
  mlops-roles audit --connect duckdb://hr.duckdb --table staff     a table in its database
  mlops-roles audit --connect postgres://hr@db.acme.example/people --table staff

The columns are person, title, skills (separated by ;), and optionally unit, role, lacks, assessed.
RDF is read in the terms of mlops:, org:, foaf: and schema:. A database is any that Ibis connects
to; give its password in PGPASSWORD, ~/.pgpass or wherever its driver looks, because others can see
a command line. Exit code 1 if rows were rejected; with --strict also if a title is not resolved.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from ...errors import InputError
from ...io.text import format_rows, to_json
from ...ontology.graph import load
from ...staff.engine import connect, database_errors, open_table
from ...staff.privacy import format_bands, small_groups
from ..main import Progress, add_common, add_privacy, pseudonymiser, write_output

if TYPE_CHECKING:
    import ibis

DATABASE_FIX = "export the table as CSV if its engine cannot run the audit"
PERSON_FORMATS = ("csv", "tsv", "jsonl")


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["table", "json", "md", "html", *PERSON_FORMATS])
    parser.add_argument(
        "staff", nargs="?", metavar="STAFF", help="a staff file: CSV, TSV, XLSX, Parquet or RDF"
    )
    add_map(parser)
    parser.add_argument(
        "--connect",
        metavar="URL",
        help="a database instead of STAFF: duckdb://FILE, postgres://USER@HOST/DB, pyspark://",
    )
    parser.add_argument("--table", metavar="NAME", help="the staff table of that database")
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
    progress = Progress()
    pseudonymiser(args)  # a missing key is an error before the work
    if args.small_groups and args.format in PERSON_FORMATS:
        raise InputError(
            f"--small-groups: {args.format} shows single people; choose table, md, json or html"
        )
    from ...analysis.audit import audit

    graph, columns = load(*args.added), mapping(args.map)
    with database_errors(args.connect or "", DATABASE_FIX) if args.connect else nullcontext():
        found = audit(_source(args), graph=graph, mapping=columns, on_progress=progress)
        unresolved = found.titles["ambiguous"] + found.titles["none"]
        answer = found.arrow() if args.format in PERSON_FORMATS else found.to_dict()
    text = _formatted(answer, args)
    progress.done()
    write_output(text, args.output)
    return 1 if found.rejected or (args.strict and unresolved) else 0


def _formatted(answer: Any, args: argparse.Namespace) -> str:
    """The people as an Arrow table, or the audit as plain data, in the format asked for."""
    hide = pseudonymiser(args)
    if args.format in PERSON_FORMATS:
        return format_rows(hide(answer.to_pylist()), answer.column_names, args.format)
    from ..views.report import report

    data = hide(small_groups(answer) if args.small_groups else answer)
    return to_json(format_bands(data)) if args.format == "json" else report(data, args.format)


def _source(args: argparse.Namespace) -> str | ibis.Table:
    """The staff file, or the table of a database, that these options name."""
    if args.connect is None and args.table is None:
        if args.staff is None:
            raise InputError("no STAFF; name a staff file, or a table with --connect and --table")
        return str(args.staff)
    if args.staff is not None:
        raise InputError(
            f"{args.staff}: a STAFF file and --connect or --table; leave out the one or the other"
        )
    if args.table is None:
        raise InputError("--connect: no table; name the staff table with --table NAME")
    if args.connect is None:
        raise InputError("--table: no database; name it with --connect URL, as duckdb://hr.duckdb")
    return open_table(connect(args.connect), args.table, args.connect)


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
    """The values of `--map`: our column to the column of the file."""
    for pair in given:
        if "=" not in pair:
            raise InputError(f"--map {pair}: no '='; write --map title=\"Job Title\"")
    return dict(pair.split("=", 1) for pair in given)
