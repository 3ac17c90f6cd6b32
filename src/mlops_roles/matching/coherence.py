"""What is wrong with mappings: unknown or merged terms, empty classes, contradictions, rejections.

The ontology, the shipped alignments, the mapped file and the mappings are merged into one graph,
with a probe for everything that must stay satisfiable: a member of each class, a pair for each
mapped property, one individual of all types of an exact match. A contradiction about a
probe is traced by its proof to the rows that cause it. Exact matches are followed from term to
term.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Container, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import pyoxigraph as ox

from ..errors import NothingChecked
from ..io.resources import FilePath
from ..io.result import Result, Results
from ..io.sssom import MappingSet
from ..io.text import counted
from ..ontology import reasoner
from ..ontology.graph import BASE, DEFAULT, OWL_CLASS, RDF_TYPE, Graph
from ..ontology.rules import Rule, parsed_rules, rule_summary
from .alignments import shipped_mapping_sets
from .kinds import kind_groups
from .lexicon import fold_title
from .row_labels import wrong_labels
from .suspects import suspected_classes
from .unknown_terms import is_known_term, unknown_terms

SKOS = "http://www.w3.org/2004/02/skos/core#"
OWL, RDFS = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#"
EXACT_MATCH = ox.NamedNode(f"{SKOS}exactMatch")
CLOSE_MATCH = ox.NamedNode(f"{SKOS}closeMatch")
MATCHES = {EXACT_MATCH, CLOSE_MATCH} | {
    ox.NamedNode(f"{SKOS}{m}Match") for m in ("broad", "narrow")
}
TITLES = ("primaryTitle", "counterpartTitle", "curatedTitle")
LABELS = {ox.NamedNode(f"{SKOS}prefLabel"), *(ox.NamedNode(f"{BASE}/ns#{t}") for t in TITLES)}
NO_MATCH = ox.NamedNode(f"{BASE}/ns#noMatch")
SUBPROPERTY = {ox.NamedNode(f"{RDFS}subPropertyOf"), ox.NamedNode(f"{OWL}equivalentProperty")}
SUBCLASS = {ox.NamedNode(f"{RDFS}subClassOf"), ox.NamedNode(f"{OWL}equivalentClass")}
CLOSE = {ox.NamedNode(f"{SKOS}closeMatch"), ox.NamedNode(f"{OWL}sameAs")}
MATCH_PROPERTIES = CLOSE | SUBCLASS | SUBPROPERTY
CLASSES = (OWL_CLASS, ox.NamedNode(f"{RDFS}Class"))
AXIOM = ox.NamedNode(f"{OWL}Axiom")
ANNOTATION_PROPERTY = ox.NamedNode(f"{OWL}AnnotationProperty")
DEFINED_BY = ox.NamedNode(f"{RDFS}isDefinedBy")
PROBE = "urn:mlops-roles:probe:"


@dataclass(frozen=True)
class CoherenceIssue(Result):
    """A problem that a set of mappings causes.

    Attributes:
        kind: 'unknown', 'impossible', 'contradiction', 'two in one', 'refused' or 'other kind';
            'other label' and 'other mapping' are warnings.
        about: the term or terms that it is about, as CURIEs; an unknown one as it is written.
        rows: the rows that cause it, as file:line; empty if it is not caused by a mapping.
        because: the statements that imply it.
        message: what is wrong, and the fix.

    Example:
        >>> from mlops_roles import coherence, read_mappings
        >>> mappings = read_mappings("examples/acme-hr.sssom.tsv")
        >>> coherence(mappings, "examples/acme-hr.ttl")[-1].about
        'hr:Competence'
    """

    kind: str
    about: str
    rows: tuple[str, ...]
    because: tuple[str, ...]
    message: str

    @property
    def is_warning(self) -> bool:
        """Whether it may be right, and only has to be looked at again."""
        return self.kind in ("other label", "other mapping")

    def to_dict(self) -> dict[str, Any]:
        """The issue as plain data."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def coherence(
    mappings: MappingSet,
    source: FilePath,
    added: Iterable[FilePath] = (),
    only: Iterable[FilePath] = (),
) -> Results[CoherenceIssue]:
    """Find mappings that contradict each other, the ontology or the mapped file, or name nothing.

    Args:
        mappings: the mapping set; all its rows are checked, reviewed or not.
        source: the RDF file whose terms are mapped.
        added: files to load together with the ontology, as with `--with`.
        only: a framework in place of our roles, tasks, skills and tools, as with `--only`.

    Returns:
        The issues that follow from the mappings together with the ontology, the shipped
        alignments and `source`; none if there are none.

    Raises:
        InputError: for a file that cannot be read.
        NothingChecked: for a set without rows, or in which none has a term of the ontology.

    Example:
        >>> from mlops_roles import coherence, read_mappings
        >>> mappings = read_mappings("examples/acme-hr.sssom.tsv")
        >>> [issue.kind for issue in coherence(mappings, "examples/acme-hr.ttl")]
        ['two in one', 'impossible', 'impossible']
    """
    ontology = Graph(added, only=only)
    opened = Graph(ontology.added_paths, [source], only=ontology.only).open()
    graph = _MergedGraph(mappings, opened)
    issues = (*_unknown(mappings, source, opened), *graph.issues())
    if not issues:
        _check_some_mapped(mappings, ontology)
    return Results(issues, list(CoherenceIssue.__dataclass_fields__))


