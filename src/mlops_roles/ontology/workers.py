"""Warm processes for the SPARQL of strangers: each has the graph loaded, and forks for a query.

A query that passed the gate can still take all memory, or never end. So it runs in a fork of a
process that has loaded the graph: the fork has a deadline, limits on memory and on the answer, and
no right to open files or sockets, and it starts within a millisecond. See `sandbox` for queries
that are asked once.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from typing import IO, Any, Self

import pyoxigraph as ox

from ..errors import InputError, MlopsRolesError, Timeout
from .graph import DEFAULT, Graph
from .sandbox import forbid_network, forbid_open_files, set_resource_limits

MAX_ANSWER = 1 << 24  # bytes
MAX_REQUEST = 1 << 22
OK, REFUSED, LATE, LARGE = b"+", b"-", b"t", b"l"  # how an answer ended
STARTING_SECONDS = 120.0


class Busy(MlopsRolesError):
    """All workers are busy, and as many queries as may wait do."""


class TooLarge(InputError):
    """The answer has more bytes than allowed."""


@dataclass(frozen=True)
class Request:
    """A query for a worker.

    Attributes:
        text: SPARQL that has passed the gate.
        table: the media type for rows, and for true or false.
        triples: the media type for triples.
        default: the graphs that are the default graph, '' for the one of stated statements; all
            together if None.
        named: the graphs that are named graphs; all if None.
    """

    text: str
    table: str = "application/sparql-results+json"
    triples: str = "text/turtle"
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None


class Workers:
    """A pool of processes that hold a graph.

    Args:
        graph: the graph.
        size: the number of processes, and so of queries that run at once.
        seconds: until a query is stopped.
        waiting: the number of queries that may wait for a process.

    Example:
        >>> from mlops_roles import load
        >>> with Workers(load(), size=1) as workers:
        ...     media, body = workers.ask(Request("ASK { role:ml-engineer a mlops:Role }"))
        >>> media, json.loads(body)["boolean"]
        ('application/sparql-results+json', True)
    """

    def __init__(self, graph: Graph, size: int = 2, seconds: float = 10.0, waiting: int = 256):
        self.seconds, self._recipe = seconds, json.dumps(graph.recipe()).encode()
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(size + waiting)
        self._all = [_Worker(self._recipe) for _ in range(size)]
        for worker in self._all:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        for worker in self._all:
            worker.end()

    def ask(self, request: Request) -> tuple[str, bytes]:
        """The media type and the body of an answer.

        Raises:
            InputError: the query is not valid; TooLarge: the answer is too large.
            Timeout: the query took too long.
            Busy: too many queries wait.
        """
        if not self._places.acquire(blocking=False):
            raise Busy("too many queries at once; try again")
        try:
            worker = self._idle.get()
            try:
                return worker.ask(request, self.seconds)
            finally:
                self._idle.put(worker)
        finally:
            self._places.release()


class _Worker:
    """One process, started again when it dies."""

    def __init__(self, recipe: bytes):
        self._recipe = recipe
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        code = (
            f"import sys; sys.path[:0] = {list(filter(None, sys.path))!r}; "
            f"from {__name__} import serve_queries; serve_queries()"
        )
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", code], stderr=subprocess.DEVNULL, **pipes
        )
        _write_frame(process.stdin, OK, self._recipe)
        return process

    def end(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.communicate()

    def ask(self, request: Request, seconds: float) -> tuple[str, bytes]:
        """The media type and the body of an answer; raises as `Workers.ask` does."""
        message = json.dumps({**asdict(request), "seconds": seconds}).encode()
        late = Timeout(f"query: no answer within {seconds:g} s; narrow it")
        try:
            _write_frame(self._process.stdin, OK, message)
            deadline = time.monotonic() + seconds + STARTING_SECONDS
            status, body = _read_frame(self._process.stdout, deadline)
        except (OSError, EOFError, TimeoutError):  # the process itself died or hangs
            self.end()
            self._process = self._start()
            raise late from None
        if status == LATE:
            raise late
        if status == LARGE:
            raise TooLarge(f"query: an answer of over {MAX_ANSWER >> 20} MiB; add LIMIT")
        if status == REFUSED:
            raise InputError(f"query: {body.decode('utf-8', 'replace')}")
        media, _, answer = body.partition(b"\n")
        return media.decode(), answer


# inside the process ------------------------------------------------------------------------


def serve_queries() -> None:
    """Load the graph of the first frame of standard input, and answer the queries after it."""
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    _, recipe = _read_frame(incoming)
    graph = Graph.from_recipe(json.loads(recipe))
    sys.addaudithook(forbid_network)
    gc.collect()
    gc.freeze()
    while True:
        try:
            _, message = _read_frame(incoming)
        except EOFError:
            return
        request = json.loads(message)
        _write_frame(outgoing, *_answer_in_fork(graph, request))


def _answer_in_fork(graph: Graph, request: dict[str, Any]) -> tuple[bytes, bytes]:
    """How an answer ended, and the answer, from a fork of this process."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(sink, "wb") as out:
            _answer(graph, request, out)
        os._exit(0)
    os.close(sink)
    try:
        return _collect(source, time.monotonic() + request["seconds"])
    finally:
        os.close(source)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _collect(source: int, deadline: float) -> tuple[bytes, bytes]:
    """All that a fork writes until it ends, within a deadline and a size."""
    parts, size = list[bytes](), 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([source], [], [], left)[0]:
            return LATE, b""
        part = os.read(source, 1 << 16)
        if not part:
            whole = b"".join(parts)
            gave_up = b"the engine gave up on it (out of memory or too complex); narrow it"
            return (whole[:1], whole[1:]) if whole else (REFUSED, gave_up)
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER:
            return LARGE, b""


