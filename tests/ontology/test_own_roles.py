"""A company's own roles inside the reasoning: specialises, incorporates, capability classes.

Each statement is asked of the shipped rules with the derived classes, of owlrl and of HermiT.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef
from support.reasoners import BASE, JUDGES, by_hermit, logical, sum_of

from mlops_roles import InputError, ask, explain, load, show
from mlops_roles.cli.main import main
from mlops_roles.ontology.derivation import company_capabilities

PREFIXES = """
@prefix acme: <https://acme.example/roles#> .
@prefix bank: <https://bank.example/role/> .
@prefix capability: <https://w3id.org/mlops-roles/capability/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix role: <https://w3id.org/mlops-roles/role/> .
@prefix schema: <https://schema.org/> .
@prefix skill: <https://w3id.org/mlops-roles/skill/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix task: <https://w3id.org/mlops-roles/task/> .
"""
ACME = """
acme:senior-ml-engineer a mlops:Role ; skos:prefLabel "Senior ML Engineer"@en ;
    mlops:curatedTitle "Senior ML Engineer"@en ;
    mlops:incorporates role:ml-engineer ; mlops:requiresSkill acme:model-security .
acme:staff-data-engineer a mlops:Role ; skos:prefLabel "Staff Data Engineer"@en ;
    mlops:curatedTitle "Staff Data Engineer"@en ;
    mlops:specialises role:data-engineer ; mlops:requiresSkill acme:model-security .
acme:data-engineer a mlops:Role ; skos:prefLabel "Warehouse Engineer"@en ;
    mlops:curatedTitle "Warehouse Engineer"@en ;
    mlops:requiresSkill skill:sql , skill:data-modelling .
acme:model-security a mlops:Skill ; skos:prefLabel "model security"@en .
"""
BANK = """
bank:principal a mlops:Role ; skos:prefLabel "Principal Data Engineer"@en ;
    mlops:curatedTitle "Principal Data Engineer"@en ; mlops:specialises acme:staff-data-engineer .
bank:fellow a mlops:Role ; skos:prefLabel "Fellow"@en ; mlops:curatedTitle "Fellow"@en ;
    mlops:specialises bank:principal ; mlops:requiresSkill skill:machine-learning .
bank:ml-lead a mlops:Role ; skos:prefLabel "ML Lead"@en ; mlops:curatedTitle "ML Lead"@en ;
    mlops:specialises role:ml-engineer .
"""
PEOPLE = """
acme:ada a foaf:Person ; mlops:holdsRole acme:staff-data-engineer .
acme:ben a foaf:Person ; org:holds acme:post . acme:post org:role bank:fellow .
acme:cem a foaf:Person ; schema:hasOccupation bank:principal .
acme:dora a foaf:Person ; mlops:holdsRole acme:senior-ml-engineer .
acme:emil a foaf:Person ; mlops:holdsRole bank:ml-lead .
acme:fay a foaf:Person ; mlops:holdsRole role:data-engineer .
"""
BY_HAND = """
acme:Wizard a owl:Class ; rdfs:label "Wizard"@en ; rdfs:subClassOf capability:ml-engineer .
acme:Backend a owl:Class ; skos:prefLabel "Backend and SQL"@en ; owl:equivalentClass [ a owl:Class ;
    owl:intersectionOf ( capability:backend-engineer
        [ a owl:Restriction ; owl:onProperty mlops:hasSkill ; owl:hasValue skill:sql ] ) ] .
acme:Warehouse a owl:Class ; skos:prefLabel "Warehouse"@en ; owl:equivalentClass [ a owl:Class ;
    owl:intersectionOf (
        [ a owl:Restriction ; owl:onProperty mlops:hasSkill ; owl:hasValue acme:model-security ]
        [ a owl:Restriction ; owl:onProperty mlops:hasSkill ; owl:hasValue skill:data-modelling ]
        [ a owl:Restriction ; owl:onProperty mlops:hasSkill ; owl:hasValue skill:sql ] ) ] .
