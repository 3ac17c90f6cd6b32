"""The web application: the pages of a release, a SPARQL endpoint, and the questions as addresses.

Read-only. Queries pass the gate (`ontology.gate`) and run in processes that can be ended
(`ontology.workers`). It answers requests in its own name alone, allows no origin that is not
listed, and shows no path of a file. Answers are cached as bytes, because the graph does not change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph as ox
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ..errors import MlopsRolesError, Timeout, UnknownName
from ..io.json_text import to_json
from ..io.resources import resource_dir
from ..io.text import TableRows, format_rows
from ..matching.titles import resolve
from ..ontology.catalogue import Question, run_query
from ..ontology.explanation import explain
from ..ontology.graph import BASE, Graph
from ..ontology.search import COLUMNS, search
from ..ontology.workers import Busy, TooLarge, Workers
from .cache import AnswerCache, CachedAnswer
from .documents import serialize
from .negotiation import best_media_type
from .openapi import openapi_description, question_times
from .protocol import (
    TRIPLES,
    HttpError,
    Operation,
    Prepared,
    decoded_pairs,
    prepare,
    read_operation,
)
from .publishing_data import formats
from .request_checks import with_request_checks
from .server_options import ServerOptions, combined_lifespan, names_a_host
from .service import SERVICE, service_description, service_statements
from .site import ALLOWED, SECURITY_HEADERS, LazySite, Site

MAX_FOUND = 50  # results of a search
MAX_WAITING = 256  # requests that may wait for a thread
MAX_PREPARED = 512  # checked queries in the cache
THREADS = 4  # requests that run at once, not counting queries
ROW_FORMATS = {"application/json": "json", "text/csv": "csv", "text/markdown": "md"}
STATUSES: dict[type[MlopsRolesError], int] = {  # of errors; the first that fits
    **{Busy: 503, Timeout: 504, TooLarge: 413, UnknownName: 404},
    MlopsRolesError: 400,
}
_Handler = Callable[[Request], Awaitable[Response]]
_Value = TypeVar("_Value")


class App:
    """The application over a graph.

    Args:
        graph: what is asked.
        workers: the processes that answer queries; they hold `service_quads(graph)`, too.
        site: the pages of a release; without it there are none.
        hosts: the hosts that a request may name, such as '127.0.0.1:8000'.
        options: what it serves in addition.
    """

    def __init__(
        self,
        graph: Graph,
        workers: Workers,
        site: Site | LazySite | None,
        hosts: Sequence[str],
        options: ServerOptions,
    ):
        self.graph, self.workers, self.site = graph, workers, site
        self.hosts = frozenset(host.casefold() for host in hosts)
        self.cache = AnswerCache()
        self._waiting, self._limiters = 0, dict[str, CapacityLimiter]()
        self._prepared = dict[str, Prepared]()
        paths = {
            "/sparql": self.sparql,
            "/sparql/": self.sparql,
            "/ask/{question}": self.ask,
            "/resolve": self.resolve,
            "/search": self.search,
            "/explain": self.explain,
            "/openapi.json": self.openapi,
        }
        routes: list[BaseRoute] = []
        for path, handler in paths.items():
            methods = ["GET", "POST"] if "sparql" in path else ["GET"]
            routes.append(Route(path, self._with_checks(handler), methods=methods))
        sub_apps = [make(hosts) for make in options.sub_apps]
        routes += [route for sub_app in sub_apps for route in sub_app.routes]
        handlers: dict[Any, Any] = {HTTPException: self._fallback, Exception: _internal_error}
        lifespan = combined_lifespan([sub_app.lifespan for sub_app in sub_apps if sub_app.lifespan])
        app = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
        app.router.redirect_slashes = False  # it would repeat any host that a request names
        self.asgi = with_request_checks(
            _with_origins(app, options.origins) if options.origins else app
        )
        names = {name.value: name.value for name in graph.store.named_graphs()}
        self.graphs = {BASE: "", **names, SERVICE.value: SERVICE.value}

    def _with_checks(self, handler: _Handler) -> _Handler:
        """A handler with the checks and headers of all answers."""

        async def checked(request: Request) -> Response:
            answer = await self._guarded_answer(handler, request)
            for name, value in SECURITY_HEADERS.items():
                answer.headers.setdefault(name, value)
            return answer

        return checked

    async def _guarded_answer(self, handler: _Handler, request: Request) -> Response:
        """The response of a handler; an error becomes a response with its status and reason."""
        try:
            self.check_host(request)
            return await handler(request)
        except HttpError as error:
            return _text_response(error.status, error.reason, **error.headers)
        except ClientDisconnect:
            return _text_response(400, "the request ended early")
        except MlopsRolesError as error:
            status = next(code for kind, code in STATUSES.items() if isinstance(error, kind))
            headers = {"Retry-After": "1"} if status == 503 else {}
            return _text_response(status, str(error), **headers)

    def check_host(self, request: Request) -> None:
        """Raise HttpError if the host of a request is not this server: it may be DNS rebinding."""
        if not names_a_host(request, self.hosts):
            raise HttpError(421, "the host is not this server; use its address on this machine")

    async def _in_thread(self, work: Callable[[], _Value], name: str, threads: int) -> _Value:
        """Call a function in one of `threads` threads for this kind of work; returns its value."""
        if self._waiting >= MAX_WAITING:
            raise Busy("too many requests at once; try again")
        self._waiting += 1
        if name not in self._limiters:
            self._limiters[name] = CapacityLimiter(threads)
        try:
            return await run_sync(work, limiter=self._limiters[name])
        finally:
            self._waiting -= 1

    async def _cached(self, key: Hashable, work: Callable[[], tuple[str, bytes]]) -> CachedAnswer:
        """The cached answer under a key; else that of `work`, which is cached."""
        answer = self.cache.get(key)
        if answer is None:
            answer = CachedAnswer(*await self._in_thread(work, "work", THREADS))
            self.cache.put(key, answer)
        return answer

    async def _fallback(self, request: Request, error: Exception) -> Response:
        """The response where no route fits: a page of the site, or an error."""
        assert isinstance(error, HTTPException)
        allow = (error.headers or {}).get("Allow", ALLOWED)
        if request.method == "OPTIONS" and (error.status_code == 405 or self.site is not None):
            handler = _allowed(allow)
        elif error.status_code != 404 or self.site is None:
            handler = _refuse(error.status_code, dict(error.headers or {}))
        else:
            handler = self._page
        return await self._with_checks(handler)(request)

    async def _page(self, request: Request) -> Response:
        assert self.site is not None
        target = request.scope["raw_path"].decode("ascii", "replace")
        work = partial(self.site.respond, request.method, target, _accept(request))
        response = await self._in_thread(work, "pages", THREADS)
        known = (request.headers.get(f"if-{name}", "") for name in ("none-match", "modified-since"))
        response = response.unless_known(*known)
        return Response(response.body, response.status, response.headers)

    # the SPARQL protocol ------------------------------------------------------

    async def sparql(self, request: Request) -> Response:
        """Answer a query, or describe the endpoint if there is none."""
        operation = await read_operation(request)
        if operation is None:
            return await self._description(request)
        query = await self._prepare(operation.text)
        media = best_media_type(_accept(request), query.media_types)
        if media is None:
            raise HttpError(
                406, f"not available in that format; accept {', '.join(query.media_types[:4])}"
            )
        answer = await self._query_answer(operation, query, media)
        return Response(answer.body, media_type=answer.media_type, headers={"Vary": "Accept"})

    async def _prepare(self, text: str) -> Prepared:
        """A checked query; those that were sent last are cached."""
        prepared = self._prepared.get(text)
        if prepared is None:
            prepared = await self._in_thread(partial(prepare, text), "gate", 2)
            if len(self._prepared) >= MAX_PREPARED:
                del self._prepared[next(iter(self._prepared))]
            self._prepared[text] = prepared
        return prepared

    async def _query_answer(
        self, operation: Operation, query: Prepared, media: str
    ) -> CachedAnswer:
        """The answer of a worker, or a cached one if the answer of the query is always the same."""
        request = query.query(operation, media, self.graphs)
        answer = self.cache.get(request) if query.is_stable else None
        if answer is None:
            threads = len(self.workers) + 1
            work = partial(self.workers.ask, request)
            answer = CachedAnswer(*await self._in_thread(work, "queries", threads))
            if query.is_stable:
                self.cache.put(request, answer)
        return answer

    async def _description(self, request: Request) -> Response:
        """The service description of https://www.w3.org/TR/sparql11-service-description/."""
        media = best_media_type(_accept(request), [*TRIPLES, "text/html"])
        if media is None:
            raise HttpError(406, f"not available in that format; accept {', '.join(TRIPLES)}")
        media = TRIPLES[0] if media == "text/html" else media
        address = f"{request.url.scheme}://{request.headers['host']}/sparql"
        answer = await self._cached((address, media), partial(self._describe, address, media))
        return Response(answer.body, media_type=media, headers={"Vary": "Accept"})

    @cached_property
    def _service(self) -> list[ox.Triple]:
        return service_statements(self.graph)

    def _describe(self, address: str, media: str) -> tuple[str, bytes]:
        statements = service_description(self.graph, self._service, address)
        rdf_format = next(rdf_format for rdf_format in formats() if media in rdf_format.media_types)
        return media, serialize(self.graph, statements, rdf_format)

    # the questions ------------------------------------------------------------

    async def ask(self, request: Request) -> Response:
        """Answer a question of the catalogue; its parameters are those of the URL."""
        question, stamp = self._question(request.path_params["question"])
        bindings, media_type, seconds = (
            _single(request),
            _requested_media_type(request),
            self.workers.seconds,
        )

        def work() -> tuple[str, bytes]:
            terms = question.resolve_bindings(self.graph, **bindings)
            answer = run_query(self.graph, question.text, terms, seconds)
            return media_type, _rows(media_type, answer.columns, answer.rows)

        key = (question.path, stamp, tuple(sorted(bindings.items())), media_type)
        return _negotiated(await self._cached(key, work))

    def _question(self, name: str) -> tuple[Question, int]:
        """A question by name, and when its file was changed: new files count without a restart."""
        own = [path for path in self.graph.added if path.name == f"{name}.rq"]
        path = own[-1] if own else resource_dir("queries") / f"{name}.rq"
        try:
            stamp = path.stat().st_mtime_ns if re.fullmatch(r"[\w-]+", name) else None
        except OSError:
            stamp = None
        if stamp is None:
            raise HttpError(404, "no such question; /openapi.json lists them")
        return _read_question(path, stamp), stamp

    async def resolve(self, request: Request) -> Response:
        """Find the role that a job title names."""
        title, media_type = _required(request, "title"), "application/json"

        def work() -> tuple[str, bytes]:
            return media_type, to_json(resolve(title, self.graph).to_dict()).encode()

        return _negotiated(await self._cached(("resolve", title), work))

    async def search(self, request: Request) -> Response:
        """Search for terms by words, the best match first."""
        words, media_type = _required(request, "q"), _requested_media_type(request)

        def work() -> tuple[str, bytes]:
            terms = search(words, self.graph, limit=MAX_FOUND)
            return media_type, _rows(media_type, COLUMNS, [term.to_dict() for term in terms])

        return _negotiated(await self._cached(("search", words, media_type), work))

    async def explain(self, request: Request) -> Response:
        """Explain why a statement holds."""
        statement, media_type = _required(request, "statement"), "application/json"

        def work() -> tuple[str, bytes]:
            proof = explain(statement, self.graph)
            if proof is None:
                raise HttpError(
                    404, "the statement does not follow; this does not show that it is false"
                )
            return media_type, to_json(proof.to_dict()).encode()

        return _negotiated(await self._cached(("explain", statement), work))

    async def openapi(self, request: Request) -> Response:
        """Describe the addresses and their parameters in OpenAPI 3.1."""
        media_type = "application/json"

        def work() -> tuple[str, bytes]:
            return media_type, json.dumps(
                openapi_description(self.graph), ensure_ascii=False
            ).encode()

        return _negotiated(await self._cached(("openapi", question_times(self.graph)), work))


