"""Random graphs with the constructs of OWL 2 RL: a few axioms and a few facts."""

import random

HEAD = """@prefix ex: <https://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CHARACTERISTICS = "Functional InverseFunctional Transitive Symmetric Asymmetric Irreflexive"
LITERALS = '1 2 true "a" "b" "a"@en "01"^^xsd:integer "1"^^xsd:short "1.0"^^xsd:decimal'
TERMS = {
    "C": [f"ex:C{n}" for n in range(4)],
    "P": [f"ex:p{n}" for n in range(3)],
    "D": [f"ex:d{n}" for n in range(2)],
    "I": [f"ex:i{n}" for n in range(5)],
    "L": [
        "1",
        "2",
        "true",
        '"a"',
        '"b"',
        '"a"@en',
        '"01"^^xsd:integer',
        '"1"^^xsd:short',
        '"1.0"^^xsd:decimal',
    ],
    "T": ["xsd:integer", "xsd:string", "xsd:decimal", "xsd:byte"],
    "N": [f'"{n}"^^xsd:nonNegativeInteger' for n in (0, 1, 1)],
    "K": [f"owl:{kind}Property" for kind in CHARACTERISTICS.split()],
}
KINDS = {"C": "Class", "P": "ObjectProperty", "D": "DatatypeProperty", "I": "NamedIndividual"}
# a letter is one of the terms above; <, > and = are class expressions of these sides
BELOW = """C
C
[ owl:onProperty P ; owl:someValuesFrom C ]
[ owl:onProperty P ; owl:someValuesFrom owl:Thing ]
[ owl:onProperty P ; owl:hasValue I ]
[ owl:onProperty D ; owl:hasValue L ]
[ owl:unionOf ( C C ) ]
[ owl:intersectionOf ( C C ) ]
[ owl:oneOf ( I I ) ]"""
ABOVE = """C
C
[ owl:onProperty P ; owl:allValuesFrom C ]
[ owl:onProperty D ; owl:allValuesFrom T ]
[ owl:onProperty P ; owl:hasValue I ]
[ owl:complementOf C ]
[ owl:onProperty P ; owl:maxCardinality N ]
[ owl:onProperty D ; owl:maxCardinality N ]
[ owl:onProperty P ; owl:maxQualifiedCardinality N ; owl:onClass C ]
[ owl:onProperty P ; owl:maxQualifiedCardinality N ; owl:onClass owl:Thing ]
[ owl:intersectionOf ( C [ owl:onProperty P ; owl:allValuesFrom C ] ) ]"""
EQUAL = """C
[ owl:intersectionOf ( C C ) ]
[ owl:onProperty P ; owl:hasValue I ]"""
AXIOMS = """C rdfs:subClassOf >
C rdfs:subClassOf >
< rdfs:subClassOf C
< rdfs:subClassOf >
C owl:equivalentClass =
C owl:disjointWith C
[] a owl:AllDisjointClasses ; owl:members ( ex:C0 ex:C1 ex:C2 )
P rdfs:subPropertyOf P
P owl:inverseOf P
P owl:equivalentProperty P
P owl:propertyDisjointWith P
P a K
D a owl:FunctionalProperty
P rdfs:domain C
P rdfs:range C
D rdfs:range T
P owl:propertyChainAxiom ( P P )
P owl:propertyChainAxiom ( P P P )
C owl:hasKey ( P D )
I owl:sameAs I
I owl:differentFrom I
[] a owl:AllDifferent ; owl:distinctMembers ( ex:i0 ex:i1 ex:i2 )
[] owl:sourceIndividual I ; owl:assertionProperty P ; owl:targetIndividual I
[] owl:sourceIndividual I ; owl:assertionProperty D ; owl:targetValue L
[] a owl:AllDisjointProperties ; owl:members ( ex:p0 ex:p1 ex:p2 )"""
FACTS = "I P I\nI P I\nI a C\nI D L"
SIDES = {"<": BELOW, ">": ABOVE, "=": EQUAL}


def _filled(chance: random.Random, patterns: str) -> str:
    """One of the patterns, one a line, with a term or expression for each letter and sign."""
    words = [
        _filled(chance, SIDES[word])
        if word in SIDES
        else chance.choice(TERMS[word])
        if word in TERMS
        else word
        for word in chance.choice(patterns.split("\n")).split()
    ]
    return " ".join(words)


def random_axioms(chance: random.Random) -> str:
    """A graph in Turtle, with every term declared."""
    declared = [f"{term} a owl:{kind}" for letter, kind in KINDS.items() for term in TERMS[letter]]
    axioms = [_filled(chance, AXIOMS) for _ in range(chance.randint(5, 10))]
    facts = [_filled(chance, FACTS) for _ in range(chance.randint(5, 12))]
    return HEAD + "".join(f"{line} .\n" for line in [*declared, *axioms, *facts])
