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
        name_of: the text of a thing, such as an assessor.
        skill_of: the name of a skill, without a level.
        with_level: a name with a level.
    """

    def __init__(
        self,
        pairs: Callable[..., Pairs],
        texts: Callable[[str], dict[int, str]],
        name_of: Callable[[int], str | None],
        skill_of: Callable[[int], str],
        with_level: Callable[[str, str | None], str],
    ):
        self.pairs, self.texts = pairs, texts
        self.name_of, self.skill_of, self.with_level = name_of, skill_of, with_level
        self.skills, self.scales, self.assessors = (
            dict(zip(*(side.tolist() for side in pairs(column)), strict=True))
            for column in ("assessed-skill", "scale", "assessor")
        )
        self.dates, self.levels = texts("assessed-on"), texts("level")

    @cached_property
    def all(self) -> dict[tuple[int, str], list[int]]:
        """Person and name of a skill to the assessments, the latest first."""
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        assessments, people = self.pairs("assessment")
        for one, person in zip(assessments.tolist(), people.tolist(), strict=True):
            if one in self.skills:
                found[person, self.skill_of(self.skills[one])].append(one)
        for several in found.values():
            several.sort(key=lambda one: self.dates.get(one, ""), reverse=True)
        return found

    @cached_property
    def counted(self) -> list[tuple[int, int]]:
        """(person, assessment) of those that no later one of the person and skill replaces."""
        return [
            (person, one)
            for (person, _), several in self.all.items()
            for one in several
            if self.dates.get(one, "") == self.dates.get(several[0], "")
        ]

    def text(self, one: int) -> str | None:
        """An assessment as the name of its skill with the level."""
        return self.with_level(self.skill_of(self.skills[one]), self.level(one))

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
                self.skill_of(self.skills[one]),
                self.level(one),
                self.dates.get(one, ""),
                "; ".join(filter(None, (self._assessor(one), sources.get(one)))),
            )
            for who, one in self.counted
            if who == person
        ]

    def _assessor(self, one: int) -> str | None:
        who = self.assessors.get(one)
        return None if who is None else self.name_of(who)

    def notes(self) -> list[str]:
        """What a reading says of them: those replaced, and those in conflict."""
        gone = sum(map(len, self.all.values())) - len(self.counted)
        found = [f"Assessments {REPLACED}: {gone:,}"] if gone else []
        levels: dict[Any, set[str | None]] = defaultdict(set)
        for person, one in self.counted:
            levels[person, self.skills[one]].add(self.level(one))
        if several := sum(len(some) > 1 for some in levels.values()):
            found.append(
                "Several levels of one skill of one person, and no date that says which is later: "
                f"{several:,}; the highest counts, and who has and lacks a skill is rejected"
            )
        return found
