"""Axioms in data: those about people are followed, and others are named with an option."""

import warnings

import pytest
from support.reasoners import HERE

from mlops_roles import Graph, NotReasonedWarning, ask, audit, check, load, reason
from mlops_roles.ontology.axioms import axiom_patterns
from mlops_roles.ontology.sandbox import run_sparql

PEOPLE = """
@prefix ex: <https://example.org/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix role: <https://w3id.org/mlops-roles/role/> .
ex:ada a foaf:Person ; foaf:name "Ada" ; mlops:jobTitle "Cook" ; ex:holds role:data-engineer .
"""
AXIOMS = {
    "rdfs:subPropertyOf": "ex:holds rdfs:subPropertyOf ex:has .",
    "rdfs:subClassOf": "ex:Cook rdfs:subClassOf ex:Worker .",
    "rdfs:domain": "ex:holds rdfs:domain foaf:Person .",
    "owl:inverseOf": "ex:holds owl:inverseOf ex:heldBy .",
    "owl:equivalentClass": "ex:C owl:equivalentClass ex:D .",
    "owl:TransitiveProperty": "ex:p a owl:TransitiveProperty .",
    "owl:hasValue": "ex:C rdfs:subClassOf [ owl:onProperty ex:p ; owl:hasValue ex:v ] .",
    "owl:hasKey": "ex:C owl:hasKey ( ex:p ) .",
    "owl:AllDifferent": "[] a owl:AllDifferent ; owl:distinctMembers ( ex:a ex:ada ) .",
}


@pytest.fixture
def data(tmp_path):
    def write(axiom):
        path = tmp_path / "people.ttl"
        path.write_text(PEOPLE + axiom, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", AXIOMS)
def test_an_axiom_in_data_is_named_with_the_option_that_reasons_with_it(data, name):
    path = data(AXIOMS[name])
    for use in (lambda: load(data=[path]), lambda: check(path)):
        with pytest.warns(NotReasonedWarning) as found:
            use()
        (line,) = [str(warning.message) for warning in found]
        assert name in line and f"--with {path}" in line and "\n" not in line


FOLLOWED = """
ex:holds rdfs:subPropertyOf ex:has . ex:has rdfs:subPropertyOf mlops:holdsRole .
ex:can owl:equivalentProperty mlops:hasSkill . ex:Cook rdfs:subClassOf foaf:Person .
ex:bob a ex:Cook ; ex:can ex:cooking . ex:robert owl:sameAs ex:bob .
"""


@pytest.fixture
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("error", NotReasonedWarning)
        yield


def test_what_lies_below_a_term_about_people_is_followed_in_questions(data, quiet):
    graph = load(data=[data(FOLLOWED)])
    assert [row["name"] for row in ask("holders-of-role", graph, role="R4")] == ["Ada"]
    people = {row["person"] for row in ask("skills-of-person", graph)}
    assert people == {"ex:bob", "ex:robert"}


def test_a_check_sees_the_same_people(data, quiet):
    path = data(FOLLOWED)
    names = {finding.shape.partition(":")[2] for finding in check(path).findings}
    assert names == {"recorded-skill-is-known"}
    path.write_text(path.read_text().replace("ex:can ex:cooking", "ex:other ex:cooking"))
    names = {finding.shape.partition(":")[2] for finding in check(path).findings}
    assert names == {"person-has-a-title-a-role-or-a-skill"}


def test_the_axioms_of_an_added_file_hold_for_data_too(data, quiet, tmp_path):
    added = tmp_path / "added.ttl"
    added.write_text(
        PEOPLE.split("ex:ada", maxsplit=1)[0] + FOLLOWED.split("ex:bob", maxsplit=1)[0]
    )
    graph = load(added, data=[data("")])
    assert [row["name"] for row in ask("holders-of-role", graph, role="R4")] == ["Ada"]
    assert audit(data(""), graph=graph).coverage("role")["data-engineer"]["people"] == 1


def test_with_the_option_the_axiom_is_reasoned_with_and_nothing_is_said(data):
    path = data(FOLLOWED)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        graph = load(path, data=[path])
        check(path, load(path))
    assert [row["name"] for row in ask("holders-of-role", graph, role="R4")] == ["Ada"]


@pytest.mark.parametrize("axiom", ["", "ex:C a owl:Class . ex:p a owl:ObjectProperty ."])
def test_data_without_axioms_is_read_without_a_word(data, axiom):
    path = data(axiom)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(data=[path])
        check(path)
        load(data=[HERE.parent / "examples" / "people.ttl"])


def test_a_reflexive_property_alone_in_data_is_named(data):
    with pytest.warns(NotReasonedWarning, match="owl:ReflexiveProperty of https://example.org/p"):
        load(data=[data("ex:p a owl:ReflexiveProperty .")])


def test_declarations_and_labels_are_no_axioms():
    names = axiom_patterns()
    assert {"owl:sameAs", "owl:hasKey", "owl:FunctionalProperty", "rdfs:range"} <= set(names)
    assert not {"owl:Class", "owl:ObjectProperty", "owl:Thing", "rdfs:label"} & set(names)


def test_an_audit_of_rdf_names_the_axioms_and_reads_what_is_inferred_of_them(data, tmp_path):
    path = data("role:data-engineer ex:held ex:ada . ex:held owl:inverseOf mlops:holdsRole .")
    with pytest.warns(NotReasonedWarning, match=r"owl:inverseOf.*reason .* --asserted"):
        before = audit(path).to_dict()
    (tmp_path / "inferred.ttl").write_bytes(reason(path).serialize(asserted=True))
    with pytest.warns(NotReasonedWarning):
        after = audit(tmp_path / "inferred.ttl").to_dict()
    held = [found["roles"]["data-engineer"]["people"] for found in (before, after)]
    assert held == [0, 1]


def test_a_users_own_sparql_and_shapes_name_the_axioms_too(data, tmp_path):
    path = data(AXIOMS["owl:inverseOf"])
    query = "SELECT ?s WHERE { ?s <http://xmlns.com/foaf/0.1/name> 'Ada' }"
    with pytest.warns(NotReasonedWarning, match="owl:inverseOf"):
        assert len(run_sparql(query, Graph(data=[path]))) == 1
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> ."
        "ex:shape a sh:NodeShape ; sh:targetNode ex:ada ; sh:property"
        " [ sh:path ex:holds ; sh:minCount 1 ; sh:message 'She holds something.' ] ."
    )
    with pytest.warns(NotReasonedWarning, match="owl:inverseOf"):
        check(path, load(shapes))
