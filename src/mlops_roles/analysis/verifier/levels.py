"""The verifier's own reading of levels: what a level, or a negation, says of a name in a cell."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from ...io.resources import resource_dir

STATES = ("has", "lacks", "below", "unknown")
NUMBER = r"\d{1,3}(?:[.,]\d+)?"
PLAIN = re.compile(NUMBER)
_NAMED = (  # a name with its level, and whether the name may be unknown
    (re.compile(r"(.*\S)\s*[:=]\s*([^:=]+)"), True),
    (re.compile(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]"), False),
    (re.compile(r"(.*\S)\s+[-–—]\s*(\S.*)"), False),
    (re.compile(rf"(.*\S)\s+({NUMBER}\s*(?:/\s*{NUMBER}|%))"), True),
    (re.compile(r"(.*[^\s*★⭐☆✩])\s*(\*{2,5}|[★⭐]+[☆✩]*|[☆✩]+)"), False),
)
# of a list with bullets, ticks or numbers
_ITEM = re.compile(r"\s*(?:[-–—*•‣▪►▶]\s+|[✓✔☑✅#]\s*|\d{1,2}[.)]\s+|\(\d{1,2}[.)]\s+)(\S.*)", re.S)


# a number after a name that is known with it, too, as with a version
_NUMBERED = (
    re.compile(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]"),
    re.compile(r"(.*\S)\s+[-–—]\s+(\S.*)"),
    re.compile(r"(.*\S)\s+((?:\d|10)/(?:[4-7]|10|100))"),
)
_AS_LEVEL = re.compile(rf"\d|10|{NUMBER}\s*(?:%|/.*)|[*★⭐☆✩]+")


class Level(NamedTuple):
    """A level: a share of its scale, or a number with the ends that it states itself.

    A tick, which is no level, has neither.
    """

    share: float | None = None
    number: float | None = None
    bottom: float | None = None
    top: float | None = None


class Said(NamedTuple):
    """A name in a cell, what is said of it, and its level as written."""

    name: str
    state: str = "has"
    level: str = ""


@dataclass(frozen=True)
class Levels:
    """How the levels of a certificate are read."""

    bottom: float | None = None  # bottom, top: the ends of the scale; None if all levels are words
    top: float | None = None
    # has_from, lacks_to: thresholds as shares of the scale; None is the middle, and zero
    has_from: float | None = None
    lacks_to: float | None = None
    settled: Mapping[str, str] | None = None  # level to its state, as a person settled it

    @classmethod
    def from_reading(cls, scale: Any, settled: Any) -> Levels | None:
        """The scale and the settled levels of a certificate; None if they are none."""
        ends = scale if isinstance(scale, dict) else None
        names = {"bottom", "top", "has_from", "lacks_to"}
        if ends is None or set(ends) != names or not isinstance(settled, dict):
            return None
        is_number = (v is None or type(v) in (int, float) for v in ends.values())
        if not all(is_number) or not set(settled.values()) <= set(STATES):
            return None
        if ends["top"] is not None and not (ends["bottom"] or 0) <= ends["top"]:
            return None
        has_from = 0.5 if ends["has_from"] is None else ends["has_from"]
        return cls(**ends, settled=settled) if (ends["lacks_to"] or 0) < has_from else None

    def state(self, text: str) -> str:
        """'has', 'lacks', 'below' or 'unknown', by a level as written."""
        if said := (self.settled or {}).get(fold(text)):
            return said
        level = parse_level(text)
        if level is None:
            return "unknown"
        if level == Level():
            return "has"
        value, asked = level.share, self._asked(level)
        if level.number is not None:
            value = level.number
        if asked is None or value is None:
            return "unknown"
        has, lacks = asked
        return "lacks" if value <= lacks else "has" if value >= has else "below"

    def _asked(self, level: Level) -> tuple[float, float] | None:
        """What a level has to reach to be had, and what it may reach and is lacked."""
        lacks = self.lacks_to or 0.0
        if level.number is None:
            return (0.5 if self.has_from is None else self.has_from), lacks
        if (ends := self._ends(level)) is None:
            return None
        low, high = ends
        return ((low + high) / 2 if self.has_from is None else self.has_from * high), lacks * high

    def _ends(self, level: Level) -> tuple[float, float] | None:
        if level.bottom is not None and level.top:
            return level.bottom, level.top
        if self.top is None:
            return None
        low = self.bottom or 0.0
        return (low * level.top / self.top, level.top) if level.top else (low, self.top)

    def compared(self, text: str) -> str:
        """A level and the one that is asked: '2 of 5, 3 asked'; of a settled one, that it is."""
        if fold(text) in (self.settled or {}):
            return f"{text}, settled as below"
        level = parse_level(text)
        asked = self._asked(level) if level and level.number is not None else None
        if level is None or asked is None:
            return (
                f"{text}, {0.5 if self.has_from is None else self.has_from:.0%} of the scale asked"
            )
        _, top = self._ends(level) or asked
        return f"{level.number:g} of {top:g}, {asked[0]:g} asked"

    def said(
        self, text: str, is_known: Callable[[str], bool], listed: Callable[[str], bool]
    ) -> Said:
        """What a piece of a cell says.

        Args:
            text: the piece, which has no separator.
            is_known: whether a text is a name of a skill or tool.
            listed: whether a text is such a name word for word, as it is listed.
        """
        if item := _ITEM.fullmatch(text):
            text = item[1]
        text = re.sub(r"\s*\(https?://[^\s()]*\)\s*$", "", text)
        first, _, rest = text.partition(" ")
        text = rest.strip() if rest.strip() and first.lower() in meanings("joint") else text
        if match := _negation().match(text):
            name = text[match.end() :].strip()
            if name and is_known(name) and not listed(text):
                return Said(name, "lacks")
        found = list(self._not_version(text, is_known)) if not listed(text) else []
        if found or not is_known(text):
            beside = [] if listed(text) else _beside(text.split(), is_known)
            for name, level in found or [*self._with_level(text, is_known), *beside]:
                state = self.state(level)
                if state == "unknown":
                    break
                return Said(name, state, level)
        return Said(text)

    @staticmethod
    def _not_version(text: str, is_known: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """A known name with a number that is a level, where it could also be a version."""
        for form in _NUMBERED:
            match = form.fullmatch(text)
            is_level = match and _AS_LEVEL.fullmatch(match[2].strip()) and parse_level(match[2])
            if match and is_level and is_known(match[1]):
                yield match[1], match[2]
                return

    def _with_level(self, text: str, is_known: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        for form, may_be_unknown in _NAMED:
            match = form.fullmatch(text)
            if match is None or _is_blank(fold(match[2])):
                continue
            level = parse_level(match[2])
            if level is None and fold(match[2]) not in (self.settled or {}):
                continue
            if is_known(match[1]) or (may_be_unknown and level not in (None, Level())):
                yield match[1], match[2]


def _beside(words: list[str], is_known: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """A known name after or before a word for a level, as in 'gute Kenntnisse in SQL'."""
    for size in (4, 3, 2, 1):
        rest = words[size:]
        if len(rest) > 1 and fold(rest[0]) in meanings("of"):
            rest = rest[1:]
        for level, name in ((words[:size], rest), (words[-size:], words[:-size])):
            word = fold(" ".join(level))
            is_level = word not in meanings("alone") and (_word(word) or Level()) != Level()
            if name and is_level and is_known(" ".join(name)):
                yield " ".join(name), " ".join(level)
                return


def parse_level(text: str) -> Level | None:
    """The level that a text states; None if it is blank or states none."""
    folded = fold(text)
    if _is_blank(folded):
        return None
    if word := _word(folded) or _word(folded.replace("_", " ")):
        return word
    return next(
        (make(*m.groups()) for form, make in _forms() if (m := form.fullmatch(folded))), None
    )


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _within(number: float, bottom: float | None, top: float) -> Level | None:
    """A number with the ends of its scale, of which it exceeds at most one."""
    return None if number > top and number > (bottom or 0) else Level(None, number, bottom, top)


def _worded(number: str, word: str) -> Level | None:
    """A number with a word next to it, of which only a word for none says more.

    It is none with a word for nothing ('0 - NA'), and with a month, as a workbook shows '4/5'.
    """
    if word in meanings("cell") or word.strip(" .") in meanings("month"):
        return None
    return Level(share=0.0) if _word(word) == Level(share=0.0) else Level(number=_number(number))


_FORMS: tuple[tuple[str, Callable[..., Level | None]], ...] = (  # OF: any of the words of this kind
    (r"(N)\s*%", lambda n: Level(share=min(_number(n) / 100, 1.0))),
    (r"(N)\s*OF\s*(N)\s*[-–]\s*(N)", lambda *some: _within(*map(_number, some))),
    (r"(N)\s*OF\s*(N)", lambda n, top: _within(_number(n), None, _number(top))),
    (r"([*★⭐●■▮]+)", lambda full: Level(number=len(full))),
    (r"([*★⭐●■▮]*)([☆✩○□▯]+)", lambda full, open_: Level(number=len(full), top=len(full + open_))),
    (r"(N)\s*\+?\s*YEARS\b.*", lambda n: Level() if _number(n) else Level(share=0.0)),
    (r"(?:LEVEL\.?\s?)?(N)", lambda n: Level(number=_number(n))),
    # after a number, words or signs, or what is in brackets
    (r"(?:LEVEL\.?\s?)?(N)\s*[-–—:=.,)]?\s*((?:[\W_]*[^\W\d_]|[(\[]).*|[\W_]*)", _worded),
    (r"(\D*?)\s*[(\[]\s*(N)\s*[)\]]", lambda word, n: _worded(n, word)),
    (r"\D*?[(\[]\s*(N)\s*%\s*[)\]]", lambda n: Level(share=min(_number(n) / 100, 1.0))),
)


@cache
def _forms() -> list[tuple[re.Pattern[str], Callable[..., Level | None]]]:
    """The forms of levels, with their words, and what makes a level of their groups."""
    words = {
        kind.upper(): f"(?:{'|'.join(map(re.escape, sorted(meanings(kind), reverse=True)))})"
        for kind in ("of", "years", "level")
    }
    return [
        (re.compile(re.sub("OF|YEARS|LEVEL|N", lambda m: words.get(m[0], NUMBER), form)), make)
        for form, make in _FORMS
    ]


def _word(word: str) -> Level | None:
    share = _state_words().get(word)
    return None if share is None else Level() if share == "has" else Level(share=float(share))


def fold(text: str) -> str:
    """A value as values are compared: NFKC, in lower case, with single spaces."""
    spelled = unicodedata.normalize("NFKC", text).lower()
    return " ".join(spelled.replace("\ufe0f", "").split())  # of a picture such as '✔️'


def is_blank(text: str) -> bool:
    """Whether a cell says nothing, as '-' and 'n/a' do."""
    return _is_blank(fold(text))


def _is_blank(folded: str) -> bool:
    return not folded or folded in meanings("cell") or re.fullmatch(r"-\d+", folded) is not None


def shipped_rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of `ontology/staff`, such as values."""
    text = (resource_dir("ontology") / "staff" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _state_words() -> dict[str, str]:
    return {fold(row["word"]): row["share"] for row in shipped_rows("levels")}


@cache
def meanings(kind: str) -> dict[str, str]:
    """Folded value to meaning, for a kind of `values.csv`."""
    rows = shipped_rows("values")
    return {fold(row["value"]): row["meaning"] for row in rows if row["kind"] == kind}


@cache
def _negation() -> re.Pattern[str]:
    words = sorted(meanings("negation"), reverse=True)  # of two that begin alike, the longer first
    ends = [re.escape(w) + ("" if w.endswith(("'", "’")) else r"[\s:]+") for w in words]
    return re.compile("|".join(ends), re.I)


def is_mark(text: str) -> bool:
    """Whether a text in the place of a name is one for no person, or a level."""
    return fold(text).strip(" .-–—*[]()<>_:#") in meanings("person") or bool(parse_level(text))
