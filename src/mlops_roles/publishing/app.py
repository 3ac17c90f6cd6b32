"""The web application: the pages of a release, a SPARQL endpoint, and the questions as addresses.

Read-only. It follows the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/); queries
pass the gate (`ontology.gate`) and run in processes that can be ended (`ontology.workers`). It
answers requests in its own name alone, allows no other origin, and says nothing of its files.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import InputError, MlopsRolesError, Timeout, UnknownName
from ..io.resources import resource_dir, shipped_text
from ..io.text import TableRows, format_rows, to_json
from ..matching.titles import resolve
from ..ontology.catalogue import catalogue, run_query
from ..ontology.explanation import explain
from ..ontology.gate import reject_unsafe_query
from ..ontology.graph import BASE, INFERRED, Graph
from ..ontology.query_outline import outline
from ..ontology.search import COLUMNS, search
from ..ontology.sparql_tokens import Token, token_list
from ..ontology.workers import Busy, TooLarge, Workers
from ..ontology.workers import Request as Query
from .negotiation import best_media_type
from .openapi import describe
from .site import SAFE, Site

MAX_BODY = 1 << 20  # bytes of a request
MAX_FOUND = 50  # terms of a search
TABLES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
TRIPLES = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
ALIASES = {"application/json": TABLES[0], "application/xml": TABLES[1]}
ROW_FORMS = {"application/json": "json", "text/csv": "csv", "text/markdown": "md"}
GRAPHS = {BASE: "", INFERRED.value: INFERRED.value}  # the graphs that can be named
QUERY, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
_Face = Callable[[Request], Awaitable[Response]]


class _Refused(Exception):
    """A request that is not answered: the status, and a sentence for the client."""

    def __init__(self, status: int, why: str, **headers: str):
        super().__init__(why)
        self.status, self.why, self.headers = status, why, headers


class App:
    """The application over a graph.

    Args:
        graph: what is asked.
        workers: the processes that answer queries.
        site: the pages of a release; without it there are none.
        hosts: the hosts that a request may name, such as '127.0.0.1:8000'.
    """

    def __init__(self, graph: Graph, workers: Workers, site: Site | None, hosts: Sequence[str]):
        self.graph, self.workers, self.site = graph, workers, site
        self.hosts = frozenset(host.casefold() for host in hosts)
        routes = [
            Route("/sparql", self._face(self.sparql), methods=["GET", "POST"]),
            Route("/ask/{question}", self._face(self.ask), methods=["GET"]),
            Route("/resolve", self._face(self.resolve), methods=["GET"]),
            Route("/search", self._face(self.search), methods=["GET"]),
            Route("/explain", self._face(self.explain), methods=["GET"]),
            Route("/openapi.json", self._face(self.openapi), methods=["GET"]),
        ]
        handlers: dict[Any, Any] = {HTTPException: self._other, Exception: _unforeseen}
        self.asgi = Starlette(routes=routes, exception_handlers=handlers)

    @cached_property
    def contract(self) -> bytes:
        """The OpenAPI description, as JSON."""
        return json.dumps(describe(self.graph), ensure_ascii=False).encode()

    def _face(self, face: _Face) -> _Face:
        """A handler with the checks and headers of all answers."""

        async def checked(request: Request) -> Response:
            try:
                self._check_host(request)
                answer = await face(request)
            except _Refused as refused:
                answer = _text(refused.status, refused.why, **refused.headers)
            except ClientDisconnect:
                answer = _text(400, "the request ended early")
            except Busy as busy:
                answer = _text(503, str(busy), **{"Retry-After": "1"})
            except Timeout as late:
                answer = _text(504, str(late))
            except TooLarge as large:
                answer = _text(413, str(large))
            except UnknownName as unknown:
                answer = _text(404, str(unknown))
            except MlopsRolesError as error:
                answer = _text(400, str(error))
            for name, value in SAFE.items():
                answer.headers.setdefault(name, value)
            return answer

        return checked

    def _check_host(self, request: Request) -> None:
        """Refuse a request in another's name, as by DNS rebinding."""
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or hosts[0].casefold() not in self.hosts:
            raise _Refused(421, "not this server's name; use its address on this machine")

    async def _other(self, request: Request, error: Exception) -> Response:
        """A page of the site, or why a request has no answer."""
        assert isinstance(error, HTTPException)
        if error.status_code != 404 or self.site is None:
            face = _refuse(error.status_code, dict(error.headers or {}))
        else:
            face = self._page
        return await self._face(face)(request)

    async def _page(self, request: Request) -> Response:
        assert self.site is not None
        target = request.scope["raw_path"].decode("ascii", "replace")
        accept = ", ".join(request.headers.getlist("accept"))
        found = await run_sync(self.site.respond, request.method, target, accept)
        return Response(found.body, found.status, found.headers)

    # the SPARQL protocol ------------------------------------------------------

    async def sparql(self, request: Request) -> Response:
        """Answer a query, or describe the endpoint if there is none."""
        asked = await _operation(request)
        accept = ", ".join(request.headers.getlist("accept"))
        if asked is None:
            return await self._description(request, accept)
        offered = (*TABLES, *ALIASES, *TRIPLES)
        form = outline(asked.text).form
        own = (*TRIPLES, "*") if form in ("CONSTRUCT", "DESCRIBE") else (*TABLES, *ALIASES)
        media = best_media_type(accept, [m for m in offered if m in own])
        if media is None:
            raise _Refused(406, f"not in that format; accept {', '.join(own[:4])}")
        media = media if own[0] in TRIPLES else ALIASES.get(media, media)
        query = asked._replace(triples=media) if own[0] in TRIPLES else asked._replace(table=media)
        kind, body = await run_sync(self.workers.ask, query.checked())
        return Response(body, media_type=kind, headers={"Vary": "Accept"})

    async def _description(self, request: Request, accept: str) -> Response:
        """The service description of https://www.w3.org/TR/sparql11-service-description/."""
        media = best_media_type(accept, [*TRIPLES, "text/html"])
        if media is None:
            raise _Refused(406, f"not in that format; accept {', '.join(TRIPLES)}")
        media = TRIPLES[0] if media == "text/html" else media
        text = shipped_text(resource_dir("ontology") / "publishing" / "service.rq")
        address = f"{request.url.scheme}://{request.headers['host']}/sparql"
        query = Query(text.replace("urn:endpoint", address), triples=media)
        kind, body = await run_sync(self.workers.ask, query)
        return Response(body, media_type=kind, headers={"Vary": "Accept"})

    # the questions ------------------------------------------------------------

    async def ask(self, request: Request) -> Response:
        """The answer to a question of the catalogue, its parameters as those of the address."""
        asked = catalogue(self.graph).get(request.path_params["question"])
        if asked is None:
            raise _Refused(404, "no such question; /openapi.json lists them")
        given = _single(request)
        form = _form(request)
        terms = await run_sync(lambda: asked.resolve_bindings(self.graph, **given))
        seconds = self.workers.seconds
        found = await run_sync(lambda: run_query(self.graph, asked.text, terms, seconds))
        return _rows(form, found.columns, found.rows)

    async def resolve(self, request: Request) -> Response:
        """The role that a job title names."""
        title = _required(request, "title")
        found = await run_sync(lambda: resolve(title, self.graph).to_dict())
        return Response(to_json(found), media_type="application/json")

    async def search(self, request: Request) -> Response:
        """The terms that some words find, the best first."""
        words, form = _required(request, "words"), _form(request)
        found = await run_sync(lambda: search(words, self.graph, limit=MAX_FOUND))
        return _rows(form, COLUMNS, [term.to_dict() for term in found])

    async def explain(self, request: Request) -> Response:
        """Why a statement holds."""
        statement = _required(request, "statement")
        proof = await run_sync(lambda: explain(statement, self.graph))
        if proof is None:
            raise _Refused(404, "it does not follow, which is no proof against it")
        return Response(to_json(proof.to_dict()), media_type="application/json")

    async def openapi(self, request: Request) -> Response:
        """What can be asked, as OpenAPI 3.1."""
        return Response(self.contract, media_type="application/json")


