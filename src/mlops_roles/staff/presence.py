"""Who counts: people who are there at a date, and no vacancies, totals or legends.

Each distinct status and date is read once; the engine finds the rows that have it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..errors import InputError
from ..io.text import quoted
from .current import Dates
from .engine import Engine
from .markers import (
    LEFT,
    LEGEND,
    NOBODY,
    REMARK,
    VACANT,
    marker_pattern,
    may_be_two,
    name_meaning,
    name_says_vacant,
    says_left,
    title_meaning,
    two_names_pattern,
    without_vacant,
)
from .people_table import COLUMNS
from .reading import Reading, ReadOptions, shown_lines
from .values import fold_value, meanings, status_of

if TYPE_CHECKING:
    import ibis

SOON = "not yet started"
REASONS = (VACANT, NOBODY, LEFT, SOON)  # the first that holds counts
STATUSES = ("present", "on leave", LEFT, SOON, VACANT)
MAX_STATUSES = 500  # distinct values of a column of statuses


class Presence:
    """The rows of a table that do not count, found column by column.

    Attributes:
        reasons: line to the reason why it does not count.
    """

    def __init__(self, table: ibis.Table, engine: Engine, reading: Reading, options: ReadOptions):
        self.table, self.engine, self.reading, self.options = table, engine, reading, options
        self.reasons: dict[int, str] = {}
        self._two_names: list[int] = []  # lines, as the next two
        self._on_leave: list[int] = []
        self._no_status: list[int] = []
        if {"status", "start", "end", "left", "vacant"} & set(table.columns):
            reading.as_of = options.date
        found: dict[str, list[int]] = {reason: [] for reason in REASONS}
        said = (*self._markers(), *self._titles(), *self._statuses(), *self._dates())
        for reason, lines in said:
            found[reason] += lines
        for reason in REASONS:
            for line in found[reason]:
                self.reasons.setdefault(line, reason)
        for reason in REASONS:
            reading.leave_out(reason, [n for n, why in self.reasons.items() if why == reason])
        self._count_open_roles()
        self._note_counted()
        if reading.form != "rdf":
            self._note_bare_names()

    def _note_counted(self) -> None:
        """Report the rows that count though their status does not say so plainly."""
        open_, leave = (
            [line for line in lines if line not in self.reasons]
            for lines in (self._no_status, self._on_leave)
        )
        if open_:
            self.reading.notes.append(
                f"Without a status, and counted: {shown_lines(open_)}; --value 'status:=left' "
                "leaves them out"
            )
        if leave:
            self.reading.notes.append(f"On leave, and counted: {len(leave):,}")

    def _note_bare_names(self) -> None:
        """Report the rows that have a name and nothing else, such as headings of groups."""
        t = self.table
        facts = [c for c in COLUMNS if c != "person"]
        bare = t.filter(t.person.notnull(), *(t[c].isnull() for c in facts)).select("line")
        lines = [
            n
            for n in self._line_numbers(bare.order_by("line").limit(1000))
            if n not in self.reasons
        ]
        if lines:
            self.reading.notes.append(
                f"Counted as people, with nothing but a name: {shown_lines(lines)}"
            )
        units = [u for u in self._distinct("unit") if says_left(f"({u})", self.options.date)]
        gone = self._having("unit", units) if units else []
        if lines := sorted(n for n in gone if n not in self.reasons):
            self.reading.notes.append(
                f"Units whose names say that people left, who count: {shown_lines(lines)}"
            )
        if lines := sorted(n for n in self._two_names if n not in self.reasons):
            self.reading.notes.append(
                f"Names that may be of two people, and count as one: {shown_lines(lines)}"
            )

    def _settled(self, column: str, value: str) -> str | None:
        return self.options.values.get((column, fold_value(value)))

    def _note(self, column: str, value: str, meaning: str) -> None:
        values = self.reading.values.setdefault(column, {})
        if len(values) < MAX_STATUSES:
            values[value] = meaning

    def _line_numbers(self, rows: ibis.Table) -> list[int]:
        return [line for (line,) in self.engine.fetch_rows(rows.select("line"))]

    def _distinct(self, column: str) -> list[str]:
        """The distinct values of a column."""
        found = self.table.filter(self.table[column].notnull()).select(v=column).distinct()
        return sorted(value for (value,) in self.engine.fetch_rows(found))

    def _having(self, column: str, values: Iterable[str]) -> list[int]:
        """The lines that have one of some values."""
        rows = self.engine.from_rows({"value": str}, [(value,) for value in values])
        return self._line_numbers(self.table.semi_join(rows, self.table[column] == rows.value))

    # names that are none ---------------------------------------------------------------

    def _markers(self) -> Iterator[tuple[str, list[int]]]:
        """Vacancies, totals and legends where a name should be, and vacancies in titles."""
        t = self.table
        near = t.person.lower().re_search(f"{marker_pattern()}|{REMARK}|{two_names_pattern()}")
        legend = t.title.isnull() & t.person.re_search(LEGEND)
        rows = t.filter(near | legend).select("line", "person", "title")
        for line, person, title in self.engine.fetch_rows(rows):
            meaning = name_meaning(person, title, self.options)
            if not (meaning or self._settled("person", person)):
                meaning = LEFT if says_left(person, self.options.date) else None
                meaning = meaning or (VACANT if name_says_vacant(person) else None)
            if meaning:
                if fold_value(person) in meanings("person"):  # others may hold a name
                    self._note("person", person, meaning)
                yield meaning, [line]
            elif may_be_two(person):
                self._two_names.append(line)
        for column, value in self.options.values:
            if column == "person":
                yield from self._settled_person(value)
        facts = [t[c] for c in t.columns if c not in ("line", "key")]
        yield NOBODY, self._line_numbers(t.filter(*(cell.isnull() for cell in facts)))

    def _titles(self) -> Iterator[tuple[str, list[int]]]:
        """The rows whose title says that the post is vacant or has ended, or is of no person."""
        for value in self._distinct("title"):
            meaning = self._settled("title", value)
            if meaning not in (None, "present", VACANT, LEFT, NOBODY):
                raise InputError(
                    f"--value title:{value}={meaning}: not a meaning; use present, left, vacant or "
                    "no person"
                )
            meaning = meaning or title_meaning(value, self.options.date)
            if meaning in (VACANT, LEFT, NOBODY):
                self._note("title", value, meaning)
                if meaning == LEFT:
                    self.reading.as_of = self.options.date
                yield meaning, self._having("title", [value])

    def _settled_person(self, value: str) -> Iterator[tuple[str, list[int]]]:
        meaning = self.options.values["person", value]
        if meaning not in (VACANT, NOBODY, LEFT, "person"):
            raise InputError(
                f"--value person:{value}={meaning}: not a meaning; use person, vacant, no person "
                "or left"
            )
        if meaning != "person":
            yield meaning, self._line_numbers(self.table.filter(self.table.person.lower() == value))

    # statuses --------------------------------------------------------------------------

    def _statuses(self) -> Iterator[tuple[str, list[int]]]:
        of: dict[str, list[str]] = {}
        if "status" in self.table.columns:
            for value in self._distinct("status"):
                of.setdefault(self._status(value), []).append(value)
            for meaning, values in of.items():
                if meaning in REASONS:
                    yield meaning, self._having("status", values)
            yield from self._blank_statuses()
            if leave := of.get("on leave"):
                self._on_leave = self._having("status", leave)
        for column in (LEFT, VACANT):
            if column in self.table.columns:
                yes = [v for v in self._distinct(column) if self._is_yes(column, v)]
                yield column, self._having(column, yes) if yes else []

    def _blank_statuses(self) -> Iterator[tuple[str, list[int]]]:
        """The rows without a status, which count unless that is settled in another way."""
        t = self.table
        blank = [v for v in self._distinct("status") if self._is_blank_status(v)]
        no_status = self._line_numbers(t.filter(t.status.isnull(), t.person.notnull()))
        lines = sorted([*no_status, *(self._having("status", blank) if blank else ())])
        meaning = self._settled("status", "")
        if meaning in REASONS:
            self._note("status", "", meaning)
            yield meaning, lines
        elif not meaning:
            self._no_status = lines

    def _is_blank_status(self, value: str) -> bool:
        folded = fold_value(value)
        return folded in meanings("cell") and not (
            self._settled("status", value) or status_of(value)
        )

    def _status(self, value: str) -> str:
        """What a status means; an error with the option that settles it, if nothing says so."""
        meaning = self._settled("status", value) or status_of(value)
        if not meaning and fold_value(value) in meanings("thing"):
            meaning = NOBODY  # such as 'room' and 'service account' in a column of types
        if self._is_blank_status(value):
            meaning = "present"
        if meaning not in (*STATUSES, NOBODY):
            option = quoted(f"status:{value}=present")
            fix = f"settle it with --value {option} ({', '.join(STATUSES)})"
            said = f"{meaning!r} is no status" if meaning else "an unknown status"
            heading = self._heading("status")
            raise InputError(f"{self.reading.file}: {value!r} in {heading}: {said}; {fix}")
        self._note("status", value, meaning)
        return meaning

    def _is_yes(self, column: str, value: str) -> bool:
        """Whether a column of yes and no says yes."""
        folded = fold_value(value)
        meaning = self._settled(column, value) or (
            status_of(value) if folded not in meanings("cell") else LEFT
        )
        if folded == "x" or meaning == column:
            meaning = "yes" if folded in ("x", column) else meaning
        said = {"present": "yes", LEFT: "no", "yes": "yes", "no": "no"}.get(meaning or "")
        if said is None:
            fix = f"settle it with --value {quoted(f'{column}:{value}=yes')} (yes, no)"
            heading = self._heading(column)
            raise InputError(
                f"{self.reading.file}: {value!r} in {heading}: neither yes nor no; {fix}"
            )
        self._note(column, value, said)
        return said == "yes"

    def _heading(self, column: str) -> str:
        found = (c.heading for c in self.reading.columns if c.column == column)
        return f"column {next(found, column)!r}"

    # dates -----------------------------------------------------------------------------

    def _dates(self) -> Iterator[tuple[str, list[int]]]:
        ended, begin = Dates(self.table, self.engine, self.reading, self.options).over()
        yield LEFT, ended
        yield SOON, begin

    # open posts ------------------------------------------------------------------------

    def _count_open_roles(self) -> None:
        """Count the titles of the vacant posts."""
        lines = [n for n, why in self.reasons.items() if why == VACANT]
        if not lines:
            return
        rows = self.engine.from_rows({"line": int}, [(n,) for n in lines])
        t = self.table.join(rows, "line")
        posts = self.engine.fetch_rows(t.select(title=t.title.fill_null(t.role), unit="unit"))
        counted = Counter(self.reading.open_roles)  # posts in RDF that no person holds
        in_units = Counter[tuple[str, str]]()
        for title, unit in posts:
            name = without_vacant(title or "without a title")
            counted[name] += 1
            in_units[name, unit or ""] += 1
        self.reading.open_roles = dict(sorted(counted.items(), key=lambda p: (-p[1], p[0])))
        self.reading.open_in_units = [
            {"title": title, "unit": unit, "posts": n}
            for (title, unit), n in sorted(in_units.items(), key=lambda p: (-p[1], p[0]))
            if unit
        ]
