"""Roles, tasks, skills and steps as plain tables, to be joined with a staff table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from . import closure_cache
from .answer import Mark, legend
from .catalogue import ask, find_question
from .graph import BASE, DEFAULT, Graph, once_per_graph
from .mappings import mappings_of
from .names import fold_name, slug
from .results import group_pairs
from .skill_names import Meaning, SkillNames

_PAIRS = (  # the tables of pairs
    *("similar", "broader", "takes_in", "performs", "role_skills", "stated_skills"),
    *("task_skills", "preferred", "answers"),
)


@dataclass(frozen=True)
class RoleTables:
    """Asserted and inferred facts about roles as plain tables of slugs."""

    labels: dict[str, str]  # term to English label
    roles: list[str]  # the roles, without similar ones
    similar: list[tuple[str, str]]  # (similar role, role)
    broader: list[tuple[str, str]]  # (role, broader role that it is a kind of), at any distance
    # (role, role whose skills it takes in), through a broader role too; those with a notation first
    takes_in: list[tuple[str, str]]
    performs: list[tuple[str, str]]  # (role, task), through a broader role too
    role_skills: list[tuple[str, str]]  # (role, required skill), inherited ones included
    stated_skills: list[tuple[str, str]]  # (role, required skill) as asserted of the role itself
    task_skills: list[tuple[str, str]]  # (task, required skill)
    # (role, skill that helps with it and that it does not require)
    preferred: list[tuple[str, str]]
    answers: list[tuple[str, str]]  # (role, step) where the role is answerable for the step
    tasks: list[str]  # the tasks, sorted
    steps: list[str]  # the steps of the workflow, sorted
    workflow: list[dict[str, Any]]  # the zones in order, each with its steps
    # the ways in which roles take part in a step that are marks, such as 'either-or', each with its
    # definition
    marks: dict[str, str]
    # folded name of a skill or tool to (how it is known, skill): 'recorded' or 'tool'; a composite
    # name has the meanings of its parts
    names: SkillNames

    @classmethod
    def from_graph(cls, graph: Graph) -> RoleTables:
        """The tables of a graph, read once with the questions of the catalogue."""
        return _read_tables(graph)

    @cached_property
    def skills(self) -> list[str]:
        """Every skill that something requires or that has a name; its place here is its number."""
        required = {skill for _, skill in (*self.role_skills, *self.task_skills)}
        return sorted(required | {skill for meaning in self.names.values() for _, skill in meaning})

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each skill in `skills`."""
        return {skill: place for place, skill in enumerate(self.skills)}

    def needs(self, group: str) -> dict[str, list[str]]:
        """The skills that each role, or each task, requires; what requires none is left out."""
        return self._grouped[{"role": "role_skills", "task": "task_skills"}[group]]

    @cached_property
    def _grouped(self) -> dict[str, dict[str, list[str]]]:
        """The pairs of some tables, grouped by their first member."""
        tables = ["role_skills", "task_skills", "stated_skills", "preferred"]
        tables += ["takes_in", "performs", "broader"]
        return {name: group_pairs(getattr(self, name)) for name in tables}

    def tasks_of(self, role: str) -> list[str]:
        """The tasks that a role performs."""
        return self._grouped["performs"].get(role, [])

    def preferred_skills(self, role: str) -> list[str]:
        """The skills that help with a role and that it does not require."""
        return self._grouped["preferred"].get(role, [])

    def broader_roles(self, role: str) -> list[str]:
        """The broader roles that a role is a kind of, at any distance; its holders hold them."""
        return self._grouped["broader"].get(role, [])

    def incorporated(self, role: str) -> list[str]:
        """The roles whose skills a role takes in, those with a notation first."""
        return self._grouped["takes_in"].get(role, [])

    def own_skills(self, role: str) -> list[str]:
        """The skills that a role requires by its own tasks or by a statement about it.

        What a broader role requires in this way is its own, too, and so is a skill that no role
        brings which is taken in.
        """
        needs = self.needs("role")
        own = {s for task in self.tasks_of(role) for s in self.needs("task").get(task, ())}
        for one in (role, *self.broader_roles(role)):
            own.update(self._grouped["stated_skills"].get(one, ()))
        taken_in = {skill for part in self.incorporated(role) for skill in needs.get(part, ())}
        return [skill for skill in needs.get(role, ()) if skill in own or skill not in taken_in]


@once_per_graph
def _read_tables(graph: Graph) -> RoleTables:
    """The tables of a graph, from the cache if they are there."""
    return _from_plain(closure_cache.derived(graph, "tables", lambda: ask_tables(graph)), graph)


