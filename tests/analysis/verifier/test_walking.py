"""What the verifier finds in a framework: skills, the paths to them, parts, and names."""

import pytest

from mlops_roles.analysis.verifier.differences import differences, display_value, value_at
from mlops_roles.analysis.verifier.reading import digest
from mlops_roles.analysis.verifier.walking import Ontology, shipped_ontology

TURTLE = """@prefix : <urn:x:> . @prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:a a mlops:Role ; skos:prefLabel "Ah"@de , "A"@en ; mlops:performs :t , :u ;
    mlops:specialises :b ; mlops:incorporates :e , :c ; mlops:requiresSkill :s1 .
:b a mlops:Role ; mlops:performs :v ; mlops:incorporates :d . :t mlops:requiresSkill :s1 , :s2 .
:u mlops:requiresSkill :s3 . :v mlops:requiresSkill :s3 , :s4 .
:c a mlops:Role ; skos:prefLabel "C" ; mlops:requiresSkill :s5 ; mlops:incorporates :a .
:d a mlops:Role ; skos:notation "Z2" ; mlops:requiresSkill :s6 .
:e a mlops:Role ; skos:notation "R1" ; skos:prefLabel "E"@fr .
:s1 a mlops:Skill ; skos:prefLabel "query"@en ; skos:altLabel "same" ; skos:hiddenLabel "qry" .
:s2 a mlops:Skill ; skos:altLabel "Same" , "two" . :s7 skos:prefLabel "no skill" .
:tool a mlops:Tool ; skos:prefLabel "T 1"@en , "TT"@de ; mlops:evidenceFor :s2 , :s3 .
:idle a mlops:Tool ; skos:prefLabel "idle" .
"""
SET = """#mapping_set_id: https://v.example/set
#curie_map: {v: "https://v.example/", x: "urn:x:"}
subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label
v:query\tskos:exactMatch\tx:s1\tsemapv:ManualMappingCuration\tAda
"""


def x(*names):
    return [f"urn:x:{name}" for name in names]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("framework")
    for name, text in {"f.ttl": TURTLE, "m.sssom.tsv": SET, "q.rq": "SELECT"}.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in ("f.ttl", "m.sssom.tsv", "q.rq")]


@pytest.fixture(scope="module")
def framework(files):
    return Ontology(only=files)


def test_skills_are_those_that_all_steps_lead_to(framework):
    assert framework.required("urn:x:a") == set(x("s1", "s2", "s3", "s4", "s5", "s6"))
    assert framework.own("urn:x:a") == set(x("s1", "s2", "s3", "s4"))
    assert framework.required("urn:x:e") == framework.own("urn:x:none") == set()


@pytest.mark.parametrize(
    ("skill", "path"),
    [("s1", []), ("s2", ["t"]), ("s3", ["u"]), ("s4", ["b", "v"]), ("s5", ["c"]),
     ("s6", ["b", "d"]), ("s7", [])],
)  # fmt: skip
def test_the_shortest_path_leads_to_a_skill(skill, path, framework):
    assert framework.shortest_path("urn:x:a", f"urn:x:{skill}") == x(*path)
    assert framework.is_path("urn:x:a", x(*path), f"urn:x:{skill}") == (skill != "s7")


@pytest.mark.parametrize(
    ("path", "skill"),
    [(["t"], "s3"), (["v"], "s4"), (["b"], "s4"), (["b", "u"], "s3"), (None, "s1"), ("", "s1"),
     ([7], "s1"), (["c", "a"], "s2")],
)  # fmt: skip
def test_another_path_is_none(path, skill, framework):
    given = path if not path or path == [7] else x(*path)
    assert not framework.is_path("urn:x:a", given, f"urn:x:{skill}")


def test_a_longer_path_is_one(framework):
    assert framework.is_path("urn:x:a", x("b", "v"), "urn:x:s3")
    assert framework.is_path("urn:x:a", x("c", "a", "u"), "urn:x:s3")


def test_parts_are_those_of_broader_roles_too_by_notation(framework):
    assert framework.parts("urn:x:a") == x("e", "d", "c")
    assert framework.parts("urn:x:c") == x("a")


