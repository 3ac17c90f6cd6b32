"""Compare any two roles: what one lacks to become the other, as pages and as data for a script."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from ..ontology.catalogue import ask
from .documentation import Documentation, DocumentedTerm
from .search_index import script_assignment


class Comparison(NamedTuple):
    """The skills that a holder of `start` lacks for a role, and those that both require."""

    start: DocumentedTerm
    lacks: list[str]
    shared: list[str]


def comparison_pages(doc: Documentation) -> Iterator[tuple[str, bytes]]:
    """A page for each role that one may become, a page about all of them, and their data."""
    roles = [doc.terms[row["role"]] for row in ask("roles", doc.graph)]
    skills: dict[str, list[str]] = {role.curie: [] for role in roles}
    for row in ask("role-skill-matrix", doc.graph):
        skills[row["role"]].append(row["skill"])
    lacking = dict[tuple[str, str], int]()
    for role in roles:
        found = [_compared(skills, start, role) for start in roles if start != role]
        lacking |= {(each.start.curie, role.curie): len(each.lacks) for each in found}
        path = f"compare/{role.slug}.html"
        yield (
            path,
            doc.render("become.html.j2", path, role=role, found=found, skills=skills[role.curie]),
        )
    path = "compare/index.html"
    yield path, doc.render("compare.html.j2", path, roles=roles, lacking=lacking)
    yield "data/roles.js", script_assignment("mlopsRoles", _comparison_data(doc, roles, skills))


def _compared(
    skills: dict[str, list[str]], start: DocumentedTerm, role: DocumentedTerm
) -> Comparison:
    known = set(skills[start.curie])
    needed = skills[role.curie]
    return Comparison(
        start, [s for s in needed if s not in known], [s for s in needed if s in known]
    )


def _comparison_data(
    doc: Documentation, roles: list[DocumentedTerm], skills: dict[str, list[str]]
) -> dict[str, Any]:
    """The roles with their skills, the pages and labels of all of these, and the proofs."""
    known = doc.inferences.between
    shown = [*roles, *(doc.terms[s] for s in dict.fromkeys(chain(*skills.values())))]
    return {
        "skills": skills,
        "terms": {term.curie: [term.label, term.href] for term in shown},
        "proofs": {
            role: {skill: found.href for skill in required if (found := known(role, skill))}
            for role, required in skills.items()
        },
    }
