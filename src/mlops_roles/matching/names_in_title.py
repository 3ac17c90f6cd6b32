"""The names of roles in a title: where they are, also in titles that join several."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from .lexicon import SPREAD, TECHNOLOGY, Lexicon, Name, Units

ENDS = (",", "relation")  # what ends the words that belong to a name


class Match(NamedTuple):
    """A name found in a part of a title, and the units around it."""

    names: tuple[Name, ...]  # the names that it may be
    units: Units  # its units
    left: Units  # left, right: the units to its left and right in its segment
    right: Units
    before: list[Units]  # before, after: the segments before and after
    after: list[Units]

    @property
    def head(self) -> str:
        """Its last unit."""
        return self.units[-1]

    def around(self) -> Units:
        """All units around the name."""
        return [*itertools.chain(self.left, self.right, *self.before, *self.after)]


class Part(NamedTuple):
    """A part of a title, and the names in it."""

    units: Units  # its units
    free: Units  # the same, with '' for each unit that belongs to a name
    matches: list[Match]  # the names


def split_at(units: Iterable[str], ends: Container[str], keep_empty: bool = False) -> list[Units]:
    """The runs of units between those that end one, without empty units unless they are kept."""
    runs: list[Units] = [[]]
    for unit in units:
        if unit in ends:
            runs.append([])
        elif unit or keep_empty:
            runs[-1].append(unit)
    return [run for run in runs if run]


def joined_titles(words: Lexicon, item: Units) -> list[Units]:
    """The titles joined in one, each in full.

    'Software/Data Engineer' is also a 'Software Engineer', 'Data Engineer/Scientist' also a
    'Data Scientist', 'Ingénieur Cloud & DevOps' also an 'Ingénieur DevOps'.
    """
    if words.joiners.isdisjoint(item):
        return [item]
    parts = split_at(item, words.joiners) or [[]]
    for part, other in itertools.pairwise(parts):
        qualifier, _, last = other[0].rpartition(" ")
        fields = [f"{part[-1]} {last}"]
        if part[1:] and part[-1] == ",":  # a hyphen
            del part[-1]
            fields = [f"{part[-1]} {unit}" for unit in (last, *other[1:2])]
        if field := next((field for field in fields if (field,) in words.names), None):
            part[-1] = field  # 'Data/ML Engineering', 'Software- und Toolentwicklung'
        elif qualifier and (part[-1], last) in words.names:
            part.append(last)  # 'Project / Product Manager'
    first = split_at(parts[0], (",",))
    if len(parts) > 1 and all(len(topic) == 1 and _are_topics(words, topic) for topic in first):
        parts[:1] = first  # 'Data, Analytics & AI Architect'
    after: Units = []
    for at in reversed(range(len(parts))):
        if head := _up_to_head(words, parts[at]):
            after = _shared_head(words, head)
        else:
            parts[at] = _completed(words, parts[at], after, [u for p in parts[at + 1 :] for u in p])
    before: Units = []
    for at, part in enumerate(parts):
        if at and part[0] in words.heads and not [*_names_from(words, part, 0)]:
            parts[at] = [*before, *part]  # 'Data Engineer/Scientist'
        before = _last_segment(_up_to_head(words, parts[at])[:-1]) or before
    return parts


def _shared_head(words: Lexicon, title: Units) -> Units:
    """What a topic gets of the title that it is joined to: its head, or all after its first word.

    'Big Data & Information Systems Engineer' is also a 'Big Data Systems Engineer'.
    """
    if _is_in_full(words, title):
        return title[-1:]
    first = title[:1] if (title[0],) in words.names else title[0].split()
    return [*first[1:], *title[1:]]


def _completed(words: Lexicon, part: Units, head: Units, after: Units) -> Units:
    """A part with the head of those after it, but 'DevOps' of 'DevOps / Data Scientist'."""
    is_field = any(words.kinds[unit] in ("alone", "narrow") for unit in part[-1:])
    added = head[-1:] if is_field else head
    roles = {name.role for name in words.names.get((*part,), ())} if len(part) == 1 else set()
    others = words.roles_by_head.get(added[-1], set()) if added else set()
    full = _up_to_head(words, after)
    if roles and roles.isdisjoint(others) and full and _is_in_full(words, full):
        return part
    known = " ".join([*part[-1:], *added])  # 'Product / Project Manager'
    return [*part[:-1], known] if known in words.kinds else [*part, *added]


def _is_in_full(words: Lexicon, part: Units) -> bool:
    """Whether a part is a name, or one after words of technology that make none: 'Big Data …'."""
    start = next((at for at in range(len(part) - 1) if tuple(part[at:]) in words.names), -1)
    is_other = (*part[:start], part[-1]) in words.names  # 'AI' of 'AI Solution Architect'
    return start >= 0 and not is_other and all(words.kinds[u] in TECHNOLOGY for u in part[:start])


def _last_segment(units: Units) -> Units:
    return (split_at(units, (",",)) or [[]])[-1]


def _are_topics(words: Lexicon, units: Iterable[str]) -> bool:
    """Whether units are words of technology, joiners and parts of names only, and no comma."""
    allowed = (*TECHNOLOGY, "joiner", "rank")
    return all(u != "," and (u in words.name_units or words.kinds[u] in allowed) for u in units)


def _up_to_head(words: Lexicon, part: Units) -> Units:
    """A part up to its first word for a person: the last word of a name, or a peer.

    Any other occupation is one after a name: 'SRE & DevOps Advocate' is no 'SRE'.
    """
    is_head = (
        unit in words.heads
        or words.kinds[unit] == "peer"
        or (words.kinds[unit] == "occupation" and (before,) in words.names)
        for before, unit in itertools.pairwise(["", *part])
    )
    return next((part[: at + 1] for at, found in enumerate(is_head) if found), [])


def find_names(words: Lexicon, part: Units) -> Part:
    """A part of a title with the names in it.

    Where there is none: those that words of technology may be within, then those of fields.
    """
    every = _longest_matches(words, part)
    spans = [span for span in every if span[2][0].kind != "field"]
    if not spans:
        part, spans = _spread_matches(words, part) or (part, every)
    taken = {at for start, end, _ in spans for at in range(start, end)}
    free = ["" if at in taken else unit for at, unit in enumerate(part)]
    return Part(part, free, [_match(part, free, *span) for span in spans])


def _spread_matches(
    words: Lexicon, part: Units
) -> tuple[Units, list[tuple[int, int, tuple[Name, ...]]]] | None:
    """A part without the words within its names, and where these are; None if there is none.

    Within a spread title any word may be that is not of another trade: 'DevOps Release Engineer'.
    """
    for within, names in ((TECHNOLOGY, SPREAD), ((*TECHNOLOGY, "business", ""), ("spread",))):
        thin = [u for u in part if words.kinds[u] not in within or u in words.spread_units]
        spans = [
            (start, end, found)
            for start, end, found in _longest_matches(words, thin)
            if found[0].specificity in names and "," not in thin[start:end]
        ]
        if spans:
            return thin, spans
    return None


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
    """The names that begin at a unit, each with the place of its end, the shortest first.

    Words of technology after a head and a comma are passed over: 'Software Engineer, Java Backend';
    not up to another comma: 'Engineer, Full Stack (AI)' is no AI engineer.
    """
    branch = words.tree
    passed: Units = []
    for end in range(start, len(part)):
        if part[end] not in branch:
            after_head = len(passed) > 1 and passed[-1] == "," and passed[-2] in words.heads
            if after_head and words.kinds[part[end]] in (*TECHNOLOGY, *ENDS):
                continue
            return
        passed.append(part[end])
        branch = branch[part[end]]
        is_far = passed[1:2] == [","] and "," in part[start + 2 : end]
        if "" in branch and not is_far:
            yield end + 1, branch[""]


def _match(part: Units, free: Units, start: int, end: int, names: tuple[Name, ...]) -> Match:
    """A name with the units around it that belong to no other name (`free`)."""
    left = start - part[:start][::-1].index(",") if "," in part[:start] else 0
    right = part.index(",", end) if "," in part[end:] else len(part)
    return Match(
        names,
        part[start:end],
        [unit for unit in free[left:start] if unit],
        [unit for unit in free[end:right] if unit],
        split_at(free[:left], (",",)),
        split_at(free[right:], (",",)),
    )


def _is_false_inversion(words: Lexicon, part: Units, start: int, end: int) -> bool:
    """Whether the words around an inverted name show that it is no name: 'Sales Engineer, Data'."""
    left = itertools.takewhile(lambda unit: unit != ",", reversed(part[:start]))
    is_narrow = words.kinds[part[end - 1]] == "narrow"
    near = words.modifiers.union(TECHNOLOGY)
    before = near if is_narrow else words.modifiers  # 'Java Developer, Backend'
    is_open = words.kinds[part[-1]] == "relation" and not is_narrow  # 'Senior Engineer - Data In'
    ends = ENDS[:1] if is_open else ENDS
    right = [*itertools.takewhile(lambda unit: words.kinds[unit] not in ends, part[end:])]
    if any(words.kinds[unit] not in before for unit in left):
        return True
    has_link = any(words.kinds[unit] == "link" for unit in part[start:end])
    title = (*itertools.takewhile(lambda unit: unit != ",", part[start:end]),)
    is_title = len(title) == end - start or title in words.names
    allowed = near if is_title else words.modifiers  # 'Software Engineer, Backend Java'
    return not has_link and any(words.kinds[unit] not in allowed for unit in right)
