"""People as RDF and JSON really have them: who is a person, since when, and called what."""

import io
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from mlops_roles import InputError, Records, ask, audit, certify, load, verify
from mlops_roles.cli import main
from mlops_roles.ontology.names import slug
from mlops_roles.staff.reading import ReadOptions

CASES = Path(__file__).parent / "people"
PREFIXES = """@prefix : <https://acme.example/> .
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix role: <https://w3id.org/mlops-roles/role/> .
@prefix skill: <https://w3id.org/mlops-roles/skill/> .
@prefix org: <http://www.w3.org/ns/org#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix schema: <https://schema.org/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .
"""
DAY = {"as_of": "2026-06-30"}


def people(found):
    """Name to title and roles of an audit."""
    return {row["person"]: (row["title"], row["roles"]) for row in found.arrow().to_pylist()}


def of_turtle(folder, text, **options):
    """The audit of people in Turtle."""
    path = folder / "staff.ttl"
    path.write_text(PREFIXES + text, "utf-8")
    return audit(path, mapping=ReadOptions(**(DAY | options)))


def of_json(folder, document, name="staff.jsonld", **options):
    """The audit of people in JSON."""
    path = folder / name
    path.write_text(json.dumps(document), "utf-8")
    return audit(path, mapping=ReadOptions(**(DAY | options)))


def holders(found, role):
    return found.coverage("role")[role]["people"]


def knowers(found, skill):
    return found.coverage("skill")[skill]["people"]


# the cases -----------------------------------------------------------------------------


def test_a_resume_is_one_person_whose_current_work_counts():
    found = audit(CASES / "resume.json")
    assert people(found) == {"Mara Quill": ("Senior Data Engineer", "data-engineer")}
    assert holders(found, "devops-engineer") == 0
    assert knowers(found, "sql") == 1
    assert found.reading.values["level"] == {"Beginner": "below the level asked", "Master": "has"}
    assert found.reading.as_of


@pytest.mark.parametrize("name", ["person.jsonld", "inline.jsonld"])
def test_of_a_web_page_only_the_person_counts(name):
    found = audit(CASES / name)
    assert list(people(found)) == ["Mara Quill"]
    assert holders(found, "data-engineer") == 1
    assert knowers(found, "sql") == 0  # a skill of the occupation
    assert "Skills of what is no person" in found.reading.notes[0]


def test_an_organisation_and_a_vacancy_are_no_people_and_cover_nothing():
    found = audit(CASES / "org.jsonld")
    assert list(people(found)) == ["Mara Quill"]
    assert holders(found, "ml-engineer") == 0
    assert {row["people"] for row in found.coverage("skill").values()} == {0}
    assert found.reading.open_roles == {"ML Engineer": 1}


def test_names_and_titles_of_foaf_vcard_and_schema_org():
    assert people(audit(CASES / "foaf_names.ttl")) == {
        "Mara Quill": ("Data Engineer", "data-engineer"),
        "Ivo Brandt": ("Data Scientist", "data-scientist"),
        "Lena Osei": ("DevOps Engineer", "devops-engineer"),
    }
    assert knowers(audit(CASES / "foaf_names.ttl"), "sql") == 1


def test_memberships_that_have_ended_do_not_count_and_posts_have_holders():
    found = audit(CASES / "org_past.ttl")
    assert people(found) == {
        "Mara Quill": ("Data Scientist", "data-scientist"),
        "Ivo Brandt": (None, None),
        "Lena Osei": (None, None),
        "Kito Abe": ("Data Engineer", "data-engineer"),
    }
    at_the_time = audit(CASES / "org_past.ttl", mapping=ReadOptions(as_of="2018-01-01"))
    assert people(at_the_time)["Mara Quill"] == ("Data Engineer", "data-engineer")


def test_the_label_of_a_post_or_membership_is_a_title():
    assert people(audit(CASES / "organogram.ttl")) == {
        "Mara Quill": ("Lead Data Engineer", "data-engineer"),
        "Ivo Brandt": ("Data Scientist", "data-scientist"),
        "Lena Osei": ("DevOps Engineer", "devops-engineer"),
    }


def test_iris_of_esco_are_read_by_the_alignment_and_labels_by_their_language():
    found = audit(CASES / "esco.ttl", graph=load("alignment:esco"))
    assert people(found)["Mara Quill"][1] == "data-engineer"
    unmatched = audit(CASES / "esco.ttl").unmatched_skills
    assert "maskinlæring" not in unmatched
    assert "Maschinelles Lernen" in audit(
        CASES / "esco.ttl", mapping=ReadOptions(lang="de")
    ).unmatched_skills or knowers(found, "machine-learning")


@pytest.mark.parametrize("added", [(), (CASES / "with.ttl",)])
def test_subclasses_subproperties_and_the_same_person_are_followed(added):
    found = audit(CASES / "subclass.ttl", graph=load(*added))
    assert people(found) == {
        "Mara Quill": ("Data Engineer", "data-engineer"),
        "Ivo Brandt": ("Data Scientist", "data-scientist"),
    }
    assert knowers(found, "sql") == 2
    assert people(audit(CASES / "holds.ttl")) == {"Mara Quill": (None, "data-engineer")}


