"""Read staff data once into a clean table of people that keeps the line numbers.

The stages are described in `layouts`. A table in a database stays in its engine. The result always
has `line` and the columns COLUMNS as text, and says how it was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError
from ..io import rdf
from ..io.text import counted, quoted
from ..ontology.graph import Graph, as_graph
from ..ontology.tables import RoleTables
from .assessments import SeveralLevels, find_assessments, on_scale, own_scales
from .canonical import canonical, one_per_line, person_key
from .compiled import is_plain
from .current import current_rows
from .direction import check_rising
from .engine import Engine, is_records, source_name, string_array
from .frames import as_arrow
from .header_rows import header_finder
from .headings import Vocabulary
from .joining import ROW, join, report_sheets
from .layouts import Plan, plan_layout
from .list_cells import json_cell
from .markers import NOBODY, VACANT, is_marker, marker_pattern, name_meaning
from .people_table import COLUMNS, LIST_COLUMNS, Rejected, Staff
from .presence import Presence, with_names
from .rdf_people import RdfPeople, read_rdf_people
from .reading import LONG, Reading, ReadOptions, as_options, shown_lines
from .several import combine
from .sources import (
    SAMPLE_ROWS,
    Source,
    arrow_source,
    as_text,
    csv_source,
    is_record_file,
    parquet_source,
    record_source,
    sheet_source,
)
from .spreadsheets import Row
from .values import (
    BLANK,
    STATES,
    TICK,
    YEARS,
    Scale,
    SkillCells,
    check_on_scale,
    fold_value,
    parse_level,
    scale_of,
)

RDF_SUFFIXES = tuple(rdf.RDF_FORMATS)
MAX_LEVELS = 200  # distinct levels that a reading shows
# white space as Arrow and Python have it; no two engines mean the same by \s
BLANK_CHARACTERS = "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def read_staff(
    path: Any,
    connection: ibis.BaseBackend,
    mapping: Mapping[str, str] | ReadOptions | None = None,
    graph: Graph | None = None,
    is_title: Callable[[str], bool] = lambda _: True,
) -> Staff:
    """Read a staff file into `connection`, or a table that lives there.

    Args:
        path: CSV, TSV, XLSX, Parquet; RDF in our terms, W3C ORG, FOAF, vCard or schema.org, as a
            web page may have it; JSON Resume; a JSON list of records; '-' for standard input; a
            list of such files; an Ibis table; a table of pandas, Polars or Arrow; or a list of
            dictionaries.
        connection: any Ibis connection; the table is created there.
        mapping: column of ours to column of the file, where the names differ; or all that is
            settled about the reading.
        graph: the ontology, which maps RDF terms to columns and values.
        is_title: whether a text is a job title that names a role.

    Raises InputError: the file cannot be used at all; the message has file, line and fix.
    """
    settled = as_options(mapping)
    ontology = as_graph(graph)
    words = _vocabulary(ontology, is_title)
    reader = TableReader(Engine(connection), settled, words)
    if isinstance(path, (list, tuple)) and not is_records(path):
        return reader.read_several(path, ontology)
    if _is_rdf(path):
        return reader.read_rdf([Path(path)], ontology)
    if _is_ibis(path):
        return reader.read_table(path)
    return reader.read(path)


def _is_rdf(staff: Any) -> bool:
    is_path = isinstance(staff, (str, Path))
    return is_path and rdf.suffix_of(staff) in RDF_SUFFIXES and not is_record_file(staff)


def _is_ibis(staff: Any) -> bool:
    return hasattr(staff, "get_backend") and hasattr(staff, "op")


def _vocabulary(graph: Graph, is_title: Callable[[str], bool]) -> Vocabulary:
    """What the ontology knows of the values of a table."""

    def is_role(text: str) -> bool:
        names = [name.strip() for name in text.split(";") if name.strip()]
        try:
            return all(bool(graph.resolve_term(name, "role")) for name in names)
        except InputError:
            return False

    return Vocabulary(RoleTables.from_graph(graph).names, is_role, is_title)


class TableReader:
    """Reads one table in one engine."""

    def __init__(self, engine: Engine, options: ReadOptions, words: Vocabulary):
        self.engine, self.options, self.words = engine, options, words

    def source(self, path: Any, options: ReadOptions) -> Source:
        """The table of a file, or of pandas, Polars or Arrow."""
        find = header_finder(options, self.words)
        if not isinstance(path, (str, Path)):
            table = as_arrow(path)
            if not table.num_columns:
                raise InputError(f"{source_name(path)}: no columns; give a table of people")
            return arrow_source(table, source_name(path))
        file = Path(path)
        kind = rdf.suffix_of(file)
        if kind == ".parquet":
            return parquet_source(file)
        if kind in (".json", *rdf.JSON_LINES_SUFFIXES):
            return record_source(file)
        if kind == ".xlsx":
            return sheet_source(file, options, find)
        if kind in (".csv", ".tsv"):
            return csv_source(file, options, find)
        raise InputError(
            f"{path or repr(path)}: unknown suffix; a staff file is .csv, .tsv, .xlsx, .parquet "
            f"or RDF ({' '.join(RDF_SUFFIXES)})"
        )

    def read(self, path: Any) -> Staff:
        """The people of a file, or of a table in memory."""
        name = source_name(path)
        source = self.source(path, self.options)
        if self.options.join:
            return self._read_joined(path, source)
        self._report_sheets(source)
        return self._read_source(source, name)

    def _report_sheets(self, source: Source) -> None:
        find = header_finder(self.options, self.words)
        report_sheets(source, self.options, find, self.words.is_skill)

    def read_several(self, files: Sequence[Any], graph: Graph) -> Staff:
        """The people of several files; those in RDF are read as one graph."""
        if not files:
            raise InputError("no staff file; name one")
        if self.options.join:
            raise InputError("--join: takes one file and another; name one staff file only")
        rdf_files = [Path(f) for f in files if _is_rdf(f)]
        parts = [self.read(f) for f in files if not _is_rdf(f)]
        parts += [self.read_rdf(rdf_files, graph)] if rdf_files else []
        return parts[0] if len(parts) == 1 else combine(parts, COLUMNS)

    def read_rdf(self, files: Sequence[Path], graph: Graph) -> Staff:
        """The people of RDF files, whose cells are read as those of a table are."""
        if self.options.join:
            raise InputError(f"{files[0]}: RDF cannot be joined; leave --join out, or join tables")
        found = read_rdf_people(files, graph, self.options, self.words.is_title)
        described = found.reading.columns
        options = replace(self.options, mapping={}, ignore=(), headings=(), layout=None)
        inner = TableReader(self.engine, options, self.words)
        staff = inner._read_source(_people_source(found), found.reading.file)
        staff.reading.columns, staff.reading.layout = described, "RDF"
        staff.assessments = found.assessments
        odd = dict.fromkeys(sorted(found.odd_levels), "no known level; has")
        if odd:
            staff.reading.values["level"] = staff.reading.values.get("level", {}) | odd
        return staff

    def _read_joined(self, path: Any, source: Source) -> Staff:
        """The people of two files or sheets, which have a column of keys in common."""
        other = ReadOptions(sheet=self.options.join)
        is_sheet = any(sheet.name == self.options.join for sheet in source.sheets)
        right = self.source(
            path if is_sheet else self.options.join, other if is_sheet else ReadOptions()
        )
        self._report_sheets(source)
        source.reading.notes += [
            f"{right.reading.sheet or self.options.join}: {note}" for note in right.reading.notes
        ]
        joined = join(source, right, self.options, self.engine)
        return self._read_source(joined, source_name(path))

    def _read_source(self, source: Source, name: str) -> Staff:
        source, plan = plan_layout(source, self.options, self.words, name)
        reading = self._begin(source.reading, plan)
        wanted = plan.wanted
        table, short = source.load(wanted)
        rejected = self._short_rows(short, source.width or len(source.headings), name, reading)
        if source.skip_first:
            table = table.slice(1)
        if not table.num_rows and not rejected and reading.form != "rdf":
            raise InputError(f"{name}: a header and no rows; give a file with people")
        reading.rows = reading.rows or table.num_rows + len(short)
        table = _parse_json(table, plan, rejected, name)
        table = _without_headers(table, plan, reading)
        rated = self._without_totals(table, plan)
        cells = self._cells(plan, reading, lambda i: _distinct(rated[str(i)]))
        if plan.is_plain and ROW not in table.column_names:
            people = self.engine.register_arrow(_renamed(table, plan))
            return self._finish(people, rejected, reading, cells)
        return self._finish_raw(self.engine.register_arrow(table), plan, rejected, reading, cells)

    def read_table(self, table: ibis.Table) -> Staff:
        """The people of a table in a database.

        It has no lines: `line` numbers its rows in the order of the persons.
        """
        name = source_name(table)
        texts = {str(i): _trimmed_in_engine(table[i]) for i in range(len(table.columns))}
        raw = table.select(**texts)
        if not is_plain(raw):
            raw = raw.cache()
        sample = [
            [text or "" for text in row] for row in self.engine.fetch_rows(raw.head(SAMPLE_ROWS))
        ]
        source = Source(Reading(name, "table"), list(table.columns), sample, _no_load)
        source, plan = plan_layout(source, self.options, self.words, name)
        if plan.json_cells:
            raise InputError(f"{name}: JSON in a cell; export the table as CSV")
        reading = self._begin(source.reading, plan)
        order = [raw[str(i)] for c in COLUMNS for i in plan.columns.at.get(c, ())]
        order += [raw[str(i)] for i in plan.wanted]
        number = ibis.row_number().over(order_by=order) + 1
        # Spark counts in 32 bits though Ibis believes 64, so a plain cast would do nothing
        numbered = raw.mutate(line=number.cast("float64").cast("int64"))
        numbered = self.engine.materialize(numbered)
        ((rows,),) = self.engine.fetch_rows(numbered.aggregate(rows=numbered.count()))
        if not rows:
            raise InputError(f"{name}: no rows; give a table with people")
        reading.rows = rows
        rated = self._without_totals(raw, plan)
        cells = self._cells(plan, reading, lambda i: self._distinct_in_engine(rated, i))
        staff = self._finish_raw(numbered, plan, [], reading, cells)
        staff.keyed = True
        return staff

    def _finish_raw(
        self,
        raw: ibis.Table,
        plan: Plan,
        rejected: list[Rejected],
        reading: Reading,
        cells: SkillCells,
    ) -> Staff:
        """The people in a table that is not yet in the one form of all layouts."""
        if ROW in raw.columns and plan.layout != LONG:
            raw = self._without_former(raw, plan, reading)
        raw = current_rows(raw, plan, self.engine, reading, self.options)
        levels = SeveralLevels(raw, plan, self.words.names, self.engine, reading, self.options)
        raw = levels.latest()
        levels.report_conflicts(cells)
        people = canonical(raw, plan, self.words, self._vacant_names(raw, plan))
        if ROW in raw.columns and plan.layout != LONG:
            people = one_per_line(people)
        people = self.engine.materialize(people)
        staff = self._finish(people, rejected, reading, cells)
        staff.assessments = lambda line: find_assessments(raw, plan, self.engine, line)
        return staff

    def _vacant_names(self, raw: ibis.Table, plan: Plan) -> list[str]:
        """What says in the place of a name that a post is vacant, if a person has several rows."""
        if plan.layout != LONG:
            return []
        names = raw.select(name=person_key(raw, plan)).distinct()
        near = names.filter(names["name"].lower().re_search(marker_pattern()))
        found = [name for (name,) in self.engine.fetch_rows(near)]
        return sorted(n for n in found if name_meaning(n, None, self.options) == VACANT)

    def _without_former(self, raw: ibis.Table, plan: Plan, reading: Reading) -> ibis.Table:
        """A joined table without rows that do not count, such as former posts.

        One row of a person without another stays, and says why the person does not count.
        """
        people = self.engine.materialize(canonical(raw.mutate(line=raw[ROW]), plan, self.words))
        unused = Reading(reading.file, reading.form, columns=reading.columns)
        gone = list(Presence(people, self.engine, unused, self.options).reasons)
        reading.as_of, reading.values = unused.as_of, reading.values | unused.values
        is_gone = raw[ROW].isin(gone) if gone else ibis.literal(False)
        over = raw.filter(is_gone)
        alone = over.anti_join(raw.filter(~is_gone), "line")
        kept = alone.group_by("line").agg(**{ROW: alone[ROW].min()})
        former = over.anti_join(kept, ROW).select(ROW, "line")
        if not (found := self.engine.fetch_rows(former)):
            return raw
        lines = sorted({line for _, line in found})
        reading.notes.append(
            f"Rows that do not count, of people with another row: {shown_lines(lines)}"
        )
        return self.engine.materialize(raw.filter(raw[ROW].notin([row for row, _ in found])))

    def _without_totals(self, table: Any, plan: Plan) -> Any:
        """The rows of a table of levels but those of totals, whose numbers are no levels.

        Takes and returns an Arrow table or one in an engine.
        """
        at = plan.columns.at
        name, title = (str(at[c][0]) if at.get(c) else None for c in ("person", "title"))
        if not (name and (plan.columns.wide or plan.columns.levels or at.get("level"))):
            return table
        columns = list(filter(None, (name, title)))
        if isinstance(table, pa.Table):
            names = table[name].unique()
            near = pc.filter(
                names, pc.match_substring_regex(pc.utf8_lower(names), marker_pattern())
            )
            rows = table.select(columns).filter(pc.is_in(table[name], near)).to_pylist()
        else:
            near = table[name].lower().re_search(marker_pattern())
            found = self.engine.fetch_rows(table.filter(near).select(*columns))
            rows = [dict(zip(columns, row, strict=True)) for row in found]
        totals = {
            row[name]
            for row in rows
            if name_meaning(row[name], title and row[title], self.options) == NOBODY
        }
        if not totals:
            return table
        if isinstance(table, pa.Table):
            return table.filter(pc.invert(pc.is_in(table[name], string_array(sorted(totals)))))
        return table.filter(table[name].notin(sorted(totals)) | table[name].isnull())

    def _distinct_in_engine(self, raw: ibis.Table, i: int) -> list[str]:
        found = self.engine.fetch_rows(raw.select(v=str(i)).distinct())
        return sorted(value for (value,) in found if value)

    def _begin(self, reading: Reading, plan: Plan) -> Reading:
        reading.layout = plan.layout
        reading.columns = plan.columns.readings
        if any(plan.columns.at.get(c) for c in LIST_COLUMNS):
            reading.separators = () if plan.json_cells == "all" else plan.separators
        reading.json_cells = plan.json_cells
        if plan.json_cells:
            cells = "Cells" if plan.json_cells == "all" else "Some cells"
            reading.notes.append(f"{cells} hold JSON, whose names are not split")
        return reading

    def _short_rows(
        self, short: Sequence[Row], width: int, file: str, reading: Reading
    ) -> list[Rejected]:
        """The rows of another width: legends and totals are left out, others rejected."""
        found, nobody = [], []
        for line, cells in short:
            filled = [cell.strip() for cell in cells if cell.strip()]
            if len(filled) == 1 and len(cells) < width and _is_legend(*filled):
                nobody.append(line)
            else:
                fix = "quote cells that contain the separator, or add the missing cells"
                why = f"{counted(len(cells), 'cell')}, the header has {width}"
                found.append(Rejected(file, line, why, fix))
        reading.leave_out("no person", nobody)
        return found

    def _cells(
        self, plan: Plan, reading: Reading, distinct: Callable[[int], list[str]]
    ) -> SkillCells:
        """How names with levels are read, of the levels that columns have."""
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
        cells = SkillCells(self.words.names, scale, settled)
        if stated:
            reading.scale = scale.to_dict()
        shown = sorted(levels)[:MAX_LEVELS]
        if shown:
            reading.values["level"] = {value: STATES[cells.state(value)] for value in shown}
        note = "A mark such as x counts as has"
        if TICK in levels.values() and note not in reading.notes:
            reading.notes.append(note)
        return cells

    def _finish(
        self, people: ibis.Table, rejected: list[Rejected], reading: Reading, cells: SkillCells
    ) -> Staff:
        """The people who count, with the levels in their cells."""
        if cells.scale.top is None:
            own = (reading.scale or {}).get("columns", {})
            cells = self._levels_in_cells(people, cells, reading)
            _report_own_scales(reading, own)
        rows = reading.rows - len(rejected) - reading.count_left_out
        if reading.layout == LONG or reading.joined_form:
            ((rows,),) = self.engine.fetch_rows(people.aggregate(n=people.count()))
            people_read = counted(rows, "person", "people")
            reading.notes.append(f"{counted(reading.rows, 'row')} of {people_read}")
        read = rows + len(rejected) + reading.count_left_out
        presence = Presence(people, self.engine, reading, self.options)
        if presence.reasons:
            lines = self.engine.from_rows({"line": int}, [(n,) for n in presence.reasons])
            people = self.engine.materialize(people.anti_join(lines, "line"))
        if "key" in people.columns:
            people = with_names(people, self.engine, reading)
        _report_unseen(reading, self.options)
        table = people.select("line", *COLUMNS)
        return Staff(table, reading.file, read, rejected, reading=reading, cells=cells)

    def _levels_in_cells(
        self, people: ibis.Table, cells: SkillCells, reading: Reading
    ) -> SkillCells:
        """How names are read, if a sample of the cells has levels with names."""
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
        return self._with_scale(values.union(known), [], cells.settled, reading)


def _report_own_scales(reading: Reading, own: Mapping[str, str]) -> None:
    """Report the scales of single columns, by their headings, if the reading has levels."""
    if reading.scale and own and "columns" not in reading.scale:
        shown = ", ".join(f"{h} {'in' if s == YEARS else 'on'} {s}" for h, s in own.items())
        reading.scale |= {"columns": dict(own), "text": f"{reading.scale['text']}; {shown}"}


def _report_unseen(reading: Reading, options: ReadOptions) -> None:
    """Report settled statuses and levels that are nowhere in the file, such as misspelt ones."""
    unseen = [
        f"{kind} {value!r}"
        for kind, value in options.values
        if value and kind in ("status", "level") and len(reading.values.get(kind, ())) < MAX_LEVELS
        if value not in map(fold_value, reading.values.get(kind, ()))
    ]
    if unseen:
        more = f" and {len(unseen) - 5} more" if len(unseen) > 5 else ""
        reading.notes.append(f"Settled, and not in the file: {', '.join(unseen[:5])}{more}")


def _is_legend(text: str) -> bool:
    """Whether a text alone in a row is said of a level, or of no person."""
    return bool(is_marker(text)) or parse_level(text) not in (None, BLANK)


def _no_load(_: Sequence[int]) -> Any:
    raise InputError("a table in a database is not loaded; turn it round in its engine")


def _people_source(people: RdfPeople) -> Source:
    """The people of RDF who count, as a table before anything is known of its columns."""
    table = people.table
    if people.gone:
        gone = pc.is_in(table["line"], pa.array(people.gone, table["line"].type))
        table = table.filter(pc.invert(gone))
    names = [name for name in table.column_names if name != "line"]

    def load(wanted: Sequence[int]) -> tuple[pa.Table, list[Row]]:
        cells = {str(i): table[names[i]] for i in wanted}
        return pa.table({"line": table["line"], **cells}), []

    sample = [
        [row[name] or "" for name in names] for row in table.slice(0, SAMPLE_ROWS).to_pylist()
    ]
    return Source(people.reading, names, sample, load)


def _distinct(column: Any) -> list[str]:
    """The distinct values of an Arrow column, without nulls."""
    return sorted(value for value in column.unique().to_pylist() if value)


def _renamed(table: pa.Table, plan: Plan) -> pa.Table:
    """The columns under our names, and null for those that are missing."""
    none = pa.nulls(table.num_rows, pa.string())
    at = {c: str(found[0]) for c, found in plan.columns.at.items()}
    cells = {c: table[at[c]] if c in at else none for c in COLUMNS}
    more = {c: table[at[c]] for c in at if c not in COLUMNS}
    return pa.table({"line": table["line"], **cells, **more})


def _without_headers(table: pa.Table, plan: Plan, reading: Reading) -> pa.Table:
    """The table without rows that repeat the headings, as on each page of a printed report."""

    def same(i: int) -> Any:  # without a Python scalar, which would load pandas
        heading = pc.cast(string_array([plan.headings[i]]), pa.string())
        return pc.is_valid(pc.index_in(pc.cast(table[str(i)], pa.string()), value_set=heading))

    first, *others = plan.wanted
    heading = pc.cast(string_array([plan.headings[first]]), table[str(first)].type)[0]
    if not pc.any(pc.equal(table[str(first)], heading)).as_py():
        return table
    is_header = same(first)
    for i in others:
        is_header = pc.and_(is_header, same(i))
    reading.leave_out("no person", pc.filter(table["line"], is_header).to_pylist())
    return pc.filter(table, pc.invert(is_header))


def _parse_json(table: pa.Table, plan: Plan, rejected: list[Rejected], file: str) -> pa.Table:
    """The table with cells of JSON as names with levels; rows with invalid JSON are rejected."""
    if not plan.json_cells:
        return table
    bad: set[int] = set()
    lines = table["line"].to_pylist()
    for c in LIST_COLUMNS:
        for i in plan.columns.at.get(c, ()):
            texts = table[str(i)].to_pylist()
            cells = [json_cell(text) for text in texts]
            pairs = zip(lines, texts, cells, strict=True)
            bad |= {n for n, text, cell in pairs if text is not None and cell is None}
            place = table.column_names.index(str(i))
            table = table.set_column(place, str(i), pa.array(cells, pa.string()))
    fix = "write the cell as JSON again"
    rejected += [Rejected(file, n, "not valid JSON in a cell", fix) for n in sorted(bad)]
    kept = pa.array([n not in bad for n in lines], pa.bool_())
    return pc.filter(table, kept) if bad else table


def _trimmed_in_engine(cells: ibis.Column) -> Any:
    """The same as `sources.trimmed`, in an engine.

    Ibis's `strip` handles only ASCII, and on Spark treats the letters f and v as white space.
    """
    return (
        as_text(cells).re_replace(f"^[{BLANK_CHARACTERS}]+|[{BLANK_CHARACTERS}]+$", "").nullif("")
    )
