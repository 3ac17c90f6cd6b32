"""Write answers as the options say: in which format, how wide, and where to."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from ..errors import InputError
from .main import write_output
from .options import pseudonymiser

if TYPE_CHECKING:
    from ..io.result import Result
    from ..io.sections import Section
    from ..io.text import TableRows

FORMAT_BY_SUFFIX = {  # of an output file
    "csv": "csv",
    "htm": "html",
    "html": "html",
    "json": "json",
    "jsonl": "jsonl",
    "jsonld": "jsonld",
    "md": "md",
    "nq": "nq",
    "nt": "nt",
    "rdf": "rdfxml",
    "tsv": "tsv",
    "ttl": "ttl",
    "xlsx": "xlsx",
}
TEXT = ("table", "text")  # the formats for a terminal


def format_of(output: str | None, choices: Sequence[str]) -> str:
    """The format by the suffix of an output file; for an unknown suffix the first of the choices.

    Raises InputError for the suffix of a format that the command does not write.
    """
    suffix = PurePath(output or "").suffix.lower().removeprefix(".")
    format = FORMAT_BY_SUFFIX.get(suffix)
    if format is None or PurePath(output or "").name.endswith(f".{choices[0]}.{suffix}"):
        return choices[0]
    if format not in choices:
        raise InputError(
            f"--output {str(output)[:200]!r}: this command does not write {format}; name a file "
            f"with another suffix, or give --format: {', '.join(choices)}"
        )
    return format


def terminal_width(output: str | None = None) -> int | None:
    """The width of the terminal in characters; None if the answer goes elsewhere."""
    if output or not sys.stdout.isatty():
        return None
    try:
        return int(os.environ.get("COLUMNS", "")) or None
    except ValueError:
        try:
            return os.get_terminal_size(sys.stdout.fileno()).columns or None
        except OSError:
            return None


def write_result(args: argparse.Namespace, result: Result) -> None:
    """Write an answer in the format of the options, with pseudonyms if they ask for them."""
    from .views import render

    hide = pseudonymiser(args) if hasattr(args, "pseudonymise") else lambda data: data
    format = "table" if args.format in TEXT else args.format
    width = terminal_width(args.output)
    write_output(render(result, format, hide=hide, width=width), args.output)


def write_sections(args: argparse.Namespace, sections: Sequence[Section]) -> None:
    """Write sections in the format of the options: text, Markdown or HTML."""
    from ..io.sections import format_sections

    format = "table" if args.format in TEXT else args.format
    width = terminal_width(args.output)
    write_output(format_sections(sections, format, width=width), args.output)


def write_rows(
    args: argparse.Namespace, rows: TableRows, columns: Sequence[str], notes: Sequence[str] = ()
) -> None:
    """Write rows in the format of the options; table, md and html have notes below."""
    from ..io.text import format_rows

    width = terminal_width(args.output)
    write_output(format_rows(rows, columns, args.format, notes, width), args.output)
