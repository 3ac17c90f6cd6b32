"""The asserted ontology is in OWL 2 RL and OWL 2 DL: each check returns the violations.

The checks of DL are questions in `queries/quality`, tested in test_quality.

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
from support.reasoners import BASE, ONTOLOGY, asserted, everything, sum_of, turtle

from mlops_roles import quality
from mlops_roles.validation.owl_profiles import built_in, rl_violations

# axioms that leave OWL 2 RL, with the reason; none does
OUTSIDE_RL: dict[str, str] = {}


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
    undeclared_names: "ex:a mlops:performs task:invented .",
    unnamed_individuals: "role:ninja a mlops:Role .",
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


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_ontology_is_free_of(check):
    assert check(everything()) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_planted_fault_is_reported_by(check):
    before, after = check(everything()), check(sum_of(everything(), turtle(CHECKS[check])))
    assert set(after) - set(before), f"{check.__name__} misses {CHECKS[check]}"


DL = {  # what a file says, and the check that it fails
    "ex:n a owl:AnnotationProperty ; owl:propertyDisjointWith ex:p .": "misused property",
    "ex:n a owl:AnnotationProperty . ex:p rdfs:subPropertyOf ex:n .": "misused property",
    "ex:p rdfs:subPropertyOf rdfs:label .": "misused property",
    "ex:d a owl:DatatypeProperty . ex:a ex:d ex:b .": "misused property",
    "[] a owl:Restriction ; owl:onProperty ex:q ; owl:hasSelf true .": ("undeclared property"),
    "ex:A a ex:B .": "pun",
    "ex:p a owl:NamedIndividual .": "pun",
    "ex:A rdfs:subClassOf [ a owl:Class ; owl:unionOf ( ex:A ex:C ) ] .": "undeclared class",
    "ex:p a owl:TransitiveProperty . ex:q a owl:ObjectProperty ; owl:inverseOf "
    "ex:p ; a owl:FunctionalProperty .": "non-simple property",
    "ex:q a owl:ObjectProperty ; owl:propertyChainAxiom ( ex:p ex:p ) ; rdfs:subPropertyOf ex:r . "
    "ex:r a owl:ObjectProperty ; owl:propertyDisjointWith ex:p .": "non-simple property",
}
HEAD = (
    "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ex: <https://acme.example/o#> . "
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . ex:p a owl:ObjectProperty . "
    "<https://acme.example/o> a owl:Ontology . ex:A a owl:Class . ex:B a owl:Class . "
)


def failed_dl(tmp_path, text):
    """(check, value) of the violations of OWL 2 DL in a file of two classes and a property."""
    path = tmp_path / "theirs.ttl"
    path.write_text(HEAD + text, "utf-8")
    dl = [r for r in quality(path).results if r.check.startswith("OWL 2 DL")]
    assert len({r.check for r in dl}) == 13
    return [(r.check.removeprefix("OWL 2 DL "), r.value) for r in dl if r.state == "failed"]


@pytest.mark.parametrize("fault", DL)
def test_a_fault_of_owl_2_dl_is_reported_by_its_check_alone(fault, tmp_path):
    assert {check for check, _ in failed_dl(tmp_path, fault)} == {DL[fault]}


def test_what_owl_2_dl_allows_is_not_reported(tmp_path):
    fine = (
        "ex:n a owl:AnnotationProperty ; rdfs:subPropertyOf rdfs:comment ; rdfs:domain ex:A . "
        "ex:q a owl:ObjectProperty , owl:TransitiveProperty ; rdfs:subPropertyOf ex:r . "
        "ex:r a owl:ObjectProperty . ex:p a owl:FunctionalProperty . "
        "ex:p owl:propertyDisjointWith ex:s . ex:s a owl:ObjectProperty ; rdfs:range ex:B . "
        "[] a owl:AllDisjointClasses ; owl:members ( ex:A ex:B ) . ex:a a ex:A ; ex:p ex:b . "
    )
    assert failed_dl(tmp_path, fine) == []


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
    'owl:hasSelf "yes"': {"hasSelf is true"},
    "owl:onProperty ex:d ; owl:someValuesFrom ex:B": {"has one owl:onProperty"},
    'owl:onProperty "p"': {"has none", "is a property, not p"},
    'owl:onClass ex:B ; owl:maxCardinality "1"': {"whole number", "goes with one"},
}


@pytest.mark.parametrize("parts", MALFORMED)
def test_a_malformed_restriction_is_a_finding_and_hides_no_other(parts, tmp_path):
    faults = failed_dl(
        tmp_path,
        f"ex:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:p ; {parts} ] , "
        "[ a owl:Restriction ; owl:someValuesFrom ex:B ] .",
    )
    found = [text for check, text in faults if check == "malformed restriction"]
    assert any("has one owl:onProperty" in text for text in found)
    for reason in MALFORMED[parts]:
        assert any(reason in text for text in found), (reason, found)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "ex:A rdfs:subClassOf [ owl:onProperty ex:p ; owl:someValuesFrom ex:B ] .",
            "a node with owl:onProperty is an owl:Restriction",
        ),
        (
            "ex:d a owl:DatatypeProperty . ex:A rdfs:subClassOf "
            "[ a owl:Restriction ; owl:onProperty ex:d ; owl:someValuesFrom ex:B ] .",
            "a data property has datatypes as fillers, with owl:onDataRange",
        ),
        (
            "ex:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:p ; "
            "owl:maxQualifiedCardinality 1 ; owl:onDataRange rdfs:Literal ] .",
            "an object property has classes as fillers, with owl:onClass",
        ),
    ],
)
def test_a_restriction_without_type_or_with_fillers_of_another_kind_is_malformed(
    text, fault, tmp_path
):
    assert failed_dl(tmp_path, text) == [("malformed restriction", fault)]


def test_a_class_that_is_used_in_an_expression_alone_must_be_declared(tmp_path):
    node = "[ a owl:Restriction ; owl:onProperty ex:p ; owl:allValuesFrom ex:X ]"
    text = f"ex:A rdfs:subClassOf {node} ."
    assert [check for check, _ in failed_dl(tmp_path, text)] == ["undeclared class"]


def test_a_term_in_the_place_of_a_list_is_a_finding(tmp_path):
    assert [c for c, _ in failed_dl(tmp_path, "ex:A owl:unionOf ex:B .")] == ["endless list"]


MISPLACED = {  # what a file says, and the value of the finding
    "ex:A rdfs:subClassOf [ a owl:Class ; owl:intersectionOf ( ex:B 'x' ) ] .": "no class at inter",
    "ex:A rdfs:subClassOf 'B' .": "no class at subClassOf: B",
    "ex:A rdfs:subClassOf xsd:string .": "no class at subClassOf: http",
    "ex:A owl:equivalentClass [ a owl:Class ; owl:unionOf ( ex:B xsd:int ) ] .": "no class at un",
    "ex:A owl:disjointWith ex:p .": "no class at disjointWith",
    "ex:p rdfs:range xsd:string .": "no class at range",
    "ex:d a owl:DatatypeProperty ; rdfs:range ex:A .": "no datatype at range",
    "ex:d a owl:DatatypeProperty ; rdfs:domain xsd:string .": "no class at domain",
    "ex:A a xsd:string .": "no class at type",
    "ex:p owl:inverseOf 'q' .": "no object property at inverseOf",
    "ex:p owl:inverseOf ex:d . ex:d a owl:DatatypeProperty .": "no object property at inverseOf",
    "ex:p owl:propertyChainAxiom ( ex:p 'q' ) .": "no object property at propertyChainAxiom: q",
    "ex:A owl:hasKey ( ex:B ) .": "no property at hasKey",
    "ex:p rdfs:subPropertyOf ex:B .": "no property at subPropertyOf",
    "ex:a owl:sameAs 'x' .": "no individual at sameAs: x",
    "ex:A owl:equivalentClass [ a owl:Class ; owl:oneOf ( 'x' ) ] .": "no individual at oneOf: x",
    "ex:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:p ; owl:hasValue 'x' ] .": (
        "no individual at hasValue: x"
    ),
    "ex:d a owl:DatatypeProperty . ex:A rdfs:subClassOf [ a owl:Restriction ; "
    "owl:onProperty ex:d ; owl:hasValue ex:a ] .": "no literal at hasValue",
    "ex:d a owl:DatatypeProperty . ex:A rdfs:subClassOf [ a owl:Restriction ; "
    "owl:onProperty ex:d ; owl:hasSelf true ] .": "no object property at hasSelf",
    "ex:d a owl:DatatypeProperty , owl:TransitiveProperty .": "no kind of data property",
    "<https://acme.example/o> owl:imports 'x' .": "no ontology at imports: x",
    "<https://acme.example/o> owl:versionIRI '1.0' .": "no ontology at versionIRI: 1.0",
    "ex:A rdfs:subClassOf [ a owl:Class ; owl:unionOf ( ( ex:B ) ex:A ) ] .": "no class at unionOf",
    "ex:d a owl:DatatypeProperty ; owl:inverseOf ex:p .": "no kind of data property at inverseOf",
    "ex:D a rdfs:Datatype ; owl:datatypeComplementOf ex:A .": "no datatype at datatypeComplementOf",
}
NEGATIVE = "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual ex:a ; owl:assertionProperty"
INCOMPLETE = {
    "[] a owl:AllDisjointClasses .": "two members",
    "[] a owl:AllDifferent ; owl:distinctMembers ( ex:a ) .": "two members",
    "ex:p owl:propertyChainAxiom ( ex:p ) .": "a chain has two",
    "ex:A owl:hasKey () .": "a key has a property",
    "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual ex:a .": "a negative assertion",
    "ex:D a rdfs:Datatype ; owl:withRestrictions ( [ xsd:length 1 ] ) .": "a restricted datatype",
    "ex:D a rdfs:Datatype ; owl:onDatatype xsd:int ; owl:withRestrictions ( [ xsd:least 1 ] ) .": (
        "no facet"
    ),
    "ex:A rdfs:subClassOf [ a owl:Class ; owl:complementOf ex:A , ex:B ] .": "has one of unionOf",
    "ex:A rdfs:subClassOf [ a owl:Class ] .": "says nothing",
    "ex:A rdfs:subClassOf [ a owl:Class ; owl:complementOf [] ] .": "says nothing",
    "ex:A rdfs:subClassOf [ a owl:Class ; owl:unionOf () ] .": "has members",
    "ex:A owl:disjointUnionOf ( ex:B ) .": "a disjoint union has two members",
    "[] a owl:AllDisjointProperties ; owl:members ( ex:p ex:d ) . ex:d a owl:DatatypeProperty .": (
        "disjoint of their kinds"
    ),
    f"{NEGATIVE} ex:p ; owl:targetIndividual ex:b ; owl:targetValue 1 .": "has owl:targetIndiv",
    f"{NEGATIVE} ex:p ; owl:targetValue 1 .": "has owl:targetIndividual",
    f"{NEGATIVE} ex:d ; owl:targetIndividual ex:b . ex:d a owl:DatatypeProperty .": (
        "has owl:targetIndividual"
    ),
    "ex:D a rdfs:Datatype ; owl:onDatatype xsd:integer ; owl:withRestrictions "
    "( [ xsd:minInclusive 'x' ] ) .": "limited by numbers, not by minInclusive x",
}
RDF_LIST = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#%s>"
NO_LISTS = [
    f"ex:A owl:unionOf [ {RDF_LIST % 'first'} ex:A , ex:B ; {RDF_LIST % 'rest'} () ] .",
    f"ex:A owl:unionOf [ {RDF_LIST % 'rest'} ( ex:B ) ] .",
    f"ex:A owl:unionOf [ {RDF_LIST % 'first'} ex:B ; {RDF_LIST % 'rest'} 'x' ] .",
    "[] a owl:Restriction ; owl:onProperties ex:p ; owl:someValuesFrom ex:A .",
]
OTHERS = {  # what a file says, to the check and its value
    "ex:R a owl:Restriction ; owl:onProperty ex:p ; owl:someValuesFrom ex:B .": (
        "malformed restriction",
        "a restriction has no name",
    ),
    "ex:n a owl:AnnotationProperty . ex:A owl:hasKey ( ex:n ) .": (
        "misused property",
        "an annotation property in logic",
    ),
    "ex:d a owl:DatatypeProperty . owl:topDataProperty rdfs:subPropertyOf ex:d .": (
        "misused property",
        "can only be above",
    ),
    "ex:Z a owl:Class , rdfs:Datatype .": ("pun", ""),
    "ex:p owl:propertyChainAxiom ( ex:q ex:p ex:q ) .": ("irregular chain", ""),
    "ex:p owl:propertyChainAxiom ( ex:p ex:q ex:p ) .": ("irregular chain", ""),
    "ex:p owl:propertyChainAxiom ( ex:q ex:q ) . ex:q owl:propertyChainAxiom ( ex:p ex:r ) .": (
        "irregular chain",
        "",
    ),
    "ex:A rdfs:comment 'abc'^^xsd:integer .": ("ill-typed literal", "abc as"),
    "ex:A rdfs:comment 'one'^^xsd:nonNegativeInteger .": ("ill-typed literal", "one as"),
    "ex:A rdfs:comment '2020-02-30'^^xsd:date .": ("ill-typed literal", "2020-02-30 as"),
    "ex:A rdfs:comment '1'^^xsd:interger .": ("ill-typed literal", "1 as"),
}


@pytest.mark.parametrize(
    ("text", "check", "value"),
    [
        *((text, "misplaced term", value) for text, value in MISPLACED.items()),
        *((text, "incomplete axiom", value) for text, value in INCOMPLETE.items()),
        *((text, "endless list", "") for text in NO_LISTS),
        *((text, *found) for text, found in OTHERS.items()),
    ],
)
def test_what_a_reasoner_leaves_out_is_a_finding(text, check, value, tmp_path):
    found = failed_dl(tmp_path, text)
    assert any(one == check and value in said for one, said in found), found


def test_terms_and_parts_in_their_places_are_no_findings(tmp_path):
    fine = (
        "ex:d a owl:DatatypeProperty ; rdfs:domain ex:A ; rdfs:range ex:D , [ a rdfs:Datatype ; "
        "owl:unionOf ( xsd:int owl:real ) ] , [ a rdfs:Datatype ; owl:oneOf ( 'a' 1 ) ] . "
        "ex:D a rdfs:Datatype ; owl:equivalentClass [ a rdfs:Datatype ; owl:onDatatype xsd:int ; "
        "owl:withRestrictions ( [ xsd:minInclusive 1 ] [ xsd:maxExclusive 9 ] ) ] . "
        "ex:p rdfs:subPropertyOf owl:topObjectProperty ; owl:inverseOf ex:q ; rdfs:range ex:B ; "
        "rdfs:domain [ a owl:Class ; owl:unionOf ( ex:A [ a owl:Class ; owl:complementOf ex:B ] ) "
        "] . "
        "ex:q a owl:ObjectProperty ; owl:propertyChainAxiom ( [ owl:inverseOf ex:r ] ex:r ) . "
        "ex:r a owl:ObjectProperty . ex:B owl:hasKey ( ex:d ex:p ) ; rdfs:subClassOf owl:Thing . "
        "ex:A owl:equivalentClass [ a owl:Class ; owl:oneOf ( ex:a ) ] ; rdfs:subClassOf "
        "[ a owl:Restriction ; owl:onProperty ex:p ; owl:hasValue ex:a ] , "
        "[ a owl:Restriction ; owl:onProperty ex:d ; owl:hasValue 'x' ] . ex:a a ex:A . "
        "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual ex:a ; "
        "owl:assertionProperty ex:d ; owl:targetValue 1 . ex:a owl:sameAs ex:b . "
        "ex:s a owl:ObjectProperty ; owl:propertyChainAxiom ( ex:s ex:p ) , ( ex:s ex:s ) . "
        "ex:a ex:d '1'^^xsd:int , '-0'^^xsd:nonNegativeInteger , '1.5'^^xsd:decimal , 'x'@en , "
        "'2020-01-31'^^xsd:date , 'true'^^xsd:boolean , '1e3'^^xsd:double , 'INF'^^xsd:float , "
        "'2020-01-31T00:00:00Z'^^xsd:dateTime , 'P1D'^^xsd:duration , 'x'^^ex:D . "
    )
    assert failed_dl(tmp_path, fine) == []


@pytest.mark.parametrize(
    "parts",
    [
        "owl:someValuesFrom ex:B",
        'owl:maxCardinality "1"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>',
        "owl:minQualifiedCardinality 2 ; owl:onClass ex:B",
        "owl:hasSelf true",
    ],
)
def test_a_well_formed_restriction_is_none(parts, tmp_path):
    text = f"ex:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:p ; {parts} ] ."
    assert failed_dl(tmp_path, text) == []
