"""The units of a staff file: what their people cover, their bus factor, and their open posts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..matching.titles import resolve
from .audit_result import HAS

if TYPE_CHECKING:
    import ibis

    from .audit import Audit


class Units:
    """The units of an audit."""

    def __init__(self, audit: Audit, items: Mapping[tuple[str, str], Sequence[int]]):
        self.audit, self.engine, self.role_tables = audit, audit.engine, audit.role_tables
        self._items = items  # (group, item) to the role assignments that cover it

    @cached_property
    def _members(self) -> ibis.Table:
        """(line, unit) of the people whose unit is known."""
        used = self.audit.used
        return used.filter(used.unit.notnull()).select("line", "unit")

    @cached_property
    def count(self) -> int:
        """How many units there are."""
        units = self._members.select("unit").distinct()
        ((count,),) = self.engine.fetch_rows(units.aggregate(n=units.count()))
        return int(count)

    def first(self, limit: int) -> list[dict[str, Any]]:
        """The units of most people, up to a limit, each with what its own people cover."""
        if not self.count:
            return []
        members, posts = self._members, Counter[str]()
        for row in self.audit.reading.open_in_units:
            posts[row["unit"]] += row["posts"]
        counted = members.group_by("unit").agg(people=members.count())
        order = [counted.people.desc(), counted.unit]
        first = self.engine.fetch_rows(counted.order_by(order).limit(limit))
        covered: dict[tuple[str, str], tuple[int, int, int]] = {}
        roles: dict[str, dict[str, int]] = defaultdict(dict)
        wanted = self.engine.from_rows({"unit": str}, ((unit,) for unit, _ in first))
        shown = self.engine.materialize(members.join(wanted, "unit").select("line", "unit"))
        per_item = self._per_item(shown)
        for table in (per_item, self._per_skill(shown)):
            for unit, group, items, single, least in self.engine.fetch_rows(_summed(table)):
                covered[unit, group] = int(items), int(single), int(least)
        for unit, role, people in self.engine.fetch_rows(_of_roles(per_item)):
            roles[unit][role] = int(people)
        return [
            {"unit": unit, "people": people, "open_posts": posts[unit]}
            | {f"{g}s": covered.get((unit, g), (0, 0, 0))[0] for g in ("role", "task", "skill")}
            | {f"single_{g}s": covered.get((unit, g), (0, 0, 0))[1] for g in ("task", "skill")}
            | {"bus_factor": covered.get((unit, "task"), (0, 0, 0))[2]}
            | {"held": {r: roles[unit][r] for r in self.role_tables.roles if r in roles[unit]}}
            for unit, people in first
        ]

    def _per_item(self, members: ibis.Table) -> ibis.Table:
        """(unit, group, item, people) of each role and task that people of a unit cover."""
        per = members.join(self.audit.known, "line").group_by("unit", "assignment")
        per = self.engine.materialize(per.agg(n=lambda t: t.count()))
        rows = (
            (assignment, *item)
            for item, assignments in self._items.items()
            if item[0] in ("role", "task")
            for assignment in assignments
        )
        types = {"assignment": int, "group": str, "item": str}
        both = per.join(self.engine.from_rows(types, rows), "assignment")
        found = both.group_by("unit", "group", "item").agg(people=both.n.cast("float64").sum())
        return self.engine.materialize(found)

    def _per_skill(self, members: ibis.Table) -> ibis.Table:
        """The same of each skill that a role or task requires."""
        import ibis

        places = [(self.role_tables.places[s],) for s in self.audit.coverage("skill")]
        facts = self.audit.facts
        had = facts.filter((facts.flags & HAS) > 0).select("line", "skill")
        had = had.join(self.engine.from_rows({"skill": int}, places), "skill").select(
            "line", "skill"
        )
        both = had.join(members, "line")
        found = both.group_by("unit", "skill").agg(people=both.count().cast("float64"))
        return found.select("unit", "people", group=ibis.literal("skill"))

    def open_posts(self) -> list[dict[str, Any]]:
        """The vacant posts by title and unit; those whose unit is not known come last."""
        reading = self.audit.reading
        rest = Counter(reading.open_roles)
        rows = list(reading.open_in_units)
        for row in rows:
            rest[row["title"]] -= row["posts"]
        rows += [{"title": t, "unit": None, "posts": n} for t, n in rest.items() if n > 0]
        found = {t: resolve(t, self.audit.graph, nearest=False) for t in {r["title"] for r in rows}}
        return [
            row | {"status": found[row["title"]].status, "roles": list(found[row["title"]].roles)}
            for row in rows
        ]


def _summed(table: ibis.Table) -> ibis.Table:
    """(unit, group, items, single, least): how many items, and the people of the rarest."""
    single = (table.people == 1).ifelse(1, 0).cast("float64").sum()
    found = table.group_by("unit", "group")
    return found.agg(items=table.count(), single=single, least=table.people.min())


def _of_roles(per_item: ibis.Table) -> ibis.Table:
    """(unit, role, people) of the roles that people of a unit hold."""
    return per_item.filter(per_item.group == "role").select("unit", "item", "people")
