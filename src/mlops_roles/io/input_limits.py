"""Limits of RDF that would crash its parser or exhaust the memory: nesting, contexts, entities."""

from __future__ import annotations

import re

import pyoxigraph as ox

from ..errors import InputError
from .resources import FilePath

# deeper ends the process or takes minutes
MAX_DEPTH = {ox.RdfFormat.JSON_LD: 64, ox.RdfFormat.RDF_XML: 256}
MAX_DEPTH_OTHER = 1000
MAX_CONTEXT_COST = 1 << 28  # of a JSON-LD document: the number of its contexts by their size
MAX_ATTRIBUTES = 1 << 12  # of an XML element, and prefixes declared around it
MAX_ENTITIES, MAX_ENTITY = 256, 1024  # of an XML document, and the length of one
_BRACKET = rb"(?P<open><<\(|[\[({])|(?P<close>\)>>|[\])}])"
_JSON = rb'(?s:"(?:[^"\\]|\\.)*+"|' + _BRACKET + rb")"
_TURTLE = (
    rb"(?s:#[^\r\n]*|<[^<>\"{}|^`\s]*>|\\."
    rb'|"""(?:[^"\\]|\\.|"(?!""))*+"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*+\'\'\''
    rb'|"(?:[^"\\\r\n]|\\.)*+"|\'(?:[^\'\\\r\n]|\\.)*+\'|' + _BRACKET + rb")"
)
_CONTEXT = rb'"(?:@context|[^"\\]*+\\u[^"]*)"\s*:'  # an escape may spell the word


def check_input_limits(data: bytes, kind: ox.RdfFormat, path: FilePath) -> None:
    """Raise InputError for input that would crash the parser or exhaust the memory."""
    if kind == ox.RdfFormat.RDF_XML:
        _XmlLimits(data, path).check()
        return
    depth, limit = _depth(data, kind), MAX_DEPTH.get(kind, MAX_DEPTH_OTHER)
    if depth > limit:
        raise InputError(f"{path}: nested {depth} deep, at most {limit} are read; flatten it")
    if kind == ox.RdfFormat.JSON_LD and _context_cost(data) > MAX_CONTEXT_COST:
        raise InputError(
            f"{path}: too many or too large contexts within one another; use one context for all"
        )


def _depth(data: bytes, kind: ox.RdfFormat) -> int:
    """How deep brackets are nested, as the parser sees them; 0 if there are few brackets."""
    is_flat = kind in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
    opening = (b"<<(",) if is_flat else (b"[", b"(", b"{")
    if sum(map(data.count, opening)) <= MAX_DEPTH.get(kind, MAX_DEPTH_OTHER):
        return 0
    depth = deepest = 0
    for match in re.finditer(_JSON if kind == ox.RdfFormat.JSON_LD else _TURTLE, data):
        depth += {"open": 1, "close": -1}.get(match.lastgroup or "", 0)
        deepest = max(deepest, depth)
    return deepest


def _context_cost(data: bytes) -> int:
    """How much a parser copies: a context with all around it, a scoped one at each use."""
    count = end = outer = inner = 0
    for key in re.finditer(_CONTEXT, data):
        size = _json_length(data, key.end())
        if key.start() < end:
            inner = max(inner, size)
        else:
            outer, end = max(outer, size), key.end() + size
        count += 1
    return count * outer + data.count(b'"') * inner


def _json_length(data: bytes, start: int) -> int:
    """The length of the JSON value that begins at `start`."""
    depth = 0
    for match in re.compile(_JSON).finditer(data, start):
        depth += {"open": 1, "close": -1}.get(match.lastgroup or "", 0)
        if depth <= 0:
            return match.end() - start
    return len(data) - start


class _XmlLimits:
    """Checks XML for what would harm its parser: depth, and entities not short and flat."""

    def __init__(self, data: bytes, path: FilePath):
        from xml.parsers import expat

        self.data, self.path, self.entities = data, path, dict[str, str]()
        self.prefixes = [0]  # declared by the elements around, for each of these
        self.xml_error, parser = expat.ExpatError, expat.ParserCreate("utf-8")
        self.parser = parser
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = self._start_doctype
        parser.EndDoctypeDeclHandler = self._end_doctype
        parser.EntityDeclHandler = self._entity
        for other in ("AttlistDecl", "ElementDecl", "NotationDecl"):
            setattr(parser, f"{other}Handler", self._reject_doctype)

    def check(self) -> None:
        """Raises InputError with the line of what exceeds a limit, or of a mistake in the XML."""
        try:
            self.parser.Parse(self.data, True)
        except self.xml_error as error:
            reason = str(error).partition(":")[0]
            raise InputError(f"{self.path}, line {error.lineno}: {reason}; fix it there") from None

    def _error(self, reason: str) -> InputError:
        return InputError(f"{self.path}, line {self.parser.CurrentLineNumber}: {reason}")

    def _reject_doctype(self, *_: object) -> None:
        raise self._error("external, nested or oversized XML entities; write the values out")

    def _start(self, _: str, attributes: dict[str, str]) -> None:
        declared = sum(name.startswith("xmlns") for name in attributes)
        self.prefixes.append(self.prefixes[-1] + declared)
        if len(self.prefixes) > (limit := MAX_DEPTH[ox.RdfFormat.RDF_XML]) + 1:
            raise self._error(f"nested over {limit} deep; flatten it")
        if max(len(attributes), self.prefixes[-1]) > MAX_ATTRIBUTES:
            raise self._error(
                f"over {MAX_ATTRIBUTES} attributes or prefixes of an element; use elements"
            )

    def _end(self, _: str) -> None:
        self.prefixes.pop()

    def _start_doctype(self, _: str, system: str | None, public: str | None, __: bool) -> None:
        # the RDF parser reads entities out of the bare text of a DOCTYPE, even in its comments
        self.parser.CommentHandler = self._reject_doctype
        self.parser.ProcessingInstructionHandler = self._reject_doctype
        if system or public:
            self._reject_doctype()

    def _entity(self, name: str, parameter: bool, value: str | None, *_: object) -> None:
        self.entities[name] = value or ""
        is_flat = value is not None and "&" not in value and "<" not in value
        is_short = len(value or "") <= MAX_ENTITY and len(self.entities) <= MAX_ENTITIES
        if parameter or not is_flat or not is_short:
            self._reject_doctype()

    def _end_doctype(self) -> None:
        self.parser.CommentHandler = self.parser.ProcessingInstructionHandler = None
        uses = {name: self.data.count(f"&{name};".encode()) for name in self.entities}
        if sum(len(self.entities[n]) * count for n, count in uses.items()) > 10 * len(self.data):
            self._reject_doctype()
