"""The asserted ontology is in OWL 2 RL and OWL 2 DL: each check returns the violations.

RL is checked by its grammar (OWL 2 Profiles, section 4.2): which class expressions are allowed on
which side of an axiom.
What only a reasoner can judge, regular chains above all, HermiT judges in test_reasoning.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, Graph, URIRef
from support.reasoners import BASE, ONTOLOGY, asserted, everything, iri, sum_of, turtle

from mlops_roles import quality
from mlops_roles.validation.owl_profiles import (
    built_in,
    dangling_annotations,
    dl_violations,
    malformed_restrictions,
    misused_non_simple,
    misused_properties,
    non_simple,
    properties_of_two_kinds,
    puns,
    rl_violations,
    undeclared_classes,
    undeclared_properties,
)

# axioms that leave OWL 2 RL, with the reason; none does
OUTSIDE_RL: dict[str, str] = {}
# names that stand for a class and an individual, or the like, with the reason; none does
PUNS: dict[str, str] = {}


def undeclared_names(graph: Graph) -> list[str]:
    """IRIs of ours that are used and not declared; those of a version need no declaration."""
    used = {t for triple in graph for t in triple if isinstance(t, URIRef) and t.startswith(BASE)}
    return sorted(
        n.n3(graph.namespace_manager)
        for n in used - set(graph.subjects(RDF.type))
        if not re.match(r"/\d+\.\d+\.\d+(/|$)", n.removeprefix(BASE))
    )


def unnamed_individuals(graph: Graph) -> list[str]:
    """Individuals of ours without owl:NamedIndividual, which a tool may need in a single file."""
    ours = {
        s
        for s, c in graph.subject_objects(RDF.type)
        if not built_in(c) and s.startswith(BASE) and isinstance(s, URIRef)
    }
    return sorted(
        n.n3(graph.namespace_manager)
        for n in ours
        if (n, RDF.type, OWL.NamedIndividual) not in graph
    )


CHECKS: dict[Callable, str] = {
    undeclared_properties: "ex:a mlops:invented ex:b .",
    properties_of_two_kinds: "mlops:performs a owl:DatatypeProperty .",
    undeclared_classes: "ex:a a mlops:Invented .",
    puns: "mlops:Role a mlops:Task .",
    misused_properties: 'ex:a mlops:performs "by hand" .',
    misused_non_simple: "mlops:requiresSkill a owl:FunctionalProperty .",
    undeclared_names: "ex:a mlops:performs task:invented .",
    unnamed_individuals: "role:ninja a mlops:Role .",
    dangling_annotations: "[ a owl:Axiom ; owl:annotatedSource role:ml-engineer ; "
    "owl:annotatedProperty "
    "mlops:performs ; owl:annotatedTarget role:ninja ] .",
}
OFFENDERS = [
    "mlops:performs a owl:ReflexiveProperty .",
    "mlops:Role rdfs:subClassOf [ a owl:Restriction ; owl:onProperty mlops:performs ; "
    "owl:someValuesFrom mlops:Task ] .",
    "mlops:Role rdfs:subClassOf [ a owl:Class ; owl:unionOf ( mlops:Task mlops:Skill ) ] .",
    "mlops:Role rdfs:subClassOf [ a owl:Restriction ; owl:onProperty mlops:performs ; "
    "owl:minCardinality 1 ] .",
    "mlops:Role rdfs:subClassOf [ a owl:Restriction ; owl:onProperty mlops:performs ; "
    "owl:maxCardinality 2 ] .",
    "mlops:Role owl:equivalentClass [ a owl:Class ; owl:oneOf ( role:ml-engineer ) ] .",
    "mlops:Role owl:equivalentClass [ a owl:Restriction ; owl:onProperty "
    "mlops:performs ; owl:someValuesFrom mlops:Task ] .",
    "mlops:Role rdfs:subClassOf owl:Thing .",
    "[] a owl:Restriction ; owl:onProperty mlops:performs ; owl:allValuesFrom "
    "mlops:Task ; rdfs:subClassOf mlops:Role .",
    "mlops:Role owl:disjointUnionOf ( mlops:Task mlops:Skill ) .",
    "mlops:Role rdfs:subClassOf [ a owl:Restriction ; owl:onProperty mlops:performs ; "
    "owl:hasSelf true ] .",
    "mlops:performs rdfs:domain [ a owl:Class ; owl:unionOf ( mlops:Role mlops:Task ) ] .",
    "mlops:performs rdfs:range owl:Thing .",
    "role:ml-engineer a [ a owl:Class ; owl:unionOf ( mlops:Role mlops:Task ) ] .",
    "mlops:stepNumber rdfs:range owl:rational .",
    "mlops:stepNumber rdfs:range xsd:date .",
    "mlops:stepNumber rdfs:range [ a rdfs:Datatype ; owl:onDatatype xsd:integer ; "
    "owl:withRestrictions ( [ xsd:minInclusive 1 ] ) ] .",
    "mlops:Role rdfs:subClassOf [ a owl:Class ; owl:intersectionOf ( mlops:Task [ a "
    "owl:Class ; owl:unionOf ( mlops:Task mlops:Skill ) ] ) ] .",
]
INSIDERS = [
    "mlops:Role rdfs:subClassOf [ a owl:Restriction ; owl:onProperty mlops:performs ; "
    "owl:allValuesFrom mlops:Task ] .",
    "mlops:Role rdfs:subClassOf [ a owl:Class ; owl:complementOf mlops:Task ] .",
    "mlops:Role rdfs:subClassOf [ a owl:Restriction ; owl:onProperty mlops:performs ; "
    "owl:maxCardinality 1 ] .",
    "[] a owl:Restriction ; owl:onProperty mlops:performs ; owl:someValuesFrom "
    "owl:Thing ; rdfs:subClassOf mlops:Role .",
    "[] a owl:Class ; owl:unionOf ( mlops:Task mlops:Skill ) ; rdfs:subClassOf mlops:Role .",
    "mlops:performs a owl:AsymmetricProperty , owl:IrreflexiveProperty .",
]


def test_every_axiom_is_inside_owl_2_rl_or_listed_with_a_reason():
    assert len(everything()) > 5000
    offending = {text.split(": ")[0]: text for text in rl_violations(everything())}
    assert set(offending) == set(OUTSIDE_RL), "\n".join(offending.values())


@pytest.mark.parametrize("fault", OFFENDERS)
def test_an_axiom_outside_owl_2_rl_is_reported(fault):
    found = set(rl_violations(sum_of(asserted("vocabulary"), turtle(fault)))) - set(
        rl_violations(asserted("vocabulary"))
    )
    assert found, f"slipped through: {fault}"


@pytest.mark.parametrize("axiom", INSIDERS)
def test_an_axiom_inside_owl_2_rl_is_not_reported(axiom):
    assert rl_violations(sum_of(asserted("vocabulary"), turtle(axiom))) == []


def test_the_ontology_is_owl_2_dl_as_far_as_syntax_shows():
    assert dl_violations(everything()) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_ontology_is_free_of(check):
    assert check(everything()) == (sorted(PUNS) if check is puns else [])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_planted_fault_is_reported_by(check):
    before, after = check(everything()), check(sum_of(everything(), turtle(CHECKS[check])))
    assert set(after) - set(before), f"{check.__name__} misses {CHECKS[check]}"


@pytest.mark.parametrize(
    "fault",
    [
        "mlops:title owl:propertyDisjointWith mlops:word .",
        "mlops:performs rdfs:subPropertyOf mlops:title .",
    ],
)
def test_an_annotation_property_in_logic_is_reported(fault):
    assert misused_properties(sum_of(everything(), turtle(fault)))


def test_what_lies_above_a_chain_is_not_simple_and_what_has_a_skill_or_lacks_it_is():
    planted = turtle(
        "mlops:needsSkill rdfs:subPropertyOf ex:wants . ex:wantedBy owl:inverseOf ex:wants ."
    )
    assert planted_names(planted) <= non_simple(sum_of(everything(), planted))
    assert iri("mlops:needsSkill") in non_simple(everything())
    assert not {iri("mlops:hasSkill"), iri("mlops:lacksSkill")} & non_simple(everything())


def planted_names(graph: Graph) -> set:
    return {t for triple in graph for t in triple[::2] if "example.org" in t}


def test_the_closure_names_nothing_that_is_not_declared():
    names = {
        t.value
        for q in ox.parse(path=str(ONTOLOGY / "closure.nt"), format=ox.RdfFormat.N_TRIPLES)
        for t in q.triple
        if isinstance(t, ox.NamedNode)
    }
    assert names
    assert not sorted(
        n for n in names if n.startswith(BASE) and (URIRef(n), RDF.type, None) not in everything()
    )


# malformed restrictions -----------------------------------------------------------------

MALFORMED = {
    "owl:onClass ex:B": {"has none", "goes with one"},
    'owl:maxCardinality "one"': {"whole number"},
    'owl:maxCardinality "1"': {"whole number"},
    "": {"has none"},
    "owl:someValuesFrom ex:B ; owl:allValuesFrom ex:B": {"owl:allValuesFrom, owl:someValuesFrom"},
    "owl:maxQualifiedCardinality 1": {"goes with one"},
    'owl:onClass ex:B ; owl:maxCardinality "1"': {"whole number", "goes with one"},
}


@pytest.mark.parametrize("parts", MALFORMED)
def test_a_malformed_restriction_is_a_finding_and_hides_no_other(parts, tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ex: <https://acme.example/o#> . "
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . ex:p a owl:ObjectProperty . "
        "<https://acme.example/o> a owl:Ontology . ex:A a owl:Class . ex:B a owl:Class . "
        f"ex:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:p ; {parts} ] , "
        "[ a owl:Restriction ; owl:someValuesFrom ex:B ] .",
        "utf-8",
    )
    results = quality(path).results
    found = [r.value for r in results if r.check == "OWL 2 DL" and r.state == "failed"]
    assert any("has one owl:onProperty" in text for text in found)
    for reason in MALFORMED[parts]:
        assert any(reason in text for text in found), (reason, found)


@pytest.mark.parametrize(
    "parts",
    [
        "owl:someValuesFrom ex:B",
        'owl:maxCardinality "1"^^xsd:nonNegativeInteger',
        "owl:minQualifiedCardinality 2 ; owl:onClass ex:B",
        "owl:hasSelf true",
    ],
)
def test_a_well_formed_restriction_is_none(parts):
    head = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ex: <https://acme.example/o#> ."
    xsd = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
    text = f"{head} {xsd} [] a owl:Restriction ; owl:onProperty ex:p ; {parts} ."
    graph = Graph().parse(data=text, format="turtle")
    assert malformed_restrictions(graph) == []
