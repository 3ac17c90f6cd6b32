"""A saved mapping: how a file was read, as TOML that a person reviews and uses every month.

It settles what the reading found: the layout, each column, the scale and each value. It holds the
headings of the file, and is refused for a file whose headings have changed.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..io import rdf
from ..io.resources import FilePath
from .reading import LAYOUTS, Reading, ReadOptions
from .values import fold_value

MAX_BYTES = 1 << 22
# a key of so many parts, whose reading would take time by the square of their number
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""")
PLAIN = {
    "layout": "rows, wide, long or transposed",
    "encoding": "of a CSV file",
    "delimiter": "between the columns of a CSV file",
    "sheet": "of a workbook",
    "header_row": "the line of the headings",
    "separator": "the characters between names in a cell",
    "scale": "the lowest and the highest level",
    "has_from": "the lowest level that is having a skill",
    "lacks_to": "the highest level that is lacking a skill",
    "lang": "the language of names and titles in RDF that have several",
    "join": "a second file or sheet",
    "on": "the column by which both are joined",
}


def save_mapping(reading: Reading, options: ReadOptions) -> str:
    """A reading as the text of a mapping file."""
    return "\n".join(_toml_lines(reading, options)) + "\n"


def _toml_lines(reading: Reading, options: ReadOptions) -> Iterator[str]:
    yield f"# How {Path(reading.file).name} is read. Review each line, then use it with --mapping."
    yield "# A file with other headings is refused."
    found = {
        "layout": {text: name for name, text in LAYOUTS.items()}.get(reading.layout),
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "sheet": reading.sheet,
        "header_row": reading.header_row,
        "separator": "".join(reading.separators) or None,
        "scale": (reading.scale or {}).get("scale"),
        "has_from": options.has_from,
        "lacks_to": options.lacks_to,
        "lang": options.lang,
        "join": options.join,
        "on": options.on,
    }
    if found["scale"] == "words":
        found["scale"] = None
    for name, value in found.items():
        if value is not None:
            yield f"{name} = {_toml(value)}  # {PLAIN[name]}"
    yield ""
    yield f"headings = {_toml([c.heading for c in reading.columns])}"
    ignored = [c.heading for c in reading.columns if not c.column and c.heading]
    yield f"ignore = {_toml(ignored)}  # not read"
    yield ""
    yield "[columns]  # ours = theirs"
    read = [c for c in reading.columns if c.column and c.column != "skill with level"]
    for ours in dict.fromkeys(c.column for c in read):
        same = [c for c in read if c.column == ours]
        headings = [c.heading for c in same]
        how = ", ".join(dict.fromkeys(c.how for c in same))
        yield f"{ours} = {_toml(headings if len(same) > 1 else headings[0])}  # {how}"
    yield from _tables(reading, options)


def _tables(reading: Reading, options: ReadOptions) -> Iterator[str]:
    """The scales of columns, and the meanings of values: as read, and as settled before."""
    if scales := (reading.scale or {}).get("columns"):
        yield "\n[scales]  # columns of levels with a scale of their own"
        yield from (f"{_toml(heading)} = {_toml(scale)}" for heading, scale in scales.items())
    meant = {kind: dict(values) for kind, values in reading.values.items()}
    for (kind, value), meaning in options.values.items():
        if value not in map(fold_value, meant.get(kind, ())):
            meant.setdefault(kind, {})[value] = meaning
    for kind, values in meant.items():
        yield f"\n[values.{kind}]"
        for value, meaning in values.items():
            yield f"{_toml(value)} = {_toml(_short(meaning))}"


def _short(meaning: str) -> str:
    return "below" if meaning.startswith("below") else meaning


def _toml(value: Any) -> str:
    """A value as TOML; strings of JSON are basic strings of TOML."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def load_mapping(path: FilePath) -> ReadOptions:
    """The options of a mapping file.

    Raises InputError for a file that is no mapping, and for a key that no mapping has.
    """
    text = rdf.check_encoding(rdf.read_bytes(path, MAX_BYTES), path)
    try:
        if _LONG_KEY.search(text):
            raise ValueError("a key of over 32 parts")
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # such as a number of over 4300 digits
        why = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: not TOML ({why}); save the mapping again") from None
    known = sorted({*PLAIN, "headings", "ignore", "columns", "values", "scales"})
    if strange := sorted(set(data) - set(known)):
        keys = ", ".join(known)
        raise InputError(f"{path}: unknown key {strange[0][:80]!r}; the keys are {keys}")
    _check_types(data, path)
    columns, values, scales = (data.get(name, {}) for name in ("columns", "values", "scales"))
    return ReadOptions(
        mapping=dict(columns),
        ignore=tuple(data.get("ignore", ())),
        headings=tuple(data.get("headings", ())),
        scales={str(heading): str(scale) for heading, scale in scales.items()},
        values={
            (kind, fold_value(value)): str(meaning)
            for kind, table in values.items()
            for value, meaning in table.items()
        },
        **{name: _option_value(name, data[name]) for name in PLAIN if name in data},
    )


def _check_types(data: Mapping[str, Any], path: FilePath) -> None:
    """Raise InputError for a value that is not of the type that its key has."""
    for name, value in data.items():
        wanted, fits = _TYPES.get(name, ("a text or number", _is_plain))
        if not fits(value):
            raise InputError(
                f"{path}: {name} = {str(value)[:80]!r} is not {wanted}; write it as "
                "--save-mapping does"
            )


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_table_of(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, Mapping) and all(map(fits, value.values()))


_TYPES: dict[str, tuple[str, Callable[[object], bool]]] = {
    "header_row": ("the number of a line", lambda value: type(value) is int),
    "headings": ("a list of texts", _is_texts),
    "ignore": ("a list of texts", _is_texts),
    "scales": ("a table of headings and scales", _is_table_of(_is_plain)),
    "values": ("a table of tables of values and meanings", _is_table_of(_is_table_of(_is_plain))),
    "columns": (
        "a table of columns and headings",
        _is_table_of(lambda value: isinstance(value, str) or _is_texts(value)),
    ),
}


def _option_value(name: str, value: Any) -> Any:
    return value if name == "header_row" else str(value)
