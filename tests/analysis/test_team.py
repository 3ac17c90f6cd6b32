"""Teams, against trying every group of the staff."""

import itertools
import json
import sys
from collections import Counter

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.people import ACME, ROLES, required_skills, role_people, write_roles

from mlops_roles import InputError, UnknownName, audit, load, team, whatif
from mlops_roles.analysis.coverage import GROUPS, audit_coverage
from mlops_roles.cli.main import main
from mlops_roles.ontology.tables import RoleTables

TABLES = RoleTables.from_graph(load())
# an example costs an audit or two: of what fails the first is shown, not the simplest
FEW = settings(
    max_examples=4, derandomize=True, deadline=None, database=None, phases=[Phase.generate]
)


@pytest.fixture(scope="module")
def acme():
    return audit(ACME)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("staff")


def covered(people, group):
    """Each person's items of a group, from the role tables alone."""
    by_role = {"role": [(r, r) for r in ROLES], "task": TABLES.performs, "step": TABLES.answers}
    return [
        set(skills) if group == "skill" else {item for r, item in by_role[group] if r == role}
        for role, skills, _ in people.values()
    ]


@FEW
@given(role_people(7), st.data())
def test_a_team_is_as_good_as_any_group_of_the_staff(folder, people, data):
    found = audit(write_roles(folder, people))
    for group in GROUPS:
        size, redundancy = data.draw(st.sampled_from([None, 1, 2, 3])), data.draw(st.integers(1, 2))
        must = [f"p{i}" for i in range(data.draw(st.integers(0, 1)))]
        covers = covered(people, group)
        check_team(team(found, group, size=size, must=must, redundancy=redundancy), covers, must)


def check_team(found, covers, must):
    """No group with the members who must belong covers more, and none as much with fewer."""
    counts = Counter(item for items in covers for item in items)
    wanted = {item: min(found.redundancy, n) for item, n in counts.items()}

    def met(group):
        have = Counter(item for i in group for item in covers[i])
        return sum(min(have[item], n) for item, n in wanted.items())

    most = len(covers) if found.size is None else found.size
    allowed = [
        group
        for n in range(len(must), most + 1)
        for group in itertools.combinations(range(len(covers)), n)
        if set(range(len(must))) <= set(group)
    ]
    best = max(map(met, allowed))
    chosen = [int(member["person"][1:]) for member in found.members]
    fewest = min(len(group) for group in allowed if met(group) == best)
    assert (met(chosen), len(chosen)) == (best, fewest)
    assert (found.proof["status"], found.proof["gap_percent"]) == ("optimal", 0)
    assert {member["person"] for member in found.members if member["must"]} == set(must)
    assert bool(found.unmet) == (best < sum(wanted.values()))


def test_what_must_members_cover_is_asked_of_no_other_member(folder):
    roles = ("data-scientist", "ml-engineer", "data-engineer")
    people = {role: (role, required_skills(role), set()) for role in roles}
    staff = audit(write_roles(folder, people))
    found = team(staff, "skill", must=["ml-engineer"])
    assert [member["person"] for member in found.members] == ["ml-engineer"]
    assert found.proof["people_at_least"] == 1
    sized = team(staff, "role", must=["ml-engineer"], size=2)
    assert (len(sized.members), sized.proof["places_at_most"], len(sized.unmet)) == (2, 2, 1)


def test_names_change_nothing_about_a_team(folder):
    roles = ROLES * 2
    people = [(r, sorted(required_skills(r))[: i % 3 + 2], set()) for i, r in enumerate(roles)]
    names = [f"p{i}" for i in range(len(people))], [f"Ann {9 - i % 7}{i}" for i in range(16)]
    first, second = (
        team(audit(write_roles(folder, dict(zip(n, people, strict=True)))), "skill").members
        for n in names
    )
    assert [(m["line"], m["covers"]) for m in first] == [(m["line"], m["covers"]) for m in second]


def test_commands_exit_with_0_where_there_is_no_finding(capfd, folder):
    path = write_roles(folder, {role: (role, required_skills(role), set()) for role in ROLES})
    code, out, _ = run(capfd, "team", "--staff", path, "--cover", "skills")
    assert (code, "no smaller group does so" in out and "gap 0 %" in out) == (0, True)
    code, out, _ = run(capfd, "whatif", "--staff", path, "--leave", "ml-engineer", "--format", "md")
    assert (code, "| ML Engineer | 1 → 0 |" in out) == (0, True)


def test_the_fewest_hires_fix_what_too_few_cover(acme):
    for group in GROUPS:
        found = team(acme, group)
        assert {row["item"] for row in found.impossible} == {
            i for i, row in audit_coverage(acme)[group].items() if row["state"] == "uncovered"
        }
        then = whatif(acme, hire=found.hires).after[group]
        assert [item for item, row in then.items() if row["state"] == "uncovered"] == []
        assert found.impossible == [] or whatif(acme, hire=found.hires[1:]).after[group] != then


def test_a_skill_without_record_lists_the_people_with_a_tool(acme):
    row = next(row for row in team(acme, "skill").impossible if row["item"] == "scripting")
    assert (row["people"], row["missing"], row["ask"], row["evidence"]) == (0, 1, ["Sami Laine"], 1)
    assert row["hire"] == [role for role in TABLES.roles if "scripting" in required_skills(role)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"must": ["Ada Okafer"]}, "no such person among the used rows"),
        ({"must": ["Ada Okafor", "Ben Lindqvist"], "size": 1}, "2 people must be in a group of 1"),
        ({"size": 0}, "1 or more"),
        ({"redundancy": 0}, "1 or more"),
        ({"seconds": 0}, "1 or more"),
    ],
)
def test_contradictory_arguments_are_rejected_with_the_fix(acme, arguments, message):
    with pytest.raises(InputError, match=message):
        team(acme, "task", **arguments)
    with pytest.raises(InputError, match="cover one of role"):
        team(acme, "people")


def test_without_the_solver_the_error_names_the_extra(acme, monkeypatch):
    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(InputError, match=r"pip install 'mlops-roles\[team\]'"):
        team(acme, "role")


def test_the_solver_prints_nothing(capfd):
    code, out, err = run(capfd, "team", "--staff", ACME, "--cover", "roles", "--format", "jsonl")
    assert (code, err) == (1, "")
    assert {json.loads(line)["person"] for line in out.splitlines()} >= {
        "Grace Mbeki",
        "Sami Laine",
    }


def run(capfd, *arguments):
    """Exit code, standard output and standard error of a command."""
    code = main([*map(str, arguments)])
    return code, *capfd.readouterr()


def test_json_has_the_note_and_the_version(acme):
    data = team(acme, "step").to_dict()
    assert data["ontology"] == load().version
    assert "reviewed by a human" in data["note"]


def test_the_fewest_people_to_train_for_a_role_have_all_its_skills_that_anyone_has():
    staff = audit(ACME)
    found = team(staff, "skill", role="R7")
    needed = set(staff.role_tables.needs("role")["ml-engineer"])
    had = {skill for skill in needed if staff.coverage("skill")[skill]["people"]}
    assert {item for member in found.members for item in member["covers"]} == had
    assert {row["item"] for row in found.impossible} == needed - had
    assert found.proof["status"] == "optimal"
    assert found.proof["people_at_least"] == len(found.members) < 38
    assert "data-engineer" in {role for member in found.members for role in member["holds"]}


def test_people_are_trained_in_skills_alone():
    with pytest.raises(InputError, match="trained in skills"):
        team(audit(ACME), "task", role="R7")
    with pytest.raises(UnknownName):
        team(audit(ACME), "skill", role="R77")
