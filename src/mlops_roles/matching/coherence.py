"""What is wrong with mappings: what they merge, make impossible, chain together or contradict.

Everything is put together (the ontology, the shipped alignments, theirs, the mappings) with a
probe for each thing that must stay possible: a member of each class, a pair for each property
that is mapped, one thing of all the types of an exact match. A contradiction about a probe is
traced by its proof to the rows that cause it. Exact matches are followed from term to term.
"""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Container, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pyoxigraph as ox

from ..io.sssom import MappingSet
from ..ontology import reasoner
from ..ontology.graph import DEFAULT, OWL_CLASS, RDF_TYPE, Graph, load
from .alignments import shipped_mapping_sets

SKOS = "http://www.w3.org/2004/02/skos/core#"
MLOPS = "https://w3id.org/mlops-roles/ns#"
EXACT = ox.NamedNode(f"{SKOS}exactMatch")
NO_MATCH = ox.NamedNode(f"{MLOPS}noMatch")
OWL, RDFS = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#"
SUBPROPERTY = {ox.NamedNode(f"{RDFS}subPropertyOf"), ox.NamedNode(f"{OWL}equivalentProperty")}
SUBCLASS = {ox.NamedNode(f"{RDFS}subClassOf"), ox.NamedNode(f"{OWL}equivalentClass")}
MATCH_PROPERTIES = {
    ox.NamedNode(f"{SKOS}closeMatch"),
    ox.NamedNode(f"{OWL}sameAs"),
    *SUBCLASS,
    *SUBPROPERTY,
}
CLASSES = (OWL_CLASS, ox.NamedNode(f"{RDFS}Class"))
DEFINED_BY = ox.NamedNode(f"{RDFS}isDefinedBy")
PROBE = "urn:mlops-roles:probe:"
Rows = dict[ox.Triple, list[str]]  # statement: the rows that make it


