"""Names of skills and their levels in a cell that holds JSON, in the forms that people write.

Such as '["SQL"]', '{"SQL": 3}', '[["SQL", 3]]', '[{"name": "SQL", "level": {"value": 3}}]', and,
by level or group, '{"Expert": ["SQL"], "cloud": ["AWS"]}'. Who has AWS is not said to have "cloud".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..io.json_text import parse_json
from .headings import heading_kind, is_in_years
from .scales import YEARS
from .values import fold_value, meanings, parse_level

Named = tuple[str, str | None]  # a name; its level: None if none is stated, '' if it is unknown
_NAMES = ("name", "skill", "label", "title", "value")  # keys of the name in an object
_LEVELS = ("level", "rating", "proficiency")  # and of its level
MOST_YEARS = 100  # or months; a higher number is a year


def json_pairs(text: str, unread: dict[str, None] | None = None) -> list[Named] | None:
    """The names and levels in a cell that is a JSON object or list; None for any other cell.

    The keys in it that are not read are added to `unread`.
    """
    if text.strip()[:1] not in ("{", "["):
        return None
    try:
        return list(_named_in(parse_json(text), None, {} if unread is None else unread))
    except (ValueError, RecursionError):
        return None


def _named_in(value: Any, level: str | None, unread: dict[str, None]) -> Iterator[Named]:
    """The names in a value, each with its own level, or else with the given one."""
    if isinstance(value, list):
        for item in value:
            is_pair = isinstance(item, list) and len(item) == 2 and _is_pair(*item)
            yield from _named_in({str(item[0]): item[1]} if is_pair else item, level, unread)
    elif not isinstance(value, dict):
        yield str(value), level
    elif named := _name_key(value):
        of = _level_key(value)
        years = "" if of else next((k for k in value if _is_years(k, value[k])), "")
        unread.update(dict.fromkeys(key for key in value if key not in (named, of, years)))
        said = f"{value[years]} {YEARS}" if years else _stated(value[of]) if of else level
        yield str(_plain(value[named])), said
    else:
        for key, inner in value.items():
            yield from _under_key(key, inner, level, unread)


def _is_pair(name: Any, level: Any) -> bool:
    """Whether two items of a list are a name and its level, a number or a word."""
    if isinstance(level, str):
        return isinstance(name, str) and bool(parse_level(level)) and not parse_level(name)
    return isinstance(level, (int, float))


def _under_key(key: str, inner: Any, level: str | None, unread: dict[str, None]) -> Iterator[Named]:
    """A name with its level, or a level or group with the names that have it or are in it."""
    if not isinstance(inner, (dict, list)):
        yield key, _stated(inner)
    elif isinstance(inner, dict) and (of := _level_key(inner)):
        yield key, _stated(inner[of])
    else:
        said = "none" if heading_kind(key) == "lacks" else key
        word = parse_level(said)
        is_level = word is not None and word.share is not None
        if not (is_level or heading_kind(key)):
            unread[key] = None
        yield from _named_in(inner, said if is_level else level, unread)


def _name_key(item: Mapping[str, Any]) -> str:
    """The key of the name in an object, else one that is a heading for a skill; '' if none is."""
    folded = {key.casefold(): key for key in item}
    known = (folded[key] for key in _NAMES if key in folded)
    return next(known, "") or next((key for key in item if heading_kind(key) == "skill"), "")


def _level_key(item: Mapping[str, Any]) -> str:
    """The key of the level in an object, else a heading for levels that has no note in words."""
    folded = {key.casefold(): key for key in item}
    known = (folded[key] for key in _LEVELS if key in folded)
    headings = (key for key in item if heading_kind(key) == "level")
    return next(known, "") or next((k for k in headings if _is_level(item[k])), "")


def _is_years(key: str, value: Any) -> bool:
    """Whether a value is years or months of experience: over zero is having, as in a table.

    The key has no other words, as 'monthsSinceUse' has, and a number such as 2019 is a date.
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", key).split()
    is_number = type(value) in (int, float) and 0 <= value < MOST_YEARS
    others = (w for w in words if not is_in_years(w) and fold_value(w) not in meanings("of"))
    return is_number and is_in_years(" ".join(words)) and {*map(heading_kind, others)} <= {"other"}


def _is_level(value: Any) -> bool:
    return isinstance(value, dict) or parse_level(str(value)) is not None


def _plain(value: Any) -> Any:
    """A plain value, or the name in an object, as in {"skill": {"name": "SQL"}}."""
    return value.get(_name_key(value), "") if isinstance(value, dict) else value


def _stated(level: Any) -> str | None:
    """A level as text; '' if it is null, None if it is blank."""
    plain = _plain(level)
    return "" if plain is None else str(plain) or None
