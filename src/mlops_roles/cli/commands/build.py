"""Build what is published: documents in four formats, descriptions, redirects and pages.

  mlops-roles build
  mlops-roles build --output dist --site https://example.org/mlops-roles
  mlops-roles build --terms             prints the list of terms that a release promises to keep

Two builds of the same ontology are the same, byte for byte. The redirects lead to --site, the
address that the folder will be found at. Exits with 1, and builds nothing, if the ontology breaks a
promise of an earlier release: an IRI that is gone, means something else, or has lost its name.
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
        help="the folder to build, which replaces an earlier build (default: dist)",
    )
    parser.add_argument(
        "--terms",
        action="store_true",
        help="build nothing, print every term with a fingerprint of its meaning",
    )
    parser.add_argument(
        "--site", metavar="URL", help="the address that the folder will be found at"
    )


def run(args: argparse.Namespace) -> int:
    from ...publishing.compatibility import breaking_changes, term_list_csv
    from ...publishing.release import publish

    if args.terms:
        sys.stdout.write(term_list_csv(load()))
        return 0
    broken = breaking_changes()
    for finding in broken:
        sys.stderr.write(f"{finding.focus}: {finding.message} [{finding.shape}]\n")
    if broken:
        return 1
    site = {"site": args.site} if args.site else {}
    sys.stdout.write(f"built {publish(args.output, **site)}\n")
    if not site:
        sys.stderr.write("no --site: the redirects lead to a placeholder\n")
    return 0
