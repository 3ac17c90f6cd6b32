"""Which rows hold at a date, by the dates in their columns of starts and ends.

Each distinct date is read once; the engine finds the rows that have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..io.text import quoted
from .canonical import person_key
from .dates import iso_dates
from .engine import Engine
from .headings import is_of_rows
from .joining import ROW
from .layouts import Plan
from .reading import LONG, Reading, ReadOptions, shown_lines
from .values import fold_value, meanings

if TYPE_CHECKING:
    import ibis


@dataclass
class Dates:
    """The starts and ends of the rows of a table, at the date of the options."""

    table: ibis.Table  # with `line`, and `start` or `end` or both, as written
    engine: Engine
    reading: Reading
    options: ReadOptions
    # the lines of some rows, if those of the table are numbers of rows
    lines_of: Callable[[Iterable[int]], list[int]] = sorted

    def over(self) -> tuple[list[int], list[int]]:
        """The lines that have ended, and those that have not begun.

        Raises InputError for a value that is no date, or whose order is open.
        """
        day = self.options.date
        isos = {c: self._isos(c) for c in ("end", "start") if c in self.table.columns}
        gone = [value for value, iso in isos.get("end", {}).items() if iso < day]
        soon = [value for value, iso in isos.get("start", {}).items() if iso > day]
        ended = self._having("end", gone) if gone else []
        earlier = set(self._of_earlier_employment(gone, isos)) if ended else set()
        begin = self._having("start", soon) if soon else []
        return [line for line in ended if line not in earlier], begin

    def _having(self, column: str, values: list[str]) -> list[int]:
        rows = self.engine.from_rows({"value": str}, [(value,) for value in values])
        found = self.table.semi_join(rows, self.table[column] == rows.value)
        return self._line_numbers(found)

    def _line_numbers(self, rows: ibis.Table) -> list[int]:
        return [line for (line,) in self.engine.fetch_rows(rows.select("line"))]

    def _isos(self, column: str) -> dict[str, str]:
        """Each date of a column as ISO text; those that are open are left out."""
        heading = next((c.heading for c in self.reading.columns if c.column == column), column)
        place = f"{self.reading.file}: column {heading!r}"
        written = self.table.filter(self.table[column].notnull()).select(v=column).distinct()
        distinct = sorted(value for (value,) in self.engine.fetch_rows(written))
        values = [value for value in distinct if not self._is_open(column, value)]
        found = {}
        for value, iso in iso_dates(values, column == "end", place, self.options.date).items():
            if iso is None:
                raise InputError(
                    f"{place}: {value!r} is not a date; write 2026-01-31, or settle it with "
                    f"--value {quoted(f'{column}:{value}=blank')}"
                )
            found[value] = iso
        return found

    def _is_open(self, column: str, value: str) -> bool:
        """Whether a date says that there is none yet."""
        folded = fold_value(value)
        settled = self.options.values.get((column, folded))
        return settled == "blank" or folded in meanings("cell") or folded in meanings("end")

    def _of_earlier_employment(self, ends: list[str], isos: dict[str, dict[str, str]]) -> list[int]:
        """The lines whose end is before their start, as of people who came back."""
        if "start" not in isos:
            return []
        t = self.table
        rows = self.engine.from_rows({"value": str}, [(value,) for value in ends])
        left = t.filter(t.start.notnull()).semi_join(rows, t.end == rows.value)
        pairs = self.engine.fetch_rows(left.select("start", "end").distinct())
        odd = [pair for pair in pairs if isos["start"].get(pair[0], "") > isos["end"][pair[1]]]
        if not odd:
            return []
        both = self.engine.from_rows({"start": str, "end": str}, odd)
        lines = self._line_numbers(t.semi_join(both, ["start", "end"]))
        self.reading.notes.append(
            "An end before the start is that of an earlier employment, and does not count: "
            f"{shown_lines(self.lines_of(lines))}"
        )
        return lines


def current_rows(
    raw: ibis.Table, plan: Plan, engine: Engine, reading: Reading, options: ReadOptions
) -> ibis.Table:
    """The rows of a long table without those that have ended or not begun.

    Dates of skills ('Valid to') leave the people, without these skills. Other dates are those of
    rows if a person has several; if all rows are over, they are kept, and the person is not there.
    """
    at = plan.columns.at
    indices = {c: at[c][0] for c in ("start", "end") if at.get(c)}
    if plan.layout != LONG or not indices:
        return raw
    dates = {c: raw[str(i)] for c, i in indices.items()}
    number = raw[ROW if ROW in raw.columns else "line"]
    rows = engine.materialize(raw.select(line=number, who=person_key(raw, plan), **dates))

    def lines_of(numbers: Iterable[int]) -> list[int]:
        if ROW not in raw.columns:
            return sorted(numbers)
        found = raw.filter(_is_in(number, numbers)).select("line").distinct()
        return sorted(line for (line,) in engine.fetch_rows(found))

    ended_or_soon = Dates(rows, engine, reading, options, lines_of).over()
    over = sorted({row for some in ended_or_soon for row in some})
    if any(is_of_rows(plan.headings[i]) for i in indices.values()):
        _report("Skills whose dates have ended or not begun", lines_of(over), reading)
        return engine.materialize(_without_skills(raw, _is_in(number, over), plan))
    if not over:
        return raw
    dropped, kept = _dropped(rows, over, list(dates), engine)
    for what, some in (
        ("Rows that have ended or not begun", dropped),
        ("A date in some rows of a person is taken as that of the person", kept),
    ):
        _report(what, lines_of(some), reading)
    return engine.materialize(raw.filter(number.notin(dropped))) if dropped else raw


def _is_in(number: Any, some: Iterable[int]) -> Any:
    """Whether a number is among some; no engine has to know an empty list."""
    return number.isin(list(some)) if some else number.isnull()


def _without_skills(raw: ibis.Table, is_over: Any, plan: Plan) -> ibis.Table:
    """A table of skills without those of some rows, and without its dates."""
    import ibis

    none, at = ibis.null("string"), plan.columns.at
    skill = sorted({str(at[c][0]) for c in ("skill", "level") if at.get(c)})
    cells = {name: is_over.ifelse(none, raw[name]) for name in skill}
    dates = {str(at[c][0]): none for c in ("start", "end") if at.get(c)}
    return raw.mutate(**cells, **dates)


def _dropped(
    rows: ibis.Table, over: list[int], columns: list[str], engine: Engine
) -> tuple[list[int], list[int]]:
    """The rows that are over, of people who have another row: with several dates, and with one."""
    is_over = rows.line.isin(over)
    several = [(rows[c].nunique() > 1).cast("int64") for c in columns]
    people = rows.group_by("who").agg(
        rows=rows.count(), over=is_over.sum(), several=sum(several[1:], several[0])
    )
    some = people.filter((people.over > 0) & (people.over < people.rows))
    both = rows.filter(is_over).join(some.select("who", "several"), "who")
    found = engine.fetch_rows(both.select("line", "several").order_by("line"))
    return [row for row, n in found if n], [row for row, n in found if not n]


def _report(what: str, lines: list[int], reading: Reading) -> None:
    if lines:
        reading.notes.append(f"{what}: {shown_lines(lines)}")
