"""Every answer of the library has plain data, a DataFrame, and a report in every form."""

import json
import re

import pandas
import pytest
from support.asserted import ROOT

import mlops_roles
from mlops_roles import InputError
from mlops_roles.cli.main import main
from mlops_roles.cli.output import format_of
from mlops_roles.cli.views.report import reading_report
from mlops_roles.io.result import Result

ACME = str(ROOT / "examples" / "acme.csv")
HR, LINKS = str(ROOT / "examples" / "acme-hr.ttl"), str(ROOT / "examples" / "acme-hr.sssom.tsv")


@pytest.fixture(scope="module")
def acme():
    return mlops_roles.audit(ACME)


ANSWERS = {
    "Answer": lambda acme: mlops_roles.ask("tasks-of-role", "R7"),
    "an empty Answer": lambda acme: mlops_roles.ask("holders-of-role", "R7"),
    "Page": lambda acme: mlops_roles.show("R7"),
    "Audit": lambda acme: acme,
    "Certificate": lambda acme: mlops_roles.certify("Ada Okafor", "R3", ACME),
    "Gap": lambda acme: mlops_roles.gap("Ben Lindqvist", "R7", ACME),
    "gaps": lambda acme: mlops_roles.nearest_roles("Ben Lindqvist", ACME),
    "WhatIf": lambda acme: mlops_roles.whatif(acme, leave="ada okafor"),
    "Team": lambda acme: mlops_roles.team(acme, "tasks"),
    "StaffDiff": lambda acme: mlops_roles.diff(ACME, ACME),
    "Resolution": lambda acme: mlops_roles.resolve("MLOps Engineer"),
    "names": lambda acme: mlops_roles.resolve_skill_names(["SQL", "Git"]),
    "Report": lambda acme: mlops_roles.check(ROOT / "examples" / "people.ttl"),
    "Proof": lambda acme: mlops_roles.explain("R7 mlops:requiresSkill skill:sql"),
    "found": lambda acme: mlops_roles.search("deploy model"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_has_every_form(name, acme):
    answer = ANSWERS[name](acme)
    assert isinstance(answer, Result)
    json.dumps(answer.to_dict())
    assert len(answer.dataframe()) == len(answer.flat_rows())
    assert answer.report("html").startswith("<!DOCTYPE html>")
    assert "<html" not in answer._repr_html_()
    assert "<table" in answer._repr_html_() or "<p>" in answer._repr_html_()
    for form in ("table", "md", "csv", "tsv", "jsonl"):
        assert answer.report(form) or not answer.flat_rows(), form
    json.loads(answer.report("json"))


def test_an_unknown_form_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="use one of table, md, html"):
        mlops_roles.resolve("Data Engineer").report("docx")


@pytest.mark.parametrize("staff", ["path", "audit", "frame", "records"])
def test_answers_about_people_take_the_same_staff(staff, acme):
    given = {
        "path": lambda: ACME,
        "audit": lambda: acme,
        "frame": lambda: pandas.DataFrame(
            {"person": ["Ada Okafor"], "title": ["Data Scientist"], "skills": ["SQL; Python"]}
        ),
        "records": lambda: [{"person": "Ada Okafor", "title": "Data Scientist", "skills": "SQL"}],
    }[staff]()
    assert mlops_roles.whatif(given, leave=["ADA OKAFOR"]).changes[0]["person"] == "Ada Okafor"
    assert mlops_roles.team(given, "role", must="ada okafor").members
    assert mlops_roles.gap("ada okafor", "R4", given).missing


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mlops_roles.audit(42), "give a path, or a table"),
        (lambda: mlops_roles.audit(""), "'': unknown suffix"),
        (lambda: mlops_roles.audit(pandas.DataFrame()), "no columns; give a table of people"),
        (lambda: mlops_roles.team(ACME, "tasks", size="3"), "size is a str; give a number"),
        (
            lambda: mlops_roles.certify(
                "A", "R3", mlops_roles.audit([{"person": "A", "title": "B"}])
            ),
            "a certificate holds the hash of a staff file",
        ),
        (lambda: mlops_roles.audit(ACME, graph="ours.ttl"), "graph is a str; give load"),
        (lambda: mlops_roles.audit(ACME, mapping="x"), "mapping is a str; give columns"),
        (lambda: mlops_roles.ask(7), "name is an int; give the name of a question"),
        (lambda: mlops_roles.ask("tasks-of-role", 7), "value 1 is an int; give a text"),
        (lambda: mlops_roles.ask("tasks-of-role", "R7", "a", "b", "c"), "takes role, how"),
        (lambda: mlops_roles.gap(3, "R3", ACME), "person is an int; give the name"),
        (lambda: mlops_roles.resolve(None), "title is NoneType; give a job title"),
        (lambda: mlops_roles.show(7), "name is an int; give the name of a term"),
        (lambda: mlops_roles.load(7), "file is an int; give the path"),
        (lambda: mlops_roles.whatif(ACME, learn=["Ada"]), "give pairs of a person and a skill"),
        (lambda: mlops_roles.search(" "), "no word"),
    ],
)
def test_a_wrong_argument_is_refused_with_what_is_wanted(call, message):
    with pytest.raises(InputError, match=message):
        call()


