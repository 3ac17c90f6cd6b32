"""People as RDF, of any size, streamed into the columns of a staff file.

Which property fills which column is the question `staff-columns`; what an IRI means there is
`staff-values`. Statements go one by one into arrays of whole numbers; no person is an object.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from . import files
from ._errors import InputError
from .engines import numbers, texts
from .graph import RDF_TYPE, Graph
from .queries import ask

if TYPE_CHECKING:
    import pyarrow

ABOUT_A_PERSON = ("title", "role", "occupation", "skills", "assessed", "lacks", "post", "person")
Pairs = tuple[Any, Any]  # two arrays of whole numbers: who, and what is said


class Agents:
    """The statements about people in an RDF file, in columns.

    Attributes:
        keys: every name and text met, in the order of its first appearance; a text begins with '"'.
        said: per column of `staff-columns`, pairs of places in `keys`.
    """

    def __init__(self, quads: Iterable[ox.Quad], graph: Graph):
        columns = {graph.expand(row["predicate"]): row["column"] for row in ask("staff-columns", graph)}
        found: dict[str, int] = defaultdict(count().__next__)
        flat = {column: (array("q"), array("q")) for column in columns.values()}
        into = {predicate: [side.append for side in flat[column]] for predicate, column in columns.items()}
        a_type = RDF_TYPE.value
        for quad in quads:
            predicate, thing = quad.predicate.value, quad.object
            if predicate == a_type:
                predicate = getattr(thing, "value", "")
            if predicate in into:
                who, what = into[predicate]
                who(found[quad.subject.value])  # type: ignore[union-attr]  # a statement is no subject in RDF 1.2
                what(found[f'"{thing.value}' if type(thing) is ox.Literal else getattr(thing, "value", "")])
        self.keys = list(found)
        self.said = flat

    def pairs(self, column: str) -> Pairs:
        """The pairs of a column."""
        import numpy as np

        who, what = (np.frombuffer(side, np.int64) for side in self.said.get(column, (b"", b"")))
        return who, what

    def people(self) -> Any:
        """The people, in the order of their first appearance."""
        import numpy as np

        return np.unique(np.concatenate([self.pairs("member")[1], *(self.pairs(column)[0] for column in ABOUT_A_PERSON)]))

    def posts(self, column: str) -> Pairs:
        """What is said of people by way of their posts and memberships."""
        of: dict[int, list[int]] = defaultdict(list)
        for post, value in _each(self.pairs(column)):
            of[post].append(value)
        held = _joined(self.pairs("post"), self.pairs("member")[::-1])
        return _pairs((person, value) for person, post in _each(held) for value in of.get(post, ()))


def read_agents(path: Path, graph: Graph) -> pyarrow.Table:
    """The people of an RDF file as a staff table: `line`, person, title, unit, role, skills, lacks, assessed.

    `line` is the place of a person in the order of first appearance. A person is called by name, and
    by IRI too where two bear one name; several titles, roles or units are separated by ';'.

    Raises InputError for a file that cannot be read, or that says nothing of people.
    """
    import pyarrow as pa

    agents = Agents(files.stream(path), graph)
    people = agents.people()
    if not len(people):
        raise InputError(f"{path}: nobody in it; say what people hold, are called or can do in the terms of mlops:, org:, foaf: or schema:")
    names: dict[int, str] = {}
    for who, name in _each(agents.pairs("name")):
        if agents.keys[name].startswith('"'):
            names.setdefault(who, agents.keys[name][1:])
    cells = {column: _cells(pairs, text, people, len(agents.keys)) for column, (pairs, text) in _columns(agents, names, graph).items()}
    return pa.table({"line": numbers(range(1, len(people) + 1)), "person": texts(_called(people.tolist(), names, agents.keys)), **cells})


def _columns(agents: Agents, names: Mapping[int, str], graph: Graph) -> dict[str, tuple[Pairs, Callable[[int], str | None]]]:
    """Per column its pairs, and how a value is written; what is no role of ours is a title."""
    meant: dict[str, dict[str, str]] = defaultdict(dict)
    for row in ask("staff-values", graph):
        meant[row["kind"]].setdefault(graph.expand(row["value"]) or row["value"], row["meaning"])

    def text(value: int) -> str | None:
        key = agents.keys[value]
        return key[1:] if key.startswith('"') else names.get(value)

    def skill(value: int) -> str | None:
        return meant["skill"].get(agents.keys[value]) or text(value) or agents.keys[value]

    def role(value: int) -> str | None:
        return meant["role"].get(agents.keys[value])

    def other(value: int) -> str | None:
        return None if role(value) else text(value)

    def unit(value: int) -> str | None:
        return text(value) or agents.keys[value].rstrip("/").replace("#", "/").rsplit("/", 1)[-1]

    given = _joined(agents.posts("role-of-post"), agents.pairs("occupation"))
    return {
        "title": (_joined(agents.pairs("title"), given), other),
        "unit": (_joined(agents.pairs("unit"), agents.posts("unit-of-post")), unit),
        "role": (_joined(_that(given, role), agents.pairs("role")), lambda value: role(value) or agents.keys[value]),
        "skills": (agents.pairs("skills"), skill),
        "lacks": (agents.pairs("lacks"), skill),
        "assessed": (agents.pairs("assessed"), skill),
    }


def _joined(*pairs: Pairs) -> Pairs:
    """Pairs, and after them others."""
    import numpy as np

    who, what = (np.concatenate(sides) for sides in zip(*pairs, strict=True))
    return who, what


def _pairs(found: Iterable[tuple[int, int]]) -> Pairs:
    import numpy as np

    who, what = np.array(list(found), np.int64).reshape(-1, 2).T
    return who, what


def _each(pairs: Pairs) -> Iterator[tuple[int, int]]:
    return zip(*(side.tolist() for side in pairs), strict=True)


def _that(pairs: Pairs, is_meant: Callable[[int], object]) -> Pairs:
    """The pairs with a value that is meant."""
    return _pairs((who, what) for who, what in _each(pairs) if is_meant(what))


def _cells(pairs: Pairs, text: Callable[[int], str | None], people: Any, keys: int) -> pyarrow.Array:
    """One text a person: what is said, each once, separated by ';'; null where nothing is."""
    import numpy as np

    values, at = np.unique(pairs[1], return_inverse=True)
    written = [text(value) or "" for value in values.tolist()]
    words = {word: number for number, word in enumerate(dict.fromkeys(filter(None, written)))}
    places = np.full(keys, -1)
    places[people] = np.arange(len(people))
    who, said = places[pairs[0]], np.array([words.get(word, -1) for word in written], np.int64)[at]
    known = np.flatnonzero((who >= 0) & (said >= 0))
    first = known[np.unique(who[known] * len(words) + said[known], return_index=True)[1]]  # sorted by person
    first = first[np.lexsort((first, who[first]))]
    return _lists(texts(words).take(numbers(said[first])), np.bincount(who[first], minlength=len(people)))


def _lists(words: pyarrow.Array, lengths: Any) -> pyarrow.Array:
    """So many words each, joined by ';'; null for none."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = numbers(np.concatenate([[0], np.cumsum(lengths)]))
    joined = pc.binary_join(pa.LargeListArray.from_arrays(ends, words), texts([";"]).take(numbers(np.zeros(len(lengths)))))
    return pc.if_else(pc.cast(numbers(lengths), pa.bool_()), joined, pa.nulls(len(lengths), pa.large_string()))


def _called(people: list[int], names: Mapping[int, str], keys: list[str]) -> Iterator[str]:
    """What people are called: by name, by IRI if they have none, by both if others have the same."""
    bearers = Counter(names.get(who, "") for who in people)
    for who in people:
        name = names.get(who)
        yield keys[who] if not name else name if bearers[name] == 1 else f"{name} <{keys[who]}>"
