"""Which names in a title count: the words around each name decide, by the rules of their lists."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from .lexicon import TECHNOLOGY, Lexicon, Name, Units, fold_title
from .name_rejection import LINKS, rejection_reason, unknown_beside_joined, up_to_relation
from .names_in_title import Match, Part, find_names, joined_titles, split_at
from .nearest_titles import MAX_NEAREST

_NO_TITLE = ("no title of a role is in it",)


class Interpretation(NamedTuple):
    """The names found in a title, or in a part of one."""

    names: dict[Name, str]  # the names that count, each with a remark on the words around it
    rejected: dict[Name, str]  # the names that do not count, each with the reason
    notes: dict[str, None]  # other reasons
    roles: tuple[str, ...] = ()  # the roles of the names that count
    # the similar role, if every name that counts is one of a similar role
    similar: str | None = None

    @classmethod
    def merge(cls, parts: Iterable[Interpretation]) -> Interpretation:
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


def reasons_of(found: Interpretation, title: str, without: str = "") -> Iterator[str]:
    """A reason for each name that counts."""
    for name, remark in found.names.items():
        written = "" if name.title == title else f" (as {name.title!r})"
        yield f"{name.reason}{written}{without}{remark}"


@lru_cache(maxsize=1 << 14)
def read_title(
    words: Lexicon, title: str
) -> tuple[tuple[str, ...], tuple[str, ...], str | None, tuple[str, ...]]:
    """The roles, reasons, similar role and nearest titles of a title."""
    units = words.units(title)
    if words.anchor_units.isdisjoint(units):
        return (), _NO_TITLE, None, ()
    items = split_at(units, (";",)) if ";" in units else (units,)
    stripped = [_strip_modifiers(words, item) for item in items]
    parts = [
        _interpret(words, core, _led_topics(words, item))
        for item, (core, _) in zip(items, stripped, strict=True)
    ]
    found = parts[0] if len(parts) == 1 else Interpretation.merge(parts)
    if not found.roles:
        inside = dict.fromkeys(
            words.preferred_title[name.role] if name.kind == "field" else fold_title(name.title)
            for name in found.rejected
        )
        reasons = (*found.notes, *found.rejected.values()) or _NO_TITLE
        return (), reasons, None, tuple(inside)[:MAX_NEAREST]
    modifiers = ", ".join([unit for _, removed in stripped for unit in removed])
    without = f" without {modifiers!r}" if modifiers else ""
    reasons = (*reasons_of(found, title, without), *found.notes)
    return found.roles, reasons, found.similar, ()


def _strip_modifiers(words: Lexicon, item: Units) -> tuple[tuple[str, ...], Units]:
    """An item without its modifiers, and these.

    Some lists are removed wherever their words are, others only at the start of a segment:
    'Data Remote Engineer' stays as it is.
    """
    core, modifiers = [","], list[str]()
    for before, unit, after in zip(("", *item), item, (*item[1:], ""), strict=False):
        kind, pairs = words.kinds[unit], ((before, unit), (unit, after))
        if kind in words.modifiers and words.modifiers_in_names.isdisjoint(pairs):
            modifiers.append(unit)
            if kind in words.modifiers_anywhere or core[-1] == ",":
                continue
        is_led = modifiers and words.kinds[modifiers[-1]] == "lead"
        if (kind == "link" or (kind == "relation" and is_led)) and modifiers and core[-1] == ",":
            continue  # 'Becario de Ingeniero de Datos'
        if unit != "," or core[-1] != ",":
            core.append(unit)
    return tuple(core[1:-1] if core[-1] == "," else core[1:]), modifiers


def _led_topics(words: Lexicon, item: Units) -> frozenset[str] | None:
    """The words in the segments that have a word of leading or learning; None if none has one.

    A segment with no other words leads the next one: 'Internship | Data Science Chocolate'.
    """
    led, leads = list[Units](), False
    for segment in split_at(item, (",",)):
        kinds = {words.kinds[unit] for unit in segment if unit not in words.name_units}
        before = [*itertools.takewhile(lambda unit: words.kinds[unit] != "lead", segment)]
        last = [unit for unit in before if words.kinds[unit] not in words.modifiers][-1:]
        has_name = any((unit,) in words.names for unit in before)
        is_other = has_name and not words.name_units.issuperset(last)
        if leads or ("lead" in kinds and not is_other):  # not 'Data Science Platform Lead'
            led.append(segment)
        leads = "lead" in kinds and all(words.kinds[u] in words.modifiers for u in segment)
    return frozenset(itertools.chain(*led)) if led else None


@lru_cache(maxsize=1 << 16)
def _interpret(words: Lexicon, item: tuple[str, ...], led: frozenset[str] | None) -> Interpretation:
    """Interpret an item, which may join several titles; `led` are its led topics."""
    parts = [find_names(words, part) for part in joined_titles(words, list(item))]
    if guards := [*_guards(words, parts)]:
        if clear := _before_guard(words, item, guards[0]):
            return _interpret(words, clear, led)
        notes = (f"{unit!r} turns the title into something else" for unit in guards)
        return Interpretation({}, {}, dict.fromkeys(notes))
    if not words.joiners.isdisjoint(item):
        parts = _without_listed_fields(words, item, parts)
    nameless = [part.units for part in parts if not part.matches]
    found = Interpretation({}, {}, {})
    matches = [match for part in parts for match in part.matches]
    titles = {u for match in matches if match.names[0].kind != "field" for u in match.units}
    for match in matches:
        own = led and led - titles.difference(match.units)  # 'ML Engineer / Lead DevOps'
        reasons = [rejection_reason(words, name, match, nameless, own) for name in match.names]
        counts = None in reasons  # 'MLOps Developer' is either
        for name, why in zip(match.names, reasons, strict=True):
            unknown = unknown_beside_joined(words, item, match) if counts and nameless else None
            if unknown or not counts:
                found.rejected.setdefault(name, unknown or why or "")
            else:
                _accept(words, name, match, found, [*_topics(words, item, match)])
    return _with_second_titles(Interpretation.merge([found]))


def _before_guard(words: Lexicon, item: tuple[str, ...], guard: str) -> tuple[str, ...]:
    """What is before a segment with a guard word and a title of a role, which the word is said of.

    A 'Data Engineer - Open to Data Scientist Roles' is a data engineer. Empty if there is none.
    """
    ends = [at for at, unit in enumerate(item) if unit == "," and guard in item[at:]]
    segment = split_at(item[ends[-1] :], (",",))[:1] if ends else ()
    matches = (match for units in segment for match in find_names(words, units).matches)
    is_title = any(match.names[0].kind != "field" for match in matches)
    return item[: ends[-1]] if is_title else ()


def _with_second_titles(found: Interpretation) -> Interpretation:
    """The names of a title, of which none that counts leaves out the title of another role.

    'Backend Developer & Project Manager - School' names both, since the first says in which sense
    the general title is meant; any other title that does not count leaves the whole uncertain.
    """
    titles = {n: why for n, why in found.rejected.items() if n.kind != "field"}
    second = {n: why for n, why in titles.items() if n.role not in found.roles}
    if not found.roles or not second:
        return found
    if all(name.specificity in ("general", "technical") for name in second):
        return Interpretation.merge([found._replace(names=found.names | dict.fromkeys(second, ""))])
    return Interpretation({}, found.rejected, found.notes)


def _without_listed_fields(words: Lexicon, item: Sequence[str], parts: list[Part]) -> list[Part]:
    """The parts without fields in a list of topics, as in 'Data Engineer (Python / DevOps)'.

    A list of several words of technology and a field, as 'Java/Azure/DevOps', is one of topics.
    """
    before = [*itertools.takewhile(lambda unit: unit not in words.joiners, item)]
    is_field = [all(m.names[0].kind == "field" for m in part.matches) for part in parts]
    is_list = "," in before
    title = itertools.takewhile(lambda unit: unit != ",", parts[0].free)
    is_other = any(words.kinds[u] not in words.modifiers for u in title if u in words.heads)
    is_listed = [  # 'Support Engineer - Cloud & SRE' names no SRE
        listed or (is_other and all(len(match.units) == 1 for match in part.matches))
        for listed, part in zip(is_field, parts, strict=True)
    ]
    if all(is_field) and not is_other:
        topics = [part for part in parts if all(words.kinds[u] in TECHNOLOGY for u in part.units)]
        names = itertools.chain(*(match.names for part in parts for match in part.matches))
        is_list = len(topics) > 1 and any(name.specificity == "alone" for name in names)
    if not is_list:
        return parts
    led = [m for m in parts[0].matches if not m.before and "," in before]  # 'DevOps - Java/AWS'
    return [
        part._replace(matches=led if part is parts[0] else []) if listed else part
        for part, listed in zip(parts, is_listed, strict=True)
    ]


def _guards(words: Lexicon, parts: Iterable[Part]) -> Iterator[str]:
    """The words outside the names that show that a title names no role.

    'required' in 'Data Engineer - Clearance Required' is said of a clearance, 'our' in 'Data
    Engineer for our brands' of brands: neither counts.
    """
    follows_name = is_joined = False
    for part in parts:
        for segment in split_at(part.free, (",",), keep_empty=True):
            for at, unit in enumerate(segment):
                if words.kinds[unit] in words.guards and not _is_aside(
                    words, segment, at, follows_name, is_joined
                ):
                    yield unit
            follows_name = follows_name or "" in segment
        # not 'DevOps & Automation Coach'
        is_joined = is_joined or any(match.names[0].kind != "field" for match in part.matches)


def _is_aside(words: Lexicon, segment: Units, at: int, follows_name: bool, is_joined: bool) -> bool:
    """Whether a guard word in a segment, in which names are '', is said of something else.

    Args:
        words: the lexicon.
        segment: the units between two commas.
        at: the place of the guard word.
        follows_name: whether a name is in a segment before this one.
        is_joined: whether a joiner, such as '&', is between that name and the segment.
    """
    before, after = segment[:at], segment[at + 1 :]
    counts = words.guards[words.kinds[segment[at]]]
    others = [*up_to_relation(words, after)]
    topic = [unit for unit in others if words.kinds[unit] not in words.modifiers]
    if counts == "anywhere":
        is_second = is_joined and len(segment) > 1  # 'Software Engineer & IT Trainer'
        return follows_name and "" not in segment and (is_second or others != [])
    if "" in before and "" not in after:
        if counts == "as last word":  # not 'Data Scientist Talent Analytics'
            return topic != []
        return "relation" in (words.kinds[u] for u in before[before.index("") :])
    is_said_of_post = counts in ("as last word before", "without others") and before
    is_linked = follows_name and any(words.kinds[unit] in LINKS for unit in before)
    if "" in after or is_said_of_post or is_linked:  # 'Data Positions (Data Engineer)'
        return "" not in after
    if counts.startswith("as last word"):
        return topic != [] or (follows_name and counts.endswith("before"))
    return follows_name and (counts == "unless after" or any([*before, *after]))


def _topics(words: Lexicon, item: tuple[str, ...], match: Match) -> Iterator[Units]:
    """What the parts of a title around a name are about, as 'Python' and 'AI' in '- Python & AI'.

    Words of technology before a topic are passed over, and any words before one of informatics, as
    in 'Java Backend' and 'Applied AI'. Behind a part about something else, only a narrowing field
    counts, and one word of informatics in the next part: 'Maps - AI', but not 'Maps (Search, AI)'.
    """
    size = len(match.units)
    at = next((at for at in range(len(item)) if [*item[at : at + size]] == match.units), 0)
    ends = {",", *(unit for unit in item if words.kinds[unit] == "relation")}
    if match.names[0].inverted and "," in item[at + size :]:  # 'Engineer (Backend) - AI'
        item = item[: item.index(",", at + size)]
    for segments in (split_at(item[:at], ends)[::-1], split_at(item[at + size :], ends)):
        is_near = True
        yield from (s for s in segments[1:2] if [words.kinds[u] for u in s] == ["informatics"])
        for segment in segments:
            topics = split_at(segment, words.joiners)
            narrow = [unit for unit in segment if words.kinds[unit] == "narrow"]
            is_title = (*(topics or [[]])[0], match.head) in words.names  # 'Data & Backend'
            if topics[1:] and not is_title and words.kinds[topics[0][-1]] == "technology":
                topics = [t for t in topics if t != narrow]  # 'Frontend & Backend'
            elif words.heads.isdisjoint(segment):
                yield from ([unit] for unit in narrow)
            for topic in _main_topics(words, topics):
                if is_near:
                    yield from _ends_of_topic(words, topic)
                if words.heads.isdisjoint(topic):
                    yield from ([unit] for unit in topic[:1] if _is_field(words, topic))
            is_near = is_near and all(words.kinds[u] in (*TECHNOLOGY, "joiner") for u in segment)


def _main_topics(words: Lexicon, topics: list[Units]) -> list[Units]:
    """The topics of a list that it is about.

    The last one if it has further words, as in 'AI & Distributed Systems'; after a word of another
    trade none of technology, as in 'Health & Analytics'.
    """
    if len(topics) < 2:
        return topics
    last = [unit for unit in topics[-1] if words.kinds[unit] not in words.modifiers]
    if " " in " ".join(last):
        return [t for t in topics[-1:] if words.kinds[t[-1]] == "informatics"]
    if any(words.kinds[t[-1]] in ("", "business", "matter") for t in topics):
        return [t for t in topics if words.kinds[t[-1]] != "technology"]
    return topics


def _ends_of_topic(words: Lexicon, topic: Units) -> Iterator[Units]:
    """A topic, what follows each of its first words of technology, and its word of informatics.

    The last word counts as such, modifiers aside, as in 'Applied AI' and 'Core ML Team'.
    """
    yield topic
    for at, unit in enumerate(topic[:-1], start=1):
        if words.kinds[unit] not in TECHNOLOGY:
            break
        kinds = [words.kinds[unit], words.kinds[topic[at]]]
        if (
            kinds[1] != "technology" and kinds != ["informatics"] * 2
        ):  # 'Agentic Analytics', 'Cloud AI'
            yield topic[at:]
    yield [unit for unit in topic[-1:] if " " in unit]  # 'Health Site Reliability Engineering'
    main = [unit for unit in topic if words.kinds[unit] not in words.modifiers]
    if [words.kinds[unit] for unit in main[-2:-1]] != ["informatics"]:
        yield [unit for unit in main[-1:] if words.kinds[unit] == "informatics"]


def _is_field(words: Lexicon, topic: Units) -> bool:
    """Whether a topic begins with a field, followed by nothing that makes another one of it."""
    is_field = any(name.kind == "field" for name in words.names.get((topic[0],), ()))
    return is_field and not any(words.kinds[unit] for unit in topic[1:])


def _accept(
    words: Lexicon, name: Name, match: Match, found: Interpretation, topics: list[Units]
) -> None:
    """Record a name that counts, a remark on it, and the names it may be short for."""
    around = [unit for unit in match.around() if words.kinds[unit] not in words.modifiers]
    found.names.setdefault(name, f" next to {', '.join(around)!r}" if around else "")
    if " " in match.head:
        found.notes.update(dict.fromkeys(conflicting_halves(words, name, match.head)))
    if name.inverted and "," in match.units:  # 'Software Engineer, Backend & AI'
        match = match._replace(units=match.units[: match.units.index(",")])
    for segment in (*match.before, *match.after):  # 'Data Engineer - MLOps' leaves it open
        topic = up_to_relation(words, segment)
        fields = words.names.get((*topic,), ())
        if len(fields) > 1:
            found.names.update((field, f" next to {name.title!r}") for field in fields)
    if name.specificity in ("specific", "spread") and not name.inverted:
        found.names.update(_second_role(words, name, match))
    if name.specificity == "broad" or name.inverted:
        others = _alternative_roles(words, name, match, topics)
        found.names.update(others)
        if any(other.specificity == "narrow" for other in others):
            del found.names[name]


def conflicting_halves(words: Lexicon, name: Name, title: str) -> list[str]:
    """The roles that the halves of a joined title name, if not the role of the full title."""
    if words.joiners.isdisjoint(title.split()):
        return []
    parts = joined_titles(words, title.split())
    matches = (match for part in parts for match in find_names(words, part).matches)
    others = {other.role for match in matches for other in match.names} - {name.role}
    if not others:
        return []
    return [f"clash: its halves look like {', '.join(sorted(others))}, the whole wins"]


def _alternative_roles(
    words: Lexicon, name: Name, match: Match, topics: list[Units]
) -> dict[Name, str]:
    """The names of other roles that a broad name may be short for.

    A 'Machine Learning Software Engineer' may be a machine learning engineer, and so may a
    '… Software Developer', who is a software engineer by another name.
    """
    found: dict[Name, str] = {}
    head = (
        words.preferred_title[name.role].split()[-1] if name.specificity == "broad" else match.head
    )
    for topic in filter(None, (match.left[-1:], *topics)):
        fields = [n for n in words.names.get((*topic,), ()) if n.kind == "field"]
        titles = words.names.get((*topic, head), ())
        with_head = words.roles_by_head.get(head, set())
        for other in (*titles, *(field for field in fields if field.role in with_head)):
            if not other.inverted and other.role != name.role:
                found[other] = f" by {' '.join(topic)!r} next to {name.title!r}"
    return found


def _second_role(words: Lexicon, name: Name, match: Match) -> dict[Name, str]:
    """The names that a word before a name makes with its head: 'DevOps Data Engineer' is both.

    Only words that make titles of any technology count: an 'AI Data Engineer' is a data engineer.
    """
    topic = match.left[-1:]
    others = words.names.get((*topic, match.head), ()) if topic else ()
    is_spread = name.specificity == "spread"  # 'Data DevOps Engineer'
    return {
        other: f" by {topic[0]!r} next to {name.title!r}"
        for other in others
        if other.role != name.role
        and (other.kind == "primary" if is_spread else other.specificity in ("broad", "spread"))
        and not (is_spread and other.specificity == "broad")
    }
