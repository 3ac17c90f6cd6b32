"""Search by words, and the values of questions."""

import pytest

from mlops_roles import InputError, UnknownName, ask, search, show
from mlops_roles.cli.main import main


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("MLOps Engineer", "role:ml-engineer"),
        ("R4", "role:data-engineer"),
        ("deploy a model", "task:deploy-model"),
        ("Dateningenieur", "role:data-engineer"),
        ("k8s", "tool:kubernetes"),
        ("SQL", "skill:sql"),
        ("feature enginering", "zone:b2"),  # a word with a wrong letter
    ],
)
def test_the_best_term_comes_first(words, first):
    found = search(words)
    assert first in [hit.term for hit in found[:3]]
    assert found[0].score >= found[-1].score


def test_both_roles_of_a_title_are_found_and_shown():
    roles = {"role:ml-engineer", "role:devops-engineer"}
    assert {hit.term for hit in search("mlops engineer", kind="role")} == roles
    assert set(show("mlops engineer").about["title of"]) == roles


def test_case_accents_and_language_do_not_matter():
    assert search("INGENIEUR ML")[0].term == search("ingénieur ml")[0].term


def test_every_word_has_to_be_found():
    assert search("deploy zzzz") == []
    with pytest.raises(InputError, match="no word"):
        search("!?")
    with pytest.raises(UnknownName, match="did you mean role"):
        search("x", kind="rol")


def test_the_command_has_kind_and_iri(capsys):
    assert main(["search", "model", "--limit", "2", "--format", "csv"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "term,kind,label,found_in,text,score,iri"
    assert "https://w3id.org/mlops-roles/" in out
    assert "--limit 0 shows all" in err


# values of questions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "values", "message"),
    [
        ("tasks-of-role", {"role": "skill:sql"}, "a skill; .role of tasks-of-role is a role"),
        ("tasks-of-role", {"role": "sql"}, "no such role"),
        ("roles-incorporated", {"part": "task:deploy-model"}, "a task; .part"),
        ("tasks-of-role", {"how": "manges"}, "it is one of: performs, manages, ensures"),
        ("holders-of-role", {"person": "Ada"}, "no IRI"),
        ("holders-of-role", {"person": "role:ml-engineer"}, "a role; .person"),
        ("tools-for-skill", {"skill": "tool:jenkins"}, "a tool; .skill"),
        ("step-handovers", {"next": "R7"}, "no such step"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(question, values, message):
    with pytest.raises(InputError, match=message):
        ask(question, **values)


def test_a_value_may_be_any_name_of_its_kind():
    by_slug = ask("roles-incorporated", part="data-engineer")
    assert by_slug.rows == ask("roles-incorporated", part="R4").rows
    assert len(by_slug) == 1


def test_a_question_about_people_without_data_says_so(capsys):
    assert main(["ask", "uncovered-tasks"]) == 0
    assert "no data about people is loaded" in capsys.readouterr().out
    assert main(["ask", "holders-of-role", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert out == "[]\n"
    assert "no data about people is loaded" in err


def test_the_questions_are_listed_by_topic(capsys):
    assert main(["ask"]) == 0
    out = capsys.readouterr().out
    assert "Questions about people\n" in out
    assert max(map(len, out.splitlines())) <= 100


def test_sparql_is_answered_as_an_argument(capsys):
    query = "SELECT ?role { ?role skos:notation 'R7' }"
    assert main(["ask", query, "--format", "csv"]) == 0
    assert capsys.readouterr().out == "role\nrole:ml-engineer\n"
    assert main(["ask", "SELECT ?x { SERVICE <http://a.example/> { ?x ?y ?z } }"]) == 2
    assert ask(query).rows == [{"role": "role:ml-engineer"}]
