"""The picture of the roles and of how one takes in the skills of others, drawn from the data.

ELK (https://eclipse.dev/elk/) computes where the boxes are; what it answered is kept in
`ontology/publishing/role-layout.json`. `docs/layout_roles.py` and `site/layout.mjs` compute it
again, and a test fails if its boxes and arrows are not those of the data.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, NamedTuple

from ..errors import InputError
from ..ontology.catalogue import ask
from ..ontology.graph import Graph
from .publishing_data import publishing_text

LAYOUT = "role-layout.json"


class RoleBox(NamedTuple):
    """A role in the picture, with the size of its set of skills."""

    role: str
    notation: str
    label: str
    second_name: str
    skills: int
    own: int


class RoleGraph(NamedTuple):
    """The roles, and the pairs of a part and the role that takes in its skills."""

    boxes: list[RoleBox]
    arrows: list[tuple[str, str]]


def role_graph(graph: Graph) -> RoleGraph:
    """What the picture shows."""
    skills: dict[str, list[str]] = {}
    for row in ask("role-skill-matrix", graph):
        skills.setdefault(row["role"], []).append(row["how"])
    second: dict[str, str] = {}
    for row in ask("titles-of-role", graph):
        if row["kind"] == "counterpart" and row["language"] == "en":
            second.setdefault(row["role"], row["title"])
    boxes = [
        RoleBox(
            row["role"],
            row["notation"] or "",
            row["label"],
            second.get(row["role"], "").replace(row["label"], ""),
            len(skills.get(row["role"], [])),
            skills.get(row["role"], []).count("own"),
        )
        for row in ask("roles", graph)
    ]
    arrows = [(row["part"], row["role"]) for row in ask("roles-incorporated", graph)]
    return RoleGraph(boxes, arrows)


@cache
def layouts() -> dict[str, Any]:
    """The kept answers of ELK, for wide and for narrow screens."""
    graph_of_roles: dict[str, Any] = json.loads(publishing_text(LAYOUT))
    return graph_of_roles


def check_layout(graph_of_roles: RoleGraph) -> None:
    """Raise InputError unless the kept layouts have the boxes and arrows of the data."""
    for name, layout in layouts().items():
        if (set(layout["boxes"]), set(layout["arrows"])) != (
            {box.role for box in graph_of_roles.boxes},
            {" ".join(arrow) for arrow in graph_of_roles.arrows},
        ):
            raise InputError(
                f"ontology/publishing/{LAYOUT}: the {name} layout has other roles than the "
                "ontology; run 'python docs/layout_roles.py'"
            )
