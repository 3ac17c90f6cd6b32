"""Names of terms as they are compared and shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ..errors import InputError, UnknownName

if TYPE_CHECKING:
    from .graph import Graph

_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_ORG_ROLE = ox.NamedNode("http://www.w3.org/ns/org#Role")  # roles and similar roles
_ROLE = ox.NamedNode("https://w3id.org/mlops-roles/ns#Role")
_NAMED_IN_CELLS = {  # in the skill columns of a staff file
    kind: ox.NamedNode(f"https://w3id.org/mlops-roles/ns#{kind.capitalize()}")
    for kind in ("skill", "tool")
}
_SPACES = str.maketrans("-_.", "   ")
_SIMILAR_TO = ox.NamedNode("https://w3id.org/mlops-roles/ns#similarTo")


def slug(curie: str) -> str:
    """`role:ml-engineer` as `ml-engineer`; a name of another namespace as it is."""
    prefix, _, local = curie.partition(":")
    return local if prefix in ("role", "words", "task", "skill", "tool", "step", "zone") else curie


def local_name(iri: str) -> str:
    """The part of an IRI after its last `/` or `#`."""
    return iri.rstrip("/").replace("#", "/").rpartition("/")[2]


def fold_name(name: str) -> str:
    """A name of a skill or tool as it is compared.

    In lower case (NFKC, then case-folded), with each run of white space and `-_.` as one space.
    """
    text = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return " ".join(text.casefold().translate(_SPACES).split())


def resolve_role(name: str, graph: Graph, similar: bool = True) -> str:
    """The IRI of the role that a slug, notation, CURIE, IRI or label means.

    Raises UnknownName if it is not a role, and InputError for a similar role if these are not
    accepted: the ontology has no skills for them.
    """
    try:
        iri = graph.resolve_term(name, "role")
    except UnknownName:
        iri = ""
    if not iri or not _has_triple(graph, iri, _TYPE, _ORG_ROLE):
        known = sorted(set(_slugs(graph, _TYPE, _ORG_ROLE if similar else _ROLE)))
        raise UnknownName(name, "role", known, f"the roles are {', '.join(known)}")
    if not similar and not _has_triple(graph, iri, _TYPE, _ROLE):
        roles = set(_slugs(graph, _TYPE, _ROLE))
        neighbours = sorted(roles.intersection(_slugs(graph, _SIMILAR_TO, ox.NamedNode(iri))))
        raise InputError(
            f"{name[:80]!r}: a similar role, of which no skills are known; "
            f"ask for {' or '.join(neighbours) or 'a role'}"
        )
    return iri


def resolve_skill_or_tool(name: str, graph: Graph) -> str:
    """The IRI of the skill or tool that a slug, CURIE, IRI or label means.

    Raises UnknownName if it is neither.
    """
    for kind, cls in _NAMED_IN_CELLS.items():
        try:
            iri = graph.resolve_term(name, kind)
        except UnknownName:
            continue
        if _has_triple(graph, iri, _TYPE, cls):
            return iri
    known = sorted({s for cls in _NAMED_IN_CELLS.values() for s in _slugs(graph, _TYPE, cls)})
    raise UnknownName(name, "skill or tool", known, "`mlops-roles ask aliases` lists them")


def _has_triple(graph: Graph, iri: str, predicate: ox.NamedNode, value: ox.NamedNode) -> bool:
    quads = graph.light_store.quads_for_pattern(ox.NamedNode(iri), predicate, value)
    return next(iter(quads), None) is not None


def _slugs(graph: Graph, predicate: ox.NamedNode, value: ox.NamedNode) -> Iterator[str]:
    """The slugs of the terms that have a value."""
    for quad in graph.light_store.quads_for_pattern(None, predicate, value):
        if isinstance(quad.subject, ox.NamedNode):
            yield slug(graph.curie(quad.subject.value))
