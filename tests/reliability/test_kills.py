"""Commands that write are killed, a sample here; `python -m tests.reliability.kills` has all."""

import subprocess
import sys

import pytest
from support.asserted import ROOT

from mlops_roles.cli.main import build_parser, command_names
from mlops_roles.cli.paths import WRITTEN_ARGUMENTS
from tests.reliability.writers import WRITERS

SAMPLE = [  # one of each way to write
    *("ask", "ask --store", "build", "derive", "doctor --save", "resolve --accept"),
    *("link --apply", "gap --save-mapping", "the cache"),
]


def test_each_option_by_which_a_command_writes_is_tried():
    written = {
        name if argument == "output" else f"{name} --{argument.replace('_', '-')}"
        for name in command_names()
        for argument in {action.dest for action in build_parser(name)._actions}
        if argument in WRITTEN_ARGUMENTS
    }
    assert len(written) > 25
    assert written <= WRITERS.keys()


@pytest.mark.thorough
def test_a_kill_leaves_the_old_output_or_the_new_one_and_so_does_a_full_disk():
    command = [sys.executable, "-m", "tests.reliability.kills", *SAMPLE, "--kills", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split("\t")[:2] for line in done.stdout.splitlines()] == [
        [name, "2"] for name in SAMPLE
    ]
