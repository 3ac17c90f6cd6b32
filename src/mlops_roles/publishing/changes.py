"""The changes since the last release as RDF: which terms are new, deprecated, or worded otherwise.

The terms of a release are in its list in `ontology/releases/`; the reasons for new wording are in
`changes.csv` there.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from ..io.resources import resource_dir
from ..ontology.graph import Graph
from .compatibility import csv_rows, term_list, version_number
from .documents import metadata, render_turtle

DEPRECATED = ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated")


def last_release(version: str, folder: Path | None = None) -> Path:
    """The term list of the last release before a version, or of the last one if there is none."""
    folder = folder or resource_dir("ontology") / "releases"
    lists = [path for path in folder.glob("*.csv") if path.stem != "changes"]
    lists.sort(key=lambda path: version_number(path.stem))
    earlier = [p for p in lists if version_number(p.stem) < version_number(version)]
    return (earlier or lists)[-1]


def changed_terms(graph: Graph, folder: Path | None = None) -> list[dict[str, str]]:
    """The changed terms by IRI: added, deprecated or reworded since the last release, and why.

    The lists of terms are in a folder; by default the shipped ones.
    """
    path = last_release(graph.version, folder)
    then = {row["iri"] for row in csv_rows(path)}
    reasons: dict[str, str] = {}
    for row in csv_rows(path.with_name("changes.csv")):
        if version_number(row["release"]) >= version_number(path.stem):
            reasons[row["iri"]] = row["reason"]
    found = []
    for iri in (row["iri"] for row in term_list(graph)):
        gone = graph.store.quads_for_pattern(ox.NamedNode(iri), DEPRECATED, None)
        if any(gone):
            found.append({"iri": iri, "kind": "deprecated", "reason": "Replaced by another term."})
        elif iri not in then:
            found.append({"iri": iri, "kind": "added", "reason": f"New since {path.stem}."})
        elif iri in reasons:
            found.append({"iri": iri, "kind": "changed", "reason": reasons[iri]})
    return found


def changes_description(graph: Graph) -> tuple[list[ox.Triple], dict[str, str]]:
    """Statements and prefixes of the description of the changes since the last release."""
    since, changes = last_release(graph.version).stem, changed_terms(graph)
    return render_turtle("changes", about=metadata(graph), since=since, changes=changes)
