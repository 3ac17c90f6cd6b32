"""The capability classes of roles that have none yet: their names, and their definitions.

Those of the shipped roles are in the ontology. Those of a company's roles are named when its file
is loaded, and defined when a definition is asked for; `mlops-roles derive --with FILE` writes both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir

NAMES, DEFINITIONS = "capabilities.rq", "capability_definitions.rq"
CAPABILITY_FOR = ox.NamedNode("https://w3id.org/mlops-roles/ns#capabilityFor")
REQUIRES_SKILL = ox.NamedNode("https://w3id.org/mlops-roles/ns#requiresSkill")
HAS_SKILL = ox.NamedNode("https://w3id.org/mlops-roles/ns#hasSkill")
HAS_OCCUPATION = ox.NamedNode("https://w3id.org/mlops-roles/ns#hasOccupation")
SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
ON_PROPERTY = ox.NamedNode("http://www.w3.org/2002/07/owl#onProperty")
HAS_VALUE = ox.NamedNode("http://www.w3.org/2002/07/owl#hasValue")
NOTHING = ox.NamedNode("http://www.w3.org/2002/07/owl#Nothing")
Values = Mapping[Any, set[Any]]  # each subject of a property to its values


def query_text(name: str) -> str:
    """The CONSTRUCT query in a file of `ontology/`."""
    return (resource_dir("ontology") / name).read_text("utf-8")


def missing_capabilities(
    asserted: Iterable[ox.Quad],
    inferred: Iterable[ox.Triple],
    queries: Iterable[str] = (NAMES, DEFINITIONS),
) -> list[ox.Triple]:
    """The axioms of the capability classes that roles lack, with skolem IRIs for blank nodes.

    The queries are the CONSTRUCT of their names, of their definitions, or both.
    """
    closed = ox.Store()
    closed.extend(ox.Quad(*quad.triple) for quad in asserted)
    closed.extend(ox.Quad(*triple) for triple in inferred)
    found: list[ox.Triple] = []
    for name in queries:
        triples: Any = closed.query(query_text(name))
        found += triples
    return found


def defined_skills(below: Values, on_property: Values, has_value: Values) -> dict[Any, set[Any]]:
    """Each named class to the skills that its definition says its members have.

    It takes what follows of rdfs:subClassOf, and the statements of owl:onProperty and owl:hasValue.
    """
    skill = {
        node: next(iter(has_value[node]))
        for node, properties in on_property.items()
        if HAS_SKILL in properties and node in has_value
    }
    found = {
        cls: {skill[node] for node in above if node in skill}
        for cls, above in below.items()
        if isinstance(cls, ox.NamedNode) and cls != NOTHING
    }
    return {cls: skills for cls, skills in found.items() if skills}


def subsumptions(
    skills: Mapping[Any, set[Any]], defined: Iterable[Any]
) -> Iterator[tuple[Any, Any]]:
    """The pairs (class, class above it) of classes that are defined by skills.

    A class is below each one whose members need no other skill; none is paired with itself. All
    agents with the skills of a `defined` class are members of it.
    """
    having: dict[Any, list[Any]] = defaultdict(list)
    for cls, needed in skills.items():
        for skill in needed:
            having[skill].append(cls)
    for above in defined:
        needed = skills[above]
        rarest = min(needed, key=lambda skill: len(having[skill]))
        yield from (
            (cls, above) for cls in having[rarest] if cls != above and needed <= skills[cls]
        )
