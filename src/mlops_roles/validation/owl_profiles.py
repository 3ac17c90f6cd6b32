"""OWL 2 RL and OWL 2 DL, by syntax: each function returns what offends, with the reason.

RL is judged by its grammar (OWL 2 Profiles, section 4.2): which class expressions may stand on
which side of an axiom. What only a reasoner can judge, regular chains above all, is not seen.
This module needs rdflib from its first line; it is imported only where a profile is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef

CHAIN = OWL.propertyChainAxiom

# axioms that leave OWL 2 RL, with the reason; none does
OUTSIDE_RL: dict[str, str] = {}
# names that stand for a class and an individual, or the like, with the reason; none does
PUNS: dict[str, str] = {}

# position of a class expression: constructor -> position of its parts, None where they are individuals, values or numbers
EXPRESSIONS = {
    "below": {
        OWL.intersectionOf: "below",
        OWL.unionOf: "below",
        OWL.oneOf: None,
        OWL.someValuesFrom: "below or Thing",
        OWL.hasValue: None,
    },
    "above": {
        **{
            OWL.intersectionOf: "above",
            OWL.complementOf: "below",
            OWL.allValuesFrom: "above",
            OWL.hasValue: None,
        },
        **{
            OWL.maxCardinality: None,
            OWL.maxQualifiedCardinality: None,
            OWL.onClass: "below or Thing",
        },
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
TYPES = {
    *(
        OWL.Ontology,
        OWL.Class,
        OWL.Restriction,
        OWL.NamedIndividual,
        OWL.Axiom,
        OWL.Annotation,
        OWL.AllDisjointClasses,
        OWL.AllDifferent,
    ),
    *(
        OWL.ObjectProperty,
        OWL.DatatypeProperty,
        OWL.AnnotationProperty,
        OWL.AllDisjointProperties,
        OWL.NegativePropertyAssertion,
        RDFS.Datatype,
    ),
    *(
        OWL.FunctionalProperty,
        OWL.InverseFunctionalProperty,
        OWL.SymmetricProperty,
        OWL.AsymmetricProperty,
        OWL.TransitiveProperty,
        OWL.IrreflexiveProperty,
    ),
}
PREDICATES = {
    *(t for t in AXIOMS if t.startswith(str(OWL))),
    *(t for parts in EXPRESSIONS.values() for t in parts),
    *(
        OWL.onProperty,
        OWL.members,
        OWL.distinctMembers,
        OWL.sameAs,
        OWL.differentFrom,
        CHAIN,
        OWL.inverseOf,
        OWL.equivalentProperty,
        OWL.propertyDisjointWith,
    ),
    *(
        OWL.sourceIndividual,
        OWL.assertionProperty,
        OWL.targetIndividual,
        OWL.targetValue,
        OWL.annotatedSource,
        OWL.annotatedProperty,
        OWL.annotatedTarget,
    ),
    *(
        OWL.imports,
        OWL.versionIRI,
        OWL.versionInfo,
        OWL.priorVersion,
        OWL.deprecated,
        OWL.backwardCompatibleWith,
        OWL.incompatibleWith,
    ),
}
DATATYPES = {
    *(
        RDF.PlainLiteral,
        RDF.XMLLiteral,
        RDF.langString,
        RDFS.Literal,
        XSD.decimal,
        XSD.integer,
        XSD.nonNegativeInteger,
        XSD.nonPositiveInteger,
    ),
    *(
        XSD.positiveInteger,
        XSD.negativeInteger,
        XSD.long,
        XSD.int,
        XSD.short,
        XSD.byte,
        XSD.unsignedLong,
        XSD.unsignedInt,
        XSD.unsignedShort,
    ),
    *(
        XSD.unsignedByte,
        XSD.float,
        XSD.double,
        XSD.string,
        XSD.normalizedString,
        XSD.token,
        XSD.language,
        XSD.Name,
        XSD.NCName,
        XSD.NMTOKEN,
    ),
    *(XSD.boolean, XSD.hexBinary, XSD.base64Binary, XSD.anyURI, XSD.dateTime, XSD.dateTimeStamp),
}
IN_ANNOTATIONS = {
    XSD.date
}  # no datatype of OWL 2 at all; dcterms:created and its kin, annotations, are written with it
KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
BUILT_IN_ANNOTATIONS = {
    RDFS.label,
    RDFS.comment,
    RDFS.seeAlso,
    RDFS.isDefinedBy,
    OWL.versionInfo,
    OWL.priorVersion,
    OWL.deprecated,
}


def built_in(name: Any) -> bool:
    """Whether a name is a word of RDF, RDFS, OWL or XSD."""
    return any(
        name.startswith(str(space)) for space in (OWL, RDF, RDFS, XSD)
    )  # rdflib's own startswith takes no tuple, and does not say so


# OWL 2 RL -----------------------------------------------------------------


def statements(graph: Graph) -> Iterator[Any]:
    """The triples; for rdflib's types any node may stand anywhere."""
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
            yield f"{shown(graph, axiom)}: {why}"


