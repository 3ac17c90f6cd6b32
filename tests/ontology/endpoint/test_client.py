"""Real servers give the answers that are given here, with and without parameters."""

import json
from collections import Counter
from contextlib import ExitStack
from functools import cache

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asserted import PREFIXES, ROOT
from support.sample import sample
from support.servers import oxigraph, virtuoso

from mlops_roles import Endpoint, InputError, Question, load, run_sparql
from mlops_roles.cli.main import main
from mlops_roles.ontology.endpoint import contents
from mlops_roles.ontology.endpoint.http import select_rows
from mlops_roles.ontology.endpoint.probes import probe
from mlops_roles.ontology.endpoint.rewriting import fill_template
from mlops_roles.ontology.sparql_tokens import token_list

# the people of two questions come with an axiom, which is not reasoned with
pytestmark = pytest.mark.filterwarnings(
    "ignore::mlops_roles.ontology.not_reasoned.NotReasonedWarning"
)
QUESTIONS = {
    path.stem: Question.from_file(path) for path in sorted((ROOT / "queries").glob("*.rq"))
}
# whose answers take seconds to minutes of a processor, where those of others take hundredths
SLOW = {
    "oxigraph": {"source-of-statement", "statements-by-source"},
    "virtuoso": {"source-of-statement", "statements-by-source", "curated-statements"},
}
PEOPLE = "https://acme.example/graphs/people"
OTHERS = "https://acme.example/graphs/others"
NUMBERS = {"integer", "int", "long", "decimal", "double", "float", "nonNegativeInteger"}
START = {"oxigraph": oxigraph, "virtuoso": virtuoso}
HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
# everybody that the questions give as examples, as one company, and somebody of another graph
GIVEN = HEAD + "\n".join(
    dict.fromkeys(line for q in QUESTIONS.values() for line in q.headers.get("given", ()))
)
STRANGER = (
    HEAD
    + "<https://example.org/stranger> mlops:holdsRole role:ml-engineer ; mlops:hasSkill skill:sql ."
)
# a Virtuoso is asked in CI: it takes ten times as long as an Oxigraph
SERVERS = ["oxigraph", pytest.param("virtuoso", marks=pytest.mark.thorough)]
every_server = pytest.mark.parametrize("server", SERVERS, scope="module")


def features(name: str) -> set[str]:
    """What a question makes a server do: its keywords and operators, and whether it reads people.

    A keyword inside brackets is another feature than the same outside.
    """
    question = QUESTIONS[name]
    found = {
        f"{token.upper} {min(token.depth, 2)}"
        for token in token_list(question.text)
        if token.kind in ("word", "operator", "blank", "language")
    }
    return found | ({"people"} if question.headers.get("given") else {"ontology"})


def questions_of(server: str) -> list:
    """The names of the questions; the usual run asks a sample with every feature of SPARQL."""
    richest = sorted(QUESTIONS.keys() - SLOW[server], key=lambda n: (-len(features(n)), n))
    usual = sample(richest, features)
    return [pytest.param(server, name, marks=marks(server, name in usual)) for name in QUESTIONS]


def marks(server: str, is_usual: bool) -> list:
    """The marks of a case: those of the server, and `long` unless the case is in the sample."""
    found = [] if server == "oxigraph" else [pytest.mark.thorough]
    return found if is_usual else [*found, pytest.mark.long]


every_question = pytest.mark.parametrize(
    ("server", "name"), [case for server in START for case in questions_of(server)], scope="module"
)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The people here, as a file."""
    (path := tmp_path_factory.mktemp("people") / "people.ttl").write_text(GIVEN, encoding="utf-8")
    return load(data=[path])


@pytest.fixture(scope="module")
def here(company):
    """The answer to a question that is given here."""
    return cache(lambda name: QUESTIONS[name].run(company))


def triples(turtle):
    return list({q.triple for q in ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)})


def insert(endpoint, name, turtle):
    """Add statements to a graph of a server."""
    lines = "\n".join(f"{triple} ." for triple in triples(turtle))
    text = fill_template("insert.ru", graph=name, triples=lines)
    endpoint.transport.update(endpoint.updates, text)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The addresses of the servers, started when first asked for, with our graphs and people."""
    known = {}
    data = contents.n_quads(load()) + b"".join(
        f"{triple} <{name}> .\n".encode()
        for name, turtle in ((PEOPLE, GIVEN), (OTHERS, STRANGER))
        for triple in triples(turtle)
    )
    with ExitStack() as stack:

        def address(server):
            if server not in known:
                folder = tmp_path_factory.mktemp(server)
                known[server] = stack.enter_context(START[server](folder, n_quads=data))
            return known[server]

        yield address


