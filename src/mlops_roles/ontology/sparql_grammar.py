"""A query read by the grammar of SPARQL in `queries/sparql.grammar`, to be certain of its tokens.

Where a text can be cut in two ways, the grammar decides: after an operand, `<` compares, and
`<a>` is an IRI only where an IRI can stand. Every parser that follows the standard then finds the
same tokens, and a query that the grammar does not allow, such as one with SERVICE, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ..io.resources import resource_dir
from .sparql_tokens import match_token

END = "END"  # the kind of the token after the last one
_RULE = re.compile(r"^(\w+): (.+)$", re.M)
_PART = re.compile(r"'[^']+'|\w+|[()|?*+]")
# tokens of which another one is a part, by their first character, the longest first
_SYMBOLS = {
    "{": ("{|", "{"),
    "|": ("||", "|}", "|"),
    ")": (")>>", ")"),
    "<": ("<<(", "<<", "<=", "<"),
    ">": (">>", ">=", ">"),
    "^": ("^^", "^"),
    "!": ("!=", "!"),
    "&": ("&&",),
}
_EMPTY = {"(": (re.compile(r"\([ \t\r\n]*\)"), "NIL"), "[": (re.compile(r"\[[ \t\r\n]*\]"), "ANON")}
_KINDS = {
    "iri": "IRI",
    "string": "STRING",
    "variable": "VARIABLE",
    "blank": "BLANK",
    "language": "LANGUAGE",
}

Stack = tuple[str, "Stack"] | None  # the symbols that are still to be read, the next one first
Alternatives = list[tuple[str, ...]]


class Terminal(NamedTuple):
    """A token as the grammar names it."""

    kind: str  # a keyword in upper case or a symbol, in quotes, or a kind of tokens such as IRI
    start: int  # where it starts in the text, in characters
    end: int  # where it ends


class UnexpectedToken(Exception):
    """A token that the grammar does not allow where it is.

    Attributes:
        found: the token; of the kind END if the text ends too early.
        expected: the kinds of tokens that could stand there.
    """

    def __init__(self, found: Terminal, expected: list[str]):
        self.found, self.expected = found, expected


def read_query(text: str) -> Iterator[Terminal]:
    """The tokens of a query, without its comments.

    Raises UnexpectedToken at the first one that the grammar does not allow.
    """
    table = grammar()
    stack: Stack = ("Query", (END, None))
    place, kind = 0, ""
    while kind != END:
        candidates = _candidates(text, place)
        if candidates[0].kind == "COMMENT":
            place = candidates[0].end
            continue
        for token in candidates:
            rest = _shift(table, stack, token.kind)
            if rest is not _REFUSED:
                break
        else:
            terminals = {t for choices in table.values() for t in choices}
            allowed = [t for t in terminals if _shift(table, stack, t) is not _REFUSED]
            raise UnexpectedToken(candidates[0], sorted(allowed))
        stack, place, kind = rest, token.end, token.kind
        if kind != END:
            yield token


_REFUSED: Stack = ("", None)


def _shift(table: dict[str, dict[str, tuple[str, ...]]], stack: Stack, kind: str) -> Stack:
    """What is still to be read after a token of some kind; _REFUSED if it cannot stand there."""
    while stack:
        symbol, stack = stack
        if symbol not in table:
            return stack if symbol == kind else _REFUSED
        choices = table[symbol]
        chosen = choices.get(kind, choices.get(""))
        if chosen is None:
            return _REFUSED
        for part in reversed(chosen):
            stack = (part, stack)
    return _REFUSED


def _candidates(text: str, place: int) -> list[Terminal]:
    """The tokens that a text can have at a place, the longest first."""
    match = match_token(text, place)
    if match is None:
        return [Terminal(END, len(text), len(text))]
    group = str(match.lastgroup)
    start, end = match.span(group)
    found = []
    if group == "comment":
        found.append(("COMMENT", end))
    elif group == "name":
        is_prefix = text.index(":", start) == end - 1
        found.append(("NAMESPACE" if is_prefix else "NAME", end))
    elif group == "number":
        found.append((_number_kind(text[start:end]), end))
    elif group == "word":
        word = text[start:end]
        found.append((f"'{word if word in ('a', 'A') else word.upper()}'", end))
    elif group in _KINDS:
        found.append((_KINDS[group], end))
    first = text[start]
    if group in ("iri", "open", "close", "mark", "operator"):
        if first in _EMPTY:
            pattern, kind = _EMPTY[first]
            if empty := pattern.match(text, start):
                found.append((kind, empty.end()))
        symbols = (s for s in _SYMBOLS.get(first, (first,)) if text.startswith(s, start))
        found += [(f"'{symbol}'", start + len(symbol)) for symbol in symbols]
    return [Terminal(kind, start, at) for kind, at in found] or [Terminal("UNKNOWN", start, end)]


def _number_kind(text: str) -> str:
    if text[0] in "+-":
        return "SIGNED"
    return "INTEGER" if text.isdecimal() else "NUMBER"


# the grammar ------------------------------------------------------------------------------------


@cache
def grammar() -> dict[str, dict[str, tuple[str, ...]]]:
    """For each rule, what it is read as if the next token is of some kind; '' is any other kind.

    Raises ValueError if one token does not decide that.
    """
    rules: dict[str, Alternatives] = {}
    text = (resource_dir("queries") / "sparql.grammar").read_text("utf-8")
    for name, body in _RULE.findall(text):
        parts = _PART.findall(body)
        rules[name] = _alternatives(parts, rules)
    first = _FirstTokens(rules)
    return {name: first.table(name) for name in rules}


def _alternatives(parts: list[str], rules: dict[str, Alternatives]) -> Alternatives:
    """Take the alternatives of a rule from its parts; what is in brackets becomes another rule."""
    found: list[list[str]] = [[]]
    while parts:
        part = parts.pop(0)
        if part == ")":
            break
        if part == "|":
            found.append([])
        elif part in ("?", "*", "+"):
            found[-1].append(_repeated(found[-1].pop(), part, rules))
        elif part == "(":
            inner = f"group {len(rules)}"
            rules[inner] = []
            rules[inner] += _alternatives(parts, rules)
            found[-1].append(inner)
        else:
            found[-1].append(part)
    return [tuple(alternative) for alternative in found]


def _repeated(symbol: str, how: str, rules: dict[str, Alternatives]) -> str:
    """The rule for a symbol that may be left out or repeated."""
    name = f"{symbol}{how}"
    if how == "+":
        rules[name] = [(symbol, _repeated(symbol, "*", rules))]
    else:
        rules[name] = [(symbol, name) if how == "*" else (symbol,), ()]
    return name


class _FirstTokens:
    """The kinds of tokens with which each rule can start; '' if it may be empty."""

    def __init__(self, rules: dict[str, Alternatives]):
        self.rules, self.known = rules, dict[str, frozenset[str]]()

    def of(self, symbol: str) -> frozenset[str]:
        """The first tokens of a symbol; of a token that is the token itself."""
        if symbol not in self.rules:
            return frozenset((symbol,))
        if symbol not in self.known:
            self.known[symbol] = frozenset().union(*map(self.of_all, self.rules[symbol]))
        return self.known[symbol]

    def of_all(self, symbols: Sequence[str]) -> frozenset[str]:
        """The first tokens of some symbols one after the other."""
        found: frozenset[str] = frozenset(("",))
        for symbol in symbols:
            found = (found - {""}) | self.of(symbol)
            if "" not in found:
                break
        return found

    def table(self, name: str) -> dict[str, tuple[str, ...]]:
        """For each first token of a rule the alternative. Raises ValueError if there are two."""
        chosen: dict[str, tuple[str, ...]] = {}
        for alternative in self.rules[name]:
            for kind in self.of_all(alternative):
                if kind in chosen:
                    raise ValueError(f"{name}: two alternatives start with {kind or 'nothing'}")
                chosen[kind] = alternative
        return chosen
