"""The founding text, clause by clause: each is carried, nothing claims more, nothing is copied.

`founding_text.csv` has an id, a paraphrase and what carries the clause: CURIEs of terms, or
statements, with ' ; ' between.
"""

import csv
import re
from functools import cache

import pytest
from support.asserted import ROOT, SHARED, axioms, facts, links, members, read

SAID = {
    "mlops:performs",
    "mlops:managesTask",
    "mlops:ensuresTask",
    "mlops:follows",
    "mlops:incorporates",
    "mlops:similarTo",
    "mlops:primaryTitle",
    "mlops:counterpartTitle",
    "skos:notation",
}
with (ROOT / "tests" / "founding_text.csv").open(encoding="utf-8", newline="") as file:
    CLAUSES = {row["id"]: row for row in csv.DictReader(file)}


def items(clause):
    """What carries a clause: terms as text, statements as triples."""
    parts = [p.strip() for p in clause["terms"].split(" ; ") if p.strip()]
    return [read(f"{p} .")[0] if " " in p else p for p in parts]


ITEMS = {name: items(clause) for name, clause in CLAUSES.items()}
NAMED = {item for found in ITEMS.values() for item in found}
TERMS = {part for item in NAMED for part in ([item] if isinstance(item, str) else item)}


def of_founding_text(sources):
    return any(re.fullmatch(r"source:mitre-roles(-\w+)?", source) for source in sources)


def words(text):
    return re.findall(r"\w+", text.casefold())


def runs(text, length):
    found = words(text)
    return {" ".join(found[i : i + length]) for i in range(len(found) - length + 1)}


def founding_text():
    path = SHARED / "source" / "MITRE Roles.md"
    if not path.is_file():
        pytest.skip("the founding text is not beside the repository: it may not be passed on in it")
    return path.read_text("utf-8")


@cache
def runs_of_founding_text(length):
    return runs(founding_text(), length)


def shared_runs(text, length):
    return runs(text, length) & runs_of_founding_text(length)


@cache
def blocks():
    """The roles, similar roles, tasks and vocabulary whose block rests on the founding text."""
    places = (
        members("bibo:Document")
        | members("bibo:DocumentPart")
        | members("owl:Ontology")
        | members("owl:Axiom")
    )
    return {
        term for term, sources in links("dcterms:source").items() if of_founding_text(sources)
    } - places


def test_clauses_were_found_and_each_has_an_id_of_its_own():
    lines = (ROOT / "tests" / "founding_text.csv").read_text("utf-8").splitlines()
    assert len(CLAUSES) == len(lines) - 1 > 60
    assert all(re.fullmatch(r"(file|intro|r[1-7])-[a-z0-9-]+", name) for name in CLAUSES)


def test_every_place_of_the_founding_text_has_clauses():
    places = {p for p in members("bibo:DocumentPart") if of_founding_text([p])}
    told = {name.split("-")[0].replace("intro", "introduction") for name in CLAUSES} - {"file"}
    assert {f"source:mitre-roles-{place}" for place in told} == places


@pytest.mark.parametrize("name", CLAUSES)
def test_a_clause_is_carried_by_something_that_exists(name):
    assert CLAUSES[name]["paraphrase"].strip()
    assert ITEMS[name], "a clause that nothing carries"
    assert [
        item
        for item in ITEMS[name]
        if item not in (links("rdf:type") if isinstance(item, str) else facts())
    ] == []


@pytest.mark.parametrize("name", [n for n in CLAUSES if n.startswith("r") and "slip" not in n])
def test_what_carries_a_clause_of_a_role_rests_on_its_paragraph(name):
    paragraph, sources = f"source:mitre-roles-{name[:2]}", links("dcterms:source")
    carriers = {
        part
        for item in ITEMS[name]
        if not isinstance(item, str)
        for part in (item[0], item[2])
        if part in sources
    }
    assert all(paragraph in sources[c] or c.startswith("role:") for c in carriers)
    assert not carriers or any(paragraph in sources[c] for c in carriers)


def test_every_term_of_the_founding_text_is_named_by_a_clause():
    assert len(blocks()) > 40
    assert blocks() - TERMS == set()


def test_every_statement_of_the_founding_text_is_named_by_a_clause():
    annotated = {a.statement for a in axioms() if of_founding_text(a.sources)}
    curated = {a.statement for a in axioms() if not of_founding_text(a.sources) and not a.marks}
    said = {fact for fact in facts() if fact[0] in blocks() and fact[1] in SAID} - curated
    second = {statement for statement in annotated if statement[1] == "mlops:counterpartTitle"}
    assert len(second) == 6
    assert (annotated | said) - NAMED == set()


def test_no_clause_claims_more_than_the_blocks_rest_on():
    claimed = {item for item in NAMED if not isinstance(item, str) and item[1] in SAID}
    assert {item[0] for item in claimed} <= blocks()


@pytest.mark.parametrize("name", CLAUSES)
def test_a_paraphrase_shares_no_six_words_in_a_row_with_the_founding_text(name):
    assert shared_runs(CLAUSES[name]["paraphrase"], 6) == set()


def test_no_definition_or_note_copies_eight_words_of_the_founding_text():
    texts = [
        text
        for p in ("skos:definition", "skos:scopeNote", "rdfs:comment")
        for found in links(p).values()
        for text in found
    ]
    assert len(texts) > 500
    assert {run for text in texts for run in shared_runs(text, 8)} == set()


def test_copied_words_would_be_seen():
    assert shared_runs(" ".join(founding_text().split()[30:50]), 8)
