"""Role certificates: can a person act as a role, how is that known, and what would settle it.

A certificate holds all that a stranger needs to check it against the staff file and the
ontology; `mlops_roles.verifier` does, without any of this code.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from ..io.resources import resource_dir
from ..io.turtle import turtle
from ..ontology.graph import BASE, Graph, ontology_files
from ..ontology.tables import RoleTables
from .audit_result import NOTE
from .evidence import Evidence, Records
from .requirements import Required, iri, parts, required, slug_of_role
from .verdict import State, Verdict, states, verdict

STATES: tuple[State, ...] = ("recorded", "tool", "lacking", "unrecorded")


@dataclass(frozen=True)
class Certificate:
    """An answer to 'can this person act as this role?', with all that it rests on.

    Attributes:
        content: all that it says, as plain data.
        graph: the ontology that it rests on.
    """

    content: Mapping[str, Any]
    graph: Graph = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """'yes', 'no', 'likely' or 'unknown'."""
        answer: Verdict = self.content["verdict"]
        return answer

    def to_dict(self) -> dict[str, Any]:
        """The certificate as plain data; its `id` is the hash of all the rest."""
        return {"id": sha256(canonical(self.content)), **self.content}

    def turtle(self) -> bytes:
        """The certificate in PROV-O, as Turtle; it carries its JSON, which the verifier reads."""
        context = json.loads(
            (resource_dir("ontology") / "certificate.context.json").read_text("utf-8")
        )
        linked = json.dumps({"@context": context, **self.to_dict(), "json": self.to_dict()})
        quads = list(ox.parse(linked, format=ox.RdfFormat.JSON_LD))
        return turtle(quads, self.graph.prefixes)


def certify(
    person: str, role: str, staff: str | Path | Records, *, accept_tools: bool = False
) -> Certificate:
    """Can a person act as a role, as far as a staff file says?

    Args:
        person: the name in the staff file.
        role: a slug, CURIE, IRI or notation.
        staff: the staff file; or Records of it, with a company's ontology, mapped columns or pseudonyms.
        accept_tools: count tools in use as a record of the skills they speak for.

    Raises UnknownName for a person or role that is not there, and Conflict for a person who
    stands in the file twice or contradictorily: nothing is picked silently.
    """
    records = Records.of(staff)
    graph = records.graph
    slug, found = slug_of_role(role, graph), records.evidence(person)
    needs = required(slug, graph)
    state = states([need.skill for need in needs], *found.known)
    answer = verdict(state, *found.known, accept_tools)
    content = {
        "type": "Certificate",
        "note": NOTE,
        "person": found.person,
        "line": found.line,
        **_role(slug, graph),
        "verdict": answer,
        "accepted": ["tools"] if accept_tools else [],
        "settle": _settle(state, accept_tools, graph) if answer in ("likely", "unknown") else [],
        "roles": [_part(part, found, accept_tools, graph) for part in parts(slug, graph)],
        "skills": [_line(need, state[need.skill], found, graph) for need in needs],
        "unmatched": [
            {"column": cell.column, "text": cell.text} for cell in found.cells if not cell.says
        ],
        **_origin(records, found),
    }
    return Certificate(content, graph)


def _role(role: str, graph: Graph) -> dict[str, str]:
    return {
        "role": iri(role, "role", graph),
        "label": RoleTables.from_graph(graph).labels.get(role, role),
    }


def _settle(state: Mapping[str, State], accept_tools: bool, graph: Graph) -> list[dict[str, Any]]:
    """What would settle it, fewest facts first: one open skill found lacking, or all of them found present."""
    tools, unrecorded = (
        [iri(skill, "skill", graph) for skill, one in state.items() if one == wanted]
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


def _part(role: str, found: Evidence, accept_tools: bool, graph: Graph) -> dict[str, Any]:
    """A role that is taken in, judged for itself."""
    skills = [skill for one, skill in RoleTables.from_graph(graph).role_skills if one == role]
    counts = Counter(states(skills, *found.known).values())
    return {
        **_role(role, graph),
        "verdict": verdict(skills, *found.known, accept_tools),
        **{state: counts[state] for state in STATES},
    }


def _line(need: Required, state: State, found: Evidence, graph: Graph) -> dict[str, Any]:
    """A required skill: what is known of it, where that stands, and why it is required."""
    return {
        "skill": iri(need.skill, "skill", graph),
        "label": RoleTables.from_graph(graph).labels.get(need.skill, need.skill),
        "state": state,
        "evidence": [
            {"line": found.line, "column": cell.column, "text": cell.text, "says": cell.says}
            for cell in found.cells
            if need.skill in cell.skills
        ],
        "via": list(need.via),
        "rule": need.rule,
    }


def _origin(records: Records, found: Evidence) -> dict[str, Any]:
    """The files that it rests on, by their hash, and how it was made."""
    graph, staff = records.graph, records.file
    if not isinstance(staff, (str, Path)):
        raise InputError(
            f"{records.staff.file}: a certificate holds the hash of a staff file, and a table has none; save the table as Parquet, or ask for the gap"
        )
    used: dict[str, Any] = {
        "id": _hash_of(staff),
        "type": "Entity",
        "file": Path(staff).name,
        "unread": found.unread,
    }
    added = [
        {"id": _hash_of(path), "type": "Entity", "file": path.name} for path in graph.added_rdf
    ]
    content = {
        "id": ontology_hash(),
        "type": "Entity",
        "of": f"{BASE}/{graph.version}",
        "version": graph.version,
        "added": added,
    }
    made = {
        "type": "Activity",
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "used": [source["id"] for source in (used, content, *added)],
        "by": {"type": "SoftwareAgent", "name": "mlops-roles", "version": graph.version},
    }
    return {"staff": used, "ontology": content, "made": made}


@cache
def ontology_hash() -> str:
    """The SHA-256 of the ontology's asserted statements, in the canonical order of RDFC-1.0, however they are written down."""
    content = ox.Dataset(
        quad
        for path in ontology_files()
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    )
    content.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sha256("".join(sorted(f"{quad.triple} .\n" for quad in content)))


def canonical(data: Any) -> str:
    """Data as JSON that is the same whatever order it was written in."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """The SHA-256 of a text, as an identifier."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _hash_of(path: str | Path) -> str:
    with Path(path).open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
