"""One SPARQL server over HTTP: what it may send, how long it may take, when it is asked again."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyoxigraph as ox

from ...errors import InputError, Timeout
from ..graph import Term

if TYPE_CHECKING:
    import httpx

PAUSES = (0.5, 1, 2)  # seconds before a question is asked again
MAX_BYTES = 1 << 30
_JSON = ("application/sparql-results+json", "application/json")
_NON_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[^{}\[\]"]++', re.S)
_MAX_DEPTH = 6  # of the brackets of a result: document, results, bindings, row, term


class _Busy(Exception):
    """The server could not answer now; it may be asked again after some seconds."""

    def __init__(self, reason: str, after: float = 0):
        self.after = after
        super().__init__(reason)


class Transport:
    """Sends SPARQL to one address and takes in only what is whole, in time and of the right kind.

    Attributes:
        url: where questions go.
        display_url: the address as it may be written down, without what a query string may hide.
        headers: those of the last response.
        on_progress: called with a line of text about what is going on.
    """

    def __init__(
        self,
        url: str,
        timeout: float = 60,
        auth: Any = None,
        max_bytes: int = MAX_BYTES,
        on_progress: Callable[[str], None] | None = None,
    ):
        self.url, self.display_url = url, _checked_url(url)
        self.timeout, self.max_bytes = timeout, max_bytes
        self.headers: dict[str, str] = {}
        self._auth, self.on_progress = auth, on_progress or (lambda stage: None)

    @cached_property
    def client(self) -> httpx.Client:
        """The connection: it follows no redirect, and takes credentials from the environment or netrc only."""
        headers = {"Accept": ", ".join(_JSON), "User-Agent": "mlops-roles"}
        if not self._auth and (token := os.environ.get("MLOPS_ROLES_TOKEN")):
            headers["Authorization"] = f"Bearer {token}"
        client: httpx.Client = _httpx().Client(
            headers=headers, auth=self._auth or _credentials(), follow_redirects=False
        )
        return client

    def close(self) -> None:
        """Give the connection up."""
        if "client" in self.__dict__:
            self.client.close()

    def query(self, query: str) -> ox.QuerySolutions | ox.QueryBoolean:
        """The answer to SELECT or ASK; asked again where the server is busy or the connection breaks.

        Raises InputError for a refusal or anything but a whole answer, Timeout where it takes too long.
        """
        end = time.monotonic() + self.timeout
        for pause in (*PAUSES, None):
            try:
                return self._parse(self._send(self.url, {"data": {"query": query}}, end))
            except _Busy as busy:
                wait = max(pause or 0, busy.after)
                if pause is None or time.monotonic() + wait > end:
                    raise InputError(f"{self.display_url}: {busy}; ask again later") from busy
                self.on_progress(f"{busy}, asked again in {wait:g} s")
                time.sleep(wait)
        raise AssertionError("the last pause is None")

    def post_raw(self, query: str, seconds: float) -> None:
        """Ask by a body of SPARQL, once. Raises InputError or Timeout where that is not understood."""
        self._parse(
            self._send_once(
                self.url,
                {
                    "content": query.encode(),
                    "headers": {"Content-Type": "application/sparql-query"},
                },
                seconds,
            )
        )

    def update(self, url: str, text: str) -> None:
        """Change what the server holds, once: an update is never repeated. Raises InputError where it is refused."""
        _checked_url(url)
        self._send_once(url, {"data": {"update": text}}, self.timeout)

    def _send_once(self, url: str, request: dict[str, Any], seconds: float) -> bytes:
        try:
            return self._send(url, request, time.monotonic() + seconds)
        except _Busy as busy:
            raise InputError(f"{self.display_url}: {busy}; try again later") from busy

    def _send(self, url: str, request: dict[str, Any], end: float) -> bytes:
        """The body of a response. Raises _Busy, InputError or Timeout."""
        httpx = _httpx()
        try:
            with self.client.stream(
                "POST", url, timeout=max(0.001, end - time.monotonic()), **request
            ) as response:
                self.headers = dict(response.headers)
                self._check_status(response, end, reading="update" not in request.get("data", {}))
                return self._body(response, end)
        except httpx.TimeoutException:
            raise self._timeout() from None
        except httpx.TransportError as error:
            raise _Busy(f"the connection failed or broke off ({type(error).__name__})") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise InputError(
                f"{self.display_url}: a broken response ({type(error).__name__}); check the address"
            ) from None

    def _check_status(self, response: httpx.Response, end: float, reading: bool) -> None:
        """Refuse a response by its status and kind, before its body is read."""
        status = response.status_code
        if status in (429, 502, 503, 504):
            raise _Busy(
                f"the server is busy (HTTP {status})",
                _retry_after(response.headers.get("Retry-After", "")),
            )
        if response.is_redirect:
            host = urlsplit(response.headers.get("Location", "")).hostname or "another path"
            raise InputError(
                f"{self.display_url}: redirects to {host}, which is not followed; give the final address"
            )
        if status in (401, 403):
            raise InputError(
                f"{self.display_url}: not allowed (HTTP {status}); set MLOPS_ROLES_TOKEN, or MLOPS_ROLES_USER and MLOPS_ROLES_PASSWORD, or write ~/.netrc"
            )
        if (
            status == 206 or "x-sql-state" in response.headers
        ):  # Virtuoso's way to stop in the middle
            raise InputError(
                f"{self.display_url}: only a part of the answer (HTTP {status}); nothing of it is used: narrow the question"
            )
        if status >= 300:
            raise InputError(
                f"{self.display_url}: refused (HTTP {status}{self._reason(response, end)})"
            )
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if reading and kind not in _JSON:
            raise InputError(
                f"{self.display_url}: answers with {kind or 'no media type'}, not SPARQL JSON results; is it the address of a SPARQL endpoint?"
            )

    def _reason(self, response: httpx.Response, end: float) -> str:
        """The first line of what a server says of its refusal."""
        text = b"".join(_take_bytes(self._chunks(response, end), 4096)).decode("utf-8", "replace")
        line = next((x for x in re.sub(r"<[^>]*>", " ", text).splitlines() if x.strip()), "")
        return f": {' '.join(line.split())[:200]}" if line else ""

    def _body(self, response: httpx.Response, end: float) -> bytes:
        """All of a body, where it is not too large."""
        parts, size = [], 0
        for chunk in self._chunks(response, end):
            parts.append(chunk)
            size += len(chunk)
            if size > self.max_bytes:
                raise InputError(
                    f"{self.display_url}: an answer of over {self.max_bytes >> 20} MiB; narrow the question"
                )
        return b"".join(parts)

    def _chunks(self, response: httpx.Response, end: float) -> Iterator[bytes]:
        for chunk in response.iter_bytes():
            if time.monotonic() > end:
                raise self._timeout()
            yield chunk

    def _timeout(self) -> Timeout:
        return Timeout(
            f"{self.display_url}: no whole answer within {self.timeout:g} s; narrow the question, or allow more with --timeout"
        )

    def _parse(self, data: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
        """Read SPARQL JSON results, to the end."""
        brackets = _NON_BRACKETS.sub(b"", data)
        for _ in range(_MAX_DEPTH):  # what is nested deeper would end the process inside the parser
            brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        with self.complete_or_error():
            if brackets:
                raise SyntaxError("brackets left open, or nested too deep")
            return ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)

    @contextmanager
    def complete_or_error(self) -> Iterator[None]:
        """Turn a complaint of the parser into one of the answer as a whole."""
        try:
            yield
        except (SyntaxError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            reason = " ".join(str(getattr(error, "msg", "") or error).split())[:120]
            raise InputError(
                f"{self.display_url}: a broken answer ({reason}), perhaps cut short by a time-out of the server; nothing of it is used"
            ) from None


def select_rows(
    transport: Transport, query: str, columns: Sequence[str]
) -> list[tuple[Term | None, ...]]:
    """The rows of a SELECT of some columns; all of them are read before any is returned."""
    found = transport.query(query)
    if isinstance(found, ox.QueryBoolean):
        raise InputError(
            f"{transport.display_url}: answers yes or no where rows were asked for; is it the address of a SPARQL endpoint?"
        )
    if {v.value for v in found.variables} != set(columns):
        raise InputError(
            f"{transport.display_url}: answers with other columns than were asked for; nothing of it is used"
        )
    with transport.complete_or_error():
        return [tuple(row[c] for c in columns) for row in found]


def ask_boolean(transport: Transport, query: str) -> bool:
    """The answer to an ASK."""
    found = transport.query(query)
    if not isinstance(found, ox.QueryBoolean):
        raise InputError(
            f"{transport.display_url}: answers with rows where yes or no was asked for; is it the address of a SPARQL endpoint?"
        )
    return bool(found)


def _httpx() -> Any:
    try:
        import httpx
    except ImportError:
        raise InputError(
            "httpx is not installed, which asks servers; pip install 'mlops-roles[remote]'"
        ) from None
    return httpx


def _checked_url(url: str) -> str:
    """The address as it may be display_url. Raises InputError for one that is not of a server, or that holds a password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InputError(f"{url[:80]!r}: not an address; write http://host:port/path") from None
    if "@" in parts.netloc:
        raise InputError(
            f"{host}: credentials in an address end up in logs; set MLOPS_ROLES_USER and MLOPS_ROLES_PASSWORD, or write ~/.netrc"
        )
    if parts.scheme not in ("http", "https") or not host:
        raise InputError(
            f"{url[:80]!r}: not the address of a server; write http:// or https://, host and path"
        )
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}{parts.path}"


def _credentials() -> Any:
    """User and password out of the environment, else what netrc says for the host."""
    httpx = _httpx()
    user, password = os.environ.get("MLOPS_ROLES_USER"), os.environ.get("MLOPS_ROLES_PASSWORD")
    if user and password:
        return httpx.BasicAuth(user, password)
    file = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    if os.environ.get("MLOPS_ROLES_TOKEN") or not file.is_file():
        return None
    try:
        return httpx.NetRCAuth(str(file))
    except (SyntaxError, OSError) as error:
        raise InputError(
            f"{file}: cannot be read as netrc ({type(error).__name__}); mend it"
        ) from None


def _retry_after(value: str) -> float:
    """The seconds that a Retry-After header asks for."""
    from email.utils import parsedate_to_datetime

    if value.strip().isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def _take_bytes(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """The chunks up to a number of bytes."""
    for chunk in chunks:
        yield chunk[:limit]
        limit -= len(chunk)
        if limit <= 0:
            return
