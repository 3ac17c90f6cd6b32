"""Each shape catches the mistake it carries, and without the mistake is silent."""

import re

import pyoxigraph as ox
import pytest
from rdflib import SH, URIRef
from support.asserted import ROOT

from mlops_roles import InputError, NothingChecked, check, load
from mlops_roles.errors import InputWarning
from mlops_roles.io.resources import resource_dir
from mlops_roles.validation.data_graph import UNDESCRIBED, DataGraph
from mlops_roles.validation.findings import SEVERITIES
from mlops_roles.validation.shacl import validate
from mlops_roles.validation.shacl_to_sparql import ShaclToSparql
from mlops_roles.validation.shapes_graph import load_shapes, named_shapes, shapes_graph_query

ACME = ROOT / "examples" / "acme.ttl"
SHAPE = URIRef("https://w3id.org/mlops-roles/shape/")
MLOPS = "https://w3id.org/mlops-roles/ns#"
RDFS_COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"


def prefixes() -> str:
    return "".join(f"@prefix {p}: <{n}> .\n" for p, n in load().prefixes.items())


SHAPES_GRAPH = load_shapes(load())
MISTAKES = {
    load().curie(str(s)): str(SHAPES_GRAPH.value(s, URIRef(MLOPS + "rejects")) or "")
    for s in named_shapes(SHAPES_GRAPH)
}
ON_SHAPES = {
    load().curie(str(s)) for s in named_shapes(SHAPES_GRAPH) if shapes_graph_query(s, SHAPES_GRAPH)
}


@pytest.fixture(scope="module")
def clean():
    return check()


def fired(tmp_path, text: str) -> set[str]:
    """The shapes that data violates."""
    path = tmp_path / "mistake.ttl"
    path.write_text(prefixes() + text, "utf-8")
    return {f.shape for f in check(path).findings}


def findings_of(name: str, path) -> set[str]:
    """The findings of one shape, about data or about the shapes that a company adds."""
    graph = load(path) if name in ON_SHAPES else load()
    data = DataGraph.load(None if name in ON_SHAPES else path, graph)
    shapes = (
        SHAPES_GRAPH if name in ON_SHAPES else SHAPES_GRAPH.cbd(URIRef(load().expand_curie(name)))
    )
    return {f.shape for f in validate(data, shapes, graph).findings}


def test_shapes_are_found():
    assert len(MISTAKES) >= 70
    assert len(ON_SHAPES) == 6
    assert len({f.stem for f in resource_dir("shapes").glob("*.ttl")}) >= 10


@pytest.mark.parametrize("name", MISTAKES)
@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
def test_a_shape_rejects_the_mistake_it_carries(name, tmp_path):
    assert MISTAKES[name], f"{name} carries no mlops:rejects"
    path = tmp_path / "mistake.ttl"
    path.write_text(prefixes() + MISTAKES[name], "utf-8")
    assert name in findings_of(name, path)


def test_the_ontology_has_no_finding_above_info(clean):
    assert [f for f in clean.findings if f.severity != "Info"] == []


def test_every_shape_has_focus_nodes_in_the_ontology_or_its_mistake(clean):
    """Counted as `check` counts, with each mistake in turn added to the ontology."""
    store = DataGraph.load(None, load()).store
    translator = ShaclToSparql(SHAPES_GRAPH, store)
    idle = [name for name, count in clean.checked.items() if not count]
    assert idle
    for name in idle:
        mistake = ox.parse((prefixes() + MISTAKES[name]).encode(), format=ox.RdfFormat.TURTLE)
        added = [quad for quad in mistake if quad not in store]
        store.extend(added)
        target = translator.target(URIRef(load().expand_curie(name)))
        assert translator.count_focus_nodes(target, UNDESCRIBED) > 0, name
        for quad in added:
            store.remove(quad)


def test_every_shape_has_severity_message_and_comment():
    graph = SHAPES_GRAPH
    for shape in named_shapes(graph):
        assert str(graph.value(shape, SH.severity)).rsplit("#")[-1] in SEVERITIES, shape
        message = str(graph.value(shape, SH.message))
        assert message.count(". ") >= 1, f"{shape}: the rule and its fix, two sentences"
        assert graph.value(shape, URIRef(RDFS_COMMENT)), shape


def test_data_without_focus_nodes_does_not_conform(tmp_path):
    path = tmp_path / "other.ttl"
    path.write_text("<https://example.org/a> <https://example.org/b> <https://example.org/c> .")
    with pytest.raises(NothingChecked, match="nothing was checked"):
        check(path)


def test_empty_data_does_not_conform(tmp_path):
    path = tmp_path / "empty.ttl"
    path.write_text("")
    with pytest.warns(InputWarning, match="empty"), pytest.raises(NothingChecked):
        check(path)


def test_an_added_shape_that_matches_nothing_is_reported(tmp_path):
    path = tmp_path / "ours.ttl"
    path.write_text(
        prefixes() + "<https://acme.example/s> a sh:NodeShape ; sh:targetClass "
        "<https://acme.example/Nobody> ; sh:nodeKind sh:IRI ."
    )
    found = [f for f in check(graph=load(path)).findings if f.focus == "<https://acme.example/s>"]
    assert "shape:has-something-to-check" in {f.shape for f in found}


