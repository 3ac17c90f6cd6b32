"""The operations of the SPARQL 1.1 Protocol: a query and its dataset, from a request.

See https://www.w3.org/TR/sparql11-protocol/. Updates are refused. Other parameters than those of
the protocol are ignored, as clients add some of their own (`format`, `ac`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import Request

from ..errors import InputError
from ..ontology.engine_corrections import corrected
from ..ontology.gate import reject_unsafe_query
from ..ontology.graph import BASE
from ..ontology.query_outline import outline
from ..ontology.sparql_tokens import Token, token_list
from ..ontology.workers import WorkerQuery

MAX_BODY = 1 << 18  # bytes of a request
QUERY, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
TABLES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
TRIPLES = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
ALIASES = {"application/json": TABLES[0], "application/xml": TABLES[1]}
UPDATES = {"update", "using-graph-uri", "using-named-graph-uri"}
SERVICE = f"{BASE}/service"  # the graph that describes the endpoint
SERVICE_TERMS = re.compile(  # in a query that asks for it
    r"SPARQL\w*Executable|rdfs\.org/ns/void#|sparql-service-description#|" + re.escape(SERVICE)
)
CHANGING = {"RAND", "NOW", "UUID", "STRUUID", "BNODE"}  # functions whose value differs in each call


class HttpError(Exception):
    """A response other than an answer: an HTTP status, and a reason for the client."""

    def __init__(self, status: int, reason: str, **headers: str):
        super().__init__(reason)
        self.status, self.reason, self.headers = status, reason, headers


class Operation(NamedTuple):
    """The query of a request, and the dataset that its parameters name."""

    text: str
    default: tuple[str, ...]
    named: tuple[str, ...]


class Prepared(NamedTuple):
    """A query that has passed the gate."""

    text: str  # the query without FROM, with `engine_corrections` applied
    default: tuple[str, ...]  # the default graphs that its FROM clauses name
    named: tuple[str, ...]  # the named graphs that its FROM NAMED clauses name
    form: str  # SELECT, ASK, CONSTRUCT or DESCRIBE
    is_stable: bool  # whether its answer is the same each time
    # whether it names terms of the service description, which other queries do not see
    reads_service: bool

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types that it can be answered in, the preferred one first."""
        return TRIPLES if self.form in ("CONSTRUCT", "DESCRIBE") else (*TABLES, *ALIASES)

    def query(self, operation: Operation, media: str, graphs: Mapping[str, str]) -> WorkerQuery:
        """The query for a worker; the dataset of the request replaces that of the query.

        Args:
            operation: the request.
            media: the media type of the answer.
            graphs: the name in the store of each graph that a dataset may name.

        Raises InputError if the dataset names another graph.
        """
        media = ALIASES.get(media, media)
        table, triples = (TABLES[0], media) if media in TRIPLES else (media, TRIPLES[0])
        default, named = self.default, self.named
        if operation.default or operation.named:
            default, named = operation.default, operation.named
        reads_service = self.reads_service or SERVICE in (*default, *named)
        if not (default or named):
            return WorkerQuery(self.text, table, triples, with_more=reads_service)
        names = tuple(_graph(iri, graphs) for iri in default)
        for iri in named:
            if not _graph(iri, graphs):
                raise InputError(f"<{iri}> is the default graph here and has no name")
        return WorkerQuery(self.text, table, triples, names, named, reads_service)


def prepare(text: str) -> Prepared:
    """Check a query, and take its dataset out. Raises InputError if it is refused."""
    tokens = token_list(text)
    plain, default, named = _without_dataset(text, tokens)
    reject_unsafe_query(plain)
    words = {token.upper for token in tokens if token.kind == "word"}
    form = outline(plain).form
    is_stable, reads_service = words.isdisjoint(CHANGING), bool(SERVICE_TERMS.search(plain))
    return Prepared(corrected(plain), default, named, form, is_stable, reads_service)


def _graph(iri: str, graphs: Mapping[str, str]) -> str:
    """The name that the store has for a graph. Raises InputError for an unknown graph."""
    if iri not in graphs:
        raise InputError(f"no graph <{iri[:200]}>; there are {', '.join(list(graphs)[:5])}")
    return graphs[iri]


def _without_dataset(
    text: str, tokens: Sequence[Token]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A query without its FROM clauses, and the graphs that they name."""
    graphs: tuple[list[str], list[str]] = ([], [])
    pieces, at = list[str](), 0
    for place, token in enumerate(tokens):
        if token.upper == "FROM" and token.kind == "word" and not token.depth:
            is_named = _upper(tokens, place + 1) == "NAMED"
            graph = tokens[place + 1 + is_named] if place + 1 + is_named < len(tokens) else None
            if graph is None or graph.kind != "iri":
                continue  # the gate says what is wrong with it
            graphs[is_named].append(graph.text[1:-1])
            pieces.append(text[at : token.start])
            at = graph.end
    return "".join([*pieces, text[at:]]), tuple(graphs[0]), tuple(graphs[1])


def _upper(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].upper if place < len(tokens) else ""


async def read_operation(request: Request) -> Operation | None:
    """The query of a request; None for a GET without one, which asks for the description.

    Raises HttpError for what the protocol does not allow, and for updates.
    """
    pairs = await _pairs(request)
    if update := next((name for name, _ in pairs if name in UPDATES), None):
        raise HttpError(400, f"{update}: this endpoint only reads; send query")
    queries = [value for name, value in pairs if name == "query"]
    if not queries and request.method != "POST" and not pairs:
        return None
    if len(queries) != 1:
        raise HttpError(400, f"{len(queries)} queries; send one")
    default, named = (
        tuple(v for n, v in pairs if n == f"{kind}-graph-uri") for kind in ("default", "named")
    )
    return Operation(queries[0], default, named)


async def _pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters of a request, those of a form included, and a raw query as `query`."""
    pairs = decoded_pairs(request.scope["query_string"])
    if request.method != "POST":
        return pairs
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "') or "utf-8"
    if charset != "utf-8":
        raise HttpError(415, "not UTF-8; send UTF-8, as the protocol requires")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HttpError(415, "the body is compressed; send it uncompressed")
    kind, body = kind.strip(), await _body(request)
    if kind == QUERY:
        return [*pairs, ("query", _decoded(body))]
    if kind == FORM:
        return [*pairs, *decoded_pairs(body)]
    raise HttpError(415, f"send {QUERY} or {FORM}")


async def _body(request: Request) -> bytes:
    """The body of a request, within a limit."""
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise HttpError(413, f"over {MAX_BODY >> 10} KiB; send less")
        parts.append(part)
    return b"".join(parts)


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise HttpError(400, "not UTF-8; send UTF-8") from None


def decoded_pairs(body: bytes) -> list[tuple[str, str]]:
    """The parameters of a URL or a form. Raises HttpError for what is not UTF-8."""
    try:
        return parse_qsl(
            _decoded(body), keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        raise HttpError(400, "over 100 parameters, or not UTF-8; send fewer, in UTF-8") from None
