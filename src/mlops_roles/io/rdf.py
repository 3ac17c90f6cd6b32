"""Files in: what is shipped, and what a user hands over.

User files are hostile until read: nothing here opens a network address, follows an
import or expands an entity. RDF is parsed with pyoxigraph, strictly.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from ..errors import InputError

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
MAX_DEPTH = {
    ox.RdfFormat.JSON_LD: 64,
    ox.RdfFormat.RDF_XML: 256,
}  # deeper ends the process or takes minutes
MAX_BYTES = 2 << 30
STREAMED = 1 << 20  # N-Triples of this size are not read into memory first
PARSE_ERRORS = (SyntaxError, ValueError, MemoryError, OSError)
MAX_CONTEXTS = (
    1 << 28
)  # what the contexts of a JSON-LD document may cost: their number by their size
_BRACKET = rb"(?P<open><<\(|[\[({])|(?P<close>\)>>|[\])}])"
_JSON = re.compile(rb'"(?:[^"\\]|\\.)*+"|' + _BRACKET, re.S)
_TURTLE = re.compile(
    rb"#[^\r\n]*|<[^<>\"{}|^`\s]*>|\\."
    rb'|"""(?:[^"\\]|\\.|"(?!""))*+"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*+\'\'\''
    rb'|"(?:[^"\\\r\n]|\\.)*+"|\'(?:[^\'\\\r\n]|\\.)*+\'|' + _BRACKET,
    re.S,
)
_CONTEXT = re.compile(rb'"(?:@context|[^"\\]*+\\u[^"]*)"\s*:')  # an escape may spell the word


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
        if (size := file.stat().st_size) > limit:
            raise InputError(f"{path}: larger than {limit >> 20} MiB; split it")
        data = (
            file.read_bytes() if size else b""
        )  # what has no size, such as /proc/kmsg, may never end
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{str(path)[:200]!r}: cannot be read ({type(error).__name__}); check path and rights"
        ) from error
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data or data.isspace():
        raise InputError(f"{path}: empty; give a file with content")
    return data


def check_encoding(data: bytes, path: str | os.PathLike[str]) -> str:
    """`data` as text. Raises InputError with line and likely encoding unless it is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        guess = (
            "gzip"
            if data[:2] == b"\x1f\x8b"
            else "UTF-16"
            if data[:2] in (b"\xff\xfe", b"\xfe\xff")
            else "Latin-1 or Windows-1252"
        )
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: not UTF-8, looks like {guess}; save it as UTF-8"
        ) from None


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
    parser = _parser(path)
    try:
        return list(parser), dict(parser.prefixes)
    except PARSE_ERRORS as error:
        raise InputError(_parse_message(path, error)) from None


def iter_quads(path: str | os.PathLike[str]) -> Iterator[ox.Quad]:
    """The quads of an RDF file one by one; N-Triples may be of any size.

    Raises InputError with file, line and column where the file cannot be parsed.
    """
    try:
        yield from (
            ox.parse(path=os.fspath(path), format=ox.RdfFormat.N_TRIPLES)
            if _is_streamed(path)
            else _parser(path)
        )
    except PARSE_ERRORS as error:
        raise (
            error if isinstance(error, InputError) else InputError(_parse_message(path, error))
        ) from None


def load_into(store: ox.Store, path: str | os.PathLike[str]) -> dict[str, str]:
    """Load an RDF file, as triples, into the default graph of a store; returns its prefixes.

    N-Triples may be of any size. A store that this fails on is to be thrown away.
    Raises InputError with file, line and column where the file cannot be parsed.
    """
    try:
        if _is_streamed(path):
            store.bulk_load(path=os.fspath(path), format=ox.RdfFormat.N_TRIPLES)
            return {}
        parser = _parser(path)
        store.bulk_extend(ox.Quad(*q.triple) for q in parser)
        return dict(parser.prefixes)
    except PARSE_ERRORS as error:
        raise InputError(_parse_message(path, error)) from None


def _parser(path: str | os.PathLike[str]) -> ox.QuadParser:
    """A parser of a file that has passed the gate."""
    kind, data = rdf_format(path), read_bytes(path)
    check_encoding(data, path)
    _check_input_limits(data, kind, path)
    return ox.parse(data, format=kind, rename_blank_nodes=True)


def _is_streamed(path: str | os.PathLike[str]) -> bool:
    """Whether a file can go into the engine as it is: N-Triples without byte order mark, bad encoding or nested statements."""
    import mmap

    if (
        rdf_format(path) != ox.RdfFormat.N_TRIPLES
        or not Path(path).is_file()
        or Path(path).stat().st_size < STREAMED
    ):
        return False
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data[:3] != b"\xef\xbb\xbf" and data.find(b"<<(") < 0


def _parse_message(path: str | os.PathLike[str], error: Exception) -> str:
    """One line of file, place, reason and cure out of a parser's complaint."""
    place = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
    reason = re.sub(r"\s+", " ", getattr(error, "msg", None) or str(error) or type(error).__name__)[
        :300
    ]
    cure = (
        "inline the context, addresses are never fetched"
        if "context" in reason.lower()
        else "mend it there"
    )
    if isinstance(error, OSError):  # of the file, or of the disk that it is loaded into
        cure = "check path, rights and space"
    if "absolute IRI" in reason:
        cure = "write full IRIs or add a base"
    return f"{path}{place}: {reason}; {cure}"


