"""The verifier's own readers: of a certificate, as JSON or RDF, and of a staff file."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ...errors import InputError
from ...io import rdf
from ...io.resources import resource_dir
from ...io.xlsx import sheet_rows
from .headings import fold_heading, kind_of
from .records import text_of

JSON_LITERAL = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON")
EVIDENCE_COLUMNS = ("skills", "lacks", "assessed")
UNUSED_COLUMNS = ("title", "unit", "role")  # known columns that no certificate rests on
MAX_BYTES, MAX_DEPTH = 1 << 24, 64  # of a certificate
Row = tuple[int, list[str]]


def read_certificate(path: Path) -> tuple[dict[str, Any], list[str]]:
    """A certificate as plain data.

    RDF includes the JSON. Also returns the statements that differ from those that the JSON implies.
    """
    data = rdf.read_bytes(path, MAX_BYTES)
    if rdf.suffix_of(path) == ".json":
        return _parse_certificate(rdf.check_encoding(data, path), path), []
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
    given = _parse_certificate(carried[0], path)
    context = json.loads((resource_dir("ontology") / "certificate.context.json").read_text("utf-8"))
    linked = json.dumps({**given, "@context": context, "json": given})
    try:
        meant = [quad.triple for quad in ox.parse(linked, format=ox.RdfFormat.JSON_LD)]
    except rdf.PARSE_ERRORS as error:
        why = " ".join(str(error).split())[:200]
        raise InputError(
            f"{path}: its JSON has no meaning as RDF ({why}); give a file that 'certify' wrote"
        ) from None
    ours, theirs = tree_lines(triples, path), tree_lines(meant, path)
    return given, sorted((ours - theirs) + (theirs - ours), key=lambda line: (" _:" in line, line))


def _parse_certificate(text: str, path: Path) -> dict[str, Any]:
    """A JSON object, parsed strictly: no key twice, no number that JSON does not have.

    Nor may it be nested deep, or have keys that JSON-LD would read as something else.
    """
    why = ""
    try:
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_reject_constant)
        _check_depth(data)
    except (ValueError, RecursionError) as error:
        data, why = None, f" ({' '.join(str(error).split())[:200]})"
    if not isinstance(data, dict) or data.get("type") != "Certificate":
        raise InputError(f"{path}: not a certificate{why}; give a file that 'certify' wrote")
    return data


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("duplicate key")
    if special := next((key for key, _ in pairs if key.startswith("@")), None):
        raise ValueError(f"the key {special[:40]!r}")
    return dict(pairs)


def _check_depth(data: Any) -> None:
    """Raise ValueError if data is nested deeper than MAX_DEPTH."""
    level = [data]
    for _ in range(MAX_DEPTH):
        inside = (list(n.values()) if isinstance(n, dict) else n for n in level)
        level = [child for n in inside if isinstance(n, list) for child in n]
        if not level:
            return
    raise ValueError(f"nested over {MAX_DEPTH} deep")


def tree_lines(triples: Iterable[ox.Triple], path: Path) -> Counter[str]:
    """Statements as lines, in which a blank node has the hash of what it is about as its name.

    The blank nodes of a certificate form trees: each is the object of at most one statement, so
    that this takes time in proportion to its size. For any other graph it could take forever to
    find names that do not depend on how the graph is written.
    Raises InputError if they form no trees.
    """
    about: dict[Any, list[ox.Triple]] = defaultdict(list)
    triples = list(dict.fromkeys(triples))
    for triple in triples:
        about[triple.subject].append(triple)
    inner = [t.object for t in triples if isinstance(t.object, ox.BlankNode)]
    names: dict[Any, str] = {}
    if len(set(inner)) == len(inner) and not any(isinstance(t.object, ox.Triple) for t in triples):
        names = _hash_names(about, inner)
    nodes = {node for node in (*about, *inner) if isinstance(node, ox.BlankNode)}
    if nodes - names.keys():
        raise InputError(
            f"{path}: its blank nodes form no trees (one is shared, or in a circle); "
            "give a file that 'certify' wrote"
        )
    return Counter(line for some in about.values() for line in _format_statements(some, names))


def _hash_names(about: Mapping[Any, list[ox.Triple]], inner: Iterable[Any]) -> dict[Any, str]:
    """The names of the blank nodes in trees; those in a circle get none."""
    roots: list[Any] = [n for n in about.keys() - set(inner) if isinstance(n, ox.BlankNode)]
    roots += [t.object for n in about if not isinstance(n, ox.BlankNode) for t in about[n]]
    ordered: list[Any] = [node for node in roots if isinstance(node, ox.BlankNode)]
    for node in ordered:  # it grows: parents come before their children
        ordered += [t.object for t in about.get(node, ()) if isinstance(t.object, ox.BlankNode)]
    names: dict[Any, str] = {}
    for node in reversed(ordered):
        content = sorted(
            line.partition(" ")[2] for line in _format_statements(about.get(node, ()), names)
        )
        names[node] = f"_:{hashlib.sha256(''.join(content).encode()).hexdigest()[:32]}"
    return names


def _format_statements(triples: Iterable[ox.Triple], names: Mapping[Any, str]) -> Iterator[str]:
    """Statements as lines, with names for blank nodes."""
    for s, predicate, o in triples:
        yield f"{names.get(s, s)} {predicate} {names.get(o, o)} .\n"


def canonical_lines(triples: Iterable[ox.Triple]) -> set[str]:
    """Statements as lines that are the same however the statements are written down (RDFC-1.0).

    Only for statements that are shipped: others can be made so that this takes forever.
    """
    content = ox.Dataset(ox.Quad(*triple) for triple in triples)
    content.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {f"{quad.triple} .\n" for quad in content}


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, as certificates write it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class PersonRows:
    """The rows of a staff file about a person, who may be named by a pseudonym under a key.

    Attributes:
        path, digest: the file, and its SHA-256.
        found: line and evidence cells of each row.
        unread: how many rows have another number of cells than the header.
        ignored_columns: the columns with unknown names.
        header: all headings.
        headings: our column to the heading of the evidence that is read.
    """

    def __init__(  # the file and what is said of it
        self,
        path: Path,
        person: Any,
        mapping: Mapping[str, str],
        key: bytes | None = None,
        *,
        ignore: Sequence[str] = (),
    ):
        self.path, self.unread, self.found = path, 0, list[tuple[int, dict[str, str]]]()
        rows = _reader(path)(path)
        self.digest = digest(path.read_bytes() if rdf.read_bytes(path) else b"")
        header = [name.strip() for name in next(rows, (0, []))[1]]
        places = {
            c: self._place(c, header, mapping, ignore)
            for c in ("person", *EVIDENCE_COLUMNS, *UNUSED_COLUMNS)
        }
        at = {column: place for column, place in places.items() if place is not None}
        if "person" not in at:
            raise InputError(
                f"{path}: no column 'person'; name it with --map person='Column name' "
                "(verify guesses none)"
            )
        self.header = header
        self.headings = {c: header[at[c]] for c in EVIDENCE_COLUMNS if c in at}
        used = set(at.values())
        self.ignored_columns = tuple(n for i, n in enumerate(header) if n and i not in used)
        for line, cells in rows:
            if len(cells) != len(header):
                self.unread += 1
            elif person and person in accepted_names(cells[at["person"]].strip(), key):
                row = {
                    column: cells[at[column]] if column in at else "" for column in EVIDENCE_COLUMNS
                }
                self.found.append((line, row))

    def _place(
        self, column: str, header: Sequence[str], mapping: Mapping[str, str], ignore: Sequence[str]
    ) -> int | None:
        """The index of a column: as mapped, by its own name, or by a heading that is shipped."""
        if column in mapping:
            if mapping[column] in header:
                return header.index(mapping[column])
            raise InputError(
                f"--map {column}={mapping[column]}: no such column in {self.path}; "
                f"it has {', '.join(header)[:300]}"
            )
        left_out = {*ignore, *mapping.values()}
        open_ = [i for i, name in enumerate(header) if name and name not in left_out]
        kinds = (column, "skill") if column == "skills" else (column,)
        for kind in (fold_heading, kind_of):
            found = [i for i in open_ if kind(header[i]) in kinds]
            if len(found) == 1:
                return found[0]
        return None


def accepted_names(name: str, key: bytes | None) -> tuple[str, ...]:
    """How a certificate may name a person: by name, and by the pseudonym under a key."""
    if key is None:
        return (name,)
    text = f"person\0{unicodedata.normalize('NFC', name)}"
    return name, f"person-{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]}"


def _reader(path: Path) -> Callable[[Path], Iterator[Row]]:
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        return _csv_rows
    if suffix in (".xlsx", ".parquet"):
        return sheet_rows if suffix == ".xlsx" else parquet_rows
    raise InputError(
        f"{path}: verify reads .csv, .tsv, .xlsx and .parquet; export it as one of these"
    )


def _csv_rows(path: Path) -> Iterator[Row]:
    text = rdf.check_encoding(rdf.read_bytes(path), path)
    header, delimiters = text.split("\n", 1)[0], "\t" if path.suffix.lower() == ".tsv" else ",;\t"
    delimiter = next((d for d in delimiters if d in header), delimiters[0])
    yield from parse_csv(text, delimiter, path)


def parse_csv(text: str, delimiter: str, path: Path) -> Iterator[Row]:
    """The rows of a CSV text that are not blank, each with its line.

    Raises InputError for a quote that is not closed, TypeError for a delimiter that is none.
    """
    text = re.sub(r'(?m)(?:^|(?<=[;,\t|]))="([^"\r\n]*)"(?=[;,\t|\r]|$)', r'"\1"', text)
    text = re.sub(r'(?m)(?:^|(?<=[;,\t|]))"=""([^"\r\n]*)"""(?=[;,\t|\r]|$)', r'"\1"', text)
    csv.field_size_limit(1 << 24)
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{path}, line {line}: {error}; look for a quote that is not closed"
        ) from None


def _cell_text(cell: Any) -> str:
    """A cell of Parquet as text: a truth value as in JSON, a list of plain values with ';'."""
    if isinstance(cell, list) and not any(isinstance(one, (list, tuple, dict)) for one in cell):
        return ";".join(map(_cell_text, cell))
    return str(cell).lower() if isinstance(cell, bool) else text_of(cell)


def parquet_rows(path: Path) -> Iterator[Row]:
    """The headings of a Parquet file, in line 0, and its rows. Raises InputError."""
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
            yield line, [_cell_text(cell) for cell in row]
    except Exception as error:  # a broken page shows only when it is read
        raise InputError(
            f"{path}: not a readable Parquet file ({type(error).__name__}); write it again"
        ) from None
