"""Files that a user gives: bytes, text and RDF, read within limits.

Input files are treated as hostile: nothing here opens a network address, follows an owl:imports or
expands an XML entity. RDF is parsed strictly, with pyoxigraph.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TextIO

import pyoxigraph as ox

from ..errors import InputError, InputWarning
from .resources import FilePath

STDIN = "-"  # the path that means standard input
_HTML_SUFFIXES = (".html", ".htm")
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
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
    ".jsonl": ox.RdfFormat.JSON_LD,  # a document in each line
    ".ndjson": ox.RdfFormat.JSON_LD,
    ".html": ox.RdfFormat.JSON_LD,  # the JSON-LD in a web page
    ".htm": ox.RdfFormat.JSON_LD,
}
MAX_BYTES = 2 << 30
MIN_STREAMED = 1 << 20  # bytes from which N-Triples are not read into memory first
# an empty document in these formats is valid, and states nothing
MAY_BE_EMPTY = (
    ox.RdfFormat.TURTLE,
    ox.RdfFormat.N_TRIPLES,
    ox.RdfFormat.N_QUADS,
    ox.RdfFormat.TRIG,
)
PARSE_ERRORS = (SyntaxError, ValueError, MemoryError, OSError)
_NODE = rb"(?:<[^<>\s]*>|_:\S+)"
_BEGINNINGS = (
    (rb"\{[^\n]*\}\s*\n\s*\{", ".jsonl"),
    (rb"\{|\[\s*[\[{\]\"]", ".json"),
    (rb"<!doctype html|<html\b", ".html"),
    (rb"<\?xml|<rdf:rdf\b|<!doctype rdf", ".rdf"),
    (rb"(?:#[^\n]*\s+)*%b\s+%b\s+(?:%b|\"(?:[^\"\\\n]|\\.)*\"\S*)\s+%b" % ((_NODE,) * 4), ".nq"),
    # Turtle is a part of TriG
    (rb"(?:#[^\n]*\s+)*(?:<[^<>\s]*>\s*(?:<|[a-z]|\.)|_:|\[|@prefix\b|@base\b)", ".trig"),
    (rb"(?:#[^\n]*\s+)*(?:prefix\s+[\w-]*:\s*<|base\s*<)", ".trig"),
)
# comments and prefixes before the first statement of a Turtle document
_DECLARATIONS = re.compile(rb"(?:\s+|#[^\r\n]*|@prefix\s+[\w-]*:\s*<[^<>\s]*>\s*\.)*+", re.I)
_PREFIX = re.compile(rb"prefix", re.I)
_BASE: ContextVar[str | None] = ContextVar("base_iri", default=None)


class Parser(Protocol):
    """Yields the quads of a document, and knows the prefixes that it has met."""

    @property
    def prefixes(self) -> Mapping[str, str]:
        """Prefix to namespace."""

    def __iter__(self) -> Iterator[ox.Quad]: ...


@contextmanager
def relative_to(iri: str | None) -> Iterator[None]:
    """Let relative IRIs in RDF files start from an IRI, instead of from the file.

    Args:
        iri: the base IRI of all files that are opened inside the `with` block; None for their own.

    Raises:
        InputError: it is not absolute.

    Example:
        >>> from mlops_roles import parse_rdf, relative_to
        >>> with relative_to("https://acme.example/"):
        ...     quads, _ = parse_rdf("examples/acme.ttl")
    """
    if iri is not None:
        try:
            ox.NamedNode(iri)
        except ValueError:
            raise InputError(f"base: {iri[:200]!r} is no absolute IRI; write it in full") from None
    token = _BASE.set(iri)
    try:
        yield
    finally:
        _BASE.reset(token)


def current_base_iri() -> str | None:
    """The IRI that `relative_to` has set, or None."""
    return _BASE.get()


def read_bytes(path: FilePath, limit: int = MAX_BYTES, may_be_empty: bool = False) -> bytes:
    """The content of a regular file, or of standard input ('-'), without a byte order mark.

    Addresses are never fetched. Raises InputError if it is no file, cannot be read, has more bytes
    than `limit`, or is empty and may not be.
    """
    file = Path(path)
    if str(path) == STDIN:
        return _content(_read_once(sys.stdin), path, limit, may_be_empty)
    try:
        if not file.exists():
            raise InputError(f"{path}: no such file; check the path (addresses are never fetched)")
        if not file.is_file():
            raise InputError(f"{path}: not a regular file; give the path of a file")
        if (size := file.stat().st_size) > limit:
            raise InputError(f"{path}: larger than {limit >> 20} MiB; split it")
        # a file without a size, such as /proc/kmsg, may never end
        data = file.read_bytes() if size else b""
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{str(path)[:200]!r}: cannot be read ({type(error).__name__}); check path and rights"
        ) from error
    return _content(data, path, limit, may_be_empty)


def _content(data: bytes, path: FilePath, limit: int, may_be_empty: bool = False) -> bytes:
    """The data without a byte order mark. Raises InputError if it is empty or too large."""
    if len(data) > limit:
        raise InputError(f"{path}: larger than {limit >> 20} MiB; split it")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not may_be_empty and (not data or data.isspace()):
        raise InputError(f"{path}: empty; give a file with content")
    return data


@lru_cache(maxsize=1)
def _read_once(stream: TextIO) -> bytes:
    """All of standard input, which can be read only once but is asked for more than once."""
    return stream.buffer.read(MAX_BYTES + 1)


def suffix_of(path: FilePath) -> str:
    """The suffix of a file in lower case; that of standard input follows from its content.

    Standard input is JSON, JSON lines, a web page, XML, N-Quads, TriG (Turtle and N-Triples are
    parts of it) or else CSV.
    """
    if str(path) != STDIN:
        return Path(path).suffix.lower()
    head = _read_once(sys.stdin)[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((suffix for pattern, suffix in _BEGINNINGS if re.match(pattern, head)), ".csv")


def check_encoding(data: bytes, path: FilePath) -> str:
    """`data` as text. Raises InputError with line and likely encoding unless it is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        likely = {b"\x1f\x8b": "gzip", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
        guess = likely.get(data[:2], "Latin-1 or Windows-1252")
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: not UTF-8, looks like {guess}; save it as UTF-8"
        ) from None


