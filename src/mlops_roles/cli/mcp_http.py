"""The Model Context Protocol at /mcp of `serve`: the package is imported at the first request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ..publishing.server_options import SubApp

if TYPE_CHECKING:
    from ..analysis.evidence import Records
    from ..ontology.graph import Graph

MISSING = "501: install it with: pip install 'mlops-roles[mcp]'\n"


def mcp_sub_app(graph: Graph) -> Callable[[Sequence[str]], SubApp]:
    """A function that makes the address /mcp for some hosts; its tools know no person."""

    def make(hosts: Sequence[str]) -> SubApp:
        from starlette.routing import Route

        tools = LazyTools(graph).for_hosts(hosts)
        return SubApp([Route("/mcp", tools)], tools.lifespan)

    return make


class LazyTools:
    """An ASGI application that is made at the first request.

    Args:
        graph: the ontology, with a company's additions.
        staff: the records of people; with them, there are tools about people, too.
    """

    def __init__(self, graph: Graph, staff: Records | None = None):
        self.graph, self.staff = graph, staff
        self.hosts: Sequence[str] = ()
        self.app: Any = None

    def for_hosts(self, hosts: Sequence[str]) -> LazyTools:
        """Set the hosts that a request may name; returns itself."""
        self.hosts = hosts
        return self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request; the first one waits until the application is made."""
        self.wanted.set()
        await self.ready.wait()
        await self.app(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, _: Any) -> AsyncIterator[None]:
        """Run the sessions of the protocol from the first request to the end of the server."""
        import anyio

        self.wanted, self.ready = anyio.Event(), anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._run)
            yield
            tasks.cancel_scope.cancel()

    async def _run(self) -> None:
        import anyio
        import anyio.to_thread
        from starlette.responses import Response

        await self.wanted.wait()
        try:
            self.app, running = await anyio.to_thread.run_sync(self._make)
        except ImportError:
            self.app = Response(MISSING, 501, media_type="text/plain")
            self.ready.set()
            return
        async with running:
            self.ready.set()
            await anyio.sleep_forever()

    def _make(self) -> tuple[Any, Any]:
        from .mcp_server import build_server, http_app
        from .toolbox import Toolbox

        return http_app(build_server(Toolbox(self.graph, self.staff)), self.hosts)
