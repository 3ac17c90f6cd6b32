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

from ..errors import InputError, UnknownName, check_text
from ..io.result import Result
from ..io.text import aligned_lines, single_line
from .answer import Answer, Mark, legend
from .catalogue import Question, catalogue, find_question
from .graph import Graph, Term, as_graph
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


class PageSection(NamedTuple):
    """A question answered for the term of a page."""

    question: str  # the name of the question
    about: str  # the variable that is bound to the term
    heading: str  # the heading of the section
    group: str | None  # the column that the rows are grouped by, if any
    answer: Answer  # the rows
    marks: list[Mark]  # the marks in the rows, such as 'drawn only', with their definitions

    def lines(self, width: int | None = None) -> Iterator[str]:
        """The rows as text: grouped, or one a line without columns that are the same in all.

        Aligned rows may exceed the width if that is the usual one, WIDTH.
        """
        rows = [{k: single_line(v) for k, v in row.items()} for row in self.answer.rows]
        columns = [c for c in self.answer.columns if c != self.about]
        varying = [c for c in columns if len(rows) == 1 or len({row[c] for row in rows}) > 1]
        varying = varying or columns[-1:]
        if self.group is None:
            yield from aligned_lines([[row[c] for c in varying] for row in rows], width)
            return
        candidates = [c for c in ("label", *varying) if c in columns and c != self.group]
        item = next(iter(candidates), self.group)
        for name, items in group_pairs((row[self.group], row[item]) for row in rows).items():
            yield name
            text = "; ".join(dict.fromkeys(items))
            yield from textwrap.wrap(
                text,
                width or WIDTH,
                initial_indent="  ",
                subsequent_indent="  ",
                break_on_hyphens=False,
            )


class _Page(NamedTuple):
    """The fields of a Page."""

    term: str
    label: str
    about: dict[str, list[str]]
    sections: list[PageSection]


class Page(Result, _Page):
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

    def to_rows(self) -> list[dict[str, Any]]:
        """One row for each value: of its properties, then of the columns of each section."""
        about = [
            {"section": "", "property": key, "value": value}
            for key, values in self.about.items()
            for value in values
        ]
        return about + [
            {"section": s.heading, "property": column, "value": value}
            for s in self.sections
            for row in s.answer.rows
            for column, value in row.items()
            if column != s.about and value is not None
        ]

    def text(self, width: int | None = None) -> str:
        """The page for a terminal, of a width in characters."""
        return "\n".join(self._text_lines(width)) + "\n"

    def _text_lines(self, within: int | None) -> Iterator[str]:
        width = within or WIDTH + 4
        title = single_line(f"{self.label}  ({self.term})")
        yield from (title, "=" * min(len(title), width))
        for key, values in self.about.items():
            yield from textwrap.wrap(
                f"{key}: {'; '.join(map(single_line, values))}", width, subsequent_indent="  "
            )
        for section in self.sections:
            yield from ("", single_line(section.heading))
            yield from (f"  {line}" for line in section.lines(within and within - 2))
        if self.marks:
            yield from ("", MARKS_HEADING)
        for line in legend(self.marks):
            yield from textwrap.wrap(line, width - 2, initial_indent="  ", subsequent_indent="    ")


def show(name: str, graph: Graph | None = None) -> Page:
    """The page of a term: its description, and the questions about it with their answers.

    A title that several roles have has a page, too: it lists these roles.

    Args:
        name: a slug, CURIE, IRI, notation, label or title.
        graph: the graph that has the term; by default the shipped ontology.

    Raises:
        UnknownName: no term has this name.
        InputError: several terms have it, and it is no title.

    Example:
        >>> from mlops_roles import show
        >>> [row["role"] for row in show("MLOps Engineer").sections[0].answer.rows]
        ['role:devops-engineer', 'role:ml-engineer']
        >>> show("R7").term
        'role:ml-engineer'
        >>> print(show("R7").report("md").splitlines()[0])
        ## ML Engineer
    """
    graph = as_graph(graph)
    check_text("show", "the name of a term", name=name)
    try:
        term = ox.NamedNode(graph.resolve_term(name))
    except InputError:
        if page := _title_page(name, graph):
            return page
        raise

    def answer(asked: Question, variable: str) -> Answer:
        return asked.answer(graph, {variable: [term]})

    return _page(graph, term, _page_lines(graph), answer)


LIST_COLUMNS = ("term", "notation", "label")


def list_terms(kind: str, graph: Graph | None = None) -> list[dict[str, Any]]:
    """The terms of a kind, such as 'role' or 'roles', each with its notation and label.

    Raises UnknownName: there is no such kind.
    """
    graph = as_graph(graph)
    kinds = {k for group in graph.index.values() for k, _ in group}
    wanted = next((k for k in (kind, kind.removesuffix("s")) if k in kinds), None)
    if wanted is None:
        known = sorted(kinds)
        raise UnknownName(kind, "kind of term", known, f"the kinds are {', '.join(known)}")
    of_kind = {iri for group in graph.index.values() for k, iri in group if k == wanted}
    rows: dict[str, dict[str, Any]] = {}
    for row in find_question("terms", graph).run(graph).rows:
        if (graph.expand_curie(row["term"]) or "") in of_kind:
            rows.setdefault(row["term"], {column: row[column] for column in LIST_COLUMNS})
    return [rows[term] for term in sorted(rows)]


def _title_page(name: str, graph: Graph) -> Page | None:
    """The page of a title that several roles have: these roles; None for any other name."""
    wanted = name.strip().casefold()
    every = {row["title"]: row for row in find_question("titles", graph).run(graph).rows}
    title = next((title for title in every if title.casefold() == wanted), None)
    if title is None:
        return None
    asked = find_question("roles-for-title", graph)
    terms = {"title": [ox.Literal(spelling) for spelling in every if spelling.casefold() == wanted]}
    (line,) = (line for line in _parse_page_lines(asked) if line.variable == "title")
    answer = asked.answer(graph, terms)
    roles = sorted({row["role"] for row in answer.rows})
    about = {"title of": roles}
    section = PageSection(asked.name, "title", line.heading or asked.summary, None, answer, [])
    return Page(f'"{title}"', title, about, [section])


def every_page(graph: Graph | None = None) -> Iterator[Page]:
    """The page of each term, in the order of their IRIs; a question is asked once for all terms."""
    graph = as_graph(graph).to_memory()
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
) -> Iterator[PageSection]:
    """The answered questions for the page of a term, in the order of their `page` lines."""
    kinds = {kind for group in graph.index.values() for kind, iri in group if iri == term.value}
    kinds = kinds or {"mapped"}  # a term of others
    for _, asked, variable, heading, group in lines:
        belongs = variable == "term" or any(kind.endswith(variable) for kind in kinds)
        if belongs and asked.name != "term-page" and len(rows := answer(asked, variable)):
            marked = asked.marks(rows)
            yield PageSection(asked.name, variable, heading or asked.summary, group, rows, marked)


def _page_lines(graph: Graph) -> list[_PageLine]:
    """The `page` lines of all questions, by position and name."""
    lines = (line for asked in catalogue(graph).values() for line in _parse_page_lines(asked))
    return sorted(lines, key=lambda line: (line.position, line.question.name))


def _parse_page_lines(question: Question) -> Iterator[_PageLine]:
    for line in question.headers.get("page", []):
        found = _PAGE.match(line)
        if not found:
            raise InputError(
                f"{question.path.name}: page line {line!r} cannot be read; "
                "write '#+ page: ?role 30 Heading / ?group'"
            )
        yield _PageLine(int(found[2] or 50), question, found[1], found[3], found[4])
