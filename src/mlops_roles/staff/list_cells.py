"""Cells that list names of skills: what separates the names in them, or JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError
from .columns import Columns
from .headings import Vocabulary
from .json_cells import json_pairs
from .people_table import LIST_COLUMNS
from .reading import ReadOptions
from .skill_cells import UNIT, SkillCells
from .sources import Source

SEPARATORS = (",", "|", "\n", "•", "·", "\t", "、")
FULL_COMMA = "\uff0c"  # stands for a comma inside a name; names are compared after NFKC
# what stands for separators in a name that is not to be split
WHOLE = str.maketrans(
    {**dict.fromkeys(SEPARATORS, " "), ";": "\uff1b", ",": FULL_COMMA, "|": "\uff5c"}
)


def _list_cells(source: Source, columns: Columns) -> list[str]:
    """The cells of the sample that have names of skills."""
    indices = [i for c in LIST_COLUMNS for i in columns.at.get(c, ())]
    return [row[i] for row in source.sample for i in indices if len(row) > i and row[i].strip()]


def find_json(source: Source, columns: Columns) -> str:
    """Whether cells of skills hold JSON: 'all', 'some' or ''; reports the keys not read."""
    unread: dict[str, None] = {}
    found = [json_pairs(cell, unread) is not None for cell in _list_cells(source, columns)]
    if unread:
        names = ", ".join(unread)[:200]
        source.reading.notes.append(f"Keys of JSON in cells that are not read: {names}")
    return "" if not any(found[:50]) else "all" if all(found) else "some"


def parse_json_cells(table: pa.Table, columns: Columns) -> tuple[pa.Table, list[int]]:
    """A table with its cells of JSON as names with levels, and the lines with invalid JSON.

    The table that is returned is without these lines.
    """
    bad: set[int] = set()
    lines = table["line"].to_pylist()
    for i in (i for c in LIST_COLUMNS for i in columns.at.get(c, ())):
        texts = table[str(i)].to_pylist()
        cells = list(map(_json_cell, texts))
        pairs = zip(lines, texts, cells, strict=True)
        bad |= {n for n, text, cell in pairs if text is not None and cell is None}
        place = table.column_names.index(str(i))
        table = table.set_column(place, str(i), pa.array(cells, pa.string()))
    kept = pa.array([n not in bad for n in lines], pa.bool_())
    return pc.filter(table, kept) if bad else table, sorted(bad)


def _json_cell(text: str | None) -> str | None:
    """A cell with JSON as names with levels; None if it is not valid JSON."""
    if text is None or text.strip()[:1] not in ("{", "["):
        return text
    pairs = json_pairs(text)
    if pairs is None:
        return None
    return ";".join(
        name.translate(WHOLE) + ("" if level is None else UNIT + level.replace(";", ","))
        for name, level in pairs
        if name
    )


def find_separators(
    source: Source, columns: Columns, options: ReadOptions, vocabulary: Vocabulary
) -> tuple[str, ...]:
    """What separates names in cells: ';', and what makes known names of the cells in the sample.

    Cells with JSON are no evidence, since JSON itself says where a name ends.
    """
    cells = [cell for cell in _list_cells(source, columns) if json_pairs(cell) is None]
    if options.separator is not None:
        return _settled_separators(options.separator)
    reads = SkillCells(vocabulary.names)
    _note_last_levels(cells, reads, source)
    found = [
        mark
        for mark in SEPARATORS
        if any(mark in cell and _makes_names(cell, mark, reads) for cell in cells)
    ]
    pieces = {p.strip() for c in cells if "/" in c for p in re.split(_marks(";", *found), c)}
    parts = [p.split("/") for p in pieces if "/" in p and not reads.is_known(p)]
    if any(all(map(reads.is_known, some)) for some in parts):
        source.reading.notes.append("A slash separates names if each part is a known name")
    unread = [m for m in (",", "|") if m not in found and any(m in cell for cell in cells)]
    if any(all(map(reads.knows, some)) and not all(map(reads.is_known, some)) for some in parts):
        source.reading.notes.append(
            "Cells contain '/' between names with levels, which is not read as a separator; "
            "--separator ';/' reads it"
        )
    if unread:
        marks = " and ".join(map(repr, unread))
        where = "Names of skills" if source.reading.form == "rdf" else "Cells"
        source.reading.notes.append(
            f"{where} contain {marks}, which separates two known names in none of them and is not "
            "read as a separator; --separator settles it"
        )
    return (";", *found)


def _note_last_levels(cells: Sequence[str], reads: SkillCells, source: Source) -> None:
    """Report a list of which only the last name has a level, which may be that of all."""
    for cell in dict.fromkeys(cell for cell in cells if re.search(r"[)\]]\s*$", cell)):
        *names, last = re.split(r"[,;]\s*(?![^()]*\))", cell)
        has_level = any(level for name in names for level in reads.levels(name))
        if any(reads.levels(last)) and any(map(reads.is_known, names)) and not has_level:
            source.reading.notes.append(
                "Lists of which only the last name has a level, which is that of this name alone: "
                f"{cell[:80]!r}"
            )
            return


def _settled_separators(text: str) -> tuple[str, ...]:
    """The separators that an option gives; blanks next to others are none, as in ' / '.

    Raises InputError for none, and for a letter or digit.
    """
    marks = text.replace("\\n", "\n").replace("\\t", "\t")
    marks = marks.replace(" ", "") or marks
    if not marks or any(map(str.isalnum, marks)):
        raise InputError(
            f"--separator {text!r}: takes single characters, and no letters or digits; write "
            "--separator ',;'"
        )
    return tuple(dict.fromkeys(marks))


def _makes_names(cell: str, mark: str, reads: SkillCells) -> bool:
    """Whether a separator makes known names of a cell that is none itself."""
    for part in cell.split(";"):
        pieces = [p for p in _protected(part).split(mark) if p.strip()]
        if len(pieces) < 2 or reads.is_known(part.strip()):
            continue
        others = _marks(*(m for m in SEPARATORS if m != mark))
        known = [p for p in pieces if any(map(reads.knows, re.split(others, p)))]
        if len(known) > 1 or (known and mark in "\n|•"):
            return True
    return False


def _marks(*marks: str) -> str:
    """A pattern of one of some separators."""
    return "[" + "".join(map(re.escape, marks)) + "]"


def _protected(text: str) -> str:
    """A cell in which the commas inside brackets and numbers are not separators."""
    text = re.sub(r"\([^()]*\)", lambda m: m[0].replace(",", FULL_COMMA), text)
    return re.sub(r"(\d),(\d)", rf"\1{FULL_COMMA}\2", text)
