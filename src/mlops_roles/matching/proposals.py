"""Mappings proposed from a company's own vocabulary to ours, each with its reasons.

A person decides on each proposal. Precision is preferred to recall. The kinds of evidence are a
name that is also one of ours, a third term to which both are mapped, a parent that has a match, and
a class or property of the same name; `ontology/matching/evidence.csv` has their weights. An
exact match is proposed only on two pieces of evidence.
"""

from __future__ import annotations

import math
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from ..io import rdf
from ..io.resources import resource_rows
from ..io.sssom import Mapping, MappingSet
from ..ontology.catalogue import find_question, run_query
from ..ontology.graph import OWL_CLASS, RDF_TYPE, Graph, load
from .alignments import shipped_mapping_sets
from .lexicon import fold_title
from .titles import resolve

SKOS = "http://www.w3.org/2004/02/skos/core#"
OWL = "http://www.w3.org/2002/07/owl#"
PREF_LABEL = ox.NamedNode(f"{SKOS}prefLabel")
ORG_ROLE = ox.NamedNode("http://www.w3.org/ns/org#Role")
MATCH_ORDER = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
MAX_PER_TERM = 3
UNSPECIFIED = "https://w3id.org/sssom/license/unspecified"


class EvidenceKind(NamedTuple):
    """What a kind of evidence is worth.

    Attributes:
        weight: from 0 to 1, what an expert who saw it alone would bet.
        relation: the SKOS relation that it speaks for, from source to target; '' if each
            piece of evidence has its own.
        justification: how it is found, in the words of SSSOM.
    """

    weight: float
    relation: str
    justification: str


@cache
def evidence_kinds() -> dict[str, EvidenceKind]:
    """The kinds of evidence by name."""
    return {
        row["kind"]: EvidenceKind(float(row["weight"]), row["relation"], row["justification"])
        for row in resource_rows("ontology", "matching/evidence")
    }


@dataclass(frozen=True)
class Reason:
    """Why a term of another vocabulary may be one of ours.

    Attributes:
        kind: a kind of evidence.
        evidence: what it rests on; two reasons with the same evidence count once.
        text: the reason for a reader.
        relation: the SKOS relation that it speaks for, if not that of its kind.
    """

    kind: str
    evidence: str
    text: str
    relation: str = ""

    @property
    def match(self) -> str:
        """The local name of the SKOS relation that it speaks for."""
        return self.relation or evidence_kinds()[self.kind].relation

    @property
    def is_close(self) -> bool:
        """Whether it speaks for an exact or close match."""
        return self.match in MATCH_ORDER[:2]


@dataclass(frozen=True)
class Proposal:
    """A term of another vocabulary (`source`) that may be one of ours (`target`), and why."""

    source: str
    target: str
    reasons: list[Reason]

    @property
    def confidence(self) -> float:
        """How likely at least one reason is right, taken as independent of each other."""
        weights: dict[str, float] = defaultdict(float)
        for reason in self.reasons:
            weight = evidence_kinds()[reason.kind].weight
            weights[reason.evidence] = max(weight, weights[reason.evidence])
        return round(1 - math.prod(1 - weight for weight in weights.values()), 2)

    @property
    def relation(self) -> str:
        """The closest SKOS relation of its reasons; exact only on two pieces of evidence."""
        if len({r.evidence for r in self.reasons if r.is_close}) > 1:
            return "exactMatch"
        closest = min((r.match for r in self.reasons), key=MATCH_ORDER.index)
        return "closeMatch" if closest == "exactMatch" else closest

    @property
    def justification(self) -> str:
        """How it was found, in the words of SSSOM."""
        found = {evidence_kinds()[r.kind].justification for r in self.reasons}
        return found.pop() if len(found) == 1 else "CompositeMatching"


Evidence = Iterator[tuple[str, str, Reason]]  # source, target, and why they may match
Reasons = dict[str, dict[str, list[Reason]]]  # by source, then target


