"""The meaning of values in staff data: levels on a scale, statuses, and names in a cell.

The words are data: `levels.csv` and `values.csv` in `ontology/staff/`. Only distinct values come
here, never one value for each row.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from ..errors import InputError
from ..io.resources import resource_rows
from ..io.text import quoted
from ..ontology.names import fold_name
from .reading import ReadOptions

LEVEL_WORDS = 4  # at most, of a level before or after a name
YEARS = "years"  # in the place of a scale: numbers of years, which are levels of none
UNIT = "\x1f"  # between a name and its level, where they were in two cells
# what stands for a separator in a name that is not split, and the separator
AS_WRITTEN = str.maketrans("\uff1b\uff0c\uff5c", ";,|")
STATES = {"has": "has", "lacks": "lacks", "below": "below the level asked", "unknown": "unknown"}
_NUMBER = r"\d{1,3}(?:[.,]\d+)?"
_LEVEL_IN_CELL = (
    re.compile(r"(?P<name>.*\S)\s*[:=]\s*(?P<level>[^:=]+)"),
    re.compile(r"(?P<name>.*\S)\s*[(\[](?P<level>[^()\[\]]+)[)\]]"),
    re.compile(r"(?P<name>.*\S)\s+[-–—]\s*(?P<level>\S.*)"),
    re.compile(rf"(?P<name>.*\S)\s+(?P<level>{_NUMBER}\s*(?:/\s*{_NUMBER}|%))"),
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
_NUMBERS_ALONE = re.compile(rf"\d|10|{_NUMBER}\s*(?:%|/.*)|[*★⭐☆✩]+")


def fold_value(text: str) -> str:
    """A value as it is compared: NFKC, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


@cache
def meanings(kind: str) -> dict[str, str]:
    """Folded value to meaning, for a kind of `values.csv`, such as status or person."""
    rows = resource_rows("ontology", "staff/values")
    return {fold_value(r["value"]): r["meaning"] for r in rows if r["kind"] == kind}


@cache
def _level_words() -> dict[str, str]:
    return {fold_value(r["word"]): r["share"] for r in resource_rows("ontology", "staff/levels")}


def status_of(text: str) -> str | None:
    """The meaning of a status; of one with a detail after it, the meaning of its first part."""
    known, folded = meanings("status"), fold_value(text).replace("_", " ")
    if re.match(r"n\s?/\s?a\b", folded):  # as in 'N/A - still employed', which is no 'N'
        return known.get(folded)
    first = re.split(r"\s*[-–(,/:]\s*", folded)[0]
    if found := known.get(folded) or known.get(folded.replace(" ", "_")) or known.get(first):
        return found
    before = known.get(re.split(rf"\s(?:{_any_of('after')})\s", folded)[0])
    return None if before == "present" else before  # until when is not asked here


@dataclass(frozen=True)
class Level:
    """One level as written."""

    number: float | None = None  # on the scale; None for a word
    top: float | None = None  # the highest number, if the level says it, as 3/5 does
    share: float | None = None  # from 0 to 1, of a word or a percentage
    kind: str = "level"  # 'level', 'tick' (has, without a level) or 'blank'
    bottom: float | None = None  # the lowest number, if the level says it, as '3 of 1-5' does
    # of a word for none with a number, that number, as in '1 - no knowledge'
    zero: float | None = field(default=None, compare=False)


BLANK, TICK, NONE = Level(kind="blank"), Level(kind="tick"), Level(share=0.0)


def parse_level(text: str) -> Level | None:
    """The level that a text states; None if it states none."""
    folded = fold_value(text)
    if not folded or folded in meanings("cell") or re.fullmatch(r"-\d+", folded):
        return BLANK  # -1 is 'not applicable'
    for word in (folded, folded.replace("_", " ")):
        if word in _level_words():
            return _word(word)
    for form, level in _forms():
        if match := form.fullmatch(folded):
            return level(match)
    return None


def _numbered_word(number: str, word: str) -> Level | None:
    """A number with a word, which says more than the number only if it is a word for none.

    It is no level if the word is a month: a workbook shows '4/5' as '4 May' or '5 Apr'.
    """
    if word in meanings("cell"):
        return BLANK  # as in '0 - NA'
    if word.strip(" .") in meanings("month"):
        return None
    return Level(share=0.0, zero=_float(number)) if _word(word) == NONE else Level(_float(number))


def _on_own_scale(number: float, bottom: float | None, top: float) -> Level | None:
    """A number with the ends of its scale; no level above them: '4/3' may be 4 where 3 is asked."""
    return Level(number, top=top, bottom=bottom) if number <= max(bottom or 0.0, top) else None