@dataclass(frozen=True)
class CoherenceIssue:
    """Something wrong with mappings.

    Attributes:
        kind: 'impossible', 'contradiction', 'two in one' or 'refused'.
        about: what it is about.
        rows: the rows that cause it, as file and line.
        because: the statements that it follows from.
        message: what is wrong, and the cure.
    """

    kind: str
    about: str
    rows: tuple[str, ...]
    because: tuple[str, ...]
    message: str

    def to_dict(self) -> dict[str, Any]:
        """The clash as plain data."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def coherence(
    mappings: MappingSet,
    theirs: str | os.PathLike[str],
    added: Iterable[str | os.PathLike[str]] = (),
) -> list[CoherenceIssue]:
    """What is wrong with a set of mappings, taken together with ours, the shipped alignments and `theirs`.

    All rows are looked at, reviewed or not; what was refused must not come in by another way.
    """
    merged = _MergedGraph(mappings, load(*added, data=[theirs]))
    return [*merged.merged_terms(), *merged.rejected_mappings(), *merged.unsatisfiable()]


class _MergedGraph:
    """All statements together; those about matches are followed, the others reasoned with."""

    def __init__(self, mappings: MappingSet, graph: Graph):
        self.graph = graph
        self.rows: Rows = defaultdict(list)
        said = [
            self._note(mappings),
            *(self._note(found) for found in shipped_mapping_sets().values()),
        ]
        self.mapped = dict.fromkeys(said[0]).keys()
        base = (q.triple for q in graph.store.quads_for_pattern(None, None, None, DEFAULT))
        self.all = ox.Dataset(ox.Quad(*t) for part in (base, *said) for t in part)
        self.ours = {
            q.subject
            for q in self.all.quads_for_predicate(DEFINED_BY)
            if q.object == ox.NamedNode("https://w3id.org/mlops-roles")
        }

    def _note(self, found: MappingSet) -> list[ox.Triple]:
        """What a set says, each statement noted with its row; of upper ontologies, only what is refused."""
        said = []
        for row in (r for r in found.mappings if r.negated or not found.is_upper_ontology):
            predicate = NO_MATCH if row.negated else ox.NamedNode(row.predicate)
            said.append(ox.Triple(ox.NamedNode(row.subject), predicate, ox.NamedNode(row.object)))
            self.rows[said[-1]].append(f"{found.name}:{row.line}")
        return said

    def _issue(
        self, kind: str, about: str, leaves: Iterable[ox.Triple], message: str
    ) -> CoherenceIssue:
        leaves = list(dict.fromkeys(leaves))
        rows = tuple(dict.fromkeys(row for triple in leaves for row in self.rows.get(triple, ())))
        return CoherenceIssue(
            kind, about, rows, tuple(self.graph.format_term(t) for t in leaves), message
        )

    # exact matches, followed ------------------------------------------------------

    def _linked(self, term: Any, relations: Container[Any]) -> Iterator[tuple[Any, ox.Triple]]:
        """What a term is linked with, either way, and the statement that says so."""
        for quad in self.all.quads_for_subject(term):
            if quad.predicate in relations:
                yield quad.object, quad.triple
        for quad in self.all.quads_for_object(term):
            if quad.predicate in relations:
                yield quad.subject, quad.triple

    def _exact_closure(self, start: Any) -> dict[Any, list[ox.Triple]]:
        """What exact matches lead to, each with the shortest way there."""
        ways: dict[Any, list[ox.Triple]] = {start: []}
        todo = deque([start])
        while todo:
            at = todo.popleft()
            for other, triple in self._linked(at, {EXACT}):
                if other not in ways:
                    ways[other] = [*ways[at], triple]
                    todo.append(other)
        return ways

    def merged_terms(self) -> Iterator[CoherenceIssue]:
        """Two terms of ours that exact matches make one."""
        starts = sorted(
            {t for quad in self.all.quads_for_predicate(EXACT) for t in (quad.subject, quad.object)}
            & self.ours,
            key=str,
        )
        for start in starts:
            for other, way in self._exact_closure(start).items():
                if other in self.ours and str(start) < str(other):
                    about = f"{self.graph.format_term(start)} and {self.graph.format_term(other)}"
                    yield self._issue(
                        "two in one",
                        about,
                        way,
                        "exact matches make two of our terms one; make one of these skos:closeMatch",
                    )

    def rejected_mappings(self) -> Iterator[CoherenceIssue]:
        """Pairs that somebody refused and that a mapping brings together, be it by way of exact matches."""
        for no in self.all.quads_for_predicate(NO_MATCH):
            here, there = self._exact_closure(no.subject), self._exact_closure(no.object)
            ways = [[*here[t], *there[t]] for t in here if t in there]
            ways += [
                [*here[one], triple, *there[other]]
                for one in here
                for other, triple in self._linked(one, MATCH_PROPERTIES)
                if other in there
            ]
            if ways and not self.mapped.isdisjoint((no.triple, *(way := min(ways, key=len)))):
                about = (
                    f"{self.graph.format_term(no.subject)} and {self.graph.format_term(no.object)}"
                )
                yield self._issue(
                    "refused",
                    about,
                    [*way, no.triple],
                    "somebody found that the two do not match; withdraw the mapping, or the refusal",
                )

    # what is impossible -----------------------------------------------------------

    def _probes(self) -> dict[ox.Triple, list[ox.Triple]]:
        """What must stay possible: statements about a made-up thing, with the mapping they stand for, if any."""
        probes: dict[ox.Triple, list[ox.Triple]] = {}
        classes: set[Any] = {
            q.subject
            for kind in CLASSES
            for q in self.all.quads_for_object(kind)
            if isinstance(q.subject, ox.NamedNode)
        } - self.ours
        classes |= {
            end for t in self.mapped if t.predicate in SUBCLASS for end in (t.subject, t.object)
        }
        for number, cls in enumerate(sorted(classes, key=str)):
            probes[ox.Triple(ox.NamedNode(f"{PROBE}{number}"), RDF_TYPE, cls)] = []
        for number, triple in enumerate(self.mapped):
            thing = ox.NamedNode(f"{PROBE}mapping:{number}")
            if triple.predicate == EXACT:
                probes |= {
                    ox.Triple(thing, RDF_TYPE, kind): [triple]
                    for end in (triple.subject, triple.object)
                    for kind in self._types(end)
                }
            elif triple.predicate in SUBPROPERTY:
                probes[ox.Triple(thing, triple.subject, ox.NamedNode(f"{thing.value}:value"))] = []  # type: ignore[arg-type]
        return probes

    def _types(self, term: Any) -> list[Any]:
        return [
            q.object
            for q in self.all.quads_for_subject(term)
            if q.predicate == RDF_TYPE and isinstance(q.object, ox.NamedNode)
        ]

    def _logic(self) -> Iterator[ox.Quad]:
        """What can contradict: no literals, notes, or refusals, which are looked at by themselves."""
        notes = {
            q.subject for q in self.all.quads_for_object(ox.NamedNode(f"{OWL}AnnotationProperty"))
        } | {NO_MATCH, DEFINED_BY}
        about = {q.subject for q in self.all.quads_for_object(ox.NamedNode(f"{OWL}Axiom"))}
        return (
            q
            for q in self.all
            if not isinstance(q.object, ox.Literal)
            and q.predicate not in notes
            and q.subject not in about
        )

    def unsatisfiable(self) -> Iterator[CoherenceIssue]:
        """Contradictions, each traced to the statements that cause it."""
        probes = self._probes()
        store = ox.Store()
        store.extend(self._logic())
        store.extend(ox.Quad(*t) for t in probes)
        proofs = reasoner.infer(store)
        seen = set()
        for clash in reasoner.contradictions(proofs):
            leaves = list(_leaves(clash.conclusion, proofs))
            causes = [
                t
                for leaf in leaves
                for t in probes.get(leaf, [leaf])
                if not isinstance(t.subject, ox.BlankNode)
            ]
            key = frozenset(t for t in causes if t in self.rows) or frozenset(causes)
            if key not in seen:
                seen.add(key)
                yield self._unsatisfiable(clash, [t for t in leaves if t in probes], causes)

    def _unsatisfiable(
        self, clash: reasoner.Inference, probed: list[ox.Triple], causes: list[ox.Triple]
    ) -> CoherenceIssue:
        says = (
            reasoner.rules()[clash.rule].split("\n", 1)[0].removeprefix("#+ summary: ").rstrip(".")
        )
        kinds = ", ".join(
            self.graph.format_term(t.object)
            for t in clash.because
            if t.predicate == RDF_TYPE and isinstance(t.object, ox.NamedNode)
        )
        cure = (
            "withdraw one of the mappings"
            if any(t in self.rows for t in causes)
            else "no mapping causes it, mend the file"
        )
        about = (
            (probed[0].object if probed[0].predicate == RDF_TYPE else probed[0].predicate)
            if probed
            else clash.conclusion.subject
        )
        kind = "impossible" if probed else "contradiction"
        return self._issue(
            kind,
            self.graph.format_term(about),
            causes,
            f"{says}{f' ({kinds})' if kinds else ''}; {cure}",
        )


def _leaves(triple: ox.Triple, proofs: dict[ox.Triple, reasoner.Inference]) -> Iterator[ox.Triple]:
    """The asserted statements that a conclusion rests on."""
    todo, seen = [triple], {triple}
    while todo:
        at = todo.pop()
        if at not in proofs:
            yield at
        for premise in proofs[at].because if at in proofs else ():
            if premise not in seen:
                seen.add(premise)
                todo.append(premise)
