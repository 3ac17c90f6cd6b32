"""The one form that all layouts become: table expressions over the raw columns of a source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import ibis

from .headings import Vocabulary, level_in_heading
from .layouts import Plan
from .list_cells import FULL_COMMA
from .people_table import COLUMNS, LIST_COLUMNS
from .reading import LONG
from .scales import with_scale
from .skill_cells import UNIT

PRESENCE = ("status", "start", "end", "left", "vacant", "key")
PLAIN_NUMBER = r"^(\d{1,3}(?:[.,]\d+)?)$"  # a level that does not state its scale
DATES = ("start", "end")  # of which one says what all rows do, see `current`


def canonical(
    raw: ibis.Table, plan: Plan, vocabulary: Vocabulary, vacant: Sequence[str] = ()
) -> ibis.Table:
    """The table of people as expressions over the raw columns, which are named by their index.

    Rows with one of the names `vacant`, such as 'N.N.', are gathered by post, not as one person.
    """
    at = plan.columns.at
    cells: dict[str, Any] = {"line": raw.line, "person": _person(raw, plan)}
    for c in ("title", "unit", "role", *PRESENCE):
        if at.get(c):
            cells[c] = raw[str(at[c][0])]
    for c in LIST_COLUMNS:
        parts = [_list_cell(raw, i, plan, vocabulary) for i in at.get(c, ())]
        if c == "skills":
            parts += [_wide_cell(raw[str(i)], i, plan, vocabulary) for i in plan.columns.wide]
        if parts:
            cells[c] = _joined(parts)
    if plan.layout == LONG:
        return _gathered(raw, plan, cells, vacant)
    missing = {c: ibis.null("string") for c in COLUMNS if c not in cells}
    return raw.select(**cells, **missing)


def _person(raw: ibis.Table, plan: Plan) -> Any:
    """The name: one column, or the given and the family name."""
    at = plan.columns.at
    names = plan.parts or ("given", "family")
    if at.get("person") and not plan.parts:
        return raw[str(at["person"][0])]
    parts = [raw[str(at[c][0])] for c in names if at.get(c)]
    if len(parts) == 1:
        return parts[0]
    return (parts[0].fill_null("") + " " + parts[1].fill_null("")).strip().nullif("")


def _split(cell: Any, plan: Plan, vocabulary: Vocabulary) -> Any:
    """A cell whose names are separated by ';' alone."""
    marks = [mark for mark in plan.separators if mark != ";"]
    if ";" not in plan.separators:
        cell = cell.replace(";", "\uff1b")
    if "," in marks:
        for name in (n for n in vocabulary.names if "," in n):
            one, two = (re.escape(part.strip()) for part in name.split(",", 1))
            cell = cell.re_replace(rf"(?i)({one})\s*,\s*({two})", rf"\1{FULL_COMMA} \2")
        for _ in range(3):
            cell = cell.re_replace(r"(\([^(),]*),([^()]*\))", rf"\1{FULL_COMMA}\2")
        cell = cell.re_replace(r"(\d),(\d)", rf"\1{FULL_COMMA}\2")
    for mark in marks:
        cell = cell.replace(mark, ";")
    return cell


def _list_cell(raw: ibis.Table, i: int, plan: Plan, vocabulary: Vocabulary) -> Any:
    """The names in a cell, with the level in the heading, or the one in another cell."""
    if (level := plan.columns.levels.get(i)) is None:
        names = _split(raw[str(i)], plan, vocabulary)
        said = level_in_heading(plan.headings[i]) if i in plan.columns.at.get("skills", ()) else ""
        return names.replace(";", f"{UNIT}{said};") + UNIT + said if said else names
    name = raw[str(i)].replace(";", "\uff1b")
    return name + UNIT + _level_cell(raw[str(level)], level, plan).fill_null("")


def _wide_cell(cell: Any, i: int, plan: Plan, vocabulary: Vocabulary) -> Any:
    """The name in the heading of a column, with the level in the cell."""
    name = vocabulary.rated_skill(plan.headings[i]).replace(";", "\uff1b")
    return (name + UNIT) + _level_cell(cell, i, plan)


def _level_cell(cell: Any, i: int, plan: Plan) -> Any:
    """A level, with its scale if the column has one of its own."""
    level = _replaced(cell, ";", ",")
    if scale := plan.scales.get(i):
        level = level.re_replace(PLAIN_NUMBER, with_scale(r"\1", scale))
    return level


def _replaced(cell: Any, mark: str, other: str) -> Any:
    """A cell with another mark in place of one that few have: to look for it is faster."""
    return cell.contains(mark).ifelse(cell.replace(mark, other), cell)


def _joined(parts: Sequence[Any]) -> Any:
    """Several cells as one, with ';' between those that are not blank."""
    return parts[0] if len(parts) == 1 else ibis.literal(";").join(parts).nullif("")


def person_key(raw: ibis.Table, plan: Plan) -> Any:
    """What identifies the person of a row: the key if there is one, else the name."""
    person, key = _person(raw, plan), plan.columns.at.get("key")
    return ibis.coalesce(raw[str(key[0])], person) if key else person


def _gathered(
    raw: ibis.Table, plan: Plan, cells: dict[str, Any], vacant: Sequence[str]
) -> ibis.Table:
    """One row for each person or vacant post, out of a row for each person and skill.

    The names in a cell are in no order: an ordered aggregate would take three times as long.
    """
    at = plan.columns.at
    piece = _replaced(raw[str(at["skill"][0])], ";", "\uff1b")
    if at.get("level"):
        level = _replaced(raw[str(at["level"][0])], ";", ",")
        piece = piece + UNIT + level.fill_null("")
    lists = {c: cells.pop(c) for c in LIST_COLUMNS if c in cells}
    lists["skills"] = _joined([piece, lists["skills"]]) if "skills" in lists else piece
    by = "who" if at.get("key") else "person"
    rows = raw.select(**cells | {by: person_key(raw, plan)}, **lists)
    others = [c for c in cells if c not in ("line", by)]
    by_post = [c for c in ("title", "unit") if vacant and c in cells]
    post = {f"post {c}": rows[by].isin(vacant).ifelse(rows[c], None) for c in by_post}
    found = rows.group_by([rows[by], *(value.name(name) for name, value in post.items())]).agg(
        line=rows.line.min(),
        **{c: rows[c].max() if c in DATES else _one_or_both(rows[c]) for c in others},
        **{c: rows[c].group_concat(";") for c in lists},
    )
    missing = {c: ibis.null("string") for c in COLUMNS if c not in (*cells, *lists)}
    return found.select(*cells, *lists, **missing)


def one_per_line(people: ibis.Table) -> ibis.Table:
    """One row for each line of a table, several of which may have the same after a join."""
    others = [c for c in people.columns if c not in ("line", *LIST_COLUMNS)]
    found = people.group_by("line").agg(
        **{c: people[c].max() if c in DATES else _one_or_both(people[c]) for c in others},
        **{c: people[c].group_concat(";") for c in LIST_COLUMNS},
    )
    return found.select(*people.columns)


def _one_or_both(column: Any) -> Any:
    """The one value of a person, or two of them if they differ."""
    low, high = column.min(), column.max()
    return (low == high).ifelse(high, low + "; " + high)
