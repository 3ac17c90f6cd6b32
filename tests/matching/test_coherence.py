"""What is found wrong with mappings, each with the rows that cause it."""

import json
import random
import time

import pyoxigraph as ox
import pytest
from support.asserted import PREFIXES, SHARED
from support.linking import HEAD, TOP, write_set

from mlops_roles import InputError, NothingChecked, coherence, load, propose
from mlops_roles.cli.main import main
from mlops_roles.matching.alignments import shipped_mapping_sets
from mlops_roles.matching.row_labels import wrong_labels
from mlops_roles.matching.suspects import suspected_classes
from mlops_roles.ontology import reasoner


@pytest.mark.parametrize(
    ("rows", "kind", "about", "lines"),
    [
        (
            ["a:Skill rdfs:subClassOf mlops:Skill", "a:Skill rdfs:subClassOf mlops:Task"],
            "impossible",
            "a:Skill",
            {0, 1},
        ),
        (
            ["a:JobRole rdfs:subClassOf mlops:Role", "a:scientist skos:exactMatch skill:sql"],
            "impossible",
            "mlops:Skill",
            {0, 1},
        ),
        (
            [
                "a:scientist skos:exactMatch role:data-scientist",
                "a:scientist skos:exactMatch role:data-engineer",
            ],
            "two in one",
            "role:data-engineer",
            {0, 1},
        ),
        (["a:nummer skos:exactMatch role:data-scientist"], "two in one", "role:data-engineer", {0}),
        (
            ["a:mlops skos:closeMatch role:devops-engineer", "a:mlops skos:exactMatch dcwf:624"],
            "refused",
            "role:devops-engineer",
            {0, 1},
        ),
        (
            [
                "a:owner skos:closeMatch role:product-owner",
                "a:owner skos:closeMatch role:product-owner Ann Not",
            ],
            "refused",
            "a:owner",
            {0, 1},
        ),
        (
            ["mlops:Task rdfs:subClassOf <http://www.w3.org/ns/mls#Task>"],
            "refused",
            "mlops:Task",
            {0},
        ),
        (
            ["a:deep skos:exactMatch skill:sql", "a:deep skos:relatedMatch skill:sql"],
            "contradiction",
            "a:deep",
            {0, 1},
        ),
        (
            [
                "a:hasSkill rdfs:subPropertyOf mlops:performs",
                "a:hasSkill rdfs:subPropertyOf mlops:usesTool",
            ],
            "impossible",
            "a:hasSkill",
            {0, 1},
        ),
    ],
)
def test_a_fault_is_found_with_the_rows_that_cause_it(company, tmp_path, rows, kind, about, lines):
    rows = [row.replace("<", "").replace(">", "") for row in rows]
    found = coherence(write_set(tmp_path, *rows), company)
    assert kind in {c.kind for c in found}
    issue = next(c for c in found if c.kind == kind)
    assert about in issue.about
    first = TOP.count("\n") + len(PREFIXES) + 2
    assert {f"mappings.sssom.tsv:{first + n}" for n in lines} <= set(issue.rows)
    assert issue.because
    assert "; " in issue.message
    if last := max(lines):
        kept = write_set(tmp_path, *rows[:last])
        assert kind not in {c.kind for c in coherence(kept, company)}, "the last row takes part"


def test_sound_mappings_are_coherent(company):
    assert coherence(propose(company), company) == []


def test_a_set_without_rows_or_without_a_term_of_the_ontology_is_nothing_checked(
    company, tmp_path, capsys
):
    with pytest.raises(NothingChecked, match="1 mapping, none with a term of the ontology"):
        coherence(write_set(tmp_path, "a:fraud skos:broadMatch a:scientist"), company)
    with pytest.raises(NothingChecked, match="nothing was checked: no mapping"):
        coherence(write_set(tmp_path), company)
    assert main(["coherence", str(tmp_path / "mappings.sssom.tsv"), str(company)]) == 2
    assert "no mapping" in capsys.readouterr().err


def test_a_relation_that_one_row_states_and_another_denies_is_refused(company, tmp_path):
    stated = "a:fraud skos:broadMatch role:data-scientist"
    denied = f"{stated} Kemi Not"
    (issue,) = coherence(write_set(tmp_path, stated, denied), company)
    assert (issue.kind, len(issue.rows)) == ("refused", 2)
    denied = denied.replace("broad", "narrow")
    assert coherence(write_set(tmp_path, stated, denied), company) == []


