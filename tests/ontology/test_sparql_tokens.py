"""A query is cut into the tokens that a parser of SPARQL reads."""

import pytest
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.term import Variable
from support.asserted import ROOT, SHARED
from support.hostile_sparql import accepted_by_oxigraph

from mlops_roles.ontology.query_outline import outline
from mlops_roles.ontology.sparql_grammar import read_query
from mlops_roles.ontology.sparql_tokens import decode_codepoints, is_readable, tokenize

SUITE = SHARED / "suites" / "sparql"
FRAGMENTS = ("endpoint", "patterns", "corrections")
SHIPPED = [p for p in sorted((ROOT / "queries").rglob("*.rq")) if p.parent.name not in FRAGMENTS]


def tokens(text):
    return [token.text for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ex:.SERVICE", "ex: . SERVICE"),
        ("ex:a.b. ex:a.. ?x.", "ex:a.b . ex:a . . ?x ."),
        (r"ex:a\-b%20c:d\. :é a:b", r"ex:a\-b%20c:d\. :é a:b"),
        ("a.b:c ab.:c", "a.b:c ab . :c"),
        ("?e\u0301 ?a\u00b7b \u00e9\u203f:b", "?e\u0301 ?a\u00b7b \u00e9\u203f:b"),
        ("_:a.b. _:1", "_:a.b . _:1"),
        ("?x$y?1?", "?x $y ?1 ?"),
        ("1 1. .5 1.5 1e3 1.e3 .5E-3 -1 +1.5", "1 1 . .5 1.5 1e3 1.e3 .5E-3 -1 +1.5"),
        ("1SERVICE 1.SERVICE", "1 SERVICE 1 . SERVICE"),
        ('"a"@en-GB"b"^^ex:c', '"a" @en-GB "b" ^^ ex:c'),
        ("?a#c\n?b # d", "?a ?b"),
        ("<a#b>#c\r<d>", "<a#b> <d>"),
        ("f(?a<=?b>=?c!=?d&&?e||?f)", "f ( ?a <= ?b >= ?c != ?d && ?e || ?f )"),
        ("a^b|c/d*+?!e", "a ^ b | c / d * + ? ! e"),
        (r'"\u0041" <\u0041>', r'"\u0041" <\u0041>'),
    ],
)
def test_a_text_is_cut_as_the_grammar_cuts_it(text, parts):
    assert tokens(text) == parts.split(" ")


@pytest.mark.parametrize(
    "string",
    [
        r'"a\"b"',
        r"'a\'b'",
        '"\'"',
        "'\"'",
        '"""a"b""c\n"""',
        "'''a'b''c\n'''",
        '""',
        "''",
        '""""""',
        '"# {"',
    ],
)
def test_a_string_is_one_token(string):
    assert next((t.kind, t.text) for t in tokenize(f"{string} ?x")) == ("string", string)


@pytest.mark.parametrize("text", ['"a', "'a\n'", r'"\x"', "`", "\\", r"?a\u0041", "@"])
def test_what_starts_no_token_is_unknown(text):
    assert "unknown" in {token.kind for token in tokenize(text)}


@pytest.mark.parametrize(
    ("condition", "iris"),
    [
        ("FILTER(?a<((((?b))))&&?c>2)", []),
        ("FILTER(?a<?b&&?c>2)", []),
        ("FILTER(1<?b&&?c>2)", []),
        ("FILTER('a'@en<?b&&?c>2)", []),
        ("?a a(<b>)", ["<b>"]),
        ("FILTER(STR(?a)<?b&&?c>2)", []),
        ("FILTER(?a=<urn:b>&&?c>2)", ["<urn:b>"]),
        ("FILTER(?a IN(<a>,<b>)&&<c>(?a<?b||?c>2))", ["<a>", "<b>", "<c>"]),
        ("FILTER ex:f(?a<?b&&?c>2) ?s<p>(<a> <b>)", ["<p>", "<a>", "<b>"]),
        ("FILTER<f>(?a<?b&&?c>2) ?s<p>?o", ["<f>", "<p>"]),
        ("FILTER EXISTS{?a<p>?b}BIND(?a<?b&&?c>2 AS ?d)", ["<p>"]),
        ("FILTER(EXISTS{?a<p>?b FILTER(?a<?b&&?c>2)}&&?a<?b||?c>?d)", ["<p>"]),
        ("?a(<p>|<q>)<o>.(1 2)<p>true", ["<p>", "<q>", "<o>", "<p>"]),
        ("VALUES(?a ?b){(<a><b>)(UNDEF<c>)}", ["<a>", "<b>", "<c>"]),
        ("{SELECT(?a<?b&&?c>2 AS ?d){?a<p>?b}GROUP BY ex:f(?a<?b&&?c>1)}", ["<p>"]),
        ("FILTER(COUNT(DISTINCT<a>)>1)", ["<a>"]),
    ],
)
def test_less_than_is_no_iri_and_an_iri_is_no_less_than(condition, iris):
    text = f"SELECT * {{ {condition} }} HAVING(?a<?b&&?c>2) ORDER BY(?a<?b&&?c>2)<f>(?a)"
    assert [t.text for t in tokenize(text) if t.kind == "iri"] == [*iris, "<f>"]


