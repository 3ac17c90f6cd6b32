"""The reading that a certificate states, as far as the verifier can repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import InputError
from .presence import is_sound
from .reading import EVIDENCE_COLUMNS

ROWS, WIDE, LONG = "one row a person", "a column for each skill", "a row for each person and skill"
TRANSPOSED, IN_RDF = "a column for each person", "RDF"
WIDE_COLUMN = "skill with level"
IDENTITY = ("person", "key", "given", "family")
KINDS = (*IDENTITY, *EVIDENCE_COLUMNS, "skill", "level", "date", "source", WIDE_COLUMN)
# what a certificate states of its reading, of a second table, and of the form of each
STATED = (
    *("layout", "columns", "table", "separators", "scale", "levels", "scales", "joined"),
    *("json_cells", "dates", "presence", "lang"),
)
JOINED = ("file", "sheet", "on", "table")
FORM = ("encoding", "delimiter", "sheet", "header_row", "header_rows", "skills_in")
UNSOUND = "the reading in its certificate is none that 'certify' writes; certify again"


def described(given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The reading of a certificate of a file. Raises InputError if it cannot be repeated."""
    reading = given.get("reading")
    found = {k: v for k, v in (reading.items() if isinstance(reading, dict) else ()) if k in STATED}
    both = found.get("joined")
    if both is not None:
        both = {k: v for k, v in both.items() if k in JOINED} if isinstance(both, dict) else {}
        found["joined"] = both
    forms = [("table", found)] if both is None else [("table", found), ("table", both)]
    for name, inside in forms:
        form = inside.get(name)
        if not isinstance(form, dict) or type(form.get("header_row", 1)) is not int:
            raise InputError(f"{path}: {UNSOUND}")
        inside[name] = {k: v for k, v in form.items() if k in FORM}
    if not _is_sound(found) or (both is not None and not isinstance(both.get("on"), str)):
        raise InputError(f"{path}: {UNSOUND}")
    return found


def _is_sound(found: Mapping[str, Any]) -> bool:
    """Whether layout, columns, separators and scales have the types that 'certify' gives them."""
    columns, marks = found.get("columns"), found.get("separators")
    if not isinstance(columns, dict) or not isinstance(marks, list) or not marks:
        return False
    headings = [name for some in columns.values() for name in (some or [None])]
    if not (
        isinstance(found.get("dates", {}), dict)
        and ("presence" not in found or is_sound(found["presence"]))
    ):
        return False
    return (
        found.get("layout") in (ROWS, WIDE, LONG, TRANSPOSED, IN_RDF)
        and all(kind in KINDS for kind in columns)
        and all(isinstance(some, list) for some in columns.values())
        and all(isinstance(name, str) for name in headings)
        and all(isinstance(mark, str) and len(mark) == 1 for mark in marks)
        and isinstance(found.get("scales"), dict)
    )
