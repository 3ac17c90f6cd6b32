"""Whether the lowest number of a scale is the best level, as of school grades."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .levels import fold, meanings, parse_level

NUMBERED = re.compile(
    r"(?<![\d.,])(\d{1,3})(?:[.,]\d+)?(?:\s*[-–—:=.)])?\s*([^\W\d][^\d,;|()\[\]]*)"
)
# the ends of a scale, in brackets or after "of"
ENDS = re.compile(r"(?:[(\[]|\bof )\s*(\d{1,3})\s*[-–]\s*(\d{1,3})(?![-–\d])")
GOOD = 0.75  # of a scale, from which the level of the lowest number says that the scale falls


def falling(texts: Iterable[str]) -> str:
    """What says in one of some texts that the lowest number is the best; '' if nothing does.

    A text is all levels of a table, a heading, or a legend.
    """
    return next((sign for text in map(fold, texts) if (sign := _sign(text))), "")


def _sign(text: str) -> str:
    words = meanings("falling").keys() & set(re.findall(r"[^\W\d_]+", text))
    steps = sorted(
        (int(number), level.share, f"{number} {word.strip()}")
        for number, word in NUMBERED.findall(text)
        if (level := parse_level(word)) and level.share is not None
    )
    ends = [f"{one}-{two}" for one, two in ENDS.findall(text) if int(one) > int(two)]
    pairs = [(one, two) for one in steps for two in steps if one[0] < two[0]]
    if words or ends:
        return min([*words, *ends])
    if any(one[1] < two[1] for one, two in pairs):
        return ""
    down = next((f"{one[2]} above {two[2]}" for one, two in pairs if one[1] > two[1]), "")
    return down or next((said for n, share, said in steps if n < 2 and share >= GOOD), "")
