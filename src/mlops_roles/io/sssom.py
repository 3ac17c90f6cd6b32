"""Mappings in SSSOM (TSV): read, written, and as RDF.

A file is a tab-separated table below a header in YAML, whose lines begin with `#`. A row is about
a term (`subject_id`) or, without one, about a name (`subject_label`, `subject_type` rdfs literal).
It is a decision if a person is named who reviewed it (`reviewer_label`), or who curated it by hand
(`author_label`, with the justification semapv:ManualMappingCuration): to accept the mapping or,
with `Not` as its `predicate_modifier`, to reject it. Any other row is a proposal.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from . import rdf
from .resources import FilePath
from .text import format_rows
from .turtle import GENID

SSSOM = "https://w3id.org/sssom/"
REQUIRED_COLUMNS = ("subject_id", "predicate_id", "object_id", "mapping_justification")
COLUMNS = (
    *("subject_id", "subject_label", "predicate_id", "predicate_modifier"),
    *("object_id", "object_label", "mapping_justification"),
    *("confidence", "reviewer_label", "comment"),
)
NAME_COLUMNS = ("subject_label", "predicate_id", "object_id")  # of a decision on a name
MATCHES = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch")
_CURATED = "ManualMappingCuration"
MIN_LIKENESS = 0.78  # of 1, from which a name that is not known is a misspelled one
_REVIEWERS = ("reviewer_label", "reviewer_id")
_AUTHORS = ("author_label", "author_id", "creator_label", "creator_id")
# the columns that change what a row means; a misspelled one would be left out
_MEANT = ("predicate_modifier", "confidence", "mapping_justification", *_REVIEWERS, *_AUTHORS)
CITATION = "http://purl.org/dc/terms/bibliographicCitation"
MAX_BYTES = 256 << 20
MAX_HEADER = 1 << 18  # characters; YAML of this size takes a few seconds
BUILT_IN = {  # by the specification of SSSOM
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": SSSOM,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_HEADER = re.compile(r"(?:#[^\r\n]*(?:\r\n|\r|\n|\Z))*")
Header = dict[str, Any]  # texts, lists of texts, and `curie_map`: prefix to namespace


@dataclass(frozen=True)
class Table:
    """A file in SSSOM (TSV) as it is written."""

    header: Header  # its header; always has `curie_map`, even if the file has none
    header_text: str  # the lines of the header
    columns: list[str]  # the names of the columns
    # the line in the file and the cells of each row that is not blank
    rows: list[tuple[int, list[str]]]

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The line of each row, and its cells by column; a missing cell is ''."""
        for line, cells in self.rows:
            stripped = [cell.strip() for cell in cells]
            missing = [""] * (len(self.columns) - len(cells))
            yield line, dict(zip(self.columns, [*stripped, *missing], strict=False))


@dataclass(frozen=True)
class Mapping:
    """One mapping of a set: subject, predicate and object by IRI, and its row as written.

    Attributes:
        subject, predicate, object: IRIs.
        negated: whether the row says that the two do not match (`predicate_modifier` is Not).
        cells: the row by column.
        line: its line in the file, counted from 1.

    Example:
        >>> from mlops_roles import read_mappings
        >>> mapping = read_mappings("examples/acme-hr.sssom.tsv").mappings[2]
        >>> mapping.subject, mapping.negated, mapping.reviewed
        ('https://acme.example/hr/job-20', True, True)
    """

    subject: str
    predicate: str
    object: str
    negated: bool = False
    cells: dict[str, str] = field(default_factory=dict, compare=False)
    line: int = 0

    @property
    def reviewed(self) -> bool:
        """Whether a person has accepted or rejected it."""
        return is_decision(self.cells)

    @property
    def decided_by(self) -> str:
        """The person who reviewed it or curated it; '' for a proposal."""
        return _decided_by(self.cells)


@dataclass(frozen=True)
class NameRow:
    """A curator's decision that a name means a term, or that it does not, as it is written."""

    name: str  # as the curator wrote it
    predicate: str  # the IRI of the relation
    term: str  # the IRI of the term, or the text of the cell if its prefix is not declared
    accepted: bool  # whether the name means the term
    author: str  # author, date: who decided, and when (YYYY-MM-DD); may be empty
    date: str
    line: int  # its line in the file


