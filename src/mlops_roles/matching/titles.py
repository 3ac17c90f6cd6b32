"""Which role a job title names: certainly, ambiguously, or not at all.

The names of roles, the other words of titles and how these apply are data in `ontology/`. This
module has only the algorithm: split a text into titles, find the names of roles in each, and decide
by the words around a name whether it counts. Every answer has the words that decided as reasons.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from ..errors import check_text
from ..io.result import Result, Results
from ..ontology.graph import Graph, as_graph
from ..ontology.mappings import Mapped
from .curation import decisions_of
from .lexicon import (
    SPREAD,
    Lexicon,
    Name,
    Units,
    fold_spelling,
    fold_title,
    lexicon,
    sort_words,
)

MAX_TITLE = 1000  # characters
MAX_NEAREST = 3
CHUNK = 10_000  # titles that are compared at once
MIN_SIMILARITY_APART = 60  # of the words that two titles do not share
MIN_SIMILARITY = 65  # of 100, how alike a nearest title is written
_NUMBER = re.compile(r"\b\d+\b")
_LABEL_AND_IRI = re.compile(r"([^<>;]*)<([^<>;\s]+)>")
_NO_TITLE = ("no title of a role is in it",)
_TECHNOLOGY = ("technology", "informatics")  # lists of words of information technology
_OCCUPATIONS = ("occupation", "peer")  # lists of words for people
_LINKS = ("relation", "link")  # lists whose words end what belongs to a name


TITLE_COLUMNS = ("title", "status", "roles", "reasons", "nearest")


@dataclass(frozen=True, slots=True)
class Resolution(Result):
    """The role that a title names, and why.

    Attributes:
        title: as given.
        status: 'certain', 'ambiguous' (several roles) or 'none'.
        roles: slugs; a company's own role outside our namespace as CURIE or IRI.
        reasons: what decided, one sentence each.
        similar: the slug of the similar role that the title names, if it is one.
        nearest: with status 'none', at most three known titles that it contains or that have a
            similar spelling; suggestions, never an answer.
        candidates: the slugs of roles that a mapping says the title is close to; they never count.
        mapped: the accepted mappings that the answer rests on.

    Example:
        >>> from mlops_roles import resolve
        >>> resolve("Product Owner").to_dict()["similar"]
        'product-owner'
        >>> resolve("Dta Engineer").nearest[0]
        'data engineer'
    """

    title: str
    status: Literal["certain", "ambiguous", "none"]
    roles: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    similar: str | None = None
    nearest: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    mapped: tuple[Mapped, ...] = ()

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return TITLE_COLUMNS

    @property
    def is_mapped(self) -> bool:
        """Whether an accepted mapping is among its reasons."""
        return bool(self.mapped) or any(r.startswith("mapped title") for r in self.reasons)

    def to_dict(self) -> dict[str, Any]:
        """A JSON row: empty `similar`, `nearest` and `candidates` are left out."""
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
        if self.candidates:
            row["candidates"] = list(self.candidates)
        return row


class _Interpretation(NamedTuple):
    """The names found in a title, or in a part of one."""

    names: dict[Name, str]  # the names that count, each with a remark on the words around it
    rejected: dict[Name, str]  # the names that do not count, each with the reason
    notes: dict[str, None]  # other reasons
    roles: tuple[str, ...] = ()  # the roles of the names that count
    # the similar role, if every name that counts is one of a similar role
    similar: str | None = None

    @classmethod
    def merge(cls, parts: Iterable[_Interpretation]) -> _Interpretation:
        """Several interpretations as one, with the roles that their names give."""
        names: dict[Name, str] = {}
        rejected: dict[Name, str] = {}
        notes: dict[str, None] = {}
        for part in parts:
            names |= part.names
            rejected |= part.rejected
            notes |= part.notes
        all_similar = all(name.similar for name in names)
        similar = next((name.similar for name in names), None) if all_similar else None
        return cls(names, rejected, notes, tuple(sorted({n.role for n in names})), similar)


class _Part(NamedTuple):
    """A part of a title, and the names in it."""

    units: Units  # its units
    free: Units  # the same, with '' for each unit that belongs to a name
    matches: list[_Match]  # the names


class _Match(NamedTuple):
    """A name found in a part of a title, and the units around it."""

    names: tuple[Name, ...]  # the names that it may be
    head: str  # its last unit
    left: Units  # left, right: the units to its left and right in its segment
    right: Units
    before: list[Units]  # before, after: the segments before and after
    after: list[Units]

    def around(self) -> Units:
        """All units around the name."""
        return [*itertools.chain(self.left, self.right, *self.before, *self.after)]


def resolve(title: str, graph: Graph | None = None, nearest: bool = True) -> Resolution:
    """Find the role that a job title names.

    Args:
        title: as people write it, at most 1,000 characters; a longer one resolves to 'none'.
        graph: the ontology with a company's additions (`load`); by default the shipped one.
        nearest: whether to suggest known titles if the status is 'none'.

    Returns:
        The role or roles, or none, with the reasons.

    Raises:
        InputError: a file of decisions in `graph` cannot be read.

    Example:
        >>> from mlops_roles import resolve
        >>> found = resolve("Senior Data Engineer")
        >>> found.status, found.roles
        ('certain', ('data-engineer',))
        >>> resolve("MLOps Engineer").roles
        ('devops-engineer', 'ml-engineer')
    """
    return resolve_all([title], graph, nearest)[0]


def resolve_all(
    titles: Iterable[str], graph: Graph | None = None, nearest: bool = True
) -> Results[Resolution]:
    """Resolve many titles as `resolve` does, each distinct one once."""
    graph = as_graph(graph)
    words, decisions = lexicon(graph), decisions_of(graph).by_title
    given = list(titles)
    for title in given:
        check_text("resolve", "a job title", title=title)
    found = {title: _resolve_title(words, title) for title in dict.fromkeys(given)}
    for title in found if decisions else ():
        found[title] = _with_decisions(words, decisions, found[title])
    unresolved = [title for title, answer in found.items() if answer.status == "none"]
    alike = _nearest_titles(words, unresolved) if nearest else [[]] * len(unresolved)
    for title, others in zip(unresolved, alike, strict=True):
        inside = found[title].nearest
        if others or inside:
            near = tuple(dict.fromkeys((*inside, *others)))[:MAX_NEAREST] if nearest else ()
            found[title] = replace(found[title], nearest=near)
    return Results((found[title] for title in given), TITLE_COLUMNS)


_ByTitle = Mapping[str, Mapping[str, Mapped]]


def _with_decisions(words: Lexicon, decisions: _ByTitle, answer: Resolution) -> Resolution:
    """The answer after the decisions on its title, or on the parts between its semicolons."""
    if by_role := decisions.get(fold_title(answer.title)):
        return _apply_decisions(words, answer, by_role)
    if named := _LABEL_AND_IRI.fullmatch(answer.title):  # a term of others in RDF
        label = _with_decisions(words, decisions, _resolve_title(words, named[1].strip()))
        label = replace(label, title=answer.title)
        by_role = decisions.get(fold_title(named[2]))
        return _apply_decisions(words, label, by_role) if by_role else label
    parts = [part.strip() for part in answer.title.split(";") if part.strip()]
    if len(parts) < 2:
        return answer
    found = [_with_decisions(words, decisions, _resolve_title(words, part)) for part in parts]
    if not any(part.mapped for part in found):
        return answer
    roles = tuple(sorted({role for part in found for role in part.roles}))
    similar = {part.similar for part in found if part.roles}
    return Resolution(
        answer.title,
        _status(roles),
        roles,
        tuple(dict.fromkeys(reason for part in found for reason in part.reasons)),
        similar.pop() if len(similar) == 1 else None,
        candidates=tuple(sorted({role for part in found for role in part.candidates} - {*roles})),
        mapped=tuple(mapped for part in found for mapped in part.mapped),
    )


def _apply_decisions(
    words: Lexicon, answer: Resolution, by_role: Mapping[str, Mapped]
) -> Resolution:
    """The answer after decisions on its title.

    What it is mapped to as the same or something narrower counts alone; else what the rules found,
    without what was refused. A close match is a candidate.
    """
    mapped = tuple(by_role.values())
    reasons = tuple(m.reason(name) for name, m in by_role.items())
    accepted = [name for name, m in by_role.items() if m.counts]
    close = {words.similar_to.get(n, n) for n, m in by_role.items() if m.relation == "close"}
    if accepted:
        roles = tuple(sorted({words.similar_to.get(name, name) for name in accepted}))
        similar = accepted[0] if all(name in words.similar_to for name in accepted) else None
        return Resolution(answer.title, _status(roles), roles, reasons, similar, mapped=mapped)
    refused = {name for name, m in by_role.items() if m.relation == "refused"}
    roles = tuple(role for role in answer.roles if not {role, answer.similar} & refused)
    return replace(
        answer,
        status=_status(roles),
        roles=roles,
        similar=answer.similar if roles else None,
        reasons=(*reasons, *(answer.reasons if roles else ())),
        nearest=(),
        candidates=tuple(sorted(close - {*roles})),
        mapped=mapped,
    )


def _status(roles: Sequence[str]) -> Literal["certain", "ambiguous", "none"]:
    return "none" if not roles else "certain" if len(roles) == 1 else "ambiguous"


def _nearest_titles(words: Lexicon, titles: Sequence[str]) -> list[list[str]]:
    """For each title, the role titles with the most similar spelling, the most similar first."""
    from rapidfuzz import fuzz, process

    texts = [sort_words(title[:100]) for title in titles]
    known, display = words.display_titles.keys(), list(words.display_titles.values())
    options: dict[str, Any] = {"scorer": fuzz.ratio, "score_cutoff": MIN_SIMILARITY}
    if len(texts) <= 1:
        found = (process.extract(text, known, limit=MAX_NEAREST, **options) for text in texts)
        near = [[at for _, _, at in row] for row in found]
    else:
        near = [
            columns
            for start in range(0, len(texts), CHUNK)
            for columns in _top_columns(
                process.cdist(texts[start : start + CHUNK], known, workers=-1, **options)
            )
        ]
    names = list(known)
    return [
        [display[at] for at in columns if _is_alike(text, names[at])]
        for text, columns in zip(texts, near, strict=True)
    ]


def _is_alike(title: str, name: str) -> bool:
    """Whether two titles are similar also without the words that they share.

    'platform engineer' and 'etl engineer' share a word that many titles have, and nothing else.
    """
    from rapidfuzz import fuzz

    ours, theirs = (set(text.split()) for text in (title, name))
    apart = (" ".join(sorted(words)) for words in (ours - theirs, theirs - ours))
    rest, other = apart
    return not (rest and other) or fuzz.ratio(rest, other) >= MIN_SIMILARITY_APART


def _top_columns(scores: Any) -> list[list[int]]:
    """For each row of scores (titles x names), the columns of the highest above zero."""
    import numpy as np

    best: list[list[int]] = [[] for _ in range(len(scores))]
    rows = np.flatnonzero(scores.any(axis=1))
    order = np.argsort(-scores[rows], axis=1, kind="stable")[:, :MAX_NEAREST]
    above = np.take_along_axis(scores[rows], order, axis=1) > 0
    for row, columns, is_above in zip(rows.tolist(), order.tolist(), above.tolist(), strict=True):
        best[row] = list(itertools.compress(columns, is_above))
    return best


def _resolve_title(words: Lexicon, title: str) -> Resolution:
    """The answer to one title without decisions; any number in it is read as 0.

    Under 'none', `nearest` has only the titles that are in it.
    """
    if len(title) > MAX_TITLE:
        return Resolution(title, "none", (), (f"longer than {MAX_TITLE} characters",))
    if names := words.whole.get(fold_spelling(title)):
        return _resolve_whole(words, title, names)
    roles, reasons, similar, near = _resolve_units(words, _NUMBER.sub("0", title.strip()))
    return Resolution(title, _status(roles), roles, reasons, similar, near)


def _resolve_whole(words: Lexicon, title: str, names: tuple[Name, ...]) -> Resolution:
    """The answer to a title that is, as a whole, the title of these roles: nothing overrules it."""
    clashes = dict.fromkeys(_conflicting_halves(words, names[0], " ".join(words.units(title))))
    found = _Interpretation.merge([_Interpretation(dict.fromkeys(names, ""), {}, clashes)])
    reasons = (*_reasons(found, title.strip()), *found.notes)
    return Resolution(title, _status(found.roles), found.roles, reasons, found.similar)


def _reasons(found: _Interpretation, title: str, without: str = "") -> Iterator[str]:
    """A reason for each name that counts."""
    for name, remark in found.names.items():
        written = "" if name.title == title else f" (as {name.title!r})"
        yield f"{name.reason}{written}{without}{remark}"


@lru_cache(maxsize=1 << 14)
def _resolve_units(
    words: Lexicon, title: str
) -> tuple[tuple[str, ...], tuple[str, ...], str | None, tuple[str, ...]]:
    """The roles, reasons, similar role and nearest titles of a title."""
    units = words.units(title)
    if words.anchor_units.isdisjoint(units):
        return (), _NO_TITLE, None, ()
    items = _split_at(units, (";",)) if ";" in units else (units,)
    stripped = [_strip_modifiers(words, item) for item in items]
    parts = [_interpret(words, core, seniority) for core, _, seniority in stripped]
    found = parts[0] if len(parts) == 1 else _Interpretation.merge(parts)
    if not found.roles:
        inside = dict.fromkeys(
            words.preferred_title[name.role] if name.kind == "field" else fold_title(name.title)
            for name in found.rejected
        )
        reasons = (*found.notes, *found.rejected.values()) or _NO_TITLE
        return (), reasons, None, tuple(inside)[:MAX_NEAREST]
    modifiers = ", ".join([unit for _, removed, _ in stripped for unit in removed])
    without = f" without {modifiers!r}" if modifiers else ""
    reasons = (*_reasons(found, title, without), *found.notes)
    return found.roles, reasons, found.similar, ()


def _strip_modifiers(words: Lexicon, item: Units) -> tuple[tuple[str, ...], Units, bool]:
    """An item without its modifiers, these, and whether one is a word of leading or learning.

    Some lists are removed wherever their words are, others only at the start of a segment:
    'Data Remote Engineer' stays as it is.
    """
    core, modifiers, has_seniority_word = [","], list[str](), False
    for unit in item:
        kind = words.kinds[unit]
        if kind in words.modifiers and unit not in words.name_units:
            modifiers.append(unit)
            has_seniority_word = has_seniority_word or kind == "lead"
            if kind in words.modifiers_anywhere or core[-1] == ",":
                continue
        if unit != "," or core[-1] != ",":
            core.append(unit)
    return tuple(core[1:-1] if core[-1] == "," else core[1:]), modifiers, has_seniority_word


@lru_cache(maxsize=1 << 16)
def _interpret(words: Lexicon, item: tuple[str, ...], has_seniority_word: bool) -> _Interpretation:
    """Interpret an item, which may join several titles."""
    parts = [_find_names(words, part) for part in _joined_titles(words, list(item))]
    if guards := [*_guards(words, parts)]:
        notes = (f"{unit!r} turns the title into something else" for unit in guards)
        return _Interpretation({}, {}, dict.fromkeys(notes))
    if not words.joiners.isdisjoint(item):
        parts = _without_listed_fields(words, item, parts)
    nameless = [part.units for part in parts if not part.matches]
    found = _Interpretation({}, {}, {})
    for match in (match for part in parts for match in part.matches):
        for name in match.names:
            if why := _rejection_reason(words, name, match, nameless, has_seniority_word):
                found.rejected.setdefault(name, why)
            else:
                _accept(words, name, match, found)
    return _Interpretation.merge([found])


def _without_listed_fields(words: Lexicon, item: Sequence[str], parts: list[_Part]) -> list[_Part]:
    """The parts without fields in a list of topics, as in 'Data Engineer (Python / DevOps)'."""
    before = itertools.takewhile(lambda unit: unit not in words.joiners, item)
    if "," not in before:
        return parts
    is_listed = [all(m.names[0].kind == "field" for m in part.matches) for part in parts]
    if all(is_listed):
        return parts
    return [
        part._replace(matches=[]) if listed else part
        for part, listed in zip(parts, is_listed, strict=True)
    ]


def _guards(words: Lexicon, parts: Iterable[_Part]) -> Iterator[str]:
    """The words outside the names that show that a title names no role.

    'required' in 'Data Engineer - Clearance Required' is said of a clearance, 'our' in 'Data
    Engineer for our brands' of brands: neither counts.
    """
    follows_name = False
    for part in parts:
        for segment in _split_at(part.free, (",",), keep_empty=True):
            for at, unit in enumerate(segment):
                if words.kinds[unit] in words.guards and not _is_aside(
                    words, segment, at, follows_name
                ):
                    yield unit
            follows_name = follows_name or "" in segment


def _is_aside(words: Lexicon, segment: Units, at: int, follows_name: bool) -> bool:
    """Whether a guard word in a segment, in which names are '', is said of something else.

    Args:
        words: the lexicon.
        segment: the units between two commas.
        at: the place of the guard word.
        follows_name: whether a name is in a segment before this one.
    """
    before, after = segment[:at], segment[at + 1 :]
    counts = words.guards[words.kinds[segment[at]]]
    if counts == "anywhere" or "" in after:
        return False
    if "" in before:
        return any(words.kinds[unit] == "relation" for unit in before[before.index("") :])
    topic = itertools.takewhile(lambda unit: words.kinds[unit] != "relation", after)
    if counts.startswith("as last word"):
        return any(topic) or (follows_name and counts.endswith("before"))
    return follows_name and (counts == "unless after" or any([*before, *after]))


def _accept(words: Lexicon, name: Name, match: _Match, found: _Interpretation) -> None:
    """Record a name that counts, a remark on it, and the names it may be short for."""
    topics = [unit for unit in match.around() if words.kinds[unit] not in words.modifiers]
    found.names.setdefault(name, f" next to {', '.join(topics)!r}" if topics else "")
    if " " in match.head:
        found.notes.update(dict.fromkeys(_conflicting_halves(words, name, match.head)))
    if name.specificity == "broad":
        found.names.update(_alternative_roles(words, name, match))


def _split_at(units: Iterable[str], ends: Container[str], keep_empty: bool = False) -> list[Units]:
    """The runs of units between those that end one, without empty units unless they are kept."""
    runs: list[Units] = [[]]
    for unit in units:
        if unit in ends:
            runs.append([])
        elif unit or keep_empty:
            runs[-1].append(unit)
    return [run for run in runs if run]


def _joined_titles(words: Lexicon, item: Units) -> list[Units]:
    """The titles joined in one, each in full.

    'Software/Data Engineer' is also a 'Software Engineer', 'Data Engineer/Scientist' also a
    'Data Scientist', 'Ingénieur Cloud & DevOps' also an 'Ingénieur DevOps'.
    """
    if words.joiners.isdisjoint(item):
        return [item]
    parts = _split_at(item, words.joiners) or [[]]
    if parts[0][:1] and parts[0][0] in words.heads and _are_topics(words, item[1:]):
        return [part if _up_to_head(words, part) else [parts[0][0], *part] for part in parts]
    before, after = _up_to_head(words, parts[0])[:-1], _up_to_head(words, parts[-1])[1:]
    full = [part if _up_to_head(words, part) else [*part, *after] for part in parts]
    return [full[0], *([*before, *part] if part[0] in words.heads else part for part in full[1:])]


def _are_topics(words: Lexicon, units: Iterable[str]) -> bool:
    """Whether units are words of technology, joiners and parts of names only, and no comma."""
    allowed = (*_TECHNOLOGY, "joiner", "rank")
    return all(u != "," and (u in words.name_units or words.kinds[u] in allowed) for u in units)


def _up_to_head(words: Lexicon, part: Units) -> Units:
    """A part up to its first word for a person: the last word of a name, or a peer."""
    is_head = (unit in words.heads or words.kinds[unit] == "peer" for unit in part)
    return next((part[: at + 1] for at, found in enumerate(is_head) if found), [])


def _find_names(words: Lexicon, part: Units) -> _Part:
    """A part of a title with the names in it.

    Where there is none: those that words of technology may be within, then those of fields.
    """
    every = _longest_matches(words, part)
    spans = [span for span in every if span[2][0].kind != "field"]
    if not spans:
        thin = [u for u in part if words.kinds[u] not in _TECHNOLOGY or u in words.spread_units]
        spans = [s for s in _longest_matches(words, thin) if _is_spread(thin, *s)]
        part, spans = (thin, spans) if spans else (part, every)
    taken = {at for start, end, _ in spans for at in range(start, end)}
    free = ["" if at in taken else unit for at, unit in enumerate(part)]
    return _Part(part, free, [_match(part, free, *span) for span in spans])


def _is_spread(part: Units, start: int, end: int, names: tuple[Name, ...]) -> bool:
    return names[0].specificity in SPREAD and "," not in part[start:end]


def _longest_matches(words: Lexicon, part: Units) -> list[tuple[int, int, tuple[Name, ...]]]:
    """Where the longest names are, from left to right: (start, end, names)."""
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
    """The names that begin at a unit, each with the place of its end, the shortest first."""
    branch = words.tree
    for end in range(start, len(part)):
        if part[end] not in branch:
            return
        branch = branch[part[end]]
        if "" in branch:
            yield end + 1, branch[""]


def _match(part: Units, free: Units, start: int, end: int, names: tuple[Name, ...]) -> _Match:
    """A name with the units around it that belong to no other name (`free`)."""
    left = start - part[:start][::-1].index(",") if "," in part[:start] else 0
    right = part.index(",", end) if "," in part[end:] else len(part)
    return _Match(
        names,
        part[end - 1],
        [unit for unit in free[left:start] if unit],
        [unit for unit in free[end:right] if unit],
        _split_at(free[:left], (",",)),
        _split_at(free[right:], (",",)),
    )


def _is_false_inversion(words: Lexicon, part: Units, start: int, end: int) -> bool:
    """Whether the words around an inverted name show that it is no name: 'Sales Engineer, Data'."""
    left = itertools.takewhile(lambda unit: unit != ",", reversed(part[:start]))
    right = itertools.takewhile(lambda unit: unit != ",", part[end:])
    is_field = words.kinds[part[end - 1]] == "field"  # 'Java Developer, Backend'
    before = (*words.modifiers, *_TECHNOLOGY) if is_field else words.modifiers
    if any(words.kinds[unit] not in before for unit in left):
        return True
    has_link = any(words.kinds[unit] == "link" for unit in part[start:end])
    allowed = words.modifiers if "," in part[start:end] else words.beside_field
    return not has_link and any(words.kinds[unit] not in allowed for unit in right)


def _rejection_reason(
    words: Lexicon, name: Name, match: _Match, nameless: list[Units], has_seniority_word: bool
) -> str | None:
    """Why a name does not count, given the words around it; None if it counts.

    Args:
        words: the lexicon.
        name: the name.
        match: where it is.
        nameless: the parts of the title without a name.
        has_seniority_word: whether a word of leading or learning is in the title.
    """

    def outside(lists: Container[str]) -> str | None:
        apart = (*match.before, *match.after, *nameless)
        others = (units for units in apart if not _is_title_of_informatics(words, units))
        units = itertools.chain(match.left, match.right, *others)
        return next((unit for unit in units if words.kinds[unit] not in lists), None)

    if name.kind == "field":
        is_led = has_seniority_word and name.specificity != "general"
        if other := outside(words.beside_field if is_led else words.beside_general):
            return f"{name.title!r} is a field, and {other!r} names no role in it"
        is_title = has_seniority_word or name.specificity == "alone"
        return None if is_title else f"{name.title!r} is a field, not a title"
    lists = {"general": words.beside_general, "technical": words.beside_field}
    if name.specificity in lists and not _is_informatics(words, match, nameless):
        other = outside(lists[name.specificity])
        return f"{other!r} may make another trade of {name.title!r}" if other else None
    other = _disqualifying_word(words, match)
    return f"{other!r} makes something else of {name.title!r}" if other else None


def _is_title_of_informatics(words: Lexicon, units: Units) -> bool:
    """Whether units are a title of their own, of an occupation near the roles.

    The same person has it next to the role, as in 'Scrum Master / Project Manager' and in
    'Database Administrator/DevOps'.
    """
    main = [unit for unit in units if words.kinds[unit] not in words.modifiers]
    topics, last = {words.kinds[unit] for unit in main[:-1]}, main[-1] if main else ""
    if not topics <= words.beside_general - {","}:
        return False
    is_peer = words.kinds[last] == "peer"
    return (is_peer and " " in last) or (
        (is_peer or last in words.heads) and not topics.isdisjoint(_TECHNOLOGY)
    )


def _is_informatics(words: Lexicon, match: _Match, nameless: list[Units]) -> bool:
    """Whether a word near a name shows that it is meant in the sense of informatics."""
    joined = itertools.takewhile(lambda unit: unit != ",", itertools.chain(*nameless))
    near = itertools.chain(match.left, match.right, *match.after[:1], joined)
    return any(words.kinds[unit] == "informatics" for unit in near)


def _disqualifying_word(words: Lexicon, match: _Match) -> str | None:
    """The word next to a specific name that makes it another person's or another occupation."""
    candidates = itertools.chain(
        (unit for unit in match.left if words.kinds[unit] in (*_OCCUPATIONS, *_LINKS)),
        _occupation_words_after(words, match.right),
        _last_words(words, match.before, _is_other_person),
        _last_words(words, match.after, _is_occupation),
    )
    return next(candidates, None)


