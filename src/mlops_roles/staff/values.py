"""The meaning of values in staff data: statuses and levels.

The words are data: `levels.csv` and `values.csv` in `ontology/staff/`. Only distinct values come
here, never one value for each row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from ..io.resources import resource_rows

NUMBER = r"\d{1,3}(?:[.,]\d+)?"  # of a level


def fold_value(text: str) -> str:
    """A value as it is compared: NFKC, lower case, single spaces."""
    plain = unicodedata.normalize("NFKC", text).replace("\ufe0f", "")  # as in the picture '✔️'
    return " ".join(plain.lower().split())


@cache
def meanings(kind: str) -> dict[str, str]:
    """Folded value to meaning, for a kind of `values.csv`, such as status or person."""
    rows = resource_rows("ontology", "staff/values")
    return {fold_value(r["value"]): r["meaning"] for r in rows if r["kind"] == kind}


@cache
def level_words() -> dict[str, str]:
    """Folded word for a level to its share, from 0 to 1, or 'has'."""
    return {fold_value(r["word"]): r["share"] for r in resource_rows("ontology", "staff/levels")}


def status_of(text: str) -> str | None:
    """The meaning of a status; of one with a detail after it, the meaning of its first part."""
    known, folded = meanings("status"), fold_value(text).replace("_", " ")
    if re.match(r"n\s?/\s?a\b", folded):  # as in 'N/A - still employed', which is no 'N'
        return known.get(folded)
    first = re.split(r"\s*[-–(,/:]\s*", folded)[0]
    if found := known.get(folded) or known.get(folded.replace(" ", "_")) or known.get(first):
        return found
    before = known.get(re.split(rf"\s(?:{any_of('after')})\s", folded)[0])
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
        if word in level_words():
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
    return (
        Level(share=0.0, zero=as_number(number))
        if _word(word) == NONE
        else Level(as_number(number))
    )


def _on_own_scale(number: float, bottom: float | None, top: float) -> Level | None:
    """A number with the ends of its scale; no level above them: '4/3' may be 4 where 3 is asked."""
    return Level(number, top=top, bottom=bottom) if number <= max(bottom or 0.0, top) else None


@cache
def _forms() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Level | None]], ...]:
    """The forms of levels that hold a number, and the level of each."""
    of, number = any_of("of"), rf"(?:(?:{any_of('level')})\.?\s?)?({NUMBER})"
    forms: dict[str, Callable[[re.Match[str]], Level | None]] = {
        rf"({NUMBER})\s*%": lambda m: Level(share=min(as_number(m[1]) / 100, 1.0)),
        rf"({NUMBER})\s*(?:{of})\s*({NUMBER})\s*[-–]\s*({NUMBER})": (
            lambda m: _on_own_scale(as_number(m[1]), as_number(m[2]), as_number(m[3]))
        ),
        rf"({NUMBER})\s*(?:{of})\s*({NUMBER})": (
            lambda m: _on_own_scale(as_number(m[1]), None, as_number(m[2]))
        ),
        r"([*★⭐●■▮]*)([☆✩○□▯]*)": lambda m: Level(len(m[1]), top=len(m[0]) if m[2] else None),
        rf"({NUMBER})\s*\+?\s*(?:{any_of('years')})\b.*": (
            lambda m: TICK if as_number(m[1]) else NONE
        ),
        number: lambda m: Level(as_number(m[1])),
        # no other number may follow, as in '2-3' and '01.02.2026', but in brackets
        rf"{number}\s*[-–—:=.,)]?\s*([(\[].*|[\W_]*(?:[^\W\d_].*)?)": (
            lambda m: _numbered_word(m[1], m[2])
        ),
        rf"(\D*?)\s*[(\[]\s*({NUMBER})\s*[)\]]": lambda m: _numbered_word(m[2], m[1]),
        rf"\D*?[(\[]\s*({NUMBER})\s*%\s*[)\]]": lambda m: Level(
            share=min(as_number(m[1]) / 100, 1)
        ),
    }
    return tuple((re.compile(form), level) for form, level in forms.items())


def any_of(kind: str) -> str:
    """A regular expression for any value of a kind of `values.csv`."""
    return "|".join(map(re.escape, sorted(meanings(kind), key=len, reverse=True)))


def _word(folded: str) -> Level | None:
    share = level_words().get(folded)
    return TICK if share == "has" else Level(share=float(share)) if share else None


def as_number(text: str) -> float:
    """A number with a decimal point or comma."""
    return float(text.replace(",", "."))