def rdf_format(path: FilePath) -> ox.RdfFormat:
    """The RDF format by the suffix of `path`. Raises InputError for an unknown suffix."""
    try:
        return RDF_FORMATS[suffix_of(path)]
    except KeyError:
        known = " ".join(RDF_FORMATS)
        raise InputError(f"{path}: unknown suffix for RDF; use one of {known}") from None


def parse_rdf(
    path: FilePath, rename: bool = True, base_iri: str | None = None
) -> tuple[list[ox.Quad], dict[str, str]]:
    """The quads and the prefixes of an RDF file; nothing it points to is opened.

    Args:
        path: of the file, whose suffix says the syntax; or '-'.
        rename: whether blank nodes get names that no other file has.
        base_iri: where relative IRIs start; by default what `relative_to` says, else the file.

    Raises:
        InputError: it cannot be parsed; with file, line and column.

    Example:
        >>> from mlops_roles import parse_rdf
        >>> quads, prefixes = parse_rdf("examples/acme.ttl")
        >>> len(quads) > 10, prefixes["mlops"]
        (True, 'https://w3id.org/mlops-roles/ns#')
    """
    with relative_to(base_iri or current_base_iri()):
        parser = _parser(path, rename)
    try:
        return list(parser), dict(parser.prefixes)
    except PARSE_ERRORS as error:
        raise InputError(_parse_message(path, error)) from None


def iter_quads(
    path: FilePath,
    parsers: list[Parser] | None = None,
    keep_keys: bool = False,
    rename: bool = False,
) -> Iterator[ox.Quad]:
    """The quads of an RDF file one by one; N-Triples may be of any size.

    Args:
        path: of the file, or '-'.
        parsers: gets the parser, which knows the prefixes that it has met.
        keep_keys: whether keys of JSON-LD that no context maps are kept (see `json_ld`).
        rename: whether blank nodes of large N-Triples get names that no other file has, too.

    Raises InputError with file, line and column if the file cannot be parsed.
    """
    try:
        if _is_streamed(path):
            kind = ox.RdfFormat.N_TRIPLES
            yield from ox.parse(path=os.fspath(path), format=kind, rename_blank_nodes=rename)
        else:
            parser = _parser(path, keep_keys=keep_keys)
            if parsers is not None:
                parsers.append(parser)
            yield from parser
    except InputError:
        raise
    except PARSE_ERRORS as error:
        raise InputError(_parse_message(path, error)) from None


def load_into(store: ox.Store, path: FilePath) -> dict[str, str]:
    """Load an RDF file, as triples, into the default graph of a store; returns its prefixes.

    N-Triples may be of any size. A store that this fails on is to be thrown away.
    Raises InputError with file, line and column if the file cannot be parsed.
    """
    try:
        if _is_streamed(path):
            store.bulk_load(path=os.fspath(path), format=ox.RdfFormat.N_TRIPLES)
            return {}
        kind, data = _checked(path)
        if kind != ox.RdfFormat.TURTLE:
            parser = _parser_of(path, kind, data)
            store.bulk_extend(ox.Quad(*q.triple) for q in parser)
            return dict(parser.prefixes)
        base = current_base_iri() or Path(path).absolute().as_uri()
        store.bulk_load(data, format=kind, base_iri=base)  # twice as fast
        return _declared_prefixes(data, base)
    except InputError:
        raise
    except PARSE_ERRORS as error:
        raise InputError(_parse_message(path, error)) from None


