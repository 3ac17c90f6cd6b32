"""The page of a term: its description, and the answers to questions that declare it.

A question with the line `#+ page: ?role 30 Skills / ?from` is the section "Skills" on the page
of each role, thirtieth in order, its rows grouped by what they have in ?from. The variable
?term belongs on the page of every term.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pyoxigraph as ox

from ..errors import InputError
from ..io.text import escape_markdown, format_rows, single_line
from .catalogue import Answer, Mark, Question, catalogue, find_question, legend
from .graph import Graph, Term, load
from .results import group_pairs

WIDTH = 96
MARKS_HEADING = "What the marks mean"
_PAGE = re.compile(r"\?(\w+)(?: (\d+))?(?: ([^/]+?))?(?: / \?(\w+))?$")


class _PageLine(NamedTuple):
    """A parsed `page` line of a question: for which terms it is a section, and in which form."""

    position: int
    question: Question
    variable: str
    heading: str | None
    group: str | None


class Section(NamedTuple):
    """A question answered for the term of a page.

    Attributes:
        question: the name of the question.
        about: the variable that is bound to the term.
        heading: the heading of the section.
        group: the column that the rows are grouped by, if any.
        answer: the rows.
        marks: the marks in the rows, such as 'drawn only', with their definitions.
    """

    question: str
    about: str
    heading: str
    group: str | None
    answer: Answer
    marks: list[Mark]

    def lines(self) -> Iterator[str]:
        """The rows as text: grouped, or one a line without columns that are the same in all."""
        rows = [{k: single_line(v) for k, v in row.items()} for row in self.answer.rows]
        columns = [c for c in self.answer.columns if c != self.about]
        varying = [c for c in columns if len(rows) == 1 or len({row[c] for row in rows}) > 1]
        varying = varying or columns[-1:]
        if self.group is None:
            widths = {c: max(len(row[c]) for row in rows) for c in varying}
            for row in rows:
                yield "  ".join(row[c].ljust(widths[c]) for c in varying).rstrip()
            return
        candidates = [c for c in ("label", *varying) if c in columns and c != self.group]
        item = next(iter(candidates), self.group)
        for name, items in group_pairs((row[self.group], row[item]) for row in rows).items():
            yield name
            text = "; ".join(dict.fromkeys(items))
            yield from textwrap.wrap(
                text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
            )


class Page(NamedTuple):
    """The description of a term, and the questions about it with their answers.

    Attributes:
        term: its CURIE.
        label: its English label.
        about: its other properties, by name and language, with their values.
        sections: the questions about it that have an answer.

    Example:
        >>> from mlops_roles import show
        >>> page = show("task:deploy-model")
        >>> page.term, page.label
        ('task:deploy-model', 'Deploy a model')
    """

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
            "marks": {mark.word: mark.definition for mark in self.marks},
        }

    @property
    def marks(self) -> list[Mark]:
        """The marks in all sections, each once."""
        return sorted({mark for section in self.sections for mark in section.marks})

    def text(self) -> str:
        """The page for a terminal."""
        return "\n".join(self._text()) + "\n"

    def _text(self) -> Iterator[str]:
        title = single_line(f"{self.label}  ({self.term})")
        yield from (title, "=" * len(title))
        for key, values in self.about.items():
            yield from textwrap.wrap(
                f"{key}: {'; '.join(map(single_line, values))}", WIDTH + 4, subsequent_indent="  "
            )
        for section in self.sections:
            yield from ("", single_line(section.heading))
            yield from (f"  {line}" for line in section.lines())
        if self.marks:
            yield from ("", MARKS_HEADING)
        for line in legend(self.marks):
            yield from textwrap.wrap(line, WIDTH + 2, initial_indent="  ", subsequent_indent="    ")

    def markdown(self) -> str:
        """The page in Markdown."""
        parts = [
            f"# {escape_markdown(self.label)}\n\n`{single_line(self.term)}`\n",
            *(
                f"\n**{escape_markdown(k)}**: {'; '.join(map(escape_markdown, v))}\n"
                for k, v in self.about.items()
            ),
        ]
        for section in self.sections:
            table = format_rows(section.answer.rows, section.answer.columns, "md")
            parts.append(f"\n## {escape_markdown(section.heading)}\n\n{table}")
        if self.marks:
            parts.append(f"\n## {MARKS_HEADING}\n\n")
            parts += (f"- {escape_markdown(line)}\n" for line in legend(self.marks))
        return "".join(parts)


def show(name: str, graph: Graph | None = None) -> Page:
    """The page of a term: its description, and the questions about it with their answers.

    Args:
        name: a slug, CURIE, IRI, notation or label.
        graph: the graph that has the term; by default the shipped ontology.

    Raises:
        UnknownName: no term has this name.
        InputError: several terms have it.

    Example:
        >>> from mlops_roles import show
        >>> show("R7").term
        'role:ml-engineer'
        >>> print(show("R7").markdown().splitlines()[0])
        # ML Engineer
    """
    graph = graph or load()
    term = ox.NamedNode(graph.resolve_term(name))

    def answer(asked: Question, variable: str) -> Answer:
        return asked.answer(graph, {variable: [term]})

    return _page(graph, term, _page_lines(graph), answer)


def every_page(graph: Graph | None = None) -> Iterator[Page]:
    """The page of each term, in the order of their IRIs; a question is asked once for all terms."""
    graph = graph or load()
    lines = _page_lines(graph)
    answers = {
        (line.question.name, line.variable): _by_term(line.question.run(graph), line.variable)
        for line in lines
    }

    def answer(term: ox.NamedNode, asked: Question, variable: str) -> Answer:
        return answers[asked.name, variable].get(term, Answer([], [], graph))

    for iri in sorted({iri for group in graph.index.values() for _, iri in group}):
        term = ox.NamedNode(iri)
        yield _page(graph, term, lines, partial(answer, term))


def _by_term(answer: Answer, variable: str) -> dict[Term | None, Answer]:
    """The rows of an answer for each value of a variable."""
    column = answer.columns.index(variable)
    groups = group_pairs((row[column], row) for row in answer.terms)
    return {term: Answer(answer.columns, rows, answer.graph) for term, rows in groups.items()}


def _page(
    graph: Graph,
    term: ox.NamedNode,
    lines: list[_PageLine],
    answer: Callable[[Question, str], Answer],
) -> Page:
    """A page, given a way to answer a question for its term."""
    about: dict[str, list[str]] = {}
    for row in answer(find_question("term-page", graph), "term").terms:
        key, value = _property(graph, *row[1:])
        about.setdefault(key, []).append(value)
    label = _pop_label(about) or graph.curie(term.value)
    sections = list(_sections(graph, term, lines, answer))
    return Page(graph.curie(term.value), label, about, sections)


def _pop_label(about: dict[str, list[str]]) -> str:
    """Remove the English label, else return the first one in another language; '' without any."""
    if "prefLabel" in about:
        return about.pop("prefLabel")[0]
    return next((values[0] for key, values in about.items() if key.startswith("prefLabel")), "")


def _property(graph: Graph, predicate: Any, value: Any) -> tuple[str, str]:
    """The name of a property, with the language of its value if not English, and the value."""
    name = graph.format_term(predicate).rpartition(":")[2]
    if not isinstance(value, ox.Literal):
        return name, graph.format_term(value)
    return name if value.language in (None, "en") else f"{name} ({value.language})", value.value


def _sections(
    graph: Graph,
    term: ox.NamedNode,
    lines: list[_PageLine],
    answer: Callable[[Question, str], Answer],
) -> Iterator[Section]:
    """The answered questions for the page of a term, in the order of their `page` lines."""
    kinds = {kind for group in graph.index.values() for kind, iri in group if iri == term.value}
    kinds = kinds or {"mapped"}  # a term of others
    for _, asked, variable, heading, group in lines:
        belongs = variable == "term" or any(kind.endswith(variable) for kind in kinds)
        if belongs and asked.name != "term-page" and len(rows := answer(asked, variable)):
            marked = asked.marks(rows)
            yield Section(asked.name, variable, heading or asked.summary, group, rows, marked)


def _page_lines(graph: Graph) -> list[_PageLine]:
    """The `page` lines of all questions, by position and name."""
    lines = (line for asked in catalogue(graph).values() for line in _parse_page_lines(asked))
    return sorted(lines, key=lambda line: (line.position, line.question.name))


def _parse_page_lines(asked: Question) -> Iterator[_PageLine]:
    for line in asked.headers.get("page", []):
        found = _PAGE.match(line)
        if not found:
            raise InputError(
                f"{asked.path.name}: page line {line!r} cannot be read; "
                "write '#+ page: ?role 30 Heading / ?group'"
            )
        yield _PageLine(int(found[2] or 50), asked, found[1], found[3], found[4])