def misplaced(graph: Graph, term: Any, place: str) -> str | None:
    """Why a class expression may not stand in this place, or None."""
    if isinstance(term, URIRef):
        if term.startswith(str(XSD)) or term in DATATYPES:
            return (
                None
                if place.startswith("above") or place == "below or Thing"
                else f"datatype {term.n3(graph.namespace_manager)} {place}"
            )
        return "owl:Thing " + place if term == OWL.Thing and place != "below or Thing" else None
    if not isinstance(term, BNode):
        return f"{term.n3()} is no class"
    made = [(p, o) for p, o in graph.predicate_objects(term) if p in CONSTRUCTORS]
    if not made:
        return "no class expression"
    return next((why for p, o in made if (why := misused(graph, p, o, place))), None)


CONSTRUCTORS = {
    *(constructor for parts in EXPRESSIONS.values() for constructor in parts),
    *(
        OWL.hasSelf,
        OWL.minCardinality,
        OWL.cardinality,
        OWL.minQualifiedCardinality,
        OWL.qualifiedCardinality,
        OWL.datatypeComplementOf,
        OWL.onDatatype,
    ),
}


def misused(graph: Graph, constructor: Any, value: Any, place: str) -> str | None:
    """Why a constructor may not stand in this place, or None."""
    allowed = EXPRESSIONS[place]
    if constructor not in allowed:
        return f"{constructor.n3(graph.namespace_manager)} {place}"
    if constructor in (OWL.maxCardinality, OWL.maxQualifiedCardinality) and int(value) > 1:
        return f"{constructor.n3(graph.namespace_manager)} {value}"
    parts = graph.items(value) if constructor in (OWL.intersectionOf, OWL.unionOf) else [value]
    deeper = allowed[constructor]
    return next((why for part in parts if deeper and (why := misplaced(graph, part, deeper))), None)


def wrong_vocabulary(graph: Graph) -> Iterator[str]:
    """Words of OWL that RL has not: reflexive properties, disjoint unions, hasSelf, restricted datatypes and so on."""
    for triple in statements(graph):
        if triple[1].startswith(str(OWL)) and triple[1] not in PREDICATES:
            yield f"{shown(graph, triple)}: {triple[1].n3(graph.namespace_manager)} is not in OWL 2 RL"
        if (
            triple[1] == RDF.type
            and built_in(triple[2])
            and triple[2] not in {*TYPES, OWL.Thing, RDF.List}
        ):
            yield f"{shown(graph, triple)}: {triple[2].n3(graph.namespace_manager)} is not in OWL 2 RL"


def wrong_datatypes(graph: Graph) -> Iterator[str]:
    """Datatypes that RL has not."""
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
            yield f"{shown(graph, triple)}: {used.n3(graph.namespace_manager)} is no datatype of OWL 2 RL"


def shown(graph: Graph, triple: Any) -> str:
    """An axiom for a reader: a class expression shows its words, not its blank node."""

    def term(node: Any) -> str:
        if not isinstance(node, BNode):
            return str(node.n3(graph.namespace_manager))
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
        p.n3(graph.namespace_manager)
        for p in used
        if not any((p, RDF.type, k) in graph for k in KINDS)
    )


