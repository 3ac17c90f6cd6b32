"""Forward reasoning with the rules of OWL 2 RL: the inferred statements, each with its proof.

The rules are the files in `ontology/rules/`, named after the OWL 2 RL specification (OWL 2
Profiles, section 4.3). `forward_chaining` runs them until nothing new follows. OWL 2 RL as
implemented by owlrl, and HermiT, are the references in the tests.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

import pyoxigraph as ox

from ..io.resources import resource_dir
from .forward_chaining import Chainer, Limits
from .rule_instances import Triple
from .rules import Rule, parsed_rules, rule_texts

rules = rule_texts


class Statement(NamedTuple):
    """A statement that RDF cannot say, such as one about a literal; a step of some proofs."""

    subject: Any
    predicate: Any
    object: Any


class Inference(NamedTuple):
    """One step of a proof: a conclusion, the name of the rule that infers it, its premises."""

    conclusion: Any
    rule: str
    because: tuple[Any, ...]


class Proofs(Mapping[Any, Inference]):
    """Every inferred statement with its first proof, which is written out when it is asked for.

    The premises of a proof were known before its conclusion, so no proof rests on itself. Left out
    is what holds of everything: that it is the same as itself (rule eq-ref).
    """

    def __init__(self, chainer: Chainer):
        self._chainer = chainer

    def __getitem__(self, triple: Any) -> Inference:
        key = self._chainer.find(triple)
        why = self._chainer.why.get(key) if key else None
        if not key or not why:
            raise KeyError(triple)
        return self._inference(key, why)

    def __iter__(self) -> Iterator[Any]:
        return map(self.decode, self._chainer.conclusions())

    def __len__(self) -> int:
        return sum(1 for _ in self._chainer.conclusions())

    def _inference(self, key: Triple, why: tuple[Any, ...]) -> Inference:
        instance, *premises = why
        because = tuple(map(self.decode, (*instance.premises, *premises)))
        return Inference(self.decode(key), instance.name, because)

    def add(self, asserted: Iterable[Any]) -> None:
        """Take in more statements, triples or quads, and infer what follows from them, too."""
        collects = gc.isenabled()
        gc.disable()  # nothing is freed during the run
        try:
            self._chainer.run(asserted)
        finally:
            if collects:
                gc.enable()

    def contradictions(self) -> list[Inference]:
        """A proof for each smallest set of asserted statements that contradict each other."""
        found: dict[int, tuple[Triple, tuple[Any, ...]]] = {}
        leaves = Leaves(self._chainer.why)
        for key, why in self._chainer.clashes.values():
            found.setdefault(leaves.of_premises(why), (key, why))
        smallest: list[int] = []
        for mask in sorted(found, key=int.bit_count):
            if not any(known & mask == known for known in smallest):
                smallest.append(mask)
        kept = set(smallest)
        return [self._inference(*found[mask]) for mask in found if mask in kept]

    @property
    def statements(self) -> Collection[Triple]:
        """The statements that hold, asserted or inferred, as numbers, in the order of inference."""
        return self._chainer.why.keys()

    def values_of(self, prop: ox.NamedNode) -> dict[Any, set[Any]]:
        """Each subject of a property to its values, of all statements that hold."""
        terms, number = self._chainer.terms, self._chainer.number_of(prop)
        found = {} if number is None else self._chainer.by_subject.get(number, {})
        return {terms[s]: {terms[o] for o in values} for s, values in found.items()}

    def mentions(self, term: Any) -> bool:
        """Whether a term occurs in a statement."""
        return self._chainer.number_of(term) is not None

    def n_triples(self, triples: Iterable[Triple] | None = None) -> bytes:
        """Statements, by default the inferred ones, as N-Triples; faster than to make objects."""
        text = list(map(str, self._chainer.terms))
        given = self._chainer.conclusions() if triples is None else triples
        return "".join(f"{text[s]} {text[p]} {text[o]} .\n" for s, p, o in given).encode()

    def by_shape(self, since: int) -> dict[Any, list[Triple]]:
        """The inferred statements between named things, by property and namespaces of the others.

        The first `since` of all statements are left out.
        """
        spaces = [_namespace(term) for term in self._chainer.terms]
        found: dict[Any, list[Triple]] = defaultdict(list)
        for triple in self._chainer.conclusions(since):
            subject, prop, value = triple
            found[spaces[subject], prop, spaces[value], subject == value].append(triple)
        return {key: found[key] for key in found if None not in key}

    def decode(self, key: Triple) -> Any:
        """The statement that three numbers mean."""
        subject, predicate, value = (self._chainer.terms[number] for number in key)
        is_rdf = isinstance(predicate, ox.NamedNode) and not isinstance(subject, ox.Literal)
        return (ox.Triple if is_rdf else Statement)(subject, predicate, value)


def _namespace(term: Any) -> str | None:
    """An IRI up to its last `#` or `/`; '' for a literal, None for a blank node."""
    if isinstance(term, ox.NamedNode):
        return term.value[: max(term.value.rfind("#"), term.value.rfind("/")) + 1]
    return "" if isinstance(term, ox.Literal) else None


class Leaves:
    """The asserted statements that a proof rests on, as the bits of a number."""

    def __init__(self, why: Mapping[Triple, tuple[Any, ...] | None]):
        self._why, self._known = why, dict[Triple, int]()
        self._asserted = 0  # how many have a bit

    def of_premises(self, why: tuple[Any, ...]) -> int:
        """The bits of what the premises of a step rest on."""
        premises = (*why[0].premises, *why[1:])
        todo = list(premises)
        while todo:  # no recursion, since a proof may be long
            triple = todo[-1]
            reason = self._why[triple]
            below = (*reason[0].premises, *reason[1:]) if reason else ()
            missing = [other for other in below if other not in self._known]
            if triple in self._known or not missing:
                todo.pop()
                if triple not in self._known:
                    self._known[triple] = self._union(below) if reason else self._new_bit()
            else:
                todo += missing
        return self._union(premises)

    def _new_bit(self) -> int:
        self._asserted += 1
        return 1 << (self._asserted - 1)

    def _union(self, triples: Iterable[Triple]) -> int:
        bits = 0
        for triple in triples:
            bits |= self._known[triple]
        return bits


def infer(
    asserted: ox.Store | Iterable[Any],
    rules: Iterable[Rule] | None = None,
    limits: Limits | None = None,
) -> Proofs:
    """Run the rules (by default all of `ontology/rules/`) until nothing new follows.

    Raises InputError if more statements follow than the limits allow, Timeout if it takes longer.
    """
    if isinstance(asserted, ox.Store):
        asserted = asserted.quads_for_pattern(None, None, None, ox.DefaultGraph())
    proofs = Proofs(Chainer(parsed_rules() if rules is None else rules, limits))
    proofs.add(asserted)
    return proofs


def published(proofs: Proofs, since: int = 0) -> bytes:
    """The inferred statements that `ontology/closure.rq` selects to be published, as N-Triples.

    It decides by namespaces and properties, so it is asked about one statement of each shape.
    The first `since` of all statements are left out.
    """
    shapes = {proofs.decode(triples[0]): triples for triples in proofs.by_shape(since).values()}
    examples = ox.Store()
    examples.extend(ox.Quad(*example) for example in shapes)
    selected: Any = examples.query((resource_dir("ontology") / "closure.rq").read_text("utf-8"))
    return proofs.n_triples(chain.from_iterable(shapes[example] for example in selected))


def contradictions(proofs: Proofs) -> list[Inference]:
    """The proofs that the data is inconsistent."""
    return proofs.contradictions()
