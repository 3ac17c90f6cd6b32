"""Build the release: documents, descriptions, redirects and HTML pages.

  mlops-roles build
  mlops-roles build --output dist --site https://example.org/mlops-roles
  mlops-roles build --terms                the terms that a release promises to keep, as CSV
  mlops-roles build --with acme.ttl --output acme          a company's roles: page, closure, shapes

The query page runs SPARQL in the browser if npm has installed its engine (see docs/publishing.md).
Two builds of the same ontology are identical, byte for byte. The redirects point to --site, the
address at which the folder will be published. Exit code 1, and nothing is built, if the ontology
breaks a promise of an earlier release: an IRI is missing, has another meaning, or lost its label.
With --with or --only it is the added files that are released, and nothing of ours.
"""

import argparse
from collections.abc import Sequence

from ...errors import InputError
from ...ontology.graph import load
from ..main import print_note, write_output
from ..options import add_ontology_options, declare, load_ontology

ARGUMENTS = """
--output DIR  the folder to write; it replaces an earlier build (default: dist)
--terms       only print every term with a fingerprint of its meaning
--site URL    the address at which the folder will be published
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_ontology_options(parser)
    declare(parser, ARGUMENTS, output="dist")


def run(args: argparse.Namespace) -> int:
    from ...publishing.compatibility import breaking_changes, term_list_csv
    from ...publishing.query_page import vendor_files
    from ...publishing.release import publish

    if args.added or args.only:
        return _build_extension(args)
    if args.terms:
        write_output(term_list_csv(load()), None)
        return 0
    findings = breaking_changes()
    for finding in findings:
        print_note(f"{finding.focus}: {finding.message} [{finding.shape}]")
    if findings:
        return 1
    site = {"site": args.site} if args.site else {}
    write_output(f"built {publish(args.output, **site)}\n", None)
    if not site:
        print_note("no --site: the redirects lead to a placeholder")
    if not vendor_files():
        print_note(
            "no engine and no editor in the query page: npm was not run (see docs/publishing.md)"
        )
    return 0


def _build_extension(args: argparse.Namespace) -> int:
    """Build the release of the files of --with and --only."""
    from ...publishing.extension import publish_extension

    if args.terms or args.site:
        raise InputError("--terms and --site are for the ontology; leave them out with --with")
    write_output(f"built {publish_extension(args.output, load_ontology(args))}\n", None)
    return 0
