"""Statements from a JSON-LD 1.1 document: pyld expands it, and what it states becomes quads.

No address is fetched. A context may be a file in the folder of the document, or below it. What the
specification leaves out of RDF, such as a key that no context maps, is named in a warning.
"""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urldefrag, urljoin

import pyoxigraph as ox

from ..errors import InputError, InputWarning

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE, _FIRST, _REST, _NIL = (ox.NamedNode(f"{RDF}{x}") for x in ("type", "first", "rest", "nil"))
MAX_CONTEXT = 1 << 18  # bytes of a context in a file of its own
MIN_DOUBLE = 10**21  # a whole number from here on is a double
_DIGITS = 300  # of a whole number, which is a double if it is large
_MAX_EXAMPLES = 3  # examples in a warning
_NO_CONTEXT = "inline the context; only that of schema.org is known, addresses are never fetched"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
Object = ox.NamedNode | ox.BlankNode | ox.Literal


class _Context(dict[str, Any]):
    """A context of pyld from which a keyword may be removed that it does not have."""

    def __delitem__(self, key: str) -> None:
        self.pop(key, None)


class JsonLdDocument:
    """The statements of a JSON-LD document, in the order in which they are written.

    Args:
        data: the document in UTF-8.
        path: its name in errors.
        base: where its relative IRIs start.
        folder: where its relative contexts are; None for standard input.
        rename: whether blank nodes get names that no other document has.

    Attributes:
        prefixes: the prefixes that its outermost contexts declare.

    Raises InputError if it is no JSON-LD.
    """

    def __init__(self, data: bytes, path: str, base: str, folder: Path | None, rename: bool = True):
        self.path, self.base, self.folder, self.rename = path, base, folder, rename
        self.document = _parse_json(data, path)
        self.prefixes = _prefixes(self.document)
        self.left_out: dict[str, dict[str, None]] = {}  # why, to what
        self._nodes: dict[str, ox.BlankNode] = {}
        self._iris: dict[str, ox.NamedNode | None] = {}
        self._quads: dict[ox.Quad, None] = {}
        for node in self._expanded():
            self._node(node, ox.DefaultGraph())
        for why, what in self.left_out.items():
            shown = ", ".join(list(what)[:_MAX_EXAMPLES]) + (
                " …" if len(what) > _MAX_EXAMPLES else ""
            )
            warnings.warn(f"{path}: {why}: {shown}", InputWarning, stacklevel=3)

    def __iter__(self) -> Iterator[ox.Quad]:
        return iter(self._quads)

    def _note_dropped(self, why: str, what: object) -> None:
        self.left_out.setdefault(why, {})[str(what)[:80]] = None

    # expansion ------------------------------------------------------------

    def _expanded(self) -> list[Any]:
        """The document in expanded form. Raises InputError."""
        from pyld import jsonld

        class Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]
            """Lets a context set to null what is not set, which pyld answers with a KeyError."""

            def _clone_active_context(self, context: Any) -> dict[str, Any]:
                return _Context(super()._clone_active_context(context))

        options = {"base": self.base, "documentLoader": self._load_context}
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                expanded: list[Any] = Processor(self._key_dropped).expand(self.document, options)
        except jsonld.JsonLdError as error:
            raise InputError(f"{self.path}: {_reason(error)}") from None
        except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            why = f"{type(error).__name__}: {error}"[:120]
            raise InputError(
                f"{self.path}: no valid JSON-LD ({why}); check types of keywords and contexts"
            ) from None
        except RecursionError:
            raise InputError(f"{self.path}: contexts that refer too deep; flatten them") from None
        for warning in caught:
            self._note_dropped("left out, as JSON-LD wants", warning.message)
        return expanded

    def _key_dropped(self, key: str) -> None:
        if key is not None:
            self._note_dropped("keys that no context maps are left out", key)

    def _load_context(self, url: str, _: Any) -> dict[str, Any]:
        """A context in a file next to the document. Raises InputError for any other."""
        address = urldefrag(url)[0]
        siblings = urljoin(self.base, ".")
        if self.folder is None or not address.startswith(siblings):
            raise InputError(f"{self.path}: a remote context, {url[:200]}; {_NO_CONTEXT}")
        file = (self.folder / unquote(address.removeprefix(siblings))).resolve()
        if not file.is_relative_to(self.folder.resolve()) or file.suffix not in (
            ".jsonld",
            ".json",
        ):
            raise InputError(f"{self.path}: the context {url[:200]} is no JSON file of its folder")
        from .rdf import check_encoding, read_bytes

        data = read_bytes(file, MAX_CONTEXT)
        check_encoding(data, file)
        document = _parse_json(data, str(file))
        return {"contextUrl": None, "documentUrl": url, "document": document}

    # statements -----------------------------------------------------------

    def _iri(self, text: Any, what: str) -> ox.NamedNode | None:
        """An absolute IRI, or None for what is none."""
        text = text if isinstance(text, str) else str(text)
        if text not in self._iris:
            try:
                self._iris[text] = ox.NamedNode(text)
            except (ValueError, TypeError):
                self._iris[text] = None
        if self._iris[text] is None:
            self._note_dropped(f"statements are left out, because of an invalid {what}", text)
        return self._iris[text]

    def _resource(self, name: Any) -> ox.NamedNode | ox.BlankNode | None:
        """The IRI or blank node of that name; None if it is neither."""
        if not isinstance(name, str) or not name.startswith("_:"):
            return self._iri(name, "IRI")
        if name not in self._nodes:
            try:
                self._nodes[name] = ox.BlankNode() if self.rename else ox.BlankNode(name[2:])
            except ValueError:  # a name that RDF does not allow
                self._nodes[name] = ox.BlankNode()
        return self._nodes[name]

    def _add_quad(self, subject: Any, predicate: Any, value: Any, graph: Any) -> None:
        if None not in (subject, predicate, value, graph):
            self._quads[ox.Quad(subject, predicate, value, graph)] = None

    def _node(self, node: Any, graph: Any) -> ox.NamedNode | ox.BlankNode | None:
        """State what an expanded node object says; returns its subject."""
        if not isinstance(node, dict) or "@value" in node:
            raise InputError(f"{self.path}: {str(node)[:80]!r} is no node; write an object there")
        subject = self._resource(node["@id"]) if "@id" in node else ox.BlankNode()
        for key, values in node.items():
            if key == "@type":
                for name in values:
                    self._add_quad(subject, _TYPE, self._resource(name), graph)
            elif key in ("@graph", "@included"):
                for child in values:
                    self._node(child, subject if key == "@graph" else graph)
            elif key == "@reverse":
                for name, children in values.items():
                    for child in children:
                        found = self._node(child, graph)
                        self._add_quad(found, self._predicate(name), subject, graph)
            elif not key.startswith("@"):
                for value in values:
                    self._add_quad(subject, self._predicate(key), self._object(value, graph), graph)
        return subject

    def _predicate(self, name: str) -> ox.NamedNode | None:
        """The IRI of a property; None for a blank node, which RDF does not allow there."""
        return self._iri(name, "property")

    def _object(self, value: dict[str, Any], graph: Any) -> Object | None:
        """The term that stands for an expanded value, list or node."""
        if "@list" in value:
            return self._list(value["@list"], graph)
        if "@value" not in value:
            return self._node(value, graph)
        if "@direction" in value:
            self._note_dropped("the direction of texts is left out", value["@value"])
        return self._literal(value["@value"], value.get("@type"), value.get("@language"))

    def _list(self, items: list[Any], graph: Any) -> ox.NamedNode | ox.BlankNode:
        """The first node of a list."""
        nodes = [ox.BlankNode() for _ in items]
        for item, node, rest in zip(items, nodes, [*nodes[1:], _NIL], strict=False):
            self._add_quad(node, _FIRST, self._object(item, graph), graph)
            self._add_quad(node, _REST, rest, graph)
        return nodes[0] if nodes else _NIL

    def _literal(self, value: Any, datatype: str | None, language: str | None) -> ox.Literal | None:
        """A literal; None if its datatype or language is not valid."""
        text, kind = value, "string"
        if datatype == "@json":
            from c14n.Canonicalize import canonicalize  # a part of pyld

            text, datatype = canonicalize(value).decode(), f"{RDF}JSON"
        elif isinstance(value, bool):
            text, kind = str(value).lower(), "boolean"
        elif isinstance(value, int | float):
            text, kind = _number(value, datatype == f"{XSD}double")
        if language is not None:
            try:
                return ox.Literal(text, language=language)
            except ValueError:
                self._note_dropped(
                    "statements are left out, because of an invalid language", language
                )
                return None
        iri = self._iri(datatype or XSD + kind, "datatype")
        return iri and ox.Literal(text, datatype=iri)