acme:OnlySql a owl:Class ; skos:prefLabel "SQL alone"@en ; owl:equivalentClass
    [ a owl:Restriction ; owl:onProperty mlops:hasSkill ; owl:hasValue skill:sql ] .
"""
acme, bank = "https://acme.example/roles#", "https://bank.example/role/"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(PREFIXES + text, "utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, Path, Path]:
    """The files of two companies, and classes that one of them defines by hand."""
    folder = tmp_path_factory.mktemp("companies")
    texts = {"acme.ttl": ACME, "bank.ttl": BANK, "classes.ttl": BY_HAND}
    acme_file, bank_file, classes = (write(folder, name, text) for name, text in texts.items())
    return acme_file, bank_file, classes


@pytest.fixture(scope="module")
def graph(files):
    return load(*files)


@pytest.fixture(scope="module")
def derived(files) -> str:
    """The classes of the roles of both companies, as `derive` writes them."""
    return company_capabilities(files[:2])


@cache
def closure(judge: str, derived: str) -> Graph:
    """What a reasoner concludes of the ontology, the companies' files, classes and people."""
    given = Graph().parse(data=PREFIXES + ACME + BANK + BY_HAND + PEOPLE, format="turtle")
    classes = Graph().parse(data=derived, format="turtle")
    for header in list(classes.subjects(RDF.type, OWL.Ontology)):
        classes.remove((header, None, None))
    ours = sum_of(logical("vocabulary", "roles", "tasks", "skills"))
    return JUDGES[judge](sum_of(ours, given, classes))


@pytest.fixture(params=["rules", "owlrl", "hermit"])
def facts(request, derived) -> Graph:
    return closure(request.param, derived)


def cls(role: str) -> URIRef:
    return URIRef(f"{role}-capability")


def ours(kind: str, slug: str) -> URIRef:
    return URIRef(f"{BASE}/{kind}/{slug}")


def held(facts: Graph, person: str) -> set[str]:
    return {str(role) for role in facts.objects(URIRef(acme + person), ours_property("holdsRole"))}


def ours_property(name: str) -> URIRef:
    return URIRef(f"{BASE}/ns#{name}")


# E7: what follows ---------------------------------------------------------


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        (f"{acme}senior-ml-engineer", "ml-engineer"),
        (f"{acme}senior-ml-engineer", "data-scientist"),
        (f"{acme}staff-data-engineer", "data-engineer"),
        (f"{bank}principal", "data-engineer"),
        (f"{bank}fellow", "data-engineer"),
        (f"{bank}ml-lead", "ml-engineer"),
    ],
)
def test_the_class_of_a_role_that_takes_in_or_specialises_ours_is_below_ours(facts, narrow, broad):
    assert (cls(narrow), RDFS.subClassOf, ours("capability", broad)) in facts


def test_the_class_of_a_role_is_below_that_of_another_company(facts):
    assert (cls(f"{bank}fellow"), RDFS.subClassOf, cls(f"{acme}staff-data-engineer")) in facts
    assert (cls(f"{acme}staff-data-engineer"), RDFS.subClassOf, cls(f"{bank}fellow")) not in facts


def test_holders_of_a_narrower_role_hold_the_broader_ones_and_no_others(facts):
    data_engineer, staff = str(ours("role", "data-engineer")), f"{acme}staff-data-engineer"
    ml_engineer = str(ours("role", "ml-engineer"))
    assert held(facts, "ada") == {staff, data_engineer}
    assert held(facts, "ben") == {f"{bank}fellow", f"{bank}principal", staff, data_engineer}
    assert held(facts, "cem") == {f"{bank}principal", staff, data_engineer}
    assert held(facts, "dora") == {f"{acme}senior-ml-engineer"}, "incorporates gives no holding"
    assert held(facts, "emil") == {f"{bank}ml-lead", ml_engineer}, "and N1 holds"
    assert held(facts, "fay") == {data_engineer}, "the broader role is not the narrower one"


def test_tasks_come_through_specialises_and_not_through_incorporates(facts):
    performs = ours_property("performs")
    broad = set(facts.objects(ours("role", "data-engineer"), performs))
    assert broad
    assert set(facts.objects(URIRef(f"{bank}fellow"), performs)) == broad
    assert not set(facts.objects(URIRef(f"{acme}senior-ml-engineer"), performs))


