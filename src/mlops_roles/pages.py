"""A term's page: its description, and every question that says it belongs there.

A question with the line `#+ page: ?role 30 Skills / ?from` is the section "Skills" on the page
of each role, thirtieth in order, its rows grouped by what they have in ?from. The variable
?term belongs on the page of every term.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ._errors import InputError
from .graph import Graph, load
from .queries import Answer, Question, ask, catalogue, select
from .render import plain, render

WIDTH = 96
_PAGE = re.compile(r"\?(\w+)(?: (\d+))?(?: ([^/]+?))?(?: / \?(\w+))?$")


@dataclass(frozen=True)
class Section:
    """A question answered for the term of a page."""

    question: str
    about: str
    heading: str
    group: str | None
    answer: Answer

    def lines(self) -> Iterator[str]:
        """The rows as text: grouped, or one a line; what several rows have in common is left out."""
        rows, columns = self.answer.rows, [c for c in self.answer.columns if c != self.about]
        varying = [c for c in columns if len(rows) == 1 or len({str(row[c]) for row in rows}) > 1] or columns[-1:]
        if self.group:
            groups: dict[str, list[str]] = {}
            item = next((c for c in ("label", *varying) if c in columns and c != self.group), self.group)
            for row in rows:
                groups.setdefault(plain(row[self.group]), []).append(plain(row[item]))
            for name, items in groups.items():
                yield name
                yield from textwrap.wrap("; ".join(dict.fromkeys(items)), WIDTH, initial_indent="  ", subsequent_indent="  ")
        else:
            widths = {c: max(len(plain(row[c])) for row in rows) for c in varying}
            yield from ("  ".join(plain(row[c]).ljust(widths[c]) for c in varying).rstrip() for row in rows)


@dataclass(frozen=True)
class Page:
    """What is known of a term: `about` its properties, `sections` the questions about it."""

    term: str
    label: str
    about: dict[str, list[str]]
    sections: list[Section]

    def to_dict(self) -> dict[str, Any]:
        """The page as plain data."""
        return {"term": self.term, "label": self.label, "about": self.about, "sections": {s.question: s.answer.rows for s in self.sections}}

    def text(self) -> str:
        """The page for a terminal."""
        return "\n".join(self._text()) + "\n"

    def _text(self) -> Iterator[str]:
        title = f"{self.label}  ({self.term})"
        yield from (title, "=" * len(title))
        for key, values in self.about.items():
            yield from textwrap.wrap(f"{key}: {'; '.join(map(plain, values))}", WIDTH + 4, subsequent_indent="  ")
        for section in self.sections:
            yield from ("", section.heading)
            yield from (f"  {line}" for line in section.lines())

    def markdown(self) -> str:
        """The page in Markdown."""
        parts = [f"# {self.label}\n\n`{self.term}`\n", *(f"\n**{k}**: {'; '.join(map(plain, v))}\n" for k, v in self.about.items())]
        for section in self.sections:
            parts.append(f"\n## {section.heading}\n\n{render(section.answer.rows, section.answer.columns, 'md')}")
        return "".join(parts)


def page(name: str, graph: Graph | None = None) -> Page:
    """The page of a term. Raises UnknownName, or InputError if the name means several terms."""
    graph = graph or load()
    iri = graph.term(name)
    about: dict[str, list[str]] = {}
    for term in ask("term-page", graph, term=f"<{iri}>").terms:
        key, value = graph.write(term[1]).rpartition(":")[2], term[2]  # type: ignore[arg-type]
        language = value.language if isinstance(value, ox.Literal) else None
        shown = value.value if isinstance(value, ox.Literal) else graph.write(value)  # type: ignore[arg-type]
        about.setdefault(f"{key} ({language})" if language not in (None, "en") else key, []).append(shown)
    label = about.pop("prefLabel", [graph.curie(iri)])[0]
    return Page(graph.curie(iri), label, about, list(_sections(graph, iri)))


def _sections(graph: Graph, iri: str) -> Iterator[Section]:
    """The answered questions for the page of a term, in the order of their `page` lines."""
    kinds = {kind for group in graph.index.values() for kind, found in group if found == iri}
    for _, asked, variable, heading, group in sorted(_declared(graph), key=lambda d: (d[0], d[1].name)):
        if asked.name != "term-page" and (variable == "term" or any(kind.endswith(variable) for kind in kinds)):
            answer = select(graph, asked.text, {variable: [ox.NamedNode(iri)]})
            if len(answer):
                yield Section(asked.name, variable, heading or asked.summary, group, answer)


def _declared(graph: Graph) -> Iterator[tuple[int, Question, str, str | None, str | None]]:
    """Every `page` line: order, question, variable, heading, group."""
    for asked in catalogue(graph).values():
        for line in asked.headers.get("page", []):
            found = _PAGE.match(line)
            if not found:
                raise InputError(f"{asked.path.name}: page line {line!r} cannot be read; write '#+ page: ?role 30 Heading / ?group'")
            yield int(found[2] or 50), asked, found[1], found[3], found[4]
