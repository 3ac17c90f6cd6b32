"""Show a term: its definition, and the answers of the catalogue about it.

mlops-roles show R7
mlops-roles show skill:feature-engineering
mlops-roles show --list roles
mlops-roles show --list alignments
mlops-roles show --list words
mlops-roles show acme:prompt-engineer --with examples/acme.ttl --format md
"""

import argparse
from collections.abc import Sequence

from ...errors import InputError
from ...ontology.term_page import show
from ..main import write_output
from ..options import add_common_options, declare, load_ontology
from ..output import terminal_width, write_result, write_rows

ARGUMENTS = """
--list KIND  instead, list the terms of a kind: role, task, skill, tool …; or the alignments, or the
    words that reports use
term TERM?   a slug, a notation such as R7, a label, a title, a CURIE or an IRI
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ["text", "json", "md", "html", "csv", "tsv", "jsonl"])
    declare(parser, ARGUMENTS)


def run(args: argparse.Namespace) -> int:
    if args.list:
        return _list(args)
    if args.term is None:
        raise InputError("show: no term; name one, or list those of a kind with --list KIND")
    page = show(args.term, load_ontology(args))
    if args.format == "text":
        write_output(page.text(terminal_width(args.output)), args.output)
    else:
        write_result(args, page)
    return 0


def _list(args: argparse.Namespace) -> int:
    """Write the terms of a kind, the alignments, or the words of reports."""
    if args.term is not None:
        raise InputError(f"show --list {args.list}: also the term {args.term!r}; leave out one")
    kind = args.list.strip().lower()
    columns: tuple[str, ...]
    if kind in ("alignment", "alignments"):
        from ...matching.alignments import alignment_rows

        rows, columns = alignment_rows(), ("alignment", "title", "mappings")
    elif kind in ("word", "words", "glossary"):
        from ..views.glossary import glossary

        rows = [
            {"word": word, "meaning": meaning}
            for word, meaning in glossary(everything=True).items()
        ]
        columns = ("word", "meaning")
    else:
        from ...ontology.term_page import LIST_COLUMNS, list_terms

        rows, columns = list_terms(kind, load_ontology(args)), LIST_COLUMNS
    args.format = "table" if args.format == "text" else args.format
    write_rows(args, rows, columns)
    return 0
