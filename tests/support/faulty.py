"""Random data with mistakes that shapes find, for the judges of `check`."""

import random
from functools import cache

from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef

from .asserted import PREFIXES
from .shacl import HEAD, ontology, shapes

MLOPS = PREFIXES["mlops"]


@cache
def mistakes() -> list[Graph]:
    """The mistake that each shape carries."""
    return [
        Graph().parse(data=HEAD + str(text), format="turtle")
        for text in sorted(shapes().objects(None, URIRef(MLOPS + "rejects")))
    ]


@cache
def vocabulary():
    """Properties that shapes have, terms of the ontology and literals, for random statements."""
    properties = sorted(
        {
            p
            for kind in (SH.path, SH.targetSubjectsOf, SH.targetObjectsOf)
            for p in shapes().objects(None, kind)
            if isinstance(p, URIRef)
        }
    )
    properties += sorted(
        {
            p
            for node in shapes().objects(None, SH.alternativePath)
            for p in shapes().items(node)
            if isinstance(p, URIRef)
        }
    )
    terms = sorted({s for s in ontology().subjects() if isinstance(s, URIRef)})
    values = [
        "",
        " ",
        "Data Scientist",
        "a  b",
        "x" * 500,
        "x" * 501,
        "two\nlines",
        "R9",
        "1.2.3",
        'a "quoted" \\ one',
    ]
    literals = [Literal(v, lang=tag) for v in values for tag in (None, "en", "de")]
    literals += [Literal("7"), Literal(7), Literal(True), Literal("abc", datatype=XSD.integer)]
    return properties, terms, literals


def faulty(r: random.Random, home: str) -> Graph:
    """A few people with known mistakes, and random statements about them and the ontology."""
    properties, terms, literals = vocabulary()
    people = [
        URIRef(home + name) for name in ("ada", "ben", "cem", "dora", "post", "membership/1")
    ] + [BNode()]
    whole = Graph()
    for mistake in r.sample(mistakes(), r.randrange(1, 7)):
        whole += [
            tuple(
                URIRef(t.replace("https://example.org/", home)) if isinstance(t, URIRef) else t
                for t in triple
            )
            for triple in mistake
        ]
    for _ in range(r.randrange(5, 40)):
        subject = r.choice(people) if r.random() < 0.9 else r.choice(terms)
        predicate = RDF.type if r.random() < 0.2 else r.choice(properties)
        whole.add(
            (
                subject,
                predicate,
                r.choice([r.choice(people), r.choice(terms), r.choice(terms), r.choice(literals)]),
            )
        )
    return whole


def compared(shape):
    """Two shapes rest on what follows from roles in data, which the judge has not inferred."""
    names = ("role-requires-a-skill", "capability-differs-from-the-others")
    return not str(shape).endswith(names)