def test_a_fault_of_the_file_itself_names_no_mapping(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(
        HEAD + "a:Odd a owl:Class ; rdfs:subClassOf mlops:Role , mlops:Task . a:x a a:Odd .",
        "utf-8",
    )
    found = coherence(write_set(tmp_path, "a:x skos:closeMatch role:data-engineer"), path)
    assert found
    assert {c.rows for c in found} == {()}
    assert all("no mapping causes it" in c.message for c in found)


@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
@pytest.mark.parametrize(
    ("file", "rows", "about"),
    [
        ("foaf", ["foaf:Person rdfs:subClassOf org:Organization"], "foaf:Person"),
        (
            "gufo",
            [
                "foaf:Person rdfs:subClassOf http://purl.org/nemo/gufo#Event",
                "foaf:Person rdfs:subClassOf http://purl.org/nemo/gufo#Object",
            ],
            "foaf:Person",
        ),
        (
            "gistCore",
            ["https://w3id.org/semanticarts/ns/ontology/gist/Task owl:equivalentClass mlops:Task"],
            "mlops:Task",
        ),
        (
            "schema",
            [
                "http://schema.org/Occupation rdfs:subClassOf mlops:Role",
                "http://schema.org/Intangible rdfs:subClassOf mlops:Skill",
            ],
            "Occupation",
        ),
    ],
)
def test_a_fault_with_an_ontology_that_is_not_ours_is_found(tmp_path, file, rows, about):
    path = SHARED / "vocabularies" / f"{file}.ttl"
    if not path.is_file():
        pytest.skip("the ontologies of others are not beside the repository: they are not ours")
    found = coherence(write_set(tmp_path, *rows), path)
    assert [c for c in found if about in c.about and c.rows]
    if file != "schema":  # it is large
        found = coherence(write_set(tmp_path, "mlops:Skill skos:relatedMatch a:Skill"), path)
        assert [(c.kind, c.about) for c in found] == [("unknown", "a:Skill")]


def test_incoherent_mappings_end_with_one_and_say_why(company, tmp_path, capsys):
    write_set(tmp_path, "a:Skill rdfs:subClassOf mlops:Skill", "a:Skill rdfs:subClassOf mlops:Task")
    arguments = ["coherence", str(tmp_path / "mappings.sssom.tsv"), str(company)]
    assert main(arguments) == 1
    assert "because a:Skill rdfs:subClassOf mlops:Task" in capsys.readouterr().out
    assert main([*arguments, "--format", "json"]) == 1
    (issue,) = json.loads(capsys.readouterr().out)
    assert issue["kind"] == "impossible"


KINDS = """
a:chef a <http://data.europa.eu/esco/model#Occupation> ; skos:prefLabel "chef"@en .
a:bob a foaf:Person . a:firm a org:Organization .
a:lead a org:Role ; skos:prefLabel "Data Scientist"@en .
a:query a <http://data.europa.eu/esco/model#Skill> ; skos:prefLabel "querying"@en .
"""


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("a:chef skos:closeMatch tool:chef", "other kind"),
        ("a:chef skos:broadMatch skill:sql", "other kind"),
        ("a:bob skos:closeMatch role:data-engineer", "other kind"),
        ("a:firm skos:narrowMatch skill:sql", "other kind"),
        ("a:query skos:exactMatch mlops:performs", "other kind"),
        ("a:lead skos:exactMatch role:data-engineer", "other label"),
        ("a:lead skos:exactMatch role:data-scientist", None),
        ("a:query skos:closeMatch tool:postgresql", None),
        ("a:chef skos:relatedMatch tool:chef", None),
    ],
)
def test_kinds_and_labels_of_a_match_are_compared(tmp_path, row, kind):
    path = tmp_path / "theirs.ttl"
    path.write_text(HEAD + KINDS, "utf-8")
    found = coherence(write_set(tmp_path, row), path)
    assert [(i.kind, i.is_warning) for i in found] == (
        [(kind, kind == "other label")] if kind else []
    )