def _occupation_words_after(words: Lexicon, right: Units) -> Iterator[str]:
    """The words after a name, up to a link, that name a topic, another head or a person."""
    for unit in itertools.takewhile(lambda unit: words.kinds[unit] not in _LINKS, right):
        is_head = unit in words.heads and words.kinds[unit] not in words.modifiers
        if is_head or words.kinds[unit] == "matter" or _is_person(words, unit):
            yield unit


def _last_words(
    words: Lexicon, segments: Iterable[Units], test: Callable[[Lexicon, str], bool]
) -> Iterator[str]:
    """The last word of each segment, modifiers aside, if it passes a test.

    A segment such as 'Engineer', which is only the last word of a name, is left out.
    """
    for segment in segments:
        main = [unit for unit in segment if words.kinds[unit] not in words.modifiers]
        is_head = len(main) == 1 and main[0] in words.heads and not words.kinds[main[0]]
        if main and not is_head and test(words, main[-1]):
            yield main[-1]


def _is_occupation(words: Lexicon, unit: str) -> bool:
    return words.kinds[unit] == "occupation"


def _is_other_person(words: Lexicon, unit: str) -> bool:
    """Whether a word is listed as an occupation, or is unknown and ends like one."""
    is_unknown = not words.kinds[unit] and unit not in words.heads
    return _is_occupation(words, unit) or (is_unknown and unit.endswith(words.agents))


