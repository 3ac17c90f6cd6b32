"""OWL 2 RL by syntax: each function returns the violations, with the reason.

RL is checked by its grammar (OWL 2 Profiles, section 4.2): which class expressions are allowed on
which side of an axiom. What only a reasoner can check, such as regular chains, is not.
This module needs rdflib from its first line; it is imported only where a profile is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef


def _terms(namespace: Any, names: str) -> set[Any]:
    """Terms of a namespace by their local names."""
    return {namespace[name] for name in names.split()}


# position of a class expression: constructor -> position of its parts; None where the parts are
# individuals, values or numbers
EXPRESSIONS = {
    "below": {
        OWL.intersectionOf: "below",
        OWL.unionOf: "below",
        OWL.oneOf: None,
        OWL.someValuesFrom: "below or Thing",
        OWL.hasValue: None,
    },
    "above": {
        OWL.intersectionOf: "above",
        OWL.complementOf: "below",
        OWL.allValuesFrom: "above",
        OWL.hasValue: None,
        OWL.maxCardinality: None,
        OWL.maxQualifiedCardinality: None,
        OWL.onClass: "below or Thing",
    },
    "equal": {OWL.intersectionOf: "equal", OWL.hasValue: None},
}
EXPRESSIONS["below or Thing"] = EXPRESSIONS["below"]
# axiom: position of its subject, position of its object
AXIOMS = {
    RDFS.subClassOf: ("below", "above"),
    OWL.equivalentClass: ("equal", "equal"),
    OWL.disjointWith: ("below", "below"),
    RDFS.domain: (None, "above"),
    RDFS.range: (None, "above"),
    RDF.type: (None, "above"),
    OWL.hasKey: ("below", None),
}
KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
CHARACTERISTICS = _terms(
    OWL,
    "FunctionalProperty InverseFunctionalProperty SymmetricProperty AsymmetricProperty "
    "TransitiveProperty IrreflexiveProperty",
)
TYPES = {*KINDS, *CHARACTERISTICS, RDFS.Datatype} | _terms(
    OWL,
    "Ontology Class Restriction NamedIndividual Axiom Annotation AllDisjointClasses AllDifferent "
    "AllDisjointProperties NegativePropertyAssertion",
)
CONSTRUCTORS = {t for parts in EXPRESSIONS.values() for t in parts} | _terms(
    OWL,
    "hasSelf minCardinality cardinality minQualifiedCardinality qualifiedCardinality "
    "datatypeComplementOf onDatatype",
)
PREDICATES = {
    *(t for t in AXIOMS if t.startswith(str(OWL))),
    *(t for parts in EXPRESSIONS.values() for t in parts),
} | _terms(
    OWL,
    "onProperty members distinctMembers sameAs differentFrom propertyChainAxiom inverseOf "
    "equivalentProperty propertyDisjointWith sourceIndividual assertionProperty targetIndividual "
    "targetValue annotatedSource annotatedProperty annotatedTarget imports versionIRI versionInfo "
    "priorVersion deprecated backwardCompatibleWith incompatibleWith",
)
DATATYPES = {RDF.PlainLiteral, RDF.XMLLiteral, RDF.langString, RDFS.Literal} | _terms(
    XSD,
    "decimal integer nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger long "
    "int short byte unsignedLong unsignedInt unsignedShort unsignedByte float double string "
    "normalizedString token language Name NCName NMTOKEN boolean hexBinary base64Binary anyURI "
    "dateTime dateTimeStamp",
)
# no datatype of OWL 2; dcterms:created and the like, annotation properties, have such values
IN_ANNOTATIONS = {XSD.date}
BUILT_IN_ANNOTATIONS = {RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy} | _terms(
    OWL, "versionInfo priorVersion deprecated"
)


def built_in(name: Any) -> bool:
    """Whether an IRI is in the namespace of RDF, RDFS, OWL or XSD."""
    # one by one: startswith of rdflib's URIRef takes no tuple
    return any(name.startswith(str(namespace)) for namespace in (OWL, RDF, RDFS, XSD))


def curie(graph: Graph, term: Any) -> str:
    """A term in Turtle syntax with the prefixes of the graph."""
    return str(term.n3(graph.namespace_manager))


def statements(graph: Graph) -> Iterator[Any]:
    """The triples, typed as rdflib allows them: any node in any position."""
    yield from graph


def rl_violations(graph: Graph) -> list[str]:
    """The axioms of a graph that are not in OWL 2 RL, each with the reason."""
    return sorted({*wrong_classes(graph), *wrong_vocabulary(graph), *wrong_datatypes(graph)})


def wrong_classes(graph: Graph) -> Iterator[str]:
    """Class expressions on a side of an axiom where RL does not allow them."""
    sides = [
        (t, term, place)
        for t in statements(graph)
        if t[1] in AXIOMS
        for term, place in zip(t[::2], AXIOMS[t[1]], strict=True)
    ]
    sides += [
        ((s, OWL.members, c), c, "below")
        for s, _, items in graph.triples((None, OWL.members, None))
        for c in graph.items(items)
    ]
    for axiom, term, place in sides:
        if (
            place
            and not (axiom[1] == RDF.type and term in TYPES)
            and (why := misplaced(graph, term, place))
        ):
            yield f"{format_axiom(graph, axiom)}: {why}"


def misplaced(graph: Graph, term: Any, place: str) -> str | None:
    """Why a class expression is not allowed in this position, or None."""
    if isinstance(term, URIRef):
        if term.startswith(str(XSD)) or term in DATATYPES:
            return (
                None
                if place.startswith("above") or place == "below or Thing"
                else f"datatype {curie(graph, term)} {place}"
            )
        return "owl:Thing " + place if term == OWL.Thing and place != "below or Thing" else None
    if not isinstance(term, BNode):
        return f"{term.n3()} is no class"
    made = [(p, o) for p, o in graph.predicate_objects(term) if p in CONSTRUCTORS]
    if not made:
        return "no class expression"
    return next((why for p, o in made if (why := misused(graph, p, o, place))), None)


def misused(graph: Graph, constructor: Any, value: Any, place: str) -> str | None:
    """Why a constructor is not allowed in this position, or None."""
    allowed = EXPRESSIONS[place]
    if constructor not in allowed:
        return f"{curie(graph, constructor)} {place}"
    if constructor in (OWL.maxCardinality, OWL.maxQualifiedCardinality) and str(value) not in (
        "0",
        "1",
    ):
        return f"{curie(graph, constructor)} {value}"
    parts = graph.items(value) if constructor in (OWL.intersectionOf, OWL.unionOf) else [value]
    deeper = allowed[constructor]
    return next((why for part in parts if deeper and (why := misplaced(graph, part, deeper))), None)


def wrong_vocabulary(graph: Graph) -> Iterator[str]:
    """Terms of OWL that are not in RL, such as reflexive properties and disjoint unions."""
    for triple in statements(graph):
        if triple[1].startswith(str(OWL)) and triple[1] not in PREDICATES:
            yield f"{format_axiom(graph, triple)}: {curie(graph, triple[1])} is not in OWL 2 RL"
        if (
            triple[1] == RDF.type
            and built_in(triple[2])
            and triple[2] not in {*TYPES, OWL.Thing, RDF.List}
        ):
            yield f"{format_axiom(graph, triple)}: {curie(graph, triple[2])} is not in OWL 2 RL"


def wrong_datatypes(graph: Graph) -> Iterator[str]:
    """Datatypes that are not in RL."""
    notes = {
        *graph.subjects(RDF.type, OWL.AnnotationProperty),
        *BUILT_IN_ANNOTATIONS,
        OWL.annotatedTarget,
    }
    for triple in statements(graph):
        s, p, o = triple
        used = (
            o.datatype
            if isinstance(o, Literal)
            else o
            if p in (RDFS.range, OWL.someValuesFrom, OWL.allValuesFrom)
            else None
        )
        logic = p not in notes and (s, RDF.type, OWL.AnnotationProperty) not in graph
        if (
            used is not None
            and built_in(used)
            and used not in {OWL.Thing, *DATATYPES, *(() if logic else IN_ANNOTATIONS)}
        ):
            yield f"{format_axiom(graph, triple)}: {curie(graph, used)} is no datatype of OWL 2 RL"


def format_axiom(graph: Graph, triple: Any) -> str:
    """An axiom for people: a class expression is written out, not as its blank node."""

    def term(node: Any) -> str:
        if not isinstance(node, BNode):
            return curie(graph, node)
        items = list(graph.items(node))
        inside = items or [
            x for p, o in sorted(graph.predicate_objects(node)) if p != RDF.type for x in (p, o)
        ]
        return ("( {} )" if items else "[ {} ]").format(" ".join(map(term, inside)))

    return " ".join(map(term, triple))
