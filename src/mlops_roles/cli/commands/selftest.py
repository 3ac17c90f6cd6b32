"""Test this installation: files, reasoning, shapes, questions, and a certificate.

  mlops-roles selftest
  mlops-roles selftest --format json

It takes some seconds, needs no network, and leaves nothing behind. Exit code 1 if a test fails:
reinstall then, and if it fails again, report what it says. What else is tested, and how often, is
in docs/reliability.md.
"""

import argparse
import base64
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from ...io.json_text import to_json
from ...io.resources import resource_dir
from ...io.text import FORMATTERS, format_rows
from ...matching import alignments
from ...ontology.catalogue import Question, ask, catalogue
from ...ontology.derivation import derived_files
from ...ontology.graph import Graph, load
from ...ontology.sandbox import run_sparql
from ...ontology.tables import RoleTables
from ..main import print_note, write_output
from ..options import add_format_options

FOLDERS = ("ontology", "queries", "shapes")
Failures = Iterator[str]  # what is wrong; nothing if the test is passed


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_format_options(parser, list(FORMATTERS))


def run(args: argparse.Namespace) -> int:
    rows = [run_test(test) for test in TESTS]
    write_output(format_rows(rows, list(rows[0]), args.format), args.output)
    failed = sum(row["result"] == "failed" for row in rows)
    print_note(f"{len(rows) - failed} of {len(rows)} tests passed; content {_content_digest()}")
    return 1 if failed else 0


def run_test(test: Callable[[Path], Failures]) -> dict[str, object]:
    """Run a test in a folder of its own; what it yields, and any exception, is a failure."""
    begun = time.monotonic()
    wrong: list[str] = []
    with TemporaryDirectory(prefix="mlops-roles-") as folder:
        try:
            wrong.extend(test(Path(folder)))
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")
    return {
        "test": (test.__doc__ or "").strip().rstrip("."),
        "result": "failed" if wrong else "passed",
        "seconds": round(time.monotonic() - begun, 1),
        "wrong": "; ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if wrong[3:] else ""),
    }


def _content_digest() -> str:
    """The SHA-256 of all files of the ontology, the queries and the shapes, to be compared."""
    digest = hashlib.sha256()
    for folder in FOLDERS:
        root = resource_dir(folder)
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            name = f"{folder}/{path.relative_to(root).as_posix()}"
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def _installed_files(_: Path) -> Failures:
    """Each installed file has the digest that was recorded when it was packed."""
    for entry in metadata.files("mlops-roles") or ():
        if entry.hash:
            found = hashlib.new(entry.hash.mode, Path(str(entry.locate())).read_bytes()).digest()
            if found != _decode(entry.hash.value):
                yield f"{entry} was changed"


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived_files(_: Path) -> Failures:
    """The closure, capability classes and alignments are what follows from the ontology now."""
    for path, text in (derived_files() | alignments.derived_files()).items():
        if path.read_text("utf-8") != text:
            yield f"{path.name} is not what follows"


def _shapes(_: Path) -> Failures:
    """The ontology conforms to the shapes."""
    from ...validation.shacl import check

    for finding in check().findings:
        if finding.severity != "Info":
            yield f"{finding.focus}: {finding.message}"


def _mistakes(_: Path) -> Failures:
    """Each shape of data finds the mistake that it carries."""
    from ...validation.data_graph import DataGraph
    from ...validation.shacl import check, validate
    from ...validation.shapes_graph import load_shapes, shapes_graph_query

    graph = load()
    shapes, rejects = load_shapes(graph), graph.expand_curie("mlops:rejects")
    data = DataGraph.load(None, graph)
    before = Counter(finding.shape for finding in check().findings)
    for shape, predicate, text in sorted(shapes):
        if str(predicate) == rejects and not shapes_graph_query(shape, shapes):
            mistake = ox.parse(f"{_prefix_lines(graph)}{text}", format=ox.RdfFormat.TURTLE)
            added = [quad for quad in mistake if quad not in data.store]
            data.store.extend(added)
            found = validate(data, shapes.cbd(shape), graph).findings
            for quad in added:
                data.store.remove(quad)
            if len(found) <= before[name := graph.curie(str(shape))]:
                yield f"{name} finds nothing"


def _prefix_lines(graph: Graph) -> str:
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in graph.prefixes.items())


def _questions(folder: Path) -> Failures:
    """Each question of the catalogue has the rows that its header promises, and not the others."""
    graph = load()
    for question in catalogue().values():
        given, about = " ".join(question.headers.get("given", ())), graph
        if given:
            path = folder / f"{question.name}.ttl"
            path.write_text(_prefix_lines(graph) + given, "utf-8")
            about = Graph(data=[path]).open()
        for header, promised in (("expect", True), ("never", False)):
            for bindings in question.bindings(header):
                if _has_row(question, about, bindings) != promised:
                    yield f"{question.name}: {header} {bindings}"


def _has_row(question: Question, graph: Graph, bindings: dict[str, str]) -> bool:
    known = {name: value for name, value in bindings.items() if name in question.parameters}
    wanted = {name: value.strip('"') for name, value in bindings.items()}
    rows = question.run(graph, **known).rows
    return any(
        wanted.items() <= {n: str(value) for n, value in row.items()}.items() for row in rows
    )


def _sandbox(_: Path) -> Failures:
    """SPARQL that is not shipped has the answer of the same text that is shipped."""
    question = catalogue()["roles"]
    if run_sparql(str(question.text)).rows != ask(question.name).rows:
        yield f"{question.name}: another answer"


def _certificate(folder: Path) -> Failures:
    """A certificate is verified, and is not after a change of the staff file."""
    from ...analysis.certificate import certify
    from ...analysis.verifier.checking import verify

    tables = RoleTables.from_graph(load())
    role, skills = next(iter(tables.needs("role").items()))
    staff, path = folder / "staff.csv", folder / "certificate.json"
    known = ";".join(tables.labels[skill] for skill in skills)
    staff.write_text(f"person,title,skills\nA B,,{known}\n", "utf-8")
    certificate = certify("A B", role, staff)
    path.write_text(to_json(certificate.to_dict()), "utf-8")
    if certificate.verdict != "yes" or not verify(path, staff).verified:
        yield f"{role}: {certificate.verdict}, not verified"
    staff.write_text("person,title,skills\nA B,,\n", "utf-8")
    if verify(path, staff).verified:
        yield f"{role}: verified after a change"


TESTS = (
    *(_installed_files, _derived_files, _shapes, _mistakes),
    *(_questions, _sandbox, _certificate),
)
