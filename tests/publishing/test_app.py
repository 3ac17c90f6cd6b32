"""The endpoint follows the SPARQL protocol and survives strangers; questions have addresses."""

import csv
import io
import json
import os
import select
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlencode

import httpx
import pyoxigraph as ox
import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from mlops_roles import InputError, Timeout, ask, catalogue, load
from mlops_roles.ontology.graph import BASE, INFERRED, RDF_TYPE
from mlops_roles.ontology.workers import Busy, WorkerQuery, Workers
from mlops_roles.publishing.app import MAX_WAITING, App
from mlops_roles.publishing.negotiation import best_media_type
from mlops_roles.publishing.protocol import TABLES, TRIPLES
from mlops_roles.publishing.server import serve
from mlops_roles.publishing.server_options import ServerOptions
from mlops_roles.publishing.service import SERVICE

SECONDS = 2.0
ROLES = "SELECT ?role { ?role a mlops:Role } ORDER BY ?role"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = "application/sparql-query"
RAW = {"Content-Type": QUERY}
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@contextmanager
def connected(server):
    """A client of a server, which runs until the client is closed."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        for _ in range(100):
            try:
                client.get("/sparql", params={"query": "ASK {}"})  # once the graph is loaded
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        yield client
    server.shutdown()


@pytest.fixture(scope="module")
def server():
    with serve(port=0, seconds=SECONDS) as running:
        yield running


@pytest.fixture(scope="module")
def client(server):
    with connected(server) as client:
        yield client


def rows(answer):
    return [
        {name: value["value"] for name, value in row.items()}
        for row in answer.json()["results"]["bindings"]
    ]


# the SPARQL protocol ---------------------------------------------------------


def test_a_query_is_sent_in_three_ways(client):
    ways = [
        client.get("/sparql", params={"query": ROLES}),
        client.post("/sparql", data={"query": ROLES}),
        client.post("/sparql", content=ROLES, headers=RAW),
        client.post(
            "/sparql",
            content=ROLES,
            headers={"Content-Type": f"{RAW['Content-Type']}; charset=UTF-8"},
        ),
    ]
    assert [way.status_code for way in ways] == [200] * 4
    assert [way.headers["Content-Type"] for way in ways] == [TABLES[0]] * 4
    expected = [row["term"] for row in ask("terms").rows if row["class"] == "mlops:Role"]
    curies = [[load().curie(row["role"]) for row in rows(way)] for way in ways]
    assert curies == [sorted(expected)] * 4


@pytest.mark.parametrize("media", TABLES)
def test_rows_come_in_each_format(client, media):
    answer = client.get("/sparql", params={"query": ROLES}, headers={"Accept": media})
    assert answer.headers["Content-Type"].split(";")[0] == media
    form = ox.QueryResultsFormat.from_media_type(media)
    if media == "text/csv":
        assert len(list(csv.reader(io.StringIO(answer.text)))) == 9
    else:
        assert len(list(ox.parse_query_results(answer.content, format=form))) == 8


@pytest.mark.parametrize("media", TRIPLES)
def test_triples_come_in_each_format(client, media):
    query = "CONSTRUCT { ?r a mlops:Role } { ?r a mlops:Role }"
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": media})
    assert answer.headers["Content-Type"].split(";")[0] == media
    form = ox.RdfFormat.from_media_type(media)
    assert len(list(ox.parse(answer.content, format=form))) == 8


def test_the_best_format_is_chosen_and_none_is_an_error(client):
    chosen = {
        "text/csv;q=0.5, application/sparql-results+xml": TABLES[1],
        "*/*": TABLES[0],
        "application/json": TABLES[0],
        "text/*": "text/csv",
    }
    for accept, media in chosen.items():
        answer = client.get("/sparql", params={"query": ROLES}, headers={"Accept": accept})
        assert answer.headers["Content-Type"].split(";")[0] == media
    for accept in ("image/png", "text/turtle", "text/csv;q=0"):
        answer = client.get("/sparql", params={"query": ROLES}, headers={"Accept": accept})
        assert answer.status_code == 406


def count(client, query, **graphs):
    answer = client.get(
        "/sparql", params=[("query", query), *((k.replace("_", "-"), v) for k, v in graphs.items())]
    )
    assert answer.status_code == 200, answer.text
    return int(rows(answer)[0]["n"])


def test_the_dataset_is_the_querys_or_the_protocols(client):
    everything = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"
    stated, inferred = "https://w3id.org/mlops-roles", INFERRED.value
    whole = count(client, everything.format(""))
    of_stated = count(client, everything.format(""), default_graph_uri=stated)
    of_inferred = count(client, everything.format(""), default_graph_uri=inferred)
    assert whole > of_stated > 0
    assert whole > of_inferred > 0
    assert count(client, everything.format(f"FROM <{stated}>")) == of_stated
    assert count(client, everything.format(f"FROM <{inferred}> # FROM <x>\n")) == of_inferred
    named = "SELECT (COUNT(*) AS ?n) FROM NAMED <" + inferred + "> { GRAPH ?g { ?s ?p ?o } }"
    assert count(client, named) == of_inferred
    both = everything.format(f"FROM <{stated}>")
    assert count(client, both, default_graph_uri=inferred) == of_inferred


def description(client, media="application/n-triples"):
    answer = client.get("/sparql", headers={"Accept": media})
    assert answer.headers["Content-Type"].split(";")[0] == media
    return list(ox.parse(answer.content, format=ox.RdfFormat.from_media_type(media)))


def test_the_endpoint_describes_itself(client):
    """W3C's tests: a GET gives RDF, sd:endpoint is there, and it conforms to the vocabulary."""
    found = {media: {str(q.triple) for q in description(client, media)} for media in TRIPLES[:3]}
    assert len({frozenset(triples) for triples in found.values()}) == 1
    quads = description(client)
    told = {(q.predicate.value.rsplit("#")[-1], getattr(q.object, "value", "")) for q in quads}
    assert ("endpoint", str(client.base_url.join("/sparql"))) in told
    assert ("name", INFERRED.value) in told
    assert ("name", SERVICE.value) in told
    assert sum(name == "resultFormat" for name, _ in told) == len(TABLES) + len(TRIPLES)


