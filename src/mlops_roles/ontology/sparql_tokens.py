"""The tokens of SPARQL 1.1, as its grammar defines them.

See https://www.w3.org/TR/sparql11-query/#grammar.

`<` is the one character that needs its surroundings: it opens an IRI in a pattern, and compares
after an operand in an expression. A lexer that takes the longest match reads the condition of
`FILTER(?a<?b&&?c>2)` as an IRI, and so misses what is in it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_LETTERS = (  # beyond ASCII, in names
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MARKS = "\u00b7\u0300-\u036f\u203f-\u2040"  # beyond ASCII, after the first letter of names
_CODEPOINT = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_LESS = re.compile("<=?")


@lru_cache(maxsize=2)
def _token_pattern(ascii_only: bool) -> re.Pattern[str]:
    """What a token looks like; for texts in ASCII it is compiled in a fifth of the time."""
    base = "A-Za-z" if ascii_only else f"A-Za-z{_LETTERS}"
    name = f"{base}_0-9" + ("" if ascii_only else _MARKS)  # of a variable
    chars = name + r"\-"  # of prefixes, local names and blank nodes
    escape = rf"\\[tbnrf\\\"']|{_CODEPOINT}"
    local_escape = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
    iri = rf"<(?:[^<>\"{{}}|^`\\\x00-\x20]|{_CODEPOINT})*+>"
    long = rf'"""(?:[^"\\]|"(?!"")|{escape})*+"""|' + rf"'''(?:[^'\\]|'(?!'')|{escape})*+'''"
    short = rf'"(?:[^"\\\r\n]|{escape})*+"|' + rf"'(?:[^'\\\r\n]|{escape})*+'"
    # a longer prefix is no token: its end would be looked for from each of its characters
    prefix = rf"(?:[{base}][{chars}.]{{0,255}}+(?<!\.))?:"
    local = (
        rf"(?:(?:[{base}_0-9:]|{local_escape})"
        rf"(?:[{chars}:]|{local_escape}|\.+(?=[{chars}:]|{local_escape}))*+)?"
    )
    return re.compile(
        rf"[ \t\r\n]*+(?:(?P<comment>#[^\r\n]*)|(?P<iri>{iri})|(?P<string>{long}|{short})"
        rf"|(?P<variable>[?$][{base}_0-9][{name}]*)"
        rf"|(?P<blank>_:[{base}_0-9](?:[{chars}]|\.+(?=[{chars}]))*+)|(?P<name>{prefix}{local})"
        r"|(?P<number>[+-]?(?:\d+\.\d*[eE][+-]?\d+|\.?\d+[eE][+-]?\d+|\d*\.\d+|\d+))"
        r"|(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?)"
        r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<open>[({\[])|(?P<close>[)}\]])|(?P<mark>[.,;])"
        r"|(?P<operator>&&|\|\||!=|<=|>=|\^\^|<<|>>|[=<>!+\-*/|^?~])|(?P<unknown>.))",
        re.S | re.ASCII,
    )


_OPERANDS = frozenset(("iri", "string", "variable", "name", "number", "language", "close"))
_TERM_WORDS = frozenset(("a", "VALUES"))  # before a list of terms
_PATTERN, _CLAUSE, _EXPRESSION = range(3)


class Token(NamedTuple):
    """One token of a query."""

    # comment, iri, string, variable, blank, name (with a prefix), number, language, word (keyword
    # or function), open, close, mark (one of `.,;`), operator, or unknown
    kind: str
    text: str  # as it is written
    start: int  # where it starts in the text, in characters
    depth: int  # how many brackets are open around it; an opening bracket and its closing one agree
    # a word in upper case, but for `a`, which is no keyword in upper case; else the text
    upper: str

    @property
    def end(self) -> int:
        """Where the next token can start."""
        return self.start + len(self.text)

    @property
    def variable(self) -> str:
        """The name of a variable; empty for any other token."""
        return self.text[1:] if self.kind == "variable" else ""


def decode_codepoints(text: str) -> str:
    r"""Text with its `\uXXXX` and `\UXXXXXXXX` replaced, which SPARQL 1.1 does before all else."""
    return re.sub(_CODEPOINT, lambda found: chr(min(int(found[0][2:], 16), sys.maxunicode)), text)


@lru_cache(maxsize=32)
def token_list(text: str) -> tuple[Token, ...]:
    """The tokens of a query without its comments, cut once for all who read it."""
    return tuple(tokenize(text))


def is_readable(text: str) -> bool:
    """Whether all of a query is tokens, the same ones before and after decoding codepoints."""
    kinds = [token.kind for token in token_list(text)]
    return "unknown" not in kinds and (
        "\\" not in text or kinds == [t.kind for t in tokenize(decode_codepoints(text))]
    )


def match_token(text: str, place: int) -> re.Match[str] | None:
    """The longest token at or after a place, with its kind as the last group; None at the end."""
    return _token_pattern(text.isascii()).match(text, place)


def tokenize(text: str, comments: bool = False) -> Iterator[Token]:
    """The tokens of a query; one of kind `unknown` for each character that starts none.

    Its codepoint escapes are read in IRIs and strings only; to read them elsewhere too, call
    `decode_codepoints` first. Comments are left out unless they are asked for.
    """
    place = 0
    before = earlier = Token("", "", 0, 0, "")
    frames = [_CLAUSE]  # what is inside each open bracket
    pattern = _token_pattern(text.isascii())
    while match := pattern.match(text, place):
        kind = str(match.lastgroup)
        start = match.start(kind)
        if kind == "iri" and frames[-1] is _EXPRESSION and _is_operand(before):
            kind, match = "operator", _LESS.match(text, start) or match
        place = match.end()
        if kind == "comment" and not comments:
            continue
        if kind == "close" and len(frames) > 1:
            frames.pop()
        word = text[start:place]
        upper = word.upper() if kind == "word" and word != "a" else word
        token = Token(kind, word, start, len(frames) - 1, upper)
        yield token
        if kind == "comment":
            continue
        if kind == "open":
            frames.append(_frame(token, before, earlier, frames[-1]))
        elif token.upper == "SELECT" and frames[-1] is _PATTERN:
            frames[-1] = _CLAUSE
        earlier, before = before, token


def _is_operand(token: Token) -> bool:
    """Whether an expression cannot continue after this token with an IRI."""
    return token.kind in _OPERANDS or token.upper in ("TRUE", "FALSE")


def _frame(token: Token, before: Token, earlier: Token, around: int) -> int:
    """What an opening bracket opens, by the two tokens before it and by what is around it."""
    is_triple = before.text == "<<" and before.end == token.start  # a triple term
    if token.text != "(" or is_triple:
        return _PATTERN
    if around is _EXPRESSION:
        return _EXPRESSION
    if before.kind == "word":
        return _PATTERN if before.upper in _TERM_WORDS else _EXPRESSION
    called = before.kind in ("iri", "name") and earlier.upper == "FILTER"
    return _EXPRESSION if around is _CLAUSE or called else _PATTERN
