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

from ..main import Progress
from ..options import PRIVACY, add_common_options, declare, pseudonymiser
from ..output import write_result
from ..staff_options import add_reading_options, read_options
from ..views import ALL_FORMATS

ARGUMENTS = """
old OLD       an ontology (a folder, or an RDF file) or a staff file
new NEW       another of the same kind
--staff FILE  with ontologies: compare the answers about this staff file; these are then the rows
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ALL_FORMATS)
    declare(parser, ARGUMENTS)
    add_reading_options(parser, saves=False)
    declare(parser, PRIVACY)


def run(args: argparse.Namespace) -> int:
    from functools import partial

    from ...analysis.audit import audit
    from ...analysis.diff import diff

    pseudonymiser(args)  # a missing key is an error before the work
    progress = Progress()
    run_audit = partial(audit, mapping=read_options(args), on_progress=progress)
    files = (args.old, args.new, args.staff)
    found = diff(*files, added=args.added, only=args.only, run_audit=run_audit)
    progress.done()
    write_result(args, found)
    return 1 if found.rejected else 0
