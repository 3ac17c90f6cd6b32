"""The verifier's own reading of JSON: records as rows of a table, and JSON in a cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...io import rdf
from ...io.json_text import parse_json
from .headings import kind_of, says_years
from .levels import fold, is_blank, meanings, parse_level

LINES = (".jsonl", ".ndjson")
DEEPEST = 3  # objects in a record that become columns
NAMES = ("name", "skill", "label", "title", "value")  # keys of the name in an object
LEVELS = ("level", "rating", "proficiency")


def record_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The keys of a list of records, in line 0, and the values of each as text."""
    text = rdf.check_encoding(rdf.read_bytes(path), path)
    try:
        if path.suffix.lower() in LINES:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            found = _the_list(json.loads(text))
        flat = [dict(_flat(record)) for record in found]
    except (ValueError, RecursionError, AttributeError):
        raise InputError(f"{path}: no list of records, which was certified") from None
    header = list(dict.fromkeys(key for record in flat for key in record))
    yield 0, header
    for line, record in enumerate(flat, 1):
        yield line, [text_of(record.get(key)) for key in header]


def _the_list(document: Any) -> Any:
    """The one list of records in a document; of several, that with names and more of people."""
    if isinstance(document, list):
        return document
    lists = [v for v in document.values() if _is_of_records(v)]
    of_people = (("person", "given", "family"), ("title", "role", "skill", "skills"))
    if all(any(kind_of(key) in kinds for key in document) for kinds in of_people):
        lists.append([document])
    lists = lists or list(_inner_lists(document))
    for kinds in of_people:
        if len(lists) > 1:
            fits = [one for one in lists if any(kind_of(key) in kinds for key in one[0])]
            lists = fits or lists
    if len(lists) != 1:
        raise ValueError("no list of records, or several")
    return lists[0]


def _is_of_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _inner_lists(value: dict[str, Any], *above: str) -> Iterator[list[dict[str, Any]]]:
    """The lists of people in objects of an object, such as {"data": {"users": [...]}}."""
    for key, inner in value.items():
        path = {*above, fold(key)}
        if _is_of_records(inner):
            if fold(key) in meanings("records") or path & {*meanings("people")}:
                yield inner
        elif isinstance(inner, dict) and len(above) < DEEPEST:
            yield from _inner_lists(inner, *path)


def _flat(record: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The values of a record; those of an object in it under keys such as 'work.title'."""
    for key, given in record.items():
        value = given
        while isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("$"):
            value = next(iter(value.values()))
        is_of_skills = kind_of(key) in ("skill", "skills", "lacks", "assessed")
        if isinstance(value, dict) and value and not is_of_skills and len(above) < DEEPEST:
            yield from _flat(value, (*above, key))
        else:
            yield ".".join((*above, key)), value


def text_of(value: Any) -> str:
    """A value as the text of a cell; plain members of a list are separated by ';'."""
    if isinstance(value, list) and not any(isinstance(one, (list, tuple, dict)) for one in value):
        return ";".join(text_of(one).replace(";", "\uff1b") for one in value)
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        value = dict(value)  # a map of Arrow
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def pairs_in(cell: str) -> list[tuple[str, str | None]] | None:
    """The names and levels in a cell that is a JSON object or list; None for any other cell.

    A level is None if there is none, and '' if it is null.
    """
    if cell.strip()[:1] not in ("{", "["):
        return None
    try:
        data = parse_json(cell)
    except (ValueError, RecursionError):
        return None
    return list(_walk(data, None))


def _walk(value: Any, level: str | None) -> Iterator[tuple[str, str | None]]:
    """The names in a value, with the level of an object, pair or key that they are in."""
    if isinstance(value, dict):
        name, rated = _first(value, NAMES, "skill"), _first(value, LEVELS, "level")
        if name:
            years = "" if rated else _years_in(value)
            yield str(_of_object(value[name])), years or (_text(value[rated]) if rated else level)
            return
        for key, inner in value.items():
            yield from _of_key(key, inner, level)
    elif not isinstance(value, list):
        yield str(value), level
    else:
        for one in value:
            if isinstance(one, list) and len(one) == 2 and _has_level(one):
                yield str(one[0]), str(one[1])
            else:
                yield from _walk(one, level)


def _has_level(pair: list[Any]) -> bool:
    """Whether the second of two items is the level of the first: a number, or a word."""
    name, level = pair
    if isinstance(level, str) and isinstance(name, str):
        return (parse_level(level) is not None or is_blank(level)) and not (
            parse_level(name) or is_blank(name)
        )
    return type(level) in (int, float, bool)


def _of_key(key: str, inner: Any, level: str | None) -> Iterator[tuple[str, str | None]]:
    """A name with its level, or what a level or group has."""
    rated = _first(inner, LEVELS, "level") if isinstance(inner, dict) else ""
    if rated or not isinstance(inner, (dict, list)):
        yield key, _text(inner[rated] if rated else inner)
        return
    word = "none" if kind_of(key) == "lacks" else key
    of_words = parse_level(word)
    is_level = of_words is not None and of_words.share is not None
    yield from _walk(inner, word if is_level else level)


def _first(item: dict[str, Any], order: Sequence[str], kind: str) -> str:
    """The first of some keys that an object has, or else one that is a heading of a kind.

    A heading for levels may have a note in words, and is none then.
    """
    by_key = {key.lower(): key for key in item}
    if found := next((by_key[key] for key in order if key in by_key), ""):
        return found
    for key in (k for k in item if kind_of(k) == kind):
        text = str(item[key])
        if kind != "level" or isinstance(item[key], dict) or parse_level(text) or is_blank(text):
            return key
    return ""


def _years_in(item: dict[str, Any]) -> str:
    """The first number of years or months of experience in an object, as a level; '' for none."""
    for key, value in item.items():
        words = re.findall(r"[A-ZÀ-Þ]?[^\WA-ZÀ-Þ_]+|[A-ZÀ-Þ]+", key)
        rest = [w for w in words if not says_years(w) and fold(w) not in meanings("of")]
        if len(rest) < len(words) and says_years(" ".join(words)):
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if is_number and 0 <= value < 100 and all(kind_of(word) == "other" for word in rest):
                return f"{value} years"
    return ""


def _of_object(value: Any) -> Any:
    """A plain value, or the name or value in an object."""
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in NAMES if key in value), "")


def _text(level: Any) -> str | None:
    said = _of_object(level)
    return "" if said is None else str(said).strip() or None
