"""A server that lies, breaks off, never ends or redirects: nothing of such an answer is used."""

import gzip
import http.server
import json
import re
import threading
import time
import urllib.parse
from contextlib import contextmanager
from functools import partial

import pyoxigraph as ox
import pytest

from mlops_roles import Endpoint, InputError, Timeout, ask, load
from mlops_roles.cli.main import main
from mlops_roles.ontology.endpoint import contents

JSON = "application/sparql-results+json"
QUESTION = "roles"
ROWS = ask(QUESTION).terms
connect = partial(Endpoint, pauses=(0.01, 0.02))
SECRET = "s3cr3t-of-nobody"


@pytest.fixture(scope="module")
def store():
    """What a good server has."""
    held = ox.Store()
    held.load(contents.n_quads(load()), format=ox.RdfFormat.N_QUADS)
    return held


class Server:
    """A SPARQL server whose response to some requests is spoilt.

    Attributes:
        spoil: what is made of (query, status, headers, body) of a right response.
        requests: the queries and headers that came in.
    """

    def __init__(self, store):
        self.store, self.requests, self.spoil = store, [], lambda query, *response: response
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                form = urllib.parse.parse_qs(
                    self.rfile.read(int(self.headers["Content-Length"])).decode()
                )
                query = form.get("query", form.get("update", [""]))[0]
                server.requests.append((query, self.headers))
                self.reply(*server.spoil(query, *server.answer(query)))

            def reply(self, status, headers, body):
                self.send_response(status)
                for name, text in {
                    "Content-Length": str(len(body)) if isinstance(body, bytes) else None,
                    "Connection": "close",
                    **headers,
                }.items():
                    if text is not None:
                        self.send_header(name, text)
                self.end_headers()
                for part in [body] if isinstance(body, bytes) else body:
                    try:
                        self.wfile.write(part)
                    except OSError:
                        break
                self.close_connection = True

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/sparql"

    def answer(self, query):
        """The right response."""
        result = self.store.query(query, use_default_graph_as_union="FROM" not in query)
        return 200, {"Content-Type": JSON}, result.serialize(format=ox.QueryResultsFormat.JSON)


