"""A curator's decisions on titles: how they count, how they are kept, and what is rejected."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asserted import ROOT
from support.decisions import decide

from mlops_roles import InputError, audit, load, resolve
from mlops_roles.cli.main import main
from mlops_roles.matching.curation import (
    COLUMNS,
    Decision,
    find_contradictions,
    read_decisions,
    save_decisions,
)
from mlops_roles.matching.lexicon import fold_title

ACME = str(ROOT / "examples" / "acme.ttl")


@pytest.fixture
def ours(tmp_path):
    return tmp_path / "ours.sssom.tsv"


def test_an_accepted_title_names_its_role_for_every_command(ours, tmp_path, capsys):
    assert decide(ours, "Data Ninja", "--accept", "R3") == 0
    found = resolve("DATA-NINJA", load(ours))
    assert (found.status, found.roles) == ("certain", ("data-scientist",))
    assert "accepted by Ada on 2026-01-31 (ours.sssom.tsv, line 9)" in found.reasons[0]
    staff = tmp_path / "staff.csv"
    staff.write_text("person,title\nBo,Data Ninja\n")
    assert audit(str(staff), graph=load(ours)).coverage("role")["data-scientist"]["people"] == 1
    assert resolve("Data Ninja").status == "none"


def test_a_refused_role_is_taken_out_of_what_the_rules_found(ours):
    decide(ours, "MLOps Engineer", "--refuse", "R6")
    found = resolve("MLOps Engineer", load(ours))
    assert (found.status, found.roles) == ("certain", ("ml-engineer",))
    decide(ours, "MLOps Engineer", "--refuse", "R7")
    assert resolve("MLOps Engineer", load(ours)).status == "none"
    assert resolve("Senior MLOps Engineer", load(ours)).status == "ambiguous"


def test_a_similar_role_is_accepted_and_refused_as_such(ours):
    decide(ours, "Backlog Captain", "--accept", "product-owner")
    decide(ours, "Project Manager", "--refuse", "project-manager")
    graph = load(ours)
    assert (resolve("Backlog Captain", graph).roles, resolve("Backlog Captain", graph).similar) == (
        ("business-stakeholder",),
        "product-owner",
    )
    refused = resolve("Project Manager", graph)
    assert (refused.status, refused.similar) == ("none", None)


def test_two_accepted_roles_are_ambiguous(ours):
    decide(ours, "Platform Engineer", "--accept", "R6")
    decide(ours, "Platform Engineer", "--accept", "R7")
    assert resolve("Platform Engineer", load(ours)).roles == ("devops-engineer", "ml-engineer")


def test_a_decision_takes_the_place_of_an_earlier_one(ours):
    decide(ours, "Data Ninja", "--accept", "R3")
    before = ours.read_text().splitlines()
    decide(ours, "data ninja", "--refuse", "R3", author="Bo")
    after = ours.read_text().splitlines()
    assert len(after) == len(before)
    assert [d.author for d in read_decisions(ours, load())] == ["Bo"]
    assert resolve("Data Ninja", load(ours)).status == "none"


def test_a_decision_on_a_companys_own_role_declares_its_prefix(ours):
    accept = ("--accept", "acme:prompt-engineer")
    assert decide(ours, "LLM Wizard", "--with", ACME, *accept) == 0
    assert "#  acme: https://acme.example/roles/" in ours.read_text()
    assert resolve("LLM Wizard", load(ACME, ours)).roles == ("acme:prompt-engineer",)


def test_the_header_of_a_file_stays_as_it_was_until_a_prefix_is_added(ours):
    prefixes = "{role: https://w3id.org/mlops-roles/role/}"
    header = f"# mapping_set_id: urn:ours  # mine\n# curie_map: {prefixes}\n"
    ours.write_text(header + "\t".join(COLUMNS) + "\n")
    decide(ours, "Data Ninja", "--accept", "R3")
    assert ours.read_text().startswith(header)
    decide(ours, "LLM Wizard", "--with", ACME, "--accept", "acme:prompt-engineer")
    assert "#  acme: https://acme.example/roles/" in ours.read_text()
    assert len(read_decisions(ours, load(ACME))) == 2


@pytest.mark.parametrize(("first", "second"), [("--accept", "Not"), ("--refuse", "")])
def test_contradicting_decisions_are_findings_with_lines_and_count_for_nothing(
    first, second, ours, capsys
):
    decide(ours, "Data Ninja", first, "R3")
    with ours.open("a") as file:
        file.write(
            f"data ninja\trdfs literal\tskos:exactMatch\t{second}\trole:data-scientist"
            "\tsemapv:ManualMappingCuration\tBo\t2026-02-01\t\n"
        )
    capsys.readouterr()
    assert main(["resolve", "Data Ninja", "--decisions", str(ours), "--format", "json"]) == 1
    captured = capsys.readouterr()
    assert "lines 9 and 10" in captured.err
    assert json.loads(captured.out)[0]["status"] == "none"
    assert json.loads(captured.out)[0]["reasons"] == list(resolve("Data Ninja").reasons)
    assert len(find_contradictions(read_decisions(ours, load()))) == 1


def test_a_later_file_wins(tmp_path):
    one, other = tmp_path / "one.tsv", tmp_path / "other.tsv"
    decide(one, "Data Ninja", "--accept", "R3")
    decide(other, "Data Ninja", "--refuse", "R3")
    assert resolve("Data Ninja", load(one, other)).status == "none"
    assert resolve("Data Ninja", load(other, one)).status == "certain"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("\trdfs literal\tskos:exactMatch\t\trole:data-scientist", "no subject_label"),
        ("X\trdfs literal\tskos:exactMatch\t\trole:nobody", "no such role"),
        ("X\trdfs literal\tskos:exactMatch\t\tcomponent:ci-cd", "no such role"),
        ("X\trdfs literal\tskos:relatedMatch\t\trole:data-scientist", "decides nothing"),
        ("X\trdfs literal\tskos:exactMatch\tnope\trole:data-scientist", "predicate_modifier"),
    ],
)
def test_a_faulty_decision_is_refused_with_its_line(ours, line, fault, capsys):
    decide(ours, "Data Ninja", "--accept", "R3")
    with ours.open("a") as file:
        file.write(line + "\n")
    capsys.readouterr()
    assert main(["resolve", "X", "--decisions", str(ours)]) == 2
    error = capsys.readouterr().err
    assert "line 10" in error
    assert fault in error


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--accept", "R3", "--author", "Ada"], "--decisions"),
        (["--accept", "R3", "--decisions", "ours.tsv", "--author", ""], "author"),
        (
            ["--accept", "R3", "--decisions", "ours.tsv", "--author", "Ada", "--date", "today"],
            "--date",
        ),
        (["--accept", "skill:sql", "--decisions", "ours.tsv", "--author", "Ada"], "skill:sql"),
        (["--accept", "nobody", "--decisions", "ours.tsv", "--author", "Ada"], "nobody"),
        (["--accept", "R3", "--decisions", "ours.csv", "--author", "Ada"], ".tsv"),
    ],
)
def test_a_decision_that_cannot_be_kept_writes_nothing(
    arguments, fault, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["resolve", "Data Ninja", *arguments]) == 2
    assert fault in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_mapping_set_is_rejected_and_left_unchanged(ours):
    ours.write_text("person\ttitle\nAda\tData Ninja\n")
    with pytest.raises(InputError, match="no column"):
        load(ours) and resolve("Data Ninja", load(ours))
    with pytest.raises(InputError, match="no column"):
        save_decisions(
            ours,
            [Decision("Data Ninja", load().resolve_term("R3", "role"), True, "Ada", "2026-01-31")],
            load(),
        )
    assert ours.read_text() == "person\ttitle\nAda\tData Ninja\n"


@settings(
    deadline=None,
    max_examples=40,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    titles=st.lists(
        st.text(min_size=1, max_size=30).filter(fold_title),
        min_size=1,
        max_size=4,
        unique_by=fold_title,
    )
)
def test_any_title_that_is_kept_is_read_again(titles, tmp_path):
    path = tmp_path / "any.tsv"
    path.unlink(missing_ok=True)
    save_decisions(
        path,
        [Decision(t, load().resolve_term("R3", "role"), True, "Ada", "2026-01-31") for t in titles],
        load(),
    )
    assert [fold_title(d.name) for d in read_decisions(path, load())] == [
        fold_title(t) for t in titles
    ]
