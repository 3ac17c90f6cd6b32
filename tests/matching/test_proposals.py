"""The linking kit: what it proposes and why, what it merges and takes out again, and what it finds wrong."""

import json
import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asserted import PREFIXES, ROOT, SHARED
from support.sssom import faults

from mlops_roles import (
    InputError,
    apply_mappings,
    ask,
    coherence,
    load,
    propose,
    read_mappings,
    undo_mappings,
)
from mlops_roles.cli.main import main

ESCO = "http://data.europa.eu/esco/occupation/"
DATA_ENGINEER = f"{ESCO}2079755f-d809-49e6-8037-4de6180e54c0"
HEAD = (
    "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
    + "@prefix a: <https://acme.example/hr/> .\n"
)
COMPANY = f"""
a:JobRole a owl:Class ; rdfs:subClassOf org:Role ; rdfs:label "Job role"@en .
a:Skill a owl:Class ; rdfs:label "Skill"@en .
a:hasSkill a owl:ObjectProperty ; rdfs:label "has skill"@en .
a:scientist a a:JobRole ; skos:prefLabel "Data Scientist"@en , "Datenwissenschaftler"@de .
a:senior a a:JobRole ; skos:prefLabel "Senior Data Engineer"@en .
a:mlops a a:JobRole ; skos:prefLabel "MLOps Engineer"@en .
a:owner a a:JobRole ; skos:prefLabel "Product Owner"@en .
a:fraud a a:JobRole ; skos:prefLabel "Fraud modeller"@en ; skos:broader a:scientist .
a:recruiter a a:JobRole ; skos:prefLabel "Recruiter, Data Scientists"@en .
a:nummer a a:JobRole ; skos:prefLabel "Zahlenmensch"@de ; skos:exactMatch <{DATA_ENGINEER}> .
a:quant a a:JobRole ; skos:prefLabel "Quant"@en ; schema:occupationalCategory "15-2051.00" .
a:architect a a:JobRole ; skos:prefLabel "Data Architect"@en .
a:features a a:Skill ; skos:prefLabel "feature engineering"@en .
a:deep a a:Skill ; skos:prefLabel "Deep learning"@en .
a:juggling a a:Skill ; skos:prefLabel "Juggling"@en .
a:anna a foaf:Person ; rdfs:label "Data Scientist" .
a:holders a owl:Class ; rdfs:label "data engineer"@en .
"""
TOP = """#mapping_set_id: https://acme.example/links
#license: https://w3id.org/sssom/license/unspecified
#curie_map:
#  a: https://acme.example/hr/
#  dcwf: https://w3id.org/mlops-roles/code/dcwf/work-role/
"""


