"""The main job: who holds which role, what is covered, who could act as what.

A set of table expressions (Ibis) over a staff table joined with the closed role, task, skill
and title tables that the questions read out of the ontology; the same expressions on every
engine. Titles and names of skills are looked up once per distinct spelling. What is known of a
person is then a handful of whole numbers: a bit for each skill that is recorded, lacking, or
spoken for by a tool. No person is looped over, nothing is inferred per person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..matching.titles import resolve
from ..ontology.graph import Graph, load
from ..ontology.mappings import mappings_of
from ..ontology.names import fold_name
from ..ontology.tables import RoleTables
from ..staff.engine import Engine, backend_for, source_name
from ..staff.layouts import LIST_COLUMNS
from ..staff.presence import folded_name
from ..staff.reader import Rejected, Staff, contradiction, duplicate_of, read_staff
from ..staff.reading import ReadOptions
from ..staff.values import SkillName
from .audit_result import KNOWN, NEAREST, AuditResult, Tally
from .bits import all_of, and_not, any_of, as_int, intersects, popcount
from .role_assignment import RoleAssignment, covered_items

if TYPE_CHECKING:
    import ibis
    import pandas
    import pyarrow

TOP_K_PARTITIONS = 16  # per-partition maxima bound the top NEAREST; at least NEAREST


class Audit(AuditResult):
    """An audit: its tables are Ibis expressions, its summary is plain data.

    Attributes:
        staff: the table as read, with `line`.
        used: the rows that count, an Ibis table.
        closed: the facts about roles as plain tables.

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
        closed: RoleTables,
        on_progress: Callable[[str], None],
    ):
        self._engine, self._graph, self._on_progress = engine, graph, on_progress
        self.staff, self.closed, self.file, self.version = staff, closed, staff.file, graph.version
        self.reading = staff.reading
        on_progress("resolving titles")
        self._spellings = self._read_spellings()
        on_progress("matching skills")
        self._person_features = engine.materialize(self._read_person_features())
        on_progress("checking rows")
        self._bad = sorted([*staff.rejected, *self._reject()], key=lambda r: r.line)
        lines = (
            engine.from_rows({"line": int}, [(r.line,) for r in self._bad]) if self._bad else None
        )
        self.used = staff.table if lines is None else staff.table.anti_join(lines, "line")
        self._known = (
            self._person_features
            if lines is None
            else self._person_features.anti_join(lines, "line")
        )

    @property
    def graph(self) -> Graph:
        """The ontology that it was made with."""
        return self._graph

    # from the staff table to whole numbers -------------------------------------

    def _read_spellings(self) -> ibis.Table:
        """(outright, written, spelling, assignment) of each distinct title or `role` cell."""
        spellings = sorted(self._engine.fetch_rows(_written(self.staff.table).distinct()))
        titles = {written for outright, written in spellings if not outright}
        self.resolutions = {t: resolve(t, self._graph, nearest=False) for t in titles}
        self.mapped = self._mapped_titles(spellings)
        found = [
            RoleAssignment.from_role_column(w, self._graph, self.closed)
            if outright
            else RoleAssignment.from_title(self.resolutions[w], self.closed)
            for outright, w in spellings
        ]
        self._assignments = list(dict.fromkeys(found))
        at = {assignment: i for i, assignment in enumerate(self._assignments)}
        self._spelling_keys = spellings
        rows = (
            (*key, i, at[assignment])
            for i, (key, assignment) in enumerate(zip(spellings, found, strict=True))
        )
        return self._engine.from_rows(
            {"outright": int, "written": str, "spelling": int, "assignment": int}, rows
        )

    def _mapped_titles(
        self, spellings: Iterable[tuple[int, str]]
    ) -> dict[tuple[str, str], Sequence[str]]:
        """(column, name) of titles and roles that an accepted mapping decides, to the reasons."""
        found: dict[tuple[str, str], Sequence[str]] = {
            ("title", title): answer.reasons
            for title, answer in self.resolutions.items()
            if answer.is_mapped
        }
        known = mappings_of(self._graph)
        names = {n.strip() for outright, w in spellings if outright for n in w.split(";")}
        for name in names if known.names else ():
            if mapped := known.meant(name, self._graph):
                found["role", name] = tuple(m.reason(self._graph.curie(m.ours)) for m in mapped)
        return found

    @cached_property
    def _pieces(self) -> ibis.Table:
        """(line, origin, piece) of each name in skills, lacks and assessed, untrimmed."""
        import ibis

        t = self.staff.table
        parts = [
            t.filter(t[c].notnull()).select(
                "line", origin=ibis.literal(i), piece=t[c].split(";").unnest()
            )
            for i, c in enumerate(LIST_COLUMNS)
        ]
        return ibis.union(*parts)

    def _read_names(self) -> ibis.Table:
        """(origin, piece, bits …) of each distinct piece that is recognised in its column.

        Unrecognised names go to `_unmatched`, those below the level asked to `_below`.
        """
        known, unmatched, below = [], [], list[tuple[int, str, str]]()
        close = list[tuple[int, str, str]]()
        pieces = self._engine.fetch_rows(self._pieces.select("origin", "piece").distinct())
        for origin, piece in pieces:
            meant: dict[str, set[str]] = {kind: set() for kind in KNOWN}
            for name in self.staff.cells.read(piece):
                found = self._meant(LIST_COLUMNS[origin], name)
                for kind, skills in found.items():
                    meant.setdefault(kind, set()).update(skills)
                candidates = self._close_to(origin, name)
                if not any(found.values()) and not candidates and not self._is_said(name):
                    unmatched.append((origin, piece, name.name))
                close += [(origin, piece, skill) for skill in candidates]
            below += [(origin, piece, skill) for skill in meant.pop("below", ())]
            if any(meant.values()):
                bits = (n for kind in KNOWN for n in self.closed.encode_skills(meant[kind]))
                known.append((origin, piece, *bits))
        self._below, self._close = below, close
        self._unmatched_names = sorted({name for *_, name in unmatched})
        at = {name: i for i, name in enumerate(self._unmatched_names)}
        self._unmatched = self._engine.from_rows(
            {"origin": int, "piece": str, "name": int}, ((o, p, at[n]) for o, p, n in unmatched)
        )
        return self._engine.from_rows(
            {"origin": int, "piece": str, **dict.fromkeys(self._columns(*KNOWN), int)}, known
        )

    def _close_to(self, cell: int, name: SkillName) -> list[str]:
        """The skills that a name is close to by a mapping; notes the mappings of the name."""
        names, folded = self.closed.names, fold_name(name.name)
        is_had = LIST_COLUMNS[cell] != "lacks" and name.state == "has"
        if mapped := names.mapped(folded):
            reasons = [m.reason(self._graph.curie(m.ours)) for m in mapped]
            self.mapped[LIST_COLUMNS[cell], name.name] = reasons
        return names.candidates(folded) if is_had else []

    def _is_said(self, name: SkillName) -> bool:
        """Whether a name with a level is known: a tool that is lacking says nothing of a skill."""
        return name.state != "has" and fold_name(name.name) in self.closed.names

    def _meant(self, cell: str, name: SkillName) -> dict[str, list[str]]:
        """The skills that a name says a person has, lacks, or has a tool as evidence for.

        In an assessment a tool says nothing, and neither does a tool that is lacking.
        """
        state = "lacks" if cell == "lacks" else name.state
        meaning = self.closed.names.meaning(fold_name(name.name), whole=state != "has")
        plain = [skill for kind, skill in meaning if kind == "recorded"]
        tool = [skill for kind, skill in meaning if kind == "tool" and cell == "skills"]
        if state != "has":
            return {state: plain if state in ("lacks", "below") else []}
        return {"has": plain, "tool": tool}

    def _columns(self, *kinds: str) -> list[str]:
        return [f"{kind}{word}" for kind in kinds for word in self.closed.limbs]

    def _read_person_features(self) -> ibis.Table:
        """(line, nobody, spelling, assignment, bits …) of every row: all that is counted."""
        import ibis

        t, columns = self.staff.table, self._columns(*KNOWN)
        said = (
            self._pieces.join(self._read_names(), ["origin", "piece"])
            .group_by("line")
            .agg(**{c: self._engine.any_bit(ibis._[c]) for c in columns})
        )
        columns_of_row = ("line", "nobody", "spelling", "assignment")
        held_roles = (
            _written(t, "line", nobody=as_int(t.person.isnull()))
            .join(self._spellings, ["outright", "written"])
            .select(*columns_of_row)
        )
        wide = held_roles.left_join(said, "line")
        return wide.select(*columns_of_row, **{c: wide[c].fill_null(0) for c in columns})

    def _reject(self) -> Iterator[Rejected]:
        """The rows without person, with a contradiction or an unknown role, and duplicates."""
        t, k = self.staff.table, self._person_features
        names = {i: s.unknown for i, s in enumerate(self._assignments) if s.unknown}
        both = {f"both{w}": k[f"has{w}"] & k[f"lacks{w}"] for w in self.closed.limbs}
        faulty = any_of(
            [k.nobody == 1, k.assignment.isin(list(names)), *(word != 0 for word in both.values())]
        )
        bad: dict[int, tuple[str, str]] = {}
        for line, nobody, assignment, *words in self._engine.fetch_rows(
            k.filter(faulty).select("line", "nobody", "assignment", **both)
        ):
            if nobody:
                bad[line] = ("no person", "fill in the column person")
            elif skills := self.closed.decode_skills(words):
                bad[line] = contradiction(min(skills))
            else:
                bad[line] = (
                    f"unknown role {names[assignment]}",
                    "name a role by slug, notation or IRI, or leave it to the title",
                )
        rest = (
            t.anti_join(self._engine.from_rows({"line": int}, ((line,) for line in bad)), "line")
            if bad
            else t
        )
        named = rest.filter(rest.person.notnull())
        named = named.select("line", who=folded_name(named.person))
        for line, first in self._engine.fetch_rows(find_duplicates(named)):
            place = "another row" if self.staff.keyed else self._place(line, first)
            bad[line] = duplicate_of(place, self._differing(line, first))
        keys = self._persons(bad) if self.staff.keyed else {}
        return (Rejected(self.file, line, *why, keys.get(line)) for line, why in bad.items())

    def _place(self, line: int, other: int) -> str:
        """Where another row is, seen from a row."""
        file, number = self.staff.place(other)
        return f"line {number}" + (f" of {file}" if file != self.staff.place(line)[0] else "")

    def _differing(self, line: int, first: int) -> list[str]:
        """The columns in which two rows with one name differ."""
        t, columns = self.staff.table, ("title", "unit", "role")
        rows = self._engine.fetch_rows(t.filter(t.line.isin([line, first])).select(*columns))
        return [c for c, *values in zip(columns, *rows, strict=True) if len(set(values)) > 1]

    # what is known, as tables -----------------------------------------------------

    @cached_property
    def _closed_skills(self) -> ibis.Table:
        """(skill, place, bits …) of each skill."""
        rows = (
            (skill, i, *self.closed.encode_skills([skill]))
            for i, skill in enumerate(self.closed.skills)
        )
        return self._engine.from_rows(
            {"skill": str, "place": int, **dict.fromkeys(self._columns("bit"), int)}, rows
        )

    @cached_property
    def _closed_needs(self) -> ibis.Table:
        """(role, required, bits …) of each role that requires a skill."""
        needs = self.closed.needs("role")
        rows = (
            (i, len(needs[role]), *self.closed.encode_skills(needs[role]))
            for i, role in enumerate(self.closed.roles)
            if role in needs
        )
        return self._engine.from_rows(
            {"role": int, "required": int, **dict.fromkeys(self._columns("need"), int)}, rows
        )

    @property
    def holds(self) -> ibis.Table:
        """(line, role, through): who certainly holds a role itself, not one similar to it.

        Those who hold a narrower role hold the broader one `through` it, which is null if the
        role itself is named.
        """
        rows = (
            (i, role, dict(s.through).get(role))
            for i, s in enumerate(self._assignments)
            for role in s.holds
        )
        return self._known.join(
            self._engine.from_rows({"assignment": int, "role": str, "through": str}, rows),
            "assignment",
        ).select("line", "role", "through")

    @property
    def knows(self) -> ibis.Table:
        """(line, skill, recorded, lacking, tool) of the used people, the last three as 0 or 1."""
        both = self._known.cross_join(self._closed_skills)
        has, lacks, tool = (intersects(both, kind, "bit", self.closed.limbs) for kind in KNOWN)
        return both.select("line", "skill", recorded=has, lacking=lacks, tool=tool).filter(
            lambda x: x.recorded + x.lacking + x.tool > 0
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
            for i, s in enumerate(self._assignments)
        )
        columns = dict.fromkeys(("status", "roles", "similar", "broader"), str)
        assignments = self._engine.from_rows({"assignment": int, **columns}, rows)
        able, likely = self._able_to()
        wide = (
            self.used.select("line", "person", "unit", "title")
            .join(self._known.mutate(able=able, likely=likely), "line")
            .join(assignments, "assignment")
        )
        shown = ("line", "person", "unit", "title", "status", "roles", "similar", "able", "likely")
        return wide.select(*shown, "broader").order_by("line")

    def _able_to(self) -> tuple[Any, Any]:
        """The roles that a person could act as, by record and with a tool's evidence, as text."""
        import ibis

        k, needs = self._known, sorted(self.closed.needs("role").items())
        able, likely = ibis.literal(""), ibis.literal("")
        for role, skills in needs:
            pairs = [
                (need, k[f"has{w}"], k[f"lacks{w}"], k[f"tool{w}"])
                for w, need in enumerate(self.closed.encode_skills(skills))
                if need
            ]
            is_able = all_of([has & need == need for need, has, _, _ in pairs])
            is_likely = all_of(
                [
                    (has | and_not(tool, has | lacks)) & need == need
                    for need, has, lacks, tool in pairs
                ]
            )
            able += is_able.ifelse(f"{role};", "")
            likely += (is_likely & ~is_able).ifelse(f"{role};", "")
        return tuple(
            text.substr(0, text.length() - 1) for text in (able.nullif(""), likely.nullif(""))
        )

    def arrow(self) -> pyarrow.Table:
        """`people` as an Arrow table."""
        return self._engine.to_arrow(self.people)

    def dataframe(self) -> pandas.DataFrame:
        """`people` as a pandas DataFrame (needs pandas)."""
        return self.arrow().to_pandas()

    # from whole numbers to answers ----------------------------------------------

    @cached_property
    def tally(self) -> Tally:
        """What was counted."""
        self._on_progress("counting")
        left_out = self.staff.reading.count_left_out
        bad = [self.staff.located(row) for row in self._bad]
        tally = Tally(self.staff.read, rejected=bad, left_out=left_out)
        for counted in (
            self._count_assignments,
            self._count_items,
            self._count_skills,
            self._count_unmatched,
            self._count_below,
            self._count_close,
            self._count_able,
        ):
            for kind, name, numbers in counted():
                tally.add(kind, name, numbers)
        tally.nearest.extend(self._top_candidates())
        return tally

    def _count_assignments(self) -> Iterator[tuple[str, str, Sequence[int]]]:
        title_counts = self._known.group_by("spelling", "assignment").agg(
            people=lambda x: x.count()
        )
        for spelling, assignment, people in self._engine.fetch_rows(title_counts):
            (outright, written), holder = (
                self._spelling_keys[spelling],
                self._assignments[assignment],
            )
            yield "status", holder.status, (people,)
            yield from (("similar", role, (people,)) for role in holder.similar_to)
            yield from (("candidates", role, (people,)) for role in holder.candidates)
            yield from ((f"through {role}", held, (people,)) for role, held in holder.through)
            if written and not outright and holder.status != "certain":
                yield "title", written, (people,)

    def _count_items(self) -> Iterator[tuple[str, str, Sequence[int]]]:
        """Of each role, task and step: how many hold it, lack a skill, have one unrecorded."""
        items, rows = covered_items(self.closed, self._assignments)
        table = self._engine.from_rows(
            {"assignment": int, "item": int, **dict.fromkeys(self._columns("need"), int)}, rows
        )
        k = self._known.join(table, "assignment")
        lacking = intersects(k, "lacks", "need", self.closed.limbs)
        full = as_int(
            all_of(
                [
                    k[has] & k[need] == k[need]
                    for has, need in zip(self._columns("has"), self._columns("need"), strict=True)
                ]
            )
        )
        per_item = k.select("item", lacking=lacking, unrecorded=(1 - lacking) * (1 - full))
        counted = per_item.group_by("item").agg(
            people=per_item.count(),
            lacking=per_item.lacking.sum(),
            unrecorded=per_item.unrecorded.sum(),
        )
        for item, *numbers in self._engine.fetch_rows(counted):
            yield *items[item], numbers

    def _count_skills(self) -> Iterator[tuple[str, str, Sequence[int]]]:
        """Of each skill: how many have it recorded, lack it, or have only a tool as evidence."""
        both = self._known.cross_join(self._closed_skills)
        has, lacks, tool = (intersects(both, kind, "bit", self.closed.limbs) for kind in KNOWN)
        per_skill = both.select("place", has=has, lacks=lacks, tool=tool * (1 - has) * (1 - lacks))
        counted = per_skill.group_by("place").agg(
            has=per_skill.has.sum(), lacks=per_skill.lacks.sum(), tool=per_skill.tool.sum()
        )
        for place, *numbers in self._engine.fetch_rows(counted):
            yield "skill", self.closed.skills[place], numbers

    def _count_unmatched(self) -> Iterator[tuple[str, str, Sequence[int]]]:
        if not self._unmatched_names:
            return
        person_names = (
            self._pieces.join(self._unmatched, ["origin", "piece"])
            .select("line", "name")
            .distinct()
        )
        counted = (
            person_names.join(self._known.select("line"), "line")
            .group_by("name")
            .agg(people=lambda x: x.count())
        )
        for name, people in self._engine.fetch_rows(counted):
            yield "unmatched", self._unmatched_names[name], (people,)

    @cached_property
    def _ranked(self) -> ibis.Table:
        """Per person and role how many required skills are recorded, and how many evidenced.

        `rank`, an integer, orders the people of a role: bits 51 and up the recorded, 40 to 50 the
        evidenced by a tool alone, below them the line, earlier ones higher.
        """
        both = self._known.cross_join(self._closed_needs)
        found = {}
        for word, (has, lacks, tool, need) in enumerate(
            zip(*(self._columns(c) for c in (*KNOWN, "need")), strict=True)
        ):
            found[f"recorded{word}"] = both[has] & both[need]
            found[f"evident{word}"] = and_not(both[tool], both[has] | both[lacks]) & both[need]
        skill_counts = popcount(both.mutate(**found), list(found))
        recorded, evident = (
            sum(
                (skill_counts[f"{kind}{w}"] for w in self.closed.limbs[1:]),
                skill_counts[f"{kind}0"],
            )
            for kind in ("recorded", "evident")
        )
        known = skill_counts.mutate(recorded=recorded, evident=evident).filter(
            lambda x: x.recorded + x.evident > 0
        )
        return known.mutate(
            rank=((known.recorded << 11) + known.evident << 40) + ((1 << 40) - known.line)
        )

    def _count_below(self) -> Iterator[tuple[str, str, Sequence[int]]]:
        """Of each skill: who has it at a level below the one asked, and is not recorded else."""
        return self._count_apart("below", self._below)

    def _count_close(self) -> Iterator[tuple[str, str, Sequence[int]]]:
        """Of each skill: who has what is only close to it by a mapping, and is not recorded."""
        return self._count_apart("close", self._close)

    def _count_apart(
        self, kind: str, said: Sequence[tuple[int, str, str]]
    ) -> Iterator[tuple[str, str, Sequence[int]]]:
        """Of each skill in (origin, piece, skill): who has a piece, not having or lacking it."""
        if not said:
            return
        rows = self._engine.from_rows({"origin": int, "piece": str, "skill": str}, said)
        pairs = self._pieces.join(rows, ["origin", "piece"]).select("line", "skill").distinct()
        both = pairs.join(self._known, "line").join(self._closed_skills, "skill")
        has, lacks = (intersects(both, known, "bit", self.closed.limbs) for known in KNOWN[:2])
        found = both.select("skill", known=has + lacks).filter(lambda x: x.known == 0)
        counted = found.group_by("skill").agg(people=found.count())
        for skill, people in self._engine.fetch_rows(counted):
            yield kind, skill, (people,)

    def _count_able(self) -> Iterator[tuple[str, str, Sequence[int]]]:
        """Of each role: for how many all it requires is recorded, and for how many evidenced.

        The maximum of each partition is kept: these bound the top 3.
        """
        r = self._ranked
        able = as_int(r.recorded == r.required)
        likely = as_int(r.recorded + r.evident == r.required) - able
        per_role = r.select(
            "role", "rank", partition=r.line % TOP_K_PARTITIONS, able=able, likely=likely
        )
        counted = per_role.group_by("role", "partition").agg(
            best=per_role["rank"].max(), able=per_role.able.sum(), likely=per_role.likely.sum()
        )
        self._best: dict[int, list[int]] = defaultdict(list)
        for role, _, best, *numbers in self._engine.fetch_rows(counted):
            self._best[role].append(best)
            yield "able", self.closed.roles[role], numbers

    def _top_candidates(self) -> list[tuple[Any, ...]]:
        """(role, recorded, evident, line, person, bits …) of the rows that can be among the top 3.

        Where NEAREST partitions or more have a best row, no row below the NEAREST-th of these is.
        """
        least = (
            (role, sorted(best)[-NEAREST] if len(best) >= NEAREST else 0)
            for role, best in self._best.items()
        )
        bound = self._engine.from_rows({"role": int, "least": int}, least)
        near = self._ranked.join(bound, "role").filter(lambda x: x["rank"] >= x.least)
        named = near.join(self.staff.table.select("line", "person"), "line")
        columns = ("role", "recorded", "evident", "line", "person", *self._columns(*KNOWN))
        return self._engine.fetch_rows(named.select(*columns))

    def _persons(self, lines: Iterable[int]) -> dict[int, str]:
        """The persons of some lines."""
        wanted = self._engine.from_rows({"line": int}, ((line,) for line in lines))
        return dict(
            self._engine.fetch_rows(self.staff.table.join(wanted, "line").select("line", "person"))
        )