def test_a_role_takes_in_what_the_broader_role_takes_in(facts):
    takes_in = ours_property("incorporates")
    of_r7 = set(facts.objects(ours("role", "ml-engineer"), takes_in))
    assert of_r7
    assert set(facts.objects(URIRef(f"{bank}ml-lead"), takes_in)) == of_r7


def test_none_of_our_roles_or_classes_changes(facts):
    """N5: no class of ours becomes equal to another, and nothing of ours lies below theirs."""
    own = {ours("capability", str(r).rpartition("/")[2]) for r in our_roles()}
    assert len(own) == 8
    for one in own:
        above = {o for o in facts.objects(one, RDFS.subClassOf) if o != one}
        equal = {o for o in above if (o, RDFS.subClassOf, one) in facts and isinstance(o, URIRef)}
        assert equal <= {cls(f"{bank}ml-lead")}, one


def our_roles() -> set[URIRef]:
    return set(logical("roles").subjects(RDF.type, ours_property("Role")))


# rules that OWL 2 RL does not have ----------------------------------------


@pytest.mark.parametrize("judge", ["rules", "hermit"])
def test_an_intersection_with_all_parts_of_another_is_below_it(judge, derived):
    """owlrl does not infer it: OWL 2 RL concludes it of members only."""
    facts = closure(judge, derived)
    warehouse, own = URIRef(f"{acme}Warehouse"), cls(f"{acme}data-engineer")
    assert (warehouse, RDFS.subClassOf, own) in facts
    assert (own, RDFS.subClassOf, warehouse) not in facts
    assert (URIRef(f"{acme}OnlySql"), RDFS.subClassOf, own) not in facts
    assert (cls(f"{acme}staff-data-engineer"), RDFS.subClassOf, own) in facts


def test_the_proof_names_each_part(graph):
    proof = explain("acme:Warehouse rdfs:subClassOf acme:data-engineer-capability", graph)
    (step,) = [p for p in (proof, *proof.because) if p.rule == "scm-int-below"]
    assert len(step.because) == 3, "the intersection, and each of its two parts"


# what the commands say ----------------------------------------------------


def test_a_role_of_the_same_local_name_has_a_class_of_its_own(graph):
    classes = {row["role"]: row["capability"] for row in ask("capability-of-role", graph)}
    assert classes["acme:data-engineer"] == "acme:data-engineer-capability"
    assert classes["role:data-engineer"] == "capability:data-engineer"
    skills = [r["skill"] for r in ask("skills-of-role", graph, role="acme:data-engineer")]
    assert sorted(skills) == ["skill:data-modelling", "skill:sql"]


def test_a_slug_means_our_role_and_a_label_of_two_roles_is_an_error(graph, tmp_path):
    assert graph.resolve_term("data-engineer", "role") == str(ours("role", "data-engineer"))
    text = (
        'acme:de a mlops:Role ; skos:prefLabel "Data Engineer"@en ; mlops:requiresSkill skill:sql .'
    )
    both = load(write(tmp_path, "label.ttl", text))
    with pytest.raises(InputError, match="several terms; say which: acme:de, role:data-engineer"):
        both.resolve_term("Data Engineer", "role")


def test_classes_by_hand_are_listed_and_shown(graph):
    below = {(r["capability"], r["above"]) for r in ask("capabilities-below", graph)}
    assert ("acme:Wizard", "capability:data-scientist") in below
    assert ("acme:Backend", "capability:backend-engineer") in below
    assert ("acme:OnlySql", "capability:data-engineer") not in below
    assert "acme:Wizard" in show("R7", graph).text()
    assert "acme:Wizard" in show("capability:ml-engineer", graph).text()


def test_a_company_class_has_a_page_with_its_skills(graph):
    page = show("acme:senior-ml-engineer-capability", graph)
    assert page.label == "Agent able to act as Senior ML Engineer"
    assert {"role-of-capability", "capabilities-below"} <= {s.question for s in page.sections}
    assert "model security" in page.text()