def test_a_property_shape_of_another_shape_needs_no_target(tmp_path):
    """Ordinary SHACL, and our rules for our own shapes do not apply to a company's."""
    path = tmp_path / "ours.ttl"
    path.write_text(
        prefixes() + "<https://acme.example/s> a sh:NodeShape ; sh:targetClass mlops:Zone ; "
        "sh:property <https://acme.example/p> ."
        "<https://acme.example/p> a sh:PropertyShape ; sh:path mlops:budget ; sh:maxCount 5 ."
    )
    assert [
        f for f in check(graph=load(path)).findings if f.focus.startswith("<https://acme.example/")
    ] == []


def test_a_term_that_shacl_does_not_have_is_reported(tmp_path):
    path = tmp_path / "ours.ttl"
    path.write_text(
        prefixes() + "<https://acme.example/s> a sh:NodeShape ; sh:targetClas mlops:Role ; "
        "sh:nodeKind sh:IRI ."
    )
    found = [f for f in check(graph=load(path)).findings if f.shape == "shape:uses-terms-of-shacl"]
    assert [f.value for f in found] == ["sh:targetClas"]


def test_the_terms_that_shapes_may_use_are_those_of_shacl():
    """The list in shape:uses-terms-of-shacl, compared with rdflib's."""
    text = shapes_graph_query(SHAPE + "uses-terms-of-shacl", SHAPES_GRAPH)
    listed = set(re.findall(r"sh:([\w-]+)", text.partition("NOT IN")[2]))
    assert listed == {*SH.__annotations__, *SH._extras}


def test_the_shipped_shapes_use_terms_of_shacl():
    terms = {t for s in SHAPES_GRAPH for t in s if isinstance(t, URIRef) and "ns/shacl" in t}
    assert len(terms) > 30
    assert [t for t in terms if t not in SH] == []


def test_valid_additions_of_a_company_conform():
    report = check(graph=load(ACME))
    assert [f for f in report.findings if f.severity != "Info"] == []


def test_shapes_see_asserted_types_not_those_inferred_from_a_range(tmp_path):
    """An rdfs:range would make the missing type true; the shape must still report it."""
    text = "<https://example.org/ada> mlops:hasSkill <https://example.org/knitting> ."
    assert any("skill" in name for name in fired(tmp_path, text))


def test_no_inferred_statement_is_validated():
    """No inferred statement is in the graph that is checked."""
    graph = load()
    inferred = {
        q.triple
        for q in graph.store.quads_for_pattern(
            None, None, None, ox.NamedNode("https://w3id.org/mlops-roles/closure")
        )
    }
    asserted = {
        q.triple for q in graph.store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    }
    assert inferred
    assert not inferred & asserted


def test_pyshacl_findings_are_about_nodes_that_the_data_describes(tmp_path):
    """sh:equals is left to pySHACL; the roles of the ontology violate the shape too."""
    path = tmp_path / "ours.ttl"
    path.write_text(
        prefixes() + "<https://acme.example/s> a sh:PropertyShape ; sh:path mlops:performs ; "
        "sh:targetSubjectsOf mlops:performs , mlops:hasSkill ; sh:equals mlops:hasSkill ."
    )
    graph = load(path)
    report = validate(DataGraph.load(ACME, graph), load_shapes(graph), graph)
    found = {f.focus for f in report.findings if f.shape == "<https://acme.example/s>"}
    assert found
    assert not {focus for focus in found if focus.startswith("role:")} - acme_subjects()


def acme_subjects() -> set[str]:
    return {
        load().curie(q.subject.value)
        for q in ox.parse(path=str(ACME))
        if hasattr(q.subject, "value")
    }


# the shapes of a company ------------------------------------------------------------

