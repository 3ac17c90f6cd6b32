"""Commands that write, when the system refuses: all of the output, or none."""

import subprocess
import sys

import pytest

from tests.reliability.writers import INPUT, WRITERS, write_input

resource = pytest.importorskip("resource", reason="needs limits of resources, as POSIX has")

START = [sys.executable, "-m", "mlops_roles"]
SAMPLE = [  # one of each way to write; tests/reliability/kills.py has a full disk for all
    *("ask", "ask --store", "build", "certify", "import", "link --update", "reason"),
    *("resolve --accept", "audit --save-mapping"),
]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with input, the current one."""
    monkeypatch.chdir(tmp_path)
    write_input(tmp_path)
    return tmp_path


def run(arguments, **limits):
    """Run a command with limits of resources, such as FSIZE=100."""

    def limit():
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))

    return subprocess.run(
        [*START, *arguments], capture_output=True, text=True, check=False, preexec_fn=limit
    )


def files(place):
    """All files in a folder, but for the input and what an engine locks."""
    found = (path for path in place.rglob("*") if path.is_file() and path.name not in INPUT)
    return sorted(str(path.relative_to(place)) for path in found)


def assert_refused(done):
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "unforeseen" not in done.stderr


@pytest.mark.parametrize("name", SAMPLE)
def test_a_full_disk_is_one_line_and_leaves_nothing(name, place):
    assert_refused(run(WRITERS[name].arguments, FSIZE=0))
    assert files(place) == []


def test_a_full_cache_only_takes_time(place, monkeypatch):
    for cache in ("cache", "/proc/nowhere"):
        monkeypatch.setenv("MLOPS_ROLES_CACHE", cache)
        done = run(["show", "R7", "--with", "data.ttl"], FSIZE=0)
        assert (done.returncode, done.stderr) == (0, "")
    assert files(place) == []


@pytest.mark.parametrize("number", [6, 10, 20])
def test_too_few_descriptors_are_one_line(number, place):
    done = run(WRITERS["ask --store"].arguments, NOFILE=number)
    assert_refused(done)
    assert files(place) == []


@pytest.mark.parametrize("option", ["--output", "--store"])
def test_a_folder_that_cannot_be_written_is_named(option, place):
    done = run(["ask", "roles", option, "/proc/nowhere"])
    assert_refused(done)
    assert "/proc/nowhere" in done.stderr


def test_two_processes_that_write_the_same_file_leave_one_whole_answer(place):
    questions = ("source-of-statement", "roles")
    commands = [[*START, "ask", name, "--output", "out"] for name in questions]
    right = set()
    for command in commands:
        subprocess.run(command, check=True)
        right.add((place / "out").read_bytes())
    for process in [subprocess.Popen(command) for command in commands]:
        assert process.wait() == 0
    assert (place / "out").read_bytes() in right
    assert files(place) == ["out"]
