"""The alignments: every identifier checked, Turtle that is fresh, sound and has its version."""

import csv
import re
from collections import Counter, defaultdict
from functools import cache
from itertools import combinations

import pytest
from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef
from support.asserted import ROOT, SHARED
from support.reasoners import (
    Contradiction,
    by_rules,
    everything,
    hermit,
    iri,
    logical,
    schema,
    sum_of,
    turtle,
)

from mlops_roles import InputError, ask, check, load, show
from mlops_roles.io.sssom import expand
from mlops_roles.matching.alignments import alignments_dir, derived_files, shipped_mapping_sets
from mlops_roles.validation.owl_profiles import rl_violations

SETS = shipped_mapping_sets()
UPPER = ("cco", "dul", "gist", "gufo")
CONTENT = (
    "cwa-16458",
    "dcwf",
    "e-cf",
    "esco",
    "isco-08",
    "nice",
    "nice-tasks",
    "noc",
    "onet",
    "onet-soc",
    "uk-digital-and-data",
    "wikidata",
)
VOCABULARIES = tuple(sorted(set(SETS) - set(UPPER) - set(CONTENT)))
# what the notes on the facts name without a row of their own
NAMED_IN_NOTES = {"http://www.wikidata.org/entity/Q1979607"}
# framework of the facts: set that it is in; SKOS is used as it is and has none
FRAMEWORKS = {
    "ESCO v1.2 occupation": "esco",
    "ESCO v1.2 skill": "esco",
    "ESCO model": "esco",
    "ISCO-08 (ESCO URI)": "isco-08",
    "O*NET-SOC 2019": "onet-soc",
    "DoD DCWF v5.1 work role": "dcwf",
    "DoD DCWF v5.1 task/KSA": "dcwf",
    "O*NET 29.3 task statement": "onet",
    "O*NET 29.3 technology skill (UNSPSC commodity)": "onet",
    "NIST NICE Framework v2.2.0 work role": "nice",
    "NIST NICE Framework v2.1.0 task": "nice-tasks",
    "CEN CWA 16458-1:2018 ICT role profile": "cwa-16458",
    "e-CF 4.0 (EN 16234-1)": "e-cf",
    "Wikidata": "wikidata",
    "NOC 2021 (Canada)": "noc",
    "UK Government Digital and Data capability framework": "uk-digital-and-data",
    "W3C ORG": "org",
    "schema.org": "schema",
    "FOAF": "foaf",
    "PROV-O": "prov",
    "DCAT": "dcat",
    "gist": "gist",
    "Common Core Ontologies": "cco",
    "BFO 2020": "cco",
    "gUFO": "gufo",
    "DOLCE-DUL": "dul",
    "ML-Schema": "ml-schema",
    "OccO (OBO Occupation Ontology)": "occo",
    "OBO (OccO/OMRSE/OBI/IAO)": "occo",
    "SKOS": "",
    "SKOS-XL": "",
}
every_set = pytest.mark.parametrize("name", SETS)


def rows():
    return [(name, row) for name, found in SETS.items() for row in found.mappings]


def ours(term):
    return re.match(r"https://w3id\.org/mlops-roles/(?!code/)", term)


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


@cache
def checked():
    """The rows of the facts; each with the name under which a set must hold its identifier."""
    found = []
    for name in ("alignments", "alignments-skills-tools"):
        path = SHARED / "facts" / f"{name}.tsv"
        if not path.is_file():
            pytest.skip("the checked facts are not beside the repository")
        with path.open(encoding="utf-8", newline="") as file:
            found += csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    assert len(found) > 800
    return found


def same(identifier, term):
    """Whether a term is what the facts call by an identifier: an IRI, a code, or a name."""
    return term == identifier or (
        term.startswith("https://w3id.org/mlops-roles/code/")
        and term.rsplit("/", 1)[1] in (identifier, slug(identifier))
    )


@cache
def aligned(name):
    """The logic of an alignment: no header, no annotated axioms."""
    graph = Graph().parse(alignments_dir() / f"{name}.ttl")
    for node in [*graph.subjects(RDF.type, OWL.Ontology), *graph.subjects(RDF.type, OWL.Axiom)]:
        graph.remove((node, None, None))
    return graph


# SSSOM -----------------------------------------------------------------------------------


def test_there_are_twenty_three_sets():
    assert len(SETS) == 23
    assert {"mls:Task", "obo:BFO_0000023"} <= {r.cells["object_id"] for _, r in rows()}
    assert set(UPPER) | set(CONTENT) < set(SETS)


@every_set
def test_a_header_has_what_is_aligned_its_version_and_the_licence(name):
    header = SETS[name].header
    assert SETS[name].iri == f"https://w3id.org/mlops-roles/alignments/{name}"
    assert header["subject_source_version"] == load().version
    for key in (
        "object_source",
        "object_source_version",
        "mapping_set_title",
        "mapping_date",
        "license",
        "creator_label",
    ):
        assert header[key], key
    assert re.search(r"Licence of what is mapped to: \S", header["comment"])