def _check_input_limits(data: bytes, kind: ox.RdfFormat, path: str | os.PathLike[str]) -> None:
    """Refuse what would end or exhaust the process inside the parser."""
    if kind == ox.RdfFormat.RDF_XML:
        _Xml(data, path).read()
        return
    depth, limit = _depth(data, kind), MAX_DEPTH.get(kind, 1000)
    if depth > limit:
        raise InputError(f"{path}: nested {depth} deep, at most {limit} are read; flatten it")
    if kind == ox.RdfFormat.JSON_LD and _context_cost(data) > MAX_CONTEXTS:
        raise InputError(
            f"{path}: too many or too large contexts within one another; use one context for all"
        )


def _depth(data: bytes, kind: ox.RdfFormat) -> int:
    """How deep the brackets of a document are nested, as its parser sees them; 0 where they are few."""
    flat = kind in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
    if sum(map(data.count, (b"<<(",) if flat else (b"[", b"(", b"{"))) <= MAX_DEPTH.get(kind, 1000):
        return 0
    depth = deepest = 0
    for match in (_JSON if kind == ox.RdfFormat.JSON_LD else _TURTLE).finditer(data):
        depth += {"open": 1, "close": -1}.get(match.lastgroup or "", 0)
        deepest = max(deepest, depth)
    return deepest


def _context_cost(data: bytes) -> int:
    """How much a parser copies: a context is read with all around it, a scoped one again at each use."""
    count = end = outer = inner = 0
    for key in _CONTEXT.finditer(data):
        size = _extent(data, key.end())
        if key.start() < end:
            inner = max(inner, size)
        else:
            outer, end = max(outer, size), key.end() + size
        count += 1
    return count * outer + data.count(b'"') * inner


def _extent(data: bytes, start: int) -> int:
    """The length of the JSON value that starts there."""
    depth = 0
    for match in _JSON.finditer(data, start):
        depth += {"open": 1, "close": -1}.get(match.lastgroup or "", 0)
        if depth <= 0:
            return match.end() - start
    return len(data) - start


class _Xml:
    """Reads XML for what would harm its parser: depth, and a DOCTYPE with more than short, flat entities."""

    def __init__(self, data: bytes, path: str | os.PathLike[str]):
        from xml.parsers import expat

        self.data, self.path, self.depth, self.entities = data, path, 0, dict[str, str]()
        self.broken, self.parser = expat.ExpatError, expat.ParserCreate("utf-8")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.StartDoctypeDeclHandler, self.parser.EndDoctypeDeclHandler = (
            self._doctype,
            self._declared,
        )
        self.parser.EntityDeclHandler = self._entity
        for other in ("AttlistDecl", "ElementDecl", "NotationDecl"):
            setattr(self.parser, f"{other}Handler", self._refuse)

    def read(self) -> None:
        """Raises InputError with the line of a trap, or of a mistake in the XML."""
        try:
            self.parser.Parse(self.data, True)
        except self.broken as error:
            raise InputError(
                f"{self.path}, line {error.lineno}: {str(error).partition(':')[0]}; mend it there"
            ) from None

    def _refuse(self, *_: object) -> None:
        raise InputError(
            f"{self.path}, line {self.parser.CurrentLineNumber}: external, nested or oversized XML entities; write the values out"
        )

    def _start(self, *_: object) -> None:
        self.depth += 1
        if self.depth > (limit := MAX_DEPTH[ox.RdfFormat.RDF_XML]):
            raise InputError(
                f"{self.path}, line {self.parser.CurrentLineNumber}: nested over {limit} deep; flatten it"
            )

    def _end(self, _: str) -> None:
        self.depth -= 1

    def _doctype(self, _: str, system: str | None, public: str | None, __: bool) -> None:
        # the RDF parser reads entities out of the bare text of a DOCTYPE, out of its comments too
        self.parser.CommentHandler = self.parser.ProcessingInstructionHandler = self._refuse
        if system or public:
            self._refuse()

    def _entity(self, name: str, parameter: bool, value: str | None, *_: object) -> None:
        self.entities[name] = value or ""
        if (
            parameter
            or value is None
            or "&" in value
            or "<" in value
            or len(value) > 1024
            or len(self.entities) > 256
        ):
            self._refuse()

    def _declared(self) -> None:
        self.parser.CommentHandler = self.parser.ProcessingInstructionHandler = None
        if sum(
            len(v) * self.data.count(f"&{n};".encode()) for n, v in self.entities.items()
        ) > 10 * len(self.data):
            self._refuse()
