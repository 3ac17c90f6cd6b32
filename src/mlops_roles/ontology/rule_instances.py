"""Rules made ready to be matched: terms as numbers, patterns split, an order to match them in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .rules import BEFORE, DIFFERS, MEMBER, Rule

Triple = tuple[int, int, int]
Env = list[int]  # what each variable means; UNBOUND if nothing yet
UNBOUND = -1
# in the middle of an encoded pattern; variables are numbers from -1 down to these
CONDITIONS = {MEMBER: -1000, DIFFERS: -1001, BEFORE: -1002}
IS_MEMBER, IS_OTHER, IS_BEFORE = CONDITIONS.values()
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Instance:
    """A rule that waits for statements, with what its schema patterns have matched.

    Attributes:
        name: of the rule.
        atoms: the patterns and conditions still to be matched; terms are numbers from 0,
            variables are numbers below 0.
        heads: the patterns of what it infers.
        premises: the statements that its schema patterns have matched.
        size: the number of its variables.
        makes: the rule of which each match makes an instance; None if a match infers the heads.
    """

    __slots__ = ("atoms", "heads", "makes", "name", "plans", "premises", "size")

    def __init__(self, rule: CompiledRule, atoms: Sequence[Triple], heads: Sequence[Triple]):
        self.name, self.atoms, self.heads = rule.rule.name, atoms, heads
        self.premises: tuple[Triple, ...] = ()
        self.makes: CompiledRule | None = None
        self.size = rule.size
        self.plans: dict[int, list[int]] = {}

    def plan(self, start: int) -> list[int]:
        """The order in which to match the atoms, after the one at `start` (-1: after none)."""
        if start not in self.plans:
            self.plans[start] = _plan(self.atoms, start)
        return self.plans[start]


def _plan(atoms: Sequence[Triple], start: int) -> list[int]:
    """An order in which each atom has as many known terms as possible."""
    left = [number for number in range(len(atoms)) if number != start]
    bound = set(atoms[start]) if start >= 0 else set()
    order: list[int] = []
    while left:
        if all(term >= 0 or term in bound for number in left for term in atoms[number]):
            return order + left  # all are looked up
        best, lowest = left[0], 1000
        for number in left:
            cost = _cost(atoms[number], bound)
            if cost < lowest:
                best, lowest = number, cost
            if cost <= 1:  # it is determined: none is better
                break
        left.remove(best)
        order.append(best)
        bound.update(atoms[best])
    return order


def _cost(atom: Triple, bound: set[int]) -> int:
    """How many matches an atom is likely to have, given the variables that are bound."""
    subject, predicate, value = (term >= 0 or term in bound for term in atom)
    if atom[1] <= IS_MEMBER:
        return 0 if subject and value else 3 if subject and atom[1] == IS_MEMBER else 100
    if not predicate:
        return 8 if subject or value else 9
    if subject or not value:
        return 1 if value else 2 if subject else 7
    return 4 if atom[2] < 0 else 5  # the members of a class may be many


class CompiledRule:
    """A rule with its terms as numbers, its patterns split into schema and data.

    Attributes:
        rule: the rule as it is written.
        heads: the patterns of what it infers.
        schema: the patterns whose property, or class, is a name of RDF, RDFS or OWL.
        data: the other patterns.
        size: the number of its variables.
    """

    def __init__(self, rule: Rule, encode: Callable[[Any], int]):
        self.rule, self.size, self._names = rule, 0, dict[str, int]()
        self._plans: dict[int, list[int]] = {}
        self._encode = encode
        each = rule.each[0] if rule.each else None
        body = [atom for atom in rule.body if each is None or atom[1] != MEMBER]
        schema = [a for a in body if _is_schema(a) and a[1] not in CONDITIONS and each not in a]
        known = {term for atom in schema for term in atom if isinstance(term, str)}
        for atom in body:  # the members of a list that is known are known, too
            if atom[1] == MEMBER and atom[0] in known and any(map(_needs(atom[2]), body)):
                schema.append(atom)
                known.add(atom[2])
        schema += [a for a in body if a[1] in (DIFFERS, BEFORE) and {a[0], a[2]} <= known]
        rest = [atom for atom in body if atom not in schema]
        if any(isinstance(a[1], str) and a[1] not in {*known, *CONDITIONS, each} for a in rest):
            schema, rest = body, []  # its property is free: any statement can match it
        if len(schema) == len(rest) == 1 and not each and _is_of_members(rest[0], schema[0][0]):
            schema, rest = body, []  # else each pair of classes would have an instance
        self.schema = [self.encode_atom(atom) for atom in schema]
        self.heads = [self.encode_atom(atom) for atom in rule.heads]
        self.data = [self.encode_atom(atom) for atom in rest]
        self.each, self.list = map(self.encode_term, rule.each) if rule.each else (0, 0)
        self.ends = tuple(map(self.encode_term, rule.chain or ()))

    def encode_term(self, term: Any) -> int:
        """The number of a term or variable."""
        if not isinstance(term, str):
            return self._encode(term)
        if term not in self._names:
            self._names[term] = -1 - self.size
            self.size += 1
        return self._names[term]

    def encode_atom(self, atom: tuple[Any, Any, Any]) -> Triple:
        """A pattern or condition with its terms as numbers."""
        subject, predicate, value = atom
        middle = CONDITIONS.get(predicate) or self.encode_term(predicate)
        return self.encode_term(subject), middle, self.encode_term(value)

    def instantiate(self, env: Env, members: Sequence[int]) -> Instance | None:
        """The instance for a match of the schema patterns and list; None if it says nothing."""

        def put(term: int) -> int:
            return env[~term] if IS_MEMBER < term < 0 and env[~term] >= 0 else term

        atoms = [(put(s), put(p), put(o)) for s, p, o in self.data]
        size = self.size
        if self.rule.each:
            atoms, size = self._repeat(atoms, members)
        heads = [head for s, p, o in self.heads if (head := (put(s), put(p), put(o))) not in atoms]
        if not heads or (self.rule.each and not members):
            return None
        premises = tuple((put(s), put(p), put(o)) for s, p, o in self.schema if p > IS_MEMBER)
        instance = Instance(self, atoms, heads)
        instance.premises, instance.size = premises, size
        if not self.rule.each:
            instance.plans = self._plans  # which all instances share
        return instance

    def start(self) -> Instance:
        """The instance that waits for the statements of the schema."""
        instance = Instance(self, self.schema, self.heads)
        instance.makes = self if self.data or self.rule.each else None
        return instance

    def _repeat(self, atoms: list[Triple], members: Sequence[int]) -> tuple[list[Triple], int]:
        """The atoms with the variable of `each` repeated for each member, and their variables."""
        repeated = [atom for atom in atoms if self.each in atom]
        once = [atom for atom in atoms if self.each not in atom]
        shared = {term for atom in (*once, *self.heads) for term in atom}
        local = {t for a in repeated for t in a if t < 0 and t not in shared and t != self.each}
        size, links = self.size, list(self.ends[:1])
        if self.ends:
            links += [-1 - size - number for number in range(len(members) - 1)] + [self.ends[1]]
            size += len(members) - 1
        result = list(once)
        for number, member in enumerate(members):
            fresh = {self.each: member} | {t: -1 - size - n for n, t in enumerate(sorted(local))}
            size += len(local)
            if self.ends:
                fresh |= dict(zip(self.ends, links[number : number + 2], strict=True))
            result += [(fresh.get(s, s), fresh.get(p, p), fresh.get(o, o)) for s, p, o in repeated]
        return result, size


def _needs(term: str) -> Callable[[tuple[Any, Any, Any]], bool]:
    """Whether an atom has a variable for its property, or as its class."""
    return lambda atom: atom[1] == term or (atom[2] == term and atom[1] not in CONDITIONS)


def _is_schema(atom: tuple[Any, Any, Any]) -> bool:
    """Whether the property of a pattern, or its class, is given."""
    if isinstance(atom[1], str):
        return atom[1] in CONDITIONS
    return atom[1].value != _TYPE or not isinstance(atom[2], str)


def _is_of_members(atom: tuple[Any, Any, Any], cls: Any) -> bool:
    """Whether a pattern is about the members of a class that is a variable."""
    return isinstance(cls, str) and atom[2] == cls and getattr(atom[1], "value", "") == _TYPE


def transitive_property(instance: Instance) -> int | None:
    """The property that an instance makes transitive, if that is what it does."""
    if instance.makes is not None or len(instance.atoms) != 2 or len(instance.heads) != 1:
        return None
    (a, p, b), (c, q, d) = instance.atoms
    is_path = b == c and len({a, b, d}) == 3 and max(a, b, d) < 0
    return p if is_path and p == q >= 0 and instance.heads[0] == (a, p, d) else None
