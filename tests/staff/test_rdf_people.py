"""People as RDF in an audit; test_judges compares them with the same people in a table."""

import json
from collections import Counter

import pytest

from mlops_roles import InputError, ask, audit, load
from mlops_roles.cli import main
from mlops_roles.ontology.names import slug
from mlops_roles.staff.reading import ReadOptions

PREFIXES = """@prefix : <https://acme.example/> .
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix role: <https://w3id.org/mlops-roles/role/> .
@prefix skill: <https://w3id.org/mlops-roles/skill/> .
@prefix tool: <https://w3id.org/mlops-roles/tool/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix schema: <https://schema.org/> .
@prefix old: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def audited(tmp_path, turtle, **options):
    path = tmp_path / "staff.ttl"
    path.write_text(PREFIXES + turtle, "utf-8")
    return audit(path, **options)


def test_an_occupation_that_is_no_role_is_a_title(tmp_path):
    found = audited(
        tmp_path,
        ':a schema:hasOccupation [ schema:name "Data Engineer" ] . '
        ':b schema:hasOccupation "Cook" .',
    )
    assert found.titles == {"certain": 1, "ambiguous": 0, "none": 1}


def test_an_exact_match_of_a_role_or_a_skill_means_the_same(tmp_path):
    added = tmp_path / "ours.ttl"
    added.write_text(
        PREFIXES + ":job skos:exactMatch role:data-engineer . skill:sql skos:exactMatch :query .",
        "utf-8",
    )
    said = ":a schema:hasOccupation :job ; mlops:hasSkill :query ."
    assert (
        audited(tmp_path, said, graph=load(added)).coverage("role")["data-engineer"]["people"] == 1
    )
    assert audited(tmp_path, said, graph=load(added)).coverage("skill")["sql"]["people"] == 1
    assert audited(tmp_path, said).coverage("role")["data-engineer"]["people"] == 0
    assert audited(tmp_path, said).unmatched_skills == {"https://acme.example/query": 1}


def test_an_exact_match_may_stand_among_the_people_and_go_by_way_of_others(tmp_path):
    said = (
        ":a schema:hasOccupation :job ; mlops:hasSkill :query . "
        ":work skos:exactMatch :job , role:data-engineer . skill:sql skos:exactMatch :query ."
    )
    found = audited(
        tmp_path,
        said + ":b schema:hasOccupation :work . :c mlops:hasOccupation :other . "
        ":other skos:closeMatch role:data-engineer .",
    )
    assert found.coverage("role")["data-engineer"]["people"] == 2
    assert found.coverage("skill")["sql"]["people"] == 1
    assert found.rows == {"read": 3, "used": 3, "rejected": 0}


def test_an_occupation_may_be_several_roles_but_a_role_is_no_other(tmp_path):
    both = ":both skos:exactMatch role:data-engineer , role:data-scientist ."
    said = (
        ":a schema:hasOccupation :both . :b schema:hasOccupation role:data-engineer . "
        ":c mlops:holdsRole role:data-engineer ."
    )
    found = audited(tmp_path, both + said + ":d org:holds [ org:role role:data-engineer ] .")
    counted = {role: row["people"] for role, row in found.coverage("role").items() if row["people"]}
    asked = Counter(
        slug(row["role"]) for row in ask("holders-of-role", load(data=[tmp_path / "staff.ttl"]))
    )
    assert counted == asked == {"data-engineer": 4, "data-scientist": 2}


def test_an_exact_match_is_an_occupation_and_no_role_that_is_held(tmp_path):
    """As in OWL nothing more follows; the name of a post is a title, even that of a role."""
    said = (
        ":job skos:exactMatch role:data-engineer . :a mlops:holdsRole :job . "
        ":b org:holds [ org:role :job ] ; foaf:name 'B' ."
    )
    found = audited(tmp_path, said)
    assert found.coverage("role")["data-engineer"]["people"] == 0
    assert [r.reason for r in found.rejected] == ["unknown role https://acme.example/job"]
    assert (
        audited(tmp_path, said + ":job skos:prefLabel 'Data Engineer' .").coverage("role")[
            "data-engineer"
        ]["people"]
        == 1
    )


def test_two_people_of_one_name_are_two(tmp_path):
    found = audited(
        tmp_path,
        ':a foaf:name "Ann" ; mlops:hasSkill skill:sql . '
        ':b foaf:name "Ann" ; mlops:hasSkill skill:sql .',
    )
    assert found.rows == {"read": 2, "used": 2, "rejected": 0}
    assert found.coverage("skill")["sql"]["people"] == 2


def test_a_unit_is_called_by_its_name_and_nobody_is_taken_for_a_person_who_is_none(tmp_path):
    found = audited(
        tmp_path,
        ":a mlops:hasSkill skill:sql ; org:memberOf :u . "
        ':u skos:prefLabel "Pricing" ; org:memberOf :firm .',
    )
    assert [row["unit"] for row in found.arrow().to_pylist()] == ["Pricing"]


def test_a_role_that_is_none_is_a_rejected_row_and_a_companys_own_org_role_is_not(tmp_path):
    found = audited(tmp_path, ":a mlops:holdsRole :ninja . :b org:holds [ org:role :ninja ] .")
    assert [r.reason for r in found.rejected] == ["unknown role https://acme.example/ninja"]
    assert found.rows["used"] == 1


def test_rdf_without_people_is_rejected_with_the_fix(tmp_path):
    with pytest.raises(InputError, match="no person in it"):
        audited(tmp_path, ":a rdfs:label 'A' .")


def test_a_broken_file_of_any_size_is_a_readable_error(tmp_path, capsys):
    line = '<https://acme.example/a> <https://w3id.org/mlops-roles/ns#jobTitle> "Cook" .\n'
    path = tmp_path / "staff.nt"
    path.write_text(line * 20_000 + "broken\n", "utf-8")
    assert main.main(["audit", str(path)]) == 2
    assert "line 20001" in capsys.readouterr().err
    path.write_text(line * 20_000, "utf-8")
    assert main.main(["audit", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["used"] == 1


PERIODS = """@prefix time: <http://www.w3.org/2006/time#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
:ann org:hasMembership [ org:role role:data-engineer ; org:memberDuring
    [ time:hasEnd [ time:inXSDDate "2017-01-01" ] ] ,
    [ time:hasBeginning [ time:inXSDDate "2020-01-01" ] ] ] .
