"""A term's page: its description, and every question that says it belongs there.

A question with the line `#+ page: ?role 30 Skills / ?from` is the section "Skills" on the page
of each role, thirtieth in order, its rows grouped by what they have in ?from. The variable
?term belongs on the page of every term.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from ..io.text import format_rows, single_line
from .catalogue import Answer, Question, catalogue, question, run_query
from .graph import Graph, Term, load

WIDTH = 96
_Declared = tuple[int, Question, str, str | None, str | None]
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
        varying = [
            c for c in columns if len(rows) == 1 or len({str(row[c]) for row in rows}) > 1
        ] or columns[-1:]
        if self.group:
            groups: dict[str, list[str]] = {}
            item = next(
                (c for c in ("label", *varying) if c in columns and c != self.group), self.group
            )
            for row in rows:
                groups.setdefault(single_line(row[self.group]), []).append(single_line(row[item]))
            for name, items in groups.items():
                yield name
                yield from textwrap.wrap(
                    "; ".join(dict.fromkeys(items)),
                    WIDTH,
                    initial_indent="  ",
                    subsequent_indent="  ",
                )
        else:
            widths = {c: max(len(single_line(row[c])) for row in rows) for c in varying}
            yield from (
                "  ".join(single_line(row[c]).ljust(widths[c]) for c in varying).rstrip()
                for row in rows
            )


@dataclass(frozen=True)
class Page:
    """What is known of a term: `about` its properties, `sections` the questions about it."""

    term: str
    label: str
    about: dict[str, list[str]]
    sections: list[Section]

    def to_dict(self) -> dict[str, Any]:
        """The page as plain data."""
        return {
            "term": self.term,
            "label": self.label,
            "about": self.about,
            "sections": {s.question: s.answer.rows for s in self.sections},
        }

    def text(self) -> str:
        """The page for a terminal."""
        return "\n".join(self._text()) + "\n"

    def _text(self) -> Iterator[str]:
        title = f"{self.label}  ({self.term})"
        yield from (title, "=" * len(title))
        for key, values in self.about.items():
            yield from textwrap.wrap(
                f"{key}: {'; '.join(map(single_line, values))}", WIDTH + 4, subsequent_indent="  "
            )
        for section in self.sections:
            yield from ("", section.heading)
            yield from (f"  {line}" for line in section.lines())

    def markdown(self) -> str:
        """The page in Markdown."""
        parts = [
            f"# {self.label}\n\n`{self.term}`\n",
            *(f"\n**{k}**: {'; '.join(map(single_line, v))}\n" for k, v in self.about.items()),
        ]
        for section in self.sections:
            parts.append(
                f"\n## {section.heading}\n\n{format_rows(section.answer.rows, section.answer.columns, 'md')}"
            )
        return "".join(parts)


def show(name: str, graph: Graph | None = None) -> Page:
    """The page of a term. Raises UnknownName, or InputError if the name means several terms."""
    graph = graph or load()
    term = ox.NamedNode(graph.resolve_term(name))
    return _page(
        graph,
        term,
        _declared(graph),
        lambda asked, variable: run_query(graph, asked.text, {variable: [term]}),
    )


def every_page(graph: Graph | None = None) -> Iterator[Page]:
    """The page of each term, in the order of their IRIs; each question is asked once, for all terms."""
    graph = graph or load()
    declared = _declared(graph)
    answers = {
        (asked.name, variable): _by_term(asked.run(graph), variable)
        for _, asked, variable, _, _ in declared
    }

    def answer(term: ox.NamedNode, asked: Question, variable: str) -> Answer:
        return answers[asked.name, variable].get(term, Answer([], [], graph))

    for term in map(
        ox.NamedNode, sorted({iri for group in graph.index.values() for _, iri in group})
    ):
        yield _page(graph, term, declared, partial(answer, term))


def _by_term(answer: Answer, variable: str) -> dict[Term | None, Answer]:
    """The rows of an answer for each term that the variable stands for."""
    place = answer.columns.index(variable)
    rows: dict[Term | None, list[tuple[Term | None, ...]]] = {}
    for row in answer.terms:
        rows.setdefault(row[place], []).append(row)
    return {term: Answer(answer.columns, found, answer.graph) for term, found in rows.items()}


def _page(
    graph: Graph,
    term: ox.NamedNode,
    declared: list[_Declared],
    answer: Callable[[Question, str], Answer],
) -> Page:
    """A page, with a way to answer a question for its term."""
    about: dict[str, list[str]] = {}
    for _, prop, value in answer(question("term-page", graph), "term").terms:
        key = graph.format_term(prop).rpartition(":")[2]  # type: ignore[arg-type]
        language = value.language if isinstance(value, ox.Literal) else None
        shown = value.value if isinstance(value, ox.Literal) else graph.format_term(value)  # type: ignore[arg-type]
        about.setdefault(f"{key} ({language})" if language not in (None, "en") else key, []).append(
            shown
        )
    label = about.pop("prefLabel", [graph.curie(term.value)])[0]
    return Page(
        graph.curie(term.value), label, about, list(_sections(graph, term, declared, answer))
    )


def _sections(
    graph: Graph,
    term: ox.NamedNode,
    declared: list[_Declared],
    answer: Callable[[Question, str], Answer],
) -> Iterator[Section]:
    """The answered questions for the page of a term, in the order of their `page` lines."""
    kinds = {kind for group in graph.index.values() for kind, found in group if found == term.value}
    for _, asked, variable, heading, group in declared:
        if asked.name != "term-page" and (
            variable == "term" or any(kind.endswith(variable) for kind in kinds)
        ):
            found = answer(asked, variable)
            if len(found):
                yield Section(asked.name, variable, heading or asked.summary, group, found)


def _declared(graph: Graph) -> list[_Declared]:
    """Every `page` line in order: its place, question, variable, heading, group."""
    return sorted(
        (d for asked in catalogue(graph).values() for d in _read(asked)),
        key=lambda d: (d[0], d[1].name),
    )


def _read(asked: Question) -> Iterator[_Declared]:
    for line in asked.headers.get("page", []):
        found = _PAGE.match(line)
        if not found:
            raise InputError(
                f"{asked.path.name}: page line {line!r} cannot be read; write '#+ page: ?role 30 Heading / ?group'"
            )
        yield int(found[2] or 50), asked, found[1], found[3], found[4]
