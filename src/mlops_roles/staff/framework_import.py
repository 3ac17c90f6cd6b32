"""A role framework from tables: roles, tasks and skills as RDF on the vocabulary, with sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from ..errors import InputError
from ..io.resources import FilePath, resource_rows
from ..ontology.graph import BASE, RDF_TYPE, Graph
from ..ontology.names import fold_name
from .framework_rdf import PREFIXES, FrameworkWriter, Links, Thing
from .framework_tables import (
    KINDS,
    Line,
    SheetReading,
    Unread,
    check_options,
    known_words,
    read_lines,
    read_tables,
)

PREDICATE = {"required": "requiresSkill", "preferred": "prefersSkill"}


@dataclass
class FrameworkImport:
    """A framework that was read from tables.

    Attributes:
        things: its roles, tasks and skills.
        links: (subject, property, object) to what is said of the statement, such as a level.
        readings: how each sheet was read.
        unread: the rows, or parts of rows, that were not read.
        triples: all of it as RDF.
        prefixes: prefix to namespace.
        reused: the names that mean a skill of the ontology that is extended, with its CURIE.

    Example:
        >>> import pathlib, tempfile
        >>> from mlops_roles import import_framework
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     table = pathlib.Path(folder, "roles.csv")
        ...     _ = table.write_text("Role,Skill,Required or preferred\\nPilot,radio,required\\n")
        ...     found = import_framework([table], "https://acme.example/roles/")
        >>> found.counts
        {'role': 1, 'task': 0, 'skill': 1, 'requiresSkill': 1, 'prefersSkill': 0, 'performs': 0}
    """

    things: list[Thing]
    links: Links
    readings: list[SheetReading]
    unread: list[Unread]
    triples: list[ox.Triple] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    reused: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many things and links of each kind there are."""
        kinds = {kind: sum(thing.kind == kind for thing in self.things) for kind in KINDS}
        names = ("requiresSkill", "prefersSkill", "performs")
        return kinds | {n: sum(link[1] == n for link in self.links) for n in names}

    def to_turtle(self) -> bytes:
        """The framework as Turtle, in UTF-8, the same for the same tables."""
        triples = sorted(self.triples, key=_block_key)
        text = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=self.prefixes) or b""
        lines = text.splitlines(keepends=True)
        head = [line for line in lines[: len(self.prefixes)] if line.startswith(b"@prefix")]
        return b"".join([*sorted(head), *lines[len(head) :]])  # the engine has no order for them


def _block_key(triple: ox.Triple) -> tuple[bool, str, bool, str]:
    """The order of statements: names before notes, the type of a term first."""
    is_note = isinstance(triple.subject, ox.BlankNode)
    return is_note, str(triple.subject), triple.predicate != RDF_TYPE, str(triple)


def import_framework(  # noqa: PLR0913  # how the terms are written, all of it optional
    paths: Iterable[FilePath],
    namespace: str,
    *,
    prefix: str = "our",
    source: str | None = None,
    language: str = "en",
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    ignore: Sequence[str] = (),
    graph: Graph | None = None,
) -> FrameworkImport:
    """Read roles, tasks and skills from tables, as a framework on the vocabulary of the ontology.

    Args:
        paths: CSV, TSV (.tsv, .txt) or XLSX files; all their sheets are read as one framework.
        namespace: where the IRIs of terms without an IRI of their own start.
        prefix: its prefix.
        source: the document that the terms come from, an IRI or a title; by default the files.
        language: of the labels and definitions.
        mapping: our column to the heading, or headings of several tables, that are read as it.
        ignore: headings that are not read.
        graph: an ontology that the framework extends: a name of one of its skills means this one.

    Raises:
        InputError: a file cannot be read, no table names a role or skill, or two headings could
            be the same column.

    Example:
        >>> import mlops_roles
        >>> mlops_roles.import_framework(["roles.xlsx"], "https://acme.example/")  # doctest: +SKIP
    """
    _check_names(namespace, prefix, language)
    files = [Path(path) for path in paths]
    found = _read_all(files, mapping or {}, ignore)
    source = source or ", ".join(path.name for path in files)
    writer = FrameworkWriter(namespace, language, source, graph)
    found.triples = list(writer.triples(found.things, found.links))
    found.prefixes = PREFIXES | {prefix: namespace} | ({"skill": f"{BASE}/skill/"} if graph else {})
    found.reused = writer.reused
    return found


