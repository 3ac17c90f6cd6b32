"""The questions: each keeps its promises, is portable SPARQL, and takes parameters."""

import random
import re
from collections import Counter
from functools import cache

import pyarrow.csv
import pyoxigraph as ox
import pytest
from support.asserted import PREFIXES, ROOT, facts

from mlops_roles import Graph, InputError, Question, UnknownName, ask, catalogue, load
from mlops_roles.io.resources import ShippedText
from mlops_roles.ontology.catalogue import run_query
from mlops_roles.ontology.query_outline import outline
from mlops_roles.ontology.results import LARGE, decode_rows

FILES = sorted((ROOT / "queries").glob("*.rq"))
BASE = "https://w3id.org/mlops-roles"
QUESTIONS = {path.stem: Question.from_file(path) for path in FILES}
every_question = pytest.mark.parametrize("name", QUESTIONS)
PROMISES = [
    (name, header, at)
    for name, q in QUESTIONS.items()
    for header in ("expect", "never", "fewer")
    for at in range(len(q.bindings(header)))
]


@cache
def body(text):
    """A query without comments, strings and prefix lines."""
    text = re.sub(r"(?m)^\s*#.*$|\s#\s.*$", "", text)
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', re.sub(r"(?m)^PREFIX .*$", "", text))


@pytest.fixture(scope="session")
def over(tmp_path_factory, graph):
    """The graph that a question is asked of: as shipped, or with what its `given` lines say."""

    @cache
    def with_given(name):
        given = " ".join(QUESTIONS[name].headers.get("given", []))
        if not given:
            return graph
        path = tmp_path_factory.mktemp("given") / f"{name}.ttl"
        path.write_text(
            "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items()) + given,
            encoding="utf-8",
        )
        return Graph(data=[path]).open()  # some questions are about axioms in data

    return with_given


@pytest.fixture(scope="session")
def whole(over):
    """The answer of a question without anything fixed."""
    return cache(lambda name: QUESTIONS[name].run(over(name)))


def is_meant(term, value, graph):
    """Whether a term is what a header line says: a literal by its text, others by their IRI."""
    if value.startswith('"'):
        return isinstance(term, ox.Literal) and term.value == value.strip('"')
    return isinstance(term, ox.NamedNode) and term.value == graph.expand_curie(value)


def matching(question, graph, fixed):
    """The rows with the parameters fixed that have the values of the other variables, too."""
    answer = question.run(graph, **{n: v for n, v in fixed.items() if n in question.parameters})
    at = {column: n for n, column in enumerate(answer.columns)}
    return [
        row for row in answer.terms if all(is_meant(row[at[n]], v, graph) for n, v in fixed.items())
    ]


def test_questions_were_found():
    assert len(FILES) >= 24
    assert set(catalogue()) == {path.stem for path in FILES}


@every_question
def test_its_header_is_complete_and_its_name_says_what_the_rows_are(name):
    question = QUESTIONS[name]
    columns = (
        re.search(r"(?m)^SELECT (?:DISTINCT )?((?:\?\w+ ?)+)$", question.text)[1]
        .replace("?", "")
        .split()
    )
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert len(question.summary) > 15
    assert not question.summary.endswith(".")
    assert set(question.parameters) <= set(columns)
    assert all(question.parameters.values())
    assert re.fullmatch(r"[a-z]+( [a-z]+)*", question.topic)
    assert {h for h in question.headers if not h.startswith("?")} <= {
        "summary",
        "about",
        "page",
        "marks",
        "given",
        "expect",
        "never",
        "fewer",
        "needs",
    }
    assert set(question.headers.get("marks", ())) <= {f"?{column}" for column in columns}
    assert {
        v for h in ("expect", "never", "fewer") for line in question.bindings(h) for v in line
    } <= set(columns)


