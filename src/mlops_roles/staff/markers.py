"""Texts in the place of a name or title that say that nobody is there, or not any longer.

The words are data (`ontology/staff/values.csv`): vacancies, totals, legends, and what says that a
person left or a post ended, as in 'Data Engineer (until 2024)' and 'Ada Roe (left 2023)'.
"""

from __future__ import annotations

import re
from functools import cache

from .dates import latest_day
from .headings import LONGEST
from .reading import ReadOptions
from .values import BLANK, fold_value, meanings, parse_level

VACANT, NOBODY, LEFT = "vacant", "no person", "left"
LEGEND = r"^\s*(?:\d\s*[-–:=]|\S{1,3}\s*=)\s*\S"  # as '5 - Expert' and 'x = yes'
# what may be said of a name or title: in brackets, or after a dash
REMARK = r"[(\[][^)\]]*[)\]]|\s[-–—]\s|†|\s[a-z]\.\s?[a-z]\.\s*$"
_REMARK = re.compile(r"[(\[]([^)\]]*)[)\]]|\s[-–—]\s+([^-–—]+)$|\s([a-z]\.\s?[a-z]\.)$")
_IN_TITLE = re.compile(r"\s*[(\[]([^)\]]*)[)\]]\s*|\s*[-–:]\s*([^-–:]*)$|^([^-–:]*)\s*[-–:]\s*")


def is_marker(text: str) -> str | None:
    """'vacant' or 'no person' for a text in the place of a name; else None."""
    if len(text) > LONGEST:
        return None
    text = re.split(r",\s+(?=[a-zà-ÿ])", text)[0]  # a name has a capital letter after the comma
    folded = fold_value(text).strip(" .-–—*[]()<>_:#=~")
    if not folded:
        return "no person" if text.strip() else None  # such as '-----'
    if twice := re.fullmatch(r"(.+?)[\s,]+\1", folded):  # in the columns of both names
        folded = twice[1]
    bare = _detail().split(folded)[0].strip(" .-_")
    known = meanings("person")
    spelled = (fold_value(text), folded, f"{folded}.", bare, f"{bare}.")
    return next((known[one] for one in spelled if one in known), None)


@cache
def _detail() -> re.Pattern[str]:
    """What ends a marker before a detail, as in 'Vacant (2)' and 'Unbesetzt seit Mai'."""
    words = "|".join(map(re.escape, meanings("after")))
    return re.compile(rf"\s*[(\[<:#]|[-_]\d|\s+[-–—]\s+|\s*\d+$|\s+\S*\d|\s+(?:{words})\s")


def marker_pattern() -> str:
    """A pattern of what may be a marker; those that match are looked at one by one."""
    words = "|".join(sorted((re.escape(w) for w in meanings("person")), key=len, reverse=True))
    return rf"^[-–—_=*.~#/|+<>\s]+$|^[^a-zà-ÿ0-9]*(?:{words})(?:[^a-zà-ÿ]|$)"


def two_names_pattern() -> str:
    """A pattern of two names of two words each, with '/', '&' or 'and' between them.

    Beside '&', the family name may be that of the second alone: 'Ada & Ben Roe'.
    """
    words = "|".join(map(re.escape, meanings("two names")))
    return rf"\S+\s+\S+\s*(?:\s/\s|&|;|\n|\s(?:{words})\s)\s*\S+\s+\S+|\S\s+&\s+\S+\s+\S+"


def name_meaning(name: str, title: str | None, options: ReadOptions) -> str | None:
    """VACANT or NOBODY for a vacancy, a total or a legend where a name should be; else None."""
    settled = options.values.get(("person", fold_value(name)))
    meaning = settled or is_marker(name)
    is_total = re.search(r"\d\W*$", name) and is_marker(name.split(maxsplit=1)[0]) == NOBODY
    is_legend = parse_level(name) not in (None, BLANK) or re.match(r"\s*\S{1,3}\s*=", name)
    if meaning is None and (is_total or is_legend):
        meaning = NOBODY
    # a total may count the titles, and what has no letter or digit is no name with one, either
    has_title = re.search(r"[^\W\d]", title or "") and re.search(r"[^\W_]", name)
    return meaning if meaning == VACANT or (meaning == NOBODY and not has_title) else None


def name_says_vacant(name: str) -> bool:
    """Whether a name has a vacancy in brackets or after a dash, as in 'Contractor (TBD)'."""
    if len(name) > LONGEST:
        return False
    parts = (p.strip() for found in _REMARK.findall(fold_value(name)) for p in found if p)
    return any(map(_is_vacancy, parts))


def _is_vacancy(part: str) -> bool:
    """Whether a part of a name or title is a vacancy, and no weak word for one, such as 'open'."""
    folded = fold_value(part)
    is_weak = folded in meanings("no vacancy in a title")
    return meanings("person").get(folded) == VACANT and not is_weak


def says_vacant(title: str) -> bool:
    """Whether a title has a vacancy in brackets or after a dash."""
    if len(title) > LONGEST:  # no title; the patterns would take long to find that out
        return False
    parts = (part for found in _IN_TITLE.findall(title) for part in found if part)
    return any(map(_is_vacancy, parts))


def title_meaning(title: str, day: str) -> str | None:
    """VACANT, LEFT or NOBODY, if a title says so ('Nurse (vacant)', 'Service account')."""
    if says_vacant(title):
        return VACANT
    if says_left(title, day):
        return LEFT
    return NOBODY if " " in title and is_marker(title) == NOBODY else None


def without_vacant(title: str) -> str:
    """A title without the vacancy in it."""

    def kept(match: re.Match[str]) -> str:
        part = next(filter(None, match.groups()), "")
        return "" if meanings("person").get(fold_value(part)) == VACANT else match[0]

    return title if len(title) > LONGEST else _IN_TITLE.sub(kept, title).strip()


def may_be_two(name: str) -> bool:
    """Whether a name may be that of two people."""
    return len(name) <= LONGEST and bool(re.search(two_names_pattern(), name.lower()))


def says_left(text: str, day: str) -> bool:
    """Whether a name or title says that the person has left, or the post has ended, by a day."""
    if len(text) > LONGEST:
        return False
    folded = fold_value(text)
    parts = (part for found in _REMARK.findall(folded) for part in found if part)
    return "†" in folded or any(_is_left(part.strip(), day) for part in parts)


def _is_left(remark: str, day: str) -> bool:
    """Whether a remark has a word for leaving, perhaps with a date, or 'until' a date."""
    if match := _left().fullmatch(remark):
        date = latest_day(match["until"] or match["date"] or "")
        return date < day if date else not match["until"]
    return False


@cache
def _left() -> re.Pattern[str]:
    left, until = ("|".join(map(re.escape, sorted(meanings(k)))) for k in ("gone", "until"))
    date = r"(?P<date>\S*\d[^()]*)"
    return re.compile(
        rf"(?:{until})\s+(?P<until>.*\d.*)|(?:{left})(?:,?\s+(?:[^\W\d]+\s+)?{date})?"
    )
