"""Which role a job title names: certainly, ambiguously, or not at all.

The names of roles and the words beside them are data in `ontology/`. Here is only the order
in which they are tried: the titles that stand in one, the names in each, and whether what
stands beside a name leaves it as it is. Every answer says which words decided.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from ..ontology.graph import Graph, load
from ..ontology.names import slug
from .curation import TitleDecision, decisions_of
from .lexicon import Lexicon, Name, Units, fold_title, lexicon, sort_words

__all__ = ["Resolution", "fold_title", "resolve", "resolve_all", "slug"]

MAX_TITLE = 1000
MAX_NEAREST = 3
CHUNK = 10_000  # titles that are compared at once
MIN_SIMILARITY = 65  # of 100, how alike a nearest title is spelt
_NUMBER = re.compile(r"\b\d+\b")
_NO_TITLE = ("no title of a role is in it",)
# The lists whose words may stand beside a name, by how far it reaches.
_LINKS = ("relation", "link")
_GRADES = frozenset({"grade", "lead"})
_MODIFIERS = _GRADES | {"rank", "place"}
_TECHNICAL = _MODIFIERS | {"technology", "field", "relation", "link", "joiner", ","}
_TOPICAL = _TECHNICAL | {"business"}


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a title was resolved to.

    Attributes:
        title: as given.
        status: 'certain', 'ambiguous' (several roles) or 'none'.
        roles: slugs; a company's own role outside our namespace as CURIE or IRI.
        reasons: what decided, one sentence each.
        similar: the slug of the similar role that the title names, if it is one.
        nearest: under 'none', titles that stand in it or are spelt like it; never an answer.
    """

    title: str
    status: Literal["certain", "ambiguous", "none"]
    roles: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    similar: str | None = None
    nearest: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A JSON row: empty `similar` and `nearest` are left out."""
        row: dict[str, Any] = {
            "title": self.title,
            "status": self.status,
            "roles": list(self.roles),
            "reasons": list(self.reasons),
        }
        if self.similar:
            row["similar"] = self.similar
        if self.nearest:
            row["nearest"] = list(self.nearest)
        return row


class _Interpretation(NamedTuple):
    """What a title says: names that count, with the topics beside them; names that do not, with the reason; notes."""

    names: dict[Name, str]
    refused: dict[Name, str]
    notes: dict[str, None]
    roles: tuple[str, ...] = ()
    similar: str | None = None

    @classmethod
    def of(cls, readings: Iterable[_Interpretation]) -> _Interpretation:
        """Several readings as one, with the roles that their names give."""
        names: dict[Name, str] = {}
        refused: dict[Name, str] = {}
        notes: dict[str, None] = {}
        for reading in readings:
            names |= reading.names
            refused |= reading.refused
            notes |= reading.notes
        similar = (
            None
            if any(not name.similar for name in names)
            else next((name.similar for name in names), None)
        )
        return cls(names, refused, notes, tuple(sorted({name.role for name in names})), similar)


class _Match(NamedTuple):
    """A name in a part of a title: the names it may be, and what stands left, right, and in the segments before and after."""

    names: tuple[Name, ...]
    head: str
    left: Units
    right: Units
    before: list[Units]
    after: list[Units]

    def around(self) -> Units:
        """All that stands beside the name."""
        return [*itertools.chain(self.left, self.right, *self.before, *self.after)]


def resolve(title: str, graph: Graph | None = None, nearest: bool = True) -> Resolution:
    """Resolve one title. With `nearest`, titles that stand in it or are spelt like it are added under 'none'."""
    return resolve_all([title], graph, nearest)[0]


def resolve_all(
    titles: Iterable[str], graph: Graph | None = None, nearest: bool = True
) -> list[Resolution]:
    """Resolve many titles, each distinct one once."""
    graph = graph or load()
    words, by_title = lexicon(graph), decisions_of(graph).by_title
    given = list(titles)
    known = {title: _resolve_title(words, title) for title in dict.fromkeys(given)}
    for title in known if by_title else ():
        if ruling := by_title.get(fold_title(title)):
            known[title] = _apply_decisions(words, graph, known[title], ruling)
    lost = [title for title, answer in known.items() if answer.status == "none"]
    near = _nearest_titles(words, lost) if nearest else [[]] * len(lost)
    for title, alike in zip(lost, near, strict=True):
        held, reasons = known[title].nearest, known[title].reasons
        if alike or held:
            known[title] = Resolution(
                title,
                "none",
                (),
                reasons,
                None,
                tuple(dict.fromkeys((*held, *alike)))[:MAX_NEAREST] if nearest else (),
            )
    return [known[title] for title in given]


def _apply_decisions(
    words: Lexicon, graph: Graph, answer: Resolution, ruling: Mapping[str, TitleDecision]
) -> Resolution:
    """The answer after a curator's decisions: what was accepted, else what the rules found without what was refused."""
    decided_on = {slug(graph.curie(iri)): decision for iri, decision in ruling.items()}
    reasons = tuple(f"{name} {decision.reason}" for name, decision in decided_on.items())
    accepted = [name for name, decision in decided_on.items() if decision.accepted]
    if accepted:
        roles = tuple(sorted({words.similar_to.get(name, name) for name in accepted}))
        similar = accepted[0] if all(name in words.similar_to for name in accepted) else None
    else:
        roles = tuple(
            role for role in answer.roles if not {role, answer.similar} & decided_on.keys()
        )
        similar, reasons = (
            answer.similar if roles else None,
            (*reasons, *(answer.reasons if roles else ())),
        )
    return Resolution(answer.title, _status(roles), roles, reasons, similar)


