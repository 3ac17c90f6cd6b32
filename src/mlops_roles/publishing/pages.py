"""The pages of the site: the explorer, the reference, and a page for each term.

pyLODE is not used: version 3.4.1 does not start as installed, and documents only classes and
properties, no role, task or skill. Pages come from `mlops_roles.ontology.term_page`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

from ..ontology.graph import Graph
from .comparison_pages import comparison_pages
from .docs_site import DocsSite
from .documentation import Documentation, environment, static_files
from .documents import alignment_files, file_triples
from .explorer_pages import ExplorerPages
from .name_pages import name_pages
from .proof_pages import proof_pages
from .query_page import query_files
from .reference_pages import ReferencePages
from .term_pages import TermPages


def pages(graph: Graph) -> dict[str, bytes]:
    """Content of each file of the site by path."""
    doc = Documentation(with_alignments(graph))
    return {
        **static_files(),
        **dict(ExplorerPages(doc).files()),
        **dict(ReferencePages(doc).files()),
        **dict(TermPages(doc).files()),
        **dict(comparison_pages(doc)),
        **dict(name_pages(doc)),
        **dict(proof_pages(doc)),
        **dict(query_files(doc, graph)),
        **DocsSite(doc).files(),
    }


def front_page(about: Mapping[str, str]) -> bytes:
    """The front page of a site, with a link to the current version."""
    text: str = environment().get_template("front.html.j2").render(about=about)
    return text.encode()


def with_alignments(graph: Graph) -> Graph:
    """The graph with the statements of all alignments, and nothing inferred from them."""
    whole = graph.with_prefixes(graph.prefixes)  # a copy that keeps nothing built from the graph
    whole.store = ox.Store()
    whole.store.extend(graph.store)
    whole.store.extend(ox.Quad(*t) for path in alignment_files() for t in file_triples(path))
    whole.proofs = graph.proofs  # whether they were asked for before or not
    return whole
