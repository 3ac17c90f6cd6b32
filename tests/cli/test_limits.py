"""Commands that write, when they are killed or the system refuses: all of the output, or none."""

import random
import re
import signal
import subprocess
import sys
import time

import pytest

resource = pytest.importorskip("resource", reason="needs limits of resources, as POSIX has")

START = [sys.executable, "-m", "mlops_roles"]
WRITERS = {  # each writes `out`
    "ask": ["ask", "source-of-statement", "--format", "json", "--output", "out"],
    "resolve": ["resolve", "T", "--accept", "R3", "--author", "A", "--decisions", "out.sssom.tsv"],
    "reason": ["reason", "data.ttl", "--output", "out"],
    "save": ["audit", "staff.csv", "--reading", "--save-mapping", "out"],
    "import": ["import", "roles.csv", "--namespace", "https://example.org/", "--output", "out"],
    "store": ["ask", "roles", "--data", "data.ttl", "--store", "out"],
    "update": ["link", "new.ttl", "--update", "set.sssom.tsv", "--previous", "old.ttl"],
    "build": ["build", "--with", "old.ttl", "--output", "out"],
    "certify": ["certify", "Ada", "R3", "--staff", "staff.csv"],
}
for _name in ("update", "certify"):
    WRITERS[_name] += ["--format", "json", "--output", "out"]
KILLS = []  # each kill so far, for the figure
DATA = "<urn:a> a <urn:b> . <urn:b> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:c> .\n"
OLD = """@prefix a: <https://acme.example/> . @prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<https://acme.example/> a owl:Ontology .
a:j1 a mlops:Role ; skos:prefLabel "Job family 17"@en ; skos:definition "Who bakes."@en .
"""
MAPPINGS = """#mapping_set_id: https://acme.example/set
#subject_source: https://acme.example/
#curie_map:
#  a: https://acme.example/
#  role: https://w3id.org/mlops-roles/role/
#  skos: http://www.w3.org/2004/02/skos/core#
#  semapv: https://w3id.org/semapv/vocab/
subject_id\tpredicate_id\tobject_id\tmapping_justification
a:j1\tskos:exactMatch\trole:data-engineer\tsemapv:ManualMappingCuration
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with input, the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.ttl").write_text(DATA)
    (tmp_path / "roles.csv").write_text("role,task\nBaker,Bake\n")
    (tmp_path / "staff.csv").write_text("person,title,skills\nAda,Data Scientist,SQL\n")
    (tmp_path / "old.ttl").write_text(OLD)
    (tmp_path / "new.ttl").write_text(OLD + "a:j2 a mlops:Role .\n")
    (tmp_path / "set.sssom.tsv").write_text(MAPPINGS)
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
    known = {"data.ttl", "roles.csv", "staff.csv", "old.ttl", "new.ttl"}
    known.add("set.sssom.tsv")
    found = (path for path in place.rglob("*") if path.is_file() and path.name not in known)
    return sorted(str(path.relative_to(place)) for path in found)


def assert_refused(done):
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "unforeseen" not in done.stderr


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_one_line_and_leaves_nothing(name, place):
    assert_refused(run(WRITERS[name], FSIZE=0))
    assert files(place) == []


def test_a_full_cache_only_takes_time(place, monkeypatch):
    for cache in ("cache", "/proc/nowhere"):
        monkeypatch.setenv("MLOPS_ROLES_CACHE", cache)
        done = run(["show", "R7", "--with", "data.ttl"], FSIZE=0)
        assert (done.returncode, done.stderr) == (0, "")
    assert files(place) == []


@pytest.mark.parametrize("number", [6, 10, 20])
def test_too_few_descriptors_are_one_line(number, place):
    done = run(WRITERS["store"], NOFILE=number)
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


@pytest.mark.thorough
@pytest.mark.parametrize("name", WRITERS)
def test_a_kill_leaves_the_old_output_or_the_new_one(name, place, request, record_figure):
    """One kill each here; `--graphs 6000` makes 200 of each."""
    begun = time.monotonic()
    assert run(WRITERS[name]).returncode == 0
    seconds = time.monotonic() - begun
    old = contents(place, name)
    chance = random.Random(name)
    for _ in range(max(1, request.config.getoption("graphs") // 30)):
        process = subprocess.Popen([*START, *WRITERS[name]], stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, seconds))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert contents(place, name) == old
        KILLS.append(name)
    assert run(WRITERS[name]).returncode == 0
    assert contents(place, name) == old
    assert not [path for path in files(place) if ".tmp" in path or ".loading" in path]
    note = f"of {len(set(KILLS))} commands"
    record_figure("random kills of writing commands", len(KILLS), len(KILLS), "kills", note)


def contents(place, name):
    """What a command has written; of a store, its name, which is that of its content."""
    if name == "store":
        return [path.name for path in (place / "out").iterdir() if path.name[0] != "."]
    if name == "build":
        return {p.relative_to(place): p.read_bytes() for p in (place / "out").rglob("*.*")}
    if name == "certify":  # it says when it was made
        return re.sub(r'"(id|ended)": "[^"]*"', "", (place / "out").read_text("utf-8"))
    if name == "resolve":  # the set has a new name each time it is made, and is kept then
        return (place / "out.sssom.tsv").read_bytes()
    return (place / "out").read_bytes()