@every_question
def test_its_promises_can_fail(name):
    question = QUESTIONS[name]
    assert question.bindings("expect") or question.headers["expect"] == ["nothing"]
    assert question.bindings("never") or question.bindings("fewer")
    for header in ("expect", "never", "fewer"):
        lines = [line for line in question.headers.get(header, []) if line != "nothing"]
        assert [line.count("?") for line in lines] == [
            len(fixed) for fixed in question.bindings(header)
        ]


@every_question
def test_it_runs_and_gives_no_row_twice(name, whole):
    rows = whole(name).terms
    assert bool(rows) != (QUESTIONS[name].headers["expect"] == ["nothing"])
    assert [row for row, times in Counter(rows).items() if times > 1] == []


@pytest.mark.parametrize(("name", "header", "at"), PROMISES)
def test_a_promise_is_kept(name, header, at, over, whole):
    question = QUESTIONS[name]
    found, of = len(matching(question, over(name), question.bindings(header)[at])), len(whole(name))
    assert {"expect": found >= 1, "never": found == 0, "fewer": 0 < found < of}[header], (
        f"{found} of {of} rows"
    )


@every_question
def test_each_column_has_a_value_in_some_row(name, whole):
    answer = whole(name)
    bound = {c for at, c in enumerate(answer.columns) if any(row[at] for row in answer.terms)}
    assert not answer.terms or bound == set(answer.columns)


@every_question
def test_its_order_leaves_nothing_to_chance(name, over, whole):
    """No two rows agree in all that they are ordered by; blank nodes are taken as equal."""
    text = QUESTIONS[name].text
    keys = re.findall(r"\?(\w+)", re.search(r"\nORDER BY ([^\n]*)\s*$", text)[1])
    select_line = re.search(r"(?m)^SELECT .*$", text)[0]
    hidden = [f"?{k}" for k in dict.fromkeys(keys) if f"?{k}" not in select_line.split()]
    wider = text.replace(select_line, " ".join([select_line, *hidden]), 1)
    answer = run_query(over(name), ShippedText(wider))
    ordered_by = Counter(
        tuple(
            None if isinstance(t := row[answer.columns.index(k)], ox.BlankNode) else t for k in keys
        )
        for row in answer.terms
    )
    assert [key for key, times in ordered_by.items() if times > 1] == []
    assert QUESTIONS[name].run(over(name)).terms == whole(name).terms


@every_question
def test_its_rows_are_in_the_order_that_the_engine_gives_them(name, over, whole, decode):
    """Rows are sorted without the engine where that is quicker."""
    text, graph = QUESTIONS[name].text, over(name)
    rows = [tuple(row) for row in graph.query(text)]
    assert whole(name).terms == rows
    if order := outline(text).order_variables:
        assert decode(graph.evaluate(text[: outline(text).order]), order) in (rows, None)


@pytest.mark.parametrize(
    "values",
    [
        '"b" "a"',
        '<urn:b> "a" <urn:a> UNDEF',
        '10 9 "8"',
        '"b"@en "a"@de "a"',
        "true false",
        "<urn:a> <urn:A> <urn:é> <urn:z>",
    ],
)
def test_whatever_is_sorted_by_is_sorted_as_the_engine_does(values, graph, decode):
    text = f"SELECT ?x ?y WHERE {{ VALUES ?x {{ {values} }} VALUES ?y {{ {values} }} }}"
    rows = [tuple(row) for row in graph.evaluate(f"{text} ORDER BY ?x ?y")]
    assert run_query(graph, ShippedText(f"{text}\nORDER BY ?x ?y")).terms == rows
    assert decode(graph.evaluate(text), ["x", "y"]) in (rows, None)
    assert len(rows) == len(values.split()) ** 2


