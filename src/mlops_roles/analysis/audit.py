"""The main job: who holds which role, what is covered, who could act as what.

An audit is a set of table expressions (Ibis), the same on every engine. Each distinct title and
each distinct name of a skill is looked up once. What is known of people is then one sparse table
with a row for each person and skill (`skill_rows`); joined with the skills that roles and tasks
require, and counted, it gives the answers. The cost grows with the pairs of people and roles that
share a skill. No person is looped over, nothing is inferred per person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import InputError, with_article
from ..io.result import Result
from ..matching.titles import resolve
from ..ontology.graph import Graph, as_graph
from ..ontology.tables import RoleTables
from ..staff.connections import backend_for, source_name
from ..staff.engine import Engine
from ..staff.people_table import Rejected, Staff
from ..staff.reading import ReadOptions
from .audit_counts import count, find_candidates
from .audit_result import HAS, LACKS, TOOL, AuditResult, Candidate, Counts
from .row_checks import RowChecks
from .skill_rows import SkillRows, score_bits, score_roles, split_scores
from .staff_detail import staff_detail
from .title_rows import TitleRows, as_int
from .verdict import State

if TYPE_CHECKING:
    import ibis
    import pandas
    import pyarrow

LISTED = (
    1000  # people, holders of a role, and units in the answer as plain data; CSV has all people
)


class Audit(AuditResult, Result):
    """An audit: its tables are Ibis expressions, its summary is plain data.

    Attributes:
        staff: the table as read, with `line`.
        used: the rows that count, an Ibis table.
        role_tables: the facts about roles as plain tables.
        person_skills: (line, skill, flags) of every row, rejected ones included; see
            `skill_rows.SkillRows`.
        unmatched: the names of no known skill, by their place after all skills.

    Example:
        >>> from mlops_roles import audit
        >>> acme = audit("examples/acme.csv")
        >>> acme.rows
        {'read': 42, 'used': 38, 'rejected': 4}
        >>> acme.rejected[0].line, acme.rejected[0].reason
        (38, 'duplicate of line 15')
        >>> acme.people.filter(acme.people.line == 2).to_pyarrow().to_pylist()[0]["roles"]
        'data-scientist'
    """

    def __init__(
        self,
        staff: Staff,
        engine: Engine,
        graph: Graph,
        role_tables: RoleTables,
        on_progress: Callable[[str], None],
    ):
        self.engine, self._graph, self._on_progress = engine, graph, on_progress
        self.staff, self.role_tables, self.file, self.version = (
            staff,
            role_tables,
            staff.file,
            graph.version,
        )
        self.reading, self.read = staff.reading, staff.read
        self.left_out = staff.reading.count_left_out
        on_progress("resolving titles")
        titles = TitleRows(staff, engine, graph, role_tables)
        self.resolutions, self.assignments = titles.resolutions, titles.assignments
        self.spelling_keys = titles.spelling_keys
        on_progress("matching skills")
        skill_rows = SkillRows(staff, engine, graph, role_tables)
        self.person_skills, self.unmatched = skill_rows.person_skills, skill_rows.unmatched
        self.mapped = titles.mapped | skill_rows.mapped
        on_progress("checking rows")
        unknown = {i: a.unknown for i, a in enumerate(self.assignments) if a.unknown}
        checks = RowChecks(
            staff, engine, titles.assigned, self.person_skills, role_tables.skills, unknown
        )
        self._bad = sorted([*staff.rejected, *checks.rejected()], key=lambda row: row.line)
        self._bad_lines = (
            engine.from_rows({"line": int}, [(r.line,) for r in self._bad]) if self._bad else None
        )
        self.used = self.without_bad(staff.table)
        self.known = self.without_bad(titles.assigned)

    def without_bad(self, table: ibis.Table) -> ibis.Table:
        """The rows of a table with `line` that are about people who count."""
        return table if self._bad_lines is None else table.anti_join(self._bad_lines, "line")

    @property
    def graph(self) -> Graph:
        """The ontology that it was made with."""
        return self._graph

    # what is known, as tables -----------------------------------------------------

    @cached_property
    def facts(self) -> ibis.Table:
        """(line, skill, flags) of the used people."""
        return self.without_bad(self.person_skills)

    @cached_property
    def holds(self) -> ibis.Table:
        """(line, role, through): who certainly holds a role itself, not one similar to it.

        Those who hold a narrower role hold the broader one `through` it, which is null if the
        role itself is named.
        """
        rows = (
            (i, role, dict(s.through).get(role))
            for i, s in enumerate(self.assignments)
            for role in s.holds
        )
        return self.known.join(
            self.engine.from_rows({"assignment": int, "role": str, "through": str}, rows),
            "assignment",
        ).select("line", "role", "through")

    @cached_property
    def knows(self) -> ibis.Table:
        """(line, skill, recorded, lacking, tool) of the used people, the last three as 0 or 1."""
        f = self.facts
        places = enumerate(self.role_tables.skills)
        skills = self.engine.from_rows({"place": int, "slug": str}, places)
        has, lacks, tool = (as_int((f.flags & flag) > 0) for flag in (HAS, LACKS, TOOL))
        known = f.mutate(recorded=has, lacking=lacks, tool=tool)
        known = known.filter((known.flags & (HAS | LACKS | TOOL)) > 0)
        named = known.join(skills, known.skill == skills.place)
        return named.select("line", "recorded", "lacking", "tool", skill=named.slug).relocate(
            "skill", after="line"
        )

    @cached_property
    def people(self) -> ibis.Table:
        """One row per used person, in the order of lines, of any number of people.

        Columns: line, person, unit, title, status, roles, similar, able, likely, broader; the last
        five have several slugs separated by ';'. `broader`: the roles that are held because a
        narrower one is.
        """
        rows = (
            (i, s.status, *map(_joined, (s.roles, s.similar, dict(s.through))))
            for i, s in enumerate(self.assignments)
        )
        columns = dict.fromkeys(("status", "roles", "similar", "broader"), str)
        assignments = self.engine.from_rows({"assignment": int, **columns}, rows)
        wide = (
            self.used.select("line", "person", "unit", "title")
            .join(self.known, "line")
            .join(assignments, "assignment")
            .left_join(self._able_to(), "line")
        )
        shown = ("line", "person", "unit", "title", "status", "roles", "similar", "able", "likely")
        return wide.select(*shown, "broader").order_by("line")

    def _able_to(self) -> ibis.Table:
        """(line, able, likely): the roles that a person could act as, by record, or with tools."""
        needs = self.role_tables.needs("role")
        places = {role: i for i, role in enumerate(self.role_tables.roles)}
        rows = ((places[r], order, r, len(needs[r])) for order, r in enumerate(sorted(needs)))
        types = {"role": int, "order": int, "slug": str, "required": int}
        scored = self.scores.join(self.engine.from_rows(types, rows), "role")
        bits = score_bits(self.role_tables)
        recorded, evident = scored.score >> bits, scored.score & ((1 << bits) - 1)
        full = scored.mutate(recorded=recorded).filter(recorded + evident == scored.required)
        is_able = full.recorded == full.required
        able, likely = (
            self.engine.joined_text(full.slug, full.order, where) for where in (is_able, ~is_able)
        )
        return full.group_by("line").agg(able=able, likely=likely)

    def to_dict(self, limit: int = LISTED) -> dict[str, Any]:
        """The audit as plain data, with the people and units behind its figures.

        Args:
            limit: the most entries of each list of people, holders of a role, or units.
        """
        return super().to_dict() | staff_detail(self, limit)

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of `people`."""
        return list(self.people.columns)

    def to_rows(self) -> list[dict[str, Any]]:
        """`people`: one row for each."""
        rows: list[dict[str, Any]] = self.arrow().to_pylist()
        return rows

    def arrow(self) -> pyarrow.Table:
        """`people` as an Arrow table."""
        return self.engine.to_arrow(self.people)

    def dataframe(self) -> pandas.DataFrame:
        """`people` as a pandas DataFrame (needs pandas)."""
        return self.arrow().to_pandas()

    # counted ------------------------------------------------------------------------

    @cached_property
    def counts(self) -> Counts:
        """The numbers of each kind and name."""
        self._on_progress("counting")
        return count(self)

    @cached_property
    def candidates(self) -> list[Candidate]:
        """The few people who come nearest to each role."""
        return find_candidates(self)

    @cached_property
    def rejected(self) -> list[Rejected]:
        """The rows that do not count, each with file, line, reason and fix."""
        return [self.staff.located(row) for row in self._bad]

    @cached_property
    def scores(self) -> ibis.Table:
        """(line, role, score) of each used person and role that share a skill."""
        scores = self.without_bad(score_roles(self.person_skills, self.engine, self.role_tables))
        return split_scores(self.engine.materialize(scores), self.role_tables)

    @cached_property
    def levels(self) -> list[tuple[int, int, int]]:
        """(role, score, people) of each score of a role, the highest first."""
        s = self.scores
        counted = s.group_by("role", "score").agg(people=s.count())
        return sorted(self.engine.fetch_rows(counted), key=lambda row: (row[0], -row[1]))

    def states(self, facts: Sequence[Sequence[int]]) -> dict[str, State]:
        """What is known of each skill of a person."""
        order: tuple[tuple[int, State], ...]
        order = (TOOL, "tool"), (HAS, "recorded"), (LACKS, "lacking")
        return {
            self.role_tables.skills[place]: state
            for flag, state in order
            for place, flags in facts
            if flags & flag
        }


