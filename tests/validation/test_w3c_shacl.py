"""W3C's test cases for SHACL: `check` answers them, and so do pySHACL and pyshifty, our judges.

The cases are read from a folder beside the repository and are not copied into it. Known misses are
in `w3c_shacl_misses.csv`, each with its reason: a new miss fails, and so does a recorded pass.
"""

import csv
import json
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, SH, BNode, Graph, Namespace, URIRef
from support.asserted import ROOT
from support.suites import SUITES

import mlops_roles
from mlops_roles import InputError, parse_rdf
from mlops_roles.cli.main import main
from mlops_roles.io.rdflib_bridge import to_rdflib
from mlops_roles.validation.data_graph import DataGraph
from mlops_roles.validation.shacl import format_node, validate
from mlops_roles.validation.shapes_graph import load_shapes

SUITE = SUITES / "data-shapes-test-suite" / "tests"
HEADER = ROOT / "ontology" / "mlops-roles.ttl"
MANIFEST = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHACL_TEST = Namespace("http://www.w3.org/ns/shacl-test#")
CASES, FLOOR = 121, 119  # pySHACL and pyshifty pass as many, check passes 120
FAILURE = "failure"
with open(ROOT / "tests" / "w3c_shacl_misses.csv", newline="", encoding="utf-8") as _file:
    MISSES = {(row["engine"], row["case"]): row["reason"] for row in csv.DictReader(_file)}


@cache
def parsed(path: Path) -> Graph:
    """A file with absolute IRIs, literals as they are written."""
    return to_rdflib(ox.parse(path=str(path), base_iri=path.as_uri()), {})


@cache
def cases() -> dict[str, tuple[Path, Path, Graph, BNode]]:
    """Data, shapes, and the manifest with the expected report, by the name of the case."""
    found = {}
    for path in sorted(SUITE.rglob("*.ttl")):
        manifest = parsed(path)
        for case in manifest.subjects(RDF.type, SHACL_TEST.Validate):
            action = manifest.value(case, MANIFEST.action)
            files = (manifest.value(action, SHACL_TEST[k]) for k in ("dataGraph", "shapesGraph"))
            data, shapes = (Path(str(f).removeprefix("file://")) for f in files)
            result = manifest.value(case, MANIFEST.result)
            found[str(path.relative_to(SUITE).with_suffix(""))] = data, shapes, manifest, result
    return found


def reported(manifest: Graph, report, graph) -> set[tuple] | str:
    """Shape, focus node, value and severity of each result; blank nodes are all the same."""
    if not isinstance(report, BNode):
        return FAILURE
    parts = (SH.sourceShape, SH.focusNode, SH.value, SH.resultSeverity)
    return {
        tuple(text(manifest.value(result, part), graph) for part in parts)
        for result in manifest.objects(report, SH.result)
    }


def text(term, graph) -> str | None:
    if term is None:
        return None
    shown = format_node(term, graph) if not isinstance(term, str) or hasattr(term, "n3") else term
    return "_" if shown.startswith("_:") else shown.removeprefix("sh:")


def answer_of_check(data: Path, shapes: Path, folder: Path) -> set[tuple] | str:
    """The findings of a company's shapes, as `check DATA --with SHAPES` makes them."""
    files = []
    for path in (data, shapes):  # with absolute IRIs
        files.append(folder / f"{path.stem}.nt")
        ox.serialize(
            (q.triple for q in ox.parse(path=str(path), base_iri=path.as_uri())), files[-1]
        )
    graph = mlops_roles.Graph([files[1]], base=[HEADER])
    try:
        report = validate(DataGraph.load(files[0], graph), load_shapes(graph), graph)
    except InputError:
        return FAILURE
    rows = ((f.shape, f.focus, f.value, f.severity) for f in report.findings)
    return {tuple(text(part, graph) for part in r) for r in rows if not r[0].startswith("shape:")}


