"""Find the role that a job title names: certain, ambiguous or none, and why.

mlops-roles resolve "Senior Data Engineer" "MLOps Engineer"
cut -d, -f2 staff.csv | mlops-roles resolve -      one title a line
"""

import argparse
import sys
from collections.abc import Iterator, Sequence

from ..cli import add_common, emit
from ..graph import load
from ..render import FORMATS, render
from ..titles import resolve_all


def add(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, list(FORMATS))
    parser.add_argument("title", nargs="+", metavar="TITLE", help="a job title; - reads one a line from standard input")


def _titles(given: Sequence[str]) -> Iterator[str]:
    for title in given:
        if title == "-":
            from ..files import check_encoding

            text = check_encoding(sys.stdin.buffer.read().removeprefix(b"\xef\xbb\xbf"), "standard input")
            yield from (line.rstrip("\r") for line in text.split("\n") if line.strip())
        else:
            yield title


def run(args: argparse.Namespace) -> int:
    graph = load(*args.added)
    rows = [found.to_dict() for found in resolve_all(_titles(args.title), graph)]
    emit(render(rows, ["title", "status", "roles", "reasons", "nearest"], args.format), args.output)
    return 0
