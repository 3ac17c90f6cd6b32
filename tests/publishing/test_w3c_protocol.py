"""W3C's test cases for the SPARQL 1.1 Protocol and Service Description, sent to our endpoint.

Its updates have to be refused here, and leave the store as it is. `REQUESTS` has cases of our own
in the same form, for where the suite is not at hand.
"""

import threading

import httpx
import pyoxigraph as ox
import pytest
from support.suites import MANIFEST, RDF, entries, suite

from mlops_roles import Graph
from mlops_roles.ontology.workers import WorkerQuery, Workers
from mlops_roles.publishing.protocol import TABLES, TRIPLES
from mlops_roles.publishing.server import serve

HTTP, CONTENT = "http://www.w3.org/2011/http#", "http://www.w3.org/2011/content#"
BASE = "http://kasei.us/2009/09/sparql/data/"
DATA = [f"{BASE}data{n}.rdf" for n in range(4)]  # the graphs of the suite; data0 is any graph
COUNT = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
FORMATS = {"boolean": TABLES[:2], "tabular": TABLES, "RDF": TRIPLES}
RAW, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
CASES = 34


@pytest.fixture(scope="module")
def client():
    """A client of a server with the graphs of the suite, each with the type of its own name."""
    store = ox.Store()
    kind = ox.NamedNode(f"{RDF}type"), ox.NamedNode("http://xmlns.com/foaf/0.1/Document")
    store.extend(ox.Quad(ox.NamedNode(iri), *kind, ox.NamedNode(iri)) for iri in DATA)
    with serve(port=0, graph=Graph(store=store), seconds=5.0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            yield client
        server.shutdown()


def listed(node):
    """The items of an RDF list."""
    while node is not None and node.term.value != f"{RDF}nil":
        yield node.one(f"{RDF}first")
        node = node.one(f"{RDF}rest")


def text(node, prop):
    found = node.one(prop) if node else None
    return found.term.value if found else None


def encoded(body):
    """The body of a request, in the encoding that the suite says."""
    if body is None:
        return None
    return text(body, f"{CONTENT}chars").encode(text(body, f"{CONTENT}characterEncoding"))


def requests(case):
    """Method, path, body, headers and expectations of each request of a case."""
    for request in listed(case.one(f"{MANIFEST}action").one(f"{HTTP}requests")):
        headers = {
            text(header, f"{HTTP}fieldName"): text(header, f"{HTTP}fieldValue")
            for header in listed(request.one(f"{HTTP}headers"))
        }
        yield (
            text(request, f"{HTTP}methodName"),
            text(request, f"{HTTP}absolutePath"),
            encoded(request.one(f"{HTTP}body")),
            headers,
            request.one(f"{HTTP}resp"),
        )


def wrong(answer, response):
    """What is wrong with an answer, or ''."""
    statuses = [s.term.value[-3] for s in response.all(f"{MANIFEST}expectedStatus")]
    if str(answer.status_code)[0] not in statuses:
        return f"status {answer.status_code}: {answer.text[:200]}"
    form, truth = (text(response, f"{MANIFEST}expected{k}") for k in ("Format", "Boolean"))
    if form and answer.headers["Content-Type"].split(";")[0] not in FORMATS[form]:
        return f"{answer.headers['Content-Type']} is not {form}"
    if truth and str(answer.json()["boolean"]).lower() != truth:
        return f"not {truth}"
    return ""


def triples(client):
    return client.post("/sparql", content=COUNT, headers={"Content-Type": RAW}).content


def test_the_protocol_is_that_of_w3c_and_updates_are_refused(client):
    cases = {c.name: c for _, c in entries(suite("sparql/sparql11") / "protocol/manifest.ttl")}
    before, found = triples(client), {}
    for name, case in cases.items():
        is_update = name.startswith("update_")
        for method, path, body, headers, response in requests(case):
            answer = client.request(method, path, content=body, headers=headers)
            if not is_update:
                found[name] = found.get(name, "") or wrong(answer, response)
            elif headers.get("content-type") != RAW:  # not the query that looks for its effect
                found[name] = "" if 400 <= answer.status_code < 500 else "not refused"
    assert {name: why for name, why in found.items() if why} == {}
    assert len(found) == CASES
    assert triples(client) == before


def asked(**more):
    return {"query": "ASK { ?s a ?o }", **more}


FORMED, RAWLY = {"Content-Type": FORM}, {"Content-Type": RAW}
FROM = f"FROM <{DATA[2]}>"
OTHERS = {  # of our own: method, parameters, body, headers, status, truth
    "GET": ("GET", asked(), None, {}, 200, True),
    "a form": ("POST", None, b"query=ASK%7B%3Fs+a+%3Fo%7D", FORMED, 200, True),
    "raw": ("POST", None, b"ASK { ?s a ?o }", RAWLY, 200, True),
    "a graph": ("GET", asked(**{"default-graph-uri": DATA[1]}), None, {}, 200, True),
    "only a named graph": ("GET", asked(**{"named-graph-uri": DATA[1]}), None, {}, 200, False),
    "a graph in the address of a form": (
        "POST", {"named-graph-uri": DATA[1]}, b"query=ASK%7B%3Fs+a+%3Fo%7D", FORMED, 200, False,
    ),
    "FROM": ("GET", {"query": f"ASK {FROM} {{ <{DATA[2]}> a ?o }}"}, None, {}, 200, True),
    "FROM another": ("GET", {"query": f"ASK {FROM} {{ <{DATA[1]}> a ?o }}"}, None, {}, 200, False),
    "the protocol before FROM": (
        "GET",
        {"query": f"ASK {FROM} {{ <{DATA[1]}> a ?o }}", "default-graph-uri": DATA[1]},
        None, {}, 200, True,
    ),
    "FROM NAMED": (
        "GET",
        {"query": f"ASK FROM NAMED <{DATA[2]}> {{ GRAPH ?g {{ ?s a ?o }} }}"},
        None, {}, 200, True,
    ),
    "no such graph": ("GET", asked(**{"default-graph-uri": f"{BASE}x.rdf"}), None, {}, 400, None),
    "what clients add": ("GET", asked(format="json", ac="1", output="json"), None, {}, 200, True),
    "an update beside a query": ("GET", asked(update="CLEAR ALL"), None, {}, 400, None),
    "a graph to use": ("GET", asked(**{"using-graph-uri": DATA[1]}), None, {}, 400, None),
    "another character set": (
        "POST", None, "ASK {}".encode("utf-16"), {"Content-Type": f"{RAW}; charset=UTF-16"},
        415, None,
    ),
    "an update": (
        "POST", None, b"CLEAR ALL", {"Content-Type": "application/sparql-update"}, 415, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_a_request_is_answered_as_the_protocol_says(client, name):
    method, params, body, headers, status, truth = OTHERS[name]
    before = triples(client)
    answer = client.request(method, "/sparql", params=params, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert truth is None or answer.json()["boolean"] == truth
    assert triples(client) == before


def test_a_graph_store_is_not_offered(client):
    """The Graph Store Protocol writes; its requests find nothing or are refused."""
    before = triples(client)
    for method in ("PUT", "DELETE", "POST", "PATCH"):
        for path in ("/rdf-graph-store", "/store", "/sparql"):
            answer = client.request(
                method, path, params={"graph": DATA[1]}, content=b"<a> <b> <c>."
            )
            assert 400 <= answer.status_code < 500
    assert triples(client) == before


def test_an_equal_query_over_another_dataset_has_another_answer(client):
    """Answers are kept by query, dataset and format."""
    query = "SELECT ?s { ?s a ?o }"
    rows = []
    for graph in (DATA[1], DATA[2], DATA[1]):
        params = {"query": query, "default-graph-uri": graph}
        answer = client.get("/sparql", params=params, headers={"Accept": "text/csv"})
        rows.append(answer.text.split()[1:])
    assert rows == [[DATA[1]], [DATA[2]], [DATA[1]]]
    answers = {
        client.get("/sparql", params={"query": "SELECT (RAND() AS ?r) {}"}).text for _ in "ab"
    }
    assert len(answers) == 2


def test_a_worker_asks_added_statements_if_requested(graph):
    more = b"<urn:s> <urn:p> <urn:o> <urn:g> ."
    with Workers(graph, size=1, more=more) as workers:
        for with_more in (True, False):
            query = WorkerQuery("ASK { GRAPH <urn:g> { <urn:s> ?p ?o } }", with_more=with_more)
            assert str(with_more).lower().encode() in workers.ask(query)[1]
