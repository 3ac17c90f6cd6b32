"""The names of skills and tools in a staff file, and how a composite name is read by its parts.

A name is looked up as it is listed in the ontology. A name that is not listed is read by rule if
that is certain: without its version, maker or edition ("Python 3", "dbt Core"), as a list of which
each part is known ("Git/GitHub"), or as a known name with a known detail in brackets ("AWS (EC2)").
The words of the rules are data in `ontology/staff/skill_name_words.csv`.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from ..io.resources import resource_dir
from .mappings import PRECEDENCE, Mapped
from .names import fold_name

Meaning = list[tuple[str, str]]  # how a skill is known ('recorded' or 'tool'), and the skill
MAX_LENGTH = 200  # characters of a name that is read by its parts
MIN_COMPACT = 4  # characters of a name that is compared without spaces
MIN_ATTACHED = 3  # characters of a name with a version without a space ("Python3"), or a maker
MIN_CONTAINED = 5  # letters of a name that others with it are near to
MIN_SIMILARITY = 70  # of 100, how similar the spelling of a proposed name is
MAX_NEAREST = 3
VERSIONS = (range(1, 31), range(1990, 2100))  # "Docker 80" is a degree, not a version
_VERSION = re.compile(r"(.*?)( ?v?(\d+)(?: \d+| x)*\+?)")
_BRACKETS = re.compile(r"([^()]+) ?\(([^()]+)\)")
_OUTSIDE_BRACKETS = re.compile(r"\([^()]*\)|[^()]")


@dataclass(frozen=True)
class MappedNames:
    """What names mean by accepted mappings, by the name without spaces."""

    # what who has it has: skills that it is the same as or narrower than
    had: dict[str, Meaning] = field(default_factory=dict)
    same: dict[str, Meaning] = field(default_factory=dict)  # only those that it is the same as
    candidates: dict[str, Meaning] = field(default_factory=dict)  # those that it is close to
    # our term, by IRI, to the mapping
    by_term: dict[str, dict[str, Mapped]] = field(default_factory=dict)


class SkillNames(Mapping[str, Meaning]):
    """The names of skills and tools by their folded form; a key may be a composite name.

    Args:
        listed: folded name to its meaning, as the ontology lists it.
        labels: folded name to the name as it is written, for proposals.
        decided: what names mean by accepted mappings.
    """

    def __init__(
        self,
        listed: Mapping[str, Meaning],
        labels: Mapping[str, str],
        decided: MappedNames | None = None,
    ):
        self.listed, self.labels, self.decided = listed, labels, decided or MappedNames()
        self._read: dict[str, Meaning] = {}
        by_form: dict[str, list[Meaning]] = defaultdict(list)
        for name, meaning in listed.items():
            if meaning not in by_form[_compact(name)]:
                by_form[_compact(name)].append(meaning)
        self._compact = {form: found[0] for form, found in by_form.items() if len(found) == 1}

    def __getitem__(self, name: str) -> Meaning:
        """The meaning of a folded name. Raises KeyError if it has none that is certain."""
        meaning = self.exact(name)
        if meaning is None:
            if name not in self._read:
                self._read[name] = self._by_parts(name) if len(name) <= MAX_LENGTH else []
            meaning = self._read[name]
        if not meaning:
            raise KeyError(name)
        return meaning

    def with_mappings(
        self, mappings: Mapping[str, Mapping[str, Mapped]], by_term: Mapping[str, Meaning]
    ) -> SkillNames:
        """These names, and what accepted mappings say of names, by our term's IRI.

        The terms that a name is the same as, or narrower than, are all that it means; else a
        refused term is taken from what the name means without mappings.
        """
        found = MappedNames()
        for name, by_target in mappings.items():
            form = _compact(name)
            of = {
                relation: _union(
                    by_term.get(term, []) for term, m in by_target.items() if m.relation == relation
                )
                for relation in PRECEDENCE
            }
            refused, own = of["refused"], self.get(name, [])
            if of["exact"] or of["narrower"]:  # a mapped term may be a skill of the company, too
                source = _union(by_term.get(m.source, []) for m in by_target.values())
                found.same[form] = _union([source, of["exact"]])
                found.had[form] = _union([source, of["exact"], of["narrower"]])
            elif refused:
                found.had[form] = found.same[form] = [p for p in own if p not in refused]
            found.candidates[form] = [] if form in found.had else of["close"]
            found.by_term[form] = dict(by_target)
        return SkillNames(self.listed, self.labels, found)

    def __iter__(self) -> Iterator[str]:
        return (name for name in {**self.listed, **self.decided.had} if self.exact(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def meaning(self, name: str, whole: bool = False) -> Meaning:
        """The meaning of a folded name; empty if it has none that is certain.

        With `whole`, no composite name is read by its parts, and no name that is mapped to a
        broader skill, as in the column `lacks`: who lacks "SQL (window functions)" may well have
        SQL.
        """
        return (self.exact(name, narrower=False) or []) if whole else self.get(name, [])

    def candidates(self, name: str) -> list[str]:
        """The skills that a folded name, or a part of it, may mean by a close match."""
        return list(dict.fromkeys(s for form in self._forms(name) for s in self._close(form)))

    def _close(self, form: str) -> list[str]:
        return [skill for _, skill in self.decided.candidates.get(form, ())]

    def mapped(self, name: str) -> list[Mapped]:
        """The mappings that the meaning of a folded name, or of its parts, rests on."""
        found = (self.decided.by_term.get(form, {}) for form in self._forms(name))
        return [mapped for by_target in found for mapped in by_target.values()]

    def _forms(self, name: str) -> list[str]:
        """A folded name and its parts, as they are looked up."""
        whole = _compact(name)
        if whole in self.decided.by_term or not self.decided.by_term:
            return [whole]
        pieces = [piece for piece in re.split(r"[(),]", name[:MAX_LENGTH]) if piece.strip()]
        return [_compact(part) for piece in pieces for part in _split_list(piece.strip())]

    def exact(self, name: str, narrower: bool = True) -> Meaning | None:
        """The meaning of a folded name as a whole, its spaces aside; None if it is not listed.

        With `narrower`, a name of something narrower means the broader skill.
        """
        form = _compact(name)
        mapped = self.decided.had if narrower else self.decided.same
        if form in mapped:
            return mapped[form]
        if name in self.listed:
            return self.listed[name]
        return self._compact.get(form) if len(form) >= MIN_COMPACT else None

    def _by_parts(self, name: str) -> Meaning:
        """The meaning of a composite name; empty if one of its parts is not known."""
        meaning = self.exact(name)
        if meaning is not None:
            return meaning
        if brackets := _BRACKETS.fullmatch(name):
            return self._with_detail(brackets[1].strip(), brackets[2].strip())
        parts = _split_list(name)
        if len(parts) > 1:
            found = self._meanings_of_list(parts)
            return _union(found) if all(found) else self._without_word(name)
        return self._without_version(name) or self._without_word(name)

    def _meanings_of_list(self, parts: list[str]) -> list[Meaning]:
        """The meaning of each part of a list; a second version, as in "Python 2/3", has the
        meaning of the part before it. Parts of one letter alone ("R&D") have none."""
        if max(map(len, parts)) == 1 and set(parts) - {"c", "r"}:
            return [[]]
        found: list[Meaning] = []
        for i, part in enumerate(parts):
            is_version = i > 0 and part.isdigit() and bool(_version(parts[i - 1]))
            found.append(found[-1] if is_version else self._by_parts(part))
        return found

    def _with_detail(self, head: str, detail: str) -> Meaning:
        """The meaning of a known name with a detail in brackets: a known name, a version, the
        first letters of the name, or what makes a listed name with it ("Airflow (Apache)"). With
        another detail ("none", "planned") it is not certain. A skill as the detail of a tool says
        what the tool is used for, and is not recorded."""
        known = self._by_parts(head)
        parts = [part for piece in detail.split(",") for part in _split_list(piece.strip())]
        details = [self._by_parts(part) for part in parts]
        is_short_form = detail == "".join(word[0] for word in head.split())
        is_version = bool(_version(f"{head} {detail}")) and _only_tools(known)
        is_part = not self.listed.keys().isdisjoint((f"{detail} {head}", f"{head} {detail}"))
        if not known or not (any(details) or is_short_form or is_version or is_part):
            return []
        if _only_tools(known):
            details = [_only_tools(meaning) for meaning in details]
        return _union([known, *details])

    def _without_version(self, name: str) -> Meaning:
        """The meaning of a tool's name without its version."""
        tool = _version(name)
        return _only_tools(self._by_parts(tool)) if tool else []

    def _without_word(self, name: str) -> Meaning:
        """The meaning of a name without its maker, its edition, or a word such as "skills"."""
        for word, is_before, is_of_tools in _optional_words():
            if is_before and name.startswith(f"{word} ") and len(name) > len(word) + MIN_ATTACHED:
                rest = name[len(word) + 1 :]
            elif not is_before and name.endswith(f" {word}"):
                rest = name[: -len(word) - 1].rstrip(",")
            else:
                continue
            meaning = self._by_parts(rest)
            if found := _only_tools(meaning) if is_of_tools else meaning:
                return found
        return []

    def nearest(self, name: str) -> list[str]:
        """At most three listed names that a name contains, that are spelled alike or contain it."""
        from rapidfuzz import fuzz, process

        folded = fold_name(name)[:MAX_LENGTH]
        words = re.findall(r"[^\s()/&,;:|]+", folded)
        inside = [
            part
            for size in range(min(len(words), 5), 0, -1)
            for i in range(len(words) - size + 1)
            if len(part := " ".join(words[i : i + size])) > 1 and part in self.listed
        ]
        alike = process.extract(
            folded, self.labels, scorer=fuzz.ratio, score_cutoff=MIN_SIMILARITY, limit=MAX_NEAREST
        )
        around = (key for key in self.labels if len(folded) >= MIN_CONTAINED and folded in key)
        keys = (*inside, *(key for *_, key in alike), *sorted(around, key=len))
        near = [self.labels[key] for key in keys]
        return list(dict.fromkeys(near))[:MAX_NEAREST]


