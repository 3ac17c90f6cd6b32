"""The statements of RDF that are about people and positions, as arrays of integers by column.

The question `staff-columns` says which properties and classes are read, and as which column; a
subproperty or subclass of such a term is read as the term is, whether the data or the ontology
says so. A file is streamed: there is no Python object per person.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyoxigraph as ox

from ..errors import InputError
from ..io import rdf
from ..io.json_ld import KEYS
from ..ontology.axioms import axiom_names
from ..ontology.catalogue import ask
from ..ontology.graph import RDF_TYPE, Graph
from ..ontology.names import local_name
from .reading import ReadOptions

Pairs = tuple[Any, Any]  # two arrays of integers of equal length: subject, object
RDFS, OWL = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2002/07/owl#"
RDF = RDF_TYPE.value.removesuffix("type")
BELOW = (f"{RDFS}subPropertyOf", f"{RDFS}subClassOf")
EQUAL = (f"{OWL}equivalentProperty", f"{OWL}equivalentClass")
NIL, NUMBERED = f"{RDF}nil", re.compile(re.escape(RDF) + r"_[1-9]\d*")  # of lists, containers
ABOUT_TERMS = re.compile(rb"subPropertyOf|subClassOf|equivalentProperty|equivalentClass")
CLASS_COLUMNS = ("person", "agent", "position", "post-class", "posting", "no person")
RANKS = {"person": 0, "no person": 3, "agent": 4, "label": 4}  # of several terms above one
FROM_MAPPING = ("title", "role", "skills", "assessed", "lacks", "name", "given", "family")
EXTRA_COLUMNS = ("status", "left", "vacant", "key")  # which only a mapping names in RDF


@dataclass
class TermUse:
    """A property or class that is read."""

    column: str  # what it is read as
    # who is a person by its statements: 'subject', 'object', 'named subject' or 'named object';
    # None if nobody is
    person: str | None = None
    # 'named' (a term of `staff-columns`), 'mapped', or 'guessed' (below such a term)
    how: str = "named"
    why: str = ""  # the reason
    subjects: array[int] = field(default_factory=lambda: array("q"))
    objects: array[int] = field(default_factory=lambda: array("q"))


class Terms:
    """Which properties and classes are read, found when each is seen for the first time.

    Attributes:
        used: the IRI of each term in the data that is read.
        unread: the IRI of each property, or class, that is not.
        mapped: the names in the mapping that a term of the data has.
    """

    def __init__(self, graph: Graph, options: ReadOptions, axioms: Iterable[ox.Quad]):
        self.graph, self.options = graph, options
        self.known: dict[str, tuple[str, str | None]] = {}
        self.vocabularies: list[str] = []
        for row in ask("staff-columns", graph):
            iri = str(graph.expand_curie(row["term"]))
            if row["column"] == "vocabulary":
                self.vocabularies.append(iri)
            else:
                self.known[iri] = row["column"], row["person"]
        self.broader = _broader(chain(_about_terms(graph), axioms))
        self.axioms = axiom_names()
        self.used: dict[str, TermUse] = {}
        self.parsers: list[rdf.Parser] = []
        self.mapped: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._check_mapping()

    def _check_mapping(self) -> None:
        columns = {column for column, _ in self.known.values()} | {*FROM_MAPPING, *EXTRA_COLUMNS}
        for ours, theirs in self.options.pairs:
            if ours not in columns - {"agent", "match", "same", "no person"}:
                listed = ", ".join(sorted((*FROM_MAPPING, "person", "unit", "status")))
                raise InputError(
                    f"--map {ours}={theirs}: no column {ours!r} of ours; of RDF these are {listed}"
                )

    def use(self, iri: str, is_class: bool) -> TermUse | None:
        """How a term is read; None if it is not."""
        if iri in self.used:
            return self.used[iri]
        found = self._mapped(iri, is_class) or self._known(iri, is_class)
        if found and not self._is_ignored(iri):
            self.used[iri] = found
            return found
        return None

    def is_axiom(self, iri: str) -> bool:
        """Whether a term makes axioms, whose use in data is reported elsewhere."""
        return iri in self.axioms or iri.startswith((RDFS, OWL)) or iri in (*BELOW, *EQUAL)

    def _known(self, iri: str, is_class: bool) -> TermUse | None:
        """How the nearest known term above is read; of several, a person before others."""
        seen, level = {iri}, [iri]
        found: list[tuple[str, TermUse]] = []
        while level and not (found and not is_class):
            found += [(t, use) for t in level if (use := self._exactly(t, is_class))]
            level = [t for term in level for t in self._above(term) if t not in seen]
            seen.update(level)
        if not found:
            return None
        term, use = min(found, key=lambda pair: RANKS.get(pair[1].column, 2))
        if term != iri:
            use.how, use.why = "guessed", f"below {self.graph.curie(term)}"
        return use

    def _above(self, iri: str) -> Sequence[str]:
        """The terms right above one; above the numbered ones of containers is `rdfs:member`."""
        return (f"{RDFS}member",) if NUMBERED.fullmatch(iri) else self.broader.get(iri, ())

    def _exactly(self, iri: str, is_class: bool) -> TermUse | None:
        """How a known term, or another class of a known vocabulary, is read."""
        column, person = self.known.get(iri, ("", None))
        if column and is_class == (column in CLASS_COLUMNS):
            return TermUse(column, person)
        is_other_class = is_class and iri.startswith(tuple(self.vocabularies))
        if is_other_class and iri.lower() not in self._lower_case:
            return TermUse("no person", why="another class of its vocabulary")
        return None

    @cached_property
    def _lower_case(self) -> set[str]:
        """The known classes in lower case: a class that differs in case alone is a mistake."""
        return {iri.lower() for iri, (column, _) in self.known.items() if column in CLASS_COLUMNS}

    def _mapped(self, iri: str, is_class: bool) -> TermUse | None:
        for ours, theirs in self.options.pairs:
            if self.is_named(theirs, iri):
                self.mapped[ours, theirs].append(iri)
                column = "name" if ours == "person" and not is_class else ours
                if is_class and column not in CLASS_COLUMNS:
                    continue
                maker = "subject" if column in FROM_MAPPING else self.known.get(iri, ("", None))[1]
                return TermUse(column, maker, "mapped", "as settled")
        return None

    def _is_ignored(self, iri: str) -> bool:
        return any(self.is_named(name, iri) for name in self.options.ignore)

    def is_named(self, name: str, iri: str) -> bool:
        """Whether a user's name of a term is an IRI, its CURIE, or only its local name."""
        if name.strip("<>") == iri or self.graph.expand_curie(name) == iri:
            return True
        prefix, colon, local = name.rpartition(":")
        spaces = {p.prefixes[prefix] for p in self.parsers if prefix in p.prefixes}
        if "//" in name or (colon and (spaces or prefix in self.graph.prefixes)):
            return iri in {space + local for space in spaces}
        return local_name(iri) == local or unquote(iri) == KEYS + name


