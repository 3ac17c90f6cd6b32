"""The main job: who holds which role, what is covered, who could act as what.

A set of table expressions (Ibis) over a staff table joined with the closed role, task, skill
and title tables that the questions read out of the ontology; the same expressions on every
engine. Titles and names of skills are looked up once per distinct spelling. What is known of a
person is then a handful of whole numbers: a bit for each skill that is recorded, lacking, or
spoken for by a tool. No person is looped over, nothing is inferred per person.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._errors import InputError
from .engines import Engine, called, home
from .graph import Graph, load
from .queries import ask
from .staff import CELLS, Rejected, Staff, read_staff
from .titles import Resolution, resolve, slug

if TYPE_CHECKING:
    import ibis
    import pandas
    import pyarrow

NEAREST = 3
LANES = 16  # groups in which the nearest are sought at once; at least NEAREST
WORD = 62  # bits of a whole number that are used, one for each skill
KNOWN = ("has", "lacks", "tool")
NOTE = "An aid to be reviewed by a human: it rests on what was recorded, and unknown is not no."
Tally = dict[str, dict[Any, list[int]]]  # what is counted: kind, name, numbers


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
    tasks: list[str]
    steps: list[str]
    workflow: list[dict[str, Any]]
    names: dict[str, list[tuple[str, str]]]

    @classmethod
    def of(cls, graph: Graph) -> Closed:
        """Read the tables with the questions of the catalogue."""
        terms = ask("terms", graph).rows
        evidence = defaultdict(list)
        for row in ask("tools-for-skill", graph):
            evidence[row["tool"]].append(("tool", slug(row["skill"])))
        names: dict[str, list[tuple[str, str]]] = {}
        for row in ask("aliases", graph):
            meaning = [("recorded", slug(row["term"]))] if row["kind"] == "skill" else evidence[row["term"]]
            if meaning:
                names.setdefault(fold_name(row["name"]), meaning)
        performs = _pairs(graph, "tasks-of-role", "role", "task")
        return cls(
            {slug(r["term"]): r["label"] for r in terms if r["label"]},
            [slug(r["role"]) for r in ask("roles", graph)],
            _pairs(graph, "similar-roles", "similar", "role"),
            performs,
            _pairs(graph, "roles-for-skill", "role", "skill"),
            _pairs(graph, "skills-of-task", "task", "skill"),
            _pairs(graph, "roles-answering-step", "role", "step"),
            sorted({slug(r["term"]) for r in terms if r["class"] == "mlops:Task"} | {task for _, task in performs}),
            sorted({slug(r["step"]) for r in ask("steps-in-zone", graph)}),
            _workflow(graph),
            names,
        )

    @cached_property
    def skills(self) -> list[str]:
        """Every skill that something requires or that has a name; its place here is its bit."""
        required = {skill for _, skill in (*self.role_skills, *self.task_skills)}
        return sorted(required | {skill for meaning in self.names.values() for _, skill in meaning})

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each skill in `skills`."""
        return {skill: place for place, skill in enumerate(self.skills)}

    @property
    def words(self) -> range:
        """The whole numbers that it takes to have a bit for each skill."""
        return range(-(-max(len(self.skills), 1) // WORD))

    def bits(self, skills: Iterable[str]) -> list[int]:
        """A set of skills as whole numbers, one for each word."""
        held = {self.places[s] for s in skills}
        return [sum(1 << p % WORD for p in held if p // WORD == word) for word in self.words]

    def needs(self, group: str) -> dict[str, list[str]]:
        """The skills that each role, or each task, requires; what requires none is left out."""
        return _grouped({"role": self.role_skills, "task": self.task_skills}[group])


def _pairs(graph: Graph, question: str, one: str, other: str) -> list[tuple[str, str]]:
    return sorted({(slug(r[one]), slug(r[other])) for r in ask(question, graph)})


def _workflow(graph: Graph) -> list[dict[str, Any]]:
    """The zones in order, each with its steps in order; of a step the roles by how they take part in it."""
    zones: dict[str, dict[str, Any]] = {}
    for row in ask("workflow", graph):
        zone = zones.setdefault(row["zone"], {"zone": slug(row["zone"]), "notation": row["letter"], "label": row["named"], "steps": {}})
        step = zone["steps"].setdefault(row["step"], {"step": slug(row["step"]), "notation": row["notation"], "label": row["label"], "roles": {}})
        if row["role"]:
            step["roles"].setdefault(row["how"], []).append(slug(row["role"]))
    return [zone | {"steps": list(zone["steps"].values())} for zone in zones.values()]


@dataclass(frozen=True)
class Standing:
    """What a title, or the roles named outright, make of a person.

    Attributes:
        status: 'certain', 'ambiguous' or 'none'.
        holds: the roles certainly held.
        beside: the roles that are certainly only similar to what is held.
        roles: all roles meant, certain or not.
        similar: for each role meant, the similar role that was named, if one was.
        unknown: a name that is no role.
    """

    status: str = "none"
    holds: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()
    unknown: str | None = None

    @classmethod
    def titled(cls, found: Resolution) -> Standing:
        """By a job title."""
        roles, sure = found.roles, found.status == "certain"
        if found.similar:
            return cls(found.status, (), roles if sure else (), roles, (found.similar,) * len(roles))
        return cls(found.status, roles if sure else (), (), roles)

    @classmethod
    def named(cls, written: str, graph: Graph, closed: Closed) -> Standing:
        """By the `role` column: roles, or similar roles, by slug, CURIE, IRI or notation, separated by ';'."""
        holds, beside = set(), set()
        for name in [name.strip() for name in written.split(";") if name.strip()] or [written]:
            try:
                found = slug(graph.curie(graph.term(name, "role")))
            except InputError:
                return cls(unknown=name)
            pairs = [(role, similar) for similar, role in closed.similar if similar == found]
            if found not in closed.roles and not pairs:
                return cls(unknown=name)
            holds |= {found} & set(closed.roles)
            beside |= set(pairs) if found not in closed.roles else set()
        roles = sorted(holds | {role for role, _ in beside})
        return cls("certain", tuple(sorted(holds)), tuple(sorted({r for r, _ in beside})), tuple(roles), tuple(sorted(s for _, s in beside)))


@dataclass
class Part:
    """What an audit found in some rows, so that the parts of a file add up to the whole.

    Attributes:
        read: how many rows there are.
        tally: what was counted.
        nearest: per role the few who come nearest: role, recorded, evident, line, person, and their bits.
        rejected: the rows that do not count.
    """

    read: int = 0
    tally: Tally = field(default_factory=lambda: defaultdict(dict))
    nearest: list[tuple[Any, ...]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def count(self, kind: str, name: Any, numbers: Sequence[int]) -> None:
        """Add to what is counted."""
        known = self.tally[kind].get(name)
        self.tally[kind][name] = [int(n) for n in numbers] if known is None else [int(a + b) for a, b in zip(known, numbers, strict=True)]

    @classmethod
    def sum(cls, parts: Iterable[Part]) -> Part:
        """The parts as one."""
        whole = cls()
        for part in parts:
            whole.read += part.read
            whole.nearest += part.nearest
            whole.rejected += part.rejected
            for kind, group in part.tally.items():
                for name, numbers in group.items():
                    whole.count(kind, name, numbers)
        whole.rejected.sort(key=lambda r: r.line)
        return whole


class Summary:
    """The answers of an audit: plain data, out of what was counted.

    Attributes:
        file: the name of what was audited.
        version: the version of the ontology.
        closed: the ontology as plain tables.
        resolutions: what each distinct title was resolved to.
        anew: which rows were audited, in words.
    """

    file: str
    version: str
    closed: Closed
    resolutions: Mapping[str, Resolution]
    anew: str = "all rows"

    @cached_property
    def part(self) -> Part:
        """What was counted."""
        raise NotImplementedError

    @property
    def rejected(self) -> list[Rejected]:
        """The rows that do not count, each with file, line, reason and cure."""
        return self.part.rejected

    @cached_property
    def rows(self) -> dict[str, int]:
        """How many input rows were read, used and rejected."""
        return {"read": self.part.read, "used": self.part.read - len(self.rejected), "rejected": len(self.rejected)}

    @cached_property
    def titles(self) -> dict[str, int]:
        """How many used people have a certain, an ambiguous or no role (by title, or named outright)."""
        found = self.part.tally["status"]
        return {status: found.get(status, [0])[0] for status in ("certain", "ambiguous", "none")}

    @cached_property
    def open_titles(self) -> list[dict[str, Any]]:
        """The ambiguous and unresolved titles, with how many people bear them; most people first."""
        borne = {title: n for title, (n,) in self.part.tally["title"].items()}
        rows = [self.resolutions[title].to_dict() | {"people": n} for title, n in borne.items()]
        return sorted(rows, key=lambda r: (-r["people"], r["title"]))

    @cached_property
    def unmatched_skills(self) -> dict[str, int]:
        """Names in skills, lacks and assessed that say nothing there, with the number of people."""
        unknown = {name: n for name, (n,) in self.part.tally["unmatched"].items()}
        return dict(sorted(unknown.items(), key=lambda item: (-item[1], item[0])))

    def coverage(self, group: str) -> dict[str, dict[str, Any]]:
        """`{slug: {people, lacking, unrecorded, state, …}}` of 'role', 'task' or 'skill'; of 'step' `{slug: {people, state}}`."""
        return {"role": self._roles, "task": self._tasks, "skill": self._skills, "step": self._steps}[group]

    @cached_property
    def _roles(self) -> dict[str, dict[str, Any]]:
        able, beside = self.part.tally["able"], self.part.tally["similar"]
        found = {}
        for role in self.closed.roles:
            more = (("similar", beside.get(role, [0])[0]), *zip(("able", "evidence"), able.get(role, (0, 0)), strict=True))
            found[role] = _cover(self.part.tally["role"].get(role), {name: n for name, n in more if n})
        return found

    @cached_property
    def _tasks(self) -> dict[str, dict[str, Any]]:
        return {task: _cover(self.part.tally["task"].get(task), {}) for task in self.closed.tasks}

    @cached_property
    def _skills(self) -> dict[str, dict[str, Any]]:
        found = {}
        for skill in sorted({skill for _, skill in (*self.closed.role_skills, *self.closed.task_skills)}):
            people, lacking, evidence = self.part.tally["skill"].get(skill, (0, 0, 0))
            found[skill] = _cover((people, lacking, self.rows["used"] - people - lacking), {"evidence": evidence} if evidence else {})
        return found

    @cached_property
    def _steps(self) -> dict[str, dict[str, Any]]:
        """How many hold a role that answers for a step, either side of an either-or; 'unassigned' where the paper names none."""
        held = {step: self.part.tally["step"].get(step, [0])[0] for step in self.closed.steps}
        named = {step for _, step in self.closed.answers}
        return {step: {"people": n, "state": _state(n) if step in named else "unassigned"} for step, n in held.items()}

    @cached_property
    def nearest(self) -> dict[str, list[dict[str, Any]]]:
        """Per role the people who come nearest to all its skills, able ones first, with what is missing."""
        order = sorted(self.part.nearest, key=lambda n: (n[0], -n[1], -n[2], n[3]))
        best = {role: [n for n in order if n[0] == i][:NEAREST] for i, role in enumerate(self.closed.roles)}
        return {role: [_candidate(n, self.closed, role) for n in found] for role, found in best.items()}

    def to_dict(self) -> dict[str, Any]:
        """The audit as plain data, as JSON has it."""
        return {
            "note": NOTE,
            "file": self.file,
            "ontology": self.version,
            "rows": self.rows,
            "titles": self.titles,
            "unmatched_skills": self.unmatched_skills,
            "roles": self._roles,
            "tasks": self._tasks,
            "skills": self._skills,
            "steps": self._steps,
            "workflow": self.closed.workflow,
            "open_titles": self.open_titles,
            "nearest": self.nearest,
            "rejected": [r.to_dict() for r in self.rejected],
            "labels": self.closed.labels,
            "requires": self.closed.needs("role"),
            "performs": _grouped(self.closed.performs),
        }


class Audit(Summary):
    """An audit: its tables are Ibis expressions, its summary is plain data.

    Attributes:
        staff: the table as read, with `line`.
        used: the rows that count.
        closed: the ontology as plain tables.
    """

    def __init__(self, staff: Staff, engine: Engine, graph: Graph, closed: Closed, say: Callable[[str], None]):
        self._engine, self._graph, self._say = engine, graph, say
        self.staff, self.closed, self.file, self.version = staff, closed, staff.file, graph.version
        say("resolving titles")
        self._spellings = self._read_spellings()
        say("matching skills")
        self._kit = engine.keep(self._read_kit())
        say("checking rows")
        self._bad = sorted([*staff.rejected, *self._reject()], key=lambda r: r.line)
        lines = engine.put({"line": int}, [(r.line,) for r in self._bad]) if self._bad else None
        self.used = staff.table if lines is None else staff.table.anti_join(lines, "line")
        self._known = self._kit if lines is None else self._kit.anti_join(lines, "line")

    @property
    def graph(self) -> Graph:
        """The ontology that it was made with."""
        return self._graph

    # from the staff table to whole numbers -------------------------------------

    def _read_spellings(self) -> ibis.Table:
        """(outright, written, spelling, standing) of each distinct title, and of what else names roles outright."""
        spelt = sorted(self._engine.rows(_spelt(self.staff.table).distinct()))
        titles = {written for outright, written in spelt if not outright}
        self.resolutions = {t: resolve(t, self._graph, nearest=False) for t in titles}
        found = [Standing.named(w, self._graph, self.closed) if outright else Standing.titled(self.resolutions[w]) for outright, w in spelt]
        self._standings = list(dict.fromkeys(found))
        at = {standing: i for i, standing in enumerate(self._standings)}
        self._spelt = spelt
        rows = ((*key, i, at[standing]) for i, (key, standing) in enumerate(zip(spelt, found, strict=True)))
        return self._engine.put({"outright": int, "written": str, "spelling": int, "standing": int}, rows)

    @cached_property
    def _pieces(self) -> ibis.Table:
        """(line, origin, piece) of each name in the cells of skills, lacks and assessed, with the white space around it."""
        import ibis

        t = self.staff.table
        parts = [t.filter(t[c].notnull()).select("line", origin=ibis.literal(i), piece=t[c].split(";").unnest()) for i, c in enumerate(CELLS)]
        return ibis.union(*parts)

    def _read_names(self) -> ibis.Table:
        """(origin, piece, bits …) of each distinct name that means something where it stands; keeps the others."""
        known, unmatched = [], []
        for origin, piece in self._engine.rows(self._pieces.select("origin", "piece").distinct()):
            meant = self._meant(CELLS[origin], piece)
            if any(meant.values()):
                known.append((origin, piece, *(n for kind in KNOWN for n in self.closed.bits(meant[kind]))))
            elif piece.strip():
                unmatched.append((origin, piece, piece.strip()))
        self._unmatched_names = sorted({name for *_, name in unmatched})
        at = {name: i for i, name in enumerate(self._unmatched_names)}
        self._unmatched = self._engine.put({"origin": int, "piece": str, "name": int}, ((o, p, at[n]) for o, p, n in unmatched))
        return self._engine.put({"origin": int, "piece": str, **dict.fromkeys(self._columns(*KNOWN), int)}, known)

    def _meant(self, cell: str, written: str) -> dict[str, list[str]]:
        """The skills that a name says are there, found lacking, or spoken for by a tool. A tool neither proves nor disproves in an assessment."""
        meaning = self.closed.names.get(fold_name(written), ())
        plain = [skill for kind, skill in meaning if kind == "recorded"]
        tool = [skill for kind, skill in meaning if kind == "tool" and cell == "skills"]
        return {"has": plain if cell != "lacks" else [], "lacks": plain if cell == "lacks" else [], "tool": tool}

    def _columns(self, *kinds: str) -> list[str]:
        return [f"{kind}{word}" for kind in kinds for word in self.closed.words]

    def _read_kit(self) -> ibis.Table:
        """(line, block, nobody, spelling, standing, bits …) of every row: all that is counted."""
        import ibis

        t, columns = self.staff.table, self._columns(*KNOWN)
        said = self._pieces.join(self._read_names(), ["origin", "piece"]).group_by("line").agg(**{c: self._engine.any_bit(ibis._[c]) for c in columns})
        block = t.block if "block" in t.columns else ibis.literal(0)
        columns_of_row = ("line", "block", "nobody", "spelling", "standing")
        stands = _spelt(t, "line", block=block, nobody=_one(t.person.isnull())).join(self._spellings, ["outright", "written"]).select(*columns_of_row)
        wide = stands.left_join(said, "line")
        return wide.select(*columns_of_row, **{c: wide[c].fill_null(0) for c in columns})

    def _reject(self) -> Iterator[Rejected]:
        """The rows that name nobody, contradict themselves, name no role, or name somebody who stands in a row above."""
        t, k = self.staff.table, self._kit
        names = {i: s.unknown for i, s in enumerate(self._standings) if s.unknown}
        both = {f"both{w}": k[f"has{w}"] & k[f"lacks{w}"] for w in self.closed.words}
        faulty = _any([k.nobody == 1, k.standing.isin(list(names)), *(word != 0 for word in both.values())])
        bad: dict[int, tuple[str, str]] = {}
        for line, nobody, standing, *words in self._engine.rows(k.filter(faulty).select("line", "nobody", "standing", **both)):
            if nobody:
                bad[line] = ("no person", "fill in the column person")
            elif skills := _skills(self.closed, words):
                bad[line] = (f"both has and lacks the skill {min(skills)}", "remove it from skills, assessed or lacks")
            else:
                bad[line] = (f"unknown role {names[standing]}", "name a role by slug, notation or IRI, or leave it to the title")
        rest = t.anti_join(self._engine.put({"line": int}, ((line,) for line in bad)), "line") if bad else t
        named = rest.filter(rest.person.notnull()).select("line", who="person")
        for line, first in self.staff.repeats(named) if self.staff.repeats else self._engine.rows(repeated(named)):
            bad[line] = (f"the person stands already in {'another row' if self.staff.keyed else f'line {first}'}", "put both rows into one")
        keys = self._persons(bad) if self.staff.keyed else {}
        return (Rejected(self.file, line, *why, keys.get(line)) for line, why in bad.items())

    # what is known, as tables -----------------------------------------------------

    @cached_property
    def _closed_skills(self) -> ibis.Table:
        """(skill, place, bits …) of each skill."""
        rows = ((skill, i, *self.closed.bits([skill])) for i, skill in enumerate(self.closed.skills))
        return self._engine.put({"skill": str, "place": int, **dict.fromkeys(self._columns("bit"), int)}, rows)

    @cached_property
    def _closed_needs(self) -> ibis.Table:
        """(role, required, bits …) of each role that requires a skill."""
        needs = self.closed.needs("role")
        rows = ((i, len(needs[role]), *self.closed.bits(needs[role])) for i, role in enumerate(self.closed.roles) if role in needs)
        return self._engine.put({"role": int, "required": int, **dict.fromkeys(self._columns("need"), int)}, rows)

    @property
    def holds(self) -> ibis.Table:
        """(line, role): who certainly holds a role itself, not one similar to it."""
        rows = ((i, role) for i, s in enumerate(self._standings) for role in s.holds)
        return self._known.join(self._engine.put({"standing": int, "role": str}, rows), "standing").select("line", "role")

    @property
    def knows(self) -> ibis.Table:
        """(line, skill, recorded, lacking, tool): what is known of the skills of the used people, each as 0 or 1."""
        both = self._known.cross_join(self._closed_skills)
        has, lacks, tool = (_met(both, kind, "bit", self.closed.words) for kind in KNOWN)
        return both.select("line", "skill", recorded=has, lacking=lacks, tool=tool).filter(lambda x: x.recorded + x.lacking + x.tool > 0)

    @cached_property
    def people(self) -> ibis.Table:
        """One row per used person: line, person, unit, title, status, roles, similar, able, likely; for a table of any size."""
        rows = ((i, s.status, ";".join(s.roles) or None, ";".join(s.similar) or None) for i, s in enumerate(self._standings))
        stands = self._engine.put({"standing": int, "status": str, "roles": str, "similar": str}, rows)
        able, likely = self._able_to()
        wide = self.used.select("line", "person", "unit", "title").join(self._known.mutate(able=able, likely=likely), "line").join(stands, "standing")
        return wide.select("line", "person", "unit", "title", "status", "roles", "similar", "able", "likely").order_by("line")

    def _able_to(self) -> tuple[Any, Any]:
        """The roles that a person could act as, by record and with a tool's evidence, each as text."""
        import ibis

        k, needs = self._known, sorted(self.closed.needs("role").items())
        able, likely = ibis.literal(""), ibis.literal("")
        for role, skills in needs:
            pairs = [(need, k[f"has{w}"], k[f"lacks{w}"], k[f"tool{w}"]) for w, need in enumerate(self.closed.bits(skills)) if need]
            sure = _all([has & need == need for need, has, _, _ in pairs])
            perhaps = _all([(has | _beyond(tool, has | lacks)) & need == need for need, has, lacks, tool in pairs])
            able += sure.ifelse(f"{role};", "")
            likely += (perhaps & ~sure).ifelse(f"{role};", "")
        return tuple(text.substr(0, text.length() - 1) for text in (able.nullif(""), likely.nullif("")))

    def arrow(self) -> pyarrow.Table:
        """`people` as an Arrow table."""
        return self._engine.arrow(self.people)

    def dataframe(self) -> pandas.DataFrame:
        """`people` as a pandas DataFrame (needs pandas)."""
        return self.arrow().to_pandas()

    # from whole numbers to answers ----------------------------------------------

    @cached_property
    def part(self) -> Part:
        """What was counted."""
        return Part.sum([Part(self.staff.read, rejected=self._bad), *self.parts.values()])

    @cached_property
    def parts(self) -> dict[int, Part]:
        """What was counted, by the block of the file that the rows are in; without the rows themselves, used or rejected."""
        self._say("counting")
        parts: dict[int, Part] = defaultdict(Part)
        for counted in (self._count_standings, self._count_duties, self._count_skills, self._count_unmatched, self._count_able):
            for block, kind, name, numbers in counted():
                parts[block].count(kind, name, numbers)
        for block, *near in self._near():
            parts[block].nearest.append(tuple(near))
        return parts

    def _count_standings(self) -> Iterator[tuple[int, str, str, Sequence[int]]]:
        borne = self._known.group_by("block", "spelling", "standing").agg(people=lambda x: x.count())
        for block, spelling, standing, people in self._engine.rows(borne):
            (outright, written), stands = self._spelt[spelling], self._standings[standing]
            yield block, "status", stands.status, (people,)
            yield from ((block, "similar", role, (people,)) for role in stands.beside)
            if written and not outright and stands.status != "certain":
                yield block, "title", written, (people,)

    def _count_duties(self) -> Iterator[tuple[int, str, str, Sequence[int]]]:
        """Of each role, task and step: who holds it, who lacks a skill for it, and for whom one is unrecorded."""
        duties, rows = _duties(self.closed, self._standings)
        table = self._engine.put({"standing": int, "duty": int, **dict.fromkeys(self._columns("need"), int)}, rows)
        k = self._known.join(table, "standing")
        lacking = _met(k, "lacks", "need", self.closed.words)
        full = _one(_all([k[has] & k[need] == k[need] for has, need in zip(self._columns("has"), self._columns("need"), strict=True)]))
        told = k.select("block", "duty", lacking=lacking, unrecorded=(1 - lacking) * (1 - full))
        counted = told.group_by("block", "duty").agg(people=told.count(), lacking=told.lacking.sum(), unrecorded=told.unrecorded.sum())
        for block, duty, *numbers in self._engine.rows(counted):
            yield block, *duties[duty], numbers

    def _count_skills(self) -> Iterator[tuple[int, str, str, Sequence[int]]]:
        """Of each skill: for whom it is recorded, who lacks it, and for whom only a tool speaks."""
        both = self._known.cross_join(self._closed_skills)
        has, lacks, tool = (_met(both, kind, "bit", self.closed.words) for kind in KNOWN)
        told = both.select("block", "place", has=has, lacks=lacks, tool=tool * (1 - has) * (1 - lacks))
        counted = told.group_by("block", "place").agg(has=told.has.sum(), lacks=told.lacks.sum(), tool=told.tool.sum())
        for block, place, *numbers in self._engine.rows(counted):
            yield block, "skill", self.closed.skills[place], numbers

    def _count_unmatched(self) -> Iterator[tuple[int, str, str, Sequence[int]]]:
        if not self._unmatched_names:
            return
        borne = self._pieces.join(self._unmatched, ["origin", "piece"]).select("line", "name").distinct()
        counted = borne.join(self._known.select("line", "block"), "line").group_by("block", "name").agg(people=lambda x: x.count())
        for block, name, people in self._engine.rows(counted):
            yield block, "unmatched", self._unmatched_names[name], (people,)

    @cached_property
    def _ranked(self) -> ibis.Table:
        """Per person and role how many of the required skills are recorded, and evidenced by a tool alone; `rank` orders the people of a role."""
        both = self._known.cross_join(self._closed_needs)
        found = {}
        for word, (has, lacks, tool, need) in enumerate(zip(*(self._columns(c) for c in (*KNOWN, "need")), strict=True)):
            found[f"recorded{word}"] = both[has] & both[need]
            found[f"evident{word}"] = _beyond(both[tool], both[has] | both[lacks]) & both[need]
        told = _ones(both.mutate(**found), list(found))
        recorded, evident = (sum((told[f"{kind}{w}"] for w in self.closed.words[1:]), told[f"{kind}0"]) for kind in ("recorded", "evident"))
        known = told.mutate(recorded=recorded, evident=evident).filter(lambda x: x.recorded + x.evident > 0)
        return known.mutate(rank=((known.recorded << 11) + known.evident << 40) + ((1 << 40) - known.line))

    def _count_able(self) -> Iterator[tuple[int, str, str, Sequence[int]]]:
        """Of each role: for whom all it requires is recorded, and for whom what is not is evidenced. The best of each lane stay at hand."""
        r = self._ranked
        able = _one(r.recorded == r.required)
        likely = _one(r.recorded + r.evident == r.required) - able
        told = r.select("block", "role", "rank", lane=r.line % LANES, able=able, likely=likely)
        counted = told.group_by("block", "role", "lane").agg(best=told["rank"].max(), able=told.able.sum(), likely=told.likely.sum())
        self._best: dict[tuple[int, int], list[int]] = defaultdict(list)
        for block, role, _, best, *numbers in self._engine.rows(counted):
            self._best[block, role].append(best)
            yield block, "able", self.closed.roles[role], numbers

    def _near(self) -> list[tuple[Any, ...]]:
        """(block, role, recorded, evident, line, person, bits …) of who comes nearest: nobody ranks below the last of the NEAREST best lanes."""
        least = ((*key, sorted(best)[-NEAREST:][0]) for key, best in self._best.items())
        bound = self._engine.put({"block": int, "role": int, "least": int}, least)
        near = self._ranked.join(bound, ["block", "role"]).filter(lambda x: x["rank"] >= x.least)
        called = near.join(self.staff.table.select("line", "person"), "line")
        return self._engine.rows(called.select("block", "role", "recorded", "evident", "line", "person", *self._columns(*KNOWN)))

    def _persons(self, lines: Iterable[int]) -> dict[int, str]:
        """The persons of some lines."""
        wanted = self._engine.put({"line": int}, ((line,) for line in lines))
        return dict(self._engine.rows(self.staff.table.join(wanted, "line").select("line", "person")))


def repeated(rows: ibis.Table) -> ibis.Table:
    """(line, first) of the rows whose `who` stands already in the row `first`."""
    first = rows.group_by("who").agg(first=rows.line.min(), times=rows.count())
    both = rows.join(first.filter(first.times > 1), "who")
    return both.filter(both.line > both["first"]).select("line", "first")


def _spelt(table: ibis.Table, *columns: str, **more: Any) -> ibis.Table:
    """(outright, written): the `role` column, which beats the title, or the title."""
    import ibis

    return table.select(*columns, outright=_one(table.role.notnull()), written=ibis.coalesce(table.role, table.title, ibis.literal("")), **more)


def _any(conditions: Sequence[Any]) -> Any:
    import ibis

    return ibis.or_(*conditions)


def _all(conditions: Sequence[Any]) -> Any:
    import ibis

    return ibis.and_(*conditions)


def _one(condition: Any) -> Any:
    """1 where it holds, else 0; not every engine casts truth to a number."""
    import ibis

    return condition.ifelse(ibis.literal(1, "int64"), ibis.literal(0, "int64"))


def _met(table: ibis.Table, kind: str, other: str, words: range) -> Any:
    """1 where two sets of skills have one in common, else 0."""
    return _one(_any([table[f"{kind}{w}"] & table[f"{other}{w}"] != 0 for w in words]))


def _beyond(bits: Any, others: Any) -> Any:
    """The bits that are not among others."""
    return bits - (bits & others)


def _ones(table: ibis.Table, columns: Sequence[str]) -> ibis.Table:
    """Columns of bits replaced by how many of them are set (HAKMEM, item 169), since no two engines call that by one name.

    First each three bits hold their own number, then each six; a number modulo 63 is the sum of its sixes.
    """
    threes, twos, ones = int("07" * 11, 8), int("3" * 21, 8), int("1" * 21, 8)
    table = table.mutate(**{c: table[c] - ((table[c] >> 1) & twos) - ((table[c] >> 2) & ones) for c in columns})
    return table.mutate(**{c: ((table[c] + (table[c] >> 3)) & threes) % 63 for c in columns})


def _skills(closed: Closed, words: Iterable[int]) -> list[str]:
    """The skills whose bits are set, by name."""
    return [closed.skills[word * WORD + at] for word, bits in enumerate(words) for at in range(WORD) if bits >> at & 1]


def _duties(closed: Closed, standings: Sequence[Standing]) -> tuple[list[tuple[str, str]], list[tuple[int, ...]]]:
    """The roles, tasks and steps that people may hold, and (standing, duty, bits …) of those that each standing brings."""
    performs, answers = _grouped(closed.performs), _grouped(closed.answers)
    needs = {group: closed.needs(group) for group in ("role", "task")} | {"step": {}}
    duties: dict[tuple[str, str], int] = {}
    rows = []
    for i, standing in enumerate(standings):
        held = {("role", role) for role in standing.holds}
        held |= {("task", task) for role in standing.holds for task in performs.get(role, ())}
        held |= {("step", step) for role in standing.holds for step in answers.get(role, ())}
        rows += [(i, duties.setdefault((group, name), len(duties)), *closed.bits(needs[group].get(name, ()))) for group, name in sorted(held)]
    return list(duties), rows


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
    return dict(found)


def _cover(numbers: Sequence[int] | None, more: Mapping[str, int]) -> dict[str, Any]:
    people, lacking, unrecorded = numbers or (0, 0, 0)
    return {"people": people, "lacking": lacking, "unrecorded": unrecorded, "state": _state(people)} | dict(more)


def _state(people: int) -> str:
    return "uncovered" if not people else "single" if people == 1 else "covered"


def _candidate(near: Sequence[Any], closed: Closed, role: str) -> dict[str, Any]:
    """A person and what is missing to a role: lacking, evidenced by a tool alone, or unrecorded."""
    _, recorded, evident, line, person, *bits = near
    size = len(closed.words)
    has, lacks, tool = (set(_skills(closed, bits[i * size : (i + 1) * size])) for i in range(len(KNOWN)))
    needs = closed.needs("role")[role]
    verdict = "able" if recorded == len(needs) else "likely" if recorded + evident == len(needs) else "missing"
    missing = {"lacking": lacks, "evidence": tool - lacks, "unrecorded": set(needs) - lacks - tool}
    known = {"person": person, "line": line, "verdict": verdict, "recorded": recorded, "required": len(needs)}
    return known | {kind: [s for s in needs if s in skills and s not in has] for kind, skills in missing.items()}


def audit(
    staff: str | Path | ibis.Table,
    *,
    graph: Graph | None = None,
    mapping: Mapping[str, str] | None = None,
    connection: ibis.BaseBackend | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Audit a staff file, or a table that lives in an engine.

    Args:
        staff: CSV, TSV, XLSX or Parquet, with the columns of design: person, title, skills,
            and optionally unit, role, lacks, assessed; or an Ibis table, whose rows stay where they
            are: `audit(con.table("staff"))`. Its rejected rows are cited by their person.
        graph: the ontology, with a company's additions (`load("ours.ttl")`).
        mapping: column of ours to column of the file, where the names differ.
        connection: an Ibis connection to run on; if left out, that of the table, or embedded DuckDB.
        say: called with the name of each stage, for a progress line.

    Raises InputError if the file as a whole cannot be used; single rows are rejected instead.
    """
    engine = Engine(home(staff, connection))
    ontology = graph or load()
    say(f"reading {called(staff)}")
    return Audit(read_staff(staff, engine.con, mapping, ontology), engine, ontology, Closed.of(ontology), say)