def propose(
    source: str | os.PathLike[str],
    to: Iterable[str] = (),
    added: Iterable[str | os.PathLike[str]] = (),
) -> MappingSet:
    """Propose mappings from the terms of an RDF file to ours.

    Args:
        source: a company's ontology, taxonomy or list of roles, positions and skills.
        to: alignments, such as 'org' or 'gist', through which to read its classes and properties.
        added: files to load together with the ontology, as with `--with`; mappings that they
            have or reject are not proposed again.

    Returns:
        A set of mappings that no person has reviewed, each with its confidence (0 to 1) and its
        reasons as comment; at most three per term, in descending order of confidence.

    Raises:
        InputError: for a file that cannot be read.
        UnknownName: for an unknown alignment.

    Example:
        >>> from mlops_roles import propose
        >>> found = propose("examples/acme-hr.ttl").mappings[0].cells
        >>> found["subject_label"], found["predicate_id"], found["object_id"]
        ('Data Scientist', 'skos:exactMatch', 'role:data-scientist')
    """
    alignments = dict.fromkeys([*_occupation_alignments(), *(name.lower() for name in to)])
    own = list(added)
    graph = Graph([*own, *(f"alignment:{name}" for name in alignments)], [source]).open()
    quads = rdf.parse_rdf(source)[0]
    terms = {q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)}
    return _mapping_set(_EvidenceSearch(graph, load(*own), terms), Path(source).stem)


def _occupation_alignments() -> list[str]:
    """The shipped alignments that map roles: a company may be mapped to the same occupations."""
    quads = load().store.quads_for_pattern(None, RDF_TYPE, ORG_ROLE)
    roles = {q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)}
    return [
        name
        for name, found in shipped_mapping_sets().items()
        if any(mapping.subject in roles for mapping in found.mappings)
    ]


