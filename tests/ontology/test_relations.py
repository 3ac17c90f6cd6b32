"""Paths that are kept as relations: what follows is the same as with a statement for each."""

import random
import time

import pyoxigraph as ox
import pytest

from mlops_roles.errors import InputError
from mlops_roles.ontology.forward_chaining import Limits
from mlops_roles.ontology.reasoner import infer, published
from mlops_roles.ontology.relations import NeedsStatements, closed, components
from tests.support.random_axioms import HEAD, random_axioms

AXIOMS = """P a owl:TransitiveProperty
P a owl:TransitiveProperty
P a owl:SymmetricProperty
P owl:inverseOf P
P rdfs:subPropertyOf P
P owl:equivalentProperty P
P rdfs:domain C
P rdfs:range C
C rdfs:subClassOf C
C rdfs:subClassOf [ owl:onProperty P ; owl:hasValue I ]
C owl:equivalentClass [ owl:onProperty P ; owl:hasValue I ]
I owl:sameAs I
P owl:sameAs P
P a owl:AsymmetricProperty
P owl:propertyChainAxiom ( P P )
P rdfs:subPropertyOf rdfs:subClassOf
I a C""".splitlines()
TRANSITIVE = "ex:p a owl:TransitiveProperty . "


def few_properties(chance: random.Random) -> str:
    """Some axioms about four properties, and some statements with them."""
    lines = [*chance.choices(AXIOMS, k=chance.randint(2, 6)), *["I P I"] * chance.randint(3, 12)]
    made = ["ex:p0 a owl:TransitiveProperty"]
    for line in lines:
        words = {"P": "p", "C": "c", "I": "i"}
        made.append(
            " ".join(
                f"ex:{words[word]}{chance.randrange(4)}" if word in words else word
                for word in line.split()
            )
        )
    return HEAD + " .\n".join(made) + ' .\nex:i0 ex:p0 "text" .'


def lines(text: str, compact: bool) -> list[str]:
    store = ox.Store()  # which writes each number in one way
    store.load(text, format=ox.RdfFormat.TURTLE)
    proofs = infer(store, limits=Limits(), compact=compact)
    if compact:
        proofs.contradictions()  # which needs statements, if there are some
    return sorted(published(proofs).decode().splitlines())


@pytest.mark.parametrize("make", [few_properties, random_axioms])
def test_what_follows_is_the_same_as_with_statements(make):
    kept = 0
    for seed in range(60):
        text = make(random.Random(seed))
        try:
            found = lines(text, compact=True)
        except NeedsStatements:
            continue
        assert found == lines(text, compact=False), f"seed {seed}"
        kept += bool(found)
    assert kept > 15


def test_paths_are_extended_by_statements_that_are_added_later():
    chain = " ".join(f"ex:n{n} ex:p ex:n{n + 1} ." for n in range(4))
    more = "ex:n4 ex:p ex:n0 ."
    given, later = (
        list(ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE))
        for text in (TRANSITIVE + chain, more)
    )
    proofs = infer(given, limits=Limits(), compact=True)
    first, since = published(proofs), len(proofs.statements)
    assert len(first.splitlines()) == 4 * 3 / 2
    assert published(proofs, since) == b""
    proofs.add(later)
    both = {*first.splitlines(), *published(proofs, since).splitlines()}
    assert both == {line.encode() for line in lines(HEAD + TRANSITIVE + chain + more, False)}


def test_a_rule_that_comes_to_wait_for_paths_asks_for_statements():
    given = HEAD + TRANSITIVE + "ex:a ex:p ex:b . ex:b ex:p ex:c . ex:q ex:below ex:r . "
    given += "ex:below rdfs:subPropertyOf rdfs:subPropertyOf . "
    assert lines(given, compact=True)
    late = "ex:p ex:below ex:q ."
    with pytest.raises(NeedsStatements):
        lines(given + late, compact=True)


LARGE = {
    "a chain": (TRANSITIVE, "ex:p", 1500, False),
    "a chain of classes": ("", "rdfs:subClassOf", 1500, False),
    "a ring of a transitive property": (TRANSITIVE, "ex:p", 1100, True),
    "a ring of classes": ("", "rdfs:subClassOf", 1000, True),
    "equivalent classes": ("", "owl:equivalentClass", 1000, False),
    "equivalent properties": ("", "owl:equivalentProperty", 1000, True),
    "the same things": ("", "owl:sameAs", 1100, False),
}


@pytest.mark.parametrize("case", LARGE)
def test_too_much_is_refused_before_it_is_inferred(case):
    axioms, prop, length, is_ring = LARGE[case]
    links = [f"ex:n{n} {prop} ex:n{n + 1} ." for n in range(length)]
    if is_ring:
        links.append(f"ex:n{length} {prop} ex:n0 .")
    statements = list(ox.parse(HEAD + axioms + " ".join(links), format=ox.RdfFormat.TURTLE))
    started = time.process_time()
    with pytest.raises(InputError, match="over 1,048,576 statements follow"):
        infer(statements, limits=Limits())
    assert time.process_time() - started < 3  # 0.2 s; to infer them takes 5 to 20 s


def test_random_relations_are_closed():
    for seed in range(100):
        chance = random.Random(seed)
        edges = {n: {chance.randrange(9) for _ in range(chance.randrange(3))} for n in range(9)}
        wanted = {n: set(row) for n, row in edges.items()}
        for middle in range(9):
            for row in wanted.values():
                row.update(wanted[middle] if middle in row else ())
        assert closed(edges, 1000) == {n: row for n, row in wanted.items() if row}, f"seed {seed}"
        place = {node: number for number, nodes in enumerate(components(edges)) for node in nodes}
        assert len(place) == 9
        assert all(place[other] <= place[node] for node, row in edges.items() for other in row)
