"""The explorer: the first page with the picture of the roles, the matrices, and the workflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..ontology.answer import Mark
from ..ontology.catalogue import ask
from .documentation import Documentation, DocumentedTerm
from .documents import metadata
from .publishing_data import formats
from .role_picture import check_layout, layouts, role_graph

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class ExplorerPages:
    """The pages that show the ontology as a whole."""

    doc: Documentation

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Each page, by path."""
        yield "index.html", self._first_page()
        path = "matrix/index.html"
        yield (
            path,
            self.doc.render(
                "role-skills.html.j2",
                path,
                roles=self.roles,
                skills=self.doc.kinds["skill"],
                cells=self._required_skills(),
                areas=self._skill_areas(),
            ),
        )
        path = "matrix/steps.html"
        acts = self._acts()
        yield (
            path,
            self.doc.render(
                "role-steps.html.j2",
                path,
                roles=self.roles,
                zones=self._zones(),
                cells=acts,
                marks=self._legend(acts.values()),
            ),
        )
        yield "workflow/index.html", self._workflow(acts)

    @cached_property
    def roles(self) -> list[DocumentedTerm]:
        """The roles, in the order of their numbers."""
        return [self.doc.terms[row["role"]] for row in ask("roles", self.doc.graph)]

    def _first_page(self) -> bytes:
        found = role_graph(self.doc.graph)
        check_layout(found)
        return self.doc.render(
            "index.html.j2",
            "index.html",
            about=metadata(self.doc.graph),
            formats=formats(),
            boxes={box.role: box for box in found.boxes},
            arrows=found.arrows,
            layouts=layouts(),
            roles=self.roles,
        )

    def _workflow(self, acts: dict[tuple[str, str], Rows]) -> bytes:
        components = _group_by("step", ask("components-of-step", self.doc.graph).rows)
        actors = _group_by("step", ask("actors-in-step", self.doc.graph).rows)
        return self.doc.render(
            "workflow.html.j2",
            "workflow/index.html",
            zones=self._zones(),
            components=components,
            actors=actors,
            marks=self._legend([*components.values(), *actors.values()]),
        )

    def _required_skills(self) -> dict[tuple[str, str], str]:
        """How a role comes to require a skill, by role and skill."""
        rows = ask("role-skill-matrix", self.doc.graph)
        return {(row["role"], row["skill"]): row["how"] for row in rows}

    def _skill_areas(self) -> dict[str, list[str]]:
        """The broadest skills above each skill; the skill itself if it is one of them."""
        above = _group_by("narrower", ask("narrower-skills", self.doc.graph).rows)

        def broadest(skill: str) -> list[str]:
            found = [area for row in above.get(skill, []) for area in broadest(row["skill"])]
            return list(dict.fromkeys(found)) or [skill]

        return {term.curie: broadest(term.curie) for term in self.doc.kinds["skill"]}

    def _acts(self) -> dict[tuple[str, str], Rows]:
        """How a role acts in a step, each way once with its marks, by role and step."""
        found: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        for row in ask("steps-of-role", self.doc.graph):
            ways = found.setdefault((row["role"], row["step"]), {})
            way = ways.setdefault(row["kind"], {"kind": row["kind"], "marks": []})
            if row["certainty"] in self.doc.marks:
                way["marks"].append(row["certainty"])
        return {pair: list(ways.values()) for pair, ways in found.items()}

    def _zones(self) -> list[tuple[DocumentedTerm, list[DocumentedTerm]]]:
        """The zones of the workflow, each with its steps in order."""
        steps = _group_by("zone", ask("steps-in-zone", self.doc.graph).rows)
        terms = self.doc.terms
        return [
            (terms[zone], list({row["step"]: terms[row["step"]] for row in rows}.values()))
            for zone, rows in steps.items()
        ]

    def _legend(self, shown: Any) -> list[Mark]:
        """The marks that some rows have, with their definitions."""
        words = {
            word
            for rows in shown
            for row in rows
            for word in (*row.get("marks", []), row.get("certainty"))
        }
        rows = ask("marks", self.doc.graph)
        return [Mark(r["word"], r["mark"], r["definition"]) for r in rows if r["word"] in words]


def _group_by(column: str, rows: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found
