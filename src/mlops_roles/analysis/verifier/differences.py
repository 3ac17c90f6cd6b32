"""Where two certificates differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ABSENT = "nothing"


@dataclass(frozen=True)
class Difference:
    """A difference: the place in the certificate, its value there, and the value found instead."""

    place: str
    says: str
    found: str


def differences(given: Any, found: Any) -> list[Difference]:
    """Each place where two trees differ, with both values in words."""
    return [
        Difference(place.lstrip("."), display_value(one), display_value(other))
        for place, one, other in _compare(given, found)
    ]


def _compare(given: Any, found: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each place where two trees differ; lists with other members count as one place."""
    if isinstance(given, dict) and isinstance(found, dict):
        for key in {**found, **given}:
            one, other = given.get(key, ABSENT), found.get(key, ABSENT)
            yield from _compare(one, other, f"{place}.{key}")
    elif isinstance(given, list) and isinstance(found, list):
        if [_key_of(item) for item in given] == [_key_of(item) for item in found]:
            for one, other in zip(given, found, strict=True):
                yield from _compare(one, other, f"{place}.{_key_of(other)}")
        else:
            extra = [_key_of(item) for item in given if item not in found]
            yield place, extra, [_key_of(item) for item in found if item not in given]
    elif given != found or type(given) is not type(found):
        yield place, given, found


def _key_of(item: Any) -> Any:
    """What identifies a member of a list."""
    if not isinstance(item, dict):
        return item
    keys = ("skill", "role", "verdict", "text", "id")
    return next((item[key] for key in keys if key in item), None)


def value_at(data: Any, *path: str) -> Any:
    """The value in a tree at a path, or None."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def display_value(value: Any) -> str:
    """A value in at most 200 characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
