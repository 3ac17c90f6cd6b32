"""Why a name in a title does not count: the words around it show another person or occupation."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Iterator, Sequence

from .lexicon import TECHNOLOGY, Lexicon, Name, Units
from .names_in_title import Match, split_at

LINKS = ("relation", "link")  # lists whose words end what belongs to a name
_OCCUPATIONS = ("occupation", "management")  # lists of words for people
_PEOPLE = (*_OCCUPATIONS, "peer")


def rejection_reason(
    words: Lexicon, name: Name, match: Match, nameless: list[Units], led: frozenset[str] | None
) -> str | None:
    """Why a name does not count, given the words around it; None if it counts.

    Args:
        words: the lexicon.
        name: the name.
        match: where it is.
        nameless: the parts of the title without a name.
        led: the words next to those of leading or learning; None if the title has none of these.
    """
    other: str | None
    if name.kind == "field":
        if _is_head_of(words, name, match.right):  # 'Data Engineering Developer'
            match, led = match._replace(right=[]), frozenset()
        if _is_head_of(words, name, match.left):  # 'Ingenieur für Softwareentwicklung'
            match, led = match._replace(left=[]), frozenset()
        led = frozenset() if _has_head_apart(words, name, match) else led
        if other := _other_than_field(words, name, match, nameless, led):
            return f"{name.title!r} is a field, and {other!r} names no role in it"
        is_title = led is not None or name.specificity == "alone"
        return None if is_title else f"{name.title!r} is a field, not a title"
    if name.specificity == "general" and not _is_informatics(words, match, nameless):
        segments = (s for units in nameless for s in split_at(units, (",",)))
        apart = [
            segment
            for segment in (*match.before, *match.after, *segments)
            if not _is_other_occupation(words, segment)
        ]
        other = _other_than(words, words.beside_general, match, apart)
        if other and other != "".join(word[0] for word in name.title.lower().split()):
            return f"{other!r} may make another trade of {name.title!r}"
    if name.specificity == "technical" and not _is_informatics(words, match, nameless):
        near = (*match.around(), *itertools.chain(*nameless))
        if other := next((unit for unit in near if words.kinds[unit] == "premises"), None):
            return f"{other!r} may make another trade of {name.title!r}"
    other = _disqualifying_word(words, name, match)
    return f"{other!r} makes something else of {name.title!r}" if other else None


def unknown_beside_joined(words: Lexicon, item: Sequence[str], match: Match) -> str | None:
    """Why a name pieced together does not count: 'Lease Data & Warranty Engineer'."""
    size, near = len(match.units), itertools.chain(match.left, match.right)
    if any([*item[at : at + size]] == match.units for at in range(len(item))):
        return None
    unknown = (unit for unit in near if not words.kinds[unit] and unit not in words.name_units)
    unit = next(unknown, None)
    return unit and f"{unit!r} may make something else of {' '.join(match.units)!r}"


def _other_than(
    words: Lexicon, lists: Container[str], match: Match, apart: Iterable[Units]
) -> str | None:
    """A word next to a name, or in other parts than titles of informatics, that is in no list."""
    segments = (segment for units in apart for segment in split_at(units, (",",)))
    others = (units for units in segments if not _is_title_of_informatics(words, units))
    sides = (_main_topic(words, units) for units in (match.right, *others))
    units = itertools.chain(match.left, *sides)
    return next((unit for unit in units if words.kinds[unit] not in lists), None)


def _main_topic(words: Lexicon, units: Units) -> Units:
    """A topic without unknown words after one of technology: 'data' of 'Data Protection'."""
    first = next((unit for unit in units if words.kinds[unit] not in words.modifiers), "")
    is_technology = words.kinds[first] in TECHNOLOGY if first else False
    known = [unit for unit in units if words.kinds[unit] or unit in words.heads]
    return known if is_technology else units


def _is_head_of(words: Lexicon, name: Name, segment: Units) -> bool:
    """Whether a segment is a head that a field lacks: 'Software Engineering, Sr Engineer'."""
    others = (*words.modifiers, "relation")
    main = [unit for unit in segment if words.kinds[unit] not in others]
    return (
        len(main) == 1
        and main[0] in words.heads
        and name.role in words.roles_by_head.get(main[0], ())
    )


def _has_head_apart(words: Lexicon, name: Name, match: Match) -> bool:
    """Whether another segment is the head of a field, as in 'Staff Engineer - Data Engineering'.

    Before the field only a word that the field is made of: not 'Engineer, Data Architecture'.
    """
    own = (units for units in match.before if name.title.split()[-1].startswith(units[-1]))
    return any(_is_head_of(words, name, units) for units in (*match.after, *own))


def _other_than_field(
    words: Lexicon, name: Name, match: Match, nameless: list[Units], led: frozenset[str] | None
) -> str | None:
    """A word that shows that a title with the name of a field is not of one who leads or has it."""
    is_led_itself = led is not None and led.issuperset(match.units)
    if name.specificity == "alone" and not is_led_itself:
        return _other_than_alone(words, match, nameless, led is not None)
    if led is None or name.specificity == "general":
        apart = [*match.before, *match.after]
        others = (unit for unit in itertools.chain(*apart) if _is_other(words, unit))
        other = _other_than(words, words.beside_general, match, (*apart, *nameless))
        return other or next(others, None)
    before = [unit for unit in match.left[-1:] if not words.kinds[unit] and unit not in words.heads]
    if before:  # 'LLVM Backend Intern'
        return before[0]
    topics = sorted(led.difference(match.units))
    if is_led_itself:  # not 'AI Engineering Operations Leader'
        after = up_to_relation(words, match.right)
        if other := next((unit for unit in after if words.kinds[unit] == "business"), None):
            return other
    is_list = match.after or "," in itertools.chain(*nameless)  # 'Data Science, Sales & Change'
    joined = nameless if is_led_itself or not is_list else ()
    near = (up_to_relation(words, match.left[::-1]), match.right, *joined)
    unknown = {u for u in itertools.chain(*near) if not (words.kinds[u] or u in words.heads)}
    left, right, topics, *nameless = (  # 'Praktikum Data Science Antriebe'
        [u for u in us if u not in unknown] for us in (match.left, match.right, topics, *nameless)
    )
    match = match._replace(left=left, right=right)
    other = _other_than(words, words.beside_field, match, (topics, *nameless))
    apart = match.before if is_led_itself else [*match.before, *match.after]
    return other or next(_last_words(words, apart, _PEOPLE), None)


def _other_than_alone(
    words: Lexicon, match: Match, nameless: list[Units], is_led: bool
) -> str | None:
    """A word that makes another title of a field that is one alone: 'DevOps' in 'DevOps DBA'.

    'DevOps for Banks - Payments, Acme' and 'Systems Analyst / DevOps' have none.
    """
    left = [unit for unit in match.left if words.kinds[unit] != "business"]  # 'Innovation DevOps'
    near = (left, up_to_relation(words, match.right), *match.before)
    near = (*near, *nameless) if is_led else near  # not 'Head of Cloud, DevOps & Security'
    others = (unit for unit in itertools.chain(*near) if _is_other_trade(words, unit))
    segments = [segment for units in nameless for segment in split_at(units, (",",))]
    people = _last_words(words, (*match.after, *segments), _OCCUPATIONS)
    return next(itertools.chain(others, () if is_led else people), None)


def _is_other_trade(words: Lexicon, unit: str) -> bool:
    """Whether a word is a head, or in a list whose words change what a general title means."""
    kind = words.kinds[unit]
    return kind not in words.beside_general if kind else unit in words.heads


def up_to_relation(words: Lexicon, units: Iterable[str]) -> Iterator[str]:
    """The units before the first word of a relation, such as 'for' and 'at'."""
    return itertools.takewhile(lambda unit: words.kinds[unit] != "relation", units)


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
    return (is_peer and (" " in last or not topics)) or (
        (is_peer or last in words.heads) and not topics.isdisjoint(TECHNOLOGY)
    )


def _is_other_occupation(words: Lexicon, segment: Units) -> bool:
    """Whether a segment is a second occupation of one with a general title, but not of building.

    'Graphic Designer & Project Manager' and 'Presales & Project Manager' say nothing of projects.
    """
    main = [unit for unit in segment if words.kinds[unit] not in words.modifiers]
    kinds = [words.kinds[unit] for unit in main]
    return kinds[-1:] in (["occupation"], ["management"], ["trade"], ["party"]) and {
        "matter",
        "premises",
    }.isdisjoint(kinds)


def _is_informatics(words: Lexicon, match: Match, nameless: list[Units]) -> bool:
    """Whether a word near a name shows that it is meant in the sense of informatics."""
    near = itertools.chain(match.left, match.right, *match.after[:1], *nameless)
    return any(words.kinds[unit] == "informatics" for unit in near)


def _disqualifying_word(words: Lexicon, name: Name, match: Match) -> str | None:
    """The word next to a specific name that makes it another person's or another occupation.

    In other parts of the title an occupation is a second one of the same person, but for those who
    lead others: 'Writer | Data Engineer', 'Account Manager, Data Engineers'.
    """
    candidates = itertools.chain(
        (unit for unit in match.left if words.kinds[unit] in (*_PEOPLE, *LINKS)),
        _occupation_words_after(words, name, match),
        _last_words(words, match.before, ("management", "party")),
    )
    return next(candidates, None)


def _occupation_words_after(words: Lexicon, name: Name, match: Match) -> Iterator[str]:
    """The words after a name, up to a link, that name a topic or a person of another occupation.

    Only the last word of a topic is what it is about: 'Data Engineer Partner Integrations'. Another
    head or a peer is a second word for the same person, as in 'Data Scientist Engineer', but for
    one who manages, as in 'Data Scientist Program Manager'; after a short name it is the only one,
    as in 'SRE Analyst'.
    """
    near = itertools.takewhile(lambda unit: words.kinds[unit] not in LINKS, match.right)
    main = [unit for unit in near if words.kinds[unit] not in words.modifiers]
    others = (*_OCCUPATIONS, "matter", "party")
    last = [
        unit
        for unit in main[-1:]
        if words.kinds[unit] in others or words.kinds[unit.rpartition(" ")[2]] == "management"
    ]
    if len(match.units) == 1:
        heads = (unit for unit in main if _is_other(words, unit))
        last += [unit for unit in heads if name.role not in words.roles_by_head.get(unit, ())]
    yield from last


def _is_other(words: Lexicon, unit: str) -> bool:
    """Whether a word after a name is a topic, another head or a person."""
    is_head = unit in words.heads and words.kinds[unit] not in words.modifiers
    return is_head or words.kinds[unit] in ("matter", "premises", "party", *_PEOPLE)


def _last_words(words: Lexicon, segments: Iterable[Units], lists: Container[str]) -> Iterator[str]:
    """The last word of each segment, modifiers aside, if it is in some lists."""
    for segment in segments:
        main = [unit for unit in segment if words.kinds[unit] not in words.modifiers]
        yield from (unit for unit in main[-1:] if words.kinds[unit] in lists)
