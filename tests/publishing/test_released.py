"""The released form: seen by other tools without our tool, and each file needs no other."""

import re
from importlib.util import find_spec

import pyoxigraph as ox
import pytest
import rdflib
from support.asserted import ROOT, facts, links, members, write
from support.published import VARIANTS, smallest_of_each_kind
from support.reasoners import hermit_on_file

from mlops_roles import load
from mlops_roles.cli.main import main
from mlops_roles.ontology.released import released
from mlops_roles.publishing.publishing_data import formats

BASE = "https://w3id.org/mlops-roles"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMES = {
    "roles": ("Role", "SimilarRole"),
    "tasks": ("Task",),
    "skills": ("Skill",),
    "tools": ("Tool",),
    "components": ("Component",),
    "principles": ("Principle",),
    "steps": ("Step",),
}
PLAIN = """
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?role WHERE { ?role a org:Role ; skos:prefLabel|skos:altLabel ?title }
"""
RDFLIB = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
FORMATS = {form.suffix: form.rdf for form in formats() if form.rdf}


@pytest.fixture(scope="module")
def whole(files):
    """The released ontology, as rdflib reads it."""
    return rdflib.Graph().parse(data=files["mlops-roles.ttl"], format="turtle")


@pytest.fixture(scope="module")
def said(files):
    """The statements of the released ontology, as text."""
    return {
        tuple(map(write, q.triple)) for q in ox.parse(files["mlops-roles.nt"], format=FORMATS["nt"])
    }


# seen by SKOS and ORG tools -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "notation"),
    [
        ("Site Reliability Engineer", ["R6"]),
        ("Principal Investigator", ["R1"]),
        ("MLOps Engineer", ["R6", "R7"]),
        ("ML Engineer", ["R7"]),
    ],
)
def test_a_plain_query_for_a_title_finds_its_role(whole, title, notation):
    bound = {"title": rdflib.Literal(title, lang="en")}
    roles = [row[0] for row in whole.query(PLAIN, initBindings=bound)]
    found = [str(o) for role in roles for o in whole.objects(role, rdflib.SKOS.notation)]
    assert sorted(found) == notation


def test_each_title_is_a_label_of_skos(said):
    titles = {
        (s, o)
        for p in ("mlops:primaryTitle", "mlops:counterpartTitle", "mlops:curatedTitle")
        for s, values in links(p).items()
        for o in values
    }
    assert len(titles) > 50
    labels = {(s, o) for s, p, o in said if p in ("skos:prefLabel", "skos:altLabel")}
    assert titles <= labels


@pytest.mark.parametrize("slug", SCHEMES)
def test_each_class_of_content_is_a_concept_scheme(said, slug):
    scheme = f"scheme:{slug}"
    concepts = {c for cls in SCHEMES[slug] for c in members(f"mlops:{cls}")}
    assert {s for s, p, o in said if p == "skos:inScheme" and o == scheme} == concepts
    assert all((c, "rdf:type", "skos:Concept") in said for c in concepts)
    top = {c for c in concepts if c not in links("skos:broader")}
    assert {s for s, p, o in said if p == "skos:topConceptOf" and o == scheme} == top
    assert {o for s, p, o in said if p == "skos:hasTopConcept" and s == scheme} == top
    assert top


@pytest.mark.parametrize("name", ["mlops-roles", "mlops-roles-aligned"])
@pytest.mark.parametrize("path", sorted((ROOT / "queries" / "quality").glob("skos-*.rq")), ids=str)
def test_a_published_file_keeps_an_integrity_condition_of_skos(files, path, name):
    store = ox.Store()
    store.load(files[f"{name}.nt"], format=FORMATS["nt"])
    assert [tuple(map(str, row)) for row in store.query(path.read_text("utf-8"))] == []


def test_all_integrity_conditions_of_skos_are_there():
    names = {path.stem for path in (ROOT / "queries" / "quality").glob("skos-*.rq")}
    assert names == {"skos-s9", "skos-s13", "skos-s14", "skos-s27", "skos-s37", "skos-s46"}


def test_the_lexicon_of_titles_is_no_part_of_the_ontology(said, files):
    assert (f"<{BASE}>", "owl:imports", f"<{BASE}/titles>") not in facts()
    assert {s for s, _, _ in said if s.startswith("words:")} == set()
    assert b"words/grade" in files["modules/titles.nt"]


# sources --------------------------------------------------------------------------------------


def axioms_of(said):
    about = {}
    for s, p, o in said:
        about.setdefault(s, {}).setdefault(p, set()).add(o)
    parts = [f"owl:annotated{part}" for part in ("Source", "Property", "Target")]
    found = {}
    for values in about.values():
        if all(part in values for part in parts):
            key = tuple(next(iter(values[part])) for part in parts)
            found.setdefault(key, set()).update(values.get("dcterms:source", ()))
    return found


