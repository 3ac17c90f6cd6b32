"""Shapes run as SPARQL find what pySHACL finds, constraint by constraint.

Random data about people is in test_judges.
"""

import random
import re
from functools import cache

import pytest
from rdflib import SH, Graph
from support.asserted import ROOT
from support.shacl import HEAD, found, judged, shapes, without_node_names

import mlops_roles
from mlops_roles import load
from mlops_roles.validation.data_graph import DataGraph
from mlops_roles.validation.shacl import validate
from mlops_roles.validation.shacl_to_sparql import ShaclToSparql, UnsupportedShape
from mlops_roles.validation.shapes_graph import named_shapes, shipped_queries

# all of it is covered --------------------------------------------------------------------


def test_every_constraint_of_every_shape_is_translated():
    translator = ShaclToSparql(shapes(), DataGraph.load(None, load()).store)
    names = named_shapes(shapes())
    assert len(names) > 100
    for shape in names:
        parameters = {
            str(p).removeprefix(str(SH))
            for p in shapes().predicates(shape)
            if p.startswith(str(SH))
        }
        constraints = {q.name for q in translator.queries(shape, shipped_queries())}
        assert constraints == parameters - NOT_CONSTRAINTS, shape


NOT_CONSTRAINTS = {
    "targetClass",
    "targetNode",
    "targetSubjectsOf",
    "targetObjectsOf",
    "path",
    "message",
    "severity",
    "qualifiedValueShape",
}


# constraint by constraint --------------------------------------------------------------------

