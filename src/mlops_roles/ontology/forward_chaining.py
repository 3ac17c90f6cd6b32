"""Forward chaining over terms as integers: each statement meets the rules that it can be part of.

A rule is matched in two stages. Its schema patterns (`?p rdfs:domain ?c`) are matched first; each
match makes an instance of the rule whose other patterns (`?x ex:leads ?y`) name a property or a
class, under which the instance waits for statements. So a rule whose vocabulary does not occur
costs nothing, and a statement costs only what is waiting for it. Every pair of statements is joined
once, when the later one of the two is taken from the queue (semi-naive evaluation).
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import pyoxigraph as ox

from ..errors import InputError, Timeout
from . import literals
from .relations import Relations, Rows, check_size, cycles, symmetric, too_many, union
from .rule_instances import (
    IS_MEMBER,
    IS_OTHER,
    UNBOUND,
    CompiledRule,
    Env,
    Instance,
    Triple,
    transitive_property,
)
from .rules import Rule
from .sameness import Sameness

_OWL, _RDF = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SCHEMA = (f"<{_OWL}", f"<{_RDFS}")
_TRANSITIVE = ox.NamedNode(f"{_OWL}TransitiveProperty")
_EQUALITIES = (  # properties of things that are equal, each with what else holds between these
    (ox.NamedNode(f"{_OWL}sameAs"), None),
    (ox.NamedNode(f"{_OWL}equivalentClass"), ox.NamedNode(f"{_RDFS}subClassOf")),
    (ox.NamedNode(f"{_OWL}equivalentProperty"), ox.NamedNode(f"{_RDFS}subPropertyOf")),
)
_CHECK_EVERY = 1 << 14  # statements, between two looks at the limits


class Limits(NamedTuple):
    """How much may follow, and how long that may take."""

    statements: int = 1 << 20
    seconds: float = 300


class Transitive:
    """An instance that makes a property transitive: it appends single steps to known paths.

    A step is a statement that does not itself follow from shorter paths. Joining all paths with
    each other would infer each statement once for each place at which its path can be cut.
    """

    def __init__(self, instance: Instance, prop: int):
        self.instance, self.prop = instance, prop
        self.steps: dict[int, dict[int, Triple]] = defaultdict(dict)

    def is_step(self, triple: Triple, why: dict[Triple, tuple[Any, ...] | None]) -> bool:
        """Whether a statement, or the converse that it follows from, is no longer path."""
        reason = why[triple]
        if reason is None or reason[0] is self.instance:
            return reason is None
        converse = (triple[2], self.prop, triple[0])
        other = why[converse] if reason[1:] == (converse,) else None
        return other is None or other[0] is not self.instance

    def add(self, triple: Triple, chainer: Chainer) -> None:
        """Infer what follows from a statement with this property."""
        start, prop, end = triple
        if start == end:
            return
        why, queue, instance = chainer.why, chainer.queue, self.instance
        if end in self.steps:
            for further, step in self.steps[end].items():
                path = (start, prop, further)
                if path not in why:
                    why[path] = (instance, triple, step)
                    queue.append(path)
        if self.is_step(triple, why):
            self.steps[start][end] = triple
            for before in chainer.by_object[prop].get(start, ()):
                chainer.conclude((before, prop, end), (instance, (before, prop, start), triple))


class Chain:
    """A pattern of an instance that infers a statement from two, the one after the other.

    Such are the property chains by which roles get the skills of their tasks.
    """

    __slots__ = ("head", "instance", "is_first", "of_members", "other", "swapped")

    def __init__(self, instance: Instance, number: int, first: int):
        self.instance, self.is_first, self.swapped = instance, number == first, first == 1
        self.other, self.head = instance.atoms[1 - number][1], instance.heads[0][1]
        self.of_members: Chain | None = None  # waits for the members of the subjects of this one

    def add(self, triple: Triple, chainer: Chainer) -> None:
        """Infer what follows from a statement that matches the pattern."""
        start, _, end = triple
        if self.of_members is not None:
            chainer.wait_for_members(start, self.of_members)
        why, queue, other = chainer.why, chainer.queue, self.other
        index = chainer.by_subject if self.is_first else chainer.by_object
        if other not in index:
            return
        for term in index[other].get(end if self.is_first else start, ()):
            head = (start, self.head, term) if self.is_first else (term, self.head, end)
            if head not in why:
                near = (end, other, term) if self.is_first else (term, other, start)
                both = (triple, near) if self.is_first != self.swapped else (near, triple)
                why[head] = (self.instance, *both)
                queue.append(head)


def _first_of_chain(instance: Instance) -> int | None:
    """Which of two patterns comes first, if the statement inferred goes from end to end of both."""
    if instance.makes is not None or len(instance.atoms) != 2 or len(instance.heads) != 1:
        return None
    start, prop, end = instance.heads[0]
    for first in (0, 1):
        (a, p, b), (c, q, d) = instance.atoms[first], instance.atoms[1 - first]
        is_linked = b == c and len({a, b, d}) == 3 and max(a, b, d) < 0 <= min(p, q, prop)
        if is_linked and (start, end) == (a, d):
            return first
    return None


class Waiting:
    """What waits for the statements of one property, for those with one value of it as well, or
    for the members of one class.
    """

    __slots__ = ("checks", "joins", "kernels", "simple")

    def __init__(self) -> None:
        self.checks: list[tuple[Instance, int, Triple]] = []
        self.simple: list[tuple[Instance, list[Triple]]] = []
        self.joins: list[tuple[Instance, int, Probe | None]] = []
        self.kernels: list[Transitive | Chain] = []

    @property
    def makes_transitive(self) -> bool:
        """Whether an instance makes the property transitive."""
        return any(isinstance(kernel, Transitive) for kernel in self.kernels)

    @property
    def is_unary(self) -> bool:
        """Whether no statement is joined with another one, except to make paths."""
        are_paths = all(isinstance(kernel, Transitive) for kernel in self.kernels)
        return are_paths and not self.checks and not self.joins


def _first_check(instance: Instance, number: int) -> Triple | None:
    """The statement that must be known, too, for one to match the pattern of this number.

    Its variables are the place in the statement that is matched, counted from its end. None if
    no statement is determined by the one that is matched.
    """
    s, p, o = instance.atoms[number]
    if instance.makes is not None or p < 0:
        return None
    places = {term: place for term, place in ((s, -3), (o, -1)) if term < 0}
    for at, (a, b, c) in enumerate(instance.atoms):
        if at != number and b >= 0 and (a >= 0 or a in places) and (c >= 0 or c in places):
            return places.get(a, a), b, places.get(c, c)
    return None


class Probe(NamedTuple):
    """What must be known of a term of a statement for it to be worth a join with others."""

    place: int  # of the term in the statement, counted from its end
    is_subject: bool  # of a statement with the property; else it is the object of one
    prop: int  # or IS_MEMBER, if the term must be a member of a list

    @classmethod
    def of(cls, instance: Instance, number: int) -> Probe | None:
        """That of another pattern that shares a variable with the pattern of this number."""
        s, _, o = instance.atoms[number]
        places = {term: place for term, place in ((s, -3), (o, -1)) if term < 0}
        for at, (a, b, c) in enumerate(instance.atoms):
            if at != number and b >= 0 and (a in places or c in places):
                return cls(places[a], True, b) if a in places else cls(places[c], False, b)
            if at != number and b == IS_MEMBER and c in places:
                return cls(places[c], False, b)
        return None

    def may_match(self, triple: Triple, chainer: Chainer) -> bool:
        """Whether a statement can be joined with one that is known."""
        term = triple[self.place]
        if self.prop == IS_MEMBER:
            return term in chainer.members
        index = chainer.by_subject if self.is_subject else chainer.by_object
        return self.prop in index and term in index[self.prop]


class Chainer:
    """The statements, the rules waiting for them, and why each inferred one holds.

    Attributes:
        why: each statement to why it holds: None if it is asserted, else the instance of the rule
            followed by the statements that its last patterns have matched.
        clashes: proofs that something is impossible.
        terms: the terms by number. Literals of one value are one term.
        members: the members of lists.
        relations: the closures of properties whose paths are not kept as statements, if any may be.
    """

    def __init__(self, rules: Iterable[Rule], limits: Limits | None = None, compact: bool = False):
        self._limits, self._checked = limits, time.monotonic()
        self._next_check = _CHECK_EVERY if limits else sys.maxsize  # statements
        self.terms: list[Any] = []
        self._numbers: dict[Any, int] = {}
        self.values: dict[int, literals.Value | None] = {}
        self.why: dict[Triple, tuple[Any, ...] | None] = {}
        self.queue: list[Triple] = []
        self._done = 0  # of the statements in the queue
        self.clashes: dict[Any, tuple[Triple, tuple[Any, ...]]] = {}
        self.by_subject: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.by_object: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.by_property: dict[int, Waiting] = defaultdict(Waiting)
        self._by_class: dict[int, Waiting] = defaultdict(Waiting)
        self.by_value: dict[int, dict[int, Waiting]] = defaultdict(lambda: defaultdict(Waiting))
        self._made: set[Any] = set()
        self.rules = {rule.name: rule for rule in rules}
        self.type, self._first, self._rest = (
            self.encode(ox.NamedNode(_RDF + name)) for name in ("type", "first", "rest")
        )
        self.same, self._different, self.nothing = (
            self.encode(ox.NamedNode(_OWL + name))
            for name in ("sameAs", "differentFrom", "Nothing")
        )
        self._cells: dict[int, tuple[int, int]] = {}
        self.members: set[int] = set()
        self._restricts = self.encode(ox.NamedNode(f"{_OWL}onProperty"))
        self._restrictions: dict[frozenset[tuple[int, int]], int] = {}
        self._named_literals: dict[int, Triple] = {}
        self._sameness = Sameness(self)
        limit = limits.statements if limits else sys.maxsize
        self.relations = Relations(self, limit) if compact else None

    # terms ----------------------------------------------------------------

    def encode(self, term: Any) -> int:
        """The number of a term; literals of one value have one number."""
        number = self._numbers.get(term)
        return self._new_number(term) if number is None else number

    def _new_number(self, term: Any) -> int:
        key = term
        if isinstance(term, ox.Literal):
            known = term.language is not None or literals.known_datatype(term.datatype.value)
            value = literals.value_of(term) if known else None
            if value and "dt-eq" in self.rules:
                key = value
            number = self._numbers.setdefault(key, len(self.terms))
            self._numbers[term] = number
            if number == len(self.terms):
                self.terms.append(term)
                if known:
                    self.values[number] = value
            return number
        number = self._numbers.setdefault(key, len(self.terms))
        if number == len(self.terms):
            self.terms.append(term)
        return number

    def number_of(self, term: Any) -> int | None:
        """The number of a term; None if it does not occur."""
        number = self._numbers.get(term)
        if number is None and isinstance(term, ox.Literal):
            number = self._numbers.get(literals.value_of(term))
        return number

    def find(self, triple: Iterable[Any]) -> Triple | None:
        """The numbers of a statement; None if one of its terms does not occur."""
        s, p, o = map(self.number_of, triple)
        return None if s is None or p is None or o is None else (s, p, o)

    def items(self, head: int) -> list[int]:
        """The members of a list, as far as it is well formed."""
        found, seen = [], set[int]()
        while head in self._cells and head not in seen:
            seen.add(head)
            first, rest = self._cells[head]
            if first >= 0:
                found.append(first)
            head = rest
        return found

    # the run --------------------------------------------------------------

    def run(self, asserted: Iterable[Any]) -> None:
        """Take in the asserted statements, and infer until nothing new follows."""
        encode, why = self.encode, self.why
        batch = [(encode(t.subject), encode(t.predicate), encode(t.object)) for t in asserted]
        if self._limits:
            self._check_size(batch, self._limits.statements)
        last: list[Triple] = []  # the statements of data
        is_schema: dict[int, bool] = {}
        for triple in self._merge_restrictions(batch):
            s, p, o = triple
            if triple not in why:
                kind = o if p == self.type else p
                if kind not in is_schema:
                    is_schema[kind] = str(self.terms[kind]).startswith(_SCHEMA)
                (self.queue if is_schema[kind] else last).append(triple)
                if p == self._first:
                    self._cells[s] = (o, self._cells.get(s, (-1, -1))[1])
                    self.members.add(o)
                elif p == self._rest:
                    self._cells[s] = (self._cells.get(s, (-1, -1))[0], o)
            why[triple] = None
        is_first = not self._done
        if is_first:
            self._start()
        self._drain()  # so that all rules wait for the statements of data
        if is_first and self.relations:
            self.relations.choose({self.type, self.same, self._first, self._rest})
        self.queue.extend(last)
        self._type_literals()
        self._drain()
        while (self.relations and self.relations.settle()) or self._sameness.settle():
            self._drain()

    def _check_size(self, batch: list[Triple], limit: int) -> None:
        """Raise InputError at once if more paths, or pairs of equal things, follow than allowed."""
        kinds = {self.encode(kind): below and self.encode(below) for kind, below in _EQUALITIES}
        transitive = self.encode(_TRANSITIVE)
        wanted = {s for s, p, o in batch if p == self.type and o == transitive}
        wanted.update(kinds, filter(None, kinds.values()))
        stated: dict[int, Rows] = defaultdict(lambda: defaultdict(set))
        for s, p, o in batch:
            if p in wanted:
                stated[p][s].add(o)
        for kind, below in kinds.items():
            stated[kind] = symmetric(stated[kind])
            if below is not None:
                stated[below] = union([stated[below], stated[kind]])
                stated[kind] = cycles(stated[below])
        check_size(stated.values(), limit)

    def _merge_restrictions(self, batch: list[Triple]) -> list[Triple]:
        """The statements with one blank node for all restrictions that say the same.

        A framework may name one restriction thousands of times; each would lie below each other.
        """
        blank = {
            s
            for s, p, _ in batch
            if p == self._restricts and isinstance(self.terms[s], ox.BlankNode)
        }
        if not blank:
            return batch
        contents: dict[int, set[tuple[int, int]]] = defaultdict(set)
        for s, p, o in batch:
            if s in blank:
                contents[s].add((p, o))
        merged = {}
        for node, content in contents.items():
            if not any(isinstance(self.terms[o], ox.BlankNode) for _, o in content):
                known = self._restrictions.setdefault(frozenset(content), node)
                if known != node:
                    merged[node] = self._numbers[self.terms[node]] = known
        return [(merged.get(s, s), p, merged.get(o, o)) for s, p, o in batch] if merged else batch

    def _start(self) -> None:
        """Let the rules wait."""
        for rule in self.rules.values():
            if not rule.is_run:
                continue
            compiled = CompiledRule(rule, self.encode)
            instance = compiled.start()
            if not instance.atoms:
                for head in compiled.heads:
                    self.conclude(head, (instance,))
            else:
                self._wait(instance)

    def _drain(self) -> None:
        """Take each statement from the queue, index it, and hand it to what waits for it."""
        by_subject, by_object, special = self.by_subject, self.by_object, {self.type, self.same}
        by_property, by_class, by_value = self.by_property, self._by_class, self.by_value
        sameness, sets = self._sameness, self._sameness.sets
        for triple in islice(self.queue, self._done, None):  # which grows
            s, p, o = triple
            if len(self.queue) > self._next_check:
                self._check_limits()
            if p in special:
                if self._is_settled(triple):
                    continue
                if p == self.same:
                    sameness.join(s, o)
            if sets and p != self.same and (s in sets or p in sets or o in sets):
                sameness.meet(triple)
            by_subject[p][s].append(o)
            by_object[p][o].append(s)
            if p in by_property:
                self._meet(by_property[p], triple)
            if p in by_value and o in by_value[p]:
                self._meet(by_value[p][o], triple)
            if p == self.type and o in by_class:
                self._meet(by_class[o], triple)
        self._done = len(self.queue)

    def _check_limits(self) -> None:
        """Raise InputError or Timeout if more follows, or takes longer, than the limits allow."""
        limits = self._limits
        assert limits is not None
        self._next_check = len(self.queue) + _CHECK_EVERY
        if len(self.queue) > limits.statements:
            raise too_many(limits.statements)
        if time.monotonic() - self._checked > limits.seconds:
            raise Timeout(f"what follows takes over {limits.seconds:g} s to infer; load a part")

    def _meet(self, waiting: Waiting, triple: Triple) -> None:
        """Match a statement with what waits for it."""
        for kernel in waiting.kernels:
            kernel.add(triple, self)
        why, queue = self.why, self.queue
        for instance, heads in waiting.simple:
            for a, b, c in heads:
                head = (a if a >= 0 else triple[a], b, c if c >= 0 else triple[c])
                if head not in why:
                    why[head] = (instance, triple)
                    queue.append(head)
        for instance, number, (a, b, c) in waiting.checks:
            other = (a if a >= 0 else triple[a], b, c if c >= 0 else triple[c])
            if other in why:
                self._join(instance, number, triple)
        if waiting.joins:
            for instance, number, probe in tuple(waiting.joins):  # which may grow
                if probe is None or probe.may_match(triple, self):
                    self._join(instance, number, triple)

    def conclude(self, triple: Triple, why: tuple[Any, ...]) -> None:
        """Note a conclusion, with its proof, unless it is known."""
        if triple not in self.why:
            self.why[triple] = why
            self.queue.append(triple)

    # instances ------------------------------------------------------------

    def _wait(self, instance: Instance) -> None:
        """Let an instance wait for the statements that its patterns can match."""
        if prop := transitive_property(instance):
            kernel = Transitive(instance, prop)
            self.by_property[prop].kernels.append(kernel)
            for subject, values in list(self.by_subject.get(prop, {}).items()):
                for value in values:
                    kernel.add((subject, prop, value), self)
            return
        simple, first = self._simple_heads(instance), _first_of_chain(instance)
        if first is not None:
            self._wait_for_chain([Chain(instance, number, first) for number in (0, 1)], first)
            return
        for number, (_, p, o) in enumerate(instance.atoms):
            if p <= IS_MEMBER:
                continue
            if p < 0:
                raise InputError(
                    f"{instance.name}.rq: the property of a premise is free; "
                    "add a premise that says which it is"
                )
            if o < 0:
                waiting = self.by_property[p]
            else:
                waiting = self._by_class[o] if p == self.type else self.by_value[p][o]
            if simple:
                waiting.simple.append((instance, simple))
            elif check := _first_check(instance, number):
                waiting.checks.append((instance, number, check))
            else:
                waiting.joins.append((instance, number, Probe.of(instance, number)))

    def _wait_for_chain(self, chains: list[Chain], first: int) -> None:
        """Let both patterns of a chain wait.

        What is to be a member of some class waits only with the classes that the other pattern is
        about, since most classes have no other above them.
        """
        for number, (_, p, _) in enumerate(chains[0].instance.atoms):
            if p == self.type and number == first:
                chains[1 - number].of_members = chains[number]
            else:
                self.by_property[p].kernels.append(chains[number])

    def wait_for_members(self, cls: int, chain: Chain) -> None:
        """Let a chain wait for the members of a class."""
        kernels = self._by_class[cls].kernels
        if chain not in kernels:
            kernels.append(chain)

    def _simple_heads(self, instance: Instance) -> list[Triple] | None:
        """The heads of an instance with one pattern of two variables, or of one and a class.

        Their variables are the place in the statement that is matched, counted from its end. None
        if the instance is of another form.
        """
        if len(instance.atoms) != 1 or instance.makes is not None:
            return None
        s, p, o = instance.atoms[0]
        if s >= 0 or s == o or p < 0 or (o >= 0 and p != self.type) or self._is_false(instance):
            return None
        places = {s: -3, o: -1}
        return [
            (places.get(a, a) if a < 0 else a, b, places.get(c, c) if c < 0 else c)
            for a, b, c in instance.heads
        ]

    def make(self, rule: CompiledRule, env: Env) -> None:
        """Make an instance of a rule, and match it with the statements known so far."""
        key = (rule.rule.name, *env)
        if key in self._made:
            return
        self._made.add(key)
        members = self.items(env[~rule.list]) if rule.rule.each else ()
        instance = rule.instantiate(env, members)
        if instance is None:
            return
        if not instance.atoms:
            self.emit(instance, env)
            return
        self._wait(instance)
        if transitive_property(instance) or any(map(self._is_unmatched, instance.atoms)):
            return
        Match(self, instance, instance.plan(-1), [UNBOUND] * instance.size).solve(0)

    def _join(self, instance: Instance, number: int, triple: Triple) -> None:
        """Match an instance, of whose patterns one matches a statement."""
        env = [UNBOUND] * instance.size
        for term, value in zip(instance.atoms[number], triple, strict=True):
            if term >= 0:
                if term != value:
                    return
            elif env[~term] == UNBOUND:
                env[~term] = value
            elif env[~term] != value:
                return
        Match(self, instance, instance.plan(number), env).solve(0)

    # conclusions ----------------------------------------------------------

    def emit(self, instance: Instance, env: Env) -> None:
        """Note what an instance infers, all of whose patterns are matched."""

        def put(term: int) -> int:
            return term if term >= 0 else env[~term]

        for s, p, o in instance.heads:
            head = (put(s), put(p), put(o))
            is_false = self._is_false(instance)
            if is_false or head not in self.why:
                atoms = instance.atoms
                premises = [(put(a), put(b), put(c)) for a, b, c in atoms if b > IS_MEMBER]
                if is_false:
                    self._clash(head, (instance, *premises))
                else:
                    self.conclude(head, (instance, *premises))

    def _is_unmatched(self, atom: Triple) -> bool:
        """Whether no statement so far matches a pattern."""
        _, prop, value = atom
        if prop < 0:
            return False
        return prop not in self.by_object or (value >= 0 and value not in self.by_object[prop])

    def _is_false(self, instance: Instance) -> bool:
        return instance.heads[0][1:] == (self.type, self.nothing)

    def _clash(self, conclusion: Triple, why: tuple[Any, ...]) -> None:
        """Note a proof of a contradiction, once, whatever the order of its premises."""
        premises = frozenset((*why[0].premises, *why[1:]))
        self.clashes.setdefault((why[0].name, premises), (conclusion, why))
        self.why.setdefault(conclusion, why)

    def _is_settled(self, triple: Triple) -> bool:
        """Whether nothing more follows from a statement of type or sameness than noted here."""
        subject, prop, value = triple
        if prop == self.same:
            is_literal = subject in self.values or value in self.values
            return subject == value or (is_literal and self._compare(triple))
        if value == self.nothing:
            if "cls-nothing2" in self.rules:
                why = self.why[triple] or (self.computed("cls-nothing2"), triple)
                self._clash(triple, why)
            return True
        if subject in self.values and "dt-not-type" in self.rules:
            known, datatype = self.values[subject], self.terms[value]
            name = datatype.value if isinstance(datatype, ox.NamedNode) else ""
            if literals.known_datatype(name) and not (known and literals.is_value_of(known, name)):
                conclusion = (subject, self.type, self.nothing)
                self._clash(conclusion, (self.computed("dt-not-type"), triple))
        return False

    def computed(self, name: str) -> Instance:
        """An instance for what Python has computed."""
        rule = CompiledRule(Rule(name, (), ()), self.encode)
        return Instance(rule, (), ())

    # literals -------------------------------------------------------------

    def _datatypes(self) -> dict[int, str]:
        """The datatypes that occur where it matters which literals they have, by number."""
        ranges = self._numbers.get(ox.NamedNode(f"{_RDFS}range"))
        names = {self.encode(ox.NamedNode(name)): name for name in literals.DATATYPES}
        used = set()
        for (s, p, o), why in self.why.items():
            if why is None and o in names and p != ranges:
                used.add(o)
            elif why is None and s in names and p != self.type:
                used.add(s)
        return {number: names[number] for number in used}

    def _type_literals(self) -> None:
        """Infer the datatypes of the literals (dt-type2), for those datatypes that matter."""
        if "dt-type2" not in self.rules or not self.values:
            return
        for number, name in self._datatypes().items():
            for literal in self.values:
                self._type_literal(literal, number, name)

    def _type_literal(self, literal: int, datatype: int, name: str) -> None:
        value = self.values[literal]
        if value and literals.is_value_of(value, name):
            self.conclude((literal, self.type, datatype), (self.computed("dt-type2"),))

    def _compare(self, triple: Triple) -> bool:
        """What follows from the value of a literal that is said to be the same as something.

        Returns whether that is a contradiction.
        """
        subject, _, value = triple
        both = [number for number in (subject, value) if self.values.get(number)]
        if len(both) == 2:
            self._tell_apart(subject, value)
            return (subject, self._different, value) in self.why
        for number in both:
            if number in self._named_literals:
                continue
            for other in self._named_literals:
                self._tell_apart(number, other)
            self._named_literals[number] = triple
            if "dt-type2" in self.rules:
                for name in literals.DATATYPES:
                    self._type_literal(number, self.encode(ox.NamedNode(name)), name)
        return False

    def _tell_apart(self, one: int, other: int) -> None:
        """Infer that two literals are different, if their values are (dt-diff)."""
        first, second = self.values[one], self.values[other]
        if "dt-diff" in self.rules and first and second and literals.differ(first, second):
            why = (self.computed("dt-diff"),)
            self.conclude((one, self._different, other), why)
            self.conclude((other, self._different, one), why)

    def conclusions(self, since: int = 0) -> Iterator[Triple]:
        """The inferred statements after the first `since`, as far as RDF can say them.

        No literal is a subject, and none is a property.
        """
        is_resource = [not isinstance(term, ox.Literal) for term in self.terms]
        is_name = [isinstance(term, ox.NamedNode) for term in self.terms]
        for triple, why in islice(self.why.items(), since, None):
            if why is not None and is_resource[triple[0]] and is_name[triple[1]]:
                yield triple


class Match:
    """The search for all ways to match the patterns of an instance."""

    __slots__ = ("atoms", "by_object", "by_subject", "chainer", "env", "instance", "plan", "why")

    def __init__(self, chainer: Chainer, instance: Instance, plan: list[int], env: Env):
        self.chainer, self.instance, self.plan, self.env = chainer, instance, plan, env
        self.by_subject, self.by_object = chainer.by_subject, chainer.by_object
        self.atoms, self.why = instance.atoms, chainer.why

    def solve(self, at: int) -> None:
        """Match what comes from the place `at` of the plan, in every way."""
        if at == len(self.plan):
            if self.instance.makes is None:
                self.chainer.emit(self.instance, self.env)
            else:
                self.chainer.make(self.instance.makes, self.env)
            return
        env = self.env
        s, p, o = self.atoms[self.plan[at]]
        subject = s if s >= 0 else env[~s]
        value = o if o >= 0 else env[~o]
        if p <= IS_MEMBER:
            self._solve_condition(at, p, subject, o)
            return
        prop = p if p >= 0 else env[~p]
        if subject >= 0 and value >= 0:
            if (subject, prop, value) in self.why:
                self.solve(at + 1)
        elif prop not in self.by_subject:
            return
        elif subject >= 0:
            self._try(at + 1, o, self.by_subject[prop].get(subject, ()))
        elif value >= 0:
            self._try(at + 1, s, self.by_object[prop].get(value, ()))
        else:
            self._try(at, s, list(self.by_subject[prop]))

    def _try(self, at: int, variable: int, terms: Sequence[int]) -> None:
        """Go on at a place of the plan with each of the terms as the meaning of a variable."""
        env, slot = self.env, ~variable
        for term in terms:
            env[slot] = term
            self.solve(at)
        env[slot] = UNBOUND

    def _solve_condition(self, at: int, kind: int, subject: int, other: int) -> None:
        """Test a condition, or take each member of a list in turn."""
        value = other if other >= 0 else self.env[~other]
        if kind == IS_MEMBER and value < 0:
            self._try(at + 1, other, self.chainer.items(subject))
        elif (
            value in self.chainer.items(subject)
            if kind == IS_MEMBER
            else subject != value
            if kind == IS_OTHER
            else subject < value
        ):
            self.solve(at + 1)
