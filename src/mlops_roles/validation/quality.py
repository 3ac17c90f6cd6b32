"""How well made an ontology is: the tests of FOOPS!, the pitfalls of OOPS! and the checks of ROBOT.

Each is a file of SPARQL in `queries/quality/` with severity, reason, cure and the mistake that it
catches; what needs the web or a reader is listed as not run. With the OWL 2 profiles, the labels
and definitions in each language, and the terms that no competency question uses.

Sources: FOOPS! (catalogue of tests, w3id.org/foops), OOPS! (Poveda-Villalón and others, 2014),
ROBOT (`report`, its default profile). Names are theirs, texts and queries are ours.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pyoxigraph as ox

from ..errors import InputError
from ..io import rdf
from ..io.resources import resource_dir
from ..ontology.catalogue import run_query
from ..ontology.graph import DEFAULT, Graph, load
from .findings import SEVERITIES
from .shacl import to_rdflib_graph

TERMS = ox.NamedNode("https://w3id.org/mlops-roles/quality#terms")
_HEADER = re.compile(r"^#\+ (check|name|severity|reason|cure|rejects): (.*)$", re.M)
_PREFIX = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", re.M | re.I)


@dataclass(frozen=True)
class Result:
    """What became of a check: one row if it passed or was not run, one a finding if it failed.

    Attributes:
        state: 'passed', 'failed', 'excepted' (failed, and why is on record) or 'not run'.
        reason: why the check is made; of an exception or a check not run, why that is.
    """

    check: str
    name: str
    severity: str
    state: Literal["passed", "failed", "excepted", "not run"]
    subject: str = ""
    value: str = ""
    reason: str = ""
    cure: str = ""


@dataclass(frozen=True)
class Quality:
    """The results of all checks, the failed ones first and worst first; and the coverage by language.

    Attributes:
        results: what became of each check.
        coverage: rows of kind, language, labels, definitions, terms.
    """

    results: list[Result]
    coverage: list[dict[str, Any]]

    @property
    def conforms(self) -> bool:
        """Whether no check failed above Info."""
        return all(r.severity == "Info" for r in self.results if r.state == "failed")

    def summary(self) -> dict[str, int]:
        """How many checks passed, failed, are excepted or were not run."""
        states = {r.check: r.state for r in sorted(self.results, key=lambda r: r.state == "failed")}
        return dict(Counter(states.values()))

    def to_dict(self) -> dict[str, Any]:
        """The results as plain data."""
        return {
            "conforms": self.conforms,
            "summary": self.summary(),
            "coverage": self.coverage,
            "results": [asdict(r) for r in self.results],
        }


def quality(
    path: str | os.PathLike[str] | None = None,
    *,
    graph: Graph | None = None,
    questions: Iterable[str | os.PathLike[str]] = (),
    exceptions: str | os.PathLike[str] | None = None,
) -> Quality:
    """Judge an ontology: a file of RDF, or ours if none is given.

    Args:
        path: Turtle, RDF/XML, JSON-LD, N-Triples or TriG.
        graph: ours, with what a company added.
        questions: files of SPARQL, the competency questions of the ontology; ours for ours.
        exceptions: a CSV of check, subject (* for any) and reason; ours for ours.

    Raises InputError for a file that cannot be read, or an exception that no finding needs.
    """
    graph, folder = graph or load(), resource_dir("queries") / "quality"
    judged = _under_test(path, graph)
    asked = [Path(q) for q in questions] or (
        [] if path else sorted(resource_dir("queries").glob("*.rq"))
    )
    found = [
        r
        for file in sorted(folder.glob("*-*.rq"))
        if "#+ check:" in (text := file.read_text("utf-8"))
        for r in _run(text, judged)
    ]
    found += [*_profiles(judged), *_unasked(judged, asked)]
    excused = exceptions or (None if path else folder / "exceptions.csv")
    results = [*_excepted(found, excused), *_not_run(folder / "not-run.csv")]
    rank = {"failed": 0, "excepted": 1, "not run": 2, "passed": 3}
    order = sorted(
        results,
        key=lambda r: (rank[r.state], SEVERITIES.index(r.severity), r.check, r.subject, r.value),
    )
    return Quality(order, run_query(judged, (folder / "coverage.rq").read_text("utf-8")).rows)


class _OntologyUnderTest(Graph):
    """An ontology under judgement: as asserted, and its own terms in the graph TERMS."""

    def __init__(self, quads: Iterable[ox.Quad], prefixes: dict[str, str]):
        super().__init__(store=ox.Store())
        self.prefixes = prefixes
        self.store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
        own: Any = self.query(
            (resource_dir("queries") / "quality" / "own-terms.rq").read_text("utf-8")
        )
        self.store.extend(ox.Quad(t.subject, t.predicate, t.object, TERMS) for t in list(own))

    def query(
        self, text: str, bindings: Mapping[str, Any] | None = None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Run SPARQL over what was asserted, with terms put in the place of variables."""
        return self.store.query(
            text,
            prefixes=self.prefixes,
            substitutions={ox.Variable(name): term for name, term in (bindings or {}).items()},
        )

    def terms(self) -> set[str]:
        """Its own classes and properties."""
        kinds = {
            q.subject.value: q.object
            for q in self.store.quads_for_pattern(None, None, None, TERMS)
            if isinstance(q.subject, ox.NamedNode)
        }
        return {
            term
            for term, kind in kinds.items()
            if isinstance(kind, ox.NamedNode) and kind.value.endswith(("#Class", "#Property"))
        }


