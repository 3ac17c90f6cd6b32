"""A release of what a company adds to the ontology, or of a framework in its place.

It has the files as they were given, the capability classes of their roles, what follows from them,
the shapes with their terms, and one page that documents each term.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from markupsafe import Markup

from ..errors import InputError
from ..io import rdf
from ..io.resources import FilePath, resource_dir
from ..io.text import single_line
from ..ontology.derivation import company_capabilities
from ..ontology.explanation import Proof, prove_all
from ..ontology.graph import BASE, INFERRED, Graph
from ..ontology.term_page import Page, every_page
from .documentation import MAX_ROWS, environment, static_files
from .documents import canonicalize, serialize
from .inferences import Inference, Inferences
from .publishing_data import formats
from .release import replace_folder, with_checksums

MAX_PROVEN = 1000  # inferred statements that the page proves; it has no proof if there are more
MARK = Markup(' <a class="follows" href="#{}.{}" aria-label="follows: its proof">follows</a>')
FILE_DESCRIPTIONS = {
    "capabilities.ttl": "the capability classes of the roles",
    "closure.nt": "what follows from the files and the ontology, and not from the ontology alone",
    "shapes-people.ttl": "SHACL shapes for data about people",
    "shapes-ontology.ttl": "SHACL shapes for roles, tasks and skills",
}


def publish_extension(output: FilePath, graph: Graph) -> Path:
    """Build a release of the files that are added to a graph.

    Args:
        output: the folder, which may be missing, empty or an earlier build; it is replaced.
        graph: the ontology with the files.

    Returns:
        The absolute path of the folder.

    Raises:
        InputError: the graph has no added RDF, two of its files have one name, or the folder has
            other files than a build or cannot be written.

    Example:
        >>> import mlops_roles
        >>> acme = mlops_roles.load("examples/acme.ttl")
        >>> mlops_roles.publish_extension("dist", acme).name  # doctest: +SKIP
        'dist'
    """
    return replace_folder(output, lambda: with_checksums(extension_files(graph)))


def extension_files(graph: Graph) -> dict[str, bytes]:
    """Content of each file of the release, by name. Raises InputError as `publish_extension`."""
    paths = graph.added_rdf
    built = {path.name: rdf.read_bytes(path) for path in paths}
    if (
        not paths
        or len(built) < len(paths)
        or {*FILE_DESCRIPTIONS, "index.html", "style.css"} & built.keys()
    ):
        names = ", ".join(path.name for path in paths) or "no RDF"
        raise InputError(f"{names}: add files of RDF, each with a name of its own, by --with")
    built |= dict(_derived(graph))
    about = {path.name: "as it was given" for path in paths} | FILE_DESCRIPTIONS
    files = [(name, about[name]) for name in sorted(built)]
    env = environment()
    page = env.get_template("extension.html.j2").render(**_page_content(graph), files=files)
    return built | {"index.html": page.encode(), "style.css": static_files()["static/style.css"]}


def _derived(graph: Graph) -> Iterator[tuple[str, bytes]]:
    """The files that are derived from those that were given."""
    from ..validation.profiles import profiles

    with suppress(InputError):  # no role that requires a skill and has no class yet
        yield "capabilities.ttl", company_capabilities(graph.added_paths, graph.only).encode()
    lines = sorted(f"{triple} .\n" for triple in _new_inferences(graph))
    yield "closure.nt", "".join(lines).encode()
    for name, statements in profiles(graph).items():
        yield f"shapes-{name}.ttl", serialize(graph, canonicalize(statements), formats()[0])


def _new_inferences(graph: Graph) -> Iterator[ox.Triple]:
    """What follows with the files and not without; statements about blank nodes are left out."""
    shipped = resource_dir("ontology") / "closure.nt"
    known = set() if graph.only else {quad.triple for quad in rdf.parse_rdf(shipped)[0]}
    for quad in graph.store.quads_for_pattern(None, None, None, INFERRED):
        named = not any(isinstance(term, ox.BlankNode) for term in (quad.subject, quad.object))
        if named and quad.triple not in known:
            yield quad.triple


def _own_terms(graph: Graph) -> set[str]:
    """The CURIEs of the terms that the files declare."""
    return {
        graph.curie(quad.subject.value)
        for path in graph.added_rdf
        for quad in rdf.parse_rdf(path)[0]
        if isinstance(quad.subject, ox.NamedNode) and not quad.subject.value.startswith(f"{BASE}/")
    }


def _with_proofs(
    found: list[tuple[Inference, ox.Triple]], graph: Graph
) -> tuple[list[str], list[Proof | None]]:
    """The anchors and the proofs of some inferred statements."""
    anchors = [f"{inference.subject}.{inference.anchor}" for inference, _ in found]
    return anchors, prove_all((triple for _, triple in found), graph)


def _page_content(graph: Graph) -> dict[str, Any]:
    """What the page shows: the terms of the files by kind."""
    own, kinds = _own_terms(graph), dict[str, list[Page]]()
    for page in every_page(graph):
        if page.term in own:
            kind = page.about.get("type", ["other"])[-1].rpartition(":")[2]
            kinds.setdefault(kind, []).append(page)
    terms = {page.term for members in kinds.values() for page in members}

    def link(value: Any) -> str | Markup:
        text = single_line(value)
        return Markup('<a href="#{0}">{0}</a>').format(text) if text in terms else text

    inferences = Inferences(graph, dict.fromkeys(terms, ""))
    number = sum(map(len, inferences.by_subject.values()))
    proven = inferences.by_subject if number <= MAX_PROVEN else {}

    def follows(*values: Any) -> str | Markup:
        """The mark of an inferred statement, which opens its proof."""
        found = inferences.between(*map(single_line, values))
        mark = Markup(
            ' <a class="follows" href="#{}.{}" aria-label="follows: its proof">follows</a>'
        )
        return mark.format(found.subject, found.anchor) if found and proven else ""

    title = ", ".join(path.stem for path in graph.added_rdf)
    return {
        "follows": follows,
        "inferred": number,
        "proofs": {
            term: list(zip(*_with_proofs(found, graph), strict=True))
            for term, found in proven.items()
        },
        "title": title,
        "version": graph.version,
        "kinds": dict(sorted(kinds.items())),
        "link": link,
        "max_rows": MAX_ROWS,
    }
