"""Names of skills in a cell, each perhaps denied, or with a level before or after it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from ..ontology.names import fold_name
from .scales import Scale
from .values import BLANK, NUMBER, any_of, fold_value, level_words, meanings, parse_level

LEVEL_WORDS = 4  # at most, of a level before or after a name
UNIT = "\x1f"  # between a name and its level, where they were in two cells
# what stands for a separator in a name that is not split, and the separator
AS_WRITTEN = str.maketrans("\uff1b\uff0c\uff5c", ";,|")
_LEVEL_IN_CELL = (
    re.compile(r"(?P<name>.*\S)\s*[:=]\s*(?P<level>[^:=]+)"),
    re.compile(r"(?P<name>.*\S)\s*[(\[](?P<level>[^()\[\]]+)[)\]]"),
    re.compile(r"(?P<name>.*\S)\s+[-–—]\s*(?P<level>\S.*)"),
    re.compile(rf"(?P<name>.*\S)\s+(?P<level>{NUMBER}\s*(?:/\s*{NUMBER}|%))"),
    re.compile(r"(?P<name>.*[^\s*★⭐☆✩])\s*(?P<level>\*{2,5}|[★⭐]+[☆✩]*|[☆✩]+)"),
)
# before an item of a list: a bullet, a tick or a number
_BULLET = re.compile(r"^(?:[-–—*•‣▪►▶✓✔☑✅#]\s*(?<=[\s✓✔☑✅#])|\(?\d{1,2}[.)]\s+)(?=\S)")
# a level in numbers alone, which may follow a name that is known with it, too, as a version
_LEVEL_NOT_VERSION = (
    re.compile(r"(?P<name>.*\S)\s*[(\[](?P<level>[^()\[\]]+)[)\]]"),
    re.compile(r"(?P<name>.*\S)\s+[-–—]\s+(?P<level>\S.*)"),
    re.compile(r"(?P<name>.*\S)\s+(?P<level>(?:\d|10)/(?:[4-7]|10|100))"),
)
_NUMBERS_ALONE = re.compile(rf"\d|10|{NUMBER}\s*(?:%|/.*)|[*★⭐☆✩]+")


@dataclass(frozen=True)
class SkillName:
    """One name in a cell: 'has', 'lacks', 'below' the level asked, or 'unknown' (blank)."""

    name: str
    state: str = "has"
    level: str = ""

    @property
    def text(self) -> str:
        """The name with its level."""
        return f"{self.name}: {self.level}" if self.level else self.name


@dataclass
class SkillCells:
    """How the names in the cells of skills are read."""

    known: Collection[str] = ()  # the folded names of skills and tools
    scale: Scale = field(default_factory=Scale)  # the scale of levels
    # level as written, folded, to its state, as a user settled it
    settled: Mapping[str, str] = field(default_factory=dict)

    def read(self, piece: str) -> list[SkillName]:
        """The names in one piece of a cell, which has no separator."""
        name, unit, level = piece.translate(AS_WRITTEN).partition(UNIT)
        if unit and name.strip():
            return [SkillName(name.strip(), self.state(level), level.strip())]
        text = _item(name)
        if not text:
            return []
        if negated := self._negated(text):
            return [negated]
        return [self._with_level(text) or SkillName(text)]

    def knows(self, piece: str) -> bool:
        """Whether a piece of a cell has a known name, perhaps denied or with a level."""
        text = _item(piece.translate(AS_WRITTEN).partition(UNIT)[0])
        split = self._split_level(text)
        return self.is_known(split[0] if split else text) or self._negated(text) is not None

    def is_known(self, name: str) -> bool:
        """Whether it is a name of a skill or tool."""
        return fold_name(name) in self.known

    def compared(self, level: str) -> str:
        """A level below the one asked, with that one, in words; of a settled level, that it is."""
        settled = fold_value(level) in self.settled
        return f"{level}, settled as below" if settled else self.scale.compared(level)

    def state(self, level: str) -> str:
        """What a level means."""
        return self.settled.get(fold_value(level)) or self.scale.decide(parse_level(level))

    def levels(self, piece: str) -> Iterator[str]:
        """The level that a piece of a cell states, if it does."""
        text = _item(piece)
        if UNIT in piece:
            yield piece.partition(UNIT)[2]
        elif split := self._split_level(text):
            yield split[1]

    def _with_level(self, text: str) -> SkillName | None:
        if split := self._split_level(text):
            state = self.state(split[1])
            return None if state == "unknown" else SkillName(split[0], state, split[1])
        return None

    def _split_level(self, text: str) -> tuple[str, str] | None:
        """A name and its level; a level in words needs a known name before it.

        A name that is known as a whole has no level, unless that is a number that is no version:
        'Python (1)' and 'Python 1/5' are levels, 'Python 3', 'Python 2/3' and 'AWS (S3)' are none.
        """
        if fold_name(text) in self._listed:
            return None
        for form in _LEVEL_NOT_VERSION:
            match = form.fullmatch(text)
            is_number = match and _NUMBERS_ALONE.fullmatch(match["level"].strip())
            if match and is_number and self.is_known(match["name"]) and parse_level(match["level"]):
                return match["name"], match["level"]
        if self.is_known(text):
            return None
        for i, form in enumerate(_LEVEL_IN_CELL):
            if match := form.fullmatch(text):
                name, level = match["name"], match["level"]
                found = parse_level(level)
                if found is None and fold_value(level) not in self.settled:
                    continue
                if found == BLANK:
                    continue
                if self.is_known(name) or (i in (0, 3) and found and found.kind == "level"):
                    return name, level
        return self._level_beside(text.split())

    def _level_beside(self, words: list[str]) -> tuple[str, str] | None:
        """A known name with a word for a level before or after it: 'basic SQL', 'SQL Experte'.

        'of' or a word like it may be between them, as in 'good knowledge of SQL'.
        """
        for n in range(min(len(words) - 1, LEVEL_WORDS), 0, -1):
            joint = len(words) > n + 1 and fold_value(words[n]) in meanings("of")
            before = (words[n + joint :], words[:n])
            for name, level in (before, (words[:-n], words[-n:])):
                folded = fold_value(" ".join(level))
                share = None if folded in meanings("alone") else level_words().get(folded)
                if share not in (None, "has") and self.is_known(" ".join(name)):
                    return " ".join(name), " ".join(level)
        return None

    def _negated(self, text: str) -> SkillName | None:
        """A known name after a word that denies it, unless both are a name as it is listed.

        'no SQL' denies SQL, although names are compared without their spaces; 'NoSQL' and
        'No-SQL' are the name of something else.
        """
        match = _denial().match(text)
        name = text[match.end() :].strip() if match else ""
        if not name or not self.is_known(name) or fold_name(text) in self._listed:
            return None
        return SkillName(name, "lacks")

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(self.known)


def _item(text: str) -> str:
    """A piece of a cell without a bullet or 'and' before it, or the address that Notion adds."""
    bare = re.sub(r"\s*\(https?://[^\s()]*\)$", "", _BULLET.sub("", text.strip(), count=1))
    return _joint().sub("", bare, count=1)


@cache
def _joint() -> re.Pattern[str]:
    """A word such as 'and' before the last name of a list."""
    return re.compile(rf"^(?:{any_of('joint')})\s+", re.I)


@cache
def _denial() -> re.Pattern[str]:
    """The words that deny the name after them, each with the space or apostrophe that ends it."""
    words = sorted(meanings("negation"), key=len, reverse=True)
    ends = (re.escape(word) + ("" if word[-1] in "'’" else r"[\s:]+") for word in words)
    return re.compile("|".join(ends), re.I)
