"""Rows as text: aligned table, CSV, TSV, JSON, JSON lines, Markdown, HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_TERMINAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
MAX_WIDTH = 200  # of a column of a table; a longer cell stands out, the others are not padded to it
TableRows = Sequence[Mapping[str, Any]]


def single_line(value: Any) -> str:
    """A value in one line of text; control and bidirectional characters cannot act in it."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "; ".join(map(single_line, value))
    return _line(str(value))


@lru_cache(1 << 12)
def _line(text: str) -> str:
    return _CONTROL.sub("\ufffd", text.replace("\n", " ").replace("\t", " "))


def format_table(rows: TableRows, columns: Sequence[str]) -> str:
    """Rows aligned in columns, for a terminal."""
    cells = [[single_line(row.get(c)) for c in columns] for row in rows]
    widths = [
        min(MAX_WIDTH, max([len(c), *(len(row[i]) for row in cells)]))
        for i, c in enumerate(columns)
    ]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in [list(columns), *cells]
    ]
    return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]]) + "\n"


def _separated(rows: TableRows, columns: Sequence[str], delimiter: str) -> str:
    """CSV or TSV for spreadsheets: a cell that would be run as a formula gets a leading apostrophe."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(row.get(c)) for c in columns] for row in rows)
    return out.getvalue()


def _harmless(value: Any) -> str:
    return (
        ""
        if value is None
        else _cell("; ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))
    )


@lru_cache(1 << 12)
def _cell(text: str) -> str:
    text = _TERMINAL.sub("\ufffd", text)
    return (
        f"'{text}"
        if text[:1] in "=+-@\t\r\n＝＋－＠" and text and not re.fullmatch(r"-?\d+(\.\d+)?", text)
        else text
    )


def _markdown(rows: TableRows, columns: Sequence[str]) -> str:
    lines = [
        columns,
        ["---"] * len(columns),
        *([escape_markdown(row.get(c)) for c in columns] for row in rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def escape_markdown(value: Any) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]|<>&])", r"\\\1", single_line(value))


def _html(rows: TableRows, columns: Sequence[str]) -> str:
    import html

    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>\n"

    body = line(columns, "th") + "".join(
        line([single_line(row.get(c)) for c in columns], "td") for row in rows
    )
    return f'<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8"><title>MLOps Roles</title>\n<table>\n{body}</table>\n</html>\n'


def to_json(data: Any) -> str:
    """Data as indented JSON."""
    return _json(data, 2) + "\n"


def _json(data: Any, indent: int | None = None) -> str:
    """JSON whose text cannot act on a terminal: what could is written as an escape."""
    import json

    text = json.dumps(data, indent=indent, ensure_ascii=False)
    if text.isprintable():  # nothing in it can act
        return text
    return "\n".join(
        _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", line) for line in text.split("\n")
    )


FORMATTERS: dict[str, Callable[[TableRows, Sequence[str]], str]] = {
    "table": format_table,
    "csv": lambda rows, columns: _separated(rows, columns, ","),
    "tsv": lambda rows, columns: _separated(rows, columns, "\t"),
    "json": lambda rows, _: to_json(list(rows)),
    "jsonl": lambda rows, _: "".join(f"{_json(row)}\n" for row in rows),
    "md": _markdown,
    "html": _html,
}


def format_rows(rows: TableRows, columns: Sequence[str], form: str = "table") -> str:
    """Rows in one of FORMATTERS."""
    return FORMATTERS[form](rows, columns)