# the command line -------------------------------------------------------------------------

CHOICES = ["table", "md", "html", "json", "csv"]


@pytest.mark.parametrize(
    ("output", "form"),
    [
        (None, "table"),
        ("report.html", "html"),
        ("REPORT.HTM", "html"),
        ("a.b.md", "md"),
        ("people.csv", "csv"),
        ("notes.txt", "table"),
        ("folder.html/notes", "table"),
    ],
)
def test_the_ending_of_the_output_chooses_the_form(output, form):
    assert format_of(output, CHOICES) == form


def test_an_ending_that_a_command_does_not_write_is_refused():
    with pytest.raises(InputError, match="does not write ttl"):
        format_of("report.ttl", CHOICES)
    assert format_of("m.sssom.tsv", ["sssom", "tsv"]) == "sssom"


def test_an_output_in_html_is_written_by_its_suffix(tmp_path):
    path = tmp_path / "gap.html"
    assert main(["gap", "ben lindqvist", "R3", "--staff", ACME, "--output", str(path)]) == 0
    assert "<h1>Ben Lindqvist" in path.read_text("utf-8")


ALONE = {  # one person of one role, one row and one of what else is counted
    "rows.csv": "person,title,unit,skills,lacks,status\n"
    "Ada,Data Scientist,A,SQL;Git;knitting,Python,active\n"
    ",Data Engineer,A,,,vacant\nBo,Cook,A,,,left\n,Cook,,SQL,,active\n",
    "long.csv": "id,person,title,skill,level\n1,Ada,MLOps Engineer,SQL,3\n",
    "people.ttl": "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
    "@prefix mlops: <https://w3id.org/mlops-roles/ns#> .\n"
    '<urn:ada> a foaf:Person ; foaf:name "Ada" ; mlops:jobTitle "Product Owner" .\n',
}
MANY = r"(?!is\b|has\b|was\b)[a-z]{2,}s|people|are|have"
PLURAL = rf"(?<![\w.,/-])1 (?:(?:other|more|further|open|required|such) )?(?:{MANY})\b"


@pytest.mark.parametrize("name", ALONE)
def test_one_of_a_thing_is_written_in_the_singular(name, tmp_path):
    path = tmp_path / name
    path.write_text(ALONE[name], "utf-8")
    found = mlops_roles.audit(path)
    certificate = mlops_roles.certify("Ada", "R3", path)
    (tmp_path / "ada.json").write_text(certificate.report("json"), "utf-8")
    answers = [
        found,
        certificate,
        mlops_roles.gap("Ada", "R7", path),
        mlops_roles.nearest_roles("Ada", path),
        mlops_roles.whatif(found, leave="Ada"),
        mlops_roles.team(found, "skills"),
    ]
    if name == "rows.csv":
        answers += [mlops_roles.verify(tmp_path / "ada.json", path), mlops_roles.diff(path, path)]
    for answer in answers:
        for form in ("table", "md", "html"):
            text = re.sub(r"(?s)<(style|script).*?</\1>|<[^>]*>", "", answer.report(form))
            assert not re.findall(f".*(?:{PLURAL}).*", text), (type(answer).__name__, form)
            assert "one meaning" in text or "show --list words" in text
    reading = reading_report(found.reading.to_dict(), "table")
    assert not re.findall(f".*(?:{PLURAL}).*", reading)
