"""The promise of an IRI: it never disappears, and never comes to mean something else.

A release lists its terms, each with a fingerprint of its meaning (`terms.csv`). The lists of
past releases are kept in `ontology/releases/`; a change of meaning is allowed where
`changes.csv` beside them gives the reason.
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
from ..ontology.graph import RDF_TYPE, Graph, Term, load
from ..validation.findings import Finding
from .documents import table

COLUMNS = ("iri", "kind", "label", "meaning")
CURES = {
    "iri-is-kept": "Released as {kind} in {release} and gone. Put it back, with owl:deprecated true and dcterms:isReplacedBy.",
    "meaning-is-kept": "Meant something else in {release}. Coin a new IRI and deprecate this one, or give the reason in ontology/releases/changes.csv.",
    "name-is-kept": "Was called {label!r} in {release}. Keep that name as skos:altLabel.",
}


def terms(graph: Graph) -> list[dict[str, str]]:
    """Each term with its kinds, its English label and a fingerprint of its meaning, by IRI."""
    said: dict[str, list[tuple[ox.NamedNode, str]]] = {}
    for row in table(graph.store, "meanings"):
        term: Any = row["term"]
        prop: Any = row["property"]
        said.setdefault(term.value, []).append((prop, _written(graph, row["value"])))
    names = _names(graph)
    return [_row(iri, found, names.get(iri, [""])[0]) for iri, found in sorted(said.items())]


def _row(iri: str, said: list[tuple[ox.NamedNode, str]], label: str) -> dict[str, str]:
    kinds = sorted(value for prop, value in said if prop == RDF_TYPE)
    text = "\n".join(sorted(f"{prop} {value}" for prop, value in said))
    return {
        "iri": iri,
        "kind": " ".join(kinds),
        "label": label,
        "meaning": hashlib.sha256(text.encode()).hexdigest()[:16],
    }


def _written(graph: Graph, value: Term) -> str:
    """A value as text that does not depend on the names of blank nodes."""
    return value.value if isinstance(value, ox.Literal) else graph.format_term(value)


def _names(graph: Graph) -> dict[str, list[str]]:
    """The English names of each term, the preferred one first."""
    found: dict[str, list[str]] = {}
    for row in table(graph.store, "names"):
        found.setdefault(row["term"].value, []).append(row["name"].value)  # type: ignore[union-attr]
    return found


def term_list_csv(graph: Graph) -> str:
    """The terms as the text of a list."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(terms(graph))
    return out.getvalue()


def breaking_changes(graph: Graph | None = None, releases: Path | None = None) -> list[Finding]:
    """What was released and is gone, means something else without a reason given, or has lost its name.

    Args:
        releases: a folder of lists such as `0.1.0.csv`, with `changes.csv`; the shipped one if not given.
    """
    graph, folder = graph or load(), releases or resource_dir("ontology") / "releases"
    now, names = {row["iri"]: row for row in terms(graph)}, _names(graph)
    reasons = {
        (row["iri"], _number(row["release"]))
        for row in _read(folder / "changes.csv")
        if row["reason"].strip()
    }
    found = []
    for path in sorted(p for p in folder.glob("*.csv") if p.name != "changes.csv"):
        excused = {iri for iri, release in reasons if release >= _number(path.stem)}
        for row in _read(path):
            found += [
                _finding(rule, path.stem, row)
                for rule in _broken(row, now.get(row["iri"]), names, excused)
            ]
    return found


def _broken(
    then: dict[str, str], now: dict[str, str] | None, names: dict[str, list[str]], excused: set[str]
) -> Iterator[str]:
    """The rules that a term breaks, compared with what it was in a release."""
    if now is None:
        yield "iri-is-kept"
        return
    if now["meaning"] != then["meaning"] and then["iri"] not in excused:
        yield "meaning-is-kept"
    if then["label"] not in names.get(then["iri"], ()):
        yield "name-is-kept"


def _finding(rule: str, release: str, row: dict[str, str]) -> Finding:
    return Finding("Violation", rule, row["iri"], None, CURES[rule].format(release=release, **row))


def _read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