XSD = "http://www.w3.org/2001/XMLSchema#"
KINDS = ("integer", "decimal", "double", "boolean", "string", "float", "date", "nonsense")
TEXTS = (
    "1",
    "007",
    "+5",
    "1.",
    "1.0",
    ".5",
    "1E3",
    "INF",
    "true",
    "TRUE",
    "",
    "a\tb",
    "a\nb",
    "a\rb",
    '"q"',
    "b\\s",
    "é\u2028\x85\x0b",
    " 1 ",
    "<urn:a>",
    "_:b",
)
TERMS = [
    *(ox.Literal(text, datatype=ox.NamedNode(XSD + kind)) for kind in KINDS for text in TEXTS),
    *(ox.Literal(text, language="en-gb") for text in TEXTS),
    *map(ox.NamedNode, ("urn:a", "https://example.org/é?a=b%20c#d", "https://example.org/a'b")),
    ox.BlankNode("b-1.x"),
    ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("a\tb")),
]


@pytest.fixture(params=[0, LARGE], ids=["large", "small"])
def decode(request, monkeypatch):
    """How rows are decoded: of a large answer by column, of a small one by line."""
    read, calls = pyarrow.csv.read_csv, []
    monkeypatch.setattr(pyarrow.csv, "read_csv", lambda *how: (calls.append(1), read(*how))[1])

    def decoded(solutions, order=(), **how):
        before = len(calls)
        rows = decode_rows(solutions, order, large=request.param, **how)
        has_columns = bool(solutions.variables) and {*order} <= {
            variable.value for variable in solutions.variables
        }
        assert len(calls) - before == (has_columns and not request.param)
        return rows

    return decoded


@pytest.mark.parametrize("wanted", ["?s ?o", "?o ?s", "?o", "?o ?nothing", "?nothing", "*"])
def test_a_row_has_the_terms_that_the_engine_gives(wanted, decode):
    """Rows are read from what the engine writes, each distinct term once."""
    store = ox.Store()
    store.extend(
        ox.Quad(ox.NamedNode(f"urn:{i}"), ox.NamedNode("urn:p"), term)
        for i, term in enumerate(TERMS * 2)
    )
    text = f"SELECT {wanted} WHERE {{ ?s <urn:p> ?o }}"
    found = decode(store.query(text))
    assert found == [tuple(row) for row in store.query(text)]
    assert len(found) == 2 * len(TERMS)
    assert len({id(term) for row in found for term in row}) == len(
        {term for row in found for term in row}
    )


def test_a_row_may_be_longer_than_a_block():
    long = "a" * 1000
    solutions = ox.Store().query(f'SELECT ?x {{ VALUES ?x {{ "b" "{long}" }} }}')
    found = decode_rows(solutions, ["x"], large=0, block_size=100)
    assert found == [(ox.Literal(long),), (ox.Literal("b"),)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SELECT * {}", 1),
        ("SELECT * { <urn:a> <urn:b> <urn:c> }", 0),
        ("SELECT ?x { ?x <urn:b> <urn:c> }", 0),
    ],
)
def test_a_result_without_columns_or_rows_keeps_its_number_of_rows(text, count, decode):
    assert decode(ox.Store().query(text)) == [()] * count


@pytest.mark.parametrize(
    ("name", "variable"),
    [(name, variable) for name, q in QUESTIONS.items() for variable in q.parameters],
)
def test_a_fixed_parameter_keeps_the_rows_that_have_it(name, variable, over, whole):
    """Whether it is put in the place of the variable, which is quick, or joined with the rows."""
    answer = whole(name)
    at = answer.columns.index(variable)
    known = sorted(
        {
            row[at]
            for row in answer.terms
            if row[at] is not None and not isinstance(row[at], ox.BlankNode)
        },
        key=str,
    )
    chosen = random.Random(name).sample(known, min(2, len(known)))
    for value in [*chosen, ox.NamedNode("https://example.org/nowhere"), ox.Literal("nothing")]:
        joined = over(name).evaluate(f"{QUESTIONS[name].text}\nVALUES ?{variable} {{ {value} }}")
        assert Counter(
            run_query(over(name), QUESTIONS[name].text, {variable: [value]}).terms
        ) == Counter(map(tuple, joined))


