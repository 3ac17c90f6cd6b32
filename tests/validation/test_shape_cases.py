"""What a shape must find, and must not, beside the mistake that it carries."""

import pytest
from support.shape_cases import cases, changed, findings, own_shape, whole_ontology


def test_cases_are_found():
    assert len(cases()) > 60
    assert {case["fires"] for case in cases()} == {"yes", "no"}


@pytest.mark.parametrize("case", cases(), ids=lambda c: f"{c['shape']} {c['removed'] or c['data']}")
def test_a_shape_fires_exactly_where_it_should(case):
    shape = own_shape(case["shape"])
    more = findings(shape, case["data"], case["removed"]) - findings(shape)
    assert bool(more) == (case["fires"] == "yes"), more


def test_the_ontology_is_put_back():
    before = len(whole_ontology().store)
    with changed("<urn:a> a <urn:b> .", "<https://w3id.org/mlops-roles> owl:versionInfo") as data:
        assert len(data.store) == before
    assert len(whole_ontology().store) == before
