"""Every logical axiom of the vocabulary is needed: without it, a row of entailments.csv fails.

The row names its terms. The other way round, a row with `unless` says what must never follow, and
shows the axiom under which it would. Only the schema and the few triples of a row are reasoned
with, never the content.
"""

from functools import cache

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef
from rdflib.collection import Collection
from support.reasoners import NAMES, kind, oxigraph, rows, schema, show, sum_of, turtle
from support.sample import sampled

from mlops_roles.ontology.reasoner import infer

PROPERTIES = {
    *(RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range),
    *(
        OWL.equivalentClass,
        OWL.disjointWith,
        OWL.complementOf,
        OWL.unionOf,
        OWL.intersectionOf,
        OWL.hasKey,
    ),
    *(OWL.equivalentProperty, OWL.propertyDisjointWith, OWL.inverseOf, OWL.propertyChainAxiom),
    *(OWL.sameAs, OWL.differentFrom, OWL.members, OWL.distinctMembers),
}
DECLARATIONS = {
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    OWL.NamedIndividual,
    OWL.AllDisjointClasses,
}


def is_axiom(triple) -> bool:
    return triple[1] in PROPERTIES or (triple[1] == RDF.type and triple[2] not in DECLARATIONS)


def members(triple) -> list[URIRef]:
    return list(schema().items(triple[2])) if isinstance(triple[2], BNode) else []


def name(triple) -> str:
    """The axiom as Turtle; a blank subject is named by its class."""
    subject = schema().value(triple[0], RDF.type) if isinstance(triple[0], BNode) else triple[0]
    parts = " ".join(m.n3(NAMES) for m in members(triple))
    return (
        show((subject, triple[1], triple[2]))
        if not parts
        else f"{subject.n3(NAMES)} {triple[1].n3(NAMES)} ( {parts} )"
    )


@cache
def axioms() -> dict[str, tuple]:
    return dict(sorted((name(triple), triple) for triple in schema() if is_axiom(triple)))


@cache
def mutants() -> dict[str, tuple]:
    """Each axiom without itself (None), and each list also without one of its members."""
    whole = {text: (triple, None) for text, triple in axioms().items()}
    return whole | {
        f"{text} without {m.n3(NAMES)}": (triple, m)
        for text, triple in axioms().items()
        for m in members(triple)
    }


def without(triple, member: URIRef | None) -> Graph:
    graph = sum_of(schema())
    if member is None:
        graph.remove(triple)
    else:
        parts = [m for m in members(triple) if m != member]
        graph.remove(triple)
        graph.add((*triple[:2], Collection(graph, BNode(), parts).uri))
    return graph


def names_a_term(row: dict[str, str], terms: set) -> bool:
    said = [
        turtle(row["given"]),
        *([] if row["then"] == "contradiction" else [turtle(row["then"])]),
    ]
    return any(term in terms for graph in said for triple in graph for term in triple)


def terms(triple, member: URIRef | None) -> set[URIRef]:
    return {member} if member else {t for t in (*triple, *members(triple)) if t in NAMED}


NAMED = {
    t
    for triple in schema()
    for t in triple
    if isinstance(t, URIRef) and not any(t.startswith(str(space)) for space in (OWL, RDF, RDFS))
}


@cache
def quads(text: str, case: str = "case") -> list[ox.Quad]:
    return list(oxigraph(turtle(text, case)))


def with_quads(base: ox.Store, text: str) -> ox.Store:
    store = ox.Store()
    store.extend([*base, *quads(text)])
    return store


def holds(row: dict[str, str], base: ox.Store) -> bool:
    """Whether the rules conclude what the row claims; a contradiction is claimed by its name."""
    store = with_quads(base, row["given"])
    proofs = infer(store)
    if proofs.contradictions():
        return row["then"] == "contradiction"
    return row["then"] != "contradiction" and all(
        quad in store or quad.triple in proofs for quad in quads(row["then"])
    )


@cache
def vocabulary() -> ox.Store:
    return oxigraph(schema())


@cache
def true_rows() -> list[dict[str, str]]:
    """The rows that the rules, with the whole schema, find true."""
    return [row for row in rows() if kind(row) != "never" and holds(row, vocabulary())]


def lost_together(found: list[dict[str, str]], base: ox.Store) -> list[dict[str, str]]:
    """The rows that fail if the data of all of them is reasoned with at once.

    Each has a namespace of its own. A row that fails beside the data of others also fails alone.
    """
    store = ox.Store()
    store.extend([*base, *(quad for r in found for quad in quads(r["given"], r["row"]))])
    proofs = infer(store)
    return [
        r
        for r in found
        if not all(q in store or q.triple in proofs for q in quads(r["then"], r["row"]))
    ]


def noticed(mutant: tuple) -> list[str]:
    """A row that names a term of the axiom and fails without it; the first is enough."""
    base, about = oxigraph(without(*mutant)), terms(*mutant)
    named = [r for r in true_rows() if names_a_term(r, about)]
    lost = lost_together([r for r in named if kind(r) == "follows"], base)
    first = next(iter(lost), None) or next((r for r in named if not holds(r, base)), None)
    return [first["given"]] if first else []


def test_axioms_and_rows_are_found():
    assert len(axioms()) > 70 and len(mutants()) > 90
    assert len(rows("follows")) > 60 and len(rows("never")) > 20 and len(rows("contradiction")) > 10


def test_a_row_holds_under_the_rules_and_not_without_the_vocabulary():
    claimed = [r for r in rows() if kind(r) != "never" and "rules" not in r["blind"].split()]
    assert [row for row in claimed if row not in true_rows()] == []
    assert [row for row in claimed if holds(row, ox.Store())] == [], "they need no axiom"


@pytest.mark.parametrize("row", rows("never"), ids=lambda r: f"{r['row']} {r['given']}")
def test_a_row_never_follows_and_would_with_the_axiom_it_names(row):
    assert not holds(row, vocabulary())
    assert holds(row, with_quads(vocabulary(), row["unless"])), (
        f"{row['unless']} does not make it follow"
    )


def kinds_of_loss(text: str) -> set:
    """The kind of an axiom, of what it is about, and whether all of it is lost."""
    (subject, prop, value), member = mutants()[text]
    about = min(schema().objects(subject, RDF.type), default=None)
    return {(prop, value if prop == RDF.type else None, about, member is None)}


@pytest.mark.parametrize("text", sampled(mutants(), kinds_of_loss, others="thorough"), ids=str)
def test_the_loss_of_an_axiom_is_noticed(text):
    assert noticed(mutants()[text]), f"no row of entailments.csv fails without: {text}"


@pytest.mark.long
def test_the_loss_of_each_axiom_is_noticed_and_counted(record_figure):
    killed = sum(bool(noticed(mutant)) for mutant in mutants().values())
    record_figure("mutants of axioms", killed, len(mutants()), "killed")
    assert killed == len(mutants())
