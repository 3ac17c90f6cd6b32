"""Files in and out: what is shipped, what a user hands over, and what is written.

User files are hostile until read: nothing here opens a network address, follows an
import, expands an entity or keeps half a file. RDF is parsed with pyoxigraph, strictly.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from ._errors import InputError

RDF_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
}
MAX_DEPTH = {ox.RdfFormat.JSON_LD: 64, ox.RdfFormat.RDF_XML: 256}  # deeper ends the process or takes minutes
MAX_BYTES = 2 << 30
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*"|<<\(|\)>>|[\[\](){}]', re.S)
_XML_NESTING = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<![^>]*>|</|/>|<", re.S)


@cache
def shipped(folder: str) -> Path:
    """The folder `ontology`, `shapes` or `queries` as shipped with this package."""
    here = Path(__file__).resolve()
    for root in (here.parent / "data", here.parents[2]):
        if (root / folder).is_dir():
            return root / folder
    raise InputError(f"{folder}/ is missing beside {here.parent}; reinstall mlops-roles")


def read_bytes(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> bytes:
    """The content of a regular file, without a byte order mark.

    Raises InputError if it is no file, cannot be read, is empty or larger than `limit` bytes.
    """
    file = Path(path)
    try:
        if not file.exists():
            raise InputError(f"{path}: no such file; check the path (addresses are never fetched)")
        if not file.is_file():
            raise InputError(f"{path}: not a regular file; give the path of a file")
        if file.stat().st_size > limit:
            raise InputError(f"{path}: larger than {limit >> 20} MiB; split it")
        data = file.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{str(path)[:200]!r}: cannot be read ({type(error).__name__}); check path and rights") from error
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise InputError(f"{path}: empty; give a file with content")
    return data


def check_encoding(data: bytes, path: str | os.PathLike[str]) -> str:
    """`data` as text. Raises InputError with line and likely encoding unless it is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        guess = "gzip" if data[:2] == b"\x1f\x8b" else "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "Latin-1 or Windows-1252"
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: not UTF-8, looks like {guess}; save it as UTF-8") from None


def rdf_format(path: str | os.PathLike[str]) -> ox.RdfFormat:
    """The RDF format that the ending of `path` stands for."""
    try:
        return RDF_FORMATS[Path(path).suffix.lower()]
    except KeyError:
        raise InputError(f"{path}: unknown ending; use one of {' '.join(RDF_FORMATS)}") from None


def parse_rdf(path: str | os.PathLike[str]) -> tuple[list[ox.Quad], dict[str, str]]:
    """The quads and the prefixes of an RDF file; nothing it points to is opened.

    Raises InputError with file, line and column where it cannot be parsed.
    """
    kind, data = rdf_format(path), read_bytes(path)
    check_encoding(data, path)
    _refuse_traps(data, kind, path)
    try:
        parser = ox.parse(data, format=kind, rename_blank_nodes=True)
        return list(parser), dict(parser.prefixes)
    except (SyntaxError, ValueError, MemoryError, OSError) as error:
        raise InputError(_parse_message(path, error)) from None


def _parse_message(path: str | os.PathLike[str], error: Exception) -> str:
    """One line of file, place, reason and cure out of a parser's complaint."""
    place = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
    reason = re.sub(r"\s+", " ", getattr(error, "msg", None) or str(error) or type(error).__name__)[:300]
    cure = "inline the context, addresses are never fetched" if "context" in reason.lower() else "mend it there"
    if "absolute IRI" in reason:
        cure = "write full IRIs or add a base"
    return f"{path}{place}: {reason}; {cure}"


def _refuse_traps(data: bytes, kind: ox.RdfFormat, path: str | os.PathLike[str]) -> None:
    """Refuse what would end or exhaust the process inside the parser."""
    if kind == ox.RdfFormat.RDF_XML:
        _refuse_entities(data, path)
    depth = _depth(data, kind)
    limit = MAX_DEPTH.get(kind, 1000)
    if depth > limit:
        raise InputError(f"{path}: nested {depth} deep, at most {limit} are read; flatten it")


def _depth(data: bytes, kind: ox.RdfFormat) -> int:
    """How deep the brackets, or the elements, of a document are nested."""
    if kind in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS):
        return max((line.count(b"<<(") for line in data.splitlines()), default=0) if b"<<(" in data else 0
    depth = deepest = 0
    if kind == ox.RdfFormat.RDF_XML:
        for match in _XML_NESTING.finditer(data):
            depth += {b"<": 1, b"</": -1, b"/>": -1}.get(match[0], 0)
            # an end tag was counted as '</', its start as '<'
            deepest = max(deepest, depth)
        return deepest
    for match in _NESTING.finditer(data):
        token = match[0]
        if token in (b"[", b"(", b"{", b"<<("):
            depth += 1
            deepest = max(deepest, depth)
        elif token in (b"]", b")", b"}", b")>>"):
            depth -= 1
    return deepest


def _refuse_entities(data: bytes, path: str | os.PathLike[str]) -> None:
    """Allow only flat entities: short values, no references, nothing from outside."""
    doctype = re.search(rb"<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>", data, re.S)
    if not doctype:
        if b"<!ENTITY" in data:
            raise InputError(f"{path}: entity outside a DOCTYPE; remove it")
        return
    text = doctype[0]
    values = re.findall(rb"<!ENTITY\s+[^\s%]+\s+(?:\"([^\"]*)\"|'([^']*)')\s*>", text)
    flat = all(b"&" not in (a or b) and len(a or b) <= 1024 for a, b in values)
    if re.search(rb"\b(SYSTEM|PUBLIC)\b|%", text) or not flat or len(values) != text.count(b"<!ENTITY") or len(values) > 256:
        line = data.count(b"\n", 0, doctype.start()) + 1
        raise InputError(f"{path}, line {line}: external, nested or oversized XML entities; write the values out")


@contextmanager
def replacing(path: str | os.PathLike[str], mode: str = "w") -> Iterator[IO[Any]]:
    """A file to write that takes the place of `path` only once it is complete."""
    import tempfile

    target = Path(path)
    if not target.parent.is_dir():
        raise InputError(f"{path}: no such folder; create {target.parent} first")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        text: dict[str, Any] = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
        with open(handle, mode, **text) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