class _EvidenceSearch:
    """Looks for reasons in a graph that holds our terms, the alignments and the source's terms.

    Attributes:
        graph: our terms, the alignments, what was added and the source's terms.
        known: our terms and what was added; the source's mappings give no title a meaning there.
        sources: the terms to be mapped, by IRI.
        names: their names, each with the sort of the term: 'class', 'property' or 'thing'.
        titles: the kinds of title that (folded name, role) is.
        aliases: skills and tools by folded name.
        schema_terms: classes and properties that are no sources, by sort and folded name.
        shipped: (our term, other term) of the mappings that are shipped.
        misleading: terms that a shipped set rejects: their names say little.
    """

    def __init__(self, graph: Graph, known: Graph, sources: set[str]):
        self.graph, self.known, self.sources = graph, known, sources
        self.names: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for source, name, _, sort in self._ask("outside-names"):
            if source in sources:
                self.names[source].append((name, sort))
        self.titles: dict[tuple[str, str], set[str]] = defaultdict(set)
        for title, role, kind, *_ in self._ask("titles"):
            self.titles[fold_title(title), role].add(kind)
        self.aliases: dict[str, set[str]] = defaultdict(set)
        for name, term, _ in self._ask("aliases"):
            self.aliases[fold_title(name)].add(term)
        self.schema_terms = self._schema_terms()
        shipped = [m for found in shipped_mapping_sets().values() for m in found.mappings]
        self.shipped = {(mapping.subject, mapping.object) for mapping in shipped}
        self.misleading = {mapping.object for mapping in shipped if mapping.negated}

    def _ask(self, name: str) -> Iterator[list[str]]:
        """The rows of a question as IRIs and texts."""
        for row in run_query(self.graph, find_question(name).text).terms:
            yield ["" if term is None else term.value for term in row]  # type: ignore[union-attr]

    def _schema_terms(self) -> dict[tuple[str, str], list[str]]:
        kinds = {"Class": "class", "ObjectProperty": "property", "DatatypeProperty": "property"}
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for kind, sort in kinds.items():
            cls = ox.NamedNode(OWL + kind)
            for quad in self.graph.store.quads_for_pattern(None, RDF_TYPE, cls):
                if (
                    isinstance(quad.subject, ox.NamedNode)
                    and quad.subject.value not in self.sources
                ):
                    term = quad.subject.value
                    for name in {fold_title(local_name_words(term)), *self._folded_labels(term)}:
                        found[sort, name].append(term)
        return found

    def _labels(self, term: str) -> list[ox.Literal]:
        """The preferred labels of a term."""
        quads = self.graph.store.quads_for_pattern(ox.NamedNode(term), PREF_LABEL, None)
        return [q.object for q in quads if isinstance(q.object, ox.Literal)]

    def _folded_labels(self, term: str) -> set[str]:
        return {fold_title(label.value) for label in self._labels(term)}

    def label(self, term: str) -> str:
        """A label of a term, in English if there is one."""
        if term in self.names:
            return self.names[term][0][0]
        labels = [(label.language != "en", label.value) for label in self._labels(term)]
        return min(labels)[1] if labels else local_name_words(term)

    def is_decided(self, source: str, target: str) -> bool:
        """Whether a statement links the two, even one that they do not match."""
        one, other = ox.NamedNode(source), ox.NamedNode(target)
        store = self.graph.store
        return (
            (target, source) in self.shipped
            or any(store.quads_for_pattern(one, None, other))
            or any(store.quads_for_pattern(other, None, one))
        )

    def reasons(self) -> Reasons:
        """All reasons: by name and by what both are mapped to, then by parent and kind."""
        found: Reasons = defaultdict(lambda: defaultdict(list))
        for source, target, reason in (*self._by_name(), *self._by_chain()):
            if reason not in found[source][target]:
                found[source][target].append(reason)
        for source, target, reason in list(self._by_parent(found)):
            found[source][target].append(reason)
        for source, cls in self._ask("outside-kinds"):
            kind = ox.NamedNode(cls)
            text = f"its class may be {self.graph.curie(cls)}"
            for target, reasons in found.get(source, {}).items():
                if ox.Quad(ox.NamedNode(target), RDF_TYPE, kind) in self.graph.store:
                    reasons.append(Reason("kind", cls, text))
        return found

    def proposals(self) -> Iterator[Proposal]:
        """At most MAX_PER_TERM for each source, the likeliest first; nothing that is decided."""
        for source, found in sorted(self.reasons().items()):
            proposals = [
                Proposal(source, target, reasons)
                for target, reasons in found.items()
                if not self.is_decided(source, target)
            ]
            yield from sorted(proposals, key=lambda p: (-p.confidence, p.target))[:MAX_PER_TERM]

    def _by_name(self) -> Evidence:
        for source in sorted(self.sources):
            for name, sort in self.names.get(source) or self._local_name(source):
                if sort != "property":
                    yield from self._by_title(source, name, sort)
                if sort == "thing":
                    yield from self._by_alias(source, name)
                elif source not in self.misleading:
                    yield from self._by_word(source, name, sort)

    def _local_name(self, source: str) -> list[tuple[str, str]]:
        """The name and sort of a class or property without a label."""
        quads = self.graph.store.quads_for_pattern(ox.NamedNode(source), RDF_TYPE, None)
        types = {q.object for q in quads}
        if OWL_CLASS in types:
            return [(local_name_words(source), "class")]
        is_property = any("Property" in str(t) for t in types)
        return [(local_name_words(source), "property")] if is_property else []

    def _by_word(self, source: str, name: str, sort: str) -> Evidence:
        """Classes or properties of the same name."""
        text = (
            f"both are called {name!r}; "
            "make it rdfs:subClassOf or rdfs:subPropertyOf if one lies below the other"
        )
        for target in self.schema_terms.get((sort, fold_title(name)), ()):
            yield source, target, Reason("same word", fold_title(name), text)

    def _by_title(self, source: str, name: str, sort: str) -> Evidence:
        """Roles that the name is a title of; a class of people is only related to their role."""
        answer = resolve(name, self.known, nearest=False)
        relation = "" if sort == "thing" else "relatedMatch"
        for slug in [answer.similar] if answer.similar else answer.roles:
            role = self.known.resolve_term(slug, "role")
            kind = self._kind_of_title(answer.status, fold_title(name), role)
            text = f"{kind}: {name!r} ({'; '.join(answer.reasons)})"
            yield source, role, Reason(kind, fold_title(name), text, relation)

    def _kind_of_title(self, status: str, name: str, role: str) -> str:
        if status == "ambiguous":
            return "ambiguous title"
        if (name, role) not in self.titles:
            return "decorated title"
        return "second name" if self.titles[name, role] == {"counterpart"} else "title"

    def _by_alias(self, source: str, name: str) -> Evidence:
        """Skills and tools that the name is a label or an alias of."""
        folded = fold_title(name)
        for target in sorted(self.aliases.get(folded, ())):
            kind = "label" if folded in self._folded_labels(target) else "alias"
            yield source, target, Reason(kind, folded, f"{kind}: {name!r}")

    def _by_chain(self) -> Evidence:
        """Terms that are mapped to the same."""
        for source, target, relation, through in self._ask("mapped-alike"):
            if source in self.sources:
                kind = "loose chain" if relation.endswith("relatedMatch") else "chain"
                text = f"both are mapped to {self.graph.curie(through)}"
                yield source, target, Reason(kind, through, text, relation.removeprefix(SKOS))

    def _by_parent(self, found: Reasons) -> Evidence:
        """For terms without a match of their own: the close matches of what they are below."""
        for source, above in self._ask("outside-parents"):
            if source in self.sources and source not in found and above in found:
                text = f"lies below {self.graph.curie(above)}, which may be the same"
                for target, reasons in sorted(found[above].items()):
                    if any(reason.is_close for reason in reasons):
                        yield source, target, Reason("parent", above, text)


