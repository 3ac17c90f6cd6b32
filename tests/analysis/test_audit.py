"""The audit against a slow oracle, its equalities, its command, and real data."""

import csv
import io
import json
import os
import re
from collections import Counter, defaultdict
from dataclasses import asdict
from functools import cache

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asserted import ROOT, SHARED

from mlops_roles import ask, audit, load, resolve
from mlops_roles.analysis.audit_result import NOTE
from mlops_roles.cli.main import main
from mlops_roles.ontology.names import fold_name, slug
from mlops_roles.ontology.tables import RoleTables
from mlops_roles.staff.people_table import COLUMNS, Rejected

ACME = ROOT / "examples" / "acme.csv"
OURS = ROOT / "examples" / "acme.ttl"
SURVEY = SHARED / "data" / "so-survey-staff.csv"
CLOSED = RoleTables.from_graph(load())
KEYS = [
    "note",
    "file",
    "ontology",
    "reading",
    "rows",
    "titles",
    "unmatched_skills",
    "nearest_names",
    "mapped",
    "roles",
    "tasks",
    "skills",
    "steps",
    "workflow",
    "marks",
]
KEYS += ["open_titles", "nearest", "rejected", "labels", "requires", "performs", "holders"]
KEYS += ["single_points", "people", "units", "open_posts", "bus_factor", "totals"]
DETAIL = KEYS[KEYS.index("holders") :]  # compared in test_staff_detail
PEOPLE = ["line", "person", "unit", "title", "status", "roles", "similar", "able", "likely"]
PEOPLE += ["broader"]
FORMS = ("table", "json", "md", "html", "csv", "tsv", "jsonl")
survey = pytest.mark.skipif(
    not SURVEY.is_file(), reason=f"{SURVEY.name} lies beside the repository, and is not part of it"
)
often = settings(
    max_examples=12,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)


