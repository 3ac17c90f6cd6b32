"""Terms and predicates of mappings that no loaded file has, each with the nearest names."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from ..io import rdf
from ..io.resources import FilePath
from ..io.sssom import BUILT_IN, Mapping, MappingSet
from ..ontology.graph import BASE, DEFAULT, Graph
from .alignments import alignments_dir, shipped_mapping_sets

MAX_COMPARED = 20_000  # names; comparing more takes over a second


@dataclass(frozen=True)
class UnknownTerm:
    """A term or predicate that is used in a mapping set and does not exist."""

    written: str  # the term as the set writes it
    lines: tuple[int, ...]  # the lines of the rows that use it
    message: str  # what is wrong, and the fix


def unknown_terms(
    mappings: MappingSet,
    chosen: Iterable[Mapping],
    source: FilePath,
    ontology: Graph,
    is_loaded: bool = False,
) -> list[UnknownTerm]:
    """Find the predicates, subjects and objects of some mappings of a set that do not exist.

    Args:
        mappings: the mapping set.
        chosen: the mappings to check.
        source: the RDF file whose terms are mapped.
        ontology: the ontology with what is added to it.
        is_loaded: whether the ontology has the statements of `source`, too.

    Each unknown term is given once, in the order of the rows. A term of our namespace exists if the
    ontology or an added file describes it; any other exists if a file or a shipped alignment
    mentions it.
    """
    store = ontology.store if is_loaded else ox.Store()
    if not is_loaded:
        asserted = ontology.store.quads_for_pattern(None, None, None, DEFAULT)
        store.extend(ox.Quad(*quad.triple) for quad in (*asserted, *rdf.parse_rdf(source)[0]))
    predicates = _predicates(store)
    missing = _missing(chosen, predicates, store)
    terms = _terms(store) if missing else set()
    prefixes = {**BUILT_IN, **mappings.header["curie_map"]}
    return [
        UnknownTerm(
            written,
            tuple(lines),
            _predicate_message(iri, predicates, prefixes)
            if is_predicate
            else _term_message(iri, terms, prefixes, Path(source).name),
        )
        for (iri, written, is_predicate), lines in missing.items()
    ]


def _missing(
    rows: Iterable[Mapping], predicates: Collection[str], store: ox.Store
) -> dict[tuple[str, str, bool], list[int]]:
    """What does not exist: its IRI, how it is written and whether as a predicate; its lines."""
    found: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for row in rows:
        if row.predicate not in predicates:
            found[row.predicate, row.cells["predicate_id"], True].append(row.line)
        for iri, column in ((row.subject, "subject_id"), (row.object, "object_id")):
            if not is_known_term(iri, store):
                found[iri, row.cells[column], False].append(row.line)
    return found


def _predicates(store: ox.Store) -> set[str]:
    """The IRIs of the properties that a mapping can use."""
    text = (alignments_dir() / "predicates.rq").read_text("utf-8")
    return {row[0].value for row in store.query(text)}  # type: ignore[union-attr]


@cache
def _shipped_ends() -> tuple[set[str], set[str]]:
    """The IRIs of ours that the shipped alignments map, and those that they map to."""
    rows = [row for found in shipped_mapping_sets().values() for row in found.mappings]
    return {row.subject for row in rows}, {row.object for row in rows}


def is_known_term(iri: str, store: ox.Store) -> bool:
    """Whether an IRI is described, mentioned by others, or mapped to; see `_terms`."""
    node = ox.NamedNode(iri)
    subjects, objects = _shipped_ends()
    if iri in objects or any(store.quads_for_pattern(node, None, None, DEFAULT)):
        return True
    if iri.startswith(f"{BASE}/"):
        return False
    mentions = ((None, None, node, DEFAULT), (None, node, None, DEFAULT))
    return iri in subjects or any(any(store.quads_for_pattern(*mention)) for mention in mentions)


def _terms(store: ox.Store) -> set[str]:
    """All IRIs that exist, among which to look for the one that was meant."""
    found: set[str] = set()
    for quad in store.quads_for_pattern(None, None, None, DEFAULT):
        if isinstance(quad.subject, ox.NamedNode):
            found.add(quad.subject.value)
        ends = (end.value for end in (quad.predicate, quad.object) if isinstance(end, ox.NamedNode))
        found.update(iri for iri in ends if not iri.startswith(f"{BASE}/"))
    subjects, objects = _shipped_ends()
    return found | objects | {iri for iri in subjects if not iri.startswith(f"{BASE}/")}


def _predicate_message(iri: str, known: Collection[str], prefixes: dict[str, str]) -> str:
    fix = "use skos:exactMatch, skos:closeMatch, skos:broadMatch, skos:narrowMatch, …"
    return f"no such predicate; {_hint(iri, known, prefixes) or fix}"


def _term_message(iri: str, known: Collection[str], prefixes: dict[str, str], name: str) -> str:
    if iri.startswith(f"{BASE}/"):
        place, fix = "the ontology", "correct it"
    else:
        place = f"{name}, the ontology or its alignments"
        fix = "correct it, or add the file that has it with --with"
    return f"no such term in {place}; {_hint(iri, known, prefixes) or fix}"


def _hint(iri: str, known: Collection[str], prefixes: dict[str, str]) -> str:
    """The question whether a similar term of the same namespace was meant, or ''."""
    namespace = iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
    names = [term[len(namespace) :] for term in known if term.startswith(namespace)]
    near = difflib.get_close_matches(iri[len(namespace) :], names[:MAX_COMPARED], cutoff=0.6)
    curies = [_curie(namespace + name, prefixes) for name in near]
    return f"did you mean {' or '.join(curies)}?" if curies else ""


def _curie(iri: str, prefixes: dict[str, str]) -> str:
    fits = [(len(n), p) for p, n in prefixes.items() if n and iri.startswith(n)]
    length, prefix = max(fits, default=(0, ""))
    return f"{prefix}:{iri[length:]}" if length else iri