def _rows(form: str, columns: Sequence[str], rows: TableRows) -> Response:
    """A table in one of ROW_FORMS."""
    if form == "application/json":
        text = to_json({"columns": columns, "rows": rows})
    else:
        text = format_rows(rows, columns, ROW_FORMS[form])
    return Response(text, media_type=form, headers={"Vary": "Accept"})


def _refuse(status: int, headers: dict[str, str]) -> _Face:
    reasons = {404: "nothing here", 405: "this server only shows; use GET"}

    async def face(_: Request) -> Response:
        raise _Refused(status, reasons.get(status, "refused"), **headers)

    return face


async def _unforeseen(_: Request, __: Exception) -> Response:
    """Nothing of an error that nobody foresaw reaches the client."""
    return Response("500: an unforeseen error\n", 500, SAFE, "text/plain")


def _text(status: int, why: str, **headers: str) -> Response:
    return Response(f"{status}: {why}\n", status, headers, "text/plain")


def _single(request: Request) -> dict[str, str]:
    """The parameters of an address, each given once."""
    pairs = request.query_params.multi_items()
    if len(dict(pairs)) < len(pairs):
        raise _Refused(400, "a parameter is given twice")
    return dict(pairs)


def _required(request: Request, name: str) -> str:
    given = _single(request)
    if set(given) != {name}:
        raise _Refused(400, f"give {name}, and nothing else")
    return given[name]


