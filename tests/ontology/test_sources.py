"""The source of every statement: as in 0.1.0, or changed on purpose.

`sources-0.1.0.csv.xz` holds what `source-of-statement` answered for each statement of that release.
"""

import csv
import lzma
from functools import cache
from pathlib import Path

import pytest
from support.asserted import axioms, links, write

from mlops_roles.ontology.catalogue import find_question

OLD = Path(__file__).with_name("sources-0.1.0.csv.xz")
# Definitions and notes had the source of their block, although the words are ours.
OURS_NOW = {"skos:definition", "skos:scopeNote"}
# Statements of 0.1.0 that carry a mark since, with the same sources.
MARKS_SINCE = {"mlops:givenAsExample", "mlops:interpretation"}


@cache
def before():
    """Statement to its sources and marks in 0.1.0, as text."""
    with lzma.open(OLD, "rt", encoding="utf-8", newline="") as file:
        return {
            (row["subject"], row["predicate"], row["object"]): (row["sources"], row["marks"])
            for row in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def now(graph):
    """The same of this version."""
    found = {}
    for *statement, source, mark in graph.query(find_question("source-of-statement").text):
        sources, marks = found.setdefault(tuple(map(write, statement)), (set(), set()))
        sources.add(write(source))
        marks.update([write(mark)] if mark else [])
    return {key: tuple(" ".join(sorted(part)) for part in parts) for key, parts in found.items()}


def test_a_statement_of_the_first_release_keeps_its_source(now):
    kept = before().keys() & now.keys()
    assert len(before()) == 6641
    assert len(kept) > 3000, "most statements are still made"
    changed = {key for key in kept if now[key] != before()[key]}
    marked = {key for key in changed if now[key][1] in MARKS_SINCE}
    assert len(marked) == 6
    assert {key for key in marked if now[key][0] != before()[key][0]} == set()
    changed -= marked
    assert {key for key in changed if key[1] not in OURS_NOW} == set()
    assert {now[key][0] for key in changed} == {"source:curation"}
    assert len(changed) > 100


def test_every_definition_and_note_is_in_our_own_words(now):
    words = {key: value for key, value in now.items() if key[1] in OURS_NOW}
    assert len(words) > 500
    assert {key for key, (sources, _) in words.items() if sources != "source:curation"} == set()


def test_an_axiom_is_written_only_for_a_departure():
    defaults = links("mlops:defaultSource")
    assert len(defaults) > 5
    idle = [
        a.statement
        for a in axioms()
        if not a.marks
        and a.sources == defaults.get(a.statement[1])
        and a.statement[0] in links("rdfs:isDefinedBy")
    ]
    assert idle == []
