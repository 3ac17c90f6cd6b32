"""Mappings whose predicate or terms do not exist are findings, and are never merged."""

import pytest
from support.asserted import SHARED
from support.linking import write_set

from mlops_roles import InputError, apply_mappings, coherence
from mlops_roles.cli.main import main

GOOD = "a:scientist skos:exactMatch role:data-scientist Ann"


def unknown(found):
    return {issue.about: issue.message for issue in found if issue.kind == "unknown"}


@pytest.mark.parametrize(
    ("row", "about", "hint"),
    [
        ("a:owner skos:exactMach role:product-owner Ann", "skos:exactMach", "skos:exactMatch"),
        ("a:owner skos:prefLabel role:product-owner Ann", "skos:prefLabel", "use skos:exactMatch"),
        ("a:owner rdfs:subclassOf mlops:Role Ann", "rdfs:subclassOf", "rdfs:subClassOf"),
        ("a:senior skos:broadMatch role:data-enginer Ann", "role:data-enginer", "data-engineer"),
        ("a:senior skos:broadMatch skill:data-engineer Ann", "skill:data-engineer", "ontology"),
        ("a:ownr skos:closeMatch role:product-owner Ann", "a:ownr", "did you mean a:owner?"),
        ("a:zzzzzz skos:closeMatch role:product-owner Ann", "a:zzzzzz", "--with"),
        ("a:owner skos:closeMatch dcwf:62411 Ann", "dcwf:62411", "dcwf:624"),
    ],
)
def test_what_does_not_exist_is_a_finding_and_is_not_merged(row, about, hint, company, tmp_path):
    found = write_set(tmp_path, GOOD, row)
    issues = unknown(coherence(found, company))
    assert set(issues) == {about}
    assert hint in issues[about]
    with pytest.raises(InputError, match=r"line \d+: .*no such") as error:
        apply_mappings(company, found)
    assert "\n" not in str(error.value)


def test_what_exists_is_no_finding(company, tmp_path):
    found = write_set(
        tmp_path,
        GOOD,
        "a:owner skos:closeMatch dcwf:806 Ann",
        "a:JobRole rdfs:subClassOf mlops:Role Ann",
        "a:hasSkill rdfs:subPropertyOf mlops:hasSkill Ann",
    )
    assert unknown(coherence(found, company)) == {}
    assert len(apply_mappings(company, found).changed) == 4


def test_a_term_of_an_added_file_exists(company, tmp_path):
    more = tmp_path / "more.ttl"
    more.write_text("<https://acme.example/hr/new> a <https://acme.example/hr/JobRole> .")
    found = write_set(tmp_path, "a:new skos:closeMatch role:ml-engineer Ann")
    assert unknown(coherence(found, company))
    assert unknown(coherence(found, company, [more])) == {}
    assert apply_mappings(company, found, [more]).changed


def test_a_term_of_ours_that_their_file_only_mentions_does_not_exist(tmp_path):
    path = tmp_path / "theirs.ttl"
    wrong = "https://w3id.org/mlops-roles/role/data-enginer"
    path.write_text(f"<https://acme.example/hr/x> <https://acme.example/hr/as> <{wrong}> .")
    found = write_set(tmp_path, "a:x skos:exactMatch role:data-enginer Ann")
    assert set(unknown(coherence(found, path))) == {"role:data-enginer"}


def test_an_unreviewed_row_does_not_stop_the_reviewed_ones(company, tmp_path):
    found = write_set(tmp_path, GOOD, "a:owner skos:exactMach role:product-owner")
    assert unknown(coherence(found, company))
    assert len(apply_mappings(company, found).changed) == 1


def test_the_command_writes_nothing(company, tmp_path, capsys):
    write_set(tmp_path, GOOD, "a:owner skos:exactMach role:product-owner Ann")
    rows, merged = str(tmp_path / "mappings.sssom.tsv"), tmp_path / "linked.ttl"
    assert main(["coherence", rows, str(company)]) == 1
    assert "did you mean skos:exactMatch" in capsys.readouterr().out
    assert main(["link", str(company), "--apply", rows, "--output", str(merged)]) == 2
    assert not merged.exists()
    assert "skos:exactMach: no such predicate" in capsys.readouterr().err


def test_all_faulty_lines_are_named_at_once(tmp_path):
    with pytest.raises(InputError) as error:
        write_set(
            tmp_path,
            "a:owner skos:exactMatch role:product-owner|role:project-manager",
            "x:owner skos:exactMatch role:product-owner",
        )
    text = str(error.value)
    assert "holds 2 terms; write one row for each (also faulty: line" in text


@pytest.mark.parametrize("name", ["c13_bad", "c13_multi"])
def test_the_known_cases_are_refused_with_line_and_fix(name, tmp_path, capsys):
    folder = SHARED / "cases" / "check"
    if not folder.is_dir():
        pytest.skip("the cases are not beside the repository")
    rows, theirs = str(folder / f"{name}.sssom.tsv"), str(folder / "c13_theirs.ttl")
    for command in (["coherence", rows, theirs], ["link", theirs, "--apply", rows]):
        assert main(command) == 2
        said = capsys.readouterr()
        assert "line " in said.err and "; write " in said.err
        assert said.out == ""
