"""The reference documentation: a page for each term and an index for each kind.

pyLODE is not used: version 3.4.1 does not start as installed, and documents only classes and
properties, no role, task or skill. Pages come from `mlops_roles.ontology.term_page`.
"""

from __future__ import annotations

import copy
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from ..io.resources import resource_dir
from ..io.text import single_line
from ..matching.alignments import shipped_mapping_sets
from ..ontology.catalogue import Question, ask, catalogue
from ..ontology.graph import Graph
from ..ontology.term_page import Page, Section, every_page
from .command_help import CommandHelp
from .diagrams import WIDTH, Diagram, draw
from .documents import (
    alignment_files,
    canonicalize,
    file_triples,
    formats,
    metadata,
    publishing_rows,
    select_from_store,
    serialize,
    store_of,
)

MAPPINGS = "mappings"  # the topic of questions about alignments
MAX_ROWS = 150  # rows of a section; the question has them all
LANGUAGE = re.compile(r"(.+) \((\w\w)\)")
LinksByTerm = dict[str, dict[str, list[str]]]  # term: property: terms


def pages(graph: Graph, commands: Sequence[CommandHelp] = ()) -> dict[str, bytes]:
    """Content of each file of the documentation by path, with the help of commands if given."""
    from .docs_site import DocsSite
    from .query_page import query_files

    documentation = Documentation(with_alignments(graph))
    made = [*documentation.files(), *query_files(documentation, graph)]
    return dict(made) | DocsSite(documentation, commands).files()


def front_page(about: Mapping[str, str]) -> bytes:
    """The front page of a site, with a link to the current version."""
    text: str = environment().get_template("front.html.j2").render(about=about)
    return text.encode()


def static_files() -> dict[str, bytes]:
    """The style and the scripts of the site, by path."""
    found = sorted((Path(__file__).parent / "static").iterdir())
    return {f"static/{path.name}": path.read_bytes() for path in found if path.is_file()}