def test_a_relative_id_keeps_its_person_and_data_without_people_is_an_error():
    assert list(people(audit(CASES / "relative_id.jsonld"))) == ["Mara Quill", "Ivo Brandt"]
    with pytest.raises(InputError, match=r"no person in it; not understood: .*LERRSType"):
        audit(CASES / "lerrs.jsonld")


# others of the same kinds ---------------------------------------------------------------


def test_a_resume_without_current_work_has_its_headline(tmp_path):
    resume = {"basics": {"name": "Ann", "label": "Data Scientist"}, "skills": [{"name": "SQL"}]}
    assert people(of_json(tmp_path, resume, "a.json"))["Ann"][1] == "data-scientist"
    resume["work"] = [{"position": "DevOps Engineer", "endDate": "2020-01", "startDate": "2019"}]
    found = of_json(tmp_path, resume, "a.json")
    assert people(found)["Ann"][1] == "data-scientist"
    assert holders(found, "devops-engineer") == 0
    resume["work"][0]["endDate"] = "Present"
    assert people(of_json(tmp_path, resume, "a.json"))["Ann"][1] == "devops-engineer"
    resume["work"][0] |= {"startDate": "2027-01-01", "endDate": ""}
    assert people(of_json(tmp_path, resume, "a.json"))["Ann"][1] == "data-scientist"


def test_several_resumes_in_one_file_and_unknown_levels_are_reported(tmp_path):
    both = [
        {"basics": {"name": "Ann"}, "skills": [{"name": "SQL", "level": "Jedi"}]},
        {"basics": {"name": "Ben"}, "skills": [{"level": "none", "keywords": ["SQL"]}]},
    ]
    found = of_json(tmp_path, both, "all.json")
    assert list(people(found)) == ["Ann", "Ben"]
    assert knowers(found, "sql") == 1
    assert found.coverage("skill")["sql"]["lacking"] == 1
    assert found.reading.values["level"]["Jedi"] == "no known level; has"
    settled = {("level", "jedi"): "lacks"}
    assert knowers(of_json(tmp_path, both, "all.json", values=settled), "sql") == 0


ENGINEER = "Data Engineer"
PAST, NOW = {"endDate": "2019-01-01"}, {"startDate": "2019:01:01"}


def role(kind="Role", **more):
    return {"@type": kind, **more}


ENGINEERS = {
    "role": {"worksFor": role(roleName=ENGINEER, **NOW)},
    "two employers": {"worksFor": {"roleName": ENGINEER, "worksFor": {"name": "A"}}},
    "one occupation ended": {
        "hasOccupation": [
            role(hasOccupation=role("Occupation", name="Cook"), **PAST),
            role(hasOccupation=role("Occupation", name=ENGINEER, skills=["SQL"]), **NOW),
        ]
    },
    "occupation": {"hasOccupation": role("EmployeeRole", hasOccupation={"name": ENGINEER})},
    "position": {"memberOf": role("OrganizationRole", namedPosition=ENGINEER)},
    "title with a definition": {"jobTitle": role("DefinedTerm", name=ENGINEER)},
    "list": {"jobTitle": [ENGINEER], "worksFor": role("Organization", name="A")},
    "text": {"hasOccupation": ENGINEER},
}


def test_the_roles_of_schema_org_are_unwrapped(tmp_path):
    cases = {**ENGINEERS, "ended": {"worksFor": role(roleName=ENGINEER, **PAST)}}
    staff = [{"@type": "Person", "name": name, **person} for name, person in cases.items()]
    found = of_json(tmp_path, {"@context": "http://schema.org/", "@graph": staff})
    assert people(found) == dict.fromkeys(ENGINEERS, (ENGINEER, "data-engineer"))
    assert len(found.reading.left_out["left"]) == 1
    assert knowers(found, "sql") == 0


def test_people_inside_an_organisation_are_found_with_their_roles(tmp_path):
    found = of_json(
        tmp_path,
        {
            "@context": "https://schema.org",
            "@type": ["Organization", "Brand"],
            "name": "Acme",
            "skills": ["SQL"],
            "employee": [
                {"@type": "Person", "givenName": "Ann", "familyName": "Ode"},
                role("EmployeeRole", roleName=ENGINEER, employee=role("Person", name="Ben")),
                role("EmployeeRole", roleName="Master Artisan", numberedPosition="35+"),
            ],
            "member": role(roleName="Cook", member=role("Person", name="Cem"), **PAST),
        },
    )
    assert people(found) == {"Ann Ode": (None, None), "Ben": ("Data Engineer", "data-engineer")}
    assert [row["unit"] for row in found.arrow().to_pylist()] == ["Acme", "Acme"]
    assert found.reading.left_out == {"left": [3]}


def test_a_web_page_with_several_scripts_is_read(tmp_path):
    path = tmp_path / "team.html"
    script = '<script type="application/ld+json">{"@context":"https://schema.org","@type":"%s"%s}</script>'
    path.write_text(
        "<html>"
        + script % ("Person", ',"name":"Ann","jobTitle":"Data Engineer"')
        + script % ("WebSite", ',"name":"Acme","knowsAbout":"SQL"')
    )
    found = audit(path)
    assert people(found) == {"Ann": ("Data Engineer", "data-engineer")}


