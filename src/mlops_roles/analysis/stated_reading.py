"""How a certificate states the reading of its staff file, so that the same cells are read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..staff.headings import PERSONAL
from ..staff.reading import ROWS, Reading, ReadOptions, as_options
from .evidence import CLAIMS, Evidence, Records
from .provenance import file_entity
from .requirements import iri_of

# the columns that say how a skill was assessed, and who is there
ASSESSMENT = ("skill", "level", "date", "source", "skill with level")
PRESENCE = ("status", "left", "vacant", "start", "end")
SCALE = ("bottom", "top", "has_from", "lacks_to")


def reading_entry(found: Evidence, records: Records) -> dict[str, Any]:
    """How the staff file was read, so that the verifier can read the same cells again.

    One row a person, with names that ';' separates, needs no more than the columns.
    """
    reading = records.staff.reading
    below = {iri_of(s, "skill", records.graph): text for s, text in records.below(found).items()}
    more = {"below": below} if below else {}
    if _is_plain(found, records):
        headings = {c.column: c.heading for c in reading.columns if c.column in CLAIMS}
        return {"reading": {"layout": reading.layout, "columns": headings} | more}
    return {"reading": _stated_reading(records) | more}


def _is_plain(found: Evidence, records: Records) -> bool:
    """Whether the rows are one for each person, with names that ';' separates and no levels."""
    reading, options = records.staff.reading, as_options(records.mapping)
    columns = [c.column for c in reading.columns if c.column in CLAIMS]
    return (
        reading.layout == ROWS
        and all(mark == ";" for mark in reading.separators)
        and len(set(columns)) == len(columns)
        and found.is_as_written
        and not (options.join or options.sheet)
        and not (reading.json_cells or reading.as_of or options.ignore)
        and not any(c.column == "date" for c in reading.columns)
        and _is_plain_table(reading)
    )


def _is_plain_table(reading: Reading) -> bool:
    """Whether a table is in UTF-8, with its header first and a column for the whole name.

    The verifier's reader of plain tables takes a comma in the header for the delimiter.
    """
    form, columns = reading.form_of_table, {c.column for c in reading.columns}
    commas = any("," in c.heading for c in reading.columns)
    return (
        reading.form in ("csv", "xlsx", "parquet")
        and form.keys() <= {"delimiter", "sheet"}
        and form.get("delimiter", ",") in ("," if commas else ",;\t")
        and "person" in columns
        and not columns & {"given", "family"}
    )


def _stated_reading(records: Records) -> dict[str, Any]:
    """Layout, columns, form of the file, separators and scale: all that says which cells count."""
    staff, options = records.staff, as_options(records.mapping)
    columns: dict[str, list[str]] = {}
    for column in staff.reading.columns:
        if column.column in (*CLAIMS, *PERSONAL, *ASSESSMENT) and staff.reading.form != "rdf":
            columns.setdefault(column.column or "", []).append(column.heading)
    scale = staff.cells.scale
    stated: dict[str, Any] = {
        "layout": staff.reading.layout,
        "columns": columns,
        "table": staff.reading.form_of_table,
        "separators": list(staff.reading.separators) or [";"],
        "scale": {name: _as_json_number(getattr(scale, name)) for name in SCALE},
        "levels": dict(staff.cells.settled),
        "scales": dict((staff.reading.scale or {}).get("columns", {})),
    }
    if staff.reading.form == "rdf" and options.lang:
        stated["lang"] = options.lang
    if staff.reading.json_cells:
        stated["json_cells"] = True
    if days := {value: day for (column, value), day in options.values.items() if column == "date"}:
        stated["dates"] = days
    if staff.reading.as_of and staff.reading.form != "rdf":
        stated["presence"] = _presence_entry(staff.reading, options)
    if options.join:
        stated["joined"] = _joined_entry(records, options)
    return stated


def _presence_entry(reading: Reading, options: ReadOptions) -> dict[str, Any]:
    """The date at which people are counted, and by which columns and settled values."""
    kinds = (*PRESENCE, *(["title"] if "title" in reading.values else []))
    columns = {c.column: c.heading for c in reading.columns if c.column in kinds}
    values: dict[str, dict[str, str]] = {}
    for (column, value), meaning in options.values.items():
        if column in columns:
            values.setdefault(column, {})[value] = meaning
    return {"as_of": reading.as_of, "columns": columns, "values": values}


def _as_json_number(number: float | None) -> float | None:
    """A number as JSON in RDF keeps it: a whole one without '.0', so that its hash is the same."""
    return int(number) if number is not None and number == int(number) else number


def _joined_entry(records: Records, options: ReadOptions) -> dict[str, Any]:
    """The second table, and the column that joins it."""
    form: dict[str, Any] = records.staff.reading.joined_form or {}
    both: dict[str, Any] = {"on": options.on, "table": form}
    if form.get("sheet") == options.join:
        return both | {"sheet": options.join}
    return both | {"file": Path(str(options.join)).name, "id": file_entity(str(options.join))["id"]}
