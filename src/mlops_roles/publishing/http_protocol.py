"""HTTP on one connection: slow clients are cut off, which uvicorn does for silent ones alone."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 5.0  # between two looks at a connection


class TimedProtocol(H11Protocol):
    """A connection that ends if nothing is achieved between two looks at it.

    So a request has 5 to 10 seconds to arrive, however it drips, and a client has as long to read
    some of an answer. What the server itself does takes as long as it takes.
    """

    _next: asyncio.TimerHandle | None = None
    _before: tuple[Any, int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to look at the connection."""
        super().connection_made(transport)
        self._next = self.loop.call_later(SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the looks."""
        if self._next is not None:
            self._next.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        now = self._awaited()
        if now is not None and now == self._before:
            self.transport.abort()
            return
        self._before = now
        self._next = self.loop.call_later(SECONDS, self._look)

    def _awaited(self) -> tuple[Any, int] | None:
        """What the client has to do: send the rest of a request, or read so many bytes."""
        unread = self.transport.get_write_buffer_size()
        is_sending = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        return (self.cycle, unread) if unread or is_sending else None
