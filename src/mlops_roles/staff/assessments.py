"""Assessments in a table: scales that differ by column, and which of several levels counts.

Of several assessments of one person and skill the latest counts. Those of one date, or of none, are
reported if their levels differ in meaning. Only distinct names and dates, and the rows in conflict,
are seen by Python.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..io.text import quoted
from ..ontology.names import fold_name
from .arrow_arrays import sorted_values
from .canonical import PLAIN_NUMBER, person_key
from .dates import comparable_dates, is_iso_date
from .engine import Engine
from .headings import is_in_years
from .layouts import Plan
from .markers import is_marker
from .reading import LONG, Reading, ReadOptions, one_line, shown_lines
from .scales import YEARS, check_on_scale, scale_ends, with_scale
from .skill_cells import UNIT, SkillCells
from .values import fold_value, meanings, parse_level

if TYPE_CHECKING:
    import ibis

REPLACED = "replaced by a later assessment"
MAX_CONFLICTS = 1000  # rows in conflict that are looked at


@dataclass(frozen=True)
class Assessment:
    """One skill of a person as a row of a table has it."""

    line: int  # the line of the row
    name: str  # name, level: as written; the level is None if the table has no levels
    level: str | None
    date: str = ""  # date, source: of the assessment, as written; '' if there is none
    source: str = ""

    @property
    def piece(self) -> str:
        """The name with its level, as in the cell of skills that `layouts` makes."""
        name = self.name.replace(";", "\uff1b")
        return name if self.level is None else name + UNIT + self.level.replace(";", ",")


# scales ----------------------------------------------------------------------------------


def own_scales(
    plan: Plan, values: Mapping[int, Iterable[str]], options: ReadOptions, file: str
) -> None:
    """Find the columns whose levels are on a scale of their own, and enter them in the plan.

    A scale is settled by an option, or stated in brackets in a heading; numbers of years are on no
    scale. Raises InputError for an option that names no column of levels, and if the levels of some
    columns end at 7 or below and those of others above 10, so that one scale would misread one of
    them.
    """
    columns = {plan.headings[i].strip(): i for i in values}
    for heading, scale in ((one_line(name), scale) for name, scale in options.scales.items()):
        if heading not in columns:
            raise InputError(
                f"--scale {heading}={scale}: no column of levels has this heading; there are "
                f"{', '.join(columns)[:300] or 'none'}"
            )
        if scale != YEARS:
            found = values[columns[heading]]
            open_ = (v for v in found if ("level", fold_value(v)) not in options.values)
            check_on_scale(open_, scale, heading)
        plan.scales[columns[heading]] = scale
    years = [i for i in values if i not in plan.scales and is_in_years(plan.headings[i])]
    plan.scales.update(dict.fromkeys(years, YEARS))
    if options.scale or len(values) < 2:
        return
    highest = {i: _highest(found) for i, found in values.items()}
    stated = {i: _stated(plan.headings[i], highest[i]) for i in values if i not in plan.scales}
    if len(set(stated.values())) > 1:
        plan.scales.update({i: scale for i, scale in stated.items() if scale})
    _check_one_scale(plan, values, highest, file)


def _check_one_scale(
    plan: Plan, values: Mapping[int, Iterable[str]], highest: Mapping[int, float], file: str
) -> None:
    """Raise InputError if the levels of columns without a scale of their own are on two scales."""
    rest = {i: top for i, top in highest.items() if i not in plan.scales and top > 1}
    low = [i for i, top in rest.items() if top <= 7]
    high = [i for i, top in rest.items() if top > 10]
    shares = [i for i in highest if i not in {*plan.scales, *rest} and _has_fraction(values[i])]
    for some, others, scale, all_ in ((low, high, "0-5", "0-100"), (shares, [*rest], "0-1", "0-5")):
        if some and others:
            one, other = plan.headings[some[0]].strip(), plan.headings[others[0]].strip()
            raise InputError(
                f"{file}: two scales: levels up to {highest[some[0]]:g} in column {one!r} and up "
                f"to {rest[others[0]]:g} in {other!r}; name that of one column with --scale "
                f"{quoted(f'{one}={scale}')}, or that of all with --scale {all_}"
            )


def _highest(values: Iterable[str]) -> float:
    """The highest number among levels that state no scale of their own."""
    levels = filter(None, map(parse_level, values))
    return max((x.number or 0.0 for x in levels if not x.top), default=0.0)


def _has_fraction(values: Iterable[str]) -> bool:
    """Whether levels of at most one are shares of it, as a workbook keeps percentages."""
    levels = filter(None, map(parse_level, values))
    return any((x.number or 0.0) % 1 for x in levels if not x.top)


def _stated(heading: str, highest: float) -> str:
    """The scale in the brackets of a heading, if all levels are on it; else ''."""
    match = re.search(r"[(\[]([^)\]]*)[)\]]\s*$", heading)
    ends = scale_ends(match[1]) if match else None
    return f"{ends[0]:g}-{ends[1]:g}" if ends and highest <= ends[1] else ""


def on_scale(level: str, scale: str | None) -> str:
    """A level with the scale that it is on, if that is one of its own."""
    if scale is None or not re.match(PLAIN_NUMBER, level):
        return level
    return with_scale(level, scale)


# several levels of one skill ----------------------------------------------------------------


@dataclass
class SeveralLevels:
    """The rows of a table in which a person may have one skill, or be, more than once."""

    raw: ibis.Table  # the columns by their index, and `line`
    plan: Plan  # how the table is read
    names: Mapping[str, Any]  # the names of skills and tools; those with one meaning are one skill
    engine: Engine  # engine, reading, options: those of the reader
    reading: Reading
    options: ReadOptions

    @property
    def is_long(self) -> bool:
        """Whether a row is of one person and skill."""
        return self.plan.layout == LONG

    def latest(self) -> ibis.Table:
        """The rows without those that a later row of the same person, and skill, replaces.

        A row without a date counts as the earliest. Raises InputError for a value that is no date.
        """
        if not self.plan.columns.at.get("date"):
            return self.raw
        rows = self._rows()
        days = self.engine.from_rows({"date": str, "day": str}, sorted(self._days(rows).items()))
        dated = rows.left_join(days, "date")
        dated = dated.mutate(day=dated.day.fill_null(""))
        by = ["who", "key"] if self.is_long else ["who"]
        newest = dated.group_by(by).agg(newest=dated.day.max())
        both = dated.join(newest, by)
        is_old = both.day < both.newest
        old = self.engine.fetch_rows(both.filter(is_old).select("line", "who").order_by("line"))
        nobody = sorted({who for _, who in old if not who or is_marker(who)})
        lines = [line for line, who in old if who not in nobody]
        if not lines:
            return self.raw
        if self.is_long:
            self.reading.notes.append(f"Rows {REPLACED}: {shown_lines(lines)}")
        else:
            self.reading.leave_out(REPLACED, lines)
        is_kept = ~is_old | both.who.isin(nobody) if nobody else ~is_old
        columns = [c for c in self.raw.columns if c in both.columns]
        self.raw = self.engine.materialize(both.filter(is_kept).select(*columns))
        return self.raw

    def _days(self, rows: ibis.Table) -> dict[str, str]:
        """Each distinct date of assessments as ISO text.

        Raises InputError for a value that is no date, and for dates whose order is open.
        """
        column = next((c.heading for c in self.reading.columns if c.column == "date"), "date")
        place = f"{self.reading.file}: column {column!r}"
        known, written = {}, list[str]()
        values = rows.filter(rows.date.notnull()).select("date").distinct()
        for (value,) in self.engine.fetch_rows(values):
            settled = self.options.values.get(("date", fold_value(value)), "")
            if is_iso_date(settled):
                known[value] = settled
            elif settled != "blank" and fold_value(value) not in meanings("cell"):
                written.append(value)
        found = comparable_dates(written, place)
        if strange := next((v for v, day in found.items() if day is None), None):
            raise InputError(
                f"{place}: {strange!r} is not a date; write 2026-01-31, or settle it with "
                f"--value {quoted(f'date:{strange}=2026-01-31')} (or =blank)"
            )
        return known | {value: day for value, day in found.items() if day}

    def report_conflicts(self, cells: SkillCells) -> None:
        """Report the people with several levels of one skill that differ in meaning."""
        if not (self.is_long and self.plan.columns.at.get("level")):
            return
        rows = self._rows()
        if not self._may_repeat(rows):
            return
        by_skill = rows.group_by("who", "key").agg(
            times=rows.count(), low=rows.level.min(), high=rows.level.max()
        )
        several = by_skill.filter((by_skill.times > 1) & (by_skill.low != by_skill.high))
        both = rows.join(several.limit(MAX_CONFLICTS).select("who", "key"), ["who", "key"])
        found: dict[tuple[str, str], list[tuple[int, str, str]]] = defaultdict(list)
        columns = ("who", "key", "line", "name", "level")
        for who, key, *row in self.engine.fetch_rows(both.order_by("line").select(*columns)):
            found[who, key].append((row[0], row[1], row[2]))
        differing = [
            group for group in found.values() if len({cells.state(row[2]) for row in group}) > 1
        ]
        if differing:
            shown = "; ".join(
                " and ".join(f"line {line}: {name} {level}" for line, name, level in group[:3])
                for group in differing[:4]
            )
            more = f"; and {len(differing) - 4:,} more" if len(differing) > 4 else ""
            self.reading.notes.append(
                "Several levels of one skill of one person, and no date that says which is later: "
                f"{shown}{more}; the highest counts, and who has and lacks a skill is rejected"
            )

    def _may_repeat(self, rows: ibis.Table) -> bool:
        """Whether a person may have a skill twice: no, if all hashes of the pairs differ.

        To sort hashes takes half the time that grouping the texts does.
        """
        if self.engine.con.name != "duckdb":
            return True
        pairs = rows.select(pair=_hash()(rows.who, rows["key"]))
        hashes = sorted_values(self.engine.to_arrow(pairs)["pair"])
        return bool((hashes[1:] == hashes[:-1]).any())

    def _rows(self) -> ibis.Table:
        """The rows with who, name, level, date and key, which is the same for one skill."""
        import ibis

        raw, at = self.raw, self.plan.columns.at

        def column(name: str) -> Any:
            return raw[str(at[name][0])] if at.get(name) else ibis.null("string")

        rows = raw.mutate(
            who=person_key(raw, self.plan).fill_null(""),
            name=column("skill").fill_null(""),
            level=column("level").fill_null(""),
            date=column("date"),
        )
        if not self.is_long:
            return rows.mutate(key=rows.name)
        names = [name for (name,) in self.engine.fetch_rows(rows.select("name").distinct())]
        keys = {name: self._key(name) for name in names}
        if len(set(keys.values())) == len(names):
            return rows.mutate(key=rows.name)
        table = self.engine.from_rows({"name": str, "key": str}, sorted(keys.items()))
        return rows.join(table, "name")

    def _key(self, name: str) -> str:
        """The skills that a name means, or the name itself if it is a tool or unknown."""
        folded = fold_name(name)
        meaning = self.names.get(folded, [])
        skills = sorted(skill for kind, skill in meaning if kind == "recorded")
        return " ".join(skills) or folded


@cache
def _hash() -> Any:
    """The function of DuckDB, the same object each time: its expressions have one shape then."""
    import ibis

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def hash(one: str, other: str) -> int:
        """Replaced by the function of DuckDB."""
        return 0

    return hash


def find_assessments(raw: ibis.Table, plan: Plan, engine: Engine, line: int) -> list[Assessment]:
    """The assessments of the person in a line, in the order of the rows."""
    import ibis

    at = plan.columns.at

    def column(name: str) -> Any:
        return raw[str(at[name][0])] if at.get(name) else ibis.null("string")

    names = {"name": "skill", "level": "level", "date": "date", "source": "source"}
    rows = raw.select(
        line=raw.line,
        who=person_key(raw, plan),
        **{ours: column(theirs) for ours, theirs in names.items()},
    )
    if plan.layout == LONG:
        one = rows.filter(rows.line == line).select(who="who")
        rows = rows.filter(rows.name.notnull()).join(one, "who")
    else:
        rows = rows.filter(rows.line == line)
    found = engine.fetch_rows(rows.order_by("line").select("line", *names))
    has_levels = bool(at.get("level"))
    return [
        Assessment(n, name or "", (level or "") if has_levels else None, date or "", source or "")
        for n, name, level, date, source in found
    ]