class Oracle:
    """The audit again in dictionaries and loops, by the definitions of the design and the README.

    Of a person and a skill, one holds: *recorded* (named in skills or assessed), *lacking* (named
    in lacks: assessed and found absent), *evidence* (neither, but a tool in skills speaks for
    it), or unknown. Who is both recorded and lacking contradicts himself, and his row is
    rejected. Of a person and a role: *certain* if the title, or the role column, which beats it,
    says so; *similar* if what it names is only similar to the role: certain, counted apart, never
    a holder. The role column may name several roles. A row is rejected for a fault of its own,
    else because its person stands in an earlier row that is not rejected. A role is held by those
    certain of it and not similar; a task has the holders of all roles that perform it; a skill
    has those of whom it is recorded. Two people or more: *covered*, one: *single*, none:
    *uncovered*. A step has the holders of the roles that answer for it, on either side of an
    either-or; *unassigned* if none answers. Of the holders of a role or task, *lacking* are those
    with a required skill lacking, *unrecorded* the others with one not recorded; of a skill,
    *unrecorded* are the people who neither have nor lack it: unknown is not no. *able*: every
    skill that the role requires (at least one) is recorded. *likely*: not able, and what is not
    recorded is evidence. *nearest*: the three with most recorded, then most evidence, then first
    in the file; nobody with neither.
    """

    def __init__(self, path, graph, role_tables):
        self.graph, self.role_tables, self.file = graph, role_tables, str(path)
        header, *body = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
        self.rows, self.rejected, seen = [], [], {}
        for line, cells in enumerate(body, 2):
            row = (
                dict.fromkeys(COLUMNS)
                | dict(zip(header, [c.strip() or None for c in cells], strict=False))
                | {"line": line}
            )
            row |= {
                "recorded": self.meant(row, "skills") | self.meant(row, "assessed"),
                "lacking": self.meant(row, "lacks"),
            }
            row["evidence"] = self.meant(row, "skills", "tool") - row["recorded"] - row["lacking"]
            row["status"], named, row["similar"] = self.standing(row)
            row["roles"] = named | {role for role, _ in row["similar"]}
            sure = named if row["status"] == "certain" else set()
            row["through"] = {
                broader: min(n for n, b in role_tables.broader if b == broader and n in sure)
                for narrower, broader in role_tables.broader
                if narrower in sure and broader not in sure
            }
            row["holds"] = sure | set(row["through"])
            if why := self.fault(row, cells, header, seen):
                self.rejected.append(Rejected(self.file, line, *why))
            else:
                self.rows.append(row)
                seen[row["person"]] = line
        self.needs = _sets(role_tables.role_skills)
        self.steps = _sets(role_tables.task_skills)

    def meant(self, row, column, kind="recorded"):
        names = [fold_name(n) for n in _names(row[column])]
        return {skill for n in names for k, skill in self.role_tables.names.get(n, ()) if k == kind}

    def standing(self, row):
        """The status, the roles meant, and (role, similar role) of those meant by a similar one."""
        if row["role"]:
            known = [_named(self.graph).get(name) for name in _names(row["role"]) or [None]]
            if None in known:
                return None, set(), set()
            return (
                "certain",
                {r for roles, similar in known if not similar for r in roles},
                {(r, s) for roles, s in known if s for r in roles},
            )
        found = resolve(row["title"] or "", self.graph, nearest=False)
        if found.similar:
            return found.status, set(), {(role, found.similar) for role in found.roles}
        return found.status, set(found.roles), set()

    def fault(self, row, cells, header, seen):
        if len(cells) != len(header):
            return (
                f"{len(cells)} cells, the header has {len(header)}",
                "quote cells that contain the separator, or add the missing cells",
            )
        if not row["person"]:
            return "no person", "fill in the column person"
        if both := row["recorded"] & row["lacking"]:
            return (
                f"both has and lacks the skill {min(both)}",
                "remove it from skills, assessed or lacks",
            )
        if not row["status"]:
            unknown = next(
                name
                for name in _names(row["role"]) or [row["role"]]
                if name not in _named(self.graph)
            )
            return (
                f"unknown role {unknown}",
                "name a role by slug, notation or IRI, or leave it to the title",
            )
        if row["person"] in seen:
            return (f"duplicate of line {seen[row['person']]}", "put both rows into one")
        return None

    def direct(self, role):
        return [r for r in self.rows if role in r["holds"]]

    def able(self, row, role):
        return bool(self.needs[role]) and self.needs[role] <= row["recorded"]

    def likely(self, row, role):
        return self.needs[role] <= row["recorded"] | row["evidence"] and bool(
            self.needs[role] - row["recorded"]
        )

    def role(self, role):
        similar = [
            r
            for r in self.rows
            if r["status"] == "certain" and role in {beside for beside, _ in r["similar"]}
        ]
        able, likely = (
            [r for r in self.rows if test(r, role)] for test in (self.able, self.likely)
        )
        return _holders(self.direct(role), self.needs[role]) | _some(
            similar=len(similar),
            able=len(able),
            evidence=len(likely),
            through=dict(Counter(r["through"][role] for r in self.rows if role in r["through"])),
        )

    def task(self, task):
        doers = {
            r["line"]: r
            for role, t in self.role_tables.performs
            if t == task
            for r in self.direct(role)
        }
        return _holders(list(doers.values()), self.steps[task])

    def skill(self, skill):
        n = {
            kind: sum(skill in r[kind] for r in self.rows)
            for kind in ("recorded", "lacking", "evidence")
        }
        unknown = len(self.rows) - n["recorded"] - n["lacking"]
        return _cover(n["recorded"], n["lacking"], unknown) | _some(evidence=n["evidence"])

    def step(self, step):
        answering = {role for role, s in self.role_tables.answers if s == step}
        people = len({r["line"] for role in answering for r in self.direct(role)})
        return {"people": people, "state": _state(people) if answering else "unassigned"}

    def nearest(self, role):
        needs = self.needs[role]
        order = [
            (-len(needs & r["recorded"]), -len(needs & r["evidence"]), r["line"], r)
            for r in self.rows
            if needs & (r["recorded"] | r["evidence"])
        ]
        return [self.candidate(row, role) for *_, row in sorted(order, key=lambda o: o[:3])[:3]]

    def candidate(self, row, role):
        needs = self.needs[role]
        verdict = (
            "able" if self.able(row, role) else "likely" if self.likely(row, role) else "missing"
        )
        missing = {kind: sorted(needs & row[kind]) for kind in ("lacking", "evidence")}
        unknown = sorted(needs - row["recorded"] - row["lacking"] - row["evidence"])
        known = {"recorded": len(needs & row["recorded"]), "required": len(needs)}
        return (
            {"person": row["person"], "line": row["line"], "verdict": verdict}
            | {"holds": sorted(row["holds"])}
            | known
            | missing
            | {"unrecorded": unknown}
            | {"parts": list(self.parts(row, role))}
        )

    def parts(self, row, role):
        """Of each role taken in, how many skills are in which state; last the role's own."""
        taken_in = [part for r, part in self.role_tables.takes_in if r == role]
        skills = {part: self.needs[part] for part in taken_in}
        if skills:
            own = [self.steps[task] for r, task in self.role_tables.performs if r == role]
            kinds = [role, *(broader for r, broader in self.role_tables.broader if r == role)]
            own.append({skill for r, skill in self.role_tables.stated_skills if r in kinds})
            skills[role] = set().union(*own)
        for part, needs in skills.items():
            n = {
                state: len(needs & row[name])
                for state, name in (
                    ("recorded", "recorded"),
                    ("tool", "evidence"),
                    ("lacking", "lacking"),
                )
            }
            total = {"required": len(needs), "unrecorded": len(needs) - sum(n.values())}
            yield {"role": part, "own": part == role} | n | total

    def open_titles(self):
        borne = Counter(
            r["title"]
            for r in self.rows
            if r["title"] and not r["role"] and r["status"] != "certain"
        )
        found = [
            resolve(t, self.graph, nearest=False).to_dict() | {"people": n}
            for t, n in borne.items()
        ]
        return sorted(found, key=lambda t: (-t["people"], t["title"]))

    def unmatched(self):
        unknown = Counter(
            n
            for r in self.rows
            for n in {
                n
                for c in ("skills", "lacks", "assessed")
                for n in _names(r[c])
                if not self.says(c, n)
            }
        )
        return dict(sorted(unknown.items(), key=lambda u: (-u[1], u[0])))

    def says(self, column, name):
        """A tool is evidence in skills; in an assessment it says nothing."""
        return any(
            kind == "recorded" or column == "skills"
            for kind, _ in self.role_tables.names.get(fold_name(name), ())
        )

    def people(self):
        for row in self.rows:
            can = {
                name: _joined(r for r in self.role_tables.roles if test(row, r))
                for name, test in (("able", self.able), ("likely", self.likely))
            }
            yield (
                {c: row[c] for c in PEOPLE[:5]}
                | {"roles": _joined(row["roles"]), "similar": _joined(s for _, s in row["similar"])}
                | can
                | {"broader": _joined(row["through"])}
            )

    def marks(self):
        """The words for how roles act in steps that a definition explains."""
        hows = {row["how"] for row in ask("workflow", self.graph)}
        return {
            row["word"]: f"{row['word']}: {row['definition']} ({row['mark']})"
            for row in ask("marks", self.graph)
            if row["word"] in hows
        }

    def to_dict(self):
        statuses = Counter(r["status"] for r in self.rows)
        return {
            "note": NOTE,
            "file": self.file,
            "ontology": self.graph.version,
            "rows": {
                "read": len(self.rows) + len(self.rejected),
                "used": len(self.rows),
                "rejected": len(self.rejected),
            },
            "titles": {status: statuses[status] for status in ("certain", "ambiguous", "none")},
            "unmatched_skills": self.unmatched(),
            "nearest_names": {
                name: near
                for name in list(self.unmatched())[:50]
                if (near := self.role_tables.names.nearest(name))
            },
            "roles": {r: self.role(r) for r in self.role_tables.roles},
            "tasks": {t: self.task(t) for t in self.role_tables.tasks},
            "skills": {
                s: self.skill(s) for s in set().union(*self.needs.values(), *self.steps.values())
            },
            "steps": {s: self.step(s) for s in self.role_tables.steps},
            "marks": self.marks(),
            "open_titles": self.open_titles(),
            "nearest": {r: self.nearest(r) for r in self.role_tables.roles},
            "rejected": [
                {key: value for key, value in asdict(r).items() if key != "person"}
                for r in self.rejected
            ],
            "labels": self.role_tables.labels,
            "requires": {r: sorted(s) for r, s in self.needs.items() if s},
            "performs": {r: sorted(t) for r, t in _sets(self.role_tables.performs).items() if t},
        }


