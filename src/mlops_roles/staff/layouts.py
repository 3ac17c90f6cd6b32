"""How people and skills are laid out in a table, and what separates the names in its cells.

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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..errors import InputError
from ..io.resources import FilePath
from ..io.text import map_option, quoted
from ..ontology.names import fold_name
from .columns import Columns, choose_columns
from .headings import Vocabulary, heading_kind, is_expiry, is_required, level_in_heading
from .json_cells import json_pairs
from .markers import is_marker, says_left
from .people_table import LIST_COLUMNS
from .reading import ColumnReading, ReadOptions, one_line
from .sources import SAMPLE_ROWS, Source, to_arrow
from .spreadsheets import Row
from .values import UNIT, SkillCells, fold_value, meanings, parse_level

PRESENCE = ("status", "start", "end", "left", "vacant", "key")
ROWS, WIDE, LONG = "one row a person", "a column for each skill", "a row for each person and skill"
TRANSPOSED = "a column for each person"
LAYOUTS = {"rows": ROWS, "wide": WIDE, "long": LONG, "transposed": TRANSPOSED}
SEPARATORS = {",": ",", "|": "|", "\n": "\n", "•": "•", "·": "·", "\t": "\t", "、": "、"}
PERSONAL = ("person", "key", "given", "family")
ROW = "row"  # in joined tables, where several rows have one line, a number of each
PLAIN_NUMBER = r"^(\d{1,3}(?:[.,]\d+)?)$"  # a level that does not state its scale
FULL_COMMA = "\uff0c"  # stands for a comma inside a name; names are compared after NFKC
# what stands for separators in a name that is not to be split
WHOLE = str.maketrans(
    {**dict.fromkeys(SEPARATORS, " "), ";": "\uff1b", ",": FULL_COMMA, "|": "\uff5c"}
)


@dataclass
class Plan:
    """How a table is read."""

    layout: str  # one of the names of layouts
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


def header_finder(options: ReadOptions, vocabulary: Vocabulary) -> Callable[[Sequence[Row]], int]:
    """A function that finds the header among the first rows.

    It is the first row with a heading for a person and another known one; else the first with two
    cells.
    """

    def kind(cell: str) -> str:
        mapped = next((ours for ours, theirs in options.pairs if theirs == cell), None)
        return mapped or heading_kind(cell)

    def find(rows: Sequence[Row]) -> int:
        kinds = [[kind(cell.strip()) for cell in cells if cell.strip()] for _, cells in rows]
        for i, (_, cells) in enumerate(rows):
            known = sum(map(bool, kinds[i])) + sum(map(vocabulary.is_skill, filter(None, cells)))
            if known > 1 and any(k in PERSONAL for k in kinds[i]):
                return i
        if kinds and any(k in PERSONAL for k in kinds[0]):
            return 0
        return next((i for i, found in enumerate(kinds) if len(found) > 1), 0)

    return find


def plan_layout(
    source: Source, options: ReadOptions, vocabulary: Vocabulary, path: FilePath
) -> tuple[Source, Plan]:
    """The layout of a source, which is turned round if people are its columns.

    Raises InputError if there is no person, or neither a title nor a skill.
    """
    if options.layout and options.layout not in LAYOUTS:
        raise InputError(f"--layout {options.layout}: no such layout; use {', '.join(LAYOUTS)}")
    source.headings = list(map(one_line, source.headings))
    source.sample = [row for row in source.sample if not _is_header(row, source.headings)]
    turned = options.layout == "transposed" or (
        not options.layout and _is_transposed(source, options, vocabulary, path)
    )
    if turned:
        source = _turned(source, vocabulary, path)
    else:
        _join_header_rows(source, vocabulary)
    columns = choose_columns(source.headings, source.sample, options, vocabulary, path)
    _check_person(columns, source, vocabulary, path)
    _check_one_table(columns, source, options, path)
    _check_owners(columns, source, path)
    _fix_remarks(columns, source, options)
    layout = _layout(columns, source, options, turned)
    _check_levels(columns, layout, source, path)
    if layout == LONG:
        _as_long(columns)
        _note_several(columns, source, vocabulary)
    else:
        _refuse_expiry(columns)
        _as_lists(columns)
    _check_facts(columns, layout, source, path)
    _note_twice(columns, source, vocabulary)
    plan = Plan(layout, columns, source.headings)
    plan.json_cells = _json_cells(source, columns)
    plan.separators = _separators(source, columns, options, vocabulary)
    plan.parts = _parts_of_name(source, columns)
    plan.legend = _legend(columns, source)
    return source, plan


def _is_header(row: Sequence[str], headings: Sequence[str]) -> bool:
    """Whether a row repeats the headings, or is the line below them in Markdown: |---|:-:|."""
    cells = list(map(one_line, row))
    is_rule = any(cells) and all(re.fullmatch(r":?-{2,}:?|", cell) for cell in cells)
    return is_rule or cells == list(headings)


def _fix_remarks(columns: Columns, source: Source, options: ReadOptions) -> None:
    """Name a column that is not read, some values of which say who left, such as a remark."""
    if any(columns.at.get(c) for c in ("status", "end", "left")):
        return
    for i, column in enumerate(columns.readings):
        if column.column or column.fix or column.heading in options.ignore:
            continue
        values = {row[i].strip() for row in source.sample if len(row) > i} - {""}
        if any(says_left(f"({value})", options.date) for value in values):
            fix = f"if it says who left: {map_option('status', column.heading)}"
            columns.readings[i] = replace(column, why="some values say that people left", fix=fix)


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


def _note_twice(columns: Columns, source: Source, vocabulary: Vocabulary) -> None:
    """Report columns of levels of one skill, such as 'SQL (self)' and 'SQL (manager)'."""
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


def _note_several(columns: Columns, source: Source, vocabulary: Vocabulary) -> None:
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


def _legend(columns: Columns, source: Source) -> str:
    """What says what numbers mean: above the header, in rows with nothing else, or beside them."""
    rows = [[cell.strip() for cell in row] for row in source.sample]
    alone = (found[0] for row in rows if len(found := list(filter(None, row))) == 1)
    heads = [c.heading for c in columns.readings]
    beside = [i for i, name in enumerate(heads) if not name or is_marker(name)]
    cells = (row[i] for row in rows for i in beside if i < len(row))
    said = (text for text in (*alone, *cells) if re.match(r"\d\W+\w", text))
    return " ; ".join(dict.fromkeys([*source.above, *said]))


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


def _check_levels(columns: Columns, layout: str, source: Source, path: FilePath) -> None:
    """Raise InputError for a column next to skills that is not read and decides who has them.

    It says yes or no, or which levels are actual, as 'Ist' and 'Soll' do.
    """
    for i, column in enumerate(columns.readings if layout == LONG else ()):
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


def _check_facts(columns: Columns, layout: str, source: Source, path: FilePath) -> None:
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


def _join_header_rows(source: Source, vocabulary: Vocabulary) -> None:
    """Join a header of two rows.

    The second names skills in columns where the first is blank, or says below skills what is had
    and what is asked, as 'Ist' and 'Soll' do.
    """
    if not source.sample:
        return
    first, second = source.headings, [cell.strip() for cell in source.sample[0]]
    # a heading that is merged downwards is in both rows
    second = ["" if i < len(first) and c == first[i] else c for i, c in enumerate(second)]
    if len(second) != len(first):
        return
    filled = [i for i, cell in enumerate(second) if cell]
    blank = [i for i, cell in enumerate(first) if cell.strip() and not second[i]]
    kinds = [heading_kind(name) for name in first]
    own = [i for i, kind in enumerate(kinds) if kind in (*PERSONAL, "title", "unit", "role")]
    if not own or set(own) - set(blank):
        return
    above = [name.strip() for name in first]
    if is_below := filled and all(map(_is_asked_or_had, (second[i] for i in filled))):
        for i in filled:
            above[i] = above[i] or above[i - 1]
    names = above if is_below else second
    known = [i for i in filled if vocabulary.is_skill(names[i])]
    if len(known) < 2 or 2 * len(known) < len(filled):
        return
    joint = [f"{one} {two}" if is_below else two for one, two in zip(above, second, strict=True)]
    source.headings = [joint[i] if second[i] else name for i, name in enumerate(first)]
    source.skip_first = True
    source.reading.header_rows = 2
    del source.sample[0]
    groups = ", ".join(filter(None, (first[i].strip() for i in filled)))
    unread = "" if is_below else f"; group names not read: {groups}"
    source.reading.notes.append(f"The header has two rows{unread}")


def _is_asked_or_had(text: str) -> bool:
    """Whether a heading says whether levels below it are had or asked, such as 'Ist'."""
    return fold_value(text) in meanings("actual") or is_required(text)


# people in columns -----------------------------------------------------------------------


def _is_transposed(
    source: Source, options: ReadOptions, vocabulary: Vocabulary, path: FilePath
) -> bool:
    """Whether the first column names skills, and no heading names people."""
    kinds = {heading_kind(name) for name in source.headings}
    if kinds & {"person", *PERSONAL} or "person" in options.mapping:
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
        if name
    ]
    headings = ["person", *((cell or "") for cell in grid[at])]
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


# names in cells --------------------------------------------------------------------------


def _list_cells(source: Source, columns: Columns) -> list[str]:
    """The cells of the sample that have names of skills."""
    indices = [i for c in LIST_COLUMNS for i in columns.at.get(c, ())]
    return [row[i] for row in source.sample for i in indices if len(row) > i and row[i].strip()]


def _json_cells(source: Source, columns: Columns) -> str:
    """Whether cells of skills hold JSON: 'all', 'some' or ''; reports the keys not read."""
    unread: dict[str, None] = {}
    found = [json_pairs(cell, unread) is not None for cell in _list_cells(source, columns)]
    if unread:
        names = ", ".join(unread)[:200]
        source.reading.notes.append(f"Keys of JSON in cells that are not read: {names}")
    return "" if not any(found[:50]) else "all" if all(found) else "some"


def json_cell(text: str | None) -> str | None:
    """A cell with JSON as names with levels; None if it is not valid JSON."""
    if text is None or text.strip()[:1] not in ("{", "["):
        return text
    pairs = json_pairs(text)
    if pairs is None:
        return None
    return ";".join(
        name.translate(WHOLE) + ("" if level is None else UNIT + level.replace(";", ","))
        for name, level in pairs
        if name
    )


def _separators(
    source: Source, columns: Columns, options: ReadOptions, vocabulary: Vocabulary
) -> tuple[str, ...]:
    """What separates names in cells: ';', and what makes known names of the cells in the sample.

    Cells with JSON are no evidence, since JSON itself says where a name ends.
    """
    cells = [cell for cell in _list_cells(source, columns) if json_pairs(cell) is None]
    if options.separator is not None:
        return _settled_separators(options.separator)
    reads = SkillCells(vocabulary.names)
    found = [
        mark
        for mark in SEPARATORS
        if any(mark in cell and _makes_names(cell, mark, reads) for cell in cells)
    ]
    pieces = {p.strip() for c in cells if "/" in c for p in re.split(_marks(";", *found), c)}
    parts = [p.split("/") for p in pieces if "/" in p and not reads.is_known(p)]
    if any(all(map(reads.is_known, some)) for some in parts):
        source.reading.notes.append("A slash separates names if each part is a known name")
    unread = [m for m in (",", "|") if m not in found and any(m in cell for cell in cells)]
    if any(all(map(reads.knows, some)) and not all(map(reads.is_known, some)) for some in parts):
        source.reading.notes.append(
            "Cells contain '/' between names with levels, which is not read as a separator; "
            "--separator ';/' reads it"
        )
    if unread:
        marks = " and ".join(map(repr, unread))
        where = "Names of skills" if source.reading.form == "rdf" else "Cells"
        source.reading.notes.append(
            f"{where} contain {marks}, which separates two known names in none of them and is not "
            "read as a separator; --separator settles it"
        )
    return (";", *found)


def _settled_separators(text: str) -> tuple[str, ...]:
    """The separators that an option gives; blanks beside others are none, as in ' / '.

    Raises InputError for none, and for a letter or digit.
    """
    marks = text.replace("\\n", "\n").replace("\\t", "\t")
    marks = marks.replace(" ", "") or marks
    if not marks or any(map(str.isalnum, marks)):
        raise InputError(
            f"--separator {text!r}: takes single characters, and no letters or digits; write "
            "--separator ',;'"
        )
    return tuple(dict.fromkeys(marks))


def _makes_names(cell: str, mark: str, reads: SkillCells) -> bool:
    """Whether a separator makes known names of a cell that is none itself."""
    for part in cell.split(";"):
        pieces = [p for p in _protected(part).split(mark) if p.strip()]
        if len(pieces) < 2 or reads.is_known(part.strip()):
            continue
        others = _marks(*(m for m in SEPARATORS if m != mark))
        known = [p for p in pieces if any(map(reads.knows, re.split(others, p)))]
        if len(known) > 1 or (known and mark in "\n|•"):
            return True
    return False


def _marks(*marks: str) -> str:
    """A pattern of one of some separators."""
    return "[" + "".join(map(re.escape, marks)) + "]"


def _protected(text: str) -> str:
    """A cell in which the commas inside brackets and numbers are not separators."""
    text = re.sub(r"\([^()]*\)", lambda m: m[0].replace(",", FULL_COMMA), text)
    return re.sub(r"(\d),(\d)", rf"\1{FULL_COMMA}\2", text)
