"""Completion: what can be written next, in the program and in three shells in a terminal."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlops_roles.cli.completing import FILES, candidates
from mlops_roles.cli.main import command_names, main

STARTS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(mlops-roles completion bash)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'autoload -Uz compinit; compinit -u -D; eval "$(mlops-roles completion zsh)"',
    ),
    "fish": (["fish", "--no-config", "-i"], "mlops-roles completion fish | source"),
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mlops-roles aud", ["audit"]),
        ("mlops-roles ask tasks-of-r", [FILES, "tasks-of-role"]),
        ("mlops-roles ask tasks-of-role r", ["R1", "R2", "R3", "R4", "R5", "R6", "R7"]),
        ("mlops-roles ask tasks-of-role R7 ", ["performs", "manages", "ensures"]),
        ("mlops-roles ask tasks-of-role --how p", ["performs"]),
        ("mlops-roles ask tasks-of-role --how=p", ["--how=performs"]),
        ("mlops-roles show skill:sq", ["skill:sql"]),
        ("mlops-roles show R7 --with alignment:esc", [FILES, "alignment:esco"]),
        ("mlops-roles audit ", [FILES]),
        ("mlops-roles audit 'my sta", [FILES]),
        ("mlops-roles gap 'Ada Okafor' ml-e", ["ml-engineer"]),
        ("mlops-roles audit --format h", ["html"]),
        ("mlops-roles search --kind zo", ["zone"]),
        ("mlops-roles nothing ", []),
        ("mlops-roles ask no-such-question x", []),
        ("", command_names()),
    ],
)
def test_what_can_be_written_next(line, expected):
    assert candidates(line)[: len(expected)] == expected
    assert expected or candidates(line) == []


def test_every_question_and_option_is_offered():
    assert len(candidates("mlops-roles ask ")) > 90
    assert "--with" in candidates("mlops-roles show --")


@pytest.mark.parametrize("shell", STARTS)
def test_a_script_is_printed_for_each_shell(shell, capsys):
    assert main(["completion", shell]) == 0
    assert "mlops-roles completion --line" in capsys.readouterr().out


class Terminal:
    """A shell in a terminal, to which keys are sent."""

    def __init__(self, argv, folder):
        self.child, self.file = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.environ |= {"TERM": "xterm", "PS1": "READY> ", "COLUMNS": "100"}
            os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
            os.execvp(argv[0], argv)

    def send(self, keys, until, seconds=30):
        """Send keys, and read until a pattern shows; returns what showed."""
        os.write(self.file, keys.encode())
        shown, end = "", time.monotonic() + seconds
        while not re.search(until, shown):
            ready, _, _ = select.select([self.file], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"{until!r} did not show in {shown[-500:]!r}")
            data = os.read(self.file, 4096).decode("utf-8", "replace")
            shown += data
            if "\x1b[c" in data or "\x1b[0c" in data:  # fish asks what the terminal is
                os.write(self.file, b"\x1b[?62;c")
        return shown

    def close(self):
        os.close(self.file)
        os.kill(self.child, 9)
        os.waitpid(self.child, 0)


@pytest.mark.long
@pytest.mark.parametrize("shell", STARTS)
def test_a_tab_completes_in_a_terminal(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "staffing.csv").write_text("person\n")
    argv, start = STARTS[shell]
    terminal = Terminal(argv, tmp_path)
    try:
        terminal.send(f"{start}; echo STAR''TED2\n", "STARTED2")
        for typed, completed in (
            ("mlops-roles coher", "coherence"),
            ("mlops-roles ask tasks-of-r", "tasks-of-role"),
            ("mlops-roles audit staffi", r"ng\.csv"),
            ("mlops-roles show R7 --with alignment:esc", r"alignment\\?:esco"),
            ("mlops-roles show skill:sq", r"skill\\?:sql"),
        ):
            terminal.send(f"{typed}\t", completed)
            terminal.send("\x03", ".")
    finally:
        terminal.close()


def test_the_script_for_bash_is_valid(capsys):
    main(["completion", "bash"])
    subprocess.run(["bash", "-n"], input=capsys.readouterr().out, text=True, check=True)
