"""The web application: the pages of a release, a SPARQL endpoint, and the questions as addresses.

Read-only. Queries pass the gate (`ontology.gate`) and run in processes that can be ended
(`ontology.workers`). It answers requests in its own name alone, allows no origin that is not
listed, and says nothing of its files. Answers are kept as bytes, as the graph does not change.
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
from .cache import Answer, AnswerCache
from .documents import formats, serialize
from .negotiation import best_media_type
from .offer import Offer, names_host, together
from .openapi import describe, state_of_questions
from .protocol import TRIPLES, Operation, Prepared, Refused, decoded_pairs, prepare, read_operation
from .request_form import with_form
from .service import SERVICE, description, service_statements
from .site import ALLOWED, SAFE, LateSite, Site

MAX_FOUND = 50  # terms of a search
MAX_WAITING = 256  # requests that may wait for a thread
MAX_PREPARED = 512  # checked queries that are kept
THREADS = 4  # requests that are worked on at once, not counting queries
ROW_FORMS = {"application/json": "json", "text/csv": "csv", "text/markdown": "md"}
STATUSES: dict[type[MlopsRolesError], int] = {  # of errors; the first that fits
    **{Busy: 503, Timeout: 504, TooLarge: 413, UnknownName: 404},
    MlopsRolesError: 400,
}
_Face = Callable[[Request], Awaitable[Response]]
_Value = TypeVar("_Value")


class App:
    """The application over a graph.

    Args:
        graph: what is asked.
        workers: the processes that answer queries; they hold `service_quads(graph)`, too.
        site: the pages of a release; without it there are none.
        hosts: the hosts that a request may name, such as '127.0.0.1:8000'.
        offer: what more there is.
    """

    def __init__(
        self,
        graph: Graph,
        workers: Workers,
        site: Site | LateSite | None,
        hosts: Sequence[str],
        offer: Offer,
    ):
        self.graph, self.workers, self.site = graph, workers, site
        self.hosts = frozenset(host.casefold() for host in hosts)
        self.cache = AnswerCache()
        self._waiting, self._limiters = 0, dict[str, CapacityLimiter]()
        self._prepared = dict[str, Prepared]()
        own = {
            "/sparql": self.sparql,
            "/sparql/": self.sparql,
            "/ask/{question}": self.ask,
            "/resolve": self.resolve,
            "/search": self.search,
            "/explain": self.explain,
            "/openapi.json": self.openapi,
        }
        found: list[BaseRoute] = [
            Route(path, self._face(face), methods=["GET", *(["POST"] if "sparql" in path else [])])
            for path, face in own.items()
        ]
        parts = [make(hosts) for make in offer.parts]
        found += [route for part in parts for route in part.routes]
        handlers: dict[Any, Any] = {HTTPException: self._other, Exception: _unforeseen}
        lifespan = together([part.lifespan for part in parts if part.lifespan])
        whole = Starlette(routes=found, exception_handlers=handlers, lifespan=lifespan)
        whole.router.redirect_slashes = False  # it would repeat any host that a request names
        self.asgi = with_form(_with_origins(whole, offer.origins) if offer.origins else whole)
        names = {name.value: name.value for name in graph.store.named_graphs()}
        self.graphs = {BASE: "", **names, SERVICE.value: SERVICE.value}

    def _face(self, face: _Face) -> _Face:
        """A handler with the checks and headers of all answers."""

        async def checked(request: Request) -> Response:
            answer = await self._answered(face, request)
            for name, value in SAFE.items():
                answer.headers.setdefault(name, value)
            return answer

        return checked

    async def _answered(self, face: _Face, request: Request) -> Response:
        """The answer to a request, or why there is none."""
        try:
            self.check_host(request)
            return await face(request)
        except Refused as refused:
            return _text_response(refused.status, refused.why, **refused.headers)
        except ClientDisconnect:
            return _text_response(400, "the request ended early")
        except MlopsRolesError as error:
            status = next(code for kind, code in STATUSES.items() if isinstance(error, kind))
            headers = {"Retry-After": "1"} if status == 503 else {}
            return _text_response(status, str(error), **headers)

    def check_host(self, request: Request) -> None:
        """Refuse a request in another's name, as by DNS rebinding."""
        if not names_host(request, self.hosts):
            raise Refused(421, "not this server's name; use its address on this machine")

    async def _in_thread(self, work: Callable[[], _Value], name: str, threads: int) -> _Value:
        """The value of some work in one of a few threads of its kind."""
        if self._waiting >= MAX_WAITING:
            raise Busy("too many requests at once; try again")
        self._waiting += 1
        if name not in self._limiters:
            self._limiters[name] = CapacityLimiter(threads)
        try:
            return await run_sync(work, limiter=self._limiters[name])
        finally:
            self._waiting -= 1

    async def _kept(self, key: Hashable, work: Callable[[], tuple[str, bytes]]) -> Answer:
        """An answer that was given before, else that of some work, which is kept."""
        found = self.cache.get(key)
        if found is None:
            found = Answer(*await self._in_thread(work, "work", THREADS))
            self.cache.put(key, found)
        return found

    async def _other(self, request: Request, error: Exception) -> Response:
        """A page of the site, or why a request has no answer."""
        assert isinstance(error, HTTPException)
        allow = (error.headers or {}).get("Allow", ALLOWED)
        if request.method == "OPTIONS" and (error.status_code == 405 or self.site is not None):
            face = _allowed(allow)
        elif error.status_code != 404 or self.site is None:
            face = _refuse(error.status_code, dict(error.headers or {}))
        else:
            face = self._page
        return await self._face(face)(request)

    async def _page(self, request: Request) -> Response:
        assert self.site is not None
        target = request.scope["raw_path"].decode("ascii", "replace")
        work = partial(self.site.respond, request.method, target, _accept(request))
        found = await self._in_thread(work, "pages", THREADS)
        known = (request.headers.get(f"if-{name}", "") for name in ("none-match", "modified-since"))
        found = found.unless_known(*known)
        return Response(found.body, found.status, found.headers)

    # the SPARQL protocol ------------------------------------------------------

    async def sparql(self, request: Request) -> Response:
        """Answer a query, or describe the endpoint if there is none."""
        asked = await read_operation(request)
        if asked is None:
            return await self._description(request)
        query = await self._prepare(asked.text)
        media = best_media_type(_accept(request), query.media_types)
        if media is None:
            raise Refused(406, f"not in that format; accept {', '.join(query.media_types[:4])}")
        answer = await self._queried(asked, query, media)
        return Response(answer.body, media_type=answer.media_type, headers={"Vary": "Accept"})

    async def _prepare(self, text: str) -> Prepared:
        """A query, checked; those that were sent last are known."""
        found = self._prepared.get(text)
        if found is None:
            found = await self._in_thread(partial(prepare, text), "gate", 2)
            if len(self._prepared) >= MAX_PREPARED:
                del self._prepared[next(iter(self._prepared))]
            self._prepared[text] = found
        return found

    async def _queried(self, asked: Operation, query: Prepared, media: str) -> Answer:
        """The answer of a worker, or one that it gave before to the same query."""
        request = query.query(asked, media, self.graphs)
        found = self.cache.get(request) if query.is_stable else None
        if found is None:
            threads = len(self.workers) + 1
            work = partial(self.workers.ask, request)
            found = Answer(*await self._in_thread(work, "queries", threads))
            if query.is_stable:
                self.cache.put(request, found)
        return found

    async def _description(self, request: Request) -> Response:
        """The service description of https://www.w3.org/TR/sparql11-service-description/."""
        media = best_media_type(_accept(request), [*TRIPLES, "text/html"])
        if media is None:
            raise Refused(406, f"not in that format; accept {', '.join(TRIPLES)}")
        media = TRIPLES[0] if media == "text/html" else media
        address = f"{request.url.scheme}://{request.headers['host']}/sparql"
        answer = await self._kept((address, media), partial(self._describe, address, media))
        return Response(answer.body, media_type=media, headers={"Vary": "Accept"})

    @cached_property
    def _service(self) -> list[ox.Triple]:
        return service_statements(self.graph)

    def _describe(self, address: str, media: str) -> tuple[str, bytes]:
        statements = description(self.graph, self._service, address)
        form = next(form for form in formats() if media in form.media_types)
        return media, serialize(self.graph, statements, form)

    # the questions ------------------------------------------------------------

    async def ask(self, request: Request) -> Response:
        """The answer to a question of the catalogue, its parameters as those of the address."""
        asked, stamp = self._question(request.path_params["question"])
        given, form, seconds = _single(request), _form(request), self.workers.seconds

        def work() -> tuple[str, bytes]:
            terms = asked.resolve_bindings(self.graph, **given)
            found = run_query(self.graph, asked.text, terms, seconds)
            return form, _rows(form, found.columns, found.rows)

        key = (asked.path, stamp, tuple(sorted(given.items())), form)
        return _negotiated(await self._kept(key, work))

    def _question(self, name: str) -> tuple[Question, int]:
        """A question by name, and when its file was changed: it is there as soon as the file is."""
        own = [path for path in self.graph.added if path.name == f"{name}.rq"]
        path = own[-1] if own else resource_dir("queries") / f"{name}.rq"
        try:
            stamp = path.stat().st_mtime_ns if re.fullmatch(r"[\w-]+", name) else None
        except OSError:
            stamp = None
        if stamp is None:
            raise Refused(404, "no such question; /openapi.json lists them")
        return _read_question(path, stamp), stamp

    async def resolve(self, request: Request) -> Response:
        """The role that a job title names."""
        title, form = _required(request, "title"), "application/json"

        def work() -> tuple[str, bytes]:
            return form, to_json(resolve(title, self.graph).to_dict()).encode()

        return _negotiated(await self._kept(("resolve", title), work))

    async def search(self, request: Request) -> Response:
        """The terms that some words find, the best first."""
        words, form = _required(request, "q"), _form(request)

        def work() -> tuple[str, bytes]:
            found = search(words, self.graph, limit=MAX_FOUND)
            return form, _rows(form, COLUMNS, [term.to_dict() for term in found])

        return _negotiated(await self._kept(("search", words, form), work))

    async def explain(self, request: Request) -> Response:
        """Why a statement holds."""
        statement, form = _required(request, "statement"), "application/json"

        def work() -> tuple[str, bytes]:
            proof = explain(statement, self.graph)
            if proof is None:
                raise Refused(404, "it does not follow, which is no proof against it")
            return form, to_json(proof.to_dict()).encode()

        return _negotiated(await self._kept(("explain", statement), work))

    async def openapi(self, request: Request) -> Response:
        """What can be asked, as OpenAPI 3.1."""
        form = "application/json"

        def work() -> tuple[str, bytes]:
            return form, json.dumps(describe(self.graph), ensure_ascii=False).encode()

        return _negotiated(await self._kept(("openapi", state_of_questions(self.graph)), work))