def test_terms_have_english_names_and_claim_skills(framework):
    assert [framework.label(one) for one in x("a", "c", "e", "t")] == ["A", "C", "e", "t"]
    assert [framework.name_in_cells(one) for one in x("s1", "tool", "a", "s2")] == [
        *("query", "T 1", "", "")
    ]
    s1, s2, s3 = x("s1", "s2", "s3")
    both = frozenset({("tool", s2), ("tool", s3)})
    found = [framework.names.read(one) for one in ("Query", "qry", "T-1", "TT", "two", "SAME")]
    assert found == [{("recorded", s1)}, {("recorded", s1)}, both, both, *[{("recorded", s2)}] * 2]
    assert not framework.names.read("idle")
    assert not framework.names.read("no skill")
    assert framework.by_term.keys() == set(x("s1", "s2", "tool", "idle"))
    assert framework.names.listed.keys() == {"query", "same", "qry", "two", "t 1", "tt"}
    assert framework.by_term[x("idle")[0]] == frozenset()
    assert framework.pairs("https://w3id.org/mlops-roles/ns#specialises") == [
        ("urn:x:a", "urn:x:b")
    ]


def test_a_framework_replaces_the_roles_and_files_are_added(files, framework):
    shipped, added = shipped_ontology(), Ontology(files[1:], files[:1])
    assert framework.version == shipped.version == added.version != ""
    assert framework.digest == shipped.digest
    entries = [(file.name, digest(file.read_bytes())) for file in files[:2]]
    assert framework.added == added.added == entries
    assert (framework.replacing, added.replacing, shipped.replacing) == (2, 1, 0)
    assert shipped.added == []
    assert shipped.matches is None
    assert framework.matches.names["v:query"] == {"https://v.example/query"}
    assert not framework.is_a("https://w3id.org/mlops-roles/skill/sql", "Skill")
    assert Ontology(files).is_a("https://w3id.org/mlops-roles/skill/sql", "Skill")


@pytest.mark.parametrize(
    ("given", "found", "places"),
    [
        ({"a": 1, "b": [1]}, {"a": 1, "b": [1]}, []),
        ({"a": 1}, {"a": 1.0}, [("a", "1", "1.0")]),
        ({"a": True}, {"a": 1}, [("a", "true", "1")]),
        ({"a": {"b": "é"}}, {"a": {"b": ["é"]}}, [("a.b", "é", '["é"]')]),
        ({"a": 1}, {"b": 2}, [("b", "nothing", "2"), ("a", "1", "nothing")]),
        ({"a": [1, 2]}, {"a": [2, 3]}, [("a", "[1]", "[3]")]),
        ({"a": [1, 2]}, {"a": [2, 1]}, [("a", "[]", "[]")]),
        ({"a": [{"skill": "s", "x": 1}]}, {"a": [{"skill": "s", "x": 2}]}, [("a.s.x", "1", "2")]),
        ({"a": [{"role": "r", "id": 1}]}, {"a": [{"role": "r", "id": 2}]}, [("a.r.id", "1", "2")]),
        ({"a": [{"verdict": "v"}]}, {"a": [{"verdict": "v", "x": 1}]}, [("a.v.x", "nothing", "1")]),
        ({"a": [{"text": "t"}]}, {"a": [{"text": "u"}]}, [("a", '["t"]', '["u"]')]),
        ({"a": [{"id": "i"}]}, {"a": [{"id": "i", "x": 1}]}, [("a.i.x", "nothing", "1")]),
        ({"a": [{"x": 1}]}, {"a": [{"x": 2}]}, [("a.None.x", "1", "2")]),
        ([], {}, [("", "[]", "{}")]),
    ],
)
def test_differences_are_places_with_both_values(given, found, places):
    assert [(d.place, d.says, d.found) for d in differences(given, found)] == places


def test_a_value_is_shown_in_200_characters_and_found_by_its_path():
    assert [len(display_value("x" * n)) for n in (199, 200, 201)] == [199, 200, 201]
    assert display_value("x" * 201) == "x" * 200 + "…"
    assert display_value(["é"] * 99)[:4] == '["é"'
    assert value_at({"a": {"b": 1}}, "a", "b") == 1
    assert value_at({"a": [1]}, "a", "b") is value_at(7, "a") is None
