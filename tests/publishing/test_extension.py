"""A company's roles as a release of their own: files, closure, shapes and a page."""

import html
import re

import pyoxigraph as ox
import pytest
from support.asserted import ROOT

from mlops_roles import InputError, load
from mlops_roles.cli.main import main
from mlops_roles.ontology.graph import INFERRED
from mlops_roles.publishing import extension
from mlops_roles.publishing.extension import extension_files

ACME = ROOT / "examples" / "acme.ttl"


@pytest.fixture(scope="module")
def built():
    return extension_files(load(ACME))


def test_the_file_is_published_as_it_was_given(built):
    assert built["acme.ttl"] == ACME.read_bytes()


def test_the_closure_is_what_follows_with_the_file_alone(built):
    found = {q.triple for q in ox.parse(built["closure.nt"], format=ox.RdfFormat.N_TRIPLES)}
    texts = {str(triple) for triple in found}
    assert any("prompt-engineer> " in t and "#requiresSkill>" in t for t in texts)
    assert not any(t.startswith("<https://w3id.org/mlops-roles/role/ml-engineer>") for t in texts)


def test_the_classes_and_shapes_name_the_companys_terms(built):
    assert b"acme:prompt-engineer-capability" in built["capabilities.ttl"]
    assert b"acme:prompt-writing" in built["shapes-people.ttl"]


def test_the_page_documents_each_term_of_the_file_and_leads_to_the_files(built):
    page = built["index.html"].decode()
    ids = re.findall(r'<article id="(.*?)">', page)
    assert sorted(ids) == [
        "acme:design-prompts",
        "acme:handbook",
        "acme:prompt-engineer",
        "acme:prompt-studio",
        "acme:prompt-writing",
    ]
    assert '<a href="#acme:prompt-writing">' in page
    links = {html.unescape(link) for link in re.findall(r'href="([^#"]+)"', page)}
    assert links | {"index.html"} == built.keys()
    assert "<script" not in page


def test_every_inferred_statement_about_a_term_is_proved_on_the_page(built):
    page = built["index.html"].decode()
    marks = re.findall(r'class="follows" href="#([^"]+)"', page)
    assert len(marks) >= 8
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(marks) <= set(ids)
    proof = re.search(r'<li id="acme:prompt-engineer.requiresSkill-[^"]*prompt-writing">.*?</li>',
                      page, re.S)[0]  # fmt: skip
    assert "mlops:requiresSkill" in proof
    assert "acme:handbook" in page[page.index(proof) :]
    graph = load(ACME)
    inferred = [
        quad
        for quad in graph.store.quads_for_pattern(None, None, None, INFERRED)
        if quad.subject.value.startswith("https://acme.example/")
        and f'id="{graph.curie(quad.subject.value)}"' in page
    ]
    assert len(inferred) == len(re.findall(r'<li id="', page))


def test_a_page_with_too_many_inferred_statements_says_how_each_is_proved(monkeypatch):
    monkeypatch.setattr(extension, "MAX_PROVEN", 3)
    page = extension_files(load(ACME))["index.html"].decode()
    assert 'class="follows"' not in page
    assert "mlops-roles explain --with FILE" in page


def test_a_label_with_html_is_text(tmp_path):
    path = tmp_path / "bad.ttl"
    text = ACME.read_text("utf-8").replace('"prompt writing"', '"<script>alert(1)</script>"')
    path.write_text(text, "utf-8")
    page = extension_files(load(path))["index.html"]
    assert b"<script" not in page
    assert b"&lt;script&gt;alert(1)" in page


@pytest.mark.thorough
def test_a_build_replaces_an_earlier_one_and_no_other_folder(tmp_path, capsys):
    target = tmp_path / "dist"
    build = ["build", "--with", str(ACME), "--output", str(target)]
    assert main(build) == 0
    first = {path.name: path.read_bytes() for path in target.iterdir()}
    assert main(build) == 0
    assert {path.name: path.read_bytes() for path in target.iterdir()} == first
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert main([*build[:-1], str(tmp_path / "mine")]) == 2
    assert main([*build, "--site", "https://acme.example"]) == 2
    assert "leave them out" in capsys.readouterr().err


def test_questions_alone_are_no_extension():
    with pytest.raises(InputError, match="no RDF"):
        extension_files(load())
