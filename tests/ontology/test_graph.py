"""`--with FILE`: what a company adds works like ours, in every command."""

import gc
import json
import os
import weakref
from pathlib import Path

import pyoxigraph as ox
import pytest
from support.asserted import ROOT
from support.disks import small_disk

from mlops_roles import Graph, InputError, ask, explain, load, resolve, show
from mlops_roles.cli.main import main
from mlops_roles.ontology import closure_cache
from mlops_roles.ontology import excerpt as excerpt_module
from mlops_roles.ontology import graph as graph_module
from mlops_roles.ontology.catalogue import catalogue
from mlops_roles.ontology.excerpt import excerpt
from mlops_roles.ontology.graph import INFERRED, once_per_graph
from mlops_roles.ontology.tables import RoleTables

ACME = str(ROOT / "examples" / "acme.ttl")
CHIEF = """
acme:chief a mlops:Role ; skos:prefLabel "Chief"@en ; dcterms:source acme:handbook ;
    mlops:specialises acme:prompt-engineer ; mlops:incorporates role:software-engineer .
"""
ROLE = "acme:prompt-engineer"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_ROLES_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def run(capsys, *arguments):
    code = main([*arguments, "--with", ACME])
    return code, capsys.readouterr().out


def test_a_companys_role_is_shown(capsys):
    code, out = run(capsys, "show", "prompt-engineer")
    assert code == 0
    assert ROLE in out
    assert "prompt writing" in out


def test_the_inferred_skills_of_a_companys_role_are_asked(capsys):
    _, out = run(capsys, "ask", "roles-for-skill", "prompt-writing", "--format", "json")
    assert [r["role"] for r in json.loads(out)] == [ROLE]


def test_a_title_of_a_companys_role_is_resolved(capsys):
    _, out = run(capsys, "resolve", "Senior LLM Engineer", "--format", "json")
    assert json.loads(out)[0]["roles"] == [ROLE]
    assert resolve("Senior LLM Engineer").status == "none"


def test_a_skill_of_a_companys_role_is_explained(capsys):
    _, out = run(capsys, "explain", f"{ROLE} mlops:requiresSkill acme:prompt-writing")
    assert "acme:handbook" in out


def test_a_companys_role_is_exported_with_what_follows(capsys):
    _, out = run(capsys, "export", "--format", "nt", "--inferred")
    assert (
        "<https://acme.example/roles/prompt-engineer> "
        "<https://w3id.org/mlops-roles/ns#requiresSkill> "
        "<https://acme.example/roles/prompt-writing>" in out
    )


def test_a_companys_file_is_checked(capsys):
    assert run(capsys, "check")[0] == 0


def test_a_companys_role_is_audited(capsys, tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text(
        "person,title,skills\nAda,Prompt Engineer,prompt engineering; Acme Prompt Studio\n"
    )
    _, out = run(capsys, "audit", str(staff), "--format", "json")
    found = json.loads(out)
    assert found["roles"][ROLE]["people"] == 1
    assert found["tasks"]["acme:design-prompts"]["people"] == 1
    assert found["skills"]["acme:prompt-writing"]["people"] == 1
    assert found["unmatched_skills"] == {}


def test_a_companys_own_question_is_listed_asked_and_explained(capsys, tmp_path):
    own = tmp_path / "team-leads.rq"
    own.write_text(
        "#+ summary: The roles that lead\n#+ ?role: a role\n#+ expect: ?role = role:ml-engineer\n"
        "SELECT ?role WHERE { ?role a mlops:Role } ORDER BY ?role"
    )
    assert main(["ask", "team-leads", "R7", "--with", str(own)]) == 0
    assert "role:ml-engineer" in capsys.readouterr().out
    assert main(["ask", "--with", str(own)]) == 0
    assert "team-leads" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main(["ask", "team-leads", "--with", str(own), "--help"])
    assert stop.value.code == 0
    assert "The roles that lead" in capsys.readouterr().out


def test_a_companys_own_shape_finds_its_own_mistake(capsys, tmp_path):
    own = tmp_path / "rules.ttl"
    own.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> ."
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> ."
        "<https://acme.example/s> a sh:NodeShape ; sh:targetClass mlops:Zone ; "
        'sh:property [ sh:path mlops:budget ; sh:minCount 1 ; sh:message "A zone has a budget." ] .'
    )
    assert main(["check", "--with", str(own), "--format", "json"]) == 1
    assert "A zone has a budget." in capsys.readouterr().out


