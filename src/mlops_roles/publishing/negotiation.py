"""Which of some media types a client wants: the Accept header of RFC 9110."""

from __future__ import annotations

import re
from collections.abc import Sequence

_QUALITY = re.compile(r"[01](?:\.\d{0,3})?|\.\d{1,3}")


def best_media_type(accept: str, offered: Sequence[str]) -> str | None:
    """The offered media type that an Accept header ranks highest, of equal ones the first; or None.

    The offered ones have no parameters. An empty header accepts everything.
    """
    if not accept.strip():
        return offered[0]
    ranges = dict(map(_read_range, accept.lower().split(",")))
    ranked = [(_quality(media, ranges), -at, media) for at, media in enumerate(offered)]
    quality, _, media = max(ranked)
    return media if quality > 0 else None


def _read_range(item: str) -> tuple[str, float]:
    """A media range of the header, with its quality."""
    media, *parameters = (part.strip() for part in item.split(";"))
    given = next((p[2:].strip() for p in parameters if p.startswith("q=")), "1")
    return media, float(given) if _QUALITY.fullmatch(given) else 0.0


def _quality(media: str, ranges: dict[str, float]) -> float:
    """The quality of a media type, by the most specific range that covers it."""
    kinds = (media, f"{media.split('/', maxsplit=1)[0]}/*", "*/*")
    return next((ranges[kind] for kind in kinds if kind in ranges), 0.0)
