"""The processes of `workers`: one loads the graph and forks others, which answer queries.

They exchange frames: one byte for the status, eight for the length, and the content. Each forked
process has a socket of its own.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any

import pyoxigraph as ox

from .graph import BASE, DEFAULT, Graph
from .sandbox import forbid_network, forbid_open_files, limit_memory, limit_processor_time

MAX_ANSWER = 1 << 24  # bytes
MEMORY = 1 << 30  # bytes that a query may take
MAX_GROWTH = 256 << 10  # KiB by which a process may grow before another takes its place
_Loaded = tuple[Graph, ox.Store]
OK, LAST, REFUSED, LARGE = b"+", b"*", b"-", b"l"  # how an answer ended; LAST: the process ends too


def fork_workers(descriptor: int) -> None:
    """Load the graph that the socket describes; then fork and kill workers as it says."""
    control = socket.socket(fileno=descriptor)
    _, recipe = receive_frame(control)
    graph, whole = _load(json.loads(recipe))
    sys.addaudithook(forbid_network)
    gc.collect()
    gc.freeze()
    children = set[int]()
    try:
        while True:
            control.sendall(b"r")
            command, sockets = _receive_command(control)
            if command == b"f":
                children.add(_fork_worker((graph, whole), control, sockets[0]))
            elif command == b"k":
                pid = int.from_bytes(read_exactly(control, 8))
                _kill(pid, children)
    except (OSError, EOFError):
        for pid in list(children):
            _kill(pid, children)


def _load(recipe: dict[str, Any]) -> tuple[Graph, ox.Store]:
    """The graph of a recipe, and a store that has more statements, too."""
    graph = Graph.from_recipe(recipe)
    whole = graph.store
    if recipe["more"]:
        whole = ox.Store()
        whole.extend(graph.store)
        whole.load(recipe["more"], format=ox.RdfFormat.N_QUADS)
    return graph, whole


def _fork_worker(loaded: _Loaded, control: socket.socket, descriptor: int) -> int:
    child = os.fork()
    if child == 0:
        control.close()
        with contextlib.suppress(BaseException):
            _serve_queries(loaded, socket.socket(fileno=descriptor))
        os._exit(0)
    os.close(descriptor)
    control.sendall(child.to_bytes(8))
    return child


def _kill(pid: int, children: set[int]) -> None:
    if pid in children:
        children.discard(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _serve_queries(loaded: _Loaded, source: socket.socket) -> None:
    """Answer queries until the socket is closed, or this process has grown too large."""
    import resource

    def size() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    limit_memory(MEMORY)
    forbid_open_files()
    begun = size()
    while True:
        _, message = receive_frame(source)
        request = json.loads(message)
        limit_processor_time(request["seconds"])
        status, answer = _evaluate(*loaded, request)
        if status == OK and size() - begun > MAX_GROWTH:
            status = LAST
        send_frame(source, status, answer)


def _evaluate(graph: Graph, whole: ox.Store, request: dict[str, Any]) -> tuple[bytes, bytes]:
    """The status of a query, and its answer or the reason of its failure."""
    try:
        text, given = request["text"], _dataset(request)
        store = whole if request["with_more"] else graph.store
        result = store.query(text, base_iri=f"{BASE}/", prefixes=graph.prefixes, **given)
        if isinstance(result, ox.QueryTriples):
            media = request["triples"]
            triples = ox.RdfFormat.from_media_type(media)
            body = ox.serialize(result, format=triples, prefixes=graph.prefixes)
        else:
            media = request["table"]
            body = result.serialize(format=ox.QueryResultsFormat.from_media_type(media))
        body = body or b""
        return (LARGE, b"") if len(body) > MAX_ANSWER else (OK, media.encode() + b"\n" + body)
    except (SyntaxError, RuntimeError, ValueError, OSError, MemoryError) as error:
        return REFUSED, " ".join(str(error).split())[:1000].encode("utf-8", "replace")


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


# frames -------------------------------------------------------------------------------------


def send_frame(to: socket.socket, status: bytes, content: bytes) -> None:
    """Send one frame."""
    with contextlib.suppress(BrokenPipeError):  # the reader sees that it is missing
        to.sendall(status + len(content).to_bytes(8) + content)


def receive_frame(source: socket.socket, deadline: float | None = None) -> tuple[bytes, bytes]:
    """One frame. Raises EOFError at the end, and TimeoutError after a deadline."""
    head = read_exactly(source, 9, deadline)
    return head[:1], read_exactly(source, int.from_bytes(head[1:]), deadline)


def read_exactly(source: socket.socket, size: int, deadline: float | None = None) -> bytes:
    """Some bytes. Raises EOFError at the end, and TimeoutError after a deadline."""
    found = bytearray()
    while len(found) < size:
        if deadline is not None:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([source], [], [], left)[0]:
                raise TimeoutError
        part = source.recv(min(size - len(found), 1 << 20))
        if not part:
            raise EOFError
        found += part
    return bytes(found)


def send_socket(to: socket.socket, passed: socket.socket) -> None:
    """Send the command to fork, with the socket that the new process is to listen to."""
    rights = array.array("i", [passed.fileno()])
    to.sendmsg([b"f"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])


def _receive_command(source: socket.socket) -> tuple[bytes, list[int]]:
    """A command, and the sockets that came with it. Raises EOFError at the end."""
    message, sockets, _, _ = socket.recv_fds(source, 1, 1)
    if not message:
        raise EOFError
    return message, sockets