def test_a_closure_is_cached_by_content_and_used_again(cache):
    first = load(ACME)
    (cached,) = cache.glob("*.nt")
    assert cached.stat().st_size > 10_000
    again = load(ACME)
    stores = [graph.store for graph in (first, again)]
    closures = [set(store.quads_for_pattern(None, None, None, INFERRED)) for store in stores]
    assert len(closures[0]) > 1000
    assert closures[0] == closures[1]
    assert "proofs" not in again.__dict__, "the cache was not used"


def test_a_changed_file_does_not_use_the_old_closure(tmp_path):
    path = tmp_path / "ours.ttl"
    lines = (
        "@prefix a: <https://acme.example/> . @prefix mlops: <https://w3id.org/mlops-roles/ns#> ."
        "@prefix role: <https://w3id.org/mlops-roles/role/> ."
    )
    path.write_text(lines + "a:lead a mlops:Role ; mlops:incorporates role:data-engineer .")
    before = len(ask("skills-of-role", load(path), role="a:lead"))
    path.write_text(lines + "a:lead a mlops:Role ; mlops:incorporates role:backend-engineer .")
    assert 0 < len(ask("skills-of-role", load(path), role="a:lead")) < before


def test_what_contradicts_the_ontology_is_refused_with_the_reason(tmp_path):
    path = tmp_path / "ours.ttl"
    path.write_text(
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> ."
        "<https://w3id.org/mlops-roles/skill/sql> a mlops:Task ."
    )
    with pytest.raises(InputError, match="contradicts the ontology") as error:
        load(path)
    assert "skill:sql" in str(error.value)


def test_the_plain_ontology_is_not_changed_by_additions():
    load(ACME)
    with pytest.raises(InputError):
        show(ROLE)


# a graph as such


def test_the_ontology_without_files_is_loaded_once():
    assert load() is load()
    assert load(ACME) is not load(ACME)


def test_a_graph_takes_a_store():
    store = ox.Store()
    store.add(ox.Quad(*[ox.NamedNode("urn:a")] * 3))
    graph = Graph(store=store)
    assert graph.store is store
    assert [row["s"].value for row in graph.query("SELECT ?s { ?s ?p ?o }")] == ["urn:a"]


def test_what_is_derived_from_a_graph_is_made_once_and_dies_with_it():
    class Derived:
        def __init__(self, graph):
            self.graph = graph

    derived = once_per_graph(Derived)
    graph, other = Graph(store=ox.Store()), Graph(store=ox.Store())
    assert derived(graph) is derived(graph)
    assert derived(graph).graph is graph
    assert derived(other).graph is other
    value = weakref.ref(derived(graph))
    del graph
    gc.collect()
    assert value() is None


def test_a_graph_with_other_prefixes_shares_the_store_and_no_derived_value():
    formatted = once_per_graph(lambda graph: graph.curie("urn:x:y"))
    graph = load()
    other = graph.with_prefixes({"x": "urn:x:"})
    assert other.store is graph.store
    assert (formatted(graph), formatted(other)) == ("<urn:x:y>", "x:y")


def test_a_cache_that_cannot_be_written_or_is_full_only_costs_time(tmp_path, monkeypatch):
    """A file in the place of the folder cannot be written even by root."""
    (tmp_path / "file").write_text("")
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("MLOPS_ROLES_CACHE", str(home))
        assert ask("tasks-of-role", load(ACME), role="R7")
    with small_disk(tmp_path / "disk", "64k") as disk:
        monkeypatch.delenv("MLOPS_ROLES_CACHE")
        monkeypatch.setenv("XDG_CACHE_HOME", str(disk))
        assert ask("tasks-of-role", load(ACME), role="R7")
        assert not [path for path in disk.rglob("*") if path.is_file()], "half a file stays behind"


def test_the_cache_depends_on_the_code_that_infers(monkeypatch):
    before = Graph([ACME]).cache_key
    read = Path.read_bytes
    changed = {"forward_chaining.py", "literals.py", "closure.rq"}
    for name in changed:
        with monkeypatch.context() as patch:
            patch.setattr(
                Path, "read_bytes", lambda p, n=name: read(p) + b"#" if p.name == n else read(p)
            )
            assert Graph([ACME]).cache_key != before, name


# a large framework is kept on disk, ready to be opened ---------------------------------------


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """The example of a company, taken for large, and a graph of it as it is loaded first."""
    monkeypatch.setattr(graph_module, "LARGE", 1)
    path = tmp_path / "ours.ttl"
    path.write_bytes(Path(ACME).read_bytes())
    return path, load(path)


