"""Hostile input is refused with one line that names the input and the fix, or does no harm.

Nothing is ever fetched from a network.
"""

import csv
import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pyoxigraph as ox
import pytest

from mlops_roles import Endpoint, InputError, Question, Timeout, ask, catalogue, load, run_sparql
from mlops_roles.cli.main import main
from mlops_roles.ontology import forward_chaining, sandbox
from mlops_roles.ontology.catalogue import run_query

REQUESTS: list[str] = []
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="http://a/">'
    '<rdf:Description rdf:about="http://a/x"><a:p>{}</a:p></rdf:Description></rdf:RDF>'
)
PEOPLE = "<http://a/ada> <https://w3id.org/mlops-roles/ns#jobTitle> {} .\n"


class Canary(BaseHTTPRequestHandler):
    def do_GET(self):
        REQUESTS.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def canary():
    """A server on loopback that records every request; there must be none."""
    server = HTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def assert_refused(arguments, capsys, *hints):
    """The command ends with exit code 2 and one line of error that has all the hints."""
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    assert (code, out) == (2, ""), err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for hint in hints:
        assert hint in err


def harmful_rdf():
    """Per kind of harm the name of a file, and its text."""
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 9))
    return {
        "nested entities": (
            "x.rdf",
            f'<!DOCTYPE r [<!ENTITY e0 "x">{entities}]>' + XML.format("&e8;"),
        ),
        "an external entity": (
            "x.rdf",
            '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + XML.format("&e;"),
        ),
        "a parameter entity": (
            "x.rdf",
            '<!DOCTYPE r [<!ENTITY % e SYSTEM "CANARY/e"> %e;]>' + XML.format(""),
        ),
        "JSON nested 10,000 deep": (
            "x.jsonld",
            '{"@id":"http://a/x","http://a/p":' * 10_000 + '"y"' + "}" * 10_000,
        ),
        "Turtle nested 10,000 deep": (
            "x.ttl",
            "<http://a/x> <http://a/p> " + "[ <http://a/p> " * 10_000 + "1" + "]" * 10_000 + " .",
        ),
        "triple terms nested 10,000 deep": (
            "x.ttl",
            "<http://a/x> <http://a/p> "
            + "<<( <http://a/x> <http://a/p> " * 10_000
            + "1"
            + ")>>" * 10_000
            + " .",
        ),
        "a remote context": ("x.jsonld", '{"@context":"CANARY/c","name":"x"}'),
        "a file as context": ("x.jsonld", '{"@context":"file:///etc/passwd","name":"x"}'),
        "20,000 attributes": (
            "x.rdf",
            XML.replace("{}", "").replace(
                '"><a:p>', '" ' + " ".join(f'a:p{i}="v"' for i in range(20_000)) + "><a:p>"
            ),
        ),
        "20,000 prefixes": (
            "x.rdf",
            XML.replace("><a:p>{}", "").replace(
                "<rdf:RDF",
                "<rdf:RDF " + " ".join(f'xmlns:n{i}="http://n/{i}"' for i in range(20_000)),
            ),
        ),
        "a broken statement": ("x.ttl", "<http://a/x> <http://a/p> ."),
        "a relative IRI": ("x.nt", "<x> <p> <y> ."),
        "a bad IRI": ("x.nt", "<http://a/x y> <http://a/p> <http://a/z> ."),
        "an empty file": ("x.jsonld", ""),
        "an unknown ending": ("x.foo", "x"),
    }


def test_an_empty_turtle_file_states_nothing_and_a_warning_says_so(tmp_path, capsys):
    path = tmp_path / "x.ttl"
    path.touch()
    for arguments in (["ask", "roles", "--data", path], ["show", "R7", "--with", path]):
        assert main([str(a) for a in arguments]) == 0
        out, err = capsys.readouterr()
        assert out and err.splitlines() == [f"mlops-roles: {path}: empty; it states nothing"]
    assert main(["check", str(path)]) == 2
    assert "nothing was checked" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("name", harmful_rdf())
