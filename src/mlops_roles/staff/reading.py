"""The reading of staff data: what was read as what, what was not read, and who was left out.

Every reader of people makes one `Reading`, whatever the form: a table has columns, RDF has
predicates and classes (`not_understood`, with counts). Nothing in it names a person, except that
lines are given. `ReadOptions` holds what a user settles, by options or by a saved mapping.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError
from ..io.text import counted

# how people and skills are laid out in a table
ROWS, WIDE, LONG = "one row a person", "a column for each skill", "a row for each person and skill"
TRANSPOSED = "a column for each person"
LAYOUTS = {"rows": ROWS, "wide": WIDE, "long": LONG, "transposed": TRANSPOSED}
# columns of ours of which an option may say what a value means
SETTLED = ("status", "level", "person", "title", "start", "end", "date", "left", "vacant")
MAX_LINES = 1000  # of the rows left out for one reason
READING_COLUMNS = ("kind", "what", "read as", "why")  # of `reading_rows`


@dataclass(frozen=True)
class ReadOptions:
    """What a user settles about the reading of staff data; None leaves it to the evidence."""

    # our column to the heading of the file, or to several headings of skills
    mapping: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    ignore: Sequence[str] = ()  # headings of columns that are not read
    layout: str | None = None  # a key of LAYOUTS
    encoding: str | None = None  # encoding, delimiter, header_row: of a CSV file
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None  # the sheet of a workbook
    separator: str | None = None  # the characters that separate names in a cell
    scale: str | None = None  # the lowest and the highest level, as '0-5'
    # heading of a column of levels, or name of a skill, to its own scale
    scales: Mapping[str, str] = field(default_factory=dict)
    has_from: str | None = None  # the lowest level that counts as having a skill
    lacks_to: str | None = None  # the highest level that counts as lacking a skill
    as_of: str | None = None  # the date at which people are counted, as '2026-01-31'; None is today
    # (column, value) to its meaning, for statuses, levels and persons
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)
    # a second file, or another sheet, with a row for each person, or person and skill
    join: str | None = None
    on: str | None = None  # the column by which both are joined; 'left=right' if the names differ
    headings: Sequence[str] = ()  # the headings that a saved mapping was made for
    # the language whose names and titles are preferred in RDF, before English
    lang: str | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The mapping as pairs of our column and a heading of the file."""
        return [
            (ours, heading)
            for ours, theirs in self.mapping.items()
            for heading in map(one_line, [theirs] if isinstance(theirs, str) else theirs)
        ]

    @property
    def date(self) -> str:
        """The date at which people are counted, as ISO text."""
        return self.as_of or datetime.date.today().isoformat()


def one_line(text: object) -> str:
    """A heading as it is shown and compared: with single spaces, and '' for none."""
    return " ".join(str(text or "").split())


def shown_lines(lines: Sequence[int]) -> str:
    """How many lines there are, and the first of them."""
    more = " …" if len(lines) > 8 else ""
    return f"{len(lines):,} (line {', '.join(map(str, lines[:8]))}{more})"


def _check_values(options: ReadOptions) -> None:
    """Raise InputError for a meaning of a value of a column that none is settled for."""
    for column, value in options.values:
        if column not in SETTLED:
            raise InputError(
                f"--value {column}:{value}=...: {column!r} is no column of ours with values to "
                f"settle; use {', '.join(SETTLED)}"
            )


def as_options(settled: Mapping[str, str] | ReadOptions | None) -> ReadOptions:
    """What is settled: options, or only our columns with the headings of the file."""
    options = settled if isinstance(settled, ReadOptions) else ReadOptions(mapping=settled or {})
    _check_values(options)
    return options


@dataclass(frozen=True)
class ColumnReading:
    """How one column was read."""

    heading: str  # as the file has it
    column: str | None  # what it was read as; None if it was not read
    how: str  # 'named' (our own name), 'mapped', 'guessed' (a synonym or its values) or 'not read'
    why: str = ""  # the reason, in words
    fix: str = ""  # the option that reads it, if it resembles one of ours

    def to_dict(self) -> dict[str, Any]:
        """The column as plain data, without empty fields."""
        return {k: v for k, v in vars(self).items() if v or k in ("column", "heading")}


