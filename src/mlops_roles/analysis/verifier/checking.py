"""Check a certificate: rebuild it from the staff file and the ontology, and compare both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...io.result import Result
from ...io.text import map_option
from .differences import Difference, differences, display_value, value_at
from .falling import falling
from .layouts import PersonCells
from .rdf_people import RdfCells
from .reading import EVIDENCE_COLUMNS, PersonRows, read_certificate
from .rebuilding import Rebuild, hash_of, levels_of, read_cells, skills_of
from .stated_reading import IN_RDF
from .walking import Ontology, shipped_ontology


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


def _rows_of_person(  # noqa: PLR0913, PLR0917  # the options of `verify`
    given: dict[str, Any],
    staff: str | Path,
    ontology: Ontology,
    certificate: str | Path,
    mapping: Mapping[str, str | Sequence[str]],
    ignore: Sequence[str],
    key: bytes | None,
    join: str | Path | None,
) -> PersonRows:
    """The rows about the person in the staff file."""
    path = Path(staff)
    if value_at(given, "reading", "layout") == IN_RDF:
        return RdfCells(path, given, ontology, mapping, ignore, key)
    if value_at(given, "reading", "table") is not None:
        second, names = Path(join) if join else None, ontology.names
        how: Any = {"mapping": mapping, "ignore": ignore, "key": key, "join": second}
        return PersonCells(path, given, names, **how)
    rows = PersonRows(
        path, given.get("person"), _one_each(mapping, certificate), key, ignore=ignore
    )
    _check_columns(given, rows, certificate)
    return rows


def verify(  # noqa: PLR0913  # the files, all of them named
    certificate: str | Path,
    staff: str | Path,
    *,
    added: Sequence[str | Path] = (),
    only: Sequence[str | Path] = (),
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    ignore: Sequence[str] = (),
    key: bytes | None = None,
    join: str | Path | None = None,
) -> Verification:
    """Check a certificate against the staff file and the ontology.

    Args:
        certificate: as `certify` wrote it, in JSON or RDF.
        staff: the staff file that it is about: CSV, TSV, XLSX or Parquet.
        added: the files that a company adds to the ontology.
        only: the files of a framework in place of the roles and skills of the ontology.
        mapping: our column to the file's column, if its heading is none that is shipped.
        ignore: headings that may be of skills, and were left out on purpose.
        key: the key of the pseudonyms, if the certificate has a pseudonym.
        join: the second file, if the certificate rests on two and it is in another folder.

    Raises InputError: a file cannot be read, or is not a certificate or staff file.

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
    ontology = Ontology(added, only) if added or only else shipped_ontology()
    rows = _rows_of_person(given, staff, ontology, certificate, mapping or {}, ignore, key, join)
    found = [*_stray_statements(stray), *_compared(given, rows, ontology)]
    return Verification(given, tuple(found), rows.ignored_columns, str(certificate))


def _one_each(
    mapping: Mapping[str, str | Sequence[str]], certificate: str | Path
) -> dict[str, str]:
    """The mapping, of one heading for each column, as a plain table has them."""
    for ours, theirs in mapping.items():
        if not isinstance(theirs, str):
            raise InputError(
                f"{certificate}: rests on one column as {ours}; --map {ours} names {len(theirs)}"
            )
    return {ours: str(theirs) for ours, theirs in mapping.items()}


def _compared(given: Mapping[str, Any], rows: PersonRows, ontology: Ontology) -> list[Difference]:
    """What differs from the certificate as it is rebuilt; or why it cannot be."""
    blockers = _blockers(given, rows, ontology)
    if blockers:
        return blockers
    found = Rebuild(given, rows, ontology).certificate()
    if isinstance(rows, RdfCells):  # statements are in no order
        return differences(_in_order(given), _in_order(found))
    return differences(given, found)


def _in_order(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """A certificate in which evidence, and the names that are not known, are in one order."""

    def ordered(some: Any) -> Any:
        return sorted(some, key=hash_of) if isinstance(some, list) else some

    skills = certificate.get("skills")
    lines = [
        line | {"evidence": ordered(line.get("evidence"))} if isinstance(line, dict) else line
        for line in (skills if isinstance(skills, list) else ())
    ]
    rest = {
        key: ordered(certificate[key]) for key in ("unmatched", "candidates") if key in certificate
    }
    return {**certificate, **({"skills": lines} if isinstance(skills, list) else {}), **rest}


def _stray_statements(stray: Sequence[str]) -> list[Difference]:
    """The first statement of a certificate in RDF that its JSON does not imply."""
    place, problem = "RDF next to its JSON", "not the same statements"
    return [Difference(place, line.strip()[:200], problem) for line in stray[:1]]


def _check_columns(given: Mapping[str, Any], rows: PersonRows, certificate: str | Path) -> None:
    """Raise InputError if the certificate rests on a column that this reader does not find."""
    columns = value_at(given, "reading", "columns")
    for ours, heading in columns.items() if isinstance(columns, dict) else ():
        if ours in EVIDENCE_COLUMNS and heading in rows.header and ours not in rows.headings:
            raise InputError(
                f"{certificate}: rests on the column {heading!r} as {ours}; verify guesses none: "
                f"add {map_option(ours, heading)}"
            )


def _blockers(given: Mapping[str, Any], rows: PersonRows, ontology: Ontology) -> list[Difference]:
    """What makes a comparison pointless: another version, no such role or person, a conflict."""
    version, role, file = value_at(given, "ontology", "version"), given.get("role"), rows.path.name
    if version != ontology.version:
        fix = f"{ontology.version} is installed; verify it with its own version"
        return [Difference("ontology.version", display_value(version), fix)]
    if not isinstance(role, str) or not ontology.is_a(role, "Role"):
        return [Difference("role", display_value(role), "no role of the ontology")]
    levels = levels_of(given, rows.path)
    if isinstance(rows, PersonCells) and (sign := falling(rows.ways(levels))):
        why = f"the lowest number is the best level, as {sign!r} in {file} says; certify again"
        return [Difference("reading.scale", "read as rising", why)]
    lines = [str(line) for line, _ in rows.found]
    if len(lines) != 1:
        found = f"no person in {file}; a pseudonym needs its key"
        if lines:
            found = f"is in {file} in the lines {', '.join(lines)}"
        return [Difference("person", display_value(given.get("person")), found)]
    cells = read_cells(rows, levels, ontology)
    both = f"both has and lacks it, says {file}, line {lines[0]}"
    skills = skills_of(cells, "recorded") & skills_of(cells, "lacking")
    return [Difference(f"skills.{skill}", "judged", both) for skill in sorted(skills)]
