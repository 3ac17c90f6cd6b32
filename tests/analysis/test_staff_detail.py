"""Who is behind the figures of an audit: against the audit's own tables, and made-up staff."""

from collections import Counter

import pytest
from support.people import ACME

from mlops_roles import audit
from mlops_roles.analysis.verdict import share_known

STAFF = """\
employee id,person,title,unit,skills,lacks
1,Ann Lee,Data Engineer,East,SQL; data modelling,
2,Ann Lee,Data Engineer,West,Kafka,SQL
3,Ben,Software Engineer,East,SQL,
4,Cem,MLOps Engineer,East,,
5,VACANT,ML Engineer,East,,
6,VACANT,ML Engineer,East,,
7,N.N.,MLOps Engineer,,,
"""


@pytest.fixture(scope="module")
def acme():
    return audit(ACME)


@pytest.fixture(scope="module")
def detail(acme):
    return acme.to_dict()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("staff") / "staff.csv"
    path.write_text(STAFF, "utf-8")
    return audit(path).to_dict()


def _rows(table):
    return table.to_pyarrow().to_pylist()


def test_every_holder_of_a_role_is_named_with_what_says_so(acme, detail):
    named = {
        (h["line"], role, h["through"]) for role, found in detail["holders"].items() for h in found
    }
    assert named == {tuple(row.values()) for row in _rows(acme.holds)}
    counts = {role: len(found) for role, found in detail["holders"].items()}
    assert counts == {r: c["people"] for r, c in detail["roles"].items() if c["people"]}
    (grace,) = detail["holders"]["ml-engineer"]
    assert (grace["by"], grace["written"], grace["recorded"]) == ("title", "ML Engineer", 4)


def test_the_person_behind_each_single_point_of_failure_is_named(acme, detail):
    groups = {"role": "roles", "task": "tasks", "skill": "skills", "step": "steps"}
    alone = Counter(
        (group, item)
        for person in detail["single_points"]
        for group, items in person["alone"].items()
        for item in items
    )
    single = {
        (group, item)
        for group, name in groups.items()
        for item, cover in detail[name].items()
        if cover["state"] == "single"
    }
    assert alone == dict.fromkeys(single, 1)
    had = {(r["skill"], r["line"]) for r in _rows(acme.knows) if r["recorded"]}
    for person in detail["single_points"]:
        for skill in person["alone"].get("skill", ()):
            assert (skill, person["line"]) in had


def test_each_person_has_the_roles_of_the_table_of_people(acme, detail):
    rows = {row["line"]: row for row in _rows(acme.people)}
    assert [person["line"] for person in detail["people"]] == sorted(rows)
    for person in detail["people"]:
        row = rows[person["line"]]
        able = {r["role"] for r in person["roles"] if r["verdict"] == "able"}
        likely = {r["role"] for r in person["roles"] if r["verdict"] == "likely"}
        assert set(person["meant"]) == _split(row["roles"])
        assert (able, likely) == (_split(row["able"]), _split(row["likely"]))


def _split(slugs):
    return set((slugs or "").split(";")) - {""}


def test_the_next_role_is_the_nearest_that_is_neither_held_nor_possible(detail):
    assert any(person["next"] for person in detail["people"])
    for person in detail["people"]:
        free = [r for r in person["roles"] if not r["held"] and r["verdict"] != "able"]
        nearness = [share_known(r["recorded"], r["evident"], r["required"]) for r in free]
        assert nearness == sorted(nearness, reverse=True)
        assert person["next"] == (free[0]["role"] if free else None)
        for row in person["roles"]:
            if "missing" in row:
                missing = sum(map(len, row["missing"].values()))
                assert row["required"] == row["recorded"] + missing


def test_a_role_that_takes_in_others_is_counted_by_part(detail):
    rows = [r for p in detail["people"] for r in p["roles"] if r["role"] == "ml-engineer"]
    assert len(rows) > 10
    assert all(part["required"] for row in rows for part in row["parts"])


def test_units_are_counted_by_their_own_people(acme, detail):
    units = {unit["unit"]: unit for unit in detail["units"]}
    people = _rows(acme.people)
    assert {u: n["people"] for u, n in units.items()} == Counter(p["unit"] for p in people)
    lines = {row["line"]: row["unit"] for row in people}
    held = Counter((lines[r["line"]], r["role"]) for r in _rows(acme.holds))
    assert {(u, r): n for u, unit in units.items() for r, n in unit["held"].items()} == held
    recorded = Counter((lines[r["line"]], r["skill"]) for r in _rows(acme.knows) if r["recorded"])
    for name, unit in units.items():
        of_unit = {s: n for (u, s), n in recorded.items() if u == name and s in detail["skills"]}
        assert unit["skills"] == len(of_unit)
        assert unit["single_skills"] == list(of_unit.values()).count(1)


def test_the_bus_factor_is_the_number_of_people_of_the_rarest_task(detail, made):
    counts = [c["people"] for c in detail["tasks"].values() if c["people"]]
    assert detail["bus_factor"] == min(counts) == 1
    assert {u["unit"]: u["bus_factor"] for u in made["units"]} == {"East": 1, "West": 1}


def test_two_people_of_one_name_are_distinguished_by_their_key(made):
    names = {h["person"]: h["line"] for h in made["holders"]["data-engineer"]}
    assert names == {"Ann Lee <1>": 2, "Ann Lee <2>": 3}


def test_open_posts_have_their_unit_and_the_roles_of_their_title(made):
    posts = [(p["title"], p["unit"], p["posts"], p["roles"]) for p in made["open_posts"]]
    assert posts == [
        ("ML Engineer", "East", 2, ["ml-engineer"]),
        ("MLOps Engineer", None, 1, ["devops-engineer", "ml-engineer"]),
    ]
    assert {u["unit"]: u["open_posts"] for u in made["units"]} == {"East": 2, "West": 0}


def test_lists_end_at_the_limit_and_totals_count_all(acme, detail):
    short = acme.to_dict(limit=2)
    assert [len(short[name]) for name in ("people", "units", "single_points")] == [2, 2, 2]
    assert max(map(len, short["holders"].values())) == 2
    assert short["totals"] == detail["totals"]
    assert short["people"] == detail["people"][:2]
