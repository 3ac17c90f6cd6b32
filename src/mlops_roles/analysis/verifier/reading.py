"""What the verifier reads: a certificate as JSON or RDF, and a staff file in its own way."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ...errors import InputError
from ...io import rdf
from ...io.resources import resource_dir

JSON_LITERAL = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON")
EVIDENCE = ("skills", "lacks", "assessed")
BESIDE = ("title", "unit", "role")  # known columns that no certificate rests on
MAX_BYTES, MAX_UNPACKED = 1 << 24, 1 << 30
Row = tuple[int, list[str]]


def read_certificate(path: Path) -> tuple[dict[str, Any], list[str]]:
    """What a certificate says; and of RDF the statements that are not those of the JSON in it, or are missing."""
    if path.suffix.lower() == ".json":
        return _certificate(rdf.check_encoding(rdf.read_bytes(path, MAX_BYTES), path), path), []
    triples = [quad.triple for quad in rdf.parse_rdf(path)[0]]
    carried = [
        t.object.value
        for t in triples
        if isinstance(t.object, ox.Literal) and t.object.datatype == JSON_LITERAL
    ]
    if len(carried) != 1:
        raise InputError(
            f"{path}: carries {len(carried)} certificates as JSON; give a file that 'certify' wrote"
        )
    given = _certificate(carried[0], path)
    context = json.loads((resource_dir("ontology") / "certificate.context.json").read_text("utf-8"))
    meant = ox.parse(
        json.dumps({"@context": context, **given, "json": given}), format=ox.RdfFormat.JSON_LD
    )
    return given, sorted(canonical(triples) ^ canonical(quad.triple for quad in meant))


def _certificate(text: str, path: Path) -> dict[str, Any]:
    """A JSON object, strictly: no key twice, no number that JSON does not know."""
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: not a certificate ({' '.join(str(error).split())[:200]}); give a file that 'certify' wrote"
        ) from None
    if not isinstance(data, dict) or data.get("type") != "Certificate":
        raise InputError(f"{path}: not a certificate; give a file that 'certify' wrote")
    return data


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands there twice")
    return dict(pairs)


def canonical(triples: Iterable[ox.Triple]) -> set[str]:
    """Statements as lines that are the same however the statements are written down (RDFC-1.0)."""
    content = ox.Dataset(ox.Quad(*triple) for triple in triples)
    content.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {f"{quad.triple} .\n" for quad in content}


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, as certificates write it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Rows:
    """The rows of a staff file that a person, or the pseudonym of one under a key, stands in.

    Attributes:
        found: line and cells of each.
        unread: how many rows have another number of cells than the header.
        aside: the columns that were not looked at, because no name says what they are.
    """

    def __init__(
        self, path: Path, person: Any, mapping: Mapping[str, str], key: bytes | None = None
    ):
        readers = {
            ".csv": _csv_rows,
            ".tsv": _csv_rows,
            ".xlsx": _xlsx_rows,
            ".parquet": _parquet_rows,
        }
        if path.suffix.lower() not in readers:
            raise InputError(
                f"{path}: verify reads .csv, .tsv, .xlsx and .parquet; export it as one of these"
            )
        self.path, self.unread, self.digest = (
            path,
            0,
            digest(path.read_bytes() if rdf.read_bytes(path) else b""),
        )
        rows = readers[path.suffix.lower()](path)
        header = [name.strip() for name in next(rows, (0, []))[1]]
        at = {
            ours: place
            for ours in ("person", *EVIDENCE, *BESIDE)
            if (place := self._place(ours, header, mapping)) is not None
        }
        if "person" not in at:
            raise InputError(
                f"{path}: no column 'person'; say which it is with --map person='Column name' (verify guesses none)"
            )
        self.aside = tuple(name for i, name in enumerate(header) if name and i not in at.values())
        self.found: list[tuple[int, dict[str, str]]] = []
        for line, cells in rows:
            if len(cells) != len(header):
                self.unread += 1
            elif person and person in _called(cells[at["person"]].strip(), key):
                self.found.append(
                    (
                        line,
                        {column: cells[at[column]] if column in at else "" for column in EVIDENCE},
                    )
                )

    def _place(self, ours: str, header: Sequence[str], mapping: Mapping[str, str]) -> int | None:
        """Where a column stands: as mapped, else the only one of its name, whatever its case and punctuation."""
        if ours in mapping and mapping[ours] not in header:
            raise InputError(
                f"--map {ours}={mapping[ours]}: no such column in {self.path}; it has {', '.join(header)[:300]}"
            )
        fits = [
            i
            for i, name in enumerate(header)
            if name == mapping.get(ours) or re.sub(r"[\W_]", "", name.casefold()) == ours
        ]
        return (
            header.index(mapping[ours]) if ours in mapping else fits[0] if len(fits) == 1 else None
        )


def _called(name: str, key: bytes | None) -> tuple[str, ...]:
    """What a certificate may call a person: the name, and the pseudonym under a key."""
    if key is None:
        return (name,)
    text = f"person\0{unicodedata.normalize('NFC', name)}"
    return name, f"person-{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]}"


def _csv_rows(path: Path) -> Iterator[Row]:
    text = rdf.check_encoding(rdf.read_bytes(path), path)
    between = (
        "\t"
        if path.suffix.lower() == ".tsv"
        else next((d for d in ",;\t" if d in text.split("\n", 1)[0]), ",")
    )
    csv.field_size_limit(1 << 24)
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True), 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{path}, line {line}: {error}; look for a quote that is not closed"
        ) from None


def _xlsx_rows(path: Path) -> Iterator[Row]:
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise InputError(
                    f"{path}: unpacks to over {MAX_UNPACKED >> 20} MiB; save the sheet as CSV"
                )
        sheet, width = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0], 0
        sheet.reset_dimensions()
        for line, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = ["" if value is None else str(value).strip() for value in values]
            while len(cells) > width and not cells[-1]:
                cells.pop()
            if any(cells):
                width = width or len(cells)
                yield line, cells + [""] * (width - len(cells))
    except InputError:
        raise
    except Exception as error:  # openpyxl lets many kinds through for a broken file
        raise InputError(
            f"{path}: not a readable workbook ({type(error).__name__}); save it as CSV"
        ) from None


def _parquet_rows(path: Path) -> Iterator[Row]:
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        yield 0, file.schema_arrow.names
        rows = (
            row
            for batch in file.iter_batches()
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
        )
        for line, row in enumerate(rows, 1):
            yield line, ["" if cell is None else str(cell) for cell in row]
    except Exception as error:  # a broken page shows only when it is read
        raise InputError(
            f"{path}: not a readable Parquet file ({type(error).__name__}); write it again"
        ) from None
