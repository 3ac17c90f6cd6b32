"""What a server offers in addition to the endpoint: pages, origins, more addresses."""

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
class Part:
    """What another room adds to the application, such as pages about people."""

    routes: Sequence[BaseRoute]  # its addresses. They check the host, and who asks, themselves.
    lifespan: Lifespan | None = None  # what it needs while the application runs


@dataclass(frozen=True)
class Offer:
    """What a server offers in addition to the endpoint and the questions."""

    # without a folder, whether the pages of the shipped ontology are built when the first of them
    # is asked for; else there are no pages
    build: bool = False
    # other origins, such as 'https://editor.example', whose pages may ask
    origins: Sequence[str] = ()
    # more to serve; each is made for the hosts that a request may name
    parts: Sequence[Callable[[Sequence[str]], Part]] = ()

    def check(self) -> None:
        """Raise InputError if an origin is none."""
        for origin in self.origins:
            if not re.fullmatch(r"https?://[\w.-]+(?::\d+)?", origin, re.A):
                raise InputError(
                    f"{origin[:200]!r}: not an origin; write it like https://example.org"
                )


def names_host(request: Request, hosts: Collection[str]) -> bool:
    """Whether a request names one of some hosts; one in another's name may be DNS rebinding."""
    named = request.headers.getlist("host")
    return len(named) == 1 and named[0].casefold() in hosts


def together(lifespans: Sequence[Lifespan]) -> Lifespan | None:
    """One lifespan of several; None if there is none."""
    if not lifespans:
        return None

    @asynccontextmanager
    async def whole(app: Any) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for lifespan in lifespans:
                await stack.enter_async_context(lifespan(app))
            yield

    return whole
