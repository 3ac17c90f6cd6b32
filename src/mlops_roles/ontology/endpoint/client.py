"""A SPARQL server with our graphs on it: install them, check them, query them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from ...errors import InputError
from ...io.text import counted
from ..answer import Answer
from ..catalogue import find_question, values_block
from ..graph import INFERRED, Graph, Term, as_graph
from . import contents, rewriting
from .contents import ASSERTED, INSTALLED
from .http import Transport, ask_boolean, select_rows
from .rewriting import ParsedQuery, fill_template

BATCH_SIZE = (
    500  # triples in one update: Virtuoso 7 compiles them into code, of 10,000 lines at most
)
_STATES = {
    "missing": "are not there",
    "stale": "are of another version or with other additions",
    "damaged": "are incomplete",
}


class Endpoint:
    """A SPARQL 1.1 server that answers the questions of the catalogue and a user's own queries.

    Nothing is sent before the first question. The ontology has to be on the server; `install`
    writes it there. Use it in a `with` statement, which closes the connection at its end.

    Args:
        url: the address that takes queries, with http or https and without credentials.
        graphs: IRIs of the company's own graphs there; none for the server's default graph.
        graph: the ontology, with a company's additions; the server must hold the same.
        updates: the address that takes updates; by default `url`, or `/update` next to `/query`.
        connection: `timeout` in seconds (60), `auth` as in httpx, `max_bytes` of an answer
            (1 GiB), `on_progress`, which is called with a line of text, and `pauses` in seconds
            before a query is sent again to a server that is busy (0.5, 1 and 2).

    Raises:
        InputError: an address or IRI is not valid, or `graph` has data files.

    Example:
        >>> from mlops_roles import Endpoint, InputError
        >>> with Endpoint("http://localhost:7878/query") as server:
        ...     server.updates
        'http://localhost:7878/update'
        >>> try:
        ...     Endpoint("localhost/query")
        ... except InputError as error:
        ...     print(error)
        'localhost/query': not the address of a server; write http:// or https://, host and path
    """

    def __init__(
        self,
        url: str,
        graphs: Iterable[str] = (),
        graph: Graph | None = None,
        updates: str | None = None,
        **connection: Any,
    ):
        self.graph = as_graph(graph)
        if self.graph.data:
            raise InputError(
                f"{self.graph.data[0]}: data of a file cannot be asked together with a server; "
                "load it there and name its graph with --graph"
            )
        default = url.removesuffix("query") + "update" if url.endswith("/query") else url
        self.url, self.updates = url, updates or default
        self.graphs = tuple(map(_named_node, graphs))
        self.transport = Transport(url, **connection)

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    def ask(self, name: str, /, **bindings: str) -> Answer:
        """Answer a question of the catalogue, as `mlops_roles.ask` does without a server.

        A row occurs once, even if several graphs have it.
        Raises InputError if our graphs are not on the server, or if the answer is incomplete.
        """
        asked = find_question(name, self.graph)
        terms = asked.resolve_bindings(self.graph, **bindings)
        text = rewriting.parse_query(asked.text, self.graph.prefixes, name)
        if not terms.keys() <= set(text.columns):
            raise InputError(f"{name}: a parameter that is no column; add it to SELECT")
        block = values_block(terms, itertools.product(*terms.values())) if terms else ""
        return self._select(text.with_values(block))

    def run_sparql(self, text: str, name: str = "query") -> Answer:
        """Answer a user's own SELECT, ASK or CONSTRUCT.

        The triples of a CONSTRUCT are built on this side, from rows that were counted.
        Raises InputError if the query is refused, or if the answer is incomplete.
        """
        query = rewriting.parse_query(text, self.graph.prefixes, name)
        if query.form == "ASK":
            yes = ask_boolean(self.transport, query.with_dataset(self.dataset))
            return Answer(["answer"], [(ox.Literal(yes),)], self.graph)
        return self._construct(query) if query.form == "CONSTRUCT" else self._select(query)

    def _construct(self, query: ParsedQuery) -> Answer:
        found = self._select(query.solutions())
        if any(isinstance(term, ox.BlankNode) for row in found.terms for term in row):
            raise InputError(
                "a CONSTRUCT over blank nodes, which have no name outside their server; "
                "SELECT what is to be known of them"
            )
        triples: Any = ()
        if found.terms:
            block = values_block(found.columns, found.terms)
            triples = ox.Store().query(query.construct_from(block))
        return Answer(["subject", "predicate", "object"], [tuple(t) for t in triples], self.graph)

    # complete answers ----------------------------------------------------------

    def _select(self, query: ParsedQuery) -> Answer:
        """The rows of a SELECT: as many as the server counts, or none."""
        number = self._count(query)
        found = select_rows(self.transport, query.with_dataset(self.dataset), query.columns)
        if len(found) != number:
            found = self._paged(query, number, found)
        return Answer(list(query.columns), found, self.graph)

    def _paged(
        self, query: ParsedQuery, number: int, first: list[tuple[Term | None, ...]]
    ) -> list[tuple[Term | None, ...]]:
        """All rows, page by page, from a server that cuts answers off.

        They have to be distinct, and as many as the server counts before and after.
        """
        found: list[tuple[Term | None, ...]] = []
        cap = len(first)
        while cap and len(found) < number:
            self.transport.on_progress(f"{len(found)} of {counted(number, 'row')}")
            next_page = query.page(cap, len(found)).with_dataset(self.dataset)
            page = select_rows(self.transport, next_page, query.columns)
            found += page
            cap = len(page) and cap
        nameless = any(isinstance(term, ox.BlankNode) for row in found for term in row)
        counts = {len(found), len(set(found)), number}
        if nameless or len(counts) > 1 or self._count(query) != number:
            raise self.transport.error(
                f"counted {counted(number, 'row')}, gave {len(first):,}, and its pages do not add "
                "up; nothing of it is used: narrow the question, or write SELECT DISTINCT without "
                "blank nodes and ORDER BY all columns"
            )
        return found

    def _count(self, query: ParsedQuery) -> int:
        return self._number(query.row_count().with_dataset(self.dataset))

    def _number(self, text: str) -> int:
        """The number that a counting query answers with."""
        found = select_rows(self.transport, text, ["rows"])
        try:
            return int(found[0][0].value)  # type: ignore[union-attr]
        except (IndexError, AttributeError, ValueError):
            raise self.transport.error(
                "answers a count with no number; nothing of it is used"
            ) from None

    # our graphs -------------------------------------------------------------

    @cached_property
    def dataset(self) -> tuple[ox.NamedNode, ...]:
        """The dataset of a question as graph IRIs; empty if the default graph includes them all.

        Raises InputError if our graphs are not on the server, or if data would be left out.
        """
        if (state := self.state()) != "fresh":
            raise self.transport.error(
                f"our graphs {_STATES[state]}; put them there with 'mlops-roles doctor --endpoint "
                f"{self.transport.display_url} --install', or have the file loaded that "
                "'mlops-roles doctor --save FILE' writes"
            )
        for name in self.graphs:
            if not self.has_data(name):
                raise self.transport.error(f"nothing in the graph {name}; check its name")
        if self.graphs:
            return tuple(dict.fromkeys((ASSERTED, INFERRED, *self.graphs)))
        if self.default_graph_is_union():
            return ()
        raise self.transport.error(
            "asks named graphs only if they are named; give those of your data with --graph "
            "(data without a graph must be copied into one), or ask of the ontology alone with "
            f"--graph {ASSERTED.value}"
        )

    def has_data(self, name: ox.NamedNode) -> bool:
        """Whether a named graph has any statement."""
        return ask_boolean(self.transport, fill_template("graph-has-data.rq", graph=name.value))

    def default_graph_is_union(self) -> bool:
        """Whether the default graph includes the named ones (needs our graphs on the server)."""
        text = fill_template("installed-is-seen.rq", graph=INSTALLED.value)
        return ask_boolean(self.transport, text)

    def state(self) -> str:
        """The state of our graphs on the server: 'fresh', 'missing', 'stale' or 'damaged'."""
        text = fill_template("installed.rq", graph=INSTALLED.value)
        found = select_rows(self.transport, text, ["digest"])
        digests = {row[0].value for row in found if isinstance(row[0], ox.Literal)}
        if not digests:
            return "missing"
        if digests != {self.graph.digest}:
            return "stale"
        wanted = {n: len(triples) for n, triples in contents.triples_by_graph(self.graph).items()}
        sizes = {n: self._number(fill_template("size.rq", graph=n.value)) for n in wanted}
        return "fresh" if sizes == wanted else "damaged"

    def install(self) -> bool:
        """Write our graphs to the server, which needs the right to update.

        The digest that makes them valid is deleted first and written last, so that a half-written
        copy is never used.

        Returns:
            Whether anything was written; False if the graphs were up to date.

        Raises:
            InputError: the server refuses updates, or they have no effect on its answers.
        """
        if self.state() == "fresh":
            return False
        self._update("clear.ru", graph=INSTALLED.value)
        for name, triples in contents.triples_by_graph(self.graph).items():
            self._update("clear.ru", graph=name.value)
            self._insert(name, triples)
        self._insert(INSTALLED, contents.installation_record(self.graph))
        self.__dict__.pop("dataset", None)
        if (state := self.state()) != "fresh":
            raise self.transport.error(
                f"took the updates, but our graphs {_STATES[state]}; does {self.updates} write to "
                "the same data?"
            )
        return True

    def _insert(self, name: ox.NamedNode, triples: list[ox.Triple]) -> None:
        done = 0
        for batch in contents.batches(triples, BATCH_SIZE):
            self.transport.on_progress(f"{done} of {counted(len(triples), 'statement')}")
            self._update("insert.ru", graph=name.value, triples="\n".join(f"{t} ." for t in batch))
            done += len(batch)

    def try_update(self) -> None:
        """Delete a statement that does not exist. Raises InputError if the server refuses it."""
        import uuid

        self._update("delete-nothing.ru", graph=f"{INSTALLED.value}/{uuid.uuid4().hex}")

    def _update(self, name: str, **parts: object) -> None:
        try:
            self.transport.update(self.updates, fill_template(name, **parts))
        except InputError as error:
            raise InputError(
                f"{error}; updates are needed for this: give their address with --update-endpoint "
                "and the right to write"
            ) from None


def _named_node(name: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(name)
    except ValueError:
        raise InputError(f"{name[:80]!r}: not an IRI of a graph; write it in full") from None