def _joined(slugs: Iterable[str]) -> str | None:
    return ";".join(slugs) or None


def read(
    staff: Any,
    graph: Graph,
    mapping: Mapping[str, str] | ReadOptions | None = None,
    connection: ibis.BaseBackend | None = None,
) -> Staff:
    """The people of staff data, and how it was read; the arguments are those of `audit`."""
    from ..staff.reader import read_staff  # needs numpy and Arrow

    _check_mapping(mapping)
    engine = connection if connection is not None else backend_for(staff)
    return read_staff(staff, engine, mapping, graph, names_a_role(graph))


def names_a_role(graph: Graph) -> Callable[[str], bool]:
    """A function that says whether a text is a job title that names a role."""
    return lambda title: bool(resolve(title, graph, nearest=False).roles)


def audit(
    staff: Any,
    *,
    graph: Graph | None = None,
    mapping: Mapping[str, str] | ReadOptions | None = None,
    connection: ibis.BaseBackend | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Audit a staff file, or a table in a database or of pandas, Polars or Arrow.

    Args:
        staff: a path, or a table. A file is CSV, TSV, XLSX or Parquet with the columns
            person, title, skills, and optionally unit, role, lacks, assessed, status, start, end,
            or in another layout; or RDF in our terms, W3C ORG, FOAF or schema.org. The rows of
            an Ibis table stay where they are, and rejected ones are cited by their person.
        graph: the ontology, with a company's additions (`load("ours.ttl")`).
        mapping: column of ours to column of the file, where the names differ; or ReadOptions, all
            that is settled about the reading.
        connection: an Ibis connection to run on; else that of the table, or embedded DuckDB.
        on_progress: called with the name of each stage, for a progress line.

    Returns:
        The audit; single rows that cannot be used are in its `rejected`.

    Raises:
        InputError: if the file or table as a whole cannot be used.

    Example:
        >>> from mlops_roles import audit
        >>> acme = audit("examples/acme.csv")
        >>> acme.titles
        {'certain': 25, 'ambiguous': 3, 'none': 10}
        >>> acme.coverage("role")["ml-engineer"]["state"]
        'single'
    """
    ontology = as_graph(graph)
    engine = Engine(backend_for(staff, connection))
    on_progress(f"reading {source_name(staff)}")
    table = read(staff, ontology, mapping, engine.con)
    return Audit(table, engine, ontology, RoleTables.from_graph(ontology), on_progress)


def _check_mapping(mapping: object) -> None:
    """Raise InputError for a mapping that is none."""
    if not (mapping is None or isinstance(mapping, (Mapping, ReadOptions))):
        raise InputError(
            f"audit: mapping is {with_article(mapping)}; give columns: {{'title': 'Job Title'}}, "
            "or ReadOptions"
        )


def as_audit(staff: Any, graph: Graph | None = None) -> Audit:
    """An audit as it is; of anything else, the audit of this staff data."""
    return staff if isinstance(staff, Audit) else audit(staff, graph=graph)