def _sets(pairs):
    found = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
    return found


@cache
def _named(graph):
    """What each spelling means in the role column: roles, and the similar role named."""
    found = {}
    for row in ask("roles", graph):
        found |= dict.fromkeys(
            _written(row["role"], row["label"], row["notation"]), ((slug(row["role"]),), None)
        )
    for row in ask("similar-roles", graph):
        found |= dict.fromkeys(
            _written(row["similar"], row["label"]), ((slug(row["role"]),), slug(row["similar"]))
        )
    return found


def _written(curie, *others):
    return [
        curie,
        slug(curie),
        curie.replace("role:", "https://w3id.org/mlops-roles/role/"),
        *filter(None, others),
    ]


def _names(cell):
    return [n.strip() for n in (cell or "").split(";") if n.strip()]


def _joined(names):
    return ";".join(sorted(names)) or None


def _some(**counts):
    return {name: n for name, n in counts.items() if n}


def _cover(people, lacking, unrecorded):
    return {"people": people, "lacking": lacking, "unrecorded": unrecorded, "state": _state(people)}


def _state(people):
    return ("uncovered", "single", "covered")[min(people, 2)]


def _holders(held, needs):
    lacking = [r for r in held if needs & r["lacking"]]
    return _cover(
        len(held),
        len(lacking),
        len([r for r in held if r not in lacking and needs - r["recorded"]]),
    )


LEFT_OUT = ("workflow", "reading", "mapped")  # what the oracle does not judge


