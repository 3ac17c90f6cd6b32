"""What follows from made-up frameworks, with the definitions of capability classes and without."""

import random

import pyoxigraph as ox
import pytest

from mlops_roles import ask, explain, load
from mlops_roles.ontology import closure
from mlops_roles.ontology.catalogue import catalogue
from mlops_roles.ontology.graph import INFERRED

PREFIXES = """
@prefix a: <https://acme.example/> . @prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix capability: <https://w3id.org/mlops-roles/capability/> .
@prefix role: <https://w3id.org/mlops-roles/role/> .
@prefix skill: <https://w3id.org/mlops-roles/skill/> .
"""
A, ROLE = "https://acme.example/", "https://w3id.org/mlops-roles/role/"
PARTS = """
a:partOf a owl:ObjectProperty , owl:TransitiveProperty ; owl:inverseOf a:hasPart .
role:ml-engineer a:partOf a:r0 . a:r0 a:partOf a:s0 . a:s0 a:partOf a:t0 . a:t0 a:partOf skill:sql .
a:r0 <http://purl.org/dc/terms/source> <https://w3id.org/mlops-roles/source/curation> .
"""
OURS = ("data-scientist", "data-engineer", "ml-engineer", "backend-engineer")
NOT_PLAIN = {  # what makes more follow from the definitions than the order of the classes
    "a class below one of ours": "a:C a owl:Class ; rdfs:subClassOf capability:data-engineer .",
    "a class of agents": "a:D a owl:Class ; owl:equivalentClass "
    "[ a owl:Restriction ; owl:onProperty mlops:hasSkill ; owl:hasValue a:s0 ] .",
    "an agent with skills": "a:p mlops:hasSkill skill:sql , a:s0 .",
    "an agent of a class": "a:p a a:r0-capability .",
    "a skill of our role": "role:data-scientist mlops:requiresSkill a:s1 .",
    "skills that are the same": "a:s0 owl:sameAs a:s1 .",
    "a class of the company's own": "a:own a owl:Class ; mlops:capabilityFor a:r1 ; "
    "owl:equivalentClass "
    "[ a owl:Restriction ; owl:onProperty mlops:hasSkill ; owl:hasValue a:s0 ] .",
}


def framework(seed, more=""):
    """A few roles with skills, some of which take in, or are kinds of, each other or ours."""
    chance, n_roles = random.Random(seed), 7
    skills = [*(f"a:s{n}" for n in range(5)), "skill:sql"]
    lines = [PREFIXES, *(f"a:s{n} a mlops:Skill ." for n in range(5))]
    for n in range(4):
        lines.append(f"a:t{n} a mlops:Task ; mlops:requiresSkill {chance.choice(skills)} .")
    for n in range(n_roles):
        lines.append(f"a:r{n} a mlops:Role ; mlops:requiresSkill {chance.choice(skills)} .")
        for chosen, part in (
            (0.6, f"mlops:performs a:t{chance.randrange(4)}"),
            (0.5, f"mlops:incorporates a:r{chance.randrange(n_roles)}"),
            (0.3, f"mlops:specialises a:r{chance.randrange(n_roles)}"),
            (0.3, f"mlops:incorporates role:{chance.choice(OURS)}"),
        ):
            if chance.random() < chosen:
                lines.append(f"a:r{n} {part} .")
    return "\n".join([*lines, more])


def statements(graph):
    """All statements of a graph, with names for blank nodes that depend on nothing else."""
    found = ox.Dataset(graph.store)
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(map(str, found))


def loaded(path, text, monkeypatch, reasoned):
    """The graph of a framework; `reasoned`: with all definitions part of the inference."""
    path.write_text(text)
    with monkeypatch.context() as patched:
        patched.setenv("MLOPS_ROLES_CACHE", str(path.with_suffix(f".{reasoned}")))
        if reasoned:
            patched.setattr(closure, "has_plain_roles", lambda *_: False)
        graph = load(path)
        assert graph.store.contains_named_graph(INFERRED)
    return graph


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 30))]
)
def test_the_order_of_capability_classes_is_counted_as_it_is_inferred(seed, tmp_path, monkeypatch):
    given = tmp_path / "ours.ttl", framework(seed), monkeypatch
    plain, reasoned = (statements(loaded(*given, reasoned=r)) for r in (False, True))
    ours = [s for s in plain if "acme.example" in s.split()[0] and "#subClassOf" in s]
    assert len(ours) > 20
    assert plain == reasoned


@pytest.mark.parametrize("more", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_definitions_are_reasoned_with_where_more_follows_from_them(more, tmp_path, monkeypatch):
    found = []
    real = closure.has_plain_roles
    monkeypatch.setattr(closure, "has_plain_roles", lambda *a: found.append(real(*a)) or False)
    monkeypatch.setattr(closure, "close_definitions", lambda *_: b"")
    monkeypatch.setenv("MLOPS_ROLES_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "ours.ttl"
    path.write_text(framework(1, more))
    load(path)
    assert found == [False]


def test_a_shipped_question_that_asks_for_what_is_loaded_last_says_so(tmp_path, monkeypatch):
    graph = loaded(tmp_path / "ours.ttl", framework(1, PARTS), monkeypatch, reasoned=False)
    fresh = load(tmp_path / "ours.ttl")
    names = [
        name for name, q in catalogue().items() if q.topic != "people" and "needs" not in q.headers
    ]
    assert 50 < len(names) < len(catalogue()) - 2
    light = {name: ask(name, fresh).terms for name in names}
    assert fresh.lacks_definitions
    assert len(fresh.light_store) < len(graph.light_store)
    assert {name: ask(name, graph).terms for name in names} == light
    assert len(fresh.store) == len(graph.store)


def test_paths_of_a_property_that_no_question_names_are_loaded_with_the_whole_store(tmp_path):
    path = tmp_path / "ours.ttl"
    path.write_text(framework(1, PARTS))
    for graph in (load(path), load(path)):  # inferred, and from the cache
        path_of, one_step, none = (
            ox.Triple(*map(ox.NamedNode, (f"{ns}{s}", f"{A}{p}", f"{A}{o}")))
            for ns, s, p, o in (
                (ROLE, "ml-engineer", "partOf", "t0"),
                (A, "r0", "hasPart", "s0"),
                (A, "t0", "partOf", "r0"),
            )
        )
        assert ox.Quad(*path_of, INFERRED) not in graph.light_store
        assert closure.may_follow_unnamed(path_of, graph)
        assert not closure.may_follow_unnamed(none, graph)
        assert ox.Quad(*path_of, INFERRED) in graph.store
        assert explain(path_of, graph).rule == "prp-trp"
        assert one_step not in {q.triple for q in graph.store}
