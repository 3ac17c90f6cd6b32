"""Mappings proposed from a company's own vocabulary to ours, each with its reasons.

A person decides on each proposal. Precision is preferred to recall. The kinds of evidence are a
name that is also one of ours, a third term to which both are mapped, a parent that has a match, and
a class or property of the same name. Terms of different kinds, such as an occupation and a tool,
are never proposed for each other. An exact match is proposed only on two pieces of evidence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from ..io import rdf
from ..io.resources import FilePath, resource_rows
from ..io.sssom import Mapping, MappingSet
from ..ontology.graph import RDF_TYPE, Graph, load
from ..ontology.mappings import mappings_of
from ..ontology.names import local_name
from .alignments import shipped_mapping_sets
from .descriptions import Descriptions
from .evidence import MATCH_ORDER, NAME, Proposal, Reason
from .kinds import kind_groups, without_kind_word
from .label_reader import languages_of, read_label
from .lexicon import fold_title, lexicon
from .own_names import Named, NameIndex, OwnName, is_acronym, is_peculiar
from .titles import resolve
from .vocabulary import TheirName, Vocabulary, ask_shipped, ask_texts, local_name_words

SKOS = "http://www.w3.org/2004/02/skos/core#"
OWL = "http://www.w3.org/2002/07/owl#"
PREF_LABEL = ox.NamedNode(f"{SKOS}prefLabel")
ORG_ROLE = ox.NamedNode("http://www.w3.org/ns/org#Role")
MAX_PER_TERM = 3
LEAST = 0.3  # confidence of a proposal
UNSPECIFIED = "https://w3id.org/sssom/license/unspecified"

ALIKE = 0.12  # likeness from which definitions count
LIKELY = 0.7  # confidence from which a match shows what the terms next to it are
MIN_NEIGHBOURS, SHARE_NEIGHBOURS = 3, 0.3
SURE = ("label", "by rule")  # how an alternative label has to be like a name
Groups = frozenset[str]
Evidence = Iterator[tuple[str, str, Reason]]  # source, target, and why they may match
Reasons = dict[str, dict[str, list[Reason]]]  # by source, then target


@dataclass(frozen=True)
class Survey:
    """All terms of a vocabulary: those with proposals, those that are mapped, and the others.

    Attributes:
        proposals: the proposals, which no person has reviewed.
        mapped: terms with a mapping to ours already, one a row: `term`, `label`, `relation`,
            `ours`, `ours_label` and `by` (the mapping that says so).
        without: terms without a mapping or a proposal: `term` and `label`.

    Example:
        >>> from mlops_roles import survey
        >>> [row["label"] for row in survey("examples/acme-hr.ttl").without]
        ['Recruiter, Data Scientists', 'competence', 'job']
    """

    proposals: MappingSet
    mapped: list[dict[str, str]]
    without: list[dict[str, str]]


def propose(
    source: FilePath,
    to: Iterable[str] = (),
    added: Iterable[FilePath] = (),
    only: Iterable[FilePath] = (),
) -> MappingSet:
    """Propose mappings from the terms of an RDF file to ours.

    Args:
        source: a company's ontology, taxonomy or list of roles, positions and skills.
        to: alignments, such as 'org' or 'gist', through which to read its classes and properties.
        added: files to load together with the ontology, as with `--with`; mappings that they
            have or reject are not proposed again.
        only: a framework in place of our roles, tasks, skills and tools, as with `--only`.

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
        ('Data Scientist', 'skos:closeMatch', 'role:data-scientist')
    """
    return survey(source, to, added, only).proposals


def survey(
    source: FilePath,
    to: Iterable[str] = (),
    added: Iterable[FilePath] = (),
    only: Iterable[FilePath] = (),
) -> Survey:
    """Propose mappings, and list the terms that are mapped already or have no proposal.

    Takes and raises the same as `propose`.

    Example:
        >>> from mlops_roles import survey
        >>> len(survey("examples/acme-hr.ttl").proposals.mappings) > 5
        True
    """
    alignments = dict.fromkeys([*_occupation_alignments(), *(name.lower() for name in to)])
    own, only = list(added), tuple(only)
    more = [f"alignment:{name}" for name in alignments]
    graph = Graph([*own, *more], [source], only=only).open()
    quads = rdf.parse_rdf(source)[0]
    terms = {q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)}
    search = _EvidenceSearch(graph, load(*own, only=only), Vocabulary(graph, terms))
    proposals = _mapping_set(search, Path(source).stem)
    mapped = list(_mapped_already(search))
    known = {row["term"] for row in mapped} | {row.subject for row in proposals.mappings}
    named = search.vocabulary.terms & search.vocabulary.names.keys() - known
    without = [{"term": term, "label": search.label(term)} for term in named]
    return Survey(proposals, mapped, sorted(without, key=lambda row: (row["label"], row["term"])))


def _mapped_already(search: _EvidenceSearch) -> Iterator[dict[str, str]]:
    """The terms that the source, an added file or a shipped alignment maps, or rejects."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for name, shipped in shipped_mapping_sets().items():
        for row in shipped.mappings:
            relation = "no match" if row.negated else local_name(row.predicate)
            for term in _spellings(row.object):
                found[term, row.subject] = relation, f"alignment {name}"
    for term, mapped in mappings_of(search.graph).by_term.items():
        for one in mapped:
            found[term, one.target] = one.relation, one.citation
    for (term, target), (relation, by) in sorted(found.items()):
        if term in search.vocabulary.names and term in search.vocabulary.terms:
            label = search.label(term)
            named = {"term": term, "label": label, "relation": relation}
            yield named | {"ours": target, "ours_label": search.label(target), "by": by}


