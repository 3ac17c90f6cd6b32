"""What the heading of a column says: a column of ours, a level, or the name of a skill.

The synonyms are data (`ontology/staff/columns.csv`); those of rank 2 count only where there is no
other. The columns themselves are chosen in `columns`.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from ..io.resources import resource_rows
from ..ontology.names import fold_name
from .values import fold_value, meanings, parse_level

OWN = ("person", "title", "unit", "role", "skills", "lacks", "assessed", "status", "start", "end")
MORE = ("key", "given", "family", "skill", "level", "date", "source", "left", "vacant")
PERSONAL = ("person", "key", "given", "family")
# a group or number before the name of a skill, as in 'Data > SQL', '[Data] SQL' and '1.2 SQL'
_GROUPED = re.compile(
    r"(?:.*\S\s*(?:[:>|]|\s[-–—])\s+|\[[^\]]*\]\s*|\(?[A-Za-z]{0,3}\d+(?:\.\d+)*[.):]?\s+)(\S.*)"
)
_RATING = ("level", "skill", "skills")  # what a word next to the name of a skill may be
SIMILAR = 0.84  # of a heading that resembles one of ours
LONGEST = 500  # characters of a heading, or of a text in the place of a name


@dataclass(frozen=True)
class Vocabulary:
    """What the ontology knows of the values of a table."""

    # the folded names of skills and tools
    names: Mapping[str, object] = field(default_factory=dict)
    # whether a text names a role by slug, notation or IRI
    is_role: Callable[[str], bool] = lambda _: True
    # whether a text is a job title that names a role
    is_title: Callable[[str], bool] = lambda _: True

    def is_skill(self, name: str) -> bool:
        """Whether it is a name of a skill or tool; a remark in brackets may follow."""
        return any(fold_name(n) in self.names for n in (name, _bare(name), self.rated_skill(name)))

    def rated_skill(self, heading: str) -> str:
        """The name in the heading of a column of levels, as 'Python' of 'Nivel de Python (1-5)'.

        Without a remark in brackets, and without words for a level or skill if the rest is known.
        What is in the brackets is the name if it is known, as in 'Rate your skills [Python]'.
        """
        name = re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", heading.strip()[:LONGEST])
        if fold_name(name) in self.names:
            return name
        if inside := self._in_brackets(heading):
            return inside
        words = [word for word in re.split(r"[\s_:?¿–-]+", name) if word]
        if name.endswith("?") and any(_is_rating(w) or _is_having(w) for w in words):
            ends = (" ".join(words[i:]) for i in range(len(words)))
            return next((end for end in ends if fold_name(end) in self.names), name)
        while words and _is_rating(words[-1]):
            words.pop()
        if words and _is_having(words[0]):
            words = words[1:]
        while words and _is_rating(words[0]):
            words = words[2 if words[1:] and fold_value(words[1]) in meanings("of") else 1 :]
        grouped = _GROUPED.fullmatch(name)
        found = (" ".join(words), grouped[1] if grouped else "")
        return next((one for one in found if fold_name(one) in self.names), name)

    def _in_brackets(self, heading: str) -> str:
        """The name of a skill in the brackets that end a heading; '' if there is none."""
        match = re.search(r"[(\[]([^()\[\]]*)[)\]]\s*$", heading[:LONGEST])
        return match[1].strip() if match and fold_name(match[1]) in self.names else ""

    def has_skill_in_brackets(self, heading: str) -> bool:
        """Whether a heading is a question about the skill in its brackets."""
        name = self._in_brackets(heading)
        return bool(name) and self.rated_skill(heading) == name

    def is_about_skill(self, heading: str) -> bool:
        """Whether a heading has the name of a skill, or the word, as 'SQL date' has."""
        words = re.split(r"[\W_]+", heading)
        return any(heading_kind(w) in _RATING or self.is_skill(w) for w in words if w)


def fold_heading(text: str) -> str:
    """A heading as it is compared: without case, accents, white space and punctuation.

    '#' is the word 'number', as in 'Employee #'.
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("#", "number"))
    return re.sub(r"[\W_]", "", "".join(c for c in plain if not unicodedata.combining(c)))


@cache
def synonyms() -> dict[str, tuple[str, int]]:
    """Folded heading to column and rank."""
    rows = resource_rows("ontology", "staff/columns")
    return {fold_heading(r["heading"]): (r["column"], int(r["rank"])) for r in rows}


def synonym(name: str) -> tuple[str, int]:
    """The column that a heading is a synonym for, and its rank; ('', 0) if it is none.

    Of a heading such as 'work.title' the last part counts, unless the parts before it are about
    another thing: 'department.name' is the unit, 'manager.name' and 'department.id' are nothing.
    """
    found = synonyms().get(fold_heading(name))
    if not found and (rated := _rated(name)) and synonym(rated)[0] in ("skill", "skills"):
        return "level", 1
    found = found or synonyms().get(fold_heading(_bare(name)))
    parts = re.split(r"\.| > ", name)
    if found or not all(parts) or len(parts) < 2:
        return found or ("", 0)
    above, (last, rank) = ("", 0), synonym(parts[-1])
    for part in parts[:-1]:
        above = synonym(part) if synonym(part)[0] else above
    if above[0] == "other" or fold_heading(parts[-1]) in ("label", "type"):
        return "other", 1
    if above[0] and fold_heading(parts[-1]) in ("name", "value"):
        return above
    is_of_title = above[0] == "title" and last in ("key", "left")  # a title has a number, too
    is_of_other = above[0] not in ("", "person", "title") or is_of_title
    return ("other", 1) if is_of_other and last else (last, rank)