NO_PERSON = [
    "schema:Organization", "schema:JobPosting", "schema:Occupation", "schema:Role", "schema:Book",
     "schema:CreativeWork", "schema:Project", "foaf:Organization", "foaf:Group", "foaf:Project",
     "foaf:Document", "org:OrganizationalUnit", "vcard:Organization", "vcard:Group", "mlops:Role",
     "skos:Concept", ":Firm", "schema:Person , schema:Organization",
]  # fmt: skip


def test_what_is_no_person_is_none_whatever_skills_it_has(tmp_path):
    things = "".join(
        f":x{number} a {thing} ; foaf:name 'a {thing}' ; mlops:hasSkill skill:sql ; "
        "schema:jobTitle 'Data Engineer' ; schema:knowsAbout 'SQL' . "
        for number, thing in enumerate(NO_PERSON)
    )
    found = of_turtle(
        tmp_path,
        f"{things} :Firm rdfs:subClassOf schema:Organization . "
        ":a a foaf:Person ; foaf:name 'Ann' .",
    )
    assert list(people(found)) == ["Ann"]
    assert knowers(found, "sql") == holders(found, "data-engineer") == 0


def test_a_person_without_a_type_is_one_by_what_only_people_have(tmp_path):
    found = of_turtle(
        tmp_path,
        ":a mlops:hasSkill skill:sql . :b org:holds :p . :c a :Worker ; schema:jobTitle 'Cook' . "
        ":d schema:knowsAbout 'SQL' . :e foaf:name 'E' . :f a :Thing ; rdfs:label 'F' . "
        ":u org:hasMember :g , :h . :g foaf:name 'Gil' . :h rdfs:label 'A team' . "
        ":i org:headOf :u .",
    )
    assert set(people(found)) == {"Gil", *(f"https://acme.example/{x}" for x in "abci")}
    assert {"kind": "class", "name": ":Thing", "count": 1} in [
        {k: v for k, v in row.items() if k != "fix"} for row in found.reading.not_understood
    ]


INTERVALS = [
    ("[ time:hasEnd [ time:inXSDDateTime '2020-01-01T00:00:00'^^xsd:dateTime ] ]", False),
    ("[ time:hasEnd [ time:inXSDDateTimeStamp '2026-06-30T10:00:00Z' ] ]", True),
    ("[ time:hasEnd [ time:inXSDgYear '2025'^^xsd:gYear ] ]", False),
    ("[ time:hasEnd [ time:inXSDgYear '2026'^^xsd:gYear ] ]", True),
    ("[ time:hasBeginning [ time:inXSDDate '2027-01-01'^^xsd:date ] ]", False),
    ("[ time:hasBeginning [ time:inXSDDate '2020-01-01'^^xsd:date ] ]", True),
    ("[ schema:startDate '2020-01' ; schema:endDate '2026-05' ]", False),
    ("'2019-01-01/2020-01-01'", False),
    ("'2019-01-01/2027-01-01'", True),
    ("'2019-01-01/..'", True),
    ("[ a dcterms:PeriodOfTime ; dcat:startDate '2019' ; dcat:endDate '2020'^^xsd:gYear ]", False),
    ("[ dcat:startDate '2027-01-01'^^xsd:date ]", False),
    ("[ schema:endDate '12/2020' ]", False),
    ("[ schema:endDate '2020' ] , [ schema:startDate '2021' ]", True),
    ("[ a time:Interval ]", True),
]


def test_the_interval_of_a_membership_decides(tmp_path):
    members = (
        f":a{n} a foaf:Person ; foaf:name 'P{n}' ; org:memberOf :u . [] org:member :a{n} ; "
        f"org:organization :u ; org:role role:data-engineer ; org:memberDuring {interval} .\n"
        for n, (interval, _) in enumerate(INTERVALS)
    )
    found = of_turtle(tmp_path, "".join(members))
    there = [f"P{n}" for n, (_, counts) in enumerate(INTERVALS) if counts]
    assert people(found) == dict.fromkeys(there, (None, "data-engineer"))
    assert found.reading.count_left_out == len(INTERVALS) - len(there)


def test_a_date_that_is_none_is_an_error_with_the_option_that_settles_it(tmp_path):
    said = ":a schema:worksFor [ schema:roleName 'Cook' ; schema:endDate 'Easter' ] ."
    with pytest.raises(InputError, match=r"'Easter' is not a date; .*--value 'end:Easter=blank'"):
        of_turtle(tmp_path, said)
    settled = {("end", "easter"): "blank"}
    assert len(people(of_turtle(tmp_path, said, values=settled))) == 1


