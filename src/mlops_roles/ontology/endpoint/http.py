"""HTTP to one SPARQL server, with limits on size and time, and retries when it is busy."""

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
    """The server could not answer now; it may be asked again `after` some seconds."""

    def __init__(self, reason: str, after: float = 0):
        self.after = after
        super().__init__(reason)


class Transport:
    """Sends SPARQL to one address; accepts only what is complete, in time and of the right type.

    Attributes:
        url: where queries go.
        display_url: the address as it may be written down, without its query string.
        headers: those of the last response.
        on_progress: called with a line of text about what is going on.
    """

    def __init__(  # noqa: PLR0913 - the options of a connection
        self,
        url: str,
        *,
        timeout: float = 60,
        auth: Any = None,
        max_bytes: int = MAX_BYTES,
        on_progress: Callable[[str], None] | None = None,
        pauses: Sequence[float] = PAUSES,
    ):
        self.url, self.display_url = url, _checked_url(url)
        self.timeout, self.max_bytes, self.pauses = timeout, max_bytes, pauses
        self.headers: dict[str, str] = {}
        self._auth, self.on_progress = auth, on_progress or (lambda stage: None)

    @cached_property
    def client(self) -> httpx.Client:
        """The connection: follows no redirect; credentials from the environment or netrc only.

        It goes through no proxy but that of MLOPS_ROLES_PROXY: HTTP_PROXY is for other programs.
        """
        headers = {"Accept": ", ".join(_JSON), "User-Agent": "mlops-roles"}
        if not self._auth and (token := os.environ.get("MLOPS_ROLES_TOKEN")):
            headers["Authorization"] = f"Bearer {_checked_token(token)}"
        proxy = os.environ.get("MLOPS_ROLES_PROXY") or None
        try:
            transport = _httpx().HTTPTransport(proxy=proxy)
        except (ValueError, ImportError) as error:
            raise InputError(
                f"MLOPS_ROLES_PROXY: not the address of a proxy ({type(error).__name__}); write "
                "http://host:port"
            ) from None
        client: httpx.Client = _httpx().Client(
            headers=headers,
            auth=self._auth or _credentials(),
            follow_redirects=False,
            transport=transport,
        )
        return client

    def close(self) -> None:
        """Close the connection."""
        if "client" in self.__dict__:
            self.client.close()

    def query(self, query: str) -> ox.QuerySolutions | ox.QueryBoolean:
        """The answer to SELECT or ASK; asked again if the server is busy or the connection breaks.

        Raises InputError for a refusal and for all but a complete answer, Timeout if that takes
        too long.
        """
        end = time.monotonic() + self.timeout
        for pause in (*self.pauses, None):
            try:
                return self._parse(self._send(self.url, {"data": {"query": query}}, end))
            except _Busy as busy:
                wait = max(pause or 0, busy.after)
                if pause is None or time.monotonic() + wait > end:
                    raise self.error(f"{busy}; ask again later") from busy
                self.on_progress(f"{busy}, asked again in {wait:g} s")
                time.sleep(wait)
        raise AssertionError("the last pause is None")

    def post_raw(self, query: str, seconds: float) -> None:
        """Send a query as the body of a POST, once. Raises InputError or Timeout."""
        headers = {"Content-Type": "application/sparql-query"}
        request = {"content": query.encode(), "headers": headers}
        self._parse(self._send_once(self.url, request, seconds))

    def update(self, url: str, text: str) -> None:
        """Send an update, once: it is never repeated. Raises InputError if it is refused."""
        _checked_url(url)
        self._send_once(url, {"data": {"update": text}}, self.timeout)

    def error(self, message: str) -> InputError:
        """An error of this server, to be raised."""
        return InputError(f"{self.display_url}: {message}")

    def _send_once(self, url: str, request: dict[str, Any], seconds: float) -> bytes:
        try:
            return self._send(url, request, time.monotonic() + seconds)
        except _Busy as busy:
            raise self.error(f"{busy}; try again later") from busy

    def _send(self, url: str, request: dict[str, Any], end: float) -> bytes:
        """The body of a response. Raises _Busy, InputError or Timeout."""
        httpx = _httpx()
        try:
            left = max(0.001, end - time.monotonic())
            with self.client.stream("POST", url, timeout=left, **request) as response:
                self.headers = dict(response.headers)
                self._check_status(response, end)
                if "update" not in request.get("data", {}):
                    self._check_media_type(response)
                return self._body(response, end)
        except httpx.TimeoutException:
            raise self._timeout() from None
        except httpx.TransportError as error:
            raise _Busy(f"the connection failed or broke off ({type(error).__name__})") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise self.error(
                f"a broken response ({type(error).__name__}); check the address"
            ) from None

    def _check_status(self, response: httpx.Response, end: float) -> None:
        """Refuse a response by its status, before its body is read."""
        status = response.status_code
        if status in (429, 502, 503, 504):
            after = _retry_after(response.headers.get("Retry-After", ""))
            raise _Busy(f"the server is busy (HTTP {status})", after)
        if response.is_redirect:
            host = urlsplit(response.headers.get("Location", "")).hostname or "another path"
            raise self.error(f"redirects to {host}, which is not followed; give the final address")
        if status in (401, 403):
            raise self.error(
                f"not allowed (HTTP {status}); set MLOPS_ROLES_TOKEN, or MLOPS_ROLES_USER and "
                "MLOPS_ROLES_PASSWORD, or write ~/.netrc"
            )
        # the header is Virtuoso's way to stop in the middle
        if status == 206 or "x-sql-state" in response.headers:
            raise self.error(
                f"only a part of the answer (HTTP {status}); nothing of it is used: narrow the "
                "question"
            )
        if status >= 300:
            raise self.error(f"refused (HTTP {status}{self._reason(response, end)})")

    def _check_media_type(self, response: httpx.Response) -> None:
        found = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if found not in _JSON:
            raise self.error(
                f"answers with {found or 'no media type'}, not SPARQL JSON results; is it the "
                "address of a SPARQL endpoint?"
            )

    def _reason(self, response: httpx.Response, end: float) -> str:
        """The first line of the server's error message."""
        text = b"".join(_take_bytes(self._chunks(response, end), 4096)).decode("utf-8", "replace")
        line = next((x for x in re.sub(r"<[^>]*>", " ", text).splitlines() if x.strip()), "")
        return f": {' '.join(line.split())[:200]}" if line else ""

    def _body(self, response: httpx.Response, end: float) -> bytes:
        """All of a body, if it is not too large."""
        parts, size = [], 0
        for chunk in self._chunks(response, end):
            parts.append(chunk)
            size += len(chunk)
            if size > self.max_bytes:
                raise self.error(
                    f"an answer of over {self.max_bytes >> 20} MiB; narrow the question"
                )
        return b"".join(parts)

    def _chunks(self, response: httpx.Response, end: float) -> Iterator[bytes]:
        for chunk in response.iter_bytes():
            if time.monotonic() > end:
                raise self._timeout()
            yield chunk

    def _timeout(self) -> Timeout:
        return Timeout(
            f"{self.display_url}: no complete answer within {self.timeout:g} s; narrow the "
            "question, or allow more with --timeout"
        )

    def _parse(self, data: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
        """Read SPARQL JSON results, to the end."""
        brackets = _NON_BRACKETS.sub(b"", data)
        for _ in range(_MAX_DEPTH):  # deeper nesting would end the process inside the parser
            brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        with self.complete_or_error():
            if brackets:
                raise SyntaxError("brackets left open, or nested too deep")
            return ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)

    @contextmanager
    def complete_or_error(self) -> Iterator[None]:
        """Turn an error of the parser into one that names the server."""
        try:
            yield
        except (SyntaxError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            reason = " ".join(str(getattr(error, "msg", "") or error).split())[:120]
            raise self.error(
                f"a broken answer ({reason}), perhaps cut short by a time-out of the server; "
                "nothing of it is used"
            ) from None


def select_rows(
    transport: Transport, query: str, columns: Sequence[str]
) -> list[tuple[Term | None, ...]]:
    """The rows of a SELECT of some columns; all of them are read before any is returned."""
    found = transport.query(query)
    if isinstance(found, ox.QueryBoolean):
        raise transport.error(
            "answers yes or no although rows were asked for; is it the address of a SPARQL server?"
        )
    if {v.value for v in found.variables} != set(columns):
        raise transport.error(
            "answers with other columns than were asked for; nothing of it is used"
        )
    with transport.complete_or_error():
        return [tuple(row[c] for c in columns) for row in found]


def ask_boolean(transport: Transport, query: str) -> bool:
    """The answer to an ASK."""
    found = transport.query(query)
    if not isinstance(found, ox.QueryBoolean):
        raise transport.error(
            "answers with rows although yes or no was asked for; is it the address of a SPARQL "
            "endpoint?"
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
    """The address as it may be shown.

    Raises InputError for one that is not of a server, or that holds a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InputError(f"{url[:80]!r}: not an address; write http://host:port/path") from None
    if "@" in parts.netloc:
        raise InputError(
            f"{host}: credentials in an address end up in logs; set MLOPS_ROLES_USER and "
            "MLOPS_ROLES_PASSWORD, or write ~/.netrc"
        )
    if parts.scheme not in ("http", "https") or not host:
        raise InputError(
            f"{url[:80]!r}: not the address of a server; write http:// or https://, host and path"
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path}"


def _credentials() -> Any:
    """User and password from the environment, otherwise from netrc."""
    httpx = _httpx()
    user, password = os.environ.get("MLOPS_ROLES_USER"), os.environ.get("MLOPS_ROLES_PASSWORD")
    if user and password:
        try:
            return httpx.BasicAuth(user, password)
        except UnicodeEncodeError:
            raise InputError(
                "MLOPS_ROLES_USER, MLOPS_ROLES_PASSWORD: not UTF-8; set them in a UTF-8 locale"
            ) from None
    file = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    if os.environ.get("MLOPS_ROLES_TOKEN") or not file.is_file():
        return None
    from netrc import NetrcParseError

    try:
        return httpx.NetRCAuth(str(file))
    except (NetrcParseError, SyntaxError, ValueError, OSError) as error:
        raise InputError(
            f"{file}: cannot be read as netrc ({type(error).__name__}); fix it"
        ) from None


def _checked_token(token: str) -> str:
    """A token as a header can hold it. Raises InputError for one that it cannot hold."""
    if not (token.isascii() and token.isprintable()):
        raise InputError(
            "MLOPS_ROLES_TOKEN: has a character that a header cannot have; copy the token again"
        )
    return token


def _retry_after(value: str) -> float:
    """The seconds that a Retry-After header asks for; 0 if it cannot be read."""
    from email.utils import parsedate_to_datetime

    if value.isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, OSError):
        return 0.0


def _take_bytes(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """The chunks up to a number of bytes."""
    for chunk in chunks:
        yield chunk[:limit]
        limit -= len(chunk)
        if limit <= 0:
            return