@dataclass
class Reading:
    """What was read as what."""

    file: str  # the path of the file, or the name of the table
    form: str  # 'csv', 'xlsx', 'parquet', 'table' or 'rdf'
    layout: str = ROWS  # how people and skills are laid out
    # encoding, delimiter, sheet, header_row: of the file, where it has them
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    header_rows: int = 0  # 2 for a header of two rows, else 0
    separators: tuple[str, ...] = ()  # what separates names in a cell
    json_cells: str = ""  # whether cells hold JSON: 'all', 'some' or ''
    # the heading of the column that names skills, if people are columns
    skills_in: str | None = None
    joined_form: dict[str, Any] | None = None  # the form of a second table that was joined
    rows: int = 0  # how many rows the file has, without those above the header
    # the scale of levels in words, and the thresholds; None without levels
    scale: dict[str, Any] | None = None
    as_of: str | None = None  # the date at which people are counted
    columns: list[ColumnReading] = field(default_factory=list)  # one for each column
    # column to each distinct value and its meaning (statuses, levels, markers)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    # reason to the lines of the rows that do not count
    left_out: dict[str, list[int]] = field(default_factory=dict)
    # the titles of vacant posts, each with the number of posts
    open_roles: dict[str, int] = field(default_factory=dict)
    # the vacant posts that have a unit: title, unit and number of posts
    open_in_units: list[dict[str, Any]] = field(default_factory=list)
    # predicates and classes of RDF that were not read, with their counts
    not_understood: list[dict[str, Any]] = field(default_factory=list)
    # other things that were noticed, each a sentence
    notes: list[str] = field(default_factory=list)

    def leave_out(self, reason: str, lines: Sequence[int]) -> None:
        """Add rows that do not count."""
        if lines:
            self.left_out[reason] = sorted([*self.left_out.get(reason, ()), *lines])

    @property
    def form_of_table(self) -> dict[str, Any]:
        """Encoding, delimiter, sheet and header of the table, where it has them."""
        names = ("encoding", "delimiter", "sheet", "header_row", "header_rows", "skills_in")
        found = {name: getattr(self, name) for name in names}
        return {name: value for name, value in found.items() if value not in (None, 0)}

    @property
    def count_left_out(self) -> int:
        """How many rows do not count."""
        return sum(map(len, self.left_out.values()))

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain data; of the lines left out for one reason at most MAX_LINES."""
        out = {
            reason: {"count": len(lines), "lines": lines[:MAX_LINES]}
            for reason, lines in self.left_out.items()
        }
        data = vars(self) | {
            "separators": list(self.separators),
            "columns": [column.to_dict() for column in self.columns],
            "left_out": out,
        }
        always = ("file", "layout", "columns", "left_out", "rows")
        return {k: v for k, v in data.items() if v or k in always}

    def summary(self) -> list[str]:
        """The reading in a few sentences, without the names of people."""
        return reading_summary(self.to_dict())


def reading_summary(data: Mapping[str, Any]) -> list[str]:
    """The reading, given as plain data, in a few sentences for the top of a report."""
    read = [c for c in data["columns"] if c["column"]]
    lines = [f"Read as {_place(data)}."]
    if read:
        shown = (
            c["heading"]
            if c["heading"] == c["column"]
            else f"{c['heading']} as {c['column']}"
            + (f" ({c['how']})" if c["how"] != "named" else "")
            for c in read[:12]
        )
        more = f"; and {len(read) - 12} more" if len(read) > 12 else ""
        lines.append(f"{_kind(data).capitalize()}s: {'; '.join(shown)}{more}.")
    if unread := [c["heading"] or "(no heading)" for c in data["columns"] if not c["column"]]:
        lines.append(f"Not read: {_few(unread)}.")
    lines += [f"{c['heading']}: {c['why']}; {c['fix']}." for c in data["columns"] if c.get("fix")]
    if scale := data.get("scale"):
        lines.append(f"Levels: {scale['text']}.")
    if out := data["left_out"]:
        parts = (f"{n['count']:,} {why} (line {_few(n['lines'])})" for why, n in out.items())
        lines.append(f"Left out, as of {data.get('as_of', 'today')}: {'; '.join(parts)}.")
    if roles := data.get("open_roles"):
        lines.append(f"Open posts: {_counted(roles.items())}.")
    if strange := data.get("not_understood"):
        lines.append(f"Not understood: {_counted((s['name'], s['count']) for s in strange)}.")
        lines += [f"{s['name']}: {s['fix']}." for s in strange if s.get("fix")][:8]
    return lines + [f"{note}." for note in data.get("notes", ())]


def reading_rows(data: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The reading, given as plain data, as rows with READING_COLUMNS."""
    for c in data["columns"]:
        why = "; ".join(filter(None, (c.get("why"), c.get("fix"))))
        read_as = f"{c['column']} ({c['how']})" if c["column"] else "not read"
        yield {"kind": _kind(data), "what": c["heading"], "read as": read_as, "why": why}
    for column, values in data.get("values", {}).items():
        for value, meaning in values.items():
            yield {"kind": column, "what": value, "read as": meaning, "why": ""}
    for strange in data.get("not_understood", ()):
        why = "; ".join(filter(None, (counted(strange["count"], "time"), strange.get("fix"))))
        yield {"kind": strange["kind"], "what": strange["name"], "read as": "not read", "why": why}


def _kind(data: Mapping[str, Any]) -> str:
    """What the entries of `columns` are: columns of a table, or terms of RDF."""
    return "term" if data.get("form") == "rdf" else "column"


def _place(data: Mapping[str, Any]) -> str:
    """The layout and the form, in words."""
    of_form = {
        "encoding": "encoding {}",
        "delimiter": "columns separated by {}",
        "sheet": "sheet {}",
        "header_row": "header in row {}",
    }
    parts = [
        text.format(_visible(data[k]) if k == "delimiter" else data[k])
        for k, text in of_form.items()
        if data.get(k)
    ]
    if data.get("form") != "rdf" and (separators := data.get("separators")):
        parts.append(f"names in a cell separated by {' '.join(map(_visible, separators))}")
    rows = [counted(data["rows"], "row")] if "rows" in data else []
    return ", ".join([data["layout"], *rows, *parts])


def _visible(text: Any) -> str:
    """A separator that can be seen."""
    return {"\t": "tab", "\n": "line break"}.get(str(text), f"'{text}'")


def _counted(items: Iterable[tuple[str, int]]) -> str:
    return _few([f"{name} ({count:,})" for name, count in items])


def _few(items: Sequence[Any], limit: int = 8) -> str:
    more = f" and {len(items) - limit} more" if len(items) > limit else ""
    return ", ".join(map(str, items[:limit])) + more
