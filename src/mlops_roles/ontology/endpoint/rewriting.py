"""SPARQL texts: cut where a dataset goes in, and wrapped so that an answer can be counted and paged.

All of it is plain SPARQL 1.1 in the subset that servers agree on. Parameters are joined to the
question as a whole: a VALUES block that closes a query makes Virtuoso 7 answer with rows of
other subjects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import Template

import pyoxigraph as ox

from ...errors import InputError
from ...io.resources import resource_dir
from ..sandbox import TOKEN, reject_unsafe_query

FOLDER = resource_dir("queries") / "endpoint"  # texts for a server; questions are beside the folder
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def fill(name: str, **parts: object) -> str:
    """The text of a file beside this one, with its places filled."""
    return Template((FOLDER / name).read_text("utf-8")).substitute(parts)


@dataclass(frozen=True)
class ParsedQuery:
    """A query cut into pieces: `head` ends where a dataset clause goes in."""

    prologue: str
    form: str
    head: str
    where: str
    order: str
    sliced: bool
    columns: tuple[str, ...]
    words: frozenset[str]

    @property
    def body(self) -> str:
        """The query as a subquery: without prefixes and dataset."""
        return f"{self.head}\n{self.where}\n{self.order}"

    def over(self, graphs: Iterable[ox.NamedNode]) -> str:
        """The query over a dataset; over the server's own one where no graph is named."""
        named = "GRAPH" in self.words
        clauses = [f"FROM {'NAMED ' * twice}{g}\n" for g in graphs for twice in range(1 + named)]
        return f"{self.prologue}{self.head}\n{''.join(clauses)}{self.where}\n{self.order}"

    def asked(self, fixed: str) -> ParsedQuery:
        """The query with rows of parameters joined to it, no row twice, in its own order."""
        inner = f"{self.head}\n{self.where}"
        return self._wrapped(
            "asked.rq", body=inner, fixed=fixed, order=self.order, columns=_variables(self.columns)
        )

    def counted(self) -> ParsedQuery:
        """The query for the number of rows."""
        return self._wrapped("counted.rq", body=self.body)

    def page(self, limit: int, offset: int) -> ParsedQuery:
        """The query for some of the rows; the order is inside, where Virtuoso puts no limit on it."""
        body = (
            self.body
            if self.order or self.sliced
            else f"{self.body}ORDER BY {_variables(self.columns)}"
        )
        return self._wrapped(
            "page.rq", body=body, limit=limit, offset=offset, columns=_variables(self.columns)
        )

    def solutions(self) -> ParsedQuery:
        """The query for the rows that a CONSTRUCT makes its triples of."""
        return self._wrapped("solutions.rq", body=f"{self.where}\n{self.order}")

    def made(self, fixed: str) -> str:
        """A CONSTRUCT of rows that are already known."""
        return self.prologue + fill("made.rq", template=self.head, fixed=fixed)

    def _wrapped(self, name: str, **parts: object) -> ParsedQuery:
        return _cut(self.prologue + fill(name, **parts), self.words)


def parse_query(text: str, prefixes: Mapping[str, str], name: str = "query") -> ParsedQuery:
    """A user's query, looked over at the gate and cut; prefixes of the ontology may be left out.

    Raises InputError where it reaches outside, is wrong, or asks what servers answer differently.
    """
    reject_unsafe_query(text, name)
    text = TOKEN.sub(lambda found: "" if found.lastgroup == "comment" else found[0], text)
    declared = {m[1] for m in re.finditer(r"(?i)\bprefix\s+([\w-]*):", text)}
    ours = "".join(
        f"PREFIX {p}: <{n}>\n"
        for p, n in prefixes.items()
        if p not in declared and re.search(rf"(?<![\w-]){re.escape(p)}:", text)
    )
    try:
        return _cut(ours + text)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _cut(text: str, words: frozenset[str] = frozenset()) -> ParsedQuery:
    """Cut a query at its outermost words."""
    outer = list(_outer(text))
    start, form = next(((at, word) for word, at in outer if word in FORMS), (0, ""))
    after = [(word, at) for word, at in outer if at > start]
    place = _place(form, after)
    tail = [(word, at) for word, at in after if at > place and word not in ("{", "WHERE")]
    if any(word == "VALUES" for word, _ in tail):
        raise InputError(
            "closes with VALUES, which some servers answer wrongly; write it inside WHERE"
        )
    sliced = any(word in ("LIMIT", "OFFSET") for word, _ in tail)
    order = next((at for word, at in tail if word == "ORDER" and not sliced), len(text))
    every = words | {m[0].upper() for m in TOKEN.finditer(text) if m.lastgroup == "word"}
    return ParsedQuery(
        text[:start],
        form,
        text[start:place],
        text[place:order],
        text[order:],
        sliced,
        _columns(text, form),
        every,
    )


def _outer(text: str) -> Iterator[tuple[str, int]]:
    """The words and opening brackets that stand in no brackets, with their places."""
    depth = 0
    for match in TOKEN.finditer(text):
        depth -= match.lastgroup == "close"
        if depth == 0 and match.lastgroup in ("word", "open"):
            yield match[0].upper(), match.start()
        depth += match.lastgroup == "open"


def _place(form: str, after: list[tuple[str, int]]) -> int:
    """Where a dataset clause goes in: before the pattern, in CONSTRUCT behind the template."""
    if form == "DESCRIBE":
        raise InputError("DESCRIBE means something else on every server; write a CONSTRUCT")
    if form == "CONSTRUCT":
        if not after or after[0][0] != "{":
            raise InputError("a CONSTRUCT without a template; write the template out")
        after = after[1:]
    found = next((at for word, at in after if word in ("{", "WHERE")), None)
    if not form or found is None:
        raise InputError("not a SELECT, ASK or CONSTRUCT with a pattern; write one")
    return found


def _columns(text: str, form: str) -> tuple[str, ...]:
    """The columns of a SELECT, by a parser that also sees mistakes before they are sent."""
    if form == "ASK":
        return ()  # an ASK would be answered here and now
    try:
        found = ox.Store().query(text)
    except SyntaxError as error:
        raise InputError(f"{' '.join(str(error).split())}; mend it there") from None
    return tuple(v.value for v in found.variables) if isinstance(found, ox.QuerySolutions) else ()


def _variables(columns: Iterable[str]) -> str:
    return " ".join(f"?{c}" for c in columns)
