"""Titles seen in the wild, and what must hold of any title."""

import csv
import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asserted import ROOT

from mlops_roles import InputError, ask, audit, load, resolve
from mlops_roles.cli.main import main
from mlops_roles.matching.curation import (
    TitleDecision,
    find_contradictions,
    read_decisions,
    save_decisions,
)
from mlops_roles.matching.lexicon import fold_title
from mlops_roles.matching.titles import resolve_all

ACME = str(ROOT / "examples" / "acme.ttl")
CASES = list(csv.DictReader((ROOT / "tests" / "titles.csv").open(encoding="utf-8")))
NAMES = [row["title"] for row in ask("titles")]


def test_titles_are_found():
    assert len(CASES) >= 1500
    assert {c["status"] for c in CASES} == {"certain", "ambiguous", "none"}


@pytest.mark.parametrize("case", CASES, ids=[c["title"] for c in CASES])
def test_a_title_seen_in_the_wild_is_resolved(case):
    found = resolve(case["title"])
    assert (found.status, ";".join(found.roles), found.similar or "") == (
        case["status"],
        case["roles"],
        case["similar"],
    )
    assert found.reasons


@pytest.mark.parametrize("row", ask("titles").rows, ids=lambda r: r["title"])
def test_every_title_of_the_ontology_is_resolved_to_its_role(row):
    assert (row["similar"] or row["role"]).split(":")[1] in resolve(row["title"]).roles


def test_nothing_that_names_no_role_is_called_certain():
    traps = [c["title"] for c in CASES if c["status"] == "none"]
    assert len(traps) >= 500
    assert [r.title for r in resolve_all(traps) if r.status != "none"] == []


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Sr. Data Engineer - Fraud", ["'sr'", "'fraud'"]),
        ("Construction Project Manager", ["'construction'", "'Project Manager'"]),
        ("Data Scientist Evangelist", ["'evangelist'"]),
        ("Recruiter, Data Scientists", ["'recruiter'"]),
        ("Manager of Data Scientists", ["'manager'"]),
        ("Machine Learning Software Engineer", ["'ml'", "'Software Engineer'"]),
        ("Data Engineering Manager", ["'manager'", "'data engineering'"]),
    ],
)
def test_an_answer_says_which_words_decided(title, words):
    said = " ".join(resolve(title).reasons)
    assert [w for w in words if w not in said] == []


def test_what_stands_in_a_refused_title_comes_first_among_the_nearest():
    assert resolve("Construction Project Manager").nearest[0] == "project manager"
    assert resolve("Data Engineering Manager").nearest[0] == "data engineer"


def test_nearest_titles_are_the_same_for_one_and_for_many():
    titles = [c["title"] for c in CASES if c["status"] == "none"][:200]
    assert [r.nearest for r in resolve_all(titles)] == [resolve(t).nearest for t in titles]
    assert any(r.nearest for r in resolve_all(titles))


def test_a_title_is_not_read_without_end():
    assert resolve("Data Scientist " * 1000).status == "none"
    assert "longer than" in resolve("x" * 10**6).reasons[0]


def test_a_word_of_a_company_turns_a_title(tmp_path):
    own = tmp_path / "ours.ttl"
    own.write_text(
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> . @prefix words: <https://w3id.org/mlops-roles/words/> ."
        'words:occupation mlops:word "shaman" . words:technology mlops:word "zorg" . [] a mlops:WordList ; mlops:readAs "engineer" ; mlops:word "wrangler" .'
    )
    titles = ["Data Scientist Shaman", "Zorg Project Manager", "Data Wrangler"]
    assert [resolve(t, load(own)).status for t in titles] == ["none", "certain", "certain"]
    assert [resolve(t).status for t in titles[1:]] == ["none", "none"]


def test_the_clash_of_halves_is_a_reason():
    assert any(
        "clash" in r and "data-engineer" in r and "ml-engineer" in r
        for r in resolve("ML/Data Engineer").reasons
    )


def test_a_similar_role_says_so():
    assert any(r.startswith("similar") for r in resolve("Product Owner").reasons)


def test_nearest_titles_are_candidates_and_never_an_answer():
    found = resolve("Dta Engineer")
    assert found.status == "none"
    assert found.roles == ()
    assert "data engineer" in found.nearest


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.text(max_size=60))
def test_any_text_gets_an_answer_that_is_consistent(text):
    found = resolve(text)
    assert {
        "certain": len(found.roles) == 1,
        "ambiguous": len(found.roles) > 1,
        "none": not found.roles,
    }[found.status]


