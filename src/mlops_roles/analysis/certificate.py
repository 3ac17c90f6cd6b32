"""Role certificates: can a person act as a role, how is that known, and what would decide it.

A certificate has everything needed to check it against the staff file and the ontology.
`mlops_roles.analysis.verifier` does so, and shares no code with this module.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from ..io.resources import FilePath, resource_dir
from ..io.result import Result
from ..io.turtle import turtle
from ..ontology.graph import BASE, Graph, ontology_files
from ..staff.reading import Reading, ReadOptions, as_options
from .audit_result import NOTE
from .evidence import CLAIMS, Cell, Evidence, Records
from .requirements import RequiredSkill, iri_of, required_skills, slug_of_role
from .verdict import State, Verdict, skill_states, tally_states, verdict_of_states

# the columns that say who a person is, and how a skill was assessed
IDENTITY = ("person", "key", "given", "family")
ASSESSMENT = ("skill", "level", "date", "source", "skill with level")
PRESENCE = ("status", "left", "vacant", "start", "end")
SCALE = ("bottom", "top", "has_from", "lacks_to")


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
        **_reading_entry(found, records),
        **_provenance(records, found),
    }
    return Certificate(content, graph, records.staff.reading.summary())


def _role_entry(role: str, records: Records) -> dict[str, str]:
    return {"role": iri_of(role, "role", records.graph), "label": _label(role, "role", records)}


def _label(term: str, kind: str, records: Records) -> str:
    """The name of a role or skill, or the last part of its IRI if it has none."""
    iri = iri_of(term, kind, records.graph)
    return records.tables.labels.get(term) or re.split("[#/:]", iri)[-1]


def _reading_entry(found: Evidence, records: Records) -> dict[str, Any]:
    """How the staff file was read, so that the verifier can read the same cells again.

    One row a person, with names that ';' separates, needs no more than the columns.
    """
    reading = records.staff.reading
    below = {iri_of(s, "skill", records.graph): text for s, text in records.below(found).items()}
    more = {"below": below} if below else {}
    if _is_plain(found, records):
        headings = {c.column: c.heading for c in reading.columns if c.column in CLAIMS}
        return {"reading": {"layout": reading.layout, "columns": headings} | more}
    return {"reading": _stated_reading(records) | more}


def _is_plain(found: Evidence, records: Records) -> bool:
    """Whether the rows are one for each person, with names that ';' separates and no levels."""
    reading, options = records.staff.reading, as_options(records.mapping)
    columns = [c.column for c in reading.columns if c.column in CLAIMS]
    return (
        reading.layout == "one row a person"
        and all(mark == ";" for mark in reading.separators)
        and len(set(columns)) == len(columns)
        and found.is_as_written
        and not (options.join or options.sheet)
        and not (reading.json_cells or reading.as_of or options.ignore)
        and not any(c.column == "date" for c in reading.columns)
        and _is_plain_table(reading)
    )


def _is_plain_table(reading: Reading) -> bool:
    """Whether a table is in UTF-8, with its header first and a column for the whole name.

    The verifier's reader of plain tables takes a comma in the header for the delimiter.
    """
    form, columns = reading.form_of_table, {c.column for c in reading.columns}
    commas = any("," in c.heading for c in reading.columns)
    return (
        reading.form in ("csv", "xlsx", "parquet")
        and form.keys() <= {"delimiter", "sheet"}
        and form.get("delimiter", ",") in ("," if commas else ",;\t")
        and "person" in columns
        and not columns & {"given", "family"}
    )


def _stated_reading(records: Records) -> dict[str, Any]:
    """Layout, columns, form of the file, separators and scale: all that says which cells count."""
    staff, options = records.staff, as_options(records.mapping)
    columns: dict[str, list[str]] = {}
    for column in staff.reading.columns:
        if column.column in (*CLAIMS, *IDENTITY, *ASSESSMENT) and staff.reading.form != "rdf":
            columns.setdefault(column.column or "", []).append(column.heading)
    scale = staff.cells.scale
    stated: dict[str, Any] = {
        "layout": staff.reading.layout,
        "columns": columns,
        "table": staff.reading.form_of_table,
        "separators": list(staff.reading.separators) or [";"],
        "scale": {name: _as_json_number(getattr(scale, name)) for name in SCALE},
        "levels": dict(staff.cells.settled),
        "scales": dict((staff.reading.scale or {}).get("columns", {})),
    }
    if staff.reading.form == "rdf" and options.lang:
        stated["lang"] = options.lang
    if staff.reading.json_cells:
        stated["json_cells"] = True
    if days := {value: day for (column, value), day in options.values.items() if column == "date"}:
        stated["dates"] = days
    if staff.reading.as_of and staff.reading.form != "rdf":
        stated["presence"] = _presence_entry(staff.reading, options)
    if options.join:
        stated["joined"] = _joined_entry(records, options)
    return stated


def _presence_entry(reading: Reading, options: ReadOptions) -> dict[str, Any]:
    """The date at which people are counted, and by which columns and settled values."""
    kinds = (*PRESENCE, *(["title"] if "title" in reading.values else []))
    columns = {c.column: c.heading for c in reading.columns if c.column in kinds}
    values: dict[str, dict[str, str]] = {}
    for (column, value), meaning in options.values.items():
        if column in columns:
            values.setdefault(column, {})[value] = meaning
    return {"as_of": reading.as_of, "columns": columns, "values": values}


def _as_json_number(number: float | None) -> float | None:
    """A number as JSON in RDF keeps it: a whole one without '.0', so that its hash is the same."""
    return int(number) if number is not None and number == int(number) else number


def _joined_entry(records: Records, options: ReadOptions) -> dict[str, Any]:
    """The second table, and the column that joins it."""
    form: dict[str, Any] = records.staff.reading.joined_form or {}
    both: dict[str, Any] = {"on": options.on, "table": form}
    if form.get("sheet") == options.join:
        return both | {"sheet": options.join}
    return both | {
        "file": Path(str(options.join)).name,
        "id": _file_entity(str(options.join))["id"],
    }


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


def _provenance(records: Records, found: Evidence) -> dict[str, Any]:
    """The files that were used, with their hashes, and how the certificate was made."""
    graph, staff = records.graph, records.file
    if not isinstance(staff, (str, Path)) or not Path(staff).is_file():
        raise InputError(
            f"{records.staff.file}: a certificate holds the hash of a staff file, and a table or "
            "standard input has none; save it as a file, or ask for the gap"
        )
    used = _file_entity(staff) | {"unread": found.unreadable_rows}
    only, added = (
        [_file_entity(path) for path in paths if path.suffix != ".rq"]
        for paths in (graph.only, graph.added_paths)
    )
    ontology: dict[str, Any] = {
        "id": ontology_hash(),
        "type": "Entity",
        "of": f"{BASE}/{graph.version}",
        "version": graph.version,
        **({"only": only} if only else {}),
        "added": added,
    }
    made = {
        "type": "Activity",
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "used": [source["id"] for source in (used, ontology, *only, *added)],
        "by": {"type": "SoftwareAgent", "name": "mlops-roles", "version": graph.version},
    }
    return {"staff": used, "ontology": ontology, "made": made}


def _file_entity(path: FilePath) -> dict[str, Any]:
    """A file, by its hash."""
    with Path(path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = os.fsencode(Path(path).name).decode("utf-8", "replace")  # whatever Python decodes by
    return {"id": f"sha256:{digest}", "type": "Entity", "file": name}


@cache
def ontology_hash() -> str:
    """The SHA-256 of the ontology's asserted statements, in the canonical order of RDFC-1.0.

    It does not depend on the order of the statements or the names of blank nodes.
    """
    content = ox.Dataset(
        quad
        for path in ontology_files()
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    )
    content.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sha256("".join(sorted(f"{quad.triple} .\n" for quad in content)))


def canonical_json(data: Any) -> str:
    """Data as JSON with sorted keys, so that equal data has equal text."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """The SHA-256 of a text, as an identifier."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
