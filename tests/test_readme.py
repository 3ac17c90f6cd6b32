"""The sessions of README.md and docs/ are run: each command prints what its page shows.

A line with only '…' stands for any number of lines.
"""

import re
import shlex
import subprocess
import sys

import pytest
from support.asserted import ROOT

from mlops_roles.cli.main import main

README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def sessions():
    """(command, promised output) of every `$ …` line in a console block."""
    blocks = [
        block
        for page in PAGES
        for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.S)
    ]
    return [
        pair
        for block in blocks
        for pair in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)
    ]


def matches(promised, printed):
    """Whether the output is as promised."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == "…" else re.escape(line)
        for line in promised.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None


every_session = pytest.mark.parametrize(
    ("command", "promised"), sessions(), ids=[command for command, _ in sessions()]
)


def test_the_pages_have_sessions():
    assert len(sessions()) >= 12
    assert [command for command, _ in sessions() if not command.startswith("mlops-roles ")] == []


@every_session
def test_a_command_prints_what_its_page_shows(command, promised, capsys, monkeypatch):
    assert promised.strip() not in ("", "…"), "the page promises nothing of this command"
    monkeypatch.chdir(ROOT)
    code = main(shlex.split(command)[1:])
    printed = capsys.readouterr()
    assert code in (0, 1), printed.err
    assert matches(promised, printed.out), printed.out


def test_the_main_command_works_in_a_process_of_its_own():
    """The end of the README's first command is also one of its sessions."""
    command = re.search(r"^python3 -m venv .* && \.venv/bin/(mlops-roles .*)$", README, re.M)
    argv = shlex.split(command[1])
    run = subprocess.run(
        [sys.executable, "-m", "mlops_roles", *argv[1:]],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert matches(dict(sessions())[shlex.join(["mlops-roles", *argv[1:]])], run.stdout)


def test_a_wrong_output_is_noticed():
    assert not matches("one\n…\nthree\n", "one\ntwo\n")
    assert matches("one\n…\nthree\n", "one\ntwo\nthree\n")


def test_the_python_example_runs(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    exec(re.search(r"```python\n(.*?)```", README, re.S)[1], {})
    assert "ML Engineer" in capsys.readouterr().out


def test_the_readme_has_exactly_two_commands_that_install():
    """One installs and does the main job, one installs and runs the tests."""
    found = re.findall(r"(?m)^python3 -m venv .venv && .*$", README)
    used = [line.split(" && ")[-1].split()[0] for line in found]
    assert used == [".venv/bin/mlops-roles", ".venv/bin/pytest"]
