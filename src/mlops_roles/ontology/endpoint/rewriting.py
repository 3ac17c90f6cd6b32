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
from ...io.resources import ShippedText, resource_dir
from ..gate import reject_unsafe_query
from ..query_outline import AGGREGATES, Outline, outline
from ..sandbox import columns_of
from ..sparql_tokens import tokenize

FOLDER = resource_dir("queries") / "endpoint"  # templates; the questions are in its parent


def fill_template(name: str, **parts: object) -> str:
    """The text of a file in `queries/endpoint`, with its places filled."""
    return Template((FOLDER / name).read_text("utf-8")).substitute(parts)


@dataclass(frozen=True)
class ParsedQuery:
    """A query whose clauses are known."""

    outline: Outline  # where its clauses are
    columns: tuple[str, ...]  # of its answer; none but for a SELECT

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
            self.columns,
            body=f"{self.head}\n{self.where}" if outside else self.body,
            values=values,
            order=self.order if outside else "",
            columns=_format_variables(self.columns),
        )

    def row_count(self) -> ParsedQuery:
        """The query for the number of rows."""
        return self._wrapped("row-count.rq", ("rows",), body=self.body)

    def page(self, limit: int, offset: int) -> ParsedQuery:
        """The query for some of the rows, ordered in a subquery, which Virtuoso does not limit."""
        columns, body = _format_variables(self.columns), self.body
        if not self.order and not self.is_sliced:
            body += f"ORDER BY {columns}"
        return self._wrapped(
            "page.rq", self.columns, body=body, limit=limit, offset=offset, columns=columns
        )

    def solutions(self) -> ParsedQuery:
        """The query for the rows that a CONSTRUCT makes its triples of."""
        text = self.prologue + fill_template("solutions.rq", body=f"{self.where}\n{self.order}")
        return ParsedQuery(outline(text), columns_of(text))

    def construct_from(self, values: str) -> str:
        """A CONSTRUCT of rows that are already known."""
        return self.prologue + fill_template("construct.rq", template=self.head, values=values)

    def _wrapped(self, template: str, names: tuple[str, ...], **parts: object) -> ParsedQuery:
        """The query in a template, which gives it columns of some names."""
        return ParsedQuery(outline(self.prologue + fill_template(template, **parts)), names)


def parse_query(text: str, prefixes: Mapping[str, str], name: str = "query") -> ParsedQuery:
    """Check and parse a query; prefixes of the ontology may be left out.

    A query that is not shipped has to pass the gate, and its columns are found in a subprocess.
    Raises InputError if it accesses anything outside, is invalid, or uses what servers answer
    differently; Timeout if it takes too long to parse.
    """
    shipped = isinstance(text, ShippedText)
    if not shipped:
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
    whole = "".join(ours) + text
    if why := _unportable(outline(whole)):
        raise InputError(f"{name}: {why}")
    columns = _selected_columns(ShippedText(whole) if shipped else whole, name)
    return ParsedQuery(outline(whole), columns)


def _unportable(query: Outline) -> str:
    """Why servers answer a query differently, and the fix; empty if they do not."""
    if query.form == "DESCRIBE":
        return "DESCRIBE means something else on every server; write a CONSTRUCT"
    if query.form == "CONSTRUCT" and not (query.clause and query.clause[0].text == "{"):
        return "a CONSTRUCT without a template; write the template out"
    if query.pattern is None:
        return "not a SELECT, ASK or CONSTRUCT with a pattern; write one"
    if "VALUES" in query.modifiers:
        return "closes with VALUES, which some servers answer wrongly; write it inside WHERE"
    return ""


def _selected_columns(text: str, name: str) -> tuple[str, ...]:
    """The columns of a SELECT, by a parser that also sees mistakes before they are sent."""
    if not isinstance(text, ShippedText):
        return columns_of(text, name)
    try:
        found = ox.Store().query(text)
    except SyntaxError as error:
        raise InputError(f"{name}: {' '.join(str(error).split())}; fix it there") from None
    return tuple(v.value for v in found.variables) if isinstance(found, ox.QuerySolutions) else ()


def _format_variables(columns: Iterable[str]) -> str:
    return " ".join(f"?{c}" for c in columns)
