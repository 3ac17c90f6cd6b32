"""Who is behind the figures of an audit: holders, single points of failure, people and units.

The engine selects and counts, as for the audit itself. Each list has its first entries, in the
order of the staff file, up to a limit; `totals` says how many there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..ontology.results import group_pairs
from .audit_result import HAS
from .requirements import count_by_part
from .role_assignment import covered_items
from .units import Units
from .verdict import State, share_known

if TYPE_CHECKING:
    from .audit import Audit

MAX_ROLES_OF_PERSON = 8  # roles listed for one person, those held and the nearest ones
GROUPS = ("role", "task", "skill", "step")
MISSING: dict[str, State] = {"lacking": "lacking", "evidence": "tool", "unrecorded": "unrecorded"}
Person = dict[str, Any]


def staff_detail(audit: Audit, limit: int) -> dict[str, Any]:
    """The people and units behind the figures of an audit, as plain data.

    Args:
        audit: the audit.
        limit: the most entries of each list; of holders, the most for each role.

    Returns:
        `holders`: role to those who hold it, each with how that is known (`by` the title or the
        column role, `through` a narrower role) and how many of its skills are recorded.
        `single_points`: the people who alone cover something, with what (`alone`).
        `people`: each with roles held, the roles that are nearest, and what the next one lacks.
        `units`: each with the coverage by its own people, and its bus factor: the fewest people
        whose leaving leaves a task without anyone in the unit who performs it.
        `open_posts`: the vacant posts, with the roles that their titles name.
        `totals`: how many units, single points and open posts there are.
    """
    return _Detail(audit, limit).to_dict()


class _Detail:
    """The lists of one audit."""

    def __init__(self, audit: Audit, limit: int):
        self.audit, self.limit = audit, limit
        self.engine, self.role_tables = audit.engine, audit.role_tables
        self.needs = self.role_tables.needs("role")
        self._known_states: dict[int, dict[str, State]] = {}

    def to_dict(self) -> dict[str, Any]:
        """See `staff_detail`."""
        units = Units(self.audit, self._items)
        single, posts = self.single_points(), units.open_posts()
        tasks = [people for people, *_ in self.audit.counts["task"].values() if people]
        return {
            "holders": self.holders(),
            "single_points": single[: self.limit],
            "people": list(self.people()),
            "units": units.first(self.limit),
            "open_posts": posts[: self.limit],
            "bus_factor": min(tasks, default=0),
            "totals": {
                "units": units.count,
                "single_points": len(single),
                "open_posts": len(posts),
            },
        }

    # people by line -------------------------------------------------------------------

    def _named(self, lines: Iterable[int]) -> dict[int, Person]:
        """Who the people of some lines are: person, line, unit, title; and the file, of several."""
        wanted = self.engine.from_rows({"line": int}, ((line,) for line in sorted({*lines})))
        rows = self.audit.staff.table.join(wanted, "line").select("line", "person", "unit", "title")
        return {line: self._person(line, *rest) for line, *rest in self.engine.fetch_rows(rows)}

    def _person(self, line: int, person: str, unit: str | None, title: str | None) -> Person:
        staff = self.audit.staff
        file, number = staff.place(line)
        more = {"file": file} if staff.starts else {}
        return {"person": person, "line": number, **more, "unit": unit, "title": title}

    def _states(self, lines: Iterable[int]) -> dict[int, dict[str, State]]:
        """Line to what is known of each skill of the person, in their order; read once a line."""
        missing = [line for line in lines if line not in self._known_states]
        wanted = self.engine.from_rows({"line": int}, ((line,) for line in missing))
        facts = self.audit.facts
        facts = facts.filter(facts.skill < len(self.role_tables.skills)).join(wanted, "line")
        rows = sorted(self.engine.fetch_rows(facts.select("line", "skill", "flags")))
        for line, pairs in group_pairs((line, pair) for line, *pair in rows).items():
            self._known_states[line] = self.audit.states(pairs)
        return self._known_states

    # holders --------------------------------------------------------------------------

    def holders(self) -> dict[str, list[dict[str, Any]]]:
        """Role to its first holders."""
        import ibis

        holds = self.audit.holds
        place = ibis.row_number().over(group_by=holds.role, order_by=holds.line)
        first = holds.mutate(place=place).filter(lambda t: t.place < self.limit)
        spelled = first.join(self.audit.known.select("line", "spelling"), "line")
        rows = self.engine.fetch_rows(spelled.select("line", "role", "through", "spelling"))
        named = self._named(line for line, *_ in rows)
        states = self._states(named)
        found = defaultdict(list)
        for line, role, through, spelling in sorted(rows, key=lambda row: row[0]):
            outright, written = self.audit.spelling_keys[spelling]
            how = {"by": "role" if outright else "title", "written": written, "through": through}
            counts = self._counts(role, states.get(line, {}))
            found[role].append(named[line] | how | counts)
        return {role: found[role] for role in self.role_tables.roles if role in found}

    def _counts(self, role: str, states: Mapping[str, State]) -> dict[str, int]:
        """How many of the skills of a role are recorded, by a tool alone, lacking, and required."""
        needs = self.needs.get(role, ())
        counts = Counter(states[skill] for skill in needs if skill in states)
        return {
            "recorded": counts["recorded"],
            "evident": counts["tool"],
            "lacking": counts["lacking"],
            "required": len(needs),
        }

    # single points of failure -----------------------------------------------------------

    def single_points(self) -> list[dict[str, Any]]:
        """The people who alone cover something; those who cover most come first."""
        alone: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for group, item, line in sorted((*self._single_items(), *self._single_skills())):
            alone[line][group].append(item)
        named = self._named(alone)
        order = sorted(alone, key=lambda line: (-sum(map(len, alone[line].values())), line))
        groups = ((line, {g: alone[line][g] for g in GROUPS if g in alone[line]}) for line in order)
        return [named[line] | {"alone": items} for line, items in groups]

    def _single_items(self) -> Iterator[tuple[str, str, int]]:
        """(group, item, line) of each role, task and step that one person covers."""
        items, counts = self._items, self.audit.counts
        single = {key for key in items if counts[key[0]].get(key[1], [0])[0] == 1}
        some = sorted({assignment for key in single for assignment in items[key]})
        known = self.audit.known.filter(self.audit.known.assignment.isin(some or [-1]))
        rows = self.engine.fetch_rows(known.select("line", "assignment"))
        lines = {assignment: line for line, assignment in rows}
        for group, item in single:
            yield from ((group, item, lines[a]) for a in items[group, item] if a in lines)

    def _single_skills(self) -> Iterator[tuple[str, str, int]]:
        """The same of each skill that is required and recorded for one person."""
        counts, facts = self.audit.coverage("skill"), self.audit.facts
        places = [self.role_tables.places[s] for s, c in counts.items() if c["people"] == 1]
        wanted = self.engine.from_rows({"skill": int}, ((place,) for place in places))
        had = facts.filter((facts.flags & HAS) > 0).join(wanted, "skill").select("skill", "line")
        for place, line in self.engine.fetch_rows(had):
            yield "skill", self.role_tables.skills[place], line

    @cached_property
    def _items(self) -> dict[tuple[str, str], list[int]]:
        return covered_items(self.role_tables, self.audit.assignments)

    # people -----------------------------------------------------------------------------

    def people(self) -> Iterator[dict[str, Any]]:
        """The first people, each with the roles held, the nearest roles, and the next one."""
        used = self.audit.used.select("line", "person", "unit", "title")
        known = self.audit.known.select("line", "assignment")
        rows = self.engine.fetch_rows(used.order_by("line").limit(self.limit).join(known, "line"))
        states = self._states([line for line, *_ in rows])
        roles_of = group_pairs((skill, role) for role, skill in self.role_tables.role_skills)
        for line, person, unit, title, assignment in sorted(rows):
            known_of = states.get(line, {})
            holder = self.audit.assignments[assignment]
            tallies = {
                state: Counter(
                    role
                    for skill, known in known_of.items()
                    if known == state or (state == "known" and known != "lacking")
                    for role in roles_of.get(skill, ())
                )
                for state in ("known", "tool", "lacking")
            }
            rows_of = self._roles_of(holder.holds, tallies, known_of)
            yield self._person(line, person, unit, title) | {
                "status": holder.status,
                "meant": list(holder.roles),
                "similar": [name for name in holder.similar if name],
                "broader": [role for role, _ in holder.through],
                "roles": rows_of,
                "next": next((r["role"] for r in rows_of if _is_next(r)), None),
            }

    def _roles_of(
        self, held: Sequence[str], tallies: Mapping[str, Counter[str]], states: Mapping[str, State]
    ) -> list[dict[str, Any]]:
        """The roles that a person holds, then those nearest by the share of skills recorded.

        Args:
            held: the roles that the person holds.
            tallies: for each role, how many of its skills are known (recorded, or by a tool), known
                by a tool alone, and lacking.
            states: what is known of each skill.
        """
        shared, tool, lacking = tallies["known"], tallies["tool"], tallies["lacking"]
        near = [role for role in shared if role not in held]
        if len(near) > 4 * MAX_ROLES_OF_PERSON:  # a large framework: by the share that is known
            near.sort(key=lambda role: -shared[role] / len(self.needs[role]))
            near = near[: 4 * MAX_ROLES_OF_PERSON]
        counted: list[dict[str, Any]] = [
            {
                "role": role,
                "recorded": shared[role] - tool[role],
                "evident": tool[role],
                "lacking": lacking[role],
                "required": len(self.needs.get(role, ())),
            }
            for role in (*held, *near)
        ]
        first, others = counted[: len(held)], counted[len(held) :]
        ranked = sorted(others, key=_nearness, reverse=True)
        rows = [*first, *ranked][: max(MAX_ROLES_OF_PERSON, len(first))]
        rows = [row | {"held": i < len(first)} for i, row in enumerate(rows)]
        rows = [row | {"verdict": verdict_of(row)} for row in rows]
        nearest = next((row for row in rows if _is_next(row)), None)
        return [
            row | self._missing(row["role"], states, row["held"] or row is nearest) for row in rows
        ]

    def _missing(self, role: str, states: Mapping[str, State], named: bool) -> dict[str, Any]:
        """The counts by role taken in; and the skills that are not recorded, if they are `named`.

        Both are left out where there are none.
        """
        if not named and not self.role_tables.incorporated(role):
            return {}
        of_role: dict[str, State] = {
            s: states.get(s, "unrecorded") for s in self.needs.get(role, ())
        }
        parts = count_by_part(role, of_role, self.role_tables)
        found: dict[str, Any] = {"parts": parts} if parts else {}
        if named:
            found["missing"] = {
                kind: [skill for skill, state in of_role.items() if state == meant]
                for kind, meant in MISSING.items()
            }
        return found


def _nearness(row: Mapping[str, int]) -> tuple[float, float, int]:
    return share_known(row["recorded"], row["evident"], row["required"])


def verdict_of(row: Mapping[str, int]) -> str:
    """'able', 'likely' or 'missing', as of the candidates of an audit."""
    if not row["required"] or row["recorded"] + row["evident"] < row["required"]:
        return "missing"
    return "likely" if row["evident"] else "able"


def _is_next(row: Mapping[str, Any]) -> bool:
    """Whether a person neither holds a role nor could act as it."""
    return not row["held"] and row["verdict"] != "able"