CONSTRAINTS = {
    "class": "sh:path ex:p ; sh:class ex:Thing",
    "class of the node": "sh:class ex:Thing",
    "datatype": "sh:path ex:p ; sh:datatype xsd:string",
    "datatype, ill-typed": "sh:path ex:p ; sh:datatype xsd:date",
    "datatype, merged": "sh:path ex:p ; sh:datatype xsd:int",
    "datatype, with a language": "sh:path ex:p ; sh:datatype rdf:langString",
    **{
        f"nodeKind {kind}": f"sh:path ex:p ; sh:nodeKind sh:{kind}"
        for kind in ("IRI", "BlankNode", "Literal")
    },
    **{
        f"nodeKind {kind}": f"sh:path ex:p ; sh:nodeKind sh:{kind}"
        for kind in ("BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
    },
    **{f"minCount {n}": f"sh:path ex:p ; sh:minCount {n}" for n in (0, 1, 2, 4)},
    **{f"maxCount {n}": f"sh:path ex:p ; sh:maxCount {n}" for n in (0, 1, 2, 4)},
    "min and max, inclusive": "sh:path ex:n ; sh:minInclusive 2 ; sh:maxInclusive 4",
    "min and max, exclusive": "sh:path ex:n ; sh:minExclusive 2 ; sh:maxExclusive 4",
    "lengths": "sh:path ex:p ; sh:minLength 2 ; sh:maxLength 6",
    "pattern": 'sh:path ex:p ; sh:pattern "^[a-z]+$"',
    "pattern with flags": 'sh:path ex:p ; sh:pattern "^[a-z]+$" ; sh:flags "i"',
    "pattern that the engine cannot read": 'sh:path ex:p ; sh:pattern "^(?=a)"',
    "languageIn": 'sh:path ex:p ; sh:languageIn ( "en" "fr" )',
    "uniqueLang": "sh:path ex:p ; sh:uniqueLang true",
    "uniqueLang, not asked for": "sh:path ex:p ; sh:uniqueLang false",
    "equals": "sh:path ex:p ; sh:equals ex:q",
    "disjoint": "sh:path ex:p ; sh:disjoint ex:q , ex:r",
    "lessThan": "sh:path ex:n ; sh:lessThan ex:m",
    "lessThanOrEquals": "sh:path ex:n ; sh:lessThanOrEquals ex:m",
    "not": "sh:path ex:p ; sh:not [ sh:nodeKind sh:IRI ]",
    "not a class": "sh:path ex:p ; sh:not [ sh:class ex:Thing ]",
    "no class, as a node": "sh:not [ sh:or ( [ sh:class ex:Thing ] [ sh:class ex:Other ] ) ]",
    "and": "sh:path ex:p ; sh:and ( [ sh:nodeKind sh:IRI ] [ sh:class ex:Thing ] )",
    "or": "sh:path ex:p ; sh:or ( [ sh:nodeKind sh:Literal ] [ sh:class ex:Thing ] )",
    "or, of classes": "sh:path ex:p ; sh:or ( [ sh:class ex:Other ] [ sh:class ex:Thing ] )",
    "or, over paths": "sh:or ( [ sh:path ex:p ; sh:maxCount 1 ] [ sh:path ex:q ; sh:minCount 2 ] [ "
    "sh:path ex:n ; sh:uniqueLang true ; sh:minInclusive 3 ] )",
    "xone": "sh:path ex:p ; sh:xone ( [ sh:nodeKind sh:IRI ] [ sh:class ex:Thing ] [ "
    "sh:minLength 3 ] )",
    "node": "sh:path ex:p ; sh:node [ sh:property [ sh:path ex:p ; sh:minCount 1 ] , [ "
    "sh:path ex:q ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ]",
    "node, as a node": "sh:node [ sh:property [ sh:path ex:p ; sh:nodeKind sh:IRI ] ]",
    "properties": "sh:property [ sh:path ex:p ; sh:minCount 1 ] , [ sh:path ex:q ; sh:class "
    "ex:Thing ]",
    "properties of properties": "sh:property [ sh:path ex:p ; "
    "sh:property [ sh:path ex:q ; sh:minCount 1 ] ]",
    "qualified": "sh:path ex:p ; sh:qualifiedValueShape [ sh:class ex:Thing ] ; "
    "sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 2",
    "qualified, two": "sh:path ex:p ; sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; "
    "sh:qualifiedMinCount 2 ; sh:qualifiedMaxCount 0",
    "qualified, inside": "sh:or ( [ sh:path ex:p ; sh:qualifiedValueShape [ sh:class ex:Thing ] ; "
    "sh:qualifiedMinCount 2 ]"
    " [ sh:path ex:q ; sh:qualifiedValueShape [ sh:nodeKind sh:Literal ] ; "
    "sh:qualifiedMaxCount 0 ] )",
    "closed": "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path ex:p ]",
    "hasValue": "sh:path ex:p ; sh:hasValue ex:a",
    "hasValue, as a node": "sh:hasValue ex:a",
    "hasValue, inside": "sh:not [ sh:path ex:p ; sh:hasValue ex:a ]",
    "in": 'sh:path ex:p ; sh:in ( ex:a "abc" "abc"@en )',
    "inverse path": "sh:path [ sh:inversePath ex:p ] ; sh:maxCount 1 ; sh:class ex:Thing",
    "sequence": "sh:path ( ex:p ex:q ) ; sh:maxCount 1 ; sh:nodeKind sh:IRI",
    "alternative": "sh:path [ sh:alternativePath ( ex:p ( ex:q ex:p ) "
    "[ sh:inversePath ex:q ] ) ] ; "
    "sh:minCount 2 ; sh:nodeKind sh:IRI",
    "zero or more": "sh:path [ sh:zeroOrMorePath ex:p ] ; sh:class ex:Thing",
    "one or more": "sh:path [ sh:oneOrMorePath ex:p ] ; sh:maxCount 2",
    "zero or one": "sh:path [ sh:zeroOrOnePath ex:p ] ; sh:nodeKind sh:IRI",
    "switched off": "sh:path ex:p ; sh:maxCount 0 ; sh:deactivated true",
    "custom SPARQL": 'sh:sparql [ sh:select "SELECT $this ?value WHERE { '
    "$this <https://example.org/p> "
    '?value FILTER(isLiteral(?value)) }" ]',
}
TARGETS = (
    "sh:targetClass ex:Thing",
    "sh:targetSubjectsOf ex:p , ex:q , ex:n",
    "sh:targetObjectsOf ex:q",
    "sh:targetNode ex:a , ex:b ; sh:targetSubjectsOf ex:p",
)


def noise(r: random.Random) -> str:
    """Things of two classes, one below the other, with values of every sort."""
    nodes = ["ex:a", "ex:b", "ex:c", "ex:d", "_:e"]
    values = [
        *nodes,
        '"abc"',
        '"abc"@en',
        '"ABC"@en',
        '"abc"@de',
        '"a"',
        '"abcdefg"',
        '"2020-01-31"^^xsd:date',
        '"soon"^^xsd:date',
        '"5"^^xsd:int',
        '""',
    ]
    numbers = ["1", "2", "3", "4", "4.5", '"seven"', '"2020-01-31"^^xsd:date']
    lines = ["ex:Part rdfs:subClassOf ex:Thing . ex:Less rdfs:subClassOf ex:Part ."]
    lines += [
        f"{r.choice(nodes)} a ex:{r.choice(['Thing', 'Part', 'Less', 'Other'])} ." for _ in range(4)
    ]
    lines += [f"{r.choice(nodes)} ex:{r.choice('ppqr')} {r.choice(values)} ." for _ in range(14)]
    lines += [f"{r.choice(nodes)} ex:{r.choice('nm')} {r.choice(numbers)} ." for _ in range(5)]
    return "\n".join(lines)


@cache
def shapes_by_constraint() -> Graph:
    """A shape for each constraint and target."""
    kind = {True: "sh:PropertyShape", False: "sh:NodeShape"}
    blocks = (
        f"ex:{re.sub('[^A-Za-z0-9]+', '-', name)}-{n} a "
        f"{kind[text.startswith('sh:path')]} ; {target} ; {text} .\n"
        for name, text in CONSTRAINTS.items()
        for n, target in enumerate(TARGETS)
    )
    return Graph().parse(data=HEAD + "".join(blocks), format="turtle")


@pytest.fixture(scope="module")
def header():
    """An ontology of a header alone: none of these shapes and data is about the rest."""
    return mlops_roles.Graph(base=[ROOT / "ontology" / "mlops-roles.ttl"])


@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
def test_each_constraint_finds_what_pyshacl_finds(five, tmp_path, header):
    path = tmp_path / "noise.ttl"
    path.write_text(HEAD + noise(random.Random(five)), "utf-8")
    ours, counted = found(
        validate(DataGraph.load(path, header), shapes_by_constraint(), header), header
    )
    base = Graph().parse(data=header.serialize(), format="turtle")
    theirs, looked_at = judged(Graph().parse(path), shapes_by_constraint(), base)
    assert counted == looked_at
    assert set(map(without_node_names, ours)) == set(map(without_node_names, theirs))
    assert len({f[0] for f in theirs}) > 50


def test_constraints_that_cannot_be_translated_are_left_to_pyshacl():
    """Named here, so that no constraint is dropped or left unnoticed."""
    translator, left = ShaclToSparql(shapes_by_constraint(), DataGraph.load(None, load()).store), {}
    for shape in named_shapes(shapes_by_constraint()):
        try:
            translator.queries(shape)
        except UnsupportedShape as why:
            left[re.sub(r"^.*/|-\d$", "", shape)] = str(why)
    assert left == {
        "datatype-merged": "the engine does not distinguish the datatypes of integers",
        "pattern-that-the-engine-cannot-read": "the engine does not accept the pattern",
        "equals": "no macro for sh:equals",
        "closed": "no macro for sh:closed",
        "properties-of-properties": "sh:property",
        "custom-SPARQL": "sh:sparql",
    }