def test_posts_without_a_holder_are_open_and_no_people(tmp_path):
    found = of_turtle(
        tmp_path,
        ":p a org:Post ; org:role role:data-engineer . :u org:hasPost :q . :q rdfs:label 'Cook' . "
        ":r a org:Post ; rdfs:label 'Held' . :s a org:Post ; org:heldBy :a . :a org:holds :r . "
        ":j a schema:JobPosting ; schema:title 'ML Engineer' ; schema:validThrough '2027-01-01' . "
        ":k a schema:JobPosting ; schema:title 'Closed' ; schema:validThrough '2020-01-01' . "
        ":v a foaf:Person ; foaf:name 'VACANT' ; schema:jobTitle 'Data Scientist' .",
    )
    assert list(people(found)) == ["https://acme.example/a"]
    roles = {"Cook": 1, "Data Engineer": 1, "ML Engineer": 1}
    assert found.reading.open_roles == roles | {"Data Scientist": 1}
    assert found.rows["read"] == 2


def test_one_of_several_labels_is_chosen_by_language_and_never_by_order(tmp_path):
    titles = ["'Ingeniera de datos'@es", "'Data Engineer'@en", "'Dateningenieurin'@de"]
    for order in (titles, titles[::-1]):
        text = f":a a foaf:Person ; foaf:name 'Ann' ; schema:jobTitle {' , '.join(order)} ."
        assert people(of_turtle(tmp_path, text))["Ann"][0] == "Data Engineer"
        assert people(of_turtle(tmp_path, text, lang="de"))["Ann"][0] == "Dateningenieurin"
        assert people(of_turtle(tmp_path, text, lang="fr"))["Ann"][0] == "Data Engineer"
    names = (
        ":a schema:jobTitle 'x' ; rdfs:label 'L'@en , 'M'@fr ; schema:name 'Ana'@es , 'Anna'@de ."
    )
    assert list(people(of_turtle(tmp_path, names))) == ["Anna"]
    assert list(people(of_turtle(tmp_path, names, lang="es-MX"))) == ["Ana"]


def test_an_honorific_is_no_job_title_but_a_job_title_in_its_place_is_one(tmp_path):
    found = of_turtle(
        tmp_path,
        ":a a foaf:Person ; foaf:name 'Ann' ; foaf:title 'Dr' . "
        ":b a foaf:Person ; foaf:name 'Ben' ; foaf:title 'Data Engineer' . "
        ":c a vcard:Individual ; vcard:fn 'Cem' ; vcard:title 'Cook' ; "
        "vcard:role 'Data Engineer' . :d a vcard:Individual ; vcard:hasName [ "
        "vcard:given-name 'Dora' ; vcard:family-name 'Ek' ] ; "
        "vcard:organization-name 'Acme' ; vcard:hasTitle [ vcard:value 'Data Engineer' ] .",
    )
    assert people(found) == {
        "Ann": (None, None),
        "Ben": ("Data Engineer", "data-engineer"),
        "Cem": ("Cook", None),
        "Dora Ek": ("Data Engineer", "data-engineer"),
    }


def test_the_same_person_is_one_through_a_chain(tmp_path):
    found = of_turtle(
        tmp_path,
        ":c owl:sameAs :b . :a a foaf:Person ; foaf:name 'Ann Ode' ; mlops:hasSkill skill:sql . "
        ":b owl:sameAs :a ; foaf:name 'A. Ode' . :c schema:jobTitle 'Data Engineer' . "
        ":job owl:sameAs role:data-scientist . :a mlops:holdsRole :job .",
    )
    assert people(found) == {"Ann Ode": ("Data Engineer", "data-scientist")}


def test_a_mapping_names_classes_and_properties_and_fails_if_the_data_has_them_not(tmp_path):
    said = "@prefix hr: <https://hr.example/> . :a a hr:Staff ; hr:fullName 'Ann' ; hr:job 'Data Engineer' ; hr:can 'SQL, Python' ; hr:state 'terminated' . :b a hr:Staff ; hr:fullName 'Ben' ; hr:job 'Cook' ; hr:state 'active' ."  # noqa: E501
    with pytest.raises(InputError, match="no person in it; not understood: hr:"):
        of_turtle(tmp_path, said)
    mapping = {"person": ["hr:Staff", "fullName"], "title": "https://hr.example/job"}
    found = of_turtle(tmp_path, said, mapping=mapping | {"skills": "hr:can", "status": "state"})
    assert people(found) == {"Ben": ("Cook", None)}
    assert found.reading.left_out == {"left": [1]}
    assert people(of_turtle(tmp_path, said, mapping={"title": "hr:job"})).keys() == {
        "https://acme.example/a",
        "https://acme.example/b",
    }
    with pytest.raises(InputError, match=r"--map title=hr:jobb: .* has no such term; it has "):
        of_turtle(tmp_path, said, mapping=mapping | {"title": "hr:jobb"})
    with pytest.raises(InputError, match="no column 'titel' of ours"):
        of_turtle(tmp_path, said, mapping={"titel": "hr:job"})


