"""The gate for SPARQL that is not shipped: only queries that read what is here, of bounded size.

A query passes if the grammar in `queries/sparql.grammar` allows it. That grammar has no SERVICE,
FROM or update, so a query with one of these is refused however it is written. Parsers differ in
when they decode codepoint escapes, so a text is read before and after that.
"""

from __future__ import annotations

import re

from ..errors import InputError
from .sparql_grammar import END, Terminal, UnexpectedToken, read_query
from .sparql_tokens import decode_codepoints, match_token, tokenize

MAX_DEPTH, MAX_OPERATORS, MAX_TOKENS, MAX_BYTES = 64, 400, 10_000, 1 << 20
_EXTERNAL_ACCESS = {
    "SERVICE": "ask one source at a time",
    "FROM": "give files with --data, or graphs of a server with --graph",
    "LOAD": "give files with --data",
}
UPDATES = {"INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"}
# a server with a simpler notion of names may read service:x, and the end of ex:a.service:x, as two
_REACHING_NAME = re.compile(r"^(?:SERVICE|FROM)|\.SERVICE(?=[^:]*:)")
_OPENING, _CLOSING = re.compile(r"'(?:[({\[]|\{\||<<\(?)'"), re.compile(r"'(?:[)}\]]|\|\}|\)?>>)'")
# what makes the tree of a parser deeper or wider, without being a bracket
_OPERATOR = re.compile(
    r"'(?:[.;,/|!^*+=<>-]|&&|\|\||[!<>]=|OPTIONAL|UNION|MINUS|FILTER|BIND|VALUES|GRAPH|EXISTS|AS)'"
)
# rdflib reads \u with eight digits, and \U with four, as one character
_OTHER_CODEPOINT = re.compile(r"\\u[0-9A-Fa-f]{8}|\\U[0-9A-Fa-f]{4}(?![0-9A-Fa-f]{4})")
_SHOWN = 6  # kinds of tokens that an error lists


def reject_unsafe_query(text: str, name: str = "query") -> None:
    """Refuse a query that accesses files or the network, updates data, or is built to harm.

    Raises InputError naming the word or the limit, and the line.
    """
    if len(text) > MAX_BYTES:
        raise InputError(f"{name}: over {MAX_BYTES >> 20} MiB; shorten it")
    for form in dict.fromkeys((text, decode_codepoints(text))):
        try:
            _reject_unsafe_form(form)
        except _Refused as refused:
            line = len(re.findall(r"\r\n|[\r\n]", form[: refused.place])) + 1
            raise InputError(f"{name}, line {line}: {refused}") from None


class _Refused(Exception):
    """Why a query is refused, and at which place of its text."""

    def __init__(self, place: int, why: str):
        super().__init__(why)
        self.place = place


def _reject_unsafe_form(text: str) -> None:
    """Refuse a query as it is written, or with decoded codepoints."""
    _reject_ambiguous_text(text)
    depth, operators = 0, 0
    words: list[int] = []
    try:
        for count, token in enumerate(read_query(text), 1):
            depth += bool(_OPENING.fullmatch(token.kind)) - bool(_CLOSING.fullmatch(token.kind))
            operators += bool(_OPERATOR.fullmatch(token.kind))
            for found, limit, what in (
                (depth, MAX_DEPTH, "levels of brackets"),
                (operators, MAX_OPERATORS, "patterns and operators"),
                (count, MAX_TOKENS, "words"),
            ):
                if found > limit:
                    raise _Refused(token.start, f"over {limit} {what}; split the query")
            if token.kind in ("NAME", "NAMESPACE"):
                _reject_reaching_name(text, token)
            if text[token.start] not in "()[]{}<>|":
                words.append(token.start)
    except UnexpectedToken as error:
        raise _Refused(error.found.start, _reason(text, error)) from None
    _reject_other_tokens(text, words)


def _reject_ambiguous_text(text: str) -> None:
    """Refuse characters that parsers read differently, or cannot read."""
    if alone := re.search(r"[\ud800-\udfff]", text):
        raise _Refused(alone.start(), "half of a surrogate pair; write the character itself")
    if escape := _OTHER_CODEPOINT.search(text):
        why = f"{escape[0]} is read in two ways; write the character itself"
        raise _Refused(escape.start(), why)
    once = decode_codepoints(text)
    if decode_codepoints(once) != once:
        raise _Refused(text.index("\\"), "an escape of an escape; write the character itself")
    if text.count("\r") > text.count("\r\n"):
        place = next(m.start() for m in re.finditer(r"\r(?!\n)", text))
        raise _Refused(place, "a carriage return without a line feed; end lines with a line feed")


def _reject_reaching_name(text: str, token: Terminal) -> None:
    """Refuse a name with a prefix that other parsers could read as a keyword."""
    name = text[token.start : token.end]
    if reach := _REACHING_NAME.search(name.upper()):
        raise _Refused(
            token.start,
            f"{name!r} could be read as {reach[0].strip('.')}; write the IRI in full, as <…>",
        )


def reject_unsafe_prefix(prefix: str, namespace: str, name: str) -> None:
    """Refuse a prefix of SHACL that would be more than that when it is written before a query.

    Raises InputError.
    """
    declared, iri = match_token(f"{prefix}:", 0), match_token(f"<{namespace}>", 0)
    if not (
        ":" not in prefix
        and "\\" not in prefix + namespace  # parsers decode codepoints at different times
        and declared
        and iri
        and (declared.lastgroup, declared[0]) == ("name", f"{prefix}:")
        and (iri.lastgroup, iri[0]) == ("iri", f"<{namespace}>")
    ):
        raise InputError(
            f"{name}: {prefix[:40]!r} for {namespace[:80]!r} is no prefix with its namespace; "
            "write a name and an IRI"
        )


def _reject_other_tokens(text: str, words: list[int]) -> None:
    """Refuse a text that `tokenize`, which knows no grammar, cuts in another way."""
    simple = [t.start for t in tokenize(text) if t.text[0] not in "()[]{}<>|"]
    for ours, theirs in zip([*words, len(text)], [*simple, len(text)], strict=False):
        if ours != theirs:
            place = min(ours, theirs)
            raise _Refused(place, "can be read in two ways; write spaces around '<' and before '('")


def _reason(text: str, error: UnexpectedToken) -> str:
    """Why a token cannot be where it is."""
    found = error.found
    if found.kind == END:
        return f"the query ends too early; what can follow: {listed(error.expected)}"
    written = text[found.start : found.end]
    word = written.upper()
    for reaching, fix in _EXTERNAL_ACCESS.items():
        if re.match(rf"(?:TRUE|FALSE|ASK|CONSTRUCT)?{reaching}", word):
            return f"{reaching} would read from elsewhere; {fix}"
    if word in UPDATES:
        return (
            f"{word} would change data, which is read-only here; write a SELECT, ASK or CONSTRUCT"
        )
    if found.kind != "UNKNOWN":
        return f"{written[:40]!r} cannot stand here; what can: {listed(error.expected)}"
    if written == "\\":
        return "a backslash outside a string; write the character itself"
    return f"{written!r} starts no token of SPARQL; fix it there"


def listed(expected: list[str]) -> str:
    """Kinds of tokens as a list that is not too long."""
    shown = [kind.strip("'") if kind != END else "nothing more" for kind in expected]
    return " ".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")
