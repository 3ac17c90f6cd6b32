"""The query page: the catalogue as a menu, SPARQL that runs in the browser, and its data.

The page works from a disk, where fetch() is refused: each piece of data is a script that assigns
a variable. What others wrote is bundled by `site/build.mjs` into the folder `vendor`; without it
the page has a plain text field and no engine, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..ontology.catalogue import Question, catalogue
from ..ontology.graph import Graph
from ..ontology.parameters import accepted_kinds, listed_values
from ..ontology.query_outline import outline
from .publishing_data import publishing_text
from .search_index import script_assignment, search_index

if TYPE_CHECKING:
    from .documentation import Documentation

ENDPOINT_SCRIPT = "data/endpoint.js"  # `serve` puts the address of its endpoint in its place
POLICY = (  # of the page: WebAssembly, and a worker whose text is on the page
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; "
    "style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'"
)


def query_files(pages: Documentation, graph: Graph) -> Iterator[tuple[str, bytes]]:
    """The query page, its data, and the index of the search, by path; alignments are not asked."""
    vendor = vendor_files()
    questions = questions_without_data(graph)
    topics: dict[str, list[Question]] = {}
    for question in questions:
        topics.setdefault(question.topic, []).append(question)
    left_out = len(catalogue(graph)) - len(questions)
    yield (
        "query/index.html",
        pages.render(
            "query.html.j2",
            "query/index.html",
            topics=topics,
            left_out=left_out,
            policy=POLICY,
            has_engine="vendor/engine.js" in vendor,
        ),
    )
    yield "data/search.js", search_index(graph, {c: t.href for c, t in pages.terms.items()})
    yield "data/catalogue.js", script_assignment("mlopsCatalogue", catalogue_data(graph, questions))
    yield "data/ontology.js", script_assignment("mlopsOntology", dataset(graph).decode())
    yield ENDPOINT_SCRIPT, script_assignment("mlopsEndpoint", "")
    yield from vendor.items()


def questions_without_data(graph: Graph) -> list[Question]:
    """The questions of the catalogue whose test needs no data besides the ontology."""
    return [q for q in catalogue(graph).values() if "given" not in q.headers]


def vendor_files() -> dict[str, bytes]:
    """What others wrote, with its licences, by path; empty if it was not bundled."""
    folder = Path(__file__).parent / "vendor"
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {f"vendor/{path.name}": path.read_bytes() for path in found}


def catalogue_data(graph: Graph, questions: list[Question]) -> dict[str, Any]:
    """What the script knows of the questions, as plain data."""
    return {
        "prefixes": dict(sorted(graph.prefixes.items())),
        "about": str(publishing_text("about-term.rq")),
        "questions": [_question_data(graph, question) for question in questions],
    }


def _question_data(graph: Graph, question: Question) -> dict[str, Any]:
    """A question for the script of the page: its SPARQL, and what its parameters accept.

    A parameter `joins` if VALUES at the end of the query fixes it. Else the script writes VALUES
    around the query, of which `parts` are the prologue, the rest, and its order.
    """
    text = re.sub(r"(?m)^#\+.*\n", "", question.text).strip()
    query = outline(text)
    parameters = [
        {
            "name": name,
            "about": description,
            "kinds": accepted_kinds(graph, question, name),
            "values": listed_values(description),
            "joins": query.takes_values([name]),
        }
        for name, description in question.parameters.items()
    ]
    return {
        "name": question.name,
        "summary": question.summary,
        "text": text,
        "parts": [text[: query.start], text[query.start : query.order], text[query.order :]],
        "parameters": parameters,
    }


def dataset(graph: Graph) -> bytes:
    """All statements as TriG, the inferred ones in their graph, in the same bytes each time."""
    found = ox.Dataset(graph.store)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    quads = sorted(found, key=lambda quad: (str(quad.graph_name), str(quad.triple)))
    prefixes = dict(sorted(graph.prefixes.items()))
    return ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=prefixes) or b""
