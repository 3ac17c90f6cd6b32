"""Rows as text: aligned table, CSV, TSV, JSON, JSON lines, Markdown, HTML.

Text from users is made harmless: control and bidirectional characters, spreadsheet formulas and
markup have no effect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..errors import InputError
from .json_text import CONTROL, json_text, to_json

# patterns that few commands need are compiled when they are first used
# the place before a formula in a cell, or in a part of it, with characters that may be invisible
_FORMULA = (
    r"""((?:^|[;,|\t\n])[\s"\u061c\u200b-\u200f\u2060\ufeff]*)"""
    r"""(?=[=+\-@＝＋－＠])(?!-?\d+(?:\.\d+)?[\s"]*(?:[;,|\t\n]|$))"""
)
_TERMINAL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
_IN_RDF = (  # of CONTROL those that names cannot have, where there are no escapes
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]"
    rb"|\xe2\x80[\x8b\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
)
MIN_WIDTH = 8  # characters of a column in a table that is fitted to a terminal
MAX_WIDTH = 200  # characters to which the cells of a column are padded; longer ones stick out
MAX_WORD = 20  # characters of a word for which a column of a fitted table stays wide enough
TableRows = Sequence[Mapping[str, Any]]  # each row by column


def single_line(value: Any) -> str:
    """A value in one line of text, a list with semicolons; control characters are replaced."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "; ".join(map(single_line, value))
    return _line(str(value))


@lru_cache(1 << 12)
def _line(text: str) -> str:
    return CONTROL.sub("\ufffd", text.replace("\n", " ").replace("\t", " "))


def without_control(text: str) -> str:
    """A text of several lines without control characters, which a terminal would obey."""
    return re.sub(_TERMINAL, "\ufffd", text)


def escape_control(document: bytes) -> bytes:
    r"""RDF in UTF-8 in which control and bidirectional characters are written as escapes.

    Raises InputError: it is RDF/XML and has a character that XML cannot have.
    """
    is_xml = document.startswith(b"<?xml")
    if is_xml:
        document = document.replace(b"\r", b"&#xD;")

    def escape(found: re.Match[bytes]) -> bytes:
        code = ord(found[0].decode())
        if is_xml and code < 0x20:
            raise InputError(
                f"the answer has the control character U+{code:04X}, which XML cannot have; "
                "write another format"
            )
        return b"&#x%X;" % code if is_xml else b"\\u%04x" % code

    return re.sub(_IN_RDF, escape, document)


def format_table(rows: TableRows, columns: Sequence[str], width: int | None = None) -> str:
    """Rows aligned in columns, for a terminal.

    With a width, longer cells are wrapped, and each row is written as a block of lines where its
    columns do not fit.
    """
    cells = [[single_line(row.get(c)) for c in columns] for row in rows]
    widths = [
        min(MAX_WIDTH, max([len(c), *(len(row[i]) for row in cells)]))
        for i, c in enumerate(columns)
    ]
    if width is None:
        return _aligned([list(columns), *cells], widths)
    narrow = _narrowed([list(columns), *cells], widths, width - 2 * (len(widths) - 1))
    if narrow is None:
        return _blocks(cells, columns, width)
    lines = [line for row in (list(columns), *cells) for line in _wrapped(row, narrow)]
    head = len(_wrapped(list(columns), narrow))
    return _aligned(lines, [max(map(len, column)) for column in zip(*lines, strict=True)], head)


def aligned_lines(cells: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Rows of cells aligned in columns, without a heading, wrapped to a width in characters."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    total = sum(widths) if width is None else width - 2 * (len(widths) - 1)
    narrow = _narrowed(cells, widths, total)
    if narrow is None:
        return _blocks(cells, [""] * len(widths), width or 0).splitlines()
    rows = cells if narrow == widths else [line for row in cells for line in _wrapped(row, narrow)]
    return _aligned_lines(rows, narrow)


def _aligned_lines(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    return [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _aligned(rows: Sequence[Sequence[str]], widths: Sequence[int], head: int = 1) -> str:
    """Lines of cells in columns; the first `head` lines are the heading."""
    lines = _aligned_lines(rows, widths)
    rule = "  ".join("-" * w for w in widths)
    return "\n".join([*lines[:head], rule, *lines[head:]]) + "\n"


def _narrowed(
    cells: Sequence[Sequence[str]], widths: Sequence[int], total: int
) -> list[int] | None:
    """Widths of columns of at most `total` together: the widest are cut; None if too little.

    A column is cut below its longest word only where there is no space for all words.
    """
    words = [
        min(
            width, MAX_WORD, max((len(word) for cell in column for word in cell.split()), default=0)
        )
        for width, column in zip(widths, zip(*cells, strict=True), strict=True)
    ]
    for least in (words, [0] * len(widths)):
        for cap in range(max(*widths, MIN_WIDTH), MIN_WIDTH - 1, -1):
            narrow = [max(min(w, cap), word) for w, word in zip(widths, least, strict=True)]
            spare = total - sum(narrow)
            if spare >= 0:
                cut = [i for i, w in enumerate(widths) if narrow[i] < w]
                more = cut[-spare:] if spare else []
                return [w + (i in more) for i, w in enumerate(narrow)]
    return None


def _wrapped(row: Sequence[str], widths: Sequence[int]) -> list[list[str]]:
    """The lines of a row whose cells are wrapped."""
    import textwrap
    from itertools import zip_longest

    parts = [
        [cell] if len(cell) <= w else textwrap.wrap(cell, w, break_on_hyphens=False)
        for cell, w in zip(row, widths, strict=True)
    ]
    return [list(line) for line in zip_longest(*parts, fillvalue="")]


def _blocks(cells: Sequence[Sequence[str]], columns: Sequence[str], width: int) -> str:
    """Rows as blocks of lines, a cell in each: for many columns in little space."""
    import textwrap

    def lines(row: Sequence[str]) -> str:
        pairs = (
            f"{c}: {cell}" if c else cell for c, cell in zip(columns, row, strict=True) if cell
        )
        return "".join(
            textwrap.fill(pair, max(width, MIN_WIDTH), subsequent_indent="  ") + "\n"
            for pair in pairs
        )

    return "\n".join(map(lines, cells)) or f"{'  '.join(columns)}\n"


def _separated(rows: TableRows, columns: Sequence[str], delimiter: str) -> str:
    """CSV or TSV for spreadsheets: a cell that would be a formula gets a leading apostrophe."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(map(harmless_cell, columns))
    writer.writerows([_harmless_value(row.get(c)) for c in columns] for row in rows)
    return out.getvalue()


