"""Show a term: its definition, and the answers of the catalogue about it.

mlops-roles show R7
mlops-roles show skill:feature-engineering
mlops-roles show acme:prompt-engineer --with examples/acme.ttl --format md
"""

import argparse
from collections.abc import Sequence

from ...ontology.term_page import show
from ..main import add_common, load_ontology, write_output
from ..output import terminal_width, write_result


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["text", "json", "md", "html", "csv", "tsv", "jsonl"])
    parser.add_argument(
        "term", metavar="TERM", help="a slug, a notation such as R7, a label, a CURIE or an IRI"
    )


def run(args: argparse.Namespace) -> int:
    page = show(args.term, load_ontology(args))
    if args.format == "text":
        write_output(page.text(terminal_width(args.output)), args.output)
    else:
        write_result(args, page)
    return 0