@dataclass(frozen=True)
class MappingSet:
    """A set of mappings with its header.

    Attributes:
        name: the name of its file.
        header: texts, lists of texts, and `curie_map`: prefix to namespace.
        mappings: its rows about terms, in order.
        names: its rows about names, in order; proposals are left out.

    Example:
        >>> from mlops_roles import read_mappings
        >>> mappings = read_mappings("examples/acme-hr.sssom.tsv")
        >>> mappings.iri, len(mappings.reviewed)
        ('https://acme.example/hr/links', 7)
    """

    name: str
    header: Header
    mappings: list[Mapping]
    names: list[NameRow] = field(default_factory=list)

    @property
    def iri(self) -> str:
        """The IRI of the set. Raises InputError if a set that is about names alone has none."""
        iri = self.header.get("mapping_set_id")
        if not isinstance(iri, str) or _iri(iri) is None:
            raise _missing_iri(self.name)
        return iri

    @property
    def is_upper_ontology(self) -> bool:
        """Whether it aligns with an upper ontology; at most one such set can be active at once."""
        return bool(self.header.get("other") == "upper ontology")

    @property
    def reviewed(self) -> list[Mapping]:
        """The mappings that a person has accepted or rejected."""
        return [mapping for mapping in self.mappings if mapping.reviewed]

    def to_quads(self, mappings: Iterable[Mapping] | None = None) -> Iterator[ox.Quad]:
        """The set as RDF, for `mapping.rq`: its header, and a node for each mapping.

        Args:
            mappings: those to write instead of all.
        """
        node = ox.NamedNode(self.iri)
        yield from self._slots(node, self.header)
        for mapping in self.mappings if mappings is None else mappings:
            row = ox.NamedNode(f"{GENID}mapping-{mapping.line:05}")
            yield ox.Quad(node, ox.NamedNode(f"{SSSOM}mappings"), row)
            yield from self._slots(row, mapping.cells)
            cited = ox.Literal(f"{self.name}, line {mapping.line}")
            yield ox.Quad(row, ox.NamedNode(CITATION), cited)

    def _slots(self, node: ox.NamedNode, slots: dict[str, Any]) -> Iterator[ox.Quad]:
        for slot, value in slots.items():
            if value and isinstance(value, str) and slot.isidentifier():
                yield ox.Quad(node, ox.NamedNode(SSSOM + slot), self._term(slot, value))

    def _term(self, slot: str, value: str) -> ox.NamedNode | ox.Literal:
        if slot == "confidence":
            return ox.Literal(float(value))
        if slot in REQUIRED_COLUMNS or slot in ("object_source", "license"):
            return _iri(expand(value, self.header["curie_map"])) or ox.Literal(value)
        return ox.Literal(value)

    def to_tsv(self) -> str:
        """The set as a file in SSSOM (TSV)."""
        rows = [mapping.cells for mapping in self.mappings]
        return format_header(self.header) + format_rows(rows, COLUMNS, "tsv")


def expand(curie: str, prefixes: dict[str, str]) -> str:
    """The IRI that a CURIE, or an IRI, stands for; "" if its prefix is unknown."""
    prefix, colon, local = curie.partition(":")
    namespaces = {**BUILT_IN, **prefixes}
    if colon and prefix in namespaces:
        return namespaces[prefix] + local
    return curie if local.startswith("//") or prefix == "urn" else ""


def _iri(text: str) -> ox.NamedNode | None:
    """Text as an IRI, or None if it is none."""
    try:
        return ox.NamedNode(text)
    except ValueError:
        return None


def read_mappings(path: FilePath) -> MappingSet:
    """Read a set of mappings from a file in SSSOM (TSV).

    Args:
        path: a tab-separated table below a header in YAML, at most 256 MiB. It has the columns
            subject_id, predicate_id, object_id and mapping_justification; others are kept.

    Returns:
        The set, each mapping with its IRIs written out and its line.

    Raises:
        InputError: with the line of what cannot be read.

    Example:
        >>> from mlops_roles import read_mappings
        >>> [m.cells["object_id"] for m in read_mappings("examples/acme-hr.sssom.tsv").mappings[:2]]
        ['role:data-scientist', 'role:data-engineer']
    """
    table = read_table(path, ("predicate_id", "object_id"))
    _check_columns(table, path)
    _check_iri(table, path)
    prefixes = table.header["curie_map"]
    rows, names, faults = list[Mapping](), list[NameRow](), list[tuple[int, str]]()
    for line, cells in table.records():
        try:
            if not _is_about_a_name(cells):
                rows.append(_mapping(cells, line, prefixes, path))
            elif name := _name_row(cells, line, path, prefixes):
                names.append(name)
        except InputError as error:
            faults.append((line, str(error)))
    if faults:
        more = ", ".join(str(line) for line, _ in faults[1:11])
        raise InputError(faults[0][1] + (f" (also faulty: line {more})" if more else ""))
    return MappingSet(Path(path).name, table.header, rows, names)


