"""The verifier's own reading of people in RDF, JSON-LD, JSON Resume and web pages.

Which properties are read is data, the question `staff-columns`. Who counts as a person, and the
number of a person, which is called the line, are not found again: only what is said of one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyoxigraph as ox

from ...errors import InputError
from ...io import rdf
from ...io.json_ld import KEYS
from ...io.resources import resource_dir
from .layouts import PersonCells
from .levels import Levels, fold, parse_level
from .pieces import Piece
from .reading import EVIDENCE_COLUMNS, accepted_names, digest
from .stated_reading import described
from .tables import one_line

if TYPE_CHECKING:
    from .walking import Ontology

RDFS, OWL = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2002/07/owl#"
BELOW = (f"{RDFS}subPropertyOf", f"{RDFS}subClassOf")
EQUAL = (f"{OWL}equivalentProperty", f"{OWL}equivalentClass")
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE, NIL = f"{RDF}type", f"{RDF}nil"
Thing = str  # an IRI, or a blank node with '_:' before it
Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@cache
def _terms() -> dict[str, str]:
    """The properties and classes that are read, each with its column."""
    text = (resource_dir("queries") / "staff-columns.rq").read_text("utf-8")
    prefixes = dict(re.findall(r"PREFIX (\w+): <([^>]*)>", text))
    found = {}
    for prefix, local, column in re.findall(r'\((\w+):([\w-]*) "([\w-]+)" ', text):
        iri = prefixes[prefix] + local
        found[iri] = column
        found[iri.replace("https://schema.org/", "http://schema.org/")] = column
    return found


def _key(node: Node) -> Thing:
    return f"_:{node.value}" if isinstance(node, ox.BlankNode) else getattr(node, "value", "")


class RdfCells(PersonCells):
    """What is said of a person in RDF, as the cells of a table are.

    Args:
        path: the file.
        given: the certificate.
        ontology: the ontology, whose terms have names.
        mapping: our column to terms of the file.
        ignore: the terms that are not read.
        key: the key of the pseudonyms.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # the file and what is said of it
        self,
        path: Path,
        given: Mapping[str, Any],
        ontology: Ontology,
        mapping: Mapping[str, str | Sequence[str]],
        ignore: Sequence[str],
        key: bytes | None,
    ):
        self.path, self.names, self.described = path, ontology.names, described(given, path)
        self.ontology, self.layout, self.columns = ontology, "RDF", {}
        self.mapping = [
            (ours, name)
            for ours, theirs in mapping.items()
            for name in map(one_line, [theirs] if isinstance(theirs, str) else theirs)
        ]
        self.ignore, self.key, self.unread = ignore, key, 0
        self.digest, self.joined_digest, self.ignored_columns = digest(path.read_bytes()), "", ()
        self._read()
        self.who = self._person(str(given.get("person")))
        line = given.get("line")
        self.found = [(line if type(line) is int else 0, {})] * len(self.who)

    # the statements --------------------------------------------------------------------

    def _read(self) -> None:
        """Read the statements by column; things that are the same have one name."""
        parsers: list[rdf.Parser] = []
        quads = list(rdf.iter_quads(self.path, parsers, keep_keys=True))
        self.prefixes = {p: ns for parser in parsers for p, ns in parser.prefixes.items()}
        self.above: dict[str, set[str]] = defaultdict(set)
        for one, predicate, two in (*self._shipped_axioms(), *map(_spo, quads)):
            if predicate in (*BELOW, *EQUAL):
                self.above[one].add(two)
            if predicate in EQUAL:
                self.above[two].add(one)
        self.groups = _Groups(
            (_key(q.subject), _key(q.object)) for q in quads if self._column(q) == "same"
        )
        self.rest = {_key(q.subject): _key(q.object) for q in quads if self._column(q) == "rest"}
        self.items: dict[Thing, list[Node]] = defaultdict(list)
        for quad in (q for q in quads if self._column(q) == "item"):
            self.items[_key(quad.subject)].append(quad.object)
        self.statements: dict[str, dict[Thing, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for quad in quads:
            if column := self._column(quad):
                found = self.statements[column][self.groups[_key(quad.subject)]]
                found += self._without_list(quad.object)

    def _without_list(self, value: Node) -> list[Node]:
        """A value, or the items of the list or container that it is."""
        cell, cells = _key(value), dict[Thing, None]()
        while cell in self.items and cell not in cells:
            cells[cell] = None
            cell = self.rest.get(cell, "")
        is_list = not isinstance(value, ox.Literal) and (cells or cell == NIL)
        return [item for one in cells for item in self.items[one]] if is_list else [value]

    def _shipped_axioms(self) -> Iterator[tuple[str, str, str]]:
        for predicate in (*BELOW, *EQUAL):
            yield from ((one, predicate, two) for one, two in self.ontology.pairs(predicate))

    def _column(self, quad: ox.Quad) -> str:
        """What a statement is read as: by --map, by its property, or by one above; '' for none."""
        iri, is_class = quad.predicate.value, quad.predicate.value == TYPE
        return self._column_of(_key(quad.object) if is_class else iri, is_class)

    def _column_of(self, iri: str, is_class: bool) -> str:
        known = self._known.get(iri)
        if known is None:
            known = self._known[iri] = self._find_column(iri, is_class)
        return known

    @cached_property
    def _known(self) -> dict[str, str]:
        return {}

    def _find_column(self, iri: str, is_class: bool) -> str:
        if any(self._is_named(name, iri) for name in self.ignore):
            return ""
        if re.fullmatch(rf"{RDF}_\d+", iri):
            return "item"
        for ours, name in self.mapping:
            if self._is_named(name, iri):
                return "name" if ours == "person" and not is_class else ours
        level, seen = [iri], {iri}
        while level:
            if found := sorted({_terms()[t] for t in level if t in _terms()}, key=_rank):
                return found[0]
            level = sorted({up for t in level for up in self.above.get(t, ()) if up not in seen})
            seen.update(level)
        return ""

    def _is_named(self, name: str, iri: str) -> bool:
        """Whether a name of a term is an IRI, its CURIE, or its last part."""
        prefix, colon, local = name.rpartition(":")
        if name.strip("<>") == iri or (colon and self.prefixes.get(prefix, " ") + local == iri):
            return True
        if "//" in name or (colon and prefix in self.prefixes):
            return False
        return local == iri.rstrip("/").replace("#", "/").rpartition("/")[2] or iri == KEYS + quote(
            name
        )

    # names and texts -------------------------------------------------------------------

    def _rank(self, literal: ox.Literal) -> tuple[Any, ...]:
        """The order in which one of several texts is taken: by language, the longest first."""
        language, text = literal.language or "", literal.value.strip()
        wanted = str(self.described.get("lang") or "en").partition("-")[0].lower()
        place = {wanted: 0, "en": 1, "": 2}.get(language.partition("-")[0].lower(), 3)
        return place, language, -len(text), text

    def _text(self, column: str, thing: Thing) -> str:
        """The one text of a thing in a column; '' if there is none."""
        nodes = self.statements[column].get(thing, ())
        texts = [n for n in nodes if isinstance(n, ox.Literal) and n.value.strip()]
        return min(texts, key=self._rank).value.strip() if texts else ""

    def _name(self, thing: Thing) -> str:
        """A full name, the given with the family name, those of a node, or a label."""
        if name := self._text("name", thing) or self._parts_of_name(thing):
            return name
        nodes = [self.groups[_key(node)] for node in self.statements["name-node"].get(thing, ())]
        parts = [name for node in nodes if (name := self._parts_of_name(node))]
        return parts[-1] if parts else self._text("label", thing)

    def _parts_of_name(self, thing: Thing) -> str:
        return f"{self._text('given', thing)} {self._text('family', thing)}".strip()

    def _person(self, person: str) -> list[Thing]:
        """The things that a certificate may mean by the name of a person."""
        if re.fullmatch(r".* <\d+>", person):
            raise InputError(
                f"{self.path}: {person!r} has no IRI, and not a name of one person alone, so that "
                "verify cannot find this person again; give people an IRI, and certify again"
            )
        things = {thing for column in self.statements.values() for thing in column}
        for column in ("assessment", "member", "employs"):  # whose objects are people
            nodes = (node for some in self.statements[column].values() for node in some)
            things |= {
                self.groups[_key(node)] for node in nodes if not isinstance(node, ox.Literal)
            }
        found = [thing for thing in sorted(things) if person in self._called(thing)]
        people = [t for t in found if any(self.statements[c].get(t) for c in ("person", "agent"))]
        able = [t for t in found if any(self.statements[c].get(t) for c in EVIDENCE_COLUMNS)]
        return people or able or found[:1]

    def _called(self, thing: Thing) -> set[str]:
        """The names that a thing may have in a certificate."""
        name, is_iri = self._name(thing), not thing.startswith("_:")
        names = {name, *((thing, f"{name} <{thing}>") if is_iri else ())} - {""}
        return {other for one in names for other in accepted_names(one, self.key)}

    # what the person can do --------------------------------------------------------------

    @property
    def pieces(self) -> list[Piece]:
        """What is said of the one person, each text with its level once."""
        who, found = self.who[0], list[Piece]()
        for column in EVIDENCE_COLUMNS:
            nodes = self.statements[column].get(who, ())
            said = dict.fromkeys(pair for node in nodes for pair in self._of_value(node))
            found += [Piece(column, *pair) for one in said for pair in self._names_in(*one)]
        return found + self._assessed(who)

    def ways(self, levels: Levels) -> list[str]:
        """What may say which way numbers run: the levels that are not settled."""
        texts = {self._level(thing) for thing in self.statements["level"]}
        return [" ; ".join(sorted(t for t in texts if fold(t) not in (levels.settled or {})))]

    def _of_value(self, node: Node) -> Iterator[tuple[str, str | None]]:
        """A text, or the names of a thing, with its level."""
        if isinstance(node, ox.Literal):
            yield node.value.strip(), None
            return
        thing = self.groups[_key(node)]
        keywords = self.statements["keyword"].get(thing, ())
        for name in (self._skill_name(node), *map(_text_of, keywords)):
            if name:
                yield self._with_level(name, self._level(thing))

    def _level(self, thing: Thing) -> str:
        """The level of a thing, with its scale if that is stated; it may be a thing with a name."""
        nodes = (self.groups[_key(node)] for node in self.statements["level"].get(thing, ()))
        level = self._text("level", thing) or next(filter(None, map(self._name, nodes)), "")
        for scale in map(_key, self.statements["scale"].get(thing, ())[-1:]):
            low, high = (self._text(c, self.groups[scale]) for c in ("lowest", "highest"))
            if low and high and level.replace(".", "", 1).isdecimal():
                return f"{level} of {low}-{high}"
        return level

    def _with_level(self, name: str, level: str) -> tuple[str, str | None]:
        """A name, which is not split at ';', with its level if that is one."""
        is_level = parse_level(level) or fold(level) in self.described["levels"]
        return name.replace(";", "\uff1b"), level if is_level else None

    def _names_in(self, text: str, level: str | None) -> Iterator[tuple[str, str | None]]:
        for name in [text] if level else self._split(text):
            yield name, level

    def _skill_name(self, node: Node) -> str:
        """The name of a skill: a term of ours that it is, its own, or its IRI."""
        if isinstance(node, ox.Literal):
            return _text_of(node)
        thing = self.groups[_key(node)]
        matches = self.ontology.matches
        if matches and matches.meaning(thing, self.ontology.by_term):
            label = self._name(thing)
            return label if thing in matches.names.get(label, ()) else thing
        same = {*self.groups.members(thing), thing}
        meant = {*same, *(one for member in same for one in self._matched.members(member))}
        ours = sorted({label for one in meant if (label := self.ontology.name_in_cells(one))})
        if name := ";".join(ours) or self._name(thing):
            return name
        iri = "without a name" if thing.startswith("_:") else thing
        return "" if self._level(thing) else iri

    @cached_property
    def _matched(self) -> _Groups:
        pairs = [
            (one, _key(two)) for one, found in self.statements["match"].items() for two in found
        ]
        return _Groups(
            [*pairs, *self.ontology.pairs("http://www.w3.org/2004/02/skos/core#exactMatch")]
        )

    def _assessed(self, who: Thing) -> list[Piece]:
        """The assessments of a person, of each skill the latest."""
        found: dict[str, list[Piece]] = defaultdict(list)
        for one, people in self.statements["assessment"].items():
            if any(self.groups[_key(person)] == who for person in people):
                for skill in self.statements["assessed-skill"].get(one, ()):
                    name = self._skill_name(skill)
                    found[name] += self._assessment(one, name)
        return [
            piece
            for some in found.values()
            for piece in some
            if _day(piece) == max(map(_day, some))
        ]

    def _assessment(self, one: Thing, name: str) -> Iterator[Piece]:
        who = [
            _text_of(node) or self._name(_key(node))
            for node in self.statements["assessor"].get(one, ())[-1:]
        ]
        source = "; ".join(filter(None, (*who, self._text("assessment-source", one))))
        for text, said in self._names_in(*self._with_level(name, self._level(one))):
            yield Piece("skills", text, said, None, self._text("assessed-on", one), source)


def _day(piece: Piece) -> str:
    """The date of an assessment; '', the earliest, if it is none."""
    return piece.date if re.match(r"\d{4}", piece.date) else ""


def _text_of(node: Node) -> str:
    return node.value.strip() if isinstance(node, ox.Literal) else ""


class _Groups:
    """Things that are the same, each group by the first of its members."""

    def __init__(self, pairs: Iterable[tuple[Thing, Thing]]):
        self.of: dict[Thing, set[Thing]] = {}
        for pair in pairs:
            joined = set(pair).union(*(self.of.get(one, ()) for one in pair))
            self.of.update(dict.fromkeys(joined, joined))

    def __getitem__(self, thing: Thing) -> Thing:
        return min(self.of.get(thing, {thing}))

    def members(self, thing: Thing) -> set[Thing]:
        """All that are the same as a thing, if there are others."""
        return self.of.get(thing, set())


def _rank(column: str) -> int:
    return {"person": 0, "no person": 3, "agent": 4, "label": 4}.get(column, 2)


def _spo(quad: ox.Quad) -> tuple[str, str, str]:
    return _key(quad.subject), quad.predicate.value, _key(quad.object)