@pytest.fixture(scope="module")
def asked(running):
    """One connection for each server, to the graph of the people."""
    known = {}
    yield lambda server: known.setdefault(server, Endpoint(running(server), [PEOPLE], timeout=120))
    for endpoint in known.values():
        endpoint.transport.close()


def value(term):
    """A term by what it means: a number by its value, a blank node like any other."""
    if isinstance(term, ox.BlankNode):
        return "_"
    if isinstance(term, ox.Literal):
        kind = term.datatype.value.rsplit("#")[-1]
        return (
            float(term.value)
            if kind in NUMBERS
            else (term.value, (term.language or "").lower(), kind)
        )
    return term and term.value


def bag(answer):
    return Counter(tuple(map(value, row)) for row in answer.terms)


# answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("server", START)
def test_the_usual_run_asks_a_server_for_every_feature_and_the_long_one_the_rest(server):
    cases = questions_of(server)
    assert {case.values for case in cases} == {(server, name) for name in QUESTIONS}
    usual = {case.values[1] for case in cases if pytest.mark.long not in case.marks}
    every = set().union(*(features(name) for name in QUESTIONS.keys() - SLOW[server]))
    assert set().union(*map(features, usual)) == every
    assert 10 <= len(usual) <= len(QUESTIONS) / 3


@every_question
def test_a_server_gives_the_rows_of_the_embedded_engine(server, name, asked, here):
    there, ours = asked(server).ask(name), here(name)
    assert there.columns == ours.columns
    assert bag(there) == bag(ours)
    if name != "term-page":  # which orders by what it does not show
        assert [row[0] for row in there.terms if isinstance(row[0], ox.NamedNode)] == [
            row[0] for row in ours.terms if isinstance(row[0], ox.NamedNode)
        ]


@every_question
def test_a_parameter_narrows_the_answer_of_a_server(server, name, asked, company):
    fixed = {
        n: v
        for n, v in next(iter(QUESTIONS[name].bindings("expect")), {}).items()
        if n in QUESTIONS[name].parameters
    }
    if not fixed:
        pytest.skip("it promises no row")
    there, here = asked(server).ask(name, **fixed), QUESTIONS[name].run(company, **fixed)
    assert bag(there) == bag(here)
    if (
        "person" not in fixed
    ):  # the examples of a question are read together with those of all others
        assert len(here) >= 1 or QUESTIONS[name].headers.get("given")


PAIRS = "{ ?a a mlops:Skill . ?b a mlops:Skill . VALUES ?c { 1 2 3 4 } }"
OWN = {
    "rows without prefixes": "SELECT DISTINCT ?p ?n WHERE { ?p mlops:holdsRole ?r "
    "OPTIONAL { ?p foaf:name ?n } } ORDER BY ?p",
    "a comment at the end": "SELECT ?s WHERE { ?s a mlops:Skill } # } SELECT",
    "a number by group": "SELECT ?r (COUNT(DISTINCT ?p) AS ?n) WHERE { ?p mlops:holdsRole ?r } "
    "GROUP BY ?r HAVING (COUNT(?p) > 0) ORDER BY DESC(?n) ?r",
    "a limit": "SELECT ?s WHERE { ?s a mlops:Skill } ORDER BY ?s LIMIT 5 OFFSET 2",
    "rows that repeat": "SELECT ?c WHERE { ?s a ?c . FILTER(?c = mlops:Skill) }",
    "yes": "ASK { ?p mlops:holdsRole role:ml-engineer }",
    "no": "ASK { ?p mlops:holdsRole role:nobody }",
    "triples": "CONSTRUCT { ?r <urn:heldBy> ?p ; a <urn:Held> } WHERE { ?p mlops:holdsRole ?r }",
    "no triples": "CONSTRUCT { ?r <urn:heldBy> ?p } "
    "WHERE { ?p mlops:holdsRole role:nobody . BIND(role:nobody AS ?r) }",
}


