"""What is interrupted leaves the old result or the new one, and nothing beside it."""

import json
import os
import re
import shutil
import subprocess
import sys

import pyoxigraph as ox
import pytest
from support.asserted import ROOT

from mlops_roles import InputError, load
from mlops_roles.cli.main import main
from mlops_roles.io.atomic import atomic_write
from mlops_roles.ontology.store import open_or_build

EXAMPLE = ROOT / "examples" / "acme.csv"
posix = pytest.mark.skipif(
    os.name == "nt", reason="needs fork, kill and file locks, which this system has not"
)

# one process that forks writers and kills each of them at a moment of chance
KILLS = """
import hashlib, json, os, random, signal, sys, time
from pathlib import Path
import pyoxigraph as ox
from mlops_roles.ontology import graph
from mlops_roles.cli.main import write_output

random.seed(7)
folder, audited = Path(sys.argv[1]), Path(sys.argv[2]).read_text("utf-8")
texts = [audited * 20, audited.replace("0.1.0", "9.9.9") * 30]
sets = [[ox.Triple(ox.NamedNode(f"urn:{k}:{i}"), ox.NamedNode("urn:p"), ox.Literal(i)) for i in range(n)] for k, n in (("a", 3000), ("b", 5000))]
whole = {hashlib.sha256(t.encode()).hexdigest() for t in texts} | {hashlib.sha256(ox.serialize(s, format=ox.RdfFormat.N_TRIPLES)).hexdigest() for s in sets}
report, cache = folder / "report.json", folder / "cache" / "closure.nt"
write_output(texts[0], str(report))
graph._keep(cache, sets[0])
halves = orphans = changes = 0
last = {}
for _ in range(50):
    writer = os.fork()
    if writer == 0:
        for turn in range(10**9):
            write_output(texts[turn % 2], str(report))
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
write_output(texts[0], str(report))
graph._keep(cache, sets[0])
print(json.dumps({"halves": halves, "orphans": orphans, "changes": changes, "left": sorted(p.name for p in folder.rglob("*") if p.is_file())}))
"""


