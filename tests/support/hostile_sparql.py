"""Random and hostile texts of SPARQL, and what two parsers find in a text."""

import random
import re
from functools import cache

import pyoxigraph as ox
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from mlops_roles.ontology.sparql_grammar import END, grammar

from .asserted import ROOT, SHARED

SUITE = SHARED / "suites" / "sparql"
# pieces that a text may get anywhere
HOSTILE = [
    *("SERVICE <http://e/s> { ?a ?b ?c }", "SERVICE SILENT ?x {}", "FROM <http://e/f>", "service"),
    *("FROM NAMED <http://e/f>", "LOAD <http://e/l>", "INSERT DATA { <a> <b> <c> }", "from"),
    *(r"\u0053ERVICE", r"\U00000053ERVICE", r"SERVI\u0043E", r"\u0022", r"\u005Cu0022", r"\u0000"),
    *(r"\u00000022", r"\U0022", r"\u000A", r"\u000D", r"\uD800", r"\uD83D\uDE00", "\\", r"\'", "%"),
    *("ex:.", "ex:a.", "ex:a.b", "ex:.SERVICE", r"ex:a\.", "ex:%20", "a.b:c", ":", "::", "_:b."),
    *("#", "#\n", "#\r", "#\r\n", "# ' \n", '# """ \n', "\r", "\n", "\t", "\u2028", "\x0c", "\x00"),
    *("'", '"', "'''", '"""', "''", '""', "<", ">", "<<", ">>", "<<(", ")>>", "<a", "<a b>", "^^"),
    *("(", ")", "{", "}", "[", "]", "()", "[]", "{|", "|}", "(" * 70, ")" * 70, "{" * 70, "}" * 70),
    *(
        "!",
        "!" * 500,
        "^",
        "/",
        "|",
        "||",
        "&&",
        "-",
        "+",
        "- -",
        ".",
        ";",
        ",",
        "?",
        "*",
        "1.",
        ".5",
    ),
    *("trueSERVICE", "aSERVICE", "1SERVICE", "?xSERVICE", "SERVICE:x", "FROM:x", "@en", "@en-from"),
    *(
        "\u017fERVICE",
        "SERV\u0131CE",
        "\ufeff",
        "\xa0",
        "\U0001f600",
        "A",
        "a",
        "FROMAGE:x",
        "$this",
    ),
]
TOKENS = {
    "IRI": ["<a>", "<http://e/a(b)>", "<?b&&?c>", "<(a),b>", "<#SERVICE>", "<a%20b>"],
    "NAMESPACE": ["ex:", ":", "\u00e9:"],
    "NAME": [
        "ex:a",
        "ex:a.b",
        r"ex:a\.b",
        "ex:1",
        ":a-b",
        "ex::",
        "ex:service",
        "ex:a:b",
        ":\u00e9",
    ],
    "VARIABLE": ["?a", "$b", "?1", "?service", "?\u00e9"],
    "STRING": ['"a"', "'b'", '"""a"b\n"""', "'''#'''", '"SERVICE"', r'"\"{"', "'# {'", r"'\u0041'"],
    "LANGUAGE": ["@en", "@en-GB"],
    "BLANK": ["_:b", "_:b.c", "_:1"],
    "ANON": ["[]", "[ ]"],
    "NIL": ["()", "( )"],
    "INTEGER": ["1", "07"],
    "NUMBER": ["1.5", ".5", "1e3", "1.e3", ".5E-3"],
    "SIGNED": ["+1", "-1.5", "-1e3"],
}
# how a string or comment may end for one parser only
EDGES = [
    *(
        r"\u0022",
        r"\u0027",
        r"\u00000022",
        r"\U0022",
        r"\u00000027",
        r"\U0027",
        r"\u003E",
        r"\U003E",
    ),
    *(r"\u000A", r"\U000A", r"\u0000000A", r"\u000D", r"\U0000000A", r"\u005C", r"\u005Cu0022"),
    *("\n", "\r", "\r\n", "\x0c", "\x85", "\u2028", r"\"", "\\", '"', "'", ">", "# ", " "),
]
SPACES = [" ", " ", "", "", "\n", "\t", "\r\n", "#c\n", "# SERVICE <x> {\n", '#"""\n']


@cache
def corpus():
    """Queries of the standard's test suite, if it is here, and our own."""
    ours = sorted((ROOT / "queries").glob("*.rq"))
    paths = [*sorted(SUITE.rglob("*.rq")), *ours]
    return [text for path in paths if len(text := path.read_text("utf-8")) < 1500]


