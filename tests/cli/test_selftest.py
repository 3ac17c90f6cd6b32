"""`selftest` passes on a whole installation, and names what is wrong with another."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from support.asserted import ROOT

from mlops_roles.cli.commands import selftest
from mlops_roles.cli.main import main


@pytest.mark.long
def test_a_whole_installation_passes(capsys):
    assert main(["selftest", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == len(selftest.TESTS) >= 7
    assert {row["result"] for row in rows} == {"passed"}


@pytest.mark.parametrize("error", [ValueError("broken"), AssertionError()])
def test_a_failure_and_an_exception_are_findings(error, monkeypatch, capsys):
    def finds(folder):
        """The disk is whole."""
        yield from (f"part {n}" for n in range(4))

    def raises(folder):
        """The disk can be read."""
        raise error
        yield

    monkeypatch.setattr(selftest, "TESTS", (finds, raises, selftest.TESTS[0]))
    assert main(["selftest", "--format", "json"]) == 1
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert [row["result"] for row in rows] == ["failed", "failed", "passed"]
    assert rows[0]["wrong"] == "part 0; part 1; part 2 and 1 more"
    assert rows[1]["test"] == "The disk can be read"
    assert type(error).__name__ in rows[1]["wrong"]
    assert "1 of 3 tests passed; content sha256:" in err


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "old", "new", "test"),
    [
        ("queries/roles.rq", "expect: ?role = role:m", "never: ?role = role:m", "question"),
        (
            "ontology/closure.nt",
            "<https://w3id.org/mlops-roles/role/ml-engineer>",
            "_:b",
            "closure",
        ),
        ("ontology/tasks.ttl", " mlops:requiresSkill", " rdfs:seeAlso", "closure"),
        ("shapes/role.ttl", "sh:minCount 1", "sh:minCount 0", "mistake"),
    ],
)
def test_a_changed_installation_fails(file, old, new, test, tmp_path):
    """The package with its folders, copied, and started in a process of its own."""
    for folder in (*selftest.FOLDERS, "src"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    text = (tmp_path / file).read_text("utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mlops_roles", "selftest", "--format", "jsonl"],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    failed = [row for row in map(json.loads, done.stdout.splitlines()) if row["wrong"]]
    assert any(test in row["test"] for row in failed), failed
