"""Closures of transitive properties, as sets of terms instead of one statement for each path.

A chain of 1,000 statements has half a million paths. If nothing waits for the statements of a
property but rules of one premise, the paths need not be matched one by one. So they are kept as
relations, together with the properties that it is a subproperty or an inverse of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ..errors import InputError
from .rule_instances import Triple

if TYPE_CHECKING:
    from .forward_chaining import Chainer, Waiting

Relation = Mapping[int, Iterable[int]]  # each subject to its objects
Rows = dict[int, set[int]]
_SUBJECT, _OBJECT = -3, -1  # the places of variables in the statement that a rule matches


class NeedsStatements(Exception):
    """A rule waits for the paths of a relation, so that these must be statements."""


def too_many(limit: int) -> InputError:
    """The error for a file from which too much follows."""
    return InputError(
        f"over {limit:,} statements follow; long chains of a transitive property, or many things "
        "that are all equal, are often the reason: load a part, or leave out the axiom"
    )


def components(edges: Relation) -> Iterator[list[int]]:
    """The sets of nodes that reach each other; a set comes after those that it leads to."""
    place, path, starts, done = dict[int, int](), list[int](), list[int](), set[int]()
    todo: list[tuple[int, Iterator[int]]] = []

    def enter(node: int) -> None:
        place[node] = len(path)
        starts.append(len(path))
        path.append(node)
        todo.append((node, iter(edges.get(node, ()))))

    for root in edges:
        if root not in place:
            enter(root)
        while todo:
            node, others = todo[-1]
            for other in others:
                if other not in place:
                    enter(other)
                    break
                while other not in done and starts[-1] > place[other]:
                    starts.pop()
            else:
                todo.pop()
                if starts[-1] == place[node]:
                    found = path[starts.pop() :]
                    del path[place[node] :]
                    done.update(found)
                    yield found


def closed(edges: Relation, limit: int) -> Rows:
    """The transitive closure. Raises InputError if it has more pairs than the limit allows."""
    found: Rows = {}
    finished: dict[int, int] = {}  # nodes whose row is complete, in order
    pairs = 0
    for nodes in components(edges):
        next_ones = {other for node in nodes for other in edges.get(node, ())}
        row = set(nodes) if len(nodes) > 1 or nodes[0] in next_ones else set[int]()
        for other in sorted(next_ones - row, key=finished.__getitem__, reverse=True):
            if other not in row:  # else all that it leads to is in the row, too
                row.add(other)
                row |= found.get(other, set())
        finished.update(dict.fromkeys(nodes, len(finished)))
        if row:
            found.update(dict.fromkeys(nodes, row))
        pairs += len(nodes) * len(row)
        if pairs > limit:
            raise too_many(limit)
    return found


def check_size(relations: Iterable[Relation], limit: int) -> None:
    """Raise InputError if the closures of some relations have more pairs than the limit allows."""
    pairs = 0
    for edges in relations:
        nodes = {*edges, *(other for row in edges.values() for other in row)}
        if len(nodes) ** 2 > limit // 2:  # else it need not be computed
            pairs += _size(closed(edges, limit))
        if pairs > limit:
            raise too_many(limit)


def cycles(edges: Relation) -> Rows:
    """Cycles through the nodes that reach each other."""
    return {
        node: {nodes[number - 1]}
        for nodes in components(edges)
        for number, node in enumerate(nodes)
        if len(nodes) > 1
    }


def symmetric(edges: Relation) -> Rows:
    """A relation and its converse."""
    return union([edges, _converse(edges)])


def union(relations: Iterable[Relation]) -> Rows:
    """The pairs of all relations."""
    found: Rows = defaultdict(set)
    for relation in relations:
        for subject, row in relation.items():
            found[subject].update(row)
    return found


def _converse(relation: Relation) -> Rows:
    found: Rows = defaultdict(set)
    for subject, row in relation.items():
        for value in row:
            found[value].add(subject)
    return found


def _size(rows: Rows) -> int:
    return sum(map(len, rows.values()))


class Relations:
    """The relations of a chainer, computed when no other rule infers anything new.

    Attributes:
        rows: each property whose paths are not kept as statements, to its closure.
    """

    def __init__(self, chainer: Chainer, limit: int):
        self.rows: dict[int, Rows] = {}
        self._chainer, self._limit = chainer, limit
        self._waiting: dict[int, Waiting] = {}
        self._edges = self._written = 0  # how many statements there were when that was last done

    def choose(self, excluded: Container[int]) -> None:
        """Take over the properties for whose statements only rules of one premise wait.

        What waits for them is removed from what the chainer looks at.
        """
        waiting, by_value = self._chainer.by_property, self._chainer.by_value
        for prop in [prop for prop, found in waiting.items() if found.makes_transitive]:
            group = [prop]
            for known in group:  # which grows
                group += {b for _, b, _ in _pairs(waiting.get(known))} - {*group}
            if not any(
                p in excluded or p in by_value or (p in waiting and not waiting[p].is_unary)
                for p in group
            ):
                self._waiting |= {p: waiting[p] for p in group if p in waiting}
                self.rows |= {p: {} for p in group}
        for prop in self._waiting:
            del waiting[prop]

    def settle(self) -> bool:
        """Compute the relations again; returns whether there was something to do.

        Raises NeedsStatements if other rules wait for them now.
        """
        chainer = self._chainer
        if any(p in chainer.by_property or p in chainer.by_value for p in self.rows):
            raise NeedsStatements
        stated = {p: chainer.by_subject[p] for p in self.rows if p in chainer.by_subject}
        edges = sum(len(row) for rows in stated.values() for row in rows.values())
        if edges == self._edges:
            return False
        self._edges = edges
        self._compute(stated)
        if sum(map(_size, self.rows.values())) + len(chainer.queue) > self._limit:
            raise too_many(self._limit)
        for prop, waiting in self._waiting.items():
            self._conclude(self.rows[prop], waiting)
        return True

    def _compute(self, stated: Mapping[int, Relation]) -> None:
        """Compute all rows from the statements with these properties."""
        sources: dict[int, set[tuple[int, bool]]] = defaultdict(set)
        for prop, waiting in self._waiting.items():
            for subject, target, _ in _pairs(waiting):
                sources[target].add((prop, subject == _OBJECT))
        todo = dict.fromkeys(self.rows)
        while todo:
            prop, _ = todo.popitem()
            others = [
                _converse(self.rows[p]) if swap else self.rows[p] for p, swap in sources[prop]
            ]
            grown = union([stated.get(prop, {}), *others])
            if prop in self._waiting and self._waiting[prop].makes_transitive:
                grown = closed(grown, self._limit)
            if _size(grown) > _size(self.rows[prop]):
                self.rows[prop] = grown
                todo |= {p: None for p in self.rows if any(q == prop for q, _ in sources[p])}

    def _conclude(self, rows: Rows, waiting: Waiting) -> None:
        """Note what follows for the subjects, or for the objects, of a relation."""
        for instance, heads in waiting.simple:
            why = (self._chainer.computed(instance.name),)
            for s, p, o in heads:
                if {s, o} != {_SUBJECT, _OBJECT}:
                    terms = rows if _SUBJECT in (s, o) else set().union(*rows.values())
                    for term in terms:
                        head = (s if s >= 0 else term, p, o if o >= 0 else term)
                        self._chainer.conclude(head, why)

    def unwritten(self) -> Iterator[tuple[int, int, set[int]]]:
        """The rows that were computed since this was last asked, without what is a statement.

        Each is a subject, a property, and its objects.
        """
        if self._written == self._edges:
            return
        self._written = self._edges
        for prop, rows in self.rows.items():
            stated = self._chainer.by_subject.get(prop, {})
            for subject, row in rows.items():
                if left := row.difference(stated.get(subject, ())):
                    yield subject, prop, left


def _pairs(waiting: Waiting | None) -> list[Triple]:
    """The heads with subject and object of the statement that a rule of one premise matches."""
    heads = (head for _, heads in (waiting.simple if waiting else ()) for head in heads)
    return [head for head in heads if {head[0], head[2]} == {_SUBJECT, _OBJECT}]