def properties_of_two_kinds(graph: Graph) -> list[str]:
    """Properties declared as two of: object, data, annotation."""
    return sorted(
        {
            p.n3(graph.namespace_manager)
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
        c.n3(graph.namespace_manager)
        for c in used
        if isinstance(c, URIRef) and not built_in(c) and (c, RDF.type, OWL.Class) not in graph
    )


def puns(graph: Graph) -> list[str]:
    """Names that stand for two of: class, property, individual."""
    classes, properties = (
        set(graph.subjects(RDF.type, OWL.Class)),
        {p for k in KINDS for p in graph.subjects(RDF.type, k)},
    )
    individuals = {s for s, c in graph.subject_objects(RDF.type) if not built_in(c)} | set(
        graph.subjects(RDF.type, OWL.NamedIndividual)
    )
    return sorted(
        n.n3(graph.namespace_manager)
        for n in (classes & properties) | (classes & individuals) | (properties & individuals)
    )


def misused_properties(graph: Graph) -> list[str]:
    """Annotation properties in logic, literals where things belong and things where literals belong."""
    return sorted(
        {f"{shown(graph, t)}: {why}" for t in statements(graph) if (why := misuse(graph, t))}
    )


def misuse(graph: Graph, triple: Any) -> str | None:
    """Why a statement uses its property wrongly, or None."""
    s, p, o = triple
    kind = {k for k in KINDS if (p, RDF.type, k) in graph}
    if OWL.ObjectProperty in kind and isinstance(o, Literal):
        return "a literal as value of an object property"
    if OWL.DatatypeProperty in kind and not isinstance(o, Literal):
        return "no literal as value of a data property"
    if p == RDFS.subPropertyOf and sort_of(graph, s) != sort_of(graph, o):
        return "properties of different kinds"
    inside = (
        [*graph.items(o)]
        if p == CHAIN
        else [s, o]
        if p in (OWL.inverseOf, OWL.propertyDisjointWith)
        else [o]
        if p == OWL.onProperty
        else []
    )
    inside += (
        [s]
        if p == CHAIN or p in (RDFS.domain, RDFS.range) or (p == RDF.type and o in CHARACTERISTICS)
        else []
    )
    return (
        "an annotation property in logic"
        if any(sort_of(graph, x) == OWL.AnnotationProperty for x in inside)
        else None
    )


CHARACTERISTICS = {t for t in TYPES if t.endswith("Property") and t not in KINDS}


def sort_of(graph: Graph, prop: Any) -> URIRef | None:
    """Of which kind a property is declared."""
    return (
        OWL.AnnotationProperty
        if prop in BUILT_IN_ANNOTATIONS
        else next((k for k in KINDS if (prop, RDF.type, k) in graph), None)
    )


def non_simple(graph: Graph) -> set[Any]:
    """Properties with a chain or transitivity in or below them, and the inverses of these."""
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
    """Where OWL 2 DL wants a simple property and has none: disjointness, functionality, cardinality and their kin."""
    simple_only = CHARACTERISTICS - {OWL.SymmetricProperty, OWL.TransitiveProperty}
    cardinalities = CONSTRUCTORS - {*EXPRESSIONS["below"], *EXPRESSIONS["above"]} | {
        OWL.maxCardinality,
        OWL.maxQualifiedCardinality,
    }
    bad = [
        (s, p, o)
        for s, p, o in graph.triples((None, OWL.propertyDisjointWith, None))
        if {s, o} & non_simple(graph)
    ]
    bad += [
        (s, p, o)
        for s, p, o in graph.triples((None, RDF.type, None))
        if o in simple_only and s in non_simple(graph)
    ]
    bad += [
        (s, p, o)
        for s, p, o in graph.triples((None, OWL.onProperty, None))
        if o in non_simple(graph) and cardinalities & set(graph.predicates(s))
    ]
    for s, p, items in graph.triples((None, OWL.members, None)):
        bad += [(s, p, x) for x in graph.items(items) if x in non_simple(graph)]
    return sorted(shown(graph, t) for t in bad)


def dangling_annotations(graph: Graph) -> list[str]:
    """owl:Axiom annotations of statements that nobody makes: OWL would take them for made."""
    parts = (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
    said: set[Any] = {
        tuple(graph.value(note, part) for part in parts)
        for note in graph.subjects(RDF.type, OWL.Axiom)
    }
    return sorted(str(t) if None in t else shown(graph, t) for t in said if t not in graph)


DL: tuple[Callable[[Graph], list[str]], ...] = (
    undeclared_properties,
    properties_of_two_kinds,
    undeclared_classes,
    puns,
    misused_properties,
    misused_non_simple,
    dangling_annotations,
)


def dl_violations(graph: Graph) -> list[str]:
    """What a graph has that OWL 2 DL has not, as far as syntax shows it, each with the reason."""
    return sorted(
        {
            f"{check.__name__.replace('_', ' ')}: {offender}"
            for check in DL
            for offender in check(graph)
        }
    )
