"""What an audit counts: who holds what, who has which skill, who could act as which role.

The database counts; here its numbers become those of roles, tasks, steps, skills and names.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ..ontology.results import group_pairs
from .audit_result import BELOW, CLOSE, HAS, LACKS, NEAREST, TOOL, Candidate, Counts
from .role_assignment import covered_items
from .skill_rows import POINT, score_bits, score_items

if TYPE_CHECKING:
    import ibis

    from .audit import Audit

Counted = Iterator[tuple[str, str, Sequence[int]]]  # of each kind and name, numbers to be added


def count(audit: Audit) -> Counts:
    """The numbers of each kind and name of an audit: see `AuditResult.counts`."""
    counting, found = _Counting(audit), defaultdict[str, dict[str, list[int]]](dict)
    for counted in (counting.assignments, counting.items, counting.skills, counting.able):
        for kind, name, numbers in counted():
            known = found[kind].get(name, [0] * len(numbers))
            found[kind][name] = [int(a + b) for a, b in zip(known, numbers, strict=True)]
    return found


def find_candidates(audit: Audit) -> list[Candidate]:
    """The NEAREST people of each role; among those of one score, those of the first lines."""
    least: dict[int, int] = {}
    missing = Counter({role: NEAREST for role, *_ in audit.levels})
    for role, score, people in audit.levels:
        if missing[role] > 0:
            least[role] = score
            missing[role] -= people
    bounds = audit.engine.from_rows({"role": int, "least": int}, least.items())
    near = audit.scores.join(bounds, "role").filter(lambda t: t.score >= t.least)
    found = audit.engine.fetch_rows(_first_of_each_role(audit, near))
    lines = sorted({line for _, _, line, _ in found})
    wanted = audit.engine.from_rows({"line": int}, ((line,) for line in lines))
    facts = audit.facts.join(wanted, "line").select("line", "skill", "flags")
    known = group_pairs((line, pair) for line, *pair in audit.engine.fetch_rows(facts))
    current = audit.known.join(wanted, "line").select("line", "assignment")
    holds = {line: audit.assignments[a].holds for line, a in audit.engine.fetch_rows(current)}
    point = 1 << score_bits(audit.role_tables)
    return [
        Candidate(role, recorded, evident, line, person, audit.states(known[line]), holds[line])
        for role, score, line, person in found
        for recorded, evident in [divmod(score, point)]
    ]


def _first_of_each_role(audit: Audit, scores: ibis.Table) -> ibis.Table:
    """(role, score, line, person) of the NEAREST people of each role."""
    import ibis

    order = [scores.score.desc(), scores.line]
    place = ibis.row_number().over(group_by=scores.role, order_by=order)
    first = scores.mutate(place=place).filter(lambda t: t.place < NEAREST)
    named = first.join(audit.staff.table.select("line", "person"), "line")
    return named.select("role", "score", "line", "person")


class _Counting:
    """The parts of what is counted, each a series of numbers to be added up by kind and name."""

    def __init__(self, audit: Audit):
        self.audit, self.engine, self.role_tables = audit, audit.engine, audit.role_tables

    @cached_property
    def _holders(self) -> list[tuple[int, int, int]]:
        """(spelling, assignment, people) of each title or `role` cell."""
        known = self.audit.known
        counted = known.group_by("spelling", "assignment").agg(people=known.count())
        return self.engine.fetch_rows(counted)

    def assignments(self) -> Counted:
        """Of each status, role that is similar, close or held through another, and open title."""
        for spelling, assignment, people in self._holders:
            outright, written = self.audit.spelling_keys[spelling]
            holder = self.audit.assignments[assignment]
            yield "status", holder.status, (people,)
            yield from (("similar", role, (people,)) for role in holder.similar_to)
            yield from (("candidates", role, (people,)) for role in holder.candidates)
            yield from ((f"through {role}", held, (people,)) for role, held in holder.through)
            if written and not outright and holder.status != "certain":
                yield "title", written, (people,)

    def items(self) -> Counted:
        """Of each role, task and step: how many hold it, lack a skill, have one unrecorded."""
        items = covered_items(self.role_tables, self.audit.assignments)
        needs = {group: self.role_tables.needs(group) for group in ("role", "task")} | {"step": {}}
        required = [needs[group].get(name, ()) for group, name in items]
        holders = Counter[int]()
        for _, assignment, people in self._holders:
            holders[assignment] += people
        lacking, complete = self._count_complete(list(items.values()), required)
        for item, ((group, name), assignments) in enumerate(items.items()):
            if people := sum(holders[assignment] for assignment in assignments):
                full = complete[item] if required[item] else people
                yield group, name, (people, lacking[item], people - lacking[item] - full)

    def _count_complete(
        self, holders: Sequence[Sequence[int]], required: Sequence[Sequence[str]]
    ) -> tuple[Counter[int], Counter[int]]:
        """Of each item, how many who hold it lack a required skill, and how many have them all.

        Args:
            holders: for each item, the assignments that bring it.
            required: for each item, the skills that it requires.
        """
        engine, places = self.engine, self.role_tables.places
        needed = ((item, places[skill]) for item, skills in enumerate(required) for skill in skills)
        bring = ((a, item) for item, assignments in enumerate(holders) for a in assignments)
        needs = engine.from_rows({"item": int, "skill": int}, needed)
        brings = engine.from_rows({"assignment": int, "item": int}, bring)
        held = engine.materialize(brings.join(needs, "item"))
        some = sorted({assignment for assignments in holders for assignment in assignments})
        known = self.audit.known.filter(self.audit.known.assignment.isin(some)).select(
            "line", "assignment"
        )
        f = self.audit.person_skills
        met = f.filter((f.flags & (HAS | LACKS)) > 0).join(known, "line")
        met = met.join(held, ["assignment", "skill"])
        scores = score_items(met)
        lacking, complete = Counter[int](), Counter[int]()
        counted = scores.group_by("item", "score").agg(people=scores.count())
        for item, score, people in self.engine.fetch_rows(counted):
            recorded, lacks = divmod(score, POINT)
            if lacks:
                lacking[item] += people
            elif recorded == len(required[item]):
                complete[item] += people
        return lacking, complete

    def skills(self) -> Counted:
        """Of each skill: how many have it recorded, lack it, or have only a tool as evidence.

        Then, of those of whom it is neither recorded nor lacking, who has it at a level below the
        one asked, and who has what is only close to it by a mapping. Last, of each name that is not
        recognised, how many people have it.
        """
        f, n_skills = self.audit.facts, len(self.role_tables.skills)
        counted = f.group_by("skill", "flags").agg(people=f.count())
        for place, flags, people in self.engine.fetch_rows(counted):
            if place >= n_skills:
                yield "unmatched", self.audit.unmatched[place - n_skills], (people,)
                continue
            skill, is_known = self.role_tables.skills[place], flags & (HAS | LACKS)
            counts = [people * bool(flags & flag) for flag in (HAS, LACKS)]
            yield "skill", skill, (*counts, people * bool(flags & TOOL and not is_known))
            for flag, kind in ((BELOW, "below"), (CLOSE, "close")):
                if flags & flag and not is_known:
                    yield kind, skill, (people,)

    def able(self) -> Counted:
        """Of each role: for how many all it requires is recorded, and for how many evidenced."""
        needs, point = self.role_tables.needs("role"), 1 << score_bits(self.role_tables)
        for role, score, people in self.audit.levels:
            name = self.role_tables.roles[role]
            recorded, evident = divmod(score, point)
            if recorded + evident == len(needs[name]):
                yield "able", name, (0, people) if evident else (people, 0)
