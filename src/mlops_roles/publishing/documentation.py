"""The terms that the site documents: their names, their links, and how a page is rendered."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..errors import InputError
from ..io import templates
from ..io.text import single_line
from ..ontology.catalogue import Question, ask, catalogue
from ..ontology.graph import Graph
from ..ontology.term_page import Page, PageSection, every_page
from .documents import TEMPLATES, alignment_files, file_triples
from .inferences import Inferences
from .publishing_data import publishing_rows

if TYPE_CHECKING:
    import jinja2

MAPPINGS = "mappings"  # the topic of questions about alignments
MAX_ROWS = 150  # rows of a section; the question has them all
LANGUAGE = re.compile(r"(.+) \((\w\w)\)")


def static_files() -> dict[str, bytes]:
    """The style and the scripts of the site, by path."""
    found = sorted((Path(__file__).parent / "static").iterdir())
    return {f"static/{path.name}": path.read_bytes() for path in found if path.is_file()}


def environment() -> jinja2.Environment:
    """The environment of the templates of pages."""
    return templates.environment(TEMPLATES)


@dataclass(frozen=True)
class DocumentedTerm:
    """A term of the documentation, with the path of its page."""

    curie: str
    iri: str
    kind: str
    slug: str
    page: Page

    @property
    def href(self) -> str:
        """The URL of the page, relative to the folder of the version."""
        return (
            f"ns/index.html#{self.slug}" if self.kind == "ns" else f"{self.kind}/{self.slug}.html"
        )

    @property
    def label(self) -> str:
        """The name of the term."""
        return self.page.label

    @property
    def short(self) -> str:
        """Its notation, else the initials of its name, for the head of a narrow column."""
        return self.first_value("notation") or "".join(word[0] for word in self.label.split())

    @property
    def sort_key(self) -> tuple[str, ...]:
        """Sort key: notation, with numbers by value, then label; in the vocabulary the name."""
        notation = re.sub(r"\d+", lambda number: number[0].zfill(4), self.first_value("notation"))
        return (
            (self.slug.casefold(),)
            if self.kind == "ns"
            else (notation or "~", self.label.casefold(), self.iri)
        )

    def first_value(self, key: str) -> str:
        """The first value of a property, or ''."""
        return next(iter(self.page.about.get(key, [])), "")

    def translations(self, key: str) -> list[tuple[str, str]]:
        """Language and value of a property in languages other than English."""
        return [
            (m[2], v)
            for k, values in self.page.about.items()
            if (m := LANGUAGE.fullmatch(k)) and m[1] == key
            for v in values
        ]


@dataclass(frozen=True)
class Documentation:
    """The terms of a graph, and what the templates of pages call."""

    graph: Graph

    @cached_property
    def terms(self) -> dict[str, DocumentedTerm]:
        """Every term by CURIE, in the order of kinds and names."""
        found = [self._documented(page) for page in every_page(self.graph)]
        order = [row["kind"] for row in publishing_rows("kinds")]
        if unknown := {term.kind for term in found} - set(order):
            raise InputError(
                f"ontology/publishing/kinds.csv: no row for {', '.join(sorted(unknown))}; "
                "add kind, title and a sentence about it"
            )
        found.sort(key=lambda t: (order.index(t.kind), t.sort_key))
        return {term.curie: term for term in found}

    def _documented(self, page: Page) -> DocumentedTerm:
        iri = self.graph.expand_curie(page.term) or ""
        kind, slug = re.split(r"[/#]", iri)[-2:]
        return DocumentedTerm(page.term, iri, kind, slug, page)

    @cached_property
    def inferences(self) -> Inferences:
        """What follows about the terms."""
        return Inferences(
            self.graph,
            {term.curie: f"proof/{term.kind}/{term.slug}.html" for term in self.terms.values()},
        )

    @cached_property
    def marks(self) -> dict[str, str]:
        """The words that mark a statement in an answer, each with its term."""
        return {row["word"]: row["mark"] for row in ask("marks", self.graph)}

    @cached_property
    def alignments_of(self) -> dict[str, list[str]]:
        """The alignments that have statements about a term, by its IRI."""
        found: dict[str, list[str]] = {}
        for path in alignment_files():
            for triple in file_triples(path):
                for term in (triple.subject, triple.object):
                    if isinstance(term, ox.NamedNode):
                        names = found.setdefault(term.value, [])
                        names += [path.stem] if path.stem not in names else []
        return found

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions by name; to read their files for each section takes half of a build."""
        return catalogue(self.graph)

    def command(self, section: PageSection, curie: str) -> str:
        """The command that gives the rows of a section on the page of a term.

        The pages show all alignments, which the command line loads on request.
        """
        question = self.questions[section.question]
        is_first = next(iter(question.parameters)) == section.about
        value = [curie] if is_first else [f"--{section.about}", curie]
        aligned = self.alignments_of.get(self.graph.expand_curie(curie) or "", [])
        aligned = aligned if question.topic == MAPPINGS else []
        more = [part for name in aligned for part in ("--with", f"alignment:{name}")]
        return shlex.join(["mlops-roles", "ask", section.question, *value, *more])

    @cached_property
    def kinds(self) -> dict[str, list[DocumentedTerm]]:
        """The terms of each kind."""
        found: dict[str, list[DocumentedTerm]] = {}
        for term in self.terms.values():
            found.setdefault(term.kind, []).append(term)
        return found

    @cached_property
    def env(self) -> Any:
        """The environment of the templates, with what all pages need."""
        env = environment()
        titles = {row["kind"]: row for row in publishing_rows("kinds")}
        env.globals |= {
            "doc": self,
            "kinds": self.kinds,
            "titles": titles,
            "navigation": publishing_rows("navigation"),
            "version": self.graph.version,
            "max_rows": MAX_ROWS,
        }
        return env

    def render(self, template: str, here: str, **values: Any) -> bytes:
        """A page made of a template, for a path below the folder of the version."""
        root = "../" * here.count("/")
        text: str = self.env.get_template(template).render(root=root, here=here, **values)
        return text.encode()

    def sort_key(self, curie: str) -> tuple[str, ...]:
        """The sort key of a term of the ontology, else its CURIE."""
        return self.terms[curie].sort_key if curie in self.terms else (curie,)

    def label(self, curie: str) -> str:
        """The label of a term of the ontology, else its CURIE."""
        return self.terms[curie].label if curie in self.terms else curie

    def link(self, value: Any) -> str | None:
        """URL of a value: the page of a term of the ontology, else its IRI if it is on the web."""
        text = single_line(value)
        if text in self.terms:
            return self.terms[text].href
        prefix = text.partition(":")[0]
        iri = (
            self.graph.expand_curie(text)
            if text.startswith("<") or (prefix in self.graph.prefixes and " " not in text)
            else None
        )
        return iri if iri and re.match(r"https?://", iri) else None

    def columns(self, section: PageSection) -> list[str]:
        """The columns of a section's table: not the term itself, empty ones or redundant labels."""
        found = [
            c
            for c in section.answer.columns
            if c != section.about and any(row[c] is not None for row in section.answer)
        ]
        return [
            c
            for c in found
            if c != "label" or not all(self._is_label_of_column(row) for row in section.answer)
        ]

    def _is_label_of_column(self, row: Mapping[str, Any]) -> bool:
        return row["label"] is None or any(
            self.label(single_line(value)) == row["label"]
            for key, value in row.items()
            if key != "label"
        )

    def grouped(self, section: PageSection) -> dict[str, list[str]]:
        """The items of each group of a grouped section."""
        columns = [c for c in self.columns(section) if c != section.group] or [str(section.group)]
        item = "label" if "label" in columns else columns[0]
        found: dict[str, list[str]] = {}
        for row in section.answer:
            found.setdefault(single_line(row[section.group or ""]), []).append(
                single_line(row[item])
            )
        return {group: list(dict.fromkeys(items)) for group, items in found.items()}
