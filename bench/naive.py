"""The obvious stack on staff RDF: rdflib loads, owlrl closes, pySHACL checks, rdflib answers.

python bench/naive.py STAFF.nt    writes JSON: seconds of each stage, answers, findings
"""

import json
import re
import sys
import time
from itertools import pairwise
from pathlib import Path

import owlrl
import pyshacl
import rdflib

ROOT = Path(__file__).parents[1]


def main(staff: str) -> None:
    """Do the whole job and write what came out."""
    marks = [time.perf_counter()]
    asserted = rdflib.Graph()
    for path in (*sorted((ROOT / "ontology").glob("*.ttl")), Path(staff)):
        asserted.parse(path)
    shapes = rdflib.Graph()
    for path in (
        ROOT / "shapes" / "person.ttl",
        ROOT / "ontology" / "mlops-roles.ttl",
    ):  # the shapes of the ontology itself would take 90 s
        shapes.parse(path)
    marks.append(time.perf_counter())
    closed = rdflib.Graph() + asserted
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closed)
    marks.append(time.perf_counter())
    _, report, _ = pyshacl.validate(asserted, shacl_graph=shapes, inference="none")
    marks.append(time.perf_counter())
    answers = {
        path.stem: rows(closed, path)
        for path in sorted((ROOT / "queries").glob("*.rq"))
        if "#+ given:" in (text := path.read_text("utf-8")) and "?person" in text
    }
    marks.append(time.perf_counter())
    stages = dict(
        zip(
            ("load", "closure", "checks", "questions"),
            (b - a for a, b in pairwise(marks)),
            strict=True,
        )
    )
    sys.stdout.write(
        json.dumps({"seconds": stages, "answers": answers, "findings": findings(report)})
    )


def sparql(question: Path) -> str:
    """The text of a question with the patterns that it includes."""
    patterns = question.parent / "patterns"
    return re.sub(
        r"^[ \t]*#\+ include: ([\w-]+)[ \t]*$",
        lambda match: (patterns / f"{match[1]}.rq").read_text("utf-8"),
        question.read_text("utf-8"),
        flags=re.M,
    )


def rows(graph: rdflib.Graph, question: Path) -> list[list[str | None]]:
    """The rows of a question, as text."""
    return sorted(
        (
            [None if term is None else str(term) for term in row]
            for row in graph.query(sparql(question))
        ),
        key=str,
    )


def findings(report: rdflib.Graph) -> list[list[str]]:
    """(focus, shape) of each result about the made-up staff."""
    sh = rdflib.SH
    pairs = (
        (str(report.value(r, sh.focusNode)), str(report.value(r, sh.sourceShape)))
        for r in report.subjects(rdflib.RDF.type, sh.ValidationResult)
    )
    return sorted(list(pair) for pair in pairs if pair[0].startswith("https://staff.example/"))


if __name__ == "__main__":
    main(sys.argv[1])
