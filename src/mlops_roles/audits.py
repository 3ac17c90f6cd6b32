"""The main job: who holds which role, what is covered, who could act as what.

A set of table expressions (Ibis) over a staff table joined with the closed role, task, skill
and title tables that the questions read out of the ontology. Titles and skill names are
looked up once per distinct spelling. No person is looped over, nothing is inferred per person.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._errors import InputError
from .graph import Graph, load
from .queries import ask
from .staff import Rejected, Staff, read_staff
from .titles import Resolution, resolve, slug

if TYPE_CHECKING:
    import ibis
    import pandas

NEAREST = 3
NOTE = "An aid to be reviewed by a human: it rests on what was recorded, and unknown is not no."


def fold_name(name: str) -> str:
    """Skill and tool names as they are compared: lower case, with white space and - _ . as one space."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(" " if c in "-_." else c for c in text).split())


@dataclass(frozen=True)
class Closed:
    """The closed ontology as plain tables: all that an audit needs of it."""

    labels: dict[str, str]
    roles: list[str]
    similar: list[tuple[str, str]]
    performs: list[tuple[str, str]]
    role_skills: list[tuple[str, str]]
    task_skills: list[tuple[str, str]]
    answers: list[tuple[str, str]]
    steps: list[str]
    names: dict[str, list[tuple[str, str]]]

    @classmethod
    def of(cls, graph: Graph) -> Closed:
        """Read the tables with the questions of the catalogue."""
        labels = {slug(r["term"]): r["label"] for r in ask("terms", graph) if r["label"]}
        evidence = defaultdict(list)
        for row in ask("tools-for-skill", graph):
            evidence[row["tool"]].append(("tool", slug(row["skill"])))
        names: dict[str, list[tuple[str, str]]] = {}
        for row in ask("aliases", graph):
            meaning = [("recorded", slug(row["term"]))] if row["kind"] == "skill" else evidence[row["term"]]
            if meaning:
                names.setdefault(fold_name(row["name"]), meaning)
        return cls(
            labels,
            [slug(r["role"]) for r in ask("roles", graph)],
            _pairs(graph, "similar-roles", "similar", "role"),
            _pairs(graph, "tasks-of-role", "role", "task"),
            _pairs(graph, "roles-for-skill", "role", "skill"),
            _pairs(graph, "skills-of-task", "task", "skill"),
            _pairs(graph, "roles-answering-step", "role", "step"),
            sorted({slug(r["step"]) for r in ask("steps-in-zone", graph)}),
            names,
        )


def _pairs(graph: Graph, question: str, one: str, other: str) -> list[tuple[str, str]]:
    return sorted({(slug(r[one]), slug(r[other])) for r in ask(question, graph)})


