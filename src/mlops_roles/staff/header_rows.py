"""Where the header of a table is, and headers of two rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from ..errors import InputError
from .headings import PERSONAL, Vocabulary, heading_kind, is_required
from .reading import Reading, ReadOptions, one_line
from .sources import Source
from .spreadsheets import Row
from .values import fold_value, meanings

HEADER_ROWS = 40  # the header is in one of the first rows
HeaderOf = Callable[[Sequence[Row]], int]  # the index of the header among the first rows


def header_finder(options: ReadOptions, vocabulary: Vocabulary) -> HeaderOf:
    """A function that finds the header among the first rows.

    It is the first row with a heading for a person and another known one; else the first with two
    cells.
    """

    def kind(cell: str) -> str:
        mapped = next((ours for ours, theirs in options.pairs if theirs == cell), None)
        return mapped or heading_kind(cell)

    def find(rows: Sequence[Row]) -> int:
        kinds = [[kind(cell.strip()) for cell in cells if cell.strip()] for _, cells in rows]
        for i, (_, cells) in enumerate(rows):
            known = sum(map(bool, kinds[i])) + sum(map(vocabulary.is_skill, filter(None, cells)))
            if known > 1 and any(k in PERSONAL for k in kinds[i]):
                return i
        if kinds and any(k in PERSONAL for k in kinds[0]):
            return 0
        return next((i for i, found in enumerate(kinds) if len(found) > 1), 0)

    return find


def header_index(rows: Sequence[Row], options: ReadOptions, header_of: HeaderOf, path: Path) -> int:
    """The index of the header row: as settled, or found.

    Raises InputError for no rows, and for a settled line that is none of the first.
    """
    if not rows:
        raise InputError(
            f"{path}: no header row; the first row names the columns, 'person' among them"
        )
    if options.header_row is None:
        return header_of(rows[:HEADER_ROWS])
    lines = [line for line, _ in rows]
    if options.header_row not in lines:
        raise InputError(
            f"--header-row {options.header_row}: {path} has no such row among its first "
            f"{len(rows)}; give the line of the headings"
        )
    return lines.index(options.header_row)


def report_above(rows: Sequence[Row], reading: Reading) -> None:
    """Report the rows above the header, which are not read."""
    for line, cells in rows:
        shown = ", ".join(filter(None, map(str.strip, cells)))[:80]
        reading.notes.append(f"Row {line} above the header is not read: {shown}")


def is_header(row: Sequence[str], headings: Sequence[str]) -> bool:
    """Whether a row repeats the headings, or is the line below them in Markdown: |---|:-:|."""
    cells = list(map(one_line, row))
    is_rule = any(cells) and all(re.fullmatch(r":?-{2,}:?|", cell) for cell in cells)
    return is_rule or cells == list(headings)


def join_header_rows(source: Source, vocabulary: Vocabulary) -> None:
    """Join a header of two rows.

    The second names skills in columns where the first is blank, or says below skills what is had
    and what is asked, as 'Ist' and 'Soll' do.
    """
    if not source.sample:
        return
    first, second = source.headings, [cell.strip() for cell in source.sample[0]]
    # a heading that is merged downwards is in both rows
    second = ["" if i < len(first) and c == first[i] else c for i, c in enumerate(second)]
    if len(second) != len(first):
        return
    filled = [i for i, cell in enumerate(second) if cell]
    blank = [i for i, cell in enumerate(first) if cell.strip() and not second[i]]
    kinds = [heading_kind(name) for name in first]
    own = [i for i, kind in enumerate(kinds) if kind in (*PERSONAL, "title", "unit", "role")]
    if not own or set(own) - set(blank):
        return
    above = [name.strip() for name in first]
    if is_below := filled and all(map(_is_asked_or_had, (second[i] for i in filled))):
        for i in filled:
            above[i] = above[i] or above[i - 1]
    names = above if is_below else second
    known = [i for i in filled if vocabulary.is_skill(names[i])]
    if len(known) < 2 or 2 * len(known) < len(filled):
        return
    joint = [f"{one} {two}" if is_below else two for one, two in zip(above, second, strict=True)]
    source.headings = [joint[i] if second[i] else name for i, name in enumerate(first)]
    source.skip_first = True
    source.reading.header_rows = 2
    del source.sample[0]
    groups = ", ".join(filter(None, (first[i].strip() for i in filled)))
    unread = "" if is_below else f"; group names not read: {groups}"
    source.reading.notes.append(f"The header has two rows{unread}")


def _is_asked_or_had(text: str) -> bool:
    """Whether a heading says whether levels below it are had or asked, such as 'Ist'."""
    return fold_value(text) in meanings("actual") or is_required(text)
