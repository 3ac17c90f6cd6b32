"""What is wrong or doubtful with a table whose columns are known, before its people are read.

Errors: no person, no facts, two tables in one, a row for each skill, and levels that are not read.
Notes: columns of one skill, cells with several, and remarks that say who left.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from ..io.resources import FilePath
from ..io.text import map_option, quoted
from ..ontology.names import fold_name
from .columns import Columns
from .headings import (
    PERSONAL,
    Vocabulary,
    fold_heading,
    heading_kind,
    is_required,
    note_of_place,
    says,
)
from .markers import is_marker, says_left
from .people_table import LIST_COLUMNS
from .reading import ReadOptions
from .skill_cells import SkillCells
from .sources import Source
from .values import fold_value, meanings, parse_level


def check_people(
    columns: Columns, source: Source, options: ReadOptions, vocabulary: Vocabulary, path: FilePath
) -> None:
    """Raise InputError if the people of a table cannot be found, or are of several tables.

    Without a name, the key is read as the person.
    """
    _check_person(columns, source, vocabulary, path)
    _check_one_table(columns, source, options, path)
    _check_owners(columns, source, path)
    _check_inner_people(columns, source, path)
    for name, place in ((source.reading.sheet or "", "sheet"), (Path(str(path)).stem, "file")):
        source.reading.notes += note_of_place(name, place)


def _check_person(columns: Columns, source: Source, vocabulary: Vocabulary, path: FilePath) -> None:
    """Take the key as the person if there is no name; raise InputError if there is neither."""
    at = columns.at
    if any(at.get(c) for c in ("person", "given", "family")):
        _check_names(columns, source, vocabulary, path)
        return
    if at.get("key"):
        at["person"] = at["key"]
        return
    near = [f"{c.heading}: {c.why}, {c.fix}" for c in columns.readings if c.fix]
    fix = "use --map person='Column name', in Python mapping={'person': 'Column name'}"
    listed = ", ".join(source.headings)[:300]
    raise InputError(
        f"{path}: no column 'person'; it has {listed}; {'; '.join(near[:3]) or fix}; {fix}"
        if near
        else f"{path}: no column 'person'; it has {listed}; {fix}"
    )


def _check_names(columns: Columns, source: Source, vocabulary: Vocabulary, path: FilePath) -> None:
    """Raise InputError if all names are job titles, in a table of what jobs require."""
    person = columns.one("person")
    if person is None or columns.readings[person].how == "mapped" or columns.at.get("title"):
        return
    if not any(map(is_required, source.headings)):
        return
    names = {row[person].strip() for row in source.sample if len(row) > person} - {""}
    if names and all(map(vocabulary.is_title, names)):
        heading = columns.readings[person].heading
        raise InputError(
            f"{path}: the names in column {heading!r} are job titles; give a table of people, or "
            f"say that they are people: {map_option('person', heading)}"
        )


def _check_one_table(
    columns: Columns, source: Source, options: ReadOptions, path: FilePath
) -> None:
    """Raise InputError if a row has the headings of another table.

    Its name is a heading, and so is another of its cells, or the row above it is blank.
    """
    named = next((found[0] for c in PERSONAL if (found := columns.at.get(c))), 0)
    is_below_blank = False
    for row in source.sample:
        name = row[named].strip() if len(row) > named else ""
        others = [cell for i, cell in enumerate(row) if cell.strip() and i != named]
        is_heading = others and heading_kind(name)
        is_settled = ("person", fold_value(name)) in options.values or is_marker(name)
        if is_heading and not is_settled and (is_below_blank or any(map(heading_kind, others))):
            if row is source.sample[0] and source.reading.form in ("csv", "xlsx"):
                raise InputError(
                    f"{path}: the row below the headings has headings, too ({name}, "
                    f"{', '.join(others)[:99]}); read that one: --header-row "
                    f"{(source.reading.header_row or 1) + 1}"
                )
            raise InputError(
                f"{path}: a second table begins with the row {name}, {', '.join(others)[:99]}; "
                "keep one table in the sheet or file, or say that it is no heading: "
                f"--value {quoted(f'person:{name}=person')}"
            )
        is_below_blank = not (name or others)


def _check_inner_people(columns: Columns, source: Source, path: FilePath) -> None:
    """Raise InputError for a column with lists of people, such as the members of teams in JSON."""
    for i, column in enumerate(columns.readings):
        if column.how != "not read" or column.why == "ignored as settled":
            continue
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|[._]", " ", column.heading).split(" ")
        if fold_value(words[-1]) not in meanings("people"):
            continue
        cells = (row[i] for row in source.sample if len(row) > i and row[i][:2] == "[{")
        if any(map(_are_people, cells)):
            raise InputError(
                f"{path}: {column.heading!r} has lists of people; write one list of all people, or "
                f"leave them out with --ignore {quoted(column.heading)}"
            )


def _are_people(cell: str) -> bool:
    """Whether a cell is a list in JSON of objects with a name and a title or skills."""
    try:
        first = json.loads(cell)[0]
    except (ValueError, RecursionError):
        return False
    kinds = {heading_kind(key) for key in first} if isinstance(first, dict) else set()
    return bool(kinds & set(PERSONAL)) and bool(kinds & {"title", "role", "skill", "skills"})


def _check_owners(columns: Columns, source: Source, path: FilePath) -> None:
    """Raise InputError for a table in which each row is a skill and has several people."""
    skill, person = columns.one("skill"), columns.one("person")
    others = any(columns.at.get(c) for c in ("level", "title", "key", "skills"))
    if skill is None or person is None or others or skill > person or columns.wide:
        return
    rows = [(row[skill].strip(), row[person]) for row in source.sample if len(row) > person]
    several = [name for _, name in rows if len(re.findall(r"[^\s,;/\n]+\s+[^\s,;/\n]+", name)) > 1]
    is_mapped = columns.readings[person].how == "mapped"
    if several and not is_mapped and len({name for name, _ in rows}) == len(rows):
        raise InputError(
            f"{path}: a row for each skill, with several people in a cell of "
            f"{columns.readings[person].heading!r}; write a row for each person and skill, or say "
            f"that a cell is one person: "
            f"{map_option('person', columns.readings[person].heading)}"
        )


def check_levels(columns: Columns, source: Source, path: FilePath) -> None:
    """Raise InputError for a column next to skills that is not read and decides who has them.

    It says yes or no, or which levels are actual, as 'Ist' and 'Soll' do.
    """
    for i, column in enumerate(columns.readings):
        if column.column or column.why != "an unknown heading":
            continue
        values = sorted({row[i].strip() for row in source.sample if len(row) > i} - {""})
        ignore = f"--ignore {quoted(column.heading)}"
        if not columns.at.get("level"):
            levels = list(map(parse_level, values))
            if all(levels) and any(x and 0 in (x.share, x.number) for x in levels):
                raise InputError(
                    f"{path}: the column {column.heading!r} may say who has a skill; read it with "
                    f"{map_option('level', column.heading)}, or leave it out with {ignore}"
                )
        elif len(values) == 2 and any(heading_kind(v) == "level" for v in values):
            raise InputError(
                f"{path}: the column {column.heading!r} may say which levels people have, by "
                f"{values[0]!r} and {values[1]!r}; keep the rows of one of them, or read all "
                f"with {ignore}"
            )


def check_facts(columns: Columns, source: Source, path: FilePath) -> None:
    """Raise InputError if nothing says what people hold or can."""
    if columns.wide or any(columns.at.get(c) for c in ("title", "role", *LIST_COLUMNS, "skill")):
        return
    near = "; ".join(
        f"{c.heading}: {c.why}{', ' + c.fix if c.fix else ''}"
        for c in columns.readings
        if not c.column and c.why != "an unknown heading"
    )
    raise InputError(
        f"{path}: no column with titles and none with skills; it has "
        f"{', '.join(source.headings)[:300]}; {near + '; ' if near else ''}name one with "
        "--map title='Column name' or --map skills='Column name'"
    )


def note_twice(columns: Columns, source: Source, vocabulary: Vocabulary) -> None:
    """Report columns of one skill, as 'SQL (self)' and 'SQL (boss)', and those without levels."""
    cells = (row[i] for row in source.sample for i in columns.wide if len(row) > i)
    if columns.wide and not any(map(str.strip, cells)):
        source.reading.notes.append("No cell below skills has a level; colours are not read")
    of: dict[str, list[str]] = {}
    for i in columns.wide:
        name = fold_name(vocabulary.rated_skill(source.headings[i]))
        if name in vocabulary.names:
            of.setdefault(str(vocabulary.names[name]), []).append(source.headings[i])
    for same in of.values():
        if len(same) > 1:
            source.reading.notes.append(
                f"Columns of one skill, of which the highest level counts: {', '.join(same[:5])}; "
                f"to leave one out: --ignore {quoted(same[0])}"
            )


def note_several(columns: Columns, source: Source, vocabulary: Vocabulary) -> None:
    """Report cells with several known skills in a table that has one skill in each row."""
    at, reads = columns.at["skill"][0], SkillCells(vocabulary.names)
    cells = dict.fromkeys(row[at].strip() for row in source.sample if len(row) > at)
    several = [
        cell
        for cell in cells
        if not reads.is_known(cell) and sum(map(reads.knows, re.split(r"[,;|/\n]", cell))) > 1
    ]
    if several:
        source.reading.notes.append(
            f"Cells with several skills, where a row is of one, are not split: {several[0]!r}; "
            "write a row for each"
        )


def advise_on_remarks(columns: Columns, source: Source, options: ReadOptions) -> None:
    """Name a column that is not read, some values of which say who left, or are of no person."""
    is_said = any(columns.at.get(c) for c in ("status", "end", "left"))
    for i, column in enumerate(columns.readings):
        if column.column or column.fix or column.heading in options.ignore:
            continue
        values = {row[i].strip() for row in source.sample if len(row) > i} - {""}
        is_type = fold_heading(column.heading).endswith(tuple(meanings("type")))
        has_things = is_type and not meanings("thing").keys().isdisjoint(map(fold_value, values))
        if has_things and not columns.at.get("status"):
            fix = f"if these rows do not count: {map_option('status', column.heading)}"
            columns.readings[i] = replace(column, why="some values are of no person", fix=fix)
        elif columns.at.get("end") and says(column.heading, "rehire"):
            fix = f"if who came back counts from then on: {map_option('start', column.heading)}"
            columns.readings[i] = replace(column, why="people may have come back", fix=fix)
        elif not is_said and any(says_left(f"({value})", options.date) for value in values):
            fix = f"if it says who left: {map_option('status', column.heading)}"
            columns.readings[i] = replace(column, why="some values say that people left", fix=fix)
