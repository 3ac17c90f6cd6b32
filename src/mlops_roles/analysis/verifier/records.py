"""The verifier's own reading of JSON: records as rows of a table, and JSON in a cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...io import rdf
from ...io.json_text import parse_json
from .headings import kind_of
from .levels import is_blank, parse_level

LINES = (".jsonl", ".ndjson")
DEEPEST = 3  # objects in a record that become columns
NAMES, LEVELS = ("name", "skill", "label", "title"), ("level", "rating", "proficiency")


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


def _the_list(document: Any) -> list[dict[str, Any]]:
    """The one list of records in a document; of several, that with names and more of people."""
    if isinstance(document, list):
        return document
    lists = [v for v in document.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
    for kinds in (("person", "given", "family"), ("title", "role", "skill", "skills")):
        if len(lists) > 1:
            fits = [one for one in lists if any(kind_of(key) in kinds for key in one[0])]
            lists = fits or lists
    if len(lists) != 1:
        raise ValueError("no list of records, or several")
    return lists[0]


def _flat(record: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The values of a record; those of an object in it under keys such as 'work.title'."""
    for key, value in record.items():
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
    if isinstance(data, dict) and "name" not in data:
        return [(str(name), _stated(level)) for name, level in data.items()]
    return [_pair(item) for item in (data if isinstance(data, list) else [data])]


def _stated(level: Any) -> str | None:
    return "" if level is None else str(level).strip() or None


def _pair(item: Any) -> tuple[str, str | None]:
    if not isinstance(item, dict):
        return str(item), None
    by_key = {key.lower(): value for key, value in item.items()}
    name = next((by_key[k] for k in NAMES if k in by_key), None)
    if name is None:
        name = next((v for k, v in by_key.items() if kind_of(k) == "skill"), "")
    stated = [by_key[k] for k in LEVELS if k in by_key]
    if not stated:  # such as 'niveau', unless it is a note in words
        found = [v for k, v in by_key.items() if kind_of(k) == "level"]
        stated = [
            v for v in found if isinstance(v, dict) or parse_level(str(v)) or is_blank(str(v))
        ]
    level = _inner(stated[0], None) if stated else None
    return str(_inner(name, "")), (_stated(level) if stated else None)


def _inner(value: Any, default: Any) -> Any:
    """A value, or the name or value of an object."""
    if not isinstance(value, dict):
        return value
    return next((value[k] for k in (*NAMES, "value") if k in value), default)