def _read_all(
    files: Sequence[Path], mapping: Mapping[str, str | Sequence[str]], ignore: Sequence[str]
) -> FrameworkImport:
    """Read all tables. Raises InputError if none names anything."""
    mapped = {
        heading: ours
        for ours, theirs in mapping.items()
        for heading in ([theirs] if isinstance(theirs, str) else theirs)
    }
    tables = [table for path in files for table in read_tables(path)]
    check_options(tables, mapped, ignore)
    reader = _Reader()
    for table in tables:
        reading, lines = read_lines(table, mapped, ignore)
        reader.readings.append(reading)
        for line in lines:
            reader.read(line)
    found = reader.finish()
    if not found.things:
        names = ", ".join(path.name for path in files)
        raise InputError(
            f"{names}: no column names a role, task or skill; name one with --map role=HEADING"
        )
    return found


def _check_names(namespace: str, prefix: str, language: str) -> None:
    """Raise InputError for a namespace, prefix or language that cannot be written."""
    if not re.fullmatch(r"(https?|urn):[^\s<>\"{}|\\^`]+[/#:]", namespace):
        raise InputError(
            f"{namespace[:200]!r}: no namespace; write an IRI that ends with / or #, such as "
            "https://acme.example/roles/"
        )
    if namespace.startswith(f"{BASE}/"):
        raise InputError(f"{namespace}: the namespace of this ontology; name one of your own")
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", prefix) or prefix in PREFIXES:
        raise InputError(f"{prefix[:40]!r}: no prefix; use lower-case letters, such as acme")
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", language):
        raise InputError(f"{language[:40]!r}: no language; write a tag such as en")


