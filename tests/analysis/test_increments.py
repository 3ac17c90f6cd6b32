"""An audit of what has changed says what an audit of the whole file says."""

import json
import os
import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asserted import ROOT

from mlops_roles import InputError, audit, load
from mlops_roles.analysis import increments
from mlops_roles.analysis.increments import Kept, audit_since, cut
from mlops_roles.cli.main import main

OURS = ROOT / "examples" / "acme.ttl"
HEADER = "person,title,skills,lacks,role\n"
NAMES = st.sampled_from([f"P {n}" for n in range(12)]) | st.integers(0, 10**6).map(
    "Q {}".format
)  # few enough to come twice
TITLES = st.sampled_from(
    [
        "Data Engineer",
        "Senior Data Scientist",
        "MLOps Engineer",
        "Cook",
        "Product Owner",
        "",
        "Zookeeper",
        '"Cook, head"',
    ]
)
SKILLS = st.lists(
    st.sampled_from(
        ["SQL", "programming", "data quality", "Kubernetes", "juggling", "machine learning"]
    ),
    max_size=4,
).map("; ".join)
ROLES = st.sampled_from(["", "", "", "R3", "R4;R7", "ninja"])
ROWS = st.tuples(NAMES, TITLES, SKILLS, st.sampled_from(["", "", "SQL", "scripting"]), ROLES).map(
    ",".join
)
LINES = st.one_of(
    *[ROWS] * 12, st.sampled_from(["", ",Cook,,,", "P 1,Cook", "P 2,,,,,,", '"P 3",Cook,SQL,,'])
)
EDITS = st.tuples(
    st.sampled_from(["put", "take", "change", "move", "twice", "swap"]),
    st.floats(0, 1),
    st.floats(0, 1),
    LINES,
)


def edited(lines, kind, at, to, line):
    """The lines of a file after an edit at one place, and perhaps another, each told as a share of the file."""
    lines, at, to = list(lines), int(at * (len(lines) - 1)), int(to * (len(lines) - 1))
    if kind == "put":
        lines.insert(at, line)
    elif kind == "take" and len(lines) > 1:
        del lines[at]
    elif kind == "move":
        lines.insert(to, lines.pop(at))
    elif kind == "twice":
        lines[to:to] = lines[at : at + 20]
    elif kind == "swap":
        lines = lines[at:] + lines[:at]
    else:
        lines[at] = line
    return lines


def written(path, lines, end="\n"):
    path.write_bytes(
        (HEADER + "\n".join(lines) + "\n" * (len(lines) % 2)).replace("\n", end).encode()
    )
    return path


@pytest.fixture
def small(monkeypatch):
    """Blocks of few lines."""
    monkeypatch.setattr(increments, "LEAST", 128)
    monkeypatch.setattr(increments, "BLOCKS", 1 << 20)
    monkeypatch.setattr(increments, "MARK", 4)


