"""The tables of roles: the same from the cache, and asked again if something else decides them."""

import dataclasses

import pytest

from mlops_roles import load
from mlops_roles.ontology import closure_cache, tables
from mlops_roles.ontology.tables import RoleTables

FRAMEWORK = """
@prefix acme: <https://acme.example/> .
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
acme:oven a mlops:Tool ; skos:prefLabel "Oven"@en ; mlops:supportsSkill acme:baking .
acme:baking a mlops:Skill ; skos:prefLabel "Baking"@en ; skos:altLabel "Bread-making"@en .
acme:bake a mlops:Task ; skos:prefLabel "Bake"@en ; mlops:requiresSkill acme:baking .
acme:baker a mlops:Role ; skos:prefLabel "Baker"@en ; mlops:performs acme:bake .
acme:head a mlops:Role ; skos:prefLabel "Head"@en ; mlops:specialises acme:baker .
"""


@pytest.fixture
def framework(tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_ROLES_CACHE", str(tmp_path / "cache"))
    (tmp_path / "bakery.ttl").write_text(FRAMEWORK)
    return tmp_path / "bakery.ttl"


def plain(found):
    rest = {f.name: getattr(found, f.name) for f in dataclasses.fields(found)}
    names = rest.pop("names")
    return rest, names.listed, names.labels, names.decided


def test_tables_from_the_cache_are_those_that_were_asked(framework, monkeypatch):
    first = RoleTables.from_graph(load(framework))
    assert ("acme:head", "acme:baking") in first.role_skills
    assert first.names["bread making"] == [("recorded", "acme:baking")]
    monkeypatch.setattr(tables, "ask_tables", None)
    assert plain(RoleTables.from_graph(load(framework))) == plain(first)


def test_what_else_decides_the_tables_is_not_in_the_cache(framework, tmp_path):
    RoleTables.from_graph(load(framework))
    other = load(framework).with_prefixes({"bread": "https://acme.example/"})
    assert ("bread:head", "bread:baking") in RoleTables.from_graph(other).role_skills
    (tmp_path / "data.ttl").write_text(FRAMEWORK.replace("acme:baker", "acme:cook"))
    with_data = RoleTables.from_graph(load(framework, data=tmp_path / "data.ttl"))
    assert ("acme:cook", "acme:bake") in with_data.performs
    (tmp_path / "skills-of-task.rq").write_text(
        "#+ summary: The skills that a task requires\n"
        "#+ expect: nothing\n"
        "PREFIX mlops: <https://w3id.org/mlops-roles/ns#>\n"
        "SELECT ?task ?skill WHERE { ?task mlops:requiresSkill ?skill . FILTER(false) }"
    )
    own = RoleTables.from_graph(load(framework, tmp_path / "skills-of-task.rq"))
    assert own.task_skills == []


def test_a_changed_file_of_tables_is_not_used(framework, tmp_path):
    first = RoleTables.from_graph(load(framework))
    (kept,) = (tmp_path / "cache").glob("*-tables.json")
    kept.write_bytes(kept.read_bytes().replace(b"Baking", b"Faking"))
    assert closure_cache.read(kept.name) is None
    assert plain(RoleTables.from_graph(load(framework))) == plain(first)