def answer_of_command(data: Path, shapes: Path, capsys) -> set[tuple] | str:
    """The findings of a company's shapes that the command prints."""
    code = main(["check", str(data), "--with", str(shapes), "--format", "json"])
    out, err = capsys.readouterr()
    if code == 2 and "nothing was checked" not in err:
        return FAILURE
    found = json.loads(out)["findings"] if out else []
    prefixes, header = parse_rdf(shapes)[1], mlops_roles.Graph(base=[HEADER])
    company = header.with_prefixes(prefixes | header.prefixes)
    rows = ((f["shape"], f["focus"], f["value"], f["severity"]) for f in found)
    return {
        tuple(text(full(part, company), header) for part in r)
        for r in rows
        if not r[0].startswith("shape:")
    }


def full(shown: str | None, graph) -> URIRef | str | None:
    """An IRI that a finding shows as a CURIE; any other text as it is."""
    iri = graph.expand_curie(shown) if shown else None
    return shown if iri is None else URIRef(iri)


def answer_of_judge(judge, data: Path, shapes: Path) -> set[tuple] | str:
    """The results of an engine with the interface of pySHACL."""
    graph, files = mlops_roles.Graph(base=[HEADER]), []
    for path in (data, shapes):
        files.append(parsed(path) + to_rdflib((), {}))
        # pySHACL also takes the prefixes of a file
        for prefix, namespace in Graph().parse(path, publicID=path.as_uri()).namespaces():
            files[-1].bind(prefix, namespace)
    try:
        report = judge(*files)
    except Exception:  # an engine may refuse a shape in any way
        return FAILURE
    if isinstance(report, Exception):  # so pySHACL answers if it cannot run a shape
        return FAILURE
    return reported(report, report.value(None, RDF.type, SH.ValidationReport), graph)


def pyshacl_judge(data: Graph, shapes: Graph) -> Graph:
    import pyshacl

    return pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)[1]


def pyshifty_judge(data: Graph, shapes: Graph) -> Graph:
    shifty = pytest.importorskip("shifty")
    return shifty.validate(data, shacl_graph=shapes, infer=False)[1]


def assert_known_misses(engine: str, answer_of, every: int) -> None:
    """Assert that an engine answers as W3C does, but for its known misses, in each n-th case."""
    if not cases():
        pytest.skip(f"no W3C test cases in {SUITE}: set MLOPS_ROLES_SUITES")
    graph, found = mlops_roles.Graph(base=[HEADER]), {}
    known = {case for e, case in MISSES if e == engine}
    assert len(cases()) == CASES and CASES - len(known) >= FLOOR
    run = {*list(cases())[::every], *known}
    for name, (data, shapes, manifest, result) in cases().items():
        expected = reported(manifest, result, graph) if name in run else None
        if name in run and (answer := answer_of(data, shapes)) != expected:
            found[name] = expected, answer
    assert found.keys() == known, found


EACH = pytest.param(1, marks=pytest.mark.long)  # the usual run takes some of the cases


@pytest.mark.parametrize("every", [16, EACH])
def test_check_passes_the_cases(every, tmp_path, record_figure):
    assert_known_misses("check", lambda d, s: answer_of_check(d, s, tmp_path), every)
    if every == 1:
        passed = CASES - sum(engine == "check" for engine, _ in MISSES)
        note = "misses in tests/w3c_shacl_misses.csv"
        record_figure("SHACL core and SPARQL", passed, CASES, note=note)


@pytest.mark.thorough
@pytest.mark.parametrize("every", [121, EACH])
def test_the_command_passes_the_cases(every, capsys):
    assert_known_misses("check", lambda d, s: answer_of_command(d, s, capsys), every)


@pytest.mark.parametrize("every", [16, EACH])
@pytest.mark.parametrize("judge", [pyshacl_judge, pyshifty_judge])
def test_the_judges_pass_the_cases(judge, every):
    engine = judge.__name__.removesuffix("_judge")
    assert_known_misses(engine, lambda d, s: answer_of_judge(judge, d, s), every)
