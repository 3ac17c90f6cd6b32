"""What an agent may call: each question and command as a typed tool that only reads.

Nothing here knows a protocol: `mcp_server` offers these tools over MCP. Each answer is bounded, has
the IRI and the sources of its terms, and says which of its statements are inferred. People are
known only from a staff file, and by pseudonyms unless the user wants names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ..errors import InputError, UnknownPerson
from ..ontology.catalogue import Answer, Question, catalogue
from ..ontology.graph import DEFAULT, Graph, load

if TYPE_CHECKING:
    from ..analysis.evidence import Records

ROWS, MAX_ROWS = 100, 1000  # of an answer
MAX_TEXT = 1000  # characters of an argument
SOURCE = ox.NamedNode("http://purl.org/dc/terms/source")
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Tool:
    """One thing that an agent may call."""

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
        found: dict[str, Any] = {
            name: {"type": "string", "description": text, "maxLength": MAX_TEXT}
            for name, text in self.texts.items()
        }
        if self.has_limit:
            found["limit"] = {
                **{"type": "integer", "minimum": 1, "maximum": MAX_ROWS, "default": ROWS},
                "description": "the greatest number of rows",
            }
        return {
            "type": "object",
            "properties": found,
            "required": list(self.required),
            "additionalProperties": False,
        }

    def call(self, arguments: Arguments) -> dict[str, Any]:
        """The answer to some arguments.

        Raises InputError for an argument that is unknown, missing or not of its type, and for a
        name of which nothing is known.
        """
        known = self.schema["properties"]
        for name, value in arguments.items():
            if name not in known:
                takes = ", ".join(known) or "none"
                raise InputError(f"{self.name}: no argument {name[:100]!r}; it takes {takes}")
            self._check(name, value)
        if absent := [name for name in self.required if not arguments.get(name)]:
            raise InputError(f"{self.name}: {', '.join(absent)} is missing")
        return self.run({name: value for name, value in arguments.items() if value != ""})

    def _check(self, name: str, value: Any) -> None:
        """Raise InputError if an argument is not of its type."""
        if name == "limit":
            if type(value) is not int or not 1 <= value <= MAX_ROWS:
                raise InputError(f"{self.name}: limit: a whole number from 1 to {MAX_ROWS}")
        elif not isinstance(value, str) or len(value) > MAX_TEXT:
            raise InputError(f"{self.name}: {name}: a text of at most {MAX_TEXT} characters")


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
        self._seen = _state_of(staff)

    @cached_property
    def tools(self) -> dict[str, Tool]:
        """All tools by name."""
        questions = (asked for asked in catalogue(self.graph).values() if not is_about_data(asked))
        found = [*map(self._question, questions), *self._commands()]
        if self.staff is not None:
            found += self._about_people()
        return {tool.name: tool for tool in found}

    def term_page(self, iri: str) -> str:
        """The page of a term in Markdown, as `mlops-roles show` has it. Raises UnknownName."""
        from ..ontology.term_page import show

        return show(iri, self.graph).report("md")

    def _question(self, asked: Question) -> Tool:
        return Tool(
            f"ask_{asked.name.replace('-', '_')}",
            f"{asked.summary}. Each parameter fixes a column; without any, all rows.",
            asked.parameters,
            lambda given: self._rows(asked, given),
            has_limit=True,
        )

    def _rows(self, asked: Question, given: Arguments) -> dict[str, Any]:
        """The answer to a question, with what is known of the terms in it."""
        fixed = {name: value for name, value in given.items() if name != "limit"}
        answer = asked.run(self.graph, **fixed)
        limit = given.get("limit", ROWS)
        shown = Answer(answer.columns, answer.terms[:limit], self.graph)
        return {
            "columns": answer.columns,
            "rows": shown.rows,
            "total": len(answer),
            "truncated": len(answer) > limit,
            "terms": self._terms(shown),
            "statements": list(self._statements(shown)),
            "marks": {mark.word: mark.definition for mark in asked.marks(shown)},
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

    def _commands(self) -> list[Tool]:
        """The tools about terms and titles that are no question."""
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

    def _resolve(self, given: Arguments) -> dict[str, Any]:
        from ..matching.titles import resolve

        found = resolve(given["title"], self.graph).to_dict()
        iris = {slug: self.graph.resolve_term(slug, "role") for slug in found["roles"]}
        return {**found, "iris": iris}

    def _search(self, given: Arguments) -> dict[str, Any]:
        from ..ontology.search import search

        found = search(given["words"], self.graph, kind=given.get("kind"))
        shown = found.first(given.get("limit", ROWS))
        rows = [term.to_dict() for term in shown]
        return {"terms": rows, "total": len(found), "truncated": len(shown) < len(found)}

    def _show(self, given: Arguments) -> dict[str, Any]:
        from ..ontology.term_page import show

        page = show(given["term"], self.graph)
        return {**page.to_dict(), "iri": self.graph.expand_curie(page.term)}

    def _explain(self, given: Arguments) -> dict[str, Any]:
        from ..ontology.explanation import explain

        proof = explain(given["statement"], self.graph)
        if proof is None:
            return {
                "holds": False,
                "note": "It does not follow; that is no proof that it is false.",
            }
        return {"holds": True, "inferred": proof.rule is not None, "proof": proof.to_dict()}

    # people -----------------------------------------------------------------

    def _about_people(self) -> list[Tool]:
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

    def _person(self, given: Arguments) -> str:
        """The person that is meant. Raises InputError for a name if people have pseudonyms."""
        from ..staff.privacy import Pseudonyms

        name: str = given["person"]
        if self.is_hidden and not Pseudonyms.is_pseudonym(name):
            raise InputError("person: give a pseudonym; the tool people lists them")
        return name

    def _people(self, given: Arguments) -> dict[str, Any]:
        from ..analysis.audit import audit

        staff = self._records
        found = audit(staff.file, graph=self.graph, mapping=staff.mapping)
        limit = given.get("limit", ROWS)
        table = found.people.select("person", "title", "roles")
        rows = table.limit(limit).to_pyarrow().to_pylist()
        total = int(table.count().execute())
        shown = staff.pseudonyms.hide(rows) if staff.pseudonyms else rows
        return {"people": shown, "total": total, "truncated": total > limit}

    @property
    def _records(self) -> Records:
        """The records, read again when the staff file has changed."""
        assert self.staff is not None  # these tools exist with a staff file alone
        if (now := _state_of(self.staff)) != self._seen:
            self.staff, self._seen = replace(self.staff), now
        return self.staff

    def _certify(self, given: Arguments) -> dict[str, Any]:
        from ..analysis.certificate import certify

        return self._of_person(lambda who: certify(who, given["role"], self._records), given)

    def _gap(self, given: Arguments) -> dict[str, Any]:
        from ..analysis.gap import gap, nearest_roles

        if "role" in given:
            return self._of_person(lambda who: gap(who, given["role"], self._records), given)
        return self._of_person(lambda who: nearest_roles(who, self._records), given)

    def _of_person(self, answer: Callable[[str], Any], given: Arguments) -> dict[str, Any]:
        """An answer about a person; errors name nobody."""
        from ..analysis.evidence import Conflict

        try:
            found = answer(self._person(given))
        except UnknownPerson:
            raise InputError("person: nobody has this name; the tool people lists all") from None
        except Conflict:
            raise InputError("person: what the staff file says of this person conflicts") from None
        every = found if isinstance(found, list) else [found]
        data = [one.to_dict() for one in every]
        for one in data:  # where the file is, is nobody's business
            one.update({"file": Path(one["file"]).name} if "file" in one else {})
        return {"roles": data} if isinstance(found, list) else data[0]


def _state_of(staff: Records | None) -> tuple[int, int] | None:
    """When the file of some records was changed, and its size."""
    try:
        found = Path(str(staff.file)).stat() if staff else None
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_size) if found else None


def is_about_data(asked: Question) -> bool:
    """Whether a question is about data such as people, which the ontology has not."""
    return "given" in asked.headers
