"""The roles that follow from a title, or from the column `role`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InputError
from ..matching.titles import Resolution
from ..ontology.graph import Graph
from ..ontology.mappings import mappings_of
from ..ontology.names import slug
from ..ontology.results import group_pairs
from ..ontology.tables import RoleTables


@dataclass(frozen=True)
class RoleAssignment:
    """The roles that a title or a cell of the column `role` gives a person."""

    status: str = "none"  # 'certain', 'ambiguous' or 'none'
    holds: tuple[str, ...] = ()  # the roles certainly held, the broader roles of these included
    # (broader role, role named) for each broader role that is not named itself; of several roles
    # named, the first
    through: tuple[tuple[str, str], ...] = ()
    similar_to: tuple[str, ...] = ()  # the roles that are certainly only similar to what is held
    roles: tuple[str, ...] = ()  # all roles meant, certain or not
    # for each role meant, the similar role that was named, if one was
    similar: tuple[str, ...] = ()
    unknown: str | None = None  # a name in the cell that is not a role
    # the roles that a mapping says are close to what is written; they never count
    candidates: tuple[str, ...] = ()

    @classmethod
    def from_title(cls, found: Resolution, role_tables: RoleTables) -> RoleAssignment:
        """By a job title."""
        roles, sure = found.roles, found.status == "certain"
        if found.similar:
            similar = (found.similar,) * len(roles)
            return cls(
                found.status,
                similar_to=roles if sure else (),
                roles=roles,
                similar=similar,
                candidates=found.candidates,
            )
        held = _with_broader(roles if sure else (), role_tables)
        return cls(found.status, *held, roles=roles, candidates=found.candidates)

    @classmethod
    def from_role_column(
        cls, written: str, graph: Graph, role_tables: RoleTables
    ) -> RoleAssignment:
        """By the column `role`: roles by slug, CURIE, IRI or notation, separated by ';'."""
        holds, similar_to, close = set(), set(), set()
        for name in [name.strip() for name in written.split(";") if name.strip()] or [written]:
            for found, is_close in _roles_meant(name, graph):
                pairs = [
                    (role, similar) for similar, role in role_tables.similar if similar == found
                ]
                is_role = found in role_tables.roles or bool(role_tables.broader_roles(found))
                if not is_role and not pairs:
                    return cls(unknown=name)
                if is_close:
                    close |= {found} if is_role else {role for role, _ in pairs}
                else:
                    holds |= {found} if is_role else set()
                    similar_to |= set() if is_role else set(pairs)
        roles = sorted(holds | {role for role, _ in similar_to})
        return cls(
            "certain" if roles else "none",
            *_with_broader(sorted(holds), role_tables),
            tuple(sorted({r for r, _ in similar_to})),
            tuple(roles),
            tuple(sorted(s for _, s in similar_to)),
            candidates=tuple(sorted(close - set(roles))),
        )


def _roles_meant(name: str, graph: Graph) -> list[tuple[str, bool]]:
    """The slug of each role that a name means, and whether it is only close to it.

    A name that means no role is given as the slug of its IRI, or as ''. A term of others means what
    it is mapped to; one that is only broader than a role means none.
    """
    try:
        return [(slug(graph.curie(graph.find_own_term(name, "role"))), False)]
    except InputError:
        mapped = [m for m in mappings_of(graph).meant(name, graph) if m.relation != "refused"]
    if not mapped:
        return [(slug(graph.curie(graph.expand_curie(name) or "")), False)]
    counted = [(slug(graph.curie(m.target)), False) for m in mapped if m.counts]
    return counted or [(slug(graph.curie(m.target)), True) for m in mapped if m.relation == "close"]


def _with_broader(
    named: Sequence[str], role_tables: RoleTables
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The roles held by those who hold the named ones, and which of these hold a broader one."""
    through: dict[str, str] = {}
    for role in named:
        for broader in role_tables.broader_roles(role):
            if broader not in named:
                through.setdefault(broader, role)
    return tuple(sorted({*named, *through})), tuple(sorted(through.items()))


def covered_items(
    role_tables: RoleTables, assignments: Sequence[RoleAssignment]
) -> dict[tuple[str, str], list[int]]:
    """(group, slug) of each role, task and step that is held, to the assignments that bring it.

    An assignment is its place in `assignments`.
    """
    performs, answers = group_pairs(role_tables.performs), group_pairs(role_tables.answers)
    items: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, assignment in enumerate(assignments):
        held = {("role", role) for role in assignment.holds}
        held |= {("task", task) for role in assignment.holds for task in performs.get(role, ())}
        held |= {("step", step) for role in assignment.holds for step in answers.get(role, ())}
        for item in sorted(held):
            items[item].append(i)
    return dict(items)
