"""How people and skills are laid out in a table, as the plan by which its rows are read.

A reading goes through four stages, and only distinct values and a sample are seen by Python:

1. Source (`sources`): bytes to headings, a sample of rows, and columns of text on demand. Encoding,
   delimiter, sheet and header row are found here; rows above the header are reported.
2. Columns (`columns`): which heading is what, checked against the sample.
3. Layout (this module): one row a person; a column for each skill (wide); a column for each person
   (transposed, turned round first); a row for each person and skill (long). All become table
   expressions over the raw columns (`canonical`), so that the engine computes them.
4. People (`presence`): rows that do not count are left out: who has left or has not started, posts
   that are vacant, totals and legends.

The result has `line`, `person`, `title`, `unit`, `role`, `skills`, `lacks` and `assessed`. In the
last three, names are separated by ';', and a level from another cell follows its name after the
control character UNIT. What a name with a level means is decided for each distinct spelling by
`values.SkillCells`. RDF skips the first three stages, and makes the same table and `Reading`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..errors import InputError
from ..io.resources import FilePath
from ..io.text import map_option
from .columns import Columns, choose_columns
from .header_rows import is_header, join_header_rows
from .headings import PERSONAL, Vocabulary, heading_kind, is_expiry, is_required, level_in_heading
from .layout_checks import (
    advise_on_remarks,
    check_facts,
    check_levels,
    check_people,
    note_several,
    note_twice,
)
from .list_cells import find_json, find_separators
from .markers import is_marker
from .people_table import LIST_COLUMNS
from .reading import LAYOUTS, LONG, ROWS, TRANSPOSED, WIDE, ColumnReading, ReadOptions, one_line
from .sources import SAMPLE_ROWS, Source, to_arrow
from .spreadsheets import Row
from .values import parse_level


@dataclass
class Plan:
    """How a table is read."""

    layout: str  # a value of LAYOUTS
    columns: Columns  # which column is what
    headings: Sequence[str]  # of the source
    separators: tuple[str, ...] = (";",)  # what separates names in the cells of lists
    # whether cells hold JSON: 'all' those of the sample, 'some' of them, or ''
    json_cells: str = ""
    # the columns that make the name, if the column of the person is only a part of it
    parts: tuple[str, ...] = ()
    legend: str = ""  # the rows that say what levels mean, such as '5 - Expert'
    # column of levels to its scale, if that is one of its own
    scales: dict[int, str] = field(default_factory=dict)

    @property
    def wanted(self) -> list[int]:
        """The columns that are needed, by their index."""
        used = {i for found in self.columns.at.values() for i in found}
        return sorted(used.union(self.columns.wide, self.columns.levels.values()))

    @property
    def is_plain(self) -> bool:
        """Whether the columns are those of the result as they are."""
        at = self.columns.at
        return (
            self.layout == ROWS
            and not (self.columns.wide or self.columns.levels)
            and self.separators == (";",)
            and bool(at.get("person"))
            and not self.parts
            and not at.get("date")
            and all(len(at.get(c, ())) < 2 for c in LIST_COLUMNS)
            and not any(level_in_heading(self.headings[i]) for i in at.get("skills", ()))
        )


def plan_layout(
    source: Source, options: ReadOptions, vocabulary: Vocabulary, path: FilePath
) -> tuple[Source, Plan]:
    """The layout of a source, which is turned round if people are its columns.

    Raises InputError if there is no person, or neither a title nor a skill.
    """
    if options.layout and options.layout not in LAYOUTS:
        raise InputError(f"--layout {options.layout}: no such layout; use {', '.join(LAYOUTS)}")
    source.headings = list(map(one_line, source.headings))
    source.sample = [row for row in source.sample if not is_header(row, source.headings)]
    turned = options.layout == "transposed" or (
        not options.layout and _is_transposed(source, options, vocabulary)
    )
    if turned:
        source = _turned(source, vocabulary, path)
    else:
        join_header_rows(source, vocabulary)
    columns = choose_columns(source.headings, source.sample, options, vocabulary, path)
    check_people(columns, source, options, vocabulary, path)
    advise_on_remarks(columns, source, options)
    _refuse_job_level(columns, source)
    layout = _layout(columns, source, options, turned)
    if layout == LONG:
        check_levels(columns, source, path)
        _as_long(columns)
        note_several(columns, source, vocabulary)
    else:
        _refuse_expiry(columns)
        _as_lists(columns)
    check_facts(columns, source, path)
    note_twice(columns, source, vocabulary)
    plan = Plan(layout, columns, source.headings)
    plan.json_cells = find_json(source, columns)
    plan.separators = find_separators(source, columns, options, vocabulary)
    plan.parts = _parts_of_name(source, columns)
    plan.legend = _legend(columns, source)
    return source, plan


def _legend(columns: Columns, source: Source) -> str:
    """What says what numbers mean: above the header, in rows with nothing else, or next to them."""
    rows = [[cell.strip() for cell in row] for row in source.sample]
    alone = (found[0] for row in rows if len(found := list(filter(None, row))) == 1)
    heads = [c.heading for c in columns.readings]
    beside = [i for i, name in enumerate(heads) if not name or is_marker(name)]
    cells = (row[i] for row in rows for i in beside if i < len(row))
    said = (text for text in (*alone, *cells) if re.match(r"\d\W+\w", text))
    return " ; ".join(dict.fromkeys([*source.above, *said]))


def _refuse_expiry(columns: Columns) -> None:
    """Do not read as the end of a person what is that of a skill, such as 'Expires on'."""
    for i in columns.at.get("end", ()):
        column = columns.readings[i]
        if column.how == "guessed" and is_expiry(column.heading):
            del columns.at["end"]
            fix = f"if people left then: {map_option('end', column.heading)}"
            why = "when a skill or certificate expires, and no row is of one skill"
            columns.readings[i] = ColumnReading(column.heading, None, "not read", why, fix)
            return


def _refuse_job_level(columns: Columns, source: Source) -> None:
    """Do not read a column such as Level next to titles and lists of skills as theirs.

    It is likely to be the level of the job, if each person has one row.
    """
    levels, at = columns.at.get("level", ()), columns.at
    if len(levels) != 1 or at.get("skill") or not (at.get("title") and at.get("skills")):
        return
    column = columns.readings[levels[0]]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", " ", column.heading).split()
    is_of_skill = any(heading_kind(word) in ("skill", "skills") for word in words)
    if column.how == "guessed" and not is_of_skill and not _repeats(columns, source):
        del at["level"]
        fix = f"if it is that of the skills: {map_option('level', column.heading)}"
        columns.readings[levels[0]] = replace(
            column, column=None, how="not read", why="may be the level of the job", fix=fix
        )


def _layout(columns: Columns, source: Source, options: ReadOptions, turned: bool) -> str:
    """The layout, as settled or by the columns."""
    if turned:
        return TRANSPOSED
    if options.layout:
        return LAYOUTS[options.layout]
    at = columns.at
    if columns.wide:
        return WIDE
    names = at.get("skill") or (at.get("skills") if at.get("level") else None)
    if names and len(names) == 1 and (at.get("level") or _repeats(columns, source)):
        return LONG
    return ROWS


def _repeats(columns: Columns, source: Source) -> bool:
    """Whether a person is in several rows of the sample."""
    index = columns.one("key") if columns.at.get("key") else columns.one("person")
    if index is None:
        return False
    found = [row[index].strip() for row in source.sample if len(row) > index and row[index].strip()]
    return len(set(found)) < len(found)


def _as_long(columns: Columns) -> None:
    """Read the column of skills as that of one skill."""
    if not columns.at.get("skill") and columns.at.get("skills"):
        columns.at["skill"] = columns.at.pop("skills")
        for i in columns.at["skill"]:
            columns.readings[i] = replace(columns.readings[i], column="skill")


def _as_lists(columns: Columns) -> None:
    """Read columns of one skill as lists of skills."""
    for i in columns.at.get("skill", ()):
        columns.readings[i] = replace(columns.readings[i], column="skills")
    if skill := columns.at.pop("skill", None):
        columns.at["skills"] = [*columns.at.get("skills", ()), *skill]


def _parts_of_name(source: Source, columns: Columns) -> tuple[str, ...]:
    """The columns that make a name together, if a column called 'name' is only a part of it.

    That is: one of the given and the family name has a column, and the name does not contain it.
    """
    person, at = columns.one("person"), columns.at
    beside = [c for c in ("given", "family") if at.get(c)]
    if person is None or len(beside) != 1:
        return ()
    other = at[beside[0]][0]
    pairs = [(row[person], row[other]) for row in source.sample if len(row) > max(person, other)]
    pairs = [(name, part) for name, part in pairs if name and part]
    if not pairs or any(part.lower() in name.lower() for name, part in pairs):
        return ()
    return ("given", "person") if beside == ["given"] else ("person", "family")


# people in columns -----------------------------------------------------------------------


def _is_transposed(source: Source, options: ReadOptions, vocabulary: Vocabulary) -> bool:
    """Whether the first column names skills, and no heading names people."""
    kinds = {heading_kind(name) for name in source.headings}
    if kinds & {*PERSONAL} or "person" in options.mapping:
        return False
    return _skill_column(source, vocabulary) is not None


def _skill_column(source: Source, vocabulary: Vocabulary) -> int | None:
    """The first of the first two columns of which at least half are known skills."""
    for i in range(min(2, len(source.headings) - 1)):
        cells = [row[i].strip() for row in source.sample if len(row) > i]
        names = [cell for cell in cells if cell and not heading_kind(cell)]
        known = sum(map(vocabulary.is_skill, names))
        if known > 1 and 2 * known >= len(names):
            return i
    return None


def _turned(source: Source, vocabulary: Vocabulary, path: FilePath) -> Source:
    """A source whose rows are the columns of another, and so have people as their first cell."""
    at = _skill_column(source, vocabulary) or 0
    people = [name.strip() for name in source.headings[at + 1 :]]
    levels = [p for p in people if _is_no_person(p, vocabulary)]
    if 2 * len(levels) >= len(people):
        raise InputError(
            f"{path}: its columns are levels or roles, not people ({', '.join(people)[:200]}); "
            "give a table of people"
        )
    table, short = source.load(range(len(source.headings)))
    if table.num_rows >= SAMPLE_ROWS:
        raise InputError(f"{path}: over {SAMPLE_ROWS} skills in rows; turn the table round")
    grid = [table[str(i)].to_pylist() for i in range(len(source.headings))]
    numbered: list[Row] = [
        (at + 2 + i, [name, *((cell or "") for cell in grid[at + 1 + i])])
        for i, name in enumerate(people)
        if name and heading_kind(name) != "other"
    ]
    headings = ["person", *((cell or "") for cell in grid[at])]
    if others := [name for name in people if heading_kind(name) == "other"]:
        source.reading.notes.append(f"Columns of no person: {', '.join(others)[:200]}")
    source.reading.layout = TRANSPOSED
    source.reading.skills_in = source.headings[at]
    source.reading.notes.append("People are columns; their line is the number of the column")
    return Source(
        source.reading,
        headings,
        [list(cells) for _, cells in numbered],
        lambda wanted: (to_arrow(iter(numbered), len(headings), wanted)[0], short),
        width=len(source.headings),
    )


def _is_no_person(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a heading is a level, or a role, or a date instead of a person."""
    first = re.split(r"[\s(-]", name)[0]
    return (
        parse_level(name) is not None
        or parse_level(first) is not None
        or vocabulary.is_title(name)
        or heading_kind(name) == "level"
        or is_required(name)
        or re.match(r"(day|week|month|year|tag|jour|día|q)\s*\d", name, re.I) is not None
    )