def mutant(luck):
    """A query of the corpus with a few changes."""
    text = luck.choice(corpus())
    for _ in range(luck.choice((0, 1, 1, 1, 2, 3))):
        at = luck.randrange(len(text) + 1)
        until = min(len(text), at + luck.choice((0, 0, 1, 2, 8)))
        other = luck.choice(corpus())
        cut = luck.randrange(len(other))
        piece = luck.choice((luck.choice(HOSTILE), "", other[cut : cut + luck.randrange(1, 20)]))
        text = text[:at] + piece + text[until:]
    return luck.choice((str, str, str, str.upper, str.lower))(text)


def soup(luck):
    """Tokens and hostile pieces in any order, with or without space between them."""
    tokens = [token for some in TOKENS.values() for token in some]
    words = ["SELECT", "*", "WHERE", "{", "}", "FILTER", "(", ")", "ASK", "OPTIONAL", "BIND", "AS"]
    pieces = luck.choices([*HOSTILE, *tokens, *words * 4], k=luck.randrange(1, 15))
    inside = "".join(piece + luck.choice(SPACES) for piece in pieces)
    return luck.choice(("{}", "ASK {{ {} }}", "SELECT * {{ ?s ?p ?o . {} }}")).format(inside)


def sentence(luck, least=0):
    """A query that the grammar allows, its tokens with or without space between them."""
    written, todo, room = [], ["Query"], luck.randrange(5, 60)
    while todo:
        symbol = todo.pop()
        if symbol in grammar():
            choices = list(dict.fromkeys(grammar()[symbol].values()))
            short = sorted(choices, key=lambda parts: sum(map(_weight, parts)))
            todo += reversed(luck.choice(choices) if len(written) < room else short[0])
        elif symbol != END:
            kind = symbol.strip("'")
            written.append(luck.choice(TOKENS.get(symbol, [kind, kind.lower()])))
    if luck.random() < 0.2:
        written.insert(luck.randrange(len(written)), luck.choice(HOSTILE))
    return "PREFIX ex: <e:> PREFIX : <e:> PREFIX \u00e9: <e:>" + "".join(
        luck.choice(SPACES) + token for token in written
    )


@cache
def _weight(symbol):
    """How many tokens a symbol has at least."""
    if symbol not in grammar():
        return 1
    known = _weights()
    return known[symbol]


@cache
def _weights():
    found = dict.fromkeys(grammar(), 1000)
    for _ in range(40):
        for symbol, table in grammar().items():
            found[symbol] = min(sum(found.get(p, 1) for p in parts) for parts in table.values())
    return found


def smuggled(luck):
    """A query with SERVICE in a string, IRI or comment, out of which it may get for a parser."""
    quotes = [('"', '"'), ("'", "'"), ('"""', '"""'), ("'''", "'''"), ("<e:", ">"), ("1 # ", "\n")]
    start, end = luck.choice(quotes)
    out = luck.choice((end, *EDGES))
    rest = luck.choice(("", "#", f" ?s ?p {out}", f" ?s ?p {start}", f" ?s ?p 1 {out}"))
    return f"ASK {{ ?s ?p {start}{out} SERVICE <e:s> {{ ?a ?b ?c }} {rest}{end} }}"


def text(number):
    """A text that depends on a number only."""
    luck = random.Random(number)
    return (mutant, soup, sentence, smuggled)[number % 4](luck)


# what parsers find ------------------------------------------------------------------------------


def found_by_rdflib(text):
    """The kinds of nodes in the parse of rdflib, and its depth; None if it reads no query."""
    try:
        tree = parseQuery(text)
    except Exception:
        return None
    kinds, depth, level = set(), 0, list(tree)
    while level:
        depth += 1
        kinds |= {node.name for node in level if isinstance(node, CompValue)}
        kinds |= {key for node in level if isinstance(node, CompValue) for key in node}
        inside = (
            node.values() if isinstance(node, dict) else node
            for node in level
            if isinstance(node, dict) or hasattr(node, "asList") or isinstance(node, (list, tuple))
        )
        level = [child for some in inside for child in some]
    return kinds, depth


def accepted_by_oxigraph(text):
    """Whether the engine reads a text as a query."""
    try:
        ox.Store().query(text, base_iri="http://example.org/")
    except SyntaxError:
        return False
    except (ValueError, OSError, RuntimeError):
        return True  # what is asked for cannot be had, which is no matter here
    return True


def without_reach(text):
    """A text in which what could be SERVICE or FROM is another word, and all else means the same.

    If the engine still reads it, it did not read these words as keywords.
    """
    other = {"service": "servixe", "from": "frxm"}
    return re.sub("service|from", lambda found: other[found[0].lower()], text, flags=re.I | re.A)