def _compact(name: str) -> str:
    """A folded name without spaces and slashes: "ci / cd" and "ci cd" are "cicd"."""
    return name.replace(" ", "").replace("/", "")


def _union(meanings: Iterable[Meaning]) -> Meaning:
    return list(dict.fromkeys(pair for meaning in meanings for pair in meaning))


def _only_tools(meaning: Meaning) -> Meaning:
    """The meaning, if it is that of tools alone; else none."""
    return meaning if all(kind == "tool" for kind, _ in meaning) else []


def _version(name: str) -> str:
    """The part of a folded name before its version; '' if it has none."""
    found = _VERSION.fullmatch(name)
    if not found or not any(int(found[3][:5]) in versions for versions in VERSIONS):
        return ""
    is_attached = not found[2].startswith(" ")
    return "" if is_attached and len(found[1]) < MIN_ATTACHED else found[1].strip()


def _split_list(name: str) -> list[str]:
    """The parts of a list, such as a/b, a & b, a and b; its brackets stay whole."""
    tokens = _OUTSIDE_BRACKETS.findall(name)
    masked = "".join(token if len(token) == 1 else "\0" * len(token) for token in tokens)
    if len(masked) != len(name):  # a bracket without its partner
        return [name]
    parts, start = [], 0
    for joint in _joints().finditer(masked):
        parts.append(name[start : joint.start()].strip())
        start = joint.end()
    return [*parts, name[start:].strip()]


@cache
def _rows() -> list[dict[str, str]]:
    path = resource_dir("ontology") / "staff" / "skill_name_words.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _optional_words() -> list[tuple[str, bool, bool]]:
    """Each word that may be left out, folded; whether it precedes the name, and of tools alone."""
    return [
        (fold_name(row["word"]), row["place"] == "before", row["of"] == "tool")
        for row in _rows()
        if row["place"] != "between"
    ]


@cache
def _joints() -> re.Pattern[str]:
    """What joins the parts of a list: signs, and words between spaces."""
    words = [row["word"] for row in _rows() if row["place"] == "between"]
    signs = "".join(re.escape(word) for word in words if not word.isalpha())
    named = "|".join(re.escape(word) for word in words if word.isalpha())
    return re.compile(rf"[{signs}]| \+ | (?:{named}) ")