def agree(path, graph, role_tables=CLOSED):
    """The audit of a file, once it and the oracle have said the same."""
    found, wanted = audit(path, graph=graph), Oracle(path, graph, role_tables)
    told = found.to_dict()
    compared = {key: part for key, part in told.items() if key not in LEFT_OUT}
    compared["rejected"] = [
        row | {"fix": row["fix"].split("; if they are two people")[0]} for row in told["rejected"]
    ]  # which of their columns differ is tested with the reading
    assert {k: v for k, v in compared.items() if k not in DETAIL} == wanted.to_dict()
    assert list(told["unmatched_skills"]) == list(wanted.unmatched()), "the order differs"
    assert found.people.to_pyarrow().to_pylist() == list(wanted.people())
    assert told["rows"]["read"] == told["rows"]["used"] + told["rows"]["rejected"]
    return told


# the oracle ----------------------------------------------------------------------------


def _aliases(kind):
    found = {}
    for row in ask("aliases"):
        if row["kind"] == kind:
            found.setdefault(row["term"], []).append(row["name"])
    return found


SKILLS = {slug(term): names for term, names in _aliases("skill").items()}
TOOLS = [
    (names, {s for _, s in CLOSED.names[fold_name(names[0])]})
    for names in _aliases("tool").values()
]
SMALL = Counter(r for r, _ in CLOSED.role_skills).most_common()[-3:]  # roles that require least
SHORT = sorted({s for r, s in CLOSED.role_skills if r in dict(SMALL)})
SIMILAR = [row[c] for row in ask("similar-roles") for c in ("similar", "label")]
ROLES = [row[c] for row in ask("roles") for c in ("role", "notation", "label") if row[c]] + [
    slug(r) for r in SIMILAR
]
UNKNOWN = [
    "Falconry",
    "falconry",
    "SQL, advanced",
    "=1+1",
    "-",
    "\u00a0Zithern\u00a0",
    "\u2003",
    "İstanbul",
    "🦅",
]
TITLES = [row["title"] for row in ask("titles")]
WILD = [
    "",
    "Sr. Data Engineer",
    "MLOps Engineer",
    "Product Owner",
    "Clown",
    "Recruiter, Data Scientists",
    "Data Engineer / Data Scientist",
    "ML/Data Engineer",
]


def _of(names):
    return st.sampled_from(sorted(names))


def _one(kind):
    """A name of a skill that the smallest roles require, or of a tool that is evidence for one."""
    if kind == "skill":
        return _of(SHORT).flatmap(lambda s: _of(SKILLS[s]))
    return _of(name for names, skills in TOOLS if skills & set(SHORT) for name in names)


@st.composite
def _all_skills_of_a_role(draw):
    """All that a role requires; a tool stands in for some of it."""
    role = draw(_of(CLOSED.roles))
    parts = []
    for skill in sorted(s for r, s in CLOSED.role_skills if r == role):
        tools = [names[0] for names, skills in TOOLS if skill in skills]
        parts.append(
            draw(_of(tools)) if tools and draw(st.integers(0, 3)) == 0 else draw(_of(SKILLS[skill]))
        )
    return "; ".join(parts)


def _cell(most):
    names = st.one_of(
        _one("skill"), _one("tool"), _of(UNKNOWN), st.just(""), _one("skill").map(str.upper)
    )
    return st.builds(str.join, st.sampled_from([";", "; ", " ;\t"]), st.lists(names, max_size=most))


def _rarely(strategy):
    return st.one_of(st.just(""), st.just(""), st.just(""), strategy)


STAFF_ROW = st.tuples(
    st.one_of(
        st.integers(0, 30).map("p{}".format), st.sampled_from(["", " p1 ", "Ann, B.", 'O"Neill'])
    ),
    st.one_of(_of(TITLES), _of(WILD)),
    st.sampled_from(["", "north", "south"]),
    _rarely(
        st.one_of(
            _of(ROLES),
            st.sampled_from(["sql", "R99", "task:deploy-model", ";"]),
            st.lists(_of([*ROLES, "R99"]), min_size=2, max_size=3).map("; ".join),
        )
    ),
    st.one_of(_cell(8), _all_skills_of_a_role()),
    _rarely(_cell(2)),
    _rarely(_cell(2)),
)
STAFF_ROWS = st.lists(
    st.one_of(
        *[STAFF_ROW] * 9, STAFF_ROW.map(lambda r: (*r, "more")), STAFF_ROW.map(lambda r: r[:3])
    ),
    min_size=8,  # few files of many rows: each starts an engine
    max_size=30,
)


def write(path, rows, header=COLUMNS, **form):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, **form).writerows([header, *rows])
    return path


@often
@given(STAFF_ROWS)
def test_the_audit_says_what_the_oracle_says(tmp_path_factory, graph, rows):
    known = ("a last person", "", "", "R4", "", "", "")  # a column of unknown roles is not read
    agree(write(tmp_path_factory.mktemp("staff") / "staff.csv", [*rows, known]), graph)


