"""The verifier's own reading of headings: what a column is, by the headings that are shipped."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from .levels import fold, parse_level, shipped_rows

DESCRIBING = ("label", "type")  # the last part of a key about which nothing is said
LONGEST = 500  # characters of a heading that is looked at


def fold_heading(heading: str) -> str:
    """A heading as headings are compared: in lower case, without accents and punctuation."""
    spelled = unicodedata.normalize("NFKD", heading.replace("#", "number").casefold())
    return "".join(c for c in spelled if c.isalnum())


@cache
def _shipped() -> dict[str, str]:
    return {fold_heading(row["heading"]): row["column"] for row in shipped_rows("columns")}


def kind_of(heading: str) -> str:
    """The column that a heading names, by one that is shipped; '' for none."""
    if found := _shipped_kind(heading):
        return found
    if (rated := _rated(heading)) and kind_of(rated) in ("skill", "skills"):
        return "level"
    if found := _shipped_kind(_without_remark(heading)):
        return found
    parts = re.split(r"\.| > ", heading)
    return _kind_of_key(parts) if len(parts) > 1 and all(parts) else ""


def _kind_of_key(parts: list[str]) -> str:
    """The column of a key in an object of JSON: its last part, unless that is of another thing."""
    above = next((kind for part in parts[-2::-1] if (kind := kind_of(part))), "")
    last = fold_heading(parts[-1])
    if above == "other" or last in DESCRIBING:
        return "other"
    if above and last in ("name", "value"):
        return above
    found = kind_of(parts[-1])
    if above == "title" and found in ("key", "left"):
        return "other"
    return "other" if found and above not in ("", "person", "title") else found


def _without_remark(heading: str) -> str:
    """A heading without a remark in brackets and a number at its end."""
    if len(heading) > LONGEST:
        return heading
    return re.sub(r"\d+$", "", re.sub(r"[(\[][^)\]]*[)\]]\s*$", "", heading).rstrip())


def pair_in(heading: str) -> str:
    """What the headings of a skill and of its level have in common: a number, or the skill."""
    outside = re.sub(r"[(\[]\D[^)\]]*[)\]]", "", heading)
    digits = re.findall(r"\d+", outside)
    return digits[-1] if digits else fold_heading(_rated(heading) or heading)


def _rated(heading: str) -> str:
    """The words before a word for a level, and perhaps a scale, that end a heading; '' if none."""
    words = re.findall(r"[^\W_]+", heading[:LONGEST])
    while words and words[-1].isdigit():
        words.pop()
    is_level = len(words) > 1 and _shipped_kind(words[-1]) == "level"
    return " ".join(words[:-1]) if is_level else ""


def _words(kind: str) -> list[str]:
    return [fold(row["value"]) for row in shipped_rows("values") if row["kind"] == kind]


def says_actual_or_required(heading: str) -> bool:
    """Whether a heading below that of a skill says whether it is had or asked, as 'Ist' does."""
    return says_required(heading) or fold(heading) in _words("actual")


def says_years(heading: str) -> bool:
    """Whether a heading is of years or months of experience."""
    words = re.split(r"[\W\d_]+", fold(heading[:LONGEST]))
    return any(len(word) > 2 and word in _words("years") for word in words)


def says_required(heading: str) -> bool:
    """Whether a heading is of what is asked; 'SQL (Soll: 3)' says itself what that is."""
    open_ = re.sub(r"[(\[]\D*\d\D*[)\]]", "", fold(heading[:LONGEST]))
    words = re.split(r"[\W\d_]+", open_)
    return any(len(word) > 2 and word in _words("required") for word in words)


def unrated(heading: str) -> str:
    """A heading without the words for a level or for skills that it begins and ends with."""
    words = [word for word in re.split(r"[\s_:?¿–-]+", heading[:LONGEST]) if word]
    if words and fold(words[0]) in _words("has"):
        del words[0]
    beside = [*_words("actual"), *_words("years")]
    kinds = [
        _shipped_kind(word) in ("level", "skill", "skills") or fold(word) in beside
        for word in words
    ]
    while kinds and kinds[-1]:
        del kinds[-1], words[-1]
    while kinds and kinds[0]:
        count = 2 if len(words) > 1 and fold(words[1]) in _words("of") else 1
        del kinds[:count], words[:count]
    return " ".join(words)


def ungrouped(heading: str) -> str:
    """A heading without the group or number before it: 'Data > SQL', '[Data] SQL', '1.2 SQL'."""
    for before in (
        r".*\S\s*(?:[:>|]|\s[-–—])\s+",
        r"\[[^\]]*\]\s*",
        r"\(?[A-Za-z]{0,3}[\d.]*\d[.):]?\s+",
    ):
        if found := re.match(before, heading[:LONGEST]):
            return heading[found.end() :]
    return heading


def is_of_rows(heading: str) -> bool:
    """Whether the dates below a heading are those of rows, as 'Valid to', and not of people."""
    words = re.split(r"[\W\d_]+", fold(heading[:LONGEST]))
    return any(len(word) > 2 and word in _words("validity") for word in words)


def asked_in(heading: str) -> list[str]:
    """What a question about a level may ask for: the words that end it, the longest first."""
    words = [word for word in re.split(r"[\s_:?¿–-]+", heading[:LONGEST]) if word]
    is_about_level = any(
        _shipped_kind(word) in ("level", "skill", "skills") or fold(word) in _words("has")
        for word in words
    )
    if not (heading.strip().endswith("?") and is_about_level):
        return []
    return [" ".join(words[i:]) for i in range(len(words))]


def level_in(heading: str) -> str:
    """The level in words that a heading of skills has, as in 'Expert skills'; '' for none."""
    if len(heading) > LONGEST or _shipped_kind(heading):
        return ""
    words = [word for word in re.split(r"[\s()\[\]:/_–-]+", heading) if word]
    kept = " ".join(w for w in words if _shipped_kind(w) not in ("skill", "skills"))
    level = parse_level(kept)
    return kept if level and level.share is not None else ""


def _shipped_kind(text: str) -> str:
    return _shipped().get(fold_heading(text), "")
