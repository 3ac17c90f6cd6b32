"""Assessments of skills in RDF: the latest of a person and skill, as a name with its level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .assessments import REPLACED, Assessment

if TYPE_CHECKING:
    from .rdf_statements import Pairs


class RdfAssessments:
    """The assessments of people, as indices of keys.

    Args:
        pairs: the statements of a column of `staff-columns`.
        texts: thing to its literal in a column.
        levels: thing to its level.
        name_of: the text of a thing, such as an assessor.
        skill_of: the name of a skill, without a level.
        with_level: a name with a level.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # what is said, and what it means
        self,
        pairs: Callable[..., Pairs],
        texts: Callable[[str], dict[int, str]],
        levels: dict[int, str],
        name_of: Callable[[int], str | None],
        skill_of: Callable[[int], str],
        with_level: Callable[[str, str | None], str],
    ):
        self.pairs, self.texts = pairs, texts
        self.name_of, self.skill_of, self.with_level = name_of, skill_of, with_level
        self.scales, self.assessors = (
            dict(zip(*(side.tolist() for side in pairs(column)), strict=True))
            for column in ("scale", "assessor")
        )
        self.dates, self.levels = texts("assessed-on"), levels

    @cached_property
    def all(self) -> dict[tuple[int, str], list[int]]:
        """Person and name of a skill to the assessments, the latest first."""
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        assessments, people = self.pairs("assessment")
        skills: dict[int, list[int]] = defaultdict(list)
        for one, skill in zip(*(s.tolist() for s in self.pairs("assessed-skill")), strict=True):
            skills[one].append(skill)
        for one, person in zip(assessments.tolist(), people.tolist(), strict=True):
            for skill in skills[one]:
                found[person, self.skill_of(skill)].append(one)
        for several in found.values():
            several.sort(key=self._day, reverse=True)
        return found

    @cached_property
    def counted(self) -> list[tuple[int, str, int]]:
        """(person, name of a skill, assessment) of those that no later one replaces."""
        return [
            (person, skill, one)
            for (person, skill), several in self.all.items()
            for one in several
            if self._day(one) == self._day(several[0])
        ]

    def _day(self, one: int) -> str:
        """The date of an assessment; '', the earliest, if it has none that is one."""
        date = self.dates.get(one, "")
        return date if date[:4].isdecimal() else ""

    def text(self, place: int) -> str | None:
        """One of those that count, as the name of its skill with the level."""
        _, skill, one = self.counted[place]
        return self.with_level(skill, self.level(one))

    def level(self, one: int) -> str | None:
        """The level, with its scale if the data has one."""
        level, scale = self.levels.get(one), self.scales.get(one)
        low, high = (self.texts(c).get(scale, "") for c in ("lowest", "highest"))  # type: ignore[arg-type]
        is_number = level is not None and level.replace(".", "", 1).isdecimal()
        return f"{level} of {low}-{high}" if low and high and is_number else level

    def of_person(self, line: int, person: int) -> list[Assessment]:
        """The assessments of one person that count."""
        sources = self.texts("assessment-source")
        return [
            Assessment(
                line,
                skill,
                self.level(one),
                self.dates.get(one, ""),
                "; ".join(filter(None, (self._assessor(one), sources.get(one)))),
            )
            for who, skill, one in self.counted
            if who == person
        ]

    def _assessor(self, one: int) -> str | None:
        who = self.assessors.get(one)
        return None if who is None else self.name_of(who)

    def notes(self) -> list[str]:
        """What a reading says of them: those replaced, and those in conflict."""
        gone = sum(map(len, self.all.values())) - len(self.counted)
        found = [f"Assessments {REPLACED}: {gone:,}"] if gone else []
        if odd := sorted({date for one, date in self.dates.items() if not self._day(one)}):
            found.append(
                f"Dates of assessments that are none, taken as the earliest: {len(odd):,}, "
                f"such as {odd[0]}"
            )
        levels: dict[Any, set[str | None]] = defaultdict(set)
        for person, skill, one in self.counted:
            levels[person, skill].add(self.level(one))
        if several := sum(len(some) > 1 for some in levels.values()):
            found.append(
                "Several levels of one skill of one person, and no date that says which is later: "
                f"{several:,}; the highest counts, and who has and lacks a skill is rejected"
            )
        return found
