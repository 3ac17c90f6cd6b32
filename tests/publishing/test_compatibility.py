"""An IRI never disappears or changes its meaning: past releases hold, and a break is found."""

import copy
import csv

import pyoxigraph as ox
import pytest
from support.asserted import PREFIXES, ROOT, links

from mlops_roles import Finding, breaking_changes, check
from mlops_roles.cli import main
from mlops_roles.publishing import compatibility
from mlops_roles.publishing.compatibility import COLUMNS, term_list, term_list_csv

RELEASES = ROOT / "ontology" / "releases"
BASE = "https://w3id.org/mlops-roles"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def edited(graph, out="", into=""):
    """The ontology without some statements and with others, both Turtle."""
    head = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
    gone, more = (list(ox.parse(head + text, format=ox.RdfFormat.TURTLE)) for text in (out, into))
    changed = copy.copy(graph)
    changed.store = ox.Store()
    changed.store.extend(q for q in graph.store if q not in set(gone))
    changed.store.extend(more)
    assert len(changed.store) == len(graph.store) - len(gone) + len(more), (
        "what is taken out was there, what is put in was not"
    )
    return changed


def block(graph, iri):
    """All statements about a term, as Turtle."""
    quads = graph.store.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph())
    return "".join(f"{q.triple} .\n" for q in quads if not isinstance(q.object, ox.BlankNode))


@pytest.fixture
def releases(tmp_path, graph):
    """A folder with one release that promises the ontology as it is."""
    (tmp_path / "0.1.0.csv").write_text(term_list_csv(graph), "utf-8")
    (tmp_path / "changes.csv").write_text("iri,release,reason\n")
    return tmp_path


def test_nothing_that_was_released_is_gone_or_means_something_else():
    lists = sorted(p for p in RELEASES.glob("*.csv") if p.stem != "changes")
    assert [p.stem for p in lists][:1] == ["0.1.0"]
    assert len(rows(lists[0])) > 600
    assert breaking_changes() == []


def test_a_list_has_every_term_with_its_kind_and_name():
    for row in rows(RELEASES / "0.1.0.csv"):
        assert tuple(row) == COLUMNS
        assert all(row.values()), row
        assert row["iri"].startswith(f"{BASE}/")
        assert len(row["meaning"]) == 16


def test_a_change_names_a_release_an_iri_of_it_and_a_reason():
    for row in rows(RELEASES / "changes.csv"):
        assert row["iri"] in {r["iri"] for r in rows(RELEASES / f"{row['release']}.csv")}
        assert row["reason"].strip()


def test_an_iri_that_is_gone_is_found(graph, releases):
    iri = f"{BASE}/tool/mlflow"
    found = breaking_changes(edited(graph, out=block(graph, iri)), releases)
    assert [(f.shape, f.focus, f.severity) for f in found] == [("iri-is-kept", iri, "Violation")]
    assert "owl:deprecated" in found[0].message


CHANGES = {
    "another definition": ("{old}", 'skill:sql skos:definition "Baking bread."@en .', "skill/sql"),
    "another kind": ("skill:sql a mlops:Skill .", "skill:sql a mlops:Task .", "skill/sql"),
    "another range": (
        "mlops:performs rdfs:range mlops:Task .",
        "mlops:performs rdfs:range mlops:Skill .",
        "ns#performs",
    ),
    "one axiom more": ("", "mlops:performs a owl:TransitiveProperty .", "ns#performs"),
    "a chain more": (
        "",
        "mlops:performs owl:propertyChainAxiom ( mlops:incorporates mlops:performs ) .",
        "ns#performs",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_meaning_is_found_and_allowed_with_a_reason_alone(graph, releases, change):
    out, into, path = CHANGES[change]
    (old,) = links("skos:definition")["skill:sql"]
    changed = edited(graph, out.format(old=f"skill:sql skos:definition {old} ."), into)
    assert [(f.shape, f.focus) for f in breaking_changes(changed, releases)] == [
        ("meaning-is-kept", f"{BASE}/{path}")
    ]
    (releases / "changes.csv").write_text(f"iri,release,reason\n{BASE}/{path},0.1.0,\n")
    assert breaking_changes(changed, releases), "a reason must be given"
    (releases / "changes.csv").write_text(f"iri,release,reason\n{BASE}/{path},0.1.0,It was wrong\n")
    assert breaking_changes(changed, releases) == []


def test_a_reason_for_an_earlier_release_does_not_excuse_a_later_one(graph, releases):
    changed = edited(graph, into="mlops:performs a owl:TransitiveProperty .")
    (releases / "0.0.9.csv").write_text((releases / "0.1.0.csv").read_text())
    (releases / "changes.csv").write_text(
        f"iri,release,reason\n{BASE}/ns#performs,0.0.9,It was wrong\n"
    )
    assert ["0.1.0" in f.message for f in breaking_changes(changed, releases)] == [True]


def test_what_grows_without_a_change_of_meaning_is_allowed(graph, releases):
    grown = (
        "role:ml-engineer mlops:performs task:choose-technologies . skill:sql "
        'skos:altLabel "Structured Query Language, written"@en .'
    )
    assert breaking_changes(edited(graph, into=grown), releases) == []


def test_a_name_may_change_if_the_old_one_is_kept(graph, releases):
    old, new = (
        'skill:sql skos:prefLabel "SQL"@en .',
        'skill:sql skos:prefLabel "structured querying"@en .',
    )
    assert [f.shape for f in breaking_changes(edited(graph, old, new), releases)] == [
        "name-is-kept"
    ]
    assert (
        breaking_changes(edited(graph, old, new + ' skill:sql skos:altLabel "SQL"@en .'), releases)
        == []
    )


def test_a_fingerprint_does_not_depend_on_the_names_of_blank_nodes(graph):
    again = copy.copy(graph)
    again.store = ox.Store()
    again.store.bulk_load(
        input=ox.serialize(graph.store, format=ox.RdfFormat.N_QUADS), format=ox.RdfFormat.N_QUADS
    )
    assert term_list(again) == term_list(graph)


def test_a_deprecated_term_that_keeps_the_policy_is_clean(tmp_path):
    """Deprecated, with a successor in use; one that is missing or gone is reported."""
    path = tmp_path / "deprecated.ttl"
    head = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
    for successor, wanted in (
        ("skill:scripting", set()),
        ("skill:gone", {"shape:successor-is-in-use"}),
    ):
        path.write_text(f"{head}skill:sql owl:deprecated true ; dcterms:isReplacedBy {successor} .")
        found = {f.shape for f in check(path).findings}
        assert {s for s in found if "successor" in s} == wanted


def test_the_command_builds_nothing_with_breaking_changes(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        compatibility,
        "breaking_changes",
        lambda: [Finding("Violation", "iri-is-kept", "https://w3id.org/x", None, "Put it back.")],
    )
    assert main.main(["build", "--output", str(tmp_path / "dist")]) == 1
    assert capsys.readouterr().err == "https://w3id.org/x: Put it back. [iri-is-kept]\n"
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_the_list_that_a_release_keeps(graph, capsys):
    assert main.main(["build", "--terms"]) == 0
    assert capsys.readouterr().out == term_list_csv(graph)