@pytest.fixture
def company(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(HEAD + COMPANY, "utf-8")
    return path


@pytest.fixture(scope="module")
def proposed(tmp_path_factory):
    path = tmp_path_factory.mktemp("proposed") / "theirs.ttl"
    path.write_text(HEAD + COMPANY, "utf-8")
    return propose(path)


def write_set(folder, *rows, name="mappings.sssom.tsv", iri=None):
    """A set of mappings: each row is 'subject predicate object [reviewer [Not]]'."""
    lines = [
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label\tpredicate_modifier"
    ]
    for row in rows:
        subject, predicate, target, *decision = row.split()
        reviewer, modifier = [*decision, "", ""][:2]
        lines.append(
            f"{subject}\t{predicate}\t{target}\tsemapv:ManualMappingCuration\t{reviewer}\t{modifier}"
        )
    path = folder / name
    top = TOP.replace("https://acme.example/links", iri) if iri else TOP
    path.write_text(
        top + "".join(f"#  {p}: {n}\n" for p, n in PREFIXES.items()) + "\n".join(lines) + "\n",
        "utf-8",
    )
    return read_mappings(path)


def pairs(found):
    return {
        (r.cells["subject_id"], r.cells["predicate_id"], r.cells["object_id"])
        for r in found.mappings
    }


# proposals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "predicate", "target", "reason"),
    [
        ("a:scientist", "skos:exactMatch", "role:data-scientist", "Datenwissenschaftler"),
        ("a:senior", "skos:broadMatch", "role:data-engineer", "without 'senior'"),
        ("a:mlops", "skos:relatedMatch", "role:devops-engineer", "ambiguous title"),
        ("a:mlops", "skos:relatedMatch", "role:ml-engineer", "ambiguous title"),
        ("a:owner", "skos:closeMatch", "role:product-owner", "similar"),
        ("a:fraud", "skos:broadMatch", "role:data-scientist", "lies below a:scientist"),
        ("a:nummer", "skos:closeMatch", "role:data-engineer", "both are mapped to"),
        ("a:quant", "skos:relatedMatch", "role:data-scientist", "15-2051.00"),
        ("a:architect", "skos:relatedMatch", "role:data-engineer", "second name"),
        (
            "a:features",
            "skos:closeMatch",
            "skill:feature-engineering",
            "label: 'feature engineering'",
        ),
        ("a:deep", "skos:relatedMatch", "skill:machine-learning", "alias: 'Deep learning'"),
        ("a:Skill", "skos:relatedMatch", "mlops:Skill", "both are called 'Skill'"),
        ("a:hasSkill", "skos:relatedMatch", "mlops:hasSkill", "both are called 'has skill'"),
        ("a:holders", "skos:relatedMatch", "role:data-engineer", "title: 'data engineer'"),
    ],
)
def test_a_term_is_proposed_with_its_reason(proposed, subject, predicate, target, reason):
    (row,) = [
        r
        for r in proposed.mappings
        if (r.cells["subject_id"], r.cells["object_id"]) == (subject, target)
    ]
    assert row.cells["predicate_id"] == predicate
    assert reason in row.cells["comment"]
    assert 0.3 < float(row.cells["confidence"]) < 1
    assert not row.reviewed


@pytest.mark.parametrize("name", ["a:recruiter", "a:juggling", "a:anna", "a:JobRole"])
def test_what_is_none_of_ours_is_not_proposed(proposed, name):
    assert name not in {r.cells["subject_id"] for r in proposed.mappings}


def test_an_exact_match_needs_two_pieces_of_evidence(tmp_path):
    path = tmp_path / "theirs.ttl"
    for text, wanted in (
        ('skos:prefLabel "Data Engineer"@en', "closeMatch"),
        ('skos:prefLabel "Data Engineer"@en , "Data engineer"@de', "closeMatch"),
        ('skos:prefLabel "Data Engineer"@en , "Dateningenieur"@de', "exactMatch"),
        (f'skos:prefLabel "Data Engineer"@en ; skos:exactMatch <{DATA_ENGINEER}>', "exactMatch"),
        (f'skos:prefLabel "Data Architect"@en ; skos:exactMatch <{DATA_ENGINEER}>', "closeMatch"),
    ):
        path.write_text(f"{HEAD} a:x a skos:Concept ; {text} .", "utf-8")
        found = {r.cells["object_id"]: r.cells["predicate_id"] for r in propose(path).mappings}
        assert found["role:data-engineer"] == f"skos:{wanted}", text


