"""The local server: it negotiates as a web server with the same rules, and serves nothing else."""

import http.client
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import anyio
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlops_roles import InputError
from mlops_roles.cli import main
from mlops_roles.publishing import (
    compatibility,
    http_protocol,
    publishing_data,
    query_page,
    release,
    server,
    site,
)
from mlops_roles.publishing.redirects import Redirects

IRI = "/mlops-roles/role/ml-engineer"
PAGE = "/0.1.0/role/ml-engineer.html"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
ACCEPTS = {
    BROWSER: "html",
    "": "ttl",
    "*/*": "ttl",
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdf",
    "application/n-triples": "nt",
    "application/json": "json",
    "application/json, application/ld+json;q=0.9": "json",
    "text/html": "html",
    "text/*": "ttl",
    "application/*": "jsonld",
    "text/html, */*": "html",
    "application/rdf+xml, application/xml; q=0.5, text/xml; q=0.3, */*; q=0.2": "rdf",
    "text/turtle;q=0.5, text/html;q=0.6": "html",
    "text/html;q=0.5, text/turtle;q=0.6": "ttl",
    "text/html;q=0.501,application/ld+json;q=1.0": "jsonld",
    "TEXT/HTML": "html",
    "text/turtle;q=0, */*;q=0.1": "jsonld",
    'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted";q=0.9, '
    "text/html;q=0.8": "jsonld",
    "text/html;q=0.05": "html",
    "text/turtle;q=0": None,
    "*/*;q=0.0": None,
    "image/png": None,
    "text/htmlx": None,
    "nonsense": None,
}


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """A release of a few files."""
    folder = tmp_path_factory.mktemp("dist")
    kept = {
        "0.1.0/mlops-roles.ttl": "# data",
        "0.0.9/mlops-roles.ttl": "#",
        "0.1.0/style.css": "a {}",
        "index.html": "<p>",
    }
    for name, text in {
        **kept,
        "0.1.0/role/ml-engineer.html": "<!DOCTYPE html>",
        ".htaccess": "secret",
        "SHA256SUMS": "0  x",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder.parent / "outside.txt").write_text("secret")
    (folder / "0.1.0" / "link.txt").symlink_to(folder.parent / "outside.txt")
    return folder


@pytest.fixture(scope="module")
def port(dist):
    with server.serve(dist) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1]
        running.shutdown()


