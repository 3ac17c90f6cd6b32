"""W3C's test cases for SPARQL 1.1: queries over one graph, and what is valid syntax.

Cases with named graphs are left out, because our data is one graph; SERVICE and FROM are refused
by design. Numbers are compared by value and datatype: the engine keeps `1.0` as `1`.
"""

from collections import Counter

import pyoxigraph as ox
import pytest
from support.suites import MANIFEST, entries, expect_known_misses, suite

from mlops_roles import Graph, InputError, run_sparql
from mlops_roles.ontology.engine_corrections import corrected
from mlops_roles.ontology.gate import reject_unsafe_query
from mlops_roles.ontology.literals import value_of

QUERY_TEST = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
NUMBERS = ("decimal", "integer", "double", "float", "boolean")
CASES, FLOOR = 216, 214
SYNTAX_CASES = 111
TRIPLE = ("subject", "predicate", "object")


def cases():
    """(name, query, data files, file with the result) of each case over one graph."""
    folder = suite("sparql/sparql11")
    for manifest in sorted(folder.glob("*/manifest.ttl")):
        if manifest.parent.name in ("entailment", "service"):
            continue
        for kind, case in entries(manifest):
            action = case.one(f"{MANIFEST}action")
            if kind == "QueryEvaluationTest" and not action.all(f"{QUERY_TEST}graphData"):
                yield (
                    f"{manifest.parent.name}/{case.name}",
                    action.one(f"{QUERY_TEST}query").path.read_text("utf-8"),
                    [data.path for data in action.all(f"{QUERY_TEST}data")],
                    case.one(f"{MANIFEST}result").path,
                )


# results ---------------------------------------------------------------------------


def expected(path):
    """The rows of a result, each a sorted tuple of (column, term), or a truth value."""
    if path.suffix == ".ttl":
        store = ox.Store()
        store.load(path=str(path), base_iri=path.as_uri(), format=ox.RdfFormat.TURTLE)
        return solutions(store) or [row(zip(TRIPLE, q.triple, strict=True)) for q in store]
    result = ox.parse_query_results(path=str(path))
    if isinstance(result, ox.QueryBoolean):
        return bool(result)
    names = [variable.value for variable in result.variables]
    return [row((name, solution[name]) for name in names) for solution in result]


def solutions(store):
    """The rows of a result set in RDF."""

    def values(subject, prop):
        quads = store.quads_for_pattern(subject, ox.NamedNode(RESULT_SET + prop), None)
        return [quad.object for quad in quads]

    return [
        row((values(b, "variable")[0].value, values(b, "value")[0]) for b in values(s, "binding"))
        for s in values(None, "solution")
    ]


def row(pairs):
    return tuple(sorted((name, comparable(term)) for name, term in pairs if term is not None))


def comparable(term):
    """A number as its datatype and value; any other term as it is."""
    if isinstance(term, ox.Literal) and term.datatype.value.rpartition("#")[2] in NUMBERS:
        return term.datatype.value, value_of(term) or term.value
    return term


def is_blank(term):
    return isinstance(term, ox.BlankNode)


def same_rows(one, other):
    """Whether two results are equal but for the names of blank nodes."""
    if isinstance(one, bool) or isinstance(other, bool) or len(one) != len(other):
        return one is other
    parts = []
    for rows in (one, other):
        nameless = [r for r in rows if any(is_blank(term) for _, term in r)]
        parts.append((Counter(rows) - Counter(nameless), nameless))
    return parts[0][0] == parts[1][0] and matches(parts[0][1], parts[1][1], {})


def matches(rows, others, names):
    """Whether blank nodes can be renamed so that rows are the others."""
    if not rows:
        return True
    return any(
        (found := renamed(rows[0], other, names)) is not None
        and matches(rows[1:], others[:at] + others[at + 1 :], found)
        for at, other in enumerate(others)
    )


def renamed(one, other, names):
    """The names extended so that a row becomes the other one, or None."""
    names = dict(names)
    if [name for name, _ in one] != [name for name, _ in other]:
        return None
    for (_, term), (_, wanted) in zip(one, other, strict=True):
        if not (is_blank(term) and is_blank(wanted)):
            if term != wanted:
                return None
        elif names.setdefault(term, wanted) != wanted or len(set(names.values())) < len(names):
            return None
    return names


# queries -------------------------------------------------------------------------------


def answer_in_process(text, graph):
    """The answer of a query as the subprocess makes it."""
    reject_unsafe_query(text)
    result = graph.evaluate(corrected(text))
    if isinstance(result, ox.QueryBoolean):
        return bool(result)
    if isinstance(result, ox.QueryTriples):
        return [row(zip(TRIPLE, triple, strict=True)) for triple in result]
    names = [variable.value for variable in result.variables]
    return [row((name, solution[name]) for name in names) for solution in result]


def answer_of_sandbox(text, graph):
    """The answer of `run_sparql`."""
    answer = run_sparql(text, graph)
    if answer.columns == ["answer"]:
        return answer.terms == [(ox.Literal(True),)]
    return [row(zip(answer.columns, terms, strict=True)) for terms in answer.terms]


@pytest.mark.filterwarnings("ignore:.*empty")
@pytest.mark.parametrize(
    "answer", [answer_in_process, pytest.param(answer_of_sandbox, marks=pytest.mark.long)]
)
def test_queries_over_one_graph_are_answered(answer, record_figure):
    answers = {}
    for name, text, data, result in cases():
        wanted = expected(result)
        try:
            found = answer(text, Graph(data=data, base=()))
        except InputError as error:
            found = str(error)
        is_right = not isinstance(found, str) and same_rows(found, wanted)
        answers[name] = "" if is_right else f"{found} instead of {wanted}"
    expect_known_misses("SPARQL 1.1 evaluation", answers, FLOOR, CASES, record_figure)


# syntax ----------------------------------------------------------------------------------


def test_valid_syntax_is_read_and_invalid_syntax_is_refused(record_figure):
    graph, answers = Graph(store=ox.Store(), base=()), {}
    for manifest in sorted(suite("sparql/sparql11").glob("*/manifest.ttl")):
        for kind, case in entries(manifest):
            if (
                kind not in ("PositiveSyntaxTest11", "NegativeSyntaxTest11")
                or manifest.parent.name == "syntax-fed"
            ):
                continue
            path = case.one(f"{MANIFEST}action").path
            refused = refusal(path.read_text("utf-8"), path, graph)
            is_right = (not refused) == kind.startswith("Positive")
            answers[f"{path.parent.name}/{case.name}"] = "" if is_right else refused or "accepted"
    floor = SYNTAX_CASES - 1
    expect_known_misses("SPARQL 1.1 syntax", answers, floor, SYNTAX_CASES, record_figure)


def refusal(text, path, graph):
    """Why a query is refused, or an empty text."""
    try:
        reject_unsafe_query(text)
        graph.store.query(corrected(text), base_iri=path.as_uri())
    except (InputError, SyntaxError) as error:
        return str(error)
    except RuntimeError as error:  # it is planned, so it has been read
        assert "custom function" in str(error)
    return ""
