"""The tools that an AI agent may call: questions and commands with typed arguments, read-only.

This module is independent of the protocol: `mcp_server` offers the tools over MCP. Each answer has
a limited size, the IRIs and sources of its terms, and marks inferred statements. The people are
those of a staff file, shown by pseudonym unless the user wants names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..errors import InputError, UnknownPerson
from ..ontology.answer import Answer
from ..ontology.catalogue import Question, catalogue
from ..ontology.graph import DEFAULT, Graph, load

if TYPE_CHECKING:
    from ..analysis.evidence import Records

ROWS, MAX_ROWS = 100, 1000  # of an answer
MAX_TEXT = 1000  # characters of an argument
SOURCE = ox.NamedNode("http://purl.org/dc/terms/source")
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Tool:
    """A function that an agent may call, with the descriptions of its arguments."""

    name: str  # letters, digits and underscores
    description: str  # what it answers, in a sentence or two
    texts: Mapping[str, str]  # the name of each text argument, with its description
    # gives the answer as plain data (JSON types)
    run: Callable[[Arguments], dict[str, Any]] = field(repr=False)
    required: Sequence[str] = ()  # the arguments that have to be given
    has_limit: bool = False  # whether it takes `limit`, the greatest number of rows

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its arguments."""
        properties: dict[str, Any] = {
            name: {"type": "string", "description": text, "maxLength": MAX_TEXT}
            for name, text in self.texts.items()
        }
        if self.has_limit:
            properties["limit"] = {
                **{"type": "integer", "minimum": 1, "maximum": MAX_ROWS, "default": ROWS},
                "description": "the greatest number of rows",
            }
        return {
            "type": "object",
            "properties": properties,
            "required": list(self.required),
            "additionalProperties": False,
        }

    def call(self, arguments: Arguments) -> dict[str, Any]:
        """The answer to some arguments.

        Raises InputError for an argument that is unknown, missing or of another type, and for an
        unknown name.
        """
        known = self.schema["properties"]
        for name, value in arguments.items():
            if name not in known:
                takes = ", ".join(known) or "none"
                raise InputError(f"{self.name}: no argument {name[:100]!r}; it takes {takes}")
            self._check(name, value)
        if absent := [name for name in self.required if not arguments.get(name)]:
            raise InputError(f"{self.name}: {', '.join(absent)} is missing; give it")
        return self.run({name: value for name, value in arguments.items() if value != ""})

    def _check(self, name: str, value: Any) -> None:
        """Raise InputError if an argument is not of its type."""
        if name == "limit":
            if type(value) is not int or not 1 <= value <= MAX_ROWS:
                raise InputError(f"{self.name}: limit is not a whole number from 1 to {MAX_ROWS}")
        elif not isinstance(value, str) or len(value) > MAX_TEXT:
            raise InputError(f"{self.name}: {name} is not a text of at most {MAX_TEXT} characters")


