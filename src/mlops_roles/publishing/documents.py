"""The RDF documents of a release: one graph, four formats, the same bytes each time.

Blank nodes get canonical names (RDFC-1.0) and statements are sorted, so that a document depends
only on its graph. Only our own graphs are canonicalised: for hostile ones that may take forever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..io import rdf, templates
from ..io.resources import resource_dir
from ..io.turtle import turtle
from ..ontology.graph import DEFAULT, Graph, ontology_files
from ..ontology.released import IMPORTS, published_statements, released
from .jsonld import to_jsonld
from .publishing_data import Format, select_from_store

TEMPLATES = Path(__file__).parent / "templates"
VERSION_IRI = ox.NamedNode("http://www.w3.org/2002/07/owl#versionIRI")
REQUIRES = ox.NamedNode("http://purl.org/dc/terms/requires")
COMMITS_TO = ox.NamedNode("https://w3id.org/mlops-roles/ns#commitsTo")


def alignment_files() -> list[Path]:
    """The Turtle files of the alignments."""
    return sorted((resource_dir("ontology") / "alignments").glob("*.ttl"))


def module_files() -> list[Path]:
    """The files that the ontology imports, and the lexicon of job titles."""
    return [path for path in ontology_files() if path.stem != "mlops-roles"]


def ontology_documents(graph: Graph) -> dict[str, list[ox.Triple]]:
    """Name and statements of the released, the asserted and the aligned ontology.

    The released one includes what follows, and the source of each statement. The aligned one
    excludes alignments that commit to an upper ontology, because at most one of these can be
    active at a time.
    """
    asserted = [q.triple for q in graph.store.quads_for_pattern(None, None, None, DEFAULT)]
    aligned = [
        t
        for found in map(file_triples, alignment_files())
        if all(t.predicate != COMMITS_TO for t in found)
        for t in found
    ]
    return {
        "mlops-roles": canonicalize(released(graph)),
        "mlops-roles-asserted": _variant(published_statements(asserted), "asserted"),
        "mlops-roles-aligned": _variant(published_statements([*asserted, *aligned]), "aligned"),
    }


def _variant(statements: Iterable[ox.Triple], variant: str) -> list[ox.Triple]:
    """The statements of a variant, which has a version IRI of its own."""
    return canonicalize(_with_variant_iri(triple, variant) for triple in statements)


def _with_variant_iri(triple: ox.Triple, variant: str) -> ox.Triple:
    if triple.predicate != VERSION_IRI:
        return triple
    version: Any = triple.object
    return ox.Triple(triple.subject, VERSION_IRI, ox.NamedNode(f"{version.value}/{variant}"))


def file_triples(path: Path) -> list[ox.Triple]:
    """The statements of a shipped file."""
    return [q.triple for q in rdf.parse_rdf(path)[0]]


def standalone_triples(path: Path) -> list[ox.Triple]:
    """The statements of a shipped file, with dcterms:requires in place of owl:imports."""
    return canonicalize(
        ox.Triple(t.subject, REQUIRES, t.object) if t.predicate == IMPORTS else t
        for t in file_triples(path)
    )


def canonicalize(statements: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The statements sorted, their blank nodes with canonical names."""
    found = ox.Dataset(ox.Quad(*t) for t in statements)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted((q.triple for q in found), key=str)


def serialize(
    graph: Graph, statements: list[ox.Triple], format: Format, more: Mapping[str, str] | None = None
) -> bytes:
    """Statements in a format of RDF, with the prefixes of the graph and some more."""
    prefixes = dict(sorted({**graph.prefixes, **(more or {})}.items()))
    if format.rdf == ox.RdfFormat.TURTLE:
        return turtle(statements, prefixes)
    if format.rdf == ox.RdfFormat.JSON_LD:
        return to_jsonld(graph, statements)
    return ox.serialize(statements, format=format.rdf, prefixes=prefixes) or b""


def render_turtle(name: str, **data: Any) -> tuple[list[ox.Triple], dict[str, str]]:
    """The statements of a template of Turtle, and its prefixes."""
    env = templates.environment(TEMPLATES, autoescape=False, lstrip_blocks=False)
    env.filters["literal"] = lambda text: str(ox.Literal(text))
    text = env.get_template(f"{name}.ttl.j2").render(**data)
    parser = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)
    return canonicalize(quad.triple for quad in parser), dict(parser.prefixes)


def metadata(graph: Graph) -> dict[str, str]:
    """The metadata of the ontology, from its header."""
    row = select_from_store(graph.store, "header")[0]
    return {key: value.value for key, value in row.items()}  # type: ignore[union-attr]


def rdf_documents(graph: Graph) -> Iterator[tuple[str, list[ox.Triple]]]:
    """Name and statements of each document: the ontology, its modules, alignments and shapes."""
    from ..validation.profiles import profiles

    yield from ontology_documents(graph).items()
    yield from ((f"modules/{path.stem}", standalone_triples(path)) for path in module_files())
    yield from ((f"alignments/{path.stem}", standalone_triples(path)) for path in alignment_files())
    yield (
        "shapes",
        canonicalize(
            t for path in sorted(resource_dir("shapes").glob("*.ttl")) for t in file_triples(path)
        ),
    )
    yield from ((f"shapes/{name}", canonicalize(found)) for name, found in profiles(graph).items())
