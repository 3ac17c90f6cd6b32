"""The targets: each takes bytes, and may raise nothing but the package's own errors.

A target has the name of the function, seeds from which the fuzzer starts, and asserts what must be
true of whatever was read.
"""

import hashlib
import json
import tempfile
import warnings
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import ibis
import pyoxigraph as ox

from mlops_roles import MlopsRolesError, Question, certify, load, read_mappings, verify
from mlops_roles.analysis import audit as audits
from mlops_roles.ontology.gate import reject_unsafe_query
from mlops_roles.staff.mapping_file import load_mapping
from mlops_roles.staff.reader import read_staff

from ..support.hostile_sparql import accepted_by_oxigraph, without_reach

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ENDINGS = (".csv", ".tsv", ".json", ".jsonld", ".ttl", ".html")  # of a staff file, by a byte
AUDITED = 240  # from this byte on the whole audit is made, which takes ten times as long
STAFF = "person,title,skills\nAda,Data Scientist,SQL; Python\n"


@cache
def folder() -> Path:
    """A folder for the files that the targets read, for as long as the process runs."""
    made = tempfile.TemporaryDirectory(prefix="fuzz-")
    folder.kept = made
    return Path(made.name)


@contextmanager
def only_own_errors():
    """Let errors of the package pass in silence, if they are one line; nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except MlopsRolesError as error:
            assert "\n" not in str(error), f"an error of several lines: {error!r}"
            assert str(error).strip(), "an error without words"


def _file(name: str, data: bytes) -> Path:
    path = folder() / name
    path.write_bytes(data)
    return path


@cache
def _connection():
    return ibis.duckdb.connect()


def staff(data: bytes) -> None:
    """A staff file in any form: each row is used, left out or rejected, and counted once."""
    if not data:
        return
    path = _file(f"staff{ENDINGS[data[0] % len(ENDINGS)]}", data[1:])
    with only_own_errors():
        if data[0] < AUDITED:
            read_staff(path, _connection(), graph=load())
            return
        rows = audits.audit(path).to_dict()["rows"]
        assert rows["used"] + rows["rejected"] <= rows["read"], rows
        assert all(count >= 0 for count in rows.values()), rows


def mapping(data: bytes) -> None:
    """A saved mapping."""
    with only_own_errors():
        options = load_mapping(_file("mapping.toml", data))
        hash(tuple(options.headings))


def header(data: bytes) -> None:
    """A question with its header, whose promises are read, and refused or run by nobody."""
    with only_own_errors():
        question = Question.from_file(_file("question.rq", data))
        assert question.summary is not None
        assert not question.is_shipped
        for name in ("expect", "never", "fewer"):
            question.bindings(name)


def gate(data: bytes) -> None:
    """A query: what passes, the engine reads without SERVICE or FROM, if it reads it."""
    query = data.decode("utf-8", "surrogateescape")
    passed = False
    with only_own_errors():
        reject_unsafe_query(query)
        passed = True
    if passed and accepted_by_oxigraph(query):
        assert accepted_by_oxigraph(without_reach(query)), query


@cache
def _certified():
    """The one certificate, made once: another has its own time."""
    return certify("Ada", "R3", _file("verified.csv", STAFF.encode()))


@cache
def true_certificate() -> bytes:
    """A certificate that is verified."""
    from mlops_roles.io.json_text import to_json

    return to_json(_certified().to_dict()).encode()


def certificate(data: bytes) -> None:
    """A certificate: none but the true one is verified.

    By its first byte it is JSON or Turtle as it is, or the true one after some edits, with the hash
    that it then has: what a forger would hand over.
    """
    true = true_certificate()
    if data[:1] == b"e":
        data = json.dumps(sealed(edited(json.loads(true), data[1:]))).encode()
    path = _file(f"certificate{'.ttl' if data[:1] == b't' else '.json'}", data.removeprefix(b"t"))
    with only_own_errors():
        found = verify(path, folder() / "verified.csv")
        assert not found.verified or found.content == json.loads(true), found.content


LARGEST_PART = 5_000  # characters of a part of a certificate that is replaced


def edited(content, data: bytes):
    """Data with some of its parts replaced: three bytes say which part, and by what."""
    for n in range(0, len(data) - 2, 3):
        steps, kind, number = data[n : n + 3]
        parent, key = {"": content}, ""
        while isinstance(parent[key], (dict, list)) and parent[key] and steps:
            parent = parent[key]
            keys = list(parent) if isinstance(parent, dict) else range(len(parent))
            key, steps = keys[steps % len(keys)], steps // len(keys)
        if key == "" or len(str(parent[key])) > LARGEST_PART:  # edits that double it add up
            continue
        old = parent[key]
        others = (None, number, -number, number / 7, "", chr(number), [], {}, [old], {"x": old})
        others += (f"{old}{chr(number)}", str(old)[: number % 9], True, [old, old], {str(old): 1})
        parent[key] = others[kind % len(others)]
    return content


def sealed(content):
    """A certificate with the hash that its content has."""
    content = {k: v for k, v in content.items() if k != "id"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return {"id": f"sha256:{digest}"} | content


def sssom(data: bytes) -> None:
    """A mapping set, whose rows become statements that the engine reads."""
    with only_own_errors():
        mappings = read_mappings(_file("set.sssom.tsv", data))
        store = ox.Store()
        store.extend(mappings.to_quads())
        assert all(m.line > 0 for m in mappings.mappings)


TARGETS = {f.__name__: f for f in (staff, mapping, header, gate, certificate, sssom)}


def seeds(target: str) -> list[bytes]:
    """What a fuzzer starts from."""
    if target == "staff":
        people = [
            *sorted(EXAMPLES.glob("*.csv"))[:3],
            *sorted((ROOT / "tests/staff/people").iterdir()),
        ]
        return [
            bytes([ENDINGS.index(path.suffix)]) + path.read_bytes()[:3000]
            for path in people
            if path.suffix in ENDINGS
        ]
    if target == "mapping":
        return [
            b'headings = ["Name", "Job"]\nlayout = "one row a person"\nseparator = ";"\n'
            b'[columns]\nperson = "Name"\ntitle = "Job"\n[values.status]\nactive = "here"\n'
            b'[scales]\n"Name" = "0-5"\n'
        ]
    if target in ("header", "gate"):
        return [path.read_bytes() for path in sorted((ROOT / "queries").glob("*.rq"))]
    if target == "certificate":
        return [
            true_certificate(),
            b"e\x05\x01\x02",
            b"e\x35\x04\x02\x71\x08\x09",
            b"t" + _certified().to_turtle(),
        ]
    sets = [
        *sorted(EXAMPLES.glob("*.sssom.tsv")),
        *sorted((ROOT / "ontology/alignments").glob("*.tsv")),
    ]
    return [b"\n".join(path.read_bytes().split(b"\n")[:40]) for path in sets]


def prepare() -> None:
    """Load what every target needs, before anything is measured."""
    load()