def test_every_statement_of_the_release_has_its_source_written_out(said, graph):
    from mlops_roles.ontology.catalogue import find_question

    annotated = axioms_of(said)
    expected = {}
    for *statement, source, _ in graph.query(find_question("source-of-statement").text):
        expected.setdefault(tuple(map(write, statement)), set()).add(write(source))
    wanted = {key: sources for key, sources in expected.items() if key in said}
    assert len(wanted) > 4000
    header = {key for key in wanted if key[0] == f"<{BASE}>"}
    assert {key for key, sources in wanted.items() if annotated.get(key) != sources} == header


def test_a_title_as_a_label_has_the_source_of_the_title(said):
    annotated = axioms_of(said)
    key = ("role:business-stakeholder", "skos:altLabel", '"Principal Investigator"@en')
    assert annotated[key] == {"source:mitre-roles-r1"}
    key = ("role:devops-engineer", "skos:altLabel", '"Site Reliability Engineer"@en')
    assert annotated[key] == {"source:curation"}


# files that need no other -----------------------------------------------------------------------


def test_nothing_that_is_published_imports_anything(files):
    assert len(files) > 100
    imports = ox.NamedNode("http://www.w3.org/2002/07/owl#imports")
    names = [name for name in files if name.endswith(".nt")]
    assert [
        name
        for name in names
        if any(q.predicate == imports for q in ox.parse(files[name], format=FORMATS["nt"]))
    ] == []


def test_rdflib_reads_the_released_ontology(files, whole):
    assert len(whole) == len(set(ox.parse(files["mlops-roles.ttl"], format=FORMATS["ttl"])))


def assert_rdflib_reads(files, names, suffix):
    for name in names:
        read = rdflib.Graph().parse(data=files[name], format=RDFLIB[suffix])
        assert len(read) == len(set(ox.parse(files[name], format=FORMATS[suffix]))), name
        assert bool(read) == (name != "context.jsonld"), name


@pytest.mark.parametrize("suffix", RDFLIB)
def test_rdflib_reads_a_published_file_of_each_kind(files, suffix):
    """The long run reads all."""
    names = smallest_of_each_kind(files, suffix)
    kinds = {name.partition("/")[0] for name in files if name.endswith(f".{suffix}")}
    assert {name.partition("/")[0] for name in names} == kinds - {f"{v}.{suffix}" for v in VARIANTS}
    assert_rdflib_reads(files, names, suffix)


@pytest.mark.long
@pytest.mark.parametrize("suffix", RDFLIB)
def test_rdflib_reads_every_published_file(files, suffix):
    names = [name for name in files if name.endswith(f".{suffix}")]
    assert len(names) > 20
    assert_rdflib_reads(files, names, suffix)


def classified(path):
    """(classes, those which HermiT finds empty) of a file that imports no other."""
    assert b"owl:imports" not in path.read_bytes()
    lines = hermit_on_file(path, "-c").splitlines()
    about_classes = [line for line in lines if line.startswith(("SubClassOf", "EquivalentCl"))]
    return len(about_classes), [line for line in about_classes if re.search("owl[:#]Nothing", line)]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name",
    [pytest.param("mlops-roles", marks=pytest.mark.long), "mlops-roles-aligned"],  # has both
)
def test_hermit_finds_a_published_ontology_consistent_without_another_file(files, name, tmp_path):
    path = tmp_path / "o.owl"
    path.write_bytes(files[f"{name}.rdf"])
    classes, empty = classified(path)
    assert classes > 20
    assert empty == []


@pytest.mark.thorough
@pytest.mark.skipif(not find_spec("owlready2"), reason="owlready2 is not installed")
def test_owlready2_loads_every_published_file_without_another(files, tmp_path):
    import owlready2

    names = [name for name in files if name.endswith(".rdf")]
    assert len(names) > 20
    for name in names:
        path = tmp_path / "o.owl"
        path.write_bytes(files[name])
        loaded = owlready2.World().get_ontology(path.as_uri()).load()
        assert loaded.imported_ontologies == [], name


