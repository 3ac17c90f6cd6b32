"""The pages of a built release, with the redirects of the persistent IRIs.

The files are those that existed at the start: a request path is looked up among them and never
joined to the folder, so path traversal is impossible. `/mlops-roles/…` is for the persistent IRIs,
anything else is a file.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import InputError
from ..io.resources import FilePath
from ..ontology.graph import BASE
from .publishing_data import formats
from .query_page import ENDPOINT_SCRIPT
from .redirects import Redirects

MOUNT = urlsplit(BASE).path + "/"
MAX_TARGET = 8 << 10
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
QUERY_POLICY = (  # the query page runs an engine in WebAssembly, in a worker
    POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    + "; worker-src 'self' blob:"
)
ENDPOINT = b'var mlopsEndpoint="/sparql";\n'  # tells the query page that `app` has an endpoint
SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ALLOWED = "GET, HEAD, OPTIONS"  # the methods of a page
BUILDING = "The pages are being built; this takes some seconds."
FAILED = "The pages cannot be built; run mlops-roles build to see why."
ERROR_TEXTS = {
    404: "no such page; see /",
    405: "this server is read-only; use GET or HEAD",
    406: "not in that format; accept text/html, text/turtle, application/ld+json, "
    "application/rdf+xml or application/n-triples",
    414: "the address is too long; shorten it",
    421: "the host is not this server; use its address on this machine",
}


@dataclass(frozen=True)
class SiteResponse:
    """The response to a request."""

    status: int
    headers: dict[str, str]
    body: bytes

    def unless_known(self, matching: str, since: str) -> SiteResponse:
        """Itself, or 304 without a body if the cached copy of the client is current (RFC 9110).

        Args:
            matching: the header If-None-Match, which has precedence.
            since: the header If-Modified-Since.
        """
        headers_of_304 = (
            "ETag",
            "Last-Modified",
            "Cache-Control",
            "Vary",
            "Content-Security-Policy",
        )
        if self.status != 200 or not self._is_known(matching, since):
            return self
        return SiteResponse(
            304, {n: v for n, v in self.headers.items() if n in headers_of_304}, b""
        )

    def _is_known(self, matching: str, since: str) -> bool:
        if matching:
            tags = {tag.strip().removeprefix("W/") for tag in matching.split(",")}
            return bool(tags & {"*", self.headers.get("ETag", "*")})
        try:
            changed = parsedate_to_datetime(self.headers.get("Last-Modified", ""))
            return changed <= parsedate_to_datetime(since)
        except (TypeError, ValueError):  # no date, or one without a zone
            return False


class Site:
    """The files of a built release. Raises InputError if the folder has none."""

    def __init__(self, folder: FilePath):
        try:
            root = Path(folder).resolve()
            folders = [path.parent.name for path in root.glob("*/mlops-roles.ttl")]
            versions = [name for name in folders if re.fullmatch(r"\d+(\.\d+)*", name, re.A)]
            self.files = dict(_files(root)) if versions else {}
        except (OSError, ValueError) as error:
            raise InputError(
                f"{str(folder)[:200]!r}: cannot be read ({type(error).__name__}); "
                "check path and rights"
            ) from None
        if not versions:
            raise InputError(
                f"{folder}: no release in it; run 'mlops-roles build --output {folder}' first"
            )
        self.redirects = Redirects(
            max(versions, key=lambda version: [int(part) for part in version.split(".")])
        )

    @cached_property
    def media_types(self) -> dict[str, str]:
        """Media type by file suffix."""
        return {f".{f.suffix}": f.media_types[0] for f in formats()} | {
            ".tsv": "text/tab-separated-values",
            ".css": "text/css",
            ".js": "text/javascript",
            ".svg": "image/svg+xml",
        }

    def respond(self, method: str, target: str, accept: str = "") -> SiteResponse:
        """The response to a request for a target, the part of an address after the host."""
        if method not in ("GET", "HEAD"):
            return self._error(405, Allow=ALLOWED)
        if len(target) > MAX_TARGET:
            return self._error(414)
        path = (
            unquote(urlsplit(target).path)
            if target.startswith("/") and not target.startswith("//")
            else ""
        )
        if path.startswith(MOUNT) or path == MOUNT.rstrip("/"):
            return self._redirect(path[len(MOUNT) :], accept)
        return self._file(f"{path[1:]}index.html" if path.endswith("/") else path[1:])

    def _redirect(self, path: str, accept: str) -> SiteResponse:
        status, to = self.redirects.resolve(path, accept)
        return (
            SiteResponse(303, {"Location": f"/{to}", "Vary": "Accept"}, b"")
            if status == 303
            else self._error(status, Vary="Accept")
        )

    def _file(self, name: str) -> SiteResponse:
        if name not in self.files:
            return self._error(404)
        kind = (
            self.media_types.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "text/plain"
        )
        headers = {"Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind}
        if Path(name).parent.name == "query":
            headers["Content-Security-Policy"] = QUERY_POLICY
        with self.files[name].open("rb") as file:
            body, changed = file.read(), os.fstat(file.fileno()).st_mtime
        body = ENDPOINT if name.endswith(f"/{ENDPOINT_SCRIPT}") else body
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers["Last-Modified"] = formatdate(changed, usegmt=True)
        headers["Cache-Control"] = "no-cache"  # cached, but revalidated each time
        return SiteResponse(200, headers, body)

    @staticmethod
    def _error(status: int, **headers: str) -> SiteResponse:
        return SiteResponse(
            status,
            {"Content-Type": "text/plain; charset=utf-8", **headers},
            f"{status}: {ERROR_TEXTS[status]}\n".encode(),
        )


class LazySite:
    """The pages of the shipped ontology, built in a subprocess at the first request.

    Until they are built, the response is 503 with a page that reloads itself.
    """

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._site: Site | None = None
        self._lock = threading.Lock()

    def respond(self, method: str, target: str, accept: str = "") -> SiteResponse:
        """The response to a request, as of `Site.respond`."""
        with self._lock:
            self._advance()
        if self._site is not None:
            return self._site.respond(method, target, accept)
        failed = self._process is not None and self._process.returncode
        reload = "" if failed else '<meta http-equiv="refresh" content="2">'
        text = FAILED if failed else BUILDING
        if "text/html" not in accept:
            headers = {"Content-Type": "text/plain; charset=utf-8", "Retry-After": "2"}
            return SiteResponse(503, headers, f"503: {text}\n".encode())
        page = f'<!DOCTYPE html><html lang="en"><head>{reload}<title>{text}</title></head>'
        page += f"<body><p>{text}</p></body></html>\n"
        headers = {"Content-Type": "text/html; charset=utf-8", "Retry-After": "2"}
        return SiteResponse(503, headers, page.encode())

    def _advance(self) -> None:
        """Start the build at the first call; open the pages when it has ended."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="mlops-roles.")
            code = (
                f"import sys; sys.path[:0] = {list(filter(None, sys.path))!r}; "
                "from mlops_roles.cli.main import main; sys.exit(main(sys.argv[1:]))"
            )
            build = ["build", "--output", f"{self._folder.name}/site"]
            command = [sys.executable, "-I", "-c", code, *build]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        elif self._site is None and self._process is not None and self._process.poll() == 0:
            self._site = Site(f"{self._folder.name}/site")

    def close(self) -> None:
        """End the build, and remove what it has built."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """The regular files in a folder, by path, but hidden ones."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name[0] != ".":
            yield path.relative_to(root).as_posix(), path