@every_server
@pytest.mark.parametrize("text", OWN.values(), ids=OWN)
def test_a_server_answers_a_user_s_own_sparql(server, text, asked, company):
    assert bag(asked(server).run_sparql(text)) == bag(run_sparql(text, company))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "text",
    [
        f"SELECT DISTINCT ?a ?b ?c WHERE {PAIRS} ORDER BY ?a ?b ?c",
        f"CONSTRUCT {{ ?a ?b ?c }} WHERE {PAIRS}",
    ],
    ids=["rows", "triples"],
)
def test_an_answer_beyond_a_row_cap_is_complete(text, asked, company):
    here = run_sparql(text, company)
    assert len(here) > 10_500
    assert set(asked("virtuoso").run_sparql(text).terms) == set(here.terms)


@pytest.mark.thorough
def test_rows_that_repeat_beyond_a_row_cap_are_refused(asked):
    with pytest.raises(
        InputError,
        match=r"counted [\d,]+ rows, gave 10,000, .* nothing of it is used: .* SELECT DISTINCT",
    ):
        asked("virtuoso").run_sparql(
            "SELECT ?c WHERE { ?a a mlops:Skill . ?b a mlops:Skill . VALUES ?c { 1 2 3 4 } }"
        )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("DESCRIBE role:ml-engineer", "means something else on every server; write a CONSTRUCT"),
        (
            "SELECT ?a WHERE { VALUES ?a { 1 2 } BIND(STR(?a) AS ?b) } VALUES ?a { 1 }",
            "closes with VALUES, which some servers answer wrongly",
        ),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "write the template out"),
        (
            "SELECT ?a FROM <https://acme.example/x> WHERE { ?a a ?b }",
            "FROM would read from elsewhere; .*--graph",
        ),
        (
            "SELECT ?a WHERE { SERVICE <https://acme.example/x> { ?a a ?b } }",
            "SERVICE would read from elsewhere",
        ),
        ("DELETE WHERE { ?a ?b ?c }", "DELETE would change data"),
        ("SELECT ?a WHERE { ?a a ?b", "the query ends too early"),
        ("", "the query ends too early; what can follow: ASK"),
    ],
)
def test_what_servers_answer_differently_is_refused_before_it_is_sent(text, reason):
    with (
        Endpoint("http://127.0.0.1:9/sparql") as endpoint,
        pytest.raises(InputError, match=rf"^mine.*{reason}"),
    ):
        endpoint.run_sparql(text, "mine")


# graphs --------------------------------------------------------------------------------------


@every_server
def test_only_the_graphs_that_are_named_are_asked(server, running):
    people = {}
    for names in ([PEOPLE], [OTHERS], [PEOPLE, OTHERS], [contents.ASSERTED.value]):
        with Endpoint(running(server), names) as endpoint:
            people[*names] = {row["person"] for row in endpoint.ask("holders-of-role", role="R7")}
    anna, stranger = "<https://example.org/anna>", "<https://example.org/stranger>"
    assert list(people.values()) == [{anna}, {stranger}, {anna, stranger}, set()]


@every_server
def test_a_named_graph_can_be_asked_by_its_name(server, asked):
    assert {
        row["g"]
        for row in asked(server).run_sparql(
            "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?p mlops:holdsRole ?r } }"
        )
    } == {f"<{PEOPLE}>"}


@pytest.mark.thorough
def test_a_server_that_shows_all_graphs_is_asked_without_a_name(running):
    with Endpoint(running("virtuoso")) as endpoint:
        assert len(endpoint.ask("holders-of-role", role="R7")) == 2
        assert bag(endpoint.ask("tasks-of-role")) == bag(QUESTIONS["tasks-of-role"].run())


