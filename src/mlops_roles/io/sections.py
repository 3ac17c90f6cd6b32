"""Reports of sections: a heading, sentences and a table each, as text, Markdown or HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .text import TableRows, escape_markdown, format_rows, format_table, single_line

if TYPE_CHECKING:
    import jinja2

Section = tuple[str, list[str], TableRows]  # a heading, sentences, and a table
FORMATS = ("table", "md", "html")
WIDTH, CLIP, CLIP_SENTENCE = 98, 200, 2000


def format_sections(
    sections: Iterable[Section],
    format: str = "table",
    *,
    width: int | None = None,
    title: str = "",
    whole: bool = True,
) -> str:
    """Sections as 'table' (text for a terminal), 'md' or 'html'; empty parts are left out.

    Text has lines of `width` characters, by default WIDTH. HTML is a page with its style, or with
    `whole` false a fragment; its title is by default the first heading.
    """
    if format == "html":
        return _html(list(sections), title, whole)
    if format == "md":
        return "\n".join("".join(_markdown(*section)) for section in sections)
    if format != "table":
        raise InputError(
            f"format {format!r}: no such report format; use one of {', '.join(FORMATS)}"
        )
    return "\n".join("".join(_section_text(*section, width or WIDTH)) for section in sections)


def clip(value: Any, limit: int = CLIP) -> str:
    """A value in one line of bounded length, without control characters."""
    text = single_line(value)
    return text if len(text) <= limit else f"{text[:limit]}…"


def _clipped(rows: TableRows) -> list[dict[str, str]]:
    return [{column: clip(value) for column, value in row.items()} for row in rows]


def _section_text(title: str, lines: list[str], rows: TableRows, width: int) -> Iterator[str]:
    if title:
        yield from (f"{line}\n" for line in textwrap.wrap(title, width))
        yield f"{'=' * min(len(title), width)}\n"
    if rows:
        yield format_table(_clipped(rows), list(rows[0]), width)
    for line in lines:
        shown = clip(line, CLIP_SENTENCE)
        yield textwrap.fill(shown, width, subsequent_indent="  ", break_on_hyphens=False) + "\n"


def _markdown(title: str, lines: list[str], rows: TableRows) -> Iterator[str]:
    if title:
        yield f"## {escape_markdown(title)}\n\n"
    if rows:
        yield format_rows(_clipped(rows), list(rows[0]), "md") + "\n"
    yield "\n".join(f"{escape_markdown(clip(line, CLIP_SENTENCE))}\n" for line in lines)


def _html(sections: list[Section], title: str, whole: bool) -> str:
    parts: list[tuple[str, list[str], TableRows, list[str]]] = [
        (single_line(heading), [clip(line, CLIP_SENTENCE) for line in lines], rows, list(*rows[:1]))
        for heading, lines, rows in sections
    ]
    title = title or next((heading for heading, *_ in parts), "")
    return _template().render(sections=parts, title=single_line(title), whole=whole)


def html_table(
    rows: TableRows, columns: Sequence[str], notes: Sequence[str] = (), whole: bool = True
) -> str:
    """Rows as a page of HTML, or as a part of one, with sentences below them."""
    lines = list(map(single_line, notes))
    return _template().render(
        sections=[("", lines, rows, columns)], title="MLOps Roles", whole=whole
    )


@cache
def _template() -> jinja2.Template:
    from .templates import environment

    env = environment(Path(__file__).parent)
    env.filters["cell"] = single_line
    return env.get_template("sections.html.j2")