def test_the_example_shows_every_kind_of_answer_and_the_oracle_agrees(graph):
    told = agree(ACME, graph)
    shown = {
        key
        for row in (*told["roles"].values(), *told["skills"].values())
        for key, n in row.items()
        if n
    }
    assert shown == {"people", "lacking", "unrecorded", "state", "similar", "able", "evidence"}
    assert {c["verdict"] for found in told["nearest"].values() for c in found} == {
        "able",
        "likely",
        "missing",
    }
    assert all(told["titles"].values())
    assert told["rejected"]


def test_the_oracle_agrees_on_a_companys_own_roles(tmp_path):
    """One requires no skill: its holders have nothing unrecorded. One task no role performs."""
    acme = "https://acme.example/roles"
    idle = f"<{acme}/idler> a mlops:Role . <{acme}/nap> a mlops:Task ."
    (tmp_path / "idle.ttl").write_text(
        f"@prefix mlops: <https://w3id.org/mlops-roles/ns#> . {idle}"
    )
    graph = load(OURS, tmp_path / "idle.ttl")
    people = [
        ("a", "Prompt Engineer", "prompt engineering", ""),
        ("b", "", "Acme Prompt Studio", "acme:idler"),
        ("c", "Clown", "", "acme:idler"),
    ]
    told = agree(
        write(tmp_path / "staff.csv", people, ("person", "title", "skills", "role")),
        graph,
        RoleTables.from_graph(graph),
    )
    assert told["roles"]["acme:prompt-engineer"]["people"] == 1
    assert told["tasks"]["acme:design-prompts"]["state"] == "single"
    assert told["skills"]["acme:prompt-writing"] == _cover(1, 0, 2) | {"evidence": 1}
    assert told["roles"]["acme:idler"] == _cover(2, 0, 0)
    assert told["tasks"]["acme:nap"] == _cover(0, 0, 0)


WIDE = st.lists(
    st.tuples(
        st.integers(0, 30).map("p{}".format),
        *[st.lists(st.integers(0, 79), max_size=40).map(set)] * 3,
    ),
    min_size=1,
    max_size=8,
)


@settings(often, max_examples=4)
@given(WIDE)
def test_the_oracle_agrees_on_more_skills_than_a_whole_number_has_bits(
    tmp_path_factory, crowded, rows
):
    graph, role_tables = crowded
    assert len(role_tables.skills) > 124, "three words at least"
    cells = [
        (person, *("; ".join(f"craft {n}" for n in sorted(names)) for names in known))
        for person, *known in rows
    ]
    cells.append(("master", "; ".join(f"craft {n}" for n in range(80)), "", ""))
    told = agree(
        write(
            tmp_path_factory.mktemp("staff") / "staff.csv",
            cells,
            ("person", "skills", "lacks", "assessed"),
        ),
        graph,
        role_tables,
    )
    assert told["nearest"]["acme:master"][0]["recorded"] == 80


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """The ontology with a role that requires eighty skills more."""
    crafts = "".join(
        f'acme:craft{n} a mlops:Skill ; skos:prefLabel "craft {n}"@en .\n' for n in range(80)
    )
    required = ", ".join(f"acme:craft{n}" for n in range(80))
    needs = f"acme:master a mlops:Role ; mlops:requiresSkill {required} ."
    heads = (
        ("acme", "https://acme.example/roles/"),
        ("mlops", "https://w3id.org/mlops-roles/ns#"),
        ("skos", "http://www.w3.org/2004/02/skos/core#"),
    )
    path = tmp_path_factory.mktemp("crowded") / "crafts.ttl"
    path.write_text("".join(f"@prefix {p}: <{n}> .\n" for p, n in heads) + crafts + needs)
    graph = load(path)
    return graph, RoleTables.from_graph(graph)


def test_each_distinct_title_is_resolved_that_some_row_goes_by(tmp_path, graph):
    """However many people have it; not where the role column goes before it."""
    people = [
        (f"p{i}", ("Data Engineer", "Clown", "", "Cook")[i % 4], "R1" if i % 4 == 3 else "")
        for i in range(60)
    ]
    path = write(tmp_path / "staff.csv", people, ("person", "title", "role"))
    assert sorted(audit(path, graph=graph).resolutions) == ["", "Clown", "Data Engineer"]


def test_a_row_below_a_rejected_row_of_the_same_person_is_no_duplicate(tmp_path, graph):
    rows = [("a", "R99"), ("a", ""), ("a", ""), ("a", "R98")]
    told = agree(write(tmp_path / "staff.csv", rows, ("person", "role")), graph)
    assert [(r["line"], r["reason"]) for r in told["rejected"]] == [
        (2, "unknown role R99"),
        (4, "duplicate of line 3"),
        (5, "unknown role R98"),
    ]