@settings(
    max_examples=20,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(LINES, min_size=1, max_size=60),
    st.lists(EDITS, min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_changes_the_answer_is_that_of_the_whole_file(
    tmp_path_factory, small, lines, edits, end
):
    folder = tmp_path_factory.mktemp("since")
    for edit in [None, *edits]:
        lines = edited(lines, *edit) if edit else lines
        staff = written(folder / "staff.csv", lines, end)
        if all(not line.strip() for line in lines):
            with pytest.raises(InputError, match="no rows"):
                audit_since(staff, folder / "kept")
            continue
        assert audit_since(staff, folder / "kept").to_dict() == audit(staff).to_dict()


def people(count, seed=3):
    """Lines of a staff file, with somebody who stands there twice, far apart."""
    chance = random.Random(seed)
    lines = [
        f"Person {n},{chance.choice(['Data Engineer', 'Cook', 'MLOps Engineer'])},{chance.choice(['SQL', 'Kubernetes; SQL'])},,"
        for n in range(count)
    ]
    return [*lines[: count - 100], lines[1], *lines[count - 100 :], lines[count // 2]]


def anew(found):
    """How many rows were audited, and of how many."""
    return tuple(map(int, re.fullmatch(r"(\d+) of (\d+) rows", found.anew).groups()))


def test_only_what_changed_is_audited(tmp_path, small):
    lines = people(400)
    staff, kept = written(tmp_path / "staff.csv", lines), tmp_path / "kept"
    assert anew(audit_since(staff, kept)) == (402, 402)
    assert anew(audit_since(staff, kept)) == (0, 402)
    written(staff, [*lines[:200], "New,Cook,SQL,,", *lines[200:]])
    found = audit_since(staff, kept)
    assert 1 <= anew(found)[0] < 30
    assert found.to_dict() == audit(staff).to_dict()
    assert anew(audit_since(staff, kept)) == (0, 403)


def test_who_stood_twice_and_is_taken_out_above_counts_below(tmp_path, small):
    """The row far below did not change, but its block is audited anew."""
    lines = people(400)
    staff, kept = written(tmp_path / "staff.csv", lines), tmp_path / "kept"
    before = audit_since(staff, kept)
    assert [(r.line, r.reason) for r in before.rejected] == [
        (302, "the person stands already in line 3"),
        (403, "the person stands already in line 202"),
    ]
    written(staff, lines[:1] + lines[2:])
    found = audit_since(staff, kept)
    assert [(r.line, r.reason) for r in found.rejected] == [
        (402, "the person stands already in line 201")
    ]
    assert found.to_dict() == audit(staff).to_dict()
    assert anew(found)[0] < 60


@pytest.mark.parametrize("why", ["ontology", "column", "map"])
def test_what_was_counted_by_other_rules_is_not_taken_over(tmp_path, small, why):
    staff, kept = written(tmp_path / "staff.csv", people(50)), tmp_path / "kept"
    audit_since(staff, kept)
    options = (
        {"graph": load(OURS)}
        if why == "ontology"
        else {"mapping": {"unit": "title"}}
        if why == "map"
        else {}
    )
    if why == "column":
        staff.write_text(staff.read_text("utf-8").replace("lacks", "unit", 1), "utf-8")
    assert anew(audit_since(staff, kept, **options)) == (52, 52)


@pytest.mark.parametrize(
    "text",
    [
        HEADER + 'A,"Cook\nof soups",,,\nB,Cook,,,\n',
        HEADER + 'A,Cook,5" disk,,\nB,Cook,,,\n',
        '"person"\nA\n',
    ],
)
def test_a_file_whose_lines_are_no_rows_is_audited_whole(tmp_path, text):
    (staff := tmp_path / "staff.csv").write_text(text, "utf-8")
    found = audit_since(staff, tmp_path / "kept")
    assert found.anew.startswith("all rows, and nothing is kept")
    assert found.to_dict() == audit(staff).to_dict()
    assert not (tmp_path / "kept").exists()


def test_another_kind_of_file_is_audited_whole(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet

    pa.parquet.write_table(
        pa.table({"person": ["A"], "title": ["Cook"]}), tmp_path / "staff.parquet"
    )
    found = audit_since(tmp_path / "staff.parquet", tmp_path / "kept")
    assert found.anew.startswith("all rows, and nothing is kept")
    assert found.rows["used"] == 1


@pytest.mark.parametrize(
    "content", [b"person,title\nA,Cook\n", b"{}", b"mlops-roles audit --since 0\n{}\n"]
)
def test_a_file_that_is_none_of_ours_is_refused_and_left_alone(tmp_path, content):
    staff = written(tmp_path / "staff.csv", people(3))
    (kept := tmp_path / "kept").write_bytes(content)
    with pytest.raises(
        InputError, match="not kept by --since of this version; remove it, or name another file"
    ):
        audit_since(staff, kept)
    assert kept.read_bytes() == content


def test_a_damaged_file_is_refused_with_the_cure(tmp_path, small):
    staff, kept = written(tmp_path / "staff.csv", people(30)), tmp_path / "kept"
    audit_since(staff, kept)
    whole = kept.read_bytes()
    head = whole.index(b"\n") + 1
    for damaged in (
        whole[: len(whole) // 2],
        whole[:-1],
        whole + b"x",
        whole[:head] + b"[]\n",
        whole[:head] + b'{"blocks": 3}\n',
        whole[:head],
    ):
        kept.write_bytes(damaged)
        with pytest.raises(InputError, match="damaged; remove it"):
            audit_since(staff, kept)


def test_a_block_is_known_by_all_of_its_bytes_and_ends_with_a_line(small):
    """The last line of a file without a line break may go on when the file does."""
    data = HEADER.encode() + b"".join(f"Person {n},Cook,SQL,,\n".encode() for n in range(40))
    whole = list(cut(data[:-1], len(HEADER), Kept("", 128)))
    assert sum(block.size for block in whole) == len(data) - 1 - len(HEADER)
    for at, block in enumerate(whole):
        block.at = at
    again = list(cut(data[:-1] + b"; R7\n", len(HEADER), Kept("", 128, whole)))
    assert [block.at is None for block in again] == [False] * (len(whole) - 1) + [True]


def test_the_command_tells_what_it_audited_and_answers_as_without(tmp_path, capsys):
    staff, kept = str(ROOT / "examples" / "acme.csv"), str(tmp_path / "kept")
    assert main(["audit", staff, "--format", "json"]) == 1
    whole = capsys.readouterr().out
    for rows in (42, 0):
        assert main(["audit", staff, "--format", "json", "--since", kept]) == 1
        told = capsys.readouterr()
        assert (json.loads(told.out), told.err) == (
            json.loads(whole),
            f"audited anew: {rows} of 42 rows\n",
        )


def test_rows_per_person_are_not_to_be_had_of_what_was_counted_before(tmp_path, capsys):
    assert (
        main(
            [
                "audit",
                str(ROOT / "examples" / "acme.csv"),
                "--format",
                "csv",
                "--since",
                str(tmp_path / "kept"),
            ]
        )
        == 2
    )
    assert (
        "--since: csv shows single people; choose table, md, json or html"
        in capsys.readouterr().err
    )


def test_what_is_kept_does_not_tell_the_names_of_those_who_are_near_to_no_role(tmp_path):
    """Digests tell people apart; only who comes nearest to a role is named."""
    lines = [
        f"{name},Cook,{skills},," for name, skills in (("Very Secret", ""), ("Quite Near", "SQL"))
    ]
    audit_since(written(tmp_path / "staff.csv", lines), tmp_path / "kept")
    assert b"Quite Near" in (tmp_path / "kept").read_bytes()
    assert b"Secret" not in (tmp_path / "kept").read_bytes()