def _answer(graph: Graph, request: dict[str, Any], out: IO[bytes]) -> None:
    """Write the answer to a query, or why there is none."""
    set_resource_limits(request["seconds"])
    forbid_open_files()
    try:
        result = graph.store.query(request["text"], prefixes=graph.prefixes, **_dataset(request))
        if isinstance(result, ox.QueryTriples):
            media = request["triples"]
            triples = ox.RdfFormat.from_media_type(media)
            body = ox.serialize(result, format=triples, prefixes=graph.prefixes)
        else:
            media = request["table"]
            body = result.serialize(format=ox.QueryResultsFormat.from_media_type(media))
        out.write(OK + media.encode() + b"\n" + (body or b""))
    except (SyntaxError, RuntimeError, ValueError, OSError, MemoryError) as error:
        out.write(REFUSED + " ".join(str(error).split())[:1000].encode("utf-8", "replace"))


def _dataset(request: dict[str, Any]) -> dict[str, Any]:
    """The default and the named graphs of a query, as arguments of the engine."""
    if request["default"] is None and request["named"] is None:
        return {"use_default_graph_as_union": True}
    return {
        "default_graph": list(map(_graph_name, request["default"] or ())),
        "named_graphs": list(map(ox.NamedNode, request["named"] or ())),
    }


def _graph_name(iri: str) -> ox.NamedNode | ox.DefaultGraph:
    return ox.NamedNode(iri) if iri else DEFAULT


# frames: a byte for how it ended, eight for the length, and the content ---------------------


def _write_frame(out: IO[bytes] | None, status: bytes, content: bytes) -> None:
    assert out is not None
    view = memoryview(status + len(content).to_bytes(8) + content)
    while view:
        view = view[out.write(view) :]
    out.flush()


def _read_frame(source: IO[bytes] | None, deadline: float | None = None) -> tuple[bytes, bytes]:
    """One frame. Raises EOFError at the end, and TimeoutError after a deadline."""
    head = _read(source, 9, deadline)
    return head[:1], _read(source, int.from_bytes(head[1:]), deadline)


def _read(source: IO[bytes] | None, size: int, deadline: float | None) -> bytes:
    assert source is not None
    parts, left = list[bytes](), size
    while left:
        if deadline is not None:
            wait = max(0, deadline - time.monotonic())
            if not select.select([source], [], [], wait)[0]:
                raise TimeoutError
        part = source.read(min(left, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
