"""A term's page: its description, and every question that says it belongs there.

A question with the line `#+ page: ?role 30` is a section of each page of a role.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .graph import Graph, load
from .queries import Answer, Question, ask, catalogue, select
from .render import plain, render


@dataclass(frozen=True)
class Page:
    """What is known of a term: `about` its properties, `sections` a title and rows each."""

    term: str
    label: str
    about: list[tuple[str, str]]
    sections: list[tuple[str, Answer, str]]

    def to_dict(self) -> dict[str, Any]:
        """The page as plain data."""
        about: dict[str, list[str]] = {}
        for key, value in self.about:
            about.setdefault(key, []).append(value)
        return {"term": self.term, "label": self.label, "about": about, "sections": {q: a.rows for q, a, _ in self.sections}}

    def text(self) -> str:
        """The page for a terminal."""
        return "\n".join(self._text()) + "\n"

    def _text(self) -> Iterator[str]:
        yield f"{self.label}  ({self.term})"
        yield "=" * (len(self.label) + len(self.term) + 4)
        for key, value in self.about:
            yield f"{key}: {plain(value)}"
        for _, answer, title in self.sections:
            yield ""
            yield title
            yield from (f"  {line}" for line in _grouped(answer))

    def markdown(self) -> str:
        """The page in Markdown."""
        parts = [f"# {self.label}\n\n`{self.term}`\n", *(f"\n**{k}**: {plain(v)}\n" for k, v in self.about)]
        for _, answer, title in self.sections:
            parts.append(f"\n## {title}\n\n{render(answer.rows, answer.columns, 'md')}")
        return "".join(parts)


def _grouped(answer: Answer) -> Iterator[str]:
    """Rows as text; what is the same in all of them is left out."""
    shown = [c for c in answer.columns if len({str(row[c]) for row in answer.rows}) > 1] or answer.columns[-1:]
    for row in answer.rows:
        yield "  ".join(plain(row[c]) for c in shown if row[c] is not None)


def page(name: str, graph: Graph | None = None) -> Page:
    """The page of a term. Raises UnknownName, or InputError if the name means several terms."""
    graph = graph or load()
    iri = graph.term(name)
    kinds = sorted({kind for group in graph.index.values() for kind, found in group if found == iri})
    about = [(_key(r["property"]), str(r["value"])) for r in ask("term-page", graph, term=f"<{iri}>")]
    label = next((value for key, value in about if key == "prefLabel"), graph.curie(iri))
    sections = [(q.name, answer, q.summary) for q, variable in _sections(graph, kinds) if len(answer := _fixed(graph, q, variable, iri))]
    return Page(graph.curie(iri), label, [(k, v) for k, v in about if k != "prefLabel"], sections)


def _key(curie: str) -> str:
    return curie.rpartition(":")[2]


def _fixed(graph: Graph, asked: Question, variable: str, iri: str) -> Answer:
    import pyoxigraph as ox

    return select(graph, asked.text, {variable: [ox.NamedNode(iri)]})


def _sections(graph: Graph, kinds: list[str]) -> list[tuple[Question, str]]:
    """The questions for the pages of a kind, in the order of their `page` lines."""
    found = []
    for asked in catalogue(graph).values():
        for line in asked.headers.get("page", []):
            variable, _, order = line.lstrip("?").partition(" ")
            if any(kind.endswith(variable) for kind in kinds):
                found.append((int(order or 50), asked, variable))
    return [(asked, variable) for _, asked, variable in sorted(found, key=lambda f: (f[0], f[1].name))]