@every_question
def test_it_uses_only_declared_names(name):
    text = QUESTIONS[name].text
    declared = dict(re.findall(r"(?m)^PREFIX (\w*): <(.*)>$", text))
    used = set(re.findall(r"(?<![\w?<])([a-z]\w*):[\w-]*", re.sub(r"<[^>]*>", "", body(text))))
    assert declared.items() <= PREFIXES.items()
    assert used == set(declared), "a prefix undeclared, or declared and not used"
    assert all(
        iri == BASE or iri.startswith(tuple(PREFIXES.values()))
        for iri in re.findall(r"<(http[^>]*)>", body(text))
    )


@every_question
def test_it_is_portable_sparql(name):
    """What another engine parses as SPARQL 1.1, and no more."""
    from rdflib.plugins.sparql import prepareQuery

    text = body(QUESTIONS[name].text)
    elsewhere = r"(?i)(?<![?\w])(?:SERVICE|GRAPH|FROM|LIMIT|OFFSET|REDUCED)\b"
    assert re.findall(rf"{elsewhere}|SELECT (?:DISTINCT )?\*|<<", text) == []
    by_date = text.replace("SUBSTR(STR(NOW()), 1, ", "")  # whether a position has ended by now
    assert re.findall(r"(?i)\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", by_date) == [], (
        "another answer each time"
    )
    assert re.findall(r"(?:\w:\w+|>)\(", text) == [], "a function that is not of the standard"
    assert prepareQuery(QUESTIONS[name].text)


def vocabulary():
    own = {s for s, p, _ in facts() if p == "rdfs:isDefinedBy" and s.startswith("mlops:")}
    assert len(own) > 50
    return sorted(own)


def test_a_term_of_the_vocabulary_serves_some_question():
    asked = set().union(*(re.findall(r"\b\w+:\w+\b", body(q.text)) for q in QUESTIONS.values()))
    assert [term for term in vocabulary() if term not in asked] == []


# parameters ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "role:ml-engineer",
        f"{BASE}/role/ml-engineer",
        f"<{BASE}/role/ml-engineer>",
        "R7",
        "r7",
        "ML Engineer",
    ],
)
def test_a_role_may_be_written_in_many_ways(written):
    rows = ask("tasks-of-role", role="ml-engineer").rows
    assert {row["task"] for row in rows} >= {"task:deploy-model", "task:manage-ml-pipelines"}
    assert ask("tasks-of-role", role=written).rows == rows


def test_a_fixed_parameter_narrows_the_whole_answer():
    whole = [row for row in ask("tasks-of-role") if row["role"] == "role:data-engineer"]
    assert ask("tasks-of-role", role="R4").rows == whole