def test_harmful_rdf_is_refused(name, tmp_path, canary, capsys):
    file, text = harmful_rdf()[name]
    path = tmp_path / file
    path.write_text(text.replace("CANARY", canary), "utf-8")
    for arguments in (
        ["check", path],
        ["ask", "roles", "--data", path],
        ["show", "R7", "--with", path],
    ):
        assert_refused(arguments, capsys, file)
    assert REQUESTS == []


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_rdf_in_an_encoding_other_than_utf_8_is_refused(encoding, tmp_path, capsys):
    (tmp_path / "x.ttl").write_bytes(PEOPLE.format('"Ingénieur"').encode(encoding))
    assert_refused(["check", tmp_path / "x.ttl"], capsys, "x.ttl", "UTF-8")


def test_an_import_is_not_fetched_and_a_byte_order_mark_is_accepted(tmp_path, canary, capsys):
    path = tmp_path / "x.ttl"
    path.write_text(
        f"\ufeff<http://a/o> <http://www.w3.org/2002/07/owl#imports> <{canary}/o> .\n"
        + PEOPLE.format('"Data Scientist"'),
        "utf-8",
    )
    assert main(["check", str(path)]) == 0
    assert REQUESTS == []
    assert capsys.readouterr().out == ""


def test_a_literal_of_a_million_characters_is_accepted(tmp_path, capsys):
    path = tmp_path / "x.ttl"
    path.write_text(PEOPLE.format('"' + "x" * 1_000_000 + '"'))
    assert main(["ask", "job-titles", "--data", str(path), "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)[0]["title"]) == 1_000_000


QUERIES = {
    "SERVICE": "SELECT ?s WHERE { SERVICE <CANARY/s> { ?s ?p ?o } }",
    "service in lower case": "select ?s where { service <CANARY/s> { ?s ?p ?o } }",
    "an escaped SERVICE": "SELECT ?s WHERE { \\u0053ERVICE <CANARY/s> { ?s ?p ?o } }",
    "FROM": "SELECT ?s FROM <CANARY/f> WHERE { ?s ?p ?o }",
    "FROM NAMED of a file": "SELECT ?s FROM NAMED <file:///etc/passwd> "
    "WHERE { GRAPH ?g { ?s ?p ?o } }",
    "LOAD": "LOAD <CANARY/l>",
    "an update": "INSERT DATA { <http://a/x> <http://a/p> <http://a/y> }",
    "brackets 10,000 deep": "SELECT ?s WHERE { ?s ?p ?o FILTER("
    + "(" * 10_000
    + "1"
    + ")" * 10_000
    + ") }",
    "a syntax error": "SELECT ?s WHERE { ?s ?p",
    "an empty file": "",
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_with_outside_access_or_an_error_is_refused(name, tmp_path, canary, capsys):
    path = tmp_path / "mine.rq"
    path.write_text(QUERIES[name].replace("CANARY", canary))
    assert_refused(["ask", path], capsys, "mine.rq")
    assert REQUESTS == []


QUESTION = "#+ summary: x\n#+ ?s: a term\n#+ page: ?role 1\n#+ expect: nothing\n"


@pytest.mark.parametrize("name", QUERIES)
def test_a_question_of_a_company_with_outside_access_or_an_error_is_refused(
    name, tmp_path, canary, capsys
):
    """By each way that leads to it; nothing is sent to a server, either."""
    path, server = tmp_path / "mine.rq", f"{canary}/query"
    path.write_text(QUESTION + QUERIES[name].replace("CANARY", canary))
    assert_refused(["ask", "mine", "--with", path], capsys, "mine.rq, line ")
    assert_refused(["ask", "mine", "--with", path, "--endpoint", server], capsys, "mine, line ")
    assert_refused(["ask", path, "--endpoint", server], capsys, "mine.rq, line ")
    assert_refused(["show", "R7", "--with", path], capsys, "mine.rq, line ")
    text, graph = path.read_text(), load(path)
    for answer in (
        lambda: ask("mine", graph),
        lambda: Question.from_file(path).run(),
        catalogue(graph)["mine"].run,
        lambda: catalogue()["roles"]._replace(text=text).run(),
        lambda: graph.query(text),
        lambda: load().query(text, {"s": ox.NamedNode("urn:s")}),
        lambda: run_query(graph, text, {"s": [ox.NamedNode("urn:s")]}),
        lambda: run_sparql(text),
        lambda: Endpoint(server, graph=graph).ask("mine"),
        lambda: Endpoint(server).run_sparql(text),
    ):
        with pytest.raises(InputError, match="line "):
            answer()
    assert REQUESTS == []


def test_a_question_of_a_company_that_never_ends_is_stopped(tmp_path, capsys):
    path = tmp_path / "mine.rq"
    path.write_text(QUESTION + "SELECT (COUNT(*) AS ?s) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    assert_refused(
        ["ask", "mine", "--with", path, "--timeout", "0.2"], capsys, "mine.rq", "within 0.2 s"
    )


def test_a_question_of_a_company_ends_no_process_but_its_own(tmp_path, capsys, monkeypatch):
    """The engine plans a long join for minutes."""
    path = tmp_path / "mine.rq"
    joins = " . ".join(f"?x{n} ?p ?x{n + 1}" for n in range(390))
    path.write_text(f"{QUESTION}SELECT ?s {{ ?s ?p ?x0 . {joins} }}")
    assert_refused(["ask", "mine", "--with", path, "--timeout", "0.2"], capsys, "within 0.2 s")
    monkeypatch.setattr(sandbox, "PLANNING_SECONDS", 0.2)
    with pytest.raises(Timeout, match=r"no answer within 0\.2 s; make it shorter"):
        Endpoint("http://127.0.0.1:9/query").run_sparql(path.read_text())


def test_what_the_gate_would_miss_reaches_nothing_either(canary, monkeypatch):
    monkeypatch.setattr(sandbox, "reject_unsafe_query", lambda text, name: None)
    with pytest.raises(InputError):
        run_sparql(f"SELECT * {{ SERVICE <{canary}/s> {{ ?s ?p ?o }} }}")
    with pytest.raises(InputError):
        sandbox.columns_of(f"ASK {{ SERVICE <{canary}/s> {{ ?s ?p ?o }} }}")
    assert REQUESTS == []


def test_an_answer_of_too_many_rows_is_refused(monkeypatch):
    monkeypatch.setattr(sandbox, "MAX_ROWS", 2)
    text = "SELECT ?x { VALUES ?x { 1 2 3 } }"
    for bindings in ({}, {"x": [ox.Literal(number) for number in (1, 2, 3)]}):
        with pytest.raises(InputError, match="an answer of over 2 rows; add LIMIT"):
            run_sparql(text, bindings=bindings)
    assert len(run_sparql(f"{text} LIMIT 2")) == 2


def test_an_answer_that_is_too_large_is_refused(tmp_path, capsys):
    path = tmp_path / "mine.rq"
    path.write_text("SELECT * { ?a ?b ?c . ?d ?e ?f }")
    assert_refused(["ask", path], capsys, "an answer of over 64 MiB; add LIMIT")


SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
<urn:own> sh:declare [ sh:prefix "x" ; sh:namespace "urn:x:> SELECT $this { SERVICE <CANARY/s> {
  ?a ?b ?c } } #" ] .
<urn:shape> a sh:NodeShape ; sh:targetClass mlops:Role ;
  sh:sparql [ sh:prefixes <urn:own> ; sh:select "SELECT $this { $this a mlops:Task }" ] ."""


def test_the_prefix_of_a_company_s_shape_is_no_query(tmp_path, canary, capsys):
    """The engine of SHACL writes it before the query as it is."""
    path = tmp_path / "shapes.ttl"
    path.write_text(SHAPE.replace("CANARY", canary).replace("{\n", "{"))
    assert_refused(["check", "--with", path], capsys, "shapes, sh:declare: 'x' for 'urn:x:> SELECT")
    assert REQUESTS == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?f",
    ],
)
def test_a_query_that_never_ends_is_stopped(text, tmp_path, capsys):
    path = tmp_path / "mine.rq"
    path.write_text(text)
    assert_refused(["ask", path, "--timeout", "0.5"], capsys, "mine.rq")


def test_keywords_in_strings_comments_and_iris_are_accepted(tmp_path, capsys):
    path = tmp_path / "mine.rq"
    path.write_text(
        '# SERVICE\nSELECT ?x WHERE { BIND("SERVICE; LOAD <x>" AS ?x) '
        "FILTER(<http://a/FROM> != <http://a/INSERT>) }"
    )
    assert main(["ask", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"x": "SERVICE; LOAD <x>"}]


STAFF = {
    "an unclosed quote": 'person,title\n"Ada,Data Scientist\nBen,Data Engineer\n',
    "no column person": "who knows,title\nAda,Data Scientist\n",
    "a column twice": "person,title,title\nAda,a,b\n",
    "a header only": "person,title\n",
    "a NUL": "person,title\nAda\0,Data Scientist\n",
    "an empty file": "",
}


@pytest.mark.parametrize("name", STAFF)
def test_a_staff_file_that_cannot_be_used_is_refused(name, tmp_path, capsys):
    path = tmp_path / "staff.csv"
    path.write_text(STAFF[name])
    report = tmp_path / "report.html"
    assert_refused(["audit", path, "--format", "html", "--output", report], capsys, "staff.csv")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "file",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "/dev/zero",
        ".",
        "nowhere.csv",
        "x\0.csv",
        "http://127.0.0.1/x.csv",
    ],
)
def test_a_path_that_is_no_staff_file_is_refused(file, capsys):
    assert_refused(["audit", file], capsys)


@pytest.mark.parametrize("file", ["x.xlsx", "x.parquet"])
def test_bytes_that_are_no_workbook_and_no_parquet_are_refused(file, tmp_path, capsys):
    (tmp_path / file).write_bytes(b"PK\x03\x04 no such thing")
    assert_refused(["audit", tmp_path / file], capsys, file)


def test_hostile_names_are_written_as_harmless_text(tmp_path, capsys):
    people = [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "\x1b[31mred",
        '"> } INSERT DATA { <a> <b> <c> }',
        "-1+1",
        "@x",
        "+1",
    ]
    path = tmp_path / "staff.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["person", "title"], *([p, f"Data Scientist {p}"] for p in people)]
        )
    assert main(["audit", str(path), "--format", "csv"]) == 0
    names = [row["person"] for row in csv.DictReader(capsys.readouterr().out.splitlines())]
    assert all(name[0] not in "=+-@" for name in names)
    assert main(["audit", str(path), "--format", "html"]) == 0
    assert "<script>alert" not in capsys.readouterr().out
    assert main(["audit", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    [
        '"> } INSERT DATA { <a> <b> <c> }',
        "<http://a b>",
        "x" * 1_000_000,
        "role:",
        "://",
        "<>",
        "\0",
    ],
)
def test_a_hostile_name_is_refused_in_one_short_line(name, capsys):
    for arguments in (
        ["show", name],
        ["ask", "tasks-of-role", name],
        ["explain", f"R7 mlops:performs {name}"],
    ):
        assert main(arguments) in (0, 2)
        out, err = capsys.readouterr()
        assert len(out + err) < 2_500_000
        assert err.count("\n") <= 1
        assert "Traceback" not in err


def test_an_output_that_cannot_be_written_leaves_nothing(tmp_path, capsys):
    assert_refused(
        ["ask", "roles", "--output", tmp_path / "no" / "x.csv"], capsys, "no such folder"
    )
    assert list(tmp_path.iterdir()) == []


def test_shapes_with_outside_access_fetch_nothing(tmp_path, canary):
    path = tmp_path / "ours.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> ."
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> ."
        "<http://a/s> a sh:NodeShape ; sh:targetClass mlops:Zone ; sh:sparql [ sh:select "
        f"'SELECT $this WHERE {{ SERVICE <{canary}/s> {{ $this ?p ?o }} }}' ] ."
        f"<http://a/o> <http://www.w3.org/2002/07/owl#imports> <{canary}/o> ."
    )
    done = subprocess.run(
        [sys.executable, "-m", "mlops_roles", "check", "--with", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout
    assert done.stderr.count("\n") == 1
    assert REQUESTS == []


CIRCLES = {
    "of parts": "x:E owl:disjointWith x:F ; owl:intersectionOf _:l . x:j a x:E, x:F .",
    "of members": "[] a owl:AllDisjointClasses ; owl:members _:l . x:j a x:B, x:C .",
}


@pytest.mark.parametrize("name", CIRCLES)
@pytest.mark.parametrize("command", ["show R7 --with", "export --with", "consistent", "quality"])
def test_a_circular_list_is_named_or_harmless(command, name, tmp_path, capsys):
    path = tmp_path / "x.ttl"
    path.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix x: <http://x/> .\n"
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        "_:l rdf:first x:B ; rdf:rest _:m . _:m rdf:first x:C ; rdf:rest _:l .\n" + CIRCLES[name]
    )
    code = main([*command.split(), str(path)])
    out, err = capsys.readouterr()
    assert code == (1 if command in ("consistent", "quality") else 2), err
    assert "unforeseen" not in err
    if command == "quality":
        assert "A list that does not end" in out
    if "--with" in command:
        assert err.count("\n") == 1
        assert "contradicts the ontology" in err


def test_a_curated_title_of_40_000_words_takes_no_time(tmp_path, capsys):
    path = tmp_path / "x.ttl"
    words = " ".join(f"w{i}" for i in range(40_000))
    path.write_text(
        "<https://w3id.org/mlops-roles/role/data-scientist> "
        f'<https://w3id.org/mlops-roles/ns#curatedTitle> "{words}"@en .'
    )
    started = time.process_time()
    assert main(["resolve", "Data Scientist", "--with", str(path), "--format", "json"]) == 0
    assert time.process_time() - started < 6
    assert json.loads(capsys.readouterr().out)[0]["roles"] == ["data-scientist"]


def test_what_follows_from_an_added_file_is_bounded(tmp_path, capsys, monkeypatch):
    path = tmp_path / "x.ttl"
    path.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix x: <http://x/> .\n"
        "x:p a owl:TransitiveProperty .\n"
        + "".join(f"x:n{i} x:p x:n{i + 1} .\n" for i in range(300))
    )
    for limits, hint in (
        (forward_chaining.Limits(statements=20_000), "over 20,000 statements follow"),
        (forward_chaining.Limits(seconds=0), "takes over 0 s to infer"),
    ):
        monkeypatch.setattr(forward_chaining, "Limits", lambda limits=limits: limits)
        assert_refused(["show", "R7", "--with", path], capsys, "x.ttl", hint)


def test_a_folder_that_is_no_release_is_not_searched(tmp_path, capsys):
    for folder in ("/proc", tmp_path, tmp_path / "nowhere"):
        assert_refused(["serve", folder], capsys, "no release in it")
    (tmp_path / "x" / "mlops-roles.ttl").mkdir(parents=True)
    (tmp_path / "²" / "mlops-roles.ttl").mkdir(parents=True)
    assert_refused(["serve", tmp_path], capsys, "no release in it")


@pytest.mark.parametrize("subject", ["1", "UNDEF", "<urn:a>"])
def test_rows_called_like_a_statement_need_not_be_one(subject, tmp_path, capsys):
    path = tmp_path / "mine.rq"
    names = "?subject ?predicate ?object"
    path.write_text(f'SELECT {names} {{ VALUES ({names}) {{ ({subject} <urn:p> "x") }} }}')
    assert main(["ask", str(path), "--format", "ttl"]) == 0
    assert ("solution" in capsys.readouterr().out) == (subject != "<urn:a>")