def _about_terms(graph: Graph) -> Iterator[ox.Quad]:
    """The axioms of the ontology about what lies below what."""
    for prop in (*BELOW, *EQUAL):
        yield from graph.store.quads_for_pattern(None, ox.NamedNode(prop), None)


def _broader(axioms: Iterable[ox.Quad]) -> dict[str, list[str]]:
    """Term to the terms right above it."""
    broader: dict[str, list[str]] = defaultdict(list)
    for quad in axioms:
        one, two = getattr(quad.subject, "value", ""), getattr(quad.object, "value", "")
        broader[one].append(two)
        if quad.predicate.value in EQUAL:
            broader[two].append(one)
    return broader


class Statements:
    """The statements about people and positions in some files.

    Attributes:
        terms: how the properties and classes were read.
        keys: every IRI and literal, in the order of first appearance. A literal is its language
            between quotation marks, and its text.
        unread: (kind, IRI) of the properties and classes that are not read, with their counts.
        axioms: the kinds of axioms in the files that are not followed, such as 'owl:inverseOf'.
    """

    def __init__(self, files: Sequence[Path], graph: Graph, options: ReadOptions):
        axioms = [quad for path in files for quad in _axioms_in(path)]
        self.terms = Terms(graph, options, axioms)
        self.unread: Counter[tuple[str, str]] = Counter()
        self._numbers: dict[str, int] = defaultdict(count().__next__)
        self._read(self._known_matches(graph), Counter())
        self._in_ontology = {iri: len(use.subjects) for iri, use in self.terms.used.items()}
        unread: Counter[Any] = Counter()
        for path in files:
            parsers, rename = self.terms.parsers, len(files) > 1
            self._read(rdf.iter_quads(path, parsers, keep_keys=True, rename=rename), unread)
        self.axioms = self._report_unread(unread)
        self.keys = list(self._numbers)

    def _known_matches(self, graph: Graph) -> Iterator[ox.Quad]:
        """What the ontology, with what was added to it, says is the same."""
        for iri, (column, _) in self.terms.known.items():
            if column in ("match", "same"):
                yield from graph.store.quads_for_pattern(None, ox.NamedNode(iri), None)

    def _read(self, quads: Iterable[ox.Quad], unread: Counter[Any]) -> None:
        """Add statements to the columns."""
        into = _Columns(self.terms)
        numbers, is_type, literal = self._numbers, RDF_TYPE.value, ox.Literal
        for quad in quads:
            predicate, thing = quad.predicate.value, quad.object
            is_literal = type(thing) is literal
            if predicate == is_type:
                sides = into[(predicate, getattr(thing, "value", ""))]
                if sides is None:
                    unread[predicate, getattr(thing, "value", "")] += 1
                    continue
            else:
                sides = into[predicate]
                if sides is None:
                    unread[predicate] += 1
                    continue
            who, what = sides
            # a statement is no subject in RDF 1.2
            who(numbers[quad.subject.value])  # type: ignore[union-attr]
            what(
                numbers[
                    f'"{thing.language or ""}"{thing.value}'  # type: ignore[union-attr]
                    if is_literal
                    else getattr(thing, "value", "")
                ]
            )

    def _report_unread(self, unread: Counter[Any]) -> list[str]:
        """Count what is not read; returns the axioms that are not followed."""
        found, followed = set(), {*BELOW, *EQUAL}
        for term, times in unread.items():
            kind, iri = ("property", term) if isinstance(term, str) else ("class", term[1])
            if not self.terms.is_axiom(iri):
                self.unread[kind, iri] += times
            elif iri in self.terms.axioms and iri not in followed:
                found.add(self.terms.axioms[iri])
        return sorted(found)

    @property
    def counts(self) -> dict[str, int]:
        """How many statements of the data have each term that is read."""
        found = {
            iri: len(use.subjects) - self._in_ontology.get(iri, 0)
            for iri, use in self.terms.used.items()
        }
        return {iri: times for iri, times in found.items() if times}

    @cached_property
    def _same(self) -> Any:
        """For each index of `keys`, the index that stands for all that are the same thing."""
        place = np.arange(len(self.keys))
        for group in _groups(self._pairs_of(lambda use: use.column == "same")):
            place[sorted(group)] = min(group)
        return place

    def _pairs_of(self, is_wanted: Callable[[TermUse], bool]) -> Pairs:
        uses = [use for use in self.terms.used.values() if is_wanted(use)]
        empty = np.zeros(0, np.int64)
        sides = [
            [np.frombuffer(side, np.int64) for side in (use.subjects, use.objects) if len(side)]
            for use in uses
        ]
        filled = [side for side in sides if side]
        who = np.concatenate([empty, *(side[0] for side in filled)])
        return who, np.concatenate([empty, *(side[1] for side in filled)])

    def where(self, is_wanted: Callable[[TermUse], bool]) -> Pairs:
        """The statements of some terms, in which each thing has one index, and no value is a list.

        A value that is a list or container is replaced by its items.
        """
        who, what = self._pairs_of(is_wanted)
        if self._items:
            who, what = self._without_lists(who, what)
        return self._same[who], self._same[what]

    @cached_property
    def _items(self) -> dict[int, list[int]]:
        """The items of each list and container, in their order."""
        items, rest = defaultdict[int, list[int]](list), dict[int, int]()
        for cell, item in self._each("item"):
            items[cell].append(item)
        rest.update(self._each("rest"))
        whole = {cell: [*items[cell]] for cell in items.keys() - {*rest.values()}}
        for head, found in whole.items():
            cell, seen = rest.get(head, -1), set[int]()
            while cell in items and cell not in seen:  # a list may run in a circle
                seen.add(cell)
                found.extend(items[cell])
                cell = rest.get(cell, -1)
        nil = self._numbers.get(NIL)
        return whole | ({} if nil is None else {nil: []})

    def _each(self, column: str) -> Iterator[tuple[int, int]]:
        """The statements of a column, as they are in the data."""
        found = self._pairs_of(lambda use: use.column == column)
        return zip(*(side.tolist() for side in found), strict=True)

    def _without_lists(self, who: Any, what: Any) -> Pairs:
        """Pairs with the items of each list in its place."""
        if not np.isin(what, list(self._items)).any():
            return who, what
        each = zip(who.tolist(), what.tolist(), strict=True)
        found = [(one, item) for one, two in each for item in self._items.get(two, (two,))]
        one, two = np.array(found, np.int64).reshape(-1, 2).T
        return one, two

    def pairs(self, *columns: str) -> Pairs:
        """The statements of some columns."""
        return self.where(lambda use: use.column in columns)

    def meanings(self, known: Mapping[str, str]) -> dict[int, str]:
        """The meaning of each value that is an exact match of a known one, or of its match.

        Several meanings are separated by ';'.
        """
        found: dict[int, str] = {}
        for group in _groups(self._pairs_of(lambda use: use.column in ("match", "same"))):
            names = (self.keys[place] for place in group)
            meant = ";".join(sorted({known[name] for name in names if name in known}))
            places = {*group, *(int(self._same[place]) for place in group)}
            found.update(dict.fromkeys(places if meant else (), meant))
        return found

    def known_as(self, known: Mapping[str, str]) -> dict[int, str]:
        """The meaning of each value that is the same thing as a known one."""
        found = {
            int(self._same[place]): known[key]
            for place, key in enumerate(self.keys)
            if key in known
        }
        return found

    def curie(self, iri: str) -> str:
        """A term as it is shown: by a prefix of the ontology or the data, or as a key of JSON."""
        if iri.startswith(KEYS):
            return unquote(iri.removeprefix(KEYS))
        short = self.terms.graph.curie(iri)
        if not short.startswith("<"):
            return short
        found = [pair for parser in self.terms.parsers for pair in parser.prefixes.items()]
        fits = [(len(ns), p) for p, ns in found if ns and iri.startswith(ns)]
        length, prefix = max(fits, default=(0, ""))
        return f"{prefix}:{iri[length:]}" if fits else short


class _Columns(dict[Any, Any]):
    """Property, or the type with a class, to where its subjects and objects go; None: nowhere."""

    def __init__(self, terms: Terms):
        self.terms = terms

    def __missing__(self, term: Any) -> Any:
        is_class = not isinstance(term, str)
        use = self.terms.use(term[1] if is_class else term, is_class)
        self[term] = None if use is None else (use.subjects.append, use.objects.append)
        return self[term]


def _axioms_in(path: Path) -> Iterator[ox.Quad]:
    """What a file says about what lies below what; read before the rest, as it may come last."""
    wanted = {*BELOW, *EQUAL}
    if rdf.contains(path, ABOUT_TERMS):
        yield from (quad for quad in rdf.iter_quads(path) if quad.predicate.value in wanted)


def _groups(pairs: Pairs) -> list[set[int]]:
    """The sets of things that pairs connect."""
    groups: dict[int, set[int]] = {}
    for pair in zip(*(side.tolist() for side in pairs), strict=True):
        small, large = sorted((groups.setdefault(place, {place}) for place in pair), key=len)
        if small is not large:
            large |= small
            groups.update(dict.fromkeys(small, large))
    return list({id(group): group for group in groups.values()}.values())
