"""Which variables of a query may be replaced by a term before it runs, instead of joined after it.

The engine is quick with a term in the place of a variable: it starts from that term. But only
where each row has the variable, and has it before anything is decided by its absence, does this
mean the same as running the query and keeping the rows that agree with the term. What this module
cannot prove, or cannot read, it does not allow.

The proof runs through a query once, for all variables. Of each group pattern it knows which
variables every solution has (`certain`), which ones occur (`mentioned`), and for which ones an
early replacement could change the solutions (`unsafe`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from .query_outline import AGGREGATES, MODIFIERS, reassigned_variables
from .sparql_tokens import Token, is_readable, token_list

_ELEMENTS = frozenset(("OPTIONAL", "MINUS", "FILTER", "BIND", "VALUES", "GRAPH", "SERVICE"))
_PATH = frozenset("*/|^!?+")
_ZERO_LENGTH = frozenset("*?")
_END = Token("end", "", 0, 0, "")


class _Unreadable(Exception):
    """The query is not written in the part of SPARQL 1.1 that is read here."""


class _Scope:
    """What is known of a group pattern, or of a query.

    Attributes:
        certain: variables that each of its solutions has.
        mentioned: variables that occur in it.
        unsafe: variables that may not be replaced early.
        filtered: variables in its own filters; in OPTIONAL these see what is outside, too.
        assigned: variables that BIND gives a term or, on an error, none; the engine compares
            where the variable has a term already.
        all_unsafe: no variable at all may be replaced early.
    """

    def __init__(self) -> None:
        self.certain: set[str] = set()
        self.mentioned: set[str] = set()
        self.unsafe: set[str] = set()
        self.filtered: set[str] = set()
        self.assigned: set[str] = set()
        self.all_unsafe = False

    def include(self, inner: _Scope, visible: Iterable[str] = ()) -> None:
        """Take over what is unsafe within; its filters see their own group and `visible`."""
        self.mentioned |= inner.mentioned
        self.unsafe |= inner.unsafe | (inner.filtered - inner.certain - set(visible))
        self.all_unsafe |= inner.all_unsafe

    def join(self, branches: Sequence[_Scope]) -> None:
        """Join a group, or the union of some: certain is what each of them has."""
        for branch in branches:
            self.include(branch)
        self.certain |= set.intersection(*(branch.certain for branch in branches))
        self.assigned |= set.intersection(*(b.certain | b.assigned for b in branches))

    def optional(self, inner: _Scope) -> None:
        """Add OPTIONAL: where it can bind a variable first, whether it matches depends on that."""
        self.include(inner, self.certain)
        self.unsafe |= inner.mentioned - self.certain

    def minus(self, inner: _Scope) -> None:
        """Add MINUS, which takes nothing away if no variable is shared: one has to be."""
        self.include(inner)
        self.unsafe |= inner.mentioned - self.certain
        self.all_unsafe |= not self.certain & inner.certain

    def expression(self, tokens: Sequence[Token]) -> set[str]:
        """The variables of an expression; MINUS in its EXISTS is not looked into."""
        self.all_unsafe |= any(token.upper == "MINUS" for token in tokens)
        found = _variables(tokens)
        self.mentioned |= found
        return found


@lru_cache(maxsize=128)
def substitutable(text: str) -> frozenset[str]:
    """The columns of a SELECT that may be replaced by a term, with the same rows as a join.

    Empty for other forms of query, and for any query that is not understood.
    """
    if not is_readable(text):
        return frozenset()
    try:
        scope = _Reader(token_list(text)).query()
    except _Unreadable:
        return frozenset()
    return frozenset((scope.certain | scope.assigned) - scope.unsafe)


class _Reader:
    """Reads a query from its tokens, and what is certain and unsafe in it."""

    def __init__(self, tokens: Sequence[Token]):
        self.tokens, self.place = tokens, 0

    @property
    def next(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.place] if self.place < len(self.tokens) else _END

    def take(self, *expected: str) -> Token:
        """Read one token. Raises _Unreadable if it is none of those expected."""
        token = self.next
        if token is _END or (expected and token.upper not in expected):
            raise _Unreadable
        self.place += 1
        return token

    def skip(self, *words: str) -> bool:
        """Read one token if it is one of some."""
        found = self.next.upper in words
        self.place += found
        return found

    def brackets(self, opening: str) -> Sequence[Token]:
        """Read what is in brackets: the tokens between them."""
        depth, start = self.take(opening).depth, self.place
        while self.next.kind != "close" or self.next.depth != depth:
            self.take()
        self.take()
        return self.tokens[start : self.place - 1]

    # queries ----------------------------------------------------------------

    def query(self) -> _Scope:
        """Read a whole query. Raises _Unreadable for all but a SELECT."""
        while self.skip("BASE", "PREFIX"):
            self.place += 1 + (self.tokens[self.place - 1].upper == "PREFIX")
        scope = self.select()
        if self.next is not _END:
            raise _Unreadable
        return scope

    def select(self) -> _Scope:
        """Read SELECT to the end of its modifiers; its variables are the ones that it projects."""
        self.take("SELECT")
        reduced = self.skip("REDUCED")
        clause = self.until("FROM", "WHERE", "{")
        if not clause:
            raise _Unreadable
        while self.skip("FROM"):
            self.skip("NAMED")
            self.take()
        self.skip("WHERE")
        scope = _Scope()
        scope.join([self.group()])
        modifiers = self.modifiers()
        outer = [token for token in clause if token.depth == clause[0].depth]
        plain, targets = _variables(outer), _targets(clause)
        every = "*" in {token.text for token in outer}
        computed = scope.expression([t for t in clause if t.depth > clause[0].depth]) - targets
        for word in modifiers.keys() & {"GROUP", "HAVING"}:
            computed |= scope.expression(modifiers[word])
        scope.unsafe |= targets | (computed - scope.certain)
        projected = scope.mentioned if every else plain
        scope.certain &= projected
        scope.assigned &= set() if _is_grouped(clause, modifiers) else projected
        if reduced or modifiers.keys() & {"LIMIT", "OFFSET"}:
            scope.certain, scope.assigned = set(), set()
        scope.mentioned |= plain
        scope.unsafe |= scope.mentioned - scope.certain - scope.assigned
        if scope.all_unsafe:  # for its own variables: it sees no others
            scope.unsafe |= scope.mentioned
            scope.certain, scope.assigned, scope.all_unsafe = set(), set(), False
        return scope

    def until(self, *words: str) -> Sequence[Token]:
        """Read up to one of some words outside of all brackets that open here."""
        start, depth = self.place, self.next.depth
        while self.next.upper not in words or self.next.depth != depth:
            self.take()
        return self.tokens[start : self.place]

    def modifiers(self) -> dict[str, Sequence[Token]]:
        """Read what follows the pattern of a SELECT: each keyword with the tokens after it."""
        found: dict[str, Sequence[Token]] = {}
        while self.next.upper in MODIFIERS:
            word, start = self.take(), self.place
            while self.next is not _END and (
                self.next.depth > word.depth
                or (self.next.depth == word.depth and self.next.upper not in MODIFIERS)
            ):
                self.take()
            found[word.upper] = self.tokens[start : self.place]
        return found

    # patterns ---------------------------------------------------------------

    def group(self) -> _Scope:
        """Read a group graph pattern, or a subquery in its brackets."""
        self.take("{")
        if self.next.upper == "SELECT":
            scope = self.select()
            self.take("}")
            scope.unsafe |= (
                scope.assigned - scope.certain
            )  # rows with and without a term could be the same row
            scope.assigned = set()
            return scope
        scope = _Scope()
        exact: set[str] = set()  # bound by triples of this very group
        loose: set[str] = set()  # at the ends of paths that may have no length
        while not self.skip("}"):
            if self.next.upper in _ELEMENTS or self.next.text == "{":
                self.element(scope)
            elif not self.skip("."):
                self.triples(exact, loose)
                scope.certain |= exact
        scope.mentioned |= exact | loose
        scope.unsafe |= loose - exact  # such a path goes from any term to itself, known or not
        return scope

    def element(self, scope: _Scope) -> None:
        """Read one part of a group that is no triples."""
        if self.next.text == "{":
            branches = [self.group()]
            while self.skip("UNION"):
                branches.append(self.group())
            return scope.join(branches)
        word = self.take("OPTIONAL", "MINUS", "FILTER", "BIND", "VALUES", "GRAPH").upper
        if word == "OPTIONAL":
            scope.optional(self.group())
        elif word == "MINUS":
            scope.minus(self.group())
        elif word == "FILTER":
            scope.filtered |= scope.expression(self.constraint())
        elif word == "BIND":
            inside = self.brackets("(")
            targets = _targets(inside)
            scope.unsafe |= scope.expression(inside) - scope.certain - targets
            scope.unsafe.update(reassigned_variables(inside))
            (scope.certain if _never_fails(inside) else scope.assigned).update(targets)
        elif word == "VALUES":
            self.values(scope)
        else:
            graph = _variables([self.take()])
            scope.mentioned |= graph
            scope.unsafe |= graph
            scope.join([self.group()])
        return None

    def constraint(self) -> Sequence[Token]:
        """Read the condition of a FILTER."""
        if self.next.text == "(":
            return self.brackets("(")
        if self.skip("NOT") or self.next.upper == "EXISTS":
            self.take("EXISTS")
            return self.brackets("{")
        if self.take().kind not in ("word", "iri", "name"):
            raise _Unreadable
        return self.brackets("(")

    def values(self, scope: _Scope) -> None:
        """Read the variables and the rows of VALUES."""
        names = _variables(self.brackets("(") if self.next.text == "(" else [self.take()])
        rows = self.brackets("{")
        scope.mentioned |= names
        if not any(token.upper == "UNDEF" for token in rows):
            scope.certain |= names

    def triples(self, exact: set[str], loose: set[str]) -> None:
        """Read the triples of one subject; if no path has a zero length, they bind exactly."""
        start, depth = self.place, self.next.depth
        while self.next.depth > depth or not (
            self.next.text in (".", "{", "}") or self.next.upper in _ELEMENTS
        ):
            token = self.take()
            if (
                (token.kind == "word" and token.upper not in ("a", "TRUE", "FALSE"))
                or (token.kind == "operator" and token.text not in _PATH)
                or token.text in ("{", "}")
            ):
                raise _Unreadable
        statement = self.tokens[start : self.place]
        if not statement or statement[0].kind == "operator":
            raise _Unreadable
        subject = _skip_term(statement, 0)
        ends = [i for i, t in enumerate(statement) if t.text == ";" and t.depth == depth]
        for begin, end in zip(
            [subject, *(i + 1 for i in ends)], [*ends, len(statement)], strict=True
        ):
            if begin == end:  # nothing after a subject or a semicolon
                continue
            place, loosely = _path(statement[:end], begin)
            inner = statement[place:end]  # its objects, with paths in square brackets perhaps
            loosely |= any(t.kind == "operator" and t.text in _ZERO_LENGTH for t in inner)
            found = _variables([*statement[:subject], *statement[begin:end]])
            (loose if loosely else exact).update(found)


def _skip_term(tokens: Sequence[Token], at: int) -> int:
    """The place after a term, which may be a list or a node in brackets."""
    if tokens[at].kind != "open":
        return at + 1
    depth = tokens[at].depth
    ends = (i for i in range(at, len(tokens)) if tokens[i].kind == "close")
    return 1 + next((i for i in ends if tokens[i].depth == depth), len(tokens))


def _path(tokens: Sequence[Token], at: int) -> tuple[int, bool]:
    """The place after a property path, and whether the path may have no length."""
    at, empty = _sequence(tokens, at)
    while at < len(tokens) and tokens[at].text == "|":
        at, other = _sequence(tokens, at + 1)
        empty |= other
    return at, empty


def _sequence(tokens: Sequence[Token], at: int) -> tuple[int, bool]:
    at, empty = _step(tokens, at)
    while at < len(tokens) and tokens[at].text == "/":
        at, other = _step(tokens, at + 1)
        empty &= other
    return at, empty


def _step(tokens: Sequence[Token], at: int) -> tuple[int, bool]:
    while at < len(tokens) and tokens[at].text in ("^", "!"):
        at += 1
    if at >= len(tokens) or tokens[at].kind not in ("iri", "name", "word", "variable", "open"):
        raise _Unreadable
    empty = False
    if tokens[at].text == "(":
        at, empty = _path(tokens, at + 1)
        if at >= len(tokens) or tokens[at].text != ")":
            raise _Unreadable
    at += 1
    if at < len(tokens) and tokens[at].kind == "operator" and tokens[at].text in "*?+":
        empty |= tokens[at].text in _ZERO_LENGTH
        at += 1
    return at, empty


def _is_grouped(clause: Sequence[Token], modifiers: Mapping[str, Sequence[Token]]) -> bool:
    words = {token.upper for tokens in (clause, *modifiers.values()) for token in tokens}
    return bool(modifiers.keys() & {"GROUP", "HAVING"} or words & AGGREGATES)


def _variables(tokens: Iterable[Token]) -> set[str]:
    return {token.variable for token in tokens} - {""}


def _never_fails(tokens: Sequence[Token]) -> bool:
    """Whether BIND assigns a COALESCE that ends in a constant, which always gives a term."""
    *_, comma, constant, closing, _as, _target = (_END,) * 5 + tuple(tokens)
    return (
        tokens[0].upper == "COALESCE"
        and [t.text for t in tokens if t.depth == closing.depth and t.kind == "close"] == [")"]
        and (comma.text, closing.text, closing.depth) == (",", ")", tokens[0].depth)
        and constant.kind in ("iri", "name", "string", "number")
    )


def _targets(tokens: Sequence[Token]) -> set[str]:
    """The variables after AS."""
    return {after.variable for word, after in pairwise(tokens) if word.upper == "AS"}
