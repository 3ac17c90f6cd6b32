"""Mappings proposed between a company's own vocabulary and ours, each with its reasons, for a person to judge.

A proposal is never more than that: nothing here decides. Few and right is better than many:
a name that is one of ours, a term that both are mapped to, a parent that has a match, a class
or property of the same name. An exact match is proposed only on two pieces of evidence.
"""

from __future__ import annotations

import math
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from ..io import rdf
from ..io.sssom import Mapping, MappingSet
from ..ontology.catalogue import question, run_query
from ..ontology.graph import OWL_CLASS, RDF_TYPE, Graph, load
from .alignments import shipped_mapping_sets
from .titles import fold_title, resolve

SKOS = "http://www.w3.org/2004/02/skos/core#"
OWL = "http://www.w3.org/2002/07/owl#"
MATCH_ORDER = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
MAX_PER_TERM = 3  # proposals for one term
UNSPECIFIED = "https://w3id.org/sssom/license/unspecified"
# how much a reason is worth, from 0 to 1: what an expert who saw it alone would bet
EVIDENCE_WEIGHTS = {
    "title": 0.8,
    "second name": 0.5,
    "decorated title": 0.6,
    "ambiguous title": 0.4,
    "label": 0.8,
    "alias": 0.5,
}
EVIDENCE_WEIGHTS |= {"chain": 0.7, "loose chain": 0.4, "parent": 0.4, "same word": 0.4, "kind": 0.3}

JUSTIFICATIONS = {
    "chain": "MappingChaining",
    "loose chain": "MappingChaining",
    "parent": "LogicalReasoning",
    "kind": "LogicalReasoning",
}


@dataclass(frozen=True)
class Reason:
    """Why a term of theirs may be one of ours.

    Attributes:
        kind: one of EVIDENCE_WEIGHTS.
        relation: the local name of the SKOS relation that it speaks for, from theirs to ours.
        evidence: what it rests on; two reasons with the same evidence count once.
        says: the reason for a reader.
    """

    kind: str
    relation: str
    evidence: str
    says: str


@dataclass(frozen=True)
class Proposal:
    """A term of theirs that may be one of ours, and why."""

    outside: str
    term: str
    reasons: list[Reason]

    @property
    def confidence(self) -> float:
        """How likely at least one of the reasons is right, taken as independent; the same evidence counts once."""
        worth = {
            r.evidence: max(
                EVIDENCE_WEIGHTS[x.kind] for x in self.reasons if x.evidence == r.evidence
            )
            for r in self.reasons
        }
        return round(1 - math.prod(1 - w for w in worth.values()), 2)

    @property
    def relation(self) -> str:
        """The closest SKOS relation that a reason speaks for; exact only on two pieces of evidence for a close one."""
        if len({r.evidence for r in self.reasons if r.relation in MATCH_ORDER[:2]}) > 1:
            return "exactMatch"
        closest = min((r.relation for r in self.reasons), key=MATCH_ORDER.index)
        return "closeMatch" if closest == "exactMatch" else closest

    @property
    def justification(self) -> str:
        """How it was found, in the words of SSSOM."""
        ways = {JUSTIFICATIONS.get(r.kind, "LexicalMatching") for r in self.reasons}
        return ways.pop() if len(ways) == 1 else "CompositeMatching"


Reasons = dict[str, dict[str, list[Reason]]]  # by their IRI, then ours


def propose(
    theirs: str | os.PathLike[str],
    to: Iterable[str] = (),
    added: Iterable[str | os.PathLike[str]] = (),
) -> MappingSet:
    """A set of proposed mappings from the terms of an RDF file to ours.

    Args:
        theirs: a company's ontology, taxonomy or list of roles, positions and skills.
        to: alignments, such as 'org' or 'gist', through which to read its classes and properties.
        added: files that take part as under `--with`; what they already link, or refuse, is not proposed again.

    Raises InputError for a file that cannot be read, UnknownName for an unknown alignment.
    """
    loaded = dict.fromkeys([*_occupations(), *(name.lower() for name in to)])
    graph = load(*added, *(f"alignment:{name}" for name in loaded), data=[theirs])
    own = {q.subject.value for q in rdf.parse_rdf(theirs)[0] if isinstance(q.subject, ox.NamedNode)}
    search = _Search(graph, own)
    return _as_set(search, Path(theirs).stem)


