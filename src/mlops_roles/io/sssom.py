"""Sets of mappings in SSSOM: read, written, and as RDF.

A set is a tab-separated table below a header of `#key: value` lines. A row with a
`reviewer_label` is a decision: to accept the mapping or, with `Not` as its
`predicate_modifier`, to refuse it. A row without one is a proposal.
"""

from __future__ import annotations

import csv
import os
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from . import rdf
from .text import format_rows
from .turtle import GENID

SSSOM = "https://w3id.org/sssom/"
NEEDED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
COLUMNS = (
    *(
        "subject_id",
        "subject_label",
        "predicate_id",
        "predicate_modifier",
        "object_id",
        "object_label",
        "mapping_justification",
    ),
    *("confidence", "reviewer_label", "comment"),
)
MAX_BYTES = 256 << 20
BUILT_IN = {  # by the specification of SSSOM
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": SSSOM,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
Header = dict[str, Any]  # a text, a list of texts, or a table of prefixes


@dataclass(frozen=True)
class Mapping:
    """One row: what is mapped to what, by IRI, and the cells as written.

    Attributes:
        negated: the row says that the two do not match.
        line: where it is in its file.
    """

    subject: str
    predicate: str
    object: str
    negated: bool = False
    cells: dict[str, str] = field(default_factory=dict, compare=False)
    line: int = 0

    @property
    def reviewed(self) -> bool:
        """Whether a person has decided on it."""
        return bool(self.cells.get("reviewer_label") or self.cells.get("reviewer_id"))


@dataclass(frozen=True)
class MappingSet:
    """A set of mappings with its header."""

    name: str
    header: Header
    mappings: list[Mapping]

    @property
    def iri(self) -> str:
        """The IRI of the set."""
        return str(self.header["mapping_set_id"])

    @property
    def is_upper_ontology(self) -> bool:
        """Whether it aligns with an upper ontology, of which one at most is active at a time."""
        return bool(self.header.get("other") == "upper ontology")

    @property
    def reviewed(self) -> list[Mapping]:
        """The rows that a person has decided on: accepted, or refused and kept as such."""
        return [row for row in self.mappings if row.reviewed]

    def to_quads(self, rows: Iterable[Mapping] | None = None) -> Iterator[ox.Quad]:
        """The set as RDF, for `mapping.rq`: its header, and a node for each row (of `rows`, else of all)."""
        whole = ox.NamedNode(self.iri)
        yield from (
            ox.Quad(whole, ox.NamedNode(SSSOM + k), self._term(k, v))
            for k, v in self.header.items()
            if isinstance(v, str)
        )
        for row in self.mappings if rows is None else rows:
            node = ox.NamedNode(f"{GENID}mapping-{row.line:05}")
            yield ox.Quad(whole, ox.NamedNode(f"{SSSOM}mappings"), node)
            yield from (
                ox.Quad(node, ox.NamedNode(SSSOM + k), self._term(k, v))
                for k, v in row.cells.items()
                if v
            )

    def _term(self, slot: str, value: str) -> ox.NamedNode | ox.Literal:
        if slot == "confidence":
            return ox.Literal(float(value))
        if slot in NEEDED or slot in ("object_source", "license"):
            return _iri(expand(value, self.header["curie_map"])) or ox.Literal(value)
        return ox.Literal(value)

    def to_tsv(self) -> str:
        """The set as it is kept: header lines, then the table."""
        return "".join(f"#{line}\n" for line in _header_lines(self.header)) + format_rows(
            [row.cells for row in self.mappings], COLUMNS, "tsv"
        )


def expand(curie: str, prefixes: dict[str, str]) -> str:
    """The IRI that a CURIE, or an IRI, stands for; "" where its prefix is unknown."""
    prefix, colon, local = curie.partition(":")
    spaces = {**BUILT_IN, **prefixes}
    if colon and prefix in spaces:
        return spaces[prefix] + local
    return curie if local.startswith("//") or prefix == "urn" else ""


def _iri(text: str) -> ox.NamedNode | None:
    """Text as an IRI, or None if it is none."""
    try:
        return ox.NamedNode(text)
    except ValueError:
        return None


def read_mappings(path: str | os.PathLike[str]) -> MappingSet:
    """The set of mappings in a file. Raises InputError with the line of what cannot be read."""
    text = rdf.check_encoding(rdf.read_bytes(path, MAX_BYTES), path)
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = _header(lines[:start], path)
    if _iri(str(header.get("mapping_set_id", ""))) is None:
        raise InputError(
            f"{path}: no mapping_set_id that is an IRI in its header; add a line '#mapping_set_id: https://…'"
        )
    return MappingSet(Path(path).name, header, list(_rows(lines[start:], start, header, path)))


def _header(lines: list[str], path: str | os.PathLike[str]) -> Header:
    """The header: `key: value`, and below a key without a value a list (`- item`) or a table of prefixes."""
    header: Header = {"curie_map": {}}
    key = ""
    for number, line in enumerate(
        textwrap.dedent("".join(line[1:] for line in lines)).splitlines(), 1
    ):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if line.strip().startswith("- ") and key:
            header[key] = [*(header.get(key) or []), _bare(line.strip()[2:])]
        elif line[:1].isspace() and colon and isinstance(header.get(key), dict):
            header[key][name] = _bare(value)
        elif colon and name:
            key = name
            header[key] = _bare(value) or header.get(key, "")
        elif line.strip():
            raise InputError(
                f"{path}, line {number}: {line.strip()[:60]!r} is no line of a header; write '#key: value'"
            )
    return header


def _bare(text: str) -> str:
    """A YAML scalar without its quotes."""
    text = text.strip()
    return (
        text[1:-1].replace('\\"', '"')
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
        else text
    )


def _header_lines(header: Header) -> Iterator[str]:
    for key, value in header.items():
        if isinstance(value, dict):
            yield f"{key}:"
            yield from (f"  {prefix}: {namespace}" for prefix, namespace in sorted(value.items()))
        else:
            yield f"{key}: {value}"


def _rows(
    lines: list[str], start: int, header: Header, path: str | os.PathLike[str]
) -> Iterator[Mapping]:
    table = csv.DictReader(lines, delimiter="\t", restval="")
    if missing := [c for c in NEEDED if c not in (table.fieldnames or ())]:
        raise InputError(
            f"{path}: no column {missing[0]}; a set of mappings has {', '.join(NEEDED)}, separated by tabs"
        )
    try:
        for cells in table:
            yield _row(
                {k: (v or "").strip() for k, v in cells.items() if isinstance(k, str)},
                start + table.line_num,
                header,
                path,
            )
    except csv.Error as error:
        raise InputError(f"{path}, line {start + table.line_num}: {error}; mend it there") from None


def _row(cells: dict[str, str], line: int, header: Header, path: str | os.PathLike[str]) -> Mapping:
    place = f"{path}, line {line}"
    for column in NEEDED:
        if _iri(expand(cells[column], header["curie_map"])) is None:
            raise InputError(
                f"{place}: {column} {cells[column][:80]!r} is no IRI; write prefix:name with the prefix in curie_map, or a full IRI"
            )
    if (modifier := cells.get("predicate_modifier", "")) not in ("", "Not"):
        raise InputError(
            f"{place}: predicate_modifier {modifier[:40]!r}; leave it empty, or write Not to refuse the mapping"
        )
    if not _is_share(cells.get("confidence") or "1"):
        raise InputError(
            f"{place}: confidence {cells['confidence'][:40]!r}; write a number from 0 to 1"
        )
    subject, predicate, other = (expand(cells[c], header["curie_map"]) for c in NEEDED[:3])
    return Mapping(subject, predicate, other, bool(modifier), cells, line)


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False
