"""People as RDF give the audit that the same people in a CSV give, whatever vocabulary they are told in."""

import csv
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_roles import InputError, ask, audit, cli, load

PREFIXES = """@prefix : <https://acme.example/> . @prefix mlops: <https://w3id.org/mlops-roles/ns#> . @prefix role: <https://w3id.org/mlops-roles/role/> .
@prefix skill: <https://w3id.org/mlops-roles/skill/> . @prefix tool: <https://w3id.org/mlops-roles/tool/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix schema: <https://schema.org/> . @prefix old: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
ROLES = sorted({r["role"] for r in ask("roles")})
SKILLS = sorted({r["skill"] for r in ask("role-skill-matrix")})
TOOLS = sorted({r["tool"] for r in ask("tools-for-skill")})[:40]
TITLES = ["Data Engineer", "Senior Data Scientist", "MLOps Engineer", "Cook", "Product Owner", "Head of Nothing"]
LABELS = {r["term"]: r["label"] for r in ask("terms")}
SAME = ("rows", "titles", "roles", "tasks", "skills", "steps", "unmatched_skills")
people = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(["", *TITLES]),
            "roles": st.lists(st.sampled_from(ROLES), max_size=2, unique=True),
            "skills": st.lists(st.sampled_from([*SKILLS, *TOOLS]), max_size=9, unique=True),
            "lacks": st.lists(st.sampled_from(SKILLS), max_size=2, unique=True),
            "assessed": st.lists(st.sampled_from(SKILLS), max_size=2, unique=True),
        }
    ),
    min_size=1,
    max_size=8,
)


def as_csv(staff, path):
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["person", "title", "role", "skills", "lacks", "assessed"])
        for number, one in enumerate(staff):
            cells = [";".join(LABELS[term] for term in one[column]) for column in ("skills", "lacks", "assessed")]
            rows.writerow([f"P {number}", one["title"], ";".join(one["roles"]), *cells])
    return path


def as_rdf(staff, path, chance):
    """Each statement in one of the vocabularies that can make it."""
    lines = [PREFIXES]
    for number, one in enumerate(staff):
        me, title = f":p{number}", one["title"]
        lines += [f'{me} a foaf:Person ; {chance.choice(["foaf:name", "schema:name", "rdfs:label"])} "P {number}" .']
        lines += [f'{me} {chance.choice(["mlops:jobTitle", "schema:jobTitle", "old:jobTitle"])} "{title}" .'] if title else []
        for role in one["roles"]:
            ways = [f"{me} mlops:holdsRole {role} .", f"{me} org:holds [ org:role {role} ] .", f"[] org:member {me} ; org:role {role} ."]
            ways += [f"{me} org:hasMembership [ org:role {role} ] .", f"{me} schema:hasOccupation {role} .", f"{me} old:hasOccupation {role} ."]
            lines.append(chance.choice(ways))
        for term in one["skills"]:
            ours = "mlops:usesTool" if term.startswith("tool:") else "mlops:hasSkill"
            value = f'"{LABELS[term]}"' if chance.random() < 0.5 else term
            lines.append(f"{me} {ours} {term} ." if chance.random() < 0.5 else f"{me} {chance.choice(['schema:knowsAbout', 'schema:skills'])} {value} .")
        lines += [f"{me} mlops:lacksSkill {term} ." for term in one["lacks"]]
        lines += [f"{me} mlops:hasAssessedSkill {term} ." for term in one["assessed"]]
    path.write_text("\n".join(lines), "utf-8")
    return path


def audited(tmp_path, turtle, **options):
    path = tmp_path / "staff.ttl"
    path.write_text(PREFIXES + turtle, "utf-8")
    return audit(path, **options)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(people, st.integers(0, 10**6))
def test_the_same_people_as_rdf_and_as_csv_give_the_same_audit(tmp_path_factory, staff, seed):
    folder = tmp_path_factory.mktemp("same")
    one = audit(as_csv(staff, folder / "staff.csv")).to_dict()
    other = audit(as_rdf(staff, folder / "staff.ttl", random.Random(seed))).to_dict()
    assert {part: other[part] for part in SAME} == {part: one[part] for part in SAME}


def test_an_occupation_that_is_no_role_is_a_title(tmp_path):
    found = audited(tmp_path, ':a schema:hasOccupation [ schema:name "Data Engineer" ] . :b schema:hasOccupation "Cook" .')
    assert found.titles == {"certain": 1, "ambiguous": 0, "none": 1}


def test_an_exact_match_of_a_role_or_a_skill_means_the_same(tmp_path):
    added = tmp_path / "ours.ttl"
    added.write_text(PREFIXES + ":job skos:exactMatch role:data-engineer . skill:sql skos:exactMatch :query .", "utf-8")
    said = ":a schema:hasOccupation :job ; mlops:hasSkill :query ."
    assert audited(tmp_path, said, graph=load(added)).coverage("role")["data-engineer"]["people"] == 1
    assert audited(tmp_path, said, graph=load(added)).coverage("skill")["sql"]["people"] == 1
    assert audited(tmp_path, said).coverage("role")["data-engineer"]["people"] == 0
    assert audited(tmp_path, said).unmatched_skills == {"https://acme.example/query": 1}


def test_two_people_of_one_name_are_two(tmp_path):
    found = audited(tmp_path, ':a foaf:name "Ann" ; mlops:hasSkill skill:sql . :b foaf:name "Ann" ; mlops:hasSkill skill:sql .')
    assert found.rows == {"read": 2, "used": 2, "rejected": 0}
    assert found.coverage("skill")["sql"]["people"] == 2


def test_a_unit_is_called_by_its_name_and_nobody_is_taken_for_a_person_who_is_none(tmp_path):
    found = audited(tmp_path, ':a mlops:hasSkill skill:sql ; org:memberOf :u . :u skos:prefLabel "Pricing" ; org:memberOf :firm .')
    assert [row["unit"] for row in found.people.to_pyarrow().to_pylist()] == ["Pricing"]


def test_a_role_that_is_none_is_a_rejected_row_and_a_companys_own_org_role_is_not(tmp_path):
    found = audited(tmp_path, ":a mlops:holdsRole :ninja . :b org:holds [ org:role :ninja ] .")
    assert [r.reason for r in found.rejected] == ["unknown role https://acme.example/ninja"]
    assert found.rows["used"] == 1


def test_rdf_that_says_nothing_of_people_is_refused_with_the_cure(tmp_path):
    with pytest.raises(InputError, match="nobody in it"):
        audited(tmp_path, ":a rdfs:label 'A' .")


def test_a_broken_file_of_any_size_is_a_readable_error(tmp_path, capsys):
    line = '<https://acme.example/a> <https://w3id.org/mlops-roles/ns#jobTitle> "Cook" .\n'
    path = tmp_path / "staff.nt"
    path.write_text(line * 20_000 + "broken\n", "utf-8")
    assert cli.main(["audit", str(path)]) == 2
    assert "line 20001" in capsys.readouterr().err
    path.write_text(line * 20_000, "utf-8")
    assert cli.main(["audit", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["used"] == 1