def _status(roles: Sequence[str]) -> Literal["certain", "ambiguous", "none"]:
    return "none" if not roles else "certain" if len(roles) == 1 else "ambiguous"


def _nearest_titles(words: Lexicon, titles: Sequence[str]) -> list[list[str]]:
    """For each title, those of roles that are spelt like it, the likest first."""
    from rapidfuzz import fuzz, process

    texts, shown = (
        [sort_words(title[:100]) for title in titles],
        list(words.display_titles.values()),
    )
    if len(texts) <= 1:
        found = (
            process.extract(
                text,
                words.display_titles.keys(),
                scorer=fuzz.ratio,
                limit=MAX_NEAREST,
                score_cutoff=MIN_SIMILARITY,
            )
            for text in texts
        )
        return [[shown[at] for _, _, at in near] for near in found]
    chunks = (texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK))
    scored = (
        process.cdist(
            chunk,
            words.display_titles.keys(),
            scorer=fuzz.ratio,
            score_cutoff=MIN_SIMILARITY,
            workers=-1,
        )
        for chunk in chunks
    )
    return [
        [shown[column] for column in columns]
        for scores in scored
        for columns in _top_columns(scores)
    ]


def _top_columns(scores: Any) -> list[list[int]]:
    """For each row of scores, the columns of the highest that are above zero."""
    import numpy as np

    best: list[list[int]] = [[] for _ in range(len(scores))]
    rows = np.flatnonzero(scores.any(axis=1))
    order = np.argsort(-scores[rows], axis=1, kind="stable")[:, :MAX_NEAREST]
    hits = np.take_along_axis(scores[rows], order, axis=1) > 0
    for row, columns, alike in zip(rows.tolist(), order.tolist(), hits.tolist(), strict=True):
        best[row] = list(itertools.compress(columns, alike))
    return best


def _resolve_title(words: Lexicon, title: str) -> Resolution:
    """The answer to one title; under 'none', `nearest` has only the titles that stand in it. Any number is read as 0."""
    if len(title) > MAX_TITLE:
        return Resolution(title, "none", (), (f"longer than {MAX_TITLE} characters",))
    roles, reasons, similar, near = _resolve_units(words, _NUMBER.sub("0", title.strip()))
    return Resolution(title, _status(roles), roles, reasons, similar, near)


@lru_cache(maxsize=1 << 14)
def _resolve_units(
    words: Lexicon, title: str
) -> tuple[tuple[str, ...], tuple[str, ...], str | None, tuple[str, ...]]:
    """The roles, reasons, similar role and nearest titles of a title."""
    units = words.units(title)
    if words.anchor_units.isdisjoint(units):
        return (), _NO_TITLE, None, ()
    found = [
        _strip_modifiers(words, item)
        for item in (_split(units, (";",)) if ";" in units else (units,))
    ]
    readings = [
        _interpret(words, core, has_seniority_word) for core, _, has_seniority_word in found
    ]
    names, refused, notes, roles, similar = (
        readings[0] if len(readings) == 1 else _Interpretation.of(readings)
    )
    if not roles:
        held = (
            words.preferred_title[name.role] if name.kind == "field" else fold_title(name.title)
            for name in refused
        )
        return (
            (),
            (*notes, *refused.values()) or _NO_TITLE,
            None,
            tuple(dict.fromkeys(held))[:MAX_NEAREST],
        )
    decor = ", ".join([unit for _, taken, _ in found for unit in taken])
    off = f" without {decor!r}" if decor else ""
    reasons = [
        f"{name.says}{'' if name.title == title else f' (as {name.title!r})'}{off}{topics}"
        for name, topics in names.items()
    ]
    return roles, (*reasons, *notes), similar, ()


