"""Corrections of SPARQL: right where the engine is wrong, and no other answer anywhere else."""

import itertools

import pyoxigraph as ox
import pytest

from mlops_roles import Graph, run_sparql
from mlops_roles.ontology.engine_corrections import corrected

DATA = "<urn:a> <urn:p> <urn:b> . <urn:b> <urn:p> <urn:c> ; <urn:n> 'x'@en , 'y'@en ."
STEPS = ("<urn:p>*", "<urn:p>?", "^<urn:p>*", "(<urn:p>/<urn:p>)?", "!<urn:n>*", "(<urn:p>*)*")
KEPT = (
    "SELECT * { ?s <urn:p>+ <urn:b> }",
    "SELECT * { ?s <urn:p>* ?o }",
    "SELECT * { <urn:a> <urn:p>* <urn:b> }",
    "SELECT * { ?s <urn:n>|<urn:p>? <urn:b> }",
    "SELECT * { ?s <urn:p>* <urn:b> ; <urn:n> ?n }",
    "SELECT * { ?s <urn:p>* <urn:b> . _:x <urn:n> ?n }",
    "SELECT * { ?s <urn:n> 'GROUP_CONCAT(' }",
    "SELECT * { ?s <urn:n> ?n FILTER(?n * 2 > <urn:b>) }",
)


@pytest.fixture(scope="module")
def graph():
    store = ox.Store()
    store.load(DATA, format=ox.RdfFormat.TURTLE)
    return Graph(store=store, base=())


def rows(graph, text):
    return sorted(map(str, graph.evaluate(text)))


@pytest.mark.parametrize("step", STEPS)
def test_a_term_that_is_nowhere_in_the_data_reaches_itself(graph, step):
    for text in (f"SELECT ?x {{ <urn:d> {step} ?x }}", f"SELECT ?x {{ ?x {step} <urn:d> . }}"):
        assert rows(graph, text) == []  # else the correction is not needed any more
        (found,) = graph.evaluate(corrected(text))
        assert found["x"] == ox.NamedNode("urn:d")


@pytest.mark.parametrize(("step", "term"), itertools.product(STEPS, "abc"))
def test_what_a_term_in_the_data_reaches_stays_as_it_is(graph, step, term):
    for pattern in (f"<urn:{term}> {step} ?x", f"?x {step} <urn:{term}>"):
        for before in ("", "{ ?x ?p ?o } UNION { ?s ?p ?x }", "OPTIONAL { ?x <urn:n> ?n }"):
            text = f"SELECT * {{ {before} {pattern} . }}"
            assert corrected(text) != text
            assert rows(graph, corrected(text)) == rows(graph, text)
        assert rows(graph, f"SELECT * {{ {pattern} }}") != []


@pytest.mark.parametrize("text", KEPT)
def test_other_queries_are_not_touched(text):
    assert corrected(text) == text


def test_a_concatenation_is_a_plain_string(graph):
    text = "SELECT (group_concat(DISTINCT ?n; separator='(') AS ?all) { ?s <urn:n> ?n }"
    (answer,) = run_sparql(text, graph).terms
    assert answer[0].language is None and answer[0].value in ("x(y", "y(x")
    grouped = "SELECT ?s { ?s <urn:n> ?n } GROUP BY ?s HAVING (GROUP_CONCAT(?n) IN ('x y', 'y x'))"
    assert len(run_sparql(grouped, graph)) == 1


def test_run_sparql_corrects_a_path(graph):
    assert run_sparql("SELECT * { ?s <urn:p>* <urn:d> }", graph).rows == [{"s": "<urn:d>"}]
