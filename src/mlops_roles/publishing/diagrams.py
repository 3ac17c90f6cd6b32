"""A picture of a term: what points to it (←) and what it points to (→), evenly on both sides.

This module computes the layout; `templates/diagram.svg.j2` draws it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

WIDTH, BOX_WIDTH, CENTRE_WIDTH = 780, 236, 200
LINE_HEIGHT, PADDING, GAP, HEADING = 16, 7, 6, 26
MAX_BOXES = 7  # boxes of one property; the page's lists have them all
LINE_CHARACTERS = 31


@dataclass(frozen=True)
class Box:
    """A term, or the number of those left out, at its place."""

    term: str | None
    lines: list[str]
    x: int
    y: int
    width: int
    height: int


@dataclass
class Diagram:
    """Boxes, headings (text, x, y) and curves (SVG path data) on a surface of WIDTH by `height`."""

    height: int
    boxes: list[Box] = field(default_factory=list)
    headings: list[tuple[str, int, int]] = field(default_factory=list)
    curves: list[str] = field(default_factory=list)


Group = tuple[str, list[str]]  # a heading, and terms


def draw(term: str, into: list[Group], out: list[Group], label: Callable[[str], str]) -> Diagram:
    """The picture of a term with the groups of terms that are linked to it."""
    halves = _balanced(
        [(f"← {name}", terms) for name, terms in into],
        [(f"{name} →", terms) for name, terms in out],
    )
    left, right = (
        _column(groups, x, label) for groups, x in zip(halves, (0, WIDTH - BOX_WIDTH), strict=True)
    )
    lines = textwrap.wrap(label(term), 24)
    height = max(left.height, right.height, len(lines) * LINE_HEIGHT + 2 * PADDING + HEADING)
    for side in (left, right):
        _move(side, (height - side.height) // 2)
    size = len(lines) * LINE_HEIGHT + 2 * PADDING + 8
    middle = Box(term, lines, (WIDTH - CENTRE_WIDTH) // 2, (height - size) // 2, CENTRE_WIDTH, size)
    curves = [_curve(box.x + box.width, _middle(box), middle.x, height // 2) for box in left.boxes]
    curves += [
        _curve(middle.x + CENTRE_WIDTH, height // 2, box.x, _middle(box)) for box in right.boxes
    ]
    return Diagram(
        height, [*left.boxes, middle, *right.boxes], left.headings + right.headings, curves
    )


def _balanced(left: list[Group], right: list[Group]) -> tuple[list[Group], list[Group]]:
    """The groups on the left and on the right; one changes sides if that evens them out."""
    while left and _size(left) - _size(right) > _size(left[-1:]):
        right.insert(0, left.pop())
    while right and _size(right) - _size(left) > _size(right[:1]):
        left.append(right.pop(0))
    return left, right


def _size(groups: Iterable[Group]) -> int:
    return sum(1 + min(len(terms), MAX_BOXES) for _, terms in groups)


def _column(groups: Iterable[Group], x: int, label: Callable[[str], str]) -> Diagram:
    """Place the terms of each group below its heading, in one column."""
    side = Diagram(0)
    for name, terms in groups:
        side.headings.append((name, x, side.height + 17))
        side.height += HEADING
        for term in terms if len(terms) <= MAX_BOXES else [*terms[: MAX_BOXES - 1], None]:
            text = label(term) if term else f"and {len(terms) - MAX_BOXES + 1} more"
            lines = textwrap.wrap(text, LINE_CHARACTERS)
            box = Box(
                term, lines, x, side.height, BOX_WIDTH, len(lines) * LINE_HEIGHT + 2 * PADDING
            )
            side.boxes.append(box)
            side.height += box.height + GAP
    return side


def _move(side: Diagram, down: int) -> None:
    side.boxes = [Box(b.term, b.lines, b.x, b.y + down, b.width, b.height) for b in side.boxes]
    side.headings = [(text, x, y + down) for text, x, y in side.headings]


def _middle(box: Box) -> int:
    return box.y + box.height // 2


def _curve(x: int, y: int, to_x: int, to_y: int) -> str:
    bend = (x + to_x) // 2
    return f"M{x} {y}C{bend} {y} {bend} {to_y} {to_x} {to_y}"