@pytest.mark.parametrize(
    ("form", "inferred"),
    [
        ("ttl", []),
        pytest.param("ttl", ["--inferred"], marks=pytest.mark.thorough),
        ("nt", ["--inferred", "--sources"]),
        *(
            pytest.param(form, ["--inferred", "--sources"], marks=pytest.mark.thorough)
            for form in ("ttl", "rdfxml", "jsonld")
        ),
    ],
    ids=str,
)
def test_an_export_needs_no_other_file_in_any_format(form, inferred, tmp_path):
    path = tmp_path / "export"
    added = ["--with", str(ROOT / "examples" / "acme.ttl")]
    assert main(["export", "--format", form, *inferred, *added, "--output", str(path)]) == 0
    suffix = {"rdfxml": "rdf"}.get(form, form)
    read = {tuple(map(write, q.triple)) for q in ox.parse(path=path, format=FORMATS[suffix])}
    assert "owl:imports" not in {p for _, p, _ in read}
    assert [s for s, p, o in read if (p, o) == ("rdf:type", "owl:Ontology")] == [f"<{BASE}>"]
    assert "owl:annotatedSource" in {p for _, p, _ in read}
    assert ("skos:altLabel", '"Site Reliability Engineer"@en') in {(p, o) for _, p, o in read}


@pytest.mark.long  # the usual run has HermiT judge the release, and companies' roles on their own
def test_hermit_finds_an_export_with_a_companys_roles_consistent(tmp_path):
    path = tmp_path / "export.owl"
    added = ["--with", str(ROOT / "examples" / "acme.ttl")]
    argv = ["export", "--format", "rdfxml", "--inferred", *added, "--output", str(path)]
    assert main(argv) == 0
    assert classified(path)[1] == []


def test_an_import_that_is_not_loaded_is_named(tmp_path, capsys):
    path = tmp_path / "own.ttl"
    path.write_text(
        "<https://acme.example/o> a <http://www.w3.org/2002/07/owl#Ontology> ; "
        f"<http://www.w3.org/2002/07/owl#imports> <{BASE}> , <https://other.example/o> ."
    )
    assert main(["export", "--with", str(path), "--output", str(tmp_path / "out.ttl")]) == 0
    assert capsys.readouterr().err.count("https://other.example/o") == 1
    assert "imports" not in (tmp_path / "out.ttl").read_text()


def test_a_companys_title_is_a_label_too(tmp_path):
    path = tmp_path / "own.ttl"
    path.write_text(f"<{BASE}/role/ml-engineer> <{BASE}/ns#curatedTitle> 'Model Plumber'@en .")
    graph = load(path)
    label = ox.Triple(
        ox.NamedNode(f"{BASE}/role/ml-engineer"),
        ox.NamedNode(f"{SKOS}altLabel"),
        ox.Literal("Model Plumber", language="en"),
    )
    assert label in released(graph, inferred=False, sources=False)


# the front door -------------------------------------------------------------------------------


def test_each_file_of_the_ontology_has_the_version_and_names_what_it_needs(graph):
    versions, iris = links("owl:versionInfo"), links("owl:versionIRI")
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        name = path.stem
        header = f"<{BASE}>" if name == "mlops-roles" else f"<{BASE}/{name}>"
        suffix = "" if name == "mlops-roles" else f"/{name}"
        assert versions[header] == {f'"{graph.version}"'}, name
        assert iris[header] == {f"<{BASE}/{graph.version}{suffix}>"}, name
        assert name == "vocabulary" or links("owl:imports")[header], name


def test_the_description_has_a_profile_whose_artefacts_were_built(files, graph):
    void = rdflib.Graph().parse(data=files["void.ttl"], format="turtle")
    prof = rdflib.Namespace("http://www.w3.org/ns/dx/prof/")
    assert rdflib.URIRef(BASE) in set(void.subjects(rdflib.RDF.type, prof.Profile))
    artefacts = {str(o) for o in void.objects(None, prof.hasArtifact)}
    assert len(artefacts) == 7
    for iri in artefacts - {f"{BASE}/{graph.version}/index.html"}:
        assert iri.removeprefix(f"{BASE}/{graph.version}/") in files, iri
    assert b"<svg" in files["logo.svg"]


def test_the_changes_since_the_last_release_are_data(files):
    changes = rdflib.Graph().parse(data=files["changes.ttl"], format="turtle")
    cs = rdflib.Namespace("http://purl.org/vocab/changeset/schema#")
    kinds = {}
    for node in changes.subjects(rdflib.RDF.type, cs.ChangeSet):
        subject = str(changes.value(node, cs.subjectOfChange))
        kinds[subject] = str(changes.value(node, rdflib.DCTERMS.type))
        assert str(changes.value(node, cs.changeReason)).strip()
    assert kinds[f"{BASE}/ns#defaultSource"] == "added"
    assert kinds[f"{BASE}/ns#title"] == "changed"
    assert f"{BASE}/ns#incorporates" not in kinds or kinds[f"{BASE}/ns#incorporates"] == "changed"
    assert f"{BASE}/source/curation" not in kinds
