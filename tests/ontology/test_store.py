"""A store on disk, or the cache of a closure, is whole or not there, whatever interrupts."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from threading import Thread

import pyoxigraph as ox
import pytest
from support.asserted import ROOT
from support.disks import small_disk

from mlops_roles import InputError, load
from mlops_roles.cli.main import main
from mlops_roles.io.atomic import MARK
from mlops_roles.ontology import closure_cache
from mlops_roles.ontology.store import Keeper, open_kept, open_or_build

posix = pytest.mark.skipif(os.name == "nt", reason="needs fork, kill and file locks")

# one process that forks builders and kills each of them at a random moment; stores are read in
# forks too, for the engine does not survive one
KILLS = """
import hashlib, json, os, random, re, signal, sys, time
from pathlib import Path
import pyoxigraph as ox
from mlops_roles.io.rdf import load_into
from mlops_roles.ontology.store import open_or_build

random.seed(7)
folder, data = Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]]


def in_fork(work):
    out, into = os.pipe()
    if (child := os.fork()) == 0:
        os.write(into, json.dumps(work()).encode())
        os._exit(0)
    os.close(into)
    with open(out) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)


def build(turn, name=""):
    start = time.perf_counter()
    path = data[turn % 2]
    open_or_build(folder, (name or f"{turn % 2}") * 32, lambda store: load_into(store, path))
    return time.perf_counter() - start


def content(store):
    lines = sorted(map(str, store))
    return [len(store), hashlib.sha256("".join(lines).encode()).hexdigest()]


def names(pattern):
    return sorted(path.name for path in folder.iterdir() if re.fullmatch(pattern, path.name))


def stores():
    found = names("[0-9a-f]{32}")
    return {name: content(ox.Store.read_only(str(folder / name / "store"))) for name in found}


whole, seconds = {}, []
for turn in range(2):
    seconds.append(in_fork(lambda: build(turn)))
    whole |= in_fork(stores)
assert len(whole) == len(data) == 2
broken = halves = changes = 0
last, longest = names("[0-9a-f]{32}"), 2 * min(seconds)
for number in range(50):
    writer = os.fork()
    if writer == 0:
        for turn in range(number, 10**9):
            build(turn)
    time.sleep(random.uniform(0, longest))
    os.kill(writer, signal.SIGKILL)
    _, status = os.waitpid(writer, 0)
    found = in_fork(stores)
    broken += not found or any(whole.get(name) != what for name, what in found.items())
    broken += os.waitstatus_to_exitcode(status) != -signal.SIGKILL
    half, change = bool(names("[.]loading-.*")), last != (last := names("[0-9a-f]{32}"))
    halves, changes = halves + half, changes + change
    longest *= 1 if half or change else 1.1  # a busy machine builds more slowly
