"""W3C's test cases for OWL 2, as `reason` and `consistent` answer them.

The export of all approved cases, `all.rdf`, is read from the folder `owl2` beside the other
suites: the source package of Debian's libowlapi-java has it. The cases named rdfbased-sem-… are of
the rules of OWL 2 RL; of the others, those in the profile RL count, and no consistent one may be
said to contradict itself, whatever its profile.

The cases of datatypes are read from the folder `owl2rl`, laid out as in SANSA-Stack's repository.
"""

import re
import warnings

import pyoxigraph as ox
import pytest
from support.suites import Node, expect_known_misses, suite

from mlops_roles import parse_rdf, reason

TEST = "http://www.w3.org/2007/OWL/testOntology#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
INPUT = "rdfXmlInputOntology"
RDF_XML = ox.RdfFormat.RDF_XML


def owl_cases(folder):
    """(identifier, kinds, whether it is in the profile RL, the case as a node) of each case."""
    text = (folder / "all.rdf").read_text("utf-8")
    text = re.sub(r"(<!ENTITY \w+) '([^']*)'>", r'\1 "\2">', text, count=9)
    store = ox.Store()
    store.load(text.encode(), format=RDF_XML, base_iri=TEST)
    for quad in store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(f"{TEST}TestCase")):
        case = Node(store, quad.subject)
        kinds = {kind.name for kind in case.all(TYPE)}
        in_rl = "RL" in {profile.name for profile in case.all(f"{TEST}profile")}
        yield case.one(f"{TEST}identifier").term.value, kinds, in_rl, case


def texts(case, name):
    return [node.term.value for node in case.all(f"{TEST}{name}")]


def premises(case):
    """The premises in RDF/XML, with what they import, which is not fetched."""
    imported = [t for n in case.all(f"{TEST}importedOntology") for t in texts(n, INPUT)]
    return texts(case, "rdfXmlPremiseOntology") + imported


def is_entailed(conclusion, statements):
    """Whether a graph is in another one, whose nodes its blank nodes may stand for."""
    store = ox.Store()
    for triple in statements:
        if not isinstance(triple.subject, ox.Literal):
            store.add(ox.Quad(*triple))
    stated = [quad.triple for quad in parse_rdf(conclusion)[0]]
    lines = (" ".join(_term(part) for part in triple) for triple in stated)
    return bool(store.query(f"ASK {{ {' . '.join(lines)} }}"))


def _term(term):
    return f"?b{term.value}" if isinstance(term, ox.BlankNode) else str(term)


def owl_answers(folder, tmp_path):
    """(identifier with the kind of test, whether it is in RL, what is wrong or "") of each."""
    for name, kinds, in_rl, case in owl_cases(folder):
        paths = []
        for n, text in enumerate(premises(case)):
            paths.append(tmp_path / f"premise{n}.rdf")
            paths[-1].write_text(text, "utf-8")
        if not case.all(f"{TEST}rdfXmlPremiseOntology"):
            continue  # in functional syntax only
        reasoning = reason(*paths)
        found = bool(reasoning.contradictions)
        if "InconsistencyTest" in kinds:
            yield f"{name} inconsistency", in_rl, "" if found else "no contradiction found"
        if "ConsistencyTest" in kinds:
            yield f"{name} consistency", in_rl, "a contradiction was found" if found else ""
        closure = reasoning.serialize(ox.RdfFormat.N_TRIPLES, asserted=True, reflexive=True)
        statements = [quad.triple for quad in ox.parse(closure, format=ox.RdfFormat.N_TRIPLES)]
        for kind, wanted in (("Conclusion", True), ("NonConclusion", False)):
            for text in texts(case, f"rdfXml{kind}Ontology"):
                (path := tmp_path / "conclusion.rdf").write_text(text, "utf-8")
                wrong = is_entailed(path, statements) != wanted
                yield f"{name} {kind.lower()}", in_rl, "not as it should be" if wrong else ""


@pytest.mark.long
def test_the_w3c_cases_of_owl_2_are_answered(tmp_path, record_figure):
    folder = suite("owl2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers = list(owl_answers(folder, tmp_path))
    consistent = {n: why for n, _, why in answers if n.endswith(" consistency")}
    rules = {n: why for n, _, why in answers if n.startswith("rdfbased-") and n not in consistent}
    profile = {n: why for n, rl, why in answers if rl and n not in consistent}
    alarms = [name for name, why in consistent.items() if why]
    assert len(consistent) > 200
    assert alarms == []
    name = "OWL 2 RL entailments and inconsistencies"
    expect_known_misses(name, rules, 87, 87, record_figure)
    expect_known_misses("OWL 2 cases in the profile RL", profile, 25, 43, record_figure)
    record_figure("OWL 2 RL false alarms", 0, len(consistent), "consistent premises")


def datatype_answers(folder):
    """The name of each case of datatypes, to what is wrong with the answer, or ""."""
    for case in sorted(folder.glob("rdfbased-dat-*")):
        if contradictory := sorted(case.glob("*.graph.ttl")):
            found = reason(*contradictory).contradictions
            yield case.name, "" if found else "no contradiction found"
            continue
        premise, conclusion = (
            case / f"{case.name}.{part}graph.ttl" for part in ("premise", "conclusion")
        )
        reasoning = reason(premise)
        closure = reasoning.serialize(ox.RdfFormat.N_TRIPLES, asserted=True, reflexive=True)
        statements = [quad.triple for quad in ox.parse(closure, format=ox.RdfFormat.N_TRIPLES)]
        right = is_entailed(conclusion, statements) and not reasoning.contradictions
        yield case.name, "" if right else "not entailed"


@pytest.mark.thorough
def test_the_cases_of_datatypes_at_hand_are_answered(record_figure):
    """Of the suite for the OWL 2 RDF-Based Semantics, as many as are in the folder."""
    answers = dict(datatype_answers(suite("owl2rl")))
    assert {case: why for case, why in answers.items() if why} == {}
    note = "those at hand, of 157"
    record_figure("OWL 2 RL datatypes", len(answers), len(answers), "cases", note)