@lru_cache(maxsize=512)
def _read_question(path: Path, _: int) -> Question:
    """The question in a file; the time of its last change is only a part of the cache key."""
    return Question.from_file(path)


def _with_origins(app: Any, origins: Sequence[str]) -> Any:
    """An application that allows cross-origin requests (CORS) from some origins."""
    from starlette.middleware.cors import CORSMiddleware

    return CORSMiddleware(app, allow_origins=origins, allow_methods=["GET", "POST"])


def _negotiated(answer: CachedAnswer) -> Response:
    return Response(answer.body, media_type=answer.media_type, headers={"Vary": "Accept"})


def _accept(request: Request) -> str:
    return ", ".join(request.headers.getlist("accept"))


def _rows(media_type: str, columns: Sequence[str], rows: TableRows) -> bytes:
    """Rows as bytes of a media type in ROW_FORMATS."""
    if media_type == "application/json":
        return to_json({"columns": columns, "rows": rows}).encode()
    return format_rows(rows, columns, ROW_FORMATS[media_type]).encode()


def _allowed(methods: str) -> _Handler:
    """A handler for OPTIONS, which lists the allowed methods."""
    every = sorted({*methods.split(", "), "OPTIONS"})

    async def handler(_: Request) -> Response:
        return Response(status_code=204, headers={"Allow": ", ".join(every)})

    return handler


