"""Plain data as JSON, in one line or indented, harmless to a terminal that shows it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import json

CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def to_json(data: Any) -> str:
    """Data as indented JSON with a newline at the end."""
    return json_text(data, 2) + "\n"


def json_text(data: Any, indent: int | None = None) -> str:
    """JSON in which control and bidirectional characters are written as escapes.

    A float that JSON has no number for is the text INF, -INF or NaN, as in RDF.
    """
    try:
        text = _encoded(data, indent)
    except ValueError:
        text = _encoded(_finite(data), indent)
    if text.replace("\n", "").isprintable():
        return text
    lines = text.split("\n")
    return "\n".join(
        line if line.isprintable() else CONTROL.sub(lambda m: f"\\u{ord(m[0]):04x}", line)
        for line in lines
    )


def _encoded(data: Any, indent: int | None, outer: str = "\n") -> str:
    """The text that `json.dumps` gives, which it makes slowly if it is indented.

    Args:
        data: what to encode.
        indent: how many spaces to indent each level by; None for one line.
        outer: the line break and the spaces before the brackets around the data.
    """
    if indent is None or not isinstance(data, (dict, list, tuple)) or not data:
        return _encoder(", ").encode(data)
    inner = outer + " " * indent
    values = data.values() if isinstance(data, dict) else data
    if not any(isinstance(value, (dict, list, tuple)) and value for value in values):
        text = _encoder(f",{inner}").encode(data)
        return f"{text[0]}{inner}{text[1:-1]}{outer}{text[-1]}"
    parts = [_encoded(value, indent, inner) for value in values]
    if not isinstance(data, dict):
        return f"[{inner}{f',{inner}'.join(parts)}{outer}]"
    names = (_encoder(", ").encode({key: 0})[1:-1].removesuffix(" 0") for key in data)
    lines = [f"{name} {part}" for name, part in zip(names, parts, strict=True)]
    return f"{{{inner}{f',{inner}'.join(lines)}{outer}}}"


@cache
def _encoder(separator: str) -> json.JSONEncoder:
    import json

    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(separator, ": "))


def _finite(data: Any) -> Any:
    """Data in which infinite numbers and NaN are texts."""
    import math

    if isinstance(data, float) and not math.isfinite(data):
        return {"inf": "INF", "-inf": "-INF"}.get(str(data), "NaN")
    if isinstance(data, dict):
        return {_finite(key): _finite(value) for key, value in data.items()}
    return [_finite(value) for value in data] if isinstance(data, (list, tuple)) else data
