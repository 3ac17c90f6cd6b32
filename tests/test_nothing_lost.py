"""What is interrupted leaves the old result or the new one, and nothing beside it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_roles import InputError
from mlops_roles.cli import main
from mlops_roles.files import replacing

EXAMPLE = Path(__file__).parents[1] / "examples" / "acme.csv"
posix = pytest.mark.skipif(os.name == "nt", reason="needs fork, kill and file locks, which this system has not")

# one process that forks writers and kills each of them at a moment of chance
KILLS = """
import hashlib, json, os, random, signal, sys, time
from pathlib import Path
import pyoxigraph as ox
from mlops_roles import graph
from mlops_roles.cli import emit

random.seed(7)
folder, audited = Path(sys.argv[1]), Path(sys.argv[2]).read_text("utf-8")
texts = [audited * 20, audited.replace("0.1.0", "9.9.9") * 30]
sets = [[ox.Triple(ox.NamedNode(f"urn:{k}:{i}"), ox.NamedNode("urn:p"), ox.Literal(i)) for i in range(n)] for k, n in (("a", 3000), ("b", 5000))]
whole = {hashlib.sha256(t.encode()).hexdigest() for t in texts} | {hashlib.sha256(ox.serialize(s, format=ox.RdfFormat.N_TRIPLES)).hexdigest() for s in sets}
report, cache = folder / "report.json", folder / "cache" / "closure.nt"
emit(texts[0], str(report))
graph._keep(cache, sets[0])
halves = orphans = changes = 0
last = {}
for _ in range(50):
    writer = os.fork()
    if writer == 0:
        for turn in range(10**9):
            emit(texts[turn % 2], str(report))
            graph._keep(cache, sets[turn % 2])
    time.sleep(random.uniform(0.001, 0.05))
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    for path in (report, cache):
        now = hashlib.sha256(path.read_bytes()).hexdigest()
        halves += now not in whole
        changes += last.get(path) != (written := path.stat().st_mtime_ns)
        last[path] = written
    orphans += len(list(folder.rglob("*.tmp")))
emit(texts[0], str(report))
graph._keep(cache, sets[0])
print(json.dumps({"halves": halves, "orphans": orphans, "changes": changes, "left": sorted(p.name for p in folder.rglob("*") if p.is_file())}))
"""


def run(code, *arguments):
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False)


@posix
def test_fifty_kills_leave_the_old_result_or_the_new_one_and_nothing_else(tmp_path):
    assert main(["audit", str(EXAMPLE), "--format", "json", "--output", str(tmp_path / "audited")]) == 1
    (tmp_path / "here").mkdir()
    done = run(KILLS, tmp_path / "here", tmp_path / "audited")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["halves"] == 0
    assert found["orphans"] > 10, "no kill hit a writer at work"
    assert found["changes"] > 10, "no writer came to its end"
    assert found["left"] == ["closure.nt", "report.json"]


FULL = """
import resource, sys
from mlops_roles.cli import main

resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
sys.exit(main(["audit", sys.argv[1], "--format", "json", "--output", sys.argv[2]]))
"""


@posix
def test_a_file_that_may_not_grow_leaves_the_old_report(tmp_path):
    (report := tmp_path / "report.json").write_text("old", encoding="utf-8")
    done = run(FULL, EXAMPLE, report)
    assert done.returncode == 2
    assert "cannot be written (OSError); check path, rights and space" in done.stderr
    assert done.stderr.count("\n") == 1
    assert report.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


@posix
def test_a_full_disk_leaves_the_old_report(tmp_path):
    (disk := tmp_path / "disk").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False).returncode == 0
    if not mounted:
        pytest.skip("a disk of 64 KiB cannot be mounted without the rights of root")
    try:
        (report := disk / "report.json").write_text("old", encoding="utf-8")
        with pytest.raises(InputError, match="cannot be written"), replacing(report) as file:
            file.write("new" * 100_000)
        assert report.read_text("utf-8") == "old"
        assert [p.name for p in disk.iterdir()] == ["report.json"]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_an_error_while_writing_leaves_the_old_file(tmp_path):
    (path := tmp_path / "a.txt").write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError), replacing(path) as file:
        file.write("new")
        raise RuntimeError
    assert path.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@posix
def test_a_file_that_is_being_written_is_no_orphan(tmp_path):
    with replacing(tmp_path / "first") as slow:
        slow.write("one")
        with replacing(tmp_path / "second") as quick:
            quick.write("two")
        slow.write(" and the rest")
    assert {p.name: p.read_text("utf-8") for p in tmp_path.iterdir()} == {"first": "one and the rest", "second": "two"}


@posix
def test_what_is_not_ours_stays(tmp_path):
    """Other people's temporary files, and traps that are called like ours: links, pipes, folders, files of others."""
    (tmp_path / "kept").write_text("x", encoding="utf-8")
    (tmp_path / "report.tmp").write_text("x", encoding="utf-8")
    (tmp_path / ".mlops-roles-link.tmp").symlink_to(tmp_path / "kept")
    os.link(tmp_path / "kept", tmp_path / ".mlops-roles-hard.tmp")
    os.mkfifo(tmp_path / ".mlops-roles-pipe.tmp")
    (tmp_path / ".mlops-roles-folder.tmp").mkdir()
    before = {p.name for p in tmp_path.iterdir()}
    (tmp_path / ".mlops-roles-dead.tmp").write_text("x", encoding="utf-8")
    with replacing(tmp_path / "new") as file:
        file.write("x")
    assert {p.name for p in tmp_path.iterdir()} == before | {"new"}


@posix
def test_what_another_user_may_have_left_stays(tmp_path):
    (path := tmp_path / ".mlops-roles-other.tmp").write_text("x", encoding="utf-8")
    try:
        os.chown(path, 12345, -1)
    except PermissionError:
        pytest.skip("a file cannot be given away without the rights of root")
    with replacing(tmp_path / "new") as file:
        file.write("x")
    assert path.exists()


@posix
def test_an_orphan_in_the_cache_is_removed_at_the_next_start(tmp_path, monkeypatch):
    from mlops_roles import load

    monkeypatch.setenv("MLOPS_ROLES_CACHE", str(tmp_path))
    example = EXAMPLE.with_suffix(".ttl")
    load(example)
    kept = {p.name for p in tmp_path.iterdir()}
    (tmp_path / ".mlops-roles-dead.tmp").write_text("x", encoding="utf-8")
    load(example)
    assert {p.name for p in tmp_path.iterdir()} == kept
    assert len(kept) == 1
