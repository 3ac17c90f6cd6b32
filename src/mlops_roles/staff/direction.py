"""Whether the numbers of a scale rise, or the lowest of them is the best, as of school grades.

Words that come with the numbers say so, in the levels ('1 - Expert'), in headings ('SQL
(1=expert)') and in a legend. Numbers are read as rising, so a scale that falls is an error.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ..errors import InputError
from ..io.text import quoted
from .values import fold_value, meanings, parse_level

_NUMBERED = re.compile(r"(?<![\d.,])(\d{1,3})(?:[.,]\d+)?\s*[-–—:=.)]?\s*([^\W\d][^\d,;|()\[\]]*)")
# the ends of a scale, in brackets or after "of"
_DOWN = re.compile(r"(?:[(\[]|\bof )\s*(\d{1,3})\s*[-–]\s*(\d{1,3})(?![-–\d])")
MAX_SHOWN = 12  # levels that an error names


def check_rising(levels: Collection[str], stated: Iterable[str], place: str) -> None:
    """Raise InputError if the lowest of the numbers is the best level.

    Args:
        levels: the distinct levels as written that no option settles.
        stated: texts that may say what numbers mean: headings, and a legend as one text.
        place: the file, for the message.
    """
    numbers = {text: x.number for text in levels if (x := parse_level(text)) and x.number}
    if not numbers:
        return
    texts = [" ; ".join(numbers), *stated]
    if sign := next((sign for text in texts if (sign := _falls(text))), ""):
        # a word for none hides its number
        every = [*numbers.values(), *(int(n) for text in levels for n, _, _ in _shares(text))]
        every += [int(end) for text in texts for ends in _DOWN.findall(text) for end in ends]
        ends = min(every), max(every)
        shown = sorted(numbers, key=lambda text: numbers[text])[:MAX_SHOWN]
        options = " ".join(
            f"--value {quoted(f'level:{text}={_meaning(text, numbers[text], *ends)}')}"
            for text in shown
        )
        raise InputError(
            f"{place}: the lowest number is the best level, as {sign} says; settle what each "
            f"means: {options}"
        )


def _falls(text: str) -> str:
    """What says in a text that numbers fall; '' if nothing does."""
    words = re.split(r"[\W\d_]+", fold_value(text))
    if word := next((word for word in words if word in meanings("falling")), ""):
        return repr(word)
    if ends := next((f"{a}-{b}" for a, b in _DOWN.findall(text) if int(a) > int(b)), ""):
        return repr(ends)
    pairs = [(int(n), share, f"{n} {word.strip()}") for n, word, share in _shares(text)]
    pairs.sort()
    steps = [(low, high) for low in pairs for high in pairs if low[0] < high[0]]
    if any(low[1] < high[1] for low, high in steps):
        return ""
    if down := next((pair for pair in steps if pair[0][1] > pair[1][1]), None):
        return f"'{down[0][2]}' above '{down[1][2]}'"
    first = next((p for p in pairs if p[0] <= 1 and p[1] >= 0.75), None)
    return repr(first[2]) if first else ""


def _shares(text: str) -> Iterable[tuple[str, str, float]]:
    """The numbers in a text that a word for a level follows, with the share of its scale."""
    for number, word in _NUMBERED.findall(fold_value(text)):
        level = parse_level(word)
        if level and level.share is not None:
            yield number, word, level.share


def _meaning(text: str, number: float, low: float, high: float) -> str:
    """What a level on a falling scale means: by its word, else by its half of the scale."""
    share = next((share for _, _, share in _shares(text)), None)
    if share is None:
        share = 1 - (number - low) / (high - low) if high > low else 1.0
    return "has" if share >= 0.5 else "below" if share else "lacks"
