"""A picture of a term: what points to it on the left, what it points to on the right.

The layout alone; `templates/publishing/diagram.svg.j2` draws it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

WIDTH, BOX, CENTRE = 780, 236, 200
LINE, PADDING, GAP, HEADING = 16, 7, 6, 26
MOST = 7  # boxes of one property; the page's lists have them all
CHARACTERS = 31


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


Links = Iterable[tuple[str, list[str]]]  # a property's name, and terms


def draw(term: str, into: Links, out: Links, label: Callable[[str], str]) -> Diagram:
    """The picture of a term with the links into it and out of it, grouped by property."""
    left, right = Diagram(0), Diagram(0)
    _column(left, into, 0, label)
    _column(right, out, WIDTH - BOX, label)
    lines = textwrap.wrap(label(term), 24)
    height = max(left.height, right.height, len(lines) * LINE + 2 * PADDING + HEADING)
    for side in (left, right):
        _move(side, (height - side.height) // 2)
    size = len(lines) * LINE + 2 * PADDING + 8
    middle = Box(term, lines, (WIDTH - CENTRE) // 2, (height - size) // 2, CENTRE, size)
    curves = [_curve(box.x + box.width, _middle(box), middle.x, height // 2) for box in left.boxes]
    curves += [_curve(middle.x + CENTRE, height // 2, box.x, _middle(box)) for box in right.boxes]
    return Diagram(height, [*left.boxes, middle, *right.boxes], left.headings + right.headings, curves)


def _column(side: Diagram, links: Links, x: int, label: Callable[[str], str]) -> None:
    """Put the terms of each property below its name, one column."""
    for name, terms in links:
        side.headings.append((name, x, side.height + 17))
        side.height += HEADING
        for term in terms if len(terms) <= MOST else [*terms[: MOST - 1], None]:
            text = label(term) if term else f"and {len(terms) - MOST + 1} more"
            lines = textwrap.wrap(text, CHARACTERS)
            box = Box(term, lines, x, side.height, BOX, len(lines) * LINE + 2 * PADDING)
            side.boxes.append(box)
            side.height += box.height + GAP


def _move(side: Diagram, down: int) -> None:
    side.boxes = [Box(b.term, b.lines, b.x, b.y + down, b.width, b.height) for b in side.boxes]
    side.headings = [(text, x, y + down) for text, x, y in side.headings]


def _middle(box: Box) -> int:
    return box.y + box.height // 2


def _curve(x: int, y: int, to_x: int, to_y: int) -> str:
    bend = (x + to_x) // 2
    return f"M{x} {y}C{bend} {y} {bend} {to_y} {to_x} {to_y}"