def _spellings(iri: str) -> Iterator[str]:
    """An IRI, and as it is in a namespace that means the same: see `matching/namespaces.csv`."""
    yield iri
    for row in resource_rows("ontology", "matching/namespaces"):
        if iri.startswith(row["namespace"]):
            yield row["also"] + iri.removeprefix(row["namespace"])


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
        vocabulary: the terms to be mapped.
        titles: the kinds of title that (reading of a name, role) is.
        own: the names of our skills and tools.
        mapped: the labels of terms that a shipped alignment maps to our terms.
        shipped: (our term, other term) of the mappings that are shipped.
        misleading: terms that a shipped set rejects: their names say little.
    """

    def __init__(self, graph: Graph, known: Graph, vocabulary: Vocabulary):
        self.graph, self.known, self.vocabulary = graph, known, vocabulary
        self.titles: dict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
        for title, role, kind, language, _ in ask_texts(graph, "titles"):
            for key in _title_keys(title, language):
                self.titles[key, role].add(kind)
        names = [
            OwnName(term, text, language, sort, is_product=bool(product))
            for term, text, language, sort, product, _ in ask_shipped(graph, "our-names")
        ]
        self._groups: dict[str, frozenset[str]] = {}
        self.own = NameIndex(names)
        self.schema_terms = self._schema_terms()
        rows = [m for found in shipped_mapping_sets().values() for m in found.mappings]
        self.shipped = {(mapping.subject, mapping.object) for mapping in rows}
        self.misleading = {mapping.object for mapping in rows if mapping.negated}
        matched = {name.term for name in names} | {role for _, role in self.titles}
        self.mapped = NameIndex(_mapped_names(rows, matched))

    def _own_groups(self, term: str) -> frozenset[str]:
        """The groups of kinds that a term of ours is in."""
        if term not in self._groups:
            types = self.graph.store.quads_for_pattern(ox.NamedNode(term), RDF_TYPE, None)
            known = kind_groups()
            found = (known.get(str(quad.object.value)) for quad in types)  # type: ignore[union-attr]
            self._groups[term] = frozenset(group for group in found if group)
        return self._groups[term]

    def _schema_terms(self) -> dict[tuple[str, str], list[str]]:
        kinds = {"Class": "class", "ObjectProperty": "property", "DatatypeProperty": "property"}
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for kind, sort in kinds.items():
            cls = ox.NamedNode(OWL + kind)
            for quad in self.graph.store.quads_for_pattern(None, RDF_TYPE, cls):
                if (
                    isinstance(quad.subject, ox.NamedNode)
                    and quad.subject.value not in self.vocabulary.terms
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
        """The preferred label of a term, in English if there is one."""
        if term in self.vocabulary.terms:
            return self.vocabulary.label(term)
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
        self._add_kinds(found)
        for source, target, reason in list(self._by_description(found)):
            found[source][target].append(reason)
        for source, target, reason in list(self._by_neighbours(found)):
            found[source][target].append(reason)
        return found

    def proposals(self) -> Iterator[Proposal]:
        """At most MAX_PER_TERM for each source, the likeliest first; nothing that is decided."""
        for source, found in sorted(self.reasons().items()):
            proposals = [
                Proposal(source, target, reasons)
                for target, reasons in found.items()
                if not self.is_decided(source, target)
            ]
            proposals = [found for found in proposals if found.confidence >= LEAST]
            yield from sorted(proposals, key=lambda p: (-p.confidence, p.target))[:MAX_PER_TERM]

    # by name ---------------------------------------------------------------------------

    def _by_name(self) -> Evidence:
        vocabulary = self.vocabulary
        for source in sorted(vocabulary.terms & vocabulary.names.keys()):
            sort, names = vocabulary.sorts[source], vocabulary.names[source]
            groups, _ = vocabulary.group(source)
            names = [name for name in names if not vocabulary.is_claimed(name, source)]
            if sort in ("class", "thing") and (
                not groups or "position" in groups or sort == "class"
            ):
                for name in names:
                    yield from self._by_title(source, name, sort)
            if sort == "thing":
                yield from self._by_own_name(source, names, groups)
                yield from self._by_mapped_label(source, names, groups)
            elif sort != "scheme" and source not in self.misleading:
                for name in names:
                    yield from self._by_word(source, name.text, sort)

    def _by_word(self, source: str, name: str, sort: str) -> Evidence:
        """Classes or properties of the same name."""
        text = (
            f"both are called {name!r}; "
            "make it rdfs:subClassOf or rdfs:subPropertyOf if one lies below the other"
        )
        for target in self.schema_terms.get((sort, fold_title(name)), ()):
            yield source, target, Reason("same word", NAME, text)

    def _by_title(self, source: str, name: TheirName, sort: str) -> Evidence:
        """Roles that the name is a title of; a class of people is only related to their role."""
        title = without_kind_word(name.text, "position")
        answer = resolve(title, self.known, nearest=False)
        relation = "" if sort == "thing" else "relatedMatch"
        for slug in [answer.similar] if answer.similar else answer.roles:
            role = self.known.resolve_term(slug, "role")
            kind = self._kind_of_title(answer.status, title, name.language, role)
            if not name.is_preferred:
                is_like = kind == "title" and self._has_word_of_label(source, name, last=True)
                kind = "alternative title" if is_like else "listed title"
            text = f"{kind}: {name.text!r} ({'; '.join(answer.reasons)})"
            yield source, role, Reason(kind, NAME, text, relation)

    def _kind_of_title(self, status: str, title: str, language: str, role: str) -> str:
        if status == "ambiguous":
            return "ambiguous title"
        kinds = {
            k for key in _title_keys(title, language) for k in self.titles.get((key, role), ())
        }
        if not kinds:
            words = lexicon(self.known)
            is_joined = not words.joiners.isdisjoint(words.units(title))
            return "joined title" if is_joined else "decorated title"
        return "second name" if kinds == {"counterpart"} else "title"

    def _has_word_of_label(self, source: str, name: TheirName, last: bool = False) -> bool:
        """Whether a name, or its last word, has a word of a preferred label."""
        stems = {
            stem
            for label in self.vocabulary.preferred(source)
            for stem in read_label(label.text, languages_of(label.language)[0]).stems
        }
        text = name.text.split()[-1] if last and name.text.split() else name.text
        return not stems.isdisjoint(read_label(text, languages_of(name.language)[0]).stems)

    def _by_own_name(self, source: str, names: list[TheirName], groups: Groups) -> Evidence:
        """Skills and tools that a label names."""
        found = [
            (name, named)
            for name in names
            for named in self.own.find(name.text, name.language)
            if not groups or groups & self._own_groups(named.name.term)
            if name.is_preferred or named.likeness in SURE
            if groups or named.likeness == "label" or not named.is_word
        ]
        members = self._members(found)
        for name, named in found:
            has_word = name.is_preferred or self._has_word_of_label(source, name)
            kind = _kind_of_name(name, named, has_word)
            if not name.is_preferred and named.name.term in members:
                kind = "member"
            relation = "broadMatch" if named.name.sort == "hidden" and kind != "member" else ""
            text = f"{kind}: {name.text!r}"
            text += f" ({named.name.text!r})" if named.likeness != "label" else ""
            yield source, named.name.term, Reason(kind, NAME, text, relation)

    def _members(self, found: Iterable[tuple[TheirName, Named]]) -> set[str]:
        """What alternative labels only list: of a category its members, or other things."""
        listed: dict[str, set[str]] = defaultdict(set)
        named: dict[str, set[str]] = defaultdict(set)
        for name, other in found:
            prefix = self.graph.curie(other.name.term).partition(":")[0]
            (named if name.is_preferred else listed)[prefix].add(other.name.term)
        return {
            term
            for prefix, terms in listed.items()
            for term in terms - named[prefix]
            if named[prefix] or len(terms) > 1
        }

    def _by_mapped_label(self, source: str, names: list[TheirName], groups: Groups) -> Evidence:
        """Terms of ours to which a shipped alignment maps a term of the same label."""
        for name in names:
            for named in self.mapped.find(name.text, name.language):
                own = self._own_groups(named.name.term)
                if (not groups or groups & own) and named.likeness == "label" and not named.is_word:
                    kind = "mapped label" if name.is_preferred else "mapped alternative"
                    text = f"{kind}: {named.name.text!r} is mapped to it"
                    yield source, named.name.term, Reason(kind, NAME, text, named.name.relation)

    # by what is around them ---------------------------------------------------------------

    def _by_chain(self) -> Evidence:
        """Terms that are mapped to the same."""
        for source, target, relation, through in ask_texts(self.graph, "mapped-alike"):
            if source in self.vocabulary.terms:
                kind = "loose chain" if relation.endswith("relatedMatch") else "chain"
                text = f"both are mapped to {self.graph.curie(through)}"
                yield source, target, Reason(kind, through, text, relation.removeprefix(SKOS))

    def _by_parent(self, found: Reasons) -> Evidence:
        """For terms without a match of their own: the close matches of what they are below."""
        for source, above in ask_texts(self.graph, "outside-parents"):
            if source in self.vocabulary.terms and source not in found and above in found:
                text = f"lies below {self.graph.curie(above)}, which may be the same"
                for target, reasons in sorted(found[above].items()):
                    if any(reason.is_close for reason in reasons):
                        yield source, target, Reason("parent", above, text)

    def _add_kinds(self, found: Reasons) -> None:
        """Add a reason where both are of one kind, by their classes, schemes or parents."""
        for source, by_target in found.items():
            groups, because = self.vocabulary.group(source)
            for target, reasons in by_target.items():
                if groups & self._own_groups(target):
                    reasons.append(Reason("kind", "kind", because))
        store = self.graph.store
        for source, cls in ask_texts(self.graph, "outside-kinds"):
            kind = ox.NamedNode(cls)
            reason = Reason("kind", "kind", f"its class may be {self.graph.curie(cls)}")
            for target, reasons in found.get(source, {}).items():
                is_known = any(known.kind == "kind" for known in reasons)
                if not is_known and ox.Quad(ox.NamedNode(target), RDF_TYPE, kind) in store:
                    reasons.append(reason)

    def _by_description(self, found: Reasons) -> Evidence:
        """Pairs whose definitions are alike."""
        rows = ask_shipped(self.graph, "descriptions")
        known = Descriptions(
            (term, text, language)
            for term, text, language in rows
            if term in found or term not in self.vocabulary.terms  # all of ours tell which are rare
        )
        for source, by_target in found.items():
            for target in by_target:
                likeness = known.likeness(source, target)
                if likeness is not None and likeness >= ALIKE:
                    text = f"their definitions are alike ({likeness:.2f})"
                    yield source, target, Reason("description", "description", text)

    def _by_neighbours(self, found: Reasons) -> Evidence:
        """Terms of no known kind among which many have a likely match of one kind."""
        groups: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for term in self.vocabulary.terms & self.vocabulary.names.keys():
            if self.vocabulary.sorts[term] == "thing" and not self.vocabulary.group(term)[0]:
                groups[self.vocabulary.context_of(term)].add(term)
        for terms in groups.values():
            matched = [t for t in terms if t in found and self._is_likely(t, found[t])]
            if len(matched) >= MIN_NEIGHBOURS and len(matched) >= len(terms) * SHARE_NEIGHBOURS:
                text = f"{len(matched)} of {len(terms)} terms next to it have a likely match"
                for source in sorted(terms & found.keys()):
                    for target in found[source]:
                        yield source, target, Reason("neighbours", "kind", text)

    def _is_likely(self, source: str, by_target: dict[str, list[Reason]]) -> bool:
        return any(
            Proposal(source, target, reasons).confidence >= LIKELY
            for target, reasons in by_target.items()
        )


def _title_keys(title: str, language: str) -> Iterator[tuple[str, ...]]:
    """What titles are compared by: their words, and their stems in each language."""
    yield (fold_title(title),)
    yield from ((tag, *read_label(title, tag).stems) for tag in languages_of(language))


def _mapped_names(rows: Iterable[Mapping], own_terms: Container[str]) -> Iterator[OwnName]:
    """The labels in shipped mappings of our roles, skills and tools, the closest match first."""
    places = {f"{SKOS}{match}": place for place, match in enumerate(MATCH_ORDER[:2])}
    counted = [
        m for m in rows if not m.negated and m.predicate in places and m.subject in own_terms
    ]
    for row in sorted(counted, key=lambda m: places[m.predicate]):
        yield OwnName(row.subject, row.cells["object_label"], "en", "mapped", "closeMatch")


def _kind_of_name(name: TheirName, named: Named, has_word: bool) -> str:
    """The kind of evidence that a label of theirs is one of our names, as `named` says.

    `has_word` says whether an alternative label has a word of a preferred one.
    """
    is_same, is_label = named.likeness == "label", named.name.sort == "preferred"
    if not named.is_word:
        if name.is_preferred:
            return "label" if is_same else f"label {named.likeness}"
        return "alternative" if has_word else "other alternative"
    if is_acronym(name.text) and not (is_label and is_acronym(named.name.text)):
        return "acronym"
    if not name.is_preferred:
        return "alternative word"
    if is_same and is_peculiar(name.text) and name.text == named.name.text:
        return "spelling"
    sorts = {"preferred": "word", "hidden": "word for a part"}
    return sorts.get(named.name.sort, "word for it")


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
