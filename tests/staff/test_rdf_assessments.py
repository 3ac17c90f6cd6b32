"""Assessments of skills in RDF: level, scale, date and source, and which of several counts."""

import json

import pytest

from mlops_roles import InputError, Records, audit, certify, gap, verify
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


ODD = {  # an assessment, and what a person has and lacks by it
    "mlops:assessesSkill skill:sql , skill:programming ; mlops:level 'none'": (
        set(),
        {"sql", "programming"},
    ),
    "mlops:assessesSkill skill:sql ; mlops:level [ foaf:name 'None' ]": (set(), {"sql"}),
    "mlops:assessesSkill skill:sql ; mlops:level 3 ; mlops:onScale ex:five": ({"sql"}, set()),
    "mlops:assessesSkill skill:sql ; mlops:level 'none' ; mlops:assessedOn '2024-01-01' . "
    "[] a mlops:SkillAssessment ; mlops:assessesPerson ex:ada ; mlops:assessesSkill skill:sql ; "
    "mlops:level 'expert' ; mlops:assessedOn 'Easter'": (set(), {"sql"}),
}


@pytest.mark.parametrize("said", ODD)
def test_several_skills_named_levels_and_odd_dates_are_read_as_the_verifier_does(said, tmp_path):
    path, certificate = tmp_path / "staff.ttl", tmp_path / "ada.json"
    head = DATA.partition("[] a")[0] + "[] a mlops:SkillAssessment ; mlops:assessesPerson ex:ada ; "
    path.write_text(f"{head} {said} .", "utf-8")
    rows = audit(path).coverage("skill").items()
    has, lacks = ({s for s, row in rows if row[key]} for key in ("people", "lacking"))
    assert (has, lacks) == ODD[said]
    certificate.write_text(json.dumps(certify("Ada", "R4", Records(path)).to_dict()), "utf-8")
    assert not verify(certificate, path).differences


def test_a_level_beyond_its_scale_is_none_and_a_scale_that_falls_is_an_error(tmp_path):
    path = tmp_path / "staff.ttl"
    path.write_text(DATA.replace("mlops:level 9", "mlops:level 11"), "utf-8")
    assert audit(path).reading.values["level"]["11 of 0-10"] == "no known level; has"
    falls = "lowestLevel 6 ; mlops:highestLevel 1"
    path.write_text(DATA.replace("lowestLevel 0 ; mlops:highestLevel 5", falls), "utf-8")
    with pytest.raises(InputError, match="the lowest number is the best level, as '6-1' says"):
        audit(path)
