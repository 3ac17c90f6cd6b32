"""Wherever an answer marks a statement, the reader finds what the mark means."""

import json
from functools import cache

import pytest

from mlops_roles import audit, catalogue, load, show
from mlops_roles.cli.main import main
from mlops_roles.ontology.answer import legend
from mlops_roles.ontology.catalogue import marks
from mlops_roles.ontology.term_page import every_page

QUESTIONS = catalogue()
MARKED = [name for name, question in QUESTIONS.items() if "marks" in question.headers]
INFERRED = "Marks a statement that the authors of this ontology concluded from the context"


def said_by(capsys, *argv):
    assert main(list(argv)) == 0
    return capsys.readouterr().out


@cache
def words():
    return {mark.word for mark in marks(load())}


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_a_question_whose_answer_has_a_mark_declares_the_column(name):
    """Rows about the marks themselves have their names, and are no marked statements."""
    question = QUESTIONS[name]
    terms = {mark.term for mark in marks(load())}
    declared = {column.removeprefix("?") for column in question.headers.get("marks", ())}
    rows = [row for row in question.run().rows if not terms & {row.get("subject"), row.get("term")}]
    cells = [(column, value) for row in rows for column, value in row.items()]
    if name != "marks":
        assert {column for column, value in cells if value in words() - terms} <= declared
        assert declared <= {column for column, value in cells if value in words()}


def test_questions_with_marks_are_found():
    assert len(MARKED) >= 14
    assert {"drawn only", "inferred", "contradictory", "either-or"} <= words()


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_an_answer_for_readers_ends_with_a_legend(form, capsys):
    assert INFERRED in said_by(capsys, "ask", "tasks-of-role", "R6", "--format", form)
    assert "mlops:RoleChoice" in said_by(
        capsys, "ask", "roles-answering-step", "monitor-serving", "--format", form
    )


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "ttl"])
def test_an_answer_for_programs_has_no_legend(form, capsys):
    assert INFERRED not in said_by(capsys, "ask", "tasks-of-role", "R6", "--format", form)


def test_an_answer_without_a_mark_has_no_legend(capsys):
    assert "Marks a statement" not in said_by(capsys, "ask", "tasks-of-role", "R7")


def test_contradictory_skills_of_a_person_are_no_mark(tmp_path):
    data = tmp_path / "people.ttl"
    data.write_text(
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> . "
        "@prefix skill: <https://w3id.org/mlops-roles/skill/> . "
        "@prefix role: <https://w3id.org/mlops-roles/role/> . "
        "<urn:a> mlops:holdsRole role:data-engineer ; "
        "mlops:hasSkill skill:sql ; mlops:lacksSkill skill:sql ."
    )
    question = QUESTIONS["skill-gap-of-person"]
    answer = question.run(load(data=[data]))
    assert "contradictory" in {row["state"] for row in answer.rows}
    assert question.marks(answer) == []


@pytest.mark.parametrize("form", ["text", "md"])
def test_the_page_of_a_role_explains_its_marks_once(form, capsys):
    said = " ".join(said_by(capsys, "show", "R6", "--format", form).split())
    for line in legend(show("R6").marks):
        assert said.replace("\\", "").count(line) == 1
    assert "either-or, option of an either-or: " in said


def test_the_page_in_json_has_the_marks(capsys):
    page = json.loads(said_by(capsys, "show", "R6", "--format", "json"))
    assert page["marks"]["inferred"].startswith(INFERRED)
    assert json.loads(said_by(capsys, "show", "R2", "--format", "json"))["marks"] == {}


def test_every_page_with_a_mark_has_its_meaning():
    explained = 0
    for page in every_page():
        for section in page.sections:
            columns = QUESTIONS[section.question].headers.get("marks", ())
            cells = {row[column[1:]] for row in section.answer.rows for column in columns}
            assert cells & words() == {mark.word for mark in section.marks}
            explained += len(section.marks)
    assert explained > 50


def test_a_proof_names_the_meaning_of_its_marks(capsys):
    said = said_by(capsys, "explain", "R6 mlops:performs task:monitor-model")
    assert f"mlops:inferredByUs: {INFERRED}" in said
    assert "Marks a" not in said_by(capsys, "explain", "R7 mlops:performs task:deploy-model")


def test_the_html_report_of_an_audit_explains_either_or(capsys):
    path = "examples/acme.csv"
    assert "either-or" in audit(path).to_dict()["marks"]
    main(["audit", path, "--format", "html"])
    page = capsys.readouterr().out
    assert "either-or: " in page
    assert "mlops:RoleChoice" in page
