"""The catalogue of questions: one file in `queries/`, one question.

A file's `#+` lines are its documentation and its test:
    #+ summary: what the rows are
    #+ ?role: a parameter: a variable that can be fixed to a value
    #+ page: ?role 30            where the page of a term shows the rows (`show`)
    #+ about: roles              the topic that the list of questions shows it under
    #+ marks: ?certainty         a column of marks, such as 'drawn only', that a legend explains
    #+ needs: definitions        it asks for definitions of capability classes, or any properties
    #+ expect: ?role = role:ml-engineer ; ?task = task:deploy-model     a promised row, or 'nothing'
    #+ never: ?role = role:data-scientist ; ?task = task:deploy-model   no such row
    #+ fewer: ?role = role:data-scientist                               fewer rows than without
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from ..errors import InputError, UnknownName, check_text
from ..io import rdf
from ..io.resources import ShippedText, resource_dir, shipped_text
from .answer import PEOPLE, Answer, Mark
from .graph import Graph, Term, as_graph, once_per_graph
from .query_outline import Outline, outline
from .results import decode_rows
from .substitution import substitutable

if TYPE_CHECKING:
    pass

SECONDS = 60.0  # default time limit of SPARQL that is not shipped
_HEADER = re.compile(r"^#\+ (\S+): ?(.*)$", re.M)
_A_VALUE = "a text: a slug, CURIE, IRI, notation or label"
_SPARQL = (  # a query in an argument: its first word, and what follows it
    r"(?:\s|#[^\n]*\n)*(?:(?:PREFIX|BASE)\s|(?:SELECT|CONSTRUCT|DESCRIBE)[\s*(?${<]"
    r"|ASK\s*(?:\{|FROM|WHERE))"
)
_INCLUDE = re.compile(r"^([ \t]*)#\+ include: ([\w-]+)[ \t]*$", re.M)
_EXPECT, _NEEDS_DEFINITIONS = "\n#+ expect: ", "\n#+ needs: definitions"
_FIXED = r"\?(\w+)\s*=\s*(\"[^\"]*\"(?:@[\w-]+)?|[^;]+?)\s*(?:;|$)"


class Question(NamedTuple):
    """A question of the catalogue; `run` answers it.

    Attributes:
        name: the name of its file, without the suffix.
        path: the path of its file.
        text: the SPARQL, with its header.
        summary: what each row of the answer is, in a few words.
        parameters: the columns that may be fixed to a value, each with its description.
        headers: key to the texts of all header lines with this key.

    Example:
        >>> from mlops_roles import catalogue
        >>> question = catalogue()["tasks-of-role"]
        >>> list(question.parameters)
        ['role', 'how', 'certainty']
        >>> len(question.run(role="R7")) < len(question.run())
        True
    """

    name: str
    path: Path
    text: str
    summary: str
    parameters: dict[str, str]
    headers: dict[str, list[str]]

    @classmethod
    def from_file(cls, path: Path) -> Question:
        """The question in a file. Raises InputError if its header is incomplete."""
        text = rdf.check_encoding(rdf.read_bytes(path, 1 << 20), path)
        shipped = path.parent == resource_dir("queries")
        return cls._from_text(path, ShippedText(text) if shipped else text)

    @classmethod
    def _from_text(cls, path: Path, text: str) -> Question:
        headers: dict[str, list[str]] = {}
        for key, value in _HEADER.findall(text):
            headers.setdefault(key, []).append(value.strip())
        if "summary" not in headers:
            raise InputError(f"{path.name}: no summary line; add '#+ summary: what the rows are'")
        if "expect" not in headers:
            raise InputError(
                f"{path.name}: no expect line; add '#+ expect: ?task = …' or 'nothing'"
            )
        parameters = {key[1:]: values[0] for key, values in headers.items() if key.startswith("?")}
        whole = _INCLUDE.sub(lambda found: _pattern(path, found[2]), text)
        if isinstance(text, ShippedText):
            whole = ShippedText(whole)
        return cls(path.stem, path, whole, headers["summary"][0], parameters, headers)

    @property
    def is_shipped(self) -> bool:
        """Whether it is a question of this package, which runs in the process that asks it."""
        return isinstance(self.text, ShippedText)

    def bindings(self, header: str) -> list[dict[str, str]]:
        """The variables fixed by each line of a header such as `expect`."""
        return [
            dict(re.findall(_FIXED, line))
            for line in self.headers.get(header, [])
            if line != "nothing"
        ]

    def run(self, graph: Graph | None = None, /, *values: str, **bindings: str) -> Answer:
        """The rows, with some of the parameters fixed to a slug, CURIE, IRI, notation or text.

        Args:
            graph: the graph to query; by default the shipped ontology.
            values: values of the parameters, in their order.
            bindings: values of parameters by name.

        Raises UnknownName for an unknown parameter or term, InputError for too many values, and
        for a question that is not shipped what `run_sparql` raises.
        """
        graph = as_graph(graph)
        return self.answer(graph, self.resolve_bindings(graph, **self.by_name(values, bindings)))

    def by_name(self, values: Sequence[str], bindings: Mapping[str, str]) -> dict[str, str]:
        """Values given in order, and by name, all by name. Raises InputError for too many."""
        free = [name for name in self.parameters if name not in bindings]
        if len(values) > len(free):
            known = ", ".join(self.parameters) or "no parameter"
            raise InputError(f"{values[len(free)]!r}: {self.name} takes {known} and no more")
        return {**bindings, **dict(zip(free, values, strict=False))}

    @property
    def topic(self) -> str:
        """What it is about: its `about` line, such as 'roles'."""
        return next(iter(self.headers.get("about", ())), "")

    def example_arguments(self) -> list[str]:
        """Arguments of `mlops-roles ask` that give rows, with a value of the promised row."""
        if self.topic == PEOPLE:
            return [self.name, "--data", "staff.ttl"]
        if "given" in self.headers:  # what a company adds
            return [self.name, "--with", "ours.ttl"]
        promised = next(iter(self.bindings("expect")), {})
        name = next((name for name in self.parameters if name in promised), None)
        if name is None:
            return [self.name]
        value = re.sub(r'^"(.*)"(?:@[\w-]+)?$', r"\1", promised[name])
        is_first = name == next(iter(self.parameters))
        return [self.name, value] if is_first else [self.name, f"--{name}", value]

    def answer(
        self, graph: Graph, terms: Mapping[str, Iterable[Term]], timeout: float = SECONDS
    ) -> Answer:
        """The rows, with some of the parameters fixed to one of several terms.

        Args:
            graph: the graph to query.
            terms: the terms of a parameter, as from `resolve_bindings`.
            timeout: seconds until a question that is not shipped is stopped.
        """
        found = run_query(graph, self.text, terms, timeout, str(self.path))
        found.question = self
        return found

    def marks(self, answer: Answer) -> list[Mark]:
        """The marks in an answer to this question, by their word, for a legend."""
        columns = [column.removeprefix("?") for column in self.headers.get("marks", ())]
        words = {row.get(column) for row in answer.rows for column in columns} if columns else ()
        return [mark for mark in marks(answer.graph) if mark.word in words] if words else []

    def resolve_bindings(self, graph: Graph, **bindings: str) -> dict[str, list[Term]]:
        """The RDF terms that the values given for parameters can mean.

        Raises UnknownName for an unknown parameter or term.
        """
        for name in bindings:
            if name not in self.parameters:
                raise UnknownName(
                    name,
                    f"parameter of {self.name}",
                    self.parameters,
                    f"it takes {', '.join(self.parameters) or 'none'}",
                )
        if not bindings:
            return {}
        from .parameters import candidate_terms

        return {n: candidate_terms(graph, self, n, v) for n, v in bindings.items()}


def _pattern(question: Path, name: str) -> str:
    """The graph pattern that a question includes: a file in `queries/patterns`."""
    path = resource_dir("queries") / "patterns" / f"{name}.rq"
    if not path.is_file():
        raise InputError(
            f"{question.name}: no pattern {name!r} to include; use one of "
            + ", ".join(sorted(other.stem for other in path.parent.glob("*.rq")))
        )
    return path.read_text("utf-8")


@once_per_graph
def marks(graph: Graph) -> list[Mark]:
    """The marks that answers may have, each by its words and by its CURIE."""
    rows = ask("marks", graph).rows
    by_word = [Mark(row["word"], row["mark"], row["definition"]) for row in rows]
    by_curie = {m.term: Mark(m.term, m.term, m.definition) for m in by_word}
    return [*by_word, *by_curie.values()]


def values_block(names: Iterable[str], rows: Iterable[Iterable[Term | None]]) -> str:
    """A VALUES block of rows of terms."""
    written = (
        f"({' '.join('UNDEF' if term is None else str(term) for term in row)})" for row in rows
    )
    return f"VALUES ({' '.join('?' + n for n in names)}) {{ {' '.join(written)} }}"


def run_query(
    graph: Graph,
    text: str,
    bindings: Mapping[str, Iterable[Term]] | None = None,
    timeout: float = SECONDS,
    name: str = "query",
) -> Answer:
    """Run SPARQL text, with some columns of its answer fixed to one of several terms.

    Text that is not shipped is checked, and runs in a process with limits (see `run_sparql`).

    The rows of the answer are joined with the terms, as VALUES joins: rows that have one of the
    terms in this column, and rows where it is unbound, once for each term.

    In CONSTRUCT, ASK and DESCRIBE, and for a variable that is not projected, the terms are joined
    with the solutions of the pattern, as by VALUES at the end of the query.
    Raises InputError for SPARQL that is invalid or refused, and if there is nothing to join with;
    Timeout if text that is not shipped takes longer than `timeout` seconds.
    """
    given = {name: list(terms) for name, terms in (bindings or {}).items()}
    if isinstance(text, ShippedText):
        return answer_in_process(graph, text, given)
    from .sandbox import run_sparql

    return run_sparql(text, graph, timeout, name, given)


def answer_in_process(graph: Graph, text: str, bindings: Mapping[str, list[Term]]) -> Answer:
    """Run SPARQL text as `run_query` does, in this process: for text known to be harmless."""
    is_question = isinstance(text, ShippedText) and _EXPECT in text
    light = is_question and _NEEDS_DEFINITIONS not in text
    direct = substitutable(text) if bindings else frozenset()
    inside = {n: terms[0] for n, terms in bindings.items() if len(terms) == 1 and n in direct}
    rest = {name: terms for name, terms in bindings.items() if name not in inside}
    if not rest:
        return _sorted_answer(graph, text, "", inside, light)
    nameless = any(isinstance(term, ox.BlankNode) for terms in rest.values() for term in terms)
    if outline(text).takes_values(rest) and not nameless:
        joined = f"\n{values_block(rest, itertools.product(*rest.values()))}\n"
        return _sorted_answer(graph, text, joined, inside, light)
    return _join(_sorted_answer(graph, text, "", inside, light), rest, outline(text))


def _join(answer: Answer, terms: Mapping[str, list[Term]], query: Outline) -> Answer:
    """The rows of an answer, joined with terms for some of its columns."""
    if query.form != "SELECT" or not set(terms) <= set(answer.columns):
        raise InputError(
            f"query: nothing to join with ?{', ?'.join(terms)}; make it a column, or write what is "
            "after the pattern (LIMIT, GROUP BY, VALUES …) into a subquery"
        )
    rows = answer.terms
    for name, choices in terms.items():
        at = answer.columns.index(name)
        rows = [
            (*row[:at], term, *row[at + 1 :])
            for row in rows
            for term in choices
            if row[at] is None or row[at] == term
        ]
    return Answer(
        answer.columns, list(dict.fromkeys(rows)) if query.distinct else rows, answer.graph
    )


def _sorted_answer(
    graph: Graph, text: str, joined: str, inside: Mapping[str, Term], light: bool
) -> Answer:
    """The answer to a query with VALUES after it; sorted here where that gives the same order."""
    query = outline(text)
    if order := query.order_variables:
        found = _answer_in_order(graph, text[: query.order] + joined, inside, light, order)
        if found is not None:
            return found
    found = _answer_in_order(graph, text + joined, inside, light)
    assert found is not None  # it is in the engine's own order
    return found


def _answer_in_order(
    graph: Graph, text: str, inside: Mapping[str, Term], light: bool, order: Sequence[str] = ()
) -> Answer | None:
    """An answer in the order of some variables; None if its texts do not determine that order."""
    with graph.readable():
        return _decoded(graph, graph.evaluate(text, inside, light), order)


def _decoded(graph: Graph, result: Any, order: Sequence[str]) -> Answer | None:
    """What the engine answers, as an Answer."""
    if isinstance(result, ox.QueryBoolean):
        return Answer(["answer"], [(ox.Literal(bool(result)),)], graph)
    if isinstance(result, ox.QueryTriples):
        return Answer(
            ["subject", "predicate", "object"], [tuple(triple) for triple in result], graph
        )
    found = decode_rows(result, order)
    return None if found is None else Answer([v.value for v in result.variables], found, graph)


def catalogue(graph: Graph | None = None) -> dict[str, Question]:
    """The questions by name: the shipped ones and those that a company added.

    Args:
        graph: its added files with the suffix .rq are questions, too.

    Raises:
        InputError: a file has no complete header.

    Example:
        >>> from mlops_roles import catalogue
        >>> catalogue()["uncovered-tasks"].summary
        "Tasks that no person's role performs"
    """
    shipped = sorted(resource_dir("queries").glob("*.rq"))
    if not shipped:
        raise InputError(f"{resource_dir('queries')}: holds no question; reinstall mlops-roles")
    added = [p for p in (graph.added if graph else ()) if p.suffix == ".rq"]
    # a shipped file needs no checks, which take longer than to read it
    own = {path.stem: Question._from_text(path, shipped_text(path)) for path in shipped}
    return own | {path.stem: Question.from_file(path) for path in added}


def find_question(name: str, graph: Graph | None = None) -> Question:
    """One question by name, a company's own before a shipped one.

    Raises UnknownName with the nearest names.
    """
    own = [p for p in (graph.added if graph else ()) if p.name == f"{name}.rq"]
    path = own[-1] if own else resource_dir("queries") / f"{name}.rq"
    if re.fullmatch(r"[\w-]+", name) and path.is_file():
        return Question.from_file(path)
    known = catalogue(graph)
    if name not in known:
        raise UnknownName(name, "question", known, "run 'mlops-roles ask' for the list")
    return known[name]


def ask(name: str, /, *values: str | Graph, graph: Graph | None = None, **bindings: str) -> Answer:
    """Answer a question of the catalogue, or SPARQL.

    Args:
        name: the name of the question, a key of `catalogue()`; or the text of a query.
        values: values of the parameters of the question, in their order: the slug, CURIE, IRI or
            notation of a term, or a text. The first one may be the graph.
        graph: the graph to query; by default the shipped ontology.
        bindings: values of parameters by name. The answer has only the rows that match all.

    Raises:
        UnknownName: a question, parameter or term does not exist.
        InputError: the question is not valid SPARQL.

    Example:
        >>> from mlops_roles import ask
        >>> [row["part"] for row in ask("roles-incorporated", "R7")][:2]
        ['role:data-scientist', 'role:data-engineer']
        >>> ask("roles-for-task", task="deploy-model").rows[0]["role"]
        'role:devops-engineer'
    """
    if values and (values[0] is None or isinstance(values[0], Graph)):
        graph, values = graph or values[0], values[1:]
    check_text("ask", "the name of a question, or SPARQL", name=name)
    texts = [str(value) for value in values]
    check_text(name, _A_VALUE, **{f"value {i}": v for i, v in enumerate(values, 1)}, **bindings)
    if graph is not None:
        as_graph(graph)
    if is_sparql(name):
        if texts or bindings:
            raise InputError("query: SPARQL takes no values; write them into it")
        from .sandbox import run_sparql

        return run_sparql(name, graph)
    return find_question(name, graph).run(graph, *texts, **bindings)


def is_sparql(text: str) -> bool:
    """Whether a text is a query rather than the name of a question or a file."""
    return re.match(_SPARQL, text, re.I) is not None
