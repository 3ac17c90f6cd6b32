"""A SPARQL server with our graphs on it: installed, checked, asked."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from ...errors import InputError
from ..catalogue import Answer, question, values_block
from ..graph import INFERRED, Graph, Term, load
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
    "damaged": "are not whole",
}


class Endpoint:
    """A SPARQL 1.1 server that answers the questions of the catalogue and a user's own.

        with Endpoint("http://localhost:7878/query", ["https://acme.example/people"]) as acme:
            acme.ask("holders-of-role", role="R7").rows

    Attributes:
        url: where questions go.
        updates: where `install` goes; without it the same place, or `/update` beside `/query`.
        graphs: the company's own graphs; none means what the server asks by default.
        graph: the ontology, with a company's additions: what lies on the server must be the same.
    """

    def __init__(
        self,
        url: str,
        graphs: Iterable[str] = (),
        graph: Graph | None = None,
        updates: str | None = None,
        **how: Any,
    ):
        """`how` is of the connection: timeout in seconds, auth of httpx, max_bytes of an answer, on_progress(stage: str)."""
        self.graph = graph or load()
        if self.graph.data:
            raise InputError(
                f"{self.graph.data[0]}: data of a file cannot be asked together with a server; load it there and name its graph with --graph"
            )
        self.url, self.updates = (
            url,
            updates or (url[: -len("query")] + "update" if url.endswith("/query") else url),
        )
        self.graphs = tuple(map(_iri, graphs))
        self.transport = Transport(url, **how)

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    def ask(self, name: str, /, **bindings: str) -> Answer:
        """Answer a question of the catalogue, as `ask` does here.

        Raises InputError where our graphs are not there, or where the answer is not whole.
        """
        asked = question(name, self.graph)
        terms = asked.resolve_bindings(self.graph, **bindings)
        text = rewriting.parse_query(asked.text, self.graph.prefixes, name)
        return self._select(
            text.with_values(
                values_block(terms, itertools.product(*terms.values())) if terms else ""
            )
        )  # each row once, in however many graphs it stands

    def run_sparql(self, text: str, name: str = "query") -> Answer:
        """Answer a user's own SELECT, ASK or CONSTRUCT; a CONSTRUCT is put together here, of rows that were counted."""
        query = rewriting.parse_query(text, self.graph.prefixes, name)
        if query.form == "ASK":
            return Answer(
                ["answer"],
                [(ox.Literal(ask_boolean(self.transport, query.with_dataset(self.dataset))),)],
                self.graph,
            )
        return self._construct(query) if query.form == "CONSTRUCT" else self._select(query)

    def _construct(self, query: ParsedQuery) -> Answer:
        found = self._select(query.solutions())
        if any(isinstance(term, ox.BlankNode) for row in found.terms for term in row):
            raise InputError(
                "a CONSTRUCT over blank nodes, which have no name outside their server; SELECT what is to be known of them"
            )
        triples: Any = (
            ox.Store().query(query.construct_from(values_block(found.columns, found.terms)))
            if found.terms
            else ()
        )
        return Answer(["subject", "predicate", "object"], [tuple(t) for t in triples], self.graph)

    # whole answers ----------------------------------------------------------

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
        """All rows where the server cuts answers off: so many different ones as it counts, before and after."""
        found: list[tuple[Term | None, ...]] = []
        cap = len(first)
        while cap and len(found) < number:
            self.transport.on_progress(f"{len(found)} of {number} rows")
            page = select_rows(
                self.transport,
                query.page(cap, len(found)).with_dataset(self.dataset),
                query.columns,
            )
            found += page
            cap = len(page) and cap
        nameless = any(isinstance(term, ox.BlankNode) for row in found for term in row)
        if (
            len(found) != number
            or nameless
            or len(set(found)) != number
            or self._count(query) != number
        ):
            raise InputError(
                f"{self.transport.display_url}: counted {number} rows, gave {len(first)}, and its pages do not add up; nothing of it is used: "
                "narrow the question, or write SELECT DISTINCT without blank nodes and ORDER BY all columns"
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
            raise InputError(
                f"{self.transport.display_url}: answers a count with no number; nothing of it is used"
            ) from None

    # our graphs -------------------------------------------------------------

    @cached_property
    def dataset(self) -> tuple[ox.NamedNode, ...]:
        """The graphs that a question is asked of; none where the server's default graph shows them all.

        Raises InputError where our graphs are not there, or where data would be left out.
        """
        if (state := self.state()) != "fresh":
            raise InputError(
                f"{self.transport.display_url}: our graphs {_STATES[state]}; put them there with 'mlops-roles doctor --endpoint {self.transport.display_url} --install', "
                "or have the file loaded that 'mlops-roles doctor --save FILE' writes"
            )
        for name in self.graphs:
            if not self.has_data(name):
                raise InputError(
                    f"{self.transport.display_url}: nothing in the graph {name}; check its name"
                )
        if self.graphs:
            return tuple(dict.fromkeys((ASSERTED, INFERRED, *self.graphs)))
        if self.default_graph_is_union():
            return ()
        raise InputError(
            f"{self.transport.display_url}: asks named graphs only where they are named; give those of your data with --graph (data without a graph "
            f"must be copied into one), or ask of the ontology alone with --graph {ASSERTED.value}"
        )

    def has_data(self, name: ox.NamedNode) -> bool:
        """Whether a named graph has anything in it."""
        return ask_boolean(self.transport, fill_template("graph-has-data.rq", graph=name.value))

    def default_graph_is_union(self) -> bool:
        """Whether a query that names no graph sees the named ones (known where ours are there)."""
        return ask_boolean(
            self.transport, fill_template("installed-is-seen.rq", graph=INSTALLED.value)
        )

    def state(self) -> str:
        """How our graphs are there: fresh, missing, stale or damaged."""
        found = select_rows(
            self.transport, fill_template("installed.rq", graph=INSTALLED.value), ["digest"]
        )
        digests = {row[0].value for row in found if isinstance(row[0], ox.Literal)}
        if not digests:
            return "missing"
        if digests != {self.graph.digest}:
            return "stale"
        return (
            "fresh"
            if self._sizes()
            == {
                name: len(triples)
                for name, triples in contents.triples_by_graph(self.graph).items()
            }
            else "damaged"
        )

    def _sizes(self) -> dict[ox.NamedNode, int]:
        return {
            name: self._number(fill_template("size.rq", graph=name.value))
            for name in (ASSERTED, INFERRED)
        }

    def install(self) -> bool:
        """Put our graphs on the server; false where they are there already. Needs the right to update.

        The label that makes them count is taken away first and written last: what was interrupted is not used.
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
            raise InputError(
                f"{self.transport.display_url}: took the updates, but our graphs {_STATES[state]}; does {self.updates} write to the same data?"
            )
        return True

    def _insert(self, name: ox.NamedNode, triples: list[ox.Triple]) -> None:
        done = 0
        for batch in contents.batches(triples, BATCH_SIZE):
            self.transport.on_progress(f"{done} of {len(triples)} statements")
            self._update("insert.ru", graph=name.value, triples="\n".join(f"{t} ." for t in batch))
            done += len(batch)

    def allows_updates(self) -> bool:
        """Whether the server lets us update: it is asked to delete a statement that it cannot have."""
        self._update("delete-nothing.ru", graph=f"{INSTALLED.value}/{_fresh()}")
        return True

    def _update(self, name: str, **parts: object) -> None:
        try:
            self.transport.update(self.updates, fill_template(name, **parts))
        except InputError as error:
            raise InputError(
                f"{error}; updates are needed for this: give their address with --update-endpoint and the right to write"
            ) from None


def _iri(name: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(name)
    except ValueError:
        raise InputError(f"{name[:80]!r}: not an IRI of a graph; write it in full") from None


def _fresh() -> str:
    import uuid

    return uuid.uuid4().hex