def _declared_prefixes(turtle: bytes, base: str) -> dict[str, str]:
    """The prefixes of a document; parsed up to the first statement if all are declared there."""
    start = _DECLARATIONS.match(turtle)
    head = turtle[: start.end()] if start else b""
    rest = turtle if _PREFIX.search(turtle, len(head)) else head
    parser = ox.parse(rest, format=ox.RdfFormat.TURTLE, base_iri=base)
    for _ in parser:
        pass
    return dict(parser.prefixes)


def _parser(path: FilePath, rename: bool = True, keep_keys: bool = False) -> Parser:
    """A parser for a file whose size and nesting have been checked."""
    return _parser_of(path, *_checked(path), rename, keep_keys)


def _parser_of(
    path: FilePath, kind: ox.RdfFormat, data: bytes, rename: bool = True, keep_keys: bool = False
) -> Parser:
    """A parser for the content of a file."""
    base = current_base_iri() or Path(path).absolute().as_uri()
    if kind == ox.RdfFormat.JSON_LD:
        from . import json_ld, json_ld_quads
        from .input_limits import check_input_limits

        data = json_ld.with_known_contexts(data, keep_keys)
        check_input_limits(data, kind, path)
        folder = None if str(path) == STDIN else Path(path).parent
        return json_ld_quads.JsonLdDocument(data, str(path), base, folder, rename)
    return ox.parse(data, format=kind, base_iri=base, rename_blank_nodes=rename)


def _checked(path: FilePath) -> tuple[ox.RdfFormat, bytes]:
    """The format and the content of a file whose encoding, size and nesting have been checked."""
    from .input_limits import check_input_limits  # `show` parses no file

    kind = rdf_format(path)
    data = read_bytes(path, may_be_empty=kind in MAY_BE_EMPTY)
    if not data or data.isspace():
        warnings.warn(f"{path}: empty; it states nothing", InputWarning, stacklevel=4)
    text = check_encoding(data, path)
    if suffix_of(path) in _HTML_SUFFIXES:
        from . import json_ld

        data = json_ld.json_ld_of_page(text) or b""
        if not data:
            raise InputError(f"{path}: a web page without JSON-LD; give the data itself")
    if suffix_of(path) in JSON_LINES_SUFFIXES:
        data = from_json_lines(data)
    check_input_limits(data, kind, path)
    if suffix_of(path) in JSON_LINES_SUFFIXES and b'"#' in data:
        from . import json_ld

        json_ld.check_ids_of_lines(data, path)
    return kind, data


def from_json_lines(data: bytes) -> bytes:
    """JSON lines as one JSON list."""
    return b"[" + b",\n".join(line for line in data.splitlines() if line.strip()) + b"]"


def contains(path: FilePath, pattern: re.Pattern[bytes]) -> bool:
    """Whether a pattern occurs in the bytes of a file."""
    import mmap

    if not Path(path).is_file():
        return pattern.search(read_bytes(path)) is not None
    with open(path, "rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return pattern.search(data) is not None


def _is_streamed(path: FilePath) -> bool:
    """Whether the engine can read a file by itself.

    That is large N-Triples without byte order mark or nested statements.
    """
    import mmap

    if rdf_format(path) != ox.RdfFormat.N_TRIPLES or not Path(path).is_file():
        return False
    if Path(path).stat().st_size < MIN_STREAMED:
        return False
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data[:3] != b"\xef\xbb\xbf" and data.find(b"<<(") < 0


def _parse_message(path: FilePath, error: Exception) -> str:
    """Turn the error message of a parser into one line with file, place, reason and fix."""
    place = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
    message = getattr(error, "msg", None) or str(error) or type(error).__name__
    reason = re.sub(r"\s+", " ", message)[:300]
    if place:  # the parser repeats it
        reason = re.sub(r"^Parser error at line \d+ (?:column \d+|between [^:]*): ", "", reason)
    fix = "fix it there"
    if "absolute IRI" in reason:
        fix = "write full IRIs"
    elif isinstance(error, OSError):  # of the file, or of the disk that it is loaded into
        fix = "check path, rights and space"
    return f"{path}{place}: {reason}; {fix}"
