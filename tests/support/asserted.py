"""The asserted statements as text, read without the package."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"  # beside the repository where it was written; not part of it
FRONT_DOOR = ROOT / "ontology" / "mlops-roles.ttl"
PREFIXES = dict(re.findall(r"^@prefix (\w*):\s+<(.*?)>", FRONT_DOOR.read_text("utf-8"), re.M))


@cache
def write(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
    """A term as text: a CURIE where a prefix fits, else as in N-Triples."""
    if isinstance(term, ox.NamedNode):
        for prefix, namespace in PREFIXES.items():
            if re.fullmatch(r"[\w-]+", local := term.value.removeprefix(namespace)):
                return f"{prefix}:{local}"
    return str(term)


def read(turtle: str) -> list[tuple[str, str, str]]:
    """The statements of Turtle without prefix lines, as text."""
    head = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
    return [
        tuple(map(write, q.triple)) for q in ox.parse(head + turtle, format=ox.RdfFormat.TURTLE)
    ]


@cache
def facts() -> set[tuple[str, str, str]]:
    """Every asserted statement, as text."""
    files = sorted((ROOT / "ontology").glob("*.ttl"))
    assert len(files) >= 9
    return {
        tuple(map(write, q.triple))
        for path in files
        for q in ox.parse(path=str(path), rename_blank_nodes=True)
    }


@cache
def links(predicate: str) -> dict[str, set[str]]:
    """Subject to objects of one property."""
    found = defaultdict(set)
    for s, p, o in facts():
        if p == predicate:
            found[s].add(o)
    return dict(found)


def members(cls: str) -> set[str]:
    """The terms that are asserted to be of a class."""
    return {s for s, classes in links("rdf:type").items() if cls in classes}


class Axiom(NamedTuple):
    """What is said of a statement."""

    statement: tuple[str, str, str]
    sources: set[str]
    marks: set[str]


@cache
def axioms() -> list[Axiom]:
    """The annotated statements; each names one subject, one property and one target."""
    parts = [links(f"owl:annotated{part}") for part in ("Source", "Property", "Target")]
    found = []
    for node in sorted(members("owl:Axiom")):
        statement = tuple(one for part in parts for one in part.get(node, ()))
        assert len(statement) == 3, f"an axiom annotates {statement}"
        found.append(
            Axiom(
                statement,
                links("dcterms:source").get(node, set()),
                links("mlops:mark").get(node, set()),
            )
        )
    return found