def test_what_is_not_understood_is_listed_with_counts_and_the_option_that_reads_it(tmp_path):
    found = of_turtle(
        tmp_path,
        "@prefix hr: <https://hr.example/> . "
        ":a a foaf:Person , hr:Boss ; foaf:name 'A' ; hr:jobTitle 'x' ; foaf:mbox 'm' . "
        ":b a foaf:Person ; foaf:name 'B' ; hr:jobTitle 'y' .",
    )
    strange = {row["name"]: row for row in found.reading.to_dict()["not_understood"]}
    assert {name: row["count"] for name, row in strange.items()} == {
        "hr:jobTitle": 2,
        "foaf:mbox": 1,
        "hr:Boss": 1,
    }
    assert strange["hr:jobTitle"]["fix"] == "to read it: --map title=hr:jobTitle"
    columns = {c.heading: (c.column, c.how) for c in found.reading.columns}
    assert columns == {"foaf:Person": ("person", "named"), "foaf:name": ("name", "named")}
    keys = of_json(
        tmp_path,
        {"@context": {"name": "https://schema.org/name", "Person": "https://schema.org/Person"},
         "@type": "Person", "name": "Ann", "jobTitle": "Cook"},
    )  # fmt: skip
    assert [(r["name"], r["count"]) for r in keys.reading.not_understood] == [("jobTitle", 1)]


def test_a_term_named_like_a_heading_is_proposed_for_its_column(tmp_path):
    said = ":a a :Employee ; :hasCompetency 'x' ; :skill 'x' ; :terminationDate 'x' ; :boss 'x' ."
    found = of_turtle(tmp_path, said + " :b a foaf:Person ; foaf:name 'Ben' .")
    fixes = {r["name"]: r.get("fix", "").rpartition(" ")[2] for r in found.reading.not_understood}
    assert fixes == {
        ":Employee": "person=:Employee",
        ":hasCompetency": "skills=:hasCompetency",
        ":skill": "skills=:skill",
        ":terminationDate": "end=:terminationDate",
        ":boss": "",
    }


def test_a_role_in_the_place_of_a_title_or_post_is_that_role(tmp_path):
    found = of_turtle(
        tmp_path,
        ":a foaf:name 'Ann' ; schema:jobTitle role:data-engineer . "
        ":b foaf:name 'Ben' ; org:holds role:ml-engineer . "
        ":c foaf:name 'Cem' ; schema:jobTitle [ rdfs:label 'Cook' ; "
        "skos:exactMatch role:data-engineer ] .",
    )
    roles = {"Ann": (None, "data-engineer"), "Ben": (None, "ml-engineer"), "Cem": ("Cook", None)}
    assert people(found) == roles


@pytest.mark.parametrize(
    "said",
    [
        "[] a mlops:SkillAssessment ; mlops:assessesPerson :a ; mlops:assessesSkill skill:sql .",
        "[] a org:Post ; rdfs:label 'Data Engineer' ; org:heldBy :a .",
    ],
)
def test_a_person_of_whom_others_speak_alone_is_certified_and_verified(said, tmp_path):
    found = of_turtle(tmp_path, said)
    (name,) = people(found)
    certificate = certify(name, "R4", Records(tmp_path / "staff.ttl"))
    (saved := tmp_path / "c.json").write_text(json.dumps(certificate.to_dict()), "utf-8")
    assert verify(saved, tmp_path / "staff.ttl").verified


def test_a_person_with_the_class_of_another_thing_does_not_count_and_is_named(tmp_path):
    found = of_turtle(
        tmp_path,
        ":a a foaf:Person , skos:Concept ; foaf:name 'Ann' . :b a schema:Patient ; "
        "schema:name 'Ben' ; schema:jobTitle 'Cook' . "
        ":c a <http://www.w3.org/ns/prov#SoftwareAgent> ; mlops:hasSkill skill:sql .",
    )
    assert list(people(found)) == ["Ben"]
    named = next(note for note in found.reading.notes if "another thing" in note)
    assert named.endswith("does not count: 2 (prov:SoftwareAgent, skos:Concept)")


def test_a_class_that_differs_from_a_known_one_in_case_is_named(tmp_path):
    found = of_turtle(tmp_path, ":a a schema:person ; schema:name 'Ann' . :b schema:jobTitle 'x' .")
    assert found.rows["read"] == 1
    (strange,) = found.reading.not_understood
    assert strange["fix"] == "to read it: --map person=schema:person"


# a way to write several values of one person, with SQL and machine learning among them
LISTS = [
    "schema:knowsAbout ('SQL' 'machine learning')",
    "mlops:hasSkill (skill:sql [ rdfs:label 'machine learning' ]) ; schema:skills ()",
    "schema:knowsAbout [ a rdf:Bag ; rdf:_1 'SQL' ; rdf:_12 skill:machine-learning ]",
    "schema:skills _:l . _:l rdf:first 'SQL' ; rdf:rest _:m . _:m rdf:first 'machine learning' ; rdf:rest _:m",  # noqa: E501  # endless
    "schema:skills _:l . :x schema:knowsAbout _:k . _:k rdf:first 'R' ; rdf:rest _:m . _:l rdf:first 'SQL' ; rdf:rest _:m . _:m rdf:first 'machine learning' ; rdf:rest ()",  # noqa: E501  # of two
]


