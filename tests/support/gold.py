"""The gold set: terms of other vocabularies with the terms of ours that they match, by hand."""

import csv
from collections import defaultdict
from pathlib import Path

from .asserted import PREFIXES

PATH = Path(__file__).parents[1] / "matching" / "gold.csv"
ESCO_MODEL = "http://data.europa.eu/esco/model#"
GROUPS = {"exact": "same", "close": "same"}  # any other relation is a group of its own
HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items()) + (
    f"@prefix esco: <{ESCO_MODEL}> .\n@prefix hr: <https://gold.example/hr/> .\n"
    'hr:Skill a owl:Class ; rdfs:label "skill"@en . hr:Job a owl:Class ; rdfs:label "job"@en .\n'
    'hr:Competence a owl:Class ; rdfs:label "competence"@en .\n'
    'hr:Technology a owl:Class ; rdfs:label "technology"@en .\n'
)
TERM = "https://gold.example/term/"


def gold_rows():
    """The rows of the gold set."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_turtle(rows):
    """The terms of rows as a company would write them."""
    blocks, parents = {}, {}
    for row in rows:
        if row["term"] in blocks:
            continue
        parts = [f"<{TERM}{row['term']}> a {row['type']}"]
        naming = "rdfs:label" if row["type"] == "owl:Class" else "skos:prefLabel"
        parts += [f"{naming} {text}" for text in _literals(row["labels"])]
        parts += [f"skos:altLabel {text}" for text in _literals(row["alternatives"])]
        if row["above"]:
            iri = parents.setdefault(row["above"], f"{TERM}above-{len(parents)}")
            parts.append(f"skos:broader <{iri}>")
        blocks[row["term"]] = " ; ".join(parts) + " .\n"
    above = [f'<{iri}> a skos:Concept ; skos:prefLabel "{x}"@en .\n' for x, iri in parents.items()]
    return HEAD + "".join(blocks.values()) + "".join(above)


def _literals(cell):
    for part in filter(None, cell.split("|")):
        language, _, text = part.partition("=")
        text = text.replace("\\", "\\\\").replace('"', '\\"')
        yield f'"{text}"' + (f"@{language}" if language != "und" else "")


def score(rows, mappings, least=0.7):
    """How proposals compare with the rows: those right, those made, the pairs found and wanted.

    A proposal is right if its pair is labelled with its relation; an exact match counts as a
    close one, and the reverse.
    """
    wanted = {(r["term"], r["ours"]): _relations(r) for r in rows}
    terms = {r["term"] for r in rows}
    made = [m for m in mappings if float(m.cells["confidence"]) >= least and _term(m) in terms]
    right = [m for m in made if _relation(m) in wanted.get((_term(m), m.cells["object_id"]), ())]
    same = {pair for pair, relations in wanted.items() if "same" in relations}
    found = {(_term(m), m.cells["object_id"]) for m in right} & same
    return right, made, found, same


def _term(mapping):
    return mapping.subject.removeprefix(TERM)


def _relations(row):
    return {GROUPS.get(relation, relation) for relation in row["relation"].split("|")}


def _relation(mapping):
    relation = mapping.cells["predicate_id"].removeprefix("skos:").removesuffix("Match")
    return GROUPS.get(relation, relation)


def by_vocabulary(rows):
    """The rows of each vocabulary."""
    found = defaultdict(list)
    for row in rows:
        found[row["vocabulary"]].append(row)
    return found
