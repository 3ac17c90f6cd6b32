"""The web application on the loopback interface of this machine, by uvicorn."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING, Any, Self

from ..errors import InputError
from ..io.resources import FilePath
from ..ontology.graph import Graph, load
from .server_options import ServerOptions
from .site import LazySite, Site

if TYPE_CHECKING:
    import uvicorn

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
IDLE_SECONDS = 5  # until an idle connection is closed
SHUTDOWN_SECONDS = 10.0  # given to requests in progress when the server ends


class Server:
    """A server that listens; run it with `serve_forever()`, end it with `shutdown()`.

    Attributes:
        server_address: the address and the port.
    """

    def __init__(
        self,
        site: Site | LazySite | None,
        graph: Graph,
        port: int,
        seconds: float,
        options: ServerOptions,
    ):
        from ..ontology.workers import Workers
        from .app import App
        from .service import service_quads

        self._site = site
        self._socket = listening(port)
        self.server_address: tuple[str, int] = self._socket.getsockname()
        hosts = [f"{name}:{self.server_address[1]}" for name in LOOPBACK_HOSTS]
        size = max(2, os.cpu_count() or 2)
        self._workers = Workers(graph, size, seconds, more=service_quads(graph))
        self._ended = threading.Event()
        self._ended.set()
        self._server = uvicorn_server(App(graph, self._workers, site, hosts, options).asgi)

    def serve_forever(self) -> None:
        """Answer requests until `shutdown`, or until the process is interrupted."""
        self._ended.clear()
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._ended.set()

    def shutdown(self) -> None:
        """End `serve_forever`, which runs in another thread, and wait for it."""
        self._server.should_exit = True
        self._ended.wait(SHUTDOWN_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.close()
        self._socket.close()
        if isinstance(self._site, LazySite):
            self._site.close()


def serve(
    folder: FilePath | None = None,
    port: int = 0,
    graph: Graph | None = None,
    seconds: float = 10.0,
    options: ServerOptions | None = None,
) -> Server:
    """A web server on loopback: pages, a SPARQL endpoint at /sparql, questions at /ask/NAME.

    Args:
        folder: the folder of a release, as `publish` builds it.
        port: the port to listen on; 0 for any free port.
        graph: the graph to query; by default the shipped ontology.
        seconds: until a query is stopped.
        options: what else is served; by default no pages are built without a folder, no other
            origin may send requests, and no address is added.

    Returns:
        The server, already listening.

    Raises:
        InputError: the folder has no release, the port cannot be used, an origin is not valid, or
            the packages of the extra `serve` are not installed.

    Example:
        >>> import mlops_roles
        >>> server = mlops_roles.serve("dist")  # doctest: +SKIP
        >>> server.server_address  # doctest: +SKIP
        ('127.0.0.1', 40781)
    """
    options = options or ServerOptions()
    options.check()
    site = Site(folder) if folder is not None else LazySite() if options.build else None
    try:
        return Server(site, graph or load(), port, seconds, options)
    except ImportError as error:
        raise InputError(
            f"serve: {error.name} is not installed; pip install 'mlops-roles[serve]'"
        ) from None


def listening(port: int) -> socket.socket:
    """A socket that listens on loopback. Raises InputError if the port cannot be used."""
    # asyncio turns Nagle's algorithm off only if the protocol is named: else a response takes 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK_HOSTS[0], port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise InputError(
            f"port {port}: cannot be used ({type(error).__name__}); "
            "use another, or 0 for a free one"
        ) from error
    return listener


def uvicorn_server(app: Any) -> uvicorn.Server:
    """An HTTP server that logs nothing and does not name itself."""
    import uvicorn

    from .http_protocol import TimedProtocol

    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_keep_alive=IDLE_SECONDS,
        h11_max_incomplete_event_size=1 << 16,
        http=TimedProtocol,
        ws="none",
    )
    return uvicorn.Server(config)
