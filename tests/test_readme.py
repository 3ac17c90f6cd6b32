"""The sessions of the README and of `docs/` are run: each command prints what the page says, '…' standing for any lines."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def session() -> list[tuple[str, str]]:
    """(command, promised output) of every `$ …` line in a console block."""
    blocks = [
        block
        for page in PAGES
        for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.S)
    ]
    return [
        (c, out)
        for block in blocks
        for c, out in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)
    ]


def fits(promised: str, printed: str) -> bool:
    """Whether the output is as promised; a line with '…' alone stands for any number of lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == "…" else re.escape(line)
        for line in promised.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None


def test_the_readme_has_a_session():
    assert len(session()) >= 8


@pytest.mark.parametrize(("command", "promised"), session(), ids=[c for c, _ in session()])
def test_a_command_prints_what_the_readme_promises(command, promised):
    assert promised.strip() not in ("", "…"), "the README promises nothing of this command"
    run = subprocess.run(
        [sys.executable, "-m", "mlops_roles", *__import__("shlex").split(command)[1:]],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    assert fits(promised, run.stdout)


def test_a_wrong_output_would_be_noticed():
    assert not fits("one\n…\nthree\n", "one\ntwo\n")
    assert fits("one\n…\nthree\n", "one\ntwo\nthree\n")


def test_the_code_block_runs():
    code = re.search(r"```python\n(.*?)```", README, re.S)[1]
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "ML Engineer" in run.stdout