def _is_rating(word: str) -> bool:
    """Whether a word next to the name of a skill is one for a level, skill, or time."""
    kinds = ("actual", "years")
    return heading_kind(word) in _RATING or any(fold_value(word) in meanings(k) for k in kinds)


def _is_having(word: str) -> bool:
    """Whether a word before the name of a skill says that it is had, as 'know' does."""
    return fold_value(word) in meanings("has")


def says(heading: str, kind: str) -> bool:
    """Whether a heading has a word of a kind of `values.csv`, such as years or required."""
    words = re.split(r"[\W\d_]+", fold_value(heading[:LONGEST]))
    return any(len(word) > 2 and word in meanings(kind) for word in words)


def note_of_place(name: str, place: str) -> list[str]:
    """What a reading says of the name of a file, sheet or list, such as 'Leavers' or 'applicants'.

    Nothing if it does not say that its people are not there.
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)
    note = f"The name of the {place} suggests people who are not staff; all of them count"
    return [note] * says(words, "not staff")


def is_required(heading: str) -> bool:
    """Whether levels below a heading are asked, and not had; in 'SQL (Soll: 3)' that is said."""
    return says(re.sub(r"[(\[][^)\]\d]*\d[^)\]\d]*[)\]]", "", heading), "required")


def is_expiry(heading: str) -> bool:
    """Whether a heading is an end in a table of skills alone, as 'Expires on'."""
    return synonym(heading)[1] > 2


def is_of_rows(heading: str) -> bool:
    """Whether dates below a heading are those of a row, such as of a skill, and of no person."""
    return says(heading, "validity")


def is_in_years(heading: str) -> bool:
    """Whether numbers below a heading are years or months of experience, and no levels."""
    return says(heading, "years")


def heading_kind(heading: str) -> str:
    """The column that a heading names by its own name or a synonym; '' if it names none."""
    folded = fold_heading(heading)
    return folded if folded in OWN else synonyms().get(folded, ("",))[0]


def resembled_kind(heading: str, taken: set[str | None]) -> str:
    """The column, which is not taken yet, whose synonyms a heading resembles; '' if there is none.

    Skills may be taken.
    """
    near = difflib.get_close_matches(
        fold_heading(_bare(heading)) or "?", [*OWN, *synonyms()], 3, SIMILAR
    )
    found = [n if n in OWN else synonyms()[n][0] for n in near] or _kinds_of_words(heading)
    return next((c for c in found if c not in ("other", "given", *taken - {"skills"})), "")


def _kinds_of_words(heading: str) -> list[str]:
    """The columns that single words of a heading name."""
    words = re.split(r"[\W_]+", heading)
    named = ("title", "skills", "status", "role", "position", "person")
    return [kind for word in words if (kind := heading_kind(word)) in named]


def level_in_heading(heading: str) -> str:
    """The level in words that a heading gives the names below it; '' if it has none.

    As in 'Beginner', 'Expert skills' and 'Skills (advanced)'.
    """
    if heading_kind(heading) or len(heading) > LONGEST:
        return ""
    parts = re.split(r"[\s()\[\]:/_–-]+", heading.strip())
    words = [part for part in parts if part and heading_kind(part) not in ("skill", "skills")]
    level = parse_level(" ".join(words))
    return " ".join(words) if level and level.share is not None else ""


def heading_stem(heading: str) -> str:
    """What the headings of a skill and of its level share: a number, else the name of the skill.

    As in 'Skill 2' and 'Level (2)', 'skill_2' and 'skill_2_rating', 'Main skill' and 'Main skill
    level'.
    """
    numbers = re.findall(r"\d+", re.sub(r"[(\[](?!\d+[)\]])[^)\]]*[)\]]", "", heading))
    return numbers[-1] if numbers else fold_heading(_rated(heading) or heading)


def _rated(heading: str) -> str:
    """What a heading that ends in a word for a level rates, as 'skill_2' of 'skill_2_rating'.

    The numbers of a scale may follow the word, as in 'Skill 1 (level 1-5)'.
    """
    if len(heading) > LONGEST:
        return ""
    rated, _, last = re.sub(r"[\W_]+", " ", heading.rstrip("0123456789()[]-– ")).rpartition(" ")
    return rated if heading_kind(last) == "level" else ""


def _bare(heading: str) -> str:
    """A heading without a remark in brackets, a number at its end, and the word for a skill."""
    if len(heading) > LONGEST:  # no name; the patterns would take long to find that out
        return heading
    text = re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", heading)
    text = re.sub(r"[\s_]*\d+$", "", text) if re.search(r"[^\W\d].*\d+$", text) else text
    return text.strip(" :*")