class Toolbox:
    """The tools over an ontology and, if there are some, the records of a staff file.

    Args:
        graph: the ontology with a company's additions; by default the shipped one.
        staff: the records of a staff file; with pseudonyms, no name leaves this process, and
            people are given by pseudonym alone.
    """

    def __init__(self, graph: Graph | None = None, staff: Records | None = None):
        self.graph = graph or load()
        self.staff = staff
        self._file_state = _file_state_of(staff)

    @cached_property
    def tools(self) -> dict[str, Tool]:
        """All tools by name."""
        questions = (
            question for question in catalogue(self.graph).values() if not is_about_data(question)
        )
        tools = [*map(self._question_tool, questions), *self._command_tools()]
        if self.staff is not None:
            tools += self._people_tools()
        return {tool.name: tool for tool in tools}

    def term_page(self, iri: str) -> str:
        """The page of a term in Markdown, as `mlops-roles show` has it. Raises UnknownName."""
        from ..ontology.term_page import show

        return show(iri, self.graph).report("md")

    def _question_tool(self, question: Question) -> Tool:
        return Tool(
            f"ask_{question.name.replace('-', '_')}",
            f"{question.summary}. Each parameter fixes a column; without any, all rows.",
            question.parameters,
            lambda arguments: self._rows(question, arguments),
            has_limit=True,
        )

    def _rows(self, question: Question, arguments: Arguments) -> dict[str, Any]:
        """The answer to a question, with the IRIs, sources and statements of its terms."""
        bindings = {name: value for name, value in arguments.items() if name != "limit"}
        answer = question.run(self.graph, **bindings)
        limit = arguments.get("limit", ROWS)
        shown = Answer(answer.columns, answer.terms[:limit], self.graph)
        return {
            "columns": answer.columns,
            "rows": shown.rows,
            "total": len(answer),
            "truncated": len(answer) > limit,
            "terms": self._terms(shown),
            "statements": list(self._statements(shown)),
            "marks": {mark.word: mark.definition for mark in question.marks(shown)},
        }

    def _terms(self, answer: Answer) -> dict[str, Any]:
        """The IRI and the sources of each term in an answer, by its CURIE."""
        terms = {cell for row in answer.terms for cell in row if isinstance(cell, ox.NamedNode)}
        store, curie = self.graph.store, self.graph.curie
        return {
            curie(term.value): {
                "iri": term.value,
                "sources": sorted(
                    self.graph.format_term(quad.object)
                    for quad in store.quads_for_pattern(term, SOURCE, None, DEFAULT)
                ),
            }
            for term in sorted(terms, key=str)
        }

    def _statements(self, answer: Answer) -> Iterator[dict[str, Any]]:
        """The statements that hold between the terms of a row, and whether they are inferred."""
        seen = set()
        for row in answer.terms:
            nodes = [cell for cell in row if isinstance(cell, ox.NamedNode)]
            for subject in nodes:
                for quad in (q for o in nodes for q in self._quads(subject, o) if o != subject):
                    if quad.triple not in seen:
                        seen.add(quad.triple)
                        is_inferred = ox.Quad(*quad.triple) not in self.graph.store
                        text = self.graph.format_term(quad.triple)
                        yield {"statement": text, "inferred": is_inferred}

    def _quads(self, subject: ox.NamedNode, other: ox.NamedNode) -> Iterator[ox.Quad]:
        return self.graph.store.quads_for_pattern(subject, None, other, None)

    def _command_tools(self) -> list[Tool]:
        """The tools about terms and titles besides the questions."""
        return [
            Tool(
                "resolve",
                "The role that a job title names: certain, ambiguous or none, with the reasons.",
                {"title": "a job title as people write it"},
                self._resolve,
                ["title"],
            ),
            Tool(
                "search",
                "The terms that some words find in their names, titles and definitions, in any "
                "language, the best first.",
                {"words": "one or several words", "kind": "only such terms: role, task, skill …"},
                self._search,
                ["words"],
                has_limit=True,
            ),
            Tool(
                "show",
                "The page of a role, task, skill or other term, with the questions about it.",
                {"term": "a slug, CURIE, IRI, notation such as R7, or label"},
                self._show,
                ["term"],
            ),
            Tool(
                "explain",
                "Why a statement holds: its proof, down to stated statements with their sources.",
                {"statement": "subject, predicate and object, such as: R7 requiresSkill sql"},
                self._explain,
                ["statement"],
            ),
        ]

    def _resolve(self, arguments: Arguments) -> dict[str, Any]:
        from ..matching.titles import resolve

        resolution = resolve(arguments["title"], self.graph).to_dict()
        iris = {slug: self.graph.resolve_term(slug, "role") for slug in resolution["roles"]}
        return {**resolution, "iris": iris}

    def _search(self, arguments: Arguments) -> dict[str, Any]:
        from ..ontology.search import search

        hits = search(arguments["words"], self.graph, kind=arguments.get("kind"))
        shown = hits.first(arguments.get("limit", ROWS))
        rows = [term.to_dict() for term in shown]
        return {"terms": rows, "total": len(hits), "truncated": len(shown) < len(hits)}

    def _show(self, arguments: Arguments) -> dict[str, Any]:
        from ..ontology.term_page import show

        page = show(arguments["term"], self.graph)
        return {**page.to_dict(), "iri": self.graph.expand_curie(page.term)}

    def _explain(self, arguments: Arguments) -> dict[str, Any]:
        from ..ontology.explanation import explain

        proof = explain(arguments["statement"], self.graph)
        if proof is None:
            return {
                "holds": False,
                "note": "The statement does not follow; this does not show that it is false.",
            }
        return {"holds": True, "inferred": proof.rule is not None, "proof": proof.to_dict()}

    # people -----------------------------------------------------------------

    def _people_tools(self) -> list[Tool]:
        """The tools about the people of a staff file."""
        person = "a pseudonym, as the tool people lists them" if self.is_hidden else "a name"
        role = "a slug, CURIE, IRI or notation"
        return [
            Tool(
                "people",
                "The people of the staff file with the roles that they hold.",
                {},
                self._people,
                has_limit=True,
            ),
            Tool(
                "certify",
                "Whether a person can act as a role (yes, no, likely or unknown), and how that "
                "is known. Unknown is not no.",
                {"person": person, "role": role},
                self._certify,
                ["person", "role"],
            ),
            Tool(
                "gap",
                "The smallest set of skills that a person still needs for a role; without a role, "
                "for all roles, the nearest first.",
                {"person": person, "role": role},
                self._gap,
                ["person"],
            ),
        ]

    @property
    def is_hidden(self) -> bool:
        """Whether people have pseudonyms."""
        return self.staff is not None and self.staff.pseudonyms is not None

    def _person(self, arguments: Arguments) -> str:
        """The argument `person`. Raises InputError for a name if people have pseudonyms."""
        from ..staff.privacy import Pseudonyms

        name: str = arguments["person"]
        if self.is_hidden and not Pseudonyms.is_pseudonym(name):
            raise InputError("person: give a pseudonym; the tool people lists them")
        return name

    def _people(self, arguments: Arguments) -> dict[str, Any]:
        from ..analysis.audit import audit

        staff = self._records
        result = audit(staff.file, graph=self.graph, mapping=staff.mapping)
        limit = arguments.get("limit", ROWS)
        table = result.people.select("person", "title", "roles")
        rows = table.limit(limit).to_pyarrow().to_pylist()
        total = int(table.count().execute())
        shown = staff.pseudonyms.hide(rows) if staff.pseudonyms else rows
        return {"people": shown, "total": total, "truncated": total > limit}

    @property
    def _records(self) -> Records:
        """The records, read again when the staff file has changed."""
        assert self.staff is not None  # these tools exist with a staff file alone
        if (now := _file_state_of(self.staff)) != self._file_state:
            self.staff, self._file_state = replace(self.staff), now
        return self.staff

    def _certify(self, arguments: Arguments) -> dict[str, Any]:
        from ..analysis.certificate import certify

        return self._about_person(
            lambda person: certify(person, arguments["role"], self._records), arguments
        )

    def _gap(self, arguments: Arguments) -> dict[str, Any]:
        from ..analysis.gap import gap, nearest_roles

        if "role" in arguments:
            return self._about_person(
                lambda person: gap(person, arguments["role"], self._records), arguments
            )
        return self._about_person(lambda person: nearest_roles(person, self._records), arguments)

    def _about_person(self, answer: Callable[[str], Any], arguments: Arguments) -> dict[str, Any]:
        """Call a function that answers about a person; no error message has a name."""
        from ..analysis.evidence import Conflict

        try:
            answers = answer(self._person(arguments))
        except UnknownPerson:
            raise InputError("person: unknown name; the tool people lists all names") from None
        except Conflict:
            raise InputError(
                "person: the rows about this person contradict each other; correct the file"
            ) from None
        every = answers if isinstance(answers, list) else [answers]
        data = [entry.to_dict() for entry in every]
        for entry in data:  # the folder of the file is not shown to an agent
            entry.update({"file": Path(entry["file"]).name} if "file" in entry else {})
        return {"roles": data} if isinstance(answers, list) else data[0]


def _file_state_of(staff: Records | None) -> tuple[int, int] | None:
    """The time of change and the size of the file of some records; None if it has no file."""
    try:
        status = Path(str(staff.file)).stat() if staff else None
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_size) if status else None


def is_about_data(question: Question) -> bool:
    """Whether a question is about data, such as people, that is not in the ontology."""
    return "given" in question.headers
