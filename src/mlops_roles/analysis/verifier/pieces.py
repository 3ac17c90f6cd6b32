"""What the cells of a row have between separators: names, with their level, date and source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .cell_names import CellNames
from .headings import asked_in, level_in, pair_in, ungrouped, unrated
from .levels import PLAIN
from .reading import EVIDENCE_COLUMNS
from .records import pairs_in
from .stated_reading import LONG, WIDE_COLUMN
from .tables import Table

MADE_UP = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")  # a remark in brackets after a name
COMMA = "\0"  # a comma inside a name


class Piece(NamedTuple):
    """What a cell has between two separators, and where it is."""

    column: str  # the kind of the column
    text: str  # as written
    level: str | None = None  # of another cell, as written
    line: int | None = None  # the line, if it is not that of the person
    date: str = ""  # date, source: of the assessment
    source: str = ""


def split_cell(cell: str, marks: Sequence[str], names: CellNames) -> list[str]:
    """The pieces of a cell; a comma in brackets, a number or a known name ends none."""
    if "," in marks:
        for name in (name for name in names.listed if "," in name):
            one, two = (re.escape(part.strip()) for part in name.split(",", 1))
            cell = re.sub(rf"(?i)({one})\s*,\s*({two})", rf"\1{COMMA} \2", cell)
        cell = re.sub(r"\([^()]*\)", lambda m: m[0].replace(",", COMMA), cell)
        cell = re.sub(r"(\d),(\d)", rf"\1{COMMA}\2", cell)
    pieces = re.split("[" + "".join(map(re.escape, marks)) + "]", cell)
    return [text.strip().replace(COMMA, ",") for text in pieces if text.strip()]


class CellPieces:
    """The pieces of the cells of a table, as a certificate says that it was read."""

    def __init__(self, described: Mapping[str, Any], table: Table, names: CellNames):
        self.described, self.table, self.names = described, table, names
        self.columns: dict[str, list[str]] = described["columns"]
        self.layout, self.separators = described["layout"], described["separators"]

    def of_row(self, line: int, cells: Sequence[str]) -> Iterator[Piece]:
        """The pieces of the cells of a row, column by column."""
        date, source = self.cell_of("date", cells), self.cell_of("source", cells)
        own = Piece("skills", "", None, None, date, source)
        if self.layout == LONG:
            level = self.cell_of("level", cells) if self.columns.get("level") else None
            if name := self.cell_of("skill", cells):
                yield own._replace(text=name, level=level, line=line)
            own = own._replace(date="", source="")
        for kind in EVIDENCE_COLUMNS:
            for heading in self.columns.get(kind, ()):
                for text, level in self._of_cell(kind, heading, cells):
                    yield own._replace(column=kind, text=text, level=level)
        for heading in self.columns.get(WIDE_COLUMN, ()):
            if level := cells[self.table.place(heading)]:
                level = self._on_scale(heading, level)
                yield own._replace(text=self._rated_skill(heading), level=level)

    def _of_cell(
        self, kind: str, heading: str, cells: Sequence[str]
    ) -> Iterator[tuple[str, str | None]]:
        """The names in a cell of evidence; their level, if it is not written next to the name."""
        cell = cells[self.table.place(heading)]
        levels = {pair_in(one): one for one in self.columns.get("level", ())}
        is_paired = self.layout != LONG and kind == "skills" and len(levels) > 1
        if is_paired and (level := levels.get(pair_in(heading))):
            if cell:
                yield cell, self._on_scale(level, cells[self.table.place(level)])
            return
        pairs = pairs_in(cell) if self.described.get("json_cells") else None
        for name, level in pairs or ():
            if text := re.sub("[\n•·\t、]", " ", name).strip():
                yield text, level
        if pairs is None:
            said = (level_in(heading) or None) if kind == "skills" else None
            yield from ((text, said) for text in split_cell(cell, self.separators, self.names))

    def cell_of(self, kind: str, cells: Sequence[str]) -> str:
        """The cell of the one column of a kind."""
        names = self.columns.get(kind, ())
        return cells[self.table.place(names[0])] if names else ""

    def _rated_skill(self, heading: str) -> str:
        """The name of the skill in a heading above levels."""
        name = MADE_UP.sub("", heading)
        inside = re.search(r"[(\[]([^()\[\]]*)[)\]]\s*$", heading)
        bracketed = [inside[1].strip()] if inside else []
        found = [name, *bracketed, *asked_in(name), unrated(name), ungrouped(name)]
        return next((one for one in found if self.names.is_listed(one)), name)

    def _on_scale(self, heading: str, level: str) -> str:
        """A level with the scale of its column, if that has one of its own."""
        scale = self.described["scales"].get(heading)
        if not scale or not PLAIN.fullmatch(level):
            return level
        return f"{level} {'' if scale == 'years' else 'of '}{scale}"
