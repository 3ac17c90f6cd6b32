"""Sets of terms that are the same, and the statements that hold of each member of such a set.

The rules eq-sym, eq-trans and eq-rep-* infer n² statements of n things that are the same. Matched
like other rules they would try n³ pairs of premises. Here the things are joined into sets, and a
statement is repeated for the members of a set once, when nothing else is left to infer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .rule_instances import Triple

if TYPE_CHECKING:
    from .forward_chaining import Chainer


class Sameness:
    """The sets of terms that are the same, for a chainer.

    Attributes:
        sets: each term that is the same as another one to its set, as a list.
        pending: the statements about such terms that are not yet repeated for all members.
    """

    def __init__(self, chainer: Chainer):
        self.chainer, self.same = chainer, chainer.same
        self.sets: dict[int, list[int]] = {}
        self.pending: list[Triple] = []
        self._grown: dict[int, list[int]] = {}  # sets that are larger than when last repeated
        names = ("eq-sym", "eq-trans", "eq-rep-s", "eq-rep-p", "eq-rep-o")
        self._rules = {n: chainer.computed(n) for n in names if n in chainer.rules}
        self._by_rules = frozenset(map(id, self._rules.values()))

    def join(self, one: int, other: int) -> None:
        """Join the sets of two terms that are the same."""
        if not self._rules:
            return
        large = self.sets.setdefault(one, [one])
        small = self.sets.setdefault(other, [other])
        if large is small:
            return
        if len(large) < len(small):
            large, small = small, large
        large += small
        self._grown.pop(id(small), None)
        self._grown[id(large)] = large
        for term in small:
            self.sets[term] = large

    def meet(self, triple: Triple) -> None:
        """Keep a statement about a member of a set, unless it repeats another statement."""
        why = self.chainer.why[triple]
        if why is None or id(why[0]) not in self._by_rules:
            self.pending.append(triple)

    def settle(self) -> bool:
        """Infer what follows from sameness now; returns whether there was something to do."""
        pending, self.pending = self.pending, []
        grown, self._grown = [*self._grown.values()], {}
        for members in grown:
            self._relate(members)
            pending += self._statements(members)
        done = set()
        for triple in pending:
            key = tuple(self.sets.get(term, (term,))[0] for term in triple)
            if key not in done:
                done.add(key)
                self._repeat(triple)
        return bool(pending or grown)

    def _relate(self, members: list[int]) -> None:
        """Infer that each two members of a set are the same (eq-sym, eq-trans)."""
        near = {m: self._neighbours(m) for m in members}
        reached, order = {members[0]: members[0]}, [members[0]]
        for known in order:  # which grows
            for term in near[known]:
                if term not in reached:
                    reached[term] = known
                    order.append(term)
        same = self.same
        for number, term in enumerate(order):
            link = reached[term]
            self._conclude("eq-sym", (term, same, link), (link, same, term))
            self._conclude("eq-sym", (link, same, term), (term, same, link))
            for earlier in order[:number]:
                there, back = (earlier, same, link), (link, same, earlier)
                self._conclude("eq-trans", (earlier, same, term), there, (link, same, term))
                self._conclude("eq-trans", (term, same, earlier), (term, same, link), back)

    def _neighbours(self, term: int) -> list[int]:
        """The terms that are said to be the same as a term."""
        chainer, same = self.chainer, self.same
        return [*chainer.by_subject[same].get(term, ()), *chainer.by_object[same].get(term, ())]

    def _statements(self, members: list[int]) -> Iterator[Triple]:
        """The statements about the members of a set that are known, except on sameness."""
        chainer = self.chainer
        for prop in list(chainer.by_subject):
            values, subjects = chainer.by_subject[prop], chainer.by_object[prop]
            if prop in members:
                yield from ((s, prop, o) for s, found in values.items() for o in found)
            elif prop != self.same:
                for term in members:
                    yield from ((term, prop, o) for o in values.get(term, ()))
                    yield from ((s, prop, term) for s in subjects.get(term, ()))

    def _repeat(self, triple: Triple) -> None:
        """Infer a statement for each member of the sets of its terms (eq-rep-s, -p and -o)."""
        s, p, o = triple
        same = self.same
        for subject in self.sets.get(s, (s,)):
            first = (subject, p, o)
            self._conclude("eq-rep-s", first, (s, same, subject), triple)
            for prop in self.sets.get(p, (p,)):
                second = (subject, prop, o)
                self._conclude("eq-rep-p", second, (p, same, prop), first)
                for value in self.sets.get(o, (o,)):
                    third = (subject, prop, value)
                    self._conclude("eq-rep-o", third, (o, same, value), second)

    def _conclude(self, name: str, head: Triple, *premises: Triple) -> None:
        """Note a conclusion of a rule, if the rule is run and its premises hold."""
        why = self.chainer.why
        if head not in why and name in self._rules and all(p in why for p in premises):
            self.chainer.conclude(head, (self._rules[name], *premises))
