"""Which rows of staff data cannot be used: nobody, contradictions, unknown roles, duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..staff.engine import Engine
from ..staff.people_table import Rejected, Staff, contradiction, differing_columns, duplicate_of
from ..staff.person_names import folded_name
from .audit_result import HAS, LACKS

if TYPE_CHECKING:
    import ibis

Why = tuple[str, str]  # reason and fix
NOBODY = "no person", "fill in the column person"
NO_ROLE = "name a role by slug, notation or IRI, or leave it to the title"


@dataclass(frozen=True)
class RowChecks:
    """The checks of the rows of one table."""

    staff: Staff  # staff, engine: the table, and where it is
    engine: Engine
    assigned: ibis.Table  # (line, nobody, spelling, assignment) of every row
    person_skills: ibis.Table  # (line, skill, flags), see `skill_rows.SkillRows`
    skills: list[str]  # the skills by their place
    unknown: Mapping[int, str]  # the assignments that name an unknown role, with the name

    def rejected(self) -> list[Rejected]:
        """The rows that cannot be used; of several reasons, the first of the module's docstring."""
        bad = self._without_role() | self._contradictory() | self._nameless()
        bad |= self._duplicates(bad)
        keys = self._persons(bad) if self.staff.keyed else {}
        return [Rejected(self.staff.file, line, *why, keys.get(line)) for line, why in bad.items()]

    def _nameless(self) -> dict[int, Why]:
        rows = self.assigned.filter(self.assigned.nobody == 1).select("line")
        return {line: NOBODY for (line,) in self.engine.fetch_rows(rows)}

    def _without_role(self) -> dict[int, Why]:
        if not self.unknown:
            return {}
        rows = self.assigned.filter(self.assigned.assignment.isin(list(self.unknown)))
        found = self.engine.fetch_rows(rows.select("line", "assignment"))
        return {line: (f"unknown role {self.unknown[i]}", NO_ROLE) for line, i in found}

    def _contradictory(self) -> dict[int, Why]:
        """The rows in which a skill is both recorded and lacking."""
        both = HAS | LACKS
        rows = self.person_skills.filter((self.person_skills.flags & both) == both)
        first = rows.group_by("line").agg(skill=rows.skill.min())
        found = self.engine.fetch_rows(first)
        return {line: contradiction(self.skills[skill]) for line, skill in found}

    def _duplicates(self, bad: Iterable[int]) -> dict[int, Why]:
        """The rows, of those that are not bad, whose person is in an earlier one."""
        rest = self.staff.table
        if lines := [(line,) for line in bad]:
            rest = rest.anti_join(self.engine.from_rows({"line": int}, lines), "line")
        named = rest.filter(rest.person.notnull())
        named = named.select("line", who=folded_name(named.person))
        return {
            line: duplicate_of(self.staff.place_from(line, first), self._differing(line, first))
            for line, first in self.engine.fetch_rows(find_duplicates(named))
        }

    def _differing(self, line: int, first: int) -> list[str]:
        """The columns in which two rows with one name differ."""
        t = self.staff.table
        rows = t.filter(t.line.isin([line, first])).select("title", "unit", "role")
        return differing_columns(*rows.to_pyarrow().to_pylist())

    def _persons(self, lines: Iterable[int]) -> dict[int, str]:
        """The persons of some lines."""
        wanted = self.engine.from_rows({"line": int}, ((line,) for line in lines))
        rows = self.staff.table.join(wanted, "line").select("line", "person")
        return dict(self.engine.fetch_rows(rows))


def find_duplicates(rows: ibis.Table) -> ibis.Table:
    """(line, first) of the rows whose `who` is in the row `first` too."""
    first = rows.group_by("who").agg(first=rows.line.min(), times=rows.count())
    both = rows.join(first.filter(first.times > 1), "who")
    return both.filter(both.line > both["first"]).select("line", "first")
