"""Rebuild a certificate from the rows about a person and the ontology."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import InputError
from .differences import value_at
from .layouts import PersonCells
from .levels import Levels, Said
from .pieces import Piece
from .reading import EVIDENCE_COLUMNS, PersonRows, digest
from .walking import BASE, Ontology

NOTE = "An aid to be reviewed by a human: it rests on what was recorded, and unknown is not no."
# the rule of OWL 2 RL by which a role requires what its tasks, and the roles in it, require
PROPERTY_CHAIN_RULE = "prp-spo2"
LAYOUT = "one row a person"  # of a certificate that states no more of its reading
AS_WRITTEN = str.maketrans("\uff1b\uff0c\uff5c", ";,|")  # marks inside a name, which separate none


class Cell(NamedTuple):
    """What a name in a cell claims, of which skills."""

    piece: Piece
    said: Said
    claim: str
    skills: set[str]

    @property
    def column(self) -> str:
        """The kind of the column."""
        return self.piece.column

    @property
    def text(self) -> str:
        """The name with its level, as certificates write it."""
        said = self.said
        return f"{said.name}: {said.level}" if said.level else said.name


class Rebuild:
    """The certificate of the same person and role.

    Rebuilt from scratch; only the timestamp and valid `via` paths are copied.
    """

    def __init__(self, given: Mapping[str, Any], rows: PersonRows, ontology: Ontology):
        self.given, self.rows, self.ontology = given, rows, ontology
        self.role, self.accept_tools = given["role"], given.get("accepted") == ["tools"]
        self.line, self.levels = rows.found[0][0], levels_of(given, rows.path)
        self.cells = read_cells(rows, self.levels, ontology)

    def certificate(self) -> dict[str, Any]:
        """The complete certificate."""
        states = self._states(self.ontology.required(self.role))
        verdict = _verdict(states, self.accept_tools)
        is_open = verdict in ("likely", "unknown")
        return {
            "id": hash_of({key: value for key, value in self.given.items() if key != "id"}),
            "type": "Certificate",
            "note": NOTE,
            "person": self.given["person"],
            "line": self.line,
            "role": self.role,
            "label": self.ontology.label(self.role),
            "verdict": verdict,
            "accepted": ["tools"] if self.accept_tools else [],
            "settle": _would_decide(states, self.accept_tools) if is_open else [],
            "roles": [self._part(part) for part in self.ontology.parts(self.role)],
            "own": self._count(self._states(self.ontology.own(self.role))),
            "skills": [self._skill(skill, state) for skill, state in states.items()],
            "unmatched": [
                {"column": cell.column, "text": cell.text}
                for cell in self.cells
                if not cell.claim and not self._close_to(cell)
            ],
            **self._candidates(),
            "reading": self._reading(),
            **self._provenance(),
        }

    def _reading(self) -> dict[str, Any]:
        """How the file was read; what a skill is below, and the second file, are found again."""
        rows = self.rows
        if not isinstance(rows, PersonCells):
            return {"layout": LAYOUT, "columns": rows.headings}
        found: dict[str, Any] = dict(rows.described)
        if rows.joined_digest:
            found["joined"] = found["joined"] | {"id": rows.joined_digest}
        known = skills_of(self.cells, "recorded") | skills_of(self.cells, "lacking")
        below = {
            skill: self.levels.compared(cell.said.level)
            + (f" ({origin})" if (origin := ", ".join(filter(None, cell.piece[-2:]))) else "")
            for cell in self.cells
            if cell.claim == "below"
            for skill in cell.skills - known
        }
        return found | ({"below": below} if below else {})

    def _provenance(self) -> dict[str, Any]:
        rows, ontology, ended = self.rows, self.ontology, value_at(self.given, "made", "ended")
        added = [{"id": sha, "type": "Entity", "file": file} for file, sha in ontology.added]
        file = {"id": rows.digest, "type": "Entity", "file": rows.path.name, "unread": rows.unread}
        past = "a time in UTC that is past, such as 2025-01-31T12:00:00+00:00"
        return {
            "staff": file,
            "ontology": {
                "id": ontology.digest,
                "type": "Entity",
                "of": f"{BASE}/{ontology.version}",
                "version": ontology.version,
                **({"only": added[: ontology.replacing]} if ontology.replacing else {}),
                "added": added[ontology.replacing :],
            },
            "made": {
                "type": "Activity",
                "ended": ended if _is_past(ended) else past,
                "used": [rows.digest, ontology.digest, *(sha for _, sha in ontology.added)],
                "by": {"type": "SoftwareAgent", "name": "mlops-roles", "version": ontology.version},
            },
        }

    def _states(self, required: Iterable[str]) -> dict[str, str]:
        """Required skill to what is known of it, by IRI."""
        known = {claim: skills_of(self.cells, claim) for claim in ("lacking", "recorded", "tool")}
        return {
            skill: next((claim for claim in known if skill in known[claim]), "unrecorded")
            for skill in sorted(required)
        }

    def _part(self, role: str) -> dict[str, Any]:
        counts = self._count(self._states(self.ontology.required(role)))
        return {"role": role, "label": self.ontology.label(role), **counts}

    def _count(self, states: Mapping[str, str]) -> dict[str, Any]:
        """The verdict on some required skills, how many they are, and how many in each state."""
        counts = Counter(states.values())
        return {
            "verdict": _verdict(states, self.accept_tools),
            "required": len(states),
            **{state: counts[state] for state in ("recorded", "tool", "lacking", "unrecorded")},
        }

    def _skill(self, skill: str, state: str) -> dict[str, Any]:
        given = self.given.get("skills")
        lines = given if isinstance(given, list) else []
        via = next(
            (value_at(line, "via") for line in lines if value_at(line, "skill") == skill), None
        )
        if not self.ontology.is_path(self.role, via, skill):
            via = self.ontology.shortest_path(self.role, skill)
        return {
            "skill": skill,
            "label": self.ontology.label(skill),
            "state": state,
            "evidence": [
                {"line": c.piece.line or self.line, "column": c.column, "text": c.text}
                | {"says": c.claim}
                | _assessed(c)
                | self._mapped(c, lines)
                for c in self.cells
                if skill in c.skills
            ],
            "via": via,
            "rule": PROPERTY_CHAIN_RULE if via else "",
        }

    def _candidates(self) -> dict[str, Any]:
        """The names that count for nothing, and that a mapping says are close to a skill."""
        given = self.given.get("candidates")
        entries = [
            {"column": c.column, "text": c.text, "skills": skills}
            | self._mapped(c, given if isinstance(given, list) else [])
            for c in self.cells
            if not c.claim and (skills := self._close_to(c))
        ]
        return {"candidates": entries} if entries else {}

    def _close_to(self, cell: Cell) -> list[str]:
        """The skills that a mapping says the name in a cell is close to."""
        is_had = cell.column != "lacks" and cell.said.state == "has"
        close = self.ontology.names.candidates(cell.said.name) if is_had else ()
        return sorted({skill for _, skill in close})

    def _mapped(self, cell: Cell, given: Sequence[Any]) -> dict[str, Any]:
        """The mappings that a cell rests on: those that it is given, if they are accepted."""
        terms, matches = self.ontology.names.mapped_terms(cell.said.name), self.ontology.matches
        if not terms or not matches:
            return {}
        decided = [row for *_, row in matches.decided(terms)]
        known = [*matches.rows, *decided]
        entries = [e for one in given for e in (one, *(value_at(one, "evidence") or ()))]
        for entry in entries:
            rows = value_at(entry, "mapped")
            is_cited = value_at(entry, "text") == cell.text and isinstance(rows, list) and rows
            if is_cited and all(row in known for row in rows):
                return {"mapped": rows}
        return {"mapped": [row for row in known if terms & {row["subject"], row["object"]}]}


def levels_of(given: Mapping[str, Any], path: Path) -> Levels:
    """How the levels of a certificate are read; a plain one has none."""
    reading = given.get("reading")
    if value_at(reading, "table") is None:
        return Levels()
    found = Levels.from_reading(value_at(reading, "scale"), value_at(reading, "levels"))
    if found is None:
        raise InputError(
            f"{path}: the scale in its certificate is none that 'certify' writes; certify again"
        )
    return found


def _assessed(cell: Cell) -> dict[str, str]:
    """The level, date and source of an assessment, if they are known."""
    known = {"level": cell.said.level, "date": cell.piece.date, "source": cell.piece.source}
    return {key: value for key, value in known.items() if value}


def _plain_pieces(row: Mapping[str, str]) -> Iterator[Piece]:
    """The names in a row, which ';' separates."""
    for column in EVIDENCE_COLUMNS:
        for text in filter(None, map(str.strip, row[column].split(";"))):
            yield Piece(column, text)


def read_cells(rows: PersonRows, levels: Levels, ontology: Ontology) -> list[Cell]:
    """What the one person's cells say; a tool is evidence for skills in the column skills alone."""
    names, cells = ontology.names, list[Cell]()
    is_plain = not isinstance(rows, PersonCells)
    pieces = rows.pieces if isinstance(rows, PersonCells) else _plain_pieces(rows.found[0][1])
    for piece in pieces:
        text = piece.text.translate(AS_WRITTEN)
        if piece.level is not None:
            level = piece.level.replace(";", ",").translate(AS_WRITTEN)
            said = Said(text, levels.state(level), level)
        elif is_plain:
            said = Said(text)
        else:
            said = levels.said(text, lambda text: bool(names.read(text)), names.is_listed)
        if said.state != "unknown":
            cells += _claims(piece, said, ontology)
    return cells