class _Reader:
    """Gathers things and links from the lines of all tables."""

    def __init__(self) -> None:
        self.things: list[Thing] = []
        self.links: Links = {}
        self.readings: list[SheetReading] = []
        self.unread: list[Unread] = []
        self._by_id: dict[tuple[str, str], Thing] = {}
        self._by_name: dict[tuple[str, str], Thing] = {}
        self._needs: dict[tuple[Thing, Thing], str] = {}
        rows = resource_rows("ontology", "staff/framework_values")
        self._from = {r["word"]: float(r["means"]) for r in rows if r["column"] == "from"}

    def read(self, line: Line) -> None:
        """Read one line."""
        cells = dict(line.cells)
        if kind_word := cells.pop("kind", ""):
            kind = known_words("kind").get(kind_word.casefold())
            if kind is None:
                fix = f"write {', '.join(KINDS)}"
                self.unread.append(Unread(line.place, f"kind {kind_word[:80]!r}", fix))
                return
            names = {"label": kind, "names": f"{kind}_names"}
            for column in ("id", "label", "names", "definition"):
                if column in cells:
                    cells[names.get(column, f"{kind}_{column}")] = cells.pop(column)
        roles, tasks, skills = (self._named(kind, cells, line.place) for kind in KINDS)
        for role in roles:
            self._add_titles(role, cells, line.place)
            for task in tasks:
                self._link(role, "performs", task)
        if skills and (roles or tasks):
            self._need(tasks or roles, skills, cells, line.place)
        if not (roles or tasks or skills):
            self.unread.append(Unread(line.place, "names no role, task or skill", "fill it in"))

    def _named(self, kind: str, cells: Mapping[str, str], place: str) -> list[Thing]:
        """The things of a kind in a line: one with its id and texts, or several by name."""
        id_, label = cells.get(f"{kind}_id", ""), cells.get(kind, "")
        labels = [label] if id_ or kind == "role" else _split(label, kind)
        found = [self._thing(kind, id_, text, place) for text in labels if id_ or text]
        for thing in found:
            if len(found) == 1:
                self._describe(thing, cells, place)
            for source in _split(cells.get("source", ""), "skill"):
                thing.sources[source] = None
        return found

    def _thing(self, kind: str, id_: str, label: str, place: str) -> Thing:
        """The thing of an id, else of a name; a new one if there is none."""
        known = self._by_id.get((kind, id_)) if id_ else None
        if known is None:
            same_name = self._by_name.get((kind, fold_name(label))) if label else None
            if same_name is not None and not (id_ and same_name.id):
                known = same_name
        if known is None:
            known = Thing(kind, place)
            self.things.append(known)
        if id_:
            known.id = id_
            self._by_id[kind, id_] = known
        if label and not known.label:
            known.label = label
        elif label and fold_name(label) != fold_name(known.label):
            known.names[label] = None
        if label:
            self._by_name.setdefault((kind, fold_name(label)), known)
        return known

    def _describe(self, thing: Thing, cells: Mapping[str, str], place: str) -> None:
        text = cells.get(f"{thing.kind}_definition", "")
        if text and thing.definition and text != thing.definition:
            reason = f"a second definition of {thing.label or thing.id!r}"
            self.unread.append(Unread(place, reason, "keep one of them in the tables"))
        thing.definition = thing.definition or text
        for name in _split(cells.get(f"{thing.kind}_names", ""), thing.kind):
            thing.names[name] = None

    def _add_titles(self, role: Thing, cells: Mapping[str, str], place: str) -> None:
        for title in _split(cells.get("role_titles", ""), "role"):
            role.names[title] = None
        if broader := cells.get("role_broader"):
            self._link(role, "specialises", self._thing("role", "", broader, place))

    def _link(self, subject: Thing, name: str, value: Thing, note: str = "") -> None:
        said = self.links.setdefault((subject, name, value), {})
        if note:
            said[note] = None

    def _need(
        self, subjects: list[Thing], skills: list[Thing], cells: Mapping[str, str], place: str
    ) -> None:
        """Read whether some skills are required or preferred, and at which level."""
        scale = known_words("scale").get(cells.get("scale", "").casefold())
        level = cells.get("level") or (cells.get("value", "") if scale == "level" else "")
        need = self._need_of(cells, scale, place)
        for subject in subjects:
            for skill in skills:
                if need == "level":  # a row that says nothing but the level
                    need_here = self._needs.get((subject, skill), "")
                else:
                    need_here = self._settled(subject, skill, need, place)
                if need_here:
                    note = f"level {level}" if level else ""
                    self._link(subject, PREDICATE[need_here], skill, note)

    def _settled(self, subject: Thing, skill: Thing, need: str, place: str) -> str:
        """The need of a skill; of two that differ the first one counts, and it is reported."""
        if need not in PREDICATE:
            return ""
        before = self._needs.setdefault((subject, skill), need)
        if before != need:
            reason = f"{skill.label or skill.id!r} is {need} here and {before} above"
            self.unread.append(Unread(place, reason, "keep one of the two rows"))
        return before

    def _need_of(self, cells: Mapping[str, str], scale: str | None, place: str) -> str:
        """required, preferred, none, level, or '' for what could not be read."""
        if "need" in cells:
            word = cells["need"].casefold()
            if word in known_words("need"):
                return known_words("need")[word]
            fix = "write required, preferred or no"
            self.unread.append(Unread(place, f"need {cells['need'][:80]!r} is not known", fix))
            return ""
        if "scale" in cells and scale is None:
            fix = "write importance or level, or leave the column out with --ignore"
            self.unread.append(Unread(place, f"scale {cells['scale'][:80]!r} is not known", fix))
            return ""
        if scale == "level":
            return "level"
        text = cells.get("importance") or (cells.get("value", "") if scale else "")
        return self._importance(text, place) if text else "required"

    def _importance(self, text: str, place: str) -> str:
        """The need that a number says, by the thresholds in the data."""
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            self.unread.append(Unread(place, f"importance {text[:80]!r}", "write a number"))
            return ""
        return next((n for n in PREDICATE if number >= self._from[n]), "none")

    def finish(self) -> FrameworkImport:
        """The framework; what has an id and no label anywhere is left out, and reported."""
        nameless = {thing for thing in self.things if not thing.label}
        self.unread += [
            Unread(t.place, f"{t.kind} {t.id!r} has no label in any table", "add the table with it")
            for t in self.things
            if t in nameless
        ]
        links = {k: v for k, v in self.links.items() if not nameless & {k[0], k[2]}}
        things = sorted(set(self.things) - nameless, key=lambda t: (KINDS.index(t.kind), t.label))
        return FrameworkImport(things, links, self.readings, self.unread)


def _split(text: str, kind: str) -> list[str]:
    """The names in a cell, separated by ';', '|' or line breaks; a task is a sentence, undivided.

    A comma may be a part of a name and separates nothing.
    """
    parts = re.split(r"\n" if kind == "task" else r"[;|\n]", text)
    return list(filter(None, (part.strip() for part in parts)))
