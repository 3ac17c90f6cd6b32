"""W3C's test cases for the syntaxes of RDF 1.1 and for JSON-LD 1.1, as `parse_rdf` reads them.

They are expected as in w3c/rdf-tests and w3c/json-ld-api, or as in the source distribution of
rdflib, which has an older state of both; without them the tests are skipped.
"""

import json
import math
import re
import warnings

import pyoxigraph as ox
from support.suites import MANIFEST, entries, expect_known_misses, misses, suite

from mlops_roles import InputError, parse_rdf

SYNTAXES = {  # the folder of a syntax, here and in rdflib: where its relative IRIs start
    "rdf-turtle": "TurtleTests",
    "turtle": "TurtleTests",
    "rdf-trig": "TriGTests",
    "trig": "TriGTests",
    "rdf-n-triples": "NTriplesTests",
    "ntriples": "NTriplesTests",
    "rdf-n-quads": "NQuadsTests",
    "nquads": "NQuadsTests",
    "rdf-xml": "RDFXMLTests",
}
LISTED, LISTED_JSON_LD = 941, 451  # the cases of the states whose misses are listed, in rdflib 7.6
SIZES = {992: 312, 941: 284}  # of a state of the suite, and of its negative cases: 2026 and rdflib
RDF_FLOOR = 985 / 992
JSON_LD_FLOOR = 330 / 340


def canonical(quads):
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def read(path, base_iri):
    """The canonical dataset of a file; an error as its text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return canonical(parse_rdf(path, base_iri=base_iri)[0])
    except InputError as error:
        return str(error)


def rdf_answers(folder):
    """(name, whether it is negative, what is wrong, or "") of each case for a syntax."""
    for name, tests in SYNTAXES.items():
        manifest = folder / name / "manifest.ttl"
        if not manifest.exists():
            continue
        stated = re.search(r"assumedTestBase\s*<(.*?)>", manifest.read_text("utf-8"))
        base = stated[1] if stated else f"http://www.w3.org/2013/{tests}/"
        for kind, case in entries(manifest):
            action, result = case.one(f"{MANIFEST}action"), case.one(f"{MANIFEST}result")
            if action and kind.endswith(("Eval", "Syntax")):  # the others are of entailment
                found = read(
                    action.path, base + action.path.relative_to(manifest.parent).as_posix()
                )
                negative = "Negative" in kind
                yield f"{tests}/{case.name}", negative, rdf_answer(found, negative, result)


def rdf_answer(found, negative, result):
    """What is wrong with the reading of a case, or ""."""
    if negative or isinstance(found, str):
        return "" if isinstance(found, str) == negative else str(found)
    if not result:
        return ""
    try:
        is_right = found == canonical(ox.parse(path=str(result.path)))
    except SyntaxError as error:
        return f"what is expected cannot be read: {error}"
    return "" if is_right else f"other statements: {found}"


def test_the_syntaxes_of_rdf_are_read(record_figure):
    folder = suite("rdf/rdf11", "rdf-tests/rdf/rdf11", "rdflib-*/test/data/suites/w3c")
    answers, negative = {}, []
    for name, is_negative, wrong in rdf_answers(folder):
        answers[name] = wrong
        negative += [name] * is_negative
    of = len(answers)
    assert len(negative) == SIZES[of]
    floor = math.ceil(of * RDF_FLOOR)
    assert sum(map(bool, answers.values())) <= of - floor
    if of == LISTED:
        expect_known_misses("RDF 1.1 reading", answers, floor, of, record_figure)
    right = sum(not answers[name] for name in negative)
    assert right == len(negative)
    record_figure("RDF 1.1 negative syntax", right, right)


def json_ld_answer(folder, base, case):
    """What is wrong with the reading of a case, or ''; 'silent: …' if no error says so."""
    found = read(folder / case["input"], case.get("option", {}).get("base", base + case["input"]))
    if "expect" not in case:
        is_error = isinstance(found, str) or "jld:PositiveSyntaxTest" in case["@type"]
        return "" if is_error else "silent: no error"
    if isinstance(found, str):
        return found
    try:
        wanted = canonical(ox.parse(path=str(folder / case["expect"]), format=ox.RdfFormat.N_QUADS))
    except SyntaxError as error:
        return f"silent: {error}"
    return "" if found == wanted else "silent: other statements"


def test_json_ld_is_read_and_what_is_not_supported_is_an_error(record_figure):
    folder = suite("json-ld-api/tests", "json-ld", "rdflib-*/test/jsonld/1.1")
    manifest = json.loads((folder / "toRdf-manifest.jsonld").read_text("utf-8"))
    cases = [
        case
        for case in manifest["sequence"]
        if case.get("option", {}).get("specVersion") != "json-ld-1.0"
        and case["input"].endswith(".jsonld")
    ]
    answers = {c["@id"]: json_ld_answer(folder, manifest["baseIri"], c) for c in cases}
    of, floor = len(answers), math.ceil(len(answers) * JSON_LD_FLOOR)
    assert of > 300
    silent = {name for name, why in answers.items() if why.startswith("silent")}
    assert silent <= misses("JSON-LD 1.1 toRdf").keys()
    assert sum(map(bool, answers.values())) <= of - floor
    if of == LISTED_JSON_LD:
        expect_known_misses("JSON-LD 1.1 toRdf", answers, floor, of, record_figure)
