"""People as RDF, of any size, streamed into the columns of a staff file.

Which property fills which column is the question `staff-columns`; what an IRI means there is
`staff-values`. Statements go one by one into columns of whole numbers; no person is an object.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from . import files
from ._errors import InputError
from .graph import RDF_TYPE, Graph
from .queries import ask

if TYPE_CHECKING:
    import pyarrow

ABOUT_A_PERSON = ("title", "role", "occupation", "skills", "assessed", "lacks", "post", "person")
Pairs = list[tuple[int, int]]


class Agents:
    """The statements about people in an RDF file, in columns.

    Attributes:
        keys: every name and text met, in the order of its first appearance; a text begins with '"'.
        said: per column of `staff-columns`, pairs of places in `keys`.
    """

    def __init__(self, quads: Iterable[ox.Quad], graph: Graph):
        columns = {graph.expand(row["predicate"]): row["column"] for row in ask("staff-columns", graph)}
        found: dict[str, int] = {}
        flat: dict[str, array[int]] = defaultdict(lambda: array("q"))
        for quad in quads:
            thing, predicate = quad.object, quad.predicate
            column = columns.get(thing.value if predicate == RDF_TYPE and isinstance(thing, ox.NamedNode) else predicate.value)
            if column is not None and not isinstance(quad.subject, ox.Triple):
                key = f'"{thing.value}' if isinstance(thing, ox.Literal) else thing.value if not isinstance(thing, ox.Triple) else ""
                flat[column].extend((found.setdefault(quad.subject.value, len(found)), found.setdefault(key, len(found))))
        self.keys = list(found)
        self.said = {column: list(zip(pairs[::2], pairs[1::2], strict=True)) for column, pairs in flat.items()}

    def pairs(self, column: str) -> Pairs:
        """The pairs of a column."""
        return self.said.get(column, [])

    def people(self) -> list[int]:
        """The people, in the order of their first appearance."""
        members = {person for _, person in self.pairs("member")}
        said = {person for column in ABOUT_A_PERSON for person, _ in self.pairs(column)}
        return sorted(members | said)

    def posts(self, column: str) -> Pairs:
        """What is said of people by way of their posts and memberships."""
        of: dict[int, list[int]] = defaultdict(list)
        for post, value in self.pairs(column):
            of[post].append(value)
        held = [*self.pairs("post"), *((person, post) for post, person in self.pairs("member"))]
        return [(person, value) for person, post in held for value in of.get(post, ())]


def read_agents(path: Path, graph: Graph) -> pyarrow.Table:
    """The people of an RDF file as a staff table: `line`, person, title, unit, role, skills, lacks, assessed.

    `line` is the place of a person in the order of first appearance. A person is called by name, and
    by IRI too where two bear one name; several titles, roles or units are separated by ';'.

    Raises InputError for a file that cannot be read, or that says nothing of people.
    """
    import pyarrow as pa

    agents = Agents(files.stream(path), graph)
    people = agents.people()
    if not people:
        raise InputError(f"{path}: nobody in it; say what people hold, are called or can do in the terms of mlops:, org:, foaf: or schema:")
    names = {who: agents.keys[name][1:] for who, name in reversed(agents.pairs("name")) if agents.keys[name].startswith('"')}
    columns = _columns(agents, names, graph)
    place = {who: number for number, who in enumerate(people)}
    texts = {column: _joined(pairs, text, place) for column, (pairs, text) in columns.items()}
    return pa.table({"line": pa.array(range(1, len(people) + 1), pa.int64()), "person": _called(people, names, agents.keys), **texts})


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

    given = [*agents.posts("role-of-post"), *agents.pairs("occupation")]
    return {
        "title": ([*agents.pairs("title"), *given], other),
        "unit": ([*agents.pairs("unit"), *agents.posts("unit-of-post")], unit),
        "role": ([*(pair for pair in given if role(pair[1])), *agents.pairs("role")], lambda value: role(value) or agents.keys[value]),
        "skills": (agents.pairs("skills"), skill),
        "lacks": (agents.pairs("lacks"), skill),
        "assessed": (agents.pairs("assessed"), skill),
    }


def _joined(pairs: Pairs, text: Callable[[int], str | None], place: Mapping[int, int]) -> pyarrow.Array:
    """One text a person: what is said, each once, separated by ';'; null where nothing is."""
    import pyarrow as pa

    written: dict[int, str | None] = {}
    cells: list[str | None] = [None] * len(place)
    for who, value in dict.fromkeys(pairs):
        if value not in written:
            written[value] = text(value)
        if (word := written[value]) and (at := place.get(who)) is not None:
            cells[at] = word if cells[at] is None else f"{cells[at]};{word}"
    return pa.array(cells, pa.string())


def _called(people: list[int], names: Mapping[int, str], keys: list[str]) -> pyarrow.Array:
    """What people are called: by name, by IRI if they have none, by both if others have the same."""
    import pyarrow as pa

    bearers: dict[str, int] = defaultdict(int)
    for who in people:
        bearers[names.get(who, "")] += 1
    return pa.array(list(_calling(people, names, keys, bearers)), pa.string())


def _calling(people: list[int], names: Mapping[int, str], keys: list[str], bearers: Mapping[str, int]) -> Iterator[Any]:
    for who in people:
        name = names.get(who)
        yield keys[who] if not name else name if bearers[name] == 1 else f"{name} <{keys[who]}>"
