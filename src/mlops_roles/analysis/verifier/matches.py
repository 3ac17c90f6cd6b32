"""The verifier's own reading of accepted mappings: what the names of other vocabularies mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from ...io.sssom import MappingSet, read_mappings

BASE = "https://w3id.org/mlops-roles"
SKOS, OWL = "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2002/07/owl#"
SSSOM, DCTERMS = "https://w3id.org/sssom/", "http://purl.org/dc/terms/"
NO_MATCH = f"{BASE}/ns#noMatch"
# property to what it says of its subject, and of its object
SAYS = {
    f"{SKOS}exactMatch": ("exact", "exact"),
    f"{SKOS}closeMatch": ("close", "close"),
    f"{SKOS}broadMatch": ("narrower", "broader"),
    f"{SKOS}narrowMatch": ("broader", "narrower"),
    NO_MATCH: ("refused", "refused"),
}
ORDER = ("refused", "exact", "narrower", "close", "broader")
NAMES = {
    *(f"{SKOS}{kind}" for kind in ("prefLabel", "altLabel", "hiddenLabel", "notation")),
    "http://www.w3.org/2000/01/rdf-schema#label",
    *("https://schema.org/name", "https://schema.org/alternateName", f"{DCTERMS}title"),
    *(f"{BASE}/ns#{kind}Title" for kind in ("primary", "counterpart", "curated")),
}
XL = "http://www.w3.org/2008/05/skos-xl#"
Row = dict[str, str]  # subject, predicate, object, place and by, as certificates cite it


class Matches:
    """The mappings in a company's files, by what they state.

    Args:
        triples: the statements of the company's RDF files.
        files: its mapping sets.
        prefixes: the prefixes of all of them.

    Attributes:
        names: names of terms that a mapping links, with their IRIs.
        rows: every accepted mapping, as certificates cite it.
    """

    def __init__(
        self, triples: Sequence[ox.Triple], files: Sequence[Path], prefixes: Mapping[str, str]
    ):
        self._sets = [read_mappings(path) for path in files]
        self._edges: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.rows: list[Row] = []
        self.names: dict[str, set[str]] = defaultdict(set)
        stated = [t for t in triples if t.predicate.value in SAYS]
        marks = _marks(triples)
        for triple in stated:
            key = (_iri(triple.subject), triple.predicate.value, _iri(triple.object))
            if all(key):
                self._add(key, marks.get(key, {"place": "an added file", "by": ""}))
        for found in self._sets:
            self._add_rows(found)
        self._read_names(triples, marks, prefixes)

    def _add(self, key: tuple[str, str, str], mark: Mapping[str, str]) -> None:
        subject, predicate, target = key
        if predicate == NO_MATCH and mark["place"].startswith(f"{BASE}/"):
            return  # a shipped alignment refuses a term, and not its names
        forward, backward = SAYS[predicate]
        self._edges[subject].add((forward, target))
        self._edges[target].add((backward, subject))
        row = {"subject": subject, "predicate": predicate, "object": target}
        self.rows.append(row | {"place": mark["place"], "by": mark["by"]})

    def _add_rows(self, found: MappingSet) -> None:
        for row in found.mappings:
            predicate = NO_MATCH if row.negated else row.predicate
            if row.reviewed and predicate in SAYS:
                place = f"{found.name}, line {row.line}"
                key = (row.subject, predicate, row.object)
                self._add(key, {"place": place, "by": row.decided_by})
                for end, column in zip(key[::2], ("subject_label", "object_label"), strict=True):
                    if label := row.cells.get(column):
                        self.names[label].add(end)

    def _read_names(
        self,
        triples: Sequence[ox.Triple],
        marks: Mapping[tuple[str, str, str], Mapping[str, str]],
        prefixes: Mapping[str, str],
    ) -> None:
        forms = {
            str(t.subject): t.object for t in triples if t.predicate.value == f"{XL}literalForm"
        }
        for triple in triples:
            subject, predicate = triple.subject, triple.predicate.value
            value = forms.get(str(triple.object)) if predicate.startswith(XL) else triple.object
            is_name = predicate in NAMES or predicate.startswith(XL)
            if is_name and isinstance(value, ox.Literal) and _iri(subject) in self._edges:
                self.names[value.value].add(_iri(subject))
        for key, mark in marks.items():
            for end, column in zip(key[::2], ("subject_label", "object_label"), strict=True):
                if column in mark:
                    self.names[mark[column]].add(end)
        for term in list(self._edges):
            self.names[term].add(term)
            for prefix, namespace in prefixes.items():
                if namespace and term.startswith(namespace):
                    self.names[f"{prefix}:{term[len(namespace) :]}"].add(term)

    def meaning(self, term: str, ours: Container[str]) -> dict[str, str]:
        """Our terms that a term of others leads to, each with the relation that counts."""
        found: dict[str, set[str]] = defaultdict(set)
        reached = [(term, "exact")]
        for at, relation in reached:
            if at in ours and at != term:
                found[at].add(relation)
                continue
            for said, other in sorted(self._edges.get(at, ())):
                if relation == "exact" or said == "exact":
                    step = (other, said if relation == "exact" else relation)
                    if other != term and step not in reached:
                        reached.append(step)
        return {iri: min(relations, key=ORDER.index) for iri, relations in found.items()}

    def by_name(self, ours: Container[str]) -> Iterator[tuple[str, str, str, str]]:
        """(name, term of others, term of ours, relation) of each name of a mapped term."""
        for name, terms in self.names.items():
            for term in sorted(terms):
                if not term.startswith(f"{BASE}/"):
                    for iri, relation in self.meaning(term, ours).items():
                        yield name, term, iri, relation

    def decided(self, ours: Container[str]) -> Iterator[tuple[int, str, str, str, Row]]:
        """(file, name, term of ours, relation, row) of each mapping of a name itself."""
        for number, found in enumerate(self._sets):
            for row in found.names:
                iri = row.term if row.term in ours else f"{BASE}/{row.term.replace(':', '/')}"
                if iri in ours:
                    said = SAYS[row.predicate][0] if row.accepted else "refused"
                    place = f"{found.name}, line {row.line}"
                    cited = {"subject": row.name, "predicate": row.predicate, "object": iri}
                    yield number, row.name, iri, said, cited | {"place": place, "by": row.author}


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _marks(triples: Iterable[ox.Triple]) -> dict[tuple[str, str, str], dict[str, str]]:
    """Each statement that an owl:Axiom is about, with where it is said and by whom."""
    axioms: dict[object, dict[str, str]] = defaultdict(dict)
    for triple in triples:
        if isinstance(triple.object, (ox.NamedNode, ox.Literal)):
            axioms[triple.subject].setdefault(triple.predicate.value, triple.object.value)
    found = {}
    for said in axioms.values():
        ends = tuple(said.get(f"{OWL}annotated{p}", "") for p in ("Source", "Property", "Target"))
        if all(ends):
            mark = {
                "place": said.get(f"{DCTERMS}bibliographicCitation")
                or said.get(f"{DCTERMS}isPartOf", ""),
                "by": said.get(f"{SSSOM}reviewer_label") or said.get(f"{SSSOM}author_label", ""),
            }
            labels = {
                c: said[SSSOM + c] for c in ("subject_label", "object_label") if SSSOM + c in said
            }
            found[ends] = mark | labels
    return found  # type: ignore[return-value]
