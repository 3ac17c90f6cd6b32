"""Rows of a mapping set whose label for a term is none of its labels, but one of another term."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pyoxigraph as ox

from ..io.sssom import Mapping
from ..ontology.graph import BASE
from .lexicon import fold_title

_SKOS, _RDFS = "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2000/01/rdf-schema#"
_ENDS = ("subject", "object")
_TITLES = ("primaryTitle", "counterpartTitle", "curatedTitle")
_LABELS = [
    f"{_RDFS}label",
    *(f"{_SKOS}{kind}Label" for kind in ("pref", "alt", "hidden")),
    *(f"{BASE}/ns#{title}" for title in _TITLES),
]


class WrongLabel(NamedTuple):
    """A label that a row gives to a term."""

    row: Mapping
    term: ox.NamedNode
    label: str  # as written
    others: list[ox.NamedNode]  # the terms that have the label


def wrong_labels(rows: Iterable[Mapping], statements: ox.Dataset) -> Iterator[WrongLabel]:
    """The labels that are none of their terms', in any language, but those of other terms.

    A term without a label in the statements, and a label that no term has, are left out.
    """
    written = [(row, end, row.cells.get(f"{end}_label", "")) for row in rows for end in _ENDS]
    if not any(label for *_, label in written):
        return
    labels, terms = defaultdict[Any, set[str]](set), defaultdict[str, set[Any]](set)
    for prop in map(ox.NamedNode, _LABELS):
        for quad in statements.quads_for_predicate(prop):
            if isinstance(quad.object, ox.Literal) and isinstance(quad.subject, ox.NamedNode):
                labels[quad.subject].add(folded := fold_title(quad.object.value))
                terms[folded].add(quad.subject)
    for row, end, label in written:
        term, folded = ox.NamedNode(getattr(row, end)), fold_title(label)
        if labels.get(term) and folded not in labels[term] and terms.get(folded):
            yield WrongLabel(row, term, label, sorted(terms[folded], key=str))