SD = "http://www.w3.org/ns/sparql-service-description#"
SCHEMA = {  # property: class of its subjects, and of its objects if that is one of the vocabulary
    "endpoint": ("Service", None),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", None),
    "supportedLanguage": ("Service", "Language"),
    "resultFormat": ("Service", None),
    "inputFormat": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}
KNOWN = {"Language": {"SPARQL11Query"}, "Feature": {"UnionDefaultGraph"}}


def test_the_description_conforms_to_its_vocabulary(client):
    quads = description(client)
    kinds = {(q.subject, q.object.value.removeprefix(SD)) for q in quads if q.predicate == RDF_TYPE}
    used = [q for q in quads if q.predicate.value.startswith(SD)]
    assert used
    for quad in used:
        of, to = SCHEMA[quad.predicate.value.removeprefix(SD)]
        assert (quad.subject, of) in kinds
        known = KNOWN.get(to, set())
        assert not to or (quad.object, to) in kinds or quad.object.value.removeprefix(SD) in known
    services = {subject for subject, kind in kinds if kind == "Service"}
    assert len(services) == 1


def test_an_editor_finds_examples_prefixes_classes_and_properties(client):
    """What the editor of SIB asks an endpoint for when it opens it, with a parameter of its own."""
    sh = "PREFIX sh: <http://www.w3.org/ns/shacl#>"
    void = "PREFIX void: <http://rdfs.org/ns/void#> PREFIX void-ext: <http://ldf.fi/void-ext#>"
    queries = {
        "examples": f"{sh} SELECT DISTINCT ?sq ?comment ?query {{ ?sq a sh:SPARQLExecutable ; "
        "rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|sh:describe ?query } ORDER BY ?sq",
        "prefixes": f"{sh} SELECT DISTINCT * {{ [] sh:namespace ?namespace ; sh:prefix ?prefix }}",
        "classes": f"{void} SELECT DISTINCT ?class ?prop ?other ?datatype {{ ?cp void:class ?class "
        "; void:propertyPartition ?pp . ?pp void:property ?prop . OPTIONAL { { ?pp "
        "void:classPartition [ void:class ?other ] } UNION { ?pp void-ext:datatypePartition [ "
        "void-ext:datatype ?datatype ] } } }",
    }
    found = {
        name: rows(client.get("/sparql", params={"ac": "1", "query": query}))
        for name, query in queries.items()
    }
    assert {"prefix": "role", "namespace": f"{BASE}/role/"} in found["prefixes"]
    role, skill, needs = (f"{BASE}/ns#{name}" for name in ("Role", "Skill", "requiresSkill"))
    assert {"class": role, "prop": needs, "other": skill} in found["classes"]
    assert any(row["prop"].endswith("prefLabel") and "datatype" in row for row in found["classes"])
    assert len(found["examples"]) >= 70
    statuses = [
        client.post("/sparql", content=example["query"].encode(), headers=RAW).status_code
        for example in found["examples"][::12]
    ]
    assert set(statuses) <= {200, 504}  # the machine is shared
    assert statuses.count(200) > len(statuses) / 2