:ben org:hasMembership [ org:role role:data-engineer ; org:memberDuring
    [ time:hasEnd [ time:inXSDDate "2017-01-01" ] ] , [ time:hasEnd [ time:inXSDgYear "2019" ] ] ] .
:cem org:hasMembership [ org:role role:data-engineer ; org:memberDuring
    [ time:hasEnd [ time:inXSDDate "2017-01-01" ] ] ,
    [ time:hasBeginning [ time:inXSDDate "2090-01-01" ] ] ] .
:dan org:holds [ org:role role:data-engineer ; schema:endDate "2017-01-01" , "2090-01-01" ] .
:eve org:hasMembership [ org:role role:data-engineer ; org:memberDuring "2015/2017" ] .
:flo org:hasMembership
    [ org:role role:data-engineer ; org:memberDuring "2015/2090" , "2010/2011" ] .
:gus org:hasMembership [ org:role role:data-engineer ; prov:endedAtTime "2017-01-01T00:00:00Z" ] .
:hal org:hasMembership [ org:role role:data-engineer ; schema:startDate "2018-01-01" ;
    org:memberDuring [ time:hasEnd [ time:inXSDDate "2017-01-01" ] ] ] .
:ida org:hasMembership [ org:role role:data-engineer ; org:memberDuring [ a time:Interval ] ] .
:jon org:hasMembership [ org:role role:data-engineer ; schema:endDate "2018" ] ,
    [ org:role role:data-engineer ; schema:startDate "2019" ] .
:kim org:hasMembership [ org:role role:data-engineer ; schema:startDate "2090" ] .
:lou org:hasMembership [ org:role role:data-engineer ; schema:endDate "today" ] .
:max org:hasMembership [ org:role role:data-engineer ; org:memberDuring [ dcat:endDate "2017" ] ] .
:nat org:hasMembership [ org:role role:data-engineer ; dcat:startDate "2090" ] .
:ola org:hasMembership [ org:role role:data-engineer ;
    org:memberDuring [ dcat:startDate "2017" ] ] .
"""


def test_ask_and_audit_count_the_same_people_with_several_periods(tmp_path):
    found = audited(tmp_path, PERIODS)
    people = {row["line"]: row["person"] for row in found.arrow().to_pylist()}
    held = {
        people[row["line"]].rpartition("/")[2].lstrip(":")
        for row in found.holds.to_pyarrow().to_pylist()
        if row["role"] == "data-engineer"
    }
    rows = ask("holders-of-role", load(data=[tmp_path / "staff.ttl"]), role="data-engineer")
    asked = {row["person"].rpartition("/")[2].lstrip(":") for row in rows}
    assert asked == {"ann", "dan", "flo", "hal", "ida", "jon", "lou", "ola"}
    assert held == asked


def test_ask_counts_a_person_with_several_names_once(tmp_path):
    people = (
        ":zoe mlops:holdsRole role:data-engineer ; org:memberOf :u ; mlops:hasSkill skill:sql ; "
        "owl:sameAs :ann . :bob owl:sameAs :zoe . :ann mlops:hasSkill skill:programming . "
        ":kim mlops:holdsRole role:data-engineer ; org:memberOf :u ; mlops:lacksSkill skill:sql ."
    )
    found = audited(tmp_path, "@prefix owl: <http://www.w3.org/2002/07/owl#> . " + people)
    rows = ask("skill-gap-by-unit", load(data=[tmp_path / "staff.ttl"]))
    counts = {row["skill"]: (int(row["recorded"]), int(row["lacking"])) for row in rows}
    assert (counts["skill:sql"], counts["skill:programming"]) == ((1, 1), (1, 0))
    assert found.rows["read"] == 2
    assert {int(row["people"]) for row in rows} == {2}


def test_a_layout_is_of_tables_and_changes_nothing_in_rdf(tmp_path):
    said = ':a foaf:name "Ada" ; mlops:hasSkill skill:sql .'
    plain = audited(tmp_path, said)
    assert plain.coverage("skill")["sql"]["people"] == 1
    for layout in ("rows", "wide", "long", "transposed"):
        found = audited(tmp_path, said, mapping=ReadOptions(layout=layout))
        assert found.to_dict() == plain.to_dict()
