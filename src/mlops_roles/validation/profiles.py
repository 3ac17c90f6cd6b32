"""The shapes as two files for any SHACL engine: `people` for staff data, `ontology` for roles.

An engine that gets only a user's data knows no term of ours, so in the profile for people
membership in a class is also granted to the terms that the ontology has in that class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..io import rdf
from ..io.rdflib_bridge import rdflib_term, to_rdflib
from ..io.resources import resource_dir, resource_rows
from ..ontology.graph import BASE, DEFAULT, RDF_TYPE, Graph
from .shacl_to_sparql import SUBCLASS

if TYPE_CHECKING:
    import rdflib

_COPIED = ("versionInfo", "license", "creator", "created", "modified", "issued", "declare")


def profiles(graph: Graph) -> dict[str, str]:
    """The text in Turtle of each profile, by its name."""
    return {
        row["name"]: _profile(row, graph).serialize(format="turtle")
        for row in resource_rows("ontology", "publishing/profiles")
    }


def _profile(row: dict[str, str], graph: Graph) -> rdflib.Graph:
    """The shapes of some files, with a header and the prefixes that they use."""
    from rdflib import DCTERMS, OWL, RDF, SH, Literal, URIRef

    paths = [resource_dir("shapes") / f"{name}.ttl" for name in row["files"].split()]
    profile = to_rdflib((q for p in paths for q in rdf.parse_rdf(p)[0]), graph.prefixes)
    header, base = URIRef(f"{BASE}/shapes/{row['name']}"), URIRef(BASE)
    profile.add((header, RDF.type, OWL.Ontology))
    profile.add((header, DCTERMS.title, Literal(row["title"], lang="en")))
    profile.add((header, OWL.imports, base))
    front = to_rdflib(rdf.parse_rdf(resource_dir("ontology") / "mlops-roles.ttl")[0], {})
    for _, predicate, value in front.triples((base, None, None)):
        if str(predicate).replace("#", "/").rpartition("/")[2] in _COPIED:
            profile.add((base if predicate == SH.declare else header, predicate, value))
            profile += front.cbd(value) if predicate == SH.declare else ()
    if row["name"] == "people":
        _name_members(profile, graph)
    return profile


def _name_members(profile: rdflib.Graph, graph: Graph) -> None:
    """Let each sh:class also hold for the ontology's own members and subclasses of the class."""
    from rdflib import SH, BNode
    from rdflib.collection import Collection

    for shape, cls in list(profile.subject_objects(SH["class"])):
        below = _subclasses(ox.NamedNode(str(cls)), graph)
        members = {q.subject for c in below for q in _quads(graph, RDF_TYPE, c)}
        parts: list[Any] = []
        for predicate, value in [(SH["class"], c) for c in sorted(below, key=str)]:
            parts.append(BNode())
            profile.add((parts[-1], predicate, rdflib_term(value)))
        named = [rdflib_term(m) for m in sorted(members, key=str) if isinstance(m, ox.NamedNode)]
        if named:
            parts.append(BNode())
            profile.add((parts[-1], SH["in"], Collection(profile, BNode(), named).uri))
        profile.remove((shape, SH["class"], cls))
        profile.add((shape, SH["or"], Collection(profile, BNode(), parts).uri))


def _subclasses(cls: ox.NamedNode, graph: Graph) -> set[Any]:
    """A class and the classes with an IRI below it."""
    found, todo = {cls}, [cls]
    while todo:
        below = {q.subject for q in _quads(graph, SUBCLASS, todo.pop())} - found
        todo += [c for c in below if isinstance(c, ox.NamedNode)]
        found |= set(todo)
    return found


def _quads(graph: Graph, predicate: ox.NamedNode, value: Any) -> Any:
    return graph.store.quads_for_pattern(None, predicate, value, DEFAULT)
