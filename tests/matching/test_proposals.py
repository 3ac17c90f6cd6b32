"""What is proposed from a company's vocabulary to ours, and why."""

import json
import re

import pytest
from support.asserted import PREFIXES, SHARED
from support.linking import COMPANY, DATA_ENGINEER, HEAD, pairs, statements, write_set

from mlops_roles import apply_mappings, propose, read_mappings
from mlops_roles.cli.main import main
from mlops_roles.matching.evidence import MATCH_ORDER, evidence_kinds


@pytest.fixture(scope="module")
def proposed(tmp_path_factory):
    path = tmp_path_factory.mktemp("proposed") / "theirs.ttl"
    path.write_text(HEAD + COMPANY, "utf-8")
    return propose(path)


@pytest.mark.parametrize(
    ("subject", "predicate", "target", "reason"),
    [
        ("a:scientist", "skos:closeMatch", "role:data-scientist", "Datenwissenschaftler"),
        ("a:senior", "skos:broadMatch", "role:data-engineer", "without 'senior'"),
        ("a:mlops", "skos:relatedMatch", "role:devops-engineer", "ambiguous title"),
        ("a:mlops", "skos:relatedMatch", "role:ml-engineer", "ambiguous title"),
        ("a:owner", "skos:closeMatch", "role:product-owner", "similar"),
        ("a:fraud", "skos:broadMatch", "role:data-scientist", "lies below a:scientist"),
        ("a:nummer", "skos:closeMatch", "role:data-engineer", "both are mapped to"),
        ("a:quant", "skos:relatedMatch", "role:data-scientist", "15-2051.00"),
        ("a:architect", "skos:relatedMatch", "role:data-engineer", "second name"),
        (
            "a:features",
            "skos:closeMatch",
            "skill:feature-engineering",
            "label: 'feature engineering'",
        ),
        ("a:deep", "skos:broadMatch", "skill:machine-learning", "label: 'Deep learning'"),
        ("a:Skill", "skos:relatedMatch", "mlops:Skill", "both are called 'Skill'"),
        ("a:hasSkill", "skos:relatedMatch", "mlops:hasSkill", "both are called 'has skill'"),
        ("a:holders", "skos:relatedMatch", "role:data-engineer", "title: 'data engineer'"),
    ],
)
def test_a_term_is_proposed_with_its_reason(proposed, subject, predicate, target, reason):
    (row,) = [
        r
        for r in proposed.mappings
        if (r.cells["subject_id"], r.cells["object_id"]) == (subject, target)
    ]
    assert row.cells["predicate_id"] == predicate
    assert reason in row.cells["comment"]
    assert 0.3 < float(row.cells["confidence"]) < 1
    assert not row.reviewed


@pytest.mark.parametrize("name", ["a:recruiter", "a:juggling", "a:anna", "a:JobRole"])
def test_a_term_that_is_none_of_ours_is_not_proposed(proposed, name):
    assert name not in {r.cells["subject_id"] for r in proposed.mappings}


def test_an_exact_match_needs_two_pieces_of_evidence(tmp_path):
    path = tmp_path / "theirs.ttl"
    for text, wanted in (
        ('skos:prefLabel "Data Engineer"@en', "closeMatch"),
        ('skos:prefLabel "Data Engineer"@en , "Data engineer"@de', "closeMatch"),
        ('skos:prefLabel "Data Engineer"@en , "Dateningenieur"@de', "closeMatch"),
        (f'skos:prefLabel "Data Engineer"@en ; skos:exactMatch <{DATA_ENGINEER}>', "exactMatch"),
        (f'skos:prefLabel "Data Architect"@en ; skos:exactMatch <{DATA_ENGINEER}>', "closeMatch"),
    ):
        path.write_text(f"{HEAD} a:x a skos:Concept ; {text} .", "utf-8")
        found = {r.cells["object_id"]: r.cells["predicate_id"] for r in propose(path).mappings}
        assert found["role:data-engineer"] == f"skos:{wanted}", text


