"""The shapes as two files for any SHACL engine: `people` for staff data, `ontology` for roles.

An engine that gets only a user's data knows no term of ours. So in the profile for people,
membership in a class is also granted to the terms that the ontology has in that class, and a value
of a property to the terms that have one in the ontology. A profile needs no other file.
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

PROFILES = "publishing/profiles"  # the table of the profiles in ontology/
_COPIED = ("versionInfo", "license", "creator", "created", "modified", "issued", "declare")


def profiles(graph: Graph) -> dict[str, list[ox.Triple]]:
    """The statements of each profile, by its name."""
    return {row["name"]: _profile(row, graph) for row in resource_rows("ontology", PROFILES)}


def _profile(row: dict[str, str], graph: Graph) -> list[ox.Triple]:
    """The shapes of some files, with a header and the prefixes that they use."""
    paths = [resource_dir("shapes") / f"{name}.ttl" for name in row["files"].split()]
    profile = to_rdflib((q for p in paths for q in rdf.parse_rdf(p)[0]), graph.prefixes)
    _add_header(profile, row)
    if row["name"] == "people":
        _name_members(profile, graph)
        _name_subjects(profile, graph)
    text = profile.serialize(format="nt", encoding="utf-8")
    return [q.triple for q in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]


def _add_header(profile: rdflib.Graph, row: dict[str, str]) -> None:
    """Title, version and origin of a profile, and the prefixes where sh:prefixes looks for them.

    The ontology is named as a requirement and not imported: engines fetch what is imported.
    """
    from rdflib import DCTERMS, OWL, RDF, SH, Literal, URIRef

    header, base = URIRef(f"{BASE}/shapes/{row['name']}"), URIRef(BASE)
    profile.add((header, RDF.type, OWL.Ontology))
    profile.add((header, DCTERMS.title, Literal(row["title"], lang="en")))
    profile.add((header, DCTERMS.requires, base))
    front = to_rdflib(rdf.parse_rdf(resource_dir("ontology") / "mlops-roles.ttl")[0], {})
    version = URIRef(f"{BASE}/{front.value(base, OWL.versionInfo)}/shapes/{row['name']}")
    profile.add((header, OWL.versionIRI, version))
    for _, predicate, value in front.triples((base, None, None)):
        if str(predicate).replace("#", "/").rpartition("/")[2] in _COPIED:
            profile.add((base if predicate == SH.declare else header, predicate, value))
            profile += front.cbd(value) if predicate == SH.declare else ()


def _name_members(profile: rdflib.Graph, graph: Graph) -> None:
    """Let each sh:class also hold for the ontology's own members and subclasses of the class."""
    from rdflib import SH, BNode

    for shape, cls in list(profile.subject_objects(SH["class"])):
        below = _subclasses(ox.NamedNode(str(cls)), graph)
        members = {q.subject for c in below for q in _quads(graph, RDF_TYPE, c)}
        parts: list[Any] = []
        for predicate, value in [(SH["class"], c) for c in sorted(below, key=str)]:
            parts.append(BNode())
            profile.add((parts[-1], predicate, rdflib_term(value)))
        profile.remove((shape, SH["class"], cls))
        _add_alternatives(profile, shape, parts, members)


def _name_subjects(profile: rdflib.Graph, graph: Graph) -> None:
    """Let each "has a value of a property" accept the subjects that have one in the ontology.

    Such a shape is anonymous, with a path and a minimum count of one.
    """
    from rdflib import SH, BNode, Literal, URIRef

    for shape in list(profile.subjects(SH.minCount, Literal(1))):
        path = profile.value(shape, SH.path)
        if not (isinstance(shape, BNode) and isinstance(path, URIRef)):
            continue
        subjects = {q.subject for q in _quads(graph, ox.NamedNode(str(path)), None)}
        if subjects:
            inner = BNode()
            for _, predicate, value in list(profile.triples((shape, None, None))):
                profile.remove((shape, predicate, value))
                profile.add((inner, predicate, value))
            _add_alternatives(profile, shape, [inner], subjects)


def _add_alternatives(
    profile: rdflib.Graph, shape: Any, parts: list[Any], members: set[Any]
) -> None:
    """Add an sh:or to a shape: one of these shapes, or to be one of these members."""
    from rdflib import SH, BNode
    from rdflib.collection import Collection

    named = [rdflib_term(m) for m in sorted(members, key=str) if isinstance(m, ox.NamedNode)]
    if named:
        parts.append(BNode())
        profile.add((parts[-1], SH["in"], Collection(profile, BNode(), named).uri))
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
    """The asserted statements with a predicate and a value, which may be None for any."""
    return graph.store.quads_for_pattern(None, predicate, value, DEFAULT)
