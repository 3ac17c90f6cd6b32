"""Corrections of a user's SPARQL where the engine does not answer as SPARQL 1.1 says.

Each writes a part of the query in another form, which means the same and is answered right:

- GROUP_CONCAT gives a plain string, not one in the language of what is concatenated;
- a path that may be empty (`*`, `?`) leads from a term to itself, also from one that is nowhere in
  the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import Template

from ..io.resources import resource_dir
from .sparql_tokens import Token, tokenize

_TERMS = ("iri", "name")
_MAY_BE_EMPTY = ("*", "?")


def corrected(text: str) -> str:
    """A query that the engine answers as SPARQL 1.1 says, as far as this module knows how."""
    tokens = list(tokenize(text))
    edits = [*_string_aggregates(tokens), *_empty_paths(text, tokens)]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _string_aggregates(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """The insertions that make a plain string of each GROUP_CONCAT."""
    for at, token in enumerate(tokens[:-1]):
        if token.kind == "word" and token.upper == "GROUP_CONCAT" and tokens[at + 1].text == "(":
            end = tokens[_closing(tokens, at + 1)].end
            yield token.start, token.start, "STR("
            yield end, end, ")"


def _empty_paths(text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """The replacements of triples with a term, a path that may be empty, and a variable.

    A triple is left as it is if its group has others with the same subject, or blank nodes.
    """
    if any(token.kind == "blank" for token in tokens):
        return  # a label may not be in two groups
    fresh = "?zero_length_"
    while fresh in text:
        fresh += "_"
    for at, token in enumerate(tokens):
        end = _end_of_step(tokens, at + 1) if _starts_triple(tokens, at) else None
        if end is None or end + 1 >= len(tokens) or tokens[end + 1].text not in (".", "}"):
            continue
        pair = sorted((token, tokens[end]), key=lambda t: t.kind == "variable")
        if pair[0].kind in _TERMS and pair[1].kind == "variable":
            values = {"term": pair[0].text, "variable": pair[1].text, "fresh": fresh}
            triple = text[token.start : tokens[end].end]
            new = _template().substitute(values, triple=triple)
            yield token.start, tokens[end].end, new


def _starts_triple(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is a term or variable at the beginning of a triple in a pattern."""
    is_subject = tokens[at].kind in (*_TERMS, "variable")
    return is_subject and at > 0 and tokens[at - 1].text in ("{", ".", "}")


def _end_of_step(tokens: Sequence[Token], at: int) -> int | None:
    """Where the object is, if a path of one step that may be empty begins at `at`."""
    at += tokens[at].text == "^"
    if tokens[at].text == "!":
        at += 1
    if tokens[at].text == "(":
        at = _closing(tokens, at)
    elif tokens[at].kind not in _TERMS and tokens[at].text != "a":
        return None
    is_step = at + 2 < len(tokens) and tokens[at + 1].text in _MAY_BE_EMPTY
    return at + 2 if is_step else None


def _closing(tokens: Sequence[Token], at: int) -> int:
    """Where the bracket that opens at `at` is closed."""
    depth = tokens[at].depth
    return next(
        (
            n
            for n in range(at + 1, len(tokens))
            if tokens[n].text in ")}]" and tokens[n].depth == depth
        ),
        len(tokens) - 1,
    )


def _template() -> Template:
    """The pattern that stands for a triple with a path that may be empty."""
    text = (resource_dir("queries") / "corrections" / "zero-length-path.rq").read_text("utf-8")
    return Template("\n".join(line for line in text.splitlines() if not line.startswith("#")))
