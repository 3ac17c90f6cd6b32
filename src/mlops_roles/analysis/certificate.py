"""Role certificates: can a person act as a role, how is that known, and what would decide it.

A certificate has everything needed to check it against the staff file and the ontology.
`mlops_roles.analysis.verifier` does so, and shares no code with this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir
from ..io.result import Result
from ..io.turtle import turtle
from ..ontology.graph import Graph
from .audit_result import NOTE
from .evidence import Cell, Evidence, Records
from .provenance import canonical_json, provenance, sha256
from .requirements import RequiredSkill, iri_of, required_skills, slug_of_role
from .stated_reading import reading_entry
from .verdict import State, Verdict, skill_states, tally_states, verdict_of_states


@dataclass(frozen=True)
class Certificate(Result):
    """The answer to 'can this person act as this role?', with all its evidence.

    Attributes:
        content: the certificate as plain data (JSON types), without its `id`.
        graph: the ontology that was used.
        how_read: how the staff file was read, in a few sentences.

    Example:
        >>> from mlops_roles import certify
        >>> certificate = certify("Kemi Adeyemi", "R3", "examples/acme.csv")
        >>> certificate.verdict, certificate.content["line"]
        ('unknown', 12)
        >>> certificate.to_dict()["id"][:7]
        'sha256:'
    """

    content: Mapping[str, Any]
    graph: Graph = field(repr=False)
    how_read: Sequence[str] = field(default=(), repr=False)

    @property
    def verdict(self) -> Verdict:
        """'yes', 'no', 'likely' or 'unknown'."""
        answer: Verdict = self.content["verdict"]
        return answer

    def to_dict(self) -> dict[str, Any]:
        """The certificate as plain data; its `id` is the SHA-256 of everything else in it."""
        return {"id": sha256(canonical_json(self.content)), **self.content}

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return ("person", "role", "verdict", "skill", "state", "evidence", "via", "rule")

    def to_rows(self) -> list[dict[str, Any]]:
        """One row for each required skill: what is known of it, as written, and why it counts."""
        head = {key: self.content[key] for key in ("person", "role", "verdict")}
        return [
            head | line | {"evidence": [cell["text"] for cell in line["evidence"]]}
            for line in self.content["skills"]
        ]

    def to_turtle(self) -> bytes:
        """The certificate in PROV-O as Turtle; includes its JSON, which the verifier reads."""
        context = json.loads(
            (resource_dir("ontology") / "certificate.context.json").read_text("utf-8")
        )
        linked = json.dumps({"@context": context, **self.to_dict(), "json": self.to_dict()})
        quads = list(ox.parse(linked, format=ox.RdfFormat.JSON_LD))
        return turtle(quads, self.graph.prefixes)


def certify(person: str, role: str, staff: Any, *, accept_tools: bool = False) -> Certificate:
    """Certify whether a person can act as a role, according to a staff file.

    Args:
        person: the name in the staff file.
        role: a slug, CURIE, IRI or notation.
        staff: the staff file; or its Records, with a company's ontology, mapped columns or
            pseudonyms.
        accept_tools: count tools in use as a record of the skills they are evidence for.

    Raises:
        UnknownName: there is no such person or role.
        Conflict: the person has two rows, or a skill that is both recorded and lacking.

    Example:
        >>> from mlops_roles import certify
        >>> certify("Ada Okafor", "R3", "examples/acme.csv").verdict
        'yes'
    """
    graph = (records := Records.from_source(staff)).graph
    slug, found = slug_of_role(role, graph), records.evidence(person)
    skills = required_skills(slug, graph)
    state = skill_states([required.skill for required in skills], *found.skill_sets)
    answer = verdict_of_states(state.values(), accept_tools)
    decidable = answer in ("likely", "unknown")
    content = {
        **{"type": "Certificate", "note": NOTE, "person": found.person, "line": found.line},
        **_role_entry(slug, records),
        "verdict": answer,
        "accepted": ["tools"] if accept_tools else [],
        "settle": _would_decide(state, accept_tools, graph) if decidable else [],
        **_part_entries(slug, found, records, accept_tools),
        "skills": [_skill_entry(r, state[r.skill], found, records) for r in skills],
        **_name_entries(found, records),
        **reading_entry(found, records),
        **provenance(records, found),
    }
    return Certificate(content, graph, records.staff.reading.summary())


def _role_entry(role: str, records: Records) -> dict[str, str]:
    return {"role": iri_of(role, "role", records.graph), "label": _label(role, "role", records)}


def _label(term: str, kind: str, records: Records) -> str:
    """The name of a role or skill, or the last part of its IRI if it has none."""
    iri = iri_of(term, kind, records.graph)
    return records.tables.labels.get(term) or re.split("[#/:]", iri)[-1]


def _would_decide(
    state: Mapping[str, State], accept_tools: bool, graph: Graph
) -> list[dict[str, Any]]:
    """The smallest sets of facts that would decide it, the smaller first.

    'no' takes one open skill found lacking, 'yes' takes all open skills found present.
    """
    tools, unrecorded = (
        [iri_of(skill, "skill", graph) for skill, one in state.items() if one == wanted]
        for wanted in ("tool", "unrecorded")
    )
    confirm = [] if accept_tools else tools
    no = {"verdict": "no", "facts": 1, "one_lacking": [*tools, *unrecorded]}
    yes = {
        "verdict": "yes",
        "facts": len(confirm) + len(unrecorded),
        "confirm": confirm,
        "record": unrecorded,
    }
    return [] if not state else [yes, no] if yes["facts"] == 1 else [no, yes]


def _part_entries(
    role: str, found: Evidence, records: Records, accept_tools: bool
) -> dict[str, Any]:
    """`roles`: the roles that a role takes in; `own`: the skills that it requires itself.

    Each has a verdict, and the numbers of skills that are required and that are in each state.
    """
    tables = records.tables

    def judge(skills: list[str]) -> dict[str, Any]:
        states = skill_states(skills, *found.skill_sets)
        answer = verdict_of_states(states.values(), accept_tools)
        return {"verdict": answer} | tally_states(skills, states)

    needs = tables.needs("role")
    parts = tables.incorporated(role)
    return {
        "roles": [_role_entry(part, records) | judge(needs.get(part, [])) for part in parts],
        "own": judge(tables.own_skills(role)),
    }


def _skill_entry(
    required: RequiredSkill, state: State, found: Evidence, records: Records
) -> dict[str, Any]:
    """A required skill: what is known of it, where that is written, and why it is required."""
    return {
        "skill": iri_of(required.skill, "skill", records.graph),
        "label": _label(required.skill, "skill", records),
        "state": state,
        "evidence": [
            _evidence_entry(cell, found) for cell in found.cells if required.skill in cell.skills
        ],
        "via": list(required.via),
        "rule": required.rule,
    }


def _evidence_entry(cell: Cell, found: Evidence) -> dict[str, Any]:
    """A name as written, what it says, and the level, date and source of its assessment."""
    said = {"text": cell.text, "says": cell.claim}
    more = {"level": cell.level, "date": cell.date, "source": cell.source}
    known = {key: value for key, value in more.items() if value}
    return {
        "line": cell.line or found.line,
        "column": cell.column,
        **said,
        **known,
        **_mapped_entry(cell),
    }


def _mapped_entry(cell: Cell) -> dict[str, Any]:
    """The accepted mappings that the meaning of a name rests on, if it rests on some."""
    return {"mapped": [row.to_dict() for row in cell.mapped]} if cell.mapped else {}


def _name_entries(found: Evidence, records: Records) -> dict[str, Any]:
    """`unmatched`, names that say nothing; and `candidates`, those that are only close to a skill.

    Neither counts. There is no `candidates` if no mapping makes a name one.
    """
    open_cells = [cell for cell in found.cells if not cell.claim]
    unmatched = [{"column": c.column, "text": c.text} for c in open_cells if not c.candidates]
    candidates = [
        {
            "column": cell.column,
            "text": cell.text,
            "skills": sorted(iri_of(skill, "skill", records.graph) for skill in cell.candidates),
            **_mapped_entry(cell),
        }
        for cell in open_cells
        if cell.candidates
    ]
    return {"unmatched": unmatched} | ({"candidates": candidates} if candidates else {})