def _form(request: Request) -> str:
    accept = ", ".join(request.headers.getlist("accept"))
    media = best_media_type(accept, list(ROW_FORMS))
    if media is None:
        raise _Refused(406, f"not in that format; accept {', '.join(ROW_FORMS)}")
    return media


# operations of the protocol -----------------------------------------------------------------


class _Operation(NamedTuple):
    """A query and its dataset, as a request has them."""

    text: str
    default: tuple[str, ...]
    named: tuple[str, ...]
    table: str = TABLES[0]
    triples: str = TRIPLES[0]

    def checked(self) -> Query:
        """The query for a worker. Raises InputError if the gate refuses it."""
        text, default, named = _without_dataset(self.text)
        _check_gate(text)
        if self.default or self.named:  # the protocol's dataset goes before the query's
            default, named = self.default, self.named
        if not (default or named):
            return Query(text, self.table, self.triples)
        graphs = tuple(_graph(iri) for iri in default)
        return Query(text, self.table, self.triples, graphs, tuple(map(_named_graph, named)))


@lru_cache(maxsize=256)
def _check_gate(text: str) -> None:
    reject_unsafe_query(text)


def _graph(iri: str) -> str:
    """The name that the store has for a graph. Raises InputError for one that is not here."""
    if iri not in GRAPHS:
        raise InputError(f"no graph <{iri[:200]}> here; there are {' and '.join(GRAPHS)}")
    return GRAPHS[iri]


def _named_graph(iri: str) -> str:
    if not _graph(iri):
        raise InputError(f"<{iri}> is the default graph here and has no name; name {INFERRED}")
    return iri


def _without_dataset(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A query without its FROM clauses, and the graphs that they name."""
    tokens = token_list(text)
    found: tuple[list[str], list[str]] = ([], [])
    pieces, at = list[str](), 0
    for place, token in enumerate(tokens):
        if token.upper == "FROM" and token.kind == "word" and not token.depth:
            is_named = _upper(tokens, place + 1) == "NAMED"
            graph = tokens[place + 1 + is_named] if place + 1 + is_named < len(tokens) else None
            if graph is None or graph.kind != "iri":
                continue  # the gate says what is wrong with it
            found[is_named].append(graph.text[1:-1])
            pieces.append(text[at : token.start])
            at = graph.end
    return "".join([*pieces, text[at:]]), tuple(found[0]), tuple(found[1])


def _upper(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].upper if place < len(tokens) else ""


async def _operation(request: Request) -> _Operation | None:
    """The query of a request; None for a GET without any parameter."""
    pairs = request.query_params.multi_items()
    if request.method == "POST":
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        body = await _body(request)
        if kind == QUERY:
            pairs = [*pairs, ("query", _decoded(body))]
        elif kind == FORM:
            if pairs:
                raise _Refused(400, "parameters belong in the form, not in the address")
            pairs = await _form_pairs(body)
        else:
            raise _Refused(415, f"send {QUERY} or {FORM}")
    elif not pairs:
        return None
    known = {"query", "default-graph-uri", "named-graph-uri"}
    if odd := next((name for name, _ in pairs if name not in known), None):
        update = "; this endpoint only reads" if odd in ("update", "using-graph-uri") else ""
        raise _Refused(400, f"unknown parameter {odd[:100]!r}{update}")
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        raise _Refused(400, f"{len(queries)} queries; send one")
    default, named = (
        tuple(v for n, v in pairs if n == f"{kind}-graph-uri") for kind in ("default", "named")
    )
    return _Operation(queries[0], default, named)


async def _body(request: Request) -> bytes:
    """The body of a request, within a limit."""
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise _Refused(413, f"over {MAX_BODY >> 20} MiB; send less")
        parts.append(part)
    return b"".join(parts)


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise _Refused(400, "not UTF-8") from None


async def _form_pairs(body: bytes) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl

    try:
        return parse_qsl(
            _decoded(body), keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        raise _Refused(400, "the form cannot be read") from None