def ask(port, path, method="GET", **headers):
    """Status, headers and body of a request; a host is the server's own unless given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": f"127.0.0.1:{port}", **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


# negotiation -----------------------------------------------------------------------------


@pytest.mark.parametrize(("accept", "suffix"), ACCEPTS.items())
def test_an_iri_leads_to_the_format_that_is_asked_for(port, accept, suffix):
    status, headers, _ = ask(port, IRI, **({"Accept": accept} if accept else {}))
    wanted = (
        (406, None)
        if suffix is None
        else (303, PAGE if suffix == "html" else f"/0.1.0/role/ml-engineer.{suffix}")
    )
    assert (status, headers["Location"], headers["Vary"]) == (*wanted, "Accept")


@pytest.mark.parametrize(("accept", "suffix"), ACCEPTS.items())
def test_the_iri_of_the_ontology_leads_to_all_of_it(port, accept, suffix):
    """It has no file in plain JSON: that is JSON-LD."""
    _, headers, _ = ask(port, "/mlops-roles", **({"Accept": accept} if accept else {}))
    name = {"html": "index.html", "json": "mlops-roles.jsonld"}.get(suffix, f"mlops-roles.{suffix}")
    assert headers["Location"] == (f"/0.1.0/{name}" if suffix else None)


@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "rdf", "nt", "json", "html"])
def test_an_iri_with_a_suffix_leads_to_this_format(port, suffix):
    for accept in ("", "text/html", "image/png"):
        status, headers, _ = ask(port, f"{IRI}.{suffix}", Accept=accept)
        assert (status, headers["Location"]) == (303, f"/0.1.0/role/ml-engineer.{suffix}")
    assert ask(port, f"{IRI}.exe")[0] == 404


RANGES = [
    *(f.media_types[0] for f in publishing_data.formats()),
    "text/*",
    "application/*",
    "*/*",
    "image/png",
]
LEVELS = [None, *(f"0.{tenth}" for tenth in range(10)), "1", "1.0", "0"]


def oracle(accept):
    """Formats of the highest q by RFC 9110, named types before wildcards."""
    told = {}
    for item in filter(None, (i.strip() for i in accept.split(","))):
        media, *parameters = [part.strip() for part in item.split(";")]
        q = next((float(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        told.setdefault(media, q)
    best = {}
    for form in publishing_data.formats():
        served = form.media_types[0]
        specific = next(
            (r for r in (served, served.split("/")[0] + "/*", "*/*") if r in told), None
        )
        best[form.suffix] = told[specific] if specific else 0
    top = max(best.values())
    return {suffix for suffix, q in best.items() if q == top and q > 0}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from(RANGES), st.sampled_from(LEVELS)),
        max_size=4,
        unique_by=lambda t: t[0],
    )
)
@example([("text/turtle", "0.9"), ("text/html", "0.8"), ("*/*", None)])
def test_negotiation_agrees_with_the_standard(items):
    accept = ", ".join(media + (f";q={q}" if q else "") for media, q in items)
    status, there = Redirects("0.1.0").resolve("role/ml-engineer", accept)
    chosen = (
        {"html" if there.endswith("html") else there.rpartition(".")[2]} if status == 303 else set()
    )
    allowed = oracle(accept) if accept else {"ttl"}
    assert chosen <= allowed
    assert bool(chosen) == bool(allowed)


PATHS = [
    *(
        "",
        "0.1.0",
        "0.0.9/ns",
        "ns",
        "role/ml-engineer",
        "0.1.0/role/ml-engineer",
        "role/ml-engineer.json",
        "shape/x",
        "void",
        "context",
        "0.1.0/style.css",
    ),
    *("code/a", "code/a/b/1.2", "alignments/a", "role/", "roles", "a/b/c", "role/ML", "x?y=z"),
]


def test_apache_does_the_same_as_the_local_server(port, tmp_path):
    """The rules themselves, judged by the web server that they are for."""
    apache = shutil.which("apache2") or shutil.which("httpd")
    if not apache:
        pytest.skip("no apache2 on this machine; install it to judge the redirect rules")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        other = free.getsockname()[1]
    (tmp_path / "docs" / "mlops-roles").mkdir(parents=True)
    (tmp_path / "docs" / "mlops-roles" / ".htaccess").write_text(
        Redirects("0.1.0").htaccess("https://site.example")
    )
    folder = "/usr/lib/apache2/modules"
    modules = [
        f"LoadModule {m}_module {folder}/mod_{m}.so"
        for m in ("mpm_event", "authz_core", "rewrite", "setenvif", "headers", "dir")
    ]
    opened = [
        f"<Directory {tmp_path}/docs>",
        "AllowOverride All",
        "Require all granted",
        "</Directory>",
        "",
    ]
    lines = [
        "ServerName localhost",
        f"Listen 127.0.0.1:{other}",
        f"PidFile {tmp_path}/pid",
        f"ErrorLog {tmp_path}/log",
        f"DocumentRoot {tmp_path}/docs",
    ]
    (tmp_path / "conf").write_text("\n".join([*modules, *lines, *opened]))
    with subprocess.Popen(
        [apache, "-X", "-f", str(tmp_path / "conf")], stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert answers(other), (
                (tmp_path / "log").read_text() if (tmp_path / "log").exists() else "no log"
            )
            for path in PATHS:
                for accept in ACCEPTS:
                    told = [
                        ask(p, f"/mlops-roles/{path}", **({"Accept": accept} if accept else {}))
                        for p in (port, other)
                    ]
                    there = [
                        (status, (headers["Location"] or "").removeprefix("https://site.example"))
                        for status, headers, _ in told
                    ]
                    assert there[0] == there[1], (path, accept)
                    assert told[1][0] == 404 or "Accept" in (told[1][1]["Vary"] or ""), (
                        path,
                        accept,
                    )
        finally:
            process.terminate()


def answers(port):
    for _ in range(100):
        try:
            ask(port, "/")
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


# what a server must not do ---------------------------------------------------------------


HOSTS = [
    "evil.example",
    "evil.example:{}",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:{}.evil.example",
    "localhost:{}@evil",
    "",
    "0.0.0.0:{}",
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_request_that_names_another_server_is_misdirected(port, host):
    status, headers, body = ask(port, PAGE, Host=host.format(port))
    assert (status, headers["Content-Security-Policy"] is not None) == (421, True)
    assert b"DOCTYPE" not in body


@pytest.mark.parametrize("host", ["127.0.0.1:{}", "localhost:{}", "[::1]:{}", "LOCALHOST:{}"])
def test_a_request_that_names_this_server_is_answered(port, host):
    assert ask(port, PAGE, Host=host.format(port))[0] == 200


def test_a_request_with_two_hosts_or_none_is_refused(port):
    for hosts in ("", f"Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(f"GET {PAGE} HTTP/1.1\r\n{hosts}\r\n".encode())
            assert raw.recv(200).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_nothing_can_be_changed(port, method):
    status, headers, _ = ask(port, IRI, method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (IRI, "GET, HEAD, OPTIONS"),
        (PAGE, "GET, HEAD, OPTIONS"),
        ("/sparql", "GET, HEAD, OPTIONS, POST"),
        ("/ask/roles", "GET, HEAD, OPTIONS"),
        ("*", "GET, HEAD, OPTIONS"),
    ],
)
def test_an_address_says_which_methods_it_takes(port, path, methods):
    status, headers, body = ask(port, path, "OPTIONS")
    assert (status, headers["Allow"], body) == (204, methods, b"")
    assert headers["Access-Control-Allow-Origin"] is None


def test_a_file_is_sent_again_only_if_it_has_changed(port, dist):
    first = ask(port, PAGE)
    tag, changed = first[1]["ETag"], first[1]["Last-Modified"]
    for known in ({"If-None-Match": f'"x", W/{tag}'}, {"If-Modified-Since": changed}):
        for method in ("GET", "HEAD"):
            status, headers, body = ask(port, PAGE, method, **known)
            assert (status, headers["ETag"], body) == (304, tag, b""), known
    news = [
        {"If-None-Match": '"x"'},
        {"If-None-Match": '"x"', "If-Modified-Since": changed},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ]
    for known in news:
        assert ask(port, PAGE, **known)[::2] == first[::2], known
    assert ask(port, "/nowhere", **{"If-None-Match": "*"})[0] == 404
    page = dist / PAGE[1:]
    before = page.read_text()
    page.write_text(before.replace("html", "HTML"))
    try:
        assert ask(port, PAGE, **{"If-None-Match": tag})[0] == 200
    finally:
        page.write_text(before)


def test_an_absolute_target_is_read_as_another_but_for_another_host(port):
    own = f"http://127.0.0.1:{port}"
    assert ask(port, f"{own}{PAGE}")[::2] == ask(port, PAGE)[::2]
    assert ask(port, f"{own}/sparql?query=ASK%7B%7D", Host="evil.example")[0] == 200
    assert ask(port, f"{own}{IRI}", Accept="text/html")[1]["Location"] == PAGE
    for odd in ("http://evil.example", "http://", "https://[", "http://user@127.0.0.1"):
        assert ask(port, f"{odd}{PAGE}")[0] in (404, 421), odd


@pytest.mark.parametrize("path", ["/ask/roles/", "/openapi.json/", "/resolve/?title=x"])
def test_no_answer_repeats_the_host_that_a_request_names(port, path):
    for host in ("evil.example", f"127.0.0.1:{port}"):
        status, headers, body = ask(port, path, Host=host)
        assert status in (404, 421)
        assert headers["Location"] is None
        assert b"evil" not in body


def test_a_body_has_one_length(port):
    request = (
        f"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        "Content-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n"
        "Content-Length: 4\r\n\r\n6\r\nASK {}\r\n0\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(request.encode())
        assert raw.recv(200).startswith(b"HTTP/1.1 400 ")


@pytest.fixture(scope="module")
def impatient():
    """The port of a server that looks at its connections often, and what says that it answered.

    /slow takes 1 s.
    """
    answered = threading.Event()

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        while (await receive()).get("more_body"):
            pass
        await anyio.sleep(1 if scope["path"] == "/slow" else 0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b" " * (64 << 20)})
        answered.set()

    running = server.uvicorn_server(app)
    running.config.lifespan = "off"
    with pytest.MonkeyPatch.context() as patch, server.listening(0) as listener:
        patch.setattr(http_protocol, "SECONDS", 0.25)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1], answered
        running.should_exit = True
        thread.join()


@pytest.mark.parametrize(
    "begun",
    [
        "",
        "GET /",
        "GET / HTTP/1.1\r\nHost: x\r\nX:",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nHEAD /",
    ],
)
def test_a_client_that_drips_its_request_is_cut_off(impatient, begun):
    with socket.create_connection(("127.0.0.1", impatient[0]), timeout=5) as slow:
        slow.sendall(begun.encode())
        end = time.monotonic() + 10
        with pytest.raises(OSError, match=r"reset|pipe|abort"):
            while time.monotonic() < end:
                slow.sendall(b"x")
                time.sleep(0.02)


def test_a_client_that_reads_nothing_is_cut_off_and_a_slow_answer_is_not(impatient):
    port, answered = impatient
    answered.clear()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as deaf:
        deaf.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answered.wait(10)
        time.sleep(1)
        assert sum(map(len, iter(lambda: deaf.recv(1 << 20), b""))) < 64 << 20
    assert ask(port, "/slow", "HEAD")[0] == 200
    assert len(ask(port, "/slow")[2]) == 64 << 20


@pytest.mark.parametrize("path", [PAGE, IRI, "/nowhere", "/"])
def test_a_head_is_the_answer_without_its_body(port, path):
    whole, head = ask(port, path, Accept=BROWSER), ask(port, path, "HEAD", Accept=BROWSER)
    assert (head[0], head[2]) == (whole[0], b"")
    assert [(n, v) for n, v in head[1].items() if n.lower() != "date"] == [
        (n, v) for n, v in whole[1].items() if n.lower() != "date"
    ]


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/../outside.txt",
            "/0.1.0/../../outside.txt",
            "/%2e%2e/outside.txt",
            "/0.1.0/%2e%2e%2f%2e%2e%2foutside.txt",
            "/..%5coutside.txt",
            "//outside.txt",
        ),
        *(
            "/.htaccess",
            "/0.1.0/link.txt",
            "/0.1.0",
            "/0.1.0/style.css%00.html",
            "/0.1.0//style.css",
            "http://evil.example/",
            "*",
            "/mlops-roles/../.htaccess",
        ),
    ],
)
def test_what_is_no_file_of_the_release_is_not_found(port, path):
    status, _, body = ask(port, path)
    assert status == (421 if "evil" in path else 404)
    assert b"secret" not in body


def test_too_long_an_address_is_refused(port):
    assert ask(port, "/" + "x" * 9000)[0] == 414


KINDS = {
    PAGE: "text/html",
    "/": "text/html",
    "/0.1.0/mlops-roles.ttl": "text/turtle",
    "/0.1.0/style.css": "text/css",
    "/SHA256SUMS": "text/plain",
}


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_a_file_has_its_media_type_and_may_run_only_scripts_of_the_site(port, path, kind):
    status, headers, _ = ask(port, path)
    assert (status, headers["Content-Type"], headers["X-Content-Type-Options"]) == (
        200,
        f"{kind}; charset=utf-8",
        "nosniff",
    )
    policy = dict(p.split(" ", 1) for p in headers["Content-Security-Policy"].split("; "))
    assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
    assert policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Access-Control-Allow-Origin"] is None


def test_the_newest_version_is_the_current_one(dist):
    assert site.Site(dist).redirects.version == "0.1.0"


def test_a_folder_without_a_release_is_refused(tmp_path):
    with pytest.raises(InputError, match="no release in it; run 'mlops-roles build"):
        server.serve(tmp_path)


def test_a_port_that_is_taken_is_named(dist, port):
    with pytest.raises(InputError, match=f"port {port}: cannot be used"):
        server.serve(dist, port)


@pytest.mark.parametrize("wrong", [-1, 70000])
def test_a_port_that_is_none_is_named(dist, wrong):
    with pytest.raises(InputError, match=f"port {wrong}: cannot"):
        server.serve(dist, wrong)


# the commands ----------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_interrupted_or_ended(dist, sent):
    command = [sys.executable, "-m", "mlops_roles", "serve", str(dist), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        address = process.stdout.readline().strip()
        served = int(re.fullmatch(r"http://127\.0\.0\.1:(\d+)/", address)[1])
        assert ask(served, IRI, Accept="text/html")[1]["Location"] == PAGE
        process.send_signal(sent)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "stopped\n")


def test_the_command_names_a_folder_that_holds_no_build(tmp_path, capsys):
    assert main.main(["serve", str(tmp_path)]) == 2
    assert "no release in it" in capsys.readouterr().err


def test_the_build_command_says_where_it_built_and_that_a_site_is_missing(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(compatibility, "breaking_changes", lambda: [])
    monkeypatch.setattr(
        release, "release_files", lambda graph, site, *_: {"SHA256SUMS": site.encode()}
    )
    monkeypatch.setattr(query_page, "vendor_files", lambda: {"vendor/engine.js": b""})
    assert main.main(["build", "--output", str(tmp_path / "dist")]) == 0
    assert capsys.readouterr() == (
        f"built {tmp_path / 'dist'}\n",
        "no --site: the redirects lead to a placeholder\n",
    )
    assert (
        main.main(["build", "--output", str(tmp_path / "dist"), "--site", "https://x.example"]) == 0
    )
    assert capsys.readouterr().err == ""
    assert (tmp_path / "dist" / "SHA256SUMS").read_text() == "https://x.example"


def test_the_build_command_says_that_the_query_page_has_no_engine(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(compatibility, "breaking_changes", lambda: [])
    monkeypatch.setattr(
        release, "release_files", lambda graph, site, *_: {"SHA256SUMS": site.encode()}
    )
    monkeypatch.setattr(query_page, "vendor_files", dict)
    site = ["--site", "https://x.example"]
    assert main.main(["build", "--output", str(tmp_path / "dist"), *site]) == 0
    assert capsys.readouterr().err == (
        "no engine and no editor in the query page: npm was not run (see docs/publishing.md)\n"
    )


def test_pages_are_built_when_they_are_first_asked_for(monkeypatch):
    """Without a folder; until they are there, a page that loads itself again says so."""
    code = "import sys, pathlib as p; f = p.Path(sys.argv[-1], '0.1.0'); f.mkdir(parents=True); "
    code += "(f / 'mlops-roles.ttl').touch(); (f.parent / 'index.html').write_text('there')"
    start = subprocess.Popen
    monkeypatch.setattr(
        site.subprocess, "Popen", lambda c, **more: start([*c[:3], code, *c[4:]], **more)
    )
    late = site.LazySite()
    first, plain = late.respond("GET", "/", "text/html"), late.respond("GET", "/")
    assert (first.status, first.headers["Retry-After"]) == (503, "2")
    assert b'http-equiv="refresh"' in first.body
    assert plain.body.startswith(b"503: ")
    late._process.wait()
    assert late.respond("GET", "/").body == b"there"
    folder = late._folder.name
    late.close()
    assert not Path(folder).exists()


def test_a_build_that_fails_says_so_and_does_not_load_again(monkeypatch):
    start = subprocess.Popen
    monkeypatch.setattr(
        site.subprocess, "Popen", lambda c, **more: start([c[0], "-c", "exit(2)"], **more)
    )
    late = site.LazySite()
    late.respond("GET", "/", "text/html")
    late._process.wait()
    answer = late.respond("GET", "/", "text/html")
    assert answer.status == 503
    assert b"refresh" not in answer.body
    assert b"mlops-roles build" in answer.body
    late.close()


def test_answers_are_sent_without_delay():
    """asyncio sets TCP_NODELAY only on sockets that name the protocol; else 40 ms are waited."""
    with server.listening(0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