@pytest.mark.parametrize(
    ("question", "fixed", "nearest"),
    [
        ("tasks-of-role", {"role": "ml-enginer"}, "ml-engineer"),
        ("tasks-of-role", {"role": "role:ml-enginer"}, "ml-engineer"),
        ("tasks-of-rolle", {}, "tasks-of-role"),
        ("tasks-of-role", {"rol": "R7"}, "role"),
        ("roles-for-skill", {"skill": "machine-lerning"}, "machine-learning"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(question, fixed, nearest):
    with pytest.raises(UnknownName) as caught:
        ask(question, **fixed)
    assert nearest in caught.value.nearest
    assert "did you mean" in str(caught.value)


@pytest.mark.parametrize("fixed", [{"task": "deploy-model"}, {"label": "x"}])
def test_a_result_variable_that_is_no_parameter_is_refused(fixed):
    with pytest.raises(UnknownName, match="no such parameter of tasks-of-role"):
        ask("tasks-of-role", **fixed)


def test_a_name_of_another_kind_is_refused():
    with pytest.raises(UnknownName):
        ask("tasks-of-role", role="deploy-model")


@pytest.mark.parametrize("value", ['x" . } #', "} UNION { ?s ?p ?o", "x\\u0022 ?y", "a\nb"])
def test_a_parameter_never_becomes_sparql(value):
    assert ask("roles-for-title", title=value).rows == []
    with pytest.raises(InputError):
        ask("tasks-of-role", role=value)


# questions of a company ----------------------------------------------------------------

OWN = """#+ summary: The tasks that are named after a model
#+ ?task: a task
#+ expect: ?task = task:deploy-model

SELECT ?task WHERE { ?task a mlops:Task . FILTER(CONTAINS(STR(?task), "model")) } ORDER BY ?task
"""


def test_a_company_s_own_question_is_listed_and_answered(tmp_path):
    (path := tmp_path / "model-tasks.rq").write_text(OWN, encoding="utf-8")
    graph = load(path)
    assert "model-tasks" not in catalogue()
    assert catalogue(graph)["model-tasks"].summary == "The tasks that are named after a model"
    assert {"task": "task:deploy-model"} in ask("model-tasks", graph).rows
    assert ask("model-tasks", graph, task="deploy-model").rows == [{"task": "task:deploy-model"}]
    with pytest.raises(UnknownName):
        ask("model-tasks")


def test_a_company_s_own_question_may_replace_a_shipped_one(tmp_path):
    """What the catalogue lists is what is asked."""
    (path := tmp_path / "roles.rq").write_text(OWN, encoding="utf-8")
    graph = load(path)
    assert catalogue(graph)["roles"].path == path
    assert ask("roles", graph).columns == ["task"]


@pytest.mark.parametrize("line", ["summary", "expect"])
def test_a_header_fault_names_the_file_and_the_fix(line, tmp_path):
    (path := tmp_path / "own.rq").write_text(
        re.sub(rf"(?m)^#\+ {line}:.*\n", "", OWN), encoding="utf-8"
    )
    with pytest.raises(InputError, match=rf"^own\.rq: no {line} line; add '#\+ {line}: "):
        Question.from_file(path)


def test_a_fault_in_the_sparql_is_one_line(tmp_path):
    (path := tmp_path / "own.rq").write_text(OWN.replace("WHERE {", "WHERE {{"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        ask("own", load(path))
    assert "\n" not in str(caught.value)


def test_the_ways_to_hold_a_role_stand_once():
    written = [path.stem for path in FILES if "org:holds/org:role" in path.read_text("utf-8")]
    assert written == []
    including = [q.name for q in QUESTIONS.values() if "roles-held" in q.path.read_text("utf-8")]
    assert len(including) == 7


def test_a_companys_own_kind_of_holding_counts(tmp_path):
    (tmp_path / "own.ttl").write_text(
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> ."
        "@prefix role: <https://w3id.org/mlops-roles/role/> . @prefix x: <urn:x:> ."
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
        "x:serves rdfs:subPropertyOf x:works . x:works rdfs:subPropertyOf mlops:holdsRole ."
        "x:narrow a mlops:Role ; mlops:specialises role:devops-engineer ."
    )
    (tmp_path / "data.ttl").write_text("@prefix x: <urn:x:> . x:ada x:serves x:narrow .")
    graph = load(tmp_path / "own.ttl", data=[tmp_path / "data.ttl"])
    rows = QUESTIONS["holders-of-role"].run(graph, role="devops-engineer").rows
    assert [row["person"] for row in rows] == ["x:ada"]
    assert QUESTIONS["people-for-task"].run(graph, task="deploy-model").rows


def test_an_unknown_pattern_is_an_error_with_the_known_ones(tmp_path):
    path = tmp_path / "own.rq"
    path.write_text("#+ summary: x\n#+ expect: nothing\nSELECT * {\n#+ include: nobody\n}")
    with pytest.raises(InputError, match="no pattern 'nobody' to include; use one of roles-held"):
        Question.from_file(path)


@pytest.mark.parametrize("text", ["SELECT*{}", "select(1 AS ?x){}", "DESCRIBE<urn:a>", "ASK{}"])
def test_sparql_needs_no_space_after_its_first_word(text):
    assert len(ask(text)) <= 1