def test_each_kind_of_evidence_has_a_weight_a_relation_and_a_justification():
    kinds = evidence_kinds()
    assert all(0 < kind.weight < 1 for kind in kinds.values())
    without = {name for name, kind in kinds.items() if not kind.relation}
    assert without == {"chain", "loose chain", "mapped label", "mapped alternative"}
    assert {kind.relation for kind in kinds.values()} - {""} <= set(MATCH_ORDER)
    assert {kind.justification for kind in kinds.values()} == {
        "LexicalMatching",
        "LogicalReasoning",
        "MappingChaining",
    }


def test_a_class_that_an_alignment_knows_makes_a_proposal_likelier(tmp_path):
    path = tmp_path / "theirs.ttl"
    category = "<https://w3id.org/semanticarts/ns/ontology/gist/Category>"
    path.write_text(f'{HEAD}a:x a {category} ; skos:prefLabel "Data Engineer" .', "utf-8")
    without, through = propose(path).mappings[0], propose(path, to=["GIST"]).mappings[0]
    assert float(through.cells["confidence"]) > float(without.cells["confidence"])
    assert "its class may be mlops:Role" in through.cells["comment"]


LABELLED = """
a:most a esco:Skill ; skos:prefLabel "computer programming"@en ;
    skos:altLabel "bash"@en , "Fortran"@en , "Visual Basic"@en .
a:helm a esco:Occupation ; skos:prefLabel "helmsman"@en ; skos:altLabel "helm"@en .
a:peso a skos:Concept ; skos:prefLabel "Philippine peso"@en ; skos:altLabel "PHP"@en .
a:xl a a:Skill ; skosxl:prefLabel [ skosxl:literalForm "Versionsverwaltung"@de ] .
a:firm a org:Organization ; skos:prefLabel "Feature engineering"@en .
a:category a a:Skill ; skos:prefLabel "query interfaces"@en ; skos:altLabel "MySQL" , "SQLite" .
a:person a skos:Concept ; skos:prefLabel "Data Engineer"@en .
a:shown a a:Skill ; skos:prefLabel "model monitoring"@en ; skos:altLabel "a first name"@en .
"""


def test_kinds_and_preferred_labels_decide(tmp_path):
    path = tmp_path / "theirs.ttl"
    more = "@prefix esco: <http://data.europa.eu/esco/model#> .\n"
    more += "@prefix skosxl: <http://www.w3.org/2008/05/skos-xl#> .\n"
    more += 'a:Skill a owl:Class ; rdfs:label "Kompetenz"@de .\n'
    path.write_text(HEAD + more + LABELLED, "utf-8")
    rows = propose(path).mappings
    likely = {
        (r.cells["subject_id"], r.cells["object_id"])
        for r in rows
        if float(r.cells["confidence"]) >= 0.7
    }
    assert likely == {
        ("a:most", "skill:programming"),
        ("a:xl", "skill:version-control"),
        ("a:shown", "skill:model-monitoring"),
        ("a:person", "role:data-engineer"),
    }
    assert not {r.cells["subject_id"] for r in rows} & {"a:helm", "a:firm", "a:peso"}
    shown = next(r for r in rows if r.cells["subject_id"] == "a:shown")
    assert shown.cells["subject_label"] == "model monitoring"


@pytest.mark.parametrize("declared", ["", "owl:Class", "rdfs:Class"])
def test_the_name_of_a_class_tells_the_kind_of_its_members(declared, tmp_path):
    path = tmp_path / "theirs.ttl"
    more = f"a:Occupation a {declared} . a:Skill a {declared} .\n" if declared else ""
    more += 'a:chef a a:Occupation ; skos:prefLabel "chef"@en .\n'
    more += 'a:use a a:Skill ; skos:prefLabel "use SQL"@en .\n'
    path.write_text(HEAD + more, "utf-8")
    proposed = {r.cells["subject_id"]: r.cells for r in propose(path).mappings}
    assert "a:chef" not in proposed
    assert float(proposed["a:use"]["confidence"]) >= 0.7


