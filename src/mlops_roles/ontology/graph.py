"""The ontology in memory: asserted in the default graph, inferred beside it in a named one.

Starts from the shipped closure. With files of a company's own, the closure is inferred anew
and kept in a cache by the hash of all that went into it.
"""

from __future__ import annotations

import copy
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

import pyoxigraph as ox

from ..errors import InputError, UnknownName
from ..io import rdf
from ..io.atomic import atomic_write, remove_stale_temp_files
from ..io.resources import resolve_path, resource_dir
from . import reasoner
from .store import open_or_build, store_key

BASE = "https://w3id.org/mlops-roles"
INFERRED = ox.NamedNode(f"{BASE}/closure")
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
DEFAULT = ox.DefaultGraph()
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
OWL_CLASS = ox.NamedNode("http://www.w3.org/2002/07/owl#Class")
_CACHED_CURIES = 1 << 20  # IRIs of which is kept how they are written


class Graph:
    """The ontology, and what a company adds to it.

    Attributes:
        prefixes: prefix to namespace, of the front door and of the files added.
        added: the files added to the ontology, in order.
        data: files of people and the like; nothing is inferred from them.
        folder: where all this is kept loaded, if anywhere.
    """

    _curie_cache: tuple[Mapping[str, str], dict[str, str]] = (
        {},
        {},
    )  # prefixes, and what has been written with them

    def __init__(
        self,
        added: Iterable[str | os.PathLike[str]] = (),
        data: Iterable[str | os.PathLike[str]] = (),
        store: str | os.PathLike[str] | None = None,
    ):
        self.added = tuple(map(resolve_path, added))
        self.data = tuple(Path(p) for p in data)
        self.folder = None if store is None else Path(store)
        self.prefixes = _prefixes(ontology_files()[0])

    @cached_property
    def store(self) -> ox.Store:
        """Default graph asserted, named graph INFERRED what follows from it; loaded when first used."""
        if self.folder is None:
            self._load_into(ox.Store())
            return self.store
        name = store_key(self.digest, self.data)
        opened, self.prefixes = open_or_build(self.folder, name, self._load_and_close)
        return opened

    def open(self) -> Graph:
        """This graph, loaded. Raises InputError for a file that cannot be read or that contradicts the ontology."""
        assert self.store is not None
        return self

    def _load_into(self, store: ox.Store) -> dict[str, str]:
        """Load all into a store; returns the prefixes, of which those of an earlier file win."""
        self.store = store
        for path in ontology_files():
            store.load(path=str(path), format=ox.RdfFormat.TURTLE)
        for path in self.added_rdf:
            self.prefixes = rdf.load_into(store, path) | self.prefixes
        self._add_closure()
        for path in self.data:
            self.prefixes = rdf.load_into(store, path) | self.prefixes
        return self.prefixes

    def _load_and_close(self, store: ox.Store) -> dict[str, str]:
        """The same, without holding on to the store, which is to be closed and opened by another name."""
        try:
            return self._load_into(store)
        finally:
            del self.store

    def with_prefixes(self, prefixes: Mapping[str, str]) -> Graph:
        """The same graph, writing terms with other prefixes."""
        other = copy.copy(self)
        other.prefixes = dict(prefixes)
        return other

    def _add_closure(self) -> None:
        """Load what follows: as shipped, from the cache, or inferred now."""
        path = resource_dir("ontology") / "closure.nt"
        if self.added_rdf:
            path = _cache_file(self.digest)
            remove_stale_temp_files(path.parent)
        if path.is_file():
            self.store.load(path=str(path), format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED)
            return
        triples = self._infer()
        _keep(path, triples)
        self.store.extend(ox.Quad(t.subject, t.predicate, t.object, INFERRED) for t in triples)

    def _infer(self) -> list[ox.Triple]:
        """What follows from the ontology and what was added. Raises InputError for a contradiction."""
        if clash := reasoner.contradictions(self.proofs):
            why = "; ".join(self.format_term(t) for t in clash[0].because)
            raise InputError(
                f"{', '.join(map(str, self.added))}: contradicts the ontology ({why}); withdraw one of these"
            )
        return reasoner.publishable(self.proofs)

    @property
    def added_rdf(self) -> tuple[Path, ...]:
        """The added files that are RDF: neither questions (.rq) nor decisions on titles (.tsv)."""
        return tuple(path for path in self.added if path.suffix not in (".rq", ".tsv"))

    @cached_property
    def proofs(self) -> dict[ox.Triple, reasoner.Inference]:
        """Every inferred statement with its first proof (computed once, about 0.1 s)."""
        return reasoner.infer(self.store)

    @cached_property
    def digest(self) -> str:
        """A hash of all that the ontology, what was added to it and what follows come from."""
        import hashlib

        digest = hashlib.sha256("".join(reasoner.rules().values()).encode())
        for path in (*ontology_files(), *self.added_rdf):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:32]

    @cached_property
    def version(self) -> str:
        """The version of the ontology."""
        info = ox.NamedNode("http://www.w3.org/2002/07/owl#versionInfo")
        found = next(iter(self.store.quads_for_pattern(ox.NamedNode(BASE), info, None))).object
        return found.value if isinstance(found, ox.Literal) else ""

    def query(
        self, text: str, fixed: Mapping[str, Term] | None = None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Run SPARQL over asserted and inferred statements together, with terms put in the place of variables."""
        inside = {ox.Variable(name): term for name, term in (fixed or {}).items()}
        try:
            return self.store.query(
                text, prefixes=self.prefixes, use_default_graph_as_union=True, substitutions=inside
            )
        except SyntaxError as error:
            raise InputError(f"query: {' '.join(str(error).split())}; mend it there") from None

    def serialize(self, form: ox.RdfFormat = ox.RdfFormat.TURTLE, inferred: bool = False) -> bytes:
        """The ontology, with what was added, as one RDF document; asserted, or with what follows."""
        graphs: list[ox.DefaultGraph | ox.NamedNode] = (
            [DEFAULT, INFERRED] if inferred else [DEFAULT]
        )
        triples = sorted(
            {q.triple for g in graphs for q in self.store.quads_for_pattern(None, None, None, g)},
            key=str,
        )
        return ox.serialize(triples, format=form, prefixes=self.prefixes) or b""

    # names ----------------------------------------------------------------

    def curie(self, iri: str) -> str:
        """`iri` shortened by the longest fitting prefix, or in angle brackets."""
        if self._curie_cache[0] is not self.prefixes or len(self._curie_cache[1]) >= _CACHED_CURIES:
            self._curie_cache = (self.prefixes, {})
        known = self._curie_cache[1]
        return known.get(iri) or known.setdefault(iri, self._shorten(iri))

    def _shorten(self, iri: str) -> str:
        fits = [
            (len(ns), p, iri[len(ns) :])
            for p, ns in self.prefixes.items()
            if ns and iri.startswith(ns)
        ]
        if fits and (best := max(fits))[2].replace("-", "").replace("_", "").isalnum():
            return f"{best[1]}:{best[2]}"
        return f"<{iri}>"

    def format_term(self, term: Term) -> str:
        """A term, or a statement, for a reader: CURIEs, lists spelt out, literals as they are."""
        if isinstance(term, ox.Triple):
            return " ".join(self.format_term(t) for t in term)
        if isinstance(term, ox.NamedNode):
            return self.curie(term.value)
        return self._format_node(term) if isinstance(term, ox.BlankNode) else str(term)

    def _format_node(self, node: ox.BlankNode) -> str:
        about = {
            q.predicate.value.rsplit("#")[-1]: q.object
            for q in self.store.quads_for_pattern(node, None, None)
        }
        if "first" in about:
            rest = (
                ""
                if about["rest"] == ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#nil")
                else self.format_term(about["rest"])
            )
            return (
                f"({self.format_term(about['first'])} {rest[1:]}"
                if rest
                else f"({self.format_term(about['first'])})"
            )
        return (
            "[ "
            + " ; ".join(
                f"{k} {self.format_term(v)}" for k, v in sorted(about.items()) if k != "type"
            )
            + " ]"
        )

    def expand_curie(self, name: str) -> str | None:
        """The IRI that a CURIE, an IRI or an IRI in angle brackets stands for, else None."""
        bare = name.strip()
        if bare.startswith("<") and bare.endswith(">"):
            return bare[1:-1]
        prefix, colon, local = bare.partition(":")
        if colon and prefix in self.prefixes:
            return self.prefixes[prefix] + local
        return bare if "://" in bare else None

    @cached_property
    def index(self) -> dict[str, set[tuple[str, str]]]:
        """(kind, IRI) of each term by slug, notation and label; kinds are class names in lower case."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        rows = self.query((resource_dir("queries") / "terms.rq").read_text("utf-8"))
        for row in rows:  # type: ignore[union-attr]
            iri, kind = row["term"].value, _kind(row["term"].value, row["class"].value)
            for name in (_local(iri), row["notation"], row["label"]):
                if name:
                    found[(name if isinstance(name, str) else name.value).casefold()].add(
                        (kind, iri)
                    )
        return found

    def resolve_term(self, name: str, kind: str | None = None) -> str:
        """The IRI of the term that `name` means: a slug, a CURIE, an IRI, a notation or a label.

        `kind` ('role', 'task', 'skill' …) picks among terms of the same name.
        Raises UnknownName, or InputError where the name could mean several terms.
        """
        given = self.expand_curie(name)
        if given is not None:
            known = {iri for group in self.index.values() for _, iri in group}
            if given in known:
                return given
            raise UnknownName(name, kind or "term", self._names(kind))
        found = self.index.get(name.strip().casefold(), set())
        if not kind:  # a thing goes before the class that is named after it
            found = {
                f
                for f in found
                if ox.Quad(ox.NamedNode(f[1]), RDF_TYPE, OWL_CLASS) not in self.store
            } or found
        fitting = [iri for k, iri in sorted(found) if kind and k.endswith(kind)] or [
            iri for _, iri in sorted(found)
        ]
        if len(set(fitting)) == 1 and (not kind or any(k.endswith(kind) for k, _ in found)):
            return fitting[0]
        if not kind and len(set(fitting)) > 1:
            raise InputError(
                f"{name!r} means several terms; say which: {', '.join(map(self.curie, sorted(set(fitting))))}"
            )
        raise UnknownName(name, kind or "term", self._names(kind))

    def _names(self, kind: str | None) -> list[str]:
        return sorted(
            {
                _local(iri)
                for group in self.index.values()
                for k, iri in group
                if not kind or k.endswith(kind)
            }
        )


def _kind(iri: str, cls: str) -> str:
    """What a term is, in a word: the folder of its IRI if it is ours, else its class."""
    folder = iri.removeprefix(BASE + "/").split("/")[0] if iri.startswith(BASE + "/") else ""
    return folder if folder and "#" not in folder and "role" not in folder else _local(cls).lower()


def _local(iri: str) -> str:
    return iri.rstrip("/").replace("#", "/").rsplit("/", 1)[-1]


def ontology_files() -> list[Path]:
    """The files of the asserted ontology, the front door first."""
    found = sorted(resource_dir("ontology").glob("*.ttl"))
    return sorted(found, key=lambda path: path.name != "mlops-roles.ttl")


def _prefixes(path: Path) -> dict[str, str]:
    parser = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    for _ in parser:
        pass
    return dict(parser.prefixes)


def _cache_file(digest: str) -> Path:
    """Where the closure of these contents is kept."""
    home = (
        os.environ.get("MLOPS_ROLES_CACHE")
        or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlops-roles"
    )
    return Path(home) / f"{digest}.nt"


def _keep(path: Path, triples: list[ox.Triple]) -> None:
    """Cache a closure; a folder that cannot be written only costs the time to infer again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, "wb") as file:
            file.write(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES))
    except OSError:
        pass


@lru_cache(maxsize=1)
def _plain() -> Graph:
    return Graph().open()


def load(
    *added: str | os.PathLike[str],
    data: Iterable[str | os.PathLike[str]] = (),
    store: str | os.PathLike[str] | None = None,
) -> Graph:
    """The ontology, with the files a company adds (RDF, questions as .rq, decisions on titles as .tsv).

    Args:
        added: a company's own roles, skills, tools, titles, shapes and questions; `alignment:esco` is a shipped alignment.
        data: RDF about people, for questions to be asked of.
        store: a folder that keeps all this loaded; it is loaded anew when a file has changed.

    Without files the same graph is returned each time. Raises InputError for a file that
    cannot be read or that contradicts the ontology.
    """
    data = tuple(data)
    return Graph(added, data, store).open() if added or data or store else _plain()
