"""What a title, or a role named outright, makes of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InputError
from ..matching.titles import Resolution
from ..ontology.graph import Graph
from ..ontology.names import slug
from ..ontology.tables import RoleTables, group_pairs


@dataclass(frozen=True)
class Standing:
    """What a title, or the roles named outright, make of a person.

    Attributes:
        status: 'certain', 'ambiguous' or 'none'.
        holds: the roles certainly held.
        beside: the roles that are certainly only similar to what is held.
        roles: all roles meant, certain or not.
        similar: for each role meant, the similar role that was named, if one was.
        unknown: a name that is no role.
    """

    status: str = "none"
    holds: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()
    unknown: str | None = None

    @classmethod
    def titled(cls, found: Resolution) -> Standing:
        """By a job title."""
        roles, sure = found.roles, found.status == "certain"
        if found.similar:
            return cls(
                found.status, (), roles if sure else (), roles, (found.similar,) * len(roles)
            )
        return cls(found.status, roles if sure else (), (), roles)

    @classmethod
    def named(cls, written: str, graph: Graph, closed: RoleTables) -> Standing:
        """By the `role` column: roles, or similar roles, by slug, CURIE, IRI or notation, separated by ';'."""
        holds, beside = set(), set()
        for name in [name.strip() for name in written.split(";") if name.strip()] or [written]:
            try:
                found = slug(graph.curie(graph.resolve_term(name, "role")))
            except InputError:
                return cls(unknown=name)
            pairs = [(role, similar) for similar, role in closed.similar if similar == found]
            if found not in closed.roles and not pairs:
                return cls(unknown=name)
            holds |= {found} & set(closed.roles)
            beside |= set(pairs) if found not in closed.roles else set()
        roles = sorted(holds | {role for role, _ in beside})
        return cls(
            "certain",
            tuple(sorted(holds)),
            tuple(sorted({r for r, _ in beside})),
            tuple(roles),
            tuple(sorted(s for _, s in beside)),
        )


def duties_of(
    closed: RoleTables, standings: Sequence[Standing]
) -> tuple[list[tuple[str, str]], list[tuple[int, ...]]]:
    """The roles, tasks and steps that people may hold, and (standing, duty, bits …) of those that each standing brings."""
    performs, answers = group_pairs(closed.performs), group_pairs(closed.answers)
    needs = {group: closed.needs(group) for group in ("role", "task")} | {"step": {}}
    duties: dict[tuple[str, str], int] = {}
    rows = []
    for i, standing in enumerate(standings):
        held = {("role", role) for role in standing.holds}
        held |= {("task", task) for role in standing.holds for task in performs.get(role, ())}
        held |= {("step", step) for role in standing.holds for step in answers.get(role, ())}
        rows += [
            (
                i,
                duties.setdefault((group, name), len(duties)),
                *closed.encode_skills(needs[group].get(name, ())),
            )
            for group, name in sorted(held)
        ]
    return list(duties), rows
