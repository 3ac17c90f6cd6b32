"""The clauses of a query: where its pattern starts, which modifiers follow, and what they allow."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from .sparql_tokens import Token, is_readable, token_list

FORMS = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
MODIFIERS = frozenset(("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"))


class Outline(NamedTuple):
    """Where the clauses of a query are, as places in its text."""

    text: str
    form: str  # SELECT, ASK, CONSTRUCT or DESCRIBE; empty if there is none
    start: int  # of that word; before it is the prologue
    clause: tuple[Token, ...]  # the tokens between the form and the pattern
    pattern: int | None  # where the pattern starts, with its WHERE; None if there is none
    tail: tuple[Token, ...]  # the tokens after the pattern
    words: frozenset[str]  # all keywords and functions, in upper case
    readable: bool  # whether each character belongs to a token, and to one only
    tokens: tuple[Token, ...]  # all tokens

    @property
    def modifiers(self) -> frozenset[str]:
        """The keywords after the pattern: GROUP, HAVING, ORDER, LIMIT, OFFSET, VALUES."""
        return frozenset(t.upper for t in self.tail if not t.depth) & MODIFIERS

    @property
    def order(self) -> int:
        """Where ORDER BY starts; the end of the text if the query has none."""
        return next((t.start for t in self.tail if t.upper == "ORDER"), len(self.text))

    @property
    def order_variables(self) -> list[str] | None:
        """The variables of an ORDER BY that ends the query and has nothing but variables."""
        words = [token.upper for token in self.tail]
        following = self.tail[words.index("ORDER") + 2 :] if "ORDER" in words else ()
        names = [token.variable for token in following]
        return names if names and all(names) else None

    @property
    def distinct(self) -> bool:
        """Whether it is a SELECT DISTINCT."""
        return bool(self.clause) and self.clause[0].upper == "DISTINCT"

    def takes_values(self, names: Collection[str]) -> bool:
        """Whether VALUES of some variables at the end of the query is a join with its answer.

        VALUES is joined with the solutions of the pattern, before grouping, expressions and
        slicing; so the query must have none of these. Also, the engine pushes VALUES into EXISTS
        even if its variables are not in scope there, which changes the result of MINUS, likewise
        into the pattern of an OPTIONAL, and joins UNDEF in an OPTIONAL differently.
        """
        computed = self.form == "SELECT" and {"(", "REDUCED"} & {t.upper for t in self.clause}
        return (
            self.readable
            and self.pattern is not None
            and self.modifiers <= {"ORDER"}
            and not self.words >= {"EXISTS", "MINUS"}
            and "UNDEF" not in self.words
            and not computed
            and not any(
                token.upper == "MINUS" or (within and token.variable in names)
                for token, within in _optional(self.tokens)
            )
            and not any(name in names for name in reassigned_variables(self.tokens))
            and not AGGREGATES & {token.upper for token in self.tail}
        )


@lru_cache(maxsize=128)
def outline(text: str) -> Outline:
    """The clauses of a query. Raises nothing for invalid SPARQL: the engine reports the error."""
    tokens = token_list(text)
    at = next((i for i, t in enumerate(tokens) if not t.depth and t.upper in FORMS), len(tokens))
    form = tokens[at].upper if at < len(tokens) else ""
    begin = at + 1
    if form == "CONSTRUCT" and begin < len(tokens) and tokens[begin].text == "{":  # its template
        begin = 1 + next((i for i in range(begin, len(tokens)) if _closes(tokens[i])), begin)
    opened = next((i for i in range(begin, len(tokens)) if _opens(tokens[i])), None)
    closed = next((i for i in range(opened or 0, len(tokens)) if _closes(tokens[i])), len(tokens))
    tail = tokens[closed + 1 :] if opened is not None else ()
    where = opened and opened - (tokens[opened - 1].upper == "WHERE")
    return Outline(
        text,
        form,
        tokens[at].start if form else 0,
        tokens[at + 1 : where],
        None if where is None else tokens[where].start,
        tail,
        frozenset(token.upper for token in tokens if token.kind == "word"),
        is_readable(text),
        tokens,
    )


def _optional(tokens: Sequence[Token]) -> Iterator[tuple[Token, bool]]:
    """The tokens in an OPTIONAL, each with whether it is in a group or BIND within, or subquery."""
    levels = {0: 0}  # by depth: 0 in no OPTIONAL, 1 in the group of one, 2 in a part of that
    for before, token in pairwise(tokens):
        level = levels.get(token.depth, 0)
        if token.kind == "open":
            part = token.text == "{" or before.upper == "BIND"
            inside = min(2, level + part) if level else before.upper == "OPTIONAL"
            levels[token.depth + 1] = int(inside)
        elif token.upper == "SELECT" and level:
            levels[token.depth] = 2
        if level:
            yield token, level > 1


def reassigned_variables(tokens: Sequence[Token]) -> Iterator[str]:
    """The variables of a BIND whose expression has them, too."""
    for at, word in enumerate(tokens):
        if word.upper == "AS" and at + 1 < len(tokens):
            target, before = tokens[at + 1].variable, at - 1
            while before >= 0 and tokens[before].depth >= word.depth:
                if tokens[before].variable == target:
                    yield target
                before -= 1


def _opens(token: Token) -> bool:
    return token.text == "{" and not token.depth


def _closes(token: Token) -> bool:
    return token.text == "}" and not token.depth