def test_a_kept_framework_answers_as_one_in_memory(kept):
    path, first = kept
    again = load(path)
    assert again.lacks_definitions
    assert again.prefixes == first.prefixes
    assert again.index == first.index
    names = [name for name, q in catalogue().items() if "needs" not in q.headers]
    for name in names:
        assert ask(name, again).terms == ask(name, first).terms, name
    assert again.lacks_definitions, "it was loaded into memory"
    assert RoleTables.from_graph(again).role_skills == RoleTables.from_graph(first).role_skills
    assert len(again.store) == len(first.store) > len(load(path).light_store)


def test_what_is_kept_of_a_framework_is_replaced_and_repaired(kept, cache):
    path, first = kept
    (before,) = cache.glob("*/*/store")
    path.write_text(path.read_text() + "\n# changed\n")
    load(path)
    (after,) = cache.glob("*/*/store")
    assert after.parent.name != before.parent.name
    (table,) = sorted(after.glob("*.sst"))[:1]
    table.write_bytes(b"#" + table.read_bytes()[1:])
    assert ask("roles", load(path)).terms == ask("roles", first).terms
    assert ask("roles", load(path)).terms == ask("roles", first).terms


def test_data_is_not_added_to_what_is_kept(kept, tmp_path):
    path, first = kept
    (tmp_path / "ann.ttl").write_text("<urn:ann> a <http://xmlns.com/foaf/0.1/Person> .")
    assert len(load(path, data=[tmp_path / "ann.ttl"]).store) == len(first.store) + 1
    assert len(load(path).store) == len(first.store)


@pytest.mark.thorough
def test_a_statement_of_a_large_framework_is_proved_from_an_excerpt(kept, tmp_path):
    path, _ = kept
    path.write_text(path.read_text() + CHIEF)
    whole = load(path)  # in memory
    known = whole.light_store
    assert whole.lacks_definitions
    inferred = [quad.triple for quad in known.quads_for_pattern(None, None, None, INFERRED)]
    ours = [triple for triple in inferred if "acme.example" in str(triple)]
    kinds = {(t.predicate, str(t.subject).endswith("-capability>")): t for t in ours}
    assert len(kinds) > 7
    for triple in kinds.values():
        part = excerpt(whole, [triple])
        assert part is not whole, triple
        assert explain(triple, whole).rule, triple
    above = "acme:chief-capability rdfs:subClassOf acme:prompt-engineer-capability"
    assert "scm-" in explain(above, whole).rule
    assert explain("acme:chief mlops:requiresSkill skill:feature-engineering", whole) is None
    assert whole.lacks_definitions, "all definitions were made"
    assert "proofs" not in whole.__dict__, "the whole was reasoned with"


def test_what_an_excerpt_does_not_prove_is_proved_from_the_whole(kept, monkeypatch):
    path, _ = kept
    graph = load(path)
    statement = "acme:prompt-engineer mlops:requiresSkill acme:prompt-writing"
    monkeypatch.setattr(excerpt_module, "MAX_QUADS", 10)
    assert explain(statement, graph).rule == "prp-spo2"
    assert "proofs" in graph.__dict__


def test_a_framework_beside_ours_and_the_same_in_place_of_it_are_both_kept(kept, cache):
    path, _ = kept
    for _ in range(2):
        assert len(ask("roles", load(path))) > len(ask("roles", load(only=path)))
    assert len(list(cache.glob("*/*/store"))) == 2


def test_the_cache_is_bounded_and_loses_first_what_was_used_longest_ago(kept, cache, monkeypatch):
    path, _ = kept
    (cache / "notes.txt").write_text("of another")
    first = {entry.path for entry in closure_cache.entries()}
    assert {p.is_dir() for p in first} == {True, False}
    for entry in closure_cache.entries():
        os.utime(entry.path, (1, 1))
    load(path)  # which uses the store, not the closure
    monkeypatch.setattr(closure_cache, "MAX_BYTES", sum(e.size for e in closure_cache.entries()))
    with monkeypatch.context() as patch:
        patch.setattr(graph_module, "LARGE", 1 << 20)
        load(ACME)
    left = {entry.path for entry in closure_cache.entries()}
    assert {p.is_dir() for p in first & left} == {True}, "what is used was removed"
    monkeypatch.setattr(closure_cache, "MAX_BYTES", 1)
    path.write_text(path.read_text() + CHIEF)
    load(path)
    assert len(closure_cache.entries()) == 1
    assert (cache / "notes.txt").exists()
    assert not list(cache.glob(".loading-*"))


def test_the_doctor_tells_the_size_of_the_cache(kept, cache, capsys):
    assert main(["doctor", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["point"] == "cache"
    assert str(cache) in row["found"]
    assert "1,074 MB" in row["means"]
    assert float(row["found"].split()[0]) > 1