@every_set
def test_a_row_has_author_evidence_and_labels(name):
    assert SETS[name].mappings
    for row in SETS[name].mappings:
        assert all(row.cells[c] for c in ("author_label", "subject_label", "object_label")), row
        assert re.search(r"Evidence: \S", row.cells["comment"]), row


COPIES = re.compile(r"github\.com|GitHub \S+/|PyPI|\.(csv|json|py|xlsx|rq)\b|doner\.me|JobKB")


@every_set
def test_a_row_cites_the_vocabulary_and_not_the_copy_that_was_read(name):
    for row in SETS[name].mappings:
        assert not COPIES.search(row.cells["comment"]), row


def test_a_copy_would_be_found():
    assert COPIES.search("Evidence: GitHub someone/skills : kb/skills.csv")


def test_a_confidence_says_more_than_the_predicate():
    found = defaultdict(list)
    for name, row in rows():
        if row.cells.get("confidence"):
            found[name, row.cells["predicate_id"]].append(row.cells["confidence"])
    assert found
    assert [key for key, said in found.items() if len(said) > 4 and len(set(said)) == 1] == []


def test_an_outside_term_has_one_label():
    found = defaultdict(set)
    for _, row in rows():
        found[row.object].add(row.cells["object_label"])
    assert {term: labels for term, labels in found.items() if len(labels) > 1} == {}


@every_set
def test_a_pair_is_mapped_once(name):
    found = Counter((row.subject, row.object) for row in SETS[name].mappings)
    assert [pair for pair, n in found.items() if n > 1] == []


def test_the_subject_of_a_mapping_is_a_term_of_the_ontology():
    known = {str(t) for t in everything().subjects()} | {
        str(iri(c)) for c in ("org:Organization", "org:memberOf", "foaf:Person")
    }
    assert [row.cells for _, row in rows() if row.subject not in known] == []


# identifiers -----------------------------------------------------------------------------


def identifiers(name):
    """The terms of a set that are not ours and that we did not borrow."""
    borrowed = {
        str(iri(c))
        for c in ("org:Organization", "org:Membership", "org:memberOf", "foaf:Person", "foaf:Agent")
    }
    ends = {end for row in SETS[name].mappings for end in (row.subject, row.object)}
    return {end for end in ends if not ours(end)} - borrowed


def framework(name):
    """The checked facts that a set is made from."""
    return [fact for fact in checked() if FRAMEWORKS[fact["framework"]] == name]


@every_set
def test_every_identifier_is_in_the_checked_facts(name):
    known = {fact["object_id"] for fact in framework(name)}
    assert identifiers(name)
    assert {t for t in identifiers(name) if not any(same(k, t) for k in known)} <= NAMED_IN_NOTES


def test_every_checked_fact_is_used_or_left_out_with_a_reason():
    with (ROOT / "tests" / "alignments_left_out.csv").open(encoding="utf-8", newline="") as file:
        reasons = {
            (row["framework"], row["object_id"]): row["reason"] for row in csv.DictReader(file)
        }
    ends = {
        name: {end for row in found.mappings for end in (row.subject, row.object)}
        for name, found in SETS.items()
    }
    unused = {
        (f["framework"], f["object_id"])
        for f in checked()
        if not any(same(f["object_id"], t) for t in ends.get(FRAMEWORKS[f["framework"]], ()))
    }
    assert unused <= set(reasons)
    assert all(reasons.values())


@every_set
def test_a_relation_differs_from_the_facts_only_with_a_reason(name):
    for row in SETS[name].mappings:
        facts = {
            f["predicate"]
            for f in framework(name)
            if same(f["object_id"], row.object) or same(f["object_id"], row.subject)
        }
        if not row.negated and row.cells["predicate_id"] not in facts:
            assert re.search(r"Match, not \w+: \S|the facts", row.cells["comment"]), row


@every_set
def test_an_exact_match_of_the_facts_is_never_stronger_here(name):
    for row in SETS[name].mappings:
        if row.predicate == str(iri("skos:exactMatch")) and not row.negated:
            assert any(
                same(fact["object_id"], row.object) and fact["predicate"] == "skos:exactMatch"
                for fact in framework(name)
            ), row


# exact matches ---------------------------------------------------------------------------


def exact():
    return [
        row for _, row in rows() if row.predicate == str(iri("skos:exactMatch")) and not row.negated
    ]


def test_an_exact_match_of_a_role_is_rare():
    assert 1 <= sum("/role/" in row.subject for row in exact()) <= 10
    roles = Counter(row.subject for row in exact() if "/role/" in row.subject)
    assert roles
    assert [role for role, n in roles.items() if n > 1] == [], (
        "at most one outside occupation per role"
    )


