"""Rewrite the derived files, or write the capability classes of a company's roles.

  mlops-roles derive
  mlops-roles derive --with acme.ttl --output acme-capabilities.ttl

Without --with and --only it is for maintainers: run it after every change in ontology/. With one of
them, nothing of the ontology is rewritten; the classes are written as Turtle that opens on its own.
"""

import argparse
from collections.abc import Sequence

from ..main import write_output
from ..options import OUTPUT, add_ontology_options, declare


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_ontology_options(parser)
    declare(parser, OUTPUT)


def run(args: argparse.Namespace) -> int:
    from ...matching import alignments
    from ...ontology.derivation import company_capabilities, derived_files, write_stale

    if args.added or args.only:
        write_output(company_capabilities(args.added, args.only), args.output)
        return 0
    paths = [*write_stale(derived_files()), *write_stale(alignments.derived_files())]
    written = "".join(f"wrote {path.name}\n" for path in paths)
    write_output(written or "nothing to write, every derived file is up to date\n", args.output)
    return 0
