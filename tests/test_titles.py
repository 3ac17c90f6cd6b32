"""Titles seen in the wild, and what must hold of any title."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_roles import ask, resolve
from mlops_roles.cli import main
from mlops_roles.titles import resolve_all

CASES = list(csv.DictReader((Path(__file__).parent / "titles.csv").open(encoding="utf-8")))
NAMES = [row["title"] for row in ask("titles")]


def test_titles_are_found():
    assert len(CASES) >= 50
    assert {c["status"] for c in CASES} == {"certain", "ambiguous", "none"}


@pytest.mark.parametrize("case", CASES, ids=[c["title"] for c in CASES])
def test_a_title_seen_in_the_wild_is_resolved(case):
    found = resolve(case["title"])
    assert (found.status, ";".join(found.roles), found.similar or "") == (case["status"], case["roles"], case["similar"])
    assert found.reasons


@pytest.mark.parametrize("row", ask("titles").rows, ids=lambda r: r["title"])
def test_every_title_of_the_ontology_is_resolved_to_its_role(row):
    assert (row["similar"] or row["role"]).split(":")[1] in resolve(row["title"]).roles


def test_the_clash_of_halves_is_a_reason():
    assert any("clash" in r and "data-engineer" in r and "ml-engineer" in r for r in resolve("ML/Data Engineer").reasons)


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
    assert {"certain": len(found.roles) == 1, "ambiguous": len(found.roles) > 1, "none": not found.roles}[found.status]


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.sampled_from(NAMES), st.sampled_from(["Senior ", "Lead ", "Sr. ", "junior "]), st.sampled_from([" II", "", " (m/f/d)", " L5"]))
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
    done = subprocess.run([sys.executable, "-m", "mlops_roles", "resolve", "-", "--format", "json"], input=text.encode(), capture_output=True, check=True)
    assert [r["status"] for r in json.loads(done.stdout)] == ["certain", "ambiguous"]


def test_rows_have_the_promised_keys(capsys):
    assert main(["resolve", "Accountant", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert set(row) >= {"title", "status", "roles", "reasons"}