def _occupations() -> list[str]:
    """The shipped alignments that map roles: a company may be mapped to the same occupations."""
    return [
        name
        for name, found in shipped_mapping_sets().items()
        if any("/role/" in row.subject for row in found.mappings)
    ]


class _Search:
    """Looks for reasons in a graph that holds ours, the alignments and theirs."""

    def __init__(self, graph: Graph, own: set[str]):
        self.graph, self.own = graph, own
        self.names: dict[str, list[tuple[str, str]]] = defaultdict(
            list
        )  # of their terms: name, sort
        for outside, name, _, sort in self._ask("outside-names"):
            if outside in own:
                self.names[outside].append((name, sort))
        self.titles: dict[tuple[str, str], set[str]] = defaultdict(set)
        for title, role, kind, *_ in self._ask("titles"):
            self.titles[fold_title(title), role].add(kind)
        self.aliases: dict[str, set[str]] = defaultdict(set)
        for name, term, _ in self._ask("aliases"):
            self.aliases[fold_title(name)].add(term)
        self.words = self._words()
        shipped = [row for found in shipped_mapping_sets().values() for row in found.mappings]
        self.settled = {(row.subject, row.object) for row in shipped}
        self.mistakable = {row.object for row in shipped if row.negated}  # its name says little

    def _ask(self, name: str) -> Iterator[list[str]]:
        """The rows of a question as IRIs and texts."""
        for row in run_query(self.graph, question(name).text).terms:
            yield ["" if term is None else term.value for term in row]  # type: ignore[union-attr]

    def _words(self) -> dict[tuple[str, str], list[str]]:
        """The classes and properties that are not theirs, by sort and folded name."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for kind, sort in (
            ("Class", "class"),
            ("ObjectProperty", "property"),
            ("DatatypeProperty", "property"),
        ):
            for quad in self.graph.store.quads_for_pattern(
                None, RDF_TYPE, ox.NamedNode(OWL + kind)
            ):
                if isinstance(quad.subject, ox.NamedNode) and quad.subject.value not in self.own:
                    for name in {
                        fold_title(local_name_words(quad.subject.value)),
                        *self._preferred(quad.subject.value),
                    }:
                        found[sort, name].append(quad.subject.value)
        return found

    def _preferred(self, term: str) -> set[str]:
        """The preferred labels of a term, folded."""
        quads = self.graph.store.quads_for_pattern(
            ox.NamedNode(term), ox.NamedNode(f"{SKOS}prefLabel"), None
        )
        return {fold_title(q.object.value) for q in quads if isinstance(q.object, ox.Literal)}

    def label(self, term: str) -> str:
        """What a term is called, in English if it can be."""
        if term in self.names:
            return self.names[term][0][0]
        quads = self.graph.store.quads_for_pattern(
            ox.NamedNode(term), ox.NamedNode(f"{SKOS}prefLabel"), None
        )
        labels = [q.object for q in quads if isinstance(q.object, ox.Literal)]
        return (
            min(labels, key=lambda label: (label.language != "en", label.value)).value
            if labels
            else local_name_words(term)
        )

    def linked(self, outside: str, term: str) -> bool:
        """Whether something is said between the two, here or in a shipped set, be it that they do not match."""
        ends = ox.NamedNode(outside), ox.NamedNode(term)
        said = (
            True
            for one, other in (ends, ends[::-1])
            for _ in self.graph.store.quads_for_pattern(one, None, other)
        )
        return (term, outside) in self.settled or any(said)

    def reasons(self) -> Reasons:
        """All reasons: by name and by what both are mapped to, then by parent and kind."""
        found: Reasons = defaultdict(lambda: defaultdict(list))
        for outside, term, reason in (*self._by_name(), *self._by_chain()):
            if reason not in found[outside][term]:
                found[outside][term].append(reason)
        for outside, term, reason in list(self._by_parent(found)):
            found[outside][term].append(reason)
        for outside, kind in self._ask("outside-kinds"):
            for term, reasons in found.get(outside, {}).items():
                if self._is_a(term, kind):
                    reasons.append(
                        Reason(
                            "kind",
                            "relatedMatch",
                            kind,
                            f"its class may be {self.graph.curie(kind)}",
                        )
                    )
        return found

    def best(self) -> Iterator[Proposal]:
        """At most MAX_PER_TERM proposals for each of their terms, the likeliest first; nothing that is linked already."""
        for outside, found in sorted(self.reasons().items()):
            fresh = [
                Proposal(outside, term, reasons)
                for term, reasons in found.items()
                if not self.linked(outside, term)
            ]
            yield from sorted(fresh, key=lambda proposal: (-proposal.confidence, proposal.term))[
                :MAX_PER_TERM
            ]

    def _is_a(self, term: str, kind: str) -> bool:
        return ox.Quad(ox.NamedNode(term), RDF_TYPE, ox.NamedNode(kind)) in self.graph.store

    def _by_name(self) -> Iterator[tuple[str, str, Reason]]:
        for outside in sorted(self.own):
            named = self.names.get(outside) or [
                (local_name_words(outside), sort) for sort in self._sort(outside)
            ]
            for name, sort in named:
                if sort != "property":
                    yield from (
                        (outside, term, reason) for term, reason in self._titled(name, sort)
                    )
                if sort == "thing":
                    yield from ((outside, term, reason) for term, reason in self._called(name))
                elif outside not in self.mistakable:
                    yield from (
                        (outside, term, self._same_word(name))
                        for term in self.words.get((sort, fold_title(name)), ())
                    )

    def _sort(self, outside: str) -> list[str]:
        """What a term without a name is; nothing if it is only a blank form, such as a person."""
        types = {
            q.object
            for q in self.graph.store.quads_for_pattern(ox.NamedNode(outside), RDF_TYPE, None)
        }
        if OWL_CLASS in types:
            return ["class"]
        return ["property"] if any("Property" in str(t) for t in types) else []

    def _same_word(self, name: str) -> Reason:
        return Reason(
            "same word",
            "relatedMatch",
            fold_title(name),
            f"both are called {name!r}; make it rdfs:subClassOf or rdfs:subPropertyOf if one lies below the other",
        )

    def _titled(self, name: str, sort: str) -> Iterator[tuple[str, Reason]]:
        """The roles that a name is a title of; a class of people is only related to the role that they hold."""
        answer = resolve(name, self.graph, nearest=False)
        for slug in [answer.similar] if answer.similar else answer.roles:
            role = self.graph.resolve_term(slug, "role")
            kind = self._kind_of_title(answer.status, fold_title(name), role)
            relation = {"title": "closeMatch", "decorated title": "broadMatch"}.get(
                kind, "relatedMatch"
            )
            yield (
                role,
                Reason(
                    kind,
                    relation if sort == "thing" else "relatedMatch",
                    fold_title(name),
                    f"{kind}: {name!r} ({'; '.join(answer.reasons)})",
                ),
            )

    def _kind_of_title(self, status: str, name: str, role: str) -> str:
        if status == "ambiguous":
            return "ambiguous title"
        if (name, role) not in self.titles:
            return "decorated title"
        return "second name" if self.titles[name, role] == {"counterpart"} else "title"

    def _called(self, name: str) -> Iterator[tuple[str, Reason]]:
        """The skills and tools that a name is a label or an alias of."""
        for term in sorted(self.aliases.get(fold_title(name), ())):
            kind = "label" if fold_title(name) in self._preferred(term) else "alias"
            yield (
                term,
                Reason(
                    kind,
                    "closeMatch" if kind == "label" else "relatedMatch",
                    fold_title(name),
                    f"{kind}: {name!r}",
                ),
            )

    def _by_chain(self) -> Iterator[tuple[str, str, Reason]]:
        for outside, term, relation, through in self._ask("mapped-alike"):
            if outside in self.own:
                kind = "loose chain" if relation.endswith("relatedMatch") else "chain"
                yield (
                    outside,
                    term,
                    Reason(
                        kind,
                        relation.removeprefix(SKOS),
                        through,
                        f"both are mapped to {self.graph.curie(through)}",
                    ),
                )

    def _by_parent(self, found: Reasons) -> Iterator[tuple[str, str, Reason]]:
        """For terms without a match of their own: that of what they lie below."""
        for outside, above in self._ask("outside-parents"):
            if outside in self.own and outside not in found:
                for term, reasons in sorted(found[above].items() if above in found else ()):
                    if any(r.relation in MATCH_ORDER[:2] for r in reasons):
                        yield (
                            outside,
                            term,
                            Reason(
                                "parent",
                                "broadMatch",
                                above,
                                f"lies below {self.graph.curie(above)}, which may be the same",
                            ),
                        )


def local_name_words(iri: str) -> str:
    """The last part of an IRI as words: `…/DataScientist` is 'Data Scientist'."""
    local = re.split(r"[/#:]", iri.rstrip("/#"))[-1]
    return re.sub(r"[_\-.%]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", local)).strip()


def _as_set(search: _Search, stem: str) -> MappingSet:
    """The proposals as a set, with the prefixes that they use."""
    graph = search.graph
    prefixes = {p: graph.prefixes[p] for p in ("skos", "semapv")}
    rows = []
    for line, found in enumerate(search.best(), 1):
        cells = {
            "subject_id": to_curie(found.outside, graph.prefixes, prefixes),
            "subject_label": _one_line(search.label(found.outside)),
            "predicate_id": f"skos:{found.relation}",
            "object_id": to_curie(found.term, graph.prefixes, prefixes),
            "object_label": search.label(found.term),
            "mapping_justification": f"semapv:{found.justification}",
            "confidence": str(found.confidence),
            "comment": _one_line("; ".join(dict.fromkeys(r.says for r in found.reasons))),
        }
        rows.append(
            Mapping(found.outside, SKOS + found.relation, found.term, cells=cells, line=line)
        )
    header = {
        "mapping_set_id": f"urn:mlops-roles:links:{'-'.join(re.findall(r'[a-z0-9]+', stem.lower())) or 'theirs'}",
        "mapping_set_description": "Proposals. Write your name under reviewer_label to accept a row, and Not under predicate_modifier as well to refuse it.",
        "license": UNSPECIFIED,
        "object_source_version": graph.version,
        "mapping_tool": "mlops-roles link",
        "curie_map": prefixes,
    }
    return MappingSet(stem, header, rows)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def to_curie(iri: str, known: dict[str, str], used: dict[str, str]) -> str:
    """A CURIE for an IRI; its prefix, of those known or else a new one, is noted in `used`."""
    fits = [
        (len(n), p)
        for p, n in {**known, **used}.items()
        if p and n and iri.startswith(n) and len(iri) > len(n)
    ]
    if fits:
        prefix = max(fits)[1]
        used[prefix] = {**known, **used}[prefix]
    else:
        prefix = f"theirs{sum(p.startswith('theirs') for p in used) + 1}"
        used[prefix] = iri[
            : max(iri.rfind("/", 0, -1), iri.rfind("#", 0, -1), iri.rfind(":", 0, -1)) + 1
        ]
    return f"{prefix}:{iri[len(used[prefix]) :]}"
