"""Completion: what can be written next, in the program and in three shells in a terminal."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

import pytest

from mlops_roles.cli.completing import FILES, candidates
from mlops_roles.cli.main import command_names, main

STARTS = {  # how a shell is started without its settings, and what it is told first
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(mlops-roles completion bash)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'autoload -Uz compinit; compinit -u -D; eval "$(mlops-roles completion zsh)"',
    ),
    "fish": (
        ["fish", "--no-config", "-i"],
        "function fish_prompt; echo -n 'READY> '; end; mlops-roles completion fish | source",
    ),
}
# a program in place of ours: it prints the arguments that the shell gives it
PROGRAM = """#!/bin/sh
[ "$1" = completion ] && exec {python} -m mlops_roles "$@"
printf 'GIVEN'; printf ' <%s>' "$@"; printf '\\n'
"""


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
            os.environ["PATH"] = f"{folder}/bin:{os.environ['PATH']}"
            os.execvp(argv[0], argv)

    def send(self, keys, until, seconds=60):
        """Send keys, and read until a pattern shows and the shell waits for the next line."""
        os.write(self.file, keys.encode())
        shown, end = "", time.monotonic() + seconds
        while not re.search(f"{until}.*READY> ", shown, re.DOTALL):
            ready, _, _ = select.select([self.file], [], [], max(0, end - time.monotonic()))
            assert ready, f"{until!r} did not show in {shown[-500:]!r}"
            data = os.read(self.file, 4096).decode("utf-8", "replace")
            shown += data
            if "\x1b[c" in data or "\x1b[0c" in data:  # fish asks what the terminal is
                os.write(self.file, b"\x1b[?62;c")

    def close(self):
        os.close(self.file)
        os.kill(self.child, 9)
        os.waitpid(self.child, 0)


@pytest.mark.long
@pytest.mark.parametrize("shell", STARTS)
def test_a_tab_completes_in_a_terminal(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "staffing of May.csv").write_text("person\n")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "mlops-roles"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    argv, start = STARTS[shell]
    terminal = Terminal(argv, tmp_path)
    try:
        terminal.send(f"{start}; echo STAR''TED\n", "STARTED")
        for typed, given in (
            ("coher", "<coherence>"),
            ("ask tasks-of-r", "<ask> <tasks-of-role>"),
            ("ask tasks-of-role R7 p", "<ask> <tasks-of-role> <R7> <performs>"),
            ("audit staffi", "<audit> <staffing of May.csv>"),
            ("audit 'staffing of", "<audit> <staffing of May.csv>"),
            ("audit --output=staffi", "<audit> <--output=staffing of May.csv>"),
            ("audit --outp", "<audit> <--output>"),
            ("show R7 --with alignment:esc", "<show> <R7> <--with> <alignment:esco>"),
            ("show skill:sq", "<show> <skill:sql>"),
        ):
            terminal.send(f"true; A=1 mlops-roles {typed}\t\n", f"GIVEN {given}")
    finally:
        terminal.close()


def test_the_script_for_bash_is_valid(capsys):
    main(["completion", "bash"])
    subprocess.run(["bash", "-n"], input=capsys.readouterr().out, text=True, check=True)