@pytest.mark.parametrize("said", LISTS)
def test_a_list_or_container_is_read_as_its_items(tmp_path, said):
    rdf = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . "
    found = of_turtle(tmp_path, f"{rdf} :a schema:jobTitle ('Cook') ; foaf:name 'Ann' ; {said} .")
    assert people(found)["Ann"] == ("Cook", None)
    assert knowers(found, "sql") == knowers(found, "machine-learning") == 1
    assert found.unmatched_skills == {}
    staff = tmp_path / "staff.ttl"
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(certify("Ann", "R3", Records(staff)).to_dict()), "utf-8")
    assert not verify(path, staff).differences


def test_a_list_of_json_ld_is_read_as_its_items(tmp_path):
    person = {"@context": "https://schema.org", "@type": "Person", "name": "Ann"}
    found = of_json(tmp_path, person | {"knowsAbout": {"@list": ["SQL", "machine learning"]}})
    assert knowers(found, "sql") == knowers(found, "machine-learning") == 1


def test_what_has_no_name_or_date_that_is_known_is_reported(tmp_path):
    found = of_turtle(
        tmp_path,
        ":a a foaf:Person ; schema:jobTitle :t ; schema:hasOccupation role:data-engineer , :o . "
        "[] org:member :a ; org:role :r ; org:memberDuring :year2010 , '2011-2012' , [ "
        "time:hasEnd [ time:inDateTime [ time:year '2012' ] ] ] , [ schema:startDate '2020' ] .",
    )
    assert found.reading.notes == [
        "Intervals and instants without a date that is understood, which leave it open: 4",
        "Titles, occupations and roles without a known name, not read: 3, such as "
        "https://acme.example/t",
    ]


# forms -----------------------------------------------------------------------------------


def put(path, text):
    path.write_text(text, "utf-8")
    return path


def test_several_files_are_read_at_once_and_rows_keep_their_file_and_line(tmp_path):
    cv = '{"basics": {"name": "%s"}, "work": [{"position": "Data Engineer"}]}'
    files = [
        put(tmp_path / "a.csv", "person,title\nAnn,Data Scientist\nAnn,Cook\n"),
        put(tmp_path / "b.json", cv % "Ben"),
        put(tmp_path / "c.csv", "name,title\nBen,Cook\nCem,DevOps Engineer\nAnn,Cook\n"),
        put(tmp_path / "d.json", cv % "Dora"),
    ]
    found = audit(files)
    assert {row["person"] for row in found.arrow().to_pylist()} == {
        "Ann", "Ben", "Cem", "Dora",
    }  # fmt: skip
    assert found.rows == {"read": 7, "used": 4, "rejected": 3}
    assert holders(found, "data-engineer") == 1  # Ben is a cook in an earlier row
    a, c = str(files[0]), str(files[2])
    assert {(r.file, r.line, r.reason) for r in found.rejected} == {
        (a, 3, "duplicate of line 2"),
        (c, 4, f"duplicate of line 2 of {a}"),
        (f"{files[1]}, {files[3]}", 1, f"duplicate of line 2 of {c}"),
    }
    assert any(note.startswith(f"{c}: Read as") for note in found.reading.notes)


