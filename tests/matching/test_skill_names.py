"""Names of skills and tools as people write them, and a curator's decisions on them."""

import csv
from pathlib import Path

import pytest

from mlops_roles import audit, load, resolve_skill_names, verify
from mlops_roles.analysis.verifier.walking import Ontology
from mlops_roles.cli.main import main
from mlops_roles.ontology.catalogue import ask
from mlops_roles.ontology.names import fold_name, slug
from mlops_roles.ontology.tables import RoleTables

TESTS = Path(__file__).parents[1]


def read_rows(name):
    with (TESTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def meaning(name, *files):
    (found,) = resolve_skill_names([name], load(*files))
    return set(found.skills), set(found.evidence)


def decide(path, name, option, term):
    arguments = ["--decisions", str(path), "--author", "Ada"]
    return main(["resolve", "--skills", name, option, term, *arguments])


@pytest.fixture(scope="module")
def evidence():
    tools = {}
    for row in ask("tools-for-skill", load()):
        tools.setdefault(row["tool"], set()).add(slug(row["skill"]))
    return tools


def test_names_as_they_are_written_mean_what_a_reader_says(evidence):
    wrong = {}
    for row in read_rows("skill_names.csv"):
        terms = list(filter(None, row["terms"].split(";")))
        tools = set().union(*(evidence[t] for t in terms if t.startswith("tool:")))
        expected = {slug(t) for t in terms if t.startswith("skill:")}, tools
        if meaning(row["name"]) != expected:
            wrong[row["name"]] = meaning(row["name"])
    assert wrong == {}


def test_the_verifier_reads_every_name_alike():
    theirs = Ontology().names
    ours = RoleTables.from_graph(load()).names
    for row in [*read_rows("skill_names.csv"), *read_rows("not_evidence.csv")]:
        for whole in (False, True):
            found = theirs.read(row["name"], whole)
            expected = set(ours.meaning(fold_name(row["name"]), whole))
            assert {(kind, iri.rpartition("/")[2]) for kind, iri in found} == expected, row


def test_a_composite_name_in_lacks_is_not_read_by_its_parts(tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text("person,title,skills,lacks\nAda,Data Scientist,,SQL (PostgreSQL)\n")
    found = audit(staff).to_dict()
    assert found["skills"]["sql"]["lacking"] == 0
    assert found["unmatched_skills"] == {"SQL (PostgreSQL)": 1}


def test_a_name_of_a_million_characters_is_read_as_unknown():
    assert meaning("Git/" * 250_000) == (set(), set())


def test_an_unknown_name_has_its_nearest_and_counts_for_nothing():
    misspelt, shortened = resolve_skill_names(["kubernets", "Netzwerke"])
    assert (misspelt.status, misspelt.nearest[0]) == ("none", "Kubernetes")
    assert (shortened.status, shortened.nearest) == ("none", ("Computernetzwerke",))


def test_a_decision_on_a_name_counts_in_audit_certificate_and_verification(tmp_path):
    decisions, staff = tmp_path / "ours.sssom.tsv", tmp_path / "staff.csv"
    staff.write_text("person,title,skills\nAda,Data Engineer,our  Query-Language\n")
    assert decide(decisions, "our query language", "--accept", "skill:sql") == 0
    assert audit(staff).to_dict()["skills"]["sql"]["people"] == 0
    assert audit(staff, graph=load(decisions)).to_dict()["skills"]["sql"]["people"] == 1
    certificate = tmp_path / "ada.json"
    options = ["--staff", str(staff), "--with", str(decisions), "--format", "json"]
    assert main(["certify", "Ada", "R4", *options, "--output", str(certificate)]) == 0
    assert verify(certificate, staff, added=[decisions]).verified
    assert not verify(certificate, staff).verified


def test_a_refused_name_means_nothing_and_a_composite_name_with_it_neither(tmp_path):
    decisions = tmp_path / "ours.sssom.tsv"
    decide(decisions, "Go", "--refuse", "tool:go")
    assert meaning("Go")[1] == {"programming"}
    assert meaning("Go", decisions) == (set(), set())
    assert meaning("Go/Rust", decisions) == (set(), set())


def test_a_term_that_does_not_exist_is_an_error_with_the_nearest_name(tmp_path, capsys):
    assert decide(tmp_path / "ours.sssom.tsv", "Go", "--accept", "skill:sqll") == 2
    assert "sql" in capsys.readouterr().err


def test_decisions_on_titles_and_names_stand_in_one_file(tmp_path):
    decisions = tmp_path / "ours.sssom.tsv"
    decide(decisions, "our lake", "--accept", "tool:databricks")
    main(["resolve", "Ninja", "--accept", "R3", "--decisions", str(decisions), "--author", "Ada"])
    assert "our lake\t" in decisions.read_text() and "Ninja\t" in decisions.read_text()
    assert meaning("our lake", decisions)[1]
    assert meaning("Ninja", decisions) == (set(), set())
