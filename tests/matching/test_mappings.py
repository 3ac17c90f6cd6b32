"""Accepted mappings: their terms and names mean ours in every command, as far as each row says."""

import json

import pytest

from mlops_roles import (
    InputError,
    Records,
    ask,
    audit,
    certify,
    gap,
    load,
    resolve,
    resolve_skill_names,
    show,
    verify,
)
from mlops_roles.io.sssom import read_mappings
from mlops_roles.matching.merge import apply_mappings

VOCABULARY = """
@prefix v: <https://v.example/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xl: <http://www.w3.org/2008/05/skos-xl#> .
@prefix org: <http://www.w3.org/ns/org#> .
v:pipe a org:Role ; skos:prefLabel "Rohrleger der Daten"@de , "Poseur de tuyaux"@fr ;
    skos:notation "K-17" .
v:junior a org:Role ; xl:prefLabel [ xl:literalForm "Lehrling am Rohr"@de ] .
v:near a org:Role ; skos:prefLabel "Schleusenwart"@de .
v:wide a org:Role ; skos:prefLabel "Rohrmensch"@de .
v:fake a org:Role ; skos:prefLabel "Data Scientist"@en .
v:ask a skos:Concept ; skos:prefLabel "Abfragekunst"@de ; skos:altLabel "asking tables"@en .
v:windows a skos:Concept ; skos:prefLabel "Fensterkunst"@de .
v:shapes a skos:Concept ; skos:prefLabel "Formenkunst"@de .
v:all a skos:Concept ; skos:prefLabel "Allerleikunst"@de .
"""
SET = """#mapping_set_id: https://v.example/set
#curie_map:
#  v: https://v.example/
#  role: https://w3id.org/mlops-roles/role/
#  skill: https://w3id.org/mlops-roles/skill/
#  tool: https://w3id.org/mlops-roles/tool/
subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\treviewer_label
v:pipe\tPipe layer of records\tskos:exactMatch\t\trole:data-engineer\tsemapv:LexicalMatching\tAda
v:junior\t\tskos:broadMatch\t\trole:data-engineer\tsemapv:LexicalMatching\tAda
v:near\t\tskos:closeMatch\t\trole:data-engineer\tsemapv:LexicalMatching\tBo
v:wide\t\tskos:narrowMatch\t\trole:data-engineer\tsemapv:LexicalMatching\tAda
v:fake\t\tskos:exactMatch\tNot\trole:data-scientist\tsemapv:LexicalMatching\tAda
v:ask\t\tskos:exactMatch\t\tskill:sql\tsemapv:LexicalMatching\tAda
v:windows\t\tskos:broadMatch\t\tskill:sql\tsemapv:LexicalMatching\tAda
v:shapes\t\tskos:closeMatch\t\tskill:sql\tsemapv:LexicalMatching\tAda
v:all\t\tskos:narrowMatch\t\tskill:sql\tsemapv:LexicalMatching\tAda
v:all\t\tskos:exactMatch\t\tskill:programming\tsemapv:LexicalMatching\t
"""
STAFF = """person,title,skills,lacks
Ann,Rohrleger der Daten,Abfragekunst,
Ben,Schleusenwart,Formenkunst,
Cem,k-17,asking tables/Git,
Dee,Data Scientist,Allerleikunst,Fensterkunst
Eve,Lehrling am Rohr,Fensterkunst,
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mapped")
    (folder / "v.ttl").write_text(VOCABULARY, "utf-8")
    (folder / "v.sssom.tsv").write_text(SET, "utf-8")
    (folder / "staff.csv").write_text(STAFF, "utf-8")
    return folder


@pytest.fixture(scope="module")
def graph(files):
    return load(files / "v.ttl", files / "v.sssom.tsv")


@pytest.fixture(scope="module")
def audited(files, graph):
    return audit(files / "staff.csv", graph=graph)


@pytest.mark.parametrize(
    ("title", "status", "roles", "candidates"),
    [
        ("Rohrleger der Daten", "certain", ("data-engineer",), ()),
        ("POSEUR DE TUYAUX", "certain", ("data-engineer",), ()),
        ("Senior Rohrleger der Daten (m/w/d)", "certain", ("data-engineer",), ()),
        ("Pipe layer of records", "certain", ("data-engineer",), ()),  # subject_label
        ("K-17", "certain", ("data-engineer",), ()),
        ("K-18", "none", (), ()),
        ("v:pipe", "certain", ("data-engineer",), ()),
        ("https://v.example/pipe", "certain", ("data-engineer",), ()),
        ("Lehrling am Rohr", "certain", ("data-engineer",), ()),
        ("Schleusenwart", "none", (), ("data-engineer",)),
        ("Rohrmensch", "none", (), ()),
        ("Data Scientist", "none", (), ()),  # refused
        ("Data Analyst; K-17", "certain", ("data-engineer",), ()),
    ],
)
def test_a_title_of_theirs_means_what_its_mapping_says(graph, title, status, roles, candidates):
    found = resolve(title, graph)
    if title.startswith("Data Analyst"):
        assert "data-engineer" in found.roles
        return
    assert (found.status, found.roles, found.candidates) == (status, roles, candidates)


@pytest.mark.parametrize(
    ("title", "roles", "relations", "more"),
    [
        ("Accountant; K-17", ["data-engineer"], ["exact"], {}),
        ("; K-17 ;", ["data-engineer"], ["exact"], {}),
        ("Schleusenwart; K-17", ["data-engineer"], ["close", "exact"], {}),
        ("Accountant; Schleusenwart", [], ["close"], {"candidates": ["data-engineer"]}),
        ("Data Scientist; K-17", ["data-engineer"], ["refused", "exact"], {}),
        ("Product Owner; K-17", ["business-stakeholder", "data-engineer"], ["exact"], {}),
        (
            "Product Owner; Schleusenwart",
            ["business-stakeholder"],
            ["close"],
            {"similar": "product-owner", "candidates": ["data-engineer"]},
        ),
        ("Accountant <https://v.example/pipe>", ["data-engineer"], ["exact"], {}),
        (
            "Data Scientist <https://v.example/near>",
            [],
            ["close"],
            {"candidates": ["data-engineer"]},
        ),
        ("Data Analyst Ops <https://v.example/none>", [], [], {}),
        ("Accountant; Plumber", [], [], {}),
    ],
)
def test_each_title_between_semicolons_is_mapped(graph, title, roles, relations, more):
    found = resolve(title, graph, nearest=False)
    row = found.to_dict()
    status = ("none", "certain", "ambiguous")[len(roles)]
    assert (row.pop("title"), row.pop("roles"), row.pop("status")) == (title, roles, status)
    assert [mapped.relation for mapped in found.mapped] == relations
    assert found.is_mapped == bool(relations)
    assert sum("v.sssom.tsv, line" in reason for reason in row.pop("reasons")) == len(relations)
    assert row == more


def test_a_reason_cites_the_row_and_the_reviewer(graph):
    (reason,) = resolve("K-17", graph).reasons
    assert "v:pipe skos:exactMatch role:data-engineer (v.sssom.tsv, line 8, by Ada)" in reason
    decorated = resolve("Senior Rohrleger der Daten", graph)
    assert "v.sssom.tsv, line 8, by Ada" in decorated.reasons[0]


def test_who_has_the_narrower_skill_has_the_broader_and_not_the_reverse(graph):
    names = ["Abfragekunst", "Fensterkunst", "Formenkunst", "Allerleikunst", "Abfragekunst/Git"]
    found = {answer.name: answer.skills for answer in resolve_skill_names(names, graph)}
    assert found == {
        "Abfragekunst": ("sql",),
        "Fensterkunst": ("sql",),
        "Formenkunst": (),
        "Allerleikunst": (),  # of its two rows nobody accepted the one that is exact
        "Abfragekunst/Git": ("sql",),
    }


def test_the_audit_counts_what_is_mapped_and_candidates_apart(audited):
    assert audited.titles == {"certain": 3, "ambiguous": 0, "none": 2}
    role = audited.coverage("role")["data-engineer"]
    assert (role["people"], role["candidates"]) == (3, 1)
    skill = audited.coverage("skill")["sql"]
    assert (skill["people"], skill["lacking"], skill["candidates"]) == (3, 0, 1)
    assert audited.unmatched_skills == {"Allerleikunst": 1, "Fensterkunst": 1}
    cited = {row["name"]: row["mappings"] for row in audited.to_dict()["mapped"]}
    assert "(v.sssom.tsv, line 10, by Bo)" in cited["Schleusenwart"][0]
    assert "line 13, by Ada" in cited["Abfragekunst"][0]


@pytest.mark.parametrize("merged", [False, True])
def test_a_certificate_cites_the_mappings_and_is_verified(files, merged, tmp_path):
    added = [files / "v.ttl", files / "v.sssom.tsv"]
    if merged:
        added = [tmp_path / "linked.ttl"]
        merge = apply_mappings(files / "v.ttl", read_mappings(files / "v.sssom.tsv"))
        added[0].write_bytes(merge.to_turtle())
    records = Records(files / "staff.csv", load(*added))
    path = tmp_path / "c.json"
    for person, key in (("Ann", "evidence"), ("Ben", "candidates"), ("Eve", "evidence")):
        found = certify(person, "R4", records).to_dict()
        path.write_text(json.dumps(found), "utf-8")
        assert verify(path, files / "staff.csv", added=added).verified
        assert '"by": "Ada"' in json.dumps(found) and key in json.dumps(found)
    assert gap("Ann", "R4", records).mapped["Abfragekunst"][0].by == "Ada"
    assert gap("Ben", "R4", records).candidates == {"sql": ["Formenkunst"]}


def test_a_changed_citation_or_a_candidate_that_counts_is_found_by_verify(files, graph, tmp_path):
    added = [files / "v.ttl", files / "v.sssom.tsv"]
    found = json.dumps(certify("Ann", "R4", Records(files / "staff.csv", graph)).to_dict())
    path = tmp_path / "c.json"
    path.write_text(found.replace('"by": "Ada"', '"by": "Eve"'), "utf-8")
    different = verify(path, files / "staff.csv", added=added).differences
    cited = [one.found for one in different if one.place.endswith(".mapped")]
    assert cited
    assert "nothing" not in cited
    ben = certify("Ben", "R4", Records(files / "staff.csv", graph)).to_dict()
    del ben["candidates"]
    path.write_text(json.dumps(ben), "utf-8")
    assert not verify(path, files / "staff.csv", added=added).verified


def test_a_candidate_is_what_somebody_is_said_to_have(files, graph, tmp_path):
    added, path = [files / "v.ttl", files / "v.sssom.tsv"], tmp_path / "c.json"
    staff = tmp_path / "staff.csv"
    for skills, lacks, is_candidate in (
        ("Formenkunst: expert; Git", "", True),
        ("Formenkunst: 1; Git: 4", "", False),
        ("no Formenkunst; Git", "", False),
        ("Git", "Formenkunst", False),
    ):
        staff.write_text(f"person,skills,lacks\nAda,{skills},{lacks}\n", "utf-8")
        found = certify("Ada", "R4", Records(staff, graph)).to_dict()
        assert ("candidates" in found) == is_candidate
        path.write_text(json.dumps(found), "utf-8")
        assert verify(path, staff, added=added).verified


PEOPLE = """@prefix v: <https://v.example/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix mlops: <https://w3id.org/mlops-roles/ns#> .
v:ann a foaf:Person ; foaf:name "Ann" ; org:hasMembership [ org:role v:pipe ] ;
    mlops:hasSkill v:ask .
