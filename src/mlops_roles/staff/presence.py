"""Who counts: people who are there at a date, and no vacancies, totals or legends.

Each distinct status and date is read once; the engine finds the rows that have it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .dates import is_date, iso_dates
from .engine import Engine
from .headings import is_marker
from .layouts import LONG
from .people_table import COLUMNS
from .reading import Reading, ReadOptions
from .values import BLANK, fold_value, meanings, parse_level, status_of

if TYPE_CHECKING:
    import ibis

VACANT, NOBODY, LEFT, SOON = "vacant", "no person", "left", "not yet started"
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
        if {"status", "start", "end", "left", "vacant"} & set(table.columns):
            reading.as_of = options.date
        found: dict[str, list[int]] = {reason: [] for reason in REASONS}
        for reason, lines in (*self._markers(), *self._statuses(), *self._dates()):
            found[reason] += lines
        for reason in REASONS:
            for line in found[reason]:
                self.reasons.setdefault(line, reason)
        for reason in REASONS:
            reading.leave_out(reason, [n for n, why in self.reasons.items() if why == reason])
        self._count_open_roles()
        if reading.form != "rdf":
            self._note_bare_names()

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
            shown = ", ".join(map(str, lines[:8])) + (" …" if len(lines) > 8 else "")
            self.reading.notes.append(f"Counted as people, with nothing but a name: line {shown}")

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
        near = t.person.lower().re_search(marker_pattern())
        legend = t.title.isnull() & t.person.re_search(r"^\s*\d\s*[-–:=]\s*\S")
        rows = t.filter(near | legend).select("line", "person", "title")
        for line, person, title in self.engine.fetch_rows(rows):
            if meaning := name_meaning(person, title, self.options):
                self._note("person", person, meaning)
                yield meaning, [line]
        for column, value in self.options.values:
            if column == "person":
                yield from self._settled_person(value)
        if vacant := [v for v in self._distinct("title") if _says_vacant(v)]:
            for value in vacant:
                self._note("title", value, VACANT)
            yield VACANT, self._having("title", vacant)

    def _settled_person(self, value: str) -> Iterator[tuple[str, list[int]]]:
        meaning = self.options.values["person", value]
        if meaning not in (VACANT, NOBODY, "person"):
            raise InputError(
                f"--value person:{value}={meaning}: not a meaning; use person, vacant or no person"
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
            if leave := of.get("on leave"):
                lines = self._having("status", leave)
                self.reading.notes.append(f"On leave, and counted: {len(lines):,}")
        for column in (LEFT, VACANT):
            if column in self.table.columns:
                yes = [v for v in self._distinct(column) if self._is_yes(column, v)]
                yield column, self._having(column, yes) if yes else []

    def _status(self, value: str) -> str:
        """What a status means; an error with the option that settles it, if nothing says so."""
        meaning = self._settled("status", value) or status_of(value)
        if fold_value(value) in meanings("cell") and not meaning:
            meaning = "present"
        if meaning not in STATUSES:
            fix = f"settle it with --value 'status:{value}=present' ({', '.join(STATUSES)})"
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
            fix = f"settle it with --value '{column}:{value}=yes' (yes, no)"
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
        day, columns = self.options.date, self.table.columns
        isos = {c: self._isos(c) for c in ("end", "start") if c in columns}
        if "end" in isos:
            gone = [value for value, iso in isos["end"].items() if iso < day]
            lines = self._having("end", gone) if gone else []
            earlier = set(self._of_earlier_employment(gone, isos)) if lines else set()
            yield LEFT, [line for line in lines if line not in earlier]
        soon = [value for value, iso in isos.get("start", {}).items() if iso > day]
        if soon:
            yield SOON, self._having("start", soon)

    def _isos(self, column: str) -> dict[str, str]:
        """Each date of a column as ISO text; those that are open are left out."""
        place = f"{self.reading.file}: {self._heading(column)}"
        values = [v for v in self._distinct(column) if not self._is_open(column, v)]
        if self.reading.layout == LONG:
            self._check_one_date(column, values, place)
        found = {}
        for value, iso in iso_dates(values, column == "end", place, self.options.date).items():
            if iso is None:
                raise InputError(
                    f"{place}: {value!r} is not a date; write 2026-01-31, or settle it with "
                    f"--value '{column}:{value}=blank'"
                )
            found[value] = iso
        return found

    def _check_one_date(self, column: str, values: list[str], place: str) -> None:
        """Raise InputError if a person of several rows has several dates, as of their skills."""
        if both := next((v for v in values if is_date(v.partition("; ")[0]) and "; " in v), ""):
            heading = self._heading(column).partition(" ")[2]
            raise InputError(
                f"{place}: one person has several, such as {both}; if they are those of skills, "
                f"leave the column out with --ignore {heading}"
            )

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
        lines = sorted(self._line_numbers(t.semi_join(both, ["start", "end"])))
        shown = ", ".join(map(str, lines[:8])) + (" …" if len(lines) > 8 else "")
        self.reading.notes.append(
            "An end before the start is that of an earlier employment, and does not count: "
            f"{len(lines):,} (line {shown})"
        )
        return lines

    def _is_open(self, column: str, value: str) -> bool:
        """Whether a date says that there is none yet."""
        folded = fold_value(value)
        settled = self._settled(column, value)
        return settled == "blank" or folded in meanings("cell") or folded in meanings("end")

    # open posts ------------------------------------------------------------------------

    def _count_open_roles(self) -> None:
        """Count the titles of the vacant posts."""
        lines = [n for n, why in self.reasons.items() if why == VACANT]
        if not lines:
            return
        rows = self.engine.from_rows({"line": int}, [(n,) for n in lines])
        posts = self.engine.fetch_rows(self.table.join(rows, "line").select("title", "unit"))
        counted = Counter(self.reading.open_roles)  # posts in RDF that no person holds
        in_units = Counter[tuple[str, str]]()
        for title, unit in posts:
            name = _without_vacant(title or "without a title")
            counted[name] += 1
            in_units[name, unit or ""] += 1
        self.reading.open_roles = dict(sorted(counted.items(), key=lambda p: (-p[1], p[0])))
        self.reading.open_in_units = [
            {"title": title, "unit": unit, "posts": n}
            for (title, unit), n in sorted(in_units.items(), key=lambda p: (-p[1], p[0]))
            if unit
        ]


def marker_pattern() -> str:
    """A pattern of what may be a marker; those that match are looked at one by one."""
    words = "|".join(sorted((re.escape(w) for w in meanings("person")), key=len, reverse=True))
    return rf"^[^a-zà-ÿ0-9]*(?:{words})(?:[^a-zà-ÿ]|$)"


def name_meaning(name: str, title: str | None, options: ReadOptions) -> str | None:
    """VACANT or NOBODY for a vacancy, a total or a legend where a name should be; else None."""
    meaning = options.values.get(("person", fold_value(name))) or is_marker(name)
    is_total = re.search(r"\d\W*$", name) and is_marker(name.split(maxsplit=1)[0]) == NOBODY
    if meaning is None and (is_total or parse_level(name) not in (None, BLANK)):
        meaning = NOBODY
    has_title = re.search(r"[^\W\d]", title or "")  # a total may count the titles
    return meaning if meaning == VACANT or (meaning == NOBODY and not has_title) else None


_IN_TITLE = re.compile(r"\s*[(\[]([^)\]]*)[)\]]\s*|\s*[-–:]\s*([^-–:]*)$|^([^-–:]*)\s*[-–:]\s*")


def _says_vacant(title: str) -> bool:
    """Whether a title has a vacancy in brackets or after a dash."""
    parts = (part for found in _IN_TITLE.findall(title) for part in found if part)
    strong = (part for part in parts if fold_value(part) not in ("open", "new position", "nn"))
    return any(meanings("person").get(fold_value(part)) == VACANT for part in strong)


def _without_vacant(title: str) -> str:
    """A title without the vacancy in it."""

    def kept(match: re.Match[str]) -> str:
        part = next(filter(None, match.groups()), "")
        return "" if meanings("person").get(fold_value(part)) == VACANT else match[0]

    return _IN_TITLE.sub(kept, title).strip()


def with_names(table: ibis.Table, engine: Engine, reading: Reading) -> ibis.Table:
    """The table in which people of one name with different keys are called 'Name <key>'."""
    t = table.mutate(folded=folded_name(table.person))
    several = (
        t.filter(t.folded.notnull() & t["key"].notnull())
        .group_by("folded")
        .agg(keys=t["key"].nunique())
    )
    several = engine.materialize(several.filter(several["keys"] > 1).select("folded"))
    ((count,),) = engine.fetch_rows(several.aggregate(n=several.count()))
    if not count:
        return table
    marked = several.mutate(twice=1)
    both = t.left_join(marked, "folded")
    named = (both.twice.notnull() & both["key"].notnull()).ifelse(
        both.person + " <" + both["key"] + ">", both.person
    )
    reading.notes.append(
        f"Names of several people, distinguished by their key as 'Name <key>': {count:,}"
    )
    return both.mutate(person=named).select(*table.columns)


def folded_name(person: Any) -> Any:
    """A name as it is compared: in lower case with single spaces, composed where DuckDB runs."""
    text = person.lower()
    try:
        is_duckdb = person.get_backend().name == "duckdb"
    except Exception:  # an expression without a connection
        is_duckdb = False
    if not is_duckdb:
        return text.re_replace(" +", " ")
    has_other = text.re_search(r"[\t-\r\x{00a0}]|  ")  # than single spaces; most have none
    return _nfc_normalize()(has_other.ifelse(text.re_replace(r"[\s\x{00a0}]+", " "), text))


@cache
def _nfc_normalize() -> Any:
    """The function of DuckDB, the same object each time: its expressions have one shape then."""
    import ibis

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def nfc_normalize(text: str) -> str:
        """Replaced by the function of DuckDB."""
        return text

    return nfc_normalize


def fold_person(name: str) -> str:
    """The same as `folded_name`, in Python."""
    import unicodedata

    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", name.strip().lower()))