def _refuse(status: int, headers: dict[str, str]) -> _Handler:
    reasons = {404: "no such page", 405: "this server is read-only; use GET"}

    async def handler(_: Request) -> Response:
        raise HttpError(status, reasons.get(status, "refused"), **headers)

    return handler


async def _internal_error(_: Request, __: Exception) -> Response:
    """The response to an exception that no handler expects; no detail reaches the client."""
    return Response(
        "500: an internal error; this is a fault of the server\n",
        500,
        SECURITY_HEADERS,
        "text/plain",
    )


def _text_response(status: int, reason: str, **headers: str) -> Response:
    return Response(f"{status}: {reason}\n", status, headers, "text/plain")


def _single(request: Request) -> dict[str, str]:
    """The parameters of a URL. Raises HttpError if one is given twice."""
    pairs = decoded_pairs(request.scope["query_string"])
    if len(dict(pairs)) < len(pairs):
        raise HttpError(400, "a parameter is given twice; give it once")
    return dict(pairs)


def _required(request: Request, name: str) -> str:
    """The value of the only parameter of a URL. Raises HttpError for any other parameter."""
    parameters = _single(request)
    if set(parameters) != {name}:
        unknown = next((other for other in parameters if other != name), None)
        reason = "" if unknown is None else f"no parameter {unknown[:50]!r}; "
        raise HttpError(400, f"{reason}give {name}, and nothing else")
    return parameters[name]


def _requested_media_type(request: Request) -> str:
    media = best_media_type(_accept(request), list(ROW_FORMATS))
    if media is None:
        raise HttpError(406, f"not available in that format; accept {', '.join(ROW_FORMATS)}")
    return media
