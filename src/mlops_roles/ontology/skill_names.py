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
from functools import cache
from typing import TYPE_CHECKING

from ..errors import UnknownName
from ..io.resources import resource_dir
from .names import fold_name, resolve_skill_or_tool

if TYPE_CHECKING:
    from .graph import Graph

Meaning = list[tuple[str, str]]  # how a skill is known ('recorded' or 'tool'), and the skill
MAX_LENGTH = 200  # characters of a name that is read by its parts
MIN_COMPACT = 4  # characters of a name that is compared without spaces
MIN_ATTACHED = 3  # characters of a name with a version without a space ("Python3"), or a maker
MIN_SIMILARITY = 70  # of 100, how similar the spelling of a proposed name is
MAX_NEAREST = 3
VERSIONS = (range(1, 31), range(1990, 2100))  # "Docker 80" is a degree, not a version
_VERSION = re.compile(r"(.*?)( ?v?(\d+)(?: \d+| x)*\+?)")
_BRACKETS = re.compile(r"([^()]+) ?\(([^()]+)\)")
_OUTSIDE_BRACKETS = re.compile(r"\([^()]*\)|[^()]")


class SkillNames(Mapping[str, Meaning]):
    """The names of skills and tools by their folded form; a key may be a composite name.

    Args:
        listed: folded name to its meaning, as the ontology lists it.
        labels: folded name to the name as it is written, for proposals.
        decided: folded name to the meaning that a curator decided on; empty if it has none.

    Example:
        >>> from mlops_roles import load
        >>> from mlops_roles.ontology.tables import RoleTables
        >>> names = RoleTables.from_graph(load()).names
        >>> names["git/github"], names.get("git (planned)")
        ([('tool', 'version-control')], None)
    """

    def __init__(
        self,
        listed: Mapping[str, Meaning],
        labels: Mapping[str, str],
        decided: Mapping[str, Meaning] | None = None,
    ):
        self.listed, self.labels, self.decided = listed, labels, decided or {}
        self._decided = {_compact(name): meaning for name, meaning in self.decided.items()}
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

    def with_decisions(
        self, decisions: Mapping[str, Mapping[str, bool]], by_term: Mapping[str, Meaning]
    ) -> SkillNames:
        """These names with a curator's decisions.

        Args:
            decisions: as `read_decisions` gives them. Accepted terms are all that a name means; a
                refused term is taken from what the name means without decisions.
            by_term: the CURIE of each skill and tool to its meaning.
        """
        decided = {}
        for name, terms in decisions.items():
            accepted = [by_term.get(term, []) for term, is_accepted in terms.items() if is_accepted]
            refused = _union(by_term.get(term, []) for term in terms)
            rest = [pair for pair in self.get(name, []) if pair not in refused]
            decided[name] = _union(accepted) if accepted else rest
        return SkillNames(self.listed, self.labels, decided)

    def __iter__(self) -> Iterator[str]:
        return (name for name in {**self.listed, **self.decided} if self.exact(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def meaning(self, name: str, whole: bool = False) -> Meaning:
        """The meaning of a folded name; empty if it has none that is certain.

        Args:
            name: as `fold_name` gives it.
            whole: read no composite name by its parts, as in the column `lacks`: who lacks
                "SQL (window functions)" may well have SQL.
        """
        return (self.exact(name) or []) if whole else self.get(name, [])

    def exact(self, name: str) -> Meaning | None:
        """The meaning of a folded name as a whole, its spaces aside; None if it is not listed."""
        form = _compact(name)
        if form in self._decided:
            return self._decided[form]
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
        """The meaning of a known name with a detail in brackets: a known name, a version, or the
        first letters of the name. With another detail ("none", "planned") it is not certain. A
        skill as the detail of a tool says what the tool is used for, and is not recorded."""
        known = self._by_parts(head)
        parts = [part for piece in detail.split(",") for part in _split_list(piece.strip())]
        details = [self._by_parts(part) for part in parts]
        is_short_form = detail == "".join(word[0] for word in head.split())
        is_version = bool(_version(f"{head} {detail}")) and _only_tools(known)
        if not known or not (any(details) or is_short_form or is_version):
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
        for word, is_before, is_of_tools in _words():
            if is_before and name.startswith(f"{word} ") and len(name) > len(word) + MIN_ATTACHED:
                rest = name[len(word) + 1 :]
            elif not is_before and name.endswith(f" {word}"):
                rest = name[: -len(word) - 1]
            else:
                continue
            meaning = self._by_parts(rest)
            if found := _only_tools(meaning) if is_of_tools else meaning:
                return found
        return []

    def nearest(self, name: str) -> list[str]:
        """At most three listed names that a name contains, or whose spelling is similar."""
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
        near = [self.labels[part] for part in inside] + [self.labels[key] for *_, key in alike]
        return list(dict.fromkeys(near))[:MAX_NEAREST]


def read_decisions(graph: Graph) -> dict[str, dict[str, bool]]:
    """Folded name, then the CURIE of a skill or tool, to whether a curator says that it means it.

    A later file added to a graph wins over an earlier one; what one file both accepts and refuses
    counts for nothing (`matching.curation` reports it).
    """
    from ..io.sssom import read_name_rows

    decided: dict[str, dict[str, bool]] = defaultdict(dict)
    for path in (p for p in graph.added if p.suffix == ".tsv"):
        in_file: dict[tuple[str, str], set[bool]] = defaultdict(set)
        for row in read_name_rows(path):
            try:
                term = graph.curie(resolve_skill_or_tool(row.term, graph))
            except UnknownName:
                continue  # a decision on a title
            in_file[fold_name(row.name), term].add(row.accepted)
        for (name, term), said in in_file.items():
            if len(said) == 1:
                decided[name][term] = said == {True}
    return decided


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
def _words() -> list[tuple[str, bool, bool]]:
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