def test_a_class_that_an_alignment_knows_makes_a_proposal_likelier(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(HEAD + 'a:x a schema:Occupation ; schema:name "Data Engineer" .', "utf-8")
    without, through = propose(path).mappings[0], propose(path, to=["SCHEMA"]).mappings[0]
    assert float(through.cells["confidence"]) > float(without.cells["confidence"])
    assert "its class may be mlops:Role" in through.cells["comment"]


def test_what_a_shipped_alignment_refuses_is_not_proposed(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(
        "".join(
            f"<{iri}> a <{PREFIXES['owl']}Class> .\n"
            for iri in ("http://www.w3.org/ns/mls#Task", "https://acme.example/Task")
        ),
        "utf-8",
    )
    assert {r.subject for r in propose(path).mappings} == {"https://acme.example/Task"}


def test_what_is_decided_is_not_proposed_again(company, tmp_path):
    decided = write_set(
        tmp_path,
        "a:scientist skos:exactMatch role:data-scientist Ann",
        "a:deep skos:closeMatch skill:machine-learning Ann Not",
    )
    linked = tmp_path / "linked.ttl"
    linked.write_bytes(apply_mappings(company, decided).to_turtle())
    before, after = pairs(propose(company)), pairs(propose(company, added=[linked]))
    assert {pair[0] for pair in before - after} == {"a:scientist", "a:deep"}
    assert after < before


def test_proposals_are_valid_sssom_and_read_back_as_they_were(proposed, tmp_path):
    path = tmp_path / "proposals.sssom.tsv"
    path.write_text(proposed.to_tsv(), "utf-8")
    assert faults(path) == []
    again = read_mappings(path)
    assert [(r.subject, r.predicate, r.object, r.cells) for r in again.mappings] == [
        (
            r.subject,
            r.predicate,
            r.object,
            {**dict.fromkeys(again.mappings[0].cells, ""), **r.cells},
        )
        for r in proposed.mappings
    ]


def test_a_formula_for_a_name_does_not_act_in_a_spreadsheet(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(
        HEAD
        + 'a:x a skos:Concept ; skos:prefLabel "=cmd|\' /C calc\'!A0"@en , "Data Engineer"@en .',
        "utf-8",
    )
    assert not [
        cell
        for line in propose(path).to_tsv().splitlines()
        for cell in line.split("\t")
        if cell.startswith("=")
    ]


@pytest.mark.parametrize(
    "file", ["org", "gistCore", "schema", "gufo", "ml-schema", "foaf", "prov-o"]
)
def test_of_an_ontology_that_is_not_ours_little_is_proposed_and_nothing_as_the_same(file):
    path = SHARED / "vocabularies" / f"{file}.ttl"
    if not path.is_file():
        pytest.skip("the ontologies of others are not beside the repository: they are not ours")
    found = propose(path).mappings
    assert {r.cells["predicate_id"] for r in found} <= {"skos:relatedMatch"}
    assert len(found) <= 6
    assert not [r for r in found if re.search(r"gist/Task|gufo#Role|mls#Task", r.subject)], (
        "known to mean something else"
    )


# merging ---------------------------------------------------------------------------------


def canonical(graph):
    copy = ox.Dataset(graph)
    copy.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(copy)


def parsed(path):
    return ox.Dataset(ox.Quad(*q.triple) for q in ox.parse(path=str(path), rename_blank_nodes=True))


def test_only_reviewed_rows_are_merged_each_marked_with_its_set(company, tmp_path):
    found = write_set(
        tmp_path,
        "a:scientist skos:exactMatch role:data-scientist Ann",
        "a:senior skos:broadMatch role:data-engineer",
    )
    merged = apply_mappings(company, found)
    assert len(merged.changed) == 1
    path = tmp_path / "linked.ttl"
    path.write_bytes(merged.to_turtle())
    came = canonical(parsed(path)) - canonical(parsed(company))
    assert any(
        q.predicate.value.endswith("isPartOf") and q.object.value == "https://acme.example/links"
        for q in came
    )
    assert any(
        q.predicate.value.endswith("reviewer_label") and q.object.value == "Ann" for q in came
    )
    assert "broadMatch" not in str(came)


def test_what_was_merged_is_used(company, tmp_path):
    linked, people = tmp_path / "linked.ttl", tmp_path / "people.ttl"
    linked.write_bytes(
        apply_mappings(
            company, write_set(tmp_path, "a:scientist skos:exactMatch role:data-scientist Ann")
        ).to_turtle()
    )
    people.write_text(
        HEAD + "<https://acme.example/staff/bo> schema:hasOccupation a:scientist .", "utf-8"
    )
    assert "role:data-scientist" in [
        r["role"] for r in ask("holders-of-role", load(linked, data=[people]))
    ]
    assert "role:data-scientist" not in [
        r["role"] for r in ask("holders-of-role", load(company, data=[people]))
    ]


TERMS = ("a:scientist", "a:senior", "a:owner", "role:data-scientist", "skill:sql")
RELATIONS = ("skos:exactMatch", "skos:closeMatch", "skos:relatedMatch", "mlops:noMatch")
STATEMENTS = st.lists(
    st.tuples(st.sampled_from(TERMS), st.sampled_from(RELATIONS), st.sampled_from(TERMS)),
    max_size=6,
)


def rows_of(statements):
    """Rows that say the statements, all reviewed."""
    return [
        f"{s} skos:closeMatch {o} Ann Not" if p == "mlops:noMatch" else f"{s} {p} {o} Ann"
        for s, p, o in statements
    ]


@settings(max_examples=20, derandomize=True, deadline=None)
@given(
    before=STATEMENTS,
    first=STATEMENTS.filter(bool),
    second=STATEMENTS.filter(bool),
    order=st.booleans(),
)
def test_what_was_merged_is_taken_out_exactly_whatever_the_order(
    tmp_path_factory, before, first, second, order
):
    folder = tmp_path_factory.mktemp("undo")
    theirs = folder / "0.ttl"
    theirs.write_text(
        HEAD
        + COMPANY
        + "[ a owl:Axiom ; rdfs:comment 'theirs' ] ."
        + "".join(f"{s} {p} {o} ." for s, p, o in before),
        "utf-8",
    )
    one = write_set(folder, *rows_of(first), name="one.tsv", iri="https://acme.example/one")
    two = write_set(folder, *rows_of(second), name="two.tsv", iri="https://acme.example/two")
    once = step(folder / "1.ttl", apply_mappings(theirs, one))
    twice = step(folder / "2.ttl", apply_mappings(once, two))
    assert set(map(expanded, (*first, *second))) <= {q.triple for q in parsed(twice)}
    left = without(without(twice, one), two) if order else without(without(twice, two), one)
    assert canonical(parsed(left)) == canonical(parsed(theirs))
    assert canonical(parsed(without(once, one))) == canonical(parsed(theirs))


def step(path, merge):
    path.write_bytes(merge.to_turtle())
    return path


def without(path, found):
    """The file without a set; as it is where all that the set says was there before."""
    marked = f"<{found.iri}>" in path.read_text("utf-8")
    return (
        step(path.with_suffix(f".{found.name}.ttl"), undo_mappings(path, found)) if marked else path
    )


def expanded(statement):
    return ox.Triple(
        *(
            ox.NamedNode(
                f"https://acme.example/hr/{t[2:]}" if t.startswith("a:") else load().expand_curie(t)
            )
            for t in statement
        )
    )


def test_a_statement_that_was_there_before_stays(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(HEAD + COMPANY + "a:senior skos:broadMatch role:data-engineer .", "utf-8")
    found = write_set(
        tmp_path,
        "a:senior skos:broadMatch role:data-engineer Ann",
        "a:owner skos:closeMatch role:product-owner Ann",
    )
    merged = apply_mappings(path, found)
    assert (len(merged.changed), len(merged.unchanged)) == (1, 1)
    linked = tmp_path / "linked.ttl"
    linked.write_bytes(merged.to_turtle())
    assert canonical(undo_mappings(linked, found).graph) == canonical(parsed(path))


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")], ids="-".join)
def test_a_statement_that_two_sets_bring_goes_with_the_last_of_them(company, tmp_path, order):
    said = "a:senior skos:broadMatch role:data-engineer Ann"
    sets = {
        name: write_set(tmp_path, said, name=f"{name}.tsv", iri=f"https://acme.example/{name}")
        for name in order
    }
    both = step(
        tmp_path / "1.ttl",
        apply_mappings(step(tmp_path / "0.ttl", apply_mappings(company, sets["one"])), sets["two"]),
    )
    first = undo_mappings(both, sets[order[0]])
    assert (len(first.changed), len(first.unchanged)) == (0, 1)
    last = undo_mappings(step(tmp_path / "2.ttl", first), sets[order[1]])
    assert len(last.changed) == 1
    assert canonical(last.graph) == canonical(parsed(company))


@pytest.mark.parametrize("rows", [("a:senior skos:broadMatch role:data-engineer",), ()])
def test_nothing_is_merged_that_nobody_reviewed(company, tmp_path, rows):
    with pytest.raises(InputError, match="no row has been reviewed"):
        apply_mappings(company, write_set(tmp_path, *rows))


def test_a_set_is_merged_once_and_taken_out_only_where_it_is(company, tmp_path):
    found = write_set(tmp_path, "a:senior skos:broadMatch role:data-engineer Ann")
    with pytest.raises(InputError, match="nothing in it came from"):
        undo_mappings(company, found)
    linked = tmp_path / "linked.ttl"
    linked.write_bytes(apply_mappings(company, found).to_turtle())
    with pytest.raises(InputError, match="merged already"):
        apply_mappings(linked, found)


# coherence -------------------------------------------------------------------------------


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
    clash = next(c for c in found if c.kind == kind)
    assert about in clash.about
    first = TOP.count("\n") + len(PREFIXES) + 2
    assert {f"mappings.sssom.tsv:{first + n}" for n in lines} <= set(clash.rows)
    assert clash.because
    assert "; " in clash.message
    kept = write_set(tmp_path, *rows[: max(lines)])
    assert kind not in {c.kind for c in coherence(kept, company)}, "the last row takes part"


def test_sound_mappings_are_coherent(company, tmp_path, proposed):
    path = tmp_path / "proposals.tsv"
    path.write_text(proposed.to_tsv(), "utf-8")
    assert coherence(read_mappings(path), company) == []


def test_a_fault_of_the_file_itself_is_told_apart(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(
        HEAD + "a:Odd a owl:Class ; rdfs:subClassOf mlops:Role , mlops:Task . a:x a a:Odd .",
        "utf-8",
    )
    found = coherence(write_set(tmp_path, "a:x skos:closeMatch role:data-engineer"), path)
    assert found
    assert {c.rows for c in found} == {()}
    assert all("no mapping causes it" in c.message for c in found)


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
        assert coherence(write_set(tmp_path, "mlops:Skill skos:relatedMatch a:Skill"), path) == []


# commands --------------------------------------------------------------------------------


def test_the_way_from_proposals_to_a_merged_file_and_back(company, tmp_path, capsys):
    mappings, linked, back = (str(tmp_path / n) for n in ("m.sssom.tsv", "linked.ttl", "back.ttl"))
    assert main(["link", str(company), "--output", mappings]) == 0
    assert main(["link", str(company), "--apply", mappings]) == 2, "nothing has been reviewed"
    text = (tmp_path / "m.sssom.tsv").read_text("utf-8")
    (tmp_path / "m.sssom.tsv").write_text(
        re.sub(r"(?m)^(a:(?:scientist|senior)\t.*)\t\t", r"\1\tAnn\t", text), "utf-8"
    )
    assert main(["coherence", mappings, str(company)]) == 0
    assert main(["link", str(company), "--apply", mappings, "--output", linked]) == 0
    assert "2 statements added" in capsys.readouterr().err
    assert main(["link", linked, "--undo", mappings, "--output", back]) == 0
    assert canonical(parsed(back)) == canonical(parsed(company))


def test_incoherent_mappings_end_with_one_and_say_why(company, tmp_path, capsys):
    write_set(tmp_path, "a:Skill rdfs:subClassOf mlops:Skill", "a:Skill rdfs:subClassOf mlops:Task")
    arguments = ["coherence", str(tmp_path / "mappings.sssom.tsv"), str(company)]
    assert main(arguments) == 1
    assert "because a:Skill rdfs:subClassOf mlops:Task" in capsys.readouterr().out
    assert main([*arguments, "--format", "json"]) == 1
    (clash,) = json.loads(capsys.readouterr().out)
    assert clash["kind"] == "impossible"


def test_proposals_come_in_other_forms(company, capsys):
    assert main(["link", str(company), "--format", "jsonl", "--to", "gist"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any(row["object_id"] == "role:data-scientist" for row in rows)
    assert main(["link", str(company), "--to", "gits"]) == 2
    assert "did you mean gist?" in capsys.readouterr().err


def test_the_example_of_a_company_shows_each_step(tmp_path):
    theirs, mappings = (
        ROOT / "examples" / "acme-hr.ttl",
        read_mappings(ROOT / "examples" / "acme-hr.sssom.tsv"),
    )
    assert {("hr:job-17", "role:data-scientist"), ("hr:job-21", "role:data-engineer")} <= {
        (s, o) for s, _, o in pairs(propose(theirs))
    }
    assert {c.kind for c in coherence(mappings, theirs)} == {"two in one", "impossible"}
    linked = tmp_path / "linked.ttl"
    linked.write_bytes(apply_mappings(theirs, mappings).to_turtle())
    assert canonical(undo_mappings(linked, mappings).graph) == canonical(parsed(theirs))