def _strip_modifiers(words: Lexicon, item: Units) -> tuple[tuple[str, ...], Units, bool]:
    """An item without its words of decoration, these words, and whether one is of leading or learning.

    Grades go wherever they stand, ranks and places from the start of a segment: 'Data Remote Engineer' stays as it is.
    """
    core, decor, has_seniority_word = [","], list[str](), False
    for unit in item:
        kind = words.kinds[unit]
        if kind in _MODIFIERS and unit not in words.name_units:
            decor.append(unit)
            has_seniority_word = has_seniority_word or kind == "lead"
            if kind in _GRADES or core[-1] == ",":
                continue
        if unit != "," or core[-1] != ",":
            core.append(unit)
    return tuple(core[1:-1] if core[-1] == "," else core[1:]), decor, has_seniority_word


@lru_cache(maxsize=1 << 16)
def _interpret(words: Lexicon, item: tuple[str, ...], has_seniority_word: bool) -> _Interpretation:
    """What an item says, which may join several titles; `has_seniority_word` by a word of leading or learning."""
    if guards := [unit for unit in item if words.kinds[unit] == "guard"]:
        return _Interpretation(
            {},
            {},
            dict.fromkeys(f"{unit!r} turns the title into something else" for unit in guards),
        )
    parts = [(part, _find_names(words, part)) for part in _parts(words, list(item))]
    rest = [unit for part, hits in parts if not hits for unit in part]
    names: dict[Name, str] = {}
    refused: dict[Name, str] = {}
    notes: dict[str, None] = {}
    for hit in (hit for _, hits in parts for hit in hits):
        for name in hit.names:
            if why := _rejection_reason(words, name, hit, rest, has_seniority_word):
                refused.setdefault(name, why)
                continue
            topics = [unit for unit in hit.around() if words.kinds[unit] not in _MODIFIERS]
            names.setdefault(name, f" beside {', '.join(topics)!r}" if topics else "")
            if "/" in hit.head:
                notes |= dict.fromkeys(_conflicting_halves(words, name, hit.head))
            if name.specificity == "broad":
                names |= _alternative_roles(words, name, hit)
    return _Interpretation.of([_Interpretation(names, refused, notes)])


def _split(units: Iterable[str], ends: Container[str]) -> list[Units]:
    """The runs of units between those that end one; empty units are left out."""
    runs: list[Units] = [[]]
    for unit in units:
        if unit in ends:
            runs.append([])
        elif unit:
            runs[-1].append(unit)
    return [run for run in runs if run]


def _parts(words: Lexicon, item: Units) -> list[Units]:
    """The titles joined in one: 'Software/Data Engineer' is also a 'Software Engineer', 'Data Engineer/Scientist' also a 'Data Scientist'."""
    if words.joiners.isdisjoint(item):
        return [item]
    parts = _split(item, words.joiners) or [[]]
    before, after = _up_to_head(words, parts[0])[:-1], _up_to_head(words, parts[-1])[1:]
    whole = [part if _up_to_head(words, part) else [*part, *after] for part in parts]
    return [whole[0], *([*before, *part] if part[0] in words.heads else part for part in whole[1:])]


def _up_to_head(words: Lexicon, part: Units) -> Units:
    return next((part[: at + 1] for at, unit in enumerate(part) if unit in words.heads), [])


def _find_names(words: Lexicon, part: Units) -> list[_Match]:
    """The names in a part; where there is none, those that words of technology may stand in, then those of fields."""
    every = _longest_matches(words, part)
    spans = [span for span in every if span[2][0].kind != "field"]
    if not spans:
        thin = [
            unit for unit in part if words.kinds[unit] != "technology" or unit in words.name_units
        ]
        spans = [
            span for span in _longest_matches(words, thin) if span[2][0].specificity == "spread"
        ]
        part, spans = (thin, spans) if spans else (part, every)
    taken = {at for start, end, _ in spans for at in range(start, end)}
    free = ["" if at in taken else unit for at, unit in enumerate(part)]
    return [_match(part, free, *span) for span in spans]


def _longest_matches(words: Lexicon, part: Units) -> list[tuple[int, int, tuple[Name, ...]]]:
    """Where the longest names stand, from left to right."""
    spans, start = [], 0
    while start < len(part):
        found = None
        for end, names in _names_from(words, part, start):
            if not (names[0].inverted and _is_false_inversion(words, part, start, end)):
                found = (start, end, names)
        if found:
            spans.append(found)
        start = found[1] if found else start + 1
    return spans


def _names_from(words: Lexicon, part: Units, start: int) -> Iterator[tuple[int, tuple[Name, ...]]]:
    """The names that begin at a unit, with where they end, the shortest first."""
    branch = words.tree
    for end in range(start, len(part)):
        if part[end] not in branch:
            return
        branch = branch[part[end]]
        if "" in branch:
            yield end + 1, branch[""]