def test_a_tool_in_an_assessment_says_nothing_and_is_listed(tmp_path, graph):
    told = agree(
        write(
            tmp_path / "staff.csv",
            [("a", "Jenkins", "Jenkins", ""), ("b", "", "", "Jenkins")],
            ("person", "skills", "lacks", "assessed"),
        ),
        graph,
    )
    assert told["unmatched_skills"] == {"Jenkins": 2}
    assert told["skills"]["ci-cd-automation"] == _cover(0, 0, 2) | {"evidence": 1}


def test_a_person_may_hold_several_roles(tmp_path, graph):
    told = agree(
        write(
            tmp_path / "staff.csv", [("a", "R4; data-scientist;Product Owner")], ("person", "role")
        ),
        graph,
    )
    assert {
        r: (c["people"], c.get("similar"))
        for r, c in told["roles"].items()
        if c["people"] or c.get("similar")
    } == {"data-engineer": (1, None), "data-scientist": (1, None), "business-stakeholder": (0, 1)}
    assert told["titles"] == {"certain": 1, "ambiguous": 0, "none": 0}


@pytest.mark.parametrize(
    ("title", "role"),
    [("Product Owner", ""), ("", "product-owner"), ("Clown", "role:product-owner")],
)
def test_similar_is_not_same_by_title_or_by_role(title, role, tmp_path, graph):
    path = write(tmp_path / "staff.csv", [("a", title, role)], ("person", "title", "role"))
    told = agree(path, graph)
    assert told["roles"]["business-stakeholder"] == _cover(0, 0, 0) | {"similar": 1}
    assert told["titles"] == {"certain": 1, "ambiguous": 0, "none": 0}


def test_evidence_is_never_a_record_and_unknown_never_a_lack(tmp_path, graph):
    rows = [
        ("a", "Jenkins", ""),
        ("b", "continuous integration", ""),
        ("c", "Jenkins", "continuous integration"),
        ("d", "", ""),
    ]
    told = agree(write(tmp_path / "staff.csv", rows, ("person", "skills", "lacks")), graph)
    assert told["skills"]["ci-cd-automation"] == _cover(1, 1, 2) | {"evidence": 1}


def test_a_tool_for_the_last_skill_makes_likely_never_able(tmp_path, graph):
    needs = sorted({s for r, s in CLOSED.role_skills if r == "backend-engineer"})
    (last, tool), *_ = [
        (s, names[0]) for s in needs for names, skills in TOOLS if skills & set(needs) == {s}
    ]
    others = "; ".join(SKILLS[s][0] for s in needs if s != last)
    rows = [
        ("a", f"{others}; {tool}", ""),
        ("b", others, ""),
        ("c", f"{others}; {tool}", SKILLS[last][0]),
        ("d", f"{others}; {SKILLS[last][0]}", ""),
    ]
    told = agree(write(tmp_path / "staff.csv", rows, ("person", "skills", "lacks")), graph)
    assert told["roles"]["backend-engineer"] == _cover(0, 0, 0) | {"able": 1, "evidence": 1}
    assert [(c["person"], c["verdict"]) for c in told["nearest"]["backend-engineer"]] == [
        ("d", "able"),
        ("a", "likely"),
        ("b", "missing"),
    ]


def test_a_person_who_only_lacks_skills_is_nearest_to_no_role(tmp_path, graph):
    told = agree(write(tmp_path / "staff.csv", [("a", "sql")], ("person", "lacks")), graph)
    assert not any(told["nearest"].values())


@pytest.mark.parametrize(
    "knowing", [{0}, {0, 16}, {0, 16, 32}, {0, 5, 16, 32}, {3, 4, 19}, {*range(0, 96, 16), 7}]
)
def test_the_nearest_are_found_in_any_row(knowing, tmp_path, graph):
    """Maxima of partitions bound them, which a few people may fill unevenly."""
    rows = [(f"P {i}", "sql" if i in knowing else "") for i in range(96)]
    told = agree(write(tmp_path / "staff.csv", rows, ("person", "skills")), graph)
    assert [c["person"] for c in told["nearest"]["data-engineer"]] == [
        f"P {i}" for i in sorted(knowing)[:3]
    ]


# equalities ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def acme(graph):
    """The audit of the example."""
    return audit(ACME, graph=graph)


@pytest.fixture(scope="module")
def good(acme, tmp_path_factory):
    """The header and the used rows of the example, and the counts of a file of them alone."""
    header, *body = csv.reader(io.StringIO(ACME.read_text("utf-8")))
    rows = [row for line, row in enumerate(body, 2) if line not in {r.line for r in acme.rejected}]
    return header, rows, _counts(write(tmp_path_factory.mktemp("staff") / "good.csv", rows, header))


def _counts(path):
    found = audit(path)
    plain = {
        key: getattr(found, key) for key in ("rows", "titles", "unmatched_skills", "open_titles")
    }
    return plain | {group: found.coverage(group) for group in ("role", "task", "skill")}


