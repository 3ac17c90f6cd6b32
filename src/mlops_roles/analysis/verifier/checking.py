"""What a certificate would have to say, and where one says something else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from .reading import EVIDENCE, Rows, digest, read_certificate
from .walking import BASE, Ontology, folded, shipped

NOTE = "An aid to be reviewed by a human: it rests on what was recorded, and unknown is not no."
CHAIN = "prp-spo2"  # the rule of OWL 2 RL by which a role requires what its tasks and the roles it takes in require
ABSENT = "nothing"


@dataclass(frozen=True)
class Difference:
    """Where a certificate is wrong: the place in it, what it says there, and what was found instead."""

    place: str
    says: str
    found: str


@dataclass(frozen=True)
class Verification:
    """What came of re-checking a certificate.

    Attributes:
        says: what it says.
        differences: where it is wrong; none if it is verified.
        aside: columns of the staff file that were not looked at, because no name says what they are.
    """

    says: Mapping[str, Any]
    differences: tuple[Difference, ...]
    aside: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


class _Cell(NamedTuple):
    column: str
    text: str
    says: str
    skills: set[str]


def verify(
    certificate: str | Path,
    staff: str | Path,
    *,
    added: Sequence[str | Path] = (),
    mapping: Mapping[str, str] | None = None,
    key: bytes | None = None,
) -> Verification:
    """Check a certificate against the staff file and the ontology.

    Args:
        certificate: as `certify` wrote it, in JSON or RDF.
        staff: the staff file that it is about: CSV, TSV, XLSX or Parquet.
        added: the files that a company adds to the ontology.
        mapping: column of ours to column of the file; no column is guessed.
        key: the key of the pseudonyms, if the person is called by one.

    Raises InputError for what is no certificate, or no staff file.
    """
    given, stray = read_certificate(Path(certificate))
    rows, ontology = (
        Rows(Path(staff), given.get("person"), mapping or {}, key),
        Ontology(added) if added else shipped(),
    )
    found = [
        Difference("RDF beside its JSON", line.strip()[:200], "not the same statements")
        for line in stray[:1]
    ]
    found += _refusals(given, rows, ontology) or _differences(
        given, _Recheck(given, rows, ontology).certificate()
    )
    return Verification(given, tuple(found), rows.aside)


def _refusals(given: Mapping[str, Any], rows: Rows, ontology: Ontology) -> list[Difference]:
    """What makes it pointless to look further: another version, no such role, no such person, or a person twice."""
    version, role, lines = (
        _at(given, "ontology", "version"),
        given.get("role"),
        [line for line, _ in rows.found],
    )
    if version != ontology.version:
        return [
            Difference(
                "ontology.version",
                _shown(version),
                f"{ontology.version} is installed; verify it with its own version",
            )
        ]
    if not isinstance(role, str) or not ontology.is_a(role, "Role"):
        return [Difference("role", _shown(role), "no role of the ontology")]
    if len(lines) != 1:
        stands = (
            f"stands in {rows.path.name} in the lines {', '.join(map(str, lines))}"
            if lines
            else f"nobody in {rows.path.name}; a pseudonym needs its key"
        )
        return [Difference("person", _shown(given.get("person")), stands)]
    recorded, lacking = (
        _skills(_cells(rows.found[0][1], ontology), says) for says in ("recorded", "lacking")
    )
    both = f"both has and lacks it, says {rows.path.name}, line {lines[0]}"
    return [Difference(f"skills.{skill}", "judged", both) for skill in sorted(recorded & lacking)]


class _Recheck:
    """The certificate of the same person and role, written anew; it takes over but the time, and ways that lead."""

    def __init__(self, given: Mapping[str, Any], rows: Rows, ontology: Ontology):
        self.given, self.rows, self.ontology = given, rows, ontology
        self.role, self.tools = given["role"], given.get("accepted") == ["tools"]
        self.line, row = rows.found[0]
        self.cells = _cells(row, ontology)

    def certificate(self) -> dict[str, Any]:
        """All that it would have to say."""
        rows, ontology = self.rows, self.ontology
        states = self._states(self.role)
        verdict, ended = (
            _verdict(list(states.values()), self.tools),
            _at(self.given, "made", "ended"),
        )
        return {
            "id": _hash_of({key: value for key, value in self.given.items() if key != "id"}),
            "type": "Certificate",
            "note": NOTE,
            "person": self.given["person"],
            "line": self.line,
            "role": self.role,
            "label": ontology.label(self.role),
            "verdict": verdict,
            "accepted": ["tools"] if self.tools else [],
            "settle": _settle(states, self.tools) if verdict in ("likely", "unknown") else [],
            "roles": [self._part(part) for part in ontology.parts(self.role)],
            "skills": [self._line(skill, state) for skill, state in states.items()],
            "unmatched": [
                {"column": cell.column, "text": cell.text} for cell in self.cells if not cell.says
            ],
            "staff": {
                "id": rows.digest,
                "type": "Entity",
                "file": rows.path.name,
                "unread": rows.unread,
            },
            "ontology": {
                "id": ontology.digest,
                "type": "Entity",
                "of": f"{BASE}/{ontology.version}",
                "version": ontology.version,
                "added": [
                    {"id": sha, "type": "Entity", "file": file} for file, sha in ontology.added
                ],
            },
            "made": {
                "type": "Activity",
                "ended": ended
                if _is_past(ended)
                else "a time in UTC that is past, such as 2025-01-31T12:00:00+00:00",
                "used": [rows.digest, ontology.digest, *(sha for _, sha in ontology.added)],
                "by": {"type": "SoftwareAgent", "name": "mlops-roles", "version": ontology.version},
            },
        }

    def _states(self, role: str) -> dict[str, str]:
        order = ("lacking", "recorded", "tool")
        found = {says: _skills(self.cells, says) for says in order}
        return {
            skill: next((says for says in order if skill in found[says]), "unrecorded")
            for skill in sorted(self.ontology.required(role))
        }

    def _part(self, role: str) -> dict[str, Any]:
        states = list(self._states(role).values())
        counts = {
            state: states.count(state) for state in ("recorded", "tool", "lacking", "unrecorded")
        }
        return {
            "role": role,
            "label": self.ontology.label(role),
            "verdict": _verdict(states, self.tools),
            **counts,
        }

    def _line(self, skill: str, state: str) -> dict[str, Any]:
        lines = self.given.get("skills")
        said = (
            next((_at(one, "via") for one in lines if _at(one, "skill") == skill), None)
            if isinstance(lines, list)
            else None
        )
        via = (
            said
            if self.ontology.leads(self.role, said, skill)
            else self.ontology.way(self.role, skill)
        )
        spoken = [cell for cell in self.cells if skill in cell.skills]
        evidence = [
            {"line": self.line, "column": c.column, "text": c.text, "says": c.says} for c in spoken
        ]
        return {
            "skill": skill,
            "label": self.ontology.label(skill),
            "state": state,
            "evidence": evidence,
            "via": via,
            "rule": CHAIN if via else "",
        }


def _cells(row: Mapping[str, str], ontology: Ontology) -> list[_Cell]:
    """The names in a row; a tool speaks for skills in the column skills alone."""
    written = [
        (column, text.strip())
        for column in EVIDENCE
        for text in row[column].split(";")
        if text.strip()
    ]
    return [_Cell(column, text, *_meant(column, text, ontology)) for column, text in written]


def _meant(column: str, text: str, ontology: Ontology) -> tuple[str, set[str]]:
    says, skills = ontology.names.get(folded(text), ("", set()))
    if says == "tool" and column != "skills":
        return "", set()
    return ("lacking" if says and column == "lacks" else says), skills


def _skills(cells: Sequence[_Cell], says: str) -> set[str]:
    return {skill for cell in cells if cell.says == says for skill in cell.skills}


def _verdict(states: Sequence[str], tools: bool) -> str:
    if "lacking" in states:
        return "no"
    if not states or "unrecorded" in states:
        return "unknown"
    return "likely" if "tool" in states and not tools else "yes"


def _settle(states: Mapping[str, str], tools: bool) -> list[dict[str, Any]]:
    """To 'no' by one of the open skills; to 'yes' by all of them, but for tools that are accepted."""
    evident, unrecorded = (
        [skill for skill, state in states.items() if state == wanted]
        for wanted in ("tool", "unrecorded")
    )
    confirm = [] if tools else evident
    yes = {
        "verdict": "yes",
        "facts": len(confirm) + len(unrecorded),
        "confirm": confirm,
        "record": unrecorded,
    }
    no = {"verdict": "no", "facts": 1, "one_lacking": evident + unrecorded}
    return ([yes, no] if yes["facts"] == 1 else [no, yes]) if states else []


def _is_past(ended: Any) -> bool:
    """Whether it is a time in UTC, to the second, that is not in the future (a clock may be a day off)."""
    try:
        return datetime.strptime(str(ended), "%Y-%m-%dT%H:%M:%S%z") < datetime.now(UTC) + timedelta(
            days=1
        ) and str(ended).endswith("+00:00")
    except ValueError:
        return False


def _hash_of(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return digest(text.encode("utf-8", "surrogatepass"))


# where two differ -------------------------------------------------------------------


def _differences(given: Any, found: Any, place: str = "") -> list[Difference]:
    return [
        Difference(where.lstrip("."), _shown(one), _shown(other))
        for where, one, other in _walk(given, found, place)
    ]


def _walk(given: Any, found: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """Each place where two trees differ; lists whose members differ are told apart as a whole."""
    if isinstance(given, dict) and isinstance(found, dict):
        for key in {**found, **given}:
            yield from _walk(given.get(key, ABSENT), found.get(key, ABSENT), f"{place}.{key}")
    elif isinstance(given, list) and isinstance(found, list):
        if [_name(item) for item in given] != [_name(item) for item in found]:
            yield (
                place,
                [_name(item) for item in given if item not in found],
                [_name(item) for item in found if item not in given],
            )
        else:
            for one, other in zip(given, found, strict=True):
                yield from _walk(one, other, f"{place}.{_name(other)}")
    elif given != found or type(given) is not type(found):
        yield place, given, found


def _name(item: Any) -> Any:
    """What tells the members of a list apart."""
    return (
        next((item[key] for key in ("skill", "role", "verdict", "text", "id") if key in item), None)
        if isinstance(item, dict)
        else item
    )


def _at(data: Any, *path: str) -> Any:
    """What stands in a tree at a path, or None."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
