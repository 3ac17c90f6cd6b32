"""JSON-LD as web pages have it, JSON Resume, and standard input."""

import io
import json
import sys

import pytest

from mlops_roles import InputError, InputWarning
from mlops_roles.io import rdf

NAME = "https://schema.org/name"


def names(path, **options):
    """The names in a file."""
    quads = rdf.iter_quads(path, **options)
    return sorted(q.object.value for q in quads if q.predicate.value == NAME)


@pytest.mark.parametrize(
    "address",
    [
        "https://schema.org",
        "http://schema.org/",
        "HTTPS://WWW.Schema.org",
        "https://schema.org/docs/jsonldcontext.jsonld",
        "https:\\/\\/schema.org\\/",
    ],
)
def test_the_context_of_schema_org_is_known_without_a_network(tmp_path, address):
    path = tmp_path / "a.jsonld"
    path.write_text(f'{{"@context": ["{address}", {{"x": "urn:x"}}], "name": "Ann"}}')
    assert names(path) == ["Ann"]
    path.write_text(f'{{"@context": {{"@import": "{address}"}}, "name": "Ann"}}')
    assert names(path) == ["Ann"]


def test_any_other_remote_context_is_an_error_that_says_so(tmp_path):
    path = tmp_path / "a.jsonld"
    path.write_text('{"@context": "https://schema.example", "name": "Ann"}')
    with pytest.raises(InputError, match=r"only that of schema\.org is known"):
        names(path)


def test_a_web_page_is_read_by_the_json_ld_in_it(tmp_path):
    path = tmp_path / "team.HTML"
    path.write_text(
        """<html><script>var a = {"@context": "https://schema.org", "name": "No"}</script>
        <script type="application/ld+json">{"@context": "https://schema.org", "name": "A &amp; B"}
        </script><p>"name"</p><SCRIPT type='Application/LD+JSON; charset=utf-8'>
        // <![CDATA[
        [{"@context": "http://schema.org", "name": "B"}, {"@context": "http://schema.org",
        "@graph": [{"name": "C"}]}]
        // ]]>
        </SCRIPT>"""
    )
    assert names(path) == ["A &amp; B", "B", "C"]
    path.write_text("<html><p>Ann</p></html>")
    with pytest.raises(InputError, match="a web page without JSON-LD"):
        names(path)


def test_a_json_resume_is_a_person_and_the_name_of_an_employer_is_no_other(tmp_path):
    path = tmp_path / "cv.json"
    path.write_text(
        json.dumps(
            {
                "$schema": "https://example.org/schema.json",
                "basics": {"name": "Ann", "location": {"city": "Ulm"}, "profiles": [{"url": "x"}]},
                "work": [{"name": "Acme", "position": "Cook", "endDate": "2020"}],
                "references": [{"name": "Ben"}],
                "projects": [{"name": "P"}],
            }
        )
    )
    assert names(path) == ["Ann"]


def test_keys_that_no_context_maps_are_kept_only_on_request(tmp_path):
    path = tmp_path / "a.jsonld"
    path.write_text(f'{{"@context": {{"name": "{NAME}"}}, "name": "Ann", "post": "Cook"}}')
    with pytest.warns(InputWarning, match="a.jsonld: keys that no context maps are left out: post"):
        assert {q.predicate.value for q in rdf.iter_quads(path)} == {NAME}
    kept = {q.predicate.value for q in rdf.iter_quads(path, keep_keys=True)}
    assert kept == {NAME, "urn:json-key:post"}


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("person,title\nAnn,Cook\n", ".csv"),
        ("# staff\nperson;title\n", ".csv"),
        ("<urn:a> <urn:b> <urn:c> .\n", ".trig"),
        ("_:a <urn:b> <urn:c> .\n", ".trig"),
        ("# comment\n@prefix a: <urn:a> .\n", ".trig"),
        ("PREFIX a: <urn:a>\n", ".trig"),
        ('<urn:a> <urn:b> "c \\"d"@en _:g .\n', ".nq"),
        (' {"@id": "a"}', ".json"),
        ('{"a": {"b": 1}}\n{"a": 2}\n', ".jsonl"),
        ('{\n"a": [{"b": 1},\n{"b": 2}]}', ".json"),
        ('\ufeff[{"@id": "a"}]', ".json"),
        ("<?xml version='1.0'?><a/>", ".rdf"),
        ("<!DOCTYPE html><html>", ".html"),
    ],
)
def test_the_form_of_standard_input_follows_from_its_beginning(monkeypatch, text, ending):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert rdf.suffix_of("-") == ending
    assert rdf.read_bytes("-") == text.lstrip("\ufeff").encode()
