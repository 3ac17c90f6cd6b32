"""Read people from RDF of any size into the columns of a staff file.

The question `staff-columns` maps properties to columns, and `staff-values` maps IRIs to values; an
exact match of such an IRI has the same value, whether the file or the ontology states the match.
The file is streamed into arrays of integers; there is no Python object per person.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..errors import InputError
from ..io import rdf
from ..ontology.axioms import axiom_names, warn_of_axioms
from ..ontology.catalogue import ask
from ..ontology.graph import RDF_TYPE, Graph
from ..ontology.names import local_name
from .engine import int64_array, string_array

if TYPE_CHECKING:
    import pyarrow

PERSON_COLUMNS = ("title", "role", "occupation", "skills", "assessed", "lacks", "post", "person")
Pairs = tuple[Any, Any]  # two arrays of integers of equal length: person, value
ColumnSource = tuple[Pairs, Callable[[int], str | None]]  # and the text of a value, if it has one


class Agents:
    """The statements about people in an RDF file, in columns.

    Attributes:
        keys: every IRI and literal, in the order of first appearance; a literal begins with '"'.
        axioms: the kinds of axioms in the file, such as 'owl:sameAs'; they are not reasoned with.
        statements_by_column: column of `staff-columns` to (subject, object) as indices of `keys`.
    """

    def __init__(self, quads: Iterable[ox.Quad], graph: Graph):
        columns = {
            str(graph.expand_curie(row["predicate"])): row["column"]
            for row in ask("staff-columns", graph)
        }
        found: dict[str, int] = defaultdict(count().__next__)
        flat = {column: (array("q"), array("q")) for column in columns.values()}
        into = {
            predicate: tuple(side.append for side in flat[column])
            for predicate, column in columns.items()
        }
        axioms = {iri: name for iri, name in axiom_names().items() if iri not in into}
        marks: dict[str, list[int]] = {name: [] for name in axioms.values()}
        into |= {iri: (marks[name].append, _ignore) for iri, name in axioms.items()}
        known = (
            graph.store.quads_for_pattern(None, ox.NamedNode(predicate), None)
            for predicate in columns
            if columns[predicate] == "match"
        )
        is_one, literal = RDF_TYPE.value, ox.Literal
        for quad in chain(*known, quads):
            predicate, thing = quad.predicate.value, quad.object
            if predicate == is_one:
                predicate = getattr(thing, "value", "")
            if sides := into.get(predicate):
                who, what = sides
                # a statement is no subject in RDF 1.2
                who(found[quad.subject.value])  # type: ignore[union-attr]
                what(
                    found[
                        f'"{thing.value}' if type(thing) is literal else getattr(thing, "value", "")
                    ]
                )
        self.keys = list(found)
        self.statements_by_column = flat
        self.axioms = [name for name, found_in in marks.items() if found_in]

    def pairs(self, column: str) -> Pairs:
        """The pairs of a column."""
        import numpy as np

        who, what = (
            np.frombuffer(side, np.int64)
            for side in self.statements_by_column.get(column, (b"", b""))
        )
        return who, what

    def people(self) -> Any:
        """The people, in the order of their first appearance."""
        import numpy as np

        return np.unique(
            np.concatenate(
                [self.pairs("member")[1], *(self.pairs(column)[0] for column in PERSON_COLUMNS)]
            )
        )

    def meanings(self, known: Mapping[str, str]) -> dict[int, str]:
        """The meaning of each value that is an exact match of a known one, or of its match.

        Several meanings are separated by ';'.
        """
        groups: dict[int, set[int]] = {}
        for pair in _each(self.pairs("match")):
            small, large = sorted((groups.setdefault(place, {place}) for place in pair), key=len)
            if small is not large:
                large |= small
                groups.update(dict.fromkeys(small, large))
        found = {}
        for group in {id(group): group for group in groups.values()}.values():
            meant = ";".join(
                sorted({known[self.keys[place]] for place in group if self.keys[place] in known})
            )
            found.update(dict.fromkeys(group if meant else (), meant))
        return found

    def posts(self, column: str) -> Pairs:
        """The values that people have by way of their posts and memberships."""
        of: dict[int, list[int]] = defaultdict(list)
        for post, value in _each(self.pairs(column)):
            of[post].append(value)
        held = _joined(self.pairs("post"), self.pairs("member")[::-1])
        return _pairs((person, value) for person, post in _each(held) for value in of.get(post, ()))


def read_rdf_people(path: Path, graph: Graph) -> pyarrow.Table:
    """The people of an RDF file as a staff table: `line` and the columns of a staff file.

    `line` numbers the people in the order of first appearance. `person` is the name, and the IRI,
    too, if two people have the same name. Several titles, roles or units are separated by ';'.

    Raises InputError if the file cannot be read or has no people.
    """
    import pyarrow as pa

    agents = Agents(rdf.iter_quads(path), graph)
    warn_of_axioms([path], agents.axioms, "audit")
    people = agents.people()
    if not len(people):
        raise InputError(
            f"{path}: no person in it; say what people hold, are called or can do "
            "in the terms of mlops:, org:, foaf: or schema:"
        )
    names: dict[int, str] = {}
    for who, name in _each(agents.pairs("name")):
        if agents.keys[name].startswith('"'):
            names.setdefault(who, agents.keys[name][1:])
    cells = {
        column: _joined_texts(sources, people, len(agents.keys))
        for column, sources in _column_sources(agents, names, graph).items()
    }
    return pa.table(
        {
            "line": int64_array(range(1, len(people) + 1)),
            "person": string_array(_display_names(people.tolist(), names, agents.keys)),
            **cells,
        }
    )


def _ignore(value: int) -> None:
    """Take the object of a statement of which only the property is noted."""


def _meanings(graph: Graph) -> dict[str, dict[str, str]]:
    """Kind of value to IRI or text to its value in a staff file."""
    meanings: dict[str, dict[str, str]] = defaultdict(dict)
    for row in ask("staff-values", graph):
        meanings[row["kind"]][graph.expand_curie(row["value"]) or row["value"]] = row["meaning"]
    return meanings


def _column_sources(
    agents: Agents, names: Mapping[int, str], graph: Graph
) -> dict[str, list[ColumnSource]]:
    """The sources of each column; a role that the ontology does not have becomes a title."""
    meanings = _meanings(graph)
    meant = {kind: agents.meanings(named) for kind, named in meanings.items()}

    def text(value: int) -> str | None:
        key = agents.keys[value]
        return key[1:] if key.startswith('"') else names.get(value)

    def skill(value: int) -> str | None:
        key = agents.keys[value]
        return meant["skill"].get(value) or meanings["skill"].get(key) or text(value) or key

    def role(value: int) -> str | None:
        return meanings["role"].get(agents.keys[value])

    def occupation(value: int) -> str | None:
        return meant["role"].get(value) or role(value)

    def unit(value: int) -> str | None:
        return text(value) or local_name(agents.keys[value])

    posts, occupations = agents.posts("role-of-post"), agents.pairs("occupation")
    titles: list[ColumnSource] = [
        (agents.pairs("title"), text),
        (posts, lambda v: None if role(v) else text(v)),
        (occupations, lambda v: None if occupation(v) else text(v)),
    ]
    roles: list[ColumnSource] = [
        (posts, role),
        (occupations, occupation),
        (agents.pairs("role"), lambda v: role(v) or agents.keys[v]),
    ]
    units: list[ColumnSource] = [(agents.pairs("unit"), unit), (agents.posts("unit-of-post"), unit)]
    skills = {c: [(agents.pairs(c), skill)] for c in ("skills", "lacks", "assessed")}
    return {"title": titles, "unit": units, "role": roles, **skills}


def _joined(*pairs: Pairs) -> Pairs:
    """Concatenate two lists of pairs."""
    import numpy as np

    who, what = (np.concatenate(sides) for sides in zip(*pairs, strict=True))
    return who, what


def _pairs(found: Iterable[tuple[int, int]]) -> Pairs:
    import numpy as np

    who, what = np.array(list(found), np.int64).reshape(-1, 2).T
    return who, what


def _each(pairs: Pairs) -> Iterator[tuple[int, int]]:
    return zip(*(side.tolist() for side in pairs), strict=True)


def _joined_texts(sources: Sequence[ColumnSource], people: Any, keys: int) -> pyarrow.Array:
    """One text per person: the distinct texts of all sources, separated by ';', or null."""
    import numpy as np

    words: dict[str, int] = defaultdict(count().__next__)
    who, values = _joined(
        *((pairs[0], _text_numbers(pairs[1], text, words)) for pairs, text in sources)
    )
    places = np.full(keys, -1)
    places[people] = np.arange(len(people))
    who = places[who]
    known = np.flatnonzero((who >= 0) & (values >= 0))
    first = known[
        np.unique(who[known] * len(words) + values[known], return_index=True)[1]
    ]  # sorted by person
    first = first[np.lexsort((first, who[first]))]
    return _lists(
        string_array(words).take(int64_array(values[first])),
        np.bincount(who[first], minlength=len(people)),
    )


def _text_numbers(values: Any, text: Callable[[int], str | None], words: dict[str, int]) -> Any:
    """The index of the text of each value; -1 if it has none."""
    import numpy as np

    distinct, at = np.unique(values, return_inverse=True)
    return np.array(
        [words[written] if written else -1 for written in map(text, distinct.tolist())], np.int64
    )[at]


def _lists(words: pyarrow.Array, lengths: Any) -> pyarrow.Array:
    """Join the given number of words for each row by ';'; null for 0 words."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = int64_array(np.concatenate([[0], np.cumsum(lengths)]))
    joined = pc.binary_join(
        pa.LargeListArray.from_arrays(ends, words),
        string_array([";"]).take(int64_array(np.zeros(len(lengths)))),
    )
    return pc.if_else(
        pc.cast(int64_array(lengths), pa.bool_()), joined, pa.nulls(len(lengths), pa.large_string())
    )


def _display_names(people: list[int], names: Mapping[int, str], keys: list[str]) -> Iterator[str]:
    """The name of each person; the IRI if there is none, both if the name is not unique."""
    times = Counter(names.get(who, "") for who in people)
    for who in people:
        name = names.get(who)
        yield keys[who] if not name else name if times[name] == 1 else f"{name} <{keys[who]}>"