def _claims(piece: Piece, said: Said, ontology: Ontology) -> Iterator[Cell]:
    """What a name claims, one cell for each kind of claim."""
    state = "lacks" if piece.column == "lacks" else said.state
    claims = ontology.names.read(said.name, whole=state != "has")
    by_kind = {kind: {s for k, s in claims if k == kind} for kind, _ in sorted(claims)}
    if piece.column != "skills" or state != "has":
        by_kind.pop("tool", None)
    if not by_kind:
        yield Cell(piece, said, "", set())
    for kind, skills in by_kind.items():
        claim = {"lacks": "lacking", "below": "below"}.get(state, kind)
        yield Cell(piece, said, claim, skills)


def skills_of(cells: Sequence[Cell], claim: str) -> set[str]:
    """The skills that some cells claim in one way."""
    return {skill for cell in cells if cell.claim == claim for skill in cell.skills}


def _verdict(states: Mapping[str, str], accept_tools: bool) -> str:
    found = set(states.values())
    if "lacking" in found:
        return "no"
    if not found or "unrecorded" in found:
        return "unknown"
    return "likely" if "tool" in found and not accept_tools else "yes"


def _would_decide(states: Mapping[str, str], accept_tools: bool) -> list[dict[str, Any]]:
    """To 'no' one of the open skills; to 'yes' all of them, but for tools that are accepted."""
    evident, unrecorded = (
        [skill for skill, state in states.items() if state == wanted]
        for wanted in ("tool", "unrecorded")
    )
    confirm = [] if accept_tools else evident
    facts = len(confirm) + len(unrecorded)
    yes = {"verdict": "yes", "facts": facts, "confirm": confirm, "record": unrecorded}
    no = {"verdict": "no", "facts": 1, "one_lacking": evident + unrecorded}
    return ([yes, no] if facts == 1 else [no, yes]) if states else []


def _is_past(ended: Any) -> bool:
    """Whether it is a time in UTC, to the second, of the past (a clock may be a day off)."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    try:
        time = datetime.strptime(str(ended), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return False
    return time < tomorrow and str(ended).endswith("+00:00")


def hash_of(data: Any) -> str:
    """The hash of plain data, whatever the order of its keys."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return digest(text.encode("utf-8", "surrogatepass"))