def _is_about_a_name(cells: dict[str, str]) -> bool:
    """Whether the subject of a row is a name, not a term."""
    return cells.get("subject_type") == "rdfs literal" or "subject_id" not in cells


def _check_columns(table: Table, path: FilePath) -> None:
    """Raise InputError for a table without subjects, or without the columns of mapped terms."""
    is_about_names = "subject_label" in table.columns and "subject_id" not in table.columns
    needed = NAME_COLUMNS if is_about_names else REQUIRED_COLUMNS
    if missing := [column for column in needed if column not in table.columns]:
        raise _missing_columns(path, missing, needed)


def _check_iri(table: Table, path: FilePath) -> None:
    """Raise InputError if a set about terms has no IRI, which its statements are marked with."""
    iri = table.header.get("mapping_set_id")
    if "subject_id" in table.columns and (not isinstance(iri, str) or _iri(iri) is None):
        raise _missing_iri(path)


def _missing_iri(path: FilePath) -> InputError:
    return InputError(
        f"{path}: no mapping_set_id that is an IRI in its header; "
        "add a line '#mapping_set_id: https://…'"
    )


def read_table(path: FilePath, required: Sequence[str]) -> Table:
    """Read a file in SSSOM (TSV) of at most 256 MiB as it is written; some columns must be there.

    Raises InputError with the line of what cannot be read.
    """
    text = rdf.check_encoding(rdf.read_bytes(path, MAX_BYTES), path)
    head = _HEADER.match(text)[0]  # type: ignore[index]
    lines = re.split(r"\r\n|\r|\n", head)
    rows = list(_rows(text[len(head) :], len(lines), path))
    columns = rows[0][1] if rows else []
    if missing := [column for column in required if column not in columns]:
        raise _missing_columns(path, missing, required)
    _check_table(columns, rows[1:], path)
    return Table(_header([line[1:].rstrip() for line in lines], path), head, columns, rows[1:])


def _check_table(
    columns: Sequence[str], rows: Sequence[tuple[int, list[str]]], path: FilePath
) -> None:
    """Raise InputError for a misspelled column, or a filled cell beyond the last column."""
    for column in columns:
        if near := _misspelt(re.sub(r"[ -]", "_", column.lower()), column, _MEANT):
            raise InputError(f"{path}: column {column[:60]!r} is not known; write {near}")
        if columns.count(column) > 1:
            raise InputError(f"{path}: the column {column[:60]!r} is there twice; keep one")
    for line, cells in rows:
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise InputError(
                f"{path}, line {line}: {len(cells)} cells below {len(columns)} columns; "
                "write one cell below each"
            )


def _misspelt(folded: str, written: str, known: Sequence[str]) -> str:
    """The known name that another one is near to; '' if it is one itself, or near to none."""
    near = difflib.get_close_matches(folded, known, 1, MIN_LIKENESS)
    return near[0] if near and near[0] != written else ""


def _missing_columns(path: FilePath, missing: Sequence[str], required: Sequence[str]) -> InputError:
    return InputError(
        f"{path}: no column {', '.join(missing)}; "
        f"SSSOM has the columns {', '.join(required)}, separated by tabs"
    )


def _rows(text: str, line: int, path: FilePath) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table that begins in `line`, each with its line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    start = line
    try:
        for cells in reader:
            if any(cells):
                yield start, cells
            start = line + reader.line_num
    except csv.Error as error:
        raise InputError(f"{path}, line {start}: {error}; fix it there") from None


def _header(lines: Sequence[str], path: FilePath) -> Header:
    """What a header says, every scalar as text."""
    import textwrap

    import yaml

    text = textwrap.dedent("\n".join(lines))
    if len(text) > MAX_HEADER:
        raise InputError(f"{path}: a header of over {MAX_HEADER >> 10} KiB; shorten it")
    try:
        header = yaml.load(text, yaml.BaseLoader) or {}  # noqa: S506 - builds texts alone
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(_header_message(error, lines, path)) from None
    if not isinstance(header, dict):
        raise InputError(f"{path}, line 1: the header has no keys; write '#key: value'")
    prefixes = header["curie_map"] = header.get("curie_map") or {}
    if not isinstance(prefixes, dict) or not all(isinstance(n, str) for n in prefixes.values()):
        raise InputError(f"{path}: curie_map is no table; write '#  prefix: namespace' below it")
    return header


