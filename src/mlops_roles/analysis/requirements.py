"""What a role requires, and by which asserted statements: its tasks, its own skills, the roles it takes in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from ..ontology.catalogue import ask
from ..ontology.graph import Graph
from ..ontology.names import resolve_role, slug
from ..ontology.tables import RoleTables

AXIOMS = ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#")


@dataclass(frozen=True)
class Required:
    """A skill that a role requires, and why.

    Attributes:
        skill: its slug.
        via: the terms on the way from the role to the skill: a role taken in, a task.
        rule: the rule that draws it; '' where the role's own block says so.
    """

    skill: str
    via: tuple[str, ...]
    rule: str


def slug_of_role(name: str, graph: Graph) -> str:
    """The slug of the role that a name means; no similar role, as its skills are not known."""
    return slug(graph.curie(resolve_role(name, graph, similar=False)))


def iri(name: str, kind: str, graph: Graph) -> str:
    """The IRI of a slug."""
    return graph.expand_curie(name if ":" in name else f"{kind}:{name}") or name


def required(role: str, graph: Graph) -> list[Required]:
    """The skills that a role requires, in the order of their IRIs, each with the short form of its proof."""
    skills = [skill for one, skill in RoleTables.from_graph(graph).role_skills if one == role]
    return [
        _required(role, skill, graph)
        for skill in sorted(skills, key=lambda skill: iri(skill, "skill", graph))
    ]


def parts(role: str, graph: Graph) -> list[str]:
    """The roles whose skills a role takes in."""
    return [
        slug(row["part"]) for row in ask("roles-incorporated", graph) if slug(row["role"]) == role
    ]


def _required(role: str, skill: str, graph: Graph) -> Required:
    needs = ox.NamedNode(iri("requiresSkill", "mlops", graph))
    triple = ox.Triple(
        ox.NamedNode(iri(role, "role", graph)), needs, ox.NamedNode(iri(skill, "skill", graph))
    )
    via = [
        leaf.object.value
        for leaf in _leaves(triple, graph)
        if isinstance(leaf.object, ox.NamedNode)
    ][:-1]
    return Required(skill, tuple(via), graph.proofs[triple].rule if triple in graph.proofs else "")


def _leaves(triple: ox.Triple, graph: Graph) -> Iterator[ox.Triple]:
    """The asserted statements about roles, tasks and skills that a proof rests on, in their order."""
    if triple not in graph.proofs:
        yield triple
        return
    for because in graph.proofs[triple].because:
        if not because.predicate.value.startswith(AXIOMS):
            yield from _leaves(because, graph)
