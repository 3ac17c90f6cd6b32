"""The rules of OWL 2 RL one by one, files of a company's own, and what is outside of OWL 2 RL."""

import csv
import json
import re
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from support.asserted import ROOT
from support.reasoners import HERE

from mlops_roles import InputError, NotReasonedWarning, consistent, load, reason
from mlops_roles.cli.main import main
from mlops_roles.ontology.reasoner import infer
from mlops_roles.ontology.rules import parsed_rules, rule_texts

CASES = HERE / "reasoning"
PREFIXES = "".join(
    f"@prefix {name}: <{space}> .\n"
    for name, space in {
        "ex": "https://example.org/",
        "owl": "http://www.w3.org/2002/07/owl#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "acme": "https://acme.example/roles/",
        "mlops": "https://w3id.org/mlops-roles/ns#",
        "skill": "https://w3id.org/mlops-roles/skill/",
        "task": "https://w3id.org/mlops-roles/task/",
    }.items()
)


def triples(text):
    return [q.triple for q in ox.parse((PREFIXES + text).encode(), format=ox.RdfFormat.TURTLE)]


def rows():
    with (HERE / "rules.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def follows(row, names):
    """Whether the rules of these names alone infer what a row says."""
    proofs = infer(triples(row["given"]), [r for r in parsed_rules() if r.name in names])
    if row["then"] == "contradiction":
        return bool(proofs.contradictions())
    return all(triple in proofs for triple in triples(row["then"]))


# the rules ----------------------------------------------------------------------


def test_each_rule_has_a_row_and_each_rule_of_the_specification_a_file():
    assert {row["rule"] for row in rows()} == set(rule_texts()) - {"eq-ref"}
    assert len(rows()) >= 80


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["rule"])
def test_a_rule_infers_what_its_row_says_and_without_it_nothing_does(row):
    others = set(row["others"].split())
    assert follows(row, {row["rule"]} | others)
    assert not follows(row, others)


@pytest.mark.long
def test_the_loss_of_each_rule_is_noticed_and_counted(record_figure):
    killed = {row["rule"] for row in rows() if not follows(row, set(row["others"].split()))}
    record_figure("mutants of rules", len(killed), len(rule_texts()) - 1, "killed", "not eq-ref")
    assert killed == set(rule_texts()) - {"eq-ref"}


@pytest.mark.parametrize("name", sorted(rule_texts()))
def test_a_rule_is_valid_sparql(name):
    assert ox.Store().query(rule_texts()[name]) is not None


# a company's files ---------------------------------------------------------------

INFERRED = {
    "02-functional-sameAs": "acme:ada2 mlops:hasSkill skill:sql .",
    "08-allValuesFrom": "acme:ada a acme:MLPerson .",
    "10-oneOf": "acme:ada a acme:Leads .",
    "12-hasKey": "acme:ada2 mlops:hasSkill skill:sql .",
    "20-chain4": "acme:a acme:grandgrand acme:e .",
}
CONTRADICTORY = {
    "04-functional-data": "dt-diff",
    "14-maxCardinality0": "cls-maxc1",
    "16-AllDifferent": "eq-diff2",
    "18-negativeAssertion": "prp-npa1",
    "24-range-literal-type": "dt-not-type",
    "26-disjointUnionOf": "disjoint-union2",
    "28-subclass-nothing": "cax-sco",
}


def test_the_cases_are_found():
    others = {"06-sameAs-role-query", "22-minCardinality", "trans100"}
    assert {p.stem for p in CASES.glob("*.ttl")} == {*INFERRED, *CONTRADICTORY, *others}


@pytest.mark.parametrize("name", INFERRED)
def test_what_follows_from_a_file_is_inferred_with_its_proof(name):
    (triple,) = triples(INFERRED[name])
    reasoning = reason(CASES / f"{name}.ttl")
    assert triple in list(reasoning)
    assert reasoning.explain(triple).because
    assert reasoning.contradictions == ()


@pytest.mark.parametrize("name", CONTRADICTORY)
def test_a_contradiction_is_found_once_with_its_proof(name):
    answer = consistent(CASES / f"{name}.ttl")
    (proof,) = answer.contradictions
    assert not answer
    assert CONTRADICTORY[name] in "\n".join(proof.lines())


def test_the_same_role_by_another_name_performs_the_same_tasks():
    reasoning = reason(CASES / "06-sameAs-role-query.ttl", ontology=True)
    performs = ox.NamedNode("https://w3id.org/mlops-roles/ns#performs")
    ours = ox.NamedNode("https://w3id.org/mlops-roles/role/data-scientist")
    theirs = ox.NamedNode("https://acme.example/roles/DS")
    tasks = {q.object for q in reasoning.graph.store.quads_for_pattern(ours, performs, None)}
    assert len(tasks) > 3
    assert tasks <= {t.object for t in reasoning if (t.subject, t.predicate) == (theirs, performs)}


def chain(length):
    return triples(
        "ex:p a owl:TransitiveProperty ."
        + "".join(f" ex:n{n} ex:p ex:n{n + 1} ." for n in range(length))
    )