def test_what_is_among_likely_matches_is_likelier(tmp_path):
    path = tmp_path / "theirs.ttl"
    names = ["Docker", "PostgreSQL", "TensorFlow", "MLflow"]
    blocks = [f'a:{name} a skos:Concept ; skos:prefLabel "{name}"@en .' for name in names]
    path.write_text(HEAD + blocks[0], "utf-8")
    alone = float(propose(path).mappings[0].cells["confidence"])
    path.write_text(HEAD + "\n".join(blocks), "utf-8")
    among = {r.cells["subject_id"]: float(r.cells["confidence"]) for r in propose(path).mappings}
    assert alone < 0.7 <= among["a:Docker"]


def test_definitions_in_common_words_make_a_match_likelier(tmp_path):
    path = tmp_path / "theirs.ttl"
    text = 'a:x a skos:Concept ; skos:prefLabel "Kubernetes"@en ; skos:definition "{}"@en .'
    found = []
    for definition in ("Of the wheel of a ship.", "Runs containers on a cluster of machines."):
        path.write_text(HEAD + text.format(definition), "utf-8")
        found.append(float(propose(path).mappings[0].cells["confidence"]))
    assert found[0] < 0.7 <= found[1]


def test_a_pair_that_a_shipped_alignment_rejects_is_not_proposed(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(
        "".join(
            f"<{iri}> a <{PREFIXES['owl']}Class> .\n"
            for iri in ("http://www.w3.org/ns/mls#Task", "https://acme.example/Task")
        ),
        "utf-8",
    )
    assert {r.subject for r in propose(path).mappings} == {"https://acme.example/Task"}


def test_a_pair_that_is_decided_is_not_proposed_again(company, tmp_path):
    reviewed = write_set(
        tmp_path,
        "a:scientist skos:exactMatch role:data-scientist Ann",
        "a:deep skos:closeMatch skill:machine-learning Ann Not",
    )
    linked = tmp_path / "linked.ttl"
    linked.write_bytes(apply_mappings(company, reviewed).to_turtle())
    before, after = pairs(propose(company)), pairs(propose(company, added=[linked]))
    assert {pair[0] for pair in before - after} == {"a:scientist", "a:deep"}
    assert after < before


def test_proposals_are_read_back_as_they_were(proposed, tmp_path):
    path = tmp_path / "proposals.sssom.tsv"
    path.write_text(proposed.to_tsv(), "utf-8")
    again = read_mappings(path)
    empty = dict.fromkeys(again.mappings[0].cells, "")
    assert statements(again) == statements(proposed)
    assert [m.cells for m in again.mappings] == [empty | m.cells for m in proposed.mappings]
    assert again.header == proposed.header


def test_a_formula_for_a_name_does_not_act_in_a_spreadsheet(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(
        HEAD
        + 'a:x a skos:Concept ; skos:prefLabel "=cmd|\' /C calc\'!A0"@en , "Data Engineer"@en .',
        "utf-8",
    )
    assert not [
        cell
        for line in propose(path).to_tsv().splitlines()
        for cell in line.split("\t")
        if cell.startswith("=")
    ]


@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
@pytest.mark.parametrize(
    "file", ["org", "gistCore", "schema", "gufo", "ml-schema", "foaf", "prov-o"]
)
def test_little_is_proposed_for_a_foreign_ontology_and_nothing_as_the_same(file):
    path = SHARED / "vocabularies" / f"{file}.ttl"
    if not path.is_file():
        pytest.skip("the ontologies of others are not beside the repository: they are not ours")
    found = propose(path).mappings
    assert {r.cells["predicate_id"] for r in found} <= {"skos:relatedMatch"}
    assert len(found) <= 6
    assert not [r for r in found if re.search(r"gist/Task|gufo#Role|mls#Task", r.subject)], (
        "known to mean something else"
    )


def test_proposals_come_in_other_forms(company, capsys):
    assert main(["link", str(company), "--format", "jsonl", "--to", "gist"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any(row["object_id"] == "role:data-scientist" for row in rows)
    assert main(["link", str(company), "--to", "gits"]) == 2
    assert "did you mean gist?" in capsys.readouterr().err
