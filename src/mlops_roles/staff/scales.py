"""Scales of levels: their ends, and from which level on a person has or lacks a skill."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..io.text import quoted
from .reading import ReadOptions
from .values import NUMBER, Level, any_of, as_number, parse_level

YEARS = "years"  # in the place of a scale: numbers of years, which are levels of none
STATES = {"has": "has", "lacks": "lacks", "below": "below the level asked", "unknown": "unknown"}


@dataclass(frozen=True)
class Scale:
    """A scale of levels, and what counts as having and as lacking a skill."""

    # bottom, top: the lowest and the highest number; None for words and percentages
    bottom: float | None = None
    top: float | None = None
    # has_from, lacks_to: thresholds from 0 to 1, as settled; None is the middle, and zero
    has_from: float | None = None
    lacks_to: float | None = None
    why: str = ""  # what the ends rest on

    @property
    def shares(self) -> tuple[float, float]:
        """The thresholds from 0 to 1, for words and percentages."""
        return (0.5 if self.has_from is None else self.has_from, self.lacks_to or 0.0)

    def thresholds(self, bottom: float, top: float) -> tuple[float, float]:
        """The thresholds as numbers between two ends."""
        middle = (bottom + top) / 2
        has = middle if self.has_from is None else self.has_from * top
        return has, (self.lacks_to or 0.0) * top

    def decide(self, level: Level | None) -> str:
        """'has', 'lacks', 'below' or 'unknown'."""
        if level is None or level.kind == "blank":
            return "unknown"
        if level.kind == "tick":
            return "has"
        if level.number is None:
            return _decided(level.share or 0.0, *self.shares)
        ends = self._ends(level)
        return _decided(level.number, *self.thresholds(*ends)) if ends else "unknown"

    def _ends(self, level: Level) -> tuple[float, float] | None:
        """The ends of the scale that a level in numbers is on: its own, or this one's."""
        if level.bottom is not None and level.top:
            return level.bottom, level.top
        if level.top and self.top:
            return (self.bottom or 0.0) * level.top / self.top, level.top
        return None if self.top is None else (self.bottom or 0.0, self.top)

    def compared(self, level: str) -> str:
        """A level and the one that is asked, in words: '2 of 5, 3 asked'."""
        found = parse_level(level)
        ends = self._ends(found) if found and found.number is not None else None
        if found is None or ends is None:
            return f"{level}, {self.shares[0]:.0%} of the scale asked"
        return f"{found.number:g} of {ends[1]:g}, {self.thresholds(*ends)[0]:g} asked"

    def to_dict(self) -> dict[str, Any]:
        """The scale as plain data, with a sentence."""
        if self.top is None:
            has, lacks = self.shares
            ends = {"scale": "words"}
            text = (
                f"words and percentages; has from {has:.0%} of the scale, lacks up to {lacks:.0%}"
            )
        else:
            has, lacks = self.thresholds(self.bottom or 0.0, self.top)
            ends = {"scale": f"{self.bottom:g}-{self.top:g}"}
            text = (
                f"{self.bottom:g} to {self.top:g} ({self.why}); has from {has:g}, "
                f"lacks up to {lacks:g}"
            )
        text += "; between them below the level asked; blank is unknown"
        return {
            **ends,
            "has_from": has,
            "lacks_to": lacks,
            "text": f"{text} (--scale, --has-from and --lacks-to settle it)",
        }


def _decided(value: float, has_from: float, lacks_to: float) -> str:
    return "lacks" if value <= lacks_to else "has" if value >= has_from else "below"


def scale_ends(text: str, whole: bool = False) -> tuple[float, float] | None:
    """The ends of a scale that a text names, alone or with others: '0-5', 'SQL (1 to 5)'."""
    scale = re.compile(rf"({NUMBER})\s*(?:{any_of('to')})\s*({NUMBER})")
    match = scale.fullmatch(text.strip()) if whole else scale.search(text)
    ends = (as_number(match[1]), as_number(match[2])) if match else None
    return ends if ends and ends[0] < ends[1] else None


def settled_ends(text: str) -> tuple[float, float]:
    """The ends of a scale as an option gives them. Raises InputError if they are none."""
    ends = scale_ends(text, whole=True)
    if not ends:
        raise InputError(f"--scale {text}: not a lower and a higher number; write --scale 0-5")
    return ends


def check_on_scale(levels: Iterable[str], scale: str, column: str = "") -> None:
    """Raise InputError if a level is above a scale that was settled, or the scale is none."""
    top = settled_ends(scale)[1]
    found = (parse_level(text) for text in levels)
    highest = max((x.number or 0.0 for x in found if x and not x.top), default=0.0)
    if highest > top:
        of = f"{column}=" if column else ""
        raise InputError(
            f"--scale {of}{scale}: the level {highest:g} is above it; give the highest that there "
            f"may be, as --scale {quoted(f'{of}0-{highest:g}')}, or settle that level with --value"
        )


def scale_of(levels: Collection[Level], options: ReadOptions, stated: Iterable[str] = ()) -> Scale:
    """The scale of some levels; `stated` are texts that may name its ends, such as a heading.

    Raises InputError for an option that is no level.
    """
    on_it = [x for x in levels if x.bottom is None]  # the others state their own scale
    numbers = [x.number for x in on_it if x.number is not None]
    tops = {x.top for x in on_it if x.top}
    named = next((ends for text in stated if (ends := scale_ends(text))), None)
    if options.scale:
        ends, why = settled_ends(options.scale), "as settled"
    elif not numbers:
        return _with_thresholds(None, None, "", options)
    elif named and max(numbers) <= named[1]:
        ends, why = named, "as a heading or legend says"
    else:
        zeros = [x.zero or 0.0 for x in levels if x.share == 0]
        top = max([1.0, *tops, _top(max(numbers))])
        lowest = min(zeros, default=0.0 if min(numbers) < 1 or top == 1 else 1.0)
        bottom = lowest if lowest < top else 0.0
        ends, why = (bottom, top), "the highest level seen is taken as the top"
    return _with_thresholds(ends[0], ends[1], why, options)


def _top(highest: float) -> float:
    """The top of a scale whose highest level seen is this one."""
    return math.ceil(highest) if highest <= 7 else 10.0 if highest <= 10 else 100.0


def _with_thresholds(
    bottom: float | None, top: float | None, why: str, options: ReadOptions
) -> Scale:
    has, lacks = (
        _threshold(name, text, top)
        for name, text in (("has-from", options.has_from), ("lacks-to", options.lacks_to))
    )
    scale = Scale(bottom, top, has, lacks, why)
    if scale.shares[0] <= scale.shares[1]:
        raise InputError(
            "--has-from is not above --lacks-to: no level would be neither; raise --has-from"
        )
    return scale


def _threshold(name: str, text: str | None, top: float | None) -> float | None:
    """A threshold as a share of the scale."""
    if text is None:
        return None
    level = parse_level(text)
    if level is None or level.kind != "level":
        raise InputError(f"--{name} {text}: not a level; write a number, a percentage or a word")
    if level.number is None:
        return level.share
    if not (ends_at := level.top or top):
        raise InputError(
            f"--{name} {text}: the levels are on no one scale of numbers; write a word or a share, "
            f"as --{name} 60%"
        )
    return level.number / ends_at


def with_scale(level: str, scale: str) -> str:
    """A level in numbers with the scale that it is on."""
    return f"{level} {scale}" if scale == YEARS else f"{level} of {scale}"
