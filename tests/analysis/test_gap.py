"""Gaps and nearest roles, against brute force and the asserted statements."""

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asserted import links
from support.people import (
    ACME,
    ROLES,
    SKILLS,
    evidence_rows,
    required_skills,
    skill_sets,
    write_person,
)

from mlops_roles import Records, gap, nearest_roles
from mlops_roles.analysis.verdict import verdict
from mlops_roles.cli import main

FEW = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def acme():
    return Records(ACME)


@given(
    data=st.data(),
    role=st.sampled_from([r for r in ROLES if len(required_skills(r)) <= 9]),
    accept=st.booleans(),
)
@FEW
def test_a_gap_is_the_smallest_set_by_brute_force(data, role, accept, tmp_path):
    row = data.draw(evidence_rows(role))
    recorded, lacking, tools = skill_sets(**row)
    found = gap("Ada Okafor", role, write_person(tmp_path, row), accept_tools=accept)
    turning = (
        set(chosen)
        for size in range(len(required_skills(role)) + 1)
        for chosen in combinations(sorted(required_skills(role)), size)
        if verdict(
            required_skills(role), recorded | set(chosen), lacking - set(chosen), tools, accept
        )
        == "yes"
    )
    assert set(found.missing) == next(turning)
    assert {s for s, do in found.missing.items() if do == "learn"} == required_skills(
        role
    ) & lacking
    assert all(s in tools for s, do in found.missing.items() if do == "confirm")
    assert {s for skills in found.demands.values() for s in skills} == set(found.missing)


@given(data=st.data())
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_roles_are_ranked_by_the_share_that_is_recorded(data, tmp_path):
    row = data.draw(evidence_rows(data.draw(st.sampled_from(ROLES))))
    path = write_person(tmp_path, row)
    recorded, lacking, tools = skill_sets(**row)
    shares = {
        role: (
            len(needs & recorded - lacking) / len(needs),
            len(needs & tools - recorded - lacking) / len(needs),
        )
        for role in ROLES
        for needs in [set(required_skills(role))]
    }
    found = [shares[gap.role] for gap in nearest_roles("Ada Okafor", path)]
    assert len(found) == len(ROLES)
    assert found == sorted(shares.values(), reverse=True)


def test_a_role_without_any_evidence_is_never_the_nearest(tmp_path):
    """One of many skills is nearer than none of few."""
    wanted = {role: len(required_skills(role)) for role in ROLES}
    label = next(
        label
        for label, slug in SKILLS.items()
        if slug in required_skills("devops-engineer")
        and sum(slug in required_skills(r) for r in ROLES) == 2
    )
    found = nearest_roles(
        "Ada Okafor", write_person(tmp_path, {"skills": [label], "lacks": [], "assessed": []})
    )
    assert found[0].role == "devops-engineer"
    assert len(found[0].missing) > min(wanted.values())


def test_a_gap_names_the_role_and_task_that_demand_a_skill(acme):
    found = gap("Ben Lindqvist", "R7", acme)
    assert {role for role, _ in found.demands} > {
        part.partition(":")[2] for part in links("mlops:incorporates")["role:ml-engineer"]
    }
    for (role, task), skills in found.demands.items():
        asserted = links("mlops:requiresSkill")[f"task:{task}" if task else f"role:{role}"]
        assert {f"skill:{skill}" for skill in skills} <= asserted
        assert not task or f"task:{task}" in links("mlops:performs")[f"role:{role}"]


def test_a_similar_role_gets_the_role_that_it_is_similar_to(acme, capsys):
    assert main.main(["gap", "Ada Okafor", "product-owner", "--staff", str(ACME)]) == 2
    assert "business-stakeholder" in capsys.readouterr().err
