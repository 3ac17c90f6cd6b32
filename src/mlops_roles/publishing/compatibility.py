"""Compatibility of releases: an IRI never disappears, and never changes its meaning.

A release lists its terms, each with a fingerprint of its meaning (`terms.csv`). The lists of past
releases are in `ontology/releases/`; a change of meaning is allowed if `changes.csv` in that folder
gives the reason.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir
from ..ontology.graph import RDF_TYPE, Graph, Term, as_graph
from ..validation.findings import Finding
from .publishing_data import select_from_store

COLUMNS = ("iri", "kind", "label", "meaning")
MESSAGES = {
    "iri-is-kept": "Released as {kind} in {release} and gone. Put it back, with owl:deprecated "
    "true and dcterms:isReplacedBy.",
    "meaning-is-kept": "Meant something else in {release}. Coin a new IRI and deprecate this one, "
    "or give the reason in ontology/releases/changes.csv.",
    "name-is-kept": "Was called {label!r} in {release}. Keep that name as skos:altLabel.",
}


def term_list(graph: Graph) -> list[dict[str, str]]:
    """The terms by IRI, each with its types, English label and a fingerprint of its meaning."""
    statements: dict[str, list[tuple[ox.NamedNode, str]]] = {}
    for row in select_from_store(graph.store, "meanings"):
        term: Any = row["term"]
        prop: Any = row["property"]
        statements.setdefault(term.value, []).append((prop, _value_text(graph, row["value"])))
    names = _english_names(graph)
    return [
        _term_row(iri, found, names.get(iri, [""])[0]) for iri, found in sorted(statements.items())
    ]


def _term_row(iri: str, statements: list[tuple[ox.NamedNode, str]], label: str) -> dict[str, str]:
    kinds = sorted(value for prop, value in statements if prop == RDF_TYPE)
    text = "\n".join(sorted(f"{prop} {value}" for prop, value in statements))
    return {
        "iri": iri,
        "kind": " ".join(kinds),
        "label": label,
        "meaning": hashlib.sha256(text.encode()).hexdigest()[:16],
    }


def _value_text(graph: Graph, value: Term) -> str:
    """A value as text: that of a literal, else the term as the graph formats it."""
    return value.value if isinstance(value, ox.Literal) else graph.format_term(value)


def _english_names(graph: Graph) -> dict[str, list[str]]:
    """The English names of each term, the preferred one first."""
    found: dict[str, list[str]] = {}
    rows: Any = select_from_store(graph.store, "names")
    for row in rows:
        found.setdefault(row["term"].value, []).append(row["name"].value)
    return found


def term_list_csv(graph: Graph) -> str:
    """The terms as CSV with the columns iri, kind, label and meaning."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(term_list(graph))
    return out.getvalue()


def breaking_changes(graph: Graph | None = None, releases: Path | None = None) -> list[Finding]:
    """Find terms of past releases that are missing, changed their meaning, or lost their label.

    Args:
        graph: the ontology as it would be released; the shipped one if not given.
        releases: a folder of term lists such as `0.1.0.csv`, and `changes.csv` with the reasons for
            changes of meaning; the shipped one if not given.

    Returns:
        A finding for each term and broken rule.

    Example:
        >>> import mlops_roles
        >>> mlops_roles.breaking_changes()
        []
    """
    graph, folder = as_graph(graph), releases or resource_dir("ontology") / "releases"
    now, names = {row["iri"]: row for row in term_list(graph)}, _english_names(graph)
    reasons = {
        (row["iri"], version_number(row["release"]))
        for row in csv_rows(folder / "changes.csv")
        if row["reason"].strip()
    }
    found = []
    for path in sorted(p for p in folder.glob("*.csv") if p.name != "changes.csv"):
        waived = {iri for iri, release in reasons if release >= version_number(path.stem)}
        for row in csv_rows(path):
            found += [
                _finding(rule, path.stem, row)
                for rule in _broken_rules(row, now.get(row["iri"]), names, waived)
            ]
    return found


def _broken_rules(
    then: dict[str, str], now: dict[str, str] | None, names: dict[str, list[str]], waived: set[str]
) -> Iterator[str]:
    """The rules that a term breaks, compared with its row in a past release."""
    if now is None:
        yield "iri-is-kept"
        return
    if now["meaning"] != then["meaning"] and then["iri"] not in waived:
        yield "meaning-is-kept"
    if then["label"] not in names.get(then["iri"], ()):
        yield "name-is-kept"


def _finding(rule: str, release: str, row: dict[str, str]) -> Finding:
    return Finding(
        "Violation", rule, row["iri"], None, MESSAGES[rule].format(release=release, **row)
    )


def csv_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def version_number(version: str) -> tuple[int, ...]:
    """A version as numbers that can be compared: (0, 2, 0) of '0.2.0'."""
    return tuple(int(part) for part in version.split("."))