def with_alignments(graph: Graph) -> Graph:
    """The graph with the statements of all alignments, and nothing inferred from them."""
    whole = copy.copy(graph)
    whole.store = ox.Store()
    whole.store.extend(graph.store)
    whole.store.extend(ox.Quad(*t) for path in alignment_files() for t in file_triples(path))
    return whole


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
    """All pages of a graph."""

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

    def command(self, section: Section, curie: str) -> str:
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

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Each file of the documentation, by path."""
        yield from static_files().items()
        yield (
            "index.html",
            self.render(
                "index.html.j2", "index.html", about=metadata(self.graph), formats=formats()
            ),
        )
        yield "terms/index.html", self.render("terms.html.j2", "terms/index.html")
        yield (
            "shape/index.html",
            self.render("shapes.html.j2", "shape/index.html", kind="shape", shapes=_shapes()),
        )
        yield (
            "alignments/index.html",
            self.render(
                "alignments.html.j2",
                "alignments/index.html",
                kind="alignments",
                sets=list(_mapping_sets()),
            ),
        )
        yield (
            "ns/index.html",
            self.render(
                "vocabulary.html.j2",
                "ns/index.html",
                kind="ns",
                facts=self._facts(),
                examples=self.examples,
                questions=self._questions(),
            ),
        )
        yield from self._pages_of_kinds()

    def _pages_of_kinds(self) -> Iterator[tuple[str, bytes]]:
        """The index of each kind and the page of each of its terms, without the vocabulary."""
        for kind, members in self.kinds.items():
            if kind != "ns":
                path = f"{kind}/index.html"
                yield path, self.render("kind.html.j2", path, kind=kind, members=members)
                for before, term, after in zip(
                    [None, *members], members, [*members[1:], None], strict=False
                ):
                    yield term.href, self.render_term(term, before, after)

    def render_term(
        self,
        term: DocumentedTerm,
        before: DocumentedTerm | None = None,
        after: DocumentedTerm | None = None,
    ) -> bytes:
        """The page of a term, with its neighbours among the terms of its kind."""
        return self.render(
            "term.html.j2",
            term.href,
            kind=term.kind,
            term=term,
            before=before,
            after=after,
            **self._details(term),
        )

    @cached_property
    def kinds(self) -> dict[str, list[DocumentedTerm]]:
        """The terms of each kind."""
        found: dict[str, list[DocumentedTerm]] = {}
        for term in self.terms.values():
            found.setdefault(term.kind, []).append(term)
        return found

    @cached_property
    def _env(self) -> Any:
        env = environment()
        titles = {row["kind"]: row for row in publishing_rows("kinds")}
        env.globals |= {
            "doc": self,
            "kinds": self.kinds,
            "titles": titles,
            "navigation": publishing_rows("navigation"),
            "version": self.graph.version,
            "max_rows": MAX_ROWS,
            "width": WIDTH,
        }
        return env

    def render(self, template: str, here: str, **values: Any) -> bytes:
        """A page made of a template, for a path below the folder of the version."""
        root = "../" * here.count("/")
        text: str = self._env.get_template(template).render(root=root, here=here, **values)
        return text.encode()

    # what a term's page holds --------------------------------------------------------------

    def _details(self, term: DocumentedTerm) -> dict[str, Any]:
        into, out = self._into.get(term.curie, {}), self._out.get(term.curie, {})
        return {
            "diagram": self._diagram(term, into, out),
            "uses": into,
            "turtle": self._blocks.get(term.curie, ""),
        }

    def _diagram(
        self, term: DocumentedTerm, into: dict[str, list[str]], out: dict[str, list[str]]
    ) -> Diagram | None:
        if not into and not out:
            return None
        left, right = (
            [(self._heading(prop, terms), terms) for prop, terms in side.items()]
            for side in (into, out)
        )
        return draw(term.curie, left, right, self.label)

    def _heading(self, prop: str, terms: list[str]) -> str:
        """The label of a property with the kind of its objects, as some share a label."""
        kind = self._env.globals["titles"][self.terms[terms[0]].kind]["title"]
        return f"{self.label(prop)} · {kind.lower()}"

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

    @cached_property
    def _links(self) -> list[tuple[str, str, str]]:
        name = self.graph.format_term
        return [
            (name(row["from"]), name(row["property"]), name(row["to"]))
            for row in select_from_store(self.graph.store, "links")
        ]

    @cached_property
    def _out(self) -> LinksByTerm:
        return _grouped(self._links)

    @cached_property
    def _into(self) -> LinksByTerm:
        return _grouped((to, prop, start) for start, prop, to in self._links)

    @cached_property
    def _blocks(self) -> dict[str, str]:
        """The block of each term in Turtle."""
        asserted = canonicalize(
            q.triple
            for q in self.graph.store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        )
        text = serialize(self.graph, asserted, formats()[0]).decode()
        return {block.split(" ", 1)[0]: block for block in text.split("\n\n")}

    def columns(self, section: Section) -> list[str]:
        """The columns of a section's table: not the term itself, empty ones or redundant labels."""
        found = [
            c
            for c in section.answer.columns
            if c != section.about and any(row[c] is not None for row in section.answer)
        ]
        return [
            c
            for c in found
            if c != "label" or not all(self._labelled(row) for row in section.answer)
        ]

    def _labelled(self, row: Mapping[str, Any]) -> bool:
        return row["label"] is None or any(
            self.label(single_line(value)) == row["label"]
            for key, value in row.items()
            if key != "label"
        )

    def grouped(self, section: Section) -> dict[str, list[str]]:
        """The items of each group of a grouped section."""
        columns = [c for c in self.columns(section) if c != section.group] or [str(section.group)]
        item = "label" if "label" in columns else columns[0]
        found: dict[str, list[str]] = {}
        for row in section.answer:
            found.setdefault(single_line(row[section.group or ""]), []).append(
                single_line(row[item])
            )
        return {group: list(dict.fromkeys(items)) for group, items in found.items()}

    # the vocabulary ------------------------------------------------------------------------

    def _facts(self) -> dict[str, dict[str, list[str]]]:
        """Kind, domain, range and superterms of each class and property."""
        found: dict[str, dict[str, list[str]]] = {}
        for row in ask("vocabulary-terms", self.graph):
            for key in ("kind", "below", "domain", "range"):
                values = found.setdefault(row["term"], {}).setdefault(key, [])
                if row[key] and row[key] not in values:
                    values.append(row[key])
        return found

    @cached_property
    def examples(self) -> dict[str, list[tuple[str, ...]]]:
        """Up to three statements per term, of the ontology or the questions' example data."""
        found: dict[str, list[tuple[str, ...]]] = {}
        store = store_of(q.triple for q in [*self.graph.store, *self._example_quads()])
        for row in select_from_store(store, "examples"):
            shown = found.setdefault(self.graph.format_term(row["term"]), [])
            if len(shown) < 3:
                shown.append(
                    tuple(self.graph.format_term(row[c]) for c in ("subject", "property", "object"))
                )
        return found

    def _example_quads(self) -> Iterator[ox.Quad]:
        """The example data of the questions in the catalogue."""
        head = "".join(f"@prefix {p}: <{n}> .\n" for p, n in self.graph.prefixes.items())
        for asked in self.questions.values():
            yield from ox.parse(
                head + "\n".join(asked.headers.get("given", [])), format=ox.RdfFormat.TURTLE
            )

    def _questions(self) -> dict[str, list[Question]]:
        """The questions of the catalogue that use each term of the vocabulary."""
        found: dict[str, list[Question]] = {}
        for question in self.questions.values():
            body = re.sub(r"(?m)^#.*$", "", question.text)
            for curie in sorted(set(re.findall(r"mlops:\w+", body))):
                found.setdefault(curie, []).append(question)
        return found


def _grouped(links: Iterable[tuple[str, str, str]]) -> LinksByTerm:
    found: LinksByTerm = {}
    for start, prop, to in links:
        found.setdefault(start, {}).setdefault(prop, []).append(to)
    return found


def _shapes() -> list[dict[str, Any]]:
    """The shapes, each with the mistakes that it rejects."""
    store = store_of(
        t for path in sorted(resource_dir("shapes").glob("*.ttl")) for t in file_triples(path)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in select_from_store(store, "shapes"):
        values = {key: term.value for key, term in row.items()}  # type: ignore[union-attr]
        shape = found.setdefault(
            values["shape"], values | {"slug": values["shape"].rpartition("/")[2], "mistakes": []}
        )
        shape["mistakes"].append(values["rejects"])
    return list(found.values())


def _mapping_sets() -> Iterator[dict[str, Any]]:
    """The mapping sets as written: their headers and rows."""
    for name, found in shipped_mapping_sets().items():
        rows = [mapping.cells for mapping in found.mappings]
        yield {"slug": name, "about": found.header, "rows": rows}


def environment() -> Any:
    """The environment of the templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("mlops_roles.publishing")
    return Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