@settings(deadline=None, max_examples=200, derandomize=True)
@given(
    st.sampled_from(NAMES),
    st.sampled_from(["Senior ", "Lead ", "Sr. ", "junior "]),
    st.sampled_from([" II", "", " (m/f/d)", " L5"]),
)
def test_grade_words_change_no_role(name, before, after):
    assert resolve(before + name + after).roles == resolve(name).roles


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.sampled_from(NAMES), st.sampled_from(["Former ", "Recruiter, "]))
def test_a_guard_word_is_never_overruled(name, guard):
    assert resolve(guard + name).status == "none"


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_two_titles_in_one_name_every_role_of_both(one, other):
    found = set(resolve(f"{one}; {other}").roles)
    assert found == set(resolve(one).roles) | set(resolve(other).roles)


def test_many_titles_are_resolved_as_one_by_one():
    titles = [c["title"] for c in CASES] * 2
    assert [r.roles for r in resolve_all(titles)] == [resolve(t).roles for t in titles]


def test_the_command_reads_titles_from_standard_input():
    text = "\ufeffData Engineer\r\n\r\nMLOps Engineer\n"
    done = subprocess.run(
        [sys.executable, "-m", "mlops_roles", "resolve", "-", "--format", "json"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    assert [r["status"] for r in json.loads(done.stdout)] == ["certain", "ambiguous"]


def test_rows_have_the_promised_keys(capsys):
    assert main(["resolve", "Accountant", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert set(row) >= {"title", "status", "roles", "reasons"}


# decisions ------------------------------------------------------------------------------------


def decide(path, *arguments, author="Ada", date="2026-01-31"):
    return main(
        [
            "resolve",
            *arguments,
            "--decisions",
            str(path),
            "--author",
            author,
            "--date",
            date,
            "--format",
            "json",
        ]
    )


@pytest.fixture
def ours(tmp_path):
    return tmp_path / "ours.sssom.tsv"


def test_an_accepted_title_names_its_role_for_every_command(ours, tmp_path, capsys):
    assert decide(ours, "Data Ninja", "--accept", "R3") == 0
    found = resolve("DATA-NINJA", load(ours))
    assert (found.status, found.roles) == ("certain", ("data-scientist",))
    assert "accepted by Ada on 2026-01-31 (ours.sssom.tsv, line 8)" in found.reasons[0]
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
    assert resolve("Project Manager", graph).status == "none"


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
    assert (
        main(
            [
                "resolve",
                "LLM Wizard",
                "--with",
                ACME,
                "--decisions",
                str(ours),
                "--accept",
                "acme:prompt-engineer",
                "--author",
                "Ada",
            ]
        )
        == 0
    )
    assert "#  acme: https://acme.example/roles/" in ours.read_text()
    assert resolve("LLM Wizard", load(ACME, ours)).roles == ("acme:prompt-engineer",)


@pytest.mark.parametrize(("first", "second"), [("--accept", "Not"), ("--refuse", "")])
def test_contradicting_decisions_are_findings_that_name_the_lines_and_count_for_nothing(
    first, second, ours, capsys
):
    decide(ours, "Data Ninja", first, "R3")
    with ours.open("a") as file:
        file.write(
            f"data ninja\trdfs literal\tskos:exactMatch\t{second}\trole:data-scientist\tsemapv:ManualMappingCuration\tBo\t2026-02-01\t\n"
        )
    capsys.readouterr()
    assert main(["resolve", "Data Ninja", "--decisions", str(ours), "--format", "json"]) == 1
    said = capsys.readouterr()
    assert "lines 8 and 9" in said.err
    assert json.loads(said.out)[0]["status"] == "none"
    assert json.loads(said.out)[0]["reasons"] == list(resolve("Data Ninja").reasons)
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
        ("X\trdfs literal\tskos:exactMatch\t\tskill:sql", "no such role"),
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
    said = capsys.readouterr().err
    assert "line 9" in said
    assert fault in said


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


def test_a_file_that_is_no_mapping_set_is_refused_and_left_as_it_was(ours):
    ours.write_text("person\ttitle\nAda\tData Ninja\n")
    with pytest.raises(InputError, match="no column"):
        load(ours) and resolve("Data Ninja", load(ours))
    with pytest.raises(InputError, match="no column"):
        save_decisions(
            ours,
            [
                TitleDecision(
                    "Data Ninja", load().resolve_term("R3", "role"), True, "Ada", "2026-01-31"
                )
            ],
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
        [
            TitleDecision(t, load().resolve_term("R3", "role"), True, "Ada", "2026-01-31")
            for t in titles
        ],
        load(),
    )
    assert [fold_title(d.title) for d in read_decisions(path, load())] == [
        fold_title(t) for t in titles
    ]


def test_a_file_of_decisions_is_valid_sssom(ours):
    parsers = pytest.importorskip("sssom.parsers")
    decide(ours, "Data Ninja", "--accept", "R3")
    decide(ours, "MLOps Engineer", "--refuse", "R6")
    table = parsers.parse_sssom_table(str(ours))
    assert list(table.df["subject_label"]) == ["Data Ninja", "MLOps Engineer"]
    assert list(table.df["predicate_modifier"].fillna("")) == ["", "Not"]