(folder / ".mlops-roles-dead.tmp").touch()
(folder / ".loading-.mlops-roles-dead.tmp").mkdir()  # killed before it had a mark
in_fork(lambda: build(0, "2"))  # a change, which removes the stores before
left, beside = list(in_fork(stores)), names("[.].*")
print(json.dumps([broken, halves, changes, left, beside]))
"""


def some_data(folder, name, count):
    path = folder / f"{name}.nt"
    path.write_text(
        "".join(f'<urn:{name}:{n}> <urn:p> "{n}" .\n' for n in range(count)), encoding="utf-8"
    )
    return path


def content(data, folder=None):
    """How many statements there are with some data, and which of them are of the data."""
    store = load(data=[data], store=folder).store  # read before the store goes away
    return len(store), sorted(str(quad) for quad in store if str(quad.subject).startswith("<urn:"))


@pytest.fixture
def data(tmp_path):
    """A few statements."""
    return some_data(tmp_path, "a", 10)


@pytest.fixture
def folder(tmp_path):
    """A place for a store."""
    return tmp_path / "store"


@pytest.mark.thorough
@posix
def test_fifty_kills_leave_the_old_store_or_the_new_one_and_nothing_else(tmp_path, folder):
    files = some_data(tmp_path, "a", 300), some_data(tmp_path, "b", 200)
    command = [sys.executable, "-c", KILLS, folder, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    broken, halves, changes, left, beside = json.loads(done.stdout)
    assert broken == 0, done.stderr
    assert halves > 2, "no kill hit a builder at work"
    assert changes > 2, "no builder came to its end"
    assert len(left) == 1
    assert beside == []


def test_a_store_holds_what_the_files_hold_and_is_rebuilt_when_one_changes(tmp_path, data, folder):
    in_memory = content(data)
    assert content(data, folder) == in_memory
    built = {path.name for path in folder.iterdir()}
    assert content(data, folder) == in_memory
    assert {path.name for path in folder.iterdir()} == built
    some_data(tmp_path, "a", 11)
    assert content(data, folder)[0] == in_memory[0] + 1
    assert len(list(folder.iterdir())) == 1


def test_a_store_that_is_being_removed_is_never_taken_for_a_whole_one(
    tmp_path, data, folder, monkeypatch
):
    other = some_data(tmp_path, "b", 10)
    before = content(data, folder)

    def killed(path, **_):
        if path.name == "store":
            next(path.glob("*.sst")).unlink()
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            load(data=[other], store=folder)
    assert content(data, folder) == before
    assert len(list(folder.iterdir())) == 1


@posix
@pytest.mark.parametrize(
    "left", ["nothing", "store/LOCK", "store/000032.log", "store/CURRENT", "prefixes.json"]
)
def test_the_incomplete_store_of_a_dead_process_is_removed(left, tmp_path):
    def load_into(store):
        store.add(ox.Quad(*[ox.NamedNode("urn:a")] * 3))
        return {"a": "urn:"}

    open_or_build(tmp_path, "a" * 32, load_into)
    half = tmp_path / ".loading-.mlops-roles-dead.tmp" / left
    half.parent.mkdir(parents=True)
    half.write_text("x", encoding="utf-8")
    (tmp_path / ".loading-.mlops-roles-dead.tmp" / MARK).touch()
    (tmp_path / ".mlops-roles-dead.tmp").touch()
    store, prefixes = open_or_build(tmp_path, "a" * 32, load_into)
    assert (len(store), prefixes) == (1, {"a": "urn:"})
    assert [path.name for path in tmp_path.iterdir()] == ["a" * 32]


@pytest.mark.parametrize("name", [".loading-mine", ".loading-.mlops-roles-mine.tmp"])
def test_a_folder_of_another_program_is_never_removed(name, tmp_path, data):
    own = tmp_path / "store" / name
    own.mkdir(parents=True)
    (own / "thesis.txt").write_text("years of work")
    (tmp_path / "store" / ".loading-link").symlink_to(tmp_path)
    load(data=[data], store=tmp_path / "store")
    assert (own / "thesis.txt").read_text() == "years of work"


@posix
def test_a_store_that_is_being_built_is_not_stale(tmp_path):
    def load_into(store):
        store.add(ox.Quad(*[ox.NamedNode("urn:quick")] * 3))
        return {}

    def load_slowly(store):
        open_or_build(tmp_path, "b" * 32, load_into)
        return load_into(store)

    assert len(open_or_build(tmp_path, "a" * 32, load_slowly)[0]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a" * 32]


@pytest.mark.parametrize("lost", ["prefixes.json", "store/CURRENT", "store/*.sst"])
def test_a_damaged_store_is_an_error_with_its_place_and_fix(lost, data, folder):
    before = content(data, folder)
    (whole,) = folder.iterdir()
    next(whole.glob(lost)).unlink()
    message = f"^{re.escape(str(whole))}: damaged; remove this folder"
    with pytest.raises(InputError, match=message):
        load(data=[data], store=folder)
    shutil.rmtree(whole)
    assert content(data, folder) == before


@pytest.mark.parametrize("kept", ["prefixes.json", "store/*.sst"])
def test_a_flipped_bit_is_an_error_or_changes_nothing(kept, data, folder, capsys):
    """In the block of a table it is met by a query, not when the store is opened."""
    arguments = ["ask", "tasks-of-role", "R7", "--data", str(data), "--store", str(folder)]
    assert main(arguments) == 0
    right = capsys.readouterr().out
    refused = 0
    for path in sorted(folder.glob(f"*/{kept}")):
        whole = path.read_bytes()
        for at in (len(whole) // 20, len(whole) // 3):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            code = main(arguments)
            out, err = capsys.readouterr()
            assert (code, out) == (0, right) or (code, out, err.count("\n")) == (2, "", 1)
            assert "unforeseen" not in err
            refused += code == 2
        path.write_bytes(whole)
    assert refused
    assert (main(arguments), capsys.readouterr().out) == (0, right)


@posix
@pytest.mark.parametrize("room", [0, 1 << 10, 7 << 10])
def test_a_full_disk_leaves_the_old_store(room, tmp_path, data):
    """Full at once, in the ontology, or in the data."""
    new = some_data(tmp_path, "b", 40_000)
    with small_disk(tmp_path / "disk", "64m") as disk:
        before = content(data, disk / "store")
        (whole,) = (disk / "store").iterdir()
        used = shutil.disk_usage(disk).used >> 10
        subprocess.run(["mount", "-o", f"remount,size={used + room}k", disk], check=True)
        with pytest.raises(InputError, match=r"check path, rights and space$"):
            load(data=[new], store=disk / "store")
        assert list((disk / "store").iterdir()) == [whole]
        assert content(data, disk / "store") == before


@posix
@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_has_taken_the_place_of_a_kept_store_is_replaced(kind, tmp_path, monkeypatch):
    """What a link leads to is not touched."""
    monkeypatch.setenv("MLOPS_ROLES_CACHE", str(tmp_path))
    notes, home, name = tmp_path / "mine" / "notes.txt", tmp_path / ("1" * 32), "2" * 32
    notes.parent.mkdir()
    notes.write_text("x", encoding="utf-8")
    home.mkdir()
    (home / name).symlink_to(notes if kind == "file" else notes.parent)
    if kind == "file":
        (home / name).unlink()
        (home / name).write_text("x", encoding="utf-8")
    assert open_kept(home, name) is None
    Keeper(home, name).finish({"e": "urn:e:"})
    store, prefixes = open_kept(home, name)
    assert (len(store), prefixes) == (0, {"e": "urn:e:"})
    assert notes.read_text("utf-8") == "x"


def test_what_is_kept_under_the_name_of_another_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_ROLES_CACHE", str(tmp_path))
    home, names = tmp_path / ("1" * 32), ("2" * 32, "3" * 32)
    Keeper(home, names[0]).finish({})
    (home / names[0]).rename(home / names[1])
    assert open_kept(home, names[1]) is None
    closure_cache.write(names[0], b"x")
    (tmp_path / f"{names[0]}.nt").rename(tmp_path / f"{names[1]}.nt")
    assert closure_cache.read(names[1]) is None
    closure_cache.write(names[1], b"x")
    assert closure_cache.read(names[1]) == [b"x"]


@posix
@pytest.mark.parametrize("kept", ["prefixes.json", "store/CURRENT", "closure"])
def test_a_pipe_in_the_cache_is_not_read(kept, tmp_path, monkeypatch):
    """It may never end; this one would give what was kept."""
    monkeypatch.setenv("MLOPS_ROLES_CACHE", str(tmp_path))
    home, name = tmp_path / ("1" * 32), "2" * 32
    Keeper(home, name).finish({})
    closure_cache.write("3" * 32, b"")
    pipe = tmp_path / f"{'3' * 32}.nt" if kept == "closure" else home / name / kept
    content = pipe.read_bytes()
    pipe.unlink()
    os.mkfifo(pipe)

    def give():
        with suppress(OSError):
            pipe.write_bytes(content)

    Thread(target=give, daemon=True).start()
    found = closure_cache.read("3" * 32) if kept == "closure" else open_kept(home, name)
    assert found is None


def test_nothing_is_kept_of_a_framework_that_cannot_be_loaded(tmp_path):
    home, name = tmp_path / ("1" * 32), "2" * 32
    keeper = Keeper(home, name)
    keeper.add(b"<urn:a> <urn:b> <urn:c> .", ox.DefaultGraph())
    keeper.finish(None)
    assert list(home.iterdir()) == []
    keeper = Keeper(home, name)
    keeper.add(b"<urn:a> <urn:b> <urn:c> .", ox.DefaultGraph())
    keeper.finish({})
    assert len(open_kept(home, name)[0]) == 1


@posix
def test_a_stale_file_in_the_cache_is_removed_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_ROLES_CACHE", str(tmp_path))
    example = ROOT / "examples" / "acme.ttl"
    load(example)
    kept = {p.name for p in tmp_path.iterdir()}
    (tmp_path / ".mlops-roles-dead.tmp").write_text("x", encoding="utf-8")
    load(example)
    assert {p.name for p in tmp_path.iterdir()} == kept
    assert len(kept) == 1