@settings(often, max_examples=3)
@given(st.randoms(use_true_random=False))
def test_neither_row_order_nor_names_nor_units_change_a_count(tmp_path_factory, good, random):
    header, rows, before = good
    shuffled = [list(row) for row in random.sample(rows, len(rows))]
    for column in (header.index("person"), header.index("unit")):
        for row, cell in zip(
            shuffled, random.sample([r[column] for r in rows], len(rows)), strict=True
        ):
            row[column] = cell
    assert before["rows"]["used"] > 30
    assert (
        _counts(write(tmp_path_factory.mktemp("staff") / "after.csv", shuffled, header)) == before
    )


def test_a_twin_of_each_person_doubles_every_count(tmp_path, good):
    header, rows, one = good
    two = _counts(
        write(tmp_path / "two.csv", [*rows, *([f"{r[0]} twin", *r[1:]] for r in rows)], header)
    )
    for group in ("role", "task", "skill"):
        for name, row in one[group].items():
            assert two[group][name] == {k: 2 * n for k, n in row.items() if k != "state"} | {
                "state": "covered" if row["people"] else "uncovered"
            }
    assert two["titles"] == {k: 2 * n for k, n in one["titles"].items()}
    assert two["unmatched_skills"] == {k: 2 * n for k, n in one["unmatched_skills"].items()}


# the library -----------------------------------------------------------------------------


