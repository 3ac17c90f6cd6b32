"""The verdict is a function of sets of skills; each law is checked on made-up rows."""

from hypothesis import given, settings
from hypothesis import strategies as st
from support.people import ROLES, SKILLS, TOOLS, evidence_rows, required_skills, skill_sets

from mlops_roles.analysis.verdict import verdict

sets = st.sets(st.sampled_from("abcdef"))


@given(required=sets, recorded=sets, lacking=sets, tools=sets, accept=st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_verdict_is_what_its_definition_says(required, recorded, lacking, tools, accept):
    recorded -= lacking
    answer = verdict(required, recorded, lacking, tools, accept)
    present = recorded | tools if accept else recorded
    assert (answer == "no") == bool(required & lacking)
    assert (answer == "yes") == (bool(required) and required <= present - lacking)
    if answer in ("likely", "unknown") and required:
        assert (answer == "likely") == (required <= recorded | tools)
    assert required or answer == "unknown"


WEAKER = {
    "yes": {"yes", "likely", "unknown"},
    "likely": {"likely", "unknown"},
    "unknown": {"unknown"},
    "no": {"no"},
}


@given(data=st.data(), role=st.sampled_from(ROLES), accept=st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_without_some_evidence_a_verdict_only_moves_towards_unknown(data, role, accept):
    row = data.draw(evidence_rows(role))
    before = verdict(required_skills(role), *skill_sets(**row), accept)
    column = data.draw(st.sampled_from([c for c in row if row[c]] or ["skills"]))
    gone = data.draw(st.integers(0, max(len(row[column]) - 1, 0)))
    after = verdict(
        required_skills(role),
        *skill_sets(**{**row, column: [n for i, n in enumerate(row[column]) if i != gone]}),
        accept,
    )
    # without the lack the evidence of tools counts; without tools it is unknown
    known = (
        {"no", "unknown", "yes" if accept else "likely"}
        if before == "no" and column == "lacks"
        else WEAKER[before]
    )
    assert after in known


@given(
    data=st.data(),
    role=st.sampled_from(ROLES),
    name=st.sampled_from([*SKILLS, *TOOLS]),
    accept=st.booleans(),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_with_more_evidence_a_verdict_only_moves_from_unknown(data, role, name, accept):
    row = data.draw(evidence_rows(role))
    if name in row["lacks"]:
        return
    before, after = (
        verdict(required_skills(role), *skill_sets(**r), accept)
        for r in (row, {**row, "skills": [*row["skills"], name]})
    )
    assert before in WEAKER[after]
