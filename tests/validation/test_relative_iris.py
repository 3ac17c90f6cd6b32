"""Relative IRIs in a file that a user gives start from the file itself."""

from support.shacl import HEAD

from mlops_roles import ask, check, load

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<#has-a-mailbox> a sh:NodeShape ; sh:targetClass foaf:Person ;
    sh:property [ sh:path foaf:mbox ; sh:minCount 1 ; sh:message "Add foaf:mbox." ] .
"""


def test_check_names_a_relative_iri_by_its_file(tmp_path):
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(f'{HEAD}<#ada> a foaf:Person ; mlops:jobTitle "Data Scientist" .')
    shapes.write_text(SHAPES)
    report = check(data, load(shapes))
    assert [f.focus for f in report.findings] == [f"<{data.as_uri()}#ada>"]
    assert report.checked[f"<{shapes.as_uri()}#has-a-mailbox>"] == 1


def test_a_question_sees_people_with_relative_iris(tmp_path):
    data = tmp_path / "data.ttl"
    data.write_text(f"{HEAD}<> a foaf:Person ; mlops:holdsRole role:ml-engineer .")
    rows = ask("holders-of-role", load(data=[data]), role="R7").rows
    assert [row["person"] for row in rows] == [f"<{data.as_uri()}>"]


def test_what_follows_from_one_file_is_not_taken_for_that_from_its_copy(tmp_path):
    for name in ("one", "two"):
        own = tmp_path / f"{name}.ttl"
        own.write_text(f"{HEAD}<#role> a mlops:Role ; mlops:specialises role:ml-engineer .")
        rows = ask("tasks-of-role", load(own), role=f"{own.as_uri()}#role").rows
        assert rows, name