def test_mappings_that_were_too_strong_are_weaker():
    held = {
        (row.cells["subject_id"], row.cells["object_label"]): row.cells["predicate_id"]
        for _, row in rows()
    }
    for pair in (
        ("skill:data-analysis", "data analytics"),
        ("skill:data-management", "manage data"),
        ("role:ml-engineer", "Machine learning engineer"),
        ("role:product-owner", "Product Owner Role"),
        ("skill:architecture-design", "Architecture Design"),
    ):
        assert held[pair] == "skos:closeMatch", pair
    assert held["skill:business-goal-definition", "analyse business requirements"] == (
        "skos:relatedMatch"
    )
    assert held["role:data-engineer", "Database Architects"] == "skos:relatedMatch"


def test_a_task_statement_is_no_close_match_of_a_skill():
    statements = ("/code/dcwf/ksa/", "/code/onet/task/", "/code/nice/task/")
    found = [
        row.cells
        for _, row in rows()
        if "/skill/" in row.subject
        and any(kind in row.object for kind in statements)
        and row.cells["predicate_id"] != "skos:relatedMatch"
    ]
    assert found == []


def test_no_outside_term_is_an_exact_match_of_two_of_ours():
    found = Counter(row.object for row in exact())
    assert [term for term, n in found.items() if n > 1] == []


def test_an_occupation_that_exactly_matches_two_roles_is_found(tmp_path):
    path = tmp_path / "theirs.ttl"
    ours, theirs = iri("role:data-engineer"), exact_esco("role:data-scientist")
    path.write_text(f"<{theirs}> <{iri('skos:exactMatch')}> <{ours}> .")
    found = {
        f.shape for f in check(path, load("alignment:esco")).findings if f.severity == "Violation"
    }
    assert found == {"shape:exact-match-of-one-role"}


# what follows ----------------------------------------------------------------------------


def exact_esco(role):
    return next(
        row.object for row in exact() if row.subject == str(iri(role)) and "esco" in row.object
    )


def people(tmp_path, occupation):
    path = tmp_path / "people.ttl"
    path.write_text(
        f"<https://example.org/anna> <https://schema.org/hasOccupation> <{occupation}> ."
    )
    return path


def test_a_holder_of_an_esco_occupation_that_is_our_role_holds_the_role(tmp_path):
    path = people(tmp_path, exact_esco("role:data-engineer"))
    assert [r["role"] for r in ask("holders-of-role", load("alignment:esco", data=[path]))] == [
        "role:data-engineer"
    ]
    assert ask("holders-of-role", load(data=[path])).rows == []


def test_a_close_match_gives_no_role(tmp_path):
    close = next(
        row.object
        for row in SETS["esco"].mappings
        if row.subject == str(iri("role:devops-engineer"))
        and row.predicate == str(iri("skos:closeMatch"))
    )
    assert ask("holders-of-role", load("alignment:esco", data=[people(tmp_path, close)])).rows == []


def test_the_rules_draw_the_same_through_an_exact_match():
    data = turtle(f"ex:anna schema:hasOccupation <{exact_esco('role:data-scientist')}> .")
    facts = by_rules(sum_of(logical(), aligned("esco"), data))
    held = set(facts.objects(None, iri("mlops:holdsRole")))
    assert held == {iri("role:data-scientist")}


def test_a_mapping_is_shown_on_the_page_of_its_term():
    text = show("R3", load("alignment:esco")).text()
    assert re.search(r"Mappings\n  skos:exactMatch\n    data scientist \(ESCO\)", text)
    assert "Mappings" not in show("R3").text()


def test_known_false_friends_are_rejected_mappings():
    refused = {
        (row.cells["subject_id"], row.cells["object_id"]) for _, row in rows() if row.negated
    }
    assert {
        ("role:devops-engineer", "dcwf_role:624"),
        ("mlops:Task", "mls:Task"),
        ("mlops:Task", "gist:Task"),
    } <= refused
    for name, row in rows():
        if row.negated:
            assert (URIRef(row.subject), iri("mlops:noMatch"), URIRef(row.object)) in aligned(name)


def test_data_that_matches_a_rejected_pair_is_an_error(tmp_path):
    path = tmp_path / "theirs.ttl"
    code = expand("dcwf_role:624", SETS["dcwf"].header["curie_map"])
    path.write_text(f"<{code}> <{iri('skos:closeMatch')}> <{iri('role:devops-engineer')}> .")
    load(path)
    with pytest.raises(InputError, match="noMatch"):
        load("alignment:dcwf", path)


# the Turtle ------------------------------------------------------------------------------