def test_a_server_that_keeps_graphs_apart_is_not_asked_without_a_name(running):
    """Else it would say that nobody holds a role."""
    with (
        Endpoint(running("oxigraph")) as endpoint,
        pytest.raises(InputError, match=r"give those of your data with --graph"),
    ):
        endpoint.ask("holders-of-role")


@every_server
def test_a_graph_with_nothing_in_it_is_refused(server, running):
    with (
        Endpoint(running(server), ["https://acme.example/graphs/peopel"]) as endpoint,
        pytest.raises(InputError, match=r"nothing in the graph <.*peopel>"),
    ):
        endpoint.ask("holders-of-role")


def test_data_of_a_file_and_a_server_are_not_mixed(company):
    with pytest.raises(InputError, match="cannot be asked together with a server"):
        Endpoint("http://127.0.0.1:9/", graph=company)


# our graphs ------------------------------------------------------------------------------------


def everything(endpoint):
    text = "SELECT (COUNT(*) AS ?rows) WHERE { GRAPH ?g { ?s ?p ?o } }"
    return int(select_rows(endpoint.transport, text, ["rows"])[0][0].value)


@every_server
def test_installing_again_changes_nothing(server, running):
    with Endpoint(running(server), [PEOPLE]) as endpoint:
        before = everything(endpoint)
        assert not endpoint.install()
        assert everything(endpoint) == before


def other(endpoint):
    """The same server, looked at by somebody with additions of their own."""
    return Endpoint(
        endpoint.url, endpoint.graphs and [PEOPLE], load(ROOT / "examples" / "acme.ttl")
    )


@every_server
def test_a_stale_or_damaged_copy_is_refused_until_installed_again(server, running, here):
    with Endpoint(running(server), [PEOPLE]) as ours, other(ours) as theirs:
        insert(ours, contents.ASSERTED.value, "<urn:x> <urn:x> <urn:x> .")
        with pytest.raises(InputError, match="are incomplete"):
            ours.ask("roles")
        with pytest.raises(
            InputError, match=r"of another version or with other additions; .* --install"
        ):
            theirs.ask("roles")
        assert theirs.install()
        with pytest.raises(InputError, match="of another version or with other additions"):
            Endpoint(ours.url, [PEOPLE]).ask("roles")
        assert "acme:prompt-engineer" in {row["role"] for row in theirs.ask("roles")}
        text = fill_template("clear.ru", graph=contents.INSTALLED.value)
        theirs.transport.update(theirs.updates, text)
        assert ours.state() == "missing"
        assert ours.install()
        assert bag(ours.ask("roles")) == bag(here("roles"))


def test_a_read_only_server_is_asked_once_the_saved_file_is_loaded(tmp_path, capsys):
    """And before that says what to do."""
    assert main(["doctor", "--save", str(tmp_path / "ours.nq")]) == 0
    store = ox.Store(str(tmp_path / "data"))
    store.flush()
    del store
    with oxigraph(tmp_path, "--location", str(tmp_path / "data"), command="serve-read-only") as url:
        assert main(["ask", "roles", "--endpoint", url]) == 2
        assert "our graphs are not there; put them there with" in capsys.readouterr().err
        assert main(["doctor", "--endpoint", url, "--install"]) == 2
        assert "HTTP 403" in (said := capsys.readouterr().err)
        assert "updates are needed for this" in said
    store = ox.Store(str(tmp_path / "data"))
    store.load(path=str(tmp_path / "ours.nq"), format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    with oxigraph(tmp_path, "--location", str(tmp_path / "data"), command="serve-read-only") as url:
        assert (
            main(
                [
                    "ask",
                    "tasks-of-role",
                    "R7",
                    "--endpoint",
                    url,
                    "--graph",
                    contents.ASSERTED.value,
                    "--format",
                    "json",
                ]
            )
            == 0
        )
        rows = json.loads(capsys.readouterr().out)
        main(["ask", "tasks-of-role", "R7", "--format", "json"])
        assert rows == json.loads(capsys.readouterr().out)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=60), st.integers(1, 8))
