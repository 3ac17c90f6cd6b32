"""HTTP on one connection: slow clients are cut off, which uvicorn does for silent ones alone."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 5.0  # between two checks of a connection


class TimedProtocol(H11Protocol):
    """A connection that is closed if the client makes no progress for SECONDS.

    Progress is checked every SECONDS: a request has 5 to 10 seconds to arrive as a whole, and a
    client as long to read a part of a response. The time that the server needs does not count.
    """

    _timer: asyncio.TimerHandle | None = None
    _last: tuple[Any, int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the checks."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(SECONDS, self._check_progress)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the checks."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _check_progress(self) -> None:
        now = self._pending()
        if now is not None and now == self._last:
            self.transport.abort()
            return
        self._last = now
        self._timer = self.loop.call_later(SECONDS, self._check_progress)

    def _pending(self) -> tuple[Any, int] | None:
        """What the client has still to do, or None: the request to send, and the bytes to read."""
        unread = self.transport.get_write_buffer_size()
        is_sending = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        return (self.cycle, unread) if unread or is_sending else None
