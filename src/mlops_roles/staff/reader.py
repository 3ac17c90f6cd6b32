"""Read staff data once into a clean table of people that keeps the line numbers.

The stages are described in `layouts`. A table in a database stays in its engine. The result always
has `line` and the columns COLUMNS as text, and says how it was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError
from ..io import rdf
from ..io.text import counted
from ..ontology.graph import Graph, as_graph
from ..ontology.tables import RoleTables
from .assessments import SeveralLevels, find_assessments
from .canonical import canonical, one_per_line, person_key
from .compiled import is_plain
from .connections import is_records, source_name
from .csv_source import csv_source
from .current import current_rows
from .engine import Engine
from .engine_text import trimmed_text
from .frames import as_arrow
from .header_rows import header_finder
from .headings import Vocabulary
from .joining import ROW, join, report_sheets
from .layouts import Plan, plan_layout
from .levels import LevelReader, report_unseen
from .list_cells import parse_json_cells
from .markers import VACANT, marker_pattern, name_meaning
from .people_table import COLUMNS, LIST_COLUMNS, Rejected, Staff
from .person_names import with_names
from .presence import Presence
from .rdf_people import RdfPeople, read_rdf_people
from .reading import LONG, Reading, ReadOptions, as_options
from .record_source import is_record_file, record_source
from .several import combine
from .sheet_source import sheet_source
from .skill_cells import SkillCells
from .sources import SAMPLE_ROWS, Source, arrow_source, parquet_source
from .spreadsheets import Row
from .unused_rows import short_rows, without_former, without_headers, without_totals

RDF_SUFFIXES = tuple(rdf.RDF_FORMATS)


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
        self.levels = LevelReader(engine, options, words.names)

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
        rejected = short_rows(short, source.width or len(source.headings), name, reading)
        if source.skip_first:
            table = table.slice(1)
        if not table.num_rows and not rejected and reading.form != "rdf":
            raise InputError(f"{name}: a header and no rows; give a file with people")
        reading.rows = reading.rows or table.num_rows + len(short)
        if plan.json_cells:
            table, bad = parse_json_cells(table, plan.columns)
            fix = "write the cell as JSON again"
            rejected += [Rejected(name, n, "not valid JSON in a cell", fix) for n in bad]
        table = without_headers(table, plan, reading)
        rated = without_totals(table, plan, self.engine, self.options)
        cells = self.levels.of_columns(plan, reading, lambda i: _distinct(rated[str(i)]))
        if plan.is_plain and ROW not in table.column_names:
            people = self.engine.register_arrow(_renamed(table, plan))
            return self._finish(people, rejected, reading, cells)
        return self._finish_raw(self.engine.register_arrow(table), plan, rejected, reading, cells)

    def read_table(self, table: ibis.Table) -> Staff:
        """The people of a table in a database.

        It has no lines: `line` numbers its rows in the order of the persons.
        """
        name = source_name(table)
        texts = {str(i): trimmed_text(table[i]) for i in range(len(table.columns))}
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
        rated = without_totals(raw, plan, self.engine, self.options)
        cells = self.levels.of_columns(plan, reading, lambda i: self._distinct_in_engine(rated, i))
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
            people = self.engine.materialize(canonical(raw.mutate(line=raw[ROW]), plan, self.words))
            raw = without_former(raw, people, self.engine, reading, self.options)
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

    def _finish(
        self, people: ibis.Table, rejected: list[Rejected], reading: Reading, cells: SkillCells
    ) -> Staff:
        """The people who count, with the levels in their cells."""
        if cells.scale.top is None:
            cells = self.levels.of_lists(people, cells, reading)
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
        report_unseen(reading, self.options)
        table = people.select("line", *COLUMNS)
        return Staff(table, reading.file, read, rejected, reading=reading, cells=cells)


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