EX = "@prefix ex: <https://example.org/> .\n"
ADA = 'ex:ada a foaf:Person ; foaf:name "Ada" ; mlops:jobTitle "Data Scientist" '
COMPANY = {
    # shapes, what is said of ada, and the shapes that she violates
    "nodes that only the shape names": (
        "ex:Level sh:targetNode 5 , ex:absent ; sh:nodeKind sh:BlankNode .",
        ".",
        {"ex:Level"},
    ),
    "a named shape that a shape left to pySHACL refers to": (
        "ex:Person a sh:NodeShape ; sh:targetClass foaf:Person ; sh:property ex:Badge . "
        "ex:Badge a sh:PropertyShape ; sh:path ex:badge ; sh:equals ex:card ; sh:minCount 1 .",
        ".",
        {"ex:Badge"},
    ),
    "a named shape in a list, beside one left to pySHACL": (
        "ex:Person a sh:NodeShape ; sh:targetClass foaf:Person ; sh:or ( ex:HasBadge "
        "[ sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path ex:x ] ] ) . "
        "ex:HasBadge a sh:NodeShape ; sh:property [ sh:path ex:badge ; sh:minCount 1 ] .",
        '; ex:badge "7" .',
        set(),
    ),
    "an owl:Class that is its own shape, below it": (
        "ex:Contractor a owl:Class , sh:NodeShape ; sh:class ex:Insured . "
        "ex:Senior rdfs:subClassOf ex:Contractor .",
        "; a ex:Senior .",
        {"ex:Contractor"},
    ),
    "an owl:Class that is its own shape, in pySHACL": (
        "ex:Contractor a owl:Class , sh:NodeShape ; sh:equals ex:knows . "
        "ex:Senior rdfs:subClassOf ex:Contractor .",
        "; a ex:Senior .",
        {"ex:Contractor"},
    ),
    "integers that a store merges": (
        "ex:Level a sh:PropertyShape ; sh:targetSubjectsOf ex:level ; sh:path ex:level ; "
        "sh:maxCount 1 .",
        '; ex:level 7 , "7"^^xsd:int .',
        {"ex:Level"},
    ),
    "a severity of one's own": (
        "ex:Grave a sh:Severity . ex:Badge a sh:PropertyShape ; sh:targetClass foaf:Person ; "
        "sh:path ex:badge ; sh:minCount 1 ; sh:severity ex:Grave .",
        ".",
        {"ex:Badge"},
    ),
    "a shape without an IRI": (
        "[ a sh:PropertyShape ; sh:targetClass foaf:Person ; sh:path ex:badge ; sh:minCount 1 ] .",
        ".",
        {"_", "shape:has-a-name"},
    ),
    "a node expression": (
        "ex:Never a sh:NodeShape ; sh:targetClass foaf:Person ; sh:expression false .",
        ".",
        {"shape:uses-only-what-is-run"},
    ),
    "a script": (
        'ex:Never a sh:NodeShape ; sh:targetClass foaf:Person ; sh:js [ sh:jsFunctionName "f" ] .',
        ".",
        {"shape:uses-only-what-is-run"},
    ),
    "a shape that is not typed and has no target": (
        "ex:Contractor a owl:Class ; sh:property [ sh:path ex:badge ; sh:minCount 1 ] .",
        "; a ex:Contractor .",
        {"shape:has-something-to-check"},
    ),
}


def company_report(tmp_path, shapes: str, data: str):
    (tmp_path / "ours.ttl").write_text(prefixes() + EX + shapes, "utf-8")
    (tmp_path / "data.ttl").write_text(prefixes() + EX + data, "utf-8")
    graph = load(tmp_path / "ours.ttl")
    return validate(DataGraph.load(tmp_path / "data.ttl", graph), load_shapes(graph), graph)


@pytest.mark.parametrize("kind", COMPANY)
def test_the_shapes_of_a_company_run_or_are_named_as_not_run(kind, tmp_path):
    shapes, statements, expected = COMPANY[kind]
    report = company_report(tmp_path, shapes, ADA + statements)
    assert {re.sub("^_:.*", "_", f.shape) for f in report.findings} == expected
    assert report.conforms == (not expected)


def test_a_severity_of_ones_own_is_named_and_does_not_conform(tmp_path):
    shapes, statements, _ = COMPANY["a severity of one's own"]
    (finding,) = company_report(tmp_path, shapes, ADA + statements).findings
    assert finding.severity == "ex:Grave"


@pytest.mark.parametrize(
    "circle",
    [
        "sh:path _:a . _:a sh:inversePath _:a",
        "sh:path ( ex:p _:a ) . _:a sh:zeroOrMorePath _:a",
        "sh:path ex:p ; sh:or _:a . _:a rdf:first ex:S ; rdf:rest _:a",
        "sh:path ex:p ; sh:node ex:S",
    ],
)
def test_a_circle_in_a_shape_is_an_error(circle, tmp_path):
    shape = "ex:S a sh:PropertyShape ; sh:targetClass foaf:Person ; sh:minCount 1 ; "
    with pytest.raises(InputError, match="refers back to itself"):
        company_report(tmp_path, f"{shape}{circle} .", f"{ADA} .")


@pytest.mark.parametrize(
    "described",
    [
        "ex:ann a ex:Employee ; skos:prefLabel 'Ann'@en ; ex:hasSkill ex:sql",
        "ex:sql a skos:Concept ; skos:prefLabel 'SQL'@en ; skos:broader ex:languages",
        "ex:acme a org:Organization ; skos:prefLabel 'Acme'@en ; org:hasUnit ex:data",
    ],
)
def test_labels_types_and_organisations_alone_are_nothing_to_check(described, tmp_path):
    path = tmp_path / "other.ttl"
    path.write_text(f"{prefixes()}@prefix ex: <https://example.org/> .\n{described} .")
    with pytest.raises(NothingChecked, match="no person that it knows"):
        check(path)


def test_data_with_types_but_no_person_that_is_known_does_not_conform(tmp_path):
    path = tmp_path / "other.jsonld"
    path.write_text(
        '{"@context": {"@vocab": "https://example.org/hr/"}, "@type": "Candidate", '
        '"person": {"name": {"formattedName": "Mara Quill"}}, "title": "Data Engineer"}'
    )
    with pytest.raises(NothingChecked, match="no person that it knows"):
        check(path)