def _match(part: Units, free: Units, start: int, end: int, names: tuple[Name, ...]) -> _Match:
    """A name with what stands beside it, which belongs to no other name."""
    left = start - part[:start][::-1].index(",") if "," in part[:start] else 0
    right = part.index(",", end) if "," in part[end:] else len(part)
    return _Match(
        names,
        part[end - 1],
        _without_blanks(free[left:start]),
        _without_blanks(free[end:right]),
        _split(free[:left], (",",)),
        _split(free[right:], (",",)),
    )


def _without_blanks(units: Units) -> Units:
    return [unit for unit in units if unit]


def _is_false_inversion(words: Lexicon, part: Units, start: int, end: int) -> bool:
    """Whether a turned name is none, for what stands beside it: 'Sales Engineer, Data', 'Engineer, Data Entry'."""
    left = itertools.takewhile(lambda unit: unit != ",", reversed(part[:start]))
    right = itertools.takewhile(lambda unit: unit != ",", part[end:])
    if any(words.kinds[unit] not in _MODIFIERS for unit in left):
        return True
    linked = any(words.kinds[unit] == "link" for unit in part[start:end])
    allowed = _MODIFIERS if "," in part[start:end] else _TECHNICAL
    return not linked and any(words.kinds[unit] not in allowed for unit in right)


def _rejection_reason(
    words: Lexicon, name: Name, hit: _Match, rest: Units, has_seniority_word: bool
) -> str | None:
    """Why a name does not count, for what stands beside it; None if it does."""
    if name.kind == "field":
        strange = next(
            (unit for unit in (*hit.around(), *rest) if words.kinds[unit] not in _TOPICAL), None
        )
        return (
            f"{name.title!r} is a field, and {strange!r} names no role in it"
            if strange
            else None
            if has_seniority_word
            else f"{name.title!r} is a field, not a title"
        )
    if name.specificity == "general":
        strange = next(
            (unit for unit in (*hit.around(), *rest) if words.kinds[unit] not in _TECHNICAL), None
        )
        return f"{strange!r} may make another trade of {name.title!r}" if strange else None
    if strange := _disqualifying_word(words, hit):
        return f"{strange!r} makes something else of {name.title!r}"
    return None


def _disqualifying_word(words: Lexicon, hit: _Match) -> str | None:
    """The word beside a specific name that makes it somebody else's or another occupation."""
    right = itertools.takewhile(lambda unit: words.kinds[unit] not in _LINKS, hit.right)
    behind = (
        unit
        for unit in right
        if words.kinds[unit] == "matter"
        or (unit in words.heads and words.kinds[unit] not in _MODIFIERS)
        or _is_person(words, unit)
    )
    others = (
        *((segment, _is_person) for segment in hit.before),
        *((segment, _is_occupation) for segment in hit.after),
    )
    return next(
        itertools.chain(
            (unit for unit in hit.left if words.kinds[unit] in ("occupation", *_LINKS)),
            behind,
            (
                last
                for segment, is_person in others
                if (last := _last_word(words, segment)) and is_person(words, last)
            ),
        ),
        None,
    )


def _is_occupation(words: Lexicon, unit: str) -> bool:
    return words.kinds[unit] == "occupation"


def _is_person(words: Lexicon, unit: str) -> bool:
    """Whether a word is listed as an occupation, or unknown and sounds like one."""
    return _is_occupation(words, unit) or (not words.kinds[unit] and unit.endswith(words.agents))


def _last_word(words: Lexicon, segment: Units) -> str:
    return next((unit for unit in reversed(segment) if words.kinds[unit] not in _MODIFIERS), "")


def _conflicting_halves(words: Lexicon, name: Name, whole: str) -> list[str]:
    """What the halves of a joined title would name, where that differs from the whole."""
    halves = {
        n.role
        for part in _parts(words, whole.split())
        for hit in _find_names(words, part)
        for n in hit.names
    }
    others = ", ".join(sorted(halves - {name.role}))
    return [f"clash: its halves look like {others}, the whole wins"] if others else []


def _alternative_roles(words: Lexicon, name: Name, hit: _Match) -> dict[Name, str]:
    """The names of other roles that a broad name may be short for: 'Machine Learning Software Engineer'."""
    found: dict[Name, str] = {}
    for beside in filter(None, (hit.left[-1:], hit.right, *hit.before, *hit.after)):
        for other in words.names.get((*beside, hit.head), ()):
            if not other.inverted and other.role != name.role:
                found[other] = f" by {' '.join(beside)!r} beside {name.title!r}"
    return found
