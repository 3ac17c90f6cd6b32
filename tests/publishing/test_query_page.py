"""The form of the query page makes SPARQL that answers as the catalogue does."""

import html

import pyoxigraph as ox
import pytest
from support.node import needs_node, run_scripts

from mlops_roles.ontology.catalogue import catalogue
from mlops_roles.publishing import query_page
from mlops_roles.publishing.pages import Documentation
from mlops_roles.publishing.search_index import script_assignment, search_index

MAKE = """
const index = mlopsSearch.prepare(mlopsSearchIndex);
const terms = new mlopsQuery.Terms(index, mlopsCatalogue.prefixes);
const questions = new Map(mlopsCatalogue.questions.map((question) => [question.name, question]));
input.asked.map(([name, values]) => {
  const question = questions.get(name), given = {};
  for (const [key, value] of Object.entries(values)) {
    const { kinds, values: listed } = question.parameters.find((each) => each.name === key);
    const text = value.replace(/^"(.*)"$/, "$1");
    given[key] = listed.length ? [JSON.stringify(text)] : terms.meanings(text, kinds);
  }
  return mlopsQuery.fixed(question, given);
})
"""


def promised(graph):
    """Each question that the page has, with the values of each promised row."""
    for question in query_page.questions_without_data(graph):
        for row in question.bindings("expect"):
            known = {key: value for key, value in row.items() if key in question.parameters}
            yield question.name, {k: value for k, value in known.items() if "@" not in value}


@needs_node
@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.long)])
def test_a_form_asks_what_the_catalogue_asks(graph, step):
    asked = list(promised(graph))
    assert len(asked) > 150
    wrapped = ("role-skill-matrix", "vocabulary-terms", "workflow")
    asked = [each for each in asked if each[0] in wrapped] + asked[::step]
    questions = query_page.questions_without_data(graph)
    data = [
        search_index(graph, {}),
        script_assignment("mlopsCatalogue", query_page.catalogue_data(graph, questions)),
    ]
    texts = run_scripts(["search.js", "query.js"], data, MAKE, asked=asked)
    for (name, values), text in zip(asked, texts, strict=True):
        answer = graph.store.query(text, use_default_graph_as_union=True)
        rows = [[row[v] for v in answer.variables] for row in answer]
        expected = catalogue(graph)[name].run(graph, **values)
        assert {v.value for v in answer.variables} == {*expected.columns}, name
        order = [expected.columns.index(v.value) for v in answer.variables]
        assert sorted(map(str, rows)) == sorted(
            str([row[at] for at in order]) for row in expected.terms
        ), (name, values)


def test_the_page_has_the_questions_that_need_no_data(graph):
    names = {question.name for question in query_page.questions_without_data(graph)}
    assert {"tasks-of-role", "role-skill-matrix"} <= names
    assert not {"holders-of-role", "skill-gap-of-person"} & names


def test_the_data_is_the_graph_and_the_same_each_time(graph):
    text = query_page.dataset(graph)
    read = ox.Dataset(ox.parse(text, format=ox.RdfFormat.TRIG))
    whole = ox.Dataset(graph.store)
    for dataset in (read, whole):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert read == whole
    assert text == query_page.dataset(graph)


def test_the_page_says_whether_it_has_an_engine(graph, files, monkeypatch):
    page = html.unescape(files["query/index.html"].decode())
    has_engine = bool(query_page.vendor_files())
    assert ('id="no-engine"' in page) is not has_engine
    assert ("vendor/editor.js" in page) is has_engine
    assert ("vendor/LICENSES.txt" in files) is has_engine
    assert "'wasm-unsafe-eval'" in page
    assert all(
        b"wasm-unsafe-eval" not in content
        for path, content in files.items()
        if path.endswith(".html") and path != "query/index.html"
    )
    monkeypatch.setattr(query_page, "vendor_files", dict)
    built = dict(query_page.query_files(Documentation(graph), graph))
    assert b'id="no-engine"' in built["query/index.html"]
    assert not [path for path in built if path.startswith("vendor/")]


def test_the_page_of_a_term_leads_to_the_query_page(files):
    page = files["role/ml-engineer.html"].decode()
    assert 'href="../query/index.html#about=role%3Aml-engineer"' in page
    assert 'href="../query/index.html#question=tasks-of-role&amp;role=role%3Aml-engineer"' in page