def test_only_words_are_compared_without_case():
    text = "select ?X { ex:A a ?y . ?y <Iri> 'String' } order by ?X"
    upper = "SELECT ?X { ex:A a ?y . ?y <Iri> 'String' } ORDER BY ?X"
    assert [token.upper for token in tokenize(text)] == upper.split()


def test_empty_brackets_are_one_token_of_the_grammar():
    kinds = [token.kind for token in read_query("ASK { BIND(NOW( ) AS ?a) ?a ?b [ ] }")]
    assert kinds[4:8] == ["'NOW'", "NIL", "'AS'", "VARIABLE"]
    assert kinds[-2:] == ["ANON", "'}'"]


@pytest.mark.parametrize("text", ["ASK { ?a ` ?b }", "ASK { ?a \\ ?b }"])
def test_a_text_with_an_unknown_token_is_not_readable(text):
    assert not is_readable(text)
    assert is_readable(text.replace("`", "?c").replace("\\", "?c"))


def test_brackets_have_the_depth_of_what_is_around_them():
    assert [(t.text, t.depth) for t in tokenize("{a(b[c]))}d")] == [
        ("{", 0),
        ("a", 1),
        ("(", 1),
        ("b", 2),
        ("[", 2),
        ("c", 3),
        ("]", 2),
        (")", 1),
        (")", 0),
        ("}", 0),
        ("d", 0),
    ]


def test_a_codepoint_that_changes_the_tokens_is_noticed():
    assert decode_codepoints(r"\u2603 \U0010FFFF \UFFFFFFFF") == "\u2603 \U0010ffff \U0010ffff"
    assert decode_codepoints(r"\u0053ERVICE \U0001F600 \uZZZZ") == "SERVICE \U0001f600 \\uZZZZ"
    assert is_readable(r'SELECT ?x { ?x <urn:\u00e9> "\u00e9" }')
    assert not is_readable(r'SELECT ?x { ?x <urn:p> "\u0022 }')
    assert not is_readable(r"SELECT ?x { \u0053ERVICE <urn:s> { ?x ?y ?z } }")


@pytest.mark.parametrize(
    "text", ["a." * 400_000, '"' * 400_001, "<" * 400_000, "ex:" + "." * 400_000]
)
def test_a_hostile_text_is_cut_in_linear_time(text):
    assert sum(len(token.text) for token in tokenize(text)) == len(text)


# judged by parsers ------------------------------------------------------------------------------


def variables_of_parse(node):
    """The names of the variables in a parse tree of rdflib."""
    if isinstance(node, Variable):
        return {str(node)}
    inside = node.values() if isinstance(node, dict) else node
    return (
        set().union(*map(variables_of_parse, inside))
        if isinstance(node, (dict, list, tuple)) or hasattr(node, "asList")
        else set()
    )


def judge(text):
    """All of a query is tokens, and its variables are those that rdflib reads."""
    found = list(tokenize(text))
    assert [token for token in found if token.kind == "unknown"] == []
    try:
        tree = parseQuery(text)
    except Exception:  # rdflib reads less than the standard
        return 0
    assert {token.variable for token in found} - {""} == variables_of_parse(tree)
    return 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_query_is_read_as_rdflib_reads_it(path):
    assert judge(path.read_text("utf-8"))
    assert outline(path.read_text("utf-8")).form in ("SELECT", "CONSTRUCT", "ASK")


def test_the_queries_of_the_standard_are_read_as_rdflib_reads_them():
    if not SUITE.is_dir():
        pytest.skip("the W3C test suite of SPARQL 1.1 is not here")
    texts = [path.read_text("utf-8") for path in sorted(SUITE.rglob("*.rq"))]
    texts = list(filter(accepted_by_oxigraph, texts))
    assert len(texts) > 250
    assert sum(map(judge, texts)) > 200
