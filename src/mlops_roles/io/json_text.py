"""Plain data as JSON, in one line or indented, harmless to a terminal that shows it."""

from __future__ import annotations

import re
from typing import Any

CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


MAX_LITERAL = 10_000  # characters of a value as Python writes it; longer ones take long to parse


def parse_json(text: str) -> Any:
    """The value of a text in JSON, or a list or object as Python writes it: "['SQL', 'R']".

    Raises ValueError, or RecursionError, for any other text.
    """
    import json

    try:
        return json.loads(text)
    except ValueError:
        import ast

        if len(text) > MAX_LITERAL or max(map(text.count, "[{(")) > MAX_LITERAL // 100:
            raise
        try:
            found = ast.literal_eval(text.strip())
            return json.loads(json.dumps(found))
        except (ValueError, SyntaxError, TypeError, MemoryError):
            raise ValueError("neither JSON nor a value of Python") from None


def to_json(data: Any) -> str:
    """Data as indented JSON with a newline at the end."""
    return json_text(data, 2) + "\n"


def json_text(data: Any, indent: int | None = None) -> str:
    """JSON in which control and bidirectional characters are written as escapes.

    A float that JSON has no number for is the text INF, -INF or NaN, as in RDF.
    """
    import json

    try:
        text = json.dumps(data, indent=indent, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(data), indent=indent, ensure_ascii=False, allow_nan=False)
    if text.replace("\n", "").isprintable():
        return text
    lines = text.split("\n")
    return "\n".join(
        line if line.isprintable() else CONTROL.sub(lambda m: f"\\u{ord(m[0]):04x}", line)
        for line in lines
    )


def _finite(data: Any) -> Any:
    """Data in which infinite numbers and NaN are texts."""
    import math

    if isinstance(data, float) and not math.isfinite(data):
        return {"inf": "INF", "-inf": "-INF"}.get(str(data), "NaN")
    if isinstance(data, dict):
        return {_finite(key): _finite(value) for key, value in data.items()}
    return [_finite(value) for value in data] if isinstance(data, (list, tuple)) else data