def run(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@posix
def test_fifty_kills_leave_the_old_result_or_the_new_one_and_nothing_else(tmp_path):
    assert (
        main(["audit", str(EXAMPLE), "--format", "json", "--output", str(tmp_path / "audited")])
        == 1
    )
    (tmp_path / "here").mkdir()
    done = run(KILLS, tmp_path / "here", tmp_path / "audited")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["halves"] == 0
    assert found["orphans"] > 10, "no kill hit a writer at work"
    assert found["changes"] > 10, "no writer came to its end"
    assert found["left"] == ["closure.nt", "report.json"]


# the same for the folder of a store; what is there is read by processes of their own, for the engine does not survive a fork
STORE_KILLS = """
import hashlib, json, os, random, re, signal, sys, time
from pathlib import Path
import pyoxigraph as ox
from mlops_roles import load

random.seed(7)
folder, data = Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]]


def apart(work):
    out, into = os.pipe()
    if (child := os.fork()) == 0:
        os.write(into, json.dumps(work()).encode())
        os._exit(0)
    os.close(into)
    with open(out) as said:
        text = said.read()
    os.waitpid(child, 0)
    return json.loads(text)


def keep(path):
    start = time.perf_counter()
    load(data=[path], store=folder)
    return time.perf_counter() - start


def content(store):  # blank nodes have other names each time
    lines = sorted(str(quad) for quad in store if "_:" not in str(quad))
    return [len(store), hashlib.sha256("".join(lines).encode()).hexdigest()]


def names(pattern):
    return sorted(path.name for path in folder.iterdir() if re.fullmatch(pattern, path.name))


def there():
    return {name: content(ox.Store.read_only(str(folder / name / "store"))) for name in names("[0-9a-f]{32}")}


whole, seconds = {}, []
for path in data:
    seconds.append(apart(lambda: keep(path)))
    whole |= apart(there)
assert len(whole) == len(data) == 2
broken = halves = changes = 0
last = names("[0-9a-f]{32}")
for number in range(50):
    writer = os.fork()
    if writer == 0:
        for turn in range(number, 10**9):
            load(data=[data[turn % 2]], store=folder)
    time.sleep(random.uniform(0, 2 * min(seconds)))
    os.kill(writer, signal.SIGKILL)
    _, status = os.waitpid(writer, 0)
    found = apart(there)
    broken += not found or any(whole.get(name) != what for name, what in found.items()) or os.waitstatus_to_exitcode(status) != -signal.SIGKILL
    halves += bool(names("[.]loading-.*"))
    changes += last != (last := names("[0-9a-f]{32}"))
(folder / ".mlops-roles-dead.tmp").touch()
(folder / ".loading-.mlops-roles-dead.tmp").mkdir()
apart(lambda: keep(data[0]))
apart(lambda: keep(data[0]))
print(json.dumps({"broken": broken, "halves": halves, "changes": changes, "left": list(apart(there)), "beside": names("[.].*")}))
"""


def some_data(folder, name, count):
    path = folder / f"{name}.nt"
    path.write_text(
        "".join(f'<urn:{name}:{n}> <urn:p> "{n}" .\n' for n in range(count)), encoding="utf-8"
    )
    return path


def content(data, folder):
    """How many statements there are in a store, and which of them are of the data; read before the store goes away."""
    store = load(data=[data], store=folder).store
    return len(store), sorted(str(quad) for quad in store if str(quad.subject).startswith("<urn:"))


@posix
def test_fifty_kills_leave_the_old_store_or_the_new_one_and_nothing_else(tmp_path):
    done = run(
        STORE_KILLS,
        tmp_path / "store",
        some_data(tmp_path, "a", 3000),
        some_data(tmp_path, "b", 2000),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["broken"] == 0, done.stderr
    assert found["halves"] > 10, "no kill hit a load at work"
    assert found["changes"] > 3, "no load came to its end"
    assert len(found["left"]) == 1
    assert found["beside"] == []


def test_a_kept_store_holds_what_the_same_files_hold_in_memory_and_is_made_anew_when_one_changes(
    tmp_path,
):
    data = some_data(tmp_path, "a", 10)
    fresh = load(data=[data]).store
    assert content(data, tmp_path / "store") == (
        len(fresh),
        sorted(str(quad) for quad in fresh if str(quad.subject).startswith("<urn:")),
    )
    kept = {path.name for path in (tmp_path / "store").iterdir()}
    assert content(data, tmp_path / "store")[0] == len(fresh)
    assert {path.name for path in (tmp_path / "store").iterdir()} == kept
    some_data(tmp_path, "a", 11)
    assert content(data, tmp_path / "store")[0] == len(fresh) + 1
    assert len(list((tmp_path / "store").iterdir())) == 1


def test_an_old_store_that_is_being_removed_is_never_taken_for_a_whole_one(tmp_path, monkeypatch):
    one, other = some_data(tmp_path, "a", 10), some_data(tmp_path, "b", 10)
    before = content(one, tmp_path / "store")

    def killed(path, **_):
        if (
            path / "prefixes.json"
        ).is_file():  # a store that was whole, not the place of one that got its name
            next((path / "store").glob("*.sst")).unlink()
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            load(data=[other], store=tmp_path / "store")
    assert content(one, tmp_path / "store") == before
    assert len(list((tmp_path / "store").iterdir())) == 1


@posix
@pytest.mark.parametrize(
    "left", ["nothing", "store/LOCK", "store/000032.log", "store/CURRENT", "prefixes.json"]
)
def test_the_half_of_a_dead_process_is_removed_in_whatever_state_it_is(left, tmp_path):
    data = some_data(tmp_path, "a", 10)
    before = content(data, tmp_path / "store")
    (whole,) = (tmp_path / "store").iterdir()
    (half := tmp_path / "store" / ".loading-.mlops-roles-dead.tmp" / left).parent.mkdir(
        parents=True
    )
    half.write_text("x", encoding="utf-8")
    (tmp_path / "store" / ".mlops-roles-dead.tmp").touch()
    assert content(data, tmp_path / "store") == before
    assert list((tmp_path / "store").iterdir()) == [whole]


@posix
def test_a_store_that_is_being_made_is_no_orphan(tmp_path):
    def fill(store):
        store.add(ox.Quad(*[ox.NamedNode("urn:quick")] * 3))
        return {}

    def fill_slowly(store):
        open_or_build(tmp_path, "b" * 32, fill)
        return fill(store)

    assert len(open_or_build(tmp_path, "a" * 32, fill_slowly)[0]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a" * 32]


@pytest.mark.parametrize("lost", ["prefixes.json", "store/CURRENT", "store/*.sst"])
def test_a_damaged_store_is_an_error_with_its_place_and_cure(lost, tmp_path):
    data = some_data(tmp_path, "a", 10)
    before = content(data, tmp_path / "store")
    (whole,) = (tmp_path / "store").iterdir()
    next(whole.glob(lost)).unlink()
    with pytest.raises(
        InputError,
        match=f"^{re.escape(str(whole))}: damaged; remove this folder, and it is made anew$",
    ):
        load(data=[data], store=tmp_path / "store")
    shutil.rmtree(whole)
    assert content(data, tmp_path / "store") == before


@posix
@pytest.mark.parametrize("room", [0, 1 << 10, 7 << 10])
def test_a_full_disk_leaves_the_old_store(room, tmp_path):
    """Full at once, in the ontology, or in the data."""
    old, new = some_data(tmp_path, "a", 10), some_data(tmp_path, "b", 40_000)
    (disk := tmp_path / "disk").mkdir()
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )
    if not mounted:
        pytest.skip("a disk of 64 MiB cannot be mounted without the rights of root")
    try:
        before = content(old, disk / "store")
        (whole,) = (disk / "store").iterdir()
        used = shutil.disk_usage(disk).used >> 10
        subprocess.run(["mount", "-o", f"remount,size={used + room}k", disk], check=True)
        with pytest.raises(InputError, match=r"check path, rights and space$"):
            load(data=[new], store=disk / "store")
        assert list((disk / "store").iterdir()) == [whole]
        assert content(old, disk / "store") == before
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)  # an open store may hold the disk


# an audit whose engine is short of memory, so that people lie on disk, and which then ends in one way or another
SPILLS = """
import os, signal, sys
from pathlib import Path
from mlops_roles import engines
from mlops_roles.__main__ import process
from mlops_roles.audits import Audit

starts, whole, way = engines.connect, Audit.to_dict, sys.argv[1]


def connect(*name):
    con = starts(*name)
    con.raw_sql("SET memory_limit = '50MB'")
    return con


def to_dict(audited):
    audited._engine.con.raw_sql("CREATE TEMP TABLE large AS SELECT range, md5(range::VARCHAR) FROM range(2_000_000)")
    sys.stderr.write(str(sum(path.stat().st_size for path in Path(os.environ["TMPDIR"]).rglob("*") if path.is_file())))
    sys.stderr.flush()
    if way == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(audited)


engines.connect, Audit.to_dict = connect, to_dict
sys.argv[1:] = ["audit", sys.argv[2], "--format", "json"]
process()
"""


@posix
@pytest.mark.parametrize(("way", "code"), [("ended", 1), ("killed", -9)])
def test_what_an_engine_writes_to_disk_goes_with_the_process_or_at_the_next_start(
    way, code, tmp_path
):
    here, scratch = tmp_path / "here", tmp_path / "scratch"
    here.mkdir()
    scratch.mkdir()
    how = {
        "cwd": here,
        "env": os.environ | {"TMPDIR": str(scratch)},
        "capture_output": True,
        "text": True,
    }
    done = subprocess.run([sys.executable, "-c", SPILLS, way, EXAMPLE], check=False, **how)
    assert done.returncode == code, done.stderr
    assert int(done.stderr) > 1 << 20, "nothing was written to disk"
    assert list(here.iterdir()) == []
    assert bool(list(scratch.iterdir())) == (way == "killed")
    assert (
        subprocess.run(
            [sys.executable, "-m", "mlops_roles", "audit", EXAMPLE], check=False, **how
        ).returncode
        == 1
    )
    assert list(scratch.iterdir()) == []


FULL = """
import resource, sys
from mlops_roles.cli.main import main

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
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )
    if not mounted:
        pytest.skip("a disk of 64 KiB cannot be mounted without the rights of root")
    try:
        (report := disk / "report.json").write_text("old", encoding="utf-8")
        with pytest.raises(InputError, match="cannot be written"), atomic_write(report) as file:
            file.write("new" * 100_000)
        assert report.read_text("utf-8") == "old"
        assert [p.name for p in disk.iterdir()] == ["report.json"]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_an_error_while_writing_leaves_the_old_file(tmp_path):
    (path := tmp_path / "a.txt").write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError), atomic_write(path) as file:
        file.write("new")
        raise RuntimeError
    assert path.read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@posix
def test_a_file_that_is_being_written_is_no_orphan(tmp_path):
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
    with atomic_write(tmp_path / "new") as file:
        file.write("x")
    assert {p.name for p in tmp_path.iterdir()} == before | {"new"}


@posix
def test_what_another_user_may_have_left_stays(tmp_path):
    (path := tmp_path / ".mlops-roles-other.tmp").write_text("x", encoding="utf-8")
    try:
        os.chown(path, 12345, -1)
    except PermissionError:
        pytest.skip("a file cannot be given away without the rights of root")
    with atomic_write(tmp_path / "new") as file:
        file.write("x")
    assert path.exists()


@posix
def test_an_orphan_in_the_cache_is_removed_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_ROLES_CACHE", str(tmp_path))
    example = EXAMPLE.with_suffix(".ttl")
    load(example)
    kept = {p.name for p in tmp_path.iterdir()}
    (tmp_path / ".mlops-roles-dead.tmp").write_text("x", encoding="utf-8")
    load(example)
    assert {p.name for p in tmp_path.iterdir()} == kept
    assert len(kept) == 1
