"""Rebuild a certificate from the staff file and the ontology, and list the differences."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import InputError
from ...io.result import Result
from .layouts import PersonCells, Piece
from .levels import Levels, Said
from .reading import EVIDENCE_COLUMNS, PersonRows, digest, read_certificate
from .walking import BASE, Ontology, shipped_ontology

NOTE = "An aid to be reviewed by a human: it rests on what was recorded, and unknown is not no."
# the rule of OWL 2 RL by which a role requires what its tasks, and the roles in it, require
PROPERTY_CHAIN_RULE = "prp-spo2"
LAYOUT = "one row a person"  # the only one that is read here
ABSENT = "nothing"


@dataclass(frozen=True)
class Difference:
    """A difference: the place in the certificate, its value there, and the value found instead."""

    place: str
    says: str
    found: str


@dataclass(frozen=True)
class Verification(Result):
    """The result of re-checking a certificate.

    Attributes:
        content: the certificate as plain data.
        differences: where it is wrong, each with `place`, `says` (the value in the certificate)
            and `found` (the correct value); empty if verified.
        ignored_columns: columns of the staff file with unknown names.
        certificate: the name of its file.

    Example:
        >>> import json, pathlib, tempfile
        >>> from mlops_roles import certify, verify
        >>> certificate = certify("Ada Okafor", "R3", "examples/acme.csv").to_dict()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "ada.json")
        ...     _ = path.write_text(json.dumps(certificate | {"verdict": "no"}))
        ...     found = verify(path, "examples/acme.csv")
        >>> [(difference.place, difference.says) for difference in found.differences][-1]
        ('verdict', 'no')
    """

    content: Mapping[str, Any]
    differences: tuple[Difference, ...]
    ignored_columns: tuple[str, ...] = ()
    certificate: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        return {
            "certificate": self.certificate,
            "verified": self.verified,
            "differences": self.to_rows(),
            "columns_not_looked_at": self.ignored_columns,
        }

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return ("place", "says", "found")

    def to_rows(self) -> list[dict[str, Any]]:
        """The differences, one a row."""
        return [asdict(difference) for difference in self.differences]

    @property
    def verified(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


class _Cell(NamedTuple):
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


def _rows_of_person(  # noqa: PLR0913, PLR0917  # the options of `verify`
    given: dict[str, Any],
    staff: str | Path,
    ontology: Ontology,
    certificate: str | Path,
    mapping: Mapping[str, str | Sequence[str]],
    key: bytes | None,
    join: str | Path | None,
) -> PersonRows:
    """The rows about the person in the staff file."""
    if _value_at(given, "reading", "table") is not None:
        second, names = Path(join) if join else None, ontology.names
        return PersonCells(Path(staff), given, names, mapping=mapping, key=key, join=second)
    rows = PersonRows(Path(staff), given.get("person"), _one_each(mapping), key)
    _check_columns(given, rows, certificate)
    return rows


def verify(  # noqa: PLR0913  # the files, all of them named
    certificate: str | Path,
    staff: str | Path,
    *,
    added: Sequence[str | Path] = (),
    only: Sequence[str | Path] = (),
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    key: bytes | None = None,
    join: str | Path | None = None,
) -> Verification:
    """Check a certificate against the staff file and the ontology.

    Args:
        certificate: as `certify` wrote it, in JSON or RDF.
        staff: the staff file that it is about: CSV, TSV, XLSX or Parquet.
        added: the files that a company adds to the ontology.
        only: the files of a framework in place of the roles and skills of the ontology.
        mapping: our column to the file's column; synonyms are not recognised.
        key: the key of the pseudonyms, if the certificate has a pseudonym.
        join: the second file, if the certificate rests on two and it is in another folder.

    Raises:
        InputError: a file cannot be read, or is not a certificate or staff file.

    Example:
        >>> import json, pathlib, tempfile
        >>> from mlops_roles import certify, verify
        >>> certificate = certify("Ada Okafor", "R3", "examples/acme.csv").to_dict()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "ada.json")
        ...     _ = path.write_text(json.dumps(certificate))
        ...     verify(path, "examples/acme.csv").verified
        True
    """
    given, stray = read_certificate(Path(certificate))
    _check_reading(given, certificate)
    ontology = Ontology(added, only) if added or only else shipped_ontology()
    rows = _rows_of_person(given, staff, ontology, certificate, mapping or {}, key, join)
    found = [*_stray_statements(stray), *_compared(given, rows, ontology)]
    return Verification(given, tuple(found), rows.ignored_columns, str(certificate))


def _one_each(mapping: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    """The mapping, of one heading for each column, as a plain table has them."""
    for ours, theirs in mapping.items():
        if not isinstance(theirs, str):
            raise InputError(
                f"--map {ours}: {len(theirs)} columns, and the certificate rests on one"
            )
    return {ours: str(theirs) for ours, theirs in mapping.items()}


def _compared(given: Mapping[str, Any], rows: PersonRows, ontology: Ontology) -> list[Difference]:
    """What differs from the certificate as it is rebuilt; or why it cannot be."""
    blockers = _blockers(given, rows, ontology)
    return blockers or _differences(given, _Rebuild(given, rows, ontology).certificate())


def _stray_statements(stray: Sequence[str]) -> list[Difference]:
    """The first statement of a certificate in RDF that its JSON does not imply."""
    place, problem = "RDF next to its JSON", "not the same statements"
    return [Difference(place, line.strip()[:200], problem) for line in stray[:1]]


def _check_reading(given: Mapping[str, Any], certificate: str | Path) -> None:
    """Raise InputError if the certificate rests on a reading that is not repeated here."""
    reasons = _value_at(given, "reading", "not_repeated_by_verify")
    if reasons is not None:
        shown = "; ".join(map(str, reasons)) if isinstance(reasons, list) else str(reasons)
        raise InputError(
            f"{certificate}: not checked, for it rests on a reading that verify does not repeat "
            f"({shown[:300]}); save the staff as one row a person, with names separated by ';' "
            "(columns person, skills, lacks), and certify that file"
        )


def _check_columns(given: Mapping[str, Any], rows: PersonRows, certificate: str | Path) -> None:
    """Raise InputError if the certificate rests on a column that this reader does not find."""
    columns = _value_at(given, "reading", "columns")
    for ours, heading in columns.items() if isinstance(columns, dict) else ():
        if ours in EVIDENCE_COLUMNS and heading in rows.header and ours not in rows.headings:
            raise InputError(
                f"{certificate}: rests on the column {heading!r} as {ours}; verify guesses none: "
                f"add --map {ours}='{heading}'"
            )


def _blockers(given: Mapping[str, Any], rows: PersonRows, ontology: Ontology) -> list[Difference]:
    """What makes a comparison pointless: another version, no such role or person, a conflict."""
    version, role, file = _value_at(given, "ontology", "version"), given.get("role"), rows.path.name
    if version != ontology.version:
        fix = f"{ontology.version} is installed; verify it with its own version"
        return [Difference("ontology.version", _display_value(version), fix)]
    if not isinstance(role, str) or not ontology.is_a(role, "Role"):
        return [Difference("role", _display_value(role), "no role of the ontology")]
    lines = [str(line) for line, _ in rows.found]
    if len(lines) != 1:
        found = f"no person in {file}; a pseudonym needs its key"
        if lines:
            found = f"is in {file} in the lines {', '.join(lines)}"
        return [Difference("person", _display_value(given.get("person")), found)]
    cells = _read_cells(rows, _levels(given), ontology)
    both = f"both has and lacks it, says {file}, line {lines[0]}"
    skills = _skills(cells, "recorded") & _skills(cells, "lacking")
    return [Difference(f"skills.{skill}", "judged", both) for skill in sorted(skills)]


class _Rebuild:
    """The certificate of the same person and role.

    Rebuilt from scratch; only the timestamp and valid `via` paths are copied.
    """

    def __init__(self, given: Mapping[str, Any], rows: PersonRows, ontology: Ontology):
        self.given, self.rows, self.ontology = given, rows, ontology
        self.role, self.accept_tools = given["role"], given.get("accepted") == ["tools"]
        self.line, self.levels = rows.found[0][0], _levels(given)
        self.cells = _read_cells(rows, self.levels, ontology)

    def certificate(self) -> dict[str, Any]:
        """The complete certificate."""
        states = self._states(self.ontology.required(self.role))
        verdict = _verdict(states, self.accept_tools)
        is_open = verdict in ("likely", "unknown")
        return {
            "id": _hash_of({key: value for key, value in self.given.items() if key != "id"}),
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
        known = _skills(self.cells, "recorded") | _skills(self.cells, "lacking")
        below = {
            skill: self.levels.compared(cell.said.level)
            + (f" ({origin})" if (origin := ", ".join(filter(None, cell.piece[-2:]))) else "")
            for cell in self.cells
            if cell.claim == "below"
            for skill in cell.skills - known
        }
        return found | ({"below": below} if below else {})

    def _provenance(self) -> dict[str, Any]:
        rows, ontology, ended = self.rows, self.ontology, _value_at(self.given, "made", "ended")
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
        known = {claim: _skills(self.cells, claim) for claim in ("lacking", "recorded", "tool")}
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
            (_value_at(line, "via") for line in lines if _value_at(line, "skill") == skill), None
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

    def _close_to(self, cell: _Cell) -> list[str]:
        """The skills that a mapping says the name in a cell is close to."""
        is_had = cell.column != "lacks" and cell.said.state == "has"
        close = self.ontology.names.candidates(cell.said.name) if is_had else ()
        return sorted({skill for _, skill in close})

    def _mapped(self, cell: _Cell, given: Sequence[Any]) -> dict[str, Any]:
        """The mappings that a cell rests on: those that it is given, if they are accepted."""
        terms, matches = self.ontology.names.mapped_terms(cell.said.name), self.ontology.matches
        if not terms or not matches:
            return {}
        decided = [row for *_, row in matches.decided(terms)]
        known = [*matches.rows, *decided]
        entries = [e for one in given for e in (one, *(_value_at(one, "evidence") or ()))]
        for entry in entries:
            rows = _value_at(entry, "mapped")
            is_cited = _value_at(entry, "text") == cell.text and isinstance(rows, list) and rows
            if is_cited and all(row in known for row in rows):
                return {"mapped": rows}
        return {"mapped": [row for row in known if terms & {row["subject"], row["object"]}]}


def _levels(given: Mapping[str, Any]) -> Levels:
    """How the levels of a certificate are read; a plain one has none."""
    reading = given.get("reading")
    if _value_at(reading, "table") is None:
        return Levels()
    found = Levels.from_reading(_value_at(reading, "scale"), _value_at(reading, "levels"))
    if found is None:
        raise InputError("the scale in the certificate is none that 'certify' writes")
    return found


def _assessed(cell: _Cell) -> dict[str, str]:
    """The level, date and source of an assessment, if they are known."""
    known = {"level": cell.said.level, "date": cell.piece.date, "source": cell.piece.source}
    return {key: value for key, value in known.items() if value}


def _plain_pieces(row: Mapping[str, str]) -> Iterator[Piece]:
    """The names in a row, which ';' separates."""
    for column in EVIDENCE_COLUMNS:
        for text in filter(None, map(str.strip, row[column].split(";"))):
            yield Piece(column, text)


def _read_cells(rows: PersonRows, levels: Levels, ontology: Ontology) -> list[_Cell]:
    """What the one person's cells say; a tool is evidence for skills in the column skills alone."""
    if not isinstance(rows, PersonCells):
        return [
            cell
            for piece in _plain_pieces(rows.found[0][1])
            for cell in _claims(piece, Said(piece.text), ontology)
        ]
    names, cells = ontology.names, list[_Cell]()
    for piece in rows.pieces:
        if piece.level is None:
            said = levels.said(piece.text, lambda text: bool(names.read(text)), names.is_listed)
        else:
            said = Said(piece.text, levels.state(piece.level), piece.level)
        if said.state != "unknown":
            cells += _claims(piece, said, ontology)
    return cells


