"""The published profiles, as plain pySHACL runs them on data alone."""

import subprocess
import sys

import pyshacl
import pytest
from rdflib import DCTERMS, OWL, SH, Graph, URIRef
from support.asserted import ROOT
from support.shacl import HEAD

from mlops_roles import check, load
from mlops_roles.cli.main import main
from mlops_roles.io.rdflib_bridge import to_rdflib
from mlops_roles.validation.profiles import profiles

ADA = (
    'ex:ada a foaf:Person ; foaf:name "Ada" ; mlops:jobTitle "ML Engineer" ; '
    "mlops:holdsRole role:ml-engineer ; mlops:hasSkill skill:sql ; mlops:usesTool tool:docker ; "
    "org:holds [ a org:Post ; org:role role:data-engineer ] "
)


@pytest.fixture(scope="module")
def people() -> Graph:
    return to_rdflib(profiles(load())["people"], {})


def results(people: Graph, data: str) -> set[str]:
    """The names of the shapes that plain pySHACL reports."""
    _, report, _ = pyshacl.validate(
        Graph().parse(data=HEAD + data, format="turtle"), shacl_graph=people
    )
    return {str(s).rpartition("/")[2] for s in report.objects(None, SH.sourceShape)}


def test_a_valid_person_has_no_result(people):
    assert results(people, f"{ADA} .") == set()


@pytest.mark.parametrize(
    ("mistake", "shape"),
    [
        ("; mlops:holdsRole role:ml-enginer .", "held-role-is-a-role"),
        ("; mlops:hasSkill skill:sqll .", "recorded-skill-is-known"),
        ("; mlops:usesTool skill:sql .", "used-tool-is-not-a-skill"),
        ("; a capability:ml-engineer .", "capability-of-a-person-is-inferred"),
        ("; mlops:needsSkill skill:sql .", "inferred-property-is-not-asserted"),
    ],
)
def test_a_mistake_is_a_result(mistake, shape, people):
    assert results(people, ADA + mistake) == {shape}


def test_each_profile_has_a_header():
    for name, statements in profiles(load()).items():
        graph = to_rdflib(statements, {})
        header = URIRef(f"https://w3id.org/mlops-roles/shapes/{name}")
        expected = {OWL.versionInfo, OWL.versionIRI, DCTERMS.requires}
        assert expected <= set(graph.predicates(header)), name
        assert list(graph.objects(None, SH.declare)), name
        texts = list(graph.objects(None, SH.select))
        assert not [t for t in texts if "$shapesGraph" in t], "plain pySHACL has no such graph"


def test_pyshacl_runs_the_profile_for_the_ontology():
    shapes = to_rdflib(profiles(load())["ontology"], {})
    data = "ex:kind a mlops:Role ; skos:prefLabel 'Kind'@en ; mlops:specialises ex:kind ."
    _, report, _ = pyshacl.validate(
        Graph().parse(data=HEAD + data, format="turtle"), shacl_graph=shapes
    )
    names = {str(shape).rpartition("/")[2] for shape in report.objects(None, SH.sourceShape)}
    assert "role-does-not-specialise-itself" in names


@pytest.mark.parametrize("name", ["people", "acme"])
def test_the_examples_get_what_check_finds(name, people):
    path = ROOT / "examples" / f"{name}.ttl"
    _, report, _ = pyshacl.validate(Graph().parse(path), shacl_graph=people)
    graph = load()
    found = sorted(graph.curie(str(s)) for s in report.objects(None, SH.sourceShape))
    assert found == sorted(f.shape for f in check(path).findings)


def test_the_command_writes_a_profile_that_plain_pyshacl_runs(tmp_path):
    shapes, data = tmp_path / "people.ttl", tmp_path / "data.ttl"
    assert main(["export", "--shapes", "people", "--output", str(shapes)]) == 0
    data.write_text(f"{HEAD}{ADA} .")
    run = [sys.executable, "-m", "pyshacl", "-s", str(shapes), str(data)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert "Conforms: True" in done.stdout, done
    data.write_text(f"{HEAD}{ADA} ; a capability:ml-engineer .")
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert "Remove the type" in done.stdout, done


def test_a_profile_knows_what_a_company_added(tmp_path):
    own = tmp_path / "acme.ttl"
    own.write_text(f"{HEAD}ex:rust a mlops:Skill .")
    added = to_rdflib(profiles(load(own))["people"], {})
    assert results(added, f"{ADA} ; mlops:hasSkill ex:rust .") == set()
    plain = to_rdflib(profiles(load())["people"], {})
    assert results(plain, f"{ADA} ; mlops:hasSkill ex:rust .") == {"recorded-skill-is-known"}
