"""Which skills a name in a staff file means: certainly, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import check_text
from ..io.result import Result, Results
from ..ontology.graph import Graph, as_graph
from ..ontology.names import fold_name
from ..ontology.tables import RoleTables

NAME_COLUMNS = ("name", "status", "skills", "evidence", "nearest")


@dataclass(frozen=True)
class NameResolution(Result):
    """The answer to one name of a skill or tool.

    Attributes:
        name: as written.
        skills: the slugs of the skills that it records.
        evidence: the slugs of the skills that it is evidence for, as the name of a tool.
        nearest: if it means nothing, at most three known names; they are proposals and never count.

    Example:
        >>> from mlops_roles import resolve_skill_names
        >>> resolve_skill_names(["dbt Core"])[0].status
        'certain'
    """

    name: str
    skills: tuple[str, ...]
    evidence: tuple[str, ...]
    nearest: tuple[str, ...] = ()

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return NAME_COLUMNS

    @property
    def status(self) -> Literal["certain", "none"]:
        """Whether the name means something."""
        return "certain" if self.skills or self.evidence else "none"

    def to_dict(self) -> dict[str, Any]:
        """A JSON row."""
        row: dict[str, Any] = {"name": self.name, "status": self.status}
        row |= {"skills": list(self.skills), "evidence": list(self.evidence)}
        return row | ({"nearest": list(self.nearest)} if self.nearest else {})


def resolve_skill_names(
    names: Iterable[str], graph: Graph | None = None
) -> Results[NameResolution]:
    """What names of skills and tools mean, as the audit reads them in the column skills.

    Args:
        names: as written in a cell.
        graph: the ontology, with a company's additions and decisions (`load("ours.ttl")`).

    Example:
        >>> from mlops_roles import resolve_skill_names
        >>> composite, unknown = resolve_skill_names(["SQL / Git", "SQL (planned)"])
        >>> composite.skills, composite.evidence
        (('sql',), ('version-control',))
        >>> unknown.status, unknown.nearest[0]
        ('none', 'SQL')
    """
    known = RoleTables.from_graph(as_graph(graph)).names
    answers = []
    for name in [names] if isinstance(names, str) else names:
        check_text("resolve_skill_names", "a name of a skill or tool", name=name)
        meaning = known.get(fold_name(name), [])
        skills, evidence = (
            tuple(skill for kind, skill in meaning if kind == of) for of in ("recorded", "tool")
        )
        nearest = () if meaning else tuple(known.nearest(name))
        answers.append(NameResolution(name, skills, evidence, nearest))
    return Results(answers, NAME_COLUMNS)
