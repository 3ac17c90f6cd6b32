"""Read people from RDF of any size into the columns of a staff file.

A person has titles, roles and units directly, and by way of positions: posts, memberships, the
Role of schema.org, occupations. Positions may have dates; those that have ended, or have not
started, do not count. The question `staff-values` maps IRIs to values; an exact match of such an
IRI has the same value, whether a file or the ontology states the match.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from ..errors import InputError
from ..io.json_ld import KEYS
from ..io.text import counted
from ..ontology.axioms import warn_of_axioms
from ..ontology.catalogue import ask
from ..ontology.graph import Graph
from ..ontology.names import local_name, slug
from .arrow_arrays import int64_array, string_array
from .assessments import Assessment
from .headings import heading_kind
from .mapped_values import MappedValues
from .markers import LEFT
from .pairs import ColumnSource, compose, concatenate, joined_texts, matching, with_kinds
from .presence import SOON
from .rdf_assessments import RdfAssessments
from .rdf_dates import gone_positions
from .rdf_statements import CLASS_COLUMNS, EXTRA_COLUMNS, Pairs, Statements
from .reading import ColumnReading, Reading, ReadOptions
from .skill_cells import UNIT
from .values import fold_value, parse_level

MAX_NESTED = 3  # positions within positions, as in schema.org
UNIT_LINK, OCCUPATION, POST, TITLE = range(4)  # how a person is linked to a position or value
# the columns that `--map` may read a property as that has the name of one of their headings
NAMED_BY_HEADING = ("title", "skills", "unit", "status", "start", "end", "lacks", "assessed")
SKILLS = ("skills", "lacks", "assessed")


@dataclass
class RdfPeople:
    """The people in some files."""

    # `line` and the columns of a staff file; `line` numbers the people in the order of first
    # appearance. Several titles, roles or units are separated by ';'.
    table: pa.Table
    reading: Reading  # how the files were read, with who was left out
    gone: list[int] = field(default_factory=list)  # the lines of the people who are left out
    # the levels that are none, whose skills count without a level
    odd_levels: set[str] = field(default_factory=set)
    # the line of a person to the assessments of the person's skills
    assessments: Callable[[int], list[Assessment]] = lambda _: []


def read_rdf_people(
    files: Sequence[Path], graph: Graph, options: ReadOptions, is_title: Callable[[str], bool]
) -> RdfPeople:
    """The people in RDF files.

    `person` is the name, and the IRI, too, if two people have the same name.

    Raises InputError if a file cannot be read, or there is neither a person nor an open post.
    """
    statements = Statements(files, graph, options)
    warn_of_axioms(files, statements.axioms, "audit")
    name = ", ".join(map(str, files))
    _check_mapped(statements, options, name)
    return _People(statements, graph, options, is_title, name).read()


def _check_mapped(statements: Statements, options: ReadOptions, name: str) -> None:
    """Raise InputError for an option that names a term which the data does not have, or two."""
    terms = statements.terms
    seen = [*terms.used, *(iri for _, iri in statements.unread)]
    listed = ", ".join(map(statements.curie, seen))[:300]
    for ours, theirs in options.pairs:
        if not (found := terms.mapped.get((ours, theirs))):
            raise InputError(f"--map {ours}={theirs}: {name} has no such term; it has {listed}")
        if len(set(found)) > 1:
            both = " and ".join(sorted(set(found)))
            raise InputError(f"--map {ours}={theirs}: means {both}; write one of these")
    for theirs in options.ignore:
        if not any(terms.is_named(theirs, iri) for iri in seen):
            raise InputError(f"--ignore {theirs}: {name} has no such term; it has {listed}")
    if gone := [h for h in options.headings if h not in set(map(statements.curie, seen))]:
        raise InputError(
            f"{name}: it has not the terms of the mapping (missing: {', '.join(gone)[:200]}); "
            "review the mapping and save it again with --save-mapping"
        )


class _People:
    """The people in statements, and their positions. Things are indices of `keys`."""

    def __init__(
        self,
        statements: Statements,
        graph: Graph,
        options: ReadOptions,
        is_title: Callable[[str], bool],
        file: str,
    ):
        self.statements, self.graph, self.options = statements, graph, options
        self.is_title, self.keys, self.pairs = is_title, statements.keys, statements.pairs
        self.reading = Reading(file, "rdf", layout="RDF")
        self.literal = np.fromiter((key[:1] == '"' for key in self.keys), bool, len(self.keys))
        self.values, self.odd_levels = _values(graph), set[str]()

    def read(self) -> RdfPeople:
        """The people as a table, with its reading."""
        self._describe_terms()
        if not len(self.people) and not self._count_open_posts():
            raise InputError(self._nobody())
        cells = {
            column: joined_texts(sources, self.people, len(self.keys))
            for column, sources in self._column_sources().items()
        }
        lines = range(1, len(self.people) + 1)
        names = string_array(self._display_names())
        table = pa.table({"line": int64_array(lines), "person": names, **cells})
        self.reading.rows = table.num_rows
        if len(self.people):
            self._count_open_posts()
        gone = self._leave_out()
        return RdfPeople(table, self.reading, gone, self.odd_levels, self._assessments_in_line)

    # who is a person -------------------------------------------------------------------

    def _mask(self, *things: Any) -> Any:
        """A flag for each key: whether it is in one of some arrays."""
        found = np.zeros(len(self.keys), bool)
        for some in things:
            found[some] = True
        return found

    def _of_class(self, *columns: str) -> Any:
        return self.pairs(*columns)[0]

    @cached_property
    def is_person(self) -> Any:
        """A flag for each key.

        A person by type, or by a statement that only people have; never a thing of another class
        of a known vocabulary, and without a type never what others are linked to.
        """
        typed = self._mask(self._of_class("person"))
        others = self._mask(self._of_class("no person", "position", "post-class", "posting"))
        linked = self._mask(
            self.pairs("unit", "occupation", "post", "title", "unit-of-post")[1],
            self.pairs("employs", "post-of-unit", "member", "role-of-post", "during")[0],
            self.pairs("unit-of-post")[0],
        )
        named = self._mask(self.pairs("name", "given", "family")[0])
        implied = self._implied("subject", "object") | (
            self._implied("named subject", "named object") & named
        )
        return (typed | (implied & ~linked)) & ~others & ~self.literal

    def _implied(self, subject: str, obj: str) -> Any:
        """A flag for each key: whether a statement says that it is a person."""
        where = self.statements.where
        return self._mask(
            where(lambda use: use.person == subject)[0], where(lambda use: use.person == obj)[1]
        )

    @cached_property
    def people(self) -> Any:
        """The people, in the order of their first appearance."""
        return np.flatnonzero(self.is_person)

    def _nobody(self) -> str:
        read = [iri for (_, iri), _ in self.statements.unread.most_common(8)]
        names = ", ".join(map(self.statements.curie, read))
        fix = (
            "say what people hold, are called or can do in the terms of mlops:, org:, foaf:, "
            "vcard: or schema:, or name the terms with --map person=CLASS, --map title=PROPERTY"
        )
        if read and all(iri.startswith(KEYS) for iri in read):
            fix = 'write a list of records, or add "@context": "https://schema.org" to its keys'
        missed = f"; not understood: {names}" if names else ""
        return f"{self.reading.file}: no person in it{missed}; {fix}"

    # names -----------------------------------------------------------------------------

    def _literal_text(self, literal: int) -> str:
        return self.keys[literal].split('"', 2)[2].strip()

    def _language(self, literal: int) -> int:
        """The rank of a literal's language: the one asked for, English, none, any other."""
        language = self.keys[literal].split('"', 2)[1].partition("-")[0].lower()
        wanted = (self.options.lang or "en").partition("-")[0].lower()
        return {wanted: 0, "en": 1, "": 2}.get(language, 3)

    def _best(self, literal: int) -> tuple[Any, ...]:
        """The order in which one of several texts of a thing is taken."""
        text = self._literal_text(literal)
        return self._language(literal), self.keys[literal].split('"', 2)[1], -len(text), text

    def _texts(self, column: str) -> dict[int, str]:
        """Thing to its text in a column: one, whatever the order of the statements."""
        found: dict[int, int] = {}
        who, what = self.pairs(column)
        for thing, literal in zip(who.tolist(), what.tolist(), strict=True):
            if self.keys[literal].startswith('"') and self._literal_text(literal):
                other = found.setdefault(thing, literal)
                if other != literal and self._best(literal) < self._best(other):
                    found[thing] = literal
        return {thing: self._literal_text(literal) for thing, literal in found.items()}

    @cached_property
    def names(self) -> dict[int, str]:
        """Thing to its name: a full name, the given with the family name, or a label."""
        given, family = self._texts("given"), self._texts("family")
        parts = {
            thing: " ".join(filter(None, (given.get(thing), family.get(thing))))
            for thing in {*given, *family}
        }
        of_nodes = zip(*(side.tolist() for side in self.pairs("name-node")), strict=True)
        nodes = {who: parts[node] for who, node in of_nodes if node in parts}
        return {**self._texts("label"), **nodes, **parts, **self._texts("name")}

    def _display_names(self) -> Iterator[str]:
        """The name of each person; the IRI if there is none, both if the name is not unique."""
        people = self.people.tolist()
        times = Counter(self.names.get(who, "") for who in people)
        for line, who in enumerate(people, 1):
            name, key = self.names.get(who), self.keys[who]
            if name and times[name] == 1:
                yield name
            elif ":" in key:
                yield f"{name} <{key}>" if name else key
            else:  # a blank node has no name that a second reading gives it, too
                yield f"{name or 'without a name'} <{line}>"

    # positions -------------------------------------------------------------------------

    @cached_property
    def _links(self) -> tuple[Any, Any, Any]:
        """(from, to, kind): a person or position, what it is linked to, and how."""
        parts = [
            (*self.pairs("unit"), UNIT_LINK),
            (*self.pairs("employs")[::-1], UNIT_LINK),
            (*self.pairs("occupation"), OCCUPATION),
            (*self.pairs("post"), POST),
            (*self.pairs("member")[::-1], POST),
            (*self.pairs("title"), TITLE),
            (*self._functions, TITLE),
        ]
        return with_kinds(parts, ~self.literal)

    @cached_property
    def _functions(self) -> Pairs:
        """The functions of vCard of those without a title."""
        who, what = self.pairs("function")
        rest = ~self._mask(self.pairs("title")[0])[who]
        return who[rest], what[rest]

    @cached_property
    def _is_position(self) -> Any:
        """A flag for each key: a post, membership or other thing between a person and a value."""
        _, what, kind = self._links
        found = self._mask(
            self._of_class("position", "post-class"),
            what[kind == POST],
            self.pairs("role-of-post", "unit-of-post", "during", "start", "end", "title")[0],
            self.pairs("occupation")[0],
            self.statements.where(lambda u: u.column == "unit" and u.person == "subject")[0],
        )
        return found & ~self.is_person & ~self.literal

    @cached_property
    def _gone(self) -> tuple[Any, Any]:
        """Two flags for each key: a position that has ended; one that has not started."""
        left, soon = gone_positions(self.statements, self._literal_text, self.options, self.reading)
        return self._mask(left), self._mask(soon)

    @cached_property
    def _reached(self) -> tuple[Any, Any, Any]:
        """(person, position or value, kind): all that a person has at the date asked for."""
        who, what, kind = self._links
        is_past = self._gone[0] | self._gone[1]
        first = self.is_person[who] & ~self._is_stale(who, what)
        rest = ~self.is_person[who]
        links = who[rest], what[rest], kind[rest]
        here = who[first], what[first], kind[first]
        found = [here]
        for _ in range(MAX_NESTED):
            inner = self._is_position[here[1]] & ~is_past[here[1]]
            left, right = matching(here[1][inner], links[0])
            here = here[0][inner][left], links[1][right], links[2][right]
            found.append(here)
        who, what, kind = (np.concatenate(sides) for sides in zip(*found, strict=True))
        kept = ~is_past[what]
        return who[kept], what[kept], kind[kept]

    def _is_stale(self, who: Any, what: Any) -> Any:
        """Whether a link repeats a membership that is past: to its unit, without any date."""
        past = self._gone[0] | self._gone[1]
        if not past.any():
            return np.zeros(len(who), bool)
        persons, positions, _ = self._links
        units = self._units_of_positions
        left, right = matching(positions, units[0])
        size, pairs = len(self.keys), persons[left] * len(self.keys) + units[1][right]
        is_old = past[positions[left]]
        return np.isin(who * size + what, np.setdiff1d(pairs[is_old], pairs[~is_old]))

    @cached_property
    def _units_of_positions(self) -> Pairs:
        """(position, unit)."""
        who, what, kind = self._links
        inner = self._is_position[who] & (kind == UNIT_LINK)
        return concatenate(
            self.pairs("unit-of-post"),
            self.pairs("post-of-unit")[::-1],
            (np.asarray(who[inner]), np.asarray(what[inner])),
        )

    def _leave_out(self) -> list[int]:
        """The lines of the people who have nothing but positions that are past."""
        left, soon = self._gone
        if not (left.any() or soon.any()):
            return []
        who, what, _ = self._links
        direct = self.pairs("title", "function", "role")[0]
        now = self._mask(self._reached[0], direct, self._of_people("occupation")[0])
        past, future = self._mask(who[(left | soon)[what]]), self._mask(who[soon[what]])
        gone = self.is_person & past & ~now
        line = np.zeros(len(self.keys), np.int64)
        line[self.people] = np.arange(1, len(self.people) + 1)
        self.reading.leave_out(LEFT, line[gone & ~future].tolist())
        self.reading.leave_out(SOON, line[gone & future].tolist())
        found: list[int] = line[gone].tolist()
        return found

    def _count_open_posts(self) -> int:
        """Count the posts that no person holds, and job postings, by their title."""
        held = self._mask(self.pairs("post")[1], self.pairs("member")[0])
        is_post = self._mask(self._of_class("post-class"), self.pairs("post-of-unit")[1])
        is_open = (is_post & ~held) | self._mask(self._of_class("posting"))
        is_open &= ~(self._gone[0] | self.is_person | self.literal)
        roles = dict(zip(*(side.tolist() for side in self.pairs("role-of-post")), strict=True))
        titles = self._texts("posting-title") | self._texts("title")
        counted: Counter[str] = Counter()
        for post in is_open.nonzero()[0].tolist():
            role = roles.get(post)
            of_role = None if role is None else self._value_text(role) or self._label(role)
            counted[titles.get(post) or of_role or self.names.get(post) or "without a title"] += 1
        self.reading.open_roles = dict(sorted(counted.items(), key=lambda p: (-p[1], p[0])))
        return sum(counted.values())

    def _label(self, role: int) -> str:
        """The English label of a role of the ontology, or the name of any other."""
        from ..ontology.tables import RoleTables

        name = slug(self.graph.curie(self.keys[role]))
        return RoleTables.from_graph(self.graph).labels.get(name, name)

    # values ----------------------------------------------------------------------------

    def _value_text(self, value: int) -> str | None:
        """The text of a literal, or the name of a thing."""
        return self._literal_text(value) if self.literal[value] else self.names.get(value)

    def _column_sources(self) -> dict[str, list[ColumnSource]]:
        """The sources of each column; a role that the ontology does not have becomes a title."""
        roles = self._roles()
        titles = self._titles()
        self._note_without_names()
        has = self._mask(*(self._with_text(*source) for source in [*titles, *roles]))
        for column in ("function", "honorific"):
            who, what = self.pairs(column)
            rest = ~has[who] & self.literal[what]
            if column == "honorific":
                rest &= self._is_job_title(what)
            titles.append(((who[rest], what[rest]), self._literal_text))
            has |= self._mask(who[rest])
        skills: dict[str, list[ColumnSource]] = {
            c: [(self._skills(c), self._skill_text)] for c in SKILLS
        }
        skills["skills"].append((self._assessed(), self.assessments.text))
        more = {
            c: [(self._of_people(c), self._value_text)]
            for c in (*EXTRA_COLUMNS, "start", "end")
            if self.statements.terms.mapped or c in ("start", "end")
            if len(self._of_people(c)[0])
        }
        return {"title": titles, "unit": self._units(), "role": roles, **skills, **more}

    def _note_without_names(self) -> None:
        """Report the titles, occupations and roles of people that are neither named nor known."""
        who, what, kind = self._reached
        roles = compose((who, what), self.pairs("role-of-post"))[1]
        values = np.unique(np.concatenate([what[(kind == TITLE) | (kind == OCCUPATION)], roles]))
        rest = values[~(self.literal | self._is_position)[values]].tolist()
        if odd := [v for v in rest if not (v in self._meant_roles or self._role_title(v))]:
            iri = next((f", such as {self.keys[v]}" for v in odd if ":" in self.keys[v]), "")
            self.reading.notes.append(
                f"Titles, occupations and roles without a known name, not read: {len(odd):,}{iri}"
            )

    def _with_text(self, pairs: Pairs, text: Callable[[int], str | None]) -> Any:
        """The people for whom a source has a text."""
        distinct, at = np.unique(pairs[1], return_inverse=True)
        return pairs[0][np.array([bool(text(i)) for i in distinct.tolist()], bool)[at]]

    def _is_job_title(self, literals: Any) -> Any:
        """Whether a title of FOAF, which is one such as Dr, is the title of a job."""
        distinct, at = np.unique(literals, return_inverse=True)
        return np.array([self.is_title(self._literal_text(i)) for i in distinct.tolist()], bool)[at]

    def _of_people(self, column: str) -> Pairs:
        who, what = self.pairs(column)
        kept = self.is_person[who] & self.literal[what]
        return who[kept], what[kept]

    @cached_property
    def _meant_roles(self) -> dict[int, str]:
        """Value to the role that it is the same thing as, or of an occupation an exact match."""
        matched = self.statements.meanings(self.values["role"])
        return self._same_roles | matched | self._mapped.role_keys(self.keys)

    @cached_property
    def _same_roles(self) -> dict[int, str]:
        known = self.statements.known_as(self.values["role"])
        return self._mapped.role_keys(self.keys) | known

    @cached_property
    def _mapped(self) -> MappedValues:
        return MappedValues(self.graph, set(self.values["role"]))

    def _role_title(self, value: int) -> str | None:
        """The title of a role that is not ours."""
        text = self._value_text(value)
        return text if self.literal[value] else self._mapped.title(self.keys[value], text)

    def _roles(self) -> list[ColumnSource]:
        who, what, kind = self._reached
        of_positions = compose((who, what), self.pairs("role-of-post"))
        occupation, other = kind == OCCUPATION, (kind == POST) | (kind == TITLE)
        same, keys = self._same_roles, self.keys
        return [
            (of_positions, same.get),
            ((who[other], what[other]), same.get),
            ((who[occupation], what[occupation]), self._meant_roles.get),
            (self.pairs("role"), lambda v: same.get(v) or keys[v]),
        ]

    def _titles(self) -> list[ColumnSource]:
        """The titles: direct, of positions, of roles that are not ours, of occupations."""
        who, what, kind = self._reached
        direct, of_role = self.pairs("title"), self.pairs("role-of-post")
        texts = direct[0][self.literal[direct[1]]], direct[1][self.literal[direct[1]]]
        outer, _, kinds = self._links
        titled = self._mask(texts[0], of_role[0], outer[kinds == OCCUPATION])
        labelled, occupation = (kind != UNIT_LINK) & ~titled[what], kind == OCCUPATION
        of_post, of_work = labelled & ~occupation, labelled & occupation
        same, meant = self._same_roles, self._meant_roles
        occupations = self.pairs("occupation")
        as_text = self.literal[occupations[1]]
        positions = who, what
        return [
            (self._in_one_language(texts), self._literal_text),
            (compose(positions, self._in_one_language(texts)), self._literal_text),
            (compose(positions, of_role), lambda v: None if v in same else self._role_title(v)),
            ((who[of_post], what[of_post]), lambda v: None if v in same else self._role_title(v)),
            ((who[of_work], what[of_work]), lambda v: None if v in meant else self._role_title(v)),
            ((occupations[0][as_text], occupations[1][as_text]), self._literal_text),
        ]

    def _in_one_language(self, pairs: Pairs) -> Pairs:
        """Of the texts of a thing that have a language, those in the language that is best."""
        who, what = pairs
        distinct = np.unique(what)
        tagged = self._mask([i for i in distinct.tolist() if self.keys[i][1:2] != '"'])
        if not tagged[what].any():
            return pairs
        best: dict[int, tuple[Any, ...]] = {}
        ranks = {i: self._best(i)[:2] for i in distinct.tolist() if tagged[i]}
        for thing, text in zip(who.tolist(), what.tolist(), strict=True):
            if text in ranks:
                best[thing] = min(best.get(thing, ranks[text]), ranks[text])
        each = zip(who.tolist(), what.tolist(), strict=True)
        kept = np.array([t not in ranks or ranks[t] == best[w] for w, t in each], bool)
        return who[kept], what[kept]

    def _units(self) -> list[ColumnSource]:
        who, what, kind = self._reached
        plain = (kind == UNIT_LINK) & ~self._is_position[what]
        texts = self._of_people("unit")
        outer, unit = self.pairs("unit")
        inner = self._is_position[outer]
        of_positions = compose(
            (who, what), concatenate((outer[inner], unit[inner]), self._units_of_positions)
        )
        return [
            ((who[plain], what[plain]), self._unit_text),
            (texts, self._literal_text),
            (of_positions, self._unit_text),
        ]

    def _unit_text(self, value: int) -> str | None:
        if self._is_position[value]:
            return None
        return self._value_text(value) or local_name(self.keys[value])

    # skills ----------------------------------------------------------------------------

    def _skills(self, column: str) -> Pairs:
        """(person, skill): what is recorded, and the keywords of it."""
        recorded = self.pairs(column)
        kept = self.is_person[recorded[0]]
        recorded = recorded[0][kept], recorded[1][kept]
        return concatenate(recorded, compose(recorded, self._keywords))

    @cached_property
    def assessments(self) -> RdfAssessments:
        """The assessments of the people."""
        return RdfAssessments(
            self.pairs,
            self._texts,
            self._levels,
            self._value_text,
            self._skill_name,
            self._with_level,
        )

    def _assessed(self) -> Pairs:
        """(person, assessment) of the assessments that count."""
        self.reading.notes += self.assessments.notes()
        who = np.array([person for person, *_ in self.assessments.counted], np.int64)
        places = np.arange(len(who))
        kept = self.is_person[who]
        return who[kept], places[kept]

    def _assessments_in_line(self, line: int) -> list[Assessment]:
        return self.assessments.of_person(line, int(self.people[line - 1]))

    @cached_property
    def _keywords(self) -> Pairs:
        """(skill, keyword as a key of its own, which has the level of the skill)."""
        levels, number = self._levels, len(self.keys)
        who, what = self.pairs("keyword")
        found = []
        for skill, keyword in zip(who.tolist(), what.tolist(), strict=True):
            self._keyword_texts[number] = self._with_level(
                self._literal_text(keyword), levels.get(skill)
            )
            found.append(number)
            number += 1
        return who, np.array(found, np.int64)

    @cached_property
    def _keyword_texts(self) -> dict[int, str]:
        return {}

    @cached_property
    def _levels(self) -> dict[int, str]:
        """Thing to its level, which may be a thing with a name."""
        who, what = (side.tolist() for side in self.pairs("level"))
        pairs = zip(who, what, strict=True)
        named = {who: self.names[level] for who, level in pairs if level in self.names}
        return named | self._texts("level")

    def _with_level(self, name: str, level: str | None) -> str:
        """A name with its level, as the cells of other layouts have it."""
        name = name.replace(";", "\uff1b")
        if not level:
            return name
        if parse_level(level) is None and ("level", fold_value(level)) not in self.options.values:
            self.odd_levels.add(level)
            return name
        return f"{name}{UNIT}{level.replace(';', ',')}"

    def _skill_text(self, value: int) -> str | None:
        if value >= len(self.keys):
            return self._keyword_texts[value]
        if self.literal[value]:
            return self._literal_text(value)
        name = self._skill_name(value)
        return self._with_level(name, self._levels.get(value)) if name else None

    def _skill_name(self, value: int) -> str:
        """The name of a skill, as a text or a thing; '' for a thing that has only a level."""
        if self.literal[value]:
            return self._literal_text(value)
        label = self.names.get(value)
        mapped = self._mapped.skill(self.keys[value], label)
        name = mapped or self._meant_skills.get(value) or label
        iri = self.keys[value] if ":" in self.keys[value] else "without a name"
        return name or ("" if value in self._levels else iri)

    @cached_property
    def _meant_skills(self) -> dict[int, str]:
        known = self.values["skill"]
        return self.statements.known_as(known) | self.statements.meanings(known)

    # the reading -----------------------------------------------------------------------

    def _describe_terms(self) -> None:
        """What the reading says of each property and class."""
        statements, uses = self.statements, self.statements.terms.used
        hidden = ("agent", "no person", "match", "same")
        for iri, times in sorted(statements.counts.items(), key=lambda pair: (-pair[1], pair[0])):
            use = uses[iri]
            if use.column not in hidden:
                kind = "a class" if use.column in CLASS_COLUMNS else ""
                why = "; ".join(filter(None, (kind, use.why, counted(times, "time"))))
                self.reading.columns.append(
                    ColumnReading(statements.curie(iri), use.column, use.how, why)
                )
        for (kind, iri), times in statements.unread.most_common():
            name = statements.curie(iri)
            found = {"kind": kind, "name": name, "count": times}
            if near := _resembles(iri, kind == "class"):
                found["fix"] = f"to read it: --map {quote(f'{near}={name}')}"
            self.reading.not_understood.append(found)
        self._note_skills_of_others()
        self._note_of_two_kinds()

    def _note_of_two_kinds(self) -> None:
        """Report what is a person by its type or statements, and another thing by its type."""
        who, what = self.pairs("no person", "position", "post-class", "posting")
        is_said = self._mask(self._of_class("person")) | self._implied("subject", "object")
        others = is_said[who]
        if others.any():
            classes = {self.statements.curie(self.keys[one]) for one in what[others].tolist()}
            self.reading.notes.append(
                "What is said to be a person, and is another thing by its class, does not count: "
                f"{len({*who[others].tolist()}):,} ({', '.join(sorted(classes)[:5])})"
            )

    def _note_skills_of_others(self) -> None:
        """Report the skills that are recorded of what is no person."""
        who, _ = self.pairs(*SKILLS)
        if others := int((~self.is_person[who]).sum()):
            self.reading.notes.append(
                f"Skills of what is no person, such as an occupation, are not counted: {others:,}"
            )


def _resembles(iri: str, is_class: bool) -> str:
    """The column that the name of a property or class is a heading for; '' if there is none."""
    name = re.split("[/#:]", unquote(iri.removeprefix(KEYS)).rstrip("/#"))[-1]
    kind = heading_kind(re.sub("^has(?=[A-Z_])", "", name))
    column = "skills" if kind == "skill" else kind
    return column if column in (("person",) if is_class else NAMED_BY_HEADING) else ""


def _values(graph: Graph) -> dict[str, dict[str, str]]:
    """Kind of value to IRI or text to its value in a staff file."""
    meanings: dict[str, dict[str, str]] = defaultdict(dict)
    for row in ask("staff-values", graph):
        meanings[row["kind"]][graph.expand_curie(row["value"]) or row["value"]] = row["meaning"]
    return meanings