@cache
def _forms() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Level | None]], ...]:
    """The forms of levels that hold a number, and the level of each."""
    of, number = _any_of("of"), rf"(?:(?:{_any_of('level')})\.?\s?)?({_NUMBER})"
    forms: dict[str, Callable[[re.Match[str]], Level | None]] = {
        rf"({_NUMBER})\s*%": lambda m: Level(share=min(_float(m[1]) / 100, 1.0)),
        rf"({_NUMBER})\s*(?:{of})\s*({_NUMBER})\s*[-–]\s*({_NUMBER})": (
            lambda m: _on_own_scale(_float(m[1]), _float(m[2]), _float(m[3]))
        ),
        rf"({_NUMBER})\s*(?:{of})\s*({_NUMBER})": (
            lambda m: _on_own_scale(_float(m[1]), None, _float(m[2]))
        ),
        r"([*★⭐]*)([☆✩]*)": lambda m: Level(len(m[1]), top=len(m[0]) if m[2] else None),
        rf"({_NUMBER})\s*\+?\s*(?:{_any_of('years')})\b.*": (
            lambda m: TICK if _float(m[1]) else NONE
        ),
        number: lambda m: Level(_float(m[1])),
        # no other number may follow, as in '2-3' and '01.02.2026', but in brackets
        rf"{number}\s*[-–—:=.,)]?\s*([(\[].*|[\W_]*(?:[^\W\d_].*)?)": (
            lambda m: _numbered_word(m[1], m[2])
        ),
        rf"(\D*?)\s*[(\[]\s*({_NUMBER})\s*[)\]]": lambda m: _numbered_word(m[2], m[1]),
        rf"\D*?[(\[]\s*({_NUMBER})\s*%\s*[)\]]": lambda m: Level(share=min(_float(m[1]) / 100, 1)),
    }
    return tuple((re.compile(form), level) for form, level in forms.items())


def with_scale(level: str, scale: str) -> str:
    """A level in numbers with the scale that it is on."""
    return f"{level} {scale}" if scale == YEARS else f"{level} of {scale}"


def _any_of(kind: str) -> str:
    """A regular expression for any value of a kind of `values.csv`."""
    return "|".join(map(re.escape, sorted(meanings(kind), key=len, reverse=True)))


def _word(folded: str) -> Level | None:
    share = _level_words().get(folded)
    return TICK if share == "has" else Level(share=float(share)) if share else None


def _float(text: str) -> float:
    return float(text.replace(",", "."))


@dataclass(frozen=True)
class Scale:
    """A scale of levels, and what counts as having and as lacking a skill."""

    # bottom, top: the lowest and the highest number; None for words and percentages
    bottom: float | None = None
    top: float | None = None
    # has_from, lacks_to: thresholds from 0 to 1, as settled; None is the middle, and zero
    has_from: float | None = None
    lacks_to: float | None = None
    why: str = ""  # what the ends rest on

    @property
    def shares(self) -> tuple[float, float]:
        """The thresholds from 0 to 1, for words and percentages."""
        return (0.5 if self.has_from is None else self.has_from, self.lacks_to or 0.0)

    def thresholds(self, bottom: float, top: float) -> tuple[float, float]:
        """The thresholds as numbers between two ends."""
        middle = (bottom + top) / 2
        has = middle if self.has_from is None else self.has_from * top
        return has, (self.lacks_to or 0.0) * top

    def decide(self, level: Level | None) -> str:
        """'has', 'lacks', 'below' or 'unknown'."""
        if level is None or level.kind == "blank":
            return "unknown"
        if level.kind == "tick":
            return "has"
        if level.number is None:
            return _decided(level.share or 0.0, *self.shares)
        ends = self._ends(level)
        return _decided(level.number, *self.thresholds(*ends)) if ends else "unknown"

    def _ends(self, level: Level) -> tuple[float, float] | None:
        """The ends of the scale that a level in numbers is on: its own, or this one's."""
        if level.bottom is not None and level.top:
            return level.bottom, level.top
        if level.top and self.top:
            return (self.bottom or 0.0) * level.top / self.top, level.top
        return None if self.top is None else (self.bottom or 0.0, self.top)

    def compared(self, level: str) -> str:
        """A level and the one that is asked, in words: '2 of 5, 3 asked'."""
        found = parse_level(level)
        ends = self._ends(found) if found and found.number is not None else None
        if found is None or ends is None:
            return f"{level}, {self.shares[0]:.0%} of the scale asked"
        return f"{found.number:g} of {ends[1]:g}, {self.thresholds(*ends)[0]:g} asked"

    def to_dict(self) -> dict[str, Any]:
        """The scale as plain data, with a sentence."""
        if self.top is None:
            has, lacks = self.shares
            ends = {"scale": "words"}
            text = (
                f"words and percentages; has from {has:.0%} of the scale, lacks up to {lacks:.0%}"
            )
        else:
            has, lacks = self.thresholds(self.bottom or 0.0, self.top)
            ends = {"scale": f"{self.bottom:g}-{self.top:g}"}
            text = (
                f"{self.bottom:g} to {self.top:g} ({self.why}); has from {has:g}, "
                f"lacks up to {lacks:g}"
            )
        text += "; between them below the level asked; blank is unknown"
        return {
            **ends,
            "has_from": has,
            "lacks_to": lacks,
            "text": f"{text} (--scale, --has-from and --lacks-to settle it)",
        }


