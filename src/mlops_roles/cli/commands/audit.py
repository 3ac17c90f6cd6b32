"""Audit a staff file: who holds which role, what is covered, who could act as what.

  mlops-roles audit staff.csv
  mlops-roles audit staff.xlsx --map title="Job Title" --format html --output report.html
  mlops-roles audit staff.csv --format csv --output people.csv     one row per person
  mlops-roles audit staff.csv --format xlsx --output report.xlsx   a workbook, a sheet per question
  mlops-roles audit staff.csv --format html --public               no name of any person
  mlops-roles audit staff.csv --reading                            how the file is read, alone
  mlops-roles audit people.csv --join skills.csv --on employee_id  two files
  mlops-roles audit staff.nt                                       people as RDF
  mlops-roles audit ann.json ben.json team.html                    JSON Resume, web pages
  cat staff.csv | mlops-roles audit -                              CSV, RDF or JSON
  mlops-roles audit --connect duckdb://hr.duckdb --table staff     a table in its database
  mlops-roles audit --connect postgres://hr@db.acme.example/people --table staff

The columns are person, title, skills (separated by ;), and optionally unit, role, lacks, assessed,
status, start, end. Other headings, and other layouts (a column or a row for each skill, levels),
are recognised; each answer says how the file was read. People who have left and vacancies do not
count. All that a reading says can be settled by options, or by a file (--save-mapping, --mapping).
RDF and JSON are read in the terms of mlops:, org:, foaf:, vcard: and schema:, or of a mapping
(--map title=hr:position). A database is any that Ibis connects to; give its password in PGPASSWORD,
~/.pgpass or wherever its driver looks, because others can see a command line. Exit code 1 if rows
were rejected; with --strict also if a title is not resolved.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from ...errors import InputError
from ...io.json_text import to_json
from ...io.text import format_rows
from ...ontology.graph import Graph
from ...staff.connections import connect, database_errors, open_table
from ...staff.privacy import Pseudonyms, format_bands, small_groups, without_file_names
from ..main import Progress, write_output
from ..options import (
    PRIVACY,
    PUBLIC,
    add_common_options,
    declare,
    load_ontology,
    pseudonymiser,
    pseudonyms,
)
from ..output import terminal_width
from ..staff_options import add_reading_options, read_options, write_mapping
from ..views.people import WORKBOOK_ROWS

if TYPE_CHECKING:
    import ibis

    from ...staff.reading import ReadOptions

DATABASE_FIX = "export the table as CSV if its engine cannot run the audit"
PERSON_FORMATS = ("csv", "tsv", "jsonl")
# the most entries of each list of people; CSV has all
LISTED = {"table": 25, "md": 200, "html": 800, "json": 1_000, "xlsx": WORKBOOK_ROWS}

ARGUMENTS = """
staff STAFF*    staff files: CSV, TSV, XLSX, Parquet, RDF, JSON-LD, JSON Resume; - is standard input
--reading       only show how the staff file is read, what is not read, and who is left out
--connect URL   a database instead of STAFF: duckdb://FILE, postgres://USER@HOST/DB, pyspark://
--table NAME    the staff table of that database
--strict        titles that are ambiguous or name no role count as findings
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ["table", "json", "md", "html", "xlsx", *PERSON_FORMATS])
    declare(parser, ARGUMENTS)
    add_reading_options(parser)
    declare(parser, PRIVACY + PUBLIC)


def run(args: argparse.Namespace) -> int:
    progress = Progress()
    if args.public:
        args.small_groups = True
    pseudonymiser(args)  # a missing key is an error before the work
    if args.small_groups and args.format in PERSON_FORMATS:
        raise InputError(
            f"--small-groups: {args.format} shows single people; "
            "choose table, md, json, html or xlsx"
        )
    from ...analysis.audit import audit

    graph, options = load_ontology(args), read_options(args)
    with database_errors(args.connect or "", DATABASE_FIX) if args.connect else nullcontext():
        if args.reading:
            return _show_reading(args, graph, options)
        found = audit(_source(args), graph=graph, mapping=options, on_progress=progress)
        unresolved = found.titles["ambiguous"] + found.titles["none"]
        is_by_person = args.format in PERSON_FORMATS
        answer = found.arrow() if is_by_person else found.to_dict(LISTED[args.format])
    text = _format_answer(answer, args)
    progress.done()
    write_output(text, args.output)
    write_mapping(args, found.reading, options)
    return 1 if found.rejected or (args.strict and unresolved) else 0


def _show_reading(args: argparse.Namespace, graph: Graph, options: ReadOptions) -> int:
    """Write the reading alone."""
    from ...analysis.audit import read
    from ..views.report import reading_report

    staff = read(_source(args), graph=graph, mapping=options)
    data = staff.reading.to_dict()
    rejected = [row.to_dict() for row in staff.rejected]
    if args.format == "json":
        text: str | bytes = to_json({"reading": data, "rejected": rejected})
    else:
        text = reading_report(data, args.format, terminal_width(args.output))
    write_output(text, args.output)
    write_mapping(args, staff.reading, options)
    return 1 if rejected else 0


def _format_answer(answer: Any, args: argparse.Namespace) -> str | bytes:
    """The people as an Arrow table, or the audit as plain data, in the format asked for."""
    hide = pseudonymiser(args)
    if args.public and not pseudonyms(args):
        hide = Pseudonyms.random().hide
    if args.format in PERSON_FORMATS:
        return format_rows(hide(answer.to_pylist()), answer.column_names, args.format)
    from ..views.report import audit_workbook, report

    data = small_groups(answer) if args.small_groups else answer
    data = without_file_names(data) if args.public else data
    if args.format == "json":
        return to_json(format_bands(hide(data)) if args.small_groups else hide(data))
    if args.format == "xlsx":
        return audit_workbook(hide(data))
    return report(hide(data), args.format, terminal_width(args.output))


def _source(args: argparse.Namespace) -> str | list[str] | ibis.Table:
    """The staff files, or the table of a database, that these options name."""
    if args.connect is None and args.table is None:
        if not args.staff:
            raise InputError("no STAFF; name a staff file, or a table with --connect and --table")
        return args.staff if len(args.staff) > 1 else str(args.staff[0])
    if args.staff:
        raise InputError(
            f"{args.staff[0]}: a STAFF file and --connect or --table; leave out one of them"
        )
    if args.table is None:
        raise InputError("--connect: no table; name the staff table with --table NAME")
    if args.connect is None:
        raise InputError("--table: no database; name it with --connect URL, as duckdb://hr.duckdb")
    return open_table(connect(args.connect), args.table, args.connect)
