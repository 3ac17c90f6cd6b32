"""`python -m mlops_roles` ends with the exit code of its command, and cleans up before."""

import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = """
import atexit
from mlops_roles import __main__ as entry

def main():
    atexit.register(print, "cleaned up")
    {end}

entry.main = main
entry.process()
"""


def run(*arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.parametrize(
    ("arguments", "code"), [(["show", "R7"], 0), (["show", "nobody"], 2), (["show"], 2)]
)
def test_the_exit_code_is_that_of_the_command(arguments, code):
    done = run("-m", "mlops_roles", *arguments)
    assert done.returncode == code
    assert bool(done.stdout) == (code == 0)
    assert bool(done.stderr) == (code != 0)


def test_an_audit_leaves_nothing_on_stderr_at_its_end(tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text("person,title,skills\nAnn,Data Engineer,SQL\n", encoding="utf-8")
    done = run("-m", "mlops_roles", "audit", str(staff))
    assert (done.returncode, done.stderr) == (0, "")


def test_what_a_command_registers_at_exit_is_run():
    done = run("-c", COMMAND.format(end="return 1"))
    assert (done.returncode, done.stdout, done.stderr) == (1, "cleaned up\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_disk_is_reported_once():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "mlops_roles", "show", "R7"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1


def test_an_unforeseen_error_is_one_line_and_exit_code_2():
    done = run("-c", COMMAND.format(end="raise RuntimeError('Ada Okafor')"))
    assert (done.returncode, done.stdout) == (2, "cleaned up\n")
    assert done.stderr.count("\n") == 1
    assert "unforeseen error, RuntimeError in __main__.py, line" in done.stderr
    assert "Okafor" not in done.stderr


def test_what_is_written_to_stderr_at_exit_is_shown():
    end = "import os; atexit.register(os.write, 2, b'late'); return 0"
    done = run("-c", COMMAND.format(end=end))
    assert (done.returncode, done.stdout, done.stderr) == (0, "cleaned up\n", "late")
