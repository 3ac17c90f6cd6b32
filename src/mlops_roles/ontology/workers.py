"""A pool of processes for SPARQL of untrusted clients: each has the graph loaded.

A query that passed the gate can still take all memory, or never end. So it runs in a process with
limits on memory, time and the answer, and no right to open files or sockets. One process loads the
graph and forks the others, which takes milliseconds: a process that exceeds the deadline, crashes
or has grown large is killed and replaced. See `sandbox` for queries that are asked once.
"""

from __future__ import annotations

import contextlib
import json
import queue
import select
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from typing import Self

from ..errors import InputError, MlopsRolesError, Timeout
from .graph import Graph
from .worker_process import (
    LARGE,
    MAX_ANSWER,
    OK,
    REFUSED,
    fork_workers,
    read_exactly,
    receive_frame,
    send_frame,
    send_socket,
)

MAX_WAIT = 0.75  # of the time of a query that it may wait for a process
STARTING_SECONDS = 120.0
GAVE_UP = "query: the engine gave up on it (out of memory or too complex); narrow it"


def _send_recipe(to: socket.socket, recipe: bytes) -> None:
    """Send what a process needs; the socket is closed if the server ends meanwhile."""
    with contextlib.suppress(OSError):
        send_frame(to, OK, recipe)


class Busy(MlopsRolesError):
    """All workers are busy, and as many queries as may wait do."""


class TooLarge(InputError):
    """The answer has more bytes than allowed."""


@dataclass(frozen=True)
class WorkerQuery:
    """A query for a worker."""

    text: str  # SPARQL that has passed the gate
    table: str = "application/sparql-results+json"  # the media type for rows, and for true or false
    triples: str = "text/turtle"  # the media type for triples
    # the graphs that are the default graph, '' for the one of stated statements; all together if
    # None
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None  # the graphs that are named graphs; all if None
    with_more: bool = False  # whether the statements that were added to the graph are asked, too


class Workers:
    """A pool of processes that hold a graph.

    Args:
        graph: the graph.
        size: the number of processes, and so of queries that run at once.
        seconds: until a query is stopped, counted from when it was asked.
        waiting: the number of queries that may wait for a process.
        more: statements that a query may ask, too, as N-Quads.
    """

    def __init__(
        self,
        graph: Graph,
        size: int = 2,
        seconds: float = 10.0,
        waiting: int = 256,
        more: bytes = b"",
    ):
        self.seconds = seconds
        self._parent = _Parent(json.dumps({**graph.recipe(), "more": more.decode()}).encode())
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(size + waiting)
        self._all = [_Worker(self._parent) for _ in range(size)]
        for worker in self._all:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        """The number of queries that run at once."""
        return len(self._all)

    def close(self) -> None:
        """End all processes."""
        for worker in self._all:
            worker.end()
        self._parent.end()

    def ask(self, request: WorkerQuery) -> tuple[str, bytes]:
        """The media type and the body of an answer.

        Raises InputError if the query is not valid, TooLarge if the answer is too large, Timeout if
        it took too long, Busy if too many queries wait, or this one waited for most of its time.
        """
        if not self._places.acquire(blocking=False):
            raise Busy("too many queries at once; try again")
        try:
            return self._ask(request, time.monotonic())
        finally:
            self._places.release()

    def _ask(self, request: WorkerQuery, begun: float) -> tuple[str, bytes]:
        busy = Busy("too many queries at once; try again")
        try:
            worker = self._idle.get(timeout=self.seconds * MAX_WAIT)
        except queue.Empty:
            raise busy from None
        waited = time.monotonic() - begun
        try:
            worker.start()
            return worker.ask(request, self.seconds - waited)
        except _TimedOut:
            if waited > self.seconds / 10:  # alone it might have been in time
                raise busy from None
            raise Timeout(f"query: no answer within {self.seconds:g} s; narrow it") from None
        finally:
            self._idle.put(worker)


class _TimedOut(Exception):
    """No answer before the deadline."""


class _Parent:
    """The process that has loaded the graph, and forks the workers; started again if it dies."""

    def __init__(self, recipe: bytes):
        self._recipe, self._lock = recipe, threading.Lock()
        self._process, self._control = self._start()

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        code = (
            f"import sys; sys.path[:0] = {list(filter(None, sys.path))!r}; "
            f"from {fork_workers.__module__} import fork_workers; fork_workers({theirs.fileno()})"
        )
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", code],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        # a thread, as the process reads the recipe only once it has imported its modules
        threading.Thread(target=_send_recipe, args=(ours, self._recipe), daemon=True).start()
        return process, ours

    def fork(self) -> tuple[socket.socket, int]:
        """A new worker: the socket that it listens to, and the number of its process."""
        with self._lock:
            for _ in range(2):
                try:
                    return self._fork()
                except (OSError, EOFError):
                    self._kill()
                    self._process, self._control = self._start()
            raise Busy("the processes for queries do not start; try again")

    def _fork(self) -> tuple[socket.socket, int]:
        ours, theirs = socket.socketpair()
        try:
            deadline = time.monotonic() + STARTING_SECONDS
            read_exactly(self._control, 1, deadline)  # it is ready
            send_socket(self._control, theirs)
            pid = int.from_bytes(read_exactly(self._control, 8, deadline))
        except (OSError, EOFError):
            ours.close()
            raise
        finally:
            theirs.close()
        return ours, pid

    def reap(self, pid: int) -> None:
        """Kill a worker; it is a child of that process, so that its number is not another's."""
        with self._lock, contextlib.suppress(OSError, EOFError):
            read_exactly(self._control, 1, time.monotonic() + STARTING_SECONDS)
            self._control.sendall(b"k" + pid.to_bytes(8))

    def _kill(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """End the process."""
        with self._lock:
            self._kill()


class _Worker:
    """One process that answers queries, replaced by a new one when it was killed."""

    def __init__(self, parent: _Parent):
        self._parent = parent
        self._socket: socket.socket | None = None
        self._pid = 0

    def start(self) -> None:
        """Start the process, if there is none or it has died."""
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.end()  # it has nothing to say before it is asked
        if self._socket is None:
            self._socket, self._pid = self._parent.fork()

    def end(self) -> None:
        """Kill the process."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._parent.reap(self._pid)

    def ask(self, request: WorkerQuery, seconds: float) -> tuple[str, bytes]:
        """The media type and the body of an answer; raises as `Workers.ask` does, and _Late."""
        assert self._socket is not None
        message = json.dumps({**asdict(request), "seconds": seconds}).encode()
        try:
            self._socket.settimeout(seconds)
            send_frame(self._socket, OK, message)
            status, body = receive_frame(self._socket, time.monotonic() + seconds)
        except TimeoutError:
            self.end()
            raise _TimedOut from None
        except (OSError, EOFError):  # the process died
            self.end()
            raise InputError(GAVE_UP) from None
        if status not in (OK, REFUSED):
            self.end()
        if status == LARGE:
            raise TooLarge(f"query: an answer of over {MAX_ANSWER >> 20} MiB; add LIMIT")
        if status == REFUSED:
            raise InputError(f"query: {body.decode('utf-8', 'replace')}")
        media, _, answer = body.partition(b"\n")
        return media.decode(), answer
