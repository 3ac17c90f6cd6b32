"""The datatypes of OWL 2 RL: what follows from the values of literals, one row a datatype.

`datatypes.csv` has a value of each, the same one in another form, another value, and a text that
is no value; they follow from the definitions of XML Schema 1.1 and RDF.
"""

import base64
import csv

import pyoxigraph as ox
import pytest
from support.asserted import PREFIXES, ROOT

from mlops_roles.ontology.literals import XSD, value_of
from mlops_roles.ontology.reasoner import infer

HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
HEAD += "@prefix ex: <https://example.org/> .\n"
HEAD += "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
with (ROOT / "tests" / "datatypes.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = {row["datatype"]: row for row in csv.DictReader(_file)}
# the instant is one, and the values differ by their time zones: equal and not identical
NOT_IDENTICAL = {"xsd:dateTime"}


def triples(text):
    return [q.triple for q in ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)]


def literal(row, column):
    return f'"""{row[column]}"""^^{row["datatype"]}'


def follows(given, then):
    proofs = infer(triples(given))
    assert not proofs.contradictions()
    return all(triple in proofs for triple in triples(then))


def is_contradictory(given):
    return bool(infer(triples(given)).contradictions())


def test_each_datatype_of_owl_2_rl_has_a_row():
    known = "[] a rdfs:Datatype ."
    inferred = {t.subject for t in infer([]) if t.object == triples(known)[0].object}
    assert inferred - {triples(f"{name} a [] .")[0].subject for name in ROWS} == {
        triples("rdfs:Literal a [] .")[0].subject
    }


@pytest.mark.parametrize("name", ROWS)
def test_a_value_is_a_member_of_its_datatype(name):
    value = literal(ROWS[name], "value")
    assert follows(f"ex:a owl:sameAs {value} .", f"ex:a a {name} , rdfs:Literal .")
    assert follows(f"ex:p rdfs:range {name} . ex:a ex:p {value} .", f"{name} a rdfs:Datatype .")


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if row["same"]])
def test_two_forms_of_one_value_are_the_same(name):
    value, same = literal(ROWS[name], "value"), literal(ROWS[name], "same")
    given = f"ex:a owl:sameAs {value} . ex:b owl:sameAs {same} ."
    assert follows(given, "ex:a owl:sameAs ex:b .") == (name not in NOT_IDENTICAL)
    assert not is_contradictory(f"ex:p a owl:FunctionalProperty . ex:a ex:p {value} , {same} .")


@pytest.mark.parametrize("name", ROWS)
def test_two_values_are_different(name):
    value, other = literal(ROWS[name], "value"), literal(ROWS[name], "other")
    given = f"ex:a owl:sameAs {value} . ex:b owl:sameAs {other} ."
    assert follows(given, "ex:a owl:differentFrom ex:b .")
    assert is_contradictory(f"ex:p a owl:FunctionalProperty . ex:a ex:p {value} , {other} .")
    assert is_contradictory(f"ex:a owl:sameAs {value} , {other} .")


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if row["invalid"]])
def test_a_text_that_is_no_value_contradicts_a_range(name):
    text = literal(ROWS[name], "invalid")
    assert is_contradictory(f"ex:p rdfs:range {name} . ex:a ex:p {text} .")
    assert is_contradictory(f"ex:a a {name} ; owl:sameAs {text} .")
    assert not is_contradictory(f"ex:a ex:p {text} .")  # it means something that is no value


@pytest.mark.parametrize("size", range(7))
def test_base64_of_each_length_is_a_value(size):
    text = base64.b64encode(b"\xff" * size).decode()
    value = value_of(ox.Literal(text, datatype=ox.NamedNode(f"{XSD}base64Binary")))
    assert value == ("base64Binary", b"\xff" * size)
    for wrong in (text + "=", text + "A", text.replace("=", "") if "=" in text else "A"):
        assert value_of(ox.Literal(wrong, datatype=ox.NamedNode(f"{XSD}base64Binary"))) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("'7'^^xsd:byte", "7.0", True),
        ("'7'^^xsd:float", "'7'^^xsd:double", False),
        ("'7'^^xsd:float", "7", False),
        ("'0'^^xsd:double", "'-0'^^xsd:double", False),
        ("'NaN'^^xsd:float", "'NaN'^^xsd:float", True),
        ("'a'", "'a'^^xsd:token", True),
        ("'a'", "'a@'^^rdf:PlainLiteral", True),
        ("'a'@en", "'a@EN'^^rdf:PlainLiteral", True),
        ("'a'@en", "'a'", False),
        ("'0f'^^xsd:hexBinary", "'Dw=='^^xsd:base64Binary", False),
        ("'urn:a'^^xsd:anyURI", "'urn:a'", False),
        ("true", "1", False),
    ],
)
def test_values_of_two_datatypes_are_the_same_or_different(one, other, same):
    given = f"ex:a owl:sameAs {one} . ex:b owl:sameAs {other} ."
    assert follows(given, f"ex:a owl:{'sameAs' if same else 'differentFrom'} ex:b .")
