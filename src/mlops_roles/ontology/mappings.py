"""Accepted mappings of a graph: which terms and names of others mean which of our terms, and why.

A mapping set that is added to a graph becomes statements of the graph, as `link --apply` merges
them. Every command reads them here: by IRI, by code, and by each name of a mapped term.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyoxigraph as ox

from ..errors import InputError, UnknownName
from ..io.resources import resource_dir, shipped_text
from ..io.sssom import Mapping as Row
from ..io.sssom import MappingSet, NameRow
from ..io.turtle import GENID
from .catalogue import ask
from .graph import BASE, DEFAULT, INFERRED, Graph, Term, once_per_graph
from .names import local_name

_DEFINED_BY = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")
Relation = Literal["exact", "narrower", "close", "broader", "refused"]
# of several relations to one term, the first counts
PRECEDENCE: tuple[Relation, ...] = ("refused", "exact", "narrower", "close", "broader")
SAYS = {
    "exact": "the same as",
    "narrower": "narrower than",
    "close": "close to",
    "broader": "broader than",
    "refused": "no match for",
}
_NAME_RELATIONS: dict[str, Relation] = {
    "exactMatch": "exact",
    "closeMatch": "close",
    "broadMatch": "narrower",
    "narrowMatch": "broader",
}


def mapping_triples(mappings: MappingSet, chosen: Iterable[Row] | None = None) -> list[ox.Triple]:
    """The statements that a set makes, each with a mark; those of the `chosen` mappings, or all."""
    store = ox.Store()
    store.extend(mappings.to_quads(chosen))
    text = (resource_dir("ontology") / "alignments" / "mapping.rq").read_text("utf-8")
    return list(store.query(text))  # type: ignore[arg-type]


def check_terms(mappings: MappingSet, path: Path, graph: Graph) -> None:
    """Raise InputError for a reviewed mapping with a predicate, or term of ours, that is unknown.

    The graph is the ontology with everything that is added to it, such as the statements of the
    set.
    """
    known = _predicates(graph.store)
    for row in mappings.reviewed:
        unknown = [(row.predicate, "predicate_id")] if row.predicate not in known else []
        for iri, column in ((row.subject, "subject_id"), (row.object, "object_id")):
            if iri.startswith((f"{BASE}/", f"{BASE}#")) and not _is_described(iri, graph):
                unknown.append((iri, column))
        for _, column in unknown:
            raise InputError(
                f"{path}, line {row.line}: {column} {row.cells[column][:80]!r} does not exist; "
                "correct it (`mlops-roles coherence` shows the nearest names)"
            )


def _is_described(iri: str, graph: Graph) -> bool:
    """Whether a term has a block in the ontology; the codes of others need none."""
    if iri.startswith(f"{BASE}/code/"):
        return True
    described = graph.store.quads_for_pattern(ox.NamedNode(iri), _DEFINED_BY, None, DEFAULT)
    return next(iter(described), None) is not None


def _predicates(store: ox.Store) -> set[str]:
    """The IRIs of the properties that a mapping can use."""
    text = (resource_dir("ontology") / "alignments" / "predicates.rq").read_text("utf-8")
    solutions: Any = store.query(text, use_default_graph_as_union=True)
    return {row[0].value for row in solutions}


class Cited(NamedTuple):
    """A mapping as it is cited: what it states, where, and who accepted it."""

    # subject, predicate, object: IRIs; the subject is a name, if the mapping is about a name
    subject: str
    predicate: str
    object: str
    place: str  # the file and line, or the mapping set
    by: str  # the person who reviewed or curated it; may be empty
    text: str  # all of it for a reader

    def to_dict(self) -> dict[str, str]:
        """The mapping as plain data."""
        return {key: value for key, value in self._asdict().items() if key != "text"}


@dataclass(frozen=True)
class Mapped:
    """A mapping from a term or name of another vocabulary to one of our terms, with its sources."""

    source: str  # the IRI of their term; a name, if the mapping is about a name
    target: str  # the IRI of our term
    # 'exact', 'narrower' (the source is narrower than the target), 'close', 'broader', 'refused'
    relation: Relation
    rows: tuple[Cited, ...]  # the mappings that it rests on
    is_shipped: bool = False  # whether it rests on a shipped alignment alone
    is_name: bool = False  # whether it is a mapping of the name itself

    @property
    def counts(self) -> bool:
        """Whether a person who has the source has the target, too: it is the same or narrower."""
        return self.relation in ("exact", "narrower")

    def reason(self, term: str) -> str:
        """The mapping as a reason of an answer about one of our terms."""
        if self.is_name and self.relation in ("exact", "refused"):
            return f"{term} {self.rows[0].text}"
        return f"{SAYS[self.relation]} {term}: {self.citation}"

    @property
    def citation(self) -> str:
        """The mappings that it rests on, for a reader."""
        return "; ".join(row.text for row in self.rows)


@dataclass(frozen=True)
class Mappings:
    """The accepted mappings of a graph."""

    # the IRI of each term of others that is mapped to terms of ours, to how
    by_term: dict[str, list[Mapped]] = field(default_factory=dict)
    # each name or code of these terms, as written, with their IRIs
    names: dict[str, list[str]] = field(default_factory=dict)
    # (name, file, mapping) of each mapping of a name itself, in order of the files
    decided: list[tuple[str, str, Mapped]] = field(default_factory=list)

    def by_name(
        self, fold: Callable[[str], str], is_wanted: Callable[[str], bool]
    ) -> dict[str, dict[str, Mapped]]:
        """What names mean, by their folded form and then by the IRI of our term.

        A mapping of the name itself goes before one of a term that has the name, and a later file
        before an earlier one. What one file both accepts and refuses counts for nothing.

        Args:
            fold: how names are compared.
            is_wanted: whether a term of ours, given by IRI, is one of those asked for.
        """
        found: dict[str, dict[str, Mapped]] = defaultdict(dict)
        for name, iris in self.names.items():
            for mapped in (m for iri in iris for m in self.by_term[iri] if is_wanted(m.target)):
                # a shipped alignment refuses an outside term, and not its name
                if mapped.relation != "refused" or not mapped.is_shipped:
                    _keep_first(found[fold(name)], mapped)
        by_file: dict[tuple[str, str, str], list[Mapped]] = defaultdict(list)
        for name, file, mapped in self.decided:
            if is_wanted(mapped.target):
                by_file[file, fold(name), mapped.target].append(mapped)
        for (_, name, target), rows in by_file.items():
            if len({mapped.relation == "refused" for mapped in rows}) == 1:
                found[name][target] = rows[-1]
        return {name: by_target for name, by_target in found.items() if name and by_target}

    def meant(self, name: str, graph: Graph) -> list[Mapped]:
        """What a term of others means, given by its IRI, CURIE, code or label."""
        iri = graph.expand_curie(name)
        if iri is not None:
            return self.by_term.get(iri, [])
        wanted = name.strip().casefold()
        named = (iris for known, iris in self.names.items() if known.casefold() == wanted)
        return [m for iri in dict.fromkeys(chain(*named)) for m in self.by_term[iri]]


def _keep_first(by_target: dict[str, Mapped], mapped: Mapped) -> None:
    """Keep of two mappings to one term the one whose relation comes first in PRECEDENCE."""
    known = by_target.setdefault(mapped.target, mapped)
    if PRECEDENCE.index(mapped.relation) < PRECEDENCE.index(known.relation):
        by_target[mapped.target] = mapped


@once_per_graph
def mappings_of(graph: Graph) -> Mappings:
    """The accepted mappings of a graph; none without added files.

    Raises InputError: a mapping has a term of ours, or a predicate, that does not exist.
    """
    if not graph.added:
        return Mappings()
    edges = _edges(graph)
    own_terms = _own_terms(None, graph) if edges else set[str]()
    outside = (iri for iri in edges if iri not in own_terms or not iri.startswith(f"{BASE}/"))
    means = {iri: list(_means(iri, edges, own_terms)) for iri in outside}
    by_term = {iri: mapped for iri, mapped in means.items() if mapped}
    names: dict[str, list[str]] = defaultdict(list)
    for iri in by_term:
        for name in {iri, graph.curie(iri)}:
            names[name].append(iri)
    for row in ask("mapped-names", graph).terms if by_term else ():
        iri, name = row[0].value, row[1].value  # type: ignore[union-attr]
        if iri in by_term:
            names[name].append(iri)
    return Mappings(by_term, dict(names), list(_decided_names(graph)))


class _Edge(NamedTuple):
    """What a term is mapped to, and the row that says so."""

    relation: Relation
    other: str
    row: Cited
    is_shipped: bool


def _edges(graph: Graph) -> dict[str, list[_Edge]]:
    """The mappings of each term in both directions; a stated one replaces one that follows."""
    found: dict[tuple[str, str, str], list[tuple[int, _Edge]]] = defaultdict(list)
    for terms in ask("accepted-mappings", graph).terms:
        one, relation, other, predicate, start, in_set, place, by, _ = (
            "" if term is None else term.value  # type: ignore[union-attr]
            for term in terms
        )
        ends = [ox.NamedNode(end) for end in ((one, other) if start == "subject" else (other, one))]
        statement = ox.Quad(ends[0], ox.NamedNode(predicate), ends[1])
        at = place or in_set or "an added file"
        text = f"{graph.format_term(statement.triple)} ({at}{f', by {by}' if by else ''})"
        row = Cited(ends[0].value, predicate, ends[1].value, at, by, text)
        rank = 2 if in_set else 1 if statement in graph.store else 0
        edge = _Edge(relation, other, row, in_set.startswith(f"{BASE}/"))  # type: ignore[arg-type]
        found[one, relation, other].append((rank, edge))
    edges: dict[str, list[_Edge]] = defaultdict(list)
    for (one, *_), rows in found.items():
        edges[one].append(max(rows, key=lambda row: row[0])[1])
    return edges


def _means(
    start: str, edges: Mapping[str, list[_Edge]], own_terms: Container[str]
) -> Iterator[Mapped]:
    """Which of our terms a term leads to: by exact matches and at most one other mapping.

    Of several ways to a term, the one whose relation comes first in PRECEDENCE counts, and of
    these the shortest. A term of ours is the end of a way.
    """
    found: dict[str, Mapped] = {}
    todo: deque[tuple[str, Relation, tuple[_Edge, ...]]] = deque([(start, "exact", ())])
    seen = {(start, "exact")}
    while todo:
        at, relation, way = todo.popleft()
        if at in own_terms and way:
            rows = tuple(edge.row for edge in way)
            shipped = all(edge.is_shipped for edge in way)
            _keep_first(found, Mapped(start, at, relation, rows, shipped))
            continue
        for edge in edges.get(at, ()):
            if "exact" in (relation, edge.relation):
                new = edge.relation if relation == "exact" else relation
                if (edge.other, new) not in seen and edge.other != start:
                    seen.add((edge.other, new))
                    todo.append((edge.other, new, (*way, edge)))
    yield from found.values()


def _decided_names(graph: Graph) -> Iterator[tuple[str, str, Mapped]]:
    """The mappings of names themselves, each with its name and file."""
    for path, mappings in graph.mapping_sets.items():
        for row in mappings.names:
            term = decided_term(row, path, graph)
            relation = _NAME_RELATIONS[local_name(row.predicate)] if row.accepted else "refused"
            verb = "accepted" if row.accepted else "refused"
            by = (f" by {row.author}" if row.author else "") + (
                f" on {row.date}" if row.date else ""
            )
            place = f"{path.name}, line {row.line}"
            text = f"{verb}{by} ({place})"
            cited = Cited(row.name, row.predicate, term, place, row.author, text)
            yield row.name, str(path), Mapped(row.name, term, relation, (cited,), is_name=True)


def decided_term(row: NameRow, path: Path, graph: Graph) -> str:
    """The IRI of the role, skill or tool of a row about a name. Raises InputError for another."""
    fault: InputError | None = None
    for kind in ("role", "skill", "tool"):
        try:
            if (iri := graph.find_own_term(row.term, kind)) in _own_terms(kind, graph):
                return iri
            raise UnknownName(row.term, kind, sorted(map(local_name, _own_terms(kind, graph))))
        except InputError as error:
            fault = fault or error
    fix = "(a company's own term needs its file: --with FILE)"
    raise InputError(f"{path}, line {row.line}: {fault} {fix}")


def _own_terms(kind: str | None, graph: Graph) -> set[str]:
    """The IRIs of the terms of a kind in the ontology and its added files; of all without one."""
    every = (pair for terms in graph.index.values() for pair in terms)
    return {iri for of_kind, iri in every if not kind or of_kind.endswith(kind)}


def load_mappings(graph: Graph) -> dict[str, str]:
    """Add the accepted mappings of the sets that are added to a graph; returns their prefixes.

    Raises InputError: a mapping has a term of ours, or a predicate, that does not exist.
    """
    prefixes: dict[str, str] = {}
    for path, mappings in graph.mapping_sets.items():
        check_terms(mappings, path, graph)
        triples = mapping_triples(mappings, mappings.reviewed)
        rows: dict[str, ox.BlankNode] = defaultdict(ox.BlankNode)  # two sets share no node
        for s, predicate, value in triples:
            is_row = isinstance(s, ox.NamedNode) and s.value.startswith(GENID)
            subject = rows[str(s)] if is_row else s
            graph.store.add(ox.Quad(subject, predicate, value))
        prefixes |= mappings.header["curie_map"]
    known = set(graph.prefixes.values())
    return {prefix: ns for prefix, ns in prefixes.items() if ns not in known}


def find_outside_term(name: str, kind: str | None, graph: Graph) -> str | None:
    """The IRI that the name of a term of others means; None if no mapping has this name.

    The name is an IRI, a CURIE, a code or a label. With a kind ('role', 'task', 'skill' …) it is
    the term of ours of this kind that is the same as theirs; else their term. Raises InputError if
    several terms are meant.
    """
    found = mappings_of(graph).meant(name, graph)
    if kind is None:
        terms = {mapped.source for mapped in found if not mapped.is_name}
    else:
        own = _own_terms(kind, graph)
        terms = {m.target for m in found if m.relation == "exact" and m.target in own}
    return _only_one(name, terms, graph)


def find_by_label(name: str, kind: str | None, graph: Graph) -> str | None:
    """The IRI of the term of the ontology that has a label in any language; None without one.

    Raises InputError: several terms have it.
    """
    wanted = name.strip().casefold()
    rows = ask("labels", graph).terms
    labelled = {str(t.value) for label, t, *_ in rows if label.value.casefold() == wanted}  # type: ignore[union-attr]
    return _only_one(name, labelled & _own_terms(kind, graph), graph)


def _only_one(name: str, terms: set[str], graph: Graph) -> str | None:
    if len(terms) > 1:
        choice = ", ".join(map(graph.curie, sorted(terms)))
        raise InputError(f"{name!r} means several terms; say which: {choice}")
    return next(iter(terms), None)


def state_what_mappings_mean(graph: Graph) -> None:
    """Add what mappings mean for the people in the data of a graph to its inferred statements.

    `matching/mapped-people.rq` says which statements follow for each pair of terms.
    """
    text = shipped_text(resource_dir("ontology") / "matching" / "mapped-people.rq")
    for mapped in chain(*mappings_of(graph).by_term.values()):
        if mapped.counts:
            pair: dict[ox.Variable, Term] = {
                ox.Variable("theirs"): ox.NamedNode(mapped.source),
                ox.Variable("ours"): ox.NamedNode(mapped.target),
                ox.Variable("relation"): ox.Literal(mapped.relation),
            }
            rows: Any = graph.store.query(text, use_default_graph_as_union=True, substitutions=pair)
            quads = [
                ox.Quad(person, follows, target, INFERRED) for person, follows, target, *_ in rows
            ]
            graph.store.extend(quads)