@pytest.mark.parametrize(
    ("label", "of"),
    [
        ("Data Engineer", "role:data-engineer"),
        (" data  SCIENTIST", ""),
        ("Datenwissenschaftler", ""),
        ("Boffin", ""),
        ("", ""),
    ],
)
def test_a_label_in_a_row_that_is_another_terms_is_a_warning(company, tmp_path, label, of):
    found = write_set(tmp_path, "a:scientist skos:closeMatch role:data-scientist")
    (row,) = found.mappings
    row.cells["object_label"] = label
    issues = [i for i in coherence(found, company) if "is no label of it" in i.message]
    assert [(i.kind, i.about, i.is_warning) for i in issues] == (
        [("other label", "role:data-scientist", True)] if of else []
    )
    assert all(of in i.message and i.rows for i in issues)


def test_no_shipped_mapping_has_the_label_of_another_term():
    statements = load().store
    asserted = ox.Dataset(ox.Quad(*quad.triple) for quad in statements)
    rows = [row for found in shipped_mapping_sets().values() for row in found.mappings]
    assert list(wrong_labels(rows, asserted)) == []
    assert any(row.cells.get("subject_label") for row in rows)


@pytest.mark.parametrize("types", ["foaf:Person , mlops:Skill", "foaf:Person , org:Organization"])
def test_a_person_is_no_skill_and_no_organisation(tmp_path, types):
    path = tmp_path / "both.ttl"
    path.write_text(f"{HEAD} a:x a {types} .", "utf-8")
    with pytest.raises(InputError, match="contradicts the ontology"):
        load(path)


def test_each_class_that_can_have_no_member_is_suspected():
    """A probe of each class, reasoned with by all rules, is the judge."""
    found = 0
    for seed in range(16):
        axioms = ox.Dataset(ox.parse(_random_classes(seed), format=ox.RdfFormat.TURTLE))
        classes = [ox.NamedNode(f"urn:C{n}") for n in range(12)]
        suspects = suspected_classes(axioms, classes)
        for cls in classes:
            probe = ox.Quad(ox.NamedNode("urn:probe"), ox.NamedNode(f"{PREFIXES['rdf']}type"), cls)
            if reasoner.infer([*axioms, probe]).contradictions():
                found += 1
                assert cls in suspects, seed
    assert found > 5


def _random_classes(seed):
    random.seed(seed)
    pick = lambda: f":C{random.randrange(12)}"  # noqa: E731
    forms = [
        lambda: f"{pick()} rdfs:subClassOf {pick()} .",
        lambda: f"{pick()} rdfs:subClassOf {pick()} .",
        lambda: f"{pick()} owl:equivalentClass [ owl:intersectionOf ( {pick()} {pick()} ) ] .",
        lambda: f"{pick()} owl:equivalentClass [ owl:unionOf ( {pick()} {pick()} ) ] .",
        lambda: f"{pick()} owl:disjointWith {pick()} .",
        lambda: f"[] a owl:AllDisjointClasses ; owl:members ( {pick()} {pick()} {pick()} ) .",
        lambda: f"{pick()} rdfs:subClassOf [ owl:complementOf {pick()} ] .",
        lambda: f"{pick()} rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :C0 ] .",
        lambda: f"[ owl:onProperty :p ; owl:someValuesFrom :C0 ] rdfs:subClassOf {pick()} .",
    ]
    return HEAD + "@prefix : <urn:> .\n" + "\n".join(random.choice(forms)() for _ in range(14))


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
def test_an_ontology_of_69_000_triples_takes_seconds(tmp_path):
    random.seed(1)
    lines = []
    for n in range(9_000):
        above = f"rdfs:subClassOf a:C{random.randrange(n // 3 + 1)} ; " if n else ""
        text = f'a:C{n} a owl:Class ; {above}rdfs:label "thing {n}" ; rdfs:comment "number {n}" '
        some = f"owl:onProperty a:p ; owl:allValuesFrom a:C{random.randrange(9_000)}"
        lines.append(f"{text}; rdfs:subClassOf [ a owl:Restriction ; {some} ] .")
    lines.append("a:C1 owl:disjointWith a:C2 . a:p a owl:ObjectProperty .")
    path = tmp_path / "large.ttl"
    path.write_text(HEAD + "\n".join(lines), "utf-8")
    mappings = write_set(tmp_path, "a:C3 rdfs:subClassOf mlops:Role")
    started = time.process_time()
    assert coherence(mappings, path) == []
    assert time.process_time() - started < 15  # seconds of CPU; a few on an idle machine