def _number(value: int | float, is_double: bool) -> tuple[str, str]:
    """A number of JSON as text, and the name of its datatype."""
    if not is_double and value == int(value) and abs(value) < MIN_DOUBLE:
        return str(int(value)), "integer"
    mantissa, exponent = f"{value:.15E}".split("E")
    mantissa = mantissa.rstrip("0")
    return f"{mantissa}{'0' if mantissa.endswith('.') else ''}E{int(exponent)}", "double"


def _parse_json(data: bytes, path: str) -> Any:
    """The content of JSON. Raises InputError, also for a key that is there twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise InputError(f"{path}: the key {twice[:80]!r} is twice in one object; keep one")
        return found

    def no_number(name: str) -> NoReturn:
        raise InputError(f"{path}: {name[:40]} is no number that JSON-LD has; write a text")

    def real(text: str) -> float:
        return value if math.isfinite(value := float(text)) else no_number(text)

    def whole(text: str) -> int:
        return int(text) if len(text) <= _DIGITS else no_number(text)

    try:
        document = json.loads(
            data,
            object_pairs_hook=unique,
            parse_float=real,
            parse_int=whole,
            parse_constant=no_number,
        )
        if _SURROGATE.search(data):
            json.dumps(document, ensure_ascii=False).encode()
        return document
    except InputError:
        raise
    except UnicodeEncodeError:
        why = "half of a surrogate pair; write the character itself"
        raise InputError(f"{path}: a text has {why}") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}: {error.msg}; fix it there") from None


def _reason(error: Any) -> str:
    """What pyld says is wrong, in one line, without the document that it quotes."""
    seen = error
    while isinstance(cause := seen.__cause__ or seen.__context__, type(error) | InputError):
        if isinstance(cause, InputError):
            return str(cause).partition(": ")[2]
        seen = cause
    message = re.sub(r"\s+", " ", str(seen.args[0])).rstrip(".")
    code = f" ({seen.code})" if seen.code else ""
    at = next((v for v in (seen.details or {}).values() if isinstance(v, str)), None)
    return f"{message}{code}{f': {at[:80]}' if at else ''}; fix it there"


def _prefixes(document: Any) -> dict[str, str]:
    """The terms of the outermost contexts that are prefixes."""
    found = {}
    for part in document if isinstance(document, list) else [document]:
        given = part.get("@context") if isinstance(part, dict) else None
        for context in given if isinstance(given, list) else [given]:
            for term, meaning in context.items() if isinstance(context, dict) else ():
                expanded = isinstance(meaning, dict) and meaning.get("@prefix") is True
                iri = meaning.get("@id") if expanded else meaning
                is_prefix = isinstance(iri, str) and (expanded or iri[-1:] in tuple(":/?#[]@"))
                if is_prefix and ":" in iri and re.fullmatch(r"[^\W\d_][\w-]*", term):
                    found[term] = iri
    return found
