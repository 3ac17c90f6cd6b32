"""A new version of a mapped vocabulary: what is new, gone or changed, and what to review again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import pyoxigraph as ox

from ..io import rdf
from ..io.resources import FilePath
from ..io.sssom import Mapping, MappingSet
from ..ontology.graph import BASE
from .lexicon import fold_title

SKOS, RDFS = "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2000/01/rdf-schema#"
LABELS = (f"{SKOS}prefLabel", f"{RDFS}label")
DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
REPLACED_BY = "http://purl.org/dc/terms/isReplacedBy"
COLUMNS = ("change", "term", "label", "what", "rows", "review")
Described = dict[str, set[tuple[str, str]]]  # term: predicate and value of its statements


@dataclass(frozen=True)
class TermChange:
    """What a new version of a vocabulary changes about one of its terms.

    Attributes:
        change: 'added', 'dropped', 'deprecated' or 'changed'.
        term: its IRI.
        label: its label, the old one if it was dropped.
        what: what changed, for a reader.
        rows: the decided rows about it, as file:line.
    """

    change: str
    term: str
    label: str
    what: str
    rows: tuple[str, ...] = ()

    @property
    def review(self) -> bool:
        """Whether decided rows have to be looked at again."""
        return bool(self.rows) and self.change != "added"

    def to_dict(self) -> dict[str, Any]:
        """The change as a row."""
        row = asdict(self) | {"rows": ", ".join(self.rows)}
        return row | {"review": "again" if self.review else ""}


@dataclass(frozen=True)
class MappingUpdate:
    """What becomes of a mapping set when the mapped vocabulary has a new version.

    Attributes:
        changes: the changed terms; those with rows to review come first.
        kept: the set without the rows about terms that were dropped.
    """

    changes: list[TermChange]
    kept: MappingSet


def update_mappings(
    mappings: MappingSet, new: FilePath, previous: FilePath | None = None
) -> MappingUpdate:
    """Compare a mapping set with a new version of the vocabulary that it maps.

    Args:
        mappings: the set that was made for the previous version.
        new: the new version, as RDF.
        previous: the previous version. Without it a term counts as added if no row is about it,
            and as changed if its label is not that of the row.

    Raises:
        InputError: for a file that cannot be read.

    Example:
        >>> from mlops_roles import read_mappings, update_mappings
        >>> mappings = read_mappings("examples/acme-hr.sssom.tsv")
        >>> [c.term for c in update_mappings(mappings, "examples/acme-hr.ttl").changes if c.review]
        []
    """
    after = _described(new)
    before = _described(previous) if previous else _described_by_rows(mappings)
    lines: dict[str, list[str]] = defaultdict(list)
    for row in mappings.reviewed:
        lines[_theirs(row)].append(f"{mappings.name}:{row.line}")
    changes = []
    for term in sorted(before.keys() | after.keys()):
        if found := _change(before.get(term), after.get(term), bool(previous)):
            change, label, what = found
            changes.append(TermChange(change, term, label, what, tuple(lines.get(term, ()))))
    kept = [row for row in mappings.mappings if _theirs(row) in after]
    changes.sort(key=lambda c: (not c.review, c.change, c.term))
    return MappingUpdate(changes, replace(mappings, mappings=kept))


def _change(
    before: set[tuple[str, str]] | None, after: set[tuple[str, str]] | None, is_whole: bool
) -> tuple[str, str, str] | None:
    """What changed, the label and the details; None if nothing did."""
    if after is None:
        return "dropped", _label(before or set()), "the new version does not have it"
    if any(predicate == DEPRECATED and value == "true" for predicate, value in after):
        if before and is_whole and (DEPRECATED, "true") in before:
            return None
        other = ", ".join(value for predicate, value in after if predicate == REPLACED_BY)
        return "deprecated", _label(after), f"replaced by {other}" if other else "no replacement"
    if before is None:
        return "added", _label(after), "not in the previous version" if is_whole else "in no row"
    if not is_whole:
        old = {fold_title(value) for _, value in before}
        now = {fold_title(value) for predicate, value in after if predicate in LABELS}
        was = f"its label was {_label(before)!r}"
        return None if not old or not now or old & now else ("changed", _label(after), was)
    gone, new = (_said(some) for some in (before - after, after - before))
    return ("changed", _label(after), f"- {gone or '…'}; + {new or '…'}") if gone or new else None


def _said(statements: Iterable[tuple[str, str]]) -> str:
    """Statements in short, for a reader."""
    ends = sorted((p.replace("#", "/").rpartition("/")[2], value) for p, value in statements)
    return ", ".join(f"{name} {value[:80]!r}" for name, value in ends[:6])


def _label(statements: Iterable[tuple[str, str]]) -> str:
    return min((value for predicate, value in statements if predicate in LABELS), default="")


def _described(path: FilePath) -> Described:
    """The statements about each term of a file that has a label; blank nodes are left out."""
    found: Described = defaultdict(set)
    for quad in rdf.parse_rdf(path)[0]:
        value = quad.object
        if isinstance(quad.subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
            found[quad.subject.value].add((quad.predicate.value, value.value))
    labelled = {*LABELS, DEPRECATED}
    return {t: about for t, about in found.items() if any(p in labelled for p, _ in about)}


def _described_by_rows(mappings: MappingSet) -> Described:
    """What a set itself says of its terms: their labels."""
    found: Described = {}
    for row in mappings.mappings:
        label = row.cells.get(f"{_their_end(row)}_label", "")
        about = found.setdefault(_theirs(row), set())
        about.update({(LABELS[0], label)} if label else set())
    return found


def _their_end(row: Mapping) -> str:
    """Which side of a mapping is the other vocabulary: 'subject' or 'object'."""
    return "object" if row.subject.startswith(f"{BASE}/") else "subject"


def _theirs(row: Mapping) -> str:
    return row.object if _their_end(row) == "object" else row.subject


def vocabulary_of_rows(mappings: MappingSet) -> bytes:
    """The terms of a set with their labels as Turtle, in place of the vocabulary itself."""
    found = _described_by_rows(mappings)
    concept = ox.NamedNode(f"{SKOS}Concept")
    rdf_type = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    triples = [ox.Triple(ox.NamedNode(term), rdf_type, concept) for term in found]
    triples += [
        ox.Triple(ox.NamedNode(term), ox.NamedNode(predicate), ox.Literal(value))
        for term, about in found.items()
        for predicate, value in about
    ]
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE) or b""