def test_a_long_chain_takes_time_in_proportion_to_what_follows():
    assert sum(1 for t in infer(chain(100)) if "example" in str(t)) == 100 * 99 / 2
    started = time.process_time()
    assert len(infer(chain(400))) > 400 * 399 / 2
    assert time.process_time() - started < 5  # 0.15 s; joining all paths takes 10 s


SAME = {
    "stated": ("", "owl:sameAs"),
    "by a property below": ("ex:s rdfs:subPropertyOf owl:sameAs .", "ex:s"),
}


@pytest.mark.parametrize("case", SAME)
def test_three_hundred_names_of_one_thing_take_time_in_proportion_to_what_follows(case):
    schema, prop = SAME[case]
    links = "".join(f" ex:n{n} {prop} ex:n{n + 1} ." for n in range(299))
    started = time.process_time()
    proofs = infer(triples(f"{schema} {links} ex:n7 ex:p ex:v . ex:w ex:q ex:n9 ."))
    assert time.process_time() - started < 8  # 0.8 s; trying all pairs of premises takes 50 s
    names = [ox.NamedNode(f"https://example.org/n{n}") for n in range(300)]
    same = ox.NamedNode("http://www.w3.org/2002/07/owl#sameAs")
    for one, other in ((0, 299), (299, 0), (8, 150)):
        assert proofs[ox.Triple(names[one], same, names[other])].rule in ("eq-trans", "eq-sym")
    (copy,) = triples("ex:n299 ex:p ex:v .")
    assert proofs[copy].rule == "eq-rep-s"
    assert {t for t in proofs if t.predicate.value.endswith("/q")} == {
        t for n in range(300) if n != 9 for t in triples(f"ex:w ex:q ex:n{n} .")
    }


def test_a_contradiction_among_many_names_of_one_thing_is_reported_once():
    links = "".join(f" ex:n{n} owl:sameAs ex:n{n + 1} ." for n in range(60))
    (step,) = infer(triples(f"{links} ex:n0 owl:differentFrom ex:n60 .")).contradictions()
    assert step.rule.startswith("eq-diff1")


def test_a_statement_that_follows_later_is_repeated_for_sets_that_have_grown_since():
    """The key makes a and c the same only after the properties p and q are."""
    proofs = infer(
        triples(
            "ex:C owl:hasKey ( ex:q ) . ex:p owl:sameAs ex:q . ex:a a ex:C ; ex:p 1 ; ex:r ex:x ."
            "ex:c a ex:C ; ex:q 1 . ex:c owl:sameAs ex:d . ex:d rdfs:label 'd' ."
            "ex:r rdfs:range ex:D . ex:x owl:sameAs ex:y ."
        )
    )
    for text in ("ex:d ex:r ex:y .", "ex:a rdfs:label 'd' .", "ex:y a ex:D .", "ex:d ex:p 1 ."):
        assert triples(text)[0] in proofs, text


# what is outside -------------------------------------------------------------------


IN_NO_WAY = """
minCardinality ex:C rdfs:subClassOf [ ON_P ; owl:minCardinality 1 ]
cardinality ex:C rdfs:subClassOf [ ON_P ; owl:cardinality 1 ]
maxCardinality ex:C rdfs:subClassOf [ ON_P ; owl:maxCardinality 2 ]
hasSelf ex:C rdfs:subClassOf [ ON_P ; owl:hasSelf true ]
someValuesFrom ex:C rdfs:subClassOf [ ON_P ; owl:someValuesFrom ex:D ]
unionOf ex:C rdfs:subClassOf [ owl:unionOf ( ex:D ex:E ) ]
allValuesFrom [ ON_P ; owl:allValuesFrom ex:D ] rdfs:subClassOf ex:C
complementOf [ owl:complementOf ex:D ] rdfs:subClassOf ex:C
allValuesFrom ex:C owl:disjointWith [ ON_P ; owl:allValuesFrom ex:D ]
allValuesFrom ex:C rdfs:subClassOf [ owl:complementOf [ ON_P ; owl:allValuesFrom ex:D ] ]
ReflexiveProperty ex:C a owl:ReflexiveProperty
bottomObjectProperty ex:C owl:bottomObjectProperty ex:D
topObjectProperty [ owl:onProperty owl:topObjectProperty ; owl:hasValue ex:D ] rdfs:subClassOf ex:C
"""
IN_PART = """
unionOf ex:C owl:equivalentClass [ owl:unionOf ( ex:D ex:E ) ]
someValuesFrom ex:C owl:equivalentClass [ owl:intersectionOf ([ ON_P ; owl:someValuesFrom ex:E ]) ]
disjointUnionOf ex:C owl:disjointUnionOf ( ex:D ex:E )
"""


