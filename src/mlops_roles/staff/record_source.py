"""Records of JSON as sources of a table: a list of objects, or an object on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import InputError
from ..io import json_ld, rdf
from ..io.resources import FilePath
from .engine import Engine
from .headings import fold_heading, heading_kind, note_of_place
from .reading import Reading
from .sources import Source, engine_source
from .values import fold_value, meanings

MAX_NESTED = 3  # objects in a record of JSON that become columns
_OF_PEOPLE = (("person", "given", "family"), ("title", "role", "skill", "skills"))  # kinds of keys


def _says_more(name: str, value: Any, rows: int) -> bool:
    """Whether a key next to the records says that there are more: a next page, or their number."""
    keys = {fold_heading(key) for key in name.split(".")}
    if not meanings("number of all").keys().isdisjoint(keys):
        return type(value) is int and value > rows
    return bool(value) and not meanings("more pages").keys().isdisjoint(keys)


def is_record_file(path: FilePath) -> bool:
    """Whether a file is JSON that is a list of records, or of such lines, and so a table."""
    kind = rdf.suffix_of(path)
    if kind not in (".json", *rdf.JSON_LINES_SUFFIXES):
        return False
    data = rdf.read_bytes(path)
    if kind != ".json":
        data = rdf.from_json_lines(data.lstrip().partition(b"\n")[0])
    return bool(_of_records(json_ld.record_lists(data)))


def _of_records(found: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The lists of a document that may be of records; one person alone is a list, too."""
    lists, whole = dict(found), found.get(json_ld.WHOLE, [{}])[0]
    names = (whole[key] for key in whole if heading_kind(key) in _OF_PEOPLE[0])
    if not _is_person(whole) or any(isinstance(n, list) for n in names):
        lists.pop(json_ld.WHOLE, None)
    outer = {key: some for key, some in lists.items() if "." not in key or key in whole}
    return outer or {key: some for key, some in lists.items() if _is_of_people(key)}


def _is_person(value: Any) -> bool:
    """Whether a value is an object with a name, and with a title or skills."""
    kinds = {heading_kind(key) for key in value} if isinstance(value, dict) else set()
    return all(not kinds.isdisjoint(some) for some in _OF_PEOPLE)


def _is_of_people(path: str) -> bool:
    """Whether a path names people, or ends in a name of records, as in 'data.users.nodes'."""
    keys = [fold_value(key) for key in path.split(".")]
    return keys[-1] in meanings("records") or not meanings("people").keys().isdisjoint(keys)


def record_source(path: Path) -> Source:
    """A JSON list of records, or JSON lines; the number of a record, from 1, is the line."""
    data = rdf.read_bytes(path)
    if rdf.suffix_of(path) in rdf.JSON_LINES_SUFFIXES:
        data = rdf.from_json_lines(data)
    given = json_ld.record_lists(data)
    lists = _of_records(given)
    key = _list_of_people(lists, path)
    rows = [dict(_flat(record)) for record in lists[key]]
    headings = list(dict.fromkeys(key for row in rows for key in row))
    columns = [pa.array([json_text(row.get(key)) for row in rows], "string") for key in headings]
    engine = Engine()
    table = engine.register_arrow(pa.Table.from_arrays(columns, headings))
    reading = Reading(str(path), "JSON records", notes=note_of_place(key, "list"))
    for other in (name for name in lists if json_ld.WHOLE != key != name):
        reading.notes.append(
            f"The list {other!r} next to {key!r} is not read: {len(lists[other]):,}"
        )
    if key != json_ld.WHOLE:
        whole = given.get(json_ld.WHOLE, [{}])[0]
        beside = [name for name, value in whole.items() if _is_person(value)]
        reading.notes += [f"The person in {name!r} next to the list is not read" for name in beside]
        reading.notes += [
            f"One page of several, as {name!r} says: get the others, too"
            for name, value in _flat(whole)
            if _says_more(name, value, len(rows))
        ][:1]
    return engine_source(table, engine, reading, False)


def _list_of_people(lists: Mapping[str, Sequence[Mapping[str, Any]]], path: Path) -> str:
    """The key of the one list of records; of several, of that with names and more of people."""
    found = list(lists)
    for wanted in _OF_PEOPLE:
        fits = [k for k in found if any(heading_kind(key) in wanted for key in lists[k][0])]
        found = fits if len(found) > 1 and fits else found
    if not found:
        raise InputError(
            f"{path}: no list of records; write a JSON object for each person, in each line"
        )
    if len(found) > 1:
        found = ["all of it" if key == json_ld.WHOLE else key for key in found]
        raise InputError(
            f"{path}: several lists of records ({', '.join(map(repr, found))[:200]}); "
            "write the one with the people to a file of its own"
        )
    return found[0]


def _flat(record: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The keys and values of a record; an object in it as keys such as 'work.title'.

    An object of skills, whose keys are names and not headings, stays an object.
    """
    for key, given in record.items():
        value = _unwrapped(given)
        is_list = heading_kind(key) in ("skill", "skills", "lacks", "assessed")
        if isinstance(value, dict) and value and not is_list and above.count(".") < MAX_NESTED:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value


def _unwrapped(value: Any) -> Any:
    """A value without the object around it that MongoDB writes, as {"$date": "2026-01-31"}."""
    is_wrapped = isinstance(value, dict) and [name[:1] for name in value] == ["$"]
    return _unwrapped(*value.values()) if is_wrapped else value


def json_text(value: Any) -> str | None:
    """A value of a record as a cell; a list of plain values as names separated by ';'."""
    if isinstance(value, list) and not any(isinstance(v, (list, tuple, dict)) for v in value):
        return ";".join(str(json_text(item) or "").replace(";", "\uff1b") for item in value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return None if value is None else str(value)
