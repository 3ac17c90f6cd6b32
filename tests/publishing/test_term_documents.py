"""The documents of one term: the term alone, the same graph in each format, inferences marked."""

import json

import pyoxigraph as ox
import pytest
from pyld import jsonld

from mlops_roles.ontology.graph import DEFAULT, INFERRED
from mlops_roles.publishing.documents import canonicalize
from mlops_roles.publishing.publishing_data import formats
from mlops_roles.publishing.term_documents import paths_of_terms, term_documents

OWL = "http://www.w3.org/2002/07/owl#"
TERMS = ["role:ml-engineer", "task:deploy-model", "capability:ml-engineer", "source:curation"]


def triples(content, media):
    if media == "application/ld+json":
        content = jsonld.to_rdf(json.loads(content), {"format": "application/n-quads"}).encode()
        media = "application/n-triples"
    form = ox.RdfFormat.from_media_type(media)
    return [quad.triple for quad in ox.parse(content, format=form)]


@pytest.mark.parametrize("curie", TERMS)
def test_each_format_has_the_same_statements(graph, curie):
    found = term_documents(graph, graph.expand_curie(curie))
    graphs = [
        canonicalize(triples(found[form.suffix], form.media_types[0]))
        for form in formats()
        if form.rdf
    ]
    assert len(graphs) == 4
    assert len(graphs[0]) > 10
    assert all(other == graphs[0] for other in graphs)


@pytest.mark.parametrize("curie", TERMS)
def test_a_document_has_all_of_its_term_and_nothing_of_another(graph, curie):
    term = ox.NamedNode(graph.expand_curie(curie))
    found = triples(term_documents(graph, term.value)["nt"], "application/n-triples")
    named = {t.subject for t in found if isinstance(t.subject, ox.NamedNode)}
    assert named == {term}
    ground = {t for t in found if t.subject == term and not isinstance(t.object, ox.BlankNode)}
    about = (q.triple for q in graph.store.quads_for_pattern(term, None, None, None))
    assert ground == {t for t in about if not isinstance(t.object, ox.BlankNode)}
    objects = {t.object for t in found if isinstance(t.object, ox.BlankNode)}
    assert objects <= {t.subject for t in found}


@pytest.mark.parametrize("curie", TERMS)
def test_what_is_inferred_is_marked_and_nothing_else(graph, curie):
    term = ox.NamedNode(graph.expand_curie(curie))
    documents = term_documents(graph, term.value)
    store = ox.Store()
    store.extend(ox.Quad(*t) for t in triples(documents["nt"], "application/n-triples"))
    parts = [ox.NamedNode(f"{OWL}annotated{p}") for p in ("Property", "Target")]
    marked = {
        tuple(next(store.quads_for_pattern(q.subject, p, None)).object for p in parts)
        for q in store.quads_for_pattern(None, None, INFERRED)
    }
    wanted = {
        (q.predicate, q.object)
        for q in graph.store.quads_for_pattern(term, None, None, INFERRED)
        if ox.Quad(*q.triple, DEFAULT) not in graph.store
    }
    assert marked == wanted
    rows = json.loads(documents["json"])["statements"]
    assert sum(row["inferred"] for row in rows) == len(wanted)
    assert all(row["sources"] == [] for row in rows if row["inferred"])
    assert any(row["sources"] for row in rows) or curie.startswith("source:")


def test_each_kind_has_documents_and_the_vocabulary_has_its_own(graph):
    kinds = {path.partition("/")[0] for path in paths_of_terms(graph)}
    assert {"role", "task", "skill", "tool", "step", "source", "words"} <= kinds
    assert not any("#" in path or path.count("/") != 1 for path in paths_of_terms(graph))