def _check_some_mapped(mappings: MappingSet, ontology: Graph) -> None:
    """Raise NothingChecked if there is no row, or none with a term of the ontology."""
    if not mappings.mappings:
        raise NothingChecked(
            f"{mappings.name}: nothing was checked: no mapping; give one with rows"
        )
    ends = {iri for row in mappings.mappings for iri in (row.subject, row.object)}
    if any(iri.startswith(f"{BASE}/") or is_known_term(iri, ontology.store) for iri in ends):
        return
    rows = counted(len(mappings.mappings), "mapping")
    raise NothingChecked(
        f"{mappings.name}: nothing was checked: {rows}, none with a term of the ontology; give a "
        "set that maps to its terms, or add the file that has them with --with"
    )


def _unknown(mappings: MappingSet, source: FilePath, ontology: Graph) -> Iterator[CoherenceIssue]:
    """The terms and predicates that no file has; `ontology` has the statements of `source`."""
    for term in unknown_terms(mappings, mappings.mappings, source, ontology, is_loaded=True):
        rows = tuple(f"{mappings.name}:{line}" for line in term.lines)
        yield CoherenceIssue("unknown", term.written, rows, (), term.message)


class _MergedGraph:
    """All statements together; exact matches are followed, the others reasoned with.

    Attributes:
        rows: for each statement of a mapping, the rows that make it, as file:line.
        denied: each statement that a row denies, and the rejection of the pair.
        mapped: the statements of the set under test.
        statements: all statements.
        own_terms: the terms of the ontology.
    """

    def __init__(self, mappings: MappingSet, graph: Graph):
        self.graph, self.set = graph, mappings
        self.rows: dict[ox.Triple, list[str]] = defaultdict(list)
        self.denied: dict[ox.Triple, ox.Triple] = {}
        self.mapped = dict.fromkeys(self._note_rows(mappings)).keys()
        for found in shipped_mapping_sets().values():
            self._note_rows(found)
        asserted = graph.store.quads_for_pattern(None, None, None, DEFAULT)
        triples = (*(quad.triple for quad in asserted), *self.rows)
        self.statements = ox.Dataset(ox.Quad(*triple) for triple in triples)
        quads = self.statements.quads_for_predicate(DEFINED_BY)
        self.own_terms = {q.subject for q in quads if q.object == ox.NamedNode(BASE)}

    def issues(self) -> Iterator[CoherenceIssue]:
        """All that is wrong, and then the warnings."""
        yield from self.merged_terms()
        yield from self.rejected_mappings()
        yield from self.other_kinds()
        yield from self.unsatisfiable()
        yield from self.other_labels()
        yield from self.wrong_labels()
        yield from self.other_mappings()

    def _note_rows(self, mappings: MappingSet) -> list[ox.Triple]:
        """The statements of a set, noted with their rows; of upper ontologies, rejections only."""
        found = []
        for row in mappings.mappings:
            if row.negated or not mappings.is_upper_ontology:
                one, said, other = map(ox.NamedNode, (row.subject, row.predicate, row.object))
                triple = ox.Triple(one, NO_MATCH if row.negated else said, other)
                if row.negated:
                    self.denied[ox.Triple(one, said, other)] = triple
                self.rows[triple].append(f"{mappings.name}:{row.line}")
                found.append(triple)
        return found

    def _issue(
        self, kind: str, about: Iterable[Any], causes: Iterable[ox.Triple], message: str
    ) -> CoherenceIssue:
        causes = list(dict.fromkeys(causes))
        rows = dict.fromkeys(row for triple in causes for row in self.rows.get(triple, ()))
        terms = " and ".join(map(self.graph.format_term, about))
        because = tuple(map(self.graph.format_term, causes))
        return CoherenceIssue(kind, terms, tuple(rows), because, message)

    # exact matches, followed ------------------------------------------------------

    def _linked(self, term: Any, predicates: Container[Any]) -> Iterator[tuple[Any, ox.Triple]]:
        """What a term is linked with, either way, each with the statement of it."""
        for quad in self.statements.quads_for_subject(term):
            if quad.predicate in predicates:
                yield quad.object, quad.triple
        for quad in self.statements.quads_for_object(term):
            if quad.predicate in predicates:
                yield quad.subject, quad.triple

    def _exact_closure(self, start: Any) -> dict[Any, list[ox.Triple]]:
        """What exact matches lead to, each with the shortest way there."""
        ways: dict[Any, list[ox.Triple]] = {start: []}
        todo = deque([start])
        while todo:
            at = todo.popleft()
            for other, triple in self._linked(at, {EXACT_MATCH}):
                if other not in ways:
                    ways[other] = [*ways[at], triple]
                    todo.append(other)
        return ways

    def merged_terms(self) -> Iterator[CoherenceIssue]:
        """Two terms of ours that exact matches make one."""
        quads = self.statements.quads_for_predicate(EXACT_MATCH)
        ends = {term for quad in quads for term in (quad.subject, quad.object)}
        message = "exact matches make two of our terms one; make one of these skos:closeMatch"
        for start in sorted(ends & self.own_terms, key=str):
            for other, way in self._exact_closure(start).items():
                if other in self.own_terms and str(start) < str(other):
                    yield self._issue("two in one", (start, other), way, message)

    def rejected_mappings(self) -> Iterator[CoherenceIssue]:
        """Rejected pairs that a mapping brings together, perhaps through exact matches."""
        message = "a person found that the two do not match; withdraw the mapping, or the rejection"
        for no in self.statements.quads_for_predicate(NO_MATCH):
            here, there = self._exact_closure(no.subject), self._exact_closure(no.object)
            ways = [[*here[t], *there[t]] for t in here if t in there]
            ways += [
                [*here[one], triple, *there[other]]
                for one in here
                for other, triple in self._linked(one, MATCH_PROPERTIES)
                if other in there
            ]
            if ways and not self.mapped.isdisjoint((no.triple, *(way := min(ways, key=len)))):
                yield self._issue("refused", (no.subject, no.object), [*way, no.triple], message)
        for triple, no_match in self.denied.items():  # of a relation that is not followed
            if triple in self.mapped and triple.predicate not in {EXACT_MATCH} | MATCH_PROPERTIES:
                about = triple.subject, triple.object
                yield self._issue("refused", about, [triple, no_match], message)

    # kinds, labels and shipped mappings -------------------------------------------------

    def _matches(self) -> Iterator[tuple[ox.Triple, Any, Any]]:
        """Each exact, close, broad or narrow match under test, with our term and theirs."""
        for triple in self.mapped:
            one, other = triple.subject, triple.object
            if triple.predicate in MATCHES and (one in self.own_terms) != (other in self.own_terms):
                yield triple, *((one, other) if one in self.own_terms else (other, one))

    def _groups(self, term: Any) -> set[str]:
        """The groups of `matching/kinds.csv` that the classes of a term, or those above, are in."""
        groups, above = kind_groups(), list(self._types(term))
        for cls in above:
            quads = self.statements.quads_for_subject(cls)
            above += [q.object for q in quads if q.predicate in SUBCLASS and q.object not in above]
        return {groups[c.value] for c in above if isinstance(c, ox.NamedNode) and c.value in groups}

    def other_kinds(self) -> Iterator[CoherenceIssue]:
        """Matches of a position, an ability and an agent, no one of which is another."""
        for triple, target, source in self._matches():
            one, other = self._groups(target), self._groups(source)
            if one and other and one.isdisjoint(other):
                kinds = f"one is of the kind {'/'.join(one)}, the other of {'/'.join(other)}"
                message = f"{kinds}; withdraw the mapping, or make it skos:relatedMatch"
                yield self._issue("other kind", (source, target), [triple], message)

    def other_labels(self) -> Iterator[CoherenceIssue]:
        """Exact and close matches of a term whose label is that of another term of ours."""
        named: dict[str, set[Any]] = defaultdict(set)
        for term in self.own_terms:
            for label in self._labels(term):
                named[label].add(term)
        for triple, target, source in self._matches():
            others = {term for label in self._labels(source) for term in named[label]}
            if triple.predicate in (EXACT_MATCH, CLOSE_MATCH) and others and target not in others:
                shown = " and ".join(sorted(map(self.graph.format_term, others)))
                message = f"its label is that of {shown}; look at the mapping again"
                yield self._issue("other label", (source, target), [triple], message)

    def wrong_labels(self) -> Iterator[CoherenceIssue]:
        """Rows whose label for a term is that of another one, as if rows had been exchanged."""
        for row, term, label, others in wrong_labels(self.set.mappings, self.statements):
            shown = " and ".join(map(self.graph.format_term, others[:3]))
            message = f"{label!r} is no label of it but of {shown}; correct the term or the label"
            rows = (f"{self.set.name}:{row.line}",)
            yield CoherenceIssue("other label", self.graph.format_term(term), rows, (), message)

    def _labels(self, term: Any) -> set[str]:
        """The preferred labels and titles of a term, folded."""
        quads = (q for q in self.statements.quads_for_subject(term) if q.predicate in LABELS)
        return {fold_title(q.object.value) for q in quads if isinstance(q.object, ox.Literal)}

    def other_mappings(self) -> Iterator[CoherenceIssue]:
        """Exact and close matches of a term that a shipped exact match gives to another of ours."""
        for triple, target, source in self._matches():
            for linked, shipped in self._linked(source, {EXACT_MATCH}):
                is_other = (
                    linked in self.own_terms and linked != target and shipped not in self.mapped
                )
                if is_other and triple.predicate in (EXACT_MATCH, CLOSE_MATCH):
                    message = "a shipped alignment maps it elsewhere; look at the mapping again"
                    yield self._issue("other mapping", (source, target), [triple, shipped], message)

    # what must stay satisfiable -----------------------------------------------------

    def _probes(self) -> dict[ox.Triple, list[ox.Triple]]:
        """Statements about invented individuals, each with the mapping that it tests, if any."""
        probes: dict[ox.Triple, list[ox.Triple]] = {}
        suspects = suspected_classes(self.statements, self._probed_classes())
        for number, cls in enumerate(sorted(suspects, key=str)):
            probes[ox.Triple(ox.NamedNode(f"{PROBE}{number}"), RDF_TYPE, cls)] = []
        for number, triple in enumerate(self.mapped):
            thing = ox.NamedNode(f"{PROBE}mapping:{number}")
            if triple.predicate == EXACT_MATCH:
                types = (*self._types(triple.subject), *self._types(triple.object))
                probes |= {ox.Triple(thing, RDF_TYPE, cls): [triple] for cls in types}
            elif triple.predicate in SUBPROPERTY:
                value = ox.NamedNode(f"{thing.value}:value")
                probes[ox.Triple(thing, triple.subject, value)] = []  # type: ignore[arg-type]
        return probes

    def _probed_classes(self) -> set[Any]:
        """The classes that are not ours, and those that a mapping is about."""
        quads = (q for cls in CLASSES for q in self.statements.quads_for_object(cls))
        classes: set[Any] = {q.subject for q in quads if isinstance(q.subject, ox.NamedNode)}
        mapped = (t for t in self.mapped if t.predicate in SUBCLASS)
        return (classes - self.own_terms).union(*((t.subject, t.object) for t in mapped))

    def _types(self, term: Any) -> list[Any]:
        quads = self.statements.quads_for_subject(term)
        types = (quad.object for quad in quads if quad.predicate == RDF_TYPE)
        return [cls for cls in types if isinstance(cls, ox.NamedNode)]

    def _logic(self) -> Iterator[ox.Quad]:
        """What can contradict: no literals, annotations or rejections, which are no axioms."""
        quads = self.statements.quads_for_object(ANNOTATION_PROPERTY)
        annotations = {q.subject for q in quads} | {NO_MATCH, DEFINED_BY}
        axioms = {q.subject for q in self.statements.quads_for_object(AXIOM)}
        for quad in self.statements:
            is_note = quad.predicate in annotations or quad.subject in axioms
            if not is_note and not isinstance(quad.object, ox.Literal):
                yield quad

    def unsatisfiable(self) -> Iterator[CoherenceIssue]:
        """Contradictions, each traced to the statements that cause it."""
        probes = self._probes()
        store = ox.Store()
        store.extend(self._logic())
        store.extend(ox.Quad(*t) for t in probes)
        proofs = reasoner.infer(store, _rules_about_members())
        seen = set()
        for contradiction in proofs.contradictions():
            leaves = list(_leaves(contradiction.because, proofs))
            stated = (triple for leaf in leaves for triple in probes.get(leaf, [leaf]))
            causes = [t for t in stated if not isinstance(t.subject, ox.BlankNode)]
            key = frozenset(t for t in causes if t in self.rows) or frozenset(causes)
            if key not in seen:
                seen.add(key)
                yield self._trace(contradiction, [t for t in leaves if t in probes], causes)

    def _trace(
        self, contradiction: reasoner.Inference, probed: list[ox.Triple], causes: list[ox.Triple]
    ) -> CoherenceIssue:
        """The issue of a contradiction that rests on some probes and on the causes."""
        rule = rule_summary(contradiction.rule).rstrip(".")
        typed = (t.object for t in contradiction.because if t.predicate == RDF_TYPE)
        types = [self.graph.format_term(t) for t in typed if isinstance(t, ox.NamedNode)]
        of_types = f" ({', '.join(types)})" if types else ""
        is_mapped = any(triple in self.rows for triple in causes)
        fix = "withdraw one of the mappings" if is_mapped else "no mapping causes it, fix the file"
        about: Any = contradiction.conclusion.subject
        if probed:
            first = probed[0]
            about = first.object if first.predicate == RDF_TYPE else first.predicate
        kind = "impossible" if probed else "contradiction"
        return self._issue(kind, (about,), causes, f"{rule}{of_types}; {fix}")


@cache
def _rules_about_members() -> list[Rule]:
    """The rules without those about the schema alone: what its members show needs none of them."""
    return [rule for rule in parsed_rules() if not rule.name.startswith("scm-")]


def _leaves(triples: Iterable[Any], proofs: reasoner.Proofs) -> Iterator[Any]:
    """The asserted statements that some statements rest on."""
    todo = list(dict.fromkeys(triples))
    seen = set(todo)
    while todo:
        at = todo.pop(0)
        proof = proofs.get(at)
        if proof is None:
            yield at
        for premise in proof.because if proof else ():
            if premise not in seen:
                seen.add(premise)
                todo.append(premise)