def test_the_turtle_is_fresh():
    found = derived_files()
    assert (
        {path.stem for path in found}
        == set(SETS)
        == {path.stem for path in alignments_dir().glob("*.ttl")}
    )
    assert [path.name for path, text in found.items() if path.read_text("utf-8") != text] == [], (
        "stale; run `mlops-roles derive`"
    )


def test_an_alignment_is_loaded_by_its_short_name_with_its_version():
    found = {
        row["alignment"].strip("<>").rsplit("/", 1)[1]: row
        for row in ask("alignments", load(*(f"alignment:{name}" for name in SETS)))
    }
    assert {name: row["version"] for name, row in found.items()} == {
        name: s.header["object_source_version"] for name, s in SETS.items()
    }
    assert {name for name, row in found.items() if row["upper"]} == set(UPPER)


def test_an_unknown_alignment_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="did you mean gist"):
        load("alignment:gits")
    with pytest.raises(InputError, match="no such alignment"):
        load("alignment:../roles")


def test_alignments_stay_in_owl_2_rl():
    whole = sum_of(everything(), *map(aligned, SETS))
    assert set(rl_violations(whole)) == set(rl_violations(everything()))
    union = "mlops:Role rdfs:subClassOf [ a owl:Class ; owl:unionOf ( mlops:Task mlops:Skill ) ] ."
    planted = sum_of(schema(), aligned("dcat"), turtle(union))
    assert set(rl_violations(planted)) - set(rl_violations(schema()))


def faulty(tmp_path, names):
    """What the shapes find wrong with alignments taken together."""
    path = tmp_path / "together.nt"
    path.write_text(
        "".join(
            Graph().parse(alignments_dir() / f"{name}.ttl").serialize(format="nt") for name in names
        ),
        "utf-8",
    )
    return [f for f in check(path).findings if f.severity != "Info"]


@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
def test_alignments_pass_the_shapes(tmp_path):
    assert faulty(tmp_path, CONTENT + VOCABULARIES) == []


@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
def test_upper_ontologies_pass_the_shapes_but_for_being_loaded_together(tmp_path):
    found = faulty(tmp_path, UPPER)
    assert {f.shape for f in found} == {"shape:one-upper-ontology-at-a-time"}
    assert {f.focus.strip("<>").rsplit("/", 1)[1] for f in found} == set(UPPER)


def test_every_pair_of_upper_ontologies_commits_to_different_ones():
    committed = {
        name: set(
            Graph().parse(alignments_dir() / f"{name}.ttl").objects(None, iri("mlops:commitsTo"))
        )
        for name in UPPER
    }
    assert all(committed.values())
    assert [
        pair for pair in combinations(UPPER, 2) if committed[pair[0]] & committed[pair[1]]
    ] == []


def unsatisfiable(data):
    """The classes that HermiT finds equal to owl:Nothing or below it."""
    return [
        line
        for line in hermit(data, "-c").splitlines()
        if line.startswith(("SubClassOf", "EquivalentClasses")) and "#Nothing>" in line
    ]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "loaded",
    [CONTENT + VOCABULARIES, *((u,) for u in UPPER)],
    ids=lambda names: names[0] if len(names) == 1 else f"{names[0]} and others",
)
def test_hermit_finds_no_contradiction_and_no_empty_class(loaded):
    ours = logical() if len(loaded) > 1 else schema()
    assert unsatisfiable(sum_of(ours, *map(aligned, loaded))) == []


def test_hermit_finds_a_planted_one():
    odd = turtle("ex:Odd a owl:Class ; rdfs:subClassOf mlops:Role , mlops:Task .")
    assert unsatisfiable(sum_of(schema(), aligned("gist"), odd))
    code = expand("dcwf_role:624", SETS["dcwf"].header["curie_map"])
    match = turtle(f"role:devops-engineer skos:closeMatch <{code}> .")
    with pytest.raises(Contradiction):
        unsatisfiable(sum_of(schema(), aligned("dcwf"), match))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "found",
    [
        {"gist": "gistCore"},
        {"gufo": "gufo"},
        {"prov": "prov-o", "org": "org", "foaf": "foaf", "ml-schema": "ml-schema"},
    ],
    ids="+".join,
)
def test_with_the_other_ontology_hermit_finds_no_contradiction_or_empty_class(found):
    paths = [SHARED / "vocabularies" / f"{file}.ttl" for file in found.values()]
    if not all(path.is_file() for path in paths):
        pytest.skip("the ontologies of others are not beside the repository: they are not ours")
    others = sum_of(*(Graph().parse(path) for path in paths))
    logic = (
        t
        for t in others
        if t[1] != OWL.imports
        and t[2] not in (OWL.Ontology, XSD.date)
        and not isinstance(t[2], Literal)
    )  # no xsd:date in OWL 2
    assert unsatisfiable(sum_of(schema(), *map(aligned, found), logic)) == []
