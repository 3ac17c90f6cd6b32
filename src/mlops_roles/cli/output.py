"""Answers as the options ask for them: their form, the width of the terminal, where they go."""

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

ENDINGS = {  # of a file to write, to the form that it has
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
TEXT = ("table", "text")  # the forms for a terminal


def form_of(output: str | None, choices: Sequence[str]) -> str:
    """The form that the ending of a file to write asks for; else the first of the choices.

    Raises InputError if the ending is that of a form that the command does not write.
    """
    ending = PurePath(output or "").suffix.lower().removeprefix(".")
    form = ENDINGS.get(ending)
    if form is None or PurePath(output or "").name.endswith(f".{choices[0]}.{ending}"):
        return choices[0]
    if form not in choices:
        raise InputError(
            f"--output {str(output)[:200]!r}: this command does not write {form}; name a file "
            f"with another ending, or say --format: {', '.join(choices)}"
        )
    return form


def terminal_width(output: str | None = None) -> int | None:
    """The number of characters in a line of the terminal; None where none shows the answer."""
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
    """Write an answer in the form that the options ask for, with pseudonyms if they say so."""
    from .views import render

    hide = pseudonymiser(args) if hasattr(args, "pseudonymise") else lambda data: data
    form = "table" if args.format in TEXT else args.format
    width = terminal_width(args.output)
    write_output(render(result, form, hide=hide, width=width), args.output)


def write_sections(args: argparse.Namespace, sections: Sequence[Section]) -> None:
    """Write sections in the form that the options ask for: a text, Markdown or HTML."""
    from ..io.sections import format_sections

    form = "table" if args.format in TEXT else args.format
    width = terminal_width(args.output)
    write_output(format_sections(sections, form, width=width), args.output)


def write_rows(
    args: argparse.Namespace, rows: TableRows, columns: Sequence[str], notes: Sequence[str] = ()
) -> None:
    """Write rows in the form that the options ask for; in the forms for readers with notes."""
    from ..io.text import format_rows

    width = terminal_width(args.output)
    write_output(format_rows(rows, columns, args.format, notes, width), args.output)
