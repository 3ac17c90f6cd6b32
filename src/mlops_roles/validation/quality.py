"""Quality checks of an ontology: the checks of FOOPS!, OOPS!, ROBOT and SKOS.

Each is a file of SPARQL in `queries/quality/` with severity, reason, fix and an example of the
mistake; those that need the web or a human are listed as not run. In addition: the OWL 2 profiles,
labels and definitions by language, and terms that no competency question uses.

Sources: FOOPS! (catalogue of tests, w3id.org/foops), OOPS! (Poveda-Villalón and others, 2014),
ROBOT (`report`, its default profile), SKOS (the integrity conditions of its reference). Names are
theirs, texts and queries are ours.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pyoxigraph as ox

from ..errors import InputError, check_path
from ..io import rdf
from ..io.resources import FilePath, resource_dir, resource_rows, shipped_text
from ..io.result import Result
from ..ontology.catalogue import run_query
from ..ontology.graph import DEFAULT, RDF_TYPE, Graph, as_graph
from ..ontology.sparql_tokens import token_list
from .findings import SEVERITIES
from .shapes_graph import to_rdflib_graph

TERMS = ox.NamedNode("https://w3id.org/mlops-roles/quality#terms")
ADDED = ox.NamedNode("https://w3id.org/mlops-roles/quality#added")
CHECK_STATES = ("failed", "excepted", "not run", "passed")  # the order of results
_HEADER = re.compile(r"^#\+ (check|name|severity|reason|fix): (.*)$", re.M)


@dataclass(frozen=True)
class CheckResult:
    """The result of a check: one row if it passed or was not run, one per violation if not."""

    check: str  # its name in FOOPS!, OOPS!, ROBOT or SKOS, such as 'OOPS! P11'
    name: str  # what it is about
    severity: str  # 'Violation', 'Warning' or 'Info'
    # 'passed', 'failed', 'excepted' (failed, with an exception on record) or 'not run'
    state: Literal["passed", "failed", "excepted", "not run"]
    subject: str = ""  # CURIE of the term that violates it, or ''
    value: str = ""  # the value that violates it, or ''
    reason: str = ""  # why the check is made; of an exception or a check not run, why that is
    fix: str = ""  # how to fix a violation


@dataclass(frozen=True)
class Quality(Result):
    """The results of all checks, the failed and most severe first, and the coverage by language.

    Attributes:
        results: a `CheckResult` for each check or violation.
        coverage: rows of kind, language, and numbers of labels, definitions and terms.

    Example:
        >>> from mlops_roles import Quality
        >>> Quality(results=[], coverage=[]).conforms
        True
    """

    results: list[CheckResult]
    coverage: list[dict[str, Any]]

    @property
    def conforms(self) -> bool:
        """Whether no check more severe than Info failed."""
        return all(r.severity == "Info" for r in self.results if r.state == "failed")

    def summary(self) -> dict[str, int]:
        """Number of checks by state."""
        states = {r.check: r.state for r in sorted(self.results, key=lambda r: r.state == "failed")}
        return dict(Counter(states.values()))

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return list(CheckResult.__dataclass_fields__)

    def to_rows(self) -> list[dict[str, Any]]:
        """The results, one a row."""
        return [asdict(result) for result in self.results]

    def to_dict(self) -> dict[str, Any]:
        """The results as plain data."""
        return {
            "conforms": self.conforms,
            "summary": self.summary(),
            "coverage": self.coverage,
            "results": self.to_rows(),
        }


def quality(
    path: FilePath | None = None,
    *,
    graph: Graph | None = None,
    questions: Iterable[FilePath] = (),
    exceptions: FilePath | None = None,
) -> Quality:
    """Check the quality of an ontology: that of a file, by default ours.

    Args:
        path: Turtle, RDF/XML, JSON-LD, N-Triples or TriG.
        graph: our ontology with a company's additions, to be checked instead of a file; the terms
            of the additions are checked as ours are.
        questions: SPARQL files, the competency questions of the ontology; by default ours for ours.
        exceptions: CSV of check, subject (* for any) and reason; by default ours for ours.

    Returns:
        The results of some 80 checks.

    Raises:
        InputError: a file cannot be read, or an exception matches no violation.

    Example:
        >>> import mlops_roles
        >>> acme = mlops_roles.quality("examples/acme.ttl")
        >>> [r.name for r in acme.results if r.check == "OOPS! P38"]
        ['No OWL ontology declaration']
    """
    check_path("quality", path=path, exceptions=exceptions)
    graph, folder = as_graph(graph), resource_dir("queries") / "quality"
    ontology = _ontology_under_test(path, graph)
    texts = (shipped_text(file) for file in sorted(folder.glob("*-*.rq")))
    results = [r for text in texts if "#+ check:" in text for r in _run_check(text, ontology)]
    results += [*_check_profile(ontology), *_unused_terms(ontology, _questions(path, questions))]
    if excepted := exceptions or (None if path else folder / "exceptions.csv"):
        results = _mark_exceptions(results, excepted, all_occur=bool(exceptions) or not graph.added)
    not_run: Any = resource_rows("queries", "quality/not-run")
    results += [CheckResult(**row, severity="Info", state="not run") for row in not_run]
    coverage = run_query(ontology, shipped_text(folder / "coverage.rq")).rows
    return Quality(sorted(results, key=_sort_key), coverage)


def _sort_key(r: CheckResult) -> tuple[int, int, str, str, str]:
    return CHECK_STATES.index(r.state), SEVERITIES.index(r.severity), r.check, r.subject, r.value


def _passed(check: str) -> CheckResult:
    """A check that no SPARQL can express, passed."""
    rows: Any = resource_rows("queries", "quality/computed")
    return next(CheckResult(**row, state="passed") for row in rows if row["check"] == check)


# the ontology under test --------------------------------------------------------


class _OntologyUnderTest(Graph):
    """An asserted ontology, with its own terms listed in the graph TERMS.

    Args:
        quads: the statements of the ontology.
        prefixes: prefix to namespace.
        added: files whose terms are its own, too, whatever their namespace.
    """

    def __init__(
        self, quads: Iterable[ox.Quad], prefixes: dict[str, str], added: Iterable[Path] = ()
    ):
        super().__init__(store=ox.Store())
        self.prefixes = prefixes
        self.store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
        typed = (q for file in added for q in rdf.parse_rdf(file)[0] if q.predicate == RDF_TYPE)
        self.store.extend(ox.Quad(q.subject, q.predicate, q.object, ADDED) for q in typed)
        path = resource_dir("queries") / "quality" / "own-terms.rq"
        own: Any = self.query(shipped_text(path))
        self.store.extend(ox.Quad(t.subject, t.predicate, t.object, TERMS) for t in list(own))

    def evaluate(
        self, text: str, bindings: Mapping[str, Any] | None = None, light: bool = False
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """As `Graph.evaluate`, over asserted statements; the graph TERMS is not part of them."""
        terms = {ox.Variable(name): term for name, term in (bindings or {}).items()}
        return self.store.query(text, prefixes=self.prefixes, substitutions=terms)

    def classes_and_properties(self) -> set[str]:
        """The IRIs of its own classes and properties."""
        kinds: Any = self.store.quads_for_pattern(None, None, None, TERMS)
        return {
            q.subject.value
            for q in kinds
            if isinstance(q.subject, ox.NamedNode)
            and q.object.value.endswith(("#Class", "#Property"))
        }


def _ontology_under_test(path: FilePath | None, graph: Graph) -> _OntologyUnderTest:
    """The ontology of a file, with our prefixes where it has none of its own; or ours."""
    if path is None:
        asserted = graph.store.quads_for_pattern(None, None, None, DEFAULT)
        return _OntologyUnderTest(asserted, graph.prefixes, graph.added_rdf)
    quads, prefixes = rdf.parse_rdf(path)
    namespaces = set(prefixes.values())
    ours = {p: n for p, n in graph.prefixes.items() if p not in prefixes and n not in namespaces}
    return _OntologyUnderTest(quads, prefixes | ours)


# checks -------------------------------------------------------------------------


def _violation_results(
    check: CheckResult, violations: Iterable[tuple[str, str]]
) -> list[CheckResult]:
    """A result for each violation, a subject and a value; the check as passed if there is none."""
    return [
        replace(check, state="failed", subject=subject, value=value)
        for subject, value in violations
    ] or [check]


def _run_check(text: str, ontology: _OntologyUnderTest) -> list[CheckResult]:
    """Run a check that is a file of SPARQL."""
    check = CheckResult(**dict(_HEADER.findall(text)), state="passed")
    rows = run_query(ontology, text).rows
    return _violation_results(
        check, ((str(r["subject"]), str(r.get("value") or "")[:200]) for r in rows)
    )


def _check_profile(ontology: _OntologyUnderTest) -> list[CheckResult]:
    """Check the profile OWL 2 RL."""
    from .owl_profiles import rl_violations

    quads = ontology.store.quads_for_pattern(None, None, None, DEFAULT)
    try:
        found = rl_violations(to_rdflib_graph(quads, ontology))
    except (ValueError, RecursionError):
        found = ["a list or class expression runs in a circle; break it, to have the rest checked"]
    return _violation_results(_passed("OWL 2 RL"), [("", text[:300]) for text in found])


def _questions(path: FilePath | None, questions: Iterable[FilePath]) -> list[Path]:
    """The competency questions given, else ours for our ontology."""
    ours = [] if path else sorted(resource_dir("queries").glob("*.rq"))
    return [Path(q) for q in questions] or ours


def _unused_terms(ontology: _OntologyUnderTest, questions: list[Path]) -> list[CheckResult]:
    """Check that each class and property is named by a competency question."""
    check = _passed("Competency questions")
    if not questions:
        return [replace(check, state="not run", reason="no questions were given (--questions)")]
    used = {iri for path in questions for iri in _iris_in_query(_read_text(path))}
    missing = sorted(ontology.classes_and_properties() - used)
    return _violation_results(check, [(ontology.curie(term), "") for term in missing])


def _read_text(path: FilePath) -> str:
    return rdf.check_encoding(rdf.read_bytes(path, 1 << 20), path)


def _iris_in_query(text: str) -> set[str]:
    """The IRIs that a query names, in full or by prefix."""
    tokens = token_list(text)
    namespaces = {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if word.upper == "PREFIX"
    }
    names = [token.text.partition(":") for token in tokens if token.kind == "name"]
    return {token.text[1:-1] for token in tokens if token.kind == "iri"} | {
        namespaces[prefix] + local for prefix, _, local in names if prefix in namespaces
    }


def _mark_exceptions(
    results: list[CheckResult], path: FilePath, all_occur: bool
) -> list[CheckResult]:
    """The results, with the state 'excepted' for violations that a CSV of exceptions lists.

    Raises InputError if a column is missing, or if all have to occur and one matches no violation.
    """
    rows = list(csv.DictReader(io.StringIO(_read_text(path))))
    if any(None in (row.get(c) for c in ("check", "subject", "reason")) for row in rows):
        raise InputError(
            f"{path}: exceptions have the columns check, subject and reason; add what is missing"
        )
    reasons = {(row["check"], row["subject"]): row["reason"] for row in rows}
    failed = [r for r in results if r.state == "failed"]
    used = {(r.check, subject) for r in failed for subject in (r.subject, "*")}
    for check, subject in sorted(set(reasons) - used if all_occur else ()):
        raise InputError(
            f"{path}: {check} of {subject} is excepted and does not occur; remove the line"
        )
    return [_mark_exception(r, reasons) for r in results]


def _mark_exception(result: CheckResult, reasons: dict[tuple[str, str], str]) -> CheckResult:
    reason = reasons.get((result.check, result.subject), reasons.get((result.check, "*")))
    if not reason or result.state != "failed":
        return result
    return replace(result, state="excepted", reason=reason)