def _decided(value: float, has_from: float, lacks_to: float) -> str:
    return "lacks" if value <= lacks_to else "has" if value >= has_from else "below"


def scale_ends(text: str, whole: bool = False) -> tuple[float, float] | None:
    """The ends of a scale that a text names, alone or with others: '0-5', 'SQL (1 to 5)'."""
    scale = re.compile(rf"({_NUMBER})\s*(?:{_any_of('to')})\s*({_NUMBER})")
    match = scale.fullmatch(text.strip()) if whole else scale.search(text)
    ends = (_float(match[1]), _float(match[2])) if match else None
    return ends if ends and ends[0] < ends[1] else None


def settled_ends(text: str) -> tuple[float, float]:
    """The ends of a scale as an option gives them. Raises InputError if they are none."""
    ends = scale_ends(text, whole=True)
    if not ends:
        raise InputError(f"--scale {text}: not a lower and a higher number; write --scale 0-5")
    return ends


def check_on_scale(levels: Iterable[str], scale: str, column: str = "") -> None:
    """Raise InputError if a level is above a scale that was settled, or the scale is none."""
    top = settled_ends(scale)[1]
    found = (parse_level(text) for text in levels)
    highest = max((x.number or 0.0 for x in found if x and not x.top), default=0.0)
    if highest > top:
        of = f"{column}=" if column else ""
        raise InputError(
            f"--scale {of}{scale}: the level {highest:g} is above it; give the highest that there "
            f"may be, as --scale {quoted(f'{of}0-{highest:g}')}, or settle that level with --value"
        )


def scale_of(levels: Collection[Level], options: ReadOptions, stated: Iterable[str] = ()) -> Scale:
    """The scale of some levels; `stated` are texts that may name its ends, such as a heading.

    Raises InputError for an option that is no level.
    """
    on_it = [x for x in levels if x.bottom is None]  # the others state their own scale
    numbers = [x.number for x in on_it if x.number is not None]
    tops = {x.top for x in on_it if x.top}
    named = next((ends for text in stated if (ends := scale_ends(text))), None)
    if options.scale:
        ends, why = settled_ends(options.scale), "as settled"
    elif not numbers:
        return _with_thresholds(None, None, "", options)
    elif named and max(numbers) <= named[1]:
        ends, why = named, "as a heading or legend says"
    else:
        zeros = [x.zero or 0.0 for x in levels if x.share == 0]
        top = max([1.0, *tops, _top(max(numbers))])
        lowest = min(zeros, default=0.0 if min(numbers) < 1 or top == 1 else 1.0)
        bottom = lowest if lowest < top else 0.0
        ends, why = (bottom, top), "the highest level seen is taken as the top"
    return _with_thresholds(ends[0], ends[1], why, options)


def _top(highest: float) -> float:
    """The top of a scale whose highest level seen is this one."""
    return math.ceil(highest) if highest <= 7 else 10.0 if highest <= 10 else 100.0


def _with_thresholds(
    bottom: float | None, top: float | None, why: str, options: ReadOptions
) -> Scale:
    has, lacks = (
        _threshold(name, text, top)
        for name, text in (("has-from", options.has_from), ("lacks-to", options.lacks_to))
    )
    scale = Scale(bottom, top, has, lacks, why)
    if scale.shares[0] <= scale.shares[1]:
        raise InputError(
            "--has-from is not above --lacks-to: no level would be neither; raise --has-from"
        )
    return scale


def _threshold(name: str, text: str | None, top: float | None) -> float | None:
    """A threshold as a share of the scale."""
    if text is None:
        return None
    level = parse_level(text)
    if level is None or level.kind != "level":
        raise InputError(f"--{name} {text}: not a level; write a number, a percentage or a word")
    if level.number is None:
        return level.share
    if not (ends_at := level.top or top):
        raise InputError(
            f"--{name} {text}: the levels are on no one scale of numbers; write a word or a share, "
            f"as --{name} 60%"
        )
    return level.number / ends_at


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
                share = None if folded in meanings("alone") else _level_words().get(folded)
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
    """A piece of a cell without the bullet before it, and the address after it that Notion adds."""
    return re.sub(r"\s*\(https?://[^\s()]*\)$", "", _BULLET.sub("", text.strip(), count=1))


@cache
def _denial() -> re.Pattern[str]:
    """The words that deny the name after them, each with the space or apostrophe that ends it."""
    words = sorted(meanings("negation"), key=len, reverse=True)
    ends = (re.escape(word) + ("" if word[-1] in "'’" else r"[\s:]+") for word in words)
    return re.compile("|".join(ends), re.I)
