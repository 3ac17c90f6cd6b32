"""OWL 2 RL and OWL 2 DL by syntax: each function returns the violations, with the reason.

RL is checked by its grammar (OWL 2 Profiles, section 4.2): which class expressions are allowed on
which side of an axiom. What only a reasoner can check, such as regular chains, is not.
This module needs rdflib from its first line; it is imported only where a profile is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef

CHAIN = OWL.propertyChainAxiom


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
QUALIFIED = _terms(OWL, "minQualifiedCardinality maxQualifiedCardinality qualifiedCardinality")
CARDINALITIES = QUALIFIED | _terms(OWL, "minCardinality maxCardinality cardinality")
FILLERS = CARDINALITIES | _terms(OWL, "someValuesFrom allValuesFrom hasValue hasSelf")
COUNTS = _terms(XSD, "integer nonNegativeInteger positiveInteger int long short byte")
# no datatype of OWL 2; dcterms:created and the like, annotation properties, have such values
IN_ANNOTATIONS = {XSD.date}
BUILT_IN_ANNOTATIONS = {RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy} | _terms(
    OWL, "versionInfo priorVersion deprecated"
)


def built_in(name: Any) -> bool:
    """Whether an IRI is in the namespace of RDF, RDFS, OWL or XSD."""
    # one by one: startswith of rdflib's URIRef takes no tuple
    return any(name.startswith(str(namespace)) for namespace in (OWL, RDF, RDFS, XSD))


# OWL 2 RL -----------------------------------------------------------------


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


# OWL 2 DL -----------------------------------------------------------------


def undeclared_properties(graph: Graph) -> list[str]:
    """Properties that are used and not declared."""
    used = {p for p in graph.predicates() if not built_in(p)}
    used |= {p for p in graph.objects(None, OWL.onProperty) if isinstance(p, URIRef)}
    used |= {p for chain in graph.objects(None, CHAIN) for p in graph.items(chain)}
    return sorted(
        curie(graph, p) for p in used if not any((p, RDF.type, k) in graph for k in KINDS)
    )


def properties_of_two_kinds(graph: Graph) -> list[str]:
    """Properties declared as two of: object, data, annotation."""
    return sorted(
        {
            curie(graph, p)
            for k in KINDS
            for p in graph.subjects(RDF.type, k)
            if sum((p, RDF.type, other) in graph for other in KINDS) > 1
        }
    )


def undeclared_classes(graph: Graph) -> list[str]:
    """Classes that are used and not declared."""
    parts = [
        c
        for p in (OWL.intersectionOf, OWL.unionOf, OWL.members)
        for items in graph.objects(None, p)
        for c in graph.items(items)
    ]
    used = {
        *graph.objects(None, RDF.type),
        *graph.objects(None, RDFS.subClassOf),
        *graph.subjects(RDFS.subClassOf),
        *parts,
    }
    used |= {c for p in (RDFS.domain, RDFS.range) for c in graph.objects(None, p)}
    return sorted(
        curie(graph, c)
        for c in used
        if isinstance(c, URIRef) and not built_in(c) and (c, RDF.type, OWL.Class) not in graph
    )


def puns(graph: Graph) -> list[str]:
    """IRIs that are two of: class, property, individual."""
    classes, properties = (
        set(graph.subjects(RDF.type, OWL.Class)),
        {p for k in KINDS for p in graph.subjects(RDF.type, k)},
    )
    individuals = {s for s, c in graph.subject_objects(RDF.type) if not built_in(c)} | set(
        graph.subjects(RDF.type, OWL.NamedIndividual)
    )
    return sorted(
        curie(graph, n)
        for n in (classes & properties) | (classes & individuals) | (properties & individuals)
    )


def misused_properties(graph: Graph) -> list[str]:
    """Annotation properties in logic, and values of the wrong kind for their property."""
    return sorted(
        {f"{format_axiom(graph, t)}: {why}" for t in statements(graph) if (why := misuse(graph, t))}
    )


def misuse(graph: Graph, triple: Any) -> str | None:
    """Why a statement misuses its property, or None."""
    s, p, o = triple
    kind = {k for k in KINDS if (p, RDF.type, k) in graph}
    if OWL.ObjectProperty in kind and isinstance(o, Literal):
        return "a literal as value of an object property"
    if OWL.DatatypeProperty in kind and not isinstance(o, Literal):
        return "no literal as value of a data property"
    if p == RDFS.subPropertyOf and declared_kind(graph, s) != declared_kind(graph, o):
        return "properties of different kinds"
    properties = [s] if p in (CHAIN, RDFS.domain, RDFS.range) else []
    if p == CHAIN:
        properties += graph.items(o)
    elif p in (OWL.inverseOf, OWL.propertyDisjointWith):
        properties += [s, o]
    elif p == OWL.onProperty:
        properties.append(o)
    elif p == RDF.type and o in CHARACTERISTICS:
        properties.append(s)
    if any(declared_kind(graph, x) == OWL.AnnotationProperty for x in properties):
        return "an annotation property in logic"
    return None


def declared_kind(graph: Graph, prop: Any) -> URIRef | None:
    """The kind of property that a property is declared as."""
    return (
        OWL.AnnotationProperty
        if prop in BUILT_IN_ANNOTATIONS
        else next((k for k in KINDS if (prop, RDF.type, k) in graph), None)
    )


def non_simple(graph: Graph) -> set[Any]:
    """Non-simple properties: with a chain or transitivity in or below them, and their inverses."""
    found, fresh = (
        set[Any](),
        {*graph.subjects(CHAIN), *graph.subjects(RDF.type, OWL.TransitiveProperty)},
    )
    while fresh - found:
        found |= fresh
        links = (RDFS.subPropertyOf, OWL.inverseOf, OWL.equivalentProperty)
        fresh = {o for p in found for link in links for o in graph.objects(p, link)}
        fresh |= {s for p in found for link in links[1:] for s in graph.subjects(link, p)}
    return found


def misused_non_simple(graph: Graph) -> list[str]:
    """Non-simple properties where OWL 2 DL requires simple ones, such as in cardinalities."""
    simple_only = CHARACTERISTICS - {OWL.SymmetricProperty, OWL.TransitiveProperty}
    cardinalities = CONSTRUCTORS - {*EXPRESSIONS["below"], *EXPRESSIONS["above"]} | {
        OWL.maxCardinality,
        OWL.maxQualifiedCardinality,
    }
    complex_properties = non_simple(graph)
    bad = [
        (s, p, o)
        for s, p, o in statements(graph)
        if (p == OWL.propertyDisjointWith and {s, o} & complex_properties)
        or (p == RDF.type and o in simple_only and s in complex_properties)
        or (
            p == OWL.onProperty
            and o in complex_properties
            and cardinalities & {*graph.predicates(s)}
        )
    ]
    for s, p, items in graph.triples((None, OWL.members, None)):
        bad += [(s, p, x) for x in graph.items(items) if x in complex_properties]
    return sorted(format_axiom(graph, t) for t in bad)


def dangling_annotations(graph: Graph) -> list[str]:
    """owl:Axiom annotations of statements that are not asserted: OWL takes them for asserted."""
    parts = (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
    annotated: set[Any] = {
        tuple(graph.value(note, part) for part in parts)
        for note in graph.subjects(RDF.type, OWL.Axiom)
    }
    return sorted(
        str(t) if None in t else format_axiom(graph, t) for t in annotated if t not in graph
    )


def malformed_restrictions(graph: Graph) -> list[str]:
    """Restrictions that are not exactly one class expression of OWL 2, with the reason."""
    found = {*graph.subjects(RDF.type, OWL.Restriction), *graph.subjects(OWL.onProperty)}
    return sorted(
        f"{format_axiom(graph, (node,))}: {why}"
        for node in found
        for why in restriction_faults(graph, node)
    )


def restriction_faults(graph: Graph, node: Any) -> Iterator[str]:
    """What is wrong in the form of one restriction (OWL 2 Mapping to RDF Graphs, table 13)."""
    if len(set(graph.objects(node, OWL.onProperty))) != 1 and not any(
        graph.objects(node, OWL.onProperties)
    ):
        yield "a restriction has one owl:onProperty"
    fillers = [(p, o) for p, o in graph.predicate_objects(node) if p in FILLERS]
    names = ", ".join(sorted(curie(graph, p) for p, _ in fillers))
    if len(fillers) != 1:
        yield f"a restriction has one filler or cardinality, this one has {names or 'none'}"
    qualified = any(p in QUALIFIED for p, _ in fillers)
    classes = {*graph.objects(node, OWL.onClass), *graph.objects(node, OWL.onDataRange)}
    if qualified != (len(classes) == 1) or len(classes) > 1:
        yield "owl:onClass or owl:onDataRange goes with one qualified cardinality, and it with them"
    for p, o in fillers:
        if p in CARDINALITIES and not is_count(o):
            yield f"{curie(graph, p)} is a whole number as xsd:nonNegativeInteger, not {o.n3()}"
        if p in (OWL.someValuesFrom, OWL.allValuesFrom) and isinstance(o, Literal):
            yield f"{curie(graph, p)} is a class or datatype, not {o.n3()}"


def is_count(value: Any) -> bool:
    """Whether a value is a number of things, in any datatype of whole numbers."""
    return (
        isinstance(value, Literal)
        and value.datatype in COUNTS
        and str(value).isascii()
        and str(value).removeprefix("+").isdigit()
    )


DL: tuple[Callable[[Graph], list[str]], ...] = (
    undeclared_properties,
    properties_of_two_kinds,
    undeclared_classes,
    puns,
    misused_properties,
    misused_non_simple,
    dangling_annotations,
    malformed_restrictions,
)


def dl_violations(graph: Graph) -> list[str]:
    """The violations of OWL 2 DL in a graph, as far as syntax shows them, with the reason."""
    return sorted(
        {
            f"{check.__name__.replace('_', ' ')}: {offender}"
            for check in DL
            for offender in check(graph)
        }
    )