@contextmanager
def serving(store):
    server = Server(store)
    thread = threading.Thread(
        target=server.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join()


@pytest.fixture
def server(store):
    with serving(store) as running:
        yield running


def on_rows(change):
    """Spoil the answer itself; counts and what is asked of our graphs stay right."""
    return lambda query, *response: (
        change(*response) if "mlops:Role ." in query and "COUNT" not in query else response
    )


def body(change):
    return on_rows(lambda status, headers, data: (status, headers, change(data)))


def cut(data, rows):
    document = json.loads(data)
    document["results"]["bindings"] = document["results"]["bindings"][:rows]
    return json.dumps(document).encode()


def test_the_server_of_these_tests_is_right_unless_spoilt(server):
    with connect(server.url) as endpoint:
        assert endpoint.ask(QUESTION).terms == ROWS


NESTED = (
    b'{"head":{"vars":["role"]},"results":{"bindings":[{"role":'
    + b'{"type":"triple","value":{"subject":' * 25_000
)
BROKEN = {
    "cut short": (body(lambda data: data[:-40]), "a broken answer"),
    "closed brackets, half a row": (
        body(lambda data: data[: len(data) // 2] + b"}]}}"),
        "a broken answer",
    ),
    "an error behind it": (body(lambda data: data + b"\nError: timeout"), "a broken answer"),
    "an error inside it": (body(lambda data: data[:-3] + b" Query cancelled"), "a broken answer"),
    "nothing at all": (body(lambda data: b""), "a broken answer"),
    "rows of other columns": (
        body(lambda data: data.replace(b'"role"', b'"rolle"')),
        "other columns",
    ),
    "yes for rows": (body(lambda data: b'{"head":{},"boolean":true}'), "yes or no although rows"),
    "an IRI that is none": (
        body(lambda data: data.replace(b"https://w3id.org/mlops-roles/role/", b"not an iri ")),
        "a broken answer",
    ),
    "nested without end": (body(lambda data: NESTED), "a broken answer .*nested too deep"),
    "no rows where some are counted": (body(lambda data: cut(data, 0)), "counted 8 rows, gave 0"),
    "more rows than counted": (
        lambda q, *r: (
            (*r[:2], re.sub(rb'"value":"8"', b'"value":"7"', r[2]))
            if "COUNT" in q and "mlops:Role ." in q
            else r
        ),
        "counted 7",
    ),
    "a count that is no number": (
        lambda q, *r: (
            (*r[:2], r[2].replace(b'"8"', b'"many"')) if "COUNT" in q and "mlops:Role ." in q else r
        ),
        "no number",
    ),
    "a page of the web": (
        on_rows(lambda s, h, d: (200, {"Content-Type": "text/html; charset=utf-8"}, d)),
        "answers with text/html",
    ),
    "no media type": (on_rows(lambda s, h, d: (200, {}, d)), "no media type"),
    "a part": (on_rows(lambda s, h, d: (206, h, d)), "only a part of the answer"),
    "a part, by a header": (
        on_rows(lambda s, h, d: (200, {**h, "X-SQL-State": "S1TAT"}, d)),
        "only a part of the answer",
    ),
    "an error": (
        on_rows(
            lambda s, h, d: (
                500,
                {"Content-Type": "text/plain"},
                b"<b>Virtuoso</b> S1T00 Error\nSPARQL query: " + SECRET.encode(),
            )
        ),
        "S1T00 Error",
    ),
    "not there": (on_rows(lambda s, h, d: (404, {}, b"")), "HTTP 404"),
    "not allowed": (
        on_rows(lambda s, h, d: (401, {"WWW-Authenticate": "Basic"}, b"")),
        "HTTP 401.*MLOPS_ROLES_TOKEN",
    ),
    "sent elsewhere": (
        on_rows(lambda s, h, d: (307, {"Location": "http://elsewhere.example/?q=1"}, b"")),
        "redirects to elsewhere.example, which is not followed",
    ),
    "sent to a file": (
        on_rows(lambda s, h, d: (302, {"Location": "file:///etc/passwd"}, b"")),
        "redirects to another path",
    ),
    "always busy": (on_rows(lambda s, h, d: (503, {}, b"")), "busy .HTTP 503.; ask again later"),
    "asks for patience without end": (
        on_rows(lambda s, h, d: (429, {"Retry-After": "99999"}, b"")),
        "busy .HTTP 429.; ask again later",
    ),
    "breaks off": (
        on_rows(lambda s, h, d: (200, {**h, "Content-Length": str(len(d) + 9)}, d)),
        "broke off",
    ),
    "not really compressed": (
        on_rows(lambda s, h, d: (200, {**h, "Content-Encoding": "gzip"}, d)),
        "a broken response",
    ),
    "too much": (body(lambda data: data[:-1] + b" " * 3_000_000 + b"}"), "an answer of over 1 MiB"),
    "too much once unpacked": (
        on_rows(
            lambda s, h, d: (
                200,
                {**h, "Content-Encoding": "gzip"},
                gzip.compress(d[:-1] + b" " * 30_000_000 + b"}"),
            )
        ),
        "over 1 MiB",
    ),
    "without end": (
        on_rows(
            lambda s, h, d: (200, {**h, "Content-Length": None}, iter(lambda: b" " * 65536, b""))
        ),
        "over 1 MiB",
    ),
}


@pytest.mark.parametrize(("spoil", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_refused_in_one_line(spoil, reason, server):
    server.spoil = spoil
    with (
        connect(server.url, max_bytes=1 << 20, timeout=10) as endpoint,
        pytest.raises(InputError, match=reason) as caught,
    ):
        endpoint.ask(QUESTION)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 600
    assert SECRET not in said


def test_an_endless_slow_response_times_out(server):
    def drip():
        while True:
            time.sleep(0.05)
            yield b" "

    server.spoil = on_rows(lambda s, h, d: (200, {**h, "Content-Length": None}, drip()))
    start = time.monotonic()
    with (
        connect(server.url, timeout=0.5) as endpoint,
        pytest.raises(Timeout, match=r"no complete answer within 0.5 s"),
    ):
        endpoint.ask(QUESTION)
    assert time.monotonic() - start < 4


def test_a_silent_server_times_out(server):
    server.spoil = on_rows(lambda *response: (time.sleep(1.5), response)[1])
    with connect(server.url, timeout=0.3) as endpoint, pytest.raises(Timeout):
        endpoint.ask(QUESTION)


@pytest.mark.parametrize("after", ["0", "Tue, 24 Nov 2020 00:00:00 GMT", "soon"])
def test_a_busy_server_is_asked_again(after, server):
    replies = iter([(503, {"Retry-After": after}, b""), (429, {"Retry-After": after}, b"")])
    server.spoil = on_rows(lambda *response: next(replies, response))
    said = []
    with connect(server.url, on_progress=said.append) as endpoint:
        assert endpoint.ask(QUESTION).terms == ROWS
    assert [line for line in said if "asked again" in line] == [
        "the server is busy (HTTP 503), asked again in 0.01 s",
        "the server is busy (HTTP 429), asked again in 0.02 s",
    ]


def test_a_retry_waits_as_long_as_the_server_asks(server):
    replies = iter([(503, {"Retry-After": "1"}, b"")])
    server.spoil = on_rows(lambda *response: next(replies, response))
    start = time.monotonic()
    with connect(server.url) as endpoint:
        assert endpoint.ask(QUESTION).terms == ROWS
    assert time.monotonic() - start >= 1


def test_an_error_names_a_server_that_is_not_there():
    with (
        connect("http://127.0.0.1:9/sparql") as endpoint,
        pytest.raises(InputError, match=r"^http://127.0.0.1:9/sparql: the connection failed"),
    ):
        endpoint.ask(QUESTION)


def test_an_update_is_never_repeated(server):
    server.spoil = lambda query, *response: (
        (503, {}, b"") if query.startswith(("DELETE", "INSERT")) else response
    )
    server.answer = lambda query: (
        200,
        {"Content-Type": JSON},
        b'{"head":{"vars":["digest"]},"results":{"bindings":[]}}',
    )
    with (
        connect(server.url) as endpoint,
        pytest.raises(InputError, match="updates are needed for this"),
    ):
        endpoint.install()
    assert len([q for q, _ in server.requests if q.startswith(("DELETE", "INSERT"))]) == 1


# a cap without a word -----------------------------------------------------------------------


def capped(rows, change=lambda document: document):
    def spoil(query, status, headers, data):
        document = json.loads(data)
        if "results" in document and "COUNT" not in query:
            document["results"]["bindings"] = document["results"]["bindings"][:rows]
            document = change(document) if "OFFSET" in query else document
        return status, headers, json.dumps(document).encode()

    return spoil


@pytest.mark.parametrize("cap", [1, 3, 5, 7])
def test_a_silent_row_cap_is_paged_past(cap, server):
    server.spoil = capped(cap)
    with connect(server.url) as endpoint:
        assert endpoint.ask(QUESTION).terms == ROWS


def repeated(document):
    rows = document["results"]["bindings"]
    document["results"]["bindings"] = rows[:1] * len(rows)
    return document


@pytest.mark.parametrize(
    "change",
    [repeated, lambda document: {**document, "results": {"bindings": []}}],
    ids=["rows that repeat", "no more rows"],
)
def test_pages_that_do_not_add_up_are_refused(change, server):
    server.spoil = capped(3, change)
    with (
        connect(server.url) as endpoint,
        pytest.raises(InputError, match="its pages do not add up; nothing of it is used"),
    ):
        endpoint.ask(QUESTION)


def test_rows_that_change_between_pages_are_refused(server):
    counts = iter([b'"8"', b'"9"'])
    page = capped(3)

    def spoil(query, status, headers, data):
        if "COUNT" in query and "mlops:Role ." in query:
            return status, headers, data.replace(b'"8"', next(counts))
        return page(query, status, headers, data)

    server.spoil = spoil
    with (
        connect(server.url) as endpoint,
        pytest.raises(InputError, match="its pages do not add up"),
    ):
        endpoint.ask(QUESTION)


# addresses and credentials --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"http://anna:{SECRET}@acme.example/sparql", "credentials in an address"),
        ("file:///etc/passwd", "not the address of a server"),
        ("ftp://acme.example/", "not the address of a server"),
        ("acme.example/sparql", "not the address of a server"),
        ("http://", "not the address of a server"),
        ("http://[::1/", "not an address"),
        ("http://acme.example:port/", "not an address"),
    ],
)
def test_a_bad_address_is_refused_and_no_password_is_shown(url, reason, capsys):
    assert main(["ask", QUESTION, "--endpoint", url]) == 2
    said = capsys.readouterr().err
    assert re.search(reason, said)
    assert SECRET not in said


def test_what_a_query_string_hides_is_not_shown():
    assert (
        Endpoint(f"https://acme.example:8443/sparql?key={SECRET}").transport.display_url
        == "https://acme.example:8443/sparql"
    )


@pytest.mark.parametrize(
    ("variables", "sent"),
    [
        ({"MLOPS_ROLES_TOKEN": SECRET}, f"Bearer {SECRET}"),
        ({"MLOPS_ROLES_USER": "anna", "MLOPS_ROLES_PASSWORD": "x"}, "Basic YW5uYTp4"),
        ({"NETRC": "netrc"}, "Basic YW5uYTp4"),
        ({}, None),
    ],
    ids=["token", "password", "netrc", "none"],
)
def test_credentials_are_sent_to_the_given_server_only(
    variables, sent, server, store, monkeypatch, tmp_path
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login anna password x\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))
    for name, text in variables.items():
        monkeypatch.setenv(name, str(tmp_path / text) if name == "NETRC" else text)
    with serving(store) as other, connect(server.url) as endpoint:
        server.spoil = on_rows(lambda s, h, d: (307, {"Location": other.url}, b""))
        with pytest.raises(InputError, match="redirects") as caught:
            endpoint.ask(QUESTION)
        assert SECRET not in str(caught.value)
        assert {headers["Authorization"] for _, headers in server.requests} == {sent}
        assert other.requests == []


def test_a_query_is_in_no_error_and_in_no_address(server):
    """Who is asked about is data about people."""
    server.spoil = lambda query, *response: (
        (500, {}, f"error\n{query}".encode()) if "anna" in query else response
    )
    with connect(server.url) as endpoint, pytest.raises(InputError, match="HTTP 500") as caught:
        endpoint.ask("skills-of-person", person=f"https://example.org/anna-{SECRET}")
    assert SECRET not in str(caught.value)
    assert any(SECRET in query for query, _ in server.requests)


@pytest.mark.parametrize("name", ["https://acme.example/> <urn:x", "no iri", ""])
def test_a_graph_that_is_no_iri_is_refused(name, capsys):
    assert main(["ask", QUESTION, "--endpoint", "http://127.0.0.1:9/", "--graph", name]) == 2
    assert ("not an IRI of a graph" if name else "--graph: empty") in capsys.readouterr().err


@pytest.mark.parametrize("value", ['x" . } #', "} UNION { ?s ?p ?o", "x\\u0022 ?y", "a\nb"])
def test_a_parameter_never_becomes_sparql(value, server):
    with connect(server.url) as endpoint:
        assert endpoint.ask("roles-for-title", title=value).rows == []


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (302, {"Location": "http://\x1b[31mevil\x07/"}, b""),
        (500, {}, b"\x1b]0;title\x07 \x9b2J \xe2\x80\xaegnp.exe"),
        (500, {"Content-Type": "text/html"}, "\x9b31m<b>\x1b[2J".encode()),
        (200, {"Content-Type": "text/\x1b[31mhtml"}, b""),
        (200, {"Content-Type": JSON}, b'{"\x1b[31m'),
        (503, {"Retry-After": "\xb2"}, b""),
        (429, {"Retry-After": "99999999999999999999999999"}, b""),
        (503, {"Retry-After": "Fri, 31 Dec 99999 23:59:59 GMT"}, b""),
    ],
)
def test_what_a_server_says_is_one_line_without_escapes(status, headers, body, server, capsys):
    server.spoil = on_rows(lambda *_: (status, headers, body))
    assert main(["ask", QUESTION, "--endpoint", server.url, "--timeout", "3"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", err)
    assert "unforeseen" not in err


def test_a_proxy_of_the_environment_is_not_used(server, store, monkeypatch):
    with serving(store) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        with connect(server.url) as endpoint:
            assert endpoint.ask(QUESTION).terms == ROWS
        assert (proxy.requests == [], server.requests == []) == (True, False)
        count = len(server.requests)
        monkeypatch.setenv("MLOPS_ROLES_PROXY", proxy.url.removesuffix("/sparql"))
        with connect(server.url) as endpoint:
            assert endpoint.ask(QUESTION).terms == ROWS
        assert proxy.requests
        assert len(server.requests) == count


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MLOPS_ROLES_TOKEN", "é"),
        ("MLOPS_ROLES_TOKEN", "a\nHost: b"),
        ("MLOPS_ROLES_PASSWORD", "\udcff"),
        ("MLOPS_ROLES_PROXY", "nowhere"),
        ("NETRC", b"machine a login \xff"),
        ("NETRC", b"machine a login"),
        ("NETRC", b"machine a nonsense b"),
    ],
)
def test_credentials_that_cannot_be_sent_are_an_error(
    variable, value, server, monkeypatch, tmp_path, capsys
):
    if isinstance(value, bytes):
        (tmp_path / "netrc").write_bytes(value)
        value = str(tmp_path / "netrc")
    monkeypatch.setenv("MLOPS_ROLES_USER", "ada" if "PASSWORD" in variable else "")
    monkeypatch.setenv(variable, value)
    code = main(["ask", QUESTION, "--endpoint", server.url])
    err = capsys.readouterr().err
    assert (code, err.count("\n")) in ((2, 1), (0, 0))
    assert code == 2 or value.endswith("netrc")  # a machine without a password is none
    assert "unforeseen" not in err
