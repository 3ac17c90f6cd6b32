"""The skills that a role, its tasks and the roles it incorporates require, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ..ontology.excerpt import excerpt
from ..ontology.graph import Graph
from ..ontology.names import resolve_role, slug
from ..ontology.tables import RoleTables
from .verdict import State, tally_states

AXIOM_NAMESPACES = ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#")


@dataclass(frozen=True)
class RequiredSkill:
    """A skill that a role requires, and why."""

    skill: str  # the slug of the skill
    # IRIs of the terms on the path from the role to the skill: an incorporated role, a task
    via: tuple[str, ...]
    rule: str  # the rule that infers the requirement; '' if it is asserted of the role


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
    triples = {iri: ox.Triple(subject, requires, ox.NamedNode(iri)) for iri in sorted(by_iri)}
    graph, found = excerpt(graph, triples.values()), []
    for iri, triple in triples.items():
        objects = [leaf.object for leaf in _asserted_leaves(triple, graph)]
        path = [node.value for node in objects if isinstance(node, ox.NamedNode)][:-1]
        rule = graph.light_proofs[triple].rule if triple in graph.light_proofs else ""
        found.append(RequiredSkill(by_iri[iri], tuple(path), rule))
    return found


def count_by_part(
    role: str, states: Mapping[str, State], tables: RoleTables
) -> list[dict[str, Any]]:
    """How many of the skills of each role that a role takes in are in each state.

    One dictionary for each role taken in, and a last one, with `own` true, for the skills that the
    role requires by its own tasks or by a statement about it: `role`, `own`, `required`, and a
    count for each state. A skill that several parts bring counts in each. Empty if it takes in no
    role.
    """
    needs, taken_in = tables.needs("role"), tables.incorporated(role)
    if not taken_in:
        return []
    parts = [(part, False, needs.get(part, [])) for part in taken_in]
    parts.append((role, True, tables.own_skills(role)))
    return [
        {"role": part, "own": own, **tally_states(skills, states)} for part, own, skills in parts
    ]


def _asserted_leaves(triple: ox.Triple, graph: Graph) -> Iterator[ox.Triple]:
    """The asserted statements about roles, tasks and skills that a proof uses, in its order."""
    if triple not in graph.light_proofs:
        yield triple
        return
    for because in graph.light_proofs[triple].because:
        if not because.predicate.value.startswith(AXIOM_NAMESPACES):
            yield from _asserted_leaves(because, graph)
