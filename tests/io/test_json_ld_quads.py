"""JSON-LD 1.1 to RDF: one case for each feature, and what is left out is always named."""

import json

import pyoxigraph as ox
import pytest

from mlops_roles import InputError, InputWarning, parse_rdf, relative_to
from mlops_roles.io import rdf
from mlops_roles.io.json_ld_quads import JsonLdDocument

BASE = "https://d.example/f/doc.jsonld"
PREFIXES = """@prefix : <https://v.example/> . @prefix d: <https://d.example/f/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
VOCAB = '"@vocab": "https://v.example/"'
V = f"{{{VOCAB}}}"
CASES = {
    "a node after its properties": (
        f'{{"p": {{"q": 1, "@type": "T"}}, "@id": "a", "@context": {V}}}',
        "d:a :p [ a :T ; :q 1 ] .",
    ),
    "numbers": (
        f'{{"@context": {V}, "@id": "a", "p": [1.0, 1.5, -0.0, 1e21, 12345678901234567890, true]}}',
        "d:a :p 1, 1.5E0, 0, 1.0E21, 12345678901234567890, true .",
    ),
    "a number as a double": (
        f'{{"@context": {{{VOCAB}, "p": {{"@type": "http://www.w3.org/2001/XMLSchema#double"}}}},'
        '"@id": "a", "p": [5, 5.3]}',
        "d:a :p 5.0E0, 5.3E0 .",
    ),
    "lists in lists": (
        f'{{"@context": {V}, "@id": "a", "p": {{"@list": [[1, []], {{"@id": "b"}}]}}}}',
        "d:a :p ( ( 1 () ) d:b ) .",
    ),
    "nested properties": (
        f'{{"@context": {{{VOCAB}, "n": "@nest"}}, "@id": "a", "n": {{"p": 1}}}}',
        "d:a :p 1 .",
    ),
    "included nodes": (
        f'{{"@context": {V}, "@id": "a", "@included": [{{"@id": "b", "p": 1}}]}}',
        "d:b :p 1 .",
    ),
    "a JSON literal": (
        f'{{"@context": {{{VOCAB}, "p": {{"@type": "@json"}}}}, "@id": "a",'
        '"p": {"b": 1.50, "a": [null, "é"]}}',
        'd:a :p \'{"a":[null,"é"],"b":1.5}\'^^rdf:JSON .',
    ),
    "a context of a type, which does not reach the nodes below": (
        f'{{"@context": {{{VOCAB}, "T": {{"@context": {{"p": "https://v.example/typed"}}}}}},'
        '"@id": "a", "@type": "T", "p": {"@id": "b", "p": 1}}',
        "d:a a :T ; :typed d:b . d:b :p 1 .",
    ),
    "a context of a property, which reaches the nodes below": (
        f'{{"@context": {{{VOCAB}, "p": {{"@context": {{"q": "https://v.example/scoped"}}}}}},'
        '"@id": "a", "p": {"@id": "b", "q": {"@id": "c", "q": 1}}}',
        "d:a :p d:b . d:b :scoped d:c . d:c :scoped 1 .",
    ),
    "a map of graphs by name": (
        f'{{"@context": {{{VOCAB}, "p": {{"@container": ["@graph", "@id"]}}}}, "@id": "a",'
        '"p": {"g": {"@id": "b", "q": 1}}}',
        "d:a :p d:g . d:g { d:b :q 1 }",
    ),
    "a map by a property": (
        f'{{"@context": {{{VOCAB}, "p": {{"@container": "@index", "@index": "k"}}}}, "@id": "a",'
        '"p": {"x": {"@id": "b"}}}',
        'd:a :p d:b . d:b :k "x" .',
    ),
    "maps by language, type and identifier": (
        f'{{"@context": {{{VOCAB}, "l": {{"@container": "@language"}}, "t": {{"@container":'
        '"@type"}, "i": {"@container": "@id"}}, "@id": "a", "l": {"de": "x", "@none": "y"},'
        '"t": {"T": {"@id": "b"}}, "i": {"c": {"q": 1}}}',
        'd:a :l "x"@de, "y" ; :t d:b ; :i d:c . d:b a :T . d:c :q 1 .',
    ),
    "reverse properties": (
        f'{{"@context": {{{VOCAB}, "r": {{"@reverse": "p"}}}}, "@id": "a", "r": {{"@id": "b"}},'
        '"@reverse": {"q": {"@id": "c"}}}',
        "d:b :p d:a . d:c :q d:a .",
    ),
    "a base in the context": (
        f'{{"@context": {{{VOCAB}, "@base": "../g/"}}, "@id": "a", "p": {{"@id": "#b"}}}}',
        "<https://d.example/g/a> :p <https://d.example/g/#b> .",
    ),
    "blank nodes that are named": (
        f'{{"@context": {V}, "@graph": [{{"@id": "_:x", "p": {{"@id": "_:y"}}}},'
        '{"@id": "_:y", "q": {"@id": "_:x"}}]}',
        "_:x :p _:y . _:y :q _:x .",
    ),
    "keywords that are set to null": (
        f'{{"@context": [{{{VOCAB}, "@language": null, "@direction": null}},'
        '{"@language": "de"}, {"@language": null}], "@id": "a", "p": "x"}',
        'd:a :p "x" .',
    ),
    "a graph with properties": (
        f'{{"@context": {V}, "@id": "g", "p": 1, "@graph": [{{"@id": "a", "q": 2}}]}}',
        "d:g :p 1 . d:g { d:a :q 2 }",
    ),
}
REFUSED = {
    "a remote context": ('{"@context": "https://v.example/c", "p": 1}', "fetched"),
    "a key twice": ('{"@id": "a", "@id": "b"}', "'@id' is twice in one object"),
    "a value that is infinite": ('{"urn:p": 1e999}', "1e999 is no number"),
    "a value that is no number": ('{"urn:p": NaN}', "NaN is no number"),
    "text that is no JSON": ('{"urn:p":\n', "doc.jsonld, line 2: Expecting value"),
    "a list of lists of properties": (
        '{"@context": {"p": {"@id": "urn:p", "@container": "@foo"}}}',
        "container",
    ),
    "a protected term that is changed": (
        f'{{"@context": [{{"@protected": true, {VOCAB}, "p": "urn:a"}}, {{"p": "urn:b"}}]}}',
        "protected term redefinition",
    ),
    "half of a surrogate pair": ('{"urn:p": "\\ud800"}', "half of a surrogate"),
    "a mapping that is no text": (
        '{"@context": {"p": {"@id": []}}, "p": 1}',
        "no valid JSON-LD|@id",
    ),
    "terms that refer to each other": ('{"@context": {"a": "b:x", "b": "a:x"}}', "cyclic"),
}
LEFT_OUT = {
    "keys that no context maps are left out: p": '{"@id": "a", "p": 1}',
    "an invalid IRI: https://d.example/f/a b": f'{{"@context": {V}, "@id": "a b", "p": 1}}',
    "an invalid property: _:p": '{"@id": "a", "_:p": 1}',
    "an invalid language: a b": '{"urn:p": {"@value": "x", "@language": "a b"}}',
    "the direction of texts is left out: x": '{"urn:p": {"@value": "x", "@direction": "rtl"}}',
    'terms beginning with "@" are reserved': '{"@context": {"@foo": "urn:x"}, "urn:p": 1}',
}


def quads(text, folder=None):
    return ox.Dataset(JsonLdDocument(text.encode(), "doc.jsonld", BASE, folder))


@pytest.mark.parametrize("name", CASES)
def test_a_feature_is_read(name):
    text, expected = CASES[name]
    found, wanted = quads(text), ox.Dataset(ox.parse(PREFIXES + expected, format=ox.RdfFormat.TRIG))
    assert len(wanted) >= 1
    for dataset in (found, wanted):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert found == wanted


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_json_ld_is_refused(name):
    text, reason = REFUSED[name]
    with pytest.raises(InputError, match=reason):
        quads(text)


@pytest.mark.parametrize("reason", LEFT_OUT)
def test_what_is_left_out_is_named(reason):
    with pytest.warns(InputWarning) as caught:
        quads(LEFT_OUT[reason])
    assert reason in str(caught[0].message)


def test_expanded_and_plain_documents_are_read_as_the_engine_reads_them():
    text = json.dumps(
        [
            {"@id": f"urn:{n}", "urn:p": [{"@value": "x", "@language": "en"}, {"@id": f"urn:{m}"}]}
            for n in range(9)
            for m in range(n)
        ]
    )
    assert len(quads(text)) == 44
    assert quads(text) == ox.Dataset(ox.parse(text, format=ox.RdfFormat.JSON_LD))


# contexts in files ---------------------------------------------------------------


def test_a_relative_context_is_read_from_the_folder_of_the_document(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "c.jsonld").write_text(f'{{"@context": {V}}}')
    path = tmp_path / "a.jsonld"
    path.write_text('{"@context": "in/c.jsonld", "@id": "b", "p": 1}')
    (quad,) = parse_rdf(path)[0]
    assert quad.predicate.value == "https://v.example/p"
    assert quad.subject.value == (tmp_path / "b").as_uri()
    (quad,) = parse_rdf(path, base_iri=BASE)[0]
    assert quad.subject.value == "https://d.example/f/b"


@pytest.mark.parametrize(
    "address",
    ["../c.jsonld", "%2e%2e/c.jsonld", "link.jsonld", "c.txt", "/etc/passwd", "none.json"],
)
def test_no_other_file_is_read_as_a_context(tmp_path, address):
    folder = tmp_path / "in"
    folder.mkdir()
    for path in (tmp_path / "c.jsonld", folder / "c.txt"):
        path.write_text(f'{{"@context": {V}}}')
    (folder / "link.jsonld").symlink_to(tmp_path / "c.jsonld")
    path = folder / "a.jsonld"
    path.write_text(json.dumps({"@context": address, "p": 1}))
    with pytest.raises(InputError, match=r"context|no such file"):
        parse_rdf(path)


# the base of relative IRIs ---------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("ttl", "<a> <p> <#b> ."),
        ("trig", "<g> { <a> <p> <#b> }"),
        ("jsonld", '{"@context": {"@vocab": ""}, "@id": "a", "p": {"@id": "#b"}}'),
    ],
)
def test_relative_iris_start_from_the_base_that_is_given(tmp_path, ending, text):
    path = tmp_path / f"a.{ending}"
    path.write_text(text)
    with relative_to("https://x.example/y"):
        (quad,) = rdf.iter_quads(path)
    assert quad.subject.value == "https://x.example/a"
    assert quad.object.value == "https://x.example/y#b"
    (quad,) = rdf.iter_quads(path)
    assert quad.subject.value == (tmp_path / "a").as_uri()


def test_a_base_that_is_not_absolute_is_an_error():
    with pytest.raises(InputError, match="no absolute IRI"), relative_to("y"):
        raise AssertionError
