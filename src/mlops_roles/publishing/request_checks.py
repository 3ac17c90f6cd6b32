"""Checks of a request before the application: its headers and its target."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.responses import Response

from .site import SECURITY_HEADERS

MAX_HEADERS = 16 << 10  # bytes of the names and values of the headers of a request


def with_request_checks(app: Any) -> Any:
    """An ASGI application that is called only for requests that pass the checks.

    Args:
        app: the application; of a target such as 'http://127.0.0.1:8000/ns' it gets '/ns'.
    """

    async def checked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            if refused := _refusal(scope["headers"]):
                await Response(refused[1], refused[0], SECURITY_HEADERS, "text/plain")(
                    scope, receive, send
                )
                return
            scope = _with_relative_target(scope)
        await app(scope, receive, send)

    return checked


def _refusal(headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    if sum(len(name) + len(value) for name, value in headers) > MAX_HEADERS:
        return 431, f"431: over {MAX_HEADERS >> 10} KiB of headers; send less\n"
    if {b"transfer-encoding", b"content-length"} <= {name for name, _ in headers}:
        return 400, "400: two lengths of one body; send Content-Length or Transfer-Encoding\n"
    return None


def _with_relative_target(scope: dict[str, Any]) -> dict[str, Any]:
    """A scope with a path as target; the host of an absolute target replaces the Host header."""
    if not scope["raw_path"].lower().startswith((b"http://", b"https://")):
        return scope
    try:
        found = urlsplit(scope["raw_path"].decode("latin-1"))
    except ValueError:  # [ in the host
        return scope
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {
        **scope,
        "raw_path": found.path.encode("latin-1") or b"/",
        "path": unquote(found.path) or "/",
        "headers": [(b"host", found.netloc.encode("latin-1")), *others],
    }
