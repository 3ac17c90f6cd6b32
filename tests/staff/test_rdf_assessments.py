"""Assessments of skills in RDF: level, scale, date and source, and which of several counts."""

import pytest

from mlops_roles import Records, audit, certify, gap
from mlops_roles.staff.reading import ReadOptions

DATA = """
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix skill: <https://w3id.org/mlops-roles/skill/> .
@prefix tool: <https://w3id.org/mlops-roles/tool/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://acme.example/> .
ex:five a mlops:ProficiencyScale ; mlops:lowestLevel 0 ; mlops:highestLevel 5 .
ex:ada foaf:name "Ada" . ex:ben foaf:name "Ben" .
[] a mlops:SkillAssessment ; mlops:assessesPerson ex:ada ; mlops:assessesSkill skill:sql ;
    mlops:level 0 ; mlops:onScale ex:five ; mlops:assessedOn "2023-05-01"^^xsd:date .
[] a mlops:SkillAssessment ; mlops:assessesPerson ex:ada ; mlops:assessesSkill skill:sql ;
    mlops:level 2 ; mlops:onScale ex:five ; mlops:assessedOn "2025-05-01"^^xsd:date ;
    mlops:assessedBy ex:ben ; dcterms:source "review" .
[] a mlops:SkillAssessment ; mlops:assessesPerson ex:ada ; mlops:assessesSkill skill:programming ;
    mlops:level 9 ; mlops:onScale [ mlops:lowestLevel 0 ; mlops:highestLevel 10 ] .
[] a mlops:SkillAssessment ; mlops:assessesPerson ex:ben ; mlops:assessesSkill tool:docker ;
    mlops:level "expert" .
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "staff.ttl"
    path.write_text(DATA, "utf-8")
    return path


def test_assessments_are_read_on_their_scales_and_the_latest_counts(path):
    found = audit(path)
    skills = found.coverage("skill")
    assert (skills["programming"]["people"], skills["sql"]["people"]) == (1, 0)
    assert (skills["sql"]["lacking"], skills["sql"]["below"]) == (0, 1)
    assert skills["containerisation"]["evidence"] == 1
    assert any(note.startswith("Assessments replaced") for note in found.reading.notes)
    assert not found.unmatched_skills
    lower = audit(path, mapping=ReadOptions(has_from="40%"))
    assert lower.coverage("skill")["sql"]["people"] == 1


def test_level_date_and_source_are_in_gap_and_certificate(path):
    records = Records(path)
    assert gap("Ada", "R4", records).below == {"sql": "2 of 5, 2.5 asked (2025-05-01, Ben; review)"}
    skills = certify("Ada", "R3", records).content["skills"]
    (entry,) = next(s["evidence"] for s in skills if s["skill"].endswith("/programming"))
    assert (entry["level"], entry["says"]) == ("9 of 0-10", "recorded")


def test_levels_of_one_date_that_differ_are_named(path):
    text = DATA.replace('"2023-05-01"', '"2025-05-01"').replace("mlops:level 0", "mlops:level 1")
    path.write_text(text, "utf-8")
    assert any("Several levels of one skill" in note for note in audit(path).reading.notes)
