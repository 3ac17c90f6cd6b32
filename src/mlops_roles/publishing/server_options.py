"""What a server has in addition to the endpoint: pages, allowed origins, more addresses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class SubApp:
    """Addresses that another room adds to the application, such as pages about people."""

    routes: Sequence[BaseRoute]  # its addresses; each checks the host and the client itself
    lifespan: Lifespan | None = None  # what it needs while the application runs


@dataclass(frozen=True)
class ServerOptions:
    """What a server has in addition to the endpoint and the questions."""

    # whether, without a folder, the pages of the shipped ontology are built at the first request
    build: bool = False
    # other origins, such as 'https://editor.example', that may send requests (CORS)
    origins: Sequence[str] = ()
    # functions that make more addresses, given the hosts that a request may name
    sub_apps: Sequence[Callable[[Sequence[str]], SubApp]] = ()

    def check(self) -> None:
        """Raise InputError for an origin that is not valid."""
        for origin in self.origins:
            if not re.fullmatch(r"https?://[\w.-]+(?::\d+)?", origin, re.A):
                raise InputError(
                    f"{origin[:200]!r}: not an origin; write it like https://example.org"
                )


def names_a_host(request: Request, hosts: Collection[str]) -> bool:
    """Whether the Host header of a request is one of some hosts; else it may be DNS rebinding."""
    named = request.headers.getlist("host")
    return len(named) == 1 and named[0].casefold() in hosts


def combined_lifespan(lifespans: Sequence[Lifespan]) -> Lifespan | None:
    """Several lifespans as one; None if there are none."""
    if not lifespans:
        return None

    @asynccontextmanager
    async def combined(app: Any) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for lifespan in lifespans:
                await stack.enter_async_context(lifespan(app))
            yield

    return combined