def _harmless_value(value: Any) -> str:
    if value is None:
        return ""
    return harmless_cell(
        "; ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    )


@lru_cache(1 << 12)
def harmless_cell(text: str) -> str:
    """A cell without control characters and formulas.

    A spreadsheet may split it at a character that is not the delimiter here, such as `;`, so each
    part of it that would be a formula gets an apostrophe.
    """
    text = re.sub(_TERMINAL, "\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    if text.startswith(("\t", "\n")):  # a spreadsheet may leave these out
        text = f"'{text}"
    return re.sub(_FORMULA, r"\1'", text)


def _markdown(rows: TableRows, columns: Sequence[str]) -> str:
    cells = ([escape_markdown(row.get(c)) for c in columns] for row in rows)
    lines = [columns, ["---"] * len(columns), *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def escape_markdown(value: Any) -> str:
    """A value in one line of text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]|<>&]|(?<=\])\()", r"\\\1", single_line(value))


def _html(rows: TableRows, columns: Sequence[str], notes: Sequence[str] = ()) -> str:
    from .sections import html_table

    return html_table(rows, columns, notes)


FORMATTERS: dict[str, Callable[[TableRows, Sequence[str]], str]] = {
    "table": format_table,
    "csv": lambda rows, columns: _separated(rows, columns, ","),
    "tsv": lambda rows, columns: _separated(rows, columns, "\t"),
    "json": lambda rows, _: to_json(list(rows)),
    "jsonl": lambda rows, _: "".join(f"{json_text(row)}\n" for row in rows),
    "md": _markdown,
    "html": _html,
}


def format_rows(
    rows: TableRows,
    columns: Sequence[str],
    format: str = "table",
    notes: Sequence[str] = (),
    width: int | None = None,
) -> str:
    """Rows as text in one of FORMATTERS; a missing cell is empty, and JSON has all columns.

    Notes are sentences below the table, in the formats that people read: table, md and html. The
    width is that of a line of a table; None for any.
    """
    if format == "table":
        below = "".join(f"{single_line(note)}\n" for note in ("", *notes)) if notes else ""
        return format_table(rows, columns, width) + below
    if format == "html":
        return _html(rows, columns, notes)
    text = FORMATTERS[format](rows, columns)
    if format == "md":
        return text + "".join(f"\n{escape_markdown(note)}\n" for note in notes)
    return text


def quoted(text: str) -> str:
    """A text as one word of a shell, for an option that a message gives."""
    from shlex import quote

    return quote(text) if "'" in text else f"'{text}'"


def map_option(column: str, heading: str) -> str:
    """The option that reads a heading as a column, as it is written in a shell."""
    if set(heading).intersection('"$`\\!'):
        return f"--map {quoted(f'{column}={heading}')}"
    return f'--map {column}="{heading}"'


def counted(number: int, one: str, several: str = "") -> str:
    """A number with its noun: '1 person', '1,200 people'; the plural has an s if none is given."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
