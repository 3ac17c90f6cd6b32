"""An interrupted write leaves the old file or the new one, and no temporary file for long."""

import json
import os
import subprocess
import sys

import pytest
from support.disks import small_disk

from mlops_roles import InputError
from mlops_roles.io.atomic import atomic_write

posix = pytest.mark.skipif(os.name == "nt", reason="needs fork, kill and file locks")

# one process that forks writers and kills each of them at a random moment
KILLS = """
import hashlib, json, os, random, signal, sys, time
from pathlib import Path
from mlops_roles.io.atomic import atomic_write

random.seed(7)
folder = Path(sys.argv[1])
contents = {
    "report.json": ["a line of a report\\n" * 10_000, "another line\\n" * 20_000],
    "closure.nt": [b"<urn:a> <urn:p> <urn:b> .\\n" * 10_000, b"<urn:c> a <urn:d> .\\n" * 9_000],
}


def write(turn):
    for name, versions in contents.items():
        content = versions[turn % 2]
        with atomic_write(folder / name, "wb" if isinstance(content, bytes) else "w") as file:
            for start in range(0, len(content), 50_000):
                file.write(content[start : start + 50_000])


whole = {c if isinstance(c, bytes) else c.encode() for cs in contents.values() for c in cs}
start = time.perf_counter()
write(0)
seconds = time.perf_counter() - start
halves = temporary = changes = 0
last = {}
for _ in range(50):
    writer = os.fork()
    if writer == 0:
        for turn in range(10**9):
            write(turn)
    time.sleep(random.uniform(0, 4 * seconds))
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    for name in contents:
        halves += (folder / name).read_bytes() not in whole
        written = (folder / name).stat().st_mtime_ns
        changes += last.get(name) != written
        last[name] = written
    temporary += len(list(folder.glob(".*.tmp")))
write(0)
left = sorted(path.name for path in folder.iterdir())
print(json.dumps({"halves": halves, "temporary": temporary, "changes": changes, "left": left}))
"""


def run(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@posix
def test_fifty_kills_leave_the_old_file_or_the_new_one_and_nothing_else(tmp_path):
    done = run(KILLS, tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["halves"] == 0
    assert found["temporary"] > 2, "no kill hit a writer at work"
    assert found["changes"] > 2, "no writer came to its end"
    assert found["left"] == ["closure.nt", "report.json"]


FULL = """
import resource, sys
from mlops_roles.cli.main import main

resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
sys.exit(main(["ask", "titles", "--format", "json", "--output", sys.argv[1]]))
"""


@posix
def test_a_file_that_may_not_grow_leaves_the_old_report(tmp_path):
    (report := tmp_path / "report.json").write_text("old", encoding="utf-8")
    done = run(FULL, report)
    assert done.returncode == 2
    assert "cannot be written (OSError); check path, rights and space" in done.stderr
    assert done.stderr.count("\n") == 1
    assert report.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


@posix
def test_a_full_disk_leaves_the_old_report(tmp_path):
    with small_disk(tmp_path / "disk", "64k") as disk:
        (report := disk / "report.json").write_text("old", encoding="utf-8")
        with pytest.raises(InputError, match="cannot be written"), atomic_write(report) as file:
            file.write("new" * 100_000)
        assert report.read_text("utf-8") == "old"
        assert [p.name for p in disk.iterdir()] == ["report.json"]


def test_an_error_while_writing_leaves_the_old_file(tmp_path):
    (path := tmp_path / "a.txt").write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError), atomic_write(path) as file:
        file.write("new")
        raise RuntimeError
    assert path.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@posix
def test_a_file_that_is_being_written_is_not_stale(tmp_path):
    with atomic_write(tmp_path / "first") as slow:
        slow.write("one")
        with atomic_write(tmp_path / "second") as quick:
            quick.write("two")
        slow.write(" and the rest")
    assert {p.name: p.read_text("utf-8") for p in tmp_path.iterdir()} == {
        "first": "one and the rest",
        "second": "two",
    }


@posix
def test_files_that_are_not_ours_stay(tmp_path):
    """Other people's temporary files, and links, pipes and folders with a name like ours."""
    (tmp_path / "kept").write_text("x", encoding="utf-8")
    (tmp_path / "report.tmp").write_text("x", encoding="utf-8")
    (tmp_path / ".mlops-roles-link.tmp").symlink_to(tmp_path / "kept")
    os.link(tmp_path / "kept", tmp_path / ".mlops-roles-hard.tmp")
    os.mkfifo(tmp_path / ".mlops-roles-pipe.tmp")
    (tmp_path / ".mlops-roles-folder.tmp").mkdir()
    before = {p.name for p in tmp_path.iterdir()}
    (tmp_path / ".mlops-roles-dead.tmp").write_text("x", encoding="utf-8")
    with atomic_write(tmp_path / "new") as file:
        file.write("x")
    assert {p.name for p in tmp_path.iterdir()} == before | {"new"}


@posix
def test_files_of_another_user_stay(tmp_path):
    (path := tmp_path / ".mlops-roles-other.tmp").write_text("x", encoding="utf-8")
    try:
        os.chown(path, 12345, -1)
    except PermissionError:
        pytest.skip("a file cannot be given away without the rights of root")
    with atomic_write(tmp_path / "new") as file:
        file.write("x")
    assert path.exists()