def test_a_users_own_connection_keeps_its_tables(tmp_path, graph):
    con = ibis.duckdb.connect(tmp_path / "own.duckdb")
    for name in ("mlops_titles", "staff"):
        con.create_table(name, ibis.memtable({"mine": [1]}))
    assert audit(ACME, graph=graph, connection=con).rows["read"] == 42
    con.disconnect()
    con = ibis.duckdb.connect(tmp_path / "own.duckdb")
    found = con.raw_sql("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
    assert found == [("mlops_titles",), ("staff",)]
    assert con.table("staff").columns == ("mine",)


def test_two_audits_on_one_connection_do_not_mix(tmp_path, graph):
    con = ibis.duckdb.connect()
    files = [
        write(tmp_path / f"{t}.csv", [(t, t)], ("person", "title"))
        for t in ("Data Engineer", "Data Scientist")
    ]
    first, second = (audit(f, graph=graph, connection=con) for f in files)
    for found, who in (
        (first, ("Data Engineer", "data-engineer")),
        (second, ("Data Scientist", "data-scientist")),
    ):
        assert [(p["person"], p["roles"]) for p in found.arrow().to_pylist()] == [who]


def test_a_data_frame_has_one_row_per_used_person(acme):
    frame = acme.dataframe()
    assert list(frame.columns) == PEOPLE == list(acme.people.columns)
    assert len(frame) == acme.rows["used"] == frame.person.nunique()


def test_coverage_is_by_role_task_skill_and_step(acme):
    told = acme.to_dict()
    assert [acme.coverage(g) for g in ("role", "task", "skill", "step")] == [
        told[g] for g in ("roles", "tasks", "skills", "steps")
    ]


def test_what_is_held_and_known_is_there_as_tables(acme):
    """The counts of the summary, out of the tables that packages on top build on."""
    holds, knows = (list(t.to_pyarrow().to_pylist()) for t in (acme.holds, acme.knows))
    assert Counter(row["role"] for row in holds) == {
        r: c["people"] for r, c in acme.coverage("role").items() if c["people"]
    }
    for skill, c in acme.coverage("skill").items():
        rows = [row for row in knows if row["skill"] == skill]
        alone = [row for row in rows if row["tool"] and not row["recorded"] and not row["lacking"]]
        assert (sum(r["recorded"] for r in rows), sum(r["lacking"] for r in rows), len(alone)) == (
            c["people"],
            c["lacking"],
            c.get("evidence", 0),
        )


def test_there_is_no_coverage_of_tools(acme):
    with pytest.raises(KeyError):
        acme.coverage("tool")


def test_on_progress_is_called_with_each_stage(tmp_path, graph):
    said, path = [], write(tmp_path / "staff.csv", [("a", "b")], ("person", "title"))
    audit(path, graph=graph, on_progress=said.append).to_dict()
    assert said[0] == f"reading {path}"
    assert len(said) == len(set(said)) >= 5


# the command -------------------------------------------------------------------------------


def run(capsys, *arguments):
    code = main(["audit", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def at_once(acme, monkeypatch):
    """The command, with the audit of the example already done."""
    monkeypatch.setattr("mlops_roles.analysis.audit.audit", lambda *_, **__: acme)


@pytest.mark.parametrize(
    ("title", "person", "code", "strict"),
    [
        ("Data Engineer", "a", 0, 0),
        ("Clown", "a", 0, 1),
        ("MLOps Engineer", "a", 0, 1),
        ("Data Engineer", "", 1, 1),
    ],
)
def test_findings_are_rejected_rows_and_under_strict_unresolved_titles(
    title, person, code, strict, tmp_path, capsys
):
    path = write(
        tmp_path / "staff.csv", [(person, title), ("b", "Data Scientist")], ("person", "title")
    )
    assert run(capsys, path, "--format", "csv")[::2] == (code, "")
    assert run(capsys, path, "--format", "csv", "--strict")[::2] == (strict, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.csv"],
        [ACME, "--map", "title"],
        [ACME, "--map", "title=Job"],
        [ACME, "--with", "nowhere.ttl"],
    ],
)
def test_what_cannot_run_says_so_in_one_line_and_keeps_the_old_file(arguments, tmp_path, capsys):
    kept = tmp_path / "report.txt"
    kept.write_text("the old one")
    code, out, err = run(capsys, *arguments, "--output", kept)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert kept.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_in_a_file_and_on_standard_output(form, at_once, tmp_path, capsys):
    code, out, err = run(capsys, ACME, "--format", form)
    assert (code, err) == (1, "")
    path = tmp_path / "answer"
    assert run(capsys, ACME, "--format", form, "--output", path) == (1, "", "")
    assert path.read_text("utf-8") == out
    assert list(tmp_path.iterdir()) == [path]
    assert "Data Engineer" in out


def test_json_has_exactly_the_documented_keys(acme, capsys):
    code, out, err = run(capsys, ACME, "--format", "json")
    told = json.loads(out)
    assert (code, err, told) == (1, "", acme.to_dict())
    assert list(told) == KEYS
    assert (list(told["rows"]), list(told["titles"])) == (
        ["read", "used", "rejected"],
        ["certain", "ambiguous", "none"],
    )
    assert {key for row in told["rejected"] for key in row} == {"file", "line", "reason", "fix"}
    always = {"people", "lacking", "unrecorded", "state"}
    for group, more in (
        ("roles", {"similar", "able", "evidence"}),
        ("tasks", set()),
        ("skills", {"evidence"}),
    ):
        assert all(always <= set(row) <= always | more for row in told[group].values())


def test_people_come_as_csv_tsv_and_json_lines_one_row_each(at_once, capsys):
    told = {form: run(capsys, ACME, "--format", form)[1] for form in ("csv", "tsv", "jsonl")}
    lines = [json.loads(line) for line in told["jsonl"].splitlines()]
    tables = [
        list(csv.DictReader(io.StringIO(told[form]), delimiter=d))
        for form, d in (("csv", ","), ("tsv", "\t"))
    ]
    text = [{c: "" if v is None else str(v) for c, v in row.items()} for row in lines]
    assert len(lines) == 38
    assert [{c: re.sub("^'=", "=", v) for c, v in row.items()} for row in tables[0]] == text
    assert tables[0] == tables[1]


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_formula_in_a_name_does_not_run_in_a_spreadsheet(form, at_once, capsys):
    out = run(capsys, ACME, "--format", form)[1]
    assert "'=cmd" in out
    assert not re.search(r"(?m)(^|[,\t])\"?=cmd", out)


def test_a_companys_role_has_its_holder_task_and_skill(tmp_path, capsys):
    path = write(
        tmp_path / "staff.csv",
        [("a", "Prompt Engineer", "prompt engineering")],
        ("person", "title", "skills"),
    )
    told = json.loads(run(capsys, path, "--with", OURS, "--format", "json")[1])
    assert told["roles"]["acme:prompt-engineer"] == _cover(1, 0, 1)
    assert told["performs"]["acme:prompt-engineer"] == ["acme:design-prompts"]
    assert told["skills"]["acme:prompt-writing"] == _cover(1, 0, 0)
    assert told["labels"]["acme:prompt-engineer"] == "Prompt Engineer"
    assert json.loads(run(capsys, path, "--format", "json")[1])["titles"]["none"] == 1


# real people ---------------------------------------------------------------------------------


@survey
def test_the_oracle_agrees_on_real_people(graph):
    told = agree(SURVEY, graph)
    assert told["rows"] == {"read": 426, "used": 426, "rejected": 0}
    assert all(len(t["roles"]) >= 2 for t in told["open_titles"] if t["status"] == "ambiguous")
    assert any(t["status"] == "ambiguous" for t in told["open_titles"])


@survey
def test_most_names_that_real_people_wrote_are_known(graph):
    with SURVEY.open(encoding="utf-8") as file:
        written = sum(len(set(_names(row["skills"]))) for row in csv.DictReader(file))
    unknown = sum(audit(SURVEY, graph=graph).unmatched_skills.values())
    assert written > 5000
    assert 1 - unknown / written >= 0.55