class Audit:
    """An audit: its tables are Ibis expressions, its summary is plain data.

    Attributes:
        staff: the table as read, with `line`.
        used: the rows that count.
        rejected: the rows that do not, each with file, line, reason and cure.
        people: one row per used person: line, person, unit, title, status, roles, similar, able, likely.
    """

    def __init__(self, staff: Staff, connection: ibis.BaseBackend, graph: Graph, closed: Closed, say: Callable[[str], None]):
        self._con, self._graph, self._closed, self.staff = connection, graph, closed, staff
        say("resolving titles")
        self._titles = self._resolve_titles()
        say("matching skills")
        self._mentions = self._read_mentions()
        say("checking rows")
        self.rejected = sorted([*staff.rejected, *self._reject()], key=lambda r: r.line)
        self.used = self._used()
        say("joining people with roles")
        self._holds = self._read_holders().cache()
        self._knows = self._read_knowledge().cache()
        self._standing = self._stand(self._memory("role_skills", ("role", "skill"), closed.role_skills), "role").cache()
        say("counting")

    @property
    def graph(self) -> Graph:
        """The ontology that it was made with."""
        return self._graph

    # from the staff table to facts -----------------------------------------

    def _memory(self, name: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> ibis.Table:
        """A small closed table, beside the staff table in the same engine; no table of the user or of another audit is touched."""
        import ibis
        import pyarrow as pa

        turned = list(zip(*rows, strict=True)) or [()] * len(columns)
        schema = pa.schema([(c, pa.int64() if c == "line" else pa.string()) for c in columns])
        table = pa.table(dict(zip(columns, map(list, turned), strict=True)), schema=schema)
        return self._con.create_table(ibis.util.gen_name(f"mlops_{name}"), table, temp=True)

    def _resolve_titles(self) -> ibis.Table:
        """(written, status, holds, similar) of each distinct title, and of each role named outright."""
        t = self.staff.table
        titles = _column(t.select(value=t.title).distinct().filter(lambda x: x.value.notnull()))
        self.resolutions: dict[str, Resolution] = {w: resolve(w, self._graph, nearest=False) for w in titles}
        rows = [(w, r.status, role, r.similar) for w, r in self.resolutions.items() for role in (r.roles or (None,))]
        stated = _column(t.select(value=t.role).distinct().filter(lambda x: x.value.notnull()))
        self._stated = self._memory("stated", ("written", "holds", "similar"), [(w, *named) for w in stated for named in self._named(w)])
        return self._memory("titles", ("written", "status", "holds", "similar"), rows)

    def _named(self, written: str) -> list[tuple[str | None, str | None]]:
        """(holds, similar) of what the `role` column names: a role, or those that a similar role is similar to; else (None, None)."""
        try:
            found = slug(self._graph.curie(self._graph.term(written, "role")))
        except InputError:
            return [(None, None)]
        if found in self._closed.roles:
            return [(found, None)]
        return [(role, similar) for similar, role in self._closed.similar if similar == found] or [(None, None)]

    def _read_mentions(self) -> ibis.Table:
        """(line, skill, how) of each known name in skills, lacks and assessed; how: recorded, assessed, lacking, tool."""
        import ibis

        t = self.staff.table
        parts = [t.filter(t[c].notnull()).select("line", written=t[c].split(";").unnest(), origin=ibis.literal(c)) for c in ("skills", "lacks", "assessed")]
        written = ibis.union(*parts).mutate(written=lambda x: x.written.strip()).filter(lambda x: x.written != "").cache()
        self._written, distinct = written, _column(written.select(value=written.written).distinct())
        unknown = [(w, w.strip()) for w in distinct if w.strip() and fold_name(w) not in self._closed.names]
        self._unknown = self._memory("unknown", ("written", "name"), unknown)
        rows = [
            (w, "lacks" if how == "lacking" else c, skill, how)
            for w in distinct
            for kind, skill in self._closed.names.get(fold_name(w), ())
            for c, how in (("skills", kind), *((("lacks", "lacking"), ("assessed", "assessed")) if kind == "recorded" else ()))
        ]
        self._names = self._memory("names", ("written", "origin", "skill", "how"), rows)
        return written.join(self._names, ["written", "origin"]).select("line", "skill", "how").cache()

    def _reject(self) -> list[Rejected]:
        """The rows that contradict themselves, name nobody, or name somebody twice."""
        t, m = self.staff.table, self._mentions
        nobody = t.filter(t.person.isnull()).select("line", detail=t.person)
        first = t.group_by("person").agg(first=t.line.min())
        again = t.join(first, "person").filter(lambda x: x.line > x.first).select("line", detail=lambda x: x.first.cast("string"))
        has, lacks = m.filter(m.how.isin(["recorded", "assessed"])), m.filter(m.how == "lacking")
        both = has.join(lacks.select("line", "skill"), ["line", "skill"]).group_by("line").agg(detail=lambda x: x.skill.min())
        s = self._stated
        roleless = t.join(s.filter(s.holds.isnull()), t.role == s.written).select("line", detail=lambda x: x.written)
        why = (
            (nobody, "no person", "fill in the column person"),
            (again, "the person stands already in line {}", "put both rows into one"),
            (both, "both has and lacks the skill {}", "remove it from skills, assessed or lacks"),
            (roleless, "unknown role {}", "name a role by slug, notation or IRI, or leave it to the title"),
        )
        found: dict[int, Rejected] = {}
        for rows, reason, cure in why:
            for row in rows.to_pyarrow().to_pylist():
                found.setdefault(row["line"], Rejected(self.staff.file, row["line"], reason.format(row["detail"]), cure))
        return list(found.values())

    def _only_used(self, table: ibis.Table) -> ibis.Table:
        """The rows of a table that belong to used people."""
        return table.semi_join(self.used, "line") if self.rejected else table

    def _used(self) -> ibis.Table:
        """The staff table without the rejected rows."""
        lines = [(r.line,) for r in self.rejected]
        t = self.staff.table
        return t.anti_join(self._memory("rejected", ("line",), lines), "line").cache() if lines else t

    def _read_holders(self) -> ibis.Table:
        """(line, holds, similar, status) of the used rows; a role named outright beats the title."""
        import ibis

        u = self.used
        outright = u.join(self._stated, u.role == self._stated.written).select("line", "holds", "similar", status=ibis.literal("certain"))
        titled = u.filter(u.role.isnull()).join(self._titles, u.title == self._titles.written)
        return outright.union(titled.select("line", "holds", "similar", "status"))

    def _read_knowledge(self) -> ibis.Table:
        """(line, skill) of the used rows with what is known of it, as 0 or 1: recorded, lacking, tool."""
        m = self._only_used(self._mentions)
        return m.group_by(["line", "skill"]).agg(
            recorded=m.how.isin(["recorded", "assessed"]).cast("int8").max(),
            lacking=(m.how == "lacking").cast("int8").max(),
            tool=(m.how == "tool").cast("int8").max(),
        )

    def _stand(self, required: ibis.Table, group: str, known: ibis.Table | None = None) -> ibis.Table:
        """Per person and role (or task): how many required skills are recorded, evidenced by a tool alone, lacking."""
        k = self._knows.join(required, "skill") if known is None else known
        counts = k.group_by(["line", group]).agg(
            recorded=k.recorded.sum(), evident=((k.recorded == 0) & (k.lacking == 0)).ifelse(k.tool, 0).sum(), lacking=k.lacking.sum()
        )
        needs = required.group_by(group).agg(required=required.skill.count())
        return counts.join(needs, group)

    # from facts to answers ---------------------------------------------------

    @property
    def holds(self) -> ibis.Table:
        """(line, role): who certainly holds a role itself, not one similar to it."""
        return self._direct.rename(role="holds")

    @property
    def knows(self) -> ibis.Table:
        """(line, skill, recorded, lacking, tool): what is known of the skills of the used people, each as 0 or 1."""
        return self._knows

    @cached_property
    def _direct(self) -> ibis.Table:
        """(line, holds): who certainly holds a role itself, not one similar to it."""
        h = self._holds
        return h.filter((h.status == "certain") & h.similar.isnull()).select("line", "holds").distinct().cache()

    @cached_property
    def people(self) -> ibis.Table:
        """One row per used person, for a table of any size."""
        h, s = self._holds, self._standing
        held = h.group_by("line").agg(status=h.status.max(), roles=_joined(h.holds), similar=_joined(h.similar))
        able = s.filter(s.recorded == s.required).group_by("line").agg(able=lambda x: _joined(x.role))
        likely = s.filter((s.recorded + s.evident == s.required) & (s.evident > 0)).group_by("line").agg(likely=lambda x: _joined(x.role))
        wide = self.used.left_join(held, "line").left_join(able, "line").left_join(likely, "line")
        columns = ("line", "person", "unit", "title", "status", "roles", "similar", "able", "likely")
        return wide.select(*columns).mutate(status=lambda x: x.status.fill_null("none")).order_by("line")

    def dataframe(self) -> pandas.DataFrame:
        """`people` as a pandas DataFrame (needs pandas)."""
        return self.people.to_pyarrow().to_pandas()

    def coverage(self, group: str) -> dict[str, dict[str, Any]]:
        """`{slug: {people, lacking, unrecorded, state, …}}` of 'role', 'task' or 'skill'; of 'step' `{slug: {people, state}}`."""
        return {"role": self._roles, "task": self._tasks, "skill": self._skills, "step": self._steps}[group]

    @cached_property
    def _roles(self) -> dict[str, dict[str, Any]]:
        s, h = self._standing, self._holds
        held = _holders(self._direct.rename(role="holds"), s, "role", self._closed.role_skills)
        beside = _counts(h.filter(h.similar.notnull() & (h.status == "certain")), "holds")
        able = _counts(s.filter(s.recorded == s.required), "role")
        likely = _counts(s.filter((s.recorded + s.evident == s.required) & (s.evident > 0)), "role")
        more = (("similar", beside), ("able", able), ("evidence", likely))
        return {r: _cover(held.get(r), {k: v[r] for k, v in more if v.get(r)}) for r in self._closed.roles}

    @cached_property
    def _tasks(self) -> dict[str, dict[str, Any]]:
        performs = self._memory("performs", ("holds", "task"), self._closed.performs)
        doers = self._direct.join(performs, "holds").select("line", "task").distinct()
        needed = self._memory("task_skills", ("task", "skill"), self._closed.task_skills)
        stand = self._stand(needed, "task", doers.join(needed, "task").join(self._knows, ["line", "skill"]))
        held = _holders(doers, stand, "task", self._closed.task_skills)
        return {t: _cover(held.get(t), {}) for t in sorted({t for _, t in self._closed.performs})}

    @cached_property
    def _steps(self) -> dict[str, dict[str, Any]]:
        """How many hold a role that answers for a step, either side of an either-or; 'unassigned' where the paper names none."""
        answers = self._memory("answers", ("role", "step"), self._closed.answers)
        held = _counts(self.holds.join(answers, "role"), "step")
        named = {step for _, step in self._closed.answers}
        return {s: {"people": held.get(s, 0), "state": _state(held.get(s, 0)) if s in named else "unassigned"} for s in self._closed.steps}

    @cached_property
    def _skills(self) -> dict[str, dict[str, Any]]:
        k = self._knows
        rows = k.group_by("skill").agg(
            people=k.recorded.sum(), lacking=k.lacking.sum(), evidence=((k.recorded == 0) & (k.lacking == 0)).ifelse(k.tool, 0).sum()
        )
        found = {r["skill"]: r for r in rows.to_pyarrow().to_pylist()}
        blank = {"people": 0, "lacking": 0, "evidence": 0}
        result = {}
        for skill in sorted({s for _, s in (*self._closed.role_skills, *self._closed.task_skills)}):
            row = found.get(skill, blank)
            row = row | {"unrecorded": self.rows["used"] - row["people"] - row["lacking"]}
            result[skill] = _cover(row, {"evidence": row["evidence"]} if row["evidence"] else {})
        return result

    @cached_property
    def rows(self) -> dict[str, int]:
        """How many input rows were read, used and rejected."""
        return {"read": self.staff.read, "used": int(self.used.count().execute()), "rejected": len(self.rejected)}

    @cached_property
    def titles(self) -> dict[str, int]:
        """How many used people have a certain, an ambiguous or no role (by title, or named outright)."""
        h = self._holds
        found = _counts(h.select("line", "status").distinct(), "status")
        found["none"] = self.rows["used"] - found.get("certain", 0) - found.get("ambiguous", 0)
        return {status: found.get(status, 0) for status in ("certain", "ambiguous", "none")}

    @cached_property
    def open_titles(self) -> list[dict[str, Any]]:
        """The ambiguous and unresolved titles, with how many people bear them; most people first."""
        u = self.used.filter(self.used.role.isnull() & self.used.title.notnull())
        borne = u.group_by(written=u.title).agg(people=u.line.count()).to_pyarrow().to_pylist()
        rows = [self.resolutions[r["written"]].to_dict() | {"people": r["people"]} for r in borne]
        return sorted((r for r in rows if r["status"] != "certain"), key=lambda r: (-r["people"], r["title"]))

    @cached_property
    def unmatched_skills(self) -> dict[str, int]:
        """Names in skills, lacks and assessed that no skill or tool bears, with their count."""
        unknown = _counts(self._only_used(self._written).join(self._unknown, "written"), "name")
        return dict(sorted(unknown.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def nearest(self) -> dict[str, list[dict[str, Any]]]:
        """Per role the people who come nearest to all its skills, able ones first, with what is missing."""
        import ibis

        s = self._standing.filter(self._standing.recorded + self._standing.evident > 0)
        order = [ibis.desc("recorded"), ibis.desc("evident"), "line"]
        best = ibis.union(*(s.filter(s.role == role).order_by(order).limit(NEAREST) for role in self._closed.roles))
        top = best.join(self.used.select("line", "person"), "line").order_by(["role", *order]).to_pyarrow().to_pylist()
        lines = sorted({row["line"] for row in top})
        k = self._knows
        known = {(r["line"], r["skill"]): r for r in k.filter(k.line.isin(lines)).to_pyarrow().to_pylist()} if lines else {}
        needs = defaultdict(list)
        for role, skill in self._closed.role_skills:
            needs[role].append(skill)
        found: dict[str, list[dict[str, Any]]] = {role: [] for role in self._closed.roles}
        for row in top:
            found[row["role"]].append(_candidate(row, needs[row["role"]], known))
        return found

    def to_dict(self) -> dict[str, Any]:
        """The audit as plain data, as JSON has it."""
        return {
            "note": NOTE,
            "file": self.staff.file,
            "ontology": self._graph.version,
            "rows": self.rows,
            "titles": self.titles,
            "unmatched_skills": self.unmatched_skills,
            "roles": self._roles,
            "tasks": self._tasks,
            "skills": self._skills,
            "steps": self._steps,
            "workflow": _workflow(self._graph),
            "open_titles": self.open_titles,
            "nearest": self.nearest,
            "rejected": [asdict(r) for r in self.rejected],
            "labels": self._closed.labels,
            "requires": _grouped(self._closed.role_skills),
            "performs": _grouped(self._closed.performs),
        }


def _workflow(graph: Graph) -> list[dict[str, Any]]:
    """The zones in order, each with its steps in order; of a step the roles by how they take part in it."""
    zones: dict[str, dict[str, Any]] = {}
    for row in ask("workflow", graph):
        zone = zones.setdefault(row["zone"], {"zone": slug(row["zone"]), "notation": row["letter"], "label": row["named"], "steps": {}})
        step = zone["steps"].setdefault(row["step"], {"step": slug(row["step"]), "notation": row["notation"], "label": row["label"], "roles": {}})
        if row["role"]:
            step["roles"].setdefault(row["how"], []).append(slug(row["role"]))
    return [zone | {"steps": list(zone["steps"].values())} for zone in zones.values()]


def _column(values: ibis.Table) -> list[str]:
    return sorted(values.to_pyarrow().column("value").to_pylist())


def _joined(column: Any) -> Any:
    return column.group_concat(";", order_by=column)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
    return dict(found)


def _counts(table: ibis.Table, by: str) -> dict[str, int]:
    rows = table.group_by(by).agg(n=table.line.nunique()).to_pyarrow().to_pylist()
    return {row[by]: row["n"] for row in rows}


def _holders(held: ibis.Table, standing: ibis.Table, group: str, required: Iterable[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Per group: its holders, those with a lacking skill, and of the others those with one that is not recorded."""
    demanding = sorted({name for name, _ in required})
    known = held.left_join(standing, ["line", group]).mutate(
        lacks=lambda x: (x.lacking.fill_null(0) > 0).cast("int64"),
        full=lambda x: (x.recorded == x.required).fill_null(~x[group].isin(demanding)).cast("int64"),
    )
    rows = known.group_by(group).agg(
        people=known.line.nunique(), lacking=known.lacks.sum(), unrecorded=((known.lacks == 0) & (known.full == 0)).cast("int64").sum()
    )
    return {row[group]: row for row in rows.to_pyarrow().to_pylist()}


def _cover(row: Mapping[str, Any] | None, more: Mapping[str, int]) -> dict[str, Any]:
    found = {k: int(row[k]) if row else 0 for k in ("people", "lacking", "unrecorded")}
    return found | {"state": _state(found["people"])} | dict(more)


def _state(people: int) -> str:
    return "uncovered" if not people else "single" if people == 1 else "covered"


def _candidate(row: Mapping[str, Any], needs: list[str], known: Mapping[tuple[int, str], Mapping[str, int]]) -> dict[str, Any]:
    """A person and what is missing to a role: lacking, evidenced by a tool alone, or unrecorded."""
    missing: dict[str, list[str]] = {"lacking": [], "evidence": [], "unrecorded": []}
    for skill in needs:
        state = known.get((row["line"], skill))
        if state is None:
            missing["unrecorded"].append(skill)
        elif not state["recorded"]:
            missing["lacking" if state["lacking"] else "evidence"].append(skill)
    verdict = "able" if row["recorded"] == row["required"] else "likely" if row["recorded"] + row["evident"] == row["required"] else "missing"
    return {"person": row["person"], "line": row["line"], "verdict": verdict, "recorded": row["recorded"], "required": row["required"]} | missing


def audit(
    staff: str | Path,
    *,
    graph: Graph | None = None,
    mapping: Mapping[str, str] | None = None,
    connection: ibis.BaseBackend | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Audit a staff file.

    Args:
        staff: CSV, TSV, XLSX or Parquet, with the columns of design: person, title, skills,
            and optionally unit, role, lacks, assessed.
        graph: the ontology, with a company's additions (`load("ours.ttl")`).
        mapping: column of ours to column of the file, where the names differ.
        connection: an Ibis connection to run on; embedded DuckDB if left out.
        say: called with the name of each stage, for a progress line.

    Raises InputError if the file as a whole cannot be used; single rows are rejected instead.
    """
    import ibis

    con = connection or ibis.duckdb.connect()
    ontology = graph or load()
    say(f"reading {staff}")
    return Audit(read_staff(staff, con, mapping), con, ontology, Closed.of(ontology), say)