def _claims(piece: Piece, said: Said, ontology: Ontology) -> Iterator[_Cell]:
    """What a name claims, one cell for each kind of claim."""
    state = "lacks" if piece.column == "lacks" else said.state
    claims = ontology.names.read(said.name, whole=state != "has")
    by_kind = {kind: {s for k, s in claims if k == kind} for kind, _ in sorted(claims)}
    if piece.column != "skills" or state != "has":
        by_kind.pop("tool", None)
    if not by_kind:
        yield _Cell(piece, said, "", set())
    for kind, skills in by_kind.items():
        claim = {"lacks": "lacking", "below": "below"}.get(state, kind)
        yield _Cell(piece, said, claim, skills)


def _skills(cells: Sequence[_Cell], claim: str) -> set[str]:
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


def _hash_of(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return digest(text.encode("utf-8", "surrogatepass"))


# where two differ -------------------------------------------------------------------


def _differences(given: Any, found: Any) -> list[Difference]:
    return [
        Difference(place.lstrip("."), _display_value(one), _display_value(other))
        for place, one, other in _compare(given, found)
    ]


def _compare(given: Any, found: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each place where two trees differ; lists with other members count as one place."""
    if isinstance(given, dict) and isinstance(found, dict):
        for key in {**found, **given}:
            one, other = given.get(key, ABSENT), found.get(key, ABSENT)
            yield from _compare(one, other, f"{place}.{key}")
    elif isinstance(given, list) and isinstance(found, list):
        if [_key_of(item) for item in given] == [_key_of(item) for item in found]:
            for one, other in zip(given, found, strict=True):
                yield from _compare(one, other, f"{place}.{_key_of(other)}")
        else:
            extra = [_key_of(item) for item in given if item not in found]
            yield place, extra, [_key_of(item) for item in found if item not in given]
    elif given != found or type(given) is not type(found):
        yield place, given, found


def _key_of(item: Any) -> Any:
    """What identifies a member of a list."""
    if not isinstance(item, dict):
        return item
    keys = ("skill", "role", "verdict", "text", "id")
    return next((item[key] for key in keys if key in item), None)


def _value_at(data: Any, *path: str) -> Any:
    """The value in a tree at a path, or None."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _display_value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
