"""Rows of a table that are no person's: repeated headings, legends, totals, and former posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from ..io.text import counted
from .arrow_arrays import string_array
from .engine import Engine
from .joining import ROW
from .layouts import Plan
from .markers import NOBODY, is_marker, marker_pattern, name_meaning
from .people_table import Rejected
from .presence import Presence
from .reading import Reading, ReadOptions, shown_lines
from .spreadsheets import Row
from .values import BLANK, parse_level


def short_rows(short: Sequence[Row], width: int, file: str, reading: Reading) -> list[Rejected]:
    """The rows of another width: legends and totals are left out, others rejected."""
    found, nobody = [], []
    for line, cells in short:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if len(filled) == 1 and len(cells) < width and _is_legend(*filled):
            nobody.append(line)
        else:
            fix = "quote cells that contain the separator, or add the missing cells"
            why = f"{counted(len(cells), 'cell')}, the header has {width}"
            found.append(Rejected(file, line, why, fix))
    reading.leave_out("no person", nobody)
    return found


def _is_legend(text: str) -> bool:
    """Whether a text alone in a row is said of a level, or of no person."""
    return bool(is_marker(text)) or parse_level(text) not in (None, BLANK)


def without_headers(table: pa.Table, plan: Plan, reading: Reading) -> pa.Table:
    """The table without rows that repeat the headings, as on each page of a printed report."""

    def same(i: int) -> Any:  # without a Python scalar, which would load pandas
        heading = pc.cast(string_array([plan.headings[i]]), pa.string())
        return pc.is_valid(pc.index_in(pc.cast(table[str(i)], pa.string()), value_set=heading))

    first, *others = plan.wanted
    heading = pc.cast(string_array([plan.headings[first]]), table[str(first)].type)[0]
    if not pc.any(pc.equal(table[str(first)], heading)).as_py():
        return table
    is_header = same(first)
    for i in others:
        is_header = pc.and_(is_header, same(i))
    reading.leave_out("no person", pc.filter(table["line"], is_header).to_pylist())
    return pc.filter(table, pc.invert(is_header))


def without_totals(table: Any, plan: Plan, engine: Engine, options: ReadOptions) -> Any:
    """The rows of a table of levels but those of totals, whose numbers are no levels.

    Takes and returns an Arrow table or one in an engine.
    """
    at = plan.columns.at
    name, title = (str(at[c][0]) if at.get(c) else None for c in ("person", "title"))
    if not (name and (plan.columns.wide or plan.columns.levels or at.get("level"))):
        return table
    columns = list(filter(None, (name, title)))
    if isinstance(table, pa.Table):
        names = table[name].unique()
        near = pc.filter(names, pc.match_substring_regex(pc.utf8_lower(names), marker_pattern()))
        rows = table.select(columns).filter(pc.is_in(table[name], near)).to_pylist()
    else:
        near = table[name].lower().re_search(marker_pattern())
        found = engine.fetch_rows(table.filter(near).select(*columns))
        rows = [dict(zip(columns, row, strict=True)) for row in found]
    totals = {
        row[name]
        for row in rows
        if name_meaning(row[name], title and row[title], options) == NOBODY
    }
    if not totals:
        return table
    if isinstance(table, pa.Table):
        return table.filter(pc.invert(pc.is_in(table[name], string_array(sorted(totals)))))
    return table.filter(table[name].notin(sorted(totals)) | table[name].isnull())


def without_former(
    raw: ibis.Table, people: ibis.Table, engine: Engine, reading: Reading, options: ReadOptions
) -> ibis.Table:
    """A joined table without rows that do not count, such as former posts.

    In `people`, which is of the same rows, the line is the number of the row. One row of a person
    without another stays, and says why the person does not count.
    """
    unused = Reading(reading.file, reading.form, columns=reading.columns)
    gone = list(Presence(people, engine, unused, options).reasons)
    reading.as_of, reading.values = unused.as_of, reading.values | unused.values
    is_gone = raw[ROW].isin(gone) if gone else ibis.literal(False)
    over = raw.filter(is_gone)
    alone = over.anti_join(raw.filter(~is_gone), "line")
    kept = alone.group_by("line").agg(**{ROW: alone[ROW].min()})
    former = over.anti_join(kept, ROW).select(ROW, "line")
    if not (found := engine.fetch_rows(former)):
        return raw
    lines = sorted({line for _, line in found})
    reading.notes.append(
        f"Rows that do not count, of people with another row: {shown_lines(lines)}"
    )
    return engine.materialize(raw.filter(raw[ROW].notin([row for row, _ in found])))
