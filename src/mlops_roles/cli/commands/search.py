"""Search for terms by words: in names, titles and definitions of all languages.

  mlops-roles search deploy model
  mlops-roles search "MLOps Engineer" --kind role
  mlops-roles search Merkmal --format csv
  mlops-roles search prompt --with examples/acme.ttl

A term is found if each word is in one of its texts. Those with the words in a name come before
those with the words in a definition, and whole words before parts of words.
"""

import argparse
from collections.abc import Sequence

from ...io.text import FORMATTERS
from ...ontology.search import search
from ..main import print_note
from ..options import add_common_options, declare, load_ontology
from ..output import write_result

LIMIT = 20

ARGUMENTS = f"""
words WORD+  a word, or several
--kind KIND  only such terms: role, task, skill, tool …
--limit N    the most terms to show (default: {LIMIT}; 0 for all)
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, list(FORMATTERS))
    declare(parser, ARGUMENTS, limit=LIMIT)


def run(args: argparse.Namespace) -> int:
    found = search(" ".join(args.words), load_ontology(args), kind=args.kind)
    shown = found.first(args.limit) if args.limit > 0 else found
    write_result(args, shown)
    if len(shown) < len(found):
        print_note(f"{len(shown)} of {len(found):,} terms; --limit 0 shows all")
    return 0
