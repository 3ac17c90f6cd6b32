"""Rules asked set-at-a-time find what pySHACL finds node by node, constraint by constraint and on random faulty data."""

import os
import random
import re
from functools import cache

import pyoxigraph as ox
import pytest
import rdflib
from conftest import PREFIXES
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, URIRef

from mlops_roles import NothingChecked, check, load
from mlops_roles.checks import _asserted, _shapes_in, _shipped_shapes, read_shapes
from mlops_roles.constraints import Left, Writer

GRAPHS = int(os.environ.get("MLOPS_ROLES_GRAPHS", "30"))  # random graphs per judge; CONTRIBUTING says how to run more
HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in {**PREFIXES, "ex": "https://example.org/"}.items())
TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
MLOPS = PREFIXES["mlops"]


# pySHACL as the judge ------------------------------------------------------------------


@cache
def shapes() -> Graph:
    return read_shapes(load())


@cache
def ontology() -> Graph:
    whole = Graph()
    whole.parse(data=load().serialize(), format="turtle")
    return whole


def targets(whole, shape, of):
    """The targets of a shape by SHACL core, worked out from the specification once more."""
    found = set(of.objects(shape, SH.targetNode))
    for cls in of.objects(shape, SH.targetClass):
        for below in whole.transitive_subjects(RDFS.subClassOf, cls):
            found.update(whole.subjects(RDF.type, below))
    for p in of.objects(shape, SH.targetSubjectsOf):
        found.update(whole.subjects(p))
    for p in of.objects(shape, SH.targetObjectsOf):
        found.update(whole.objects(None, p))
    return found


def judged(data: Graph, of: Graph, base: Graph):
    """(findings, nodes looked at per shape) of pySHACL, about the nodes that the data is about."""
    import pyshacl

    whole, aimed, checked = base + data, of + Graph(), {}
    about = set(data.subjects()) | {o for o in data.objects() if (o, None, None) not in base}
    for shape in _shapes_in(of):
        nodes = targets(whole, shape, of) & about
        checked[str(shape)] = len(nodes)
        for kind in TARGETS:
            aimed.remove((shape, kind, None))
        for node in nodes:
            aimed.add((shape, SH.targetNode, node))
    use = [URIRef(s) for s, n in checked.items() if n]
    _, report, _ = pyshacl.validate(whole, shacl_graph=aimed, advanced=False, use_shapes=use)
    rows = [(report.value(r, SH.sourceShape), report.value(r, SH.focusNode), report.value(r, SH.value)) for r in report.subjects(RDF.type, SH.ValidationResult)]
    return {tuple(None if t is None else str(t)[:200] for t in row) for row in rows}, checked


def found(path, graph):
    """The same of `check`."""
    report = check(path, graph)
    own = {(graph.expand(f.shape) or f.shape, graph.expand(f.focus) or f.focus, f.value and (graph.expand(f.value) or f.value)) for f in report.findings}
    return own, {graph.expand(s): n for s, n in report.checked.items()}


# all of it is covered --------------------------------------------------------------------


def test_every_constraint_of_every_shape_is_put_into_sparql():
    writer = Writer(shapes(), _asserted(None, load())[0])
    names = _shapes_in(shapes())
    assert len(names) > 100
    for shape in names:
        said = {str(p).removeprefix(str(SH)) for p in shapes().predicates(shape) if p.startswith(str(SH))}
        constraints = {r.name for r in writer.rules(shape, _shipped_shapes())}
        assert constraints == said & KINDS, shape


KINDS = {p.toPython().removeprefix(str(SH)) for p in Graph().parse(data=HEAD + """
    [] ex:is sh:class , sh:datatype , sh:nodeKind , sh:minCount , sh:maxCount , sh:minExclusive , sh:minInclusive , sh:maxExclusive , sh:maxInclusive ,
        sh:minLength , sh:maxLength , sh:pattern , sh:languageIn , sh:uniqueLang , sh:equals , sh:disjoint , sh:lessThan , sh:lessThanOrEquals ,
        sh:not , sh:and , sh:or , sh:xone , sh:node , sh:property , sh:qualifiedMinCount , sh:qualifiedMaxCount , sh:closed , sh:hasValue , sh:in , sh:sparql .
    """, format="turtle").objects()}


# random faulty data ------------------------------------------------------------------------


@cache
def mistakes() -> list[Graph]:
    """The mistake that each shape carries."""
    return [Graph().parse(data=HEAD + str(text), format="turtle") for text in sorted(shapes().objects(None, URIRef(MLOPS + "rejects")))]


@cache
def words():
    """What random statements are made of: properties that shapes speak of, terms of the ontology, and values of every sort."""
    properties = sorted({p for kind in (SH.path, SH.targetSubjectsOf, SH.targetObjectsOf) for p in shapes().objects(None, kind) if isinstance(p, URIRef)})
    properties += sorted({p for node in shapes().objects(None, SH.alternativePath) for p in shapes().items(node) if isinstance(p, URIRef)})
    terms = sorted({s for s in ontology().subjects() if isinstance(s, URIRef)})
    values = ["", " ", "Data Scientist", "a  b", "x" * 501, "two\nlines", "R9", "1.2.3", 'a "quoted" \\ one']
    literals = [Literal(v, lang=tag) for v in values for tag in (None, "en", "de")] + [Literal("7"), Literal(7), Literal(True), Literal("abc", datatype=rdflib.XSD.integer)]
    return properties, terms, literals


def faulty(r: random.Random) -> Graph:
    """A few people of whom some mistakes are told, and statements at random about them, posts and now and then a term of the ontology."""
    properties, terms, literals = words()
    people = [URIRef(f"https://example.org/{name}") for name in ("ada", "ben", "cem", "dora", "post", "membership/1")] + [BNode("nobody")]
    whole = Graph()
    for mistake in r.sample(mistakes(), r.randrange(1, 7)):
        whole += mistake
    for _ in range(r.randrange(5, 40)):
        subject = r.choice(people) if r.random() < 0.9 else r.choice(terms)
        predicate = RDF.type if r.random() < 0.2 else r.choice(properties)
        whole.add((subject, predicate, r.choice([r.choice(people), r.choice(terms), r.choice(terms), r.choice(literals)])))
    return whole


@pytest.mark.parametrize("seed", range(GRAPHS))
def test_random_faulty_data_has_the_findings_of_pyshacl(seed, tmp_path):
    data = faulty(random.Random(seed))
    path = tmp_path / "faulty.nt"
    data.serialize(path, format="nt", encoding="utf-8")
    ours, counted = found(path, load())
    theirs, looked_at = judged(data, shapes(), ontology())
    assert {f for f in map(without_node_names, ours)} == {f for f in map(without_node_names, theirs)}
    assert {s: n for s, n in counted.items() if n} == {s: n for s, n in looked_at.items() if n}
    assert theirs


def without_node_names(finding):
    """Blank nodes have another name in each store; all are as one here."""
    return tuple(None if t is None else "_" if re.fullmatch(r"_:\w+|[nN][0-9a-f]{31,}\w*|nobody|[0-9a-f]{30,32}", t) else t for t in finding)