@pytest.mark.parametrize(
    ("line", "extent"),
    [(line, "in no way") for line in IN_NO_WAY.strip().splitlines()]
    + [(line, "in one direction") for line in IN_PART.strip().splitlines()],
)
def test_an_axiom_outside_of_the_rules_is_named(tmp_path, line, extent):
    path = tmp_path / "ours.ttl"
    construct, text = line.replace("ON_P", "owl:onProperty ex:p").split(" ", 1)
    path.write_text(f"{PREFIXES}{text} .", encoding="utf-8")
    named = (str(path), "https://example.org/C", f"owl:{construct}", extent)
    assert consistent(path).not_reasoned == (named,)
    with pytest.warns(
        NotReasonedWarning, match=re.escape(f"owl:{construct} of https://example.org/C")
    ):
        load(path)


def test_a_rule_of_swrl_is_named(tmp_path):
    path = tmp_path / "ours.ttl"
    rule = "ex:rule a <http://www.w3.org/2003/11/swrl#Imp> ."
    path.write_text(PREFIXES + rule, encoding="utf-8")
    with pytest.warns(NotReasonedWarning, match="swrl:Imp of https://example.org/rule is not"):
        load(path)


@pytest.mark.parametrize(
    "text",
    [
        "[ owl:onProperty ex:p ; owl:someValuesFrom ex:D ] rdfs:subClassOf ex:C .",
        "[ owl:unionOf ( ex:D ex:E ) ] rdfs:subClassOf ex:C .",
        "ex:C rdfs:subClassOf [ owl:onProperty ex:p ; owl:allValuesFrom ex:D ] .",
        "ex:C rdfs:subClassOf [ owl:complementOf ex:D ] .",
        "ex:C rdfs:subClassOf [ owl:onProperty ex:p ; owl:maxCardinality 1 ] .",
        "ex:C owl:equivalentClass [ owl:onProperty ex:p ; owl:hasValue ex:v ] .",
        "ex:p rdfs:subPropertyOf owl:topObjectProperty .",
    ],
)
def test_an_axiom_that_a_rule_uses_is_not_named(tmp_path, text):
    path = tmp_path / "ours.ttl"
    path.write_text(PREFIXES + text, encoding="utf-8")
    assert consistent(path).not_reasoned == ()


def test_the_ontology_has_no_axiom_that_is_not_reasoned_with():
    for path in (ROOT / "ontology").glob("*.ttl"):
        assert consistent(path).not_reasoned == (), path


# the commands ------------------------------------------------------------------------


def test_reason_writes_what_follows_in_each_format(tmp_path, capsys):
    case = str(CASES / "20-chain4.ttl")
    for form, suffix in (("ttl", "ttl"), ("nt", "nt"), ("rdfxml", "rdf"), ("jsonld", "jsonld")):
        path = tmp_path / f"inferred.{suffix}"
        assert main(["reason", case, "--format", form, "--output", str(path)]) == 0
        assert triples(INFERRED["20-chain4"])[0] in [q.triple for q in ox.parse(path=str(path))]
    assert main(["reason", case, "--explain", "ex:a ex:grandgrand ex:e"]) == 0
    assert "prp-spo2" in capsys.readouterr().out
    assert main(["reason", case, "--format", "proofs"]) == 0
    assert "ex:a ex:grandgrand ex:e  [prp-spo2" in capsys.readouterr().out


def test_reason_leaves_out_what_holds_of_everything_unless_asked(capsys):
    case = str(CASES / "20-chain4.ttl")
    reflexive = "<https://acme.example/roles/a> <http://www.w3.org/2002/07/owl#sameAs>"
    assert main(["reason", case, "--format", "nt"]) == 0
    assert reflexive not in capsys.readouterr().out
    assert main(["reason", case, "--format", "nt", "--reflexive", "--asserted"]) == 0
    assert reflexive in capsys.readouterr().out


def test_consistent_tells_by_its_exit_code_and_names_what_it_did_not_reason_with(capsys):
    assert main(["consistent", str(CASES / "20-chain4.ttl")]) == 0
    assert capsys.readouterr() == ("consistent\n", "")
    assert main(["consistent", str(CASES / "04-functional-data.ttl"), "--format", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert not answer["consistent"] and len(answer["contradictions"]) == 1
    assert main(["consistent", str(CASES / "22-minCardinality.ttl")]) == 0
    out, err = capsys.readouterr()
    assert "as far as" in out and "owl:minCardinality of https://acme.example/roles/Lead" in err


def test_a_warning_about_a_file_of_with_is_one_line(capsys):
    assert main(["show", "R7", "--with", str(CASES / "22-minCardinality.ttl")]) == 0
    (line,) = [text for text in capsys.readouterr().err.splitlines() if "minCardinality" in text]
    assert line.startswith("mlops-roles: ")


def test_a_file_of_data_is_examined_too():
    with pytest.warns(NotReasonedWarning, match="minCardinality"):
        load(data=[CASES / "22-minCardinality.ttl"])


def test_no_import_is_followed_and_a_missing_file_is_an_error(tmp_path):
    path = tmp_path / "ours.ttl"
    path.write_text(f"{PREFIXES} <> owl:imports <http://127.0.0.1:9/x> .".replace("<>", "ex:o"))
    assert consistent(path)
    with pytest.raises(InputError, match="no such file"):
        reason(Path("none.ttl"))