def _joined(slugs: Iterable[str]) -> str | None:
    return ";".join(slugs) or None


def find_duplicates(rows: ibis.Table) -> ibis.Table:
    """(line, first) of the rows whose `who` is in the row `first` too."""
    first = rows.group_by("who").agg(first=rows.line.min(), times=rows.count())
    both = rows.join(first.filter(first.times > 1), "who")
    return both.filter(both.line > both["first"]).select("line", "first")


def read(
    staff: Any,
    graph: Graph,
    mapping: Mapping[str, str] | ReadOptions | None = None,
    connection: ibis.BaseBackend | None = None,
) -> Staff:
    """The people of staff data, and how it was read; the arguments are those of `audit`."""
    engine = connection if connection is not None else backend_for(staff)
    return read_staff(staff, engine, mapping, graph, names_a_role(graph))


def names_a_role(graph: Graph) -> Callable[[str], bool]:
    """A function that says whether a text is a job title that names a role."""
    return lambda title: bool(resolve(title, graph, nearest=False).roles)


def _written(table: ibis.Table, *columns: str, **more: Any) -> ibis.Table:
    """(outright, written): the `role` column, which beats the title, or the title."""
    import ibis

    return table.select(
        *columns,
        outright=as_int(table.role.notnull()),
        written=ibis.coalesce(table.role, table.title, ibis.literal("")),
        **more,
    )


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
    engine = Engine(backend_for(staff, connection))
    ontology = graph or load()
    on_progress(f"reading {source_name(staff)}")
    table = read(staff, ontology, mapping, engine.con)
    return Audit(table, engine, ontology, RoleTables.from_graph(ontology), on_progress)
