"""The skills that a role, its tasks and the roles it incorporates require, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from ..ontology.catalogue import ask
from ..ontology.graph import Graph
from ..ontology.names import resolve_role, slug
from ..ontology.tables import RoleTables

AXIOM_NAMESPACES = ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#")


@dataclass(frozen=True)
class RequiredSkill:
    """A skill that a role requires, and why.

    Attributes:
        skill: the slug of the skill.
        via: IRIs of the terms on the path from the role to the skill: an incorporated role, a task.
        rule: the rule that infers the requirement; '' if it is asserted of the role.
    """

    skill: str
    via: tuple[str, ...]
    rule: str


def slug_of_role(name: str, graph: Graph) -> str:
    """The slug of the role that a name means; similar roles are refused, as they have no skills."""
    return slug(graph.curie(resolve_role(name, graph, similar=False)))


def iri_of(name: str, kind: str, graph: Graph) -> str:
    """The IRI of a slug."""
    return graph.expand_curie(name if ":" in name else f"{kind}:{name}") or name


def required_skills(role: str, graph: Graph) -> list[RequiredSkill]:
    """The skills that a role requires, by IRI, each with the short form of its proof."""
    by_iri = {
        iri_of(skill, "skill", graph): skill
        for skill in RoleTables.from_graph(graph).needs("role").get(role, ())
    }
    subject = ox.NamedNode(iri_of(role, "role", graph))
    requires = ox.NamedNode(iri_of("requiresSkill", "mlops", graph))
    found = []
    for iri, skill in sorted(by_iri.items()):
        triple = ox.Triple(subject, requires, ox.NamedNode(iri))
        objects = [leaf.object for leaf in _asserted_leaves(triple, graph)]
        path = [node.value for node in objects if isinstance(node, ox.NamedNode)][:-1]
        rule = graph.proofs[triple].rule if triple in graph.proofs else ""
        found.append(RequiredSkill(skill, tuple(path), rule))
    return found


def incorporated_roles(role: str, graph: Graph) -> list[str]:
    """The roles that a role incorporates: it requires their skills too."""
    rows = ask("roles-incorporated", graph)
    return [slug(row["part"]) for row in rows if slug(row["role"]) == role]


def _asserted_leaves(triple: ox.Triple, graph: Graph) -> Iterator[ox.Triple]:
    """The asserted statements about roles, tasks and skills that a proof uses, in its order."""
    if triple not in graph.proofs:
        yield triple
        return
    for because in graph.proofs[triple].because:
        if not because.predicate.value.startswith(AXIOM_NAMESPACES):
            yield from _asserted_leaves(because, graph)
