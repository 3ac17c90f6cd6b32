"""The levels of a table: whether each is one, on which scale, and how names are read with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import ibis

from ..errors import InputError
from ..io.text import quoted
from .assessments import on_scale, own_scales
from .direction import check_rising
from .engine import Engine
from .layouts import Plan
from .people_table import LIST_COLUMNS
from .reading import LONG, Reading, ReadOptions
from .scales import STATES, YEARS, Scale, check_on_scale, scale_of
from .skill_cells import SkillCells
from .sources import SAMPLE_ROWS
from .values import TICK, fold_value, meanings, parse_level

MAX_LEVELS = 200  # distinct levels that a reading shows


class LevelReader:
    """Reads the levels of one table; a reading reports them, and their scale."""

    def __init__(self, engine: Engine, options: ReadOptions, names: Mapping[str, object]):
        self.engine, self.options, self.names = engine, options, names

    def of_columns(
        self, plan: Plan, reading: Reading, distinct: Callable[[int], list[str]]
    ) -> SkillCells:
        """How names are read with the levels in some columns, by the distinct values of each.

        Raises InputError for a value that is no level, or a scale that is not clear.
        """
        settled = {v: m for (c, v), m in self.options.values.items() if c == "level"}
        for value, meaning in settled.items():
            if meaning not in STATES:
                raise InputError(
                    f"--value level:{value}={meaning}: not a meaning; use {', '.join(STATES)}"
                )
        levels = plan.columns.at.get("level", ()) if plan.layout == LONG else ()
        indices = [*plan.columns.wide, *levels, *plan.columns.levels.values()]
        of = {i: distinct(i) for i in indices}
        own_scales(plan, of, self.options, reading.file)
        of = {i: [on_scale(v, plan.scales.get(i)) for v in found] for i, found in of.items()}
        values = sorted({value for found in of.values() for value in found})
        signs = meanings("sign")  # a scale with both ends; '-' alone is a blank
        if {sign for sign in signs if len(sign) > 1} <= set(values):
            settled = signs | settled
        for i, found in of.items():
            for value in found:
                self._check_level(value, f"in column {plan.headings[i]!r}", settled, reading)
        open_ = [value for value in values if fold_value(value) not in settled]
        stated = [*(plan.headings[i] for i in indices), plan.legend]
        check_rising(open_, stated, reading.file)
        headings = [plan.headings[i] for i in indices if i not in plan.scales]
        cells = self._with_scale(values, headings, settled, reading)
        _report_own_scales(
            reading, {plan.headings[i].strip(): scale for i, scale in sorted(plan.scales.items())}
        )
        return cells

    def of_lists(self, people: ibis.Table, cells: SkillCells, reading: Reading) -> SkillCells:
        """How names are read, if a sample of the cells has levels with names."""
        own = (reading.scale or {}).get("columns", {})
        columns = [c for c in LIST_COLUMNS if people[c].type().is_string()]
        sample = self.engine.fetch_rows(people.select(*columns).head(SAMPLE_ROWS))
        pieces = {p for row in sample for cell in row if cell for p in cell.split(";")}
        known = reading.values.get("level", {})  # of columns, such as a mark
        if not any(level and level not in known for p in pieces for level in cells.levels(p)):
            return cells
        parts = [
            people.filter(people[c].notnull()).select(piece=people[c].split(";").unnest())
            for c in columns
        ]
        found = self.engine.fetch_rows(ibis.union(*parts, distinct=True))
        values = {level for (p,) in found if p for level in cells.levels(p)}
        for value in sorted(values):
            self._check_level(value, "in a cell of JSON", cells.settled, reading)
        check_rising([v for v in values if fold_value(v) not in cells.settled], [], reading.file)
        cells = self._with_scale(values.union(known), [], cells.settled, reading)
        _report_own_scales(reading, own)
        return cells

    def _check_level(
        self, value: str, place: str, settled: Mapping[str, str], reading: Reading
    ) -> None:
        """Raise InputError for a level that is none and not settled."""
        if parse_level(value) is None and fold_value(value) not in settled:
            raise InputError(
                f"{reading.file}: {value!r} {place}: not a level; settle it with --value "
                f"{quoted(f'level:{value}=has')} ({', '.join(STATES)})"
            )

    def _with_scale(
        self,
        values: Iterable[str],
        headings: Sequence[str],
        settled: Mapping[str, str],
        reading: Reading,
    ) -> SkillCells:
        """How names are read with the scale of some levels, which the reading reports."""
        levels = {value: parse_level(value) for value in values}
        if self.options.scale:
            open_ = (value for value in levels if fold_value(value) not in settled)
            check_on_scale(open_, self.options.scale)
        stated = [x for x in levels.values() if x and x.kind == "level"]
        scale = scale_of(stated, self.options, headings) if stated else Scale()
        cells = SkillCells(self.names, scale, settled)
        if stated:
            reading.scale = scale.to_dict()
        shown = sorted(levels)[:MAX_LEVELS]
        if shown:
            reading.values["level"] = {value: STATES[cells.state(value)] for value in shown}
        note = "A mark such as x counts as has"
        if TICK in levels.values() and note not in reading.notes:
            reading.notes.append(note)
        return cells


def _report_own_scales(reading: Reading, own: Mapping[str, str]) -> None:
    """Report the scales of single columns, by their headings, if the reading has levels."""
    if reading.scale and own and "columns" not in reading.scale:
        shown = ", ".join(f"{h} {'in' if s == YEARS else 'on'} {s}" for h, s in own.items())
        reading.scale |= {"columns": dict(own), "text": f"{reading.scale['text']}; {shown}"}


def report_unseen(reading: Reading, options: ReadOptions) -> None:
    """Report settled statuses and levels that are nowhere in the file, such as misspelled ones."""
    unseen = [
        f"{kind} {value!r}"
        for kind, value in options.values
        if value and kind in ("status", "level") and len(reading.values.get(kind, ())) < MAX_LEVELS
        if value not in map(fold_value, reading.values.get(kind, ()))
    ]
    if unseen:
        more = f" and {len(unseen) - 5} more" if len(unseen) > 5 else ""
        reading.notes.append(f"Settled, and not in the file: {', '.join(unseen[:5])}{more}")
