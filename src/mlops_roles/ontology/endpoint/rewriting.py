"""Queries for a server: with a dataset, and wrapped so that answers can be counted and paged.

The result is SPARQL 1.1 in the subset on which servers agree. Parameters are joined with the
question as a subquery, because a VALUES block at the end of a query makes Virtuoso 7 return rows
of other subjects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from string import Template

import pyoxigraph as ox

from ...errors import InputError
from ...io.resources import resource_dir
from ..query_outline import AGGREGATES, Outline, outline
from ..sandbox import reject_unsafe_query
from ..sparql_tokens import tokenize

FOLDER = resource_dir("queries") / "endpoint"  # templates; the questions are in its parent


def fill_template(name: str, **parts: object) -> str:
    """The text of a file in `queries/endpoint`, with its places filled."""
    return Template((FOLDER / name).read_text("utf-8")).substitute(parts)


@dataclass(frozen=True)
class ParsedQuery:
    """A query whose clauses are known.

    Attributes:
        outline: where its clauses are.
        columns: of its answer; none but for a SELECT.
    """

    outline: Outline
    columns: tuple[str, ...]

    @property
    def form(self) -> str:
        """SELECT, ASK or CONSTRUCT."""
        return self.outline.form

    @property
    def prologue(self) -> str:
        """What is before the form: BASE and PREFIX."""
        return self.outline.text[: self.outline.start]

    @property
    def head(self) -> str:
        """From the form to where a dataset clause goes in."""
        return self.outline.text[self.outline.start : self.outline.pattern]

    @property
    def where(self) -> str:
        """The pattern and what follows it, up to `order`."""
        end = None if self.is_sliced else self.outline.order
        return self.outline.text[self.outline.pattern : end]

    @property
    def order(self) -> str:
        """An ORDER BY that ends the query; before a LIMIT it is a part of `where`."""
        return "" if self.is_sliced else self.outline.text[self.outline.order :]

    @property
    def is_sliced(self) -> bool:
        """Whether it has LIMIT or OFFSET."""
        return bool(self.outline.modifiers & {"LIMIT", "OFFSET"})

    @property
    def body(self) -> str:
        """The query as a subquery: without prefixes and dataset."""
        return f"{self.head}\n{self.where}\n{self.order}"

    def with_dataset(self, graphs: Iterable[ox.NamedNode]) -> str:
        """The query over a dataset; over the server's own one if no graph is named."""
        clauses = ["FROM NAMED " * ("GRAPH" in self.outline.words), "FROM "]
        dataset = "".join(f"{clause}{g}\n" for g in graphs for clause in clauses if clause)
        return f"{self.prologue}{self.head}\n{dataset}{self.where}\n{self.order}"

    def with_values(self, values: str) -> ParsedQuery:
        """The query with rows of parameters joined to it, no row twice, in its own order.

        An order by what is no column has no meaning outside the query, and remains inside.
        """
        order = [token for token in self.outline.tail if token.start >= self.outline.order]
        variables = {token.variable for token in order} - {""}
        aggregated = not AGGREGATES.isdisjoint(token.upper for token in order)
        outside = variables <= set(self.columns) and not aggregated
        return self._wrapped(
            "with-values.rq",
            body=f"{self.head}\n{self.where}" if outside else self.body,
            values=values,
            order=self.order if outside else "",
            columns=_format_variables(self.columns),
        )

    def row_count(self) -> ParsedQuery:
        """The query for the number of rows."""
        return self._wrapped("row-count.rq", body=self.body)

    def page(self, limit: int, offset: int) -> ParsedQuery:
        """The query for some of the rows, ordered in a subquery, which Virtuoso does not limit."""
        columns, body = _format_variables(self.columns), self.body
        if not self.order and not self.is_sliced:
            body += f"ORDER BY {columns}"
        return self._wrapped("page.rq", body=body, limit=limit, offset=offset, columns=columns)

    def solutions(self) -> ParsedQuery:
        """The query for the rows that a CONSTRUCT makes its triples of."""
        return self._wrapped("solutions.rq", body=f"{self.where}\n{self.order}")

    def construct_from(self, values: str) -> str:
        """A CONSTRUCT of rows that are already known."""
        return self.prologue + fill_template("construct.rq", template=self.head, values=values)

    def _wrapped(self, name: str, **parts: object) -> ParsedQuery:
        return _parse(self.prologue + fill_template(name, **parts))


def parse_query(text: str, prefixes: Mapping[str, str], name: str = "query") -> ParsedQuery:
    """Check and parse a user's query; prefixes of the ontology may be left out.

    Raises InputError if it accesses anything outside, is invalid, or uses what servers answer
    differently.
    """
    reject_unsafe_query(text, name)
    comments = [t for t in tokenize(text, comments=True) if t.kind == "comment"]
    for comment in reversed(comments):
        text = text[: comment.start] + text[comment.end :]
    tokens = list(tokenize(text))
    used = {t.text.partition(":")[0] for t in tokens if t.kind == "name"}
    declared = {
        after.text.partition(":")[0] for word, after in pairwise(tokens) if word.upper == "PREFIX"
    }
    ours = [f"PREFIX {p}: <{prefixes[p]}>\n" for p in prefixes if p in used - declared]
    try:
        return _parse("".join(ours) + text)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _parse(text: str) -> ParsedQuery:
    """A query with its columns. Raises InputError for what servers answer differently."""
    found = outline(text)
    if found.form == "DESCRIBE":
        raise InputError("DESCRIBE means something else on every server; write a CONSTRUCT")
    if found.form == "CONSTRUCT" and not (found.clause and found.clause[0].text == "{"):
        raise InputError("a CONSTRUCT without a template; write the template out")
    if found.pattern is None:
        raise InputError("not a SELECT, ASK or CONSTRUCT with a pattern; write one")
    if "VALUES" in found.modifiers:
        raise InputError(
            "closes with VALUES, which some servers answer wrongly; write it inside WHERE"
        )
    return ParsedQuery(found, _selected_columns(text, found.form))


def _selected_columns(text: str, form: str) -> tuple[str, ...]:
    """The columns of a SELECT, by a parser that also sees mistakes before they are sent."""
    if form == "ASK":
        return ()  # an ASK would be answered here and now
    try:
        found = ox.Store().query(text)
    except SyntaxError as error:
        raise InputError(f"{' '.join(str(error).split())}; fix it there") from None
    return tuple(v.value for v in found.variables) if isinstance(found, ox.QuerySolutions) else ()


def _format_variables(columns: Iterable[str]) -> str:
    return " ".join(f"?{c}" for c in columns)