def test_broader_and_narrower_roles_are_on_their_pages(graph):
    assert "role:data-engineer" in show("bank:fellow", graph).text()
    assert {r["narrower"] for r in ask("narrower-roles", graph, role="R4")} == {
        *("acme:staff-data-engineer", "bank:principal", "bank:fellow")
    }


def test_the_classes_are_exported(graph):
    text = graph.serialize(inferred=True).decode()
    assert "acme:senior-ml-engineer-capability" in text


def test_the_cached_classes_are_those_that_were_derived(graph, files):
    again = load(*files)
    rows = [ask("capabilities-below", g).rows for g in (graph, again)]
    assert rows[0] == rows[1]
    statement = "acme:senior-ml-engineer-capability rdfs:subClassOf capability:data-scientist"
    assert explain(statement, again).because


def test_a_role_without_an_english_label_or_with_one_skill_has_a_class(tmp_path):
    text = (
        'acme:pruefer a mlops:Role ; skos:prefLabel "Prüfer"@de ; mlops:requiresSkill skill:sql .'
    )
    graph = load(write(tmp_path, "one.ttl", text + "acme:nothing a mlops:Role ."))
    found = {r["role"]: r["capability"] for r in ask("capability-of-role", graph)}
    assert found["acme:pruefer"] == "acme:pruefer-capability"
    assert "acme:nothing" not in found, "every agent would be a member"
    assert show("acme:pruefer-capability", graph).label == "Agent able to act as Prüfer"


def test_roles_in_a_circle_keep_their_skills(tmp_path):
    text = (
        "acme:a a mlops:Role ; mlops:specialises acme:b ; mlops:requiresSkill skill:sql ."
        "acme:b a mlops:Role ; mlops:specialises acme:a , acme:b ."
    )
    path = write(tmp_path, "circle.ttl", text)
    rows = ask("role-of-capability", load(path)).rows
    assert {r["capability"] for r in rows if r["skill"] == "skill:sql"} >= {
        *("acme:a-capability", "acme:b-capability")
    }
    assert company_capabilities([path]).count("owl:hasValue skill:sql") >= 2


# the file for Protégé -----------------------------------------------------


@pytest.mark.parametrize(
    ("role", "home"),
    [
        ("http://acme.example/#smith", "http://acme.example"),
        ("https://acme.example/hr/smith", "https://acme.example/hr"),
        ("urn:acme:smith", "urn:acme"),
    ],
)
def test_the_file_has_a_header_in_any_namespace(role, home, tmp_path):
    path = write(tmp_path, "own.ttl", f"<{role}> a mlops:Role ; mlops:requiresSkill skill:sql .")
    graph = Graph().parse(data=company_capabilities([path]), format="turtle")
    assert list(graph.subjects(RDF.type, OWL.Ontology)) == [URIRef(f"{home}/capabilities")]


def test_derive_writes_a_file_that_opens_without_the_ontology(files, tmp_path):
    output = tmp_path / "acme-capabilities.ttl"
    assert main(["derive", "--with", str(files[0]), "--output", str(output)]) == 0
    assert output.read_text("utf-8").startswith("# Derived by `mlops-roles derive` from acme.ttl")
    graph = Graph().parse(output)
    (header,) = graph.subjects(RDF.type, OWL.Ontology)
    assert header == URIRef("https://acme.example/roles/capabilities")
    assert not list(graph.objects(header, OWL.imports))
    facts = by_hermit(graph)
    narrow = cls(f"{acme}senior-ml-engineer")
    assert (narrow, RDFS.subClassOf, ours("capability", "devops-engineer")) in facts


def test_derive_gives_the_same_bytes_each_time(files, derived):
    assert company_capabilities(files[:2]) == derived


def test_derive_says_that_no_role_needs_a_class(tmp_path):
    path = write(tmp_path, "skills.ttl", 'acme:x a mlops:Skill ; skos:prefLabel "x"@en .')
    with pytest.raises(InputError, match=r"skills\.ttl: no role in it"):
        company_capabilities([path])