def _header_message(error: Exception, lines: Sequence[str], path: FilePath) -> str:
    """One line of file, place, reason and fix out of a complaint about YAML."""
    if isinstance(error, RecursionError):
        return f"{path}: a header nested too deep; flatten it"
    mark = getattr(error, "problem_mark", None)
    if getattr(error, "context", None) == "while scanning a simple key":  # it ends further down
        mark = error.context_mark  # type: ignore[attr-defined]
    line = min(mark.line, len(lines) - 1) if mark else 0
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    return (
        f"{path}, line {line + 1}: {lines[line].strip()[:60]!r} is no YAML ({reason}); "
        "write '#key: value', with the value in quotes if it has ': ' or ' #'"
    )


def format_header(header: Header) -> str:
    """A header as it is written in a file, with its prefixes in order."""
    import yaml

    sorted_prefixes = dict(sorted(header["curie_map"].items()))
    text = yaml.safe_dump(
        {**header, "curie_map": sorted_prefixes}, sort_keys=False, allow_unicode=True, width=1 << 20
    )
    return "".join(f"#{line}\n" for line in text.splitlines())


def _mapping(cells: dict[str, str], line: int, prefixes: dict[str, str], path: FilePath) -> Mapping:
    place = f"{path}, line {line}"
    for column in REQUIRED_COLUMNS:
        if _iri(expand(cells[column], prefixes)) is None:
            terms = re.split(r"[|;,\s]+", cells[column])
            if len(terms) > 1 and all(_iri(expand(term, prefixes)) for term in terms):
                raise InputError(
                    f"{place}: {column} {cells[column][:80]!r} holds {len(terms)} terms; "
                    "write one row for each"
                )
            raise InputError(
                f"{place}: {column} {cells[column][:80]!r} is no IRI; "
                "write prefix:name with the prefix in curie_map, or a full IRI"
            )
    if not _is_confidence(cells.get("confidence") or "1"):
        raise InputError(
            f"{place}: confidence {cells['confidence'][:40]!r}; write a number from 0 to 1"
        )
    justification = cells["mapping_justification"].rpartition(":")[2].rpartition("/")[2]
    if near := _misspelt(justification, justification, (_CURATED,)):
        raise InputError(f"{place}: justification {justification[:80]!r}; write semapv:{near}")
    subject, predicate, other = (expand(cells[column], prefixes) for column in REQUIRED_COLUMNS[:3])
    if subject == other:
        raise InputError(f"{place}: maps {cells['subject_id'][:80]} to itself; write another term")
    return Mapping(subject, predicate, other, is_negated(cells, place), cells, line)


def _name_row(
    cells: dict[str, str], line: int, path: FilePath, prefixes: dict[str, str]
) -> NameRow | None:
    """A row about a name; None for a proposal."""
    place = f"{path}, line {line}"
    if not cells["subject_label"]:
        raise InputError(f"{place}: no subject_label; write the title or the name there")
    predicate = expand(cells["predicate_id"], prefixes)
    if predicate not in (BUILT_IN["skos"] + match for match in MATCHES):
        raise InputError(
            f"{place}: predicate {cells['predicate_id'][:80]!r} decides nothing; "
            f"use skos:{MATCHES[0]}, with predicate_modifier Not to refuse"
        )
    accepted = not is_negated(cells, place)
    if not _is_curated(cells.get("mapping_justification") or _CURATED) and not is_decision(cells):
        return None
    term = expand(cells["object_id"], prefixes) or cells["object_id"]
    date = cells.get("mapping_date", "")
    author = _decided_by(cells)
    return NameRow(cells["subject_label"], predicate, term, accepted, author, date, line)


def is_decision(cells: dict[str, str]) -> bool:
    """Whether a person has reviewed a row, or has curated it by hand."""
    return bool(_decided_by(cells))


def _decided_by(cells: dict[str, str]) -> str:
    """The person who reviewed a row, or curated it by hand; '' for a proposal."""
    is_curated = _is_curated(cells.get("mapping_justification") or _CURATED)
    columns = (*_REVIEWERS, *_AUTHORS) if is_curated else _REVIEWERS
    return next((cells[column] for column in columns if cells.get(column)), "")


def _is_curated(justification: str) -> bool:
    return justification.endswith(_CURATED)


def is_negated(cells: dict[str, str], place: str) -> bool:
    """Whether a row says that the two do not match. Raises InputError for another modifier."""
    modifier = cells.get("predicate_modifier", "")
    if modifier not in ("", "Not"):
        raise InputError(
            f"{place}: predicate_modifier {modifier[:40]!r}; "
            "leave it empty, or write Not to reject the mapping"
        )
    return bool(modifier)


def _is_confidence(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False