v:ben a foaf:Person ; foaf:name "Ben" ; org:holds [ org:role v:near ] ; mlops:lacksSkill v:windows .
v:eve a foaf:Person ; foaf:name "Eve" ; org:holds [ org:role v:junior ] ; mlops:hasSkill v:windows .
"""


def test_rdf_and_questions_count_as_tables_do(files, graph):
    (files / "people.ttl").write_text(PEOPLE, "utf-8")
    found = audit(files / "people.ttl", graph=graph)
    role, skill = found.coverage("role")["data-engineer"], found.coverage("skill")["sql"]
    assert (role["people"], role["candidates"]) == (2, 1)
    assert (skill["people"], skill["lacking"]) == (2, 0)
    asked = load(files / "v.ttl", files / "v.sssom.tsv", data=[files / "people.ttl"])
    holders = {row["person"] for row in ask("holders-of-role", asked, role="v:pipe")}
    assert holders == {"v:ann", "v:eve"}
    having = {r["person"] for r in ask("skills-of-person", asked) if r["skill"] == "skill:sql"}
    assert having == {"v:ann", "v:eve"}


def test_a_mapped_term_is_shown_with_ours_beside_it(graph):
    page = show("Rohrleger der Daten", graph)
    assert (page.term, page.label) == ("v:pipe", "Poseur de tuyaux")  # the first by name
    assert "Data Engineer" in page.text() and "accepted by Ada" in " ".join(page.text().split())
    assert show("K-17", graph).term == "v:pipe"
    assert show("Dateningenieur", graph).term == "role:data-engineer"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("role:data-engineer", "role:data-enginer", "line 8: object_id 'role:data-enginer'"),
        ("exactMatch\t\tskill", "exactMach\t\tskill", "predicate_id 'skos:exactMach'"),
    ],
)
def test_a_row_that_names_nothing_is_an_error_with_its_line(tmp_path, old, new, complaint):
    path = tmp_path / "bad.sssom.tsv"
    path.write_text(SET.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match="does not exist") as error:
        load(path)
    assert complaint in str(error.value)


def test_a_row_that_nobody_reviewed_means_nothing(tmp_path):
    path = tmp_path / "proposals.sssom.tsv"
    path.write_text(SET.replace("\tAda\n", "\t\n"), "utf-8")
    assert resolve("Pipe layer of records", load(path)).status == "none"
    path.write_text(SET.replace("Matching\tAda\n", "Matching\t\n"), "utf-8")
    assert resolve("Pipe layer of records", load(path)).status == "none"


def test_the_prefixes_of_a_set_are_known_even_if_nobody_reviewed_it(tmp_path):
    path = tmp_path / "new.sssom.tsv"
    second = "#  s: https://w3id.org/mlops-roles/skill/\nsubject_id\t"
    rows = SET.replace("subject_id\t", second, 1).replace("\tAda\n", "\t\n")
    path.write_text(rows.replace("\tBo\n", "\t\n"), "utf-8")
    graph = load(path)
    assert ask("accepted-mappings", "v:pipe", graph=graph).rows == []
    assert graph.resolve_term("s:sql") == graph.resolve_term("sql")
    assert graph.curie(graph.resolve_term("sql")) == "skill:sql"  # ours goes first
    with pytest.raises(InputError, match="prefix that the ontology or a file of --with declares"):
        ask("accepted-mappings", "w:pipe", graph=graph)
