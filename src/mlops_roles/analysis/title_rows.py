"""What the titles and roles in staff data say of each row; each distinct one is looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..matching.titles import resolve
from ..ontology.graph import Graph
from ..ontology.mappings import mappings_of
from ..ontology.tables import RoleTables
from ..staff.engine import Engine
from ..staff.people_table import Staff
from .role_assignment import RoleAssignment

if TYPE_CHECKING:
    import ibis


class TitleRows:
    """What titles, and names in the column `role`, say of the roles of people.

    Attributes:
        assigned: (line, nobody, spelling, assignment) of every row, an Ibis table; `spelling` and
            `assignment` are places in the next two.
        spelling_keys: (outright, written) of each distinct title, or cell of `role` (1).
        assignments: the distinct role assignments.
        resolutions: each distinct title to what it means.
        mapped: (column, name) of each name that an accepted mapping decides, to the reasons.
    """

    def __init__(self, staff: Staff, engine: Engine, graph: Graph, role_tables: RoleTables):
        self._staff, self._engine = staff, engine
        self._graph, self._role_tables = graph, role_tables
        spellings = self._read_spellings()
        self.assigned = engine.materialize(self._read_assigned(spellings))

    def _read_spellings(self) -> ibis.Table:
        """(outright, written, spelling, assignment) of each distinct title or `role` cell."""
        spellings = sorted(self._engine.fetch_rows(_written(self._staff.table).distinct()))
        titles = {written for outright, written in spellings if not outright}
        self.resolutions = {t: resolve(t, self._graph, nearest=False) for t in titles}
        self.mapped = self._mapped_titles(spellings)
        found = [
            RoleAssignment.from_role_column(w, self._graph, self._role_tables)
            if outright
            else RoleAssignment.from_title(self.resolutions[w], self._role_tables)
            for outright, w in spellings
        ]
        self.assignments = list(dict.fromkeys(found))
        at = {assignment: i for i, assignment in enumerate(self.assignments)}
        self.spelling_keys = spellings
        rows = (
            (*key, i, at[assignment])
            for i, (key, assignment) in enumerate(zip(spellings, found, strict=True))
        )
        return self._engine.from_rows(
            {"outright": int, "written": str, "spelling": int, "assignment": int}, rows
        )

    def _mapped_titles(
        self, spellings: Iterable[tuple[int, str]]
    ) -> dict[tuple[str, str], Sequence[str]]:
        """(column, name) of titles and roles that an accepted mapping decides, to the reasons."""
        found: dict[tuple[str, str], Sequence[str]] = {
            ("title", title): answer.reasons
            for title, answer in self.resolutions.items()
            if answer.is_mapped
        }
        known = mappings_of(self._graph)
        names = {n.strip() for outright, w in spellings if outright for n in w.split(";")}
        for name in names if known.names else ():
            if mapped := known.meant(name, self._graph):
                found["role", name] = tuple(m.reason(self._graph.curie(m.target)) for m in mapped)
        return found

    def _read_assigned(self, spellings: ibis.Table) -> ibis.Table:
        """(line, nobody, spelling, assignment) of every row."""
        t = self._staff.table
        written = _written(t, "line", nobody=as_int(t.person.isnull()))
        found = written.join(spellings, ["outright", "written"])
        return found.select("line", "nobody", "spelling", "assignment")


def as_int(condition: Any) -> Any:
    """1 where it holds, else 0; not every engine casts truth to a number."""
    import ibis

    return condition.ifelse(ibis.literal(1, "int64"), ibis.literal(0, "int64"))


def _written(table: ibis.Table, *columns: str, **more: Any) -> ibis.Table:
    """(outright, written): the `role` column, which beats the title, or the title."""
    import ibis

    return table.select(
        *columns,
        outright=as_int(table.role.notnull()),
        written=ibis.coalesce(table.role, table.title, ibis.literal("")),
        **more,
    )