def local_name_words(iri: str) -> str:
    """The last part of an IRI as words: `…/DataScientist` is 'Data Scientist'."""
    local = re.split(r"[/#:]", iri.rstrip("/#"))[-1]
    return re.sub(r"[_\-.%]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", local)).strip()


def _mapping_set(search: _EvidenceSearch, stem: str) -> MappingSet:
    """The proposals as a set, with the prefixes that they use."""
    graph = search.graph
    prefixes = {p: graph.prefixes[p] for p in ("skos", "semapv")}
    mappings = []
    for line, found in enumerate(search.proposals(), 1):
        cells = {
            "subject_id": to_curie(found.source, graph.prefixes, prefixes),
            "subject_label": _one_line(search.label(found.source)),
            "predicate_id": f"skos:{found.relation}",
            "object_id": to_curie(found.target, graph.prefixes, prefixes),
            "object_label": search.label(found.target),
            "mapping_justification": f"semapv:{found.justification}",
            "confidence": str(found.confidence),
            "comment": _one_line("; ".join(dict.fromkeys(r.text for r in found.reasons))),
        }
        predicate = SKOS + found.relation
        mappings.append(Mapping(found.source, predicate, found.target, cells=cells, line=line))
    name = "-".join(re.findall(r"[a-z0-9]+", stem.lower())) or "theirs"
    header = {
        "mapping_set_id": f"urn:mlops-roles:links:{name}",
        "mapping_set_description": "Proposals. Write your name under reviewer_label to accept "
        "a row, and Not under predicate_modifier as well to refuse it.",
        "license": UNSPECIFIED,
        "object_source_version": graph.version,
        "mapping_tool": "mlops-roles link",
        "curie_map": prefixes | {"urn": "urn:"},  # of the IRI of the set
    }
    return MappingSet(stem, header, mappings)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def to_curie(iri: str, known: dict[str, str], used: dict[str, str]) -> str:
    """A CURIE for an IRI; its prefix, one of `known` or a new one, is added to `used`."""
    prefixes = {**known, **used}
    fitting = [
        (len(namespace), prefix)
        for prefix, namespace in prefixes.items()
        if prefix and namespace and iri.startswith(namespace) and len(iri) > len(namespace)
    ]
    if fitting:
        prefix = max(fitting)[1]
        used[prefix] = prefixes[prefix]
    else:
        prefix = f"theirs{sum(p.startswith('theirs') for p in used) + 1}"
        used[prefix] = iri[: max(iri.rfind(sign, 0, -1) for sign in "/#:") + 1]
    return f"{prefix}:{iri[len(used[prefix]) :]}"
