"""Show a term: what it means, and what the catalogue knows about it.

mlops-roles show R7
mlops-roles show skill:feature-engineering
"""

import argparse
from collections.abc import Sequence

from ...io.text import to_json
from ...ontology.graph import load
from ...ontology.term_page import show
from ..main import add_common, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["text", "json", "md"])
    parser.add_argument(
        "term", metavar="TERM", help="a slug, a notation such as R7, a label, a CURIE or an IRI"
    )


def run(args: argparse.Namespace) -> int:
    shown = show(args.term, load(*args.added))
    if args.format == "json":
        write_output(to_json(shown.to_dict()), args.output)
    else:
        write_output(shown.markdown() if args.format == "md" else shown.text(), args.output)
    return 0