def catalogue_differences(client, graph, questions):
    """The questions that the endpoint answers otherwise than this process does."""
    for question in questions:
        answer = client.post(
            "/sparql", content=question.text.encode(), headers={**RAW, "Accept": "text/csv"}
        )
        if answer.status_code == 504:  # the machine is shared
            continue
        here = graph.evaluate(question.text).serialize(format=ox.QueryResultsFormat.CSV)
        if sorted(answer.content.splitlines()) != sorted(here.splitlines()):
            yield question.name


def test_the_endpoint_answers_the_catalogue_as_this_process_does(client, graph):
    """What describes the service is in the default graph, too, and in no answer."""
    questions = [q for q in catalogue().values() if q.topic != "people"]
    known = catalogue()
    some = [*questions[::6], known["searched-texts"], known["vocabulary-terms"]]
    assert list(catalogue_differences(client, graph, some)) == []


@pytest.mark.long
def test_the_endpoint_answers_all_of_the_catalogue_as_this_process_does(client, graph):
    assert list(catalogue_differences(client, graph, catalogue().values())) == []


WRONG = {
    "no query": (400, "GET", {"query": ""}, None, {}),
    "two queries": (400, "GET", [("query", ROLES), ("query", ROLES)], None, {}),
    "not SPARQL": (400, "GET", {"query": "SELEC ?x"}, None, {}),
    "a parameter without a query": (400, "GET", {"default-graph-uri": "x"}, None, {}),
    "an update as parameter": (400, "GET", {"update": "CLEAR ALL"}, None, {}),
    "an update as query": (400, "GET", {"query": "CLEAR ALL"}, None, {}),
    "an update as body": (
        415, "POST", None, b"CLEAR ALL", {"Content-Type": "application/sparql-update"},
    ),
    "an update in a form": (400, "POST", None, b"update=CLEAR%20ALL", FORM),
    "a query in form and address": (400, "POST", {"query": ROLES}, b"query=ASK%7B%7D", FORM),
    "no media type": (415, "POST", None, ROLES.encode(), {}),
    "another media type": (415, "POST", None, b"<x/>", {"Content-Type": "text/xml"}),
    "not UTF-8": (400, "POST", None, b"ASK { ?s ?p '\xff' }", RAW),
    "not UTF-8 in a form": (400, "POST", None, b"query=%ff", FORM),
    "no such graph": (400, "GET", {"query": ROLES, "default-graph-uri": "file:///x"}, None, {}),
    "no such graph in FROM": (400, "GET", {"query": "ASK FROM <file:///x> {}"}, None, {}),
    "a large body": (413, "POST", None, b"#" * (2 << 20), RAW),
    "a packed body": (415, "POST", None, b"ASK {}", {**RAW, "Content-Encoding": "gzip"}),
    "100 parameters": (400, "GET", {f"a{n}": "" for n in range(200)}, None, {}),
    "many headers": (431, "GET", {"query": ROLES}, None, {"X-Long": "x" * (20 << 10)}),
    "another method": (405, "PUT", None, b"", {}),
    "DELETE": (405, "DELETE", None, None, {}),
    "an unknown path": (404, "GET", None, None, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_request_has_a_status_and_a_sentence(client, case):
    status, method, params, body, headers = WRONG[case]
    path = "/nowhere" if case == "an unknown path" else "/sparql"
    answer = client.request(method, path, params=params, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.text.startswith(f"{status}: ")
    assert len(answer.text.splitlines()) == 1
    assert "Traceback" not in answer.text
    assert "/root" not in answer.text
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/resolve?title=%ff", "/search?q=%ed%a0%80", "/ask/roles?role=%c3", "/ask/roles?%ff=1"]
)
def test_a_parameter_that_is_not_utf_8_is_refused(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (
        400,
        "400: over 100 parameters, or not UTF-8; send fewer, in UTF-8\n",
    )


# what strangers send ----------------------------------------------------------


@pytest.fixture(scope="module")
def canary():
    """A listener on loopback that counts who connects."""
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        stop = threading.Event()

        def watch():
            while not stop.is_set():
                try:
                    listener.accept()[0].close()
                    seen.append(1)
                except TimeoutError:
                    pass

        thread = threading.Thread(target=watch)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", seen
        stop.set()
        thread.join()


REACHING = [
    "SELECT * {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ \\u0053ERVICE <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s a <x> . ex:.SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * FROM <{0}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{0}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "LOAD <{0}>",
    "LOAD SILENT <{0}> INTO GRAPH <x>",
    "INSERT DATA {{ <{0}> a <x> }}",
    "DELETE WHERE {{ ?s ?p ?o }}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "ASK {{ {{ SELECT * {{ SERVICE <{0}> {{}} }} }} }}",
    "DESCRIBE <x> FROM <{0}>",
    "SELECT * {{ FILTER EXISTS {{ SERVICE <{0}> {{}} }} }}",
]
HEAVY = [
    SLOW,
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d ?g",
    "SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND()",
    "SELECT * { ?a (rdfs:subClassOf|!rdfs:subClassOf)* ?b . ?b (<x>|!<x>)* ?c }",
    "SELECT (GROUP_CONCAT(?x) AS ?y) { ?a ?b ?x . ?c ?d ?e . ?f ?g ?h }",
    "SELECT * { ?a ?b ?c FILTER REGEX(STR(?c), '(a+)+$') ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "CONSTRUCT { ?a ?b ?c . ?d ?e ?f } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT ?a { ?a ?b ?c } GROUP BY ?a HAVING (COUNT(*) > 1) ORDER BY " + "?a " * 300,
]
DEEP = [
    "SELECT * " + "{" * n + "}" * n for n in (100, 10_000)
] + [
    "SELECT * { ?s ?p ?o FILTER(" + "(" * n + "1" + ")" * n + ") }" for n in (100, 10_000)
] + [
    "SELECT * { ?s " + "^" * n + "rdf:type ?o }" for n in (1000, 100_000)
] + [
    "SELECT * { ?s ?p ?o FILTER(" + "!" * n + "1) }" for n in (1000, 100_000)
] + [
    "SELECT * { " + "?s ?p ?o . " * 50_000 + "}",
    "SELECT * { ?s ?p " + "[ ?p " * 5_000 + "1" + "]" * 5_000 + " }",
    "SELECT * { ?s ?p " + "( " * 5_000 + ")" * 5_000 + " }",
    "SELECT * { BIND(" + "IF(true," * 3_000 + "1" + ",2)" * 3_000 + " AS ?x) }",
    "SELECT " + "(1 AS ?x) " * 5_000 + "{}",
    "SELECT * { VALUES ?x { " + "1 " * 50_000 + "} }",
    "PREFIX " + "a" * 100_000 + ": <x> ASK {}",
    "ASK { <" + "a" * 900_000 + "> ?p ?o }",
    "SELECT * { ?s ?p '" + "\\u0041" * 100_000 + "' }",
]  # fmt: skip
ODD = [
    "", " ", "\x00", "\ufeffASK {}", "ASK {}" * 2, "SELECT", "SELECT *", "SELECT * {", "}", "#",
    "'", "ASK { ?s ?p '''", "ASK { ?s ?p \"\\", "\u202eASK {}", "ASK { <\x00> ?p ?o }", "BASE <x",
    "ASK{}#\r",
    "SELECT * { ?s ?p ?o } LIMIT -1", "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999",
    "SELECT ?x { BIND(1/0 AS ?x) }", "ASK { FILTER(<javascript:alert(1)>(1)) }",
    "SELECT * { GRAPH <file:///etc/passwd> { ?s ?p ?o } }", "DESCRIBE <file:///etc/passwd>",
]  # fmt: skip


def survives(client, query):
    """Send a query; the answer is whole or an error, and it comes before the deadline."""
    begun = time.monotonic()
    answer = client.post("/sparql", content=query.encode("utf-8", "surrogatepass"), headers=RAW)
    took = time.monotonic() - begun
    assert answer.status_code in (200, 400, 413, 504), answer.text[:300]
    if answer.status_code != 200:
        assert answer.text.startswith(f"{answer.status_code}: ")
        assert "Traceback" not in answer.text
    return answer, took


def test_the_hostile_requests_are_at_least_sixty():
    assert len(REACHING) + len(HEAVY) + len(DEEP) + len(ODD) >= 60


@pytest.mark.parametrize("query", REACHING)
def test_a_query_that_reaches_out_reaches_nobody(client, canary, query):
    address, seen = canary
    answer, _ = survives(client, query.format(address))
    assert answer.status_code == 400
    assert not seen


@pytest.fixture(scope="module")
def impatient():
    """A client of a server that gives a query a fraction of a second."""
    with serve(port=0, seconds=SECONDS / 4) as running, connected(running) as client:
        yield client


@pytest.mark.parametrize("at", range(len(HEAVY)))
def test_a_heavy_query_ends_by_its_deadline(impatient, at):
    answer, took = survives(impatient, HEAVY[at])
    assert took < SECONDS / 4 + 5  # the machine is shared; measured alone: 0.25 s above it
    assert answer.status_code in (200, 400, 413, 504)


def test_a_server_answers_after_heavy_queries(client):
    answer, _ = survives(client, SLOW)
    assert answer.status_code == 504
    assert client.get("/sparql", params={"query": "ASK {}"}).json()["boolean"]


@pytest.mark.parametrize("at", range(len(DEEP)))
def test_a_deep_or_long_query_is_refused(client, at):
    answer, _ = survives(client, DEEP[at])
    assert answer.status_code in (200, 400, 413)
    assert client.get("/sparql", params={"query": "ASK {}"}).json()["boolean"]


@pytest.mark.parametrize("at", range(len(ODD)))
def test_an_odd_query_is_answered_or_refused(client, at):
    answer, _ = survives(client, ODD[at])
    assert b"root:" not in answer.content


def test_a_request_in_another_name_is_misdirected(client):
    for host in ("evil.example", "127.0.0.1", "127.0.0.1:1", "localhost:1"):
        answer = client.get("/sparql", params={"query": ROLES}, headers={"Host": host})
        assert answer.status_code == 421


def test_many_clients_get_the_same_answer(client, server):
    address = f"http://127.0.0.1:{server.server_address[1]}/sparql"

    def one(_):
        answer = httpx.get(address, params={"query": ROLES}, timeout=60, trust_env=False)
        return answer.status_code, answer.content

    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(one, range(64)))
    assert len(found) == 1
    assert next(iter(found))[0] == 200


def test_more_queries_than_may_wait_are_refused_and_dead_workers_replaced():
    with Workers(load(), size=1, seconds=1.0, waiting=0) as workers:
        assert json.loads(workers.ask(WorkerQuery("ASK {}"))[1])["boolean"]
        ended = []

        def is_slow():
            with pytest.raises(Timeout):
                workers.ask(WorkerQuery(SLOW))
            ended.append(True)

        slow = threading.Thread(target=is_slow)
        slow.start()
        time.sleep(0.3)
        with pytest.raises(Busy):
            workers.ask(WorkerQuery("ASK {}"))
        slow.join()
        assert ended
        workers._parent._process.kill()  # what a kernel out of memory does
        assert json.loads(workers.ask(WorkerQuery("ASK {}"))[1])["boolean"]
        for worker in workers._all:
            os.kill(worker._pid, signal.SIGKILL)
        for _ in range(100):  # until its socket is closed
            if select.select([workers._all[0]._socket], [], [], 0.1)[0]:
                break
        assert json.loads(workers.ask(WorkerQuery("ASK {}"))[1])["boolean"]


def test_too_many_requests_at_once_are_refused_until_later(graph):
    with Workers(graph, size=1) as workers:
        app = App(
            graph, workers, None, ["testserver"], ServerOptions(origins=["https://a.example"])
        )
        app._waiting = MAX_WAITING
        with TestClient(app.asgi) as client:
            answer = client.get("/resolve?title=Data+Engineer")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
            app._waiting = 0
            assert client.get("/resolve?title=Data+Engineer").status_code == 200


def test_another_origin_may_ask_only_if_it_is_listed(graph):
    allow = "Access-Control-Allow-Origin"
    with Workers(graph, size=1) as workers:
        options = ServerOptions(origins=["https://a.example"])
        with TestClient(App(graph, workers, None, ["testserver"], options).asgi) as client:
            for origin, allowed in (("https://a.example", True), ("https://b.example", False)):
                answer = client.get("/openapi.json", headers={"Origin": origin})
                assert answer.headers.get(allow) == (origin if allowed else None)
                assert "Access-Control-Allow-Credentials" not in answer.headers
    with pytest.raises(InputError, match="not an origin"):
        serve(options=ServerOptions(origins=["*"]))


# questions as addresses -------------------------------------------------------


def test_a_question_is_answered_in_three_formats(client):
    wanted = ask("tasks-of-role", role="R7")
    answer = client.get("/ask/tasks-of-role", params={"role": "R7"})
    assert answer.json() == {"columns": wanted.columns, "rows": wanted.rows}
    table = client.get("/ask/tasks-of-role?role=R7", headers={"Accept": "text/csv"})
    assert list(csv.DictReader(io.StringIO(table.text))) == wanted.rows
    page = client.get("/ask/tasks-of-role?role=R7", headers={"Accept": "text/markdown"})
    assert page.text.startswith("| role |")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/ask/nothing", 404),
        ("/ask/tasks-of-role?role=R9", 404),
        ("/ask/tasks-of-role?rolle=R7", 404),
        ("/ask/tasks-of-role?role=R7&role=R6", 400),
        ("/resolve", 400),
        ("/resolve?title=a&x=b", 400),
        ("/search?words=model", 400),
        ("/search?q=%3F", 400),
        ("/search?q=model&kind=role", 400),
        ("/explain?statement=nonsense", 400),
        ("/explain?statement=R1+mlops:requiresSkill+skill:sql", 404),
    ],
)
def test_a_wrong_question_has_its_status(client, address, status):
    assert client.get(address).status_code == status