def ask_tables(graph: Graph) -> dict[str, Any]:
    """The tables as plain data, and the names of skills and tools with what they mean."""
    graph.to_memory()
    terms = ask("terms", graph).rows
    performs = _slug_pairs(graph, "tasks-of-role", "role", "task")
    named_tasks = {slug(r["term"]) for r in terms if r["class"] == "mlops:Task"}
    return {
        "labels": {slug(r["term"]): r["label"] for r in terms if r["label"]},
        "roles": [slug(r["role"]) for r in ask("roles", graph)],
        "similar": _slug_pairs(graph, "similar-roles", "similar", "role"),
        "broader": _slug_pairs(graph, "broader-roles", "role", "broader"),
        "takes_in": [(slug(r["role"]), slug(r["part"])) for r in ask("roles-incorporated", graph)],
        "performs": performs,
        "role_skills": _slug_pairs(graph, "roles-for-skill", "role", "skill"),
        "stated_skills": _stated_skills(graph),
        "task_skills": _slug_pairs(graph, "skills-of-task", "task", "skill"),
        "preferred": _slug_pairs(graph, "preferred-skills", "role", "skill"),
        "answers": _slug_pairs(graph, "roles-answering-step", "role", "step"),
        "tasks": sorted(named_tasks | {task for _, task in performs}),
        "steps": sorted({slug(r["step"]) for r in ask("steps-in-zone", graph)}),
        "workflow": _workflow(graph),
        "marks": {mark.word: legend([mark])[0] for mark in _marks_of_workflow(graph)},
        **_ask_names(graph),
    }


def _ask_names(graph: Graph) -> dict[str, Any]:
    """`meanings`: term to its meaning; `names`: (folded name, name, term), the first of a name."""
    meanings: dict[str, Meaning] = defaultdict(list)
    for row in ask("tools-for-skill", graph):
        meanings[row["tool"]].append(("tool", slug(row["skill"])))
    names: dict[str, tuple[str, str, str]] = {}
    for row in ask("aliases", graph):
        if row["kind"] == "skill":
            meanings[row["term"]] = [("recorded", slug(row["term"]))]
        if row["term"] in meanings:
            folded = fold_name(row["name"])
            names.setdefault(folded, (folded, row["name"], row["term"]))
    return {"meanings": meanings, "names": list(names.values())}


def _from_plain(data: dict[str, Any], graph: Graph) -> RoleTables:
    """The tables of plain data; accepted mappings decide what more names mean."""
    names, meanings = data.pop("names"), data.pop("meanings")
    found = {term: list(map(tuple, pairs)) for term, pairs in meanings.items()}
    listed = {folded: found[term] for folded, _, term in names}
    known = SkillNames(listed, {folded: name for folded, name, _ in names})
    if graph.added:
        by_iri = {str(graph.expand_curie(term)): meaning for term, meaning in found.items()}
        if mapped := mappings_of(graph).by_name(fold_name, by_iri.__contains__):
            known = known.with_mappings(mapped, by_iri)
    pairs = {name: list(map(tuple, data[name])) for name in _PAIRS}
    return RoleTables(**data | pairs, names=known)


def _stated_skills(graph: Graph) -> list[tuple[str, str]]:
    """(term, skill) of each asserted requirement."""
    requires = ox.NamedNode(f"{BASE}/ns#requiresSkill")
    quads = graph.light_store.quads_for_pattern(None, requires, None, DEFAULT)
    pairs = ((quad.subject, quad.object) for quad in quads)
    return sorted(
        (slug(graph.curie(term.value)), slug(graph.curie(skill.value)))
        for term, skill in pairs
        if isinstance(term, ox.NamedNode) and isinstance(skill, ox.NamedNode)
    )


def _slug_pairs(graph: Graph, question: str, one: str, other: str) -> list[tuple[str, str]]:
    """The pairs of two columns of an answer, in which few terms are many times."""
    answer = ask(question, graph)
    at, to = map(answer.columns.index, (one, other))
    terms = {id(term): term for row in answer.terms for term in (row[at], row[to])}
    slugs = {i: slug(graph.format_term(term)) for i, term in terms.items() if term is not None}
    return sorted({(slugs[id(row[at])], slugs[id(row[to])]) for row in answer.terms})


def _marks_of_workflow(graph: Graph) -> list[Mark]:
    return find_question("workflow", graph).marks(ask("workflow", graph))


def _workflow(graph: Graph) -> list[dict[str, Any]]:
    """The zones in order, each with its steps in order, and their roles by how they take part."""
    zones: dict[str, dict[str, Any]] = {}
    for row in ask("workflow", graph):
        zone = {"zone": slug(row["zone"]), "notation": row["letter"], "label": row["named"]}
        step = {"step": slug(row["step"]), "notation": row["notation"], "label": row["label"]}
        steps = zones.setdefault(row["zone"], zone | {"steps": {}})["steps"]
        roles = steps.setdefault(row["step"], step | {"roles": {}})["roles"]
        if row["role"]:
            roles.setdefault(row["how"], []).append(slug(row["role"]))
    return [zone | {"steps": list(zone["steps"].values())} for zone in zones.values()]
