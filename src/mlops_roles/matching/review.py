"""The review of proposals in a workbook: written for a person to decide on, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..errors import InputError
from ..io import xlsx
from ..io.resources import FilePath
from ..io.sssom import COLUMNS, Header, Mapping, MappingSet
from ..io.workbook import workbook
from .proposals import Survey

SHEET, HEADER = "Proposals", "Set"
DECISIONS = ("accept", "change", "refuse")
HOW = [
    "Write accept, change or refuse under decision, and your name under reviewer_label. To change "
    "a row, correct its predicate_id or object_id. Rows without a decision stay proposals.",
    "Then: mlops-roles link THEIRS --reviewed THIS.xlsx --output mappings.sssom.tsv",
]


def review_workbook(survey: Survey) -> bytes:
    """A workbook with the proposals to decide on, what is mapped, and what has no proposal.

    Raises InputError: the package XlsxWriter is not installed.
    """
    rows = [
        {"decision": "", **dict.fromkeys(COLUMNS, ""), **mapping.cells}
        for mapping in survey.proposals.mappings
    ]
    header = [
        {"key": f"curie_map {key}" if is_prefix else key, "value": value}
        for key, value, is_prefix in _header_rows(survey.proposals.header)
    ]
    return workbook(
        [
            (SHEET, HOW, rows),
            ("Mapped", ["Terms that are mapped already."], survey.mapped),
            ("Without a proposal", ["Terms that nothing is proposed for."], survey.without),
            (HEADER, ["What the mapping set says of itself; do not change it."], header),
        ]
    )


def _header_rows(header: Header) -> Iterator[tuple[str, str, bool]]:
    for key, value in header.items():
        if key == "curie_map":
            yield from ((prefix, namespace, True) for prefix, namespace in value.items())
        else:
            yield key, str(value), False


def read_review(path: FilePath, reviewer: str = "") -> MappingSet:
    """Read a reviewed workbook, made by `review_workbook`, as a mapping set.

    The reviewer is the person who decided on the rows that name nobody. Raises InputError if a
    decision is none, or nobody is named who took it; or if it is another workbook.
    """
    sheets = {sheet.name: sheet for sheet in xlsx.read_sheets(Path(path))}
    if missing := [name for name in (SHEET, HEADER) if name not in sheets]:
        fix = "give a workbook that `link --format xlsx` wrote"
        raise InputError(f"{path}: no sheet {' or '.join(missing)}; {fix}")
    header: Header = {"curie_map": {}}
    for _, record in _records(sheets[HEADER]):
        kind, _, prefix = record.get("key", "").partition(" ")
        if kind == "curie_map":
            header["curie_map"][prefix] = record.get("value", "")
        elif kind:
            header[kind] = record.get("value", "")
    rows = []
    for line, record in _records(sheets[SHEET]):
        cells = _decide(record, reviewer, f"{path}, sheet {SHEET}, line {line}")
        rows.append(Mapping("", "", "", bool(cells["predicate_modifier"]), cells, line))
    return MappingSet(Path(path).name, header, rows)


def _records(sheet: xlsx.Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    """The line of each row of a sheet, and its cells by column."""
    columns: list[str] = []
    for line, cells in sheet.rows():
        if columns:
            yield line, dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        else:
            columns = [cell.strip() for cell in cells]


def _decide(record: dict[str, str], reviewer: str, place: str) -> dict[str, str]:
    """The cells of a row in SSSOM, with what was decided."""
    decision, named = record.get("decision", "").casefold(), record.get("reviewer_label", "")
    if decision and decision not in DECISIONS:
        raise InputError(
            f"{place}: decision {decision[:40]!r}; write {', '.join(DECISIONS)}, or nothing"
        )
    if decision and not (named or reviewer):
        raise InputError(f"{place}: nobody is named; fill in reviewer_label, or use --author NAME")
    cells = {column: record.get(column, "") for column in COLUMNS}
    cells["reviewer_label"] = (named or reviewer) if decision else ""
    cells["predicate_modifier"] = "Not" if decision == "refuse" else ""
    return cells