def _under_test(path: str | os.PathLike[str] | None, graph: Graph) -> _OntologyUnderTest:
    if path is None:
        return _OntologyUnderTest(
            graph.store.quads_for_pattern(None, None, None, DEFAULT), graph.prefixes
        )
    quads, prefixes = rdf.parse_rdf(path)
    return _OntologyUnderTest(
        quads,
        prefixes
        | {
            p: n
            for p, n in graph.prefixes.items()
            if p not in prefixes and n not in prefixes.values()
        },
    )


def _run(text: str, judged: _OntologyUnderTest) -> list[Result]:
    """The findings of one file of SPARQL, or that there are none."""
    head = dict(_HEADER.findall(text))
    passed = Result(
        head["check"],
        head["name"],
        head["severity"],
        "passed",
        reason=head["reason"],
        cure=head["cure"],
    )
    rows = run_query(judged, text).rows
    return [
        replace(
            passed, state="failed", subject=str(r["subject"]), value=str(r.get("value") or "")[:200]
        )
        for r in rows
    ] or [passed]


def _profiles(judged: _OntologyUnderTest) -> Iterator[Result]:
    """What lies outside OWL 2 DL and OWL 2 RL."""
    from .owl_profiles import dl_violations, rl_violations

    whole = to_rdflib_graph(judged.store.quads_for_pattern(None, None, None, DEFAULT), judged)
    reason = {
        "OWL 2 DL": "Outside it no reasoner promises an answer.",
        "OWL 2 RL": "Outside it rules alone do not find all that follows.",
    }
    for name, offenders, severity in (
        ("OWL 2 DL", dl_violations, "Warning"),
        ("OWL 2 RL", rl_violations, "Info"),
    ):
        passed = Result(
            name,
            "Inside the profile",
            severity,
            "passed",
            reason=reason[name],
            cure="Declare the term, or write the axiom otherwise.",
        )
        try:
            found = offenders(whole)
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"{name}: a list or a class expression runs in a circle ({type(error).__name__}); break it"
            ) from None
        yield from [replace(passed, state="failed", value=text[:300]) for text in found] or [passed]


def _unasked(judged: _OntologyUnderTest, questions: list[Path]) -> list[Result]:
    """The classes and properties that no competency question names."""
    passed = Result("Competency questions", "Every term serves a question", "Info", "passed")
    passed = replace(
        passed,
        reason="A term that no question needs may not be needed.",
        cure="Write the question, or remove the term.",
    )
    if not questions:
        return [replace(passed, state="not run", reason="no questions were given (--questions)")]
    named = {
        term
        for path in questions
        for term in _named(rdf.check_encoding(rdf.read_bytes(path, 1 << 20), path))
    }
    missing = sorted(judged.terms() - named)
    return [replace(passed, state="failed", subject=judged.curie(term)) for term in missing] or [
        passed
    ]


def _named(text: str) -> set[str]:
    """The IRIs that a query names, in full or by prefix."""
    spaces, body = (
        dict(_PREFIX.findall(text)),
        "\n".join(line for line in text.splitlines() if not line.startswith("#")),
    )
    short = {
        spaces[p] + local
        for p, local in re.findall(r"(?<![\w<])([\w-]*):([\w-]+)", body)
        if p in spaces
    }
    return short | set(re.findall(r"<([^>]*)>", body))


def _excepted(found: list[Result], path: str | os.PathLike[str] | None) -> list[Result]:
    """The results, those excused by a record marked so."""
    if path is None:
        return found
    rows = list(
        csv.DictReader(io.StringIO(rdf.check_encoding(rdf.read_bytes(path, 1 << 20), path)))
    )
    if any(None in (row.get(c) for c in ("check", "subject", "reason")) for row in rows):
        raise InputError(
            f"{path}: exceptions have the columns check, subject and reason; add what is missing"
        )
    reasons = {(row["check"], row["subject"]): row["reason"] for row in rows}
    used = {
        key
        for r in found
        if r.state == "failed"
        for key in ((r.check, r.subject), (r.check, "*"))
        if key in reasons
    }
    if idle := sorted(set(reasons) - used):
        raise InputError(
            f"{path}: {idle[0][0]} of {idle[0][1]} is excused and does not occur; remove the line"
        )
    return [_excuse(r, reasons) for r in found]


def _excuse(result: Result, reasons: dict[tuple[str, str], str]) -> Result:
    reason = reasons.get((result.check, result.subject), reasons.get((result.check, "*")))
    return (
        replace(result, state="excepted", reason=reason)
        if reason and result.state == "failed"
        else result
    )


def _not_run(path: Path) -> list[Result]:
    with path.open(encoding="utf-8", newline="") as rows:
        return [
            Result(row["check"], row["name"], "Info", "not run", reason=row["reason"])
            for row in csv.DictReader(rows)
        ]
