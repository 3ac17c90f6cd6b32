"""Each quality check catches its example mistake, and our ontology fails none above Info."""

import csv
import json
import re

import pytest
from support.asserted import ROOT, SHARED

from mlops_roles import InputError, quality
from mlops_roles.cli import main
from mlops_roles.validation.findings import SEVERITIES

FOLDER = ROOT / "queries" / "quality"
CHECKS = {
    p.stem: p.read_text("utf-8")
    for p in sorted(FOLDER.glob("*-*.rq"))
    if "#+ check:" in p.read_text("utf-8")
}
EXAMPLE = "https://acme.example/o#"
PREFIXES = "".join(
    f"@prefix {p}: <{n}> .\n"
    for p, n in {
        "": EXAMPLE,
        "ex": EXAMPLE,
        "owl": "http://www.w3.org/2002/07/owl#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "dcterms": "http://purl.org/dc/terms/",
        "vann": "http://purl.org/vocab/vann/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }.items()
)
SOUND = """
<https://w3id.org/acme> a owl:Ontology ; dcterms:title "Acme"@en ;
    dcterms:description "What there is."@en ; dcterms:creator ex:us ; dcterms:created "2026" ;
    dcterms:license <https://acme.example/licence> ; owl:versionIRI <https://w3id.org/acme/1> ;
    vann:preferredNamespaceUri "https://acme.example/o#" ;
    vann:preferredNamespacePrefix "acme" ; owl:versionInfo "1" ;
    dcterms:bibliographicCitation "Acme" ; dcterms:issued "2026" ; dcterms:publisher ex:us .
dcterms:title a owl:AnnotationProperty . dcterms:description a owl:AnnotationProperty .
dcterms:creator a owl:AnnotationProperty .
dcterms:created a owl:AnnotationProperty . dcterms:license a owl:AnnotationProperty .
vann:preferredNamespaceUri a owl:AnnotationProperty .
vann:preferredNamespacePrefix a owl:AnnotationProperty .
dcterms:bibliographicCitation a owl:AnnotationProperty . dcterms:issued a owl:AnnotationProperty .
dcterms:publisher a owl:AnnotationProperty . skos:definition a owl:AnnotationProperty .
ex:Thing a owl:Class ; rdfs:label "thing"@en ; skos:definition "What is."@en ;
    rdfs:subClassOf skos:Concept .
ex:Other a owl:Class ; rdfs:label "tool"@en ; skos:definition "What serves."@en ;
    owl:disjointWith ex:Thing .
skos:Concept a owl:Class .
ex:serves a owl:ObjectProperty ; rdfs:label "serves"@en ; skos:definition "Is of use to."@en ;
    rdfs:domain ex:Other ; rdfs:range ex:Thing .
""".replace("ex:Other", "ex:Tool")


def header(text, key):
    return re.search(rf"^#\+ {key}: (.*)$", text, re.M)[1]


def judged(tmp_path, turtle, **options):
    path = tmp_path / "o.ttl"
    path.write_text(PREFIXES + turtle, "utf-8")
    return quality(path, **options)


def failed(found):
    return {r.check for r in found.results if r.state == "failed"}


def test_the_checks_were_found():
    assert len(CHECKS) > 60
    assert {header(t, "check").split()[0] for t in CHECKS.values()} == {
        "FOOPS!",
        "OOPS!",
        "ROBOT",
        "SKOS",
        "OWL",
    }


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_has_severity_reason_and_fix(name):
    text = CHECKS[name]
    assert header(text, "severity") in SEVERITIES
    assert header(text, "reason").endswith(".")
    assert header(text, "fix").endswith(".")
    assert re.sub(r"[^a-z0-9]+", "-", header(text, "check").lower()).strip("-") == name


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_catches_the_mistake_that_it_carries(name, tmp_path):
    assert header(CHECKS[name], "check") in failed(
        judged(tmp_path, header(CHECKS[name], "rejects"))
    )


def test_a_sound_ontology_fails_no_check_above_info(tmp_path):
    found = judged(tmp_path, SOUND)
    assert failed(found) <= {"FOOPS! OM3", "OOPS! P13", "ROBOT missing_superclass"}
    assert found.conforms
    assert found.coverage[0] == {
        "kind": "Class",
        "language": "en",
        "labels": 2,
        "definitions": 2,
        "terms": 2,
    }


def test_each_check_is_either_run_once_or_listed_as_not_run():
    with (FOLDER / "not-run.csv").open(encoding="utf-8", newline="") as rows:
        idle = [row["check"] for row in csv.DictReader(rows)]
    made = [header(text, "check") for text in CHECKS.values()]
    assert len({*idle, *made}) == len(idle) + len(made)


@pytest.fixture(scope="module")
def ours():
    return quality()


def test_our_ontology_fails_no_check_above_info(ours):
    assert [r for r in ours.results if r.state == "failed" and r.severity != "Info"] == []
    assert ours.summary()["passed"] > 60
    english = [row for row in ours.coverage if row["language"] == "en"]
    assert all(row["labels"] == row["definitions"] == row["terms"] for row in english)
    assert len(english) == 3


def test_every_exception_of_ours_has_a_reason(ours):
    excepted = [r for r in ours.results if r.state == "excepted"]
    assert excepted
    assert all(len(r.reason) > 20 for r in excepted)


def test_an_exception_that_matches_no_violation_is_rejected(tmp_path):
    record = tmp_path / "exceptions.csv"
    record.write_text("check,subject,reason\nOOPS! P06,*,because\n", "utf-8")
    with pytest.raises(InputError, match="excepted and does not occur"):
        judged(tmp_path, SOUND, exceptions=record)


def test_an_exception_is_shown_with_its_reason_and_no_longer_fails(tmp_path):
    record = tmp_path / "exceptions.csv"
    record.write_text("check,subject,reason\nOOPS! P06,*,the circle is meant\n", "utf-8")
    circle = judged(tmp_path, "ex:A a owl:Class ; rdfs:subClassOf ex:A .", exceptions=record)
    assert {r.reason for r in circle.results if r.state == "excepted"} == {"the circle is meant"}
    assert "OOPS! P06" not in failed(circle)


def test_terms_that_no_competency_question_names_are_reported(tmp_path):
    question = tmp_path / "q.rq"
    question.write_text(
        f"PREFIX e: <{EXAMPLE}>\n# e:serves\nSELECT ?x WHERE {{ ?x a e:Thing , <{EXAMPLE}Tool> }}",
        "utf-8",
    )
    found = judged(tmp_path, SOUND, questions=[question])
    assert [r.subject for r in found.results if r.check == "Competency questions"] == ["ex:serves"]


def test_axioms_outside_the_profiles_are_reported_with_the_reason(tmp_path):
    found = judged(
        tmp_path,
        SOUND + "ex:serves a owl:ReflexiveProperty . ex:Thing rdfs:subClassOf ex:Undeclared .",
    )
    said = {r.check: r for r in found.results if r.state == "failed"}
    assert "owl:ReflexiveProperty" in said["OWL 2 RL"].value
    assert said["OWL 2 DL undeclared class"].subject == "ex:Undeclared"


@pytest.mark.parametrize(
    "circle",
    [
        "owl:intersectionOf _:l . _:l <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l",
        "owl:complementOf _:x",
    ],
)
def test_a_circle_of_class_expressions_is_a_finding_and_hides_no_other(circle, tmp_path):
    text = f"ex:A a owl:Class ; rdfs:subClassOf _:x , ex:Undeclared . _:x {circle} ."
    failed = {r.check: r for r in judged(tmp_path, text).results if r.state == "failed"}
    assert "circle" in failed["OWL 2 RL"].value
    assert failed["OWL 2 DL undeclared class"].subject == "ex:Undeclared"


def test_the_command_exits_with_1_on_findings_and_shows_the_fix(tmp_path, capsys):
    path = tmp_path / "o.ttl"
    path.write_text(PREFIXES + "ex:A a owl:Class .", "utf-8")
    assert main.main(["quality", str(path)]) == 1
    assert "Add rdfs:label or skos:prefLabel." in capsys.readouterr().out
    assert main.main(["quality", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["conforms"] is True


@pytest.mark.parametrize("name", ["org", "gistCore", "gufo", "foaf", "ml-schema"])
def test_an_external_ontology_is_checked(name):
    path = SHARED / "vocabularies" / f"{name}.ttl"
    if not path.is_file():
        pytest.skip("the outside vocabularies are not here")
    found = quality(path)
    assert {"passed", "failed", "not run"} <= set(found.summary())
    assert any(row["terms"] > 10 for row in found.coverage)


def test_terms_of_one_label_cost_a_finding_each_and_not_one_a_pair(tmp_path):
    same = "".join(
        f'ex:C{i} a owl:Class ; rdfs:label "thing"@en ; skos:definition "x" ; skos:altLabel "y" .\n'
        for i in range(300)
    )
    found = judged(tmp_path, f"ex: a owl:Ontology . {same}")
    checks = ("OOPS! P32", "duplicate_label", "duplicate_definition", "duplicate_exact_synonym")
    for check in checks:
        pairs = [r for r in found.results if r.check.endswith(check) and r.state == "failed"]
        assert len(pairs) == 299
        assert {r.value for r in pairs} == {"ex:C0"}


def test_each_of_many_ontologies_in_a_file_has_its_own_terms(tmp_path):
    """The namespaces of the terms are compared, not the terms: 40 × 40 in place of 40 × 4,000."""
    many = "".join(
        f"<https://n{i}.example/o> a owl:Ontology . <https://n{i}.example/o#A> a owl:Class .\n"
        for i in range(40)
    )
    foreign = "<https://foreign.example/x#B> a owl:Class .\n"
    found = judged(tmp_path, many + foreign)
    unnamed = {r.subject for r in found.results if r.check == "ROBOT missing_label"}
    assert unnamed == {f"<https://n{i}.example/o#A>" for i in range(40)}
