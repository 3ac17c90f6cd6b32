"""Each shape catches the mistake it carries, and without the mistake is silent."""

import re

import pyoxigraph as ox
import pytest
from rdflib import SH, URIRef
from support.asserted import ROOT

from mlops_roles import InputError, NothingChecked, check, load
from mlops_roles.io.resources import resource_dir
from mlops_roles.validation.findings import SEVERITIES
from mlops_roles.validation.shacl import (
    UNDESCRIBED,
    DataGraph,
    load_shapes,
    named_shapes,
    shapes_graph_query,
    validate,
)
from mlops_roles.validation.shacl_to_sparql import ShaclToSparql

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
    assert len(ON_SHAPES) == 4
    assert len({f.stem for f in resource_dir("shapes").glob("*.ttl")}) >= 10


@pytest.mark.parametrize("name", MISTAKES)
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
    with pytest.raises(InputError, match="empty"):
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