def test_the_description_is_valid_and_its_examples_have_answers(client):
    contract = client.get("/openapi.json").json()
    validate(contract)
    assert len([p for p in contract["paths"] if p.startswith("/ask/")]) == len(catalogue())
    called = 0
    for path, item in contract["paths"].items():
        examples = {p["name"]: p["example"] for p in item["get"]["parameters"] if "example" in p}
        if examples:
            answer = client.get(f"{path}?{urlencode(examples)}")
            assert answer.status_code == 200, (path, answer.text)
            found = answer.json()
            assert found.get("rows", found), path
            called += 1
    assert called >= 60


def test_a_question_that_a_company_adds_or_changes_is_there_at_once(tmp_path):
    own = tmp_path / "ours.rq"
    text = (
        "#+ summary: Roles\n#+ ?role: a role\n#+ expect: nothing\n"
        "SELECT ?role WHERE { ?role a <https://w3id.org/mlops-roles/ns#Role> } ORDER BY ?role\n"
    )
    own.write_text(text)
    with serve(port=0, graph=load(own)) as running, connected(running) as client:
        answer = client.get("/ask/ours?role=R7")
        assert answer.json()["rows"] == [{"role": "role:ml-engineer"}]
        own.write_text(text.replace("?role", "?r").replace("Roles", "All roles"))
        os.utime(own, ns=(1, 1))
        assert client.get("/ask/ours?r=R7").json()["rows"] == [{"r": "role:ml-engineer"}]
        contract = client.get("/openapi.json").json()
        assert contract["paths"]["/ask/ours"]["get"]["summary"] == "All roles"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "a/b"),
        ("*/*", "a/b"),
        ("a/c", "a/c"),
        ("a/*;q=0.1, a/c", "a/c"),
        ("a/b;q=0, */*", "a/c"),
        ("A/C", "a/c"),
        ("a/b;q=nonsense", None),
        ("x/y", None),
    ],
)
def test_accept_is_read_as_the_standard_says(accept, media):
    assert best_media_type(accept, ["a/b", "a/c"]) == media


def test_a_worker_says_what_is_wrong_with_a_query():
    with Workers(load(), size=1) as workers, pytest.raises(InputError, match="expected"):
        workers.ask(WorkerQuery("SELEC"))
