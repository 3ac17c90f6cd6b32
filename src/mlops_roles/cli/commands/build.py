"""Build the release: documents, descriptions, redirects and HTML pages.

  mlops-roles build
  mlops-roles build --output dist --site https://example.org/mlops-roles
  mlops-roles build --terms                the terms that a release promises to keep, as CSV

Two builds of the same ontology are identical, byte for byte. The redirects point to --site, the
address at which the folder will be published. Exit code 1, and nothing is built, if the ontology
breaks a promise of an earlier release: an IRI is missing, has another meaning, or lost its label.
"""

import argparse
import sys
from collections.abc import Sequence

from ...ontology.graph import load


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument(
        "--output",
        default="dist",
        metavar="DIR",
        help="the folder to write; it replaces an earlier build (default: dist)",
    )
    parser.add_argument(
        "--terms",
        action="store_true",
        help="only print every term with a fingerprint of its meaning",
    )
    parser.add_argument(
        "--site", metavar="URL", help="the address at which the folder will be published"
    )


def run(args: argparse.Namespace) -> int:
    from ...publishing.compatibility import breaking_changes, term_list_csv
    from ...publishing.release import publish

    if args.terms:
        sys.stdout.write(term_list_csv(load()))
        return 0
    findings = breaking_changes()
    for finding in findings:
        sys.stderr.write(f"{finding.focus}: {finding.message} [{finding.shape}]\n")
    if findings:
        return 1
    site = {"site": args.site} if args.site else {}
    sys.stdout.write(f"built {publish(args.output, **site)}\n")
    if not site:
        sys.stderr.write("no --site: the redirects lead to a placeholder\n")
    return 0
