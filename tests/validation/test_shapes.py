"""Each shape catches the mistake it carries, and without the mistake is silent."""

import pyoxigraph as ox
import pytest
from support.asserted import ROOT

from mlops_roles import InputError, NothingChecked, check, load
from mlops_roles.io.resources import resource_dir
from mlops_roles.validation.findings import SEVERITIES
from mlops_roles.validation.shacl import _shapes_in, read_shapes

ACME = ROOT / "examples" / "acme.ttl"
MLOPS = "https://w3id.org/mlops-roles/ns#"
RDFS_COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"


def prefixes() -> str:
    return "".join(f"@prefix {p}: <{n}> .\n" for p, n in load().prefixes.items())


def shapes() -> dict[str, str]:
    """The shapes by CURIE, with the mistake each carries."""
    from rdflib import URIRef

    graph = read_shapes(load())
    return {
        load().curie(str(s)): str(graph.value(s, URIRef(MLOPS + "rejects")) or "")
        for s in _shapes_in(graph)
    }


SHAPES = shapes()


@pytest.fixture(scope="module")
def clean():
    return check()


def fired(tmp_path, text: str) -> set[str]:
    path = tmp_path / "mistake.ttl"
    path.write_text(prefixes() + text, "utf-8")
    return {f.shape for f in check(path).findings}


def test_shapes_are_found():
    assert len(SHAPES) >= 70
    assert len({f.stem for f in resource_dir("shapes").glob("*.ttl")}) >= 10


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_rejects_the_mistake_it_carries(name, tmp_path):
    assert SHAPES[name], f"{name} carries no mlops:rejects"
    assert name in fired(tmp_path, SHAPES[name])


def test_the_ontology_has_no_finding_above_info(clean):
    assert [f for f in clean.findings if f.severity != "Info"] == []


def test_every_shape_looks_at_something_in_the_ontology_or_its_mistake(clean, tmp_path):
    idle = [n for n, count in clean.checked.items() if not count]
    for name in idle:
        path = tmp_path / "mistake.ttl"
        path.write_text(prefixes() + SHAPES[name], "utf-8")
        assert check(path).checked[name], name


def test_every_shape_is_complete():
    from rdflib import SH, URIRef

    graph = read_shapes(load())
    for shape in _shapes_in(graph):
        assert str(graph.value(shape, SH.severity)).rsplit("#")[-1] in SEVERITIES, shape
        message = str(graph.value(shape, SH.message))
        assert message.count(". ") >= 1, f"{shape}: a rule and its cure, two sentences"
        assert graph.value(shape, URIRef(RDFS_COMMENT)), shape


def test_data_that_no_shape_looks_at_does_not_conform(tmp_path):
    path = tmp_path / "other.ttl"
    path.write_text("<https://example.org/a> <https://example.org/b> <https://example.org/c> .")
    with pytest.raises(NothingChecked, match="nothing was checked"):
        check(path)


def test_empty_data_does_not_conform(tmp_path):
    path = tmp_path / "empty.ttl"
    path.write_text("")
    with pytest.raises(InputError, match="empty"):
        check(path)


def test_a_shape_of_a_user_that_matches_nothing_is_reported(tmp_path):
    path = tmp_path / "ours.ttl"
    path.write_text(
        prefixes()
        + "<https://acme.example/s> a sh:NodeShape ; sh:targetClass <https://acme.example/Nobody> ; sh:nodeKind sh:IRI ."
    )
    found = [f for f in check(graph=load(path)).findings if f.focus == "<https://acme.example/s>"]
    assert "shape:has-something-to-check" in {f.shape for f in found}


def test_a_property_shape_used_by_another_shape_is_in_good_order(tmp_path):
    """Ordinary SHACL: it needs no target of its own, and no rule of our house binds a company's shapes."""
    path = tmp_path / "ours.ttl"
    path.write_text(
        prefixes()
        + "<https://acme.example/s> a sh:NodeShape ; sh:targetClass mlops:Zone ; sh:property <https://acme.example/p> ."
        "<https://acme.example/p> a sh:PropertyShape ; sh:path mlops:budget ; sh:maxCount 5 ."
    )
    assert [
        f for f in check(graph=load(path)).findings if f.focus.startswith("<https://acme.example/")
    ] == []


def test_a_misspelt_term_of_shacl_is_reported(tmp_path):
    path = tmp_path / "ours.ttl"
    path.write_text(
        prefixes()
        + "<https://acme.example/s> a sh:NodeShape ; sh:targetClas mlops:Role ; sh:nodeKind sh:IRI ."
    )
    found = [f for f in check(graph=load(path)).findings if f.shape == "shape:uses-terms-of-shacl"]
    assert [f.value for f in found] == ["sh:targetClas"]


def test_a_companys_additions_in_good_order_conform():
    report = check(graph=load(ACME))
    assert [f for f in report.findings if f.severity != "Info"] == []


def test_shapes_look_at_what_was_asserted_not_at_what_a_range_makes_of_it(tmp_path):
    """An rdfs:range would make the missing type true; the shape must still report it."""
    text = "<https://example.org/ada> mlops:hasSkill <https://example.org/knitting> ."
    assert any("skill" in name for name in fired(tmp_path, text))


def test_asserted_statements_are_what_a_shape_sees():
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
