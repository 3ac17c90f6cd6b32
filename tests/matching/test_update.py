"""What a new version of a mapped vocabulary changes, and the review of proposals in a workbook."""

import json

import pytest
from support.linking import HEAD, write_set

from mlops_roles import InputError, read_mappings, survey, update_mappings
from mlops_roles.cli.main import main
from mlops_roles.io.workbook import workbook
from mlops_roles.matching.review import read_review, review_workbook

OLD = """
a:Job a owl:Class ; rdfs:label "job"@en . a:Skill a owl:Class ; rdfs:label "skill"@en .
a:j1 a a:Job ; skos:prefLabel "Job family 17"@en .
a:j2 a a:Job ; skos:prefLabel "Zahlenmensch"@de .
a:s1 a a:Skill ; skos:prefLabel "feature building"@en .
a:s2 a a:Skill ; skos:prefLabel "juggling"@en .
"""
NEW = """
a:Job a owl:Class ; rdfs:label "job"@en . a:Skill a owl:Class ; rdfs:label "skill"@en .
a:j2 a a:Job ; skos:prefLabel "Zahlenmensch"@de ; owl:deprecated true ;
    dcterms:isReplacedBy a:j3 .
a:j3 a a:Job ; skos:prefLabel "Data Scientist"@en .
a:s1 a a:Skill ; skos:prefLabel "feature construction"@en .
a:s2 a a:Skill ; skos:prefLabel "juggling"@en .
"""
ROWS = (
    "a:j1 skos:exactMatch role:data-engineer Ann",
    "a:j2 skos:exactMatch role:data-scientist Ann",
    "a:s1 skos:exactMatch skill:feature-engineering Ann",
    "a:s2 skos:closeMatch skill:sql Ann Not",
)


@pytest.fixture
def files(tmp_path):
    write_set(tmp_path, *ROWS)
    for name, text in (("old.ttl", OLD), ("new.ttl", NEW)):
        (tmp_path / name).write_text(HEAD + text, "utf-8")
    (tmp_path / "staff.csv").write_text("person,title\nBea,Job family 17\nCal,Zahlenmensch\n")
    return tmp_path


def test_decided_rows_about_changed_terms_are_to_be_looked_at_again(files):
    mappings = read_mappings(files / "mappings.sssom.tsv")
    found = update_mappings(mappings, files / "new.ttl", files / "old.ttl")
    changes = {c.term.rpartition("/")[2]: (c.change, c.review) for c in found.changes}
    assert changes == {
        "j1": ("dropped", True),
        "j2": ("deprecated", True),
        "j3": ("added", False),
        "s1": ("changed", True),
    }
    assert "hr/j3" in next(c.what for c in found.changes if c.change == "deprecated")
    assert len(found.kept.mappings) == 3
    again = update_mappings(mappings, files / "old.ttl", files / "old.ttl")
    assert again.changes == []


def test_without_the_previous_version_the_rows_tell(files):
    text = (files / "mappings.sssom.tsv").read_text("utf-8")
    text = text.replace("subject_id\t", "subject_id\tsubject_label\t")
    for term, label in (("j1", "Job family 17"), ("j2", "Zahlenmensch"), ("s1", "features")):
        text = text.replace(f"a:{term}\t", f"a:{term}\t{label}\t")
    (files / "labelled.sssom.tsv").write_text(text.replace("a:s2\t", "a:s2\tjuggling\t"), "utf-8")
    found = update_mappings(read_mappings(files / "labelled.sssom.tsv"), files / "new.ttl")
    changes = {c.term.rpartition("/")[2]: c.change for c in found.changes if c.review}
    assert changes == {"j1": "dropped", "j2": "deprecated", "s1": "changed"}


@pytest.mark.thorough
def test_people_whose_answers_change_are_named_or_have_pseudonyms(files, capsys):
    arguments = ["link", str(files / "new.ttl"), "--update", str(files / "mappings.sssom.tsv")]
    arguments += ["--previous", str(files / "old.ttl"), "--staff", str(files / "staff.csv")]
    assert main([*arguments, "--format", "json"]) == 1
    shown = capsys.readouterr()
    answers = [row for row in json.loads(shown.out) if row["change"] == "answer"]
    assert [(row["person"], row["after"]) for row in answers] == [("Bea", "none")]
    assert "3 rows to look at again; people who get other answers: 1" in shown.err
    key = files / "key"
    key.write_text("of sufficient length for a key 0123456789")
    assert main([*arguments, "--format", "json", "--pseudonymise", "--key-file", str(key)]) == 1
    assert "Bea" not in capsys.readouterr().out


def test_what_is_mapped_and_what_has_no_proposal_is_listed(files, capsys):
    found = survey(files / "old.ttl", added=[files / "mappings.sssom.tsv"])
    assert {row["label"] for row in found.mapped} >= {"Job family 17", "feature building"}
    assert "juggling" not in {row["label"] for row in found.without}, "a rejection is an answer"
    assert main(["link", str(files / "old.ttl"), "--list", "none", "--format", "csv"]) == 0
    shown = capsys.readouterr()
    assert "juggling" in shown.out
    assert "without a proposal: " in shown.err


def test_a_reviewed_workbook_becomes_the_mapping_set_that_was_decided(files):
    from openpyxl import load_workbook

    path = files / "review.xlsx"
    path.write_bytes(review_workbook(survey(files / "new.ttl")))
    book = load_workbook(path)
    sheet = book["Proposals"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["decision"]).value = "accept"
    sheet.cell(3, columns["decision"]).value = "Refuse"
    book.save(path)
    with pytest.raises(InputError, match="line 2: nobody is named"):
        read_review(path)
    target = files / "reviewed.sssom.tsv"
    target.write_text(read_review(path, "Ann").to_tsv(), "utf-8")
    decided = read_mappings(target).reviewed
    assert [(row.decided_by, row.negated) for row in decided] == [("Ann", False), ("Ann", True)]
    sheet.cell(2, columns["decision"]).value = "perhaps"
    book.save(path)
    with pytest.raises(InputError, match="decision 'perhaps'; write accept, change, refuse"):
        read_review(path, "Ann")
    path.write_bytes(workbook([("Other", [], [{"a": 1}])]))
    with pytest.raises(InputError, match="no sheet Proposals or Set"):
        read_review(path, "Ann")


def test_terms_in_either_namespace_of_schema_org_are_mapped_already(tmp_path):
    source = tmp_path / "pages.ttl"
    source.write_text(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        '<http://schema.org/Occupation> a rdfs:Class ; rdfs:label "Occupation" .\n'
        '<https://schema.org/Person> a rdfs:Class ; rdfs:label "Person" .\n'
        '<http://schema.org.example/Person> a rdfs:Class ; rdfs:label "Person" .\n'
    )
    mapped = {row["term"]: row["by"] for row in survey(source).mapped}
    assert mapped == {
        "http://schema.org/Occupation": "alignment schema",
        "https://schema.org/Person": "alignment schema",
    }
