"""A local server of a built release: the persistent IRIs redirect as on the web, and the pages and documents are there.

Read-only, on loopback, of the files that were there when it started: a path is looked up among
them and never put together, so none leads elsewhere. `/mlops-roles/…` stands for the persistent
IRIs, anything else is a file.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import InputError
from ..ontology.graph import BASE
from .documents import formats
from .redirects import Redirects

MOUNT = urlsplit(BASE).path + "/"
MAX_TARGET = 8 << 10
SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
REASONS = {
    404: "nothing here; see /",
    405: "this server only shows: use GET or HEAD",
    406: "not in that format; accept text/html, text/turtle, application/ld+json, application/rdf+xml or application/n-triples",
    414: "too long an address",
    421: "not this server's name; use its address on this machine",
}


@dataclass(frozen=True)
class Reply:
    """What a request is answered with."""

    status: int
    headers: dict[str, str]
    body: bytes


class Site:
    """A built release in its folder, as a web server would show it. Raises InputError if the folder holds none."""

    def __init__(self, folder: str | Path):
        root = Path(folder).resolve()
        self.files = {
            p.relative_to(root).as_posix(): p
            for p in sorted(root.rglob("*"))
            if p.is_file() and not p.is_symlink() and p.name[0] != "."
        }
        current = [name.split("/")[0] for name in self.files if name.endswith("/mlops-roles.ttl")]
        if not current:
            raise InputError(
                f"{folder}: no release in it; run 'mlops-roles build --output {folder}' first"
            )
        self.redirects = Redirects(
            max(current, key=lambda version: [int(part) for part in version.split(".")])
        )

    @cached_property
    def media_types(self) -> dict[str, str]:
        """The media type of each ending."""
        return {f".{f.suffix}": f.media_types[0] for f in formats()} | {
            ".tsv": "text/tab-separated-values",
            ".css": "text/css",
        }

    def reply(self, method: str, target: str, accept: str = "") -> Reply:
        """The answer to a request for a target, the part of an address after the host."""
        if method not in ("GET", "HEAD"):
            return self._refusal(405, Allow="GET, HEAD")
        if len(target) > MAX_TARGET:
            return self._refusal(414)
        path = (
            unquote(urlsplit(target).path)
            if target.startswith("/") and not target.startswith("//")
            else ""
        )
        if path.startswith(MOUNT) or path == MOUNT.rstrip("/"):
            return self._redirect(path[len(MOUNT) :], accept)
        return self._file(f"{path[1:]}index.html" if path.endswith("/") else path[1:])

    def _redirect(self, path: str, accept: str) -> Reply:
        status, to = self.redirects.answer(path, accept)
        return (
            Reply(303, {"Location": f"/{to}", "Vary": "Accept"}, b"")
            if status == 303
            else self._refusal(status, Vary="Accept")
        )

    def _file(self, name: str) -> Reply:
        if name not in self.files:
            return self._refusal(404)
        kind = (
            self.media_types.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "text/plain"
        )
        return Reply(
            200,
            {"Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind},
            self.files[name].read_bytes(),
        )

    @staticmethod
    def _refusal(status: int, **headers: str) -> Reply:
        return Reply(
            status,
            {"Content-Type": "text/plain; charset=utf-8", **headers},
            f"{status}: {REASONS[status]}\n".encode(),
        )


def serve(folder: str | Path, port: int = 0) -> Server:
    """A server of a built release on loopback, to be run with `serve_forever()`; port 0 takes a free one.

    Raises InputError if the folder holds no release or the port is taken.
    """
    site = Site(folder)
    try:
        return Server(("127.0.0.1", port), _handler(site))
    except (OSError, OverflowError) as error:
        raise InputError(
            f"port {port}: cannot be listened on ({type(error).__name__}); take another, or 0 for a free one"
        ) from error


class Server(ThreadingHTTPServer):
    """Answers requests side by side, and says nothing of clients that went away."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that ends its connection is no concern of others."""


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    """The class that answers the requests of one site."""

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version, protocol_version = "mlops-roles", "", "HTTP/1.1"
        timeout = 10  # seconds that a client may take for its request

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

        def answer(self) -> None:
            """Answer any method: a reply, its body unless only the head was asked for, then the end of the connection."""
            reply = self._reply()
            self.send_response(reply.status)
            for name, value in {
                **SAFE,
                **reply.headers,
                "Content-Length": str(len(reply.body)),
                "Connection": "close",
            }.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        def _reply(self) -> Reply:
            if not _named(self.headers, self.connection.getsockname()[1]):
                return site._refusal(421)
            return site.reply(
                self.command, self.path, ", ".join(self.headers.get_all("Accept") or [])
            )

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"):
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler


def _named(headers: Message, port: object) -> bool:
    """Whether a request names this very server: another name may be a foreign page's, bound to this machine (DNS rebinding)."""
    return [host.casefold() for host in headers.get_all("Host") or []] in [
        [f"{name}:{port}"] for name in ("127.0.0.1", "localhost", "[::1]")
    ]
