"""JSON about people as JSON-LD that needs no network: known contexts, JSON Resume, web pages.

What is known is data, `ontology/staff/contexts.json`: the contexts that documents name by an
address, which is never fetched, and the kinds of JSON document that have no context.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from ..errors import InputError
from .resources import FilePath, resource_dir

WHOLE = "@"  # in the place of a key: the document itself
MAX_NESTED = 3  # objects around a list of records
KEYS = "urn:json-key:"  # of the properties that stand for keys which no context maps
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ADDRESS = re.compile(rb'"https?:', re.I)
MEDIA_TYPE = re.compile(r"application/(ld\+json|(.*\+)?ld\+json)\b.*", re.I)


@cache
def _known() -> dict[str, Any]:
    """The contexts and kinds of document that are known."""
    text = (resource_dir("ontology") / "staff" / "contexts.json").read_text("utf-8")
    known: dict[str, Any] = json.loads(text)
    return known


@cache
def known_contexts() -> dict[str, Any]:
    """The address of each known context, without scheme and final slash, to the context."""
    return {a: found["context"] for found in _known()["remote"] for a in found["addresses"]}


def with_known_contexts(data: bytes, keep_keys: bool = False) -> bytes:
    """JSON-LD with each known context inlined; any other document is returned unchanged.

    With `keep_keys`, keys that no context maps become properties too (see `KEYS`), instead of being
    dropped, as the specification of JSON-LD wants it.
    """
    if not keep_keys and not _ADDRESS.search(data) and b"@context" in data:
        return data
    try:
        document = json.loads(data, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return data  # the parser of RDF says what is wrong, and where
    found = _with_contexts_inlined(document)
    found = [_with_context(part) for part in found] if _is_list(found) else _with_context(found)
    if keep_keys:
        found = (
            [_with_all_keys(part) for part in found] if _is_list(found) else _with_all_keys(found)
        )
    return data if found == document else json.dumps(found, ensure_ascii=False).encode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object with these keys. Raises ValueError if a key is there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _is_list(document: Any) -> bool:
    return isinstance(document, list)


def kind_of(document: Any) -> str | None:
    """The name of the kind of JSON document without a context, such as JSON Resume, or None."""
    return next((kind["name"] for kind in _known()["documents"] if _is_kind(document, kind)), None)


def _is_kind(document: Any, kind: dict[str, Any]) -> bool:
    has_key = isinstance(document, dict) and isinstance(document.get(kind["key"]), dict)
    return has_key and "@context" not in document


def _with_context(document: Any) -> Any:
    """A document of a known kind with the context and the type of its kind."""
    for kind in _known()["documents"]:
        if _is_kind(document, kind):
            return {"@context": kind["context"], "@type": kind["type"], **document}
    return document


def _with_all_keys(document: Any) -> Any:
    """A document in which a key that no context maps is a property all the same."""
    if not isinstance(document, dict):
        return document
    given = document.get("@context", [])
    kept = {"@vocab": KEYS} | {
        key: KEYS + quote(key) for key in _keys(document) if _NOT_IN_IRI.search(key)
    }
    contexts = [kept, *(given if _is_list(given) else [given])]
    return {**document, "@context": contexts}


def _keys(value: Any) -> Iterator[str]:
    """The keys in a JSON value, on all levels."""
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if _is_list(value) else ():
        yield from _keys(item)


def _with_contexts_inlined(value: Any) -> Any:
    """A JSON value with each known context in the place of its address."""
    if isinstance(value, list):
        return [_with_contexts_inlined(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _context(item) if key == "@context" else _with_contexts_inlined(item)
        for key, item in value.items()
    }


def _context(value: Any) -> Any:
    """A context, or the one of that address, or a list of contexts."""
    if isinstance(value, list):
        return [_context(item) for item in value]
    if isinstance(value, str):
        return known_contexts().get(_without_scheme(value), value)
    if isinstance(value, dict) and isinstance(imported := value.get("@import"), str):
        known = known_contexts().get(_without_scheme(imported))
        rest = {key: item for key, item in value.items() if key != "@import"}
        value = value if known is None else {**known, **rest}
    return _with_contexts_inlined(value)


def _without_scheme(address: str) -> str:
    """An address as known contexts have it."""
    bare = re.sub(r"^https?://(www\.)?", "", address.strip().lower())
    return bare.partition("#")[0].rstrip("/")


def check_ids_of_lines(data: bytes, path: FilePath) -> None:
    """Raise InputError if two documents in lines have the same name within a document, '#me'."""
    try:
        documents = json.loads(data)
    except (ValueError, RecursionError):
        return  # the parser of JSON-LD says what is wrong
    ids = [str(one.get("@id", "")) for one in documents if isinstance(one, dict)]
    twice = (one for one, times in Counter(ids).items() if one[:1] == "#" and times > 1)
    if found := next(twice, None):
        raise InputError(
            f"{path}: {found!r} is the @id of {ids.count(found)} lines, which would be one thing; "
            "write an IRI of its own in each, or none"
        )


def record_lists(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """The lists of records in a JSON document, each by its key; that of a document that is a list
    by '', and a document that is an object, as the only record of a list, by WHOLE.

    A record is an object without keywords of JSON-LD, and no document of a known kind. There is
    no list if the document is of such a kind, or cannot be parsed. The key of a list inside other
    objects is a path, such as 'data.users'.
    """
    try:
        found = json.loads(data, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return {}  # the parser of RDF says what is wrong, and where
    if not isinstance(found, dict):
        found = {"": found}
    if kind_of(found) or any(map(_is_keyword, found)):
        return {}
    lists = dict(_lists_in(found))
    lists |= {} if "" in found else {WHOLE: [found]}
    return {key: value for key, value in lists.items() if all(map(_is_record, value))}


def _lists_in(value: dict[str, Any], above: str = "") -> Iterator[tuple[str, list[Any]]]:
    """The lists in an object, and in objects in it, that are not empty, each by its path."""
    for key, item in value.items():
        if _is_list(item) and item:
            yield above + key, item
        elif isinstance(item, dict) and above.count(".") < MAX_NESTED:
            yield from _lists_in(item, f"{above}{key}.")


def _is_record(value: Any) -> bool:
    has_keywords = any(map(_is_keyword, _keys(value)))
    return isinstance(value, dict) and not has_keywords and kind_of(value) is None


def _is_keyword(key: str) -> bool:
    """Whether a key of JSON is a keyword of JSON-LD, unlike '@odata.type'."""
    return key.startswith("@") and "." not in key


class _Scripts(HTMLParser):
    """Collects the JSON-LD of a web page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = next((value or "" for name, value in attrs if name == "type"), "")
        if tag == "script" and MEDIA_TYPE.fullmatch(kind.strip()):
            self.is_inside = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self.is_inside = self.is_inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self.is_inside:
            self.found[-1] += data


def json_ld_of_page(text: str) -> bytes | None:
    """The JSON-LD in a web page as one document; None if it has none."""
    scripts = _Scripts()
    scripts.feed(text)
    scripts.close()
    parts = [_script_text(script) for script in scripts.found if script.strip()]
    return f"[{','.join(parts)}]".encode() if parts else None


def _script_text(script: str) -> str:
    """A script without the comment or CDATA marks that pages put around it, as list items."""
    text = re.sub(r"^\s*(<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)", "", script)
    text = re.sub(r"(-->|//\s*\]\]>|\]\]>)\s*$", "", text).strip().rstrip(";")
    return text[1:-1].strip() if re.fullmatch(r"\[.+\]", text, re.S) else text
