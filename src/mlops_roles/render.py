"""Rows as text: aligned table, CSV, TSV, JSON, JSON lines, Markdown, HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
Rows = Sequence[Mapping[str, Any]]


def plain(value: Any) -> str:
    """A value in one line of text; control and bidirectional characters cannot act in it."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "; ".join(map(plain, value))
    return _CONTROL.sub("\ufffd", str(value).replace("\n", " ").replace("\t", " "))


def table(rows: Rows, columns: Sequence[str]) -> str:
    """Rows aligned in columns, for a terminal."""
    cells = [[plain(row.get(c)) for c in columns] for row in rows]
    widths = [max([len(c), *(len(row[i]) for row in cells)]) for i, c in enumerate(columns)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in [list(columns), *cells]]
    return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]]) + "\n"


def _separated(rows: Rows, columns: Sequence[str], delimiter: str) -> str:
    """CSV or TSV for spreadsheets: a cell that would be run as a formula gets a leading apostrophe."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(row.get(c)) for c in columns] for row in rows)
    return out.getvalue()


def _harmless(value: Any) -> Any:
    text = "" if value is None else "; ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and text and not re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def _markdown(rows: Rows, columns: Sequence[str]) -> str:
    lines = [columns, ["---"] * len(columns), *([_escaped(row.get(c)) for c in columns] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _escaped(value: Any) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]|<>&])", r"\\\1", plain(value))


def _html(rows: Rows, columns: Sequence[str]) -> str:
    import html

    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>\n"

    body = line(columns, "th") + "".join(line([plain(row.get(c)) for c in columns], "td") for row in rows)
    return f'<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8"><title>MLOps Roles</title>\n<table>\n{body}</table>\n</html>\n'


def as_json(data: Any) -> str:
    """Data as indented JSON."""
    import json

    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _json_lines(rows: Rows) -> str:
    import json

    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


FORMATS: dict[str, Callable[[Rows, Sequence[str]], str]] = {
    "table": table,
    "csv": lambda rows, columns: _separated(rows, columns, ","),
    "tsv": lambda rows, columns: _separated(rows, columns, "\t"),
    "json": lambda rows, _: as_json(list(rows)),
    "jsonl": lambda rows, _: _json_lines(rows),
    "md": _markdown,
    "html": _html,
}


def render(rows: Rows, columns: Sequence[str], form: str = "table") -> str:
    """Rows in one of FORMATS."""
    return FORMATS[form](rows, columns)
