"""What-ifs, against an audit of the changed staff file."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.people import ACME, REQUIRED, ROLES, required_skills, role_people, write_roles

from mlops_roles import InputError, UnknownName, audit, load, whatif
from mlops_roles.analysis.coverage import audit_coverage
from mlops_roles.cli.main import main

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


@FEW
@given(st.data())
def test_whatif_counts_what_an_audit_of_the_changed_file_counts(folder, data):
    people = data.draw(role_people(12))
    leave = data.draw(st.sets(st.sampled_from(sorted(people))))
    stay = {name: person for name, person in people.items() if name not in leave}
    lesson = st.tuples(st.sampled_from(sorted(stay) or [""]), st.sampled_from(REQUIRED))
    learn = data.draw(st.sets(lesson, max_size=4)) if stay else set()
    hire = data.draw(st.lists(st.sampled_from(ROLES), max_size=2))
    found = whatif(audit(write_roles(folder, people)), learn=learn, hire=hire, leave=leave)
    then = {f"new{i}": (role, required_skills(role), set()) for i, role in enumerate(hire)}
    for name, (role, skills, lacks) in stay.items():
        learnt = {skill for learner, skill in learn if learner == name}
        then[name] = (role, skills | learnt, lacks - learnt)
    changed = then or {"a person without roles and skills": ("", set(), set())}
    assert found.after == audit_coverage(audit(write_roles(folder, changed)))


def test_only_changes_are_listed_unless_all_is_asked_for(acme):
    found = whatif(acme, leave=["Sami Laine"])
    listed = {(row["group"], row["item"]) for row in found.to_rows()}
    assert ("role", "devops-engineer") in listed
    assert ("role", "data-scientist") not in listed
    assert {row["item"] for row in found.to_rows(unchanged=True) if row["group"] == "role"} == set(
        ROLES
    )
    assert whatif(acme).to_rows() == []


def test_a_hire_is_marked_as_assumed_wherever_it_counts(acme):
    found = whatif(acme, hire=["R7", "R7"])
    row = next(row for row in found.to_rows() if row["item"] == "ml-engineer")
    assert (row["before"]["people"], row["after"]["people"], row["assumed"]["people"]) == (1, 3, 2)
    for row in found.to_rows():
        assert row["assumed"] == {
            count: 2
            for count in row["after"]
            if row["after"][count] != row["before"][count] and count != "state"
        }
    assert [change["assumed"] for change in found.changes] == [
        sorted(required_skills("ml-engineer"))
    ] * 2
    assert "assumed" in found.to_dict()["note"]
    assert [row for row in whatif(acme, leave=["Ada Okafor"]).to_rows() if row["assumed"]] == []


def test_a_lesson_says_what_was_known_before(acme):
    lessons = [
        ("Ben Lindqvist", name)
        for name in (
            "machine learning",
            "model deployment",
            "experiment tracking",
            "code review",
            "EDA",
        )
    ]
    found = whatif(acme, learn=lessons)
    assert [change["was"] for change in found.changes] == [
        "recorded",
        "lacking",
        "tool",
        "unrecorded",
        "recorded",
    ]
    assert {row["item"] for row in found.to_rows() if row["group"] == "skill"} == {
        "model-deployment",
        "experiment-tracking",
        "code-review",
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"leave": ["Ada Okafer"]}, "no such person among the used rows"),
        ({"learn": [("Ada Okafer", "SQL")]}, "no such person among the used rows"),
        ({"learn": [("Ada Okafor", "model deploymnt")]}, "did you mean model-deployment"),
        (
            {"learn": [("Ada Okafor", "k8s")]},
            "a tool, which is evidence and no skill; name the skill: container-orchestration",
        ),
        ({"hire": ["ML Enginer"]}, "did you mean ml-engineer"),
        ({"hire": ["R99"]}, "the roles are backend-engineer, business-stakeholder"),
        (
            {"hire": ["Product Owner"]},
            "similar role, of which no skills are known; ask for business-stakeholder",
        ),
        ({"leave": ["Ada Okafor"], "learn": [("Ada Okafor", "SQL")]}, "cannot leave and learn"),
        ({"leave": ["Kofi Mensah"]}, "no such person among the used rows"),  # a rejected row
    ],
)
def test_an_impossible_change_is_rejected_with_the_fix(acme, change, message):
    with pytest.raises(InputError, match=message):
        whatif(acme, **change)


def test_a_person_with_an_equals_sign_learns(capfd):
    code, out, err = run(
        capfd, "whatif", "--staff", ACME, "--learn", "=cmd|' /C calc'!A0=SQL", "--format", "csv"
    )
    assert (code, err) == (1, "")
    assert "skill,sql,SQL,9,10" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--learn", "Ada Okafor"],
        ["--learn", "=SQL"],
        ["--leave", "Nobody At All"],
        ["--hire", "R99"],
    ],
)
def test_a_malformed_change_is_rejected_in_one_line(capfd, arguments):
    code, out, err = run(capfd, "whatif", "--staff", ACME, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_the_error_on_an_unknown_person_has_similar_names(acme):
    with pytest.raises(UnknownName) as caught:
        whatif(acme, leave=["Ada Okafo"])
    assert caught.value.nearest[0] == "Ada Okafor"


def run(capfd, *arguments):
    """Exit code, standard output and standard error of a command."""
    code = main([*map(str, arguments)])
    return code, *capfd.readouterr()


def test_json_has_the_note_and_the_version(acme):
    data = whatif(acme, leave=["Ada Okafor"]).to_dict()
    assert data["ontology"] == load().version
    assert "reviewed by a human" in data["note"]