@lru_cache(maxsize=512)
def _read_question(path: Path, _: int) -> Question:
    """The question in a file that was changed at some time."""
    return Question.from_file(path)


def _with_origins(whole: Any, origins: Sequence[str]) -> Any:
    """An application whose answers the pages of some other origins may read."""
    from starlette.middleware.cors import CORSMiddleware

    return CORSMiddleware(whole, allow_origins=origins, allow_methods=["GET", "POST"])


def _negotiated(answer: Answer) -> Response:
    return Response(answer.body, media_type=answer.media_type, headers={"Vary": "Accept"})


def _accept(request: Request) -> str:
    return ", ".join(request.headers.getlist("accept"))


def _rows(form: str, columns: Sequence[str], rows: TableRows) -> bytes:
    """A table in one of ROW_FORMS."""
    if form == "application/json":
        return to_json({"columns": columns, "rows": rows}).encode()
    return format_rows(rows, columns, ROW_FORMS[form]).encode()


def _allowed(methods: str) -> _Face:
    """What an address says of itself: the methods that it takes."""
    every = sorted({*methods.split(", "), "OPTIONS"})

    async def face(_: Request) -> Response:
        return Response(status_code=204, headers={"Allow": ", ".join(every)})

    return face


def _refuse(status: int, headers: dict[str, str]) -> _Face:
    reasons = {404: "nothing here", 405: "this server only shows; use GET"}

    async def face(_: Request) -> Response:
        raise Refused(status, reasons.get(status, "refused"), **headers)

    return face


async def _unforeseen(_: Request, __: Exception) -> Response:
    """Nothing of an error that nobody foresaw reaches the client."""
    return Response("500: an unforeseen error\n", 500, SAFE, "text/plain")


def _text_response(status: int, why: str, **headers: str) -> Response:
    return Response(f"{status}: {why}\n", status, headers, "text/plain")


def _single(request: Request) -> dict[str, str]:
    """The parameters of an address, each given once."""
    pairs = decoded_pairs(request.scope["query_string"])
    if len(dict(pairs)) < len(pairs):
        raise Refused(400, "a parameter is given twice")
    return dict(pairs)


def _required(request: Request, name: str) -> str:
    """The value of the one parameter that there is."""
    given = _single(request)
    if set(given) != {name}:
        odd = next((other for other in given if other != name), None)
        wrong = "" if odd is None else f"no parameter {odd[:50]!r} here; "
        raise Refused(400, f"{wrong}give {name}, and nothing else")
    return given[name]


def _form(request: Request) -> str:
    media = best_media_type(_accept(request), list(ROW_FORMS))
    if media is None:
        raise Refused(406, f"not in that format; accept {', '.join(ROW_FORMS)}")
    return media