def test_no_batch_parts_statements_that_share_a_blank_node(pairs, size):
    def node(n):
        return ox.BlankNode(f"b{n}") if n % 2 else ox.NamedNode(f"urn:{n}")

    whole = list({ox.Triple(node(s), ox.NamedNode("urn:p"), node(o)) for s, o in pairs})
    parts = list(contents.batches(whole, size))
    assert Counter(t for part in parts for t in part) == Counter(whole)
    blank = [
        {n for t in part for n in (t.subject, t.object) if isinstance(n, ox.BlankNode)}
        for part in parts
    ]
    assert all(not a & b for i, a in enumerate(blank) for b in blank[:i])
    assert all(parts)


# doctor ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def looked_over(running):
    """What the doctor finds, and how much was on the server before and after."""
    known = {}

    def points(server):
        if server not in known:
            with Endpoint(running(server), [PEOPLE], timeout=20) as endpoint:
                before = everything(endpoint)
                found = {p.point: p for p in probe(endpoint, updates=True)}
                assert everything(endpoint) == before, "the doctor changed something"
            known[server] = found
        return known[server]

    return points


@pytest.mark.parametrize(
    ("server", "point", "found"),
    [
        ("oxigraph", "server", "Oxigraph/"),
        ("oxigraph", "our graphs", "fresh"),
        ("oxigraph", "default graph", "apart, empty"),
        ("oxigraph", f"graph {PEOPLE}", "has data"),
        ("oxigraph", "row cap", "none up to 14641"),
        ("oxigraph", "paths over two graphs", "1 times"),
        ("oxigraph", "closing VALUES", "right"),
        ("oxigraph", "raw POST", "answered"),
        ("oxigraph", "updates", "allowed"),
        *(
            pytest.param("virtuoso", point, found, marks=pytest.mark.thorough)
            for point, found in (
                ("server", "Virtuoso/"),
                ("our graphs", "fresh"),
                ("default graph", "all graphs together"),
                ("row cap", "10000 (it says so)"),
                ("paths over two graphs", "2 times"),
                ("closing VALUES", "wrong rows"),
                ("raw POST", "no answer within 5 s"),
                ("updates", "allowed"),
            )
        ),
    ],
)
def test_the_doctor_says_what_a_server_does_and_what_that_means(server, point, found, looked_over):
    told = looked_over(server)[point]
    assert told.found.startswith(found)
    assert len(told.means) > 10


def test_the_doctor_reports_data_without_a_graph_and_a_time_out(tmp_path):
    store = ox.Store(str(tmp_path / "data"))
    store.extend(
        ox.Quad(t.subject, t.predicate, t.object, g)
        for g in (ox.DefaultGraph(), ox.NamedNode(PEOPLE))
        for t in triples(GIVEN)
    )
    store.flush()
    del store
    with (
        oxigraph(
            tmp_path,
            "--location",
            str(tmp_path / "data"),
            "--timeout-s",
            "1",
            command="serve-read-only",
        ) as url,
        Endpoint(url, timeout=10) as endpoint,
    ):
        found = {p.point: p for p in probe(endpoint, updates=True, slow=True)}
    assert (
        found["default graph"].found == "all graphs together"
    )  # as far as can be seen: the same is in both
    assert found["our graphs"].found == "missing"
    assert "403" in found["updates"].found
    assert "a broken answer" in found["time-out"].found
    assert "nothing of it is used" in found["time-out"].found


def test_the_doctor_changes_nothing_and_ends_with_1_without_our_graphs(tmp_path, capsys):
    with oxigraph(tmp_path) as url, Endpoint(url) as endpoint:
        assert main(["doctor", "--endpoint", url, "--format", "json"]) == 1
        rows = {row["point"]: row for row in json.loads(capsys.readouterr().out)}
        assert rows["our graphs"]["found"] == "missing"
        assert rows["updates"]["found"] == rows["time-out"]["found"] == "not tried"
        assert everything(endpoint) == 0
        assert main(["doctor", "--endpoint", url, "--install"]) == 0
        assert "fresh" in capsys.readouterr().out
        assert everything(endpoint) > 10_000


def test_the_doctor_installs_only_on_a_server_or_to_a_file(capsys):
    assert main(["doctor", "--install"]) == 2
    assert "give --endpoint URL, or --save FILE" in capsys.readouterr().err
