"""The ontology in memory: asserted statements in the default graph, inferred ones in a named one.

Starts from the shipped closure. With files of a company's own, the closure is inferred again
and cached under a hash of everything that went into it.
"""

from __future__ import annotations

import copy
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import pyoxigraph as ox

from ..errors import InputError, Timeout, UnknownName, check_path, check_text, with_article
from ..io import rdf
from ..io.resources import FilePath, ShippedText, resolve_path, resource_dir, shipped_text
from .names import local_name, slug

if TYPE_CHECKING:
    from ..io.sssom import MappingSet
    from .closure import Definitions
    from .reasoner import Proofs
    from .store import Keeper

BASE = "https://w3id.org/mlops-roles"
INFERRED = ox.NamedNode(f"{BASE}/closure")
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
DEFAULT = ox.DefaultGraph()
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
RDF_NIL = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#nil")
OWL_CLASS = ox.NamedNode("http://www.w3.org/2002/07/owl#Class")
CAPABLE_AGENT = f"{BASE}/ns#CapableAgent"
OWL_VERSION_INFO = ox.NamedNode("http://www.w3.org/2002/07/owl#versionInfo")
SEARCH_FIX = "`mlops-roles search` finds terms by words"
_MAX_NESTED, _MAX_ITEMS = 8, 100  # of a blank node that is written out
_MAX_CURIES = 1 << 20  # IRIs whose CURIE is remembered; bounds the memory of data with many people
LARGE = 1 << 20  # bytes of added files from which on the loaded store is kept on disk
_Built = TypeVar("_Built")


