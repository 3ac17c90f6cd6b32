"""The benchmark runs: on a few people all stacks give the same answers. No time is asserted."""

import subprocess
import sys

import pytest
from support.asserted import ROOT


def bench(folder, *arguments):
    return subprocess.run(
        [sys.executable, ROOT / "bench" / "run.py", *arguments, "--output", folder],
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
    } == {
        "audit csv",
        "audit parquet",
        "audit nt",
        "ask nt",
        "ask nt, on disk",
        "check nt",
    }
    assert (tmp_path / "cost.svg").stat().st_size > 1000


def test_a_difference_ends_it(tmp_path):
    code = "import sys; sys.path.insert(0, 'bench'); import run; run.same([1], [2], 'rows')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 1
    assert "not the same: rows" in done.stderr