def _is_person(words: Lexicon, unit: str) -> bool:
    """Whether a word is one of another or a related occupation."""
    return words.kinds[unit] in _OCCUPATIONS or _is_other_person(words, unit)


def _conflicting_halves(words: Lexicon, name: Name, title: str) -> list[str]:
    """The roles that the halves of a joined title name, if not the role of the full title."""
    if words.joiners.isdisjoint(title.split()):
        return []
    parts = _joined_titles(words, title.split())
    matches = (match for part in parts for match in _find_names(words, part).matches)
    others = {other.role for match in matches for other in match.names} - {name.role}
    if not others:
        return []
    return [f"clash: its halves look like {', '.join(sorted(others))}, the whole wins"]


def _alternative_roles(words: Lexicon, name: Name, match: _Match) -> dict[Name, str]:
    """The names of other roles that a broad name may be short for.

    A 'Machine Learning Software Engineer' may be a machine learning engineer.
    """
    found: dict[Name, str] = {}
    for topic in filter(None, (match.left[-1:], match.right, *match.before, *match.after)):
        fields = [n for n in words.names.get((*topic,), ()) if n.kind == "field"]
        titles = words.names.get((*topic, match.head), ())
        with_head = words.roles_by_head.get(match.head, set())
        for other in (*titles, *(field for field in fields if field.role in with_head)):
            if not other.inverted and other.role != name.role:
                found[other] = f" by {' '.join(topic)!r} next to {name.title!r}"
    return found
