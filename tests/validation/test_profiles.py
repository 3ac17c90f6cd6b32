"""The published profiles, as plain pySHACL runs them on data alone."""

import pyshacl
import pytest
from rdflib import OWL, SH, Graph, URIRef
from support.asserted import ROOT
from support.shacl import HEAD

from mlops_roles import check, load
from mlops_roles.validation.profiles import profiles

ADA = (
    'ex:ada a foaf:Person ; foaf:name "Ada" ; mlops:jobTitle "ML Engineer" ; '
    "mlops:holdsRole role:ml-engineer ; mlops:hasSkill skill:sql ; mlops:usesTool tool:docker ; "
    "org:holds [ a org:Post ; org:role role:data-engineer ] "
)


@pytest.fixture(scope="module")
def people() -> Graph:
    return Graph().parse(data=profiles(load())["people"], format="turtle")


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
    ],
)
def test_a_mistake_is_a_result(mistake, shape, people):
    assert results(people, ADA + mistake) == {shape}


def test_each_profile_has_a_header():
    for name, text in profiles(load()).items():
        graph = Graph().parse(data=text, format="turtle")
        header = URIRef(f"https://w3id.org/mlops-roles/shapes/{name}")
        assert {OWL.versionInfo, OWL.imports} <= set(graph.predicates(header)), name
        assert list(graph.objects(None, SH.declare)), name


@pytest.mark.parametrize("name", ["people", "acme"])
def test_the_examples_get_what_check_finds(name, people):
    path = ROOT / "examples" / f"{name}.ttl"
    _, report, _ = pyshacl.validate(Graph().parse(path), shacl_graph=people)
    graph = load()
    found = sorted(graph.curie(str(s)) for s in report.objects(None, SH.sourceShape))
    assert found == sorted(f.shape for f in check(path).findings)