class Graph:
    """The ontology, and what a company adds to it; loaded when first used.

    Args:
        added: files added to the ontology (see `load`).
        data: RDF files of instance data, such as people; of the axioms in them only those about
            people are followed (see `followed`).
        store: a folder in which the loaded store is kept, or a store that is loaded already.
        base: the files of the ontology itself, the one with the owl:Ontology first; by default
            the shipped ones.
        only: the files of a role framework that replaces the roles, tasks, skills and tools of
            the ontology; its vocabulary stays.

    Attributes:
        prefixes: prefix to namespace, from the main file of the ontology and the files added.
        added: the files added to the ontology, in order; those of `only` first.
        only: the files of the framework that replaces the content of the ontology, if any.
        data: the files of instance data.
        folder: the folder in which the loaded store is kept, or None.
        axioms_in_data: the kinds of axioms found in the data when it was loaded.

    Example:
        >>> from mlops_roles import load
        >>> graph = load()
        >>> graph.resolve_term("R7")
        'https://w3id.org/mlops-roles/role/ml-engineer'
        >>> graph.curie(graph.resolve_term("R7"))
        'role:ml-engineer'
    """

    def __init__(
        self,
        added: Iterable[FilePath] = (),
        data: Iterable[FilePath] = (),
        store: FilePath | ox.Store | None = None,
        base: Iterable[Path] | None = None,
        only: Iterable[FilePath] = (),
    ):
        if store == "":
            raise InputError("store: empty; name a folder, or leave it out")
        self.only = tuple(map(resolve_path, only))
        self.added = (*self.only, *map(resolve_path, added))
        self.data = tuple(Path(p) for p in data)
        self.folder = None if store is None or isinstance(store, ox.Store) else Path(store)
        self._given = isinstance(store, ox.Store)
        self._base_iri = rdf.current_base_iri()
        self._definitions: Definitions | None = None
        self._keeper: Keeper | None = None  # of the light store, as long as it is being loaded
        self._is_kept = False  # whether the light store is on disk, read-only
        if isinstance(store, ox.Store):
            self.store = store
        self.prefixes = _prefixes(ontology_files()[0])
        self._base = tuple(ontology_files() if base is None else base)
        self._curie_cache = (self.prefixes, dict[str, str]())
        self._built: dict[Callable[[Any], Any], Any] = {}
        self.axioms_in_data: tuple[str, ...] = ()

    @property
    def store(self) -> ox.Store:
        """The store: asserted statements in the default graph, inferred ones in `INFERRED`."""
        store = self.to_memory().light_store
        if self._definitions is not None:
            self._definitions.load_into(store, INFERRED)
        return store

    @store.setter
    def store(self, store: ox.Store) -> None:
        """Take a store that is loaded already."""
        self.light_store, self._definitions, self._is_kept = store, None, False

    @cached_property
    def light_store(self) -> ox.Store:
        """The store without what `closure.Definitions` loads when `store` is asked for, which may
        take longer than all else.
        """
        with rdf.relative_to(self._base_iri):
            if self.folder is None:
                return self._open_kept() or self._load_and_keep()
            from .store import open_or_build, store_key

            name = store_key(self.cache_key, self.data)
            opened, self.prefixes = open_or_build(self.folder, name, self._load_and_close)
            return opened

    def to_memory(self) -> Self:
        """This graph, its light store in memory: on disk, queries about all terms take longer."""
        _ = self.light_store
        if self._is_kept:
            whole = Graph(self.added_paths, base=self._base, only=self.only)
            with rdf.relative_to(self._base_iri):
                whole._load_into(ox.Store(), warn=False)
            self.light_store, self._definitions = whole.light_store, whole._definitions
            self._is_kept = False
        return self

    def _open_kept(self) -> ox.Store | None:
        """The light store of a large framework, on disk since it was first loaded."""
        if not self.is_large:
            return None
        from .not_reasoned import warn_of
        from .store import kept_folder, open_kept

        opened = open_kept(kept_folder(self.only, self.added_paths), self.cache_key)
        if opened is None:
            return None
        for path in self.added_rdf:
            warn_of(path)
        store, self.prefixes = opened
        self._is_kept = True
        return store

    def _load_and_keep(self) -> ox.Store:
        """The light store in memory; that of a large framework is kept on disk, too."""
        if not self.is_large:
            self._load_into(ox.Store())
            return self.light_store
        from .store import Keeper, kept_folder

        self._keeper = Keeper(kept_folder(self.only, self.added_paths), self.cache_key)
        loaded = None
        try:
            loaded = self._load_into(ox.Store())
            _ = self.index  # most questions need it, and a thread still keeps the store
        finally:
            self._keeper.finish(loaded)
            self._keeper = None
        return self.light_store

    def add_text(self, text: bytes, to_graph: ox.NamedNode | ox.DefaultGraph = DEFAULT) -> None:
        """Load N-Triples into the light store, and into what is being kept of it."""
        self.light_store.bulk_load(
            text, format=ox.RdfFormat.N_TRIPLES, to_graph=to_graph, lenient=True
        )
        if self._keeper:
            self._keeper.add(text, to_graph)

    def recipe(self) -> dict[str, Any]:
        """How another process builds this graph, as JSON: see `from_recipe`."""
        quads = self.store.dump(format=ox.RdfFormat.N_QUADS) if self._given else None
        return {
            "added": list(map(str, self.added_paths)),
            "only": list(map(str, self.only)),
            "data": list(map(str, self.data)),
            "folder": None if self.folder is None else str(self.folder),
            "base": list(map(str, self._base)),
            "base_iri": self._base_iri,
            "prefixes": self.prefixes if self.is_open else None,
            "quads": None if quads is None else quads.decode(),
        }

    @classmethod
    def from_recipe(cls, recipe: Mapping[str, Any]) -> Self:
        """The graph that `recipe` describes, loaded as a whole, so that no file is read later."""
        store: ox.Store | str | None = recipe["folder"]
        if recipe["quads"] is not None:
            store = ox.Store()
            store.load(recipe["quads"], format=ox.RdfFormat.N_QUADS)
        base = map(Path, recipe["base"])
        with rdf.relative_to(recipe["base_iri"]):
            graph = cls(recipe["added"], recipe["data"], store, base, recipe["only"])
            _ = graph.store
        return graph.with_prefixes(recipe["prefixes"]) if recipe["prefixes"] else graph

    @property
    def has_data(self) -> bool:
        """Whether files of instance data are loaded, or a store that may hold some."""
        return bool(self.data) or self._given

    @property
    def is_open(self) -> bool:
        """Whether this graph is loaded."""
        return "light_store" in self.__dict__

    def open(self) -> Self:
        """This graph, loaded.

        Raises:
            InputError: a file cannot be read or contradicts the ontology.
        """
        _ = self.light_store
        return self

    def warn_of_axioms(self) -> Self:
        """This graph; issues a NotReasonedWarning if there are axioms in its data."""
        from .axioms import warn_of_axioms

        warn_of_axioms(self.data, self.axioms_in_data)
        return self

    def with_prefixes(self, prefixes: Mapping[str, str]) -> Self:
        """The same graph, writing terms with other prefixes."""
        other = copy.copy(self)
        other.prefixes, other._built = dict(prefixes), {}
        return other

    # what is in it --------------------------------------------------------

    @property
    def added_paths(self) -> tuple[Path, ...]:
        """The added files without those of a framework that replaces the content."""
        return self.added[len(self.only) :]

    @property
    def added_rdf(self) -> tuple[Path, ...]:
        """The added files that are RDF: neither questions (.rq) nor mapping sets (.tsv)."""
        return tuple(path for path in self.added if path.suffix not in (".rq", ".tsv"))

    @cached_property
    def mapping_sets(self) -> dict[Path, MappingSet]:
        """The added mapping sets (SSSOM) by file, in order.

        Raises:
            InputError: a file is no mapping set; with the line of what cannot be read.
        """
        tables = [path for path in self.added if path.suffix == ".tsv"]
        if not tables:
            return {}
        from ..io.sssom import read_mappings

        return {path: read_mappings(path) for path in tables}

    @cached_property
    def _added_statements(self) -> tuple[Path, ...]:
        """The added files that state something: RDF, and mapping sets with accepted rows."""
        mapped = (path for path, mappings in self.mapping_sets.items() if mappings.reviewed)
        return (*self.added_rdf, *mapped)

    @property
    def has_added_statements(self) -> bool:
        """Whether the closure differs from the shipped one."""
        return not self._base or bool(self._added_statements)

    @cached_property
    def is_large(self) -> bool:
        """Whether what is added, without data, is so much that it is kept ready on disk."""
        if self._given or self.data or not self.added:
            return False
        return sum(p.stat().st_size for p in self._added_statements if p.is_file()) >= LARGE

    @cached_property
    def proofs(self) -> Proofs:
        """Every inferred statement with its first proof (computed once, about 0.1 s)."""
        return self._infer(self.store)

    @cached_property
    def light_proofs(self) -> Proofs:
        """The same of the light store."""
        if "proofs" in self.__dict__ or not self.lacks_definitions:
            return self.proofs
        return self._infer(self.light_store)

    @property
    def lacks_definitions(self) -> bool:
        """Whether the light store lacks something that is not loaded yet."""
        return self._is_kept or (self._definitions is not None and self._definitions.are_left)

    def _infer(self, store: ox.Store) -> Proofs:
        from .forward_chaining import Limits
        from .reasoner import infer

        try:
            return infer(store, limits=Limits())
        except (InputError, Timeout) as error:
            raise type(error)(f"{', '.join(map(str, self.added))}: {error}") from None

    def base_store(self) -> ox.Store:
        """The ontology alone, without what follows and without what a company adds."""
        store = ox.Store()
        for path in self._base:
            store.load(path=str(path), format=ox.RdfFormat.TURTLE)
        if self.only:
            from .framework import leave_out_content

            leave_out_content(store)
        return store

    @cached_property
    def digest(self) -> str:
        """A hash of the rules, the ontology and what was added to it: 32 hexadecimal digits."""
        import hashlib

        from .capabilities import DEFINITIONS, NAMES, query_text
        from .rules import rule_texts

        texts = (*rule_texts().values(), *map(query_text, (NAMES, DEFINITIONS)))
        digest = hashlib.sha256("".join(texts).encode())
        if self.only:
            from .framework import content_query

            digest.update(content_query().encode())
        for path in (*self._base, *self._added_statements):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:32]

    @cached_property
    def cache_key(self) -> str:
        """The digest, the code that infers, and where the IRIs of added files may start."""
        import hashlib

        code = sorted(Path(__file__).parent.glob("*.py"))
        key = hashlib.sha256(self.digest.encode())
        for path in (*code, resource_dir("ontology") / "closure.rq"):
            key.update(path.read_bytes())
        key.update((self._base_iri or "").encode())
        for path in self._added_statements:
            key.update(f"\n{path.absolute().as_uri()}".encode())
        return key.hexdigest()[:32]

    @cached_property
    def version(self) -> str:
        """The version of the ontology, such as '0.4.0'; what an added file says is not asked."""
        header = ox.parse(path=str(self._base[0]), format=ox.RdfFormat.TURTLE) if self._base else ()
        about = (q.object for q in header if q.predicate == OWL_VERSION_INFO)
        return next((value.value for value in about if isinstance(value, ox.Literal)), "")

    def query(
        self, text: str, bindings: Mapping[str, Term] | None = None
    ) -> ox.QuerySolutions | ox.QueryBoolean | Iterator[ox.Triple]:
        """Run SPARQL over asserted and inferred statements together.

        SPARQL that is not shipped is checked, and runs in a process with limits on time and
        memory (see `run_sparql`).

        Args:
            text: the query; the prefixes of the graph need not be declared.
            bindings: variable (without `?`) to the term that is substituted for it.

        Raises:
            InputError: the query is refused, or is not SPARQL.
            Timeout: it took too long.
        """
        if isinstance(text, ShippedText):
            return self.evaluate(text, bindings)
        from .sandbox import evaluate

        return evaluate(text, self, bindings or {})

    def evaluate(
        self, text: str, bindings: Mapping[str, Term] | None = None, light: bool = False
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Run SPARQL as `query` does, in this process: for SPARQL that is known to be harmless.

        Args:
            text: the query.
            bindings: as for `query`.
            light: whether the light store has all that can be part of the answer.

        Raises InputError if the query is not SPARQL.
        """
        terms = {ox.Variable(name): term for name, term in (bindings or {}).items()}
        try:
            return (self.light_store if light else self.store).query(
                text,
                prefixes=self.prefixes,
                base_iri=self._base_iri,
                use_default_graph_as_union=True,
                substitutions=terms,
            )
        except SyntaxError as error:
            raise InputError(f"query: {' '.join(str(error).split())}; fix it there") from None

    @contextmanager
    def readable(self) -> Iterator[None]:
        """Raise InputError for a store on disk in which the engine finds damage as it reads it."""
        try:
            yield
        except (RuntimeError, OSError) as error:
            is_damage = type(error) is RuntimeError or getattr(error, "errno", 0) is None
            if self.folder is None or not is_damage:
                raise
            raise InputError(
                f"{self.folder}: the store in it is damaged; remove it, and it is built again"
            ) from None

    def serialize(
        self,
        format: ox.RdfFormat = ox.RdfFormat.TURTLE,
        inferred: bool = False,
        sources: bool = False,
    ) -> bytes:
        """The ontology, with what was added, as one sorted RDF document in UTF-8.

        It needs no other file: it has one header, no imports, and the labels and concept schemes
        that other tools look for.

        Args:
            format: the RDF syntax.
            inferred: whether to include the inferred statements.
            sources: whether to write the source of each statement as an owl:Axiom.
        """
        from .released import released

        triples = sorted(released(self, inferred, sources), key=str)
        return ox.serialize(triples, format=format, prefixes=self.prefixes) or b""

    # loading --------------------------------------------------------------

    def _load_into(self, store: ox.Store, warn: bool = True) -> dict[str, str]:
        """Load all files into a store; returns the prefixes (of several, the first file's)."""
        if self.added_rdf:
            from .not_reasoned import warn_of
        self.light_store = store
        for path in self._base:  # the IRIs of our own files are checked by tests
            lenient = path.parent == resource_dir("ontology")
            store.load(path=str(path), format=ox.RdfFormat.TURTLE, lenient=lenient)
        if self.only:
            from .framework import leave_out_content

            leave_out_content(store)
        for path in self.added_rdf:
            found = rdf.load_into(store, path)
            if path in self.only:
                found = _beside_ours(found, self.prefixes)
            self.prefixes = found | self.prefixes
            if warn:
                warn_of(path)
        if self.mapping_sets:
            from .mappings import load_mappings

            self.prefixes = load_mappings(self) | self.prefixes
        if self._keeper:
            self._keeper.copy(store)
        self._add_closure(store)
        if self.data:
            self._load_data(store)
        return self.prefixes

    def _load_data(self, store: ox.Store) -> None:
        """Load the files of instance data into a store, and what follows about people."""
        from .axioms import axioms_in
        from .followed import follow
        from .not_reasoned import warn_of_data

        before = axioms_in(store)
        for path in self.data:
            self.prefixes = rdf.load_into(store, path) | self.prefixes
        if self._added_statements:
            from .mappings import state_what_mappings_mean

            state_what_mappings_mean(self)
        warn_of_data(self.data, store)
        after = axioms_in(store)
        used = follow(store)
        self.axioms_in_data = tuple(name for name in after if after[name] - before[name] - used)

    def _add_closure(self, store: ox.Store) -> None:
        """Load what follows: as shipped, or with the capability classes of a company's roles."""
        if not self.has_added_statements:
            shipped = resource_dir("ontology") / "closure.nt"
            store.load(path=str(shipped), format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED)
            return
        from .closure import add_closure

        self._definitions = add_closure(self, INFERRED)
        if self.data or self.folder:
            self._definitions.load_into(store, INFERRED)

    def _load_and_close(self, store: ox.Store) -> dict[str, str]:
        """The same for a store that is to be closed, renamed and opened: no reference remains."""
        try:
            return self._load_into(store)
        finally:
            del self.light_store

    # names ----------------------------------------------------------------

    def curie(self, iri: str) -> str:
        """`iri` shortened by the longest fitting prefix, or in angle brackets."""
        prefixes, known = self._curie_cache
        if prefixes is not self.prefixes or len(known) >= _MAX_CURIES:
            known = {}
            self._curie_cache = (self.prefixes, known)
        return known.get(iri) or known.setdefault(iri, self._shorten(iri))

    def _shorten(self, iri: str) -> str:
        fits = [(len(ns), p) for p, ns in self.prefixes.items() if ns and iri.startswith(ns)]
        length, prefix = max(fits, default=(0, ""))
        local = iri[length:]
        if fits and local.replace("-", "").replace("_", "").isalnum():
            return f"{prefix}:{local}"
        return f"<{iri}>"

    def format_term(self, term: Term) -> str:
        """A term or statement for a reader: CURIEs, blank nodes by content, literals quoted."""
        if isinstance(term, (ox.Triple, tuple)):
            return " ".join(self.format_term(t) for t in term)
        if isinstance(term, ox.NamedNode):
            return self.curie(term.value)
        return self._format_node(term, 0) if isinstance(term, ox.BlankNode) else str(term)

    def _format_node(self, node: ox.BlankNode, depth: int) -> str:
        """A blank node: a list in round brackets, anything else in square ones.

        What is nested deeper than _MAX_NESTED, as in a circle, is '…'.
        """

        def value(term: Any) -> str:
            is_node = isinstance(term, ox.BlankNode)
            return self._format_node(term, depth + 1) if is_node else self.format_term(term)

        if depth > _MAX_NESTED:
            return "…"
        items, complete = self._list_items(node)
        if items:
            texts = [*map(value, items), *([] if complete else ["…"])]
            return f"({' '.join(texts)})"
        quads = self.store.quads_for_pattern(node, None, None)
        about = {q.predicate.value.rsplit("#")[-1]: q.object for q in quads}
        parts = (f"{key} {value(about[key])}" for key in sorted(about) if key != "type")
        return f"[ {' ; '.join(parts)} ]"

    def _list_items(self, node: Any) -> tuple[list[Any], bool]:
        """The items of an RDF list, and whether these are all; the list may be circular."""
        items, seen = list[Any](), set[Any]()
        while node != RDF_NIL:
            is_cell = isinstance(node, (ox.NamedNode, ox.BlankNode)) and node not in seen
            quads = self.store.quads_for_pattern(node, None, None) if is_cell else ()
            about = {q.predicate.value.rsplit("#")[-1]: q.object for q in quads}
            if not {"first", "rest"} <= about.keys() or len(items) == _MAX_ITEMS:
                return items, False
            seen.add(node)
            items.append(about["first"])
            node = about["rest"]
        return items, True

    def expand_curie(self, name: str) -> str | None:
        """The IRI that a CURIE, an IRI or an IRI in angle brackets means, else None."""
        bare = name.strip()
        if bare.startswith("<") and bare.endswith(">"):
            return bare[1:-1]
        prefix, colon, local = bare.partition(":")
        of_sets = (mappings.header["curie_map"] for mappings in self.mapping_sets.values())
        for prefixes in (self.prefixes, *of_sets) if colon else ():
            if prefix in prefixes:
                return str(prefixes[prefix] + local)
        return bare if "://" in bare else None

    @cached_property
    def index(self) -> dict[str, set[tuple[str, str]]]:
        """The (kind, IRI) of each term by slug, notation and label in lower case; see `_kind`."""
        if not self.is_large:
            return self._make_index()
        from .closure_cache import derived

        def make() -> dict[str, list[tuple[str, str]]]:
            index = self.to_memory()._make_index()
            return {name: sorted(terms) for name, terms in index.items()}

        return {
            name: set(map(tuple, terms)) for name, terms in derived(self, "index", make).items()
        }

    def _make_index(self) -> dict[str, set[tuple[str, str]]]:
        index: dict[str, set[tuple[str, str]]] = defaultdict(set)
        text = shipped_text(resource_dir("queries") / "terms.rq")
        rows: Any = self.evaluate(text.partition("ORDER BY")[0], light=True)
        for term, cls, *literals in rows:
            iri = term.value
            kind = _kind(iri, cls.value)
            for name in (local_name(iri), *(literal.value for literal in literals if literal)):
                index[name.casefold()].add((kind, iri))
        index.pop("", None)
        return index

    @cached_property
    def _iris(self) -> set[str]:
        """The IRIs of all terms in the index."""
        return {iri for terms in self.index.values() for _, iri in terms}

    def resolve_term(self, name: str, kind: str | None = None) -> str:
        """The IRI of the term that a name means.

        Args:
            name: a slug, a CURIE, an IRI, a notation or a label; also of a term of others: with a
                kind, it means the term of ours that is its accepted exact match.
            kind: 'role', 'task', 'skill' …; picks among terms of the same name.

        Raises:
            UnknownName: no term of this kind has this name.
            InputError: several terms have it, and of these none has it as its slug.
        """
        try:
            return self.find_own_term(name, kind)
        except UnknownName:
            from .mappings import find_by_label, find_outside_term

            found = find_outside_term(name, kind, self) if self.added else None
            if found := found or find_by_label(name, kind, self):
                return found
            raise

    def find_own_term(self, name: str, kind: str | None = None) -> str:
        """As `resolve_term`, for the terms of the ontology and of a company's roles alone."""
        check_text("term", "its slug, CURIE, IRI, notation or label", name=name)
        given = self.expand_curie(name)
        if given is not None:
            if given in self._iris:
                return given
            raise UnknownName(name, kind or "term", self._slugs_of_kind(kind), SEARCH_FIX)
        terms = self.index.get(name.strip().casefold(), set())
        if kind:
            iris = {iri for k, iri in terms if k.endswith(kind)}
        else:  # an instance goes before the class that is named after it
            iris = {iri for _, iri in terms}
            iris = {iri for iri in iris if not self._is_class(iri)} or iris
        if kind and len(iris) > 1:  # as a slug, the name is that of our term
            iris = {iri for iri in iris if slug(self.curie(iri)) == name.strip()} or iris
        if len(iris) == 1:
            return iris.pop()
        if iris:
            choice = ", ".join(map(self.curie, sorted(iris)))
            raise InputError(f"{name!r} means several terms; say which: {choice}")
        raise UnknownName(name, kind or "term", self._slugs_of_kind(kind), SEARCH_FIX)

    def _is_class(self, iri: str) -> bool:
        return ox.Quad(ox.NamedNode(iri), RDF_TYPE, OWL_CLASS) in self.light_store

    def _slugs_of_kind(self, kind: str | None) -> list[str]:
        """The slugs of all terms of a kind, sorted."""
        terms = set().union(*self.index.values())
        return sorted({local_name(iri) for k, iri in terms if not kind or k.endswith(kind)})


def as_graph(graph: Graph | None) -> Graph:
    """A graph, or the shipped ontology for None. Raises InputError for anything else."""
    if graph is None:
        return load()
    if isinstance(graph, Graph):
        return graph
    raise InputError(
        f"graph is {with_article(graph)}; give load(…), such as load('ours.ttl'), or leave it out"
    )


def once_per_graph(build: Callable[[Graph], _Built]) -> Callable[[Graph], _Built]:
    """Decorate a function of a graph: its value is computed once per graph, and freed with it.

    With this, rooms above this one cache what they derive from a graph, and the graph needs not
    import them. Two threads may both compute a value; both get the one that is stored first.
    """

    @wraps(build)
    def built(graph: Graph) -> _Built:
        values = graph._built
        value: _Built = values[build] if build in values else values.setdefault(build, build(graph))
        return value

    return built


def _kind(iri: str, cls: str) -> str:
    """What a term is, in a word in lower case.

    The folder of its IRI if it is ours, such as 'source' for a bibo:Document; else the name of
    its class, and also if that says more than the folder: 'similarrole' in the folder `role`.
    """
    if cls == CAPABLE_AGENT:
        return "capability"  # a class of agents, wherever it was coined
    kind = local_name(cls).lower()
    folder, slash, _ = iri.removeprefix(f"{BASE}/").partition("/")
    has_folder = slash and iri.startswith(f"{BASE}/")
    return folder if has_folder and not kind.endswith(folder) else kind


def ontology_files(folder: Path | None = None) -> list[Path]:
    """The Turtle files of an ontology, by default the shipped one; the front door first."""
    files = (folder or resource_dir("ontology")).glob("*.ttl")
    return sorted(files, key=lambda path: (path.name != "mlops-roles.ttl", path.name))


def _beside_ours(found: Mapping[str, str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """The prefixes of a framework; one of ours that means another namespace there gets a 2."""
    return {
        f"{prefix}2" if prefixes.get(prefix, namespace) != namespace else prefix: namespace
        for prefix, namespace in found.items()
    }


def _prefixes(path: Path) -> dict[str, str]:
    parser = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    for _ in parser:
        pass
    return dict(parser.prefixes)


def _as_paths(files: FilePath | Iterable[FilePath]) -> tuple[FilePath, ...]:
    """One file or several, as a tuple."""
    return (files,) if isinstance(files, (str, os.PathLike)) else tuple(files)


@cache
def _shipped() -> Graph:
    return Graph().open()


def load(
    *added: FilePath,
    data: Iterable[FilePath] = (),
    store: FilePath | None = None,
    only: FilePath | Iterable[FilePath] = (),
) -> Graph:
    """Load the ontology, with the files that a company adds.

    Args:
        added: a company's own roles, skills, tools, titles and shapes (RDF), questions (.rq) and
            mappings (SSSOM, .tsv); `alignment:esco` is a shipped alignment.
        data: RDF files about people, to be queried together with the ontology.
        store: a folder in which the loaded store is kept; rebuilt when a file has changed.
        only: a role framework of others, in one file or several, in place of the roles, tasks,
            skills and tools of the ontology; the vocabulary stays.

    Returns:
        The graph; without arguments the same object each time.

    Raises:
        InputError: a file cannot be read or contradicts the ontology.

    Example:
        >>> from mlops_roles import load
        >>> load().version == load("alignment:esco").version
        True
        >>> load(only="examples/acme.ttl").resolve_term("Prompt Engineer")
        'https://acme.example/roles/prompt-engineer'
    """
    data = (data,) if isinstance(data, (str, os.PathLike)) else tuple(data)
    for path in (*added, *data):
        check_path("load", file=path)
    only = _as_paths(only)
    if not (added or data or only or store is not None):
        return _shipped()
    graph = Graph(added, data, store, only=only).open()
    return graph.warn_of_axioms() if data else graph
