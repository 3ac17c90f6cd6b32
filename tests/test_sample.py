"""A sample has every kind of its cases, and what it leaves out is in the long run."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st
from support.asserted import ROOT
from support.sample import sample, sampled

CASES = st.lists(st.frozensets(st.integers(0, 5), min_size=1), max_size=12)


@settings(deadline=None)
@given(CASES)
def test_a_sample_has_every_kind_and_no_case_without_a_new_one(cases):
    chosen = sample(cases, lambda case: case)
    assert frozenset().union(*chosen) == frozenset().union(*cases)
    assert len(chosen) <= 6
    assert all(case - frozenset().union(*chosen[:n]) for n, case in enumerate(chosen))


@settings(deadline=None)
@given(CASES)
def test_what_a_sample_leaves_out_is_in_the_long_run(cases):
    parameters = sampled(cases, lambda case: case)
    assert [p.values for p in parameters] == [(case,) for case in cases]
    usual = [p.values[0] for p in parameters if not p.marks]
    assert set(usual) == set(sample(cases, lambda case: case))
    assert {m.name for p in parameters for m in p.marks} <= {"long"}


def test_ci_runs_all_that_the_usual_run_leaves_out_but_the_long_tests():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]
    assert settings["ini_options"]["addopts"].endswith("-m 'not thorough and not long'")
    commands = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert "pytest -m 'thorough and not long'" in commands
