"""What the values of the columns of a table say, by a sample of its rows.

Whether they have a meaning in the column that a heading names, whether they are levels or names of
skills, and what a column could be that is not read, with the option that reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..io.text import map_option, quoted
from .dates import is_date
from .headings import Vocabulary, resembled_kind, says
from .reading import ReadOptions
from .values import BLANK, fold_value, meanings, parse_level, status_of

_REFERENCE = re.compile(r"[A-Z]\d+|[\w-]+:\S+")  # a notation, CURIE or IRI, known or not


def _is_period(text: str) -> bool:
    """Whether a text is two dates, the second of which may be open, such as '2018 – heute'."""
    parts = re.split(r"\s*[–—]\s*|\s+(?:-|to|bis|à|a)\s+|(?<=\d{4})-(?=\d{4}|\D)", text.strip())
    ends = len(parts) == 2 and (is_date(parts[1]) or fold_value(parts[1]) in meanings("end"))
    return ends and is_date(parts[0])


# what an unread column could be by its values, and the option that reads it as that
_UNKNOWN: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("status", lambda v: len(v) > 3 and bool(status_of(v)), "if it says who is there: {}"),
    ("date", is_date, "if skills were assessed then: {}"),
    ("end", lambda v: is_date(v) or fold_value(v) in meanings("end"), "if people left then: {}"),
    ("level", lambda v: parse_level(v) is not None, "if it is the level of the skill: {}"),
    ("period", _is_period, "if these ended: write starts and ends into two columns"),
)


class ColumnValues:
    """The distinct values of each column, in a sample of the rows of a table."""

    def __init__(
        self,
        headings: Sequence[str],
        sample: Sequence[Sequence[str]],
        options: ReadOptions,
        vocabulary: Vocabulary,
    ):
        self.headings, self.options, self.vocabulary = headings, options, vocabulary
        cells = [[row[i].strip() for row in sample if len(row) > i] for i in range(len(headings))]
        self.of = [list(dict.fromkeys(filter(None, column)))[:50] for column in cells]

    def fit(self, i: int, column: str, rank: int, is_one: bool) -> bool:
        """Whether the values of a column have a meaning there; our own names need no proof.

        A column of skills that is the only one needs none either (`is_one`).
        """
        known = self.vocabulary
        tests: dict[str, Callable[[str], bool]] = {
            "role": lambda v: known.is_role(v) or bool(_REFERENCE.fullmatch(v)),
            "title": lambda v: bool(re.search(r"[^\W\d_]", v)),  # and no number of a post
            "status": lambda v: bool(self._settled("status", v) or status_of(v)),
            "start": is_date,
            "end": is_date,
            "level": lambda v: parse_level(v) not in (None, BLANK),
            "left": lambda v: status_of(v) in ("present", "left"),
            "vacant": lambda v: status_of(v) in ("present", "left", "vacant"),
        }
        if (rank and column == "skills" and not is_one) or (rank > 1 and column == "title"):
            test = self._has_skill if column == "skills" else known.is_title
        elif column in tests and (rank or column == "role"):
            test = tests[column]
        else:
            return True
        return not self.of[i] or any(map(test, self.of[i]))

    def _settled(self, column: str, value: str) -> str | None:
        return self.options.values.get((column, fold_value(value)))

    def _has_skill(self, text: str) -> bool:
        return any(self.vocabulary.is_skill(p) for p in re.split(r"[;,|\n/:(]", text))

    def are_skills(self, i: int) -> bool:
        """Whether at least half of the values have names of skills."""
        known = sum(map(self._has_skill, self.of[i]))
        return known > 0 and 2 * known >= len(self.of[i])

    def are_levels(self, i: int) -> bool:
        """Whether all values are levels, and the column is not empty, or is named as a skill."""
        is_level = all(map(self._is_level, self.of[i]))
        return is_level and (bool(self.of[i]) or self.vocabulary.is_skill(self.headings[i]))

    def _is_level(self, value: str) -> bool:
        return bool(self._settled("level", value) or parse_level(value))

    def highest(self, i: int) -> float:
        """The highest number among the levels of a column."""
        levels = filter(None, map(parse_level, self.of[i]))
        return max((x.number or 0 for x in levels), default=0)

    # what is not read ------------------------------------------------------------------

    def advice(self, i: int, kinds: set[str | None]) -> tuple[str, str] | None:
        """What a column that is not read could be, next to columns of some kinds, and the fix.

        None if the values and the heading say nothing of it.
        """
        name, values = self.headings[i], self.of[i]
        if self.vocabulary.is_skill(name):
            odd = next((v for v in values if not self._is_level(v)), "")[:40]
            if odd:
                option = quoted(f"level:{odd}=has")
                fix = f"to read it: --value {option} (has, below, lacks, unknown)"
                return f"{odd!r} is no level of a skill", fix
        if self.are_skills(i):
            fix = f"if people have them: {map_option('skills', name)}"
            return "its values are names of skills", fix
        if values:
            for kind, is_one, advice in _UNKNOWN:
                if self._could_be(kind, i, kinds) and all(map(is_one, values)):
                    return "an unknown heading", advice.format(map_option(kind, name))
        if near := resembled_kind(name, kinds):
            return f"resembles a heading for {near}", f"to read it: {map_option(near, name)}"
        return None

    def _could_be(self, kind: str, i: int, kinds: set[str | None]) -> bool:
        """Whether a kind of _UNKNOWN has no column, and this one would be of use."""
        if kind == "period":
            return True
        name = self.headings[i]
        if kind in ("end", "status") and self.vocabulary.is_about_skill(name):
            return False
        if kind == "status" and {*map(status_of, self.of[i])} == {"present"}:
            return False
        if kind in ("end", "status"):
            return not kinds & {kind, "left"}
        if kind == "date" and says(name, "leaving"):
            return False
        return kinds & {"skill", kind} == {"skill"}
