"""Forward reasoning with the rules of OWL 2 RL: the inferred statements, each with its proof.

The rules are the files in `ontology/rules/`, named after the OWL 2 RL specification (OWL 2
Profiles, section 4.3). `forward_chaining` runs them until nothing new follows. OWL 2 RL as
implemented by owlrl, and HermiT, are the references in the tests.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pyoxigraph as ox

from ..io.resources import resource_dir
from .forward_chaining import Chainer, Limits
from .relations import NeedsStatements
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
        """A proof for each smallest set of asserted statements that contradict each other.

        Raises NeedsStatements if there are some, and paths are no statements.
        """
        if self._chainer.clashes and self._chainer.relations:
            raise NeedsStatements
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
        if self._chainer.relations and number in self._chainer.relations.rows:
            raise NeedsStatements
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

    def by_shape(self, since: int) -> Iterator[tuple[Triple, Iterable[str]]]:
        """The inferred statements between named things, by property and namespaces of the others.

        The first `since` of all statements are left out. Yields one statement of each shape, and
        N-Triples of all.
        """
        spaces = [_namespace(term) for term in self._chainer.terms]
        text = list(map(str, self._chainer.terms))
        found: dict[Any, list[Triple]] = defaultdict(list)
        for triple in self._chainer.conclusions(since):
            subject, prop, value = triple
            found[spaces[subject], prop, spaces[value], subject == value].append(triple)
        for key, triples in found.items():
            if None not in key:
                yield triples[0], (f"{text[s]} {text[p]} {text[o]} .\n" for s, p, o in triples)
        if relations := self._chainer.relations:
            yield from self._relations_by_shape(relations.unwritten(), spaces, text)

    def _relations_by_shape(
        self, rows: Iterable[tuple[int, int, set[int]]], spaces: list[str | None], text: list[str]
    ) -> Iterator[tuple[Triple, Iterable[str]]]:
        """The same for the paths that are not kept as statements."""
        found: dict[Any, list[str]] = defaultdict(list)
        examples: dict[Any, Triple] = {}
        for subject, prop, row in rows:
            start = f"{text[subject]} {text[prop]} "
            shapes: dict[Any, list[int]] = defaultdict(list)
            for value in row:
                shapes[spaces[value], subject == value].append(value)
            for shape, values in shapes.items():
                key = (spaces[subject], prop, *shape)
                examples.setdefault(key, (subject, prop, values[0]))
                lines = f" .\n{start}".join([text[value] for value in values])
                found[key].append(f"{start}{lines} .\n")
        for key, example in examples.items():
            if None not in key and not isinstance(self._chainer.terms[example[0]], ox.Literal):
                yield example, found[key]

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
    compact: bool = False,
) -> Proofs:
    """Run the rules (by default all of `ontology/rules/`) until nothing new follows.

    Args:
        asserted: the statements.
        rules: the rules.
        limits: how much may follow, and how long that may take.
        compact: whether paths need no proofs, so that they may be kept as relations.

    Raises InputError if more statements follow than the limits allow, Timeout if it takes longer,
    NeedsStatements if paths must be statements after all.
    """
    if isinstance(asserted, ox.Store):
        asserted = asserted.quads_for_pattern(None, None, None, ox.DefaultGraph())
    proofs = Proofs(Chainer(parsed_rules() if rules is None else rules, limits, compact))
    proofs.add(asserted)
    return proofs


def published(proofs: Proofs, since: int = 0) -> bytes:
    """The inferred statements that `ontology/closure.rq` selects to be published, as N-Triples.

    The first `since` of all statements are left out.
    """
    return b"".join(text for _, text in published_by_property(proofs, since))


def published_by_property(proofs: Proofs, since: int = 0) -> Iterator[tuple[Any, bytes]]:
    """The same in parts, each with its property.

    The query decides by namespaces and properties, so it is asked about one statement of each
    shape.
    """
    shapes = {proofs.decode(example): lines for example, lines in proofs.by_shape(since)}
    examples = ox.Store()
    examples.extend(ox.Quad(*example) for example in shapes)
    selected: Any = examples.query((resource_dir("ontology") / "closure.rq").read_text("utf-8"))
    for example in selected:
        yield example.predicate, "".join(shapes[example]).encode()
