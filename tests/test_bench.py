"""The benchmark runs: on a few people all stacks give the same answers. No time is asserted."""

import json
import random
import subprocess
import sys

import pytest
from support.asserted import ROOT


def bench(folder, *arguments, script="run.py"):
    return subprocess.run(
        [sys.executable, ROOT / "bench" / script, *arguments, "--output", folder],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_both_give_the_same_answers_and_the_results_are_written(tmp_path):
    done = bench(tmp_path, "--people", "60", "--runs", "1")
    assert done.returncode == 0, done.stderr[-2000:]
    told = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert {
        line.split(" | ")[1]
        for line in told.splitlines()
        if line.startswith("| 60 | ") and line.count("|") == 8
    } == {"audit csv", "audit parquet", "audit nt", "ask nt", "ask nt, on disk", "check nt"}
    assert (tmp_path / "cost.svg").stat().st_size > 1000


@pytest.mark.long
def test_the_long_form_in_sql_gives_the_same_answers(tmp_path):
    sizes = ("--people", "100", "300", "--frameworks", "20,100,80", "30,120,90")
    done = bench(tmp_path, *sizes, "--runs", "1", script="sizes.py")
    assert done.returncode == 0, done.stderr[-2000:]
    table = (tmp_path / "SIZES.md").read_text("utf-8")
    assert table.count("| long form |") == table.count("| ours |") == 4
    assert (tmp_path / "sizes.svg").stat().st_size > 1000


@pytest.mark.parametrize("part", ["skills", "able", "nearest"])
def test_a_difference_from_the_long_form_is_an_error(part, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "bench")
    import sizes

    ours = {
        "skills": {"sql": {"people": 2, "lacking": 1}},
        "roles": {"clown": {"able": 1}},
        "nearest": {"clown": [{"person": "Ann", "recorded": 1}]},
    }
    peer = {"skills": {"sql": [2, 1]}, "able": {"clown": 1}, "nearest": {"clown": [["Ann", 1]]}}
    sizes.compare(ours, peer)
    other = {"skills": {"sql": [3, 1]}, "able": {}, "nearest": {"clown": [["Bob", 1]]}}
    with pytest.raises(SystemExit, match="not the same"):
        sizes.compare(ours, peer | {part: other[part]})


def test_people_by_occupation_have_most_skills_of_their_role_and_few_of_another(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "bench")
    import make_staff

    needs = {f"role {n}": range(100 * n, 100 * n + 20) for n in range(5)}
    found = [*make_staff.by_occupation(200, needs, random.Random(1))]
    assert {role for role, _ in found} == {*needs}
    for role, skills in found:
        own = {*skills} & {*needs[role]}
        assert 12 <= len(own) <= 18
        assert 1 <= len(skills) - len(own) <= 5
        assert sum(bool({*skills} & {*of}) for of in needs.values()) == 2


def test_a_difference_ends_it(tmp_path):
    code = "import sys; sys.path.insert(0, 'bench'); import run; run.same([1], [2], 'rows')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 1
    assert "not the same: rows" in done.stderr


@pytest.mark.long
def test_the_endpoints_are_compared_and_the_results_written(tmp_path):
    few = ("--servers", "ours", "oxigraph", "--questions", "roles", "tasks-of-role")
    load = ("--clients", "4", "--seconds", "1")
    done = bench(tmp_path, *few, *load, script="endpoint.py")
    assert done.returncode == 0, done.stderr[-2000:]
    table = (tmp_path / "ENDPOINT.md").read_text("utf-8")
    assert "2 questions" in table
    assert table.count("| ours |") == table.count("| oxigraph |") == 2
    assert "left out" not in table


def test_endpoints_differ_by_rows_and_not_by_how_a_value_is_written(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "bench")
    import endpoint

    def rows(*values):
        bindings = [{"x": {"type": "literal", **value}} for value in values]
        return endpoint.rows_of(json.dumps({"results": {"bindings": bindings}}))

    xsd = "http://www.w3.org/2001/XMLSchema#"
    one = {"value": "1.0", "datatype": f"{xsd}decimal"}
    assert rows(one) == rows({"value": "1", "datatype": f"{xsd}integer"})
    assert rows({"value": "a"}) == rows({"value": "a", "datatype": f"{xsd}string"})
    assert rows({"value": "a"}) != rows({"value": "a", "xml:lang": "en"})
    assert rows(one) != rows(one, one)