def test_the_same_relative_id_in_two_files_is_two_people(tmp_path):
    text = '{"@context": "https://schema.org", "@type": "Person", "@id": "#p", "name": "%s"}'
    files = [put(tmp_path / f"{n}.jsonld", text % n) for n in ("Ann", "Ben")]
    assert list(people(audit(files))) == ["Ann", "Ben"]
    triples = '_:a <http://xmlns.com/foaf/0.1/name> "%s" .\n' \
        "_:a a <http://xmlns.com/foaf/0.1/Person> .\n"  # fmt: skip
    files = [put(tmp_path / f"{n}.ttl", triples % n) for n in ("Ann", "Ben")]
    assert list(people(audit(files))) == ["Ann", "Ben"]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("person,title\nAnn,Data Engineer\n", "Ann"),
        ('<urn:a> <https://schema.org/jobTitle> "Data Engineer" .\n', "urn:a"),
        ('{"basics": {"name": "Ann"}, "work": [{"position": "Data Engineer"}]}', "Ann"),
        ('{"name": "Ann", "title": "Data Engineer"}\n{"name": "Ben"}\n', "Ann"),
        ('<urn:a> <https://schema.org/jobTitle> "Data Engineer" <urn:g> .\n', "urn:a"),
        ("@prefix : <urn:> .\n:g { :a <https://schema.org/jobTitle> 'Data Engineer' }", "urn:a"),
    ],
)
def test_people_come_from_standard_input(monkeypatch, capsys, text, person):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main.main(["audit", "-", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["roles"]["data-engineer"]["people"] == 1
    assert data["reading"]["file"] == "-"


def test_tables_of_pandas_polars_and_arrow_are_read(tmp_path):
    pyarrow, pandas = pytest.importorskip("pyarrow"), pytest.importorskip("pandas")
    data = {"name": ["Ann", "Ben"], "title": ["Data Engineer", None], "skills": [["SQL"], []]}
    tables = [pyarrow.table(data), pandas.DataFrame(data)]
    try:
        import polars
    except ImportError:
        pass
    else:
        tables.append(polars.DataFrame(data))
    for table in tables:
        found = audit(table)
        assert people(found) == {"Ann": ("Data Engineer", "data-engineer"), "Ben": (None, None)}
        assert knowers(found, "sql") == 1
        assert Records(table).evidence("Ann").skill_sets[0] == {"sql"}


def test_values_of_several_kinds_in_a_column_and_keys_of_later_records_are_read():
    pandas = pytest.importorskip("pandas")
    mixed = {"name": ["Ann", "Ben", "Cy"], "SQL": [5, "expert", None], "R": ["0", 3, float("nan")]}
    rows = [{key: some[i] for key, some in mixed.items() if some[i] == some[i]} for i in range(3)]
    for table in (pandas.DataFrame(mixed), pandas.DataFrame(mixed).set_index("name"), rows):
        found = audit(table)
        assert list(people(found)) == ["Ann", "Ben", "Cy"]
        assert knowers(found, "sql") == 2
    later = audit([{"name": "Ann"}, {"name": "Ben", "title": "Data Engineer"}])
    assert people(later)["Ben"] == ("Data Engineer", "data-engineer")


def test_a_table_in_memory_that_cannot_be_read_is_an_error_with_the_fix():
    pandas = pytest.importorskip("pandas")
    twice = pandas.DataFrame([["Ann", "SQL", "R"]], columns=["name", "skills", "skills"])
    for table, message in [
        (twice, "two columns 'skills'"),
        ([pandas.Timestamp("2026-01-01")], "Timestamp: no staff data"),
        (pandas.Series(["Ann"], name="name"), "Series: no staff data"),
    ]:
        with pytest.raises(InputError, match=message):
            audit(table)


def test_types_that_no_engine_reads_become_text():
    pandas, pa = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    names = {"name": ["Ann", "Ben"], "title": ["Cook", "Cook"]}
    ends = pa.RunEndEncodedArray.from_arrays(pa.array([1, 2], "int32"), pa.array(["SQL", None]))
    for skills in (
        pa.array([["SQL"], []], pa.list_view(pa.string())),
        pa.array(['["SQL"]', None]).cast(pa.json_()),
        pa.array([[["SQL"], ["R"]], None]),
        ends,
    ):
        assert knowers(audit(pa.table(names | {"skills": skills})), "sql") == 1
    levels = {"SQL": pandas.arrays.SparseArray([5, 0]), "R": pandas.interval_range(0, 2)}
    assert knowers(audit(pandas.DataFrame(names | levels)), "sql") == 1
    pairs = [[("SQL", 5), ("R", 0)], [("SQL", 0)]]
    found = audit(pandas.DataFrame(names | {"skills": pairs}))
    assert (knowers(found, "sql"), found.coverage("skill")["sql"]["lacking"]) == (1, 1)


def test_a_saved_mapping_reads_the_next_month_and_fails_if_a_term_is_gone(tmp_path, capsys):
    text = PREFIXES + ":a a foaf:Person ; foaf:name 'Ann' ; <urn:hr#job> 'Data Engineer' ."
    path, saved = put(tmp_path / "a.ttl", text), tmp_path / "m.toml"
    options = ["--map", "title=urn:hr#job", "--lang", "de", "--save-mapping", str(saved)]
    assert main.main(["audit", str(path), *options]) == 0
    capsys.readouterr()
    assert main.main(["audit", str(path), "--mapping", str(saved), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["roles"]["data-engineer"]["people"] == 1
    path.write_text(text.replace("#job", "#work"), "utf-8")
    assert main.main(["audit", str(path), "--mapping", str(saved)]) == 2
    assert "has no such term" in capsys.readouterr().err


def test_every_answer_about_people_follows_a_company_s_own_properties(tmp_path, capsys):
    path = CASES / "holds.ttl"
    assert audit(path).coverage("role")["data-engineer"]["people"] == 1
    assert certify("Mara Quill", "R4", Records(path)).verdict == "unknown"
    held = ask("holders-of-role", load(data=[path]), role="R4")
    assert [row["name"] for row in held] == ["Mara Quill"]
    main.main(["team", "--staff", str(path), "--cover", "roles", "--size", "1"])
    assert "Mara Quill" in capsys.readouterr().out
    assert main.main(["whatif", "--staff", str(path), "--leave", "Mara Quill"]) == 0
    assert "Data Engineer" in capsys.readouterr().out


def test_ask_and_audit_agree_on_who_holds_what_today(tmp_path):
    path = tmp_path / "staff.ttl"
    path.write_text(
        PREFIXES + ":a a foaf:Person . :b a foaf:Person . :c a foaf:Person . :d a foaf:Person . "
        ":p org:heldBy :a ; org:role role:data-engineer . :e org:hasMembership :m . "
        ":m org:role role:data-scientist ; org:memberDuring [ schema:endDate '2019' ] . "
        ":n org:member :b ; org:role role:ml-engineer ; org:memberDuring [ time:hasEnd [ "
        "time:inXSDDateTime '2100-01-01T00:00:00'^^xsd:dateTime ] ] . "
        ":o org:member :c ; org:role role:ml-engineer ; schema:startDate '2100-01-01' . "
        ":has rdfs:subPropertyOf mlops:holdsRole . :d :has role:devops-engineer .",
        "utf-8",
    )
    counted = {r: n["people"] for r, n in audit(path).coverage("role").items() if n["people"]}
    held = Counter(slug(row["role"]) for row in ask("holders-of-role", load(data=[path])))
    assert counted == held == {"data-engineer": 1, "ml-engineer": 1, "devops-engineer": 1}


def test_a_list_of_records_is_a_table(tmp_path):
    records = [
        {"Full Name": "Ann", "Job Title": "Data Engineer", "skills": ["SQL", "Python"]},
        {"Full Name": "Bo", "skills": [{"name": "SQL", "level": 4}], "Job Title": None},
    ]
    found = of_json(tmp_path, records, "staff.json")
    assert people(found) == {"Ann": ("Data Engineer", "data-engineer"), "Bo": (None, None)}
    assert knowers(found, "sql") == 2
    inside = of_json(tmp_path, {"total": 2, "staff": records, "tags": ["x"]}, "inside.json")
    fields = [{"id": 1, "name": "Full Name"}]
    beside = of_json(tmp_path, {"fields": fields, "staff": records}, "beside.json")
    assert people(beside) == people(found)
    assert beside.reading.notes[:1] == ["The list 'fields' next to 'staff' is not read: 1"]
    with pytest.raises(InputError, match=r"several lists of records \('staff', 'temps'\)"):
        of_json(tmp_path, {"staff": records, "temps": records}, "two.json")
    lines = tmp_path / "staff.jsonl"
    lines.write_text("\n\n".join(map(json.dumps, records)), "utf-8")
    assert people(inside) == people(audit(lines)) == people(found)
    lines.write_text('{"name": "Ann"}\n{"name"', "utf-8")
    with pytest.raises(InputError, match="no list of records"):
        audit(lines)


RESUME = {"basics": {"name": "Ann", "label": "Data Engineer"}, "skills": [{"name": "SQL"}]}
LINKED = {"@context": "https://schema.org", "@type": "Person", "name": "Ann"}
RECORD = {"name": "Ann", "title": "Data Engineer", "skills": [{"name": "SQL", "level": 4}]}


@pytest.mark.parametrize(
    ("name", "documents"),
    [
        ("lines.jsonl", [RESUME, {"basics": {"name": "Ben", "label": "Cook"}}]),
        ("lines.ndjson", [LINKED | {"jobTitle": "Data Engineer", "knowsAbout": "SQL"}]),
        ("person.json", [RECORD | {"certificates": [{"name": "CKA"}]}]),
        ("person.jsonl", [RECORD]),
    ],
)
def test_documents_in_lines_and_one_person_alone_are_read(tmp_path, name, documents):
    path = put(tmp_path / name, "\n\n".join(map(json.dumps, documents)) + "\n")
    found = audit(path)
    assert people(found)["Ann"] == ("Data Engineer", "data-engineer")
    assert (knowers(found, "sql"), found.rows["read"]) == (1, len(documents))
    certificate = put(tmp_path / "c.json", json.dumps(certify("Ann", "R4", path).to_dict()))
    assert not verify(certificate, path).differences


def test_a_person_next_to_what_may_be_people_and_a_key_twice_are_errors(tmp_path):
    both = RECORD | {"referees": [{"name": "Bo", "title": "Cook"}]}
    with pytest.raises(InputError, match=r"several lists of records \('referees', 'all of it'\)"):
        of_json(tmp_path, both, "both.json")
    twice = '"title": "Cook", "title": "Data Engineer"'
    for text in (f'[{{"name": "Ann", {twice}}}]', f'{{"@type": "Person", {twice}}}'):
        with pytest.raises(InputError, match="the key 'title' is twice in one object"):
            audit(put(tmp_path / "twice.json", text))


def test_dates_of_mongodb_are_dates(tmp_path):
    ends = [{"$date": "2019-01-01T00:00:00Z"}, None, {"$date": "2090-01-01"}]
    staff = [{"name": f"P{n}", "title": "Cook", "end": end} for n, end in enumerate(ends)]
    assert list(people(of_json(tmp_path, staff, "staff.json"))) == ["P1", "P2"]


NAMES = {name: f"https://schema.org/{name}" for name in ("Person", "name")}


@pytest.mark.parametrize("key", ["know about", 'quoted "key"', "a<b>"])
def test_a_key_that_is_in_no_context_is_named_and_can_be_mapped(tmp_path, key):
    person = {"@context": "https://schema.org", "@type": "Person", "name": "Ann", key: "SQL"}
    found = of_json(tmp_path, person | {"jobTitle": "Data Engineer"})
    assert any(key in line for line in found.reading.summary())
    titled = of_json(tmp_path, person | {"@context": NAMES, "job title": "Cook"})
    fixes = [row.get("fix") for row in titled.reading.not_understood if row["name"] == "job title"]
    assert fixes == ["to read it: --map 'title=job title'"]
    mapped = of_json(tmp_path, person, mapping={"skills": key})
    assert knowers(mapped, "sql") == 1
