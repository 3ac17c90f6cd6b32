"""Show a term: its definition, and the answers of the catalogue about it.

mlops-roles show R7
mlops-roles show skill:feature-engineering
mlops-roles show acme:prompt-engineer --with examples/acme.ttl --format md
"""

import argparse
from collections.abc import Sequence

from ...io.text import to_json
from ...ontology.term_page import show
from ..main import add_common, load_ontology, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["text", "json", "md"])
    parser.add_argument(
        "term", metavar="TERM", help="a slug, a notation such as R7, a label, a CURIE or an IRI"
    )


def run(args: argparse.Namespace) -> int:
    page = show(args.term, load_ontology(args))
    if args.format == "json":
        text = to_json(page.to_dict())
    else:
        text = page.markdown() if args.format == "md" else page.text()
    write_output(text, args.output)
    return 0
