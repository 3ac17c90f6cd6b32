"""Every inferred statement can be explained, down to asserted statements with sources."""

import json

import pyoxigraph as ox
import pytest

from mlops_roles import InputError, UnknownName, explain, load
from mlops_roles.cli.main import main
from mlops_roles.ontology.graph import INFERRED
from mlops_roles.ontology.reasoner import rules

GRAPH = load()
CLOSURE = [q.triple for q in GRAPH.store.quads_for_pattern(None, None, None, INFERRED)]


def leaves(proof):
    return [leaf for p in proof.because for leaf in leaves(p)] if proof.because else [proof]


def depth(proof):
    return 1 + max(map(depth, proof.because), default=0)


def test_the_closure_is_not_empty():
    assert len(CLOSURE) > 500


def test_every_inferred_statement_has_a_proof_down_to_asserted_statements():
    for triple in CLOSURE:
        proof = explain(triple)
        assert proof, GRAPH.format_term(triple)
        assert proof.rule in rules()
        assert len(proof.because) >= 1
        assert all(leaf.rule is None for leaf in leaves(proof)), GRAPH.format_term(triple)


def test_every_leaf_about_a_term_of_ours_names_its_source():
    """Borrowed axioms (ORG, SKOS) and helper nodes have no block of ours, hence no source."""
    for triple in CLOSURE:
        for leaf in leaves(explain(triple)):
            subject = leaf.statement.split(" ", 1)[0]
            if subject.split(":")[0] in GRAPH.prefixes and GRAPH.expand_curie(subject).startswith(
                "https://w3id.org/mlops-roles/"
            ):
                assert leaf.sources, leaf.statement


def test_no_proof_rests_on_itself():
    def walk(proof, above):
        assert proof.statement not in above
        for p in proof.because:
            walk(p, {*above, proof.statement})

    for triple in CLOSURE:
        walk(explain(triple), set())


def test_a_skill_taken_in_is_explained_through_the_role_and_its_task():
    proof = explain("R7 mlops:requiresSkill skill:sql")
    text = "\n".join(proof.lines())
    assert depth(proof) == 3
    for part in (
        "role:ml-engineer mlops:incorporates role:data-engineer",
        "role:data-engineer mlops:performs task:build-feature-pipelines",
        "source:curation",
        "prp-spo2",
    ):
        assert part in text


def test_a_mark_is_shown_with_the_source():
    proof = explain("role:devops-engineer mlops:performs task:monitor-model")
    assert "mlops:inferredByUs" in "".join(proof.sources)


@pytest.mark.parametrize(
    "statement",
    [
        "role:ml-engineer mlops:performs task:build-data-pipelines",
        "capability:ml-engineer rdfs:subClassOf capability:solution-architect",
        "role:product-owner mlops:similarTo role:project-manager",
        'role:data-scientist mlops:title "MLOps Engineer"@en',
    ],
)
def test_what_does_not_follow_has_no_proof(statement):
    assert explain(statement) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "R7",
        "R7 mlops:requiresSkill",
        "unknown mlops:requiresSkill skill:sql",
        "R7 a <not an iri>",
        "a b c",
    ],
)
def test_text_that_is_no_statement_is_refused_in_one_line(text):
    with pytest.raises(InputError) as error:
        explain(text)
    assert "\n" not in str(error.value)


def test_an_unknown_name_gets_the_nearest_names():
    with pytest.raises(UnknownName, match="data-engineer"):
        explain("data-enginer mlops:requiresSkill skill:sql")


def test_the_command_gives_text_and_json(capsys):
    assert main(["explain", "R7 mlops:requiresSkill skill:sql", "--format", "json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["rule"] == "prp-spo2"
    assert tree["because"][2]["because"][0]["sources"] == ["source:curation"]
    assert main(["explain", "R1", "mlops:requiresSkill", "skill:sql"]) == 0
    assert "neither stated nor inferred" in capsys.readouterr().out


def test_a_companys_statement_is_explained_with_its_own_source(tmp_path):
    path = tmp_path / "ours.ttl"
    path.write_text(
        "@prefix a: <https://acme.example/> . @prefix dcterms: <http://purl.org/dc/terms/> ."
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> ."
        "@prefix role: <https://w3id.org/mlops-roles/role/> ."
        "a:lead a mlops:Role ; mlops:incorporates role:data-engineer ;"
        "    dcterms:source a:handbook ."
    )
    text = "\n".join(explain("a:lead mlops:requiresSkill skill:sql", load(path)).lines())
    assert "a:handbook" in text


def test_a_literal_is_explained():
    triple = ox.Triple(
        ox.NamedNode("https://w3id.org/mlops-roles/role/ml-engineer"),
        ox.NamedNode("https://w3id.org/mlops-roles/ns#title"),
        ox.Literal("MLOps Engineer", language="en"),
    )
    assert explain(triple).because
    assert explain('R7 mlops:title "MLOps Engineer"@en').statement == explain(triple).statement
